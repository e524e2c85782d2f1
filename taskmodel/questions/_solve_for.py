"""Inverse questions: all values of an input at which a quantity has a target value.

The events of a sweep divide the range into stretches on which the quantity is smooth, and the
thresholds of tasks divide it into pieces between which it may jump. Every stretch is sampled at
its thirds. Where the cubic through the samples has an extremum near the target, the extremum is
located, so that two solutions between neighbouring samples are not missed. Every change of sign is
then narrowed by `close_in`; a bracket that closes without reaching the target is a jump.

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
from taskmodel.numerics.accuracy import (
    EVENT_OFFSET,
    EXTREMUM_WIDTH,
    NARROWEST,
    TARGET_HIT,
    TARGET_REACHED,
)
from taskmodel.numerics.roots import Brackets, close_in, least
from taskmodel.numerics.types import Array
from taskmodel.organisation.measures import sources
from taskmodel.organisation.organisation import organisation
from taskmodel.organisation.reviewers import reviewer_block, reviewer_pools
from taskmodel.questions.targets import Target, input_values, target
from taskmodel.sweeps import results
from taskmodel.sweeps._events import Events
from taskmodel.sweeps.axes import COMPUTE, COMPUTE_UNIT, Axis, compute_axis, input_axis
from taskmodel.sweeps.points import needs_catalog, one_compute
from taskmodel.sweeps.walker import Walker
from taskmodel.sweeps.walks import OPENING, walk

DECADES = 4  # on either side of an input's value, where its range is unbounded
INSET = 1e-3  # of a range: distance from ends that do not belong to it
NEARBY = 0.25  # of the variation on a stretch: extrema this close to the target are located
LEVEL = 0.01  # relative change over the last factor of 10 that counts as levelling off
THIRDS = np.arange(4) / 3
CUBIC = np.linalg.inv(np.vander(THIRDS, increasing=True))  # coefficients from values at thirds


def solve_for(
    catalog: Catalog,
    path: str,
    *,
    compute: float | None = None,
    within: tuple[float, float] | None = None,
    **targets: float,
) -> xr.Dataset:
    """Find all values of an input at which a quantity has a target value.

    Parameters
    ----------
    catalog : Catalog
    path : str
        The input: the dotted path of a number in the catalog, or ``compute``. With a task's share
        the other shares change in proportion.
    compute : float, optional
        Compute [FLOP/year]; default: the catalog's ``compute.today``. Not with the input
        ``compute``.
    within : (float, float), optional
        Range of the input. Default: the allowed range if it is bounded, otherwise four orders of
        magnitude on either side of the catalog's value; for compute, the catalog's grid.
    **targets : float
        The name of one quantity and its target value: ``throughput_speedup=3``. An element of an
        array variable has both names, as in ``**{"bottleneck_share.review": 0.5}``.

    Returns
    -------
    xarray.Dataset
        Over ``solution``: ``value``, and ``value_until``, which is larger where the quantity
        equals the target over an interval; the speed-ups and ``bottleneck_share`` at ``value``.
        Over ``jump``: ``jump_place``, where the quantity jumps over the target, its limits
        ``jump_before`` and ``jump_after``, and ``jump_tasks``, which open or close there.
        Scalars: ``low`` and ``high``, the range; ``nearest_place`` and ``nearest_until``, the
        interval in which the quantity is closest to the target, and ``nearest_target``, its value
        there. The attribute ``reason`` explains why there is no solution; empty if there is one.

    Raises
    ------
    TypeError
        If the catalog is not a Catalog, there is not exactly one target, or the value at the path
        is not a number.
    CatalogError
        If there is no such path, an end of the range is not allowed for it, or it is a number of
        reviewers who are people of a labour pool: ``max_review_share`` is then what varies.
    InputError
        If the target, its value, compute or the range is not as described.
    SolveError
        If an optimum cannot be certified.

    Examples
    --------
    >>> import taskmodel as tm
    >>> catalog = tm.load_catalog("t_agi_ladder")
    >>> share = "supervision.max_review_share"
    >>> result = solve_for(catalog, share, throughput_speedup=2, compute=1e31)
    >>> result["throughput_speedup"].values.round(9).tolist()
    [2.0]
    """
    needs_catalog(catalog)
    if len(targets) != 1:
        raise TypeError(
            "solve_for needs one target, such as throughput_speedup=3; "
            f"found {', '.join(targets) or 'none'}"
        )
    ((name, level),) = targets.items()
    quantity = target(catalog, name)
    number = isinstance(level, (int, float, np.number)) and not isinstance(level, bool)
    if not number or not math.isfinite(level):
        raise InputError(f"the value of {name} must be a finite number; found {level!r}")
    low, high = default_range(catalog, path) if within is None else _checked_range(path, within)
    walker = Walker(_axis(catalog, path, low, high, compute))
    _refuse_permission(catalog, path)
    search = _search(_Equation(walker, quantity, float(level), low, high))
    return _solution_dataset(search, path, compute)


def _refuse_permission(catalog: Catalog, path: str) -> None:
    """Refuse a headcount of reviewers who are people of a labour pool: it is no number of people.

    It says only for how many of their hours these people may review, as the share does.
    """
    for name, team in reviewer_pools(catalog).items():
        block = reviewer_block(name)
        if path == f"{block}.headcount" and team.pool in catalog.pools:
            raise catalog.error(
                tuple(path.split(".")),
                f"is a permission here, not a number of people: the people of pools.{team.pool} "
                "review, for max_review_share of their hours at most. Solve for "
                f"{block}.max_review_share; for a number of reviewers, they have to be people of "
                f"their own ({block}.pool: dedicated)",
            )


def _checked_range(path: str, within: tuple[float, float]) -> tuple[float, float]:
    try:
        low, high = (float(end) for end in within)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"the range of {path} must be two numbers, low and high; found {within!r}"
        ) from error
    if not -math.inf < low < high < math.inf or (path == COMPUTE and low <= 0):
        sign = "positive, " if path == COMPUTE else ""
        raise InputError(
            f"the range of {path} must be {sign}finite, and its low end below its high end; "
            f"found {low:g} to {high:g}"
        )
    return low, high


def default_range(catalog: Catalog, path: str) -> tuple[float, float]:
    """The range of an input that is searched by default."""
    if path == COMPUTE:
        return catalog.compute.grid.low, catalog.compute.grid.high
    values = input_values(catalog, path)
    low, high = catalog.range_of(path)
    if math.isfinite(low) and math.isfinite(high):
        inset = INSET * (high - low)
        # At the ends of a task's share, nothing would be left for the other tasks.
        tied = len(catalog.changed_to(path, values[0])) > len(values)
        return (
            low if catalog.allows(path, low) and not tied else low + inset,
            high if catalog.allows(path, high) and not tied else high - inset,
        )
    if min(values) <= 0:
        raise InputError(
            f"{path} is {min(values):g} and its range has no end: say where to look, from where to "
            "where"
        )
    return max(min(values) * 10.0**-DECADES, low), min(max(values) * 10.0**DECADES, high)


def _axis(catalog: Catalog, path: str, low: float, high: float, compute: float | None) -> Axis:
    if path == COMPUTE:
        if compute is not None:
            raise TypeError("compute is what is looked for; leave the argument out")
        return compute_axis(catalog)
    input_values(catalog, path)
    return input_axis(catalog, path, low, high, one_compute(catalog, compute))


@dataclass(frozen=True)
class _Equation:
    """A quantity along an axis, its target value, and the range searched."""

    walker: Walker
    quantity: Target
    level: float
    low: float
    high: float

    @property
    def axis(self) -> Axis:
        return self.walker.axis

    @property
    def scale(self) -> float:
        return abs(self.level) or 1.0

    def solve(self, position: Array, start: Allocation) -> tuple[Array, Allocation]:
        """The quantity at some positions, and the allocations."""
        situation, before = self.walker.at(position), np.zeros(len(position), dtype=bool)
        allocation = self.walker.solve(position, before, start, situation).allocation
        return self.quantity.read(self.walker, situation, position, before, allocation), allocation

    def gap(self, coordinate: Array, start: Allocation) -> Array:
        """The quantity minus its target value, at coordinates of the axis."""
        return self.solve(self.axis.position(coordinate), start)[0] - self.level


@dataclass
class _Samples:
    """Positions along the axis in order, with the quantity and the allocation at each."""

    position: Array
    before: NDArray[np.bool_]  # whether a sample is the limit from below
    value: Array
    allocation: Allocation

    def join(self, other: _Samples) -> _Samples:
        """Both in order, without duplicates."""
        position, before, value = (
            np.concatenate([getattr(self, name), getattr(other, name)])
            for name in ("position", "before", "value")
        )
        order = np.lexsort((~before, position))
        changed = (np.diff(position[order]) > 0) | (np.diff(before[order].astype(int)) != 0)
        order = order[np.append(True, changed)]
        allocation = self.allocation.join(other.allocation).take(order)
        return _Samples(position[order], before[order], value[order], allocation)

    def ends(self, rows: NDArray[np.intp]) -> Array:
        """Positions of samples; of a limit from below, the largest number below it."""
        position = self.position[rows]
        return np.where(self.before[rows], np.nextafter(position, -np.inf), position)


@dataclass(frozen=True)
class _Search:
    """The samples of an equation, the events of its axis, and what they imply."""

    equation: _Equation
    events: Events
    samples: _Samples
    solutions: Array  # (solution, 2) ends of the intervals that solve it, mostly single points
    jumps: Array  # (jump, 3) position, and limits of the quantity from below and above

    def nearest(self) -> tuple[float, float, float]:
        """Ends of the interval closest to the target, and the quantity there; else NaN."""
        if len(self.solutions):
            return *self.solutions[0].tolist(), self.equation.level
        samples = self.samples
        gap = np.abs(samples.value - self.equation.level)
        if not np.isfinite(gap).any():
            return math.nan, math.nan, math.nan
        closest = int(np.nanargmin(gap))
        value = float(samples.value[closest])
        tolerance = TARGET_REACHED * max(self.equation.scale, abs(value))
        for first, last in _runs(gap <= gap[closest] + tolerance):
            if first <= closest <= last:
                break
        start, end = samples.ends(np.array([first, last]))
        return float(start), float(end), value

    def opening_tasks(self, position: float) -> str:
        """Names of the tasks that open or close at a position."""
        names = list(self.equation.walker.catalog.tasks)
        return ", ".join(
            names[change.task]
            for row in np.flatnonzero(self.events.at_threshold & (self.events.position == position))
            for change in self.events.changes[row]
            if change.kind in OPENING
        )


def _search(equation: _Equation) -> _Search:
    walker = equation.walker
    path, events = walk(walker, equation.low, equation.high)
    situation = walker.at(path.position, path.before)
    values = equation.quantity.read(walker, situation, path.position, path.before, path.allocation)
    samples = _Samples(path.position, path.before, values, path.allocation)
    # Each step needs the samples of the one before: kinks bound the smooth stretches, and the
    # thirds of a stretch define the cubic that predicts its extremum.
    samples = _with(equation, samples, _beside_events(equation, events))
    samples = _with(equation, samples, _thirds(equation, samples))
    samples = _with(equation, samples, _extrema(equation, samples))
    solutions, jumps = _crossings(equation, samples)
    return _Search(
        equation,
        events,
        samples,
        np.array(sorted([*_hits(equation, samples), *solutions])).reshape(-1, 2),
        np.array(sorted(jumps)).reshape(-1, 3),
    )


def _with(equation: _Equation, samples: _Samples, positions: Array) -> _Samples:
    """The samples, with more at other positions."""
    positions = np.setdiff1d(positions, samples.position)
    if not len(positions):
        return samples
    start = samples.allocation.take(np.searchsorted(samples.position, positions, side="right") - 1)
    value, allocation = equation.solve(positions, start)
    before = np.zeros(len(positions), dtype=bool)
    return samples.join(_Samples(positions, before, value, allocation))


def _beside_events(equation: _Equation, events: Events) -> Array:
    """Positions of kinks, and just beside them."""
    # The derivative jumps at an event without a threshold; samples on both sides keep every
    # stretch smooth.
    kinks = events.position[~events.at_threshold]
    aside = equation.axis.aside
    positions = np.concatenate([aside(kinks, -EVENT_OFFSET), kinks, aside(kinks, EVENT_OFFSET)])
    return positions[(positions > equation.low) & (positions < equation.high)]


def _thirds(equation: _Equation, samples: _Samples) -> Array:
    """Positions at one and two thirds of every stretch between samples."""
    position = samples.position
    wide = np.diff(equation.axis.coordinate(position)) > NARROWEST
    first = np.flatnonzero(wide & ~samples.before[:-1])
    return equation.axis.between(position[first], position[first + 1], THIRDS[1:-1, None]).ravel()


def _stretches(equation: _Equation, samples: _Samples) -> NDArray[np.intp]:
    """The first of every four samples that are the ends and the thirds of a stretch."""
    step = np.diff(equation.axis.coordinate(samples.position))
    first = np.arange(max(len(step) - 2, 0))
    even = np.abs(step[first[:, None] + [1, 2]] - step[first, None]) < 1e-6 * step[first, None]
    inside = ~samples.before[first[:, None] + np.arange(3)]
    return first[even.all(axis=1) & inside.all(axis=1) & (step[first] > NARROWEST / 3)]


def _extrema(equation: _Equation, samples: _Samples) -> Array:
    """Positions of extrema close to the target, on stretches whose ends are on one side of it.

    A pair of solutions lies on either side of such an extremum, and the samples show no change of
    sign. The extremum of the cubic through the four samples decides whether to search for the one
    of the quantity itself, and where.
    """
    gap = samples.value - equation.level
    closest = int(np.nanargmin(np.abs(gap))) if np.isfinite(gap).any() else -1
    first = _stretches(equation, samples)
    values = gap[first[:, None] + np.arange(4)]
    finite = np.isfinite(values).all(axis=1)
    first, values = first[finite], values[finite]
    coefficients = values @ CUBIC.T
    _, linear, quadratic, cubic = coefficients.T
    rows, variation = np.arange(len(first)), np.ptp(values, axis=1)
    negligible = TARGET_REACHED * equation.scale
    extrema = []
    for sign in (-1, 1):
        with np.errstate(invalid="ignore", divide="ignore"):  # no extremum: NaN
            root = np.sqrt(quadratic**2 - 3 * cubic * linear)
            fraction = np.where(
                np.abs(cubic) > 1e-12 * np.abs(values).max(axis=1, initial=0.0),
                (-quadratic + sign * root) / (3 * cubic),
                -linear / (2 * quadratic),
            )
        inside = np.isfinite(fraction) & (fraction > -0.1) & (fraction < 1.1)
        fraction = np.where(inside, np.clip(fraction, 0.0, 1.0), 0.0)
        third = np.minimum((3 * fraction).astype(int), 2)
        side = np.sign(values[rows, third])
        same_side = (side == np.sign(values[rows, third + 1])) & (side != 0)
        distance = side * (coefficients * fraction[:, None] ** np.arange(4)).sum(axis=1)
        near = distance <= NEARBY * variation + negligible
        near |= np.abs(first + third - closest) <= 1
        chosen = inside & same_side & near & (variation > negligible)
        extrema.append(_extremum(equation, samples, first[chosen], fraction[chosen], side[chosen]))
    return np.concatenate(extrema)


def _extremum(
    equation: _Equation, samples: _Samples, first: NDArray[np.intp], fraction: Array, side: Array
) -> Array:
    """Positions of the points closest to the target, within a third of `fraction` of a stretch."""
    if not len(first):
        return np.zeros(0)
    low, high = (equation.axis.coordinate(samples.position[first + end]) for end in (0, 3))

    def distance(rows: NDArray[np.intp], coordinate: Array) -> Array:
        return side[rows] * equation.gap(coordinate, samples.allocation.take(first[rows]))

    coordinate, _ = least(
        distance,
        low + np.maximum(fraction - 1 / 3, 0.0) * (high - low),
        low + np.minimum(fraction + 1 / 3, 1.0) * (high - low),
        EXTREMUM_WIDTH,
    )
    return equation.axis.position(coordinate)


def _runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First and last index of every run of true values."""
    edges = np.flatnonzero(np.diff(mask.astype(int), prepend=0, append=0))
    return list(zip(edges[::2].tolist(), (edges[1::2] - 1).tolist(), strict=True))


def _hits(equation: _Equation, samples: _Samples) -> list[tuple[float, float]]:
    """Ends of the runs of samples at which the quantity equals the target."""
    hits = []
    hit = np.abs(samples.value - equation.level) <= TARGET_HIT * equation.scale
    for run in _runs(hit):
        ends = samples.ends(np.array(run))
        low, high = ends.tolist()
        hits.append((low, high if np.diff(equation.axis.coordinate(ends))[0] > NARROWEST else low))
    return hits


def _crossings(
    equation: _Equation, samples: _Samples
) -> tuple[list[tuple[float, float]], list[tuple[float, float, float]]]:
    """Solutions and jumps between neighbouring samples on different sides of the target."""
    axis, level, scale = equation.axis, equation.level, equation.scale
    gap = samples.value - level
    # Samples within TARGET_HIT are solutions already (`_hits`), and bracket nothing.
    sign = np.where(np.abs(gap) <= TARGET_HIT * scale, 0.0, np.sign(gap))
    changes = np.flatnonzero(sign[:-1] * sign[1:] < 0)
    across = samples.before[changes]  # between both limits at a threshold
    solutions = []
    jumps = [
        (float(samples.position[row]), float(samples.value[row]), float(samples.value[row + 1]))
        for row in changes[across]
    ]
    left = changes[~across]
    coordinate = axis.coordinate(samples.position)
    brackets = Brackets(coordinate[left], coordinate[left + 1], gap[left], gap[left + 1])
    starts = samples.allocation.take(left)
    # Tasks open at the threshold itself: a root in the stretch below it must stay below it.
    low, high = samples.position[left], samples.ends(left + 1)

    def gaps(rows: NDArray[np.intp], coordinate: Array) -> Array:
        position = np.clip(axis.position(coordinate), low[rows], high[rows])
        return equation.gap(axis.coordinate(position), starts.take(rows))

    closed = close_in(gaps, brackets, close=1e-14 * scale, width=1e-15)
    root, residual = closed.nearest()
    positions = np.clip(axis.position(root), low, high).tolist()
    for row, position in enumerate(positions):
        if abs(residual[row]) <= TARGET_REACHED * scale:
            solutions.append((position, position))
        else:
            limits = closed.at_low[row] + level, closed.at_high[row] + level
            jumps.append((position, float(limits[0]), float(limits[1])))
    return solutions, jumps


def _measures(search: _Search) -> dict[str, tuple[Any, ...]]:
    """The speed-ups and bottleneck shares at the solutions, as variables."""
    walker, value = search.equation.walker, search.solutions[:, 0]
    names = (*results.SPEEDUPS, "bottleneck_share")
    dims = ("solution", "source")
    if not len(value):
        empty = np.zeros((0, len(sources(walker.at(value).setting.organisation))))
        return {name: ("solution", empty[:, 0]) for name in names[:-1]} | {names[-1]: (dims, empty)}
    allocation = walker.solve(value).allocation
    measures = walker.at(value).measure(allocation)
    columns = {name: getattr(measures, name) for name in names}
    return {name: (dims[: values.ndim], values) for name, values in columns.items()}


def _solution_dataset(search: _Search, path: str, compute: float | None) -> xr.Dataset:
    equation, catalog = search.equation, search.equation.walker.catalog
    value, until = search.solutions.T
    nearest, nearest_until, reached = search.nearest()
    unit, position, target_unit = _unit(catalog, path), search.jumps[:, 0], "unit of the target"
    variables: dict[str, tuple[Any, ...]] = {
        "value": ("solution", value, unit, f"{path} that gives the target"),
        "value_until": (
            "solution",
            until,
            unit,
            "the same up to here; the value itself where it stands alone",
        ),
        **_measures(search),
        "jump_place": (
            "jump",
            position,
            unit,
            "where the target is passed without being reached",
        ),
        "jump_before": ("jump", search.jumps[:, 1], target_unit, "the target just before"),
        "jump_after": ("jump", search.jumps[:, 2], target_unit, "the target just after"),
        "jump_tasks": (
            "jump",
            np.array([search.opening_tasks(jump) for jump in position], dtype=object),
            "",
            "tasks that AI comes to be able to do there, or ceases to be",
        ),
        "low": ((), equation.low, unit, "where the search begins"),
        "high": ((), equation.high, unit, "where the search ends"),
        "nearest_place": ((), nearest, unit, f"{path} that comes nearest to the target"),
        "nearest_until": ((), nearest_until, unit, "the same up to here"),
        "nearest_target": ((), reached, target_unit, "the target there"),
    }
    attributes = {
        **results.provenance(catalog=catalog),
        "path": path,
        "target": equation.quantity.name,
        "target_value": equation.level,
        "reason": "" if len(value) else _reason(search, path),
    }
    coords: dict[str, Any] = {"source": list(sources(organisation(catalog)))}
    if path != COMPUTE:
        coords[COMPUTE] = one_compute(catalog, compute)
    return results.labelled(variables, coords, attributes)


def _unit(catalog: Catalog, path: str) -> str:
    return COMPUTE_UNIT if path == COMPUTE else catalog.unit_of(path)


def _reason(search: _Search, path: str) -> str:
    """Why there is no solution, in sentences."""
    equation, catalog = search.equation, search.equation.walker.catalog
    name, level = equation.quantity.name, f"{equation.level:g}"
    unit = _unit(catalog, path)
    unit = "" if unit in ("", "1") else f" {unit}"
    text = f"no {path} from {equation.low:g} to {equation.high:g}{unit} gives {name} {level}"
    position, until, reached = search.nearest()
    if math.isnan(position):
        return (
            f"{text}: it has no value there, because nothing can be produced, "
            "or there is no limit to output"
        )
    if (position, until) == (equation.low, equation.high):
        text += f": {path} makes no difference to it, which is {reached:.6g}"
    else:
        text += f": the nearest is {reached:.6g}, {_where(search, position, until, unit)}"
    for jump, below, above in search.jumps:
        text += f". It passes {level} in a jump from {below:.6g} to {above:.6g} at {jump:.6g}{unit}"
        if tasks := search.opening_tasks(jump):
            text += f", where AI's ability changes for {tasks}"
    if path != COMPUTE:
        opened = equation.walker.at(np.array([position])).automatable[0]
        able = sum(
            task.share.value
            for task, automatable in zip(catalog.tasks.values(), opened, strict=True)
            if automatable and task.delegable
        )
        text += f". AI can do tasks with {100 * able:.0f} % of the hours there"
    return text


def _where(search: _Search, position: float, until: float, unit: str) -> str:
    """Where the quantity is closest to the target, in words."""
    low, high, axis = search.equation.low, search.equation.high, search.equation.axis
    if position < until:
        if until == high:
            return f"from {position:.6g}{unit} on"
        start = f"from {position:.6g} to" if position > low else "up to"
        return f"{start} {until:.6g}{unit}"
    if position not in (low, high):
        return f"at {position:.6g}{unit}"
    end, factor = ("lower", 10) if position == low else ("upper", 0.1)
    text = f"at {position:.6g}{unit}, the {end} end of the range"
    inward = position * factor
    if not axis.logarithmic or not low < inward < high:
        return text
    samples = search.samples
    interior = float(np.interp(np.log(inward), np.log(samples.position), samples.value))
    change = abs(samples.value[-1 if position == high else 0] - interior)
    if change <= LEVEL * abs(interior):
        return f"{text}, where it hardly changes any more"
    return f"{text}; it may be reached beyond"
