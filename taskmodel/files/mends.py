"""Numbers as people write them, read as what they mean: the text that a file should have instead.

A message about text where a number is needed ends with a proposal. Every proposal is a text that
the reader takes and that has the value that was meant; where a text may mean two things both are
proposed, and where no value that is allowed can be told there is none.
"""

import math
import re
import unicodedata
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from taskmodel.errors import InputError
from taskmodel.files import units
from taskmodel.files.dates import calendar_year
from taskmodel.files.quantity import Measure

WIDEST = 1000  # ratio of the ends of an interval of which the second alone has a magnitude

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_SUPERSCRIPT = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺]+")
_SIGNS = str.maketrans({"−": "-", "–": "-", "—": "-", "×": "*", "·": "*", "∙": "*", "’": "'"})
_ABOUT = re.compile(r"(~|≈|about |approx\.? |circa |ca\.? |c\. )\s*", re.IGNORECASE)

_FLOAT = re.compile(r"[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?")
_POWER = re.compile(r"(?:(\S*?)\s*[x*]?\s*)??10\s*(?:\^|\*\*)\s*([-+]?\d+)")
_FRACTION = re.compile(r"(\d+)\s*/\s*(\d+)")
_WORDS = "k|thousand|million|mn|bn|billion|trillion"
_MAGNITUDE = re.compile(rf"(\S*\d\S*?)\s*({_WORDS})", re.IGNORECASE)
_MAGNITUDES = {"k": 3, "t": 3, "m": 6, "b": 9, "tr": 12}
_GROUPS = re.compile(r"[-+]?[1-9]\d{0,2}([ _',.])\d{3}(\1\d{3})*")
_DECIMALS = re.compile(r"[-+]?\d*,\d+([eE][-+]?\d+)?")
_GROUPS_AND_DECIMALS = re.compile(r"([-+]?\d{1,3}(?:([ _',.])\d{3})(?:\2\d{3})*)([.,])(\d+)")

_CLOCK = re.compile(r"(\d+):([0-5]\d)(?::([0-5]\d))?")
# a day, or a month
_DAY = re.compile(r"((?:1[89]|2[0-3])\d\d)([-/.])(0?[1-9]|1[0-2])(?:\2(\d\d?))?")
_BETWEEN = re.compile(
    rf"(.*\d(?:\s*(?:{_WORDS})\b)?)\s*(?:-|to|\.\.+|…)\s*([+.\d].*)", re.IGNORECASE
)
_SPREAD = re.compile(r"(.+?)\s*(?:±|\+/-|\+-)\s*(.+)")
_IN_BRACKETS = re.compile(r"(.+?)\s*[(\[](.+?)\s*(?:-|to|,|;|\.\.+|…)\s*([^)\]]+)[)\]]")
# a letter after none, a sign, or the 1 of 1/year
_UNIT_STARTS = re.compile(r"(?<![^\W\d_])[^\W\d_]|[%$/]|(?<=\s)1(?=\s*/)")
_TIMES = re.compile(r"(?<=\d)\s*(?:[x*]|times|-?fold)(?!\s*[\d.]|[^\W\d_])", re.IGNORECASE)
_TIMES_ALONE = re.compile(r"(?<=\d)x(?!\s*(?:[\d.]|/|per\b|an?\b))")
_SHARED = re.compile(r"(?<=\d)(?:e[-+]?\d+|\s*[x*]\s*10\^[-+]?\d+|\s*[^\W\d_]+)\Z", re.IGNORECASE)
_UNIT = re.compile(r"[^\W\d_]+([ /][^\W\d_]+)?|[%$]")


class Reading(NamedTuple):
    """What a text may mean: a value, with an interval where the text has one, and its unit."""

    value: float
    low: float | None = None
    high: float | None = None
    unit: str = ""
    is_range: bool = False  # the value is the middle of two ends, which the text does not name

    def converted(self, measure: Measure, symbol: str) -> "Reading | None":
        """Return the reading in a unit of the measure; None if its own unit is another kind."""
        own, target = measure.unit.factor(self.unit or symbol), measure.unit.factor(symbol)
        if own is None or target is None:
            return None
        factor = own / target
        numbers = (
            None if number is None else units.convert(number, factor)
            for number in (self.value, self.low, self.high)
        )
        value, low, high = numbers
        assert value is not None
        return Reading(value, low, high, symbol, self.is_range)

    def is_allowed(self, measure: Measure) -> bool:
        """Return whether the measure admits the value and the interval."""
        settled = self.converted(measure, measure.unit.symbol)
        return settled is not None and all(
            number is None or measure.admits(number) for number in settled[:3]
        )


def quantity_mend(text: str, measure: Measure) -> str:
    """Return a hint of how to write a quantity, such as ``; write {value: 10, unit: "%"}``.

    Parameters
    ----------
    text : str
        Text where a number or a mapping is needed.
    measure : Measure
        Unit and range of the quantity.

    Examples
    --------
    >>> from taskmodel.files import units
    >>> share, hours = Measure(units.ONE, ge=0, le=1), Measure(units.WORKING_TIME, gt=0)
    >>> quantity_mend("0,485", share), quantity_mend("16:30", hours)
    ('; write 0.485', '; write 16.5')
    >>> quantity_mend("10 %", share)
    '; write {value: 10, unit: "%"}'
    >>> quantity_mend("2 hogsheads", hours)[:49]
    "; 'hogsheads' is not a unit of working time; use "
    """
    allowed = [reading for reading in _readings(text, measure) if reading.is_allowed(measure)]
    if not allowed and _DAY.fullmatch(text.strip()):
        return "; this is a date"
    if not allowed and (symbol := _other_unit(text, measure)):
        return f"; {measure.unit.refusal(symbol)}"
    note = ", with your central value for the middle" if any(r.is_range for r in allowed) else ""
    return _proposal([_as_quantity(reading, measure) for reading in allowed], note)


def number_mend(text: str, measure: Measure | None, unit: str = "", integer: bool = False) -> str:
    """Return a hint of how to write a number where no mapping can stand.

    Parameters
    ----------
    text : str
        Text where a number is needed.
    measure : Measure or None
        Unit and range of the quantity it belongs to; None for a pure number.
    unit : str
        Unit that the number is in; "" for the declared one.
    integer : bool
        Whether only whole numbers are read.
    """
    measure = measure or Measure(units.ONE)
    symbol = unit or measure.unit.symbol
    readings = (
        reading._replace(unit=reading.unit or symbol)
        for reading in _readings(text, measure)
        if reading.low is None
    )
    allowed = [
        converted.value
        for reading in readings
        if reading.is_allowed(measure)
        and (converted := reading.converted(measure, symbol)) is not None
    ]
    return _proposal([_plain(value) for value in allowed if not integer or value % 1 == 0], "")


def _proposal(texts: list[str], note: str) -> str:
    return f"; write {' or '.join(dict.fromkeys(texts))}{note}" if texts else ""


def _as_quantity(reading: Reading, measure: Measure) -> str:
    entries = {
        name: _plain(number)
        for name, number in zip(("value", "low", "high"), reading[:3], strict=True)
        if number is not None
    }
    if reading.unit not in ("", measure.unit.symbol):
        plain = re.fullmatch(r"[A-Za-z0-9][\w/^()-]*", reading.unit)
        entries["unit"] = reading.unit if plain and reading.unit != "1" else f'"{reading.unit}"'
    if set(entries) == {"value"}:
        return entries["value"]
    return "{" + ", ".join(f"{name}: {text}" for name, text in entries.items()) + "}"


def _plain(number: float) -> str:
    return str(int(number)) if number % 1 == 0 and abs(number) < 1e15 else repr(number)


def _readings(text: str, measure: Measure) -> Iterator[Reading]:
    """Yield what a text may mean as a quantity of that measure."""
    text = _simple(text)
    if match := _DAY.fullmatch(text):
        year, separator, month, day = match.groups()
        if measure.unit == units.DATE and (day or separator != "."):
            try:  # a month is its first day
                yield Reading(round(calendar_year(f"{year}-{month:0>2}-{day or 1:0>2}"), 6))
            except InputError:  # no such day
                return
        if separator != "." or day:
            return
    if match := _CLOCK.fullmatch(text):
        hours, minutes, seconds = (float(part or 0) for part in match.groups())
        hours += minutes / 60 + seconds / 3600
        if measure.unit.factor("h") is not None:
            yield Reading(hours, unit="h")
        return
    alone = [Reading(value) for value in _numbers(text)]
    yield from alone or _with_parts(text, measure)


def _simple(text: str) -> str:
    """Return a text with plain digits, signs and blanks, and powers written as 10^28."""
    text = text.translate(_SIGNS)
    text = _SUPERSCRIPT.sub(lambda match: "^" + match[0].translate(_SUPERSCRIPTS), text)
    text = unicodedata.normalize("NFKC", text).translate(_SIGNS).strip().strip("\"'")
    return _ABOUT.sub("", text, count=1) if _ABOUT.match(text) else text


def _numbers(text: str) -> list[float]:
    """Return the numbers that a text without unit may mean, the likelier first; at most two."""
    return [number for number in _candidates(text.strip()) if math.isfinite(number)]


def _candidates(text: str) -> Iterator[float]:
    if _FLOAT.fullmatch(text):
        yield _float(text)
    elif match := _POWER.fullmatch(text):
        mantissas = _numbers(match[1]) if match[1] else [1.0]
        yield from (_float(f"{mantissa!r}e{match[2]}") for mantissa in _no_powers(mantissas))
    elif match := _FRACTION.fullmatch(text):
        if int(match[2]):
            yield int(match[1]) / int(match[2])
    elif match := _MAGNITUDE.fullmatch(text):
        word = match[2].lower()
        power = _MAGNITUDES["tr" if word == "trillion" else word[0]]
        # by its digits: 1.07 times 10**9 is not 1.07e9
        yield from (float(Decimal(repr(number)).scaleb(power)) for number in _numbers(match[1]))
    elif match := _GROUPS.fullmatch(text):
        yield float(re.sub(r"[ _',.]", "", text))
        if match[1] == "," and text.count(",") == 1:
            yield float(text.replace(",", "."))
    elif _DECIMALS.fullmatch(text):
        yield _float(text.replace(",", "."))
    elif (match := _GROUPS_AND_DECIMALS.fullmatch(text)) and match[2] != match[3]:
        yield float(re.sub(r"[ _',.]", "", match[1]) + "." + match[4])


def _float(text: str) -> float:
    """Return a number, NaN where it is too small to tell from 0."""
    value = float(text)
    return value if value or not Decimal(text) else math.nan


def _no_powers(numbers: list[float]) -> list[float]:
    return [number for number in numbers if "e" not in repr(number)]


def _with_parts(text: str, measure: Measure) -> Iterator[Reading]:
    """Yield readings of a text with an interval, or with a unit behind it."""
    yield from list(_with_interval(text)) or _with_unit(text, measure)


def _with_interval(text: str) -> Iterator[Reading]:
    """Yield readings of a text with an interval, in numbers alone."""
    if match := _SPREAD.fullmatch(text):
        for value, half in _pairs(_alike(match[1], match[2]), match[2]):
            low, high = _rounded(value - half), _rounded(value + half)
            if low < value or not half:  # of 5e28 +- 2 the spread is lost, and not what was meant
                yield Reading(value, low, high)
    elif match := _IN_BRACKETS.fullmatch(text):
        for value in _numbers(match[1]):
            for low, high in _ends(match[2], match[3]):
                if low <= value <= high:
                    yield Reading(value, low, high)
    elif match := _BETWEEN.fullmatch(text):
        for low, high in _ends(match[1], match[2]):
            yield Reading(_rounded((low + high) / 2), low, high, is_range=True)


def _rounded(number: float) -> float:
    """Return a sum of numbers that people write without what floats add to their digits."""
    return float(f"{number:.15g}")


def _with_unit(text: str, measure: Measure) -> Iterator[Reading]:
    """Yield readings of a number or interval with a unit behind it, or a dollar sign before it."""
    if text.startswith("$"):
        text = f"{text[1:]}$"
    text = _TIMES.sub("x", text)
    alone = _TIMES_ALONE.sub("", text)
    if measure.unit in (units.ONE, units.GROWTH) and alone != text:
        yield from _in_numbers(alone)
        return
    for start in _UNIT_STARTS.finditer(text):
        name = text[start.start() :].rstrip(")] ")
        number = text[: start.start()].strip() + text[start.start() + len(name) :].strip()
        number = re.sub(rf"(?<=\w)\s*{re.escape(name)}(?![^\W\d_])", "", number)
        symbol = units.canonical(name)
        if measure.unit.factor(symbol) is not None and (readings := _in_numbers(number)):
            yield from (reading._replace(unit=symbol) for reading in readings)
            return


def _in_numbers(text: str) -> list[Reading]:
    """Return what a text without unit may mean: a number, or an interval."""
    return [Reading(value) for value in _numbers(text)] or list(_with_interval(text))


def _other_unit(text: str, measure: Measure) -> str:
    """Return the unit of another kind behind a number; "" if there is none."""
    text = _simple(text)
    if (start := _UNIT_STARTS.search(text)) is None or not _numbers(text[: start.start()]):
        return ""
    symbol = text[start.start() :]
    if not _UNIT.fullmatch(symbol):
        return ""
    return symbol if measure.unit.factor(units.canonical(symbol)) is None else ""


def _ends(first: str, second: str) -> list[tuple[float, float]]:
    """Return pairs of what the ends of an interval may mean; 1-2 million begins at a million.

    In 100-1k the first end has no magnitude. In 5-2e28 something is amiss, and nothing is known.
    """
    alike = _alike(first, second)
    if pairs := [(low, high) for low, high in _pairs(alike, second) if low <= high]:
        return pairs
    return [(low, high) for low, high in _pairs(first, second) if low <= high <= WIDEST * low]


def _alike(first: str, second: str) -> str:
    """Return the first text with the power or magnitude that the second one alone has."""
    shared = _SHARED.search(second.strip())
    return first if shared is None or _SHARED.search(first.strip()) else first.strip() + shared[0]


def _pairs(first: str, second: str) -> list[tuple[float, float]]:
    """Return pairs of what two texts may mean, each read in the same way."""
    return list(zip(_numbers(first), _numbers(second), strict=False))
