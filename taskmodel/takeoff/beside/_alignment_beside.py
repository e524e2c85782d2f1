"""Alignment and capabilities in one world: speed-ups and milestones of both, and work done by then.

Alignment is a catalog inside the world, and both are on one capability map (`capability_map`).
Capabilities are the world's own software R&D, whose speed-up is its research output over that with
AI confined to its easiest task, and, if it is given, a catalog of capability research at the same
training runs.

Source: docs, model, section 7.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from math import log, nan
from os import PathLike
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from taskmodel._arguments import word
from taskmodel.catalog import Catalog
from taskmodel.errors import InputError
from taskmodel.numerics.grids import calendar_years
from taskmodel.numerics.integral_equation import Accumulated
from taskmodel.numerics.ranges import one_number
from taskmodel.numerics.types import Array
from taskmodel.organisation.measures import Measures
from taskmodel.sweeps._sweep import sweep_along
from taskmodel.sweeps.paths import Paths, given_paths
from taskmodel.sweeps.paths import courses as courses_of
from taskmodel.sweeps.points import needs_catalog
from taskmodel.sweeps.results import labelled, provenance
from taskmodel.sweeps.walker import Walker
from taskmodel.sweeps.walks import walk
from taskmodel.takeoff.beside.capability_map import CATALOG, DAVIDSON, SEPARATE, on_maps
from taskmodel.takeoff.beside.embedding import EmbeddedCatalog, embed, remaining_share
from taskmodel.takeoff.beside.first_passage import first_open, first_passages
from taskmodel.takeoff.beside.work import accumulated_work
from taskmodel.takeoff.davidson.headlines import Milestone
from taskmodel.takeoff.davidson.moment_kernels import SOFTWARE, SOFTWARE_GROWTH
from taskmodel.takeoff.davidson.moments import (
    GOODS_AUTOMATED,
    RND_AUTOMATED,
    SOFTWARE_MULTIPLIER,
    Condition,
)
from taskmodel.takeoff.davidson.results import milestone_texts
from taskmodel.takeoff.davidson.simulation import TOLERANCE, resolve_world
from taskmodel.takeoff.davidson.track import Continuous
from taskmodel.takeoff.davidson.world import World

SPACING = 0.1  # years between reported dates
AFTER = 3.0  # years reported after all R&D is automated
LEVELS = (2, 3, 10)  # of speed-ups
SHARES = (0.2, 1.0)  # of automated tasks
MEASURES = ("throughput_speedup", "speedup")
WORK_ERROR = 1e-6  # relative to the work at the last date

Reader = Callable[[Measures], Array]

OVER_TIME = {
    "training_run": (
        "FLOP",
        "largest training run, effective at the software in which the catalog measures compute",
    ),
    "work": (
        "field-year",
        "effective alignment work done since the first date (integral of the effective speed-up), "
        "in years of the catalog's own people without AI",
    ),
    "work_bulk": (
        "field-year",
        "the same in bulk, however badly balanced: the hours' worth of work of all tasks, added up",
    ),
    "review_remaining": ("1", "review hours for an hour of AI work, over those without this work"),
    "capability_speedup": (
        "1",
        "output of the world's software research over that with AI confined to its easiest task",
    ),
    "software_growth": ("1/year", "growth of the world's ln software"),
    "software": ("1", "the world's software, relative to its start"),
}


def alignment_beside(
    world: str | PathLike[str] | World | xr.Dataset,
    catalog: Catalog,
    *,
    capabilities: Catalog | None = None,
    map: str = CATALOG,
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
        The alignment organisation, with `over_time`. It takes its compute from the world and does
        not affect it.
    capabilities : Catalog, optional
        An organisation of capability research at the same training runs, besides the world's own.
    map : str
        What training run a task takes. ``catalog``: the world's R&D tasks take what the tasks of
        `capabilities` do, or of ``ml_capability_rnd`` on the alignment catalog's line of
        horizons. ``davidson``: the catalogs' tasks take what the world's R&D tasks do.
        ``separate``: each its own, without months between milestones on different maps.
    paths : mapping of str to table, str, path or Paths, optional
        Numbers of the alignment catalog that change over time, as in `sweep`; compute is the
        world's.
    times : array, shape (time,), optional
        Reported calendar years, increasing. Work accumulates, and milestones are searched, from
        the first to the last; a milestone of the organisation that holds at the first date has
        that date, one of the world its own. Default: every 0.1 year from the world's start to 3
        years after all R&D is automated, or to its end.
    measure : str
        Speed-up of the organisation's milestones: ``throughput_speedup``, or ``speedup``, the
        effective one. Milestones of the world's own R&D are of throughput.
    work_error : float
        Largest error of accumulated work, relative to the work at the last date.

    Returns
    -------
    xarray.Dataset
        Over ``time``, the variables of `sweep` for the alignment organisation, with its events;
        ``training_run``, ``work`` and ``work_bulk``, ``review_remaining``,
        ``capability_speedup`` and ``software_growth`` of the world, and for the catalog of
        capabilities ``capability_catalog_throughput_speedup`` and ``capability_catalog_speedup``.
        Over ``milestone``, as selected by `milestones`: dates, the capability map they are on,
        work done by then, and months between each two on one map (`months_between`).

    Raises
    ------
    TypeError
        If `catalog` is not a Catalog.
    CatalogError
        With every defect of the world or of paths; if the catalog has no software date, a value
        on a path is not allowed, or two catalogs of one map have different lines of horizons.
    InputError
        If times are not increasing within the world's, the measure or map is unknown, or the world
        was stepped.
    SolveError
        If a point has no certified optimum.
    AccumulationError
        If the error of work cannot be met, or the work is unbounded.

    Examples
    --------
    >>> import taskmodel as tm
    >>> catalog = tm.load_catalog("t_agi_ladder")
    >>> beside = alignment_beside("davidson_best_guess", catalog, times=[2026, 2030, 2034])
    >>> beside["work"].values.round(2).tolist(), beside["capability_speedup"].dims
    ([0.0, 6.34, 14.59], ('time',))
    """
    needs_catalog(catalog)
    if capabilities is not None:
        needs_catalog(capabilities)
    measure = word("measure", measure, MEASURES)
    work_error = one_number("[1e-12, 1]", "work_error", work_error)
    loaded, tolerance = _world_of(world)
    track, catalog, capabilities, source = on_maps(loaded, tolerance, catalog, capabilities, map)
    grid = _reported_dates(times, track)
    paths = given_paths(paths)
    courses = courses_of(paths, catalog) if isinstance(paths, Paths) else dict(paths or {})
    embedded = embed(catalog, track, courses, float(grid[0]), float(grid[-1]))
    work = accumulated_work(embedded, work_error)
    result, walker = sweep_along(embedded.axis(work), grid)
    path, _ = walk(walker, grid[0], grid[-1])

    def read(measures: Measures) -> Array:
        return np.asarray(getattr(measures, measure))

    passages = first_passages(walker, path, read, LEVELS)
    openings = [first_open(walker, path, share) for share in SHARES]
    organised = _alignment_milestones(passages, openings, _first_bottleneck(result))
    in_world = _world_milestones(track, float(grid[-1]))
    variables, dates = _levels(embedded, work, grid), list[Milestone]()
    if capabilities is not None:
        speedups, dates = _capability_catalog(capabilities, track, grid, read, work_error)
        variables |= speedups
    milestones = [*organised, *dates, *in_world]
    maps = [CATALOG if map == SEPARATE else map] * (len(organised) + len(dates))
    maps += [DAVIDSON if map == SEPARATE else map] * len(in_world)
    variables |= _milestone_variables(milestones, maps, work)
    names = np.array([milestone.name for milestone in milestones], dtype=object)
    error, bulk_error = work.error.tolist()
    return (
        result.assign(dict(labelled(variables, {}, {}).variables))
        .assign_coords(milestone=names, until=names)
        .assign_attrs(
            **provenance(catalog=catalog, world=loaded),
            world_stopped=track.reason,
            measure=measure,
            map=map,
            map_catalog=source,
            work_error=error,
            work_bulk_error=bulk_error,
            paths_name=paths.name if isinstance(paths, Paths) else "",
            capabilities_name="" if capabilities is None else capabilities.name,
            capabilities_sha256="" if capabilities is None else capabilities.sha256,
        )
    )


def _world_of(world: str | PathLike[str] | World | xr.Dataset) -> tuple[World, float]:
    """Return a world and its tolerance; those of a simulated world are as they were."""
    if not isinstance(world, xr.Dataset):
        return resolve_world(world), TOLERANCE
    if "scenario_yaml" not in world.attrs or "milestone_value" not in world:
        raise InputError(
            "this dataset is no simulated world: give the result of taskmodel.simulate"
        )
    if "tolerance" not in world.attrs:
        raise InputError(
            "this world was stepped, and knows nothing between its steps: simulate it without "
            "reference_step"
        )
    loaded = World.parse(world.attrs["scenario_yaml"], world.attrs["scenario_name"])
    return loaded.replace(json.loads(world.attrs["overrides"])), float(world.attrs["tolerance"])


def _reported_dates(times: ArrayLike | None, track: Continuous) -> Array:
    start, end = track.base, track.end
    if times is not None:
        return calendar_years(times, start, end, least=2)
    automated = track.first(Condition(RND_AUTOMATED, 1.0))
    last = end if automated is None else min(end, automated + AFTER)
    # the last spacing is at least half as long as the others
    return np.append(start + SPACING * np.arange(np.ceil((last - start) / SPACING - 0.5)), last)


def _dated(name: str, date: float, meaning: str) -> Milestone:
    return Milestone(name, date, "calendar year", meaning)


def _speedups(prefix: str, dates: ArrayLike, meaning: str) -> list[Milestone]:
    return [
        _dated(f"{prefix}_{level}x", date, meaning.format(level))
        for level, date in zip(LEVELS, np.asarray(dates).tolist(), strict=True)
    ]


def _world_milestones(track: Continuous, last: float) -> list[Milestone]:
    """Return the milestones of the world up to a date."""

    def first(column: int, level: float) -> float:
        date = track.first(Condition(column, level))
        return date if date is not None and date <= last else nan

    def sped_up(level: float) -> float:
        # where automation does not count in output, nothing goes faster
        return first(SOFTWARE_MULTIPLIER, log(level)) if track.economy.automated else nan

    return [
        *_speedups(
            "capability",
            [sped_up(level) for level in LEVELS],
            "the world's software research goes {} times as fast",
        ),
        *(
            _dated(
                f"automation_{name}_{share:.0%}",
                first(column, share),
                f"{100 * share:.0f} % of {tasks} tasks are automated",
            )
            for name, column, tasks in (
                ("rnd", RND_AUTOMATED, "the world's R&D"),
                ("gns", GOODS_AUTOMATED, "its goods"),
            )
            for share in SHARES
        ),
        _dated(
            "software_doubles_in_a_month",
            first(SOFTWARE_GROWTH, 12 * log(2)),
            "the world's software doubles in less than a month",
        ),
    ]


def _first_bottleneck(result: xr.Dataset) -> float:
    """Return the first date at which review is the largest bottleneck of alignment."""
    if result["binding_factor"].values[0] == "review":
        return float(result["time"][0])
    dates = result["event_time"].values[result["event_kind"].values == "oversight_bottleneck"]
    return float(dates[0]) if len(dates) else nan


def _capability_catalog(
    catalog: Catalog, track: Continuous, grid: Array, read: Reader, error: float
) -> tuple[dict[str, Any], list[Milestone]]:
    """Return speed-ups of an organisation of capability research, and their milestones."""
    embedded = embed(catalog, track, {}, float(grid[0]), float(grid[-1]))
    work = accumulated_work(embedded, error) if embedded.feeds_back else None
    walker = Walker(embedded.axis(work))
    path, _ = walk(walker, grid[0], grid[-1])
    # each point is solved from the optimum at the point of the path before it
    neighbour = path.allocation.take(np.searchsorted(path.position, grid, side="right") - 1)
    solved = walker.solve(grid, start=neighbour)
    measures = walker.at(grid).measure(solved.allocation)
    organisation = "the organisation of capability research"
    variables = {
        "capability_catalog_throughput_speedup": (
            "time",
            measures.throughput_speedup,
            "1",
            f"output of {organisation} over that of the same people without AI",
        ),
        "capability_catalog_speedup": (
            "time",
            measures.speedup,
            "1",
            f"effective speed-up of {organisation}",
        ),
    }
    dates = first_passages(walker, path, read, LEVELS)
    return variables, _speedups(
        "capability_catalog", dates, f"{organisation} goes {{}} times as fast"
    )


def _alignment_milestones(
    passages: Array, openings: list[float], bottleneck: float
) -> list[Milestone]:
    """Return the milestones of the organisation, from their dates."""
    return [
        *_speedups("alignment", passages, "alignment research goes {} times as fast"),
        *(
            _dated(
                f"alignment_open_{share:.0%}",
                date,
                f"AI can do {100 * share:.0f} % of the alignment work it may do",
            )
            for share, date in zip(SHARES, openings, strict=True)
        ),
        _dated(
            "alignment_oversight_bottleneck",
            bottleneck,
            "human review holds alignment back more than anything else",
        ),
    ]


def _levels(embedded: EmbeddedCatalog, work: Accumulated, grid: Array) -> dict[str, Any]:
    """Return the variables over time that `sweep` does not have."""
    field_years, track = work(grid), embedded.track
    rules = embedded.catalog.over_time
    review = remaining_share(rules.review if rules else None, field_years[:, 0])
    moments = track.moments(grid)
    multipliers = (
        moments[:, SOFTWARE_MULTIPLIER] if track.economy.automated else np.zeros(len(grid))
    )
    values = {
        "training_run": embedded.training(grid),
        "work": field_years[:, 0],
        "work_bulk": field_years[:, 1],
        "review_remaining": review,
        "capability_speedup": np.exp(multipliers),
        "software_growth": moments[:, SOFTWARE_GROWTH],
        "software": np.exp(moments[:, SOFTWARE]),
    }
    return {name: ("time", array, *OVER_TIME[name]) for name, array in values.items()}


def _milestone_variables(
    milestones: list[Milestone], maps: list[str], work: Accumulated
) -> dict[str, Any]:
    """Return the variables over milestones, each of which is on a capability map."""
    dates = np.array([milestone.value for milestone in milestones])
    on_one_map = np.array(maps)[:, None] == np.array(maps)[None, :]
    reached = ~np.isnan(dates)
    done = np.where(reached[:, None], work(np.nan_to_num(dates)), nan)
    meaning = "alignment work done by then, since the first date"
    return {
        "milestone_value": (
            "milestone",
            dates,
            "calendar year",
            "date of the milestone; NaN: not reached",
        ),
        **milestone_texts(milestones),
        "milestone_map": (
            "milestone",
            maps,
            "",
            "capability map on which the milestone is",
        ),
        "milestone_work": (
            "milestone",
            done[:, 0],
            "field-year",
            f"effective {meaning}; NaN: not reached",
        ),
        "milestone_work_bulk": (
            "milestone",
            done[:, 1],
            "field-year",
            f"{meaning}, in bulk; NaN: not reached",
        ),
        "milestone_months_between": (
            ("milestone", "until"),
            np.where(on_one_map, 12 * (dates[None, :] - dates[:, None]), nan),
            "month",
            "from the milestone to the other; NaN: one of the two is not reached, or they are on "
            "two capability maps",
        ),
    }
