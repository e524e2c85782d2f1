"""`taskmodel solve-for` in a world: values of a parameter that put a milestone at a date."""

from argparse import Namespace
from collections.abc import Callable
from typing import Any

import taskmodel as tm
from taskmodel.cli.output import FINE, NO_ANSWER, Answer, Output, output
from taskmodel.cli.screen import bracketed, date, settings, table, thinned, wrapped
from taskmodel.cli.words import records, world_provenance
from taskmodel.errors import InputError, NoAnswer

ROWS = 9  # of the runs of the search


def answer(args: Namespace) -> Answer:
    """Find all solutions between the runs of the search."""
    for option, value in (("--scenario", args.scenario), ("--at", args.compute)):
        if value is not None:
            raise InputError(f"{option} is for catalogs; {args.catalog} is a world")
    name, value = args.target
    ends = args.span and args.span[:2]
    goal: dict[str, Any] = {name: value}
    with output(args, f"running the world for values of {args.path}") as files:
        result = tm.solve_for_date(args.catalog, args.path, within=ends, set=args.set, **goal)
        files.write("solution", result)
    attributes = result.attrs
    runs = records(result, ("place", "milestone_value"))
    facts = {
        **world_provenance(result),
        "path": attributes["path"],
        "unit": result["value"].attrs["units"],
        "target": {attributes["target"]: attributes["target_value"]},
        "solutions": records(result, ("value", "reached")),
        "jumps": records(result, ("place", "before", "after"), "jump_"),
        "looked_at": [{"value": run["place"], "milestone": run["milestone_value"]} for run in runs],
        "reason": attributes["reason"],
    }
    return solved(args, facts, lambda: _lines(facts), files)


def solved(
    args: Namespace, facts: dict[str, Any], lines: Callable[[], list[str]], files: Output
) -> Answer:
    """Return the answer; without a solution, exit with 1.

    Raises
    ------
    NoAnswer
        Without a solution, if the answer is for people: the reason takes the place of the page.
    """
    if facts["reason"] and not args.json:
        unwritten = f"; {files.unwritten}" if files.unwritten else ""
        raise NoAnswer(facts["reason"] + unwritten)
    return Answer(facts, lines, files, code=NO_ANSWER if facts["reason"] else FINE)


def _lines(facts: dict[str, Any]) -> list[str]:
    ((name, goal),) = facts["target"].items()
    path, unit, runs = facts["path"], bracketed(facts["unit"]), facts["looked_at"]
    head = [f"{path}{unit}", name]
    ends = f"{runs[0]['value']:.6g} to {runs[-1]['value']:.6g}"
    lines = [
        f"World {facts['scenario']}; {path} from {ends}{unit}",
        *settings(facts["overrides"]),
        "",
        f"What gives {name} {goal:.10g}",
        *table(
            [
                head,
                *([f"{row['value']:.8g}", date(row["reached"], 4)] for row in facts["solutions"]),
            ]
        ),
    ]
    for jump in facts["jumps"]:
        before, after = date(jump["before"], 4), date(jump["after"], 4)
        lines += wrapped(
            f"It is also passed in a jump from {before} to {after} at {jump['place']:.6g}."
        )
    rows = [[f"{row['value']:.4g}", date(row["milestone"], 4)] for row in thinned(runs, ROWS)]
    return [*lines, "", "Runs of the search", *table([head, *rows])]
