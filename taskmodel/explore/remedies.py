"""What would buy time: the date from which oversight binds most, with one thing changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from taskmodel.catalog import Catalog
from taskmodel.errors import CatalogError
from taskmodel.explore.answers import RUN_OUT, ViewAnswer, compute_course, reviewers_run_out
from taskmodel.explore.choices import read_choice
from taskmodel.explore.workbench import POINTS, Workbench
from taskmodel.numerics.types import Array
from taskmodel.summary import COSTS, milestone_points
from taskmodel.sweeps._sweep import sweep
from taskmodel.sweeps.axes import Course
from taskmodel.sweeps.results import labelled, provenance

MILESTONES = (*COSTS, RUN_OUT, "oversight_bottleneck")
DEDICATED = "dedicated"
FACTORS: dict[str, dict[float, str]] = {
    "supervision.headcount": {
        2.0: "twice as many {reviewers}",
        10.0: "ten times as many {reviewers}",
    },
    "pools.*.headcount": {2.0: "twice the people, reviewers as they are"},
    "tasks.*.review_ratio": {0.5: "reviews take half the time", 0.1: "reviews take a tenth"},
}
VALUES: dict[str, dict[Any, str]] = {
    "supervision.coverage": {
        "floor": "people review only the share of units that policy requires",
    },
    "supervision.pool": {DEDICATED: "reviewers of their own, besides the researchers"},
    "supervision.max_review_share": {1.0: "reviewers do nothing but review"},
}


def remedy_view(bench: Workbench, request: Mapping[str, Any]) -> ViewAnswer:
    """Dates of milestones of oversight as things are, and with one change each."""
    catalog = bench.catalog(read_choice(request))
    course = compute_course(bench, catalog, request)
    rows = [("as things are", "", _dates(catalog, course))]
    for title, path, values in _changes(catalog):
        try:
            changed = catalog.replace(values)
        except CatalogError as error:
            rows.append((title, error.defects[0].message, np.full(len(MILESTONES), np.nan)))
            continue
        rows.append((title, path, _dates(changed, course)))
    titles, paths, dates = zip(*rows, strict=True)
    result = labelled(
        {
            "date": (
                ("change", "milestone"),
                np.array(dates),
                "calendar year",
                "date from which oversight costs as much, all hours of reviewers are in use, or "
                "oversight is the bottleneck; inf: not on the path",
            ),
            "setting": ("change", np.array(paths, dtype=object), "", "what is set"),
        },
        {
            "change": np.array(titles, dtype=object),
            "milestone": np.array(MILESTONES, dtype=object),
        },
        provenance(catalog=catalog),
    )
    facts = {
        "milestones": MILESTONES,
        "rows": [{"title": title, "setting": path, "dates": when} for title, path, when in rows],
    }
    return ViewAnswer(facts, result)


def _changes(catalog: Catalog) -> list[tuple[str, str, dict[str, Any]]]:
    """Return title, setting and values of each change that makes a difference to the catalog."""
    result = []
    pool = catalog.supervision.pool
    reviewers = "reviewers" if pool == DEDICATED else f"{pool} who may review"
    for pattern, factors in FACTORS.items():
        paths = _matching(catalog, pattern)
        for factor, title in factors.items():
            values = {path: factor * catalog.get(path) for path in paths}
            if any(values.values()):
                title = title.format(reviewers=reviewers)
                result.append((title, f"{pattern} times {factor:g}", values))
    for path, words in VALUES.items():
        for value, title in words.items():
            if catalog.get(path) != value:
                result.append((title, f"{path}={value}", {path: value}))
    return result


def _matching(catalog: Catalog, pattern: str) -> list[str]:
    section, star, field = pattern.partition(".*.")
    if not star:
        return [pattern]
    return [f"{section}.{name}.{field}" for name in getattr(catalog, section)]


def _dates(catalog: Catalog, course: Course) -> Array:
    """Return the dates of `MILESTONES` along a course; inf where it does not get there."""
    grid = catalog.compute.grid
    result = sweep(catalog, np.geomspace(grid.low, grid.high, POINTS))
    found = {**milestone_points(result), RUN_OUT: reviewers_run_out(result)}
    dates = []
    for name in MILESTONES:
        point = found[name]
        compute = np.inf if point is None or point.compute is None else point.compute
        dates.append(_date(course, compute))
    return np.array(dates)


def _date(course: Course, compute: float) -> float:
    """Return the date at which a growing course reaches a compute; its first, if it is there."""
    if compute > course.values[-1]:
        return np.inf
    return float(np.interp(np.log(compute), np.log(course.values), course.dates))
