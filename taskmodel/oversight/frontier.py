"""The safety-throughput frontier: research output as a function of the defect budget.

Let E be the defect budget, Y(E) the largest research output that people, reviewers and compute
allow under it, and lambda its shadow price. Then

    dY/dE = lambda,      Y concave in E,      lambda = 0 where the budget does not bind

so that lambda is the price of safety: research forgone per hour less of escaping defective work. A
stricter budget moves work from modes that let more defects escape to modes that let fewer. A budget
of 0 closes every mode in which defects escape; its price is that at which the first of them enters,

    lambda(0) = max over tasks i and closed modes m of (v_i - c_im) / h_im

where v_i is the value of a unit of i, c_im the cost of m at the other shadow prices and h_im the
harm that escapes in m.

Source: docs, model, section 3.3.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from taskmodel.allocation import Allocation, Status, allocate
from taskmodel.catalog import Catalog
from taskmodel.errors import NothingToLimit
from taskmodel.numerics.accuracy import BUDGET_PRECISION
from taskmodel.numerics.grids import increasing
from taskmodel.numerics.types import Array
from taskmodel.organisation.measures import Measures, sources
from taskmodel.organisation.organisation import DEFECT_BUDGET, HUMAN
from taskmodel.oversight._review_load import hours_of_review
from taskmodel.sweeps import results
from taskmodel.sweeps.axes import COMPUTE, input_axis
from taskmodel.sweeps.points import one_compute, situation_at
from taskmodel.sweeps.walker import Situation, Walker

BUDGET = f"supervision.{DEFECT_BUDGET}"
DECADES, PER_DECADE = 6, 8  # of the default budgets, below the unlimited escape


def safety_frontier(
    catalog: Catalog, budgets: ArrayLike | None = None, *, compute: float | None = None
) -> xr.Dataset:
    """Research output, the price of safety and the modes of AI work, by defect budget.

    Parameters
    ----------
    catalog : Catalog
        A budget of its own is ignored. AI must err: ``capability.defect_probability`` above 0, or
        logistic success. ``supervision.protocols`` determines the modes to choose from.
    budgets : array, shape (budget,), optional
        Defective work that may escape, weighted by harm [h/year]; >= 0, increasing. Default: 0,
        and six orders of magnitude up to the unlimited escape.
    compute : float, optional
        Compute [FLOP/year]; default: the catalog's ``compute.today``.

    Returns
    -------
    xarray.Dataset
        Over ``defect_budget``: ``output``, the speed-ups, ``safety_price``, the budget's shadow
        price [hours of research per hour of defective work], ``defect_budget_elasticity``,
        ``escaped_harm``, the used part of the budget, ``review_hours``,
        ``automated_hours_share``, ``bottleneck_share`` over ``source``, ``oversight_elasticity``
        and ``ai_work_share`` over the AI modes. Scalars: ``output_unlimited``, the speed-ups and
        ``escaped_harm_unlimited`` without a budget; ``ceases_to_bind``, the least budget with the
        same output; and ``base_output``, that of people without AI [h/year]: the slope of
        ``output`` in the budget is the price over it. At a budget of 0 the price is the right
        derivative, NaN where other shadow prices are not unique.

    Raises
    ------
    TypeError
        If the catalog is not a Catalog.
    InputError
        If budgets or compute are not as described.
    NothingToLimit
        If there are no budgets and nothing escapes, or escape is unlimited.
    CatalogError
        If escape is unknown because a task has no verifiability.
    SolveError
        If an optimum cannot be certified, or the catalog's people without AI produce nothing.

    Examples
    --------
    >>> import taskmodel as tm
    >>> protocols = {"supervision.protocols": ["full_review", "no_review"]}
    >>> catalog = tm.load_catalog("t_agi_ladder", "imperfect_ai", protocols)
    >>> frontier = safety_frontier(catalog, [0, 1e3, 1e4], compute=1e31)
    >>> bool((frontier["safety_price"].diff("defect_budget") <= 1e-9).all())  # within rounding
    True
    """
    point = one_compute(catalog, compute)
    limited = catalog.replace({BUDGET: 0.0})
    situation = situation_at(limited, point)
    unlimited = _optimum(situation, np.inf)
    escape = _escape(unlimited)
    if budgets is None:
        grid = _default_budgets(escape, point)
    else:
        grid = increasing("[0, inf)", "budgets", budgets, unit="h/year")
    walker = Walker(input_axis(limited, BUDGET, grid[0], grid[-1], point))
    allocation = walker.solve(grid).allocation
    variables = {
        **_along_budgets(situation, grid, allocation, walker.at(grid).measure(allocation)),
        **{
            f"{name}_unlimited": ((), getattr(situation.measure(unlimited), name)[0])
            for name in results.SPEEDUPS
        },
        "escaped_harm_unlimited": ((), escape),
        "ceases_to_bind": (
            (),
            _ceases_to_bind(situation, unlimited, escape, grid, allocation.priced[:, -1]),
        ),
        "base_output": ((), situation.setting.yardstick.base_output[0]),
    }
    organisation = situation.setting.organisation
    coords = {
        DEFECT_BUDGET: grid,
        "mode": list(organisation.modes[HUMAN + 1 :]),
        "source": list(sources(organisation)),
        COMPUTE: point,
    }
    return results.labelled(variables, coords, results.provenance(catalog=catalog))


def _optimum(situation: Situation, budget: float, start: Allocation | None = None) -> Allocation:
    """The optimum under a defect budget, which is the last factor."""
    bundles, supply, nest, opened = situation.arrays
    return allocate(
        bundles, np.append(supply[:, :-1], [[budget]], axis=1), nest, opened, start=start
    )


def _escape(unlimited: Allocation) -> float:
    """Escaping defects without a budget, weighted by harm [h/year]; inf if such work is."""
    return float(unlimited.factor_use[0, -1])


def _default_budgets(escape: float, compute: float) -> Array:
    if np.isinf(escape):
        raise NothingToLimit(
            "AI works, and errs, without limit where there is no defect budget: "
            "give the budgets to report"
        )
    if not escape > 0:
        raise NothingToLimit(
            f"nothing escapes at {compute:g} FLOP/year where there is no defect budget, so that "
            "there is nothing to limit: let AI err (capability.defect_probability, or a scenario "
            "such as imperfect_ai), look at more compute, or give budgets"
        )
    positive = np.geomspace(escape * 10.0**-DECADES, escape, DECADES * PER_DECADE + 1)
    return np.append(0.0, positive)


def _ceases_to_bind(
    situation: Situation,
    unlimited: Allocation,
    escape: float,
    grid: Array,
    priced: NDArray[np.bool_],
) -> float:
    """The least budget with the output of no budget [h/year]; inf if work is unlimited."""
    if np.isinf(escape):
        return np.inf
    # The shadow price falls with the budget, so the budgets of the grid with and without a price
    # bracket the answer. Bisection, because whether there is a price has no size to interpolate.
    low, high = max(grid[priced], default=0.0), min([*grid[~priced & (grid > 0)], escape])
    allocation = unlimited
    while high - low > BUDGET_PRECISION * high:
        middle = (low + high) / 2
        allocation = _optimum(situation, middle, allocation)
        low, high = (middle, high) if allocation.priced[0, -1] else (low, middle)
        if high < BUDGET_PRECISION * escape:
            return 0.0
    return float(high)


def first_price(bundles: Array, opened: NDArray[np.bool_], allocation: Allocation) -> float:
    """Shadow price of a defect budget of 0: the gain from its first hour [output per hour].

    Parameters
    ----------
    bundles : array, shape (task, mode, factor)
        As in `allocate`; the last factor is the budget.
    opened : array of bool, shape (task, mode)
        Available modes, including those that a budget of 0 closes.
    allocation : Allocation
        The optimum at a budget of 0, one point.

    Returns
    -------
    float
        NaN where nothing can be produced, or other shadow prices are not unique.
    """
    if allocation.status[0] != Status.OPTIMAL:
        return np.nan
    cost, harm = bundles[..., :-1] @ allocation.shadow_price[0, :-1], bundles[..., -1]
    # The value of a unit is the cost of the cheapest harmless mode.
    value = np.where(opened & (harm == 0), cost, np.inf).min(axis=-1)
    harmful = opened & (harm > 0)
    gain = np.where(harmful, value[:, None] - cost, -np.inf) / np.where(harmful, harm, 1.0)
    return max(float(gain.max()), 0.0)


def _along_budgets(
    situation: Situation, grid: Array, allocation: Allocation, measured: Measures
) -> dict[str, Any]:
    """Variables over the budgets."""
    bundles, _, _, opened = situation.arrays
    price = np.array(allocation.shadow_price[:, -1])
    if grid[0] == 0:
        price[0] = first_price(bundles[0], opened[0], allocation.take(np.array([0])))
    by_mode = allocation.activity[..., HUMAN + 1 :].sum(axis=1)
    by_ai = by_mode.sum(axis=-1, keepdims=True)
    some = (by_ai > 0) & np.isfinite(by_ai)
    mode_share = np.divide(by_mode, by_ai, where=some, out=np.full_like(by_mode, np.nan))
    shares = situation.setting.yardstick.shares
    review = hours_of_review(situation.setting.organisation, situation.compute, allocation.activity)
    columns = {
        **{name: getattr(measured, name) for name in (*results.SPEEDUPS, "oversight_elasticity")},
        "safety_price": price,
        "defect_budget_elasticity": allocation.factor_elasticity[:, -1],
        "escaped_harm": allocation.factor_use[:, -1],
        "review_hours": review.sum(axis=1),
        "automated_hours_share": (measured.automated_share * shares).sum(axis=-1),
        "duality_gap": allocation.gap,
        "status": np.asarray(allocation.status).astype(object),
    }
    return {
        **{name: (DEFECT_BUDGET, values) for name, values in columns.items()},
        "ai_work_share": ((DEFECT_BUDGET, "mode"), mode_share),
        "bottleneck_share": ((DEFECT_BUDGET, "source"), measured.bottleneck_share),
    }
