"""Modes that use the outputs of nests and of other tasks, in plain loops.

Their bundles depend on the regime: work that a mode induces in other tasks costs what these cost.
With phi the work induced by a unit of each task, all work is (I - phi')^-1 x.

Source: docs, model, section 1.2.
"""

from __future__ import annotations

import numpy as np

from taskmodel.allocation.regime_kernels import (
    ELASTICITY,
    LOG_C,
    LOG_X,
    NEEDED,
    SHARE,
    THETA,
    USED,
    WEIGHT,
    Instance,
    RegimeState,
    Workspace,
    is_block,
    mode_cost,
)
from taskmodel.compiled import compiled
from taskmodel.numerics.accuracy import SAME_COST, TIE
from taskmodel.numerics.matrix_kernels import eliminate
from taskmodel.numerics.types import Array
from taskmodel.science.production_kernels import Nests, nest_output, unit_cost

POLICIES = 60  # rounds in which idle tasks choose their modes


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
