"""When something first reaches a level along an axis: found on the way, then located between its neighbours.

Between two neighbouring points of the way the first place is found to 1e-9 of a unit of the axis; where the level is passed in a
jump, as when a task opens to AI, that place is the jump's.
"""

from __future__ import annotations

from collections.abc import Callable
from math import nan

import numpy as np

from taskmodel.numerics.roots import between
from taskmodel.numerics.types import Array
from taskmodel.organisation.measures import Measures
from taskmodel.sweeps.walker import Path, Walker

__all__ = ["first_open", "first_places"]

PLACE = 1e-9
CLOSE = 1e-13  # of the level
ROUNDING = 1e-12  # of sums of shares

Reading = Callable[[Measures], Array]


def first_places(walker: Walker, path: Path, read: Reading, levels: list[float]) -> list[float]:
    """The first places at which what is read is at some levels or above; NaN: nowhere on the way.

    Parameters
    ----------
    walker : Walker
    path : Path
        The way through the axis, both limits at every threshold.
    read : function
        From measures to what is wanted, shape (point,).
    levels : list of float
    """
    there = read(walker.at(path.place, path.before).measure(path.allocation))
    return [_first(walker, path, read, there, level) for level in levels]


def _first(walker: Walker, path: Path, read: Reading, there: Array, level: float) -> float:
    reached = np.flatnonzero(there >= level)
    if not len(reached):
        return nan
    row = int(reached[0])
    if row == 0 or path.place[row - 1] == path.place[row]:
        return float(path.place[row])
    low, high = path.place[row - 1], path.place[row]
    start = path.allocation.take(np.array([row - 1]))

    def beyond(place: float) -> float:
        point, here = np.array([place]), np.array([False])
        return (
            float(read(walker.at(point).measure(walker.solve(point, here, start).allocation))[0])
            - level
        )

    at_high = there[row] - level
    if at_high == 0:
        at_high = np.finfo(float).tiny  # the end itself may be the first place
    return between(
        beyond, low, high, there[row - 1] - level, at_high, close=CLOSE * level, width=PLACE
    )


def first_open(walker: Walker, path: Path, part: float) -> float:
    """The first place at which AI can do so much of the hours that it may ever do; NaN: nowhere on the way."""
    at = walker.at(path.place, path.before)
    tasks = list(walker.catalog.tasks.values())
    hours = np.array([task.share.value if task.delegable else 0.0 for task in tasks])
    reached = np.flatnonzero(
        (at.automatable * hours).sum(axis=1) >= part * hours.sum() * (1 - ROUNDING)
    )
    return float(path.place[reached[0]]) if len(reached) and hours.any() else nan
