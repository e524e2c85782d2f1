"""A level that grows by a factor a year, where the factor changes from year to year.

The factor of a year that begins at a date is read off a table, between dates in it linearly and beyond its ends the nearest;
within the year the level goes up geometrically. So 2.6, 2.6, 2, 2, ... are the factors from 2026 of the table
``{2026: 2.6, 2028: 2.6, 2029: 2, 2030: 2}``.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from taskmodel.errors import InputError
from taskmodel.numerics.piecewise import first_reached
from taskmodel.numerics.types import Array

__all__ = ["Growth"]


class Growth:
    """A level relative to that at the start.

    Parameters
    ----------
    factors : mapping of float to float
        Factor of the year that begins at each date [1]; > 0, dates increasing.
    start, end : float
        From when to when it is given; years are counted from the start.

    Raises
    ------
    InputError
        If there are no factors, one is not positive, dates do not increase, or the end is not after the start.

    Examples
    --------
    >>> compute = Growth({2026: 2.6, 2028: 2.6, 2029: 2.0}, 2026, 2031)
    >>> np.exp(compute.log([2026, 2027, 2029.5])).round(3).tolist()
    [1.0, 2.6, 24.856]
    >>> round(float(compute.first(np.log(2.6))), 6)
    2027.0
    """

    def __init__(self, factors: Mapping[float, float], start: float, end: float) -> None:
        dates, values = (
            np.array(list(factors), dtype=float),
            np.array(list(factors.values()), dtype=float),
        )
        if (
            not len(dates)
            or not (np.diff(dates) > 0).all()
            or not (np.isfinite(values) & (values > 0)).all()
        ):
            raise InputError(
                f"growth needs positive factors at increasing dates; found {dict(factors)!r}"
            )
        if not start < end:
            raise InputError(f"growth must end after it starts; found {start:g} to {end:g}")
        self.years = start + np.arange(np.ceil(end - start) + 1)
        self.logs = np.concatenate(
            [[0.0], np.cumsum(np.log(np.interp(self.years[:-1], dates, values)))]
        )

    @property
    def breaks(self) -> Array:
        """Dates at which the pace changes."""
        return self.years[1:-1]

    def log(self, times: ArrayLike) -> Array:
        """Natural logarithm of the level at some dates, none outside the years given."""
        times = np.asarray(times, dtype=float)
        if ((times < self.years[0]) | (times > self.years[-1])).any():
            raise InputError(
                f"growth is given from {self.years[0]:g} to {self.years[-1]:g}; found {times.min():g} to {times.max():g}"
            )
        return np.asarray(np.interp(times, self.years, self.logs))

    def first(self, log_level: ArrayLike) -> Array:
        """When the level is first reached, by its logarithm; NaN: not in the years given."""
        return first_reached(self.years, self.logs, log_level)
