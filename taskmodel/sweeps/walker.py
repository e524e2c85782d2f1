"""Optima of a research organisation at points of an axis, and whether oversight binds there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from taskmodel.allocation import Allocation, Status, allocate
from taskmodel.catalog import Catalog
from taskmodel.catalog.plausibility import unusual
from taskmodel.errors import InputError, SolveError
from taskmodel.numerics.accuracy import OVERSIGHT_ROUNDING
from taskmodel.numerics.types import Array
from taskmodel.organisation.measures import REVIEW, Measures, Yardstick, oversight
from taskmodel.organisation.organisation import (
    Organisation,
    automatable_tasks,
    factor_supply,
    organisation,
)
from taskmodel.organisation.quantities import Quantities, point_rows
from taskmodel.science.production import Nest, Rows
from taskmodel.sweeps.axes import COMPUTE, Axis, compute_axis

# Shares can be equal over a whole interval, as at an elasticity of 1, and then differ by rounding
# of up to this [1]: less than it is neither binding nor leading.
ASIDE = (-1e-9, 1e-9, -1e-6, 1e-6, -1e-4, 1e-4, -1e-2, 1e-2)  # relative steps to neighbours
MOST_TRIED = 64  # points that are tried again from there
SECTIONS = 64  # into which the interval of a threshold is cut at a time
MOST_CUT = 500_000  # positions times tasks that are looked at together for thresholds
ENTRIES = 8_000_000  # open modes, or numbers of bundles, of points that are solved together
KEPT = 2  # situations of an axis whose organisation changes along it
STRIDE = 16  # of a path, every so many points are solved from scratch, the others from a neighbour

Before = NDArray[np.bool_] | bool  # points that are limits from below


@dataclass
class SolutionPath:
    """Optima at increasing positions of an axis, and the switches that define events.

    Attributes
    ----------
    position : array, shape (point,)
    before : array of bool, shape (point,)
        The point is the limit from below at a position where tasks open or close.
    allocation : Allocation
    binds, bottleneck : array of bool, shape (point,)
        Oversight binds; oversight is the largest source.
    """

    position: Array
    before: NDArray[np.bool_]
    allocation: Allocation
    binds: NDArray[np.bool_]
    bottleneck: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.position)

    def take(self, rows: Rows) -> SolutionPath:
        """Return some of the points."""
        fields: dict[str, Any] = {
            name: value.take(rows) if name == "allocation" else value[rows]
            for name, value in vars(self).items()
        }
        return SolutionPath(**fields)

    def put(self, rows: Rows, other: SolutionPath) -> None:
        """Overwrite some of the points with others, in place."""
        self.allocation.put(rows, other.allocation)
        for name in ("position", "before", "binds", "bottleneck"):
            getattr(self, name)[rows] = getattr(other, name)

    def join(self, *others: SolutionPath) -> SolutionPath:
        """Return these points followed by others."""
        fields: dict[str, Any] = {
            name: value.join(*(other.allocation for other in others))
            if name == "allocation"
            else np.concatenate([value, *(getattr(other, name) for other in others)])
            for name, value in vars(self).items()
        }
        return SolutionPath(**fields)

    def equals(self, other: SolutionPath) -> NDArray[np.bool_]:
        """Return where two paths have the same active modes and factors and role of oversight."""
        own, others = self.allocation, other.allocation
        return (
            (own.usable == others.usable).all(axis=(1, 2))
            & (own.priced == others.priced).all(axis=1)
            & (self.binds == other.binds)
            & (self.bottleneck == other.bottleneck)
        )


class Setting:
    """The organisation of a catalog, or of its quantities at several points, with its yardstick.

    Parameters
    ----------
    catalog : Catalog or Quantities
    base : Setting, optional
        The setting whose people output is relative to; default: this one.
    """

    def __init__(self, catalog: Catalog | Quantities, base: Setting | None = None) -> None:
        self._numbers = Quantities(catalog) if isinstance(catalog, Catalog) else catalog
        self._base = base
        self.organisation: Organisation = organisation(self.quantities)
        self.tolerance = self.quantities.number("supervision.binding_tolerance")

    @cached_property
    def quantities(self) -> Quantities:
        """The quantities of the catalog."""
        return self._numbers

    @cached_property
    def yardstick(self) -> Yardstick:
        """The yardstick; computed on first use, because it needs an optimum."""
        base_output = None if self._base is None else self._base.yardstick.base_output
        return Yardstick(self.quantities, self.organisation, base_output)

    def take(self, rows: Rows) -> Setting:
        """Return the setting of some points, in any order and number."""
        return _SomePoints(self, rows)


class _SomePoints(Setting):
    """A setting at some of the points of another; what is not asked for is not computed."""

    def __init__(self, setting: Setting, rows: Rows) -> None:
        self._setting, self._rows = setting, rows
        self.organisation = setting.organisation.take(rows)
        self.tolerance = point_rows(setting.tolerance, rows)

    @cached_property
    def quantities(self) -> Quantities:
        return self._setting.quantities.take(self._rows)

    @cached_property
    def yardstick(self) -> Yardstick:
        return self._setting.yardstick.take(self._rows, self.organisation)


@dataclass(frozen=True, eq=False)
class Situation:
    """An organisation at some computes [FLOP/year], shape (point,)."""

    setting: Setting
    compute: Array

    def take(self, rows: Rows) -> Situation:
        """Return the situation at some of the points, in any order and number."""
        return Situation(self.setting.take(rows), self.compute[rows])

    @cached_property
    def automatable(self) -> NDArray[np.bool_]:
        """Whether AI can do each task, shape (point, task)."""
        return self.setting.organisation.automatable(self.compute)

    @cached_property
    def arrays(self) -> tuple[Array, Array, Nest, NDArray[np.bool_]]:
        """The arguments of `allocate`."""
        organisation = self.setting.organisation
        return (
            organisation.bundles(self.compute),
            self.supply,
            organisation.nest,
            organisation.open_modes(self.automatable),
        )

    @cached_property
    def supply(self) -> Array:
        """Factors available per year, shape (point, factor)."""
        return self.setting.organisation.supply(self.compute)

    def measure(self, allocation: Allocation, **known: bool) -> Measures:
        """Return the measures of an allocation at these points; see `Yardstick.measure`."""
        return self.setting.yardstick.measure(self.compute, allocation, **known)

    def oversight_margins(self, allocation: Allocation) -> tuple[Array, Array]:
        """Return by how much oversight binds, and leads the other sources; negative if it does not.

        The margins are of bottleneck shares [1], each of shape (point,), and -1 where shares are
        undefined.
        """
        share = oversight(self.setting.organisation, self.compute, allocation)["bottleneck_share"]
        review, others = share[:, REVIEW], np.delete(share, REVIEW, axis=1).max(axis=1)
        binding, leading = (
            np.nan_to_num(margin, nan=-1.0) - OVERSIGHT_ROUNDING
            for margin in (review - self.setting.tolerance, review - others)
        )
        return binding, leading


def in_parts(points: int, entries: int) -> list[NDArray[np.intp]]:
    """Return the numbers of points in parts of bounded memory, from the entries of each point."""
    every, step = np.arange(points), max(1, ENTRIES // entries)
    return [every[begin : begin + step] for begin in range(0, max(points, 1), step)]


class Walker:
    """Solves an organisation along an axis, by default that of compute.

    Parameters
    ----------
    along : Axis or Catalog
    base : Setting, optional
        The organisation where the axis has no quantities of its own, and whose people output is
        relative to; default: that of the axis's catalog.
    """

    def __init__(self, along: Axis | Catalog, base: Setting | None = None) -> None:
        self.axis = along if isinstance(along, Axis) else compute_axis(along)
        self.catalog = self.axis.catalog
        self._base = Setting(self.axis.origin or self.catalog) if base is None else base
        self._thresholds: dict[tuple[float, float], Array] = {}  # by ends, along other axes
        # along other axes: positions, their order, and the situation there
        self._kept: list[tuple[Array, NDArray[np.intp], Situation]] = []

    @property
    def structure(self) -> Organisation:
        """The organisation at one position: names, modes and nests are the same at all of them."""
        return self._base.organisation

    @property
    def organisation(self) -> Organisation:
        """The organisation, if only compute changes along the axis."""
        return self._constant_setting().organisation

    @property
    def yardstick(self) -> Yardstick:
        """Its yardstick, if only compute changes along the axis."""
        return self._constant_setting().yardstick

    def _constant_setting(self) -> Setting:
        if self.axis.quantities is not None:
            raise InputError(
                f"the organisation changes along {self.axis.name}: take it at some positions"
            )
        return self._base

    def at(self, position: Array, before: Before = False) -> Situation:
        """Return the situation at some positions; if ``before``, at the next smaller number.

        Along other axes than compute the last ones are kept: an organisation is made, measured and
        reported at the same positions, or at some of them.
        """
        position = np.where(before, np.nextafter(position, -np.inf), position)
        if self.axis.quantities is None or not len(position):
            return Situation(self._base, self.axis.compute(position))
        for known, order, situation in self._kept:
            if np.array_equal(known, position):
                return situation
            rank = np.searchsorted(known, position, sorter=order)
            rows = order[np.minimum(rank, len(known) - 1)]
            if (known[rows] == position).all():
                return situation.take(rows)
        setting = Setting(self.axis.quantities(position), self._base)
        situation = Situation(setting, self.axis.compute(position))
        self._kept = [(position, np.argsort(position), situation), *self._kept[: KEPT - 1]]
        return situation

    def supply(self, position: Array) -> Array:
        """Return the factors available at some positions, shape (point, factor)."""
        along, compute = self.axis.quantities, self.axis.compute(position)
        if along is None:
            return self._base.organisation.supply(compute)
        return factor_supply(along(position), compute)

    def solve(
        self,
        position: Array,
        before: Before = False,
        start: Allocation | None = None,
        situation: Situation | None = None,
    ) -> SolutionPath:
        """Return the optima at some positions, and whether oversight binds and leads there.

        Parameters
        ----------
        position : array, shape (point,)
        before : array of bool, shape (point,), or bool, optional
            Whether each is the limit from below.
        start : Allocation, optional
            Allocations near the optima, one per point.
        situation : Situation, optional
            That at these positions, if it is at hand.

        Raises
        ------
        SolveError
            If an optimum cannot be certified.
        """
        situation = self.at(position, before) if situation is None else situation
        allocation = self.optima(situation, position, before, start)
        binding, leading = situation.oversight_margins(allocation)
        before = np.array(np.broadcast_to(before, position.shape))
        return SolutionPath(position, before, allocation, binding > 0, leading > 0)

    def optima(
        self,
        situation: Situation,
        position: Array,
        before: Before = False,
        start: Allocation | None = None,
    ) -> Allocation:
        """Return the optima in the situation at some positions; the rest as of `solve`."""
        allocation = allocate(*situation.arrays, start=start, throw=False)
        self._try_again(position, before, allocation)
        failed = np.flatnonzero(allocation.status == Status.FAILED)
        if len(failed):
            others = f" and {len(failed) - 1} more places" if len(failed) > 1 else ""
            raise SolveError(
                f"the optimum could not be certified at {self.axis.name} "
                f"{position[failed[0]]:g} {self.axis.unit}{others}: {Status.FAILED.advice}"
                f"{'; ' if (names := unusual(self.catalog)) else ''}{names}"
            )
        return allocation

    def _try_again(self, position: Array, before: Before, allocation: Allocation) -> None:
        """Solve points that failed from the optima of computes next to them, in place.

        Close to an event two regimes differ by less than the interior point can tell, and the
        regime of a neighbour is known.
        """
        if self.axis.name != COMPUTE:
            return
        for step in ASIDE:
            failed = np.flatnonzero(allocation.status == Status.FAILED)
            if not 0 < len(failed) <= MOST_TRIED:
                return
            limit = np.broadcast_to(before, position.shape)[failed]
            near = self.at(self.axis.aside(position[failed], step))
            start = allocate(*near.arrays, throw=False)
            again = allocate(*self.at(position[failed], limit).arrays, start=start, throw=False)
            solved = np.flatnonzero(again.status != Status.FAILED)
            allocation.put(failed[solved], again.take(solved))

    def solve_path(self, position: Array, before: NDArray[np.bool_]) -> SolutionPath:
        """Return the optima at many increasing positions.

        A coarse subset is solved first; each refinement halves the spacing and starts from the
        optimum of the neighbour before, whose active set is mostly the right one already.
        """
        points, step = len(position), STRIDE
        solved = np.arange(0, points, step)
        path = self.solve(position[solved], before[solved])
        while step > 1:
            step //= 2
            refined = np.arange(0, points, step)
            new = np.setdiff1d(refined, solved)
            if not len(new):
                continue
            start = path.allocation.take(np.searchsorted(solved, new) - 1)
            path = path.join(self.solve(position[new], before[new], start))
            path = path.take(np.argsort(np.concatenate([solved, new]), kind="stable"))
            solved = refined
        return path

    def thresholds(self, low: float, high: float) -> Array:
        """Return the positions in (low, high] at which tasks open or close to AI, (threshold,).

        Each is the first number at which AI can do the task, or no longer can. Along compute they
        are known; along other axes they are bisected to adjacent numbers.
        """
        if self.axis.name == COMPUTE:
            (opens_at,) = self.organisation.opens_at
            return np.unique(opens_at[(opens_at > low) & (opens_at <= high)])
        if (low, high) not in self._thresholds:
            self._thresholds[low, high] = self._located_thresholds(low, high)
        return self._thresholds[low, high]

    def _located_thresholds(self, low: float, high: float) -> Array:
        """Return `thresholds` along another axis than compute."""
        mesh = self.axis.mesh(low, high)
        opened = self.automatable(mesh)
        cell, task = np.nonzero(opened[1:] != opened[:-1])
        if not len(cell):
            return np.zeros(0)
        below, above = mesh[cell], mesh[cell + 1]
        rows, first = np.arange(len(cell)), opened[cell, task]
        # each interval is cut in many at a time: numbers of many positions cost little more
        cuts = int(np.clip(MOST_CUT // (len(cell) * opened.shape[1]), 2, SECTIONS))
        fraction = np.arange(1, cuts) / cuts
        while (np.nextafter(below, above) < above).any():
            inner = below[:, None] + (above - below)[:, None] * fraction
            there = self.automatable(inner.ravel()).reshape(*inner.shape, -1)[rows, :, task]
            edges = np.column_stack([below, inner, above])
            changed = np.column_stack([there != first[:, None], np.ones(len(rows), dtype=bool)])
            place = changed.argmax(axis=1)
            below, above = edges[rows, place], edges[rows, place + 1]
        return np.unique(above)

    def automatable(self, position: Array) -> NDArray[np.bool_]:
        """Return whether AI can do each task at some positions, shape (point, task)."""
        along = self.axis.quantities
        numbers = self._base.quantities if along is None else along(position)
        return automatable_tasks(numbers, self.axis.compute(position))
