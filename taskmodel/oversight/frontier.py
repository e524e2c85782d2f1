"""The safety-throughput frontier: how much research there can be, by how much defective work may pass unnoticed.

With E the defect budget, Y(E) the most research that people, reviewers and compute allow under it, and lambda its shadow price,

    dY/dE = lambda,      Y concave in E,      lambda = 0 from the budget on at which it ceases to bind

so that lambda is what safety costs: research that is given up for each hour less of defective work that escapes. A stricter
budget moves work from modes that let more escape to those that let less. At a budget of 0 every mode is closed that lets
anything escape; there the price is the one at which the first of them would come in,

    lambda(0) = max over tasks i and closed modes m of (value of a unit of i - cost of m at the other prices) / (what escapes in m)

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
from taskmodel.numerics.grids import increasing
from taskmodel.numerics.types import Array
from taskmodel.organisation.measures import Measures, sources
from taskmodel.organisation.organisation import DEFECT_BUDGET, HUMAN
from taskmodel.sweeps import results
from taskmodel.sweeps.axes import COMPUTE, input_axis
from taskmodel.sweeps.sweep import needs_catalog, one_compute
from taskmodel.sweeps.walker import Walker

BUDGET = f"supervision.{DEFECT_BUDGET}"
DECADES, PER_DECADE = 6, 8  # of budgets below what escapes without one, where none are given
PRECISE = 1e-10  # relative: how well the budget is known at which it ceases to bind
BY_BUDGET = (*results.SPEEDUPS, "oversight_elasticity")


def safety_frontier(
    catalog: Catalog, budgets: ArrayLike | None = None, *, compute: float | None = None
) -> xr.Dataset:
    """Research by defect budget, what safety costs, and how AI's work is done along the way.

    Parameters
    ----------
    catalog : Catalog
        A budget of its own is left aside. AI must err: ``capability.defect_probability`` above 0, or logistic success. Which
        protocols there are to choose from is up to ``supervision.protocols``.
    budgets : array, shape (budget,), optional
        Defective work that may pass unnoticed, weighted by harm [h/year]; >= 0, increasing. Default: 0, and six powers of ten up
        to what escapes where there is no limit.
    compute : float, optional
        Where [FLOP/year]; default: the catalog's ``compute.today``.

    Returns
    -------
    xarray.Dataset
        Over ``defect_budget``: ``output``, the speed-ups, ``safety_price``, the budget's shadow price [hours of research per hour
        of defective work], ``defect_budget_elasticity``, ``escaped_harm``, what of the budget is used, ``review_hours``,
        ``automated_hours_share``, ``bottleneck_share`` over ``source``, ``oversight_elasticity``, and over ``mode``, AI's alone,
        ``ai_work_share``. Besides, without a budget, ``output_unlimited``, the speed-ups and ``escaped_harm_unlimited``;
        ``ceases_to_bind``, the least budget at which the same is reached; and ``base_output``, people without AI [h/year]: the slope
        of ``output`` in the budget is the price over it. At a budget of 0 the price is that of the first hour of it, NaN where
        other prices are not unique.

    Raises
    ------
    TypeError
        If the catalog is none.
    InputError
        If budgets or compute are not as described; as `NothingToLimit`, if none are given where nothing escapes, or without limit.
    CatalogError
        If it is not known how much escapes, for want of a task's verifiability.
    SolveError
        If a point has no answer that can be certified, or the catalog's people without AI produce nothing.

    Examples
    --------
    >>> import taskmodel as tm
    >>> catalog = tm.load_catalog("t_agi_ladder", "imperfect_ai", {"supervision.protocols": ["full_review", "no_review"]})
    >>> found = safety_frontier(catalog, [0, 1e3, 1e4], compute=1e31)
    >>> bool((found["safety_price"].diff("defect_budget") <= 1e-9).all())  # to within rounding
    True
    """
    needs_catalog(catalog)
    place = one_compute(catalog, compute)
    limit = _Limit(catalog.replace({BUDGET: 0.0}), place)
    grid = (
        limit.usual()
        if budgets is None
        else increasing("[0, inf)", "budgets", budgets, unit="h/year")
    )
    walker = Walker(input_axis(limit.catalog, BUDGET, grid[0], grid[-1], place))
    allocation = walker.solve(grid, np.zeros(len(grid), dtype=bool)).allocation
    return _dataset(catalog, limit, grid, allocation, walker.at(grid).measure(allocation))


class _Limit:
    """An organisation with and without a defect budget, at one compute."""

    def __init__(self, catalog: Catalog, compute: float) -> None:
        self.catalog, self.compute = catalog, np.array([compute])
        self.situation = Walker(catalog).at(self.compute)
        self.organisation = self.situation.setting.organisation
        self.best = self.solve(np.inf)
        self.measured = self.situation.measure(self.best)

    @property
    def escapes(self) -> float:
        """What passes unnoticed where there is no limit to it, weighted by harm [h/year]; inf where work is free, or output is."""
        without_limit = self.best.status[0] in (Status.SUPREMUM, Status.UNBOUNDED)
        return np.inf if without_limit else float(self.best.factor_use[0, -1])

    def solve(self, budget: float, start: Allocation | None = None) -> Allocation:
        """The optimum under a budget."""
        bundles, supply, nest, opened = self.situation.arrays
        return allocate(
            bundles, np.append(supply[:, :-1], [[budget]], axis=1), nest, opened, start=start
        )

    def usual(self) -> Array:
        """Budgets to report where none are given.

        Raises
        ------
        NothingToLimit
            If nothing escapes, or without limit.
        """
        if np.isinf(self.escapes):
            raise NothingToLimit(
                "AI works, and errs, without limit where there is no defect budget: give the budgets to report"
            )
        if not self.escapes > 0:
            raise NothingToLimit(
                f"nothing escapes at {self.compute[0]:g} FLOP/year where there is no defect budget, so that there is nothing to limit: "
                "let AI err (capability.defect_probability, or a scenario such as imperfect_ai), look at more compute, or give budgets"
            )
        return np.concatenate(
            [
                [0.0],
                np.geomspace(self.escapes * 10.0**-DECADES, self.escapes, DECADES * PER_DECADE + 1),
            ]
        )

    def ceases_to_bind(self, grid: Array, priced: NDArray[np.bool_]) -> float:
        """The least budget at which output is what it is without one [h/year]; inf where AI works without limit.

        More of a budget has the lower price: it is closed in on from where it is known to have one, and to have none.
        """
        if np.isinf(self.escapes):
            return np.inf
        low, high = max(grid[priced], default=0.0), min([*grid[~priced & (grid > 0)], self.escapes])
        found = self.best
        while high - low > PRECISE * high:
            middle = (low + high) / 2
            found = self.solve(middle, found)
            low, high = (middle, high) if found.priced[0, -1] else (low, middle)
            if high < PRECISE * self.escapes:
                return 0.0
        return float(high)


def first_price(bundles: Array, opened: NDArray[np.bool_], allocation: Allocation) -> float:
    """The shadow price of a defect budget of 0: what its first hour gives [output per hour].

    Parameters
    ----------
    bundles : array, shape (task, mode, factor)
        As in `allocate`; the last factor is the budget.
    opened : array of bool, shape (task, mode)
        Modes that may be used, also those that a budget of 0 closes.
    allocation : Allocation
        The optimum at a budget of 0, one point.

    Returns
    -------
    float
        NaN where nothing can be produced, or other prices are not unique.
    """
    if allocation.status[0] != Status.OPTIMAL:
        return np.nan
    cost, harm = bundles[..., :-1] @ allocation.shadow_price[0, :-1], bundles[..., -1]
    worth = np.where(opened & (harm == 0), cost, np.inf).min(axis=-1)
    leaky = opened & (harm > 0)
    saved = np.where(leaky, worth[:, None] - cost, -np.inf) / np.where(leaky, harm, 1.0)
    return max(float(saved.max()), 0.0)


def _dataset(
    catalog: Catalog, limit: _Limit, grid: Array, allocation: Allocation, measured: Measures
) -> xr.Dataset:
    organisation = limit.organisation
    yardstick, activity = limit.situation.setting.yardstick, allocation.activity
    bundles, _, _, opened = limit.situation.arrays
    bundles = bundles.reshape(bundles.shape[-3:])
    price = np.array(allocation.shadow_price[:, -1])
    if grid[0] == 0:
        price[0] = first_price(bundles, opened[0], allocation.take(np.array([0])))
    by_ai = activity[..., HUMAN + 1 :].sum(axis=1)
    done = by_ai.sum(axis=-1, keepdims=True)
    per_unit = (
        organisation.review(limit.compute)
        .reshape(bundles.shape)[..., organisation.reviewing]
        .sum(axis=-1)
    )
    name = DEFECT_BUDGET
    variables: dict[str, Any] = {
        **{each: (name, getattr(measured, each)) for each in BY_BUDGET},
        "safety_price": (name, price),
        "defect_budget_elasticity": (name, allocation.factor_elasticity[:, -1]),
        "escaped_harm": (name, allocation.factor_use[:, -1]),
        "review_hours": (name, (activity * per_unit).sum(axis=(1, 2))),
        "automated_hours_share": (name, (measured.automated_share * yardstick.shares).sum(axis=-1)),
        "ai_work_share": (
            (name, "mode"),
            np.divide(by_ai, done, where=done > 0, out=np.full_like(by_ai, np.nan)),
        ),
        "bottleneck_share": ((name, "source"), measured.bottleneck_share),
        "duality_gap": (name, allocation.gap),
        "status": (name, np.asarray(allocation.status).astype(object)),
        **{
            f"{each}_unlimited": ((), float(getattr(limit.measured, each)[0]))
            for each in results.SPEEDUPS
        },
        "escaped_harm_unlimited": ((), limit.escapes),
        "ceases_to_bind": ((), limit.ceases_to_bind(grid, allocation.priced[:, -1])),
        "base_output": ((), float(yardstick.base_output)),
    }
    coords = {
        name: grid,
        "mode": np.array(organisation.modes[HUMAN + 1 :], dtype=object),
        "source": np.array(sources(organisation), dtype=object),
        COMPUTE: limit.compute[0],
    }
    return results.described(xr.Dataset(variables, coords, results.provenance_of(catalog)))
