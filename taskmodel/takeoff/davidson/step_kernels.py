"""Steps through the time of a world in plain loops, from switch to switch (`era_kernels`).

Steps are those of Bogacki and Shampine's method of order 3(2) with Hermite's cubic: tasks that open
end a step every few weeks of the model's time, so that a method of low order with few stages is the
cheapest.

Source: Bogacki and Shampine (1989), A 3(2) pair of Runge-Kutta formulas, Applied Mathematics
Letters 2(4), 321-325.
"""

from __future__ import annotations

from math import inf

import numpy as np

from taskmodel.compiled import allocating, compiled
from taskmodel.numerics.types import Array
from taskmodel.takeoff.davidson.division_kernels import reach_of
from taskmodel.takeoff.davidson.era_kernels import (
    PLACE,
    component,
    market_at,
    new_era,
    rest,
    situation,
    state_at,
    switch_time,
)
from taskmodel.takeoff.davidson.flow_kernels import (
    FREE,
    PINNED,
    derivative,
    hardware_level,
    software_level,
)
from taskmodel.takeoff.davidson.table_kernels import (
    BUYABLE,
    CAPITAL_START,
    CHIPS_START,
    DELAY,
    END,
    GOODS_AUTOMATED,
    HINT,
    LOG_RUN,
    LOG_TOP,
    SEEN_COLUMNS,
    Steps,
    Tables,
)

FINISHED, UNBOUNDED, UNHELD, BEYOND, TOO_MANY, RESTLESS, FULL = range(7)  # why a run ends
SHORTEST = 1e-10  # years: growth that needs shorter steps is growth without bound
LONGEST = 1.0  # years
SHORT_DELAY = 0.25  # years: with a longer delay no step is longer than it
LARGEST = 640.0  # of a level: a float holds e^709, and some levels are products of others
REPEATS = 12  # of a step that is longer than the delay
MOST_STEPS = 200_000
MOST_SWITCHES = 500  # within `PLACE` times ten thousand: chattering without end


@compiled
def change_of_length(error: float, tolerance: float) -> float:
    """Return how much longer the next step may be than one with this error."""
    if error == 0.0:
        return 4.0
    return min(4.0, max(0.2, 0.9 * (tolerance / error) ** (1 / 3)))


@compiled
def take_step(
    w: Tables, p: Steps, rows: int, row: int, e: int, reaches: Array, time: float, length: float,
    state: Array, slopes: Array, end: Array, hints: Array, seen: Array, furthest: Array,
) -> float:  # fmt: skip
    """Take a step from ``state``, whose derivative is ``slopes[0]``; returns its error.

    The state at the end goes into ``end``, the derivative there into ``slopes[3]``, the cubic into
    row ``row``; ``furthest`` notes the largest splits of goods and of R&D on the way. ``rows``
    limits the steps from which the market's designs are read.
    """
    goods, rnd = reaches[0], reaches[1]
    for stage in range(3):
        if stage == 0:
            at = time + 0.5 * length
            for c in range(4):
                end[c] = state[c] + 0.5 * length * slopes[0, c]
        elif stage == 1:
            at = time + 0.75 * length
            for c in range(4):
                end[c] = state[c] + 0.75 * length * slopes[1, c]
        else:
            at = time + length
            for c in range(4):
                mean = 2 * slopes[0, c] + 3 * slopes[1, c] + 4 * slopes[2, c]
                end[c] = state[c] + length / 9 * mean
        market = market_at(w, p, rows, at, end[0])
        derivative(w, p, e, goods, rnd, at, end, market, hints, slopes[stage + 1], seen)
        for i in range(3):
            hints[i] = seen[HINT + i]
        furthest[0] = max(furthest[0], hints[0])
        furthest[1] = max(furthest[1], max(hints[1], hints[2]))
    worst = 0.0
    for c in range(4):
        a, b, d = slopes[0, c], slopes[1, c], slopes[3, c]
        error = abs(length / 72 * (5 * a - 6 * b - 8 * slopes[2, c] + 9 * d))
        worst = max(worst, error) if error == error else inf
        rise = length / 9 * (2 * a + 3 * b + 4 * slopes[2, c])
        bend = length * a - rise
        p.cubic[row, c, 0], p.cubic[row, c, 1] = state[c], rise
        p.cubic[row, c, 2], p.cubic[row, c, 3] = bend, rise - length * d - bend
    p.start[row], p.length[row] = time, length
    return worst


@compiled
def try_step(
    w: Tables, p: Steps, row: int, e: int, reaches: Array, time: float, length: float,
    state: Array, slopes: Array, end: Array, hints: Array, seen: Array, furthest: Array,
    tolerance: float,
) -> tuple[int, float]:  # fmt: skip
    """Take a step, repeated where it needs its own designs; returns a status and the error."""
    delay = w.number[DELAY]
    shorter = 0.0 < delay < length
    # At first the cubic of the step before is extrapolated, then the step's own is used.
    rows, designs = row, 0.0
    for repeat in range(REPEATS):
        error = take_step(
            w, p, rows, row, e, reaches, time, length, state, slopes, end, hints, seen, furthest
        )
        if not error < inf:
            return UNHELD, error
        if not shorter:
            return FINISHED, error
        before, designs = designs, component(p, row, 0, time + length)
        if repeat == 0:
            before = component(p, row - 1, 0, time + length) if row else designs
        if abs(designs - before) < 0.1 * tolerance:
            return FINISHED, error
        rows = row + 1
    return UNBOUNDED, inf


@compiled
def next_break(
    w: Tables, p: Steps, e: int, time: float, first_kink: int, kinks: int
) -> tuple[float, int]:
    """Return the next time at which a step has to end, and the first kink that is still ahead."""
    limit = w.number[END]
    while first_kink < kinks and p.kink[first_kink] <= time + PLACE:
        first_kink += 1
    if first_kink < kinks:
        limit = min(limit, p.kink[first_kink])
    for i in range(7):
        if p.rates[e, i] > 0 and p.base[e, i] < w.ceiling[i]:
            reached = p.since[e] + (w.ceiling[i] - p.base[e, i]) / p.rates[e, i]
            if reached > time + PLACE:
                limit = min(limit, reached)
    return limit, first_kink


@compiled
def largest_level(w: Tables, state: Array, log_top: float) -> float:
    """Return the largest of the levels that must fit into a float."""
    software = software_level(w, state[1])
    largest = max(log_top, state[2] + max(0.0, software))
    largest = max(largest, max(hardware_level(w, state[0]), software))
    return max(largest, max(max(state[0], state[1]), max(state[2], state[3])))


@compiled
def begin(
    w: Tables, zero: int, p: Steps, shares: Array, state: Array, reaches: Array, rise: Array,
    seen: Array, scratch: Array,
) -> int:  # fmt: skip
    """Set the state and the mode at the start; returns the first era."""
    state[0] = state[1] = 0.0
    state[2], state[3] = w.number[CHIPS_START], w.number[CAPITAL_START]
    for i in range(7):
        p.base[0, i], p.rates[0, i] = shares[i], w.growth[0, i]
    p.since[0], p.awake[0], p.cap[0] = 0.0, False, FREE
    run = state[2] + shares[6]
    reaches[0] = reaches[1] = 0.0
    if w.need.shape[1]:
        reaches[0], reaches[1] = reach_of(w, 0, run), reach_of(w, 1, run)
    goods, rnd, awake, cap = situation(
        w, p, zero, zero, reaches[0], reaches[1], 0.0, state, rise, seen, scratch
    )
    reaches[0], reaches[1] = goods, rnd
    if not awake and cap == FREE:
        return 0
    new_era(w, p, zero, zero + 1, 0.0, w.number[BUYABLE], state[2], awake, cap)
    return 1


@allocating
def solve_steps(
    w: Tables, p: Steps, shares: Array, tolerance: float, most_steps: int
) -> tuple[int, int, float, int]:
    """Follow the equations from the start; returns why it ends, steps, the end and the last era.

    A step runs in one mode: the reaches of AI and an era. If another mode holds at its end, the
    time at which it begins is located on the step's cubic and the step ends there. A step also ends
    at kinks of the market's price-performance, a delay after research output jumps, and where a
    share reaches its ceiling.
    """
    number, room = w.number, len(p.start) - 2
    zero = most_steps - most_steps  # no constant, for which kernels would be compiled separately
    state, end, rise = np.empty(4), np.empty(4), np.empty(4)
    slopes, scratch = np.empty((4, 4)), np.empty((3, SEEN_COLUMNS))
    seen, next_seen = np.empty(SEEN_COLUMNS), np.empty(SEEN_COLUMNS)
    hints, furthest, reaches = np.empty(3), np.empty(2), np.empty(2)
    new_reaches, matters = np.empty(2), np.zeros(2, np.bool_)
    e = begin(w, zero, p, shares, state, reaches, rise, seen, scratch)
    time, length = 0.0, 0.05
    n = kinks = first_kink = switches = zero
    if number[DELAY] > 0:  # the market knows no designs of after the start before that
        p.kink[0] = number[DELAY]
        kinks = 1
    most = min(LONGEST, number[DELAY]) if number[DELAY] >= SHORT_DELAY else LONGEST
    known = False
    hints[0] = hints[1] = hints[2] = -1.0
    while time < number[END]:
        if not known:
            market = market_at(w, p, n, time, state[0])
            derivative(w, p, e, reaches[0], reaches[1], time, state, market, hints, slopes[0], seen)
            finite = True
            for c in range(4):
                finite = finite and abs(slopes[0, c]) < inf
            if not finite:
                return UNHELD, n, time, e
        for i in range(3):
            hints[i] = seen[HINT + i]
        if n >= most_steps:
            return TOO_MANY, n, time, e
        if n >= room or e >= room or kinks >= room or switches >= room:
            return FULL, n, time, e
        if largest_level(w, state, seen[LOG_TOP]) > LARGEST:
            return BEYOND, n, time, e
        limit, first_kink = next_break(w, p, e, time, first_kink, kinks)
        while True:
            tried = min(length, min(limit - time, most))
            furthest[0], furthest[1] = hints[0], max(hints[1], hints[2])
            status, error = try_step(
                w, p, n, e, reaches, time, tried, state, slopes, end, hints, next_seen, furthest,
                tolerance,
            )  # fmt: skip
            if status == FINISHED and error <= tolerance:
                break
            change = change_of_length(error, tolerance) if status == FINISHED else 0.2
            length = tried * change
            if length < SHORTEST:
                return UNBOUNDED if status == FINISHED else status, n, time, e
            for i in range(3):
                hints[i] = seen[HINT + i]
        length = max(length, tried) if error == 0 else tried * change_of_length(error, tolerance)
        p.reach[n, 0], p.reach[n, 1], p.era[n], p.lagging[n] = reaches[0], reaches[1], e, False
        for i in range(SEEN_COLUMNS):
            p.seen[n, i] = seen[i]
        after = time + tried if time + tried < limit else limit
        new_reaches[0], new_reaches[1] = reaches[0], reaches[1]
        if w.need.shape[1]:
            new_reaches[0] = reach_of(w, 0, next_seen[LOG_RUN])
            new_reaches[1] = reach_of(w, 1, next_seen[LOG_RUN])
        for f in range(2):
            matters[f] = new_reaches[f] != reaches[f] and furthest[f] > min(
                reaches[f], new_reaches[f]
            )
        differs = new_reaches[0] != reaches[0] or new_reaches[1] != reaches[1]
        market = market_at(w, p, n + 1, after, end[0])
        awake, cap = rest(
            w, p, n + 1, e, reaches[0], reaches[1], after, end, market,
            next_seen[GOODS_AUTOMATED], scratch,
        )  # fmt: skip
        rests = awake == p.awake[e] and cap == p.cap[e]
        moment = switch_time(
            w, p, n, e, time, after, reaches, matters, rests, state, rise, seen, scratch
        )
        n += 1
        if not moment == moment:  # the mode holds to the end
            time, known = after, True
            for c in range(4):
                state[c], slopes[0, c] = end[c], slopes[3, c]
            for i in range(SEEN_COLUMNS):
                seen[i] = next_seen[i]
            if differs:
                p.lagging[n - 1] = True
                reaches[0], reaches[1] = new_reaches[0], new_reaches[1]
            continue
        time = moment
        state_at(p, n - 1, time, state)
        old_rnd = reaches[1]
        goods, rnd, awake, cap = situation(
            w, p, n, e, reaches[0], reaches[1], time, state, slopes[0], seen, scratch
        )
        known = True
        if not (matters[0] and matters[1]) and differs:
            p.lagging[n - 1] = True
        reaches[0], reaches[1] = goods, rnd
        if awake != p.awake[e] or cap != p.cap[e]:
            market = market_at(w, p, n, time, state[0])
            new_era(w, p, e, e + 1, time, market, state[2], awake, cap)
            e += 1
        if p.cap[e] == PINNED:  # the share follows the cap from here on
            known = False
            for i in range(3):
                hints[i] = seen[HINT + i]
        if matters[1] and rnd != old_rnd and number[DELAY] > 0:
            p.kink[kinks] = time + number[DELAY]
            kinks += 1
        p.switch[switches] = time
        switches += 1
        if switches > MOST_SWITCHES and time - p.switch[switches - MOST_SWITCHES] < PLACE * 1e4:
            return RESTLESS, n, time, e
    return FINISHED, n, time, e
