r"""A catalog inside a world: its compute at a date, and its numbers after accumulated work.

The world's largest training run R(t) is measured in FLOP at the software of the world's start, the
compute axis of a catalog in FLOP at the software of `over_time.software_date`. With S the world's
software relative to its start,

.. math:: C(t) = R(t) / S(t_{software}), \qquad G(t) = C(t) / \text{training share}

are the training compute of the frontier and the position on the compute axis. The organisation
keeps its shares of G for inference and experiments, and its work changes nothing in the world.
Where only AI up to C_safe(W) may be used, C is capped at C_safe for the capability of AI, while
the available compute is unchanged.

Source: docs, model, section 7.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from taskmodel.catalog import Catalog
from taskmodel.catalog.records import Learning
from taskmodel.errors import InputError
from taskmodel.numerics.integral_equation import Accumulated
from taskmodel.numerics.types import Array
from taskmodel.organisation.quantities import Quantities
from taskmodel.science import learning
from taskmodel.sweeps.axes import COMPUTE, TIME, Axis, Course, staffing_courses
from taskmodel.sweeps.walker import Setting, Situation, Walker
from taskmodel.takeoff.davidson.moment_kernels import SOFTWARE
from taskmodel.takeoff.davidson.track import Continuous

MESH_PER_DECADE = 6  # points of the mesh per order of magnitude of the training run
SCAN = 0.01  # years between the dates at which these are looked for


@dataclass(frozen=True, eq=False)
class EmbeddedCatalog:
    """A catalog in a world from one date to another.

    Attributes
    ----------
    catalog : Catalog
        Without the effects of the world and of accumulated work.
    track : Continuous
        The world.
    software : float
        The world's software at the catalog's software date, relative to its start.
    courses : dict of str to Course
        Numbers of the catalog that change over time, by path.
    low, high : float
        The dates [calendar year].
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
        effects = (rules.review, rules.scoping, rules.safe_capability) if rules else ()
        return self.limited or any(rule and rule.exponent.value > 0 for rule in effects)

    @property
    def limited(self) -> bool:
        """Whether some AI may be unsafe to use."""
        rules = self.catalog.over_time
        return rules is not None and rules.safe_capability is not None

    def training(self, dates: Array) -> Array:
        """Return training compute of the frontier [FLOP at the catalog's software], (point,)."""
        return np.exp(self.track.log_run(dates)) / self.software

    def compute(self, dates: Array) -> Array:
        """Return the position on the catalog's compute axis [FLOP/year], shape (point,)."""
        return self.training(dates) / self.catalog.compute.training_share.value

    def usable(self, dates: Array, work: Array) -> Array:
        """Return `compute`, capped where AI is unsafe beyond."""
        compute, rules = self.compute(dates), self.catalog.over_time
        if rules is None or rules.safe_capability is None:
            return compute
        safe = rules.safe_capability
        cap = safe.start.value * learning.grown(work, safe.exponent.value, safe.scale.value)
        return np.minimum(compute, cap / self.catalog.compute.training_share.value)

    def quantities(self, dates: Array, work: Array) -> Quantities:
        """Return the quantities at dates [calendar year] and accumulated work [field-year]."""
        rules = self.catalog.over_time
        assert rules is not None  # `embed` has checked
        courses = self._own.with_columns(
            {path: course(dates) for path, course in self.courses.items()}, checked=True
        )
        factors = _effects(
            courses,
            remaining_share(rules.review, work),
            remaining_share(rules.scoping, work),
            self.compute(dates) / self.usable(dates, work),
        )
        return courses.with_columns(
            {path: courses.at(path) * factor for path, factor in factors.items()}, checked=True
        )

    @cached_property
    def _own(self) -> Quantities:
        return Quantities(self.catalog)

    def situation(self, base: Setting, dates: Array, work: Array) -> Situation:
        """Return the organisation at dates and accumulated work.

        ``base`` is the organisation without the effects of the world.
        """
        changes = bool(self.courses) or self.feeds_back
        setting = Setting(self.quantities(dates, work), base) if changes else base
        return Situation(setting, self.usable(dates, work))

    def axis(self, work: Accumulated | None) -> Axis:
        """Return time as an axis along which to follow the organisation; work None: none."""

        def accumulated(dates: Array) -> Array:
            return np.zeros(len(dates)) if work is None else work(dates)[:, 0]

        changes = bool(self.courses) or (self.feeds_back and work is not None)
        return Axis(
            TIME,
            "calendar year",
            "date",
            self.catalog,
            lambda dates: self.usable(dates, accumulated(dates)),
            (lambda dates: self.quantities(dates, accumulated(dates))) if changes else None,
            logarithmic=False,
            breaks=self.breaks,
            courses=self.courses,
        )

    def openings(self) -> Array:
        """Return the dates at which tasks open to AI or close, without effects of work on them."""
        return Walker(self.axis(None)).thresholds(self.low, self.high)

    @cached_property
    def breaks(self) -> Array:
        """Dates between which the organisation changes little.

        They are a mesh of the growing training run, and the kinks of courses.
        """
        dates = np.arange(self.low, self.high, SCAN)
        decades = np.floor(MESH_PER_DECADE * np.log10(self.training(dates)))
        (crossed,) = np.nonzero(np.diff(decades))
        mesh = dates[crossed] + SCAN / 2
        return np.unique(
            np.concatenate([mesh, *(course.breaks for course in self.courses.values())])
        )


def embed(
    catalog: Catalog, track: Continuous, courses: Mapping[str, Any], low: float, high: float
) -> EmbeddedCatalog:
    """Embed a catalog in a world.

    Parameters
    ----------
    catalog : Catalog
        With `over_time`.
    track : Continuous
        The world, from `davidson.simulation.solve_world`.
    courses : mapping of str to table
        Numbers of the catalog that change over time, by path, as pairs of date and value. Other
        headcounts change as their pools declare.
    low, high : float
        First and last date [calendar year].

    Raises
    ------
    CatalogError
        If the catalog has no software date, or a value on a course is not allowed.
    InputError
        If the software date or a course is outside the world's dates, or compute has a course.
    """
    software = software_at(track, catalog)
    if COMPUTE in courses:
        raise InputError("compute is the world's; give paths of other numbers alone")
    tables = {name: Course(name, table) for name, table in courses.items()}
    for name, course in staffing_courses(catalog, low, high).items():
        tables.setdefault(name, course)
    dates = {low, high}
    for course in tables.values():
        course([low, high])
        dates |= {date for date in course.breaks.tolist() if low < date < high}
    # courses are monotone between their breaks: values that are allowed there are allowed between
    for date in sorted(dates, reverse=True):
        catalog.replace({name: float(course(date)) for name, course in tables.items()})
    return EmbeddedCatalog(catalog, track, software, tables, low, high)


def software_date(catalog: Catalog) -> float:
    """Return the date of the software in which a catalog measures compute [calendar year].

    Raises
    ------
    CatalogError
        If the catalog has none.
    """
    if catalog.over_time is None:
        message = (
            "is missing: in a simulated world the catalog has to say of which date the software is "
            "that compute is measured in, such as over_time: {software_date: 2023.2}"
        )
        raise catalog.error(("over_time",), message, at_key=True)
    return catalog.over_time.software_date.value


def software_at(track: Continuous, catalog: Catalog) -> float:
    """Return the world's software at the catalog's software date, relative to the world's start.

    Raises
    ------
    CatalogError
        If the catalog has no software date.
    InputError
        If it is outside the world's dates.
    """
    date = software_date(catalog)
    moment = track.at(date)
    if moment is None:
        raise InputError(
            f"compute is measured in the software of {date:g} (over_time.software_date), which the "
            f"world does not reach: it goes from {track.base:g} to {track.end:g}; let it "
            "start earlier, or measure compute in other software"
        )
    return float(np.exp(moment[SOFTWARE]))


def remaining_share(rule: Learning | None, work: Array) -> Array:
    """Return the remaining share of a quantity after accumulated work; 1 without a rule."""
    if rule is None:
        return np.ones(len(work))
    return learning.remaining(work, rule.exponent.value, rule.scale.value, rule.least.value)


def _effects(
    quantities: Quantities, review: Array, scoping: Array, excess: Array
) -> dict[str, Array]:
    """Return what work multiplies quantities by, by path.

    ``review`` and ``scoping`` are the remaining shares of review hours, and of the horizons that
    well-verifiable tasks require; ``excess`` is available compute over that of the AI that may be
    used. Each has the shape (point,).
    """
    catalog, factors = quantities.catalog, dict[str, Array]()
    if (review != 1).any():
        for name, task in catalog.tasks.items():
            path = f"tasks.{name}.review_ratio"
            factors[path] = review
            if task.review_ratio.low is not None:
                factors |= {f"{path}.low": review, f"{path}.high": review}
    if (scoping != 1).any():
        rule = quantities.number("over_time.scoping.verifiability")[:, None]
        scoped = (quantities.tasks("verifiability.score") >= rule).T
        easier = scoping ** (1 / quantities.number("capability.slope"))
        for (name, task), applies in zip(catalog.tasks.items(), scoped, strict=True):
            factors[f"tasks.{name}.horizon_multiplier"] = np.where(applies, scoping, 1.0)
            if task.automation_threshold is not None:  # compute for this part of the horizon
                factors[f"tasks.{name}.automation_threshold"] = np.where(applies, easier, 1.0)
    if (excess != 1).any():
        # The compute axis stands at that of usable AI; larger shares of it keep the compute for
        # inference and experiments at what is available.
        factors |= {f"compute.{name}": excess for name in ("inference_share", "experiment_share")}
    return factors
