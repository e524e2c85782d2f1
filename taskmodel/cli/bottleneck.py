"""`taskmodel bottleneck`: a map of what holds research back over two inputs."""

from __future__ import annotations

from argparse import Namespace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from taskmodel.cli import asked
from taskmodel.cli.files import RESULTS, folder_name, results_folder
from taskmodel.cli.screen import json_text, number, percent, progress, table
from taskmodel.cli.words import SOURCES
from taskmodel.errors import InputError

if TYPE_CHECKING:
    import xarray as xr

    from taskmodel.catalog import Catalog

SPEEDUPS = ("throughput_speedup", "latency_speedup", "speedup")
SIDES = {
    "oversight_slack": "oversight does not bind",
    "oversight_binds": "oversight binds",
    "": "nothing is done",
}


def command(args: Namespace) -> int:
    """Map, write dataset and figure, print how large the regions are and where they end."""
    catalog = asked.catalog(args)
    spans = {name: asked.mapped(catalog, getattr(args, name), f"--{name}") for name in ("x", "y")}
    if spans["x"][0] == spans["y"][0]:
        raise InputError(f"--x and --y are both {spans['x'][0]}; a map needs two inputs")
    place = None if args.compute is None else asked.compute(args.compute, "--compute")
    if place is not None and "compute" in (spans["x"][0], spans["y"][0]):
        raise InputError("--compute: compute is one of the two inputs; leave the option out")
    figures = not args.no_figures and find_spec("matplotlib") is not None
    folder = (
        RESULTS / f"{folder_name(catalog)}-{spans['x'][0]}-{spans['y'][0]}"
        if args.output is None
        else Path(args.output)
    )
    with results_folder(folder) as workshop:
        with progress("mapping", args.quiet):
            import taskmodel as tm

            found = tm.bottleneck_map(
                catalog, *(_values(*span) for span in spans.values()), compute=place
            )
            tm.save(found, workshop / "bottleneck.nc")
            if figures:
                from taskmodel import plots

                plots.save(plots.bottleneck_map(found), workshop / "bottleneck")
        files = [str(folder / part.name) for part in sorted(workshop.iterdir())]
    from taskmodel.summary import provenance

    facts = {**provenance(found), **_facts(found, place, catalog), "files": files}
    print(json_text(facts) if args.json else "\n".join(_lines(catalog, facts)))
    return 0


def _values(path: str, low: float, high: float, points: int) -> tuple[str, Any]:
    import numpy as np

    return path, np.geomspace(low, high, points) if low > 0 else np.linspace(low, high, points)


def _facts(found: xr.Dataset, place: float | None, catalog: Catalog) -> dict[str, Any]:
    import numpy as np

    lead = found["binding_factor"].values
    regions = [
        _region(found, source, lead == source)
        for source in [*found["source"].values.tolist(), ""]
        if (lead == source).any()
    ]
    curve = found["boundary_curve"].values
    boundaries = []
    for index in np.unique(curve):
        at = curve == index
        first, second, kind = (
            str(found[f"boundary_{name}"].values[at][0]) for name in ("first", "second", "kind")
        )
        points = np.stack(
            [found["boundary_x"].values[at], found["boundary_y"].values[at]], axis=1
        ).tolist()
        boundaries.append({"first": first, "second": second, "kind": kind, "points": points})
    inputs = {name: found.attrs[name] for name in ("x", "y")}
    held = (
        None
        if "compute" in inputs.values()
        else float(catalog.compute.today.value if place is None else place)
    )
    return {**inputs, "compute": held, "regions": regions, "boundaries": boundaries}


def _region(found: xr.Dataset, source: str, room: Any) -> dict[str, Any]:
    import numpy as np

    values = {name: np.where(room, found[name].values, np.nan) for name in SPEEDUPS}
    ranges = {
        name: [float(np.nanmin(part)), float(np.nanmax(part))] if np.isfinite(part).any() else None
        for name, part in values.items()
    }
    return {"binding_factor": source, "cells": float(room.mean()), **ranges}


def _lines(catalog: Catalog, facts: dict[str, Any]) -> list[str]:
    rows = [["what binds most", "of the map", "throughput", "effective"]]
    for region in facts["regions"]:
        ranges = (
            "-" if region[name] is None else " to ".join(map(number, region[name]))
            for name in ("throughput_speedup", "speedup")
        )
        rows.append(
            [SOURCES.get(region["binding_factor"], SIDES[""]), percent(region["cells"]), *ranges]
        )
    held = "" if facts["compute"] is None else f", at {facts['compute']:.3g} FLOP/year"
    lines = [
        *asked.heading(catalog, f"{facts['x']} across, {facts['y']} upwards{held}"),
        "",
        *table(rows),
    ]
    curves = [["between", "", "kind", facts["x"], facts["y"]]]
    for each in facts["boundaries"]:
        names = (SIDES.get(each[side], SOURCES.get(each[side], "")) for side in ("first", "second"))
        ends = ([min(column), max(column)] for column in zip(*each["points"], strict=True))
        curves.append([*names, each["kind"], *(_span(*pair) for pair in ends)])
    if len(curves) > 1:
        lines += ["", "Boundaries, and from where to where they go", *table(curves, left=(0, 1, 2))]
    return [*lines, "", *(f"Written to {file}" for file in facts["files"])]


def _span(low: float, high: float) -> str:
    return f"{low:.4g}" if f"{low:.4g}" == f"{high:.4g}" else f"{low:.4g} to {high:.4g}"
