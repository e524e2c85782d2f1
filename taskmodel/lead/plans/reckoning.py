"""What a plan gives: the workforce, what becomes of the lead, the pause, and the way from bulk work to work that counts.

Along the months of the pause the machines' work M grows, people look after a part of it, and theft or takeover may end it:

    work  W = integral of S(t) dW, with S the probability that the pause still goes on

Each caveat is laid over the ones before it, so that the way from researcher-months as stated to effective field-years can be
followed step by step. The formulas are those of `workforce`, `lead`, `pause`, `usable_work` and `schedule`.

Source: docs, model, section 8, and mechanisms.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from taskmodel.errors import InputError, NoPause, RunawayError
from taskmodel.lead import erosion as leads
from taskmodel.lead import pause as pauses
from taskmodel.lead import usable_work
from taskmodel.lead import workforce as chips_to_people
from taskmodel.lead.plans.course import MOMENTS, Course
from taskmodel.lead.plans.joined import STEPS, Memory, staffed
from taskmodel.lead.plans.records import FieldOfResearch, Lead, Plan, Risk, one
from taskmodel.lead.plans.staff import Staff, facts, staffed_cluster
from taskmodel.lead.schedule import ScheduleTerms, best_paces, schedule_outcome

Array = np.ndarray
LADDER = (
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
_NO_STRETCH = 1e-12  # powers of ten
_MOST_GROWTH = 300.0  # e-folds: far beyond sense, and not yet beyond floats


@dataclass(frozen=True)
class Window:
    """The pause: when there is one, how long it is, and what may end it."""

    lead: float  # as stated [month]
    at_pause: float  # when it starts [month]
    limit: str
    branches: tuple[
        tuple[float, float], ...
    ]  # probability and months: without a slow-down of all, and with it
    hazard: float  # theft and takeover in the pause [1/month]
    begins: float  # probability that the lead is not stolen before
    demonstrations: float = 0.0  # work that shows others the risks [field-year]

    @property
    def likely(self) -> list[tuple[float, float]]:
        """Branches that may come about."""
        return [(chance, months) for chance, months in self.branches if chance > 0]

    def mean(self, of: Callable[[Array], Array]) -> float:
        """Mean over the branches of something that depends on their months."""
        return sum(chance * float(of(np.asarray(months))) for chance, months in self.likely)


def reckon(plan: Plan, memory: Memory | None = None) -> dict[str, Any]:
    """Everything that a plan without cases gives, by name.

    Parameters
    ----------
    plan : Plan
    memory : Memory, optional
        What other reckonings have read and solved; this one's is added.

    Returns
    -------
    dict
        Numbers, words, and arrays over the steps of `LADDER`, the steps of `joined.STEPS`, `MOMENTS` of the pause, or the rungs
        of the plan's ladder.

    Raises
    ------
    NoPause
        If the pause never starts.
    RunawayError
        If preparation blows up in the pause.
    ConservationError
        If the workforce does not use just the tokens there are.
    CatalogError
        If the plan's catalog cannot be used.
    """
    assert plan.lead  # the plan's own check, here and below
    point = _pause_point(plan.risk, plan.lead.pace.value)
    staff = staffed_cluster(plan, point["productivity"]) if plan.worker is not None else None
    window = _window(
        plan,
        staff,
        point["months_until_pause"] if plan.risk else plan.lead.development.value,
        point["risk_in_pause"],
    )
    found = {
        "lead": window.lead,
        "usable_months": window.mean(np.asarray),
        "pause_limit": window.limit,
    }
    if staff is not None:
        found |= _workforce_plan(plan, staff, window, point, memory or Memory())
    if plan.ladder is not None:
        found |= _rungs(plan, window)
    if plan.evidence:
        found |= _evidence(plan)
    return found


def _workforce_plan(
    plan: Plan, staff: Staff, window: Window, point: dict[str, float], memory: Memory
) -> dict[str, Any]:
    assert plan.lead and plan.field
    usable, theft, risk = window.mean(np.asarray), plan.lead.theft.value, point["risk_in_pause"]
    ladder = _ladder(plan, staff, window)
    found = {
        **facts(staff),
        **{
            name: value
            for name, value in point.items()
            if name not in ("productivity", "risk_in_pause") and plan.risk
        },
        "lead_at_pause": window.at_pause,
        "expected_months": window.begins
        * window.mean(partial(leads.months_survived, window.hazard)),
        "no_theft": window.begins * window.mean(partial(leads.no_theft, theft)),
        "handed_over": usable - window.begins * window.mean(partial(leads.expected_pause, theft)),
        "takeover_risk": window.begins
        * risk
        * window.mean(partial(leads.months_survived, window.hazard)),
        "slow_down_probability": window.branches[-1][0] if plan.lead.slow_down else 0.0,
        "demonstrations": window.demonstrations,
        "field_years": ladder,
        "researcher_months": ladder * 12 * plan.field.headcount.value,
        **_supervision(plan.field, staff),
        **_path(plan, staff, window),
    }
    if plan.risk is not None:
        found |= _schedule(plan, staff, point)
    if plan.organisation is not None:
        found |= _organised(plan, staff, found["expected_months"], memory)
    return found


def _window(plan: Plan, staff: Staff | None, start: float, risk: float) -> Window:
    """The pause that starts after so many months, at so much risk of takeover in each of it."""
    assert plan.lead
    given, at_pause, usable, limit = _usable(plan.lead, start)
    begins = float(leads.no_theft(plan.lead.theft.value, start))
    alone = Window(given, at_pause, limit, ((1.0, usable),), plan.lead.theft.value + risk, begins)
    slowed = plan.lead.slow_down
    if slowed is None:
        return alone
    shown, chance = 0.0, slowed.probability.value
    if slowed.demonstrations is not None:
        assert staff
        terms = slowed.demonstrations
        shown = terms.share.value * float(
            _path(plan, staff, alone, demonstrations=0.0)["effective_work"][-1]
        )
        chance = float(leads.persuaded(chance, terms.most.value, shown, terms.half.value))
    longer = _usable(plan.lead, start, slow=True)[2]
    return replace(alone, branches=((1 - chance, usable), (chance, longer)), demonstrations=shown)


def _pause_point(risk: Risk | None, pace: float) -> dict[str, float]:
    """Capability at which to pause, when it is reached at a part of full pace, what research gains until then, and the risk there."""
    if risk is None:
        return {"productivity": 1.0, "risk_in_pause": 0.0, "months_until_pause": 0.0}
    line = {"intercept": np.log(risk.at_present.value), "slope": risk.slope.value}
    safe = float(pauses.pause_point(risk.tolerated.value, **line))
    given_up, _ = pauses.confidence_margin(
        risk.sd.value, risk.confidence.value, risk.slope.value, 0.0
    )
    sure = safe - float(given_up)
    if max(abs(safe), abs(sure)) * risk.productivity_slope.value > _MOST_GROWTH / np.log(10):
        raise InputError(
            f"productivity at the point of pause, {sure:.3g} powers of ten away, is beyond any number; see risk.productivity_slope"
        )
    if sure < 0:
        raise NoPause(
            f"the pause should have started {-sure:.3g} powers of ten of compute ago, to be {risk.confidence.value:g} sure that risk is "
            "below what is tolerated; ask for less confidence, tolerate more, or estimate the risk better (risk.sd)"
        )
    if pace == 0 and sure > 0:
        raise NoPause(
            f"the pause never starts: at a pace of 0 capability never grows by the {sure:.3g} powers of ten to the point of pause; "
            "give a pace above 0 (lead.pace)"
        )
    return {
        "pause_point": safe,
        "confident_pause_point": sure,
        "confidence_cost": float(10 ** (risk.productivity_slope.value * float(given_up))),
        "months_until_pause": sure / (risk.pace.value * pace) if sure > 0 else 0.0,
        "productivity": float(10 ** (risk.productivity_slope.value * sure)),
        "risk_in_pause": float(pauses.takeover_risk(sure, **line)),
    }


def _usable(terms: Lead, start: float, slow: bool = False) -> tuple[float, float, float, str]:
    """Lead as stated, as it is when the pause starts, months of pause, and what ends it."""
    if terms.months is not None:
        given = terms.months.value
    else:
        rivals = list(terms.rivals.values())
        _, given = leads.binding_rival(
            [rival.months.value for rival in rivals], [rival.cautious for rival in rivals]
        )
    effective = float(leads.lead_against_faster(given, terms.follower_speedup.value))
    leak = float(
        leads.leak_rate(terms.leak.value, terms.leak_by_deployment.value, terms.deployment.value)
    )
    at_pause = float(leads.remaining_lead(effective, start, terms.pace.value, leak))
    if given > 0 and at_pause == 0:
        gone = float(leads.time_until_gone(effective, terms.pace.value, leak))
        raise NoPause(
            f"the pause never starts: it is {start:.3g} months away and the lead is gone after {gone:.3g}; keep a higher pace until then "
            "(lead.pace), or pause earlier"
        )
    months, money = float(leads.time_until_gone(at_pause, 0.0, leak)), terms.money
    if slow and terms.slow_down is not None:
        lasting = np.inf if terms.slow_down.duration is None else terms.slow_down.duration.value
        months = float(leads.slowed_pause(at_pause, terms.slow_down.pace.value, lasting, leak))
    if money is not None:
        paid = float(
            leads.runway(
                money.cash.value, money.burn.value, money.revenue.value, terms.deployment.value
            )
        )
        if paid < months:
            return given, at_pause, paid, "money"
    return given, at_pause, months, "lead"


def _growth(plan: Plan, times: Array) -> Array:
    """Productivity in the pause relative to its start."""
    doubling, length = plan.pause.hardware_doubling, float(times.max())
    chips = 0.0 if doubling is None else np.log(2) / doubling.value
    if (plan.pause.growth.value + chips) * length > _MOST_GROWTH:
        raise InputError(
            f"productivity grows beyond any number in a pause of {length:.3g} months; lower pause.growth, or lengthen "
            "pause.hardware_doubling"
        )
    better = np.exp(plan.pause.growth.value * times)
    return np.asarray(
        better
        if doubling is None
        else chips_to_people.hardware_growth(better, times, doubling.value)
    )


def _ladder(plan: Plan, staff: Staff, window: Window) -> Array:
    """Field-years after each step of `LADDER`."""
    field = plan.field
    assert field
    bulk = (
        float(staff.work.researcher_months) * staff.productivity / field.headcount.value / 12
    )  # field-years a month
    steps = np.zeros(len(LADDER))
    steps[:2] = bulk * window.lead, bulk * window.branches[0][1]
    steps[2] = bulk * window.mean(np.asarray)
    for chance, months in window.likely:
        course = Course(months, window.hazard)
        alive, rates = course.alive(course.nodes), _rates(plan, staff, _growth(plan, course.nodes))
        steps[3:-1] += (
            chance
            * window.begins
            * np.array([course.cumulative(alive * rate)[-1] for rate in rates])
        )
        steps[-1] += chance * window.begins * _prepared(plan, rates[-1], course)[-1]
    return steps


def _rates(
    plan: Plan, staff: Staff, grown: Array, demonstrations: float | None = None
) -> list[Array]:
    """Field-years a month at each moment, after theft, growth, share, latency, tax, supervisors, acceptance, and parallel effort.

    Demonstrations are the part of the work on alignment that shows others the risks; default: the plan's.
    """
    field, work = plan.field, staff.work
    assert field
    people = field.headcount.value
    steady = np.full(grown.shape, float(work.researcher_months) * staff.productivity)
    growing = steady * grown
    share, _ = usable_work.directed_work(
        growing, plan.pause.alignment_share.value, plan.pause.own_share.value
    )
    share = share * (1 - (_shown(plan) if demonstrations is None else demonstrations))
    speed = _speed(field, staff)
    slowed = share * speed / float(work.serial_speed)
    taxed = slowed / field.tax.value
    watched = usable_work.supervised_work(
        slowed, _supervisors(field), field.supervision.value, field.tax.value
    )
    right = usable_work.accepted_work(watched, field.precision.value, field.recall.value)
    effective = _side_by_side(field, right, speed)
    linear = [rate / people for rate in (steady, growing, share, slowed, taxed, watched, right)]
    return [rate / 12 for rate in (*linear, effective)]


def _side_by_side(field: FieldOfResearch, right: Array, speed: float) -> Array:
    """Field's work that researcher-months of a month make where P people at speed S do S (P / P_h)^lambda of it."""
    return chips_to_people.field_speedup(
        right / speed, speed, field.headcount.value, field.parallel_exponent.value
    )


def _unsupervised(plan: Plan, staff: Staff) -> tuple[float, float]:
    """Field-years a month at the start of the pause as if nobody had to supervise, and the most that supervisors can look after."""
    field = plan.field
    assert field
    free = plan.model_copy(update={"field": field.model_copy(update={"supervision": one(0.0)})})
    rate = float(_rates(free, staff, np.ones(1))[-1][0])
    if field.supervision.value == 0:
        return rate, np.inf
    watched = usable_work.accepted_work(
        _supervisors(field) / field.supervision.value, field.precision.value, field.recall.value
    )
    return rate, float(_side_by_side(field, watched, _speed(field, staff))) / 12


def _shown(plan: Plan) -> float:
    """Part of the work on alignment that goes into demonstrations of risk."""
    slowed = plan.lead.slow_down if plan.lead else None
    return slowed.demonstrations.share.value if slowed and slowed.demonstrations else 0.0


def _speed(field: FieldOfResearch, staff: Staff) -> float:
    """Serial speed once work waits for reviews."""
    if field.work_per_review is None:
        return float(staff.work.serial_speed)
    speedup = float(staff.work.serial_speed) / staff.clock
    return float(
        usable_work.reviewed_speed(
            speedup, field.work_per_review.value, field.review_latency.value, staff.clock
        )
    )


def _supervisors(field: FieldOfResearch) -> float:
    return (field.supervisors or field.headcount).value


def _supervision(field: FieldOfResearch, staff: Staff) -> dict[str, Any]:
    """Where supervision starts to bind, what binds, and the break-even of uncompetitive methods, at the start of the pause."""
    bulk = float(staff.work.researcher_months) * staff.productivity
    reviewed = bulk * _speed(field, staff) / float(staff.work.serial_speed)
    able, people = reviewed / field.tax.value, _supervisors(field)
    done = float(
        usable_work.supervised_work(reviewed, people, field.supervision.value, field.tax.value)
    )
    return {
        "reviewed_serial_speed": _speed(field, staff),
        "supervision_binds_at": float(usable_work.supervision_binds_at(able, people))
        if able > 0
        else np.inf,
        "binding": "supervisors" if done < able else "tokens",
        "break_even_tax": float(usable_work.break_even_tax(bulk, field.headcount.value)),
    }


def _prepared(plan: Plan, rate: Array, course: Course) -> Array:
    """Expected field-years up to each edge of a course, with what preparation adds to a rate at its nodes."""
    terms = plan.pause.preparation
    if terms is None:
        return course.cumulative(rate * course.alive(course.nodes))
    clock = course.cumulative(rate)  # field-years without it: time as preparation counts it
    inputs = {
        "prior": terms.prior.value,
        "theta": terms.theta.value,
        "rate": 1.0,
        "scale": terms.scale.value,
    }
    date = float(pauses.blow_up_date(**inputs))
    if clock[-1] >= date:
        when = float(np.interp(date, clock, course.edges))
        raise RunawayError(
            f"preparation blows up {when:.3g} months into a pause of {course.months:.3g}: with pause.preparation.theta above 1 work "
            "makes more work possible without end; shorten the pause, or take a theta of at most 1"
        )
    done = np.diff(pauses.prepared_work(months=clock, **inputs))
    # what is done between two edges counts if the pause still goes on: its mean probability there
    low, length = course.edges[:-1], np.diff(course.edges)
    lasting = leads.months_survived(course.hazard, length) / np.where(length > 0, length, 1.0)
    return np.concatenate(
        [[0.0], np.cumsum(done * course.alive(low) * np.where(length > 0, lasting, 1.0))]
    )


def _path(
    plan: Plan, staff: Staff, window: Window, demonstrations: float | None = None
) -> dict[str, Any]:
    """The longest pause month by month: whether it still goes on, and work done, with a slow-down of all as likely as it is."""
    month = np.linspace(0.0, max(months for _, months in window.likely), MOMENTS)
    goes_on, bulk, done = np.zeros((3, MOMENTS))
    for chance, months in window.likely:
        course, weight = Course(months, window.hazard), chance * window.begins
        rates = _rates(plan, staff, _growth(plan, course.nodes), demonstrations)
        goes_on += weight * np.where(month <= months, course.alive(month), 0.0)
        bulk += weight * np.interp(
            month, course.edges, course.cumulative(rates[1] * course.alive(course.nodes))
        )
        done += weight * np.interp(month, course.edges, _prepared(plan, rates[-1], course))
    return {"month": month, "goes_on": goes_on, "bulk_work": bulk, "effective_work": done}


def _schedule(plan: Plan, staff: Staff, point: dict[str, float]) -> dict[str, Any]:
    """The best use of the lead from the present on, beside a stop at once and a run to the point of pause."""
    risk, lead, field = plan.risk, plan.lead, plan.field
    assert risk and lead and field
    start, cap = _unsupervised(plan, replace(staff, productivity=1.0))
    # where the pause is due now, next to nothing stands in for no stretch of capability at all, of which a schedule has none
    ceiling = max(point["confident_pause_point"], _NO_STRETCH)
    terms = ScheduleTerms(
        lead=_usable(lead, 0.0)[1],
        ceiling=ceiling,
        pace=risk.pace.value,
        productivity=start,
        cap=cap,
        productivity_slope=risk.productivity_slope.value * field.parallel_exponent.value,
        leak=float(
            leads.leak_rate(lead.leak.value, lead.leak_by_deployment.value, lead.deployment.value)
        ),
        theft=lead.theft.value,
        risk_intercept=float(np.log(risk.at_present.value)),
        risk_slope=risk.slope.value,
        progress_labour=risk.progress_labour.value,
    )
    paces = best_paces(terms)
    best, ran, now = (
        schedule_outcome(terms, choice) for choice in (paces, np.ones(len(paces)), np.zeros(1))
    )
    return {
        "best_work": float(best.work),
        "run_then_stop_work": float(ran.work),
        "stop_now_work": float(now.work),
        "best_survival": float(best.survival),
        "capability": np.linspace(0.0, ceiling, len(paces) + 1)[:-1],
        "best_pace": paces,
    }


def _organised(plan: Plan, staff: Staff, months: float, memory: Memory) -> dict[str, Any]:
    """The workforce in the plan's catalog, with the months that may be expected of the pause."""
    found = memory.join(staffed(plan, staff.tokens_per_second, staff.stream_speed, memory))
    speedup = np.array([found.speedup[step] for step in STEPS])
    return {
        "organisation_speedup": speedup,
        "organisation_field_years": speedup * months / 12,
        "organisation_bottleneck": found.bottleneck,
        "organisation_latency_speedup": found.latency_speedup,
    }


def _rungs(plan: Plan, window: Window) -> dict[str, Any]:
    """Years and risk of each model for the target, and what it does and risks in the plan's pause, which theft may end."""
    assert plan.ladder and plan.lead
    rungs, theft = list(plan.ladder.rungs.values()), plan.lead.theft.value
    speedup = np.array([rung.speedup.value for rung in rungs])
    risk = np.array([rung.yearly_risk.value for rung in rungs])
    years, run = pauses.target_risk(plan.ladder.target.value, speedup, risk)
    work = speedup * window.begins * window.mean(partial(leads.expected_pause, theft)) / 12
    lasts = [window.mean(partial(leads.months_survived, theft + monthly)) for monthly in risk / 12]
    in_pause = window.begins * risk / 12 * np.array(lasts)
    return {
        "years_to_target": years,
        "risk_to_target": run,
        "risk_per_work": pauses.risk_per_work(risk, speedup),
        "pause_work": work,
        "pause_risk": in_pause,
        "efficient": pauses.efficient(work, in_pause),
    }


def _evidence(plan: Plan) -> dict[str, Any]:
    """Hours of agents to an hour of a person, as seen; what a person's hour cost; and what that says of the plan's tokens."""
    seen = list(plan.evidence.values())

    def known(name: str) -> Array:
        """NaN where it is not known."""
        return np.array(
            [
                np.nan if (quantity := getattr(each, name)) is None else quantity.value
                for each in seen
            ]
        )

    ratio = known("agent_hours") / known("human_hours")
    made = known("tokens_per_agent_hour")
    published = np.isfinite(made)
    found: dict[str, Any] = {
        "agent_hours_per_human_hour": ratio,
        "cost_per_agent_hour": known("cost") / known("agent_hours"),
        "cost_per_human_hour": known("cost") / known("human_hours"),
        "tokens_per_human_second": np.where(
            published,
            chips_to_people.tokens_per_human_second(ratio, np.where(published, made, 1.0)),
            np.nan,
        ),
    }
    if plan.worker is not None:
        assumed = plan.worker.streams.value * plan.worker.serial_tokens.value
        found |= {
            "assumed_tokens_per_human_second": assumed,
            "agreeing_tokens_per_agent_hour": 3600 * assumed / ratio,
        }
    return found
