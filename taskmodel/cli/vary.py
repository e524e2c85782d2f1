"""`taskmodel vary`: sweep any number of the catalog, at one point of the compute axis."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from taskmodel.cli import asked
from taskmodel.cli.files import results_folder
from taskmodel.cli.run import RESULTS, folder_name, source
from taskmodel.cli.screen import compute, json_text, number, percent, progress, table, wrapped

if TYPE_CHECKING:
    from taskmodel.catalog import Catalog

ROWS = 11  # of the table
MOST = 20  # events shown
SPEEDUPS = ("throughput_speedup", "latency_speedup", "speedup")
SAYS = {
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


def command(args: Namespace) -> int:
    """Sweep, write the result, print the curve and the events."""
    if (
        "=" in args.catalog and "=" not in args.range
    ):  # the other way round, as in all other commands
        args.catalog, args.range = args.range, args.catalog
    catalog = asked.catalog(args)
    path, low, high, points = asked.varied(catalog, args.range)
    place = (
        catalog.compute.today.value
        if args.compute is None
        else asked.compute(args.compute, "--compute")
    )
    folder = (
        RESULTS / f"{folder_name(catalog)}-{path}" if args.output is None else Path(args.output)
    )
    with results_folder(folder) as workshop:
        with progress(f"solving along {path}", args.quiet):
            import numpy as np

            import taskmodel as tm
            from taskmodel.summary import plain_events, provenance

            values = np.geomspace(low, high, points) if low > 0 else np.linspace(low, high, points)
            result = tm.sweep(catalog, place, over=path, values=values)
            tm.save(result, workshop / "result.nc")
    facts: dict[str, Any] = {
        **provenance(result),
        "compute": place,
        "over": path,
        "unit": catalog.unit_of(path),
        "curve": [row(result, path, index) for index in range(points)],
        "events": list(plain_events(tm.events(result))),
        "files": [str(folder / "result.nc")],
    }
    print(json_text(facts) if args.json else "\n".join(_lines(catalog, facts)))
    return 0


def row(result: Any, path: str, index: int) -> dict[str, Any]:
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


def _lines(catalog: Catalog, facts: dict[str, Any]) -> list[str]:
    curve, found, path = facts["curve"], facts["events"], facts["over"]
    unit = "" if facts["unit"] in ("1", "") else f" [{facts['unit']}]"
    step = max(1, (len(curve) - 1) // (ROWS - 1))
    chosen = [*curve[::step][: ROWS - 1], curve[-1]] if len(curve) > ROWS else curve
    rows = [[f"{path}{unit}", "throughput", "latency", "effective", "what binds most"]]
    rows += [
        [number(each["value"]), *(number(each[name]) for name in SPEEDUPS), most(each)]
        for each in chosen
    ]
    span = f"{path} from {number(curve[0]['value'])} to {number(curve[-1]['value'])}{unit}"
    lines = [
        *asked.heading(catalog, f"at {compute(facts['compute'])} FLOP/year"),
        f"  {span}, {len(curve)} points",
        "",
        "Speed-up of research [x] over the same people without AI",
        *table(rows, left=(4,)),
    ]
    if found:
        lines += [
            "",
            "What changes on the way",
            *table([[_place(event[path]), says(event)] for event in found[:MOST]], left=(1,)),
        ]
    else:
        same = all(row[name] == curve[0][name] for row in curve for name in SPEEDUPS)
        lines += [
            "",
            f"{path} makes no difference here."
            if same
            else "The same modes are used and the same factors scarce from end to end.",
        ]
    if len(found) > MOST:
        lines += wrapped(f"And {len(found) - MOST} more changes, in the file.")
    return [*lines, "", f"Written to {facts['files'][0]}"]


def _place(value: float) -> str:
    return f"{value:.6g}"


def most(row: dict[str, Any]) -> str:
    """What binds most at a point."""
    name = row["binding_factor"]
    return (
        f"{source(name, row['binding_reviewers'])} {percent(row['bottleneck_share'][name])}"
        if name
        else "nothing"
    )


def says(event: dict[str, Any]) -> str:
    """An event in words."""
    way, _, reviewers = str(event["mode"]).partition("/")
    mode = WHO.get(way, way) + (f" by {reviewers}" if reviewers else "")
    return SAYS[str(event["kind"])].format(task=event["task"], mode=mode, factor=event["factor"])
