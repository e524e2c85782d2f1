"""Where functions pass zero, many brackets at once, and where they have an extremum.

Numbers and functions only. A bracket is closed in by false position with the Illinois rule, and halved wherever that does not
halve it: what is smooth takes a handful of steps, and a jump is pinned down as well as the numbers allow.

References
----------
Dowell and Jarratt (1971), A modified regula falsi method for computing the root of an equation, BIT 11, 168-174.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from taskmodel.numerics.types import Array

STEPS = 200
PATIENCE = 50  # steps of false position for one bracket, before it is halved
GOLDEN = (np.sqrt(5) - 1) / 2
Values = Callable[
    [NDArray[np.intp], Array], Array
]  # from brackets, by position, and a place in each, to values there


@dataclass
class Brackets:
    """Ends of brackets and values there, of opposite signs, each of shape (bracket,)."""

    low: Array
    high: Array
    at_low: Array
    at_high: Array

    def nearest(self) -> tuple[Array, Array]:
        """The end nearer to zero of each bracket, and the value there."""
        first = np.abs(self.at_low) <= np.abs(self.at_high)
        return np.where(first, self.low, self.high), np.where(first, self.at_low, self.at_high)


def close_in(values: Values, brackets: Brackets, *, close: Array | float, width: float) -> Brackets:
    """Narrow brackets until a value is as close to zero as wanted, or the bracket as narrow.

    Parameters
    ----------
    values : function
        As in `Values`; infinite values have a sign and no size.
    close : float, or array of shape (bracket,)
        Values no further from zero than this are roots.
    width : float
        Relative to the larger of the place and 1: a bracket as narrow as this with no root in it is a jump.

    Raises
    ------
    ArithmeticError
        If a value is not a number, or a bracket is still wide after `STEPS` steps.

    Examples
    --------
    >>> found = close_in(lambda rows, x: x**2 - 2, Brackets(*np.array([[1.0], [2.0], [-1.0], [2.0]])), close=1e-14, width=1e-16)
    >>> float(abs(found.nearest()[0][0] - 2**0.5)) < 1e-14
    True
    """
    a, b, fa, fb = (
        part.astype(float).copy()
        for part in (brackets.low, brackets.high, brackets.at_low, brackets.at_high)
    )
    weight_a, weight_b = np.ones(len(a)), np.ones(len(a))
    close = np.broadcast_to(np.asarray(close, dtype=float), a.shape)
    side, halve = np.zeros(len(a), dtype=int), np.zeros(len(a), dtype=bool)
    _numbers(a, fa)
    _numbers(b, fb)
    for _ in range(STEPS):
        wide = np.abs(b - a) > width * np.maximum(1.0, np.abs(a))
        rows = np.flatnonzero(wide & (np.minimum(np.abs(fa), np.abs(fb)) > close))
        if not len(rows):
            break
        one, two, before = a[rows], b[rows], np.abs(b[rows] - a[rows])
        weighed_one, weighed_two = fa[rows] * weight_a[rows], fb[rows] * weight_b[rows]
        with np.errstate(invalid="ignore", divide="ignore"):  # infinite ends: halved below
            guess = one + (two - one) * weighed_one / (weighed_one - weighed_two)
        middle = one + (two - one) / 2
        inside = np.isfinite(guess) & ((guess - one) * (guess - two) < 0)
        guess = np.where(halve[rows] | ~inside, middle, guess)
        if ((guess == one) | (guess == two)).all():  # neighbouring numbers
            break
        value = values(rows, guess)
        _numbers(guess, value)
        left = np.sign(value) == np.sign(fa[rows])  # a value of zero is an end of its own
        lefts, rights = rows[left], rows[~left]
        a[lefts], fa[lefts], weight_a[lefts] = guess[left], value[left], 1.0
        b[rights], fb[rights], weight_b[rights] = guess[~left], value[~left], 1.0
        # an end that stays twice counts half
        weight_b[lefts[side[lefts] == -1]] /= 2
        weight_a[rights[side[rights] == 1]] /= 2
        side[lefts], side[rights] = -1, 1
        halve[rows] = np.abs(b[rows] - a[rows]) > before / 2
    else:
        raise ArithmeticError(
            f"no root within {STEPS} steps between {a[rows[0]]:g} and {b[rows[0]]:g}; narrow the bracket"
        )
    return Brackets(a, b, fa, fb)


def _numbers(places: Array, values: Array) -> None:
    """Refuse values that are no numbers: every comparison with them fails, and a search takes them for found."""
    unknown = np.isnan(values)
    if unknown.any():
        raise ArithmeticError(
            f"the function is not a number at {places[unknown][0]:g}, within the bracket that is searched"
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
    """Where one function passes zero between two places at which its signs differ.

    Parameters
    ----------
    function : function of a float
    low, high, at_low, at_high : float
        The places, in order, and the values there.
    close : float
        A value no further from zero than this is a root.
    width : float
        A bracket as narrow as this has the root anywhere in it.

    Examples
    --------
    >>> round(between(lambda x: x**2 - 2, 1.0, 2.0, -1.0, 2.0, close=1e-14, width=1e-14), 12)
    1.414213562373
    """
    side = 0
    for number in range(STEPS):
        if high - low <= width:
            break
        middle = (
            (low * at_high - high * at_low) / (at_high - at_low)
            if number < PATIENCE
            else low + (high - low) / 2
        )
        if not low < middle < high:
            return middle
        value = function(middle)
        if abs(value) <= close:
            return middle
        if (value > 0) == (at_high > 0):
            high, at_high = middle, value
            at_low, side = (at_low / 2, 1) if side == 1 else (at_low, 1)
        else:
            low, at_low = middle, value
            at_high, side = (at_high / 2, -1) if side == -1 else (at_high, -1)
    return high


def least(values: Values, low: Array, high: Array, width: float) -> tuple[Array, Array]:
    """Where each function is least between two places, by golden section, and its value there; each of shape (bracket,).

    Of several minima it finds one.

    Raises
    ------
    ArithmeticError
        If a value is not a number, or a bracket is still wide after `STEPS` steps.

    Examples
    --------
    >>> place, value = least(lambda rows, x: (x - 0.3) ** 2, np.array([0.0]), np.array([1.0]), 1e-6)
    >>> round(float(place[0]), 4)
    0.3
    """
    every = np.arange(len(low))
    a, b = low.astype(float).copy(), high.astype(float).copy()
    c, d = b - GOLDEN * (b - a), a + GOLDEN * (b - a)
    fc, fd = values(every, c), values(every, d)
    _numbers(c, fc)
    _numbers(d, fd)
    for _ in range(STEPS):
        if not len(a) or (np.abs(b - a) <= width * np.maximum(1.0, np.abs(a))).all():
            break
        lower = fc < fd
        a, b = np.where(lower, a, c), np.where(lower, d, b)
        kept, value = np.where(lower, c, d), np.where(lower, fc, fd)
        fresh = np.where(lower, b - GOLDEN * (b - a), a + GOLDEN * (b - a))
        new = values(every, fresh)
        _numbers(fresh, new)
        c, fc = np.where(lower, fresh, kept), np.where(lower, new, value)
        d, fd = np.where(lower, kept, fresh), np.where(lower, value, new)
    else:
        raise ArithmeticError(
            f"no minimum within {STEPS} steps; narrow the bracket, or widen what is narrow enough ({width:g})"
        )
    first = fc <= fd
    return np.where(first, c, d), np.where(first, fc, fd)
