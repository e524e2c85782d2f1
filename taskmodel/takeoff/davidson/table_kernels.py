"""The numbers of a world and of its solution as arrays, and functions that all kernels use.

Levels are natural logarithms, times are years since the start. `flow` packs the parameters of a
world into `Tables`; `solution` reads `Steps`. A family of tasks without tasks is a continuum.
"""

from __future__ import annotations

from math import ceil, exp, expm1, inf, log, log1p
from typing import NamedTuple

import numpy as np

from taskmodel.compiled import compiled, inlined
from taskmodel.numerics.types import Array, Integers, Mask

# columns of `Tables.sector`
(FAMILY, PSI, TILT, SLOPE, POWER, FIRST, SCALE, OUTER_SHARE, EXPONENT, LOG_OUTER, BASE) = range(11)
LABOUR_BASE, COMPUTE_BASE, COMPUTE_SHARE, SPENT = range(11, 15)
SECTOR_COLUMNS = 15
# entries of `Tables.number`
(TRADEOFF, SHORTFALL, COUNT, AUTOMATES, LABOUR, LABOUR_GROWTH, TFP_GROWTH, EXPERIMENTS) = range(8)
(PENALTY, PACE_HARDWARE, PACE_SOFTWARE, KEPT, SAVING, GWP, DELAY, GAIN, BUYABLE) = range(8, 17)
(HARDWARE_START, HARDWARE_ROOM, HARDWARE_POWER, SOFTWARE_ROOM, SOFTWARE_POWER) = range(17, 22)
CAP, TRIGGER, END, CHIPS_START, CAPITAL_START = range(22, 27)
NUMBERS = 27
# columns of `Tables.piece`: quantiles, theta and training requirement at both ends
START_OF, END_OF, THETA_LOW, THETA_HIGH, TRAIN_LOW, TRAIN_HIGH = range(6)
# columns of `Steps.seen`
LOG_GWP, LOG_TOP, LOG_RUN, GOODS_AUTOMATED, RND_AUTOMATED, GOODS_DONE, RND_DONE = range(7)
HINT = 7  # and the two after it: the splits of goods, hardware and software R&D
SEEN_COLUMNS = 10
NO_EXPONENT = 1e-200  # replaces 0: log1p and expm1 are the identity there, and a mean is linear
MOST_ROOT_STEPS, MOST_FALSE_POSITIONS = 200, 50


class Tables(NamedTuple):
    """A world in numbers."""

    training: Array  # (family, task) ln tau
    need: Array  # (family, task) theta
    sums: Array  # (family, task + 1) ln of sums of e^((1 - sigma) theta)
    log_remaining: Array  # (task,) ln of the number of tasks from each on
    piece: Array  # (family, piece, 6) of a continuum
    sector: Array  # (goods | hardware R&D | software R&D, column)
    bases: Array  # (sector, task + 1) ln X where compute does that many tasks as well as labour
    number: Array  # (entry,)
    ceiling: Array  # (share,) ln of the ceilings of shares
    growth: Array  # (asleep | awake, share) [1/year]


class Steps(NamedTuple):
    """A solution: steps, and the eras between switches of the economy or of the cap."""

    start: Array  # (step + 1,)
    length: Array
    cubic: Array  # (step, component, 4)
    reach: Array  # (step, 2)
    era: Integers  # (step,)
    lagging: Mask  # (step,) AI reaches further than the step assumes, with no effect on it
    seen: Array  # (step + 1, SEEN_COLUMNS) at the start of each step
    since: Array  # (era,)
    base: Array  # (era, share) ln of the shares at `since`
    rates: Array  # (era, share)
    awake: Mask  # (era,)
    cap: Integers  # (era,)
    kink: Array  # (kink,)
    switch: Array  # (switch,)


def steps_for(rows: int) -> Steps:
    """Return room for some steps."""
    return Steps(
        start=np.empty(rows),
        length=np.empty(rows),
        cubic=np.empty((rows, 4, 4)),
        reach=np.empty((rows, 2)),
        era=np.empty(rows, np.int64),
        lagging=np.zeros(rows, np.bool_),
        seen=np.empty((rows, SEEN_COLUMNS)),
        since=np.empty(rows),
        base=np.empty((rows, 7)),
        rates=np.empty((rows, 7)),
        awake=np.empty(rows, np.bool_),
        cap=np.empty(rows, np.int64),
        kink=np.empty(rows),
        switch=np.empty(rows),
    )


@inlined
def bounded_exp(x: float) -> float:
    """Return e^x, inf where it overflows."""
    return exp(x) if x < 709.0 else inf


@compiled
def interpolate(x: float, xs: Array, ys: Array) -> float:
    """Return the value at x of the line through points, whose ends it continues."""
    # np.interp rounds differently, and the reference's requirements are reproduced bit for bit
    index = min(max(count_below(xs, x, False), 1), len(xs) - 1)
    weight = (x - xs[index - 1]) / (xs[index] - xs[index - 1])
    return ys[index - 1] + weight * (ys[index] - ys[index - 1])


@compiled
def write_requirements(
    quantiles: Array, knots: Array, gaps: Array, top: float, base: float, width: float,
    steepness: float, powers: Array,
) -> None:  # fmt: skip
    """Write the decimal logarithms of what tasks at some quantiles require."""
    for i in range(len(quantiles)):
        power = top - interpolate(quantiles[i], knots, gaps) * width
        if steepness > 0:
            power = min(top, base + ceil((power - base) / steepness) * steepness)
        powers[i] = power


@compiled
def add_counts(first: float, sums: Array) -> None:
    """Write ln(e^first + n) for n from 0 on."""
    sums[0] = first
    for n in range(1, len(sums)):
        sums[n] = log_add(first, log(n))


@compiled
def add_up(terms: Array, first: float, sums: Array) -> None:
    """Write ln of the sums of e^first and the first terms e^term, from none of them on."""
    sums[0] = first
    for i in range(len(terms)):
        sums[i + 1] = log_add(sums[i], terms[i])


@inlined
def log_add(a: float, b: float) -> float:
    """Return ln(e^a + e^b)."""
    if a < b:
        a, b = b, a
    return a if b == -inf else a + log1p(exp(b - a))


@inlined
def log_mean(first: float, second: float, share: float, exponent: float) -> float:
    """Return ln of a CES of two inputs in calibrated share form, given as logarithms."""
    if exponent == 0.0:
        exponent = NO_EXPONENT
    apart = exponent * (first - second)
    # from the larger of the two powers nothing overflows, and log1p of a small number is exact
    if apart > 0:
        return first + log1p((1 - share) * expm1(-apart)) / exponent
    return second + log1p(share * expm1(apart)) / exponent


@inlined
def count_below(row: Array, value: float, inclusive: bool) -> int:
    """Return how many numbers of a sorted row are below a value, or at most it."""
    low, high = 0, len(row)
    while low < high:
        middle = (low + high) // 2
        if row[middle] < value or (inclusive and row[middle] == value):
            low = middle + 1
        else:
            high = middle
    return low


@inlined
def closer(low: float, high: float, at_low: float, at_high: float, number: int) -> float:
    """Return the next point of false position, of bisection after many steps."""
    if number < MOST_FALSE_POSITIONS:
        return (low * at_high - high * at_low) / (at_high - at_low)
    return low + (high - low) / 2


@inlined
def narrowed(
    low: float, high: float, at_low: float, at_high: float, side: int, point: float, value: float
) -> tuple[float, float, float, float, int]:
    """Return the ends of a bracket, their values and the end that moved, once a point is known.

    An end that stays twice counts half (the Illinois rule). The end that moved is 1, the high one,
    or -1; 0 before the first point.
    """
    if (value > 0) == (at_high > 0):
        return low, point, at_low / 2 if side == 1 else at_low, value, 1
    return point, high, value, at_high / 2 if side == -1 else at_high, -1
