"""Fixed points of a charge that depends on itself by way of decisions: how much is due where so much has been paid.

What is due, F(a), is a function of what is paid, a: it jumps where a decision changes and is smooth in between. The walk
from nothing to the most that can be paid looks at evenly spaced places and halves every stretch between two that differ in their decisions:
until both ends are next to each other where F - a has another sign at one end than at the other, else a thousand times finer
than the walk. On each stretch without a change F(a) = a is solved. Where F jumps down over the diagonal there is no exact
solution: a little less than a is too little, and at a some is left over.

What changes and changes back within a stretch is not seen, nor two solutions between places with the same decisions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

Array = NDArray[np.float64]
Decisions = NDArray[np.bool_]

PLACES = 129  # on the walk
NEXT = 1e-12  # relative to the length of the walk: two places this near stand for the two sides of a jump
FINE = 1e-5  # the same where both ends are on one side of the diagonal
SAME = 1e-9  # relative: solutions this near are one, found from both sides


@dataclass(frozen=True)
class FixedPoint:
    """A solution of F(a) = a, or the place where F jumps over the diagonal.

    Attributes
    ----------
    paid : float
        a.
    residual : float
        F(a) - a; negative at a jump: so much is left over.
    exact : bool
        Whether it is a solution.
    just_below : float
        At a jump a place just before it, where more is due than paid; else a itself.
    """

    paid: float
    residual: float
    exact: bool
    just_below: float


def fixed_points(due: Callable[[Array], tuple[Array, Decisions]], most: float) -> list[FixedPoint]:
    """All solutions of F(a) = a for a from 0 to `most`; where there is none, the jumps down over the diagonal.

    Parameters
    ----------
    due : callable
        From what is paid, shape (place,), to what is then due, shape (place,), >= 0, and the decisions, shape (place, decision).
    most : float
        End of the walk; >= 0.

    Returns
    -------
    list of FixedPoint
        By what is paid. Empty: more is due than paid all the way.

    Examples
    --------
    A decision that costs 3 and is taken while less than 5 is paid; the same if it is taken while less than 2 is paid:

    >>> def until(end):
    ...     return lambda paid: (np.where(paid < end, 3.0, 0.0), (paid < end)[:, None])
    >>> [(point.paid, point.exact) for point in fixed_points(until(5), 10)]
    [(3.0, True)]
    >>> [(round(point.paid, 6), point.exact, round(point.residual, 6)) for point in fixed_points(until(2), 10)]
    [(2.0, False, -2.0)]
    """
    paid = np.linspace(0.0, most, PLACES) if most > 0 else np.zeros(1)
    needed, decided = due(paid)
    while len(middle := _between(paid, needed, decided, most)):
        more, those = due(middle)
        order = np.argsort(np.concatenate([paid, middle]), kind="stable")
        paid, needed = np.concatenate([paid, middle])[order], np.concatenate([needed, more])[order]
        decided = np.concatenate([decided, those])[order]
    gap = needed - paid
    same = (decided[1:] == decided[:-1]).all(axis=1)
    crossing = (gap[:-1] > 0) != (gap[1:] > 0)
    exact = [_solution(due, float(place), most) for place in paid[gap == 0]]
    for at in np.flatnonzero(same & crossing & (gap[:-1] != 0) & (gap[1:] != 0)):
        exact.append(_solution(due, _root(due, paid[at], paid[at + 1]), most))
    if exact:
        exact.sort(key=lambda point: point.paid)
        return [
            point
            for at, point in enumerate(exact)
            if not at or point.paid - exact[at - 1].paid > SAME * most
        ]
    jumps = np.flatnonzero((gap[:-1] > 0) & (gap[1:] < 0))
    return [
        FixedPoint(float(paid[at + 1]), float(gap[at + 1]), False, float(paid[at])) for at in jumps
    ]


def _between(paid: Array, needed: Array, decided: Decisions, most: float) -> Array:
    """The middles of stretches whose ends differ in their decisions and are not near enough yet."""
    over = needed > paid
    near = np.where(over[1:] != over[:-1], NEXT, FINE) * most
    return (
        0.5
        * (paid[1:] + paid[:-1])[(decided[1:] != decided[:-1]).any(axis=1) & (np.diff(paid) > near)]
    )


def _root(due: Callable[[Array], tuple[Array, Decisions]], low: float, high: float) -> float:
    """Where F(a) - a changes sign between two places with the same decisions."""

    def gap(paid: float) -> float:
        return float(due(np.array([paid]))[0][0]) - paid

    return float(brentq(gap, low, high, xtol=1e-14 * high, rtol=1e-14))


def _solution(
    due: Callable[[Array], tuple[Array, Decisions]], paid: float, most: float
) -> FixedPoint:
    """A solution, exact to the last digit where F does not change around it."""
    again = float(due(np.array([paid]))[0][0])
    once_more = float(due(np.array([again]))[0][0]) if 0 <= again <= most else np.inf
    if abs(once_more - again) <= abs(again - paid):
        return FixedPoint(again, once_more - again, True, again)
    return FixedPoint(paid, again - paid, True, paid)
