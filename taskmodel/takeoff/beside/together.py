"""Alignment beside capabilities in one world: speed-ups of both, when each reaches what, and the work done by then.

Alignment is a catalog inside the world. Capabilities are the world's own software R&D, whose speed-up is its research output over
that with AI confined to its easiest task, and, if a catalog of theirs is given, that catalog at the same training runs.
Source: docs, model, section 7.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import exp, log, nan
from os import PathLike
from pathlib import Path as FilePath
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from taskmodel.allocation import allocate
from taskmodel.catalog import Catalog
from taskmodel.errors import InputError
from taskmodel.numerics.grids import calendar_years
from taskmodel.numerics.integral_equation import Accumulated, accumulate
from taskmodel.numerics.types import Array
from taskmodel.organisation.measures import Measures, task_output, without_ai
from taskmodel.sweeps.paths import Paths, load_paths
from taskmodel.sweeps.paths import courses as courses_of
from taskmodel.sweeps.sweep import needs_catalog, sweep_along, walk
from taskmodel.sweeps.walker import Setting, Walker
from taskmodel.takeoff.beside.inside import Inside, inside
from taskmodel.takeoff.beside.reaching import first_open, first_places
from taskmodel.takeoff.davidson.moments import Moment, automated_share
from taskmodel.takeoff.davidson.simulation import TOLERANCE, resolve_world, solve_world
from taskmodel.takeoff.davidson.track import Continuous
from taskmodel.takeoff.davidson.world import World

__all__ = ["alignment_beside"]

SPACING = 0.1  # years between the dates that are reported
AFTER = 3.0  # years after all R&D is automated
LEVELS = (2, 3, 10)
PARTS = (0.2, 1.0)
MEASURES = ("throughput_speedup", "speedup")
MONTH = 1 / 12  # year
WORK_ERROR = 1e-6  # of the work done in the end


class Reached(NamedTuple):
    """A milestone."""

    name: str
    date: float
    meaning: str


def alignment_beside(
    world: str | PathLike[str] | World | xr.Dataset,
    catalog: Catalog,
    *,
    capabilities: Catalog | None = None,
    paths: Mapping[str, Any] | str | PathLike[str] | Paths | None = None,
    times: ArrayLike | None = None,
    measure: str = "throughput_speedup",
    work_error: float = WORK_ERROR,
) -> xr.Dataset:
    """Follow alignment research beside capabilities in a simulated world.

    Parameters
    ----------
    world : str, path, World or Dataset
        Name of a bundled world, path of a file, a loaded world, or the result of `simulate`.
    catalog : Catalog
        The alignment organisation, with `over_time`. It takes its compute from the world and changes nothing in it.
    capabilities : Catalog, optional
        An organisation of capability research at the same training runs, beside the world's own.
    paths : mapping of str to table, str, path or Paths, optional
        Numbers of the alignment catalog that change over time, as in `sweep`; compute is the world's.
    times : array, shape (time,), optional
        Calendar years to report, increasing. Work accumulates, and milestones are looked for, from the first to the last; what the
        organisation has reached by the first is told there, what the world has at its date. Default: every 0.1 year from the
        world's start to 3 years after all R&D is automated, or to its end.
    measure : str
        Of which speed-up milestones are told: ``throughput_speedup``, or ``speedup`` for the effective one. That of the world's
        own R&D is of throughput.
    work_error : float
        Largest error of accumulated work, as part of what there is in the end.

    Returns
    -------
    xarray.Dataset
        Over ``time``, what `sweep` gives for the alignment organisation, with its events; ``training_run``, ``work`` and
        ``work_bulk``, ``review_remaining``, ``capability_speedup`` and ``software_growth`` of the world, and of the catalog of
        capabilities ``capability_catalog_throughput_speedup`` and ``capability_catalog_speedup``. Over ``milestone``, which
        `milestones` selects: dates, work done by then, and months from each to each.

    Raises
    ------
    TypeError
        If the catalog is none.
    CatalogError
        With every defect of the world or of paths; if the catalog does not say of which date the software is in which compute is
        measured, or a value on the way is not allowed.
    InputError
        If times are not in order within the world's, the measure is none of the two, or the world was stepped.
    SolveError
        If a point has no answer that can be certified.
    AccumulationError
        If the work cannot be added up as exactly as wanted, or has no limit.

    Examples
    --------
    >>> import taskmodel as tm
    >>> beside = alignment_beside("davidson_best_guess", tm.load_catalog("t_agi_ladder"), times=[2026, 2030, 2034])
    >>> beside["work"].values.round(2).tolist(), beside["capability_speedup"].dims
    ([0.0, 6.31, 13.66], ('time',))
    """
    needs_catalog(catalog)
    if measure not in MEASURES:
        raise InputError(f"measure must be {' or '.join(MEASURES)}; found {measure!r}")
    track, about = _followed(world)
    grid = _dates(times, track)
    low, high = float(grid[0]), float(grid[-1])
    file = (
        load_paths(paths if isinstance(paths, str) else FilePath(paths))
        if isinstance(paths, (str, PathLike))
        else paths
    )
    courses = courses_of(file, catalog) if isinstance(file, Paths) else dict(file or {})
    ours = inside(catalog, track, courses, low, high)
    work = _work(ours, work_error)
    made, walker, path = sweep_along(ours.axis(work), grid)

    def read(measures: Measures) -> Array:
        return np.asarray(getattr(measures, measure))

    reached = [
        *_speedups(
            "alignment",
            first_places(walker, path, read, list(LEVELS)),
            "alignment research goes {} times as fast",
        ),
        *(
            Reached(
                f"alignment_open_{part:.0%}",
                first_open(walker, path, part),
                f"AI can do {_percent(part)} of the alignment work it may do",
            )
            for part in PARTS
        ),
        Reached(
            "alignment_oversight_bottleneck",
            _bottleneck(made),
            "human review holds alignment back more than anything else",
        ),
        *_worlds(track, low, high),
    ]
    theirs: dict[str, Any] = {}
    if capabilities is not None:
        theirs, more = _catalog_of_capabilities(capabilities, track, grid, read, work_error)
        reached += more
    known = [track.at(date) for date in grid.tolist()]
    moments = [moment for moment in known if moment is not None]
    made = made.assign(_over_time(ours, work, moments, grid) | theirs | _milestones(reached, work))
    made = made.assign_coords(
        milestone=np.array([one.name for one in reached], dtype=object),
        until=np.array([one.name for one in reached], dtype=object),
    )
    error, field_error = work.error.tolist()[::-1]
    return made.assign_attrs(
        **about,
        measure=measure,
        work_error=field_error,
        work_bulk_error=error,
        paths_name=file.name if isinstance(file, Paths) else "",
        capabilities_name="" if capabilities is None else capabilities.name,
        capabilities_sha256="" if capabilities is None else capabilities.sha256,
    )


def _followed(world: str | PathLike[str] | World | xr.Dataset) -> tuple[Continuous, dict[str, str]]:
    """The world, to be asked for any moment, and what it was made from."""
    tolerance = TOLERANCE
    if isinstance(world, xr.Dataset):
        if "scenario_yaml" not in world.attrs or "milestone_value" not in world:
            raise InputError(
                "this dataset is no simulated world: give the result of taskmodel.simulate"
            )
        if "tolerance" not in world.attrs:
            raise InputError(
                "this world was stepped, and knows nothing between its steps: simulate it without reference_step"
            )
        tolerance = float(world.attrs["tolerance"])
        loaded = World.parse(world.attrs["scenario_yaml"], world.attrs["scenario_name"])
        loaded = loaded.replace(json.loads(world.attrs["overrides"]))
    else:
        loaded = resolve_world(world)
    about = {
        "world_name": loaded.name,
        "world_yaml": loaded.yaml_text,
        "world_sha256": loaded.sha256,
        "world_overrides": json.dumps(loaded.overrides, sort_keys=True),
    }
    track = solve_world(loaded, tolerance)
    return track, about | {"world_stopped": track.reason}


def _dates(times: ArrayLike | None, track: Continuous) -> Array:
    """The dates to report."""
    start, end = track.start.time, track.end
    if times is None:
        automated = track.first(lambda at: automated_share(track.economy, at)[1] >= 1)
        last = end if automated is None else min(end, automated + AFTER)
        return np.append(start + SPACING * np.arange(np.ceil((last - start) / SPACING - 0.5)), last)
    return calendar_years(times, start, end, least=2)


def _work(ours: Inside, error: float) -> Accumulated:
    """The work done by any date [field-year]: effective, which feeds back, and in bulk.

    A field-year is what the catalog's own people do in a year without AI, experiments not scarce.
    """
    base = Setting(ours.catalog)
    alone = without_ai(base.organisation.without_ai().with_unlimited("experiments"), np.ones(1))
    yearly = task_output(alone.activity).sum()

    def rate(dates: Array, work: Array) -> Array:
        at = ours.situation(base, dates, work)
        best = allocate(*at.arrays)
        found, exponent = at.measure(best), at.setting.yardstick.exponent
        effective = found.output**exponent * found.latency_speedup ** (1 - exponent)
        return np.stack([effective, task_output(best.activity).sum(axis=-1) / yearly], axis=1)

    breaks = [course.breaks for course in ours.courses.values()]
    edges = np.unique(np.concatenate([[ours.low, ours.high], ours.openings(), *breaks]))
    edges = edges[(edges >= ours.low) & (edges <= ours.high)]
    return accumulate(rate, edges, feedback=ours.feeds_back, tolerance=error)


def research_multiplier(track: Continuous, at: Moment) -> float:
    """ln of what AI multiplies software research by, over AI confined to its easiest task."""
    made = at.production.software
    return made.log_output - made.log_without if track.economy.automated else 0.0


def _worlds(track: Continuous, low: float, high: float) -> list[Reached]:
    """What the world reaches."""
    flow = track.path.flow

    def first(holds: Any) -> float:
        found = track.first(holds)
        return found if found is not None and found <= high else nan

    def shares(family: int, part: float) -> float:
        return first(lambda at: automated_share(track.economy, at)[family] >= part)

    speedups = [
        first(lambda at, level=level: research_multiplier(track, at) >= log(level))
        for level in LEVELS
    ]
    return [
        *_speedups("capability", speedups, "the world's software research goes {} times as fast"),
        *(
            Reached(
                f"automation_rnd_{part:.0%}",
                shares(1, part),
                f"{_percent(part)} of the world's R&D tasks are automated",
            )
            for part in PARTS
        ),
        *(
            Reached(
                f"automation_gns_{part:.0%}",
                shares(0, part),
                f"{_percent(part)} of its goods tasks are automated",
            )
            for part in PARTS
        ),
        Reached(
            "software_doubles_in_a_month",
            first(lambda at: flow.software_growth(at) * MONTH >= log(2)),
            "the world's software doubles in less than a month",
        ),
    ]


def _percent(part: float) -> str:
    return f"{100 * part:.0f} %"


def _speedups(side: str, dates: list[float], words: str) -> list[Reached]:
    return [
        Reached(f"{side}_{level}x", date, words.format(level))
        for level, date in zip(LEVELS, dates, strict=True)
    ]


def _bottleneck(made: xr.Dataset) -> float:
    """When review first holds alignment back more than anything else."""
    if made["binding_factor"].values[0] == "review":
        return float(made["time"][0])
    dates = made["event_time"].values[made["event_kind"].values == "oversight_bottleneck"]
    return float(dates[0]) if len(dates) else nan


def _catalog_of_capabilities(
    catalog: Catalog, track: Continuous, grid: Array, read: Any, error: float
) -> tuple[dict[str, Any], list[Reached]]:
    """Speed-ups of an organisation of capability research, and when it reaches what."""
    needs_catalog(catalog)
    theirs = inside(catalog, track, {}, float(grid[0]), float(grid[-1]))
    walker = Walker(theirs.axis(_work(theirs, error) if theirs.feeds_back else None))
    path, _ = walk(walker, grid[0], grid[-1])
    near = np.searchsorted(path.place, grid, side="right") - 1
    there = walker.solve(grid, np.zeros(len(grid), dtype=bool), path.allocation.take(near))
    found = walker.at(grid).measure(there.allocation)
    words = {
        "throughput_speedup": "output of the organisation of capability research over that of the same people without AI",
        "speedup": "effective speed-up of the organisation of capability research",
    }
    variables = {
        f"capability_catalog_{name}": (
            "time",
            getattr(found, name),
            {"units": "1", "long_name": meaning},
        )
        for name, meaning in words.items()
    }
    dates = first_places(walker, path, read, list(LEVELS))
    return variables, _speedups(
        "capability_catalog", dates, "the organisation of capability research goes {} times as fast"
    )


def _over_time(
    ours: Inside, work: Accumulated, moments: list[Moment], grid: Array
) -> dict[str, Any]:
    """Variables over time, besides those of a sweep."""
    from taskmodel.science import learning

    done, track = work(grid), ours.track
    rules = ours.catalog.over_time
    review = rules.review if rules is not None else None
    left = np.ones(len(grid))
    if review is not None:
        left = learning.remaining(
            done[:, 0], review.exponent.value, review.scale.value, review.least.value
        )
    told = {
        "training_run": (
            ours.training(grid),
            "FLOP",
            "largest training run, effective at the software in which the catalog measures compute",
        ),
        "work": (
            done[:, 0],
            "field-year",
            "alignment work done since the first date, in years of the catalog's own people without AI",
        ),
        "work_bulk": (
            done[:, 1],
            "field-year",
            "the same in bulk, however badly balanced: the hours' worth of work of all tasks, added up",
        ),
        "review_remaining": (
            left,
            "1",
            "review hours for an hour of AI work, over those without this work",
        ),
        "capability_speedup": (
            np.exp([research_multiplier(track, at) for at in moments]),
            "1",
            "output of the world's software research over that with AI confined to its easiest task",
        ),
        "software_growth": (
            [track.path.flow.software_growth(at) for at in moments],
            "1/year",
            "growth of the world's ln software",
        ),
        "software": (
            [exp(at.stocks.software) for at in moments],
            "1",
            "the world's software, relative to its start",
        ),
    }
    return {
        name: ("time", values, {"units": unit, "long_name": meaning})
        for name, (values, unit, meaning) in told.items()
    }


def _milestones(reached: list[Reached], work: Accumulated) -> dict[str, Any]:
    """Variables over milestones."""
    dates = np.array([one.date for one in reached])
    done = np.where(np.isnan(dates)[:, None], nan, work(np.nan_to_num(dates)))
    about = "alignment work done by then, since the first date"
    return {
        "milestone_value": (
            "milestone",
            dates,
            {"units": "calendar year", "long_name": "date of the milestone; NaN: not reached"},
        ),
        "milestone_unit": (
            "milestone",
            np.full(len(reached), "calendar year", dtype=object),
            {"long_name": "unit of the milestone"},
        ),
        "milestone_meaning": (
            "milestone",
            np.array([one.meaning for one in reached], dtype=object),
            {"long_name": "what the milestone is"},
        ),
        "milestone_work": (
            "milestone",
            done[:, 0],
            {"units": "field-year", "long_name": f"{about}; NaN: not reached"},
        ),
        "milestone_work_bulk": (
            "milestone",
            done[:, 1],
            {"units": "field-year", "long_name": f"{about}, in bulk; NaN: not reached"},
        ),
        "milestone_months_between": (
            ("milestone", "until"),
            12 * (dates[None, :] - dates[:, None]),
            {
                "units": "month",
                "long_name": "from the milestone to the other; NaN: one of the two is not reached",
            },
        ),
    }
