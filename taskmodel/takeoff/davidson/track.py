# Editors: leave this file as it is, but for imports. It is being rewritten for the compiled core.
"""A course through time that can be asked when something first holds: the solution of the equations, or the reference's steps."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import floor, nan
from typing import Any, NamedTuple, Protocol

import numpy as np

from taskmodel.numerics.roots import between
from taskmodel.takeoff.davidson.economy import Economy
from taskmodel.takeoff.davidson.flow import Seen
from taskmodel.takeoff.davidson.moments import Moment, automated_share
from taskmodel.takeoff.davidson.solve import Path
from taskmodel.takeoff.davidson.two_factors import NEARLY

__all__ = ["Continuous", "Mark", "Stepped", "Track", "tasks_of"]

PLACE = 1e-9  # years

Holds = Callable[[Moment], bool]


def tasks_of(share: Any, count: float, beyond: bool = False) -> Any:
    """The least number of tasks that is so much of all, or more than that; of many shares an array.

    Examples
    --------
    >>> tasks_of(0.2, 100), tasks_of(0.2, 100, beyond=True), tasks_of(0.06, 7)
    (20, 21, 1)
    """
    if isinstance(share, np.ndarray):
        return np.array([tasks_of(one, count, beyond) for one in share.tolist()])
    number = max(0, round(share * count) - 1)
    while not (number / count > share if beyond else number / count >= share):
        number += 1
    return number


class Mark(NamedTuple):
    """What a run may come to.

    Attributes
    ----------
    of : {"automated", "trainable", "run"}
        Automated tasks of a family; goods tasks that the largest run suffices for, whatever running compute could make up for;
        or the largest run itself.
    level : float
        Share of the tasks [1], or ln of FLOP.
    family : int
        0: goods, 1: R&D.
    beyond : bool
        Whether more than that share is asked for.
    """

    of: str
    level: Any
    family: int = 0
    beyond: bool = False

    def holds(self, economy: Economy, at: Moment) -> bool:
        """Whether a moment is there."""
        if self.of == "run":
            return at.run >= self.level
        if self.of == "trainable":
            family = economy.families[0]
            return family.reach(at.run, tradeoff=False) / family.count >= self.level
        now = automated_share(economy, at)[self.family]
        return now > self.level if self.beyond else now >= self.level

    def excess(self, seen: Any, families: Sequence[Any]) -> Any:
        """What the derivative saw over what the mark needs; above zero where the mark is reached. Of counted tasks, not of a continuum."""
        if self.of == "run":
            return seen.log_run - self.level
        needed = tasks_of(self.level, families[self.family].count, self.beyond)
        if self.of == "trainable":
            return seen.log_run - families[0].log_training_of(needed)
        return seen.done[self.family] - needed - NEARLY


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

    def reached(self, mark: Mark) -> float | None:
        """The first calendar year at which a mark is reached; None: it never is."""

    def grows(self, rate: float) -> float | None:
        """The first calendar year from which ln GWP grows by more than this in the year that follows."""

    def at(self, time: float) -> Moment | None:
        """The moment at a calendar year; None beyond the ends."""

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

    def reached(self, mark: Mark) -> float | None:
        """The first step at which a mark is reached."""
        return self.first(lambda at: mark.holds(self.economy, at))

    def at(self, time: float) -> Moment | None:
        """The step at a time, if there is one within a millionth of a year."""
        place = bisect_left(self.moments, time - 1e-6, key=lambda one: one.time)
        found = self.moments[place] if place < len(self.moments) else None
        return found if found is not None and abs(found.time - time) < 1e-6 else None

    def grows(self, rate: float) -> float | None:
        """The first step from which GWP grows by so much over as many whole steps as fit into a year, as in the reference."""
        logs = [self.economy.outputs(one.production)[0] for one in self.moments]
        ahead = logs[floor(1 / self.step) :]
        return next(
            (
                at.time
                for at, now, then in zip(self.moments, logs, ahead, strict=False)
                if then - now > rate
            ),
            None,
        )

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
        return [
            *(path.moment(time, place) for place, time in enumerate(path.starts)),
            path.moment(path.end, len(path.starts) - 1),
        ]

    @cached_property
    def times(self) -> list[float]:
        """Years since the start at which steps start, and the end."""
        return [*self.path.starts, self.path.end]

    @cached_property
    def seen(self) -> list[Seen]:
        """What the derivative saw at the knots."""
        path = self.path
        return [*path.seen, path.see(path.end, len(path.starts) - 1)]

    @property
    def start(self) -> Moment:
        """The first moment."""
        return self.path.moment(0.0, 0)

    def reached(self, mark: Mark) -> float | None:
        """The first place at which a mark is reached, to `PLACE`: where a number passes zero, or a switch brings it over."""
        path = self.path
        if not path.flow.counted:
            return self.first(lambda at: mark.holds(self.economy, at))

        def excess(seen: Seen) -> float:
            return mark.excess(seen, self.economy.families)

        number = next((number for number, seen in enumerate(self.seen) if excess(seen) > 0), None)
        if not number:
            return path.flow.rules.start if number == 0 else None
        low, high, hints = self.times[number - 1], self.times[number], self.seen[number].hints
        at_low, at_high = excess(self.seen[number - 1]), excess(path.see(high, number - 1, hints))
        if at_high <= 0:
            return high + path.flow.rules.start
        place = between(
            lambda time: excess(path.see(time, number - 1, hints)),
            low,
            high,
            at_low,
            at_high,
            close=0.0,
            width=PLACE,
        )
        return place + path.flow.rules.start

    def first(self, holds: Holds, after: float = 0.0) -> float | None:
        """The first place at which something holds, to `PLACE`."""
        base = self.path.flow.rules.start
        begin = bisect_right(self.knots, after, key=lambda one: one.time)
        for number in range(begin, len(self.knots)):
            if not holds(self.knots[number]):
                continue
            if number == 0:
                return self.knots[0].time
            low, high = (
                max(self.knots[number - 1].time, after) - base,
                self.knots[number].time - base,
            )
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
        place = self.path.place(
            since + PLACE
        )  # a calendar year is a rounding off the switch it names
        return self.path.moment(max(since, self.path.starts[place]), place)

    @property
    def end(self) -> float:
        """Where it ends [calendar year]."""
        return self.path.flow.rules.start + self.path.end

    def log_run(self, time: float) -> float:
        """ln of the largest training run at a calendar year between the ends, effective at the software of the start."""
        since = min(max(time - self.path.flow.rules.start, 0.0), self.path.end)
        place = self.path.place(since)
        state = self.path.stretches[place].at(since)
        return self.path.flow.log_run(
            since, state, self.path.market(since, state=state), self.path.modes[place]
        )

    @cached_property
    def growth(self) -> list[tuple[float, float]]:
        """Growth of ln GWP in the year after every step starts, and after a year before that: between them nothing jumps."""
        path, found = self.path, []
        for time, seen in zip(path.starts, path.seen, strict=True):
            if time + 1 <= path.end:
                found.append((time, self._log_gwp(time + 1) - seen.log_gwp))
            if time >= 1:
                found.append((time - 1, seen.log_gwp - self._log_gwp(time - 1)))
        return sorted(found)

    def _log_gwp(self, time: float) -> float:
        place = self.path.place(time)
        return self.path.see(time, place, self.path.seen[place].hints).log_gwp

    def grows(self, rate: float) -> float | None:
        """The first place from which ln GWP grows by more than this in the year that follows."""
        before, base = 0.0, self.path.flow.rules.start
        for time, growth in self.growth:
            if growth > rate:
                low, high = before, time - PLACE
                if (
                    time == 0.0 or not self._log_gwp(high + 1) - self._log_gwp(high) > rate
                ):  # a jump brings it
                    return time + base
                while high - low > PLACE:
                    middle = (low + high) / 2
                    if self._log_gwp(middle + 1) - self._log_gwp(middle) > rate:
                        high = middle
                    else:
                        low = middle
                return high + base
            before = time
        return None

    def first_pace(self) -> float:
        """Growth at the very start, from the equations."""
        path, brief = self.path, min(1e-4, self.path.end)
        pace = path.seen[0].log_gwp
        return (path.see(brief, path.place(brief)).log_gwp - pace) / brief
