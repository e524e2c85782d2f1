"""What one can aim at: a number of a sweep, by its name, read off allocations at places of an axis.

A scalar variable goes by its own name, such as ``throughput_speedup``; an entry of another by both names, such as
``factor_elasticity.review``, ``review_elasticity.red_teaming`` or ``reviewer_equivalent.general.researchers``.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import numpy as np
from numpy.typing import NDArray

from taskmodel.allocation import Allocation
from taskmodel.catalog import Catalog
from taskmodel.errors import InputError
from taskmodel.numerics.types import Array
from taskmodel.organisation.measures import oversight, sources
from taskmodel.organisation.organisation import organisation
from taskmodel.organisation.reviewers import reviewer_pools
from taskmodel.sweeps.sweep import ceilings
from taskmodel.sweeps.walker import Situation, Walker

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
        As it was asked for.
    variable : str
    entry : int
        Position along the variable's own dimensions, the last fastest; -1 for scalar variables.
    """

    name: str
    variable: str
    entry: int = -1

    def read(
        self,
        walker: Walker,
        at: Situation,
        place: Array,
        before: NDArray[np.bool_] | bool,
        allocation: Allocation,
    ) -> Array:
        """The number at these places, shape (point,); NaN where a sweep has NaN. `at` is what the walker has there."""
        if self.variable in CEILINGS:
            return np.broadcast_to(ceilings(walker, place, before)[self.variable], place.shape)
        if self.variable in OF_ALLOCATION:
            return np.asarray(getattr(allocation, self.variable)[:, self.entry])
        if self.variable == "output":
            return np.asarray(allocation.output / at.setting.yardstick.base_output)
        if self.variable in ("oversight_elasticity", "bottleneck_share"):
            whole = oversight(at.setting.organisation, at.compute, allocation)[self.variable]
        else:
            measured = at.measure(allocation)
            if self.variable == "automated_hours_share":
                return np.asarray(
                    (measured.automated_share * at.setting.yardstick.shares).sum(axis=-1)
                )
            whole = getattr(measured, self.variable)
        return np.asarray(whole if self.entry < 0 else whole.reshape(len(whole), -1)[:, self.entry])


def target(catalog: Catalog, name: str) -> Target:
    """The target of this name.

    Raises
    ------
    InputError
        If there is none; the message names those that are near.

    Examples
    --------
    >>> import taskmodel as tm
    >>> target(tm.load_catalog("t_agi_ladder"), "bottleneck_share.review").entry
    1
    """
    variable, dot, entry = name.partition(".")
    if name in (*SCALARS, *CEILINGS):
        return Target(name, name)
    entries = _entries(catalog)
    if variable in entries and dot and entry in entries[variable]:
        return Target(name, variable, list(entries[variable]).index(entry))
    if variable in entries:
        among = entries[variable]
        such = get_close_matches(entry, among, 3, 0.4) or list(among)[:3]
        raise InputError(
            f"{name!r} is nothing to aim at: write {' or '.join(f'{variable}.{each}' for each in such)}"
        )
    every = [*SCALARS, *CEILINGS, *entries]
    near = get_close_matches(variable, every, 3, 0.4) or list(SCALARS)
    raise InputError(
        f"{name!r} is nothing to aim at; the nearest are {', '.join(near)}; in all there are {', '.join(every)}"
    )


def _entries(catalog: Catalog) -> dict[str, tuple[str, ...]]:
    """Variables that are not scalar, and the names of their entries."""
    at: Any = organisation(catalog)
    of_tasks = dict.fromkeys(("review_elasticity", "escaped_defects", "automated_share"), at.tasks)
    of_pools = {
        "reviewer_equivalent": tuple(
            f"{kind}.{pool}" for kind in reviewer_pools(catalog) for pool in catalog.pools
        )
    }
    return {
        "bottleneck_share": sources(at),
        **of_tasks,
        **of_pools,
        **dict.fromkeys(OF_ALLOCATION, at.factors),
    }


def input_value(catalog: Catalog, path: str) -> float:
    """The number at a path.

    Raises
    ------
    CatalogError
        If there is no such path.
    TypeError
        If no number stands there.
    """
    value = catalog.get(path)
    if value is None:
        raise TypeError(f"{path} is left out in the catalog: set it to a number first")
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"{path} is no number: it is {value!r}")
    return float(value)
