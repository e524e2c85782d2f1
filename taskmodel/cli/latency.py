"""`taskmodel latency`: the critical path at one point of the compute axis."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING, Any

from taskmodel.cli import asked
from taskmodel.cli.screen import compute, hours, json_text, number, percent, plain, progress, table, wrapped

if TYPE_CHECKING:
    import xarray as xr

    from taskmodel.catalog import Catalog

NEAREST = 5  # tasks off the critical path that are shown
WHO = {"human": "people", "ai_full_review": "AI, all reviewed", "ai_floor_review": "AI, floor reviewed", "ai_no_review": "AI, not reviewed"}


def command(args: Namespace) -> int:
    """Print the critical path."""
    catalog = asked.catalog(args)
    place = catalog.compute.today.value if args.compute is None else asked.compute(args.compute, "--compute")
    with progress("solving", args.quiet):
        import taskmodel as tm
        from taskmodel.summary import provenance

        path = tm.latency(catalog, place)
    facts = {**provenance(path), **_facts(catalog, path)}
    print(json_text(facts) if args.json else "\n".join(_lines(catalog, facts, args.compute is None)))
    return 0


def _facts(catalog: Catalog, path: xr.Dataset) -> dict[str, Any]:
    tasks: list[dict[str, Any]] = []
    for index, (name, task) in enumerate(catalog.tasks.items()):
        at = path.isel(task=index)
        shares = dict(zip(map(str, path["mode"].values), at["mode_share"].values.tolist(), strict=True))
        numbers = {key: float(at[key]) for key in ("start", "duration", "slack")}
        tasks.append({"task": name, "title": task.title, **numbers, "mode_share": shares, "critical": bool(at["critical"])})
    critical = sorted((task for task in tasks if task["critical"]), key=lambda task: task["start"])
    others = sorted((task for task in tasks if not task["critical"]), key=lambda task: task["slack"])
    return {
        "compute": float(path["compute"]),
        **{name: float(path[name]) for name in ("pass_time", "pass_time_without_ai", "latency_speedup")},
        "critical_path": critical,
        "others": others,
    }


def _lines(catalog: Catalog, facts: dict[str, Any], today: bool) -> list[str]:
    path, others, total = facts["critical_path"], facts["others"], facts["pass_time"]
    lines = [
        *asked.heading(catalog, f"at {compute(facts['compute'])} FLOP/year{', today' if today else ''}"),
        "",
        "One pass through all tasks, wall-clock time",
        f"  people alone  {hours(facts['pass_time_without_ai'])}",
        f"  with AI       {hours(total)}: {number(facts['latency_speedup'])}x as fast",
        "",
        "On the critical path, in order",
        *table([["task", "time [h]", "of all", "done by"], *(_row(task, percent(task["duration"] / total)) for task in path)], left=(0, 3)),
    ]
    if sum(task["duration"] for task in path) > total * (1 + 1e-9):
        lines += wrapped("Several paths through these tasks are equally long.")
    if others:
        near = others[:NEAREST]
        lines += [
            "",
            f"The nearest {len(near)} of {len(others)} tasks beside it; slack: how much longer they may take",
            *table([["task", "time [h]", "slack [h]", "done by"], *(_row(task, number(task["slack"])) for task in near)], left=(0, 3)),
        ]
    return lines


def _row(task: dict[str, Any], what: str) -> list[str]:
    return [plain(task["title"], 36), number(task["duration"]), what, _who(task)]


def _who(task: dict[str, Any]) -> str:
    parts = {WHO.get(mode, mode): share for mode, share in task["mode_share"].items() if share > 0}
    return "; ".join(who if share > 1 - 1e-9 else f"{percent(share)} {who}" for who, share in parts.items())
