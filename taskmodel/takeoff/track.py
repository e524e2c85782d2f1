"""A course through time that can be asked when something first holds: the solution of the equations, or the reference's steps."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import floor, nan
from typing import Protocol

from taskmodel.takeoff.economy import Economy
from taskmodel.takeoff.moments import Moment
from taskmodel.takeoff.solve import Path

__all__ = ["Continuous", "Stepped", "Track"]

PLACE = 1e-9  # years

Holds = Callable[[Moment], bool]


class Track(Protocol):
    """What milestones are read off."""

    @property
    def economy(self) -> Economy:
        """What is tracked."""

    @property
    def reason(self) -> str:
        """Why it ends before its time; empty if it does not."""

    @property
    def start(self) -> Moment:
        """The first moment."""

    def first(self, holds: Holds, after: float = 0.0) -> float | None:
        """The first calendar year, from a given one on, in which something holds; None: it never does."""

    def at(self, time: float) -> Moment | None:
        """The moment at a calendar year; None beyond the ends."""

    def year_after(self, at: Moment) -> Moment | None:
        """The moment a year after another, by which growth over a year goes; None beyond the end."""

    def first_pace(self) -> float:
        """Growth of ln GWP at the start, by which the first doubling time goes [1/year]."""


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

    def first(self, holds: Holds, after: float = 0.0) -> float | None:
        """The first step at which something holds."""
        return next((one.time for one in self.moments if one.time >= after and holds(one)), None)

    def at(self, time: float) -> Moment | None:
        """The step at a time, if there is one within a millionth of a year."""
        place = bisect_left(self.moments, time - 1e-6, key=lambda one: one.time)
        found = self.moments[place] if place < len(self.moments) else None
        return found if found is not None and abs(found.time - time) < 1e-6 else None

    def year_after(self, at: Moment) -> Moment | None:
        """As many whole steps on as fit into a year, as in the reference."""
        place = bisect_left(self.moments, at.time, key=lambda one: one.time) + floor(1 / self.step)
        return self.moments[place] if place < len(self.moments) else None

    def first_pace(self) -> float:
        """Growth over the first step; NaN where there is none."""
        if len(self.moments) < 2:
            return nan
        before, after = (self.economy.outputs(one.production)[0] for one in self.moments[:2])
        return (after - before) / self.step


@dataclass(frozen=True)
class Continuous:
    """The solution of the equations."""

    economy: Economy
    path: Path

    @property
    def reason(self) -> str:
        """Why it ends before its time, with the date; empty if it does not."""
        path = self.path
        return f"at {path.flow.rules.start + path.end:.10g}: {path.reason}" if path.reason else ""

    @cached_property
    def knots(self) -> list[Moment]:
        """The moments at which steps start, just after whatever switches there, and the last one."""
        path = self.path
        return [*(path.moment(time, place) for place, time in enumerate(path.starts)), path.moment(path.end, len(path.starts) - 1)]

    @property
    def start(self) -> Moment:
        """The first moment."""
        return self.knots[0]

    def first(self, holds: Holds, after: float = 0.0) -> float | None:
        """The first place at which something holds, to `PLACE`."""
        base = self.path.flow.rules.start
        begin = bisect_right(self.knots, after, key=lambda one: one.time)
        for number in range(begin, len(self.knots)):
            if not holds(self.knots[number]):
                continue
            if number == 0:
                return self.knots[0].time
            low, high = max(self.knots[number - 1].time, after) - base, self.knots[number].time - base
            if number == begin and holds(self.path.moment(low, number - 1)):
                return low + base
            if not holds(self.path.moment(high, number - 1)):  # a switch brings it
                return high + base
            while high - low > PLACE:
                middle = (low + high) / 2
                if holds(self.path.moment(middle, number - 1)):
                    high = middle
                else:
                    low = middle
            return high + base
        return None

    def at(self, time: float) -> Moment | None:
        """The moment at a time; within `PLACE` before a switch, just after it."""
        since = time - self.path.flow.rules.start
        if not -PLACE <= since <= self.path.end + PLACE:
            return None
        since = min(max(since, 0.0), self.path.end)
        return self.path.moment(since, self.path.place(since + PLACE))  # a calendar year is a rounding off the switch it names

    @property
    def end(self) -> float:
        """Where it ends [calendar year]."""
        return self.path.flow.rules.start + self.path.end

    def log_run(self, time: float) -> float:
        """ln of the largest training run at a calendar year between the ends, effective at the software of the start."""
        since = min(max(time - self.path.flow.rules.start, 0.0), self.path.end)
        place = self.path.place(since)
        state = self.path.stretches[place].at(since)
        return self.path.flow.log_run(since, state, self.path.market(since, state=state), self.path.modes[place])

    def year_after(self, at: Moment) -> Moment | None:
        """The moment a year later."""
        return self.at(at.time + 1.0)

    def first_pace(self) -> float:
        """Growth at the very start, from the equations."""
        path, brief = self.path, min(1e-4, self.path.end)
        pace = path.seen[0].log_gwp
        _, seen = path.flow.derivative(brief, path.state(brief), path.market(brief), path.modes[0], (None, None, None))
        return (seen.log_gwp - pace) / brief
