"""How an optimum moves as its organisation does: exact derivatives of output and of the splits of tied modes.

Along any smooth change of bundles B, supplies E and nests, with prices s = p E that sum to one,

    d log output = - d log c(s)                   at fixed prices and splits (envelope theorem)
    J d(log s, splits) = - d(equations)           with J the derivative of the equations of the regime (implicit functions)

The right sides are explicit in the organisation, so that they are differentiated along it to rounding; J is the matrix of
Newton's method in `active_set`. Where that leaves splits open, they are the fair ones, of least sum W share^2, which are
differentiated through the conditions for that least sum. Nothing is solved again, and no step is taken that could cross an
event. Where the equations have no solution, modes that tie come apart in that direction, and there is no derivative.

Source: the model, section 1.2; Milgrom and Segal (2002), Econometrica 70(2), 583-601, for the envelope theorem.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from taskmodel.allocation.active_set import (
    Regime,
    begin_from,
    look,
    newton_matrix,
    polish,
    right_side,
    tied,
)
from taskmodel.allocation.inputs import Organisations, checked, flat
from taskmodel.allocation.presolve import Problem
from taskmodel.allocation.solution import Allocation, Status
from taskmodel.numerics.types import Array
from taskmodel.science.production import Nest, cost_shares, log_unit_cost

RANK = 1e-10  # relative: singular values below this are zero
CONSISTENT = 1e-7  # relative: residual of equations that have a solution


@dataclass(frozen=True)
class Slopes:
    """Derivatives of an optimum along some directions in which its organisation may move.

    Attributes
    ----------
    log_output : array, shape (direction,)
        Of the log of output. NaN where there is no output or no limit to it, and where the derivative is another to the left
        than to the right: prices are not unique, or tied modes come apart.
    mode_share : array, shape (direction, task, mode)
        Of the share of each task's work that is done in each mode; NaN where the former is.
    task_output : array, shape (direction, task)
        Of the work done in each task, whatever the mode; NaN where the former are.
    """

    log_output: Array
    mode_share: Array
    task_output: Array


def derivative_weights(offsets: ArrayLike) -> Array:
    """Weights of values at some offsets whose sum is the derivative at zero, exact for the polynomial that goes through them all.

    Examples
    --------
    >>> float((derivative_weights([-1.0, 0.0, 1.0]) @ np.array([1.0, 5.0, 3.0])).round(12))
    1.0
    """
    offsets = np.asarray(offsets, dtype=float)
    unit = np.abs(offsets).max()
    level = np.zeros(len(offsets))
    level[1] = 1 / unit
    return np.asarray(np.linalg.solve(np.vander(offsets / unit, increasing=True).T, level))


def along(weights: Array, values: Array) -> Array:
    """Derivatives along directions, shape (direction, ...), of values at all their nodes, shape (direction * node, ...)."""
    return np.asarray(
        np.einsum("dn,dn...->d...", weights, values.reshape(*weights.shape, *values.shape[1:]))
    )


def slopes(
    problem: tuple[ArrayLike, ArrayLike, Nest, ArrayLike],
    optimum: Allocation,
    moved: tuple[ArrayLike, ArrayLike, Nest],
    offsets: Array,
    weights: Array,
) -> Slopes:
    """Differentiate an optimum along directions.

    Parameters
    ----------
    problem : (bundles, supply, nest, available)
        One organisation, as `allocate` takes it; every task is used once in the nests.
    optimum : Allocation
        Its optimum; like the problem, with no leading dimension, or one of length one.
    moved : (bundles, supply, nest)
        The organisation at the nodes of each direction, one direction after the other: supply has shape (direction * node,
        factor), the others that leading dimension or none.
    offsets, weights : array, shape (direction, node)
        How far along its direction each node lies, and the weights that make a derivative of values there; see
        `derivative_weights`.

    Returns
    -------
    Slopes
    """
    one = checked(*problem)
    directions, (_, tasks, modes, _) = len(offsets), one.bundle.shape
    result = Slopes(
        *(
            np.full(shape, np.nan)
            for shape in ((directions,), (directions, tasks, modes), (directions, tasks))
        )
    )
    if str(np.ravel(optimum.status)[0]) != Status.OPTIMAL:
        return result
    centre = one.presolved().problem
    usable = _of_problem(centre, flat(optimum.usable, 2)) > 0
    now = polish(
        centre,
        begin_from(centre, flat(optimum.activity, 2), flat(optimum.factor_elasticity, 1)),
        mends=0,
    )
    now.active |= usable
    at_nodes = _moved(centre, checked(*moved, problem[3]))
    here = look(centre, now)
    ties = tied(now, here)
    point, leaf, mode = ties.at
    still = _Place(at_nodes, now, now.price)
    over = along(
        weights, still.log_cost[:, leaf, mode] - still.log_cost[:, leaf, here.first[point, leaf, 0]]
    )
    matrix, scale = newton_matrix(now, here, ties)
    lacking = zip(along(weights, np.log(np.where(now.priced, still.used, 1.0))), over, strict=True)
    right = np.array([right_side(now, here, ties, scale, used, tie)[0] for used, tie in lacking])
    solution, off = _least_squares(matrix[0], right.T)
    fine = off < CONSISTENT
    solution = np.where(fine, solution, 0.0)  # where there is none, nothing is followed
    result.log_output[fine] = -along(weights, still.log_unit_cost)[fine]
    log_price = np.repeat(
        solution[: scale.shape[1]].T * scale, offsets.shape[1], axis=0
    ) * offsets.reshape(-1, 1)
    moving = _Place(at_nodes, now, now.price * np.exp(log_price))
    share = _fair_slopes(_Place(centre, now, now.price), moving, now, weights)
    result.mode_share[fine] = _of_caller(centre, share, tasks, modes)[fine]
    result.task_output[np.ix_(fine, centre.tree.task)] = along(
        weights, np.where(centre.dead, 0.0, moving.work)
    )[fine]
    return result


class _Place:
    """Organisations at given prices, shape (point or 1, factor), and the splits of a regime: what they cost and use."""

    def __init__(self, problem: Problem, now: Regime, price: Array) -> None:
        self.problem = problem
        tree, price = (
            problem.tree,
            price / np.where(now.priced, price, 0.0).sum(axis=1, keepdims=True),
        )
        cost = problem.cost(np.broadcast_to(price, (len(problem), price.shape[1])))
        self.share = (
            now.mode_share / np.where(problem.dead, 1.0, now.mode_share.sum(axis=-1))[..., None]
        )
        # a task costs what its modes cost on average, by work: to first order, what it costs where they are tied again
        self.mean = np.where(problem.dead, 1.0, (self.share * cost).sum(axis=-1))
        log_cost, theta = log_unit_cost(tree, np.log(self.mean), problem.share, problem.elasticity)
        self.log_cost, self.log_unit_cost = np.log(cost), log_cost[:, tree.root]
        self.weight = cost_shares(tree, theta)[:, : tree.leaves]

    @property
    def work(self) -> Array:
        """Work done at each leaf, shape (point, leaf)."""
        return np.asarray(self.weight / self.mean)

    @property
    def use(self) -> Array:
        """Use of each factor if all of each task were done in one mode, shape (point, leaf, mode, factor)."""
        return np.asarray(self.work[..., None, None] * self.problem.bundle)

    @property
    def used(self) -> Array:
        """Use of each factor, shape (point, factor)."""
        return np.einsum("plmk,plm->pk", self.use, np.broadcast_to(self.share, self.use.shape[:-1]))


def _fair_slopes(here: _Place, there: _Place, now: Regime, weights: Array) -> Array:
    """Derivatives of the splits of least sum W share^2 that use the priced factors up, shape (direction, leaf, mode).

    With w the shares of tied modes that carry work, C w = b says what they use and that they make whole tasks, and
    D w = C' lambda that their sum of squares, weighted by D, is least. Both are differentiated, prices moving as they do.
    """
    result = np.zeros((len(weights), *now.mode_share.shape[1:]))
    some = now.mode_share[0] > 0
    leaf, mode = np.nonzero(
        some & (some.sum(axis=-1) > 1)[:, None] & ~here.problem.dead[0][:, None]
    )
    if not len(leaf):
        return result
    factors, (tasks, of_leaf) = np.flatnonzero(now.priced[0]), np.unique(leaf, return_inverse=True)
    twins = (here.problem.stand_in[0, leaf] == here.problem.mode[0, leaf, mode][:, None]).sum(
        axis=-1
    )

    def conditions(at: _Place) -> tuple[Array, Array]:
        """C and the diagonal of D, shapes (point, condition, tied mode) and (point, tied mode)."""
        uses = at.use[:, leaf, mode][..., factors].swapaxes(1, 2)
        whole = np.broadcast_to(np.eye(len(tasks))[:, of_leaf], (len(uses), len(tasks), len(leaf)))
        return np.concatenate([uses, whole], axis=1), at.weight[:, leaf] / twins

    (c,), (d,) = conditions(here)
    c_slope, d_slope = (along(weights, part) for part in conditions(there))
    w = here.share[0, leaf, mode]
    multiplier = np.linalg.lstsq(c.T, d * w, rcond=RANK)[0]
    pull = np.einsum("drt,r->dt", c_slope, multiplier) - d_slope * w
    lacks = np.concatenate(
        [-along(weights, there.used)[:, factors], np.zeros((len(weights), len(tasks)))], axis=1
    )
    push = np.linalg.lstsq((c / d) @ c.T, (lacks - (pull / d) @ c.T).T, rcond=RANK)[0]
    result[:, leaf, mode] = (pull + push.T @ c) / d
    return result


def _least_squares(matrix: Array, right: Array) -> tuple[Array, Array]:
    """Solutions of a symmetric system, shape (size, direction), and by how much each fails to solve it."""
    solution = np.asarray(np.linalg.lstsq(matrix, right, rcond=RANK)[0], dtype=float)
    off = np.abs(matrix @ solution - right).max(axis=0, initial=0.0) / (
        1e-3 + np.abs(right).max(axis=0, initial=0.0)
    )
    return solution, np.asarray(off)


def _moved(centre: Problem, moved: Organisations) -> Problem:
    """The problem with the same modes and leaves, its numbers those of organisations nearby."""
    divisor = np.where(moved.supply == 0, np.inf, moved.supply)
    scaled = (moved.bundle / divisor[:, None, None, :])[:, centre.tree.task]
    order = np.broadcast_to(centre.mode, (len(scaled), *centre.mode.shape[1:]))
    bundle = np.take_along_axis(scaled, order[..., None], axis=2)
    return replace(
        centre,
        bundle=np.where(centre.open[..., None], bundle, 0.0),
        share=np.where(centre.share == 0, 0.0, moved.share),
        elasticity=moved.elasticity,
    )


def _of_problem(centre: Problem, part: NDArray[Any]) -> Array:
    """An array over the caller's tasks and modes at the leaves and modes of the problem, 0 where closed."""
    return np.where(
        centre.open, np.take_along_axis(part[:, centre.tree.task], centre.mode, axis=-1), 0.0
    )


def _of_caller(centre: Problem, part: Array, tasks: int, modes: int) -> Array:
    """An array (direction, leaf, mode of the problem) at the caller's tasks and modes, 0 where closed."""
    full = np.zeros((len(part), tasks, modes))
    by_task = np.argsort(centre.tree.task)
    order = np.broadcast_to(centre.mode[:, by_task], (len(part), tasks, part.shape[-1]))
    np.put_along_axis(full, order, np.where(centre.open, part, 0.0)[:, by_task], axis=-1)
    return full
