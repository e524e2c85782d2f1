"""The figures of a report, each for a desk or paper and for a phone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from taskmodel.report.gathering import Material
from taskmodel.report.markup import Markup, element
from taskmodel.report.words import binding, month_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDE, NARROW = 176.0, 88.0  # mm


def figures(material: Material) -> Iterator[tuple[str, Markup]]:
    """Yield the heading and the figure of each question, drawn when it is asked for."""
    from taskmodel import plots

    catalog, sweep, today = material.catalog, material.sweep, material.summary.today
    grid = sweep["compute"].values
    compute = min(max(material.worth_compute, float(grid[0])), float(grid[-1]))
    then = f"the compute of {month_of(material.worth_date)}"
    end = material.summary.end
    drawn: dict[str, tuple[str, Callable[[float], Figure], str]] = {
        "answer": (
            "By date",
            lambda width: plots.answer(material.bands, width=width),
            answer_caption(material),
        ),
        "levers": (
            "What would buy time",
            lambda width: plots.levers(material.levers, width=width),
            "The date from which oversight costs half, as things are and with each lever pulled.",
        ),
        "cruxes": (
            "What it hangs on",
            lambda width: plots.cruxes(material.cruxes, width=width),
            "The date from which oversight is the bottleneck, and the speed-up, with each "
            "uncertain input at the two ends of its 90 % interval, all others at their medians.",
        ),
        "binds": (
            "What binds as compute grows",
            lambda width: plots.speedup_curve(sweep, width=width),
            "At the catalog's own values, over compute: speed-ups and ceilings, what is scarce, "
            "and what holds research back. "
            f"Today: {binding(today.bottleneck_share)}; "
            f"at the end: {binding(end.bottleneck_share)}.",
        ),
        "graph": (
            "Tasks, and who does them",
            lambda width: plots.task_graph(catalog, sweep, compute, width=width),
            f"The order of the tasks and who does each at {then}; the thick line is the critical "
            "path, which sets how long one pass takes.",
        ),
        "load": (
            "Where review hours go",
            lambda width: plots.review_load(catalog, sweep, compute, width=width),
            f"Review hours by task at {then}.",
        ),
    }
    for name, (heading, draw, caption) in drawn.items():
        yield heading, _figure(name, draw, caption)


def _figure(name: str, draw: Callable[[float], Figure], caption: str) -> Markup:
    """Return a figure in two widths, of which the style sheet shows one, and its caption."""
    from taskmodel.plots import inline_svg

    sizes = (("wide", WIDE), ("narrow", NARROW))
    return element(
        "figure",
        *(
            element("div", Markup(inline_svg(draw(width), f"{name}-{size}", caption)), class_=size)
            for size, width in sizes
        ),
        element("figcaption", caption),
    )


def answer_caption(material: Material) -> str:
    """Return what the figure by date shows; dots only where something was measured."""
    dots = " Dots are measured." if material.bands["observed_output"].size else ""
    return (
        "Medians and 90 % bands by date of what oversight costs, of the speed-up and of the hours "
        "that AI does; below, the probability that oversight costs half and that it is the "
        f"bottleneck, by date along each path of compute.{dots}"
    )
