"""What goes in straight lines from date to date: when it first comes to a level."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

__all__ = ["first_reached"]


def first_reached(dates: ArrayLike, levels: ArrayLike, wanted: ArrayLike) -> np.ndarray:
    """When a line through points first reaches a level from below.

    Parameters
    ----------
    dates, levels : array, shape (point,)
        Dates increasing, at least two; levels between them are on straight lines. Of what grows geometrically, the logarithms.
    wanted : array
        Levels.

    Returns
    -------
    array, shape of `wanted`
        The first date where the level is at or below `wanted` at the first; NaN where it is never reached.

    Examples
    --------
    >>> first_reached([2020, 2022, 2023, 2024], [0.0, 2.0, 1.0, 3.0], [-1.0, 1.0, 2.5, 4.0]).tolist()
    [2020.0, 2021.0, 2023.75, nan]
    """
    when, heights, asked = (np.asarray(each, dtype=float) for each in (dates, levels, wanted))
    highest = np.maximum.accumulate(heights)
    place = np.clip(np.searchsorted(highest, asked), 1, len(highest) - 1)
    low, high = heights[place - 1], heights[place]
    with np.errstate(
        invalid="ignore", divide="ignore"
    ):  # level stretches, on which nothing is first reached
        between = when[place - 1] + (asked - low) / (high - low) * (when[place] - when[place - 1])
    return np.where(asked <= heights[0], when[0], np.where(asked <= highest[-1], between, np.nan))
