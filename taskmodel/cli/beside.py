"""`taskmodel simulate --alignment`: alignment research beside the capabilities of a simulated world."""

from __future__ import annotations

import json
import math
from argparse import Namespace
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from taskmodel.cli import asked
from taskmodel.cli.files import results_folder
from taskmodel.cli.screen import (
    compute,
    json_text,
    note,
    number,
    percent,
    plain,
    progress,
    table,
    wrapped,
)
from taskmodel.errors import InputError, NoAnswer

if TYPE_CHECKING:
    import xarray as xr

    from taskmodel.catalog import Catalog

ROWS = 13  # of the table
CURVE = (
    *(
        "compute",
        "output",
        "throughput_speedup",
        "latency_speedup",
        "speedup",
        "bulk_speedup",
        "automated_hours_share",
    ),
    *(
        "training_run",
        "work",
        "work_bulk",
        "review_remaining",
        "capability_speedup",
        "software_growth",
    ),
    *("capability_catalog_throughput_speedup", "capability_catalog_speedup"),
)
PAIRS = (
    ("alignment_2x", "capability_2x"),
    ("alignment_3x", "capability_3x"),
    ("alignment_10x", "capability_10x"),
    ("alignment_3x", "automation_rnd_100%"),
    ("alignment_oversight_bottleneck", "automation_rnd_100%"),
    ("automation_rnd_20%", "automation_rnd_100%"),
)


def command(args: Namespace) -> int:
    """Follow both, write the result if asked to, print what is reached when."""
    if args.reference_step is not None:
        raise InputError(
            "--reference-step: a world that is stepped knows nothing between its steps; leave it out with --alignment"
        )
    from taskmodel.catalog import load_catalog

    catalog = _alignment(args)
    capabilities = None if args.capabilities is None else load_catalog(args.capabilities)
    figures = (
        args.output is not None and not args.no_figures and find_spec("matplotlib") is not None
    )
    if args.output is not None and not (args.no_figures or figures):
        note(
            "note: no figure, since matplotlib is not installed; to have one: pip install 'taskmodel[plot]'",
            args.quiet,
        )
    files: list[str] = []
    with ExitStack() as stack:
        workshop = (
            None if args.output is None else stack.enter_context(results_folder(Path(args.output)))
        )
        with progress("following alignment beside capabilities", args.quiet):
            import taskmodel as tm
            from taskmodel.errors import AccumulationError
            from taskmodel.takeoff import load_world

            try:
                result = tm.alignment_beside(
                    load_world(args.scenario, asked.overrides(args.set)),
                    catalog,
                    capabilities=capabilities,
                    paths=args.paths,
                    measure="speedup" if args.effective else "throughput_speedup",
                )
            except AccumulationError as error:
                raise NoAnswer(f"there is no answer: {error}") from error
            if workshop is not None:
                tm.save(result, workshop / "result.nc")
                if figures:
                    from taskmodel import plots

                    plots.save(plots.beside(result), workshop / "beside")
                names = sorted(
                    (path.name for path in workshop.iterdir()),
                    key=lambda name: (name != "result.nc", name),
                )
                files = [str(Path(args.output) / name) for name in names]
    facts = _facts(result, files)
    print(
        json_text(facts)
        if args.json
        else "\n".join([*_lines(result, facts), *([""] if files else []), *_written(files)])
    )
    return 0


def _alignment(args: Namespace) -> Catalog:
    """The alignment organisation; what is wrong with values set is told by the option they came by."""
    from taskmodel.catalog import load_catalog
    from taskmodel.errors import CatalogError

    catalog = load_catalog(args.alignment, args.alignment_scenario)
    try:
        return catalog.replace(asked.overrides(args.alignment_set))
    except CatalogError as error:
        raise CatalogError(
            defect._replace(file="--alignment-set") if defect.file == "set" else defect
            for defect in error.defects
        ) from error
    except InputError as error:
        raise InputError(str(error).replace("--set", "--alignment-set")) from error


def _written(files: list[str]) -> list[str]:
    return [f"Written to {', '.join(files)}"] if files else []


def _facts(result: xr.Dataset, files: list[str]) -> dict[str, Any]:
    import taskmodel as tm
    from taskmodel.summary import plain_events, provenance

    found, about = tm.milestones(result), result.attrs
    names = [str(name) for name in found["milestone"].values]
    columns = ("value", "unit", "meaning", "work", "work_bulk")
    rows = zip(*(found[column].values.tolist() for column in columns), strict=True)
    months = found["months_between"].values.tolist()
    made = provenance(result)
    curve = [name for name in CURVE if name in result.variables]
    return {
        "scenario": about["world_name"],
        "overrides": json.loads(about["world_overrides"]),
        "version": made.pop("version"),
        "sha256": about["world_sha256"],
        "stopped": about["world_stopped"],
        "alignment": made,
        "capabilities": about["capabilities_name"] or None,
        "paths": about["paths_name"] or None,
        "measure": about["measure"],
        "work_error": about["work_error"],
        "milestones": {
            name: dict(zip(columns, row, strict=True))
            for name, row in zip(names, rows, strict=True)
        },
        "months_between": {
            name: dict(zip(names, row, strict=True))
            for name, row in zip(names, months, strict=True)
        },
        "curve": [
            {
                "date": float(result["time"][place]),
                **{name: float(result[name][place]) for name in curve},
            }
            for place in range(result.sizes["time"])
        ],
        "events": list(plain_events(tm.events(result))),
        "files": files,
    }


def _lines(result: xr.Dataset, facts: dict[str, Any]) -> list[str]:
    curve, reached = facts["curve"], facts["milestones"]
    made = facts["alignment"]
    scenario = f", scenario {made['scenario']}" if made["scenario"] else ""
    what = "throughput" if facts["measure"] == "throughput_speedup" else "effective speed-up"
    rows = [["", "date", "alignment work", "in bulk"]]
    for entry in sorted(
        reached.values(), key=lambda entry: (math.isnan(entry["value"]), entry["value"])
    ):
        if math.isnan(entry["value"]):
            rows.append([entry["meaning"], "not reached", "", ""])
        else:
            rows.append(
                [
                    entry["meaning"],
                    f"{entry['value']:.3f}",
                    number(entry["work"]),
                    number(entry["work_bulk"]),
                ]
            )
    lines = [
        f"Alignment beside capabilities in {facts['scenario']}, {curve[0]['date']:.6g} to {curve[-1]['date']:.6g}",
        *(
            f"  set {name} = {'null' if given is None else plain(str(given))}"
            for name, given in facts["overrides"].items()
        ),
        f"  alignment {made['catalog']}{scenario}",
        *(f"  set {path} = {plain(str(value))}" for path, value in made["overrides"].items()),
        *(
            [f"  capabilities {facts['capabilities']}, besides the world's own"]
            if facts["capabilities"]
            else []
        ),
        *([f"  paths {facts['paths']}"] if facts["paths"] else []),
        "",
        f"When, by {what}; work in years of the catalog's own people without AI",
        *table(rows),
        "",
        *_between(facts),
        "",
        "Speed-ups [x], over the same people without AI; compute in FLOP/year",
        *table(_rows(result, facts)),
    ]
    if facts["stopped"]:
        lines += ["", *wrapped(f"The world ends before its time, {facts['stopped']}.", indent="")]
    return lines


def _between(facts: dict[str, Any]) -> list[str]:
    """Months from one to the other, and which comes first."""
    meaning = {name: entry["meaning"] for name, entry in facts["milestones"].items()}
    rows = [
        [f"{meaning[one]} -> {meaning[two]}", number(months)]
        for one, two in PAIRS
        if not math.isnan(months := facts["months_between"][one][two])
    ]
    if not rows:
        return ["No two of these milestones are reached."]
    return [
        "Months from the one to the other (below 0: the other comes first)",
        *(f"  {months:>8}  {words}" for words, months in rows),
    ]


def _rows(result: xr.Dataset, facts: dict[str, Any]) -> list[list[str]]:
    curve = facts["curve"]
    several = "capability_catalog_speedup" in curve[0]
    step = (len(curve) - 1) / (ROWS - 1)
    chosen = curve if len(curve) <= ROWS else [curve[round(place * step)] for place in range(ROWS)]
    rows = [
        [
            "date",
            "compute",
            "alignment",
            "effective",
            "hours by AI",
            "capabilities",
            *(["catalog of these"] if several else []),
        ]
    ]
    for each in chosen:
        row = [
            f"{each['date']:.1f}",
            compute(each["compute"]),
            number(each["throughput_speedup"]),
            number(each["speedup"]),
        ]
        row += [percent(each["automated_hours_share"]), number(each["capability_speedup"])]
        rows.append(
            [*row, *([number(each["capability_catalog_throughput_speedup"])] if several else [])]
        )
    return rows
