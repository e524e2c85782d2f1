"""`Catalog`: everything a model run rests on, checked, and where each value came from."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from pydantic import BaseModel, Field

from taskmodel.catalog import checks
from taskmodel.catalog.records import (
    Basis,
    Capability,
    ComputeUse,
    FeedbackLoop,
    Latency,
    Nest,
    OverTime,
    Pool,
    Production,
    Protocol,
    Reviewers,
    Supervision,
    Task,
    Trust,
)
from taskmodel.errors import CatalogError, Defect, UnknownPath
from taskmodel.files import dotted as schema
from taskmodel.files import explain
from taskmodel.files.bundled import with_protocols
from taskmodel.files.document import FromFile, Origin, keys_within
from taskmodel.files.findings import Finding
from taskmodel.files.quantity import SET, Measure, Prose, Quantity, Record, Source, Sourced
from taskmodel.files.yaml import Keys, Mark, dotted

_SET_MARK = Mark(SET, None, None, None, None)


class Catalog(FromFile):
    """One research organisation and the tasks of its field; made by `load_catalog`, changed by `replace`.

    The attributes are the blocks of the file, in its order. Besides them there are `name`, `scenario`, `overrides`,
    `yaml_text`, `scenario_yaml` and `sha256`, which say what the catalog was made from.
    """

    title: Prose = Field(min_length=1, description="which question the catalog is for")
    question: Prose = Field("", description="the question, in a sentence")
    description: Prose = ""
    sources: dict[str, Source] = Field(
        default_factory=dict, description="works that values rest on, by key"
    )
    pools: dict[str, Pool] = Field(description="labour pools, by name")
    production: Production
    supervision: Supervision
    reviewers: dict[str, Reviewers] = Field(
        default_factory=dict,
        description="reviewers with a skill, besides those of supervision; by id",
    )
    compute: ComputeUse
    capability: Capability
    latency: Latency
    trust: Trust | None = Field(
        None, description="what a track record takes; used by `taskmodel trust` alone"
    )
    over_time: OverTime | None = Field(
        None, description="how it stands in a simulated world; used by `alignment_beside` alone"
    )
    protocols: dict[str, Protocol] = Field(
        default_factory=dict, description="ways of letting AI work, by id; besides bundled ones"
    )
    nests: dict[str, Nest] = Field(description="groups of tasks, a tree; by id")
    basis: dict[str, Basis] = Field(
        default_factory=dict, description="source of plain numbers in tasks, by field of a task"
    )
    tasks: dict[str, Task] = Field(description="the tasks, by id")
    feedback_loops: tuple[FeedbackLoop, ...] = ()

    @property
    def scenario(self) -> str | None:
        """Name of the scenario laid over the catalog, or None."""
        return self._origin.scenario

    @property
    def scenario_yaml(self) -> str:
        """Text of the scenario's file, or an empty string."""
        return self._origin.scenario_yaml

    def _made_of(self) -> list[str]:
        return [
            self.name,
            *([f"scenario {self.scenario}"] if self.scenario else []),
            f"{len(self.tasks)} tasks",
        ]

    def get(self, path: str) -> Any:
        """Return the number, word, switch or list of words at a dotted path; None for an optional one that is absent.

        Parameters
        ----------
        path : str
            Such as ``supervision.headcount`` (a quantity's value), ``tasks.red_teaming.horizon.high`` or ``compute.inference``.

        Raises
        ------
        CatalogError
            If there is no such path, or it names a group of values.
        """
        keys, slot = self._find(path)
        if "record" in (slot.kind, getattr(slot.type, "kind", None)):
            below = [dotted(inner) for inner, _ in schema.leaves(slot, self._at(keys), keys)]
            such = f", such as {' or '.join(below[:3])}" if below else ""
            raise CatalogError([_unset(path, f"names a group of values; give one of them{such}")])
        value = self._at(keys)
        return value.value if isinstance(value, Quantity) else value

    def error(self, keys: Keys, message: str, at_key: bool = False) -> CatalogError:
        """Return the error that says what is wrong with the value at some keys, or with the key, and where in the file it is."""
        return CatalogError([self._origin.defect(Finding(keys, message, at_key))])

    def paths(self) -> tuple[str, ...]:
        """Return the dotted paths of everything that can be set, given in the file or not, in the file's order.

        A quantity stands once; ``.low`` and ``.high`` after its path reach the ends of its interval. Titles, notes and
        sources are left out, though they too can be set.
        """
        return tuple(
            dotted(keys)
            for keys, _ in schema.leaves(schema.Slot("record", Catalog), self._origin.data)
        )

    def replace(self, changes: Mapping[str, Any]) -> "Catalog":
        """Return a catalog in which the values at some paths are others, checked like a file.

        Parameters
        ----------
        changes : mapping of str to value
            Values by dotted path. A plain number given to a quantity becomes its value, in the declared unit: the interval
            stays if it still holds the value and is dropped if not, the source becomes ``set``. A mapping replaces the whole
            quantity or record, or adds one under a new id. None removes an optional value.

        Returns
        -------
        Catalog
            The new catalog; its `overrides` are this one's and the changes.

        Raises
        ------
        CatalogError
            With every unknown path and every defect of the result.
        TypeError
            If the changes are not a mapping.

        Examples
        --------
        >>> from taskmodel.catalog import load_catalog
        >>> catalog = load_catalog("alignment_research").replace({"supervision.headcount": 100})
        >>> catalog.get("supervision.headcount"), catalog.supervision.headcount.source
        (100.0, ('set',))
        """
        if not isinstance(changes, Mapping):
            raise TypeError(
                f'changes must be a mapping of paths to values, such as {{"supervision.headcount": 100}}; found {changes!r}'
            )
        changes = {path: _plain(value) for path, value in changes.items()}
        laid = {
            path: (value, _SET_MARK, dict.fromkeys(keys_within(value), _SET_MARK))
            for path, value in changes.items()
        }
        kept = {
            path: value for path, value in self._origin.overrides.items() if path not in changes
        }
        origin = replace(
            self._origin, overrides={**kept, **changes}
        )  # in the order in which they were laid over
        return self._lay_over(laid, "set by the user", origin)

    def with_numbers(self, numbers: Mapping[str, float]) -> "Catalog":
        """Return a catalog with other numbers at some paths, unchecked and cheap: for what lies between catalogs that were checked.

        Parameters
        ----------
        numbers : mapping of str to float
            By dotted path of a quantity, an end of its interval, or a plain number that the catalog has; in the declared unit.

        Raises
        ------
        CatalogError
            If there is no such path.
        TypeError
            If no number stands there.
        """
        changed = self
        for path, number in numbers.items():
            keys, slot = self._find(path)
            keys = (*keys, "value") if slot.kind == "quantity" else keys
            if isinstance(self._at(keys), bool) or not isinstance(self._at(keys), (int, float)):
                raise TypeError(f"{path} is no number: it is {self._at(keys)!r}")
            changed = _with_number(changed, keys, number)
        return changed

    def changed_to(self, path: str, number: float) -> dict[str, float]:
        """Return what changes where a number is set, by path: itself, and with a task's share the others', in proportion.

        Raises
        ------
        CatalogError
            If there is no such path.
        """
        keys, _ = self._find(path)
        if len(keys) != 3 or (keys[0], keys[2]) != ("tasks", "share"):
            return {path: number}
        shares = {name: task.share.value for name, task in self.tasks.items()}
        rest = math.fsum(share for name, share in shares.items() if name != keys[1])
        return {
            f"tasks.{name}.share": number
            if name == keys[1]
            else share * (1 - number) / rest
            if rest
            else share
            for name, share in shares.items()
        }

    def allows(self, path: str, number: float) -> bool:
        """Return whether a number, in the declared unit, is in the range of the quantity at a dotted path.

        Raises
        ------
        CatalogError
            If there is no such path.
        """
        measure = self._measure(path)
        return measure is None or measure.admits(number)

    def range_of(self, path: str) -> tuple[float, float]:
        """Return the ends of the range of the quantity at a dotted path, in the declared unit; infinite where there is none.

        The ends themselves may be excluded: `allows` tells.

        Raises
        ------
        CatalogError
            If there is no such path.
        """
        measure = self._measure(path)
        if measure is None:
            return -math.inf, math.inf
        low = measure.gt if measure.ge is None else measure.ge
        high = measure.lt if measure.le is None else measure.le
        return (-math.inf if low is None else low, math.inf if high is None else high)

    def unit_of(self, path: str) -> str:
        """Return the unit of the number at a dotted path; an empty string where it has none.

        Raises
        ------
        CatalogError
            If there is no such path.
        """
        measure = self._measure(path)
        return "" if measure is None else measure.unit.symbol

    def _measure(self, path: str) -> Measure | None:
        keys, slot = self._find(path)
        if slot.measure is None:
            slot = self._find(dotted(keys[:-1]))[1]  # an end of an interval
        return slot.measure

    def without_source(self) -> tuple[str, ...]:
        """Return the paths of numbers that rest on no source: neither their own nor one from `basis`."""
        return tuple(dotted(keys) for keys in self._numbers_without_source(self, ()))

    def conversions(self) -> tuple[str, ...]:
        """Return a sentence for every quantity that the file gives in another unit than the declared one."""
        found = []
        for keys, slot in schema.leaves(schema.Slot("record", Catalog), self._origin.data):
            given = schema.at(self._origin.data, keys)
            unit = (
                given.get("unit") if slot.kind == "quantity" and isinstance(given, dict) else None
            )
            if unit is not None and slot.measure is not None and unit != slot.measure.unit.symbol:
                quantity = self._at(keys)
                found.append(
                    f"{dotted(keys)}: {given['value']:g} {unit} read as {quantity.value!r} [{quantity.unit}]"
                )
        return tuple(found)

    def _lay_over(
        self, laid: Mapping[str, tuple[Any, Mark, Mapping[Keys, Mark]]], label: str, origin: Origin
    ) -> "Catalog":
        """Put values at paths; each comes with the mark of its key and the marks of what is in it."""
        data, places, touched, defects = origin.data, origin.places, [], []
        for path, (value, mark, marks) in laid.items():
            try:
                keys, slot, parents = schema.find(Catalog, data, path, new=isinstance(value, dict))
            except UnknownPath as error:
                defects.append(
                    Defect(mark.file, mark.key_line, mark.key_column, str(path), error.args[0])
                )
                continue
            data = with_protocols(schema.assign(data, keys, slot, parents, value, label))
            if parents[-1].kind == "quantity":
                keys = keys[:-1]
            below = {keys: mark, **{(*keys, *inner): where for inner, where in marks.items()}}
            places = (*(place for place in places if place[0] != keys), (keys, below))
            touched.append(keys)
        if defects:
            raise CatalogError(defects)
        return build(replace(origin, data=data, places=places), self._unchanged(data, touched))

    def _unchanged(self, data: dict[str, Any], touched: list[Keys]) -> dict[str, Any]:
        """Return the plain values, with this catalog's records in place of what no key in `touched` concerns."""
        sections = {keys[0] for keys in touched}
        if "pools" in sections:  # tasks take their pool from there
            return data
        values = {}
        for section, given in data.items():
            here = getattr(self, section)
            if section not in sections:
                values[section] = here
            elif isinstance(here, dict) and isinstance(given, dict):
                changed = {keys[1] for keys in touched if keys[0] == section and len(keys) > 1}
                whole = (section,) in touched
                values[section] = {
                    name: item if whole or name in changed or name not in here else here[name]
                    for name, item in given.items()
                }
            else:
                values[section] = given
        return values

    def _find(self, path: str) -> tuple[Keys, schema.Slot]:
        try:
            keys, slot, _ = schema.find(Catalog, self._origin.data, path)
        except UnknownPath as error:
            raise CatalogError([_unset(path, error.args[0])]) from None
        return keys, slot

    def _at(self, keys: Keys) -> Any:
        value: Any = self
        for key in keys:
            if value is None:
                return None
            value = getattr(value, str(key)) if isinstance(value, BaseModel) else value[key]
        return value

    def _numbers_without_source(self, value: Any, keys: Keys) -> Iterator[Keys]:
        if isinstance(value, Sourced):
            if value.source == (SET,) or not (
                value.source or self._has_basis(keys) or isinstance(value, Basis)
            ):
                yield keys
        elif isinstance(value, Record):
            for name in sorted(value.model_fields_set, key=list(type(value).model_fields).index):
                yield from self._numbers_without_source(getattr(value, name), (*keys, name))
        elif isinstance(value, dict):
            for name, item in value.items():
                yield from self._numbers_without_source(item, (*keys, name))
        elif isinstance(value, tuple):
            for index, item in enumerate(value):
                yield from self._numbers_without_source(item, (*keys, index))
        elif (
            isinstance(value, (int, float))
            and not isinstance(value, bool)
            and not self._has_basis(keys)
        ):
            yield keys

    def _has_basis(self, keys: Keys) -> bool:
        return keys[0] == "tasks" and keys[2] in self.basis and bool(self.basis[keys[2]].source)


def build(origin: Origin, values: Any = None, defects: tuple[Defect, ...] = ()) -> Catalog:
    """Check plain values and make them a catalog.

    Parameters
    ----------
    origin : Origin
        What the catalog is made from.
    values : dict, optional
        The plain values with checked records in some places, to save the work of checking those again.
    defects : tuple of Defect
        What is already known to be wrong.

    Raises
    ------
    CatalogError
        With all defects.
    """
    origin = replace(origin, data=with_protocols(origin.data))
    catalog, found = explain.validate(
        Catalog, _with_pool(origin.data if values is None else with_protocols(values))
    )
    if isinstance(origin.data, dict):
        found += checks.findings(origin.data)
    if catalog is not None and not found:
        found += checks.total_share(catalog.tasks.values())
    known = {defect.path for defect in defects}
    defects = (
        *defects,
        *(defect for defect in map(origin.defect, found) if defect.path not in known),
    )
    if defects or catalog is None:
        raise CatalogError(dict.fromkeys(defects))
    catalog._origin = origin
    return catalog


def _with_pool(values: Any) -> Any:
    """Return the values with the only labour pool written into every task that names none."""
    pools, tasks = (
        values.get(name) if isinstance(values, dict) else None for name in ("pools", "tasks")
    )
    if not (isinstance(pools, dict) and len(pools) == 1 and isinstance(tasks, dict)):
        return values
    (pool,) = pools
    filled = {
        name: {**task, "pool": pool}
        if isinstance(task, dict) and task.get("pool") is None
        else task
        for name, task in tasks.items()
    }
    return {**values, "tasks": filled}


def _with_number(value: Any, keys: Keys, number: float) -> Any:
    """Return a record or mapping with another number at some keys, unchecked."""
    if not keys:
        return float(number)
    key, *rest = keys
    if isinstance(value, BaseModel):
        name = str(key)
        return value.model_copy(
            update={name: _with_number(getattr(value, name), tuple(rest), number)}
        )
    if isinstance(value, tuple):
        return tuple(
            _with_number(item, tuple(rest), number) if place == key else item
            for place, item in enumerate(value)
        )
    return {**value, key: _with_number(value[key], tuple(rest), number)}


def _plain(value: Any) -> Any:
    """Return records, and NumPy's scalars and arrays, as Python's own plain values, also inside mappings and lists."""
    if isinstance(value, BaseModel):
        value = value.model_dump(exclude_unset=True)
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value.tolist() if hasattr(value, "tolist") else value


def _unset(path: str, message: str) -> Defect:
    return Defect(SET, None, None, str(path), message)
