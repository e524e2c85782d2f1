"""`taskmodel latency`: the critical path at one point of the compute axis, and who waits for whom."""

from __future__ import annotations

import math
from argparse import Namespace
from typing import TYPE_CHECKING, Any

from taskmodel.cli import asked
from taskmodel.cli.screen import (
    compute,
    hours,
    json_text,
    number,
    percent,
    plain,
    progress,
    table,
    wrapped,
)
from taskmodel.errors import NoAnswer

if TYPE_CHECKING:
    import xarray as xr

    from taskmodel.catalog import Catalog

NEAREST = 5  # tasks off the critical path that are shown
HEADS = {
    "people": "people",
    "ai": "AI",
    "review": "review",
    "queue": "queue",
    "off_hours": "closed",
    "gate": "gate",
    "repeats": "again",
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
SPENT = {
    "people": "people's work",
    "ai": "AI's work",
    "review": "review itself",
    "queue": "waiting for a free reviewer",
    "off_hours": "waiting for reviewers who are at home",
    "gate": "waiting for approvals",
    "repeats": "going round again",
}
WHO = {
    "human": "people",
    "ai_full_review": "AI, all reviewed",
    "ai_floor_review": "AI, floor reviewed",
    "ai_no_review": "AI, not reviewed",
}


def command(args: Namespace) -> int:
    """Print the critical path."""
    catalog = asked.catalog(args)
    place = (
        catalog.compute.today.value
        if args.compute is None
        else asked.compute(args.compute, "--compute")
    )
    lines = (
        None
        if args.lines is None
        else asked.positive(args.lines, "--lines", "number of units, such as 1000")
    )
    with progress("solving", args.quiet):
        import taskmodel as tm
        from taskmodel.errors import UnstableQueue
        from taskmodel.summary import provenance

        counted = catalog.latency.count_queues and catalog.latency.count_review
        try:
            path = tm.latency(catalog, place)
        except UnstableQueue as error:
            raise NoAnswer(f"{error}{_best(catalog, place)}") from None
        best = tm.best_utilisation(catalog, place) if counted else None
        capped = None if lines is None else tm.parallel_lines(catalog, lines, place)
    facts = {**provenance(path), **_facts(catalog, path, best)}
    if capped is not None:
        facts["parallel_lines"] = {
            str(name): float(value) for name, value in capped.data_vars.items()
        }
    print(
        json_text(facts) if args.json else "\n".join(_lines(catalog, facts, args.compute is None))
    )
    return 0


def _best(catalog: Catalog, place: float) -> str:
    """The best planned utilisation, where there is one."""
    import taskmodel as tm

    try:
        found = float(tm.best_utilisation(catalog, place)["utilisation"])
    except (
        tm.SolveError
    ):  # other reviewers have no time to spare either: the message tells of these
        return ""
    return "" if math.isnan(found) else f"; the best here is {found:.3f}"


def _facts(catalog: Catalog, path: xr.Dataset, best: xr.Dataset | None) -> dict[str, Any]:
    tasks: list[dict[str, Any]] = []
    for index, (name, task) in enumerate(catalog.tasks.items()):
        at = path.isel(task=index)
        shares = dict(
            zip(map(str, path["mode"].values), at["mode_share"].values.tolist(), strict=True)
        )
        numbers = {key: float(at[key]) for key in ("start", "duration", "slack", "in_progress")}
        spent = {"duration_part": _by_part(path, at["duration_part"])}
        tasks.append(
            {
                "task": name,
                "title": task.title,
                **numbers,
                **spent,
                "mode_share": shares,
                "critical": bool(at["critical"]),
            }
        )
    critical = sorted((task for task in tasks if task["critical"]), key=lambda task: task["start"])
    others = sorted(
        (task for task in tasks if not task["critical"]), key=lambda task: task["slack"]
    )
    return {
        "compute": float(path["compute"]),
        **{
            name: float(path[name])
            for name in ("pass_time", "pass_time_without_ai", "latency_speedup")
        },
        "pass_part": _by_part(path, path["pass_part"]),
        "critical_path": critical,
        "others": others,
        "queues": [
            {"pool": str(pool), **{name: float(path[f"queue_{name}"][place]) for name in QUEUE}}
            for place, pool in enumerate(path["review_pool"].values)
        ],
        "best_utilisation": None
        if best is None
        else {
            name: best[name].item()
            for name in (
                "utilisation",
                "review_binds",
                "speedup",
                "speedup_as_is",
                "latency_speedup",
            )
        },
    }


def _by_part(path: xr.Dataset, values: xr.DataArray) -> dict[str, float]:
    return dict(zip(map(str, path["part"].values), values.values.tolist(), strict=True))


def _lines(catalog: Catalog, facts: dict[str, Any], today: bool) -> list[str]:
    path, others, total = facts["critical_path"], facts["others"], facts["pass_time"]
    lines = [
        *asked.heading(
            catalog, f"at {compute(facts['compute'])} FLOP/year{', today' if today else ''}"
        ),
        "",
        "One pass through all tasks, wall-clock time",
        f"  people alone  {hours(facts['pass_time_without_ai'])}",
        f"  with AI       {hours(total)}: {number(facts['latency_speedup'])}x as fast",
        "",
        "On the critical path, in order",
        *table(
            [
                ["task", "time [h]", "of all", "done by"],
                *(_row(task, percent(task["duration"] / total)) for task in path),
            ],
            left=(0, 3),
        ),
    ]
    if sum(task["duration"] for task in path) > total * (1 + 1e-9):
        lines += wrapped("Several paths through these tasks are equally long.")
    if others:
        near = others[:NEAREST]
        lines += [
            "",
            f"The nearest {len(near)} of {len(others)} tasks beside it; slack: how much longer they may take",
            *table(
                [
                    ["task", "time [h]", "slack [h]", "done by"],
                    *(_row(task, number(task["slack"])) for task in near),
                ],
                left=(0, 3),
            ),
        ]
    return [
        *lines,
        *_waits(facts, [*path, *others[:NEAREST]]),
        *_queues(facts),
        *_capped(facts.get("parallel_lines")),
    ]


def _capped(found: dict[str, float] | None) -> list[str]:
    """What a cap on units on their way leaves."""
    if found is None:
        return []
    there = f"{number(found['lines_used'])} units are on their way at a time"
    if found["throughput_left"] == 1:
        return ["", *wrapped(f"{there}: {number(found['lines'])} lines are enough.", indent="")]
    left = f"{percent(found['throughput_left'])} of the throughput: {number(found['throughput_speedup'])}x"
    more = f"against {number(found['throughput_speedup_as_is'])}x; effective {number(found['speedup'])}x"
    return [
        "",
        *wrapped(f"{there}; {number(found['lines'])} lines leave {left}, {more}.", indent=""),
    ]


def _waits(facts: dict[str, Any], tasks: list[dict[str, Any]]) -> list[str]:
    """Who waits for whom: what the time of each task is made of, and of the pass."""
    parts = [part for part in HEADS if any(task["duration_part"][part] > 0 for task in tasks)]
    rows = [
        [plain(task["title"], 22), *(number(task["duration_part"][part]) for part in parts)]
        for task in tasks
    ]
    shares = sorted(
        (
            (time / facts["pass_time"], part)
            for part, time in facts["pass_part"].items()
            if time > 0
        ),
        reverse=True,
    )
    said = ", ".join(f"{percent(share)} {SPENT[part]}" for share, part in shares)
    return [
        "",
        "What the time of these tasks is made of [h]",
        *table([["task", *(HEADS[part] for part in parts)], *rows]),
        *wrapped(f"Of the pass: {said}."),
    ]


def _queues(facts: dict[str, Any]) -> list[str]:
    """The queues in front of reviewers, and what to plan for."""
    lines: list[str] = []
    for queue in facts["queues"]:
        busy = f"{number(queue['servers'])} at work, {percent(queue['utilisation'])} of their time in use"
        wait = f"work waits {number(queue['wait'])} of their hours for one, {number(queue['waiting'])} units at a time"
        lines += ["", *wrapped(f"Reviewers ({queue['pool']}): {busy}; {wait}.", indent="")]
    best = facts["best_utilisation"]
    if best is None:
        return lines
    if math.isnan(best["utilisation"]):
        return [
            *lines,
            *wrapped(
                "No planned utilisation is best: the effective speed-up only grows, or only falls, with it.",
                indent="",
            ),
        ]
    if not best["review_binds"]:
        return [
            *lines,
            *wrapped(
                "Review has time to spare: nothing is gained by planning for less of it.", indent=""
            ),
        ]
    gain = f"effective speed-up {number(best['speedup'])}x, against {number(best['speedup_as_is'])}x as it is"
    whose = " (review)" if len(facts["queues"]) > 1 else ""
    return [
        *lines,
        *wrapped(
            f"Best planned utilisation of reviewers{whose}: {best['utilisation']:.3f}; {gain}.",
            indent="",
        ),
    ]


def _row(task: dict[str, Any], what: str) -> list[str]:
    return [plain(task["title"], 36), number(task["duration"]), what, _who(task)]


def _who(task: dict[str, Any]) -> str:
    parts = {WHO.get(mode, mode): share for mode, share in task["mode_share"].items() if share > 0}
    return "; ".join(
        who if share > 1 - 1e-9 else f"{percent(share)} {who}" for who, share in parts.items()
    )
