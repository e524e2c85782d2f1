"""The optimal allocation of scarce factors to tasks and modes at one moment (``model.md`` 1).

Given bundles B, supplies E and a CES nest, the organisation chooses activities y >= 0 to
maximise output. The problem is solved in the prices of the factors,

    output = 1 / max { c(p) : p >= 0, p . E = 1 },

where c(p) is the unit cost of research when every task is done in its cheapest mode. Human
supervision is a factor like any other. Every answer carries its duality gap, which bounds its
error; one that cannot be certified is an error, never a number.

`allocate` is the entry point. `inputs` checks the caller's arrays and `presolve` reduces them
without prices; `solver` runs the compiled loops of `optimum_kernels` over the points. There,
`interior_kernels` finds the neighbourhood of the optimum (steps of `central_step_kernels`, with
`substitute_kernels` where goods are nearly alike), `active_set_kernels` the optimum itself and its
certificate (by `newton_kernels` and `repair_kernels`), and `uniqueness_kernels` whether it is the
only one; `regime_kernels` has the arrays of them all. Modes that use the outputs of nests and of
other tasks are in `link_kernels`. `price_ranges` and `mode_splits` determine what is not unique
about it, `free_tasks` adds what needs nothing scarce. `active_set` makes regimes of other answers;
`margins` evaluates a regime at other points and `derivatives` differentiates it. The production
function itself is in `taskmodel.science.production`, all tolerances are in
`taskmodel.numerics.accuracy`.
"""

from taskmodel.allocation._allocate import allocate, greatest_output
from taskmodel.allocation._margins import Margins, margins
from taskmodel.allocation.derivatives import Slopes, along, derivative_weights, slopes
from taskmodel.allocation.solution import Allocation, Status
from taskmodel.errors import SolveError
from taskmodel.science.production import Nest

__all__ = [
    "Allocation",
    "Margins",
    "Nest",
    "Slopes",
    "SolveError",
    "Status",
    "allocate",
    "along",
    "derivative_weights",
    "greatest_output",
    "margins",
    "slopes",
]
