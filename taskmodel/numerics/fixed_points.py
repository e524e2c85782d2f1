"""Fixed points of a piecewise smooth function of one variable that jumps where decisions change.

What is due, F(a), depends on what is paid, a, through decisions: F jumps where a decision changes
and is smooth elsewhere. F is evaluated at evenly spaced points from 0 to the largest payment, and
every interval whose ends differ in their decisions is bisected: until its ends are adjacent, if
F - a changes sign between them, else to a thousandth of the spacing. On each interval without a
change of decisions, F(a) = a is solved. Where F jumps down across the diagonal there is no exact
solution: a payment just below the jump is too small, and one at the jump leaves a surplus.

A decision that changes and changes back within one interval is missed, and so are two solutions
between adjacent points with the same decisions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from taskmodel.numerics.types import Array

Decisions = NDArray[np.bool_]
Due = Callable[[Array], tuple[Array, Decisions]]

POINTS = 129
ADJACENT = 1e-12  # relative to the range: width of a jump across the diagonal
RESOLUTION = 1e-5  # relative to the range: width of other jumps, which are no solutions
DISTINCT = 1e-9  # relative to the range: closer solutions are one, found from both sides


@dataclass(frozen=True)
class FixedPoint:
    """A solution of F(a) = a, or a point at which F jumps across the diagonal.

    Attributes
    ----------
    paid : float
        a.
    residual : float
        F(a) - a; negative at a jump, where it is the surplus.
    exact : bool
        Whether it is a solution.
    just_below : float
        At a jump, a point just below it, where more is due than paid; else a.
    """

    paid: float
    residual: float
    exact: bool
    just_below: float


def fixed_points(due: Due, limit: float) -> list[FixedPoint]:
    """All solutions of F(a) = a in [0, limit]; if there are none, the jumps across the diagonal.

    Parameters
    ----------
    due : callable
        Takes payments, shape (point,); returns what is then due, shape (point,), >= 0, and the
        decisions, shape (point, decision).
    limit : float
        Largest payment; >= 0.

    Returns
    -------
    list of FixedPoint
        In increasing order. Empty if more is due than paid everywhere.

    Examples
    --------
    A decision costs 3, and is taken while less than 5, or less than 2, is paid:

    >>> def until(end):
    ...     return lambda paid: (np.where(paid < end, 3.0, 0.0), (paid < end)[:, None])
    >>> [(point.paid, point.exact) for point in fixed_points(until(5), 10)]
    [(3.0, True)]
    >>> (jump,) = fixed_points(until(2), 10)
    >>> round(jump.paid, 6), jump.exact, round(jump.residual, 6)
    (2.0, False, -2.0)
    """
    paid = np.linspace(0.0, limit, POINTS) if limit > 0 else np.zeros(1)
    needed, decisions = due(paid)
    while len(middle := _midpoints(paid, needed, decisions, limit)):
        more, more_decisions = due(middle)
        order = np.argsort(np.concatenate([paid, middle]), kind="stable")
        paid = np.concatenate([paid, middle])[order]
        needed = np.concatenate([needed, more])[order]
        decisions = np.concatenate([decisions, more_decisions])[order]
    gap = needed - paid
    unchanged = (decisions[1:] == decisions[:-1]).all(axis=1)
    crossing = ((gap[:-1] > 0) != (gap[1:] > 0)) & (gap[:-1] != 0) & (gap[1:] != 0)
    roots = [float(root) for root in paid[gap == 0]]
    roots += [_root(due, *paid[[i, i + 1]]) for i in np.flatnonzero(unchanged & crossing)]
    if roots:
        solutions = sorted((_solution(due, root, limit) for root in roots), key=lambda s: s.paid)
        previous = [-np.inf, *(solution.paid for solution in solutions)]
        return [
            solution
            for solution, below in zip(solutions, previous, strict=False)
            if solution.paid - below > DISTINCT * limit
        ]
    return [
        FixedPoint(float(paid[i + 1]), float(gap[i + 1]), False, float(paid[i]))
        for i in np.flatnonzero((gap[:-1] > 0) & (gap[1:] < 0))
    ]


def _midpoints(paid: Array, needed: Array, decisions: Decisions, limit: float) -> Array:
    """Midpoints of the intervals with a change of decisions that are still too wide."""
    over = needed > paid
    width = np.where(over[1:] != over[:-1], ADJACENT, RESOLUTION) * limit
    changed = (decisions[1:] != decisions[:-1]).any(axis=1)
    return 0.5 * (paid[1:] + paid[:-1])[changed & (np.diff(paid) > width)]


def _root(due: Due, low: float, high: float) -> float:
    def gap(paid: float) -> float:
        return float(due(np.array([paid]))[0][0]) - paid

    return float(brentq(gap, low, high, xtol=1e-14 * high, rtol=1e-14))


def _solution(due: Due, paid: float, limit: float) -> FixedPoint:
    """A solution after one iteration of F, if that is at least as accurate.

    Where F is constant around the root, the iteration is exact to the last digit.
    """
    iterated = float(due(np.array([paid]))[0][0])
    again = float(due(np.array([iterated]))[0][0]) if 0 <= iterated <= limit else np.inf
    if abs(again - iterated) <= abs(iterated - paid):
        return FixedPoint(iterated, again - iterated, True, iterated)
    return FixedPoint(paid, iterated - paid, True, paid)
