"""What a record found wrong, in plain sentences: what was found, what is allowed, how to mend it."""

import re
from collections.abc import Iterator
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from taskmodel.files.dotted import Slot, fields, follow
from taskmodel.files.findings import Finding
from taskmodel.files.suggestions import did_you_mean, listing

Model = TypeVar("Model", bound=BaseModel)

_NEEDED = {
    "bool_type": "true or false is needed",
    "dict_type": "a mapping (key: value) is needed",
    "finite_number": "a finite number is needed",
    "float_type": "a number is needed",
    "int_type": "a whole number is needed",
    "model_type": "a mapping (key: value) is needed",
    "string_too_short": "text is needed",
    "string_type": "text is needed",
    "tuple_type": "a list is needed",
}
_BOUNDS = {
    "greater_than": ("gt", "a number above"),
    "greater_than_equal": ("ge", "a number of at least"),
    "less_than": ("lt", "a number below"),
    "less_than_equal": ("le", "a number of at most"),
}


def validate(root: type[Model], values: Any) -> tuple[Model | None, list[Finding]]:
    """Return plain values as a record, or None and what is wrong with them.

    Parameters
    ----------
    root : type
        The record's class.
    values : dict
        The plain values; records in them are taken as they are.
    """
    if not isinstance(values, dict):
        return None, [
            Finding((), f"found {_found(values)}; a mapping with a title and more is needed")
        ]
    try:
        return root.model_validate(values), []
    except ValidationError as error:
        return None, list(_findings(error, root))


def _findings(error: ValidationError, root: type[BaseModel]) -> Iterator[Finding]:
    for item in error.errors(include_url=False):
        keys, kind, context = item["loc"], item["type"], item.get("ctx", {})
        if kind == "defects":
            for name, message in context["defects"]:
                yield Finding((*keys, name) if name else keys, message)
        elif kind == "missing":
            holder = follow(root, keys[:-1])
            assert holder is not None  # what lacks a key or has one too many is a record
            yield Finding(keys, f"is missing{_meaning(holder, str(keys[-1]))}", at_key=True)
        elif kind == "extra_forbidden":
            holder = follow(root, keys[:-1])
            assert holder is not None
            known = fields(holder.type)
            near = did_you_mean(str(keys[-1]), known) or f"; allowed: {listing(known, 40)}"
            yield Finding(keys, f"unknown key{near}", at_key=True)
        else:
            yield Finding(
                keys,
                f"found {_found(item['input'])}; {_needed(kind, context, root, keys)}{_hint(item['input'], kind)}",
            )


def _needed(
    kind: str, context: dict[str, Any], root: type[BaseModel], keys: tuple[Any, ...]
) -> str:
    if kind == "literal_error":
        return f"allowed: {context['expected'].replace(' or ', ', ')}"
    if kind in _BOUNDS:
        name, words = _BOUNDS[kind]
        return f"{words} {context[name]:g} is needed"
    measure = next(
        (slot.measure for end in (keys, keys[:-1]) if (slot := follow(root, end)) and slot.measure),
        None,
    )
    return _NEEDED.get(kind, "this cannot be used here") + (
        f", {measure.allowed()}" if measure else ""
    )


def _meaning(holder: Slot, name: str) -> str:
    field, slot = holder.type.model_fields[name], fields(holder.type)[name]
    meaning = field.description or (
        slot.type.__doc__.splitlines()[0] if slot.kind == "record" else ""
    )
    allowed = f" ({slot.measure.allowed()})" if slot.measure else ""
    return f": {meaning}{allowed}" if meaning else ""


def _found(value: Any) -> str:
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
    return (
        f"the number {value!r}" if isinstance(value, (int, float)) else f"a {type(value).__name__}"
    )


def _hint(value: Any, kind: str) -> str:
    if kind == "string_type" and isinstance(value, (int, float)):
        return "; put it in quotes"
    if kind == "tuple_type" and isinstance(value, str):
        return f"; write [{value}]"
    if kind not in ("float_type", "int_type") or not isinstance(value, str):
        return ""
    if re.fullmatch(r"\d{4}-\d\d?-\d\d?.*", value):
        return "; this is a date"
    if re.fullmatch(r"[-+]?[0-9.]+([eE][-+]?[0-9]+)?", value):
        return "; remove the quotes"
    if re.fullmatch(r"[-+]?\d[\d_, ]*(\.\d*)?", value):
        return "; write it without separators"
    if number := re.fullmatch(r"([-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?)\s*(\S+)", value):
        return f"; write {{value: {number[1]}, unit: {number[2]}}}"
    return ""
