"""Steps along the central path of one allocation, in plain loops.

Modes and tasks are eliminated in closed form, so that a Newton step solves one small system in the
factors. Steps are multiplicative, for true prices range over tens of orders of magnitude.

Source: as of `interior_kernels`.
"""

from __future__ import annotations

from math import inf, nan

from numpy import exp, log, log1p

from taskmodel.allocation.central_point_kernels import (
    TINY,
    CentralPoint,
    Moves,
    StepRules,
    Terms,
    multiplier,
)
from taskmodel.allocation.newton_kernels import CLOSE
from taskmodel.allocation.regime_kernels import ELASTICITY, SHARE, Instance
from taskmodel.allocation.substitute_kernels import kept_shares, normalise_shares
from taskmodel.compiled import compiled
from taskmodel.numerics.accuracy import COST_RESOLUTION, SINGULAR_SHIFT
from taskmodel.numerics.matrix_kernels import eliminate
from taskmodel.numerics.types import Array, Mask
from taskmodel.science.production_kernels import Nests, spread_shares, unit_costs

NEIGHBOURHOOD = 1e-2  # least product w tau or s u over mu, where steps are halved


@compiled
def linearise(
    nests: Nests, case: Instance, iterate: CentralPoint, t: Terms, close: bool
) -> tuple[float, float]:
    """Write the coefficients of the Newton step; returns mu and the largest log imbalance."""
    leaves, _, factors = case.bundle.shape
    price, bundle, width, mode = iterate.price, case.bundle, t.width, t.mode
    used, gradient, balance, cost_share = t.used, t.gradient, t.balance, t.cost_share
    for i in range(leaves):
        t.log_cost[i] = log(iterate.leaf_cost[i])
    pairs, products, imbalance = 0.0, 0.0, 0.0
    if close:
        imbalance = kept_shares(
            nests, case, iterate.sigma, t.log_cost, iterate.log_share, t.theta, t.lag
        )
    else:
        unit_costs(nests, case.nest[SHARE], case.nest[ELASTICITY], leaves, t.log_cost, t.theta)
    spread_shares(nests, leaves, t.theta, t.weight)
    for k in range(factors):
        balance[k] = 0.0
    for i in range(leaves):
        n, weight = width[i], t.weight[i]
        total = 0.0 if n else TINY
        for k in range(factors):
            used[i, k] = gradient[i, k] = 0.0
        for c in range(n):
            m = mode[i, c]
            cost, share = iterate.cost[i, m], iterate.mode_share[i, m]
            relative, error, stiffness = 1.0, 0.0, 1.0
            if n > 1:
                excess = iterate.excess[i, m]
                relative = cost / iterate.leaf_cost[i]
                error = log(relative) - log1p(excess)
                stiffness = share * (1.0 + excess) / excess
                pairs += weight
                products += weight * share * excess
                imbalance = max(imbalance, abs(error))
            t.relative[i, c], t.error[i, c], t.stiffness[i, c] = relative, error, stiffness
            total += stiffness
            part = share * relative
            for k in range(factors):
                f = bundle[i, m, k] * price[k] / cost
                cost_share[i, c, k] = f
                used[i, k] += part * f
                gradient[i, k] += stiffness * f
        t.total[i] = max(total, TINY)
        for k in range(factors):
            gradient[i, k] /= t.total[i]
            used[i, k] *= weight
            balance[k] += used[i, k]
    for k in range(factors):
        if case.scarce[k]:
            pairs += 1.0
            products += price[k] * iterate.unused[k]
            balance[k] = balance[k] / price[k] + iterate.unused[k]
            imbalance = max(imbalance, abs(log(balance[k])))
        else:
            balance[k] = 1.0
    return products / pairs, imbalance


@compiled
def shift_shares(case: Instance, iterate: CentralPoint, t: Terms, s: Moves, target: float) -> None:
    """Write how mode shares and the costs of leaves change at unchanged prices.

    Modes: w + dw = target / tau - h (d ln cost - d ln z + error), summing to one.
    """
    leaves, _, factors = case.bundle.shape
    for i in range(leaves):
        shift = 0.0
        if t.width[i] > 1:
            for c in range(t.width[i]):
                m = t.mode[i, c]
                s.pull[i, c] = target / iterate.excess[i, m] - iterate.mode_share[i, m]
                shift += s.pull[i, c] - t.stiffness[i, c] * t.error[i, c]
        t.shift[i] = shift / t.total[i]
        t.gradient[i, factors] = -t.shift[i]


@compiled
def task_terms(nests: Nests, case: Instance, sigma: Array, t: Terms, s: Moves) -> None:
    """Write the matrix and the right side of derivatives of the tasks' cost shares.

    With r = 1 - sigma of the nest v of a leaf, d ln W - d ln z is the slope of v less sigma times
    the leaf's gradient, so that leaves are summed nest by nest.
    """
    leaves, _, factors = case.bundle.shape
    nodes = len(nests.parent)
    gradient, slope, used = t.gradient, t.slope, t.used
    for k in range(factors):
        s.right[k, 0] = 0.0
        for j in range(factors):
            s.matrix[k, j] = 0.0
    for v in range(leaves, nodes):
        for k in range(factors + 1):
            gradient[v, k] = 0.0
        for k in range(factors):
            used[v, k] = 0.0
        for c in range(nests.first[v - leaves], nests.first[v - leaves + 1]):
            u = nests.child[c]
            share = t.theta[u]
            for k in range(factors + 1):
                gradient[v, k] += share * gradient[u, k]
            if u < leaves:
                for k in range(factors):
                    used[v, k] += used[u, k]
    for v in range(nodes - 1, leaves - 1, -1):
        r = 1.0 - sigma[v]
        above = nests.parent[v]
        for k in range(factors + 1):
            change = 0.0
            if v < nodes - 1:
                change = slope[above, k] + (1.0 - sigma[above]) * gradient[v, k]
            slope[v, k] = change - r * gradient[v, k]
        slope[v, factors] -= t.lag[v]
        add_outer(used, slope, v, 1.0, s.matrix, s.right)
    for i in range(leaves):
        if t.width[i]:
            add_outer(used, gradient, i, -sigma[nests.parent[i]], s.matrix, s.right)
            for k in range(factors):
                s.right[k, 0] -= used[i, k] * t.lag[i]


@compiled
def add_outer(
    used: Array, change: Array, v: int, factor: float, matrix: Array, right: Array
) -> None:
    """Add one node's use times change, by price and (last) by mu, to matrix and right side."""
    factors = len(matrix)
    if factor == 0.0:
        return
    for k in range(factors):
        if used[v, k] != 0.0:
            scaled = factor * used[v, k]
            for j in range(factors):
                matrix[k, j] += scaled * change[v, j]
            right[k, 0] += scaled * change[v, factors]


@compiled
def mode_terms(case: Instance, t: Terms, s: Moves) -> None:
    """Add the work that moves within tasks to the matrix and the right side.

    Work moves to modes that become cheaper. Near the optimum the stiffness h of tied modes exceeds
    1e16, and h (d ln cost - d ln z) cancels to noise. Written pair by pair, as h1 h2 / sum(h) times
    the difference of the two costs, nothing large is subtracted.
    """
    leaves, _, factors = case.bundle.shape
    f, h, matrix, right = t.cost_share, t.stiffness, s.matrix, s.right
    for i in range(leaves):
        pair = 0
        for a in range(t.width[i] - 1):
            for b in range(a + 1, t.width[i]):
                swap = h[i, a] * (h[i, b] / t.total[i])
                drift = (s.pull[i, a] * h[i, b] - s.pull[i, b] * h[i, a]) / t.total[i]
                drift -= swap * (t.error[i, a] - t.error[i, b])
                s.swap[i, pair], s.drift[i, pair] = swap, drift
                pair += 1
                one, two = t.weight[i] * t.relative[i, a], t.weight[i] * t.relative[i, b]
                for k in range(factors):
                    value = one * f[i, a, k] - two * f[i, b, k]
                    if value != 0.0:
                        right[k, 0] += value * drift
                        for j in range(factors):
                            matrix[k, j] -= value * (swap * (f[i, a, j] - f[i, b, j]))


@compiled
def solve_prices(
    scarce: Mask, price: Array, unused: Array, balance: Array, matrix: Array, right: Array,
    target: float,
) -> None:  # fmt: skip
    """Write the steps of the log prices into ``right``: 0 where not scarce, NaN where not finite.

    -b log b instead of 1 - b: to first order the same, and a balance b that is a power of a price
    is solved in one step even from far away.
    """
    factors = len(scarce)
    largest, finite = 0.0, True
    for k in range(factors):
        if scarce[k]:
            b, share = balance[k], price[k]
            right[k, 0] = -b * log(b) - (right[k, 0] + target) / share + unused[k]
            finite = finite and abs(right[k, 0]) < inf
            for j in range(factors):
                matrix[k, j] = matrix[k, j] / share if scarce[j] else 0.0
            matrix[k, k] -= unused[k]
        else:
            right[k, 0] = 0.0
            for j in range(factors):
                matrix[k, j] = -1.0 if j == k else 0.0
        for j in range(factors):
            finite = finite and abs(matrix[k, j]) < inf
            largest = max(largest, abs(matrix[k, j]))
    for k in range(factors):
        matrix[k, k] -= SINGULAR_SHIFT * largest
    if finite:
        eliminate(matrix, right, factors, right.shape[1])
    else:
        for k in range(factors):
            right[k, 0] = nan


@compiled
def central_direction(
    nests: Nests, case: Instance, iterate: CentralPoint, t: Terms, s: Moves, target: float,
    close: bool,
) -> None:  # fmt: skip
    """Write the Newton step towards w tau = s u = target."""
    leaves, _, factors = case.bundle.shape
    shift_shares(case, iterate, t, s, target)
    task_terms(nests, case, iterate.sigma, t, s)
    mode_terms(case, t, s)
    solve_prices(case.scarce, iterate.price, iterate.unused, t.balance, s.matrix, s.right, target)
    x, f = s.right, t.cost_share
    for k in range(factors):
        s.unused[k] = 0.0
        if case.scarce[k]:
            unused = iterate.unused[k]
            s.unused[k] = target / iterate.price[k] - unused - unused * x[k, 0]
    for i in range(leaves):
        n = t.width[i]
        if n < 2:
            continue
        for c in range(n):
            s.mode_share[i, c] = 0.0
        pair = 0
        for a in range(n - 1):
            for b in range(a + 1, n):
                change = 0.0
                for k in range(factors):
                    change += (f[i, a, k] - f[i, b, k]) * x[k, 0]
                change = s.drift[i, pair] - s.swap[i, pair] * change
                s.mode_share[i, a] += change
                s.mode_share[i, b] -= change
                pair += 1
        # w dtau + tau dw = target - w tau gives tau from the shares, without the rounding of costs
        for c in range(n):
            excess = iterate.excess[i, t.mode[i, c]]
            s.excess[i, c] = (target - excess * s.mode_share[i, c]) / iterate.mode_share[
                i, t.mode[i, c]
            ] - excess
        change = 0.0
        for k in range(factors):
            change += t.gradient[i, k] * x[k, 0]
        s.leaf_cost[i] = change - t.shift[i]
    if close:
        step_shares(nests, case, iterate.sigma, t, s)


@compiled
def step_shares(nests: Nests, case: Instance, sigma: Array, t: Terms, s: Moves) -> None:
    """Write the steps of the log shares of close substitutes."""
    leaves, _, factors = case.bundle.shape
    for v in range(leaves, len(nests.parent)):
        if case.nest[ELASTICITY, v] > CLOSE:
            for c in range(nests.first[v - leaves], nests.first[v - leaves + 1]):
                u = nests.child[c]
                rise = t.gradient[u, factors] - t.gradient[v, factors]
                for k in range(factors):
                    rise += (t.gradient[u, k] - t.gradient[v, k]) * s.right[k, 0]
                s.log_share[u] = (1.0 - sigma[v]) * rise - t.lag[u]


@compiled
def next_shares(
    nests: Nests, case: Instance, iterate: CentralPoint, s: Moves, length: float, pace: StepRules
) -> None:
    """Write the next shares of close substitutes."""
    leaves = len(case.dead)
    for v in range(leaves, len(nests.parent)):
        if case.nest[ELASTICITY, v] > CLOSE:
            for c in range(nests.first[v - leaves], nests.first[v - leaves + 1]):
                u = nests.child[c]
                growth = multiplier(length * s.log_share[u], pace.down, pace.up)
                s.next_log_share[u] = iterate.log_share[u] + log(growth)
    normalise_shares(nests, case, s.next_log_share)


@compiled
def next_shares_and_costs(
    case: Instance, iterate: CentralPoint, t: Terms, s: Moves, length: float, target: float,
    pace: StepRules,
) -> float:  # fmt: skip
    """Write the next shares and costs of all tasks; returns the least product w tau.

    Excess costs are recomputed from the prices as long as mu is large enough for costs to resolve
    them; below that, differences of costs are rounding, and tau follows its own Newton step.
    """
    bundle, width, mode, costs, price = case.bundle, t.width, t.mode, iterate.cost, s.next_price
    shares, excesses, steps = iterate.mode_share, iterate.excess, s.mode_share
    next_share, next_excess, next_leaf_cost = s.next_share, s.next_excess, s.next_leaf_cost
    down, up, log_up = pace.down, pace.up, log(pace.up)
    deep = target < COST_RESOLUTION
    lowest = inf
    for i in range(len(width)):
        n = width[i]
        total, average, least = 0.0, 0.0, inf
        for c in range(n):
            m = mode[i, c]
            share = shares[i, m]
            if n > 1:
                share *= multiplier(length * (steps[i, c] / share), down, up)
            next_share[i, c] = share
            total += share
            cost = 0.0
            for k in range(len(price)):
                cost += bundle[i, m, k] * price[k]
            costs[i, m] = cost
            average += share * cost
            least = min(least, cost)
        if n < 2:
            next_leaf_cost[i] = least
            if n:
                next_share[i, 0] = next_excess[i, 0] = 1.0
            continue
        if deep:
            change = length * s.leaf_cost[i]
            if change > log_up:
                change = log_up
            if change < -down:
                change = -down
            leaf_cost = iterate.leaf_cost[i] * exp(change)
        else:  # z from sum(w cost) = z (1 + M mu), and always below the cheapest mode
            leaf_cost = min(average / total / (1.0 + n * target), least / (1.0 + 0.1 * target))
        next_leaf_cost[i] = leaf_cost
        for c in range(n):
            m = mode[i, c]
            if deep:
                excess = excesses[i, m]
                excess *= multiplier(length * s.excess[i, c] / excess, down, up)
            else:
                excess = costs[i, m] / leaf_cost - 1.0
            next_share[i, c] /= total
            next_excess[i, c] = excess
            lowest = min(lowest, next_share[i, c] * excess)
    return lowest


@compiled
def move(
    nests: Nests, case: Instance, iterate: CentralPoint, t: Terms, s: Moves, target: float,
    pace: StepRules, close: bool,
) -> None:  # fmt: skip
    """Take a Newton step, halved while it leaves the neighbourhood of the central path."""
    leaves, _, factors = case.bundle.shape
    length = 1.0
    for _ in range(pace.halvings + 1):
        lowest = inf
        for k in range(factors):
            price, unused = iterate.price[k], iterate.unused[k]
            s.next_price[k] = price * multiplier(length * s.right[k, 0], pace.down, pace.up)
            s.next_unused[k] = unused * multiplier(
                length * s.unused[k] / unused, pace.down, pace.up
            )
            if case.scarce[k]:
                lowest = min(lowest, s.next_price[k] * s.next_unused[k])
        lowest = min(lowest, next_shares_and_costs(case, iterate, t, s, length, target, pace))
        if not lowest < NEIGHBOURHOOD * target:
            break
        length /= 2.0
    if close:
        next_shares(nests, case, iterate, s, length, pace)
        for v in range(len(nests.parent)):
            iterate.log_share[v] = s.next_log_share[v]
    for k in range(factors):
        iterate.price[k], iterate.unused[k] = s.next_price[k], s.next_unused[k]
    for i in range(leaves):
        if t.width[i]:
            iterate.leaf_cost[i] = s.next_leaf_cost[i]
        for c in range(t.width[i]):
            m = t.mode[i, c]
            iterate.mode_share[i, m] = s.next_share[i, c]
            iterate.excess[i, m] = s.next_excess[i, c]
