"""The result of an allocation, `Allocation`, and its `Status`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from taskmodel.allocation.batch import Batch, concatenated
from taskmodel.errors import SolveError
from taskmodel.numerics.types import Array


class Status(StrEnum):
    """Kind of answer; `advice` explains it in a sentence."""

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


@contextmanager
def certified_algebra() -> Iterator[None]:
    """Context in which a matrix that a library cannot decompose means that no answer is certified.

    Whether an iteration of LAPACK converges depends on the machine.

    Raises
    ------
    SolveError
        In place of numpy's LinAlgError.
    """
    try:
        yield
    except np.linalg.LinAlgError as error:
        raise SolveError(f"{error}; {Status.FAILED.advice}") from error


_ADVICE = {
    Status.OPTIMAL: "the optimum, with unique prices",
    Status.KINK: "the optimum, at which more and less of a factor are worth different amounts: "
    "read factor_elasticity_range",
    Status.ZERO: "nothing can be produced: an essential task has no open mode, or needs a factor "
    "of which there is none, or output is smaller than the smallest number of double precision",
    Status.SUPREMUM: "output comes as close to this value as one likes as free tasks are done "
    "without limit, but does not reach it",
    Status.UNBOUNDED: "output needs nothing that is scarce: add the factor that limits it, or "
    "close the modes that are free",
    Status.FAILED: "no answer could be certified: bring bundles and supplies nearer in size, or "
    "move an elasticity away from 0, or from just below 1 (1 itself is fine)",
}


@dataclass(frozen=True, eq=False)
class Allocation(Batch):
    """The optimal use of the factors, for one organisation or a batch of them.

    Attributes
    ----------
    output : array, shape (...)
        Output per year, in the unit of the task outputs; 0, a positive number, or inf
        (``unbounded``).
    shadow_price : array, shape (..., factor)
        Output per unit of each factor; 0 when it is not scarce. NaN where output is 0 or inf.
    factor_elasticity : array, shape (..., factor)
        Elasticity of output to each supply [1], summing to 1. Where it is not unique (``kink``)
        the optimal one of least norm. NaN where output is 0 or inf.
    factor_elasticity_range : array, shape (..., factor, 2)
        Right and left derivative of log output in the log of each supply [1]: the least and the
        largest elasticity over the optimal prices. The two are equal except at a kink.
    activity : array, shape (..., task, mode)
        Work done in each task in each mode, in units of the task per year. Where several plans are
        optimal, the one of least sum of cost share times squared mode shares. inf for free tasks
        at a ``supremum``.
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
    members : array, shape (..., block)
        Output of each nest that may be made as a block, inner ones first, as far as its members
        make it in modes of their own.
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
    members: Array

    def join(self, *others: Allocation) -> Allocation:
        """The points of this batch, followed by those of others."""
        return Allocation(**concatenated([self, *others]))
