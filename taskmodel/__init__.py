"""Task-by-task automation of research as compute grows, with human supervision as a bottleneck.

Each public name below imports its module at first use (PEP 562): `import taskmodel` alone loads
none of the numerical libraries.

Examples
--------
>>> import taskmodel as tm
>>> "sweep" in dir(tm)
True
"""

from __future__ import annotations

import importlib
import sys

# As in `typing`, whose import would lengthen the time in which an interrupt of the command line
# ends in Python's own traceback.
TYPE_CHECKING = False
if TYPE_CHECKING:  # for editors and type checkers, which do not run `__getattr__`
    from typing import Any

    from taskmodel.calibration._calibrate import calibrate
    from taskmodel.catalog import load_catalog
    from taskmodel.catalog._import_tasks import import_tasks
    from taskmodel.closed_forms import ceiling, regimes
    from taskmodel.errors import (
        CatalogError,
        InputError,
        NoAnswer,
        SolveError,
        TaskmodelError,
    )
    from taskmodel.influence._cruxes import cruxes
    from taskmodel.influence._sensitivity import sensitivity
    from taskmodel.lead.plans.dataset import lead_time
    from taskmodel.lead.plans.draws import lead_time_draws
    from taskmodel.money._spend import spend
    from taskmodel.oversight._attack_frontier import attack_frontier
    from taskmodel.oversight._review_load import review_load
    from taskmodel.oversight._track_record import track_record
    from taskmodel.oversight._trust import trust
    from taskmodel.oversight.frontier import safety_frontier
    from taskmodel.oversight.utilisation import best_utilisation
    from taskmodel.questions._bands import bands
    from taskmodel.questions._bottleneck_map import bottleneck_map
    from taskmodel.questions._effective_plan import effective_plan
    from taskmodel.questions._elasticities import automate_next, elasticities
    from taskmodel.questions._ensemble import ensemble
    from taskmodel.questions._latency_draws import latency_draws
    from taskmodel.questions._onset import onset
    from taskmodel.questions._parallel_lines import parallel_lines
    from taskmodel.questions._solve_for import solve_for
    from taskmodel.questions._store_ensemble import store_ensemble
    from taskmodel.questions._what_if import what_if
    from taskmodel.questions.differences import explain_difference
    from taskmodel.sweeps._sweep import compare, events, latency, sweep
    from taskmodel.sweeps.results import open, save
    from taskmodel.takeoff import milestones, simulate_draws, solve_for_date
    from taskmodel.takeoff._simulate import simulate
    from taskmodel.takeoff.beside import alignment_beside, months_between
    from taskmodel.takeoff.horizons.dataset import horizon

_MODULE_OF = {
    "__version__": "_version",
    "load_catalog": "catalog",
    "import_tasks": "catalog._import_tasks",
    "SolveError": "errors",
    "InputError": "errors",
    "NoAnswer": "errors",
    "TaskmodelError": "errors",
    "CatalogError": "errors",
    "sweep": "sweeps._sweep",
    "events": "sweeps._sweep",
    "latency": "sweeps._sweep",
    "compare": "sweeps._sweep",
    "effective_plan": "questions._effective_plan",
    "elasticities": "questions._elasticities",
    "automate_next": "questions._elasticities",
    "calibrate": "calibration._calibrate",
    "best_utilisation": "oversight.utilisation",
    "parallel_lines": "questions._parallel_lines",
    "what_if": "questions._what_if",
    "attack_frontier": "oversight._attack_frontier",
    "lead_time": "lead.plans.dataset",
    "lead_time_draws": "lead.plans.draws",
    "trust": "oversight._trust",
    "track_record": "oversight._track_record",
    "solve_for": "questions._solve_for",
    "review_load": "oversight._review_load",
    "explain_difference": "questions.differences",
    "bottleneck_map": "questions._bottleneck_map",
    "onset": "questions._onset",
    "ensemble": "questions._ensemble",
    "store_ensemble": "questions._store_ensemble",
    "latency_draws": "questions._latency_draws",
    "bands": "questions._bands",
    "cruxes": "influence._cruxes",
    "sensitivity": "influence._sensitivity",
    "ceiling": "closed_forms",
    "regimes": "closed_forms",
    "safety_frontier": "oversight.frontier",
    "simulate": "takeoff._simulate",
    "simulate_draws": "takeoff",
    "solve_for_date": "takeoff",
    "horizon": "takeoff.horizons.dataset",
    "alignment_beside": "takeoff.beside",
    "milestones": "takeoff",
    "months_between": "takeoff.beside",
    "spend": "money._spend",
    "save": "sweeps.results",
    "open": "sweeps.results",
}

__all__ = [
    "CatalogError",
    "InputError",
    "NoAnswer",
    "SolveError",
    "TaskmodelError",
    "alignment_beside",
    "attack_frontier",
    "automate_next",
    "bands",
    "best_utilisation",
    "bottleneck_map",
    "calibrate",
    "ceiling",
    "compare",
    "cruxes",
    "effective_plan",
    "elasticities",
    "ensemble",
    "events",
    "explain_difference",
    "horizon",
    "import_tasks",
    "latency",
    "latency_draws",
    "lead_time",
    "lead_time_draws",
    "load_catalog",
    "milestones",
    "months_between",
    "onset",
    "open",
    "parallel_lines",
    "regimes",
    "review_load",
    "safety_frontier",
    "save",
    "sensitivity",
    "simulate",
    "simulate_draws",
    "solve_for",
    "solve_for_date",
    "spend",
    "store_ensemble",
    "sweep",
    "track_record",
    "trust",
    "what_if",
]


# packages whose names are public under their own: `tm.lead.runway`
_NAMESPACES = (
    "allocation",
    "calibration",
    "closed_forms",
    "influence",
    "lead",
    "money",
    "oversight",
    "plots",
    "questions",
    "science",
    "sweeps",
    "takeoff",
)


def __getattr__(name: str) -> Any:
    if name in _MODULE_OF:
        value = getattr(importlib.import_module(f"taskmodel.{_MODULE_OF[name]}"), name)
    elif name in _NAMESPACES:
        value = importlib.import_module(f"taskmodel.{name}")
    else:
        raise AttributeError(f"module 'taskmodel' has no attribute {name!r}")
    globals()[name] = value
    return value


if "xarray" in sys.modules:  # `ds.taskmodel`, of datasets that are opened by xarray itself
    importlib.import_module("taskmodel._accessor")


def __dir__() -> list[str]:
    return sorted({*(name for name in globals() if name.startswith("__")), *__all__, "__version__"})
