"""Walks along compute of many draws of one catalog, in threads.

The arrays of all draws of a block are made at once (`Quantities.with_columns`); each draw is then
walked by the same compiled loop as a sweep. What that loop leaves to other means is done draw by
draw.
"""

from __future__ import annotations

import functools
import os
import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from taskmodel.allocation import Allocation, Status, allocate
from taskmodel.compiled import COMPILES
from taskmodel.errors import TaskmodelError
from taskmodel.numerics.numbers import whole_number
from taskmodel.numerics.stopping import current_look, looking
from taskmodel.numerics.types import Array
from taskmodel.organisation.quantities import Quantities
from taskmodel.science.production import nest_numbers
from taskmodel.sweeps._extrema import last_fall, with_extrema
from taskmodel.sweeps.axes import Axis, compute_axis
from taskmodel.sweeps.desk import Desk
from taskmodel.sweeps.drawn_walks import Outcomes, Walks, some_of, together
from taskmodel.sweeps.event_records import KINDS, first_positions, unmeasured
from taskmodel.sweeps.line import (
    follow,
    frame_of,
    knots_of,
    line_of,
    points_along,
)
from taskmodel.sweeps.line_kernels import Line
from taskmodel.sweeps.oversight_cost import (
    LEVELS,
    OversightCosts,
    cost_mesh,
    free_output,
    oversight_costs,
)
from taskmodel.sweeps.walker import Setting, Situation, SolutionPath, Walker
from taskmodel.sweeps.walks import completed, solved_points, walked, write_prices

T = TypeVar("T")
AxisOfDraw = Callable[[int, Quantities], Axis]
BLOCK_POINTS = 4096  # points that are treated together, as far as that
SPARE = 8  # points by which the room for one draw exceeds its own, for those of others
BLOCK_DRAWS = 32  # does not need more draws than this


def walk_many(
    base: Quantities,
    columns: Mapping[str, Array],
    span: tuple[Array, Array],
    compute: Array,
    outcome: Callable[[Walks], T],
    *,
    events: bool = True,
    costs: bool = False,
    along: AxisOfDraw | None = None,
    threads: int | None = None,
    report: Callable[[float], None] | None = None,
) -> Outcomes[T]:
    """Walk along compute for every draw.

    Parameters
    ----------
    base : Quantities
        Of the catalog that draws are of.
    columns : mapping of str to array, shape (draw,)
        The numbers of the draws by dotted path, known to be allowed.
    span : array and array, shape (draw,)
        Compute from and to which events are looked for [FLOP/year]; it contains the points.
    compute : array, shape (draw, point)
        Points to report, not decreasing.
    outcome : function
        What to keep of draws that were walked together. Blocks are treated in parallel threads, and
        so are calls of this.
    events : bool
        Whether to look for events; without them, optima at the points alone are computed.
    costs : bool
        Whether to compute oversight's cost.
    along : function, optional
        From the position of a draw and its quantities to another axis; `span` and `compute` are
        then positions on it. Draws are treated one by one.
    threads : int, optional
        How many threads; default: one for each processor.
    report : function, optional
        Called with the part of the draws that are solved, in this thread.

    Returns
    -------
    Outcomes
        In the order of the draws. A draw without an answer leaves its error and disturbs no other.
    """
    draws, points = compute.shape
    many = _Many(base, dict(columns), span, compute, outcome, (events, costs), along)
    size = 1 if along else max(1, min(BLOCK_DRAWS, BLOCK_POINTS // points))
    blocks = [np.arange(first, min(first + size, draws)) for first in range(0, draws, size)]
    threads = whole_number("threads", threads) if threads is not None else os.cpu_count() or 1
    parts: list[Outcomes[T]] = []
    with ExitStack() as stack:
        solve: Callable[..., Iterable[Outcomes[T]]] = map
        if len(blocks) > 1 and threads > 1 and COMPILES:
            solve = stack.enter_context(ThreadPoolExecutor(threads)).map
        # before the threads are waited for, as after an interrupt
        stack.callback(many.ended.set)
        for part in solve(many.block, blocks):
            parts.append(part)
            if report is not None:
                report(len(parts) / len(blocks))
    return together(parts)


@dataclass(frozen=True, eq=False)
class _DrawnLine:
    """The line of one draw, its stops, what is solved, and how many intervals any draw may have."""

    stops: Array
    opens: NDArray[np.bool_]
    line: Line
    points: Array
    intervals: int


@dataclass(frozen=True, eq=False)
class _Drawn:
    """What is reported of one draw.

    Attributes
    ----------
    path : SolutionPath
    first : array, shape (kind,)
        Position of the first event of each of `KINDS`; empty if events were not asked for.
    begun : array of bool, shape (2,) or (4,)
        Whether oversight binds, leads, and costs each level, where the walk begins; empty likewise.
    cost : array, shape (point,)
        Oversight's cost; empty if it was not asked for.
    """

    path: SolutionPath
    first: Array = field(default_factory=lambda: np.zeros(0))
    begun: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, dtype=bool))
    cost: Array = field(default_factory=lambda: np.zeros(0))

    def with_costs(self, costs: OversightCosts) -> _Drawn:
        """Return it with oversight's cost at all of its points."""
        begun = np.concatenate([self.begun, costs.begun])
        return _Drawn(self.path, costs.first_positions(self.first), begun, costs.points)

    def take(self, rows: NDArray[np.intp]) -> _Drawn:
        """Return some of its points."""
        cost = self.cost[rows] if len(self.cost) else self.cost
        return _Drawn(self.path.take(rows), self.first, self.begun, cost)


class _Many(Generic[T]):
    """The arguments of `walk_many`, and what all blocks share."""

    def __init__(
        self,
        base: Quantities,
        columns: dict[str, Array],
        span: tuple[Array, Array],
        compute: Array,
        outcome: Callable[[Walks], T],
        wanted: tuple[bool, bool],
        along: AxisOfDraw | None,
    ) -> None:
        self.base, self.columns, self.span, self.compute = base, columns, span, compute
        self.outcome, self.along = outcome, along
        self.events, self.costs = wanted
        self.axis = compute_axis(base.catalog)
        self.desks, self.ended = threading.local(), threading.Event()
        self.outer_look = current_look()
        central = Setting(base)
        self.tree = central.organisation.nest.tree
        self.frame = frame_of(central.organisation, self.axis)
        # every draw starts from the same optimum, whatever other draws there are
        start = Situation(central, np.array([base.catalog.compute.grid.low]))
        found = allocate(*start.arrays, throw=False)
        self.nothing = found.take([])
        self.start = found if found.status[0] == Status.OPTIMAL else None
        self.mesh = functools.lru_cache(self.axis.mesh)
        self.cost_mesh = functools.lru_cache(functools.partial(cost_mesh, self.axis))

    def block(self, draws: NDArray[np.intp]) -> Outcomes[T]:
        """Return what became of some draws."""
        with looking(self.look):
            try:
                setting = Setting(self.quantities(draws))
            except TaskmodelError as error:
                return self._divided(self.block, draws, error)
            return self._solved(draws, setting)

    def look(self) -> None:
        """Raise an error if nobody waits for the draws any more."""
        self.outer_look()
        if self.ended.is_set():
            raise CancelledError("nobody waits for the draws any more")

    def quantities(self, draws: NDArray[np.intp]) -> Quantities:
        """Return the quantities of some draws."""
        columns = {path: column[draws] for path, column in self.columns.items()}
        return self.base.with_columns(columns, checked=True)

    def _divided(
        self,
        action: Callable[[NDArray[np.intp]], Outcomes[T]],
        draws: NDArray[np.intp],
        error: TaskmodelError,
    ) -> Outcomes[T]:
        """Return what becomes of halves of some draws, of which one or more make an error."""
        if len(draws) == 1:
            return Outcomes([], {int(draws[0]): error})
        return together([action(half) for half in np.array_split(draws, 2)])

    def _solved(self, draws: NDArray[np.intp], setting: Setting) -> Outcomes[T]:
        solve = self._sweep if self.along else self._walks
        walks, errors = solve(draws, setting)
        result: Outcomes[T] = together([self._kept(walks)]) if len(walks.draw) else Outcomes()
        return Outcomes(result.values, {**result.errors, **errors})

    def _kept(self, walks: Walks) -> Outcomes[T]:
        try:
            return Outcomes([self.outcome(walks)])
        except TaskmodelError as error:
            rows = np.arange(len(walks.draw))
            if len(rows) == 1:
                return Outcomes([], {int(walks.draw[0]): error})
            return together([self._kept(some_of(walks, half)) for half in np.array_split(rows, 2)])

    def _sweep(
        self, draws: NDArray[np.intp], setting: Setting
    ) -> tuple[Walks, dict[int, TaskmodelError]]:
        """Return the walk of one draw along an axis of its own, or its error."""
        (draw,) = draws.tolist()
        assert self.along is not None
        walker = Walker(self.along(draw, setting.quantities), setting)
        low, high = (float(ends[draw]) for ends in self.span)
        positions = self.compute[draws]
        try:
            if not self.events:
                path, nothing = walker.solve(positions[0]), np.zeros((1, 0))
                cost = self._cost(walker.at(positions[0]), path.allocation, positions.shape)
                return Walks(
                    draws, setting, positions, path.allocation, nothing, nothing, cost, walker
                ), {}
            drawn = self._walked(walker, low, high, positions[0])
        except TaskmodelError as error:
            return self._none(setting), {draw: error}
        ends, first = np.array([low]), drawn.first[None]
        since = _oversight_from(first, ends, drawn.begun[None], self.costs)
        cost = drawn.cost[None] if self.costs else None
        allocation = drawn.path.allocation
        return Walks(draws, setting, positions, allocation, first, since, cost, walker), {}

    def _walked(self, walker: Walker, low: float, high: float, positions: Array) -> _Drawn:
        """Return what is reported of one draw, from a walk with the exact numbers."""
        points = self._points(walker.axis, low, high, positions)
        path, events, course = walked(walker, low, high, points)
        events = with_extrema(walker, low, high, events, course)
        drawn = _Drawn(path, first_positions(events), self._begun(walker, low))
        if self.costs:
            drawn = drawn.with_costs(oversight_costs(path, events, course, walker))
        return drawn.take(np.searchsorted(points, positions))

    def _points(self, axis: Axis, low: float, high: float, positions: Array) -> Array:
        """Return the positions that are solved."""
        if not (self.costs and self.events) or not low < high:
            return positions
        mesh = self.cost_mesh(low, high) if axis is self.axis else cost_mesh(axis, low, high)
        return np.union1d(positions, mesh)

    def _cost(
        self, situation: Situation, allocation: Allocation, shape: tuple[int, ...]
    ) -> Array | None:
        """Return oversight's cost at points, (draw, point), if it was asked for."""
        if not self.costs:
            return None
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.reshape(free_output(situation) / allocation.output, shape)

    def _none(self, setting: Setting) -> Walks:
        """Return no draws."""
        nothing = np.zeros((0, 0))
        rows = np.zeros(0, dtype=np.intp)
        return Walks(rows, setting, self.compute[:0], self.nothing, nothing, nothing)

    def _walks(
        self, draws: NDArray[np.intp], setting: Setting
    ) -> tuple[Walks, dict[int, TaskmodelError]]:
        """Return the walks of some draws, and errors of those without."""
        errors: dict[int, TaskmodelError] = {}
        tree = setting.organisation.nest.tree
        nest = np.broadcast_to(
            nest_numbers(tree.share, tree.elasticity), (len(draws), 2, self.tree.nodes)
        )
        falls = self._falls(draws, setting)
        rows: list[int] = []
        every: list[_Drawn] = []
        for row, draw in enumerate(draws.tolist()):
            self.look()
            try:
                own = setting.take(slice(row, row + 1))
                every.append(self._walk(draw, own, nest[row : row + 1], falls[row]))
            except TaskmodelError as error:
                errors[draw] = error
                continue
            rows.append(row)
        if not rows:
            return self._none(setting), errors
        joined = every[0].path.join(*(drawn.path for drawn in every[1:])).allocation
        if errors:
            draws, setting = draws[rows], setting.take(rows)
        first, begun = (np.stack([getattr(d, name) for d in every]) for name in ("first", "begun"))
        walks = Walks(draws, setting, self.compute[draws], joined, first, begun)
        if not self.events:
            cost = self._cost(walks.situation, joined, walks.compute.shape)
            return replace(walks, cost=cost), errors
        since = _oversight_from(first, self.span[0][draws], begun, self.costs)
        cost = np.stack([drawn.cost for drawn in every]) if self.costs else None
        return replace(walks, oversight=since, cost=cost), errors

    def _falls(self, draws: NDArray[np.intp], setting: Setting) -> NDArray[np.bool_]:
        """Return whether the throughput speed-up of draws may fall, of all at once."""
        if not self.events:
            return np.zeros(len(draws), dtype=bool)
        # known of all draws at once, as the base of their speed-ups
        first_open = setting.organisation.opens_at.min(axis=1)
        falls = last_fall(setting) > np.maximum(self.span[0][draws], first_open)
        return np.broadcast_to(falls, len(draws))

    def _walk(self, draw: int, setting: Setting, nest: Array, falls: bool) -> _Drawn:
        """Return what is reported of a draw, whose throughput speed-up may fall or not."""
        low, high = (float(ends[draw]) for ends in self.span)
        line, positions = self._line(draw, setting, nest), self.compute[draw]
        walker = Walker(self.axis, setting)
        if line is None and not self.events:
            return _Drawn(walker.solve(positions))
        if line is None:
            # `walk` finds events again with the exact numbers
            return self._walked(walker, low, high, positions)
        desk = self._desk(line)
        walk = line.line, self.frame, self.tree, line.points, desk
        if not self.events:
            return _Drawn(solved_points(walker, *points_along(*walk, self.start)))
        course = follow(*walk, unmeasured, self.start)
        begun = course.began > 0 if (course.began >= 0).all() else self._begun(walker, low)
        if course.complete and not falls:
            write_prices(course.grid.allocation, setting.organisation.supply(line.points))
            drawn, limits = _Drawn(course.grid, course.first_positions(), begun), course.unnamed
        else:
            path, limits = completed(walker, line.stops, line.opens, course)
            limits = with_extrema(walker, low, high, limits, course)
            drawn = _Drawn(path, first_positions(limits), begun)
        if not self.costs:
            return drawn

        costs = oversight_costs(drawn.path, limits, course, walker)
        return drawn.with_costs(costs).take(np.searchsorted(line.points, positions))

    def _begun(self, walker: Walker, low: float) -> NDArray[np.bool_]:
        """Return whether oversight binds, and leads, where a walk begins."""
        start = walker.solve(np.array([low]))
        return np.concatenate([start.binds, start.bottleneck])

    def _line(self, draw: int, setting: Setting, nest: Array) -> _DrawnLine | None:
        """Return the line of a draw; None where numbers are no straight lines along compute."""
        low, high = (float(ends[draw]) for ends in self.span)
        organisation = setting.organisation
        if not (organisation.constant and low < high) or self.tree.linked:
            return None
        (opens_at,) = organisation.opens_at
        thresholds = opens_at[(opens_at > low) & (opens_at <= high)]
        # events are looked for between stops; without them the ends suffice
        mesh = self.mesh(low, high) if self.events else np.array([low, high])
        stops = np.unique(np.concatenate([mesh, thresholds]))
        opens = np.isin(stops, thresholds)
        knots, before = knots_of(stops, opens)
        situation = Situation(setting, np.where(before, np.nextafter(knots, -np.inf), knots))
        line = line_of(situation, self.tree, nest, knots, organisation.automatable(stops))
        points = self._points(self.axis, low, high, self.compute[draw])
        return _DrawnLine(stops, opens, line, points, len(mesh) + len(opens_at))

    def _desk(self, line: _DrawnLine) -> Desk:
        """Return the desk of this thread."""
        desk: Desk | None = getattr(self.desks, "desk", None)
        points = len(line.points)
        if desk is None or desk.intervals < line.intervals or desk.points < points:
            desk = Desk(line.line, self.tree, points + SPARE, line.intervals)
            self.desks.desk = desk
        return desk


def _oversight_from(first: Array, low: Array, begun: NDArray[np.bool_], costs: bool) -> Array:
    """Return `Walks.oversight`, from first events and what is so at the low end, (draw, 4)."""
    kinds = ("oversight_binds", "oversight_bottleneck", *(LEVELS if costs else ()))
    since = first[:, [KINDS.index(kind) for kind in kinds]]
    result = np.full((len(first), 2 + len(LEVELS)), np.nan)
    result[:, : len(kinds)] = np.where(begun, low[:, None], since)
    return result
