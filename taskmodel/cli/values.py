"""Values of arguments: parsers of numbers, ranges and settings.

Each returns the value, or raises `InputError` with what is allowed, an example and what was found;
`taskmodel.cli.parser` reports the error under the name of the argument.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from taskmodel.cli.screen import scientific
from taskmodel.errors import InputError

if TYPE_CHECKING:
    from taskmodel.numerics.types import Array

T = TypeVar("T")
# the smallest positive float: a closed lower bound that excludes zero
POSITIVE = math.ulp(0.0)
FORMS = {"LOW:HIGH": (2,), "LOW:HIGH:POINTS": (3,), "LOW:HIGH[:POINTS]": (2, 3)}
# Limits on points keep typing errors from filling memory. A sweep of compute has one organisation;
# other axes build one at each point, which takes milliseconds; maps take a product of points.
MAX_POINTS = 1_000_000
MAX_ORGANISATIONS = 10_000
MAX_MAP_POINTS = 1_000


class Span(NamedTuple):
    """Ends of a range, LOW below HIGH, and the number of points in it (0 where none applies)."""

    low: float
    high: float
    points: int

    def __str__(self) -> str:
        return f"{scientific(self.low)}:{scientific(self.high)}"

    def values(self) -> Array:
        """Return the points: a geometric series if LOW is positive, else evenly spaced."""
        import numpy as np

        return (np.geomspace if self.low > 0 else np.linspace)(*self)


class InputRange(NamedTuple):
    """A dotted path and the range of its values."""

    path: str
    span: Span

    def __str__(self) -> str:
        return f"{self.path}={self.span}"


def file_name(text: str) -> str:
    """Return the name of a file or folder.

    Raises
    ------
    InputError
        If it is empty, as where a variable of the shell is not set: it would be this very folder.
    """
    if not text:
        raise InputError("must be the name of a file or folder (. is this folder); found ''")
    return text


def folder_name(text: str) -> str:
    """Return the name of a folder for results; ``-`` is no folder, and the page is on stdout.

    Raises
    ------
    InputError
        If it is empty or ``-``.
    """
    if text == "-":
        raise InputError(
            "must be the name of a folder, since results are several files (./- is one of the "
            "name -); found '-'. The answer itself goes to stdout, with --json or --format csv as "
            "data"
        )
    return file_name(text)


def real(meaning: str, low: float = -math.inf, high: float = math.inf) -> Callable[[str], float]:
    """Return a parser of finite numbers from `low` to `high`, both included.

    Examples
    --------
    >>> real("positive number of months, such as 7", POSITIVE)("7.5")
    7.5
    """

    def parse(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not (low <= value <= high and math.isfinite(value)):
            raise InputError(f"must be a {meaning}; found {text!r}{_mend(text, low, high)}")
        return value

    return parse


def _mend(text: str, low: float, high: float) -> str:
    """Return a hint of how to write a number, such as 8,4e28, as an argument."""
    from taskmodel.files.mends import number_mend
    from taskmodel.files.quantity import Measure
    from taskmodel.files.units import ONE

    return number_mend(text, Measure(ONE, ge=low, le=high))


def whole(low: int, high: int) -> Callable[[str], int]:
    """Return a parser of whole numbers from `low` to `high`, both included.

    Examples
    --------
    >>> whole(1, 1000)("500")
    500
    """

    def parse(text: str) -> int:
        value = int(text) if text.isdecimal() else low - 1
        if not low <= value <= high:
            raise InputError(f"must be a whole number from {low} to {high:,}; found {text!r}")
        return value

    return parse


def flop_per_year(text: str) -> float:
    """Parse a point of the compute axis [FLOP/year].

    Raises
    ------
    InputError
        If it is no positive number, or is written as a calendar year.
    """
    if _YEAR.fullmatch(text):
        raise InputError(
            f"must be compute in FLOP/year, such as 4.2e29, and not a date; found {text!r}. "
            "`taskmodel run --over time` says what compute is at a date; a number of that size is "
            f"{text}e0"
        )
    return _positive_compute(text)


_positive_compute = real("positive number of FLOP/year, such as 1e30", POSITIVE)
_YEAR = re.compile(r"(19|20|21)\d\d(\.\d*)?")
calendar_date = real("positive calendar year, such as 2026", POSITIVE)


def compute_point(text: str) -> float:
    """Parse ``compute=C``, or C alone, as a point of the compute axis [FLOP/year].

    Examples
    --------
    >>> compute_point("compute=1e30")
    1e+30
    """
    name, _, value = text.rpartition("=")
    return flop_per_year(value.strip() if name.strip() in ("", "compute") else text)


def span_parser(
    form: str,
    example: str,
    points: int = 0,
    max_points: int = MAX_ORGANISATIONS,
    low: float = -math.inf,
) -> Callable[[str], Span]:
    """Return a parser of ranges.

    Parameters
    ----------
    form : str
        ``LOW:HIGH``, ``LOW:HIGH:POINTS`` or ``LOW:HIGH[:POINTS]``.
    example : str
        A valid text, for messages.
    points, max_points : int
        Number of points if the text has none, and the largest number allowed.
    low : float
        Least value allowed for either end.

    Examples
    --------
    >>> span_parser("LOW:HIGH[:POINTS]", "1:10", points=60)("0:2.5")
    Span(low=0.0, high=2.5, points=60)
    """
    end = real(f"{'positive' if low > 0 else 'finite'} number, such as in {example}", low)

    def parse(text: str) -> Span:
        fields = text.split(":")
        if len(fields) not in FORMS[form]:
            raise InputError(f"must be {form}, such as {example}; found {text!r}")
        first, last = _field("LOW", end, fields[0]), _field("HIGH", end, fields[1])
        if not first < last:
            raise InputError(f"LOW must be below HIGH; found {text!r}")
        count = points if len(fields) == 2 else _field("POINTS", whole(2, max_points), fields[2])
        return Span(first, last, count)

    return parse


def axis_parser(points: int, max_points: int = MAX_ORGANISATIONS) -> Callable[[str], InputRange]:
    """Return a parser of ``PATH=LOW:HIGH[:POINTS]``.

    Examples
    --------
    >>> axis_parser(200)("supervision.headcount=1:10000")
    InputRange(path='supervision.headcount', span=Span(low=1.0, high=10000.0, points=200))
    """
    parse_span = span_parser("LOW:HIGH[:POINTS]", "1:10000", points, max_points)

    def parse(text: str) -> InputRange:
        path, equals, ends = text.partition("=")
        if not (path and equals):
            raise InputError(
                "must be PATH=LOW:HIGH or PATH=LOW:HIGH:POINTS, such as "
                f"supervision.headcount=1:10000; found {text!r}"
            )
        return InputRange(path, parse_span(ends))

    return parse


def setting(text: str) -> tuple[str, Any]:
    """Parse ``PATH=VALUE``; the value is written as in a file.

    Examples
    --------
    >>> setting("supervision.headcount=100")
    ('supervision.headcount', 100)
    """
    from taskmodel.files.yaml import read_value

    path, equals, value = text.partition("=")
    path = path.strip()
    if not (path and equals):
        raise InputError(
            f"must be PATH=VALUE without spaces, such as supervision.headcount=100; found {text!r}"
        )
    if not value.strip():
        raise InputError(
            f"{path}=: the value is missing; to remove an optional one write {path}=null"
        )
    # YAML reads a dash as a list, which nobody means who writes one in place of a value
    return path, "-" if value.strip() == "-" else read_value(value, path)


def goal(text: str) -> tuple[str, float]:
    """Parse ``NAME=VALUE``, a variable of a sweep and the number it is to reach.

    Examples
    --------
    >>> goal("throughput_speedup=3")
    ('throughput_speedup', 3.0)
    """
    name, equals, value = text.partition("=")
    if not (name.strip() and equals):
        raise InputError(
            f"must be NAME=VALUE, such as speedup=10 or bottleneck_share.review=0.5; found {text!r}"
        )
    return name.strip(), _field("VALUE", real("finite number, such as 10"), value)


def dated_compute(text: str) -> tuple[float, float]:
    """Parse ``DATE=C``, a calendar year and compute at that date [FLOP/year].

    Examples
    --------
    >>> dated_compute("2026=8.4e28")
    (2026.0, 8.4e+28)
    """
    date, equals, compute = text.partition("=")
    if not equals:
        raise InputError(f"must be DATE=C, such as 2026=8.4e28 (FLOP/year); found {text!r}")
    return _field("DATE", calendar_date, date), _field("C", flop_per_year, compute)


def computes(text: str) -> list[float]:
    """Parse points of compute [FLOP/year], increasing, separated by commas.

    Examples
    --------
    >>> computes("8.4e28,1e32")
    [8.4e+28, 1e+32]
    """
    points = [flop_per_year(part) for part in text.split(",")]
    if any(second <= first for first, second in itertools.pairwise(points)):
        raise InputError(f"must be increasing, such as 8.4e28,1e32; found {text!r}")
    return points


def _field(name: str, parse: Callable[[str], T], text: str) -> T:
    """Parse one field of a text; messages name the field."""
    try:
        return parse(text)
    except InputError as error:
        raise InputError(f"{name} {error}") from None
