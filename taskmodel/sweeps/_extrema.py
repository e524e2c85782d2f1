"""Peaks and troughs of the throughput speed-up along an axis, at their exact positions.

The throughput speed-up S peaks where its slope d ln S / dt changes from positive to negative, with
t the position or its logarithm, and troughs where it changes back: at a kink, which is the position
of an event or of a limit of people alone, or inside a regime, where the slope is zero. A jump of S
counts as a slope of its sign. Where S is flat between a rise and a fall, the position is that at
which it begins to fall.

Slopes are exact up to rounding: by the envelope theorem they are those of
ln (value of supplies) - ln (unit cost) at the prices and the plan of the optimum, which are
explicit in the numbers of the organisation.

Source: docs, model, section 6; Milgrom and Segal (2002), Econometrica 70(2), 583-601, for the
envelope theorem.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from taskmodel.allocation import Allocation, derivative_weights
from taskmodel.numerics.accuracy import EVENT_OFFSET, EVENT_WIDTH, FLAT_SLOPE
from taskmodel.numerics.roots import Brackets, close_in
from taskmodel.numerics.types import Array
from taskmodel.organisation import best_workers
from taskmodel.organisation.organisation import HUMAN, Organisation
from taskmodel.organisation.unaided import PeopleAlone
from taskmodel.science.production import Nest, node_costs
from taskmodel.sweeps.axes import COMPUTE
from taskmodel.sweeps.event_records import Change, Events, Measure, events_of, unmeasured
from taskmodel.sweeps.line import StretchSolution
from taskmodel.sweeps.line_kernels import Line
from taskmodel.sweeps.walker import Setting, Situation, Walker

NODES = 5  # at which the numbers of the organisation are taken for a slope
STEP = 1e-3  # between them, in logarithms or as a share of the axis
TILE = 2_000_000  # bundle entries of slopes that are computed together
JUMP = 1e-9  # difference of ln S across a position that is not rounding
KINDS = {1: "speedup_troughs", -1: "speedup_peaks"}  # by the sign of the slope that begins


def with_extrema(
    walker: Walker,
    low: float,
    high: float,
    events: Events,
    course: StretchSolution | None,
    measure: Measure = unmeasured,
) -> Events:
    """Return events with the peaks and troughs of the throughput speed-up between two positions.

    Parameters
    ----------
    walker : Walker
    low, high : float
    events : Events
        All other events between them.
    course : StretchSolution or None
        The walk that found them, if there is one.
    measure : function
        What events keep of the optima on either side.
    """
    if walker.structure.nest.linked:
        return events  # the slopes of its plan are not known
    end = high
    if walker.axis.name == COMPUTE:
        end = min(float(last_fall(walker.at(np.array([low])).setting).max()), high)
    if not low < end or never_opens(walker, low, end):
        return events
    if course is not None and course.exact and one_way(course.line):
        return events
    turns, sign = _Course(walker, low, end, events).turns()
    if sign < 0 and end < high:
        turns, _ = _Course(walker, low, high, events).turns()
    at_event = {float(position): row for row, position in enumerate(events.position)}
    changes = [list(every) for every in events.changes]
    own: list[tuple[float, str]] = []
    for position, kind in turns:
        if position in at_event:
            changes[at_event[position]].append(Change(kind))
        else:
            own.append((position, kind))
    events.changes = changes
    if not own:
        return events
    places = np.array([position for position, _ in own])
    path = walker.solve(places)
    extra = events_of(places, path, path, measure)
    extra.changes = [[Change(kind)] for _, kind in own]
    return events.join(extra)


def one_way(line: Line) -> bool:
    """Return whether the throughput speed-up can only rise along a line, or only fall.

    Its numbers are straight within every interval. If all that change make output no less, or all
    no more, and people alone use none of them, there is no peak and no trough.
    """
    use, mode = line.values[0], line.entry[1]
    moving = (line.supply != line.supply[:1]).any(axis=0)
    by_people = (line.bundle[0, :, HUMAN] > 0).any(axis=0)
    if len(line.nest) > 1 or (mode == HUMAN).any() or (moving & by_people).any():
        return False
    opening = np.diff(line.automatable.astype(int), axis=0)
    with np.errstate(invalid="ignore"):  # between two unlimited supplies
        more = np.nan_to_num(np.diff(line.supply, axis=0))
    steps = [-np.diff(use, axis=0), more, opening]
    return all((step >= 0).all() for step in steps) or all((step <= 0).all() for step in steps)


def never_opens(walker: Walker, low: float, high: float) -> bool:
    """Return whether AI may do no task between two positions, so that the speed-up is 1 there."""
    opens = walker.thresholds(low, high)
    return not len(opens) and not walker.automatable(np.array([low, high])).any()


def last_fall(setting: Setting) -> Array:
    """Return the compute from which on the throughput speed-up never falls, (point or 1,).

    More compute is no worse for AI, unless review grows with its lead, and people alone have all
    the experiments they can use from some compute on. Infinite where it may always fall.
    """
    organisation = setting.organisation
    workers = organisation.workers
    harder = bool((workers.gap > 0).any()) or workers.changes_detection
    if harder and workers.kind == "frontier":
        return np.array([np.inf])
    position = organisation.factors.index("experiments")
    if np.isinf(organisation.base_supply[:, position]).all():
        return np.zeros(1)
    use = setting.yardstick.people_alone.plenty.factor_use[:, position]
    supply = organisation.supply_per_compute[:, position]
    enough = np.divide(use, supply, where=supply > 0, out=np.full(np.shape(use + supply), np.inf))
    return np.where(use > 0, enough, 0.0)


@dataclass
class _Course:
    """Slopes of the throughput speed-up at samples between the events of an axis."""

    walker: Walker
    low: float
    high: float
    events: Events

    def __post_init__(self) -> None:
        axis = self.walker.axis
        # where the numbers of the organisation have kinks
        opening = self.events.position[self.events.at_threshold]
        kinks = np.concatenate([[self.low], opening, axis.breaks, [self.high]])
        self.kinks = np.unique(kinks[(kinks >= self.low) & (kinks <= self.high)])
        borders = np.unique(np.concatenate([self.kinks, self.events.position]))
        self.borders = borders[(borders >= self.low) & (borders <= self.high)]
        self.span = 1.0 if axis.logarithmic else self.high - self.low

    def turns(self) -> tuple[list[tuple[float, str]], int]:
        """Return positions and kinds of the peaks and troughs, and the last sign of the slope."""
        piece, position = self._samples()
        value, slope = self.at(position)
        piece, position, value, slope = self._with_vertices(piece, position, value, slope)
        turns: list[tuple[float, str]] = []
        inside: list[tuple[int, int, int]] = []  # samples around a root, and its place in turns
        last, sample = 0, 0  # the sign of the slope, and the last sample that has it
        for index in range(len(position)):
            if not np.isfinite(slope[index]):
                last = 0
                continue
            new_piece = index > 0 and piece[index] != piece[index - 1]
            if new_piece and np.isfinite(slope[index - 1]):
                jump = self._jump(position, value, slope, index)
                if jump and last and jump != last:
                    turns.append((float(self.borders[piece[index]]), KINDS[jump]))
                last = jump or last
            sign = self._sign(slope[index])
            if sign and last and sign != last:
                turns.append((float(self.borders[piece[index]]), KINDS[sign]))
                if piece[sample] == piece[index]:
                    inside.append((sample, index, len(turns) - 1))
            if sign:
                last, sample = sign, index
        for (_, _, place), root in zip(inside, self._roots(position, slope, inside), strict=True):
            turns[place] = (float(root), turns[place][1])
        return [turn for turn in turns if self.low < turn[0] < self.high], last

    def _sign(self, slope: float) -> int:
        return 0 if abs(slope) * self.span <= FLAT_SLOPE else int(np.sign(slope))

    def _jump(self, position: Array, value: Array, slope: Array, index: int) -> int:
        """Return the sign of the jump between two samples on the sides of a border; 0 if none."""
        a, b = self.walker.axis.coordinate(position[index - 1 : index + 1])
        smooth = 0.5 * (slope[index - 1] + slope[index]) * (b - a)
        jump = value[index] - value[index - 1] - smooth
        return int(np.sign(jump)) if abs(jump) > JUMP else 0

    def _samples(self) -> tuple[NDArray[np.intp], Array]:
        """Return the piece between two borders that each sample lies in, and its position."""
        axis = self.walker.axis
        begin = np.minimum(axis.aside(self.borders[:-1], EVENT_OFFSET), self.borders[1:])
        end = np.maximum(axis.aside(self.borders[1:], -EVENT_OFFSET), self.borders[:-1])
        pieces = np.arange(len(begin))
        middle = axis.between(begin, end)
        mesh = axis.mesh(self.low, self.high)
        inner = np.searchsorted(self.borders, mesh) - 1
        clear = (inner >= 0) & (inner < len(begin))
        mesh, inner = mesh[clear], inner[clear]
        clear = (mesh > begin[inner]) & (mesh < end[inner])
        piece = np.concatenate([pieces, pieces, pieces, inner[clear]])
        position = np.concatenate([begin, middle, end, mesh[clear]])
        wide = np.concatenate([begin < end] * 3 + [np.ones(int(clear.sum()), dtype=bool)])
        order = np.lexsort((position, piece))
        order = order[wide[order]]
        return piece[order], position[order]

    def _with_vertices(
        self, piece: NDArray[np.intp], position: Array, value: Array, slope: Array
    ) -> tuple[NDArray[np.intp], Array, Array, Array]:
        """Return the samples with one more where the slope may change sign twice between two.

        That is the vertex of the parabola through three slopes of one sign, if it has the other.
        """
        axis = self.walker.axis
        t = axis.coordinate(position)
        first = np.flatnonzero(piece[2:] == piece[:-2])
        a, b, c = t[first], t[first + 1], t[first + 2]
        fa, fb, fc = slope[first], slope[first + 1], slope[first + 2]
        with np.errstate(invalid="ignore", divide="ignore"):
            one = (fb - fa) / (b - a)
            bend = ((fc - fb) / (c - b) - one) / (c - a)
            vertex = 0.5 * (a + b) - 0.5 * one / bend
            depth = fa + one * (vertex - a) + bend * (vertex - a) * (vertex - b)
            alike = (np.sign(fa) == np.sign(fb)) & (np.sign(fb) == np.sign(fc))
            # the parabola is only near the slope: a vertex close to zero is looked at as well
            near = np.abs(fb) * 0.25
            chosen = alike & (vertex > a) & (vertex < c) & (depth * np.sign(fb) < near)
        rows = first[chosen]
        if not len(rows):
            return piece, position, value, slope
        new = np.asarray(axis.position(vertex[chosen]))
        new_value, new_slope = self.at(new)
        position = np.concatenate([position, new])
        piece = np.concatenate([piece, piece[rows]])
        order = np.lexsort((position, piece))
        value, slope = np.concatenate([value, new_value]), np.concatenate([slope, new_slope])
        return piece[order], position[order], value[order], slope[order]

    def _roots(
        self, position: Array, slope: Array, inside: list[tuple[int, int, int]]
    ) -> list[float]:
        """Return the positions of the roots between pairs of samples."""
        if not inside:
            return []
        axis = self.walker.axis
        t = axis.coordinate(position)
        low, high = np.array([pair[:2] for pair in inside]).T

        def values(_: NDArray[np.intp], coordinate: Array) -> Array:
            return self.at(np.asarray(axis.position(coordinate)))[1]

        brackets = Brackets(t[low], t[high], slope[low], slope[high])
        nearest, _ = close_in(values, brackets, close=0.0, width=EVENT_WIDTH).nearest()
        return np.asarray(axis.position(nearest)).tolist()

    def at(self, position: Array) -> tuple[Array, Array]:
        """Return ln S, and its slope, at some positions, each (point,); NaN where there is none."""
        step = max(1, TILE // (NODES * self.walker.structure.fixed_bundles[0].size))
        parts = [
            self._at(position[begin : begin + step]) for begin in range(0, len(position), step)
        ]
        value, slope = zip(*parts, strict=True) if parts else ((), ())
        return np.concatenate([np.zeros(0), *value]), np.concatenate([np.zeros(0), *slope])

    def _at(self, position: Array) -> tuple[Array, Array]:
        walker, (nodes, weights) = self.walker, self._nodes(position)
        both, count = walker.at(np.append(position, nodes)), len(position)
        situation, moved = both.take(slice(0, count)), both.take(slice(count, None))
        optimum = walker.optima(situation, position)
        bundles = _moved_bundles(walker, situation, moved)
        slope = _plan_slope(situation, optimum, moved, bundles, weights)
        # where nothing changes that people use, their output has no slope
        steady = _same_for_people(both)
        alone = situation.take([0]) if steady else situation
        people = PeopleAlone(alone.setting.organisation).optimum(alone.supply)
        if not steady:
            by_hand = None if bundles is None else bundles[..., HUMAN : HUMAN + 1, :]
            slope = slope - _plan_slope(situation, people, moved, by_hand, weights)
        with np.errstate(divide="ignore", invalid="ignore"):
            value = np.log(optimum.output / people.output)
        known = np.isfinite(people.output) & (people.output > 0)
        return value, np.where(known, slope, np.nan)

    def _nodes(self, position: Array) -> tuple[Array, Array]:
        """Return positions next to some positions and the weights of a derivative, (point, node).

        They lie between the same two kinks of the numbers of the organisation.
        """
        axis = self.walker.axis
        t, kinks = axis.coordinate(position), axis.coordinate(self.kinks)
        place = np.clip(np.searchsorted(self.kinks, position, side="right"), 1, len(kinks) - 1)
        below, above = kinks[place - 1], kinks[place]
        size = np.full(len(t), 1.0)
        if not axis.logarithmic:
            size = np.minimum(self.span, np.maximum(np.abs(position), STEP * self.span))
        step = np.minimum(STEP * size, (above - below) / (NODES + 1))
        half = NODES // 2
        # the largest shift that is needed, to either side
        up = np.ceil(np.maximum(half - (t - below) / step, 0.0))
        down = np.ceil(np.maximum(half - (above - t) / step, 0.0))
        shift = np.clip(up - down, -half, half)
        every = np.arange(NODES) - half
        table = np.stack([derivative_weights(every + places) for places in every.tolist()])
        weights = table[(shift + half).astype(int)] / step[:, None]
        nodes = axis.position(t[:, None] + step[:, None] * (every + shift[:, None]))
        return np.clip(nodes, self.kinks[place - 1][:, None], self.kinks[place][:, None]), weights


def _same_for_people(situation: Situation) -> bool:
    """Return whether people alone have the same numbers at all points."""
    organisation = situation.setting.organisation
    numbers = situation.supply, organisation.fixed_bundles[:, :, HUMAN]
    same = all((values == values[:1]).all() for values in numbers)
    return same and organisation.nest.tree.share.ndim == 1


def _moved_bundles(walker: Walker, situation: Situation, moved: Situation) -> Array | None:
    """Return the bundles at nodes, with workers of the leads that are best at the positions.

    None where only supplies change along the axis.
    """
    before, after = situation.setting.organisation, moved.setting.organisation
    if walker.axis.quantities is None and after.constant:
        return None
    if before.workers.kind != "best":
        return after.bundles(moved.compute)
    leads = best_workers.moved_leads(before, situation.compute, after, moved.compute)
    return after.bundles_of(moved.compute, leads)


def _plan_slope(
    situation: Situation,
    optimum: Allocation,
    moved: Situation,
    bundles: Array | None,
    weights: Array,
) -> Array:
    """Return the slope of the log of output by the envelope theorem, shape (point,).

    NaN where there is no output, or output is unlimited. Without bundles only supplies change.
    """
    points, nodes = weights.shape
    elasticity, supply = optimum.factor_elasticity, situation.supply
    known = np.isfinite(optimum.output) & (optimum.output > 0)
    priced = np.nan_to_num(elasticity) > 0
    price = np.where(priced, elasticity, 0.0) / np.where(priced, supply, 1.0)

    def by_point(values: Array) -> Array:
        if len(values) == 1:
            return np.broadcast_to(values, (points, nodes, *values.shape[1:]))
        return values.reshape(points, nodes, *values.shape[1:])

    scarce = np.where(priced[:, None], by_point(moved.supply), 0.0)
    worth = np.einsum("njk,nk->nj", scarce, price)
    log_cost = np.zeros((points, nodes))
    if bundles is not None:
        activity = np.where(np.isfinite(optimum.activity), optimum.activity, 0.0)
        work = activity.sum(axis=-1, keepdims=True)
        mix = np.divide(activity, work, where=work > 0, out=np.zeros_like(activity))
        by_mode = np.matmul(by_point(bundles).reshape(points, -1, price.shape[1]), price[..., None])
        cost = (by_mode.reshape(points, nodes, *mix.shape[1:]) * mix[:, None]).sum(axis=-1)
        organisation = moved.setting.organisation
        log_cost = _log_unit_cost(organisation, cost.reshape(points * nodes, -1))
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = ((np.log(worth) - log_cost.reshape(points, nodes)) * weights).sum(axis=1)
    return np.where(known, slope, np.nan)


def _log_unit_cost(organisation: Organisation, cost: Array) -> Array:
    """Return the log of the unit cost of output, (point,), from those of tasks, (point, task).

    Tasks that cost nothing do not count.
    """
    nest: Nest = organisation.nest
    tree = nest.tree
    leaf = cost[:, tree.task]
    share = np.broadcast_to(np.atleast_2d(tree.share), (len(cost), tree.nodes)).copy()
    share[:, : tree.leaves] *= leaf > 0
    for number, children in tree.children.items():
        share[:, number] *= (share[:, children] > 0).any(axis=1)
    log_cost = np.log(np.where(leaf > 0, leaf, 1.0))
    elasticity = np.broadcast_to(np.atleast_2d(tree.elasticity), share.shape)
    return node_costs(tree, log_cost, share, elasticity)[0][:, tree.root]
