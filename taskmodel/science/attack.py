r"""Oversight of AI that may attack: monitors, coverage where it hurts, and errors in common.

*Monitors.* AI reads every unit and raises alerts, of a share T of the defective units and F of the
others; people look at alerts. With a share pi of units defective, they look at

    a = pi T + (1 - pi) F

of all units. If they look at more, v > a, the others are drawn at random, and a defective unit is
looked at with probability T + (1 - T) (v - a)/(1 - a).

*Attacks.* Defects that are random want random audits. An AI that attacks on purpose does so where
the harm that it expects is largest: in the class j of tasks with the largest H_j (1 - u_j d_j),
H_j the harm of an attack that succeeds, u_j the probability that people look at it, and d_j that
they then find it. To tolerate no more than mu, people look at least at

    u_j = max(0, 1 - mu/H_j) / d_j,

and the least mu is max_j H_j (1 - d_j).

*Errors in common.* If n audits err together with correlation rho, they count as
n_eff = n / (1 + (n - 1) rho) independent ones, of which there are never 1/rho.

Source: docs, model, section 3.8. Security games: Tambe (2011), *Security and Game Theory* (access:
secondary); design effect of equally correlated observations: Kish (1965), *Survey Sampling*
(access: secondary).
"""

from __future__ import annotations

import numpy as np

from taskmodel.errors import InputError
from taskmodel.numerics.ranges import Real, ranges


@ranges(defect_probability="[0, 1]", true_positive="[0, 1]", false_positive="[0, 1)")
def alert_share(defect_probability: Real, true_positive: Real, false_positive: Real) -> np.ndarray:
    """Share of units on which a monitor raises an alert, a = pi T + (1 - pi) F.

    Parameters
    ----------
    defect_probability : array
        Share pi of units that are defective [1]; in [0, 1].
    true_positive : array
        Share T of defective units that it raises an alert on [1]; in [0, 1].
    false_positive : array
        Share F of other units that it raises an alert on [1]; in [0, 1).

    Examples
    --------
    Review hours per hour of AI work at a review ratio of 0.25, at 1 and at 20 % of defects:

    >>> (0.25 * alert_share([0.01, 0.2], 0.85, 0.05)).round(4).tolist()
    [0.0145, 0.0525]
    """
    return defect_probability * true_positive + (1 - defect_probability) * false_positive


@ranges(coverage="[0, 1]", alerts="[0, 1]", true_positive="[0, 1]")
def looked_at(coverage: Real, alerts: Real, true_positive: Real) -> np.ndarray:
    """Probability that people look at a defective unit, T + (1 - T) (v - a)/(1 - a).

    Parameters
    ----------
    coverage : array
        Share v of units that people look at [1]; at least the alerts.
    alerts : array
        Share a of units with an alert [1]; see `alert_share`.
    true_positive : array
        As in `alert_share`.

    Raises
    ------
    InputError
        If people look at fewer units than there are alerts.

    Examples
    --------
    >>> looked_at([0.058, 0.1], 0.058, 0.85).round(4).tolist()
    [0.85, 0.8567]
    """
    if (coverage < alerts).any():
        raise InputError("people look at every alert: coverage must not be below the alerts")
    others = np.where(alerts < 1, 1 - alerts, 1.0)
    return np.asarray(true_positive + (1 - true_positive) * (coverage - alerts) / others)


@ranges(attention="[0, inf]", alerts="[0, 1]", true_positive="[0, 1]")
def coverage_for(attention: Real, alerts: Real, true_positive: Real) -> np.ndarray:
    """Share of units to look at so that a defective one is looked at with a probability.

    The inverse of `looked_at`; the alerts where they suffice, above 1 where nothing does.

    Examples
    --------
    >>> coverage_for([0.5, 0.85, 0.925], 0.058, 0.85).round(4).tolist()
    [0.058, 0.058, 0.529]
    """
    missed = np.where(true_positive < 1, 1 - true_positive, 1.0)
    share = np.maximum(attention - true_positive, 0.0) / missed
    return np.asarray(alerts + (1 - alerts) * share)


@ranges(harm="[0, inf)", detection="[0, 1]", tolerated="[0, inf)")
def attention_against_attack(harm: Real, detection: Real, tolerated: Real) -> np.ndarray:
    """Probability of a look that keeps the expected harm of an attack down, max(0, 1 - mu/H)/d.

    Parameters
    ----------
    harm : array
        Harm H of an attack that succeeds [any unit]; >= 0.
    detection : array
        Probability d that a look finds it [1]; in [0, 1].
    tolerated : array
        Harm mu that is tolerated, in the unit of H; >= 0.

    Returns
    -------
    array
        Above 1 (inf where nothing is ever found) if not even a look at every unit suffices.

    Examples
    --------
    >>> attention_against_attack([10, 3, 1], [0.95, 0.8, 0.5], 2).round(6).tolist()
    [0.842105, 0.416667, 0.0]
    """
    kept_down = np.where(harm > tolerated, 1 - tolerated / np.where(harm > 0, harm, 1.0), 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):  # 0 / 0 where nothing is kept down
        return np.where(kept_down > 0, kept_down / detection, 0.0)


@ranges(effective="[1, inf)", correlation="[0, 1]")
def audits_for(effective: Real, correlation: Real) -> np.ndarray:
    """Correlated audits that are worth a number of independent ones, n (1 - rho)/(1 - n rho).

    The inverse of n = m / (1 + (m - 1) rho), what m correlated audits are worth.

    Returns
    -------
    array
        inf from rho = 1/n on: no number of them suffices.

    Examples
    --------
    >>> audits_for(298.07, [0.001, 1 / 298]).round(1).tolist()
    [424.2, inf]
    """
    left = 1 - effective * correlation
    needed = effective * (1 - correlation) / np.where(left > 0, left, 1.0)
    return np.where(left > 0, needed, np.inf)
