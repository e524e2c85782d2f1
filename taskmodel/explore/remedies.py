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
from taskmodel.organisation.quantities import with_ratios_in_use
from taskmodel.organisation.reviewers import reviewer_block, reviewer_pools
from taskmodel.summary import COSTS, milestone_points
from taskmodel.sweeps._sweep import sweep
from taskmodel.sweeps.axes import Course
from taskmodel.sweeps.results import labelled, provenance

MILESTONES = (*COSTS, "oversight_bottleneck")
DEDICATED = "dedicated"
FACTORS: dict[str, dict[float, str]] = {
    "pools.*.headcount": {2.0: "twice the people, reviewers as they are"},
}
SHORTER_REVIEWS = {0.5: "reviews take half the time", 0.1: "reviews take a tenth"}
VALUES: dict[str, dict[Any, str]] = {
    "supervision.coverage": {
        "floor": "people review only the share of units that policy requires",
    },
}
# of each kind of reviewers, in its block
FACTORS_OF_REVIEWERS: dict[str, dict[float, str]] = {
    "headcount": {
        2.0: "twice as many {people}{kind}",
        10.0: "ten times as many {people}{kind}",
    },
}
VALUES_OF_REVIEWERS: dict[str, dict[Any, str]] = {
    "pool": {DEDICATED: "reviewers{kind} of their own, besides the {pool}"},
    "max_review_share": {1.0: "reviewers{kind} do nothing but review"},
}
Change = tuple[str, str, dict[str, Any]]


def remedy_view(bench: Workbench, request: Mapping[str, Any]) -> ViewAnswer:
    """Dates of milestones of oversight as things are, and with one change each."""
    catalog = bench.catalog(read_choice(request))
    course = compute_course(bench, catalog, request)
    kinds = list(reviewer_pools(catalog))
    rows = [("as things are", "", _dates(catalog, course))]
    for title, path, values in remedies(catalog):
        try:
            changed = catalog.replace(values)
        except CatalogError as error:
            none = np.full(len(MILESTONES) + len(kinds), np.nan)
            rows.append((title, error.defects[0].message, none))
            continue
        rows.append((title, path, _dates(changed, course)))
    titles, paths, dates = zip(*rows, strict=True)
    milestones, run_out = np.split(np.array(dates), [len(MILESTONES)], axis=1)
    result = labelled(
        {
            "date": (
                ("change", "milestone"),
                milestones,
                "calendar year",
                "date from which oversight costs as much, or is the bottleneck; inf: not on the "
                "path",
            ),
            RUN_OUT: (
                ("change", "reviewers"),
                run_out,
                "calendar year",
                "date from which all hours of these reviewers are in use; inf: not on the path",
            ),
            "setting": ("change", np.array(paths, dtype=object), "", "what is set"),
        },
        {
            "change": np.array(titles, dtype=object),
            "milestone": np.array(MILESTONES, dtype=object),
            "reviewers": np.array(kinds, dtype=object),
        },
        provenance(catalog=catalog),
    )
    facts = {
        "milestones": MILESTONES,
        "reviewers": kinds,
        "rows": [
            {"title": title, "setting": path, "dates": when, RUN_OUT: out}
            for title, path, when, out in zip(titles, paths, milestones, run_out, strict=True)
        ],
    }
    return ViewAnswer(facts, result)


def remedies(catalog: Catalog) -> list[Change]:
    """Return title, setting and values of each change that makes a difference to the catalog."""
    result, every = [], reviewer_pools(catalog)
    for name, reviewers in every.items():
        block, pool = reviewer_block(name), reviewers.pool
        words = {
            "people": "reviewers" if pool == DEDICATED else f"{pool} who may review",
            "kind": f" ({name})" if len(every) > 1 else "",
            "pool": pool,
        }
        for field, factors in FACTORS_OF_REVIEWERS.items():
            result += _multiplied(catalog, f"{block}.{field}", factors, words)
        for field, values in VALUES_OF_REVIEWERS.items():
            result += _changed(catalog, f"{block}.{field}", values, words)
    for pattern, factors in FACTORS.items():
        result += _multiplied(catalog, pattern, factors, {})
    result += _shorter_reviews(catalog)
    for path, values in VALUES.items():
        result += _changed(catalog, path, values, {})
    return result


def _multiplied(
    catalog: Catalog, pattern: str, factors: Mapping[float, str], words: Mapping[str, str]
) -> list[Change]:
    """Return the changes that multiply numbers which are not all 0."""
    paths, result = _matching(catalog, pattern), []
    for factor, title in factors.items():
        values = {path: factor * catalog.get(path) for path in paths}
        if any(values.values()):
            result.append((title.format(**words), f"{pattern} times {factor:g}", values))
    return result


def _shorter_reviews(catalog: Catalog) -> list[Change]:
    """Return the changes to the hours of all reviews, at whatever review level."""
    used, level = with_ratios_in_use(catalog), "supervision.review_level"
    return [
        (title, path, values if used is catalog else {level: "central", **values})
        for title, path, values in _multiplied(used, "tasks.*.review_ratio", SHORTER_REVIEWS, {})
    ]


def _changed(
    catalog: Catalog, path: str, values: Mapping[Any, str], words: Mapping[str, str]
) -> list[Change]:
    """Return the changes to values that the catalog does not have."""
    return [
        (title.format(**words), f"{path}={value}", {path: value})
        for value, title in values.items()
        if catalog.get(path) != value
    ]


def _matching(catalog: Catalog, pattern: str) -> list[str]:
    section, star, field = pattern.partition(".*.")
    if not star:
        return [pattern]
    return [f"{section}.{name}.{field}" for name in getattr(catalog, section)]


def _dates(catalog: Catalog, course: Course) -> Array:
    """Return the dates of `MILESTONES` along a course, then of reviewers who run out, by kind.

    They are inf where the course does not get there.
    """
    grid = catalog.compute.grid
    result = sweep(catalog, np.geomspace(grid.low, grid.high, POINTS))
    milestones = milestone_points(result)
    points = [*(milestones[name] for name in MILESTONES), *reviewers_run_out(result).values()]
    computes = [
        np.inf if point is None or point.compute is None else point.compute for point in points
    ]
    return np.array([_date(course, compute) for compute in computes])


def _date(course: Course, compute: float) -> float:
    """Return the date at which a growing course reaches a compute; its first, if it is there."""
    if compute > course.values[-1]:
        return np.inf
    return float(np.interp(np.log(compute), np.log(course.values), course.dates))
