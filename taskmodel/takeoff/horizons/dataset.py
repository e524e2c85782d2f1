"""`horizon`: the task length that frontier models can do, by compute and by the trend over time.

Compute is that of the leading developer. Its frontier model is trained with the catalog's share of
it, and the 50 % horizon is on the catalog's line. The 80 % horizon by compute is the 50 % horizon
times the median ratio of the two among the measured models.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from os import PathLike
from typing import Any, Literal

import numpy as np
import xarray as xr

from taskmodel._arguments import word
from taskmodel.catalog import Catalog, Quantity, load_catalog
from taskmodel.errors import ArgumentError, InputError
from taskmodel.numerics.grids import calendar_years
from taskmodel.numerics.piecewise import first_reached
from taskmodel.numerics.ranges import one_number
from taskmodel.numerics.types import Array
from taskmodel.science import capability
from taskmodel.sweeps.axes import COMPUTE_UNIT, Course
from taskmodel.sweeps.results import labelled, provenance
from taskmodel.takeoff.horizons.intervals import LineInterval
from taskmodel.takeoff.horizons.records import Trend, load_trend, release_year
from taskmodel.takeoff.horizons.shapes import SHAPES, Curve, Fit, fit_shape
from taskmodel.takeoff.horizons.trend import (
    TrendLine,
    agreeing_growth,
    doubling_time_by_compute,
    fit_line,
    frontier,
)

LADDER = "t_agi_ladder"
SUCCESS = (50, 80)  # per cent
DRIVERS = ("compute", "time")
LEVELS: tuple[Literal["low", "central", "high"], ...] = ("low", "central", "high")
SPACING = 0.1  # years

DECLARED = {
    "horizon": ("h", "length, in a skilled person's time, of tasks that the frontier does"),
    "compute": (
        COMPUTE_UNIT,
        "effective compute: of the leading developer, in software of the base year",
    ),
    "training_compute": ("FLOP", "effective training compute of its frontier model"),
    "implied_compute": (
        COMPUTE_UNIT,
        "compute that would give the trend's horizon; inf: beyond floats",
    ),
    "doubling_time": ("year", "doubling time of the horizon; NaN: it is not constant"),
    "doubling_time_interval": (
        "year",
        "doubling time of the trend over time: ends of a 90 % interval, from the scatter of the "
        "models about it; NaN: it was given, or there are two models",
    ),
    "horizon_interval": (
        "h",
        "horizon by the trend over time: ends of a 90 % interval of the line; NaN: as above",
    ),
    "shape_parameter": (
        "doublings/year^2, 1 or h",
        "of a trend that is not exponential: curvature [doublings/year^2], share by which each "
        "doubling is shorter [1], or ceiling [h]; NaN: the trend is exponential",
    ),
    "shape_parameter_interval": (
        "doublings/year^2, 1 or h",
        "ends of a 90 % interval of it, from the scatter of the models; NaN: it was given, or the "
        "trend is exponential",
    ),
    "agreeing_growth": (
        "OOM/year",
        "growth of compute at which its horizon doubles as fast as the trend's, at each "
        "end of the slope's interval; NaN: the trend's doubling time is not constant",
    ),
    "milestone_value": ("calendar year", "date; NaN: not within the course of compute"),
    "milestone_horizon": ("h", "horizon needed: length of the task times its multiplier"),
    "milestone_unit": ("", "unit of the value"),
    "milestone_meaning": ("", "task that the frontier can do"),
    "success_ratio": ("1", "horizon relative to that of 50 %, median of the models"),
    "model_horizon": ("h", "measured horizon of each model"),
    "model_interval": (
        "h",
        "measured horizon of each model, with the ends of its interval as the file has it; NaN: "
        "none",
    ),
    "model_released": ("calendar year", "release of each model"),
    "model_on_trend": ("", "the trend is fitted to the model"),
}
"""Unit and meaning of each variable."""


def horizon(
    catalog: Catalog | None = None,
    trend: str | PathLike[str] | Trend = "metr",
    *,
    compute: Mapping[float, float] | Sequence[tuple[float, float]] | None = None,
    growth: float | None = None,
    since: float | None = None,
    doubling_time: float | None = None,
    shape: str = "exponential",
    shape_parameter: float | None = None,
    times: Sequence[float] | None = None,
) -> xr.Dataset:
    """Horizons over time, and the dates at which they reach those of the tasks of a catalog.

    Parameters
    ----------
    catalog : Catalog, optional
        Its tasks are the milestones, and its fit gives the horizon by compute. Default: Ngo's
        ladder, ``t_agi_ladder``.
    trend : str, path or Trend
        Bundled name or file of the measured models.
    compute : pairs or mapping of float to float, optional
        Course of compute: date [calendar year] and value [FLOP/year], with constant growth rates
        between dates. Default: the catalog's ``compute.today`` at the trend's date for it, with
        `growth`.
    growth : float, optional
        Growth of compute if it has no course [OOM/year]. Default: the product of the trend's
        factors of compute and software.
    since : float, optional
        First release of the frontier models to which the trend over time is fitted [calendar
        year]. Default: the trend's.
    doubling_time : float, optional
        Doubling time of the trend over time [year], through the centre of the models. Default:
        fitted.
    shape : str, optional
        Of the trend over time: ``exponential``; ``quadratic`` (the logarithm of the horizon is
        quadratic in time); ``shrinking`` (each doubling is shorter by a constant share); or
        ``saturating`` (towards a ceiling). See `taskmodel.takeoff.horizons.shapes`.
    shape_parameter : float, optional
        Curvature [doublings/year^2], share [1] or ceiling [h] of a shape that is not exponential.
        Default: fitted.
    times : sequence of float, optional
        Reported dates [calendar year]. Default: every 0.1 year of the course of compute.

    Returns
    -------
    Dataset over ``time``, ``driver`` (compute, time) and ``success`` (50, 80 per cent)
        ``horizon``, and ``horizon_interval`` of the trend; ``training_compute`` and ``compute``;
        ``implied_compute``, at which compute would give the trend's horizon; ``doubling_time``, and
        ``doubling_time_interval`` of the trend; ``shape_parameter`` with its interval;
        ``agreeing_growth`` of compute, at which both drivers have equal doubling times; the
        models, with ``model_interval``. Dates are over
        ``milestone``, the
        catalog's tasks (see `taskmodel.milestones`), and NaN outside the course of compute.

    Raises
    ------
    CatalogError
        With every defect of the trend.
    TypeError
        If `catalog` is not a Catalog.
    InputError
        If an argument is out of range, the catalog states the horizon in place of compute, or the
        models do not tell the shape of the trend from a constant doubling time.

    Examples
    --------
    >>> result = horizon()
    >>> rungs = ["1_hour", "1_day", "1_month", "1_year"]
    >>> dates = result["milestone_value"].sel(success=50, milestone=rungs).round(1)
    >>> dates.sel(driver="compute").values.tolist()
    [2024.5, 2026.2, 2028.6, 2030.5]
    >>> dates.sel(driver="time").values.tolist()
    [2025.1, 2026.2, 2027.7, 2029.0]
    >>> round(result["agreeing_growth"].sel(success=50, level="central").item(), 2)
    1.76
    """
    catalog = load_catalog(LADDER) if catalog is None else catalog
    if not isinstance(catalog, Catalog):
        raise ArgumentError(
            f"a catalog is needed, as taskmodel.load_catalog({str(catalog)!r}) returns it; "
            f"found {type(catalog).__name__}"
        )
    if catalog.capability.h50_hours is not None:
        raise InputError(
            "capability.h50_hours gives the horizon in place of compute; "
            "set it to null to let compute give it"
        )
    if not isinstance(trend, Trend):
        trend = load_trend(trend)
    models = _Models(trend)
    course = _course(catalog, trend, compute, growth)
    start = trend.since.value if since is None else one_number("(-inf, inf)", "since", since)
    fits = None
    shape = word("shape", shape, SHAPES)
    if shape != "exponential":
        fits = _curves(models, start, doubling_time, (shape, shape_parameter))
    elif shape_parameter is not None:
        raise InputError("an exponential trend has no shape_parameter; give doubling_time")
    lines: Sequence[TrendLine | Curve] = (
        [models.line(success, start, doubling_time) for success in SUCCESS]
        if fits is None
        else [fit.curve for fit in fits]
    )
    settings = {
        "since": start,
        "growth": growth,
        "doubling_time": doubling_time,
        "shape_parameter": shape_parameter,
    }
    attributes = provenance(catalog=catalog, trend=trend) | {
        "courses": json.dumps(
            {"compute": np.stack([course.dates, course.values], axis=1).tolist()}
        ),
        "shape": shape,
        **{name: float(value) for name, value in settings.items() if value is not None},
    }
    dates = _times(times, course)
    variables = _compute_variables(catalog, models, course, dates, lines)
    if fits is None:
        variables |= _intervals(models, start, dates, doubling_time is None)
    else:
        variables |= _curve_intervals(fits, dates)
    variables |= _model_variables(models, start)
    return labelled(variables, _coordinates(catalog, models, dates), attributes, DECLARED)


def _curves(
    models: _Models, since: float, doubling_time: float | None, chosen: tuple[str, float | None]
) -> list[Fit]:
    """Return the trend over time in another shape, by success."""
    if doubling_time is not None:
        raise InputError(
            "doubling_time is that of an exponential trend; leave it out, or give shape_parameter"
        )
    shape, parameter = chosen
    return [models.curve(success, since, shape, parameter) for success in SUCCESS]


class _Models:
    """The measured models as arrays over model, in the order of the file."""

    def __init__(self, trend: Trend) -> None:
        models = trend.models.values()
        self.names = list(trend.models)
        self.released = np.array([release_year(model.released) for model in models])
        self.hours = {
            50: np.array([model.horizon_50.value for model in models]),
            80: np.array([model.horizon_80.value for model in models]),
        }
        self.ends = {
            success: np.array([_ends(getattr(model, f"horizon_{success}")) for model in models]).T
            for success in SUCCESS
        }
        fitted = np.array([model.fitted for model in models])
        # horizon at each success rate relative to that at 50 %, shape (success, 1)
        ratios = self.hours[80][fitted] / self.hours[50][fitted]
        self.ratios = np.array([[1.0], [float(np.median(ratios))]])
        self.frontier = fitted.copy()
        self.frontier[fitted] = frontier(self.released[fitted], self.hours[50][fitted])

    def line(self, success: int, since: float, doubling_time: float | None) -> TrendLine:
        """The trend over time of the frontier models released from a date on."""
        chosen = self.frontier & (self.released >= since)
        try:
            return fit_line(self.released[chosen], self.hours[success][chosen], doubling_time)
        except InputError as error:
            raise InputError(f"the trend since {since:g}: {error}") from error

    def curve(self, success: int, since: float, shape: str, parameter: float | None) -> Fit:
        """The trend over time in another shape."""
        chosen = self.frontier & (self.released >= since)
        try:
            return fit_shape(self.released[chosen], self.hours[success][chosen], shape, parameter)
        except InputError as error:
            raise InputError(f"the {success} % trend since {since:g}: {error}") from error

    def interval(self, success: int, since: float) -> LineInterval:
        """The intervals of `line`, if its doubling time is fitted."""
        chosen = self.frontier & (self.released >= since)
        return LineInterval(self.released[chosen], self.hours[success][chosen])


def _ends(horizon: Quantity) -> list[float]:
    """Return low, value and high [h], with NaN for ends that are absent."""
    numbers = (horizon.low, horizon.value, horizon.high)
    return [np.nan if number is None else number for number in numbers]


def _course(catalog: Catalog, trend: Trend, compute: Any, growth: float | None) -> Course:
    if compute is not None:
        if growth is not None:
            raise InputError("compute is given by its course; leave out growth, or the course")
        return Course("compute", compute)
    rate = (
        trend.growth()
        if growth is None
        else one_number("[0, 20]", "growth of compute [OOM/year]", growth)
    )
    today, level = trend.today.value, catalog.compute.today.value
    dates = (trend.start.value, trend.end.value)
    return Course("compute", [(date, level * 10 ** (rate * (date - today))) for date in dates])


def _times(times: Sequence[float] | None, course: Course) -> Array:
    start, end = course.dates[0], course.dates[-1]
    if times is not None:
        return calendar_years(times, start, end)
    count = max(1, round((end - start) / SPACING))
    return np.asarray(start + (end - start) * np.arange(count + 1) / count)


def _implied_training(hours: Array, fit: Mapping[str, float]) -> Array:
    """Training compute for horizons [FLOP].

    A horizon that underflows to 0 needs none, and one beyond the largest float infinitely much;
    NaN where the trend has none.
    """
    inside = (hours > 0) & np.isfinite(hours)
    compute = capability.automation_threshold(np.where(inside, hours, 1.0), **fit)
    outside = np.where(np.isnan(hours), np.nan, np.where(hours > 0, np.inf, 0.0))
    return np.where(inside, compute, outside)


def _compute_variables(
    catalog: Catalog,
    models: _Models,
    course: Course,
    dates: Array,
    lines: Sequence[TrendLine | Curve],
) -> dict[str, Any]:
    """Horizons, doubling times, compute and dates of the milestones."""
    ability, tasks = catalog.capability, catalog.tasks.values()
    fit = {
        name: getattr(ability, name).value for name in ("intercept", "slope", "reference_compute")
    }
    share = catalog.compute.training_share.value
    training = capability.training_compute(course(dates), share)
    trend = np.stack([line.hours(dates) for line in lines])
    hours = np.array([task.horizon.value * task.horizon_multiplier.value for task in tasks])
    needed = capability.automation_threshold(hours / models.ratios, **fit) / share
    by_course = first_reached(course.dates, np.log(course.values), np.log(needed))
    by_trend = np.stack([line.date(hours) for line in lines])
    outside = (by_trend < course.dates[0]) | (by_trend > course.dates[-1])
    reached = [
        np.where(needed < course.values[0], np.nan, by_course),
        np.where(outside, np.nan, by_trend),
    ]
    span = course.dates[-1] - course.dates[0]
    rate = float(np.log10(course.values[-1] / course.values[0]) / span)
    steady = len(course.dates) == 2 and rate >= 0
    by_growth = float(doubling_time_by_compute(rate, fit["slope"])) if steady else np.nan
    doubling = np.array(
        [line.doubling_time if isinstance(line, TrendLine) else np.nan for line in lines]
    )
    slopes = np.array([ability.slope.at(level) for level in LEVELS])
    over = ("driver", "success")
    return {
        "horizon": (
            (*over, "time"),
            [capability.task_horizon(training, **fit) * models.ratios, trend],
        ),
        "compute": ("time", course(dates)),
        "training_compute": ("time", training),
        "implied_compute": (
            ("success", "time"),
            _implied_training(trend / models.ratios, fit) / share,
        ),
        "doubling_time": (over, [np.full(len(SUCCESS), by_growth), doubling]),
        "agreeing_growth": (
            ("success", "level"),
            np.full((len(SUCCESS), len(slopes)), np.nan)
            if np.isnan(doubling).any()
            else agreeing_growth(doubling[:, None], slopes),
        ),
        "milestone_value": ((*over, "milestone"), reached),
        "milestone_horizon": ("milestone", hours),
        "milestone_unit": ("milestone", ["calendar year"] * len(hours)),
        "milestone_meaning": ("milestone", [_milestone(task.title) for task in tasks]),
    }


def _intervals(models: _Models, since: float, dates: Array, estimated: bool) -> dict[str, Any]:
    """Intervals of the trend over time: all NaN where its doubling time is given."""
    doubling = np.full((len(SUCCESS), 2), np.nan)
    hours = np.full((len(SUCCESS), 2, len(dates)), np.nan)
    if estimated:
        for index, success in enumerate(SUCCESS):
            interval = models.interval(success, since)
            doubling[index], hours[index] = interval.doubling_time(), interval.hours(dates)
    nothing = np.full(len(SUCCESS), np.nan)
    return {
        "doubling_time_interval": (("success", "end"), doubling),
        "horizon_interval": (("success", "end", "time"), hours),
        "shape_parameter": ("success", nothing),
        "shape_parameter_interval": (("success", "end"), np.stack([nothing, nothing], axis=1)),
    }


def _curve_intervals(fits: Sequence[Fit], dates: Array) -> dict[str, Any]:
    """Parameters of trends that are not exponential, and the intervals of both."""
    return {
        "doubling_time_interval": (("success", "end"), np.full((len(fits), 2), np.nan)),
        "horizon_interval": (
            ("success", "end", "time"),
            np.stack([fit.hours_interval(dates) for fit in fits]),
        ),
        "shape_parameter": ("success", [fit.curve.parameter for fit in fits]),
        "shape_parameter_interval": (
            ("success", "end"),
            np.stack([fit.parameter_interval() for fit in fits]),
        ),
    }


def _milestone(title: str) -> str:
    length = title.removeprefix("t-AGI ")
    return title if length == title else f"a t-AGI of {length}"


def _model_variables(models: _Models, since: float) -> dict[str, Any]:
    return {
        "success_ratio": ("success", models.ratios[:, 0]),
        "model_horizon": (("success", "model"), [models.hours[success] for success in SUCCESS]),
        "model_interval": (
            ("success", "level", "model"),
            [models.ends[success] for success in SUCCESS],
        ),
        "model_released": ("model", models.released),
        "model_on_trend": ("model", models.frontier & (models.released >= since)),
    }


def _coordinates(catalog: Catalog, models: _Models, dates: Array) -> dict[str, Any]:
    return {
        "time": ("time", dates, "calendar year", "time"),
        "driver": ("driver", list(DRIVERS), "", "driver of the horizon: compute, or time"),
        "success": (
            "success",
            np.array(SUCCESS),
            "%",
            "share of tasks of that length which the frontier does",
        ),
        "level": ("level", list(LEVELS), "", "end of an interval, or the central value"),
        "end": ("end", ["low", "high"], "", "end of an interval"),
        "milestone": list(catalog.tasks),
        "model": models.names,
    }
