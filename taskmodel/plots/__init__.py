"""Figures of results, and their files.

A figure is drawn from a dataset alone (the task graph and the review load also need the catalog),
so that it can be drawn from a saved result. Lines and bands pass through every point of the grid
and through both limits of every event: discontinuities of the model are vertical. Values that do
not fit on an axis are given in words beside it.

The package uses the objects of `matplotlib`, never `pyplot`: drawing neither uses nor changes the
caller's settings. A figure has the name of the function whose result it draws: `plots.lead_time`
draws a result of `taskmodel.lead_time`, and is defined as `draw_lead_time`.
"""

from importlib.util import find_spec

from taskmodel.errors import InputError

if find_spec("matplotlib") is None:
    raise InputError(
        "figures need matplotlib, which is not installed: pip install 'taskmodel[plot]'"
    )

from taskmodel.plots._beside import beside
from taskmodel.plots._horizon import draw_horizon as horizon
from taskmodel.plots._loop import loop
from taskmodel.plots._over_time import over_time
from taskmodel.plots._takeoff import takeoff
from taskmodel.plots.answers import draw_along as along
from taskmodel.plots.answers import draw_difference as explain_difference
from taskmodel.plots.answers import draw_elasticities as elasticities
from taskmodel.plots.answers import draw_latency as latency
from taskmodel.plots.answers import draw_onset as onset
from taskmodel.plots.answers import draw_review_hours as review_by_task
from taskmodel.plots.answers import draw_trust as trust
from taskmodel.plots.answers import draw_what_if as what_if
from taskmodel.plots.attack import draw_attack_frontier as attack_frontier
from taskmodel.plots.by_date import draw_answer as answer
from taskmodel.plots.curve import speedup_curve
from taskmodel.plots.draws import draw_calibration as calibration
from taskmodel.plots.draws import draw_ensemble as ensemble
from taskmodel.plots.draws import draw_hire as hire
from taskmodel.plots.frontier import draw_safety_frontier as safety_frontier
from taskmodel.plots.lead import draw_lead_time as lead_time
from taskmodel.plots.lever_dates import draw_levers as levers
from taskmodel.plots.map import draw_bottleneck_map as bottleneck_map
from taskmodel.plots.money import draw_spend as spend
from taskmodel.plots.saving import inline_svg
from taskmodel.plots.saving import save_figure as save
from taskmodel.plots.tasks import draw_review_load as review_load
from taskmodel.plots.tasks import draw_task_graph as task_graph
from taskmodel.plots.tasks import hours_by_task as review_hours
from taskmodel.plots.tornado import draw_cruxes as cruxes

# figures of a dataset alone, which `ds.taskmodel.plot` has too
OF_DATASETS = (
    "along",
    "answer",
    "attack_frontier",
    "beside",
    "bottleneck_map",
    "calibration",
    "cruxes",
    "elasticities",
    "ensemble",
    "explain_difference",
    "hire",
    "horizon",
    "latency",
    "lead_time",
    "levers",
    "loop",
    "onset",
    "over_time",
    "review_by_task",
    "safety_frontier",
    "speedup_curve",
    "spend",
    "takeoff",
    "trust",
    "what_if",
)

__all__ = [
    "along",
    "answer",
    "attack_frontier",
    "beside",
    "bottleneck_map",
    "calibration",
    "cruxes",
    "elasticities",
    "ensemble",
    "explain_difference",
    "hire",
    "horizon",
    "inline_svg",
    "latency",
    "lead_time",
    "levers",
    "loop",
    "onset",
    "over_time",
    "review_hours",
    "review_by_task",
    "review_load",
    "safety_frontier",
    "save",
    "speedup_curve",
    "spend",
    "takeoff",
    "task_graph",
    "trust",
    "what_if",
]
