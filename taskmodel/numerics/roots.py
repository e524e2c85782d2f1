"""Roots and minima of many functions at once, and a root of one function.

Brackets are narrowed by false position with the Illinois rule, and bisected where that does not
halve them: a smooth function takes a handful of evaluations, and a jump is located to neighbouring
floating-point numbers.

References
----------
Dowell and Jarratt (1971), A modified regula falsi method for computing the root of an equation,
BIT 11, 168-174.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from taskmodel.errors import RootError
from taskmodel.numerics.types import Array

STEPS = 200
PATIENCE = 50  # steps of false position for one function, after which it is bisected
GOLDEN = (np.sqrt(5) - 1) / 2

Values = Callable[[NDArray[np.intp], Array], Array]
"""Takes rows (indices of functions) and one argument for each; returns the values there."""

# `scipy.optimize.elementwise.find_root` and `find_minimum` would do for smooth functions, with a
# few per cent fewer evaluations. The searches here differ in three ways that results rest on: an
# infinite value has a sign (scores of a regime that does not exist), a value within `close` ends a
# search, and a jump is reported as a bracket with the values on both of its sides.


@dataclass
class Brackets:
    """Ends of brackets and the values there, of opposite signs, each of shape (bracket,)."""

    low: Array
    high: Array
    at_low: Array
    at_high: Array

    def nearest(self) -> tuple[Array, Array]:
        """The end of each bracket whose value is nearer to zero, and that value."""
        first = np.abs(self.at_low) <= np.abs(self.at_high)
        return np.where(first, self.low, self.high), np.where(first, self.at_low, self.at_high)


def close_in(values: Values, brackets: Brackets, *, close: Array | float, width: float) -> Brackets:
    """Narrow brackets until a value is close to zero or the bracket is narrow.

    Parameters
    ----------
    values : function
        As in `Values`. Infinite values have a sign and no size.
    brackets : Brackets
    close : float, or array of shape (bracket,)
        An end whose value is no further from zero is a root.
    width : float
        Relative to the larger of 1 and the end: a bracket as narrow without a root is a jump.

    Raises
    ------
    RootError
        If a value is NaN, or a bracket is still wide after `STEPS` steps.

    Examples
    --------
    >>> ends = Brackets(*np.array([[1.0], [2.0], [-1.0], [2.0]]))
    >>> root, _ = close_in(lambda rows, x: x**2 - 2, ends, close=1e-14, width=1e-16).nearest()
    >>> root.round(12).tolist()
    [1.414213562373]
    """
    # Column 0 and 1 are the two ends: x the arguments, y the values. Under the Illinois rule an
    # end that has stayed for two steps counts with half of its value, so that false position does
    # not approach the root from one side only.
    x = np.stack([brackets.low, brackets.high], axis=1).astype(float)
    y = np.stack([brackets.at_low, brackets.at_high], axis=1).astype(float)
    weight = np.ones(x.shape)
    replaced = np.full(len(x), -1)  # the end that the last step replaced
    bisect = np.zeros(len(x), dtype=bool)
    close = np.broadcast_to(np.asarray(close, dtype=float), len(x))
    _check(x, y)
    for _ in range(STEPS):
        wide = np.abs(x[:, 1] - x[:, 0]) > width * np.maximum(1.0, np.abs(x[:, 0]))
        rows = np.flatnonzero(wide & (np.abs(y).min(axis=1) > close))
        if not len(rows):
            break
        (low, high), before = x[rows].T, np.abs(x[rows, 1] - x[rows, 0])
        weighted_low, weighted_high = (y[rows] * weight[rows]).T
        with np.errstate(invalid="ignore", divide="ignore"):  # infinite ends: bisected below
            guess = low + (high - low) * weighted_low / (weighted_low - weighted_high)
        inside = np.isfinite(guess) & ((guess - low) * (guess - high) < 0)
        guess = np.where(bisect[rows] | ~inside, low + (high - low) / 2, guess)
        if ((guess == low) | (guess == high)).all():  # neighbouring numbers
            break
        value = values(rows, guess)
        _check(guess, value)
        # The guess replaces the end with a value of its sign; a value of zero replaces the second.
        end = np.where(np.sign(value) == np.sign(y[rows, 0]), 0, 1)
        x[rows, end], y[rows, end], weight[rows, end] = guess, value, 1.0
        again = replaced[rows] == end
        weight[rows[again], 1 - end[again]] /= 2
        replaced[rows] = end
        bisect[rows] = np.abs(x[rows, 1] - x[rows, 0]) > before / 2
    else:
        low, high = x[rows[0]]
        raise RootError(
            f"no root within {STEPS} steps between {low:g} and {high:g}; narrow the bracket"
        )
    return Brackets(*x.T, *y.T)


def _check(arguments: Array, values: Array) -> None:
    """Refuse NaN: comparisons with it are false, so that a search would take it for a root."""
    unknown = np.isnan(values)
    if unknown.any():
        raise RootError(
            f"the function is not a number at {arguments[unknown][0]:g}, "
            "within the bracket that is searched"
        )


def between(
    function: Callable[[float], float],
    low: float,
    high: float,
    at_low: float,
    at_high: float,
    *,
    close: float,
    width: float,
) -> float:
    """Root of one function between two arguments at which its signs differ.

    Parameters
    ----------
    function : function of a float
    low, high, at_low, at_high : float
        The arguments, in order, and the values there.
    close : float
        An argument whose value is no further from zero is a root.
    width : float
        Width of a bracket whose upper end is returned as the root.

    Examples
    --------
    >>> round(between(lambda x: x**2 - 2, 1.0, 2.0, -1.0, 2.0, close=1e-14, width=1e-14), 12)
    1.414213562373
    """
    replaced = 0  # the end that the last step replaced: -1 low, 1 high
    for step in range(STEPS):
        if high - low <= width:
            break
        middle = (
            (low * at_high - high * at_low) / (at_high - at_low)
            if step < PATIENCE
            else low + (high - low) / 2
        )
        if not low < middle < high:
            return middle
        value = function(middle)
        if abs(value) <= close:
            return middle
        if (value > 0) == (at_high > 0):
            high, at_high = middle, value
            at_low, replaced = (at_low / 2, 1) if replaced == 1 else (at_low, 1)
        else:
            low, at_low = middle, value
            at_high, replaced = (at_high / 2, -1) if replaced == -1 else (at_high, -1)
    return high


def least(values: Values, low: Array, high: Array, width: float) -> tuple[Array, Array]:
    """Minima of functions between two arguments, by golden section.

    Parameters
    ----------
    values : function
        As in `Values`.
    low, high : array, shape (bracket,)
    width : float
        Relative to the larger of 1 and the low end: width of the final brackets.

    Returns
    -------
    argument, minimum : array, shape (bracket,)
        A function with several minima yields one of them.

    Raises
    ------
    RootError
        If a value is NaN, or a bracket is still wide after `STEPS` steps.

    Examples
    --------
    >>> x, _ = least(lambda rows, x: (x - 0.3) ** 2, np.array([0.0]), np.array([1.0]), 1e-6)
    >>> x.round(4).tolist()
    [0.3]
    """
    rows = np.arange(len(low))
    a, b = low.astype(float).copy(), high.astype(float).copy()
    c, d = b - GOLDEN * (b - a), a + GOLDEN * (b - a)
    at_c, at_d = values(rows, c), values(rows, d)
    _check(c, at_c)
    _check(d, at_d)
    for _ in range(STEPS):
        if not len(a) or (np.abs(b - a) <= width * np.maximum(1.0, np.abs(a))).all():
            break
        lower = at_c < at_d
        a, b = np.where(lower, a, c), np.where(lower, d, b)
        # One of the two interior points remains one of the narrower bracket; only the other is new.
        old, at_old = np.where(lower, c, d), np.where(lower, at_c, at_d)
        new = np.where(lower, b - GOLDEN * (b - a), a + GOLDEN * (b - a))
        at_new = values(rows, new)
        _check(new, at_new)
        c, at_c = np.where(lower, new, old), np.where(lower, at_new, at_old)
        d, at_d = np.where(lower, old, new), np.where(lower, at_old, at_new)
    else:
        raise RootError(
            f"no minimum within {STEPS} steps; "
            f"narrow the bracket, or widen what is narrow enough ({width:g})"
        )
    first = at_c <= at_d
    return np.where(first, c, d), np.where(first, at_c, at_d)
