r"""Optimal use of a lead: at which capability to stop, and for how long.

Capability C grows at v rho, where rho in [0, 1] is the pace; the lead X shrinks by (1 - rho) and by
leaks; work continues until the lead is exhausted. With the hazard k(C) = h + e^(a + b C) of theft
and takeover, either of which ends the work, its expectation is

    W = integral of s P(C) e^(-integral of k dt) dt,   P = min(P0 10^(g C), cap),   C <= C*
    s = 1 - kappa rho, where kappa is the labour that full pace withdraws from safety

Given C, W and X are linear in the time spent on each segment of C, so that the problem reduces to
the length of a stop at each C. It is solved by dynamic programming over (C, X) from the ceiling C*
down: at each C the optimal lead to leave with is a running maximum over all smaller leads.

Without leaks, with k independent of C and productivity that grows faster than kappa h, a stop is
worth more the later it comes: it is optimal to run to the ceiling and to stop there. If risk grows
with C, or the lead shrinks by itself, it is optimal to stop earlier, or gradually.

Source: docs, mechanism 9; Finnveden (2023), who names the gradual trade-off and leaves it out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from taskmodel.errors import InputError
from taskmodel.lead.erosion import months_survived, remaining_lead, time_until_gone
from taskmodel.lead.pause import growth_multiplier
from taskmodel.numerics.ranges import Real, ranges, within

__all__ = ["ScheduleOutcome", "ScheduleTerms", "best_paces", "schedule_outcome"]

_SEGMENTS, _LEVELS = 200, 400
_MOST_EVENTS = 600.0  # expected thefts and takeovers; e^-700 is the smallest probability of floats
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(8)


@dataclass(frozen=True)
class ScheduleTerms:
    """Terms on which a lead is exchanged for capability and work.

    Attributes
    ----------
    lead : float
        X at the start [month]; >= 0.
    ceiling : float
        C*, largest capability above the present [orders of magnitude of effective compute]; > 0.
    pace : float
        v at full speed [orders of magnitude per month]; > 0.
    productivity : float
        P0, work per month at present [any unit]; >= 0.
    productivity_slope : float
        g, orders of magnitude of productivity per order of magnitude of compute [1]; >= 0.
    cap : float
        Largest work per month, such as people can supervise [unit of P]; >= 0, inf: none.
    leak, theft : float
        l and h [1/month]; in [0, 1].
    risk_intercept, risk_slope : float
        a [ln(1/month)], -inf: no risk; and b [per order of magnitude]; >= 0.
    progress_labour : float
        kappa, share of the labour that full pace takes [1]; in [0, 1].
    """

    lead: float
    ceiling: float
    pace: float
    productivity: float = 1.0
    productivity_slope: float = 0.0
    leak: float = 0.0
    theft: float = 0.0
    risk_intercept: float = -np.inf
    risk_slope: float = 0.0
    progress_labour: float = 0.0
    cap: float = np.inf

    def __post_init__(self) -> None:
        for interval, names in {
            "(0, inf)": ("ceiling", "pace"),
            "[0, inf)": ("lead", "productivity", "productivity_slope", "risk_slope"),
            "[0, 1]": ("leak", "theft", "progress_labour"),
            "[-inf, 700]": ("risk_intercept",),
            "[0, inf]": ("cap",),
        }.items():
            for name in names:
                within(interval, name, getattr(self, name))

    def work_rate(self, capability: ArrayLike) -> np.ndarray:
        """P at capabilities above the present [unit/month]."""
        growth = 10 ** (self.productivity_slope * np.asarray(capability, dtype=float))
        return np.asarray(np.minimum(self.productivity * growth, self.cap))

    @property
    def capped_from(self) -> float:
        """Capability above which the cap binds [orders of magnitude]; inf: never, -inf: always."""
        if self.productivity > self.cap:
            return -np.inf
        if self.productivity_slope == 0 or self.productivity == 0:
            return np.inf
        return float(np.log10(self.cap / self.productivity) / self.productivity_slope)

    def hazard(self, capability: ArrayLike) -> np.ndarray:
        """k, of theft and takeover together [1/month]."""
        rise = self.risk_slope * np.asarray(capability, dtype=float)
        return np.asarray(self.theft + np.exp(self.risk_intercept + rise))

    def stop_time(self, lead: ArrayLike) -> np.ndarray:
        """Time that a lead lasts at a full stop [month]."""
        return time_until_gone(lead, 0.0, self.leak)


@dataclass(frozen=True, eq=False)
class ScheduleOutcome:
    """Result of a schedule; arrays of one shape.

    Attributes
    ----------
    work : array
        Expected work [unit of P times month].
    survival : array
        Probability that neither theft nor takeover ends it early [1].
    months_moving, months_stopped : array
        Time until the ceiling is reached or the lead exhausted, and time of the final stop [month].
    capability : array
        Final capability [orders of magnitude above the present].
    """

    work: np.ndarray
    survival: np.ndarray
    months_moving: np.ndarray
    months_stopped: np.ndarray
    capability: np.ndarray


@ranges(paces="[0, 1]")
def schedule_outcome(terms: ScheduleTerms, paces: Real) -> ScheduleOutcome:
    """Expected work of schedules with a constant pace on each of several equal segments.

    Parameters
    ----------
    terms : ScheduleTerms
    paces : array, shape (..., segment)
        rho on each segment between the present and the ceiling [1]. 0: a stop for good there.

    Returns
    -------
    ScheduleOutcome
        Arrays of shape (...).

    Raises
    ------
    InputError
        If a pace is outside [0, 1].

    Examples
    --------
    >>> doubling = ScheduleTerms(lead=6, ceiling=2, pace=1, productivity_slope=np.log10(2))
    >>> schedule_outcome(doubling, [[0.0], [0.25], [0.5], [1.0]]).work.round(2).tolist()
    [6.0, 17.31, 24.66, 28.33]
    """
    step = terms.ceiling / paces.shape[-1]
    lead = np.full(paces.shape[:-1], float(terms.lead))
    work, moving, capability = np.zeros((3, *lead.shape))
    survival, active = np.ones(lead.shape), lead > 0
    for segment in range(paces.shape[-1]):
        pace, start = paces[..., segment], segment * step
        speed = pace * terms.pace
        crossing = np.divide(step, speed, where=speed > 0, out=np.full(lead.shape, np.inf))
        lasts = time_until_gone(lead, pace, terms.leak)
        time = np.where(active, np.minimum(crossing, lasts), 0.0)
        gained, kept = _segment_work(terms, start, speed, time, 1 - terms.progress_labour * pace)
        work, survival, moving = work + survival * gained, survival * kept, moving + time
        capability = np.where(active, start + np.minimum(speed * time, step), capability)
        active = active & (lasts > crossing)
        lead = np.where(active, remaining_lead(lead, time, pace, terms.leak), 0.0)
    stop, hazard = terms.stop_time(lead), terms.hazard(terms.ceiling)
    work = work + survival * terms.work_rate(terms.ceiling) * months_survived(hazard, stop)
    return ScheduleOutcome(work, survival * np.exp(-hazard * stop), moving, stop, capability)


def best_paces(
    terms: ScheduleTerms, segments: int = _SEGMENTS, levels: int = _LEVELS
) -> np.ndarray:
    """Paces of the optimal schedule, by dynamic programming over capability and lead.

    Parameters
    ----------
    terms : ScheduleTerms
    segments, levels : int
        Number of segments of capability and of lead; at least 1.

    Returns
    -------
    array, shape (segment,)
        rho on each segment, as for `schedule_outcome`; 0: a stop there until the lead is exhausted.

    Raises
    ------
    InputError
        If a number is below 1, or a stop at the ceiling has no chance of survival.

    Examples
    --------
    >>> doubling = ScheduleTerms(lead=6, ceiling=4, pace=1, productivity_slope=np.log10(2))
    >>> paces = best_paces(doubling)
    >>> paces.min().item(), schedule_outcome(doubling, paces).work.round(2).item()
    (1.0, 117.64)
    """
    within("[1, inf)", "segments", segments)
    within("[1, inf)", "levels", levels)
    if terms.lead == 0:
        return np.ones(segments)
    leads = np.linspace(0.0, terms.lead, levels + 1)
    capability = np.linspace(0.0, terms.ceiling, segments + 1)
    time = terms.ceiling / segments / terms.pace
    fade = np.exp(-terms.leak * time)
    gained, kept = _segment_work(
        terms, capability[:-1], np.asarray(terms.pace), time, 1 - terms.progress_labour
    )
    stop = terms.stop_time(leads)
    hazard, rate = terms.hazard(capability), terms.work_rate(capability)
    if hazard[-1] * stop[-1] > _MOST_EVENTS:
        raise InputError(
            "nothing survives a stop at the ceiling, where the risk is "
            f"{hazard[-1]:.3g} per month; lower the ceiling"
        )
    moves = np.empty((segments, levels + 1))  # value of leaving each segment's start with each lead
    value = rate[-1] * months_survived(hazard[-1], stop)
    for segment in range(segments - 1, -1, -1):
        onward = value if terms.leak == 0 else np.interp(leads * fade, leads, value)
        moves[segment] = gained[segment] + kept[segment] * onward
        moves[segment, 0] = 0.0  # without a lead there is no time left
        value = _value_with_stops(moves[segment], stop, rate[segment], hazard[segment])
    return _optimal_path(terms, moves, leads, stop, rate, hazard, time)


def _value_with_stops(move: np.ndarray, stop: np.ndarray, rate: float, hazard: float) -> np.ndarray:
    """Value of a capability at each lead, where one may stop until any smaller lead remains."""
    # With A(X) the time that a lead lasts at a stop, the value is the maximum over X' <= X of
    # rate D(A - A') + e^(-k (A - A')) M(X'). Multiplied by e^(k A), the terms in X' separate from
    # those in X, and the maximum over all X' becomes a running one. Times are relative to the
    # longest stop, so that the exponentials do not overflow.
    since = stop - stop[-1]
    grown = np.exp(hazard * since)
    months = -months_survived(hazard, -since)  # integral of `grown`
    best = np.maximum.accumulate(grown * move - rate * months)
    return np.asarray((rate * months + best) / grown)


def _optimal_path(
    terms: ScheduleTerms,
    moves: np.ndarray,
    leads: np.ndarray,
    stop: np.ndarray,
    rate: np.ndarray,
    hazard: np.ndarray,
    time: float,
) -> np.ndarray:
    """Paces along the optimal path from the full lead, with the optimal stop at each capability."""
    paces = np.ones(len(moves))
    lead, fade = terms.lead, np.exp(-terms.leak * time)
    for segment, move in enumerate(moves):
        below = leads <= lead
        stopped = np.append(terms.stop_time(lead) - stop[below], 0.0)
        onward = np.append(move[below], np.interp(lead, leads, move))
        value = (
            rate[segment] * months_survived(hazard[segment], stopped)
            + np.exp(-hazard[segment] * stopped) * onward
        )
        best = int(len(value) - 1 - np.argmax(value[::-1]))  # the shortest stop among equals
        if stopped[best] == 0:
            lead *= fade
            continue
        remaining = float(leads[below][best])
        if remaining == 0:
            paces[segment] = 0.0
            break
        paces[segment], lead = time / (time + stopped[best]), remaining * fade
    return paces


def _segment_work(
    terms: ScheduleTerms,
    start: ArrayLike,
    speed: np.ndarray,
    time: ArrayLike,
    share: ArrayLike,
) -> tuple[np.ndarray, np.ndarray]:
    """Expected work of a time at a constant speed, and the probability of surviving it.

    `start` is the capability at its beginning, `share` that of the labour in the work.
    """
    start, speed, time = np.broadcast_arrays(np.asarray(start, dtype=float), speed, time)
    # The rate of work has a kink where the cap starts to bind; Gauss-Legendre quadrature is exact
    # to rounding on each side of it, and not across it.
    until_cap = np.divide(
        terms.capped_from - start, speed, where=speed > 0, out=np.zeros(time.shape)
    )
    kink = np.clip(until_cap, 0.0, time)
    work = _smooth_work(terms, start, speed, np.zeros(time.shape), kink)
    work = work + _smooth_work(terms, start, speed, kink, time)
    return np.asarray(share) * work, np.exp(-_exposure(terms, start, speed, time))


def _smooth_work(
    terms: ScheduleTerms, start: np.ndarray, speed: np.ndarray, since: np.ndarray, until: np.ndarray
) -> np.ndarray:
    """Expected work between two times, in which the rate of work is smooth."""
    if (since == until).all():
        return np.zeros(until.shape)
    half = 0.5 * (until - since)
    time = since[..., None] + half[..., None] * (_NODES + 1)
    start, speed = start[..., None], speed[..., None]
    survival = np.exp(-_exposure(terms, start, speed, time))
    integrand = terms.work_rate(start + speed * time) * survival
    return np.asarray(half * (integrand * _WEIGHTS).sum(axis=-1))


def _exposure(
    terms: ScheduleTerms, start: np.ndarray, speed: np.ndarray, time: np.ndarray
) -> np.ndarray:
    """Integral of the hazard over a time at a constant speed; risk grows by (e^(bvt) - 1)/(bvt)."""
    risk = np.exp(terms.risk_intercept + terms.risk_slope * start)
    growth = growth_multiplier(terms.risk_slope * speed * time)
    return np.asarray((terms.theft + risk * growth) * time)
