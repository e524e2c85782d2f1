r"""The takeoff model in plain loops: division of labour and compute, derivative, steps, switches.

Everything here is compiled (`taskmodel.compiled`). Levels are natural logarithms, times are years
since the start. `flow` packs the parameters of a world into `Tables` and states the equations;
`solution` reads the results. A family of tasks without tasks is a continuum.

**Division.** Tasks j = 0..N have weights beta_j and CES exponent psi. A unit of task j takes a unit
of labour or 1 / eta_j of compute; compute may do the tasks below the reach alone; eta falls with j.
Compute does the tasks below a split I and labour those above it; the task I may have both. With
sigma = 1 / (1 - psi), b_j = beta_j^sigma and

.. math:: X_i = \sum_{j<i} b_j \eta_j^{\sigma - 1}, \qquad W_i = \sum_{j \ge i} b_j,

the price of compute in terms of labour, if no task has both, is pi_i = (X_i L / (C W_i))^(1/sigma),
which rises with i, and

.. math:: Y^\psi = X_I^{1-\psi} C^\psi + W_I^{1-\psi} L^\psi \quad\text{(edge)}, \qquad
          Y = (L + \eta_I C) D^{(1-\psi)/\psi},\;
          D = W_I + \eta_I^{1-\sigma} X_I \quad\text{(mixed)}.

Task 0 is always open to compute with eta = 1; the others weigh the same. Sums over prefixes of
tasks that do not depend on the training run are tabulated, so that a division costs O(log N). In a
continuum sums are integrals in closed form: along each piece of the requirements theta = ln iota +
delta ln tau is linear in the quantile, and no task has both factors. psi = 0 is Cobb-Douglas; a psi
near 0 costs about 1e-16 / |psi| of precision.

**Steps** are those of Bogacki and Shampine's method of order 3(2) with Hermite's cubic: tasks that
open end a step every few weeks of the model's time, so that a method of low order with few stages
is the cheapest.

Sources: Davidson (2023), What a compute-centric framework says about takeoff speeds, appendix on
the allocation of labour and compute; Bogacki and Shampine (1989), A 3(2) pair of Runge-Kutta
formulas, Applied Mathematics Letters 2(4), 321-325.
"""

from __future__ import annotations

from math import ceil, exp, expm1, inf, log, log1p, nan
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from taskmodel.compiled import allocating, compiled, inlined
from taskmodel.numerics.types import Array

Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

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
# columns of a moment: levels are natural logarithms, parts of the tasks and shares are not
(TIME, CHIPS, SOFTWARE, COMPUTE, CAPITAL, WORKERS, TFP, DESIGNS, MARKET) = range(9)
(HARDWARE_EFFORT, SOFTWARE_EFFORT, HARDWARE_STOCK, SOFTWARE_STOCK) = range(9, 13)
(RUN, PHYSICAL_RUN, RUN_COST, AWAKE, SOFTWARE_GROWTH) = range(13, 18)
OPEN, TRAINABLE = 18, 20  # of goods, then of R&D
SHARE = 22  # the first of seven
GOODS_LABOUR, GOODS_COMPUTE, GOODS_CAPITAL = range(29, 32)
SECTORS, SECTOR_WIDTH = 32, 8  # the first column of a sector, and their number
(OUTPUT, LEVEL, MULTIPLIER, AUTOMATED, SPLIT, OUTER_PART, LABOUR_PART, COMPUTE_PART) = range(8)
MOMENT_COLUMNS = SECTORS + 3 * SECTOR_WIDTH
LOG_GWP_COLUMN = SECTORS + LEVEL
SLACK = 1e-6  # of ln GWP: what a step has seen may differ in the last digits
FREE, PINNED, FROZEN = 0, 1, 2  # what the cap on the cost of the largest run does
FINISHED, UNBOUNDED, UNHELD, BEYOND, TOO_MANY, RESTLESS, FULL = range(7)  # why a run ends

PLACE = 1e-10  # years: width to which a switch is located
MARK = 1e-9  # years: width to which a milestone is located
SHORTEST = 1e-10  # years: growth that needs shorter steps is growth without bound
LONGEST = 1.0  # years
SHORT_DELAY = 0.25  # years: with a longer delay no step is longer than it
LARGEST = 640.0  # of a level: a float holds e^709, and some levels are products of others
REPEATS = 12  # of a step that is longer than the delay
MOST_STEPS = 200_000
MOST_SWITCHES = 500  # within `PLACE` times ten thousand: chattering without end
HOUR = 1e-4  # years, over which growth of the market's price-performance is measured
NO_EXPONENT = 1e-200  # replaces 0: log1p and expm1 are the identity there, and a mean is linear
CLEARLY = 10.0  # compute over labour from which a task counts as automated
# However cheap compute is, people keep a sliver of the hardest tasks of a continuum. It counts as
# fully automated where they would have a part in eleven of the last task of a hundred.
LAST = 1 / 1100
NEAR = 1e-12  # width and size to which the split of a continuum is located
LEAST = -700.0  # of ln W
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
    lagging: Flags  # (step,) AI reaches further than the step assumes, with no effect on it
    seen: Array  # (step + 1, SEEN_COLUMNS) at the start of each step
    since: Array  # (era,)
    base: Array  # (era, share) ln of the shares at `since`
    rates: Array  # (era, share)
    awake: Flags  # (era,)
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


# Elementary functions


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


# The division of labour and compute over tasks that are counted


@inlined
def log_sum_before(w: Tables, s: int, f: int, index: int, able: int, gain: float) -> float:
    """Return ln X: the sum of b eta^(sigma - 1) over the tasks before the index."""
    before = index - 1
    if before <= able:
        return w.bases[s, before] if index else -inf
    tilt = w.sector[s, TILT]
    if tilt >= 0:
        low, high = w.sums[f, able], w.sums[f, before]
    else:
        low, high = w.sums[f, before], w.sums[f, able]
    return log_add(w.bases[s, able], high + log1p(-exp(low - high)) - tilt * gain)


@inlined
def is_closed(
    w: Tables, s: int, f: int, index: int, log_x: float, able: int, gain: float, ratio: float
) -> bool:
    """Return whether compute would be too dear for the task of the index if it did it too."""
    if index == w.need.shape[1]:
        return True
    slope = w.sector[s, SLOPE]
    if index > able:
        need = w.need[f, index - 1] - gain
        with_task = log_add(log_x, w.sector[s, TILT] * need)
        return slope * (with_task + ratio - w.log_remaining[index]) > -need
    return slope * (w.bases[s, index] + ratio - w.log_remaining[index]) > 0.0


@compiled
def first_closed(w: Tables, s: int, f: int, able: int, gain: float, ratio: float, last: int) -> int:
    """Return the first closed task, or the one beyond the reach, by bisection."""
    low, high = 0, last + 1
    while low < high:
        middle = (low + high) // 2
        log_x = log_sum_before(w, s, f, middle, able, gain)
        if is_closed(w, s, f, middle, log_x, able, gain, ratio):
            high = middle
        else:
            low = middle + 1
    return low


@compiled
def log_gain_before(w: Tables, f: int, index: int, gain: float) -> float:
    """Return the sum of b ln eta over the tasks before the index, compensated."""
    total = error = 0.0
    for task in range(index - 1):
        change = min(0.0, gain - w.need[f, task]) - error
        new = total + change
        error = (new - total) - change
        total = new
    return total


@compiled
def cobb_douglas(log_x: float, log_w: float, gained: float, labour: float, compute: float) -> float:
    """Return ln Y of an edge at psi = 0, times the sum of all weights."""
    by_compute = 0.0 if log_x == -inf else exp(log_x) * (compute - log_x)
    by_people = 0.0 if log_w == -inf else exp(log_w) * (labour - log_w)
    return by_compute + by_people + gained


@inlined
def edge(
    w: Tables, s: int, log_x: float, log_w: float, gained: float, labour: float, compute: float
) -> float:
    """Return ln Y where no task has both factors; ``gained`` matters at psi = 0."""
    psi = w.sector[s, PSI]
    if psi == 0.0:
        total = exp(w.sector[s, FIRST]) + w.number[COUNT]
        return cobb_douglas(log_x, log_w, gained, labour, compute) / total
    return log_add((1 - psi) * log_x + psi * compute, (1 - psi) * log_w + psi * labour) / psi


@inlined
def divide_tasks(
    w: Tables, s: int, labour: float, compute: float, run: float, reach: int, hint: int
) -> tuple[float, float, float, float, bool, float]:
    """Divide labour and compute over counted tasks; see `divide`."""
    f = int(w.sector[s, FAMILY])
    gain, ratio, tasks = w.number[TRADEOFF] * run, labour - compute, w.need.shape[1]
    slope, psi, first = w.sector[s, SLOPE], w.sector[s, PSI], w.sector[s, FIRST]
    able = count_below(w.need[f], gain, True)  # tasks with eta = 1
    if hint < 0:
        index = first_closed(w, s, f, able, gain, ratio, reach)
    else:
        index = min(hint, reach + 1, tasks)
    # Walk from the hint to where the task at the index is closed and the one before it is open.
    falling = rising = False
    price = log_w = 0.0
    while True:
        log_x = log_sum_before(w, s, f, index, able, gain)
        if index:
            log_w = w.log_remaining[index - 1]
            price = slope * (log_x + ratio - log_w)
            if not rising and price > (gain - w.need[f, index - 2] if index > able + 1 else 0.0):
                index -= 1
                falling = True
                continue
        if falling or index > reach or is_closed(w, s, f, index, log_x, able, gain, ratio):
            break
        index += 1
        rising = True
    log_eta = gain - w.need[f, index - 1] if index > able else 0.0
    gained = log_gain_before(w, f, index, gain) if psi == 0.0 else 0.0
    if not index:
        log_w = log_add(first, w.log_remaining[0])
    elif index > reach or price >= log_eta:
        output = edge(w, s, log_x, log_w, gained, labour, compute)
        return output - w.sector[s, SCALE], index - 1.0, price, float(index), False, 0.0
    log_x += w.sector[s, TILT] * log_eta
    value = log_eta + compute
    total = log_add(labour, value)
    # compute's part of the total, less what its own tasks take: W v - X (1 - v)
    part = exp(log_w + value - total) - exp(log_x + labour - total)
    output = total + w.sector[s, POWER] * log_add(log_w, log_x)
    if psi == 0.0:  # T = b m for labour's tasks, b (eta / eta_I) m for compute's
        before = exp(log_x) if index else 0.0
        output += (gained - before * log_eta) / exp(log_add(log_w, log_x))
    if not index:  # task 0 alone has another weight
        part *= bounded_exp(-first)
    automated = index if part * (1 + 1 / CLEARLY) > 1 else index - 1
    return output - w.sector[s, SCALE], float(max(automated, 0)), log_eta, float(index), True, part


# The division over a continuum


@compiled
def theta_at(w: Tables, f: int, i: int, quantile: float) -> float:
    """Return theta at a quantile of a piece."""
    start, low = w.piece[f, i, START_OF], w.piece[f, i, THETA_LOW]
    rise = w.piece[f, i, THETA_HIGH] - low
    return low + rise * (quantile - start) / (w.piece[f, i, END_OF] - start)


@compiled
def able_until(w: Tables, f: int, i: int, gain: float) -> float:
    """Return the quantile of a piece up to which eta is 1, which may lie beyond its end."""
    start, low = w.piece[f, i, START_OF], w.piece[f, i, THETA_LOW]
    if low >= gain:
        return start
    rise = w.piece[f, i, THETA_HIGH] - low
    return start + (gain - low) / (rise / (w.piece[f, i, END_OF] - start))


@compiled
def log_x_at(
    w: Tables, s: int, f: int, i: int, before: float, quantile: float, gain: float
) -> float:
    """Return ln X at a quantile of a piece, from that at its start."""
    start = w.piece[f, i, START_OF]
    if quantile <= start:
        return before
    able = quantile if theta_at(w, f, i, quantile) <= gain else able_until(w, f, i, gain)
    integral = log(able - start) if able > start else -inf
    if able < quantile:
        tilt, low = w.sector[s, TILT], w.piece[f, i, THETA_LOW]
        slope = (w.piece[f, i, THETA_HIGH] - low) / (w.piece[f, i, END_OF] - start)
        width = quantile - able
        growth = tilt * slope * width  # of the exponent along the rest
        if growth > 0:
            mean = growth + log(-expm1(-growth) / growth)
        elif growth < 0:
            mean = log(expm1(growth) / growth)
        else:
            mean = 0.0
        integral = log_add(integral, tilt * max(low - gain, 0.0) + log(width) + mean)
    return log_add(before, integral)


@compiled
def excess_price(
    w: Tables, s: int, f: int, i: int, log_x: float, quantile: float, log_w: float,
    gain: float, ratio: float,
) -> float:  # fmt: skip
    """Return ln of compute's price over its worth at a quantile, which rises with it."""
    worth = max(0.0, theta_at(w, f, i, quantile) - gain)
    return w.sector[s, SLOPE] * (log_x + ratio - log_w) + worth


@compiled
def balance(
    w: Tables, s: int, f: int, i: int, before: float, low: float, gain: float, ratio: float
) -> tuple[float, float, float]:
    """Return quantile, ln X and ln W where compute's price equals its worth within a piece.

    False position in ln W, in which the excess is nearly linear. Output is flat there: an error of
    the quantile counts squared.
    """
    high = log(1 - w.piece[f, i, START_OF])
    quantile = -expm1(low)
    log_x = log_x_at(w, s, f, i, before, quantile, gain)
    at_low = excess_price(w, s, f, i, log_x, quantile, low, gain, ratio)
    quantile = -expm1(high)
    log_x = log_x_at(w, s, f, i, before, quantile, gain)
    at_high = excess_price(w, s, f, i, log_x, quantile, high, gain, ratio)
    side, root = 0, high
    for number in range(MOST_ROOT_STEPS):
        if high - low <= NEAR:
            root = high
            break
        root = closer(low, high, at_low, at_high, number)
        if not low < root < high:
            break
        quantile = -expm1(root)
        log_x = log_x_at(w, s, f, i, before, quantile, gain)
        value = excess_price(w, s, f, i, log_x, quantile, root, gain, ratio)
        if abs(value) <= NEAR:
            break
        # an end that stays twice counts half (the Illinois rule)
        if (value > 0) == (at_high > 0):
            high, at_high = root, value
            at_low = at_low / 2 if side == 1 else at_low
            side = 1
        else:
            low, at_low = root, value
            at_high = at_high / 2 if side == -1 else at_high
            side = -1
    quantile = -expm1(root)
    return quantile, log_x_at(w, s, f, i, before, quantile, gain), root


@compiled
def split_continuum(
    w: Tables, s: int, f: int, gain: float, ratio: float, reach: float
) -> tuple[float, float, float]:
    """Return the quantile at which compute's tasks end, and ln X and ln W there."""
    before = w.sector[s, FIRST]
    for i in range(w.piece.shape[1]):
        start = w.piece[f, i, START_OF]
        log_w = log(1 - start)
        # the latter where what tasks need jumps
        if start >= reach or excess_price(w, s, f, i, before, start, log_w, gain, ratio) >= 0:
            return start, before, log_w
        end = min(w.piece[f, i, END_OF], reach)
        log_x = log_x_at(w, s, f, i, before, end, gain)
        log_w = log(1 - end) if end < 1 else LEAST
        if excess_price(w, s, f, i, log_x, end, log_w, gain, ratio) > 0:
            return balance(w, s, f, i, before, log_w, gain, ratio)
        if end >= reach:
            return end, log_x, log_w if end < 1 else -inf
        before = log_x
    return 1.0, before, -inf


@compiled
def log_gain_up_to(w: Tables, f: int, quantile: float, gain: float) -> float:
    """Return the integral of ln eta up to a quantile."""
    total = 0.0
    for i in range(w.piece.shape[1]):
        end = min(w.piece[f, i, END_OF], quantile)
        if end > w.piece[f, i, START_OF]:
            theta = theta_at(w, f, i, end)
            if theta > gain:
                able = able_until(w, f, i, gain)
                first = max(w.piece[f, i, THETA_LOW] - gain, 0.0)
                total -= (end - able) * (first + theta - gain) / 2
    return total


@compiled
def divide_continuum(
    w: Tables, s: int, labour: float, compute: float, run: float, reach: float
) -> tuple[float, float, float, float, bool, float]:
    """Divide labour and compute over a continuum of tasks; see `divide`."""
    f = int(w.sector[s, FAMILY])
    gain, ratio = w.number[TRADEOFF] * run, labour - compute
    psi, first, scale = w.sector[s, PSI], w.sector[s, FIRST], w.sector[s, SCALE]
    if (1 - psi) * (first + ratio) > 0:  # compute is dearer than labour even at task 0
        log_all, total = log_add(first, 0.0), log_add(labour, compute)
        output = total + (1 - psi) / psi * log_all if psi != 0.0 else total - log_all
        return output - scale, 0.0, 0.0, 0.0, True, 0.0
    quantile, log_x, log_w = split_continuum(w, s, f, gain, ratio, reach)
    gained = log_gain_up_to(w, f, quantile, gain) if psi == 0.0 else 0.0
    output = edge(w, s, log_x, log_w, gained, labour, compute)
    price = w.sector[s, SLOPE] * (log_x + ratio - log_w) if log_w > -inf else inf
    automated = 1.0 if reach >= 1 and quantile >= 1 - LAST else quantile
    return output - scale, automated, price, quantile, False, 0.0


@inlined
def divide(
    w: Tables, s: int, labour: float, compute: float, run: float, reach: float, hint: float
) -> tuple[float, float, float, float, bool, float]:
    """Return the best division of labour and compute over the tasks of a sector.

    ``reach`` is how many tasks are open to compute (of a continuum, which part), ``hint`` the split
    of a neighbouring optimum, negative for none. The result is ln Y relative to the calibration,
    tasks in which compute supplies over ten times what labour does (besides task 0), ln of the
    price of compute in terms of labour, the split, whether a task has both factors, and compute's
    part.
    """
    if w.need.shape[1]:
        return divide_tasks(w, s, labour, compute, run, int(reach), int(hint))
    return divide_continuum(w, s, labour, compute, run, reach)


@inlined
def reach_of(w: Tables, f: int, run: float) -> float:
    """Return how many tasks of a family (of a continuum, which part) a largest run opens."""
    return number_below(w, f, run + w.number[SHORTFALL])


@inlined
def number_below(w: Tables, f: int, limit: float) -> float:
    """Return how many tasks (of a continuum, which part) need less training than a limit."""
    if w.need.shape[1]:
        return float(count_below(w.training[f], limit, False))  # a run must exceed the need
    for i in range(w.piece.shape[1]):
        low, high = w.piece[f, i, TRAIN_LOW], w.piece[f, i, TRAIN_HIGH]
        start = w.piece[f, i, START_OF]
        if limit <= low:
            return start
        if limit <= high:
            return start + (limit - low) / (high - low) * (w.piece[f, i, END_OF] - start)
    return 1.0


# The equations


@inlined
def without_automation(
    w: Tables, s: int, tfp: float, labour: float, compute: float, outer: float
) -> float:
    """Return ln Y of a sector with compute on task 0 alone and labour spread over the others."""
    sector = w.sector[s]
    cognitive = log_mean(
        compute - sector[COMPUTE_BASE],
        labour - sector[LABOUR_BASE],
        sector[COMPUTE_SHARE],
        sector[PSI],
    )
    return tfp + log_mean(
        outer - sector[LOG_OUTER], cognitive, sector[OUTER_SHARE], sector[EXPONENT]
    )


@inlined
def with_automation(w: Tables, s: int, tfp: float, cognitive: float, outer: float) -> float:
    """Return ln Y of a sector from its cognitive work and its outer input."""
    sector = w.sector[s]
    return tfp + log_mean(
        outer - sector[LOG_OUTER], cognitive, sector[OUTER_SHARE], sector[EXPONENT]
    )


@inlined
def produce(
    w: Tables, s: int, tfp: float, labour: float, compute: float, outer: float,
    run: float, reach: float, hint: float,
) -> tuple[float, float, float, float]:  # fmt: skip
    """Return what counts as ln Y of a sector, automated tasks, the split and compute's part."""
    cognitive, automated, _, split, _, part = divide(w, s, labour, compute, run, reach, hint)
    if w.number[AUTOMATES] > 0.0:
        output = with_automation(w, s, tfp, cognitive, outer)
    else:
        output = without_automation(w, s, tfp, labour, compute, outer)
    return output, automated, split, part


@inlined
def course_level(start: float, room: float, power: float, cumulative: float) -> float:
    """Return ln of a level that research raises towards a ceiling ``room`` above its start."""
    return start - room * expm1(-power / room * cumulative)


@inlined
def course_slope(room: float, power: float, cumulative: float) -> float:
    """Return the derivative of `course_level` by its last argument."""
    return power * exp(-power / room * cumulative)


@inlined
def software_level(w: Tables, cumulative: float) -> float:
    """Return ln of software."""
    return course_level(0.0, w.number[SOFTWARE_ROOM], w.number[SOFTWARE_POWER], cumulative)


@inlined
def hardware_level(w: Tables, cumulative: float) -> float:
    """Return ln of the price-performance of designs."""
    number = w.number
    return course_level(
        number[HARDWARE_START], number[HARDWARE_ROOM], number[HARDWARE_POWER], cumulative
    )


@inlined
def log_share(w: Tables, p: Steps, e: int, i: int, time: float) -> float:
    """Return ln of a share in an era."""
    return min(p.base[e, i] + p.rates[e, i] * (time - p.since[e]), w.ceiling[i])


@inlined
def training_share(w: Tables, p: Steps, e: int, time: float, market: float, chips: float) -> float:
    """Return ln of the share of compute that goes to the largest run."""
    if p.cap[e] == PINNED:
        return min(w.number[CAP] + market - chips, w.ceiling[6])
    return log_share(w, p, e, 6, time)


@inlined
def log_shares_at(
    w: Tables, p: Steps, e: int, time: float, market: float, chips: float, logs: Array
) -> None:
    """Write ln of all shares in an era."""
    for i in range(6):
        logs[i] = log_share(w, p, e, i, time)
    logs[6] = training_share(w, p, e, time, market, chips)


@inlined
def largest_run(w: Tables, p: Steps, e: int, time: float, state: Array, market: float) -> float:
    """Return ln of the largest training run; ``market`` matters where its cost is at the cap."""
    share = training_share(w, p, e, time, market, state[2])
    return state[2] + software_level(w, state[1]) + share


@inlined
def inputs(
    w: Tables, s: int, chips: float, compute: float, capital: float, labour: float,
    capital_hardware: float, labour_hardware: float, labour_software: float,
    compute_hardware: float, compute_software: float, training: float,
) -> tuple[float, float, float]:  # fmt: skip
    """Return ln of labour, compute and the outer input of a sector, from ln of the shares."""
    if s == 0:
        labour_left = 1 - exp(labour_hardware) - exp(labour_software)
        compute_left = 1 - exp(compute_hardware) - exp(compute_software) - exp(training)
        capital_left = 1 - exp(capital_hardware)
        return labour + log(labour_left), compute + log(compute_left), capital + log(capital_left)
    if s == 1:
        return labour + labour_hardware, compute + compute_hardware, capital + capital_hardware
    outer = w.number[EXPERIMENTS] * chips
    return labour + labour_software, compute + compute_software, outer


@inlined
def outputs(
    w: Tables, p: Steps, e: int, goods_reach: float, rnd_reach: float, time: float,
    state: Array, market: float, sectors: int, hints: Array, seen: Array,
) -> tuple[float, float, float]:  # fmt: skip
    """Return ln of what counts as output of the first sectors; the rest goes into ``seen``."""
    number, chips = w.number, state[2]
    capital_hardware, labour_hardware, labour_software = (
        log_share(w, p, e, 1, time),
        log_share(w, p, e, 2, time),
        log_share(w, p, e, 3, time),
    )
    compute_hardware, compute_software = log_share(w, p, e, 4, time), log_share(w, p, e, 5, time)
    training = training_share(w, p, e, time, market, chips)
    compute = chips + software_level(w, state[1])
    labour, tfp = number[LABOUR] + number[LABOUR_GROWTH] * time, number[TFP_GROWTH] * time
    run = compute + training
    goods = hardware = software = 0.0
    for s in range(sectors):
        reach = goods_reach if s == 0 else rnd_reach
        of_labour, of_compute, outer = inputs(
            w, s, chips, compute, state[3], labour, capital_hardware, labour_hardware,
            labour_software, compute_hardware, compute_software, training,
        )  # fmt: skip
        output, automated, split, part = produce(
            w, s, tfp, of_labour, of_compute, outer, run, reach, hints[s]
        )
        seen[HINT + s] = split
        if s == 0:
            goods, seen[GOODS_AUTOMATED], seen[GOODS_DONE] = output, automated, split + part
        elif s == 1:
            hardware, seen[RND_AUTOMATED], seen[RND_DONE] = output, automated, split + part
        else:
            software = output
    seen[LOG_RUN] = run
    return goods, hardware, software


@compiled
def derivative(
    w: Tables, p: Steps, e: int, goods_reach: float, rnd_reach: float, time: float,
    state: Array, market: float, hints: Array, rise: Array, seen: Array,
) -> None:  # fmt: skip
    """Write the time derivative of the state into ``rise``, its by-products into ``seen``."""
    number = w.number
    if not w.need.shape[1]:  # a continuum opens continuously
        run = largest_run(w, p, e, time, state, market)
        goods_reach, rnd_reach = reach_of(w, 0, run), reach_of(w, 1, run)
    goods, hardware, software = outputs(
        w, p, e, goods_reach, rnd_reach, time, state, market, w.sector.shape[0], hints, seen
    )
    goods -= w.sector[0, BASE]
    hardware -= w.sector[1, BASE]
    software -= w.sector[2, BASE]
    gwp = number[GWP] + goods
    chip_share = log_share(w, p, e, 0, time)
    rise[0] = bounded_exp(number[PACE_HARDWARE] + number[PENALTY] * hardware - state[0])
    rise[1] = bounded_exp(number[PACE_SOFTWARE] + number[PENALTY] * software - state[1])
    rise[2] = number[KEPT] + bounded_exp(chip_share + gwp + market - state[2])
    rise[3] = number[SAVING] * bounded_exp(gwp - state[3])
    seen[LOG_GWP], seen[LOG_TOP] = gwp, max(goods, max(hardware, software))


# The solution so far


@inlined
def step_at(p: Steps, rows: int, time: float) -> int:
    """Return the step that a time is in, of the first some."""
    return max(count_below(p.start[:rows], time, True) - 1, 0)


@inlined
def component(p: Steps, row: int, c: int, time: float) -> float:
    """Return one component of the state on a step's cubic."""
    theta = (time - p.start[row]) / p.length[row]
    a, b = p.cubic[row, c, 0], p.cubic[row, c, 1]
    return a + theta * (b + (1 - theta) * (p.cubic[row, c, 2] + theta * p.cubic[row, c, 3]))


@inlined
def state_at(p: Steps, row: int, time: float, state: Array) -> None:
    """Write the state at a time of a step."""
    for c in range(4):
        state[c] = component(p, row, c, time)


@inlined
def market_at(w: Tables, p: Steps, rows: int, time: float, cumulative: float) -> float:
    """Return ln of price-performance on the market: that of the designs of a delay ago.

    ``cumulative`` is ln of hardware's research effort now, which counts without a delay. Before the
    start designs improve at the pace of the start.
    """
    number = w.number
    if number[DELAY] == 0.0:
        return hardware_level(w, cumulative)
    then = time - number[DELAY]
    if then <= 0:
        return number[HARDWARE_START] + number[GAIN] * then
    return hardware_level(w, component(p, step_at(p, rows, then), 0, then))


@compiled
def market_pace(w: Tables, p: Steps, rows: int, time: float) -> float:
    """Return growth of price-performance on the market [1/year], over the hour before."""
    if not rows:
        return 0.0
    before = time - HOUR
    own, own_before = 0.0, 0.0
    if w.number[DELAY] == 0.0:
        own = component(p, step_at(p, rows, time), 0, time)
        own_before = component(p, step_at(p, rows, before), 0, before)
    now, then = market_at(w, p, rows, time, own), market_at(w, p, rows, before, own_before)
    return (now - then) / HOUR


# Switches


@compiled
def cap_state(
    w: Tables, p: Steps, rows: int, e: int, goods_reach: float, rnd_reach: float, time: float,
    state: Array, market: float, hints: Array, rise: Array, seen: Array,
) -> int:  # fmt: skip
    """Return what the cap on the cost of the largest run does while the economy is asleep."""
    share = training_share(w, p, e, time, market, state[2])
    over = state[2] + share - market - w.number[CAP]
    now = p.cap[e]
    if now != PINNED and (over > 0) == (now == FROZEN):
        return int(now)
    derivative(w, p, e, goods_reach, rnd_reach, time, state, market, hints, rise, seen)
    still = rise[2] - market_pace(w, p, rows, time)  # growth of the cost at a constant share
    growth = w.growth[0, 6] if share < w.ceiling[6] else 0.0
    if still >= 0:
        return FROZEN
    return PINNED if still + growth > 0 else FREE


@compiled
def rest(
    w: Tables, p: Steps, rows: int, e: int, goods_reach: float, rnd_reach: float, time: float,
    state: Array, market: float, automated: float, scratch: Array,
) -> tuple[bool, int]:  # fmt: skip
    """Return whether the economy is awake, and what the cap does."""
    awake = automated / w.number[COUNT] >= w.number[TRIGGER]
    if awake:
        return awake, FREE
    rise, seen, hints = scratch[0], scratch[1], scratch[2]
    hints[0] = hints[1] = hints[2] = -1.0
    return awake, cap_state(
        w, p, rows, e, goods_reach, rnd_reach, time, state, market, hints, rise, seen
    )


@compiled
def situation(
    w: Tables, p: Steps, rows: int, e: int, goods_reach: float, rnd_reach: float, time: float,
    state: Array, rise: Array, seen: Array, scratch: Array,
) -> tuple[float, float, bool, int]:  # fmt: skip
    """Return the reaches, whether the economy is awake and what the cap does at a state.

    The derivative there goes into ``rise`` and ``seen``. The arguments describe the mode before.
    """
    market = market_at(w, p, rows, time, state[0]) if rows else w.number[BUYABLE]
    run = largest_run(w, p, e, time, state, market)
    new_goods, new_rnd = goods_reach, rnd_reach
    if w.need.shape[1]:
        new_goods, new_rnd = reach_of(w, 0, run), reach_of(w, 1, run)
    hints = scratch[2]
    hints[0] = hints[1] = hints[2] = -1.0
    derivative(w, p, e, new_goods, new_rnd, time, state, market, hints, rise, seen)
    awake, cap = rest(
        w, p, rows, e, goods_reach, rnd_reach, time, state, market, seen[GOODS_AUTOMATED], scratch
    )
    return new_goods, new_rnd, awake, cap


@compiled
def new_era(
    w: Tables, p: Steps, old: int, new: int, time: float, market: float, chips: float,
    awake: bool, cap: int,
) -> None:  # fmt: skip
    """Write an era that begins where another one ends; shares do not jump."""
    log_shares_at(w, p, old, time, market, chips, p.base[new])
    for i in range(7):
        p.rates[new, i] = w.growth[1 if awake else 0, i]
    if cap != FREE:
        p.rates[new, 6] = 0.0
    p.since[new], p.awake[new], p.cap[new] = time, awake, cap


@compiled
def limit_of_next(w: Tables, f: int, reach: float, rising: bool) -> float:
    """Return ln of the run at which the next task of a family opens or the last closes; or NaN."""
    task = int(reach) if rising else int(reach) - 1
    if 0 <= task < w.training.shape[1]:
        return float(w.training[f, task] - w.number[SHORTFALL])
    return nan


@inlined
def run_on_step(
    w: Tables, p: Steps, rows: int, row: int, e: int, time: float, state: Array
) -> float:
    """Return ln of the largest training run at a time of a step."""
    state_at(p, row, time, state)
    market = market_at(w, p, rows, time, state[0]) if p.cap[e] == PINNED else 0.0
    return largest_run(w, p, e, time, state, market)


@compiled
def time_of_run(
    w: Tables, p: Steps, rows: int, row: int, e: int, limit: float, low: float, high: float,
    at_low: float, at_high: float, close: float, state: Array,
) -> float:  # fmt: skip
    """Return when the largest run passes a limit within a step; the signs at the ends differ."""
    side = 0
    for number in range(MOST_ROOT_STEPS):
        if high - low <= PLACE / 8:
            break
        middle = closer(low, high, at_low, at_high, number)
        if not low < middle < high:
            return middle
        value = run_on_step(w, p, rows, row, e, middle, state) - limit
        if abs(value) <= close:
            return middle
        if (value > 0) == (at_high > 0):
            high, at_high = middle, value
            at_low = at_low / 2 if side == 1 else at_low
            side = 1
        else:
            low, at_low = middle, value
            at_high = at_high / 2 if side == -1 else at_high
            side = -1
    return high


@compiled
def crossing(
    w: Tables, p: Steps, row: int, e: int, low: float, high: float, reaches: Array,
    matters: Flags, state: Array,
) -> float:  # fmt: skip
    """Return the first time of the last step at which reaches differ from the mode's.

    ``matters`` are the families in which that changes what is done.
    """
    rows = row + 1
    start = run_on_step(w, p, rows, row, e, low, state)
    end = run_on_step(w, p, rows, row, e, high, state)
    first, close = high, abs(end - start) / (high - low) * PLACE / 8
    for f in range(2):
        if matters[f]:
            limit = limit_of_next(w, f, reaches[f], end > start)
            if (start - limit) * (end - limit) <= 0 and start != end:
                time = time_of_run(
                    w, p, rows, row, e, limit, low, high, start - limit, end - limit, close, state
                )
                first = min(first, time)
    while first < high:
        run = run_on_step(w, p, rows, row, e, first, state)
        if (matters[0] and reach_of(w, 0, run) != reaches[0]) or (
            matters[1] and reach_of(w, 1, run) != reaches[1]
        ):
            break
        first = min(high, first + PLACE / 4)
    return first


@compiled
def mode_holds(
    w: Tables, p: Steps, row: int, e: int, time: float, reaches: Array, matters: Flags,
    state: Array, rise: Array, seen: Array, scratch: Array,
) -> bool:  # fmt: skip
    """Return whether a mode holds at a time of the last step, as far as it matters."""
    state_at(p, row, time, state)
    goods, rnd, awake, cap = situation(
        w, p, row + 1, e, reaches[0], reaches[1], time, state, rise, seen, scratch
    )
    if awake != p.awake[e] or cap != p.cap[e]:
        return False
    return not ((matters[0] and goods != reaches[0]) or (matters[1] and rnd != reaches[1]))


@compiled
def switch_time(
    w: Tables, p: Steps, row: int, e: int, low: float, high: float, reaches: Array,
    matters: Flags, rests: bool, state: Array, rise: Array, seen: Array, scratch: Array,
) -> float:  # fmt: skip
    """Return when the mode of the last step ends, on the far side; NaN: it holds to the end.

    ``rests`` is whether the economy and the cap are at the end as in the mode.
    """
    any_matters = matters[0] or matters[1]
    if rests:
        return crossing(w, p, row, e, low, high, reaches, matters, state) if any_matters else nan
    if any_matters:
        time = crossing(w, p, row, e, low, high, reaches, matters, state)
        before = max(low, time - PLACE)
        if mode_holds(w, p, row, e, before, reaches, matters, state, rise, seen, scratch):
            return time
        high = before
    while high - low > PLACE:
        middle = (low + high) / 2
        if mode_holds(w, p, row, e, middle, reaches, matters, state, rise, seen, scratch):
            low = middle
        else:
            high = middle
    return high


# Steps


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


@allocating
def see(w: Tables, p: Steps, rows: int, row: int, time: float, hints: Array, seen: Array) -> None:
    """Write what the derivative sees at a time of a step."""
    state, rise = np.empty(4), np.empty(4)
    state_at(p, row, time, state)
    market = market_at(w, p, rows, time, state[0])
    derivative(
        w, p, p.era[row], p.reach[row, 0], p.reach[row, 1], time, state, market, hints, rise, seen
    )


@allocating
def time_of_mark(w: Tables, p: Steps, rows: int, end: float, column: int, level: float) -> float:
    """Return the first time at which a column of ``seen`` exceeds a level; NaN: it never does.

    Within a step to `MARK`; or the time of the switch that raises it.
    """
    first = -1
    for row in range(rows + 1):
        if p.seen[row, column] > level:
            first = row
            break
    if first <= 0:
        return nan if first < 0 else 0.0
    hints, seen = np.empty(3), np.empty(SEEN_COLUMNS)
    for i in range(3):
        hints[i] = p.seen[first, HINT + i]
    low, high, row = p.start[first - 1], end if first == rows else p.start[first], first - 1
    see(w, p, rows, row, high, hints, seen)
    at_low, at_high, side = p.seen[row, column] - level, seen[column] - level, 0
    if at_high <= 0:
        return high
    for number in range(MOST_ROOT_STEPS):
        if high - low <= MARK:
            break
        middle = closer(low, high, at_low, at_high, number)
        if not low < middle < high:
            return middle
        see(w, p, rows, row, middle, hints, seen)
        value = seen[column] - level
        if value == 0.0:
            return middle
        if value > 0:
            high, at_high = middle, value
            at_low = at_low / 2 if side == 1 else at_low
            side = 1
        else:
            low, at_low = middle, value
            at_high = at_high / 2 if side == -1 else at_high
            side = -1
    return high


@compiled
def log_gwp_at(
    w: Tables, p: Steps, rows: int, time: float, sectors: int, state: Array, hints: Array,
    seen: Array,
) -> float:  # fmt: skip
    """Return ln GWP at a time; ``sectors`` is 1, for goods alone."""
    row = step_at(p, rows, time)
    state_at(p, row, time, state)
    market, era, reach = market_at(w, p, rows, time, state[0]), p.era[row], p.reach[row, 0]
    if not w.need.shape[1]:
        reach = reach_of(w, 0, largest_run(w, p, era, time, state, market))
    hints[0] = p.seen[row, HINT]
    goods, _, _ = outputs(w, p, era, reach, reach, time, state, market, sectors, hints, seen)
    return w.number[GWP] + (goods - w.sector[0, BASE])


@compiled
def growth_over(
    w: Tables, p: Steps, rows: int, time: float, years: float, sectors: int, state: Array,
    hints: Array, seen: Array,
) -> float:  # fmt: skip
    """Return growth of ln GWP from a time over some years."""
    now = log_gwp_at(w, p, rows, time, sectors, state, hints, seen)
    return log_gwp_at(w, p, rows, time + years, sectors, state, hints, seen) - now


@allocating
def time_of_growth(
    w: Tables, p: Steps, rows: int, end: float, rate: float, year: float, sectors: int
) -> float:
    """Return the first time from which ln GWP grows by more than a rate within a year; NaN: never.

    Growth is seen where steps start, and a year before them: between those times nothing jumps.
    """
    state, hints, seen = np.empty(4), np.empty(3), np.empty(SEEN_COLUMNS)
    ahead, back, low = 0, 0, 0.0
    while back < rows and p.start[back] < year:
        back += 1
    while True:
        from_start = ahead < rows and p.start[ahead] + year <= end
        if from_start and not (back < rows and p.start[back] - year < p.start[ahead]):
            time = p.start[ahead]
            later = log_gwp_at(w, p, rows, time + year, sectors, state, hints, seen)
            growth = later - p.seen[ahead, LOG_GWP]
            ahead += 1
        elif back < rows:
            time = p.start[back] - year
            growth = p.seen[back, LOG_GWP] - log_gwp_at(
                w, p, rows, time, sectors, state, hints, seen
            )
            back += 1
        else:
            return nan
        if growth > rate:
            break
        low = time
    high = time - MARK
    if time == 0.0 or not growth_over(w, p, rows, high, year, sectors, state, hints, seen) > rate:
        return time  # a jump brings it about
    while high - low > MARK:
        middle = (low + high) / 2
        if growth_over(w, p, rows, middle, year, sectors, state, hints, seen) > rate:
            high = middle
        else:
            low = middle
    return high


# Moments


@compiled
def complete_moment(
    w: Tables, row: Array, goods_reach: float, rnd_reach: float, hints: Array, only: int
) -> None:
    """Complete a moment from its stocks, prices, research efforts, shares and wake-up.

    Negative reaches: as far as the largest run goes. ``only`` is the one sector to compute, whose
    columns are then the only ones of sectors that mean something; negative: all.
    """
    number, chips, software, tfp = w.number, row[CHIPS], row[SOFTWARE], row[TFP]
    compute, labour, training = chips + software, row[WORKERS], log(row[SHARE + 6])
    run = compute + training
    row[COMPUTE], row[RUN], row[PHYSICAL_RUN] = compute, run, run - software
    row[RUN_COST] = run - software - row[MARKET]
    for i in range(2):
        pace = number[PACE_HARDWARE] if i == 0 else number[PACE_SOFTWARE]
        start = number[PENALTY] * w.sector[1 + i, SPENT] - pace
        row[HARDWARE_STOCK + i] = start + row[HARDWARE_EFFORT + i]
        reach = goods_reach if i == 0 else rnd_reach
        row[OPEN + i] = reach if reach >= 0 else reach_of(w, i, run)
        row[TRAINABLE + i] = number_below(w, i, run) / number[COUNT]
    row[GOODS_LABOUR] = 1 - row[SHARE + 2] - row[SHARE + 3]
    row[GOODS_COMPUTE] = 1 - row[SHARE + 4] - row[SHARE + 5] - row[SHARE + 6]
    row[GOODS_CAPITAL] = 1 - row[SHARE + 1]
    for s in range(3):
        if only >= 0 and only != s:
            continue
        reach = row[OPEN] if s == 0 else row[OPEN + 1]
        of_labour, of_compute, outer = inputs(
            w, s, chips, compute, row[CAPITAL], labour, log(row[SHARE + 1]), log(row[SHARE + 2]),
            log(row[SHARE + 3]), log(row[SHARE + 4]), log(row[SHARE + 5]), training,
        )  # fmt: skip
        produce_moment(w, s, row, tfp, of_labour, of_compute, outer, run, reach, hints[s])
    if only < 0 or only == 2:
        research = row[SECTORS + 2 * SECTOR_WIDTH + OUTPUT] - w.sector[2, BASE]
        effort = row[SOFTWARE_EFFORT]
        rise = bounded_exp(number[PACE_SOFTWARE] + number[PENALTY] * research - effort)
        slope = course_slope(number[SOFTWARE_ROOM], number[SOFTWARE_POWER], effort)
        row[SOFTWARE_GROWTH] = slope * rise
    row[OPEN] /= number[COUNT]
    row[OPEN + 1] /= number[COUNT]


@compiled
def produce_moment(
    w: Tables, s: int, row: Array, tfp: float, labour: float, compute: float, outer: float,
    run: float, reach: float, hint: float,
) -> None:  # fmt: skip
    """Write the columns of a sector: output, effect of automation, and shares of the inputs.

    The shares are by marginal products.
    """
    cognitive, automated, price, split, _, _ = divide(w, s, labour, compute, run, reach, hint)
    sector, first = w.sector[s], SECTORS + s * SECTOR_WIDTH
    output = with_automation(w, s, tfp, cognitive, outer)
    without = without_automation(w, s, tfp, labour, compute, outer)
    counts = output if w.number[AUTOMATES] > 0.0 else without
    row[first + OUTPUT], row[first + LEVEL] = counts, sector[SPENT] + counts - sector[BASE]
    row[first + MULTIPLIER], row[first + SPLIT] = output - without, split
    row[first + AUTOMATED] = automated / w.number[COUNT]
    apart = outer - sector[LOG_OUTER] - (output - tfp)
    part = exp(log(sector[OUTER_SHARE]) + sector[EXPONENT] * apart)
    row[first + OUTER_PART] = part
    if price == inf:
        row[first + LABOUR_PART], row[first + COMPUTE_PART] = 0.0, 1 - part
        return
    of_labour = row[GOODS_LABOUR] if s == 0 else row[SHARE + 1 + s]
    of_compute = row[GOODS_COMPUTE] if s == 0 else row[SHARE + 3 + s]
    log_ratio = (
        price + row[CHIPS] + row[SOFTWARE] + log(of_compute) - row[WORKERS] - log(of_labour)
    )  # of compute's payments over labour's
    by_compute = 1 / (1 + exp(-log_ratio)) if log_ratio > -700 else 0.0  # e^700 is representable
    row[first + LABOUR_PART] = (1 - part) * (1 - by_compute)
    row[first + COMPUTE_PART] = (1 - part) * by_compute


@compiled
def write_moment(
    w: Tables, p: Steps, rows: int, step: int, begin: float, time: float, only: int,
    state: Array, hints: Array, row: Array,
) -> None:  # fmt: skip
    """Write the moment at a time of a step; ``begin`` is the calendar year of the start."""
    number, era = w.number, p.era[step]
    state_at(p, step, time, state)
    market = market_at(w, p, rows, time, state[0])
    log_shares_at(w, p, era, time, market, state[2], row[SHARE:])
    for i in range(7):
        row[SHARE + i] = exp(row[SHARE + i])
    row[TIME], row[CHIPS], row[CAPITAL] = begin + time, state[2], state[3]
    row[SOFTWARE], row[DESIGNS] = software_level(w, state[1]), hardware_level(w, state[0])
    row[WORKERS] = number[LABOUR] + number[LABOUR_GROWTH] * time
    row[TFP], row[MARKET] = number[TFP_GROWTH] * time, market
    row[HARDWARE_EFFORT], row[SOFTWARE_EFFORT] = state[0], state[1]
    row[AWAKE] = 1.0 if p.awake[era] else 0.0
    goods = rnd = -1.0
    if w.need.shape[1] and not p.lagging[step]:
        goods, rnd = p.reach[step, 0], p.reach[step, 1]
    for i in range(3):
        hints[i] = p.seen[step, HINT + i]
    complete_moment(w, row, goods, rnd, hints, only)


@allocating
def write_moments(
    w: Tables, p: Steps, rows: int, begin: float, times: Array, steps: Integers, only: int,
    moments: Array,
) -> None:  # fmt: skip
    """Write the moments at some times, each of a step."""
    state, hints = np.empty(4), np.empty(3)
    for i in range(len(times)):
        write_moment(w, p, rows, steps[i], begin, times[i], only, state, hints, moments[i])


@compiled
def exceeds(value: float, level: float, beyond: bool) -> bool:
    """Return whether a value is at a level, or beyond it."""
    return value > level if beyond else value >= level


@allocating
def first_time(
    w: Tables, p: Steps, rows: int, end: float, begin: float, after: float, column: int,
    level: float, beyond: bool,
) -> float:  # fmt: skip
    """Return the first calendar year from one on in which a column of moments is at a level.

    To `MARK`, or the year of the switch that brings it about; NaN: never.
    """
    only = -1
    if column >= SECTORS:
        only = (column - SECTORS) // SECTOR_WIDTH
    elif column == SOFTWARE_GROWTH:
        only = 2
    state, hints, row = np.empty(4), np.empty(3), np.empty(MOMENT_COLUMNS)
    for knot in range(rows + 1):
        time = end if knot == rows else p.start[knot]
        if begin + time <= after:
            continue
        if column == LOG_GWP_COLUMN and p.seen[knot, LOG_GWP] < level - SLACK:
            continue
        write_moment(w, p, rows, min(knot, rows - 1), begin, time, only, state, hints, row)
        if not exceeds(row[column], level, beyond):
            continue
        if knot == 0:
            return begin + time
        low, high, step = begin + p.start[knot - 1], begin + time - begin, knot - 1
        is_first = low <= after
        low = max(low, after) - begin
        if is_first:
            write_moment(w, p, rows, step, begin, low, only, state, hints, row)
            if exceeds(row[column], level, beyond):
                return low + begin
        write_moment(w, p, rows, step, begin, high, only, state, hints, row)
        if not exceeds(row[column], level, beyond):  # a switch brings it about
            return high + begin
        while high - low > MARK:
            middle = (low + high) / 2
            write_moment(w, p, rows, step, begin, middle, only, state, hints, row)
            if exceeds(row[column], level, beyond):
                high = middle
            else:
                low = middle
        return begin + high
    return nan


@allocating
def log_runs_at(w: Tables, p: Steps, rows: int, times: Array, values: Array) -> None:
    """Write ln of the largest training run at some times."""
    state = np.empty(4)
    for i in range(len(times)):
        row = step_at(p, rows, times[i])
        values[i] = run_on_step(w, p, rows, row, p.era[row], times[i], state)


@allocating
def write_openings(
    w: Tables, p: Steps, rows: int, times: Array, families: Integers, tasks: Integers, opens: Flags
) -> None:
    """Write when which task of which family opens or closes, and whether it opens.

    Of counted tasks. Where a step has no end for it, the time is found within the step.
    """
    state, number = np.empty(4), 0
    for step in range(1, rows):
        row, low, end = step - 1, p.start[step - 1], p.start[step]
        era = p.era[row]
        for f in range(2):
            before, after = int(p.reach[row, f]), int(p.reach[step, f])
            rises = after > before
            for task in range(min(before, after), max(before, after)):
                limit = w.training[f, task] - w.number[SHORTFALL]
                at_low = run_on_step(w, p, rows, row, era, low, state) - limit
                near_end = run_on_step(w, p, rows, row, era, end - 2 * PLACE, state) - limit
                time = end  # where the step was made to end there
                if (near_end > 0) == rises and (at_low > 0) != (near_end > 0):
                    time = time_of_run(
                        w, p, rows, row, era, limit, low, end, at_low, near_end, 0.0, state
                    )
                times[number], families[number], tasks[number] = time, f, task
                opens[number] = rises
                number += 1


@compiled
def columns_of(moments: Array, columns: Integers, logarithms: Flags, table: Array) -> None:
    """Write columns of moments as rows, of logarithms the exponentials."""
    for k in range(len(columns)):
        for i in range(len(moments)):
            value = moments[i, columns[k]]
            table[k, i] = exp(value) if logarithms[k] else value
