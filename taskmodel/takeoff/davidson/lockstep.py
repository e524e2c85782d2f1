# Editors: leave this file as it is, but for imports. It is being rewritten for the compiled core.
"""Many runs at once: the same steps and switches as in `solve`, in arrays with an entry for each run.

All runs take a step together, each of a length of its own, so that the answers are those of `solve` to rounding. What is rare
is not followed here: a run in which anything but tasks that open, the cap that binds and the wake-up happens (growth without
bound, a share pinned to the cap, an economy that falls asleep again, a task that closes) is given up, for `solve` to follow
alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from taskmodel.numerics.types import Array
from taskmodel.takeoff.davidson.bogacki_shampine import ORDER, State, Stretch, step
from taskmodel.takeoff.davidson.economy import Shares
from taskmodel.takeoff.davidson.flow import FREE, PINNED, PLACE, Flow, Mode, Seen
from taskmodel.takeoff.davidson.solve import LARGEST, SHORT_DELAY, SHORTEST, longest
from taskmodel.takeoff.davidson.stacked import Whole, stacked, taken
from taskmodel.takeoff.davidson.track import Mark
from taskmodel.takeoff.davidson.two_factors import NEARLY

__all__ = ["Courses", "alone", "follow", "root"]

Mask = NDArray[np.bool_]
ERAS = 6  # starts, cap, wake-up, and some to spare
MOST = 20_000  # steps
STEPS, PATIENCE = 100, 20  # of a search for a root, and those before it halves


def alone(flow: Flow) -> bool:
    """Whether a run has to be followed alone from the start: what the arrays have no form of."""
    division = flow.economy.goods.division.sums
    exponents = division.psi, flow.economy.hardware.division.sums.psi
    return (
        not flow.counted
        or 0 in exponents
        or 0 < flow.delay < SHORT_DELAY
        or flow.first_mode().cap == PINNED
    )


@dataclass
class _Table:
    """A growing table, a row for each step and an entry for each run."""

    rows: NDArray[Any]

    def put(self, number: Whole, runs: Whole, values: Any) -> None:
        """Write the entries of some runs, each at a row of its own."""
        if number.max(initial=0) >= len(self.rows):
            self.rows = np.concatenate([self.rows, np.zeros_like(self.rows)])
        self.rows[number, runs] = values


class Courses:
    """What was followed: steps of every run, numbered each from 0.

    Attributes
    ----------
    count : array of int, shape (run,)
        Steps of each run.
    given_up : array of bool, shape (run,)
        Runs to be followed alone.
    """

    def __init__(self, flows: Sequence[Flow], end: float):
        runs, modes = len(flows), [flow.first_mode() for flow in flows]
        self.flow, self.end, self.count = stacked(flows), end, np.zeros(runs, dtype=np.intp)
        self.given_up = np.zeros(runs, dtype=bool)
        self.start, self.length = (_Table(np.zeros((512, runs))) for _ in range(2))
        self.polynomial = _Table(np.zeros((512, runs, 4, 4)))  # component, power
        self.reach = _Table(np.zeros((512, runs, 2), dtype=np.intp))
        self.era = _Table(np.zeros((512, runs), dtype=np.intp))
        # at the start of every step, and at the end of the last
        self.done = _Table(
            np.zeros((512, runs, 2))
        )  # tasks of goods and of hardware R&D that compute does, one of them in part
        self.place = _Table(np.zeros((512, runs, 3), dtype=np.intp))  # of the three splits
        self.log_run = _Table(np.zeros((512, runs)))
        self.since = np.zeros((ERAS, runs))
        self.base = np.zeros((ERAS, runs, len(Shares._fields)))
        self.rates = np.zeros((ERAS, runs, len(Shares._fields)))
        self.awake_from = np.full(runs, np.nan)
        self.looked = np.zeros(runs, dtype=np.intp)
        self.base[0], self.rates[0] = (
            [getattr(mode, name) for mode in modes] for name in ("base", "rates")
        )
        self.first_modes = modes

    def stretch(self, number: Whole, runs: Whole) -> Stretch:
        """A step of each of some runs."""
        rows = self.polynomial.rows[number, runs]
        coefficients: Any = tuple(
            tuple(rows[:, one, power] for power in range(4)) for one in range(4)
        )
        return Stretch(self.start.rows[number, runs], self.length.rows[number, runs], coefficients)

    def mode(self, number: Whole, runs: Whole) -> Any:
        """The mode of a step of each of some runs; whether they are awake is not told."""
        era, reach = self.era.rows[number, runs], self.reach.rows[number, runs]
        base, rates = (Shares(*part[era, runs].T) for part in (self.base, self.rates))
        return mode_of((reach[:, 0], reach[:, 1]), self.since[era, runs], base, rates)

    def market(self, flow: Any, time: Array, runs: Whole, state: State) -> Array:
        """ln of price-performance on the market; ``flow`` is that of these runs."""
        delay = flow.rules.delay
        then = time - delay
        number = self._place(then, runs)
        begin, length, rows = (
            self.start.rows[number, runs],
            self.length.rows[number, runs],
            self.polynomial.rows[number, runs, 0],
        )
        known = Stretch(begin, length, (tuple(rows.T),)).one_at(0, then)
        level = flow.courses[0].level(np.where(delay > 0, known, state[0]))
        return np.where((delay > 0) & (then <= 0), flow.past(then), level)

    def _place(self, time: Array, runs: Whole) -> Whole:
        """The step of each run that a time is in, from where one was looked for last."""
        number, last = self.looked[runs], np.maximum(self.count[runs] - 1, 0)
        while True:
            beyond = (number < last) & (self.start.rows[np.minimum(number + 1, last), runs] <= time)
            before = (number > 0) & (self.start.rows[number, runs] > time)
            if not (beyond | before).any():
                self.looked[runs] = number
                return number
            number = number + beyond - before

    def reached(self, mark: Mark) -> Array:
        """The first calendar year at which a mark is reached, of every run; NaN: it never is. See `Continuous.reached`."""
        flow: Any = self.flow
        runs, families = np.arange(len(self.count)), flow.economy.families
        knots = int(self.count.max()) + 1
        knot = _Knot(self.log_run.rows[:knots], tuple(np.moveaxis(self.done.rows[:knots], -1, 0)))
        with np.errstate(all="ignore"):
            over = (mark.excess(knot, families) > 0) & (np.arange(knots)[:, None] <= self.count)
            first = over.argmax(axis=0)
            ever, step = over.any(axis=0), np.maximum(first - 1, 0)
            low, high = self.start.rows[step, runs], self.start.rows[step + 1, runs]
            stretch, mode = self.stretch(step, runs), self.mode(step, runs)
            hints = tuple(self.place.rows[step + 1, runs].T)

            def excess(time: Array) -> Array:
                state = stretch.at(time)
                _, seen = flow.derivative(
                    time, state, self.market(flow, time, runs, state), mode, hints
                )
                return mark.excess(seen, families)

            inside = ever & (first > 0) & (excess(high) > 0)  # else a switch brings it
            place = np.where(inside, root(excess, low, high, inside), self.start.rows[first, runs])
        return np.where(ever, place + flow.rules.start, np.nan)


class _Knot(NamedTuple):
    """What the derivative saw where steps start, (step, run)."""

    log_run: Array
    done: tuple[Array, ...]


def mode_of(reaches: tuple[Whole, Whole], since: Array, base: Shares, rates: Shares) -> Mode:
    """The mode of many runs; whether they are awake, and at the cap, is in the rates."""
    return Mode(reaches, False, FREE, since, base, rates)


def follow(flows: Sequence[Flow], tolerance: float) -> Courses:
    """Follow many runs from start to end.

    Parameters
    ----------
    flows : sequence of Flow
        Runs of one length and one count of tasks, none of which has to be followed `alone`.
    tolerance : float
        Largest error of a step, in the natural logarithms of the state.
    """
    end = flows[0].rules.end - flows[0].rules.start
    with np.errstate(all="ignore"):  # numbers that are none, or beyond all, give a run up
        return _Followed(Courses(flows, end), tolerance).to_the_end()


class _Followed:
    """The runs that are under way, at the start of their next step."""

    def __init__(self, courses: Courses, tolerance: float):
        self.courses, self.tolerance = courses, tolerance
        self.flow: Any = courses.flow  # its numbers are arrays
        self.mode: Any
        self.seen: Any
        runs = len(courses.count)
        self.runs, self.length = np.arange(runs), np.full(runs, 0.05)
        self.time: Any = np.zeros(runs)
        start: Any = self.time
        flow, modes = self.flow, courses.first_modes
        self.state: State = tuple(
            np.broadcast_to(np.asarray(part, dtype=float), runs).copy() for part in flow.start
        )
        reaches = np.array([mode.reaches for mode in modes], dtype=np.intp)
        self.era = np.zeros(runs, dtype=np.intp)
        self.awake, self.capped = (
            np.array([mode.awake for mode in modes]),
            np.array([mode.cap != FREE for mode in modes]),
        )
        self.mode = courses.mode(np.zeros(runs, dtype=np.intp), self.runs)._replace(
            reaches=(reaches[:, 0], reaches[:, 1])
        )
        market: Any = np.broadcast_to(flow.rules.log_buyable, runs)
        self.first, self.seen = self.flow.derivative(
            start, self.state, market, self.mode, (None, None, None)
        )
        courses.awake_from[self.awake] = 0.0
        # research begins at the start, as far as designs tell: the first kink
        self.kinks, self.next_kink = (
            np.where(flow.rules.delay > 0, flow.rules.delay, np.inf)[:, None],
            np.zeros(runs, dtype=np.intp),
        )
        self.kinks_known = np.ones(runs, dtype=np.intp)
        self.longest = np.array([longest(delay) for delay in np.asarray(flow.rules.delay)])

    def to_the_end(self) -> Courses:
        """Step until no run is under way."""
        for _ in range(MOST):
            if not len(self.runs):
                return self.courses
            self.step()
            on = (self.time < self.courses.end) & ~self.courses.given_up[self.runs]
            if on.sum() < 0.8 * len(on) or (~on).any() and len(on) < 20:
                self.keep(np.flatnonzero(on))
        self.courses.given_up[self.runs] |= self.time < self.courses.end
        return self.courses

    def keep(self, rows: Whole) -> None:
        """Go on with some runs only."""
        self.flow = taken(self.flow, rows)
        for name in (
            "runs",
            "time",
            "length",
            "state",
            "era",
            "awake",
            "capped",
            "mode",
            "first",
            "seen",
            "kinks",
            "next_kink",
            "kinks_known",
            "longest",
        ):
            setattr(self, name, taken(getattr(self, name), rows))

    def give_up(self, which: Mask) -> None:
        """Leave some runs to be followed alone."""
        self.courses.given_up[self.runs[which]] = True

    def break_after(self, time: Array) -> Array:
        """When the next step has to end at the latest: ends, delayed jumps of research output, ceilings of shares."""
        found = np.full(len(time), self.courses.end)
        while True:
            known = self.next_kink < self.kinks_known
            kink = np.where(
                known, self.kinks[np.arange(len(time)), np.where(known, self.next_kink, 0)], np.inf
            )
            past = kink <= time + PLACE
            if not past.any():
                break
            self.next_kink = self.next_kink + past
        found = np.minimum(found, kink)
        for base, rate, ceiling in zip(
            self.mode.base, self.mode.rates, self.flow.log_ceilings, strict=True
        ):
            reached = self.mode.since + (ceiling - base) / np.where(rate > 0, rate, np.inf)
            expected = (rate > 0) & (base < ceiling) & (reached > time + PLACE)
            found = np.where(expected & (reached < found), reached, found)
        return found

    def step(self) -> None:
        """One step of every run, and whatever switches in it."""
        courses, flow, mode = self.courses, self.flow, self.mode
        levels = flow.courses[0].level(self.state[0]), flow.courses[1].level(self.state[1])
        top = np.maximum(self.seen.log_top, self.state[2] + np.maximum(0.0, levels[1]))
        for level in (*levels, *self.state):
            top = np.maximum(top, level)
        self.give_up(~(top <= LARGEST))
        limit = self.break_after(self.time)
        tried = np.minimum(np.minimum(self.length, limit - self.time), self.longest)
        seen, furthest = (
            self.seen,
            [self.seen.hints[0], np.maximum(self.seen.hints[1], self.seen.hints[2])],
        )

        def derivative(at: Array, there: State) -> State:
            nonlocal seen, furthest
            rise, seen = flow.derivative(
                at, there, courses.market(flow, at, self.runs, there), mode, seen.hints
            )
            furthest = [
                np.maximum(furthest[0], seen.hints[0]),
                np.maximum(furthest[1], np.maximum(seen.hints[1], seen.hints[2])),
            ]
            return rise

        end, last, errors, stretch = step(derivative, self.time, self.state, self.first, tried)
        error = np.maximum(np.maximum(errors[0], errors[1]), np.maximum(errors[2], errors[3]))
        going = (self.time < courses.end) & ~courses.given_up[self.runs]
        good = going & (error <= self.tolerance)
        change = np.clip(0.9 * (self.tolerance / error) ** (1 / ORDER), 0.2, 4.0)
        change = np.where(np.isfinite(error), change, 0.2)
        self.length = np.where(error == 0, np.maximum(self.length, tried), tried * change)
        self.give_up(going & ~good & (self.length < SHORTEST))
        after = np.where(self.time + tried < limit, self.time + tried, limit)
        self.note(good, after, stretch, seen)

        reaches = tuple(family.reach(seen.log_run) for family in flow.economy.families)
        assert mode.reaches is not None
        matter = [
            good & (now > then) & (most > then)
            for now, then, most in zip(reaches, mode.reaches, furthest, strict=True)
        ]
        self.give_up(good & ((reaches[0] < mode.reaches[0]) | (reaches[1] < mode.reaches[1])))
        wakes, caps = self.rest(good, after, end, seen)
        switched = matter[0] | matter[1] | wakes | caps
        plain = good & ~switched
        now = [np.where(plain, now, then) for now, then in zip(reaches, mode.reaches, strict=True)]
        self.mode = mode._replace(reaches=(now[0], now[1]))
        self.time = np.where(plain, after, self.time)
        self.state = tuple(
            np.where(plain, new, old) for new, old in zip(end, self.state, strict=True)
        )
        self.first = tuple(
            np.where(plain, new, old) for new, old in zip(last, self.first, strict=True)
        )
        self.seen = _chosen(plain, seen, self.seen)
        rows = np.flatnonzero(switched & ~courses.given_up[self.runs])
        if len(rows):
            self.switch(
                rows,
                after[rows],
                taken(stretch, rows),
                [one[rows] for one in matter],
                wakes[rows],
                caps[rows],
            )

    def note(self, good: Mask, after: Array, stretch: Stretch, seen: Seen) -> None:
        """Write down the steps that were taken."""
        courses, rows = self.courses, np.flatnonzero(good)
        runs = self.runs[rows]
        number = courses.count[runs]
        polynomial = np.stack([np.stack(one, axis=-1) for one in stretch.coefficients], axis=1)
        courses.length.put(number, runs, stretch.length[rows])
        courses.polynomial.put(number, runs, polynomial[rows])
        courses.reach.put(number, runs, np.stack(self.mode.reaches, axis=-1)[rows])
        courses.era.put(number, runs, self.era[rows])
        knots: Any = ((0, self.time, self.seen), (1, after, seen))
        for on, time, knot in knots:  # the next step writes over what is at its start
            courses.start.put(number + on, runs, time[rows])
            courses.done.put(number + on, runs, np.stack(knot.done, axis=-1)[rows])
            courses.place.put(number + on, runs, np.stack(knot.hints, axis=-1)[rows])
            courses.log_run.put(number + on, runs, knot.log_run[rows])
        courses.count[runs] += 1

    def rest(self, good: Mask, time: Array, state: State, seen: Seen) -> tuple[Mask, Mask]:
        """Which runs wake up, and which reach the cap, by the end of a step."""
        awake = seen.automated / self.flow.economy.families[0].count >= self.flow.rules.trigger
        over = self.over(self.flow, self.mode, time, state, self.runs) > 0
        wakes, caps = good & awake & ~self.awake, good & ~self.awake & ~awake & over & ~self.capped
        self.give_up(good & (self.awake & ~awake | ~awake & self.capped & ~over))
        return wakes, caps

    def over(self, flow: Any, mode: Any, time: Array, state: State, runs: Whole) -> Array:
        """ln of what the largest run costs over the cap."""
        share = flow.log_shares(time, mode, 0.0, 0.0).compute_training
        return state[2] + share - self.courses.market(flow, time, runs, state) - flow.rules.log_cap

    def switch(
        self,
        rows: Whole,
        high: Array,
        stretch: Stretch,
        matter: list[Mask],
        wakes: Mask,
        caps: Mask,
    ) -> None:
        """Go to the first place at which something switches, in each of some runs, and on from there."""
        flow, mode, runs = taken(self.flow, rows), taken(self.mode, rows), self.runs[rows]
        low, place, crossing = self.time[rows], high.copy(), matter[0] | matter[1]

        def log_run(time: Array) -> Array:
            software, chips = stretch.one_at(1, time), stretch.one_at(2, time)
            return flow.log_run(
                time, (0.0, software, chips, 0.0), 0.0, mode
            )  # of the others it takes nothing

        if crossing.any():  # runs grow: the first task to open is that which needs the smaller one
            limit = np.full(len(rows), np.inf)
            for which, family, reach in zip(
                matter, flow.economy.families, mode.reaches, strict=True
            ):
                needs = (
                    family.log_training[family.places, np.minimum(reach, family.count - 1)]
                    - family.log_shortfall
                )
                limit = np.where(which, np.minimum(limit, needs), limit)
            place = np.minimum(
                place, root(_less(log_run, np.where(crossing, limit, 0.0)), low, high, crossing)
            )
        if caps.any():
            place = np.minimum(
                place,
                root(
                    lambda time: self.over(flow, mode, time, stretch.at(time), runs),
                    low,
                    high,
                    caps,
                ),
            )
        while True:  # on to the far side
            run = log_run(place)
            reaches = [family.reach(run) for family in flow.economy.families]
            there = [
                which & (now > then)
                for which, now, then in zip(matter, reaches, mode.reaches, strict=True)
            ]
            short = crossing & ~(there[0] | there[1]) & (place < high)
            if not (short & ~caps).any():
                break
            place = np.where(short, np.minimum(high, place + PLACE / 4), place)
        woken = self.woken(rows, flow, mode, stretch, low, place, crossing, wakes)
        if (woken < place).any():
            place = np.minimum(place, woken)
            run = log_run(place)
            reaches = [family.reach(run) for family in flow.economy.families]
            there = [
                which & (now > then)
                for which, now, then in zip(matter, reaches, mode.reaches, strict=True)
            ]
        self.settle(rows, flow, mode, stretch, place, reaches, there[1])

    def woken(
        self,
        rows: Whole,
        flow: Any,
        mode: Any,
        stretch: Stretch,
        low: Array,
        place: Array,
        crossing: Mask,
        wakes: Mask,
    ) -> Array:
        """Where runs wake up without a task that opens, before a place; inf where they do not."""
        found = np.full(len(rows), np.inf)
        some = np.flatnonzero(wakes)
        if not len(some):
            return found
        flow, mode, stretch, runs = (
            taken(flow, some),
            taken(mode, some),
            taken(stretch, some),
            self.runs[rows[some]],
        )
        hints, count = taken(self.seen.hints, rows[some]), flow.economy.families[0].count
        needed = np.ceil(flow.rules.trigger * count) + NEARLY

        def done(time: Array) -> Array:
            state = stretch.at(time)
            _, seen = flow.derivative(
                time, state, self.courses.market(flow, time, runs, state), mode, hints
            )
            return seen.done[0] - needed

        high = np.where(crossing[some], np.maximum(low[some], place[some] - PLACE), place[some])
        before = done(high) > 0
        if before.any():
            found[some] = root(done, low[some], high, before)
        return found

    def settle(
        self,
        rows: Whole,
        flow: Any,
        mode: Any,
        stretch: Stretch,
        place: Array,
        reaches: list[Whole],
        jumps: Mask,
    ) -> None:
        """Begin the mode that holds at a place."""
        courses, runs = self.courses, self.runs[rows]
        state = stretch.at(place)
        market = courses.market(flow, place, runs, state)
        reaching = mode._replace(reaches=(reaches[0], reaches[1]))
        first, seen = flow.derivative(place, state, market, reaching, taken(self.seen.hints, rows))
        was_awake, was_capped = self.awake[rows], self.capped[rows]
        awake = seen.automated / flow.economy.families[0].count >= flow.rules.trigger
        over = self.over(flow, mode, place, state, runs)
        capped = ~awake & (was_capped | (over > 0))
        hour = 1e-4
        earlier = place - hour
        pace = (market - courses.market(flow, earlier, runs, stretch.at(earlier))) / hour
        self.give_up_rows(
            rows,
            ~was_capped & capped & (first[2] - pace < 0)
            | was_awake & ~awake
            | was_capped & ~awake & (over <= 0),
        )
        new = (awake != was_awake) | (capped != was_capped)
        era = self.era[rows] + new
        self.give_up_rows(rows, era >= ERAS)
        era = np.minimum(era, ERAS - 1)
        logs = np.stack(flow.log_shares(place, mode, 0.0, 0.0), axis=-1)
        growth = [np.stack(np.broadcast_arrays(*one), axis=-1) for one in flow.rules.growth]
        rates = np.where(awake[:, None], growth[1], growth[0])
        rates[:, -1] = np.where(capped, 0.0, rates[:, -1])
        begun, of = era[new], runs[new]
        courses.since[begun, of], courses.base[begun, of], courses.rates[begun, of] = (
            place[new],
            logs[new],
            rates[new],
        )
        courses.awake_from[runs[awake & ~was_awake]] = place[awake & ~was_awake]
        self.era[rows], self.awake[rows], self.capped[rows] = era, awake, capped
        self.time[rows] = place
        for whole, part in ((self.state, state), (self.first, first)):
            for one, other in zip(whole, part, strict=True):
                one[rows] = other
        _put(self.seen, rows, seen)
        _put(
            self.mode,
            rows,
            mode_of((reaches[0], reaches[1]), courses.since[era, runs], *self.shares(era, runs)),
        )
        self.expect(rows[jumps & (flow.rules.delay > 0)])

    def shares(self, era: Whole, runs: Whole) -> tuple[Shares, Shares]:
        """ln of the shares at the start of an era, and their rates."""
        return Shares(*self.courses.base[era, runs].T), Shares(*self.courses.rates[era, runs].T)

    def expect(self, rows: Whole) -> None:
        """Note that a jump of research output comes to the market a delay later."""
        if not len(rows):
            return
        if self.kinks_known[rows].max() >= self.kinks.shape[1]:
            self.kinks = np.concatenate([self.kinks, np.full((len(self.runs), 64), np.inf)], axis=1)
        self.kinks[rows, self.kinks_known[rows]] = (self.time + self.flow.rules.delay)[rows]
        self.kinks_known[rows] += 1

    def give_up_rows(self, rows: Whole, which: Mask) -> None:
        self.courses.given_up[self.runs[rows[which]]] = True


def _chosen(which: Mask, new: Any, old: Any) -> Any:
    """New entries where wanted, else old ones."""
    if isinstance(new, tuple):
        found = [_chosen(which, one, other) for one, other in zip(new, old, strict=True)]
        return type(new)(*found) if hasattr(new, "_fields") else tuple(found)
    return np.where(which, new, old)


def _put(whole: Any, rows: Whole, part: Any) -> None:
    """Write entries into arrays, however deep in tuples; what is no array stays."""
    if isinstance(whole, tuple):
        for one, other in zip(whole, part, strict=True):
            _put(one, rows, other)
    elif isinstance(whole, np.ndarray):
        whole[rows] = part


def _less(value: Callable[[Array], Array], level: Array) -> Callable[[Array], Array]:
    return lambda time: value(time) - level


def root(value: Callable[[Array], Array], low: Array, high: Array, wanted: Mask) -> Array:
    """Where values pass zero on their way up, just beyond, to about `PLACE`; inf where that is not wanted.

    False position with the Illinois rule for all places at once, whether wanted or not: so few are not worth to be sorted out.
    Where a value is above zero at the lower end already, that is the place.
    """
    low, high = low.copy(), high.copy()
    at_low, at_high = value(low), value(high)
    close = (
        np.abs(at_high - at_low) / (high - low) * PLACE / 8
    )  # what it changes by in an eighth of `PLACE`
    found, most = np.where(at_low > 0, low, high), high.copy()
    open_ = wanted & (at_low <= 0) & (at_high > 0)
    side = np.zeros(len(low), dtype=np.intp)
    for number in range(STEPS):
        if not open_.any():
            break
        middle = (low * at_high - high * at_low) / (at_high - at_low)
        middle = np.where(
            (low < middle) & (middle < high) & (number < PATIENCE), middle, (low + high) / 2
        )
        there = value(middle)
        above = there > 0
        at_low = np.where(above, np.where(side == 1, at_low / 2, at_low), there)
        at_high = np.where(above, there, np.where(side == -1, at_high / 2, at_high))
        low, high = np.where(above, low, middle), np.where(above, middle, high)
        side = np.where(above, 1, -1)
        found = np.where(open_, np.minimum(middle + PLACE / 4, most), found)
        open_ = open_ & (np.abs(there) > close) & (high - low > PLACE / 8)
    return np.where(wanted, found, np.inf)
