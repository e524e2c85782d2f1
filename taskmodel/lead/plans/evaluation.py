"""Evaluation of a plan: workforce, lead, pause, work, and the choice among models.

Source: docs, model, section 8, and mechanisms.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from taskmodel.lead.erosion import expected_pause, months_survived, no_theft
from taskmodel.lead.pause import efficient, risk_per_work, target_risk
from taskmodel.lead.plans.catalog_link import ORGANISATION_STEPS, SolvedCatalogs
from taskmodel.lead.plans.records import Plan
from taskmodel.lead.plans.staff import Staff, plan_staff
from taskmodel.lead.plans.window import PauseStart, Window, pause_start, pause_window
from taskmodel.lead.plans.work import best_schedule, pause_work, supervision, with_slow_down
from taskmodel.lead.workforce import tokens_per_human_second


def evaluate_plan(plan: Plan, catalogs: SolvedCatalogs | None = None) -> dict[str, Any]:
    """Results of a plan without cases, by name.

    Parameters
    ----------
    plan : Plan
    catalogs : SolvedCatalogs, optional
        Cache of the catalogs that other evaluations have loaded and solved; extended here.

    Returns
    -------
    dict
        Numbers, words, and arrays over `WORK_STEPS`, `ORGANISATION_STEPS`, moments of the pause,
        models of the plan's ladder, or its evidence.

    Raises
    ------
    NoPause
        If the pause never starts.
    RunawayError
        If preparation diverges in the pause.
    ConservationError
        If the workforce does not use exactly the tokens that exist.
    CatalogError
        If the plan's catalog cannot be used.
    """
    assert plan.lead  # checked by the plan itself, as all other blocks that are asserted
    start = pause_start(plan)
    staff = plan_staff(plan, start.productivity) if plan.worker is not None else None
    window = with_slow_down(plan, staff, pause_window(plan.lead, start))
    results = {
        "lead": window.lead,
        "usable_months": window.months,
        "pause_limit": window.limit,
        **start.results,
    }
    if staff is not None:
        results |= _workforce(plan, staff, window, start, catalogs or SolvedCatalogs())
    if plan.ladder is not None:
        results |= _models(plan, window)
    if plan.evidence:
        results |= _evidence(plan)
    return results


def _workforce(
    plan: Plan, staff: Staff, window: Window, start: PauseStart, catalogs: SolvedCatalogs
) -> dict[str, Any]:
    """Results of a plan with a workforce."""
    assert plan.lead and plan.field
    theft, work = plan.lead.theft.value, pause_work(plan, staff, window)
    survived = window.mean(partial(months_survived, window.hazard))
    expected = window.begins * survived
    unstolen = window.begins * window.mean(partial(expected_pause, theft))
    results = {
        **staff.results(),
        "lead_at_pause": window.at_pause,
        "expected_months": expected,
        "no_theft": window.begins * window.mean(partial(no_theft, theft)),
        "handed_over": window.months - unstolen,
        "takeover_risk": window.begins * start.risk * survived,
        "slow_down_probability": window.branches[-1][0] if plan.lead.slow_down else 0.0,
        "demonstrations": window.demonstrations,
        "researcher_months": work["field_years"] * 12 * plan.field.headcount.value,
        **work,
        **supervision(plan.field, staff),
    }
    if plan.risk is not None:
        results |= best_schedule(plan, staff, start)
    if plan.organisation is not None:
        results |= _organisation(plan, staff, expected, catalogs)
    return results


def _organisation(
    plan: Plan, staff: Staff, months: float, catalogs: SolvedCatalogs
) -> dict[str, Any]:
    """Results of the workforce in the plan's catalog, over the expected months of the pause."""
    speedups = catalogs.solve(catalogs.staffed(plan, staff.tokens_per_second, staff.stream_speed))
    steps = np.array([speedups.steps[step] for step in ORGANISATION_STEPS])
    return {
        "organisation_speedup": steps,
        "organisation_field_years": steps * months / 12,
        "organisation_bottleneck": speedups.bottleneck,
        "organisation_latency_speedup": speedups.latency,
    }


def _models(plan: Plan, window: Window) -> dict[str, Any]:
    """Years and risk of each model for the target of the ladder, and its work in the pause."""
    assert plan.ladder and plan.lead
    models, theft = plan.ladder.rungs.values(), plan.lead.theft.value
    speedup = np.array([model.speedup.value for model in models])
    risk = np.array([model.yearly_risk.value for model in models])
    years, accumulated = target_risk(plan.ladder.target.value, speedup, risk)
    work = speedup * window.begins * window.mean(partial(expected_pause, theft)) / 12
    # Theft or takeover may end the pause: the risk accumulates only until the first of them.
    exposed = [window.mean(partial(months_survived, theft + monthly)) for monthly in risk / 12]
    pause_risk = window.begins * risk / 12 * np.array(exposed)
    return {
        "years_to_target": years,
        "risk_to_target": accumulated,
        "risk_per_work": risk_per_work(risk, speedup),
        "pause_work": work,
        "pause_risk": pause_risk,
        "efficient": efficient(work, pause_risk),
    }


def _evidence(plan: Plan) -> dict[str, Any]:
    """Observed agent-hours, cost and tokens per hour of a person, beside the plan's assumption."""

    def observed(name: str) -> np.ndarray:
        """Values of a field of the evidence; NaN where it is unknown."""
        quantities = (getattr(evidence, name) for evidence in plan.evidence.values())
        return np.array([np.nan if value is None else value.value for value in quantities])

    hours, cost = observed("agent_hours"), observed("cost")
    ratio = hours / observed("human_hours")
    tokens = observed("tokens_per_agent_hour")
    published = np.isfinite(tokens)
    per_second = tokens_per_human_second(ratio, np.where(published, tokens, 1.0))
    results: dict[str, Any] = {
        "agent_hours_per_human_hour": ratio,
        "cost_per_agent_hour": cost / hours,
        "cost_per_human_hour": cost / observed("human_hours"),
        "tokens_per_human_second": np.where(published, per_second, np.nan),
    }
    if plan.worker is not None:
        assumed = plan.worker.streams.value * plan.worker.serial_tokens.value
        results |= {
            "assumed_tokens_per_human_second": assumed,
            "agreeing_tokens_per_agent_hour": 3600 * assumed / ratio,
        }
    return results
