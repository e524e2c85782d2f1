"""Simpler published models of AI that accelerates AI research, with their parameters in files.

`simulate_loop` runs a loop of `tasks/loops/` once, or for many draws of its priors. One module a
model, numbers and arrays only: `parsimonious` (Kwa), `software_explosion` (Davidson and Houlden),
`constant_hazard` (Aghion, Jones and Jones) and `gate_automation` (Erdil and others). They use
`growth` (levels that grow by yearly factors), `trajectory` (one differential equation for many
draws) and `model` (what a model declares and returns). `records` reads the files and `simulation`
joins the two.
"""

from typing import TYPE_CHECKING

from taskmodel._lazy import attach
from taskmodel.takeoff.loops.records import bundled_loops, is_loop, load_loop

if TYPE_CHECKING:
    from taskmodel.takeoff.loops.simulation import simulate_loop

__all__ = ["bundled_loops", "is_loop", "load_loop", "simulate_loop"]

# `simulation` imports xarray, which reading a loop does not need
__getattr__, __dir__ = attach(__name__, {"simulate_loop": "simulation"})
