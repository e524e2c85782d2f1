r"""Work that accumulates at a rate that may depend on what has accumulated: an integral equation, with its error.

.. math:: W(t) = \int_{t_0}^{t} r(s, W(s))\, ds

The span is cut into cells. In each the rate is a polynomial through five Gauss points (collocation), so that W is known at
every date; where r depends on W the equation is solved by iteration over all cells at once, which turns many small problems
into few large ones. A cell is halved until the integral through five points and that through three agree; what they differ by,
added up over the cells, is the error that is told. A jump of the rate ends up in a cell so short that it does not matter.

Only the first of several rates feeds back; the others are integrated along. Knows numbers and functions only.
Source: collocation at Gauss points, Hairer, Norsett and Wanner, Solving Ordinary Differential Equations I, II.7.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from taskmodel.errors import AccumulationError

__all__ = ["Accumulated", "accumulate"]

Array = np.ndarray
Rate = Callable[[Array, Array], Array]

POINTS = 5
MOST_CELLS = 20_000
MOST_PASSES = 200
SHORTEST = 1e-12  # of the span
STILL = 0.01  # part of the error allowed, to which the iteration settles

_NODES, _WEIGHTS = (0.5 * part for part in np.polynomial.legendre.leggauss(POINTS))
_NODES = _NODES + 0.5
# powers of the polynomials that are 1 at one node and 0 at the others, and of their integrals, shape (node, power)
_LAGRANGE = np.linalg.inv(_NODES[:, None] ** np.arange(POINTS)).T
_INTEGRAL = np.concatenate([np.zeros((POINTS, 1)), _LAGRANGE / np.arange(1, POINTS + 1)], axis=1)
_UP_TO = _INTEGRAL @ (
    _NODES ** np.arange(POINTS + 1)[:, None]
)  # (node, place): from the start of a cell to each node
_OUTER = _NODES[[0, POINTS // 2, POINTS - 1]]
_THREE = np.linalg.solve(
    _OUTER ** np.arange(3)[:, None], 1 / np.arange(1, 4)
)  # weights of the rule through three of them


@dataclass(frozen=True)
class Accumulated:
    """What has accumulated by any date.

    Attributes
    ----------
    edges : array, shape (cell + 1,)
        Dates at which cells begin and end.
    starts : array, shape (cell + 1, kind)
        What there is at the edges.
    rates : array, shape (cell, node, kind)
        At the Gauss points of the cells.
    error : array, shape (kind,)
        Bound on the error of the integral, as the rules differ.
    """

    edges: Array
    starts: Array
    rates: Array
    error: Array

    def __call__(self, times: ArrayLike) -> Array:
        """What there is at some dates, shape (..., kind); nothing before the first, and no more after the last."""
        times = np.clip(np.asarray(times, dtype=float), self.edges[0], self.edges[-1])
        cell = np.clip(np.searchsorted(self.edges, times, side="right") - 1, 0, len(self.rates) - 1)
        length = self.edges[cell + 1] - self.edges[cell]
        powers = ((times - self.edges[cell]) / length)[..., None] ** np.arange(POINTS + 1)
        parts = np.einsum("...p,np,...nk->...k", powers, _INTEGRAL, self.rates[cell])
        return np.asarray(self.starts[cell] + length[..., None] * parts)


def accumulate(rate: Rate, edges: ArrayLike, *, feedback: bool, tolerance: float) -> Accumulated:
    """Integrate rates from the first of some dates to the last.

    Parameters
    ----------
    rate : function
        From dates and what has accumulated of the first kind by then, both shape (point,), to the rates, shape (point, kind); >= 0.
    edges : array, shape (edge,)
        Dates in order; among them those at which the rate is known to jump.
    feedback : bool
        Whether the rate depends on what has accumulated.
    tolerance : float
        Largest error, as part of what has accumulated in the end.

    Returns
    -------
    Accumulated

    Raises
    ------
    AccumulationError
        If a rate is not finite, or the integral cannot be had as exactly as wanted.

    Examples
    --------
    Growth at the rate of what there is and a start of one, which is e^t - 1:

    >>> grown = accumulate(lambda time, work: 1 + work[:, None], [0, 1, 2], feedback=True, tolerance=1e-10)
    >>> grown([1, 2])[:, 0].round(9).tolist(), bool(grown.error < 1e-9)
    ([1.718281828, 6.389056099], True)
    """
    cells = _Cells(rate, np.asarray(edges, dtype=float), feedback)
    while True:
        allowed = cells.settle(tolerance)
        error, length = cells.error(), np.diff(cells.edges)
        if (error.sum(axis=0) <= allowed).all():
            return Accumulated(cells.edges, cells.starts(), cells.rates, error.sum(axis=0))
        wide = (error > allowed / len(error)).any(axis=1) & (
            length > SHORTEST * (cells.edges[-1] - cells.edges[0])
        )
        if not wide.any() or len(length) > MOST_CELLS:
            raise AccumulationError(
                f"the work cannot be added up to {tolerance:g}: its rate changes too fast; allow a larger error"
            )
        cells.halve(wide)


class _Cells:
    """The cells as they stand, with the rate at every node and the work it was asked for."""

    def __init__(self, rate: Rate, edges: Array, feedback: bool) -> None:
        self.rate, self.edges, self.feedback = rate, edges, feedback
        self.work = np.zeros((len(edges) - 1, POINTS))  # with which the rates were found
        self.rates = self._ask(np.ones(self.work.shape, dtype=bool)).reshape(*self.work.shape, -1)

    def nodes(self) -> Array:
        """Dates of the nodes, shape (cell, node)."""
        return self.edges[:-1, None] + np.diff(self.edges)[:, None] * _NODES

    def _ask(self, which: Array) -> Array:
        found = self.rate(self.nodes()[which], self.work[which])
        if not np.isfinite(found).all():
            date = self.nodes()[which][~np.isfinite(found).all(axis=1)][0]
            raise AccumulationError(
                f"the work done at {date:.6g} is no number: nothing can be done there, or without limit; end before that"
            )
        return found

    def starts(self) -> Array:
        """What there is at the edges, shape (edge, kind)."""
        made = np.diff(self.edges)[:, None] * np.einsum("n,cnk->ck", _WEIGHTS, self.rates)
        return np.concatenate([np.zeros((1, made.shape[1])), np.cumsum(made, axis=0)])

    def settle(self, tolerance: float) -> Array:
        """Ask for rates until they are those of the work that comes of them; the error allowed in the end, shape (kind,)."""
        for _ in range(MOST_PASSES):
            starts = self.starts()
            allowed = tolerance * starts[-1]
            if not self.feedback:
                return allowed
            length = np.diff(self.edges)[:, None]
            work = starts[:-1, :1] + length * (self.rates[..., 0] @ _UP_TO)
            moved = np.abs(work - self.work) > STILL * allowed[0]
            if not moved.any():
                return allowed
            self.work[moved] = work[moved]
            self.rates[moved] = self._ask(moved)
        raise AccumulationError(
            f"the work does not settle in {MOST_PASSES} passes: what it changes changes it too much; weaken the feedback"
        )

    def error(self) -> Array:
        """What the rules through five points and through three differ by, shape (cell, kind)."""
        five = np.einsum("n,cnk->ck", _WEIGHTS, self.rates)
        three = np.einsum("n,cnk->ck", _THREE, self.rates[:, [0, POINTS // 2, POINTS - 1]])
        return np.abs(np.diff(self.edges)[:, None] * (five - three))

    def halve(self, wide: Array) -> None:
        """Put two cells in place of each of some, and ask for the rates there."""
        starts, places = self.starts(), np.flatnonzero(wide)
        guess = Accumulated(self.edges, starts, self.rates, np.zeros(0))
        middles = self.edges[:-1][places] + np.diff(self.edges)[places] / 2
        self.edges = np.insert(self.edges, places + 1, middles)
        fresh = np.repeat(wide, np.where(wide, 2, 1))
        self.work, self.rates = (
            np.repeat(part, np.where(wide, 2, 1), axis=0) for part in (self.work, self.rates)
        )
        which = np.broadcast_to(fresh[:, None], self.work.shape)
        self.work[fresh] = guess(self.nodes()[fresh])[..., 0]
        self.rates[which] = self._ask(which)
