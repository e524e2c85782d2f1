"""Results as labelled datasets with units, meaning and provenance, and their way to a file and back.

One table, `VARIABLES`, says what every variable is measured in and what it means; it is laid over a dataset as the last
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
from taskmodel.axes import COMPUTE, Axis
from taskmodel.catalog import Catalog
from taskmodel.clock import PARTS
from taskmodel.files import whole
from taskmodel.measures import automation_elasticity, mode_mix, sources
from taskmodel.production import Array
from taskmodel.reviewers import reviewer_pools
from taskmodel.walker import Situation

SPEEDUPS = ("output", "throughput_speedup", "latency_speedup", "speedup")
EVENT_LIMITS = (*SPEEDUPS, "oversight_elasticity", "oversight_ceiling", "no_oversight_ceiling", "factor_elasticity", "bottleneck_share")
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
_NO_OUTPUT = "NaN: nothing can be produced, or there is no limit to it"
_NOWHERE = "NaN: nowhere on the catalog's grid"
_FIRST = f"its low end where it is so there already; {_NOWHERE}"

VARIABLES = {
    "compute": ("FLOP/year", "effective compute of the leading developer (base-year software)"),
    "task": ("", "task of the catalog"),
    "mode": ("", "way of doing a task"),
    "factor": (
        "",
        "scarce input: labour pools [h], review by each pool of reviewers [h], inference [FLOP], experiments [H100-hour] and, where "
        "there is one, the defect budget [h]",
    ),
    "source": ("", "what can hold research back: hands-on work, review, and each other factor"),
    "pool": ("", "labour pool of the catalog"),
    "reviewers": ("", "pool of reviewers: general, those of supervision, and those with a skill"),
    "relaxation": ("", "constraint that goes"),
    "with_relaxation": ("", "constraint that goes besides, or the same one"),
    "opens_at": ("FLOP/year", "compute from which AI can do each task"),
    "input": ("", "compute, or a number of the catalog by its dotted path"),
    "output": ("1", "research output relative to the catalog's own people without AI, experiments not scarce; inf: no limit"),
    "throughput_speedup": ("1", "output relative to the same people without AI, at the same experiment supply; inf: no limit"),
    "latency_speedup": ("1", f"time of one pass through the tasks without AI, relative to that with AI; {_NO_OUTPUT}"),
    "speedup": ("1", f"effective speed-up: throughput^lambda latency^(1 - lambda), lambda the parallel exponent; {_NO_OUTPUT}"),
    "bulk_speedup": ("1", f"work done in all tasks, relative to that without AI, however badly balanced; {_NO_OUTPUT}"),
    "shadow_price": ("output per unit of the factor", f"worth of one more unit of each factor; 0: not scarce; {_NO_OUTPUT}"),
    "factor_elasticity": ("1", f"elasticity of output to the supply of each factor; they sum to 1; {_NO_OUTPUT}"),
    "factor_use": ("unit of the factor per year", "use of each factor"),
    "activity": ("h/year", "work done in each task and mode, in human-equivalent hours; inf: free work without limit"),
    "automatable": ("", "AI can do the task"),
    "automated_share": ("1", "part of the task's output that AI makes"),
    "mode_hours_share": ("1", "part of base-year human hours that goes by each mode, weighted by CES share; undone tasks by people"),
    "automated_hours_share": ("1", "part of base-year human hours that AI has taken over, weighted by CES share"),
    "oversight_elasticity": ("1", f"elasticity of output to all review hours per unit of work, sign reversed; {_NO_OUTPUT}"),
    "bottleneck_share": ("1", f"elasticity of output to each source; they sum to 1; {_NO_OUTPUT}"),
    "escaped_defects": (
        "h/year",
        "defective AI work that passes unnoticed, in human-equivalent hours; NaN: how well the task can be verified is not known",
    ),
    "review_elasticity": (
        "1",
        f"elasticity of output to the review hours per unit of each task, sign reversed, at the split as it is; {_NO_OUTPUT}",
    ),
    "automation_elasticity": (
        "1",
        f"elasticity of output to the part of each task that AI may do, at the part none; 0: it may do it already, or never; {_NO_OUTPUT}",
    ),
    "reviewer_equivalent": (
        "1",
        f"people of each pool worth one more reviewer of each kind; inf: they are worth nothing; NaN also: nor is a reviewer; {_NO_OUTPUT}",
    ),
    "defect_budget": ("h/year", "defective work that may pass unnoticed, in human-equivalent hours weighted by harm"),
    "safety_price": ("h/h", f"shadow price of the defect budget: research in hours of people without AI, per hour of it; {_NO_OUTPUT}"),
    "defect_budget_elasticity": ("1", f"elasticity of output to the defect budget; {_NO_OUTPUT}"),
    "escaped_harm": ("h/year", "defective work that passes unnoticed, weighted by harm: what of the defect budget is used"),
    "ceases_to_bind": ("h/year", "the least defect budget at which output is what it is without one; inf: AI works without limit"),
    "ai_work_share": ("1", "part of AI's work done in each mode; NaN: AI does nothing"),
    "base_output": ("h/year", "output of people without AI, experiments not scarce: what output is relative to"),
    "review_hours": ("h/year", "human hours of review, of each task or in all"),
    "review_share": ("1", "part of all review hours"),
    "coverage": ("1", "share of AI's units that people review; NaN: AI does none of it"),
    "review_time": ("h", "review of a unit that is reviewed, hours of a reviewer, before what a protocol makes of it"),
    "wait": ("h", "wall-clock time that a unit waits for review and at gates, in the mix of modes"),
    "speedup_per_reviewer": ("1", "by what part the effective speed-up grows with one more reviewer, to first order"),
    "speedup_per_hour": ("1", "by what part the effective speed-up grows with an hour less for each review of the task, to first order"),
    "speedup_per_point": (
        "1",
        "by what part the effective speed-up grows with a percentage point less coverage of the task, to first order",
    ),
    "change": ("", "path of what differs between two catalogs"),
    "alone": ("unit of the target", "by how much the answer differs with this change alone"),
    "last": ("unit of the target", "by how much the answer differs with this change, all others made"),
    "contribution": ("unit of the target", "Shapley value of the change; NaN: too many changes"),
    "unexplained": ("unit of the target", "what is left of the difference when all changes are made"),
    "boundary_curve": ("", "which curve, counted from 0"),
    "boundary_kind": ("", "tie: two shares are equal, or review's is the tolerance; jump: a threshold or a kink parts the regions"),
    "boundary_first": ("", "region on one side: the largest source, empty where nothing can be produced, or oversight_slack"),
    "boundary_second": ("", "region on the other side: the same, or oversight_binds"),
    "boundary_gap": ("1", "by how much the two shares differ at the point; NaN: on a threshold, where each has two limits"),
    "oversight_binds": ("", "review's bottleneck share exceeds the tolerance"),
    "oversight_binds_from": ("FLOP/year", f"compute from which oversight binds; {_FIRST}"),
    "oversight_binds_speedup": ("1", f"throughput relative to people without AI, at that compute; {_NOWHERE}"),
    "oversight_bottleneck_from": ("FLOP/year", f"compute from which oversight is the bottleneck; {_FIRST}"),
    "oversight_bottleneck_speedup": ("1", f"throughput relative to people without AI, at that compute; {_NOWHERE}"),
    "review_bottleneck_share": ("1", f"bottleneck share of review; {_NO_OUTPUT}"),
    "output_elasticity": ("1", "elasticity of research output itself to each input; NaN: it is another to the left than to the right"),
    "throughput_speedup_elasticity": ("1", "elasticity of the throughput speed-up to each input; NaN: as for output"),
    "latency_speedup_elasticity": (
        "1",
        "elasticity of the latency speed-up to each input; NaN: as for output, or several paths are critical",
    ),
    "speedup_elasticity": ("1", "elasticity of the effective speed-up to each input; NaN: as for its two parts"),
    "binding_factor": ("", "the source with the largest bottleneck share; empty: nothing can be produced, or there is no limit to it"),
    "oversight_ceiling": (
        "1",
        "output with unlimited inference and experiments at this capability; inf: no limit; NaN: beyond any float, or not certified",
    ),
    "no_oversight_ceiling": (
        "1",
        "the same with all review hours set to 0; inf: no limit; NaN: beyond any float, or not certified",
    ),
    "oversight_ceiling_full": (
        "1",
        "output with unlimited inference and experiments and every delegable task open; inf: no limit; NaN: not certified",
    ),
    "duality_gap": ("1", "1 - output x unit cost: bound on the relative error of output"),
    "status": ("", "kind of answer: optimal, kink (prices not unique), zero, supremum (not attained), unbounded"),
    "kind": ("", "what changes"),
    "binding_tolerance": ("1", "oversight binds where its bottleneck share exceeds this"),
    "today": ("FLOP/year", "where the compute axis stands today"),
    "duration": ("h", "wall-clock time of a typical unit of the task, in the mix of modes"),
    "duration_part": ("h", "what that time is made of"),
    "part": ("", "people's and AI's work, review, waits for reviewers who are busy and at home, the gate, going round again"),
    "pass_part": ("h", "what the pass is made of, along the critical path"),
    "in_progress": ("1", "units of the task on their way at a time, AI's attempts and people's work, by Little's law"),
    "review_pool": ("", "pool of reviewers with a queue of its own"),
    "queue_servers": ("person", "reviewers at work at a time"),
    "queue_utilisation": ("1", "part of their time for review that is used"),
    "queue_arrivals": ("1/year", "units handed to them, with looks at reviews and episodes to steer"),
    "queue_service_time": ("h", "mean working time that one of these takes"),
    "queue_service_variability": ("1", "variance over squared mean of it"),
    "queue_wait": ("h", "mean wait before it, in reviewers' working hours"),
    "queue_waiting": ("1", "units that wait at a time, by Little's law"),
    "utilisation": ("1", "part of review time planned for that gives the greatest effective speed-up; NaN: none is better than another"),
    "lines": ("1", "units that can usefully be on their way at a time"),
    "lines_used": ("1", "units on their way at a time in the optimum without a cap on them"),
    "throughput_left": ("1", "part of its throughput that the cap leaves; 1 where it does not bind"),
    "lines_residual": ("1", "units on their way over lines less 1 where the cap binds; 0 but for rounding"),
    "review_binds": ("", "all the review time that is planned for is used"),
    "start": ("h", "earliest start of the task within one pass, wall-clock"),
    "slack": ("h", "how much longer the task may take without lengthening the pass, wall-clock"),
    "critical": ("", "the task is on the critical path"),
    "pass_time": ("h", "wall-clock time of one pass through all tasks"),
    "pass_time_without_ai": ("h", "wall-clock time of one pass through all tasks by people alone"),
    "mode_share": ("1", "part of the task's output made in each mode"),
    "period": ("", "period, from 0"),
    "detection": (
        "1",
        "share of defects that an audit finds; NaN: nothing is to be earned, for every unit is reviewed or AI may not do it",
    ),
    "clean_audits": ("1", "clean audits of a whole record; 0: nothing is to be earned"),
    "record_hours": ("h", "review hours of a whole record"),
    "delegated_units": ("1/year", "units that AI makes, useful or not"),
    "adopted": ("", "AI does some of the task"),
    "coverage_floor": ("1", "least share of units that people review"),
    "audit_load": ("h/year", "review hours of audits that the class owes, besides the reviews at the floor"),
    "implied_coverage": ("1", "share of units reviewed if reviews at the floor count as audits; NaN: AI does nothing of it"),
    "record_time": ("year", "time in which as many units are made as a whole record has audits; NaN: AI does nothing of it"),
    "total_audit_load": ("h/year", "review hours of audits that all classes owe"),
    "audits_paid": ("h/year", "review hours set aside for audits"),
    "residual": ("h/year", "audits owed less hours set aside; 0 but for rounding at a fixed point, negative where there is none"),
    "review_supply": ("h/year", "hours that reviewers can give"),
    "audit_share": ("1", "hours set aside for audits, relative to those that reviewers can give; NaN: these are none"),
    "floor_review_hours": ("h/year", "hours of reviews at the floors"),
    "exact_fixed_points": ("1", "how many fixed points there are"),
    "fixed_point_hours": ("h/year", "hours set aside for audits at each fixed point"),
    "fixed_point_residual": ("h/year", "audits owed less hours set aside at each"),
    "fixed_point_output": ("1", "output at each, relative to the catalog's own people"),
    "at_margin": ("", "AI does the task just before the jump over the diagonal, and not after it, or the other way round"),
    "kept_out": ("", "AI is kept from the task where there is no exact fixed point else"),
    "output_kept_out": (
        "1",
        "output at the fixed point that there is then, relative to the catalog's own people; NaN: none is kept out",
    ),
    "audits_made": ("1", "units reviewed in the period"),
    "record": ("1", "clean audits of the record at the end of the period, relative to a whole one; 1 where nothing is to be earned"),
    "begins": ("year", "when the period begins, from the first"),
    "new_generation": ("", "a new model generation comes at the beginning of the period"),
}


@dataclass(frozen=True)
class EventTable:
    """Columns over the events of a sweep, and the limits of what is measured on either side."""

    place: Array
    kind: list[str]
    task: list[str]
    mode: list[str]
    factor: list[str]
    limits: dict[str, dict[str, Array]] = field(default_factory=dict)  # by side and name in `EVENT_LIMITS`


def dataset(at: Situation, axis: Axis, grid: Array, allocation: Allocation, ceilings: dict[str, Array], events: EventTable) -> xr.Dataset:
    """A sweep as a dataset; of all arguments but the events the leading dimension is that of the axis."""
    catalog, organisation, values = axis.catalog, at.setting.organisation, at.measure(allocation)
    along, names = axis.name, sources(organisation)
    named = np.where(np.isnan(values.bottleneck_share).any(axis=1), len(names), np.nan_to_num(values.bottleneck_share).argmax(axis=1))
    hours_share = (values.automated_share * at.setting.yardstick.shares).sum(axis=-1)
    hours_by_mode = (values.mode_share * at.setting.yardstick.shares[..., None]).sum(axis=-2)
    full, same = ceilings["oversight_ceiling_full"], along == COMPUTE
    variables: dict[str, Any] = {
        **{name: (along, getattr(values, name)) for name in (*SPEEDUPS, "bulk_speedup", "oversight_elasticity")},
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
        "automation_elasticity": ((along, "task"), automation_elasticity(organisation, at.arrays[0], at.automatable, allocation)),
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
        **{f"event_{name}": ("event", np.array(getattr(events, name), dtype=object)) for name in ("kind", "task", "mode", "factor")},
    }
    inner = {"factor_elasticity": "factor", "bottleneck_share": "source"}
    sizes = {"factor": len(organisation.factors), "source": len(names)}
    for side in ("before", "after"):
        for name in EVENT_LIMITS:
            dims = ("event", inner[name]) if name in inner else ("event",)
            blank = np.zeros((0, *(sizes[dim] for dim in dims[1:])))
            variables[f"event_{name}_{side}"] = (dims, events.limits[side][name] if events.limits else blank)
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
    result = described(xr.Dataset(variables, coords, {**provenance_of(catalog), "over": along, "courses": axis.told_courses()}))
    for name, unit in {along: axis.unit, **{path: catalog.unit_of(path) for path in axis.courses if path != COMPUTE}}.items():
        meaning = axis.meaning if name == along else f"the catalog's {name}"
        result[name].attrs = {key: value for key, value in {"units": unit, "long_name": meaning}.items() if value}
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
    organisation, clock, base = at.setting.organisation, at.setting.yardstick.clock, at.setting.yardstick.base_time
    mix, queues = mode_mix(allocation.activity, organisation.policy), clock.waits(allocation.activity, at.compute)
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
    names = ("servers", "utilisation", "arrivals", "service_time", "service_variability", "wait", "waiting")
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
        raise TypeError(f"events are those of a Dataset, as taskmodel.sweep returns it; found {type(result).__name__}")
    if "event_kind" not in result:
        raise ValueError("this dataset has no events: give the result of taskmodel.sweep")
    names = [str(name) for name in result.data_vars if str(name).startswith("event_")]
    chosen = {name.removeprefix("event_"): (result[name].dims, result[name].values, result[name].attrs) for name in names}
    if "factor" not in result.dims:  # a simulated world
        return xr.Dataset(chosen, attrs=result.attrs)
    # `factor` is what changes at an event, and the name of a dimension: its labels go by another name
    labels = {
        "factor_name": xr.Variable("factor", result["factor"].values, {"long_name": "the factor that factor_elasticity is about"}),
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
        raise TypeError(f"save needs a Dataset, as taskmodel.sweep returns it; found {type(result).__name__}")
    over_events = [name for name in result.data_vars if "event" in result[name].dims]
    inputs = {name: result.attrs[name] for name in INPUTS if name in result.attrs}
    main = result.drop_vars(over_events)
    main.attrs = {name: value for name, value in result.attrs.items() if name not in inputs}
    with whole(path) as (part,):
        main.to_netcdf(part, mode="w", engine="h5netcdf")
        if over_events:
            events = result[over_events].drop_vars(list(result.coords), errors="ignore").drop_attrs(deep=False)
            if not events.sizes["event"]:  # of no words a file cannot tell that they are words
                events = events.map(lambda column: column.astype(str) if column.dtype == object else column, keep_attrs=True)
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
        raise OSError(f"{os.fspath(path)}: not a result that taskmodel.save wrote: {error}") from error
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
    from taskmodel import __version__

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
