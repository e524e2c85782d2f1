"""Figures of the tasks at one compute: their order with who does them, and the review hours that they take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import networkx
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.path import Path
from matplotlib.ticker import MaxNLocator, StrMethodFormatter

from taskmodel.catalog import Catalog
from taskmodel.errors import InputError
from taskmodel.organisation.organisation import organisation
from taskmodel.plots.page import (
    BLACK,
    BLUE,
    COLOURS,
    GREY,
    ORANGE,
    PALE,
    SKY,
    YELLOW,
    Page,
    line_height,
    look,
    text_width,
    tint,
    wrap,
)
from taskmodel.plots.words import compute_text, context_of, times
from taskmodel.science import graph
from taskmodel.sweeps.sweep import latency

_STATES: dict[str, dict[str, Any]] = {  # who does a task, and how its node is drawn
    "by people": {"marker": "o", "markerfacecolor": SKY},
    "by people, not delegable": {"marker": "s", "markerfacecolor": BLUE},
    "by people and by AI": {
        "marker": "o",
        "markerfacecolor": SKY,
        "markerfacecoloralt": ORANGE,
        "fillstyle": "left",
    },
    "by AI, every unit reviewed": {"marker": "o", "markerfacecolor": ORANGE},
    "by AI, spot checks": {"marker": "D", "markerfacecolor": YELLOW},
    "by AI, no review": {"marker": "^", "markerfacecolor": "white"},
    "by AI, a protocol of its own": {"marker": "v", "markerfacecolor": ORANGE},
}
_STATE_OF_MODE = {
    "full_review": "by AI, every unit reviewed",
    "floor_coverage": "by AI, spot checks",
    "spot_checks": "by AI, spot checks",
    "no_review": "by AI, no review",
    "ai_full_review": "by AI, every unit reviewed",
    "ai_floor_review": "by AI, spot checks",
    "ai_no_review": "by AI, no review",
}
_SHOWN = 15  # tasks with a bar of their own in the review load


@dataclass(frozen=True)
class _Row:
    """A task, or a phase (then without id), on the graph's page."""

    task: str
    lines: list[str]
    top: float  # mm
    height: float  # mm

    @property
    def middle(self) -> float:
        return self.top + self.height / 2


def task_graph(
    catalog: Catalog, result: xr.Dataset, compute: float, width: float = 180.0
) -> Figure:
    """The order of the tasks at one compute: who does each, and which chain of tasks takes longest.

    One row a task, under the phases of the catalog; from left to right by the longest chain of tasks before each. A line
    leads from each task to the row of every task that waits for it.

    Parameters
    ----------
    catalog : Catalog
    result : Dataset
        Of `taskmodel.sweep`, of this catalog.
    compute : float
        Effective compute [FLOP/year]; who does what is solved for exactly this.
    width : float
        Of the figure [mm]; at least 60.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    InputError
        If the result is of another catalog, or compute is not positive and finite.
    """
    context = _context(catalog, result)
    found = latency(catalog, compute)
    order = graph.task_graph({name: task.after for name, task in catalog.tasks.items()})
    with look(width) as size:
        states = task_states(catalog, found)
        used = [state for state in _STATES if state in states.values()]
        rows = _rows(catalog, 0.42 * width, size)
        names = (
            max(
                text_width("\n".join(row.lines), size - 1, "normal" if row.task else "bold")
                for row in rows
            )
            + 4.0
        )
        body, columns = rows[-1].top + rows[-1].height, 3 if width >= 130 else 1
        below = (-(-(len(used) + 1) // columns) + 1) * line_height(size)
        hours = f"one pass takes {float(found['pass_time']):,.0f}\u00a0h, without AI {float(found['pass_time_without_ai']):,.0f}\u00a0h"
        heading = f"Order of the tasks, and who does them at {compute_text(compute)}\u00a0FLOP/year"
        page = Page(
            width,
            body + below,
            heading,
            f"{context}\u00a0· {hours} ({times(float(found['latency_speedup']))})",
            size,
        )
        axes = page.panel(names, 0, width - names - 2, body).axes
        level = graph.levels(order)
        places: dict[str, tuple[float, float]] = {
            row.task: (level[row.task], row.middle) for row in rows if row.task
        }
        axes.set_axis_off()
        axes.set_xlim(-0.5, max(*level.values(), 1) + 0.5)
        axes.set_ylim(body, 0)
        _write_rows(page, axes, rows, places)
        critical = dict(zip(found["task"].values, found["critical"].values.tolist(), strict=True))
        _draw_edges(axes, order, places, _critical_edges(order, found))
        for name, (x, y) in places.items():
            if critical[name]:
                axes.plot(
                    x,
                    y,
                    marker=_STATES[states[name]]["marker"],
                    markersize=0.75 * size + 2.6,
                    color=BLACK,
                    zorder=4,
                )
            axes.plot(x, y, gid=f"task-{name}", zorder=5, **_node(states[name], size))
        _key(page, used, body + 0.5 * line_height(size), columns)
        return page.finished()


def task_states(catalog: Catalog, mix: xr.Dataset) -> dict[str, str]:
    """Who does each task, in words, from the shares of modes that `taskmodel.latency` gives.

    A task that is not done at all counts as it does there: as done by those who would do it.
    """
    states = {}
    for name, task in catalog.tasks.items():
        shares = dict(
            zip(
                mix["mode"].values.tolist(),
                mix["mode_share"].sel(task=name).values.tolist(),
                strict=True,
            )
        )
        if shares["human"] >= 1 - 1e-9:
            states[name] = "by people" if task.delegable else "by people, not delegable"
        elif shares["human"] > 1e-9:
            states[name] = "by people and by AI"
        else:
            most = max((mode for mode in shares if mode != "human"), key=shares.__getitem__)
            states[name] = _STATE_OF_MODE.get(
                most.partition("/")[0], "by AI, a protocol of its own"
            )  # by whomever it is reviewed
    return states


def _context(catalog: Catalog, result: xr.Dataset) -> str:
    context = context_of(result)
    if result.attrs["catalog_sha256"] != catalog.sha256:
        raise InputError(
            f"the result is not of this catalog ({catalog.name}): it is of {context}; sweep the catalog again"
        )
    return context


def _rows(catalog: Catalog, limit: float, size: float) -> list[_Row]:
    """Phases in the order of the file, each with its tasks below; names no wider than the limit [mm]."""
    phases: dict[str, list[str]] = {}
    for name, task in catalog.tasks.items():
        phases.setdefault(task.phase, []).append(name)
    rows, top = [], 0.0
    for phase, tasks in phases.items():
        texts = [("", wrap(catalog.nests[phase].title or phase, limit, size - 1, "bold"))]
        texts += [(name, wrap(catalog.tasks[name].title, limit, size - 1)) for name in tasks]
        for name, lines in texts:
            rows.append(_Row(name, lines, top, len(lines) * line_height(size - 1) + 0.9))
            top += rows[-1].height
    return rows


def _write_rows(
    page: Page, axes: Axes, rows: list[_Row], places: dict[str, tuple[float, float]]
) -> None:
    """Names, a thin line from each to its task, and a ground under every other phase."""
    starts = [index for index, row in enumerate(rows) if not row.task]
    for first, after in zip(starts[::2], [*starts[1::2], len(rows)], strict=False):
        page.ground(
            1.0,
            rows[first].top,
            page.width - 2.0,
            rows[after - 1].top + rows[after - 1].height - rows[first].top,
            tint(GREY, 0.1),
        )
    for row in rows:
        page.text(
            2.0,
            row.middle,
            "\n".join(row.lines),
            size=page.size - 1,
            va="center",
            weight="normal" if row.task else "bold",
        )
        if row.task:
            axes.plot(
                [-0.5, places[row.task][0]], [row.middle] * 2, color=PALE, linewidth=0.5, zorder=1
            )


def _draw_edges(
    axes: Axes,
    order: networkx.DiGraph,
    places: dict[str, tuple[float, float]],
    critical: set[tuple[str, str]],
) -> None:
    """From each task to the row of every task that waits for it, and along that row, where no other task is in the way."""
    thin: dict[str, Any] = {"edgecolors": [tint(BLACK, 0.45)], "linewidths": 0.6}
    for thick, style in ((False, thin), (True, {"edgecolors": BLACK, "linewidths": 1.7})):
        curves = []
        for edge in order.edges:
            if (edge in critical) is thick:
                (x0, y0), (x1, y1) = places[edge[0]], places[edge[1]]
                points = [(x0, y0), (x0 + 0.6, y0), (x0 + 0.3, y1), (x0 + 0.9, y1), (x1, y1)]
                curves.append(
                    Path(points, [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4, Path.LINETO])
                )
        lines = PathCollection(
            curves,
            facecolors="none",
            zorder=3 if thick else 2,
            gid="critical-edges" if thick else "edges",
            **style,
        )
        axes.add_collection(lines, autolim=False)


def _critical_edges(order: networkx.DiGraph, found: xr.Dataset) -> set[tuple[str, str]]:
    """Edges between tasks on the critical path of which the second starts when the first is done."""
    columns = {
        name: dict(zip(found["task"].values, found[name].values.tolist(), strict=True))
        for name in ("start", "duration", "critical")
    }
    start, duration, critical = columns.values()
    near = 1e-9 * float(found["pass_time"])
    return {
        (one, two)
        for one, two in order.edges
        if critical[one] and critical[two] and abs(start[one] + duration[one] - start[two]) <= near
    }


def _node(state: str, size: float) -> dict[str, Any]:
    return {
        "markersize": 0.75 * size,
        "markeredgecolor": BLACK,
        "markeredgewidth": 0.5,
        "linestyle": "none",
        **_STATES[state],
    }


def _key(page: Page, used: list[str], top: float, columns: int) -> None:
    """What the nodes and the thick line mean."""
    for index, state in enumerate([*used, "critical path"]):
        x, y = (
            5.0 + page.width / columns * (index % columns),
            top + (index // columns + 0.5) * line_height(page.size),
        )
        if state in _STATES:
            page.line([x], [y], **_node(state, page.size))
        else:
            page.line([x - 2, x + 2], [y, y], color=BLACK, linewidth=1.7)
        page.text(x + 3.5, y, state, va="center", size=page.size - 0.5)


def review_hours(catalog: Catalog, result: xr.Dataset) -> xr.DataArray:
    """Review hours that each task takes, along the compute axis.

    Activity times the review hours of a unit, summed over modes. Free work without limit is not reviewed, and counts as 0.

    Parameters
    ----------
    catalog : Catalog
    result : Dataset
        Of `taskmodel.sweep`, of this catalog.

    Returns
    -------
    DataArray, over compute and task
        Review hours per year [h/year], by whomever; they sum to the use of the factor ``review``, or of these where reviewers
        are of several kinds.

    Raises
    ------
    InputError
        If the result is of another catalog.
    """
    _context(catalog, result)
    arrays = organisation(catalog)
    per_unit = arrays.review(result["compute"].values)[..., arrays.reviewing].sum(axis=-1)
    hours = (
        (result["activity"].where(np.isfinite(result["activity"]), 0.0) * per_unit)
        .sum("mode")
        .transpose("compute", "task")
    )
    return hours.rename("review_hours").assign_attrs(
        units="h/year", long_name="review hours that each task takes"
    )


def review_load(
    catalog: Catalog, result: xr.Dataset, compute: float, width: float = 180.0
) -> Figure:
    """Which tasks take the review hours, at the grid point nearest to a compute.

    Parameters
    ----------
    catalog : Catalog
    result : Dataset
        Of `taskmodel.sweep`, of this catalog.
    compute : float
        Effective compute [FLOP/year]; within the grid.
    width : float
        Of the figure [mm]; at least 60.

    Returns
    -------
    matplotlib.figure.Figure
        A bar for each of the 15 tasks that take most, and one for the others together.

    Raises
    ------
    InputError
        If the result is of another catalog, or compute is not within its grid.
    """
    context = _context(catalog, result)
    grid = result["compute"].values
    if not grid[0] <= compute <= grid[-1]:
        raise InputError(
            f"compute must be within the grid, {grid[0]:g} to {grid[-1]:g} FLOP/year; found {compute!r}"
        )
    point = int(np.argmin(np.abs(np.log(grid / compute))))
    hours = review_hours(catalog, result).isel(compute=point)
    arrays = organisation(catalog)
    supply = float(arrays.supply(grid[point])[0, arrays.reviewing].sum())
    ranked = sorted(
        (
            (value, name)
            for name, value in zip(hours["task"].values, hours.values.tolist(), strict=True)
            if value > 0
        ),
        key=lambda pair: -pair[0],
    )
    total = sum(value for value, _ in ranked)
    bars = [
        _Bar(name, catalog.tasks[name].title, value, COLOURS["review"])
        for value, name in ranked[:_SHOWN]
    ]
    rest = ranked[_SHOWN:]
    if rest:
        bars.append(
            _Bar(
                "others",
                f"{len(rest)} other task{'s' if len(rest) > 1 else ''}",
                sum(value for value, _ in rest),
                GREY,
            )
        )
    digits = next(
        (n for n in (2, 3, 4, 6) if compute_text(grid[point], n) != compute_text(compute, n)), 17
    )
    nearest = (
        ""
        if grid[point] == compute
        else f" (the grid point nearest to {compute_text(compute, digits)})"
    )
    heading = f"Review hours by task at {compute_text(grid[point], digits if nearest else 2)}\u00a0FLOP/year{nearest}"
    used = f" ({100 * total / supply:.3g} %)" if supply > 0 else ""
    context += f"\u00a0· {total:,.0f} of {supply:,.0f} review hours per year{used}"
    with look(width) as size:
        return _bars(bars, total, heading, context, width, size)


@dataclass(frozen=True)
class _Bar:
    name: str
    title: str
    hours: float
    colour: str


def _bars(
    bars: list[_Bar], total: float, heading: str, context: str, width: float, size: float
) -> Figure:
    """Horizontal bars, each with its hours and its part of the total written at its end."""
    names = [wrap(bar.title, 0.4 * width, size - 0.5) for bar in bars]
    values = [f"{bar.hours:,.0f} h ({100 * bar.hours / total:.1f} %)" for bar in bars]
    heights = [len(lines) * line_height(size - 0.5) + 1.6 for lines in names] or [
        2 * line_height(size)
    ]
    left = max((text_width("\n".join(lines), size - 0.5) for lines in names), default=0.0) + 5.0
    right = max((text_width(value, size - 0.5) for value in values), default=0.0) + 5.0
    body = sum(heights)
    page = Page(width, body + 4 + 2 * line_height(size), heading, context, size)
    axes = page.panel(left, 0, width - left - right, body).axes
    axes.set_ylim(body, 0)
    axes.set_yticks([])
    axes.set_xlabel("review hours [h/year]", labelpad=2)
    axes.set_xlim(0, max((bar.hours for bar in bars), default=1.0))
    axes.xaxis.set_major_locator(MaxNLocator(max(1, int((width - left - right) / 16))))
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    if not bars:
        axes.set_xticks([0])
        axes.text(
            0.5,
            0.5,
            "no review hours at this compute",
            transform=axes.transAxes,
            ha="center",
            va="center",
        )
    tops = np.cumsum([0.0, *heights])
    for bar, lines, text, top, height in zip(bars, names, values, tops, heights, strict=False):
        middle = top + height / 2
        axes.barh(
            middle,
            bar.hours,
            height=height - 1.0,
            color=tint(bar.colour, 0.6),
            gid=f"review-{bar.name}",
        )
        page.text(left - 1.5, middle, "\n".join(lines), size=size - 0.5, ha="right", va="center")
        axes.annotate(
            text,
            (bar.hours, middle),
            (2, 0),
            textcoords="offset points",
            va="center",
            fontsize=size - 0.5,
            annotation_clip=False,
        )
    return page.finished()
