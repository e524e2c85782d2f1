"""Sweeps: the optimum along compute, or any other input, with every event at its exact position.

Along an axis (`axes`) the optimum is smooth between events (`events`). The reported points are
interpolation-free: each is an optimum of its own (`walker`). The positions of events do not depend
on them.

Source: docs, model, section 6.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from os import PathLike
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from taskmodel._arguments import any_text, mapping, shown
from taskmodel.catalog import Catalog
from taskmodel.errors import ArgumentError, CatalogError, InputError
from taskmodel.numerics.grids import increasing
from taskmodel.numerics.types import Array
from taskmodel.sweeps import results
from taskmodel.sweeps._extrema import with_extrema
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
from taskmodel.sweeps.dataset import (
    WAITS_FOR_EVER,
    Keep,
    kept_variables,
    latency_dataset,
    sweep_dataset,
)
from taskmodel.sweeps.event_records import Events, events_of
from taskmodel.sweeps.measuring import event_limits, event_table, measured_points
from taskmodel.sweeps.oversight_cost import COST, LEVELS, cost_mesh, oversight_costs
from taskmodel.sweeps.paths import Paths, given_paths
from taskmodel.sweeps.paths import courses as courses_of
from taskmodel.sweeps.points import needs_catalog, one_compute
from taskmodel.sweeps.walker import SolutionPath, Walker
from taskmodel.sweeps.walks import walked

FINITE = "(-inf, inf)"
EXAMPLE = '{"before": catalog, "after": another}'


def sweep(
    catalog: Catalog,
    compute: ArrayLike | None = None,
    *,
    over: str = COMPUTE,
    values: ArrayLike | None = None,
    paths: Mapping[str, Any] | str | PathLike[str] | Paths | None = None,
    keep: Keep = None,
) -> xr.Dataset:
    """Solve a research organisation along an axis, and locate every event.

    Parameters
    ----------
    catalog : Catalog
        From `taskmodel.load_catalog`.
    compute : array, shape (compute,), optional
        Points to report [effective FLOP/year]; positive, finite, increasing. Default: the catalog's
        grid. Along another axis than compute: the constant compute; default: the catalog's
        ``compute.today``.
    over : str
        What grows: ``compute``; the dotted path of a number in the catalog, such as
        ``supervision.headcount`` or ``tasks.red_teaming.review_ratio``; or ``time``.
    values : array, shape (value,), optional
        Points to report along another axis than compute, increasing: in the declared unit of the
        path; calendar years for ``time``. Default: 400 points over the interval that the catalog
        gives the quantity, or over the dates that all paths cover. The axis is logarithmic if the
        first value is positive.
    paths : mapping of str to table, str, path or Paths, optional
        For ``time``: what grows, by ``compute`` or dotted path, as pairs (calendar year, value)
        with constant growth rates between them; or the name of bundled paths, such as
        ``epoch_trend``, or a file. Headcounts that are not among them change from the first point
        on according to their pools (``growth``, ``hires``, ``attrition``).
    keep : "all" or sequence of str, optional
        Which of the variables by task the result has: ``activity``, ``automatable``,
        ``automated_share``, ``escaped_defects``, ``review_elasticity`` and
        ``automation_elasticity``. Default: all, but without ``activity`` where points, tasks and
        modes give more than 4,000,000 of them.

    Returns
    -------
    xarray.Dataset
        Over the axis, by its name, ``task``, ``mode``, ``factor``, ``source`` and ``event``; every
        variable has its unit and meaning as attributes. Where variables by task are left out, the
        attribute ``left_out`` names them. `taskmodel.events` selects the events.

    Raises
    ------
    TypeError
        If `catalog` is not a Catalog, `paths` is none of these, or the axis does not take an
        argument that is given.
    InputError
        If the points do not meet the conditions above, or `keep` names another variable.
    CatalogError
        If there is no such path, or a value is not allowed.
    SolveError
        If an optimum cannot be certified, or the catalog's people without AI produce nothing.
    UnstableQueue
        If queues are counted and a pool of reviewers is fully used at every point. Where it is at
        some, ``waits_for_ever`` says so, and latency and effective speed-up are NaN there.

    Examples
    --------
    >>> import taskmodel as tm
    >>> catalog = tm.load_catalog("t_agi_ladder")
    >>> result = sweep(catalog, 1e31, over="supervision.headcount", values=[10, 100, 1000])
    >>> result["throughput_speedup"].dims
    ('supervision.headcount',)
    """
    needs_catalog(catalog)
    attributes = {}
    paths = given_paths(paths)
    if isinstance(paths, Paths):
        attributes = {"paths_name": paths.name, "paths_yaml": paths.yaml_text}
        paths = courses_of(paths, catalog)
    axis, grid = _axis(catalog, compute, over, values, paths)
    if keep is not None:
        keep = kept_variables(keep, 0)  # refuses a wrong name before the work
    result, walker = sweep_along(axis, grid, keep)
    if WAITS_FOR_EVER in result and result[WAITS_FOR_EVER].all():
        first = grid[:1]  # the error names the pool and what mends it
        walker.at(first).measure(walker.solve(first).allocation)
    result.attrs |= attributes
    return result


def sweep_along(axis: Axis, grid: Array, keep: Keep = None) -> tuple[xr.Dataset, Walker]:
    """Return the sweep along an axis, and its walker.

    Parameters
    ----------
    axis : Axis
    grid : array, shape (point,)
        Positions to report, increasing.
    keep : str or sequence of str, optional
        As in `sweep`.
    """
    walker = Walker(axis)
    path, events, costs = _walk_with_costs(walker, grid)
    measured, limits = measured_points(walker, path, events)
    measured[COST], limits[COST] = costs
    table = event_table(walker, events, limits)
    result = sweep_dataset(walker.at(grid), axis, grid, path.allocation, measured, table, keep)
    return result, walker


def _walk_with_costs(walker: Walker, grid: Array) -> tuple[SolutionPath, Events, tuple[Array, ...]]:
    """Return optima and events, those of oversight's cost included, and the cost at all of them.

    The cost is of the points, (point,), and of both sides of the events, (event, 2).
    """
    low, high, measure = grid[0], grid[-1], event_limits(walker)
    points = np.union1d(grid, cost_mesh(walker.axis, low, high)) if low < high else grid
    path, events, course = walked(walker, low, high, points, measure)
    events = with_extrema(walker, low, high, events, course, measure)
    costs = oversight_costs(path, events, course, walker)
    reported = np.isin(points, grid)
    limits = np.stack([costs.before, costs.after], axis=1)
    for change, event in zip(costs.change, costs.event.tolist(), strict=True):
        if event >= 0:
            events.changes[event].append(change)
    between = np.flatnonzero(costs.event < 0)
    if len(between):
        position = costs.position[between]
        near = np.searchsorted(points, position) - 1
        optima = walker.solve(position, start=path.allocation.take(near))
        crossings = events_of(position, optima, optima, measure)
        crossings.changes = [[costs.change[row]] for row in between]
        values = [LEVELS[each.kind.removesuffix("_ends")] for (each,) in crossings.changes]
        order = np.argsort(np.concatenate([events.position, position]), kind="stable")
        limits = np.concatenate([limits, np.column_stack([values, values])])[order]
        events = events.join(crossings)
    return path.take(reported), events, (costs.points[reported], limits)


def events(result: xr.Dataset) -> xr.Dataset:
    """Select the events of a sweep.

    Parameters
    ----------
    result : Dataset
        From `sweep`.

    Returns
    -------
    xarray.Dataset
        Over ``event``, sorted by position: ``compute`` (or the name of another axis), ``kind``,
        ``task``, ``mode`` and ``factor`` (an empty string where there is none), and the limits
        ``_before`` and ``_after`` of output, the speed-ups, ``factor_elasticity``,
        ``bottleneck_share``, ``oversight_elasticity`` and the ceilings.
    """
    return results.select_events(result)


def latency(catalog: Catalog, compute: float | None = None) -> xr.Dataset:
    """Compute the critical path at one compute.

    Parameters
    ----------
    catalog : Catalog
    compute : float, optional
        Effective compute [FLOP/year]. Default: the catalog's ``compute.today``.

    Returns
    -------
    xarray.Dataset
        Over ``task``: the duration and, over ``part``, its parts (work of people and of AI, review,
        waits for busy and for absent reviewers, the gate, repeats); start, slack, whether the task
        is on the critical path, units in progress. The length of one pass with and without AI. Over
        ``review_pool``, if queues are counted: utilisation, arrivals, waits.

    Raises
    ------
    SolveError
        If the optimum cannot be certified, or queues are counted and a pool of reviewers is fully
        used.
    """
    needs_catalog(catalog)
    point = np.array([one_compute(catalog, compute)])
    walker = Walker(catalog)
    return latency_dataset(catalog, walker.at(point), walker.solve(point).allocation)


def compare(
    catalogs: Sequence[Catalog] | Mapping[str, Catalog], compute: Array | None = None
) -> xr.Dataset:
    """Join the sweeps of several catalogs along ``scenario``.

    Parameters
    ----------
    catalogs : sequence or mapping of Catalog
        Keys of a mapping name the scenarios; otherwise they are named after catalog, scenario and
        overrides.
    compute : array, optional
        Points to report [FLOP/year]; default: the first catalog's grid.

    Returns
    -------
    xarray.Dataset
        Over ``scenario`` and the dimensions of a sweep, without events, which have no common axis.
        Tasks, factors and sources that a scenario lacks are NaN (False, or an empty string).

    Raises
    ------
    InputError
        If there are no catalogs, or two have the same name.
    """
    if isinstance(catalogs, (Catalog, str)):
        raise ArgumentError(
            f"compare needs a list or mapping of catalogs; found {shown(catalogs)}: put it in a "
            "list with another"
        )
    if isinstance(catalogs, Mapping):
        names, catalogs = list(mapping("catalogs", catalogs, EXAMPLE)), list(catalogs.values())
    else:
        listed = isinstance(catalogs, Iterable) and getattr(catalogs, "shape", None) != ()
        given: list[Any] = list(catalogs) if listed else [catalogs]
        for catalog in given:
            needs_catalog(catalog)
        names, catalogs = [results.label(catalog) for catalog in given], given
    if not names:
        raise InputError("nothing to compare: give at least one catalog")
    for position, name in enumerate(names):
        if name in names[:position]:
            raise InputError(
                f"two catalogs are both named {name!r}; give a mapping of names to catalogs"
            )
    sweeps = []
    for catalog in catalogs:
        result = sweep(catalog, compute, keep="all")
        compute = result["compute"].values
        sweeps.append(result.drop_dims("event"))
    joined = xr.concat(
        sweeps,
        xr.Variable("scenario", np.array(names, dtype=object)),
        join="outer",
        fill_value={name: _missing(values.dtype) for name, values in sweeps[0].data_vars.items()},
        combine_attrs="override",
        data_vars="all",
    )
    order = list(dict.fromkeys(task for result in sweeps for task in result["task"].values))
    joined = joined.sel(task=order)
    joined.attrs = {
        "taskmodel_version": sweeps[0].attrs["taskmodel_version"],
        "compared": json.dumps([result.attrs for result in sweeps], sort_keys=True),
    }
    return joined


def _axis(
    catalog: Catalog,
    compute: ArrayLike | None,
    over: str,
    values: ArrayLike | None,
    paths: Mapping[str, Any] | None,
) -> tuple[Axis, Array]:
    """Return the axis of the arguments of `sweep`, and the positions to report."""
    over = any_text("over", over, COMPUTE)
    if paths is not None and over != TIME:
        raise ArgumentError(f'paths are for over="time"; found over={over!r}')
    if over == COMPUTE:
        if values is not None:
            raise ArgumentError(
                "along compute, give the points to report as compute; values are for another axis"
            )
        span = catalog.compute.grid
        points = np.geomspace(span.low, span.high, span.points) if compute is None else compute
        return compute_axis(catalog), increasing("(0, inf)", COMPUTE, points, unit=COMPUTE_UNIT)
    constant = one_compute(catalog, compute)
    if over == TIME:
        paths = {} if paths is None else paths
        if not paths and (values is None or not staffing_courses(catalog, 0.0, 1.0)):
            raise ArgumentError(
                'over="time" needs paths: what grows, such as '
                '{"compute": [(2026, 8.4e28), (2036, 8.4e33)]}'
            )
        if COMPUTE in paths and compute is not None:
            raise ArgumentError("compute has a course in paths; leave the argument out")
        courses = {name: Course(name, table) for name, table in paths.items()}
        dates = common_dates(courses) if values is None else values
        grid = increasing(FINITE, TIME, dates, unit="calendar year")
        courses = staffing_courses(catalog, grid[0], grid[-1]) | courses
        return time_axis(catalog, courses, grid[0], grid[-1], constant), grid
    unit = catalog.unit_of(over)
    points = _interval(catalog, over) if values is None else values
    grid = increasing(FINITE, over, points, unit=unit)
    return input_axis(catalog, over, grid[0], grid[-1], constant), grid


def _interval(catalog: Catalog, path: str) -> Array:
    """Return points over the interval that the catalog gives a quantity."""
    try:
        low, high = catalog.get(f"{path}.low"), catalog.get(f"{path}.high")
    except CatalogError:  # a plain number has no ends
        low = high = None
    if low is None or high is None:
        raise InputError(
            f"the catalog gives {path} no interval low to high: give values, the points to report"
        )
    return np.geomspace(low, high, POINTS) if low > 0 else np.linspace(low, high, POINTS)


def _missing(dtype: np.dtype) -> object:
    return {"b": False, "O": "", "i": 0}.get(dtype.kind, np.nan)
