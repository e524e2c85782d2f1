r"""Effort of review: the defects that it detects, and the hours that are worth their wage.

Review of r hours per hour of work detects a defect with probability

    d(r) = d_max (1 - exp(-kappa r))          kappa: rate of detection, d_max: its ceiling

Where a share q of units has a defect of cost L and an hour of review the wage W, wages and escaped
defects together cost W r + q L (1 - d(r)). The minimum is at

    r* = ln(kappa q L d_max / W) / kappa      or at 0 if not even the first minute pays

Source: docs, model, section 3.2. The curve is the exponential detection function of search theory,
Koopman (1956), *Operations Research* 4(5), 503-531 (access: secondary); its numbers for AI research
are judgement.
"""

from __future__ import annotations

import numpy as np

from taskmodel.numerics.ranges import Real, ranges


@ranges(verifiability="[0, 1]")
def detection_curve(verifiability: Real) -> tuple[np.ndarray, np.ndarray]:
    """Rate and ceiling of detection by verifiability, kappa = 1 + 4 v and d_max = 0.5 + 0.45 v.

    A judgement, between results that nobody can check well and results that a test settles. At
    v = 0.75 (code) it detects 0.32 of defects in 0.12 hours and 0.53 in 0.25 hours, near what is
    published on code inspections.

    Parameters
    ----------
    verifiability : array
        How well right and wrong results can be distinguished, v [1]; in [0, 1].

    Returns
    -------
    rate, ceiling : array, same shape
        kappa [1 per h/h] and d_max [1], the parameters of `detection`.

    Examples
    --------
    >>> rate, ceiling = detection_curve(0.75)
    >>> float(rate), float(ceiling)
    (4.0, 0.8375)
    """
    return 1 + 4 * verifiability, 0.5 + 0.45 * verifiability


@ranges(effort="[0, inf]", rate="(0, inf)", ceiling="(0, 1]")
def detection(effort: Real, rate: Real, ceiling: Real = 1.0) -> np.ndarray:
    r"""Probability that review detects a defect.

    .. math:: d(r) = d_{max} \bigl(1 - e^{-\kappa r}\bigr)

    Parameters
    ----------
    effort : array
        Review hours r per human-equivalent hour of reviewed work [h/h]; >= 0, inf allowed.
    rate : array
        kappa [1 per h/h]; > 0.
    ceiling : array
        Upper limit d_max, whatever the effort [1]; in (0, 1].

    Returns
    -------
    array
        d [1]; from 0 without effort to the ceiling.

    Examples
    --------
    >>> round(float(detection(0.25, rate=4, ceiling=0.8375)), 2)
    0.53
    """
    return -ceiling * np.expm1(-rate * effort)


@ranges(
    defect_probability="[0, 1]",
    defect_cost="[0, inf)",
    wage="(0, inf)",
    rate="(0, inf)",
    ceiling="(0, 1]",
)
def optimal_effort(
    *, defect_probability: Real, defect_cost: Real, wage: Real, rate: Real, ceiling: Real = 1.0
) -> np.ndarray:
    r"""Review hours that minimise wages plus the cost of escaped defects.

    .. math:: r^* = \max\Bigl(0, \frac{1}{\kappa} \ln \frac{\kappa\, q L\, d_{max}}{W}\Bigr)

    Parameters
    ----------
    defect_probability : array
        Probability q that a unit is defective [1]; in [0, 1].
    defect_cost : array
        Cost L of an escaped defect, per human-equivalent hour of the work [money/h]; >= 0.
    wage : array
        W, of an hour of review [the same money/h]; > 0.
    rate, ceiling : array
        As in `detection`.

    Returns
    -------
    array
        r* [h/h]; 0 where kappa q L d_max <= W, since not even the first minute pays.

    Examples
    --------
    >>> round(float(optimal_effort(defect_probability=0.2, defect_cost=100, wage=1, rate=4)), 4)
    1.0955
    """
    # Cost that the first hour would save at the pace of the first minute, in wages.
    saving = rate * (defect_probability * defect_cost) * ceiling / wage
    return np.log(np.maximum(saving, 1.0)) / rate
