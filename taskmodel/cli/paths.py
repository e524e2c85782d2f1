"""`taskmodel paths`: every value of a catalog that can be set, by path."""

from argparse import Namespace
from collections.abc import Iterator
from typing import Any

from taskmodel.catalog import Catalog
from taskmodel.cli.catalogs import heading, load
from taskmodel.cli.keys import fits, nothing_fits, title
from taskmodel.cli.output import Answer
from taskmodel.cli.screen import as_given, counted, plain, table, wrapped
from taskmodel.files.dotted import covers
from taskmodel.files.reference import Entry, entries


def answer(args: Namespace) -> Answer:
    """List the paths of a catalog with their values."""
    catalog = load(args)
    keys = _key_of_each(catalog)
    chosen = {path: entry for path, entry in keys.items() if fits(args.find, path, entry)}
    if not chosen:
        raise nothing_fits(args.find, keys)
    rows = [
        {"path": path, **_values(catalog, path, entry), **_facts(entry)}
        for path, entry in chosen.items()
    ]
    facts = {
        "catalog": catalog.name,
        "scenario": catalog.scenario,
        "overrides": catalog.overrides,
        "paths": rows,
    }
    return Answer(
        facts, lambda: _lines(catalog, rows, list(chosen.values()), args.find is not None)
    )


def _key_of_each(catalog: Catalog) -> dict[str, Entry]:
    """Return the key of each path that can be set."""
    by_name: dict[str, list[Entry]] = {}
    for entry in entries(Catalog):
        by_name.setdefault(entry.path.rpartition(".")[2], []).append(entry)
    return {
        path: next(
            entry
            for name in (path.rpartition(".")[2], "*")
            for entry in by_name.get(name, ())
            if covers(entry.path, path)
        )
        for path in catalog.paths()
    }


def _values(catalog: Catalog, path: str, entry: Entry) -> dict[str, Any]:
    value = catalog.get(path)
    # numbers with a unit are quantities, which have ends
    ends = {end: catalog.get(f"{path}.{end}") if entry.unit else None for end in ("low", "high")}
    return {"value": list(value) if isinstance(value, tuple) else value, **ends}


def _facts(entry: Entry) -> dict[str, Any]:
    return {
        "key": entry.path,
        "unit": entry.unit,
        "allowed": entry.allowed,
        "meaning": entry.meaning,
    }


def _lines(
    catalog: Catalog, rows: list[dict[str, Any]], keys: list[Entry], singly: bool
) -> list[str]:
    lines = [*heading(catalog, f"{counted(len(rows), 'value')} can be set"), ""]
    for entry in dict.fromkeys(keys):
        lines += wrapped(title(entry), indent="")
        lines += (f"  {line}" for line in wrapped(entry.meaning))
        values = [row for row in rows if row["key"] == entry.path]
        lines += _each(values) if singly else wrapped(_together(values), indent="    = ")
    return lines


def _each(rows: list[dict[str, Any]]) -> Iterator[str]:
    for line in table([(row["path"], value_text(row)) for row in rows], left_columns=(0, 1)):
        yield f"  {line}"


def value_text(row: dict[str, Any]) -> str:
    """Return a value with its 90 % interval, from `value`, `low` and `high`."""
    value = row["value"]
    if value is None:
        return "absent"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{plain(', '.join(map(str, value)))}]"
    if isinstance(value, str):
        return plain(value)
    interval = "" if row["low"] is None else f" ({_short(row['low'])} to {_short(row['high'])})"
    return f"{_short(value)}{interval}"


def _short(value: float) -> str:
    return as_given(value)


def _together(rows: list[dict[str, Any]]) -> str:
    """Return the values of a key in a line: the value, or the range over its ids."""
    if len(rows) == 1:
        return value_text(rows[0])
    present = [row["value"] for row in rows if row["value"] is not None]
    if not present:
        return f"absent in all {len(rows)}"
    count = f"{len(present)} of {len(rows)}" if len(present) < len(rows) else f"{len(rows)}"
    if all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in present):
        return f"{count} values, {_short(min(present))} to {_short(max(present))}"
    texts = dict.fromkeys(value_text({"value": value, "low": None}) for value in present)
    return f"{count} values: {plain('; '.join(texts), 50)}"
