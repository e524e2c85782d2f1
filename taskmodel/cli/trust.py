"""`taskmodel trust`: what clean audits take of the reviewers' time, and what they give."""

from argparse import Namespace
from typing import Any

import taskmodel as tm
from taskmodel.catalog import Catalog, bundled_catalogs
from taskmodel.cli.catalogs import heading_at, load, point
from taskmodel.cli.output import Answer, output
from taskmodel.cli.screen import labels, number, percent, plain, table, wrapped
from taskmodel.cli.words import SPEEDUP_HEADS, SPEEDUPS, numbers, records, speedup_cells
from taskmodel.summary import provenance_facts

MAX_ROWS = 15
DEFAULT_SCENARIO = "audited_trust"  # of bundled catalogs, none of which has a block `trust`
CASES = {
    "with_audits": ("", "floors, audits paid for"),
    "at_floors": ("_at_floors", "floors, if audits cost nothing"),
    "full_review": ("_full_review", "every unit reviewed"),
}
BY_TASK = (
    "adopted",
    "detection",
    "clean_audits",
    "record_hours",
    "audit_load",
    "delegated_units",
    "coverage_floor",
    "implied_coverage",
    "record_time",
    "at_margin",
    "kept_out",
)
TOTALS = (
    "total_audit_load",
    "audits_paid",
    "residual",
    "review_supply",
    "audit_share",
    "floor_review_hours",
    "exact_fixed_points",
    "output_kept_out",
)
HEADS = ["audits, the costliest first", "h/year", "record [audits]", "[h]", "units/year"]


def answer(args: Namespace) -> Answer:
    """Find the fixed points of audits; report the tasks, the costliest first, and the totals."""
    if args.scenario is None and args.catalog in bundled_catalogs():
        args.scenario = DEFAULT_SCENARIO
    catalog = load(args)
    compute = point(catalog, args)
    with output(args, "looking for fixed points") as files:
        result = tm.trust(catalog, compute)
        files.write("trust", result, "trust", "trust")
    tasks = [
        {"task": name, "title": task.title, **row}
        for (name, task), row in zip(catalog.tasks.items(), records(result, BY_TASK), strict=True)
    ]
    facts = {
        **provenance_facts(result),
        "compute": compute,
        "advice": result.attrs["advice"],
        **{name: result[name].item() for name in TOTALS},
        **{
            case: numbers(result, ("output", *SPEEDUPS), suffix)
            for case, (suffix, _) in CASES.items()
        },
        "fixed_points": records(result, ("hours", "residual", "output"), "fixed_point_"),
        "tasks": sorted(tasks, key=lambda task: (-task["audit_load"], -task["record_hours"])),
    }
    return Answer(facts, lambda: _lines(catalog, facts, args.all), files)


def _lines(catalog: Catalog, facts: dict[str, Any], show_all: bool) -> list[str]:
    rule = catalog.trust
    assert rule is not None  # `tm.trust` requires it
    confidence = 100 * (1 - rule.risk.value)
    rows = [["speed-ups [x]", *SPEEDUP_HEADS]]
    rows += [[label, *speedup_cells(facts[case])] for case, (_, label) in CASES.items()]
    return [
        *heading_at(catalog, facts["compute"]),
        "",
        *wrapped(
            f"A record bounds defects by {100 * rule.defect_rate.value:.3g} % at a confidence of "
            f"{confidence:.3g} %; {percent(rule.trust_lost.value)} of it has to be earned again "
            f"every {number(rule.generation_time.value)} years.",
            indent="",
        ),
        *_tasks(facts["tasks"], show_all),
        "",
        *table(rows),
        "",
        *wrapped(
            f"Audits take {number(facts['audits_paid'])} h a year, "
            f"{percent(facts['audit_share'])} of the {number(facts['review_supply'])} h that "
            f"reviewers have; reviews at the floors take {number(facts['floor_review_hours'])} h. "
            f"Hours owed less hours set aside: {number(facts['residual'])}.",
            indent="",
        ),
        *wrapped(plain(facts["advice"], 1000), indent=""),
    ]


def _tasks(tasks: list[dict[str, Any]], show_all: bool) -> list[str]:
    audited = [task for task in tasks if task["audit_load"] > 0]
    shown = tasks if show_all else audited[:MAX_ROWS]
    if not shown:
        return []
    titles = labels({task["task"]: task["title"] for task in tasks}, 36)
    columns = ("audit_load", "clean_audits", "record_hours", "delegated_units")
    rows = [
        [
            titles[task["task"]],
            *(number(task[name]) for name in columns),
            percent(task["implied_coverage"]),
        ]
        for task in shown
    ]
    lines = ["", *table([[*HEADS, "reviewed"], *rows])]
    if len(audited) > len(shown):
        rest = len(audited) - len(shown)
        lines += wrapped(f"And {rest} more, which take less; --all shows every task.")
    return lines
