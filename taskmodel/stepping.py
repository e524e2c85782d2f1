"""Task-by-task automation as compute grows: the sweep, and its events at their exact places.

Along the compute axis the optimum is smooth but at events: a task becomes automatable, a mode enters or leaves, a factor
gets or loses its price, oversight begins or ceases to bind. The grid is only where results are reported: the places of
events do not depend on it. Points of the axis are solved in `walker`, events are found in `changes`.

Start reading at `sweep`. Source: docs, model, section 6.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from taskmodel import results
from taskmodel.allocation import allocate, margins
from taskmodel.catalog import Catalog
from taskmodel.changes import ASIDE, KINDS, Event, Found, as_allocation, changes_at_thresholds, changes_between
from taskmodel.organisation import HUMAN
from taskmodel.production import Array
from taskmodel.walker import Path, Walker

MESH = 24  # points per factor of ten of the axis
TILE = 2_000_000  # bundle entries of events handled at once
OFFSET = np.sqrt(2) - 1  # keeps them off round numbers, at which catalogs like to have events


def sweep(catalog: Catalog, compute: ArrayLike | None = None) -> xr.Dataset:
    """Solve a research organisation along the compute axis, and find every event on the way.

    Parameters
    ----------
    catalog : Catalog
        As `taskmodel.load_catalog` returns it.
    compute : array, shape (compute,), optional
        Points to report [effective FLOP/year]; positive, finite, increasing. Default: the catalog's grid.

    Returns
    -------
    xarray.Dataset
        Over ``compute``, ``task``, ``mode``, ``factor``, ``source`` and ``event``; every variable carries its unit and
        meaning as attributes. `taskmodel.events` selects the events.

    Raises
    ------
    TypeError
        If the catalog is none, such as its name.
    ValueError
        If the grid is not as described.
    SolveError
        If a point has no answer that can be certified, or the catalog's people without AI produce nothing.
    """
    needs_catalog(catalog)
    grid = _grid(catalog, compute)
    walker = Walker(catalog)
    path, found = _walk(walker, grid[0], grid[-1])
    near = np.searchsorted(path.compute, grid, side="right") - 1
    reported = walker.solve(grid, np.zeros(len(grid), dtype=bool), path.allocation.take(near)).allocation
    values = walker.yardstick.measure(grid, reported)
    return results.dataset(
        catalog,
        walker.organisation,
        grid,
        reported,
        values,
        ceilings(walker, grid),
        _event_table(walker, found),
    )


def _walk(walker: Walker, low: float, high: float) -> tuple[Path, list[Found]]:
    """From one end of a stretch of the axis to the other, and every event on the way."""
    opens_at = walker.organisation.opens_at
    thresholds = np.unique(opens_at[(opens_at > low) & (opens_at <= high)])
    mesh = _mesh(low, high)
    places = np.concatenate([mesh, thresholds, thresholds])
    before = np.repeat([False, True, False], [len(mesh), len(thresholds), len(thresholds)])
    path = walker.solve_path(*_in_order(places, before))
    return path, changes_at_thresholds(walker, path) + changes_between(walker, path)


def event_places(walker: Walker, low: float, high: float) -> dict[float, list[Event]]:
    """Where modes or prices change strictly between two points of the axis [FLOP/year], in order, and what changes there."""
    said = {"oversight_binds", "oversight_binds_ends", "oversight_bottleneck", "oversight_bottleneck_ends"}
    places: dict[float, list[Event]] = {}
    for found in sorted(_walk(walker, low, high)[1], key=lambda found: found.compute):
        changes = [each for each in found.changes if each.kind not in said]
        if low < found.compute < high and any(each.kind != "automatable" for each in changes):
            places.setdefault(found.compute, []).extend(changes)
    return places


def events(result: xr.Dataset) -> xr.Dataset:
    """The events of a sweep, by themselves.

    Parameters
    ----------
    result : Dataset
        As `sweep` returns it.

    Returns
    -------
    xarray.Dataset
        Over ``event``, sorted by compute: ``compute``, ``kind``, ``task``, ``mode`` and ``factor`` (an empty string where none),
        and the limits ``_before`` and ``_after`` of output, the speed-ups, ``factor_elasticity``, ``bottleneck_share``,
        ``oversight_elasticity`` and the ceilings.
    """
    return results.select_events(result)


def latency(catalog: Catalog, compute: float | None = None) -> xr.Dataset:
    """The critical path at one point of the compute axis.

    Parameters
    ----------
    compute : float, optional
        Effective compute [FLOP/year]. Default: the catalog's ``compute.today``.

    Returns
    -------
    xarray.Dataset
        Over ``task``: duration, start, slack, whether it is on the critical path; the length of one pass with and without AI.
    """
    needs_catalog(catalog)
    point = np.array([catalog.compute.today.value if compute is None else compute], dtype=float)
    if point.shape != (1,) or not (np.isfinite(point) & (point > 0)).all():
        raise ValueError(f"compute must be one positive, finite number [FLOP/year]; found {compute!r}")
    walker = Walker(catalog)
    found = walker.solve(point, np.array([False]))
    mix = walker.yardstick.measure(point, found.allocation).mode_share
    return results.latency_dataset(catalog, walker.organisation, walker.yardstick, point[0], mix)


def compare(catalogs: Sequence[Catalog] | Mapping[str, Catalog], compute: Array | None = None) -> xr.Dataset:
    """Sweeps of several catalogs joined along ``scenario``.

    Parameters
    ----------
    catalogs : sequence or mapping of Catalog
        Keys of a mapping name the scenarios; otherwise they are named by catalog, scenario and what was set.
    compute : array, optional
        Points to report [FLOP/year]; default: the first catalog's grid.

    Returns
    -------
    xarray.Dataset
        Over ``scenario`` and the dimensions of a sweep. Tasks, factors and sources that a scenario has not are NaN there (False,
        or an empty string). Events are left out: they are not on a common axis; take them from each sweep.

    Raises
    ------
    ValueError
        If there is nothing to compare, or two have the same name.
    """
    if isinstance(catalogs, (Catalog, str)):
        raise TypeError(f"compare needs a list or mapping of catalogs; found {catalogs!r}: put it in a list with another")
    named = dict(catalogs) if isinstance(catalogs, Mapping) else {}
    if not isinstance(catalogs, Mapping):
        for catalog in catalogs:
            name = results.label(catalog)
            if name in named:
                raise ValueError(f"two catalogs are both named {name!r}; give a mapping of names to catalogs")
            named[name] = catalog
    if not named:
        raise ValueError("nothing to compare: give at least one catalog")
    sweeps = []
    for catalog in named.values():
        swept = sweep(catalog, compute)
        compute = swept["compute"].values
        sweeps.append(swept.drop_vars([name for name in swept.data_vars if str(name).startswith("event_")]))
    blanks = {name: _blank(sweeps[0][name].dtype) for name in sweeps[0].data_vars}
    joined = xr.concat(
        sweeps,
        xr.Variable("scenario", np.array(list(named), dtype=object)),
        join="outer",
        fill_value=blanks,
        combine_attrs="drop",
        data_vars="all",
    )
    order = list(dict.fromkeys(task for swept in sweeps for task in swept["task"].values))
    joined = joined.sel(task=order)
    joined.attrs = {
        "taskmodel_version": sweeps[0].attrs["taskmodel_version"],
        "compared": json.dumps([swept.attrs for swept in sweeps], sort_keys=True),
    }
    return results.described(joined)


def ceilings(walker: Walker, compute: Array, before: ArrayLike = False) -> dict[str, Array]:
    """Output relative to people alone when inference and experiments are unlimited: as is, with all tasks open, and without review.

    NaN where it could not be certified, or has a limit beyond the largest number, as with elasticities just below 1.
    """
    at, base = walker.organisation.with_unlimited("inference", "experiments"), walker.yardstick.base_output
    open_tasks = at.automatable(compute, before)
    patterns, which = np.unique(open_tasks, axis=0, return_inverse=True)
    patterns = np.concatenate([patterns, np.any(at.policy[:, HUMAN + 1 :], axis=1)[None]])
    supply = np.repeat(at.base_supply[None], len(patterns), axis=0)
    with_review = allocate(at.fixed_bundles, supply, at.nest, at.open_modes(patterns), throw=False).output / base
    free = at.without_review()
    without = allocate(free.fixed_bundles, supply, at.nest, at.open_modes(patterns), throw=False).output / base
    which = which.reshape(-1)
    return {
        "oversight_ceiling": with_review[which],
        "no_oversight_ceiling": without[which],
        "oversight_ceiling_full": with_review[-1],
    }


def needs_catalog(catalog: Catalog) -> None:
    """Refuse what is no catalog with a TypeError that says how to come by one."""
    if not isinstance(catalog, Catalog):
        how = f"load it with taskmodel.load_catalog({catalog!r})" if isinstance(catalog, str) else "taskmodel.load_catalog returns one"
        raise TypeError(f"a Catalog is needed; found {type(catalog).__name__}: {how}")


def _grid(catalog: Catalog, compute: ArrayLike | None) -> Array:
    if compute is None:
        span = catalog.compute.grid
        return np.geomspace(span.low, span.high, span.points)
    grid = np.asarray(compute, dtype=float)
    if grid.ndim != 1 or not len(grid):
        raise ValueError(f"compute must be a list of points [FLOP/year]; found shape {grid.shape}")
    if not np.all(np.isfinite(grid) & (grid > 0)):
        raise ValueError(f"compute must be positive and finite [FLOP/year]; found {grid[~(np.isfinite(grid) & (grid > 0))][0]!r}")
    if not np.all(np.diff(grid) > 0):
        place = int(np.argmin(np.diff(grid) > 0))
        raise ValueError(f"compute must increase from point to point; found {grid[place]:g} and then {grid[place + 1]:g}")
    return grid


def _mesh(low: float, high: float) -> Array:
    """Points between which events are looked for: the ends, and places that depend on neither them nor on what is reported."""
    first, last = MESH * np.log10(low) - OFFSET, MESH * np.log10(high) - OFFSET
    inner = 10 ** ((np.arange(np.floor(first) + 1, np.ceil(last)) + OFFSET) / MESH)
    return np.unique(np.concatenate([[low], inner[(inner > low) & (inner < high)], [high]]))


def _in_order(places: Array, before: NDArray[np.bool_]) -> tuple[Array, NDArray[np.bool_]]:
    """Sorted by place, the limit from below first, each point once."""
    order = np.lexsort((~before, places))
    places, before = places[order], before[order]
    repeated = np.concatenate([[False], (np.diff(places) == 0) & (before[1:] == before[:-1])])
    return places[~repeated], before[~repeated]


def _event_table(walker: Walker, found: list[Found]) -> results.EventTable:
    """The events in order: by compute, then kind, then place in the file; with the limits of everything on either side."""
    rows = sorted(
        (place.compute, KINDS.index(change.kind), change.task, change.mode, change.factor, index, change.kind)
        for index, place in enumerate(found)
        for change in place.changes
    )
    which = np.array([row[5] for row in rows], dtype=int)
    columns: dict[str, Any] = {
        "compute": np.array([row[0] for row in rows], dtype=float),
        "kind": [row[6] for row in rows],
        "task": ["" if row[2] < 0 else walker.organisation.tasks[row[2]] for row in rows],
        "mode": ["" if row[3] < 0 else walker.organisation.modes[row[3]] for row in rows],
        "factor": ["" if row[4] < 0 else walker.organisation.factors[row[4]] for row in rows],
    }
    # in parts, for many events of many tasks are more than memory holds
    step = max(1, TILE // walker.organisation.fixed_bundles.size)
    parts = [found[begin : begin + step] for begin in range(0, len(found), step)]
    sides = {}
    for side in ("before", "after") if found else ():
        values = [_limits(walker, part, side) for part in parts]
        sides[side] = {name: np.concatenate([part[name] for part in values])[which] for name in results.EVENT_LIMITS}
    return results.EventTable(**columns, limits=sides)


def _limits(walker: Walker, found: list[Found], side: str) -> dict[str, Array]:
    """The limits of measures from one side at each place."""
    compute = np.array([place.compute for place in found])
    first, *rest = (getattr(place, side) for place in found)
    joined = first.join(*rest)
    at_threshold = np.array([place.at_threshold for place in found])
    before = np.full(len(compute), side == "before")
    arrays = walker.arrays(compute, before)
    # both sides of an event between thresholds were looked at a little aside: follow their regimes to the place itself
    m = margins(*arrays, joined)
    followed = as_allocation(arrays[0], m)
    # the place is known to rounding, and so is a share that is zero there; a share well below zero means it is another place
    least = (m.activity / np.maximum(m.activity.sum(axis=-1, keepdims=True), np.finfo(float).tiny)).min(axis=(1, 2))
    exact = m.solved & ~at_threshold & (least > -ASIDE)
    followed.activity[:] = np.maximum(followed.activity, 0.0)
    for name in ("output", "activity", "factor_elasticity", "factor_use"):
        getattr(joined, name)[exact] = getattr(followed, name)[exact]
    values = {**vars(walker.yardstick.measure(compute, joined)), **ceilings(walker, compute, before)}
    values["factor_elasticity"] = joined.factor_elasticity
    return {name: values[name] for name in results.EVENT_LIMITS}


def _blank(dtype: np.dtype) -> object:
    return {"b": False, "O": "", "i": 0}.get(dtype.kind, np.nan)
