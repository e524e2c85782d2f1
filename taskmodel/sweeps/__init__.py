"""Sweeps: the optimum along an axis, with every event at its exact position.

From the bottom: `variables` (units and meanings), `results` (labelled datasets and their files),
`axes` (compute, an input, or time), `paths` (courses over time from files), `walker` (the optimum
at points of an axis), `event_records` (what changes where), `desk` and `line` (the compiled
walk: `line_kernels`, `visit_kernels`, `search_kernels`, `report_kernels`, `walk_kernels`),
`_events` (the search that takes its place where it does not reach), `walks` (both together),
`_extrema` and `oversight_cost` (further events), `measuring` and `dataset` (a sweep as a dataset)
and `_sweep` (`sweep`, `events`, `latency` and `compare`). `draws` walks for many draws at once.

Modules are loaded at first use, so that importing the package loads no numerical library.
"""

from typing import TYPE_CHECKING

from taskmodel._lazy import attach

if TYPE_CHECKING:
    from taskmodel.sweeps._sweep import compare, events, latency, sweep
    from taskmodel.sweeps.results import open, save

__all__ = ["compare", "events", "latency", "open", "save", "sweep"]

__getattr__, __dir__ = attach(
    __name__, {**dict.fromkeys(__all__, "_sweep"), "open": "results", "save": "results"}
)
