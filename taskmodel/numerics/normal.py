"""The standard normal distribution on arrays.

scipy is imported on the first call: modules of formulas load NumPy alone.
"""

from __future__ import annotations

import numpy as np

from taskmodel.numerics.ranges import Real, ranges


@ranges(z="[-inf, inf]")
def normal_cdf(z: Real) -> np.ndarray:
    """Probability that a standard normal variable is below z, accurate in both tails.

    Parameters
    ----------
    z : array
        May be infinite.

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
    from scipy.special import ndtr

    return np.asarray(ndtr(z))


@ranges(probability="(0, 1)")
def normal_quantile(probability: Real) -> np.ndarray:
    """Value below which a standard normal variable lies with a probability.

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
    from scipy.special import ndtri

    return np.asarray(ndtri(probability))
