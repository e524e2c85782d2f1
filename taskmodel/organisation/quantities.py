"""Quantities of catalogs as arrays, and what rules of supervision make of them.

Several catalogs that differ in numbers alone, such as those along an axis, are read together. Every
array has the points, one per catalog, as its first dimension; it has length 1 where all catalogs
agree, so that what does not depend on the point is stored and computed once and broadcasts.

Source: docs, model, sections 3.1 and 3.2.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from typing import Any

import numpy as np

from taskmodel.catalog import Catalog, Protocol, Task
from taskmodel.numerics.types import Array
from taskmodel.organisation.reviewers import ai_modes, modes_per_protocol, protocol_names
from taskmodel.science import supervision
from taskmodel.science.review_effort import detection_curve, optimal_effort


class Quantities:
    """Arrays of quantities of one or several catalogs; see the module for their first dimension.

    Quantities are named by attribute, such as ``"latency.serial_speed"``; one that may be absent
    has a value to take instead.
    """

    def __init__(self, catalogs: Sequence[Catalog]) -> None:
        self.catalogs = catalogs

    def rows(self, read: Callable[[Catalog], Sequence[float]]) -> Array:
        """Return several numbers of every catalog, shape (point or 1, number)."""
        return _shortened(np.array([read(catalog) for catalog in self.catalogs], dtype=float))

    def number(self, name: str, absent: float | None = None) -> Array:
        """Return a quantity of the catalog, shape (point or 1,)."""
        read = _reader(name, absent)
        return self.rows(lambda catalog: [read(catalog)])[:, 0]

    def tasks(self, read: str | Callable[[Task], float], absent: float | None = None) -> Array:
        """Return a quantity, or a function, of every task, shape (point or 1, task)."""
        value = read if callable(read) else _reader(read, absent)
        numbers = [value(task) for task in self.catalogs[0].tasks.values()]
        rows = np.tile(np.array(numbers, dtype=float), (len(self.catalogs), 1))
        for point, position, task in self._changed_tasks:
            rows[point, position] = value(task)
        return _shortened(rows)

    @cached_property
    def _changed_tasks(self) -> list[tuple[int, int, Task]]:
        """Points, positions and records of tasks that are not those of the first catalog.

        Catalogs that differ in one number share the records of all tasks but one, so that few
        have to be read.
        """
        first = self.catalogs[0].tasks
        return [
            (point, position, task)
            for point, catalog in enumerate(self.catalogs)
            if catalog.tasks is not first
            for position, (task, known) in enumerate(
                zip(catalog.tasks.values(), first.values(), strict=True)
            )
            if task is not known
        ]

    def protocols(self, read: Callable[[Protocol], float], default: float) -> Array:
        """Return a number of the protocol of every AI mode, shape (point or 1, 1, AI mode).

        The default holds where the AI modes are those of the coverage rule.
        """
        catalog = self.catalogs[0]
        if not catalog.supervision.protocols:
            return np.full((1, 1, len(ai_modes(catalog))), default)
        names = protocol_names(catalog)
        numbers = self.rows(lambda catalog: [read(catalog.protocols[name]) for name in names])
        return np.repeat(numbers, modes_per_protocol(catalog), axis=-1)[:, None]

    @cached_property
    def coverage(self) -> Array:
        """Share of units that people review [1], shape (point or 1, task, AI mode)."""
        floor, catalog = self.tasks("coverage_floor"), self.catalogs[0]
        repeats = modes_per_protocol(catalog)
        if not catalog.supervision.protocols:
            return np.repeat(supervision.coverage_by_mode(floor), repeats, axis=-1)
        chosen = self.protocols(lambda protocol: protocol.coverage.value, 1.0)
        obeys_floor = [catalog.protocols[name].floors for name in protocol_names(catalog)]
        lowest = np.where(np.repeat(obeys_floor, repeats), floor[..., None], 0.0)
        return np.maximum(lowest, chosen)

    @cached_property
    def defect_probability(self) -> Array:
        """Probability that a unit of AI work is useless [1], shape (point or 1, task)."""
        usual = self.number("capability.defect_probability")[:, None]
        own = self.tasks("defect_probability", np.nan)
        return np.where(np.isnan(own), usual, own)

    @cached_property
    def review_ratio(self) -> Array:
        """Review hours per human-equivalent hour of a reviewed unit [h/h], (point or 1, task).

        A protocol may change them: see `review_effort`. Where effort is optimal, tasks without a
        known verifiability, which people keep, have none.
        """
        rules = self.catalogs[0].supervision
        if rules.effort == "given":
            return self.tasks(lambda task: task.review_ratio.at(rules.review_level))
        rate, ceiling = self.detection_curve
        verifiable = np.isfinite(rate)
        hours = optimal_effort(
            defect_probability=self.defect_probability,
            defect_cost=self.number("supervision.defect_cost", np.nan)[:, None],
            wage=1.0,
            rate=np.where(verifiable, rate, 1.0),
            ceiling=np.where(verifiable, ceiling, 1.0),
        )
        return np.where(verifiable, hours, 0.0)

    @cached_property
    def detection_curve(self) -> tuple[Array, Array]:
        """Rate [1 per h/h] and ceiling [1] of the defects that review finds, by task.

        Each of shape (point or 1, task); NaN where the verifiability of the task is not known.
        """
        score = self.tasks(
            lambda task: np.nan if task.verifiability is None else task.verifiability.score
        )
        known = np.isfinite(score)
        rate, ceiling = detection_curve(np.where(known, score, 0.0))
        return np.where(known, rate, np.nan), np.where(known, ceiling, np.nan)

    @cached_property
    def review(self) -> ReviewWork:
        """The work of reviewers."""
        layers = self.catalogs[0].supervision.second_look_layers
        share = self.number("supervision.second_look_share")
        repeats = supervision.reviews_of_reviews(
            share, self.number("supervision.second_look_effort"), layers
        )
        return ReviewWork(
            review_ratio=self.review_ratio,
            coverage=self.coverage,
            effort=self.protocols(review_effort, 1.0) * repeats[:, None, None],
            steering=self.protocols(_steering, 0.0),
            people=self.protocols(lambda protocol: protocol.people.value, 0.0),
        )


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


def review_effort(protocol: Protocol) -> float:
    """Return review hours relative to the review ratio: e (1 - a + a f), a share a settled at f."""
    settled = protocol.settled_share.value
    return protocol.review_effort.value * (1 - settled + settled * protocol.settled_effort.value)


def _steering(protocol: Protocol) -> float:
    length = protocol.episode_length
    return 0.0 if length is None else protocol.interaction_time.value / length.value


def _shortened(rows: Array) -> Array:
    """Return one row where all are equal."""
    equal = (rows == rows[0]) | (np.isnan(rows) & np.isnan(rows[0]))
    return rows[:1] if equal.all() else rows


def _reader(name: str, absent: float | None) -> Callable[[Any], Any]:
    """Return a function that reads the quantity of a name from a record."""
    quantity_of = attrgetter(name)

    def read(record: Any) -> Any:
        quantity = quantity_of(record)
        return absent if quantity is None else quantity.value

    return read
