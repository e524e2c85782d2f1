"""Draws that were walked together, and what becomes of draws."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from taskmodel.allocation import Allocation
from taskmodel.errors import TaskmodelError
from taskmodel.numerics.types import Array
from taskmodel.sweeps.walker import Setting, Situation, Walker

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Walks:
    """Draws that were walked together.

    Attributes
    ----------
    draw : array of int, shape (draw,)
        Their positions among all draws.
    setting : Setting
        Their organisations.
    compute : array, shape (draw, point)
        The reported points [FLOP/year].
    allocation : Allocation
        The optima there, (draw x point), all points of a draw one after the other.
    first : array, shape (draw, kind)
        Position of the first event of each of `KINDS`; inf where there is none.
    oversight : array, shape (draw, 4)
        Position from which oversight binds, from which it is the largest source, and from which it
        costs each of `oversight_cost.LEVELS`: the low end of the axis where it is so there already.
        NaN for those of costs that were not asked for.
    cost : array, shape (draw, point), or None
        Oversight's cost, if it was asked for.
    along : Walker or None
        Of the only draw, where the axis is another than compute; positions are then on that axis.
    """

    draw: NDArray[np.intp]
    setting: Setting
    compute: Array
    allocation: Allocation
    first: Array
    oversight: Array
    cost: Array | None = None
    along: Walker | None = None

    @property
    def situation(self) -> Situation:
        """The organisation at every reported point of every draw, (draw x point)."""
        if self.along is not None:
            return self.along.at(self.compute[0])
        draws, points = self.compute.shape
        rows = np.repeat(np.arange(draws), points)
        return Situation(self.setting.take(rows), self.compute.ravel())


@dataclass
class Outcomes(Generic[T]):
    """What became of draws: values of blocks of them, and errors by position among the draws."""

    values: list[T] = field(default_factory=list)
    errors: dict[int, TaskmodelError] = field(default_factory=dict)


def some_of(walks: Walks, rows: NDArray[np.intp]) -> Walks:
    """Return some of the draws that were walked together."""
    points = walks.compute.shape[1]
    chosen = (rows[:, None] * points + np.arange(points)).ravel()
    return Walks(
        walks.draw[rows],
        walks.setting.take(rows),
        walks.compute[rows],
        walks.allocation.take(chosen),
        walks.first[rows],
        walks.oversight[rows],
        None if walks.cost is None else walks.cost[rows],
        walks.along,
    )


def together(parts: list[Outcomes[T]]) -> Outcomes[T]:
    """Return outcomes of several groups of draws as one."""
    result: Outcomes[T] = Outcomes()
    for part in parts:
        result.values += part.values
        result.errors |= part.errors
    return result
