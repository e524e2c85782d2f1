"""Follows the equations of `flow` through time: adaptive steps, switches at their place, the delay by the method of steps.

A step runs in one mode. If another one holds at its end, the place where it begins is found on the step's polynomial, to
1e-10 year, and the step ends there. What the market knows of designs comes from the polynomials of the steps before; where
the delay is shorter than a step, from its own, and the step is repeated until the two agree. Jumps of research output are
kinks in designs, and come to the market a delay later: steps end there too, and where a share reaches its ceiling.
"""

from __future__ import annotations

import heapq
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf

from taskmodel.roots import between
from taskmodel.takeoff.dormand_prince import Stretch, step
from taskmodel.takeoff.flow import PINNED, PLACE, Flow, Mode, Seen, State
from taskmodel.takeoff.moments import Moment

__all__ = ["BEYOND", "LARGEST", "Path", "solve"]

SHORTEST = 1e-10  # years: growth that needs shorter steps is growth without bound
LONGEST = 1.0  # years
LARGEST = 640.0  # ln of what a level may be: a number holds e^709, and some levels are products of others
REPEATS = 12  # of a step whose delay is shorter than itself
MOST = 200_000  # steps: a minute or two
RESTLESS = 500  # switches within `PLACE` times ten thousand: there is no end of them
BEYOND = "levels are beyond the largest number that can be held"
UNBOUNDED = f"growth is without bound, or too fast to follow: it needs steps shorter than {SHORTEST:g} years"
UNHELD = f"a number on the way is beyond the largest that can be held, in steps of {SHORTEST:g} years too"


@dataclass
class Path:
    """The solution: steps, the mode of each, and what was seen at the start of each.

    Attributes
    ----------
    starts : list of float
        Years since the start.
    end : float
        Where it ends.
    reason : str
        Why it ends before its time; empty if it does not.
    """

    flow: Flow
    starts: list[float] = field(default_factory=list)
    stretches: list[Stretch] = field(default_factory=list)
    modes: list[Mode] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    end: float = 0.0
    reason: str = ""

    def market(self, time: float, now: Stretch | None = None, state: State | None = None) -> float:
        """ln of price-performance on the market; ``now`` is a step being taken, ``state`` the state (needed without delay)."""
        flow, delay = self.flow, self.flow.delay
        if delay == 0:
            cumulative = self.state(time)[0] if state is None else state[0]
            return flow.courses[0].level(cumulative)
        time -= delay
        if time <= 0:
            return flow.past(time)
        place = bisect_right(self.starts, time) - 1
        stretch = now if now is not None and time >= now.start else self.stretches[min(place, len(self.stretches) - 1)]
        return flow.courses[0].level(stretch.one_at(0, time))

    def market_pace(self, time: float, now: Stretch | None = None) -> float:
        """Growth of price-performance on the market [1/year], over the hour before."""
        hour = 1e-4
        return (self.market(time, now) - self.market(time - hour, now)) / hour

    def place(self, time: float) -> int:
        """The step that a time is in."""
        return max(bisect_right(self.starts, time) - 1, 0)

    def state(self, time: float) -> State:
        """The state at a time."""
        return self.stretches[self.place(time)].at(time)

    def moment(self, time: float, place: int | None = None) -> Moment:
        """All that the model says of a time [years since the start]; ``place`` chooses the step, and with it the side of a switch."""
        place = self.place(time) if place is None else place
        state = self.stretches[place].at(time)
        return self.flow.moment(time, state, self.market(time, state=state), self.modes[place])


def solve(flow: Flow, tolerance: float) -> Path:
    """Follow the equations from start to end.

    Parameters
    ----------
    flow : Flow
    tolerance : float
        Largest error of a step, in the natural logarithms of the state.

    Returns
    -------
    Path
        To the end; or to where growth is without bound, or a number cannot be held any more, with the reason.
    """
    path, end = Path(flow), flow.rules.end - flow.rules.start
    time, state, mode, length = 0.0, flow.start, flow.first_mode(), 0.05
    hints: tuple[float, float, float] | tuple[None, None, None] = (None, None, None)
    breaks = _Breaks(flow, end)
    breaks.expect(time, mode, True)
    switches: list[float] = []
    known: tuple[State, Seen] | None = None  # the derivative, where the step before ended with it
    while time < end:
        try:
            first, seen = known or flow.derivative(time, state, path.market(time, state=state), mode, hints)
        except OverflowError:
            path.end, path.reason = time, UNHELD
            return path
        hints = seen.hints
        levels = (course.level(cumulative) for course, cumulative in zip(flow.courses, state, strict=False))
        if len(path.starts) >= MOST:
            path.end, path.reason = time, f"growth is too fast to follow in {MOST:,} steps"
            return path
        if max(seen.log_top, state[2] + max(0.0, flow.courses[1].level(state[1])), *levels, *state) > LARGEST:
            path.end, path.reason = time, BEYOND
            return path
        limit = breaks.next_after(time)
        while True:
            tried = min(length, limit - time, LONGEST)
            taken = _step(path, time, state, first, tried, mode, hints, tolerance)
            if isinstance(taken, _Taken) and taken.error <= tolerance:
                break
            length = tried * (max(0.2, 0.9 * (tolerance / taken.error) ** 0.2) if isinstance(taken, _Taken) else 0.2)
            if length < SHORTEST:
                path.end, path.reason = time, UNBOUNDED if isinstance(taken, _Taken) else taken
                return path
        length = max(length, tried) if taken.error == 0 else tried * min(4.0, max(0.2, 0.9 * (tolerance / taken.error) ** 0.2))
        path.starts.append(time)
        path.stretches.append(taken.stretch)
        path.modes.append(mode)
        path.seen.append(seen)
        after = time + tried if time + tried < limit else limit
        place = _switch(path, time, after, taken.state, mode, taken.seen)
        if place is None:
            time, state, known = after, taken.state, (taken.last, taken.seen)
        else:
            time, state, known = place, taken.stretch.at(place), None
            new = _mode_at(path, time, state, mode)
            breaks.expect(time, new, new.reaches is not None and mode.reaches is not None and new.reaches[1] != mode.reaches[1])
            mode = new
            switches.append(time)
            if len(switches) > RESTLESS and time - switches[-RESTLESS] < PLACE * 1e4:
                path.end, path.reason = time, "the economy switches to and fro without end"
                return path
        path.end = time
    return path


@dataclass(frozen=True)
class _Taken:
    state: State
    last: State
    error: float
    stretch: Stretch
    seen: Seen


def _step(
    path: Path,
    time: float,
    state: State,
    first: State,
    length: float,
    mode: Mode,
    hints: tuple[float, float, float] | tuple[None, None, None],
    tolerance: float,
) -> _Taken | str:
    """One step, or why there is none of this length."""
    flow, delay = path.flow, path.flow.delay
    last: Seen | None = None
    own = path.stretches[-1] if path.stretches else None  # of the step itself, at first that of the step before, drawn on

    def derivative(at: float, there: State) -> State:
        nonlocal last, hints
        rise, last = flow.derivative(at, there, path.market(at, now, there), mode, hints)
        hints = last.hints
        return rise

    now = own if delay and delay < length else None  # the very first step is no longer than the delay: see `_Breaks`
    for _ in range(REPEATS):
        try:
            end, rise, error, stretch = step(derivative, time, state, first, length)
        except OverflowError:
            return UNHELD
        if not error < inf:
            return UNHELD
        assert last is not None  # the step has asked for derivatives
        if now is None:
            return _Taken(end, rise, error, stretch, last)
        agrees = abs(stretch.one_at(0, time + length) - now.one_at(0, time + length)) < 0.1 * tolerance
        now = stretch
        if agrees:
            return _Taken(end, rise, error, stretch, last)
    return UNBOUNDED


def _mode_at(path: Path, time: float, state: State, mode: Mode) -> Mode:
    stretch = path.stretches[-1]
    return path.flow.switched(time, state, path.market(time, stretch, state), mode, lambda: path.market_pace(time, stretch))


def _switch(path: Path, low: float, high: float, end: State, mode: Mode, seen: Seen) -> float | None:
    """The first place in a step where its mode holds no more, to `PLACE` and on the far side; None: it holds to the end.

    Parameters
    ----------
    end, seen :
        The state at the end of the step, and what the derivative saw there in the step's mode.
    """
    flow, stretch = path.flow, path.stretches[-1]
    market = path.market(high, stretch, end)
    crosses = flow.reaches(high, end, market, mode) != mode.reaches
    if flow.rest(high, end, market, mode, lambda: path.market_pace(high, stretch), seen) == (mode.awake, mode.cap):
        return _crossing(path, low, high, mode) if crosses else None
    if crosses:  # whichever comes first
        crossing = _crossing(path, low, high, mode)
        before = max(low, crossing - PLACE)
        if _mode_at(path, before, stretch.at(before), mode) is mode:
            return crossing
        high = before
    while high - low > PLACE:
        middle = (low + high) / 2
        if _mode_at(path, middle, stretch.at(middle), mode) is mode:
            low = middle
        else:
            high = middle
    return high


def _crossing(path: Path, low: float, high: float, mode: Mode) -> float:
    """The first place in a step where AI reaches further into the tasks, or less far, than in its mode."""
    flow, stretch = path.flow, path.stretches[-1]

    def log_run(time: float) -> float:
        state = stretch.at(time)
        return flow.log_run(time, state, path.market(time, stretch, state) if mode.cap == PINNED else 0.0, mode)

    def beyond(limit: float) -> Callable[[float], float]:
        return lambda time: log_run(time) - limit

    start, end = log_run(low), log_run(high)
    found = high
    for limit in flow.limits(mode, end > start):
        if (start - limit) * (end - limit) <= 0 and start != end:
            close = abs(end - start) / (high - low) * PLACE / 8  # what it changes by in an eighth of `PLACE`
            place = between(beyond(limit), low, high, start - limit, end - limit, close=close, width=PLACE / 8)
            found = min(found, place)
    while found < high and flow.economy.reaches(log_run(found)) == mode.reaches:
        found = min(high, found + PLACE / 4)
    return found


class _Breaks:
    """Times at which steps have to end: kinks that are known beforehand."""

    def __init__(self, flow: Flow, end: float):
        self.flow, self.end, self.times = flow, end, [end]

    def expect(self, time: float, mode: Mode, kink: bool) -> None:
        """Note the kinks that follow from a mode that begins; ``kink``: whether research output jumps."""
        flow = self.flow
        found = [time + flow.delay] if kink and flow.delay else []
        if time == mode.since:
            found += [reached for _, reached in flow.ceilings_reached(mode)]
        for one in found:
            if time < one < self.end:
                heapq.heappush(self.times, one)

    def next_after(self, time: float) -> float:
        """The next of them."""
        while self.times[0] <= time + PLACE:
            heapq.heappop(self.times)
        return self.times[0]
