"""`taskmodel diff`: what differs between two catalogs, and what it did to the answer."""

from argparse import Namespace
from typing import Any

import taskmodel as tm
from taskmodel.catalog import Catalog
from taskmodel.cli.calendar import Calendar, short
from taskmodel.cli.catalogs import heading, load_with
from taskmodel.cli.output import Answer, output
from taskmodel.cli.paths import value_text
from taskmodel.cli.screen import number, plain, scientific, signed, table, wrapped
from taskmodel.cli.words import MILESTONES, SPEEDUP_HEADS, SPEEDUPS, numbers, records
from taskmodel.errors import CatalogError, InputError
from taskmodel.summary import Summary, points_wanted, provenance_facts, summarise

MAX_ROWS = 30
WIDTH = 18  # of a value in a table
DATED = (*MILESTONES, "ceiling")


def answer(args: Namespace) -> Answer:
    """Compare the values of two catalogs, and their answers."""
    catalogs = [load_with(name, args.scenario, args.set) for name in (args.first, args.second)]
    first, second = catalogs
    with output(args, "sweeping both"):
        summaries = [_summary(catalog) for catalog in catalogs]
        explained = _explained(first, second)
    sides = {"first": (first, summaries[0]), "second": (second, summaries[1])}
    facts = {
        **{side: provenance_facts(catalog) for side, (catalog, _) in sides.items()},
        "differences": value_differences(first, second),
        "answers": {side: _answers(*pair) for side, pair in sides.items()},
        "explained": explained,
    }
    limit = None if args.all else MAX_ROWS
    return Answer(facts, lambda: _lines(first, second, facts, limit))


def _summary(catalog: Catalog) -> Summary:
    grid = catalog.compute.grid
    points = points_wanted(catalog, _geometric(grid.low, grid.high, grid.points))
    return summarise(catalog, tm.sweep(catalog, points))


def _geometric(low: float, high: float, count: int) -> Any:
    from taskmodel.cli.values import Span

    return Span(low, high, count).values()


def value_differences(first: Catalog, second: Catalog) -> list[dict[str, Any]]:
    """Return what differs: path, the two values as text (empty: not there), in the file's order.

    An id that only one of them has is one difference, whatever is in it.
    """
    rows: dict[str, dict[str, Any]] = {}
    for path in dict.fromkeys([*first.paths(), *second.paths()]):
        name = _shared_part(first, second, path)
        if name != path:
            there = name in _ids(second)
            rows[name] = {
                "path": name,
                "first": "" if there else "there",
                "second": "there" if there else "",
            }
            continue
        texts = [_text(catalog, path) for catalog in (first, second)]
        if texts[0] != texts[1]:
            rows[path] = {"path": path, "first": texts[0], "second": texts[1]}
    return list(rows.values())


def _ids(catalog: Catalog) -> set[str]:
    """Return the ids of the catalog's blocks, each after the name of its block."""
    blocks = ("pools", "reviewers", "protocols", "nests", "tasks", "blocks", "oversight_work")
    return {f"{block}.{name}" for block in blocks for name in getattr(catalog, block)}


def _shared_part(first: Catalog, second: Catalog, path: str) -> str:
    """Return the path, or the id in it that only one catalog has."""
    head = ".".join(path.split(".")[:2])
    return head if (head in _ids(first)) != (head in _ids(second)) else path


def _text(catalog: Catalog, path: str) -> str:
    try:
        value = catalog.get(path)
    except CatalogError:  # in a list that is shorter here
        return ""
    ends = {}
    for end in ("low", "high"):
        ends[end] = catalog.get(f"{path}.{end}") if catalog.unit_of(path) else None
    return value_text({"value": list(value) if isinstance(value, tuple) else value, **ends})


def _answers(catalog: Catalog, summary: Summary) -> dict[str, Any]:
    """Return speed-ups and the cost of oversight today, and where milestones are."""
    calendar = Calendar(catalog)
    points = {name: getattr(summary, name) for name in DATED}
    computes = {name: None if point is None else point.compute for name, point in points.items()}
    return {
        **{f"{name}_today": getattr(summary.today, name) for name in SPEEDUPS},
        "oversight_cost_today": summary.today.oversight_cost,
        "speedup_ceiling": summary.ceiling.speedup,
        **computes,
        "dates": {name: calendar.date(compute) for name, compute in computes.items()},
    }


def _explained(first: Catalog, second: Catalog) -> dict[str, Any]:
    """Return how much of the difference in the speed-up of today each change explains."""
    compute = first.compute.today.value
    try:
        result = tm.explain_difference(first, second, target="throughput_speedup", compute=compute)
    except InputError as error:  # other tasks, nests or pools
        return {"compute": compute, "reason": str(error), "changes": []}
    effect = "contribution" if result.attrs["method"] == "shapley" else "alone"
    rows = records(result, ("change", effect))
    changes = [{"change": row["change"], "effect": row[effect]} for row in rows]
    return {
        "compute": compute,
        "reason": "",
        "method": result.attrs["method"],
        **numbers(result, ("before", "after")),
        "changes": sorted(changes, key=lambda row: -abs(row["effect"])),
    }


def _lines(first: Catalog, second: Catalog, facts: dict[str, Any], limit: int | None) -> list[str]:
    rows = facts["differences"]
    count = f"{len(rows)} difference{'s' * (len(rows) != 1)} to {second.name}"
    lines = [*heading(first, count), ""]
    if not rows:
        return [*lines, "They have the same values, and give the same answer."]
    shown = [
        [row["path"], *(plain(row[side], WIDTH) or "-" for side in ("first", "second"))]
        for row in rows[:limit]
    ]
    lines += [
        "What differs",
        *table([["", *_heads(first, second)], *shown], left_columns=(0, 1, 2)),
    ]
    if limit is not None and len(rows) > limit:
        lines += wrapped(f"And {len(rows) - limit} more; --all shows them.")
    return [
        *lines,
        "",
        *_answer_lines(first, second, facts["answers"]),
        "",
        *_explained_lines(facts["explained"]),
    ]


def _heads(first: Catalog, second: Catalog) -> tuple[str, str]:
    """Return the names of the catalogs, or their order where the names are the same."""
    if first.name == second.name:
        return "first", "second"
    return plain(first.name, WIDTH), plain(second.name, WIDTH)


def _answer_lines(first: Catalog, second: Catalog, answers: dict[str, Any]) -> list[str]:
    rows = [["", *_heads(first, second)]]
    sides = ("first", "second")
    for head, name in zip(SPEEDUP_HEADS, SPEEDUPS, strict=True):
        rows.append(
            [
                f"{head} speed-up today [x]",
                *(number(answers[side][f"{name}_today"]) for side in sides),
            ]
        )
    rows.append(
        [
            "what oversight costs today [x]",
            *(number(answers[side]["oversight_cost_today"]) for side in sides),
        ]
    )
    rows.append(
        [
            "effective speed-up at the ceiling [x]",
            *(number(answers[side]["speedup_ceiling"]) for side in sides),
        ]
    )
    calendars = {"first": Calendar(first), "second": Calendar(second)}
    words = {**MILESTONES, "ceiling": "AI can do all that it may"}
    for name in DATED:
        rows.append(
            [
                words[name],
                *(_place(answers[side][name], calendars[side]) for side in sides),
            ]
        )
    paths = calendars["first"].paths
    return [
        "The answer; compute in FLOP/year",
        *table(rows),
        *(wrapped(f"Dates along {paths}.") if paths else []),
    ]


def _place(compute: float | None, calendar: Calendar) -> str:
    if compute is None:
        return "not reached"
    month = short(calendar.month(compute))
    return scientific(compute) + (f", {month}" if month else "")


def _explained_lines(explained: dict[str, Any]) -> list[str]:
    if explained["reason"]:
        return wrapped(f"What each change did is not told apart: {explained['reason']}.", indent="")
    before, after = explained["before"], explained["after"]
    head = (
        f"The throughput speed-up at {scientific(explained['compute'])} FLOP/year goes from "
        f"{number(before)} to {number(after)}"
    )
    if not explained["changes"]:
        return wrapped(f"{head}; nothing differs that it depends on.", indent="")
    rows = [[row["change"], signed(row["effect"])] for row in explained["changes"][:MAX_ROWS]]
    method = explained["method"]
    how = "these add up" if method == "shapley" else "each change alone, since there are many"
    return [*wrapped(f"{head}; {how}:", indent=""), *table(rows)]
