"""Simpler published loops of AI that speeds up its own making: each in one room, with its parameters in a file.

`simulate` runs a loop of `tasks/loops/` once, or for many draws of its priors. The rooms, numbers and arrays only:
`parsimonious` (Kwa), `software_explosion` (Davidson and Houlden), `constant_hazard` (Aghion, Jones and Jones) and
`gate_automation` (Erdil and others). Below them: `growth` (levels that grow by yearly factors), `following` (one differential
equation, many draws at once, and when it reaches what); above: `records` (the files), `outcome`, `simulation`.
"""

from typing import TYPE_CHECKING, Any

from taskmodel.takeoff.loops.records import bundled_loops, is_loop, load_loop

if TYPE_CHECKING:
    from taskmodel.takeoff.loops.simulation import simulate

__all__ = ["bundled_loops", "is_loop", "load_loop", "simulate"]


def __getattr__(name: str) -> Any:
    if name != "simulate":  # this loads xarray, which reading a loop does not need
        raise AttributeError(f"module 'taskmodel.loops' has no attribute {name!r}")
    from taskmodel.takeoff.loops.simulation import simulate

    return simulate
