"""Paths: what a dotted name such as ``tasks.red_teaming.review_ratio`` means, read off the records' annotations.

`find` says what kind of value stands at a path, `leaves` lists the paths there are, `assign` puts a value there. They know
pydantic's classes and nothing of the catalog's content.
"""

from collections.abc import Iterator
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticCustomError

from taskmodel.errors import UnknownPath
from taskmodel.files.quantity import SET, Measure, Quantity, Sourced
from taskmodel.files.suggestions import did_you_mean, listing
from taskmodel.files.yaml import Keys


class Slot(NamedTuple):
    """What may stand at a path.

    Attributes
    ----------
    kind : str
        ``record``, ``quantity``, ``mapping`` (ids to records), ``list``, ``prose`` or ``leaf``.
    type : type or Slot
        The record's class, or the slot of the members of a mapping or list; the plain type of a leaf.
    measure : Measure or None
        Unit and range of a quantity.
    optional : bool
        Whether it may be absent.
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


def _slot(annotation: Any, metadata: tuple[Any, ...] = ()) -> Slot:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _slot(arguments[0], (*arguments[1:], *metadata))
    if origin in (Union, UnionType):
        (some,) = (argument for argument in arguments if argument is not type(None))
        return _slot(some, metadata)
    if origin is dict:
        return Slot("mapping", _slot(arguments[1]))
    if origin is tuple:
        return Slot("list", _slot(arguments[0]))
    if origin is Literal:
        return Slot("prose" if "prose" in metadata else "leaf", str)
    if issubclass(annotation, Quantity):
        return Slot(
            "quantity", Quantity, next(item for item in metadata if isinstance(item, Measure))
        )
    if issubclass(annotation, BaseModel):
        return Slot("record", annotation)
    return Slot("prose" if "prose" in metadata else "leaf", annotation)


def find(
    root: type[BaseModel], data: Any, path: str, new: bool = False
) -> tuple[Keys, Slot, list[Slot]]:
    """Return what stands at a path.

    Parameters
    ----------
    root : type
        The record class that paths start from.
    data : dict
        The plain values, for the ids that mappings have and the lengths of lists.
    path : str
        Dotted path.
    new : bool
        Whether its last part may be an id that a mapping does not have yet.

    Returns
    -------
    keys : tuple
        The path's parts, list positions as int.
    slot : Slot
        What may stand there.
    parents : list of Slot
        The slots on the way, from the root.

    Raises
    ------
    UnknownPath
        Naming the nearest paths.
    """
    slot, here = Slot("record", root), data
    keys: list[str | int] = []
    parents: list[Slot] = []
    parts = path.split(".") if isinstance(path, str) else []
    for index, part in enumerate(parts):
        parents.append(slot)
        if slot.kind in ("record", "quantity") and part in fields(slot.type):
            keys.append(part)
            slot = fields(slot.type)[part]
        elif slot.kind == "mapping" and (
            part in _members(here) or (new and part and index == len(parts) - 1)
        ):
            keys.append(part)
            slot = slot.type
        elif (
            slot.kind == "list"
            and part.isdecimal()
            and len(part) < 10
            and int(part) in _members(here)
        ):
            keys.append(int(part))
            slot = slot.type
        else:
            raise UnknownPath(_unknown(root, data, path, parts[:index], slot, here))
        here = _members(here).get(keys[-1])
    if not parts:
        raise UnknownPath(f"found {path!r}; a dotted path such as supervision.headcount is needed")
    return tuple(keys), slot, parents


def follow(root: type[BaseModel], keys: Keys) -> Slot | None:
    """Return what the records allow at `keys`, or None if they know no such place."""
    slot = Slot("record", root)
    for key in keys:
        if slot.kind in ("mapping", "list"):
            slot = slot.type
        elif slot.kind in ("record", "quantity") and key in fields(slot.type):
            slot = fields(slot.type)[key]
        else:
            return None
    return slot


def _unknown(
    root: type[BaseModel], data: Any, path: str, known: list[str], slot: Slot, here: Any
) -> str:
    near = did_you_mean(
        path, [".".join(map(str, keys)) for keys, _ in leaves(Slot("record", root), data)]
    )
    if near:
        return f"there is no such path{near}"
    place = ".".join(known) or "the top"
    if slot.kind in ("record", "quantity"):
        return f"there is no such path; at {place} there are {listing(fields(slot.type), 40)}"
    if slot.kind in ("mapping", "list"):
        return f"there is no such path; at {place} there are {listing(map(str, _members(here))) or 'none'}"
    return f"there is no such path; {place} is a single value"


def leaves(slot: Slot, data: Any, keys: Keys = ()) -> Iterator[tuple[Keys, Slot]]:
    """Yield keys and slot of every quantity, number, word, switch and list of words that may be set, given or not."""
    if slot.kind == "record":
        for name, inner in fields(slot.type).items():
            if not (issubclass(slot.type, Sourced) and name in Sourced.model_fields):
                yield from leaves(inner, _members(data).get(name), (*keys, name))
    elif slot.kind in ("mapping", "list") and slot.type.kind == "record":
        for name, item in _members(data).items():
            yield from leaves(slot.type, item, (*keys, name))
    elif slot.kind in ("quantity", "leaf") or (slot.kind == "list" and slot.type.kind == "leaf"):
        yield keys, slot


def _members(data: Any) -> dict[Any, Any]:
    """Return what is in a mapping or list, by key or position; nothing is in anything else."""
    return (
        data if isinstance(data, dict) else dict(enumerate(data)) if isinstance(data, list) else {}
    )


def assign(
    data: dict[str, Any], keys: Keys, slot: Slot, parents: list[Slot], value: Any, label: str
) -> dict[str, Any]:
    """Return a copy of `data` in which `value` stands at `keys`; what is not on the way is shared with `data`.

    A plain number given to a quantity becomes its value. Its interval stays if it still holds the value and is dropped if
    not; its source becomes ``set`` and its note the `label`. The same holds for a number in any record that has a source.
    None removes what is there. A mapping replaces all of it.
    """
    if slot.kind == "quantity" and value is not None and not isinstance(value, dict):
        keys, parents, slot = (*keys, "value"), [*parents, slot], fields(Quantity)["value"]
    holder, name = parents[-1], keys[-1]
    given = value_at(data, keys[:-1])
    if value is None and name not in _members(given):
        return data
    if holder.kind == "list":
        return _put(data, keys, value)
    if holder.kind == "quantity" and holder.measure is not None:
        given = _in_declared_unit(given, holder.measure)
    record = {
        key: item
        for key, item in (given if isinstance(given, dict) else {}).items()
        if key != name or value is not None
    }
    if value is not None:
        record[name] = value
    if (
        holder.kind in ("record", "quantity")
        and issubclass(holder.type, Sourced)
        and name not in ("source", "note", "tier")
    ):
        record.update(source=SET, note=label)
    if holder.kind == "quantity" and name == "value" and not _holds(record):
        record = {key: item for key, item in record.items() if key not in ("low", "high")}
    return _put(data, keys[:-1], record)


def value_at(data: Any, keys: Keys) -> Any:
    """Return what stands at `keys` in plain values; None if nothing does."""
    for key in keys:
        data = _members(data).get(key)
    return data


def _put(data: Any, keys: Keys, value: Any) -> Any:
    if not keys:
        return value
    key, *rest = keys
    if isinstance(data, list):
        return [
            _put(item, tuple(rest), value) if index == key else item
            for index, item in enumerate(data)
        ]
    members = data if isinstance(data, dict) else {}
    return {**members, key: _put(members.get(key), tuple(rest), value)}


def _in_declared_unit(given: Any, measure: Measure) -> dict[str, Any]:
    """Return a valid quantity as a mapping, its numbers in the declared unit."""
    if not isinstance(given, dict):
        return {} if given is None else {"value": given}
    try:
        quantity = measure.settle(Quantity.model_validate(given))
    except (
        ValidationError,
        PydanticCustomError,
    ):  # put there by the same call; the check of the result says what is wrong
        return given
    return quantity.model_dump(exclude_none=True) | {"source": list(quantity.source)}


def _holds(quantity: dict[str, Any]) -> bool:
    low, value, high = (quantity.get(name) for name in ("low", "value", "high"))
    if low is None or high is None:
        return True
    return all(isinstance(end, (int, float)) for end in (low, value, high)) and low <= value <= high
