"""The division of labour and compute among the tasks of a sector, in plain loops.

Tasks j = 0..N have weights beta_j and CES exponent psi. A unit of task j takes a unit of labour or
1 / eta_j of compute; compute may do the tasks below the reach alone; eta falls with j. Compute does
the tasks below a split I and labour those above it; the task I may have both. With
sigma = 1 / (1 - psi), b_j = beta_j^sigma and

.. math:: X_i = \\sum_{j<i} b_j \\eta_j^{\\sigma - 1}, \\qquad W_i = \\sum_{j \\ge i} b_j,

the price of compute in terms of labour, if no task has both, is pi_i = (X_i L / (C W_i))^(1/sigma),
which rises with i, and

.. math:: Y^\\psi = X_I^{1-\\psi} C^\\psi + W_I^{1-\\psi} L^\\psi \\quad\text{(edge)}, \\qquad
          Y = (L + \\eta_I C) D^{(1-\\psi)/\\psi},\\;
          D = W_I + \\eta_I^{1-\\sigma} X_I \\quad\text{(mixed)}.

Task 0 is always open to compute with eta = 1; the others weigh the same. Sums over prefixes of
tasks that do not depend on the training run are tabulated, so that a division costs O(log N). In a
continuum sums are integrals in closed form: along each piece of the requirements theta = ln iota +
delta ln tau is linear in the quantile, and no task has both factors. psi = 0 is Cobb-Douglas; a psi
near 0 costs about 1e-16 / |psi| of precision.

Source: Davidson (2023), What a compute-centric framework says about takeoff speeds, appendix on the
allocation of labour and compute.
"""

from __future__ import annotations

from math import exp, expm1, inf, log, log1p

from taskmodel.compiled import compiled, inlined
from taskmodel.takeoff.davidson.table_kernels import (
    AUTOMATES,
    COMPUTE_BASE,
    COMPUTE_SHARE,
    COUNT,
    END_OF,
    EXPONENT,
    FAMILY,
    FIRST,
    LABOUR_BASE,
    LOG_OUTER,
    MOST_ROOT_STEPS,
    OUTER_SHARE,
    POWER,
    PSI,
    SCALE,
    SHORTFALL,
    SLOPE,
    START_OF,
    THETA_HIGH,
    THETA_LOW,
    TILT,
    TRADEOFF,
    TRAIN_HIGH,
    TRAIN_LOW,
    Tables,
    bounded_exp,
    closer,
    count_below,
    log_add,
    log_mean,
    narrowed,
)

CLEARLY = 10.0  # compute over labour from which a task counts as automated
# However cheap compute is, people keep a sliver of the hardest tasks of a continuum. It counts as
# fully automated where they would have a part in eleven of the last task of a hundred.
LAST = 1 / 1100
NEAR = 1e-12  # width and size to which the split of a continuum is located
LEAST = -700.0  # of ln W


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
        low, high, at_low, at_high, side = narrowed(low, high, at_low, at_high, side, root, value)
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
