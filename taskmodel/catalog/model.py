"""`Catalog`: a research organisation and the tasks of its field, checked, with every source."""

import math
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction as FractionalNumber
from functools import cache
from typing import Annotated, Any, NamedTuple, Self

from pydantic import AfterValidator, BaseModel, Field, model_validator

from taskmodel._arguments import named, shown
from taskmodel._text import counted
from taskmodel.catalog import checks
from taskmodel.catalog.blocks import Block, OversightWork, endless_work
from taskmodel.catalog.prices import Hiring, Prices
from taskmodel.catalog.records import (
    Basis,
    Capability,
    ComputeUse,
    FeedbackLoop,
    Hands,
    Latency,
    NestRecord,
    OverTime,
    Pool,
    Production,
    Protocol,
    Reviewers,
    Supervision,
    Task,
    Trust,
)
from taskmodel.catalog.versions import CURRENT, unreadable
from taskmodel.errors import ArgumentError, CatalogError, UnknownPath
from taskmodel.files import bundled, units
from taskmodel.files.document import SET_MARK, Changeable, FromFile
from taskmodel.files.dotted import Slot, expand, field_value, find, leaves, slot_at, value_at
from taskmodel.files.findings import Finding
from taskmodel.files.quantity import (
    JUDGEMENT,
    SET,
    Measure,
    Prose,
    Quantity,
    Record,
    Source,
    Sourced,
    Title,
    Word,
    failed,
)
from taskmodel.files.uncertainty import Uncertainty
from taskmodel.files.yaml import Keys, dotted, read_document, read_text
from taskmodel.numerics.numbers import real_number


def _readable(version: int) -> int:
    """Raise an error unless files of this version of the keys can be read."""
    if reason := unreadable(version):
        raise failed(("", reason))
    return version


class Scenario(FromFile):
    """Values that a scenario changes or adds; it fits every catalog that has its paths."""

    title: Title
    """what the scenario supposes"""
    description: Prose = ""
    """more about it, for readers"""
    catalog: Word | None = None
    """the bundled catalog whose tasks it speaks of; absent: it fits all of them"""
    sources: dict[str, Source] = Field(default_factory=dict)
    """works its values rest on, by key"""
    set: dict[str, Any]
    """values by dotted path, as in `Catalog.replace`"""

    @classmethod
    def _data_findings(cls, data: dict[str, Any]) -> Iterator[Finding]:
        # Its values may cite sources of the catalog: they are checked when it is applied.
        yield from ()


class NumberField(NamedTuple):
    """Where a number of a catalog stands, and the least and the largest that is allowed there.

    Attributes
    ----------
    record : str
        Path of the block or of the member of a block, such as ``supervision`` or ``tasks.coding``.
    name : str
        Path below it, such as ``headcount`` or ``verifiability.score``.
    value : float
        In the declared unit.
    low, high : float
        Finite; a bound that is excluded is replaced by the number next to it.
    """

    record: str
    name: str
    value: float
    low: float
    high: float


class Catalog(Changeable):
    """A research organisation and the tasks of its field, returned by `load_catalog`.

    The attributes are the blocks of the file, in its order. `name`, `scenario`, `overrides`,
    `yaml_text`, `scenario_yaml` and `sha256` identify the inputs. `replace` returns a catalog with
    other values:

    >>> from taskmodel.catalog import load_catalog
    >>> catalog = load_catalog("alignment_research").replace({"supervision.headcount": 100})
    >>> catalog.get("supervision.headcount"), catalog.supervision.headcount.source
    (100.0, ('set',))
    """

    schema_version: Annotated[int, AfterValidator(_readable), "prose"] = CURRENT
    """version of the keys of the file"""
    title: Title
    """which question the catalog is for"""
    question: Prose = ""
    """the question, in a sentence"""
    description: Prose = ""
    """more about it, for readers"""
    sources: dict[str, Source] = Field(default_factory=dict)
    """works that values rest on, by key"""
    pools: dict[str, Pool]
    """labour pools, by name"""
    people: Hands = Hands()
    """what people do by hand"""
    production: Production
    supervision: Supervision
    reviewers: dict[str, Reviewers] = Field(default_factory=dict)
    """reviewers with a skill, besides those of supervision; by id"""
    compute: ComputeUse
    capability: Capability
    latency: Latency
    trust: Trust | None = None
    """what a track record takes; used by `taskmodel trust` alone"""
    over_time: OverTime | None = None
    """how it stands in a simulated world; used by `alignment_beside` alone"""
    protocols: dict[str, Protocol] = Field(default_factory=dict)
    """ways of letting AI work, by id; besides bundled ones"""
    nests: dict[str, NestRecord]
    """groups of tasks, a tree; by id"""
    basis: dict[str, Basis] = Field(default_factory=dict)
    """source of plain numbers in tasks, by field of a task"""
    tasks: dict[str, Task]
    """the tasks, by id"""
    feedback_loops: tuple[FeedbackLoop, ...] = ()
    """results that send the work back to an earlier task"""
    blocks: dict[str, Block] = Field(default_factory=dict)
    """tasks that AI may do in one go, reviewed at the end; by id"""
    oversight_work: dict[str, OversightWork] = Field(default_factory=dict)
    """work of tasks that AI's work on others induces; by id"""
    prices: Prices | None = None
    """what factors cost; used by `taskmodel spend` alone"""
    budget: Annotated[Quantity, Measure(units.DOLLARS_PER_YEAR, gt=0)] | None = None
    """money for research in a year; used by `taskmodel spend` alone; absent: what is spent as
    things are"""
    hiring: Hiring | None = None
    """what it takes to hire; used by `taskmodel hire` alone"""
    uncertainty: Uncertainty | None = None
    """what moves together in draws of the uncertain numbers"""

    @model_validator(mode="before")
    @classmethod
    def _single_pool(cls, values: Any) -> Any:
        """Write the only labour pool into every task that names none."""
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

    @model_validator(mode="after")
    def _normalised(self) -> Self:
        """Divide the shares of the tasks by their sum, if they are weights.

        The plain values stay those of the file, so that changes are always of the weights.
        """
        total = math.fsum(task.share.value for task in self.tasks.values())
        if not self.production.normalise_shares or total == 0:
            return self
        divisor = FractionalNumber(total)
        tasks = {
            name: task.model_copy(update={"share": task.share.divided(divisor)})
            for name, task in self.tasks.items()
        }
        object.__setattr__(self, "tasks", tasks)
        return self

    @staticmethod
    def _complete(data: Any) -> Any:
        """Return plain values with the bundled protocols that they allow and do not define."""
        if not isinstance(data, dict):
            return data
        supervision, own = data.get("supervision"), data.get("protocols") or {}
        allowed = (
            supervision.get("protocols")
            if isinstance(supervision, dict)
            else getattr(supervision, "protocols", None)  # a record that is not validated again
        )
        if not isinstance(allowed, (list, tuple)) or not isinstance(own, dict):
            return data
        available = set(bundled.names("protocol"))
        lacking = [
            name
            for name in allowed
            if isinstance(name, str) and name not in own and name in available
        ]
        if not lacking:
            return data
        return {**data, "protocols": {**own, **{name: _protocol(name) for name in lacking}}}

    @classmethod
    def _data_findings(cls, data: dict[str, Any]) -> Iterator[Finding]:
        return checks.findings(data)

    @classmethod
    def _number_findings(cls, data: dict[str, Any]) -> Iterator[Finding]:
        return checks.number_findings(data)

    def _findings(self, changed: set[str]) -> Iterator[Finding]:
        yield from checks.total_share(self.tasks.values())
        yield from endless_work(self.tasks, self.oversight_work)

    @property
    def scenario(self) -> str | None:
        """Name of the scenario that was applied, or None."""
        return self._origin.scenario

    @property
    def scenario_yaml(self) -> str:
        """Text of the scenario's file, or an empty string."""
        return self._origin.scenario_yaml

    def _summary(self) -> list[str]:
        scenario = [f"scenario {self.scenario}"] if self.scenario else []
        return [self.name, *scenario, counted(len(self.tasks), "task")]

    def get(self, path: str) -> Any:
        """Return the number, word, switch or list of words at a dotted path.

        Parameters
        ----------
        path : str
            Such as ``supervision.headcount`` (the value of a quantity), ``compute.inference`` or
            ``tasks.red_teaming.horizon.high``; with ``*`` for an id, what all of them have.

        Returns
        -------
        float, int, str, bool, tuple of str or None
            None for an optional value that is absent.

        Raises
        ------
        CatalogError
            If there is no such path, it names a group of values, or ``*`` stands for several that
            differ.
        """
        paths = self.expand(path)
        if len(paths) > 1:
            return self._common(path, {single: self.get(single) for single in paths})
        keys, slot = self._find(path)
        if "record" in (slot.kind, getattr(slot.type, "kind", None)):
            below = [dotted(inner) for inner, _ in leaves(slot, self._at(keys), keys)]
            examples = f", such as {' or '.join(below[:3])}" if below else ""
            message = f"names a group of values; give one of them{examples}"
            raise CatalogError([SET_MARK.key_defect(path, message)])
        value = self._at(keys)
        return value.value if isinstance(value, Quantity) else value

    def expand(self, path: str) -> tuple[str, ...]:
        """Return the paths that a path stands for: one for each id in place of a ``*``, or itself.

        Raises
        ------
        CatalogError
            If a ``*`` stands where there are no ids.
        """
        try:
            return expand(Catalog, self._origin.data, path)
        except UnknownPath as error:
            raise CatalogError([SET_MARK.key_defect(path, error.args[0])]) from None

    def _common(self, path: str, values: dict[str, Any]) -> Any:
        """Return the value that all of several paths have."""
        first, value = next(iter(values.items()))
        for other, different in values.items():
            if different != value:
                message = (
                    f"stands for different values, {value} at {first} and {different} at {other}; "
                    "give one of them"
                )
                raise CatalogError([SET_MARK.key_defect(path, message)])
        return value

    def error(self, keys: Keys, message: str, at_key: bool = False) -> CatalogError:
        """Return an error about a value, or its key, with the position in the file."""
        return CatalogError([self._origin.defect(Finding(keys, message, at_key))])

    def paths(self) -> tuple[str, ...]:
        """Return the dotted paths of all values that can be set, present or not, in file order.

        A quantity is listed once; ``.low`` and ``.high`` after its path are the ends of its
        interval. Titles, notes and sources can be set, but are not listed.
        """
        slot = Slot("record", Catalog)
        return tuple(dotted(keys) for keys, _ in leaves(slot, self._origin.data))

    def number_field(self, path: str) -> NumberField:
        """Return where the number at a dotted path stands, and its range.

        Parameters
        ----------
        path : str
            Of a quantity, an end of its interval, or a plain number that the catalog has.

        Raises
        ------
        CatalogError
            If there is no such path.
        TypeError
            If the value at the path is not a number, or a whole one.
        """
        keys, slot = self._find(path)
        keys = (*keys, "value") if slot.kind == "quantity" else keys
        value = self._at(keys)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise ArgumentError(f"{path} is no number: it is {value!r}")
        if slot.type is int:
            raise ArgumentError(f"{path} is a whole number, which is the same at all points")
        length = 2 if isinstance(getattr(self, str(keys[0])), (dict, tuple)) else 1
        name = keys[length:-1] if keys[-1] == "value" else keys[length:]
        ends = _range_within(self._bounds(keys))
        return NumberField(dotted(keys[:length]), dotted(name), float(value), *ends)

    def changed_to(self, path: str, number: Any) -> dict[str, Any]:
        """Return the changes, by path, that set a number, or an array of numbers.

        Where ``*`` stands for ids, all of them change.

        The share of a task also changes the shares of the others, in proportion, so that their
        sum stays 1.

        Parameters
        ----------
        path : str
        number : float or array
            In the declared unit.

        Returns
        -------
        dict of str to float or array
            By path; shares of a catalog whose other shares are all 0 stay numbers.

        Raises
        ------
        CatalogError
            If there is no such path.
        """
        paths = self.expand(path)
        keys, slot = self._find(path)
        if slot.kind != "quantity" and slot.type not in (int, float):
            kind = {"leaf": "a word", "prose": "text"}.get(slot.kind, "a block of values")
            message = (
                f"is {'true or false' if slot.type is bool else kind}, not a number; give the path "
                "of a number, such as supervision.headcount (taskmodel keys catalog lists them)"
            )
            raise CatalogError([SET_MARK.key_defect(named(path), message)])
        if len(paths) > 1:
            return dict.fromkeys(paths, number)
        if len(keys) != 3 or (keys[0], keys[2]) != ("tasks", "share"):
            return {paths[0]: number}
        shares = {name: task.share.value for name, task in self.tasks.items() if name != keys[1]}
        rest = math.fsum(shares.values())
        others = {
            name: share * (1 - number) / rest if rest else share for name, share in shares.items()
        }
        return {
            f"tasks.{name}.share": number if name == keys[1] else others[name]
            for name in self.tasks
        }

    def allows(self, path: str, number: float) -> bool:
        """Return whether a number, in the declared unit, is in the range of the quantity at a path.

        Raises
        ------
        CatalogError
            If there is no such path.
        """
        measure = self._measure(path)
        number = real_number("number", number)
        if measure is not None:
            return measure.admits(number)
        low, high = _range_within(self._bounds(self._find(path)[0]))
        return low <= number <= high

    def range_of(self, path: str) -> tuple[float, float]:
        """Return the bounds of the quantity at a dotted path, in its declared unit.

        A missing bound is infinite. A bound itself may be excluded, which `allows` decides.

        Raises
        ------
        CatalogError
            If there is no such path.
        """
        measure = self._measure(path)
        bounds = self._bounds(self._find(path)[0]) if measure is None else [measure]

        def given(*names: str) -> list[float]:
            ends = (getattr(bound, name, None) for bound in bounds for name in names)
            return [end for end in ends if end is not None]

        return max(given("ge", "gt"), default=-math.inf), min(given("le", "lt"), default=math.inf)

    def unit_of(self, path: str) -> str:
        """Return the unit of the number at a dotted path; an empty string if it has none.

        Raises
        ------
        CatalogError
            If there is no such path.
        """
        measure = self._measure(path)
        return "" if measure is None else measure.unit.symbol

    def _measure(self, path: str) -> Measure | None:
        keys, slot = self._find(path)
        if slot.measure is None and len(keys) > 1:
            slot = self._find(dotted(keys[:-1]))[1]  # an end of an interval
        return slot.measure

    def _bounds(self, keys: Keys) -> Iterable[Any]:
        """Return what declares the range of a plain number, a value of a quantity, or an end."""
        holder = slot_at(Catalog, keys[:-1])
        assert holder is not None  # the keys are of a path that has been found
        if holder.measure is not None:
            return [holder.measure]
        bounds: Iterable[Any] = holder.type.model_fields[str(keys[-1])].metadata
        return bounds

    def without_source(self) -> tuple[str, ...]:
        """Return the paths of numbers without a source of their own or one from `basis`."""
        return tuple(dotted(keys) for keys in self._numbers_without_source(self, ()))

    def judgements(self) -> tuple[str, ...]:
        """Return the paths of quantities that are judgement, by their own source or by `basis`."""
        return tuple(
            path
            for path, (keys, _, quantity) in self.quantities().items()
            if JUDGEMENT in (quantity.source or self._basis_of(keys))
        )

    def _basis_of(self, keys: Keys) -> tuple[str, ...]:
        """Return the sources that `basis` gives the number of a task at some keys."""
        basis = self.basis.get(str(keys[2])) if keys[0] == "tasks" and len(keys) > 2 else None
        return () if basis is None else basis.source

    def conversions(self) -> tuple[str, ...]:
        """Return a sentence for every quantity whose unit in the file is not the declared one."""
        sentences = []
        for keys, slot in leaves(Slot("record", Catalog), self._origin.data):
            entry = value_at(self._origin.data, keys)
            if slot.measure is None or not isinstance(entry, dict):
                continue
            unit, quantity = entry.get("unit"), self._at(keys)
            if unit not in (None, quantity.unit):
                sentences.append(
                    f"{dotted(keys)}: {entry['value']:g} {unit} "
                    f"read as {quantity.value!r} [{quantity.unit}]"
                )
        return tuple(sentences)

    def with_scenario(self, scenario: Scenario) -> "Catalog":
        """Return a catalog to which a scenario is applied.

        Raises
        ------
        CatalogError
            With every defect of the scenario on this catalog.
        """
        if not isinstance(scenario, Scenario):
            raise ArgumentError(
                f"a Scenario is needed; found {shown(scenario)}: give its name to "
                "taskmodel.load_catalog, or load it with taskmodel.catalog.load_scenario"
            )
        origin = scenario._origin
        for key, source in scenario.sources.items():
            if self.sources.get(key, source) != source:
                message = f"the catalog uses {key!r} for another work; take another key"
                raise CatalogError([origin.defect(Finding(("sources", key), message, True))])
        values = {
            prefix + key: (value, origin.marks_below((section, key)))
            for section, prefix in (("sources", "sources."), ("set", ""))
            for key, value in (origin.data.get(section) or {}).items()
        }
        combined = replace(self._origin, scenario=scenario.name, scenario_yaml=scenario.yaml_text)
        return self._overlaid(values, f"set by the scenario {scenario.name}", combined)

    def _reused(self, data: dict[str, Any], changed: list[Keys]) -> dict[str, Any]:
        sections = {keys[0] for keys in changed}
        if "pools" in sections:  # tasks take their pool from there
            return data
        values = {}
        for section, entry in data.items():
            record = getattr(self, section)
            if section not in sections:
                values[section] = record
            elif isinstance(record, dict) and isinstance(entry, dict):
                ids = {keys[1] for keys in changed if keys[0] == section and len(keys) > 1}
                replaced = (section,) in changed
                values[section] = {
                    name: item if replaced or name in ids or name not in record else record[name]
                    for name, item in entry.items()
                }
            else:
                values[section] = entry
        if self.production.normalise_shares:  # its records have shares that are divided already
            values["tasks"] = data["tasks"]
        return values

    def _find(self, path: str) -> tuple[Keys, Slot]:
        try:
            first, *_ = expand(Catalog, self._origin.data, path)
            keys, slot, _ = find(Catalog, self._origin.data, first)
        except UnknownPath as error:
            raise CatalogError([SET_MARK.key_defect(named(path), error.args[0])]) from None
        return keys, slot

    def _at(self, keys: Keys) -> Any:
        value: Any = self
        for key in keys:
            if value is None:
                return None
            value = field_value(value, str(key)) if isinstance(value, BaseModel) else value[key]
        return value

    def _numbers_without_source(self, value: Any, keys: Keys) -> Iterator[Keys]:
        has_basis = keys[:1] == ("tasks",) and any(
            name in self.basis and self.basis[str(name)].source for name in keys[2:3]
        )
        items: Any = ()
        if isinstance(value, Sourced):
            if value.source == (SET,) or not (
                value.source or has_basis or isinstance(value, Basis)
            ):
                yield keys
        elif isinstance(value, Record):
            items = (
                (name, field_value(value, str(name)))
                for name in (*type(value).model_fields, *(value.model_extra or ()))
                if name in value.model_fields_set
            )
        elif isinstance(value, dict):
            items = value.items()
        elif isinstance(value, tuple):
            items = enumerate(value)
        elif isinstance(value, (int, float)) and not isinstance(value, bool) and not has_basis:
            yield keys
        for name, item in items:
            yield from self._numbers_without_source(item, (*keys, name))


@cache
def _protocol(name: str) -> dict[str, Any]:
    path = bundled.folder("protocol") / f"{name}.yaml"
    return read_document(read_text(path), str(path)).data


def _range_within(bounds: Iterable[Any]) -> tuple[float, float]:
    """Return the least and the largest finite number within bounds such as those of a `Measure`."""
    lows, highs = [-sys.float_info.max], [sys.float_info.max]
    for bound in bounds:
        ge, gt, le, lt = (getattr(bound, name, None) for name in ("ge", "gt", "le", "lt"))
        lows += [] if ge is None else [ge]
        lows += [] if gt is None else [math.nextafter(gt, math.inf)]
        highs += [] if le is None else [le]
        highs += [] if lt is None else [math.nextafter(lt, -math.inf)]
    return max(lows), min(highs)
