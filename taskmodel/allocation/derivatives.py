"""Exact derivatives of an optimum: of output and of the splits of tied modes.

Along any smooth change of bundles B, supplies E and nests, with prices s = p E that sum to one,

    d log output = - d log c(s)               at fixed prices and splits (envelope theorem)
    J d(log s, splits) = - d(equations)       with J the derivative of the equations of the regime
                                              (implicit function theorem)

The right sides are explicit in the organisation, so that differentiating them along it is accurate
to rounding; J is the matrix of Newton's method in `newton_kernels`. Where that leaves splits open,
they are the fair ones, of least sum W share^2, which are differentiated through the conditions for
that least sum. No optimum nearby is computed, and no step is taken that could cross an event. Where
the equations have no solution, tied modes separate in that direction, and there is no derivative.

Source: the model, section 1.2; Milgrom and Segal (2002), Econometrica 70(2), 583-601, for the
envelope theorem.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from taskmodel.allocation.active_set import ActiveSet, active_set_of, followed, instances_of
from taskmodel.allocation.inputs import Organisations, check_inputs, flattened
from taskmodel.allocation.newton_kernels import evaluate, newton_matrix, right_side
from taskmodel.allocation.presolve import Problem, at_all_modes
from taskmodel.allocation.regime_kernels import SCALE, Regimes, instance_of, regime_of, workspace
from taskmodel.allocation.solution import Allocation, Status, certified_algebra
from taskmodel.errors import InputError
from taskmodel.numerics.accuracy import CONSISTENT, RANK
from taskmodel.numerics.types import Array
from taskmodel.science.production import Nest, node_costs


@dataclass(frozen=True)
class Slopes:
    """Derivatives of an optimum along directions in which its organisation may move.

    Attributes
    ----------
    log_output : array, shape (direction,)
        Of the log of output. NaN where output is 0 or unbounded, and where the left and right
        derivatives differ: prices are not unique, or tied modes separate.
    mode_share : array, shape (direction, task, mode)
        Of the share of each task's work that is done in each mode; NaN where ``log_output`` is.
    task_output : array, shape (direction, task)
        Of the work done in each task, whatever the mode; NaN where ``log_output`` is.
    """

    log_output: Array
    mode_share: Array
    task_output: Array


def derivative_weights(offsets: ArrayLike) -> Array:
    """Finite-difference weights of the derivative at zero from values at given offsets.

    They are exact for the polynomial through all of the values.

    Examples
    --------
    >>> float((derivative_weights([-1.0, 0.0, 1.0]) @ np.array([1.0, 5.0, 3.0])).round(12))
    1.0
    """
    offsets = np.asarray(offsets, dtype=float)
    unit = np.abs(offsets).max()
    linear = np.zeros(len(offsets))
    linear[1] = 1 / unit
    return np.asarray(np.linalg.solve(np.vander(offsets / unit, increasing=True).T, linear))


def along(weights: Array, values: Array) -> Array:
    """Derivatives along directions, shape (direction, ...), from values at the nodes.

    Parameters
    ----------
    weights : array, shape (direction, node)
    values : array, shape (direction * node, ...)
    """
    return np.asarray(
        np.einsum("dn,dn...->d...", weights, values.reshape(*weights.shape, *values.shape[1:]))
    )


@certified_algebra()
def slopes(
    problem: tuple[ArrayLike, ArrayLike, Nest, ArrayLike],
    optimum: Allocation,
    moved: tuple[ArrayLike, ArrayLike, Nest],
    offsets: Array,
    weights: Array,
) -> Slopes:
    """Differentiates an optimum along directions.

    Parameters
    ----------
    problem : (bundles, supply, nest, available)
        One organisation, as in `allocate`; every task is used once in the nests.
    optimum : Allocation
        Its optimum; like the problem, with no leading dimension, or one of length one.
    moved : (bundles, supply, nest)
        The organisation at the nodes of each direction, one direction after the other: supply has
        shape (direction * node, factor), the others that leading dimension or none.
    offsets, weights : array, shape (direction, node)
        Distance of each node along its direction, and the weights that make a derivative of values
        there; see `derivative_weights`.

    Returns
    -------
    Slopes
    """
    organisation = check_inputs(*problem)
    if organisation.tree.linked:
        raise InputError(
            "there are no derivatives where a nest may be made as a block, or work induces other "
            "work; leave out blocks and oversight_work"
        )
    directions, (_, tasks, modes, _) = len(offsets), organisation.bundle.shape
    shapes = (directions,), (directions, tasks, modes), (directions, tasks)
    result = Slopes(*(np.full(shape, np.nan) for shape in shapes))
    if str(np.ravel(optimum.status)[0]) != Status.OPTIMAL:
        return result
    centre = organisation.presolved().problem
    activity, usable = flattened(optimum.activity, 2), flattened(optimum.usable, 2)
    start = active_set_of(centre, activity, flattened(optimum.factor_elasticity, 1))
    state = followed(centre, start)
    usable = np.take_along_axis(usable[:, centre.tree.task], centre.mode, axis=-1)
    state.active |= centre.open & (usable > 0)
    nodes = _moved_problem(centre, check_inputs(*moved, problem[3]))
    equations = _Equations(centre, state)
    still = _evaluated(nodes, state, state.price)
    mismatch = still.log_cost[:, *equations.tied] - still.log_cost[:, *equations.first]
    used = np.where(state.priced, still.used, 1.0)
    if not (used > 0).all():
        return result  # uses so small that the equations of the regime are lost
    log_used = np.log(used)
    log_price, residual = equations.solution(along(weights, log_used), along(weights, mismatch))
    smooth = residual < CONSISTENT
    result.log_output[smooth] = -along(weights, still.log_unit_cost)[smooth]
    # prices follow the solution along every direction, and stay where there is none
    log_price[~smooth] = 0.0
    log_price = np.repeat(log_price, offsets.shape[1], axis=0) * offsets.reshape(-1, 1)
    moving = _evaluated(nodes, state, state.price * np.exp(log_price))
    share = _fair_slopes(_evaluated(centre, state, state.price), moving, state, weights)
    # identical modes have equal shares
    share_slope = at_all_modes(centre, share / centre.copies, tasks, modes)
    result.mode_share[smooth] = share_slope[smooth]
    task_output = along(weights, np.where(centre.dead, 0.0, moving.work))
    result.task_output[np.ix_(smooth, centre.tree.task)] = task_output[smooth]
    return result


class _Equations:
    """The linearised equations of a regime at one point.

    Attributes
    ----------
    tied, first : tuple of arrays (leaf, mode), each of shape (tie,)
        Modes whose cost must equal that of the first one of their task.
    """

    def __init__(self, problem: Problem, state: ActiveSet) -> None:
        _, leaves, modes, factors = problem.bundle.shape
        instance = instance_of(instances_of(problem), 0)
        regime = regime_of(
            Regimes(
                state.active,
                state.priced,
                state.price,
                state.mode_share,
                np.zeros((1, 2, factors)),
            ),
            0,
        )
        room = int(state.active.sum())
        linked = problem.inputs.shape[1] > 0
        work = workspace(leaves, modes, problem.tree.nodes, factors, room, linked=linked)
        self._regime, self._work = regime, work
        self._ties = evaluate(problem.tree.nests, instance, regime, work)
        self._factors = newton_matrix(regime, work, self._ties)
        leaf, mode = work.tie[:, : self._ties]
        self.tied, self.first = (leaf, mode), (leaf, work.first[leaf])

    def solution(self, log_used: Array, mismatch: Array) -> tuple[Array, Array]:
        """Return log prices, shape (direction, factor), and the relative residuals.

        Parameters
        ----------
        log_used : array, shape (direction, factor)
            Change of the log use of each factor that prices must undo.
        mismatch : array, shape (direction, tie)
            The same for the log cost of each tie.
        """
        work, n, size = self._work, self._factors, self._factors + self._ties
        right = np.empty((size, len(log_used)))
        for direction in range(len(log_used)):
            right_side(
                *(self._regime, work, n, self._ties),
                *(np.ascontiguousarray(values[direction]) for values in (log_used, mismatch)),
            )
            right[:, direction] = work.right[:size, 0]
        solution, residual = _least_squares(work.matrix[:size, :size], right)
        log_price = np.zeros(log_used.shape)
        log_price[:, work.position[:n]] = solution[:n].T * work.factor[SCALE, :n]
        return log_price, residual


@dataclass(frozen=True)
class _Evaluation:
    """Costs and uses of organisations at given prices, at the splits of a regime."""

    problem: Problem
    share: Array  # (point or 1, leaf, mode)
    log_cost: Array  # (point, leaf, mode)
    log_unit_cost: Array  # (point,)
    weight: Array  # (point, leaf) cost shares W
    work: Array  # (point, leaf) work done, whatever the mode

    @property
    def use(self) -> Array:
        """Use of each factor if a mode did all of its task, shape (point, leaf, mode, factor)."""
        return np.asarray(self.work[..., None, None] * self.problem.bundle)

    @property
    def used(self) -> Array:
        """Use of each factor, shape (point, factor)."""
        use = self.use
        return np.einsum("plmk,plm->pk", use, np.broadcast_to(self.share, use.shape[:-1]))


def _evaluated(problem: Problem, state: ActiveSet, price: Array) -> _Evaluation:
    """Costs and uses at prices of shape (point or 1, factor)."""
    tree = problem.tree
    price = price / np.where(state.priced, price, 0.0).sum(axis=1, keepdims=True)
    cost = problem.cost(np.broadcast_to(price, (len(problem), price.shape[1])))
    total = np.where(problem.dead, 1.0, state.mode_share.sum(axis=-1))
    share = state.mode_share / total[..., None]
    # A task costs the average of its modes, by work. To first order this is the cost at which the
    # modes are tied again, so that no tie has to be restored at the nodes.
    mean = np.where(problem.dead, 1.0, (share * cost).sum(axis=-1))
    log_c, _, weight = node_costs(tree, np.log(mean), problem.share, problem.elasticity)
    weight = weight[:, : tree.leaves]
    return _Evaluation(problem, share, np.log(cost), log_c[:, tree.root], weight, weight / mean)


def _fair_slopes(
    evaluation: _Evaluation, moving: _Evaluation, state: ActiveSet, weights: Array
) -> Array:
    """Derivatives of the splits of least sum W share^2, shape (direction, leaf, mode).

    With w the shares of tied modes that carry work, C w = b states that the priced factors are used
    up and that tasks are complete, and D w = C' lambda that the sum of squares, weighted by D, is
    least. Both are differentiated while prices move.
    """
    result = np.zeros((len(weights), *state.mode_share.shape[1:]))
    carrying = state.mode_share[0] > 0
    several = (carrying.sum(axis=-1) > 1) & ~evaluation.problem.dead[0]
    leaf, mode = np.nonzero(carrying & several[:, None])
    if not len(leaf):
        return result
    factors = np.flatnonzero(state.priced[0])
    tasks, task_of_leaf = np.unique(leaf, return_inverse=True)
    copies = evaluation.problem.copies[0, leaf, mode]

    def conditions(costs: _Evaluation) -> tuple[Array, Array]:
        """C and the diagonal of D, shapes (point, condition, tied mode) and (point, tied mode)."""
        uses = costs.use[:, leaf, mode][..., factors].swapaxes(1, 2)
        complete = np.eye(len(tasks))[:, task_of_leaf]
        complete = np.broadcast_to(complete, (len(uses), *complete.shape))
        return np.concatenate([uses, complete], axis=1), costs.weight[:, leaf] / copies

    (c,), (d,) = conditions(evaluation)
    c_slope, d_slope = (along(weights, values) for values in conditions(moving))
    w = evaluation.share[0, leaf, mode]
    multiplier = np.linalg.lstsq(c.T, d * w, rcond=RANK)[0]
    pull = np.einsum("drt,r->dt", c_slope, multiplier) - d_slope * w
    residual = np.concatenate(
        [-along(weights, moving.used)[:, factors], np.zeros((len(weights), len(tasks)))], axis=1
    )
    # the system of w and lambda is reduced to one of lambda by eliminating w, for D is diagonal
    push = np.linalg.lstsq((c / d) @ c.T, (residual - (pull / d) @ c.T).T, rcond=RANK)[0]
    result[:, leaf, mode] = (pull + push.T @ c) / d
    return result


def _least_squares(matrix: Array, right: Array) -> tuple[Array, Array]:
    """Solutions of a symmetric system, shape (size, direction), and their relative residuals."""
    solution = np.asarray(np.linalg.lstsq(matrix, right, rcond=RANK)[0], dtype=float)
    residual = np.abs(matrix @ solution - right).max(axis=0, initial=0.0)
    return solution, np.asarray(residual / (1e-3 + np.abs(right).max(axis=0, initial=0.0)))


def _moved_problem(centre: Problem, moved: Organisations) -> Problem:
    """The problem ``centre`` with the numbers of organisations nearby, same modes and leaves."""
    divisor = np.where(moved.supply == 0, np.inf, moved.supply)
    scaled = (moved.bundle / divisor[:, None, None, :])[:, centre.tree.task]
    order = np.broadcast_to(centre.mode, (len(scaled), *centre.mode.shape[1:]))
    bundle = np.take_along_axis(scaled, order[..., None], axis=2)
    return replace(
        centre,
        bundle=np.where(centre.open[..., None], bundle, 0.0),
        share=np.where(centre.share == 0, 0.0, np.copysign(moved.share, centre.share)),
        elasticity=moved.elasticity,
    )
