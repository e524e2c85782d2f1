"""Outputs of the model that evidence can constrain: names, units, ranges and meanings.

Their values are computed in `evaluation`.
"""

from __future__ import annotations

from dataclasses import dataclass

from taskmodel.files import units
from taskmodel.files.quantity import Measure


@dataclass(frozen=True)
class ModelOutput:
    """An output of the model at one compute.

    Attributes
    ----------
    measure : Measure
        Unit and range.
    meaning : str
    scoped : bool
        Whether it can be taken over some of the tasks.
    """

    measure: Measure
    meaning: str
    scoped: bool = False


_SHARE = Measure(units.ONE, ge=0, le=1)
_RATIO = Measure(units.ONE, ge=0)

OUTPUTS = {
    "throughput_speedup": ModelOutput(_RATIO, "output relative to the same people without AI"),
    "latency_speedup": ModelOutput(
        _RATIO, "time of one pass through the tasks without AI, relative to that with AI"
    ),
    "speedup": ModelOutput(_RATIO, "effective speed-up: throughput^lambda latency^(1 - lambda)"),
    "bulk_speedup": ModelOutput(
        _RATIO, "work done in all tasks relative to that without AI, however badly balanced"
    ),
    "automated_hours_share": ModelOutput(
        _SHARE, "part of base-year human hours that AI has taken over", scoped=True
    ),
    "review_time_share": ModelOutput(
        _SHARE, "part of the hours that people work that they spend on review", scoped=True
    ),
    "ai_work_per_hour": ModelOutput(
        _RATIO, "AI's work in human-equivalent hours per hour that people work", scoped=True
    ),
    "frontier_horizon": ModelOutput(
        Measure(units.WORKING_TIME, gt=0),
        "length of tasks, in a skilled person's time, of which the frontier model does half",
    ),
}
