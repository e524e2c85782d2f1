"""The normal distribution on arrays, by the standard library: modules of formulas that load NumPy alone need it."""

from __future__ import annotations

from math import erfc, sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from taskmodel.numerics.ranges import within

__all__ = ["normal_cdf", "normal_quantile"]


def normal_cdf(z: ArrayLike) -> np.ndarray:
    """Probability of a standard normal below z.

    Parameters
    ----------
    z : array
        inf and -inf allowed.

    Returns
    -------
    array, same shape
        Probability [1].

    Raises
    ------
    InputError
        If a value is NaN.

    Examples
    --------
    >>> normal_cdf([0, 1.6448536, float("-inf")]).round(6).tolist(), f"{normal_cdf(-10):.3g}"
    ([0.5, 0.95, 0.0], '7.62e-24')
    """
    # 1/2 (1 + erf) would lose the tail below: 1 - 1 where there is 1e-24
    return np.vectorize(_below, otypes=[float])(within("[-inf, inf]", "z", z))


def _below(z: float) -> float:
    return 0.5 * erfc(-z / sqrt(2))


def normal_quantile(probability: ArrayLike) -> np.ndarray:
    """The z below which a standard normal lies with a probability; the inverse of `normal_cdf`.

    Parameters
    ----------
    probability : array
        [1]; in (0, 1).

    Returns
    -------
    array, same shape

    Raises
    ------
    InputError
        If a probability is outside (0, 1).

    Examples
    --------
    >>> normal_quantile([0.5, 0.95]).round(4).tolist()
    [0.0, 1.6449]
    """
    return np.vectorize(NormalDist().inv_cdf, otypes=[float])(
        within("(0, 1)", "probability", probability)
    )
