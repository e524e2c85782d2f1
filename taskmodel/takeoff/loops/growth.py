"""A level that grows by a yearly factor, which changes from year to year.

The factor of the year that begins at a date is interpolated linearly in a table, and constant
beyond its ends; within the year growth is geometric. The table ``{2026: 2.6, 2028: 2.6, 2029: 2}``
gives the factors 2.6, 2.6, 2.6, 2, 2, ... from 2026 on.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from taskmodel.errors import InputError
from taskmodel.numerics.piecewise import first_reached
from taskmodel.numerics.types import Array


class Growth:
    """A level relative to its value at the start.

    Parameters
    ----------
    factors : mapping of float to float
        Factor of the year that begins at each date [1]; > 0, dates increasing.
    start, end : float
        First and last year; years are counted from the start.

    Raises
    ------
    InputError
        If there are no factors, one is not positive, dates do not increase, or the end is not after
        the start.

    Examples
    --------
    >>> compute = Growth({2026: 2.6, 2028: 2.6, 2029: 2.0}, 2026, 2031)
    >>> np.exp(compute.log([2026, 2027, 2029.5])).round(3).tolist()
    [1.0, 2.6, 24.856]
    >>> round(float(compute.first_date(np.log(2.6))), 6)
    2027.0
    """

    def __init__(self, factors: Mapping[float, float], start: float, end: float) -> None:
        dates = np.array(list(factors), dtype=float)
        values = np.array(list(factors.values()), dtype=float)
        positive = (np.isfinite(values) & (values > 0)).all()
        if not len(dates) or not (np.diff(dates) > 0).all() or not positive:
            raise InputError(
                f"growth needs positive factors at increasing dates; found {dict(factors)!r}"
            )
        if not start < end:
            raise InputError(f"growth must end after it starts; found {start:g} to {end:g}")
        self.years = start + np.arange(np.ceil(end - start) + 1)
        pace = np.log(np.interp(self.years[:-1], dates, values))
        self.logs = np.concatenate([[0.0], np.cumsum(pace)])

    @property
    def breaks(self) -> Array:
        """Dates at which the growth rate changes."""
        return self.years[1:-1]

    def log(self, times: ArrayLike) -> Array:
        """Return the natural logarithm of the level at dates within the years."""
        times = np.asarray(times, dtype=float)
        if ((times < self.years[0]) | (times > self.years[-1])).any():
            raise InputError(
                f"growth is given from {self.years[0]:g} to {self.years[-1]:g}; "
                f"found {times.min():g} to {times.max():g}"
            )
        return np.asarray(np.interp(times, self.years, self.logs))

    def first_date(self, log_level: ArrayLike) -> Array:
        """Return the date at which the level is first reached, by its logarithm; NaN: never."""
        return first_reached(self.years, self.logs, log_level)
