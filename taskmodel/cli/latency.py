"""`taskmodel latency`: the critical path at one point of the compute axis, and its waits."""

import math
from argparse import Namespace
from collections.abc import Mapping
from typing import Any

import xarray as xr

import taskmodel as tm
from taskmodel.catalog import Catalog
from taskmodel.cli.catalogs import heading_at, load, point, task_labels
from taskmodel.cli.draw_bands import latency_bands, needs_draws
from taskmodel.cli.output import Answer, output
from taskmodel.cli.screen import counted, hours, number, percent, table, wrapped
from taskmodel.cli.words import MODES, by_label, numbers, records
from taskmodel.errors import NoAnswer, SolveError, UnstableQueue
from taskmodel.summary import provenance_facts

SAME_SHARE = 1e-6  # of a task's units: a difference below it is not told
NEAREST = 5  # tasks off the critical path that are shown
PARTS = {
    "people": ("people", "people's work"),
    "ai": ("AI", "AI's work"),
    "review": ("review", "review itself"),
    "queue": ("queue", "waiting for a free reviewer"),
    "off_hours": ("closed", "waiting for reviewers who are at home"),
    "gate": ("gate", "waiting for approvals"),
    "repeats": ("again", "repetition in feedback loops"),
}
QUEUE = (
    "servers",
    "utilisation",
    "arrivals",
    "service_time",
    "service_variability",
    "wait",
    "waiting",
)
SHARES = ("mode_share", "mode_share_as_is")
PLAN = ("throughput_speedup", "latency_speedup", "speedup", "pass_time")
BEST = ("utilisation", "review_binds", "speedup", "speedup_as_is", "latency_speedup")


def answer(args: Namespace) -> Answer:
    """Find the critical path, the queues, and the effect of a cap on parallel units."""
    catalog = load(args)
    needs_draws(args)
    if args.draws is not None:
        return latency_bands(args, catalog, args.compute)
    compute = point(catalog, args)
    with output(args, "solving") as files:
        counted = catalog.latency.count_queues and catalog.latency.count_review
        try:
            result = tm.latency(catalog, compute)
        except UnstableQueue as error:
            raise NoAnswer(f"{error}{_best(catalog, compute)}") from None
        files.write("latency", result, "latency", "latency")
        files.figure("task_graph", lambda plots: plots.task_graph(catalog, None, compute))
        best = tm.best_utilisation(catalog, compute) if counted else None
        capped = None if args.lines is None else tm.parallel_lines(catalog, args.lines, compute)
        together = args.objective == "effective"
        plan = tm.effective_plan(catalog, compute) if together else None
    facts = {**provenance_facts(result), **_facts(catalog, result)}
    facts["best_utilisation"] = None if best is None else {key: best[key].item() for key in BEST}
    if capped is not None:
        facts["parallel_lines"] = numbers(capped, map(str, capped.data_vars))
    if plan is not None:
        facts["effective_plan"] = _plan_facts(catalog, plan)
    return Answer(facts, lambda: _lines(catalog, facts), files)


def _best(catalog: Catalog, compute: float) -> str:
    """Return the best planned utilisation, as the end of a sentence."""
    try:
        best = float(tm.best_utilisation(catalog, compute)["utilisation"])
    except SolveError:  # another pool of reviewers has no time to spare: the message names it
        return ""
    return "" if math.isnan(best) else f"; the best here is {best:.3f}"


def _facts(catalog: Catalog, result: xr.Dataset) -> dict[str, Any]:
    tasks: list[dict[str, Any]] = []
    for index, (name, task) in enumerate(catalog.tasks.items()):
        state = result.isel(task=index)
        tasks.append(
            {
                "task": name,
                "title": task.title,
                **numbers(state, ("start", "duration", "slack", "in_progress")),
                "duration_part": by_label(state["duration_part"]),
                "mode_share": by_label(state["mode_share"]),
                "critical": bool(state["critical"]),
            }
        )
    critical = [task for task in tasks if task["critical"]]
    others = [task for task in tasks if not task["critical"]]
    return {
        **numbers(result, ("compute", "pass_time", "pass_time_without_ai", "latency_speedup")),
        "pass_part": by_label(result["pass_part"]),
        "critical_path": sorted(critical, key=lambda task: task["start"]),
        "others": sorted(others, key=lambda task: task["slack"]),
        "queues": [
            {"pool": str(pool), **queue}
            for pool, queue in zip(
                result["review_pool"].values, records(result, QUEUE, "queue_"), strict=True
            )
        ],
    }


def _lines(catalog: Catalog, facts: dict[str, Any]) -> list[str]:
    path, total = facts["critical_path"], facts["pass_time"]
    nearest = facts["others"][:NEAREST]
    rows = [["task", "time [h]", "of all", "done by"]]
    titles = task_labels(catalog, 36)
    rows += [_row(titles, task, percent(task["duration"] / total)) for task in path]
    lines = [
        *heading_at(catalog, facts["compute"]),
        "",
        "One pass through all tasks, wall-clock time",
        f"  people alone  {hours(facts['pass_time_without_ai'])}",
        f"  with AI       {hours(total)}: {number(facts['latency_speedup'])}x as fast",
        *wrapped(
            "A task begins as soon as those before it are done: nobody waits for people to do it, "
            f"of whom there are enough here{_reviewers_too(catalog)}."
        ),
        "",
        "On the critical path, in order",
        *table(rows, left_columns=(0, 3)),
    ]
    # critical tasks of a single path add up to the pass, but for rounding
    if sum(task["duration"] for task in path) > total * (1 + 1e-9):
        lines += wrapped("Several paths through these tasks are equally long.")
    if nearest:
        rows = [["task", "time [h]", "slack [h]", "done by"]]
        rows += [_row(titles, task, number(task["slack"])) for task in nearest]
        lines += [
            "",
            f"The nearest {len(nearest)} of {counted(len(facts['others']), 'task')} beside it; "
            "slack: how much longer they may take",
            *table(rows, left_columns=(0, 3)),
        ]
    return [
        *lines,
        *_parts(catalog, facts, [*path, *nearest]),
        *_queues(facts["queues"]),
        *_best_lines(facts),
        *_capped(facts.get("parallel_lines")),
        *_plan_lines(catalog, facts.get("effective_plan")),
    ]


def _reviewers_too(catalog: Catalog) -> str:
    """Say whether there are enough reviewers, too, as the end of a sentence."""
    if catalog.latency.count_queues:
        return "; reviewers are as many as the catalog has"
    return ", reviewers included (latency.count_queues counts the queues before them)"


def _row(titles: Mapping[str, str], task: dict[str, Any], cell: str) -> list[str]:
    modes = (
        MODES.get(mode, mode) if share > 1 - 1e-9 else f"{percent(share)} {MODES.get(mode, mode)}"
        for mode, share in task["mode_share"].items()
        if share > 0
    )
    return [titles[task["task"]], number(task["duration"]), cell, "; ".join(modes)]


def _parts(catalog: Catalog, facts: dict[str, Any], tasks: list[dict[str, Any]]) -> list[str]:
    """Return what the time of each task, and of the pass, consists of."""
    parts = [
        component
        for component in PARTS
        if any(task["duration_part"][component] > 0 for task in tasks)
    ]
    titles = task_labels(catalog, 22)
    rows = [["task", *(PARTS[component][0] for component in parts)]]
    rows += [
        [
            titles[task["task"]],
            *(number(task["duration_part"][component]) for component in parts),
        ]
        for task in tasks
    ]
    shares = sorted(
        (
            (time / facts["pass_time"], component)
            for component, time in facts["pass_part"].items()
            if time > 0
        ),
        reverse=True,
    )
    pass_parts = ", ".join(f"{percent(share)} {PARTS[component][1]}" for share, component in shares)
    return [
        "",
        "What the time of these tasks consists of [h]",
        *table(rows),
        *wrapped(f"Of the pass: {pass_parts}."),
    ]


def _queues(queues: list[dict[str, Any]]) -> list[str]:
    lines: list[str] = []
    for queue in queues:
        text = (
            f"Reviewers ({queue['pool']}): {number(queue['servers'])} at work, "
            f"{percent(queue['utilisation'])} of their time in use; work waits "
            f"{number(queue['wait'])} of their hours for one, {number(queue['waiting'])} units at "
            "a time."
        )
        lines += ["", *wrapped(text, indent="")]
    return lines


def _best_lines(facts: dict[str, Any]) -> list[str]:
    """Return the best planned utilisation."""
    best = facts["best_utilisation"]
    if best is None:
        return []
    if math.isnan(best["utilisation"]):
        text = (
            "No planned utilisation is best: the effective speed-up only grows, or only falls, "
            "with it."
        )
    elif not best["review_binds"]:
        text = "Review has time to spare: nothing is gained by planning for less of it."
    else:
        pool = " (review)" if len(facts["queues"]) > 1 else ""
        text = (
            f"Best planned utilisation of reviewers{pool}: {best['utilisation']:.3f}; effective "
            f"speed-up {number(best['speedup'])}x, against {number(best['speedup_as_is'])}x as "
            "it is."
        )
    return wrapped(text, indent="")


def _capped(capped: dict[str, float] | None) -> list[str]:
    """Return the effect of a cap on the units in progress."""
    if capped is None:
        return []
    text = f"{number(capped['lines_used'])} units are in progress at a time"
    cap = number(capped["lines"])
    if capped["throughput_left"] == 1:
        return ["", *wrapped(f"{text}: {cap} lines are enough.", indent="")]
    return [
        "",
        *wrapped(
            f"{text}; {cap} lines leave {percent(capped['throughput_left'])} of the throughput: "
            f"{number(capped['throughput_speedup'])}x, against "
            f"{number(capped['throughput_speedup_as_is'])}x; effective "
            f"{number(capped['speedup'])}x.",
            indent="",
        ),
    ]


def _plan_facts(catalog: Catalog, plan: xr.Dataset) -> dict[str, Any]:
    """Return the best plan for throughput and latency together, and what it does otherwise."""
    tasks = [
        {
            "task": name,
            "title": task.title,
            "mode_share": by_label(state["mode_share"]),
            "mode_share_as_is": by_label(state["mode_share_as_is"]),
        }
        for name, task in catalog.tasks.items()
        if (abs((state := plan.sel(task=name))["mode_share"] - state["mode_share_as_is"])).max()
        > SAME_SHARE
    ]
    names = (*PLAN, *(f"{name}_as_is" for name in PLAN), "speedup_bound")
    return {**numbers(plan, names), "tasks": tasks}


def _plan_lines(catalog: Catalog, plan: dict[str, Any] | None) -> list[str]:
    if plan is None:
        return []
    rows = [["", "throughput", "latency", "effective"]]
    rows += [
        [title, *(f"{number(plan[name + suffix])}x" for name in PLAN[:3])]
        for title, suffix in (("plan of most throughput", "_as_is"), ("best plan found", ""))
    ]
    lines = [
        "",
        "The plan for throughput and latency together",
        *table(rows),
        *wrapped(
            f"No plan has an effective speed-up above {number(plan['speedup_bound'])}x. "
            + ("What it does otherwise:" if plan["tasks"] else "It does nothing otherwise.")
        ),
    ]
    if not plan["tasks"]:
        return lines
    titles = task_labels(catalog, 48)
    rows = [["task", "by AI", "before"]]
    rows += [
        [titles[task["task"]], *(percent(1 - task[shares]["human"]) for shares in SHARES)]
        for task in plan["tasks"]
    ]
    return [*lines, *table(rows)]
