"""Tables of dates and values as CSV, as spreadsheets and statistical programs write them.

The first line names the columns, among them `date` and `value`; the others are not read. Cells are
separated by commas, semicolons or tabs, and may be in quotes. A date is a calendar year, such as
2026.5, or a day, such as 2026-07-02. Where semicolons separate cells a comma is a decimal comma.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from taskmodel._text import counted
from taskmodel.errors import CatalogError, Defect, InputError
from taskmodel.files.dates import calendar_year
from taskmodel.files.decimals import Decimals, decimals_of
from taskmodel.files.mends import number_mend
from taskmodel.files.numerals import is_number
from taskmodel.files.quantity import Measure
from taskmodel.files.sheet import read_sheet
from taskmodel.files.units import ONE

HEADER = ["date", "value"]
Rows = tuple[tuple[float, float], ...]


class _Row(NamedTuple):
    """A line of a table: its number, the cells of date and value, and where the value stands."""

    line: int
    date: str
    value: str
    column: int


class _Problem(NamedTuple):
    """A defect of a row; those of one cause are told once, at the first row."""

    cause: str
    line: int
    column: int
    message: str


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
        With every defect, by file, line and column (in characters, from 1). Lines with the same
        defect are counted, and the first is named.
    """
    sheet = read_sheet(path)
    names = sheet.names
    if any(names.count(name) != 1 for name in HEADER):
        first = sheet.header.raw.strip()
        header = repr(first[:60]) if first else "nothing"
        message = f"found {header}; the first line has to name the columns {' and '.join(HEADER)}"
        raise CatalogError([Defect(str(path), 1, 1, "", message)])
    dates, values = map(names.index, HEADER)
    rows = [
        _Row(row.line, row.cells[dates], row.cells[values], row.position(values)[1])
        for row in sheet.rows
    ]
    problems = [
        _Problem("csv" if "CSV" in message else "cells", line or 1, 1, message)
        for _, line, _, _, message in sheet.defects
    ]
    decimals = decimals_of(sheet)
    numbers = [(row, *_numbers(row, decimals, problems)) for row in rows]
    problems += _order([(row, date) for row, date, _ in numbers if date is not None])
    if not problems and len(numbers) < 2:
        message = f"found {counted(len(numbers), 'date')}; at least two are needed"
        problems.append(_Problem("", max([1, *(row.line for row in rows)]), 1, message))
    if problems:
        raise CatalogError(_once(problems, str(path)))
    return tuple((date, value) for _, date, value in numbers if date is not None and value)


def _numbers(
    row: _Row, decimals: Decimals, problems: list[_Problem]
) -> tuple[float | None, float | None]:
    """Return date and value of a row; None for one that is wrong, which joins the problems."""
    date = value = None
    try:
        date = calendar_year(decimals.number_text(row.date))
    except InputError as error:
        problems.append(_Problem(_cause("date", row.date), row.line, 1, str(error)))
    try:
        value = _positive(row.value, decimals)
    except InputError as error:
        column = row.column if row.value else 1
        problems.append(_Problem(_cause("value", row.value), row.line, column, str(error)))
    return date, value


def _positive(cell: str, decimals: Decimals) -> float:
    """Return the value of a cell.

    Raises
    ------
    InputError
        If it is no number above 0, or may be two.
    """
    text = decimals.number_text(cell)
    if is_number(text) and 0 < float(text) < math.inf:
        return float(text)
    needed = "a number above 0 is needed, with a point and without separators"
    if not cell:
        raise InputError(f"found nothing for a value; {needed}, or remove the line")
    mend = number_mend(cell, Measure(ONE, gt=0))
    raise InputError(f"found {cell[:60]!r} for a value; {needed}{mend}")


def _cause(name: str, cell: str) -> str:
    """Return the same text for cells that are wrong in the same way."""
    return f"{name} " + re.sub(r"[0-9]+", "0", cell)


def _order(dates: list[tuple[_Row, float]]) -> Iterator[_Problem]:
    """Yield dates that stand twice or come after a later one."""
    latest = -math.inf
    lines: dict[float, _Row] = {}
    for row, date in dates:
        if date in lines:
            first = lines[date]
            message = (
                f"the date {row.date} stands at line {first.line} too, with {first.value} there "
                f"and {row.value} here; keep one line for each date, such as that of the largest "
                "value so far"
            )
            yield _Problem("twice", row.line, 1, message)
        elif date < latest:
            message = (
                f"the date {date:.10g} comes after {latest:.10g}; dates have to increase from "
                "line to line: sort the lines by date"
            )
            yield _Problem("order", row.line, 1, message)
        lines[date] = row
        latest = max(latest, date)


def _once(problems: list[_Problem], file: str) -> Iterator[Defect]:
    """Yield the first problem of each cause, with the number of the others."""
    causes: dict[str, list[_Problem]] = {}
    for problem in problems:
        causes.setdefault(problem.cause, []).append(problem)
    for same in causes.values():
        others = len(same) - 1
        more = f" (and {others} line{'s' * (others > 1)} below like it)" if others else ""
        yield Defect(file, same[0].line, same[0].column, "", same[0].message + more)
