"""Text on the screen: numbers to three digits, aligned columns, strict JSON, notes and progress."""

import json
import math
import os
import sys
import textwrap
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from taskmodel._text import as_given as as_given
from taskmodel._text import counted as counted
from taskmodel._text import number as number
from taskmodel._text import percent as percent
from taskmodel._text import percents as percents
from taskmodel._text import scientific as scientific
from taskmodel._text import signed as signed
from taskmodel.cli import signals
from taskmodel.cli.tables import WIDTH as WIDTH
from taskmodel.cli.tables import table as table
from taskmodel.cli.tables import terminal_width as terminal_width
from taskmodel.errors import printable

T = TypeVar("T")
NOTEBOOK = "JPY_PARENT_PID"  # a variable of the environment of kernels of Jupyter


def hours(value: float) -> str:
    """Return a duration in hours, and in days or weeks if it is long.

    Examples
    --------
    >>> hours(3377.2), hours(40), hours(2.5)
    ('3,377 h (20.1 weeks)', '40.0 h (1.7 days)', '2.50 h')
    """
    text = f"{number(value)} h"
    if value < 36:
        return text
    return (
        f"{text} ({value / 24:.1f} days)" if value < 336 else f"{text} ({value / 168:,.1f} weeks)"
    )


def date(value: float, digits: int = 3) -> str:
    """Return a date as a calendar year; NaN: not reached.

    Examples
    --------
    >>> date(2031.25), date(float("nan"))
    ('2031.250', 'not reached')
    """
    return f"{value:.{digits}f}" if math.isfinite(value) else "not reached"


def bracketed(unit: str) -> str:
    """Return a unit in brackets after a blank; nothing for pure numbers."""
    return "" if unit in ("1", "") else f" [{unit}]"


def plain(text: str, width: int = WIDTH) -> str:
    """Return a text on one line, control characters escaped, cut to a width."""
    shown = _on_one_line(text)
    return shown if len(shown) <= width else shown[: width - 3] + "..."


def labels(titles: Mapping[str, str], width: int) -> dict[str, str]:
    """Return a label for each name: its title, cut to a width where that tells them apart.

    Titles that would be alike are cut in the middle, and where they still are, names are the
    labels.

    Examples
    --------
    >>> labels({"first": "Review of draft 1", "second": "Review of draft 2", "end": "Print"}, 12)
    {'first': 'Revi...aft 1', 'second': 'Revi...aft 2', 'end': 'Print'}
    >>> labels({"first": "Review", "second": "Review", "end": "Print"}, 12)
    {'first': 'first', 'second': 'second', 'end': 'Print'}
    """
    ways: tuple[Callable[[str], str], ...] = (
        lambda name: plain(titles[name], width),
        lambda name: _cut_in_middle(_on_one_line(titles[name]), width),
        _on_one_line,
    )
    result = {name: ways[0](name) for name in titles}
    for way in ways[1:]:
        count = Counter(result.values())
        result = {name: label if count[label] == 1 else way(name) for name, label in result.items()}
    return result


def _cut_in_middle(text: str, width: int) -> str:
    if len(text) <= width:
        return text
    end = (width - 3 + 1) // 2
    return text[: width - 3 - end] + "..." + text[-end:]


def _on_one_line(text: str) -> str:
    shown = " ".join(text.split())
    return "".join(letter if letter.isprintable() else f"\\x{ord(letter):02x}" for letter in shown)


def thinned(rows: Sequence[T], limit: int) -> Sequence[T]:
    """Return at most `limit` rows, evenly spaced, the first and the last among them.

    Examples
    --------
    >>> thinned(range(101), 5)
    [0, 25, 50, 75, 100]
    """
    if len(rows) <= limit:
        return rows
    return [rows[round(index * (len(rows) - 1) / (limit - 1))] for index in range(limit)]


def settings(values: Mapping[str, Any]) -> list[str]:
    """Return a line for each value that was set."""
    return [f"  set {path} = {plain(setting(value))}" for path, value in values.items()]


def setting(value: Any) -> str:
    """Return a value as ``--set`` and files have it.

    Examples
    --------
    >>> setting({"score": 0.5, "note": None}), setting([True, "a"])
    ('{score: 0.5, note: null}', '[true, a]')
    """
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key}: {setting(each)}' for key, each in value.items())}}}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(setting, value))}]"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value)


def wrapped(text: str, indent: str = "  ", width: int = WIDTH) -> list[str]:
    """Break a sentence into lines, those after the first indented further."""
    return textwrap.wrap(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=indent + "  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def json_text(value: Any) -> str:
    """Return one strict JSON document: NaN as null, infinity as the string "inf".

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
    """Print a message to stderr, unless quiet."""
    if not quiet and sys.stderr is not None:
        print(printable(message), file=sys.stderr)


@dataclass
class ProgressLine:
    """What is shown of work that goes on: a label, and the part that is done if it is known."""

    label: str
    share: float | None = None

    def text(self, seconds: float) -> str:
        """Return the line that is shown after this time: the share and the time left if known.

        Examples
        --------
        >>> ProgressLine("drawing").text(3.0), ProgressLine("drawing", 0.25).text(4.0)
        ('drawing ... 3 s', 'drawing ... 25 %, 12 s left')
        """
        if not self.share:
            return f"{self.label} ... {seconds:.0f} s"
        left = seconds * (1 - self.share) / self.share
        return f"{self.label} ... {percent(self.share)}, {duration(left)} left"

    def advance(self, share: float) -> None:
        """Show that this part of the work is done; end here if a signal was lost before."""
        signals.check()
        self.share = share

    def part(self, start: float, end: float) -> Callable[[float], None]:
        """Return what to call with the share of a part of the work that has these ends."""
        return lambda share: self.advance(start + (end - start) * share)


def duration(seconds: float) -> str:
    """Return a duration in words.

    Examples
    --------
    >>> duration(42.3), duration(750), duration(12000), duration(400000)
    ('42 s', '12 min', '3 h 20 min', '4 days 15 h')
    """
    minutes, hours = int(seconds // 60), int(seconds // 3600)
    if seconds < 90:
        return f"{seconds:.0f} s"
    if hours < 1:
        return f"{minutes} min"
    if hours < 48:
        return f"{hours} h {minutes % 60} min"
    return f"{hours // 24} days {hours % 24} h"


@contextmanager
def progress(label: str, quiet: bool, patience: float = 1.0) -> Iterator[ProgressLine]:
    """Show on a terminal that work goes on, once it takes longer than `patience` seconds."""
    shows = ProgressLine(label)
    # a notebook runs commands in a terminal of its own, but keeps what they print, line by line
    notebook = NOTEBOOK in os.environ
    if quiet or notebook or sys.stderr is None or not sys.stderr.isatty():
        yield shows
        return
    done = threading.Event()
    start = time.monotonic()

    # A daemon thread: it must not keep the process alive after an interrupt. It overwrites one
    # line, and blanks it at the end so that what follows starts on a clean line.
    def show() -> None:
        shown = 0
        while not done.wait(patience if not shown else 0.5):
            text = shows.text(time.monotonic() - start)
            print(f"\r{text.ljust(shown)}", end="", file=sys.stderr, flush=True)
            shown = max(shown, len(text))
        if shown:
            print(f"\r{' ' * shown}\r", end="", file=sys.stderr, flush=True)

    thread = threading.Thread(target=show, daemon=True)
    thread.start()
    try:
        yield shows
    finally:
        done.set()
        thread.join()
