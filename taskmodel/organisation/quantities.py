"""Quantities of catalogs as arrays, and what rules of supervision make of them.

Catalogs that differ in numbers alone, such as those along an axis or those of draws, are one
catalog with columns: arrays over points, by dotted path. Every array has the points as its first
dimension; it has length 1 where all points agree, so that what does not depend on the point is
stored and computed once and broadcasts. What reads no number that has a column is computed once for
the catalog, whatever the columns (`derived`).

Source: docs, model, sections 3.1 and 3.2.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from taskmodel.catalog import Catalog, NumberField, Quantity
from taskmodel.errors import InputError
from taskmodel.numerics.types import Array
from taskmodel.organisation.columns import check_ranges, columns_of_one_length
from taskmodel.organisation.reviewers import (
    modes_per_protocol,
    names_of_ai_modes,
    protocol_names,
    reviewer_block,
    reviewer_of_mode,
    reviewer_pools,
)
from taskmodel.science import attack, supervision
from taskmodel.science.production import Rows
from taskmodel.science.review_effort import detection, detection_curve, optimal_effort

T = TypeVar("T")
_BY_TASK: set[Callable[[Quantities], Any]] = set()  # functions that treat each task apart
FEW = 0.5  # share of the tasks up to which these are computed apart


def derived(function: Callable[[Quantities], T]) -> Callable[[Quantities], T]:
    """Compute a function of quantities once, and for all columns on which it does not depend."""

    @wraps(function)
    def once(quantities: Quantities) -> T:
        return quantities.derive(function)

    return once


def by_task(function: Callable[[Quantities], T]) -> Callable[[Quantities], T]:
    """Compute arrays that have the tasks as second dimension, as `derived`.

    Where columns are of a few tasks, only these are computed: the function must treat each task
    apart. It returns an array, or a tuple of arrays, and selects what it reads of tasks elsewhere
    than in the quantities with `Quantities.selected`.
    """
    once = derived(function)
    _BY_TASK.add(function)
    return once


class Quantities:
    """Arrays of the quantities of a catalog, at one point or several; see the module.

    Quantities are named by attribute, such as ``"latency.serial_speed"``. One that is absent is
    NaN, or the value to take instead.

    Parameters
    ----------
    catalog : Catalog

    Attributes
    ----------
    catalog : Catalog
        Without the columns.
    columns : dict of str to array, shape (point,)
        Numbers that may differ from point to point, by dotted path.
    points : int

    Examples
    --------
    >>> from taskmodel.catalog import load_catalog
    >>> quantities = Quantities(load_catalog("alignment_research"))
    >>> quantities.with_columns({"supervision.headcount": [1, 10]}).number("supervision.headcount")
    array([ 1., 10.])
    """

    def __init__(self, catalog: Catalog) -> None:
        self.catalog, self.points = catalog, 1
        self.columns: dict[str, Array] = {}
        # columns by name and record; of one entry where they do not vary
        self._by_name: dict[str, dict[str, Array]] = {}
        self._changed: set[str] = set()  # names of columns, each after the block it is in
        self._derived: dict[Callable[[Quantities], Any], Any] = {}
        # the quantities without columns (None: these), and what they know for all columns; nothing
        # refers to itself, so that arrays are freed at once
        self._base: Quantities | None = None
        self._fields: dict[str, NumberField] = {}  # by path
        self._groups: dict[str, dict[str, tuple[int, Any]]] = {}
        self._rows: dict[tuple[str, str, float], Array] = {}
        self._reads: dict[Callable[[Quantities], Any], set[str]] = {}  # of derived functions
        self._reading: list[set[str]] = []  # of functions that are being computed
        # the tasks that are computed apart, and the quantities of all tasks that they belong to
        self._selected: NDArray[np.intp] | None = None
        self._all_tasks: weakref.ReferenceType[Quantities] | None = None

    @property
    def _root(self) -> Quantities:
        return self if self._base is None else self._base

    def with_columns(
        self, columns: Mapping[str, ArrayLike], *, checked: bool = False
    ) -> Quantities:
        """Return the quantities with other numbers, which may differ from point to point.

        As in `Catalog.replace`, an interval holds only where it contains the value.

        Parameters
        ----------
        columns : mapping of str to array, shape (point,), or float
            By dotted path of a quantity, an end of its interval, or a plain number that the
            catalog has; in the declared unit. They replace columns of the same path.
        checked : bool
            Whether the ranges of the numbers are known to hold, as between two numbers that the
            catalog allows.

        Raises
        ------
        CatalogError
            If there is no such path, or a number is out of its range: for the first such number, as
            of `Catalog.replace`.
        InputError
            If the columns are not of one length.
        TypeError
            If the value at a path is not a number, or a whole one.
        """
        root, result = self._root, Quantities(self.catalog)
        arrays = {path: np.asarray(column, dtype=float) for path, column in columns.items()}
        result.columns = columns_of_one_length({**self.columns, **arrays})
        if not result.columns:
            return root
        fields = [root._field(path) for path in result.columns]
        if not checked:
            check_ranges(self.catalog, result.columns, fields)
        result._base, result.points = root, len(next(iter(result.columns.values())))
        for field, column in zip(fields, result.columns.values(), strict=True):
            rows = column if (column != column[0]).any() else column[:1]
            result._by_name.setdefault(field.name, {})[field.record] = rows
            result._changed.add(f"{field.record.partition('.')[0]}.{field.name}")
        return result

    def take(self, rows: Rows) -> Quantities:
        """Return the quantities at some points, in any order and number."""
        columns = {path: point_rows(column, rows) for path, column in self.columns.items()}
        return self._root.with_columns(columns, checked=True)

    def at(self, path: str) -> Array:
        """Return the number at a dotted path, shape (point or 1,)."""
        column = self.columns.get(path)
        return np.array([self._root._field(path).value]) if column is None else column

    def derive(self, function: Callable[[Quantities], T]) -> T:
        """Return the value of a function of these quantities; see `derived`.

        The numbers that it reads are recorded where it is computed without columns. It must read
        the same ones whatever their values.
        """
        if self._all_tasks is not None and function not in _BY_TASK:
            all_tasks = self._all_tasks()
            assert all_tasks is not None  # they alone hold these
            return all_tasks.derive(function)
        if function not in self._derived:
            self._derived[function] = (
                self._recorded(function)
                if self._root is self
                else function(self)
                if self._selected is not None
                else self._changed_from_root(function)
            )
        if self._root is self and self._reading:
            self._reading[-1] |= self._reads[function]
        value: T = self._derived[function]
        return value

    def _recorded(self, function: Callable[[Quantities], T]) -> T:
        self._reading.append(set())
        try:
            return function(self)
        finally:
            self._reads[function] = self._reading.pop()

    def _changed_from_root(self, function: Callable[[Quantities], Any]) -> Any:
        """Return the value without columns, as far as no column changes it."""
        root = self._root
        shared = root.derive(function)
        changed = self._changed & root._reads[function]
        if not changed:
            return shared
        if function not in _BY_TASK or not all(name.startswith("tasks.") for name in changed):
            return function(self)
        few = self._few_tasks
        if few is None or few._selected is None:
            return function(self)
        own = few.derive(function)
        if isinstance(shared, tuple):
            return tuple(
                _with_tasks(array, few._selected, values)
                for array, values in zip(shared, own, strict=True)
            )
        return _with_tasks(shared, few._selected, own)

    @cached_property
    def _few_tasks(self) -> Quantities | None:
        """The quantities of the tasks that have columns; None if these are not few."""
        members = self._root._group("tasks")
        records = {record for columns in self._by_name.values() for record in columns}
        positions = sorted(members[record][0] for record in records if record in members)
        if len(positions) > FEW * len(members):
            return None
        few = copy(self)
        few._derived, few._selected = {}, np.array(positions, dtype=np.intp)
        few._all_tasks = weakref.ref(self)
        return few

    def selected(self, array: NDArray[Any]) -> NDArray[Any]:
        """Return the rows, one for each task, of the tasks that are computed; see `by_task`."""
        return array if self._selected is None else array[self._selected]

    def members(self, group: str, name: str, absent: float = np.nan) -> Array:
        """Return a quantity of every member of a block, shape (point or 1, member).

        Groups are ``tasks``, ``pools``, ``nests``, ``feedback_loops``, ``reviewers`` (the general
        ones first), ``protocols`` (those that are allowed), and any other block as its only member.
        """
        root = self._root
        members = root._group(group)
        if self is root and self._reading:
            blocks = ("supervision", group) if group == "reviewers" else (group,)
            self._reading[-1].update(f"{block}.{name}" for block in blocks)
        key = group, name, absent
        if key not in root._rows:
            parts = name.split(".")
            numbers = [_number(record, parts, absent) for _, record in members.values()]
            root._rows[key] = np.array([numbers], dtype=float)
        row = root._rows[key]
        changed = [
            (members[record][0], column)
            for record, column in self._by_name.get(name, {}).items()
            if record in members
        ]
        if group == "tasks" and self._selected is not None:
            row = row[:, self._selected]
            places = np.searchsorted(self._selected, [position for position, _ in changed])
            columns = [column for _, column in changed]
            changed = list(zip(places.tolist(), columns, strict=True))
        if not changed:
            return row
        rows = np.repeat(row, max(len(column) for _, column in changed), axis=0)
        for position, column in changed:
            rows[:, position] = column
        return rows

    def _field(self, path: str) -> NumberField:
        if path not in self._fields:
            self._fields[path] = self.catalog.number_field(path)
        return self._fields[path]

    def _group(self, group: str) -> dict[str, tuple[int, Any]]:
        """Return the members of a block by path, each with its position."""
        if group not in self._groups:
            catalog = self.catalog
            records: dict[str, Any]
            if group == "reviewers":
                pools = reviewer_pools(catalog)
                records = {reviewer_block(name): pool for name, pool in pools.items()}
            elif group == "protocols":
                allowed = catalog.supervision.protocols
                records = {f"protocols.{name}": catalog.protocols[name] for name in allowed}
            elif group == "feedback_loops":
                loops = enumerate(catalog.feedback_loops)
                records = {f"feedback_loops.{position}": loop for position, loop in loops}
            else:
                block = getattr(catalog, group)
                records = (
                    {f"{group}.{name}": record for name, record in block.items()}
                    if isinstance(block, dict)
                    else {group: block}
                )
            self._groups[group] = {
                path: (position, record) for position, (path, record) in enumerate(records.items())
            }
        return self._groups[group]

    def number(self, name: str, absent: float = np.nan) -> Array:
        """Return a quantity of the catalog, shape (point or 1,)."""
        block, _, rest = name.partition(".")
        return self.members(block, rest, absent)[:, 0]

    def tasks(self, name: str, absent: float = np.nan) -> Array:
        """Return a quantity of every task, shape (point or 1, task)."""
        return self.members("tasks", name, absent)

    def protocols(self, name: str, default: float, absent: float = np.nan) -> Array:
        """Return a quantity of the protocol of every AI mode, shape (point or 1, 1, AI mode).

        The default holds where the AI modes are those of the coverage rule.
        """
        catalog = self.catalog
        if not catalog.supervision.protocols:
            return np.full((1, 1, len(ai_modes(self))), default)
        numbers = self.members("protocols", name, absent)
        return np.repeat(numbers, repeats(self), axis=-1)[:, None]

    @property
    @by_task
    def coverage(self) -> Array:
        """Share of units that people look at [1], shape (point or 1, task, AI mode).

        At all alerts of a monitor at least, and at as many as keep attacks down.
        """
        true_positive, alerts = self.monitor
        planned = np.maximum(self._planned_coverage, alerts)
        against = attack.coverage_for(self.attention_against_attack, alerts, true_positive)
        return np.maximum(planned, np.minimum(against, 1.0))

    @property
    @by_task
    def attention(self) -> Array:
        """Probability that people look at a defective unit [1], (point or 1, task, AI mode)."""
        true_positive, alerts = self.monitor
        return attack.looked_at(self.coverage, alerts, true_positive)

    @property
    @by_task
    def monitor(self) -> tuple[Array, Array]:
        """Share of defective units, and of all units, with an alert [1]; 0 without a monitor.

        Of shape (point or 1, 1, AI mode) and (point or 1, task, AI mode).
        """
        true_positive, false_positive = (
            self.protocols(f"monitor.{name}", 0.0, absent=0.0)
            for name in ("true_positive", "false_positive")
        )
        alerts = attack.alert_share(
            self.defect_probability[..., None], true_positive, false_positive
        )
        return true_positive, alerts

    @property
    def _planned_coverage(self) -> Array:
        """Share of units that people look at by floors and protocols [1]."""
        floor, catalog = self.tasks("coverage_floor"), self.catalog
        if not catalog.supervision.protocols:
            return np.repeat(supervision.coverage_by_mode(floor), repeats(self), axis=-1)
        chosen = self.protocols("coverage", 1.0)
        obeys_floor = [catalog.protocols[name].floors for name in protocol_names(catalog)]
        lowest = np.where(np.repeat(obeys_floor, repeats(self)), floor[..., None], 0.0)
        return np.maximum(lowest, chosen)

    @property
    @by_task
    def attention_against_attack(self) -> Array:
        """Probability of a look that keeps attacks down to what is tolerated [1].

        Of shape (point or 1, task or 1, AI mode or 1). 0 where people do part of the work
        themselves, and where AI does not attack; above 1 where no look is enough.
        """
        tolerated = self.number("supervision.tolerated_harm")[:, None, None]
        harm = self.tasks("attack_harm", absent=0.0)[..., None]
        if np.isnan(tolerated).all():
            return np.zeros(harm.shape)
        harm = np.where(self.protocols("people", 0.0) == 0, harm, 0.0)
        detected = np.where(harm > 0, self.detected, 1.0)
        return attack.attention_against_attack(harm, detected, tolerated)

    @property
    @by_task
    def detected(self) -> Array:
        """Share of defects that people find in units they look at [1], (point or 1, task, AI mode).

        NaN where the verifiability of the task is not known.
        """
        rate, ceiling = (curve[..., None] for curve in self.detection_curve)
        known = np.isfinite(rate)
        hours = self.review_ratio[..., None] * self.protocols("review_effort", 1.0)
        found = detection(hours, np.where(known, rate, 1.0), np.where(known, ceiling, 1.0))
        return np.where(known, found, np.nan)

    @property
    @by_task
    def defect_probability(self) -> Array:
        """Probability that a unit of AI work is useless [1], shape (point or 1, task).

        Where success is logistic and the smallest sufficient model works, its attempts succeed with
        the required probability, and what they give is useless as often as that of any model. Where
        success grows with compute, it is that of AI that always succeeds.
        """
        limit = self.number("capability.reliability_limit")
        usual = self.number("capability.defect_probability")
        usual = np.where(np.isnan(limit), usual, 1 - limit)[:, None]
        own = self.tasks("defect_probability")
        useless = np.where(np.isnan(own), usual, own)
        rules = self.catalog.capability
        if rules.success == "logistic" and not rules.grows:
            required = self.number("capability.required_success")[:, None]
            return np.asarray(1 - (1 - useless) * required)
        return useless

    @property
    @by_task
    def review_ratio(self) -> Array:
        """Review hours per human-equivalent hour of a reviewed unit [h/h], (point or 1, task).

        A protocol may change them: see `review_effort`. Where effort is optimal, tasks without a
        known verifiability, which people keep, have none.
        """
        if self.catalog.supervision.effort == "given":
            return self.given_review_ratio
        rate, ceiling = self.detection_curve
        verifiable = np.isfinite(rate)
        hours = optimal_effort(
            defect_probability=self.defect_probability,
            defect_cost=self.number("supervision.defect_cost")[:, None],
            wage=1.0,
            rate=np.where(verifiable, rate, 1.0),
            ceiling=np.where(verifiable, ceiling, 1.0),
        )
        return np.where(verifiable, hours, 0.0)

    @property
    @by_task
    def given_review_ratio(self) -> Array:
        """The review ratio of the catalog at its review level [h/h], shape (point or 1, task).

        As of `Quantity.at`: the value where there is no interval, or the value is outside.
        """
        value, level = self.tasks("review_ratio"), self.catalog.supervision.review_level
        if level == "central":
            return value
        low, high = (self.tasks(f"review_ratio.{end}") for end in ("low", "high"))
        inside = (low <= value) & (value <= high)
        return np.where(inside, low if level == "low" else high, value)

    @property
    @by_task
    def detection_curve(self) -> tuple[Array, Array]:
        """Rate [1 per h/h] and ceiling [1] of the defects that review finds, by task.

        Each of shape (point or 1, task); NaN where the verifiability of the task is not known.
        """
        score = self.tasks("verifiability.score")
        known = np.isfinite(score)
        rate, ceiling = detection_curve(np.where(known, score, 0.0))
        return np.where(known, rate, np.nan), np.where(known, ceiling, np.nan)

    @property
    def review(self) -> ReviewWork:
        """The work of reviewers."""
        effort, steering = _review_and_steering(self)
        return ReviewWork(
            review_ratio=self.review_ratio,
            coverage=self.coverage,
            effort=effort,
            steering=steering,
            people=self.protocols("people", 0.0),
        )

    @property
    @derived
    def review_effort(self) -> Array:
        """Review hours relative to the review ratio: e (1 - a + a f), a share a settled at f.

        Shape (point or 1, 1, AI mode).
        """
        settled = self.protocols("settled_share", 0.0)
        hours = 1 - settled + settled * self.protocols("settled_effort", 1.0)
        return shortened(self.protocols("review_effort", 1.0) * hours)


@dataclass(frozen=True, eq=False)
class ReviewWork:
    """Hours of people that AI modes take: the arguments of `science.supervision` that state them.

    Attributes
    ----------
    review_ratio : array, shape (point or 1, task)
        Review hours per human-equivalent hour of a reviewed unit [h/h].
    coverage : array, shape (point or 1, task, AI mode)
        Share of units that people review [1].
    effort : array, shape (point or 1, 1, AI mode)
        Review hours with all reviews of reviews, relative to the review ratio [1].
    steering : array, shape (point or 1, 1, AI mode)
        Hours of steering per human-equivalent hour [h/h].
    people : array, shape (point or 1, 1, AI mode)
        Hours that people still work themselves per human-equivalent hour [h/h].
    """

    review_ratio: Array
    coverage: Array
    effort: Array
    steering: Array
    people: Array


@derived
def _review_and_steering(quantities: Quantities) -> tuple[Array, Array]:
    """Return `ReviewWork.effort` and `ReviewWork.steering`."""
    layers = quantities.catalog.supervision.second_look_layers
    share = quantities.number("supervision.second_look_share")
    looks = supervision.reviews_of_reviews(
        share, quantities.number("supervision.second_look_effort"), layers
    )
    length = quantities.protocols("episode_length", np.nan)
    time = quantities.protocols("interaction_time", 0.0)
    if (np.isnan(length) & (time > 0)).any():
        raise InputError(
            "protocols.NAME.interaction_time steers episodes of no length where it is above 0; "
            "give the protocol an episode_length"
        )
    effort = quantities.review_effort * looks[:, None, None]
    return effort, shortened(np.where(np.isnan(length), 0.0, time / length))


@derived
def repeats(quantities: Quantities) -> int:
    """Return the number of AI modes that share a protocol."""
    return modes_per_protocol(quantities.catalog)


@derived
def reviewers_by_mode(quantities: Quantities) -> NDArray[np.intp]:
    """Return the position of the pool that reviews each task in each AI mode, (task, AI mode)."""
    return reviewer_of_mode(quantities.catalog)


def _with_tasks(array: Array, positions: NDArray[np.intp], values: Array) -> Array:
    """Return an array of one point for several, with the values of some tasks put in."""
    result = np.repeat(array, len(values), axis=0)
    result[:, positions] = values
    return result


def with_ratios_in_use(catalog: Catalog) -> Catalog:
    """Return a catalog at the central review level whose review ratios are those in use.

    Derivatives and changes of a review ratio are of its value, which other levels do not read.
    """
    if catalog.supervision.review_level == "central":
        return catalog
    (used,) = Quantities(catalog).given_review_ratio
    paths = [f"tasks.{name}.review_ratio" for name in catalog.tasks]
    values = dict(zip(paths, used.tolist(), strict=True))
    return catalog.replace({"supervision.review_level": "central", **values})


def side_by_side(*arrays: Array) -> Array:
    """Return arrays of shape (point or 1, number) as one, `shortened`."""
    points = max(len(array) for array in arrays)
    rows = [np.broadcast_to(array, (points, array.shape[1])) for array in arrays]
    return shortened(np.concatenate(rows, axis=-1))


def point_rows(values: Array, rows: Rows) -> Array:
    """Return some rows of an array of shape (point or 1, ...); itself if it has one for all."""
    return values if len(values) == 1 else values[rows]


def shortened(rows: Array) -> Array:
    """Return one row where all are equal."""
    equal = (rows == rows[0]) | (np.isnan(rows) & np.isnan(rows[0]))
    return rows[:1] if equal.all() else rows


@derived
def ai_modes(quantities: Quantities) -> tuple[str, ...]:
    """Return the names of the AI modes; see `reviewers.names_of_ai_modes`."""
    return names_of_ai_modes(quantities.catalog)


def _number(record: Any, attributes: list[str], absent: float) -> float:
    """Return the number at attributes of a record; a quantity's is its value."""
    for attribute in attributes:
        record = getattr(record, attribute)
        if record is None:
            return absent
    return float(record.value if isinstance(record, Quantity) else record)
