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

from taskmodel.errors import InputError
from taskmodel.numerics.types import Array

MOST = 60  # characters of a value in a message


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
        If something else is among them, such as text, a date or a masked value, or they have no
        shape.

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
    if read is None or not all(isinstance(each, (Real, Decimal)) for each in held):
        dated = kind in ("m", "M") or any(isinstance(each, (date, np.datetime64)) for each in held)
        hint = "; a date is a calendar year with its fraction, such as 2026.5" if dated else ""
        raise InputError(f"{name} must be given as numbers; found {_short(values)}{hint}")
    if np.ma.is_masked(values):
        raise InputError(f"{name} has masked values; leave them out, or give NaN in their place")
    return read


def whole_number(name: str, value: Any, least: int = 1) -> int:
    """Return an argument that is a whole number.

    Raises
    ------
    InputError
        If it is none, or below the least.

    Examples
    --------
    >>> whole_number("threads", 2.5)
    Traceback (most recent call last):
    taskmodel.errors.InputError: threads must be a whole number of at least 1; found 2.5
    """
    whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    if not whole or value < least:
        raise InputError(
            f"{name} must be a whole number of at least {least}; found {_short(value)}"
        )
    return int(value)


def _short(value: Any) -> str:
    return repr(value)[:MOST]
