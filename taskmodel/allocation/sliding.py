"""Prices that can move without any cost changing: the way uphill along them, and how far it goes.

Where every active mode that uses two factors uses them in one proportion, what is added to the price of the one can be
taken from that of the other, and no task costs more or less. The equations of such a regime then have a solution only
if the supplies have that proportion too. If they do not, unit cost rises all along one of the two directions

    ds = F F' (use - 1),      F a basis of the directions in which costs are flat,

up to the price at which an idle mode costs no more than its task, or one of the prices is gone: one step of the simplex
method between two solutions of Newton's. All arrays here are of one point.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from taskmodel.allocation.presolve import Mask
from taskmodel.numerics.types import Array

FLAT = 1e-13  # curvature, in units in which that of each factor by itself is one, of directions that proportional factors make
SAME = 1e-9  # relative: ties that differ by less are one
UPHILL = 1e-12  # imbalance of the factors whose prices move: less is rounding


def uphill(price: Array, used: Array, curvature: Array, ties: Array) -> Array | None:
    """How the prices of priced factors move where costs are flat and unit cost rises; None where they cannot.

    Parameters
    ----------
    price, used : array, shape (priced factor,)
        Prices s, and how much of what there is of each is used.
    curvature : array, shape (priced factor, priced factor)
        Of log cost in log prices, sign reversed.
    ties : array, shape (tie, priced factor)
        Differences of cost shares between modes that must go on costing the same.
    """
    # in prices, not their logs, and each in the unit in which its own cost bends by one: a price may as well be zero
    bends = curvature / price[:, None] / price
    unit = 1 / np.sqrt(1 + np.diagonal(bends))
    apart = ties / price * unit
    apart = apart / np.maximum(np.linalg.norm(apart, axis=1, keepdims=True), np.finfo(float).tiny)
    _, singular, right = np.linalg.svd(apart)
    within = right[int((singular > SAME).sum()) :]
    bend, direction = np.linalg.eigh(within @ (bends * unit[:, None] * unit) @ within.T)
    flat = direction[:, bend < FLAT].T @ within
    moves = unit * ((flat @ (unit * (used - 1))) @ flat)
    gain = moves @ (used - 1)
    return np.asarray(moves) if gain > UPHILL * np.abs(moves).sum() else None


def first_end(
    price: Array, moves: Array, excess: Array, falls: Array
) -> tuple[float, NDArray[np.intp], NDArray[np.intp]]:
    """How far prices can move, and what stops them: positions of the factors whose price is gone, and of the modes that enter.

    Parameters
    ----------
    price, moves : array, shape (factor,)
        Prices, and how they move.
    excess, falls : array, shape (mode,)
        By how much each idle mode costs more than its task, and by how much that falls per step.
    """
    steps = np.concatenate([_steps(price, -moves), _steps(np.maximum(excess, 0.0), falls)])
    least = steps.min()
    stops = (
        np.flatnonzero(steps <= least * (1 + SAME))
        if np.isfinite(least)
        else np.zeros(0, dtype=np.intp)
    )
    return float(least), stops[stops < len(price)], stops[stops >= len(price)] - len(price)


def _steps(left: Array, falls: Array) -> Array:
    """After how many steps nothing is left of each; inf where it does not fall."""
    falling: Mask = falls > 0
    return np.divide(left, falls, out=np.full_like(left, np.inf), where=falling)
