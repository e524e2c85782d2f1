"""The main table of an answer as comma-separated values, in full precision."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Mapping
from typing import Any

from taskmodel.cli.screen import json_text
from taskmodel.errors import InputError

# Keys of the JSON document under which a table may be; the first that is there is the main one.
TABLES = (
    "curve",
    "points",
    "levers",
    "inputs",
    "milestones",
    "values",
    "regions",
    "regimes",
    "solutions",
    "changes",
    "alone",
    "tasks",
    "cruxes",
    "stocks",
    "cases",
    "results",
    "numbers",
    "keys",
    "paths",
    "differences",
    "files",
)


def table_csv(facts: Mapping[str, Any]) -> str:
    """Return the main table of an answer as CSV, a row for each of its records.

    Columns are named as in the JSON document, those of records within records by both names with a
    dot; NaN is an empty cell, infinity ``inf``. Quantiles are columns ``NAME.p5`` and so on.

    Raises
    ------
    InputError
        If the answer has no table.

    Examples
    --------
    >>> table_csv({"curve": [{"compute": 1e30, "share": {"review": 0.5}}]}).splitlines()
    ['compute,share.review', '1e+30,0.5']
    """
    rows = [dict(_cells(row)) for row in _records(facts)]
    columns = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().rstrip("\n")


def _records(facts: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the records of the main table."""
    if "critical_path" in facts:
        return [*facts["critical_path"], *facts["others"]]
    kinds = [(key, rows) for key, rows in facts.items() if isinstance(rows, list)]
    if len(kinds) == len(facts) > 1:  # of `list`: one table for each kind of file
        return [{"kind": kind, **row} for kind, rows in kinds for row in rows]
    for key in TABLES:
        table = facts.get(key)
        if isinstance(table, Mapping) and all(isinstance(row, Mapping) for row in table.values()):
            return [{"name": name, **row} for name, row in table.items()]
        if isinstance(table, list) and all(isinstance(row, Mapping) for row in table):
            return table
    raise InputError("--format csv: this answer has no table; take --format json")


def _cells(record: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield columns and cells of a record."""
    for key, value in record.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping) and {"quantiles", "values"} <= value.keys():
            for level, quantile in zip(value["quantiles"], value["values"], strict=True):
                yield f"{name}.p{100 * level:g}", _cell(quantile)
        elif isinstance(value, Mapping):
            yield from _cells(value, f"{name}.")
        else:
            yield name, _cell(value)


def _cell(value: Any) -> Any:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, (list, tuple)):
        if any(isinstance(item, (Mapping, list, tuple)) for item in value):
            return " ".join(json_text(list(value)).split())
        return "; ".join(str(_cell(item)) for item in value)
    return value
