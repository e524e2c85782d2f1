"""`taskmodel solve-for`: the values of one input that reach a target, or why none does."""

from argparse import Namespace
from typing import Any

import taskmodel as tm
from taskmodel.catalog import Catalog
from taskmodel.cli import dates
from taskmodel.cli.calendar import Calendar
from taskmodel.cli.catalogs import at_point, check_number, check_range, heading, load
from taskmodel.cli.output import Answer, output
from taskmodel.cli.screen import bracketed, scientific, table, wrapped
from taskmodel.cli.words import SPEEDUP_HEADS, SPEEDUPS, records, speedup_cells
from taskmodel.errors import InputError
from taskmodel.questions.targets import target
from taskmodel.summary import provenance_facts
from taskmodel.takeoff.davidson.world import is_world


def answer(args: Namespace) -> Answer:
    """Find all solutions in a range."""
    if is_world(args.catalog):
        return dates.answer(args)
    catalog, path = load(args), args.path
    check_number(catalog, path, "PATH")
    (name, value), ends = args.target, args.span and args.span[:2]
    target(catalog, name)  # before a name such as compute can be taken for an argument
    if path == "compute" and args.compute is not None:
        raise InputError(
            f"--at compute={scientific(args.compute)}: compute is the unknown; leave --at out"
        )
    if ends is not None and path != "compute":
        check_range(catalog, path, args.span, f"--range {args.span}")
    with output(args, f"looking for {path}") as files:
        result = tm.solve_for(catalog, path, compute=args.compute, within=ends, **{name: value})
        files.write("solution", result)
    solutions = records(result, ("value", "value_until", "output", *SPEEDUPS))
    facts = {
        **provenance_facts(result),
        "compute": None if path == "compute" else float(result["compute"]),
        "path": path,
        "unit": "FLOP/year" if path == "compute" else catalog.unit_of(path),
        "target": {result.attrs["target"]: result.attrs["target_value"]},
        "range": [float(result["low"]), float(result["high"])],
        "solutions": [{"until": row.pop("value_until"), **row} for row in solutions],
        "jumps": records(result, ("place", "before", "after", "tasks"), "jump_"),
        "nearest": {
            "value": float(result["nearest_place"]),
            "target": float(result["nearest_target"]),
        },
        "reason": result.attrs["reason"],
    }
    return dates.solved(args, facts, lambda: _lines(catalog, facts), files)


def _lines(catalog: Catalog, facts: dict[str, Any]) -> list[str]:
    ((name, value),) = facts["target"].items()
    low, high = facts["range"]
    unit = bracketed(facts["unit"])
    compute = "" if facts["compute"] is None else f"{at_point(catalog, facts['compute'])}, "
    rows = [[f"{facts['path']}{unit}", *SPEEDUP_HEADS]]
    rows += [[_solution(row), *speedup_cells(row)] for row in facts["solutions"]]
    lines = [
        *heading(catalog, f"{compute}range {low:.6g} to {high:.6g}{unit}"),
        "",
        f"What gives {name} {value:g}, and the speed-ups [x] there",
        *table(rows),
        *_months(catalog, facts),
    ]
    for jump in facts["jumps"]:
        tasks = f", where AI's ability changes for {jump['tasks']}" if jump["tasks"] else ""
        lines += wrapped(
            f"It also passes {value:g} in a jump from {jump['before']:.6g} to "
            f"{jump['after']:.6g} at {jump['place']:.6g}{tasks}."
        )
    return lines


def _solution(row: dict[str, float]) -> str:
    end = "" if row["until"] == row["value"] else f" to {row['until']:.10g}"
    return f"{row['value']:.10g}{end}"


def _months(catalog: Catalog, facts: dict[str, Any]) -> list[str]:
    """Say when compute reaches the solutions, where compute is the unknown."""
    calendar = Calendar(catalog)
    if facts["path"] != "compute" or not calendar.paths or not facts["solutions"]:
        return []
    months = (calendar.month(row["value"]) for row in facts["solutions"])
    return wrapped(f"Reached along the paths {calendar.paths}: {'; '.join(months)}.")
