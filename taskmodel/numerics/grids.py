"""Check of the points at which results are reported: an increasing list within an interval."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from taskmodel.errors import InputError
from taskmodel.numerics.numbers import real_numbers
from taskmodel.numerics.ranges import within
from taskmodel.numerics.types import Array


def increasing(
    interval: str, name: str, values: ArrayLike, *, unit: str = "", least: int = 1
) -> Array:
    """Return values as a one-dimensional array of floats that increases within an interval.

    Parameters
    ----------
    interval : str
        As in `taskmodel.numerics.ranges.within`, such as "(0, inf)".
    name : str
        Name of the values, for messages.
    values : array, shape (point,)
    unit : str, optional
        Unit of the values, for messages.
    least : int, optional
        Smallest number of points: 1 or 2.

    Raises
    ------
    InputError
        If the values are no such list; the message states the condition and the first value that
        violates it.

    Examples
    --------
    >>> increasing("(0, inf)", "times", [1, 2.5], unit="year").tolist()
    [1.0, 2.5]
    >>> increasing("(0, inf)", "grid", [2, 1], unit="h")
    Traceback (most recent call last):
    taskmodel.errors.InputError: grid must be a list of points [h] that increase; found 2 and then 1
    """
    points = real_numbers(name, values)
    needed = f"{'at least two ' if least > 1 else ''}points{f' [{unit}]' if unit else ''}"
    if points.ndim != 1 or len(points) < least:
        single = f"; for one point write [{points:g}]" if points.ndim == 0 and least == 1 else ""
        raise InputError(
            f"{name} must be a list of {needed} in {interval}; found shape {points.shape}{single}"
        )
    within(interval, name, points)
    falls = np.flatnonzero(np.diff(points) <= 0)
    if len(falls):
        first, second = points[falls[0] : falls[0] + 2]
        raise InputError(
            f"{name} must be a list of {needed} that increase; found {first:g} and then {second:g}"
        )
    return points


def calendar_years(values: ArrayLike, start: float, end: float, *, least: int = 1) -> Array:
    """Return the argument ``times`` of a simulation as an array that increases from start to end.

    Raises
    ------
    InputError
        If the values do not increase or leave the interval.
    """
    interval = f"[{float(start)!r}, {float(end)!r}]"
    return increasing(interval, "times", values, unit="calendar year", least=least)
