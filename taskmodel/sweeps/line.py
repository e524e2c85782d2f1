"""An organisation along an axis as arrays for `line_kernels`, and the walk over them."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from taskmodel.allocation import Allocation, Status
from taskmodel.allocation.active_set_kernels import REPAIRS
from taskmodel.numerics.types import Array, writable_rows
from taskmodel.organisation.organisation import Organisation
from taskmodel.science.production import Tree, nest_numbers
from taskmodel.sweeps.axes import TIME, Axis
from taskmodel.sweeps.desk import AFFINE, Desk
from taskmodel.sweeps.event_records import (
    KINDS,
    Events,
    Measure,
    Switches,
    both_limits,
    changes_of,
    joined_switches,
    openings,
    switches_of,
)
from taskmodel.sweeps.line_kernels import POSITION, Frame, Line
from taskmodel.sweeps.report_kernels import (
    BEGAN,
    CODE,
    ELASTIC,
    EVENTS,
    GAP,
    INTERVAL,
    OUTPUT,
    SAYS_BINDS,
    SAYS_LEADS,
    STARTED,
    STOP,
    USED_UP,
    Walk,
)
from taskmodel.sweeps.visit_kernels import FINE, MARKS
from taskmodel.sweeps.walk_kernels import COLD, DONE, FULL, GIVEN, NO_START, walk_on
from taskmodel.sweeps.walker import Situation, SolutionPath, Walker


@dataclass
class StretchSolution:
    """Solutions along an axis.

    Attributes
    ----------
    line : Line
        The numbers of the organisation.
    order : array of int, shape (task,)
        The leaf of each task.
    grid : SolutionPath
        The reported points.
    unsolved : array of int
        Reported points that are to be solved by other means.
    interval : array of int, shape (event,)
        The interval of each event; -1 less the stop where tasks open or close.
    position : array, shape (event,)
    output : array, shape (event, 2)
    limits : dict of str to array, shape (event, 2, ...)
        As of `Events`.
    switches : dict of str to array of int
        What switches at the events, but for the tasks that open or close.
    bad_interval, bad_stop : array of int
        Intervals and stops that are to be treated by other means.
    regime : array of int, shape (2, stop)
        `signatures` of the regimes below and above each stop; -1 where it was not solved.
    began : array of int, shape (2,)
        Whether oversight binds, and leads, at the first stop; -1 where it was not solved.
    """

    line: Line
    order: NDArray[np.intp]
    grid: SolutionPath
    unsolved: NDArray[np.intp]
    interval: NDArray[np.int64]
    position: Array
    output: Array
    limits: dict[str, Array]
    switches: Switches
    bad_interval: NDArray[np.intp]
    bad_stop: NDArray[np.intp]
    regime: NDArray[np.int64]
    began: NDArray[np.int64]

    @functools.cached_property
    def exact(self) -> bool:
        """The numbers between the stops are those of the organisation, not approximations."""
        return is_affine(self.line)

    @property
    def complete(self) -> bool:
        """Nothing is to be treated by other means."""
        left_out = self.unsolved, self.bad_interval, self.bad_stop
        return self.exact and not any(len(rows) for rows in left_out)

    @property
    def unnamed(self) -> Events:
        """The events, without what changes at each."""
        return Events(self.position, self.interval < 0, self.output, self.limits, [])

    @functools.cached_property
    def events(self) -> Events:
        """The events, with what changes at each."""
        at_stop = self.interval < 0
        changes = changes_of(len(self.position), self.switches)
        rows = np.flatnonzero(at_stop).tolist()
        for row, opened in zip(rows, openings(*self._automatable()), strict=True):
            changes[row] = opened + changes[row]
        return Events(self.position, at_stop, self.output, self.limits, changes)

    @property
    def event_interval(self) -> NDArray[np.intp]:
        """The interval or, where tasks open, the stop of each event."""
        return np.where(self.interval < 0, -1 - self.interval, self.interval).astype(np.intp)

    def first_positions(self) -> Array:
        """Return the position of the first event of each of `KINDS`, inf where there is none."""
        position = self.position
        first = dict.fromkeys(KINDS, np.inf)
        for kind, rows in self.switches.items():
            first[kind] = position[rows[:, 0]].min(initial=np.inf)
        closed, opened = self._automatable()
        at_stop = position[self.interval < 0]
        first["automatable"] = at_stop[(opened & ~closed).any(axis=1)].min(initial=np.inf)
        first["automatable_ends"] = at_stop[(closed & ~opened).any(axis=1)].min(initial=np.inf)
        return np.array(list(first.values()))

    def _automatable(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return the tasks that AI can do before and after the events where some open or close."""
        stop = -1 - self.interval[self.interval < 0]
        automatable = self.line.automatable[:, self.order]
        return automatable[stop - 1], automatable[stop]


def stretch(
    walker: Walker, stops: Array, thresholds: Array, grid: Array, measure: Measure
) -> tuple[StretchSolution, Array, NDArray[np.bool_]]:
    """Walk along an axis.

    Parameters
    ----------
    walker : Walker
    stops : array, shape (stop,)
        Increasing positions that divide the axis into intervals, those of `thresholds` among them.
    thresholds : array, shape (threshold,)
        Positions at which tasks open or close to AI.
    grid : array, shape (point,)
        Positions to report, between the first stop and the last.
    measure : function
        What is kept of optima on either side of events.

    Returns
    -------
    solution : StretchSolution
    stops : array, shape (stop,)
        The grid among them, where numbers between them are no straight lines.
    opens : array of bool, shape (stop,)
        Whether tasks open or close to AI at a stop.
    """
    opens = np.isin(stops, thresholds)
    line = _line_between(walker, stops, opens)
    if not is_affine(line):
        stops = np.unique(np.concatenate([stops, grid]))
        opens = np.isin(stops, thresholds)
        line = _line_between(walker, stops, opens)
    tree, frame = walker.structure.nest.tree, frame_of(walker.structure, walker.axis)
    desk = Desk(line, tree, len(grid), len(stops) - 1)
    return follow(line, frame, tree, grid, desk, measure), stops, opens


def _line_between(walker: Walker, stops: Array, opens: NDArray[np.bool_]) -> Line:
    """Return the line of an axis between stops."""
    knots, before = knots_of(stops, opens)
    situation = walker.at(knots, before)
    tree = situation.setting.organisation.nest.tree
    lows = situation.take(slice(None, None, 3))
    automatable = np.concatenate([lows.automatable, walker.automatable(stops[-1:])])
    return line_of(situation, tree, nest_numbers(tree.share, tree.elasticity), knots, automatable)


def follow(
    line: Line,
    frame: Frame,
    tree: Tree,
    grid: Array,
    desk: Desk,
    measure: Measure,
    start: Allocation | None = None,
) -> StretchSolution:
    """Walk along a line, from the allocation of one point near its start if one is given."""
    order, points = np.argsort(tree.task), len(grid)
    intervals, positions, outputs = [], [], []
    limits: list[dict[str, Array]] = []
    switches: list[Switches] = []
    for course in _courses(line, frame, tree, grid, desk, start):
        count = int(course.progress[EVENTS])
        # the rows of both sides of an event lie next to each other
        order_of_sides = np.arange(2 * count).reshape(-1, 2).T.ravel()
        sides = _solutions(course, order, points + order_of_sides)
        before, after = sides.take(slice(0, count)), sides.take(slice(count, None))
        positions.append(before.position)
        intervals.append(course.interval[:count].copy())
        output, values = both_limits(intervals[-1] < 0, sides, measure)
        outputs.append(output)
        limits.append(values)
        switches.append(switches_of(before, after))
    return StretchSolution(
        line,
        order,
        _solutions(course, order, slice(0, points)),
        _unsolved(course, points),
        np.concatenate(intervals),
        np.concatenate(positions),
        np.concatenate(outputs),
        {name: np.concatenate([part[name] for part in limits]) for name in limits[0]},
        joined_switches(switches, [len(part) for part in positions]),
        np.flatnonzero(course.bad[INTERVAL]),
        np.flatnonzero(course.bad[STOP]),
        course.regime,
        course.progress[BEGAN:].copy(),
    )


def points_along(
    line: Line, frame: Frame, tree: Tree, grid: Array, desk: Desk, start: Allocation | None
) -> tuple[SolutionPath, NDArray[np.intp]]:
    """Walk as `follow` does; return the reported points, and those to be solved by other means."""
    for course in _courses(line, frame, tree, grid, desk, start):
        reported = course
    points = len(grid)
    solutions = _solutions(reported, np.argsort(tree.task), slice(0, points))
    return solutions, _unsolved(reported, points)


def _courses(
    line: Line, frame: Frame, tree: Tree, grid: Array, desk: Desk, start: Allocation | None
) -> Iterator[Walk]:
    """Walk along a line; give the report whenever no event fits into it any more, and at the end.

    It is the same one each time, and its events are overwritten by later ones.
    """
    order = np.argsort(tree.task)
    marks, room, course = desk.marks(order, start), desk.room(line, tree), desk.course(line, grid)
    course.progress[STARTED] = NO_START if start is None else GIVEN
    code = FULL
    while code != DONE:
        code = walk_on(desk.nests, line, frame, marks, course, desk.work, room)
        if code == COLD:
            desk.seek(room.case, marks, frame.low, course)
            continue
        yield course
        course.progress[EVENTS] = 0


def _unsolved(course: Walk, points: int) -> NDArray[np.intp]:
    """Return the reported points that are to be solved by other means."""
    return np.flatnonzero(course.number[:points, CODE] != FINE)


def knots_of(stops: Array, opens: NDArray[np.bool_]) -> tuple[Array, NDArray[np.bool_]]:
    """Return low end, middle and high end of each interval, and which are limits from below."""
    low, high = stops[:-1], stops[1:]
    before = np.zeros((len(low), 3), dtype=bool)
    before[:, 2] = opens[1:]
    return np.column_stack([low, low + (high - low) / 2, high]).ravel(), before.ravel()


def line_of(
    situation: Situation, tree: Tree, nest: Array, knots: Array, automatable: NDArray[np.bool_]
) -> Line:
    """Return the arrays of an axis.

    Parameters
    ----------
    situation : Situation
        At the knots.
    tree : Tree
        Of its organisation, but for the numbers.
    nest : array, shape (knot or 1, 2, node)
        The numbers, as of `nest_numbers`.
    knots : array, shape (knot,)
    automatable : array of bool, shape (stop, task)
        Tasks that AI can do from each stop on.
    """
    setting, compute, count = situation.setting, situation.compute, len(knots)
    organisation = setting.organisation
    bundles = organisation.bundles(compute)[:, tree.task]
    reviews = organisation.review(compute)[:, tree.task]
    moving = (bundles != bundles[:1]).any(axis=0) | (reviews != reviews[:1]).any(axis=0)
    leaf, mode, factor = np.nonzero(moving)

    def entries(values: Array) -> Array:
        rows = values[:, leaf, mode, factor]
        return np.broadcast_to(rows, (count, len(leaf)))

    tolerance = np.broadcast_to(np.atleast_1d(setting.tolerance), count)
    policy = organisation.policy[tree.task]
    return Line(
        np.column_stack([knots, tolerance]),
        np.stack([bundles[0], reviews[0]]),
        np.stack([leaf, mode, factor]).astype(np.int64),
        writable_rows(np.stack([entries(bundles), entries(reviews)])),
        np.broadcast_to(situation.supply, (count, len(organisation.factors))).copy(),
        writable_rows(nest),
        np.stack([policy & ~organisation.unaided, policy]),
        writable_rows(automatable[:, tree.task]),
    )


def frame_of(organisation: Organisation, axis: Axis) -> Frame:
    """Return the numbers that do not change along an axis."""
    return Frame(
        organisation.pools,
        organisation.reviewers,
        axis.logarithmic,
        float(axis.scale),
        axis.name == TIME,
        REPAIRS,
        0,
        *range(MARKS + 1),
    )


def signatures(walker: Walker, path: SolutionPath) -> NDArray[np.int64]:
    """Return a number for the regime of each point of a path, as `visit_kernels.signature` does."""
    allocation, tree = path.allocation, walker.structure.nest.tree
    usable = allocation.usable[:, tree.task].reshape(len(path), -1)
    # the columns of the kernel, whose switches are numbered from 1
    columns = np.column_stack(
        [usable, allocation.priced, np.zeros(len(path), dtype=bool), path.binds, path.bottleneck]
    )
    return np.asarray((columns * np.arange(1, columns.shape[1] + 1) ** 2).sum(axis=1))


def is_affine(line: Line) -> bool:
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


def _solutions(
    course: Walk, order: NDArray[np.intp], rows: NDArray[np.intp] | slice
) -> SolutionPath:
    """Return some of the reported solutions as a path, in memory of its own."""
    number, factor = course.number[rows].copy(), course.factor[rows].copy()
    elasticity = factor[:, ELASTIC]
    return SolutionPath(
        number[:, POSITION],
        np.zeros(len(number), dtype=bool),
        Allocation(
            output=number[:, OUTPUT],
            shadow_price=np.zeros_like(elasticity),
            factor_elasticity=elasticity,
            factor_elasticity_range=np.stack([elasticity, elasticity], axis=-1),
            activity=np.take(course.activity[rows], order, axis=1),
            usable=np.take(course.usable[rows], order, axis=1),
            priced=course.priced[rows].copy(),
            factor_use=factor[:, USED_UP],
            gap=number[:, GAP],
            status=np.full(len(number), str(Status.OPTIMAL), dtype="<U9"),
            members=np.zeros((len(number), 0)),
        ),
        number[:, SAYS_BINDS] > 0,
        number[:, SAYS_LEADS] > 0,
    )
