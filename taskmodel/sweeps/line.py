"""An organisation along an axis as arrays for `walk_kernels`, and the walk over them."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from taskmodel.allocation import Allocation, Status
from taskmodel.allocation.kernels import REPAIRS, SHARE, Instance, new_regimes, workspace
from taskmodel.allocation.uniqueness_kernels import split_workspace
from taskmodel.numerics.accuracy import NO_PRICE, TRACE
from taskmodel.numerics.types import Array
from taskmodel.science.production import Tree
from taskmodel.sweeps import walk_kernels as kernels
from taskmodel.sweeps._events import Change, Events, events_of, openings
from taskmodel.sweeps.axes import TIME
from taskmodel.sweeps.walker import SolutionPath, Walker

AFFINE = 1e-13  # relative deviation from a straight line that is rounding
STACK = 40
ROOM = 4_000_000  # entries of activities that are held at once


@dataclass
class StretchSolution:
    """Solutions along an axis.

    Attributes
    ----------
    grid : SolutionPath
        The reported points.
    unsolved : array of int
        Reported points that are to be solved by other means.
    events : Events
    interval : array of int, shape (event,)
        The interval or, where tasks open, the stop of each event.
    bad_interval, bad_stop : array of int
        Intervals and stops that are to be treated by other means.
    regime : array of int, shape (2, stop)
        `signatures` of the regimes below and above each stop; -1 where it was not solved.
    exact : bool
        The numbers between the stops are those of the organisation, not approximations to them.
    """

    grid: SolutionPath
    unsolved: NDArray[np.intp]
    events: Events
    interval: NDArray[np.intp]
    bad_interval: NDArray[np.intp]
    bad_stop: NDArray[np.intp]
    regime: NDArray[np.int64]
    exact: bool


def stretch(walker: Walker, stops: Array, opens: NDArray[np.bool_], grid: Array) -> StretchSolution:
    """Walk along an axis.

    Parameters
    ----------
    walker : Walker
    stops : array, shape (stop,)
        Increasing positions that divide the axis into intervals.
    opens : array of bool, shape (stop,)
        Whether tasks open or close to AI at a stop.
    grid : array, shape (point,)
        Positions to report, between the first stop and the last.
    """
    line, frame, tree, order = _line(walker, stops, opens)
    _, leaves, modes, factors = line.bundle.shape
    marks, room = _marks(leaves, modes, factors), _room(line, tree)
    course = _course(line, grid, leaves, modes)
    work = workspace(leaves, modes, tree.nodes, factors)
    points, nests = len(grid), tree.nests
    limits: list[SolutionPath] = []
    intervals: list[NDArray[np.int64]] = []
    code = kernels.STUCK
    while code != kernels.DONE:
        code = kernels.walk_on(nests, line, frame, marks, course, work, room)
        if code == kernels.STUCK:
            low_end = stops[[course.progress[kernels.NEXT]]]
            _start(marks, walker.solve(low_end).allocation, order)
            course.progress[kernels.STARTED] = kernels.GIVEN
        else:
            count = int(course.progress[kernels.EVENTS])
            limits.append(_solutions(course, order, slice(points, points + 2 * count)))
            intervals.append(course.interval[:count].copy())
            course.progress[kernels.EVENTS] = 0
    interval = np.concatenate(intervals)
    both = limits[0] if len(limits) == 1 else functools.reduce(SolutionPath.join, limits)
    before, after = (both.take(np.arange(side, len(both), 2)) for side in (0, 1))
    events = _events(line, order, interval, before, after)
    solution = _solutions(course, order, slice(0, points))
    return StretchSolution(
        solution,
        np.flatnonzero(course.number[:points, kernels.CODE] != kernels.FINE),
        events,
        np.where(interval < 0, -1 - interval, interval).astype(np.intp),
        np.flatnonzero(course.bad[kernels.INTERVAL]),
        np.flatnonzero(course.bad[kernels.STOP]),
        course.regime,
        _is_affine(line),
    )


def _events(
    line: kernels.Line,
    order: NDArray[np.intp],
    interval: NDArray[np.int64],
    before: SolutionPath,
    after: SolutionPath,
) -> Events:
    """Return the events that a walk reports, with what changes at each."""
    at_stop = interval < 0
    stop = -1 - interval[at_stop]
    opened: list[list[Change]] = [[] for _ in interval]
    for row, changes in zip(
        np.flatnonzero(at_stop).tolist(),
        openings(line.automatable[stop - 1][:, order], line.automatable[stop][:, order]),
        strict=True,
    ):
        opened[row] = changes
    events = events_of(before.position, before, after, opened)
    events.at_threshold = at_stop
    return events


def _line(
    walker: Walker, stops: Array, opens: NDArray[np.bool_]
) -> tuple[kernels.Line, kernels.Frame, Tree, NDArray[np.intp]]:
    """Return the arrays of the axis, the tree, and the leaf of each task."""
    axis = walker.axis
    low, high = stops[:-1], stops[1:]
    knots = np.column_stack([low, low + (high - low) / 2, high]).ravel()
    before = np.zeros((len(low), 3), dtype=bool)
    before[:, 2] = opens[1:]
    situation = walker.at(knots, before.ravel())
    organisation, compute = situation.setting.organisation, situation.compute
    tree = Tree(organisation.nest)
    bundles = organisation.bundles(compute)[:, tree.task]
    reviews = organisation.review(compute)[:, tree.task]
    moving = (bundles != bundles[:1]).any(axis=0) | (reviews != reviews[:1]).any(axis=0)
    leaf, mode, factor = np.nonzero(moving)
    count = len(knots)

    def entries(values: Array) -> Array:
        rows = values[:, leaf, mode, factor]
        return np.broadcast_to(rows, (count, len(leaf)))

    last = walker.at(stops[-1:])
    first = slice(0, None, 3)
    opens_at = organisation.opens_at
    automatable = (opens_at[first] if len(opens_at) > 1 else opens_at) <= compute[first, None]
    automatable = np.concatenate([automatable, last.automatable])[:, tree.task]
    tolerance = np.broadcast_to(np.atleast_1d(situation.setting.tolerance), count)
    policy = organisation.policy[tree.task]
    line = kernels.Line(
        np.column_stack([knots, tolerance]),
        np.stack([bundles[0], reviews[0]]),
        np.stack([leaf, mode, factor]).astype(np.int64),
        np.stack([entries(bundles), entries(reviews)]),
        np.broadcast_to(organisation.supply(compute), (count, len(organisation.factors))).copy(),
        np.stack([np.atleast_2d(tree.share), np.atleast_2d(tree.elasticity)], axis=1),
        np.stack([policy & ~organisation.unaided, policy]),
        np.ascontiguousarray(automatable),
    )
    frame = kernels.Frame(
        organisation.pools,
        organisation.reviewers,
        axis.logarithmic,
        float(axis.scale),
        axis.name == TIME,
        REPAIRS,
        0,
        *range(kernels.MARKS + 1),
    )
    return line, frame, tree, np.argsort(tree.task)


def signatures(walker: Walker, path: SolutionPath) -> NDArray[np.int64]:
    """Return a number for the regime of each point of a path, as `walk_kernels.signature` does."""
    allocation, tree = path.allocation, Tree(walker.at(path.position[:1]).setting.organisation.nest)
    usable = allocation.usable[:, tree.task].reshape(len(path), -1)
    # the columns of the kernel, whose switches are numbered from 1
    columns = np.column_stack(
        [usable, allocation.priced, np.zeros(len(path), dtype=bool), path.binds, path.bottleneck]
    )
    return np.asarray((columns * np.arange(1, columns.shape[1] + 1) ** 2).sum(axis=1))


def _is_affine(line: kernels.Line) -> bool:
    """Return whether all numbers are straight lines within every interval."""

    def straight(values: Array) -> bool:
        if len(values) < len(line.knots):
            return True
        a, b, c = values[0::3], values[1::3], values[2::3]
        size = np.maximum(np.abs(a), np.abs(c))
        with np.errstate(invalid="ignore"):
            bend = np.abs(a + (c - a) / 2 - b)
        return bool((np.isinf(b) | (bend <= AFFINE * size)).all())

    return all(straight(values) for values in (*line.values, line.supply, line.nest))


def _changing_pattern(supply: Array) -> NDArray[np.bool_]:
    """Return intervals at whose ends different factors are absent or unlimited."""
    kind = np.where(supply == 0, 0, np.where(np.isinf(supply), 2, 1))
    a, b, c = kind[0::3], kind[1::3], kind[2::3]
    return ((a != b) | (b != c)).any(axis=1)


def _jumps(line: kernels.Line) -> NDArray[np.bool_]:
    """Return the stops at which numbers of the organisation jump."""
    jumps = np.zeros(len(line.knots) // 3 - 1, dtype=bool)
    for values in (*line.values, line.supply, line.nest.reshape(len(line.nest), -1)):
        if len(values) == len(line.knots):
            low, high = values[2:-1:3], values[3::3]
            step = np.abs(np.where(np.isinf(low), 0.0, high) - np.where(np.isinf(low), 0.0, low))
            jumps |= (step > AFFINE * np.where(np.isinf(low), 1.0, np.abs(low))).any(axis=1)
    return jumps


def _room(line: kernels.Line, tree: Tree) -> kernels.Room:
    _, leaves, modes, factors = line.bundle.shape
    margins = leaves * modes + 2 * factors
    case = Instance(
        np.zeros((leaves, modes, factors)),
        np.zeros((leaves, modes), dtype=bool),
        # at every position
        tree.weightless(line.nest[:, SHARE].max(axis=0))[: tree.leaves],
        np.zeros(factors, dtype=bool),
        line.nest[0].copy(),
    )
    return kernels.Room(
        case,
        line.bundle.copy(),
        np.zeros((2, factors)),
        np.zeros((3, margins)),
        np.zeros(margins, dtype=bool),
        np.zeros(6),
        split_workspace(leaves, modes, factors),
    )


def _marks(leaves: int, modes: int, factors: int) -> kernels.Marks:
    rows = kernels.MARKS + STACK
    return kernels.Marks(np.zeros((rows, 4)), new_regimes(rows, leaves, modes, factors))


def _course(line: kernels.Line, grid: Array, leaves: int, modes: int) -> kernels.Walk:
    """Return an empty report, with room for so many events as memory allows."""
    intervals, factors = len(line.knots) // 3, line.supply.shape[1]
    fit = max(ROOM // (2 * leaves * modes), 4 * kernels.MOST_EVENTS)
    events = min(2 * intervals + 4 * kernels.MOST_EVENTS, fit)
    rows = len(grid) + 2 * events
    number = np.zeros((rows, 6))
    number[: len(grid), kernels.POSITION] = grid
    number[:, kernels.CODE] = kernels.LOST
    bad = np.zeros((2, intervals + 1), dtype=bool)
    bad[kernels.INTERVAL, :-1] = _changing_pattern(line.supply)
    bad[:, 1:-1] |= _jumps(line)
    return kernels.Walk(
        np.zeros((rows, leaves, modes)),
        np.zeros((rows, leaves, modes), dtype=bool),
        np.zeros((rows, factors), dtype=bool),
        np.zeros((rows, 2, factors)),
        number,
        np.zeros(events, dtype=np.int64),
        bad,
        np.full((2, intervals + 1), -1, dtype=np.int64),
        np.zeros(6, dtype=np.int64),
    )


def _start(marks: kernels.Marks, allocation: Allocation, order: NDArray[np.intp]) -> None:
    """Write an allocation of one point into the low mark."""
    regimes, row = marks.regimes, 0
    activity = np.where(np.isfinite(allocation.activity[0]), allocation.activity[0], 0.0)
    activity = activity[np.argsort(order)]
    total = activity.sum(axis=-1, keepdims=True)
    elasticity = np.nan_to_num(allocation.factor_elasticity[0])
    regimes.active[row] = activity > 0
    regimes.mode_share[row] = activity / np.where(total > 0, total, 1.0)
    regimes.priced[row] = elasticity > NO_PRICE
    regimes.price[row] = np.where(elasticity > NO_PRICE, elasticity, TRACE)


def _solutions(course: kernels.Walk, order: NDArray[np.intp], rows: slice) -> SolutionPath:
    """Return some of the reported solutions as a path."""
    number = course.number[rows].copy()
    elasticity = course.factor[rows, kernels.ELASTIC].copy()
    return SolutionPath(
        number[:, kernels.POSITION],
        np.zeros(len(number), dtype=bool),
        Allocation(
            output=number[:, kernels.OUTPUT],
            shadow_price=np.zeros_like(elasticity),
            factor_elasticity=elasticity,
            factor_elasticity_range=np.stack([elasticity, elasticity], axis=-1),
            activity=course.activity[rows][:, order],
            usable=course.usable[rows][:, order],
            priced=course.priced[rows].copy(),
            factor_use=course.factor[rows, kernels.USED_UP].copy(),
            gap=number[:, kernels.GAP],
            status=np.full(len(number), Status.OPTIMAL).astype("<U9"),
        ),
        number[:, kernels.SAYS_BINDS] > 0,
        number[:, kernels.SAYS_LEADS] > 0,
    )
