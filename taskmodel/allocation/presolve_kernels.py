"""Reductions of one allocation problem that need no prices, in plain loops; see `presolve`.

Source: docs, model, section 1.2.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from taskmodel.allocation.kernels import (
    ELASTICITY,
    SHARE,
    Instance,
    Instances,
    Mask,
    instance_of,
)
from taskmodel.compiled import compiled, taking
from taskmodel.numerics.types import Array
from taskmodel.science.production_kernels import Nests

IMPOSSIBLE, FREE, WEIGHTLESS = 0, 1, 2
MORE, EQUAL, LESS = 0, 1, 2


class Unscaled(NamedTuple):
    """The caller's arrays; those that are equal at all points have one row."""

    task: NDArray[np.int64]  # (leaf,) task of each leaf
    bundle: Array  # (point or 1, task, mode, factor)
    supply: Array  # (point or 1, factor)
    available: Mask  # (point or 1, task, mode)
    nest: Array  # (point or 1, 2, node)


class Reductions(NamedTuple):
    """What is decided about several points; see `presolve.Presolved`."""

    node: Mask  # (point, 3, node): IMPOSSIBLE, FREE, WEIGHTLESS
    free_mode: Mask  # (point, leaf, mode)
    stand_in: NDArray[np.int64]  # (point, leaf, mode)


class Reduced(NamedTuple):
    """`Reductions` of one point."""

    node: Mask
    free_mode: Mask
    stand_in: NDArray[np.int64]


def new_reductions(points: int, leaves: int, modes: int, nodes: int) -> Reductions:
    """Return room for the reductions of some points."""
    return Reductions(
        np.zeros((points, 3, nodes), dtype=bool),
        np.zeros((points, leaves, modes), dtype=bool),
        np.zeros((points, leaves, modes), dtype=np.int64),
    )


@taking
def unscaled_of(unscaled: Unscaled, point: int) -> Unscaled:
    """Return the caller's arrays at one point, still with a first dimension."""
    b, s, a, n = (
        point % len(unscaled.bundle),
        point % len(unscaled.supply),
        point % len(unscaled.available),
        point % len(unscaled.nest),
    )
    return Unscaled(
        unscaled.task,
        unscaled.bundle[b : b + 1],
        unscaled.supply[s : s + 1],
        unscaled.available[a : a + 1],
        unscaled.nest[n : n + 1],
    )


@taking
def reduced_of(reductions: Reductions, point: int) -> Reduced:
    """Return the reductions of one point."""
    return Reduced(reductions.node[point], reductions.free_mode[point], reductions.stand_in[point])


@compiled
def use_of(bundle: Array, leaf: int, mode: int, other: int, supply: Array) -> int:
    """Return whether a mode uses `LESS` than another one of its task, as much (`EQUAL`) or `MORE`.

    Less: no more of any factor of finite supply, and less of one.
    """
    result = EQUAL
    for k in range(len(supply)):
        if supply[k] < np.inf:
            if bundle[leaf, mode, k] > bundle[leaf, other, k]:
                return MORE
            if bundle[leaf, mode, k] < bundle[leaf, other, k]:
                result = LESS
    return result


@compiled
def close_dominated(bundle: Array, opened: Mask, supply: Array, leaf: int) -> None:
    """Close the modes of a task that use more than another one, and are never needed."""
    modes = opened.shape[1]
    for other in range(modes):
        for mode in range(modes):
            if mode != other and opened[leaf, mode] and opened[leaf, other]:
                if use_of(bundle, leaf, mode, other, supply) == LESS:
                    opened[leaf, other] = False


@compiled
def join_equal(case: Instance, reduced: Reduced, supply: Array, leaf: int) -> None:
    """Close all but the first of identical modes, which acts for the others."""
    modes = case.open.shape[1]
    for mode in range(modes):
        if not case.open[leaf, mode]:
            reduced.stand_in[leaf, mode] = -1
    for mode in range(modes):
        for other in range(mode + 1, modes):
            if case.open[leaf, mode] and case.open[leaf, other]:
                if use_of(case.bundle, leaf, mode, other, supply) == EQUAL:
                    case.open[leaf, other] = False
                    reduced.stand_in[leaf, other] = mode


@compiled
def scale_bundles(unscaled: Unscaled, case: Instance, reduced: Reduced) -> None:
    """Write open modes, and bundles over supplies; modes that use what there is none of close."""
    bundle, supply, available = unscaled.bundle[0], unscaled.supply[0], unscaled.available[0]
    leaves, modes, factors = case.bundle.shape
    for leaf in range(leaves):
        task = unscaled.task[leaf]
        reduced.node[IMPOSSIBLE, leaf], reduced.node[FREE, leaf] = True, False
        for mode in range(modes):
            opened, paid = available[task, mode], False
            for k in range(factors):
                use = bundle[task, mode, k]
                if use > 0.0 and supply[k] == 0.0:
                    opened = False
            for k in range(factors):
                case.bundle[leaf, mode, k] = 0.0
                if opened and supply[k] > 0.0:
                    case.bundle[leaf, mode, k] = bundle[task, mode, k] / supply[k]
                    paid = paid or case.bundle[leaf, mode, k] > 0.0
            case.open[leaf, mode] = opened
            reduced.free_mode[leaf, mode] = opened and not paid
            reduced.stand_in[leaf, mode] = mode if opened else -1
            if opened:
                reduced.node[IMPOSSIBLE, leaf] = False
                reduced.node[FREE, leaf] = reduced.node[FREE, leaf] or not paid


@compiled
def carry_up(nests: Nests, case: Instance, reduced: Reduced) -> None:
    """Carry impossible and free members up the nests; those that drop out get negative shares.

    Up to sigma = 1 every member is essential: one that is impossible stops the nest. Above it a
    nest does without. Below sigma = 1 a free member leaves the cost of the others, from sigma = 1
    on it makes the nest free.
    """
    impossible, free, share = reduced.node[IMPOSSIBLE], reduced.node[FREE], case.nest[SHARE]
    leaves, nodes = len(case.dead), len(free)
    for v in range(leaves, nodes):
        first, last, sigma = nests.first[v - leaves], nests.first[v - leaves + 1], 0.0
        sigma = case.nest[ELASTICITY, v]
        any_lost, any_kept, any_idle, any_busy = False, False, False, False
        for c in range(first, last):
            u = nests.child[c]
            if share[u] > 0.0:
                any_lost, any_kept = any_lost or impossible[u], any_kept or not impossible[u]
                any_idle, any_busy = any_idle or free[u], any_busy or not free[u]
        impossible[v] = any_lost if sigma <= 1.0 else not any_kept
        free[v] = ((not any_busy) if sigma < 1.0 else any_idle) and not impossible[v]
        if not (impossible[v] or free[v]):
            for c in range(first, last):
                u = nests.child[c]
                if impossible[u] or free[u]:
                    share[u] = -abs(share[u])
    # a node without weight in its nest has none, nor have the nodes below it
    weightless = reduced.node[WEIGHTLESS]
    for v in range(nodes - 1, -1, -1):
        weightless[v] = share[v] <= 0.0 or (v < nodes - 1 and weightless[nests.parent[v]])


@compiled
def reduce(nests: Nests, unscaled: Unscaled, case: Instance, reduced: Reduced) -> None:
    """Write one point, ready to be solved, and what is already decided about it."""
    leaves, modes, factors = case.bundle.shape
    for row in range(2):
        for v in range(case.nest.shape[1]):
            case.nest[row, v] = unscaled.nest[0, row, v]
    scale_bundles(unscaled, case, reduced)
    carry_up(nests, case, reduced)
    root = case.nest.shape[1] - 1
    decided = reduced.node[IMPOSSIBLE, root] or reduced.node[FREE, root]
    for leaf in range(leaves):
        dead = reduced.node[WEIGHTLESS, leaf] or decided
        case.dead[leaf] = dead
        if dead:
            for mode in range(modes):
                case.open[leaf, mode], reduced.stand_in[leaf, mode] = False, -1
        else:
            close_dominated(case.bundle, case.open, unscaled.supply[0], leaf)
            join_equal(case, reduced, unscaled.supply[0], leaf)
        for mode in range(modes):
            if not case.open[leaf, mode]:
                for k in range(factors):
                    case.bundle[leaf, mode, k] = 0.0
    for k in range(factors):
        case.scarce[k] = False
        for leaf in range(leaves):
            for mode in range(modes):
                if case.bundle[leaf, mode, k] > 0.0:
                    case.scarce[k] = True


@compiled
def reduce_points(
    nests: Nests, unscaled: Unscaled, instances: Instances, reductions: Reductions
) -> None:
    """Write several points, ready to be solved."""
    for point in range(len(instances.dead)):
        reduce(
            nests,
            unscaled_of(unscaled, point),
            instance_of(instances, point),
            reduced_of(reductions, point),
        )
