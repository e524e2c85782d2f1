"""The tables of a report."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import numpy as np

from taskmodel._text import as_given, counted, number, percent, scientific, signed
from taskmodel.catalog import Catalog
from taskmodel.questions._what_if import RELAXATIONS
from taskmodel.report.gathering import HALF, Material
from taskmodel.report.markup import Markup, link, table_box
from taskmodel.report.words import (
    BOTTLENECK,
    banded,
    chance,
    factor_text,
    first_date,
    gain,
    month_of,
)
from taskmodel.summary import Point
from taskmodel.summary.by_date import FIRSTS

MOST_INPUTS = 15
SPEEDUPS = ("throughput_speedup", "latency_speedup", "speedup")
HEADS = ("throughput [×]", "latency [×]", "effective [×]")
MILESTONES = {
    "first_automation": "first automation",
    "oversight_costs_a_tenth": "oversight costs a tenth",
    "oversight_costs_half": "oversight costs half",
    "oversight_binds": "oversight begins to bind",
    "oversight_bottleneck": "oversight is the bottleneck",
}


def tables(material: Material) -> Iterator[Markup]:
    """Yield the tables of results."""
    yield _by_date(material)
    yield _firsts(material)
    yield _levers(material)
    yield _cruxes(material)
    yield _milestones(material)
    yield _curve(material)
    yield _what_if(material)
    yield _worth(material)
    if material.summary.advice is not None:
        yield _reviews(material)
    if material.summary.next_tasks:
        yield _next_tasks(material)


def _by_date(material: Material) -> Markup:
    bands = material.bands
    rows = []
    for year in sorted({bands.attrs["today"], *material.years} & set(bands["time"].values)):
        state = bands.sel(time=year)
        cells = [
            banded(state[name].values, percent if name == "automated_hours_share" else factor_text)
            for name in (
                "oversight_cost",
                "throughput_speedup",
                "latency_speedup",
                "speedup",
                "automated_hours_share",
            )
        ]
        rows.append([f"{year:g}", scientific(float(state["compute"])), *cells])
    head = ["start of", "compute [FLOP/year]", "oversight costs [×]", *HEADS, "hours by AI"]
    return table_box("By date: median [90 % band]", head, rows)


def _firsts(material: Material) -> Markup:
    bands, years = material.bands, material.years
    rows = []
    for path in bands["path"].values.tolist():
        for name, title in FIRSTS.items():
            chances = [chance(float(bands[f"{name}_by"].sel(path=path, by=year))) for year in years]
            dates = (
                _dates(material, bands[name].values) if path == bands.attrs["paths_name"] else "-"
            )
            rows.append([title, path, dates, *chances])
    head = ["first date at which", "path of compute", "median [90 % band]"]
    caption = "From when on, and with which probability by the start of a year"
    if len({path for _, path, *_ in rows}) > 1:
        caption += f"; medians are told for {bands.attrs['paths_name']}, others have a dash"
    return table_box(caption, [*head, *(f"by {year:g}" for year in years)], rows, words=(1, 2))


def _dates(material: Material, dates: Iterable[float]) -> str:
    """Return a median with its band, of dates that may be earlier than what was computed."""
    begins = float(material.bands["by"].values[0])
    return banded(dates, lambda date: first_date(date, begins))


def _levers(material: Material) -> Markup:
    levers = material.levers
    years = levers["by"].values.tolist()
    rows = []
    for index in range(levers.sizes["lever"]):
        lever = levers.isel(lever=index)
        rows.append(
            [
                str(lever["title"].item()),
                _dates(material, lever[HALF].values),
                "-" if index == 0 else gain(lever[f"{HALF}_gain"].values),
                *(chance(float(lever[f"{HALF}_by"].sel(by=year))) for year in years[1:]),
                _dates(material, lever[BOTTLENECK].values),
                banded(lever["speedup_then"].values, factor_text),
            ]
        )
    head = ["lever", "costs half from", "time bought", *(f"half by {year:g}" for year in years[1:])]
    head += ["bottleneck from", f"throughput in {years[-1]:g} [×]"]
    return table_box("Levers: median [90 % band]", head, rows, words=(1, 2))


def _cruxes(material: Material) -> Markup:
    cruxes = material.cruxes
    rows = []
    for index in range(cruxes.sizes["input"]):
        crux = cruxes.isel(input=index)
        cells = []
        for end in range(2):
            value, date = float(crux["end_value"][end]), float(crux["bottleneck_date"][end])
            cells += [
                number(value),
                "no answer" if math.isnan(date) else month_of(date),
            ]
        rows.append([str(crux["input"].item()), str(crux["unit"].item()), *cells])
    head = ["input", "unit", "low end", "bottleneck from", "high end", "bottleneck from"]
    median = month_of(float(cruxes["bottleneck_date_median"]))
    caption = f"Each input at both ends of its interval; with all at their medians: {median}"
    return table_box(caption, head, rows, words=(1,))


def _speeds(point: Point) -> list[str]:
    return [number(getattr(point, name)) for name in SPEEDUPS]


def _milestones(material: Material) -> Markup:
    summary = material.summary
    rows = [["today", scientific(summary.today.compute), *_speeds(summary.today)]]
    for name, title in MILESTONES.items():
        point = getattr(summary, name)
        if point is None:
            rows.append([title, "not reached", "", "", ""])
        else:
            bound = "≤ " if name in summary.at_grid_start else ""
            rows.append([title, bound + scientific(point.compute), *_speeds(point)])
    ceiling = summary.ceiling
    compute = "-" if ceiling.compute is None else scientific(ceiling.compute)
    rows.append(["ceiling set by oversight", compute, *_speeds(ceiling)])
    return table_box("At the catalog's own values", ["", "compute [FLOP/year]", *HEADS], rows)


def _curve(material: Material) -> Markup:
    summary = material.summary
    sources = list(summary.today.bottleneck_share)
    rows = [
        [
            scientific(row.compute),
            percent(row.automated_hours_share),
            factor_text(row.oversight_cost),
            *_speeds(row),
            *(percent(row.bottleneck_share[source]) for source in sources),
        ]
        for row in summary.curve
    ]
    head = ["compute [FLOP/year]", "hours by AI", "oversight costs [×]", *HEADS]
    head += [f"held back by {source.replace('_', ' ')}" for source in sources]
    return table_box("Along compute, at the catalog's own values", head, rows)


def _then(material: Material) -> str:
    return f"{scientific(material.worth_compute)} FLOP/year, the compute of {material.worth_date:g}"


def _what_if(material: Material) -> Markup:
    result = material.what_if
    rows = [["as things are", *(number(float(result[f"{name}_as_is"])) for name in SPEEDUPS)]]
    alone = [
        (str(name), result.sel(relaxation=name, with_relaxation=name))
        for name in result["relaxation"].values
    ]
    alone.sort(key=lambda case: -float(case[1]["speedup"]))
    rows += [
        [RELAXATIONS[name], *(number(float(case[speed])) for speed in SPEEDUPS)]
        for name, case in alone
    ]
    rows.append(["all of these", *(number(float(result[f"{name}_all"])) for name in SPEEDUPS)])
    return table_box(f"Speed-ups without one constraint at {_then(material)}", ["", *HEADS], rows)


def _worth(material: Material) -> Markup:
    worth = material.worth.isel(compute=0)
    gains = worth["speedup_elasticity"].values
    order = np.argsort(-np.nan_to_num(np.abs(gains)), kind="stable")[:MOST_INPUTS]
    rows = []
    for index in order.tolist():
        one = worth.isel(input=index)
        values = (float(one[f"{name}_elasticity"]) for name in SPEEDUPS)
        value, unit = float(one["value"]), str(one["unit"].item())
        shown = "" if math.isnan(value) else f"{number(value)}{'' if unit == '1' else f' {unit}'}"
        cells = (signed(gain, 3, " %") for gain in values)
        rows.append([str(one["input"].item()), shown, *cells])
    head = ["1 % more of", "value", "throughput", "latency", "effective"]
    caption = f"What 1 % more of an input gives at {_then(material)}; -: more and less differ"
    return table_box(caption, head, rows)


def _reviews(material: Material) -> Markup:
    advice = material.summary.advice
    assert advice is not None
    rows = [
        [
            review.title,
            f"{review.hours_per_year:,.0f}",
            percent(review.share_of_review),
            number(review.review_ratio),
            signed(review.output_share, 3, " %"),
        ]
        for review in advice.reviews
    ]
    head = ["review of", "hours [h/year]", "of all", "ratio [h/h]", "1 % faster gives"]
    point = f"{scientific(advice.at.compute)} FLOP/year"
    caption = (
        f"Reviews at {point}: {advice.review_hours:,.0f} of {advice.review_capacity:,.0f} h/year"
    )
    return table_box(caption, head, rows)


def _next_tasks(material: Material) -> Markup:
    rows = [
        [task.title, scientific(task.compute), *_speeds(task)]
        for task in material.summary.next_tasks
    ]
    head = ["task", "AI can from [FLOP/year]", *HEADS]
    return table_box("Speed-ups if AI could do one more task today", head, rows)


def input_tables(catalog: Catalog) -> Iterator[Markup]:
    """Yield the table of inputs and that of their sources."""
    rows = []
    for path, (_, measure, quantity) in catalog.quantities().items():
        if not quantity.source and quantity.low is None and not quantity.note:
            continue  # a default that stands for absence, such as no gate
        interval = ""
        if quantity.low is not None and quantity.high is not None:
            interval = f"{as_given(quantity.low)} to {as_given(quantity.high)}"
        access = [
            catalog.sources[key].access or "" for key in quantity.source if key in catalog.sources
        ]
        rows.append(
            [
                path,
                as_given(quantity.value),
                "" if measure.unit.symbol == "1" else measure.unit.symbol,
                interval,
                ", ".join(quantity.source),
                ", ".join(dict.fromkeys(filter(None, access))),
                quantity.note,
            ]
        )
    head = ["input", "value", "unit", "interval", "source", "access", "note"]
    caption = (
        f"{counted(len(rows), 'input')}; intervals are of 90 %; other values are defaults without "
        "effect"
    )
    yield table_box(caption, head, rows, words=(2, 4, 5, 6))
    sources = [
        [
            key,
            link(source.title, source.url),
            source.date,
            source.access or "",
            source.note,
        ]
        for key, source in catalog.sources.items()
    ]
    if sources:
        head = ["key", "work", "date", "access", "what is taken from it"]
        caption = "Sources; primary: read in full; secondary: an abstract, an excerpt or a report"
        yield table_box(caption, head, sources, words=(1, 2, 3, 4))
