r"""Trust from a track record: how many clean audits show that defects are rare, and what they cost in hours.

An audit draws a unit at random and finds the defect it has with probability
d. If a share x of units is defective, n audits are all clean with probability
(1 - x d)^n, so that

    n* = ln(delta) / ln(1 - x d)

clean ones bound the defect rate by x at confidence 1 - delta. A class of tasks
with N units a period is then audited at coverage max(floor, n*/N): hours
n* tau r that do not grow with N, and are due again whenever a new model
generation takes the trust away.

All of this takes audits to be independent draws from the work that the trust
is for. It gives no bound on defects that hide from audits, or on other work.

Source: docs, model, section 3.4.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from taskmodel.numerics.ranges import within

__all__ = [
    "audit_coverage",
    "audit_hours",
    "clean_audits",
    "clean_audits_to_accept",
    "expected_audits",
    "posterior_bound",
    "rule_of_three",
    "sequential_bounds",
    "steady_audit_load",
]


def clean_audits(defect_rate: ArrayLike, risk: ArrayLike, detection: ArrayLike = 1.0) -> np.ndarray:
    """Clean audits that bound the defect rate, n* = ln(delta)/ln(1 - x d); arguments broadcast.

    Parameters
    ----------
    defect_rate : array
        The bound x to be shown [1]; in (0, 1).
    risk : array
        delta, one minus the confidence: how likely a class with defects at rate x passes all the same [1]; in (0, 1).
    detection : array
        Probability d that an audit finds the defect of a unit [1]; in (0, 1].

    Returns
    -------
    array
        n* [1], not rounded: the next whole number is enough.

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> clean_audits(0.01, risk=0.05, detection=[1, 0.5]).round(2).tolist()
    [298.07, 597.65]
    """
    return np.log(within("(0, 1)", "risk", risk)) / np.log1p(-_found(defect_rate, detection))


def rule_of_three(defect_rate: ArrayLike, detection: ArrayLike = 1.0) -> np.ndarray:
    """`clean_audits` at a risk of 0.05, by rule of thumb: 3/(x d), more by a part of 0.0014 + x d/2.

    Parameters
    ----------
    defect_rate, detection : array
        As in `clean_audits`.

    Returns
    -------
    array
        Audits [1].

    Raises
    ------
    InputError
        If an argument is out of its range.

    References
    ----------
    Hanley and Lippman-Hand (1983), JAMA 249(13), 1743-1745 (access: secondary).

    Examples
    --------
    >>> float(rule_of_three(0.01))
    300.0
    """
    return 3 / _found(defect_rate, detection)


def posterior_bound(
    clean: ArrayLike, risk: ArrayLike, *, a: ArrayLike = 1.0, b: ArrayLike = 1.0
) -> np.ndarray:
    r"""Bound on the defect rate after so many clean audits, from a Beta(a, b) prior; arguments broadcast.

    The posterior is Beta(a, b + n). Its quantile at 1 - delta is, for a = 1,

    .. math:: 1 - \delta^{1/(b + n)}

    and is found numerically for other a. With imperfect audits it bounds x d, the rate of defects that audits find.

    Parameters
    ----------
    clean : array
        Audits n, all of them clean [1]; >= 0.
    risk : array
        delta, probability left that the rate is higher [1]; in (0, 1).
    a, b : array
        Of the prior, as if from a - 1 defects in a + b - 2 audits [1]; > 0. Both 1: every rate is as likely.

    Returns
    -------
    array
        Defect rate that is exceeded with probability delta [1]; in (0, 1).

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> round(float(posterior_bound(298, risk=0.05, a=1, b=4)), 5)
    0.00987
    """
    from scipy.special import betainccinv  # here, so that importing this module does not load scipy

    first, delta = within("(0, inf)", "a", a), within("(0, 1)", "risk", risk)
    second = within("(0, inf)", "b", b) + within("[0, inf)", "clean", clean)
    return np.where(
        first == 1, -np.expm1(np.log(delta) / second), betainccinv(first, second, delta)
    )


def sequential_bounds(
    accept_bad: ArrayLike, reject_good: ArrayLike
) -> tuple[np.ndarray, np.ndarray]:
    """Where a sequential test ends, as the log of the odds that its class is bad: ln(beta/(1 - alpha)), ln((1 - beta)/alpha).

    Parameters
    ----------
    accept_bad : array
        beta, how likely a class with many defects is accepted [1]; > 0, with alpha below 1.
    reject_good : array
        alpha, how likely a class with few is rejected [1]; > 0.

    Returns
    -------
    accept, reject : array
        The class is accepted at or below the first, which is negative, rejected at or above the second [1].

    Raises
    ------
    InputError
        If an argument is out of its range, or the two sum to 1 or more: a coin does as well.

    References
    ----------
    Wald (1945), *Annals of Mathematical Statistics* 16(2), 117-186 (access: secondary); the bounds hold the two error
    probabilities but for overshoot.

    Examples
    --------
    >>> [round(float(bound), 3) for bound in sequential_bounds(0.05, 0.05)]
    [-2.944, 2.944]
    """
    beta, alpha = (
        within("(0, 1)", "accept_bad", accept_bad),
        within("(0, 1)", "reject_good", reject_good),
    )
    within("(0, 1)", "accept_bad + reject_good", alpha + beta)
    return np.log(beta) - np.log1p(-alpha), np.log1p(-beta) - np.log(alpha)


def expected_audits(
    good_rate: ArrayLike, bad_rate: ArrayLike, *, accept_bad: ArrayLike, reject_good: ArrayLike
) -> tuple[np.ndarray, np.ndarray]:
    """Audits that a sequential test takes on average, if defects are as rare as hoped and if as common as feared.

    Parameters
    ----------
    good_rate, bad_rate : array
        Rates q0 < q1 of units in which an audit finds a defect, to be told apart [1]; in (0, 1).
    accept_bad, reject_good : array
        As in `sequential_bounds`.

    Returns
    -------
    under_good, under_bad : array
        Expected number of audits where the rate is q0, and where it is q1 [1].

    Raises
    ------
    InputError
        If an argument is out of its range.

    References
    ----------
    Wald (1945), as in `sequential_bounds`; overshoot is left out, so that tests in which a single defect weighs much take
    longer: by a quarter where the rate is q1, in the example.

    Examples
    --------
    >>> [round(float(n), 1) for n in expected_audits(0.01, 0.05, accept_bad=0.05, reject_good=0.05)]
    [107.1, 64.2]
    """
    accept, reject = sequential_bounds(accept_bad, reject_good)
    clean, defective = _evidence(good_rate, bad_rate)
    alpha, beta = np.asarray(reject_good, dtype=float), np.asarray(accept_bad, dtype=float)

    def audits(rate: ArrayLike, rejected: np.ndarray) -> np.ndarray:
        per_audit = (1 - np.asarray(rate)) * clean + np.asarray(rate) * defective
        return ((1 - rejected) * accept + rejected * reject) / per_audit

    return audits(good_rate, alpha), audits(bad_rate, 1 - beta)


def clean_audits_to_accept(
    good_rate: ArrayLike, bad_rate: ArrayLike, *, accept_bad: ArrayLike, reject_good: ArrayLike
) -> np.ndarray:
    """Audits after which a sequential test accepts if all of them were clean; arguments as in `expected_audits`.

    Returns
    -------
    array
        Whole number of audits [1].

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> float(clean_audits_to_accept(0.01, 0.05, accept_bad=0.05, reject_good=0.05))
    72.0
    """
    accept, _ = sequential_bounds(accept_bad, reject_good)
    clean, _ = _evidence(good_rate, bad_rate)
    return np.ceil(accept / clean)


def audit_coverage(units: ArrayLike, audits: ArrayLike, floor: ArrayLike = 0.0) -> np.ndarray:
    """Share of a period's units to audit so that trust lasts: the larger of the floor and n*/N; arguments broadcast.

    Parameters
    ----------
    units : array
        Units N of the class in the period [1]; > 0.
    audits : array
        Audits n* needed in the period [1]; >= 0; see `clean_audits`.
    floor : array
        Least share that policy lets go out reviewed, however good the record [1]; in [0, 1].

    Returns
    -------
    array
        Coverage v [1]; in [0, 1]. It is 1, every unit, where the period has no more units than audits are needed; the
        record then takes longer than the period.

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> audit_coverage([100, 1000, 100_000], audits=300, floor=0.1).tolist()
    [1.0, 0.3, 0.1]
    """
    needed, available = within("[0, inf)", "audits", audits), within("(0, inf)", "units", units)
    return np.maximum(within("[0, 1]", "floor", floor), np.minimum(needed, available) / available)


def audit_hours(audits: ArrayLike, unit_length: ArrayLike, review_ratio: ArrayLike) -> np.ndarray:
    """Hours that the audits of a class take, n* tau r; arguments broadcast.

    Parameters
    ----------
    audits : array
        Audits n* [1]; >= 0; see `clean_audits`.
    unit_length : array
        Time tau that a skilled person needs for a unit [h]; >= 0.
    review_ratio : array
        Review hours r per human-equivalent hour of reviewed work [h/h]; >= 0.

    Returns
    -------
    array
        Review hours [h], whatever the number of units.

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> float(audit_hours(300, unit_length=8, review_ratio=0.25))
    600.0
    """
    work = within("[0, inf)", "audits", audits) * within("[0, inf)", "unit_length", unit_length)
    return work * within("[0, inf)", "review_ratio", review_ratio)


def steady_audit_load(
    hours: ArrayLike, trust_lost: ArrayLike, generation_time: ArrayLike
) -> np.ndarray:
    """Audit hours a year, generation after generation: their sum over classes, times phi/G.

    It grows with the number of classes and of releases, not with the volume of AI work.

    Parameters
    ----------
    hours : array, shape (..., class)
        Hours to earn trust in each class, as `audit_hours` gives them [h]; >= 0.
    trust_lost : array, shape (...)
        Share phi of it that a new model generation has to earn again [1]; in [0, 1].
    generation_time : array, shape (...)
        Time G between generations [year]; > 0.

    Returns
    -------
    array, shape (...)
        Review hours [h/year].

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> float(steady_audit_load([600, 1000], trust_lost=0.5, generation_time=0.5))
    1600.0
    """
    whole = within("[0, inf)", "hours", hours).sum(axis=-1)
    return (
        whole
        * within("[0, 1]", "trust_lost", trust_lost)
        / within("(0, inf)", "generation_time", generation_time)
    )


def _found(defect_rate: ArrayLike, detection: ArrayLike) -> np.ndarray:
    """Share of audits that find a defect, x d."""
    return within("(0, 1)", "defect_rate", defect_rate) * within("(0, 1]", "detection", detection)


def _evidence(good_rate: ArrayLike, bad_rate: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """What a clean and a defective audit add to the log odds of the bad rate."""
    good, bad = within("(0, 1)", "good_rate", good_rate), within("(0, 1)", "bad_rate", bad_rate)
    within("(0, 1)", "bad_rate - good_rate", bad - good)
    return np.log1p(-bad) - np.log1p(-good), np.log(bad) - np.log(good)
