"""Blocks of tasks: between the caller's modes, in which all tasks of a block are done together, and
the rows of the search, one for each block.

In a row of a block the first mode stands for the members of its nest, and the second for the block,
a unit of which takes what its tasks take in their joint mode, weighted by their shares.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from taskmodel.errors import InputError
from taskmodel.numerics.types import Array, Mask
from taskmodel.science.production import Tree

MEMBERS, BLOCK = 0, 1  # modes of a row


def with_rows(tree: Tree, bundles: Array, available: Mask) -> tuple[Array, Mask]:
    """Bundles and open modes with a row for each block; in joint modes no task is done alone."""
    if not tree.block:
        return bundles, available
    tasks, modes, factors = bundles.shape[-3:]
    single, rows, opened = available.copy(), [], []
    for mode, share in tree.joint:
        if not 0 <= mode < modes:
            raise InputError(
                f"a nest is made as a block in mode {mode}, but bundles have modes 0 to {modes - 1}"
            )
        inside = _inside(share)
        lead = np.broadcast_shapes(bundles.shape[:-3], share.shape[:-1])
        row = np.zeros((*lead, max(modes, 2), factors))
        row[..., BLOCK, :] = np.einsum("...t,...tk->...k", share, bundles[..., mode, :])
        may = np.zeros((*available.shape[:-2], max(modes, 2)), dtype=bool)
        may[..., MEMBERS], may[..., BLOCK] = True, available[..., inside, mode].all(axis=-1)
        single[..., inside, mode] = False
        rows.append(row)
        opened.append(may)
    return _stacked(bundles, rows), _stacked(single, opened)


def _stacked(values: NDArray[Any], rows: list[NDArray[Any]]) -> NDArray[Any]:
    """Values by task and mode (and factor), with further rows of at least two modes."""
    inner = 2 if values.dtype == bool else 3
    lead = np.broadcast_shapes(values.shape[:-inner], *(row.shape[: 1 - inner] for row in rows))
    more = rows[0].shape[1 - inner] - values.shape[1 - inner]
    ends = [(0, 0)] * (inner - 2)
    wide = np.pad(values, [(0, 0)] * (values.ndim - inner + 1) + [(0, more), *ends])
    below = np.stack(
        [np.broadcast_to(row, (*lead, *row.shape[1 - inner :])) for row in rows], axis=-inner
    )
    return np.concatenate(
        [np.broadcast_to(wide, (*lead, *wide.shape[-inner:])), below], axis=-inner
    )


def induced_by_rows(tree: Tree, modes: int) -> Array | None:
    """Induced work with a row and a column for each block, and so many modes."""
    if tree.induced is None or not tree.block:
        return tree.induced
    tasks, blocks = tree.induced.shape[-1], len(tree.block)
    lead = np.broadcast_shapes(
        tree.induced.shape[:-3], *(share.shape[:-1] for _, share in tree.joint)
    )
    result = np.zeros((*lead, tasks + blocks, modes, tasks + blocks))
    result[..., :tasks, : tree.induced.shape[-2], :tasks] = tree.induced
    for block, (mode, share) in enumerate(tree.joint):
        own = np.einsum("...t,...tj->...j", share, tree.induced[..., mode, :])
        result[..., tasks + block, BLOCK, :tasks] = own
    return result


def activity_of_rows(tree: Tree, activity: Array, modes: int) -> tuple[Array, Array]:
    """Work by the caller's tasks and modes, and what the members of each block's nest make.

    Parameters
    ----------
    activity : array, shape (point, task and block, mode)
    modes : int
        Number of the caller's modes.
    """
    tasks = activity.shape[1] - len(tree.block)
    result = activity[:, :tasks, :modes].copy()
    for block, (mode, share) in enumerate(tree.joint):
        made = activity[:, tasks + block, BLOCK, None]
        # a block that is free may be made without limit
        shape = np.broadcast_shapes(share.shape, made.shape)
        work = np.multiply(share, made, where=share > 0, out=np.zeros(shape))
        result[:, :, mode] += work
    return result, activity[:, tasks:, MEMBERS]


def rows_of_activity(tree: Tree, activity: Array, members: Array) -> Array:
    """The inverse of `activity_of_rows`."""
    points, tasks, modes = activity.shape
    result = np.zeros((points, tasks + len(tree.block), max(modes, 2)))
    result[:, :tasks, :modes] = activity
    for block, (mode, share) in enumerate(tree.joint):
        made = result[:, :tasks, mode][:, _inside(share)]
        result[:, tasks + block, BLOCK] = made.sum(axis=-1)
    for mode, share in tree.joint:
        result[:, :tasks, mode][:, _inside(share)] = 0.0
    result[:, tasks:, MEMBERS] = members
    return result


def by_joint_modes(tree: Tree, values: NDArray[Any], modes: int, idle: Any) -> NDArray[Any]:
    """Values by row and mode, with those of blocks at the joint modes of their tasks.

    Parameters
    ----------
    values : array, shape (point, task and block, mode)
    modes : int
        Number of the caller's modes.
    idle : float or bool
        Value of a joint mode outside its block.
    """
    tasks = values.shape[1] - len(tree.block)
    result = values[:, :tasks, :modes].copy()
    for mode, share in tree.joint:
        result[:, _inside(share), mode] = idle
    for block, (mode, share) in enumerate(tree.joint):
        result[:, _inside(share), mode] = values[:, tasks + block, BLOCK, None]
    return result


def _inside(share: Array) -> Mask:
    """Tasks of a block, shape (task,)."""
    return np.asarray(np.any(share > 0, axis=tuple(range(share.ndim - 1))))
