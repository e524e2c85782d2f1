"""`taskmodel review-load`: review by task, and the gain from more reviewers or less review."""

import math
from argparse import Namespace
from typing import Any

import taskmodel as tm
from taskmodel.catalog import Catalog
from taskmodel.cli.catalogs import heading_at, load, point, task_labels
from taskmodel.cli.output import Answer, output
from taskmodel.cli.screen import number, percent, signed, table, wrapped
from taskmodel.cli.words import records
from taskmodel.summary import provenance_facts

COLUMNS = (
    "task",
    "review_hours",
    "review_share",
    "coverage",
    "review_time",
    "wait",
    "review_elasticity",
    "speedup_per_hour",
    "speedup_per_point",
)
HEADS = ["task that AI does", "review [h/year]", "share", "waits [h]"]


def answer(args: Namespace) -> Answer:
    """Report the tasks that AI does, those with most review first."""
    catalog = load(args)
    compute = point(catalog, args)
    with output(args, "differentiating") as files:
        result = tm.review_load(catalog, compute)
        files.write("review_load", result, "review_load", "review_by_task")
    facts = {
        **provenance_facts(result),
        "compute": compute,
        "speedup_per_reviewer": float(result["speedup_per_reviewer"]),
        "tasks": sorted(records(result, COLUMNS), key=lambda row: -row["review_hours"]),
    }
    return Answer(facts, lambda: _lines(catalog, facts), files)


def _lines(catalog: Catalog, facts: dict[str, Any]) -> list[str]:
    rows = [[*HEADS, "an hour less", "a point less"]]
    titles = task_labels(catalog, 30)
    for row in facts["tasks"]:
        # no hour can be taken from reviews that take less than one
        hour_less = row["speedup_per_hour"] if row["review_time"] >= 1 else math.nan
        rows.append(
            [
                titles[row["task"]],
                f"{row['review_hours']:,.0f}",
                percent(row["review_share"]),
                number(row["wait"]),
                _gain(hour_less),
                _gain(row["speedup_per_point"]),
            ]
        )
    return [
        *heading_at(catalog, facts["compute"]),
        "",
        *(table(rows) if len(rows) > 1 else wrapped("AI does nothing here.")),
        *wrapped(
            "Gains are in per cent of the effective speed-up, to first order: of an hour less for "
            "each review of the task, and of a percentage point less of its units reviewed. A "
            "dash: its reviews take less than an hour, or more and less of it have different "
            f"effects. One more reviewer gives {_gain(facts['speedup_per_reviewer'])}."
        ),
    ]


def _gain(value: float) -> str:
    return signed(100 * value, 4, " %")
