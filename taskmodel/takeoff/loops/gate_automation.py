r"""GATE's automation function: which share of tasks a training run automates, and what a worker on each costs to run.

.. math::
    f = f_0 + (1 - f_0) \frac{\log C - \log (T / 10^D)}{\log T - \log (T / 10^D)}, \qquad C = C_T\, \iota^{1/m}

between T / 10^D and T, f_0 below and 1 above. C_T is the largest training run, iota the inference spent on a task relative to
the least, at most iota_max, and D a share of the powers of ten from the first run to T. A worker on task i, of tasks sorted by
what they ask, takes

.. math:: R_i = \max\bigl(1, f^{-1}(i) / C_T\bigr)^m\, 10^{\gamma_0 + \gamma_1 i}

so that C_{I,i} of running compute are C_{I,i} / R_i workers. GATE's planner chooses how runs grow; here they grow as the file says.

Source: E. Erdil and others (2025), GATE: An Integrated Assessment Model for AI Automation, arXiv 2503.04941, equations 2 and 13 to
16, by a report of them. Numbers and arrays only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from taskmodel.numerics.ranges import within
from taskmodel.numerics.types import Array
from taskmodel.takeoff.loops.growth import Growth
from taskmodel.takeoff.loops.outcome import Outcome

__all__ = [
    "CLOCK",
    "MILESTONES",
    "PARAMETERS",
    "VARIABLES",
    "automated_share",
    "compute_for",
    "flop_gap",
    "run",
    "runtime_requirement",
]

CLOCK = ("calendar year", "time")
SHARES = (0.2, 0.5, 0.9, 1.0)
PLACES = (0.0, 0.5, 1.0)
PARAMETERS = (
    *("full_automation_requirement", "gap_share", "initial_automated_share", "initial_run"),
    *("inference_exponent", "largest_inference", "runtime_requirement", "runtime_slope"),
)
VARIABLES = {
    "biggest_training_run": ("FLOP", "largest training run, effective"),
    "automated_share": (
        "1",
        "share of tasks that the largest run automates with as much inference as there may be",
    ),
    "automated_share_no_inference": (
        "1",
        "share of tasks that the largest run automates with the least inference",
    ),
    **{
        f"runtime_requirement_{100 * place:g}%": (
            "FLOP/year",
            f"running compute of a worker on the task {100 * place:g} % of the way; inf: no inference makes up for what the run lacks",
        )
        for place in PLACES
    },
}
MILESTONES = {
    f"automated_{100 * share:g}%{ending}": (
        "calendar year",
        f"{100 * share:g} % of tasks are automated, {words}",
    )
    for ending, words in (
        ("", "with as much inference as there may be"),
        ("_no_inference", "by training alone"),
    )
    for share in SHARES
}


def flop_gap(
    full_automation_requirement: ArrayLike, initial_run: ArrayLike, gap_share: ArrayLike
) -> np.ndarray:
    """Powers of ten D over which automation goes from its first share to all.

    Parameters
    ----------
    full_automation_requirement, initial_run : array
        T and the first run [FLOP]; > 0.
    gap_share : array
        Share of the powers of ten between them [1].

    Examples
    --------
    >>> round(float(flop_gap(10**36.5, 5e25, 0.55)), 6)
    5.940566
    """
    between = np.log10(
        within("(0, inf)", "full_automation_requirement", full_automation_requirement)
    )
    return gap_share * (between - np.log10(within("(0, inf)", "initial_run", initial_run)))


def automated_share(
    log_compute: ArrayLike,
    *,
    full_automation_requirement: ArrayLike,
    flop_gap: ArrayLike,
    initial_automated_share: ArrayLike,
) -> np.ndarray:
    """Share f of tasks that are automated.

    Parameters
    ----------
    log_compute : array
        log10 of effective compute C, trained and by inference [OOM of FLOP].
    full_automation_requirement : array
        T [FLOP].
    flop_gap : array
        D [OOM]; > 0.
    initial_automated_share : array
        f_0 [1].

    Examples
    --------
    >>> automated_share([28, 32, 37], full_automation_requirement=10**36.5, flop_gap=5.94056649761519,
    ...                 initial_automated_share=0.1).round(6).tolist()
    [0.1, 0.318247, 1.0]
    """
    way = (
        1
        - (np.log10(full_automation_requirement) - np.asarray(log_compute, dtype=float)) / flop_gap
    )
    return initial_automated_share + (
        1 - np.asarray(initial_automated_share, dtype=float)
    ) * np.clip(way, 0.0, 1.0)


def compute_for(
    share: ArrayLike,
    *,
    full_automation_requirement: ArrayLike,
    flop_gap: ArrayLike,
    initial_automated_share: ArrayLike,
) -> np.ndarray:
    """log10 of the compute from which a share of tasks is automated, the inverse of `automated_share`; -inf for f_0 and less.

    Examples
    --------
    >>> compute_for([0.1, 1.0], full_automation_requirement=10**36.5, flop_gap=5.94, initial_automated_share=0.1).round(9).tolist()
    [-inf, 36.5]
    """
    first = np.asarray(initial_automated_share, dtype=float)
    way = (within("[0, 1]", "share", share) - first) / (1 - first)
    return np.where(way <= 0, -np.inf, np.log10(full_automation_requirement) - (1 - way) * flop_gap)


def runtime_requirement(
    place: ArrayLike,
    log_run: ArrayLike,
    *,
    log_requirement: ArrayLike,
    inference_exponent: ArrayLike,
    largest_inference: ArrayLike,
    runtime_requirement: ArrayLike,
    runtime_slope: ArrayLike,
) -> np.ndarray:
    """Running compute of a worker on a task [FLOP/year]; inf where that takes more inference than there may be.

    Parameters
    ----------
    place : array
        Task i, from 0, the least demanding, to 1.
    log_run : array
        log10 of the largest training run.
    log_requirement : array
        log10 of the compute that the task asks: `compute_for` of its place.
    inference_exponent, largest_inference, runtime_requirement, runtime_slope : array
        m, iota_max, 10^gamma_0 [FLOP/year] and gamma_1 [OOM].

    Examples
    --------
    >>> given = dict(inference_exponent=2, largest_inference=1e5, runtime_requirement=1e15, runtime_slope=9)
    >>> [f"{float(runtime_requirement(1.0, run, log_requirement=36.5, **given)):.3g}" for run in (37, 35.5, 33)]
    ['1e+24', '1e+26', 'inf']
    """
    more = np.asarray(inference_exponent, dtype=float) * np.maximum(
        0.0, np.asarray(log_requirement, dtype=float) - log_run
    )  # OOM
    least = np.log10(runtime_requirement) + np.asarray(runtime_slope, dtype=float) * place
    rounding = 1e-12 * np.maximum(1.0, np.abs(more))
    with np.errstate(over="ignore"):  # inf is what is meant
        return np.where(
            more <= np.log10(largest_inference) + rounding, 10.0 ** (least + more), np.inf
        )


def run(given: Mapping[str, Any], start: float, end: float, times: Array) -> Outcome:
    """Follow the loop.

    Parameters
    ----------
    given : mapping
        Arrays of shape (draw,) by parameter, `PARAMETERS`, and the table ``run_growth`` of factors a year by date.
    start, end : float
        [calendar year]
    times : array, shape (time,)
        Moments to report [calendar year].
    """
    runs = Growth(given["run_growth"], start, end)
    column = {name: np.asarray(given[name])[:, None] for name in PARAMETERS}
    gap = flop_gap(
        column["full_automation_requirement"], column["initial_run"], column["gap_share"]
    )
    function = {
        "full_automation_requirement": column["full_automation_requirement"],
        "flop_gap": gap,
        "initial_automated_share": column["initial_automated_share"],
    }
    log_run = np.log10(column["initial_run"]) + runs.log(times) / np.log(10)
    by_inference = np.log10(column["largest_inference"]) / column["inference_exponent"]
    with np.errstate(over="ignore"):  # inf is what is beyond the largest float
        largest = 10.0**log_run
    levels = {
        "biggest_training_run": largest,
        "automated_share": automated_share(log_run + by_inference, **function),
        "automated_share_no_inference": automated_share(log_run, **function),
    }
    running = {
        name: column[name]
        for name in (
            "inference_exponent",
            "largest_inference",
            "runtime_requirement",
            "runtime_slope",
        )
    }
    for place in PLACES:
        needs = compute_for(place, **function)
        levels[f"runtime_requirement_{100 * place:g}%"] = runtime_requirement(
            place, log_run, log_requirement=needs, **running
        )
    milestones = {}
    for ending, made_up in (("", by_inference), ("_no_inference", 0.0)):
        for share in SHARES:
            needed = (
                compute_for(share, **function) - made_up - np.log10(column["initial_run"])
            ) * np.log(10)
            milestones[f"automated_{100 * share:g}%{ending}"] = runs.first(needed)[:, 0]
    milestones = {name: np.where(when <= end, when, np.nan) for name, when in milestones.items()}
    return Outcome(levels, milestones, end)
