"""A course through time from which dates are read: the solution, or stepped moments."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, isnan, nan
from typing import NamedTuple, Protocol

import numpy as np

from taskmodel.numerics.types import Array
from taskmodel.takeoff.davidson.division import NEARLY
from taskmodel.takeoff.davidson.economy import Economy
from taskmodel.takeoff.davidson.moment_kernels import (
    MARK,
    RUN,
    TIME,
    TRAINABLE,
    first_time,
    time_of_growth,
    time_of_mark,
)
from taskmodel.takeoff.davidson.moments import (
    GOODS_AUTOMATED,
    OUTPUTS,
    RND_AUTOMATED,
    Condition,
)
from taskmodel.takeoff.davidson.solution import GOODS_ALONE, Solution
from taskmodel.takeoff.davidson.table_kernels import GOODS_DONE, LOG_RUN

WIDTH = MARK  # years: to which a date is located


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

    @property
    def condition(self) -> Condition:
        """The same of moments."""
        if self.of == "run":
            return Condition(RUN, self.level)
        if self.of == "trainable":
            return Condition(TRAINABLE, self.level)
        return Condition((GOODS_AUTOMATED, RND_AUTOMATED)[self.family], self.level, self.beyond)

    def threshold(self, economy: Economy) -> tuple[int, float]:
        """Return a column of `Steps.seen` and the number it exceeds; of counted tasks."""
        if self.of == "run":
            return LOG_RUN, self.level
        needed = tasks_of(self.level, economy.families[self.family].count, self.beyond)
        if self.of == "trainable":
            return LOG_RUN, economy.families[0].log_training_of(needed)
        return GOODS_DONE + self.family, needed + NEARLY


class Track(Protocol):
    """A course from which milestones are read."""

    @property
    def economy(self) -> Economy:
        """The economy of the course."""

    @property
    def reason(self) -> str:
        """Why the course ends early; empty if it does not."""

    def first(self, condition: Condition, after: float = 0.0) -> float | None:
        """Return the first calendar year, from a given one on, in which something holds."""

    def reached(self, mark: Mark) -> float | None:
        """Return the first calendar year at which a mark is reached; None: never."""

    def grows(self, rate: float) -> float | None:
        """Return the first calendar year from which ln GWP grows by more within a year."""

    def at(self, time: float) -> Array | None:
        """Return the moment at a calendar year, shape (column,); None beyond the ends."""

    def first_pace(self) -> float:
        """Return growth of ln GWP at the start [1/year], for the first doubling time."""


@dataclass(frozen=True)
class Stepped:
    """The moments of the reference's steps, shape (step, column)."""

    economy: Economy
    moments: Array
    step: float
    reason: str = ""

    @property
    def times(self) -> Array:
        """Calendar years of the steps."""
        return self.moments[:, TIME]

    def first(self, condition: Condition, after: float = 0.0) -> float | None:
        """Return the first step at which something holds."""
        (held,) = np.nonzero((self.times >= after) & condition.holds(self.moments))
        return float(self.times[held[0]]) if len(held) else None

    def reached(self, mark: Mark) -> float | None:
        """Return the first step at which a mark is reached."""
        return self.first(mark.condition)

    def at(self, time: float) -> Array | None:
        """Return the step at a time, if there is one within a millionth of a year."""
        index = int(np.searchsorted(self.times, time - 1e-6))
        if index < len(self.times) and abs(self.times[index] - time) < 1e-6:
            return self.moments[index]
        return None

    @property
    def _log_outputs(self) -> Array:
        return self.moments[:, OUTPUTS[0]]

    def grows(self, rate: float) -> float | None:
        """Return the first step from which GWP grows by a rate within a year.

        The year is as many whole steps as fit into it, as in the reference.
        """
        later = self._log_outputs[floor(1 / self.step) :]
        (fast,) = np.nonzero(later - self._log_outputs[: len(later)] > rate)
        return float(self.times[fast[0]]) if len(fast) else None

    def first_pace(self) -> float:
        """Return growth over the first step; NaN where there is none."""
        if len(self.moments) < 2:
            return nan
        before, after = self._log_outputs[:2].tolist()
        return float(after - before) / self.step


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

    @property
    def end(self) -> float:
        """The end [calendar year]."""
        return self.base + self.path.end

    def reached(self, mark: Mark) -> float | None:
        """Return when a mark is first reached: where a number passes it, or at a switch."""
        path = self.path
        if not path.flow.counted:
            return self.first(mark.condition)
        column, level = mark.threshold(self.economy)
        time = time_of_mark(path.flow.tables, path.steps, path.count, path.end, column, level)
        return None if isnan(time) else time + self.base

    def first(self, condition: Condition, after: float = 0.0) -> float | None:
        """Return when something first holds, to `WIDTH`."""
        path = self.path
        year = first_time(
            path.flow.tables, path.steps, path.count, path.end, self.base, after, *condition
        )
        return None if isnan(year) else year

    def at(self, time: float) -> Array | None:
        """Return the moment at a time; within `WIDTH` before a switch, just after it."""
        moments = self.moments(np.array([time]))
        return moments[0] if len(moments) else None

    def moments(self, years: Array) -> Array:
        """Return the moments at calendar years, as `at` does, of those within the solution."""
        path, elapsed = self.path, years - self.base
        elapsed = elapsed[(elapsed >= -WIDTH) & (elapsed <= path.end + WIDTH)]
        elapsed = np.clip(elapsed, 0.0, path.end)
        starts = path.times[:-1]
        # a calendar year may differ by rounding from the switch it names
        steps = np.maximum(np.searchsorted(starts, elapsed + WIDTH, side="right") - 1, 0)
        return path.moments(np.maximum(elapsed, starts[steps]), steps)

    def log_run(self, years: Array) -> Array:
        """Return ln of the largest run at calendar years, at the software of the start."""
        return self.path.log_runs(np.clip(years - self.base, 0.0, self.path.end))

    def grows(self, rate: float) -> float | None:
        """Return when ln GWP first grows by more than a rate in the year that follows."""
        path = self.path
        time = time_of_growth(
            path.flow.tables, path.steps, path.count, path.end, rate, 1.0, GOODS_ALONE
        )
        return None if isnan(time) else time + self.base

    def first_pace(self) -> float:
        """Return growth at the very start, from the equations."""
        brief = min(1e-4, self.path.end)
        return self.path.growth(0.0, brief) / brief
