"""What a unit of each factor of an organisation costs.

An hour of a labour pool has its price, a FLOP of inference and an H100-hour of experiments theirs.
Reviewers who belong to a labour pool are paid as it is: an hour of review is an hour of the pool,
and the permission to review costs nothing. Dedicated reviewers are paid for all their hours, of
which only the share m u can go into review (m the largest share of review, u the planned
utilisation): an hour of review costs w / (m u). A defect budget is a rule and not for sale.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from taskmodel.catalog import Catalog
from taskmodel.catalog.prices import COMPUTE_PRICES, Prices, free_with_a_budget
from taskmodel.errors import CatalogError, Defect
from taskmodel.files.suggestions import listing
from taskmodel.numerics.types import Array
from taskmodel.organisation.organisation import DEFECT_BUDGET, Organisation
from taskmodel.organisation.reviewers import review_factor, reviewer_block, reviewer_pools

PRICED = frozenset({"researchers", "inference", "experiments"})  # by the scenario `priced`


def price_unit(factor: str) -> str:
    """Return the unit of the price of a factor."""
    units = {"inference": "$/FLOP", "experiments": "$/H100-hour"}
    return units.get(factor, "$/h")


@dataclass(frozen=True, eq=False)
class UnitPrices:
    """Prices of the factors that are for sale, by unit of the factor.

    Attributes
    ----------
    factors : tuple of str
        The factors for sale, in the order of the organisation.
    unit : array, shape (factor,)
        What a unit costs who buys it: for review by people of a labour pool, an hour of that pool.
    besides : array, shape (factor,)
        What a unit costs besides the other factors that it uses: 0 for such review.
    labour_of : array of int, shape (factor,)
        For such review the position of the labour pool; -1 for all others.
    working_hours : array, shape (factor,)
        Units that a paid hour of a person gives; 1 for all but dedicated reviewers.
    """

    factors: tuple[str, ...]
    unit: Array
    besides: Array
    labour_of: NDArray[np.intp]
    working_hours: Array

    def activities(self, use: Array) -> Array:
        """Return the use of each factor without what other factors pass on to it, (..., factor).

        Hours of a labour pool that go into review count as review alone.
        """
        result = use.copy()
        for factor, pool in enumerate(self.labour_of.tolist()):
            if pool >= 0:
                result[..., pool] -= use[..., factor]
        return result

    def worth(self, price: Array) -> Array:
        """Return the worth of a unit to who buys it, given shadow prices, shape (..., factor).

        An hour of review by somebody else saves the hour of the pool and the permission.
        """
        shared = self.labour_of >= 0
        return price + np.where(shared, price[..., np.where(shared, self.labour_of, 0)], 0.0)


def unit_prices(catalog: Catalog, organisation: Organisation, limited: bool) -> UnitPrices:
    """Return the prices of the factors of a catalog.

    Parameters
    ----------
    catalog : Catalog
    organisation : Organisation
        That of the catalog.
    limited : bool
        Whether money is limited to a given budget, which prices of 0 would make boundless.

    Raises
    ------
    CatalogError
        With every price that is missing for a factor that the organisation uses, every price of 0
        beside a budget, and all dedicated reviewers whose paid hours give no review.
    """
    factors = tuple(name for name in organisation.factors if name != DEFECT_BUDGET)
    staff = {review_factor(name): name for name in reviewer_pools(catalog)}
    labour_of = np.array([_labour_pool(catalog, staff.get(name)) for name in factors])
    shared = labour_of >= 0
    used = _used(organisation)[: len(factors)] & ~shared
    needed = [name for name, use in zip(factors, used.tolist(), strict=True) if use]
    bought = [name for name, other in zip(factors, shared.tolist(), strict=True) if not other]
    defects = [
        *_missing(catalog, needed),
        *(_boundless(catalog, bought) if limited else []),
        *_idle(catalog, [staff[name] for name in needed if name in staff]),
    ]
    if defects:
        raise CatalogError(defects)
    hours = np.array([_review_hours(catalog, staff.get(name)) for name in factors])
    hours[shared] = 1.0
    prices = catalog.prices or Prices()
    rate = np.array([prices.of(name) or 0.0 for name in factors])
    # reviewers who cannot review are not used: their hours need no price
    besides = np.divide(rate, hours, where=hours > 0, out=np.zeros_like(rate))
    besides[shared] = 0.0
    unit = np.where(shared, besides[np.where(shared, labour_of, 0)], besides)
    return UnitPrices(factors, unit, besides, labour_of, hours)


def _used(organisation: Organisation) -> NDArray[np.bool_]:
    """Return whether an allowed mode of some task uses each factor, shape (factor,)."""
    used = (organisation.fixed_bundles > 0) & organisation.policy[..., None]
    return np.asarray(used.any(axis=(0, 1, 2)))


def _labour_pool(catalog: Catalog, reviewers: str | None) -> int:
    """Return the position of the labour pool that reviewers belong to; -1: to none."""
    pools = list(catalog.pools)
    pool = None if reviewers is None else reviewer_pools(catalog)[reviewers].pool
    return pools.index(pool) if pool in pools else -1


def _review_hours(catalog: Catalog, reviewers: str | None) -> float:
    """Return the hours of review that a paid hour of reviewers gives; 1 for other factors."""
    if reviewers is None:
        return 1.0
    pool = reviewer_pools(catalog)[reviewers]
    return pool.max_review_share.value * pool.utilisation.value


def _missing(catalog: Catalog, names: list[str]) -> list[Defect]:
    """Return the prices that are missing."""
    prices = catalog.prices
    if prices is None:
        values = listing([f"prices.{name}" for name in names])
        scenario = (
            "or lay the scenario `priced` over the catalog"
            if names_priced(names)
            else "such as those that the scenario `priced` sets for one pool of researchers"
        )
        message = f"is missing; give {values}, {scenario}"
        return [catalog.defect(("prices",), message)]
    lacking = [name for name in names if prices.of(name) is None]
    defects = []
    for name in lacking:
        if name not in COMPUTE_PRICES:
            message = f"is missing, and {name} is used; give what an hour costs, such as 150"
        elif getattr(catalog.compute, name) == "free":
            continue
        else:
            message = f"is missing, and {name} is used; give it, or let compute.{name} be free"
        defects.append(catalog.defect(("prices", name), message))
    return defects


def names_priced(names: Iterable[str]) -> bool:
    """Return whether the scenario `priced`, which knows one pool of researchers, has all prices."""
    return PRICED.issuperset(names)


def _boundless(catalog: Catalog, names: list[str]) -> list[Defect]:
    """Return the prices of 0, which a budget would buy without bound."""
    prices = catalog.prices or Prices()
    return [
        catalog.defect(("prices", name), free_with_a_budget(name))
        for name in names
        if prices.of(name) == 0
    ]


def _idle(catalog: Catalog, names: list[str]) -> list[Defect]:
    """Return the shares of 0 that let dedicated reviewers not review."""
    return [
        catalog.defect(
            (*reviewer_block(name).split("."), field),
            f"found 0, so that no pay buys an hour of {review_factor(name)}; give a share above 0",
        )
        for name in names
        for field in ("max_review_share", "utilisation")
        if getattr(reviewer_pools(catalog)[name], field).value == 0
    ]
