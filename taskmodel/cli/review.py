"""`taskmodel review-load`: review by task, and what more reviewers, shorter reviews and fewer would give."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING, Any

from taskmodel.cli import asked
from taskmodel.cli.screen import (
    compute,
    json_text,
    number,
    percent,
    plain,
    progress,
    table,
    wrapped,
)

if TYPE_CHECKING:
    from taskmodel.catalog import Catalog

COLUMNS = (
    "review_hours",
    "review_share",
    "coverage",
    "review_time",
    "wait",
    "review_elasticity",
    "speedup_per_hour",
    "speedup_per_point",
)


def command(args: Namespace) -> int:
    """Print the table, the task with most review first."""
    catalog = asked.catalog(args)
    place = (
        catalog.compute.today.value
        if args.compute is None
        else asked.compute(args.compute, "--compute")
    )
    with progress("differentiating", args.quiet):
        import taskmodel as tm
        from taskmodel.summary import provenance

        found = tm.review_load(catalog, place)
    rows = zip(
        found["task"].values.tolist(),
        *(found[name].values.tolist() for name in COLUMNS),
        strict=True,
    )
    tasks = sorted(
        (dict(zip(("task", *COLUMNS), row, strict=True)) for row in rows),
        key=lambda row: -row["review_hours"],
    )
    facts = {
        **provenance(found),
        "compute": place,
        "speedup_per_reviewer": float(found["speedup_per_reviewer"]),
        "tasks": tasks,
    }
    print(json_text(facts) if args.json else "\n".join(_lines(catalog, facts)))
    return 0


def _lines(catalog: Catalog, facts: dict[str, Any]) -> list[str]:
    rows = [
        [
            "task that AI does",
            "review [h/year]",
            "share",
            "waits [h]",
            "an hour less",
            "a point less",
        ]
    ]
    for row in facts["tasks"]:
        hour = (
            row["speedup_per_hour"] if row["review_time"] >= 1 else float("nan")
        )  # no hour can be taken from it
        gains = (_gain(hour), _gain(row["speedup_per_point"]))
        title = plain(catalog.tasks[row["task"]].title, 30)
        rows.append(
            [
                title,
                f"{row['review_hours']:,.0f}",
                percent(row["review_share"]),
                number(row["wait"]),
                *gains,
            ]
        )
    return [
        *asked.heading(catalog, f"at {compute(facts['compute'])} FLOP/year"),
        "",
        *(table(rows) if len(rows) > 1 else wrapped("AI does nothing here.")),
        *wrapped(
            "Gains are in per cent of the effective speed-up, to first order: of an hour less for each review of the task, and of a "
            f"percentage point less of its units reviewed. A dash: its reviews take less than an hour, or more and less are worth "
            f"different amounts. One more reviewer gives {_gain(facts['speedup_per_reviewer'])}."
        ),
    ]


def _gain(value: float) -> str:
    return "-" if value != value else f"{100 * value:+.4f} %"
