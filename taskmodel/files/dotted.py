"""Dotted paths such as ``tasks.red_teaming.review_ratio``, resolved by the records' annotations.

`find` returns the kind of value at a path, `leaves` lists the paths that can be set, `expand` those
that a path with ``*`` stands for, and `assign` puts a value at a path. The functions read pydantic
annotations and know no particular file.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from inspect import get_annotations
from types import UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticCustomError

from taskmodel._arguments import shown
from taskmodel.errors import UnknownPath
from taskmodel.files.quantity import SET, Measure, Quantity, Sourced
from taskmodel.files.suggestions import did_you_mean, listing
from taskmodel.files.yaml import Keys

ANY = "*"  # the part of a path that stands for any id


class Slot(NamedTuple):
    """Declared type of the value at a path.

    Attributes
    ----------
    kind : str
        ``record``, ``quantity``, ``mapping`` (ids to records), ``list``, ``prose`` or ``leaf``.
    type : type or Slot
        Class of a record; slot of the members of a mapping or list; plain type of a leaf.
    measure : Measure or None
        Unit and range of a quantity.
    optional : bool
        Whether the value may be absent.
    """

    kind: str
    type: Any
    measure: Measure | None = None
    optional: bool = False


@cache
def fields(record: type[BaseModel]) -> dict[str, Slot]:
    """Return the slots of a record's fields."""
    return {
        name: _slot(field.annotation, tuple(field.metadata))._replace(
            optional=not field.is_required()
        )
        for name, field in record.model_fields.items()
    }


@cache
def _undeclared(record: type[BaseModel]) -> Slot | None:
    """Return the slot of the fields that a record takes under names of the file's, if it does."""
    if record.model_config.get("extra") != "allow":
        return None
    return _slot(get_args(get_annotations(record)["__pydantic_extra__"])[1])


def field_slot(record: type[BaseModel], name: Any) -> Slot | None:
    """Return the slot of a field of a record, or None if it cannot have it."""
    declared = fields(record).get(name)
    if declared is None and isinstance(name, str):
        return _undeclared(record)
    return declared


def fields_with(record: type[BaseModel], names: Iterable[str]) -> dict[str, Slot]:
    """Return the slots of a record's fields, those that it declares and those of these names."""
    further = _undeclared(record)
    if further is None:
        return fields(record)
    return {**dict.fromkeys(names, further), **fields(record)}


def field_value(record: BaseModel, name: str) -> Any:
    """Return the value of a field of a record, or None if it is absent."""
    further = record.model_extra or {}
    return further[name] if name in further else getattr(record, name, None)


def _slot(annotation: Any, metadata: tuple[Any, ...] = ()) -> Slot:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _slot(arguments[0], (*arguments[1:], *metadata))
    if origin in (Union, UnionType):  # an optional value: X | None
        (annotation,) = (argument for argument in arguments if argument is not type(None))
        return _slot(annotation, metadata)
    if origin is dict:
        return Slot("mapping", _slot(arguments[1]))
    if origin is tuple:
        return Slot("list", _slot(arguments[0]))
    plain = str if origin is Literal else annotation
    measure = next((item for item in metadata if isinstance(item, Measure)), None)
    if measure is not None:
        return Slot("quantity", Quantity, measure)
    if issubclass(plain, BaseModel):
        return Slot("record", plain)
    return Slot("prose" if "prose" in metadata else "leaf", plain)


def find(
    root: type[BaseModel], data: Any, path: str, new: bool = False
) -> tuple[Keys, Slot, list[Slot]]:
    """Resolve a path.

    Parameters
    ----------
    root : type
        Record class from which the path starts.
    data : dict
        Plain values, which have the ids of mappings and the lengths of lists.
    path : str
        Dotted path.
    new : bool
        Whether the last part may be an id that its mapping does not have yet.

    Returns
    -------
    keys : tuple
        Parts of the path, positions in lists as int.
    slot : Slot
        Declared type of the value there.
    parents : list of Slot
        Slots along the path, from the root.

    Raises
    ------
    UnknownPath
        With the nearest paths.
    """
    parts = path.split(".") if isinstance(path, str) else []
    if not parts:
        raise UnknownPath(
            f"found {shown(path)}; a dotted path such as supervision.headcount is needed"
        )
    slot, value = Slot("record", root), data
    keys: list[str | int] = []
    parents: list[Slot] = []
    for index, part in enumerate(parts):
        members = _members(value)
        is_new = new and part != "" and index == len(parts) - 1
        # isdecimal holds for long runs of digits too, which int() may refuse
        key = int(part) if slot.kind == "list" and part.isdecimal() and len(part) < 10 else part
        parents.append(slot)
        inner = field_slot(slot.type, part) if slot.kind in ("record", "quantity") else None
        if inner is not None:
            slot = inner
        elif (slot.kind == "mapping" and (part in members or is_new)) or (
            slot.kind == "list" and key in members
        ):
            slot = slot.type
        else:
            raise UnknownPath(_unknown(root, data, path, ".".join(parts[:index]), slot, members))
        keys.append(key)
        value = members.get(key)
    return tuple(keys), slot, parents


def expand(root: type[BaseModel], data: Any, path: str) -> tuple[str, ...]:
    """Return the paths that a path stands for: itself, or one for each id in place of a ``*``.

    Parameters
    ----------
    root : type
        Record class from which the path starts.
    data : dict
        Plain values, which have the ids.
    path : str
        Dotted path, such as ``tasks.*.review_ratio``.

    Raises
    ------
    UnknownPath
        If a ``*`` stands where there are no ids, or the path has a key that no record there has.
    """
    parts = path.split(".") if isinstance(path, str) else []
    if ANY not in parts:
        return (path,)
    expanded = [(Slot("record", root), data, "")]
    for index, part in enumerate(parts):
        level: list[tuple[Slot, Any, str]] = []
        for slot, value, prefix in expanded:
            members = _members(value)
            if part == ANY and (slot.kind not in ("mapping", "list") or not members):
                raise UnknownPath(_no_ids(slot, prefix))
            for key in members if part == ANY else (part,):
                inner = slot.type if slot.kind in ("mapping", "list") else None
                if slot.kind in ("record", "quantity"):
                    inner = field_slot(slot.type, key)
                    if inner is None:
                        parent = ".".join(parts[:index])
                        raise UnknownPath(_unknown(root, data, path, parent, slot, members))
                # `find` says what is wrong with an id that does not exist
                name = f"{prefix}.{key}".removeprefix(".")
                level.append((inner or Slot("leaf", str), members.get(key), name))
        expanded = level
    return tuple(name for _, _, name in expanded)


def covers(pattern: str, path: str) -> bool:
    """Return whether a path, itself perhaps with ``*``, is among those that `pattern` stands for.

    Examples
    --------
    >>> covers("tasks.*.horizon", "tasks.coding.horizon"), covers("tasks.*", "tasks.coding.horizon")
    (True, False)
    """
    parts, others = pattern.split("."), path.split(".")
    return len(parts) == len(others) and all(
        part in (ANY, other) for part, other in zip(parts, others, strict=True)
    )


def _no_ids(slot: Slot, parent: str) -> str:
    """Message about a * that stands for nothing."""
    parent = parent or "the top"
    if slot.kind in ("mapping", "list"):
        return f"* stands for any id, and there is none at {parent}"
    if slot.kind in ("record", "quantity"):
        names = listing(fields(slot.type), 40)
        return f"* stands for an id, and {parent} has named values: give one of {names}"
    return f"* stands for an id, and {parent} is a single value"


def slot_at(root: type[BaseModel], keys: Keys) -> Slot | None:
    """Return the slot at `keys`, or None if the records declare none."""
    slot = Slot("record", root)
    for key in keys:
        inner = None
        if slot.kind in ("mapping", "list"):
            inner = slot.type
        elif slot.kind in ("record", "quantity"):
            inner = field_slot(slot.type, key)
        if inner is None:
            return None
        slot = inner
    return slot


def _unknown(
    root: type[BaseModel], data: Any, path: str, parent: str, slot: Slot, members: dict[Any, Any]
) -> str:
    """Message about a path whose part after `parent` does not exist."""
    any_id = {index for index, part in enumerate(path.split(".")) if part == ANY}
    paths = dict.fromkeys(
        ".".join(ANY if index in any_id else str(key) for index, key in enumerate(keys))
        for keys, _ in leaves(Slot("record", root), data)
    )
    if hint := did_you_mean(path, paths):
        return f"there is no such path{hint}"
    parent = parent or "the top"
    if slot.kind not in ("record", "quantity", "mapping", "list"):
        return f"there is no such path; {parent} is a single value"
    is_record = slot.kind in ("record", "quantity")
    names = listing(fields(slot.type), 40) if is_record else listing(map(str, members)) or "none"
    return f"there is no such path; at {parent} there are {names}"


def leaves(slot: Slot, data: Any, keys: Keys = ()) -> Iterator[tuple[Keys, Slot]]:
    """Yield keys and slot of every value that can be set, present or not.

    These are quantities, numbers, words, switches and lists of words, but not titles, notes and
    sources.
    """
    if slot.kind == "record":
        for name, inner in fields_with(slot.type, _members(data)).items():
            if not (issubclass(slot.type, Sourced) and name in Sourced.model_fields):
                yield from leaves(inner, _members(data).get(name), (*keys, name))
    elif slot.kind in ("mapping", "list") and slot.type.kind == "record":
        for name, item in _members(data).items():
            yield from leaves(slot.type, item, (*keys, name))
    elif slot.kind in ("quantity", "leaf") or (slot.kind == "list" and slot.type.kind == "leaf"):
        yield keys, slot


def _members(value: Any) -> dict[Any, Any]:
    """Return the members of a mapping or list, by key or position; other values have none."""
    if isinstance(value, list):
        return dict(enumerate(value))
    return value if isinstance(value, dict) else {}


def assign(
    data: dict[str, Any], keys: Keys, slot: Slot, parents: list[Slot], value: Any, label: str
) -> dict[str, Any]:
    """Return plain values with `value` at `keys`; values off the path are shared with `data`.

    A plain number for a quantity becomes its value. The interval is kept if it contains the value
    and dropped with its distribution if not; the source becomes ``set`` and the note `label`, as
    for a number in any record that has a source. None removes the value. A mapping replaces the
    whole value.
    """
    if slot.kind == "quantity" and value is not None and not isinstance(value, dict):
        keys, parents, slot = (*keys, "value"), [*parents, slot], fields(Quantity)["value"]
    holder, name = parents[-1], keys[-1]
    entry = value_at(data, keys[:-1])
    if value is None and name not in _members(entry):
        return data
    if holder.kind == "list":
        return _put(data, keys, value)
    if holder.kind == "quantity" and holder.measure is not None:
        entry = _in_declared_unit(entry, holder.measure)
    record = dict(entry) if isinstance(entry, dict) else {}
    record.pop(str(name), None)
    if value is not None:
        record[str(name)] = value
    if (
        holder.kind in ("record", "quantity")
        and issubclass(holder.type, Sourced)
        and name not in ("source", "note", "tier")
    ):
        record.update(source=SET, note=label)
    if holder.kind == "quantity" and name == "value" and not _contains_value(record):
        interval = ("low", "high", "distribution")
        record = {key: item for key, item in record.items() if key not in interval}
    return _put(data, keys[:-1], record)


def value_at(data: Any, keys: Keys) -> Any:
    """Return the plain value at `keys`, or None if there is none."""
    for key in keys:
        data = _members(data).get(key)
    return data


def _put(data: Any, keys: Keys, value: Any) -> Any:
    if not keys:
        return value
    members = _members(data)
    members = {**members, keys[0]: _put(members.get(keys[0]), keys[1:], value)}
    return list(members.values()) if isinstance(data, list) else members


def _in_declared_unit(entry: Any, measure: Measure) -> dict[str, Any]:
    """Return a valid quantity as a mapping, its numbers in the declared unit."""
    if not isinstance(entry, dict):
        return {} if entry is None else {"value": entry}
    try:
        quantity = measure.settle(Quantity.model_validate(entry))
    except (ValidationError, PydanticCustomError):
        # Another change of the same call put it there; the check of the result reports it.
        return entry
    return quantity.model_dump(exclude_none=True) | {"source": list(quantity.source)}


def _contains_value(quantity: dict[str, Any]) -> bool:
    low, value, high = (quantity.get(name) for name in ("low", "value", "high"))
    values = _members(quantity.get("distribution")).get("values")
    if isinstance(values, (list, tuple)):
        return value in values
    if low is None or high is None:
        return True
    return all(isinstance(end, (int, float)) for end in (low, value, high)) and low <= value <= high
