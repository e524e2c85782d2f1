"""Distances of a given regime from its ends, at other points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from taskmodel.allocation.active_set import active_set_of, at_regimes, followed
from taskmodel.allocation.batch import concatenated
from taskmodel.allocation.blocks import (
    BLOCK,
    activity_of_rows,
    by_joint_modes,
    rows_of_activity,
)
from taskmodel.allocation.inputs import Organisations, check_inputs, flattened
from taskmodel.allocation.presolve import at_all_modes, at_callers_modes
from taskmodel.allocation.solution import Allocation
from taskmodel.numerics.accuracy import NO_PRICE
from taskmodel.numerics.types import Array
from taskmodel.science.production import Nest


@dataclass(frozen=True)
class Margins:
    """Distances of a regime from its ends, at points along a path; all positive within the regime.

    Attributes
    ----------
    excess_cost : array, shape (point, task, mode)
        Log cost of each idle open mode, less that of the task [1]; inf for active and closed modes.
    mode_share : array, shape (point, task, mode)
        Share of the task that each active mode carries [1]; inf for the others.
    spare : array, shape (point, factor)
        Unused part of each factor without a price [1]; inf for the others.
    factor_elasticity : array, shape (point, factor)
        Elasticity of output to each factor [1].
    activity : array, shape (point, task, mode)
        Work done in each mode [unit of the task per year].
    output : array, shape (point,)
        Output per year.
    solved : array of bool, shape (point,)
        The equations of the regime have a solution there, whether or not it is the optimum.
    """

    excess_cost: Array
    mode_share: Array
    spare: Array
    factor_elasticity: Array
    activity: Array
    output: Array
    solved: NDArray[np.bool_]


def margins(
    bundles: ArrayLike,
    supply: ArrayLike,
    nest: Nest,
    available: ArrayLike | None,
    start: Allocation,
) -> Margins:
    """Solves the regime of ``start`` at other points, where it need not be optimal.

    Active modes and priced factors stay the same. Parameters are as in `allocate`; every task is
    used once in the nests, and ``start`` has a priced factor at every point.
    """
    organisations = check_inputs(bundles, supply, nest, available)
    tree, modes = organisations.tree, np.shape(bundles)[-2]
    activity, elasticity = flattened(start.activity, 2), flattened(start.factor_elasticity, 1)
    activity = rows_of_activity(tree, activity, flattened(start.members, 1))
    tiles = [
        _tile_margins(organisations[rows], activity[rows], elasticity[rows])
        for rows in organisations.tiles()
    ]
    joined = concatenated(tiles)
    if tree.block:
        share, excess = joined["mode_share"], joined["excess_cost"]
        rows = slice(joined["activity"].shape[1] - len(tree.block), None)
        # the joint mode of a block ends where either the block or the members of its nest do
        made = np.isfinite(share[:, rows, BLOCK])
        share[:, rows, BLOCK] = np.where(made, share[:, rows].min(axis=-1), np.inf)
        excess[:, rows, BLOCK] = excess[:, rows].min(axis=-1)
        joined |= {
            "activity": activity_of_rows(tree, joined["activity"], modes)[0],
            "mode_share": by_joint_modes(tree, share, modes, idle=np.inf),
            "excess_cost": by_joint_modes(tree, excess, modes, idle=np.inf),
        }
    return Margins(**joined)


def _tile_margins(organisations: Organisations, activity: Array, elasticity: Array) -> Margins:
    problem = organisations.presolved().problem
    _, tasks, modes, _ = organisations.bundle.shape
    state = followed(problem, active_set_of(problem, activity, elasticity))
    with np.errstate(invalid="ignore", divide="ignore"):
        cost = at_regimes(problem, state).cost(state.price)
        excess = np.log(cost / state.leaf_cost[..., None])
        work = (state.weight / state.leaf_cost)[..., None] * state.mode_share
        used = problem.factor_use(work)
    # members of a nest that is made as a block have no active mode
    needed = state.active.any(axis=-1, keepdims=True)
    idle, active = problem.open & ~state.active & needed, state.active & problem.open
    return Margins(
        excess_cost=at_callers_modes(
            problem, np.where(idle, excess, np.inf), tasks, modes, closed=np.inf
        ),
        mode_share=at_callers_modes(
            problem, np.where(active, state.mode_share, np.inf), tasks, modes, closed=np.inf
        ),
        spare=np.where(problem.scarce & ~state.priced, 1 - used, np.inf),
        factor_elasticity=np.where(state.price > NO_PRICE, state.price, 0.0),
        activity=at_all_modes(problem, work / problem.copies, tasks, modes),
        output=np.exp(-state.log_cost),
        solved=np.isfinite(state.price).all(axis=1) & state.converged,
    )
