"""The optimum of one organisation from a regime that is right or nearly so, in plain loops.

Newton's method solves the equations of the regime, `repair` changes its sets until no condition is
violated, and the duality gap certifies the plan.

Source: docs, model, section 1.2.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from taskmodel.allocation.link_kernels import linked_costs, linked_outputs
from taskmodel.allocation.newton_kernels import FOLLOWING_STEPS, NEWTON_STEPS, evaluate, newton
from taskmodel.allocation.regime_kernels import (
    BEFORE,
    CONVERGED_ONLY,
    CROWDED,
    ELASTICITY,
    LARGEST,
    LOG_C,
    LOG_X,
    RETRIED,
    SHARE,
    SOLVED,
    THETA,
    UNSOLVED,
    WEIGHT,
    Instance,
    Instances,
    Regimes,
    RegimeState,
    Workspace,
    copy_regime,
    instance_of,
    mode_cost,
    own_use,
    regime_of,
)
from taskmodel.allocation.repair_kernels import repair, slide
from taskmodel.compiled import compiled
from taskmodel.numerics.types import Array
from taskmodel.science.production_kernels import Nests, nest_outputs, unit_costs

REPAIRS = 12
NO_OUTPUT = 708.0  # log unit cost beyond which output is below the smallest normal number


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


class Costs(NamedTuple):
    """Costs of regimes at several points."""

    code: NDArray[np.int64]  # (point,) what `polish` returned
    weight: Array  # (point, leaf)
    leaf_cost: Array  # (point, leaf)
    log_cost: Array  # (point,) log unit cost of output


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
