"""Task-by-task automation as compute, or any other input, grows: the sweep, and its events at their exact places.

Along an axis the optimum is smooth but at events: a task becomes automatable, a mode enters or leaves, a factor gets or
loses its price, oversight begins or ceases to bind. The grid is only where results are reported: the places of events do
not depend on it. What an axis is stands in `axes`, its places are solved in `walker`, events are found in `changes`.

Start reading at `sweep`. Source: docs, model, section 6.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path as FilePath
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from taskmodel.allocation import allocate, margins
from taskmodel.catalog import Catalog
from taskmodel.errors import CatalogError, InputError
from taskmodel.numerics.grids import increasing
from taskmodel.numerics.types import Array
from taskmodel.organisation.organisation import HUMAN, Organisation
from taskmodel.sweeps import results
from taskmodel.sweeps.axes import (
    COMPUTE,
    COMPUTE_UNIT,
    POINTS,
    TIME,
    Axis,
    Course,
    common_dates,
    compute_axis,
    input_axis,
    staffing_courses,
    time_axis,
)
from taskmodel.sweeps.changes import (
    ASIDE,
    KINDS,
    Event,
    Found,
    as_allocation,
    changes_at_thresholds,
    changes_between,
)
from taskmodel.sweeps.dataset import EVENT_LIMITS, EventTable, latency_dataset, sweep_dataset
from taskmodel.sweeps.paths import Paths, load_paths
from taskmodel.sweeps.paths import courses as courses_of
from taskmodel.sweeps.walker import Path, Walker

TILE = 2_000_000  # bundle entries of events handled at once
FINITE = "(-inf, inf)"
OPENING = ("automatable", "automatable_ends")


def sweep(
    catalog: Catalog,
    compute: ArrayLike | None = None,
    *,
    over: str = COMPUTE,
    values: ArrayLike | None = None,
    paths: Mapping[str, Any] | str | PathLike[str] | Paths | None = None,
) -> xr.Dataset:
    """Solve a research organisation along an axis, and find every event on the way.

    Parameters
    ----------
    catalog : Catalog
        As `taskmodel.load_catalog` returns it.
    compute : array, shape (compute,), optional
        Points to report [effective FLOP/year]; positive, finite, increasing. Default: the catalog's grid. Along another axis
        than compute: the one compute that holds; default: the catalog's ``compute.today``.
    over : str
        What grows: ``compute``; the dotted path of a number in the catalog, such as ``supervision.headcount`` or
        ``tasks.red_teaming.review_ratio``; or ``time``.
    values : array, shape (value,), optional
        Points to report along another axis than compute, increasing: in the declared unit of the path; calendar years for
        ``time``. Default: 400 points over the interval that the catalog gives the quantity, or over the dates that all paths
        have. Events are found by ratios where the first is positive, else by differences.
    paths : mapping of str to table, str, path or Paths, optional
        For ``time``: what grows, by ``compute`` or dotted path, as pairs (calendar year, value) with constant growth rates
        between them; or the name of bundled paths, such as ``epoch_trend``, or a file. Headcounts that are not among them
        change from the first point on as their pools say (``growth``, ``hires``, ``attrition``).

    Returns
    -------
    xarray.Dataset
        Over the axis, by its name, ``task``, ``mode``, ``factor``, ``source`` and ``event``; every variable carries its unit
        and meaning as attributes. `taskmodel.events` selects the events.

    Raises
    ------
    TypeError
        If the catalog is none, such as its name, or arguments are given that the axis does not take.
    InputError
        If the points are not as described.
    CatalogError
        If there is no such path, or a value is not allowed there.
    SolveError
        If a point has no answer that can be certified, or the catalog's people without AI produce nothing.

    Examples
    --------
    >>> import taskmodel as tm
    >>> result = sweep(tm.load_catalog("t_agi_ladder"), compute=1e31, over="supervision.headcount", values=[10, 100, 1000])
    >>> result["throughput_speedup"].dims
    ('supervision.headcount',)
    """
    needs_catalog(catalog)
    file = None
    if isinstance(paths, (str, PathLike, Paths)):
        file = (
            paths
            if isinstance(paths, Paths)
            else load_paths(paths if isinstance(paths, str) else FilePath(paths))
        )
        paths = courses_of(file, catalog)
    axis, grid = _axis(catalog, compute, over, values, paths)
    result, _, _ = sweep_along(axis, grid)
    return (
        result
        if file is None
        else result.assign_attrs(paths_name=file.name, paths_yaml=file.yaml_text)
    )


def sweep_along(axis: Axis, grid: Array) -> tuple[xr.Dataset, Walker, Path]:
    """The sweep along an axis, reported at some places, shape (point,); the organisation there; and the way it went."""
    walker = Walker(axis)
    path, found = walk(walker, grid[0], grid[-1])
    near = np.searchsorted(path.place, grid, side="right") - 1
    reported = walker.solve(
        grid, np.zeros(len(grid), dtype=bool), path.allocation.take(near)
    ).allocation
    made = sweep_dataset(
        walker.at(grid), axis, grid, reported, ceilings(walker, grid), _event_table(walker, found)
    )
    return made, walker, path


def walk(walker: Walker, low: float, high: float) -> tuple[Path, list[Found]]:
    """From one end of a stretch of the axis to the other, and every event on the way."""
    thresholds = walker.thresholds(low, high)
    mesh = walker.axis.mesh(low, high)
    places = np.concatenate([mesh, thresholds, thresholds])
    before = np.repeat([False, True, False], [len(mesh), len(thresholds), len(thresholds)])
    path = walker.solve_path(*_in_order(places, before))
    return path, changes_at_thresholds(walker, path) + changes_between(walker, path)


def event_places(walker: Walker, low: float, high: float) -> dict[float, list[Event]]:
    """Where modes or prices change strictly between two places of the axis, in order, and what changes there."""
    said = {
        "oversight_binds",
        "oversight_binds_ends",
        "oversight_bottleneck",
        "oversight_bottleneck_ends",
    }
    places: dict[float, list[Event]] = {}
    for found in sorted(walk(walker, low, high)[1], key=lambda found: found.place):
        changes = [each for each in found.changes if each.kind not in said]
        if low < found.place < high and any(each.kind not in OPENING for each in changes):
            places.setdefault(found.place, []).extend(changes)
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
        Over ``event``, sorted by place: ``compute`` (or the name of another axis), ``kind``, ``task``, ``mode`` and ``factor``
        (an empty string where none), and the limits ``_before`` and ``_after`` of output, the speed-ups, ``factor_elasticity``,
        ``bottleneck_share``, ``oversight_elasticity`` and the ceilings.
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
        Over ``task``: duration and, over ``part``, what it is made of: people's and AI's work, review, the waits for reviewers who
        are busy and at home, the gate, and going round again; start, slack, whether it is on the critical path, units in
        progress; the length of one pass with and without AI. Over ``review_pool``, where queues are counted: utilisation, arrivals,
        waits.

    Raises
    ------
    SolveError
        If the point has no answer that can be certified, or queues are counted and reviewers have no time to spare.
    """
    needs_catalog(catalog)
    point = np.array([one_compute(catalog, compute)])
    walker = Walker(catalog)
    found = walker.solve(point, np.array([False]))
    return latency_dataset(catalog, walker.at(point), found.allocation)


def compare(
    catalogs: Sequence[Catalog] | Mapping[str, Catalog], compute: Array | None = None
) -> xr.Dataset:
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
    InputError
        If there is nothing to compare, or two have the same name.
    """
    if isinstance(catalogs, (Catalog, str)):
        raise TypeError(
            f"compare needs a list or mapping of catalogs; found {catalogs!r}: put it in a list with another"
        )
    named = dict(catalogs) if isinstance(catalogs, Mapping) else {}
    if not isinstance(catalogs, Mapping):
        for catalog in catalogs:
            name = results.label(catalog)
            if name in named:
                raise InputError(
                    f"two catalogs are both named {name!r}; give a mapping of names to catalogs"
                )
            named[name] = catalog
    if not named:
        raise InputError("nothing to compare: give at least one catalog")
    sweeps = []
    for catalog in named.values():
        swept = sweep(catalog, compute)
        compute = swept["compute"].values
        sweeps.append(
            swept.drop_vars([name for name in swept.data_vars if str(name).startswith("event_")])
        )
    blanks = {name: _blank(sweeps[0][name].dtype) for name in sweeps[0].data_vars}
    joined = xr.concat(
        sweeps,
        xr.Variable("scenario", np.array(list(named), dtype=object)),
        join="outer",
        fill_value=blanks,
        combine_attrs="override",
        data_vars="all",
    )
    order = list(dict.fromkeys(task for swept in sweeps for task in swept["task"].values))
    joined = joined.sel(task=order)
    joined.attrs = {
        "taskmodel_version": sweeps[0].attrs["taskmodel_version"],
        "compared": json.dumps([swept.attrs for swept in sweeps], sort_keys=True),
    }
    return joined


def ceilings(
    walker: Walker, place: Array, before: NDArray[np.bool_] | bool = False
) -> dict[str, Array]:
    """Output relative to people alone when inference and experiments are unlimited: as is, with all tasks open, and without review.

    Each of shape (point,). NaN where it could not be certified, or has a limit beyond the largest number, as with elasticities
    just below 1.
    """
    here = walker.at(place, before)
    at = here.setting.organisation.with_unlimited("inference", "experiments")
    free = at.without_review()
    everything = np.broadcast_to(np.any(at.policy[:, HUMAN + 1 :], axis=1), here.automatable.shape)

    def most(organisation: Organisation, bundles: Array, open_tasks: NDArray[np.bool_]) -> Array:
        supply = organisation.supply(
            np.ones(len(open_tasks))
        )  # none of it depends on compute any more
        found = allocate(
            bundles, supply, organisation.nest, organisation.open_modes(open_tasks), throw=False
        )
        return np.asarray(found.output / here.setting.yardstick.base_output)

    return {
        "oversight_ceiling": most(at, at.bundles(here.compute), here.automatable),
        "no_oversight_ceiling": most(free, free.bundles(here.compute), here.automatable),
        "oversight_ceiling_full": most(
            at, at.fixed_bundles, everything
        ),  # of AI that always succeeds
    }


def needs_catalog(catalog: Catalog) -> None:
    """Refuse what is no catalog with a TypeError that says how to come by one."""
    if not isinstance(catalog, Catalog):
        how = (
            f"load it with taskmodel.load_catalog({catalog!r})"
            if isinstance(catalog, str)
            else "taskmodel.load_catalog returns one"
        )
        raise TypeError(f"a Catalog is needed; found {type(catalog).__name__}: {how}")


def _axis(
    catalog: Catalog,
    compute: ArrayLike | None,
    over: str,
    values: ArrayLike | None,
    paths: Mapping[str, Any] | None,
) -> tuple[Axis, Array]:
    """The axis that is asked for, and the places to report on it."""
    if paths is not None and over != TIME:
        raise TypeError(f'paths are for over="time"; found over={over!r}')
    if over == COMPUTE:
        if values is not None:
            raise TypeError(
                "along compute, give the points to report as compute; values are for another axis"
            )
        points = _catalogs_grid(catalog) if compute is None else compute
        return compute_axis(catalog), increasing("(0, inf)", COMPUTE, points, unit=COMPUTE_UNIT)
    held = one_compute(catalog, compute)
    if over == TIME:
        paths = {} if paths is None else paths
        if not paths and (values is None or not staffing_courses(catalog, 0.0, 1.0)):
            raise TypeError(
                'over="time" needs paths: what grows, such as {"compute": [(2026, 8.4e28), (2036, 8.4e33)]}'
            )
        if COMPUTE in paths and compute is not None:
            raise TypeError("compute has a course in paths; leave the argument out")
        courses = {name: Course(name, table) for name, table in paths.items()}
        points = common_dates(courses) if values is None else values
        grid = increasing(FINITE, TIME, points, unit="calendar year")
        courses |= {
            name: course
            for name, course in staffing_courses(catalog, grid[0], grid[-1]).items()
            if name not in courses
        }
        return time_axis(catalog, courses, grid[0], grid[-1], held), grid
    points = _interval(catalog, over) if values is None else values
    grid = increasing(FINITE, over, points, unit=catalog.unit_of(over))
    return input_axis(catalog, over, grid[0], grid[-1], held), grid


def _catalogs_grid(catalog: Catalog) -> Array:
    span = catalog.compute.grid
    return np.geomspace(span.low, span.high, span.points)


def _interval(catalog: Catalog, path: str) -> Array:
    """Points over the interval that the catalog gives a quantity."""
    try:
        low, high = catalog.get(f"{path}.low"), catalog.get(f"{path}.high")
    except CatalogError:  # a plain number has no ends
        low = high = None
    if low is None or high is None:
        raise InputError(
            f"the catalog gives {path} no interval low to high: give values, the points to report"
        )
    return np.geomspace(low, high, POINTS) if low > 0 else np.linspace(low, high, POINTS)


def one_compute(catalog: Catalog, compute: ArrayLike | None) -> float:
    """The compute that holds; the catalog's of today where none is given."""
    point = np.asarray(catalog.compute.today.value if compute is None else compute, dtype=float)
    if point.shape not in ((), (1,)) or not (np.isfinite(point) & (point > 0)).all():
        raise InputError(
            f"compute must be one positive, finite number [FLOP/year]; found {compute!r}"
        )
    return float(point.reshape(()))


def _in_order(places: Array, before: NDArray[np.bool_]) -> tuple[Array, NDArray[np.bool_]]:
    """Sorted by place, the limit from below first, each point once."""
    order = np.lexsort((~before, places))
    places, before = places[order], before[order]
    repeated = np.concatenate([[False], (np.diff(places) == 0) & (before[1:] == before[:-1])])
    return places[~repeated], before[~repeated]


def _event_table(walker: Walker, found: list[Found]) -> EventTable:
    """The events in order: by place, then kind, then place in the file; with the limits of everything on either side."""
    rows = sorted(
        (
            place.place,
            KINDS.index(change.kind),
            change.task,
            change.mode,
            change.factor,
            index,
            change.kind,
        )
        for index, place in enumerate(found)
        for change in place.changes
    )
    which = np.array([row[5] for row in rows], dtype=int)
    names = walker.at(np.array([place.place for place in found[:1]])).setting.organisation
    columns: dict[str, Any] = {
        "position": np.array([row[0] for row in rows], dtype=float),
        "kind": [row[6] for row in rows],
        "task": ["" if row[2] < 0 else names.tasks[row[2]] for row in rows],
        "mode": ["" if row[3] < 0 else names.modes[row[3]] for row in rows],
        "factor": ["" if row[4] < 0 else names.factors[row[4]] for row in rows],
    }
    # in parts, for many events of many tasks are more than memory holds
    step = max(1, TILE // names.fixed_bundles.size)
    parts = [found[begin : begin + step] for begin in range(0, len(found), step)]
    sides = {}
    for side in ("before", "after") if found else ():
        values = [_limits(walker, part, side) for part in parts]
        sides[side] = {
            name: np.concatenate([part[name] for part in values])[which] for name in EVENT_LIMITS
        }
    return EventTable(**columns, limits=sides)


def _limits(walker: Walker, found: list[Found], side: str) -> dict[str, Array]:
    """The limits of measures from one side at each place."""
    places = np.array([place.place for place in found])
    first, *rest = (getattr(place, side) for place in found)
    joined = first.join(*rest)
    at_threshold = np.array([place.at_threshold for place in found])
    before = at_threshold & (side == "before")
    at = walker.at(places, before)
    # both sides of an event between thresholds were looked at a little aside: follow their regimes to the place itself
    m = margins(*at.arrays, joined)
    followed = as_allocation(at.arrays[0], m)
    # the place is known to rounding, and so is a share that is zero there; a share well below zero means it is another place
    least = (
        m.activity / np.maximum(m.activity.sum(axis=-1, keepdims=True), np.finfo(float).tiny)
    ).min(axis=(1, 2))
    exact = m.solved & ~at_threshold & (least > -ASIDE)
    followed.activity[:] = np.maximum(followed.activity, 0.0)
    for name in ("output", "activity", "factor_elasticity", "factor_use"):
        getattr(joined, name)[exact] = getattr(followed, name)[exact]
    values = {**vars(at.measure(joined)), **ceilings(walker, places, before)}
    values["factor_elasticity"] = joined.factor_elasticity
    return {name: values[name] for name in EVENT_LIMITS}


def _blank(dtype: np.dtype) -> object:
    return {"b": False, "O": "", "i": 0}.get(dtype.kind, np.nan)
