"""A research organisation at places of an axis: its allocation there, and whether oversight binds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from taskmodel.allocation import Allocation, Status, allocate
from taskmodel.catalog import Catalog
from taskmodel.errors import InputError, SolveError
from taskmodel.numerics.types import Array
from taskmodel.organisation.measures import REVIEW, Measures, Yardstick, oversight
from taskmodel.organisation.organisation import Organisation, organisation
from taskmodel.organisation.quantities import Quantities
from taskmodel.science.production import Nest, Rows
from taskmodel.sweeps.axes import COMPUTE, Axis, compute_axis

ROUNDING = (
    1e-11  # [1] shares that are equal over a stretch, as with an elasticity of 1, differ by as much
)
COARSE = 16  # of a path, every so many points are solved from scratch, the others from a neighbour


@dataclass
class Path:
    """An organisation at some places of the axis, in order, with all that decides where events are.

    ``before`` marks points that stand for the limit from below at a place where tasks open or close.
    """

    place: Array  # (point,)
    before: NDArray[np.bool_]  # (point,)
    allocation: Allocation
    binds: NDArray[np.bool_]  # (point,) oversight binds
    bottleneck: NDArray[np.bool_]  # (point,) oversight is the largest source

    def take(self, rows: Rows) -> Path:
        """Some of the points."""
        parts: dict[str, Any] = {
            name: part.take(rows) if name == "allocation" else part[rows]
            for name, part in vars(self).items()
        }
        return Path(**parts)

    def join(self, other: Path) -> Path:
        """These points and then others."""
        pairs = {name: (part, getattr(other, name)) for name, part in vars(self).items()}
        parts: dict[str, Any] = {
            name: one.join(two) if name == "allocation" else np.concatenate([one, two])
            for name, (one, two) in pairs.items()
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


class Setting:
    """A catalog as an organisation and what it is measured by; or several, one a point, that differ in numbers alone.

    ``base``: the setting whose people output is relative to; its own where none is given.
    """

    def __init__(self, *catalogs: Catalog, base: Setting | None = None) -> None:
        self.catalogs, self._base = catalogs, base
        self.organisation: Organisation = organisation(*catalogs)
        self.tolerance = Quantities(catalogs).number("supervision.binding_tolerance")

    @cached_property
    def yardstick(self) -> Yardstick:
        """Made when it is asked for: its base has to be solved."""
        return Yardstick(
            self.catalogs,
            self.organisation,
            None if self._base is None else self._base.yardstick.base_output,
        )


@dataclass(frozen=True, eq=False)
class Situation:
    """An organisation at some places of an axis."""

    setting: Setting
    compute: Array  # (point,) [FLOP/year]

    @cached_property
    def automatable(self) -> NDArray[np.bool_]:
        """Whether AI can do each task, shape (point, task)."""
        return self.setting.organisation.automatable(self.compute)

    @cached_property
    def arrays(self) -> tuple[Array, Array, Nest, NDArray[np.bool_]]:
        """The arguments of `allocate`."""
        at = self.setting.organisation
        return (
            at.bundles(self.compute),
            at.supply(self.compute),
            at.nest,
            at.open_modes(self.automatable),
        )

    def measure(self, allocation: Allocation) -> Measures:
        """What people want to know of an allocation here."""
        return self.setting.yardstick.measure(self.compute, allocation)

    def oversight_margins(self, allocation: Allocation) -> tuple[Array, Array]:
        """By how much oversight binds, and by how much it is the largest source; negative where it does not, is not."""
        share = oversight(self.setting.organisation, self.compute, allocation)["bottleneck_share"]
        others = np.delete(share, REVIEW, axis=1)
        bind, lead = (
            share[:, REVIEW] - self.setting.tolerance,
            share[:, REVIEW] - others.max(axis=1),
        )
        return np.nan_to_num(bind, nan=-1.0) - ROUNDING, np.nan_to_num(lead, nan=-1.0) - ROUNDING

    def path(self, place: Array, before: NDArray[np.bool_], allocation: Allocation) -> Path:
        """An allocation here, with what is said of oversight."""
        bind, lead = self.oversight_margins(allocation)
        return Path(place, before, allocation, bind > 0, lead > 0)


class Walker:
    """Solves an organisation along an axis; along compute, if a catalog is all that is given."""

    def __init__(self, along: Axis | Catalog) -> None:
        self.axis = along if isinstance(along, Axis) else compute_axis(along)
        self.catalog = self.axis.catalog
        self._base = Setting(self.catalog)

    @property
    def organisation(self) -> Organisation:
        """The organisation, where it is the same everywhere but for compute."""
        return self._same_everywhere().organisation

    @property
    def yardstick(self) -> Yardstick:
        """What it is measured by, where that is the same everywhere."""
        return self._same_everywhere().yardstick

    def _same_everywhere(self) -> Setting:
        if self.axis.catalogs is not None:
            raise InputError(
                f"the organisation changes along {self.axis.name}: take that at some places"
            )
        return self._base

    def at(self, place: Array, before: NDArray[np.bool_] | bool = False) -> Situation:
        """The organisation at these places; where ``before``, at the next smaller number."""
        place = np.where(before, np.nextafter(place, -np.inf), place)
        if self.axis.catalogs is None or not len(place):
            return Situation(self._base, self.axis.compute(place))
        return Situation(
            Setting(*self.axis.catalogs(place), base=self._base), self.axis.compute(place)
        )

    def solve(
        self,
        place: Array,
        before: NDArray[np.bool_],
        start: Allocation | None = None,
        at: Situation | None = None,
    ) -> Path:
        """The organisation at these places; `at` is what stands there, if it is known."""
        at = self.at(place, before) if at is None else at
        found = allocate(*at.arrays, start=start, throw=False)
        failed = np.flatnonzero(found.status == Status.FAILED)
        if len(failed):
            places = f"{place[failed[0]]:g} {self.axis.unit}" + (
                f" and {len(failed) - 1} more places" if len(failed) > 1 else ""
            )
            raise SolveError(
                f"the optimum could not be certified at {self.axis.name} {places}: {Status.FAILED.advice}"
            )
        return at.path(place, before, found)

    def solve_path(self, place: Array, before: NDArray[np.bool_]) -> Path:
        """The same for many places in order, the answer of one being where the search for the next begins."""
        points, step = len(place), COARSE
        known = np.arange(0, points, step)
        whole = self.solve(place[known], before[known])
        while step > 1:
            step //= 2
            wanted = np.arange(0, points, step)
            fresh = np.setdiff1d(wanted, known)
            if not len(fresh):
                continue
            near = np.searchsorted(known, fresh) - 1  # the known point before each
            more = self.solve(place[fresh], before[fresh], start=whole.allocation.take(near))
            order = np.argsort(np.concatenate([known, fresh]), kind="stable")
            whole = whole.join(more).take(order)
            known = wanted
        return whole

    def thresholds(self, low: float, high: float) -> Array:
        """Places above the first and up to the second at which AI comes to be able to do a task or ceases to be, shape (threshold,).

        Each is the first number at which it is so.
        """
        if self.axis.name == COMPUTE:
            (opens_at,) = self.organisation.opens_at
            return np.unique(opens_at[(opens_at > low) & (opens_at <= high)])
        mesh = self.axis.mesh(low, high)
        open_tasks = self.at(mesh).automatable
        cell, task = np.nonzero(open_tasks[1:] != open_tasks[:-1])
        below, above = mesh[cell], mesh[cell + 1]
        every, was_open = np.arange(len(cell)), open_tasks[cell, task]
        while (((middle := below + (above - below) / 2) > below) & (middle < above)).any():
            same = self.at(middle).automatable[every, task] == was_open
            below, above = np.where(same, middle, below), np.where(same, above, middle)
        return np.unique(above)
