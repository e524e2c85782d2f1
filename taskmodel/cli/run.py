"""`taskmodel run`: sweep compute, and say what it means."""

from __future__ import annotations

import re
from argparse import Namespace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from taskmodel.cli import asked
from taskmodel.cli.files import results_folder
from taskmodel.cli.screen import compute, json_text, note, number, percent, plain, progress, table

if TYPE_CHECKING:
    import xarray as xr

    from taskmodel.catalog import Catalog
    from taskmodel.summary import Point, Row, Summary

RESULTS = Path("taskmodel-results")
LONGEST = 100  # letters in the name of a folder
SOURCES = {"hands_on": "hands-on work", "review": "review", "inference": "inference", "experiments": "experiments"}
MILESTONES = {
    "first_automation": "first automation",
    "oversight_binds": "oversight starts to bind",
    "oversight_bottleneck": "oversight is the bottleneck",
}
PLACES = {
    "today": "today: oversight is the bottleneck",
    "oversight_bottleneck": "where oversight becomes the bottleneck",
    "grid_end": "the end of the grid: oversight is not the bottleneck anywhere up to there",
}


def command(args: Namespace) -> int:
    """Sweep, write the results, print the answer."""
    catalog = asked.catalog(args)
    given = None if args.grid is None else asked.grid(args.grid)
    folder = RESULTS / folder_name(catalog) if args.output is None else Path(args.output)
    figures = not args.no_figures and find_spec("matplotlib") is not None
    if not (args.no_figures or figures):
        note("note: no figures, since matplotlib is not installed; to have them: pip install 'taskmodel[plot]'", args.quiet)
    with results_folder(folder) as workshop:
        with progress("solving along the compute axis", args.quiet):
            import numpy as np

            import taskmodel as tm
            from taskmodel.summary import as_dict, points_wanted, provenance, summarise

            span = catalog.compute.grid
            low, high, points = given or (span.low, span.high, span.points)
            grid = np.geomspace(low, high, points)
            # one sweep for the grid and for the points of the summary; the file holds the grid alone
            wide = tm.sweep(catalog, points_wanted(catalog, grid))
            result = wide.isel(compute=np.searchsorted(wide["compute"].values, grid))
            summary = summarise(catalog, wide)
            tm.save(result, workshop / "result.nc")
            if figures:
                _draw(result, workshop)
        names = sorted((path.name for path in workshop.iterdir()), key=lambda name: (name != "result.nc", name))
    if args.json:
        extent = {"low": low, "high": high, "points": points}
        files = [str(folder / name) for name in names]
        print(json_text({**provenance(result), "title": catalog.title, "grid": extent, "files": files, **as_dict(summary)}))
    else:
        print("\n".join([*report(catalog, summary, (low, high, points)), "", f"Written to {folder}: {', '.join(names)}"]))
    return 0


def folder_name(catalog: Catalog) -> str:
    """A name for the folder of a run: the catalog's, the scenario's and what was set."""
    parts = [catalog.name, *([catalog.scenario] if catalog.scenario else []), *(f"{path}={value}" for path, value in catalog.overrides.items())]
    name = re.sub(r"[^\w.=+-]+", "_", "-".join(parts))
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 9]}-{catalog.sha256[:8]}"


def _draw(result: xr.Dataset, folder: Path) -> None:
    from taskmodel import plots

    plots.save(plots.speedup_curve(result), folder / "speedup")


def report(catalog: Catalog, summary: Summary, grid: tuple[float, float, int]) -> list[str]:
    """The answer, as lines to read."""
    return [*_asked(catalog, grid), "", *_milestones(summary), "", *_curve(summary), "", *_binding(summary), "", *_advice(summary)]


def _asked(catalog: Catalog, grid: tuple[float, float, int]) -> list[str]:
    scenario = f", scenario {catalog.scenario}" if catalog.scenario else ""
    low, high, points = grid
    return [
        plain(catalog.title),
        f"  {catalog.name}{scenario}; {len(catalog.tasks)} tasks; {compute(low)} to {compute(high)} FLOP/year effective compute, {points} points",
        *(f"  set: {path} = {plain(str(value))}" for path, value in catalog.overrides.items()),
    ]


def _milestones(summary: Summary) -> list[str]:
    today = summary.today
    rows = [["", "compute [FLOP/year]", "throughput [x]", "latency [x]", "effective [x]"]]
    rows.append(_point("today", today))
    for name, label in MILESTONES.items():
        rows.append(_point(label, getattr(summary, name), " or below" if name in summary.at_grid_start else ""))
    rows.append(_point("ceiling: AI does all it may, and people review it", summary.ceiling))
    rows.append(["without oversight, at the end of the grid", compute(summary.end.compute), number(summary.no_oversight_ceiling), "", ""])
    lines = ["Speed-up of research, relative to the same people without AI", *table(rows)]
    for name, verb in (("oversight_binds", "binds"), ("oversight_bottleneck", "is the bottleneck")):
        found = summary.stretches[name]
        if found and found[-1] != (found[0][0], None):
            lines.append(f"  Oversight {verb} from {', then from '.join(_stretch(*ends) for ends in found)}.")
    lines.append(f"  Today AI does {percent(today.automated_hours_share)} of base-year hours; at the end of the grid {percent(summary.end.automated_hours_share)}.")
    return lines


def _point(label: str, point: Point | None, more: str = "") -> list[str]:
    if point is None:
        return [label, "not on this grid", "", "", ""]
    place = "never" if point.compute is None else compute(point.compute) + more
    return [label, place, number(point.throughput_speedup), number(point.latency_speedup), number(point.speedup)]


def _stretch(start: float, end: float | None) -> str:
    return f"{compute(start)} on" if end is None else f"{compute(start)} to {compute(end)}"


def _curve(summary: Summary) -> list[str]:
    today = summary.today
    chosen = {row.compute: row for row in (*summary.curve, today)}
    rows = [["compute [FLOP/year]", "hours automated", "throughput [x]", "latency [x]", "effective [x]", "what binds most"]]
    for place in sorted(chosen):
        row = chosen[place]
        label = ("today  " if row is today else "") + compute(place)
        rows.append([label, percent(row.automated_hours_share), *_point("", row)[2:], _most(row)])
    return ["Along the curve", *table(rows, left=(5,))]


def _most(row: Row) -> str:
    if not row.binding_factor:
        return row.status
    return f"{SOURCES[row.binding_factor]} {percent(row.bottleneck_share[row.binding_factor])}"


def _binding(summary: Summary) -> list[str]:
    rows = [["", *SOURCES.values()]]
    for label, row in (("today", summary.today), ("end of the grid", summary.end)):
        rows.append([f"{label}, {compute(row.compute)} FLOP/year", *(percent(row.bottleneck_share[source]) for source in SOURCES)])
    return ["What holds research back (share of the next per cent of output that each would bring)", *table(rows)]


def _advice(summary: Summary) -> list[str]:
    advice = summary.advice
    if advice is None:
        return ["Nothing that AI does is reviewed here, so no review can be made cheaper."]
    top = advice.reviews[:3]
    rows = [["what review costs most for", "review [h/year]", "of all review", "review per hour of work [h/h]"]]
    for review in top:
        rows.append([plain(review.title, 50), f"{review.hours_per_year:,.0f}", percent(review.share_of_review), number(review.review_ratio)])
    gains = [f"faster review {_gain(advice.at.elasticity['review_speed'])}"]
    names = {"review": "review capacity"}
    gains += [f"{names.get(factor, factor)} {_gain(value)}" for factor, value in advice.at.elasticity.items() if factor != "review_speed"]
    together = sum(review.output_share for review in top)
    which = {1: "this one", 2: "these two", 3: "these three"}[len(top)]
    return [
        f"What to do about it, at {compute(advice.at.compute)} FLOP/year ({PLACES[advice.place]})",
        *table(rows),
        f"  Review takes {advice.review_hours:,.0f} h/year of the {advice.review_capacity:,.0f} h/year that may go into it.",
        f"  Reviewing {which} 10 % faster gives about {10 * together:.1f} % more research output.",
        f"  1 % more gives, in % of output: {', '.join(gains)}.",
    ]


def _gain(value: float) -> str:
    return number(value) if value > 0.005 or value != value else "0"
