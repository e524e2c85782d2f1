"""How long a unit of each task takes, whom it waits for, and in which order tasks wait for each other.

Joins a catalog to `critical_path` and `queueing`. A unit that AI has done and people review is handed to one of the k reviewers
who are at work, in one queue for all tasks whose reviews they do. With y the activity of task i in mode m, units of it
come for review at a rate of

    y (1/p) c / h       attempts a unit 1/p, covered c, a unit h hours long, and take tau = r e h hours of review,

the reviews of reviews that follow and the episodes that are steered come besides, and keep reviewers busy for the hours that
the bundles count. The wait is in working hours of reviewers. Only where a catalog says so (``latency.count_queues``,
``count_off_hours``, ``count_loops``) is any of it counted. Steering goes on while AI works: it fills reviewers' time and does
not hold work up.

Source: the model, section 4.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from taskmodel.catalog import GENERAL, Catalog, Reviewers
from taskmodel.errors import UnstableQueue
from taskmodel.numerics.types import Array
from taskmodel.organisation.numbers import Numbers, coverage, effort, review_effort, review_ratio
from taskmodel.organisation.organisation import HUMAN, Organisation
from taskmodel.organisation.reviewers import (
    modes_per_way,
    review_factor,
    reviewer_of_mode,
    reviewer_pools,
)
from taskmodel.science import critical_path, durations, queueing
from taskmodel.science.graph import predecessors, task_graph
from taskmodel.science.span_of_control import reviews_of_reviews
from taskmodel.science.supervision import COVERAGE_POLICIES

PARTS = (*durations.PARTS, "repeats")  # of a task's time
HOURS_PER_YEAR = 365.25 * 24  # wall-clock
FULL = (
    1 - 1e-9
)  # utilisation from here on is that of reviewers who have no time to spare: the rest is rounding


@dataclass(frozen=True, eq=False)
class Queues:
    """The queues in front of reviewers at some allocations, each of shape (point, pool)."""

    names: tuple[str, ...]  # of the pools of reviewers
    servers: Array  # reviewers at work at a time [person]
    utilisation: Array  # part of their time that is used [1]
    arrivals: Array  # units that are handed to them, and looks at other reviews [1/year]
    service_time: Array  # mean time that one takes [working hours]
    service_variability: Array  # variance over squared mean of it [1]
    wait: Array  # mean wait before it [working hours]; NaN where reviewers have no time to spare
    waiting: Array  # units that wait at a time, by Little's law


class ReviewQueues:
    """Pools of reviewers, and what comes to them for review.

    Parameters
    ----------
    of : Numbers
        Catalogs, one or one a point.
    organisation : Organisation
        The organisation that they describe.
    """

    def __init__(self, of: Numbers, organisation: Organisation) -> None:
        catalog, self.organisation = of.catalogs[0], organisation
        rules = catalog.supervision
        staff = reviewer_pools(catalog)
        self.names = tuple(map(review_factor, staff))
        self.blocks = tuple(
            "supervision" if name == GENERAL else f"reviewers.{name}" for name in staff
        )  # where each stands
        # which of them reviews each task in each AI mode
        self.pool = reviewer_of_mode(catalog)
        self.servers = of.each(
            lambda catalog: [
                each.headcount.value * each.max_review_share.value for each in _reviewers(catalog)
            ]
        )
        self.week = of.one(lambda catalog: catalog.latency.working_hours_per_week.value)
        self.hours = of.each(
            lambda catalog: [each.hours_per_year.value for each in _reviewers(catalog)]
        )
        self.arrival_variability = of.one(lambda catalog: catalog.latency.arrival_variability.value)
        self.service_variability = of.one(lambda catalog: catalog.latency.service_variability.value)

        horizon = of.tasks(lambda task: task.horizon.value)[..., None]
        reviewed, time = (
            coverage(of) / horizon,
            review_ratio(of)[..., None] * of.protocols(review_effort, 1.0)[..., None, :] * horizon,
        )
        share = of.one(lambda catalog: catalog.supervision.second_look_share.value)[..., None, None]
        less = of.one(lambda catalog: catalog.supervision.second_look_effort.value)[..., None, None]
        kinds = [
            (reviewed * share**layer, time * less**layer)
            for layer in range(rules.second_look_layers + 1)
        ]
        if rules.protocols:
            episodes = of.protocols(
                lambda protocol: (
                    0.0 if protocol.episode_length is None else 1 / protocol.episode_length.value
                ),
                0.0,
            )
            kinds.append(
                (
                    episodes[..., None, :],
                    of.protocols(lambda protocol: protocol.interaction_time.value, 0.0)[
                        ..., None, :
                    ],
                )
            )
        shape = np.broadcast_shapes(*(part.shape for kind in kinds for part in kind))
        # units per hour of work that AI attempts, and the time each takes, of shape (..., task, AI mode, kind)
        self.units, self.times = (
            np.stack([np.broadcast_to(kind[side], shape) for kind in kinds], axis=-1)
            for side in (0, 1)
        )

    def at(self, activity: Array, compute: Array) -> Queues:
        """The queues at these activities, shape (point, task, mode) [h/year], and computes, shape (point,)."""
        tried = (activity * self.organisation.attempts(compute))[..., HUMAN + 1 :, None]
        rates = (
            np.where(np.isfinite(tried), tried, 0.0) * self.units
        )  # what is done without limit is free, and not reviewed
        times = np.broadcast_to(self.times, rates.shape)
        found = [
            self._pool(place, rates[:, self.pool == place], times[:, self.pool == place])
            for place in range(len(self.names))
        ]
        return Queues(
            self.names, *(np.stack(column, axis=-1) for column in zip(*found, strict=True))
        )

    def _pool(self, place: int, rates: Array, times: Array) -> tuple[Array, ...]:
        points = len(rates)
        rate, time = rates.reshape(points, -1), times.reshape(points, -1)
        some = (rate > 0).any(axis=0)
        rate, time = rate[:, some], time[:, some]
        servers, hours = (
            np.broadcast_to(part[..., place], points) for part in (self.servers, self.hours)
        )
        used = (rate * time).sum(axis=-1)
        there = servers * hours
        busy = np.where(used > 0, used / np.where(there > 0, there, np.finfo(float).tiny), 0.0)
        arrivals, mean, spread = queueing.pooled(
            rate, time, np.broadcast_to(self.service_variability, points)[:, None]
        )
        wait = np.where(busy < FULL, 0.0, np.nan)
        at = np.flatnonzero((busy > 0) & (busy < FULL))
        if len(at):
            wait[at] = queueing.mixed_wait(
                servers[at],
                rate[at] / hours[at, None],
                time[at],
                arrival_variability=np.broadcast_to(self.arrival_variability, points)[at],
                service_variability=np.broadcast_to(self.service_variability, points)[at],
            )
        waiting = queueing.in_progress(
            arrivals, np.nan_to_num(wait) * durations.HOURS_PER_WEEK / self.week / HOURS_PER_YEAR
        )
        waiting = np.where(np.isnan(wait), np.nan, waiting)
        return servers, busy, arrivals, mean, spread, wait, waiting


class Clock:
    """How long a unit of each task takes, and in which order tasks wait for each other.

    Parameters
    ----------
    catalogs : sequence of Catalog
        One, or one a point, that differ in numbers alone.
    organisation : Organisation
        The organisation that they describe, of which the clock takes how often AI fails.

    Attributes
    ----------
    order : dict of position to positions
        For each task those it waits for, in topological order.
    parts : array, shape (..., task, mode, part)
        Wall-clock time of a unit in each mode, by `durations.PARTS`, without waits in queues [h].
    queues : ReviewQueues or None
        None where work does not wait for reviewers who are busy.
    loops : list of (source, target)
        Positions of tasks whose result sends the work back; none where that is not counted.
    rounds : array, shape (..., loop)
        How often.
    """

    def __init__(self, catalogs: Sequence[Catalog], organisation: Organisation) -> None:
        catalog, of = catalogs[0], Numbers(catalogs)
        rules, names, counted = catalog.supervision, list(catalog.tasks), catalog.latency
        covered, self._horizon = coverage(of), of.tasks(lambda task: task.horizon.value)
        self.order = predecessors(
            task_graph({name: task.after for name, task in catalog.tasks.items()})
        )
        # how often a unit is handed to a reviewer
        looks = reviews_of_reviews(
            of.one(lambda catalog: catalog.supervision.second_look_share.value),
            1.0,
            rules.second_look_layers,
        )
        week = of.one(lambda catalog: catalog.latency.working_hours_per_week.value)
        self.parts = durations.unit_parts(
            horizon=self._horizon,
            review_ratio=review_ratio(of),
            coverage=covered,
            effort=effort(of),
            people=of.protocols(lambda protocol: protocol.people.value, 0.0)[..., None, :],
            serial_speed=of.one(lambda catalog: catalog.latency.serial_speed.value),
            working_hours_per_week=week,
            gate_latency=of.tasks(
                lambda task: 0.0 if task.gate_latency is None else task.gate_latency.value
            ),
            off_hours_wait=np.asarray(looks * _off_hours(of) if counted.count_off_hours else 0.0)[
                ..., None
            ],
            count_review=counted.count_review,
            count_gates=counted.count_gates,
        )
        self.durations = self.parts.sum(axis=-1)
        handed = covered * np.asarray(looks * durations.HOURS_PER_WEEK / week)[..., None, None]
        # wall-clock time for each working hour of wait, by task and mode
        self._stretch = np.concatenate([np.zeros_like(handed[..., :1]), handed], axis=-1)
        self.queues = (
            ReviewQueues(of, organisation)
            if counted.count_queues and counted.count_review
            else None
        )
        back = catalog.feedback_loops if counted.count_loops else ()
        self.loops = [
            (names.index(loop.source_task), names.index(loop.target_task)) for loop in back
        ]
        self.rounds = of.each(
            lambda catalog: [loop.loops_per_project for loop in catalog.feedback_loops[: len(back)]]
        )
        self.all_by_ai = counted.all_by_ai
        # the rule of coverage, or the first of several protocols
        self.ai_mode = (
            HUMAN
            + 1
            + (
                0
                if rules.protocols
                else modes_per_way(catalog) * COVERAGE_POLICIES.index(rules.coverage)
            )
        )
        self._organisation = organisation

    def mix(self, mix: Array) -> Array:
        """The mixes of modes by which time counts: AI's alone under ``all_by_ai``."""
        if not self.all_by_ai:
            return mix
        return np.broadcast_to(
            durations.single_mode_mix(self.ai_mode, tasks=mix.shape[-2], modes=mix.shape[-1]),
            mix.shape,
        )

    def waits(self, activity: Array, compute: Array) -> Queues | None:
        """The queues at these activities, or None where none are counted.

        Raises
        ------
        UnstableQueue
            If reviewers have no time to spare.
        """
        if self.queues is None:
            return None
        found = self.queues.at(activity, compute)
        full = np.argwhere(np.isnan(found.wait))
        if len(full):
            point, pool = full[0]
            others = len(np.unique(full[:, 0])) - 1
            more = f", and at {others} more of the points" if others else ""
            block, place = (
                self.queues.blocks[pool],
                np.broadcast_to(compute, len(found.wait))[point],
            )
            raise UnstableQueue(
                f"work waits for ever at compute {place:g} FLOP/year{more}: the utilisation of the reviewers in the pool "
                f"{found.names[pool]!r} ({found.servers[point, pool]:g} at work at a time) is {found.utilisation[point, pool]:.4g}, and it "
                f"must be below 1 where queues are counted; plan for less with {block}.utilisation (taskmodel.best_utilisation finds the "
                f"best), or give more reviewers ({block}.headcount)"
            )
        return found

    def in_queue(self, wait: Array) -> Array:
        """Wall-clock time in queues of a unit in each mode, shape (point, task, mode), at these waits (point, pool) [working hours]."""
        if self.queues is None:
            return np.zeros((1, *self.durations.shape[-2:]))
        by_mode = wait[:, self.queues.pool]
        return np.concatenate([np.zeros_like(by_mode[..., :1]), by_mode], axis=-1) * self._stretch

    def critical_path(
        self, mix: Array, activity: Array, compute: Array
    ) -> critical_path.CriticalPath:
        """The longest path at these mixes of modes and activities, each of shape (point, task, mode).

        Raises
        ------
        UnstableQueue
            If reviewers have no time to spare.
        """
        queues = self.waits(activity, compute)
        times = self.durations if queues is None else self.durations + self.in_queue(queues.wait)
        return critical_path.longest_path(
            self._with_loops(durations.mixed_durations(times, self.mix(mix))), self.order
        )

    def people_alone(self) -> Array:
        """How long people take for all tasks, without AI, shape (...) [h]."""
        return critical_path.longest_path(
            self._with_loops(self.durations[..., HUMAN]), self.order
        ).total

    def task_parts(self, mix: Array, queues: Queues | None) -> Array:
        """What the time of each task is made of at these mixes of modes, shape (point, task, part), by `PARTS` [h]."""
        parts = np.broadcast_to(self.parts, (*mix.shape, self.parts.shape[-1])).copy()
        if queues is not None:
            parts[..., PARTS.index("queue")] = self.in_queue(queues.wait)
        mixed = (parts * self.mix(mix)[..., None]).sum(axis=-2)
        once = mixed.sum(axis=-1)
        return np.concatenate([mixed, (self._with_loops(once) - once)[..., None]], axis=-1)

    def in_progress(self, activity: Array, compute: Array, queues: Queues | None) -> Array:
        """Units of each task on their way at a time, by Little's law: units begun in a year times how long each takes, (point, task)."""
        times = self.durations if queues is None else self.durations + self.in_queue(queues.wait)
        begun = activity * self._organisation.attempts(compute) / self._horizon[..., None]
        return queueing.in_progress(begun, times / HOURS_PER_YEAR).sum(axis=-1)

    def _with_loops(self, durations: Array) -> Array:
        return (
            critical_path.with_loops(durations, self.order, self.loops, self.rounds)
            if self.loops
            else durations
        )


def _reviewers(catalog: Catalog) -> list[Reviewers]:
    return list(reviewer_pools(catalog).values())


def _off_hours(of: Numbers) -> Array:
    """Mean wait for a reviewer who is at home [h], shape (...)."""
    days = of.catalogs[0].latency.review_days_per_week
    return queueing.off_hours_wait(
        of.one(lambda catalog: catalog.latency.review_hours_per_day.value), days
    )
