"""Room for walks along lines of equal sizes, one after the other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from taskmodel.allocation import Allocation, optimum_kernels
from taskmodel.allocation.regime_kernels import (
    SHARE,
    Instance,
    Instances,
    Regimes,
    new_regimes,
    workspace,
)
from taskmodel.allocation.solver import new_answers
from taskmodel.numerics.accuracy import NO_PRICE, TRACE
from taskmodel.numerics.types import Array
from taskmodel.science.production import Tree
from taskmodel.sweeps.line_kernels import POSITION, Line, Room
from taskmodel.sweeps.report_kernels import BEGAN, CODE, INTERVAL, STARTED, Walk
from taskmodel.sweeps.visit_kernels import LOST, MARKS, Marks
from taskmodel.sweeps.walk_kernels import GIVEN, MOST_EVENTS, SOUGHT, UNSOLVED

AFFINE = 1e-13  # relative deviation from a straight line that is rounding
STACK = 40
ROOM = 1_000_000  # entries of activities that are held at once


class Desk:
    """Room for walks over lines of equal sizes, one after the other.

    Parameters
    ----------
    line : Line
        One of them.
    tree : Tree
    points : int
        How many points are reported.
    intervals : int
        How many a line has at most.
    """

    def __init__(self, line: Line, tree: Tree, points: int, intervals: int) -> None:
        _, leaves, modes, factors = line.bundle.shape
        fit = max(ROOM // (2 * leaves * modes), 2 * MOST_EVENTS)
        events = min(2 * intervals + 4 * MOST_EVENTS, fit)
        rows, margins = points + 2 * events, leaves * modes + 2 * factors
        marks = MARKS + STACK
        self.intervals, self.points, self.nests = intervals, points, tree.nests
        self.work = workspace(leaves, modes, tree.nodes, factors, linked=False)
        self._marks = Marks(np.zeros((marks, 5)), new_regimes(marks, leaves, modes, factors))
        case = Instance(
            np.zeros((leaves, modes, factors)),
            np.zeros((leaves, modes), dtype=bool),
            np.zeros(leaves, dtype=bool),
            np.zeros(factors, dtype=bool),
            line.nest[0].copy(),
            np.zeros((0, 0, 0)),
        )
        self.search = optimum_kernels.search_workspace(leaves, modes, tree.nodes, factors)
        self._answers = new_answers(1, leaves)
        self._room = Room(
            case,
            line.bundle.copy(),
            np.zeros((2, factors)),
            np.zeros((4, margins)),
            np.zeros(margins, dtype=bool),
            np.zeros(6),
            self.search.split,
            np.zeros(2, dtype=np.int64),
            np.zeros(1 + factors, dtype=bool),
        )
        self._report = (
            np.zeros((rows, leaves, modes)),
            np.zeros((rows, leaves, modes), dtype=bool),
            np.zeros((rows, factors), dtype=bool),
            np.zeros((rows, 2, factors)),
            np.zeros((rows, 6)),
            np.zeros(events, dtype=np.int64),
        )

    def seek(self, case: Instance, marks: Marks, low: int, course: Walk) -> None:
        """Solve a case into the low mark, from the regime there if one is given."""
        bundle, opened, dead, scarce, nest, inputs = case
        one = Instances(
            bundle[None], opened[None], dead[None], scarce[None], nest[None], inputs[None]
        )
        active, priced, price, share, guess = marks.regimes
        row = slice(low, low + 1)
        regimes = Regimes(active[row], priced[row], price[row], share[row], guess[row])
        start = np.array([course.progress[STARTED] == GIVEN])
        numbers = self.nests, one, regimes, start, self._answers, 0, 1
        optimum_kernels.solve_points(*numbers, self.work, self.search)
        sought = self._answers.code[0] < optimum_kernels.FAILED
        course.progress[STARTED] = SOUGHT if sought else UNSOLVED

    def marks(self, order: NDArray[np.intp], start: Allocation | None) -> Marks:
        """Return marks without a trace of earlier walks, with a regime to start from."""
        for array in (self._marks.numbers, *self._marks.regimes):
            array.fill(0)
        if start is not None:
            write_regime(self._marks, 0, start, order)
        return self._marks

    def room(self, line: Line, tree: Tree) -> Room:
        """Return the workspace of a walk over a line."""
        case = self._room.case
        # at every position
        case.dead[:] = tree.weightless(line.nest[:, SHARE].max(axis=0))[: tree.leaves]
        case.nest[:] = line.nest[0]
        self._room.bundle[:] = line.bundle
        return self._room

    def course(self, line: Line, grid: Array) -> Walk:
        """Return an empty report, with room for so many events as memory allows.

        The grid has at most as many points as the desk.
        """
        activity, usable, priced, factor, number, interval = self._report
        rows = slice(0, len(grid) + 2 * len(interval))
        number = number[rows]
        number.fill(0)
        number[: len(grid), POSITION] = grid
        number[:, CODE] = LOST
        bad = np.zeros((2, len(line.knots) // 3 + 1), dtype=bool)
        bad[INTERVAL, :-1] = _changing_pattern(line.supply)
        bad[:, 1:-1] |= _jumps(line)
        regime = np.full(bad.shape, -1, dtype=np.int64)
        progress = np.zeros(8, dtype=np.int64)
        progress[BEGAN:] = -1
        of_points = activity[rows], usable[rows], priced[rows], factor[rows], number
        return Walk(*of_points, interval, bad, regime, progress)


def _changing_pattern(supply: Array) -> NDArray[np.bool_]:
    """Return intervals at whose ends different factors are absent or unlimited."""
    kind = np.where(supply == 0, 0, np.where(np.isinf(supply), 2, 1))
    a, b, c = kind[0::3], kind[1::3], kind[2::3]
    return ((a != b) | (b != c)).any(axis=1)


def _jumps(line: Line) -> NDArray[np.bool_]:
    """Return the stops at which numbers of the organisation jump."""
    jumps = np.zeros(len(line.knots) // 3 - 1, dtype=bool)
    for values in (*line.values, line.supply, line.nest.reshape(len(line.nest), -1)):
        if len(values) == len(line.knots):
            low, high = values[2:-1:3], values[3::3]
            step = np.abs(np.where(np.isinf(low), 0.0, high) - np.where(np.isinf(low), 0.0, low))
            jumps |= (step > AFFINE * np.where(np.isinf(low), 1.0, np.abs(low))).any(axis=1)
    return jumps


def write_regime(marks: Marks, row: int, allocation: Allocation, order: NDArray[np.intp]) -> None:
    """Write the regime of an allocation of one point into a mark; 0 is the low one."""
    regimes = marks.regimes
    activity = np.where(np.isfinite(allocation.activity[0]), allocation.activity[0], 0.0)
    activity = activity[np.argsort(order)]
    total = activity.sum(axis=-1, keepdims=True)
    elasticity = np.nan_to_num(allocation.factor_elasticity[0])
    regimes.active[row] = activity > 0
    regimes.mode_share[row] = activity / np.where(total > 0, total, 1.0)
    regimes.priced[row] = elasticity > NO_PRICE
    regimes.price[row] = np.where(elasticity > NO_PRICE, elasticity, TRACE)
