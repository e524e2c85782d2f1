"""Curves between the regions of a plane in which one of several scores is the largest.

Numbers and functions only. Scores are known at the nodes of a grid, whose cells are cut into triangles. Where the leader changes
along an edge, the place is closed in on (`roots`); edges' places are joined through triangles, and three regions meet in a
point inside one. Between two places of a curve more are found, until it is smooth. Where the leader changes and the scores
do not meet, the change is a jump. Lines of the grid may be doubled: the two sides of a line at which scores jump.

References
----------
Doi and Koide (1991), An efficient method of triangulating equi-valued surfaces by using tetrahedral cells, IEICE Transactions
E74, 214-224: the rule by which edges' places are joined, here in the plane and for more than two regions.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from taskmodel.numerics.roots import Brackets, between, close_in
from taskmodel.numerics.types import Array

Ints = NDArray[np.intp]
CLOSE = 1e-10  # of scores: they are equal
TIE = 1e-7  # scores this near at a change of leader meet there; others jump
WIDTH = 1e-9  # of an edge, to which a jump is pinned down
HALVINGS = 30  # of a triangle in which three regions meet
SMOOTH = 2e-4  # of the plane: a curve's midpoints may be as far off its chords
PASSES = 3


@dataclass(frozen=True)
class Points:
    """Points of the plane, each of shape (point,)."""

    u: Array  # coordinates
    v: Array
    near: Ints  # the node, counted along rows, at which a search for the scores may begin
    low: Ints  # lines of the grid between which the point lies
    high: Ints

    def take(self, rows: Ints | NDArray[np.bool_]) -> Points:
        return Points(*(part[rows] for part in vars(self).values()))


Scores = Callable[[Points], Array]  # to shape (point, label)


@dataclass(frozen=True)
class Curve:
    """A curve between two regions.

    Attributes
    ----------
    labels : (int, int)
        Of the regions, the smaller first.
    jump : bool
        Whether scores jump there and do not meet.
    u, v : array, shape (point,)
        Coordinates in order.
    gap : array, shape (point,)
        By how much the two scores differ at each point; NaN along a doubled line.
    """

    labels: tuple[int, int]
    jump: bool
    u: Array
    v: Array
    gap: Array


@dataclass
class _Chains:
    """Places, and segments between them by the two regions that they part and whether scores jump."""

    u: list[float] = field(default_factory=list)
    v: list[float] = field(default_factory=list)
    gap: list[float] = field(default_factory=list)
    segments: dict[tuple[int, int, bool], list[tuple[int, int]]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def place(self, u: float, v: float, gap: float) -> int:
        self.u.append(float(u))
        self.v.append(float(v))
        self.gap.append(float(gap))
        return len(self.u) - 1

    def curves(self) -> Iterator[Curve]:
        for (first, second, jump), segments in sorted(self.segments.items()):
            for chain in _joined(segments):
                u, v, gap = (
                    np.array([part[place] for place in chain])
                    for part in (self.u, self.v, self.gap)
                )
                yield Curve((first, second), jump, u, v, gap)


def leaders(scores: Array) -> Ints:
    """The label with the largest score, the first of equals, shape (...)."""
    return np.asarray(scores.argmax(axis=-1))


def trace(
    u: Array, v: Array, doubled: NDArray[np.bool_], node_scores: Array, scores: Scores
) -> list[Curve]:
    """The curves between regions.

    Parameters
    ----------
    u, v : array, shape (column,), (row,)
        Coordinates of the grid's lines, increasing; of doubled ones both are the same to within rounding.
    doubled : array of bool, shape (row,)
        The line and the next are the two sides of one at which scores jump.
    node_scores : array, shape (row, column, label)
        May be -inf and inf, not NaN.
    scores : function
        Scores at points in between.

    Examples
    --------
    >>> line = np.linspace(-2, 2, 8)
    >>> def scores(at):
    ...     return np.stack([at.u**2 + at.v**2, np.ones_like(at.u)], axis=-1)
    >>> u, v = np.meshgrid(line, line)
    >>> nothing = np.zeros(64, dtype=int)
    >>> (circle,) = trace(line, line, np.zeros(8, dtype=bool), scores(Points(u, v, nothing, nothing, nothing)), scores)
    >>> bool(np.allclose(circle.u**2 + circle.v**2, 1)), circle.jump
    (True, False)
    """
    return list(_Tracing(u, v, doubled, node_scores, scores).chains.curves())


class _Tracing:
    def __init__(
        self, u: Array, v: Array, doubled: NDArray[np.bool_], node_scores: Array, scores: Scores
    ) -> None:
        self.u, self.v, self.scores = u, v, scores
        self.rows, self.columns = node_scores.shape[:2]
        self.flat = node_scores.reshape(self.rows * self.columns, -1)
        self.labels = leaders(self.flat)
        self.span = np.array([np.ptp(u) or 1.0, np.ptp(v) or 1.0])
        self.chains = _Chains()
        # of places on edges: the two labels, whether it is a jump, and the cell's lines
        self.pairs: dict[int, tuple[int, int]] = {}
        self.jumps: dict[int, bool] = {}
        self.on_edge: dict[tuple[int, int], list[int]] = defaultdict(
            list
        )  # by the edge's two nodes
        self.lines: dict[
            tuple[int, int], tuple[int, int, int]
        ] = {}  # of segments: nearest node, lines below and above
        at = np.arange(self.rows * self.columns).reshape(self.rows, self.columns)
        across = [at[:, :-1].ravel(), at[:, 1:].ravel()]
        apart = ~doubled[:-1]
        up = [at[:-1][apart].ravel(), at[1:][apart].ravel()]
        slanted = [at[:-1, :-1][apart].ravel(), at[1:, 1:][apart].ravel()]
        self._edges(
            np.concatenate([across[0], up[0], slanted[0]]),
            np.concatenate([across[1], up[1], slanted[1]]),
        )
        corners = (
            at[:-1, :-1][apart].ravel(),
            at[:-1, 1:][apart].ravel(),
            at[1:, 1:][apart].ravel(),
            at[1:, :-1][apart].ravel(),
        )
        triangles = np.concatenate(
            [
                np.stack([corners[0], corners[1], corners[2]], axis=1),
                np.stack([corners[0], corners[2], corners[3]], axis=1),
            ]
        )
        self._triangles(triangles)
        for _ in range(PASSES):
            self._refine()
        for row in np.flatnonzero(doubled[:-1]).tolist():
            self._line(row)

    def _points(self, one: Ints, two: Ints, part: Array) -> Points:
        """Points so far on the way between nodes."""
        row_one, column_one = np.divmod(one, self.columns)
        row_two, column_two = np.divmod(two, self.columns)
        u = (1 - part) * self.u[column_one] + part * self.u[column_two]
        v = (1 - part) * self.v[row_one] + part * self.v[row_two]
        return Points(u, v, one, np.minimum(row_one, row_two), np.maximum(row_one, row_two))

    def _edges(self, one: Ints, two: Ints) -> None:
        """Find where leaders change along edges."""
        changes = self.labels[one] != self.labels[two]
        one, two = one[changes], two[changes]
        left, other = self._leaves(one, two)
        more = np.flatnonzero(other != self.labels[two])  # a third region lies between
        right, another = self._leaves(two[more], one[more])
        back = dict(zip(more.tolist(), range(len(more)), strict=True))
        for edge, (a, b) in enumerate(zip(one.tolist(), two.tolist(), strict=True)):
            found = [self._place(a, b, left, edge, int(other[edge]))]
            if edge in back:
                found.append(self._place(b, a, right, back[edge], int(another[back[edge]])))
            self.on_edge[min(a, b), max(a, b)] = found

    def _leaves(self, one: Ints, two: Ints) -> tuple[Brackets, Ints]:
        """Where the leader at the first node ceases to lead on the way to the second, and who leads then."""
        mine = self.labels[one]
        if not len(one):
            return Brackets(*np.zeros((4, 0))), mine

        def lead(scores: Array, rows: Ints) -> Array:
            return _lead(scores, mine[rows])

        every = np.arange(len(one))
        ends = Brackets(
            np.zeros(len(one)),
            np.ones(len(one)),
            lead(self.flat[one], every),
            lead(self.flat[two], every),
        )
        found = close_in(
            lambda rows, part: lead(self.scores(self._points(one[rows], two[rows], part)), rows),
            ends,
            close=CLOSE,
            width=WIDTH,
        )
        beyond = self.scores(self._points(one, two, found.nearest()[0]))
        meets = np.abs(found.nearest()[1]) <= TIE
        # of a jump the far side tells who leads; its bracket ends on either side
        far = self.scores(self._points(one, two, found.high))
        shown = np.where(meets[:, None], beyond, far)
        shown[every, mine] = -np.inf
        return found, leaders(shown)

    def _place(self, a: int, b: int, brackets: Brackets, row: int, other: int) -> int:
        part, gap = (values[row] for values in brackets.nearest())
        at = self._points(np.array([a]), np.array([b]), np.array([part]))
        place = self.chains.place(at.u[0], at.v[0], gap)
        mine = int(self.labels[a])
        self.pairs[place] = (min(mine, other), max(mine, other))
        self.jumps[place] = bool(abs(gap) > TIE)
        return place

    def _triangles(self, corners: Ints) -> None:
        """Join the places on the edges of each triangle."""
        labels = self.labels[corners]
        mixed = corners[(labels != labels[:, :1]).any(axis=1)]
        meetings = []
        for triangle in mixed.tolist():
            open_: list[int] = []  # places without a partner, in order around the triangle
            for a, b in zip(triangle, triangle[1:] + triangle[:1], strict=True):
                places = self.on_edge.get((min(a, b), max(a, b)), [])
                for place in sorted(
                    places,
                    key=lambda place: (
                        abs(self.chains.u[place] - self.u[a % self.columns])
                        + abs(self.chains.v[place] - self.v[a // self.columns])
                    ),
                ):
                    partner = next(
                        (each for each in open_ if self.pairs[each] == self.pairs[place]), None
                    )
                    if partner is None:
                        open_.append(place)
                    else:
                        open_.remove(partner)
                        self._join(partner, place, triangle)
            if (
                len(open_) == 3
                and len({label for place in open_ for label in self.pairs[place]}) == 3
            ):
                meetings.append((triangle, open_))
        self._meet(meetings)

    def _join(self, one: int, two: int, triangle: list[int]) -> None:
        jump = self.jumps[one] or self.jumps[two]
        rows = [node // self.columns for node in triangle]
        self.lines[one, two] = (triangle[0], min(rows), max(rows))
        self.chains.segments[(*self.pairs[one], jump)].append((one, two))

    def _meet(self, meetings: list[tuple[list[int], list[int]]]) -> None:
        """Find where three regions meet in triangles, by quartering them."""
        if not meetings:
            return
        nodes = np.array([triangle for triangle, _ in meetings])
        row, column = np.divmod(nodes, self.columns)
        u, v, labels = self.u[column], self.v[row], self.labels[nodes]
        near, low, high = nodes[:, 0], row.min(axis=1), row.max(axis=1)
        going = np.array([len(set(each)) == 3 for each in labels.tolist()])
        gap = np.full(len(nodes), np.inf)
        for _ in range(HALVINGS):
            at = np.flatnonzero(going)
            if not len(at):
                break
            three = np.repeat(at, 3)
            middle_u, middle_v = (part[at] + np.roll(part[at], -1, axis=1) for part in (u, v))
            points = Points(
                middle_u.ravel() / 2, middle_v.ravel() / 2, near[three], low[three], high[three]
            )
            there = self.scores(points)
            inner = leaders(there).reshape(-1, 3)
            for place, each in enumerate(at.tolist()):
                whole_u = np.concatenate([u[each], points.u[3 * place : 3 * place + 3]])
                whole_v = np.concatenate([v[each], points.v[3 * place : 3 * place + 3]])
                whole = np.concatenate([labels[each], inner[place]])
                for quarter in ((0, 3, 5), (3, 1, 4), (5, 4, 2), (3, 4, 5)):
                    if len(set(whole[list(quarter)].tolist())) == 3:
                        u[each], v[each], labels[each] = (
                            whole_u[list(quarter)],
                            whole_v[list(quarter)],
                            whole[list(quarter)],
                        )
                        break
                else:
                    going[each] = False
                top = np.sort(there[3 * place], axis=-1)
                gap[each] = top[-1] - top[-3] if len(top) > 2 else np.inf
        for each in np.flatnonzero(~going).tolist():
            if found := self._wedge(meetings[each][0]):
                (u[each], v[each], gap[each]), going[each] = found, True
        for each, (triangle, open_) in enumerate(meetings):
            if not going[each]:
                continue  # the curves end where they come into the triangle
            jump = bool(gap[each] > TIE)
            centre = self.chains.place(u[each].mean(), v[each].mean(), gap[each])
            self.jumps[centre] = False
            for place in open_:
                self.pairs[centre] = self.pairs[place]
                rows = [node // self.columns for node in triangle]
                self.lines[place, centre] = (triangle[0], min(rows), max(rows))
                self.chains.segments[(*self.pairs[place], self.jumps[place] or jump)].append(
                    (place, centre)
                )

    def _wedge(self, triangle: list[int]) -> tuple[float, float, float] | None:
        """Where a third region ends that comes in across one edge of a triangle whose corners have two leaders, and the gap there.

        From the corner that leads alone a line is drawn to the side opposite, and turned from the one edge to the other: where
        the two leaders are equal on it, the third is behind to begin with and ahead in the end.
        """
        labels = self.labels[triangle].tolist()
        alone = next((corner for corner in range(3) if labels.count(labels[corner]) == 1), None)
        if alone is None:
            return None
        ends = [end for end in range(3) if end != alone]
        places = [
            self.on_edge.get(
                (min(triangle[alone], triangle[end]), max(triangle[alone], triangle[end])), []
            )
            for end in ends
        ]
        if sorted(map(len, places)) != [1, 2]:
            return None
        if len(places[0]) == 2:
            ends.reverse()
            places.reverse()
        third = {label for place in places[1] for label in self.pairs[place]} - set(labels)
        if len(third) != 1:
            return None
        mine, other, third_label = labels[alone], labels[ends[0]], third.pop()
        row, column = np.divmod(np.array(triangle), self.columns)
        corner, begin, end = (
            np.array([self.u[column[each]], self.v[row[each]]]) for each in (alone, *ends)
        )

        def on(turn: float, part: float) -> Array:
            return np.asarray((1 - part) * corner + part * ((1 - turn) * begin + turn * end))

        def scores(turn: float, part: float) -> Array:
            u, v = on(turn, part)
            at = Points(
                np.array([u]),
                np.array([v]),
                np.array(triangle[:1]),
                np.array([row.min()]),
                np.array([row.max()]),
            )
            return np.asarray(self.scores(at)[0])

        def equal(turn: float) -> float:
            """How far out on the line the two leaders are equal."""

            def lead(part: float) -> float:
                found = scores(turn, part)
                return float(found[mine] - found[other])

            return between(lead, 0.0, 1.0, lead(0.0), lead(1.0), close=TIE / 10, width=WIDTH)

        def ahead(turn: float) -> float:
            found = scores(turn, equal(turn))
            return float(found[third_label] - found[mine])

        sides = ahead(0.0), ahead(1.0)
        if not (sides[0] < 0 < sides[1]):
            return None
        turn = between(ahead, 0.0, 1.0, *sides, close=TIE / 10, width=WIDTH)
        part = equal(turn)
        u, v = on(turn, part)
        return float(u), float(v), float(np.ptp(scores(turn, part)[[mine, other, third_label]]))

    def _refine(self) -> None:
        """Put a place between the two of every segment at which scores meet, unless it is straight already."""
        chosen = [
            (key, segment)
            for key, segments in self.chains.segments.items()
            if not key[2]
            for segment in segments
            if segment in self.lines
        ]
        if not chosen:
            return
        one, two = (np.array([segment[end] for _, segment in chosen]) for end in (0, 1))
        place = np.stack([self.chains.u, self.chains.v], axis=1) / self.span
        start, along = place[one], place[two] - place[one]
        across = np.stack([-along[:, 1], along[:, 0]], axis=1)
        near, low, high = np.array([self.lines[segment] for _, segment in chosen]).T
        pair = np.array([key[:2] for key, _ in chosen])

        def points(rows: Ints, part: Array) -> Points:
            u, v = ((start + along / 2)[rows] + part[:, None] * across[rows]).T * self.span[:, None]
            u, v = (
                np.clip(u, self.u[0], self.u[-1]),
                np.clip(v, self.v[low[rows]], self.v[high[rows]]),
            )
            return Points(u, v, near[rows], low[rows], high[rows])

        def difference(rows: Ints, part: Array) -> Array:
            there = self.scores(points(rows, part))
            every = np.arange(len(rows))
            return np.asarray(there[every, pair[rows, 0]] - there[every, pair[rows, 1]])

        every = np.arange(len(chosen))
        ends = [difference(every, np.full(len(chosen), part)) for part in (-0.5, 0.5)]
        good = np.flatnonzero(
            np.isfinite(ends[0]) & np.isfinite(ends[1]) & (np.sign(ends[0]) * np.sign(ends[1]) < 0)
        )
        half = np.full(len(good), 0.5)
        found = close_in(
            lambda rows, part: difference(good[rows], part),
            Brackets(-half, half, ends[0][good], ends[1][good]),
            close=CLOSE,
            width=WIDTH,
        )
        part, gap = found.nearest()
        at = points(good, part)
        there = self.scores(at)
        leading = (
            there.max(axis=1)
            <= np.maximum(
                there[np.arange(len(good)), pair[good, 0]],
                there[np.arange(len(good)), pair[good, 1]],
            )
            + CLOSE
        )
        off = np.abs(part) * np.hypot(*along[good].T)
        for row in np.flatnonzero((np.abs(gap) <= TIE) & leading).tolist():
            key, segment = chosen[good[row]]
            middle = self.chains.place(at.u[row], at.v[row], gap[row])
            self.pairs[middle], self.jumps[middle] = (key[0], key[1]), False
            lines = self.lines.pop(segment)
            halves = (segment[0], middle), (middle, segment[1])
            self.chains.segments[key].remove(segment)
            self.chains.segments[key] += halves
            if off[row] > SMOOTH:
                self.lines.update(dict.fromkeys(halves, lines))
        for row in set(range(len(chosen))) - set(good.tolist()):
            self.lines.pop(chosen[row][1], None)  # nothing more to be found there

    def _line(self, row: int) -> None:
        """Join the stretches of a doubled line whose two sides have different leaders."""
        below, above = self._stretches(row), self._stretches(row + 1)
        ends = np.unique([end for side in (below, above) for end in side[0]])
        places: dict[float, int] = {}
        for left, right in zip(ends[:-1], ends[1:], strict=True):
            pair = sorted(
                side[1][int(np.searchsorted(side[0], (left + right) / 2)) - 1]
                for side in (below, above)
            )
            if pair[0] == pair[1]:
                continue
            for end in (left, right):
                places.setdefault(float(end), -1)
                if places[float(end)] < 0:
                    places[float(end)] = self.chains.place(end, self.v[row + 1], np.nan)
            self.chains.segments[pair[0], pair[1], True].append(
                (places[float(left)], places[float(right)])
            )

    def _stretches(self, row: int) -> tuple[list[float], list[int]]:
        """Ends of the stretches of a line with one leader, and the leaders."""
        ends, labels = [float(self.u[0])], [int(self.labels[row * self.columns])]
        for column in range(self.columns - 1):
            a = row * self.columns + column
            places = sorted(
                self.on_edge.get((a, a + 1), []), key=lambda place: self.chains.u[place]
            )
            for index, place in enumerate(places):
                ends.append(self.chains.u[place])
                last = index == len(places) - 1
                labels.append(
                    int(self.labels[a + 1])
                    if last
                    else next(each for each in self.pairs[place] if each != labels[-1])
                )
        return [*ends, float(self.u[-1])], labels


def _lead(scores: Array, mine: Ints) -> Array:
    """By how much a label leads all others, shape (point,); negative where it does not."""
    every = np.arange(len(scores))
    others = scores.copy()
    others[every, mine] = -np.inf
    return np.asarray(scores[every, mine] - others.max(axis=1))


def _joined(segments: list[tuple[int, int]]) -> Iterator[list[int]]:
    """Segments as chains, ends first and then rings."""
    beside: dict[int, list[int]] = defaultdict(list)
    for one, two in segments:
        beside[one].append(two)
        beside[two].append(one)
    left = {frozenset(segment) for segment in segments}
    starts = [place for place in beside if len(beside[place]) != 2]
    for start in [*starts, *beside]:
        while True:
            chain = [start]
            while True:
                step = next(
                    (each for each in beside[chain[-1]] if frozenset((chain[-1], each)) in left),
                    None,
                )
                if step is None:
                    break
                left.remove(frozenset((chain[-1], step)))
                chain.append(step)
                if len(beside[step]) != 2:
                    break
            if len(chain) < 2:
                break
            yield chain
