r"""Effort of review: how many defects an hour of it finds, and how many hours are worth their wage.

An hour of work reviewed for r hours shows a defect it has with probability

    d(r) = d_max (1 - exp(-kappa r))          kappa the rate of detection, d_max its ceiling

and costs, in wages and in what escapes, W r + q L (1 - d(r)) with a defect of
cost L in a share q of units. It is least at

    r* = ln(kappa q L d_max / W) / kappa      or at 0 if the first minute is not worth its wage.

Whom review is spent on is in `inspection`, what it adds up to in `supervision`.

Source: docs, model, section 3.2. The curve is the exponential detection function of search theory, Koopman (1956),
*Operations Research* 4(5), 503-531 (access: secondary), its numbers for AI research are judgement.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from taskmodel.numerics.ranges import within

__all__ = [
    "detection",
    "detection_curve",
    "detection_rate",
    "effort_for_detection",
    "escape_at_optimum",
    "optimal_effort",
]


def detection_curve(verifiability: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Rate and ceiling of detection by a task's verifiability, where no study says more: kappa = 1 + 4 v, d_max = 0.5 + 0.45 v.

    Judgement, between a task whose results nobody can check well and one that a test settles. At v = 0.75 (code) it finds
    0.32 of defects in 0.12 hours and 0.53 in 0.25, near what is published of code inspections.

    Parameters
    ----------
    verifiability : array
        How well a result can be told from a wrong one, v [1]; in [0, 1].

    Returns
    -------
    rate, ceiling : array, same shape
        kappa [1 per h/h] and d_max [1], as `detection` takes them.

    Raises
    ------
    InputError
        If a verifiability is outside [0, 1].

    Examples
    --------
    >>> rate, ceiling = detection_curve(0.75)
    >>> float(rate), float(ceiling)
    (4.0, 0.8375)
    """
    score = within("[0, 1]", "verifiability", verifiability)
    return 1 + 4 * score, 0.5 + 0.45 * score


def detection(effort: ArrayLike, rate: ArrayLike, ceiling: ArrayLike = 1.0) -> np.ndarray:
    r"""Probability that review finds a defect; arguments broadcast.

    .. math:: d(r) = d_{max} \bigl(1 - e^{-\kappa r}\bigr)

    Parameters
    ----------
    effort : array
        Review hours r per human-equivalent hour of reviewed work [h/h]; >= 0, inf allowed.
    rate : array
        kappa [1 per h/h]; > 0.
    ceiling : array
        What no amount of review exceeds, d_max [1]; in (0, 1].

    Returns
    -------
    array
        d [1]; from 0 at no effort to the ceiling.

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> round(float(detection(0.25, rate=4, ceiling=0.8375)), 2)
    0.53
    """
    hours = within("[0, inf]", "effort", effort)
    return -_ceiling(ceiling) * np.expm1(-_rate(rate) * hours)


def effort_for_detection(
    detection: ArrayLike, rate: ArrayLike, ceiling: ArrayLike = 1.0
) -> np.ndarray:
    """Review hours that find a defect with a given probability, -ln(1 - d/d_max)/kappa; the inverse of `detection`.

    Parameters
    ----------
    detection : array
        d [1]; >= 0 and below the ceiling.
    rate, ceiling : array
        As in `detection`.

    Returns
    -------
    array
        r [h/h].

    Raises
    ------
    InputError
        If an argument is out of its range; a detection at or above the ceiling is out of reach.

    Examples
    --------
    >>> round(float(effort_for_detection(0.53, rate=4, ceiling=0.8375)), 2)
    0.25
    """
    return _dose(detection, ceiling) / _rate(rate)


def detection_rate(detection: ArrayLike, effort: ArrayLike, ceiling: ArrayLike = 1.0) -> np.ndarray:
    """The rate kappa at which so much effort finds so many defects, -ln(1 - d/d_max)/r; to calibrate the curve by a study.

    Parameters
    ----------
    detection : array
        Share of defects found, d [1]; >= 0 and below the ceiling.
    effort : array
        With so many review hours, r [h/h]; > 0, finite.
    ceiling : array
        As in `detection`.

    Returns
    -------
    array
        kappa [1 per h/h].

    Raises
    ------
    InputError
        If an argument is out of its range.

    References
    ----------
    Kemerer and Paulk (2009), IEEE TSE 35(4), 534-550 (access: secondary, its abstract): more than half of defects at 200
    lines an hour, which is 0.125 to 0.25 h/h for authors of 25 to 50 lines an hour.

    Examples
    --------
    >>> detection_rate(0.5, effort=[0.125, 0.25]).round(1).tolist()
    [5.5, 2.8]
    """
    return _dose(detection, ceiling) / within("(0, inf)", "effort", effort)


def optimal_effort(
    *,
    defect_probability: ArrayLike,
    defect_cost: ArrayLike,
    wage: ArrayLike,
    rate: ArrayLike,
    ceiling: ArrayLike = 1.0,
) -> np.ndarray:
    r"""Review hours at which wages and the cost of escaped defects are least together; arguments broadcast.

    .. math:: r^* = \max\Bigl(0, \frac{1}{\kappa} \ln \frac{\kappa\, q L\, d_{max}}{W}\Bigr)

    Parameters
    ----------
    defect_probability : array
        Probability q that a unit is defective [1]; in [0, 1].
    defect_cost : array
        What a defect that escapes costs, L, per human-equivalent hour of the work [money/h]; >= 0.
    wage : array
        W, of an hour of review [the same money/h]; > 0.
    rate, ceiling : array
        As in `detection`.

    Returns
    -------
    array
        r* [h/h]; 0 where kappa q L d_max <= W, since not even the first minute finds enough.

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> round(float(optimal_effort(defect_probability=0.2, defect_cost=100, wage=1, rate=4)), 4)
    1.0955
    """
    worth = _worth_of_the_first_hour(defect_probability, defect_cost, wage, rate, ceiling)
    return np.log(np.maximum(worth, 1.0)) / _rate(
        rate
    )  # 1: the wage; what is worth less is not done


def escape_at_optimum(
    *,
    defect_probability: ArrayLike,
    defect_cost: ArrayLike,
    wage: ArrayLike,
    rate: ArrayLike,
    ceiling: ArrayLike = 1.0,
) -> np.ndarray:
    r"""Defective units that pass `optimal_effort` unnoticed, per unit.

    .. math:: q\,(1 - d(r^*)) = q\,(1 - d_{max}) + \frac{W}{\kappa L} \qquad\text{where review pays, else } q

    The second part, what better review could still find, does not depend on how common defects are. The first cannot be
    bought away.

    Parameters
    ----------
    As in `optimal_effort`.

    Returns
    -------
    array
        Escaped defects per unit [1]; in [0, q].

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> round(float(escape_at_optimum(defect_probability=0.2, defect_cost=100, wage=1, rate=4)), 6)
    0.0025
    """
    probability = within("[0, 1]", "defect_probability", defect_probability)
    worth = _worth_of_the_first_hour(probability, defect_cost, wage, rate, ceiling)
    return probability * (
        1 - _ceiling(ceiling) * (1 - 1 / np.maximum(worth, 1.0))
    )  # exp(-kappa r*) = 1/worth


def _worth_of_the_first_hour(
    defect_probability: ArrayLike,
    defect_cost: ArrayLike,
    wage: ArrayLike,
    rate: ArrayLike,
    ceiling: ArrayLike,
) -> np.ndarray:
    """In wages, at the pace of the first minute: kappa q L d_max / W."""
    avoidable = within("[0, 1]", "defect_probability", defect_probability) * within(
        "[0, inf)", "defect_cost", defect_cost
    )
    return _rate(rate) * avoidable * _ceiling(ceiling) / within("(0, inf)", "wage", wage)


def _dose(detection: ArrayLike, ceiling: ArrayLike) -> np.ndarray:
    """kappa r, from the detection it gives."""
    within("[0, 1)", "detection / ceiling", detection / _ceiling(ceiling))
    return -np.log1p(-np.asarray(detection, dtype=float) / _ceiling(ceiling))


def _rate(rate: ArrayLike) -> np.ndarray:
    return within("(0, inf)", "rate", rate)


def _ceiling(ceiling: ArrayLike) -> np.ndarray:
    return within("(0, 1]", "ceiling", ceiling)
