r"""Selection: what volume is worth when somebody has to tell the best of it.

Of n results whose true worth is normal with standard deviation sigma, a judge
picks the one that looks best. If judgement and truth correlate by c, the pick
is better than the average by

    c sigma E[max_n]          E[max_n] of n standard normals, about sqrt(2 ln n) for large n

so that more results help only as the root of a logarithm, and better judges in
proportion. With errors of heavier tails than the truth's the gain falls again
as n grows (Goodhart); that is not modelled.

Source: docs, model, section 3; Tippett (1925), *Biometrika* 17, 364-387, for the greatest of a normal sample, Sheppard
(1899), *Phil. Trans. A* 192, 101-167, for correlation from agreement (access to both: secondary).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from taskmodel.numerics.ranges import within

__all__ = ["expected_best", "judge_correlation", "selection_gain"]

LOWEST, HIGHEST, STEP = (
    -10.0,
    40.0,
    2.0**-8,
)  # of the quadrature; what is left out is below 1e-20 up to n = 1e100


def judge_correlation(pairwise_accuracy: ArrayLike) -> np.ndarray:
    """Correlation of a judge's scores with the truth, from how often it ranks a pair rightly: c = sin(pi (A - 1/2)).

    Parameters
    ----------
    pairwise_accuracy : array
        Share A of pairs of which the judge picks the better one [1]; in [0, 1]. Truth and scores are taken to be jointly
        normal, and pairs to be drawn at random.

    Returns
    -------
    array, same shape
        c [1]; 0 at A = 1/2, negative below.

    Raises
    ------
    InputError
        If an accuracy is outside [0, 1].

    Examples
    --------
    >>> judge_correlation([0.77, 0.6]).round(2).tolist()
    [0.75, 0.31]
    """
    return np.sin(np.pi * (within("[0, 1]", "pairwise_accuracy", pairwise_accuracy) - 0.5))


def expected_best(number: ArrayLike) -> np.ndarray:
    r"""Expected greatest of n standard normals.

    .. math:: E[\max_n] = \int z\; n\, \varphi(z)\, \Phi(z)^{n-1}\, dz

    The trapezoidal rule, which is exact to rounding for a smooth integrand that dies away at both ends.

    Parameters
    ----------
    number : array
        n [1]; in [1, 1e100], need not be whole.

    Returns
    -------
    array, same shape
        E[max_n], in standard deviations [1].

    Raises
    ------
    InputError
        If a number is outside [1, 1e100].

    Examples
    --------
    >>> expected_best([2, 16, 1000]).round(3).tolist()
    [0.564, 1.766, 3.241]
    """
    from scipy.special import log_ndtr  # here, so that importing this module does not load scipy

    tries = within("[1, 1e100]", "number", number)[..., np.newaxis]
    z = np.arange(LOWEST, HIGHEST, STEP)  # a power of two: exactly even
    density = np.exp(np.log(tries) + (tries - 1) * log_ndtr(z) - z**2 / 2) / np.sqrt(2 * np.pi)
    return (z * density).sum(axis=-1) * STEP


def selection_gain(number: ArrayLike, correlation: ArrayLike, sd: ArrayLike = 1.0) -> np.ndarray:
    """How much better than the average the pick of a judge is, c sigma E[max_n]; arguments broadcast.

    Parameters
    ----------
    number : array
        Results n to pick from [1]; in [1, 1e100].
    correlation : array
        Of the judge's scores with the truth, c [1]; in [-1, 1]; see `judge_correlation`.
    sd : array
        Standard deviation sigma of the results' true worth [any unit]; >= 0.

    Returns
    -------
    array
        Expected gain over the mean, in the unit of `sd`.

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> selection_gain(16, judge_correlation([0.77, 0.6])).round(2).tolist()
    [1.32, 0.55]
    """
    return (
        within("[-1, 1]", "correlation", correlation)
        * within("[0, inf)", "sd", sd)
        * expected_best(number)
    )
