"""The axis of a sweep: a number that grows, and the quantities and compute at its positions.

Compute is one such axis; any quantity of a catalog at a given compute is another; time, along which
compute and quantities follow given courses, is a third.

Source: docs, model, section 6; section 7 for courses over time, `science.staffing` for hires.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from taskmodel.catalog import Catalog, People
from taskmodel.errors import InputError
from taskmodel.numerics.numbers import real_numbers
from taskmodel.numerics.types import Array
from taskmodel.organisation.quantities import Quantities
from taskmodel.science import staffing

COMPUTE, TIME = "compute", "time"
COMPUTE_UNIT = "FLOP/year"
PER_DECADE = 24  # points of the mesh per factor of ten, on a logarithmic axis
PER_SPAN = 96  # least number of points of the mesh, on a linear axis
# The mesh is shifted off round numbers, where catalogs tend to have events: an event on the mesh
# would be a tie at both ends of two intervals.
OFFSET = np.sqrt(2) - 1
STEPS_PER_SPAN = 1000  # steps aside near 0 are relative to the span over this, if it exceeds 1
POINTS = 400  # reported over the interval of a quantity or the common dates of courses
STAFFING_POINTS = 33  # dates at which a course of a changing headcount is reported
STAFFING_CHANGES = ("growth", "hires", "attrition", "practice_share")  # of a headcount over time


@dataclass(frozen=True, eq=False)
class Axis:
    """A number, the position, and what it means for the organisation.

    Attributes
    ----------
    name : str
        ``compute``, ``time``, or the dotted path of a quantity.
    unit, meaning : str
        Of the position.
    catalog : Catalog
        The catalog, apart from what changes along the axis.
    compute : function
        From positions to compute [FLOP/year], both of shape (point,).
    quantities : function or None
        From positions, shape (point,), to the quantities of the organisation there; None: those of
        `catalog` everywhere.
    logarithmic : bool
        Whether distances are ratios instead of differences.
    scale : float
        On a linear axis, the position below which steps aside are relative to this instead.
    breaks : array, shape (break,)
        Positions at which the organisation does not change smoothly.
    courses : dict of str to Course
        What changes along time, by ``compute`` or path.
    origin : Quantities or None
        The quantities of `catalog` that those along the axis differ from in some numbers, if they
        are known already.
    """

    name: str
    unit: str
    meaning: str
    catalog: Catalog
    compute: Callable[[Array], Array]
    quantities: Callable[[Array], Quantities] | None = None
    logarithmic: bool = True
    scale: float = 1.0
    breaks: Array = field(default_factory=lambda: np.zeros(0))
    courses: Mapping[str, Course] = field(default_factory=dict)
    origin: Quantities | None = None

    def courses_json(self) -> str:
        """Return the courses as JSON: by name, pairs of date and value."""
        return json.dumps(
            {
                name: np.stack([course.dates, course.values], axis=1).tolist()
                for name, course in self.courses.items()
            }
        )

    def coordinate(self, position: Array) -> Array:
        """Return the coordinate in which distances are taken: the logarithm, or the position."""
        return np.log(position) if self.logarithmic else np.asarray(position, dtype=float)

    def position(self, coordinate: Array) -> Array:
        """Return the position at a coordinate."""
        return np.exp(coordinate) if self.logarithmic else np.asarray(coordinate, dtype=float)

    def between(self, low: Array, high: Array, fraction: ArrayLike = 0.5) -> Array:
        """Return the position at a fraction of the distance from one to another."""
        fraction = np.asarray(fraction)
        return self.position(
            (1 - fraction) * self.coordinate(low) + fraction * self.coordinate(high)
        )

    def aside(self, position: Array, step: float) -> Array:
        """Return the position a small relative step on; of dates, relative to a year."""
        if self.logarithmic:
            return position * (1 + step)
        size = self.scale if self.name == TIME else np.maximum(np.abs(position), self.scale)
        return position + step * size

    def mesh(self, low: float, high: float) -> Array:
        """Return positions between which events are searched: the ends, breaks and a regular mesh.

        The mesh does not depend on the reported points, nor, up to its ends, on the interval.
        """
        step = (
            np.log(10) / PER_DECADE
            if self.logarithmic
            else 2.0 ** np.floor(np.log2((high - low) / PER_SPAN))
        )
        first, last = (self.coordinate(np.array(end)) / step - OFFSET for end in (low, high))
        regular = step * (np.arange(np.floor(first) + 1, np.ceil(last)) + OFFSET)
        inner = np.concatenate([self.position(regular), self.breaks])
        return np.unique(np.concatenate([[low], inner[(inner > low) & (inner < high)], [high]]))


def compute_axis(catalog: Catalog) -> Axis:
    """Return the axis of compute."""
    return Axis(
        COMPUTE,
        COMPUTE_UNIT,
        "effective compute: of the leading developer, in software of the base year",
        catalog,
        lambda position: position,
    )


def input_axis(catalog: Catalog, path: str, low: float, high: float, compute: float) -> Axis:
    """Return the axis of a quantity of the catalog, at one compute [FLOP/year].

    As the share of a task changes, those of the others change in proportion; ``*`` in the path
    stands for every id, and all of those numbers change together.

    Raises
    ------
    CatalogError
        If there is no such quantity, or an end is not allowed.
    """
    # Allowed ranges are intervals: what is valid at the ends is valid between them.
    for end in (high, low):
        checked = catalog.replace(catalog.changed_to(path, float(end)))

    base = Quantities(_with_all(catalog, catalog.expand(path), checked))
    return Axis(
        path,
        catalog.unit_of(path),
        f"the catalog's {path}",
        base.catalog,
        lambda positions: np.full(len(positions), float(compute)),
        lambda positions: base.with_columns(checked.changed_to(path, positions), checked=True),
        logarithmic=low > 0,
        scale=max(1.0, (high - low) / STEPS_PER_SPAN),
        origin=base,
    )


def _with_all(catalog: Catalog, paths: Iterable[str], changed: Catalog) -> Catalog:
    """Return a catalog if it has all quantities at some paths, or else the changed one.

    One that is absent may add a factor or a rule.
    """
    return changed if any(catalog.get(path) is None for path in paths) else catalog


class Course:
    """A quantity over time, with a constant growth rate from each date to the next.

    Parameters
    ----------
    name : str
        For messages.
    table : sequence of (float, float), or mapping of float to float
        Values by date [calendar year], dates increasing, at least two; values > 0 and finite.

    Raises
    ------
    InputError
        If the table does not meet these conditions.
    """

    def __init__(self, name: str, table: Any) -> None:
        pairs = sorted(table.items()) if isinstance(table, Mapping) else table
        rows = real_numbers(f"the course of {name}, pairs of calendar year and value,", pairs)
        if rows.ndim != 2 or rows.shape[1] != 2 or len(rows) < 2:
            raise InputError(
                f"the course of {name} must be at least two pairs (calendar year, value); "
                f"found shape {rows.shape}"
            )
        self.name, self.dates, self.values = name, rows[:, 0], rows[:, 1]
        self.breaks = self.dates
        if not (np.isfinite(rows).all() and (self.values > 0).all()):
            raise InputError(
                f"the course of {name} must have finite dates and positive, finite values; "
                f"found {rows.tolist()}"
            )
        if not (np.diff(self.dates) > 0).all():
            raise InputError(
                f"the dates in the course of {name} must increase; found {self.dates.tolist()}"
            )

    def __call__(self, years: ArrayLike) -> Array:
        """Return the quantity at dates [calendar year] from its first to its last.

        Raises
        ------
        InputError
            If a date is outside.
        """
        years = np.asarray(years, dtype=float)
        outside = (years < self.dates[0]) | (years > self.dates[-1])
        if outside.any():
            raise InputError(
                f"the course of {self.name} is given from {self.dates[0]:g} to "
                f"{self.dates[-1]:g}; found {years[outside].flat[0]:g}: give its value there, or "
                "sweep a shorter time"
            )
        return self._values_at(years)

    def _values_at(self, years: Array) -> Array:
        return np.asarray(np.exp(np.interp(years, self.dates, np.log(self.values))))


class Staffing(Course):
    """The headcount of a pool over time, with growth, hires and attrition; `staffing.headcount`.

    Parameters
    ----------
    name : str
        Its path, for messages.
    people : People
        The pool, with its initial headcount.
    low, high : float
        First and last date [calendar year].
    """

    def __init__(self, name: str, people: People, low: float, high: float) -> None:
        self.name, self.start = name, people.headcount.value
        changes = {change: getattr(people, change) for change in STAFFING_CHANGES}
        self.changes = {
            change: quantity.value for change, quantity in changes.items() if quantity is not None
        }
        self.dates, self.breaks = np.linspace(low, high, STAFFING_POINTS), np.zeros(0)
        self.values = self._values_at(self.dates)
        if not np.isfinite(self.values).all():
            raise InputError(
                f"{name} grows beyond any number from {low:g} to {high:g}: sweep a shorter time, "
                "or let the pool grow slower"
            )

    def _values_at(self, years: Array) -> Array:
        return staffing.headcount(self.start, years - self.dates[0], **self.changes)


def staffing_courses(catalog: Catalog, low: float, high: float) -> dict[str, Course]:
    """Return the courses of the headcounts that change over time by themselves, by path."""
    people: dict[str, People] = {
        **{f"pools.{name}": pool for name, pool in catalog.pools.items()},
        "supervision": catalog.supervision,
        **{f"reviewers.{name}": pool for name, pool in catalog.reviewers.items()},
    }
    return {
        f"{path}.headcount": Staffing(f"{path}.headcount", pool, low, high)
        for path, pool in people.items()
        if any(getattr(pool, change) is not None for change in STAFFING_CHANGES)
    }


def common_dates(courses: Mapping[str, Course]) -> Array:
    """Return points over the dates that all courses cover [calendar year].

    Raises
    ------
    InputError
        If there are no such dates.
    """
    low = max(course.dates[0] for course in courses.values())
    high = min(course.dates[-1] for course in courses.values())
    if not low < high:
        raise InputError(f"the courses of {' and '.join(courses)} have no dates in common")
    return np.linspace(low, high, POINTS)


def time_axis(
    catalog: Catalog, courses: Mapping[str, Course], low: float, high: float, compute: float
) -> Axis:
    """Return the axis of time, along which compute and quantities follow their courses.

    Parameters
    ----------
    catalog : Catalog
    courses : mapping of str to Course
        By ``compute`` or dotted path.
    low, high : float
        Ends of the axis [calendar year].
    compute : float
        Compute if it has no course [FLOP/year].

    Raises
    ------
    CatalogError
        If there is no such quantity, or a value is not allowed.
    InputError
        If a course does not cover the axis.
    """
    for course in courses.values():
        course([low, high])
    paths = [name for name in courses if name != COMPUTE]
    breaks = np.unique(np.concatenate([course.breaks for course in courses.values()]))
    inner = breaks[(breaks > low) & (breaks < high)]
    # Courses are monotonic between breaks and ranges are intervals: checks at the breaks suffice.
    for date in (high, *inner, low):
        checked = catalog.replace({path: float(courses[path](date)) for path in paths})
    base = Quantities(_with_all(catalog, paths, checked))

    def quantities(dates: Array) -> Quantities:
        return base.with_columns({path: courses[path](dates) for path in paths}, checked=True)

    def compute_at(dates: Array) -> Array:
        if COMPUTE in courses:
            return courses[COMPUTE](dates)
        return np.full(len(dates), float(compute))

    return Axis(
        TIME,
        "calendar year",
        "date",
        base.catalog,
        compute_at,
        quantities if paths else None,
        logarithmic=False,
        breaks=breaks,
        courses=courses,
        origin=base,
    )
