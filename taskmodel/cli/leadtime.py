"""`taskmodel lead-time`: what a lead buys."""

from __future__ import annotations

import math
from argparse import Namespace
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from taskmodel.cli import asked
from taskmodel.cli.files import results_folder
from taskmodel.cli.screen import (
    compute,
    json_text,
    note,
    number,
    percent,
    plain,
    progress,
    table,
    wrapped,
)
from taskmodel.errors import InputError, NoAnswer

if TYPE_CHECKING:
    import xarray as xr

    from taskmodel.lead.plans import Plan

STEPS = {
    "bulk": "hours of AI, over those of the field",
    "tasks": "spread over tasks; people at the rest",
    "review": "people look at what AI does",
    "experiments": "experiments take compute",
    "effective": "side by side, and one after the other",
}


def command(args: Namespace) -> int:
    """Reckon a plan, write what was asked for, print the answer."""
    from taskmodel.lead.plans import load_plan

    values = asked.overrides(args.set)
    if args.months is not None:
        if "lead.months" in values:
            raise InputError("--months and --set lead.months are the same; give one")
        values["lead.months"] = _months(args.months)
    plan = load_plan(args.plan, values)
    with progress("reckoning", args.quiet):
        result = _reckoned(plan)
    files = _written(result, args) if args.output is not None else []
    if args.json:
        print(json_text({**_facts(plan, result), "files": files}))
    else:
        print(
            "\n".join(
                [*_lines(plan, result), *(["", f"Written to {', '.join(files)}"] if files else [])]
            )
        )
    return 0


def _months(text: str) -> float:
    try:
        months = float(text)
    except ValueError:
        months = math.nan
    if not math.isfinite(months):
        raise InputError(f"--months {text}: a number of months is needed, such as --months 6")
    return months


def _reckoned(plan: Plan) -> xr.Dataset:
    """The result, or why there is none."""
    import taskmodel as tm
    from taskmodel.errors import NoPause, RunawayError

    try:
        return tm.lead_time(plan)
    except (NoPause, RunawayError) as error:
        raise NoAnswer(str(error)) from error


def _written(result: xr.Dataset, args: Namespace) -> list[str]:
    """Result and figure in a folder, whole or not at all."""
    import taskmodel as tm

    folder, figures = Path(args.output), find_spec("matplotlib") is not None
    if not figures:
        note(
            "note: no figure, since matplotlib is not installed; to have it: pip install 'taskmodel[plot]'",
            args.quiet,
        )
    with results_folder(folder) as workshop:
        tm.save(result, workshop / "result.nc")
        if figures:
            from taskmodel import plots

            plots.save(plots.lead_time(result), workshop / "lead_time")
        names = sorted(path.name for path in workshop.iterdir())
    return [str(folder / name) for name in names]


def _cases(plan: Plan, result: xr.Dataset) -> list[tuple[str, str, xr.Dataset]]:
    """Name, title and values of each case."""
    if "case" not in result.dims:
        return [("", plan.title, result)]
    return [
        (name, case.title, result.isel(case=index))
        for index, (name, case) in enumerate(plan.cases.items())
    ]


def _facts(plan: Plan, result: xr.Dataset) -> dict[str, Any]:
    return {
        "plan": plan.name,
        "title": plan.title,
        "overrides": plan.overrides,
        "version": result.attrs["taskmodel_version"],
        "sha256": result.attrs["plan_sha256"],
        "steps": [str(step) for step in result["step"].values] if "step" in result else [],
        "organisation_steps": [str(step) for step in result["organisation_step"].values]
        if "organisation_step" in result
        else [],
        "rungs": [str(rung) for rung in result["rung"].values] if "rung" in result else [],
        "evidence": [str(name) for name in result["evidence"].values]
        if "evidence" in result
        else [],
        "cases": [
            {
                "case": name,
                "title": title,
                **{str(key): variable.values.tolist() for key, variable in at.data_vars.items()},
            }
            for name, title, at in _cases(plan, result)
        ],
    }


def _lines(plan: Plan, result: xr.Dataset) -> list[str]:
    head = [
        plain(plan.title),
        f"  plan {plan.name}",
        *(f"  set {path} = {plain(str(value))}" for path, value in plan.overrides.items()),
    ]
    found = _cases(plan, result)
    if len(found) > 1:
        return [*head, *(line for section in _side_by_side(found) for line in ["", *section])]
    _, _, at = found[0]
    sections = [
        _workforce(at),
        _pause(at),
        _schedule(at),
        _ladder(at),
        _organisation(plan, at),
        _rungs(at),
        _evidence(plan, at),
    ]
    return [*head, *(line for section in sections if section for line in ["", *section])]


def _workforce(at: xr.Dataset) -> list[str]:
    if "researchers" not in at:
        return []
    rows = [
        ["tokens of all copies [1/s]", compute(float(at["tokens_per_second"]))],
        ["copies of the model", _number(at["streams"])],
        ["researchers side by side", _number(at["researchers"])],
        ["speed of one [months a month]", _number(at["serial_speed"])],
        ["researcher-months a month", _number(at["researcher_months_per_month"])],
    ]
    share = float(at["conserved_share"])
    clocks = (
        []
        if abs(share - 1) < 1e-9
        else wrapped(f"Clocks are {at['clocks'].item()} ({percent(share)}).")
    )
    return ["The workforce", *table(rows), *clocks]


def _pause(at: xr.Dataset) -> list[str]:
    if "expected_months" not in at:
        return []
    rows = [
        ["lead as stated", _number(at["lead"])],
        ["when the pause starts", _number(at["lead_at_pause"])],
        ["length of the pause", f"{_number(at['usable_months'])}"],
        ["to be expected, with theft and takeover", _number(at["expected_months"])],
    ]
    if "pause_point" in at:
        rows.insert(0, ["until risk is what is tolerated", _number(at["months_until_pause"])])
    if float(at["slow_down_probability"]) > 0:
        rows.append(["chance that all slow down", percent(float(at["slow_down_probability"]))])
    chances = f"Nothing is stolen with probability {percent(float(at['no_theft']))}; a takeover has {percent(float(at['takeover_risk']))}."
    ends = {"lead": "the lead is gone", "money": "money has run out"}[str(at["pause_limit"].item())]
    return ["Lead and pause [months]", *table(rows), *wrapped(f"{chances} It ends when {ends}.")]


def _schedule(at: xr.Dataset) -> list[str]:
    if "best_work" not in at:
        return []
    rows = [
        ["stop now", _number(at["stop_now_work"])],
        ["full speed to the point of pause, then stop", _number(at["run_then_stop_work"])],
        ["the best schedule", _number(at["best_work"])],
    ]
    paces = at["best_pace"].values
    slows = int((paces < 1).argmax()) if (paces < 1).any() else len(paces)
    when = (
        "at the point of pause"
        if slows == len(paces)
        else f"{float(at['capability'].values[slows]):.2g} powers of ten from here"
    )
    return [
        "The best use of the lead [effective field-years]",
        *table(rows),
        *wrapped(f"It is at full speed first, and slows {when}."),
    ]


def _ladder(at: xr.Dataset) -> list[str]:
    if "field_years" not in at:
        return []
    rows = [["", "researcher-months", "field-years", "of the step before"]]
    columns = zip(
        at["step"].values, at["researcher_months"].values, at["field_years"].values, strict=True
    )
    before, same = math.nan, []
    for step, months, years in columns:
        if years == before or abs(years - before) < 1e-9 * before:
            same.append(str(step))
        else:
            rows.append(
                [
                    str(step),
                    number(float(months)),
                    number(float(years)),
                    percent(years / before) if before > 0 else "",
                ]
            )
        before = float(years)
    nothing = wrapped(f"No change by {', '.join(same)}.") if same else []
    binds = {
        "tokens": "tokens are short, not people",
        "supervisors": "people who supervise are short, not tokens",
    }[str(at["binding"].item())]
    most = 3600 * float(at["supervision_binds_at"])
    tail = f"At the start {binds}: they keep up with at most {number(most)} s of people per hour of AI's work."
    return ["From bulk work to work that counts", *table(rows), *nothing, *wrapped(tail)]


def _organisation(plan: Plan, at: xr.Dataset) -> list[str]:
    if "organisation_speedup" not in at or plan.organisation is None:
        return []
    rows = [["", "speed-up [x]", "field-years"]]
    columns = (
        at[name].values
        for name in ("organisation_step", "organisation_speedup", "organisation_field_years")
    )
    rows += [
        [STEPS[str(step)], number(float(speedup)), number(float(years))]
        for step, speedup, years in zip(*columns, strict=True)
    ]
    most = str(at["organisation_bottleneck"].item()).replace("_", "-") or "nothing"
    name = plan.organisation.catalog + (
        f", scenario {plan.organisation.scenario}" if plan.organisation.scenario else ""
    )
    return [
        f"The same workforce task by task: {plain(name)}",
        *table(rows),
        *wrapped(f"What holds research back most is {most}."),
    ]


def _rungs(at: xr.Dataset) -> list[str]:
    if "rung" not in at.dims:
        return []
    rows = [
        ["model", "years to target", "risk", "per research-year", "work in the pause", "risk", ""]
    ]
    for index, name in enumerate(at["rung"].values):
        one = at.isel(rung=index)
        rows.append(
            [
                plain(str(name), 24),
                _number(one["years_to_target"]),
                _risk(one["risk_to_target"]),
                _risk(one["risk_per_work"]),
                _number(one["pause_work"]),
                _risk(one["pause_risk"]),
                "" if bool(one["efficient"]) else "not efficient",
            ]
        )
    return [
        f"Models for the work; a pause of {number(float(at['usable_months']))} months",
        *table(rows, left=(0, 6)),
    ]


def _evidence(plan: Plan, at: xr.Dataset) -> list[str]:
    """How far what has been seen is from what the plan takes for granted."""
    if "evidence" not in at.dims:
        return []
    rows = [["", "agents [h]", "people [h]", "h to an hour", "$ to an hour"]]
    lines: list[str] = []
    for index, (name, seen) in enumerate(plan.evidence.items()):
        one = at.isel(evidence=index)
        ratio, cost = float(one["agent_hours_per_human_hour"]), float(one["cost_per_human_hour"])
        hours = (number(quantity.value) for quantity in (seen.agent_hours, seen.human_hours))
        rows.append(
            [
                plain(seen.title, 24),
                *hours,
                number(ratio),
                "-" if math.isnan(cost) else number(cost),
            ]
        )
        if "assumed_tokens_per_human_second" in at:
            lines += wrapped(_tokens(name, one))
    return [
        "Evidence: what AI agents took that did the work of an hour of a person",
        *table(rows),
        *lines,
    ]


def _tokens(name: str, one: xr.Dataset) -> str:
    assumed, agrees = (
        float(one["assumed_tokens_per_human_second"]),
        float(one["agreeing_tokens_per_agent_hour"]),
    )
    seen = float(one["tokens_per_human_second"])
    says = "Its tokens are not published" if math.isnan(seen) else f"It took {number(seen)} tokens"
    return (
        f"{plain(name)}: {says}; the plan takes {number(assumed)} tokens for a second of a person. The two agree if an agent makes "
        f"{number(agrees)} tokens an hour."
    )


def _side_by_side(found: list[tuple[str, str, xr.Dataset]]) -> Iterator[list[str]]:
    """Several cases: a column for each."""
    yield ["Cases", *table([[name, plain(title, 50)] for name, title, _ in found], left=(0, 1))]
    names = ["", *(name for name, _, _ in found)]
    if "expected_months" in found[0][2]:
        facts = {
            "lead [months]": "lead",
            "length of the pause": "usable_months",
            "to be expected of it": "expected_months",
            "researchers": "researchers",
            "speed of one": "serial_speed",
        }
        rows = [[label, *(_number(at[key]) for _, _, at in found)] for label, key in facts.items()]
        yield ["Lead, pause and workforce", *table([names, *rows])]
        steps = found[0][2]["step"].values
        rows = [
            [str(step), *(number(float(at["field_years"].values[index])) for _, _, at in found)]
            for index, step in enumerate(steps)
        ]
        yield ["From bulk work to work that counts [field-years]", *table([names, *rows])]
    if "organisation_field_years" in found[0][2]:
        steps = found[0][2]["organisation_step"].values
        rows = [
            [
                STEPS[str(step)],
                *(
                    number(float(at["organisation_field_years"].values[index]))
                    for _, _, at in found
                ),
            ]
            for index, step in enumerate(steps)
        ]
        yield ["The same workforce task by task [field-years]", *table([names, *rows])]


def _number(value: xr.DataArray) -> str:
    return number(float(value))


def _risk(value: xr.DataArray) -> str:
    return f"{100 * float(value):.2g} %"
