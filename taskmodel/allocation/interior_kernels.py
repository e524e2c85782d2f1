"""The interior point of one allocation in plain loops, compiled by `taskmodel.compiled`.

A primal-dual interior point in the factor prices. With supplies scaled to one, prices become shares
s_k = p_k E_k, and the optimum is a saddle point of the unit cost over s >= 0 (``model.md`` 1.2).
Every mode of a task carries a share w of the task and a relative excess cost tau, every factor a
price s and an unused part u, with

    w tau = mu,   sum_m w = 1,   s u = mu,   use_k + u_k = 1.

Modes and tasks are eliminated in closed form, so that a Newton step solves one small system in the
factors. Steps are multiplicative, for true prices range over tens of orders of magnitude, and mu
falls the faster the nearer the factors are to balance. The answer is approximate.

Of each pair (w, tau) and (s, u) one member vanishes with mu. Its size does not tell which: a true
price may be 1e-12. The direction of the path does: d log s / d log mu is 0 for a price that stays
and 1 for one that vanishes. The last step therefore aims at PROBE * mu.

Sources: Wright (1997), *Primal-Dual Interior-Point Methods*, for the method; El-Bakry, Tapia and
Zhang (1994), SIAM Review 36, 45-72, for indicators of vanishing variables. A step that tries out
mu = 0 first (Mehrotra's predictor) was measured to cost as much as it saves.
"""

from __future__ import annotations

from math import inf, nan
from typing import NamedTuple

import numpy as np
from numpy import exp, log, log1p  # unlike those of math, they follow IEEE 754 uncompiled
from numpy.typing import NDArray

from taskmodel.allocation.kernels import (
    CLOSE,
    ELASTICITY,
    SHARE,
    Instance,
    eliminate,
    most_elastic,
)
from taskmodel.allocation.substitute_kernels import (
    elasticities_at,
    kept_shares,
    normalise_shares,
    start_shares,
)
from taskmodel.compiled import compiled
from taskmodel.numerics.accuracy import BALANCED, COST_RESOLUTION, SINGULAR_SHIFT, TRACE
from taskmodel.numerics.types import Array
from taskmodel.science.production_kernels import Nests, spread_shares, unit_costs

Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

NEARLY, ROUGHLY = 0.3, 1.0  # largest log imbalance that counts as nearly or roughly balanced
PROBE = 0.1  # multiplier of mu for the last step, which shows what vanishes with mu
NEIGHBOURHOOD = 1e-2  # least product w tau or s u over mu, where steps are halved
TINY = float(np.finfo(float).tiny)
DONE, SHORT, LOST = 1, 0, -1  # how a run ends: converged, out of steps, not finite


class StepRules(NamedTuple):
    """Step rules of the interior point."""

    down: float  # largest fall of the log of a price, a mode share or an unused part in one step
    up: float  # their largest growth factor in one step
    nearly: float  # multiplier of mu where nearly in balance,
    roughly: float  # roughly in balance,
    far: float  # or neither
    halvings: int  # how often a step is halved that leaves the neighbourhood of the central path
    steps: int


# Tried in this order; the slower ones serve points at which the faster one left the central path.
BOLD = StepRules(4.0, 100.0, 0.01, 0.05, 0.3, 0, 40)
CAREFUL = StepRules(1.0, 10.0, 0.1, 0.3, 0.9, 6, 400)
PATIENT = StepRules(1.0, 3.0, 0.4, 0.7, 1.0, 6, 1000)


class CentralPoint(NamedTuple):
    """A point near the central path."""

    price: Array  # (factor,) s; 0 where not scarce
    unused: Array  # (factor,) u
    mode_share: Array  # (leaf, mode) w
    cost: Array  # (leaf, mode) cost of every mode at these prices; 1 where closed
    leaf_cost: Array  # (leaf,) z, not above the cheapest mode
    excess: Array  # (leaf, mode) tau = cost / z - 1, up to rounding; 1 without a choice
    price_stays: Array  # (factor,) 1 - d log s / d log mu: near 1 if priced, near 0 if not
    share_stays: Array  # (leaf, mode) 1 - d log w / d log mu: near 1 for active modes
    log_share: Array  # (node,) log cost shares of close substitutes within their nests
    sigma: Array  # (node,) elasticities of nests


class Terms(NamedTuple):
    """Coefficients of the Newton step. Modes are columns of `mode`: the open ones, in front."""

    width: Integers  # (leaf,) number of open modes
    mode: Integers  # (leaf, column) open modes
    cost_share: Array  # (leaf, column, factor) cost share of each factor in each mode
    log_cost: Array  # (node,)
    theta: Array  # (node,) cost shares within nests
    lag: Array  # (node,) log of shares of close substitutes less what costs say
    weight: Array  # (node,) cost shares W
    relative: Array  # (leaf, column) cost over z; 1 without a choice
    error: Array  # (leaf, column) log of cost / z less that of 1 + tau
    stiffness: Array  # (leaf, column) fall of a mode share per rise of the log of its cost
    total: Array  # (leaf,) sum of the stiffness
    shift: Array  # (leaf,) fall of the log of z that goes with the step of mu
    used: Array  # (node, factor) use of each factor by leaves, and by the leaves in nests, times s
    gradient: Array  # (node, factor + 1) d log cost / d log s, and (last column) in mu
    slope: Array  # (node, factor + 1) part of d log W that all members of a nest have in common
    balance: Array  # (factor,) used plus unused part; 1 at the optimum


class Moves(NamedTuple):
    """A Newton step and the point to which it leads."""

    swap: Array  # (leaf, pair of columns) work that moves from one to the other per log cost
    drift: Array  # (leaf, pair of columns) the same, at unchanged prices
    matrix: Array  # (factor, factor)
    right: Array  # (factor, 1) right side, then the step of the log prices
    pull: Array  # (leaf, column)
    mode_share: Array  # (leaf, column) steps
    excess: Array  # (leaf, column)
    leaf_cost: Array  # (leaf,) of the log
    unused: Array  # (factor,)
    log_share: Array  # (node,)
    next_price: Array  # (factor,)
    next_unused: Array  # (factor,)
    next_share: Array  # (leaf, column)
    next_excess: Array  # (leaf, column)
    next_leaf_cost: Array  # (leaf,)
    next_log_share: Array  # (node,)


class InteriorWork(NamedTuple):
    """Arrays to work in, for any point of these sizes."""

    terms: Terms
    moves: Moves


def interior_workspace(leaves: int, modes: int, nodes: int, factors: int) -> InteriorWork:
    """Arrays for the interior points of a batch, one point after the other."""
    pairs = modes * (modes - 1) // 2
    by_mode, by_pair = (leaves, modes), (leaves, pairs)
    return InteriorWork(
        Terms(
            width=np.zeros(leaves, np.int64),
            mode=np.zeros(by_mode, np.int64),
            cost_share=np.zeros((leaves, modes, factors)),
            log_cost=np.zeros(nodes),
            theta=np.zeros(nodes),
            lag=np.zeros(nodes),
            weight=np.zeros(nodes),
            relative=np.zeros(by_mode),
            error=np.zeros(by_mode),
            stiffness=np.zeros(by_mode),
            total=np.zeros(leaves),
            shift=np.zeros(leaves),
            used=np.zeros((nodes, factors)),
            gradient=np.zeros((nodes, factors + 1)),
            slope=np.zeros((nodes, factors + 1)),
            balance=np.zeros(factors),
        ),
        Moves(
            swap=np.zeros(by_pair),
            drift=np.zeros(by_pair),
            matrix=np.zeros((factors, factors)),
            right=np.zeros((factors, 1)),
            pull=np.zeros(by_mode),
            mode_share=np.zeros(by_mode),
            excess=np.zeros(by_mode),
            leaf_cost=np.zeros(leaves),
            unused=np.zeros(factors),
            log_share=np.zeros(nodes),
            next_price=np.zeros(factors),
            next_unused=np.zeros(factors),
            next_share=np.zeros(by_mode),
            next_excess=np.zeros(by_mode),
            next_leaf_cost=np.zeros(leaves),
            next_log_share=np.zeros(nodes),
        ),
    )


def central_point(leaves: int, modes: int, nodes: int, factors: int) -> CentralPoint:
    """A point for `interior_start` to fill."""
    return CentralPoint(
        price=np.zeros(factors),
        unused=np.zeros(factors),
        mode_share=np.zeros((leaves, modes)),
        cost=np.zeros((leaves, modes)),
        leaf_cost=np.zeros(leaves),
        excess=np.zeros((leaves, modes)),
        price_stays=np.zeros(factors),
        share_stays=np.zeros((leaves, modes)),
        log_share=np.zeros(nodes),
        sigma=np.zeros(nodes),
    )


@compiled
def multiplier(relative: float, down: float, up: float) -> float:
    """Multiplier of a positive number for a Newton step of this relative size.

    1 + r, continued below r = -0.9 by an exponential, so that the number remains positive.
    """
    if relative < -0.9:
        return 0.1 * exp(max(relative + 0.9, -down))
    return 1.0 + up if relative > up else 1.0 + relative


@compiled
def list_open_modes(case: Instance, t: Terms) -> None:
    """List the open modes of every leaf."""
    leaves, modes = case.open.shape
    for i in range(leaves):
        n = 0
        for m in range(modes):
            if case.open[i, m]:
                t.mode[i, n] = m
                n += 1
        t.width[i] = n


@compiled
def interior_start(nests: Nests, case: Instance, iterate: CentralPoint, work: InteriorWork) -> None:
    """Write the point with equal prices and mu = 1."""
    t = work.terms
    leaves, modes, factors = case.bundle.shape
    list_open_modes(case, t)
    priced = 0
    for k in range(factors):
        priced += case.scarce[k]
    for k in range(factors):
        iterate.price[k] = 1.0 / max(priced, 1) if case.scarce[k] else 0.0
        iterate.price_stays[k] = 1.0
        t.balance[k] = 0.0
    for i in range(leaves):
        least = inf
        for m in range(modes):
            cost = 0.0 if case.open[i, m] else 1.0
            for k in range(factors):
                cost += case.bundle[i, m, k] * iterate.price[k]
            iterate.cost[i, m] = cost
            iterate.excess[i, m] = 1.0
            iterate.mode_share[i, m] = 1.0 if case.open[i, m] else 0.0
            iterate.share_stays[i, m] = 1.0
            if case.open[i, m]:
                least = min(least, cost)
        if not least < inf:
            least = 1.0
        if t.width[i] > 1:
            # at z of half the least cost, excess costs are of order one and shares 1 / tau have mu
            # near 1
            least /= 2.0
            total = 0.0
            for c in range(t.width[i]):
                m = t.mode[i, c]
                iterate.excess[i, m] = iterate.cost[i, m] / least - 1.0
                iterate.mode_share[i, m] = 1.0 / iterate.excess[i, m]
                total += iterate.mode_share[i, m]
            for c in range(t.width[i]):
                iterate.mode_share[i, t.mode[i, c]] /= total
        iterate.leaf_cost[i] = least
        t.log_cost[i] = log(least)
    elasticities_at(nests, case, 1.0, iterate.sigma)
    start_shares(nests, case, iterate.sigma, t.log_cost, iterate.log_share, t.theta)
    t.theta[len(nests.parent) - 1] = 1.0
    spread_shares(nests, leaves, t.theta, t.weight)
    for i in range(leaves):
        level = t.weight[i] / iterate.leaf_cost[i]
        for c in range(t.width[i]):
            m = t.mode[i, c]
            for k in range(factors):
                t.balance[k] += level * iterate.mode_share[i, m] * case.bundle[i, m, k]
    for k in range(factors):
        iterate.unused[k] = max(1.0 - t.balance[k], 0.1) if case.scarce[k] else 1.0


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
    scarce: Flags, price: Array, unused: Array, balance: Array, matrix: Array, right: Array,
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


@compiled
def indicate(case: Instance, iterate: CentralPoint, t: Terms, s: Moves) -> None:
    """Write which prices and mode shares stay, from a step towards PROBE * mu."""
    for k in range(len(case.scarce)):
        iterate.price_stays[k] = 1.0 + s.right[k, 0] / (1.0 - PROBE)
    for i in range(len(case.dead)):
        for c in range(t.width[i]):
            m = t.mode[i, c]
            growth = s.mode_share[i, c] / iterate.mode_share[i, m] if t.width[i] > 1 else 0.0
            iterate.share_stays[i, m] = 1.0 + growth / (1.0 - PROBE)


@compiled
def interior(
    nests: Nests, case: Instance, iterate: CentralPoint, work: InteriorWork, pace: StepRules,
    floor: float,
) -> int:  # fmt: skip
    """Follow the central path from a point on it; returns DONE, SHORT (of steps) or LOST.

    Parameters
    ----------
    iterate : CentralPoint
        From `interior_start` or an earlier run; overwritten.
    floor : float
        Complementarity mu at which to stop.
    """
    t, s = work.terms, work.moves
    list_open_modes(case, t)
    result, close = SHORT, most_elastic(nests, case) > CLOSE
    for v in range(len(nests.parent)):
        t.lag[v] = 0.0
    for _ in range(pace.steps):
        mu, imbalance = linearise(nests, case, iterate, t, close)
        done = mu < 3.0 * floor and imbalance < BALANCED
        if done:
            target = PROBE * mu
        elif imbalance < NEARLY:
            target = max(pace.nearly * mu, floor)
        elif imbalance < ROUGHLY:
            target = max(pace.roughly * mu, floor)
        else:
            target = max(pace.far * mu, floor)
        if close:
            elasticities_at(nests, case, target, iterate.sigma)
            kept_shares(nests, case, iterate.sigma, t.log_cost, iterate.log_share, t.theta, t.lag)
        central_direction(nests, case, iterate, t, s, target, close)
        if done:
            indicate(case, iterate, t, s)
        move(nests, case, iterate, t, s, target, pace, close)
        for k in range(len(iterate.price)):
            if not abs(iterate.price[k]) < inf:
                return LOST
        if done:
            result = DONE
            break
    for i in range(len(case.dead)):
        for c in range(t.width[i]):
            if not abs(iterate.excess[i, t.mode[i, c]]) < inf:
                return LOST
    return result


@compiled
def identify(
    nests: Nests, case: Instance, iterate: CentralPoint, active: Flags, priced: Flags, price: Array,
    mode_share: Array, guess: Array, guess_used: Array,
) -> None:  # fmt: skip
    """Write the active set to which a point of the central path leads.

    Modes and prices that stay as mu goes to zero are active, those that vanish with it are not; the
    largest share of a task and the largest price are active in any case.
    """
    leaves, modes, factors = case.bundle.shape
    largest = 0.0
    for k in range(factors):
        largest = max(largest, iterate.price[k])
    for k in range(factors):
        stays = iterate.price_stays[k] > 0.5 or iterate.price[k] == largest
        priced[k] = stays and case.scarce[k]
        guess[k], guess_used[k] = iterate.price[k], 1.0 - iterate.unused[k]
        price[k] = 0.0
    for i in range(leaves):
        largest = 0.0
        for m in range(modes):
            largest = max(largest, iterate.mode_share[i, m])
        for m in range(modes):
            share = iterate.mode_share[i, m]
            stays = iterate.share_stays[i, m] > 0.5 or share == largest
            active[i, m] = stays and case.open[i, m]
            mode_share[i, m] = share if active[i, m] else 0.0
    mark_needed_prices(case, iterate, active, priced, price)
    for k in range(factors):
        if price[k] > 0.0 and case.scarce[k]:
            priced[k] = True
        price[k] = iterate.price[k] if priced[k] else (TRACE if case.scarce[k] else 0.0)


@compiled
def mark_needed_prices(
    case: Instance, iterate: CentralPoint, active: Flags, priced: Flags, needed: Array
) -> None:
    """Set ``needed`` to 1 at factors that must have a price as well.

    Two tied modes cost the same. If one of them uses a priced factor and the other only unpriced
    ones, the dearest factor of the latter must be priced too.
    """
    leaves, modes, factors = case.bundle.shape
    for i in range(leaves):
        paying = False
        for m in range(modes):
            for k in range(factors):
                paid = case.bundle[i, m, k] * iterate.price[k]
                paying = paying or (active[i, m] and priced[k] and paid > 0.0)
        if not paying:
            continue
        for m in range(modes):
            covered, dearest = not active[i, m], 0.0
            for k in range(factors):
                paid = case.bundle[i, m, k] * iterate.price[k]
                covered = covered or (priced[k] and paid > 0.0)
                dearest = max(dearest, paid)
            for k in range(factors):
                if not covered and case.bundle[i, m, k] * iterate.price[k] == dearest:
                    needed[k] = 1.0
