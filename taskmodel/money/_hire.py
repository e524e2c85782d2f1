"""How many people to hire, when: the best plan as compute grows, their worth from the optimum.

A per cent more research is always worth a per cent of the money M of a year, as in `spend`, where
research is valued at its average cost: one more of N people is worth

    u = (M / Y) dY/dN = M eps / N

a year, eps the elasticity of output to the hours of the pool, that of a sweep with N people at that
date. `science.hiring` finds the plan; after the last date everything stays as it is there.

Source: docs, money.
"""

from __future__ import annotations

from dataclasses import dataclass
from os import PathLike

import numpy as np
import xarray as xr

from taskmodel._arguments import shown
from taskmodel.allocation import allocate
from taskmodel.catalog import GENERAL, Catalog, People
from taskmodel.catalog.prices import Hiring
from taskmodel.errors import CatalogError, InputError
from taskmodel.money._spend import spend
from taskmodel.money.prices import names_priced
from taskmodel.numerics.types import Array
from taskmodel.organisation.quantities import Quantities
from taskmodel.organisation.reviewers import (
    named_pool,
    review_factor,
    reviewer_block,
    reviewer_pools,
)
from taskmodel.science.hiring import HiringPlan, optimal_hiring
from taskmodel.sweeps import results
from taskmodel.sweeps.axes import COMPUTE, TIME, Course
from taskmodel.sweeps.paths import Paths, load_paths
from taskmodel.sweeps.paths import courses as courses_of
from taskmodel.sweeps.points import needs_catalog, one_compute
from taskmodel.sweeps.walker import Setting, Situation

STEPS = 12  # of a year
LONGEST, GROWTH = 0.5, 1.15  # of steps after the last date [year], and from each to the next
FORGOTTEN = 1e-4  # part of a person, discounted, that is left when nothing counts any more
PER_DOUBLING, BELOW, ABOVE = 4, 3, 2  # levels, and doublings of the people there are at first
MOST = 30  # doublings: no plan hires so many


def hire(
    catalog: Catalog,
    years: float | None = None,
    *,
    people: str | None = None,
    paths: str | PathLike[str] | Paths | None = None,
    compute: float | None = None,
    budget: float | None = None,
) -> xr.Dataset:
    """Return the best plan of hiring people of one pool.

    Parameters
    ----------
    catalog : Catalog
        With ``prices`` and ``hiring``; the pool's ``attrition`` says who leaves.
    years : float, optional
        Length of the plan [year]; default: to the end of the paths, or 10 without paths.
    people : str, optional
        A labour pool, or a kind of reviewers by its id or factor (``general`` or ``review``: those
        of supervision). Default: the general reviewers, or the labour pool to which they belong.
        Reviewers who belong to a labour pool grow with it, in proportion.
    paths : str, path or Paths, optional
        How compute and other numbers grow, from the paths' ``today`` on; default: they do not.
        How many people of this pool there are is what the plan says.
    compute : float, optional
        Compute at first, without paths [FLOP/year]; default: the catalog's ``compute.today``.
    budget : float, optional
        What all research of a year is worth [$/year]; default: as in `spend`, at first.

    Returns
    -------
    xarray.Dataset
        Over ``time`` (dates with paths, else years from now) ``people``, ``counting`` and
        ``person_worth``; over ``step``, their middles, ``hires`` and ``hire_worth``. Scalars:
        ``pay``, ``budget``, ``hiring_gain`` and ``hiring_residual``.

    Raises
    ------
    TypeError
        If the catalog is not a Catalog.
    InputError
        If an argument is not as described.
    CatalogError
        If prices or hiring are missing, or nobody ever leaves and nothing is discounted.
    SolveError, RootError
        If an optimum cannot be certified.
    """
    needs_catalog(catalog)
    course = _Future(catalog, years, paths, compute)
    pool = _pool(catalog, people)
    hiring = _hiring(catalog, pool)
    now = spend(catalog, course.compute(course.times[:1])[0], budget=budget)
    money, pay = float(now["budget"]), _pay(catalog, pool)
    plan = _plan(catalog, pool, hiring, course, money, pay)
    shown = len(course.times)
    middle = (course.times[1:] + course.times[:-1]) / 2 + course.begins
    variables = {
        "people": ((TIME,), plan.people[:shown]),
        "counting": ((TIME,), plan.counting[:shown]),
        "person_worth": ((TIME,), plan.worth[:shown]),
        "hires": (("step",), plan.hires[: shown - 1]),
        "hire_worth": (("step",), plan.costate[: shown - 1]),
        "pay": ((), pay),
        "budget": ((), money),
        "hiring_gain": ((), plan.gain),
        "hiring_residual": ((), plan.residual),
        "hired_pool": ((), np.array(pool.name, dtype=object)),
    }
    coords = {
        TIME: (TIME, course.times + course.begins, "calendar year", "time"),
        "step": ("step", middle, "calendar year", "middle of the step"),
    }
    return results.labelled(variables, coords, results.provenance(catalog=catalog))


@dataclass(frozen=True)
class _HiredPool:
    """A pool of people, its factor and block, and the kinds of reviewers who belong to it."""

    name: str
    factor: str
    block: str
    record: People
    reviewers: tuple[str, ...]


class _Future:
    """Dates, compute and other numbers of a plan.

    Attributes
    ----------
    times : array, shape (time,)
        Ends of the steps, from 0 [year].
    begins : float
        Date of the first; 0 without paths.
    columns : dict of str to Course
        Numbers that change, by path.
    """

    def __init__(
        self,
        catalog: Catalog,
        years: float | None,
        paths: str | PathLike[str] | Paths | None,
        compute: float | None,
    ) -> None:
        self._constant = one_compute(catalog, compute)
        self.begins, longest = 0.0, np.inf
        self.columns: dict[str, Course] = {}
        if paths is not None:
            if compute is not None:
                raise InputError("compute has a course in paths; leave the argument out")
            if not isinstance(paths, Paths):
                paths = load_paths(paths)
            tables = courses_of(paths, catalog)
            self.columns = {name: Course(name, table) for name, table in tables.items()}
            self.begins = paths.today.value
            longest = paths.ends.value - self.begins
        if years is None:
            years = min(longest, 10.0)
        if isinstance(years, bool) or not 0 < years <= min(longest, 100.0):
            raise InputError(
                f"years must be above 0 and at most {min(longest, 100.0):g}; found {shown(years)}"
            )
        self.times = np.linspace(0.0, years, max(2, round(years * STEPS) + 1))

    def compute(self, times: Array) -> Array:
        """Return compute at times from the first [FLOP/year]."""
        if COMPUTE in self.columns:
            return self.columns[COMPUTE](times + self.begins)
        return np.full(len(times), self._constant)

    def extended(self, rate: float, ramp: float) -> Array:
        """Return the times and those after the last, until what is discounted is forgotten.

        Steps are equal until all who are hired before the last time count: trapezoids over the
        beginning of their work are exact on equal steps alone.
        """
        times = self.times.tolist()
        end, step = times[-1] - np.log(FORGOTTEN) / rate, times[1]
        counting = times[-1] + ramp + step
        while times[-1] < max(end, counting):
            if times[-1] > counting:
                step = max(step, min(step * GROWTH, LONGEST))
            times.append(times[-1] + step)
        return np.array(times)


def _pool(catalog: Catalog, people: str | None) -> _HiredPool:
    """Return the pool of a name."""
    pools, staff = catalog.pools, reviewer_pools(catalog)
    if people is None:
        people = GENERAL if catalog.supervision.pool == "dedicated" else catalog.supervision.pool
    record: People
    if people not in pools:
        people = named_pool(catalog, people)
    if people in pools:
        block, factor, record = f"pools.{people}", people, pools[people]
    elif people in staff and staff[people].pool == "dedicated":
        block, factor, record = reviewer_block(people), review_factor(people), staff[people]
    else:
        names = [*pools, *(name for name, pool in staff.items() if pool.pool == "dedicated")]
        lent = staff[people].pool if people in staff else ""
        reason = f", who are people of the labour pool {lent}: hire those" if lent else ""
        raise InputError(f"people must be one of {', '.join(names)}; found {shown(people)}{reason}")
    if record.headcount.value == 0:
        raise CatalogError(
            [
                catalog.defect(
                    (*block.split("."), "headcount"),
                    "found 0: what the first is worth is not known; give at least one person",
                )
            ]
        )
    members = tuple(name for name, pool in staff.items() if pool.pool == people)
    return _HiredPool(people, factor, block, record, members)


def _hiring(catalog: Catalog, pool: _HiredPool) -> Hiring:
    """Return what hiring takes."""
    hiring = catalog.hiring
    if hiring is None:
        message = "is missing; give cost and ramp, " + (
            "or lay the scenario `priced` over the catalog"
            if names_priced(catalog.pools)
            else "such as those that the scenario `priced` sets"
        )
        raise CatalogError([catalog.defect(("hiring",), message)])
    if _rate(pool, hiring) == 0:
        message = (
            f"is missing, and nobody ever leaves ({pool.block}.attrition), so that a hire is worth "
            "any amount; give one of them above 0, such as 0.05"
        )
        raise CatalogError([catalog.defect(("hiring", "discount"), message)])
    return hiring


def _attrition(pool: _HiredPool) -> float:
    return 0.0 if pool.record.attrition is None else pool.record.attrition.value


def _discount(hiring: Hiring) -> float:
    return 0.0 if hiring.discount is None else hiring.discount.value


def _rate(pool: _HiredPool, hiring: Hiring) -> float:
    return _attrition(pool) + _discount(hiring)


def _pay(catalog: Catalog, pool: _HiredPool) -> float:
    """Return the pay of a person [$/year]; `spend` has refused a catalog without the price."""
    price = None if catalog.prices is None else catalog.prices.of(pool.factor)
    if price is None:
        message = f"is missing, and {pool.factor} is hired; give what an hour costs, such as 150"
        raise CatalogError([catalog.defect(("prices", pool.factor), message)])
    return price * pool.record.hours_per_year.value


def _plan(
    catalog: Catalog, pool: _HiredPool, hiring: Hiring, future: _Future, money: float, pay: float
) -> HiringPlan:
    """Find the plan; levels of people are added until they enclose it."""
    start = pool.record.headcount.value
    times = future.extended(_rate(pool, hiring), hiring.ramp.value)
    exponents = np.arange(-BELOW * PER_DOUBLING, ABOVE * PER_DOUBLING + 1)
    worth = np.empty((len(future.times), 0))
    levels = np.empty(0)
    while True:
        new = start * 2.0 ** (exponents / PER_DOUBLING)
        more = money * _one_more(catalog, pool, future, new)
        levels, worth = np.append(levels, new), np.concatenate([worth, more], axis=1)
        plan = optimal_hiring(
            times,
            levels,
            np.concatenate([worth, np.tile(worth[-1], (len(times) - len(worth), 1))]),
            start=start,
            wage=pay,
            cost=hiring.cost.value,
            ramp=hiring.ramp.value,
            attrition=_attrition(pool),
            discount=_discount(hiring),
        )
        if plan.counting.max() <= levels[-1] or exponents[-1] > MOST * PER_DOUBLING:
            return plan
        exponents = exponents[-1] + np.arange(1, ABOVE * PER_DOUBLING + 1)


def _one_more(catalog: Catalog, pool: _HiredPool, future: _Future, levels: Array) -> Array:
    """Return by what part one more person raises output, at each time and level, (time, level)."""
    times, people = (grid.ravel() for grid in np.meshgrid(future.times, levels, indexing="ij"))
    growth = people / pool.record.headcount.value
    changed = {
        name: course(times + future.begins)
        for name, course in future.columns.items()
        if name != COMPUTE
    }
    for block in (pool.block, *map(reviewer_block, pool.reviewers)):
        changed[f"{block}.headcount"] = float(catalog.get(f"{block}.headcount")) * growth
    setting = Setting(Quantities(catalog).with_columns(changed))
    result = allocate(*Situation(setting, future.compute(times)).arrays)
    factors = [pool.factor, *map(review_factor, pool.reviewers)]
    columns = [setting.organisation.factors.index(name) for name in factors]
    # the supplies of the pool and of its reviewers are in proportion to its people
    part = result.factor_elasticity[:, columns].sum(axis=-1) / people
    return np.asarray(part.reshape(len(future.times), len(levels)))
