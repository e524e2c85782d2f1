"""`taskmodel simulate --alignment`: alignment research beside the capabilities of a world."""

import json
import math
from argparse import Namespace
from collections.abc import Callable
from typing import Any

import xarray as xr

import taskmodel as tm
from taskmodel.catalog import load_catalog
from taskmodel.cli.catalogs import load_with
from taskmodel.cli.output import Answer, output
from taskmodel.cli.screen import (
    date,
    number,
    percent,
    scientific,
    settings,
    table,
    thinned,
    wrapped,
)
from taskmodel.cli.words import early_end, records
from taskmodel.errors import AccumulationError, InputError, NoAnswer
from taskmodel.summary import plain_events, provenance_facts
from taskmodel.takeoff import load_world
from taskmodel.takeoff.beside.capability_map import CATALOG, DAVIDSON, SEPARATE

ROWS = 13  # of the table
CURVE = (
    "compute",
    "output",
    "throughput_speedup",
    "latency_speedup",
    "speedup",
    "bulk_speedup",
    "automated_hours_share",
    "training_run",
    "work",
    "work_bulk",
    "review_remaining",
    "capability_speedup",
    "software_growth",
    "capability_catalog_throughput_speedup",
    "capability_catalog_speedup",
)
MILESTONE = ("milestone", "value", "unit", "meaning", "map", "work", "work_bulk")
PAIRS = (
    ("alignment_2x", "capability_2x"),
    ("alignment_3x", "capability_3x"),
    ("alignment_10x", "capability_10x"),
    ("alignment_2x", "capability_catalog_2x"),
    ("alignment_3x", "capability_catalog_3x"),
    ("alignment_3x", "automation_rnd_100%"),
    ("alignment_oversight_bottleneck", "automation_rnd_100%"),
    ("automation_rnd_20%", "automation_rnd_100%"),
)


MAPS = {
    CATALOG: "The world's R&D tasks open at the training runs that the tasks of {} take, goods "
    "tasks in Davidson's proportion to them: one capability map (--map catalog).",
    DAVIDSON: "Tasks of catalogs open at the training runs that the world's R&D tasks take, in the "
    "order of their own: one capability map (--map davidson).",
    SEPARATE: "The world's tasks open by Davidson's thresholds, those of catalogs by horizons: two "
    "capability maps, with no months between them (--map catalog or davidson has them).",
}


def answer(args: Namespace) -> Answer:
    """Simulate both; report the dates of milestones and the work done by then."""
    if args.reference_step is not None:
        raise InputError(
            "--reference-step: a stepped world has no values between its steps; leave it out "
            "with --alignment"
        )
    catalog = load_with(
        args.alignment, args.alignment_scenario, args.alignment_set, "--alignment-set"
    )
    capabilities = None if args.capabilities is None else load_catalog(args.capabilities)
    with output(args, "following alignment beside capabilities") as files:
        try:
            result = tm.alignment_beside(
                load_world(args.scenario, args.set),
                catalog,
                capabilities=capabilities,
                map=args.map or CATALOG,
                paths=args.paths,
                measure="speedup" if args.effective else "throughput_speedup",
            )
        except AccumulationError as error:
            raise NoAnswer(f"there is no answer: {error}") from error
        files.write("result", result, "beside", "beside")
    facts = _facts(result)
    return Answer(facts, lambda: _lines(facts), files)


def _facts(result: xr.Dataset) -> dict[str, Any]:
    milestones, attributes = tm.milestones(result), result.attrs
    rows = records(milestones, MILESTONE)
    names = [row["milestone"] for row in rows]
    months = milestones["months_between"].values.tolist()
    alignment = provenance_facts(result)
    curve = ("time", *(name for name in CURVE if name in result.variables))
    return {
        "scenario": attributes["world_name"],
        "overrides": json.loads(attributes["world_overrides"]),
        "version": alignment.pop("version"),
        "sha256": attributes["world_sha256"],
        "stopped": attributes["world_stopped"],
        "alignment": alignment,
        "capabilities": attributes["capabilities_name"] or None,
        "paths": attributes["paths_name"] or None,
        "map": attributes["map"],
        "map_catalog": attributes["map_catalog"] or None,
        "measure": attributes["measure"],
        "work_error": attributes["work_error"],
        "milestones": {row.pop("milestone"): row for row in rows},
        "months_between": {
            name: dict(zip(names, row, strict=True))
            for name, row in zip(names, months, strict=True)
        },
        "curve": [{"date": row.pop("time"), **row} for row in records(result, curve)],
        "events": list(plain_events(tm.events(result))),
    }


def _lines(facts: dict[str, Any]) -> list[str]:
    curve, alignment = facts["curve"], facts["alignment"]
    scenario = f", scenario {alignment['scenario']}" if alignment["scenario"] else ""
    speedup = "throughput" if facts["measure"] == "throughput_speedup" else "effective speed-up"
    rows = [["", "date", "alignment work", "in bulk"]]
    for entry in sorted(
        facts["milestones"].values(), key=lambda entry: (math.isnan(entry["value"]), entry["value"])
    ):
        reached = not math.isnan(entry["value"])
        work = (number(entry[name]) if reached else "" for name in ("work", "work_bulk"))
        rows.append([entry["meaning"], date(entry["value"]), *work])
    ends = f"{curve[0]['date']:.6g} to {curve[-1]['date']:.6g}"
    lines = [
        f"Alignment beside capabilities in {facts['scenario']}, {ends}",
        *settings(facts["overrides"]),
        f"  alignment {alignment['catalog']}{scenario}",
        *settings(alignment["overrides"]),
    ]
    if facts["capabilities"]:
        lines.append(f"  capabilities {facts['capabilities']}, besides the world's own")
    if facts["paths"]:
        lines.append(f"  paths {facts['paths']}")
    lines += [
        *wrapped(MAPS[facts["map"]].format(facts["map_catalog"])),
        "",
        f"Dates, by {speedup}; work in years of the catalog's own people without AI",
        *table(rows),
        "",
        *_between(facts),
        "",
        "Speed-ups [x], over the same people without AI; compute in FLOP/year",
        *table(_rows(curve)),
    ]
    return [*lines, *early_end(facts, "world")]


def _between(facts: dict[str, Any]) -> list[str]:
    """Return the months between pairs of milestones, which are negative if the second is first."""
    meaning = {name: entry["meaning"] for name, entry in facts["milestones"].items()}
    lines = [
        f"  {number(months):>8}  {meaning[first]} -> {meaning[second]}"
        for first, second in PAIRS
        if second in meaning
        if not math.isnan(months := facts["months_between"][first][second])
    ]
    if not lines:
        return ["No two of these milestones are reached on one capability map."]
    return ["Months from the first to the second (below 0: the second comes first)", *lines]


def _rows(curve: list[dict[str, Any]]) -> list[list[str]]:
    columns: dict[str, tuple[str, Callable[[float], str]]] = {
        "date": ("date", "{:.1f}".format),
        "compute": ("compute", scientific),
        "alignment": ("throughput_speedup", number),
        "effective": ("speedup", number),
        "hours by AI": ("automated_hours_share", percent),
        "capabilities": ("capability_speedup", number),
        "catalog of these": ("capability_catalog_throughput_speedup", number),
    }
    columns = {head: column for head, column in columns.items() if column[0] in curve[0]}
    return [
        [*columns],
        *([text(row[name]) for name, text in columns.values()] for row in thinned(curve, ROWS)),
    ]
