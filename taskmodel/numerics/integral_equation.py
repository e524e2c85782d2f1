r"""Integrals of rates that may depend on what has accumulated, with an error estimate.

.. math:: W(t) = \int_{t_0}^{t} r(s, W(s))\, ds

The time span is divided into cells. In each cell the rate is a polynomial through five Gauss points
(collocation), so that W is known at every date. Where r depends on W, the equation is solved by
fixed-point iteration over all cells at once, with few calls on large arrays. A cell is bisected
until its integrals by five and by three points agree; the sum of their differences over the cells
is the error estimate. A jump of the rate ends in a cell too short to matter.

Only the first of several rates feeds back; the others are integrated with it.

References
----------
Hairer, Norsett and Wanner, Solving Ordinary Differential Equations I, II.7: collocation at Gauss
points.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from taskmodel.errors import AccumulationError
from taskmodel.numerics.types import Array

Rate = Callable[[Array, Array], Array]

POINTS = 5
MAX_CELLS = 20_000
MAX_ITERATIONS = 200
MIN_LENGTH = 1e-12  # of a cell that is bisected, relative to the time span
SETTLED = 0.01  # change of an iteration at which it stops, relative to the allowed error

_NODES, _WEIGHTS = (0.5 * array for array in np.polynomial.legendre.leggauss(POINTS))
_NODES = _NODES + 0.5
# Coefficients, shape (node, power), of the Lagrange polynomials of the nodes and of their integrals
_LAGRANGE = np.linalg.inv(_NODES[:, None] ** np.arange(POINTS)).T
_INTEGRAL = np.concatenate([np.zeros((POINTS, 1)), _LAGRANGE / np.arange(1, POINTS + 1)], axis=1)
# Integrals of the Lagrange polynomials (first axis) from the start of a cell to each node (second)
_TO_NODES = _INTEGRAL @ (_NODES ** np.arange(POINTS + 1)[:, None])
# The embedded rule: weights of three of the nodes that integrate parabolas exactly
_EMBEDDED = [0, POINTS // 2, POINTS - 1]
_EMBEDDED_WEIGHTS = np.linalg.solve(_NODES[_EMBEDDED] ** np.arange(3)[:, None], 1 / np.arange(1, 4))


@dataclass(frozen=True)
class Accumulated:
    """Accumulated quantities as functions of the date.

    Attributes
    ----------
    edges : array, shape (cell + 1,)
        Dates at which cells begin and end.
    starts : array, shape (cell + 1, kind)
        Accumulated quantities at the edges.
    rates : array, shape (cell, node, kind)
        Rates at the Gauss points.
    error : array, shape (kind,)
        Estimated bound of the error of the integrals.
    """

    edges: Array
    starts: Array
    rates: Array
    error: Array

    def __call__(self, times: ArrayLike) -> Array:
        """Quantities at dates, shape (..., kind); constant before the first and after the last."""
        dates = np.clip(np.asarray(times, dtype=float), self.edges[0], self.edges[-1])
        cell = np.clip(np.searchsorted(self.edges, dates, side="right") - 1, 0, len(self.rates) - 1)
        length = self.edges[cell + 1] - self.edges[cell]
        powers = ((dates - self.edges[cell]) / length)[..., None] ** np.arange(POINTS + 1)
        integral = np.einsum("...p,np,...nk->...k", powers, _INTEGRAL, self.rates[cell])
        return np.asarray(self.starts[cell] + length[..., None] * integral)


def accumulate(rate: Rate, edges: ArrayLike, *, feedback: bool, tolerance: float) -> Accumulated:
    """Integrate rates from the first of some dates to the last.

    Parameters
    ----------
    rate : function
        Takes dates and the accumulated quantity of the first kind, both of shape (point,); returns
        the rates, shape (point, kind); >= 0.
    edges : array, shape (edge,)
        Dates in order, among them those of known jumps of the rates.
    feedback : bool
        Whether the rates depend on the accumulated quantity.
    tolerance : float
        Largest error, relative to the quantity at the last date.

    Returns
    -------
    Accumulated

    Raises
    ------
    AccumulationError
        If a rate is not finite, the iteration does not converge, or the tolerance cannot be met.

    Examples
    --------
    A rate of 1 + W, whose solution is e^t - 1:

    >>> grown = accumulate(
    ...     lambda time, work: 1 + work[:, None], [0, 1, 2], feedback=True, tolerance=1e-10
    ... )
    >>> grown([1, 2])[:, 0].round(9).tolist(), bool(grown.error < 1e-9)
    ([1.718281828, 6.389056099], True)
    """
    cells = _Cells(rate, np.asarray(edges, dtype=float), feedback)
    while True:
        allowed = cells.iterate(tolerance)
        error, length = cells.error(), np.diff(cells.edges)
        if (error.sum(axis=0) <= allowed).all():
            return Accumulated(cells.edges, cells.starts(), cells.rates, error.sum(axis=0))
        long = length > MIN_LENGTH * (cells.edges[-1] - cells.edges[0])
        chosen = (error > allowed / len(error)).any(axis=1) & long
        if not chosen.any() or len(length) > MAX_CELLS:
            raise AccumulationError(
                f"the work cannot be added up to {tolerance:g}: its rate changes too fast; "
                "allow a larger error"
            )
        cells.bisect(chosen)


class _Cells:
    """Workspace: the present cells, and the rates at their nodes for the present work."""

    def __init__(self, rate: Rate, edges: Array, feedback: bool) -> None:
        self.rate, self.edges, self.feedback = rate, edges, feedback
        self.work = np.zeros((len(edges) - 1, POINTS))  # for which `rates` holds
        self.rates = self._rates(np.ones(self.work.shape, dtype=bool)).reshape(*self.work.shape, -1)

    def nodes(self) -> Array:
        """Dates of the nodes, shape (cell, node)."""
        return self.edges[:-1, None] + np.diff(self.edges)[:, None] * _NODES

    def _rates(self, chosen: Array) -> Array:
        """Rates at some nodes, shape (chosen, kind)."""
        dates = self.nodes()[chosen]
        rates = self.rate(dates, self.work[chosen])
        finite = np.isfinite(rates).all(axis=-1)
        if not finite.all():
            raise AccumulationError(
                f"the work done at {dates[~finite][0]:.6g} is no number: "
                "nothing can be done there, or without limit; end before that"
            )
        return rates

    def starts(self) -> Array:
        """Accumulated quantities at the edges, shape (edge, kind)."""
        integrals = np.diff(self.edges)[:, None] * np.einsum("n,cnk->ck", _WEIGHTS, self.rates)
        return np.concatenate([np.zeros((1, integrals.shape[1])), np.cumsum(integrals, axis=0)])

    def iterate(self, tolerance: float) -> Array:
        """Iterate until work and rates are consistent; return the allowed error, shape (kind,)."""
        for _ in range(MAX_ITERATIONS):
            starts = self.starts()
            allowed = tolerance * starts[-1]
            if not self.feedback:
                return allowed
            length = np.diff(self.edges)[:, None]
            work = starts[:-1, :1] + length * (self.rates[..., 0] @ _TO_NODES)
            changed = np.abs(work - self.work) > SETTLED * allowed[0]
            if not changed.any():
                return allowed
            self.work[changed] = work[changed]
            self.rates[changed] = self._rates(changed)
        raise AccumulationError(
            f"the work does not settle in {MAX_ITERATIONS} passes: "
            "what it changes changes it too much; weaken the feedback"
        )

    def error(self) -> Array:
        """Difference of the integrals by five and by three points, shape (cell, kind)."""
        five = np.einsum("n,cnk->ck", _WEIGHTS, self.rates)
        three = np.einsum("n,cnk->ck", _EMBEDDED_WEIGHTS, self.rates[:, _EMBEDDED])
        return np.abs(np.diff(self.edges)[:, None] * (five - three))

    def bisect(self, chosen: Array) -> None:
        """Replace each chosen cell by its halves, with the rates at their nodes."""
        guess = Accumulated(self.edges, self.starts(), self.rates, np.zeros(0))
        cells = np.flatnonzero(chosen)
        middles = self.edges[:-1][cells] + np.diff(self.edges)[cells] / 2
        self.edges = np.insert(self.edges, cells + 1, middles)
        copies = np.where(chosen, 2, 1)
        new = np.repeat(chosen, copies)
        self.work, self.rates = (
            np.repeat(array, copies, axis=0) for array in (self.work, self.rates)
        )
        self.work[new] = guess(self.nodes()[new])[..., 0]
        nodes = np.broadcast_to(new[:, None], self.work.shape)
        self.rates[nodes] = self._rates(nodes)
