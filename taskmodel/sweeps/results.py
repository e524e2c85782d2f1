"""Results as labelled datasets with units, meaning and provenance, and their way to a file and back.

One table, in `variables`, says what every variable is measured in and what it means; it is laid over a dataset as the last
step, so that no variable goes without. Files are netCDF-4 with the groups ``/`` (the sweep), ``/events`` and ``/inputs``
(what the result was made from); `open` puts them together again. A result holds no clock time: the same inputs give the
same bits.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import xarray as xr

from taskmodel.allocation import Allocation
from taskmodel.catalog import Catalog
from taskmodel.errors import InputError
from taskmodel.files.atomic import whole
from taskmodel.numerics.types import Array
from taskmodel.organisation.clock import PARTS
from taskmodel.organisation.measures import automation_elasticity, mode_mix, sources
from taskmodel.organisation.reviewers import reviewer_pools
from taskmodel.sweeps.axes import COMPUTE, Axis
from taskmodel.sweeps.variables import VARIABLES
from taskmodel.sweeps.walker import Situation

SPEEDUPS = ("output", "throughput_speedup", "latency_speedup", "speedup")
EVENT_LIMITS = (
    *SPEEDUPS,
    "oversight_elasticity",
    "oversight_ceiling",
    "no_oversight_ceiling",
    "factor_elasticity",
    "bottleneck_share",
)
INPUTS = (
    "catalog_name",
    "catalog_yaml",
    "catalog_sha256",
    "scenario_name",
    "scenario_yaml",
    "overrides",
    "courses",
    "paths_name",
    "paths_yaml",
)


@dataclass(frozen=True)
class EventTable:
    """Columns over the events of a sweep, and the limits of what is measured on either side."""

    place: Array
    kind: list[str]
    task: list[str]
    mode: list[str]
    factor: list[str]
    limits: dict[str, dict[str, Array]] = field(
        default_factory=dict
    )  # by side and name in `EVENT_LIMITS`


def dataset(
    at: Situation,
    axis: Axis,
    grid: Array,
    allocation: Allocation,
    ceilings: dict[str, Array],
    events: EventTable,
) -> xr.Dataset:
    """A sweep as a dataset; of all arguments but the events the leading dimension is that of the axis."""
    catalog, organisation, values = axis.catalog, at.setting.organisation, at.measure(allocation)
    along, names = axis.name, sources(organisation)
    named = np.where(
        np.isnan(values.bottleneck_share).any(axis=1),
        len(names),
        np.nan_to_num(values.bottleneck_share).argmax(axis=1),
    )
    hours_share = (values.automated_share * at.setting.yardstick.shares).sum(axis=-1)
    hours_by_mode = (values.mode_share * at.setting.yardstick.shares[..., None]).sum(axis=-2)
    full, same = ceilings["oversight_ceiling_full"], along == COMPUTE
    variables: dict[str, Any] = {
        **{
            name: (along, getattr(values, name))
            for name in (*SPEEDUPS, "bulk_speedup", "oversight_elasticity")
        },
        "shadow_price": ((along, "factor"), allocation.shadow_price),
        "factor_elasticity": ((along, "factor"), allocation.factor_elasticity),
        "factor_use": ((along, "factor"), allocation.factor_use),
        "activity": ((along, "task", "mode"), allocation.activity),
        "automatable": ((along, "task"), at.automatable),
        "automated_share": ((along, "task"), values.automated_share),
        "automated_hours_share": (along, hours_share),
        "mode_hours_share": ((along, "mode"), hours_by_mode),
        "bottleneck_share": ((along, "source"), values.bottleneck_share),
        "escaped_defects": ((along, "task"), values.escaped_defects),
        "review_elasticity": ((along, "task"), values.review_elasticity),
        "automation_elasticity": (
            (along, "task"),
            automation_elasticity(organisation, at.arrays[0], at.automatable, allocation),
        ),
        "reviewer_equivalent": ((along, "reviewers", "pool"), values.reviewer_equivalent),
        "binding_factor": (along, np.array([*names, ""], dtype=object)[named]),
        "oversight_ceiling": (along, ceilings["oversight_ceiling"]),
        "no_oversight_ceiling": (along, ceilings["no_oversight_ceiling"]),
        "oversight_ceiling_full": ((), full[0]) if same else (along, full),
        "duality_gap": (along, allocation.gap),
        "status": (along, np.asarray(allocation.status).astype(object)),
        "today": ((), catalog.compute.today.value),
        "binding_tolerance": ((), catalog.supervision.binding_tolerance.value),
        f"event_{along}": ("event", events.place),
        **{
            f"event_{name}": ("event", np.array(getattr(events, name), dtype=object))
            for name in ("kind", "task", "mode", "factor")
        },
    }
    inner = {"factor_elasticity": "factor", "bottleneck_share": "source"}
    sizes = {"factor": len(organisation.factors), "source": len(names)}
    for side in ("before", "after"):
        for name in EVENT_LIMITS:
            dims = ("event", inner[name]) if name in inner else ("event",)
            blank = np.zeros((0, *(sizes[dim] for dim in dims[1:])))
            variables[f"event_{name}_{side}"] = (
                dims,
                events.limits[side][name] if events.limits else blank,
            )
    coords = {
        along: grid,
        "task": np.array(organisation.tasks, dtype=object),
        "mode": np.array(organisation.modes, dtype=object),
        "factor": np.array(organisation.factors, dtype=object),
        "source": np.array(names, dtype=object),
        "pool": np.array(list(catalog.pools), dtype=object),
        "reviewers": np.array(list(reviewer_pools(catalog)), dtype=object),
        **({} if same else {COMPUTE: (along, at.compute)}),
        **{name: (along, course(grid)) for name, course in axis.courses.items()},
    }
    result = described(
        xr.Dataset(
            variables,
            coords,
            {**provenance_of(catalog), "over": along, "courses": axis.told_courses()},
        )
    )
    for name, unit in {
        along: axis.unit,
        **{path: catalog.unit_of(path) for path in axis.courses if path != COMPUTE},
    }.items():
        meaning = axis.meaning if name == along else f"the catalog's {name}"
        result[name].attrs = {
            key: value for key, value in {"units": unit, "long_name": meaning}.items() if value
        }
    if not same:
        result[f"event_{along}"].attrs = dict(result[along].attrs)
    return result


def latency_dataset(catalog: Catalog, at: Situation, allocation: Allocation) -> xr.Dataset:
    """The critical path at one place, what it is made of, and the queues in front of reviewers.

    Raises
    ------
    UnstableQueue
        If queues are counted, and reviewers have no time to spare.
    """
    organisation, clock, base = (
        at.setting.organisation,
        at.setting.yardstick.clock,
        at.setting.yardstick.base_time,
    )
    mix, queues = (
        mode_mix(allocation.activity, organisation.policy),
        clock.waits(allocation.activity, at.compute),
    )
    path = clock.critical_path(mix, allocation.activity, at.compute)
    parts = clock.task_parts(mix, queues)
    finite = np.where(np.isfinite(allocation.activity), allocation.activity, 0.0)
    variables = {
        "mode_share": (("task", "mode"), mix[0]),
        "duration": ("task", parts[0].sum(axis=-1)),
        "duration_part": (("task", "part"), parts[0]),
        "start": ("task", path.start[0]),
        "slack": ("task", path.slack[0]),
        "critical": ("task", path.critical[0]),
        "in_progress": ("task", clock.in_progress(finite, at.compute, queues)[0]),
        "pass_time": ((), path.total[0]),
        "pass_part": ("part", (parts[0] * path.critical[0][:, None]).sum(axis=0)),
        "pass_time_without_ai": ((), base),
        "latency_speedup": ((), base / path.total[0]),
    }
    names = (
        "servers",
        "utilisation",
        "arrivals",
        "service_time",
        "service_variability",
        "wait",
        "waiting",
    )
    found = {name: np.zeros(0) if queues is None else getattr(queues, name)[0] for name in names}
    variables |= {f"queue_{name}": ("review_pool", values) for name, values in found.items()}
    coords = {
        "task": np.array(organisation.tasks, dtype=object),
        "mode": np.array(organisation.modes, dtype=object),
        "part": np.array(PARTS, dtype=object),
        "review_pool": np.array([] if queues is None else queues.names, dtype=object),
        "compute": at.compute[0],
    }
    return described(xr.Dataset(variables, coords, provenance_of(catalog)))


def select_events(result: xr.Dataset) -> xr.Dataset:
    """The variables over ``event``, without their prefix."""
    if not isinstance(result, xr.Dataset):
        raise TypeError(
            f"events are those of a Dataset, as taskmodel.sweep returns it; found {type(result).__name__}"
        )
    if "event_kind" not in result:
        raise InputError("this dataset has no events: give the result of taskmodel.sweep")
    names = [str(name) for name in result.data_vars if str(name).startswith("event_")]
    chosen = {
        name.removeprefix("event_"): (result[name].dims, result[name].values, result[name].attrs)
        for name in names
    }
    if "factor" not in result.dims:  # a simulated world
        return xr.Dataset(chosen, attrs=result.attrs)
    # `factor` is what changes at an event, and the name of a dimension: its labels go by another name
    labels = {
        "factor_name": xr.Variable(
            "factor",
            result["factor"].values,
            {"long_name": "the factor that factor_elasticity is about"},
        ),
        "source": result["source"],
    }
    return xr.Dataset(chosen, labels, result.attrs)


def label(catalog: Catalog) -> str:
    """A short name for a catalog: its own, its scenario's and what was set besides."""
    parts = [
        catalog.name,
        *([catalog.scenario] if catalog.scenario else []),
        *(f"{path}={value}" for path, value in catalog.overrides.items()),
    ]
    return ", ".join(parts)


def save(result: xr.Dataset, path: str | os.PathLike[str]) -> None:
    """Write a result to a netCDF-4 file: groups ``/``, ``/events`` and ``/inputs``.

    The file is written beside its place and moved there when whole.

    Raises
    ------
    TypeError
        If the result is no dataset.
    OSError
        If it cannot be written.
    """
    if not isinstance(result, xr.Dataset):
        raise TypeError(
            f"save needs a Dataset, as taskmodel.sweep returns it; found {type(result).__name__}"
        )
    over_events = [name for name in result.data_vars if "event" in result[name].dims]
    inputs = {name: result.attrs[name] for name in INPUTS if name in result.attrs}
    main = result.drop_vars(over_events)
    main.attrs = {name: value for name, value in result.attrs.items() if name not in inputs}
    with whole(path) as (part,):
        main.to_netcdf(part, mode="w", engine="h5netcdf")
        if over_events:
            events = (
                result[over_events]
                .drop_vars(list(result.coords), errors="ignore")
                .drop_attrs(deep=False)
            )
            if not events.sizes["event"]:  # of no words a file cannot tell that they are words
                events = events.map(
                    lambda column: column.astype(str) if column.dtype == object else column,
                    keep_attrs=True,
                )
            events.to_netcdf(part, mode="a", group="events", engine="h5netcdf")
        if inputs:
            xr.Dataset(attrs=inputs).to_netcdf(part, mode="a", group="inputs", engine="h5netcdf")


def open(path: str | os.PathLike[str]) -> xr.Dataset:
    """Read a result that `save` wrote; the same dataset comes back.

    Raises
    ------
    OSError
        If the file cannot be read.
    """
    try:
        groups = xr.open_groups(path, engine="h5netcdf")
    except FileNotFoundError:
        raise
    except OSError as error:
        raise OSError(
            f"{os.fspath(path)}: not a result that taskmodel.save wrote: {error}"
        ) from error
    try:
        parts = {name: group.load() for name, group in groups.items()}
    finally:
        for group in groups.values():
            group.close()
    result = parts["/"]
    attrs = {**result.attrs, **parts.get("/inputs", xr.Dataset()).attrs}
    if "/events" in parts:
        result = result.assign(parts["/events"].variables)
    result.attrs = attrs
    return _as_text(result)


def _as_text(result: xr.Dataset) -> xr.Dataset:
    """Texts as Python strings, whatever the file made of them, and no traces of the file's encoding."""
    for name, variable in result.variables.items():
        if variable.dtype.kind in "OUT":
            result[name] = variable.copy(data=variable.values.astype(object))
    return result.drop_encoding()


def provenance_of(catalog: Catalog) -> dict[str, str]:
    from taskmodel._version import __version__

    return {
        "taskmodel_version": __version__,
        "catalog_name": catalog.name,
        "catalog_yaml": catalog.yaml_text,
        "catalog_sha256": catalog.sha256,
        "scenario_name": catalog.scenario or "",
        "scenario_yaml": catalog.scenario_yaml,
        "overrides": json.dumps(catalog.overrides, sort_keys=True),
    }


def described(result: xr.Dataset) -> xr.Dataset:
    """The dataset with unit and meaning laid over every variable: the last step of making one."""
    sides = {
        "before": "limit from below",
        "after": "limit from above",
        "as_is": "as things are",
        "all": "with all constraints gone",
        "full_review": "with full review",
        "at_floors": "at the floors, audits costing nothing",
        "unlimited": "without a defect budget",
    }
    for name in result.variables:
        plain, side = str(name).removeprefix("event_"), ""
        for ending, words in sides.items():
            if plain.endswith(f"_{ending}"):
                plain, side = plain.removesuffix(f"_{ending}"), f", {words}"
        if plain in VARIABLES:
            units, meaning = VARIABLES[plain]
            attrs = {"units": units, "long_name": meaning + side}
            result[name].attrs = {key: value for key, value in attrs.items() if value}
    return result
