"""One check of numbers at a function's door: inside the interval its docstring states, or a ValueError that says where not."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from taskmodel.errors import InputError

__all__ = ["within"]


def within(interval: str, name: str, values: ArrayLike) -> np.ndarray:
    """`values` as an array of floats, all of them inside `interval`.

    Parameters
    ----------
    interval : str
        As written in mathematics: "[0, 1]", "(0, 1]", "[0, inf)" (finite), "[0, inf]" (inf allowed). NaN is in none.
    name : str
        What the values are, for the message.
    values : array

    Returns
    -------
    float array, same shape

    Raises
    ------
    InputError
        If a value is outside; the message names the first and its index.

    Examples
    --------
    >>> within("[0, 1]", "coverage", [0.2, 1]).tolist()
    [0.2, 1.0]
    >>> within("[0, 1]", "coverage", [0.2, 1.5])
    Traceback (most recent call last):
    taskmodel.errors.InputError: coverage must be in [0, 1]; found 1.5 at index 1
    """
    array = np.asarray(values, dtype=float)
    low, high = (float(end) for end in interval[1:-1].split(","))
    inside = (array >= low if interval[0] == "[" else array > low) & (
        array <= high if interval[-1] == "]" else array < high
    )
    if not inside.all():
        index = tuple(int(i) for i in np.argwhere(~inside)[0])
        where = f" at index {', '.join(map(str, index))}" if index else ""
        raise InputError(f"{name} must be in {interval}; found {array[index]:g}{where}")
    return array
