"""What oversight costs: output with all review hours free, relative to output.

Inference, experiments, capability and people are as they are. The cost is a statement about the
level, where bottleneck shares are about the margin: reviewers so few that people do by hand what
AI could do have no large share, and cost much.

    cost = output of the organisation with all review hours set to 0 / its output >= 1

Both are optima. The cost is continuous between thresholds, and a level is crossed where its log
changes sign; the position is that of the root, whatever regimes lie between.

Source: docs, model, section 6.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from taskmodel.allocation import Allocation, Status, allocate, greatest_output
from taskmodel.numerics.accuracy import COST_ROUNDING, EVENT_WIDTH
from taskmodel.numerics.roots import Brackets, close_in
from taskmodel.numerics.types import Array
from taskmodel.organisation.organisation import HUMAN
from taskmodel.sweeps import cost_kernels
from taskmodel.sweeps.axes import COMPUTE, Axis
from taskmodel.sweeps.desk import Desk, write_regime
from taskmodel.sweeps.event_records import KINDS, Change, Events
from taskmodel.sweeps.line import StretchSolution, frame_of, line_of
from taskmodel.sweeps.line_kernels import POSITION, Line
from taskmodel.sweeps.walker import (
    ASIDE,
    MOST_TRIED,
    Before,
    Situation,
    SolutionPath,
    Walker,
    in_parts,
)

COST = "oversight_cost"
LEVELS = {"oversight_costs_a_tenth": 1.1, "oversight_costs_half": 2.0}
# Logs from which a level counts as reached.
THRESHOLDS = np.log(list(LEVELS.values())) - COST_ROUNDING
COARSE = 6  # of the mesh of a walk, every so many points are enough to see levels crossed


@dataclass(frozen=True, eq=False)
class OversightCosts:
    """Oversight's cost along an axis [1].

    Attributes
    ----------
    points : array, shape (point,)
        At the solved points.
    begun : array of bool, shape (level,)
        Levels that are reached at the first of them.
    before, after : array, shape (event,)
        Limits at the events of the walk.
    position : array, shape (crossing,)
        Where a level is crossed, in order.
    change : list of Change
        What each crossing is.
    event : array of int, shape (crossing,)
        The event of the walk at which the cost jumps across it; -1 where it does not jump.
    """

    points: Array
    begun: NDArray[np.bool_]
    before: Array
    after: Array
    position: Array
    change: list[Change]
    event: NDArray[np.intp]

    def first_positions(self, first: Array) -> Array:
        """Return the positions of first events of `KINDS`, those of crossings included."""
        result = first.copy()
        for where, change in zip(self.position.tolist(), self.change, strict=True):
            kind = KINDS.index(change.kind)
            result[kind] = min(result[kind], where)
        return result


def cost_mesh(axis: Axis, low: float, high: float) -> Array:
    """Return positions that are solved besides reported ones, so that levels crossed are seen."""
    mesh = axis.mesh(low, high)
    return np.append(mesh[:-1:COARSE], mesh[-1])


def without_review(situation: Situation) -> Situation:
    """Return the situation with all review hours set to 0."""
    setting = copy(situation.setting)
    setting.organisation = setting.organisation.without_review()
    return Situation(setting, situation.compute)


def free_output(situation: Situation) -> Array:
    """Return output with all review hours set to 0 [h/year], shape (point,).

    NaN where it cannot be certified.
    """
    return greatest_output(*without_review(situation).arrays)


def own_output(situation: Situation) -> Array:
    """Return output [h/year], shape (point,); NaN where it cannot be certified."""
    return greatest_output(*situation.arrays)


def certified_log(
    output: Callable[[Situation], Array],
    walker: Walker,
    position: Array,
    before: NDArray[np.bool_],
) -> Array:
    """Return the log of an output; where it is not certified, from that of a point next to it.

    The points of one call are solved one from the other, many tasks in parts of bounded memory.
    """
    parts = in_parts(len(position), walker.structure.policy.size)
    values = np.concatenate([output(walker.at(position[part], before[part])) for part in parts])
    for step in ASIDE if walker.axis.name == COMPUTE else ():
        missing = np.flatnonzero(np.isnan(values))
        for row in missing if len(missing) <= MOST_TRIED else ():
            near = walker.axis.aside(position[row], step)
            limits = np.array([False, before[row]])
            values[row] = output(walker.at(np.array([near, position[row]]), limits))[1]
    with np.errstate(divide="ignore"):
        return np.log(values)


def cost_of(walker: Walker, position: Array, before: Before, allocation: Allocation) -> Array:
    """Return oversight's cost at some positions [1], shape (point,).

    NaN where output without review is not certified, nothing can be produced, or there is no limit
    to it; inf where all of output is lost to review.

    Parameters
    ----------
    walker : Walker
    position : array, shape (point,)
    before : array of bool, shape (point,), or bool
        Whether each is the limit from below.
    allocation : Allocation
        The optima of the organisation there.
    """
    limits = np.broadcast_to(before, position.shape)
    free = certified_log(free_output, walker, position, limits)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return np.asarray(np.exp(free - np.log(allocation.output)))


class FreeReviewWalker(Walker):
    """The walker of an organisation whose reviews take no hours."""

    def at(self, position: Array, before: Before = False) -> Situation:
        """Return the situation at some positions, without review."""
        return without_review(super().at(position, before))


class _Nodes:
    """Positions at which optima are known: points, and both sides of events; in order.

    Attributes
    ----------
    position, own : array, shape (node,)
        `own` is log output.
    before : array of bool, shape (node,)
        The node is the limit from below where tasks open or close.
    row : array of int, shape (node,)
        Of the path joined with the limits of events, before and after.
    number : array of int, shape (row,)
        The node of each of these rows.
    """

    def __init__(self, path: SolutionPath, events: Events) -> None:
        output = [path.allocation.output, events.output[:, 0], events.output[:, 1]]
        position = np.concatenate([path.position, events.position, events.position])
        before = np.zeros(len(position), dtype=bool)
        before[len(path) : len(path) + len(events)] = events.at_threshold
        order = np.lexsort((~before, position))
        new = np.ones(len(order), dtype=bool)
        new[1:] = (np.diff(position[order]) > 0) | (np.diff(before[order]) != 0)
        self.number = np.empty(len(order), dtype=np.intp)
        self.number[order] = np.cumsum(new) - 1
        self.row = order[new]
        self.position, self.before = position[self.row], before[self.row]
        with np.errstate(divide="ignore"):
            self.own = np.log(np.concatenate(output)[self.row])


def oversight_costs(
    path: SolutionPath,
    events: Events,
    course: StretchSolution | None,
    walker: Walker,
) -> OversightCosts:
    """Return oversight's cost at the points of a walk and at its events, and where levels are.

    Parameters
    ----------
    path : SolutionPath
        Its points, those of `cost_mesh` among them.
    events : Events
        What changes at them is not used.
    course : StretchSolution or None
        The walk; None if it is of points alone.
    walker : Walker
    """
    search = _Search(path, events, course, walker)
    nodes, log_cost = search.nodes, search.log_cost
    rows = np.split(nodes.number, np.cumsum([len(path), len(events)]))
    position, change, event = [], [], []
    crossings = search.crossings()
    between = [pair for pair in crossings if not search.jumps(pair)]
    found = dict(zip(between, search.positions(between), strict=True))
    for pair in crossings:
        node, level = pair
        kind = list(LEVELS)[level] + ("" if log_cost[node] > THRESHOLDS[level] else "_ends")
        change.append(Change(kind))
        event.append(-1 if pair in found else int(np.flatnonzero(rows[2] == node)[0]))
        position.append(found.get(pair, float(nodes.position[node])))
    with np.errstate(over="ignore"):
        cost = np.exp(log_cost)
    points, before, after = (cost[part] for part in rows)
    return OversightCosts(
        points,
        log_cost[0] > THRESHOLDS,
        before,
        after,
        np.array(position, dtype=float),
        change,
        np.array(event, dtype=np.intp),
    )


class _Search:
    """The optima without review at nodes, and the search for levels between them."""

    def __init__(
        self,
        path: SolutionPath,
        events: Events,
        course: StretchSolution | None,
        walker: Walker,
    ) -> None:
        self.nodes, self.course = _Nodes(path, events), course
        self.path, self.walker = path, walker
        # where AI may do nothing there is no review
        free, parts = (
            self.nodes.own.copy(),
            in_parts(len(self.nodes.own), walker.structure.policy.size),
        )
        rows = np.concatenate([self._may_use_ai(part) for part in parts])
        if rows.any():
            free[rows] = self._log_free(self.nodes.position[rows], self.nodes.before[rows])
        with np.errstate(invalid="ignore"):  # NaN where both are 0, or without limit
            self.log_cost = free - self.nodes.own

    def _may_use_ai(self, nodes: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Return whether a mode of AI is open at some nodes."""
        situation = self.walker.at(self.nodes.position[nodes], self.nodes.before[nodes])
        modes = situation.setting.organisation.open_modes(situation.automatable)
        return np.asarray(modes[:, :, HUMAN + 1 :].any(axis=(1, 2)))

    def _log_free(self, position: Array, before: NDArray[np.bool_]) -> Array:
        return certified_log(free_output, self.walker, position, before)

    def _free_line(self, line: Line) -> Line:
        """Return the line of the organisation without review."""
        if not line.entry.shape[1]:
            use, review = line.bundle
            return line._replace(bundle=np.stack([use - review, np.zeros_like(review)]))
        position = line.knots[:, POSITION]
        before = np.zeros(len(position), dtype=bool)
        before[2::3] = (line.automatable[1:] != line.automatable[:-1]).any(axis=1)
        situation = without_review(self.walker.at(position, before))
        tree = self.walker.structure.nest.tree
        own = line_of(situation, tree, line.nest, position, line.automatable)
        return line._replace(bundle=own.bundle, entry=own.entry, values=own.values)

    def _own(self, nodes: NDArray[np.intp]) -> list[Allocation]:
        """Return the organisation's own optima at some nodes, or next to them if at events."""
        rows, row = self.nodes.row[nodes], 0
        at_event = rows >= len(self.path)
        between = self.walker.axis.between(
            self.nodes.position[nodes], self.nodes.position[nodes + 1]
        )
        apart = self.walker.at(between[at_event], np.zeros(int(at_event.sum()), dtype=bool))
        solved = allocate(*apart.arrays, throw=False) if at_event.any() else None
        optima = []
        for node, event in zip(rows.tolist(), at_event.tolist(), strict=True):
            if solved is not None and event:
                optima.append(solved.take([row]))
                row += 1
            else:
                optima.append(self.path.allocation.take([node]))
        return optima

    def crossings(self) -> list[tuple[int, int]]:
        """Return the nodes at whose low side levels are crossed, with the levels."""
        known = np.isfinite(self.log_cost) | np.isinf(self.log_cost)
        reached = self.log_cost[:, None] > THRESHOLDS
        # without any output nothing costs anything, until output jumps from 0
        nothing = np.isnan(self.log_cost) & np.isneginf(self.nodes.own)
        jumps = np.diff(self.nodes.position) == 0
        low, high = known[:-1] | (nothing[:-1] & jumps), known[1:] | (nothing[1:] & jumps)
        crossed = (reached[1:] != reached[:-1]) & (low & high)[:, None]
        return [(node + 1, level) for node, level in np.argwhere(crossed).tolist()]

    def jumps(self, crossing: tuple[int, int]) -> bool:
        """Return whether the cost jumps across a level, at an event."""
        node, _ = crossing
        return bool(self.nodes.position[node] == self.nodes.position[node - 1])

    def positions(self, crossings: list[tuple[int, int]]) -> list[float]:
        """Return where levels are crossed between nodes and those before them."""
        if not crossings:
            return []
        places = self._followed(crossings) if self.course is not None and self.course.exact else {}
        for node, level in crossings:
            if (node, level) not in places:
                ends = self.nodes.position[[node - 1, node]]
                values = self.log_cost[[node - 1, node]] - THRESHOLDS[level]
                places[node, level] = self._root(ends, values, THRESHOLDS[level])
        return [places[crossing] for crossing in crossings]

    def _followed(self, crossings: list[tuple[int, int]]) -> dict[tuple[int, int], float]:
        """Return the positions that are found by following two regimes, with and without review.

        The regimes are those of the optima at the nodes before.
        """
        course, nodes = self.course, self.nodes
        assert course is not None
        line, tree = course.line, self.walker.structure.nest.tree
        free, desk = self._free_line(line), Desk(line, tree, 0, 0)
        frame = frame_of(self.walker.structure, self.walker.axis)
        marks = desk.marks(course.order, None)
        ends = line.knots[2::3, POSITION]
        stops = np.append(line.knots[0, POSITION], ends)
        before = np.array([node - 1 for node, _ in crossings])
        begin = without_review(self.walker.at(nodes.position[before], nodes.before[before]))
        starts = allocate(*begin.arrays, throw=False)
        places = {}
        for row, ((node, level), own) in enumerate(zip(crossings, self._own(before), strict=True)):
            if starts.status[row] != Status.OPTIMAL:
                continue
            write_regime(marks, frame.point, own, course.order)
            write_regime(marks, frame.high, starts.take([row]), course.order)
            pair = [node - 1, node]
            stop = int(np.searchsorted(stops, nodes.position[node - 1], side="right") - 1)
            place = cost_kernels.level_position(
                *(desk.nests, line, free, frame, min(stop, len(stops) - 2), stop),
                np.concatenate([nodes.position[pair], self.log_cost[pair]]),
                *(float(THRESHOLDS[level]), marks, desk.work, desk.room(free, tree)),
            )
            if not np.isnan(place):
                places[node, level] = float(place)
        return places

    def _root(self, ends: Array, values: Array, threshold: float) -> float:
        """Return where a level is crossed, from optima of their own."""
        side = np.zeros(1, dtype=bool)

        def distance(_: NDArray[np.intp], coordinate: Array) -> Array:
            position = np.clip(self.walker.axis.position(coordinate), *ends)
            own = certified_log(own_output, self.walker, position, side)
            return np.asarray(self._log_free(position, side) - own - threshold)

        low, high = self.walker.axis.coordinate(ends)
        brackets = Brackets(*np.array([[low], [high], values[:1], values[1:]]))
        found = close_in(distance, brackets, close=0.0, width=EVENT_WIDTH / 10)
        return float(np.clip(self.walker.axis.position(found.nearest()[0])[0], *ends))
