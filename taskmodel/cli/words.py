"""Names of sources, milestones and events in words, and rows of datasets as plain values."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from taskmodel.cli.screen import number, percent, wrapped

if TYPE_CHECKING:
    import xarray as xr

SPEEDUPS = ("throughput_speedup", "latency_speedup", "speedup")
SPEEDUP_HEADS = ("throughput", "latency", "effective")
SPEEDUP_WORDS = "  throughput: output of a year; latency: time of one pass; effective: both"
SOURCES = {
    "hands_on": "hands-on work",
    "review": "review",
    "inference": "inference",
    "experiments": "experiments",
    "defect_budget": "defects",
}
MILESTONES = {
    "first_automation": "first automation",
    "oversight_costs_a_tenth": "oversight costs a tenth (1.1x)",
    "oversight_costs_half": "oversight costs half (2x)",
    "oversight_binds": "oversight starts to bind",
    "oversight_bottleneck": "oversight is the bottleneck",
}
EVENTS = {
    "automatable": "AI can do {task}",
    "automatable_ends": "AI can no longer do {task}",
    "adopted": "{task} begins to be done by {mode}",
    "dropped": "{task} is no longer done by {mode}",
    "completed": "{task} is no longer done by people",
    "binds": "the factor {factor} begins to be scarce",
    "slack": "the factor {factor} ceases to be scarce",
    "oversight_binds": "oversight begins to bind",
    "oversight_binds_ends": "oversight ceases to bind",
    "oversight_bottleneck": "oversight becomes the bottleneck",
    "oversight_bottleneck_ends": "oversight is no longer the bottleneck",
    "speedup_peaks": "the throughput speed-up peaks",
    "speedup_troughs": "the throughput speed-up is at its least before it grows again",
    "oversight_costs_a_tenth": "oversight costs a tenth: free review would give 1.1 times output",
    "oversight_costs_a_tenth_ends": "oversight costs less than a tenth",
    "oversight_costs_half": "oversight costs half: free review would double output",
    "oversight_costs_half_ends": "oversight costs less than half",
}
MODES = {
    "human": "people",
    "ai_full_review": "AI with review",
    "ai_floor_review": "AI with review at its floor",
    "ai_no_review": "AI alone",
}


def share_text(source: str, share: float, by_pool: Mapping[str, float]) -> str:
    """Name a source with its share, and review with that of each pool if there are several.

    Examples
    --------
    >>> share_text("review", 0.71, {"general": 0.51, "verifiers": 0.2})
    'review 71 % (general 51 %, verifiers 20 %)'
    >>> share_text("review", 0.71, {"general": 0.71})
    'review 71 %'
    """
    text = f"{SOURCES[source]} {percent(share)}"
    if source != "review" or len(by_pool) < 2:
        return text
    pools = ", ".join(f"{pool} {percent(part)}" for pool, part in by_pool.items())
    return f"{text} ({pools})"


def share_columns(shares: Mapping[str, float], by_pool: Mapping[str, float]) -> dict[str, float]:
    """Return the shares of sources by name, review by pool of reviewers if there are several."""
    columns: dict[str, float] = {}
    for source, share in shares.items():
        if source == "review" and len(by_pool) > 1:
            columns |= {f"review ({pool})": part for pool, part in by_pool.items()}
        else:
            columns[SOURCES[source]] = share
    return columns


def event_text(event: Mapping[str, Any], factors: Mapping[str, str]) -> str:
    """Describe an event; `factors` are words for factors, of those that have some."""
    name, _, reviewers = str(event["mode"]).partition("/")
    mode = MODES.get(name, name) + (f" by {reviewers}" if reviewers else "")
    factor = factors.get(event["factor"], event["factor"])
    return EVENTS[event["kind"]].format(task=event["task"], mode=mode, factor=factor)


def binding_text(row: Mapping[str, Any]) -> str:
    """Name the source that binds most at a row of a curve, and its share."""
    source = row["binding_factor"]
    if not source:
        return "nothing"
    return share_text(source, row["bottleneck_share"][source], row["review_pool_share"])


def speedup_cells(row: Mapping[str, Any]) -> list[str]:
    """Return the cells of the three speed-ups in a table."""
    return [number(row[name]) for name in SPEEDUPS]


def numbers(dataset: xr.Dataset, names: Iterable[str], suffix: str = "") -> dict[str, float]:
    """Return scalar variables as floats; the suffix is part of the variables' names alone."""
    return {name: float(dataset[f"{name}{suffix}"]) for name in names}


def by_label(variable: xr.DataArray) -> dict[str, float]:
    """Return a variable of one dimension as a dictionary by its labels."""
    return dict(
        zip(map(str, variable[variable.dims[0]].values), variable.values.tolist(), strict=True)
    )


def records(dataset: xr.Dataset, names: Iterable[str], prefix: str = "") -> list[dict[str, Any]]:
    """Return variables along one dimension as dictionaries; the prefix is left out of the keys."""
    names = tuple(names)
    columns = (dataset[f"{prefix}{name}"].values.tolist() for name in names)
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def world_provenance(result: xr.Dataset) -> dict[str, Any]:
    """Return what the result of a world or loop was computed from."""
    return {
        "scenario": result.attrs["scenario_name"],
        "overrides": json.loads(result.attrs["overrides"]),
        "version": result.attrs["taskmodel_version"],
        "sha256": result.attrs["scenario_sha256"],
    }


def early_end(facts: Mapping[str, Any], noun: str = "run") -> list[str]:
    """Say why a simulation ended before its time, if it did."""
    if not facts["stopped"]:
        return []
    return ["", *wrapped(f"The {noun} ends before its time, {facts['stopped']}.", indent="")]


def curve_row(result: xr.Dataset, path: str, index: int) -> dict[str, Any]:
    """Return the row of a curve at one point of the axis `path`."""
    from taskmodel.summary import binding_reviewers

    state = result.isel({path: index})
    several = result.sizes["reviewers"] > 1
    return {
        "value": float(state[path]),
        **numbers(state, ("output", *SPEEDUPS)),
        "binding_factor": str(state["binding_factor"].item()),
        "binding_reviewers": binding_reviewers(state) if several else "",
        "bottleneck_share": by_label(state["bottleneck_share"]),
        "review_pool_share": by_label(state["review_pool_share"]),
    }
