"""`taskmodel simulate` of a loop: dates of its milestones, once or over draws of its priors."""

import math
from argparse import Namespace
from typing import Any

import numpy as np
import xarray as xr

import taskmodel as tm
from taskmodel.cli.output import Answer, output
from taskmodel.cli.screen import (
    bracketed,
    counted,
    date,
    number,
    plain,
    scientific,
    settings,
    table,
    wrapped,
)
from taskmodel.cli.words import early_end, world_provenance
from taskmodel.errors import InputError
from taskmodel.numerics.types import Array
from taskmodel.takeoff.loops import load_loop
from taskmodel.takeoff.loops.records import Loop

PERCENTILES = (5, 25, 50, 75, 95)
COLUMNS = 7  # of the table of levels
SEED = 1
YEAR = "calendar year"


def answer(args: Namespace) -> Answer:
    """Simulate a loop."""
    if args.reference_step is not None:
        raise InputError(
            f"--reference-step is for Davidson's worlds; {args.scenario} is a loop, and has no "
            "steps of a reference"
        )
    draws, seed = args.draws, args.seed
    if draws is None and seed is not None:
        raise InputError("--seed is that of draws; give their number with --draws")
    if draws is not None and seed is None:
        seed = SEED
    with output(args, "following the loop through time") as files:
        loop = load_loop(args.scenario, args.set)
        if draws is not None and not loop.priors:
            raise InputError(
                f"--draws: {loop.name} has no priors to draw from; run it without, or give it some"
            )
        # levels of draws are for files: the screen shows their milestones alone
        times = None if draws is None or files.folder is not None else [loop.start.value]
        run = tm.simulate(loop, draws=draws, seed=seed, times=times)
        files.write("result", run, "loop", "loop")
    facts = _facts(run)
    return Answer(facts, lambda: _lines(run, loop, facts), files)


def _facts(run: xr.Dataset) -> dict[str, Any]:
    milestones = tm.milestones(run)
    entries: dict[str, Any] = {}
    for name in milestones["milestone"].values:
        milestone = milestones.sel(milestone=name)
        value = milestone["value"]
        entries[name] = {
            **(_spread(value.values) if "draw" in run.dims else {"value": value.item()}),
            "unit": milestone["unit"].item(),
            "meaning": milestone["meaning"].item(),
        }
    return {
        **world_provenance(run),
        "loop": run.attrs["loop"],
        **{name: run.attrs[name] for name in ("draws", "seed") if name in run.attrs},
        "stopped": run.attrs["stopped"],
        "milestones": entries,
    }


def _spread(values: Array) -> dict[str, Any]:
    """Return percentiles over the draws, and the share of draws that reach the milestone."""
    # Draws that never reach it count as later than all others. Percentiles are then values of
    # single draws: between a date and never there is nothing to interpolate.
    ordered = np.where(np.isnan(values), np.inf, values)
    cuts = np.percentile(ordered, PERCENTILES, method="inverted_cdf")
    percentiles = np.where(np.isinf(cuts), np.nan, cuts).tolist()
    return {
        "percentiles": dict(zip(map(str, PERCENTILES), percentiles, strict=True)),
        "reached": float(np.isfinite(ordered).mean()),
    }


def _lines(run: xr.Dataset, loop: Loop, facts: dict[str, Any]) -> list[str]:
    drawn = "draws" in facts
    draws = (
        f", {counted(facts['draws'], 'draw')} of its priors, seed {facts['seed']}" if drawn else ""
    )
    ends = f"{loop.start.value:.6g} to {loop.end.value:.6g}"
    milestones = facts["milestones"].values()
    return [
        plain(loop.title),
        f"  loop {facts['scenario']}, {ends}{draws}",
        *settings(facts["overrides"]),
        "",
        *(_percentiles(milestones) if drawn else [*_milestones(milestones), *_levels(run)]),
        *early_end(facts),
    ]


def _label(entry: dict[str, Any]) -> str:
    return entry["meaning"] + ("" if entry["unit"] == YEAR else bracketed(entry["unit"]))


def _value(value: float, unit: str) -> str:
    return date(value) if unit == YEAR or math.isnan(value) else number(value)


def _milestones(entries: Any) -> list[str]:
    lines = []
    for entry in entries:
        value = _value(entry["value"], entry["unit"])
        *first, last = wrapped(_label(entry))
        lines += [*first, f"{last:<64} {value:>12}" if len(last) <= 64 else f"{last}\n{value:>77}"]
    return lines


def _percentiles(entries: Any) -> list[str]:
    rows = [[*(f"{cut} %" for cut in PERCENTILES), "reached"]]
    for entry in entries:
        cells = (
            "-" if math.isnan(value) else _value(value, entry["unit"])
            for value in entry["percentiles"].values()
        )
        rows.append([*cells, f"{100 * entry['reached']:.3g} %"])
    head, *body = table(rows, left_columns=())
    lines = ["Percentiles of the draws; -: not reached", head]
    for entry, line in zip(entries, body, strict=True):
        lines += [*wrapped(_label(entry)), line]
    return lines


def _levels(run: xr.Dataset) -> list[str]:
    """Return the levels at a few times."""
    times = run["time"].values
    chosen = np.unique(np.linspace(0, len(times) - 1, COLUMNS).round().astype(int))
    rows = [["", *(f"{time:.5g}" for time in times[chosen])]]
    for name, variable in run.data_vars.items():
        if variable.dims == ("time",):
            values = variable.values[chosen]
            cells = (scientific(value) if np.isfinite(value) else "-" for value in values)
            rows.append([f"{name} [{variable.attrs['units']}]", *cells])
    return ["", "Levels; -: none, or without limit", *table(rows)]
