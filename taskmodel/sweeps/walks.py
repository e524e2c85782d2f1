"""Walks along an axis: optima at reported positions, and all events between two of them.

The compiled walk (`line`) finds most events. What it leaves out, and intervals in which its numbers
are approximate, are solved again from optima of their own, until both agree at every stop.

Source: docs, model, section 6.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from taskmodel.allocation import Allocation
from taskmodel.numerics.types import Array
from taskmodel.sweeps._events import events_between
from taskmodel.sweeps.event_records import (
    Change,
    Events,
    Measure,
    events_at,
    events_of,
    unmeasured,
)
from taskmodel.sweeps.line import StretchSolution, signatures, stretch
from taskmodel.sweeps.walker import SolutionPath, Walker

OPENING = ("automatable", "automatable_ends")


def walk(
    walker: Walker, low: float, high: float, grid: Array | None = None
) -> tuple[SolutionPath, Events]:
    """Return the optima at some positions of an axis, and all events between two positions.

    Parameters
    ----------
    walker : Walker
    low, high : float
    grid : array, shape (point,), optional
        Positions to report, increasing, from `low` to `high`. Default: those of the mesh, and both
        sides of the positions at which tasks open or close.
    """
    return walked(walker, low, high, grid)[:2]


def walked(
    walker: Walker,
    low: float,
    high: float,
    grid: Array | None = None,
    measure: Measure = unmeasured,
) -> tuple[SolutionPath, Events, StretchSolution | None]:
    """Return what `walk` does, and the compiled walk; None of one point, or of linked nests.

    `measure` is what events keep of the optima on either side.
    """
    thresholds, mesh = walker.thresholds(low, high), walker.axis.mesh(low, high)
    stops = np.unique(np.concatenate([mesh, thresholds]))
    opens = np.isin(stops, thresholds)
    points = stops if grid is None else grid
    if len(stops) < 2:
        path = walker.solve(points)
        return path, events_of(np.zeros(0), path.take([]), path.take([]), measure), None
    if walker.structure.nest.linked:
        # the compiled walk knows no blocks and no induced work
        path = walker.solve_path(points, np.zeros(len(points), dtype=bool))
        events = _searched(walker, stops, opens, measure)
        return (path if grid is not None else _with_limits(walker, path, events)), events, None
    course, stops, opens = stretch(walker, stops, thresholds, points, measure)
    path, events = completed(walker, stops, opens, course, measure)
    return (path if grid is not None else _with_limits(walker, path, events)), events, course


def _with_limits(walker: Walker, path: SolutionPath, events: Events) -> SolutionPath:
    """Return a path with the limits from below at positions where tasks open or close."""
    below = events.position[events.at_threshold]
    path = walker.solve_path(below, np.ones(len(below), dtype=bool)).join(path)
    return path.take(np.lexsort((~path.before, path.position)))


def _searched(walker: Walker, stops: Array, opens: NDArray[np.bool_], measure: Measure) -> Events:
    """Return all events between stops, without the compiled walk."""
    both = 1 + opens  # the limit from below at a stop where tasks open or close, then the stop
    position, after = np.repeat(stops, both), np.cumsum(both) - 1
    before = np.ones(len(position), dtype=bool)
    before[after] = False
    path = walker.solve_path(position, before)
    low, high = path.take(after[:-1]), path.take((after - opens)[1:])
    events, across = events_between(walker, low, high, measure), np.flatnonzero(opens)
    if not len(across):
        return events
    left, right = path.take(after[across] - 1), path.take(after[across])
    return events.join(events_at(walker, stops[across], left, right, measure))


def completed(
    walker: Walker,
    stops: Array,
    opens: NDArray[np.bool_],
    course: StretchSolution,
    measure: Measure = unmeasured,
) -> tuple[SolutionPath, Events]:
    """Return the reported points and all events of a walk, with what it left out."""
    events = _all_events(walker, stops, opens, course, measure)
    return solved_points(walker, course.grid, course.unsolved), events


def solved_points(walker: Walker, path: SolutionPath, unsolved: NDArray[np.intp]) -> SolutionPath:
    """Return the reported points of a walk, with those that it left out; `path` is written to."""
    if len(unsolved):
        # each from the optimum before it, if that was found
        path.put(unsolved, walker.solve(path.position[unsolved]))
    write_prices(path.allocation, walker.supply(path.position))
    return path


def _all_events(
    walker: Walker,
    stops: Array,
    opens: NDArray[np.bool_],
    course: StretchSolution,
    measure: Measure,
) -> Events:
    """Return the events of a walk, those of intervals that it left out included.

    Where it left out an interval or a stop, both are solved by other means. If the regime at an end
    is then another one than the walk found there, as where modes are tied but for rounding, what
    adjoins that end is solved again too.
    """
    intervals, across = course.bad_interval, course.bad_stop[opens[course.bad_stop]]
    if not course.exact:
        # numbers between the stops are approximate: positions are found again with those of the
        # organisation
        intervals = np.union1d(intervals, course.event_interval[~course.events.at_threshold])
    while len(intervals) or len(across):
        ends = intervals, intervals + 1, across, across
        position = np.concatenate([stops[rows] for rows in ends])
        sizes = [len(rows) for rows in ends]
        before = np.repeat([False, False, True, False], sizes)
        before[len(intervals) : 2 * len(intervals)] = opens[intervals + 1]
        # in order, a limit from below before its stop, and each once: an end of two intervals must
        # have one regime, even where rounding decides which
        order = np.lexsort((~before, position))
        repeated = (np.diff(position[order]) == 0) & (np.diff(before[order]) == 0)
        new = np.concatenate([[True], ~repeated])
        number = np.empty(len(order), dtype=int)
        number[order] = np.cumsum(new) - 1
        path = walker.solve_path(position[order][new], before[order][new]).take(number)
        stop, above = np.concatenate(ends), np.repeat([1, 0, 0, 1], sizes)
        walked = course.regime[above, stop]
        other = (walked >= 0) & (walked != signatures(walker, path))
        # of a stop where tasks open, that stop, and the interval on the side of the end; else the
        # intervals on both sides
        crossed = np.union1d(across, stop[other & opens[stop]])
        side = (stop - 1 + above)[other]
        wider = np.union1d(side, (stop - above)[other & ~opens[stop]])
        wider = np.union1d(intervals, wider[(wider >= 0) & (wider < len(stops) - 1)])
        if len(wider) == len(intervals) and len(crossed) == len(across):
            break
        intervals, across = wider, crossed
    known = np.where(
        course.events.at_threshold,
        ~np.isin(course.event_interval, across),
        ~np.isin(course.event_interval, intervals),
    )
    events = course.events.take(np.flatnonzero(known))
    if not len(intervals) and not len(across):
        return events
    low, high, left, right = (
        path.take(rows) for rows in np.split(np.arange(len(position)), np.cumsum(sizes)[:-1])
    )
    events = events.join(events_between(walker, low, high, measure))
    if not len(across):
        return events
    return events.join(events_at(walker, stops[across], left, right, measure))


def write_prices(allocation: Allocation, supply: Array) -> None:
    """Write the shadow prices of optima, from elasticities; supplies are (point, factor)."""
    scarce = (supply > 0) & np.isfinite(supply)
    prices = allocation.factor_elasticity * allocation.output[:, None]
    prices = np.where(scarce, prices / np.where(scarce, supply, 1.0), 0.0)
    rows = np.isin(allocation.status, ("optimal",))
    allocation.shadow_price[rows] = prices[rows]


def regime_changes(walker: Walker, low: float, high: float) -> dict[float, list[Change]]:
    """Return the positions strictly between two at which modes or prices change, in order.

    Positions at which tasks open without any effect on the optimum are left out, and changes that
    concern the role of oversight alone.
    """
    changes: dict[float, list[Change]] = {}
    events = walk(walker, low, high, np.array([low, high]))[1]
    for position, every in zip(events.position.tolist(), events.changes, strict=True):
        regime = [change for change in every if not change.kind.startswith("oversight")]
        if low < position < high and any(change.kind not in OPENING for change in regime):
            changes.setdefault(position, []).extend(regime)
    return changes
