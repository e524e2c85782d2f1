"""Serial time: how long a unit of each task takes, queues for reviewers, and the critical path.

Joins a catalog to `science.critical_path` and `science.queueing`. A unit that AI has done and
people review joins one queue for the k reviewers of its pool who are at work. With y the activity
of task i in mode m, units arrive at the rate

    y (1/p) c / h       attempts a unit 1/p, coverage c, a unit h hours long,

and each takes r e h hours of review. Reviews of reviews and steered episodes arrive as well; they
occupy reviewers for the hours that the bundles count. The wait is in working hours of reviewers.
All of this is counted only if the catalog says so (``latency.count_queues``, ``count_off_hours``,
``count_loops``). Steering goes on while AI works: it takes time of reviewers without delaying work.

Source: docs, model, section 4.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from taskmodel.catalog import GENERAL
from taskmodel.errors import UnstableQueue
from taskmodel.numerics.types import Array, flattened_rows
from taskmodel.organisation.coverage import usual_protocol
from taskmodel.organisation.organisation import HUMAN, Organisation
from taskmodel.organisation.quantities import (
    Quantities,
    by_task,
    derived,
    point_rows,
    repeats,
    reviewers_by_mode,
    shortened,
)
from taskmodel.organisation.reviewers import (
    first_reviewers,
    review_factor,
    reviewer_block,
    reviewer_pools,
)
from taskmodel.science import critical_path, durations, queueing
from taskmodel.science.graph import predecessors, task_graph
from taskmodel.science.production import Rows
from taskmodel.science.supervision import reviews_of_reviews

PARTS = (*durations.PARTS, "repeats")  # of the time of a task
HOURS_PER_YEAR = 365.25 * 24  # wall-clock
# Utilisation from which a queue counts as unstable. The optimum uses a binding supply of review
# completely, but for rounding; waits near 1/(1 - utilisation) would be rounding as well.
FULL = 1 - 1e-9


@dataclass(frozen=True, eq=False)
class Queues:
    """The queues for reviewers at some allocations, each array of shape (point, pool)."""

    names: tuple[str, ...]  # factors of the pools of reviewers
    servers: Array  # reviewers at work at a time [person]
    utilisation: Array  # share of their time that is used [1]
    arrivals: Array  # units, looks at other reviews and episodes handed to them [1/year]
    service_time: Array  # mean time that one takes [working hours]
    service_variability: Array  # variance over squared mean of it [1]
    wait: Array  # mean wait before it [working hours]; NaN where the queue is unstable
    waiting: Array  # mean number of units that wait, by Little's law


class ReviewQueues:
    """Pools of reviewers and what arrives for review.

    Parameters
    ----------
    quantities : Quantities
        Of a catalog, at one point or several.
    organisation : Organisation
        The organisation that they describe.
    """

    def __init__(self, quantities: Quantities, organisation: Organisation) -> None:
        names, self.organisation = reviewer_pools(quantities.catalog), organisation
        self.names = tuple(map(review_factor, names))
        self.blocks = tuple(map(reviewer_block, names))  # of the catalog
        self.reviewer = reviewers_by_mode(quantities)
        headcount, share, self.hours = (
            quantities.members("reviewers", name)
            for name in ("headcount", "max_review_share", "hours_per_year")
        )
        self.servers = headcount * share
        self.week = quantities.number("latency.working_hours_per_week")
        self.arrival_variability = quantities.number("latency.arrival_variability")
        self.service_variability = quantities.number("latency.service_variability")
        self.units, self.times = _arrivals(quantities)
        if organisation.joint:
            base = organisation.base_modes[:, HUMAN + 1 :] - 1
            tasks = np.arange(len(base))[:, None]
            self.reviewer = self.reviewer[tasks, base]
            self.units, self.times = self.units[:, tasks, base], self.times[:, tasks, base]
        self.grows = (
            np.arange(self.times.shape[-1]) <= quantities.catalog.supervision.second_look_layers
        )

    def take(self, rows: Rows, organisation: Organisation) -> ReviewQueues:
        """Return the queues of some points; `organisation` is theirs."""
        result = copy(self)
        result.organisation = organisation
        for name in ("hours", "servers", "week", "arrival_variability", "service_variability"):
            setattr(result, name, point_rows(getattr(self, name), rows))
        result.units, result.times = point_rows(self.units, rows), point_rows(self.times, rows)
        return result

    def solve(self, activity: Array, compute: Array) -> Queues:
        """Return the queues at activities (point, task, mode) [h/year] and computes (point,)."""
        attempted = (activity * self.organisation.attempts(compute))[..., HUMAN + 1 :, None]
        # Unlimited activity is free of review hours, so that nothing of it arrives.
        rates = np.where(np.isfinite(attempted), attempted, 0.0) * self.units
        growth = self.organisation.review_growth(compute)
        if growth.shape[-1] > 1:  # of reviews, not of episodes that are steered
            growth = growth[..., HUMAN + 1 :]
        times = self.times * np.where(self.grows, growth[..., None], 1.0)
        if self.organisation.joint:
            review = self.organisation.joint_review[..., HUMAN + 1 :, None]
            times = times * np.where(self.grows, review, 1.0)
        times = np.broadcast_to(times, rates.shape)
        columns = [
            self._queue(pool, rates[:, self.reviewer == pool], times[:, self.reviewer == pool])
            for pool in range(len(self.names))
        ]
        arrays = (np.stack(column, axis=-1) for column in zip(*columns, strict=True))
        return Queues(self.names, *arrays)

    def _queue(self, pool: int, rates: Array, times: Array) -> tuple[Array, ...]:
        points = len(rates)
        rate, time = flattened_rows(rates), flattened_rows(times)
        arriving = (rate > 0).any(axis=0)
        rate, time = rate[:, arriving], time[:, arriving]
        servers, hours, arrival_variability, service_variability = (
            np.broadcast_to(array, points)
            for array in (
                self.servers[:, pool],
                self.hours[:, pool],
                self.arrival_variability,
                self.service_variability,
            )
        )
        used, supply = (rate * time).sum(axis=-1), servers * hours
        # Review without any supply makes utilisation huge, hence unstable, without a division by 0.
        utilisation = np.where(
            used > 0, used / np.where(supply > 0, supply, np.finfo(float).tiny), 0.0
        )
        arrivals, mean, spread = queueing.pooled(rate, time, service_variability[:, None])
        wait = np.where(utilisation < FULL, 0.0, np.nan)
        busy = np.flatnonzero((utilisation > 0) & (utilisation < FULL))
        if len(busy):
            wait[busy] = queueing.mixed_wait(
                servers[busy],
                rate[busy] / hours[busy, None],
                time[busy],
                arrival_variability=arrival_variability[busy],
                service_variability=service_variability[busy],
            )
        years = np.nan_to_num(wait) * durations.HOURS_PER_WEEK / self.week / HOURS_PER_YEAR
        waiting = np.where(np.isnan(wait), np.nan, queueing.in_progress(arrivals, years))
        return servers, utilisation, arrivals, mean, spread, wait, waiting


@by_task
def _arrivals(quantities: Quantities) -> tuple[Array, Array]:
    """Return units per hour of work that AI attempts, and the time of each [h].

    Kinds are first reviews, reviews of reviews by layer, and episodes; each array has the shape
    (point or 1, task, AI mode, kind).
    """
    rules = quantities.catalog.supervision
    horizon = quantities.tasks("horizon")[..., None]
    units = quantities.coverage / horizon
    times = quantities.review_ratio[..., None] * quantities.review_effort * horizon
    share = quantities.number("supervision.second_look_share")[:, None, None]
    shorter = quantities.number("supervision.second_look_effort")[:, None, None]
    kinds = [
        (units * share**layer, times * shorter**layer)
        for layer in range(rules.second_look_layers + 1)
    ]
    if rules.protocols:
        length = quantities.protocols("episode_length", np.nan)
        episodes = np.where(np.isnan(length), 0.0, 1 / length)
        kinds.append((episodes, quantities.protocols("interaction_time", 0.0)))
    shape = np.broadcast_shapes(*(array.shape for kind in kinds for array in kind))
    rates, hours = (
        np.stack([np.broadcast_to(kind[side], shape) for kind in kinds], axis=-1) for side in (0, 1)
    )
    return rates, hours


@derived
def _order(quantities: Quantities) -> dict[int, tuple[int, ...]]:
    """Return for each task the tasks it waits for, in topological order."""
    tasks = quantities.catalog.tasks
    return _order_of(tuple((name, tuple(task.after)) for name, task in tasks.items()))


# Sweeps of catalogs that differ in numbers share their graphs.
@lru_cache(maxsize=64)
def _order_of(after: tuple[tuple[str, tuple[str, ...]], ...]) -> dict[int, tuple[int, ...]]:
    return predecessors(task_graph(dict(after)))


@derived
def _precedence(quantities: Quantities) -> critical_path.Precedence:
    order = _order(quantities)
    return critical_path.Precedence.of(order, len(order))


@by_task
def _parts(quantities: Quantities) -> Array:
    """Return the parts of the time of a unit without waits in queues; see `Clock.parts`."""
    work, latency = quantities.review, quantities.catalog.latency
    at_home = queueing.off_hours_wait(
        quantities.number("latency.review_hours_per_day"), latency.review_days_per_week
    )
    return durations.unit_parts(
        horizon=quantities.tasks("horizon"),
        review_ratio=work.review_ratio,
        coverage=work.coverage,
        effort=work.effort,
        people=work.people,
        serial_speed=quantities.number("latency.serial_speed"),
        working_hours_per_week=quantities.number("latency.working_hours_per_week"),
        gate_latency=quantities.tasks("gate_latency", 0.0),
        off_hours_wait=(_looks(quantities) * at_home * latency.count_off_hours)[:, None],
        count_review=latency.count_review,
        count_gates=latency.count_gates,
    )


@by_task
def _stretch(quantities: Quantities) -> Array:
    """Return wall-clock hours in queues per working hour of wait, 0 for people, by mode.

    The shape is (point or 1, task, mode).
    """
    week = quantities.number("latency.working_hours_per_week")
    by_ai = (
        quantities.coverage * (_looks(quantities) * durations.HOURS_PER_WEEK / week)[:, None, None]
    )
    return np.concatenate([np.zeros_like(by_ai[..., :1]), by_ai], axis=-1)


@derived
def _looks(quantities: Quantities) -> Array:
    """Return how often a unit that is reviewed is handed to a reviewer, shape (point or 1,)."""
    layers = quantities.catalog.supervision.second_look_layers
    return reviews_of_reviews(quantities.number("supervision.second_look_share"), 1.0, layers)


@derived
def _loops(quantities: Quantities) -> tuple[list[tuple[int, int]], Array]:
    """Return the feedback loops that count and their rounds, see `Clock`."""
    catalog = quantities.catalog
    if not (catalog.latency.count_loops and catalog.feedback_loops):
        return [], np.zeros((1, 0))
    names = list(catalog.tasks)
    loops = [
        (names.index(loop.source_task), names.index(loop.target_task))
        for loop in catalog.feedback_loops
    ]
    return loops, quantities.members("feedback_loops", "loops_per_project")


@by_task
def _unit_times(quantities: Quantities) -> Array:
    return np.asarray(_parts(quantities).sum(axis=-1))


def _modes_all_by_ai(quantities: Quantities) -> NDArray[np.intp]:
    """Return the mode of each task if AI did it, whether or not it may or can, shape (task,).

    Its protocol is the usual one of the task, its reviewers the first that may review it.
    """
    catalog = quantities.catalog
    protocols = np.array([usual_protocol(catalog, task) for task in catalog.tasks.values()])
    return HUMAN + 1 + repeats(quantities) * protocols + first_reviewers(catalog)


class Clock:
    """Durations of the units of each task, and the order of the tasks.

    Parameters
    ----------
    quantities : Quantities
    organisation : Organisation
        The organisation that they describe.

    Attributes
    ----------
    order : dict of int to list of int
        For each task the tasks it waits for, in topological order.
    queues : ReviewQueues or None
        None where work does not queue for reviewers.
    loops : list of (source, target)
        Positions of tasks whose result sends the work back; empty where that is not counted.
    rounds : array, shape (point or 1, loop)
        How often.
    all_by_ai : bool
        Whether time counts as if AI did every task.
    ai_mode : array of int, shape (task,)
        The mode in which it would.
    """

    def __init__(self, quantities: Quantities, organisation: Organisation) -> None:
        latency = quantities.catalog.latency
        self._organisation, self._horizon = organisation, quantities.tasks("horizon")
        self.order, self._precedence = _order(quantities), _precedence(quantities)
        self._quantities = quantities
        self._durations = self._by_mode(_unit_times(quantities))
        counted = latency.count_queues and latency.count_review
        self.queues = ReviewQueues(quantities, organisation) if counted else None
        self.loops, self.rounds = _loops(quantities)
        self.all_by_ai = latency.all_by_ai
        self.ai_mode = _modes_all_by_ai(quantities)

    def parts(self, compute: Array) -> Array:
        """Return the wall-clock time of a unit in each mode, by `durations.PARTS`.

        Without waits in queues [h], shape (point or 1, task, mode, part).
        """
        parts = np.moveaxis(self._by_mode(np.moveaxis(_parts(self._quantities), -1, 0)), 0, -1)
        growth = self._organisation.review_growth(compute)
        if growth.size == 1:
            return parts
        shape = np.broadcast_shapes(parts.shape, (*growth.shape, 1))
        parts = np.broadcast_to(parts, shape).copy()
        parts[..., PARTS.index("review")] *= growth
        return parts

    def _by_mode(self, values: Array) -> Array:
        """Return values with those of the base of each joint mode; the last dimension is mode."""
        if not self._organisation.joint:
            return values
        base = self._organisation.base_modes
        tasks = np.arange(len(base))[:, None]
        return np.broadcast_to(values, (*values.shape[:-2], len(base), values.shape[-1]))[
            ..., tasks, base
        ]

    def durations(self, compute: Array) -> Array:
        """Return the sum of the parts [h], shape (point or 1, task, mode)."""
        if not self._organisation.workers.changes_review:
            return self._durations
        return np.asarray(self.parts(compute).sum(axis=-1))

    def take(self, rows: Rows, organisation: Organisation) -> Clock:
        """Return the clock of some points; `organisation` is theirs."""
        result = copy(self)
        result._organisation = organisation
        result._quantities = self._quantities.take(rows)
        result._horizon = point_rows(self._horizon, rows)
        result._durations, result.rounds = (
            point_rows(values, rows) for values in (self._durations, self.rounds)
        )
        result.queues = None if self.queues is None else self.queues.take(rows, organisation)
        return result

    def mix(self, mix: Array) -> Array:
        """Return the mixes of modes by which time counts: AI modes alone if ``all_by_ai``."""
        if not self.all_by_ai:
            return mix
        single = durations.single_mode_mix(self.ai_mode, tasks=mix.shape[-2], modes=mix.shape[-1])
        return np.broadcast_to(single, mix.shape)

    def waits(self, activity: Array, compute: Array) -> Queues | None:
        """Return the queues at these activities, or None where none are counted.

        Raises
        ------
        UnstableQueue
            If a pool of reviewers is fully used.
        """
        if self.queues is None:
            return None
        queues = self.queues.solve(activity, compute)
        unstable = np.argwhere(np.isnan(queues.wait))
        if len(unstable):
            point = unstable[0, 0]
            others = len(np.unique(unstable[:, 0])) - 1
            others_too = f", and at {others} more of the points" if others else ""
            position = np.broadcast_to(compute, len(queues.wait))[point]
            full = unstable[unstable[:, 0] == point, 1]
            found = ", ".join(
                f"in the pool {queues.names[pool]!r} ({queues.servers[point, pool]:g} at work at a "
                f"time) is {queues.utilisation[point, pool]:.4g}"
                for pool in full
            )
            blocks = [self.queues.blocks[pool] for pool in full]
            less, more = (
                " and ".join(f"{block}.{name}" for block in blocks)
                for name in ("utilisation", "headcount")
            )
            best = " (taskmodel.best_utilisation finds the best)"  # of the one that it varies
            raise UnstableQueue(
                f"work waits for ever at compute {position:g} FLOP/year{others_too}: the "
                f"utilisation of the reviewers {found}, and it must be below 1 where queues are "
                f"counted; plan for less with {less}"
                f"{best if blocks == [reviewer_block(GENERAL)] else ''}, or give so many reviewers "
                f"that some of their time is free ({more})"
            )
        return queues

    def in_queue(self, wait: Array) -> Array:
        """Return wall-clock hours in queues of a unit in each mode, shape (point, task, mode).

        Parameters
        ----------
        wait : array, shape (point, pool)
            Waits in working hours of reviewers.
        """
        if self.queues is None:
            return np.zeros((1, *self._durations.shape[-2:]))
        by_ai = wait[:, self.queues.reviewer]
        waits = np.concatenate([np.zeros_like(by_ai[..., :1]), by_ai], axis=-1)
        return waits * self._by_mode(_stretch(self._quantities))

    def critical_path(
        self, mix: Array, activity: Array, compute: Array
    ) -> critical_path.CriticalPath:
        """Return the longest path at mixes of modes and activities, each (point, task, mode).

        Raises
        ------
        UnstableQueue
            If a pool of reviewers is fully used.
        """
        return critical_path.longest_path(self._lengths(mix, activity, compute), self.order)

    def pass_time(
        self, mix: Array, activity: Array, compute: Array, *, endless: bool = False
    ) -> Array:
        """Return the length of `critical_path` alone, shape (point,) [h].

        With `endless`, a pool of reviewers that is fully used gives NaN rather than an error.
        """
        if self.queues is None or not endless:
            lengths = self._lengths(mix, activity, compute)
            return critical_path.path_length(lengths, self._precedence)
        wait = self.queues.solve(activity, compute).wait
        unstable = np.isnan(wait)
        times = self.durations(compute) + self.in_queue(np.where(unstable, 0.0, wait))
        total = critical_path.path_length(self._mean_lengths(mix, times), self._precedence)
        return np.where(unstable.any(axis=-1), np.nan, total)

    def time_of(self, lengths: Array) -> Array:
        """Return the length of a pass, (point,), through tasks of lengths (point, task) [h]."""
        return critical_path.path_length(self._with_loops(lengths), self._precedence)

    def _lengths(self, mix: Array, activity: Array, compute: Array) -> Array:
        return self._mean_lengths(mix, self._with_waits(compute, self.waits(activity, compute)))

    def _mean_lengths(self, mix: Array, times: Array) -> Array:
        return self._with_loops(durations.mean_durations(times, self.mix(mix)))

    def task_parts(self, mix: Array, compute: Array, queues: Queues | None) -> Array:
        """Return the parts of the time of each task, by `PARTS`, shape (point, task, part) [h]."""
        by_mode = self.parts(compute)
        parts = np.broadcast_to(by_mode, (*mix.shape, by_mode.shape[-1])).copy()
        if queues is not None:
            parts[..., PARTS.index("queue")] = self.in_queue(queues.wait)
        mixed = (parts * self.mix(mix)[..., None]).sum(axis=-2)
        once = mixed.sum(axis=-1)
        return np.concatenate([mixed, (self._with_loops(once) - once)[..., None]], axis=-1)

    def in_progress(self, activity: Array, compute: Array, queues: Queues | None) -> Array:
        """Return the mean number of units in progress, shape (point, task).

        By Little's law: units begun in a year times how long each takes; inf of work without limit.
        """
        endless = np.isinf(activity)
        attempts = self._organisation.attempts(compute)
        begun = np.where(endless, 0.0, activity) * attempts / self._horizon[..., None]
        years = self._with_waits(compute, queues) / HOURS_PER_YEAR
        units = queueing.in_progress(begun, years).sum(axis=-1)
        return np.where(endless.any(axis=-1), np.inf, units)

    def _with_waits(self, compute: Array, queues: Queues | None) -> Array:
        durations = self.durations(compute)
        return durations if queues is None else durations + self.in_queue(queues.wait)

    def _with_loops(self, times: Array) -> Array:
        return _repeated(times, self.order, self.loops, self.rounds)


def _repeated(
    times: Array,
    order: dict[int, tuple[int, ...]],
    loops: list[tuple[int, int]],
    rounds: Array,
) -> Array:
    """Return times of tasks with the work that feedback loops send back."""
    return critical_path.with_loops(times, order, loops, rounds) if loops else times


@derived
def people_alone(quantities: Quantities) -> Array:
    """Return the time that people take for all tasks without AI, shape (point or 1,) [h]."""
    order, times = _order(quantities), shortened(_unit_times(quantities)[..., HUMAN])
    repeated = _repeated(times, order, *_loops(quantities))
    return critical_path.path_length(repeated, _precedence(quantities))
