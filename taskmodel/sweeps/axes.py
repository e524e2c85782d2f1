"""The axis of a sweep: one number that grows, and what becomes of an organisation as it does.

Compute is one such axis; any quantity of a catalog at a given compute is another; time, along which compute and quantities
follow courses of their own, is a third. An `Axis` says which catalog and which compute stand at each place.

Source: the model, section 6; section 7 for courses over time, `staffing` for people who come and leave.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from taskmodel.catalog import Catalog, People
from taskmodel.errors import InputError
from taskmodel.numerics.types import Array
from taskmodel.science import staffing

COMPUTE, TIME = "compute", "time"
COMPUTE_UNIT = "FLOP/year"
PER_DECADE = 24  # places of a mesh to a factor of ten
WIDE = 1000  # near 0, longer axes are stepped along in parts of their length
PER_SPAN = 96  # places of a mesh, at least, where the axis is not logarithmic
TOLD = 33  # dates at which a result tells a headcount that changes by itself
CHANGES = ("growth", "hires", "attrition", "practice_share")  # of a headcount over time
OFFSET = np.sqrt(2) - 1  # keeps them off round numbers, at which catalogs like to have events
POINTS = 400  # reported, where a quantity's interval is gone through


@dataclass(frozen=True, eq=False)
class Axis:
    """One number, the place, and what stands at it.

    Attributes
    ----------
    name : str
        ``compute``, ``time``, or the dotted path of a quantity.
    unit, meaning : str
        Of the place.
    catalog : Catalog
        As it is but for what the axis changes.
    compute : function
        From places to compute [FLOP/year], both of shape (point,).
    catalogs : function or None
        From places, shape (point,), to the catalogs there; None: `catalog` everywhere.
    logarithmic : bool
        Whether what is near is told by ratios, not by differences.
    scale : float
        What a step aside near a place of 0 is a part of, where places are not told by ratios, in the unit of the place.
    breaks : array, shape (break,)
        Places at which the organisation does not change smoothly.
    courses : dict of str to Course
        What changes along time, by ``compute`` or path.
    """

    name: str
    unit: str
    meaning: str
    catalog: Catalog
    compute: Callable[[Array], Array]
    catalogs: Callable[[Array], list[Catalog]] | None = None
    logarithmic: bool = True
    scale: float = 1.0
    breaks: Array = field(default_factory=lambda: np.zeros(0))
    courses: Mapping[str, Course] = field(default_factory=dict)

    def courses_json(self) -> str:
        """The courses as JSON: by name, pairs of date and value."""
        return json.dumps(
            {
                name: np.stack([course.dates, course.values], axis=1).tolist()
                for name, course in self.courses.items()
            }
        )

    def coordinate(self, place: Array) -> Array:
        """What differences are taken in: the logarithm of the place, or the place itself."""
        return np.log(place) if self.logarithmic else np.asarray(place, dtype=float)

    def place(self, coordinate: Array) -> Array:
        """The place at a coordinate."""
        return np.exp(coordinate) if self.logarithmic else np.asarray(coordinate, dtype=float)

    def between(self, low: Array, high: Array, part: ArrayLike = 0.5) -> Array:
        """The place so far on the way from one to another."""
        part = np.asarray(part)
        return self.place((1 - part) * self.coordinate(low) + part * self.coordinate(high))

    def aside(self, place: Array, by: float) -> Array:
        """The place a small step on, relative to the place or the scale of the axis, whichever is larger; of dates, to a year."""
        if self.logarithmic:
            return place * (1 + by)
        return place + by * (
            self.scale if self.name == TIME else np.maximum(np.abs(place), self.scale)
        )

    def mesh(self, low: float, high: float) -> Array:
        """Places between which events are looked for: the ends, breaks, and places that do not depend on what is reported."""
        step = (
            np.log(10) / PER_DECADE
            if self.logarithmic
            else 2.0 ** np.floor(np.log2((high - low) / PER_SPAN))
        )
        first, last = (self.coordinate(np.array(end)) / step - OFFSET for end in (low, high))
        inner = self.place(step * (np.arange(np.floor(first) + 1, np.ceil(last)) + OFFSET))
        places = np.concatenate([inner, self.breaks])
        return np.unique(np.concatenate([[low], places[(places > low) & (places < high)], [high]]))


def compute_axis(catalog: Catalog) -> Axis:
    """Compute grows, all else stays."""
    return Axis(
        COMPUTE,
        COMPUTE_UNIT,
        "effective compute of the leading developer (base-year software)",
        catalog,
        lambda place: place,
    )


def input_axis(catalog: Catalog, path: str, low: float, high: float, compute: float) -> Axis:
    """A quantity of the catalog grows, at one compute; with a task's share the others fall in proportion.

    Raises
    ------
    CatalogError
        If there is no such quantity, or an end is not allowed there.
    """
    for end in (high, low):  # ranges have no holes: what holds at the ends holds between them
        checked = catalog.replace(catalog.changed_to(path, float(end)))
    catalog = (
        checked if catalog.get(path) is None else catalog
    )  # what the axis adds may be a factor, or a rule

    def catalogs(places: Array) -> list[Catalog]:
        return [checked.with_numbers(checked.changed_to(path, place)) for place in places.tolist()]

    return Axis(
        path,
        catalog.unit_of(path),
        f"the catalog's {path}",
        catalog,
        lambda places: np.full(len(places), float(compute)),
        catalogs,
        logarithmic=low > 0,
        scale=max(1.0, (high - low) / WIDE),
    )


class Course:
    """A quantity over time: it grows at a constant rate from each date to the next.

    Parameters
    ----------
    name : str
        What messages call it.
    table : sequence of (float, float), or mapping of float to float
        Values by date [calendar year], dates increasing, at least two; values > 0 and finite.

    Raises
    ------
    InputError
        If the table is not as described.
    """

    def __init__(self, name: str, table: Any) -> None:
        try:
            rows = np.array(
                sorted(table.items()) if isinstance(table, Mapping) else table, dtype=float
            )
        except (TypeError, ValueError) as error:
            raise InputError(
                f"the course of {name} must be pairs of numbers (calendar year, value): {error}"
            ) from error
        if rows.ndim != 2 or rows.shape[1] != 2 or len(rows) < 2:
            raise InputError(
                f"the course of {name} must be at least two pairs (calendar year, value); found shape {rows.shape}"
            )
        self.name, self.dates, self.values = name, rows[:, 0], rows[:, 1]
        self.breaks = self.dates
        if not (np.isfinite(rows).all() and (self.values > 0).all()):
            raise InputError(
                f"the course of {name} must have finite dates and positive, finite values; found {rows.tolist()}"
            )
        if not (np.diff(self.dates) > 0).all():
            raise InputError(
                f"the dates in the course of {name} must increase; found {self.dates.tolist()}"
            )

    def __call__(self, years: ArrayLike) -> Array:
        """The quantity at some dates [calendar year], none before its first or after its last."""
        years = np.asarray(years, dtype=float)
        outside = (years < self.dates[0]) | (years > self.dates[-1])
        if outside.any():
            raise InputError(
                f"the course of {self.name} is given from {self.dates[0]:g} to {self.dates[-1]:g}; "
                f"found {years[outside].flat[0]:g}: give its value there, or sweep a shorter time"
            )
        return self._at(years)

    def _at(self, years: Array) -> Array:
        return np.asarray(np.exp(np.interp(years, self.dates, np.log(self.values))))


class Staffing(Course):
    """The headcount of a pool over time, as its people come and leave from a date on: see `staffing.headcount`.

    Parameters
    ----------
    name : str
        What messages call it: its path.
    people : People
        The pool, with the headcount it begins with.
    low, high : float
        From when to when [calendar year].
    """

    def __init__(self, name: str, people: People, low: float, high: float) -> None:
        self.name, self.start = name, people.headcount.value
        changes = {change: getattr(people, change) for change in CHANGES}
        self.changes = {
            change: number.value for change, number in changes.items() if number is not None
        }
        self.dates, self.breaks = np.linspace(low, high, TOLD), np.zeros(0)
        self.values = self._at(self.dates)
        if not np.isfinite(self.values).all():
            raise InputError(
                f"{name} grows beyond any number from {low:g} to {high:g}: sweep a shorter time, or let the pool grow slower"
            )

    def _at(self, years: Array) -> Array:
        return staffing.headcount(self.start, years - self.dates[0], **self.changes)


def staffing_courses(catalog: Catalog, low: float, high: float) -> dict[str, Course]:
    """Courses of the headcounts that the catalog lets change over time, by path."""
    people: dict[str, People] = {f"pools.{name}": pool for name, pool in catalog.pools.items()}
    people |= {
        "supervision": catalog.supervision,
        **{f"reviewers.{name}": pool for name, pool in catalog.reviewers.items()},
    }
    moving = {
        path: pool
        for path, pool in people.items()
        if any(getattr(pool, change) is not None for change in CHANGES)
    }
    return {
        f"{path}.headcount": Staffing(f"{path}.headcount", pool, low, high)
        for path, pool in moving.items()
    }


def common_dates(courses: Mapping[str, Course]) -> Array:
    """Points over the dates that all courses have [calendar year]."""
    low, high = (
        max(course.dates[0] for course in courses.values()),
        min(course.dates[-1] for course in courses.values()),
    )
    if not low < high:
        raise InputError(f"the courses of {' and '.join(courses)} have no dates in common")
    return np.linspace(low, high, POINTS)


def time_axis(
    catalog: Catalog, courses: Mapping[str, Course], low: float, high: float, compute: float
) -> Axis:
    """Time goes on; compute and quantities of the catalog follow their courses.

    Parameters
    ----------
    courses : mapping of str to Course
        By ``compute`` or dotted path.
    low, high : float
        Ends of the axis [calendar year].
    compute : float
        Where it has no course [FLOP/year].

    Raises
    ------
    CatalogError
        If there is no such quantity, or a value is not allowed there.
    InputError
        If a course does not reach as far as the axis.
    """
    for course in courses.values():
        course([low, high])
    varied = [name for name in courses if name != COMPUTE]
    breaks = np.unique(np.concatenate([course.breaks for course in courses.values()]))
    checked = catalog
    for date in [
        high,
        *breaks[(breaks > low) & (breaks < high)],
        low,
    ]:  # between them values are between those there
        checked = catalog.replace({name: float(courses[name](date)) for name in varied})
    catalog = checked if any(catalog.get(name) is None for name in varied) else catalog

    def catalogs(places: Array) -> list[Catalog]:
        values = {name: courses[name](places).tolist() for name in varied}
        return [
            checked.with_numbers(dict(zip(values, row, strict=True)))
            for row in zip(*values.values(), strict=True)
        ]

    def compute_at(places: Array) -> Array:
        return (
            courses[COMPUTE](places) if COMPUTE in courses else np.full(len(places), float(compute))
        )

    return Axis(
        TIME,
        "calendar year",
        "date",
        catalog,
        compute_at,
        catalogs if varied else None,
        False,
        breaks=breaks,
        courses=courses,
    )
