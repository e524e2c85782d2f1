"""The compute from which oversight binds, and from which it is the bottleneck, by an input.

For each value of the input the organisation is followed along compute to the first event of each
kind. The bottleneck share of review at one compute measures how far it holds research back.

Source: docs, model, sections 3.6 and 6.
"""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from taskmodel._arguments import shown
from taskmodel.catalog import Catalog
from taskmodel.errors import InputError
from taskmodel.numerics.numbers import real_numbers
from taskmodel.numerics.types import Array
from taskmodel.organisation.measures import REVIEW, oversight
from taskmodel.questions.targets import input_values
from taskmodel.sweeps import results
from taskmodel.sweeps.axes import COMPUTE
from taskmodel.sweeps.event_records import Events
from taskmodel.sweeps.points import needs_catalog, one_compute
from taskmodel.sweeps.walker import SolutionPath, Walker
from taskmodel.sweeps.walks import walk

# Event kinds, with the attribute of a path that holds the state after the event.
STAGES = {"oversight_binds": "binds", "oversight_bottleneck": "bottleneck"}


def onset(
    catalog: Catalog, path: str, values: ArrayLike, *, compute: float | None = None
) -> xr.Dataset:
    """The compute from which oversight binds, and is the bottleneck, for values of an input.

    Parameters
    ----------
    catalog : Catalog
        Its compute grid is the range of compute considered.
    path : str
        The dotted path of a number in the catalog. With a task's share the other shares change in
        proportion.
    values : array, shape (value,)
        Values of the input, in its unit.
    compute : float, optional
        Compute of ``review_bottleneck_share`` [FLOP/year]; default: the catalog's
        ``compute.today``.

    Returns
    -------
    xarray.Dataset
        Over the input by its path: ``oversight_binds_from`` and ``oversight_bottleneck_from``,
        the least compute on the grid's range at which the state holds, NaN if there is none;
        ``oversight_binds_speedup`` and ``oversight_bottleneck_speedup``, the throughput speed-up
        there; and ``review_bottleneck_share`` at ``compute``.

    Raises
    ------
    TypeError
        If the catalog is not a Catalog, or the value at the path is not a number.
    InputError
        If there are no values, or one is not finite.
    CatalogError
        If there is no such path, or a value is not allowed for it.
    SolveError
        If an optimum cannot be certified.

    Examples
    --------
    With few reviewers people do the work that nobody can review, and oversight is never the
    largest source:

    >>> import taskmodel as tm
    >>> result = onset(tm.load_catalog("t_agi_ladder"), "supervision.headcount", [30, 1000])
    >>> [f"{start:.3g}" for start in result["oversight_bottleneck_from"].values]
    ['nan', '2.61e+32']
    """
    needs_catalog(catalog)
    input_values(catalog, path)
    inputs = np.atleast_1d(real_numbers(f"values of {path}", values))
    if inputs.ndim != 1 or not len(inputs) or not np.isfinite(inputs).all():
        raise InputError(f"values of {path} must be finite numbers; found {shown(values)}")
    point = np.array([one_compute(catalog, compute)])
    catalogs = [catalog.replace(catalog.changed_to(path, value)) for value in inputs.tolist()]
    rows = [_stages(changed, point) for changed in catalogs]
    return results.labelled(
        {name: (path, [row[name] for row in rows]) for name in rows[0]},
        {
            path: (path, inputs, catalog.unit_of(path), f"the catalog's {path}"),
            COMPUTE: point[0],
        },
        results.provenance(catalog=catalog),
    )


def _stages(catalog: Catalog, point: Array) -> dict[str, float]:
    """The variables of `onset` for one catalog."""
    walker, grid = Walker(catalog), catalog.compute.grid
    allocation = walker.solve(point).allocation
    share = oversight(walker.organisation, point, allocation)["bottleneck_share"][0, REVIEW]
    row = {"review_bottleneck_share": float(share)}
    path, events = walk(walker, grid.low, grid.high)
    for kind, state in STAGES.items():
        start = _first(path, events, kind, state)
        row[f"{kind}_from"] = start
        row[f"{kind}_speedup"] = np.nan
        if not np.isnan(start):
            where = np.array([start])
            measures = walker.at(where).measure(walker.solve(where).allocation)
            row[f"{kind}_speedup"] = float(measures.throughput_speedup[0])
    return row


def _first(path: SolutionPath, events: Events, kind: str, state: str) -> float:
    """The least compute at which a state holds; NaN where it never does."""
    if getattr(path, state)[0]:
        return float(path.position[0])
    for position, changes in zip(events.position.tolist(), events.changes, strict=True):
        if any(change.kind == kind for change in changes):
            return float(position)
    return np.nan
