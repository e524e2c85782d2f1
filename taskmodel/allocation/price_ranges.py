"""Optimal prices where they are not unique: elasticities at a kink.

Optimal prices form a polytope. Given optimal quantities, prices s are optimal if and only if, with
cost shares W that agree with the nests (fixed fractions where sigma > 0, any split where
sigma = 0),

    x_i B_im . s >= W_i   for every open mode, with equality where it is active,
    sum_k s_k = 1,        s_k = 0 where factor k is not used up,

so that the least and the largest elasticity are linear programs (HiGHS). The point of least norm
is found by Wolfe (1976), Mathematical Programming 11, 128-149.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from taskmodel.allocation.active_set import ActiveSet, at_regimes
from taskmodel.allocation.presolve import Problem
from taskmodel.numerics.accuracy import (
    LEAST_NORM,
    NO_PRICE,
    TIGHT,
    UNIQUE,
    ZERO_SHARE,
    ZERO_WEIGHT,
)
from taskmodel.numerics.types import Array
from taskmodel.science.production import node_costs

WOLFE_STEPS = 100


def elasticity_range(problem: Problem, regime: ActiveSet, point: int) -> tuple[Array, Array]:
    """The optimal prices of least norm, and the least and largest of each, at one point.

    Returns
    -------
    price : array, shape (factor,)
    range : array, shape (factor, 2)
    """
    program = _PriceProgram(problem, regime, point)
    lowest, axes = program.lowest, np.eye(len(program.priceable))[program.priceable]
    if len(axes) == 2:
        axes = axes[:1]  # what one of two prices gains, the other loses
    if len(axes) > 0:
        corners = [lowest(sign * axis) for axis in axes for sign in (1.0, -1.0)]
        ends = np.stack([np.min(corners, axis=0), np.max(corners, axis=0)], axis=-1)
        if np.any(ends[:, 1] - ends[:, 0] >= UNIQUE):
            return _least_norm(lowest, min(corners, key=np.linalg.norm)), ends
    price = np.where(regime.price[point] > NO_PRICE, regime.price[point], 0.0)
    price = price / price.sum()
    return price, np.stack([price, price], axis=-1)


class _PriceProgram:
    """Linear program over the optimal prices of one point.

    Its variables are the prices and the cost shares of all nodes.

    Attributes
    ----------
    priceable : array of bool, shape (factor,)
        Factors that are used up, and so may have a price.
    """

    def __init__(self, problem: Problem, regime: ActiveSet, point: int) -> None:
        one, state = problem[[point]], regime.take([point])
        (used,) = one.factor_use(state.activity(one))
        self.priceable = one.scarce[0] & (used > 1 - TIGHT)
        self._price, self._nodes = regime.price[point], problem.tree.nodes
        self._constraints = _price_constraints(one, state, self.priceable)

    def lowest(self, objective: Array) -> Array:
        """Return the optimal prices that minimise an objective, each of shape (factor,)."""
        from scipy.optimize import linprog

        goal = np.append(objective, np.zeros(self._nodes))
        solution = linprog(goal, method="highs", **self._constraints)
        if solution.status != 0:
            # the program is feasible by construction; only rounding can make it seem otherwise,
            # and the prices of the regime, which are optimal, take its place
            return np.asarray(self._price / self._price.sum())
        return np.asarray(solution.x[: len(objective)])


def _price_constraints(
    problem: Problem, state: ActiveSet, priceable: NDArray[np.bool_]
) -> dict[str, Any]:
    """Optimality conditions of the prices of one point, as arguments of `linprog`."""
    from scipy.sparse import csr_array

    tree, factors = problem.tree, problem.bundle.shape[-1]
    (sigma,), (share,) = (
        np.broadcast_to(values, (1, tree.nodes)) for values in (problem.elasticity, problem.share)
    )
    theta = node_costs(tree, np.log(state.leaf_cost), problem.share, problem.elasticity)[1][0]
    costs = _mode_costs(problem, state)
    active = state.active[0] & (state.mode_share[0] > ZERO_SHARE)

    def row(columns: Any, values: Any) -> Array:
        result = np.zeros(factors + tree.nodes)
        result[columns] = values
        return result

    # the first two rows, prices and the root's cost share, have a right side of 1, all others of 0
    equal = [row(slice(factors), 1.0), row(factors + tree.root, 1.0)]
    for nest, children in tree.children.items():
        fixed = children
        if sigma[nest] == 0:  # Leontief: any split of the nest's cost among its members
            signs = np.append(np.ones(len(children)), -1.0)
            equal.append(row(factors + np.append(children, nest), signs))
            fixed = children[share[children] <= 0]
        equal += [row([factors + child, factors + nest], [1.0, -theta[child]]) for child in fixed]
    leaf, mode = np.nonzero(problem.open[0] & ~problem.dead[0][:, None])
    cost = np.zeros((len(leaf), factors + tree.nodes))
    cost[:, :factors] = costs[leaf, mode, :factors]
    cost[np.arange(len(leaf)), factors + leaf] = costs[leaf, mode, factors]
    size = np.abs(cost).max(axis=1, keepdims=True)
    cost /= np.where(size > 0, size, 1.0)
    needed = active[leaf, mode]
    equal += list(cost[needed])
    below = -cost[~needed]
    return {
        "A_eq": csr_array(np.array(equal)),
        "b_eq": np.append(np.ones(2), np.zeros(len(equal) - 2)),
        "A_ub": csr_array(below) if len(below) else None,
        "b_ub": np.zeros(len(below)) if len(below) else None,
        "bounds": [(0, None if tight else 0) for tight in priceable] + [(0, None)] * tree.nodes,
    }


def _mode_costs(problem: Problem, state: ActiveSet) -> Array:
    """Coefficients of prices and of a leaf's cost share, shape (leaf, mode, factor + 1).

    Their sum, cost of all work less the cost share, is >= 0. A task that others induce, and that
    has no cost share of its own, costs no less in any mode than in its active ones.
    """
    activity, bundle = state.activity(problem), at_regimes(problem, state).bundle[0]
    (work,), (carried,) = problem.net_work(activity), activity.sum(axis=-1)
    least = np.einsum("lm,lmk->lk", state.mode_share[0], bundle)[:, None]
    induced = ((work == 0) & (carried > 0))[:, None, None]
    use = np.where(induced, bundle - least, work[:, None, None] * bundle)
    share = np.broadcast_to(np.where(induced, 0.0, -1.0), (*bundle.shape[:2], 1))
    return np.concatenate([use, share], axis=-1)


def _least_norm(lowest: Callable[[Array], Array], start: Array) -> Array:
    """The point of least norm of a polytope, by Wolfe's algorithm.

    ``lowest`` minimises a linear objective over the polytope. The iterate x is a convex combination
    of few corners. The corner that is lowest in the direction x joins them; the point of least norm
    of their affine hull is taken if all its weights are positive, and otherwise corners drop out
    where the segment to it leaves their convex hull.
    """
    corners, weight = [start], np.ones(1)
    for _ in range(WOLFE_STEPS):
        x = weight @ np.array(corners)
        corner = lowest(x)
        if x @ x - x @ corner <= LEAST_NORM * max(1.0, float(x @ x)) or any(
            np.allclose(corner, other, atol=LEAST_NORM) for other in corners
        ):
            return x
        corners.append(corner)
        weight = np.append(weight, 0.0)
        while True:
            points, size = np.array(corners), len(corners)
            system = np.block(
                [[points @ points.T, np.ones((size, 1))], [np.ones((1, size)), np.zeros((1, 1))]]
            )
            affine = np.linalg.lstsq(system, np.append(np.zeros(size), 1.0), rcond=None)[0][:size]
            falling = affine <= ZERO_WEIGHT
            if not falling.any():
                weight = affine
                break
            step = np.min(
                weight[falling]
                / np.maximum(weight[falling] - affine[falling], np.finfo(float).tiny)
            )
            weight = weight + min(1.0, step) * (affine - weight)
            keep = weight > ZERO_WEIGHT
            corners = [corner for corner, kept in zip(corners, keep, strict=True) if kept]
            weight = weight[keep] / weight[keep].sum()
    return weight @ np.array(corners)
