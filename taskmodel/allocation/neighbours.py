"""Optima of linked organisations that the smoothed path does not reach, from neighbours.

With more or less of one factor an organisation may be solved where it is not as it is: a mode that
is in use by a hair at its own supplies is then in use by far, or not at all. From such a neighbour
the supply goes back step by step, and each optimum is where the search for the next one begins.
The answer is certified like any other, whatever the way to it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from taskmodel.allocation.active_set import ActiveSet
from taskmodel.allocation.optimum_kernels import FAILED
from taskmodel.allocation.presolve import Problem
from taskmodel.allocation.solver import optima_of
from taskmodel.numerics.types import Array

Optima = tuple[ActiveSet, NDArray[np.int64], Array, Array]  # as `optima_of` returns them
MULTIPLES = (10.0, 0.1, 100.0, 0.01)  # of a supply at which neighbours are looked for, in order
STEPS = 9  # from there back to the supply as it is


def optima_by_neighbours(problem: Problem, start: ActiveSet | None = None) -> Optima:
    """Optima of every point, as `optima_of`, those of linked organisations from neighbours too."""
    result = optima_of(problem, start)
    if not problem.tree.linked:
        return result
    regime, code, log_output, gap = result
    for point in np.flatnonzero(code == FAILED):
        row = [int(point)]
        found = _from_neighbours(problem[row])
        if found is not None:
            regime.put(row, found[0])
            code[row], log_output[row], gap[row] = found[1:]
    return result


def _from_neighbours(problem: Problem) -> Optima | None:
    """The optimum of one point, or None where no neighbour leads to it."""
    for multiple in MULTIPLES:
        for factor in np.flatnonzero(problem.scarce[0]):
            optima: Optima | None = None
            for supply in np.geomspace(multiple, 1.0, STEPS):
                start: ActiveSet | None = None if optima is None else optima[0]
                optima = optima_of(_with_supply(problem, int(factor), supply), start)
                if optima[1][0] == FAILED:
                    break
            else:
                return optima
    return None


def _with_supply(problem: Problem, factor: int, multiple: float) -> Problem:
    """The problem with a multiple of the supply of one factor, at supplies of one again."""
    scale = np.ones(problem.inputs.shape[-1])
    scale[factor] = multiple
    bundle = problem.bundle / scale[: problem.bundle.shape[-1]]
    return replace(problem, bundle=bundle, inputs=problem.inputs / scale)
