"""The plain layout of task tables: one task in each line, one column for each field of a task.

Columns are named as the fields of a task in a catalog, in any order and case: title, share,
horizon, review_ratio, coverage_floor and so on; ``weight`` is share, ``task_hours`` horizon and
``task`` title. The unit stands in brackets behind the name, as in ``horizon [min]``, in a column of
its own, ``horizon_unit``, or behind the number. ``horizon_low`` and ``horizon_high`` are the ends
of a 90 % interval. Ids are made from titles where there is no column ``id``, and lists (``after``)
are separated by semicolons, commas or bars. ``phase`` names the nest of a task.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from taskmodel.catalog.task_table import (
    FIELDS,
    SCORE,
    TaskRow,
    TaskTable,
    as_value,
    cell_entries,
    slug,
)
from taskmodel.errors import InputError
from taskmodel.files.decimals import Decimals, decimals_of
from taskmodel.files.quantity import Measure
from taskmodel.files.sheet import Sheet, SheetRow
from taskmodel.files.suggestions import listing
from taskmodel.files.yaml import TextMark

ALIASES = {"weight": "share", "task_hours": "horizon", "task": "title"}
# titles of lines that sum the others, as ids
TOTALS = set(
    "total totals grand_total sub_total subtotal sum sums summe gesamt gesamtsumme insgesamt somme "
    "totale suma overall_total".split()
)
# signs of no value that people and programs write, in small letters
ABSENT = set("- -- – — . ? na n/a #n/a <na> nan null none nil".split())
ROLES = ("low", "high", "unit")

_HEADER = re.compile(r"(.*?)\s*(?:[\[(](.*)[\])])?")


class _Column(NamedTuple):
    """A column that is read: a field, its value ("") or another role, and the unit."""

    number: int
    field: str
    role: str
    unit: str
    header: str


def plain_tasks(sheet: Sheet) -> TaskTable:
    """Return the tasks of a sheet in the plain layout; defects are in the result."""
    table = TaskTable(
        sheet.file,
        _mark(sheet, sheet.header, 0),
        defects=list(sheet.defects),
        is_whole=not sheet.defects,
    )
    columns = _columns(sheet, table)
    ids = next((column for column in columns if column.field == "id"), None)
    titles = next((column for column in columns if column.field == "title"), None)
    if ids is None and titles is None:
        message = f"found {sheet.header.raw.strip()[:60]!r}; a column title, or id, is needed"
        table.defects = [table.header.key_defect("", message + _header_hint(sheet))]
        return table
    if not sheet.rows and not sheet.defects:
        table.defects.append(table.header.key_defect("", "has no tasks below the first line"))
    for column in columns:
        if column.field not in ("id", "title", "phase") and not column.role:
            table.origins[column.field] = f"the column {column.header!r} of the table"
        if column.field == "share" and not column.role:
            table.share_mark = _mark(sheet, sheet.header, column.number)
    decimals = decimals_of(sheet, (column.number for column in columns if not _is_number(column)))
    for row in sheet.rows:
        _add_task(sheet, row, columns, table, decimals)
    _resolve_order(table)
    _note_phases(table)
    return table


def _header_hint(sheet: Sheet) -> str:
    """Return what to do where the first line does not name the tasks."""
    for row in sheet.rows:
        if {"title", "task", "id"} & {cell.lower() for cell in row.cells}:
            return f"; line {row.line} has one: remove the lines above it"
    alone = len(sheet.header.cells) == 1
    return ", and commas, semicolons or tabs between the columns" if alone else ""


def _mark(sheet: Sheet, row: SheetRow, index: int) -> TextMark:
    line, column = row.position(index)
    return TextMark(sheet.file, line, column, line, column)


def _columns(sheet: Sheet, table: TaskTable) -> list[_Column]:
    """Return the columns that are read; a field that has two is a defect."""
    columns: list[_Column] = []
    unread = []
    for index, header in enumerate(sheet.header.cells):
        match = _HEADER.fullmatch(header)
        assert match is not None  # it takes any text
        name = re.sub(r"[\s-]+", "_", match[1].strip().lower())
        stem, _, role = name.rpartition("_")
        if role not in ROLES or _field(stem) is None:
            stem, role = name, ""
        field = _field(stem)
        if field is None or (role and FIELDS[field].measure is None):
            unread.append(header or f"the one at {index + 1}, without a name")
            continue
        column = _Column(index, field, role, match[2] or "", header)
        for other in columns:
            if (other.field, other.role) == (column.field, column.role):
                message = f"{header!r} and {other.header!r} are one field of tasks; keep one column"
                table.defects.append(_mark(sheet, sheet.header, index).key_defect("", message))
        columns.append(column)
    table.unread = tuple(unread)
    return columns


def _field(name: str) -> str | None:
    """Return the field of tasks that a column has; None if it has none."""
    name = ALIASES.get(name, name)
    return name if name in FIELDS or name == "id" else None


def _is_number(column: _Column) -> bool:
    """Return whether the cells of a column are numbers."""
    slot = FIELDS.get(column.field)
    has_number = slot is not None and (slot.measure is not None or column.field == SCORE)
    return has_number and column.role != "unit"


def _add_task(
    sheet: Sheet, row: SheetRow, columns: list[_Column], table: TaskTable, decimals: Decimals
) -> None:
    cells = {
        (column.field, column.role): row.cells[column.number]
        for column in columns
        if row.cells[column.number]
    }
    position = {(column.field, column.role): column.number for column in columns}
    title, key = cells.get(("title", ""), ""), cells.get(("id", ""), "")
    first = ("id", "") if key else ("title", "")
    mark = _mark(sheet, row, position.get(first, 0))
    key = key or slug(title) or (f"task_{row.line}" if title else "")
    if not key:
        message = "the task has no title; fill the cell, or remove the line if it is a total"
        table.defects.append(mark.key_defect("", message))
        table.is_whole = False
        return
    if slug(title or key) in TOTALS:
        message = (
            f"{title or key!r} is a total, not a task; remove the line (a task needs another title)"
        )
        table.defects.append(mark.key_defect("", message))
        return
    values: dict[str, Any] = {"title": title or key}
    marks = {"title": mark}
    for column in columns:
        cell = (column.field, "")
        if column.role or column.field in ("id", "title") or cell not in cells:
            continue
        marks[column.field] = _mark(sheet, row, column.number)
        try:
            _require_value(cells[cell], column.field)
            values[column.field] = _value(decimals, column, cells, columns)
        except InputError as error:
            values[column.field] = None  # not lacking, but broken
            path = f"tasks.{key}.{column.field}"
            table.defects.append(marks[column.field].key_defect(path, str(error)))
    if phase := values.get("phase"):
        values["phase"] = slug(phase) or f"phase_{row.line}"
        table.phases.setdefault(values["phase"], phase)
    elif "phase" in values:  # it is reported, and the catalog can be checked without
        del values["phase"]
    table.add(TaskRow(key, values, marks, mark))


def _require_value(text: str, name: str) -> None:
    """Raise an InputError if a cell that may be empty has a sign of no value."""
    can_be_empty = FIELDS[name].optional and FIELDS[name].kind != "list"
    if text.lower() in ABSENT and (can_be_empty or name == "phase") and name != "description":
        raise InputError(f"found {text!r}; leave the cell empty where there is no value")


def _value(
    decimals: Decimals,
    column: _Column,
    cells: dict[tuple[str, str], str],
    columns: list[_Column],
) -> Any:
    """Return the plain value of a cell, with unit and interval where the row has them.

    Raises
    ------
    InputError
        If units contradict each other, the text is broken YAML, or may be two numbers.
    """
    name, slot = column.field, FIELDS[column.field]
    text = cells[name, ""]
    if not _is_number(column):
        return as_value(text, slot, name)
    units = {other.unit for other in columns if other.field == name}
    units |= {cells.get((name, "unit"), "")}

    def admits(number: float, unit: str) -> bool:
        # a share may be a weight, of any size
        return name == "share" or _admits(slot.measure, number, {unit} if unit else units - {""})

    value = as_value(decimals.number_text(text, admits), slot, name)
    if name == SCORE:
        return value
    quantity = dict(value) if isinstance(value, dict) else {"value": value}
    units.add(quantity.pop("unit", ""))
    for end in ("low", "high"):
        if (name, end) in cells:
            limit = as_value(decimals.number_text(cells[name, end], admits), slot, name)
            if isinstance(limit, dict):
                units.add(limit.get("unit", ""))
                limit = limit.get("value")
            quantity[end] = limit
    own = sorted(units - {""})
    if len(own) > 1:
        raise InputError(f"has the units {' and '.join(own)}; keep one")
    if own:
        quantity["unit"] = own[0]
    return quantity["value"] if set(quantity) == {"value"} else quantity


def _admits(measure: Measure | None, number: float, units: set[str]) -> bool:
    """Return whether a quantity may have a number, in a unit if there is one."""
    if measure is None:
        return True
    factor = measure.unit.factor(next(iter(units), measure.unit.symbol))
    return factor is None or measure.admits(number * float(factor))


def _resolve_order(table: TaskTable) -> None:
    """Let tasks be named by their titles in `after`."""
    keys = set(table.rows)
    in_parts = {tuple(cell_entries(row.values["title"])): key for key, row in table.rows.items()}
    for row in table.rows.values():
        names = row.values.get("after")
        if isinstance(names, list) and len(names) == 1 and names[0].lower() in ABSENT - keys:
            message = f"found {names[0]!r}; leave the cell empty where no task comes before"
            mark = row.marks["after"]
            table.defects.append(mark.key_defect(f"tasks.{row.key}.after", message))
            row.values["after"] = []
        elif isinstance(names, list):
            known = all(name in keys or slug(name) in keys for name in names)
            row.values["after"] = _ids(names, keys, {} if known else in_parts)


def _ids(
    parts: list[str], keys: Collection[str], in_parts: Mapping[tuple[str, ...], str]
) -> list[str]:
    """Return ids of tasks for the parts of a cell; titles with commas are several parts each."""
    ids, longest = [], max(map(len, in_parts), default=1)
    while parts:
        runs = (parts[:length] for length in range(min(longest, len(parts)), 1, -1))
        run = next((run for run in runs if tuple(run) in in_parts), parts[:1])
        name = run[0] if len(run) == 1 else in_parts[tuple(run)]
        ids.append(name if name in keys or slug(name) not in keys else slug(name))
        parts = parts[len(run) :]
    return ids


def _note_phases(table: TaskTable) -> None:
    """Note the tasks without a phase beside others that have one, as merged cells leave them."""
    without = [row.key for row in table.rows.values() if "phase" not in row.values]
    if table.phases and without:
        table.notes.append(
            f"in no phase, beside all phases: {listing(without)}; fill cells that were merged"
        )
