"""The block `uncertainty` of a file: which of its uncertain numbers move together, and how.

The law of each number stands at the number (`quantity.Distribution`); this block says what depends
on what. Paths are dotted, and ``*`` stands for any one id, as in ``tasks.*.review_ratio``. The
draws are made in `taskmodel.uncertainty`.
"""

from collections.abc import Iterator
from itertools import chain
from typing import Annotated, Any

from pydantic import BaseModel, Field

from taskmodel.files.dotted import ANY, Slot, field_value, fields_with
from taskmodel.files.findings import Finding
from taskmodel.files.quantity import Keys as Words
from taskmodel.files.quantity import Measure, Number, Quantity, Record, Sourced
from taskmodel.files.suggestions import did_you_mean
from taskmodel.files.yaml import Keys, dotted

Located = tuple[Keys, Measure, Quantity]  # a quantity, where it stands, and its unit and range


class GroupOfNumbers(Sourced, title="Group"):
    """Numbers that move together: z = sqrt(common) z_group + sqrt(1 - common) z_own."""

    paths: Annotated[Words, Field(min_length=1)]
    """dotted paths of its members; * stands for any id"""
    common: Number | None = Field(default=None, ge=0, le=1)
    """share of the variance of each z that all members have in common; needed without a pivot"""
    pivot: Number | None = None
    """of an intercept and a slope, in this order: the abscissa at which the level of the line is
    drawn, independently of its slope"""


class Correlation(Sourced):
    """The rank correlation of two numbers."""

    between: Annotated[Words, Field(min_length=2, max_length=2)]
    """dotted paths of the two"""
    value: Number = Field(gt=-1, lt=1)
    """Spearman's rank correlation [1]"""


class Uncertainty(Record):
    """What moves together when uncertain numbers are drawn."""

    default_factor: Number | None = Field(default=None, gt=1)
    """factor of the 90 % interval of judgements that state none; absent: they are fixed"""
    groups: dict[str, GroupOfNumbers] = Field(default_factory=dict)
    """numbers that move together, by name"""
    correlations: tuple[Correlation, ...] = ()
    """rank correlations of pairs, which replace what groups say of them"""


def quantities(slot: Slot, value: Any, keys: Keys = ()) -> Iterator[Located]:
    """Yield keys, measure and value of every quantity in a value with that slot."""
    if value is None:
        return
    if slot.kind == "quantity":
        assert slot.measure is not None
        yield keys, slot.measure, value
    for name, inner, member in _inner(slot, value):
        yield from quantities(inner, member, (*keys, name))


def matching(slot: Slot, value: Any, pattern: str, keys: Keys = ()) -> Iterator[Keys]:
    """Yield the keys of the quantities whose dotted path fits a pattern."""
    if value is None:
        return
    if slot.kind == "record":
        name, _, rest = pattern.partition(".")
        inner = fields_with(slot.type, value.model_extra or ()).get(name)
        if inner is not None:
            yield from _matching_member(name, inner, field_value(value, name), rest, keys)
        return
    for key, inner, member in _inner(slot, value):
        text = str(key)  # an id may be a dotted path itself
        for start in (ANY, text):
            if pattern == start or pattern.startswith(f"{start}."):
                rest = pattern[len(start) + 1 :]
                yield from _matching_member(key, inner, member, rest, keys)


def _matching_member(
    name: str | int, slot: Slot, member: Any, rest: str, keys: Keys
) -> Iterator[Keys]:
    if rest:
        yield from matching(slot, member, rest, (*keys, name))
    elif slot.kind == "quantity" and member is not None:
        yield (*keys, name)


def _inner(slot: Slot, value: Any) -> Iterator[tuple[str | int, Slot, Any]]:
    if slot.kind == "record":
        for name, inner in fields_with(slot.type, value.model_extra or ()).items():
            yield name, inner, field_value(value, name)
    elif slot.kind in ("mapping", "list"):
        items: Any = value.items() if slot.kind == "mapping" else enumerate(value)
        for key, member in items:
            yield key, slot.type, member


def members(record: BaseModel, group: GroupOfNumbers) -> tuple[str, ...]:
    """Return the dotted paths of a group's members, in the order of its patterns."""
    slot = Slot("record", type(record))
    keys = chain.from_iterable(matching(slot, record, pattern) for pattern in group.paths)
    return tuple(dict.fromkeys(map(dotted, keys)))


def uncertainty_findings(record: BaseModel) -> Iterator[Finding]:
    """Yield defects of paths, groups and pairs of the block of a valid record, if it has one."""
    uncertainty: Uncertainty | None = getattr(record, "uncertainty", None)
    if uncertainty is None:
        return
    yield from _group_findings(record, uncertainty)
    yield from _pair_findings(record, uncertainty)


def _group_findings(record: BaseModel, uncertainty: Uncertainty) -> Iterator[Finding]:
    homes: dict[str, str] = {}
    for name, group in uncertainty.groups.items():
        keys: Keys = ("uncertainty", "groups", name)
        for index, pattern in enumerate(group.paths):
            yield from _unmatched(record, pattern, (*keys, "paths", index))
        yield from _pivot(record, group, keys)
        for path in members(record, group):
            if path in homes:
                message = f"{path} is in {homes[path]!r} too; a number has one group: take it out"
                yield Finding((*keys, "paths"), message)
            homes.setdefault(path, name)


def _pair_findings(record: BaseModel, uncertainty: Uncertainty) -> Iterator[Finding]:
    pairs: set[frozenset[str]] = set()
    for index, correlation in enumerate(uncertainty.correlations):
        keys: Keys = ("uncertainty", "correlations", index, "between")
        for position, path in enumerate(correlation.between):
            if ANY in path.split("."):
                message = f"found {path!r}; a correlation is between two numbers, without {ANY}"
                yield Finding((*keys, position), message)
            else:
                yield from _unmatched(record, path, (*keys, position))
        pair = frozenset(correlation.between)
        if len(pair) == 1:
            yield Finding(keys, "names the same number twice; give two numbers")
        elif pair in pairs:
            yield Finding(keys, "this pair has a correlation already; keep one")
        pairs.add(pair)


def _unmatched(record: BaseModel, pattern: str, keys: Keys) -> Iterator[Finding]:
    slot = Slot("record", type(record))
    if next(matching(slot, record, pattern), None) is None:
        paths = {_generalised(path, pattern.split(".")) for path in by_path(record)}
        hint = did_you_mean(pattern, paths)
        if not hint:
            hint = "; give the dotted path of one, * for any id, such as tasks.*.review_ratio"
        yield Finding(keys, f"there is no quantity {pattern!r}{hint}")


def _generalised(path: str, pattern: list[str]) -> str:
    """Return a path with * where a pattern of as many parts has it."""
    parts = path.split(".")
    if len(parts) != len(pattern):
        return path
    pairs = zip(parts, pattern, strict=True)
    return ".".join(ANY if wild == ANY else part for part, wild in pairs)


def _pivot(record: BaseModel, group: GroupOfNumbers, keys: Keys) -> Iterator[Finding]:
    if group.pivot is None:
        if group.common is None:
            message = (
                "'common' is missing: the share of variance that its members have in common, "
                "from 0 (independent) to 1 (in step), such as 0.5"
            )
            yield Finding(keys, message, at_key=True)
    elif len(group.paths) != 2 or len(members(record, group)) not in (0, 2):
        message = (
            "a group with a pivot has two numbers, the intercept and the slope of a line, such as "
            "[capability.intercept, capability.slope]"
        )
        yield Finding((*keys, "paths"), message)


def by_path(record: BaseModel) -> dict[str, Located]:
    """Return keys, measure and value of every quantity of a record, by dotted path."""
    slot = Slot("record", type(record))
    return {dotted(item[0]): item for item in quantities(slot, record)}
