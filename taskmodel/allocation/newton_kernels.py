"""Newton's method on a regime in plain loops.

Given the regime, the optimum solves smooth equations: all active modes of a task cost the same, and
every priced factor is used up. In the logarithms x of the prices and in v = W dw, with w the share
of its task that a mode carries and W the cost share of the task,

    A x - R' v = s (use - 1),      R x = - (differences of log cost between tied modes),

where A is the negative Hessian of log unit cost in relative coordinates, a sum of rank-one terms
over the tree that is exact at every elasticity,

    A = sum_leaf W sigma_parent g g' + sum_nest W (sigma_parent - sigma) g g'
        + (1 - sigma_root) g g'.

Source: docs, model, section 1.2.
"""

from __future__ import annotations

import numpy as np

from taskmodel.allocation.link_kernels import add_induced_work, link_modes, share_blocks
from taskmodel.allocation.regime_kernels import (
    CHANGE,
    CROWDED,
    CURVATURE,
    ELASTICITY,
    LARGEST,
    LEAF,
    LOG_C,
    LOG_X,
    MISMATCH,
    MODE,
    NEEDED,
    SCALE,
    SHARE,
    SOLVED,
    STEP,
    THETA,
    UNSOLVED,
    USED,
    WEIGHT,
    Instance,
    RegimeState,
    Workspace,
    costs_something,
    mode_cost,
)
from taskmodel.compiled import compiled
from taskmodel.numerics.accuracy import (
    CONVERGED,
    DAMPING,
    ELASTIC_ROUNDING,
    MOSTLY_SOLVED,
    NEARLY_CONVERGED,
    NO_COST_SHARE,
    NO_PRICE,
    RUNAWAY,
    TRACE,
)
from taskmodel.numerics.matrix_kernels import eliminate
from taskmodel.numerics.types import Array
from taskmodel.science.production_kernels import Nests, spread_shares, unit_costs

NEWTON_STEPS = 40
FOLLOWING_STEPS = 14  # where a regime is followed to a nearby point; one that needs more has ended
PATIENCE = 10  # steps after which `NEARLY_CONVERGED` is accepted
REACH = 20.0  # by which the log of a price far out of balance may change in a step
SHORTER = 0.75  # multiplier of that, in every step after `PATIENCE`: steps may alternate for ever
SHORTEST = 0.5
FLAT_STEP = 1e6  # of the log of a price: nothing depends on it
FLAT_PART = 1e-3  # of the largest step below which others are held
LEAST_GROWTH = 0.5  # by which any price may grow in a step
MOST_FALL = 0.999  # by which a price may fall in a step
NEAR_BALANCE = 0.4  # log use below which use is nearly linear in the price
CLOSE = 8.0  # elasticity above which members of a nest are close substitutes


@compiled
def evaluate(nests: Nests, case: Instance, regime: RegimeState, work: Workspace) -> int:
    """Evaluate a regime at its prices and mode shares, which are normalised; return the ties.

    -1 where the ties do not fit into the workspace, -2 where a task has no active mode.
    """
    leaves, modes, factors = case.bundle.shape
    active, w, price, linked = regime.active, regime.mode_share, regime.price, len(case.inputs) > 0
    total = 0.0
    for k in range(factors):
        total += price[k]
        work.factor[USED, k] = work.factor[LARGEST, k] = 0.0
    for k in range(factors):
        if regime.priced[k]:
            price[k] /= total
    ties, unsettled = 0, linked
    while unsettled:
        unsettled = link_modes(nests, case, regime, work)
    for leaf in range(leaves):
        work.first[leaf] = -1
        work.node[LOG_C, leaf] = 0.0
        if case.dead[leaf] or (linked and work.node[NEEDED, leaf] == 0.0):
            continue
        total = 0.0
        for mode in range(modes):
            if active[leaf, mode]:
                total += w[leaf, mode]
            else:
                w[leaf, mode] = 0.0
        for mode in range(modes):
            if active[leaf, mode]:
                w[leaf, mode] /= total
                work.cost[leaf, mode] = mode_cost(case.bundle, leaf, mode, price)
                if work.first[leaf] < 0:
                    work.first[leaf] = mode
                    work.node[LOG_C, leaf] = np.log(work.cost[leaf, mode])
                else:
                    if ties == len(work.tie[LEAF]):
                        return -1
                    work.tie[LEAF, ties], work.tie[MODE, ties] = leaf, mode
                    ties += 1
        if work.first[leaf] < 0:
            return -2
    unit_costs(
        nests, case.nest[SHARE], case.nest[ELASTICITY], leaves, work.node[LOG_C], work.node[THETA]
    )
    if linked:
        share_blocks(nests, regime, work)
    spread_shares(nests, leaves, work.node[THETA], work.node[WEIGHT])
    if not linked:
        ties = without_idle_ties(regime, work, ties)
    used, largest, gradient = work.factor[USED], work.factor[LARGEST], work.gradient
    for leaf in range(leaves):
        for k in range(factors):
            gradient[leaf, k] = 0.0
        if work.first[leaf] < 0:
            continue
        amount = work.node[WEIGHT, leaf] / work.cost[leaf, work.first[leaf]]
        for mode in range(modes):
            if active[leaf, mode]:
                part, carried = w[leaf, mode] / work.cost[leaf, mode], amount * w[leaf, mode]
                for k in range(factors):
                    use = case.bundle[leaf, mode, k]
                    if use != 0.0:
                        used[k] += carried * use
                        gradient[leaf, k] += part * use * price[k]
                        largest[k] = max(largest[k], use * price[k] / work.cost[leaf, mode])
    add_curvature(nests, case, work)
    if linked:
        add_induced_work(case, regime, work)
    tie_rows(case, price, work, ties)
    return ties


@compiled
def without_idle_ties(regime: RegimeState, work: Workspace, ties: int) -> int:
    """Leave its cheapest mode alone to each task of no weight; return the ties that remain.

    Next to close substitutes that are cheaper a task vanishes like e^-sigma, and shares of its
    modes have no meaning.
    """
    kept = 0
    for t in range(ties):
        leaf, mode = work.tie[LEAF, t], work.tie[MODE, t]
        first = work.first[leaf]
        cost = work.cost[leaf, first]
        if work.node[WEIGHT, leaf] >= NO_PRICE or not cost > NO_PRICE:
            work.tie[LEAF, kept], work.tie[MODE, kept] = leaf, mode
            kept += 1
            continue
        loser = mode
        if work.cost[leaf, mode] < cost:
            loser, work.first[leaf] = first, mode
        regime.active[leaf, loser] = False
        regime.mode_share[leaf, loser] = 0.0
        regime.mode_share[leaf, work.first[leaf]] = 1.0
    return kept


@compiled
def add_curvature(nests: Nests, case: Instance, work: Workspace) -> None:
    """Write the gradients of nests and the matrix A, from cost shares and leaves' gradients."""
    nodes, factors = work.gradient.shape
    leaves, sigma = len(case.dead), case.nest[ELASTICITY]
    g, a = work.gradient, work.square[CURVATURE]
    theta, weight = work.node[THETA], work.node[WEIGHT]
    for v in range(leaves, nodes):
        for k in range(factors):
            g[v, k] = 0.0
        for c in range(nests.first[v - leaves], nests.first[v - leaves + 1]):
            u = nests.child[c]
            if theta[u] != 0.0:
                for k in range(factors):
                    g[v, k] += theta[u] * g[u, k]
    for i in range(factors):
        for j in range(factors):
            a[i, j] = 0.0
    for v in range(nodes):
        # elasticity of the nest above less the node's own; a leaf's own is 0, and the root, which
        # has no nest above, counts with 1
        above = 1.0 if v == nodes - 1 else sigma[nests.parent[v]]
        own = 0.0 if v < leaves else sigma[v]
        factor = weight[v] * (above - own)
        if factor != 0.0:
            for i in range(factors):
                part = factor * g[v, i]
                if part != 0.0:
                    for j in range(i + 1):
                        a[i, j] += part * g[v, j]
    for i in range(factors):
        for j in range(i):
            a[j, i] = a[i, j]


@compiled
def tie_rows(case: Instance, price: Array, work: Workspace, ties: int) -> None:
    """Write mismatches and rows of the ties."""
    for t in range(ties):
        leaf, mode = work.tie[LEAF, t], work.tie[MODE, t]
        first = work.first[leaf]
        cost = work.cost[leaf, first]
        # of two modes whose cost is only traces of prices, neither is meaningfully cheaper
        paid = costs_something(case.bundle, leaf, first, price)
        work.tied[MISMATCH, t] = np.log(work.cost[leaf, mode] / cost) if paid else 0.0
        for k in range(len(price)):
            difference = case.bundle[leaf, mode, k] - case.bundle[leaf, first, k]
            work.row[t, k] = difference * price[k] / cost


@compiled
def newton_matrix(regime: RegimeState, work: Workspace, ties: int) -> int:
    """Write the scaled derivative of the equations; return the number of priced factors.

    Row and column k of a factor are divided by sqrt(s_k use_k), those of a tie by the root of its
    task's cost share. Every entry is then of the order of the share of the cost that it concerns,
    so that a price of 1e-30 weighs as much in the solution as one of 1. The tiny shift of the
    diagonal makes directions in which nothing changes solvable (quasi-definite matrix).
    """
    n, a, scale, position = 0, work.matrix, work.factor[SCALE], work.position
    for k in range(len(regime.price)):
        if regime.priced[k]:
            position[n] = k
            scale[n] = 1.0 / np.sqrt(regime.price[k] * work.factor[USED, k])
            n += 1
    for i in range(n):
        for j in range(n):
            a[i, j] = work.square[CURVATURE, position[i], position[j]] * scale[i] * scale[j]
        a[i, i] += DAMPING
    for t in range(ties):
        root = np.sqrt(abs(work.node[WEIGHT, work.tie[LEAF, t]]))
        for i in range(n):
            a[n + t, i] = a[i, n + t] = work.row[t, position[i]] * scale[i] * root
        for u in range(ties):
            a[n + t, n + u] = 0.0
        a[n + t, n + t] = -DAMPING
    return n


@compiled
def right_side(
    regime: RegimeState, work: Workspace, n: int, ties: int, log_used: Array, mismatch: Array
) -> None:
    """Write the scaled residuals of the equations: log use of factors, mismatches of ties."""
    for i in range(n):
        k = work.position[i]
        amount = regime.price[k] * work.factor[USED, k]
        work.right[i, 0] = amount * log_used[k] * work.factor[SCALE, i]
    for t in range(ties):
        work.right[n + t, 0] = -mismatch[t] * np.sqrt(abs(work.node[WEIGHT, work.tie[LEAF, t]]))


@compiled
def newton_direction(regime: RegimeState, work: Workspace, ties: int) -> bool:
    """Write the Newton step of log prices and of tied modes' shares; return whether it exists."""
    n = newton_matrix(regime, work, ties)
    a, b, scale, position = work.matrix, work.right, work.factor[SCALE], work.position
    size = n + ties
    for i in range(size):
        for j in range(size):
            if not abs(a[i, j]) < RUNAWAY:
                return False
    for i in range(n):
        work.factor[STEP, position[i]] = np.log(work.factor[USED, position[i]])
    right_side(regime, work, n, ties, work.factor[STEP], work.tied[MISMATCH])
    for i in range(size):
        if not abs(b[i, 0]) < np.inf:
            return False
    columns = min(size, len(b[0]))
    if not eliminate(a, b, size, columns):
        return False
    for k in range(len(regime.price)):
        work.factor[STEP, k] = 0.0
    for i in range(n):
        work.factor[STEP, position[i]] = b[i, 0] * scale[i]
    for t in range(ties):
        # members of a nest have a negative weight while the share of the nest is negative
        weight = work.node[WEIGHT, work.tie[LEAF, t]]
        work.tied[CHANGE, t] = -b[n + t, 0] / np.copysign(np.sqrt(abs(weight)), weight)
    return True


@compiled
def step_length(regime: RegimeState, work: Workspace, together: bool) -> float:
    """Return the fraction of a step after which prices remain between zero and one.

    Prices are shares of one: however flat cost is there, the step ends where one leaves (0, 1).
    """
    length = 1.0
    for k in range(len(regime.price)):
        if regime.priced[k]:
            x, s = work.factor[STEP, k], regime.price[k]
            if x > 0.0:
                length = min(length, max(1.0 / s - 1.0, LEAST_GROWTH) / x)
            elif x < 0.0 and together and abs(np.log(work.factor[USED, k])) < NEAR_BALANCE:
                length = min(length, MOST_FALL / -x)
    return length


@compiled
def newton_step(
    regime: RegimeState, work: Workspace, ties: int, together: bool, reach: float
) -> float:
    """Move prices and mode shares by a Newton step; return the largest change of a log price.

    Where a factor is far out of balance, its use is nearly a power of its price: the step applies
    to the logarithm, of which ``reach`` is the largest change. Close to balance use is nearly
    linear, and the price changes by 1 + x. Where steps alternate, ``reach`` is small, and a price
    on which nothing depends but those of others moves alone: in one direction with it, steps of the
    others mean nothing.
    """
    length, size, longest = step_length(regime, work, together), 0.0, 0.0
    for k in range(len(regime.price)):
        if regime.priced[k]:
            longest = max(longest, abs(work.factor[STEP, k]))
    alone = reach < REACH and longest > FLAT_STEP
    for k in range(len(regime.price)):
        if regime.priced[k] and not (alone and abs(work.factor[STEP, k]) < FLAT_PART * longest):
            x = work.factor[STEP, k] * length
            size = max(size, abs(x))
            if abs(np.log(work.factor[USED, k])) < NEAR_BALANCE:
                factor = 1.0 + max(x, -MOST_FALL)
            else:
                factor = np.exp(min(max(x, -reach), reach))
            regime.price[k] = max(regime.price[k] * factor, TRACE)
    # the equations see tied shares relative to the first mode, which takes up the rest, so that the
    # shares of a task always sum to one
    for t in range(ties):
        leaf = work.tie[LEAF, t]
        change = work.tied[CHANGE, t] * length
        regime.mode_share[leaf, work.tie[MODE, t]] += change
        regime.mode_share[leaf, work.first[leaf]] -= change
    return size


@compiled
def most_elastic(nests: Nests, case: Instance) -> float:
    """Return the largest elasticity of a nest."""
    leaves, highest = len(case.dead), 0.0
    for v in range(leaves, len(nests.parent)):
        highest = max(highest, case.nest[ELASTICITY, v])
    return highest


@compiled
def rebalance(
    nests: Nests, case: Instance, regime: RegimeState, work: Workspace, ties: int
) -> None:
    """Take the last Newton step in the plan and not in the prices, which cannot resolve it.

    Work W / c on a leaf and the shares of tied modes change as that step would change them, to
    first order: factors are used up but for its square. Costs and prices stay, and with them the
    bound that certifies the plan.
    """
    if not newton_direction(regime, work, ties):
        return
    leaves, nodes = len(case.dead), len(nests.parent)
    step, theta, sigma = work.factor[STEP], work.node[THETA], case.nest[ELASTICITY]
    rise, change = work.node[LOG_X], work.node[NEEDED]
    for v in range(nodes):
        rise[v] = 0.0
        if v < leaves:
            for k in range(len(step)):
                rise[v] += work.gradient[v, k] * step[k]
        else:
            for c in range(nests.first[v - leaves], nests.first[v - leaves + 1]):
                u = nests.child[c]
                if theta[u] > 0.0:
                    rise[v] += theta[u] * rise[u]
    change[nodes - 1] = 0.0
    for v in range(nodes - 1, leaves - 1, -1):
        for c in range(nests.first[v - leaves], nests.first[v - leaves + 1]):
            u = nests.child[c]
            change[u] = change[v] + (1.0 - sigma[v]) * (rise[u] - rise[v])
    for leaf in range(leaves):
        work.node[WEIGHT, leaf] *= 1.0 + change[leaf] - rise[leaf]
    for t in range(ties):
        leaf, mode = work.tie[LEAF, t], work.tie[MODE, t]
        regime.mode_share[leaf, mode] += work.tied[CHANGE, t]
        regime.mode_share[leaf, work.first[leaf]] -= work.tied[CHANGE, t]


@compiled
def newton(
    nests: Nests, case: Instance, regime: RegimeState, work: Workspace, together: bool, steps: int
) -> int:
    """Solve the equations of a regime in place; return `SOLVED`, `UNSOLVED` or `CROWDED`.

    The fall of a price in one step is limited: by itself, or, where ``together``, by shortening
    the whole step, so that prices keep to its direction. The former suits prices many orders of
    magnitude apart, the latter costs that are nearly flat between two factors.
    """
    rounding = ELASTIC_ROUNDING * most_elastic(nests, case)
    for step in range(steps):
        ties = evaluate(nests, case, regime, work)
        if ties == -1:
            return CROWDED
        if ties < 0:
            return UNSOLVED
        imbalance, rest, mismatch, idle = 0.0, 0.0, 0.0, False
        for k in range(len(regime.price)):
            if regime.priced[k]:
                off = abs(np.log(work.factor[USED, k]))
                imbalance = max(imbalance, off) if off == off else np.inf
                # a price on which no cost depends any more, while everything else is solved, is
                # zero: Newton's method in logarithms would lower it for ever
                if work.factor[USED, k] < 1.0 and work.factor[LARGEST, k] < NO_COST_SHARE:
                    idle = True
                else:
                    rest = max(rest, off)
        for t in range(ties):
            off = abs(work.tied[MISMATCH, t])
            mismatch = max(mismatch, off) if off == off else np.inf
        tolerance = CONVERGED if step < PATIENCE else NEARLY_CONVERGED
        if imbalance < max(tolerance, rounding) and mismatch < tolerance:
            if not imbalance < CONVERGED and len(case.inputs) == 0:
                rebalance(nests, case, regime, work, ties)
            return SOLVED
        if idle and rest < MOSTLY_SOLVED and mismatch < MOSTLY_SOLVED:
            if newton_direction(regime, work, ties):
                newton_step(regime, work, ties, together, REACH)
            return UNSOLVED
        if not newton_direction(regime, work, ties):
            return UNSOLVED
        reach = REACH if step < PATIENCE else max(REACH * SHORTER ** (step - PATIENCE), SHORTEST)
        if not newton_step(regime, work, ties, together, reach) < np.inf:
            return UNSOLVED
    return UNSOLVED
