r"""The horizon as time goes on, and the growth of compute that it amounts to.

.. math:: \log_2 H = \frac{t - t_1}{D}

with t_1 the date at which the horizon is an hour, and D its doubling time. By compute, log10 H = const + b log10 C: where C grows
by G powers of ten a year, the horizon doubles in log10(2) / (b G) years, so that both go at one pace where b G D = log10(2).

Source: Kwa et al. (2025), Measuring AI Ability to Complete Long Tasks, arXiv 2503.14499. Numbers and arrays only.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from taskmodel.errors import InputError
from taskmodel.numerics.ranges import within

__all__ = ["Line", "agreeing_growth", "doubling_time_by_compute", "fit_line", "frontier"]


class Line(NamedTuple):
    """A horizon that doubles at one pace.

    Attributes
    ----------
    one_hour : float
        When it is an hour [calendar year].
    doubling_time : float
        [year]
    """

    one_hour: float
    doubling_time: float

    def hours(self, dates: ArrayLike) -> np.ndarray:
        """Horizon [h] at some dates [calendar year]; inf beyond the largest float."""
        with np.errstate(over="ignore"):
            return np.asarray(
                2.0 ** ((np.asarray(dates, dtype=float) - self.one_hour) / self.doubling_time)
            )

    def date(self, hours: ArrayLike) -> np.ndarray:
        """When the horizon is so long [calendar year].

        Examples
        --------
        >>> Line(2025.0, 0.5).date([1, 8]).tolist()
        [2025.0, 2026.5]
        """
        return np.asarray(
            self.one_hour + self.doubling_time * np.log2(within("(0, inf)", "hours", hours))
        )


def frontier(released: ArrayLike, hours: ArrayLike) -> np.ndarray:
    """Which models had the longest horizon of all until then.

    Parameters
    ----------
    released : array, shape (model,)
        [calendar year]; of models of one day the longest counts.
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
    before = np.concatenate([[-np.inf], np.maximum.accumulate(lengths[order])[:-1]])
    found = np.zeros(len(order), dtype=bool)
    found[order] = lengths[order] > before
    return found


def fit_line(released: ArrayLike, hours: ArrayLike, doubling_time: float | None = None) -> Line:
    """The line through models, by least squares in the logarithm of the horizon.

    Parameters
    ----------
    released : array, shape (model,)
        [calendar year]
    hours : array, shape (model,)
        [h]; > 0.
    doubling_time : float, optional
        [year]; > 0. Default: that of the fit. With one the line goes through the models' middle.

    Raises
    ------
    InputError
        If there are too few models, horizons do not grow, or the doubling time is not positive.

    Examples
    --------
    >>> line = fit_line([2023, 2024, 2025], [0.25, 1.0, 4.0])
    >>> round(line.one_hour, 9), round(line.doubling_time, 9)
    (2024.0, 0.5)
    >>> fit_line([2023, 2025], [0.5, 2.0], doubling_time=0.25).one_hour
    2024.0
    """
    dates = np.asarray(released, dtype=float)
    logs = np.log2(within("(0, inf)", "hours", hours))
    if doubling_time is not None:
        pace = 1 / float(within("(0, inf)", "doubling_time", doubling_time))
    else:
        if len(dates) < 2 or np.ptp(dates) == 0:
            raise InputError(
                f"a trend needs models of two dates at least; found {len(dates)} model{'s' * (len(dates) != 1)}"
            )
        pace = float(
            ((dates - dates.mean()) * (logs - logs.mean())).sum()
            / ((dates - dates.mean()) ** 2).sum()
        )
        if not pace > 0:
            raise InputError("the horizon of these models does not grow; take more of them")
    if not len(dates):
        raise InputError("a trend needs models; found none")
    return Line(float(dates.mean() - logs.mean() / pace), 1 / pace)


def agreeing_growth(doubling_time: ArrayLike, slope: ArrayLike) -> np.ndarray:
    """Growth of compute at which its horizon doubles as fast as the trend's.

    Parameters
    ----------
    doubling_time : array
        D [year]; > 0.
    slope : array
        b, powers of ten of horizon for each of compute [1]; > 0.

    Returns
    -------
    array
        log10(2) / (b D) [OOM/year].

    Examples
    --------
    >>> agreeing_growth([7 / 12, 4.2 / 12], 0.485).round(3).tolist()
    [1.064, 1.773]
    """
    return np.log10(2) / (
        within("(0, inf)", "slope", slope) * within("(0, inf)", "doubling_time", doubling_time)
    )


def doubling_time_by_compute(growth: ArrayLike, slope: ArrayLike) -> np.ndarray:
    """Time in which the horizon doubles as compute grows: the inverse of `agreeing_growth`; inf where compute does not grow.

    Parameters
    ----------
    growth : array
        [OOM/year]; >= 0.
    slope : array
        b [1]; > 0.

    Returns
    -------
    array
        [year]

    Examples
    --------
    >>> round(12 * float(doubling_time_by_compute(1.13, 0.485)), 2)  # months
    6.59
    """
    pace = within("(0, inf)", "slope", slope) * within("[0, inf)", "growth", growth)
    with np.errstate(divide="ignore"):
        return np.log10(2) / pace
