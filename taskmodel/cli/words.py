"""Names of sources, milestones and events in words, and the rows of curves that several commands print."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from taskmodel.cli.screen import percent

if TYPE_CHECKING:
    import xarray as xr

SPEEDUPS = ("throughput_speedup", "latency_speedup", "speedup")
SOURCES = {
    "hands_on": "hands-on work",
    "review": "review",
    "inference": "inference",
    "experiments": "experiments",
    "defect_budget": "defects",
}
MILESTONES = {
    "first_automation": "first automation",
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
}
WHO = {
    "human": "people",
    "ai_full_review": "AI with review",
    "ai_floor_review": "AI with review at its floor",
    "ai_no_review": "AI alone",
}


def source_text(name: str, reviewers: str) -> str:
    """A source in words, with the pool of reviewers that is short where they are told apart."""
    return f"{SOURCES[name]} ({reviewers})" if reviewers else SOURCES[name]


def curve_row(result: xr.Dataset, path: str, index: int) -> dict[str, Any]:
    """What stands at one point of an axis, as plain values."""
    from taskmodel.summary import binding_reviewers

    at = result.isel({path: index})
    shares = dict(
        zip(map(str, at["source"].values), at["bottleneck_share"].values.tolist(), strict=True)
    )
    numbers = {name: float(at[name]) for name in ("output", *SPEEDUPS)}
    several = result.sizes["reviewers"] > 1
    binding = {
        "binding_factor": str(at["binding_factor"].item()),
        "binding_reviewers": binding_reviewers(at) if several else "",
    }
    return {"value": float(at[path]), **numbers, **binding, "bottleneck_share": shares}


def binding_text(row: dict[str, Any]) -> str:
    """What binds most at a point."""
    name = row["binding_factor"]
    return (
        f"{source_text(name, row['binding_reviewers'])} {percent(row['bottleneck_share'][name])}"
        if name
        else "nothing"
    )


def event_text(event: dict[str, Any]) -> str:
    """An event in words."""
    way, _, reviewers = str(event["mode"]).partition("/")
    mode = WHO.get(way, way) + (f" by {reviewers}" if reviewers else "")
    return EVENTS[str(event["kind"])].format(task=event["task"], mode=mode, factor=event["factor"])
