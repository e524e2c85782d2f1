"""Arguments that are numbers: read as floats, or refused by name.

`numpy.asarray(values, dtype=float)` reads a date as days, a masked value as what lies beneath the
mask and a complex number as its real part, and ends in an error of its own for what it cannot read.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from taskmodel._arguments import shown
from taskmodel.errors import InputError
from taskmodel.numerics.types import Array


def real_numbers(name: str, values: Any) -> Array:
    """Return an argument as an array of floats.

    Parameters
    ----------
    name : str
        Of the argument, for messages.
    values : array
        Real numbers; NaN and infinity are some.

    Raises
    ------
    InputError
        If something else is among them, such as text, a date or a masked value, they have no shape,
        or the argument is True or False.

    Examples
    --------
    >>> real_numbers("compute", [1, 2.5]).tolist()
    [1.0, 2.5]
    >>> real_numbers("compute", "1e28")
    Traceback (most recent call last):
    taskmodel.errors.InputError: compute must be given as numbers; found '1e28'
    """
    kind, held, read = "", [], None
    try:
        array = np.asarray(values)
        kind = array.dtype.kind
        held = array.ravel().tolist() if kind == "O" else []
        read = array.astype(float) if kind in "biufO" else None
    except (TypeError, ValueError, OverflowError):  # ragged, or no numbers
        read = None
    if isinstance(values, (bool, np.bool_)):  # True is no 1, such as a compute of 1 FLOP/year
        read = None
    if read is None or not all(isinstance(each, (Real, Decimal)) for each in held):
        dated = kind in ("m", "M") or any(isinstance(each, (date, np.datetime64)) for each in held)
        hint = "; a date is a calendar year with its fraction, such as 2026.5" if dated else ""
        raise InputError(f"{name} must be given as numbers; found {shown(values)}{hint}")
    if np.ma.is_masked(values):
        raise InputError(f"{name} has masked values; leave them out, or give NaN in their place")
    return read


def real_number(name: str, value: Any) -> float:
    """Return an argument that is one real number; NaN and infinity are some.

    Raises
    ------
    InputError
        If it is none, or several.
    """
    array = real_numbers(name, value)
    if array.shape not in ((), (1,)):
        raise InputError(f"{name} must be one number; found {shown(value)}")
    return float(array.reshape(()))


def whole_number(name: str, value: Any, least: int = 1, most: int | None = None) -> int:
    """Return an argument that is a whole number.

    Raises
    ------
    InputError
        If it is none, or outside the range.

    Examples
    --------
    >>> whole_number("threads", 2.5)
    Traceback (most recent call last):
    taskmodel.errors.InputError: threads must be a whole number of at least 1; found 2.5
    """
    whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    if not whole or value < least or (most is not None and value > most):
        allowed = f"of at least {least}" if most is None else f"from {least} to {most:,}"
        raise InputError(f"{name} must be a whole number {allowed}; found {shown(value)}")
    return int(value)


def whole_numbers(name: str, values: Any, least: int, most: int) -> NDArray[np.int64]:
    """Return an argument that is a list of whole numbers.

    Raises
    ------
    InputError
        If something else is among them, or a number outside the range.

    Examples
    --------
    >>> whole_numbers("generations", [0, 4], 0, 3)
    Traceback (most recent call last):
    taskmodel.errors.InputError: generations must be whole numbers from 0 to 3; found [0, 4]
    """
    read = real_numbers(name, values)
    array = np.asarray(values)
    whole = array.dtype.kind in "iu" or not array.size
    if read.ndim != 1 or not whole or not ((array >= least) & (array <= most)).all():
        raise InputError(
            f"{name} must be whole numbers from {least} to {most}; found {shown(values)}"
        )
    return array.astype(np.int64)
