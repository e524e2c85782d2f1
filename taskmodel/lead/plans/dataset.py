"""Results of a plan as a labelled dataset: `taskmodel.lead_time`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from typing import Any

import numpy as np
import xarray as xr

from taskmodel.errors import InputError
from taskmodel.lead.plans.catalog_link import ORGANISATION_STEPS, SolvedCatalogs
from taskmodel.lead.plans.evaluation import evaluate_plan
from taskmodel.lead.plans.load import cases, load_plan
from taskmodel.lead.plans.records import Plan
from taskmodel.lead.plans.work import WORK_STEPS
from taskmodel.numerics.numbers import real_numbers
from taskmodel.sweeps.results import labelled, provenance

_STEPS = "after this step and all before it"
_SCHEDULE = "from the present until the lead is exhausted"
_UNKNOWN = "NaN: not known"

VARIABLES: dict[str, tuple[str, str]] = {  # unit and meaning
    "training_compute": ("FLOP", "realised compute of the training run"),
    "parameters": ("1", "parameters of the model"),
    "tokens_per_second": ("token/s", "tokens of all copies of the model on the cluster"),
    "researchers": ("1", "automated researchers that work in parallel"),
    "serial_speed": ("1", "researcher-months of one automated researcher per month"),
    "streams": ("1", "copies of the model that run, several per researcher"),
    "researcher_months_per_month": ("1", "bulk work: researchers times serial speed"),
    "conserved_share": (
        "1",
        "tokens that this work needs, relative to those that exist; 1 unless two clocks are mixed",
    ),
    "clocks": ("", "clocks that head-count and speed refer to"),
    "pause_point": ("OOM", "capability above the present at which the risk is the tolerated risk"),
    "confident_pause_point": ("OOM", "point of pause with the confidence that the plan requires"),
    "confidence_cost": ("1", "divisor of productivity due to the confidence required"),
    "months_until_pause": ("month", "time from the present to the start of the pause"),
    "lead": ("month", "lead as stated, at today's pace"),
    "lead_at_pause": ("month", "lead when the pause starts"),
    "usable_months": ("month", "length of the pause without theft and takeover"),
    "expected_months": (
        "month",
        "expected length of the pause, with theft before and in it, and takeover",
    ),
    "no_theft": ("1", "probability that nothing is stolen before or in the pause"),
    "handed_over": (
        "month",
        "expected months by which theft, before or in the pause, moves others forward",
    ),
    "takeover_risk": ("1", "probability of a takeover in the pause"),
    "pause_limit": ("", "what ends the pause: lead or money"),
    "slow_down_probability": (
        "1",
        "probability of a slow-down of all others, with demonstrations of risk",
    ),
    "demonstrations": (
        "year",
        "work on demonstrations of risk in a pause without a slow-down, in years of the field",
    ),
    "field_years": ("year", f"work in years of the field, {_STEPS}"),
    "researcher_months": ("1", f"work in months of a person, {_STEPS}"),
    "reviewed_serial_speed": ("1", "serial speed of work that waits for reviews"),
    "supervision_binds_at": (
        "1",
        "supervisors' time per unit of work, after waits and tax, above which they bind",
    ),
    "binding": ("", "what limits work at the start of the pause: tokens or supervisors"),
    "break_even_tax": ("1", "compute tax at which AI does as much as the field"),
    "month": ("month", "time since the start of the pause"),
    "goes_on": (
        "1",
        "probability that the pause started, and that neither theft nor takeover has ended it",
    ),
    "bulk_work": ("year", "expected bulk work so far, in years of the field"),
    "effective_work": ("year", "expected effective work so far, in years of the field"),
    "best_work": (
        "year",
        f"expected effective work of the best schedule, in years of the field, {_SCHEDULE}",
    ),
    "run_then_stop_work": (
        "year",
        f"expected work at full speed to the point of pause and a stop there, {_SCHEDULE}",
    ),
    "stop_now_work": ("year", f"expected work of a stop at once, {_SCHEDULE}"),
    "best_survival": (
        "1",
        "probability that neither theft nor takeover ends the best schedule early",
    ),
    "capability": ("OOM", "capability above the present at the start of each stretch"),
    "best_pace": ("1", "pace of the best schedule, relative to full; 0: a stop for good"),
    "organisation_speedup": ("1", f"speed-up of research in the plan's catalog, {_STEPS}"),
    "organisation_field_years": (
        "year",
        "that speed-up times the expected pause, with the workforce of its start",
    ),
    "organisation_bottleneck": ("", "factor with the largest bottleneck share in the catalog"),
    "organisation_latency_speedup": (
        "1",
        "speed-up of one pass through all tasks of the plan's catalog",
    ),
    "years_to_target": ("year", "time that each model takes for the target"),
    "risk_to_target": ("1", "risk accumulated in that time"),
    "risk_per_work": ("1/year", "risk per research-year"),
    "pause_work": ("year", "research-years of each model in the pause"),
    "pause_risk": ("1", "risk of each model in the pause"),
    "efficient": ("", "whether no other model does as much in the pause at less risk"),
    "agent_hours_per_human_hour": (
        "1",
        "observed hours of AI agents that do the work of an hour of a person",
    ),
    "cost_per_agent_hour": ("$/h", f"cost of an hour of an agent; {_UNKNOWN}"),
    "cost_per_human_hour": ("$/h", f"cost of agents per hour of a person; {_UNKNOWN}"),
    "tokens_per_human_second": (
        "token",
        f"observed tokens that do the work of a second of a person; {_UNKNOWN}",
    ),
    "assumed_tokens_per_human_second": (
        "token",
        "tokens that do the work of a second of a person, as the plan assumes",
    ),
    "agreeing_tokens_per_agent_hour": (
        "token",
        "tokens per hour of an agent at which observation and plan agree",
    ),
}
_ALONG = {  # variables with a dimension of their own, besides lead_months and case
    "step": "field_years researcher_months",
    "moment": "month goes_on bulk_work effective_work",
    "stretch": "capability best_pace",
    "organisation_step": "organisation_speedup organisation_field_years",
    "rung": "years_to_target risk_to_target risk_per_work pause_work pause_risk efficient",
    "evidence": "agent_hours_per_human_hour cost_per_agent_hour cost_per_human_hour "
    "tokens_per_human_second agreeing_tokens_per_agent_hour",
}
_DIMENSION = {name: dim for dim, names in _ALONG.items() for name in names.split()}


def lead_time(
    plan: str | PathLike[str] | Plan = "seed_toy",
    months: float | Sequence[float] | None = None,
    set: Mapping[str, Any] | None = None,
) -> xr.Dataset:
    """Evaluate a plan for a lead: workforce, pause, and the steps from bulk to effective work.

    Parameters
    ----------
    plan : str, Path or Plan
        Name of a bundled plan, path of a YAML file, or a result of `load_plan`.
    months : float or sequence of float, optional
        The lead [month]; a sequence adds a dimension ``lead_months``. Default: the plan's.
    set : mapping of str to value, optional
        Values of the plan by dotted path, such as ``{"lead.theft": 0.05}``; they hold in every
        case.

    Returns
    -------
    xarray.Dataset
        Over ``case`` for a plan with cases, ``lead_months`` for several leads, and: ``step`` (from
        the lead as stated to effective field-years), ``moment`` of the pause,
        ``organisation_step``, ``stretch`` of capability, ``rung`` (models of the ladder),
        ``evidence``. Every variable has `units` and `long_name`. NaN: not part of that case.

    Raises
    ------
    CatalogError
        With every defect of the plan and of `set`.
    NoPause
        If the pause never starts.
    RunawayError
        If preparation diverges in the pause.
    InputError
        If `months` is empty.

    Examples
    --------
    >>> toy = lead_time(months=6)
    >>> round(toy["researchers"].item()), toy["serial_speed"].item()
    (46000, 15.0)
    >>> round(toy["researcher_months"][0].item())
    4140000
    >>> mixed = lead_time(set={"worker.reading": "seed"})
    >>> round(mixed["researchers"].item()), round(mixed["conserved_share"].item(), 3)
    (15333, 0.333)
    """
    chosen = (plan if isinstance(plan, Plan) else load_plan(plan)).with_set(set)
    leads = [] if months is None else np.atleast_1d(real_numbers("months", months)).tolist()
    if months is not None and not leads:
        raise InputError("months is empty; give one or more, such as [1, 3, 6]")
    plans = [chosen.replace({"lead.months": lead}) for lead in leads] or [chosen]
    catalogs = SolvedCatalogs()
    table = [[evaluate_plan(variant, catalogs) for _, variant in cases(plan)] for plan in plans]
    several = np.ndim(months) > 0 if months is not None else False
    variables, coords = tabulated(chosen, table, "lead_months" if several else None)
    if several:
        coords["lead_months"] = ("lead_months", np.array(leads), "month", "lead that is evaluated")
    attributes = {**provenance(plan=chosen), "plan_title": chosen.title}
    return labelled(variables, coords, attributes, VARIABLES)


def tabulated(
    plan: Plan, table: list[list[dict[str, Any]]], over: str | None
) -> tuple[dict[str, tuple[list[str], np.ndarray]], dict[str, Any]]:
    """Return the variables and the labels of results of a plan by row and case.

    Parameters
    ----------
    plan : Plan
    table : list of list of dict
        Results of `evaluate_plan`, by row and case of the plan.
    over : str or None
        Name of the dimension of rows; None for a single row.
    """
    outer = {over or "": over is not None, "case": bool(plan.cases)}
    kept = tuple(slice(None) if present else 0 for present in outer.values())
    dims = [dim for dim, present in outer.items() if present]
    variables = {
        name: ([*dims, *([_DIMENSION[name]] if name in _DIMENSION else [])], values[kept])
        for name in VARIABLES
        if (values := _stacked(name, table)) is not None
    }
    inner = {*dims, *(_DIMENSION.get(name, "") for name in variables)}
    return variables, _coordinates(plan, inner)


def _stacked(name: str, table: list[list[dict[str, Any]]]) -> np.ndarray | None:
    """Values of a variable over leads and cases; NaN or "" in cases without it."""
    present = [np.asarray(result[name]) for row in table for result in row if name in result]
    if not present:
        return None
    text = present[0].dtype.kind == "U"
    missing: Any = "" if text else np.full(present[0].shape, np.nan)
    values = np.array([[result.get(name, missing) for result in row] for row in table])
    return values.astype(object) if text else values


def _coordinates(plan: Plan, dims: set[str]) -> dict[str, Any]:
    """Labels of those dimensions that the result has."""
    labels: dict[str, Sequence[str]] = {
        "case": list(plan.cases),
        "step": WORK_STEPS,
        "organisation_step": ORGANISATION_STEPS,
        "rung": list(plan.ladder.rungs) if plan.ladder else [],
        "evidence": list(plan.evidence),
    }
    return {dim: np.array(names, dtype=object) for dim, names in labels.items() if dim in dims}
