"""Tables of dates and values as CSV: a first line `date,value`, then a date and a value per line.

A date is a calendar year, such as 2026.5, or a day, such as 2026-07-02.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from datetime import date as Day
from pathlib import Path

from taskmodel.errors import CatalogError, Defect, InputError
from taskmodel.files.yaml import read_text

HEADER = ["date", "value"]
Rows = tuple[tuple[float, float], ...]

_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


def read_table(path: Path) -> Rows:
    """Return the rows of a CSV file.

    Parameters
    ----------
    path : Path
        The file. Dates have to increase; values have to be positive and finite.

    Returns
    -------
    tuple of (float, float)
        Date [calendar year] and value of each line.

    Raises
    ------
    CatalogError
        With every defect, by file, line and column (in characters, from 1).
    """
    lines = read_text(path).splitlines()
    defects = []
    rows: list[tuple[float, float]] = []
    if not lines or [cell.strip() for cell in lines[0].split(",")] != HEADER:
        header = repr(lines[0][:60]) if lines else "nothing"
        message = f"found {header}; the first line has to be {','.join(HEADER)}"
        defects.append(Defect(str(path), 1, 1, "", message))
    for number, line in enumerate(lines[1:], start=2):
        if not line.strip():
            continue
        cells = [cell.strip() for cell in line.split(",")]
        problems = list(_problems(cells, len(line.split(",")[0]) + 2))
        if not problems:
            date, value = calendar_year(cells[0]), float(cells[1])
            if rows and not date > rows[-1][0]:
                message = (
                    f"the date {date:.10g} comes after {rows[-1][0]:.10g}; "
                    "dates have to increase from line to line"
                )
                problems.append((1, message))
            rows.append((date, value))
        defects += (Defect(str(path), number, column, "", message) for column, message in problems)
    if not defects and len(rows) < 2:
        message = f"found {len(rows)} dates; at least two are needed"
        defects.append(Defect(str(path), len(lines), 1, "", message))
    if defects:
        raise CatalogError(defects)
    return tuple(rows)


def _problems(cells: list[str], value_column: int) -> Iterator[tuple[int, str]]:
    """Yield column and message of each defect of a line."""
    if len(cells) != len(HEADER):
        count = f"{len(cells)} cell{'s' * (len(cells) != 1)}"
        message = f"found {count}; a date and a value are needed, with a comma between them"
        yield 1, message
        return
    try:
        calendar_year(cells[0])
    except InputError as error:
        yield 1, str(error)
    if not (_NUMBER.fullmatch(cells[1]) and 0 < float(cells[1]) < math.inf):
        message = (
            f"found {cells[1][:60]!r} for a value; "
            "a number above 0 is needed, with a point and without separators"
        )
        yield value_column, message


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
    if _NUMBER.fullmatch(text) and math.isfinite(float(text)):
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
