r"""Automation at a constant hazard by Aghion, Jones and Jones: growth and shares settle though ever more is automated.

.. math::
    Y = A \bigl[\beta^{1-\rho} K^\rho + (1-\beta)^{1-\rho} L^\rho\bigr]^{1/\rho}, \qquad
    \dot\beta = \theta (1 - \beta), \qquad \dot K = s Y - \delta K, \qquad \rho < 0

Capital does the automated tasks, labour the others, and tasks are complements. What is automated gets cheap, and the tasks left
to people keep their weight: in the long run output and capital grow at -theta (1 - rho)/rho, and capital's share of output is
(A s / (g + delta))^rho, as long as that is below 1; else all grows at s A - delta.

Source: P. Aghion, B. Jones and C. Jones (2017), Artificial Intelligence and Economic Growth, NBER working paper 23928,
equations 11 to 15. Numbers and arrays only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from taskmodel.numerics.types import Array
from taskmodel.takeoff.loops.following import first, follow
from taskmodel.takeoff.loops.outcome import Outcome

__all__ = ["CLOCK", "MILESTONES", "PARAMETERS", "VARIABLES", "long_run", "run"]

CLOCK = ("year", "time since the start")
SHARES = (0.5, 0.9, 0.99)
PARAMETERS = (
    *("substitution", "automation_hazard", "saving", "depreciation"),
    *("productivity", "labour", "initial_capital", "initial_automated_share"),
)
VARIABLES = {
    "output": ("1", "output, relative to the start"),
    "capital": ("1", "capital, relative to the start"),
    "automated_share": ("1", "share of tasks that are automated"),
    "capital_share": ("1", "capital's share of output"),
    "output_growth": ("1/year", "growth of output"),
    "capital_growth": ("1/year", "growth of capital"),
}
MILESTONES = {
    **{
        f"automated_{100 * share:g}%": (
            "year",
            f"{100 * share:g} % of tasks are automated, after the start",
        )
        for share in SHARES
    },
    "output_10x": ("year", "output is 10 times that of the start, after it"),
    "long_run_growth": ("1/year", "growth of output in the long run"),
    "long_run_capital_share": ("1", "capital's share of output in the long run"),
}


def long_run(
    *,
    substitution: ArrayLike,
    automation_hazard: ArrayLike,
    saving: ArrayLike,
    depreciation: ArrayLike,
    productivity: ArrayLike,
) -> tuple[np.ndarray, np.ndarray]:
    """Growth of output [1/year] and capital's share of it [1] in the long run.

    Parameters
    ----------
    substitution, automation_hazard, saving, depreciation, productivity : array
        By the names in the file; they broadcast. `substitution` < 0.

    Examples
    --------
    >>> growth, share = long_run(substitution=-1, automation_hazard=0.01, saving=0.2, depreciation=0.05, productivity=1)
    >>> round(float(growth), 12), round(float(share), 12)
    (0.02, 0.35)
    >>> growth, share = long_run(substitution=-1, automation_hazard=0.1, saving=0.2, depreciation=0.05, productivity=1)
    >>> round(float(growth), 12), float(share)  # saving does not keep up with automation
    (0.15, 1.0)
    """
    rho, depreciation = np.asarray(substitution, dtype=float), np.asarray(depreciation, dtype=float)
    by_automation = -(1 - rho) / rho * np.asarray(automation_hazard, dtype=float)
    by_saving = (
        np.asarray(saving, dtype=float) * productivity - depreciation
    )  # where capital does it all
    share = (np.asarray(productivity, dtype=float) * saving / (by_automation + depreciation)) ** rho
    keeps_up = by_automation < by_saving
    return np.where(keeps_up, by_automation, by_saving), np.where(keeps_up, share, 1.0)


def economy(
    given: Mapping[str, Array], elapsed: ArrayLike, log_capital: Array
) -> tuple[Array, Array, Array, Array]:
    """ln of output, capital's share of it, and growth of output and of capital [1/year]; arguments broadcast.

    Parameters
    ----------
    given : mapping
        Arrays by parameter: `PARAMETERS`.
    elapsed : array
        Time since the start [year]; >= 0.
    log_capital : array
        ln K.
    """
    rho, hazard, elapsed = (
        given["substitution"],
        given["automation_hazard"],
        np.asarray(elapsed, dtype=float),
    )
    idle = np.log1p(-given["initial_automated_share"]) - hazard * elapsed  # ln(1 - beta)
    automated = np.log(-np.expm1(idle))
    by_capital = (1 - rho) * automated + rho * log_capital
    both = np.logaddexp(by_capital, (1 - rho) * idle + rho * np.log(given["labour"]))
    output = np.log(given["productivity"]) + both / rho
    share = np.exp(by_capital - both)
    capital_growth = given["saving"] * np.exp(output - log_capital) - given["depreciation"]
    deepening = (1 - rho) / rho * hazard
    growth = (
        share * (capital_growth + deepening * np.exp(idle - automated)) - (1 - share) * deepening
    )
    return output, share, growth, capital_growth


def run(given: Mapping[str, Any], start: float, end: float, times: Array) -> Outcome:
    """Follow the loop.

    Parameters
    ----------
    given : mapping
        Arrays of shape (draw,) by parameter: `PARAMETERS`.
    start, end : float
        [year]
    times : array, shape (time,)
        Moments to report [year].
    """
    initial = np.log(given["initial_capital"])
    path = follow(
        lambda time, capital: economy(given, time - start, capital)[3],
        initial,
        start,
        end,
        np.array([]),
        "capital",
    )
    outset = economy(given, 0.0, initial)[0]

    def tenfold(draws: NDArray[np.intp], dates: Array, capital: Array) -> Array:
        of_draws = {name: given[name][draws] for name in PARAMETERS}
        return economy(of_draws, dates - start, capital)[0] - outset[draws] - np.log(10)

    left = 1 - given["initial_automated_share"]
    milestones: dict[str, Array] = {}
    for share in SHARES:
        when = np.maximum(0.0, np.log(left / (1 - share)) / given["automation_hazard"])
        milestones[f"automated_{100 * share:g}%"] = np.where(when <= path.end - start, when, np.nan)
    milestones["output_10x"] = first(path, tenfold) - start
    names = ("substitution", "automation_hazard", "saving", "depreciation", "productivity")
    milestones["long_run_growth"], milestones["long_run_capital_share"] = long_run(
        **{name: given[name] for name in names}
    )
    shown = times[times <= path.end]
    capital = path.at(shown)
    columns = {name: given[name][:, None] for name in PARAMETERS}
    output, share_of_capital, growth, capital_growth = economy(columns, shown - start, capital)
    idle = np.log1p(-columns["initial_automated_share"]) - columns["automation_hazard"] * (
        shown - start
    )
    levels = {
        "output": np.exp(output - outset[:, None]),
        "capital": np.exp(capital - initial[:, None]),
        "automated_share": -np.expm1(idle),
        "capital_share": share_of_capital,
        "output_growth": growth,
        "capital_growth": capital_growth,
    }
    return Outcome(levels, milestones, path.end, path.stopped)
