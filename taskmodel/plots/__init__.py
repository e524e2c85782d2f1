"""Figures of a sweep, to be looked at and printed; and the two files each is saved to.

A figure is made from a result of `taskmodel.sweep` alone (the task graph and the review load also ask the catalog it was
made from), so that it can be drawn again from a saved result. Lines and bands go through every point of the grid and
through both limits of every event: what jumps in the model jumps upright on paper. What does not fit on an axis is said
in words beside it.

`matplotlib` is used through its objects, never through `pyplot`: drawing leaves the caller's settings as they were and
takes nothing from them. Start reading at `speedup_curve`.
"""

from taskmodel.plots.bands import bottleneck_bands
from taskmodel.plots.beside import beside
from taskmodel.plots.curve import speedup_curve
from taskmodel.plots.frontier import safety_frontier
from taskmodel.plots.horizon import horizon
from taskmodel.plots.lead import lead_time
from taskmodel.plots.loop import loop
from taskmodel.plots.map import bottleneck_map
from taskmodel.plots.over_time import over_time
from taskmodel.plots.saving import save
from taskmodel.plots.takeoff import takeoff
from taskmodel.plots.tasks import review_hours, review_load, task_graph

__all__ = [
    "beside",
    "bottleneck_bands",
    "bottleneck_map",
    "horizon",
    "lead_time",
    "loop",
    "over_time",
    "review_hours",
    "review_load",
    "safety_frontier",
    "save",
    "speedup_curve",
    "takeoff",
    "task_graph",
]
