"""A sweep in a minute: today, the first automation, where oversight binds, the ceilings, and what to do about it.

`summarise` reads these facts off a sweep and its events. A point it needs that is not on the sweep's axis (today, a round
power of ten) is solved by itself, never interpolated. What review costs is told apart by task through

    share of output's value  sum_k eps_k (review hours of task i out of factor k) / (use of factor k)

which over the tasks adds up to the elasticity of output to all review hours (docs, model, section 3.6). Nothing is printed
here; `as_dict` gives everything as plain values.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from taskmodel.catalog import Catalog
from taskmodel.organisation import HUMAN, organisation
from taskmodel.production import Array
from taskmodel.stepping import events, sweep
from taskmodel.supervision import MODES
from taskmodel.worth import automate_next

ASIDE = 1e-9  # relative: this far past an event between thresholds, which is located to 1e-12, what it brings holds for certain
ROUND_POINTS = 10  # rows of a short table, at most
SPEEDUPS = ("throughput_speedup", "latency_speedup", "speedup")
MILESTONES = ("first_automation", "oversight_binds", "oversight_bottleneck")


@dataclass(frozen=True)
class Point:
    """Speed-ups at one place of the compute axis.

    Attributes
    ----------
    compute : float or None
        Effective compute [FLOP/year]; None where no compute brings it about.
    throughput_speedup, latency_speedup, speedup : float
        Research output, one pass through the tasks, and the effective speed-up of both, relative to people without AI [1].
        inf: no limit; NaN: nothing can be produced.
    """

    compute: float | None
    throughput_speedup: float
    latency_speedup: float
    speedup: float


@dataclass(frozen=True)
class Row(Point):
    """A point, and what holds research back there.

    Attributes
    ----------
    status : str
        Kind of answer: see `taskmodel.allocation.Status`.
    automated_hours_share : float
        Part of base-year human hours that AI has taken over [1].
    binding_factor : str
        The source with the largest bottleneck share; empty where nothing is produced, or without limit.
    bottleneck_share : dict of str to float
        Elasticity of output to each source: hands-on work, review, and each other factor [1].
    elasticity : dict of str to float
        What 1 % more gives, in per cent of output: of each factor by name, and of ``review_speed`` (all reviews faster) [1].
    oversight_ceiling, no_oversight_ceiling : float
        Output with unlimited inference and experiments by what AI can do here, and the same without review [1].
    """

    compute: float
    status: str
    automated_hours_share: float
    binding_factor: str
    bottleneck_share: dict[str, float]
    elasticity: dict[str, float]
    oversight_ceiling: float
    no_oversight_ceiling: float


@dataclass(frozen=True)
class Review:
    """What the review of one task costs.

    Attributes
    ----------
    task, title : str
    hours_per_year : float
        Human hours that review what AI does in this task [h/year].
    share_of_review : float
        Part of all review hours [1].
    review_ratio : float
        Review hours per human-equivalent hour of work that is reviewed [h/h].
    output_share : float
        Worth of these hours relative to output: 1 % faster review of this task gives this many per cent more output [1].
    """

    task: str
    title: str
    hours_per_year: float
    share_of_review: float
    review_ratio: float
    output_share: float


@dataclass(frozen=True)
class Advice:
    """Where review costs most.

    Attributes
    ----------
    place : str
        ``today`` if oversight is the bottleneck already, ``oversight_bottleneck`` if it becomes it later, else ``grid_end``.
    at : Row
        The state there.
    review_hours : float
        All review hours [h/year].
    review_capacity : float
        Review hours that there are [h/year].
    reviews : tuple of Review
        All tasks whose work is reviewed, the costliest first.
    reviewer_equivalent : dict of str to float
        How many more people of each labour pool are worth one more reviewer [1]; inf: such people are worth nothing.
    """

    place: str
    at: Row
    review_hours: float
    review_capacity: float
    reviews: tuple[Review, ...]
    reviewer_equivalent: dict[str, float]


@dataclass(frozen=True)
class NextTask(Point):
    """A task that AI cannot do yet: the compute from which it can, and the speed-ups if it could today.

    Attributes
    ----------
    task, title : str
    """

    compute: float
    task: str
    title: str


@dataclass(frozen=True)
class Summary:
    """The facts of a sweep.

    Attributes
    ----------
    today, end : Row
        At ``compute.today``, inside the grid or not, and at the last point of the grid.
    curve : tuple of Row
        At the ends of the grid and round values of compute within it.
    first_automation, oversight_binds, oversight_bottleneck : Point or None
        Where AI first does a task, where review first binds, where it first is the largest source; the speed-ups are those
        from there on. None: not on the grid. What holds at the first point of the grid has that point here.
    at_grid_start : tuple of str
        Which of these three hold at the first point of the grid, so that their true places may be lower.
    stretches : dict of str to tuple of (float, float or None)
        From where to where oversight binds and is the bottleneck; None: to the end of the grid.
    ceiling : Point
        Unlimited inference and experiments and every delegable task open: the most that oversight allows. Its compute is
        that from which AI can do every delegable task, None if there is none.
    advice : Advice or None
        None where nothing is reviewed.
    next_tasks : tuple of NextTask
        Tasks that policy leaves to AI and that it cannot do today, the one that would speed research up most first.
    events : tuple of dict
        Every event, as plain values.
    """

    today: Row
    end: Row
    curve: tuple[Row, ...]
    first_automation: Point | None
    oversight_binds: Point | None
    oversight_bottleneck: Point | None
    at_grid_start: tuple[str, ...]
    stretches: dict[str, tuple[tuple[float, float | None], ...]]
    ceiling: Point
    advice: Advice | None
    next_tasks: tuple[NextTask, ...]
    events: tuple[dict[str, object], ...]


def summarise(catalog: Catalog, result: xr.Dataset) -> Summary:
    """The facts of a sweep.

    Parameters
    ----------
    catalog : Catalog
        The catalog that was swept.
    result : Dataset
        As `taskmodel.sweep` returns it. Points of interest on its axis are taken from it, others are solved.

    Returns
    -------
    Summary

    Raises
    ------
    SolveError
        If a point has no answer that can be certified.
    """
    grid = result["compute"].values
    today = catalog.compute.today.value
    table = sorted({float(grid[0]), *round_points(grid[0], grid[-1]), float(grid[-1])})
    rows = _rows(catalog, result, [*table, today])
    found = events(result)
    end = _row(result.isel(compute=-1))
    milestones = {name: _milestone(result, found, name) for name in MILESTONES}
    onset = milestones["oversight_bottleneck"]
    place, where = _place_of_advice(rows[today], onset, end)
    return Summary(
        today=rows[today],
        end=end,
        curve=tuple(rows[value] for value in table),
        **milestones,
        at_grid_start=tuple(name for name in MILESTONES if _holds_at_start(result, name)),
        stretches={name: _stretches(result, found, name) for name in MILESTONES[1:]},
        ceiling=_ceiling(catalog, float(result["oversight_ceiling_full"])),
        advice=_advice(catalog, result, place, where),
        next_tasks=_next_tasks(catalog),
        events=tuple(plain_events(found)),
    )


def round_points(low: float, high: float, most: int = ROUND_POINTS) -> tuple[float, ...]:
    """Round values of compute from low to high, evenly spread: powers of ten, or 1, 2, 5 times them if there are few.

    Parameters
    ----------
    low, high : float
        Ends of the range [FLOP/year].
    most : int
        How many there may be; at least 1.

    Examples
    --------
    >>> round_points(1e26, 1e35)[:3], len(round_points(1e26, 1e35))
    ((1e+26, 1e+27, 1e+28), 10)
    >>> round_points(3e28, 2e29)
    (5e+28, 1e+29, 2e+29)
    """
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    choices = [(1, (1, 2, 5)), *((step, (1,)) for step in (1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000))]
    for step, digits in choices:
        values = [float(f"{digit}e{power}") for power in range(first, min(last, 308) + 1) if power % step == 0 for digit in digits]
        chosen = tuple(value for value in values if low <= value <= high)
        if len(chosen) <= most:
            return chosen
    return ()


def points_wanted(catalog: Catalog, grid: Array) -> Array:
    """A grid, joined by the points that `summarise` will ask for, so that one sweep serves both; sorted.

    Parameters
    ----------
    catalog : Catalog
    grid : array, shape (compute,)
        Points to report [FLOP/year], increasing.

    Returns
    -------
    array, shape (more,)
        All points of the grid, and those others that lie within it and are not, but for rounding, on it.
    """
    inside = [value for value in (*round_points(grid[0], grid[-1]), catalog.compute.today.value) if grid[0] < value < grid[-1]]
    return np.union1d(grid, [value for value in inside if _position(grid, value) is None])


def as_dict(summary: Summary) -> dict[str, object]:
    """The facts as plain dicts, lists, numbers and words; inf and NaN are left as they are.

    The keys are those of `Summary`, but for `end`; besides them ``top_reviews``, the three costliest reviews, and some values of
    today and of the end of the grid side by side.
    """
    advice = summary.advice
    sides = {"today": summary.today, "end": summary.end}
    return {
        **{name: _bare(getattr(summary, name)) for name in ("today", *MILESTONES, "ceiling")},
        "at_grid_start": list(summary.at_grid_start),
        "stretches": {name: [list(ends) for ends in found] for name, found in summary.stretches.items()},
        "ceilings": {side: {"oversight": row.oversight_ceiling, "no_oversight": row.no_oversight_ceiling} for side, row in sides.items()},
        "automated_hours_share": {side: row.automated_hours_share for side, row in sides.items()},
        "bottleneck_share": {side: row.bottleneck_share for side, row in sides.items()},
        "top_reviews": [asdict(review) for review in (advice.reviews[:3] if advice else ())],
        "advice": {**asdict(advice), "reviews": [asdict(review) for review in advice.reviews]} if advice else None,
        "next_tasks": [asdict(task) for task in summary.next_tasks],
        "curve": [asdict(row) for row in summary.curve],
        "events": list(summary.events),
    }


def provenance(result: xr.Dataset) -> dict[str, object]:
    """What a result was made from, as plain values: version, catalog, scenario, overrides and the hash of them all."""
    attrs = result.attrs
    return {
        "version": attrs["taskmodel_version"],
        "catalog": attrs["catalog_name"],
        "scenario": attrs["scenario_name"] or None,
        "overrides": json.loads(attrs["overrides"]),
        "sha256": attrs["catalog_sha256"],
    }


def _bare(point: Point | None) -> dict[str, float | None] | None:
    return None if point is None else {"compute": point.compute, **{name: getattr(point, name) for name in SPEEDUPS}}


def _position(grid: Array, value: float) -> int | None:
    """Where a value is on the grid, but for rounding; None if it is not."""
    near = int(np.abs(grid - value).argmin())
    return near if math.isclose(grid[near], value, rel_tol=1e-12) else None


def _rows(catalog: Catalog, result: xr.Dataset, points: Iterable[float]) -> dict[float, Row]:
    """The state at each of these points, taken from the sweep where it has them, solved together where not."""
    points = list(dict.fromkeys(points))
    grid = result["compute"].values
    rows = {value: _row(result.isel(compute=_position(grid, value)), value) for value in points if _position(grid, value) is not None}
    missing = sorted(value for value in points if value not in rows)
    if missing:
        solved = sweep(catalog, missing)
        rows |= {value: _row(solved.isel(compute=index)) for index, value in enumerate(missing)}
    return rows


def _row(state: xr.Dataset, compute: float | None = None) -> Row:
    """One point of a sweep; `compute`: what to call it."""
    elasticity = _by_name(state["factor_elasticity"], "factor")
    return Row(
        compute=float(state["compute"]) if compute is None else compute,
        **{name: float(state[name]) for name in SPEEDUPS},
        status=str(state["status"].item()),
        automated_hours_share=float(state["automated_hours_share"]),
        binding_factor=str(state["binding_factor"].item()),
        bottleneck_share=_by_name(state["bottleneck_share"], "source"),
        elasticity={"review_speed": float(state["oversight_elasticity"]), **elasticity},
        oversight_ceiling=float(state["oversight_ceiling"]),
        no_oversight_ceiling=float(state["no_oversight_ceiling"]),
    )


def _by_name(values: xr.DataArray, dim: str) -> dict[str, float]:
    return dict(zip(map(str, values[dim].values), values.values.tolist(), strict=True))


def _holds_at_start(result: xr.Dataset, name: str) -> bool:
    start = result.isel(compute=0)
    if name == "first_automation":
        return bool((start["automated_share"] > 0).any())
    review = start["bottleneck_share"].sel(source="review").item()
    others = start["bottleneck_share"].drop_sel(source="review").max().item()
    return review > float(result["binding_tolerance"]) if name == "oversight_binds" else review > others


def _begins(found: xr.Dataset, name: str) -> NDArray[np.intp]:
    """Positions of the events with which something begins."""
    kind, mode = found["kind"].values, found["mode"].values
    if name == "first_automation":
        return np.flatnonzero((kind == "adopted") & (mode != MODES[HUMAN]))
    return np.flatnonzero(kind == name)


def _milestone(result: xr.Dataset, found: xr.Dataset, name: str) -> Point | None:
    if _holds_at_start(result, name):
        start = result.isel(compute=0)
        return Point(float(start["compute"]), *(float(start[each]) for each in SPEEDUPS))
    begins = _begins(found, name)
    if not len(begins):
        return None
    first = found.isel(event=int(begins[0]))
    return Point(float(first["compute"]), *(float(first[f"{each}_after"]) for each in SPEEDUPS))


def _stretches(result: xr.Dataset, found: xr.Dataset, name: str) -> tuple[tuple[float, float | None], ...]:
    kind, compute = found["kind"].values, found["compute"].values
    starts = [float(result["compute"].values[0])] if _holds_at_start(result, name) else []
    starts += compute[kind == name].tolist()
    ends = compute[kind == f"{name}_ends"].tolist()
    return tuple((start, next((end for end in ends if end > start), None)) for start in starts)


def _ceiling(catalog: Catalog, throughput: float) -> Point:
    """The most that oversight allows: inference and experiments unlimited, every delegable task open."""
    opens_at = organisation(catalog).opens_at
    delegable = np.array([task.delegable for task in catalog.tasks.values()])
    last = float(opens_at[delegable].max(initial=0.0))
    unlimited = catalog.replace({"compute.inference": "free", "compute.experiments": "free"})
    if not math.isfinite(last):  # a horizon given directly does not reach some task; by compute each has its place
        unlimited = unlimited.replace({"capability.h50_hours": None})
    opens_at = organisation(unlimited).opens_at[delegable]
    reach = float(opens_at.max(initial=0.0))
    compute = last if 0 < last < math.inf else None
    if not math.isfinite(reach):
        return Point(compute, throughput, math.nan, math.nan)
    state = sweep(unlimited, [reach or catalog.compute.today.value]).isel(compute=0)
    return Point(compute, throughput, float(state["latency_speedup"]), float(state["speedup"]))


def _place_of_advice(today: Row, onset: Point | None, end: Row) -> tuple[str, float]:
    if today.binding_factor == "review":
        return "today", today.compute
    if onset is not None and onset.compute is not None:
        return "oversight_bottleneck", onset.compute
    return "grid_end", end.compute


def _advice(catalog: Catalog, result: xr.Dataset, place: str, compute: float) -> Advice | None:
    at = organisation(catalog)
    position = _position(result["compute"].values, compute)
    state = (sweep(catalog, [compute * (1 + ASIDE)]) if position is None else result.isel(compute=[position])).isel(compute=0)
    activity = np.where(np.isfinite(state["activity"].values), state["activity"].values, 0.0)
    hours = np.einsum("tm,tmk->tk", activity, at.review)
    review = hours[:, at.pools]
    total = float(review.sum())
    if not total > 0:
        return None
    worth = state["review_elasticity"].values
    level = catalog.supervision.review_level
    reviews = [
        Review(name, task.title, float(review[index]), float(review[index]) / total, task.review_ratio.at(level), float(worth[index]))
        for index, (name, task) in enumerate(catalog.tasks.items())
        if review[index] > 0
    ]
    reviews.sort(key=lambda item: -item.hours_per_year)
    equivalent = _by_name(state["reviewer_equivalent"], "pool")
    return Advice(place, _row(state, compute), total, float(at.base_supply[at.pools]), tuple(reviews), equivalent)


def _next_tasks(catalog: Catalog) -> tuple[NextTask, ...]:
    found = automate_next(catalog)
    columns = {"task": "task", "compute": "opens_at", **{name: name for name in SPEEDUPS}}
    rows = zip(*(found[name].values.tolist() for name in columns.values()), strict=True)
    tasks = [NextTask(**dict(zip(columns, row, strict=True)), title=catalog.tasks[row[0]].title) for row in rows]
    # NaN, where nothing can be produced, last
    return tuple(sorted(tasks, key=lambda task: -task.speedup if not math.isnan(task.speedup) else math.inf))


def plain_events(found: xr.Dataset) -> Iterable[dict[str, object]]:
    """Events, as `taskmodel.events` selects them, as plain values, one by one."""
    axis = found.attrs["over"]
    numbers = [str(name) for name in found.data_vars if str(name).endswith(("_before", "_after")) and found[name].dims == ("event",)]
    factors = found["factor_name"].values.tolist()
    words = {name: found[name].values for name in ("kind", "task", "mode", "factor")}
    columns = {name: found[name].values.tolist() for name in (axis, *numbers)}
    shares = {side: found[f"factor_elasticity_{side}"].values.tolist() for side in ("before", "after")}
    for index in range(found.sizes["event"]):
        event: dict[str, object] = {axis: columns[axis][index]}
        event |= {name: str(values[index]) or None for name, values in words.items()}
        event |= {name: columns[name][index] for name in numbers}
        event |= {f"factor_elasticity_{side}": dict(zip(factors, shares[side][index], strict=True)) for side in shares}
        yield event
