"""The optimum of one organisation in plain loops: Newton's method on a regime, and its repair.

A regime says which modes carry each task (they are active) and which factors have a price. Given
it, the optimum solves smooth equations: all active modes of a task cost the same, and every priced
factor is used up. In the logarithms x of the prices and in v = W dw, with w the share of its task
that a mode carries and W the cost share of the task,

    A x - R' v = s (use - 1),      R x = - (differences of log cost between tied modes),

where A is the negative Hessian of log unit cost in relative coordinates, a sum of rank-one terms
over the tree that is exact at every elasticity,

    A = sum_leaf W sigma_parent g g' + sum_nest W (sigma_parent - sigma) g g'
        + (1 - sigma_root) g g'.

Sets that turn out wrong are repaired: a mode with a negative share leaves, one that is cheaper than
the active ones enters; a factor used beyond its supply gets a price, one whose price vanishes loses
it. All supplies are one. Arrays are those of one point.

Source: docs, model, section 1.2.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from taskmodel.compiled import compiled, taking
from taskmodel.numerics.accuracy import (
    CONVERGED,
    COST_TOLERANCE,
    DAMPING,
    ELASTIC_ROUNDING,
    FIRST_PRICE,
    MOSTLY_SOLVED,
    NEARLY_CONVERGED,
    NO_COST_SHARE,
    NO_PRICE,
    PROPORTIONAL,
    RUNAWAY,
    SAME_COST,
    SAME_STEP,
    TIE,
    TRACE,
    UPHILL,
    USE_TOLERANCE,
    ZERO_SHARE,
)
from taskmodel.numerics.types import Array
from taskmodel.science.production_kernels import (
    Nests,
    nest_output,
    nest_outputs,
    spread_shares,
    unit_cost,
    unit_costs,
)

Mask = NDArray[np.bool_]

NEWTON_STEPS = 40
FOLLOWING_STEPS = 14  # where a regime is followed to a nearby point; one that needs more has ended
REPAIRS = 12
PATIENCE = 10  # steps after which `NEARLY_CONVERGED` is accepted
REACH = 20.0  # by which the log of a price far out of balance may change in a step
SHORTER = 0.75  # multiplier of that, in every step after `PATIENCE`: steps may alternate for ever
SHORTEST = 0.5
FLAT_STEP = 1e6  # of the log of a price: nothing depends on it
FLAT_PART = 1e-3  # of the largest step below which others are held
LEAST_GROWTH = 0.5  # by which any price may grow in a step
MOST_FALL = 0.999  # by which a price may fall in a step
NEAR_BALANCE = 0.4  # log use below which use is nearly linear in the price
JACOBI_SWEEPS = 30
NO_OUTPUT = 708.0  # log unit cost beyond which output is below the smallest normal number
LEAST_TIES = 32  # room for ties in a `System`
CLOSE = 8.0  # elasticity above which members of a nest are close substitutes
POLICIES = 60  # rounds in which idle tasks choose their modes

SOLVED, CONVERGED_ONLY, UNSOLVED, CROWDED = 0, 1, 2, 3


class Instance(NamedTuple):
    """What is to be produced with what."""

    bundle: Array  # (leaf, mode, factor) use per unit over the supply, with all that it induces
    open: Mask  # (leaf, mode)
    dead: Mask  # (leaf,) leaves that drop out: they cost 1 and have no weight
    scarce: Mask  # (factor,) may have a price
    nest: Array  # (2, node) CES shares, negative for members that drop out, and elasticities
    # (leaf, mode, factor + leaf) use of a mode alone, then the work that it induces; -1 for its own
    # work in the first mode of a leaf in the place of a nest. Empty where nothing is linked:
    # otherwise `evaluate` writes `bundle`, at the prices and mode shares of the regime.
    inputs: Array


class RegimeState(NamedTuple):
    """Active modes and priced factors, with prices and mode shares."""

    active: Mask  # (leaf, mode)
    priced: Mask  # (factor,)
    price: Array  # (factor,) s; TRACE where scarce and not priced; the priced ones sum to one
    mode_share: Array  # (leaf, mode) w; 0 where not active
    guess: Array  # (2, factor) initial price, should the factor need one, and about its use there


class Regimes(NamedTuple):
    """`RegimeState` for several points, the first dimension."""

    active: Mask
    priced: Mask
    price: Array
    mode_share: Array
    guess: Array


# Rows of the arrays of a `Workspace`. Few arrays with many rows compile much faster than many
# arrays, for every function that takes a workspace takes all of them one by one.
# log cost, share in its nest and in all costs (of leaves, induced work included), log output, and
# whether output needs it, where modes are linked
LOG_C, THETA, WEIGHT, LOG_X, NEEDED = 0, 1, 2, 3, 4
USED, LARGEST, SCALE, STEP, MOVES, UNIT = 0, 1, 2, 3, 4, 5
CURVATURE, BREAKING, SQUARE, VECTORS = 0, 1, 2, 3
LEAF, MODE = 0, 1
MISMATCH, CHANGE = 0, 1
SHARE, ELASTICITY = 0, 1
GUESS, GUESS_USED = 0, 1
BEFORE, RETRIED, KEPT = 0, 1, 2


class Workspace(NamedTuple):
    """All that the solution of one point writes into.

    A tie is an active mode other than the first of its task, whose cost must equal that one's.
    """

    first: NDArray[np.int64]  # (leaf,) the active mode whose cost is the task's; -1 if dead
    cost: Array  # (leaf, mode) of active modes
    node: Array  # (5, node): LOG_C, THETA, WEIGHT, LOG_X, NEEDED
    gradient: Array  # (node, factor) of log costs in log prices
    # (6, factor): USED use over supply, LARGEST share in the cost of an active mode, SCALE of the
    # equations, STEP of log prices, MOVES and UNIT of prices along flat directions
    factor: Array
    # (4, factor, factor): CURVATURE the matrix A, BREAKING orthonormal directions that break ties,
    # SQUARE and VECTORS a matrix and its eigenvectors
    square: Array
    tie: NDArray[np.int64]  # (2, tie): LEAF, MODE
    tied: Array  # (2, tie): MISMATCH log of cost over that of the first mode, CHANGE of its share
    row: Array  # (tie, factor) difference of cost shares
    position: NDArray[np.int64]  # (factor,) the priced factors
    matrix: Array  # (size, size) of the equations
    right: Array  # (size, 1)
    spare: Regimes  # BEFORE, RETRIED, KEPT


def new_regimes(points: int, leaves: int, modes: int, factors: int) -> Regimes:
    """Return regimes without active modes and prices."""
    return Regimes(
        np.zeros((points, leaves, modes), dtype=bool),
        np.zeros((points, factors), dtype=bool),
        np.zeros((points, factors)),
        np.zeros((points, leaves, modes)),
        np.zeros((points, 2, factors)),
    )


def workspace(leaves: int, modes: int, nodes: int, factors: int, ties: int = 0) -> Workspace:
    """Return a workspace with room for a number of ties."""
    room = min(max(LEAST_TIES, 4 * factors, ties), max(leaves * (modes - 1), 1))
    size = max(factors + room, leaves)
    return Workspace(
        np.zeros(leaves, dtype=np.int64),
        np.zeros((leaves, modes)),
        np.zeros((5, nodes)),
        np.zeros((nodes, factors)),
        np.zeros((6, factors)),
        np.zeros((4, factors, factors)),
        np.zeros((2, room), dtype=np.int64),
        np.zeros((2, room)),
        np.zeros((room, factors)),
        np.zeros(factors, dtype=np.int64),
        np.zeros((size, size)),
        np.zeros((size, 1)),
        new_regimes(3, leaves, modes, factors),
    )


@taking
def regime_of(regimes: Regimes, point: int) -> RegimeState:
    """Return the regime of one point of several."""
    return RegimeState(
        regimes.active[point],
        regimes.priced[point],
        regimes.price[point],
        regimes.mode_share[point],
        regimes.guess[point],
    )


@compiled
def copy_regime(target: RegimeState, source: RegimeState) -> None:
    """Overwrite a regime with another."""
    leaves, modes = source.active.shape
    for leaf in range(leaves):
        for mode in range(modes):
            target.active[leaf, mode] = source.active[leaf, mode]
            target.mode_share[leaf, mode] = source.mode_share[leaf, mode]
    for k in range(len(source.price)):
        target.priced[k] = source.priced[k]
        target.price[k] = source.price[k]
        target.guess[GUESS, k] = source.guess[GUESS, k]
        target.guess[GUESS_USED, k] = source.guess[GUESS_USED, k]


@compiled
def mode_cost(bundle: Array, leaf: int, mode: int, price: Array) -> float:
    """Return the cost of a unit of a leaf in a mode."""
    total = 0.0
    for k in range(len(price)):
        total += bundle[leaf, mode, k] * price[k]
    return total


@compiled
def costs_something(bundle: Array, leaf: int, mode: int, price: Array) -> bool:
    """Return whether a mode uses a factor whose price is more than the one that stands for zero."""
    for k in range(len(price)):
        if price[k] > TRACE * (1.0 + TIE) and bundle[leaf, mode, k] > 0.0:
            return True
    return False


@compiled
def own_use(case: Instance, leaf: int, mode: int, k: int) -> float:
    """Return the use of a factor by a mode alone, without that of work that it induces."""
    return case.inputs[leaf, mode, k] if len(case.inputs) > 0 else case.bundle[leaf, mode, k]


@compiled
def is_block(case: Instance, leaf: int) -> bool:
    """Return whether a leaf is in the place of a nest, for which its first mode stands."""
    return case.inputs[leaf, 0, case.bundle.shape[2] + leaf] < 0.0


@compiled
def mark_needed(nests: Nests, case: Instance, regime: RegimeState, need: Array) -> None:
    """Write 1 at the nodes that output needs in a regime, else 0.

    The members of a nest that is made as a block only are idle, unless other tasks induce them.
    """
    leaves, modes, factors = case.bundle.shape
    nodes = len(need)
    for v in range(nodes):
        need[v] = 1.0 if v == nodes - 1 else 0.0
    for v in range(nodes - 1, leaves - 1, -1):
        b = nests.parent[v]
        if b < leaves and regime.active[b, 0] and regime.mode_share[b, 0] != 0.0:
            need[v] = need[b]
        for c in range(nests.first[v - leaves], nests.first[v - leaves + 1]):
            u = nests.child[c]
            if need[v] > 0.0 and case.nest[SHARE, u] > 0.0:
                need[u] = 1.0
    changed = True
    while changed:
        changed = False
        for leaf in range(leaves):
            if need[leaf] == 0.0 or case.dead[leaf]:
                continue
            for mode in range(modes):
                if regime.active[leaf, mode] and regime.mode_share[leaf, mode] != 0.0:
                    for j in range(leaves):
                        if case.inputs[leaf, mode, factors + j] > 0.0 and need[j] == 0.0:
                            need[j], changed = 1.0, True


@compiled
def clear_idle(nests: Nests, case: Instance, state: RegimeState, work: Workspace) -> None:
    """Take the modes of tasks that output does not need out of a regime."""
    if len(case.inputs) > 0:
        need = work.node[NEEDED]
        mark_needed(nests, case, state, need)
        leaves, modes = state.active.shape
        for leaf in range(leaves):
            if need[leaf] == 0.0:
                for mode in range(modes):
                    state.active[leaf, mode] = False
                    state.mode_share[leaf, mode] = 0.0


@compiled
def solve_use(case: Instance, w: Array, work: Workspace) -> None:
    """Write the use of factors by a unit of each task, induced work included, into `gradient`.

    z = (I - phi)^-1 b with the modes `first`, or where that is -1 the shares w. Leaves in the place
    of nests receive 0.
    """
    leaves, modes, factors = case.bundle.shape
    matrix, use, induces = work.matrix, work.gradient, False
    for leaf in range(leaves):
        for j in range(leaves):
            matrix[leaf, j] = 1.0 if j == leaf else 0.0
        for k in range(factors):
            use[leaf, k] = 0.0
        if case.dead[leaf] or is_block(case, leaf):
            continue
        for mode in range(modes):
            part = w[leaf, mode]
            if work.first[leaf] >= 0:
                part = 1.0 if work.first[leaf] == mode else 0.0
            if part == 0.0:
                continue
            for k in range(factors):
                use[leaf, k] += part * case.inputs[leaf, mode, k]
            for j in range(leaves):
                phi = case.inputs[leaf, mode, factors + j]
                if phi > 0.0:
                    matrix[leaf, j] -= part * phi
                    induces = True
    if induces:
        eliminate(matrix, use, leaves, factors)


@compiled
def linked_bundle(case: Instance, leaf: int, mode: int, use: Array) -> None:
    """Write the bundle of a mode of a task from its own use and that of the work it induces."""
    leaves, factors = case.bundle.shape[0], case.bundle.shape[2]
    for k in range(factors):
        case.bundle[leaf, mode, k] = case.inputs[leaf, mode, k]
    for j in range(leaves):
        phi = case.inputs[leaf, mode, factors + j]
        if phi > 0.0:
            for k in range(factors):
                case.bundle[leaf, mode, k] += phi * use[j, k]


@compiled
def unit_use(nests: Nests, leaves: int, v: int, work: Workspace) -> None:
    """Write the use of factors by a unit of a nest, from that of its members, into `gradient`."""
    use, log_c, theta = work.gradient, work.node[LOG_C], work.node[THETA]
    for k in range(use.shape[1]):
        use[v, k] = 0.0
    for c in range(nests.first[v - leaves], nests.first[v - leaves + 1]):
        u = nests.child[c]
        if theta[u] > 0.0:
            units = theta[u] * np.exp(log_c[v] - log_c[u])
            for k in range(use.shape[1]):
                use[v, k] += units * use[u, k]


@compiled
def link_modes(nests: Nests, case: Instance, regime: RegimeState, work: Workspace) -> bool:
    """Write the bundles of modes that use the outputs of nests and of other tasks.

    Tasks that output does not need are out of the regime, and cost what their cheapest mode does;
    tasks that it needs without an active mode start with that one. Returns whether some that were
    idle are needed now.
    """
    leaves, modes, factors = case.bundle.shape
    active, w, price, need = regime.active, regime.mode_share, regime.price, work.node[NEEDED]
    use, log_c, theta = work.gradient, work.node[LOG_C], work.node[THETA]
    mark_needed(nests, case, regime, need)
    for leaf in range(leaves):
        work.first[leaf], total, begun = -1, 0.0, False
        for mode in range(modes):
            if need[leaf] == 0.0 or case.dead[leaf] or not active[leaf, mode]:
                active[leaf, mode], w[leaf, mode] = False, 0.0
            else:
                total += w[leaf, mode]
                begun = True
        if case.dead[leaf] or is_block(case, leaf):
            for mode in range(modes):
                w[leaf, mode] = w[leaf, mode] / total if begun else 0.0
            continue
        least = np.inf
        for mode in range(modes):
            if begun:
                w[leaf, mode] /= total
            elif case.open[leaf, mode]:
                cost = mode_cost(case.inputs, leaf, mode, price)
                if cost < least:
                    work.first[leaf], least = mode, cost
    for _ in range(POLICIES):
        solve_use(case, w, work)
        changed = False
        for leaf in range(leaves):
            if case.dead[leaf]:
                continue
            least, best = np.inf, -1
            for mode in range(modes):
                if case.open[leaf, mode]:
                    linked_bundle(case, leaf, mode, use)
                    cost = mode_cost(case.bundle, leaf, mode, price)
                    if cost < least:
                        least, best = cost, mode
            first = work.first[leaf]
            if first >= 0 and least < (1.0 - TIE) * mode_cost(case.bundle, leaf, first, price):
                work.first[leaf], changed = best, True
        if not changed:
            break
    grown = False
    for leaf in range(leaves):
        log_c[leaf] = 0.0
        if case.dead[leaf] or is_block(case, leaf):
            continue
        total = 0.0
        for k in range(factors):
            total += use[leaf, k] * price[k]
        log_c[leaf] = np.log(total)
        if need[leaf] > 0.0 and work.first[leaf] >= 0:
            active[leaf, work.first[leaf]], w[leaf, work.first[leaf]] = True, 1.0
            for j in range(leaves):
                induced = case.inputs[leaf, work.first[leaf], factors + j] > 0.0
                grown = grown or (induced and need[j] == 0.0)
    for v in range(leaves, len(need)):
        unit_cost(nests, case.nest[SHARE], case.nest[ELASTICITY], leaves, v, log_c, theta)
        unit_use(nests, leaves, v, work)
        b = nests.parent[v]
        if b < leaves and not case.dead[b]:
            least, best, begun = np.inf, -1, False
            for mode in range(modes):
                linked_bundle(case, b, mode, use)
                for k in range(factors if mode == 0 else 0):
                    case.bundle[b, mode, k] = use[v, k]
                begun = begun or active[b, mode]
                if case.open[b, mode]:
                    cost = mode_cost(case.bundle, b, mode, price)
                    if cost < least:
                        least, best = cost, mode
            if not begun and need[b] > 0.0:
                active[b, best], w[b, best], begun = True, 1.0, True
                grown = grown or best == 0
                for j in range(leaves):
                    induced = case.inputs[b, best, factors + j] > 0.0
                    grown = grown or (induced and need[j] == 0.0)
            total = 0.0
            for k in range(factors):
                use[b, k] = 0.0 if begun else case.bundle[b, best, k]
                for mode in range(modes):
                    if active[b, mode]:
                        use[b, k] += w[b, mode] * case.bundle[b, mode, k]
                total += use[b, k] * price[k]
            log_c[b] = np.log(total)
    return grown


@compiled
def share_blocks(nests: Nests, regime: RegimeState, work: Workspace) -> None:
    """Write the shares of nests in the costs of the leaves in their places."""
    leaves = len(work.first)
    for v in range(leaves, len(nests.parent)):
        b = nests.parent[v]
        if b < leaves:
            work.node[THETA, v] = 0.0
            if work.first[b] >= 0 and regime.active[b, 0]:
                relative = work.cost[b, 0] / work.cost[b, work.first[b]]
                work.node[THETA, v] = regime.mode_share[b, 0] * relative


@compiled
def add_induced_work(case: Instance, regime: RegimeState, work: Workspace) -> None:
    """Add induced work to the cost shares of leaves, and write the use of factors.

    With x the work that the nests need, all work is (I - phi')^-1 x.
    """
    leaves, modes, factors = case.bundle.shape
    matrix, amount, used, induces = work.matrix, work.right, work.factor[USED], False
    for leaf in range(leaves):
        for j in range(leaves):
            matrix[j, leaf] = 1.0 if j == leaf else 0.0
        amount[leaf, 0] = 0.0
        if work.first[leaf] < 0:
            continue
        amount[leaf, 0] = work.node[WEIGHT, leaf] / work.cost[leaf, work.first[leaf]]
        for mode in range(modes):
            if regime.active[leaf, mode]:
                for j in range(leaves):
                    phi = case.inputs[leaf, mode, factors + j]
                    if phi > 0.0:
                        matrix[j, leaf] -= regime.mode_share[leaf, mode] * phi
                        induces = True
    if induces:
        eliminate(matrix, amount, leaves, amount.shape[1])
    for k in range(factors):
        used[k] = 0.0
    for leaf in range(leaves):
        if work.first[leaf] < 0:
            continue
        work.node[WEIGHT, leaf] = amount[leaf, 0] * work.cost[leaf, work.first[leaf]]
        for mode in range(modes):
            if regime.active[leaf, mode]:
                carried = amount[leaf, 0] * regime.mode_share[leaf, mode]
                for k in range(factors):
                    used[k] += carried * case.inputs[leaf, mode, k]


@compiled
def linked_outputs(nests: Nests, case: Instance, state: RegimeState, work: Workspace) -> None:
    """Write log outputs of all nodes from the work in every mode, less the work it induces."""
    leaves, modes, factors = case.bundle.shape
    log_x, net = work.node[LOG_X], work.right
    for leaf in range(leaves):
        net[leaf, 0] = np.exp(log_x[leaf])
    for leaf in range(leaves):
        if work.first[leaf] < 0:
            continue
        amount = work.node[WEIGHT, leaf] / work.cost[leaf, work.first[leaf]]
        for mode in range(modes):
            if state.active[leaf, mode]:
                done = amount * max(state.mode_share[leaf, mode], 0.0)
                for j in range(leaves):
                    net[j, 0] -= done * max(case.inputs[leaf, mode, factors + j], 0.0)
    for leaf in range(leaves):
        log_x[leaf] = np.log(net[leaf, 0]) if net[leaf, 0] > 0.0 else -np.inf
    for v in range(leaves, len(log_x)):
        nest_output(nests, case.nest[SHARE], case.nest[ELASTICITY], leaves, v, log_x)
        b = nests.parent[v]
        if b < leaves and work.first[b] >= 0:
            made = np.exp(log_x[v])
            amount = work.node[WEIGHT, b] / work.cost[b, work.first[b]]
            for mode in range(1, modes):
                if state.active[b, mode]:
                    made += amount * max(state.mode_share[b, mode], 0.0)
            log_x[b] = np.log(made)


@compiled
def linked_costs(nests: Nests, case: Instance, price: Array, work: Workspace) -> None:
    """Write least log costs of all nodes at given prices, whatever the regime.

    Howard's policy iteration: with its modes given a task costs (I - phi)^-1 b, and no task costs
    more once each takes the mode that is cheapest at these costs.
    """
    leaves, modes, factors = case.bundle.shape
    log_c, matrix, cost, policy = work.node[LOG_C], work.matrix, work.right, work.node[NEEDED]
    for leaf in range(leaves):
        policy[leaf], least = -1.0, np.inf
        if case.dead[leaf] or is_block(case, leaf):
            continue
        for mode in range(modes):
            own = mode_cost(case.inputs, leaf, mode, price)
            if case.open[leaf, mode] and own < least:
                policy[leaf], least = float(mode), own
    for _ in range(POLICIES):
        for leaf in range(leaves):
            for j in range(leaves):
                matrix[leaf, j] = 1.0 if j == leaf else 0.0
            cost[leaf, 0] = 0.0
            if policy[leaf] >= 0.0:
                mode = int(policy[leaf])
                cost[leaf, 0] = mode_cost(case.inputs, leaf, mode, price)
                for j in range(leaves):
                    matrix[leaf, j] -= case.inputs[leaf, mode, factors + j]
        eliminate(matrix, cost, leaves, cost.shape[1])
        changed = False
        for leaf in range(leaves):
            for mode in range(modes):
                if policy[leaf] < 0.0 or not case.open[leaf, mode]:
                    continue
                total = mode_cost(case.inputs, leaf, mode, price)
                for j in range(leaves):
                    total += case.inputs[leaf, mode, factors + j] * cost[j, 0]
                if total < cost[leaf, 0] * (1.0 - SAME_COST):
                    policy[leaf], changed = float(mode), True
                    break
        if not changed:
            break
    for leaf in range(leaves):
        log_c[leaf] = np.log(cost[leaf, 0]) if policy[leaf] >= 0.0 else 0.0
    for v in range(leaves, len(log_c)):
        unit_cost(
            nests, case.nest[SHARE], case.nest[ELASTICITY], leaves, v, log_c, work.node[THETA]
        )
        b = nests.parent[v]
        if b < leaves and not case.dead[b]:
            log_c[b] = log_c[v] if case.open[b, 0] else np.inf
            for mode in range(1, modes):
                if case.open[b, mode]:
                    total = mode_cost(case.inputs, b, mode, price)
                    for j in range(leaves):
                        total += case.inputs[b, mode, factors + j] * cost[j, 0]
                    log_c[b] = min(log_c[b], np.log(total))


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
def eliminate(a: Array, b: Array, n: int, columns: int) -> bool:
    """Solve a x = b in place by elimination with partial pivoting; return whether it exists."""
    for i in range(n):
        best, row = abs(a[i, i]), i
        for r in range(i + 1, n):
            if abs(a[r, i]) > best:
                best, row = abs(a[r, i]), r
        if not best > 0.0:
            return False
        if row != i:
            for c in range(i, n):
                a[i, c], a[row, c] = a[row, c], a[i, c]
            for c in range(columns):
                b[i, c], b[row, c] = b[row, c], b[i, c]
        inverse = 1.0 / a[i, i]
        for r in range(i + 1, n):
            q = a[r, i] * inverse
            if q != 0.0:
                for c in range(i + 1, n):
                    a[r, c] -= q * a[i, c]
                for c in range(columns):
                    b[r, c] -= q * b[i, c]
    for i in range(n - 1, -1, -1):
        for c in range(columns):
            total = b[i, c]
            for j in range(i + 1, n):
                total -= a[i, j] * b[j, c]
            b[i, c] = total / a[i, i]
    for i in range(n):
        for c in range(columns):
            if not abs(b[i, c]) < np.inf:
                return False
    return True


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


@compiled
def repair(
    case: Instance, state: RegimeState, work: Workspace, converged: bool, single: bool, change: bool
) -> bool:
    """Return whether a regime violates a condition of optimality; change it towards the optimum's.

    As in the simplex method, the most violated condition goes first: the most negative mode of a
    task leaves, the mode that saves most enters (one per task, or one in all if ``single``), the
    most overused factor gets a price. Changing everything at once would take away modes that are
    only negative because of another error. Costs are compared only where the equations are solved:
    before that, prices mean little.
    """
    leaves, modes, factors = case.bundle.shape
    active, w = state.active, state.mode_share
    wrong, cheaper, best = False, False, 0.0
    for leaf in range(leaves):
        if work.first[leaf] < 0:
            continue
        z = work.cost[leaf, work.first[leaf]]
        paid = costs_something(case.bundle, leaf, work.first[leaf], state.price)
        for mode in range(modes):
            if active[leaf, mode]:
                wrong |= w[leaf, mode] < -COST_TOLERANCE
            elif converged and case.open[leaf, mode] and paid:
                # a task whose cost is only traces of prices is free: any of its modes will do
                work.cost[leaf, mode] = mode_cost(case.bundle, leaf, mode, state.price)
                if work.cost[leaf, mode] < z * (1.0 - COST_TOLERANCE):
                    cheaper = True
                    best = min(best, np.log(work.cost[leaf, mode] / z))
    over, most = -1, 1.0 + USE_TOLERANCE
    for k in range(factors):
        if case.scarce[k] and not state.priced[k] and work.factor[USED, k] > most:
            over, most = k, work.factor[USED, k]
    vanishing = False
    for k in range(factors):
        vanishing |= vanishes(state, work, k, converged)
    wrong |= cheaper or over >= 0 or vanishing
    if not (wrong and change):
        return wrong
    for leaf in range(leaves):
        if work.first[leaf] >= 0:
            repair_leaf(case, state, work, leaf, converged, single, best)
    if over >= 0:
        state.price[over] = initial_price(
            state.guess[GUESS, over], state.guess[GUESS_USED, over], most
        )
        state.priced[over] = True
    for k in range(factors):
        if k != over and vanishes(state, work, k, converged):
            state.priced[k] = False
            state.price[k] = TRACE
    return wrong


@compiled
def vanishes(state: RegimeState, work: Workspace, k: int, converged: bool) -> bool:
    """Return whether a price has run down to zero, or below the one that stands for zero."""
    if not state.priced[k]:
        return False
    if converged:
        return state.price[k] < TRACE
    least = work.factor[LARGEST, k] < NO_COST_SHARE or state.price[k] < NO_PRICE
    return work.factor[USED, k] < 1.0 and least


@compiled
def repair_leaf(
    case: Instance,
    state: RegimeState,
    work: Workspace,
    leaf: int,
    converged: bool,
    single: bool,
    best: float,
) -> None:
    """Let the most negative mode of a task leave, and the one that saves most enter."""
    modes = case.open.shape[1]
    active, w, first = state.active, state.mode_share, work.first[leaf]
    z = work.cost[leaf, first]
    paid = costs_something(case.bundle, leaf, first, state.price)
    lowest, gain = -COST_TOLERANCE, 0.0
    for mode in range(modes):
        if active[leaf, mode]:
            lowest = min(lowest, w[leaf, mode])
        elif converged and case.open[leaf, mode] and paid:
            if work.cost[leaf, mode] < z * (1.0 - COST_TOLERANCE):
                gain = min(gain, np.log(work.cost[leaf, mode] / z))
    count, total = 0, 0.0
    for mode in range(modes):
        if active[leaf, mode]:
            active[leaf, mode] = not (w[leaf, mode] < -COST_TOLERANCE and w[leaf, mode] == lowest)
            w[leaf, mode] = max(w[leaf, mode], 0.0) if active[leaf, mode] else 0.0
        elif gain < 0.0 and case.open[leaf, mode]:
            cheaper = work.cost[leaf, mode] < z * (1.0 - COST_TOLERANCE)
            saved = np.log(work.cost[leaf, mode] / z) if cheaper else 0.0
            if cheaper and saved == (best if single else gain):
                active[leaf, mode] = True
        count += active[leaf, mode]
        total += w[leaf, mode]
    # shares of changed sets: all of a task in its only mode, equal ones where none is left
    if count == 1 or total <= 0.0:
        for mode in range(modes):
            if active[leaf, mode]:
                w[leaf, mode] = 1.0


@compiled
def initial_price(guess: float, guess_used: float, used: float) -> float:
    """Return the initial price of a factor that is used beyond its supply without one.

    Use is taken as a power of the price through two points: ``used`` at `TRACE`, and the use that
    the interior point found at its price. The result is the price at which that power is one.
    """
    high = np.log(max(used, 1.0))
    low = np.log(min(max(guess_used, 1e-300), 1.0 - 1e-3))
    price = guess if guess > TRACE else FIRST_PRICE
    return np.exp(np.log(TRACE) + (np.log(price) - np.log(TRACE)) * high / (high - low))


@compiled
def eigenvectors(a: Array, vectors: Array, n: int) -> None:
    """Diagonalise a symmetric matrix in place by Jacobi's rotations, and write its eigenvectors."""
    for i in range(n):
        for j in range(n):
            vectors[i, j] = 1.0 if i == j else 0.0
    for _ in range(JACOBI_SWEEPS):
        off, diagonal = 0.0, 0.0
        for i in range(n):
            diagonal += abs(a[i, i])
            for j in range(i):
                off += abs(a[i, j])
        if not off > 1e-18 * diagonal:
            return
        for i in range(n):
            for j in range(i):
                if a[i, j] == 0.0:
                    continue
                half = 0.5 * (a[j, j] - a[i, i]) / a[i, j]
                t = (1.0 if half >= 0.0 else -1.0) / (abs(half) + np.sqrt(half * half + 1.0))
                c = 1.0 / np.sqrt(t * t + 1.0)
                s = t * c
                for r in range(n):
                    a[r, i], a[r, j] = c * a[r, i] - s * a[r, j], s * a[r, i] + c * a[r, j]
                for r in range(n):
                    a[i, r], a[j, r] = c * a[i, r] - s * a[j, r], s * a[i, r] + c * a[j, r]
                for r in range(n):
                    p, q = vectors[r, i], vectors[r, j]
                    vectors[r, i], vectors[r, j] = c * p - s * q, s * p + c * q


@compiled
def breaking_rows(work: Workspace, price: Array, ties: int, n: int) -> int:
    """Write an orthonormal basis of the directions that break ties; return their number.

    Gram and Schmidt's method with the row first that has the longest rest.
    """
    rank, position, unit, rows = 0, work.position, work.factor[UNIT], work.matrix
    for t in range(ties):
        norm, rows[t, n] = 0.0, 0.0  # the last column marks rows that are done
        for i in range(n):
            rows[t, i] = work.row[t, position[i]] / price[position[i]] * unit[i]
            norm += rows[t, i] ** 2
        norm = max(np.sqrt(norm), 1e-300)
        for i in range(n):
            rows[t, i] /= norm
    while rank < min(ties, n):
        longest, chosen = SAME_STEP, -1
        for t in range(ties):
            norm = 0.0
            for i in range(n):
                norm += rows[t, i] ** 2
            if rows[t, n] == 0.0 and np.sqrt(norm) > longest:
                longest, chosen = np.sqrt(norm), t
        if chosen < 0:
            break
        rows[chosen, n] = 1.0
        for i in range(n):
            work.square[BREAKING, rank, i] = rows[chosen, i] / longest
        for t in range(ties):
            along = 0.0
            for i in range(n):
                along += rows[t, i] * work.square[BREAKING, rank, i]
            for i in range(n):
                rows[t, i] -= along * work.square[BREAKING, rank, i]
        rank += 1
    return rank


@compiled
def uphill_direction(regime: RegimeState, work: Workspace, ties: int, n: int) -> bool:
    """Write a direction of prices along which costs are flat and unit cost rises, if one exists.

    Where every active mode that uses two factors uses them in one proportion, an amount added to
    the price of the one can be taken from that of the other, and no task costs more or less. The
    equations of such a regime have a solution only if the supplies have that proportion too. If
    they do not, unit cost rises all along one of the directions

        ds = F F' (use - 1),      F a basis of the directions in which costs are flat.
    """
    position, unit, c = work.position, work.factor[UNIT], work.square[SQUARE]
    # In prices rather than their logarithms, for a price may reach zero; each in the unit in which
    # its own cost has a curvature of one, so that one threshold serves prices of any size.
    for i in range(n):
        k = position[i]
        unit[i] = 1.0 / np.sqrt(1.0 + work.square[CURVATURE, k, k] / regime.price[k] ** 2)
    rank = breaking_rows(work, regime.price, ties, n)
    # P C P on the directions that keep ties, and the identity on those that break them
    for i in range(n):
        for j in range(n):
            k, f = position[i], position[j]
            c[i, j] = (
                work.square[CURVATURE, k, f] / regime.price[k] / regime.price[f] * unit[i] * unit[j]
            )
    for r in range(rank):
        project(c, work.square[BREAKING], work.factor[MOVES], r, n)
    for r in range(rank):
        for i in range(n):
            for j in range(n):
                c[i, j] += work.square[BREAKING, r, i] * work.square[BREAKING, r, j]
    eigenvectors(c, work.square[VECTORS], n)
    for k in range(len(unit)):
        work.factor[MOVES, k] = 0.0
    for column in range(n):
        if c[column, column] < PROPORTIONAL:
            amount = 0.0
            for i in range(n):
                amount += (
                    work.square[VECTORS, i, column]
                    * unit[i]
                    * (work.factor[USED, position[i]] - 1.0)
                )
            for i in range(n):
                work.factor[MOVES, i] += unit[i] * amount * work.square[VECTORS, i, column]
    gain, size = 0.0, 0.0
    for i in range(n):
        gain += work.factor[MOVES, i] * (work.factor[USED, position[i]] - 1.0)
        size += abs(work.factor[MOVES, i])
    return gain > UPHILL * size


@compiled
def project(c: Array, rows: Array, product: Array, r: int, n: int) -> None:
    """Remove one direction from both sides of a symmetric matrix, in place."""
    for _ in range(2):
        for i in range(n):
            product[i] = 0.0
            for j in range(n):
                product[i] += c[i, j] * rows[r, j]
        for i in range(n):
            for j in range(n):
                c[i, j] -= product[i] * rows[r, j]
        for i in range(n):
            for j in range(i):
                c[i, j], c[j, i] = c[j, i], c[i, j]


@compiled
def slide(nests: Nests, case: Instance, regime: RegimeState, work: Workspace) -> bool:
    """Move a regime without a solution along a flat direction of cost; return whether it moved.

    Unit cost rises up to the price at which an idle mode costs no more than its task, or at which
    one of the prices is zero: one step of the simplex method between two solutions of Newton's.
    """
    leaves, modes, factors = case.bundle.shape
    ties = evaluate(nests, case, regime, work)
    if ties < 0:
        return False
    n = newton_matrix(regime, work, ties)
    for i in range(n + ties):
        for j in range(n + ties):
            if not abs(work.matrix[i, j]) < np.inf:
                return False
    if not uphill_direction(regime, work, ties, n):
        return False
    direction = work.factor[STEP]
    for k in range(factors):
        direction[k] = 0.0
    length = np.inf
    for i in range(n):
        k = work.position[i]
        direction[k] = work.factor[MOVES, i]
        if direction[k] < 0.0:
            length = min(length, regime.price[k] / -direction[k])
    for leaf in range(leaves):
        if work.first[leaf] >= 0:
            for mode in range(modes):
                if case.open[leaf, mode] and not regime.active[leaf, mode]:
                    length = min(length, entry_length(case, regime, work, direction, leaf, mode))
    if not length < np.inf:
        return False
    # what ends the step within rounding of its length: decided before the prices move
    reached = length * (1.0 + SAME_STEP)
    for leaf in range(leaves):
        if work.first[leaf] >= 0:
            for mode in range(modes):
                if case.open[leaf, mode] and not regime.active[leaf, mode]:
                    if entry_length(case, regime, work, direction, leaf, mode) <= reached:
                        regime.active[leaf, mode] = True
    for i in range(n):
        k = work.position[i]
        vanished = direction[k] < 0.0 and regime.price[k] / -direction[k] <= reached
        regime.price[k] = max(regime.price[k] + length * direction[k], TRACE)
        if vanished:
            regime.price[k] = TRACE
            regime.priced[k] = False
    return True


@compiled
def entry_length(
    case: Instance, regime: RegimeState, work: Workspace, direction: Array, leaf: int, mode: int
) -> float:
    """Return the step along a direction after which an idle mode costs what its task does.

    inf where its cost does not fall relative to the task's.
    """
    first = work.first[leaf]
    excess = mode_cost(case.bundle, leaf, mode, regime.price) - work.cost[leaf, first]
    fall = mode_cost(case.bundle, leaf, first, direction)
    fall -= mode_cost(case.bundle, leaf, mode, direction)
    return max(excess, 0.0) / fall if fall > 0.0 else np.inf


@compiled
def polish(nests: Nests, case: Instance, state: RegimeState, work: Workspace, repairs: int) -> int:
    """Turn a regime that is right or nearly so into the exact optimum's, in place.

    Returns `SOLVED`, `CONVERGED_ONLY` where its equations are solved but it is not the optimum's,
    `UNSOLVED`, or `CROWDED`. With 0 repairs the equations of the given regime are solved.
    """
    before, retried = regime_of(work.spare, BEFORE), regime_of(work.spare, RETRIED)
    steps = NEWTON_STEPS if repairs > 0 else FOLLOWING_STEPS
    converged, wrong = False, False
    for attempt in range(repairs + 1):
        copy_regime(before, state)
        code = newton(nests, case, state, work, False, steps)
        if code == CROWDED:
            return CROWDED
        converged = code == SOLVED
        if repairs > 0 and not converged:
            # a second run from the same prices, with the other rule for shortening steps; where
            # both fail, the two take turns as the state from which the set is repaired
            copy_regime(retried, before)
            converged = newton(nests, case, retried, work, True, steps) == SOLVED
            if converged or attempt % 2 == 0:
                copy_regime(state, retried)
            else:
                evaluate(nests, case, state, work)
        change = attempt < repairs
        wrong = repair(case, state, work, converged, attempt >= 3, change)
        if change and not converged and slide(nests, case, before, work):
            copy_regime(state, before)
            wrong = True
        if not wrong:
            break
    if not converged:
        return UNSOLVED
    return CONVERGED_ONLY if wrong else SOLVED


@compiled
def certify(
    nests: Nests, case: Instance, state: RegimeState, work: Workspace
) -> tuple[float, float]:
    """Return the log output that a plan is sure to give, and its duality gap.

    The activities of the regime last evaluated are scaled down until no factor is used beyond its
    supply, and their output is compared with one over the unit cost at its prices, an upper bound
    on any output (weak duality). The certificate uses neither the equations nor the way in which
    they were solved.
    """
    leaves, modes, factors = case.bundle.shape
    used, log_x, log_c = work.factor[LARGEST], work.node[LOG_X], work.node[LOG_C]
    for k in range(factors):
        used[k] = 0.0
    for leaf in range(leaves):
        log_x[leaf], log_c[leaf] = -np.inf, 0.0
        if work.first[leaf] < 0:
            continue
        amount, made, least = (
            work.node[WEIGHT, leaf] / work.cost[leaf, work.first[leaf]],
            0.0,
            np.inf,
        )
        for mode in range(modes):
            if not case.open[leaf, mode]:
                continue
            least = min(least, mode_cost(case.bundle, leaf, mode, state.price))
            if state.active[leaf, mode]:
                # rounding may leave shares of -1e-16: without them the plan is feasible
                done = amount * max(state.mode_share[leaf, mode], 0.0)
                made += done
                for k in range(factors):
                    used[k] += done * own_use(case, leaf, mode, k)
        log_x[leaf], log_c[leaf] = np.log(made), np.log(least)
    share, elasticity = case.nest[SHARE], case.nest[ELASTICITY]
    if len(case.inputs) > 0:
        linked_outputs(nests, case, state, work)
        linked_costs(nests, case, state.price, work)
    else:
        nest_outputs(nests, share, elasticity, leaves, log_x)
        unit_costs(nests, share, elasticity, leaves, log_c, work.node[THETA])
    most = 0.0
    for k in range(factors):
        most = max(most, used[k])
    log_output = log_x[len(log_x) - 1] - np.log(most)
    if log_c[len(log_x) - 1] > NO_OUTPUT:
        return -np.inf, 0.0
    return log_output, -np.expm1(log_output + log_c[len(log_x) - 1])


@compiled
def reopen(case: Instance, state: RegimeState) -> None:
    """Take closed modes out of a regime; a task without any other starts with its cheapest."""
    leaves, modes = state.active.shape
    for leaf in range(leaves):
        total, cheapest, least = 0.0, -1, np.inf
        for mode in range(modes):
            if not case.open[leaf, mode]:
                state.active[leaf, mode] = False
                state.mode_share[leaf, mode] = 0.0
                continue
            total += state.mode_share[leaf, mode] if state.active[leaf, mode] else 0.0
            cost = mode_cost(case.bundle, leaf, mode, state.price)
            if cost < least:
                cheapest, least = mode, cost
        if not total > 0.0 and cheapest >= 0:
            for mode in range(modes):
                state.active[leaf, mode] = mode == cheapest
                state.mode_share[leaf, mode] = 1.0 if mode == cheapest else 0.0
    for k in range(len(state.price)):
        state.priced[k] = state.priced[k] and case.scarce[k]
        if not state.priced[k]:
            state.price[k] = TRACE if case.scarce[k] else 0.0


@compiled
def take_cheapest(case: Instance, state: RegimeState, leaf: int) -> None:
    """Let the cheapest open mode of a task do all of it, if it is cheaper than the active ones.

    For tasks with new modes: where these are much cheaper, a regime in which old and new ones tie
    has no solution.
    """
    cheapest, least, cost = -1, np.inf, np.inf
    for mode in range(case.open.shape[1]):
        if case.open[leaf, mode]:
            value = mode_cost(case.bundle, leaf, mode, state.price)
            if value < least:
                cheapest, least = mode, value
            if state.active[leaf, mode]:
                cost = min(cost, value)
    if least < cost * (1.0 - COST_TOLERANCE):
        for mode in range(case.open.shape[1]):
            state.active[leaf, mode] = mode == cheapest
            state.mode_share[leaf, mode] = 1.0 if mode == cheapest else 0.0


@compiled
def drop_idle_modes(state: RegimeState) -> None:
    """Remove modes without work from a solved regime."""
    leaves, modes = state.active.shape
    for leaf in range(leaves):
        for mode in range(modes):
            if state.active[leaf, mode] and not state.mode_share[leaf, mode] > ZERO_SHARE:
                state.active[leaf, mode] = False
                state.mode_share[leaf, mode] = 0.0


@compiled
def drop_vanished_prices(case: Instance, state: RegimeState, largest: Array) -> None:
    """Remove prices on which the cost of no active mode depends.

    They have run down to rounding. Which of them is above `NO_PRICE` means nothing.
    """
    for k in range(len(state.price)):
        if state.priced[k] and not (largest[k] > NO_COST_SHARE and state.price[k] > NO_PRICE):
            state.priced[k] = False
        if not state.priced[k]:
            state.price[k] = TRACE if case.scarce[k] else 0.0


class Instances(NamedTuple):
    """`Instance` for several points, the first dimension."""

    bundle: Array
    open: Mask
    dead: Mask
    scarce: Mask
    nest: Array  # (point or 1, 2, node)
    inputs: Array


def new_instances(points: int, leaves: int, modes: int, nodes: int, factors: int) -> Instances:
    """Return room for some points."""
    return Instances(
        np.zeros((points, leaves, modes, factors)),
        np.zeros((points, leaves, modes), dtype=bool),
        np.zeros((points, leaves), dtype=bool),
        np.zeros((points, factors), dtype=bool),
        np.zeros((points, 2, nodes)),
        np.zeros((points, 0, 0, 0)),
    )


class Costs(NamedTuple):
    """Costs of regimes at several points."""

    code: NDArray[np.int64]  # (point,) what `polish` returned
    weight: Array  # (point, leaf)
    leaf_cost: Array  # (point, leaf)
    log_cost: Array  # (point,) log unit cost of output


@taking
def instance_of(instances: Instances, point: int) -> Instance:
    """Return one point of several."""
    return Instance(
        instances.bundle[point],
        instances.open[point],
        instances.dead[point],
        instances.scarce[point],
        instances.nest[point % len(instances.nest)],
        instances.inputs[point],
    )


@compiled
def follow_points(
    nests: Nests,
    instances: Instances,
    regimes: Regimes,
    costs: Costs,
    work: Workspace,
    repairs: int,
) -> None:
    """Solve the equations of regimes at several points, in place; ``repairs`` is 0."""
    for point in range(len(costs.code)):
        case, state = instance_of(instances, point), regime_of(regimes, point)
        costs.code[point] = polish(nests, case, state, work, repairs)
        costs.log_cost[point] = work.node[LOG_C, work.node.shape[1] - 1]
        for leaf in range(len(work.first)):
            alive = work.first[leaf] >= 0
            costs.weight[point, leaf] = work.node[WEIGHT, leaf] if alive else 0.0
            cost = work.cost[leaf, work.first[leaf]] if alive else 1.0
            costs.leaf_cost[point, leaf] = cost


@compiled
def evaluate_points(nests: Nests, instances: Instances, regimes: Regimes, work: Workspace) -> None:
    """Evaluate regimes at several points, where modes are linked: bundles are written."""
    for point in range(len(regimes.price)):
        evaluate(nests, instance_of(instances, point), regime_of(regimes, point), work)


@compiled
def certify_points(
    nests: Nests,
    instances: Instances,
    regimes: Regimes,
    costs: Costs,
    log_output: Array,
    gap: Array,
    work: Workspace,
) -> None:
    """Certify plans at several points, given the costs and cost shares of their tasks."""
    for point in range(len(gap)):
        case, state = instance_of(instances, point), regime_of(regimes, point)
        for leaf in range(len(work.first)):
            work.first[leaf] = -1
            for mode in range(state.active.shape[1]):
                if state.active[leaf, mode] and work.first[leaf] < 0 and not case.dead[leaf]:
                    work.first[leaf] = mode
                    work.cost[leaf, mode] = costs.leaf_cost[point, leaf]
                    work.node[WEIGHT, leaf] = costs.weight[point, leaf]
        log_output[point], gap[point] = certify(nests, case, state, work)
