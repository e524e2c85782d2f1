"""What a plan gives as a labelled dataset: `taskmodel.lead_time`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from taskmodel.errors import InputError
from taskmodel.lead.plans.joined import STEPS, Memory
from taskmodel.lead.plans.load import cases, load_plan
from taskmodel.lead.plans.reckoning import LADDER, reckon
from taskmodel.lead.plans.records import Plan

_LADDER = "after this step and all before it: the lead as stated, then each thing that takes from it or adds to it"
_SCHEDULE = "from the present on, until the lead is gone"

# unit, meaning, and the dimension besides case and lead
VARIABLES: dict[str, tuple[str, str, str]] = {
    "training_compute": ("FLOP", "realised compute of the training run", ""),
    "parameters": ("1", "parameters of the model", ""),
    "tokens_per_second": ("token/s", "tokens of all copies of the model on the cluster", ""),
    "researchers": ("1", "automated researchers that work in parallel", ""),
    "serial_speed": ("1", "researcher-months that one of them does in a month", ""),
    "streams": ("1", "copies of the model at work; a researcher is several", ""),
    "researcher_months_per_month": (
        "1",
        "researchers times serial speed: bulk work of a month, in months of a person",
        "",
    ),
    "conserved_share": (
        "1",
        "tokens that this work needs, as a share of those there are; not 1: two clocks are mixed",
        "",
    ),
    "clocks": ("", "which clocks are in head-count and speed", ""),
    "pause_point": ("OOM", "capability above the present at which risk is what is tolerated", ""),
    "confident_pause_point": ("OOM", "the same, with the confidence that the plan asks for", ""),
    "confidence_cost": ("1", "by what being confident divides productivity", ""),
    "months_until_pause": ("month", "time from the present to the start of the pause", ""),
    "lead": ("month", "lead as stated, at today's pace", ""),
    "lead_at_pause": ("month", "lead when the pause starts", ""),
    "usable_months": ("month", "length of the pause, if nothing is stolen and nothing happens", ""),
    "expected_months": (
        "month",
        "expected length of the pause, with theft before and in it, and takeover",
        "",
    ),
    "no_theft": ("1", "probability that nothing is stolen before or in the pause", ""),
    "handed_over": (
        "month",
        "expected months by which theft, before or in the pause, moves others forward",
        "",
    ),
    "takeover_risk": ("1", "probability of a takeover in the pause", ""),
    "pause_limit": ("", "what ends the pause: lead or money", ""),
    "slow_down_probability": (
        "1",
        "probability of a slow-down of all others, with demonstrations of risk",
        "",
    ),
    "demonstrations": (
        "year",
        "work on demonstrations of risk in a pause without a slow-down, in years of the field",
        "",
    ),
    "field_years": ("year", f"work in years of the field, {_LADDER}", "step"),
    "researcher_months": ("1", f"the same in months of a person, {_LADDER}", "step"),
    "reviewed_serial_speed": ("1", "serial speed once work waits for reviews", ""),
    "supervision_binds_at": (
        "1",
        "supervisors' time per unit of work, after waits and tax, above which they are short",
        "",
    ),
    "binding": ("", "what is short at the start of the pause: tokens or supervisors", ""),
    "break_even_tax": ("1", "compute tax at which AI does no more than the field", ""),
    "month": ("month", "time since the pause started, by moment", "moment"),
    "goes_on": (
        "1",
        "probability that the pause started, and that neither theft nor takeover has ended it",
        "moment",
    ),
    "bulk_work": ("year", "expected bulk work so far, in years of the field", "moment"),
    "effective_work": ("year", "expected effective work so far, in years of the field", "moment"),
    "best_work": (
        "year",
        f"expected effective work of the best schedule, in years of the field, {_SCHEDULE}",
        "",
    ),
    "run_then_stop_work": (
        "year",
        f"the same at full speed to the point of pause and a stop there, {_SCHEDULE}",
        "",
    ),
    "stop_now_work": ("year", f"the same for a stop at once, {_SCHEDULE}", ""),
    "best_survival": (
        "1",
        "probability that neither theft nor takeover ends the best schedule early",
        "",
    ),
    "capability": (
        "OOM",
        "capability above the present at which each stretch of the schedule starts",
        "stretch",
    ),
    "best_pace": (
        "1",
        "pace of the best schedule on each stretch, relative to full; 0: a stop for good",
        "stretch",
    ),
    "organisation_speedup": (
        "1",
        "speed-up of research in the plan's catalog, after this step and all before it",
        "organisation_step",
    ),
    "organisation_field_years": (
        "year",
        "the same times the expected pause, at the workforce of its start",
        "organisation_step",
    ),
    "organisation_bottleneck": ("", "what holds research back most in the plan's catalog", ""),
    "organisation_latency_speedup": (
        "1",
        "speed-up of one pass through all tasks of the plan's catalog",
        "",
    ),
    "years_to_target": ("year", "time that each model takes for the target", "rung"),
    "risk_to_target": ("1", "risk run in that time", "rung"),
    "risk_per_work": ("1/year", "risk of a research-year", "rung"),
    "pause_work": ("year", "research-years that each model does in the pause", "rung"),
    "pause_risk": ("1", "risk that each model runs in the pause", "rung"),
    "agent_hours_per_human_hour": (
        "1",
        "hours of AI agents that have been seen to do the work of an hour of a person",
        "evidence",
    ),
    "cost_per_agent_hour": ("$/h", "what an hour of an agent cost; NaN: not known", "evidence"),
    "cost_per_human_hour": (
        "$/h",
        "what agents cost that did the work of an hour of a person; NaN: not known",
        "evidence",
    ),
    "tokens_per_human_second": (
        "token",
        "tokens seen to do the work of a second of a person; NaN: not published",
        "evidence",
    ),
    "assumed_tokens_per_human_second": (
        "token",
        "tokens that the plan takes to do the work of a second of a person",
        "",
    ),
    "agreeing_tokens_per_agent_hour": (
        "token",
        "tokens in an hour of an agent with which what was seen agrees with the plan",
        "evidence",
    ),
    "efficient": ("", "no other model gives as much in the pause for less risk", "rung"),
}


def lead_time(
    plan: str | Path | Plan = "seed_toy",
    months: float | Sequence[float] | None = None,
    set: Mapping[str, Any] | None = None,
) -> xr.Dataset:
    """What a plan gives for a lead: workforce, pause, and the way from bulk work to work that counts.

    Parameters
    ----------
    plan : str, Path or Plan
        Name of a bundled plan, path of a YAML file, or what `load_plan` returned.
    months : float or sequence of float, optional
        The lead [month]; several make a dimension ``lead_months``. Default: the plan's.
    set : mapping of str to value, optional
        Values of the plan by dotted path, such as ``{"lead.theft": 0.05, "worker.reading": "seed"}``; they hold in every case.

    Returns
    -------
    xarray.Dataset
        Over ``case`` where the plan has cases, ``lead_months`` where several were asked for, and: ``step`` (from the lead as
        stated to effective field-years), ``moment`` of the pause, ``organisation_step``, ``stretch`` of capability, ``rung`` of a
        ladder, ``evidence``. Every variable has `units` and `long_name`; NaN: the plan has no such thing.

    Raises
    ------
    CatalogError
        With every defect of the plan and of what is set.
    NoPause
        If the pause never starts.
    RunawayError
        If preparation blows up in the pause.
    InputError
        If no month is asked for.

    Examples
    --------
    >>> toy = lead_time(months=6)
    >>> round(toy["researchers"].item()), toy["serial_speed"].item(), round(toy["researcher_months"][0].item())
    (46000, 15.0, 4140000)
    >>> mixed = lead_time(set={"worker.reading": "seed"})
    >>> round(mixed["researchers"].item()), round(mixed["conserved_share"].item(), 3)
    (15333, 0.333)
    """
    chosen = plan if isinstance(plan, Plan) else load_plan(plan)
    if set:
        chosen = chosen.replace(set)
    several = months is not None and np.ndim(months) > 0
    points: list[float | None] = (
        [None]
        if months is None
        else [float(month) for month in np.atleast_1d(np.asarray(months, dtype=float))]
    )
    if not points:
        raise InputError("months is empty; give one or more, such as [1, 3, 6]")
    variants = [
        dict(cases(chosen if point is None else chosen.replace({"lead.months": point})))
        for point in points
    ]
    memory = Memory()
    table = [[reckon(variant, memory) for variant in each.values()] for each in variants]
    names = list(variants[0])
    outer = (["lead_months"] if several else []) + (["case"] if chosen.cases else [])
    variables = {}
    for name, (_, _, inner) in VARIABLES.items():
        if not any(name in found for row in table for found in row):
            continue
        values = np.array(
            [[_filled(found.get(name), name, table) for found in row] for row in table]
        )
        values = values.astype(object) if values.dtype.kind == "U" else values
        kept = values[(slice(None) if several else 0, slice(None) if chosen.cases else 0)]
        variables[name] = (
            [*outer, *([inner] if inner else [])],
            np.asarray(kept, dtype=values.dtype),
        )
    coords = _coordinates(chosen, variables, points if several else None, names)
    return _described(xr.Dataset(variables, coords, _provenance(chosen)))


def _filled(value: Any, name: str, table: list[list[dict[str, Any]]]) -> Any:
    """A value, or what stands for there being none: NaN of the shape that others have."""
    if value is not None:
        return value
    like = next(np.asarray(found[name]) for row in table for found in row if name in found)
    return "" if like.dtype.kind == "U" else np.full(like.shape, np.nan)


def _coordinates(
    plan: Plan, variables: Mapping[str, Any], months: list[float | None] | None, names: list[str]
) -> dict[str, Any]:
    used = {dim for dims, _ in variables.values() for dim in dims}
    labels: dict[str, Sequence[Any]] = {"case": names, "step": LADDER, "organisation_step": STEPS}
    if plan.ladder is not None:
        labels["rung"] = list(plan.ladder.rungs)
    labels["evidence"] = list(plan.evidence)
    coords: dict[str, Any] = {
        dim: np.array(values, dtype=object) for dim, values in labels.items() if dim in used
    }
    if months is not None:
        coords["lead_months"] = (
            "lead_months",
            np.array(months, dtype=float),
            {"units": "month", "long_name": "lead that was asked for"},
        )
    return coords


def _described(result: xr.Dataset) -> xr.Dataset:
    for name in result.data_vars:
        units, meaning, _ = VARIABLES[str(name)]
        result[name].attrs = (
            {"units": units, "long_name": meaning} if units else {"long_name": meaning}
        )
    return result


def _provenance(plan: Plan) -> dict[str, str]:
    from taskmodel._version import __version__

    overrides = json.dumps(plan.overrides, sort_keys=True)
    return {
        "taskmodel_version": __version__,
        "plan_name": plan.name,
        "plan_title": plan.title,
        "plan_yaml": plan.yaml_text,
        "plan_sha256": plan.sha256,
        "overrides": overrides,
    }
