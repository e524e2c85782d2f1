"""A sweep in a minute: today, the first automation, where oversight binds, the ceilings, and what to do about it.

`summarise` reads these facts off a sweep and its events. A point it needs that is not on the sweep's axis (today, a round
power of ten) is solved by itself, never interpolated. What review costs is told apart by task through
`measures.review_elasticity`. Nothing is printed here; the records are in `facts`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from taskmodel.catalog import Catalog
from taskmodel.numerics.types import Array
from taskmodel.organisation.organisation import HUMAN, organisation
from taskmodel.organisation.quantities import Quantities
from taskmodel.organisation.reviewers import review_factor
from taskmodel.questions.elasticities import automate_next
from taskmodel.science.supervision import MODES
from taskmodel.summary.facts import (
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
from taskmodel.sweeps.results import provenance_of
from taskmodel.sweeps.sweep import events, sweep

ASIDE = 1e-9  # relative: this far past an event between thresholds, which is located to 1e-12, what it brings holds for certain
ROUND_POINTS = 10  # rows of a short table, at most


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
        reviewers_scarce={
            name: _scarce(result, found, review_factor(name))
            for name in result["reviewers"].values.tolist()
        },
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
    inside = [
        value
        for value in (*round_points(grid[0], grid[-1]), catalog.compute.today.value)
        if grid[0] < value < grid[-1]
    ]
    return np.union1d(grid, [value for value in inside if _position(grid, value) is None])


def provenance(made: xr.Dataset | Catalog) -> dict[str, object]:
    """What a result was made from, as plain values: version, catalog, scenario, overrides and the hash of them all."""
    attrs = provenance_of(made) if isinstance(made, Catalog) else made.attrs
    return {
        "version": attrs["taskmodel_version"],
        "catalog": attrs["catalog_name"],
        "scenario": attrs["scenario_name"] or None,
        "overrides": json.loads(attrs["overrides"]),
        "sha256": attrs["catalog_sha256"],
    }


def _position(grid: Array, value: float) -> int | None:
    """Where a value is on the grid, but for rounding; None if it is not."""
    near = int(np.abs(grid - value).argmin())
    return near if math.isclose(grid[near], value, rel_tol=1e-12) else None


def _rows(catalog: Catalog, result: xr.Dataset, points: Iterable[float]) -> dict[float, Row]:
    """The state at each of these points, taken from the sweep where it has them, solved together where not."""
    points = list(dict.fromkeys(points))
    grid = result["compute"].values
    rows = {
        value: _row(result.isel(compute=_position(grid, value)), value)
        for value in points
        if _position(grid, value) is not None
    }
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
        hours_by_mode=_by_name(state["mode_hours_share"], "mode"),
        binding_factor=str(state["binding_factor"].item()),
        binding_reviewers=binding_reviewers(state),
        bottleneck_share=_by_name(state["bottleneck_share"], "source"),
        elasticity={"review_speed": float(state["oversight_elasticity"]), **elasticity},
        oversight_ceiling=float(state["oversight_ceiling"]),
        no_oversight_ceiling=float(state["no_oversight_ceiling"]),
    )


def binding_reviewers(state: xr.Dataset) -> str:
    """The pool of reviewers that holds research back most at one point of a sweep; empty where review is not what does."""
    elasticity = {
        str(name): float(state["factor_elasticity"].sel(factor=review_factor(name)))
        for name in state["reviewers"].values
    }
    most = max(elasticity, key=lambda name: elasticity[name])
    return most if state["binding_factor"].item() == "review" and elasticity[most] > 0 else ""


def _by_name(values: xr.DataArray, dim: str) -> dict[str, float]:
    return dict(zip(map(str, values[dim].values), values.values.tolist(), strict=True))


def _holds_at_start(result: xr.Dataset, name: str) -> bool:
    start = result.isel(compute=0)
    if name == "first_automation":
        return bool((start["automated_share"] > 0).any())
    review = start["bottleneck_share"].sel(source="review").item()
    others = start["bottleneck_share"].drop_sel(source="review").max().item()
    return (
        review > float(result["binding_tolerance"])
        if name == "oversight_binds"
        else review > others
    )


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


def _stretches(
    result: xr.Dataset, found: xr.Dataset, name: str
) -> tuple[tuple[float, float | None], ...]:
    kind = found["kind"].values
    return _between(
        result, found, _holds_at_start(result, name), kind == name, kind == f"{name}_ends"
    )


def _scarce(
    result: xr.Dataset, found: xr.Dataset, factor: str
) -> tuple[tuple[float, float | None], ...]:
    kind, theirs = found["kind"].values, found["factor"].values == factor
    held = bool(result["shadow_price"].isel(compute=0).sel(factor=factor) > 0)
    return _between(result, found, held, theirs & (kind == "binds"), theirs & (kind == "slack"))


def _between(
    result: xr.Dataset,
    found: xr.Dataset,
    held: bool,
    begins: NDArray[np.bool_],
    ceases: NDArray[np.bool_],
) -> tuple[tuple[float, float | None], ...]:
    compute = found["compute"].values
    starts = [float(result["compute"].values[0])] if held else []
    starts += compute[begins].tolist()
    ends = compute[ceases].tolist()
    return tuple((start, next((end for end in ends if end > start), None)) for start in starts)


def _ceiling(catalog: Catalog, throughput: float) -> Point:
    """The most that oversight allows: inference and experiments unlimited, every delegable task open.

    Where success grows by degrees it is never reached: it is that of AI which always succeeds.
    """
    if catalog.capability.success == "logistic":
        sure = catalog.replace({"capability.success": "step", "capability.success_slope": None})
        return replace(_ceiling(sure, throughput), compute=None)
    (opens_at,) = organisation(catalog).opens_at
    delegable = np.array([task.delegable for task in catalog.tasks.values()])
    last = float(opens_at[delegable].max(initial=0.0))
    unlimited = catalog.replace({"compute.inference": "free", "compute.experiments": "free"})
    if not math.isfinite(
        last
    ):  # a horizon given directly does not reach some task; by compute each has its place
        unlimited = unlimited.replace({"capability.h50_hours": None})
    opens_at = organisation(unlimited).opens_at[0, delegable]
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
    state = (
        sweep(catalog, [compute * (1 + ASIDE)])
        if position is None
        else result.isel(compute=[position])
    ).isel(compute=0)
    activity = np.where(np.isfinite(state["activity"].values), state["activity"].values, 0.0)
    hours = (
        (activity[..., None] * at.review(float(state["compute"])))
        .sum(axis=-2)
        .reshape(len(at.tasks), -1)
    )
    by_pool = hours[:, at.reviewing]
    review = by_pool.sum(axis=1)
    total = float(review.sum())
    if not total > 0:
        return None
    worth = state["review_elasticity"].values
    ratio = Quantities([catalog]).review_ratio[0]
    reviews = [
        Review(
            name,
            task.title,
            float(review[index]),
            float(review[index]) / total,
            float(ratio[index]),
            float(worth[index]),
        )
        for index, (name, task) in enumerate(catalog.tasks.items())
        if review[index] > 0
    ]
    reviews.sort(key=lambda item: -item.hours_per_year)
    capacity = at.base_supply[0, at.reviewing]
    pools = tuple(
        ReviewPool(
            name,
            float(by_pool[:, index].sum()),
            float(capacity[index]),
            float(state["factor_elasticity"].sel(factor=review_factor(name))),
            _by_name(state["reviewer_equivalent"].sel(reviewers=name), "pool"),
        )
        for index, name in enumerate(state["reviewers"].values.tolist())
    )
    row = _row(state, compute)
    return Advice(
        place,
        row,
        total,
        float(capacity.sum()),
        tuple(reviews),
        pools[0].reviewer_equivalent,
        pools,
    )


def _next_tasks(catalog: Catalog) -> tuple[NextTask, ...]:
    found = automate_next(catalog)
    columns = {"task": "task", "compute": "opens_at", **{name: name for name in SPEEDUPS}}
    rows = zip(*(found[name].values.tolist() for name in columns.values()), strict=True)
    tasks = [
        NextTask(**dict(zip(columns, row, strict=True)), title=catalog.tasks[row[0]].title)
        for row in rows
    ]
    # NaN, where nothing can be produced, last
    return tuple(
        sorted(tasks, key=lambda task: -task.speedup if not math.isnan(task.speedup) else math.inf)
    )


def plain_events(found: xr.Dataset) -> Iterable[dict[str, object]]:
    """Events, as `taskmodel.events` selects them, as plain values, one by one."""
    axis = found.attrs["over"]
    numbers = [
        str(name)
        for name in found.data_vars
        if str(name).endswith(("_before", "_after")) and found[name].dims == ("event",)
    ]
    factors = found["factor_name"].values.tolist()
    words = {name: found[name].values for name in ("kind", "task", "mode", "factor")}
    columns = {name: found[name].values.tolist() for name in (axis, *numbers)}
    shares = {
        side: found[f"factor_elasticity_{side}"].values.tolist() for side in ("before", "after")
    }
    for index in range(found.sizes["event"]):
        event: dict[str, object] = {axis: columns[axis][index]}
        event |= {name: str(values[index]) or None for name, values in words.items()}
        event |= {name: columns[name][index] for name in numbers}
        event |= {
            f"factor_elasticity_{side}": dict(zip(factors, shares[side][index], strict=True))
            for side in shares
        }
        yield event
