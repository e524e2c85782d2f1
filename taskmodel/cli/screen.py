"""What people and programs read: numbers with the digits that matter, aligned columns, strict JSON, signs of life."""

from __future__ import annotations

import json
import math
import sys
import textwrap
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

WIDTH = 79


def compute(value: float) -> str:
    """A place on the compute axis, to three digits.

    Examples
    --------
    >>> compute(8.4e28), compute(3.2675e26)
    ('8.4e28', '3.27e26')
    """
    return _short(f"{value:.3g}")


def number(value: float) -> str:
    """A number to about three digits; a dash where there is none.

    Examples
    --------
    >>> [number(value) for value in (1.2658, 40000.0, 3.2e9, float("inf"), float("nan"))]
    ['1.27', '40,000', '3.2e9', 'no limit', '-']
    """
    if math.isnan(value):
        return "-"
    if math.isinf(value):
        return "no limit"
    if abs(value) >= 1e7 or 0 < abs(value) < 0.005:
        return _short(f"{value:.2g}")
    return (
        f"{value:,.0f}"
        if abs(value) >= 100
        else f"{value:.1f}"
        if abs(value) >= 10
        else f"{value:.2f}"
    )


def _short(text: str) -> str:
    """3.2e+09 as 3.2e9."""
    digits, e, power = text.partition("e")
    return f"{digits}e{int(power)}" if e else text


def percent(value: float) -> str:
    """A share in per cent, to whole ones.

    Examples
    --------
    >>> percent(0.166), percent(0.001), percent(0.0), percent(float("nan"))
    ('17 %', '<1 %', '0 %', '-')
    """
    if math.isnan(value):
        return "-"
    if 1e-9 < value < 0.005:
        return "<1 %"
    return f"{100 * value:.0f} %"


def hours(value: float) -> str:
    """A span of wall-clock time in hours, and in weeks or days where these are easier to picture.

    Examples
    --------
    >>> hours(3377.2), hours(40), hours(2.5)
    ('3,377 h (20.1 weeks)', '40.0 h (1.7 days)', '2.50 h')
    """
    easier = (
        f" ({value / 168:,.1f} weeks)"
        if value >= 336
        else f" ({value / 24:.1f} days)"
        if value >= 36
        else ""
    )
    return f"{number(value)} h{easier}"


def plain(text: str, width: int = WIDTH) -> str:
    """Text from a file on one line, without characters that would steer the terminal, cut to a width."""
    shown = " ".join(text.split())
    shown = "".join(letter if letter.isprintable() else f"\\x{ord(letter):02x}" for letter in shown)
    return shown if len(shown) <= width else shown[: width - 3] + "..."


def table(rows: Sequence[Sequence[str]], left: Sequence[int] = (0,)) -> Iterator[str]:
    """Lines of aligned columns; numbers stand to the right, the columns in `left` to the left."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = zip(row, widths, range(len(row)), strict=True)
        yield (
            "  "
            + "  ".join(
                cell.ljust(width) if at in left else cell.rjust(width) for cell, width, at in cells
            ).rstrip()
        )


def wrapped(text: str, indent: str = "  ") -> list[str]:
    """A sentence on as many lines as it needs, those after the first indented further."""
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent + "  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def json_text(value: Any) -> str:
    """Plain values as one strict JSON document: NaN as null, infinity as the word "inf", numbers in full.

    Examples
    --------
    >>> json_text({"ceiling": float("inf"), "speedup": float("nan")}).split()
    ['{', '"ceiling":', '"inf",', '"speedup":', 'null', '}']
    """
    return json.dumps(_strict(value), indent=2, allow_nan=False)


def _strict(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(name): _strict(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_strict(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else "inf" if value > 0 else "-inf"
    return value


def note(message: str, quiet: bool) -> None:
    """Say something on stderr, unless asked to be quiet."""
    if not quiet and sys.stderr is not None:
        print(message, file=sys.stderr)


@contextmanager
def progress(label: str, quiet: bool, patience: float = 1.0) -> Iterator[None]:
    """Show on a terminal that work goes on, once it has taken longer than `patience` seconds."""
    if quiet or sys.stderr is None or not sys.stderr.isatty():
        yield
        return
    done = threading.Event()
    began = time.monotonic()

    def tell() -> None:
        shown = 0
        while not done.wait(patience if not shown else 0.5):
            text = f"{label} ... {time.monotonic() - began:.0f} s"
            print(f"\r{text}", end="", file=sys.stderr, flush=True)
            shown = len(text)
        if shown:
            print(f"\r{' ' * shown}\r", end="", file=sys.stderr, flush=True)

    teller = threading.Thread(target=tell, daemon=True)
    teller.start()
    try:
        yield
    finally:
        done.set()
        teller.join()
