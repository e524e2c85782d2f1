"""What is not unique about an optimum: prices at a kink, and the split of tied modes.

Both sets are polytopes. Given optimal quantities, prices s are optimal if and only if with cost
shares W that agree with the nests (fixed parts where sigma > 0, any split where sigma = 0)

    x_i B_im . s >= W_i   for every open mode, with equality where it is active,
    sum_k s_k = 1,        s_k = 0 where factor k is left over,

so that the least and the largest elasticity are linear programs (HiGHS). The point of least norm
is found by Wolfe (1976), Mathematical Programming 11, 128-149; the fair split of tied modes is
a least-distance problem (Lawson and Hanson 1974, *Solving Least Squares Problems*, ch. 23).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from taskmodel.allocation.active_set import NO_PRICE, Regime, nest_curvature
from taskmodel.allocation.presolve import Mask, Problem
from taskmodel.numerics.types import Array
from taskmodel.science.production import cost_shares, log_unit_cost

FLAT = 1e-9  # curvature, relative to the largest, below which a direction counts as flat
TIGHT = 1e-11  # relative: a factor used up to this counts as used up
ZERO_SHARE = 1e-12
CARRIES = 1e-7  # what a fair split gives a mode that nothing asked for, up to this, is rounding
FAR = 1e4  # how much further than a mode itself others may have to move for it to be carried
UNIQUE = 1e-7  # elasticities that differ by less than this over the optimal prices are one; linear programs do not tell smaller ones


def flat_prices(problem: Problem, regime: Regime) -> Mask:
    """Points at which the optimal prices may not be unique, shape (point,)."""
    tree = problem.tree
    points, leaves, modes, factors = problem.bundle.shape
    cost = problem.cost(regime.price)
    f = problem.bundle * regime.price[:, None, None, :] / cost[..., None]
    active = regime.active & (regime.mode_share > ZERO_SHARE)
    _, theta = log_unit_cost(tree, np.log(regime.leaf_cost), problem.share, problem.elasticity)
    weight = cost_shares(tree, theta)
    leaf_gradient = np.matmul(np.where(active, regime.mode_share, 0.0)[:, :, None, :], f)[:, :, 0]
    curvature = nest_curvature(problem, theta, weight, leaf_gradient)
    apart = np.where(
        active[..., None],
        (f - leaf_gradient[:, :, None, :])
        * np.sqrt(weight[:, :leaves])[..., None, None]
        * np.sqrt(regime.mode_share.clip(0))[..., None],
        0.0,
    )
    apart = apart.reshape(points, leaves * modes, factors)
    curvature = curvature + np.matmul(apart.transpose(0, 2, 1), apart)
    scale = np.where(regime.priced, 1 / np.sqrt(np.where(regime.priced, regime.price, 1.0)), 0.0)
    curvature = curvature * scale[:, :, None] * scale[:, None, :]
    index = np.arange(factors)
    curvature[:, index, index] += ~regime.priced
    least = np.linalg.eigvalsh(curvature)[:, 0]
    activity = (
        np.where(problem.dead, 0.0, regime.weight / regime.leaf_cost)[..., None] * regime.mode_share
    )
    used = np.einsum("plm,plmk->pk", activity, problem.bundle)
    spare = problem.scarce & ~regime.priced & (used > 1 - TIGHT)
    return (least < FLAT) | spare.any(axis=1)


def flat_splits(problem: Problem, regime: Regime) -> Mask:
    """Points at which more modes are tied than prices can tell apart, shape (point,)."""
    ties = np.maximum(regime.active.sum(axis=-1) - 1, 0).sum(axis=1)
    result = ties > np.maximum(regime.priced.sum(axis=1) - 1, 0)
    for point in np.flatnonzero((ties > 1) & ~result):
        # differences of the cost shares of tied modes, scaled by the prices
        rows = []
        for leaf in np.flatnonzero(regime.active[point].sum(axis=-1) > 1):
            part = (
                problem.bundle[point, leaf, regime.active[point, leaf]]
                / regime.leaf_cost[point, leaf]
            )
            rows.extend((part[1:] - part[0]) * np.sqrt(regime.price[point]))
        result[point] = np.linalg.matrix_rank(np.array(rows), tol=FLAT) < len(rows)
    return result


@dataclass
class _Ties:
    """The tied modes of some points as columns, padded to the same number; what they must add up to as rows."""

    leaf: NDArray[np.intp]  # (point, tied mode) the leaf of each
    mode: NDArray[np.intp]  # (point, tied mode)
    real: Mask  # (point, tied mode) False for padding
    use: Array  # (point, factor, tied mode) use of each factor if the mode did all of its task
    left: Array  # (point, factor) what tasks without a choice leave of each supply
    scale: Array  # (point, tied mode) y = w scale makes the objective the plain length of y


def fair_splits(problem: Problem, regime: Regime, added: Mask) -> tuple[Array, Mask]:
    """Mode shares of least sum_i W_i sum_m w^2 among the optimal ones, and which modes can carry activity at all.

    Modes that were ``added``, shape (point, leaf, mode), because they cost the same have no share of their own to go by:
    what a split gives them below 1e-7 is rounding.

    Returns
    -------
    mode_share : array, shape (point, leaf, mode)
    usable : array of bool, shape (point, leaf, mode)
    """
    points, leaves, modes = regime.active.shape
    ties = _ties(problem, regime)
    tasks = ties.leaf[:, None, :] == np.arange(leaves)[None, :, None]
    equal = np.concatenate(
        [tasks & ties.real[:, None, :], np.where(regime.priced[..., None], ties.use, 0.0)], axis=1
    )
    level = np.concatenate(
        [(tasks & ties.real[:, None, :]).any(axis=-1), np.where(regime.priced, ties.left, 0.0)],
        axis=1,
    )
    equal = equal / ties.scale[:, None, :]
    size = np.abs(equal).max(axis=-1)
    size = np.where(size > 0, size, 1.0)
    y = np.matmul(np.linalg.pinv(equal / size[..., None], rcond=FLAT), (level / size)[..., None])[
        ..., 0
    ]
    within = np.einsum("pkt,pt->pk", ties.use, y / ties.scale) <= ties.left + ZERO_SHARE
    spare = problem.scarce & ~regime.priced
    simple = (y / ties.scale >= -ZERO_SHARE).all(axis=1) & (within | ~spare).all(axis=1)
    for point in np.flatnonzero(~simple):
        keep = ties.real[point]
        limits = np.vstack(
            [np.eye(keep.sum()), (-ties.use[point][spare[point]] / ties.scale[point])[:, keep]]
        )
        bounds = np.concatenate([np.zeros(keep.sum()), -ties.left[point, spare[point]]])
        y[point, keep] = _least_within(
            (equal / size[..., None])[point][:, keep], y[point, keep], limits, bounds
        )
    share = regime.mode_share.copy()
    where = (
        np.broadcast_to(np.arange(points)[:, None], ties.leaf.shape)[ties.real],
        ties.leaf[ties.real],
        ties.mode[ties.real],
    )
    share[where] = np.maximum(y / ties.scale, 0.0)[ties.real]
    total = share.sum(axis=-1, keepdims=True)
    share = share / np.where(total > 0, total, 1.0)
    carried = regime.active & (
        np.where(added, share, np.maximum(share, regime.mode_share))
        > np.where(added, CARRIES, ZERO_SHARE)
    )
    usable = carried.copy()
    of_point = np.arange(points)[:, None]
    known = carried[of_point, ties.leaf, ties.mode]
    both = ((share + regime.mode_share) / 2)[
        of_point, ties.leaf, ties.mode
    ] * ties.real  # the plan half way between two good ones
    for point in np.flatnonzero((ties.real & ~known).any(axis=1)):
        keep = ties.real[point]
        tight = spare[point] & (ties.use[point] @ both[point] > ties.left[point] - TIGHT)
        limits = (-ties.use[point][tight] / ties.scale[point])[:, keep]
        can = _carrying((equal / size[..., None])[point][:, keep], limits, known[point, keep])
        usable[point, ties.leaf[point, keep], ties.mode[point, keep]] = can
    return share, usable


def _ties(problem: Problem, regime: Regime) -> _Ties:
    points = len(problem)
    choice = regime.active & (regime.active.sum(axis=-1, keepdims=True) > 1)
    point, leaf, mode = np.nonzero(choice)
    count = np.bincount(point, minlength=points)
    place = np.arange(len(point)) - np.repeat(np.cumsum(count) - count, count)
    width = int(count.max(initial=1))
    of_leaf, of_mode = (
        np.zeros((points, width), dtype=np.intp),
        np.zeros((points, width), dtype=np.intp),
    )
    real = np.arange(width) < count[:, None]
    of_leaf[point, place], of_mode[point, place] = leaf, mode
    per_share = (regime.weight / regime.leaf_cost)[..., None, None] * problem.bundle
    use = np.zeros((points, problem.bundle.shape[-1], width))
    use[point, :, place] = per_share[point, leaf, mode]
    fixed = np.einsum(
        "plm,plmk->pk",
        np.where(choice, 0.0, np.where(problem.dead[..., None], 0.0, regime.mode_share)),
        per_share,
    )
    twins = (problem.stand_in[point, leaf] == problem.mode[point, leaf, mode][:, None]).sum(axis=-1)
    scale = np.ones((points, width))
    scale[point, place] = np.sqrt(
        np.maximum(regime.weight[point, leaf], np.finfo(float).tiny) / twins
    )
    return _Ties(of_leaf, of_mode, real, use, 1 - fixed, scale)


def _least_within(equal: Array, least: Array, limits: Array, bounds: Array) -> Array:
    """The shortest y with the same ``equal @ y`` as ``least``, itself the shortest without limits, and ``limits @ y >= bounds``."""
    from scipy.optimize import nnls

    _, singular, right = np.linalg.svd(equal)
    free = right[int((singular > FLAT * singular[0]).sum()) :].T
    if not free.size:
        return least
    target = np.zeros(free.shape[1] + 1)
    target[-1] = 1.0
    system = np.vstack([(limits @ free).T, bounds - limits @ least])
    gap = system @ nnls(system, target)[0] - target
    return least if gap[-1] == 0 else least - free @ (gap[:-1] / gap[-1])


def _carrying(equal: Array, limits: Array, carried: Mask) -> Mask:
    """Which tied modes some optimal plan uses, shape (tied mode,), from those ``carried`` by a plan that is known.

    From that plan one can go, a little, in every direction that leaves the rows of ``equal`` as they are, lowers no row of
    ``limits`` and no mode that is idle. Directions have no length: how little there is to be shared out does not matter.
    """
    from scipy.optimize import linprog

    _, singular, right = np.linalg.svd(equal)
    free = right[int((singular > FLAT * singular[0]).sum()) :]
    moves = np.abs(free).max(axis=0, initial=0.0) > FLAT  # what no direction changes stays idle
    result = carried.copy()
    for tie in np.flatnonzero(~carried & moves):
        if result[tie]:
            continue
        most = linprog(
            -free[:, tie],
            A_ub=-np.vstack([free.T[~carried], limits @ free.T, -free.T[[tie]]]),
            b_ub=np.append(np.zeros((~carried).sum() + len(limits)), 1.0),
            bounds=(-FAR, FAR),
            method="highs",
        )
        if most.status == 0 and -most.fun > 0.5:  # none, or as much as is allowed
            result |= most.x @ free > FLAT
    return result


def elasticity_range(problem: Problem, regime: Regime, point: int) -> tuple[Array, Array]:
    """The optimal prices of least norm, and the least and largest of each; shapes (factor,) and (factor, 2)."""
    lowest = _price_program(problem, regime, point)
    factors = problem.bundle.shape[-1]
    corners, ends = [], np.zeros((factors, 2))
    for factor in range(factors):
        for side, sign in enumerate((1.0, -1.0)):
            corner = lowest(sign * np.eye(factors)[factor])
            corners.append(corner)
            ends[factor, side] = corner[factor]
    if np.all(ends[:, 1] - ends[:, 0] < UNIQUE):
        known = np.where(regime.price[point] > NO_PRICE, regime.price[point], 0.0)
        return known / known.sum(), np.repeat((known / known.sum())[:, None], 2, axis=1)
    return _least_norm(lowest, min(corners, key=np.linalg.norm)), ends


def _price_program(problem: Problem, regime: Regime, point: int) -> Callable[[Array], Array]:
    """The linear program over optimal prices: a function from an objective (factor,) to the price of least objective (factor,)."""
    from scipy.optimize import linprog
    from scipy.sparse import csr_array

    tree, factors = problem.tree, problem.bundle.shape[-1]
    one = problem[[point]]
    sigma = np.broadcast_to(one.elasticity, (1, tree.nodes))[0]
    share = np.broadcast_to(one.share, (1, tree.nodes))[0]
    _, theta = log_unit_cost(tree, np.log(regime.leaf_cost[[point]]), one.share, one.elasticity)
    theta, width = theta[0], factors + tree.nodes
    activity = np.where(one.dead[0], 0.0, regime.weight[point] / regime.leaf_cost[point])
    used = np.einsum("l,lm,lmk->k", activity, regime.mode_share[point], one.bundle[0])
    equal, level, above = [], [], []

    def row(**entries: float) -> Array:
        return np.zeros(width)

    total = row()
    total[:factors] = 1.0
    equal.append(total)
    level.append(1.0)
    root = row()
    root[factors + tree.root] = 1.0
    equal.append(root)
    level.append(1.0)
    for nests in tree.levels:
        for place, nest in enumerate(nests.nests):
            children = nests.children[nests.nest_of_child == place]
            if sigma[nest] == 0:
                split = row()
                split[factors + children] = 1.0
                split[factors + nest] = -1.0
                equal.append(split)
                level.append(0.0)
                children = children[share[children] == 0]
            for child in children:
                part = row()
                part[factors + child] = 1.0
                part[factors + nest] = -theta[child]
                equal.append(part)
                level.append(0.0)
    for leaf in np.flatnonzero(~one.dead[0]):
        for mode in np.flatnonzero(one.open[0, leaf]):
            worth = row()
            worth[:factors] = activity[leaf] * one.bundle[0, leaf, mode]
            worth[factors + leaf] = -1.0
            worth /= np.abs(worth).max()
            if (
                regime.active[point, leaf, mode]
                and regime.mode_share[point, leaf, mode] > ZERO_SHARE
            ):
                equal.append(worth)
                level.append(0.0)
            else:
                above.append(-worth)
    bounds = [
        (0, None if one.scarce[0, k] and used[k] > 1 - TIGHT else 0) for k in range(factors)
    ] + [(0, None)] * tree.nodes
    equal_matrix = csr_array(np.array(equal))
    above_matrix = csr_array(np.array(above)) if above else None

    def lowest(objective: Array) -> Array:
        goal = np.zeros(width)
        goal[:factors] = objective
        found = linprog(
            goal,
            A_ub=above_matrix,
            b_ub=np.zeros(len(above)) if above else None,
            A_eq=equal_matrix,
            b_eq=np.array(level),
            bounds=bounds,
            method="highs",
        )
        if found.status != 0:
            # the program is feasible by construction; only rounding can say otherwise, and then the known price stands
            price = regime.price[point]
            return price / price.sum()
        return found.x[:factors]

    return lowest


def _least_norm(lowest: Callable[[Array], Array], start: Array) -> Array:
    """The point of least norm of a polytope, from the function that minimises a linear objective over it."""
    corners, weight = [start], np.ones(1)
    for _ in range(100):
        x = weight @ np.array(corners)
        corner = lowest(x)
        if x @ x - x @ corner <= 1e-12 * max(1.0, float(x @ x)) or any(
            np.allclose(corner, known, atol=1e-12) for known in corners
        ):
            return x
        corners.append(corner)
        weight = np.append(weight, 0.0)
        while True:
            points = np.array(corners)
            size = len(corners)
            system = np.block(
                [[points @ points.T, np.ones((size, 1))], [np.ones((1, size)), np.zeros((1, 1))]]
            )
            affine = np.linalg.lstsq(system, np.append(np.zeros(size), 1.0), rcond=None)[0][:size]
            if np.all(affine > 1e-13):
                weight = affine
                break
            falling = affine <= 1e-13
            step = np.min(
                weight[falling]
                / np.maximum(weight[falling] - affine[falling], np.finfo(float).tiny)
            )
            weight = weight + min(1.0, step) * (affine - weight)
            keep = weight > 1e-13
            corners = [corner for corner, kept in zip(corners, keep, strict=True) if kept]
            weight = weight[keep] / weight[keep].sum()
    return weight @ np.array(corners)
