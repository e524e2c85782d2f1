"""Tables of dates and values, as CSV: a first line `date,value`, then a date and a value on every line.

A date is a calendar year, such as 2026.5, or a day, such as 2026-07-02. Every defect of a table is told with its line.
"""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Iterator
from pathlib import Path

from taskmodel.errors import CatalogError, Defect, InputError
from taskmodel.files.yaml import read_text

__all__ = ["Rows", "calendar_year", "read_table"]

HEAD = ("date", "value")
Rows = tuple[tuple[float, float], ...]

_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


def read_table(path: Path) -> Rows:
    """Return dates [calendar year] and values of a CSV file.

    Parameters
    ----------
    path : Path
        The file. Dates have to increase; values have to be above 0 and finite.

    Raises
    ------
    CatalogError
        With every defect, by file, line and column (counted in letters).
    """
    lines = read_text(path).splitlines()
    defects: list[Defect] = []
    found: list[tuple[float, float]] = []
    if not lines or tuple(cell.strip() for cell in lines[0].split(",")) != HEAD:
        said = repr(lines[0][:60]) if lines else "nothing"
        defects.append(
            Defect(str(path), 1, 1, "", f"found {said}; the first line has to be {','.join(HEAD)}")
        )
    for number, line in enumerate(lines[1:], start=2):
        if not line.strip():
            continue
        row, wrong = _row(line)
        defects += (Defect(str(path), number, column, "", message) for column, message in wrong)
        if row is None:
            continue
        if found and not row[0] > found[-1][0]:
            message = f"the date {row[0]:.10g} comes after {found[-1][0]:.10g}; dates have to increase from line to line"
            defects.append(Defect(str(path), number, 1, "", message))
        found.append(row)
    if not defects and len(found) < 2:
        defects.append(
            Defect(
                str(path), len(lines), 1, "", f"found {len(found)} dates; at least two are needed"
            )
        )
    if defects:
        raise CatalogError(defects)
    return tuple(found)


def _row(line: str) -> tuple[tuple[float, float] | None, list[tuple[int, str]]]:
    """Date and value of a line, if it has both; and what is wrong with it, by column."""
    cells = line.split(",")
    if len(cells) != len(HEAD):
        return None, [
            (
                1,
                f"found {len(cells)} cell{'s' * (len(cells) != 1)}; a date and a value are needed, with a comma between them",
            )
        ]
    try:
        date = calendar_year(cells[0].strip())
    except ValueError as error:
        return None, [(1, str(error)), *_value_defects(cells)]
    wrong = list(_value_defects(cells))
    return (None, wrong) if wrong else ((date, float(cells[1])), [])


def _value_defects(cells: list[str]) -> Iterator[tuple[int, str]]:
    text = cells[1].strip()
    number = float(text) if _NUMBER.fullmatch(text) else math.nan
    if not 0 < number < math.inf:
        yield (
            len(cells[0]) + 2,
            f"found {text[:60]!r} for a value; a number above 0 is needed, with a point and without separators",
        )


def calendar_year(text: str) -> float:
    """Return a date, written as a calendar year or as a day, as a calendar year.

    Raises
    ------
    InputError
        If it is neither.

    Examples
    --------
    >>> calendar_year("2026.25"), calendar_year("2026-07-02"), calendar_year("2024-01-01")
    (2026.25, 2026.4986301369863, 2024.0)
    """
    if _NUMBER.fullmatch(text) and math.isfinite(float(text)):
        return float(text)
    if day := _DAY.fullmatch(text):
        year, month, of_month = map(int, day.groups())
        try:
            passed = datetime.date(year, month, of_month) - datetime.date(year, 1, 1)
        except ValueError as error:
            raise InputError(f"found {text!r} for a date; there is no such day: {error}") from None
        return year + passed.days / (
            366 if datetime.date(year, 12, 31).timetuple().tm_yday == 366 else 365
        )
    raise InputError(
        f"found {text[:60]!r} for a date; a calendar year such as 2026.5 or a day such as 2026-07-02 is needed"
    )
