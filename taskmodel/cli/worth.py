"""`taskmodel worth`: what more of each input would give, at one point of the compute axis."""

import math
from argparse import Namespace
from typing import Any

import xarray as xr

import taskmodel as tm
from taskmodel.catalog import Catalog
from taskmodel.cli.calendar import Calendar, short
from taskmodel.cli.catalogs import check_number, heading_at, load, point, task_labels
from taskmodel.cli.output import Answer, output
from taskmodel.cli.screen import number, scientific, signed, table, wrapped
from taskmodel.cli.words import SPEEDUP_HEADS, SPEEDUP_WORDS, SPEEDUPS, records, speedup_cells
from taskmodel.summary import provenance_facts

MAX_ROWS = 15  # of a table
ELASTICITIES = tuple(f"{name}_elasticity" for name in ("output", *SPEEDUPS))
RELATIVE = (
    "Speed-ups are relative to the same people without AI, so that more people can lower them; "
    "output is not."
)


def answer(args: Namespace) -> Answer:
    """Differentiate with respect to the inputs, and automate each next task."""
    catalog = load(args)
    compute = point(catalog, args)
    for path in args.input:
        check_number(catalog, path, "--input")
    with output(args, "differentiating") as files:
        result = tm.elasticities(catalog, compute, args.input or None)
        files.write("worth", result, "worth", "elasticities")
        tasks = [] if args.input else _tasks(catalog, tm.automate_next(catalog, compute))
    columns = (*ELASTICITIES, "input", "value", "unit")
    inputs = records(result.isel(compute=0), columns)
    facts = {
        **provenance_facts(result),
        "compute": compute,
        "status": str(result["status"].values[0]),
        "inputs": sorted(inputs, key=_gain_of),
        "next_tasks": tasks,
    }
    limit = len(inputs) + len(tasks) if args.all or args.input else MAX_ROWS
    return Answer(facts, lambda: _lines(catalog, facts, limit), files)


def _gain_of(row: dict[str, Any]) -> tuple[float, float]:
    """Return what an input is sorted by: the speed-up, then output, the largest first."""
    return -_size(row["speedup_elasticity"]), -_size(row["output_elasticity"])


def _size(value: float) -> float:
    """Return the absolute value, and 0 for NaN."""
    return 0.0 if math.isnan(value) else abs(value)


def _tasks(catalog: Catalog, result: xr.Dataset) -> list[dict[str, Any]]:
    rows = records(result, ("task", "opens_at", "output", *SPEEDUPS))
    rows = [{**row, "title": catalog.tasks[row["task"]].title} for row in rows]
    return sorted(rows, key=lambda row: -_size(row["speedup"]))


def _lines(catalog: Catalog, facts: dict[str, Any], limit: int) -> list[str]:
    inputs = facts["inputs"][:limit]
    rows = [["1 % more of", "value", "output", *SPEEDUP_HEADS]]
    rows += [
        [row["input"], _value(row), *(_gain(row[name]) for name in ELASTICITIES)] for row in inputs
    ]
    lines = [
        *heading_at(catalog, facts["compute"], *(row["input"] for row in inputs)),
        "",
        "Gain of output and of each speed-up from 1 % more of an input, in per cent",
        *table(rows),
        SPEEDUP_WORDS,
        *wrapped(RELATIVE),
    ]
    rest = len(facts["inputs"]) - len(inputs)
    if rest:
        lines += wrapped(f"And {rest} more, which give less or are at a kink; --all shows them.")
    if facts["status"] == "zero":
        lines += wrapped("There is no output here.")
    elif facts["status"] not in ("optimal", "kink"):
        lines += wrapped("Output is without limit here: elasticities are not defined.")
    elif any(math.isnan(row[name]) for row in inputs for name in ELASTICITIES):
        lines += wrapped("A dash: more and less of it have different effects, as at a threshold.")
    tasks = facts["next_tasks"][:limit]
    if tasks:
        calendar, titles = Calendar(catalog), task_labels(catalog, 22)
        rows = [["worth automating next", "AI can from", "date", *SPEEDUP_HEADS]]
        rows += [
            [
                titles[task["task"]],
                scientific(task["opens_at"]),
                short(calendar.month(task["opens_at"])),
                *speedup_cells(task),
            ]
            for task in tasks
        ]
        lines += ["", "Speed-ups [x] if AI could do one more task", *table(rows)]
        lines += wrapped(f"Dates along {calendar.paths}.") if calendar.paths else []
    return lines


def _value(row: dict[str, Any]) -> str:
    if math.isnan(row["value"]):
        return ""
    return number(row["value"]) + ("" if row["unit"] in ("1", "") else f" {row['unit']}")


def _gain(value: float) -> str:
    return "0 %" if abs(value) < 0.0005 else signed(value, 3, " %")
