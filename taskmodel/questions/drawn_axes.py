"""The axes of ensembles: where draws are reported, along compute or along drawn paths over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from taskmodel.catalog import Catalog
from taskmodel.errors import ArgumentError
from taskmodel.numerics.grids import increasing
from taskmodel.numerics.types import Array
from taskmodel.organisation.quantities import Quantities
from taskmodel.sweeps.axes import (
    COMPUTE,
    COMPUTE_UNIT,
    TIME,
    Axis,
    Course,
    common_dates,
    staffing_courses,
    time_axis,
)
from taskmodel.sweeps.paths import Paths, moved_numbers
from taskmodel.sweeps.paths import courses as courses_of

POINTS = 50  # reported by default
TODAY, TODAY_DATE = "compute.today", "compute.today_date"


@dataclass(frozen=True, eq=False)
class DrawnAxis:
    """Where draws are reported.

    Attributes
    ----------
    name : str
    points : array, shape (point,)
        Computes or dates.
    span : array and array, shape (draw,)
        Ends of the axis.
    today : array, shape (draw,)
        Its position; NaN where it is not on the axis.
    courses : list of dict of str to Course
        What follows time, of each draw or of all; empty along compute.
    attributes : dict of str to str
        Provenance.
    """

    name: str
    points: Array
    span: tuple[Array, Array]
    today: Array
    courses: list[dict[str, Course]]
    attributes: dict[str, str]

    @property
    def by_compute(self) -> bool:
        """A position is a compute, or a date at which nothing but compute has grown."""
        return all(
            set(courses) == {COMPUTE} and bool((np.diff(courses[COMPUTE].values) > 0).all())
            for courses in self.courses
        )

    def course(self, row: int) -> dict[str, Course]:
        """Return the courses of a draw."""
        return self.courses[row % len(self.courses)]

    def compute(self, positions: Array) -> Array:
        """Return compute at positions, (draw, point), if it is all that grows [FLOP/year]."""
        if not self.courses:
            return positions
        return np.stack([self.course(row)[COMPUTE](dates) for row, dates in enumerate(positions)])

    def places(self, compute: Array) -> Array:
        """Return computes, (draw, ...), as positions, if it is all that grows; inf stays."""
        if not self.courses:
            return compute
        result = np.full(compute.shape, np.inf)
        for row, values in enumerate(compute):
            course, finite = self.course(row)[COMPUTE], np.isfinite(values)
            logs = np.log(course.values)
            result[row, finite] = np.interp(np.log(values[finite]), logs, course.dates)
        return result


def axis_of_draws(axis: DrawnAxis, draws: NDArray[np.intp]) -> DrawnAxis:
    """Return the axis of some draws."""
    courses = [axis.course(draw) for draw in draws.tolist()] if axis.courses else []
    return replace(axis, courses=courses)


def axis_of_draw(base: Quantities, courses: dict[str, Course], quantities: Quantities) -> Axis:
    """Return the axis of time of one draw, as of `axes.time_axis`."""
    constant = float(quantities.number("compute.today")[0])
    drawn = {path: float(column[0]) for path, column in quantities.columns.items()}
    values = {path: course for path, course in courses.items() if path != COMPUTE}
    breaks = np.unique(np.concatenate([course.breaks for course in courses.values()]))

    def at(dates: Array) -> Quantities:
        columns = {path: course(dates) for path, course in values.items()}
        return base.with_columns({**drawn, **columns}, checked=True)

    def compute(dates: Array) -> Array:
        return courses[COMPUTE](dates) if COMPUTE in courses else np.full(len(dates), constant)

    return Axis(
        TIME,
        "calendar year",
        "date",
        base.catalog,
        compute,
        at if values else None,
        logarithmic=False,
        breaks=breaks,
        courses=courses,
    )


def drawn_compute_axis(
    catalog: Catalog,
    compute: ArrayLike | None,
    dates: ArrayLike | None,
    columns: Mapping[str, Array],
    draws: int,
) -> DrawnAxis:
    """Return the axis of compute; by default the catalog's grid in 50 points.

    Raises
    ------
    TypeError
        If there are dates.
    InputError
        If the points are not positive and increasing.
    """
    if dates is not None:
        raise ArgumentError("dates are reported along paths: give paths too")
    grid = catalog.compute.grid
    chosen = np.geomspace(grid.low, grid.high, POINTS) if compute is None else compute
    points = increasing("(0, inf)", COMPUTE, chosen, unit=COMPUTE_UNIT)
    today = columns.get(TODAY, np.full(draws, catalog.compute.today.value))
    low, high = min(grid.low, points[0]), max(grid.high, points[-1])
    return DrawnAxis(
        COMPUTE, points, (np.minimum(low, today), np.maximum(high, today)), today, [], {}
    )


def drawn_time_axis(
    catalog: Catalog,
    compute: ArrayLike | None,
    paths: Mapping[str, Any] | Paths,
    dates: ArrayLike | None,
    columns: Mapping[str, Array],
    growth: Mapping[str, Array],
    count: int,
) -> DrawnAxis:
    """Return the axis of time; by default the dates that all paths cover, in 50 points.

    Raises
    ------
    TypeError
        If there are computes, or no paths.
    CatalogError
        If the catalog has no number of a path, or a value is not allowed.
    InputError
        If a date is outside the paths.
    """
    if compute is not None:
        raise ArgumentError("along paths, give the points to report as dates, and no compute")
    attributes: dict[str, str] = {}
    today = np.nan
    if isinstance(paths, Paths):
        attributes = {"paths_name": paths.name, "paths_yaml": paths.yaml_text}
        today = paths.today.value
        tables = drawn_tables(catalog, paths, columns, growth, count)
    else:
        tables = [dict(paths)]
    if not tables[0]:
        raise ArgumentError("paths are empty: give what grows, such as that of compute")
    courses = [{name: Course(name, table) for name, table in each.items()} for each in tables]
    low, high = (ends[-1] for ends in zip(*(_ends(each) for each in courses), strict=True))
    chosen = np.linspace(low, high, POINTS) if dates is None else dates
    points = increasing("(-inf, inf)", TIME, chosen, unit="calendar year")
    courses = _with_staff(catalog, courses, columns, low, high, count)
    # refuses paths that the catalog does not have, numbers out of range and dates outside
    time_axis(catalog, courses[0], low, high, catalog.compute.today.value)
    for course in courses[0].values():
        course(points)
    span = np.full(count, low), np.full(count, high)
    return DrawnAxis(TIME, points, span, np.full(count, today), courses, attributes)


def _ends(courses: Mapping[str, Course]) -> tuple[float, float]:
    dates = common_dates(courses)
    return float(dates[0]), float(dates[-1])


def _with_staff(
    catalog: Catalog,
    courses: list[dict[str, Course]],
    columns: Mapping[str, Array],
    low: float,
    high: float,
    draws: int,
) -> list[dict[str, Course]]:
    """Return courses with those of headcounts that change by themselves."""
    if not staffing_courses(catalog, low, high):
        return courses
    every = [
        catalog.replace({path: float(column[row]) for path, column in columns.items()})
        for row in range(draws)
    ]
    return [
        staffing_courses(drawn, low, high) | courses[row % len(courses)]
        for row, drawn in enumerate(every)
    ]


def drawn_tables(
    catalog: Catalog,
    paths: Paths,
    columns: Mapping[str, Array],
    growth: Mapping[str, Array],
    count: int,
) -> list[dict[str, Any]]:
    """Return the courses of each draw, or those of all if they are equal."""
    located = paths.quantities()
    # numbers of today that paths start from
    starts = [
        path for path in (TODAY, TODAY_DATE, *moved_numbers(paths, catalog)) if path in columns
    ]
    if not growth and not starts:
        return [courses_of(paths, catalog)]
    tables = []
    for row in range(count):
        drawn = paths
        for path, column in growth.items():
            drawn = _with_value(drawn, located[path][0], float(column[row]))
        begin = {path: float(columns[path][row]) for path in starts}
        tables.append(courses_of(drawn, catalog.replace(begin) if begin else catalog))
    return tables


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
