"""The comparison as a table of text and as plain records."""

from __future__ import annotations

import math
import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

from taskmodel.validation.verdicts import Outcome, Verdict

WIDTH = 110
LABELS = {Verdict.AGREES: "agree", Verdict.OFF: "off", Verdict.EXPLAINED: "explained"}
COLUMNS = (("published", 10), ("ours", 12), ("deviation", 12), ("tolerance", 12), ("verdict", 9))
NEGLIGIBLE = 1e-6  # relative to the tolerance: smaller deviations are shown as 0
TITLE = WIDTH - 2 - sum(width + 1 for _, width in COLUMNS)


def as_text(outcomes: Sequence[Outcome], every: bool = True) -> str:
    """Render the comparison as a table of at most 110 columns.

    Parameters
    ----------
    outcomes : sequence of Outcome
        As `validate` returns them.
    every : bool
        Whether to show every result; otherwise groups in which all agree are one line each.

    Returns
    -------
    str
    """
    blocks = []
    for group, members in groupby(outcomes, key=lambda outcome: outcome.published.group):
        block = list(members)
        agree = all(outcome.verdict is Verdict.AGREES for outcome in block)
        blocks.append(
            "\n".join(
                [
                    *_heading(group, block),
                    *(_in_short(block) if agree and not every else _rows(block)),
                ]
            )
        )
    return "\n\n".join([*blocks, "\n".join(_sum(outcomes))])


def as_records(outcomes: Sequence[Outcome]) -> list[dict[str, object]]:
    """The comparison as values of strict JSON: infinity is the word "inf", NaN is null.

    Returns
    -------
    list of dict
        With ``id, group, what, unit, published, ours, deviation, tolerance, tolerance_is, verdict,
        source, url, access, note, explanation``; ``tolerance_is`` is "absolute" or "relative", of
        tolerance and deviation.
    """
    return [
        {
            "id": outcome.published.id,
            "group": outcome.published.group,
            "what": outcome.published.title,
            "unit": outcome.published.unit,
            "published": _strict(outcome.published.value),
            "ours": _strict(outcome.ours),
            "deviation": _strict(outcome.deviation),
            "tolerance": outcome.published.tolerance,
            "tolerance_is": "relative" if outcome.published.relative else "absolute",
            "verdict": outcome.verdict.value,
            "source": outcome.published.source,
            "url": outcome.published.url or None,
            "access": outcome.published.access,
            "note": outcome.published.note or None,
            "explanation": outcome.explanation or None,
        }
        for outcome in outcomes
    ]


def _heading(group: str, block: Sequence[Outcome]) -> Iterator[str]:
    """The group's title, sources and notes, each once."""
    units = list(dict.fromkeys(outcome.published.unit for outcome in block))
    yield from _wrapped(f"{group} [{', '.join(units)}]", "", "")
    for source, access in dict.fromkeys(
        (outcome.published.source, outcome.published.access) for outcome in block
    ):
        yield from _wrapped(f"{access}: {source}")
    for note in dict.fromkeys(
        outcome.published.note for outcome in block if outcome.published.note
    ):
        yield from _wrapped(f"note: {note}")


def _rows(block: Sequence[Outcome]) -> Iterator[str]:
    yield "  " + " " * TITLE + "".join(f" {name:>{width}}" for name, width in COLUMNS)
    for outcome in block:
        first, *more = textwrap.wrap(outcome.published.title, TITLE, subsequent_indent="  ")
        cells = (
            _number(outcome.published.value),
            _number(outcome.ours),
            *_margins(outcome),
            outcome.verdict.value,
        )
        yield (
            "  "
            + first.ljust(TITLE)
            + "".join(f" {cell:>{width}}" for cell, (_, width) in zip(cells, COLUMNS, strict=True))
        )
        yield from (f"  {line}" for line in more)
        if outcome.explanation:
            yield from _wrapped(outcome.explanation, "    ", "    ")


def _in_short(block: Sequence[Outcome]) -> Iterator[str]:
    worst = max(block, key=lambda outcome: abs(outcome.deviation) / outcome.published.tolerance)
    deviation, tolerance = _margins(worst)
    agreement = "agrees" if len(block) == 1 else f"all {len(block)} agree"
    yield from _wrapped(
        f"{agreement}; nearest to its tolerance of {tolerance}: "
        f"{worst.published.title}, {deviation}"
    )


def _sum(outcomes: Sequence[Outcome]) -> Iterator[str]:
    count = Counter(outcome.verdict for outcome in outcomes)
    yield f"{len(outcomes)} results: " + ", ".join(
        f"{count[verdict]} {LABELS[verdict]}" for verdict in Verdict
    )
    for outcome in outcomes:
        if outcome.verdict is Verdict.OFF:
            yield from _wrapped(
                f"off: {outcome.published.id}, published {_number(outcome.published.value)}, "
                f"ours {_number(outcome.ours)}"
            )


def _margins(outcome: Outcome) -> tuple[str, str]:
    """Deviation and tolerance; relative ones in per cent unless they are below 1e-5."""
    tolerance = outcome.published.tolerance
    factor, unit = 1, ""
    if outcome.published.relative:
        factor, unit = (100, " %") if tolerance >= 1e-5 else (1, " rel")
    deviation = f"{factor * outcome.deviation:+.2g}".replace("e+", "e")
    if abs(outcome.deviation) < NEGLIGIBLE * tolerance:
        deviation = "0"
    return deviation + unit, f"{factor * tolerance:.2g}".replace("e+", "e") + unit


def _number(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.6g}".replace("e+", "e")


def _wrapped(text: str, indent: str = "  ", further: str = "    ") -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=further)


def _strict(value: float) -> float | str | None:
    return value if math.isfinite(value) else None if math.isnan(value) else str(value)
