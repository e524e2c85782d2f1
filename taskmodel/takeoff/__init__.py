"""Models of takeoff through time: AI automates tasks, and its work accelerates its own progress.

`simulate` runs a world or a loop, and `milestones` selects the dates that a run reaches. The
packages are independent of each other, but for `beside`, which builds on `davidson`:

- `davidson`: the Full Takeoff Model, with `simulate_draws` and `solve_for_date`;
- `loops`: simpler published models;
- `horizons`: trends of task horizons;
- `beside`: an alignment organisation inside one of Davidson's worlds.
"""

from typing import TYPE_CHECKING

from taskmodel._lazy import attach
from taskmodel.takeoff.davidson.world import World, bundled_worlds, load_world

if TYPE_CHECKING:
    from taskmodel.takeoff._simulate import milestones, simulate
    from taskmodel.takeoff.beside import alignment_beside, months_between
    from taskmodel.takeoff.davidson._solve_for_date import solve_for_date
    from taskmodel.takeoff.davidson.draws import simulate_draws
    from taskmodel.takeoff.horizons.dataset import horizon

__all__ = [
    "World",
    "alignment_beside",
    "bundled_worlds",
    "horizon",
    "load_world",
    "milestones",
    "months_between",
    "simulate",
    "simulate_draws",
    "solve_for_date",
]

# these modules import xarray, which reading a world does not need
__getattr__, __dir__ = attach(
    __name__,
    {
        "alignment_beside": "beside",
        "horizon": "horizons.dataset",
        "milestones": "_simulate",
        "months_between": "beside",
        "simulate": "_simulate",
        "simulate_draws": "davidson.draws",
        "solve_for_date": "davidson._solve_for_date",
    },
)
