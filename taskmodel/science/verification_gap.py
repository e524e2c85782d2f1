r"""The verification gap: what a worker far beyond its task changes in review, and the best worker.

The lead x of a worker of training compute C_w over task i is how many times the horizon that the
task needs its own 50 % horizon is,

    x_i = H50(C_w) / (h_i m_i).

Review of what it does takes more (gamma > 0) or fewer (gamma < 0) hours the larger the lead, and
detects a smaller share of its defects (delta > 0). A trusted critic, Delta powers of ten of compute
behind the frontier and of horizon H_c, does part of the review:

    r(x) = r max(1, x)^gamma (1 - a (1 - e)),    a = a_max / (1 + (h m / H_c)^beta),
    d(x) = d max(1, x)^-delta.

The best worker is the one of least cost. In u = ln x its cost is a sum of exponentials with
coefficients that are not negative, hence convex, so that its minimum is unique.

Source: docs, model, section 3.7. All parameters are judgement.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from taskmodel.numerics.accuracy import WORKER_LEAD
from taskmodel.numerics.ranges import Real, ranges
from taskmodel.science.capability import logistic_success

MOST_STEPS = 200  # of the minimum


@ranges(lead="[0, inf)", gap="(-inf, inf)")
def review_growth(lead: Real, gap: Real) -> np.ndarray:
    """Review hours relative to those of the work of a model that just suffices, max(1, x)^gamma.

    Parameters
    ----------
    lead : array
        Horizon x of the worker relative to the one that the task needs [1]; >= 0.
    gap : array
        gamma [1]; negative: verification gets easier.

    Returns
    -------
    array
        Factor [1]; > 0.

    Examples
    --------
    >>> review_growth([0.5, 1, 100], gap=0.5).tolist()
    [1.0, 1.0, 10.0]
    """
    return np.maximum(1.0, lead) ** gap


@ranges(lead="[0, inf)", gap="[0, inf)")
def detection_fall(lead: Real, gap: Real) -> np.ndarray:
    """Share of defects that review finds, relative to a model that just suffices: max(1, x)^-delta.

    Parameters
    ----------
    lead : array
        As in `review_growth`.
    gap : array
        delta [1]; >= 0.

    Returns
    -------
    array
        Factor [1]; in [0, 1].

    Examples
    --------
    >>> detection_fall([0.5, 1, 100], gap=0.5).tolist()
    [1.0, 1.0, 0.1]
    """
    return np.maximum(1.0, lead) ** -gap


@ranges(critic_lead="[0, inf)", limit="[0, 1]", effort="[0, 1]", steepness="(0, inf)")
def assisted_review(critic_lead: Real, limit: Real, effort: Real, steepness: Real) -> np.ndarray:
    """Review hours relative to review without a trusted critic, 1 - a (1 - e).

    Parameters
    ----------
    critic_lead : array
        Horizon H_c of the critic relative to the one that the task needs [1]; >= 0.
    limit : array
        a_max, the share of review in which a critic of unlimited horizon assists [1]; in [0, 1].
    effort : array
        e, review hours where it assists, relative to without it [1]; in [0, 1].
    steepness : array
        beta of the logistic in the logarithm of the horizon [1]; > 0.

    Returns
    -------
    array
        Factor [1]; in [0, 1].

    Examples
    --------
    >>> assisted_review([0, 1, 1e9], limit=0.5, effort=0.3, steepness=0.84).round(3).tolist()
    [1.0, 0.825, 0.65]
    """
    with np.errstate(divide="ignore"):
        need = 1 / np.asarray(critic_lead, dtype=float)
    assisted = np.where(
        np.isinf(need), 0.0, limit * logistic_success(np.minimum(need, 1e300), 1.0, steepness)
    )
    return 1 - assisted * (1 - effort)


@ranges(gap="(-inf, inf)", steepness="(0, inf)")
def best_lead(gap: Real, steepness: Real) -> np.ndarray:
    r"""Lead of the best worker where review is the only cost and success is logistic.

    .. math:: x^* = (\beta/\gamma - 1)^{1/\beta}

    minimises the review of a useful unit, x^gamma (1 + x^-beta).

    Parameters
    ----------
    gap : array
        gamma [1].
    steepness : array
        beta [1]; > 0.

    Returns
    -------
    array
        x* [1]; at least 1, which it is from gamma = beta/2 on, and inf for gamma <= 0: the most
        capable model there is.

    Examples
    --------
    >>> best_lead([0.1, 0.2, 0.4, 0.9, 0], steepness=0.84).round(4).tolist()
    [10.8343, 3.9936, 1.1202, 1.0, inf]
    """
    gap = np.asarray(gap, dtype=float)
    odds = np.divide(steepness, gap, where=gap > 0, out=np.full(np.shape(gap + steepness), np.inf))
    return np.maximum(np.maximum(odds - 1, 0.0) ** (1 / np.asarray(steepness)), 1.0)


def cheapest_lead(
    coefficient: ArrayLike, exponent: ArrayLike, low: ArrayLike, high: ArrayLike
) -> np.ndarray:
    """Logarithm of the lead of least cost: the minimum of sum_n c_n exp(l_n u) in an interval.

    The derivative is bracketed, and its root found by Newton's method, with bisection where that
    leaves the bracket.

    Parameters
    ----------
    coefficient : array, shape (..., term)
        c_n, >= 0; in one unit of cost.
    exponent : array, shape (..., term)
        l_n [1].
    low, high : array, shape (...)
        Ends of the interval; low <= high, finite.

    Returns
    -------
    array, shape (...)
        u, to `WORKER_LEAD`. The low end where the cost is constant.

    Examples
    --------
    x^0.1 (1 + x^-0.84):

    >>> u = cheapest_lead([1, 1], [0.1, 0.1 - 0.84], 0.0, 20.0)
    >>> float(np.exp(u).round(4))
    10.8343
    """
    weight = np.asarray(coefficient, dtype=float) * np.asarray(exponent, dtype=float)
    rate, size = np.broadcast_arrays(exponent, weight)[0].astype(float), np.abs(weight)
    largest = size.max(axis=-1, keepdims=True)
    weight = np.divide(weight, largest, where=largest > 0, out=np.zeros_like(weight))
    shape = np.broadcast_shapes(weight.shape[:-1], np.shape(low), np.shape(high))
    below, above = (
        np.broadcast_to(np.asarray(end, dtype=float), shape).copy() for end in (low, high)
    )

    def slope(u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        # relative to the largest term, so that nothing overflows
        power = np.where(weight != 0, rate * u[..., None], -np.inf)
        top = power.max(axis=-1, keepdims=True)
        part = weight * np.exp(power - np.where(np.isfinite(top), top, 0.0))
        return part.sum(axis=-1), (part * rate).sum(axis=-1)

    at_low, at_high = slope(below)[0] >= 0, slope(above)[0] <= 0
    above = np.where(at_low, below, above)
    below = np.where(at_high & ~at_low, above, below)
    u = 0.5 * (below + above)
    for _ in range(MOST_STEPS):
        value, bend = slope(u)
        above, below = np.where(value >= 0, u, above), np.where(value <= 0, u, below)
        step = np.divide(value, bend, where=bend > 0, out=np.full(shape, np.inf))
        middle = 0.5 * (below + above)
        new = np.where((u - step > below) & (u - step < above), u - step, middle)
        moved, u = np.abs(new - u), new
        if (moved <= WORKER_LEAD).all():
            return u
    return 0.5 * (below + above)
