"""Medians and 90 % bands over draws, of the critical path and of what a lead buys."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

import taskmodel as tm
from taskmodel.catalog import Catalog
from taskmodel.cli.catalogs import heading, note_slow_draws, task_labels
from taskmodel.cli.output import Answer, output
from taskmodel.cli.screen import counted, labels, number, percent, plain, settings, table, wrapped
from taskmodel.lead.plans import Plan
from taskmodel.summary import provenance_facts

if TYPE_CHECKING:
    import xarray as xr

HEAD = ("5 %", "median", "95 %")
PASS = ("pass_time", "pass_time_without_ai", "latency_speedup")
LEAD = {
    "usable_months": "usable months of the lead",
    "researchers": "researchers",
    "serial_speed": "serial speed",
    "expected_months": "expected months of pause",
    "takeover_risk": "risk of takeover",
}
STEPS = {"review": "field-years task by task", "effective": "in parallel, and in sequence"}


def needs_draws(args: Namespace, *others: str) -> None:
    """Refuse a seed without draws, and options that draws have no use for."""
    if args.draws is None:
        if args.seed is not None:
            raise tm.InputError("--seed is that of draws; give their number with --draws")
        return
    for option in others:
        if getattr(args, option) not in (None, False, "throughput"):
            raise tm.InputError(f"--{option} is for a single answer; leave out --draws, or it")


def latency_bands(args: Namespace, catalog: Catalog, compute: float | None) -> Answer:
    """Find the critical paths of draws, and the chance of each task to be on it."""
    needs_draws(args, "lines", "objective")
    note_slow_draws(catalog, args.quiet)
    with output(args, f"solving {counted(args.draws, 'draw')}") as files:
        drawn = tm.latency_draws(catalog, args.draws, _seed(args), compute)
        bands = tm.bands(drawn)
        files.write("latency_draws", drawn)
    solved = drawn.isel(draw=np.flatnonzero(drawn["status"].values == "solved"))
    chance = solved["critical"].mean("draw")
    tasks = [
        {
            "task": name,
            "title": task.title,
            "critical": float(chance.sel(task=name)),
            "duration": bands["duration"].sel(task=name).values.tolist(),
        }
        for name, task in catalog.tasks.items()
    ]
    facts = {
        **provenance_facts(drawn),
        **_of_draws(drawn),
        "compute": compute,
        **{name: bands[name].values.tolist() for name in PASS},
        "tasks": sorted(tasks, key=lambda task: -task["critical"]),
    }
    return Answer(facts, lambda: _latency_lines(catalog, facts), files)


def _latency_lines(catalog: Catalog, facts: dict[str, Any]) -> list[str]:
    rows = [["", *HEAD]]
    rows += [
        ["one pass, people alone [h]", *map(number, facts["pass_time_without_ai"])],
        ["one pass, with AI [h]", *map(number, facts["pass_time"])],
        ["latency speed-up", *(f"{number(value)}x" for value in facts["latency_speedup"])],
    ]
    titles = task_labels(catalog, 36)
    likely = [["most likely on the critical path", "chance", *(f"{cell} [h]" for cell in HEAD)]]
    likely += [
        [titles[task["task"]], percent(task["critical"]), *map(number, task["duration"])]
        for task in facts["tasks"]
        if task["critical"] >= 0.5
    ]
    return [
        *heading(catalog, f"{counted(facts['draws'], 'draw')}, seed {facts['seed']}"),
        *_failed_lines(facts),
        "",
        *table(rows),
        "",
        *table(likely),
    ]


def lead_time_bands(args: Namespace, plan: Plan) -> Answer:
    """Compute draws of a plan."""
    with output(args, f"computing {counted(args.draws, 'draw')}") as files:
        drawn = tm.lead_time_draws(plan, args.draws, _seed(args))
        bands = tm.bands(drawn)
        files.write("lead_time_draws", drawn)
    facts = {
        "plan": plan.name,
        "title": plan.title,
        "overrides": plan.overrides,
        "version": drawn.attrs["taskmodel_version"],
        "sha256": drawn.attrs["plan_sha256"],
        **_of_draws(drawn),
        "cases": list(_cases(plan, bands)),
    }
    return Answer(facts, lambda: _lead_lines(plan, facts), files)


def _cases(plan: Plan, bands: xr.Dataset) -> Iterator[dict[str, Any]]:
    for name, case in plan.cases.items() or {"": plan}.items():
        of_case = bands.sel(case=name) if name else bands
        rows = {key: of_case[key].values.tolist() for key in LEAD if key in of_case}
        if "organisation_field_years" in of_case:
            years = of_case["organisation_field_years"]
            for step in STEPS:
                values = years.sel(organisation_step=step).values.tolist()
                rows[f"organisation_field_years_{step}"] = values
        yield {"case": name, "title": case.title, **rows}


def _lead_lines(plan: Plan, facts: dict[str, Any]) -> list[str]:
    lines = [
        plain(plan.title),
        f"  plan {plan.name}; {counted(facts['draws'], 'draw')}, seed {facts['seed']}",
        *settings(plan.overrides),
        *_failed_lines(facts),
    ]
    titles = LEAD | {f"organisation_field_years_{step}": title for step, title in STEPS.items()}
    cases = labels({case["case"]: case["title"] for case in facts["cases"]}, 44)
    for case in facts["cases"]:
        rows = [[cases[case["case"]] if case["case"] else "", *HEAD]]
        rows += [
            [title, *map(percent if key == "takeover_risk" else number, case[key])]
            for key, title in titles.items()
            if key in case and (key != "takeover_risk" or plan.risk is not None)
        ]
        lines += ["", *table(rows)]
    return lines


def _seed(args: Namespace) -> int:
    return 1 if args.seed is None else args.seed


def _of_draws(drawn: xr.Dataset) -> dict[str, Any]:
    failed = np.flatnonzero(drawn["status"].values == "failed").tolist()
    return {
        "draws": drawn.sizes["draw"],
        "seed": int(drawn.attrs["seed"]),
        "quantiles": [0.05, 0.5, 0.95],
        "failed": [
            {"draw": int(drawn["draw"][row]), "reason": str(drawn["reason"].values[row])}
            for row in failed
        ],
    }


def _failed_lines(facts: dict[str, Any]) -> list[str]:
    if not facts["failed"]:
        return []
    first = facts["failed"][0]
    return wrapped(
        f"{counted(len(facts['failed']), 'draw')} without an answer, left out; draw "
        f"{first['draw']}: {first['reason']}"
    )
