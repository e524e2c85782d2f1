"""Directions in which prices move without any cost changing, and how far they can go.

Where every active mode that uses two factors uses them in one proportion, an amount added to the
price of the one can be taken from that of the other, and no task costs more or less. The equations
of such a regime have a solution only if the supplies have that proportion too. If they do not,
unit cost rises all along one of the two directions

    ds = F F' (use - 1),      F a basis of the directions in which costs are flat,

up to the price at which an idle mode costs no more than its task, or at which one of the prices is
zero: one step of the simplex method between two solutions of Newton's. All arrays here are of one
point.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from taskmodel.numerics.accuracy import PROPORTIONAL, SAME_STEP, UPHILL
from taskmodel.numerics.types import Array


def uphill_direction(price: Array, used: Array, curvature: Array, ties: Array) -> Array | None:
    """Direction of prices along which costs are flat and unit cost rises; None if none exists.

    Parameters
    ----------
    price, used : array, shape (priced factor,)
        Prices s, and use over supply.
    curvature : array, shape (priced factor, priced factor)
        Of log cost in log prices, sign reversed.
    ties : array, shape (tie, priced factor)
        Differences of cost shares between modes that must remain tied.
    """
    # In prices rather than their logarithms, for a price may reach zero; each in the unit in which
    # its own cost has a curvature of one, so that one threshold serves prices of any size.
    price_curvature = curvature / price[:, None] / price
    unit = 1 / np.sqrt(1 + np.diagonal(price_curvature))
    rows = ties / price * unit
    rows = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), np.finfo(float).tiny)
    _, singular, right = np.linalg.svd(rows)
    tied = right[int((singular > SAME_STEP).sum()) :]
    bend, direction = np.linalg.eigh(tied @ (price_curvature * unit[:, None] * unit) @ tied.T)
    flat = direction[:, bend < PROPORTIONAL].T @ tied
    moves = unit * ((flat @ (unit * (used - 1))) @ flat)
    gain = moves @ (used - 1)
    return np.asarray(moves) if gain > UPHILL * np.abs(moves).sum() else None


def first_stop(
    price: Array, moves: Array, excess: Array, falls: Array
) -> tuple[float, NDArray[np.intp], NDArray[np.intp]]:
    """Length of the longest step, and what ends it.

    Parameters
    ----------
    price, moves : array, shape (factor,)
        Prices and their direction.
    excess, falls : array, shape (mode,)
        Cost of each idle mode above that of its task, and its decrease per unit of step.

    Returns
    -------
    length : float
        inf where nothing ends the step.
    vanished, entering : array of int
        Factors whose price reaches zero, and modes that become as cheap as their task.
    """
    amounts = np.concatenate([price, np.maximum(excess, 0.0)])
    rates = np.concatenate([-moves, falls])
    steps = np.divide(amounts, rates, out=np.full_like(amounts, np.inf), where=rates > 0)
    length = steps.min()
    stops = np.flatnonzero((steps <= length * (1 + SAME_STEP)) & np.isfinite(length))
    return float(length), stops[stops < len(price)], stops[stops >= len(price)] - len(price)
