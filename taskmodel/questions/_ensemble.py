"""The answer over draws of a catalog's uncertain numbers: `ensemble`.

Each draw is an organisation of its own, solved exactly as `taskmodel.sweep` would
(`sweeps.many`). Draws without an answer are kept with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from taskmodel.catalog import Catalog
from taskmodel.errors import InputError, TaskmodelError
from taskmodel.numerics.grids import increasing
from taskmodel.numerics.normal import normal_quantile
from taskmodel.numerics.types import Array
from taskmodel.organisation.measures import sources
from taskmodel.organisation.organisation import organisation
from taskmodel.organisation.quantities import Quantities
from taskmodel.sweeps._events import KINDS
from taskmodel.sweeps._sweep import ceilings_of, needs_catalog
from taskmodel.sweeps.axes import COMPUTE, COMPUTE_UNIT, TIME, Course, staffing_courses
from taskmodel.sweeps.dataset import hours_by_ai
from taskmodel.sweeps.many import Walks, walk_many
from taskmodel.sweeps.paths import Paths, load_paths
from taskmodel.sweeps.paths import courses as courses_of
from taskmodel.sweeps.results import labelled, provenance
from taskmodel.sweeps.variables import VARIABLES
from taskmodel.sweeps.walker import Situation
from taskmodel.uncertainty import sampler
from taskmodel.uncertainty.streams import draw_numbers, uniforms

POINTS = 50  # reported by default
MEASURES = (
    "output",
    "throughput_speedup",
    "latency_speedup",
    "speedup",
    "bulk_speedup",
    "oversight_elasticity",
    "bottleneck_share",
    "automated_hours_share",
)
CEILINGS = ("oversight_ceiling", "no_oversight_ceiling")
CURVES = (*MEASURES, *CEILINGS)  # variables along the axis
FULL = "oversight_ceiling_full"
SOLVED, FAILED = "solved", "failed"


@dataclass(frozen=True, eq=False)
class _Axis:
    """Where draws are reported; compute is along the axis, whatever its name.

    Attributes
    ----------
    name : str
    points : array, shape (point,)
        Computes or dates.
    compute : array, shape (draw, point)
        Compute at the points [FLOP/year].
    span : array and array, shape (draw,)
        Compute at the ends of the axis.
    dates : list of Course
        Compute over time of each draw, or of all; empty along compute.
    attributes : dict of str to str
        Provenance.
    """

    name: str
    points: Array
    compute: Array
    span: tuple[Array, Array]
    dates: list[Course]
    attributes: dict[str, str]

    def places(self, compute: Array) -> Array:
        """Return computes, shape (draw, ...), as positions of the axis; inf stays."""
        if not self.dates:
            return compute
        result = np.full(compute.shape, np.inf)
        for row, values in enumerate(compute):
            course = self.dates[row % len(self.dates)]
            finite = np.isfinite(values)
            logs = np.log(course.values)
            result[row, finite] = np.interp(np.log(values[finite]), logs, course.dates)
        return result


def ensemble(
    catalog: Catalog,
    draws: int | Sequence[int] | np.ndarray = 512,
    seed: int = 1,
    compute: ArrayLike | None = None,
    *,
    paths: Mapping[str, Any] | str | PathLike[str] | Paths | None = None,
    dates: ArrayLike | None = None,
    keep: Sequence[str] | None = None,
    events: bool = True,
) -> xr.Dataset:
    """Solve a research organisation for draws of its uncertain numbers.

    Parameters
    ----------
    catalog : Catalog
        From `taskmodel.load_catalog`; the laws of its numbers are those of docs/uncertainty.md.
    draws : int or sequence of int
        A count, for the draws from 0 on; or the numbers of draws. Draw i is the same whatever other
        draws there are.
    seed : int
        A whole number of at least 0.
    compute : array, shape (compute,), optional
        Points to report [effective FLOP/year], increasing. Default: 50 over the catalog's grid.
    paths : mapping of str to table, str, path or Paths, optional
        Compute over time, as in `taskmodel.sweep`; the result is then along ``time``. Uncertain
        growth rates of paths are drawn as well. Paths of other numbers are not supported.
    dates : array, shape (time,), optional
        Dates to report along paths, increasing. Default: 50 over the dates that they cover.
    keep : sequence of str, optional
        Which of the variables along the axis the result has. Default: all. Leaving out
        ``oversight_ceiling`` and ``no_oversight_ceiling`` saves the most time.
    events : bool
        Whether to locate events. Without them the result lacks ``event_place``.

    Returns
    -------
    xarray.Dataset
        Over ``draw`` and ``compute`` (or ``time``): variables of a sweep, and with the suffix
        ``_today`` their values at each draw's ``compute.today`` (NaN where that lies outside the
        paths). Over ``draw``: ``event_place(draw, kind)``, the position of the first event of each
        kind over the catalog's grid, widened to the reported points and to today, or over the
        paths, inf where there is none; ``ceiling``, the ``oversight_ceiling_full`` of a sweep;
        ``weight`` [1]; ``status``, ``solved`` or ``failed``, and ``reason``. All numbers of failed
        draws are NaN. ``input(draw, path)`` has what was drawn.

    Raises
    ------
    TypeError
        If `catalog` is not a Catalog, or dates are given without paths.
    InputError
        If draws, seed, points or paths cannot be used, or `keep` names another variable.
    CatalogError
        If a law leaves the range of its number.

    Notes
    -----
    Equal to `taskmodel.sweep` of the catalog with the drawn numbers, up to rounding (1e-12).

    Examples
    --------
    >>> import taskmodel as tm
    >>> catalog = tm.load_catalog("t_agi_ladder")
    >>> drawn = ensemble(catalog, draws=4, compute=[1e30, 1e32], keep=["speedup"])
    >>> dict(drawn["speedup"].sizes), bool((drawn["status"] == "solved").all())
    ({'draw': 4, 'compute': 2}, True)
    """
    needs_catalog(catalog)
    kept = tuple(CURVES if keep is None else keep)
    if unknown := [name for name in kept if name not in CURVES]:
        raise InputError(f"keep names some of {', '.join(CURVES)}; found {unknown[0]!r}")
    numbers = draw_numbers(draws, seed)
    columns = sampler(catalog).draw(numbers, seed)
    base = Quantities(catalog)
    today = columns.get("compute.today", np.full(len(numbers), catalog.compute.today.value))
    axis = (
        _compute_axis(catalog, compute, dates, today)
        if paths is None
        else _time_axis(catalog, compute, paths, dates, today, (numbers, seed))
    )
    low, high = axis.span
    inside = (today >= low) & (today <= high)
    # today's place among the points of each draw
    rank = (axis.compute < today[:, None]).sum(axis=1)
    points = np.stack(
        [
            np.insert(row, place, point)
            for row, place, point in zip(
                axis.compute, rank, np.minimum(np.maximum(today, low), high), strict=True
            )
        ]
    )
    full_span = np.minimum(low, points[:, 0]), np.maximum(high, points[:, -1])
    outcomes = walk_many(
        base, columns, full_span, points, lambda walks: _measured(walks, kept), events=events
    )
    values = _columns(outcomes.values, len(numbers))
    curves = _split(values, rank, inside)
    return _dataset(catalog, axis, columns, (numbers, seed), curves, outcomes.errors, events)


def _compute_axis(
    catalog: Catalog, compute: ArrayLike | None, dates: ArrayLike | None, today: Array
) -> _Axis:
    if dates is not None:
        raise TypeError("dates are reported along paths: give paths too")
    grid, draws = catalog.compute.grid, len(today)
    chosen = np.geomspace(grid.low, grid.high, POINTS) if compute is None else compute
    points = increasing("(0, inf)", COMPUTE, chosen, unit=COMPUTE_UNIT)
    low, high = min(grid.low, points[0]), max(grid.high, points[-1])
    span = np.minimum(low, today), np.maximum(high, today)
    return _Axis(COMPUTE, points, np.tile(points, (draws, 1)), span, [], {})


def _time_axis(
    catalog: Catalog,
    compute: ArrayLike | None,
    paths: Any,
    dates: ArrayLike | None,
    today: Array,
    draws: tuple[NDArray[np.int64], int],
) -> _Axis:
    if compute is not None:
        raise TypeError("along paths, give the points to report as dates, and no compute")
    attributes: dict[str, str] = {}
    if isinstance(paths, (str, PathLike, Paths)):
        if not isinstance(paths, Paths):
            paths = load_paths(paths if isinstance(paths, str) else Path(paths))
        attributes = {"paths_name": paths.name, "paths_yaml": paths.yaml_text}
        courses = _drawn_courses(catalog, paths, today, draws)
    else:
        courses = [_only_compute(paths)]
    if staffing_courses(catalog, 0.0, 1.0):
        raise InputError(
            "an ensemble over time is of organisations whose staff does not change: remove growth, "
            "hires and attrition, or sweep each draw over time"
        )
    first = courses[0].dates
    points = increasing(
        "(-inf, inf)",
        TIME,
        np.linspace(first[0], first[-1], POINTS) if dates is None else dates,
        unit="calendar year",
    )
    shape = (len(today), len(points))
    along = np.broadcast_to([course(points) for course in courses], shape)
    ends = np.array([[course.values[0], course.values[-1]] for course in courses])
    low, high = np.broadcast_to(ends, (len(today), 2)).T
    return _Axis(TIME, points, along, (low, high), courses, attributes)


def _only_compute(paths: Mapping[str, Any]) -> Course:
    """Return the course of compute, which must be the only one, and grow.

    Raises
    ------
    InputError
        If it is not.
    """
    if set(paths) != {COMPUTE}:
        raise InputError(
            f"an ensemble over time follows compute alone; found paths of {', '.join(paths)}: "
            "sweep each draw over time, or leave the others out"
        )
    course = Course(COMPUTE, paths[COMPUTE])
    if not (np.diff(course.values) > 0).all():
        raise InputError("the compute of an ensemble over time must grow from date to date")
    return course


def _drawn_courses(
    catalog: Catalog, paths: Paths, today: Array, draws: tuple[NDArray[np.int64], int]
) -> list[Course]:
    """Return the course of each draw, or a single one if all are equal."""
    numbers, seed = draws
    laws = sampler(paths)
    if not laws.laws and (today == today[0]).all():
        return [_only_compute(courses_of(paths, _at(catalog, today[0])))]
    # streams of their own: a path may be named as a number of the catalog
    normals = {
        name: normal_quantile(uniforms(f"paths {name}", numbers, seed)) for name in laws.names
    }
    columns = laws.columns(laws.scores(normals)) if laws.laws else {}
    located = paths.quantities()
    courses = []
    for row in range(len(numbers)):
        drawn = paths
        for path, column in columns.items():
            drawn = _with_value(drawn, located[path][0], float(column[row]))
        courses.append(_only_compute(courses_of(drawn, _at(catalog, today[row]))))
    return courses


def _with_value(record: Any, keys: Sequence[Any], value: float) -> Any:
    """Return a record with another value of the quantity at some keys."""
    if not keys:
        return record.model_copy(update={"value": value})
    first, *rest = keys
    if isinstance(record, Mapping):
        return {**record, first: _with_value(record[first], rest, value)}
    if isinstance(record, tuple):
        changed = _with_value(record[first], rest, value)
        return (*record[:first], changed, *record[first + 1 :])
    return record.model_copy(update={first: _with_value(getattr(record, first), rest, value)})


def _at(catalog: Catalog, today: float) -> Catalog:
    """Return the catalog with another compute of today."""
    if today == catalog.compute.today.value:
        return catalog
    return catalog.replace({"compute.today": float(today)})


def _measured(walks: Walks, kept: Sequence[str]) -> dict[str, Any]:
    """Return the variables of some draws, by name, with the draw as first dimension."""
    situation, (draws, points) = walks.situation, walks.compute.shape
    measures = situation.measure(walks.allocation)
    values = {
        name: hours_by_ai(situation, measures)
        if name == "automated_hours_share"
        else getattr(measures, name)
        for name in MEASURES
        if name in kept
    }
    ceilings = _ceilings(walks, situation, curves=bool(set(kept) & set(CEILINGS)))
    values |= {name: ceilings[name] for name in CEILINGS if name in kept}
    shaped = {
        name: array.reshape((draws, points, *array.shape[1:])) for name, array in values.items()
    }
    return {**shaped, FULL: ceilings[FULL], "first": walks.first, "draw": walks.draw}


def _ceilings(walks: Walks, situation: Situation, curves: bool) -> dict[str, Array]:
    """Return the ceilings at every point of every draw, and the full one of every draw.

    Where success does not grow with compute, they are the same wherever the same tasks are open.
    """
    draws, points = walks.compute.shape
    setting = situation.setting
    row = np.repeat(np.arange(draws), points)
    if not curves:
        chosen, inverse = np.arange(0, len(row), points), np.zeros(0, dtype=np.intp)
    elif setting.organisation.graded:
        chosen = inverse = np.arange(len(row))
    else:
        opened = situation.automatable
        _, chosen, inverse = np.unique(
            row * (opened.shape[1] + 1) + opened.sum(axis=1),
            return_index=True,
            return_inverse=True,
        )
    at = Situation(walks.setting.take(row[chosen]), situation.compute[chosen])
    limits = ceilings_of(at)
    result = {name: limits[name][inverse] for name in CEILINGS}
    result[FULL] = limits[FULL][np.searchsorted(row[chosen], np.arange(draws))]
    return result


def _columns(blocks: list[dict[str, Any]], draws: int) -> dict[str, Array]:
    """Return the values of all draws, NaN for those without."""
    result: dict[str, Array] = {}
    for name in blocks[0] if blocks else ():
        if name == "draw":
            continue
        result[name] = np.full((draws, *blocks[0][name].shape[1:]), np.nan)
        for block in blocks:
            result[name][block["draw"]] = block[name]
    return result


def _split(
    values: dict[str, Array], rank: NDArray[np.intp], inside: NDArray[np.bool_]
) -> dict[str, Array]:
    """Return the values with those of today, at a place of its own in each draw, apart."""
    result: dict[str, Array] = {}
    for name, array in values.items():
        if name not in CURVES:
            result[name] = array
            continue
        draws, points = array.shape[:2]
        others = np.arange(points - 1) + (np.arange(points - 1) >= rank[:, None])
        result[name] = array[np.arange(draws)[:, None], others]
        now = array[np.arange(draws), rank]
        now[~inside] = np.nan
        result[f"{name}_today"] = now
    return result


def _dataset(
    catalog: Catalog,
    axis: _Axis,
    columns: Mapping[str, Array],
    draws: tuple[NDArray[np.int64], int],
    values: Mapping[str, Array],
    errors: Mapping[int, TaskmodelError],
    events: bool,
) -> xr.Dataset:
    """Return the dataset of an ensemble."""
    numbers, seed = draws
    over_time = axis.name == TIME
    unit = "calendar year" if over_time else COMPUTE_UNIT
    variables: dict[str, tuple[Any, ...]] = {}
    for name, array in values.items():
        if name in ("first", FULL):
            continue
        curve = name.removesuffix("_today")
        inner = ("source",) if curve == "bottleneck_share" else ()
        along = (axis.name,) if curve == name else ()
        units, meaning = VARIABLES[curve]
        meaning += "" if along else ", at today's compute"
        variables[name] = (("draw", *along, *inner), array, units, meaning)
    nothing = np.full(len(numbers), np.nan)
    variables["ceiling"] = ("draw", values.get(FULL, nothing), *VARIABLES[FULL])
    if events:
        first = values.get("first", np.full((len(numbers), len(KINDS)), np.nan))
        meaning = f"{axis.name} of the first event of each kind; inf: none; NaN: the draw failed"
        place = np.where(np.isnan(first), np.nan, axis.places(first))
        variables["event_place"] = (("draw", "kind"), place, unit, meaning)
    reasons = np.array([str(errors.get(row, "")) for row in range(len(numbers))], dtype=object)
    states = np.array(
        [FAILED if row in errors else SOLVED for row in range(len(numbers))], dtype=object
    )
    drawn = np.stack(list(columns.values()), axis=1) if columns else np.zeros((len(numbers), 0))
    variables |= {
        "input": (("draw", "path"), drawn, "", "drawn number, in the unit of its path"),
        "weight": ("draw", np.ones(len(numbers)), "1", "weight of the draw"),
        "status": ("draw", states, "", "solved or failed"),
        "reason": ("draw", reasons, "", "why the draw has no answer; empty: it has one"),
    }
    return labelled(
        variables,
        _coordinates(catalog, axis, numbers, columns),
        {
            **provenance(catalog=catalog),
            **axis.attributes,
            "over": axis.name,
            "seed": seed,
        },
    )


def _coordinates(
    catalog: Catalog, axis: _Axis, numbers: NDArray[np.int64], columns: Mapping[str, Array]
) -> dict[str, Any]:
    names = sources(organisation(catalog))
    units = np.array([catalog.unit_of(path) for path in columns], dtype=object)
    unit = "calendar year" if axis.name == TIME else COMPUTE_UNIT
    meaning = "date" if axis.name == TIME else VARIABLES[COMPUTE][1]
    return {
        "draw": ("draw", numbers, "", "number of the draw"),
        axis.name: (axis.name, axis.points, unit, meaning),
        "source": np.array(names, dtype=object),
        "kind": np.array(KINDS, dtype=object),
        "path": np.array(list(columns), dtype=object),
        "path_unit": ("path", units),
    }
