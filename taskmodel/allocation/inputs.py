"""The arrays that a caller gives, checked and brought to one shape."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from taskmodel.allocation.presolve import Presolved, presolve
from taskmodel.errors import InputError
from taskmodel.numerics.types import Array
from taskmodel.science.production import Nest, Tree

TILE = 2_000_000  # bundle entries handled at once


@dataclass(frozen=True)
class Organisations:
    """The caller's arrays, checked, broadcast and with one leading dimension."""

    tree: Tree
    share: Array  # (point or 1, node)
    elasticity: Array  # (point or 1, node)
    bundle: Array  # (point, task, mode, factor)
    supply: Array  # (point, factor)
    available: NDArray[np.bool_]  # (point, task, mode)
    shape: tuple[int, ...]

    def distinct(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Points that differ from all earlier ones, and for every point which of those it equals."""
        points = len(self.supply)
        parts = [self.supply, self.available, self.share, self.elasticity]
        # bundles that are the same at every point are one row in memory
        parts += [self.bundle] if self.bundle.strides[0] else []
        keys = [
            b"".join(part[point].tobytes() for part in parts if len(part) == points)
            for point in range(points)
        ]
        place: dict[bytes, int] = {}
        again = np.array([place.setdefault(key, len(place)) for key in keys], dtype=np.intp)
        first = np.unique(again, return_index=True)[1]
        return first, again

    def __getitem__(self, rows: NDArray[np.intp]) -> Organisations:
        share, elasticity = (
            part if len(part) == 1 else part[rows] for part in (self.share, self.elasticity)
        )
        return Organisations(
            self.tree,
            share,
            elasticity,
            self.bundle[rows],
            self.supply[rows],
            self.available[rows],
            self.shape,
        )

    def tiles(self, points: int | None = None) -> list[NDArray[np.intp]]:
        """So many rows (default: all), in parts of bounded memory; one part, though empty, where there is none."""
        _, _, modes, factors = self.bundle.shape
        rows = np.arange(len(self.supply) if points is None else points)
        step = max(1, TILE // max(1, len(self.tree.task) * modes * factors))
        return [rows[begin : begin + step] for begin in range(0, max(1, len(rows)), step)]

    def presolved(self) -> Presolved:
        """What needs no prices."""
        return presolve(
            self.tree, self.share, self.elasticity, self.bundle, self.supply, self.available
        )


def flat(part: ArrayLike, inner: int) -> Array:
    """The array with its leading dimensions made one."""
    part = np.asarray(part, dtype=float)
    return part.reshape(-1, *part.shape[part.ndim - inner :])


def checked(
    bundles: ArrayLike, supply: ArrayLike, nest: Nest, available: ArrayLike | None
) -> Organisations:
    bundles, supply = np.asarray(bundles, dtype=float), np.asarray(supply, dtype=float)
    if bundles.ndim < 3:
        raise InputError(
            f"bundles need the dimensions (..., task, mode, factor); found shape {bundles.shape}"
        )
    tasks, modes, factors = bundles.shape[-3:]
    if supply.ndim < 1 or supply.shape[-1] != factors:
        raise InputError(
            f"supply needs the dimensions (..., factor) with {factors} factors, as in bundles; found shape {supply.shape}"
        )
    available = np.ones((tasks, modes), dtype=bool) if available is None else np.asarray(available)
    if available.dtype != bool:
        raise InputError(f"available must be an array of bool; found {available.dtype}")
    if available.ndim < 2 or available.shape[-2:] != (tasks, modes):
        raise InputError(
            f"available needs the dimensions (..., task, mode) = (..., {tasks}, {modes}); found shape {available.shape}"
        )
    bad = ~(np.isfinite(bundles) & (bundles >= 0))
    if bad.any():
        place = tuple(map(int, np.argwhere(bad)[0]))
        raise InputError(
            f"bundles must be finite and >= 0; found {bundles[place]} at index {place}; close a mode through available instead"
        )
    bad = ~(supply >= 0)
    if bad.any():
        place = tuple(map(int, np.argwhere(bad)[0]))
        raise InputError(
            f"supply must be >= 0 (inf: not scarce); found {supply[place]} at index {place}"
        )
    if not isinstance(nest, Nest):
        raise InputError(f"nest must be a Nest; found {type(nest).__name__}")
    tree = Tree(nest)
    outside = sorted({int(task) for task in tree.task if not 0 <= task < tasks})
    if outside:
        raise InputError(f"the nest names tasks {outside}, but bundles have tasks 0 to {tasks - 1}")
    missing = sorted(set(range(tasks)) - set(tree.task.tolist()))
    if missing:
        raise InputError(
            f"the nest leaves out tasks {missing}: every task of the bundles must be a member of a nest"
        )
    try:
        shape = np.broadcast_shapes(
            bundles.shape[:-3], supply.shape[:-1], available.shape[:-2], tree.share.shape[:-1]
        )
    except ValueError:
        raise InputError(
            f"leading dimensions do not fit: bundles {bundles.shape[:-3]}, supply {supply.shape[:-1]}, "
            f"available {available.shape[:-2]}, nest {tree.share.shape[:-1]}"
        ) from None
    points = int(np.prod(shape, dtype=int))
    share, elasticity = (
        (
            np.broadcast_to(part, (*shape, tree.nodes)).reshape(points, tree.nodes)
            if part.ndim > 1
            else part[None]
        )
        for part in (tree.share, tree.elasticity)
    )
    return Organisations(
        tree,
        share,
        elasticity,
        np.broadcast_to(bundles, (*shape, tasks, modes, factors)).reshape(
            points, tasks, modes, factors
        ),
        np.broadcast_to(supply, (*shape, factors)).reshape(points, factors),
        np.broadcast_to(available, (*shape, tasks, modes)).reshape(points, tasks, modes),
        shape,
    )
