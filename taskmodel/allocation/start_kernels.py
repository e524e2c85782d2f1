"""A start for organisations whose modes are linked: the smoothed optimum, in plain loops.

The minimum z over the costs c of the modes of a task, or over a nest and its blocks, is replaced by
the central one of an interior point, below it: sum_m t / (c_m / z - 1) = 1. That is concave,
homogeneous and smooth in c, and so is

    log c_t(s) + mu sum log s_k - sum s_k,

whose maximum over the prices s Newton's method follows while mu and t go to zero. The answer is
approximate; `active_set_kernels` makes it exact. A task that induces work of others and of itself
costs the fixed point of such minima, which Newton's method solves as well.

Source: docs, model, section 1.2; Wright (1997), *Primal-Dual Interior-Point Methods*.
"""

from __future__ import annotations

import numpy as np

from taskmodel.allocation.link_kernels import linked_bundle, solve_use, unit_use
from taskmodel.allocation.newton_kernels import add_curvature
from taskmodel.allocation.regime_kernels import (
    CURVATURE,
    ELASTICITY,
    GUESS,
    GUESS_USED,
    LOG_C,
    SHARE,
    STEP,
    THETA,
    UNIT,
    WEIGHT,
    Instance,
    RegimeState,
    Workspace,
    is_block,
    mode_cost,
)
from taskmodel.compiled import compiled
from taskmodel.numerics.accuracy import LEAST_SMOOTHING, TRACE
from taskmodel.numerics.matrix_kernels import eliminate
from taskmodel.numerics.types import Array
from taskmodel.science.production_kernels import Nests, spread_shares, unit_cost

FALL = 0.25  # of mu from one point of the path to the next
STEPS = 25  # of Newton's method at one point
HALVINGS = 12
EXCESS_STEPS = 30  # of Newton's method for the excess of the least cost
NEARLY, CLOSE = 0.3, 1e-3  # Newton decrement at which the path goes on, and ends
FIXED_POINT = 1e-10  # relative change of costs at which those of linked tasks are solved
ROUNDS = 60  # of costs of linked tasks
STAYS = 0.5  # part of a price that remains as mu falls to `FALL` of itself, if it is one


@compiled
def smooth_modes(case: Instance, w: Array, leaf: int, t: float, work: Workspace) -> float:
    """Return the log smoothed cost z of a leaf; write units of its modes per unit, dz/dc, into w.

    The excess q of the least cost over z is sought by Newton's method, from below.
    """
    modes = case.open.shape[1]
    least, count = np.inf, 0
    for mode in range(modes):
        w[leaf, mode] = 0.0
        if case.open[leaf, mode]:
            least = min(least, work.cost[leaf, mode])
            count += 1
    q = 0.0 if count == 1 else t
    for _ in range(EXCESS_STEPS if count > 1 else 0):
        total, slope = -1.0, 0.0
        for mode in range(modes):
            if case.open[leaf, mode]:
                ratio = work.cost[leaf, mode] / least
                excess = (ratio - 1.0) + ratio * q
                total += t / excess
                slope += t / excess / excess * ratio
        step = total / slope
        q += step
        if not abs(step) > FIXED_POINT * q:
            break
    z, total = least / (1.0 + q), 0.0
    for mode in range(modes):
        if case.open[leaf, mode]:
            ratio = work.cost[leaf, mode] / least
            excess = (ratio - 1.0) + ratio * q if count > 1 else 1.0
            w[leaf, mode] = 1.0 / excess / excess
            total += w[leaf, mode] * work.cost[leaf, mode] / z
    for mode in range(modes):
        w[leaf, mode] /= total
    return np.log(z)


@compiled
def smooth_costs(
    nests: Nests, case: Instance, price: Array, w: Array, t: float, work: Workspace
) -> None:
    """Write smoothed log costs of all nodes, their use of factors, and units of modes into w."""
    leaves, modes, factors = case.bundle.shape
    use, log_c, theta = work.gradient, work.node[LOG_C], work.node[THETA]
    for leaf in range(leaves):
        work.first[leaf] = -1
        log_c[leaf] = 0.0
    for _ in range(ROUNDS):
        solve_use(case, w, work)
        change = 0.0
        for leaf in range(leaves):
            if case.dead[leaf] or is_block(case, leaf):
                continue
            for mode in range(modes):
                if case.open[leaf, mode]:
                    linked_bundle(case, leaf, mode, use)
                    work.cost[leaf, mode] = mode_cost(case.bundle, leaf, mode, price)
            before = log_c[leaf]
            log_c[leaf] = smooth_modes(case, w, leaf, t, work)
            change = max(change, abs(log_c[leaf] - before))
        if not change > FIXED_POINT:
            break
    solve_use(case, w, work)
    for v in range(leaves, len(log_c)):
        unit_cost(nests, case.nest[SHARE], case.nest[ELASTICITY], leaves, v, log_c, theta)
        unit_use(nests, leaves, v, work)
        b = nests.parent[v]
        if b < leaves and not case.dead[b]:
            for mode in range(modes):
                linked_bundle(case, b, mode, use)
                for k in range(factors if mode == 0 else 0):
                    case.bundle[b, mode, k] = use[v, k]
                work.cost[b, mode] = mode_cost(case.bundle, b, mode, price)
            log_c[b] = smooth_modes(case, w, b, t, work)
            for k in range(factors):
                use[b, k] = 0.0
                for mode in range(modes):
                    use[b, k] += w[b, mode] * case.bundle[b, mode, k]


@compiled
def smooth_curvature(
    nests: Nests, case: Instance, price: Array, w: Array, t: float, work: Workspace
) -> None:
    """Write the smoothed gradient of log unit cost in log prices, and A of `newton_kernels`."""
    leaves, modes, factors = case.bundle.shape
    g, a, log_c, weight = work.gradient, work.square[CURVATURE], work.node[LOG_C], work.node[WEIGHT]
    for v in range(leaves, len(log_c)):
        b = nests.parent[v]
        if b < leaves:
            work.node[THETA, v] = 0.0 if case.dead[b] else w[b, 0] * np.exp(log_c[v] - log_c[b])
    spread_shares(nests, leaves, work.node[THETA], weight)
    for leaf in range(leaves):
        for k in range(factors):
            if case.dead[leaf]:
                g[leaf, k] = 0.0
            else:
                g[leaf, k] *= price[k] / np.exp(log_c[leaf])
    add_curvature(nests, case, work)
    # all work, induced work included
    for leaf in range(leaves):
        for j in range(leaves):
            work.matrix[j, leaf] = 1.0 if j == leaf else 0.0
        work.right[leaf, 0] = 0.0
        if case.dead[leaf]:
            continue
        work.right[leaf, 0] = weight[leaf] / np.exp(log_c[leaf])
        for mode in range(modes):
            for j in range(leaves):
                phi = case.inputs[leaf, mode, factors + j]
                work.matrix[j, leaf] -= w[leaf, mode] * max(phi, 0.0)
    eliminate(work.matrix, work.right, leaves, work.right.shape[1])
    part = work.factor[UNIT]
    for leaf in range(leaves):
        count = 0
        for mode in range(modes):
            count += case.open[leaf, mode]
        if case.dead[leaf] or count < 2:
            continue
        all_cost = work.right[leaf, 0] * np.exp(log_c[leaf])
        for mode in range(modes):
            if case.open[leaf, mode]:
                share = w[leaf, mode] * work.cost[leaf, mode] / np.exp(log_c[leaf])
                excess = work.cost[leaf, mode] / np.exp(log_c[leaf]) - 1.0
                scale = all_cost * share * (2.0 + 2.0 / max(excess, 0.5 * t))
                for k in range(factors):
                    used = case.bundle[leaf, mode, k] * price[k] / work.cost[leaf, mode]
                    part[k] = used - g[leaf, k]
                for i in range(factors):
                    for j in range(factors):
                        a[i, j] += scale * part[i] * part[j]


@compiled
def barrier_value(case: Instance, price: Array, mu: float, work: Workspace) -> float:
    """Return log unit cost and the barrier of prices."""
    total = work.node[LOG_C, work.node.shape[1] - 1]
    for k in range(len(price)):
        if case.scarce[k]:
            total += mu * np.log(price[k]) - price[k]
    return total


@compiled
def smooth_step(
    nests: Nests, case: Instance, state: RegimeState, mu: float, t: float, work: Workspace
) -> float:
    """Move prices by a Newton step, shortened until the maximum comes nearer.

    Returns the Newton decrement, the size of the step relative to the curvature there.
    """
    price, w, factors = state.price, state.mode_share, len(state.price)
    smooth_costs(nests, case, price, w, t, work)
    value = barrier_value(case, price, mu, work)
    smooth_curvature(nests, case, price, w, t, work)
    root, n = work.node.shape[1] - 1, 0
    for k in range(factors):
        if case.scarce[k]:
            work.position[n] = k
            work.right[n, 0] = work.gradient[root, k] + mu - price[k]
            n += 1
    for i in range(n):
        for j in range(n):
            work.matrix[i, j] = work.square[CURVATURE, work.position[i], work.position[j]]
        work.matrix[i, i] += mu
    if not eliminate(work.matrix, work.right, n, work.right.shape[1]):
        return np.inf
    rise = 0.0
    for i in range(n):
        k = work.position[i]
        d = work.right[i, 0]
        work.factor[STEP, k], work.factor[UNIT, k] = d, price[k]
        rise += d * (work.gradient[root, k] + mu - price[k])
    length = 1.0
    for _ in range(HALVINGS):
        for i in range(n):
            k = work.position[i]
            d = length * work.factor[STEP, k]
            factor = 1.0 + d if d > -0.5 else 0.5 * np.exp(max(d + 0.5, -3.0))
            price[k] = max(work.factor[UNIT, k] * min(factor, 30.0), TRACE)
        smooth_costs(nests, case, price, w, t, work)
        if barrier_value(case, price, mu, work) > value + 1e-4 * length * rise - 1e-13:
            break
        length *= 0.5
    return np.sqrt(abs(rise) / mu)


@compiled
def smooth_start(case: Instance, state: RegimeState) -> None:
    """Write equal prices and equal shares of open modes."""
    leaves, modes, factors = case.bundle.shape
    for k in range(factors):
        state.price[k] = 1.0 / factors if case.scarce[k] else 0.0
    for leaf in range(leaves):
        count = 0
        for mode in range(modes):
            count += case.open[leaf, mode]
        for mode in range(modes):
            state.mode_share[leaf, mode] = 1.0 / count if case.open[leaf, mode] else 0.0


@compiled
def smooth_path(
    nests: Nests, case: Instance, state: RegimeState, mu: float, floor: float, work: Workspace
) -> None:
    """Follow the smoothed optimum in a state from one barrier to another."""
    while True:
        for _ in range(STEPS):
            t = max(mu, LEAST_SMOOTHING)
            decrement = smooth_step(nests, case, state, mu, t, work)
            if not decrement > (NEARLY if mu > floor else CLOSE):
                break
        if not mu > floor:
            break
        mu = max(FALL * mu, floor)


@compiled
def smooth_regime(
    nests: Nests, case: Instance, path: RegimeState, state: RegimeState, mu: float, work: Workspace
) -> None:
    """Write the regime to which a point of the path leads.

    Prices that stay while mu falls once more are priced; modes that cost about the same are active.
    """
    leaves, modes, factors = case.bundle.shape
    before = state.guess[GUESS]
    largest, lower = 0.0, FALL * mu
    for k in range(factors):
        before[k] = path.price[k]
        largest = max(largest, before[k])
    smooth_path(nests, case, path, lower, lower, work)
    root = work.node.shape[1] - 1
    smooth_curvature(nests, case, path.price, path.mode_share, max(lower, LEAST_SMOOTHING), work)
    for k in range(factors):
        stays = path.price[k] > STAYS * before[k] or before[k] == largest
        state.priced[k] = stays and case.scarce[k]
        state.price[k] = path.price[k] if state.priced[k] else (TRACE if case.scarce[k] else 0.0)
        state.guess[GUESS_USED, k] = 0.0
        if path.price[k] > 0.0:
            state.guess[GUESS_USED, k] = min(work.gradient[root, k] / path.price[k], 1.0)
    # tied modes exceed the cost of their task by about t, others by much more
    excess = 1.0 + np.sqrt(max(lower, LEAST_SMOOTHING))
    for leaf in range(leaves):
        least = np.inf
        for mode in range(modes):
            if case.open[leaf, mode]:
                least = min(least, work.cost[leaf, mode])
        for mode in range(modes):
            state.active[leaf, mode], state.mode_share[leaf, mode] = False, 0.0
            if case.open[leaf, mode] and work.cost[leaf, mode] < excess * least:
                state.active[leaf, mode] = True
                state.mode_share[leaf, mode] = path.mode_share[leaf, mode]
