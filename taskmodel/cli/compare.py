"""`taskmodel compare`: what differs between two catalogs, and how much each change explains."""

from argparse import Namespace
from typing import Any

import taskmodel as tm
from taskmodel.catalog import Catalog
from taskmodel.cli.catalogs import heading_at, load, load_with, notes_on_permissions, point
from taskmodel.cli.output import Answer, output
from taskmodel.cli.screen import number, plain, setting, signed, table, wrapped
from taskmodel.cli.words import numbers, records
from taskmodel.summary import provenance_facts

MAX_ROWS = 30
WIDTHS = {"change": 44, "from_value": 14, "to_value": 14}
EFFECTS = ("contribution", "alone", "last")


def answer(args: Namespace) -> Answer:
    """Attribute the difference to the changes, those that explain most first."""
    catalog = load(args)
    other = load_with(args.to or args.catalog, args.to_scenario, args.to_set, "--to-set")
    compute = point(catalog, args)
    with output(args, "making one change after the other") as files:
        result = tm.explain_difference(catalog, other, target=args.target, compute=compute)
        files.write("compare", result, "compare", "explain_difference")
    effect = "contribution" if result.attrs["method"] == "shapley" else "alone"
    changes = records(result, (*WIDTHS, *EFFECTS))
    facts = {
        **provenance_facts(result),
        "compute": compute,
        "target": result.attrs["target"],
        "method": result.attrs["method"],
        **numbers(result, ("before", "after", "unexplained")),
        "changes": sorted(changes, key=lambda row: -abs(row[effect])),
    }
    return Answer(facts, lambda: _lines(catalog, other, facts), files)


def _lines(catalog: Catalog, other: Catalog, facts: dict[str, Any]) -> list[str]:
    rows = [["change", "from", "to", "explains", "alone", "last"]]
    rows += [
        [
            *(plain(row[name], width) for name, width in WIDTHS.items()),
            *(signed(row[name]) for name in EFFECTS),
        ]
        for row in facts["changes"][:MAX_ROWS]
    ]
    lines = [
        *heading_at(catalog, facts["compute"]),
        f"  to catalog {other.name}" + (f", scenario {other.scenario}" if other.scenario else ""),
        *(f"  to {path} = {plain(setting(value))}" for path, value in other.overrides.items()),
        *notes_on_permissions(other, other.overrides),
        "",
        f"{facts['target']} goes from {number(facts['before'])} to {number(facts['after'])}",
    ]
    if len(rows) > 1:
        lines += table(rows, left_columns=(0, 1, 2))
    else:
        lines += wrapped("Nothing differs that the answer could depend on.")
    if len(facts["changes"]) > MAX_ROWS:
        lines += wrapped(f"And {len(facts['changes']) - MAX_ROWS} more, with --json.")
    if facts["method"] != "shapley":
        lines += wrapped(
            "There are too many changes to go through all their orders: the effect of each is "
            "given alone, and as the last of all."
        )
    # Shapley contributions add up to the difference but for rounding
    if abs(facts["unexplained"]) > 1e-9 * abs(facts["after"]):
        lines += wrapped(
            f"None of them explains {signed(facts['unexplained'])}: it stems from values without "
            "a path, the ends of intervals."
        )
    return lines
