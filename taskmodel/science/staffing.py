r"""Staffing: how many people a pool has as some come, some learn the work, and some leave.

With growth g and attrition a per person there is, n hires a year besides, and a share f of those who come that learn the work
(where machines do the routine work that people used to practise on, f falls),

    dR/dt = f (g R + n) - a R

so that, with rate b = f g - a and inflow m = f n,

    R(t) = R(0) e^(b t) + m (e^(b t) - 1)/b                      m t for the second term where b = 0

a growth at the constant rate b without hires, and n f/a people in the long run without growth. All of it holds for any pool:
people who do tasks, reviewers, verifiers. How many there must be is not decided here.

Source: docs, model, section 4, with the share f of Beane (2018), on surgeons trained beside robots: only a minority of those who
may no longer practise become competent (access to it: secondary); the form of the equation is a judgement.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from taskmodel.numerics.ranges import within

__all__ = ["headcount", "long_run"]


def headcount(
    start: ArrayLike,
    years: ArrayLike,
    growth: ArrayLike = 0.0,
    hires: ArrayLike = 0.0,
    attrition: ArrayLike = 0.0,
    practice_share: ArrayLike = 1.0,
) -> np.ndarray:
    """People in a pool after some years; arguments broadcast.

    Parameters
    ----------
    start : array
        People R(0) at the beginning [person]; >= 0.
    years : array
        Time t since then [year]; >= 0.
    growth : array
        People g who come, per person there is [1/year]; >= 0.
    hires : array
        People n who come besides [person/year]; >= 0.
    attrition : array
        People a who leave, per person there is [1/year]; >= 0.
    practice_share : array
        Share f of those who come that learn the work [1]; in [0, 1].

    Returns
    -------
    array
        R(t) [person]; inf: beyond any float.

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    Ten people, of whom a tenth leaves every year and three are hired:

    >>> headcount(10, [0, 1, 10, 1000], hires=3, attrition=0.1).round(2).tolist()
    [10.0, 11.9, 22.64, 30.0]
    """
    time = within("[0, inf)", "years", years)
    rate, inflow = _rate(growth, attrition, practice_share), _inflow(hires, practice_share)
    turned = rate * time
    nonzero = np.where(turned == 0, 1.0, turned)
    with np.errstate(over="ignore"):  # beyond any float: inf is meant
        stretched = np.where(turned == 0, 1.0, np.expm1(nonzero) / nonzero)  # (e^(b t) - 1)/(b t)
        return _grown(within("[0, inf)", "start", start), np.exp(turned)) + _grown(
            inflow * time, stretched
        )


def long_run(
    start: ArrayLike,
    growth: ArrayLike = 0.0,
    hires: ArrayLike = 0.0,
    attrition: ArrayLike = 0.0,
    practice_share: ArrayLike = 1.0,
) -> np.ndarray:
    """People in a pool in the end: the limit of `headcount` as years go by; arguments broadcast.

    Parameters
    ----------
    As in `headcount`.

    Returns
    -------
    array
        m/-b where b < 0 [person]; else inf, or the start where nothing changes.

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> long_run(10, hires=3, attrition=[0.1, 0]).tolist()
    [30.0, inf]
    >>> round(float(long_run(10, hires=3, attrition=0.1, practice_share=0.2)), 9)
    6.0
    """
    people = within("[0, inf)", "start", start)
    rate, inflow = _rate(growth, attrition, practice_share), _inflow(hires, practice_share)
    endless = (inflow > 0) | ((rate > 0) & (people > 0))
    return np.where(
        rate < 0, inflow / np.where(rate < 0, -rate, 1.0), np.where(endless, np.inf, people)
    )


def _grown(people: np.ndarray, by: np.ndarray) -> np.ndarray:
    """So many times as many people; none of none, whatever the growth."""
    return np.where(people == 0, 0.0, np.where(people == 0, 1.0, people) * by)


def _rate(growth: ArrayLike, attrition: ArrayLike, practice_share: ArrayLike) -> np.ndarray:
    """The rate b [1/year]."""
    come = within("[0, 1]", "practice_share", practice_share) * within("[0, inf)", "growth", growth)
    return np.asarray(come - within("[0, inf)", "attrition", attrition))


def _inflow(hires: ArrayLike, practice_share: ArrayLike) -> np.ndarray:
    """The inflow m [person/year]."""
    return np.asarray(
        within("[0, 1]", "practice_share", practice_share) * within("[0, inf)", "hires", hires)
    )
