r"""A lead in months: what it is, how it goes, and what may take it away.

A lead of X months is the time that others need to reach *your present* technology. It lasts only while you keep their pace
and nothing leaks:

    dX/dt = -(1 - rho) - l X            rho your pace relative to theirs at the same technology, l leaks [1/month]
    X(t)  = (X + (1 - rho)/l) e^(-l t) - (1 - rho)/l,   gone at  (1/l) ln(1 + l X / (1 - rho))

A lead measured at today's pace shrinks by the speed-up of those who follow; a slow-down of all stretches it; theft, at a
hazard h, takes it at once and hands it to others: a pause of X months lasts (1 - e^(-hX))/h on average.

Source: docs, mechanisms 1 to 4, 7, 12 to 14, 55 to 63; Finnveden (2023).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from taskmodel.errors import InputError
from taskmodel.numerics.chances import chance_by
from taskmodel.numerics.ranges import within

__all__ = [
    "binding_rival",
    "deadline",
    "effort_hazard",
    "expected_lead",
    "expected_pause",
    "handed_over",
    "lead_against_faster",
    "lead_from_gap",
    "leak_rate",
    "months_survived",
    "no_theft",
    "overshoot",
    "persuaded",
    "precedent",
    "remaining_lead",
    "runway",
    "slip_probability",
    "slowed_lead",
    "slowed_pause",
    "time_until_gone",
]


def lead_from_gap(gap: ArrayLike, pace: ArrayLike) -> np.ndarray:
    """Lead in months from a gap in capability: the integral of dC / v over it.

    Parameters
    ----------
    gap : array, shape (..., stretch)
        Stretches of the gap [powers of ten of effective compute]; >= 0.
    pace : array, shape (..., stretch)
        Pace v of the follower on each [per month]; > 0.

    Returns
    -------
    array, shape (...)
        X [month].

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> lead_from_gap([0.5, 0.5], [0.1, 0.25]).item()
    7.0
    """
    return np.asarray(
        (within("[0, inf)", "gap", gap) / within("(0, inf)", "pace", pace)).sum(axis=-1)
    )


def remaining_lead(
    lead: ArrayLike, months: ArrayLike, pace: ArrayLike, leak: ArrayLike
) -> np.ndarray:
    """Lead after some months at a pace and with leaks; 0 once it is gone.

    Parameters
    ----------
    lead : array
        X at the start [month]; >= 0.
    months : array
        t [month]; >= 0.
    pace : array
        rho, own pace relative to that of the others [1]; in [0, 1].
    leak : array
        l, part of the lead that leaks in a month [1/month]; in [0, 1].

    Returns
    -------
    array
        X(t) [month].

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> remaining_lead(6, 4, [1, 0.5, 0], 0).tolist(), round(remaining_lead(6, 4, 1, 0.05).item(), 2)
    ([6.0, 4.0, 2.0], 4.91)
    """
    start, time = within("[0, inf)", "lead", lead), within("[0, inf)", "months", months)
    lost, rate = 1 - within("[0, 1]", "pace", pace), within("[0, 1]", "leak", leak)
    return np.asarray(
        np.maximum(start * np.exp(-rate * time) - lost * months_survived(rate, time), 0.0)
    )


def time_until_gone(lead: ArrayLike, pace: ArrayLike, leak: ArrayLike) -> np.ndarray:
    """Months until a lead is gone; inf at full pace, at which leaks make it smaller but never nothing; 0 where there is none.

    Parameters
    ----------
    lead, pace, leak : array
        As in `remaining_lead`.

    Returns
    -------
    array
        Months: (1/l) ln(1 + l X / (1 - rho)), or X / (1 - rho) without leaks.

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> time_until_gone(6, [0, 0.5, 1], 0).tolist(), round(time_until_gone(6, 0, 0.1).item(), 2)
    ([6.0, 12.0, inf], 4.7)
    """
    start, lost = within("[0, inf)", "lead", lead), 1 - within("[0, 1]", "pace", pace)
    rate = within("[0, 1]", "leak", leak)
    start, lost, rate = np.broadcast_arrays(start, lost, rate)
    direct = np.divide(start, lost, where=lost > 0, out=np.where(start > 0, np.inf, 0.0))
    leaking = np.log1p(np.where(rate > 0, rate, 1.0) * direct) / np.where(rate > 0, rate, 1.0)
    return np.asarray(np.where(rate > 0, leaking, direct))


def lead_against_faster(lead: ArrayLike, speedup: ArrayLike) -> np.ndarray:
    """Lead against followers whom AI speeds up by the time they get there, X / S.

    Parameters
    ----------
    lead : array
        X at today's pace [month]; >= 0.
    speedup : array
        S of their capabilities research [1]; > 0.

    Returns
    -------
    array
        Lead [month].

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> lead_against_faster(12, [1, 3, 5, 25]).tolist()
    [12.0, 4.0, 2.4, 0.48]
    """
    return np.asarray(within("[0, inf)", "lead", lead) / within("(0, inf)", "speedup", speedup))


def slowed_lead(lead: ArrayLike, pace: ArrayLike, duration: ArrayLike = np.inf) -> np.ndarray:
    """Lead where all others slow down to a part of their pace for a while: X / w, or X + (1 - w) D if that ends first.

    Parameters
    ----------
    lead : array
        X [month]; >= 0.
    pace : array
        w, their pace in the slow-down relative to normal [1]; in (0, 1].
    duration : array
        D, how long it lasts [month]; >= 0, inf: as long as need be.

    Returns
    -------
    array
        Lead [month].

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> slowed_lead(3, [1, 0.5, 0.25]).tolist(), slowed_lead(3, 0.25, 4).item()
    ([3.0, 6.0, 12.0], 6.0)
    """
    start, slow = within("[0, inf)", "lead", lead), within("(0, 1]", "pace", pace)
    lasting = within("[0, inf]", "duration", duration)
    with np.errstate(invalid="ignore"):  # no slower and for ever: the first of the two counts
        ended = start + (1 - slow) * lasting
    return np.asarray(np.where(slow * lasting >= start, start / slow, ended))


def slowed_pause(
    lead: ArrayLike, pace: ArrayLike, duration: ArrayLike, leak: ArrayLike
) -> np.ndarray:
    """Months that a lead lasts at a full stop where all others slow down for a while and secrets leak all the time.

    Parameters
    ----------
    lead, pace, duration : array
        As in `slowed_lead`.
    leak : array
        l, part of what is left that leaks in a month [1/month]; in [0, 1].

    Returns
    -------
    array
        Months; without leaks those of `slowed_lead`.

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> slowed_pause(3, 0.25, [np.inf, 4], 0).tolist(), round(slowed_pause(24, 0.25, 12, 0.1).item(), 2)
    ([12.0, 6.0], 16.37)
    """
    kept, lasting = 1 - within("(0, 1]", "pace", pace), within("[0, inf]", "duration", duration)
    gone = time_until_gone(lead, kept, leak)
    left = remaining_lead(lead, np.minimum(lasting, gone), kept, leak)
    return np.asarray(np.where(gone <= lasting, gone, lasting + time_until_gone(left, 0.0, leak)))


def expected_lead(
    lead: ArrayLike, probability: ArrayLike, pace: ArrayLike, duration: ArrayLike = np.inf
) -> np.ndarray:
    """Expected lead where a slow-down of all comes about with a probability.

    Parameters
    ----------
    lead, pace, duration : array
        As in `slowed_lead`.
    probability : array
        p [1]; in [0, 1].

    Returns
    -------
    array
        Lead [month].

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> expected_lead(3, [0.1, 0.3], 0.25).round(9).tolist()
    [3.9, 5.7]
    """
    chance = within("[0, 1]", "probability", probability)
    return np.asarray(
        chance * slowed_lead(lead, pace, duration) + (1 - chance) * np.asarray(lead, dtype=float)
    )


def persuaded(
    start: ArrayLike, most: ArrayLike, demonstrations: ArrayLike, half: ArrayLike
) -> np.ndarray:
    """Probability of a slow-down after work that shows risks to others: p0 + (p_max - p0)(1 - e^(-W / W_half)).

    Parameters
    ----------
    start, most : array
        p0 without and p_max with any amount of it [1]; in [0, 1], p0 <= p_max.
    demonstrations : array
        W, work on it [any unit]; >= 0.
    half : array
        W that closes 63 % of the gap, in the same unit; > 0.

    Returns
    -------
    array
        p [1].

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> persuaded(0.1, 0.5, [0, 10], 10).round(3).tolist()
    [0.1, 0.353]
    """
    low, high = within("[0, 1]", "start", start), within("[0, 1]", "most", most)
    gap = within("[0, 1]", "most less start", high - low)
    work = within("[0, inf)", "demonstrations", demonstrations) / within("(0, inf)", "half", half)
    return np.asarray(low - gap * np.expm1(-work))


def precedent(level: ArrayLike, midpoint: ArrayLike, steepness: ArrayLike) -> np.ndarray:
    """Probability of a slow-down by the level of coordination reached before: logistic.

    Parameters
    ----------
    level, midpoint : array
        Level of prior coordination, and the level at which p = 1/2 [any one unit].
    steepness : array
        Rise of the log odds per unit of level [1/unit]; > 0.

    Returns
    -------
    array
        p [1].

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> precedent([0, 1], 1, 3).round(3).tolist()
    [0.047, 0.5]
    """
    above = within("(-inf, inf)", "level", level) - within("(-inf, inf)", "midpoint", midpoint)
    return np.asarray(0.5 * (1 + np.tanh(0.5 * within("(0, inf)", "steepness", steepness) * above)))


def binding_rival(leads: Sequence[float], cautious: Sequence[bool]) -> tuple[int | None, float]:
    """The rival whose lead counts: the nearest that is not cautious itself.

    Parameters
    ----------
    leads : sequence of float
        Lead over each [month]; >= 0.
    cautious : sequence of bool
        Whether it would stop, too.

    Returns
    -------
    position : int or None
        Of that rival; None: nobody would go on.
    lead : float
        Over it [month]; inf where there is none.

    Raises
    ------
    InputError
        If a lead is negative, or the two differ in length.

    Examples
    --------
    >>> binding_rival([2, 5, 9], [True, False, False])
    (1, 5.0)
    """
    over = within("[0, inf]", "leads", leads)
    if len(over) != len(cautious):
        raise InputError(
            f"leads and cautious must be of one length; found {len(over)} and {len(cautious)}"
        )
    reckless = [place for place, stops in enumerate(cautious) if not stops]
    if not reckless:
        return None, np.inf
    nearest = min(reckless, key=lambda place: float(over[place]))
    return nearest, float(over[nearest])


def deadline(position: ArrayLike, danger: ArrayLike, pace: ArrayLike) -> np.ndarray:
    """Months until a careless follower reaches the capability that is dangerous in careless hands; 0 once it is there.

    Parameters
    ----------
    position, danger : array
        Its capability, and the dangerous one [powers of ten of effective compute].
    pace : array
        Its pace [per month]; > 0.

    Returns
    -------
    array
        Months.

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> deadline([0, 3], 2, 0.25).tolist()
    [8.0, 0.0]
    """
    way = within("(-inf, inf)", "danger", danger) - within("(-inf, inf)", "position", position)
    return np.asarray(np.maximum(way, 0.0) / within("(0, inf)", "pace", pace))


def no_theft(hazard: ArrayLike, months: ArrayLike) -> np.ndarray:
    """Probability that nothing is stolen in some months, e^(-h t): of the pause, or of the development before it.

    Parameters
    ----------
    hazard : array
        h [1/month]; in [0, 1].
    months : array
        t [month]; >= 0.

    Returns
    -------
    array
        Probability [1].

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> no_theft([0.02, 0.05, 0.1], 6).round(3).tolist()
    [0.887, 0.741, 0.549]
    """
    return np.asarray(
        np.exp(-within("[0, 1]", "hazard", hazard) * within("[0, inf)", "months", months))
    )


def expected_pause(hazard: ArrayLike, months: ArrayLike) -> np.ndarray:
    """Expected length of a pause that theft ends, (1 - e^(-h X)) / h; X without hazard, 1/h for a pause without end.

    Parameters
    ----------
    hazard : array
        h [1/month]; in [0, 1].
    months : array
        X [month]; >= 0, inf allowed where the hazard is not 0.

    Returns
    -------
    array
        Months.

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> expected_pause([0, 0.02, 0.05, 0.1], 6).round(2).tolist()
    [6.0, 5.65, 5.18, 4.51]
    """
    return months_survived(within("[0, 1]", "hazard", hazard), months)


def months_survived(hazard: ArrayLike, months: ArrayLike) -> np.ndarray:
    """Expected months of a time that theft and takeover together, or anything at a constant rate, may end.

    Parameters
    ----------
    hazard : array
        Sum of the rates [1/month]; >= 0.
    months : array
        Length of the time if nothing happens [month]; >= 0, inf allowed where the hazard is not 0.

    Returns
    -------
    array
        (1 - e^(-k t)) / k, or t where k is 0 [month].

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> months_survived([0, 0.1, 3], 6).round(2).tolist()
    [6.0, 4.51, 0.33]
    """
    rate, length = np.broadcast_arrays(
        within("[0, inf)", "hazard", hazard), within("[0, inf]", "months", months)
    )
    # Of a finite length the share (1 - e^-x)/x is taken, x = hazard * length: it tends to 1 as x
    # does to 0, where (1 - e^-x)/hazard would divide two subnormal numbers by each other.
    events = np.where(np.isfinite(length), rate * np.where(np.isfinite(length), length, 0.0), 1.0)
    share = np.divide(-np.expm1(-events), events, where=events > 0, out=np.ones(events.shape))
    with np.errstate(over="ignore"):  # the mean time to a subnormal hazard is beyond all floats
        endless = np.divide(1.0, rate, where=rate > 0, out=np.full(rate.shape, np.inf))
    return np.where(np.isfinite(length), length * share, endless)


def handed_over(hazard: ArrayLike, months: ArrayLike) -> np.ndarray:
    """Expected months by which theft moves others forward, X - (1 - e^(-h X)) / h: they get what is left of the lead.

    At a theft after t months of a full stop they are X - t months behind. What the pause loses, they win.

    Parameters
    ----------
    hazard, months : array
        As in `expected_pause`; finite.

    Returns
    -------
    array
        Months.

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> handed_over([0, 0.1], 6).round(2).tolist()
    [0.0, 1.49]
    """
    return np.asarray(within("[0, inf)", "months", months) - expected_pause(hazard, months))


def effort_hazard(hazard: ArrayLike, response: ArrayLike, effort: ArrayLike) -> np.ndarray:
    """Hazard of theft after effort on security, h0 e^(-z e); effort that slows the project costs it pace elsewhere.

    Parameters
    ----------
    hazard : array
        h0 without effort [1/month]; in [0, 1].
    response : array
        z, fall of ln h per unit of effort [1/unit]; >= 0.
    effort : array
        e [unit]; >= 0.

    Returns
    -------
    array
        h [1/month].

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> effort_hazard(0.1, 1.609437912, [0, 1]).round(3).tolist()
    [0.1, 0.02]
    """
    fall = within("[0, inf)", "response", response) * within("[0, inf)", "effort", effort)
    return np.asarray(within("[0, 1]", "hazard", hazard) * np.exp(-fall))


def leak_rate(secret: ArrayLike, by_deployment: ArrayLike, deployment: ArrayLike) -> np.ndarray:
    """Leaks in a month where a part of them comes with wide deployment, l0 + l1 d.

    Parameters
    ----------
    secret, by_deployment : array
        l0 without any and l1 with full deployment [1/month]; in [0, 1].
    deployment : array
        d, share of the market that is served [1]; in [0, 1].

    Returns
    -------
    array
        l [1/month].

    Raises
    ------
    InputError
        If an argument is out of its range, or leaks come to more than 1 a month.

    Examples
    --------
    >>> leak_rate(0.01, 0.04, [0, 0.5, 1]).round(3).tolist()
    [0.01, 0.03, 0.05]
    """
    more = within("[0, 1]", "by_deployment", by_deployment) * within(
        "[0, 1]", "deployment", deployment
    )
    return within("[0, 1]", "leaks together", within("[0, 1]", "secret", secret) + more)


def runway(
    cash: ArrayLike, burn: ArrayLike, revenue: ArrayLike = 0.0, deployment: ArrayLike = 0.0
) -> np.ndarray:
    """Months that money lasts where a part of the revenue comes in, cash / (burn - d revenue); inf where it pays for itself.

    Parameters
    ----------
    cash : array
        [$]; >= 0.
    burn, revenue : array
        Costs, and revenue at full deployment [$/month]; >= 0.
    deployment : array
        d [1]; in [0, 1].

    Returns
    -------
    array
        Months.

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> runway(20e9, 1.44e9).round(2).item(), runway(20e9, 1.44e9, 1.5e9, 1).item()
    (13.89, inf)
    """
    loss = within("[0, inf)", "burn", burn) - within("[0, 1]", "deployment", deployment) * within(
        "[0, inf)", "revenue", revenue
    )
    money, loss = np.broadcast_arrays(within("[0, inf)", "cash", cash), loss)
    return np.divide(money, loss, where=loss > 0, out=np.full(loss.shape, np.inf))


def overshoot(pace: ArrayLike, delay: ArrayLike) -> np.ndarray:
    """Capability gone too far where a pause comes late, pace times delay.

    Parameters
    ----------
    pace : array
        [powers of ten of effective compute per month]; >= 0.
    delay : array
        From the decision, or from the danger that is not seen, to the stop [month]; >= 0.

    Returns
    -------
    array
        [powers of ten of effective compute].

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> overshoot(0.1, [0, 3]).round(9).tolist()
    [0.0, 0.3]
    """
    return np.asarray(within("[0, inf)", "pace", pace) * within("[0, inf)", "delay", delay))


def slip_probability(error_rate: ArrayLike, steps: ArrayLike) -> np.ndarray:
    """Probability of a catastrophic slip in carrying out a plan, 1 - e^(-eps n).

    Parameters
    ----------
    error_rate : array
        eps, slips expected in a step [1]; >= 0.
    steps : array
        n, steps such as months or decisions [1]; >= 0.

    Returns
    -------
    array
        Probability [1].

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> slip_probability(0.01, [0, 12]).round(3).tolist()
    [0.0, 0.113]
    """
    return chance_by(
        within("[0, inf)", "error_rate", error_rate), within("[0, inf)", "steps", steps)
    )
