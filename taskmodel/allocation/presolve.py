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
from typing import Any

import numpy as np
from numpy.typing import NDArray

from taskmodel.allocation import presolve_kernels as kernels
from taskmodel.allocation.regime_kernels import ELASTICITY, SHARE, Instances, new_instances
from taskmodel.numerics.accuracy import NO_NET_WORK
from taskmodel.numerics.types import Array, Mask, writable_rows
from taskmodel.science.production import Rows, Tree, nest_numbers


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
    share: Array  # (point or 1, node) CES shares, negative for members that drop out
    elasticity: Array  # (point or 1, node)
    dead: Mask  # (point, leaf)
    mode: NDArray[np.intp]  # (point, leaf, mode) the caller's mode behind each column
    # (point, leaf, caller's mode) the mode that acts for it: itself, an identical one, or -1
    stand_in: NDArray[np.intp]
    # (point, leaf, mode, factor + leaf) as of `Instance`; empty where nothing is linked
    inputs: Array

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
        bundle = self.bundle.reshape(points, leaves * modes, factors)
        # points whose bundles overflow have no certificate
        with np.errstate(invalid="ignore", over="ignore"):
            cost = np.matmul(bundle, price[:, :, None])
        return cost.reshape(points, leaves, modes) + self.base

    def activity(self, weight: Array, leaf_cost: Array, mode_share: Array) -> Array:
        """Work in every mode from the leaves' cost shares, shape (point, leaf, mode)."""
        return np.asarray(np.where(self.dead, 0.0, weight / leaf_cost)[..., None] * mode_share)

    def factor_use(self, activity: Array) -> Array:
        """Use of each factor over its supply, shape (point, factor)."""
        return np.einsum("plm,plmk->pk", activity, self.bundle)

    def net_work(self, activity: Array) -> Array:
        """Work on every leaf less what other work induces of it, shape (point, leaf)."""
        work = activity.sum(axis=-1)
        if self.tree.linked:
            induces = np.maximum(self.inputs[..., self.bundle.shape[-1] :], 0.0)
            net = work - np.einsum("plm,plmj->pj", activity, induces)
            # of a task that is only induced, rounding is left
            work = np.where(net > NO_NET_WORK * work, net, 0.0)
        return work

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
    """Scale supplies to one, close and drop modes, and mark free and impossible nodes.

    Parameters
    ----------
    share, elasticity : array, shape (point or 1, node)
    bundle : array, shape (point, task, mode, factor)
    supply : array, shape (point, factor)
    available : array, shape (point, task, mode)
    """
    points, (modes, factors) = len(supply), bundle.shape[2:]
    unscaled = unscaled_arrays(tree, share, elasticity, bundle, supply, available)
    cases = new_instances(points, tree.leaves, modes, tree.nodes, factors)
    reductions = kernels.new_reductions(points, tree.leaves, modes, tree.nodes)
    kernels.reduce_points(tree.nests, unscaled, cases, reductions)
    effective = cases.nest[:, SHARE]
    problem = _packed(tree, cases, reductions)
    if (effective == share).all():
        problem.share, problem.elasticity = share, elasticity
    impossible, free = (reductions.node[:, row] for row in (kernels.IMPOSSIBLE, kernels.FREE))
    return Presolved(
        problem, impossible[:, tree.root], free[:, tree.root], free, reductions.free_mode
    )


def unscaled_arrays(
    tree: Tree, share: Array, elasticity: Array, bundle: Array, supply: Array, available: Mask
) -> kernels.Unscaled:
    """The arguments of `presolve` as kernels take them; arrays equal at all points have one row."""

    def rows(values: NDArray[Any]) -> NDArray[Any]:
        return writable_rows(values[:1] if values.strides[0] == 0 else values)

    return kernels.Unscaled(
        tree.task.astype(np.int64),
        rows(bundle),
        rows(supply),
        rows(available),
        nest_numbers(share, elasticity),
    )


def _packed(tree: Tree, cases: Instances, reductions: kernels.Reductions) -> Problem:
    """The problem with the open modes of every leaf in front."""
    opened, bundle = cases.open, cases.bundle
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
        share=cases.nest[:, SHARE],
        elasticity=cases.nest[:, ELASTICITY],
        dead=cases.dead,
        mode=order,
        stand_in=reductions.stand_in.astype(np.intp),
        inputs=cases.inputs,
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
    leaves = np.argsort(problem.tree.task)
    order = np.broadcast_to(problem.mode[:, leaves], (len(values), tasks, values.shape[-1]))
    np.put_along_axis(result, order, np.where(problem.open, values, closed)[:, leaves], axis=-1)
    return result


def at_all_modes(problem: Problem, values: NDArray[Any], tasks: int, modes: int) -> NDArray[Any]:
    """Values by leaf and mode of a problem as an array over the caller's tasks and modes.

    Identical modes have the value of the one that acts for them; a task used twice is the sum of
    its copies.
    """
    full = np.zeros((*values.shape[:2], modes), dtype=values.dtype)
    np.put_along_axis(full, problem.mode, values, axis=-1)
    acting = problem.stand_in
    acted = np.take_along_axis(full, np.maximum(acting, 0), axis=-1)
    full = np.where(acting >= 0, acted, values.dtype.type(0))
    result = np.zeros((len(values), tasks, modes), dtype=values.dtype)
    if problem.tree.leaves == tasks:
        result[:, problem.tree.task] = full
    else:
        for leaf, task in enumerate(problem.tree.task):
            result[:, task] += full[:, leaf]
    return result
