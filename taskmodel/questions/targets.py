"""Quantities that can be a target: numbers of a sweep by name, read from allocations on an axis.

A scalar variable has its own name, such as ``throughput_speedup``; an element of an array variable
has the names of both, such as ``factor_elasticity.review``, ``review_elasticity.red_teaming`` or
``reviewer_equivalent.general.researchers``. Reviewers go by the name of their pool (``general``:
those of supervision) or of their factor (``review``): ``factor_elasticity.general`` is
``factor_elasticity.review``.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np

from taskmodel._arguments import any_text
from taskmodel.allocation import Allocation
from taskmodel.catalog import Catalog
from taskmodel.errors import ArgumentError, InputError
from taskmodel.numerics.types import Array
from taskmodel.organisation.measures import oversight, sources
from taskmodel.organisation.organisation import organisation
from taskmodel.organisation.reviewers import named_pool, review_factor, reviewer_pools
from taskmodel.sweeps._ceilings import ceilings
from taskmodel.sweeps.oversight_cost import COST, FreeReviewWalker, cost_of
from taskmodel.sweeps.walker import Before, Situation, Walker
from taskmodel.sweeps.walks import walk

SCALARS = (
    "output",
    "throughput_speedup",
    "latency_speedup",
    "speedup",
    "bulk_speedup",
    "oversight_elasticity",
    "automated_hours_share",
)
CEILINGS = ("oversight_ceiling", "no_oversight_ceiling", "oversight_ceiling_full")
OF_ALLOCATION = ("factor_elasticity", "factor_use", "shadow_price")


@dataclass(frozen=True)
class Target:
    """A number of a sweep.

    Attributes
    ----------
    name : str
        The full name, with the element.
    variable : str
    element : int
        Flat index along the variable's own dimensions, last fastest; -1 for scalar variables.
    """

    name: str
    variable: str
    element: int = -1

    def read(
        self,
        walker: Walker,
        situation: Situation,
        position: Array,
        before: Before,
        allocation: Allocation,
    ) -> Array:
        """The number at some positions, shape (point,); NaN where a sweep has NaN.

        `situation` is the organisation that the walker has at these positions.
        """
        yardstick = situation.setting.yardstick
        if self.variable == COST:
            return cost_of(walker, position, before, allocation)
        if self.variable in CEILINGS:
            return np.broadcast_to(
                ceilings(walker.at(position, before))[self.variable], position.shape
            )
        if self.variable == "output":
            return np.asarray(allocation.output / yardstick.base_output)
        if self.variable in OF_ALLOCATION:
            values = getattr(allocation, self.variable)
        elif self.variable in ("oversight_elasticity", "bottleneck_share", "review_pool_share"):
            organisation = situation.setting.organisation
            values = oversight(organisation, situation.compute, allocation)[self.variable]
        elif self.variable == "automated_hours_share":
            automated = situation.measure(allocation).automated_share
            values = (automated * yardstick.shares).sum(axis=-1)
        else:
            values = getattr(situation.measure(allocation), self.variable)
        return np.asarray(
            values if self.element < 0 else values.reshape(len(values), -1)[:, self.element]
        )

    def kinks(self, walker: Walker, low: float, high: float) -> Array:
        """Positions of kinks besides those of the organisation's own output, shape (kink,)."""
        if self.variable != COST:
            return np.zeros(0)
        events = walk(FreeReviewWalker(walker.axis), low, high, np.array([low, high]))[1]
        return events.position[~events.at_threshold]


def target(catalog: Catalog, name: str) -> Target:
    """The target of this name.

    Raises
    ------
    InputError
        If there is no such target; the message suggests similar names.

    Examples
    --------
    >>> import taskmodel as tm
    >>> target(tm.load_catalog("t_agi_ladder"), "bottleneck_share.review").element
    1
    """
    if any_text("target", name, "speedup") in (*SCALARS, COST, *CEILINGS):
        return Target(name, name)
    variable, _, element = name.partition(".")
    arrays = _array_variables(catalog)
    if variable in arrays:
        elements = arrays[variable]
        element = _element(catalog, variable, element, elements)
        if element in elements:
            name = f"{variable}.{element}"
            return Target(name, variable, elements.index(element))
        similar = [
            f"{variable}.{suggestion}"
            for suggestion in get_close_matches(element, elements, 3, 0.4) or elements[:3]
        ]
        if variable == "bottleneck_share" and named_pool(catalog, element) in reviewer_pools(
            catalog
        ):
            similar = [f"review_pool_share.{named_pool(catalog, element)}"]
        raise InputError(f"{name!r} is nothing to aim at: write {' or '.join(similar)}")
    available = [*SCALARS, COST, *CEILINGS, *arrays]
    similar = get_close_matches(variable, available, 3, 0.4) or list(SCALARS)
    raise InputError(
        f"{name!r} is nothing to aim at; the nearest are {', '.join(similar)}; "
        f"in all there are {', '.join(available)}"
    )


def _element(catalog: Catalog, variable: str, element: str, elements: tuple[str, ...]) -> str:
    """The element that a name means: reviewers by the name of their pool or of their factor."""
    if element in elements:
        return element
    reviewers, dot, others = element.partition(".")
    pool = named_pool(catalog, reviewers)
    if variable in OF_ALLOCATION and pool in reviewer_pools(catalog):
        return review_factor(pool)
    if variable in ("review_pool_share", "reviewer_equivalent"):
        return f"{pool}{dot}{others}"
    return element


def _array_variables(catalog: Catalog) -> dict[str, tuple[str, ...]]:
    """The array variables, with the names of their elements."""
    labels = organisation(catalog)
    by_task = ("review_elasticity", "escaped_defects", "automated_share")
    return {
        "bottleneck_share": sources(labels),
        "review_pool_share": tuple(reviewer_pools(catalog)),
        **dict.fromkeys(by_task, tuple(labels.tasks)),
        "reviewer_equivalent": tuple(
            f"{reviewers}.{pool}" for reviewers in reviewer_pools(catalog) for pool in catalog.pools
        ),
        **dict.fromkeys(OF_ALLOCATION, tuple(labels.factors)),
    }


def input_values(catalog: Catalog, path: str) -> tuple[float, ...]:
    """The number at a path, or those at all paths that it stands for.

    Raises
    ------
    CatalogError
        If there is no such path.
    TypeError
        If the value at the path is not a number.
    """
    values = []
    for single in catalog.expand(path):
        value = catalog.get(single)
        if value is None:
            raise ArgumentError(f"{single} is left out in the catalog: set it to a number first")
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise ArgumentError(f"{single} is no number: it is {value!r}")
        values.append(float(value))
    return tuple(values)
