"""`taskmodel calibrate`: what dated evidence leaves of a catalog's uncertain numbers."""

from __future__ import annotations

import shlex
from argparse import Namespace
from collections.abc import Iterator
from typing import Any

import numpy as np
import xarray as xr

import taskmodel as tm
from taskmodel.calibration.conflicts import MET
from taskmodel.calibration.scenario import scenario_text
from taskmodel.calibration.weights import LEAST_ESS
from taskmodel.catalog import Catalog
from taskmodel.cli.catalogs import heading, load, note_slow_draws
from taskmodel.cli.output import Answer, output
from taskmodel.cli.screen import counted, number, signed, table, wrapped
from taskmodel.numerics.types import Array
from taskmodel.summary import provenance_facts

ROWS = 12  # of the table of numbers, unless all are asked for
LEVELS = ("05", "50", "95")


def answer(args: Namespace) -> Answer:
    """Weight draws by the evidence; report numbers and moments before and after."""
    catalog = load(args)
    note_slow_draws(catalog, args.quiet)
    with output(args, "drawing and weighting") as files:
        advance = files.progress.advance
        result = tm.calibrate(catalog, args.moments, args.draws, seed=args.seed, report=advance)
        files.write("calibration", result, "calibration", "calibration")
        files.write_text("calibrated.yaml", scenario_text(catalog, result, _command(args)))
    facts = {
        **provenance_facts(result),
        **{name: result.attrs[name] for name in ("moments_name", "method", "draws", "seed")},
        "ess": float(result["ess"]),
        "ess_of_weights": float(result["ess_of_weights"]),
        "pareto_k": float(result["pareto_k"]),
        "without_answer": int(result["without_answer"]),
        "moments": [_moment(result, index) for index in range(result.sizes["moment"])],
        "conflicts": list(_conflicts(result)),
        "numbers": [_number(result, index) for index in range(result.sizes["number"])],
    }
    return Answer(facts, lambda: _lines(catalog, facts, args.all), files)


def _command(args: Namespace) -> str:
    scenario = [] if args.scenario is None else ["--scenario", args.scenario]
    changes = [word for path, value in args.set.items() for word in ("--set", f"{path}={value}")]
    choices = ["--moments", args.moments, "--draws", str(args.draws), "--seed", str(args.seed)]
    return shlex.join(["taskmodel", "calibrate", args.catalog, *scenario, *changes, *choices])


def _levels(row: Array, name: str) -> dict[str, float]:
    return {f"{name}_{level}": float(value) for level, value in zip(LEVELS, row, strict=True)}


def _moment(result: xr.Dataset, index: int) -> dict[str, Any]:
    row = result.isel(moment=index)
    pull = row["pull"].values
    most = None if np.isnan(pull).any() else int(np.abs(pull).argmax())
    return {
        "moment": str(row["moment"].item()),
        "output": str(row["output"].item()),
        "date": float(row["date"]),
        "observed": float(row["observed"]),
        "observed_05": float(row["observed_low"]),
        "observed_95": float(row["observed_high"]),
        **_levels(row["output_prior"].values, "prior"),
        **_levels(row["output_posterior"].values, "posterior"),
        "point": float(row["output_point"]),
        "point_miss": float(row["point_miss"]),
        "point_met": bool(abs(row["point_miss"]) <= MET),
        "miss": float(row["miss"]),
        "met": bool(row["met"]),
        "ess_alone": float(row["ess_alone"]),
        "nearest": float(row["nearest"].isel(other_moment=index)),
        "pulls_most": None if most is None else str(result["number"].values[most]),
        "pull": float("nan") if most is None else float(pull[most]),
    }


def _number(result: xr.Dataset, index: int) -> dict[str, Any]:
    row = result.isel(number=index)
    prior, posterior = row["prior"].values, row["posterior"].values
    width = prior[2] - prior[0]
    return {
        "number": str(row["number"].item()),
        "unit": str(row["unit"].item()),
        **_levels(prior, "prior"),
        **_levels(posterior, "posterior"),
        "shift": float((posterior[1] - prior[1]) / width) if width > 0 else 0.0,
    }


def _conflicts(result: xr.Dataset) -> Iterator[dict[str, Any]]:
    names, nearest = result["moment"].values, result["nearest"].values
    for one, two in np.argwhere(np.triu(result["conflict"].values)):
        pair = [str(names[one]), str(names[two])]
        yield {"moments": pair, "nearest": float(nearest[one, two])}


def _band(row: dict[str, Any], name: str) -> list[str]:
    return [number(row[f"{name}_{level}"]) for level in ("50", "05", "95")]


def _lines(catalog: Catalog, facts: dict[str, Any], every: bool) -> list[str]:
    heads = ["prior", "5 %", "95 %", "posterior", "5 %", "95 %"]
    rows = [["moment", "observed", "5 %", "95 %", *heads[:3], "point", *heads[3:], "miss"]]
    rows += [
        [
            row["moment"],
            *(number(row[key]) for key in ("observed", "observed_05", "observed_95")),
            *_band(row, "prior"),
            number(row["point"]),
            *_band(row, "posterior"),
            signed(row["miss"], 1),
        ]
        for row in facts["moments"]
    ]
    numbers = facts["numbers"]
    shown = numbers if every else sorted(numbers, key=lambda row: -abs(row["shift"]))[:ROWS]
    table_rows = [["number", *heads]]
    table_rows += [[row["number"], *_band(row, "prior"), *_band(row, "posterior")] for row in shown]
    rest = len(numbers) - len(shown)
    return [
        *heading(catalog, f"{counted(facts['draws'], 'draw')}, seed {facts['seed']}"),
        *wrapped(f"evidence {facts['moments_name']}; {_method(facts)}"),
        "",
        "Moments: medians and 90 % bands; point: at the catalog's own values; miss: of the",
        "posterior median, in sd",
        *table(rows),
        "",
        *_verdicts(facts),
        "",
        "Uncertain numbers: medians and 90 % bands" + (", those that move most" if rest else ""),
        *table(table_rows),
        *(wrapped(f"And {rest} more, with --all or --json.") if rest else []),
    ]


def _method(facts: dict[str, Any]) -> str:
    weights = f"{facts['ess_of_weights']:.0f} effective draws by weights"
    shape = facts["pareto_k"]
    quality = weights + (f", k {shape:.2f}" if np.isfinite(shape) else "")
    if facts["method"] == "stages":
        quality += f"; too few, hence draws in stages, worth {facts['ess']:.0f}"
    if facts["ess"] < LEAST_ESS:
        quality += "; still few: give more --draws"
    if facts["without_answer"]:
        quality += f"; {counted(facts['without_answer'], 'draw')} without an answer"
    return quality


def _verdicts(facts: dict[str, Any]) -> Iterator[str]:
    """Say which moments are not met, which conflict, and what each pulls at."""
    unmet = [row for row in facts["moments"] if not row["met"]]
    for row in unmet:
        yield from wrapped(
            f"Not met: {row['moment']} ({row['output']}), observed {number(row['observed'])}, "
            f"posterior {number(row['posterior_50'])}; the nearest draw is "
            f"{number(row['nearest'])} sd off."
        )
    if not unmet:
        yield "  All moments are met: each posterior median is within the 90 % width."
    for row in facts["moments"]:
        if not row["point_met"]:
            yield from wrapped(
                f"At the catalog's own values {row['moment']} is {number(row['point'])}, "
                f"{signed(row['point_miss'], 1)} sd off."
            )
    for conflict in facts["conflicts"]:
        yield from wrapped(
            f"Conflict: no draw meets {' and '.join(conflict['moments'])}; the nearest is "
            f"{number(conflict['nearest'])} sd off."
        )
    for row in facts["moments"]:
        if row["pulls_most"] is not None:
            yield f"  {row['moment']} pulls {row['pulls_most']} by {signed(row['pull'], 2)} sd"
