"""Task-by-task automation of research as compute grows, and where human supervision becomes the bottleneck.

The public names below are handed on lazily (PEP 562): `import taskmodel` alone
loads none of the numerical libraries, and each name loads its module at first use.

Examples
--------
>>> import taskmodel as tm
>>> "sweep" in dir(tm)
True
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # for editors and type checkers, which do not run what is below
    from taskmodel.allocation import SolveError
    from taskmodel.beside import alignment_beside
    from taskmodel.catalog import CatalogError, load_catalog
    from taskmodel.differences import explain_difference
    from taskmodel.earned_trust import trust
    from taskmodel.formulas import ceiling, regimes
    from taskmodel.frontier import safety_frontier
    from taskmodel.horizons.dataset import horizon
    from taskmodel.inverse import solve_for
    from taskmodel.mapping import bottleneck_map
    from taskmodel.oversight_onset import onset
    from taskmodel.parallel import parallel_lines
    from taskmodel.planning import best_utilisation
    from taskmodel.plans.dataset import lead_time
    from taskmodel.relaxing import what_if
    from taskmodel.results import open, save
    from taskmodel.reviewing import review_load
    from taskmodel.simulating import simulate
    from taskmodel.stepping import compare, events, latency, sweep
    from taskmodel.takeoff import milestones, simulate_draws, solve_for_date
    from taskmodel.trust_over_time import track_record
    from taskmodel.worth import automate_next, elasticities

_MODULE_OF = {
    "__version__": "_version",
    "load_catalog": "catalog",
    "SolveError": "allocation",
    "CatalogError": "catalog",
    "sweep": "stepping",
    "events": "stepping",
    "latency": "stepping",
    "compare": "stepping",
    "elasticities": "worth",
    "automate_next": "worth",
    "best_utilisation": "planning",
    "parallel_lines": "parallel",
    "what_if": "relaxing",
    "lead_time": "plans.dataset",
    "trust": "earned_trust",
    "track_record": "trust_over_time",
    "solve_for": "inverse",
    "review_load": "reviewing",
    "explain_difference": "differences",
    "bottleneck_map": "mapping",
    "onset": "oversight_onset",
    "ceiling": "formulas",
    "regimes": "formulas",
    "safety_frontier": "frontier",
    "simulate": "simulating",
    "simulate_draws": "takeoff",
    "solve_for_date": "takeoff",
    "horizon": "horizons.dataset",
    "alignment_beside": "beside",
    "milestones": "takeoff",
    "save": "results",
    "open": "results",
}

__all__ = [
    "CatalogError",
    "SolveError",
    "alignment_beside",
    "automate_next",
    "best_utilisation",
    "bottleneck_map",
    "ceiling",
    "compare",
    "elasticities",
    "events",
    "explain_difference",
    "horizon",
    "latency",
    "lead_time",
    "load_catalog",
    "milestones",
    "onset",
    "open",
    "parallel_lines",
    "regimes",
    "review_load",
    "safety_frontier",
    "save",
    "simulate",
    "simulate_draws",
    "solve_for",
    "solve_for_date",
    "sweep",
    "track_record",
    "trust",
    "what_if",
]


def __getattr__(name: str) -> Any:
    if name in _MODULE_OF:
        value = getattr(importlib.import_module(f"taskmodel.{_MODULE_OF[name]}"), name)
    else:
        raise AttributeError(f"module 'taskmodel' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*(name for name in globals() if name.startswith("__")), *__all__, "__version__"})
