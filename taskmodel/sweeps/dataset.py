"""Datasets of a sweep and of the critical path at one compute."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import xarray as xr

from taskmodel._arguments import words
from taskmodel.allocation import Allocation
from taskmodel.catalog import Catalog
from taskmodel.numerics.types import Array
from taskmodel.organisation.clock import PARTS
from taskmodel.organisation.measures import (
    automation_elasticity,
    leading_source,
    mode_mix,
    sources,
)
from taskmodel.organisation.reviewers import reviewer_pools
from taskmodel.sweeps.axes import COMPUTE, Axis
from taskmodel.sweeps.results import LEFT_OUT, SPEEDUPS, labelled, provenance
from taskmodel.sweeps.walker import Setting, Situation

# Measures with a limit on either side of an event: the dimensions that each has besides `event`.
EVENT_LIMITS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(SPEEDUPS, ()),
    "oversight_cost": (),
    "oversight_elasticity": (),
    "oversight_ceiling": (),
    "no_oversight_ceiling": (),
    "factor_elasticity": ("factor",),
    "bottleneck_share": ("source",),
    "review_pool_share": ("reviewers",),
}
# Variables by task along an axis: all that grows with the number of tasks.
BY_TASK = (
    "activity",
    "automatable",
    "automated_share",
    "escaped_defects",
    "review_elasticity",
    "automation_elasticity",
)
WAITS_FOR_EVER = "waits_for_ever"
MOST_ACTIVITIES = 4_000_000  # entries of ``activity`` that a sweep keeps unasked: 32 MB
ALL = "all"
Keep = Sequence[str] | str | None
QUEUE_VARIABLES = (
    "servers",
    "utilisation",
    "arrivals",
    "service_time",
    "service_variability",
    "wait",
    "waiting",
)


@dataclass(frozen=True)
class EventTable:
    """Columns over the events of a sweep, and the limits of measures on either side of each."""

    position: Array
    kind: list[str]
    task: list[str]
    mode: list[str]
    factor: list[str]
    limits: dict[str, dict[str, Array]] = field(default_factory=dict)  # by side and measure


def sweep_dataset(
    situation: Situation,
    axis: Axis,
    grid: Array,
    allocation: Allocation,
    measures: Mapping[str, Array],
    events: EventTable,
    keep: Keep = None,
) -> xr.Dataset:
    """Return the dataset of a sweep.

    Parameters
    ----------
    situation : Situation
        The organisation at the points of the grid.
    axis : Axis
    grid : array, shape (point,)
        Values of the axis that are reported.
    allocation : Allocation
        The optimum at these points.
    measures : mapping of str to array, shape (point, ...)
        The fields of `Measures` at these points, the ceilings, and oversight's cost.
    events : EventTable
    keep : str or sequence of str, optional
        As in `taskmodel.sweep`.
    """
    catalog, organisation = axis.catalog, situation.setting.organisation
    names = sources(organisation)
    kept = kept_variables(keep, allocation.activity.size)
    by_ai = measures["automated_share"]
    along, over_compute = axis.name, axis.name == COMPUTE
    share = measures["bottleneck_share"]
    undefined = np.isnan(share).any(axis=1)
    binding = np.where(undefined, len(names), leading_source(share))
    full = measures["oversight_ceiling_full"]
    variables: dict[str, tuple[Any, ...]] = {
        **{
            name: (along, measures[name])
            for name in (*SPEEDUPS, "oversight_cost", "bulk_speedup", "oversight_elasticity")
        },
        **{
            name: ((along, "factor"), getattr(allocation, name))
            for name in ("shadow_price", "factor_elasticity", "factor_use")
        },
        **_by_task(situation, along, allocation, measures, kept),
        "automated_hours_share": (along, hours_by_ai(situation, by_ai)),
        "mode_hours_share": ((along, "mode"), measures["mode_hours_share"]),
        "bottleneck_share": ((along, "source"), share),
        "review_pool_share": ((along, "reviewers"), measures["review_pool_share"]),
        "reviewer_equivalent": ((along, "reviewers", "pool"), measures["reviewer_equivalent"]),
        "binding_factor": (along, np.array([*names, ""], dtype=object)[binding]),
        "oversight_ceiling": (along, measures["oversight_ceiling"]),
        "no_oversight_ceiling": (along, measures["no_oversight_ceiling"]),
        "oversight_ceiling_full": ((), full[0]) if over_compute else (along, full),
        "duality_gap": (along, allocation.gap),
        "status": (along, np.asarray(allocation.status).astype(object)),
        "today": ((), catalog.compute.today.value),
        "binding_tolerance": ((), catalog.supervision.binding_tolerance.value),
    }
    variables |= _waits(situation, along, measures)
    sizes = {
        "factor": len(organisation.factors),
        "source": len(names),
        "reviewers": len(reviewer_pools(catalog)),
    }
    variables |= _event_variables(axis, events, sizes)
    coords = _coordinates(situation, axis, grid)
    attributes = {**provenance(catalog=catalog), "over": along, "courses": axis.courses_json()}
    if left_out := [name for name in BY_TASK if name not in kept]:
        attributes[LEFT_OUT] = " ".join(left_out)
    return labelled(variables, coords, attributes)


def _waits(
    situation: Situation, along: str, measures: Mapping[str, Array]
) -> dict[str, tuple[Any, ...]]:
    """Return where work waits for ever for reviewers; nothing where it does not queue."""
    if situation.setting.yardstick.clock.queues is None:
        return {}
    # times are finite where something limited is produced, unless work waits for ever
    productive = np.isfinite(measures["output"]) & (measures["output"] > 0)
    return {WAITS_FOR_EVER: (along, productive & np.isnan(measures["latency_speedup"]))}


def hours_by_ai(situation: Situation, automated_share: Array) -> Array:
    """Return the part of base-year human hours that AI has taken over [1], shape (point,)."""
    shares = np.broadcast_to(situation.setting.yardstick.shares, automated_share.shape)
    return np.asarray(np.einsum("pt,pt->p", automated_share, shares))


def kept_variables(keep: Keep, activities: int) -> tuple[str, ...]:
    """Return the variables by task that a sweep keeps; `activities` is the number of activities.

    Raises
    ------
    InputError
        If one of the names is not a variable by task.
    """
    if keep is None:
        return BY_TASK if activities <= MOST_ACTIVITIES else BY_TASK[1:]
    if isinstance(keep, str) and keep == ALL:
        return BY_TASK
    kept = words("keep", keep, (*BY_TASK, ALL))
    return BY_TASK if ALL in kept else kept


def _by_task(
    situation: Situation,
    along: str,
    allocation: Allocation,
    measures: Mapping[str, Array],
    kept: Collection[str],
) -> dict[str, tuple[Any, ...]]:
    """Return the variables by task that are kept, in the order of `BY_TASK`."""
    variables: dict[str, tuple[Any, ...]] = {}
    for name in BY_TASK:
        if name not in kept:
            continue
        if name == "activity":
            variables[name] = ((along, "task", "mode"), allocation.activity)
        elif name == "automatable":
            variables[name] = ((along, "task"), situation.automatable)
        elif name == "automation_elasticity":
            bundles, opened = situation.arrays[0], situation.automatable
            organisation = situation.setting.organisation
            values = automation_elasticity(organisation, bundles, opened, allocation)
            variables[name] = ((along, "task"), values)
        else:
            variables[name] = ((along, "task"), measures[name])
    return variables


def _coordinates(situation: Situation, axis: Axis, grid: Array) -> dict[str, Any]:
    """Return the coordinates of a sweep."""
    along, catalog, organisation = axis.name, axis.catalog, situation.setting.organisation
    return {
        along: (along, grid, axis.unit, axis.meaning),
        **_names(task=organisation.tasks, mode=organisation.modes, factor=organisation.factors),
        **_names(source=sources(organisation), pool=catalog.pools),
        **_names(reviewers=reviewer_pools(catalog)),
        **({} if along == COMPUTE else {COMPUTE: (along, situation.compute)}),
        **{
            path: (along, course(grid), catalog.unit_of(path), f"the catalog's {path}")
            for path, course in axis.courses.items()
            if path != COMPUTE
        },
    }


def _event_variables(
    axis: Axis, events: EventTable, sizes: dict[str, int]
) -> dict[str, tuple[Any, ...]]:
    """Return the variables over events; `sizes` are those of dimensions of the limits."""
    label = (axis.unit, axis.meaning) if axis.name != COMPUTE else ()
    variables: dict[str, tuple[Any, ...]] = {
        f"event_{axis.name}": ("event", events.position, *label)
    }
    for name in ("kind", "task", "mode", "factor"):
        variables[f"event_{name}"] = ("event", np.array(getattr(events, name), dtype=object))
    for side in ("before", "after"):
        for name, inner in EVENT_LIMITS.items():
            empty = np.zeros((0, *(sizes[dim] for dim in inner)))
            limits = events.limits[side][name] if events.limits else empty
            variables[f"event_{name}_{side}"] = (("event", *inner), limits)
    return variables


def latency_dataset(catalog: Catalog, situation: Situation, allocation: Allocation) -> xr.Dataset:
    """Return the dataset of the critical path at one compute, with the queues for reviewers.

    Raises
    ------
    UnstableQueue
        If queues are counted and a pool of reviewers is fully used.
    """
    variables = {
        name: (LATENCY[name], values[0])
        for name, values in latency_variables(situation, allocation).items()
    }
    coords = {**latency_names(situation.setting), "compute": situation.compute[0]}
    return labelled(variables, coords, provenance(catalog=catalog))


LATENCY: dict[str, tuple[str, ...]] = {
    "mode_share": ("task", "mode"),
    "duration": ("task",),
    "duration_part": ("task", "part"),
    "start": ("task",),
    "slack": ("task",),
    "critical": ("task",),
    "in_progress": ("task",),
    "pass_time": (),
    "pass_part": ("part",),
    "pass_time_without_ai": (),
    "latency_speedup": (),
    **{f"queue_{name}": ("review_pool",) for name in QUEUE_VARIABLES},
}


def latency_variables(situation: Situation, allocation: Allocation) -> dict[str, Array]:
    """Return the critical paths and the queues of some points, by variable; see `LATENCY`.

    The first dimension of each is the point.

    Raises
    ------
    UnstableQueue
        If queues are counted and a pool of reviewers is fully used.
    """
    organisation, yardstick = situation.setting.organisation, situation.setting.yardstick
    clock, activity, compute = yardstick.clock, allocation.activity, situation.compute
    mix = mode_mix(activity, organisation.policy)
    queues = clock.waits(activity, compute)
    path = clock.critical_path(mix, activity, compute)
    parts = clock.task_parts(mix, compute, queues)
    people = np.broadcast_to(yardstick.base_time, path.total.shape)
    nobody = np.zeros((len(mix), 0))
    return {
        "mode_share": mix,
        "duration": parts.sum(axis=-1),
        "duration_part": parts,
        "start": path.start,
        "slack": path.slack,
        "critical": path.critical,
        "in_progress": clock.in_progress(activity, compute, queues),
        "pass_time": path.total,
        "pass_part": (parts * path.critical[..., None]).sum(axis=1),
        "pass_time_without_ai": people,
        "latency_speedup": people / path.total,
        **{
            f"queue_{name}": nobody if queues is None else getattr(queues, name)
            for name in QUEUE_VARIABLES
        },
    }


def latency_names(setting: Setting) -> dict[str, Any]:
    """Return the coordinates of `latency_variables` but compute."""
    organisation, queues = setting.organisation, setting.yardstick.clock.queues
    return {
        **_names(task=organisation.tasks, mode=organisation.modes, part=PARTS),
        **_names(review_pool=() if queues is None else queues.names),
    }


def _names(**coordinates: Any) -> dict[str, Any]:
    """Return coordinates of names as arrays of objects, whether or not there are any names."""
    return {name: np.array(list(names), dtype=object) for name, names in coordinates.items()}
