"""The exact stage of an allocation: Newton's method on a set of active modes and priced factors.

Given which factors have a price and which modes carry each task, the optimum solves smooth
equations: every active mode of a task costs the same, and every priced factor is used up. In
the logarithms x of the prices and in v, the cost share that each mode carries,

    A x - R' v = s (use - 1),      R x = - (differences of log cost between tied modes),

with A the negative Hessian of log unit cost in relative coordinates, a sum of rank-one terms
over the tree that is exact at every elasticity (``model.md`` 1.2),

    A = sum_leaf W sigma_parent g g' + sum_nest W (sigma_parent - sigma) g g'
        + (1 - sigma_root) g g'.

Sets that turn out wrong are repaired: a mode with a negative share leaves, one that is cheaper
than the active ones enters; a factor used beyond its supply gets a price, one whose price
vanishes loses it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from taskmodel.allocation import kernels
from taskmodel.allocation.batch import Batch, position_in_point
from taskmodel.allocation.presolve import Mask, Problem, children_of
from taskmodel.numerics.accuracy import (
    DAMPING,
    NO_PRICE,
    TRACE,
)
from taskmodel.numerics.types import Array
from taskmodel.science.production import Tree, cost_shares, log_unit_cost, node_log_output
from taskmodel.science.production_kernels import Nests

NEWTON_STEPS = 40
FOLLOWING_STEPS = 14  # where a regime is followed to a nearby point; one that needs more has ended
REPAIRS = 12
PATIENCE = 10  # steps after which `NEARLY_CONVERGED` is accepted
LEAST_GROWTH = 0.5  # by which any price may grow in a step
MOST_FALL = 0.999  # by which a price may fall in a step
NEAR_BALANCE = 0.4  # log use below which use is nearly linear in the price


@dataclass
class ActiveSet(Batch):
    """Active modes and priced factors with the optimum of their equations; one row per point.

    A workspace: `newton` and the repairs write into it.
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
    rows, ties, nests = np.arange(len(problem)), 0, nests_of(problem.tree)
    while len(rows):
        subset, state = problem[rows], start.take(rows)
        _, leaves, modes, factors = subset.bundle.shape
        work = kernels.workspace(leaves, modes, problem.tree.nodes, factors, ties)
        code, guess = np.zeros(len(rows), dtype=np.int64), np.zeros((len(rows), 2, factors))
        kernels.follow_points(
            nests,
            instances_of(subset),
            kernels.Regimes(state.active, state.priced, state.price, state.mode_share, guess),
            kernels.Costs(code, state.weight, state.leaf_cost, state.log_cost),
            work,
            0,
        )
        state.solved[:] = code == kernels.SOLVED
        state.converged[:] = (code == kernels.SOLVED) | (code == kernels.CONVERGED_ONLY)
        result.put(rows, state)
        rows, ties = rows[code == kernels.CROWDED], 4 * work.tie.shape[1]
    return result


def nests_of(tree: Tree) -> Nests:
    """The tree of the nests, as kernels take it."""
    children = children_of(tree)
    return Nests(
        np.cumsum([0, *(len(members) for members in children.values())]),
        np.concatenate(list(children.values())).astype(np.int64),
        tree.parent.astype(np.int64),
    )


def instances_of(problem: Problem) -> kernels.Instances:
    """The points of a problem, as kernels take them."""
    return kernels.Instances(
        *(
            np.ascontiguousarray(array)
            for array in (
                problem.bundle,
                problem.open,
                problem.dead,
                problem.scarce,
                np.stack(np.broadcast_arrays(problem.share, problem.elasticity), axis=1),
            )
        )
    )


@dataclass
class Evaluation:
    """Costs, cost shares and uses at the prices of an active set, and their curvature."""

    price: Array  # (point, factor) s, summing to one over the priced factors
    mode_share: Array  # (point, leaf, mode) w, summing to one
    first: NDArray[np.intp]  # (point, leaf, 1) the active mode whose cost is the task's
    leaf_cost: Array  # (point, leaf)
    log_cost: Array  # (point,) of a unit of output
    weight: Array  # (point, leaf) cost shares W
    relative: Array  # (point, leaf, mode) cost over that of the first active mode
    factor_share: Array  # (point, leaf, mode, factor) cost share of each factor in each mode
    used: Array  # (point, factor) use of each priced factor over its supply; 1 for the others
    curvature: Array  # (point, factor, factor) the matrix A


def evaluate(problem: Problem, state: ActiveSet) -> Evaluation:
    """Costs, cost shares, uses and curvature at the prices and mode shares of an active set."""
    tree = problem.tree
    s = np.where(state.priced, state.price / state.price.sum(axis=1, keepdims=True), state.price)
    cost = problem.cost(s)
    # any active mode may stand for its task, as all of them cost the same at the solution; before
    # it, the differences to this one are the residuals of the ties
    first = np.argmax(state.active, axis=-1)[..., None]
    w = np.where(state.active, state.mode_share, 0.0)
    w = w / np.where(problem.dead, 1.0, w.sum(axis=-1))[..., None]
    leaf_cost = np.take_along_axis(cost, first, axis=-1)[..., 0]
    log_c, theta = log_unit_cost(tree, np.log(leaf_cost), problem.share, problem.elasticity)
    node_weight = cost_shares(tree, theta)
    weight = node_weight[:, : tree.leaves]
    f = problem.factor_cost(s) / cost[..., None]
    relative = cost / leaf_cost[..., None]
    used_share = np.matmul((w * relative)[:, :, None, :], f)[:, :, 0]
    used = np.einsum("pl,plk->pk", weight, used_share) / np.where(state.priced, s, 1.0)
    leaf_gradient = np.matmul(w[:, :, None, :], f)[:, :, 0]
    return Evaluation(
        price=s,
        mode_share=w,
        first=first,
        leaf_cost=leaf_cost,
        log_cost=log_c[:, tree.root],
        weight=weight,
        relative=relative,
        factor_share=f,
        used=np.where(state.priced, used, 1.0),
        curvature=nest_curvature(problem, theta, node_weight, leaf_gradient),
    )


def nest_curvature(problem: Problem, theta: Array, weight: Array, leaf_gradient: Array) -> Array:
    """The matrix A: curvature of log unit cost from substitution within nests, sign reversed.

    Parameters
    ----------
    theta, weight : array, shape (point, node)
        Cost shares within nests, and of all costs.
    leaf_gradient : array, shape (point, leaf, factor)
        Cost shares of factors in each task.

    Returns
    -------
    array, shape (point, factor, factor)
    """
    tree, sigma = problem.tree, problem.elasticity
    points, leaves, factors = leaf_gradient.shape
    g = np.empty((points, tree.nodes, factors))
    g[:, :leaves] = leaf_gradient
    for level in tree.levels:
        g[:, level.nests] = np.add.reduceat(
            theta[:, level.children, None] * g[:, level.children], level.starts, axis=1
        )
    # elasticity of the nest above less the node's own; a leaf's own is 0, and the root, which has
    # no nest above, counts with 1
    difference = sigma[:, tree.parent] - sigma
    difference[:, :leaves] = sigma[:, tree.parent[:leaves]]
    difference[:, tree.root] = 1 - sigma[:, tree.root]
    return np.asarray(np.matmul((g * (weight * difference)[..., None]).transpose(0, 2, 1), g))


@dataclass
class Ties:
    """Active modes other than the first one of their task, whose cost must equal the first one's.

    Points have different numbers of ties; the equations are padded to the largest number.
    """

    index: tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]  # point, leaf, mode of each
    position: NDArray[np.intp]  # (tie,) among those of its point
    real: Mask  # (point, position) False for padding
    scale: Array  # (tie,) of the equations
    difference: Array  # (tie, factor) of cost shares
    mismatch: Array  # (tie,) log of cost over that of the first mode


def tied_modes(state: ActiveSet, evaluation: Evaluation) -> Ties:
    """The ties of an active set."""
    point, leaf, mode = np.nonzero(state.active)
    first = evaluation.first[point, leaf, 0]
    extra = mode != first
    point, leaf, mode, first = point[extra], leaf[extra], mode[extra], first[extra]
    position, count = position_in_point(point, len(state.price))
    relative = evaluation.relative[point, leaf, mode]
    return Ties(
        index=(point, leaf, mode),
        position=position,
        real=np.arange(count.max(initial=0)) < count[:, None],
        scale=np.sqrt(evaluation.weight[point, leaf]),
        difference=relative[:, None] * evaluation.factor_share[point, leaf, mode]
        - evaluation.factor_share[point, leaf, first],
        # Of two modes whose cost is only traces of prices, neither is meaningfully cheaper.
        mismatch=np.where(evaluation.leaf_cost[point, leaf] < NO_PRICE, 0.0, np.log(relative)),
    )


def newton_matrix(state: ActiveSet, evaluation: Evaluation, ties: Ties) -> tuple[Array, Array]:
    """Derivative of the equations in log prices and tied modes' shares, and its scaling.

    Row and column k of a factor are divided by sqrt(s_k use_k), those of a tie by the root of its
    task's cost share. Every entry is then of the order of the share of the cost that it concerns,
    so that a price of 1e-30 weighs as much in the solution as one of 1.

    Returns
    -------
    matrix : array, shape (point, size, size)
    scale : array, shape (point, factor)
    """
    points, factors = state.price.shape
    size = factors + ties.real.shape[1]
    factor_rows, tie_rows = np.arange(factors), np.arange(factors, size)
    point, row = ties.index[0], factors + ties.position
    scale = 1 / np.sqrt(np.where(state.priced, evaluation.price, 1.0) * evaluation.used)
    matrix = np.zeros((points, size, size))
    both = state.priced[:, :, None] & state.priced[:, None, :]
    matrix[:, :factors, :factors] = np.where(
        both, evaluation.curvature * scale[:, :, None] * scale[:, None, :], 0.0
    )
    # Rows of factors without a price and of padding become those of the identity. The tiny shift
    # of the others makes directions in which nothing changes solvable (quasi-definite matrix).
    matrix[:, factor_rows, factor_rows] += np.where(state.priced, DAMPING, 1.0)
    matrix[point, row, :factors] = matrix[point, :factors, row] = (
        ties.difference * scale[point] * ties.scale[:, None]
    )
    matrix[:, tie_rows, tie_rows] = -np.where(ties.real, DAMPING, 1.0)
    return matrix, scale


def right_side(
    state: ActiveSet,
    evaluation: Evaluation,
    ties: Ties,
    scale: Array,
    log_used: Array,
    mismatch: Array,
) -> Array:
    """Residuals of the scaled equations, shape (point, size): log overuse and log cost of ties."""
    factors = state.price.shape[1]
    right = np.zeros((len(state.price), factors + ties.real.shape[1]))
    right[:, :factors] = (
        np.where(state.priced, evaluation.price * evaluation.used * log_used, 0.0) * scale
    )
    right[ties.index[0], factors + ties.position] = -mismatch * ties.scale
    return right


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


def certify(problem: Problem, state: ActiveSet) -> tuple[Array, Array]:
    """Output that these activities are sure to give, and the duality gap.

    The activities are scaled down until no factor is used beyond its supply, and their output is
    compared with one over the unit cost at these prices, an upper bound on any output (weak
    duality). The certificate uses neither the equations nor the way in which they were solved.

    Returns
    -------
    log_output : array, shape (point,)
    gap : array, shape (point,)
        1 - output * unit cost [1].
    """
    tree = problem.tree
    price = state.price / state.price.sum(axis=1, keepdims=True)
    cost = np.where(problem.dead, 1.0, problem.least_cost(problem.cost(price)))
    log_c, _ = log_unit_cost(tree, np.log(cost), problem.share, problem.elasticity)
    # Rounding may leave shares of -1e-16: without them the plan is feasible, and its output a valid
    # lower bound.
    share = np.maximum(state.mode_share, 0.0)
    activity = problem.activity(state.weight, state.leaf_cost, share)
    used = problem.factor_use(activity).max(axis=1)
    with np.errstate(divide="ignore"):  # a task that is not done has a log of -inf
        quantity = np.log(activity.sum(axis=-1))
    node_output = node_log_output(tree, quantity, problem.share, problem.elasticity)
    log_output = node_output[:, tree.root] - np.log(used)
    return log_output, -np.expm1(log_output + log_c[:, tree.root])
