"""Curves between the regions of a plane in which one of several scores is the largest.

Scores are known at the nodes of a grid whose cells are divided into triangles. Where the label with
the largest score, the leader, changes along an edge, the crossing is located by root finding;
crossings are joined through the triangles, and three regions meet at a point inside a triangle.
Points are added to a curve until it is smooth. Where the leader changes and the scores differ, the
curve is a jump. Lines of the grid may be doubled: they are the two sides of a line at which scores
jump.

References
----------
Doi and Koide (1991), An efficient method of triangulating equi-valued surfaces by using tetrahedral
cells, IEICE Transactions E74, 214-224: joining crossings through simplices, here in the plane and
for more than two regions.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from taskmodel.numerics.roots import Brackets, between, close_in
from taskmodel.numerics.types import Array

Ints = NDArray[np.intp]
Segment = tuple[int, int]

CLOSE = 1e-10  # difference of scores that counts as zero
TIE = 1e-7  # largest difference of the two scores where they meet; a larger one is a jump
WIDTH = 1e-9  # of the bracket of a jump, relative to its edge
HALVINGS = 30  # of a triangle in which three regions meet
SMOOTH = 2e-4  # distance of a curve from its chords that is refined, relative to the plane
PASSES = 3  # of refinement

# The quarters of a triangle, by corners 0 to 2 and midpoints 3 to 5 of the sides 01, 12 and 20
_QUARTERS = np.array([(0, 3, 5), (3, 1, 4), (5, 4, 2), (3, 4, 5)])


@dataclass(frozen=True)
class Points:
    """Points of the plane.

    Attributes
    ----------
    u, v : array, shape (point,)
        Coordinates.
    near : array of int, shape (point,)
        A node nearby, counted along rows, from which the scores may be computed.
    low, high : array of int, shape (point,)
        Rows of the grid between which the points lie.
    """

    u: Array
    v: Array
    near: Ints
    low: Ints
    high: Ints


Scores = Callable[[Points], Array]
"""Returns the scores at points, shape (point, label)."""


@dataclass(frozen=True)
class Curve:
    """A curve between two regions.

    Attributes
    ----------
    labels : (int, int)
        Labels of the regions, the smaller first.
    jump : bool
        Whether the scores differ along the curve.
    u, v : array, shape (point,)
        Coordinates in order.
    gap : array, shape (point,)
        Difference of the two scores at each point; NaN along a doubled line.
    """

    labels: tuple[int, int]
    jump: bool
    u: Array
    v: Array
    gap: Array


class _Crossing(NamedTuple):
    """A vertex on an edge at which the leader changes."""

    vertex: int
    pair: tuple[int, int]  # the two labels, the smaller first
    jump: bool


def leaders(scores: Array) -> Ints:
    """The label with the largest score, the first of equals, shape (...)."""
    return np.asarray(scores.argmax(axis=-1))


def trace(
    u: Array, v: Array, doubled: NDArray[np.bool_], node_scores: Array, scores: Scores
) -> list[Curve]:
    """Trace the curves between regions.

    Parameters
    ----------
    u, v : array, shape (column,), (row,)
        Coordinates of the lines of the grid, increasing; doubled lines are equal to within
        rounding.
    doubled : array of bool, shape (row,)
        Whether a line and the next are the two sides of a line at which scores jump.
    node_scores : array, shape (row, column, label)
        Scores at the nodes; may be infinite, but not NaN.
    scores : function
        Scores at other points.

    Returns
    -------
    list of Curve

    Examples
    --------
    >>> line = np.linspace(-2, 2, 8)
    >>> def scores(points):
    ...     return np.stack([points.u**2 + points.v**2, np.ones_like(points.u)], axis=-1)
    >>> u, v = np.meshgrid(line, line)
    >>> zeros = np.zeros(64, dtype=int)
    >>> nodes = scores(Points(u, v, zeros, zeros, zeros))
    >>> (circle,) = trace(line, line, np.zeros(8, dtype=bool), nodes, scores)
    >>> bool(np.allclose(circle.u**2 + circle.v**2, 1)), circle.jump
    (True, False)
    """
    return _Tracer(u, v, node_scores, scores).trace(doubled)


class _Tracer:
    """Workspace: vertices, and the segments between them by pair of labels and kind."""

    def __init__(self, u: Array, v: Array, node_scores: Array, scores: Scores) -> None:
        self.u, self.v, self.scores = u, v, scores
        self.rows, self.columns = node_scores.shape[:2]
        self.flat = node_scores.reshape(self.rows * self.columns, -1)
        self.labels = leaders(self.flat)
        self.vertices: list[tuple[float, float, float]] = []  # u, v and the gap
        self.segments: dict[tuple[int, int, bool], list[Segment]] = defaultdict(list)
        self.crossings: dict[tuple[int, int], list[_Crossing]] = {}  # by the nodes of an edge
        # Segments that may be refined: node nearby, rows of the grid below and above
        self.cells: dict[Segment, tuple[int, int, int]] = {}

    def trace(self, doubled: NDArray[np.bool_]) -> list[Curve]:
        nodes = np.arange(self.rows * self.columns).reshape(self.rows, self.columns)
        cell_rows = ~doubled[:-1]  # no cells lie between the two sides of a doubled line
        below, above = nodes[:-1][cell_rows], nodes[1:][cell_rows]
        corners = [
            part.ravel() for part in (below[:, :-1], below[:, 1:], above[:, 1:], above[:, :-1])
        ]
        edges = (
            (nodes[:, :-1], nodes[:, 1:]),
            (below, above),
            (below[:, :-1], above[:, 1:]),  # diagonals, which divide cells into triangles
        )
        self._cross_edges(
            *(np.concatenate([x.ravel() for x in side]) for side in zip(*edges, strict=True))
        )
        self._cross_triangles(
            np.concatenate(
                [np.stack([corners[i] for i in ids], axis=1) for ids in [(0, 1, 2), (0, 2, 3)]]
            )
        )
        for _ in range(PASSES):
            self._refine()
        for row in np.flatnonzero(doubled[:-1]).tolist():
            self._trace_doubled_line(row)
        return [
            Curve((first, second), jump, *np.array([self.vertices[i] for i in chain]).T)
            for (first, second, jump), segments in sorted(self.segments.items())
            for chain in _chains(segments)
        ]

    def _vertex(self, u: float, v: float, gap: float) -> int:
        self.vertices.append((float(u), float(v), float(gap)))
        return len(self.vertices) - 1

    def _points(self, start: Ints, end: Ints, fraction: Array) -> Points:
        """Points at fractions of the edges between nodes."""
        start_row, start_column = np.divmod(start, self.columns)
        end_row, end_column = np.divmod(end, self.columns)
        u = (1 - fraction) * self.u[start_column] + fraction * self.u[end_column]
        v = (1 - fraction) * self.v[start_row] + fraction * self.v[end_row]
        return Points(u, v, start, np.minimum(start_row, end_row), np.maximum(start_row, end_row))

    def _cross_edges(self, start: Ints, end: Ints) -> None:
        """Locate the changes of leader along edges, at most two on each."""
        changes = self.labels[start] != self.labels[end]
        start, end = start[changes], end[changes]
        forward, beyond = self._first_crossings(start, end)
        for a, b, crossing in zip(start.tolist(), end.tolist(), forward, strict=True):
            self.crossings[min(a, b), max(a, b)] = [crossing]
        # If another label than that of the end node leads beyond the crossing, a third region lies
        # between: the edge is also searched from its other end.
        third = beyond != self.labels[end]
        start, end = start[third], end[third]
        backward, _ = self._first_crossings(end, start)
        for a, b, crossing in zip(start.tolist(), end.tolist(), backward, strict=True):
            self.crossings[min(a, b), max(a, b)].append(crossing)

    def _first_crossings(self, start: Ints, end: Ints) -> tuple[list[_Crossing], Ints]:
        """Where the leader of each start node ceases to lead towards the end node, and the next."""
        own = self.labels[start]
        if not len(start):
            return [], own
        brackets = close_in(
            lambda rows, fraction: _lead(
                self.scores(self._points(start[rows], end[rows], fraction)), own[rows]
            ),
            Brackets(
                np.zeros(len(start)),
                np.ones(len(start)),
                _lead(self.flat[start], own),
                _lead(self.flat[end], own),
            ),
            close=CLOSE,
            width=WIDTH,
        )
        fraction, gap = brackets.nearest()
        jump = np.abs(gap) > TIE
        # Either end of the bracket of a jump may be the nearest: the next leader leads at the far
        # end. Where scores meet, the next leader has the second largest score.
        far = np.where(jump, brackets.high, fraction)
        scores = self.scores(self._points(start, end, far)).copy()
        scores[np.arange(len(start)), own] = -np.inf
        following = leaders(scores)
        points = self._points(start, end, fraction)
        pairs = np.sort(np.stack([own, following], axis=1), axis=1).tolist()
        return [
            _Crossing(
                self._vertex(points.u[i], points.v[i], gap[i]), (first, second), bool(jump[i])
            )
            for i, (first, second) in enumerate(pairs)
        ], following

    def _on_edge(self, a: int, b: int) -> list[_Crossing]:
        """Crossings of an edge, in the order from the first node to the second."""
        u, v = self.u[a % self.columns], self.v[a // self.columns]

        def distance(crossing: _Crossing) -> float:
            vertex = self.vertices[crossing.vertex]
            return float(abs(vertex[0] - u) + abs(vertex[1] - v))

        return sorted(self.crossings.get((min(a, b), max(a, b)), []), key=distance)

    def _cross_triangles(self, triangles: Ints) -> None:
        """Join the crossings on the edges of each triangle."""
        labels = self.labels[triangles]
        meetings = []
        for triangle in triangles[(labels != labels[:, :1]).any(axis=1)].tolist():
            single: list[_Crossing] = []  # crossings without a partner, in order of the boundary
            for a, b in zip(triangle, triangle[1:] + triangle[:1], strict=True):
                for crossing in self._on_edge(a, b):
                    partner = next((other for other in single if other.pair == crossing.pair), None)
                    if partner is None:
                        single.append(crossing)
                        continue
                    single.remove(partner)
                    segment = (partner.vertex, crossing.vertex)
                    self._join(segment, crossing.pair, partner.jump or crossing.jump, triangle)
            if len(single) == 3 and len({label for item in single for label in item.pair}) == 3:
                meetings.append((triangle, single))
        if meetings:
            self._meet(meetings)

    def _join(
        self, segment: Segment, pair: tuple[int, int], jump: bool, triangle: list[int]
    ) -> None:
        rows = [node // self.columns for node in triangle]
        self.cells[segment] = (triangle[0], min(rows), max(rows))
        self.segments[*pair, jump].append(segment)

    def _meet(self, meetings: list[tuple[list[int], list[_Crossing]]]) -> None:
        """Locate the points at which three regions meet.

        A triangle whose corners have three leaders is divided into quarters, and replaced by the
        first quarter whose corners have three leaders.
        """
        nodes = np.array([triangle for triangle, _ in meetings])
        row, column = np.divmod(nodes, self.columns)
        u, v, labels = self.u[column], self.v[row], self.labels[nodes]
        near, low, high = nodes[:, 0], row.min(axis=1), row.max(axis=1)
        located = _distinct(labels)
        gap = np.full(len(nodes), np.inf)
        for _ in range(HALVINGS):
            active = np.flatnonzero(located)
            if not len(active):
                break
            middle_u, middle_v = ((x[active] + np.roll(x[active], -1, axis=1)) / 2 for x in (u, v))
            lines = (np.repeat(x[active], 3) for x in (near, low, high))
            scores = self.scores(Points(middle_u.ravel(), middle_v.ravel(), *lines))
            ordered = np.sort(scores[::3], axis=-1)
            gap[active] = ordered[:, -1] - ordered[:, -3]
            middle_labels = leaders(scores).reshape(-1, 3)
            six = np.concatenate([labels[active], middle_labels], axis=1)
            distinct = _distinct(six[:, _QUARTERS])
            divided = distinct.any(axis=1)
            located[active[~divided]] = False
            active, quarter = active[divided], _QUARTERS[distinct.argmax(axis=1)[divided]]
            for corners, middle in ((u, middle_u), (v, middle_v), (labels, middle_labels)):
                six = np.concatenate([corners[active], middle[divided]], axis=1)
                corners[active] = np.take_along_axis(six, quarter, axis=1)
        for i in np.flatnonzero(~located).tolist():
            if (wedge := self._wedge(meetings[i][0])) is not None:
                (u[i], v[i], gap[i]), located[i] = wedge, True
        for i, (triangle, crossings) in enumerate(meetings):
            if not located[i]:
                continue  # the curves end where they enter the triangle
            centre = self._vertex(u[i].mean(), v[i].mean(), gap[i])
            for crossing in crossings:
                jump = crossing.jump or bool(gap[i] > TIE)
                self._join((crossing.vertex, centre), crossing.pair, jump, triangle)

    def _wedge(self, triangle: list[int]) -> tuple[float, float, float] | None:
        """Tip of a third region that enters across one edge of a triangle, and the gap there.

        The corners have two leaders. A line from the corner that leads alone to the opposite side
        is turned from the edge without the third region to the edge with it. At the point of the
        line at which the two leaders are equal, the third label is behind at first and ahead at
        last.
        """
        labels = self.labels[triangle].tolist()
        alone = next((i for i in range(3) if labels.count(labels[i]) == 1), None)
        if alone is None:
            return None
        others = [i for i in range(3) if i != alone]
        others.sort(key=lambda i: len(self._on_edge(triangle[alone], triangle[i])))
        counts = [len(self._on_edge(triangle[alone], triangle[i])) for i in others]
        entered = self._on_edge(triangle[alone], triangle[others[1]])
        third = {label for crossing in entered for label in crossing.pair} - set(labels)
        if counts != [1, 2] or len(third) != 1:
            return None
        chosen = [labels[alone], labels[others[0]], third.pop()]
        row, column = np.divmod(np.array(triangle), self.columns)
        corner, first, last = (
            np.array([self.u[column[i]], self.v[row[i]]]) for i in (alone, *others)
        )
        line = np.array(triangle[:1]), np.array([row.min()]), np.array([row.max()])

        def point(turn: float, fraction: float) -> Array:
            side = (1 - turn) * first + turn * last
            return np.asarray((1 - fraction) * corner + fraction * side)

        def scores(turn: float, fraction: float) -> Array:
            """Scores of the leader at the corner, of the other leader and of the third label."""
            u, v = point(turn, fraction)
            return np.asarray(self.scores(Points(np.array([u]), np.array([v]), *line))[0, chosen])

        def equal(turn: float) -> float:
            """Fraction of the line at which the two leaders are equal."""

            def lead(fraction: float) -> float:
                own, other, _ = scores(turn, fraction)
                return float(own - other)

            return between(lead, 0.0, 1.0, lead(0.0), lead(1.0), close=TIE / 10, width=WIDTH)

        def ahead(turn: float) -> float:
            own, _, third_score = scores(turn, equal(turn))
            return float(third_score - own)

        ends = ahead(0.0), ahead(1.0)
        if not ends[0] < 0 < ends[1]:
            return None
        turn = between(ahead, 0.0, 1.0, *ends, close=TIE / 10, width=WIDTH)
        fraction = equal(turn)
        u, v = point(turn, fraction)
        return float(u), float(v), float(np.ptp(scores(turn, fraction)))

    def _refine(self) -> None:
        """Add a vertex between the two of every segment of a tie that is not yet straight.

        The vertex is searched on the perpendicular bisector of the segment, up to half of the
        segment's length to either side.
        """
        chosen = [
            (key, segment)
            for key, segments in self.segments.items()
            if not key[2]
            for segment in segments
            if segment in self.cells
        ]
        if not chosen:
            return
        span = np.array([np.ptp(self.u) or 1.0, np.ptp(self.v) or 1.0])
        position = np.array(self.vertices)[:, :2] / span
        start, end = position[[segment for _, segment in chosen]].swapaxes(0, 1)
        along = end - start
        across = np.stack([-along[:, 1], along[:, 0]], axis=1)
        near, low, high = np.array([self.cells[segment] for _, segment in chosen]).T
        pairs = np.array([key[:2] for key, _ in chosen])

        def points(rows: Ints, offset: Array) -> Points:
            u, v = ((start + along / 2)[rows] + offset[:, None] * across[rows]).T * span[:, None]
            u = np.clip(u, self.u[0], self.u[-1])
            v = np.clip(v, self.v[low[rows]], self.v[high[rows]])
            return Points(u, v, near[rows], low[rows], high[rows])

        def difference(rows: Ints, offset: Array) -> Array:
            first, second = np.take_along_axis(self.scores(points(rows, offset)), pairs[rows], 1).T
            return np.asarray(first - second)

        rows = np.arange(len(chosen))
        ends = [difference(rows, np.full(len(chosen), offset)) for offset in (-0.5, 0.5)]
        crossed = np.isfinite(ends).all(axis=0) & (np.sign(ends).prod(axis=0) < 0)
        for i in rows[~crossed].tolist():
            self.cells.pop(chosen[i][1], None)  # there is no crossing to be found
        if not len(good := rows[crossed]):
            return
        half = np.full(len(good), 0.5)
        offset, gap = close_in(
            lambda rows, offset: difference(good[rows], offset),
            Brackets(-half, half, ends[0][good], ends[1][good]),
            close=CLOSE,
            width=WIDTH,
        ).nearest()
        middle = points(good, offset)
        scores = self.scores(middle)
        pair_scores = np.take_along_axis(scores, pairs[good], 1)
        leading = scores.max(axis=1) <= pair_scores.max(axis=1) + CLOSE
        distance = np.abs(offset) * np.hypot(*along[good].T)
        for i in np.flatnonzero((np.abs(gap) <= TIE) & leading).tolist():
            key, segment = chosen[good[i]]
            vertex = self._vertex(middle.u[i], middle.v[i], gap[i])
            self._split(key, segment, vertex, straight=bool(distance[i] <= SMOOTH))

    def _split(
        self, key: tuple[int, int, bool], segment: Segment, vertex: int, straight: bool
    ) -> None:
        """Replace a segment by its two parts, which are refined further unless it is straight."""
        halves = (segment[0], vertex), (vertex, segment[1])
        self.segments[key].remove(segment)
        self.segments[key] += halves
        cell = self.cells.pop(segment)
        if not straight:
            self.cells.update(dict.fromkeys(halves, cell))

    def _trace_doubled_line(self, row: int) -> None:
        """Join the intervals of a doubled line whose two sides have different leaders."""
        sides = self._intervals(row), self._intervals(row + 1)
        ends = np.unique([end for side in sides for end in side[0]]).tolist()
        vertices: dict[float, int] = {}
        for left, right in zip(ends[:-1], ends[1:], strict=True):
            middle = (left + right) / 2
            first, second = sorted(
                labels[int(np.searchsorted(edges, middle)) - 1] for edges, labels in sides
            )
            if first == second:
                continue
            for end in (left, right):
                if end not in vertices:
                    vertices[end] = self._vertex(end, self.v[row + 1], np.nan)
            self.segments[first, second, True].append((vertices[left], vertices[right]))

    def _intervals(self, row: int) -> tuple[list[float], list[int]]:
        """Edges of the intervals of a line with one leader, and the leaders."""
        edges, labels = [float(self.u[0])], [int(self.labels[row * self.columns])]
        for node in range(row * self.columns, (row + 1) * self.columns - 1):
            crossings = self._on_edge(node, node + 1)
            for crossing in crossings:
                edges.append(self.vertices[crossing.vertex][0])
                labels.append(next(label for label in crossing.pair if label != labels[-1]))
            if crossings:
                labels[-1] = int(self.labels[node + 1])
        return [*edges, float(self.u[-1])], labels


def _lead(scores: Array, labels: Ints) -> Array:
    """Lead of a label over all others, shape (point,); negative where it does not lead."""
    rows = np.arange(len(scores))
    others = scores.copy()
    others[rows, labels] = -np.inf
    return np.asarray(scores[rows, labels] - others.max(axis=1))


def _distinct(labels: Ints) -> NDArray[np.bool_]:
    """Whether the labels along the last axis are all different."""
    return np.asarray((np.diff(np.sort(labels, axis=-1), axis=-1) != 0).all(axis=-1))


def _chains(segments: list[Segment]) -> Iterator[list[int]]:
    """Join segments to chains of vertices: first those with ends, then closed ones."""
    neighbours: dict[int, list[int]] = defaultdict(list)
    for first, second in segments:
        neighbours[first].append(second)
        neighbours[second].append(first)
    unused = {frozenset(segment) for segment in segments}
    ends = [vertex for vertex in neighbours if len(neighbours[vertex]) != 2]
    for start in [*ends, *neighbours]:
        while True:
            chain = [start]
            while len(chain) == 1 or len(neighbours[chain[-1]]) == 2:
                open_ = [i for i in neighbours[chain[-1]] if frozenset((chain[-1], i)) in unused]
                if not open_:
                    break
                unused.remove(frozenset((chain[-1], open_[0])))
                chain.append(open_[0])
            if len(chain) < 2:
                break
            yield chain
