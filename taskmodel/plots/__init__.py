"""Figures of results, and their files.

A figure is drawn from a dataset alone (the task graph and the review load also need the catalog),
so that it can be drawn from a saved result. Lines and bands pass through every point of the grid
and through both limits of every event: discontinuities of the model are vertical. Values that do
not fit on an axis are given in words beside it.

The package uses the objects of `matplotlib`, never `pyplot`: drawing neither uses nor changes the
caller's settings. `speedup_curve` is a good place to start reading.
"""

from taskmodel.plots._beside import beside
from taskmodel.plots._horizon import horizon
from taskmodel.plots._loop import loop
from taskmodel.plots._over_time import over_time
from taskmodel.plots._takeoff import takeoff
from taskmodel.plots.curve import speedup_curve
from taskmodel.plots.frontier import safety_frontier
from taskmodel.plots.lead import lead_time
from taskmodel.plots.map import bottleneck_map
from taskmodel.plots.saving import save
from taskmodel.plots.tasks import review_hours, review_load, task_graph

__all__ = [
    "beside",
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
