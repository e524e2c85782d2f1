"""Davidson's Full Takeoff Model: compute grows, AI takes over tasks, and what it adds makes compute grow faster.

`simulate` runs a world, `milestones` gives its headline years, `simulate_draws` those of many draws of its parameters. The
modules, from the bottom: `requirements` (what tasks ask of AI), `two_factors` and `continuum` (the best division of labour
and compute over tasks), `economy` (three sectors), `moments`, `rules`; then the ways through time: `reference` (the steps of
the reference's own program) and `flow`, `bogacki_shampine`, `solve` (the same as differential equations with switches and a
delay), of which `stacked` and `lockstep` follow many runs at once; `track` and `headlines` (milestones), `world` (the file
with the parameters), `results`, `simulation`, `draws` and, for the other direction, `aiming`. Source: Davidson (2023), What a
compute-centric framework says about takeoff speeds.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from taskmodel.takeoff.davidson.world import World, bundled_worlds, load_world

if TYPE_CHECKING:
    from taskmodel.takeoff.davidson.aiming import solve_for_date
    from taskmodel.takeoff.davidson.draws import simulate_draws
    from taskmodel.takeoff.davidson.simulation import milestones, simulate

__all__ = [
    "World",
    "bundled_worlds",
    "load_world",
    "milestones",
    "simulate",
    "simulate_draws",
    "solve_for_date",
]

# these load xarray, which reading a world does not need
_MODULE_OF = {
    "milestones": "davidson.simulation",
    "simulate": "davidson.simulation",
    "simulate_draws": "davidson.draws",
    "solve_for_date": "davidson.aiming",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'taskmodel.takeoff' has no attribute {name!r}")
    return getattr(import_module(f".{_MODULE_OF[name]}", __name__), name)
