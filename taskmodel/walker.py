"""A research organisation at points of the compute axis: its allocation there, and whether oversight binds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from taskmodel.allocation import Allocation, allocate
from taskmodel.catalog import Catalog
from taskmodel.measures import SOURCES, Yardstick
from taskmodel.organisation import Organisation, organisation
from taskmodel.production import Array, Nest, Rows

ROUNDING = 1e-11  # [1] shares that are equal over a stretch, as with an elasticity of 1, differ by as much
COARSE = 16  # of a path, every so many points are solved from scratch, the others from a neighbour


@dataclass
class Path:
    """An organisation at some points of the axis, in order, with all that decides where events are.

    ``before`` marks points that stand for the limit from below at a threshold.
    """

    compute: Array  # (point,)
    before: NDArray[np.bool_]  # (point,)
    allocation: Allocation
    binds: NDArray[np.bool_]  # (point,) oversight binds
    bottleneck: NDArray[np.bool_]  # (point,) oversight is the largest source

    def take(self, rows: Rows) -> Path:
        """Some of the points."""
        parts: dict[str, Any] = {name: part.take(rows) if name == "allocation" else part[rows] for name, part in vars(self).items()}
        return Path(**parts)

    def join(self, other: Path) -> Path:
        """These points and then others."""
        pairs = {name: (part, getattr(other, name)) for name, part in vars(self).items()}
        parts: dict[str, Any] = {
            name: one.join(two) if name == "allocation" else np.concatenate([one, two]) for name, (one, two) in pairs.items()
        }
        return Path(**parts)

    def same(self, a: NDArray[np.intp], other: Path, b: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Whether the same modes and factors are active at points a here and at points b there, and the same is said of oversight."""
        one, two = self.allocation.take(a), other.allocation.take(b)
        return (
            (one.usable == two.usable).all(axis=(1, 2))
            & (one.priced == two.priced).all(axis=1)
            & (self.binds[a] == other.binds[b])
            & (self.bottleneck[a] == other.bottleneck[b])
        )


class Walker:
    """Solves an organisation along the compute axis."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.organisation: Organisation = organisation(catalog)
        self.yardstick = Yardstick(catalog, self.organisation)
        self.tolerance = catalog.supervision.binding_tolerance.value

    def arrays(self, compute: Array, before: NDArray[np.bool_]) -> tuple[Array, Array, Nest, NDArray[np.bool_]]:
        """The arguments of `allocate` at these points."""
        at = self.organisation
        return at.bundles(compute), at.supply(compute), at.nest, at.open_modes(at.automatable(compute, before))

    def solve(self, compute: Array, before: NDArray[np.bool_], start: Allocation | None = None) -> Path:
        """The organisation at these points."""
        allocation = allocate(*self.arrays(compute, before), start=start)
        return Path(compute, before, allocation, *self._oversight(compute, allocation))

    def solve_path(self, compute: Array, before: NDArray[np.bool_]) -> Path:
        """The same for many points in order, the answer of one being where the search for the next begins."""
        points, step = len(compute), COARSE
        known = np.arange(0, points, step)
        allocation = allocate(*self.arrays(compute[known], before[known]))
        while step > 1:
            step //= 2
            wanted = np.arange(0, points, step)
            fresh = np.setdiff1d(wanted, known)
            if not len(fresh):
                continue
            near = np.searchsorted(known, fresh) - 1  # the known point before each
            more = allocate(*self.arrays(compute[fresh], before[fresh]), start=allocation.take(near))
            order = np.argsort(np.concatenate([known, fresh]), kind="stable")
            allocation = allocation.join(more).take(order)
            known = wanted
        return Path(compute, before, allocation, *self._oversight(compute, allocation))

    def _oversight(self, compute: Array, allocation: Allocation) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        bind, lead = self.oversight_margins(compute, allocation)
        return bind > 0, lead > 0

    def oversight_margins(self, compute: Array, allocation: Allocation) -> tuple[Array, Array]:
        """By how much oversight binds, and by how much it is the largest source; negative where it does not, is not."""
        share = self.yardstick.oversight(compute, allocation)["bottleneck_share"]
        review = SOURCES.index("review")
        others = np.delete(share, review, axis=1)
        bind, lead = share[:, review] - self.tolerance, share[:, review] - others.max(axis=1)
        return np.nan_to_num(bind, nan=-1.0) - ROUNDING, np.nan_to_num(lead, nan=-1.0) - ROUNDING
