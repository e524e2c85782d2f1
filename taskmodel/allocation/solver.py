"""The optima of a `Problem`, in compiled loops over its points."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from taskmodel.allocation import kernels
from taskmodel.allocation import optimum_kernels as optima
from taskmodel.allocation.active_set import ActiveSet, instances_of, unsolved
from taskmodel.allocation.presolve import Problem
from taskmodel.compiled import COMPILES
from taskmodel.numerics.types import Array

# Points that are solved one after the other, each from the one before where they are alike. The
# number does not depend on that of the threads, so that the last digits of results do not either.
ROW = 256


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
    regimes = kernels.Regimes(result.active, result.priced, result.price, result.mode_share, guess)
    answers = optima.Answers(code, result.weight, result.leaf_cost, log_output, gap)

    def solve(begin: int, end: int, ties: int = 0) -> None:
        work = kernels.workspace(leaves, modes, problem.tree.nodes, factors, ties)
        search = optima.search_workspace(leaves, modes, problem.tree.nodes, factors)
        optima.solve_points(nests, instances, regimes, given, answers, begin, end, work, search)
        # a point with more ties than there is room for is solved again in a larger workspace
        for point in (begin + np.flatnonzero(code[begin:end] == optima.TIGHT_ROOM)).tolist():
            solve(point, point + 1, 4 * work.tie.shape[1])

    rows = [(begin, min(begin + ROW, points)) for begin in range(0, points, ROW)]
    if len(rows) > 1 and COMPILES:
        with ThreadPoolExecutor(os.cpu_count()) as threads:
            list(threads.map(lambda row: solve(*row), rows))
    else:
        for row in rows:
            solve(*row)
    return result, code, log_output, gap
