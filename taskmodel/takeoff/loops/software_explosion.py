r"""Davidson and Houlden's software intelligence explosion: research is automated, compute fixed.

.. math::
    \frac{T_{n+1}}{T_n} = 2^{p / r_{n+1}} \Bigl(\frac{E_n}{E_{n+1}}\Bigr)^{p} \frac{g_n}{g_{n+1}},
    \qquad r_n = r_0 \Bigl(1 - \frac{n}{N}\Bigr)

T_n is the duration of the doubling after n doublings, r the doublings of software per doubling of
cumulative research, p the exponent of parallel effort, N the doublings up to the limit of software,
E research effort. The number of AI researchers grows with software, so that E_n = 2^n and each
doubling takes 2^(p (1/r - 1)) times as long as the one before, as published. With experiments,
which need compute and do not grow, as a bottleneck,

.. math:: E_n = \bigl(a\, 2^{\rho n} + 1 - a\bigr)^{1/\rho}, \qquad \rho \le 0

with 1 - a the share of experiments; that term is an addition to the published model. g is 1, or 1 +
f where AI's speed-up f rises gradually. Progress is measured in years at the recent pace, each of
which is a number of doublings. Without a limit and with constant r > 1 the durations form a
geometric series, and software diverges after T_0 / (1 - 2^(p (1/r - 1))).

Source: T. Davidson and T. Houlden (2025), How quick and big would a software intelligence explosion
be?
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from taskmodel.numerics.types import Array
from taskmodel.takeoff.loops.model import LoopModel, LoopRun

MAX_DOUBLINGS = 996  # a factor of 1e300
FAR = 1e3  # years: a doubling that ends so long after the run counts as never ending
YEARS = (1, 3, 10)
WINDOWS = {"1_year": (1.0, "a year"), "4_months": (1 / 3, "four months")}


def research_effort(
    doublings: ArrayLike, experiment_share: ArrayLike, experiment_substitution: ArrayLike
) -> np.ndarray:
    """Return log2 of research effort after some doublings of software, with experiments fixed.

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
    >>> research_effort(3.0, 0.0, -1.0).tolist(), research_effort(3.0, 0.4, 0.0).round(12).tolist()
    (3.0, 1.8)
    """
    n, share, rho = (
        np.asarray(argument, dtype=float)
        for argument in (doublings, experiment_share, experiment_substitution)
    )
    # without experiments, or at rho = 0, the CES form is undefined and replaced below
    with np.errstate(divide="ignore", invalid="ignore"):
        ces = np.logaddexp2(np.log2(1 - share) + rho * n, np.log2(share)) / rho
    return np.where(rho == 0, (1 - share) * n, np.where(share == 0, n, ces))


def doubling_dates(
    parameters: Mapping[str, Array], constant_returns: bool, until: float
) -> tuple[Array, Array]:
    """Return when each doubling of software ends, and the returns r at its end.

    Parameters
    ----------
    parameters : mapping
        Arrays of shape (draw,) by parameter; NaN where the file leaves one out.
    constant_returns : bool
        Whether r stays constant instead of falling to 0 at the limit.
    until : float
        Doublings that begin later [year] are left out.

    Returns
    -------
    dates : array, shape (draw, doubling + 1)
        [year], from 0; inf for doublings that are left out.
    returns : array, same shape
        0 from the limit on.

    Examples
    --------
    >>> numbers = {"initial_speedup": 2.0, "returns": 2.0, "parallel_exponent": 1.0,
    ...            "doubling_time": 1.0, "software_share": 0.5}
    >>> draws = {name: np.array([numbers.get(name, np.nan)]) for name in MODEL.parameters}
    >>> doubling_dates(draws, True, 0.95)[0].round(4).tolist()
    [[0.0, 0.5, 0.8536, 1.1036]]
    """
    initial, p = parameters["returns"], parameters["parallel_exponent"]
    limit = _limit(parameters) / (parameters["doubling_time"] * parameters["software_share"])
    share = np.nan_to_num(parameters["experiment_share"])
    rho = np.nan_to_num(parameters["experiment_substitution"])
    gradual = ~np.isnan(parameters["boost_start"])
    now, effort = np.zeros(len(initial)), np.zeros(len(initial))
    speedup = _gradual_speedup(parameters, now)
    duration = parameters["doubling_time"] / np.where(
        gradual, 1 + speedup, parameters["initial_speedup"]
    )
    dates, returns = [now], [initial]
    while len(dates) <= MAX_DOUBLINGS:
        count = len(dates)
        continues = (now <= until) & (count - 1 < limit)
        if not continues.any():
            break
        now = np.where(continues, now + duration, np.inf)
        r = initial if constant_returns else initial * np.maximum(0.0, 1 - count / limit)
        next_speedup = _gradual_speedup(parameters, now)
        next_effort = (
            research_effort(count, share, rho)
            if share.any()
            else np.full(len(initial), float(count))
        )
        # at the limit r = 0: the next doubling never ends
        with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
            duration = (
                duration
                * np.exp2(p / r - p * (next_effort - effort))
                * np.where(gradual, (1 + speedup) / (1 + next_speedup), 1.0)
            )
        duration = np.where(np.isnan(duration), np.inf, duration)
        dates.append(now)
        returns.append(np.where(count >= limit, 0.0, r))
        speedup, effort = next_speedup, next_effort
    return np.stack(dates, axis=1), np.stack(returns, axis=1)


def _limit(parameters: Mapping[str, Array]) -> Array:
    """Return the progress up to the limit, in years at the recent pace; inf: no limit."""
    return np.where(np.isnan(parameters["limit"]), np.inf, parameters["limit"])


def _gradual_speedup(parameters: Mapping[str, Array], now: Array) -> Array:
    """Return AI's speed-up that rises geometrically during `boost_time`; NaN without."""
    start = parameters["boost_start"]
    with np.errstate(invalid="ignore"):  # inf dates of doublings that are left out
        progress = np.minimum(now / parameters["boost_time"], 1.0)
        return start * (parameters["initial_speedup"] / start) ** progress


def largest_count(dates: Array, window: float, until: float) -> Array:
    """Return the most whole doublings in less than a window that starts with one, shape (draw,).

    Examples
    --------
    >>> largest_count(np.array([[0.0, 1.0, 1.4, 1.7, 2.6, np.inf]]), 1.0, 10.0).tolist()
    [2]
    """
    far = until + FAR
    finite = dates < far
    # one sorted line with an interval of its own for each draw, so that one search serves all
    line = (dates + 2 * far * np.arange(len(dates))[:, None])[finite]
    count = np.searchsorted(line, line + window, side="left") - np.arange(len(line)) - 1
    starts = np.concatenate([[0], np.cumsum(finite.sum(axis=1))[:-1]])
    return np.asarray(np.maximum.reduceat(count, starts))


def _run(parameters: Mapping[str, Any], start: float, end: float, times: Array) -> LoopRun:
    dates, returns = doubling_dates(parameters, bool(parameters["constant_returns"]), end - start)
    per_year = 1 / (parameters["doubling_time"] * parameters["software_share"])
    limit = _limit(parameters) * per_year  # [doubling]
    last, stopped, explodes = end, "", False
    if dates.shape[1] > MAX_DOUBLINGS and (reached := dates[:, -1]).min() < end - start:
        last = start + float(reached.min())
        # doublings so short that the dates have converged
        explodes = bool((dates[:, -1] - dates[:, -2]).min() < 1e-9 * reached.min())
        unbounded, large = "grows without bound", "passes 1e300, beyond which it is not followed"
        stopped = f"at {last:.6g}: software {unbounded if explodes else large}"
    columns = [_levels(dates, returns, limit, time - start) for time in times[times <= last]]
    doublings, duration, current_returns = (
        np.stack(column, axis=1) for column in zip(*columns, strict=True)
    )
    levels = {
        "software": np.exp2(doublings),
        "progress": doublings / per_year[:, None],
        "doubling_time": duration,
        "returns": current_returns,
    }
    marks = {f"progress_{years}": np.minimum(years * per_year, MAX_DOUBLINGS) for years in YEARS}
    milestones = {}
    for name, mark in {**marks, "limit": limit}.items():
        elapsed = _elapsed(dates, mark, limit)
        milestones[name] = np.where(start + elapsed <= end, elapsed, np.nan)
    for name, (window, _) in WINDOWS.items():
        most = largest_count(dates, window, end - start) / per_year
        unbounded_draws = explodes & np.isfinite(dates[:, -1])
        milestones[f"most_progress_in_{name}"] = np.where(unbounded_draws, np.inf, most)
    return LoopRun(levels, milestones, last, stopped)


def _levels(dates: Array, returns: Array, limit: Array, time: float) -> tuple[Array, Array, Array]:
    """Return doublings so far, the duration of the current one, and r, each of shape (draw,)."""
    draws = np.arange(len(dates))
    count = (dates <= time).sum(axis=1) - 1
    begin = dates[draws, count]
    end = dates[draws, np.minimum(count + 1, dates.shape[1] - 1)]
    continues = (end > begin) & np.isfinite(end)
    with np.errstate(invalid="ignore"):
        duration = np.where(continues, end - begin, np.nan)
    doublings = count + np.where(continues, (time - begin) / duration, 0.0)
    at_limit = doublings >= limit
    return (
        np.minimum(doublings, limit),
        np.where(at_limit, np.nan, duration),
        np.where(at_limit, 0.0, returns[draws, count]),
    )


def _elapsed(dates: Array, doublings: Array, limit: Array) -> Array:
    """Return when a number of doublings up to the limit has been made; NaN: not within `dates`."""
    last = np.isfinite(dates).sum(axis=1) - 1
    reached = (doublings <= np.minimum(last, limit)) & np.isfinite(doublings)
    count, draws = np.where(reached, doublings, 0.0), np.arange(len(dates))
    low = np.floor(count).astype(int)
    begin, end = dates[draws, low], dates[draws, np.minimum(low + 1, last)]
    return np.where(reached, begin + (count - low) * (end - begin), np.nan)


MODEL = LoopModel(
    clock=("year", "time since AI does all AI research"),
    parameters=(
        "initial_speedup",
        "returns",
        "parallel_exponent",
        "limit",
        "doubling_time",
        "software_share",
        "boost_start",
        "boost_time",
        "experiment_share",
        "experiment_substitution",
    ),
    levels={
        "software": ("1", "software: effective compute of a physical FLOP, relative to the start"),
        "progress": ("year", "progress since the start, in years at the recent pace of all AI"),
        "doubling_time": (
            "year",
            "duration of the current doubling of software; NaN: the limit is reached",
        ),
        "returns": (
            "1",
            "doublings of software for a doubling of cumulative research, at the last doubling",
        ),
    },
    milestones={
        **{
            f"progress_{years}": (
                "year",
                f"progress of {years} year{'s' * (years > 1)} at the recent pace is made, "
                "after the start",
            )
            for years in YEARS
        },
        "limit": ("year", "software is at its limit, after the start"),
        **{
            f"most_progress_in_{name}": (
                "year",
                f"most progress in {words}, in whole doublings, in years at the recent pace; "
                "inf: no bound",
            )
            for name, (_, words) in WINDOWS.items()
        },
    },
    run=_run,
)
