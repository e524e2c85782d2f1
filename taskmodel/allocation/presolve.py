"""Reductions of an allocation problem that need no prices.

Supplies are scaled into the bundles, so that every factor has supply one. Then, independent of
prices: modes that use a factor of supply zero are closed; factors of infinite supply, and unused
factors, have no price; a task without an open mode is impossible, a task with an empty bundle is
free, and both properties spread up the nests (``model.md`` 1.2); a mode that uses at least as much
of every factor as another mode of its task is dominated and never needed. What remains has only
finite, positive costs.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property

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
    bundle: Array  # (point, leaf, mode, factor) use per unit over the supply; 0 where closed
    open: Mask  # (point, leaf, mode)
    base: Array  # (point, leaf, mode) 1 where closed or dead, else 0: keeps every cost positive
    scarce: Mask  # (point, factor) may have a price
    share: Array  # (point or 1, node) CES shares, 0 for members that drop out
    elasticity: Array  # (point or 1, node)
    dead: Mask  # (point, leaf)
    mode: NDArray[np.intp]  # (point, leaf, mode) the caller's mode behind each column
    # (point, leaf, caller's mode) the mode that acts for it: itself, an identical one, or -1
    stand_in: NDArray[np.intp]

    def __len__(self) -> int:
        return len(self.bundle)

    def __getitem__(self, rows: Rows) -> Problem:
        """The same problems at some points only."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        for name, array in values.items():
            if name in ("share", "elasticity"):
                values[name] = rows_of(array, rows)
            elif name != "tree":
                values[name] = array[rows]
        return Problem(**values)

    def cost(self, price: Array) -> Array:
        """Cost of a unit of every leaf in every mode at given prices, shape (point, leaf, mode)."""
        points, leaves, modes, factors = self.bundle.shape
        cost = np.matmul(self.bundle.reshape(points, leaves * modes, factors), price[:, :, None])
        return cost.reshape(points, leaves, modes) + self.base

    def activity(self, weight: Array, leaf_cost: Array, mode_share: Array) -> Array:
        """Work in every mode from the leaves' cost shares, shape (point, leaf, mode)."""
        return np.asarray(np.where(self.dead, 0.0, weight / leaf_cost)[..., None] * mode_share)

    def factor_use(self, activity: Array) -> Array:
        """Use of each factor over its supply, shape (point, factor)."""
        return np.einsum("plm,plmk->pk", activity, self.bundle)

    @cached_property
    def copies(self) -> NDArray[np.intp]:
        """Number of the caller's modes that each mode stands for, shape (point, leaf, mode)."""
        same = self.stand_in[:, :, None, :] == self.mode[..., None]
        return np.maximum(same.sum(axis=-1), 1)


@dataclass
class Presolved:
    """A `Problem` and what is already decided about it, one row per point."""

    problem: Problem
    impossible: Mask  # (point,) nothing can be produced
    free: Mask  # (point,) output needs nothing that is scarce
    free_node: Mask  # (point, node) needs nothing that is scarce
    free_mode: Mask  # (point, leaf, caller's mode) open, and needs nothing that is scarce


def rows_of(array: Array, rows: Rows) -> Array:
    """Rows of an array whose leading dimension is the points, or 1 where all points agree."""
    return array if len(array) == 1 else array[rows]


def presolve(
    tree: Tree, share: Array, elasticity: Array, bundle: Array, supply: Array, available: Mask
) -> Presolved:
    """Scales supplies to one, closes and drops modes, and marks free and impossible nodes.

    Parameters
    ----------
    share, elasticity : array, shape (point or 1, node)
    bundle : array, shape (point, task, mode, factor)
    supply : array, shape (point, factor)
    available : array, shape (point, task, mode)
    """
    points = len(bundle)
    absent = supply == 0
    opened = available & ~np.any((bundle > 0) & absent[:, None, None, :], axis=-1)
    scaled = np.where(
        opened[..., None], bundle / np.where(absent, np.inf, supply)[:, None, None, :], 0.0
    )

    leaf = tree.task
    free_mode = (opened & ~scaled.any(axis=-1))[:, leaf]
    impossible = np.zeros((points, tree.nodes), dtype=bool)
    free = np.zeros((points, tree.nodes), dtype=bool)
    impossible[:, : tree.leaves] = ~opened[:, leaf].any(axis=-1)
    free[:, : tree.leaves] = free_mode.any(axis=-1)
    effective = share
    if impossible.any() or free.any():
        effective = np.broadcast_to(share, (points, tree.nodes)).copy()
        _spread(tree, share, elasticity, effective, impossible, free)

    dead = tree.weightless(effective)[:, : tree.leaves] | (impossible | free)[:, tree.root, None]

    problem = _without_dominated_modes(
        tree, scaled[:, leaf], opened[:, leaf] & ~dead[..., None], dead, effective, elasticity
    )
    return Presolved(problem, impossible[:, tree.root], free[:, tree.root], free, free_mode)


def _spread(
    tree: Tree, share: Array, elasticity: Array, effective: Array, impossible: Mask, free: Mask
) -> None:
    """Carries impossible and free members up the nests; members that drop out lose their share.

    Up to sigma = 1 every member is essential: one that is impossible stops the nest. Above it a
    nest does without. Below sigma = 1 a free member leaves the cost of the others, from sigma = 1
    on it makes the nest free. All four arrays are changed in place.
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
        effective[:, members] = np.where(alive & (lost | idle), 0.0, effective[:, members])


def _without_dominated_modes(
    tree: Tree, bundle: Array, opened: Mask, dead: Mask, share: Array, elasticity: Array
) -> Problem:
    """The problem without dominated modes, with the open modes of every leaf in front.

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
    width = int(opened.sum(axis=-1).max(initial=1))
    # open modes move to the front, and columns that are closed everywhere are cut off
    order = np.argsort(~opened, axis=-1, kind="stable")[..., :width]
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


def at_callers_modes(
    problem: Problem, values: Array, tasks: int, modes: int, closed: float = 0.0
) -> Array:
    """Values at the leaves and modes of a problem, rearranged to the caller's tasks and modes.

    Parameters
    ----------
    problem : Problem
        Every task is one leaf; one point, or as many as ``values`` has.
    values : array, shape (point, leaf, mode)
    tasks, modes : int
        Number of the caller's tasks and modes.
    closed : float
        Value at closed modes.

    Returns
    -------
    array, shape (point, task, mode)
    """
    result = np.full((len(values), tasks, modes), closed)
    by_task = np.argsort(problem.tree.task)
    order = np.broadcast_to(problem.mode[:, by_task], (len(values), tasks, values.shape[-1]))
    np.put_along_axis(result, order, np.where(problem.open, values, closed)[:, by_task], axis=-1)
    return result
