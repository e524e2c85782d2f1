r"""Kwa's parsimonious model: software grows by research, of which AI automates ever more, but never all.

.. math::
    \dot S = k \Bigl(\frac{L}{1-f}\Bigr)^{\alpha} C^{\zeta} S^{1-\beta}, \qquad
    f = \frac{1}{1 + (C S / E)^{-v}}

S is software, C compute and L labour, each relative to the start, f the automated share of AI research. People work on what is
not automated, in fixed proportions with the rest, so that automation is worth 1 / (1 - f) as many of them. E, the effective
compute at which half is automated, follows from f at the start, and k from the growth of software there. In the long run an
exponent of v alpha on S stands against beta: from v alpha > beta on software grows without bound in finite time.

Source: T. Kwa (2026), A parsimonious AI timelines model (note and notebook). Numbers and arrays only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from taskmodel.numerics.types import Array
from taskmodel.takeoff.loops.following import Gap, Slope, first, follow
from taskmodel.takeoff.loops.growth import Growth
from taskmodel.takeoff.loops.outcome import Outcome

__all__ = ["CLOCK", "MILESTONES", "PARAMETERS", "VARIABLES", "exponents", "run"]

CLOCK = ("calendar year", "time")
PARAMETERS = (
    "labour_share",
    "returns",
    "difficulty",
    "inverse_pace",
    "initial_automated_share",
    "initial_software_growth",
)
SHARES = (0.5, 0.75, 0.9, 0.95, 0.99, 0.999)
VARIABLES = {
    "software": ("1", "software: effective compute of a physical FLOP, relative to the start"),
    "automated_share": ("1", "share of AI research that AI does"),
    "research": ("1", "research output, (L / (1 - f))^alpha C^zeta, relative to the start"),
    "compute": ("1", "physical compute, relative to the start"),
    "labour": ("1", "people in AI research, relative to the start"),
    "effective_compute": ("1", "compute times software, relative to the start"),
}
MILESTONES = {
    f"automated_{100 * share:g}%": (
        "calendar year",
        f"{100 * share:g} % of AI research is automated",
    )
    for share in SHARES
}


class Exponents(NamedTuple):
    """What the parameters come to, each of shape (draw,): alpha, zeta, beta, v, ln E and ln k."""

    labour: Array
    compute: Array
    difficulty: Array
    pace: Array
    log_half: Array
    log_scale: Array


def exponents(
    *,
    labour_share: Array,
    returns: Array,
    difficulty: Array,
    inverse_pace: Array,
    initial_automated_share: Array,
    initial_software_growth: Array,
) -> Exponents:
    """What the parameters come to; arguments are arrays of shape (draw,), by the names in the file.

    Examples
    --------
    >>> at = exponents(labour_share=0.235, returns=0.9, difficulty=0.65, inverse_pace=2.85,
    ...                initial_automated_share=0.375, initial_software_growth=5.0)
    >>> [round(float(value), 6) for value in (at.labour, at.compute, np.exp(at.log_half), np.exp(at.log_scale))]
    [0.2115, 0.6885, 4.28814, 1.457145]
    """
    share = np.asarray(initial_automated_share, dtype=float)
    labour, pace = labour_share * returns, 1 / np.asarray(inverse_pace, dtype=float)
    log_half = -np.log(share / (1 - share)) / pace
    log_scale = np.log(np.log(initial_software_growth)) + labour * np.log1p(-share)
    return Exponents(
        labour,
        (1 - labour_share) * returns,
        np.asarray(difficulty, dtype=float),
        pace,
        log_half,
        log_scale,
    )


def run(given: Mapping[str, Any], start: float, end: float, times: Array) -> Outcome:
    """Follow the loop.

    Parameters
    ----------
    given : mapping
        Arrays of shape (draw,) by parameter, and the tables ``compute_growth`` and ``labour_growth`` of factors a year by date.
    start, end : float
        [calendar year]
    times : array, shape (time,)
        Moments to report [calendar year].
    """
    at = exponents(**{name: given[name] for name in PARAMETERS})
    compute, labour = (
        Growth(given[f"{name}_growth"], start, end) for name in ("compute", "labour")
    )
    breaks = np.union1d(compute.breaks, labour.breaks)
    path = follow(
        _slope(at, compute, labour), np.zeros(len(at.labour)), start, end, breaks, "software"
    )
    milestones = {}
    for name, share in zip(MILESTONES, SHARES, strict=True):
        mark = (
            at.log_half + np.log(share / (1 - share)) / at.pace
        )  # ln of the effective compute at which so much is automated
        milestones[name] = first(path, _beyond(mark, compute))
    software = path.at(times[times <= path.end])
    shown = times[times <= path.end]
    idle = _log_idle(at, compute.log(shown), software)
    research = at.labour[:, None] * (labour.log(shown) - idle) + at.compute[:, None] * compute.log(
        shown
    )
    first_research = -at.labour * np.log1p(
        -np.asarray(given["initial_automated_share"], dtype=float)
    )
    with np.errstate(over="ignore"):  # inf is what is beyond the largest float
        levels = {
            "software": np.exp(software),
            "automated_share": -np.expm1(idle),
            "research": np.exp(research - first_research[:, None]),
            "compute": np.broadcast_to(np.exp(compute.log(shown)), software.shape),
            "labour": np.broadcast_to(np.exp(labour.log(shown)), software.shape),
            "effective_compute": np.exp(software + compute.log(shown)),
        }
    return Outcome(levels, milestones, path.end, path.stopped)


def _log_idle(at: Exponents, compute: Array, software: Array) -> Array:
    """ln(1 - f), shape (draw, time)."""
    return -np.logaddexp(0.0, at.pace[:, None] * (compute + software - at.log_half[:, None]))


def _beyond(mark: Array, compute: Growth) -> Gap:
    """How far effective compute is beyond a mark, in logarithms."""
    return lambda draws, dates, software: compute.log(dates) + software - mark[draws]


def _slope(at: Exponents, compute: Growth, labour: Growth) -> Slope:
    def slope(time: float, software: Array) -> Array:
        log_compute, log_labour = compute.log(time), labour.log(time)
        idle = -np.logaddexp(0.0, at.pace * (log_compute + software - at.log_half))
        return np.exp(
            at.log_scale
            + at.labour * (log_labour - idle)
            + at.compute * log_compute
            - at.difficulty * software
        )

    return slope
