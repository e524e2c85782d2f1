"""Work in the pause of a plan: from the bulk work of machines to effective work, step by step.

In the pause the work M of the machines grows, people supervise it, and theft or takeover may end
it: W = integral of S(t) dW, where S is the probability that the pause still continues. Each caveat
is applied on top of those before it, which gives the steps from researcher-months as stated to
effective field-years. The formulas are those of `taskmodel.lead`.

Source: docs, model, section 8, and mechanisms.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from taskmodel.errors import InputError, RunawayError
from taskmodel.lead import usable_work
from taskmodel.lead.erosion import persuaded
from taskmodel.lead.pause import blow_up_date, prepared_work
from taskmodel.lead.plans.records import FieldOfResearch, Plan
from taskmodel.lead.plans.staff import Staff
from taskmodel.lead.plans.window import (
    LARGEST_GROWTH,
    MOMENTS,
    PauseGrid,
    PauseStart,
    Window,
    lead_at_pause,
    leaks,
    pause_length,
)
from taskmodel.lead.schedule import ScheduleTerms, best_paces, schedule_outcome
from taskmodel.lead.workforce import field_speedup, hardware_growth
from taskmodel.numerics.types import Array

WORK_STEPS = (
    "lead as stated",
    "followers, leaks and money",
    "slow-down of all",
    "theft and takeover",
    "growth in the pause",
    "share for alignment",
    "waits for review",
    "cost of safe methods",
    "supervisors",
    "wrong results",
    "people side by side",
    "preparation",
)
_NO_SEGMENT = 1e-12  # orders of magnitude


def pause_work(
    plan: Plan, staff: Staff, window: Window, demonstrations: float | None = None
) -> dict[str, Array]:
    """Work of the pause after each of `WORK_STEPS`, and along the longest possible pause.

    Parameters
    ----------
    plan : Plan
    staff : Staff
    window : Window
    demonstrations : float, optional
        Share of alignment work that shows others the risks [1]. Default: the plan's.

    Returns
    -------
    dict
        ``field_years``, shape (step,); ``month``, ``goes_on`` (the probability that the pause
        started and continues), ``bulk_work`` and ``effective_work`` [field-year], shape (moment,).
    """
    field = plan.field
    assert field
    month = np.linspace(0.0, max(months for _, months in window.likely), MOMENTS)
    continues, bulk_work, effective_work = np.zeros((3, MOMENTS))
    steps = np.zeros(len(WORK_STEPS))
    bulk = staff.bulk / field.headcount.value / 12  # field-years a month
    steps[:3] = bulk * window.lead, bulk * window.branches[0][1], bulk * window.months
    for chance, months in window.likely:
        grid, weight = PauseGrid(months, window.hazard), chance * window.begins
        rates = _rates(plan, staff, _growth(plan, grid.nodes), demonstrations)
        integrals = grid.cumulative(grid.survival(grid.nodes) * rates)
        prepared = _prepared(plan, rates[-1], grid)
        steps[3:-1] += weight * integrals[:, -1]
        steps[-1] += weight * prepared[-1]
        continues += weight * np.where(month <= months, grid.survival(month), 0.0)
        bulk_work += weight * np.interp(month, grid.edges, integrals[1])
        effective_work += weight * np.interp(month, grid.edges, prepared)
    return {
        "field_years": steps,
        "month": month,
        "goes_on": continues,
        "bulk_work": bulk_work,
        "effective_work": effective_work,
    }


def with_slow_down(plan: Plan, staff: Staff | None, window: Window) -> Window:
    """The pause with the plan's slow-down of others, which demonstrations of risk make likelier."""
    assert plan.lead
    slow_down = plan.lead.slow_down
    if slow_down is None:
        return window
    work, chance, terms = 0.0, slow_down.probability.value, slow_down.demonstrations
    if terms is not None:
        assert staff
        effective = pause_work(plan, staff, window, demonstrations=0.0)["effective_work"][-1]
        work = terms.share.value * float(effective)
        chance = float(persuaded(chance, terms.most.value, work, terms.half.value))
    slowed, _ = pause_length(plan.lead, window.at_pause, slow=True)
    ((_, months),) = window.branches
    return replace(window, branches=((1 - chance, months), (chance, slowed)), demonstrations=work)


def supervision(field: FieldOfResearch, staff: Staff) -> dict[str, Any]:
    """Serial speed with reviews, and whether supervisors bind, at the start of the pause."""
    speed = _reviewed_speed(field, staff)
    reviewed = staff.bulk * speed / float(staff.work.serial_speed)
    able, people = reviewed / field.tax.value, _supervisors(field)
    done = usable_work.supervised_work(reviewed, people, field.supervision.value, field.tax.value)
    return {
        "reviewed_serial_speed": speed,
        "supervision_binds_at": float(usable_work.supervision_binds_at(able, people))
        if able > 0
        else np.inf,
        "binding": "supervisors" if done < able else "tokens",
        "break_even_tax": float(usable_work.break_even_tax(staff.bulk, field.headcount.value)),
    }


def best_schedule(plan: Plan, staff: Staff, start: PauseStart) -> dict[str, Any]:
    """Optimal use of the lead from the present on, a stop now, and a run to the point of pause."""
    risk, lead, field = plan.risk, plan.lead, plan.field
    assert risk and lead and field
    # The schedule starts at the present, hence without the productivity gained until the pause.
    present = replace(staff, productivity=1.0)
    free = float(_rates(plan, present, np.ones(1), supervised=False)[-1, 0])
    # A schedule needs a segment of capability even where the pause is due now.
    ceiling = max(start.capability, _NO_SEGMENT)
    terms = ScheduleTerms(
        lead=lead_at_pause(lead, 0.0)[1],
        ceiling=ceiling,
        pace=risk.pace.value,
        productivity=free,
        cap=_supervision_cap(field, staff),
        productivity_slope=risk.productivity_slope.value * field.parallel_exponent.value,
        leak=leaks(lead),
        theft=lead.theft.value,
        risk_intercept=float(np.log(risk.at_present.value)),
        risk_slope=risk.slope.value,
        progress_labour=risk.progress_labour.value,
    )
    paces = best_paces(terms)
    best, run, stop = (
        schedule_outcome(terms, choice) for choice in (paces, np.ones(len(paces)), np.zeros(1))
    )
    return {
        "best_work": float(best.work),
        "run_then_stop_work": float(run.work),
        "stop_now_work": float(stop.work),
        "best_survival": float(best.survival),
        "capability": np.linspace(0.0, ceiling, len(paces) + 1)[:-1],
        "best_pace": paces,
    }


def _growth(plan: Plan, times: Array) -> Array:
    """Productivity at times of the pause, relative to its start."""
    doubling, growth, length = plan.pause.hardware_doubling, plan.pause.growth.value, times.max()
    hardware = 0.0 if doubling is None else np.log(2) / doubling.value
    if (growth + hardware) * length > LARGEST_GROWTH:
        raise InputError(
            f"productivity grows beyond any number in a pause of {length:.3g} months; lower "
            "pause.growth, or lengthen pause.hardware_doubling"
        )
    doubling_time = np.inf if doubling is None else doubling.value
    return hardware_growth(np.exp(growth * times), times, doubling_time)


def _rates(
    plan: Plan,
    staff: Staff,
    growth: Array,
    demonstrations: float | None = None,
    supervised: bool = True,
) -> Array:
    """Field-years a month after each step from "theft and takeover" on, shape (step, ...).

    `growth` is productivity relative to the start of the pause, shape (...).
    """
    field, slow_down = plan.field, plan.lead and plan.lead.slow_down
    assert field
    if demonstrations is None:
        terms = slow_down.demonstrations if slow_down else None
        demonstrations = terms.share.value if terms else 0.0
    steady = np.full(growth.shape, staff.bulk)
    growing = steady * growth
    policy, own = plan.pause.alignment_share.value, plan.pause.own_share.value
    alignment = usable_work.directed_work(growing, policy, own)[0] * (1 - demonstrations)
    speed, tax = _reviewed_speed(field, staff), field.tax.value
    reviewed = alignment * speed / float(staff.work.serial_speed)
    supervision = field.supervision.value if supervised else 0.0
    watched = usable_work.supervised_work(reviewed, _supervisors(field), supervision, tax)
    right = usable_work.accepted_work(watched, field.precision.value, field.recall.value)
    linear = np.stack([steady, growing, alignment, reviewed, reviewed / tax, watched, right])
    effective = _effective(field, right, speed)
    return np.concatenate([linear / field.headcount.value, effective[np.newaxis]]) / 12


def _effective(field: FieldOfResearch, work: Array, speed: float) -> Array:
    """Field-years a year of researcher-months a month that people at a speed do in parallel."""
    exponent = field.parallel_exponent.value
    return field_speedup(work / speed, speed, field.headcount.value, exponent)


def _supervision_cap(field: FieldOfResearch, staff: Staff) -> float:
    """Largest number of field-years a month that people can supervise."""
    if field.supervision.value == 0:
        return np.inf
    watched = _supervisors(field) / field.supervision.value
    right = usable_work.accepted_work(watched, field.precision.value, field.recall.value)
    return float(_effective(field, right, _reviewed_speed(field, staff))) / 12


def _reviewed_speed(field: FieldOfResearch, staff: Staff) -> float:
    """Serial speed of work that waits for reviews."""
    speed = float(staff.work.serial_speed)
    if field.work_per_review is None:
        return speed
    terms = field.work_per_review.value, field.review_latency.value, staff.clock
    return float(usable_work.reviewed_speed(speed / staff.clock, *terms))


def _supervisors(field: FieldOfResearch) -> float:
    return (field.supervisors or field.headcount).value


def _prepared(plan: Plan, rate: Array, grid: PauseGrid) -> Array:
    """Expected field-years up to each edge of a grid, with the work that preparation adds."""
    terms = plan.pause.preparation
    if terms is None:
        return grid.cumulative(rate * grid.survival(grid.nodes))
    # Preparation depends on time only through the work without it, which serves as its clock.
    clock = grid.cumulative(rate)
    inputs = {
        "prior": terms.prior.value,
        "theta": terms.theta.value,
        "rate": 1.0,
        "scale": terms.scale.value,
    }
    date = float(blow_up_date(**inputs))
    if clock[-1] >= date:
        when = float(np.interp(date, clock, grid.edges))
        raise RunawayError(
            f"preparation blows up {when:.3g} months into a pause of {grid.months:.3g}: with "
            "pause.preparation.theta above 1 work makes more work possible without end; shorten "
            "the pause, or take a theta of at most 1"
        )
    work = np.diff(prepared_work(months=clock, **inputs))
    # The work of a cell counts with the mean probability that the pause continues, over the work of
    # the cell: more is done at its end where productivity grows.
    done, counted = grid.integrals(rate), grid.integrals(rate * grid.survival(grid.nodes))
    chance = np.divide(counted, done, where=done > 0, out=np.zeros(done.shape))
    return np.concatenate([[0.0], np.cumsum(work * chance)])
