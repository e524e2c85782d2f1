"""Reductions of a problem whose modes use the outputs of nests or of other tasks.

As `presolve`, with more that needs no prices: a mode that induces work of a task that is impossible
is closed; one that uses nothing scarce, and induces free work only, is free; a nest that may be
made as a block is as free or as impossible as the first mode of the leaf in its place. Modes stay
in their order.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from taskmodel.allocation.presolve import Presolved, Problem
from taskmodel.numerics.types import Array, Mask
from taskmodel.science.production import Tree


def presolve_linked(
    tree: Tree,
    share: Array,
    elasticity: Array,
    bundle: Array,
    supply: Array,
    available: Mask,
    induced: Array | None,
) -> Presolved:
    """Closes and drops modes, and marks free and impossible nodes; arguments as in `presolve`.

    Parameters
    ----------
    induced : array, shape (point or 1, task, mode, task), optional
        Units of other tasks that a unit in a mode induces.
    """
    opened, own = _scaled(bundle, supply, available)
    opened, own = opened[:, tree.task].copy(), own[:, tree.task]
    points, leaves, modes, factors = own.shape
    blocks = np.isin(np.arange(leaves), list(tree.block.values()))
    induces = _by_leaf(tree, induced, own.shape)
    opened[:, blocks, 0] = True
    _close_impossible(opened, induces, blocks)
    free_mode = _free_modes(opened, own, induces, blocks)
    impossible = np.zeros((points, tree.nodes), dtype=bool)
    free = np.zeros((points, tree.nodes), dtype=bool)
    impossible[:, :leaves] = ~opened.any(axis=-1)
    free[:, :leaves] = free_mode.any(axis=-1) & ~blocks
    effective = np.broadcast_to(share, (points, tree.nodes)).copy()
    _spread(tree, share, elasticity, effective, impossible, free, opened, free_mode)

    ended = (impossible | free)[:, tree.root, None]
    dead = _weightless(tree, effective, impossible)[:, :leaves] | ended
    opened &= ~free[:, :leaves, None]
    inputs = np.concatenate([own, np.where(free[:, None, None, :leaves], 0.0, induces)], axis=-1)
    # the work of a nest is an input of its own for the comparison of modes
    inputs[:, blocks, 0, factors + np.flatnonzero(blocks)] = 1.0
    stand_in = _stand_ins(inputs, opened)
    inputs[:, blocks, 0, factors + np.flatnonzero(blocks)] = -1.0
    dead = _without_induced(dead, opened, inputs[..., factors:], ended)
    opened &= ~dead[..., None]
    mode = np.broadcast_to(np.arange(modes), opened.shape)
    own = np.where(opened[..., None], own, 0.0)
    problem = Problem(
        tree=tree,
        bundle=own,
        open=opened,
        base=np.where(opened, 0.0, 1.0),
        scarce=np.any(own, axis=(1, 2)),
        share=effective,
        elasticity=elasticity,
        dead=dead,
        mode=mode,
        stand_in=np.where(dead[..., None], -1, stand_in),
        inputs=np.where(opened[..., None], inputs, 0.0),
    )
    return Presolved(problem, impossible[:, tree.root], free[:, tree.root], free, free_mode)


def _by_leaf(tree: Tree, induced: Array | None, shape: tuple[int, ...]) -> Array:
    """Induced work by leaf; of a task that is used twice the first leaf is induced."""
    points, leaves, modes, _ = shape
    result = np.zeros((points, leaves, modes, leaves))
    if induced is not None:
        leaf_of = [int(np.flatnonzero(tree.task == task)[0]) for task in range(induced.shape[1])]
        result[..., leaf_of] = induced[:, tree.task]
    return result


def _close_impossible(opened: Mask, induces: Array, blocks: NDArray[np.bool_]) -> None:
    """Close modes that induce tasks without an open mode, in place, until there are none."""
    while True:
        lost = ~np.any(opened, axis=-1) & ~blocks
        closed = opened & ((induces > 0) & lost[:, None, None, :]).any(axis=-1)
        if not closed.any():
            return
        opened &= ~closed


def _free_modes(opened: Mask, own: Array, induces: Array, blocks: NDArray[np.bool_]) -> Mask:
    """Open modes that need nothing scarce, themselves or in the work that they induce."""
    free_mode: Mask = opened & ~own.any(axis=-1)
    while True:
        costly = ~np.any(free_mode, axis=-1) & ~blocks
        closed = free_mode & ((induces > 0) & costly[:, None, None, :]).any(axis=-1)
        if not closed.any():
            return free_mode
        free_mode &= ~closed


def _weightless(tree: Tree, share: Array, impossible: Mask) -> Mask:
    """Nodes without weight in output, those below an impossible nest with a block included."""
    result = tree.weightless(share)
    for nest in reversed(tree.children):
        if nest in tree.block:
            result[:, nest] |= impossible[:, nest]
        result[:, tree.children[nest]] |= result[:, [nest]]
    return result


def _without_induced(dead: Mask, opened: Mask, induces: Array, ended: Mask) -> Mask:
    """Leaves that drop out, except those that others induce."""
    while True:
        working = (opened & ~dead[..., None])[..., None]
        kept = ((induces > 0) & working).any(axis=(1, 2)) & dead & ~ended
        if not kept.any():
            return dead
        dead = dead & ~kept


def _scaled(bundle: Array, supply: Array, available: Mask) -> tuple[Mask, Array]:
    """Open modes, and bundles over supplies."""
    absent = supply == 0
    opened = available & ~np.any((bundle > 0) & absent[:, None, None, :], axis=-1)
    scaled = np.where(
        opened[..., None], bundle / np.where(absent, np.inf, supply)[:, None, None, :], 0.0
    )
    return opened, scaled


def _spread(
    tree: Tree,
    share: Array,
    elasticity: Array,
    effective: Array,
    impossible: Mask,
    free: Mask,
    opened: Mask,
    free_mode: Mask,
) -> None:
    """Carries impossible and free members up the nests; those that drop out get negative shares.

    Up to sigma = 1 every member is essential: one that is impossible stops the nest. Above it a
    nest does without. Below sigma = 1 a free member leaves the cost of the others, from sigma = 1
    on it makes the nest free. The first mode of a leaf in the place of a nest is as the nest is.
    All arrays but the numbers of the nests are changed in place.
    """
    for nest, members in tree.children.items():
        counts, sigma = share[:, members] > 0, elasticity[:, nest]
        lost, idle = impossible[:, members], free[:, members]
        any_lost, any_kept, any_idle, any_busy = (
            (mask & counts).any(axis=1) for mask in (lost, ~lost, idle, ~idle)
        )
        impossible[:, nest] = np.where(sigma <= 1, any_lost, ~any_kept)
        free[:, nest] = np.where(sigma < 1, ~any_busy, any_idle) & ~impossible[:, nest]
        alive = ~(impossible | free)[:, [nest]]
        dropped = -np.abs(effective[:, members])
        effective[:, members] = np.where(alive & (lost | idle), dropped, effective[:, members])
        if nest in tree.block:
            leaf = tree.block[nest]
            opened[:, leaf, 0] = ~impossible[:, nest]
            free_mode[:, leaf, 0] = free[:, nest]
            impossible[:, leaf] = ~opened[:, leaf].any(axis=-1)
            free[:, leaf] = free_mode[:, leaf].any(axis=-1)


def _stand_ins(bundle: Array, opened: Mask) -> NDArray[np.intp]:
    """Close dominated modes, in place; return the mode that acts for each, or -1.

    A mode identical to another one is acted for by the first of the two, so that their activity
    can be split among them afterwards; a mode that is strictly dominated never carries any.
    """
    modes = bundle.shape[2]
    stand_in = np.where(opened, np.arange(modes), -1)
    used = np.flatnonzero(opened.any(axis=(0, 1)))
    for kept in used:
        for other in used:
            no_more = (
                np.all(bundle[:, :, kept] <= bundle[:, :, other], axis=-1)
                & opened[:, :, kept]
                & opened[:, :, other]
            )
            if kept == other or not no_more.any():
                continue
            equal = no_more & np.all(bundle[:, :, kept] == bundle[:, :, other], axis=-1)
            # of two identical modes the first one stays
            dominated = no_more & (~equal | (kept < other))
            opened[:, :, other] &= ~dominated
            stand_in[:, :, other] = np.where(
                dominated, np.where(equal, kept, -1), stand_in[:, :, other]
            )
    # a stand-in that was dominated later acts for nobody
    stand_in = np.where(np.take_along_axis(opened, np.maximum(stand_in, 0), axis=-1), stand_in, -1)
    return stand_in
