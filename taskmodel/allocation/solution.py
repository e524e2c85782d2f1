"""What an allocation returns: `Allocation`, its `Status`, and the error a failed one raises."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from taskmodel.numerics.types import Array
from taskmodel.science.production import Rows


class Status(StrEnum):
    """What kind of answer an allocation is; `advice` says what to make of it."""

    OPTIMAL = "optimal"
    KINK = "kink"
    ZERO = "zero"
    SUPREMUM = "supremum"
    UNBOUNDED = "unbounded"
    FAILED = "failed"

    @property
    def advice(self) -> str:
        """One sentence on what the status means and what to do about it."""
        return _ADVICE[self]


_ADVICE = {
    Status.OPTIMAL: "the optimum, with unique prices",
    Status.KINK: "the optimum, at which more and less of a factor are worth different amounts: read factor_elasticity_range",
    Status.ZERO: "nothing can be produced: an essential task has no open mode, or needs a factor of which there is none",
    Status.SUPREMUM: "output comes as close to this value as one likes as free tasks are done without limit, but does not reach it",
    Status.UNBOUNDED: "output needs nothing that is scarce: add the factor that limits it, or close the modes that are free",
    Status.FAILED: "no answer could be certified: bring bundles and supplies nearer in size, or move an elasticity away from 0, "
    "or from just below 1 (1 itself is fine)",
}


@dataclass(frozen=True, eq=False)
class Allocation:
    """The best use of the factors, for one organisation or a batch of them.

    Attributes
    ----------
    output : array, shape (...)
        Output per year, in the unit of the task outputs; 0, a positive number, or inf (``unbounded``).
    shadow_price : array, shape (..., factor)
        Output per unit of each factor; 0 when it is not scarce. NaN where output is 0 or inf.
    factor_elasticity : array, shape (..., factor)
        Elasticity of output to each supply [1], summing to 1. Where it is not unique (``kink``) the
        optimal one of least norm. NaN where output is 0 or inf.
    factor_elasticity_range : array, shape (..., factor, 2)
        Right and left derivative of log output in the log of each supply [1]: the least and the
        largest elasticity over the optimal prices. The two are equal but at a kink.
    activity : array, shape (..., task, mode)
        Work done in each task in each mode, in units of the task per year. Among optimal ones that
        of least sum of cost share times squared mode shares. inf for free tasks at a ``supremum``.
    usable : array of bool, shape (..., task, mode)
        The mode carries activity in some optimal plan.
    priced : array of bool, shape (..., factor)
        The factor has a price.
    factor_use : array, shape (..., factor)
        Units of each factor used per year.
    gap : array, shape (...)
        Duality gap 1 - output * unit cost [1], which bounds the relative error of ``output``.
    status : Status or array of str, shape (...)
        See `Status`.
    """

    output: Array
    shadow_price: Array
    factor_elasticity: Array
    factor_elasticity_range: Array
    activity: Array
    usable: NDArray[np.bool_]
    priced: NDArray[np.bool_]
    factor_use: Array
    gap: Array
    status: Status | NDArray[np.str_]

    def take(self, rows: Rows) -> Allocation:
        """Rows of a batch with one leading dimension."""
        return Allocation(**{name: part[rows] for name, part in vars(self).items()})

    def join(self, *others: Allocation) -> Allocation:
        """The points of this batch and then those of others."""
        return Allocation(
            **{
                name: np.concatenate([part, *(getattr(other, name) for other in others)])
                for name, part in vars(self).items()
            }
        )
