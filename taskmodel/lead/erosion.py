r"""A lead in months: how long it lasts, what shrinks it, and what ends it.

A lead of X months is the time that other developers need to reach the leader's *present*
technology. It erodes while the leader is slower than they are, and while secrets leak:

    dX/dt = -(1 - rho) - l X       rho: own pace relative to theirs at the same technology, l: leaks
    X(t)  = (X + (1 - rho)/l) e^(-l t) - (1 - rho)/l,  exhausted at (1/l) ln(1 + l X / (1 - rho))

A speed-up of the followers divides a lead measured at today's pace; a slow-down of all followers
extends it. Theft, at a hazard h, transfers the whole lead at once: a pause of X months then lasts
(1 - e^(-h X))/h in expectation.

Arguments are numbers or arrays and broadcast. An argument outside its range raises an
`InputError`, from the decorator of the function.

Source: docs, mechanisms 1 to 4, 7, 12 to 14 and 55 to 63; Finnveden (2023).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from taskmodel.errors import InputError
from taskmodel.numerics.ranges import Real, ranges, within

__all__ = [
    "binding_rival",
    "effort_hazard",
    "expected_pause",
    "lead_against_faster",
    "lead_from_gap",
    "leak_rate",
    "months_survived",
    "no_theft",
    "persuaded",
    "precedent",
    "remaining_lead",
    "runway",
    "slowed_pause",
    "time_until_gone",
]


@ranges(gap="[0, inf)", pace="(0, inf)")
def lead_from_gap(gap: Real, pace: Real) -> np.ndarray:
    """Time to close a gap in capability: the integral of dC / v over the gap.

    With one segment this is also the deadline until a careless follower reaches a capability that
    is dangerous in careless hands.

    Parameters
    ----------
    gap : array, shape (..., segment)
        Segments of the gap [orders of magnitude of effective compute]; >= 0.
    pace : array, shape (..., segment)
        Pace v of the follower on each segment [orders of magnitude per month]; > 0.

    Returns
    -------
    array, shape (...)
        X [month].

    Examples
    --------
    >>> lead_from_gap([0.5, 0.5], [0.1, 0.25]).item()
    7.0
    """
    return (gap / pace).sum(axis=-1)


@ranges(lead="[0, inf)", months="[0, inf)", pace="[0, 1]", leak="[0, 1]")
def remaining_lead(lead: Real, months: Real, pace: Real, leak: Real) -> np.ndarray:
    """Lead after some months at a constant pace and with leaks; 0 after it is exhausted.

    Parameters
    ----------
    lead : array
        X at the start [month]; >= 0.
    months : array
        t [month]; >= 0.
    pace : array
        rho, own pace relative to that of the followers [1]; in [0, 1].
    leak : array
        l, share of the lead that leaks in a month [1/month]; in [0, 1].

    Returns
    -------
    array
        X(t) [month].

    Examples
    --------
    >>> remaining_lead(6, 4, [1, 0.5, 0], 0).tolist(), remaining_lead(6, 4, 1, 0.05).round(2).item()
    ([6.0, 4.0, 2.0], 4.91)
    """
    lost = (1 - pace) * months_survived(leak, months)
    return np.maximum(lead * np.exp(-leak * months) - lost, 0.0)


@ranges(lead="[0, inf)", pace="[0, 1]", leak="[0, 1]")
def time_until_gone(lead: Real, pace: Real, leak: Real) -> np.ndarray:
    """Months until a lead is exhausted.

    Parameters
    ----------
    lead, pace, leak : array
        As in `remaining_lead`.

    Returns
    -------
    array
        (1/l) ln(1 + l X / (1 - rho)), or X / (1 - rho) without leaks [month]; 0 without a lead, inf
        at full pace, at which leaks shrink a lead but never exhaust it.

    Examples
    --------
    >>> time_until_gone(6, [0, 0.5, 1], 0).tolist(), time_until_gone(6, 0, 0.1).round(2).item()
    ([6.0, 12.0, inf], 4.7)
    """
    lead, lost, leak = np.broadcast_arrays(lead, 1 - pace, leak)
    without_leaks = np.divide(lead, lost, where=lost > 0, out=np.where(lead > 0, np.inf, 0.0))
    rate = np.where(leak > 0, leak, 1.0)
    return np.where(leak > 0, np.log1p(rate * without_leaks) / rate, without_leaks)


@ranges(lead="[0, inf)", speedup="(0, inf)")
def lead_against_faster(lead: Real, speedup: Real) -> np.ndarray:
    """Lead over followers whose research AI accelerates by the time they get here, X / S.

    Parameters
    ----------
    lead : array
        X at today's pace [month]; >= 0.
    speedup : array
        S of their research [1]; > 0.

    Returns
    -------
    array
        Lead [month].

    Examples
    --------
    >>> lead_against_faster(12, [1, 3, 5, 25]).tolist()
    [12.0, 4.0, 2.4, 0.48]
    """
    return lead / speedup


@ranges(pace="(0, 1]", duration="[0, inf]")
def slowed_pause(lead: Real, pace: Real, duration: Real = np.inf, leak: Real = 0.0) -> np.ndarray:
    """Length of a full stop while all followers slow down for some time and secrets leak.

    Parameters
    ----------
    lead : array
        X [month]; as in `remaining_lead`.
    pace : array
        w, their pace in the slow-down relative to normal [1]; in (0, 1].
    duration : array
        D of the slow-down [month]; in [0, inf]; inf: as long as the pause.
    leak : array
        l [1/month]; as in `remaining_lead`.

    Returns
    -------
    array
        Length [month]. Without leaks it is X / w, or X + (1 - w) D if the slow-down ends first.

    Examples
    --------
    >>> slowed_pause(3, 0.25, [np.inf, 4]).tolist(), slowed_pause(24, 0.25, 12, 0.1).round(2).item()
    ([12.0, 6.0], 16.37)
    """
    # A follower at w of its pace gains on a stopped leader as a full-speed one does on a leader
    # who keeps 1 - w of it.
    kept = 1 - pace
    slow = time_until_gone(lead, kept, leak)
    remaining = remaining_lead(lead, np.minimum(duration, slow), kept, leak)
    return np.where(slow <= duration, slow, duration + time_until_gone(remaining, 0.0, leak))


@ranges(start="[0, 1]", limit="[0, 1]", demonstrations="[0, inf)", scale="(0, inf)")
def persuaded(start: Real, limit: Real, demonstrations: Real, scale: Real) -> np.ndarray:
    """Probability of a slow-down after work that demonstrates risks to others.

    Parameters
    ----------
    start, limit : array
        p0 without demonstrations, and p1 with an unlimited amount of them [1]; p0 <= p1, both
        in [0, 1].
    demonstrations : array
        W, work on demonstrations [any unit]; >= 0.
    scale : array
        W0, work that closes 63 % of the gap between p0 and p1 [unit of W]; > 0.

    Returns
    -------
    array
        p0 + (p1 - p0) (1 - e^(-W / W0)) [1].

    Examples
    --------
    >>> persuaded(0.1, 0.5, [0, 10], 10).round(3).tolist()
    [0.1, 0.353]
    """
    gap = within("[0, 1]", "limit - start", limit - start)
    return start - gap * np.expm1(-(demonstrations / scale))


@ranges(level="(-inf, inf)", midpoint="(-inf, inf)", steepness="(0, inf)")
def precedent(level: Real, midpoint: Real, steepness: Real) -> np.ndarray:
    """Probability of a slow-down as a logistic function of earlier coordination.

    Parameters
    ----------
    level, midpoint : array
        Level of earlier coordination, and the level at which the probability is 1/2 [any one unit].
    steepness : array
        Increase of the log odds per unit of level [1/unit]; > 0.

    Returns
    -------
    array
        Probability [1].

    Examples
    --------
    >>> precedent([0, 1], 1, 3).round(3).tolist()
    [0.047, 0.5]
    """
    return 0.5 * (1 + np.tanh(0.5 * steepness * (level - midpoint)))


def binding_rival(leads: Sequence[float], cautious: Sequence[bool]) -> tuple[int | None, float]:
    """The nearest rival that would not stop as well; the lead over it is the one that counts.

    Parameters
    ----------
    leads : sequence of float
        Lead over each rival [month]; >= 0.
    cautious : sequence of bool
        Whether that rival would stop, too.

    Returns
    -------
    position : int or None
        Of the nearest careless rival; None without one.
    lead : float
        Lead over it [month]; inf without one.

    Raises
    ------
    InputError
        If a lead is negative, or the sequences differ in length.

    Examples
    --------
    >>> binding_rival([2, 5, 9], [True, False, False])
    (1, 5.0)
    """
    months = within("[0, inf]", "leads", leads)
    if len(months) != len(cautious):
        raise InputError(
            f"leads and cautious must be of one length; found {len(months)} and {len(cautious)}"
        )
    careless = [position for position, stops in enumerate(cautious) if not stops]
    if not careless:
        return None, np.inf
    nearest = min(careless, key=lambda position: float(months[position]))
    return nearest, float(months[nearest])


@ranges(hazard="[0, 1]", months="[0, inf)")
def no_theft(hazard: Real, months: Real) -> np.ndarray:
    """Probability that nothing is stolen in some months, e^(-h t).

    Parameters
    ----------
    hazard : array
        h [1/month]; in [0, 1].
    months : array
        t, of the pause or of the development before it [month]; >= 0.

    Returns
    -------
    array
        Probability [1].

    Examples
    --------
    >>> no_theft([0.02, 0.05, 0.1], 6).round(3).tolist()
    [0.887, 0.741, 0.549]
    """
    return np.exp(-hazard * months)


@ranges(hazard="[0, 1]")
def expected_pause(hazard: Real, months: Real) -> np.ndarray:
    """Expected length of a pause that theft may end: `months_survived` with a hazard of theft.

    Parameters
    ----------
    hazard : array
        h of theft [1/month]; in [0, 1].
    months : array
        X, length without theft [month]; inf allowed where the hazard is not 0.

    Returns
    -------
    array
        (1 - e^(-h X)) / h [month]. The rest of X is what theft gives to others: after t months of a
        full stop they are X - t months behind.

    Examples
    --------
    >>> expected_pause([0, 0.02, 0.05, 0.1], 6).round(2).tolist()
    [6.0, 5.65, 5.18, 4.51]
    """
    return months_survived(hazard, months)


@ranges(hazard="[0, inf)", months="[0, inf]")
def months_survived(hazard: Real, months: Real) -> np.ndarray:
    """Expected length of a period that events at a constant rate may end.

    Parameters
    ----------
    hazard : array
        k, sum of the rates of all such events, as theft and takeover [1/month]; >= 0.
    months : array
        t, length without an event [month]; in [0, inf]; inf allowed where the hazard is not
        0.

    Returns
    -------
    array
        (1 - e^(-k t)) / k; t where k is 0 [month].

    Examples
    --------
    >>> months_survived([0, 0.1, 3], 6).round(2).tolist()
    [6.0, 4.51, 0.33]
    """
    rate, length = np.broadcast_arrays(hazard, months)
    finite = np.isfinite(length)
    # For a finite length the result is t (1 - e^-x)/x with x = k t: the quotient tends to 1 as x
    # tends to 0, whereas (1 - e^-x)/k would divide two subnormal numbers by each other.
    events = np.where(finite, rate * np.where(finite, length, 0.0), 1.0)
    share = np.divide(-np.expm1(-events), events, where=events > 0, out=np.ones(events.shape))
    with np.errstate(over="ignore"):  # 1/k overflows for a subnormal hazard
        endless = np.divide(1.0, rate, where=rate > 0, out=np.full(rate.shape, np.inf))
    return np.where(finite, length * share, endless)


@ranges(hazard="[0, 1]", response="[0, inf)", effort="[0, inf)")
def effort_hazard(hazard: Real, response: Real, effort: Real) -> np.ndarray:
    """Hazard of theft after effort on security, h0 e^(-z e).

    Parameters
    ----------
    hazard : array
        h0 without effort [1/month]; in [0, 1].
    response : array
        z, decrease of ln h per unit of effort [1/unit]; >= 0.
    effort : array
        e [any unit]; >= 0. What it costs the project in pace is entered elsewhere.

    Returns
    -------
    array
        h [1/month].

    Examples
    --------
    >>> effort_hazard(0.1, 1.609437912, [0, 1]).round(3).tolist()
    [0.1, 0.02]
    """
    return hazard * np.exp(-(response * effort))


@ranges(secret="[0, 1]", by_deployment="[0, 1]", deployment="[0, 1]")
def leak_rate(secret: Real, by_deployment: Real, deployment: Real) -> np.ndarray:
    """Share of a lead that leaks in a month, where wide deployment adds to it: l0 + l1 d.

    Parameters
    ----------
    secret, by_deployment : array
        l0 without deployment, and l1 added at full deployment [1/month]; in [0, 1]; at most
        1 together.
    deployment : array
        d, share of the market that is served [1]; in [0, 1].

    Returns
    -------
    array
        l [1/month].

    Examples
    --------
    >>> leak_rate(0.01, 0.04, [0, 0.5, 1]).round(3).tolist()
    [0.01, 0.03, 0.05]
    """
    return within("[0, 1]", "leaks together", secret + by_deployment * deployment)


@ranges(cash="[0, inf)", burn="[0, inf)", revenue="[0, inf)", deployment="[0, 1]")
def runway(cash: Real, burn: Real, revenue: Real = 0.0, deployment: Real = 0.0) -> np.ndarray:
    """Months until money runs out, cash / (burn - d revenue); inf if revenue covers the costs.

    Parameters
    ----------
    cash : array
        [$]; >= 0.
    burn, revenue : array
        Costs, and revenue at full deployment [$/month]; >= 0.
    deployment : array
        d, share of the market that is served [1]; in [0, 1].

    Returns
    -------
    array
        Months.

    Examples
    --------
    >>> runway(20e9, 1.44e9).round(2).item(), runway(20e9, 1.44e9, 1.5e9, 1).item()
    (13.89, inf)
    """
    cash, loss = np.broadcast_arrays(cash, burn - deployment * revenue)
    return np.divide(cash, loss, where=loss > 0, out=np.full(loss.shape, np.inf))
