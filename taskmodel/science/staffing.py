r"""Staffing: the size of a pool of people as some join, some learn the work and some leave.

With growth g and attrition a per head, n further hires a year, and a share f of all entrants that
learns the work (f falls where machines do the routine work on which people used to practise),

    dR/dt = f (g R + n) - a R

With the rate b = f g - a and the inflow m = f n, the solution is

    R(t) = R(0) e^(b t) + m (e^(b t) - 1)/b

whose second term is m t where b = 0: exponential growth at the rate b without hires, and n f/a
people in the long run without growth. It holds for any pool: people who do tasks, reviewers,
verifiers.

Source: docs, model, section 4. The share f follows Beane (2018) on surgeons trained beside robots:
only a minority of those without practice become competent (access: secondary). The form of the
equation is a judgement.
"""

from __future__ import annotations

import numpy as np

from taskmodel.numerics.ranges import Real, ranges


@ranges(
    start="[0, inf)",
    years="[0, inf)",
    growth="[0, inf)",
    hires="[0, inf)",
    attrition="[0, inf)",
    practice_share="[0, 1]",
)
def headcount(
    start: Real,
    years: Real,
    growth: Real = 0.0,
    hires: Real = 0.0,
    attrition: Real = 0.0,
    practice_share: Real = 1.0,
) -> np.ndarray:
    """People in a pool after some years.

    Parameters
    ----------
    start : array
        People R(0) at the beginning [person]; >= 0.
    years : array
        Time t since then [year]; >= 0.
    growth : array
        Entrants g per head [1/year]; >= 0.
    hires : array
        Further entrants n [person/year]; >= 0.
    attrition : array
        Leavers a per head [1/year]; >= 0.
    practice_share : array
        Share f of the entrants that learns the work [1]; in [0, 1].

    Returns
    -------
    array
        R(t) [person]; inf where it exceeds the largest float.

    Examples
    --------
    Ten people, of whom a tenth leaves every year, and three hires a year:

    >>> headcount(10, [0, 1, 10, 1000], hires=3, attrition=0.1).round(2).tolist()
    [10.0, 11.9, 22.64, 30.0]
    """
    exponent = (practice_share * growth - attrition) * years
    nonzero = np.where(exponent == 0, 1.0, exponent)
    with np.errstate(over="ignore"):
        mean_growth = np.where(exponent == 0, 1.0, np.expm1(nonzero) / nonzero)
        return _times(start, np.exp(exponent)) + _times(practice_share * hires * years, mean_growth)


def _times(people: np.ndarray, factor: np.ndarray) -> np.ndarray:
    """People times a factor, which may be inf; 0 where there are no people."""
    return np.where(people == 0, 0.0, np.where(people == 0, 1.0, people) * factor)
