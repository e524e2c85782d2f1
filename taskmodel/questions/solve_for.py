"""Which value of an input gives a target: every solution in a range, or why there is none.

Along an axis (`axes`) the events of a sweep cut the range into stretches on which the target is smooth, and thresholds into
pieces between which it may jump. On every stretch it is looked at in a few places; where a cubic through them has an extremum
that comes near the target, the extremum itself is found, so that no pair of solutions hides between two places. What changes
its sign is then closed in on (`roots`). A bracket that closes without reaching the target is a jump.

Source: docs, model, section 6.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from taskmodel.allocation import Allocation
from taskmodel.catalog import Catalog
from taskmodel.errors import InputError
from taskmodel.numerics.roots import Brackets, close_in, least
from taskmodel.numerics.types import Array
from taskmodel.organisation.measures import sources
from taskmodel.organisation.organisation import organisation
from taskmodel.questions.targets import Target, input_value, target
from taskmodel.sweeps import results
from taskmodel.sweeps.axes import COMPUTE, COMPUTE_UNIT, Axis, compute_axis, input_axis
from taskmodel.sweeps.changes import ASIDE
from taskmodel.sweeps.sweep import OPENING, needs_catalog, one_compute, walk
from taskmodel.sweeps.walker import Walker

DECADES = 4  # on either side of a quantity's value, where its range has no ends
INSET = 1e-3  # of a range, kept from ends that are not part of it
HIT = 1e-11  # of the target: nearer than this is the target
REACHED = 1e-9  # of the target: a bracket that closes further off than this is a jump
NARROW = 1e-7  # of the coordinate: stretches as narrow as this are not looked into
SUMMIT = (
    1e-7  # of the coordinate, to which an extremum is known: its value is then known to rounding
)
NEAR = 0.25  # of how much the target varies on a stretch: extrema this near are looked at
LEVEL = 0.01  # a target that grows by less than this part in the last power of ten hardly grows any more
PARTS = np.arange(4) / 3  # places of a stretch that are looked at
CUBIC = np.linalg.inv(np.vander(PARTS, increasing=True))  # coefficients from values there


def solve_for(
    catalog: Catalog,
    path: str,
    *,
    compute: float | None = None,
    within: tuple[float, float] | None = None,
    **targets: float,
) -> xr.Dataset:
    """Every value of an input that gives a target.

    Parameters
    ----------
    catalog : Catalog
    path : str
        The input: the dotted path of a number in the catalog, or ``compute``. With a task's share the others change in
        proportion.
    compute : float, optional
        Where [FLOP/year]; default: the catalog's ``compute.today``. Not for the input ``compute``.
    within : (float, float), optional
        Where to look. Default: the range that is allowed, if it has two ends; else four powers of ten on either side of the
        catalog's value; of compute, the catalog's grid.
    **targets : float
        One name of a variable of a sweep and its value: ``throughput_speedup=3``. Scalar variables go by their names, entries
        of others by both, as in ``**{"bottleneck_share.review": 0.5}``.

    Returns
    -------
    xarray.Dataset
        Over ``solution``: ``value``, and ``value_until``, which is larger where a whole stretch gives the target; the
        speed-ups and ``bottleneck_share`` there. Over ``jump``: ``jump_place``, where the target is passed without being
        reached, its limits ``jump_before`` and ``jump_after``, and ``jump_tasks``, which open or close there. Besides,
        ``low`` and ``high``, the range; ``nearest_place``, ``nearest_until`` and ``nearest_target``, from where to where
        the target is nearest, and what it is there.
        The attribute ``reason`` says why there is no solution; it is empty where there is one.

    Raises
    ------
    TypeError
        If the catalog is none, there is not just one target, or no number stands at the path.
    CatalogError
        If there is no such path, or an end of the range is not allowed there.
    InputError
        If the target, its value, compute or the range is not as described.
    SolveError
        If a point has no answer that can be certified.

    Examples
    --------
    >>> import taskmodel as tm
    >>> found = solve_for(tm.load_catalog("t_agi_ladder"), "supervision.headcount", throughput_speedup=3, compute=1e31)
    >>> bool((abs(found["throughput_speedup"] - 3) < 1e-9).all())
    True
    """
    needs_catalog(catalog)
    if len(targets) != 1:
        raise TypeError(
            f"solve_for needs one target, such as throughput_speedup=3; found {', '.join(targets) or 'none'}"
        )
    ((name, wanted),) = targets.items()
    aim = target(catalog, name)
    if (
        isinstance(wanted, bool)
        or not isinstance(wanted, (int, float, np.number))
        or not math.isfinite(wanted)
    ):
        raise InputError(f"the value of {name} must be a finite number; found {wanted!r}")
    low, high = default_range(catalog, path) if within is None else _given(path, within)
    axis = _axis(catalog, path, low, high, compute)
    search = _Search(Walker(axis), aim, float(wanted), low, high)
    return _dataset(search, path, compute)


def _given(path: str, within: tuple[float, float]) -> tuple[float, float]:
    try:
        low, high = (float(end) for end in within)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"the range of {path} must be two numbers, low and high; found {within!r}"
        ) from error
    if not -math.inf < low < high < math.inf or (path == COMPUTE and low <= 0):
        least_of_all = "positive, " if path == COMPUTE else ""
        raise InputError(
            f"the range of {path} must be {least_of_all}finite, and its low end below its high end; found {low:g} to {high:g}"
        )
    return low, high


def default_range(catalog: Catalog, path: str) -> tuple[float, float]:
    """Where to look if nothing is said."""
    if path == COMPUTE:
        return catalog.compute.grid.low, catalog.compute.grid.high
    value = input_value(catalog, path)
    low, high = catalog.range_of(path)
    if math.isfinite(low) and math.isfinite(high):
        inset = INSET * (high - low)
        tied = (
            len(catalog.changed_to(path, value)) > 1
        )  # others would have nothing left at the ends
        return (
            low if catalog.allows(path, low) and not tied else low + inset,
            high if catalog.allows(path, high) and not tied else high - inset,
        )
    if value <= 0:
        raise InputError(
            f"{path} is {value:g} and its range has no end: say where to look, from where to where"
        )
    ends = value * 10.0 ** np.array([-DECADES, DECADES])
    return float(max(ends[0], low)), float(min(ends[1], high))


def _axis(catalog: Catalog, path: str, low: float, high: float, compute: float | None) -> Axis:
    if path == COMPUTE:
        if compute is not None:
            raise TypeError("compute is what is looked for; leave the argument out")
        return compute_axis(catalog)
    input_value(catalog, path)
    return input_axis(catalog, path, low, high, one_compute(catalog, compute))


@dataclass
class _Knots:
    """Places along the axis in order and the target there, relative to what is wanted."""

    place: Array
    before: NDArray[np.bool_]
    value: Array  # of the target
    allocation: Allocation

    def join(self, other: _Knots) -> _Knots:
        """Both in order, each place once."""
        place, before, value = (
            np.concatenate([getattr(self, name), getattr(other, name)])
            for name in ("place", "before", "value")
        )
        order = np.lexsort((~before, place))
        fresh = np.concatenate(
            [[True], (np.diff(place[order]) > 0) | (before[order][1:] != before[order][:-1])]
        )
        order = order[fresh]
        return _Knots(
            place[order],
            before[order],
            value[order],
            self.allocation.join(other.allocation).take(order),
        )


class _Search:
    """All that is found of a target along an axis.

    Attributes
    ----------
    solutions : list of (float, float)
        Ends of the stretches that give the target, most of them single places.
    jumps : list of (float, float, float)
        Place, and the limits of the target from below and above.
    """

    def __init__(self, walker: Walker, aim: Target, wanted: float, low: float, high: float) -> None:
        self.walker, self.axis, self.aim, self.wanted = walker, walker.axis, aim, wanted
        self.low, self.high = low, high
        self.scale = abs(wanted) or 1.0
        path, self.events = walk(walker, low, high)
        knots = _Knots(
            path.place,
            path.before,
            aim.read(
                walker, walker.at(path.place, path.before), path.place, path.before, path.allocation
            ),
            path.allocation,
        )
        knots = self._with(knots, self._beside_events())
        knots = self._with(knots, self._inside(knots))
        self.knots = self._with(knots, self._extrema(knots))
        self.solutions = self._hits()
        self.jumps: list[tuple[float, float, float]] = []
        self._close_in()
        self.solutions.sort()
        self.jumps.sort()

    def _with(self, knots: _Knots, places: Array) -> _Knots:
        """The knots, and others at these places."""
        places = np.setdiff1d(places, knots.place)
        if not len(places):
            return knots
        near = np.searchsorted(knots.place, places, side="right") - 1
        never = np.zeros(len(places), dtype=bool)
        value, found = self._solved(places, knots.allocation.take(near))
        return knots.join(_Knots(places, never, value, found))

    def _solved(self, place: Array, start: Allocation) -> tuple[Array, Allocation]:
        """The target at some places, and the allocation."""
        at, never = self.walker.at(place), np.zeros(len(place), dtype=bool)
        found = self.walker.solve(place, never, start, at).allocation
        return self.aim.read(self.walker, at, place, never, found), found

    def _beside_events(self) -> Array:
        places = np.array([found.place for found in self.events if not found.at_threshold])
        beside = np.concatenate(
            [self.axis.aside(places, -ASIDE), places, self.axis.aside(places, ASIDE)]
        )
        return beside[(beside > self.low) & (beside < self.high)]

    def _wide(self, knots: _Knots) -> NDArray[np.intp]:
        """Stretches between neighbouring knots that are worth a look, by the first of them."""
        return np.flatnonzero(
            (np.diff(self.axis.coordinate(knots.place)) > NARROW) & ~knots.before[:-1]
        )

    def _inside(self, knots: _Knots) -> Array:
        at = self._wide(knots)
        parts = PARTS[1:-1, None]
        return self.axis.between(knots.place[at], knots.place[at + 1], parts).ravel()

    def _extrema(self, knots: _Knots) -> Array:
        """Places of extrema that come near the target, between knots on one side of it; knots stand in fours, end to end."""
        fours = self._fours(knots)
        gap = knots.value - self.wanted
        best = int(np.nanargmin(np.abs(gap))) if np.isfinite(gap).any() else -1
        values = gap[fours[:, None] + np.arange(4)]
        whole = np.isfinite(values).all(axis=1)
        fours, values = fours[whole], values[whole]
        _, slope, bend, twist = (values @ CUBIC.T).T
        found = []
        for sign in (-1, 1):
            with np.errstate(invalid="ignore", divide="ignore"):  # no extremum: NaN
                part = (-bend + sign * np.sqrt(bend**2 - 3 * twist * slope)) / (3 * twist)
                part = np.where(
                    np.abs(twist) > 1e-12 * np.abs(values).max(axis=1, initial=0.0),
                    part,
                    -slope / (2 * bend),
                )
            inside = np.isfinite(part) & (part > -0.1) & (part < 1.1)
            part = np.where(inside, np.clip(part, 0.0, 1.0), 0.0)
            third = np.minimum((3 * part).astype(int), 2)
            rows = np.arange(len(fours))
            side = np.sign(values[rows, third])
            same = side == np.sign(values[rows, third + 1])
            height = side * (values @ CUBIC.T * part[:, None] ** np.arange(4)).sum(axis=1)
            nearby = height <= NEAR * np.ptp(values, axis=1) + REACHED * self.scale
            nearest = np.abs(fours + third - best) <= 1
            uneven = np.ptp(values, axis=1) > REACHED * self.scale
            chosen = np.flatnonzero(inside & same & uneven & (nearby | nearest) & (side != 0))
            found.append(self._extremum(knots, fours[chosen], part[chosen], side[chosen]))
        return np.concatenate(found)

    def _fours(self, knots: _Knots) -> NDArray[np.intp]:
        """First of every four knots of which two were put inside a stretch."""
        coordinate = self.axis.coordinate(knots.place)
        first = np.arange(max(len(coordinate) - 3, 0))
        steps = np.diff(coordinate)
        even = (np.abs(steps[first + 1] - steps[first]) < 1e-6 * steps[first]) & (
            np.abs(steps[first + 2] - steps[first]) < 1e-6 * steps[first]
        )
        return first[
            even
            & (steps[first] > NARROW / 3)
            & ~knots.before[first]
            & ~knots.before[first + 1]
            & ~knots.before[first + 2]
        ]

    def _extremum(self, knots: _Knots, four: NDArray[np.intp], part: Array, side: Array) -> Array:
        if not len(four):
            return np.zeros(0)
        ends = self.axis.coordinate(knots.place[four]), self.axis.coordinate(knots.place[four + 3])

        def at(part: Array) -> Array:
            return np.asarray(ends[0] + part * (ends[1] - ends[0]))

        def values(rows: NDArray[np.intp], coordinate: Array) -> Array:
            return side[rows] * self._gap(coordinate, knots.allocation.take(four[rows]))

        place, _ = least(
            values, at(np.maximum(part - 1 / 3, 0.0)), at(np.minimum(part + 1 / 3, 1.0)), SUMMIT
        )
        return self.axis.place(place)

    def _gap(self, coordinate: Array, start: Allocation) -> Array:
        """By how much the target is more than what is wanted."""
        return self._solved(self.axis.place(coordinate), start)[0] - self.wanted

    def _hits(self) -> list[tuple[float, float]]:
        """Runs of knots that have the target."""
        knots = self.knots
        hit = np.abs(knots.value - self.wanted) <= HIT * self.scale
        edges = np.flatnonzero(np.diff(np.concatenate([[0], hit.astype(int), [0]])))
        found = []
        for first, last in zip(edges[::2], edges[1::2] - 1, strict=True):
            # of a limit from below the place just before
            ends = [
                float(
                    np.nextafter(knots.place[end], -np.inf)
                    if knots.before[end]
                    else knots.place[end]
                )
                for end in (first, last)
            ]
            apart = self.axis.coordinate(np.array(ends))
            found.append((ends[0], ends[1]) if apart[1] - apart[0] > NARROW else (ends[0], ends[0]))
        return found

    def _close_in(self) -> None:
        """Close in on every change of sign between neighbouring knots."""
        knots = self.knots
        gap = knots.value - self.wanted
        sign = np.where(np.abs(gap) <= HIT * self.scale, 0.0, np.sign(gap))
        changes = np.flatnonzero(sign[:-1] * sign[1:] < 0)
        across = knots.before[changes]
        self.jumps += [
            (float(knots.place[at]), float(knots.value[at]), float(knots.value[at + 1]))
            for at in changes[across]
        ]
        left = changes[~across]
        coordinate = self.axis.coordinate(knots.place)
        brackets = Brackets(coordinate[left], coordinate[left + 1], gap[left], gap[left + 1])
        starts = knots.allocation.take(left)
        # a root next to a threshold above it stays below it
        ends = (
            knots.place[left],
            np.where(
                knots.before[left + 1],
                np.nextafter(knots.place[left + 1], -np.inf),
                knots.place[left + 1],
            ),
        )

        def values(rows: NDArray[np.intp], coordinate: Array) -> Array:
            place = self.axis.coordinate(
                np.clip(self.axis.place(coordinate), ends[0][rows], ends[1][rows])
            )
            return self._gap(place, starts.take(rows))

        found = close_in(values, brackets, close=1e-14 * self.scale, width=1e-15)
        place, off = found.nearest()
        place = np.clip(self.axis.place(place), *ends)
        for row in range(len(left)):
            if abs(off[row]) <= REACHED * self.scale:
                self.solutions.append((float(place[row]), float(place[row])))
            else:
                limits = found.at_low[row] + self.wanted, found.at_high[row] + self.wanted
                self.jumps.append((float(place[row]), float(limits[0]), float(limits[1])))

    def nearest(self) -> tuple[float, float, float]:
        """From where to where the target is nearest, and what it is there; NaN where it is nowhere a number."""
        if self.solutions:
            return *self.solutions[0], self.wanted
        knots = self.knots
        gap = np.abs(knots.value - self.wanted)
        if not np.isfinite(gap).any():
            return math.nan, math.nan, math.nan
        gap = np.where(np.isfinite(gap), gap, np.inf)
        level = gap <= gap.min() + REACHED * max(
            self.scale, float(np.abs(knots.value[gap.argmin()]))
        )
        first = last = int(gap.argmin())
        while first > 0 and level[first - 1]:
            first -= 1
        while last < len(gap) - 1 and level[last + 1]:
            last += 1
        ends = [
            float(
                np.nextafter(knots.place[end], -np.inf) if knots.before[end] else knots.place[end]
            )
            for end in (first, last)
        ]
        return ends[0], ends[1], float(knots.value[gap.argmin()])

    def opening(self, place: float) -> list[str]:
        """Tasks that open or close at a place."""
        names = self.walker.catalog.tasks
        at = [found for found in self.events if found.at_threshold and found.place == place]
        return [
            list(names)[each.task] for found in at for each in found.changes if each.kind in OPENING
        ]


def _dataset(search: _Search, path: str, compute: float | None) -> xr.Dataset:
    catalog, walker = search.walker.catalog, search.walker
    values, names = (
        np.array([found[0] for found in search.solutions], dtype=float),
        sources(organisation(catalog)),
    )
    measured: dict[str, Any] = {name: ("solution", np.zeros(0)) for name in results.SPEEDUPS}
    measured["bottleneck_share"] = (("solution", "source"), np.zeros((0, len(names))))
    if len(values):
        here = walker.at(values).measure(
            walker.solve(values, np.zeros(len(values), dtype=bool)).allocation
        )
        measured = {name: (dims, getattr(here, name)) for name, (dims, _) in measured.items()}
    nearest, until, reached = search.nearest()
    unit = COMPUTE_UNIT if path == COMPUTE else catalog.unit_of(path)
    variables = {
        "value": (
            "solution",
            values,
            {"units": unit, "long_name": f"{path} that gives the target"},
        ),
        "value_until": (
            "solution",
            np.array([found[1] for found in search.solutions], dtype=float),
            {
                "units": unit,
                "long_name": "the same up to here; the value itself where it stands alone",
            },
        ),
        **measured,
        "jump_place": (
            "jump",
            np.array([jump[0] for jump in search.jumps], dtype=float),
            {"units": unit, "long_name": "where the target is passed without being reached"},
        ),
        **{
            f"jump_{side}": (
                "jump",
                np.array([jump[at] for jump in search.jumps], dtype=float),
                {"units": "unit of the target", "long_name": f"the target just {side}"},
            )
            for at, side in ((1, "before"), (2, "after"))
        },
        "jump_tasks": (
            "jump",
            np.array([", ".join(search.opening(jump[0])) for jump in search.jumps], dtype=object),
            {"long_name": "tasks that AI comes to be able to do there, or ceases to be"},
        ),
        "low": ((), search.low, {"units": unit, "long_name": "where the search begins"}),
        "high": ((), search.high, {"units": unit, "long_name": "where the search ends"}),
        "nearest_place": (
            (),
            nearest,
            {"units": unit, "long_name": f"{path} that comes nearest to the target"},
        ),
        "nearest_until": ((), until, {"units": unit, "long_name": "the same up to here"}),
        "nearest_target": (
            (),
            reached,
            {"units": "unit of the target", "long_name": "the target there"},
        ),
    }
    attrs = {
        "path": path,
        "target": search.aim.name,
        "target_value": search.wanted,
        "reason": _reason(search, path),
    }
    coords: dict[str, Any] = {"source": np.array(names, dtype=object)}
    if path != COMPUTE:
        coords[COMPUTE] = one_compute(catalog, compute)
    return results.described(
        xr.Dataset(variables, coords, {**results.provenance_of(catalog), **attrs})
    )


def _reason(search: _Search, path: str) -> str:
    """Why nothing gives the target, in sentences; empty where something does."""
    if search.solutions:
        return ""
    catalog = search.walker.catalog
    unit = COMPUTE_UNIT if path == COMPUTE else catalog.unit_of(path)
    unit = "" if unit in ("", "1") else f" {unit}"
    says = [
        f"no {path} from {search.low:g} to {search.high:g}{unit} gives {search.aim.name} {search.wanted:g}"
    ]
    place, until, reached = search.nearest()
    if math.isnan(place):
        return f"{says[0]}: it has no value there, because nothing can be produced, or there is no limit to output"
    if (place, until) == (search.low, search.high):
        says.append(f": {path} makes no difference to it, which is {reached:.6g}")
    else:
        says.append(f": the nearest is {reached:.6g}, {_where(search, place, until, unit)}")
    says += [
        f". It passes {search.wanted:g} in a jump from {below:.6g} to {above:.6g} at {at:.6g}{unit}"
        + (
            f", where AI's ability changes for {', '.join(search.opening(at))}"
            if search.opening(at)
            else ""
        )
        for at, below, above in search.jumps
    ]
    if path != COMPUTE:
        here = search.walker.at(np.array([place])).automatable[0]
        able = sum(
            task.share.value
            for task, opened in zip(catalog.tasks.values(), here, strict=True)
            if opened and task.delegable
        )
        says.append(f". AI can do tasks with {100 * able:.0f} % of the hours there")
    return "".join(says)


def _where(search: _Search, place: float, until: float, unit: str) -> str:
    """Where the nearest is, in words."""
    if place < until and until == search.high:
        return f"from {place:.6g}{unit} on"
    if place < until:
        return (
            f"from {place:.6g} to {until:.6g}{unit}"
            if place > search.low
            else f"up to {until:.6g}{unit}"
        )
    if place not in (search.low, search.high):
        return f"at {place:.6g}{unit}"
    end = f"at {place:.6g}{unit}, {'the lower end' if place == search.low else 'the upper end'} of the range"
    knots = search.knots
    inward = place * 10 if place == search.low else place / 10
    if not search.axis.logarithmic or not search.low < inward < search.high:
        return end
    then = float(np.interp(np.log(inward), np.log(knots.place), knots.value))
    level = abs(knots.value[-1 if place == search.high else 0] - then) <= LEVEL * abs(then)
    return (
        f"{end}, where it hardly changes any more" if level else f"{end}; it may be reached beyond"
    )
