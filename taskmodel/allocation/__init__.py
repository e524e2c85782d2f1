"""The best allocation of scarce factors to tasks and modes at one moment (``model.md`` 1).

Given bundles B, supplies E and a CES nest, the organisation chooses activities y >= 0 to
maximise output. The problem is solved in the prices of the factors,

    output = 1 / max { c(p) : p >= 0, p . E = 1 },

where c(p) is the unit cost of research when every task is done in its cheapest mode. Human
supervision is a factor like any other. Every answer carries its duality gap, which bounds its
error; one that cannot be certified is an error, never a number.

Start reading at `arrays`. `inputs` checks what the caller gives, `presolve` settles what needs no
prices, `interior` finds the neighbourhood of the optimum, `active_set` the optimum itself,
`degenerate` what is not unique about it; `following` takes a regime to other points, `tangent` differentiates it.
`two_factors` has the closed form of people and compute in one nest, by itself. How tasks become output is in `taskmodel.production`.
"""

from taskmodel.allocation.arrays import allocate
from taskmodel.allocation.following import Margins, margins
from taskmodel.allocation.solution import Allocation, Status
from taskmodel.allocation.tangent import Slopes, along, derivative_weights, slopes
from taskmodel.allocation.two_factors import SortedTasks, TwoFactors, sorted_tasks
from taskmodel.errors import SolveError
from taskmodel.science.production import Nest

__all__ = [
    "Allocation",
    "Margins",
    "Nest",
    "Slopes",
    "SolveError",
    "SortedTasks",
    "Status",
    "TwoFactors",
    "allocate",
    "along",
    "derivative_weights",
    "margins",
    "slopes",
    "sorted_tasks",
]
