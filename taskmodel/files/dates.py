"""Dates as calendar years."""

from __future__ import annotations

import math
import re
from datetime import date as Day

from taskmodel.errors import InputError
from taskmodel.files.numerals import is_number

_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


def calendar_year(text: str) -> float:
    """Return a date, written as a calendar year or as a day, as a calendar year.

    Raises
    ------
    InputError
        If the text is neither.

    Examples
    --------
    >>> [round(calendar_year(text), 6) for text in ("2026.25", "2026-07-02", "2024-01-01")]
    [2026.25, 2026.49863, 2024.0]
    """
    if is_number(text) and math.isfinite(float(text)):
        return float(text)
    if match := _DAY.fullmatch(text):
        try:
            return year_fraction(Day(*map(int, match.groups())))
        except ValueError as error:
            raise InputError(f"found {text!r} for a date; there is no such day: {error}") from None
    raise InputError(
        f"found {text[:60]!r} for a date; "
        "a calendar year such as 2026.5 or a day such as 2026-07-02 is needed"
    )


def year_fraction(day: Day) -> float:
    """Return a day as a calendar year.

    Examples
    --------
    >>> year_fraction(Day(2024, 7, 2))  # day 183 of 366
    2024.5
    """
    # Ordinals of 1 January; year 9999 has no next one that the calendar represents.
    first = Day(day.year, 1, 1).toordinal()
    last = Day(day.year, 12, 31).toordinal()
    return day.year + (day.toordinal() - first) / (last + 1 - first)
