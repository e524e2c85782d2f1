r"""GATE's automation function: which tasks a training run automates, and what they take to run.

.. math::
    f = f_0 + (1 - f_0) \frac{\log C - \log (T / 10^D)}{\log T - \log (T / 10^D)}, \qquad C = C_T\,
    \iota^{1/m}

between T / 10^D and T, f_0 below and 1 above. C_T is the largest training run, iota the inference
spent on a task relative to the minimum, at most iota_max, and D a share of the orders of magnitude
from the first run to T. A worker on task i, tasks being sorted by difficulty, takes

.. math:: R_i = \max\bigl(1, f^{-1}(i) / C_T\bigr)^m\, 10^{\gamma_0 + \gamma_1 i}

so that running compute C_{I,i} gives C_{I,i} / R_i workers. GATE's planner chooses how runs grow;
here they grow as the file states.

Source: E. Erdil and others (2025), GATE: An Integrated Assessment Model for AI Automation, arXiv
2503.04941, equations 2 and 13 to 16, by a report of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from taskmodel.numerics.ranges import within
from taskmodel.numerics.types import Array
from taskmodel.takeoff.loops.growth import Growth
from taskmodel.takeoff.loops.model import LoopModel, LoopRun

SHARES = (0.2, 0.5, 0.9, 1.0)
QUANTILES = (0.0, 0.5, 1.0)  # of tasks, by difficulty
BY_INFERENCE = ("", "with as much inference as there may be")
BY_TRAINING = ("_no_inference", "by training alone")


def flop_gap(
    full_automation_requirement: ArrayLike, initial_run: ArrayLike, gap_share: ArrayLike
) -> np.ndarray:
    """Return the orders of magnitude D over which the automated share rises to 1.

    Parameters
    ----------
    full_automation_requirement, initial_run : array
        T and the first run [FLOP]; > 0.
    gap_share : array
        Share of the orders of magnitude between them [1].

    Examples
    --------
    >>> round(float(flop_gap(10**36.5, 5e25, 0.55)), 6)
    5.940566
    """
    requirement = within("(0, inf)", "full_automation_requirement", full_automation_requirement)
    return gap_share * (
        np.log10(requirement) - np.log10(within("(0, inf)", "initial_run", initial_run))
    )


def automation_function(
    log_compute: ArrayLike,
    *,
    full_automation_requirement: ArrayLike,
    flop_gap: ArrayLike,
    initial_automated_share: ArrayLike,
) -> np.ndarray:
    """Return the share f of tasks that is automated.

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
    >>> gate = dict(full_automation_requirement=10**36.5, flop_gap=5.94056649761519)
    >>> automation_function([28, 32, 37], **gate, initial_automated_share=0.1).round(6).tolist()
    [0.1, 0.318247, 1.0]
    """
    shortfall = np.log10(full_automation_requirement) - np.asarray(log_compute, dtype=float)
    progress = np.clip(1 - shortfall / flop_gap, 0.0, 1.0)  # the function is flat at both ends
    first = np.asarray(initial_automated_share, dtype=float)
    return initial_automated_share + (1 - first) * progress


def required_compute(
    share: ArrayLike,
    *,
    full_automation_requirement: ArrayLike,
    flop_gap: ArrayLike,
    initial_automated_share: ArrayLike,
) -> np.ndarray:
    """Return log10 of the compute that automates a share of tasks; -inf up to f_0.

    The inverse of `automation_function`.

    Examples
    --------
    >>> gate = dict(full_automation_requirement=10**36.5, flop_gap=5.94)
    >>> required_compute([0.1, 1.0], **gate, initial_automated_share=0.1).round(9).tolist()
    [-inf, 36.5]
    """
    first = np.asarray(initial_automated_share, dtype=float)
    progress = (within("[0, 1]", "share", share) - first) / (1 - first)
    log_compute = np.log10(full_automation_requirement) - (1 - progress) * flop_gap
    return np.where(progress <= 0, -np.inf, log_compute)


def runtime_requirement(
    quantile: ArrayLike,
    log_run: ArrayLike,
    *,
    log_requirement: ArrayLike,
    inference_exponent: ArrayLike,
    largest_inference: ArrayLike,
    runtime_requirement: ArrayLike,
    runtime_slope: ArrayLike,
) -> np.ndarray:
    """Return the running compute of a worker [FLOP/year]; inf beyond the largest inference.

    Parameters
    ----------
    quantile : array
        Task i, from 0, the least demanding, to 1.
    log_run : array
        log10 of the largest training run.
    log_requirement : array
        log10 of the compute that the task requires: `required_compute` of its quantile.
    inference_exponent, largest_inference, runtime_requirement, runtime_slope : array
        m, iota_max, 10^gamma_0 [FLOP/year] and gamma_1 [OOM].

    Examples
    --------
    >>> gate = dict(inference_exponent=2, largest_inference=1e5, log_requirement=36.5)
    >>> worker = dict(runtime_requirement=1e15, runtime_slope=9)
    >>> [f"{float(runtime_requirement(1.0, run, **gate, **worker)):.3g}" for run in (37, 35.5, 33)]
    ['1e+24', '1e+26', 'inf']
    """
    shortfall = np.maximum(0.0, np.asarray(log_requirement, dtype=float) - log_run)
    extra = np.asarray(inference_exponent, dtype=float) * shortfall  # OOM of inference
    minimum = np.log10(runtime_requirement) + np.asarray(runtime_slope, dtype=float) * quantile
    # a task that needs just the largest inference must not fail by rounding
    rounding = 1e-12 * np.maximum(1.0, np.abs(extra))
    feasible = extra <= np.log10(largest_inference) + rounding
    with np.errstate(over="ignore"):  # infeasible requirements may overflow
        return np.where(feasible, 10.0 ** (minimum + extra), np.inf)


def _run(parameters: Mapping[str, Any], start: float, end: float, times: Array) -> LoopRun:
    runs = Growth(parameters["run_growth"], start, end)
    column = {name: np.asarray(parameters[name])[:, None] for name in MODEL.parameters}
    function = {
        "full_automation_requirement": column["full_automation_requirement"],
        "flop_gap": flop_gap(
            column["full_automation_requirement"], column["initial_run"], column["gap_share"]
        ),
        "initial_automated_share": column["initial_automated_share"],
    }
    log_initial = np.log10(column["initial_run"])
    log_run = log_initial + runs.log(times) / np.log(10)
    by_inference = np.log10(column["largest_inference"]) / column["inference_exponent"]
    with np.errstate(over="ignore"):  # inf stands for a level beyond the largest float
        largest = 10.0**log_run
    levels = {
        "biggest_training_run": largest,
        "automated_share": automation_function(log_run + by_inference, **function),
        "automated_share_no_inference": automation_function(log_run, **function),
    }
    names = ("inference_exponent", "largest_inference", "runtime_requirement", "runtime_slope")
    worker = {name: column[name] for name in names}
    for quantile in QUANTILES:
        levels[f"runtime_requirement_{100 * quantile:g}%"] = runtime_requirement(
            quantile, log_run, log_requirement=required_compute(quantile, **function), **worker
        )
    milestones = {}
    for (suffix, _), log_gain in ((BY_INFERENCE, by_inference), (BY_TRAINING, 0.0)):
        for share in SHARES:
            log_growth = required_compute(share, **function) - log_gain - log_initial
            dates = runs.first_date(log_growth * np.log(10))[:, 0]
            milestones[f"automated_{100 * share:g}%{suffix}"] = np.where(
                dates <= end, dates, np.nan
            )
    return LoopRun(levels, milestones, end)


MODEL = LoopModel(
    clock=("calendar year", "time"),
    parameters=(
        "full_automation_requirement",
        "gap_share",
        "initial_automated_share",
        "initial_run",
        "inference_exponent",
        "largest_inference",
        "runtime_requirement",
        "runtime_slope",
    ),
    levels={
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
            f"runtime_requirement_{100 * quantile:g}%": (
                "FLOP/year",
                f"running compute of a worker on the task {100 * quantile:g} % of the way; "
                "inf: no inference makes up for what the run lacks",
            )
            for quantile in QUANTILES
        },
    },
    milestones={
        f"automated_{100 * share:g}%{suffix}": (
            "calendar year",
            f"{100 * share:g} % of tasks are automated, {condition}",
        )
        for suffix, condition in (BY_INFERENCE, BY_TRAINING)
        for share in SHARES
    },
    run=_run,
)
