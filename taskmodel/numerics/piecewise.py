"""First passage of a piecewise linear function through a level."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def first_reached(dates: ArrayLike, values: ArrayLike, levels: ArrayLike) -> np.ndarray:
    """First date at which a piecewise linear function reaches a level from below.

    Parameters
    ----------
    dates, values : array, shape (point,)
        Nodes of the function, at least two, dates increasing. For a function that grows
        geometrically between nodes, logarithms of values and levels.
    levels : array

    Returns
    -------
    array, shape of `levels`
        The first date for a level at or below the first value; NaN for a level that is never
        reached.

    Examples
    --------
    >>> dates, values = [2020, 2022, 2023, 2024], [0.0, 2.0, 1.0, 3.0]
    >>> first_reached(dates, values, [-1.0, 1.0, 2.5, 4.0]).round(6).tolist()
    [2020.0, 2021.0, 2023.75, nan]
    """
    dates, values, levels = (np.asarray(array, dtype=float) for array in (dates, values, levels))
    # A level is first reached on the segment on which the running maximum reaches it.
    maximum = np.maximum.accumulate(values)
    end = np.clip(np.searchsorted(maximum, levels), 1, len(maximum) - 1)
    low, high = values[end - 1], values[end]
    with np.errstate(invalid="ignore", divide="ignore"):  # constant segments, replaced below
        crossing = dates[end - 1] + (levels - low) / (high - low) * (dates[end] - dates[end - 1])
    reached = np.where(levels <= maximum[-1], crossing, np.nan)
    return np.where(levels <= values[0], dates[0], reached)
