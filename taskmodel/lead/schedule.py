r"""The best use of a lead: when to go on, how fast, and when to stop.

Capability C grows at v rho, rho in [0, 1] the pace that is kept; the lead X shrinks by (1 - rho) and by leaks; work goes on
until the lead is gone. With k(C) = h + e^(a + b C), theft and takeover, either of which ends it, the expected work is

    W = integral of s P(C) e^(-integral of k dt) dt,    P = min(P0 10^(g C), cap),    s = 1 - kappa rho,    C <= C*

kappa being the labour that full pace takes away from safety. Given C, W and X are linear in rho for each stretch of C, so
that the problem is one of how long to stand still at each C. That is solved by dynamic programming over (C, X) from the
ceiling down: at each C the best lead to leave with is a running maximum over all smaller ones.

Where nothing leaks, k does not depend on C, and productivity grows faster than kappa h, standing still is worth more the
later it comes: run, then stop at the ceiling (`run_then_stop`). Where risk grows with C, or the lead shrinks by itself, the
best is to stop earlier, or bit by bit.

Source: docs, mechanism 9; Finnveden (2023), who names the gradual trade-off and leaves it out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from taskmodel.errors import InputError
from taskmodel.lead.erosion import months_survived, remaining_lead, time_until_gone
from taskmodel.lead.pause import growth_multiplier
from taskmodel.numerics.ranges import within

__all__ = ["Outcome", "Terms", "best_paces", "run_then_stop", "schedule_outcome"]

_CELLS, _LEVELS = 200, 400
_SURE = 600.0  # expected thefts and takeovers, beyond which floats know no survival
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(8)


@dataclass(frozen=True)
class Terms:
    """What a lead may be spent on.

    Attributes
    ----------
    lead : float
        X at the start [month]; >= 0.
    ceiling : float
        C*, how far capability may go above the present [powers of ten of effective compute]; > 0.
    pace : float
        v at full speed [powers of ten per month]; > 0.
    productivity : float
        P0, work per month at present [any unit]; >= 0.
    productivity_slope : float
        g, powers of ten of productivity per power of ten of compute [1]; >= 0.
    cap : float
        Most work per month, such as people can supervise [unit of P]; >= 0, inf: none.
    leak, theft : float
        l and h [1/month]; in [0, 1].
    risk_intercept, risk_slope : float
        a [ln(1/month)], -inf: none; and b [per power of ten]; >= 0.
    progress_labour : float
        kappa, part of the labour that full pace takes [1]; in [0, 1].
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
        positive, rest = (
            ("ceiling", "pace"),
            ("lead", "productivity", "productivity_slope", "risk_slope"),
        )
        for interval, names in (
            ("(0, inf)", positive),
            ("[0, inf)", rest),
            ("[0, 1]", ("leak", "theft", "progress_labour")),
            ("[-inf, 700]", ("risk_intercept",)),
            ("[0, inf]", ("cap",)),
        ):
            for name in names:
                within(interval, name, getattr(self, name))

    def work_rate(self, capability: ArrayLike) -> np.ndarray:
        """P [unit/month] at capabilities above the present."""
        free = self.productivity * 10 ** (
            self.productivity_slope * np.asarray(capability, dtype=float)
        )
        return np.asarray(np.minimum(free, self.cap))

    @property
    def capped_from(self) -> float:
        """Capability from which on the cap binds [powers of ten above the present]; inf: nowhere."""
        if self.productivity_slope == 0 or self.productivity == 0 or self.cap == np.inf:
            return -np.inf if self.productivity > self.cap else np.inf
        return (
            float(np.log10(self.cap / self.productivity) / self.productivity_slope)
            if self.cap > 0
            else -np.inf
        )

    def hazard(self, capability: ArrayLike) -> np.ndarray:
        """k, of theft and takeover together [1/month]."""
        return np.asarray(
            self.theft
            + np.exp(self.risk_intercept + self.risk_slope * np.asarray(capability, dtype=float))
        )

    def stop_time(self, lead: ArrayLike) -> np.ndarray:
        """Months that a lead lasts at a full stop."""
        return time_until_gone(lead, 0.0, self.leak)


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a schedule gives; arrays of one shape.

    Attributes
    ----------
    work : array
        Expected work [unit of P times month].
    survival : array
        Probability that neither theft nor takeover ends it early [1].
    months_moving, months_stopped : array
        Time until the ceiling, or until the lead is gone, and time at a stop there [month].
    capability : array
        Where it ends [powers of ten above the present].
    """

    work: np.ndarray
    survival: np.ndarray
    months_moving: np.ndarray
    months_stopped: np.ndarray
    capability: np.ndarray


def schedule_outcome(terms: Terms, paces: ArrayLike) -> Outcome:
    """Expected work of schedules that keep a pace on each of some equal stretches of capability, and then stop.

    Parameters
    ----------
    terms : Terms
    paces : array, shape (..., stretch)
        rho on each stretch on the way from the present to the ceiling [1]; in [0, 1]. 0: stop there for good.

    Returns
    -------
    Outcome
        Arrays of shape (...).

    Raises
    ------
    InputError
        If a pace is outside [0, 1].

    Examples
    --------
    >>> doubling = Terms(lead=6, ceiling=2, pace=1, productivity_slope=np.log10(2))
    >>> schedule_outcome(doubling, [[0.0], [0.25], [0.5], [1.0]]).work.round(2).tolist()
    [6.0, 17.31, 24.66, 28.33]
    """
    pace = np.asarray(within("[0, 1]", "paces", paces))
    step = terms.ceiling / pace.shape[-1]
    lead = np.full(pace.shape[:-1], float(terms.lead))
    work, survival, moving = np.zeros(lead.shape), np.ones(lead.shape), np.zeros(lead.shape)
    reached = np.zeros(lead.shape)
    going = lead > 0
    for cell in range(pace.shape[-1]):
        rho = pace[..., cell]
        speed = rho * terms.pace
        crossing = np.divide(step, speed, where=speed > 0, out=np.full(lead.shape, np.inf))
        lasts = time_until_gone(lead, rho, terms.leak)
        time = np.where(going, np.minimum(crossing, lasts), 0.0)
        start = cell * step
        gained, kept = _stretch(terms, start, speed, time, 1 - terms.progress_labour * rho)
        work, survival, moving = work + survival * gained, survival * kept, moving + time
        reached = np.where(going, start + np.minimum(speed * time, step), reached)
        going = going & (lasts > crossing)
        lead = np.where(going, remaining_lead(lead, time, rho, terms.leak), 0.0)
    stop = terms.stop_time(lead)
    hazard = terms.hazard(terms.ceiling)
    work = work + survival * terms.work_rate(terms.ceiling) * months_survived(hazard, stop)
    return Outcome(work, survival * np.exp(-hazard * stop), moving, stop, reached)


def run_then_stop(terms: Terms) -> float:
    """Expected work at full speed to the ceiling and a stop there, in closed form.

    It is the most there is where nothing leaks, risk does not depend on capability, and productivity grows faster in time
    than kappa h: putting a stop behind a stretch of progress then gains (g v ln 10 - kappa h) P for every month of either.

    Parameters
    ----------
    terms : Terms

    Returns
    -------
    float
        W [unit of P times month].

    Raises
    ------
    InputError
        If risk grows with capability, or the cap binds before the ceiling: there is no closed form then.

    Examples
    --------
    >>> round(run_then_stop(Terms(lead=6, ceiling=4, pace=1, productivity_slope=np.log10(2))), 2)
    117.64
    """
    if terms.risk_slope > 0 and terms.risk_intercept > -np.inf:
        raise InputError(
            "risk grows with capability: running to the ceiling has no closed form; use schedule_outcome with paces of 1"
        )
    if terms.capped_from < terms.ceiling:
        raise InputError(
            f"the cap of {terms.cap:g} binds before the ceiling: there is no closed form; use schedule_outcome with paces of 1"
        )
    hazard, time = float(terms.hazard(0.0)), terms.ceiling / terms.pace
    growth = terms.productivity_slope * terms.pace * np.log(10) - hazard
    run = time * float(growth_multiplier(growth * time))
    stop = terms.stop_time(terms.lead * np.exp(-terms.leak * time))
    at_ceiling = np.exp(growth * time) * months_survived(np.asarray(hazard), stop)
    return (
        float(terms.productivity * ((1 - terms.progress_labour) * run + at_ceiling))
        if terms.lead > 0
        else 0.0
    )


def best_paces(terms: Terms, stretches: int = _CELLS, levels: int = _LEVELS) -> np.ndarray:
    """Paces of the best schedule, by dynamic programming over capability and lead.

    Parameters
    ----------
    terms : Terms
    stretches, levels : int
        How finely capability and lead are cut; at least 1.

    Returns
    -------
    array, shape (stretch,)
        rho on each stretch, as `schedule_outcome` takes it; 0: stop there until the lead is gone.

    Raises
    ------
    InputError
        If a number of stretches or levels is below 1, or nothing would survive a stop at the ceiling.

    Examples
    --------
    >>> doubling = Terms(lead=6, ceiling=4, pace=1, productivity_slope=np.log10(2))
    >>> paces = best_paces(doubling)
    >>> bool((paces == 1).all()), round(float(schedule_outcome(doubling, paces).work), 2)
    (True, 117.64)
    """
    within("[1, inf)", "stretches", stretches)
    within("[1, inf)", "levels", levels)
    leads = np.linspace(0.0, terms.lead, levels + 1)
    if terms.lead == 0:
        return np.ones(stretches)
    time = terms.ceiling / stretches / terms.pace
    capability = np.linspace(0.0, terms.ceiling, stretches + 1)
    fade = np.exp(-terms.leak * time)
    gained, kept = _stretch(
        terms,
        capability[:-1],
        np.asarray(terms.pace),
        np.asarray(time),
        np.asarray(1 - terms.progress_labour),
    )
    stop = terms.stop_time(leads)
    hazard, rate = terms.hazard(capability), terms.work_rate(capability)
    if hazard[-1] * stop[-1] > _SURE:
        raise InputError(
            f"nothing survives a stop at the ceiling, where the risk is {hazard[-1]:.3g} per month; lower the ceiling"
        )
    moves = np.empty((stretches, levels + 1))  # worth of leaving each place with each lead
    worth = rate[-1] * months_survived(hazard[-1], stop)
    for place in range(stretches - 1, -1, -1):
        onward = worth if terms.leak == 0 else np.interp(leads * fade, leads, worth)
        moves[place] = gained[place] + kept[place] * onward
        moves[place, 0] = 0.0  # the lead is gone, and with it the time for anything
        worth = _with_stops(moves[place], stop, rate[place], hazard[place])
    return _followed(terms, moves, leads, stop, rate, hazard, time)


def _with_stops(move: np.ndarray, stop: np.ndarray, rate: float, hazard: float) -> np.ndarray:
    """Worth of being at a place with each lead, where one may stand still until the lead is any smaller one.

    With A the months that a lead lasts: max over X' <= X of rate D(A - A') + e^(-k (A - A')) M(X'), a running maximum once it is
    multiplied by e^(k A).
    """
    since = stop - stop[-1]  # relative to the longest, so that nothing overflows
    grown = np.exp(hazard * since)
    months = -months_survived(hazard, -since)  # integral of the former
    return np.asarray((rate * months + np.maximum.accumulate(grown * move - rate * months)) / grown)


def _followed(
    terms: Terms,
    moves: np.ndarray,
    leads: np.ndarray,
    stop: np.ndarray,
    rate: np.ndarray,
    hazard: np.ndarray,
    time: float,
) -> np.ndarray:
    """Paces along the best way from the whole lead, at each place as long a stop as is worth most."""
    paces = np.ones(len(moves))
    lead, fade = terms.lead, np.exp(-terms.leak * time)
    for place, move in enumerate(moves):
        lasts = terms.stop_time(lead)
        below = leads <= lead
        still = np.append(lasts - stop[below], 0.0)
        after = np.append(move[below], np.interp(lead, leads, move))
        worth = (
            rate[place] * months_survived(hazard[place], still)
            + np.exp(-hazard[place] * still) * after
        )
        best = int(len(worth) - 1 - np.argmax(worth[::-1]))  # of equal ones the shortest stop
        if still[best] == 0:
            lead *= fade
            continue
        left = float(leads[below][best])
        if left == 0:
            paces[place] = 0.0
            break
        paces[place], lead = time / (time + still[best]), left * fade
    return paces


def _stretch(
    terms: Terms, start: float | np.ndarray, speed: np.ndarray, time: np.ndarray, share: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Expected work of some time at a speed from a capability on, and the probability of coming through it."""
    first, pace, end = np.broadcast_arrays(np.asarray(start, dtype=float), speed, time)
    kink = np.clip(
        np.divide(terms.capped_from - first, pace, where=pace > 0, out=np.zeros(end.shape)),
        0.0,
        end,
    )
    work = share * (
        _gained(terms, first, pace, np.zeros(end.shape), kink)
        + _gained(terms, first, pace, kink, end)
    )
    return work, np.exp(-_exposure(terms, start, speed, time))


def _gained(
    terms: Terms, start: np.ndarray, speed: np.ndarray, since: np.ndarray, until: np.ndarray
) -> np.ndarray:
    """Expected work between two times on the way from a capability on, in which productivity is smooth."""
    if (since == until).all():
        return np.zeros(until.shape)
    half = 0.5 * (until - since)
    at = since[..., None] + half[..., None] * (_NODES + 1)
    capability = start[..., None] + speed[..., None] * at
    integrand = terms.work_rate(capability) * np.exp(
        -_exposure(terms, start[..., None], speed[..., None], at)
    )
    return np.asarray(half * (integrand * _WEIGHTS).sum(axis=-1))


def _exposure(terms: Terms, start: ArrayLike, speed: ArrayLike, time: ArrayLike) -> np.ndarray:
    """Integral of the hazard over some time at a speed from a capability on: (e^(b v t) - 1)/(b v) times the risk at its start."""
    rise = terms.risk_slope * np.asarray(speed, dtype=float) * np.asarray(time, dtype=float)
    risk = np.exp(terms.risk_intercept + terms.risk_slope * np.asarray(start, dtype=float))
    return np.asarray((terms.theft + risk * growth_multiplier(rise)) * time)
