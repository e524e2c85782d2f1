"""`taskmodel trust`: what records of clean audits take, class by class, and what they give."""

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
    import xarray as xr

    from taskmodel.catalog import Catalog

MOST = 15  # rows of the table
DEFAULT_SCENARIO = (
    "audited_trust"  # for the bundled catalogs, none of which has a block `trust` of its own
)
SPEEDUPS = ("throughput_speedup", "latency_speedup", "speedup")
CASES = {
    "": "floors, audits paid for",
    "_at_floors": "floors, if audits cost nothing",
    "_full_review": "every unit reviewed",
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


def command(args: Namespace) -> int:
    """Print the classes, the costliest first, and what all of it comes to."""
    catalog = _catalog(args)
    place = (
        catalog.compute.today.value
        if args.compute is None
        else asked.compute(args.compute, "--compute")
    )
    with progress("looking for fixed points", args.quiet):
        import taskmodel as tm
        from taskmodel.summary import provenance

        found = tm.trust(catalog, place)
    facts = {**provenance(found), "compute": place, **_facts(catalog, found)}
    print(
        json_text(facts)
        if args.json
        else "\n".join(_lines(catalog, facts, args.all, args.compute is None))
    )
    return 0


def _catalog(args: Namespace) -> Catalog:
    """The catalog that was asked for; a bundled one without a scenario under the one that has the block `trust`."""
    from taskmodel.catalog import bundled_catalogs

    if args.scenario is None and args.catalog in bundled_catalogs():
        args.scenario = DEFAULT_SCENARIO
    return asked.catalog(args)


def _facts(catalog: Catalog, found: xr.Dataset) -> dict[str, Any]:
    columns = {name: found[name].values.tolist() for name in BY_TASK}
    rows = zip(catalog.tasks.items(), *columns.values(), strict=True)
    tasks = [
        {"task": name, "title": task.title, **dict(zip(columns, values, strict=True))}
        for (name, task), *values in rows
    ]
    points = {
        name: found[f"fixed_point_{name}"].values.tolist()
        for name in ("hours", "residual", "output")
    }
    return {
        "advice": found.attrs["advice"],
        **{name: found[name].item() for name in TOTALS},
        "with_audits": _case(found, ""),
        "at_floors": _case(found, "_at_floors"),
        "full_review": _case(found, "_full_review"),
        "fixed_points": [
            dict(zip(points, values, strict=True)) for values in zip(*points.values(), strict=True)
        ],
        "tasks": sorted(tasks, key=lambda task: (-task["audit_load"], -task["record_hours"])),
    }


def _case(found: xr.Dataset, side: str) -> dict[str, float]:
    return {name: float(found[f"{name}{side}"]) for name in ("output", *SPEEDUPS)}


def _lines(catalog: Catalog, facts: dict[str, Any], everything: bool, today: bool) -> list[str]:
    owing = [task for task in facts["tasks"] if task["audit_load"] > 0]
    shown = facts["tasks"] if everything else owing[:MOST]
    rule = catalog.trust
    assert rule is not None  # or there were no facts
    lines = [
        *asked.heading(
            catalog, f"at {compute(facts['compute'])} FLOP/year{', today' if today else ''}"
        ),
        "",
        *wrapped(
            f"A record bounds defects by {100 * rule.defect_rate.value:.3g} % at a confidence of {100 * (1 - rule.risk.value):.3g} %; "
            f"{percent(rule.trust_lost.value)} of it is earned again every {number(rule.generation_time.value)} years.",
            indent="",
        ),
    ]
    if shown:
        rows = [
            [
                "audits, the costliest first",
                "h/year",
                "record [audits]",
                "[h]",
                "units/year",
                "reviewed",
            ]
        ]
        lines += ["", *table([*rows, *map(_row, shown)])]
        if len(owing) > len(shown):
            lines += wrapped(
                f"And {len(owing) - len(shown)} more, which take less; --all shows every task."
            )
    rows = [["speed-ups [x]", "throughput", "latency", "effective"]]
    cases = zip(CASES.values(), ("with_audits", "at_floors", "full_review"), strict=True)
    rows += [
        [label, *(number(facts[name][speedup]) for speedup in SPEEDUPS)] for label, name in cases
    ]
    supply, paid, floors = facts["review_supply"], facts["audits_paid"], facts["floor_review_hours"]
    return [
        *lines,
        "",
        *table(rows),
        "",
        *wrapped(
            f"Audits take {number(paid)} h a year, {percent(facts['audit_share'])} of the {number(supply)} h that reviewers have; "
            f"reviews at the floors take {number(floors)} h. Hours owed less hours set aside: {number(facts['residual'])}.",
            indent="",
        ),
        *wrapped(plain(facts["advice"], 1000), indent=""),
    ]


def _row(task: dict[str, Any]) -> list[str]:
    numbers = (
        task[name] for name in ("audit_load", "clean_audits", "record_hours", "delegated_units")
    )
    return [plain(task["title"], 36), *map(number, numbers), percent(task["implied_coverage"])]
