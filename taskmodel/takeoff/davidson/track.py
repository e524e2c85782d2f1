"""A course through time from which dates are read: the solution, or stepped moments."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import floor, isnan, nan
from typing import NamedTuple, Protocol

import numpy as np

from taskmodel.numerics.types import Array
from taskmodel.takeoff.davidson import kernels
from taskmodel.takeoff.davidson.division import NEARLY
from taskmodel.takeoff.davidson.economy import Economy
from taskmodel.takeoff.davidson.moments import Moment, automated_share
from taskmodel.takeoff.davidson.solution import Solution

WIDTH = 1e-9  # years: to which a date is located

Condition = Callable[[Moment], bool]


def tasks_of(share: float, count: float, beyond: bool = False) -> int:
    """Return the least number of tasks that is a share of all, or more than it.

    Examples
    --------
    >>> tasks_of(0.2, 100), tasks_of(0.2, 100, beyond=True), tasks_of(0.06, 7)
    (20, 21, 1)
    """
    number = max(0, round(share * count) - 1)
    while not (number / count > share if beyond else number / count >= share):
        number += 1
    return number


def _onset(holds: Callable[[float], bool], low: float, high: float) -> float:
    """Return a time, to `WIDTH`, at which something begins to hold that does not at `low`."""
    while high - low > WIDTH:
        middle = (low + high) / 2
        if holds(middle):
            high = middle
        else:
            low = middle
    return high


class Mark(NamedTuple):
    """Something that a run may reach.

    Attributes
    ----------
    of : {"automated", "trainable", "run"}
        Automated tasks of a family; goods tasks that the largest run suffices for without extra
        running compute; or the largest run itself.
    level : float
        Share of the tasks [1], or ln of FLOP.
    family : int
        0: goods, 1: R&D.
    beyond : bool
        Whether more than that share is needed.
    """

    of: str
    level: float
    family: int = 0
    beyond: bool = False

    def holds(self, economy: Economy, moment: Moment) -> bool:
        """Return whether a moment has reached the mark."""
        if self.of == "run":
            return moment.run >= self.level
        if self.of == "trainable":
            family = economy.families[0]
            return family.reach(moment.run, tradeoff=False) / family.count >= self.level
        share = automated_share(economy, moment)[self.family]
        return share > self.level if self.beyond else share >= self.level

    def threshold(self, economy: Economy) -> tuple[int, float]:
        """Return a column of `kernels.Steps.seen` and the number it exceeds; of counted tasks."""
        if self.of == "run":
            return kernels.LOG_RUN, self.level
        needed = tasks_of(self.level, economy.families[self.family].count, self.beyond)
        if self.of == "trainable":
            return kernels.LOG_RUN, economy.families[0].log_training_of(needed)
        return kernels.GOODS_DONE + self.family, needed + NEARLY


class Track(Protocol):
    """A course from which milestones are read."""

    @property
    def economy(self) -> Economy:
        """The economy of the course."""

    @property
    def reason(self) -> str:
        """Why the course ends early; empty if it does not."""

    @property
    def start(self) -> Moment:
        """The first moment."""

    def first(self, condition: Condition, after: float = 0.0) -> float | None:
        """Return the first calendar year, from a given one on, in which something holds."""

    def reached(self, mark: Mark) -> float | None:
        """Return the first calendar year at which a mark is reached; None: never."""

    def grows(self, rate: float) -> float | None:
        """Return the first calendar year from which ln GWP grows by more within a year."""

    def at(self, time: float) -> Moment | None:
        """Return the moment at a calendar year; None beyond the ends."""

    def first_pace(self) -> float:
        """Return growth of ln GWP at the start [1/year], for the first doubling time."""


@dataclass(frozen=True)
class Stepped:
    """The moments of the reference's steps."""

    economy: Economy
    moments: Sequence[Moment]
    step: float
    reason: str = ""

    @property
    def start(self) -> Moment:
        """The first moment."""
        return self.moments[0]

    def first(self, condition: Condition, after: float = 0.0) -> float | None:
        """Return the first step at which something holds."""
        return next(
            (moment.time for moment in self.moments if moment.time >= after and condition(moment)),
            None,
        )

    def reached(self, mark: Mark) -> float | None:
        """Return the first step at which a mark is reached."""
        return self.first(lambda moment: mark.holds(self.economy, moment))

    def at(self, time: float) -> Moment | None:
        """Return the step at a time, if there is one within a millionth of a year."""
        index = bisect_left(self.moments, time - 1e-6, key=lambda moment: moment.time)
        if index < len(self.moments) and abs(self.moments[index].time - time) < 1e-6:
            return self.moments[index]
        return None

    def grows(self, rate: float) -> float | None:
        """Return the first step from which GWP grows by a rate within a year.

        The year is as many whole steps as fit into it, as in the reference.
        """
        logs = [self.economy.outputs(moment.production)[0] for moment in self.moments]
        later = logs[floor(1 / self.step) :]
        triples = zip(self.moments, logs, later, strict=False)
        return next((moment.time for moment, now, then in triples if then - now > rate), None)

    def first_pace(self) -> float:
        """Return growth over the first step; NaN where there is none."""
        if len(self.moments) < 2:
            return nan
        before, after = (self.economy.outputs(moment.production)[0] for moment in self.moments[:2])
        return (after - before) / self.step


@dataclass(frozen=True)
class Continuous:
    """The solution of the equations."""

    economy: Economy
    path: Solution

    @property
    def base(self) -> float:
        """The calendar year of the start."""
        return self.path.flow.rules.start

    @property
    def reason(self) -> str:
        """Why the solution ends early, with the date; empty if it does not."""
        path = self.path
        return f"at {self.base + path.end:.10g}: {path.reason}" if path.reason else ""

    @cached_property
    def knots(self) -> list[Moment]:
        """Moments at which steps start, just after any switch there, and the last one."""
        path = self.path
        return [
            *(path.moment(time, step) for step, time in enumerate(path.starts)),
            path.moment(path.end, path.count - 1),
        ]

    @property
    def start(self) -> Moment:
        """The first moment."""
        return self.path.moment(0.0, 0)

    @property
    def end(self) -> float:
        """The end [calendar year]."""
        return self.base + self.path.end

    def reached(self, mark: Mark) -> float | None:
        """Return when a mark is first reached: where a number passes it, or at a switch."""
        path = self.path
        if not path.flow.counted:
            return self.first(lambda moment: mark.holds(self.economy, moment))
        column, level = mark.threshold(self.economy)
        time = kernels.time_of_mark(
            path.flow.tables, path.steps, path.count, path.end, column, level
        )
        return None if isnan(time) else time + self.base

    def first(self, condition: Condition, after: float = 0.0) -> float | None:
        """Return when something first holds, to `WIDTH`."""
        path, base = self.path, self.base
        begin = bisect_right(self.knots, after, key=lambda moment: moment.time)
        for number in range(begin, len(self.knots)):
            if not condition(self.knots[number]):
                continue
            if number == 0:
                return self.knots[0].time
            low = max(self.knots[number - 1].time, after) - base
            high = self.knots[number].time - base
            if number == begin and condition(path.moment(low, number - 1)):
                return low + base
            if not condition(path.moment(high, number - 1)):  # a switch brings it about
                return high + base

            def holds(time: float, step: int = number - 1) -> bool:
                return condition(path.moment(time, step))

            return base + _onset(holds, low, high)
        return None

    def at(self, time: float) -> Moment | None:
        """Return the moment at a time; within `WIDTH` before a switch, just after it."""
        path, elapsed = self.path, time - self.base
        if not -WIDTH <= elapsed <= path.end + WIDTH:
            return None
        elapsed = min(max(elapsed, 0.0), path.end)
        # a calendar year may differ by rounding from the switch it names
        step = path.step(elapsed + WIDTH)
        return path.moment(max(elapsed, float(path.times[step])), step)

    def log_run(self, time: float) -> float:
        """Return ln of the largest run at a calendar year, at the software of the start."""
        elapsed = min(max(time - self.base, 0.0), self.path.end)
        return self.path.log_run(elapsed, self.path.step(elapsed))

    @cached_property
    def growth(self) -> tuple[Array, Array]:
        """Times, and growth of ln GWP in the year that follows each.

        The times are those at which steps start, and a year before them: between them nothing
        jumps.
        """
        path = self.path
        starts, logs = path.times[:-1], path.steps.seen[: path.count, kernels.LOG_GWP]
        forward, backward = starts + 1 <= path.end, starts >= 1
        times = np.concatenate([starts[forward], starts[backward] - 1])
        rates = np.concatenate(
            [
                path.log_gwp(starts[forward] + 1) - logs[forward],
                logs[backward] - path.log_gwp(starts[backward] - 1),
            ]
        )
        order = np.lexsort([rates, times])
        return times[order], rates[order]

    def _growth_from(self, time: float) -> float:
        now, later = self.path.log_gwp(np.array([time, time + 1]))
        return float(later - now)

    def grows(self, rate: float) -> float | None:
        """Return when ln GWP first grows by more than a rate in the year that follows."""
        times, rates = self.growth
        (fast,) = np.nonzero(rates > rate)
        if not len(fast):
            return None
        first = fast[0]
        time, low = float(times[first]), float(times[first - 1]) if first else 0.0
        high = time - WIDTH
        if time == 0.0 or not self._growth_from(high) > rate:  # a jump brings it about
            return time + self.base
        return self.base + _onset(lambda time: self._growth_from(time) > rate, low, high)

    def first_pace(self) -> float:
        """Return growth at the very start, from the equations."""
        brief = min(1e-4, self.path.end)
        (later,) = self.path.log_gwp(np.array([brief]))
        return float(later - self.path.steps.seen[0, kernels.LOG_GWP]) / brief
