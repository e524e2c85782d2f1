"""Validation of plain values against a record, with messages in plain sentences.

A message states the value, what is allowed, and, for common mistakes, how to correct it.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from taskmodel.errors import MAX_DEFECTS
from taskmodel.files.dotted import Slot, fields, slot_at
from taskmodel.files.findings import Finding
from taskmodel.files.mends import number_mend, quantity_mend
from taskmodel.files.quantity import Measure
from taskmodel.files.suggestions import did_you_mean, listing
from taskmodel.files.yaml import Keys

MAX_SUGGESTIONS = 20  # near names are sought for so many unknown keys

Model = TypeVar("Model", bound=BaseModel)

_MAPPING, _TEXT = "a mapping (key: value) is needed", "text is needed"
_NEEDED = {
    "bool_type": "true or false is needed",
    "dict_type": _MAPPING,
    "finite_number": "a finite number is needed",
    "float_type": "a number is needed",
    "int_type": "a whole number is needed",
    "model_type": _MAPPING,
    "string_too_short": _TEXT,
    "string_type": _TEXT,
    "tuple_type": "a list is needed",
}
# what is wrong with words of a quantity, such as its unit, not with its numbers
_WITHOUT_RANGE = ("bool_type", "string_too_short", "string_type", "tuple_type")
_LENGTHS = {"too_short": ("min_length", "at least"), "too_long": ("max_length", "at most")}
_BOUNDS = {
    "greater_than": ("gt", "a number above"),
    "greater_than_equal": ("ge", "a number of at least"),
    "less_than": ("lt", "a number below"),
    "less_than_equal": ("le", "a number of at most"),
}


def as_record(record: type[Model], values: Any) -> tuple[Model | None, list[Finding]]:
    """Validate plain values.

    Parameters
    ----------
    record : type
        Class of the record.
    values : dict
        Plain values; records among them are not validated again.

    Returns
    -------
    record : record or None
        None if there are defects.
    findings : list of Finding
    """
    if not isinstance(values, dict):
        message = f"found {_text(values)}; a mapping with a title and more is needed"
        return None, [Finding((), message)]
    try:
        return record.model_validate(values), []
    except ValidationError as error:
        findings = list(islice(_findings(error, record, values), MAX_DEFECTS))
        if (others := error.error_count() - MAX_DEFECTS) > 0:
            findings.append(Finding((), f"has {others:,} further defects; mend these first"))
        return None, findings


def _findings(
    error: ValidationError, record: type[BaseModel], values: dict[str, Any]
) -> Iterator[Finding]:
    for number, item in enumerate(error.errors(include_url=False)):
        keys, kind, context = item["loc"], item["type"], item.get("ctx", {})
        if kind == "defects":
            for name, message in context["defects"]:
                yield Finding((*keys, name) if name else keys, message)
        elif kind in ("missing", "extra_forbidden"):
            name, holder = str(keys[-1]), slot_at(record, keys[:-1])
            assert holder is not None  # only a record has required and forbidden keys
            if kind == "missing":
                message = f"is missing{_meaning(holder, name)}"
            else:
                names = fields(holder.type)
                near = did_you_mean(name, names) if number < MAX_SUGGESTIONS else ""
                hint = near or f"; allowed: {listing(names, 40)}"
                message = f"unknown key{hint}"
            yield Finding(keys, message, at_key=True)
        else:
            value, measure = item["input"], _measure(record, keys)
            hint = _hint(value, kind)
            if kind in ("float_type", "int_type"):
                hint = _number_hint(value, kind, measure, _holder(values, keys))
            if kind == "string_type" and keys[-1] == "unit" and measure is not None:
                hint = _unit_hint(value, measure) or hint
            yield Finding(keys, f"found {_text(value)}; {_needed(kind, context, measure)}{hint}")


def _measure(record: type[BaseModel], keys: Keys) -> Measure | None:
    """Return the measure of the quantity at the keys, or of the one that has the value there."""
    slots = (slot_at(record, ends) for ends in (keys, keys[:-1]))
    return next((slot.measure for slot in slots if slot and slot.measure), None)


def _holder(values: Any, keys: Keys) -> dict[str, Any] | None:
    """Return the mapping of a quantity with the key at the end; None for a number in its place."""
    for key in keys[:-1]:
        inside = isinstance(values, dict) or isinstance(key, int)
        values = values[key] if inside else None
    return values if isinstance(values, dict) else None


def _number_hint(
    value: Any, kind: str, measure: Measure | None, holder: dict[str, Any] | None
) -> str:
    """Return how to write a number that stands as text or in a list, alone or in a quantity."""
    if isinstance(value, (list, tuple)) and len(value) == 1:
        value = value[0]
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return ""
    if isinstance(value, int) and value.bit_length() > 1024:  # beyond every float
        return ""
    text = str(value)
    if measure is not None and holder is None:
        return quantity_mend(text, measure)
    unit = holder.get("unit") if measure is not None and holder is not None else ""
    return number_mend(text, measure, unit if isinstance(unit, str) else "", kind == "int_type")


def _unit_hint(value: Any, measure: Measure) -> str:
    """Return which units a quantity has, where a value that is no text is none of them."""
    known = measure.unit.factor(str(value)) is not None
    return "" if known else f"; use {measure.unit.accepted()}, or leave the unit out"


def _needed(kind: str, context: dict[str, Any], measure: Measure | None) -> str:
    if kind == "literal_error":
        return f"allowed: {context['expected'].replace(' or ', ', ')}"
    if kind in _BOUNDS:
        name, phrase = _BOUNDS[kind]
        return f"{phrase} {context[name]:g} is needed"
    if kind in _LENGTHS:
        (name, phrase), found = _LENGTHS[kind], context["actual_length"]
        entries = f"{found} entr{'y' if found == 1 else 'ies'}"
        return f"it has {entries}, and needs {phrase} {context[name]}"
    if kind == "string_too_long":
        return f"at most {context['max_length']} characters are allowed"
    allowed = f", {measure.allowed()}" if measure and kind not in _WITHOUT_RANGE else ""
    return _NEEDED.get(kind, "this cannot be used here") + allowed


def _meaning(holder: Slot, name: str) -> str:
    field, slot = holder.type.model_fields[name], fields(holder.type)[name]
    meaning = field.description
    if not meaning and slot.kind == "record":
        meaning = slot.type.__doc__.splitlines()[0]
    allowed = f" ({slot.measure.allowed()})" if slot.measure else ""
    return f": {meaning}{allowed}" if meaning else ""


def _text(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, (list, tuple)):
        return "a list"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return repr(value if len(value) <= 60 else value[:57] + "...")
    if isinstance(value, int) and value.bit_length() > 1024:
        return "a number beyond 1.8e308"
    if isinstance(value, (int, float)):
        return f"the number {value!r}"
    return f"a {type(value).__name__}"


def _hint(value: Any, kind: str) -> str:
    if kind == "string_type" and isinstance(value, (int, float)):
        return "; put it in quotes"
    if kind == "tuple_type" and isinstance(value, str):
        return f"; write [{value}]"
    return ""
