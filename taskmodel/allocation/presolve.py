"""What can be said of an allocation before any price is known.

Supplies are scaled into the bundles, so that every factor has supply one. Then, independent of
prices: modes that use a factor of supply zero are closed; factors of infinite supply, and
factors nobody uses, have no price; a task without a mode is impossible, a task with an empty
bundle is free, and both spread up the nests (``model.md`` 1.2); a mode that uses at least as
much of everything as another one of its task is never needed. What remains has only finite,
positive costs.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from taskmodel.numerics.types import Array
from taskmodel.science.production import Rows, Tree

Mask = NDArray[np.bool_]


@dataclass
class Problem:
    """Organisations ready to be solved, one row per point; every supply is one.

    A leaf is one use of a task in the nests. Leaves that drop out of the problem are marked in
    ``dead``; they cost 1 and have no weight.
    """

    tree: Tree
    bundle: (
        Array  # (point, leaf, mode, factor) use per unit, in units of the supply; 0 where closed
    )
    open: Mask  # (point, leaf, mode)
    base: Array  # (point, leaf, mode) 1 where closed or dead, else 0: keeps every cost positive
    scarce: Mask  # (point, factor) may have a price
    share: Array  # (point or 1, node) CES shares, 0 for members that drop out
    elasticity: Array  # (point or 1, node)
    dead: Mask  # (point, leaf)
    mode: NDArray[np.intp]  # (point, leaf, mode) the caller's mode behind each column
    stand_in: NDArray[
        np.intp
    ]  # (point, leaf, caller's mode) the mode that acts for it: itself, an identical one, or -1

    def __len__(self) -> int:
        return len(self.bundle)

    def __getitem__(self, rows: Rows) -> Problem:
        """The same problems at some points only."""
        parts = {field.name: getattr(self, field.name) for field in fields(self)}
        for name, part in parts.items():
            if name in ("share", "elasticity"):
                parts[name] = part if len(part) == 1 else part[rows]
            elif name != "tree":
                parts[name] = part[rows]
        return Problem(**parts)

    def cost(self, price: Array) -> Array:
        """Cost of a unit of every leaf in every mode at these prices, shape (point, leaf, mode)."""
        points, leaves, modes, factors = self.bundle.shape
        cost = np.matmul(self.bundle.reshape(points, leaves * modes, factors), price[:, :, None])
        return cost.reshape(points, leaves, modes) + self.base


@dataclass
class Presolved:
    """A `Problem` and what is already decided about it, one row per point."""

    problem: Problem
    impossible: Mask  # (point,) nothing can be produced
    free: Mask  # (point,) output needs nothing that is scarce
    free_node: Mask  # (point, node) needs nothing that is scarce
    free_mode: Mask  # (point, leaf, caller's mode) open, and needs nothing that is scarce


def presolve(
    tree: Tree, share: Array, elasticity: Array, bundle: Array, supply: Array, available: Mask
) -> Presolved:
    """Scale, close, drop and mark.

    Parameters
    ----------
    share, elasticity : array, shape (point or 1, node)
    bundle : array, shape (point, task, mode, factor)
    supply : array, shape (point, factor)
    available : array, shape (point, task, mode)
    """
    points = len(bundle)
    nothing = supply == 0
    opened = available & ~np.any((bundle > 0) & nothing[:, None, None, :], axis=-1)
    divisor = np.where(nothing, np.inf, supply)
    scaled = np.where(opened[..., None], bundle / divisor[:, None, None, :], 0.0)
    free_task_mode = opened & ~scaled.any(axis=-1)

    leaf = tree.task
    free_mode = free_task_mode[:, leaf]
    impossible = np.zeros((points, tree.nodes), dtype=bool)
    free = np.zeros((points, tree.nodes), dtype=bool)
    impossible[:, : tree.leaves] = ~opened[:, leaf].any(axis=-1)
    free[:, : tree.leaves] = free_mode.any(axis=-1)
    effective = share
    if impossible.any() or free.any():
        effective = np.broadcast_to(share, (points, tree.nodes)).copy()
        _spread(tree, share, elasticity, effective, impossible, free)

    weightless = effective == 0
    for level in reversed(tree.levels):
        weightless[:, level.children] |= weightless[:, level.nests][:, level.nest_of_child]
    dead = (
        np.broadcast_to(weightless[:, : tree.leaves], (points, tree.leaves))
        | impossible[:, tree.root, None]
        | free[:, tree.root, None]
    )

    problem = _compress(
        tree, scaled[:, leaf], opened[:, leaf] & ~dead[..., None], dead, effective, elasticity
    )
    return Presolved(problem, impossible[:, tree.root], free[:, tree.root], free, free_mode)


def _spread(
    tree: Tree, share: Array, elasticity: Array, effective: Array, impossible: Mask, free: Mask
) -> None:
    """Carry impossible and free members up the nests; members that drop out lose their share."""
    for level in tree.levels:
        counts = share[:, level.children] > 0
        sigma = elasticity[:, level.nests]

        def some(
            mask: Mask, counts: Mask = counts, starts: NDArray[np.intp] = level.starts
        ) -> Mask:
            return np.logical_or.reduceat(mask & counts, starts, axis=1)

        lost, idle = impossible[:, level.children], free[:, level.children]
        impossible[:, level.nests] = np.where(sigma <= 1, some(lost), ~some(~lost))
        free[:, level.nests] = (
            np.where(sigma < 1, ~some(~idle), some(idle)) & ~impossible[:, level.nests]
        )
        alive = ~(impossible | free)[:, level.nests][:, level.nest_of_child]
        effective[:, level.children] = np.where(
            alive & (lost | idle), 0.0, effective[:, level.children]
        )


def _compress(
    tree: Tree, bundle: Array, opened: Mask, dead: Mask, share: Array, elasticity: Array
) -> Problem:
    """Drop modes another mode makes needless, and move the open ones to the front."""
    modes = bundle.shape[2]
    stand_in = np.where(opened, np.arange(modes), -1)
    anywhere = np.flatnonzero(opened.any(axis=(0, 1)))
    for kept in anywhere:
        for other in anywhere:
            no_more = (
                np.all(bundle[:, :, kept] <= bundle[:, :, other], axis=-1)
                & opened[:, :, kept]
                & opened[:, :, other]
            )
            if kept == other or not no_more.any():
                continue
            same = no_more & np.all(bundle[:, :, kept] == bundle[:, :, other], axis=-1)
            needless = no_more & (~same | (kept < other))
            opened[:, :, other] &= ~needless
            stand_in[:, :, other] = np.where(
                same & needless, kept, np.where(needless, -1, stand_in[:, :, other])
            )
    stand_in = np.where(np.take_along_axis(opened, np.maximum(stand_in, 0), axis=-1), stand_in, -1)
    order = np.argsort(~opened, axis=-1, kind="stable")[
        ..., : int(opened.sum(axis=-1).max(initial=1))
    ]
    opened = np.take_along_axis(opened, order, axis=-1)
    bundle = np.where(opened[..., None], np.take_along_axis(bundle, order[..., None], axis=2), 0.0)
    return Problem(
        tree=tree,
        bundle=bundle,
        open=opened,
        base=np.where(opened, 0.0, 1.0),
        scarce=np.any(bundle, axis=(1, 2)),
        share=share,
        elasticity=elasticity,
        dead=dead,
        mode=order,
        stand_in=stand_in,
    )
