"""First passages along an axis: where a measure first reaches a level.

A passage is bracketed by two neighbouring points of a path and located to 1e-9 of the axis's unit.
Where the level is passed in a jump, as when a task opens to AI, it is the position of the jump.
"""

from __future__ import annotations

from collections.abc import Callable
from math import nan

import numpy as np

from taskmodel.numerics.roots import between
from taskmodel.numerics.types import Array
from taskmodel.organisation.measures import Measures
from taskmodel.sweeps.walker import SolutionPath, Walker

WIDTH = 1e-9
CLOSE = 1e-13  # relative to the level
ROUNDING = 1e-12  # of sums of shares

Reader = Callable[[Measures], Array]


def first_passages(
    walker: Walker, path: SolutionPath, read: Reader, levels: tuple[float, ...]
) -> Array:
    """Return the first positions at which a measure is at or above some levels.

    Parameters
    ----------
    walker : Walker
    path : SolutionPath
        Through the axis, with both limits at every threshold.
    read : function
        From measures to the measure, shape (point,).
    levels : tuple of float

    Returns
    -------
    array, shape (level,)
        NaN: nowhere on the path.
    """
    values = read(walker.at(path.position, path.before).measure(path.allocation))
    return np.array([_first_passage(walker, path, read, values, level) for level in levels])


def _first_passage(
    walker: Walker, path: SolutionPath, read: Reader, values: Array, level: float
) -> float:
    reached = np.flatnonzero(values >= level)
    if not len(reached):
        return nan
    row = int(reached[0])
    if row == 0 or path.position[row - 1] == path.position[row]:
        return float(path.position[row])
    neighbour = path.allocation.take(np.array([row - 1]))

    def excess(position: float) -> float:
        point = np.array([position])
        allocation = walker.solve(point, np.array([False]), neighbour).allocation
        return float(read(walker.at(point).measure(allocation))[0]) - level

    # an excess of exactly 0 at the right end would not bracket a root: the end may be the passage
    at_high = (values[row] - level) or np.finfo(float).tiny
    return between(
        excess,
        path.position[row - 1],
        path.position[row],
        values[row - 1] - level,
        at_high,
        close=CLOSE * level,
        width=WIDTH,
    )


def first_open(walker: Walker, path: SolutionPath, share: float) -> float:
    """Return the first position at which AI can do a share of the delegable hours; NaN: nowhere."""
    automatable = walker.at(path.position, path.before).automatable
    hours = np.array(
        [task.share.value if task.delegable else 0.0 for task in walker.catalog.tasks.values()]
    )
    open_hours, threshold = (automatable * hours).sum(axis=1), share * hours.sum() * (1 - ROUNDING)
    reached = np.flatnonzero(open_hours >= threshold)
    return float(path.position[reached[0]]) if len(reached) and hours.any() else nan
