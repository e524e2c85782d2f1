"""Splits of tasks among tied modes where they are not unique.

Optimal mode shares form a polytope: tasks are complete, and priced factors are used up. Of its
points the fair split is returned, the one of least sum_i W_i sum_m w_im^2: a least-distance problem
(Lawson and Hanson 1974, *Solving Least Squares Problems*, ch. 23). Linear programs (HiGHS) decide
which modes can carry activity in any optimal plan.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from taskmodel.allocation.active_set import ActiveSet
from taskmodel.allocation.batch import position_in_point
from taskmodel.allocation.presolve import Mask, Problem
from taskmodel.numerics.accuracy import FLAT, TIGHT, ZERO_ADDED_SHARE, ZERO_SHARE
from taskmodel.numerics.types import Array

FARTHEST = 1e4  # how much further than a mode itself others may have to move for it to be carried


def ambiguous_splits(problem: Problem, regime: ActiveSet) -> Mask:
    """Points at which more modes are tied than prices can separate, shape (point,)."""
    ties = np.maximum(regime.active.sum(axis=-1) - 1, 0).sum(axis=1)
    result = ties > np.maximum(regime.priced.sum(axis=1) - 1, 0)
    for point in np.flatnonzero((ties > 1) & ~result):
        # differences of the cost shares of tied modes, scaled by the prices
        rows: list[Array] = []
        for leaf in np.flatnonzero(regime.active[point].sum(axis=-1) > 1):
            use = problem.bundle[point, leaf, regime.active[point, leaf]]
            use = use / regime.leaf_cost[point, leaf]
            rows.extend((use[1:] - use[0]) * np.sqrt(regime.price[point]))
        result[point] = np.linalg.matrix_rank(np.array(rows), tol=FLAT) < len(rows)
    return result


@dataclass
class _TiedColumns:
    """The tied modes of some points as columns, padded to the same number.

    With y = w * scale the objective of the fair split is the length of y; ``equal`` and ``level``
    state that tasks are complete and priced factors used up, equal @ y = level.
    """

    leaf: NDArray[np.intp]  # (point, tied mode)
    mode: NDArray[np.intp]  # (point, tied mode)
    real: Mask  # (point, tied mode) False for padding
    use: Array  # (point, factor, tied mode) use of each factor if the mode did all of its task
    remaining: Array  # (point, factor) part of each supply that tasks without a choice leave
    scale: Array  # (point, tied mode)
    equal: Array  # (point, condition, tied mode) rows scaled to a largest entry of one
    level: Array  # (point, condition)

    def limits(self, point: np.intp, factors: Mask) -> Array:
        """Minus the use of some factors by real columns, in units of y, shape (factor, column)."""
        real = self.real[point]
        return np.asarray((-self.use[point][factors] / self.scale[point])[:, real])


def fair_splits(problem: Problem, regime: ActiveSet, added: Mask) -> tuple[Array, Mask]:
    """Mode shares of least sum_i W_i sum_m w^2 among the optimal ones, and which modes are usable.

    Parameters
    ----------
    added : array of bool, shape (point, leaf, mode)
        Modes that were added because they cost the same. They have no share in ``regime``; shares
        below 1e-7 that a split gives them are rounding.

    Returns
    -------
    mode_share : array, shape (point, leaf, mode)
    usable : array of bool, shape (point, leaf, mode)
        The mode carries activity in some optimal plan.
    """
    points = len(problem)
    tied = _tied_columns(problem, regime)
    y = np.matmul(np.linalg.pinv(tied.equal, rcond=FLAT), tied.level[..., None])[..., 0]
    used = np.einsum("pkt,pt->pk", tied.use, y / tied.scale)
    spare = problem.scarce & ~regime.priced
    # The shortest solution of the equations is the fair split unless a share is negative or a
    # factor without a price overused; only those points need the inequalities.
    simple = (y / tied.scale >= -ZERO_SHARE).all(axis=1)
    simple &= (~spare | (used <= tied.remaining + ZERO_SHARE)).all(axis=1)
    for point in np.flatnonzero(~simple):
        real, unpriced = tied.real[point], spare[point]
        limits = np.vstack([np.eye(real.sum()), tied.limits(point, unpriced)])
        bounds = np.concatenate([np.zeros(real.sum()), -tied.remaining[point, unpriced]])
        y[point, real] = _shortest_within(
            tied.equal[point][:, real], y[point, real], limits, bounds
        )
    share = regime.mode_share.copy()
    point_of = np.broadcast_to(np.arange(points)[:, None], tied.leaf.shape)
    columns = tuple(index[tied.real] for index in (point_of, tied.leaf, tied.mode))
    share[columns] = np.maximum(y / tied.scale, 0.0)[tied.real]
    total = share.sum(axis=-1, keepdims=True)
    share = share / np.where(total > 0, total, 1.0)
    return share, _usable(regime, added, tied, share, spare)


def _usable(regime: ActiveSet, added: Mask, tied: _TiedColumns, share: Array, spare: Mask) -> Mask:
    """Modes that carry activity in some optimal plan, shape (point, leaf, mode)."""
    carried = regime.active & (
        np.where(added, share, np.maximum(share, regime.mode_share))
        > np.where(added, ZERO_ADDED_SHARE, ZERO_SHARE)
    )
    usable = carried.copy()
    index = np.arange(len(share))[:, None], tied.leaf, tied.mode
    carries = carried[index]
    # the plan half way between two optimal ones is optimal, and carries what either carries
    middle = ((share + regime.mode_share) / 2)[index] * tied.real
    for point in np.flatnonzero((tied.real & ~carries).any(axis=1)):
        real = tied.real[point]
        tight = tied.use[point] @ middle[point] > tied.remaining[point] - TIGHT
        usable[point, tied.leaf[point, real], tied.mode[point, real]] = _carrying(
            tied.equal[point][:, real],
            tied.limits(point, spare[point] & tight),
            carries[point, real],
        )
    return usable


def _tied_columns(problem: Problem, regime: ActiveSet) -> _TiedColumns:
    points, leaves, _ = regime.active.shape
    choice = regime.active & (regime.active.sum(axis=-1, keepdims=True) > 1)
    point, leaf, mode = np.nonzero(choice)
    position, count = position_in_point(point, points)
    width = int(count.max(initial=1))
    columns = np.zeros((2, points, width), dtype=np.intp)
    columns[:, point, position] = leaf, mode
    leaf_of, mode_of = columns
    real = np.arange(width) < count[:, None]
    per_share = (regime.weight / regime.leaf_cost)[..., None, None] * problem.bundle
    use = np.zeros((points, problem.bundle.shape[-1], width))
    use[point, :, position] = per_share[point, leaf, mode]
    alone = np.where(choice, 0.0, np.where(problem.dead[..., None], 0.0, regime.mode_share))
    remaining = 1 - np.einsum("plm,plmk->pk", alone, per_share)
    scale = np.ones((points, width))
    scale[point, position] = np.sqrt(
        np.maximum(regime.weight[point, leaf], np.finfo(float).tiny)
        / problem.copies[point, leaf, mode]
    )
    # rows: every task with a choice is complete, every priced factor is used up
    tasks = (leaf_of[:, None, :] == np.arange(leaves)[None, :, None]) & real[:, None, :]
    equal = np.concatenate([tasks, np.where(regime.priced[..., None], use, 0.0)], axis=1)
    level = np.concatenate([tasks.any(axis=-1), np.where(regime.priced, remaining, 0.0)], axis=1)
    equal = equal / scale[:, None, :]
    size = np.abs(equal).max(axis=-1)
    size = np.where(size > 0, size, 1.0)
    return _TiedColumns(
        leaf_of, mode_of, real, use, remaining, scale, equal / size[..., None], level / size
    )


def _shortest_within(equal: Array, shortest: Array, limits: Array, bounds: Array) -> Array:
    """The shortest y with equal @ y = equal @ shortest and limits @ y >= bounds.

    ``shortest`` is the solution without limits, and orthogonal to the null space of ``equal``. In
    coordinates of that null space the problem is a least-distance problem, whose dual is a
    non-negative least-squares problem (Lawson and Hanson, ch. 23.4).
    """
    from scipy.optimize import nnls

    _, singular, right = np.linalg.svd(equal)
    null = right[int((singular > FLAT * singular[0]).sum()) :].T
    if not null.size:
        return shortest
    target = np.zeros(null.shape[1] + 1)
    target[-1] = 1.0
    system = np.vstack([(limits @ null).T, bounds - limits @ shortest])
    residual = system @ nnls(system, target)[0] - target
    if residual[-1] == 0:
        return shortest
    return shortest - null @ (residual[:-1] / residual[-1])


def _carrying(equal: Array, limits: Array, carried: Mask) -> Mask:
    """Tied modes that some optimal plan uses, shape (tied mode,).

    From a plan that uses those ``carried``, a small step is possible in every direction in the null
    space of ``equal`` that lowers no row of ``limits`` and no idle mode. Directions have no length,
    so that the result does not depend on how little work there is to split.
    """
    from scipy.optimize import linprog

    _, singular, right = np.linalg.svd(equal)
    null = right[int((singular > FLAT * singular[0]).sum()) :]
    # a mode that no direction changes stays idle in every plan
    movable = np.abs(null).max(axis=0, initial=0.0) > FLAT
    result = carried.copy()
    for tie in np.flatnonzero(~carried & movable):
        if result[tie]:
            continue
        furthest = linprog(
            -null[:, tie],
            A_ub=-np.vstack([null.T[~carried], limits @ null.T, -null.T[[tie]]]),
            b_ub=np.append(np.zeros((~carried).sum() + len(limits)), 1.0),
            bounds=(-FARTHEST, FARTHEST),
            method="highs",
        )
        if furthest.status == 0 and -furthest.fun > 0.5:  # the maximum is either 0 or 1
            result |= furthest.x @ null > FLAT
    return result
