"""Plans that money buys: the optimum with everything for sale, and what there is costs.

An organisation that buys all its factors has one factor, money, of which a mode takes the price of
its bundle: the optimum for a budget is that of `allocation`, whose plan says what is bought. A
defect budget is a rule and stays a factor besides.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from taskmodel.allocation import Allocation, Status, allocate
from taskmodel.errors import SolveError
from taskmodel.files.suggestions import listing
from taskmodel.money.prices import UnitPrices
from taskmodel.numerics.types import Array
from taskmodel.sweeps.walker import Situation


def bought(
    situation: Situation,
    prices: UnitPrices,
    budget: Array,
    available: NDArray[np.bool_] | None = None,
) -> tuple[Array, Array]:
    """Return the output that budgets buy and what they are spent on.

    Parameters
    ----------
    situation : Situation
    prices : UnitPrices
    budget : array, shape (point,)
        Money [$/year]; > 0.
    available : array of bool, shape (point, task, mode), optional
        Modes that may be used; default: those that are open.

    Returns
    -------
    output : array, shape (point,)
        Research [h/year].
    use : array, shape (point, factor)
        Units bought of each factor for sale, per year.

    Raises
    ------
    SolveError
        If nothing can be produced, if research takes nothing that has a price, or if an optimum
        cannot be certified.
    """
    bundles, supply, nest, opened = situation.arrays
    number = len(prices.factors)
    sold, rules = bundles[..., :number], bundles[..., number:]
    money = np.concatenate([(sold @ prices.besides)[..., None], rules], axis=-1)
    limits = np.column_stack([budget, supply[:, number:]])
    result = allocate(money, limits, nest, opened if available is None else available)
    free = (money == 0).all(axis=-1) & situation.setting.organisation.policy
    used = ((sold > 0) & free[..., None]).any(axis=(0, 1, 2)).tolist()
    gifts = [f"prices.{name}" for name, use in zip(prices.factors, used, strict=True) if use]
    mend = f"give {listing(gifts)} above 0" if gifts else "let its tasks take something"
    _check_output(result, situation.compute, "costs anything", mend)
    return result.output, np.einsum("ptm,ptmk->pk", result.activity, sold)


def as_things_are(situation: Situation) -> Allocation:
    """Return the optimum of the factors that there are.

    Raises
    ------
    SolveError
        If nothing can be produced, or without limit, or an optimum cannot be certified.
    """
    result = allocate(*situation.arrays)
    mend = "let compute.inference be scarce"
    _check_output(result, situation.compute, "is scarce", mend)
    return result


def cost_of_supply(situation: Situation, prices: UnitPrices, allocation: Allocation) -> Array:
    """Return what is spent on each factor, shape (point, factor) [$/year].

    People are paid whether or not there is work for them, compute as far as it is used.
    """
    number, organisation = len(prices.factors), situation.setting.organisation
    people = np.arange(number) < organisation.pools + organisation.reviewers
    paid = np.where(people, situation.supply[:, :number], allocation.factor_use[:, :number])
    # supplies without limit are those of factors that cost nothing besides
    return np.where(prices.besides > 0, paid, 0.0) * prices.besides


def _check_output(result: Allocation, compute: Array, circumstance: str, mend: str) -> None:
    status = np.asarray(result.status)
    problems = {
        Status.ZERO: ("nothing can be produced", "open every task to people or AI, with hours"),
        Status.UNBOUNDED: ("there is no limit to research, which takes nothing", mend),
        Status.SUPREMUM: ("there is no limit to some tasks, which take nothing", mend),
    }
    for kind, (problem, cure) in problems.items():
        rows = np.flatnonzero(status == kind)
        if len(rows):
            where = f"at {compute[rows[0]]:g} FLOP/year"
            needs = "" if kind == Status.ZERO else f" that {circumstance}"
            raise SolveError(f"{problem}{needs}, {where}: {cure}")
