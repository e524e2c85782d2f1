"""Every key that a kind of file may have, from the JSON Schema of its records.

The schema is generated from the records, which declare type, unit, range, default and meaning of
each value once: nothing here repeats them.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pydantic import BaseModel

from taskmodel.files.dotted import ANY
from taskmodel.files.quantity import range_text

BOUNDS = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum"}


class Entry(NamedTuple):
    """One key of a file.

    Attributes
    ----------
    path : str
        Dotted path; ``*`` stands for any id or position in a list.
    kind : str
        ``number``, ``whole number``, ``word``, ``words``, ``switch``, ``text``, ``block``,
        ``blocks by id``, ``list of blocks`` or ``value``.
    unit : str
        The declared unit of a number; empty if it has none.
    allowed : str
        Range or words that are allowed; empty: all.
    required : bool
        Whether its block needs it.
    default : str
        What holds if it is absent; empty: nothing, or what the meaning says.
    meaning : str
    """

    path: str
    kind: str
    unit: str
    allowed: str
    required: bool
    default: str
    meaning: str


def entries(record: type[BaseModel]) -> tuple[Entry, ...]:
    """Return the keys of files of a record class, in the order of the file.

    Below a number with a unit nothing is listed: all of them take the keys of `Quantity`.

    Examples
    --------
    >>> from taskmodel.catalog import Catalog
    >>> next(entry for entry in entries(Catalog) if entry.path == "tasks.*.coverage_floor")[1:5]
    ('number', '1', 'at least 0 and at most 1', True)
    """
    schema = record.model_json_schema()
    return tuple(_below(schema, schema.get("$defs", {}), ""))


def _below(
    record: Mapping[str, Any], definitions: Mapping[str, Any], parent: str
) -> Iterator[Entry]:
    """Yield the keys of a record and of all in it."""
    required = set(record.get("required", ()))
    for name, declared in record.get("properties", {}).items():
        yield from _key(f"{parent}{name}", declared, definitions, name in required)
    others = record.get("additionalProperties")
    if isinstance(others, Mapping):
        described = {"description": record.get("description", ""), **others}
        yield from _key(f"{parent}{ANY}", described, definitions, False)


def _key(
    path: str, declared: Mapping[str, Any], definitions: Mapping[str, Any], required: bool
) -> Iterator[Entry]:
    value = _resolved(_present(declared), definitions)
    kind = _kind(value, definitions)
    yield Entry(
        path,
        kind,
        value.get("x-unit", ""),
        _allowed(value),
        required,
        _default_text(declared),
        _meaning(declared, value, definitions),
    )
    if kind == "block":
        yield from _below(value, definitions, f"{path}.")
    elif kind in ("blocks by id", "list of blocks"):
        yield from _below(_members(value, definitions), definitions, f"{path}.{ANY}.")


def _present(declared: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the schema of an optional value where it is present."""
    options = [option for option in declared.get("anyOf", ()) if option != {"type": "null"}]
    return {**declared, **options[0]} if len(options) == 1 else declared


def _resolved(value: Mapping[str, Any], definitions: Mapping[str, Any]) -> Mapping[str, Any]:
    name = str(value.get("$ref", "")).rpartition("/")[2]
    return definitions[name] if name else value


def _members(value: Mapping[str, Any], definitions: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the schema of the members of a mapping or list."""
    members = value.get("items", value.get("additionalProperties"))
    return _resolved(members, definitions) if isinstance(members, Mapping) else {}


def _meaning(
    declared: Mapping[str, Any], value: Mapping[str, Any], definitions: Mapping[str, Any]
) -> str:
    """Return the description of a key, or the first paragraph of that of its records."""
    records = value if "properties" in value else _members(value, definitions)
    own = declared.get("description", "")
    text = own if own or "x-unit" in value else records.get("description", "")
    return " ".join(text.partition("\n\n")[0].split())


def _kind(value: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    if "x-unit" in value:
        return "number"
    options = [option.get("type") for option in value.get("anyOf", ())]
    if "array" in options:
        return "words"
    type_name = value.get("type")
    if type_name == "object":
        if "properties" in value:
            return "block"
        members = _members(value, definitions)
        return "blocks by id" if "properties" in members else "values by id"
    if type_name == "array":
        members = _members(value, definitions)
        kinds = {"number": "numbers", "integer": "numbers", "string": "words"}
        return (
            "list of blocks"
            if "properties" in members
            else kinds.get(str(members.get("type")), "list")
        )
    kinds = {"integer": "whole number", "number": "number", "boolean": "switch", "string": "text"}
    if type_name == "string" and "enum" in value:
        return "word"
    return kinds.get(str(type_name), "value")


def _allowed(value: Mapping[str, Any]) -> str:
    if "enum" in value:
        return " | ".join(map(str, value["enum"]))
    if "const" in value:
        return str(value["const"])
    if value.get("type") == "boolean":
        return "true | false"
    plain = next(iter(value["anyOf"])) if "x-unit" in value else value
    bounds = {name: plain.get(key) for name, key in BOUNDS.items()}
    numeric = plain.get("type") in ("number", "integer")
    return range_text(**bounds) if numeric and any(v is not None for v in bounds.values()) else ""


def _default_text(declared: Mapping[str, Any]) -> str:
    value = declared.get("default")
    if isinstance(value, Mapping):
        value = value.get("value")
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return f"{value:g}"
    return value if isinstance(value, str) else ""
