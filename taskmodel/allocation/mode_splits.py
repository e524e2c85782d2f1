"""Splits of tasks among tied modes where they are not unique, and the compiled search leaves them.

Optimal mode shares form a polytope: tasks are complete, and priced factors are used up. Of its
points the fair split is returned, the one of least sum_i W_i sum_m w_im^2, shared evenly among
identical modes: a least-distance problem (Lawson and Hanson 1974, *Solving Least Squares Problems*,
ch. 23). `uniqueness_kernels` finds it where no inequality limits it. Linear programs (HiGHS) decide
which modes can carry activity in any optimal plan.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from taskmodel.allocation.active_set import ActiveSet, certificates, tied_modes
from taskmodel.allocation.presolve import Problem
from taskmodel.numerics.accuracy import (
    EXACT_GAP,
    FLAT,
    LEAST_WEIGHT,
    TIGHT,
    ZERO_ADDED_SHARE,
    ZERO_SHARE,
)
from taskmodel.numerics.types import Array, Mask

FARTHEST = 1e4  # how much further than a mode itself others may have to move for it to be carried


def fair_splits(problem: Problem, regime: ActiveSet, gap: Array) -> tuple[Array, Mask, Array]:
    """Mode shares, the fair ones where several are optimal, and which modes are usable.

    Modes that cost the same without being needed may carry activity too. A fair split is only taken
    if its certificate is as good as the one before, ``gap``: where a single split is possible, the
    shortest one within the limits may be none by rounding.

    Returns
    -------
    mode_share : array, shape (point, leaf, mode)
    usable : array of bool, shape (point, leaf, mode)
        The mode carries activity in some optimal plan.
    gap : array, shape (point,)
        Duality gap of the shares that are returned.
    """
    mode_share = np.maximum(regime.mode_share, 0.0)
    usable = problem.open & (mode_share > ZERO_SHARE)
    tied = tied_modes(problem, regime)
    added = tied & ~regime.active
    fair = regime.take(np.arange(len(problem)))
    fair.active |= tied
    open_ties = {}
    for point in range(len(problem)):
        ties = _ties(problem, fair, point)
        if len(ties.null) or added[point].any():
            open_ties[point] = ties
            fair.mode_share[point] = _fair_split(ties, fair.mode_share[point])
    found = np.abs(certificates(problem, fair))
    as_good = found < np.maximum(gap, EXACT_GAP)
    split = np.where(as_good[:, None, None], np.maximum(fair.mode_share, 0.0), mode_share)
    for point, ties in open_ties.items():
        usable[point] = _usable(ties, split[point], regime.mode_share[point], added[point])
    return split, usable, np.where(as_good, np.maximum(gap, found), gap)


@dataclass
class _Ties:
    """The tied modes of one point as columns.

    With y = w * scale the objective of the fair split is the length of y. Tasks are complete and
    priced factors used up where y is ``shortest`` plus any combination of the rows of ``null``.
    """

    leaf: NDArray[np.intp]  # (column,)
    mode: NDArray[np.intp]  # (column,)
    spare: Mask  # (factor,) may be used in part
    use: Array  # (factor, column) use of each factor if the mode did all of its task
    remaining: Array  # (factor,) part of each supply that tasks without a choice leave
    scale: Array  # (column,)
    shortest: Array  # (column,)
    null: Array  # (direction, column)
    free: Array  # (direction, column) directions in mode shares that keep tasks and factors so


def _ties(problem: Problem, regime: ActiveSet, point: int) -> _Ties:
    active, weight = regime.active[point], regime.weight[point]
    priced, dead = regime.priced[point], problem.dead[point]
    choice = active & (active.sum(axis=-1, keepdims=True) > 1)
    leaf, mode = np.nonzero(choice)
    work = np.where(dead, 0.0, weight / regime.leaf_cost[point])[:, None, None]
    per_share = work * problem.bundle[point]
    use = per_share[leaf, mode].T
    alone = np.where(choice | dead[:, None], 0.0, regime.mode_share[point])
    remaining = 1 - np.einsum("lm,lmk->k", alone, per_share)
    scale = np.sqrt(np.maximum(weight[leaf], LEAST_WEIGHT) / problem.copies[point, leaf, mode])
    # every task is complete, every priced factor used up
    complete = (leaf == np.unique(leaf)[:, None]).astype(float)
    equal = np.concatenate([complete, use[priced]])
    level = np.concatenate([np.ones(len(complete)), remaining[priced]])
    shortest, null = _solutions(equal / scale, level)
    spare = problem.scarce[point] & ~priced
    free = _solutions(equal, level)[1]
    return _Ties(leaf, mode, spare, use, remaining, scale, shortest, null, free)


def _solutions(equal: Array, level: Array) -> tuple[Array, Array]:
    """The shortest solution of equations, and orthonormal directions that do not change them."""
    size = np.abs(equal).max(axis=-1, initial=0.0)
    size = np.where(size > 0, size, 1.0)
    left, singular, right = np.linalg.svd(equal / size[:, None])
    rank = int((singular > FLAT * singular[:1]).sum())
    shortest = ((left[:, :rank].T @ (level / size)) / singular[:rank]) @ right[:rank]
    return shortest, right[rank:]


def _fair_split(ties: _Ties, mode_share: Array) -> Array:
    """Mode shares of one point, shape (leaf, mode): those given, but for tied modes."""
    limits = np.vstack([np.diag(1 / ties.scale), -ties.use[ties.spare] / ties.scale])
    bounds = np.concatenate([np.zeros(len(ties.leaf)), -ties.remaining[ties.spare]])
    y = ties.shortest
    if (limits @ y < bounds - ZERO_SHARE).any():
        y = _shortest_within(ties.null, y, limits, bounds)
    share = mode_share.copy()
    share[ties.leaf, ties.mode] = np.maximum(y / ties.scale, 0.0)
    total = share.sum(axis=-1, keepdims=True)
    share = share / np.where(total > 0, total, 1.0)
    return np.asarray(share)


def _usable(ties: _Ties, fair: Array, earlier: Array, added: Mask) -> Mask:
    """Which modes of one point some optimal plan uses, shape (leaf, mode).

    ``fair`` and ``earlier`` are mode shares of optimal plans. Modes that were ``added`` because
    they cost the same have none in ``earlier``; shares below 1e-7 that a split gives them are
    rounding.
    """
    usable = np.where(added, fair > ZERO_ADDED_SHARE, np.maximum(fair, earlier) > ZERO_SHARE)
    carried = usable[ties.leaf, ties.mode]
    if not carried.all():
        # the plan half way between two optimal ones is optimal, and carries what either carries
        middle = (fair + earlier)[ties.leaf, ties.mode] / 2
        tight = ties.use @ middle > ties.remaining - TIGHT
        limiting = -ties.use[ties.spare & tight]
        usable[ties.leaf, ties.mode] = _carrying(ties.free, limiting, carried)
    return usable


def _shortest_within(null: Array, shortest: Array, limits: Array, bounds: Array) -> Array:
    """The shortest y = shortest + combination @ null with limits @ y >= bounds.

    ``shortest`` is orthogonal to the rows of ``null``. In coordinates of these rows the problem is
    a least-distance problem, whose dual is a non-negative least-squares problem (Lawson and
    Hanson, ch. 23.4).
    """
    from scipy.optimize import nnls

    if not null.size:
        return shortest
    target = np.zeros(len(null) + 1)
    target[-1] = 1.0
    system = np.vstack([(limits @ null.T).T, bounds - limits @ shortest])
    residual = system @ nnls(system, target)[0] - target
    if residual[-1] == 0:
        return shortest
    return np.asarray(shortest - (residual[:-1] / residual[-1]) @ null)


def _carrying(null: Array, limits: Array, carried: Mask) -> Mask:
    """Tied modes that some optimal plan uses, shape (tied mode,).

    From a plan that uses those ``carried``, a small step is possible in every direction spanned by
    the rows of ``null`` that lowers no row of ``limits`` and no idle mode. Directions have no
    length, so that the result does not depend on how little work there is to split.
    """
    from scipy.optimize import linprog

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
