"""`horizon`: how long the tasks are that the frontier can do, by compute and by the trend over time, and when it is a t-AGI.

Compute is of the leading developer, as everywhere; its frontier model is trained with the catalog's share of it, and the 50 %
horizon is on the catalog's line. The 80 % horizon by compute is that times the median ratio of the two among the models.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any, Literal

import numpy as np
import xarray as xr

from taskmodel.catalog import Catalog, load_catalog
from taskmodel.errors import InputError
from taskmodel.numerics.grids import calendar_years
from taskmodel.numerics.piecewise import first_reached
from taskmodel.numerics.types import Array
from taskmodel.science import capability
from taskmodel.sweeps.axes import COMPUTE_UNIT, Course
from taskmodel.takeoff.horizons.records import Trend, calendar_year, load_trend
from taskmodel.takeoff.horizons.trend import (
    Line,
    agreeing_growth,
    doubling_time_by_compute,
    fit_line,
    frontier,
)

__all__ = ["horizon"]

LADDER = "t_agi_ladder"
SUCCESS = (50, 80)  # per cent
DRIVERS = ("compute", "time")
LEVELS: tuple[Literal["low", "central", "high"], ...] = ("low", "central", "high")
SPACING = 0.1  # years


def horizon(
    catalog: Catalog | None = None,
    trend: str | PathLike[str] | Trend = "metr",
    *,
    compute: Mapping[float, float] | Sequence[tuple[float, float]] | None = None,
    growth: float | None = None,
    since: float | None = None,
    doubling_time: float | None = None,
    times: Sequence[float] | None = None,
) -> xr.Dataset:
    """Horizons over time, and when they reach what each task of a catalog takes.

    Parameters
    ----------
    catalog : Catalog, optional
        Whose tasks are the marks, and whose line gives horizons by compute; default: Ngo's ladder, ``t_agi_ladder``.
    trend : str, path or Trend
        Bundled name or file with the models that were measured.
    compute : pairs or mapping of float to float, optional
        Course of compute: date [calendar year] and value [FLOP/year], growing at a constant rate from each to the next. Default:
        the catalog's ``compute.today`` at the trend's date of it, and `growth`.
    growth : float, optional
        Of compute where it has no course [OOM/year]; default: the trend's factors of compute and software together.
    since : float, optional
        Frontier models from this date on make the trend over time [calendar year]; default: the trend's.
    doubling_time : float, optional
        Of the trend over time [year], through the middle of the models; default: fitted.
    times : sequence of float, optional
        Moments to report [calendar year]; default: every 0.1 year, of the course of compute if there is one.

    Returns
    -------
    Dataset over ``time``, ``driver`` (compute, time) and ``success`` (50, 80 per cent)
        ``horizon``; ``training_compute`` and ``compute``; ``implied_compute``, with which compute would give the trend's horizon;
        ``doubling_time``; ``agreeing_growth`` of compute, at which both go at one pace; the models. Dates over ``milestone``, the
        catalog's tasks; `taskmodel.milestones` selects them. NaN: not within the times.

    Raises
    ------
    CatalogError
        With every defect of the trend.
    TypeError
        If `catalog` is no catalog.
    InputError
        If an argument makes no sense, or the catalog gives the horizon in place of compute.

    Examples
    --------
    >>> found = horizon()
    >>> dates = found["milestone_value"].sel(success=50, milestone=["1_hour", "1_day", "1_month", "1_year"])
    >>> dates.round(1).sel(driver="compute").values.tolist(), dates.round(1).sel(driver="time").values.tolist()
    ([2024.5, 2026.2, 2028.6, 2030.5], [2025.1, 2026.2, 2027.7, 2029.0])
    >>> round(found["agreeing_growth"].sel(success=50, level="central").item(), 2)
    1.76
    """
    catalog = load_catalog(LADDER) if catalog is None else catalog
    if not isinstance(catalog, Catalog):
        raise TypeError(
            f"a catalog is needed, as taskmodel.load_catalog({str(catalog)!r}) returns it; found {type(catalog).__name__}"
        )
    if catalog.capability.h50_hours is not None:
        raise InputError(
            "capability.h50_hours gives the horizon in place of compute; set it to null to let compute give it"
        )
    told = (
        trend
        if isinstance(trend, Trend)
        else load_trend(trend if isinstance(trend, str) else Path(trend))
    )
    models = _Models(told)
    course = _course(catalog, told, compute, growth)
    dates = _times(times, course)
    begin = told.since.value if since is None else float(since)
    lines = {success: models.line(success, begin, doubling_time) for success in SUCCESS}
    return _dataset(
        catalog,
        told,
        models,
        course,
        dates,
        lines,
        {"since": begin, **_settings(compute, growth, doubling_time)},
    )


class _Models:
    """The models of a trend as arrays."""

    def __init__(self, trend: Trend) -> None:
        self.names = list(trend.models)
        self.released = np.array([calendar_year(model.released) for model in trend.models.values()])
        self.hours = {
            50: np.array([model.horizon_50.value for model in trend.models.values()]),
            80: np.array([model.horizon_80.value for model in trend.models.values()]),
        }
        self.ratio = {
            50: 1.0,
            80: float(np.median(self.hours[80] / self.hours[50])),
        }  # to the 50 % horizon
        self.frontier = frontier(self.released, self.hours[50])

    def line(self, success: int, since: float, doubling_time: float | None) -> Line:
        """The trend over time of the frontier models from a date on."""
        chosen = self.frontier & (self.released >= since)
        try:
            return fit_line(self.released[chosen], self.hours[success][chosen], doubling_time)
        except InputError as error:
            raise InputError(f"the trend since {since:g}: {error}") from error


def _course(catalog: Catalog, trend: Trend, compute: Any, growth: float | None) -> Course:
    if compute is not None:
        if growth is not None:
            raise InputError("compute is given by its course; leave out growth, or the course")
        return Course("compute", compute)
    pace = trend.growth() if growth is None else float(growth)
    if not 0 <= pace <= 20:
        raise InputError(f"growth of compute must be from 0 to 20 OOM/year; found {growth!r}")
    start, end, today = trend.start.value, trend.end.value, trend.today.value
    return Course(
        "compute",
        [
            (date, catalog.compute.today.value * 10 ** (pace * (date - today)))
            for date in (start, end)
        ],
    )


def _times(times: Sequence[float] | None, course: Course) -> Array:
    start, end = course.dates[0], course.dates[-1]
    if times is None:
        count = max(1, round((end - start) / SPACING))
        return np.asarray(start + (end - start) * np.arange(count + 1) / count)
    return calendar_years(times, start, end)


def _needed(hours: Array, fit: Mapping[str, float]) -> Array:
    """Training compute for horizons [FLOP]: none for one of 0, and without limit for one that is beyond the largest float."""
    inside = (hours > 0) & np.isfinite(hours)
    found = capability.automation_threshold(np.where(inside, hours, 1.0), **fit)
    return np.where(inside, found, np.where(hours > 0, np.inf, 0.0))


def _settings(compute: Any, growth: float | None, doubling_time: float | None) -> dict[str, Any]:
    """What was asked for, for the record."""
    given = {"growth": growth, "doubling_time": doubling_time}
    return {name: float(value) for name, value in given.items() if value is not None}


def _dataset(
    catalog: Catalog,
    trend: Trend,
    models: _Models,
    course: Course,
    dates: Array,
    lines: Mapping[int, Line],
    settings: Mapping[str, Any],
) -> xr.Dataset:
    from taskmodel._version import __version__

    fit = {
        name: getattr(catalog.capability, name).value
        for name in ("intercept", "slope", "reference_compute")
    }
    share = catalog.compute.training_share.value
    training = capability.training_compute(course(dates), share)
    by_compute = capability.horizon(training, **fit)
    hours = np.array(
        [task.horizon.value * task.horizon_multiplier.value for task in catalog.tasks.values()]
    )
    spans: list[Any] = []
    reached: list[Any] = []
    doubling: list[Any] = []
    agreeing: list[Any] = []
    implied: list[Any] = []
    steady = len(course.dates) == 2
    pace = float(
        np.log10(course.values[-1] / course.values[0]) / (course.dates[-1] - course.dates[0])
    )
    for success, line in lines.items():
        ratio = models.ratio[success]
        spans.append([by_compute * ratio, line.hours(dates)])
        needed = (
            capability.automation_threshold(hours / ratio, **fit) / share
        )  # compute [FLOP/year]
        by_trend = line.date(hours)
        within = (by_trend >= course.dates[0]) & (by_trend <= course.dates[-1])
        by_course = first_reached(course.dates, np.log(course.values), np.log(needed))
        reached.append(
            [
                np.where(needed < course.values[0], np.nan, by_course),
                np.where(within, by_trend, np.nan),
            ]
        )
        by_growth = (
            float(doubling_time_by_compute(pace, fit["slope"])) if steady and pace >= 0 else np.nan
        )
        doubling.append([by_growth, line.doubling_time])
        agreeing.append(
            [
                float(agreeing_growth(line.doubling_time, catalog.capability.slope.at(level)))
                for level in LEVELS
            ]
        )
        implied.append(_needed(line.hours(dates) / ratio, fit) / share)
    over = ("driver", "success")
    titles = np.array(
        [
            f"a t-AGI of {task.title.removeprefix('t-AGI ')}"
            if task.title.startswith("t-AGI ")
            else task.title
            for task in catalog.tasks.values()
        ],
        dtype=object,
    )
    variables: dict[str, Any] = {
        "horizon": ((*over, "time"), np.swapaxes(spans, 0, 1), "h", "length, in a skilled person's time, of tasks that the frontier does"),
        "compute": ("time", course(dates), COMPUTE_UNIT, "effective compute of the leading developer (base-year software)"),
        "training_compute": ("time", training, "FLOP", "effective training compute of its frontier model"),
        "implied_compute": (("success", "time"), implied, COMPUTE_UNIT, "compute that would give the trend's horizon; inf: beyond floats"),
        "doubling_time": (over, np.swapaxes(doubling, 0, 1), "year", "time in which the horizon doubles; NaN: it is not always the same"),
        "agreeing_growth": (
            ("success", "level"), agreeing, "OOM/year",
            "growth of compute at which its horizon doubles as fast as the trend's, at each end of the slope's interval",
        ),
        "success_ratio": ("success", [models.ratio[one] for one in SUCCESS], "1", "horizon relative to that of 50 %, median of the models"),
        "model_horizon": (("success", "model"), [models.hours[one] for one in SUCCESS], "h", "measured horizon of each model"),
        "model_released": ("model", models.released, "calendar year", "release of each model"),
        "model_on_trend": ("model", models.frontier & (models.released >= settings["since"]), "", "the trend goes through the model"),
        "milestone_value": ((*over, "milestone"), np.swapaxes(reached, 0, 1), "calendar year", "when; NaN: not within the times"),
        "milestone_horizon": ("milestone", hours, "h", "horizon that it takes: length of the task times how messy it is"),
        "milestone_unit": ("milestone", np.array(["calendar year"] * len(hours), dtype=object), "", "unit of the value"),
        "milestone_meaning": ("milestone", titles, "", "what the frontier can do"),
    }  # fmt: skip
    coords = {
        "time": ("time", dates, {"units": "calendar year", "long_name": "time"}),
        "driver": (
            "driver",
            np.array(DRIVERS, dtype=object),
            {"long_name": "what the horizon follows: compute, or time"},
        ),
        "success": (
            "success",
            np.array(SUCCESS),
            {"units": "%", "long_name": "part of tasks of that length which the frontier does"},
        ),
        "level": (
            "level",
            np.array(LEVELS, dtype=object),
            {"long_name": "end of the slope's interval"},
        ),
        "milestone": np.array(list(catalog.tasks), dtype=object),
        "model": np.array(models.names, dtype=object),
    }
    described = {
        name: (
            dims,
            values,
            {key: text for key, text in {"units": unit, "long_name": meaning}.items() if text},
        )
        for name, (dims, values, unit, meaning) in variables.items()
    }
    attributes = {
        "taskmodel_version": __version__,
        "catalog_name": catalog.name,
        "catalog_yaml": catalog.yaml_text,
        "catalog_sha256": catalog.sha256,
        "overrides": json.dumps(catalog.overrides, sort_keys=True),
        "trend_name": trend.name,
        "trend_yaml": trend.yaml_text,
        "trend_sha256": trend.sha256,
        "trend_overrides": json.dumps(trend.overrides, sort_keys=True),
        "courses": json.dumps(
            {"compute": np.stack([course.dates, course.values], axis=1).tolist()}
        ),
        **settings,
    }
    return xr.Dataset(described, coords, attributes)
