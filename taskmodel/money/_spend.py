"""What a dollar buys: research for money, with everything for sale, and with what there is.

In the long run everything is for sale, people's hours and the share of them that goes into review
as well as compute. With prices w, a budget M buys

    Y = M / c(w),

c the unit cost of research at these prices: the optimum of an organisation with money as its only
factor, of which a unit of task i takes min over open modes m of w . B[i,m]. The cost shares are the
derivatives d ln c / d ln w, and of one more dollar each factor takes its share.

In the short run there is what there is. With Y its output, M what is spent on it, and p the shadow
prices, output is valued at its average cost

    v = M / Y,      willingness to pay for a unit of factor k: v p_k,

which is the break-even wage where the factor is an hour of a person. v p_k / w_k is the research
that one more dollar buys as factor k, relative to an average dollar; the largest says what the next
dollar should buy.

Source: docs, money.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from taskmodel._arguments import shown
from taskmodel.allocation import Allocation
from taskmodel.catalog import Catalog
from taskmodel.errors import InputError, SolveError
from taskmodel.money.plans import as_things_are, bought, cost_of_supply
from taskmodel.money.prices import UnitPrices, unit_prices
from taskmodel.numerics.grids import increasing
from taskmodel.numerics.numbers import real_numbers
from taskmodel.numerics.types import Array
from taskmodel.organisation.organisation import Organisation
from taskmodel.organisation.reviewers import reviewer_pools
from taskmodel.sweeps import results
from taskmodel.sweeps.axes import COMPUTE, COMPUTE_UNIT
from taskmodel.sweeps.points import needs_catalog, one_compute
from taskmodel.sweeps.walker import Setting, Situation, Walker

DRAWN = 121  # points of a figure, at most, besides the thresholds


def spend(
    catalog: Catalog, compute: ArrayLike | None = None, *, budget: float | None = None
) -> xr.Dataset:
    """What a budget buys, what people are worth, and what the next dollar should buy.

    Parameters
    ----------
    catalog : Catalog
        With ``prices`` of all factors that it uses.
    compute : float or array, shape (point,), optional
        Compute [FLOP/year], increasing; default: the catalog's ``compute.today``.
    budget : float, optional
        Money in a year, M [$/year]; > 0. Default: the catalog's ``budget``; without one, what is
        spent as things are: on all people there are, and on the compute that they use.

    Returns
    -------
    xarray.Dataset
        Over ``compute`` if several were given. In the long run: ``unit_cost``, ``dollar_speedup``
        (research for a dollar, relative to people without AI), ``field_year_cost``,
        ``spending_share`` and ``purchase`` over ``factor``, and ``output_bought``. In the short
        run: ``output``, ``unit_cost_as_is`` (v), ``spending_share_as_is``,
        ``willingness_to_pay``, ``dollar_return`` and, over ``reviewers``, ``break_even_wage``.
        Hours of a labour pool that go into review count as review, in all of them.

    Raises
    ------
    TypeError
        If the catalog is not a Catalog.
    InputError
        If compute or budget are not as described.
    CatalogError
        With every price that is missing, is 0 beside a budget, or cannot buy anything; or if the
        worker is `best`.
    SolveError
        If nothing can be produced, or without limit; or an optimum cannot be certified.

    Examples
    --------
    A unit of research takes an hour of a person at $150, or of AI at $5 and 0.12 h of review:

    >>> import taskmodel as tm
    >>> catalog = tm.load_catalog("t_agi_ladder", "priced")
    >>> answer = spend(catalog, 1e31, budget=1e8)
    >>> bool(answer["dollar_speedup"] > 1), round(float(answer["spending_share"].sum()), 9)
    (True, 1.0)
    """
    needs_catalog(catalog)
    if catalog.capability.worker == "best":
        message = (
            "the worker of least cost at the prices of what there is is not that at the prices of "
            "what is bought; use sufficient or frontier"
        )
        raise catalog.error(("capability", "worker"), message)
    several = compute is not None and real_numbers(COMPUTE, compute).ndim > 0
    points = (
        increasing("(0, inf)", COMPUTE, compute, unit=COMPUTE_UNIT)
        if compute is not None and several
        else np.array([one_compute(catalog, compute)])
    )
    limit = _budget(catalog, budget)
    situation = Situation(Setting(catalog), points)
    prices = unit_prices(catalog, situation.setting.organisation, limit is not None)
    actual = as_things_are(situation)
    paid = cost_of_supply(situation, prices, actual)
    money = paid.sum(axis=-1) if limit is None else np.full(len(points), limit)
    if not (money > 0).all():
        raise SolveError(
            "nothing is spent as things are, so that research has no price: give a budget"
        )
    reviewing = situation.setting.organisation.reviewing
    variables = {
        "budget": ((COMPUTE,), money),
        **_long_run(situation, prices, money),
        **_short_run(situation, prices, money, actual, paid),
        "price": (("factor",), prices.unit),
        "wage": (("reviewers",), (prices.unit * prices.working_hours)[reviewing]),
    }
    coords = {
        COMPUTE: points,
        "factor": list(prices.factors),
        "reviewers": list(reviewer_pools(catalog)),
    }
    result = results.labelled(variables, coords, results.provenance(catalog=catalog))
    return result if several else result.isel({COMPUTE: 0})


def _long_run(situation: Situation, prices: UnitPrices, money: Array) -> dict[str, Any]:
    """Return the variables of the long run."""
    organisation, yardstick = situation.setting.organisation, situation.setting.yardstick
    output, use = bought(situation, prices, money)
    closed = np.zeros_like(situation.automatable)
    people, _ = bought(situation, prices, money, organisation.without_ai().open_modes(closed))
    purchase = prices.activities(use)
    cost, cost_of_people, field = money / output, money / people, yardstick.base_output
    columns = {
        "unit_cost": cost,
        "unit_cost_without_ai": cost_of_people,
        "dollar_speedup": cost_of_people / cost,
        "field_year_cost": cost * field,
        "field_year_cost_without_ai": cost_of_people * field,
        "output_bought": output / field,
        "review_time_share": _review_time(organisation, purchase),
    }
    shares = purchase * prices.unit / money[:, None]
    return {
        **{name: ((COMPUTE,), values) for name, values in columns.items()},
        "spending_share": ((COMPUTE, "factor"), shares),
        "purchase": ((COMPUTE, "factor"), purchase),
    }


def _review_time(organisation: Organisation, purchase: Array) -> Array:
    """Return the part of people's hours that goes into review, (point,); NaN without people."""
    people = purchase[:, : organisation.other_factors.start].sum(axis=-1)
    review = purchase[:, organisation.reviewing].sum(axis=-1)
    return np.divide(review, people, where=people > 0, out=np.full_like(people, np.nan))


def _short_run(
    situation: Situation,
    prices: UnitPrices,
    money: Array,
    actual: Allocation,
    paid: Array,
) -> dict[str, Any]:
    """Return the variables of the short run, from the optimum as things are."""
    organisation, yardstick = situation.setting.organisation, situation.setting.yardstick
    number = len(prices.factors)
    cost, field = money / actual.output, yardstick.base_output
    willing = cost[:, None] * prices.worth(actual.shadow_price[:, :number])
    return_ = np.divide(
        willing, prices.unit, where=prices.unit > 0, out=np.full_like(willing, np.nan)
    )
    columns = {
        "output": actual.output / field,
        "unit_cost_as_is": cost,
        "field_year_cost_as_is": cost * field,
        "spending": paid.sum(axis=-1),
        "next_dollar": _next_dollar(prices, return_),
        "duality_gap": actual.gap,
        "status": np.asarray(actual.status).astype(object),
    }
    by_factor = {
        "spending_share_as_is": _spent(prices, paid, actual.factor_use[:, :number]),
        "willingness_to_pay": willing,
        "dollar_return": return_,
    }
    reviewing = organisation.reviewing
    wage = willing[:, reviewing] * prices.working_hours[reviewing]
    return {
        **{name: ((COMPUTE,), values) for name, values in columns.items()},
        **{name: ((COMPUTE, "factor"), values) for name, values in by_factor.items()},
        "break_even_wage": ((COMPUTE, "reviewers"), wage),
    }


def _spent(prices: UnitPrices, paid: Array, use: Array) -> Array:
    """Return the share of each factor in what is spent, hours of a pool that review as review."""
    review = np.where(prices.labour_of >= 0, use, 0.0)
    passed_on = prices.activities(review) - review
    spent = paid + np.where(prices.labour_of >= 0, review * prices.unit, 0.0)
    return np.asarray((spent + passed_on * prices.unit) / paid.sum(axis=-1, keepdims=True))


def _next_dollar(prices: UnitPrices, return_: Array) -> NDArray[np.object_]:
    """Return the factor of which a dollar more gives the most, at each point."""
    best = np.nan_to_num(return_, nan=-1.0).argmax(axis=-1)
    return np.array(prices.factors, dtype=object)[best]


def drawn_points(catalog: Catalog) -> Array:
    """Return computes over the catalog's grid, and on both sides of every threshold, (point,)."""
    span = catalog.compute.grid
    opens_at = Walker(catalog).thresholds(span.low, span.high)
    regular = np.geomspace(span.low, span.high, min(span.points, DRAWN))
    return np.unique(np.concatenate([regular, opens_at, np.nextafter(opens_at, 0.0)]))


def _budget(catalog: Catalog, budget: float | None) -> float | None:
    """Return the given budget [$/year]; None: there is none."""
    if budget is None:
        return None if catalog.budget is None else catalog.budget.value
    given = real_numbers("budget", budget)
    if given.ndim or not 0 < given < np.inf:
        raise InputError(
            f"budget must be one positive, finite number [$/year]; found {shown(budget)}"
        )
    return float(given)
