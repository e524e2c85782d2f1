"""`taskmodel lead-time`: what a lead buys."""

import math
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import NamedTuple

import xarray as xr

import taskmodel as tm
from taskmodel.cli.draw_bands import lead_time_bands, needs_draws
from taskmodel.cli.output import Answer, output
from taskmodel.cli.screen import (
    labels,
    number,
    percent,
    plain,
    scientific,
    settings,
    table,
    wrapped,
)
from taskmodel.errors import InputError
from taskmodel.lead.plans import Plan, load_plan

IN_BULK = "In bulk, before tasks, supervision and latency"
STEPS = {
    "bulk": "hours of AI, over those of the field",
    "tasks": "spread over tasks; people at the rest",
    "review": "people review what AI does",
    "experiments": "experiments take compute",
    "effective": "in parallel, and in sequence",
}
LABELS = {
    "steps": "step",
    "organisation_steps": "organisation_step",
    "rungs": "rung",
    "evidence": "evidence",
}


class CaseResult(NamedTuple):
    """Name, title and results of one case of a plan."""

    name: str
    title: str
    result: xr.Dataset


def answer(args: Namespace) -> Answer:
    """Compute a plan."""
    values = dict(args.set)
    if args.months is not None:
        if "lead.months" in values:
            raise InputError("--months and --set lead.months are the same; give one")
        values["lead.months"] = args.months
    plan = load_plan(args.plan, values)
    needs_draws(args)
    if args.draws is not None:
        return lead_time_bands(args, plan)
    with output(args, "computing") as files:
        result = tm.lead_time(plan)
        files.write("result", result, "lead_time", "lead_time")
    cases = _cases(plan, result)
    facts = {
        "plan": plan.name,
        "title": plan.title,
        "overrides": plan.overrides,
        "version": result.attrs["taskmodel_version"],
        "sha256": result.attrs["plan_sha256"],
        **{
            key: [*map(str, result[dim].values)] if dim in result else []
            for key, dim in LABELS.items()
        },
        "cases": [
            {
                "case": case.name,
                "title": case.title,
                **{
                    str(name): variable.values.tolist()
                    for name, variable in case.result.data_vars.items()
                },
            }
            for case in cases
        ],
    }
    return Answer(facts, lambda: _lines(plan, cases), files)


def _cases(plan: Plan, result: xr.Dataset) -> list[CaseResult]:
    if "case" not in result.dims:
        return [CaseResult("", plan.title, result)]
    return [
        CaseResult(name, case.title, result.isel(case=index))
        for index, (name, case) in enumerate(plan.cases.items())
    ]


def _lines(plan: Plan, cases: list[CaseResult]) -> list[str]:
    lines = [plain(plan.title), f"  plan {plan.name}", *settings(plan.overrides)]
    sections = _side_by_side(cases) if len(cases) > 1 else _sections(plan, cases[0].result)
    for section in sections:
        lines += ["", *section]
    return lines


def _sections(plan: Plan, result: xr.Dataset) -> Iterator[list[str]]:
    """Yield the sections of a single case, those for which the plan has results."""
    sections: dict[str, Callable[[xr.Dataset], list[str]]] = {
        # task by task first: work in bulk is many times as much, and not what is left of it
        "organisation_speedup": partial(_organisation, plan),
        "researchers": _workforce,
        "expected_months": _pause,
        "best_work": _schedule,
        "field_years": _ladder,
        "rung": _rungs,
        "evidence": partial(_evidence, plan),
    }
    return (section(result) for name, section in sections.items() if name in result)


def _workforce(result: xr.Dataset) -> list[str]:
    rows = _rows(
        [result],
        {
            "copies of the model": "streams",
            "researchers side by side": "researchers",
            "speed of each [months a month]": "serial_speed",
            "researcher-months a month": "researcher_months_per_month",
        },
    )
    tokens = scientific(float(result["tokens_per_second"]))
    rows.insert(0, ["tokens of all copies [1/s]", tokens])
    lines = ["The workforce", *table(rows)]
    share = float(result["conserved_share"])
    if abs(share - 1) >= 1e-9:
        lines += wrapped(f"Clocks are {result['clocks'].item()} ({percent(share)}).")
    return lines


def _pause(result: xr.Dataset) -> list[str]:
    labels = {
        "lead as stated": "lead",
        "when the pause starts": "lead_at_pause",
        "length of the pause": "usable_months",
        "expected, with theft and takeover": "expected_months",
    }
    if "pause_point" in result:
        labels = {"until the risk reaches its limit": "months_until_pause", **labels}
    rows = _rows([result], labels)
    if float(result["slow_down_probability"]) > 0:
        share = percent(float(result["slow_down_probability"]))
        rows.append(["probability that all slow down", share])
    theft, takeover = (percent(float(result[name])) for name in ("no_theft", "takeover_risk"))
    ends = {"lead": "the lead is gone", "money": "money has run out"}
    return [
        "Lead and pause [months]",
        *table(rows),
        *wrapped(
            f"Nothing is stolen with probability {theft}; a takeover has {takeover}. It ends when "
            f"{ends[result['pause_limit'].item()]}."
        ),
    ]


def _schedule(result: xr.Dataset) -> list[str]:
    rows = _rows(
        [result],
        {
            "stop now": "stop_now_work",
            "full speed to the point of pause, then stop": "run_then_stop_work",
            "the best schedule": "best_work",
        },
    )
    slow = result["best_pace"].values < 1
    slows = "at the point of pause"
    if slow.any():
        orders = float(result["capability"].values[slow.argmax()])
        slows = f"{orders:.2g} orders of magnitude from here"
    return [
        "The best use of the lead [effective field-years]",
        *table(rows),
        *wrapped(f"It is at full speed first, and slows {slows}."),
    ]


def _ladder(result: xr.Dataset) -> list[str]:
    rows = [["", "researcher-months", "field-years", "of the step before"]]
    names = ("step", "researcher_months", "field_years")
    before, unchanged = math.nan, []
    for step, months, years in zip(*(result[name].values.tolist() for name in names), strict=True):
        # a step that changes nothing differs by rounding; the first test covers zero and infinity
        if years == before or abs(years - before) < 1e-9 * before:
            unchanged.append(str(step))
        else:
            share = percent(years / before) if before > 0 else ""
            rows.append([str(step), number(months), number(years), share])
        before = years
    binding = {
        "tokens": "tokens are short, not people",
        "supervisors": "people who supervise are short, not tokens",
    }[result["binding"].item()]
    seconds = number(3600 * float(result["supervision_binds_at"]))
    return [
        IN_BULK,
        *table(rows),
        *(wrapped(f"No change by {', '.join(unchanged)}.") if unchanged else []),
        *wrapped(
            f"At the start {binding}: they keep up with at most {seconds} s of people per hour of "
            "AI's work."
        ),
    ]


def _organisation(plan: Plan, result: xr.Dataset) -> list[str]:
    source = plan.organisation
    assert source is not None  # or there were no such results
    rows = [["", "speed-up [x]", "field-years"]]
    names = ("organisation_step", "organisation_speedup", "organisation_field_years")
    columns = (result[name].values.tolist() for name in names)
    rows += [
        [STEPS[step], number(speedup), number(years)]
        for step, speedup, years in zip(*columns, strict=True)
    ]
    bottleneck = result["organisation_bottleneck"].item().replace("_", "-") or "nothing"
    scenario = f", scenario {source.scenario}" if source.scenario else ""
    return [
        f"What the lead is worth task by task: {plain(source.catalog + scenario)}",
        *table(rows),
        *wrapped(f"What holds research back most is {bottleneck}."),
    ]


def _rungs(result: xr.Dataset) -> list[str]:
    heads = ["years to target", "risk", "per research-year", "work in the pause", "risk"]
    columns = {
        "years_to_target": _number,
        "risk_to_target": _risk,
        "risk_per_work": _risk,
        "pause_work": _number,
        "pause_risk": _risk,
    }
    rows = [["model", *heads, ""]]
    titles = labels({str(name): str(name) for name in result["rung"].values}, 24)
    for index, name in enumerate(result["rung"].values):
        rung = result.isel(rung=index)
        cells = (text(rung[column]) for column, text in columns.items())
        note = "" if bool(rung["efficient"]) else "not efficient"
        rows.append([titles[str(name)], *cells, note])
    return [
        f"Models for the work; a pause of {_number(result['usable_months'])} months",
        *table(rows, left_columns=(0, 6)),
    ]


def _evidence(plan: Plan, result: xr.Dataset) -> list[str]:
    """Compare observed agents with the assumptions of the plan."""
    rows = [["", "agents [h]", "people [h]", "h to an hour", "$ to an hour"]]
    lines: list[str] = []
    titles = labels({name: evidence.title for name, evidence in plan.evidence.items()}, 24)
    for index, (name, evidence) in enumerate(plan.evidence.items()):
        state = result.isel(evidence=index)
        rows.append(
            [
                titles[name],
                number(evidence.agent_hours.value),
                number(evidence.human_hours.value),
                _number(state["agent_hours_per_human_hour"]),
                _number(state["cost_per_human_hour"]),
            ]
        )
        if "assumed_tokens_per_human_second" in result:
            lines += wrapped(_tokens(plain(name), state))
    return [
        "Evidence: what AI agents took that did the work of an hour of a person",
        *table(rows),
        *lines,
    ]


def _tokens(name: str, state: xr.Dataset) -> str:
    observed = float(state["tokens_per_human_second"])
    text = (
        "Its tokens are not published"
        if math.isnan(observed)
        else f"It took {number(observed)} tokens"
    )
    return (
        f"{name}: {text}; the plan takes {_number(state['assumed_tokens_per_human_second'])} "
        "tokens for a second of a person. The two agree if an agent makes "
        f"{_number(state['agreeing_tokens_per_agent_hour'])} tokens an hour."
    )


def _side_by_side(cases: list[CaseResult]) -> Iterator[list[str]]:
    """Yield the sections of several cases, a column for each."""
    first = cases[0].result
    yield [
        "Cases",
        *table([[case.name, plain(case.title, 50)] for case in cases], left_columns=(0, 1)),
    ]
    heads = ["", *(case.name for case in cases)]
    if "organisation_field_years" in first:
        rows = _by_step(cases, "organisation_field_years", "organisation_step", STEPS)
        yield ["What the lead is worth task by task [field-years]", *table([heads, *rows])]
    if "expected_months" in first:
        labels = {
            "lead [months]": "lead",
            "length of the pause": "usable_months",
            "expected length": "expected_months",
            "researchers": "researchers",
            "speed of each": "serial_speed",
        }
        rows = _rows([case.result for case in cases], labels)
        yield ["Lead, pause and workforce", *table([heads, *rows])]
        rows = _by_step(cases, "field_years", "step", {})
        yield [f"{IN_BULK} [field-years]", *table([heads, *rows])]


def _rows(results: list[xr.Dataset], labels: dict[str, str]) -> list[list[str]]:
    """Return a row for each variable by its label, with a column for each result."""
    return [
        [label, *(_number(result[name]) for result in results)] for label, name in labels.items()
    ]


def _by_step(
    cases: list[CaseResult], variable: str, dim: str, labels: Mapping[str, str]
) -> list[list[str]]:
    """Return a row for each step, with a column for each case."""
    steps = map(str, cases[0].result[dim].values)
    columns = (map(number, case.result[variable].values.tolist()) for case in cases)
    return [[labels.get(step, step), *cells] for step, *cells in zip(steps, *columns, strict=True)]


def _number(value: xr.DataArray) -> str:
    return number(float(value))


def _risk(value: xr.DataArray) -> str:
    return f"{100 * float(value):.2g} %"
