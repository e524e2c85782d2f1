"""A given regime followed to other points, and how far it is from its ends there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from taskmodel.allocation.active_set import NO_PRICE, begin_from, polish
from taskmodel.allocation.inputs import Organisations, checked, flat
from taskmodel.allocation.solution import Allocation
from taskmodel.numerics.types import Array
from taskmodel.science.production import Nest


@dataclass(frozen=True)
class Margins:
    """How far a regime is from its ends, at points along a path; every number is positive within the regime.

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
        The regime's equations have a solution there, whether or not it is the optimum.
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
    """Solve a given regime, that of ``start``, at other points: what is active and priced stays so, optimal or not.

    Parameters are as in `allocate`; every task is used once in the nests, and ``start`` has something priced everywhere.
    """
    organisations = checked(bundles, supply, nest, available)
    began = (flat(start.activity, 2), flat(start.factor_elasticity, 1))
    tiles = [
        _margins_tile(organisations[rows], (began[0][rows], began[1][rows]))
        for rows in organisations.tiles()
    ]
    return Margins(
        **{name: np.concatenate([getattr(tile, name) for tile in tiles]) for name in vars(tiles[0])}
    )


def _margins_tile(organisations: Organisations, began: tuple[Array, Array]) -> Margins:
    ready = organisations.presolved()
    problem = ready.problem
    points, tasks, modes, _ = organisations.bundle.shape
    state = polish(problem, begin_from(problem, *began), mends=0)
    converged = np.isfinite(state.price).all(axis=1) & state.converged
    with np.errstate(invalid="ignore", divide="ignore"):
        excess = np.log(problem.cost(state.price) / state.leaf_cost[..., None])
        activity = (state.weight / state.leaf_cost)[..., None] * state.mode_share
        used = np.einsum("plm,plmk->pk", activity, problem.bundle)
    excess = np.where(problem.open & ~state.active, excess, np.inf)
    share = np.where(state.active & problem.open, state.mode_share, np.inf)

    def at_callers_modes(part: Array, blank: float) -> Array:
        full = np.full((points, tasks, modes), blank)
        by_task = np.argsort(problem.tree.task)
        np.put_along_axis(
            full, problem.mode[:, by_task], np.where(problem.open, part, blank)[:, by_task], axis=-1
        )
        return full

    return Margins(
        excess_cost=at_callers_modes(excess, np.inf),
        mode_share=at_callers_modes(share, np.inf),
        spare=np.where(problem.scarce & ~state.priced, 1 - used, np.inf),
        factor_elasticity=np.where(state.price > NO_PRICE, state.price, 0.0),
        activity=at_callers_modes(activity, 0.0),
        output=np.exp(-state.log_cost),
        solved=converged,
    )
