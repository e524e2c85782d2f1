r"""Automation at a constant hazard (Aghion, Jones and Jones): growth and factor shares converge.

.. math::
    Y = A \bigl[\beta^{1-\rho} K^\rho + (1-\beta)^{1-\rho} L^\rho\bigr]^{1/\rho}, \qquad
    \dot\beta = \theta (1 - \beta), \qquad \dot K = s Y - \delta K, \qquad \rho < 0

Capital does the automated tasks and labour the others; tasks are complements. Automated tasks
become cheap, and the tasks left to people keep their weight: in the long run output and capital
grow at -theta (1 - rho)/rho and capital's share of output is (A s / (g + delta))^rho, as long as
that is below 1; otherwise everything grows at s A - delta.

Source: P. Aghion, B. Jones and C. Jones (2017), Artificial Intelligence and Economic Growth, NBER
working paper 23928, equations 11 to 15.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from taskmodel.numerics.types import Array
from taskmodel.takeoff.loops.model import LoopModel, LoopRun
from taskmodel.takeoff.loops.trajectory import first_crossing, integrate

SHARES = {f"automated_{100 * share:g}%": share for share in (0.5, 0.9, 0.99)}


def balanced_growth(
    *,
    substitution: ArrayLike,
    automation_hazard: ArrayLike,
    saving: ArrayLike,
    depreciation: ArrayLike,
    productivity: ArrayLike,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the long-run growth of output [1/year] and capital's share of it [1].

    Parameters
    ----------
    substitution, automation_hazard, saving, depreciation, productivity : array
        Parameters of the file; they broadcast. `substitution` < 0.

    Examples
    --------
    >>> rates = dict(saving=0.2, depreciation=0.05, productivity=1)
    >>> growth, share = balanced_growth(substitution=-1, automation_hazard=0.01, **rates)
    >>> round(float(growth), 12), round(float(share), 12)
    (0.02, 0.35)
    >>> growth, share = balanced_growth(substitution=-1, automation_hazard=0.1, **rates)
    >>> round(float(growth), 12), float(share)  # saving does not keep up with automation
    (0.15, 1.0)
    """
    rho, depreciation = np.asarray(substitution, dtype=float), np.asarray(depreciation, dtype=float)
    by_automation = -(1 - rho) / rho * np.asarray(automation_hazard, dtype=float)
    # the growth of an economy in which capital does everything
    by_saving = np.asarray(saving, dtype=float) * productivity - depreciation
    share = (np.asarray(productivity, dtype=float) * saving / (by_automation + depreciation)) ** rho
    keeps_up = by_automation < by_saving
    return np.where(keeps_up, by_automation, by_saving), np.where(keeps_up, share, 1.0)


def _accounts(
    parameters: Mapping[str, Array], elapsed: ArrayLike, log_capital: Array
) -> tuple[Array, Array, Array, Array, Array]:
    """Return ln output, capital's share, growth of output and of capital, and ln(1 - beta)."""
    rho, hazard = parameters["substitution"], parameters["automation_hazard"]
    idle = np.log1p(-parameters["initial_automated_share"]) - hazard * np.asarray(
        elapsed, dtype=float
    )
    automated = np.log(-np.expm1(idle))
    by_capital = (1 - rho) * automated + rho * log_capital
    both = np.logaddexp(by_capital, (1 - rho) * idle + rho * np.log(parameters["labour"]))
    output = np.log(parameters["productivity"]) + both / rho
    share = np.exp(by_capital - both)
    capital_growth = (
        parameters["saving"] * np.exp(output - log_capital) - parameters["depreciation"]
    )
    deepening = (1 - rho) / rho * hazard
    growth = (
        share * (capital_growth + deepening * np.exp(idle - automated)) - (1 - share) * deepening
    )
    return output, share, growth, capital_growth, idle


def _run(parameters: Mapping[str, Any], start: float, end: float, times: Array) -> LoopRun:
    initial = np.log(parameters["initial_capital"])
    trajectory = integrate(
        lambda time, capital: _accounts(parameters, time - start, capital)[3],
        initial,
        start,
        end,
        np.array([]),
        "capital",
    )
    initial_output = _accounts(parameters, 0.0, initial)[0]

    def tenfold(draws: NDArray[np.intp], dates: Array, capital: Array) -> Array:
        drawn = {name: parameters[name][draws] for name in MODEL.parameters}
        return _accounts(drawn, dates - start, capital)[0] - initial_output[draws] - np.log(10)

    remaining = 1 - parameters["initial_automated_share"]
    milestones: dict[str, Array] = {}
    for name, share in SHARES.items():
        years = np.log(remaining / (1 - share)) / parameters["automation_hazard"]
        years = np.maximum(0.0, years)
        milestones[name] = np.where(years <= trajectory.end - start, years, np.nan)
    milestones["output_10x"] = first_crossing(trajectory, tenfold) - start
    names = ("substitution", "automation_hazard", "saving", "depreciation", "productivity")
    growth, capital_share = balanced_growth(**{name: parameters[name] for name in names})
    milestones |= {"long_run_growth": growth, "long_run_capital_share": capital_share}

    reported = times[times <= trajectory.end]
    capital = trajectory.levels(reported)
    columns = {name: parameters[name][:, None] for name in MODEL.parameters}
    output, capital_share, growth, capital_growth, idle = _accounts(
        columns, reported - start, capital
    )
    levels = {
        "output": np.exp(output - initial_output[:, None]),
        "capital": np.exp(capital - initial[:, None]),
        "automated_share": -np.expm1(idle),
        "capital_share": capital_share,
        "output_growth": growth,
        "capital_growth": capital_growth,
    }
    return LoopRun(levels, milestones, trajectory.end, trajectory.stopped)


MODEL = LoopModel(
    clock=("year", "time since the start"),
    parameters=(
        "substitution",
        "automation_hazard",
        "saving",
        "depreciation",
        "productivity",
        "labour",
        "initial_capital",
        "initial_automated_share",
    ),
    levels={
        "output": ("1", "output, relative to the start"),
        "capital": ("1", "capital, relative to the start"),
        "automated_share": ("1", "share of tasks that are automated"),
        "capital_share": ("1", "capital's share of output"),
        "output_growth": ("1/year", "growth of output"),
        "capital_growth": ("1/year", "growth of capital"),
    },
    milestones={
        **{
            name: ("year", f"{100 * share:g} % of tasks are automated, after the start")
            for name, share in SHARES.items()
        },
        "output_10x": ("year", "output is 10 times that of the start, after it"),
        "long_run_growth": ("1/year", "growth of output in the long run"),
        "long_run_capital_share": ("1", "capital's share of output in the long run"),
    },
    run=_run,
)
