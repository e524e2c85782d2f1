"""Checks of the caller's arrays, which are broadcast to one leading dimension over points."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from taskmodel.allocation.blocks import induced_by_rows, with_rows
from taskmodel.allocation.links import presolve_linked
from taskmodel.allocation.presolve import Presolved, presolve, rows_of
from taskmodel.errors import InputError
from taskmodel.numerics.types import Array, flattened_rows
from taskmodel.science.induced_work import inducing_cycle
from taskmodel.science.production import Nest, Tree

TILE_ENTRIES = 2_000_000  # bundle entries solved at once, which bounds memory


@dataclass(frozen=True)
class Organisations:
    """The caller's arrays, checked, broadcast and with one leading dimension."""

    tree: Tree
    share: Array  # (point or 1, node)
    elasticity: Array  # (point or 1, node)
    bundle: Array  # (point, task, mode, factor)
    supply: Array  # (point, factor)
    available: NDArray[np.bool_]  # (point, task, mode)
    induced: Array | None  # (point or 1, task, mode, task)
    shape: tuple[int, ...]

    def distinct(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """First point of each group of equal points, and the group of every point."""
        points = len(self.supply)
        if points == 1:
            return np.zeros(1, dtype=np.intp), np.zeros(1, dtype=np.intp)
        arrays = [self.supply, self.available, self.share, self.elasticity]
        # bundles broadcast along the points are one row in memory (stride 0) and equal everywhere
        arrays += [self.bundle] if self.bundle.strides[0] else []
        arrays += [] if self.induced is None else [self.induced]
        arrays = [flattened_rows(array) for array in arrays if len(array) == points]
        # equal points have equal supplies and sums of their other numbers: mostly those differ, and
        # nothing else is compared
        marks = np.column_stack([self.supply, *(array.sum(axis=1) for array in arrays[1:])])
        mark = np.unique(marks, axis=0, return_inverse=True)[1].ravel()
        again = np.bincount(mark)[mark] > 1
        number: dict[tuple[int, bytes], int] = {}
        group = np.arange(points)
        for point in np.flatnonzero(again).tolist():
            key = int(mark[point]), b"".join(array[point].tobytes() for array in arrays)
            group[point] = number.setdefault(key, point)
        first, group = np.unique(group, return_inverse=True)
        return first, group.ravel()

    def outputs_alike(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """First point of each run of points with one output, and the run of every point.

        Points of a run differ at most in factors that are unlimited, or that nothing uses.
        """
        new = np.zeros(len(self.supply), dtype=bool)
        new[:1] = True
        arrays = [self.available, self.share, self.elasticity]
        arrays += [] if self.induced is None else [self.induced]
        for factor in np.flatnonzero(np.isfinite(self.supply).any(axis=0)):
            supply, use = self.supply[:, factor], self.bundle[..., factor]
            differs = supply[1:] != supply[:-1]
            if differs.any() and use.any():
                new[1:] |= differs
            arrays.append(use)
        for values in arrays:
            if len(values) > 1 and values.strides[0] and not new.all():
                new[1:] |= (values[1:] != values[:-1]).reshape(len(new) - 1, -1).any(axis=1)
        return np.flatnonzero(new), np.cumsum(new) - 1

    def __getitem__(self, rows: NDArray[np.intp]) -> Organisations:
        return replace(
            self,
            share=rows_of(self.share, rows),
            elasticity=rows_of(self.elasticity, rows),
            bundle=self.bundle[rows],
            supply=self.supply[rows],
            available=self.available[rows],
            induced=None if self.induced is None else rows_of(self.induced, rows),
        )

    def tiles(self, points: int | None = None) -> list[NDArray[np.intp]]:
        """Row numbers up to ``points`` (default: all), in one or more tiles of bounded memory."""
        _, _, modes, factors = self.bundle.shape
        rows = np.arange(len(self.supply) if points is None else points)
        step = max(1, TILE_ENTRIES // max(1, len(self.tree.task) * modes * factors))
        return [rows[begin : begin + step] for begin in range(0, max(1, len(rows)), step)]

    def presolved(self) -> Presolved:
        """The problem after the reductions that need no prices."""
        numbers = self.share, self.elasticity, self.bundle, self.supply, self.available
        if self.tree.linked:
            return presolve_linked(self.tree, *numbers, self.induced)
        return presolve(self.tree, *numbers)

    def with_modes(self, modes: NDArray[np.intp]) -> Organisations:
        """Some of the modes only."""
        return replace(
            self,
            bundle=self.bundle[:, :, modes],
            available=self.available[:, :, modes],
            induced=None if self.induced is None else self.induced[:, :, modes],
        )


def flattened(values: ArrayLike, inner: int) -> Array:
    """The array with its leading dimensions merged into one; the last ``inner`` ones stay."""
    array = np.asarray(values, dtype=float)
    lead = array.shape[: array.ndim - inner]
    return array.reshape(int(np.prod(lead)), *array.shape[len(lead) :])


def check_inputs(
    bundles: ArrayLike, supply: ArrayLike, nest: Nest, available: ArrayLike | None
) -> Organisations:
    """Checks the arguments of `allocate` and broadcasts them against one another.

    Raises
    ------
    InputError
        If shapes do not fit, an entry is out of its range, or the nest and the bundles disagree
        on the tasks.
    """
    bundles, supply = np.asarray(bundles, dtype=float), np.asarray(supply, dtype=float)
    if bundles.ndim < 3:
        raise InputError(
            f"bundles need the dimensions (..., task, mode, factor); found shape {bundles.shape}"
        )
    tasks, modes, factors = bundles.shape[-3:]
    if supply.ndim < 1 or supply.shape[-1] != factors:
        raise InputError(
            f"supply needs the dimensions (..., factor) with {factors} factors, as in bundles; "
            f"found shape {supply.shape}"
        )
    available = np.ones((tasks, modes), dtype=bool) if available is None else np.asarray(available)
    if available.dtype != bool:
        raise InputError(f"available must be an array of bool; found {available.dtype}")
    if available.ndim < 2 or available.shape[-2:] != (tasks, modes):
        raise InputError(
            f"available needs the dimensions (..., task, mode) = (..., {tasks}, {modes}); "
            f"found shape {available.shape}"
        )
    _refuse(
        bundles,
        np.isfinite(bundles) & (bundles >= 0),
        "bundles must be finite and >= 0",
        "; close a mode through available instead",
    )
    _refuse(supply, supply >= 0, "supply must be >= 0 (inf: not scarce)")
    tree = _checked_tree(nest, tasks)
    _check_induced(tree, available)
    bundles, available = with_rows(tree, bundles, available)
    induced = induced_by_rows(tree, bundles.shape[-2])
    shape = _leading_dimensions(bundles, supply, available, tree)
    points = int(np.prod(shape, dtype=int))

    def spread(array: NDArray[Any], *inner: int) -> NDArray[Any]:
        return np.broadcast_to(array, (*shape, *inner)).reshape(points, *inner)

    share, elasticity = (
        spread(array, tree.nodes) if array.ndim > 1 else array[None]
        for array in (tree.share, tree.elasticity)
    )
    return Organisations(
        tree,
        share,
        elasticity,
        spread(bundles, *bundles.shape[-3:]),
        spread(supply, factors),
        spread(available, *available.shape[-2:]),
        induced if induced is None or induced.ndim > 3 else induced[None],
        shape,
    )


def _leading_dimensions(
    bundles: Array, supply: Array, available: NDArray[np.bool_], tree: Tree
) -> tuple[int, ...]:
    """The shape to which the leading dimensions of all arguments broadcast."""
    shapes = bundles.shape[:-3], supply.shape[:-1], available.shape[:-2], tree.share.shape[:-1]
    induced = () if tree.induced is None else tree.induced.shape[:-3]
    try:
        return np.broadcast_shapes(*shapes, induced)
    except ValueError:
        raise InputError(
            "leading dimensions do not fit: bundles {}, supply {}, available {}, nest {}".format(
                *shapes
            )
        ) from None


def _check_induced(tree: Tree, available: NDArray[np.bool_]) -> None:
    """Checks that induced work has the right shape, and that no task induces all of its own."""
    if tree.induced is None:
        return
    tasks, modes = available.shape[-2:]
    if tree.induced.shape[-3:] != (tasks, modes, tasks):
        raise InputError(
            f"induced work needs the dimensions (..., task, mode, task) = (..., {tasks}, {modes}, "
            f"{tasks}), as in bundles; found shape {tree.induced.shape}"
        )
    opened = np.any(available, axis=tuple(range(available.ndim - 2)))[..., None]
    for phi in np.where(opened, tree.induced, 0.0).reshape(-1, tasks, modes, tasks):
        if (cycle := inducing_cycle(phi)) is not None:
            names = " -> ".join(str(task) for task in [*cycle, cycle[0]])
            raise InputError(
                f"an hour of work on tasks {names} induces an hour or more of the same (spectral "
                "radius of induced work >= 1): lower it along this cycle"
            )


def _refuse(values: Array, valid: NDArray[np.bool_], rule: str, advice: str = "") -> None:
    """Raises `InputError` at the first entry that is not valid."""
    if not valid.all():
        index = tuple(map(int, np.argwhere(~valid)[0]))
        raise InputError(f"{rule}; found {values[index]} at index {index}{advice}")


def _checked_tree(nest: Nest, tasks: int) -> Tree:
    """The unrolled nest, if it uses every task and no other."""
    if not isinstance(nest, Nest):
        raise InputError(f"nest must be a Nest; found {type(nest).__name__}")
    tree, used = nest.tree, nest.used
    if outside := sorted(used - set(range(tasks))):
        raise InputError(f"the nest names tasks {outside}, but bundles have tasks 0 to {tasks - 1}")
    if missing := sorted(set(range(tasks)) - used):
        raise InputError(
            f"the nest leaves out tasks {missing}: every task of the bundles must be a member of a "
            "nest"
        )
    return tree
