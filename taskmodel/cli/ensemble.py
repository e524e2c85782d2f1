"""`taskmodel ensemble`: medians and 90 % bands over draws of the uncertain numbers."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING, Any

import numpy as np

import taskmodel as tm
from taskmodel.catalog import Catalog
from taskmodel.cli.catalogs import heading, load, note_slow_draws
from taskmodel.cli.ensemble_store import needs_store, store_answer
from taskmodel.cli.output import Answer, output
from taskmodel.cli.screen import counted, date, number, percent, scientific, table, wrapped
from taskmodel.summary import provenance_facts

if TYPE_CHECKING:
    import xarray as xr

CURVES = {
    "throughput_speedup": "throughput",
    "latency_speedup": "latency",
    "speedup": "effective speed-up",
    "automated_hours_share": "share of hours that AI does",
    "oversight_ceiling": "ceiling at this capability",
}
KINDS = {
    "automatable": "AI can do a task",
    "adopted": "AI does a task",
    "completed": "people leave a task",
}
STATES = {
    "oversight_binds_from": "oversight binds",
    "oversight_bottleneck_from": "oversight is the bottleneck",
}
MOST = 1_000_000  # draws in memory
DECADES = 3  # above today that are reported unasked
PRIORS = (
    "Draws of the intervals as they are given, priors: not weighted by evidence, as those of "
    "taskmodel run are where there is some (taskmodel calibrate shows both)."
)
LEVELS = (0.05, 0.5, 0.95)
HEAD = ("5 %", "median", "95 %", "± of the median")


def answer(args: Namespace) -> Answer:
    """Solve draws of the catalog."""
    catalog = load(args)
    if args.paths and args.compute:
        raise tm.InputError("--compute is for points of compute; along --paths dates are reported")
    if args.store is not None:
        return store_answer(args, catalog)
    needs_store(args)
    compute = None if args.paths else args.compute or _decades(catalog)
    if args.draws > MOST:
        raise tm.InputError(f"more than {MOST:,} draws do not fit in memory: give --store F.zarr")
    note_slow_draws(catalog, args.quiet)
    with output(args, f"solving {counted(args.draws, 'draw')}") as out:
        options = {"paths": args.paths, "report": out.progress.advance}
        drawn = tm.ensemble(catalog, args.draws, args.seed, compute, **options)
        bands = tm.bands(drawn, LEVELS)
        out.write("ensemble", drawn, "ensemble", "ensemble")
    facts = {**provenance_facts(drawn), **_facts(drawn, bands)}
    return Answer(facts, lambda: _lines(catalog, facts), out)


def _decades(catalog: Catalog) -> list[float]:
    """Return today's compute and powers of ten above it, as far as the grid goes."""
    today, high = catalog.compute.today.value, catalog.compute.grid.high
    return [today * 10.0**power for power in range(DECADES + 1) if today * 10.0**power <= high]


def _facts(drawn: xr.Dataset, bands: xr.Dataset) -> dict[str, Any]:
    axis = drawn.attrs["over"]
    solved = np.where(drawn["status"] == "solved", drawn["weight"], 0.0)

    def ever(position: xr.DataArray) -> float:
        return float(np.average(np.isfinite(position), weights=solved))

    states, reasons = drawn["status"].values, drawn["reason"].values
    failed = np.flatnonzero(states == "failed").tolist()
    return {
        "seed": drawn.attrs["seed"],
        "draws": drawn.sizes["draw"],
        "failed": [
            {"draw": int(drawn["draw"][row]), "reason": str(reasons[row])} for row in failed
        ],
        "over": axis,
        "points": [
            {
                axis: position,
                **{name: _quantiles(bands.isel({axis: row}), name) for name in CURVES},
            }
            for row, position in enumerate(drawn[axis].values.tolist())
        ],
        "ceiling": _quantiles(bands, "ceiling"),
        **{name: {"probability": ever(drawn[name]), **_quantiles(bands, name)} for name in STATES},
        "events": [
            {
                "kind": kind,
                "probability": ever(drawn["event_place"].sel(kind=kind)),
                **_quantiles(bands.sel(kind=kind), "event_place"),
            }
            for kind in drawn["kind"].values.tolist()
        ],
    }


def _quantiles(bands: xr.Dataset, name: str) -> dict[str, Any]:
    """Return levels, quantiles and their errors."""
    return {
        "quantiles": list(LEVELS),
        "values": bands[name].values.tolist(),
        "errors": bands[f"{name}_error"].values.tolist(),
    }


def _lines(catalog: Catalog, facts: dict[str, Any]) -> list[str]:
    over_time = facts["over"] == "time"
    place = date if over_time else scientific
    points = facts["points"]
    if len(points) > DECADES + 1:  # all of them are in the JSON and the dataset
        points = [points[row] for row in np.linspace(0, len(points) - 1, DECADES + 1).astype(int)]
    lines = heading(catalog, f"{counted(facts['draws'], 'draw')}, seed {facts['seed']}")
    lines += wrapped(PRIORS)
    if facts["failed"]:
        first = facts["failed"][0]
        lines += wrapped(
            f"{counted(len(facts['failed']), 'draw')} without an answer, left out; draw "
            f"{first['draw']}: {first['reason']}"
        )
    for row in points:
        where = place(row[facts["over"]]) + ("" if over_time else " FLOP/year")
        rows = [[f"At {where}", *HEAD]]
        rows += [[title, *_cells(row[name], number)] for name, title in CURVES.items()]
        lines += ["", *table(rows)]
    rows = [["Ceiling, all tasks open to AI", *HEAD], ["", *_cells(facts["ceiling"], number)]]
    lines += ["", *table(rows)]
    unit = "date" if over_time else "FLOP/year"
    rows = [[f"First time that [{unit}]", *HEAD[:3], "ever"]]
    firsts = {KINDS.get(event["kind"], ""): event for event in facts["events"]}
    firsts |= {title: facts[name] for name, title in STATES.items()}
    for title, first in firsts.items():
        if title:
            cells = ["never" if value == np.inf else place(value) for value in first["values"]]
            rows.append([title, *cells, percent(first["probability"])])
    return [*lines, "", *table(rows)]


def _cells(band: dict[str, Any], text: Any) -> list[str]:
    return [*map(text, band["values"]), text(band["errors"][1])]
