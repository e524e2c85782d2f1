r"""Intervals of the trend over time, from the scatter of the models about their line.

The line of least squares is :math:`y = \bar y + b (t - \bar t)`, with y the binary logarithm of
the horizon. With s the residual standard deviation of n models, S the sum of
:math:`(t - \bar t)^2` and q Student's quantile with n - 2 degrees of freedom, the pace b lies
within :math:`q s / \sqrt S`, and the line within :math:`q s \sqrt{1/n + (t - \bar t)^2 / S}`.
What the models have in common, such as the choice of tasks, is not in these intervals.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from taskmodel.numerics.ranges import within

COVERAGE = 0.9


class LineInterval:
    """Intervals of the line through models; NaN throughout for fewer than three models.

    Parameters
    ----------
    released : array, shape (model,)
        [calendar year]
    hours : array, shape (model,)
        Horizons [h]; > 0.
    coverage : float
        Probability that the interval contains the true value [1].
    """

    def __init__(self, released: ArrayLike, hours: ArrayLike, coverage: float = COVERAGE) -> None:
        from scipy.special import stdtrit  # keeps scipy out of the import of this module

        dates = np.asarray(released, dtype=float)
        logs = np.log2(within("(0, inf)", "hours", hours))
        self.models = len(dates)
        self.middle = float(dates.mean())
        self.spread = float(((dates - self.middle) ** 2).sum())
        self.level = float(logs.mean())
        self.pace = float(((dates - self.middle) * logs).sum() / self.spread)
        freedom = self.models - 2
        if freedom < 1:
            self.width = np.nan
            return
        residuals = logs - self.level - self.pace * (dates - self.middle)
        sd = np.sqrt((residuals**2).sum() / freedom)
        self.width = float(stdtrit(freedom, (1 + coverage) / 2) * sd)

    def doubling_time(self) -> np.ndarray:
        """Ends of the doubling time [year], low before high; inf: the pace may be 0 or less.

        Examples
        --------
        >>> LineInterval([2023, 2024, 2025], [0.25, 1.0, 4.0]).doubling_time().round(9).tolist()
        [0.5, 0.5]
        """
        half = self.width / np.sqrt(self.spread)
        slowest = self.pace - half
        high = 1 / slowest if slowest > 0 else (np.nan if np.isnan(half) else np.inf)
        return np.array([1 / (self.pace + half), high])

    def hours(self, dates: ArrayLike) -> np.ndarray:
        """Ends of the line's horizon [h] at dates [calendar year], shape (2, date)."""
        offset = np.asarray(dates, dtype=float) - self.middle
        half = self.width * np.sqrt(1 / self.models + offset**2 / self.spread)
        with np.errstate(over="ignore"):
            return np.asarray(2.0 ** (self.level + self.pace * offset + [[-1], [1]] * half))
