"""`taskmodel worth`: what more of anything would give, at one point of the compute axis."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING, Any

from taskmodel.cli import asked
from taskmodel.cli.screen import compute, json_text, number, plain, progress, table, wrapped

if TYPE_CHECKING:
    import xarray as xr

    from taskmodel.catalog import Catalog

MOST = 15  # rows of a table
COLUMNS = {
    "throughput_speedup_elasticity": "throughput",
    "latency_speedup_elasticity": "latency",
    "speedup_elasticity": "effective",
}


def command(args: Namespace) -> int:
    """Print elasticities and the next tasks."""
    catalog = asked.catalog(args)
    place = (
        catalog.compute.today.value
        if args.compute is None
        else asked.compute(args.compute, "--compute")
    )
    chosen = asked.inputs(catalog, args.input or [], "--input")
    with progress("differentiating", args.quiet):
        import taskmodel as tm
        from taskmodel.summary import provenance

        found = tm.elasticities(catalog, place, chosen or None)
        tasks = tm.automate_next(catalog, place)
    status = str(found["status"].values[0])
    told = [] if chosen else _tasks(catalog, tasks)
    facts = {
        **provenance(found),
        "compute": place,
        "status": status,
        "inputs": _inputs(found),
        "next_tasks": told,
    }
    print(
        json_text(facts)
        if args.json
        else "\n".join(_lines(catalog, facts, args.all or bool(chosen), args.compute is None))
    )
    return 0


def _inputs(found: xr.Dataset) -> list[dict[str, Any]]:
    """Every input with its elasticities, those that matter most to the effective speed-up first."""
    names = ("output_elasticity", *COLUMNS)
    columns = {name: found[name].isel(compute=0).values.tolist() for name in names}
    columns |= {name: found[name].values.tolist() for name in ("input", "value", "unit")}
    rows = [
        dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)
    ]
    return sorted(
        rows,
        key=lambda row: (
            -abs(row["speedup_elasticity"])
            if row["speedup_elasticity"] == row["speedup_elasticity"]
            else 0.0
        ),
    )


def _tasks(catalog: Catalog, found: xr.Dataset) -> list[dict[str, Any]]:
    names = ("opens_at", "output", "throughput_speedup", "latency_speedup", "speedup")
    rows = zip(
        map(str, found["task"].values),
        *(found[name].values.tolist() for name in names),
        strict=True,
    )
    tasks = [
        {"task": task, "title": catalog.tasks[task].title, **dict(zip(names, values, strict=True))}
        for task, *values in rows
    ]
    return sorted(
        tasks, key=lambda task: -task["speedup"] if task["speedup"] == task["speedup"] else 0.0
    )


def _lines(catalog: Catalog, facts: dict[str, Any], everything: bool, today: bool) -> list[str]:
    inputs = facts["inputs"] if everything else facts["inputs"][:MOST]
    rows = [["1 % more of", "value", *COLUMNS.values()]]
    rows += [[row["input"], _value(row), *(_gain(row[name]) for name in COLUMNS)] for row in inputs]
    lines = [
        *asked.heading(
            catalog, f"at {compute(facts['compute'])} FLOP/year{', today' if today else ''}"
        ),
        "",
        "What 1 % more of an input gives, in per cent of each speed-up",
        *table(rows),
    ]
    rest = len(facts["inputs"]) - len(inputs)
    if rest:
        lines += wrapped(f"And {rest} more, which give less or are at a kink; --all shows them.")
    if facts["status"] not in ("optimal", "kink"):
        lines += wrapped(
            "There is no output here."
            if facts["status"] == "zero"
            else "There is no limit to output here: nothing can be told apart."
        )
    elif any(row[name] != row[name] for row in inputs for name in COLUMNS):
        lines += wrapped(
            "A dash: more and less of it are worth different amounts, as at a threshold."
        )
    tasks = facts["next_tasks"] if everything else facts["next_tasks"][:MOST]
    if tasks:
        rows = [
            ["the next tasks worth automating", "AI can from", "throughput", "latency", "effective"]
        ]
        rows += [
            [
                plain(task["title"], 32),
                compute(task["opens_at"]),
                *(
                    number(task[name])
                    for name in ("throughput_speedup", "latency_speedup", "speedup")
                ),
            ]
            for task in tasks
        ]
        lines += ["", "Speed-ups [x] if AI could do one more task", *table(rows)]
    return lines


def _value(row: dict[str, Any]) -> str:
    return (
        ""
        if row["value"] != row["value"]
        else " ".join(
            filter(None, [number(row["value"]), "" if row["unit"] == "1" else row["unit"]])
        )
    )


def _gain(value: float) -> str:
    return "-" if value != value else f"{value:+.3f} %" if abs(value) >= 0.0005 else "0 %"
