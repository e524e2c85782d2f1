"""Sweeps between the points of their grid, as figures need them: `taskmodel.sweeps.trace`."""

from taskmodel.sweeps.trace import (
    StateInterval,
    SweepLine,
    binding_intervals,
    oversight_intervals,
    share_lines,
    state_intervals,
    sweep_line,
    unreviewed_line,
)

__all__ = [
    "StateInterval",
    "SweepLine",
    "binding_intervals",
    "oversight_intervals",
    "share_lines",
    "state_intervals",
    "sweep_line",
    "unreviewed_line",
]
