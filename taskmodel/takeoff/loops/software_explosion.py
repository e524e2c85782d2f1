r"""Davidson and Houlden's software intelligence explosion: AI does all AI research, compute stands still, software doubles faster.

.. math::
    \frac{T_{n+1}}{T_n} = 2^{p / r_n} \Bigl(\frac{E_n}{E_{n+1}}\Bigr)^{p} \frac{g_n}{g_{n+1}}, \qquad
    r_n = r_0 \Bigl(1 - \frac{n}{N}\Bigr)

T_n is the time of the doubling after n, r the doublings of software that a doubling of cumulative research brings, p the
exponent of parallel effort, N the doublings to the limit of software, E research effort. AI researchers grow as software
does, so that E_n = 2^n and a doubling takes 2^(p (1/r - 1)) times as long as the one before it, as published. With experiments,
which need compute and do not grow, as a bottleneck,

.. math:: E_n = \bigl(a\, 2^{\rho n} + 1 - a\bigr)^{1/\rho}, \qquad \rho \le 0

with 1 - a the share of experiments; that term is ours. g is 1, or, where AI's speed-up f comes by and by, 1 + f. Progress is
told in years at the recent pace: so many doublings are one year's. Without a limit and with r > 1 for good, the doublings'
times are a geometric series, and software grows without bound after T_0 / (1 - 2^(p (1/r - 1))).

Source: T. Davidson and T. Houlden (2025), How quick and big would a software intelligence explosion be? Numbers and arrays only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from taskmodel.numerics.types import Array
from taskmodel.takeoff.loops.outcome import Outcome

__all__ = [
    "CLOCK",
    "MILESTONES",
    "PARAMETERS",
    "VARIABLES",
    "doubling_times",
    "most_within",
    "research_effort",
    "run",
]

CLOCK = ("year", "time since AI does all AI research")
MOST = 996  # doublings, a factor of 1e300
FAR = 1e3  # years after the end: a doubling that ends later may as well end then
YEARS = (1, 3, 10)
WINDOWS = {"1_year": (1.0, "a year"), "4_months": (1 / 3, "four months")}
PARAMETERS = (
    *(
        "initial_speedup",
        "returns",
        "parallel_exponent",
        "limit",
        "doubling_time",
        "software_share",
    ),
    *("boost_start", "boost_time", "experiment_share", "experiment_substitution"),
)
VARIABLES = {
    "software": ("1", "software: effective compute of a physical FLOP, relative to the start"),
    "progress": ("year", "progress since the start, in years at the recent pace of all AI"),
    "doubling_time": (
        "year",
        "time of the doubling of software that is on its way; NaN: there is none, the limit is reached",
    ),
    "returns": (
        "1",
        "doublings of software for a doubling of cumulative research, at the last doubling",
    ),
}
MILESTONES = {
    **{
        f"progress_{years}": (
            "year",
            f"progress of {years} year{'s' * (years > 1)} at the recent pace is made, after the start",
        )
        for years in YEARS
    },
    "limit": ("year", "software is at its limit, after the start"),
    **{
        f"most_progress_in_{name}": (
            "year",
            f"most progress in {words}, in whole doublings, in years at the recent pace; inf: no bound",
        )
        for name, (_, words) in WINDOWS.items()
    },
}


def research_effort(
    doublings: ArrayLike, experiment_share: ArrayLike, experiment_substitution: ArrayLike
) -> np.ndarray:
    """Powers of two by which research effort has grown, when software has doubled so often and experiments have not grown.

    Parameters
    ----------
    doublings : array
        n [1]; >= 0.
    experiment_share : array
        Share 1 - a of experiments at the start [1]; in [0, 1).
    experiment_substitution : array
        rho, CES exponent between experiments and AI researchers [1]; <= 0, 0 being Cobb-Douglas.

    Returns
    -------
    array
        log2 E [1]; at most log2(1 - a) / rho.

    Examples
    --------
    >>> research_effort([1, 2, 100], 0.5, -1.0).round(4).tolist()
    [0.415, 0.6781, 1.0]
    >>> research_effort([3.0], 0.0, -1.0).tolist(), research_effort([3.0], 0.4, 0.0).round(12).tolist()
    ([3.0], [1.8])
    """
    n, share, rho = (
        np.asarray(each, dtype=float)
        for each in (doublings, experiment_share, experiment_substitution)
    )
    with np.errstate(
        divide="ignore", invalid="ignore"
    ):  # no experiments, or rho = 0: chosen away below
        ces = np.logaddexp2(np.log2(1 - share) + rho * n, np.log2(share)) / rho
    return np.where(rho == 0, (1 - share) * n, np.where(share == 0, n, ces))


def doubling_times(
    given: Mapping[str, Array], constant_returns: bool, until: float
) -> tuple[Array, Array]:
    """When each doubling is done, and r as it is done.

    Parameters
    ----------
    given : mapping
        Arrays of shape (draw,) by parameter: `PARAMETERS`; NaN where the file leaves one out.
    constant_returns : bool
        Whether r stays as it is.
    until : float
        Doublings that begin later [year] are left out.

    Returns
    -------
    times : array, shape (draw, doubling + 1)
        [year], from 0; of what is left out inf.
    returns : array, same shape
        0 from the limit on.

    Examples
    --------
    >>> given = {name: np.array([np.nan]) for name in PARAMETERS} | {"initial_speedup": np.array([2.0]), "returns": np.array([2.0]),
    ...     "parallel_exponent": np.array([1.0]), "doubling_time": np.array([1.0]), "software_share": np.array([0.5])}
    >>> doubling_times(given, True, 0.95)[0].round(4).tolist()
    [[0.0, 0.5, 0.8536, 1.1036]]
    """
    first, p = given["returns"], given["parallel_exponent"]
    limit = np.where(np.isnan(given["limit"]), np.inf, given["limit"]) / (
        given["doubling_time"] * given["software_share"]
    )
    share, rho = (
        np.nan_to_num(given["experiment_share"]),
        np.nan_to_num(given["experiment_substitution"]),
    )
    gradual = ~np.isnan(given["boost_start"])
    speedup = _speedup(given, np.zeros(len(first)))
    step = given["doubling_time"] / np.where(gradual, 1 + speedup, given["initial_speedup"])
    effort = np.zeros(len(first))
    times, returns, now = [np.zeros(len(first))], [first], np.zeros(len(first))
    while len(times) <= MOST:
        done = len(times)
        going = (now <= until) & (done - 1 < limit)
        if not going.any():
            break
        now = np.where(going, now + step, np.inf)
        r = first if constant_returns else first * np.maximum(0.0, 1 - done / limit)
        later, more = (
            _speedup(given, now),
            research_effort(done, share, rho) if share.any() else np.full(len(first), float(done)),
        )
        with np.errstate(
            divide="ignore", over="ignore", invalid="ignore"
        ):  # r of 0 at the limit: the next doubling never ends
            step = (
                step
                * np.exp2(p / r - p * (more - effort))
                * np.where(gradual, (1 + speedup) / (1 + later), 1.0)
            )
        step = np.where(np.isnan(step), np.inf, step)
        times.append(now)
        returns.append(np.where(done >= limit, 0.0, r))
        speedup, effort = later, more
    return np.stack(times, axis=1), np.stack(returns, axis=1)


def _speedup(given: Mapping[str, Array], now: Array) -> Array:
    """AI's speed-up where it comes by and by: geometrically, to all of it after `boost_time`."""
    with np.errstate(
        invalid="ignore"
    ):  # doublings that are left out, and files that give no such speed-up
        part = np.minimum(now / given["boost_time"], 1.0)
        return given["boost_start"] * (given["initial_speedup"] / given["boost_start"]) ** part


def most_within(times: Array, window: float, until: float) -> Array:
    """The most whole doublings in less than so long, from the end of one of them on, shape (draw,).

    Examples
    --------
    >>> most_within(np.array([[0.0, 1.0, 1.4, 1.7, 2.6, np.inf]]), 1.0, 10.0).tolist()
    [2]
    """
    far = until + FAR
    there = times < far
    line = (times + 2 * far * np.arange(len(times))[:, None])[
        there
    ]  # each draw has a stretch of one line to itself
    within = np.searchsorted(line, line + window, side="left") - np.arange(len(line)) - 1
    firsts = np.concatenate([[0], np.cumsum(there.sum(axis=1))[:-1]])
    return np.asarray(np.maximum.reduceat(within, firsts))


def run(given: Mapping[str, Any], start: float, end: float, times: Array) -> Outcome:
    """Follow the loop.

    Parameters
    ----------
    given : mapping
        Arrays of shape (draw,) by parameter, NaN where the file leaves one out, and ``constant_returns``.
    start, end : float
        [year]
    times : array, shape (time,)
        Moments to report [year].
    """
    done, returns = doubling_times(given, bool(given["constant_returns"]), end - start)
    a_year = 1 / (
        given["doubling_time"] * given["software_share"]
    )  # doublings that are a year's progress
    limit = np.where(np.isnan(given["limit"]), np.inf, given["limit"]) * a_year
    last, stopped, explodes = end, "", False
    if done.shape[1] > MOST and (reached := done[:, -1]).min() < end - start:
        last = start + float(reached.min())
        explodes = bool((done[:, -1] - done[:, -2]).min() < 1e-9 * reached.min())
        how = "grows without bound" if explodes else "passes 1e300, beyond which it is not followed"
        stopped = f"at {last:.6g}: software {how}"
    shown = times[times <= last]
    columns = [_levels(done, returns, limit, time - start) for time in shown]
    doublings, pace, at = (np.stack(column, axis=1) for column in zip(*columns, strict=True))
    levels = {
        "software": np.exp2(doublings),
        "progress": doublings / a_year[:, None],
        "doubling_time": pace,
        "returns": at,
    }
    milestones = {
        f"progress_{years}": _reached(done, np.minimum(years * a_year, MOST), limit)
        for years in YEARS
    }
    milestones["limit"] = _reached(done, limit, limit)
    milestones = {
        name: np.where(start + when <= end, when, np.nan) for name, when in milestones.items()
    }
    for name, (window, _) in WINDOWS.items():
        most = most_within(done, window, end - start) / a_year
        milestones[f"most_progress_in_{name}"] = np.where(
            explodes & np.isfinite(done[:, -1]), np.inf, most
        )
    return Outcome(levels, {name: milestones[name] for name in MILESTONES}, last, stopped)


def _levels(done: Array, returns: Array, limit: Array, time: float) -> tuple[Array, Array, Array]:
    """Doublings made at a time, the time of the one on its way, and r, each of shape (draw,)."""
    every = np.arange(len(done))
    place = (done <= time).sum(axis=1) - 1
    begun, next_ends = done[every, place], done[every, np.minimum(place + 1, done.shape[1] - 1)]
    going = (next_ends > begun) & np.isfinite(next_ends)
    with np.errstate(invalid="ignore"):
        step = np.where(going, next_ends - begun, np.nan)
    doublings = place + np.where(going, (time - begun) / step, 0.0)
    at_limit = doublings >= limit
    return (
        np.minimum(doublings, limit),
        np.where(at_limit, np.nan, step),
        np.where(at_limit, 0.0, returns[every, place]),
    )


def _reached(done: Array, doublings: Array, limit: Array) -> Array:
    """When so many doublings are made, not beyond the limit; NaN: not within those that there are."""
    there = np.isfinite(done).sum(axis=1) - 1
    found = (doublings <= np.minimum(there, limit)) & np.isfinite(doublings)
    wanted, every = np.where(found, doublings, 0.0), np.arange(len(done))
    low = np.floor(wanted).astype(int)
    begun, ends = done[every, low], done[every, np.minimum(low + 1, there)]
    return np.where(found, begun + (wanted - low) * (ends - begun), np.nan)
