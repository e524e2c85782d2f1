"""Task-by-task automation as compute grows: the sweep, and its events at their exact places.

Along the compute axis the optimum is smooth but at events: a task becomes automatable, a mode enters or leaves, a factor
gets or loses its price, oversight begins or ceases to bind. Thresholds are known in closed form; between two of them the
sweep compares what is active at neighbouring points, and where that differs it follows the earlier regime until one of its
margins is used up (`taskmodel.allocation.margins`), lands there, looks at both sides, and goes on from the far one. The
grid is only where results are reported: the places of events do not depend on it.

Start reading at `sweep`. Source: docs, model, section 6.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from taskmodel import results
from taskmodel.allocation import Allocation, Margins, Status, allocate, margins
from taskmodel.catalog import Catalog
from taskmodel.measures import SOURCES, Measures, Yardstick
from taskmodel.organisation import HUMAN, Organisation, organisation
from taskmodel.production import Array

PLACE = 1e-12  # relative width to which the place of an event is narrowed down
ASIDE = 1e-9  # relative distance at which both sides of an event are looked at
KINDS = (
    "automatable",
    "adopted",
    "dropped",
    "completed",
    "binds",
    "slack",
    "oversight_binds",
    "oversight_binds_ends",
    "oversight_bottleneck",
    "oversight_bottleneck_ends",
)


@dataclass(frozen=True)
class Event:
    """Something that changes at one point of the axis; positions are -1 where they do not apply."""

    kind: str
    task: int = -1
    mode: int = -1
    factor: int = -1


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

    def same(self, a: Array, other: Path, b: Array) -> NDArray[np.bool_]:
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

    def arrays(self, compute: Array, before: Array) -> tuple[Array, Array, object, Array]:
        """The arguments of `allocate` at these points."""
        at = self.organisation
        return at.bundles(compute), at.supply(compute), at.nest, at.open_modes(at.automatable(compute, before))

    def solve(self, compute: Array, before: Array, start: Allocation | None = None) -> Path:
        """The organisation at these points."""
        allocation = allocate(*self.arrays(compute, before), start=start)
        return Path(compute, before, allocation, *self._oversight(compute, allocation))

    def solve_path(self, compute: Array, before: Array) -> Path:
        """The same for many neighbouring points: every sixteenth from scratch, the others from a neighbour."""
        points = len(compute)
        step = 16
        chosen = np.arange(0, points, step)
        found = {"allocation": allocate(*self.arrays(compute[chosen], before[chosen]))}
        while step > 1:
            step //= 2
            wanted = np.arange(0, points, step)
            near = np.minimum(np.arange(len(wanted)) // 2, len(chosen) - 1)
            known = np.isin(wanted, chosen)
            fresh = wanted[~known]
            if len(fresh):
                more = allocate(*self.arrays(compute[fresh], before[fresh]), start=found["allocation"].take(near[~known]))
                merged = {
                    name: np.concatenate([part, getattr(more, name)])[np.argsort(np.concatenate([chosen, fresh]), kind="stable")]
                    for name, part in vars(found["allocation"]).items()
                }
                found["allocation"] = Allocation(**merged)
            chosen = wanted
        allocation = found["allocation"]
        return Path(compute, before, allocation, *self._oversight(compute, allocation))

    def _oversight(self, compute: Array, allocation: Allocation) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        bind, lead = self.oversight_margins(compute, allocation)
        return bind > 0, lead > 0

    def oversight_margins(self, compute: Array, allocation: Allocation) -> tuple[Array, Array]:
        """By how much oversight binds, and by how much it is the largest source; negative where it does not, is not."""
        share = self.yardstick.oversight(compute, allocation)["bottleneck_share"]
        review = SOURCES.index("review")
        others = np.delete(share, review, axis=1)
        return (np.nan_to_num(part, nan=-1.0) for part in (share[:, review] - self.tolerance, share[:, review] - others.max(axis=1)))


def sweep(catalog: Catalog, compute: ArrayLike | None = None) -> xr.Dataset:
    """Solve a research organisation along the compute axis, and find every event on the way.

    Parameters
    ----------
    catalog : Catalog
        As `taskmodel.load_catalog` returns it.
    compute : array, shape (compute,), optional
        Points to report [effective FLOP/year]; positive, finite, increasing, at least two. Default: the catalog's grid.

    Returns
    -------
    xarray.Dataset
        Over ``compute``, ``task``, ``mode``, ``factor``, ``source`` and ``event``; every variable carries its unit and
        meaning as attributes. `taskmodel.events` selects the events.

    Raises
    ------
    ValueError
        If the grid is not as described, or the catalog's people without AI produce nothing.
    SolveError
        If a point has no answer that can be certified.
    """
    grid = _grid(catalog, compute)
    walker = Walker(catalog)
    at = walker.organisation
    thresholds = np.unique(at.opens_at[(at.opens_at > grid[0]) & (at.opens_at <= grid[-1])])
    places = np.concatenate([grid, thresholds, thresholds])
    before = np.repeat([False, True, False], [len(grid), len(thresholds), len(thresholds)])
    places, before = _in_order(places, before)
    path = walker.solve_path(places, before)
    found = _changes_at_thresholds(walker, path) + _changes_between(walker, path)
    reported = np.searchsorted(places, grid, side="right") - 1
    values = walker.yardstick.measure(grid, path.allocation.take(reported))
    return results.dataset(
        catalog,
        walker.organisation,
        grid,
        path.allocation.take(reported),
        values,
        ceilings(walker, grid),
        _event_table(walker, found),
    )


def events(result: xr.Dataset) -> xr.Dataset:
    """The events of a sweep, by themselves.

    Parameters
    ----------
    result : Dataset
        As `sweep` returns it.

    Returns
    -------
    xarray.Dataset
        Over ``event``, sorted by compute: ``compute``, ``kind``, ``task``, ``mode`` and ``factor`` (an empty string where none),
        and the limits ``_before`` and ``_after`` of output, the speed-ups and ``factor_elasticity``.
    """
    return results.select_events(result)


def latency(catalog: Catalog, compute: float) -> xr.Dataset:
    """The critical path at one point of the compute axis.

    Parameters
    ----------
    compute : float
        Effective compute [FLOP/year].

    Returns
    -------
    xarray.Dataset
        Over ``task``: duration, start, slack, whether it is on the critical path; the length of one pass with and without AI.
    """
    point = np.array([compute], dtype=float)
    if point.shape != (1,) or not (np.isfinite(point) & (point > 0)).all():
        raise ValueError(f"compute must be one positive, finite number [FLOP/year]; found {compute!r}")
    walker = Walker(catalog)
    found = walker.solve(point, np.array([False]))
    mix = walker.yardstick.measure(point, found.allocation).mode_share
    return results.latency_dataset(catalog, walker.organisation, walker.yardstick, point[0], mix)


def ceilings(walker: Walker, compute: Array) -> dict[str, Array]:
    """Output relative to people alone when inference and experiments are unlimited: as is, with all tasks open, and without review."""
    at, base = walker.organisation.with_unlimited("inference", "experiments"), walker.yardstick.base_output
    open_tasks = at.automatable(compute)
    patterns, which = np.unique(open_tasks, axis=0, return_inverse=True)
    patterns = np.concatenate([patterns, (at.policy[:, HUMAN + 1 :].any(axis=1))[None]])
    supply = np.repeat(at.base_supply[None], len(patterns), axis=0)
    with_review = allocate(at.fixed_bundles, supply, at.nest, at.open_modes(patterns)).output / base
    free = at.without_review()
    without = allocate(free.fixed_bundles, supply, at.nest, at.open_modes(patterns)).output / base
    which = which.reshape(-1)
    return {
        "oversight_ceiling": with_review[which],
        "no_oversight_ceiling": without[which],
        "oversight_ceiling_full": with_review[-1],
    }


def _grid(catalog: Catalog, compute: ArrayLike | None) -> Array:
    if compute is None:
        span = catalog.compute.grid
        return np.geomspace(span.low, span.high, span.points)
    grid = np.asarray(compute, dtype=float)
    if grid.ndim != 1 or len(grid) < 2:
        raise ValueError(f"compute must be a list of at least two points [FLOP/year]; found shape {grid.shape}")
    if not np.all(np.isfinite(grid) & (grid > 0)):
        raise ValueError(f"compute must be positive and finite [FLOP/year]; found {grid[~(np.isfinite(grid) & (grid > 0))][0]!r}")
    if not np.all(np.diff(grid) > 0):
        place = int(np.argmin(np.diff(grid) > 0))
        raise ValueError(f"compute must increase from point to point; found {grid[place]:g} and then {grid[place + 1]:g}")
    return grid


def _in_order(places: Array, before: Array) -> tuple[Array, Array]:
    """Sorted by place, the limit from below first, each point once."""
    order = np.lexsort((~before, places))
    places, before = places[order], before[order]
    repeated = np.concatenate([[False], (np.diff(places) == 0) & (before[1:] == before[:-1])])
    return places[~repeated], before[~repeated]


@dataclass
class Found:
    """Events at one place: what changes, and the limits of what is active on either side."""

    compute: float
    changes: list[Event]
    before: Allocation  # one point each
    after: Allocation
    at_threshold: bool = False


def _changes_at_thresholds(walker: Walker, path: Path) -> list[Found]:
    found = []
    for place in np.flatnonzero(path.before):
        changes = [Event("automatable", task=int(task)) for task in np.flatnonzero(walker.organisation.opens_at == path.compute[place])]
        changes += _differences(path, place, path, place + 1)
        found.append(Found(path.compute[place], changes, path.allocation.take([place]), path.allocation.take([place + 1]), True))
    return found


def _differences(one: Path, a: int, two: Path, b: int) -> list[Event]:
    """What is different between two points."""
    changes = []
    first, second = one.allocation, two.allocation
    for task, mode in np.argwhere(first.usable[a] != second.usable[b]):
        enters = bool(second.usable[b, task, mode])
        kind = "adopted" if enters else "completed" if mode == HUMAN else "dropped"
        changes.append(Event(kind, task=int(task), mode=int(mode)))
    for factor in np.flatnonzero(first.priced[a] != second.priced[b]):
        changes.append(Event("binds" if second.priced[b, factor] else "slack", factor=int(factor)))
    for name, was, is_now in (("oversight_binds", one.binds[a], two.binds[b]), ("oversight_bottleneck", one.bottleneck[a], two.bottleneck[b])):
        if was != is_now:
            changes.append(Event(name if is_now else f"{name}_ends"))
    return changes


def _changes_between(walker: Walker, path: Path) -> list[Found]:
    """Events inside the stretches between neighbouring points, all stretches at once."""
    left = np.arange(len(path.compute) - 1)
    left = left[~path.before[left]]  # a step across a threshold is no stretch
    left = left[~path.same(left, path, left + 1)]
    found: list[Found] = []
    low, high = _part(path, left), _part(path, left + 1)
    while len(low.compute):
        place = _first_place(walker, low, high)
        near, far = np.maximum(place * (1 - ASIDE), low.compute), np.minimum(place * (1 + ASIDE), high.compute)
        # the far end of a stretch may be the limit from below at a threshold
        inner_before = high.before & (far == high.compute)
        left_side = walker.solve(near, np.zeros(len(near), dtype=bool), low.allocation)
        right_side = walker.solve(far, inner_before, high.allocation)
        every = np.arange(len(place))
        changed = ~left_side.same(every, right_side, every)
        for row in np.flatnonzero(changed):
            sides = (side.allocation.take([row]) for side in (left_side, right_side))
            found.append(Found(place[row], _differences(left_side, row, right_side, row), *sides))
        earlier = np.flatnonzero(~low.same(every, left_side, every) & (near > low.compute))
        later = np.flatnonzero(~right_side.same(every, high, every) & (far < high.compute))
        low, high = (
            _join(_part(low, earlier), _part(right_side, later)),
            _join(_part(left_side, earlier), _part(high, later)),
        )
    return found


def _part(path: Path, rows: Array) -> Path:
    return Path(path.compute[rows], path.before[rows], path.allocation.take(rows), path.binds[rows], path.bottleneck[rows])


def _join(one: Path, two: Path) -> Path:
    allocation = Allocation(**{name: np.concatenate([part, getattr(two.allocation, name)]) for name, part in vars(one.allocation).items()})
    rest = {name: np.concatenate([getattr(one, name), getattr(two, name)]) for name in ("compute", "before", "binds", "bottleneck")}
    return Path(allocation=allocation, **rest)


def _first_place(walker: Walker, low: Path, high: Path) -> Array:
    """Where the first of the changes between the ends of each stretch happens, by following both regimes; shape (stretch,).

    A margin of the regime at the low end that changes sign, or one at the high end seen backwards, is a candidate; the
    place is narrowed down by bisection with secants (ITP would do as well). Where no margin tells, the middle is returned,
    which halves the stretch.
    """
    rows = len(low.compute)
    result = np.sqrt(low.compute * high.compute)
    best = np.full(rows, np.inf)
    for start, from_low in ((low, True), (high, False)):
        place, valid = _margin_root(walker, low, high, start, from_low)
        better = valid & (place < best)
        best = np.where(better, place, best)
    return np.where(np.isfinite(best), best, result)


def _margin_root(walker: Walker, low: Path, high: Path, start: Path, from_low: bool) -> tuple[Array, Array]:
    """The place nearest the start of the stretch's low end at which a margin of one regime that differs at the other end is zero."""
    rows = len(low.compute)
    one, two = low.allocation, high.allocation
    modes, factors = one.usable != two.usable, one.priced != two.priced

    def smallest(compute: Array) -> tuple[Array, NDArray[np.bool_]]:
        """The least of the margins that are used up on the way; positive on the regime's own side."""
        arrays = walker.arrays(compute, high.before)
        m = margins(*arrays, start.allocation)
        parts = [
            np.where(modes, np.minimum(m.excess_cost, m.mode_share), np.inf).reshape(rows, -1),
            np.where(factors, m.spare, np.inf),
        ]
        bind, lead = walker.oversight_margins(compute, _as_allocation(arrays[0], m))
        for value, was, other in ((bind, start.binds, (high if from_low else low).binds), (lead, start.bottleneck, (high if from_low else low).bottleneck)):
            parts.append(np.where(was != other, np.where(was, value, -value), np.inf)[:, None])
        return np.concatenate(parts, axis=1).min(axis=1), m.solved

    a, b = np.log(low.compute), np.log(high.compute)
    own, far = (a, b) if from_low else (b, a)
    at_own, fine = smallest(np.exp(own))
    at_far, there = smallest(np.exp(far))
    valid = fine & np.isfinite(at_own) & (at_own >= 0)
    # beyond its end a regime may have no solution at all: then it has ended
    at_far = np.where(there & np.isfinite(at_far), at_far, -1.0)
    valid &= at_far < 0
    inside, outside = own.copy(), far.copy()
    value_in, value_out = np.where(valid, at_own, 1.0), np.where(valid, at_far, -1.0)
    for step in range(60):
        width = np.abs(outside - inside)
        if np.all(width <= PLACE) or not valid.any():
            break
        secant = inside + (outside - inside) * value_in / (value_in - value_out)
        middle = 0.5 * (inside + outside)
        # every third step halves; the others are secants kept a little off the ends, so that both ends close in
        guess = np.where(step % 3 == 2, middle, secant)
        nudge = np.minimum(PLACE / 2, width / 4) * np.sign(outside - inside)
        guess = np.where(np.abs(guess - inside) < np.abs(nudge), inside + nudge, guess)
        guess = np.where(np.abs(guess - outside) < np.abs(nudge), outside - nudge, guess)
        value, solved = smallest(np.exp(guess))
        value = np.where(solved & np.isfinite(value), value, -1.0)
        good = value >= 0
        inside, value_in = np.where(good, guess, inside), np.where(good, value, value_in)
        outside, value_out = np.where(good, outside, guess), np.where(good, value_out, value)
    return np.exp(0.5 * (inside + outside)), valid


def _as_allocation(bundles: Array, m: Margins) -> Allocation:
    """A followed regime as an allocation, for measures."""
    whole = np.broadcast_to(bundles, (*m.activity.shape, bundles.shape[-1]))
    used = np.einsum("ptm,ptmk->pk", m.activity, whole)
    return Allocation(
        output=m.output,
        shadow_price=np.full_like(used, np.nan),
        factor_elasticity=m.factor_elasticity,
        factor_elasticity_range=np.full((*used.shape, 2), np.nan),
        activity=m.activity,
        usable=np.isfinite(m.mode_share),
        priced=m.factor_elasticity > 0,
        factor_use=used,
        gap=np.full(len(used), np.nan),
        status=np.full(len(used), Status.OPTIMAL),
    )


def _event_table(walker: Walker, found: list[Found]) -> results.EventTable:
    """The events in order: by compute, then kind, then place in the file; with the limits of everything on either side."""
    rows = sorted(
        (place.compute, KINDS.index(change.kind), change.task, change.mode, change.factor, index, change.kind)
        for index, place in enumerate(found)
        for change in place.changes
    )
    which = np.array([row[5] for row in rows], dtype=int)
    compute = np.array([place.compute for place in found])

    def limits(side: str) -> tuple[Measures, Array]:
        joined = Allocation(**{name: np.concatenate([getattr(getattr(place, side), name) for place in found]) for name in vars(found[0].before)})
        at_threshold = np.array([place.at_threshold for place in found])
        arrays = walker.arrays(compute, np.full(len(compute), side == "before"))
        # both sides of an event between thresholds were looked at a little aside: follow their regimes to the place itself
        m = margins(*arrays, joined)
        followed = _as_allocation(arrays[0], m)
        # the place is known to rounding, and so is a share that is zero there; a share well below zero means it is another place
        least = (m.activity / np.maximum(m.activity.sum(axis=-1, keepdims=True), np.finfo(float).tiny)).min(axis=(1, 2))
        exact = m.solved & ~at_threshold & (least > -ASIDE)
        followed.activity[:] = np.maximum(followed.activity, 0.0)
        for name in ("output", "activity", "factor_elasticity", "factor_use"):
            getattr(joined, name)[exact] = getattr(followed, name)[exact]
        values = walker.yardstick.measure(compute, joined)
        return Measures(**{name: part[which] for name, part in vars(values).items()}), joined.factor_elasticity[which]

    columns = {
        "compute": np.array([row[0] for row in rows], dtype=float),
        "kind": [row[6] for row in rows],
        "task": ["" if row[2] < 0 else walker.organisation.tasks[row[2]] for row in rows],
        "mode": ["" if row[3] < 0 else walker.organisation.modes[row[3]] for row in rows],
        "factor": ["" if row[4] < 0 else walker.organisation.factors[row[4]] for row in rows],
    }
    sides = {side: limits(side) for side in ("before", "after")} if rows else {}
    return results.EventTable(**columns, limits=sides)
