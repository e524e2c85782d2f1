"""Differences between two catalogs, and the contribution of each change to a difference in output.

Let v(S) be the answer with the changes in S made. The contribution of a change is its Shapley
value: what it adds to v, averaged over all orders in which the changes can be made,

    phi_i = sum over S without i of |S|! (n - |S| - 1)! / n! (v(S and i) - v(S))

so that the contributions add up to the whole difference. This takes 2^n answers. With many
changes only the first and the last steps are evaluated: each change alone, and each change after
all others.

References
----------
Shapley (1953), A value for n-person games, in Contributions to the Theory of Games II, Princeton,
307-317.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from itertools import combinations
from math import factorial, fsum
from typing import Any

import numpy as np
import xarray as xr
from pydantic import BaseModel

from taskmodel.catalog import Catalog
from taskmodel.errors import CatalogError, InputError
from taskmodel.files.quantity import Quantity
from taskmodel.questions.targets import Target
from taskmodel.questions.targets import target as target_of
from taskmodel.sweeps import results
from taskmodel.sweeps.axes import COMPUTE
from taskmodel.sweeps.points import needs_catalog, one_compute
from taskmodel.sweeps.walker import Walker

SHAPLEY_LIMIT = 8  # changes, up to which all orders are evaluated
SHARES = "tasks.*.share"  # change together, because they sum to 1
PROTOCOLS, REVIEWERS = "supervision.protocols", "reviewers"  # likewise, with those they name
IRRELEVANT = ("compute.grid.", "compute.today")  # without effect on an answer at one compute
LOOPS = "feedback_loops."  # likewise, where loops are not counted


def explain_difference(
    one: Catalog, other: Catalog, *, target: str = "speedup", compute: float | None = None
) -> xr.Dataset:
    """Decompose the difference in an answer between two catalogs into contributions of changes.

    Parameters
    ----------
    one, other : Catalog
        With the same tasks, nests and pools. Changes lead from the first to the second.
    target : str
        A variable of a sweep, or an element of one, as in `solve_for`.
    compute : float, optional
        Compute [FLOP/year]; default: ``compute.today`` of `one`.

    Returns
    -------
    xarray.Dataset
        Over ``change``, by path (what is valid together alone is one): ``from_value`` and
        ``to_value`` as text; ``alone``, the difference that the change makes by itself; ``last``,
        the difference it makes after all others; and ``contribution``, its Shapley value, NaN for
        more than 8 changes. Scalars: ``before``, ``after`` and ``unexplained``, the difference
        that remains when all changes are made. The attribute ``method`` is ``shapley`` or
        ``one at a time``.

    Raises
    ------
    TypeError
        If either is not a Catalog.
    InputError
        If their tasks, nests or pools differ, or the target or compute is not as described.
    CatalogError
        If a change is not valid without another.
    SolveError
        If an optimum cannot be certified.

    Examples
    --------
    >>> import taskmodel as tm
    >>> catalog = tm.load_catalog("t_agi_ladder")
    >>> values = {"supervision.headcount": 900, "production.parallel_exponent": 0.7}
    >>> parts = explain_difference(catalog, catalog.replace(values), compute=1e31)
    >>> abs(float(parts["contribution"].sum() - (parts["after"] - parts["before"]))) < 1e-9
    True
    """
    point = one_compute(one, compute)
    needs_catalog(other)
    values = changes(one, other)
    names, every = list(values), frozenset(values)

    @cache
    def answer(chosen: frozenset[str]) -> float:
        # In the order of the file, so that equal sets of changes give equal bits.
        paths = {
            path: value for name in names if name in chosen for path, value in values[name].items()
        }
        return _answer(one.replace(paths) if paths else one, target, point)

    start, end, after = answer(frozenset()), answer(every), _answer(other, target, point)
    few = len(names) <= SHAPLEY_LIMIT
    columns: dict[str, list[float]] = {
        "alone": [answer(frozenset({name})) - start for name in names],
        "last": [end - answer(every - {name}) for name in names],
        "contribution": [
            _shapley_value(answer, name, every - {name}) if few else np.nan for name in names
        ],
    }
    unit = "unit of the target"
    variables: dict[str, tuple[Any, ...]] = {
        name: ("change", np.array(column, dtype=float)) for name, column in columns.items()
    }
    for name, catalog, which in (("from_value", one, "one"), ("to_value", other, "other")):
        texts = np.array([_value_text(catalog, change) for change in names], dtype=object)
        meaning = f"value in the {which} catalog; empty: several values"
        variables[name] = ("change", texts, "", meaning)
    variables |= {
        "before": ((), start, unit, "the answer before the changes"),
        "after": ((), after, unit, "the answer after the changes"),
        "unexplained": ((), after - end),
    }
    return results.labelled(
        variables,
        {"change": np.array(names, dtype=object), COMPUTE: point},
        {
            **results.provenance(catalog=one),
            "target": target,
            "method": "shapley" if few else "one at a time",
        },
    )


def changes(first: Catalog, second: Catalog) -> dict[str, dict[str, Any]]:
    """Values of the second catalog that differ from the first, by name of change and by path.

    What is valid together alone is one change: all shares, a block that one catalog has alone, the
    protocols that are brought by `supervision.protocols`, reviewers of one catalog alone and who of
    them reviews what, and else the values of a block of which one is not valid without another.

    Raises
    ------
    InputError
        If their tasks, nests or pools differ.
    """
    for block in ("tasks", "nests", "pools"):
        unmatched = sorted(set(getattr(first, block)) ^ set(getattr(second, block)))
        if unmatched:
            raise InputError(
                f"the catalogs have other {block} ({', '.join(unmatched[:3])}): "
                "only catalogs with the same can be explained"
            )
    loops_count = first.latency.count_loops or second.latency.count_loops
    irrelevant = IRRELEVANT if loops_count else (*IRRELEVANT, LOOPS)
    alone = _blocks_of(first) ^ _blocks_of(second)
    values: dict[str, Any] = {}
    for path in dict.fromkeys([*second.paths(), *first.paths()]):
        before, after = _value(first, path), _value(second, path)
        if path.startswith(irrelevant) or before == after:
            continue
        block = _block_of_one(alone, path)
        if block not in values:
            values[block] = _plain(after) if block == path else _plain_block(second, block)
    by_change: dict[str, dict[str, Any]] = {}
    other_reviewers = set(first.reviewers) != set(second.reviewers)
    for path, value in values.items():
        by_change.setdefault(_change_of(path, other_reviewers), {})[path] = value
    return _valid_alone(first, by_change)


def _change_of(path: str, other_reviewers: bool) -> str:
    """The name of the change that a value is part of."""
    if path.startswith("tasks.") and path.endswith(".share"):
        return SHARES
    if path == "protocols" or (path.startswith("protocols.") and path.count(".") == 1):
        return PROTOCOLS
    of_task = path.startswith("tasks.") and ".reviewers" in path
    if other_reviewers and (of_task or path.startswith(REVIEWERS)):
        return REVIEWERS
    return path


def _block_of_one(alone: set[str], path: str) -> str:
    """The outermost block around a path that one catalog has alone; else the path."""
    return next((block for block in _blocks(path) if block in alone), path)


def _blocks(path: str) -> list[str]:
    """The blocks around a path, outermost first."""
    keys = path.split(".")
    return [".".join(keys[:end]) for end in range(1, len(keys))]


def _blocks_of(catalog: Catalog) -> set[str]:
    """The blocks in which a catalog has a value."""
    valued = (path for path in catalog.paths() if _value(catalog, path) is not None)
    return {block for path in valued for block in _blocks(path)}


def _plain_block(catalog: Catalog, block: str) -> Any:
    """A block as plain values, None if the catalog does not have it."""
    record: Any = catalog
    for key in block.split("."):
        record = record.get(key) if isinstance(record, Mapping) else getattr(record, key)
    return _plain(record) or None


def _plain(value: Any) -> Any:
    if isinstance(value, Quantity):
        return value.value
    if isinstance(value, BaseModel):
        return {name: _plain(inner) for name, inner in value if inner is not None}
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, tuple) else value


def _valid_alone(
    catalog: Catalog, by_change: dict[str, dict[str, Any]]
) -> dict[str, dict[str, Any]]:
    """The changes, with those of a block as one if any of them is not valid without another."""
    every = {path: value for values in by_change.values() for path, value in values.items()}
    blocks = set()
    for name, values in by_change.items():
        others = {path: value for path, value in every.items() if path not in values}
        try:
            for chosen in (values, others):
                catalog.replace(chosen)
        except CatalogError:
            blocks.add(name.rpartition(".")[0])
    joined: dict[str, dict[str, Any]] = {}
    for name, values in by_change.items():
        block = name.rpartition(".")[0]
        joined.setdefault(f"{block}.*" if block and block in blocks else name, {}).update(values)
    return joined


def _value(catalog: Catalog, path: str) -> Any:
    """The value at a path; None if there is no such path, as for a protocol of one catalog only."""
    try:
        return catalog.get(path)
    except CatalogError:
        return None


def _value_text(catalog: Catalog, change: str) -> str:
    if "*" in change or change == REVIEWERS:
        return ""
    value = _value(catalog, change)
    if value is None:
        return "there" if change in _blocks_of(catalog) else "none"
    if isinstance(value, float):
        return f"{value:g}"
    return (", ".join(value) or "none") if isinstance(value, tuple) else str(value)


def _answer(catalog: Catalog, name: str, compute: float) -> float:
    walker, position, before = Walker(catalog), np.array([compute]), np.array([False])
    quantity: Target = target_of(catalog, name)
    situation = walker.at(position)
    allocation = walker.solve(position, before, None, situation).allocation
    return float(quantity.read(walker, situation, position, before, allocation)[0])


def _shapley_value(
    answer: Callable[[frozenset[str]], float], name: str, others: frozenset[str]
) -> float:
    count = len(others) + 1
    return fsum(
        factorial(size)
        * factorial(count - size - 1)
        / factorial(count)
        * (answer(frozenset({*subset, name})) - answer(frozenset(subset)))
        for size in range(count)
        for subset in combinations(sorted(others), size)
    )
