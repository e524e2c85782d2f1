"""`taskmodel run`: sweep compute; the speed-up, and where oversight binds."""

import math
from argparse import Namespace
from dataclasses import asdict
from typing import Any

import numpy as np

import taskmodel as tm
from taskmodel.catalog import Catalog
from taskmodel.cli import over_time, run_bands
from taskmodel.cli.advice import POINT_OF_ADVICE, advice_lines
from taskmodel.cli.calendar import Calendar, short
from taskmodel.cli.catalogs import heading, load, note_slow_draws
from taskmodel.cli.commands import DEFAULT_PATHS
from taskmodel.cli.cost_of_oversight import cost_lines, too_few_reviewers, unknown_costs
from taskmodel.cli.output import FINE, NO_ANSWER, Answer, Output, folder_name, output
from taskmodel.cli.screen import (
    counted,
    labels,
    note,
    number,
    percent,
    percents,
    scientific,
    table,
    wrapped,
)
from taskmodel.cli.values import Span
from taskmodel.cli.words import (
    MILESTONES,
    SPEEDUP_HEADS,
    SPEEDUP_WORDS,
    share_columns,
    share_text,
)
from taskmodel.errors import InputError, NoAnswer, TaskmodelError
from taskmodel.organisation.organisation import organisation
from taskmodel.organisation.reviewers import review_capacity, reviewer_pools
from taskmodel.summary import (
    Comparison,
    Point,
    Row,
    Summary,
    against,
    as_dict,
    points_wanted,
    provenance_facts,
    summarise,
)

STATES = {
    "oversight_costs_a_tenth": "costs a tenth",
    "oversight_costs_half": "costs half",
    "oversight_binds": "binds",
    "oversight_bottleneck": "is the bottleneck",
}
DATED = {
    "first_automation": "AI begins",
    "oversight_binds": "oversight binds",
    "oversight_costs_a_tenth": "costs 1.1x",
    "oversight_costs_half": "costs 2x",
    "oversight_bottleneck": "bottleneck",
    "ceiling": "ceiling",
}
MOST_CHANGES = 8  # variables that differ from an earlier run
# share of all hours from which a mode is named: it would be shown as at least 1 %
SHOWN = 0.005


def answer(args: Namespace) -> Answer:
    """Sweep compute, and summarise the sweep."""
    if args.over == "time":
        return over_time.answer(args)
    if args.draws_from is not None and args.moments is not None:
        raise InputError("--draws-from has its evidence in it: leave --moments out")
    catalog = load(args)
    calendar = Calendar(catalog, args.paths)  # a file of paths is refused before the work
    ends = catalog.compute.grid
    earlier = None if args.check_against is None else tm.open(args.check_against)
    grid = Span(ends.low, ends.high, ends.points) if args.grid is None else args.grid
    if grid.low <= 0:
        raise InputError(f"--grid: LOW must be a positive number of FLOP/year; found {grid.low:g}")
    with output(args, "solving along the compute axis", folder_name(catalog, args)) as files:
        # one sweep for the grid and for the points of the summary; the file holds the grid alone
        points = grid.values()
        sweep = tm.sweep(catalog, points_wanted(catalog, points))
        if (sweep["status"] == "zero").all():
            raise NoAnswer(_why_no_output(catalog, grid.high))
        result = sweep.isel(compute=np.searchsorted(sweep["compute"].values, points))
        summary = summarise(catalog, sweep)
        files.write("result", result, "speedup", "speedup_curve")
    facts = {
        **provenance_facts(result),
        "title": catalog.title,
        "grid": grid._asdict(),
        **as_dict(summary),
        "dates": _dates(calendar, summary),
    }
    code, against_lines = FINE, []
    if earlier is not None:
        comparison = against(earlier, result, catalog)
        facts["against"] = {"same": comparison.same, **asdict(comparison)}
        code, against_lines = NO_ANSWER * (not comparison.same), _against(comparison)
    bands = _bands(args, catalog, files)
    every = facts if bands is None else {**facts, "bands": bands}
    lines = [*report(catalog, summary, grid, calendar, bands), *against_lines]
    return Answer(every, lambda: lines, files, code)


def _against(comparison: Comparison) -> list[str]:
    """Say what differs from an earlier run, and why."""
    if comparison.same:
        return ["", "Beside the earlier run: the same, bit for bit."]
    lines = ["", "Beside the earlier run"]
    rows = [["differs", "by, relative", "where [FLOP/year]"]]
    for change in comparison.variables[:MOST_CHANGES]:
        where = "" if change.position is None else scientific(change.position)
        size = "another value" if math.isinf(change.difference) else f"{change.difference:.1e}"
        rows.append([change.name, size, where])
    if comparison.variables:
        lines += table(rows)
    if (others := len(comparison.variables) - MOST_CHANGES) > 0:
        lines.append(f"  and {others} variables more")
    before, now = comparison.events
    if before != now:
        lines.append(f"  {counted(before, 'event')} before, {now} now")
    for word, names in (("no longer", comparison.removed), ("new", comparison.added)):
        if names:
            lines += wrapped(f"{word}: {', '.join(names)}")
    return [
        *lines,
        "  What was different",
        *(wrap for reason in comparison.reasons() for wrap in wrapped(reason, "    ")),
    ]


def _bands(args: Namespace, catalog: Catalog, files: Output) -> dict[str, Any] | None:
    """Return what draws say, and write it; None where they are not asked for, or have no answer.

    The numbers at the catalog's own values stand, and are written, whatever becomes of the draws.
    """
    if args.point:
        return None
    if not run_bands.uncertain(catalog):
        note("no number of the catalog has an interval, so that there are no bands", args.quiet)
        return None
    note_slow_draws(catalog, args.quiet)
    label = f"{counted(args.draws, 'draw')} of the uncertain numbers"
    try:
        with output(args, label, folder_name(catalog, args)) as more:
            name = args.paths or DEFAULT_PATHS
            answered = run_bands.band_answer(catalog, args, name, more.progress.advance)
            more.write("bands", answered.dataset, "bands", "answer")
    except TaskmodelError as error:
        note(f"no bands: {error}", args.quiet)
        return None
    files.files += more.files
    files.unwritten = files.unwritten or more.unwritten
    return answered.facts


def _why_no_output(catalog: Catalog, highest: float) -> str:
    """Explain why there is no output at any point of the grid."""
    (opens_at,) = organisation(catalog).opens_at
    idle = [
        name
        for (name, task), compute in zip(catalog.tasks.items(), opens_at, strict=True)
        if not task.by_people and compute > highest
    ]
    if idle:
        return (
            f"there is no output: people may not do {', '.join(idle)} (by_people), and AI cannot "
            "do it on this grid"
        )
    return (
        "there is no output on this grid: an essential task cannot be done, or lacks a factor; "
        "see supervision and compute"
    )


def report(
    catalog: Catalog,
    summary: Summary,
    grid: tuple[float, float, int],
    calendar: Calendar,
    bands: dict[str, Any] | None = None,
) -> list[str]:
    """Return the answer as lines of a page, that of draws first if there is one."""
    low, high, points = grid
    about = f"{counted(points, 'point')} from {scientific(low)} to {scientific(high)} FLOP/year"
    return [
        *heading(catalog, about),
        "",
        *([] if bands is None else run_bands.band_lines(bands)),
        *([] if bands is None else run_bands.point_lines(bands, summary.today.oversight_cost)),
        *cost_lines(catalog, summary),
        "",
        *_milestones(summary),
        *_months(calendar, summary),
        *_hours_in_use(summary, calendar),
        *too_few_reviewers(summary),
        *_no_review(catalog),
        "",
        *_curve(summary),
        *_endless(summary),
        *_modes(catalog, summary),
        "",
        *_binding(summary),
        *_next_tasks(summary, calendar),
        "",
        *advice_lines(summary.advice),
        *_judgement(catalog),
    ]


def _judgement(catalog: Catalog) -> list[str]:
    """Say how much of the catalog is judgement."""
    judged, count = len(catalog.judgements()), len(catalog.quantities())
    text = f"{judged} of the {count} numbers are judgement: trust ranks more than levels."
    return [text] if judged else []


def _no_review(catalog: Catalog) -> list[str]:
    """Say that nobody reviews."""
    pools = reviewer_pools(catalog).values()
    if any(review_capacity(pool, pool.headcount.value) for pool in pools):
        return []
    return wrapped(
        "There are no hours for review (see supervision), so AI does nothing that needs it: "
        "oversight sets the ceiling, though people's work alone is what holds research back.",
        indent="",
    )


def _milestones(summary: Summary) -> list[str]:
    rows = [["", "compute", *SPEEDUP_HEADS], _point("today", summary.today)]
    for name, label in MILESTONES.items():
        bound = "<= " if name in summary.at_grid_start else ""
        rows.append(_point(label, getattr(summary, name), bound))
    rows.append(_point("ceiling set by oversight", summary.ceiling))
    lines = [
        "Speed-up of research [x] over the same people without AI; compute in FLOP/year",
        *table(rows),
        SPEEDUP_WORDS,
    ]
    for name, verb in STATES.items():
        stretches = summary.stretches[name]
        if len(stretches) > 1 or (stretches and stretches[0][1] is not None):
            lines += wrapped(f"Oversight {verb} {_stretches(stretches)}.")
    return lines


def _hours_in_use(summary: Summary, calendar: Calendar) -> list[str]:
    """Say from when all review hours are in use, by kind of reviewers if there are several."""
    texts = []
    for name, ends in summary.reviewers_scarce.items():
        month = short(calendar.month(ends[0][0])) if ends else ""
        kind = f"of {name} " if len(summary.reviewers_scarce) > 1 else ""
        texts.append(f"{kind}{_stretches(ends)}{f' ({month})' if month else ''}")
    return wrapped(f"All review hours are in use {'; '.join(texts)}.")


def _milestone_computes(summary: Summary) -> dict[str, float | None]:
    points = {name: getattr(summary, name) for name in (*MILESTONES, "ceiling")}
    return {name: None if point is None else point.compute for name, point in points.items()}


def _dates(calendar: Calendar, summary: Summary) -> dict[str, Any]:
    """Return the dates of milestones, and of the tasks that AI cannot do today, along the paths."""
    computes = _milestone_computes(summary)
    return {
        "paths": calendar.paths,
        **{name: calendar.date(compute) for name, compute in computes.items()},
        "next_tasks": {task.task: calendar.date(task.compute) for task in summary.next_tasks},
    }


def _months(calendar: Calendar, summary: Summary) -> list[str]:
    """Say when milestones are reached along the paths."""
    if not calendar.paths:
        return []
    computes = _milestone_computes(summary)
    reached = {name: value for name in DATED if (value := computes[name]) is not None}
    months = []
    for name in sorted(reached, key=reached.__getitem__):
        month = short(calendar.month(reached[name]))
        by = "by " if name in summary.at_grid_start and not month.startswith("before") else ""
        months.append(f"{DATED[name]} {by}{month}")
    return wrapped(f"Along {calendar.paths}: {', '.join(months)}.") if months else []


def _point(label: str, point: Point | None, bound: str = "") -> list[str]:
    if point is None:
        return [label, "not reached", "", "", ""]
    compute = "-" if point.compute is None else bound + scientific(point.compute)
    return [label, compute, *_speedups(point)]


def _speedups(point: Point) -> list[str]:
    return [*map(number, (point.throughput_speedup, point.latency_speedup, point.speedup))]


def _stretches(stretches: tuple[tuple[float, float | None], ...]) -> str:
    ends = (
        f"{scientific(start)} on" if end is None else f"{scientific(start)} to {scientific(end)}"
        for start, end in stretches
    )
    return f"from {', then from '.join(ends)}" if stretches else "nowhere"


def _curve(summary: Summary) -> list[str]:
    today = summary.today
    rows = [["compute", "by AI", *SPEEDUP_HEADS, "free", "what binds most"]]
    for compute, row in sorted({row.compute: row for row in (*summary.curve, today)}.items()):
        rows.append(
            [
                ("today " if row is today else "") + scientific(compute),
                percent(row.automated_hours_share),
                *_speedups(row),
                number(row.throughput_speedup * row.oversight_cost),
                _most_binding(row),
            ]
        )
    return [
        "Along the curve; by AI: share of the hours that people work without AI",
        "free: throughput if review were free, inference and experiments as they are"
        + ("; -: not certified" if unknown_costs(summary) else ""),
        *table(rows, left_columns=(6,)),
    ]


def _endless(summary: Summary) -> list[str]:
    """Say why there is no latency where a pool of reviewers has no time to spare."""
    if not any(row.waits_for_ever for row in (summary.today, *summary.curve)):
        return []
    return wrapped(
        "Where there is no latency (-), a pool of reviewers is fully used, so that work waits for "
        "ever before it; plan for less with supervision.utilisation (taskmodel latency finds the "
        "best)."
    )


def _modes(catalog: Catalog, summary: Summary) -> list[str]:
    """Return the modes in use, if there are several of AI."""
    rows = {"today": summary.today}
    if summary.advice and summary.advice.place == "oversight_bottleneck":  # else it is either end
        rows[POINT_OF_ADVICE[summary.advice.place]] = summary.advice.at
    rows["end of the grid"] = summary.end
    used = {mode for row in rows.values() for mode, share in row.hours_by_mode.items() if share > 0}
    if max(len(catalog.supervision.protocols), len(used - {"human"})) < 2:
        return []
    lines = ["", "Ways of working in use, by the hours that people work without AI"]
    for label, row in rows.items():
        modes = [(mode, share) for mode, share in row.hours_by_mode.items() if share > 0]
        ordered = sorted(modes, key=lambda pair: -pair[1])
        texts = percents([share for _, share in ordered])
        shares = ", ".join(
            f"{'people' if mode == 'human' else mode} {text}"
            for (mode, share), text in zip(ordered, texts, strict=True)
            if share >= SHOWN
        )
        lines += wrapped(f"{label}, {scientific(row.compute)}: {shares}")
    return lines


def _most_binding(row: Row) -> str:
    source = row.binding_factor
    if not source:
        return "no output" if row.status == "zero" else "nothing"
    return share_text(source, row.bottleneck_share[source], row.review_pool_share)


def _binding(summary: Summary) -> list[str]:
    sides = {"today": summary.today, "end of the grid": summary.end}
    columns = [share_columns(row.bottleneck_share, row.review_pool_share) for row in sides.values()]
    rows = [["", *columns[0]]]
    for (label, row), shares in zip(sides.items(), columns, strict=True):
        rows.append([f"{label}, {scientific(row.compute)}", *map(percent, shares.values())])
    return [
        "What holds research back (elasticities of output, which add up to 100 %)",
        *table(rows),
    ]


def _next_tasks(summary: Summary, calendar: Calendar) -> list[str]:
    if not summary.next_tasks:
        return []
    rows = [["worth automating next", "AI can from", "date", *SPEEDUP_HEADS]]
    titles = labels({task.task: task.title for task in summary.next_tasks}, 22)
    for task in summary.next_tasks[:3]:
        title, compute, *speedups = _point(titles[task.task], task)
        rows.append([title, compute, short(calendar.month(task.compute)), *speedups])
    return ["", "Speed-ups [x] if AI could do one more task today", *table(rows)]
