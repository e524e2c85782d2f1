"""What differs between two catalogs, and how much of the difference in an answer each change explains.

The answer with some of the changes made is v(S). A change's part is its Shapley value: what it adds to v on average over all
orders in which the changes can be made,

    phi_i = sum over S without i of |S|! (n - |S| - 1)! / n! (v(S and i) - v(S))

so that the parts add up to the whole difference. That takes 2^n answers; of many changes only the first and the last steps are
looked at: what each does alone, and what it does when all others have been made.

References
----------
Shapley (1953), A value for n-person games, in Contributions to the Theory of Games II, Princeton, 307-317.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations
from math import factorial, fsum
from typing import Any

import numpy as np
import xarray as xr

from taskmodel.catalog import Catalog
from taskmodel.errors import CatalogError, InputError
from taskmodel.questions.targets import target
from taskmodel.sweeps import results
from taskmodel.sweeps.axes import COMPUTE
from taskmodel.sweeps.sweep import needs_catalog, one_compute
from taskmodel.sweeps.walker import Walker

FEW = 8  # changes, of which all orders are gone through
SHARES = "tasks.*.share"  # change together, for they sum to 1
BESIDE = ("compute.grid.", "compute.today")  # what an answer at one compute does not depend on
LOOPS = "feedback_loops."  # nor on these, where they are not counted
EMPTY: frozenset[str] = frozenset()


def explain_difference(
    one: Catalog, other: Catalog, *, target: str = "speedup", compute: float | None = None
) -> xr.Dataset:
    """How much of the difference in an answer each change between two catalogs explains.

    Parameters
    ----------
    one, other : Catalog
        With the same tasks, nests and pools; what is asked for is the way from one to the other.
    target : str
        A variable of a sweep, or an entry of one, as in `solve_for`.
    compute : float, optional
        Where [FLOP/year]; default: ``compute.today`` of `one`.

    Returns
    -------
    xarray.Dataset
        Over ``change``, by path (all shares of tasks count as one): ``from_value`` and ``to_value`` as text; ``alone``, by how
        much the answer differs with this change alone; ``last``, by how much with it, all others made; and ``contribution``,
        its Shapley value where there are at most 8 changes, else NaN. Besides ``before``, ``after`` and ``unexplained``, what
        is left of the difference when all changes are made. The attribute ``method`` is ``shapley`` or ``one at a time``.

    Raises
    ------
    TypeError
        If either is no catalog.
    InputError
        If they have other tasks, nests or pools, or the target or compute is not as described.
    CatalogError
        If a change makes no sense without another.
    SolveError
        If a case has no answer that can be certified.

    Examples
    --------
    >>> import taskmodel as tm
    >>> catalog = tm.load_catalog("t_agi_ladder")
    >>> more = catalog.replace({"supervision.headcount": 900, "production.parallel_exponent": 0.7})
    >>> found = explain_difference(catalog, more, compute=1e31)
    >>> abs(float(found["contribution"].sum() - (found["after"] - found["before"]))) < 1e-9
    True
    """
    needs_catalog(one)
    needs_catalog(other)
    point = one_compute(one, compute)
    made = changes(one, other)
    answers = _Answers(one, made, target, point)
    names, every = list(made), frozenset(made)
    nothing, everything = answers(EMPTY), answers(every)
    after = _answer(other, target, point)
    few = len(names) <= FEW
    columns = {
        "alone": [answers({name}) - nothing for name in names],
        "last": [everything - answers(every - {name}) for name in names],
        "contribution": [
            _shapley(answers, name, every - {name}) if few else np.nan for name in names
        ],
    }
    texts = {
        "from_value": [_told(one, name) for name in names],
        "to_value": [_told(other, name) for name in names],
    }
    variables: dict[str, Any] = {
        name: ("change", np.array(values, dtype=float)) for name, values in columns.items()
    }
    variables |= {
        name: ("change", np.array(values, dtype=object)) for name, values in texts.items()
    }
    variables |= {
        "before": ((), nothing),
        "after": ((), after),
        "unexplained": ((), after - everything),
    }
    attrs = {
        **results.provenance_of(one),
        "target": target,
        "method": "shapley" if few else "one at a time",
    }
    found = results.described(
        xr.Dataset(variables, {"change": np.array(names, dtype=object), COMPUTE: point}, attrs)
    )
    for name in ("before", "after"):
        found[name].attrs = {
            "units": "unit of the target",
            "long_name": f"the answer {name} the changes",
        }
    for name in ("from_value", "to_value"):
        found[name].attrs = {
            "long_name": f"value in the {'one' if name == 'from_value' else 'other'} catalog; empty: shares of several tasks"
        }
    return found


def changes(one: Catalog, other: Catalog) -> dict[str, dict[str, Any]]:
    """What differs between two catalogs: values of the other, by path, under a name for each change.

    Raises
    ------
    InputError
        If they have other tasks, nests or pools.
    """
    for block in ("tasks", "nests", "pools"):
        apart = sorted(set(getattr(one, block)) ^ set(getattr(other, block)))
        if apart:
            raise InputError(
                f"the catalogs have other {block} ({', '.join(apart[:3])}): only catalogs with the same can be explained"
            )
    beside = BESIDE if one.latency.count_loops or other.latency.count_loops else (*BESIDE, LOOPS)
    found: dict[str, dict[str, Any]] = {}
    for path in dict.fromkeys([*other.paths(), *one.paths()]):
        if path.startswith(beside):
            continue
        here, there = _at(one, path), _at(other, path)
        if here == there:
            continue
        keys = path.split(".")
        name = SHARES if keys[0] == "tasks" and keys[-1] == "share" else path
        found.setdefault(name, {})[path] = list(there) if isinstance(there, tuple) else there
    return found


def _at(catalog: Catalog, path: str) -> Any:
    """The value at a path; None where the catalog has no such path, as of a protocol that it does not name."""
    try:
        return catalog.get(path)
    except CatalogError:
        return None


def _told(catalog: Catalog, name: str) -> str:
    if name == SHARES:
        return ""
    value = _at(catalog, name)
    if value is None:
        return "none"
    return (
        f"{value:g}"
        if isinstance(value, float)
        else ", ".join(value)
        if isinstance(value, tuple)
        else str(value)
    )


def _answer(catalog: Catalog, name: str, compute: float) -> float:
    walker, place, never = Walker(catalog), np.array([compute]), np.array([False])
    aim = target(catalog, name)
    return float(
        aim.read(walker, walker.at(place), place, never, walker.solve(place, never).allocation)[0]
    )


class _Answers:
    """The answer with some changes made, each computed once."""

    def __init__(
        self, catalog: Catalog, made: dict[str, dict[str, Any]], name: str, compute: float
    ) -> None:
        self.catalog, self.made, self.name, self.compute = catalog, made, name, compute
        self.known: dict[frozenset[str], float] = {}

    def __call__(self, chosen: Iterable[str]) -> float:
        chosen = frozenset(chosen)
        if chosen not in self.known:
            values = {
                path: value
                for name in self.made
                if name in chosen
                for path, value in self.made[name].items()
            }
            self.known[chosen] = _answer(
                self.catalog.replace(values) if values else self.catalog, self.name, self.compute
            )
        return self.known[chosen]


def _shapley(answers: _Answers, name: str, others: frozenset[str]) -> float:
    count = len(others) + 1
    parts: list[float] = []
    for size in range(count):
        weight = factorial(size) * factorial(count - size - 1) / factorial(count)
        parts += [
            weight * (answers({*some, name}) - answers(some))
            for some in combinations(sorted(others), size)
        ]
    return fsum(parts)
