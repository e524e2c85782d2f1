"""The answers behind the views of the page, as datasets and as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from taskmodel.calibration.records import Moments
from taskmodel.catalog import Catalog, load_scenario
from taskmodel.errors import InputError
from taskmodel.explore.choices import Choice, number_within, read_choice, word_among
from taskmodel.explore.numbers import number_entry
from taskmodel.explore.plain import rounded
from taskmodel.explore.workbench import DEFAULT_PATHS, Workbench
from taskmodel.files import bundled
from taskmodel.lead.plans.dataset import lead_time
from taskmodel.lead.plans.load import load_plan
from taskmodel.money._spend import spend
from taskmodel.numerics.accuracy import EVENT_OFFSET
from taskmodel.organisation.reviewers import factor_words, permissions, review_factor
from taskmodel.questions._bottleneck_map import bottleneck_map
from taskmodel.summary import milestone_points
from taskmodel.summary.by_date import observed_moments
from taskmodel.summary.facts import SPEEDUPS, Point
from taskmodel.sweeps.axes import COMPUTE, Course
from taskmodel.sweeps.paths import courses
from taskmodel.sweeps.trace import StateInterval, binding_intervals, sweep_line
from taskmodel.takeoff.beside import alignment_beside

LINES = ("throughput_speedup", "latency_speedup", "speedup", "oversight_cost")
MAP_POINTS = (32, 24)
MONEY_POINTS = 61  # besides both sides of events
PRICED = "priced"
RUN_OUT = "reviewers_run_out"
WORLD = "davidson_best_guess"
MAP_FACTOR = 100.0  # range of the other input of the map, either way


@dataclass(frozen=True, eq=False)
class ViewAnswer:
    """What a view shows, and the dataset behind it."""

    facts: dict[str, Any]
    dataset: xr.Dataset


def curve_view(bench: Workbench, request: Mapping[str, Any]) -> ViewAnswer:
    """The speed-ups along compute, what binds, milestones, dates, and what was measured."""
    choice = read_choice(request)
    catalog, result = bench.catalog(choice), bench.curve(choice)
    lines = {name: sweep_line(result, name) for name in (*LINES, "bottleneck_share")}
    position = lines["speedup"].position
    share = lines["bottleneck_share"].values
    course = compute_course(bench, catalog, request)
    start = bench.start(choice.scenario)
    facts = {
        "compute": rounded(position),
        **{name: rounded(lines[name].values) for name in LINES},
        "grid": rounded(result[COMPUTE].values),
        "automated_hours_share": rounded(result["automated_hours_share"].values),
        "sources": result["source"].values,
        "share": {
            name: rounded(column)
            for name, column in zip(result["source"].values.tolist(), share.T, strict=True)
        },
        "today": catalog.compute.today.value,
        "tolerance": float(result["binding_tolerance"]),
        "milestones": milestone_points(result),
        RUN_OUT: reviewers_run_out(result),
        "openings": _openings(result),
        "course": {"dates": course.dates, "compute": course.values},
        "observed": observations(start.moments, course),
        "ceiling": float(result["oversight_ceiling_full"]),
        "settings": catalog.overrides,
    }
    return ViewAnswer(facts, result)


def reviewers_run_out(result: xr.Dataset) -> dict[str, Point | None]:
    """Return for each kind of reviewers the first point of a sweep with all their hours in use."""
    intervals = binding_intervals(result)
    return {
        kind: _first_point(result, intervals[review_factor(kind)])
        for kind in result["reviewers"].values.tolist()
    }


def _first_point(result: xr.Dataset, intervals: list[StateInterval]) -> Point | None:
    """Return the start of the first interval, with the speed-ups from there on."""
    if not intervals:
        return None
    first, values = float(intervals[0].start), []
    for name in SPEEDUPS:
        line = sweep_line(result, name)
        after = np.searchsorted(line.position, first, side="right") - 1
        values.append(float(line.values[after]))
    return Point(first, *values)


def compute_course(bench: Workbench, catalog: Catalog, request: Mapping[str, Any]) -> Course:
    """Return compute along the ``paths`` of a request, growth rates at their medians."""
    name = word_among(request, "paths", tuple(bench.paths), DEFAULT_PATHS)
    return Course(COMPUTE, courses(bench.paths[name], catalog)[COMPUTE])


def _openings(result: xr.Dataset) -> dict[str, Any]:
    """Return the computes from which AI can do tasks, and which."""
    chosen = result["event_kind"].values == "automatable"
    return {
        "compute": rounded(result["event_compute"].values[chosen]),
        "task": result["event_task"].values[chosen],
    }


def observations(moments: Moments | None, course: Course) -> list[dict[str, Any]]:
    """Return what was measured, at the compute that a course has at its date."""
    if moments is None:
        return []
    result = []
    for name, moment, (low, high) in observed_moments(moments):
        assert moment.date is not None
        date = float(moment.date)
        inside = course.dates[0] <= date <= course.dates[-1]
        works = [moments.sources[key].title for key in moment.source if key in moments.sources]
        result.append(
            {
                "name": name,
                "output": moment.output,
                "date": date,
                "compute": float(course(np.array([date]))[0]) if inside else None,
                "value": moment.value,
                "low": low,
                "high": high,
                "note": moment.note,
                "source": works,
            }
        )
    return result


def map_view(bench: Workbench, request: Mapping[str, Any]) -> ViewAnswer:
    """What holds research back, over compute and another number."""
    choice = read_choice(request)
    catalog = bench.catalog(choice)
    path = request.get("other", "supervision.headcount")
    if not isinstance(path, str):
        raise InputError(f"other: found {path!r}; the path of a number is needed")
    grid = catalog.compute.grid
    values = np.geomspace(grid.low, grid.high, MAP_POINTS[0])
    result = bottleneck_map(catalog, (COMPUTE, values), (path, _around(catalog, path)))
    other = result[path].values
    curves = result["boundary_curve"].values
    boundaries = [
        {
            "x": rounded(result["boundary_x"].values[curves == curve]),
            "y": rounded(result["boundary_y"].values[curves == curve]),
            "first": result["boundary_first"].values[curves == curve][0],
            "second": result["boundary_second"].values[curves == curve][0],
            "kind": result["boundary_kind"].values[curves == curve][0],
        }
        for curve in np.unique(curves)
    ]
    facts = {
        "path": path,
        "entry": number_entry(catalog, path),
        "permission": permissions(catalog, [path]).get(path, ""),
        "compute": rounded(result[COMPUTE].values),
        "other": rounded(other),
        "logarithmic": bool(other[0] > 0 and other[-1] / other[0] > 20),
        "binding": result["binding_factor"].values,
        "speedup": rounded(result["throughput_speedup"].values),
        "boundaries": boundaries,
        "today": catalog.compute.today.value,
        "settings": catalog.overrides,
    }
    return ViewAnswer(facts, result)


def _around(catalog: Catalog, path: str) -> np.ndarray:
    """Return values of a number around its own: its interval, or a factor either way."""
    value = catalog.get(path)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise InputError(f"{path} is {value!r}: a map needs a number that the catalog has")
    entry, (least, most) = number_entry(catalog, path), catalog.range_of(path)
    if np.isfinite([least, most]).all() and most - least <= MAP_FACTOR:
        edge = 1e-3 * (most - least)  # a bound itself may be excluded
        return np.linspace(least + edge, most - edge, MAP_POINTS[1])
    if entry.low is not None and entry.high is not None and entry.low < entry.high:
        if entry.low > 0:
            return np.geomspace(entry.low, entry.high, MAP_POINTS[1])
        return np.linspace(entry.low, entry.high, MAP_POINTS[1])
    if value <= 0:
        raise InputError(
            f"{path} is {value:g} and has no interval: a map needs one, or a positive number"
        )
    low, high = max(value / MAP_FACTOR, least), min(value * MAP_FACTOR, most)
    return np.geomspace(low, high, MAP_POINTS[1])


def world_view(bench: Workbench, request: Mapping[str, Any]) -> ViewAnswer:
    """Alignment beside capabilities in Davidson's world, with dates and milestones."""
    catalog = bench.catalog(read_choice(request))
    if catalog.over_time is None:
        raise InputError(
            "this catalog does not say how it stands in a world (over_time): the view of time "
            "beside capabilities needs that block"
        )
    result = alignment_beside(WORLD, catalog)
    line = sweep_line(result, "throughput_speedup")
    facts = {
        "world": WORLD,
        "map": result.attrs["map_catalog"] or result.attrs["map"],
        "time": rounded(result["time"].values),
        "position": line.position,
        "alignment": rounded(line.values),
        "capability": rounded(result["capability_speedup"].values),
        "work": rounded(result["work"].values),
        "training_run": rounded(result["training_run"].values),
        "milestones": [
            {"name": name, "date": date, "meaning": meaning}
            for name, date, meaning in zip(
                result["milestone"].values,
                result["milestone_value"].values.tolist(),
                result["milestone_meaning"].values,
                strict=True,
            )
        ],
        "settings": catalog.overrides,
    }
    return ViewAnswer(facts, result)


def money_view(bench: Workbench, request: Mapping[str, Any]) -> ViewAnswer:
    """What a dollar should buy along compute, and what a reviewer is worth."""
    choice = read_choice(request)
    catalog, added = _priced(bench, choice)
    grid = catalog.compute.grid
    today = catalog.compute.today.value
    points = np.union1d(np.geomspace(grid.low, grid.high, MONEY_POINTS), [today])
    # where tasks open, spending jumps
    events = bench.curve(choice)["event_compute"].values
    sides = np.concatenate([events * (1 - EVENT_OFFSET), events * (1 + EVENT_OFFSET)])
    inside = sides[(sides > grid.low) & (sides < grid.high)]
    result = spend(catalog, np.union1d(points, inside))
    names = ("unit_cost", "unit_cost_as_is", "unit_cost_without_ai", "dollar_speedup")
    words = factor_words(catalog)
    facts = {
        "compute": rounded(result[COMPUTE].values),
        **{name: rounded(result[name].values) for name in names},
        "factors": [words.get(name, name) for name in result["factor"].values.tolist()],
        "spending_share": rounded(result["spending_share"].values.T),
        "spending_share_as_is": rounded(result["spending_share_as_is"].values.T),
        "dollar_return": rounded(result["dollar_return"].values.T),
        "reviewers": result["reviewers"].values,
        "break_even_wage": rounded(result["break_even_wage"].values.T),
        "wage": rounded(result["wage"].values),
        "today": catalog.compute.today.value,
        "prices_added": added,
        "settings": catalog.overrides,
    }
    return ViewAnswer(facts, result)


def _priced(bench: Workbench, choice: Choice) -> tuple[Catalog, bool]:
    """Return a catalog with prices: its own, or those of the scenario `priced` if it fits.

    A catalog whose pools that scenario does not know is returned without: `spend` says what to
    give.
    """
    catalog = bench.catalog(choice)
    if catalog.prices is not None or PRICED not in bench.scenarios:
        return catalog, False
    if catalog.scenario is None:
        return bench.catalog(Choice(PRICED, choice.moved, choice.changed)), True
    return catalog.replace(load_scenario(PRICED).set), True


def lead_view(bench: Workbench, request: Mapping[str, Any]) -> ViewAnswer:
    """What a lead buys: the steps from bulk to effective work, and the pause."""
    name = word_among(request, "plan", bundled.names("plan"), "greenblatt_leads")
    months = number_within(request, "months", 0.0, 1200.0)
    plan = load_plan(name, {} if months is None else {"lead.months": months})
    result = lead_time(plan)
    cases = list(plan.cases.items()) if "case" in result.dims else [("", None)]
    facts = {
        "plan": name,
        "title": plan.title,
        "labels": {str(dim): result[dim].values for dim in result.dims if dim in result.coords},
        "cases": [
            {
                "name": case,
                "title": record.title if record is not None else plan.title,
                **_scalars_and_lines(result.isel(case=index) if case else result),
            }
            for index, (case, record) in enumerate(cases)
        ],
        "units": {str(key): item.attrs.get("units", "") for key, item in result.items()},
        "meanings": {str(key): item.attrs.get("long_name", "") for key, item in result.items()},
        "settings": plan.overrides,
    }
    return ViewAnswer(facts, result)


def _scalars_and_lines(result: xr.Dataset) -> dict[str, Any]:
    return {str(name): variable.values for name, variable in result.data_vars.items()}
