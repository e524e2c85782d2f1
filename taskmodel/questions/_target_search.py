"""Positions along an axis at which a quantity has a target value, and jumps across that value.

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

import numpy as np
from numpy.typing import NDArray

from taskmodel.allocation import Allocation
from taskmodel.numerics.accuracy import (
    EVENT_OFFSET,
    EXTREMUM_WIDTH,
    NARROWEST,
    TARGET_HIT,
    TARGET_REACHED,
)
from taskmodel.numerics.roots import Brackets, close_in, least
from taskmodel.numerics.types import Array
from taskmodel.questions.targets import Target
from taskmodel.sweeps.axes import Axis
from taskmodel.sweeps.event_records import Events
from taskmodel.sweeps.walker import Walker
from taskmodel.sweeps.walks import OPENING, walk

NEARBY = 0.25  # of the variation on a stretch: extrema this close to the target are located
THIRDS = np.arange(4) / 3
CUBIC = np.linalg.inv(np.vander(THIRDS, increasing=True))  # coefficients from values at thirds


@dataclass(frozen=True)
class Equation:
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
class TargetSearch:
    """The samples of an equation, the events of its axis, and what they imply."""

    equation: Equation
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


def search_target(equation: Equation) -> TargetSearch:
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
    return TargetSearch(
        equation,
        events,
        samples,
        np.array(sorted([*_hits(equation, samples), *solutions])).reshape(-1, 2),
        np.array(sorted(jumps)).reshape(-1, 3),
    )


def _with(equation: Equation, samples: _Samples, positions: Array) -> _Samples:
    """The samples, with more at other positions."""
    positions = np.setdiff1d(positions, samples.position)
    if not len(positions):
        return samples
    start = samples.allocation.take(np.searchsorted(samples.position, positions, side="right") - 1)
    value, allocation = equation.solve(positions, start)
    before = np.zeros(len(positions), dtype=bool)
    return samples.join(_Samples(positions, before, value, allocation))


def _beside_events(equation: Equation, events: Events) -> Array:
    """Positions of kinks, and just beside them."""
    # The derivative jumps at an event without a threshold; samples on both sides keep every
    # stretch smooth.
    kinks = np.union1d(
        events.position[~events.at_threshold],
        equation.quantity.kinks(equation.walker, equation.low, equation.high),
    )
    aside = equation.axis.aside
    positions = np.concatenate([aside(kinks, -EVENT_OFFSET), kinks, aside(kinks, EVENT_OFFSET)])
    return positions[(positions > equation.low) & (positions < equation.high)]


def _thirds(equation: Equation, samples: _Samples) -> Array:
    """Positions at one and two thirds of every stretch between samples."""
    position = samples.position
    wide = np.diff(equation.axis.coordinate(position)) > NARROWEST
    first = np.flatnonzero(wide & ~samples.before[:-1])
    return equation.axis.between(position[first], position[first + 1], THIRDS[1:-1, None]).ravel()


def _stretches(equation: Equation, samples: _Samples) -> NDArray[np.intp]:
    """The first of every four samples that are the ends and the thirds of a stretch."""
    step = np.diff(equation.axis.coordinate(samples.position))
    first = np.arange(max(len(step) - 2, 0))
    even = np.abs(step[first[:, None] + [1, 2]] - step[first, None]) < 1e-6 * step[first, None]
    inside = ~samples.before[first[:, None] + np.arange(3)]
    return first[even.all(axis=1) & inside.all(axis=1) & (step[first] > NARROWEST / 3)]


def _extrema(equation: Equation, samples: _Samples) -> Array:
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
    # by powers of 2, which is exact: squares of all floats stay finite
    exponent = np.frexp(np.abs(values).max(axis=1, initial=0.0))[1]
    values = np.ldexp(values, -exponent[:, None])
    coefficients = values @ CUBIC.T
    _, linear, quadratic, cubic = coefficients.T
    rows, variation = np.arange(len(first)), np.ptp(values, axis=1)
    negligible = np.ldexp(TARGET_REACHED * equation.scale, -exponent)
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
    equation: Equation, samples: _Samples, first: NDArray[np.intp], fraction: Array, side: Array
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


def _hits(equation: Equation, samples: _Samples) -> list[tuple[float, float]]:
    """Ends of the runs of samples at which the quantity equals the target."""
    hits = []
    hit = np.abs(samples.value - equation.level) <= TARGET_HIT * equation.scale
    for run in _runs(hit):
        ends = samples.ends(np.array(run))
        low, high = ends.tolist()
        hits.append((low, high if np.diff(equation.axis.coordinate(ends))[0] > NARROWEST else low))
    return hits


def _crossings(
    equation: Equation, samples: _Samples
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
