"""`taskmodel run --over time`: a catalog along paths of compute, algorithms and staff."""

from argparse import Namespace
from typing import Any

import xarray as xr

import taskmodel as tm
from taskmodel.catalog import Catalog
from taskmodel.cli.catalogs import heading, load
from taskmodel.cli.commands import DEFAULT_PATHS
from taskmodel.cli.output import Answer, folder_name, output
from taskmodel.cli.screen import date, plain, scientific, table, thinned, wrapped
from taskmodel.cli.values import MAX_ORGANISATIONS, Span
from taskmodel.cli.words import (
    MILESTONES,
    SPEEDUP_HEADS,
    SPEEDUPS,
    binding_text,
    curve_row,
    event_text,
    speedup_cells,
)
from taskmodel.errors import InputError
from taskmodel.files.suggestions import listing
from taskmodel.numerics.accuracy import OVERSIGHT_ROUNDING
from taskmodel.organisation.measures import REVIEW
from taskmodel.organisation.reviewers import factor_words
from taskmodel.summary import plain_events, provenance_facts
from taskmodel.sweeps.axes import staffing_courses
from taskmodel.sweeps.paths import Paths, load_paths, moved_numbers

ROWS = 13  # of the table
MAX_CHANGES = 40  # shown
POINTS = 121
EVENT_OF = {
    "first_automation": "adopted",
    "oversight_binds": "oversight_binds",
    "oversight_bottleneck": "oversight_bottleneck",
}
JUMP = ("speedup_peaks", "speedup_troughs")
JUMP = ("speedup_peaks", "speedup_troughs")
TAKEN_OVER = {"automatable", "adopted", "completed"}


def answer(args: Namespace) -> Answer:
    """Sweep along time; report the curve and the dates of changes."""
    catalog = load(args)
    paths = load_paths(DEFAULT_PATHS if args.paths is None else args.paths)
    dates = _dates(args.grid, paths)
    with output(args, "solving along time", folder_name(catalog, args, "over=time")) as files:
        result = tm.sweep(catalog, over="time", paths=paths, values=dates)
        files.write("result", result, "over_time", "over_time")
    events = list(plain_events(tm.events(result)))
    curve = [
        {**curve_row(result, "time", index), "compute": float(result["compute"][index])}
        for index in range(result.sizes["time"])
    ]
    facts = {
        **provenance_facts(result),
        "over": "time",
        "paths": paths.name,
        "unit": "calendar year",
        **{name: _onset(result, curve[0], events, name) for name in EVENT_OF},
        "curve": curve,
        "events": events,
    }
    return Answer(facts, lambda: _lines(catalog, paths, facts), files)


def _dates(grid: Span | None, paths: Paths) -> list[float]:
    """Return the dates to report, within those of the paths."""
    begins, ends = paths.begins.value, paths.ends.value
    first, last, points = (begins, ends, POINTS) if grid is None else grid
    if points > MAX_ORGANISATIONS:
        raise InputError(
            f"--grid: POINTS must be a whole number from 2 to {MAX_ORGANISATIONS:,} along time; "
            f"found {points}"
        )
    if not begins <= first < last <= ends:
        raise InputError(
            f"--grid: the paths {paths.name} go from {begins:g} to {ends:g}; choose dates within; "
            f"found {first:g} to {last:g}"
        )
    return [first + (last - first) * index / (points - 1) for index in range(points)]


def _onset(
    result: xr.Dataset, start: dict[str, Any], events: list[dict[str, Any]], name: str
) -> dict[str, Any] | None:
    """Return the date from which a milestone holds, with the speed-ups; None if it never does."""
    review = float(result["bottleneck_share"].isel(time=0).values[REVIEW])
    # Events are changes: what holds from the first date on has none, and its onset may be earlier.
    holds_at_start = {
        "first_automation": float(result["automated_hours_share"][0]) > 0,
        "oversight_binds": review - float(result["binding_tolerance"]) > OVERSIGHT_ROUNDING,
        "oversight_bottleneck": start["binding_factor"] == "review",
    }
    if holds_at_start[name]:
        speedups = {speedup: start[speedup] for speedup in SPEEDUPS}
        return {"date": start["value"], "at_start": True, **speedups}
    for event in events:
        if event["kind"] == EVENT_OF[name] and event["mode"] != "human":
            speedups = {speedup: event[f"{speedup}_after"] for speedup in SPEEDUPS}
            return {"date": event["time"], "at_start": False, **speedups}
    return None


def _changes(catalog: Catalog, events: list[dict[str, Any]]) -> list[list[str]]:
    """Return dates and changes; a task that AI takes over at once and entirely is one line."""
    # A task that opens to AI and pays at once has three events at one date: automatable, adopted
    # and completed. They are one change to a reader.
    groups: dict[tuple[float, str | None], list[dict[str, Any]]] = {}
    for event in events:
        groups.setdefault((event["time"], event["task"]), []).append(event)
    rows, factors = [], factor_words(catalog)
    for (time, task), group in groups.items():
        kinds = [event["kind"] for event in group]
        if sorted(kinds) == sorted(TAKEN_OVER):
            rows.append([date(time), f"{task} opens to AI, which takes over all of it"])
            continue
        # between two falls a jump ends one and begins the other
        jump = JUMP if set(JUMP) <= set(kinds) else ()
        if jump:
            rows.append([date(time), "the throughput speed-up jumps, and falls before and after"])
        rows += [
            [date(time), event_text(event, factors)] for event in group if event["kind"] not in jump
        ]
    return rows


def _moved(catalog: Catalog, paths: Paths, dates: tuple[float, float]) -> list[str]:
    """Name what moves over these dates besides compute: other numbers stay, as of reviewers."""
    by_paths = moved_numbers(paths, catalog)
    own = staffing_courses(catalog, *dates)
    alone = [path for path in own if path not in by_paths]
    both = [path.removesuffix(".headcount") for path in own if path in by_paths]
    lines = []
    if by_paths:
        end = "" if alone else ", and nothing else"
        lines += wrapped(f"they move {listing(list(paths.values), 4)} besides compute{end}")
    if alone:
        since = f"{dates[0]:.10g}"
        lines += wrapped(
            f"by growth, hires and attrition, from the catalog's number at {since} on: "
            f"{listing(alone, 4)}"
        )
    if both:
        lines += wrapped(
            "growth, hires and attrition are left out where the paths move the headcount: "
            f"{listing(both, 4)}"
        )
    return lines


def _lines(catalog: Catalog, paths: Paths, facts: dict[str, Any]) -> list[str]:
    curve, changes = facts["curve"], _changes(catalog, facts["events"])
    rows = [["date", "compute", *SPEEDUP_HEADS, "what binds most"]]
    rows += [
        [
            f"{row['value']:.2f}",
            scientific(row["compute"]),
            *speedup_cells(row),
            binding_text(row),
        ]
        for row in thinned(curve, ROWS)
    ]
    dates = [["", "date", *SPEEDUP_HEADS]]
    for name in EVENT_OF:
        onset = facts[name]
        if onset is None:
            dates.append([MILESTONES[name], "not reached", "", "", ""])
        else:
            bound = "<= " if onset["at_start"] else ""
            dates.append([MILESTONES[name], bound + date(onset["date"]), *speedup_cells(onset)])
    lines = [
        *heading(catalog, f"{curve[0]['value']:g} to {curve[-1]['value']:g}"),
        f"  paths {paths.name}: {plain(paths.title)}",
        *_moved(catalog, paths, (curve[0]["value"], curve[-1]["value"])),
        "",
        "Dates, and the speed-up of research [x] over the same people without AI",
        *table(dates),
        "",
        "Along time; compute in FLOP/year",
        *table(rows, left_columns=(5,)),
        "",
        "Changes along the way",
    ]
    if changes:
        lines += table(changes[:MAX_CHANGES], left_columns=(1,))
    else:
        lines.append("  none: the same modes are used and the same factors scarce throughout")
    if len(changes) > MAX_CHANGES:
        lines += wrapped(f"And {len(changes) - MAX_CHANGES} more changes, in the file.")
    return lines
