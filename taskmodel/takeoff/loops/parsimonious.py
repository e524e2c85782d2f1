r"""Kwa's parsimonious model: AI automates ever more of the research that improves software.

.. math::
    \dot S = k \Bigl(\frac{L}{1-f}\Bigr)^{\alpha} C^{\zeta} S^{1-\beta}, \qquad
    f = \frac{1}{1 + (C S / E)^{-v}}

S is software, C compute and L labour, each relative to the start; f is the automated share of AI
research. People do the work that is not automated, in fixed proportion to the rest, so that
automation multiplies them by 1 / (1 - f). The effective compute E at which half is automated
follows from f at the start, and k from the growth of software there. In the long run an exponent v
alpha of S works against beta: for v alpha > beta software diverges in finite time.

Source: T. Kwa (2026), A parsimonious AI timelines model (note and notebook).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from taskmodel.numerics.types import Array
from taskmodel.takeoff.loops.growth import Growth
from taskmodel.takeoff.loops.model import LoopModel, LoopRun
from taskmodel.takeoff.loops.trajectory import Gap, first_crossing, integrate

SHARES = {f"automated_{100 * share:g}%": share for share in (0.5, 0.75, 0.9, 0.95, 0.99, 0.999)}


class Exponents(NamedTuple):
    """Constants of the equations, shape (draw,): alpha, zeta, beta, v, ln E and ln k."""

    labour: Array
    compute: Array
    difficulty: Array
    pace: Array
    log_half: Array
    log_scale: Array

    def log_idle(self, log_compute: Array, software: Array) -> Array:
        """Return ln(1 - f), the share of research that is not automated."""
        return -np.logaddexp(0.0, self.pace * (log_compute + software - self.log_half))


def exponents(
    *,
    labour_share: Array,
    returns: Array,
    difficulty: Array,
    inverse_pace: Array,
    initial_automated_share: Array,
    initial_software_growth: Array,
) -> Exponents:
    """Return the constants from the parameters in the file, arrays of shape (draw,).

    Examples
    --------
    >>> kwa = exponents(labour_share=0.235, returns=0.9, difficulty=0.65, inverse_pace=2.85,
    ...                 initial_automated_share=0.375, initial_software_growth=5.0)
    >>> [round(float(x), 6) for x in (kwa.labour, kwa.compute)]
    [0.2115, 0.6885]
    >>> [round(float(np.exp(x)), 6) for x in (kwa.log_half, kwa.log_scale)]
    [4.28814, 1.457145]
    """
    share = np.asarray(initial_automated_share, dtype=float)
    labour, pace = labour_share * returns, 1 / np.asarray(inverse_pace, dtype=float)
    return Exponents(
        labour,
        (1 - labour_share) * returns,
        np.asarray(difficulty, dtype=float),
        pace,
        log_half=-np.log(share / (1 - share)) / pace,
        log_scale=np.log(np.log(initial_software_growth)) + labour * np.log1p(-share),
    )


def _beyond(mark: Array, compute: Growth) -> Gap:
    """Return a function of how far effective compute is beyond a mark, in logarithms."""
    return lambda draws, dates, software: compute.log(dates) + software - mark[draws]


def _run(parameters: Mapping[str, Any], start: float, end: float, times: Array) -> LoopRun:
    constants = exponents(**{name: parameters[name] for name in MODEL.parameters})
    compute, labour = (
        Growth(parameters[f"{name}_growth"], start, end) for name in ("compute", "labour")
    )

    def slope(time: float, software: Array) -> Array:
        log_compute = compute.log(time)
        idle = constants.log_idle(log_compute, software)
        return np.exp(
            constants.log_scale
            + constants.labour * (labour.log(time) - idle)
            + constants.compute * log_compute
            - constants.difficulty * software
        )

    trajectory = integrate(
        slope,
        np.zeros(len(constants.labour)),
        start,
        end,
        np.union1d(compute.breaks, labour.breaks),
        "software",
    )
    milestones = {}
    for name, share in SHARES.items():
        # ln of the effective compute at which this share is automated
        mark = constants.log_half + np.log(share / (1 - share)) / constants.pace
        milestones[name] = first_crossing(trajectory, _beyond(mark, compute))
    reported = times[times <= trajectory.end]
    software, log_compute, log_labour = (
        trajectory.levels(reported),
        compute.log(reported),
        labour.log(reported),
    )
    column = Exponents(*(value[:, None] for value in constants))
    idle = column.log_idle(log_compute, software)
    research = column.labour * (log_labour - idle) + column.compute * log_compute
    initial_share = np.asarray(parameters["initial_automated_share"], dtype=float)
    initial_research = -constants.labour * np.log1p(-initial_share)
    with np.errstate(over="ignore"):  # inf stands for a level beyond the largest float
        levels = {
            "software": np.exp(software),
            "automated_share": -np.expm1(idle),
            "research": np.exp(research - initial_research[:, None]),
            "compute": np.broadcast_to(np.exp(log_compute), software.shape),
            "labour": np.broadcast_to(np.exp(log_labour), software.shape),
            "effective_compute": np.exp(software + log_compute),
        }
    return LoopRun(levels, milestones, trajectory.end, trajectory.stopped)


MODEL = LoopModel(
    clock=("calendar year", "time"),
    parameters=(
        "labour_share",
        "returns",
        "difficulty",
        "inverse_pace",
        "initial_automated_share",
        "initial_software_growth",
    ),
    levels={
        "software": ("1", "software: effective compute of a physical FLOP, relative to the start"),
        "automated_share": ("1", "share of AI research that AI does"),
        "research": ("1", "research output, (L / (1 - f))^alpha C^zeta, relative to the start"),
        "compute": ("1", "physical compute, relative to the start"),
        "labour": ("1", "people in AI research, relative to the start"),
        "effective_compute": ("1", "compute times software, relative to the start"),
    },
    milestones={
        name: ("calendar year", f"{100 * share:g} % of AI research is automated")
        for name, share in SHARES.items()
    },
    run=_run,
)
