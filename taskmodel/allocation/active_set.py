"""Active sets of a batch: from other answers, solved, and certified; see `active_set_kernels`."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from taskmodel.allocation.active_set_kernels import (
    Costs,
    certify_points,
    evaluate_points,
    follow_points,
)
from taskmodel.allocation.batch import Batch
from taskmodel.allocation.presolve import Problem
from taskmodel.allocation.regime_kernels import (
    CONVERGED_ONLY,
    CROWDED,
    SOLVED,
    Instances,
    Regimes,
    instance_of,
    regime_of,
    workspace,
)
from taskmodel.allocation.tie_kernels import mark_ties, tie_workspace
from taskmodel.numerics.accuracy import NO_PRICE, TRACE
from taskmodel.numerics.types import Array, Mask, writable_rows
from taskmodel.science.production import nest_numbers


@dataclass
class ActiveSet(Batch):
    """Active modes and priced factors with the optimum of their equations; one row per point.

    A workspace: kernels write into it.
    """

    active: Mask  # (point, leaf, mode) modes that carry the task
    priced: Mask  # (point, factor) factors with a price
    price: Array  # (point, factor) s; TRACE where not priced; sums to 1
    mode_share: Array  # (point, leaf, mode) w; 0 where not active, sums to 1
    weight: Array  # (point, leaf) cost shares W of the leaves
    leaf_cost: Array  # (point, leaf) z
    log_cost: Array  # (point,) log unit cost of output
    converged: Mask  # (point,) the equations of the regime are solved to rounding
    solved: Mask  # (point,) and the regime is the optimum's

    def activity(self, problem: Problem) -> Array:
        """Work in every mode, shape (point, leaf, mode)."""
        return problem.activity(self.weight, self.leaf_cost, self.mode_share)


def unsolved(problem: Problem) -> ActiveSet:
    """An active set without modes and prices."""
    points, leaves, modes, factors = problem.bundle.shape
    return ActiveSet(
        active=np.zeros((points, leaves, modes), dtype=bool),
        priced=np.zeros((points, factors), dtype=bool),
        price=np.zeros((points, factors)),
        mode_share=np.zeros((points, leaves, modes)),
        weight=np.zeros((points, leaves)),
        leaf_cost=np.ones((points, leaves)),
        log_cost=np.zeros(points),
        converged=np.zeros(points, dtype=bool),
        solved=np.zeros(points, dtype=bool),
    )


def followed(problem: Problem, start: ActiveSet) -> ActiveSet:
    """The given regimes, whether or not they are optimal, with their equations solved.

    Parameters
    ----------
    problem : Problem
    start : ActiveSet
        Prices must be positive where priced. ``converged`` of the result says where the equations
        have a solution, and ``solved`` where it is the optimum.
    """
    result = start.take(np.arange(len(problem)))
    rows, ties = np.arange(len(problem)), 0
    while len(rows):
        subset, state = problem[rows], start.take(rows)
        _, leaves, modes, factors = subset.bundle.shape
        linked = problem.inputs.shape[1] > 0
        work = workspace(leaves, modes, problem.tree.nodes, factors, ties, linked=linked)
        code, guess = np.zeros(len(rows), dtype=np.int64), np.zeros((len(rows), 2, factors))
        follow_points(
            problem.tree.nests,
            instances_of(subset),
            Regimes(state.active, state.priced, state.price, state.mode_share, guess),
            Costs(code, state.weight, state.leaf_cost, state.log_cost),
            work,
            0,
        )
        state.solved[:] = code == SOLVED
        state.converged[:] = (code == SOLVED) | (code == CONVERGED_ONLY)
        result.put(rows, state)
        rows, ties = rows[code == CROWDED], 4 * work.tie.shape[1]
    return result


def instances_of(problem: Problem) -> Instances:
    """The points of a problem, as kernels take them."""
    bundle = problem.bundle.copy() if problem.tree.linked else problem.bundle
    return Instances(
        bundle=writable_rows(bundle),
        open=writable_rows(problem.open),
        dead=writable_rows(problem.dead),
        scarce=writable_rows(problem.scarce),
        nest=nest_numbers(problem.share, problem.elasticity),
        inputs=writable_rows(problem.inputs),
    )


def at_regimes(problem: Problem, state: ActiveSet) -> Problem:
    """The problem with bundles that include induced work and members, at the regimes of its points.

    Costs are exact at their prices, and linear around them. Without links it is the problem itself.
    """
    if not problem.tree.linked:
        return problem
    points, leaves, modes, factors = problem.bundle.shape
    instances, own = instances_of(problem), state.take(np.arange(points))
    regimes = Regimes(
        own.active, own.priced, own.price, own.mode_share, np.zeros((points, 2, factors))
    )
    work = workspace(leaves, modes, problem.tree.nodes, factors, leaves * modes, linked=True)
    evaluate_points(problem.tree.nests, instances, regimes, work)
    return replace(problem, bundle=instances.bundle)


def active_set_of(problem: Problem, activity: Array, elasticity: Array) -> ActiveSet:
    """The active set of other answers, as far as its modes are open here.

    Tasks without such a mode start with their cheapest one; points without an answer with equal
    prices.

    Parameters
    ----------
    activity : array, shape (point, task, mode)
    elasticity : array, shape (point, factor)
        Elasticity of output to each supply, which is its price times its supply.
    """
    valid = (
        np.all(np.isfinite(elasticity), axis=1, keepdims=True)
        & np.all(np.isfinite(activity), axis=(1, 2))[:, None]
    )
    # With supplies of one, prices that sum to one are the elasticities of output.
    price = np.where(valid, elasticity, 1.0) * problem.scarce
    priced = price > NO_PRICE
    unpriced = ~priced.any(axis=1, keepdims=True)
    priced |= unpriced & problem.scarce
    price = np.where(priced, np.where(unpriced, 1.0, price), np.where(problem.scarce, TRACE, 0.0))
    carried = np.where(valid[..., None], activity, 0.0)[:, problem.tree.task]
    # the work of a mode for which an identical one acts is that one's
    own = np.arange(problem.stand_in.shape[-1])
    merged = (problem.stand_in >= 0) & (problem.stand_in != own)
    if merged.any():
        point, leaf, mode = np.nonzero(merged)
        acting = problem.stand_in[point, leaf, mode]
        np.add.at(carried, (point, leaf, acting), carried[point, leaf, mode])
    carried = np.where(problem.open, np.take_along_axis(carried, problem.mode, axis=-1), 0.0)
    cost = np.where(problem.open, problem.cost(price), np.inf)
    idle = carried.sum(axis=-1, keepdims=True) == 0
    cheapest = problem.open & idle & (cost == cost.min(axis=-1, keepdims=True))
    share = np.where(idle, cheapest, carried)
    share = share / np.maximum(share.sum(axis=-1, keepdims=True), np.finfo(float).tiny)
    result = unsolved(problem)
    result.active, result.priced = (carried > 0) | cheapest, priced
    result.price, result.mode_share = price, share
    return result


def tied_modes(problem: Problem, state: ActiveSet) -> Mask:
    """Modes that can carry work at the prices of regimes, shape (point, leaf, mode)."""
    ties = tie_workspace(*problem.bundle.shape[1:])
    guess = np.zeros((len(problem), 2, problem.bundle.shape[-1]))
    regimes = Regimes(state.active, state.priced, state.price, state.mode_share, guess)
    result, instances = state.active.copy(), instances_of(problem)
    for point in range(len(problem)):
        case = instance_of(instances, point)
        mark_ties(case, regime_of(regimes, point), ties)
        result[point] = ties.tied
    return result


def certificates(problem: Problem, state: ActiveSet) -> Array:
    """Duality gaps of plans at prices [1], shape (point,); see `active_set_kernels.certify`."""
    price = state.price / state.price.sum(axis=1, keepdims=True)
    points, leaves, modes, factors = problem.bundle.shape
    regimes = Regimes(
        state.active, state.priced, price, state.mode_share, np.zeros((points, 2, factors))
    )
    costs = Costs(np.zeros(points, dtype=np.int64), state.weight, state.leaf_cost, state.log_cost)
    linked = problem.inputs.shape[1] > 0
    work = workspace(leaves, modes, problem.tree.nodes, factors, linked=linked)
    log_output, gap = np.zeros((2, points))
    certify_points(problem.tree.nests, instances_of(problem), regimes, costs, log_output, gap, work)
    return gap
