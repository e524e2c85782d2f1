"""Draws of a catalog by date along a path of compute: bands, and the chance of firsts by date."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from taskmodel.calibration.records import Moment, Moments
from taskmodel.catalog import Catalog
from taskmodel.errors import InputError
from taskmodel.files.quantity import LEVELS as WIDTH
from taskmodel.files.suggestions import listing
from taskmodel.numerics.normal import normal_quantile
from taskmodel.numerics.types import Array
from taskmodel.questions._bands import LEVELS, bands
from taskmodel.questions._ensemble import ensemble
from taskmodel.questions.drawn_axes import drawn_tables
from taskmodel.sweeps.axes import COMPUTE, Course
from taskmodel.sweeps.paths import Paths, bundled_paths, courses, load_paths
from taskmodel.sweeps.results import labelled
from taskmodel.uncertainty import sampler

BY = (2027.0, 2028.0, 2030.0)
STEPS = 8  # in which draws are solved, so that progress can be shown
DATES = 21  # of the bands, up to
LAST = 2031.0
BY_POINTS = 121
YEAR = "calendar year"
CURVES = (
    "oversight_cost",
    "throughput_speedup",
    "latency_speedup",
    "speedup",
    "automated_hours_share",
)
LEFT_OUT = "oversight_cost_left_out"  # draws whose cost is not certified, at a date, at most
FIRSTS = {
    "oversight_costs_a_tenth_from": "oversight costs a tenth",
    "oversight_costs_half_from": "oversight costs half",
    "oversight_bottleneck_from": "oversight is the bottleneck",
}


@dataclass(frozen=True, eq=False)
class DrawnPaths:
    """Compute along paths, for each draw; staff is as it is.

    Attributes
    ----------
    paths : Paths
        Of compute alone.
    growth : dict of str to array, shape (draw,)
        Drawn growth rates.
    courses : list of Course
        Compute of each draw.
    """

    paths: Paths
    growth: dict[str, Array]
    courses: list[Course]

    def at(self, rows: NDArray[np.intp]) -> DrawnPaths:
        """Return the paths of some draws."""
        growth = {path: rates[rows] for path, rates in self.growth.items()}
        return DrawnPaths(self.paths, growth, [self.courses[row] for row in rows])


def paths_of_compute(name: str) -> Paths:
    """Return paths of compute alone from a year ago; earlier where dates of its growth are drawn.

    Parameters
    ----------
    name : str
        Bundled name or path of a file.

    Raises
    ------
    InputError
        If compute does not grow along the paths.
    """
    paths = load_paths(name)
    if not (paths.compute or paths.effective_compute):
        raise InputError(
            f"the paths {name} move {listing(list(paths.values), 4)} and have no compute, which "
            "dates are along here, with people as they are; all that moves is followed by "
            f"`taskmodel run CATALOG --over time --paths {name}` and `ensemble`"
        )
    dated = any(path.endswith(".since") for path in sampler(paths).laws)
    year_ago = max(paths.begins.value, paths.today.value - 1)
    begins = paths.begins if dated else paths.begins.model_copy(update={"value": year_ago})
    return paths.model_copy(update={"values": {}, "begins": begins})


def compute_paths(
    name: str, catalog: Catalog, columns: Mapping[str, Array], seed: int
) -> DrawnPaths:
    """Return compute along `paths_of_compute`, for each draw.

    Parameters
    ----------
    name : str
        Bundled name or path of a file.
    catalog : Catalog
    columns : mapping of str to array, shape (draw,)
        Drawn numbers of the catalog.
    seed : int
        Of the growth rates.

    Raises
    ------
    InputError
        If compute does not grow along the paths.
    """
    paths = paths_of_compute(name)
    laws, count = sampler(paths), len(next(iter(columns.values())))
    growth = laws.draw(count, seed) if laws.laws else {}
    tables = drawn_tables(catalog, paths, columns, growth, count)
    followed = [Course(COMPUTE, table[COMPUTE]) for table in tables]
    return DrawnPaths(paths, growth, followed * (count // len(followed)))


def draws_by_date(
    catalog: Catalog,
    columns: Mapping[str, Array],
    followed: DrawnPaths,
    advance: Callable[[float], None] = lambda share: None,
    steps: int = STEPS,
) -> xr.Dataset:
    """Return the ensemble of draws by date along paths of compute.

    Parameters
    ----------
    catalog : Catalog
    columns : mapping of str to array, shape (draw,)
    followed : DrawnPaths
    advance : function, optional
        Called with the part of the draws that are solved.
    steps : int, optional
        In which draws are solved.
    """
    paths, count = followed.paths, len(followed.courses)
    every = {**columns, **{f"paths {path}": rates for path, rates in followed.growth.items()}}
    begins, ends = paths.begins.value, paths.ends.value
    named = [year for year in (paths.today.value, *BY) if begins <= year <= ends]
    dates = np.union1d(np.linspace(begins, min(ends, LAST), DATES), named)
    parts: list[xr.Dataset] = []
    for rows in np.array_split(np.arange(count), min(steps, count)):
        some = {path: values[rows] for path, values in every.items()}
        parts.append(ensemble(catalog, some, paths=paths, dates=dates, keep=CURVES))
        advance((rows[-1] + 1) / count)
    joined = xr.concat(parts, "draw", data_vars="minimal", combine_attrs="override")
    return joined.assign_coords(draw=np.arange(count))


def answer_by_date(
    catalog: Catalog,
    drawn: xr.Dataset,
    followed: DrawnPaths,
    others: Mapping[str, DrawnPaths],
    moments: Moments | None,
) -> xr.Dataset:
    """Return medians and bands by date, the chance of firsts along paths, and what was observed.

    Compute alone grows, so that a first has a compute, and other paths a date for it.

    Parameters
    ----------
    catalog : Catalog
    drawn : Dataset
        From `draws_by_date`, along `followed`.
    followed : DrawnPaths
    others : mapping of str to DrawnPaths
        Other paths of compute, of the same draws.
    moments : Moments or None
        Evidence that draws are weighted by.

    Returns
    -------
    xarray.Dataset
        Over ``quantile`` (5, 50 and 95 %) and ``time``: `CURVES`, and over ``time`` ``compute``
        with growth rates at their medians. ``NAME(quantile)`` of `FIRSTS`, and their probability
        ``NAME_by(path, by)``. Over ``moment``: ``observed`` with ``_low`` and ``_high``, ``_time``
        and ``_output``.
    """
    quantiles, paths = bands(drawn, LEVELS), followed.paths
    solved: NDArray[np.intp] = np.flatnonzero(drawn["status"].values == "solved")
    own = {name: drawn[name].values[solved] for name in FIRSTS}
    along = {paths.name: own}
    for path, other in others.items():
        along[path] = {name: _moved(own[name], solved, followed, other) for name in FIRSTS}
    by = np.union1d(np.linspace(paths.begins.value, LAST, BY_POINTS), BY)
    central = Course(COMPUTE, courses(paths, catalog)[COMPUTE])(drawn["time"].values)
    variables: dict[str, tuple[Any, ...]] = {
        **{name: (("quantile", "time"), quantiles[name].values) for name in CURVES},
        COMPUTE: ("time", central),
    }
    for name, title in FIRSTS.items():
        chances = [[float((dates[name] <= time).mean()) for time in by] for dates in along.values()]
        variables |= {
            name: ("quantile", quantiles[name].values, YEAR, f"first date at which {title}"),
            f"{name}_by": (("path", "by"), chances, "1", f"probability that {title} by then"),
        }
    coords = {
        "quantile": list(LEVELS),
        "time": ("time", drawn["time"].values, YEAR, "date"),
        "by": ("by", by, YEAR, "date"),
        "path": np.array(list(along), dtype=object),
    }
    observed, names = _observed(moments)
    attributes = {name: value for name, value in drawn.attrs.items() if name != "over"}
    attributes |= {"draws": drawn.sizes["draw"], "failed": drawn.sizes["draw"] - len(solved)}
    attributes |= {"paths_name": paths.name, "today": paths.today.value}
    attributes[LEFT_OUT] = quantiles.attrs.get(LEFT_OUT, 0)
    return labelled(variables | observed, coords | {"moment": names}, attributes)


def other_paths(
    catalog: Catalog, columns: Mapping[str, Array], followed: DrawnPaths, seed: int
) -> dict[str, DrawnPaths]:
    """Return the bundled paths of other compute than those followed, of the same draws.

    Of paths that differ in other values alone, the first stands for all.
    """
    others: dict[str, DrawnPaths] = {}
    for name in bundled_paths():
        paths = load_paths(name)
        if paths.compute or paths.effective_compute:
            other = compute_paths(name, catalog, columns, seed)
            if not any(_alike(other, known) for known in (followed, *others.values())):
                others[name] = other
    return others


def _alike(followed: DrawnPaths, other: DrawnPaths) -> bool:
    """Return whether compute is the same in all draws."""
    return all(
        np.array_equal(first.dates, second.dates) and np.array_equal(first.values, second.values)
        for first, second in zip(followed.courses, other.courses, strict=True)
    )


def _moved(dates: Array, rows: NDArray[np.intp], followed: DrawnPaths, other: DrawnPaths) -> Array:
    """Return dates along other paths of what has dates along some; inf beyond their end."""
    result = np.full(len(dates), np.inf)
    for place, (row, when) in enumerate(zip(rows.tolist(), dates.tolist(), strict=True)):
        course = other.courses[row]
        if np.isfinite(when):
            compute = followed.courses[row](np.array([when]))[0]
            if compute <= course.values[-1]:
                logs = np.log(course.values)
                result[place] = np.interp(np.log(compute), logs, course.dates)
    return result


def observed_moments(moments: Moments) -> list[tuple[str, Moment, tuple[float, float]]]:
    """Return the moments of `CURVES` at dates: name, moment, and the 90 % ends of its width."""
    chosen = [
        (name, moment)
        for name, moment in moments.moments.items()
        if moment.output in CURVES and moment.date is not None
    ]
    scores = np.array(normal_quantile(WIDTH))
    ends = [moment.law.at(scores).tolist() for _, moment in chosen]
    return [
        (name, moment, (low, high))
        for (name, moment), (low, high) in zip(chosen, ends, strict=True)
    ]


def _observed(moments: Moments | None) -> tuple[dict[str, tuple[Any, ...]], Array]:
    """Return what was observed of `CURVES` at dates, over moments, and their names."""
    chosen = observed_moments(moments) if moments else []
    entries = [moment for _, moment, _ in chosen]
    low, high = np.array([ends for *_, ends in chosen]).reshape(-1, 2).T
    outputs = np.array([moment.output for moment in entries], dtype=object)
    variables: dict[str, tuple[Any, ...]] = {
        "observed_output": ("moment", outputs, "", "output observed"),
        "observed_time": ("moment", [moment.date for moment in entries], YEAR, "its date"),
        "observed": ("moment", [moment.value for moment in entries], "", "value observed"),
        "observed_low": ("moment", low, "", "5 % end of its width"),
        "observed_high": ("moment", high, "", "95 % end of its width"),
    }
    return variables, np.array([name for name, *_ in chosen], dtype=object)
