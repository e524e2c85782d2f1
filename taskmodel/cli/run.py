"""`taskmodel run`: sweep compute, and say what it means."""

from __future__ import annotations

from argparse import Namespace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from taskmodel.cli import asked
from taskmodel.cli.files import RESULTS, folder_name, results_folder
from taskmodel.cli.screen import (
    compute,
    json_text,
    note,
    number,
    percent,
    plain,
    progress,
    table,
    wrapped,
)
from taskmodel.cli.words import MILESTONES, SOURCES, source_text
from taskmodel.errors import InputError, NoAnswer

if TYPE_CHECKING:
    from taskmodel.catalog import Catalog
    from taskmodel.summary import Advice, Point, Row, Summary

PLACES = {
    "today": "today",
    "oversight_bottleneck": "where review becomes the bottleneck",
    "grid_end": "the end of the grid",
}
NOTHING = 1e-6  # people that one more reviewer is worth, below which it is told as none
SHOWN = 0.005  # part of all hours from which a way of working is named
NAMES = {"review": "review capacity", "defect_budget": "defect budget"}


def command(args: Namespace) -> int:
    """Sweep, write the results, print the answer."""
    if args.over == "time":
        from taskmodel.cli import over_time

        return over_time.command(args)
    if args.paths is not None:
        raise InputError(f"--paths {args.paths}: paths are followed along time; add --over time")
    catalog = asked.catalog(args)
    given = None if args.grid is None else asked.grid(args.grid)
    folder = RESULTS / folder_name(catalog) if args.output is None else Path(args.output)
    figures = not args.no_figures and find_spec("matplotlib") is not None
    if not (args.no_figures or figures):
        note(
            "note: no figures, since matplotlib is not installed; to have them: pip install 'taskmodel[plot]'",
            args.quiet,
        )
    span = catalog.compute.grid
    extent = given or (span.low, span.high, span.points)
    with results_folder(folder) as workshop:
        with progress("solving along the compute axis", args.quiet):
            summary, facts = _solve(catalog, extent, workshop, figures)
        names = sorted(
            (path.name for path in workshop.iterdir()), key=lambda name: (name != "result.nc", name)
        )
        stale = sorted(path.name for path in folder.glob("speedup.*") if path.name not in names)
    if stale:
        note(f"note: {', '.join(stale)} in {folder} are of an earlier run", args.quiet)
    if args.json:
        from taskmodel.summary import as_dict

        grid = dict(zip(("low", "high", "points"), extent, strict=True))
        files = [str(folder / name) for name in names]
        print(
            json_text(
                {**facts, "title": catalog.title, "grid": grid, "files": files, **as_dict(summary)}
            )
        )
    else:
        print(
            "\n".join(
                [*report(catalog, summary, extent), "", f"Written to {folder}: {', '.join(names)}"]
            )
        )
    return 0


def _solve(
    catalog: Catalog, extent: tuple[float, float, int], folder: Path, figures: bool
) -> tuple[Summary, dict[str, object]]:
    """Sweep and write the files; the facts, and what they were made from."""
    import numpy as np

    import taskmodel as tm
    from taskmodel.summary import points_wanted, provenance, summarise

    grid = np.geomspace(*extent)
    # one sweep for the grid and for the points of the summary; the file holds the grid alone
    wide = tm.sweep(catalog, points_wanted(catalog, grid))
    if (wide["status"] == "zero").all():
        raise NoAnswer(_why_nothing(catalog, grid[-1]))
    result = wide.isel(compute=np.searchsorted(wide["compute"].values, grid))
    summary = summarise(catalog, wide)
    tm.save(result, folder / "result.nc")
    if figures:
        from taskmodel import plots

        plots.save(plots.speedup_curve(result), folder / "speedup")
    return summary, provenance(result)


def _why_nothing(catalog: Catalog, highest: float) -> str:
    """Why nothing can be produced at any point of the grid."""
    from taskmodel.organisation.organisation import organisation

    (opens_at,) = organisation(catalog).opens_at
    idle = [
        name
        for (name, task), opens in zip(catalog.tasks.items(), opens_at, strict=True)
        if not task.by_people and opens > highest
    ]
    if idle:
        return f"nothing can be produced: people may not do {', '.join(idle)} (by_people), and AI cannot do it on this grid"
    return "nothing can be produced on this grid: an essential task cannot be done, or lacks a factor; see supervision and compute"


def report(catalog: Catalog, summary: Summary, grid: tuple[float, float, int]) -> list[str]:
    """The answer, as lines to read."""
    return [
        *_asked(catalog, grid),
        "",
        *_milestones(summary),
        *_no_hours(catalog),
        "",
        *_curve(summary),
        *_ways(catalog, summary),
        "",
        *_binding(summary),
        *_next_tasks(summary),
        "",
        *_advice(catalog, summary),
    ]


def _asked(catalog: Catalog, grid: tuple[float, float, int]) -> list[str]:
    low, high, points = grid
    return asked.heading(
        catalog, f"{points} points from {compute(low)} to {compute(high)} FLOP/year"
    )


def _no_hours(catalog: Catalog) -> list[str]:
    """That oversight is all there is to say, where nobody reviews."""
    from taskmodel.organisation.reviewers import review_capacity, reviewer_pools

    if any(
        review_capacity(pool, pool.headcount.value) for pool in reviewer_pools(catalog).values()
    ):
        return []
    return wrapped(
        "There are no hours for review (see supervision), so AI does nothing that needs it: oversight sets the ceiling, "
        "though what holds research back is told as people's work alone.",
        indent="",
    )


def _milestones(summary: Summary) -> list[str]:
    rows = [["", "compute", "throughput", "latency", "effective"], _point("today", summary.today)]
    for name, label in MILESTONES.items():
        rows.append(
            _point(label, getattr(summary, name), "<= " if name in summary.at_grid_start else "")
        )
    rows.append(_point("ceiling set by oversight", summary.ceiling))
    rows.append(
        [
            "no oversight, end of the grid",
            compute(summary.end.compute),
            number(summary.end.no_oversight_ceiling),
            "",
            "",
        ]
    )
    lines = [
        "Speed-up of research [x] over the same people without AI; compute in FLOP/year",
        *table(rows),
    ]
    for name, verb in (("oversight_binds", "binds"), ("oversight_bottleneck", "is the bottleneck")):
        found = summary.stretches[name]
        if len(found) > 1 or (found and found[0][1] is not None):
            lines += wrapped(
                f"Oversight {verb} from {', then from '.join(_stretch(*ends) for ends in found)}."
            )
    if len(summary.reviewers_scarce) > 1:
        scarce = [
            f"{name} {'from ' + ', then from '.join(_stretch(*ends) for ends in found) if found else 'nowhere'}"
            for name, found in summary.reviewers_scarce.items()
        ]
        lines += wrapped(f"Review hours are scarce: {'; '.join(scarce)}.")
    return lines


def _point(label: str, point: Point | None, more: str = "") -> list[str]:
    if point is None:
        return [label, "not reached", "", "", ""]
    place = "-" if point.compute is None else more + compute(point.compute)
    return [
        label,
        place,
        number(point.throughput_speedup),
        number(point.latency_speedup),
        number(point.speedup),
    ]


def _stretch(start: float, end: float | None) -> str:
    return f"{compute(start)} on" if end is None else f"{compute(start)} to {compute(end)}"


def _curve(summary: Summary) -> list[str]:
    today = summary.today
    chosen = {row.compute: row for row in (*summary.curve, today)}
    rows = [["compute", "hours by AI", "throughput", "latency", "effective", "what binds most"]]
    for place in sorted(chosen):
        row = chosen[place]
        label = ("today " if row is today else "") + compute(place)
        rows.append(
            [
                label,
                percent(row.automated_hours_share),
                *_point("", row)[2:],
                _most(row, len(summary.reviewers_scarce) > 1),
            ]
        )
    return [
        "Along the curve; hours by AI: part of the hours that people work without AI",
        *table(rows, left=(5,)),
    ]


def _ways(catalog: Catalog, summary: Summary) -> list[str]:
    """Which ways of letting AI work are chosen, where there are several to choose from."""
    rows = {
        "today": summary.today,
        **({"where review costs most": summary.advice.at} if summary.advice else {}),
        "end of the grid": summary.end,
    }
    used = [
        {mode: part for mode, part in row.hours_by_mode.items() if part > 0}
        for row in rows.values()
    ]
    if max(len(catalog.supervision.protocols), len(set().union(*used) - {"human"})) < 2:
        return []
    lines = ["", "Ways of working that are chosen, by the hours that people work without AI"]
    for label, row in rows.items():
        most = sorted(row.hours_by_mode.items(), key=lambda pair: -pair[1])
        said = ", ".join(
            f"{'people' if mode == 'human' else mode} {percent(part)}"
            for mode, part in most
            if part >= SHOWN
        )
        lines += wrapped(f"{label}, {compute(row.compute)}: {said}")
    return lines


def _most(row: Row, several: bool) -> str:
    if not row.binding_factor:
        return "nothing gets done" if row.status == "zero" else "nothing"
    return f"{source_text(row.binding_factor, row.binding_reviewers if several else '')} {percent(row.bottleneck_share[row.binding_factor])}"


def _binding(summary: Summary) -> list[str]:
    rows = [["", *(SOURCES[source] for source in summary.today.bottleneck_share)]]
    for label, row in (("today", summary.today), ("end of the grid", summary.end)):
        rows.append(
            [
                f"{label}, {compute(row.compute)}",
                *(percent(share) for share in row.bottleneck_share.values()),
            ]
        )
    return [
        "What holds research back (elasticities of output, which add up to 100 %)",
        *table(rows),
    ]


def _next_tasks(summary: Summary) -> list[str]:
    some = summary.next_tasks[:3]
    if not some:
        return []
    rows = [
        ["the next tasks worth automating", "AI can from", "throughput", "latency", "effective"]
    ]
    rows += [_point(plain(task.title, 31), task) for task in some]
    return ["", "Speed-ups [x] if AI could do one more task today", *table(rows)]


def _advice(catalog: Catalog, summary: Summary) -> list[str]:
    advice = summary.advice
    if advice is None:
        return wrapped("Nothing is reviewed.", indent="")
    from taskmodel.organisation.reviewers import review_factor

    top = advice.reviews[:3]
    rows = [["the reviews that cost most", "hours [h/year]", "ratio [h/h]", "1 % faster"]]
    for review in top:
        gain = f"+{review.output_share:.3f} %"
        rows.append(
            [
                plain(review.title, 32),
                f"{review.hours_per_year:,.0f}",
                number(review.review_ratio),
                gain,
            ]
        )
    gains = dict(advice.at.elasticity)
    faster = gains.pop("review_speed")
    names = NAMES | {
        review_factor(pool.name): f"review capacity of {pool.name}"
        for pool in advice.pools
        if len(advice.pools) > 1
    }
    factors = [f"{names.get(factor, factor)} {_gain(value)}" for factor, value in gains.items()]
    return [
        f"What to do about it, at {compute(advice.at.compute)} FLOP/year, {PLACES[advice.place]}",
        *table(rows),
        *wrapped(
            f"In all {advice.review_hours:,.0f} h/year go into review, of {advice.review_capacity:,.0f} h/year that may."
        ),
        *_pools(advice),
        *wrapped(
            f"1 % faster review everywhere gives {_gain(faster)} more output; 1 % more {', '.join(factors)}."
        ),
    ]


def _pools(advice: Advice) -> list[str]:
    """What each pool of reviewers does, if there are several, and what one more reviewer is worth."""
    several = len(advice.pools) > 1
    lines = []
    for pool in advice.pools:
        if several:
            state = "scarce" if pool.elasticity > 0 else "not scarce"
            lines += wrapped(
                f"Of these, {pool.name}: {pool.hours_per_year:,.0f} of {pool.capacity:,.0f} h/year, {state}."
            )
        who = f"reviewer ({pool.name})" if several else "reviewer"
        lines += [
            line
            for labour, worth in pool.reviewer_equivalent.items()
            for line in wrapped(_reviewer(who, labour, worth))
        ]
    return lines


def _reviewer(who: str, pool: str, worth: float) -> str:
    if worth != worth:  # neither is worth anything
        return f"Neither one more {who} nor more {plain(pool)} would give anything."
    if worth < NOTHING:  # what rounding leaves of a price that is nothing
        return f"One more {who} is worth nothing beside more {plain(pool)}."
    return f"One more {who} is worth as much as {number(worth) if worth < float('inf') else 'any number of'} more {plain(pool)}."


def _gain(value: float) -> str:
    return f"{value:.2f} %"
