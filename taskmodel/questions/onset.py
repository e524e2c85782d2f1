"""Where oversight begins to bind, and where it becomes the bottleneck, as functions of any input.

For every value of the input the organisation is followed along compute, and the exact place of the first event is taken. The
share of review at one compute tells the rest: how much of what holds research back is oversight, before and after.

Source: docs, model, sections 3.6 and 6.
"""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from taskmodel.allocation import Allocation
from taskmodel.catalog import Catalog
from taskmodel.errors import InputError
from taskmodel.numerics.types import Array
from taskmodel.organisation.measures import REVIEW, oversight
from taskmodel.questions.targets import input_value
from taskmodel.sweeps import results
from taskmodel.sweeps.axes import COMPUTE
from taskmodel.sweeps.changes import Found
from taskmodel.sweeps.sweep import needs_catalog, one_compute, walk
from taskmodel.sweeps.walker import Path, Walker

STAGES = {
    "oversight_binds": "binds",
    "oversight_bottleneck": "bottleneck",
}  # events, and what a path calls the state after them


def onset(
    catalog: Catalog, path: str, values: ArrayLike, *, compute: float | None = None
) -> xr.Dataset:
    """Where oversight begins to bind, and where it becomes the bottleneck, for values of an input.

    Parameters
    ----------
    catalog : Catalog
        Compute is gone through over its grid.
    path : str
        The dotted path of a number in the catalog. With a task's share the others change in proportion.
    values : array, shape (value,)
        In its unit.
    compute : float, optional
        Where ``review_bottleneck_share`` is taken [FLOP/year]; default: the catalog's ``compute.today``.

    Returns
    -------
    xarray.Dataset
        Over the input by its path: ``oversight_binds_from`` and ``oversight_bottleneck_from``, the first compute at which it is
        so, NaN where it is nowhere so on the grid, and the low end of the grid where it is so there already;
        ``oversight_binds_speedup`` and ``oversight_bottleneck_speedup``, the speed-up of throughput from there on. Besides
        ``review_bottleneck_share`` at ``compute``.

    Raises
    ------
    TypeError
        If the catalog is none, or no number stands at the path.
    InputError
        If there are no values, or one is not finite.
    CatalogError
        If there is no such path, or a value is not allowed there.
    SolveError
        If a point has no answer that can be certified.

    Examples
    --------
    With few reviewers people do by hand what nobody has time to review, and oversight is never the largest source:

    >>> import taskmodel as tm
    >>> found = onset(tm.load_catalog("t_agi_ladder"), "supervision.headcount", [30, 1000])
    >>> [f"{place:.3g}" for place in found["oversight_bottleneck_from"].values]
    ['nan', '5.22e+31']
    """
    needs_catalog(catalog)
    input_value(catalog, path)
    inputs = np.atleast_1d(np.asarray(values, dtype=float))
    if inputs.ndim != 1 or not len(inputs) or not np.isfinite(inputs).all():
        raise InputError(f"values of {path} must be finite numbers; found {values!r}")
    place = np.array([one_compute(catalog, compute)])
    catalogs = [catalog.replace(catalog.changed_to(path, value)) for value in inputs.tolist()]
    rows = [_row(changed, place) for changed in catalogs]
    variables = {name: (path, np.array([row[name] for row in rows])) for name in rows[0]}
    result = results.described(
        xr.Dataset(variables, {path: inputs, COMPUTE: place[0]}, results.provenance_of(catalog))
    )
    result[path].attrs = {"units": catalog.unit_of(path), "long_name": f"the catalog's {path}"}
    return result


def _row(catalog: Catalog, place: Array) -> dict[str, float]:
    """What is told of one organisation."""
    walker, grid = Walker(catalog), catalog.compute.grid
    shares = oversight(
        walker.organisation, place, walker.solve(place, np.array([False])).allocation
    )["bottleneck_share"]
    row = {"review_bottleneck_share": float(shares[0, REVIEW])}
    path, events = walk(walker, grid.low, grid.high)
    events.sort(key=lambda found: found.place)
    for stage, state in STAGES.items():
        where, allocation = _first(path, events, stage, state)
        there = None if allocation is None else walker.at(np.array([where])).measure(allocation)
        row[f"{stage}_from"] = where
        row[f"{stage}_speedup"] = np.nan if there is None else float(there.throughput_speedup[0])
    return row


def _first(
    path: Path, events: list[Found], stage: str, state: str
) -> tuple[float, Allocation | None]:
    """The first compute at which a stage is reached, and the allocation from there on; NaN and None if it is not."""
    if getattr(path, state)[0]:
        return float(path.place[0]), path.allocation.take([0])
    for found in events:
        if any(change.kind == stage for change in found.changes):
            return float(found.place), found.after
    return np.nan, None
