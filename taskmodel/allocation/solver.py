"""The optima of a `Problem`, in compiled loops over its points."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from taskmodel.allocation import optimum_kernels as optima
from taskmodel.allocation import output_kernels as outputs
from taskmodel.allocation.active_set import ActiveSet, instances_of, unsolved
from taskmodel.allocation.presolve import Problem, unscaled_arrays
from taskmodel.allocation.regime_kernels import Regimes, Workspace, workspace
from taskmodel.compiled import COMPILES
from taskmodel.numerics.stopping import current_look
from taskmodel.numerics.types import Array, Mask
from taskmodel.science.production import Tree

# Points that are solved one after the other, each from the one before where they are alike. The
# number does not depend on that of the threads, so that the last digits of results do not either.
ROW = 256
LONG_ROW = 1024  # the same where only output is asked for, of few tasks
SHORTEST_ROW, ROW_LEAVES = 128, 500_000  # and of many: rows of so many points times leaves
# Linked organisations are not solved from one another, and take up to a second each: an interrupt,
# or who needs them no more (`stopping`), waits for the points that are being solved.
LINKED_ROW = 1


def optima_of(
    problem: Problem, start: ActiveSet | None = None
) -> tuple[ActiveSet, NDArray[np.int64], Array, Array]:
    """The optimum of every point.

    Parameters
    ----------
    problem : Problem
        Every point with something to produce and something scarce.
    start : ActiveSet, optional
        Initial active sets, such as those of neighbours; the search only begins anew where they do
        not lead to the optimum.

    Returns
    -------
    regime : ActiveSet
    code : array of int, shape (point,)
        What `optimum_kernels.optimum` returns.
    log_output : array, shape (point,)
    gap : array, shape (point,)
        Duality gap [1].
    """
    points, leaves, modes, factors = problem.bundle.shape
    result = start or unsolved(problem)
    given = np.full(points, start is not None)
    instances, nests = instances_of(problem), problem.tree.nests
    log_output, gap = np.full(points, -np.inf), np.full(points, np.inf)
    code = np.zeros(points, dtype=np.int64)
    guess = np.zeros((points, 2, factors))
    regimes = Regimes(result.active, result.priced, result.price, result.mode_share, guess)
    answers = optima.Answers(code, result.weight, result.leaf_cost, log_output, gap)

    linked = instances.inputs.shape[1] > 0

    def solve(begin: int, end: int, ties: int) -> int:
        work = workspace(leaves, modes, problem.tree.nodes, factors, ties, linked=linked)
        search = optima.search_workspace(leaves, modes, problem.tree.nodes, factors)
        optima.solve_points(nests, instances, regimes, given, answers, begin, end, work, search)
        return work.tie.shape[1]

    _in_rows(solve, code, LINKED_ROW if linked else ROW)
    return result, code, log_output, gap


def outputs_of(
    tree: Tree, share: Array, elasticity: Array, bundle: Array, supply: Array, available: Mask
) -> tuple[Array, Array]:
    """The log output of every point, without the allocation, and its duality gap.

    Parameters are those of `presolve`. Points next to each other are solved from one another, and
    nothing is kept of them, so that a family of organisations that differ in open modes, supplies
    or bundles costs a few evaluations each.

    Returns
    -------
    log_output, gap : array, shape (point,)
        inf where output needs nothing that is scarce, -inf where there is none.
    """
    points, (_, modes, factors) = len(supply), bundle.shape[1:]
    unscaled = unscaled_arrays(tree, share, elasticity, bundle, supply, available)
    answers = outputs.Outputs(np.zeros(points, dtype=np.int64), np.zeros(points), np.zeros(points))
    sizes = tree.leaves, modes, tree.nodes, factors

    def solve(begin: int, end: int, ties: int) -> int:
        work = workspace(*sizes, ties, linked=False)
        own = outputs.output_workspace(*sizes, begin)
        search = optima.search_workspace(*sizes)
        anew = new_answers(2, tree.leaves)
        point = begin
        while point != outputs.DONE:
            rest = unscaled, answers, end, own, work, search
            point = outputs.greatest_outputs(tree.nests, *rest)
            if point != outputs.DONE:
                solve_anew(point, own, work, search, anew)
        return work.tie.shape[1]

    def solve_anew(
        point: int,
        own: outputs.OutputWork,
        work: Workspace,
        search: optima.Search,
        anew: optima.Answers,
    ) -> None:
        row = int(own.progress[outputs.PRESENT])
        cases = tree.nests, own.cases, own.state, np.zeros(2, dtype=bool), anew
        optima.solve_points(*cases, row, row + 1, work, search)
        answers.code[point], answers.log_output[point] = anew.code[row], anew.log_output[row]
        answers.gap[point] = anew.gap[row]
        lost = anew.code[row] in (optima.FAILED, optima.TIGHT_ROOM)
        if lost:
            answers.log_output[point], answers.gap[point] = -np.inf, np.inf
            own.progress[outputs.NEXT] = point + 1
        own.progress[outputs.KNOWN] = outputs.NOTHING if lost else outputs.NOW

    row = min(max(ROW_LEAVES // max(tree.leaves, 1), SHORTEST_ROW), LONG_ROW)
    _in_rows(solve, answers.code, row)
    return answers.log_output, answers.gap


def new_answers(points: int, leaves: int) -> optima.Answers:
    """Room for the costs and certificates of some points."""
    return optima.Answers(
        np.zeros(points, dtype=np.int64),
        np.zeros((points, leaves)),
        np.ones((points, leaves)),
        np.full(points, -np.inf),
        np.full(points, np.inf),
    )


def _in_rows(solve: Callable[[int, int, int], int], code: NDArray[np.int64], length: int) -> None:
    """Solve rows of points, in parallel threads if there are several.

    `solve` takes the first point, the one after the last, and room for ties (0: as usual); it
    returns the room that there was, and leaves in `code` which points need more.
    """
    points, look = len(code), current_look()
    rows = [(begin, min(begin + length, points)) for begin in range(0, points, length)]

    def solve_row(row: tuple[int, int]) -> None:
        look()
        # a point with more ties than there is room for is solved again in a larger workspace
        left = [(*row, 0)]
        while left:
            begin, end, ties = left.pop()
            room = solve(begin, end, ties)
            tight = begin + np.flatnonzero(code[begin:end] == optima.TIGHT_ROOM)
            left += [(point, point + 1, 4 * room) for point in tight.tolist()]

    if len(rows) > 1 and COMPILES:
        with ThreadPoolExecutor(os.cpu_count()) as threads:
            list(threads.map(solve_row, rows))
    else:
        for row in rows:
            solve_row(row)
