# Editors: leave this file as it is, but for imports. It is being rewritten for the compiled core.
"""Follows the equations of `flow` through time: adaptive steps, switches at their place, the delay by the method of steps.

A step runs in one mode. If another one holds at its end, the place where it begins is found on the step's polynomial, to
1e-10 year, and the step ends there. What the market knows of designs comes from the polynomials of the steps before; where
the delay is shorter than a step, from its own, and the step is repeated until the two agree. Jumps of research output are
kinks in designs, and come to the market a delay later: steps end there too, and where a share reaches its ceiling.
"""

from __future__ import annotations

import heapq
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import inf

from taskmodel.numerics.roots import between
from taskmodel.takeoff.davidson.bogacki_shampine import ORDER, State, Stretch, step
from taskmodel.takeoff.davidson.economy import Hints
from taskmodel.takeoff.davidson.flow import PINNED, PLACE, Flow, Mode, Seen
from taskmodel.takeoff.davidson.moments import Moment

__all__ = ["BEYOND", "LARGEST", "SHORTEST", "SHORT_DELAY", "Path", "longest", "solve"]

SHORTEST = 1e-10  # years: growth that needs shorter steps is growth without bound
LONGEST = 1.0  # years
SHORT_DELAY = 0.25  # years: with a longer delay no step is longer than it
LARGEST = (
    640.0  # ln of what a level may be: a number holds e^709, and some levels are products of others
)
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
    lagging : set of int
        Steps in which tasks open that no division would give to AI yet: their mode reaches less far than AI does.
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
    lagging: set[int] = field(default_factory=set)
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
        stretch = (
            now
            if now is not None and time >= now.start
            else self.stretches[min(place, len(self.stretches) - 1)]
        )
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

    def see(self, time: float, place: int, hints: Hints = (None, None, None)) -> Seen:
        """What the derivative sees at a time in a step."""
        state = self.stretches[place].at(time)
        return self.flow.derivative(
            time, state, self.market(time, state=state), self.modes[place], hints
        )[1]

    def moment(self, time: float, place: int | None = None) -> Moment:
        """All that the model says of a time [years since the start]; ``place`` chooses the step, and with it the side of a switch."""
        place = self.place(time) if place is None else place
        state = self.stretches[place].at(time)
        mode = self.modes[place]
        return self.flow.moment(
            time,
            state,
            self.market(time, state=state),
            mode,
            None if place in self.lagging else mode.reaches,
        )

    def openings(self) -> Iterator[tuple[float, int, int, bool]]:
        """When tasks open or close: years since the start, the family, the task's place in it, and whether it opens."""
        for place in range(1, len(self.starts)):
            before, after = self.modes[place - 1].reaches, self.modes[place].reaches
            if before != after and before is not None and after is not None:
                end = self.starts[place]
                log_run = _log_run(self, place - 1)
                for family, task, limit in self.flow.opened(before, after):
                    opens = after[family] > before[family]
                    low = self.starts[place - 1]
                    at_low, near_end = log_run(low) - limit, log_run(end - 2 * PLACE) - limit
                    time = end  # where a step was made to end there
                    if (near_end > 0) == opens and (at_low > 0) != (near_end > 0):
                        time = between(
                            _beyond(log_run, limit),
                            low,
                            end,
                            at_low,
                            near_end,
                            close=0.0,
                            width=PLACE / 8,
                        )
                    yield time, family, task, opens


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
    breaks, most = _Breaks(flow, end), longest(flow.delay)
    breaks.expect(time, mode, True)
    switches: list[float] = []
    known: tuple[State, Seen] | None = None  # the derivative, where the step before ended with it
    while time < end:
        try:
            first, seen = known or flow.derivative(
                time, state, path.market(time, state=state), mode, hints
            )
        except OverflowError:
            path.end, path.reason = time, UNHELD
            return path
        hints = seen.hints
        if len(path.starts) >= MOST:
            path.end, path.reason = time, f"growth is too fast to follow in {MOST:,} steps"
            return path
        hardware, software = flow.courses[0].level(state[0]), flow.courses[1].level(state[1])
        if max(seen.log_top, state[2] + max(0.0, software), hardware, software, *state) > LARGEST:
            path.end, path.reason = time, BEYOND
            return path
        limit = breaks.next_after(time)
        while True:
            tried = min(length, limit - time, most)
            taken = _step(path, time, state, first, tried, mode, seen, tolerance)
            if isinstance(taken, _Taken) and taken.error <= tolerance:
                break
            length = tried * (_change(taken.error, tolerance) if isinstance(taken, _Taken) else 0.2)
            if length < SHORTEST:
                path.end, path.reason = time, UNBOUNDED if isinstance(taken, _Taken) else taken
                return path
        length = max(length, tried) if taken.error == 0 else tried * _change(taken.error, tolerance)
        path.starts.append(time)
        path.stretches.append(taken.stretch)
        path.modes.append(mode)
        path.seen.append(seen)
        after = time + tried if time + tried < limit else limit
        reaches = flow.reaches(taken.seen.log_run)
        matter = () if reaches == mode.reaches else _matter(mode, reaches, taken)
        place = _switch(path, time, after, taken, mode, matter)
        if place is None:
            time, state, known = after, taken.state, (taken.last, taken.seen)
            if reaches != mode.reaches:
                path.lagging.add(len(path.starts) - 1)
                mode = mode._replace(reaches=reaches)
        else:
            time, state = place, taken.stretch.at(place)
            new, known = _mode_at(path, time, state, mode)
            if len(matter) < 2 and reaches != mode.reaches:
                path.lagging.add(len(path.starts) - 1)
            if new.cap == PINNED:  # the share follows the cap from here on
                known = None
            jumps = (
                new.reaches is not None
                and mode.reaches is not None
                and new.reaches[1] != mode.reaches[1]
            )
            breaks.expect(time, new, 1 in matter and jumps)
            mode = new
            switches.append(time)
            if len(switches) > RESTLESS and time - switches[-RESTLESS] < PLACE * 1e4:
                path.end, path.reason = time, "the economy switches to and fro without end"
                return path
        path.end = time
    return path


def longest(delay: float) -> float:
    """The longest step that is tried, so that it needs no designs of its own if they are known long enough before."""
    return min(LONGEST, delay) if delay >= SHORT_DELAY else LONGEST


def _change(error: float, tolerance: float) -> float:
    """How much longer the next step may be than one of this error."""
    return min(4.0, max(0.2, 0.9 * (tolerance / error) ** (1 / ORDER))) if error else 4.0


def _matter(mode: Mode, reaches: tuple[float, float] | None, taken: _Taken) -> tuple[int, ...]:
    """The families, of goods and of R&D, in which a change of the reach changes what is done."""
    assert reaches is not None and mode.reaches is not None  # tasks are counted
    found = zip(mode.reaches, reaches, taken.furthest, strict=True)
    return tuple(
        number
        for number, (then, now, place) in enumerate(found)
        if then != now and place > min(then, now)
    )


@dataclass(frozen=True)
class _Taken:
    state: State
    last: State
    error: float
    stretch: Stretch
    seen: Seen
    furthest: tuple[float, float]  # where splits of goods and of R&D were at most


def _step(
    path: Path,
    time: float,
    state: State,
    first: State,
    length: float,
    mode: Mode,
    seen: Seen,
    tolerance: float,
) -> _Taken | str:
    """One step, or why there is none of this length; ``seen`` is what the derivative saw at its start."""
    flow, delay = path.flow, path.flow.delay
    last, goods, research = seen, seen.hints[0], max(seen.hints[1], seen.hints[2])
    own = (
        path.stretches[-1] if path.stretches else None
    )  # of the step itself, at first that of the step before, drawn on

    def derivative(at: float, there: State) -> State:
        nonlocal last, goods, research
        rise, last = flow.derivative(at, there, path.market(at, now, there), mode, last.hints)
        goods, research = max(goods, last.hints[0]), max(research, last.hints[1], last.hints[2])
        return rise

    now = (
        own if delay and delay < length else None
    )  # the very first step is no longer than the delay: see `_Breaks`
    for _ in range(REPEATS):
        try:
            end, rise, errors, stretch = step(derivative, time, state, first, length)
        except OverflowError:
            return UNHELD
        error = max(errors)
        if not error < inf:
            return UNHELD
        if now is None:
            return _Taken(end, rise, error, stretch, last, (goods, research))
        agrees = (
            abs(stretch.one_at(0, time + length) - now.one_at(0, time + length)) < 0.1 * tolerance
        )
        now = stretch
        if agrees:
            return _Taken(end, rise, error, stretch, last, (goods, research))
    return UNBOUNDED


def _mode_at(path: Path, time: float, state: State, mode: Mode) -> tuple[Mode, tuple[State, Seen]]:
    stretch = path.stretches[-1]
    return path.flow.switched(
        time,
        state,
        path.market(time, stretch, state),
        mode,
        lambda: path.market_pace(time, stretch),
    )


def _holds(path: Path, time: float, mode: Mode, matter: tuple[int, ...]) -> bool:
    """Whether a mode holds at a place of the last step, whatever the reach into families where it does not matter."""
    found, _ = _mode_at(path, time, path.stretches[-1].at(time), mode)
    if (found.awake, found.cap) != (mode.awake, mode.cap):
        return False
    return (
        found.reaches is None
        or mode.reaches is None
        or all(found.reaches[one] == mode.reaches[one] for one in matter)
    )


def _switch(
    path: Path, low: float, high: float, taken: _Taken, mode: Mode, matter: tuple[int, ...]
) -> float | None:
    """The first place in a step where its mode holds no more, to `PLACE` and on the far side; None: it holds to the end.

    Parameters
    ----------
    matter : tuple of int
        Families in which AI's reach at the end is another, and makes a difference.
    """
    flow, stretch = path.flow, path.stretches[-1]
    market = path.market(high, stretch, taken.state)
    if flow.rest(
        high, taken.state, market, mode, lambda: path.market_pace(high, stretch), taken.seen
    ) == (mode.awake, mode.cap):
        return _crossing(path, low, high, mode, matter) if matter else None
    if matter:  # whichever comes first
        crossing = _crossing(path, low, high, mode, matter)
        before = max(low, crossing - PLACE)
        if _holds(path, before, mode, matter):
            return crossing
        high = before
    while high - low > PLACE:
        middle = (low + high) / 2
        if _holds(path, middle, mode, matter):
            low = middle
        else:
            high = middle
    return high


def _log_run(path: Path, place: int) -> Callable[[float], float]:
    """ln of the largest training run along a step."""
    flow, stretch, mode = path.flow, path.stretches[place], path.modes[place]

    def log_run(time: float) -> float:
        state = stretch.at(time)
        return flow.log_run(
            time, state, path.market(time, stretch, state) if mode.cap == PINNED else 0.0, mode
        )

    return log_run


def _beyond(log_run: Callable[[float], float], limit: float) -> Callable[[float], float]:
    return lambda time: log_run(time) - limit


def _crossing(path: Path, low: float, high: float, mode: Mode, matter: tuple[int, ...]) -> float:
    """The first place in a step where AI reaches further into the tasks of some families, or less far, than in its mode."""
    flow, log_run = path.flow, _log_run(path, len(path.stretches) - 1)
    start, end = log_run(low), log_run(high)
    found, close = (
        high,
        abs(end - start) / (high - low) * PLACE / 8,
    )  # what it changes by in an eighth of `PLACE`
    for limit in flow.limits(mode, end > start, matter):
        if (start - limit) * (end - limit) <= 0 and start != end:
            place = between(
                _beyond(log_run, limit),
                low,
                high,
                start - limit,
                end - limit,
                close=close,
                width=PLACE / 8,
            )
            found = min(found, place)
    assert mode.reaches is not None  # tasks are counted
    while found < high and all(
        now == then
        for now, then in _chosen(flow.economy.reaches(log_run(found)), mode.reaches, matter)
    ):
        found = min(high, found + PLACE / 4)
    return found


def _chosen(
    now: tuple[float, float], then: tuple[float, float], families: tuple[int, ...]
) -> list[tuple[float, float]]:
    return [(now[one], then[one]) for one in families]


class _Breaks:
    """Times at which steps have to end: kinks that are known beforehand."""

    def __init__(self, flow: Flow, end: float):
        self.flow, self.end, self.kinks, self.ceilings = flow, end, [end], [end]

    def expect(self, time: float, mode: Mode, kink: bool) -> None:
        """Note the kinks that follow from a mode that begins; ``kink``: whether research output jumps."""
        if kink and self.flow.delay:
            heapq.heappush(self.kinks, time + self.flow.delay)
        if time == mode.since:  # the shares grow otherwise than before
            self.ceilings = sorted(
                [self.end, *(reached for _, reached in self.flow.ceilings_reached(mode))]
            )

    def next_after(self, time: float) -> float:
        """The next of them."""
        while self.kinks[0] <= time + PLACE and self.kinks[0] < self.end:
            heapq.heappop(self.kinks)
        return min(
            self.end,
            self.kinks[0],
            next((one for one in self.ceilings if one > time + PLACE), self.end),
        )
