r"""A catalog inside a world: the compute it has at a date, and what accumulated work has made of its numbers by then.

The world's largest training run R(t) is measured in FLOP at the software of the world's start, the compute axis of a catalog in
FLOP at the software of `over_time.software_date`, so that with S the world's software relative to its start

.. math:: C(t) = R(t) / S(t_{software}), \qquad G(t) = C(t) / \text{training share}

is the training compute of the frontier and the place on the compute axis. The organisation keeps its shares of G for inference
and experiments, and what it does changes nothing in the world. Where only AI up to C_safe(W) may be used, C is the lesser of the
two for what AI can do, and the compute there is stays as it is.

Source: docs, model, section 7.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from taskmodel.catalog import Catalog, Quantity, Task
from taskmodel.catalog.records import Learning
from taskmodel.errors import InputError
from taskmodel.numerics.integral_equation import Accumulated
from taskmodel.numerics.types import Array
from taskmodel.science import learning
from taskmodel.sweeps.axes import COMPUTE, TIME, Axis, Course, staffing_courses
from taskmodel.sweeps.walker import Setting, Situation, Walker
from taskmodel.takeoff.davidson.track import Continuous

__all__ = ["Inside", "inside"]

PER_DECADE = 6  # places of the mesh to a factor of ten of the training run
LOOKED_AT = 0.01  # years between the dates at which these are looked for


@dataclass(frozen=True, eq=False)
class Inside:
    """A catalog in a world from one date to another.

    Attributes
    ----------
    catalog : Catalog
        As it is without the world's work.
    track : Continuous
        The world.
    software : float
        The world's software at the catalog's date, relative to its start.
    courses : dict of str to Course
        Numbers of the catalog that change over time, by path.
    low, high : float
        The dates.
    """

    catalog: Catalog
    track: Continuous
    software: float
    courses: Mapping[str, Course]
    low: float
    high: float

    @property
    def feeds_back(self) -> bool:
        """Whether accumulated work changes the organisation."""
        rules = self.catalog.over_time
        found = (rules.review, rules.scoping, rules.safe_capability) if rules else ()
        return any(rule is not None and rule.exponent.value > 0 for rule in found) or self.limited

    @property
    def limited(self) -> bool:
        """Whether there is AI that is not safe to use."""
        return (
            self.catalog.over_time is not None
            and self.catalog.over_time.safe_capability is not None
        )

    def training(self, dates: Array) -> Array:
        """Training compute of the frontier [FLOP at the software of the catalog], shape (point,)."""
        return np.exp([self.track.log_run(date) for date in dates]) / self.software

    def compute(self, dates: Array) -> Array:
        """The compute axis of the catalog [FLOP/year], shape (point,)."""
        return self.training(dates) / self.catalog.compute.training_share.value

    def usable(self, dates: Array, work: Array) -> Array:
        """The same as far as AI is safe to use."""
        there, rules = self.compute(dates), self.catalog.over_time
        if rules is None or rules.safe_capability is None:
            return there
        safe = rules.safe_capability
        most = safe.start.value * learning.grown(work, safe.exponent.value, safe.scale.value)
        return np.minimum(there, most / self.catalog.compute.training_share.value)

    def catalogs(self, dates: Array, work: Array) -> list[Catalog]:
        """What has become of the catalog by these dates, and with this work [field-year]."""
        values = {path: course(dates).tolist() for path, course in self.courses.items()}
        rules = self.catalog.over_time
        assert rules is not None  # `inside` has looked
        parts = self.compute(dates) / self.usable(dates, work)
        review, scoping = (_remaining(rule, work) for rule in (rules.review, rules.scoping))
        return [
            _learnt(
                self.catalog.with_numbers({path: column[place] for path, column in values.items()}),
                *learnt,
            )
            for place, learnt in enumerate(
                zip(review.tolist(), scoping.tolist(), parts.tolist(), strict=True)
            )
        ]

    def situation(self, base: Setting, dates: Array, work: Array) -> Situation:
        """The organisation at these dates, with this work; `base`: as it is without the world."""
        changes = bool(self.courses) or self.feeds_back
        setting = Setting(*self.catalogs(dates, work), base=base) if changes else base
        return Situation(setting, self.usable(dates, work))

    def axis(self, work: Accumulated | None) -> Axis:
        """Time as an axis along which the organisation is followed, with the work that has accumulated; None: as without any."""

        def done(dates: Array) -> Array:
            return np.zeros(len(dates)) if work is None else work(dates)[:, 0]

        changes = bool(self.courses) or (self.feeds_back and work is not None)
        return Axis(
            TIME,
            "calendar year",
            "date",
            self.catalog,
            lambda dates: self.usable(dates, done(dates)),
            (lambda dates: self.catalogs(dates, done(dates))) if changes else None,
            logarithmic=False,
            breaks=self.breaks,
            courses=self.courses,
        )

    def openings(self) -> Array:
        """Dates at which tasks open to AI or close, if work changes nothing of that."""
        return Walker(self.axis(None)).thresholds(self.low, self.high)

    @cached_property
    def breaks(self) -> Array:
        """Dates between which the organisation changes little: as the training run grows, and where courses break."""
        dates = np.arange(self.low, self.high, LOOKED_AT)
        decades = np.floor(PER_DECADE * np.log10(self.training(dates)))
        (passed,) = np.nonzero(np.diff(decades))
        found = [
            dates[passed] + LOOKED_AT / 2,
            *(course.breaks for course in self.courses.values()),
        ]
        return np.unique(np.concatenate(found))


def inside(
    catalog: Catalog, track: Continuous, courses: Mapping[str, Any], low: float, high: float
) -> Inside:
    """Put a catalog into a world.

    Parameters
    ----------
    catalog : Catalog
        With `over_time`.
    track : Continuous
        The world, as `takeoff.simulation.follow` gives it.
    courses : mapping of str to table
        Numbers of the catalog that change over time, by path, as pairs of date and value. Headcounts besides change as their pools say.
    low, high : float
        From when to when [calendar year].

    Raises
    ------
    CatalogError
        If the catalog does not say in which software compute is measured, or a value on the way is not allowed.
    InputError
        If that software or a course is not of the world's dates, or compute has a course besides the world.
    """
    if catalog.over_time is None:
        message = (
            "is missing: in a simulated world the catalog has to say of which date the software is that compute is measured in, such as "
            "over_time: {software_date: 2023.2}"
        )
        raise catalog.error(("over_time",), message, at_key=True)
    if COMPUTE in courses:
        raise InputError("compute is the world's; give paths of other numbers alone")
    date = catalog.over_time.software_date.value
    there = track.at(date)
    if there is None:
        raise InputError(
            f"compute is measured in the software of {date:g} (over_time.software_date), which the world does not reach: it goes from "
            f"{track.start.time:g} to {track.end:g}; let it start earlier, or measure compute in other software"
        )
    followed = {name: Course(name, table) for name, table in courses.items()}
    followed |= {
        name: course
        for name, course in staffing_courses(catalog, low, high).items()
        if name not in followed
    }
    dates = {
        low,
        high,
        *(
            date
            for course in followed.values()
            for date in course.breaks.tolist()
            if low < date < high
        ),
    }
    for course in followed.values():
        course([low, high])
    for date in sorted(dates, reverse=True):  # between them values are between those there
        catalog.replace({name: float(course(date)) for name, course in followed.items()})
    return Inside(catalog, track, float(np.exp(there.stocks.software)), followed, low, high)


def _remaining(rule: Learning | None, work: Array) -> Array:
    """What is left of a quantity with so much work done; all of it where there is no rule."""
    return (
        np.ones(len(work))
        if rule is None
        else learning.remaining(work, rule.exponent.value, rule.scale.value, rule.least.value)
    )


def _learnt(catalog: Catalog, review: float, scoping: float, part: float) -> Catalog:
    """The catalog with what is left of review hours, and of the horizons needed for tasks that can be checked well.

    ``part``: the compute there is over that of the AI that may be used.
    """
    changed: dict[str, Any] = {}
    if review != 1 or scoping != 1:
        changed["tasks"] = {
            name: task.model_copy(update=_easier(catalog, task, review, scoping))
            for name, task in catalog.tasks.items()
        }
    if part != 1:
        use = catalog.compute
        shares = {
            name: _times(getattr(use, name), part)
            for name in ("inference_share", "experiment_share")
        }
        changed["compute"] = use.model_copy(update=shares)
    return catalog.model_copy(update=changed) if changed else catalog


def _easier(catalog: Catalog, task: Task, review: float, scoping: float) -> dict[str, Any]:
    """What becomes of a task."""
    found: dict[str, Any] = (
        {} if review == 1 else {"review_ratio": _times(task.review_ratio, review)}
    )
    rule = catalog.over_time.scoping if catalog.over_time else None
    if (
        rule is not None
        and task.verifiability is not None
        and task.verifiability.score >= rule.verifiability.value
    ):
        found["horizon_multiplier"] = _times(task.horizon_multiplier, scoping)
        if (
            task.automation_threshold is not None
        ):  # as much compute as that part of the horizon takes
            found["automation_threshold"] = _times(
                task.automation_threshold, scoping ** (1 / catalog.capability.slope.value)
            )
    return found


def _times(quantity: Quantity, factor: float) -> Quantity:
    """A quantity and its interval times a factor."""
    ends = {
        end: None if value is None else value * factor
        for end in ("value", "low", "high")
        for value in (getattr(quantity, end),)
    }
    return quantity.model_copy(update=ends)
