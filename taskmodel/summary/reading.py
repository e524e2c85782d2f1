"""The facts of a sweep: today, the first automation, onset of oversight, ceilings and advice.

`summarise` reads them from a sweep and its events. A point that is not on the axis of the sweep
(today, a round power of ten) is solved, never interpolated. The records are in `facts`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from taskmodel.catalog import Catalog
from taskmodel.numerics.accuracy import EVENT_OFFSET, OVERSIGHT_ROUNDING
from taskmodel.numerics.types import Array
from taskmodel.organisation.organisation import HUMAN, organisation
from taskmodel.organisation.quantities import Quantities
from taskmodel.organisation.reviewers import review_factor
from taskmodel.questions._elasticities import automate_next
from taskmodel.science.supervision import MODES
from taskmodel.summary.facts import (
    COSTS,
    MILESTONES,
    SPEEDUPS,
    Advice,
    NextTask,
    Point,
    Review,
    ReviewPool,
    Row,
    Summary,
)
from taskmodel.sweeps import results
from taskmodel.sweeps._sweep import events, sweep_along
from taskmodel.sweeps.axes import compute_axis
from taskmodel.sweeps.dataset import WAITS_FOR_EVER, Keep

ROUND_POINTS = 10  # most rows of a short table

Intervals = tuple[tuple[float, float | None], ...]  # start and end; None: the end of the grid


def summarise(catalog: Catalog, result: xr.Dataset) -> Summary:
    """Return the facts of a sweep along compute.

    Parameters
    ----------
    catalog : Catalog
        The catalog of the sweep.
    result : Dataset
        From `taskmodel.sweep`. Points of interest on its axis are taken from it, others are solved.

    Returns
    -------
    Summary

    Raises
    ------
    SolveError
        If an optimum cannot be certified.
    """
    grid = result["compute"].values
    today = catalog.compute.today.value
    table = sorted({float(grid[0]), *round_points(grid[0], grid[-1]), float(grid[-1])})
    rows = _rows(catalog, result, [*table, today])
    event_table = events(result)
    end = _row(catalog, result.isel(compute=-1))
    milestones = milestone_points(result, event_table)
    onset = milestones["oversight_bottleneck"]
    situation, compute = _situation_of_advice(rows[today], onset, end)
    return Summary(
        today=rows[today],
        end=end,
        curve=tuple(rows[value] for value in table),
        **milestones,
        at_grid_start=tuple(name for name in MILESTONES if _holds_at_start(result, name)),
        stretches={
            name: _between(
                result,
                event_table,
                _holds_at_start(result, name),
                event_table["kind"].values == name,
                event_table["kind"].values == f"{name}_ends",
            )
            for name in MILESTONES[1:]  # of what lasts
        },
        reviewers_scarce={
            name: _scarce(result, event_table, review_factor(name))
            for name in result["reviewers"].values.tolist()
        },
        ceiling=_ceiling(catalog, float(result["oversight_ceiling_full"])),
        advice=_advice(catalog, result, situation, compute),
        next_tasks=_next_tasks(catalog),
        events=tuple(plain_events(event_table)),
    )


def milestone_points(
    result: xr.Dataset, event_table: xr.Dataset | None = None
) -> dict[str, Point | None]:
    """Return the first point of each of `MILESTONES` on a sweep, None where there is none.

    Parameters
    ----------
    result : Dataset
        From `taskmodel.sweep` along compute.
    event_table : Dataset, optional
        Its events, if at hand.
    """
    table, prefix = (result, "event_") if event_table is None else (event_table, "")
    names = ("kind", "mode", "compute", *(f"{speedup}_after" for speedup in SPEEDUPS))
    columns = {name: table[f"{prefix}{name}"].values for name in names}
    return {name: _milestone(result, columns, name) for name in MILESTONES}


def round_points(low: float, high: float, most: int = ROUND_POINTS) -> tuple[float, ...]:
    """Return round values of compute from low to high, evenly spread.

    They are powers of ten, every n-th of them, or 1, 2 and 5 times powers of ten over short ranges.

    Parameters
    ----------
    low, high : float
        Ends of the range [FLOP/year].
    most : int
        Largest number of values; at least 1.

    Examples
    --------
    >>> round_points(1e26, 1e35)[:3], len(round_points(1e26, 1e35))
    ((1e+26, 1e+27, 1e+28), 10)
    >>> round_points(3e28, 2e29)
    (5e+28, 1e+29, 2e+29)
    """
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    choices = [
        (1, (1, 2, 5)),
        *((step, (1,)) for step in (1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000)),
    ]
    for step, digits in choices:
        values = [
            float(f"{digit}e{power}")
            for power in range(first, min(last, 308) + 1)
            if power % step == 0
            for digit in digits
        ]
        chosen = tuple(value for value in values if low <= value <= high)
        if len(chosen) <= most:
            return chosen
    return ()


def points_wanted(catalog: Catalog, grid: Array) -> Array:
    """Return a grid with the points that `summarise` needs, so that one sweep serves both; sorted.

    Parameters
    ----------
    catalog : Catalog
    grid : array, shape (compute,)
        Points to report [FLOP/year], increasing.

    Returns
    -------
    array, shape (point,)
        The points of the grid, and those needed within it that are not on it up to rounding.
    """
    inside = [
        value
        for value in (*round_points(grid[0], grid[-1]), catalog.compute.today.value)
        if grid[0] < value < grid[-1]
    ]
    return np.union1d(grid, [value for value in inside if _position(grid, value) is None])


def provenance_facts(source: xr.Dataset | Catalog) -> dict[str, object]:
    """Return version, catalog, scenario, overrides and hash of a result or catalog."""
    attrs = results.provenance(catalog=source) if isinstance(source, Catalog) else source.attrs
    return {
        "version": attrs["taskmodel_version"],
        "catalog": attrs["catalog_name"],
        "scenario": attrs["scenario_name"] or None,
        "overrides": json.loads(attrs["overrides"]),
        "sha256": attrs["catalog_sha256"],
    }


def _position(grid: Array, value: float) -> int | None:
    """Return the position of a value on the grid up to rounding, or None."""
    near = int(np.abs(grid - value).argmin())
    return near if math.isclose(grid[near], value, rel_tol=1e-12) else None


def _rows(catalog: Catalog, result: xr.Dataset, points: Iterable[float]) -> dict[float, Row]:
    """Return the row of each point, from the sweep if it is on its axis, otherwise solved."""
    positions = {value: _position(result["compute"].values, value) for value in points}
    rows = {
        value: _row(catalog, result.isel(compute=position), value)
        for value, position in positions.items()
        if position is not None
    }
    missing = sorted(positions.keys() - rows.keys())
    if missing:
        solved = _solved(catalog, missing)
        rows |= {
            value: _row(catalog, solved.isel(compute=index)) for index, value in enumerate(missing)
        }
    return rows


def _row(catalog: Catalog, state: xr.Dataset, compute: float | None = None) -> Row:
    """Return one point of a sweep of the catalog; `compute` replaces its coordinate."""
    elasticity = _by_name(state["factor_elasticity"], "factor")
    return Row(
        compute=float(state["compute"]) if compute is None else compute,
        **{name: float(state[name]) for name in SPEEDUPS},
        status=str(state["status"].item()),
        automated_hours_share=float(state["automated_hours_share"]),
        hours_by_mode=_by_name(state["mode_hours_share"], "mode"),
        binding_factor=str(state["binding_factor"].item()),
        binding_reviewers=binding_reviewers(state),
        bottleneck_share=_by_name(state["bottleneck_share"], "source"),
        review_pool_share=_by_name(state["review_pool_share"], "reviewers"),
        elasticity={"review_speed": float(state["oversight_elasticity"]), **elasticity},
        oversight_cost=float(state["oversight_cost"]),
        tasks_by_hand=_tasks_by_hand(catalog, state),
        oversight_ceiling=float(state["oversight_ceiling"]),
        no_oversight_ceiling=float(state["no_oversight_ceiling"]),
        waits_for_ever=WAITS_FOR_EVER in state and bool(state[WAITS_FOR_EVER]),
    )


def _solved(catalog: Catalog, points: Iterable[float], keep: Keep = None) -> xr.Dataset:
    """Return the sweep over some computes, work that waits for ever at all of them included."""
    return sweep_along(compute_axis(catalog), np.array(list(points)), keep)[0]


def _tasks_by_hand(catalog: Catalog, state: xr.Dataset) -> int:
    """Return the number of tasks that AI can do and may do, and of which people do all."""
    may = np.array([task.delegable for task in catalog.tasks.values()])
    by_hand = state["automatable"].values & may & (state["automated_share"].values == 0)
    return int(by_hand.sum()) if np.isfinite(state["output"]) else 0


def binding_reviewers(state: xr.Dataset) -> str:
    """Return the pool of reviewers with the largest elasticity at one point of a sweep.

    Empty if review is not the binding factor there.
    """
    elasticity = {
        str(name): float(state["factor_elasticity"].sel(factor=review_factor(name)))
        for name in state["reviewers"].values
    }
    pool, largest = max(elasticity.items(), key=lambda item: item[1])
    return pool if state["binding_factor"].item() == "review" and largest > 0 else ""


def _by_name(values: xr.DataArray, dim: str) -> dict[str, float]:
    return dict(zip(map(str, values[dim].values), values.values.tolist(), strict=True))


def _holds_at_start(result: xr.Dataset, name: str) -> bool:
    """Return whether a milestone holds at the first point of a sweep already."""
    if name == "first_automation":
        results.needs_variables(result, "automated_share")
        return bool((result["automated_share"].isel(compute=0).values > 0).any())
    if name in COSTS:
        return bool(result["oversight_cost"].values[0] >= COSTS[name])
    if name == "oversight_bottleneck":
        return bool(result["binding_factor"].values[0] == "review")
    review = result["bottleneck_share"].isel(compute=0).sel(source="review").item()
    return bool(review - float(result["binding_tolerance"]) > OVERSIGHT_ROUNDING)


def _milestone(
    result: xr.Dataset, event_columns: Mapping[str, np.ndarray], name: str
) -> Point | None:
    """Return the first point of a milestone with the speed-ups just after it, or None."""
    if _holds_at_start(result, name):
        return Point(*(float(result[each].values[0]) for each in ("compute", *SPEEDUPS)))
    kind = event_columns["kind"]
    if name == "first_automation":
        begins = (kind == "adopted") & (event_columns["mode"] != MODES[HUMAN])
    else:
        begins = kind == name
    if not begins.any():
        return None
    first = int(np.argmax(begins))
    after = (float(event_columns[f"{speedup}_after"][first]) for speedup in SPEEDUPS)
    return Point(float(event_columns["compute"][first]), *after)


def _scarce(result: xr.Dataset, event_table: xr.Dataset, factor: str) -> Intervals:
    """Return the intervals of compute in which a factor is scarce."""
    kind, concerned = event_table["kind"].values, event_table["factor"].values == factor
    at_start = bool(result["shadow_price"].isel(compute=0).sel(factor=factor) > 0)
    begins, ends = (concerned & (kind == name) for name in ("binds", "slack"))
    return _between(result, event_table, at_start, begins, ends)


def _between(
    result: xr.Dataset,
    event_table: xr.Dataset,
    at_start: bool,
    begins: NDArray[np.bool_],
    ends: NDArray[np.bool_],
) -> Intervals:
    """Return the intervals from each beginning to the next end."""
    compute = event_table["compute"].values
    starts = [float(result["compute"].values[0])] if at_start else []
    starts += compute[begins].tolist()
    stops = compute[ends].tolist()
    return tuple((start, next((stop for stop in stops if stop > start), None)) for start in starts)


def _ceiling(catalog: Catalog, throughput: float) -> Point:
    """Return the ceiling: inference and experiments unlimited, every delegable task open.

    If success grows smoothly with compute, it is that of AI that always succeeds, which no compute
    reaches.
    """
    if catalog.capability.grows:
        sure = catalog.replace({"capability.success": "step"})
        return replace(_ceiling(sure, throughput), compute=None)
    (opens_at,) = organisation(catalog).opens_at
    delegable = np.array([task.delegable for task in catalog.tasks.values()])
    last = float(opens_at[delegable].max(initial=0.0))
    unlimited = catalog.replace({"compute.inference": "free", "compute.experiments": "free"})
    if not math.isfinite(last):
        # A horizon that is given directly does not reach some task; one by compute does.
        unlimited = unlimited.replace({"capability.h50_hours": None})
    opens_at = organisation(unlimited).opens_at[0, delegable]
    reach = float(opens_at.max(initial=0.0))
    compute = last if 0 < last < math.inf else None
    if not math.isfinite(reach):
        return Point(compute, throughput, math.nan, math.nan)
    state = _solved(unlimited, [reach or catalog.compute.today.value]).isel(compute=0)
    return Point(compute, throughput, float(state["latency_speedup"]), float(state["speedup"]))


def _situation_of_advice(today: Row, onset: Point | None, end: Row) -> tuple[str, float]:
    """Return the name and the compute of the point that advice is about."""
    if today.binding_factor == "review":
        return "today", today.compute
    if onset is not None and onset.compute is not None:
        return "oversight_bottleneck", onset.compute
    return "grid_end", end.compute


def _advice(catalog: Catalog, result: xr.Dataset, situation: str, compute: float) -> Advice | None:
    """Return the cost of review by task and pool at one compute; None if nothing is reviewed."""
    arrays = organisation(catalog)
    position = _position(result["compute"].values, compute)
    names = "activity", "review_elasticity", "automatable", "automated_share"
    if position is None or not all(name in result for name in names):
        points = [compute * (1 + EVENT_OFFSET) if position is None else compute]
        position, swept = 0, _solved(catalog, points, names)
    else:
        swept = result
    state = swept.isel(compute=position)
    activity = np.where(np.isfinite(state["activity"].values), state["activity"].values, 0.0)
    (per_unit,) = arrays.review(float(state["compute"]))
    by_pool = (activity[..., None] * per_unit).sum(axis=-2)[:, arrays.reviewing]
    hours = by_pool.sum(axis=1)
    total = float(hours.sum())
    if not total > 0:
        return None
    (ratio,) = Quantities(catalog).review_ratio
    reviews = [
        Review(
            task=name,
            title=task.title,
            hours_per_year=float(hours[index]),
            share_of_review=float(hours[index]) / total,
            review_ratio=float(ratio[index]),
            output_share=float(state["review_elasticity"].values[index]),
        )
        for index, (name, task) in enumerate(catalog.tasks.items())
        if hours[index] > 0
    ]
    reviews.sort(key=lambda review: -review.hours_per_year)
    capacity = arrays.base_supply[0, arrays.reviewing]
    pools = tuple(
        ReviewPool(
            name=name,
            hours_per_year=float(by_pool[:, index].sum()),
            capacity=float(capacity[index]),
            elasticity=float(state["factor_elasticity"].sel(factor=review_factor(name))),
            reviewer_equivalent=_by_name(state["reviewer_equivalent"].sel(reviewers=name), "pool"),
        )
        for index, name in enumerate(state["reviewers"].values.tolist())
    )
    return Advice(
        place=situation,
        at=_row(catalog, state, compute),
        review_hours=total,
        review_capacity=float(capacity.sum()),
        reviews=tuple(reviews),
        reviewer_equivalent=pools[0].reviewer_equivalent,
        pools=pools,
    )


def _next_tasks(catalog: Catalog) -> tuple[NextTask, ...]:
    """Return the tasks that AI cannot do yet, by decreasing speed-up; undefined speed-ups last."""
    closed = automate_next(catalog)
    tasks = [
        NextTask(
            **{name: float(closed[name][index]) for name in SPEEDUPS},
            compute=float(closed["opens_at"][index]),
            task=name,
            title=catalog.tasks[name].title,
        )
        for index, name in enumerate(closed["task"].values.tolist())
    ]
    tasks.sort(key=lambda task: math.inf if math.isnan(task.speedup) else -task.speedup)
    return tuple(tasks)


def plain_events(event_table: xr.Dataset) -> Iterable[dict[str, object]]:
    """Yield the events selected by `taskmodel.events` as plain values."""
    axis, factors = event_table.attrs["over"], event_table["factor_name"].values.tolist()
    numbers = [
        str(name)
        for name in event_table.data_vars
        if str(name).endswith(("_before", "_after")) and event_table[name].dims == ("event",)
    ]
    texts = ("kind", "task", "mode", "factor")
    shares = ("factor_elasticity_before", "factor_elasticity_after")
    columns = {
        name: event_table[name].values.tolist() for name in (axis, *texts, *numbers, *shares)
    }
    for row in zip(*columns.values(), strict=True):
        event = dict(zip(columns, row, strict=True))
        event |= {name: str(event[name]) or None for name in texts}
        event |= {name: dict(zip(factors, event[name], strict=True)) for name in shares}
        yield event
