"""`taskmodel bottleneck`: a map of what holds research back over two inputs."""

from argparse import Namespace
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

import taskmodel as tm
from taskmodel.catalog import Catalog
from taskmodel.cli.catalogs import at_point, check_number, check_range, heading, load, point
from taskmodel.cli.output import Answer, folder_name, output
from taskmodel.cli.screen import number, percent, table
from taskmodel.cli.words import SOURCES, SPEEDUPS
from taskmodel.errors import InputError
from taskmodel.summary import provenance_facts

TOUCH = 1e-6  # relative distance of pieces of a boundary that go on from each other
SIDES = {
    "oversight_slack": "oversight does not bind",
    "oversight_binds": "oversight binds",
    "": "no output",
    **SOURCES,
}


def answer(args: Namespace) -> Answer:
    """Compute the map; report the size of its regions and the extent of their boundaries."""
    catalog = load(args)
    axes = {"--x": args.x, "--y": args.y}
    for option, axis in axes.items():
        check_number(catalog, axis.path, option)
        if axis.path != "compute":
            check_range(catalog, axis.path, axis.span, f"{option} {axis}")
        elif axis.span.low <= 0:
            raise InputError(f"{option} {axis}: compute must be positive")
    paths = args.x.path, args.y.path
    if paths[0] == paths[1]:
        raise InputError(f"--x and --y are both {paths[0]}; a map needs two inputs")
    if args.compute is not None and "compute" in paths:
        raise InputError("--compute: compute is one of the two inputs; leave the option out")
    with output(args, "mapping", folder_name(catalog, args)) as files:
        result = tm.bottleneck_map(
            catalog,
            *((axis.path, axis.span.values()) for axis in axes.values()),
            compute=args.compute,
            report=files.progress.advance,
        )
        files.write("bottleneck", result, "bottleneck", "bottleneck_map")
    binding = result["binding_factor"].values
    facts = {
        **provenance_facts(result),
        **dict(zip("xy", paths, strict=True)),
        "compute": None if "compute" in paths else point(catalog, args),
        "regions": [
            _region(result, source, binding == source)
            for source in [*result["source"].values.tolist(), ""]
            if (binding == source).any()
        ],
        "boundaries": [*map(_boundary, _curves(result))],
    }
    return Answer(facts, lambda: _lines(catalog, facts), files)


def _region(result: xr.Dataset, source: str, cells: NDArray[np.bool_]) -> dict[str, Any]:
    """Return the share of the map in which a source binds most, and the speed-ups there."""
    ranges: dict[str, list[float] | None] = {}
    for name in SPEEDUPS:
        values = result[name].values[cells]
        # cells without output have no speed-up; infinite ones count as an end of the range
        values = values[~np.isnan(values)]
        finite = np.isfinite(values).any()
        ranges[name] = [float(values.min()), float(values.max())] if finite else None
    return {"binding_factor": source, "cells": float(cells.mean()), **ranges}


def _curves(result: xr.Dataset) -> list[xr.Dataset]:
    names = ("x", "y", "first", "second", "kind")
    points = xr.Dataset({name: result[f"boundary_{name}"].variable for name in names})
    curve = result["boundary_curve"].values
    (dim,) = result["boundary_curve"].dims
    return [points.isel({dim: curve == index}) for index in np.unique(curve)]


def _boundary(curve: xr.Dataset) -> dict[str, Any]:
    return {
        **{name: str(curve[name].values[0]) for name in ("first", "second", "kind")},
        "points": np.stack([curve["x"].values, curve["y"].values], axis=1).tolist(),
    }


def _lines(catalog: Catalog, facts: dict[str, Any]) -> list[str]:
    rows = [["what binds most", "of the map", "throughput", "effective"]]
    for region in facts["regions"]:
        ranges = (
            "-" if region[name] is None else " to ".join(map(number, region[name]))
            for name in ("throughput_speedup", "speedup")
        )
        rows.append([SIDES[region["binding_factor"]], percent(region["cells"]), *ranges])
    curves = [["between", "", "kind", facts["x"], facts["y"]]]
    for boundary in _joined(facts["boundaries"]):
        names = (SIDES[boundary[side]] for side in ("first", "second"))
        extent = (_extent(*column) for column in zip(*boundary["points"], strict=True))
        curves.append([*names, boundary["kind"], *extent])
    compute = "" if facts["compute"] is None else f", {at_point(catalog, facts['compute'])}"
    axes = facts["x"], facts["y"]
    lines = [*heading(catalog, f"{axes[0]} across, {axes[1]} upwards{compute}", *axes), ""]
    lines += table(rows)
    if len(curves) > 1:
        lines += ["", "Boundaries and their extent", *table(curves, left_columns=(0, 1, 2))]
    return lines


def _joined(boundaries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Join pieces of a boundary that goes straight on along y.

    Where AI comes to be able to do a task the map is cut, and boundaries with it.

    Examples
    --------
    >>> row = {"first": "review", "second": "hands_on", "kind": "tie"}
    >>> pieces = [[[5, 1], [5, 2]], [[5, 2], [5, 4]], [[5, 6], [5, 8]]]
    >>> [row["points"] for row in _joined([{**row, "points": points} for points in pieces])]
    [[[5, 1], [5, 2], [5, 2], [5, 4]], [[5, 6], [5, 8]]]
    """
    joined: list[dict[str, Any]] = []
    for boundary in sorted(boundaries, key=lambda row: min(y for _, y in row["points"])):
        x, y = zip(*boundary["points"], strict=True)
        names = [boundary[name] for name in ("first", "second", "kind")]
        label = [*names, _extent(*x)]
        for row in joined:
            if row["label"] == label and min(y) <= row["end"] * (1 + TOUCH):
                row["points"] += boundary["points"]
                row["end"] = max(row["end"], *y)
                break
        else:
            points = list(boundary["points"])
            joined.append({**boundary, "points": points, "label": label, "end": max(y)})
    order = [(row["first"], row["second"], row["kind"]) for row in boundaries]
    return sorted(joined, key=lambda row: order.index((row["first"], row["second"], row["kind"])))


def _extent(*values: float) -> str:
    low, high = f"{min(values):.4g}", f"{max(values):.4g}"
    return low if low == high else f"{low} to {high}"
