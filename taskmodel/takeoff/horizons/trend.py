r"""The horizon over time, and the growth of compute to which it corresponds.

.. math:: \log_2 H = \frac{t - t_1}{D}

with t_1 the date at which the horizon is an hour, and D its doubling time. By compute,
log10 H = const + b log10 C: if C grows by G orders of magnitude per year, the horizon doubles in
log10(2) / (b G) years, so that the two agree where b G D = log10(2).

References
----------
Kwa et al. (2025), Measuring AI Ability to Complete Long Tasks, arXiv 2503.14499.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from taskmodel.errors import InputError
from taskmodel.numerics.ranges import Real, one_number, ranges, within


class TrendLine(NamedTuple):
    """A horizon with a constant doubling time.

    Attributes
    ----------
    one_hour : float
        Date at which the horizon is an hour [calendar year].
    doubling_time : float
        [year]
    """

    one_hour: float
    doubling_time: float

    def hours(self, dates: ArrayLike) -> np.ndarray:
        """Horizon [h] at dates [calendar year]; inf beyond the largest float."""
        doublings = (np.asarray(dates, dtype=float) - self.one_hour) / self.doubling_time
        with np.errstate(over="ignore"):
            return np.asarray(2.0**doublings)

    def date(self, hours: ArrayLike) -> np.ndarray:
        """Date at which the horizon has a length [calendar year].

        Examples
        --------
        >>> TrendLine(2025.0, 0.5).date([1, 8]).tolist()
        [2025.0, 2026.5]
        """
        hours = within("(0, inf)", "hours", hours)
        return np.asarray(self.one_hour + self.doubling_time * np.log2(hours))


def frontier(released: ArrayLike, hours: ArrayLike) -> np.ndarray:
    """Whether each model had the longest horizon of all models released by then.

    Parameters
    ----------
    released : array, shape (model,)
        [calendar year]; of models of one day only the longest qualifies.
    hours : array, shape (model,)
        Horizons [h].

    Returns
    -------
    bool array, shape (model,)

    Examples
    --------
    >>> frontier([2024, 2023, 2025, 2025], [2.0, 1.0, 1.5, 3.0]).tolist()
    [True, True, False, True]
    """
    dates, lengths = np.asarray(released, dtype=float), np.asarray(hours, dtype=float)
    order = np.lexsort((-lengths, dates))
    longest = np.concatenate([[-np.inf], np.maximum.accumulate(lengths[order])[:-1]])
    result = np.zeros(len(order), dtype=bool)
    result[order] = lengths[order] > longest
    return result


def fit_line(
    released: ArrayLike, hours: ArrayLike, doubling_time: float | None = None
) -> TrendLine:
    """Least-squares line through models, in the logarithm of the horizon.

    Parameters
    ----------
    released : array, shape (model,)
        [calendar year]
    hours : array, shape (model,)
        [h]; > 0.
    doubling_time : float, optional
        [year]; > 0. Fixes the slope of the line, which then passes through the centre of the
        models. Default: fitted.

    Raises
    ------
    InputError
        If there are too few models, horizons do not grow, or the doubling time is not positive.

    Examples
    --------
    >>> line = fit_line([2023, 2024, 2025], [0.25, 1.0, 4.0])
    >>> round(line.one_hour, 9), round(line.doubling_time, 9)
    (2024.0, 0.5)
    >>> round(fit_line([2023, 2025], [0.5, 2.0], doubling_time=0.25).one_hour, 9)
    2024.0
    """
    dates = np.asarray(released, dtype=float)
    logs = np.log2(within("(0, inf)", "hours", hours))
    if doubling_time is not None:
        slope = 1 / one_number("[1e-6, 1e6]", "doubling_time", doubling_time)
    else:
        if len(dates) < 2 or np.ptp(dates) == 0:
            count = f"{len(dates)} model{'s' * (len(dates) != 1)}"
            raise InputError(f"a trend needs models of two dates at least; found {count}")
        centred = dates - dates.mean()
        slope = float((centred * (logs - logs.mean())).sum() / (centred**2).sum())
        if not slope > 0:
            raise InputError("the horizon of these models does not grow; take more of them")
    if not len(dates):
        raise InputError("a trend needs models; found none")
    return TrendLine(float(dates.mean() - logs.mean() / slope), 1 / slope)


@ranges(doubling_time="(0, inf)", slope="(0, inf)")
def agreeing_growth(doubling_time: Real, slope: Real) -> np.ndarray:
    """Growth of compute at which its horizon doubles in a given time.

    Parameters
    ----------
    doubling_time : array
        D [year]; > 0.
    slope : array
        b, orders of magnitude of horizon per order of magnitude of compute [1]; > 0.

    Returns
    -------
    array
        log10(2) / (b D) [OOM/year].

    Examples
    --------
    >>> agreeing_growth([7 / 12, 4.2 / 12], 0.485).round(3).tolist()
    [1.064, 1.773]
    """
    return np.log10(2) / (slope * doubling_time)


@ranges(growth="[0, inf)", slope="(0, inf)")
def doubling_time_by_compute(growth: Real, slope: Real) -> np.ndarray:
    """Doubling time of the horizon as compute grows; the inverse of `agreeing_growth`.

    Parameters
    ----------
    growth : array
        [OOM/year]; >= 0.
    slope : array
        b [1]; > 0.

    Returns
    -------
    array
        [year]; inf where compute does not grow.

    Examples
    --------
    >>> round(12 * float(doubling_time_by_compute(1.13, 0.485)), 2)  # months
    6.59
    """
    with np.errstate(divide="ignore"):
        return np.log10(2) / (slope * growth)
