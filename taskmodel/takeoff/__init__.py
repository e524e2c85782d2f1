"""Davidson's Full Takeoff Model: compute grows, AI takes over tasks, and what it adds makes compute grow faster.

`simulate` runs a world, `milestones` gives its headline years. The modules, from the bottom: `requirements` (what tasks ask
of AI), `two_factors` and `continuum` (the best division of labour and compute over tasks), `economy` (three sectors),
`moments`, `rules`; then two ways through time: `reference` (the steps of the reference's own program) and `flow`,
`dormand_prince`, `solve` (the same as differential equations with switches and a delay); `track` and `headlines` (milestones),
`world` (the file with the parameters), `results` and `simulation`. Source: Davidson (2023), What a compute-centric framework
says about takeoff speeds.
"""

from typing import TYPE_CHECKING, Any

from .world import World, bundled_worlds, load_world

if TYPE_CHECKING:
    from .simulation import milestones, simulate

__all__ = ["World", "bundled_worlds", "load_world", "milestones", "simulate"]


def __getattr__(name: str) -> Any:
    if name not in ("milestones", "simulate"):  # these load xarray, which reading a world does not need
        raise AttributeError(f"module 'taskmodel.takeoff' has no attribute {name!r}")
    from . import simulation

    return getattr(simulation, name)
