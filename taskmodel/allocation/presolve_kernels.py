"""Reductions of one allocation problem that need no prices, in plain loops; see `presolve`.

Source: docs, model, section 1.2.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from taskmodel.allocation.regime_kernels import ELASTICITY, SHARE, Instance, Instances, instance_of
from taskmodel.compiled import compiled, taking
from taskmodel.numerics.types import Array, Mask
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
def scale_leaf(unscaled: Unscaled, case: Instance, reduced: Reduced, leaf: int) -> None:
    """Write open modes, and bundles over supplies; modes that use what there is none of close."""
    bundle, supply, available = unscaled.bundle[0], unscaled.supply[0], unscaled.available[0]
    _, modes, factors = case.bundle.shape
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
def reduce_leaf(case: Instance, reduced: Reduced, supply: Array, leaf: int, dead: bool) -> None:
    """Close the modes of a task that are never needed, all of one that drops out."""
    _, modes, factors = case.bundle.shape
    case.dead[leaf] = dead
    if dead:
        for mode in range(modes):
            case.open[leaf, mode], reduced.stand_in[leaf, mode] = False, -1
    else:
        close_dominated(case.bundle, case.open, supply, leaf)
        join_equal(case, reduced, supply, leaf)
    for mode in range(modes):
        if not case.open[leaf, mode]:
            for k in range(factors):
                case.bundle[leaf, mode, k] = 0.0


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
    leaves = len(case.dead)
    for leaf in range(leaves):
        scale_leaf(unscaled, case, reduced, leaf)
    decided = reduce_nests(nests, unscaled, case, reduced)
    for leaf in range(leaves):
        dead = reduced.node[WEIGHTLESS, leaf] or decided
        reduce_leaf(case, reduced, unscaled.supply[0], leaf, dead)
    write_scarce(case)


@compiled
def renew(
    nests: Nests,
    unscaled: Unscaled,
    before: Unscaled,
    case: Instance,
    reduced: Reduced,
    changed: Mask,
) -> bool:
    """Write one point over another one, from which it differs in open modes or supplies alone.

    The result is that of `reduce`; of most tasks nothing is to be decided again. Returns False, and
    writes nothing, where factors begin or cease to be limited. `changed` is workspace.
    """
    leaves, modes, factors = case.bundle.shape
    supply, earlier = unscaled.supply[0], before.supply[0]
    for k in range(factors):
        limited = supply[k] < np.inf and supply[k] > 0.0
        if supply[k] != earlier[k] and not (limited and 0.0 < earlier[k] < np.inf):
            return False
    for leaf in range(leaves):
        task = unscaled.task[leaf]
        changed[leaf] = False
        for mode in range(modes):
            if unscaled.available[0, task, mode] != before.available[0, task, mode]:
                changed[leaf] = True
        if changed[leaf]:
            scale_leaf(unscaled, case, reduced, leaf)
    decided = reduce_nests(nests, unscaled, case, reduced)
    for leaf in range(leaves):
        dead = reduced.node[WEIGHTLESS, leaf] or decided
        if changed[leaf] or dead != case.dead[leaf]:
            scale_leaf(unscaled, case, reduced, leaf)
            reduce_leaf(case, reduced, supply, leaf, dead)
            continue
        for k in range(factors):
            if supply[k] != earlier[k]:
                for mode in range(modes):
                    if case.open[leaf, mode]:
                        use = unscaled.bundle[0, unscaled.task[leaf], mode, k]
                        case.bundle[leaf, mode, k] = use / supply[k]
    write_scarce(case)
    return True


@compiled
def reduce_nests(nests: Nests, unscaled: Unscaled, case: Instance, reduced: Reduced) -> bool:
    """Write shares and elasticities, and which nodes drop out; return whether output is decided."""
    root = case.nest.shape[1] - 1
    for row in range(2):
        for v in range(root + 1):
            case.nest[row, v] = unscaled.nest[0, row, v]
    carry_up(nests, case, reduced)
    return reduced.node[IMPOSSIBLE, root] or reduced.node[FREE, root]


@compiled
def write_scarce(case: Instance) -> None:
    """Write which factors an open mode uses."""
    leaves, modes, factors = case.bundle.shape
    for k in range(factors):
        case.scarce[k] = False
        for leaf in range(leaves):
            for mode in range(modes):
                if case.bundle[leaf, mode, k] > 0.0:
                    case.scarce[k] = True
            if case.scarce[k]:
                break


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
