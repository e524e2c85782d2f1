"""`taskmodel run --over time`: a catalog along paths of compute, algorithms and staff, and when what changes."""

from __future__ import annotations

import math
from argparse import Namespace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from taskmodel.cli import asked
from taskmodel.cli.files import RESULTS, folder_name, results_folder
from taskmodel.cli.parser import DEFAULT_PATHS
from taskmodel.cli.screen import compute, json_text, note, number, plain, progress, table, wrapped
from taskmodel.cli.words import MILESTONES, SPEEDUPS, binding_text, curve_row, event_text
from taskmodel.errors import InputError

if TYPE_CHECKING:
    import xarray as xr

    from taskmodel.catalog import Catalog
    from taskmodel.sweeps.paths import Paths

ROWS = 13  # of the table
MOST = 40  # lines of changes shown
REPORTED = 121  # dates, where none are asked for
POINTS = 2, 10_000  # dates that may be asked for
BEGINS = {
    "first_automation": "adopted",
    "oversight_binds": "oversight_binds",
    "oversight_bottleneck": "oversight_bottleneck",
}
TAKEN_OVER = {"automatable", "adopted", "completed"}


def command(args: Namespace) -> int:
    """Sweep along time, write the result, print the curve and what changes when."""
    from taskmodel.sweeps.paths import load_paths

    catalog = asked.catalog(args)
    paths = load_paths(DEFAULT_PATHS if args.paths is None else args.paths)
    dates = _dates(
        f"{paths.begins.value}:{paths.ends.value}:{REPORTED}" if args.grid is None else args.grid,
        paths,
    )
    folder = (
        RESULTS / f"{folder_name(catalog)}-{paths.name}"
        if args.output is None
        else Path(args.output)
    )
    figures = not args.no_figures and find_spec("matplotlib") is not None
    if not (args.no_figures or figures):
        note(
            "note: no figure, since matplotlib is not installed; to have one: pip install 'taskmodel[plot]'",
            args.quiet,
        )
    with results_folder(folder) as workshop:
        with progress("solving along time", args.quiet):
            import taskmodel as tm

            result = tm.sweep(catalog, over="time", paths=paths, values=dates)
            tm.save(result, workshop / "result.nc")
            if figures:
                from taskmodel import plots

                plots.save(plots.over_time(result), workshop / "over_time")
        names = sorted(
            (path.name for path in workshop.iterdir()), key=lambda name: (name != "result.nc", name)
        )
    facts = _facts(result, paths, [str(folder / name) for name in names])
    print(json_text(facts) if args.json else "\n".join(_lines(catalog, paths, facts)))
    return 0


def _dates(text: str, paths: Paths) -> list[float]:
    """Dates of LOW:HIGH:POINTS, within those of the paths."""
    low, colon, rest = text.partition(":")
    high, colon, points = rest.partition(":")
    first, last = asked.ends(f"{low}:{high}", "--grid") if colon else (math.nan, math.nan)
    if not colon or not points.isdecimal() or not POINTS[0] <= int(points) <= POINTS[1]:
        raise InputError(
            f"--grid {text}: write LOW:HIGH:POINTS, dates and how many ({POINTS[0]} to {POINTS[1]:,}), such as 2026:2030:41"
        )
    if not paths.begins.value <= first < last <= paths.ends.value:
        raise InputError(
            f"--grid {text}: the paths {paths.name} go from {paths.begins.value:g} to {paths.ends.value:g}; give dates within"
        )
    return [first + (last - first) * place / (int(points) - 1) for place in range(int(points))]


def _facts(result: xr.Dataset, paths: Paths, files: list[str]) -> dict[str, Any]:
    import taskmodel as tm
    from taskmodel.summary import plain_events, provenance

    events = list(plain_events(tm.events(result)))
    curve = [
        {**curve_row(result, "time", index), "compute": float(result["compute"][index])}
        for index in range(result.sizes["time"])
    ]
    return {
        **provenance(result),
        "over": "time",
        "paths": paths.name,
        "unit": "calendar year",
        **{name: _first(result, curve[0], events, name) for name in BEGINS},
        "curve": curve,
        "events": events,
        "files": files,
    }


def _first(
    result: xr.Dataset, start: dict[str, Any], events: list[dict[str, Any]], name: str
) -> dict[str, Any] | None:
    """When something first holds, with the speed-ups from there on; None: it never does."""
    from taskmodel.organisation.measures import REVIEW

    share = result["bottleneck_share"].isel(time=0).values
    review = float(share[REVIEW])
    at_start = {
        "first_automation": float(result["automated_hours_share"][0]) > 0,
        "oversight_binds": review > float(result["binding_tolerance"]),
        "oversight_bottleneck": review == share.max(),
    }
    if at_start[name]:
        return {
            "date": start["value"],
            "at_start": True,
            **{each: start[each] for each in SPEEDUPS},
        }
    chosen = next(
        (event for event in events if event["kind"] == BEGINS[name] and event["mode"] != "human"),
        None,
    )
    if chosen is None:
        return None
    return {
        "date": chosen["time"],
        "at_start": False,
        **{each: chosen[f"{each}_after"] for each in SPEEDUPS},
    }


def _changes(events: list[dict[str, Any]]) -> list[list[str]]:
    """Dates and what changes; what AI comes to be able to do and takes over whole is one line."""
    together: dict[tuple[float, str | None], list[dict[str, Any]]] = {}
    for event in events:
        together.setdefault((event["time"], event["task"]), []).append(event)
    lines = []
    for (date, task), found in together.items():
        if {event["kind"] for event in found} == TAKEN_OVER and len(found) == len(TAKEN_OVER):
            lines.append([f"{date:.3f}", f"{task} opens to AI, which takes all of it over"])
        else:
            lines += [[f"{date:.3f}", event_text(event)] for event in found]
    return lines


def _lines(catalog: Catalog, paths: Paths, facts: dict[str, Any]) -> list[str]:
    curve, events = facts["curve"], facts["events"]
    chosen = (
        [curve[round(place * (len(curve) - 1) / (ROWS - 1))] for place in range(ROWS)]
        if len(curve) > ROWS
        else curve
    )
    rows = [["date", "compute", "throughput", "latency", "effective", "what binds most"]]
    rows += [
        [
            f"{each['value']:.2f}",
            compute(each["compute"]),
            *(number(each[name]) for name in SPEEDUPS),
            binding_text(each),
        ]
        for each in chosen
    ]
    dates = [["", "date", "throughput", "latency", "effective"]]
    for name in BEGINS:
        found = facts[name]
        if found is None:
            dates.append([MILESTONES[name], "not reached", "", "", ""])
            continue
        when = f"{'<= ' if found['at_start'] else ''}{found['date']:.3f}"
        dates.append([MILESTONES[name], when, *(number(found[each]) for each in SPEEDUPS)])
    changes = _changes(events)
    lines = [
        *asked.heading(catalog, f"{curve[0]['value']:g} to {curve[-1]['value']:g}"),
        f"  paths {paths.name}: {plain(paths.title)}",
        "",
        "When, and the speed-up of research [x] there, over the same people without AI",
        *table(dates),
        "",
        "Along time; compute in FLOP/year",
        *table(rows, left=(5,)),
        "",
        "What changes on the way",
        *(
            table(changes[:MOST], left=(1,))
            if changes
            else ["  nothing: the same modes are used and the same factors scarce throughout"]
        ),
    ]
    if len(changes) > MOST:
        lines += wrapped(f"And {len(changes) - MOST} more changes, in the file.")
    return [*lines, "", f"Written to {', '.join(facts['files'])}"]
