"""Tasks at one compute: their order and who does them, and the review hours they take."""

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

from taskmodel._arguments import shown
from taskmodel.catalog import Catalog
from taskmodel.errors import InputError
from taskmodel.organisation.organisation import organisation
from taskmodel.oversight._review_load import hours_of_review
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
    figure_style,
    line_height,
    text_width,
    tint,
    wrap,
)
from taskmodel.plots.words import (
    SEPARATOR,
    catalog_settings,
    compute_text,
    needs_axis,
    sweep_context,
    times,
    titles,
)
from taskmodel.science import graph
from taskmodel.sweeps._sweep import latency
from taskmodel.sweeps.results import needs_variables, provenance
from taskmodel.sweeps.task_states import (
    FULL,
    NONE,
    NOT_DELEGABLE,
    OWN,
    PEOPLE,
    SHARED,
    SPOT,
    task_states,
)

_STATES: dict[str, dict[str, Any]] = {  # who does a task, and how its node is drawn
    PEOPLE: {"marker": "o", "markerfacecolor": SKY},
    NOT_DELEGABLE: {"marker": "s", "markerfacecolor": BLUE},
    SHARED: {
        "marker": "o",
        "markerfacecolor": SKY,
        "markerfacecoloralt": ORANGE,
        "fillstyle": "left",
    },
    FULL: {"marker": "o", "markerfacecolor": ORANGE},
    SPOT: {"marker": "D", "markerfacecolor": YELLOW},
    NONE: {"marker": "^", "markerfacecolor": "white"},
    OWN: {"marker": "v", "markerfacecolor": ORANGE},
}
_BAR_LIMIT = 15  # tasks with a bar of their own in the review load
_Position = tuple[float, float]


@dataclass(frozen=True)
class _Row:
    """A task, or a phase (without an id), on the page of the graph."""

    task: str
    lines: list[str]
    top: float  # mm
    height: float  # mm

    @property
    def middle(self) -> float:
        return self.top + self.height / 2

    @property
    def bottom(self) -> float:
        return self.top + self.height

    @property
    def weight(self) -> str:
        return "normal" if self.task else "bold"


def draw_task_graph(
    catalog: Catalog, result: xr.Dataset | None, compute: float, width: float = 180.0
) -> Figure:
    """Draw the order of the tasks at one compute, who does each, and the critical path.

    One row per task, under the phases of the catalog; from left to right by the longest chain of
    preceding tasks. A line leads from each task to the row of every task that waits for it.

    Parameters
    ----------
    catalog : Catalog
    result : Dataset or None
        From `taskmodel.sweep`, of this catalog; None: the figure is of the catalog alone.
    compute : float
        Effective compute [FLOP/year], for which the allocation is solved.
    width : float
        Width of the figure [mm]; at least 60.

    Returns
    -------
    matplotlib.figure.Figure
        Nodes have ``task-`` and the name of the task as ``gid``.

    Raises
    ------
    InputError
        If the result is of another catalog, or compute is not positive and finite.
    """
    context = _context(catalog, result)
    path = latency(catalog, compute)
    order = graph.task_graph({name: task.after for name, task in catalog.tasks.items()})
    states = task_states(catalog, path)
    used = [state for state in _STATES if state in states.values()]
    level = graph.levels(order)
    hours, alone = (
        f"{float(path[name]):,.0f}\u00a0h" for name in ("pass_time", "pass_time_without_ai")
    )
    speedup = times(float(path["latency_speedup"]))
    context += f"{SEPARATOR}one pass takes {hours}, without AI {alone} ({speedup})"
    heading = f"Order of the tasks, and who does them at {compute_text(compute)}\u00a0FLOP/year"
    with figure_style(width) as size:
        rows = _rows(catalog, 0.42 * width, size)
        widths = [text_width("\n".join(row.lines), size - 1, row.weight) for row in rows]
        names, body, columns = max(widths) + 4.0, rows[-1].bottom, 3 if width >= 130 else 1
        below = (-(-(len(used) + 1) // columns) + 1) * line_height(size)
        page = Page(width, body + below, heading, context, size)
        axes = page.panel(names, 0, width - names - 2, body).axes
        axes.set_axis_off()
        axes.set_xlim(-0.5, max(*level.values(), 1) + 0.5)
        axes.set_ylim(body, 0)
        positions: dict[str, _Position] = {
            row.task: (level[row.task], row.middle) for row in rows if row.task
        }
        _write_rows(page, axes, rows, positions)
        _draw_edges(axes, order, positions, _critical_edges(order, path))
        critical = dict(zip(path["task"].values, path["critical"].values.tolist(), strict=True))
        for name, (x, y) in positions.items():
            style = _node(states[name], size)
            if critical[name]:
                outline = 0.75 * size + 2.6
                shape = style["marker"]
                axes.plot(x, y, marker=shape, markersize=outline, color=BLACK, zorder=4)
            axes.plot(x, y, gid=f"task-{name}", zorder=5, **style)
        _draw_key(page, used, body + 0.5 * line_height(size), columns)
        return page.finished()


def _context(catalog: Catalog, result: xr.Dataset | None) -> str:
    if result is None:
        own = xr.Dataset(attrs=provenance(catalog=catalog))
        return SEPARATOR.join([*titles(own), *catalog_settings(own)])
    context = sweep_context(result)
    if result.attrs["catalog_sha256"] != catalog.sha256:
        raise InputError(
            f"the result is not of this catalog ({catalog.name}): it is of {context}; "
            "sweep the catalog again"
        )
    return context


def _rows(catalog: Catalog, limit: float, size: float) -> list[_Row]:
    """Phases and their tasks in the order of the file; names no wider than the limit [mm]."""
    phases: dict[str, list[str]] = {}
    for name, task in catalog.tasks.items():
        phases.setdefault(task.phase, []).append(name)
    rows, top = [], 0.0
    for phase, tasks in phases.items():
        texts = [("", wrap(catalog.nests[phase].title or phase, limit, size - 1, "bold"))]
        texts += [(name, wrap(catalog.tasks[name].title, limit, size - 1)) for name in tasks]
        for name, lines in texts:
            rows.append(_Row(name, lines, top, len(lines) * line_height(size - 1) + 0.9))
            top = rows[-1].bottom
    return rows


def _write_rows(page: Page, axes: Axes, rows: list[_Row], positions: dict[str, _Position]) -> None:
    """Names, a thin line from each to its task, and a background for every other phase."""
    starts = [index for index, row in enumerate(rows) if not row.task]
    for first, following in zip(starts[::2], [*starts[1::2], len(rows)], strict=False):
        top = rows[first].top
        height = rows[following - 1].bottom - top
        page.ground(1.0, top, page.width - 2.0, height, tint(GREY, 0.1))
    for row in rows:
        style = {"size": page.size - 1, "va": "center", "weight": row.weight}
        page.text(2.0, row.middle, "\n".join(row.lines), **style)
        if row.task:
            x = [-0.5, positions[row.task][0]]
            axes.plot(x, [row.middle] * 2, color=PALE, linewidth=0.5, zorder=1)


def _draw_edges(
    axes: Axes,
    order: networkx.DiGraph,
    positions: dict[str, _Position],
    critical: set[tuple[str, str]],
) -> None:
    """A curve from each task to the row of every task that waits for it, then along that row."""
    codes = [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4, Path.LINETO]
    thin: dict[str, Any] = {"gid": "edges", "edgecolors": [tint(BLACK, 0.45)], "linewidths": 0.6}
    thick: dict[str, Any] = {"gid": "critical-edges", "edgecolors": BLACK, "linewidths": 1.7}
    for edges, zorder, style in (
        ([edge for edge in order.edges if edge not in critical], 2, thin),
        ([edge for edge in order.edges if edge in critical], 3, thick),
    ):
        curves = []
        for earlier, later in edges:
            (x0, y0), (x1, y1) = positions[earlier], positions[later]
            # The curve reaches the row of the later task within the next level, and then follows
            # that row, which has no other node: it passes through no unrelated task.
            points = [(x0, y0), (x0 + 0.6, y0), (x0 + 0.3, y1), (x0 + 0.9, y1), (x1, y1)]
            curves.append(Path(points, codes))
        collection = PathCollection(curves, facecolors="none", zorder=zorder, **style)
        axes.add_collection(collection, autolim=False)


def _critical_edges(order: networkx.DiGraph, path: xr.Dataset) -> set[tuple[str, str]]:
    """Edges between critical tasks of which the later starts when the earlier ends."""
    start, duration, critical = (
        dict(zip(path["task"].values, path[name].values.tolist(), strict=True))
        for name in ("start", "duration", "critical")
    )
    tolerance = 1e-9 * float(path["pass_time"])
    return {
        (earlier, later)
        for earlier, later in order.edges
        if critical[earlier]
        and critical[later]
        and abs(start[earlier] + duration[earlier] - start[later]) <= tolerance
    }


def _node(state: str, size: float) -> dict[str, Any]:
    return {
        "markersize": 0.75 * size,
        "markeredgecolor": BLACK,
        "markeredgewidth": 0.5,
        "linestyle": "none",
        **_STATES[state],
    }


def _draw_key(page: Page, used: list[str], top: float, columns: int) -> None:
    """The meaning of the nodes and of the thick line."""
    for index, state in enumerate([*used, "critical path"]):
        row, column = divmod(index, columns)
        x, y = 5.0 + page.width / columns * column, top + (row + 0.5) * line_height(page.size)
        if state in _STATES:
            page.line([x], [y], **_node(state, page.size))
        else:
            page.line([x - 2, x + 2], [y, y], color=BLACK, linewidth=1.7)
        page.text(x + 3.5, y, state, va="center", size=page.size - 0.5)


def hours_by_task(catalog: Catalog, result: xr.Dataset) -> xr.DataArray:
    """Review hours of each task, along the compute axis.

    Activity times the review hours of a unit, summed over modes. Unlimited free work is not
    reviewed and counts as 0.

    Parameters
    ----------
    catalog : Catalog
    result : Dataset
        From `taskmodel.sweep`, of this catalog.

    Returns
    -------
    DataArray, over compute and task
        Review hours of all reviewers [h/year]; they sum to the use of the factor ``review``, or of
        the factors of the several kinds of reviewers.

    Raises
    ------
    InputError
        If the result is of another catalog, or without activities.
    """
    _context(catalog, result)
    needs_variables(result, "activity")
    needs_axis(result, "compute", 1)
    activity = result["activity"].where(np.isfinite(result["activity"]), 0.0)
    activity = activity.transpose("compute", "task", "mode")
    hours = hours_of_review(organisation(catalog), result["compute"].values, activity.values)
    attributes = {"units": "h/year", "long_name": "review hours that each task takes"}
    return (
        activity.isel(mode=0, drop=True)
        .copy(data=hours)
        .rename("review_hours")
        .assign_attrs(attributes)
    )


def draw_review_load(
    catalog: Catalog, result: xr.Dataset, compute: float, width: float = 180.0
) -> Figure:
    """Draw the review hours by task, at the grid point nearest to a compute.

    Parameters
    ----------
    catalog : Catalog
    result : Dataset
        From `taskmodel.sweep`, of this catalog.
    compute : float
        Effective compute [FLOP/year]; within the grid.
    width : float
        Width of the figure [mm]; at least 60.

    Returns
    -------
    matplotlib.figure.Figure
        A bar for each of the 15 tasks with the most hours, and one for all others.

    Raises
    ------
    InputError
        If the result is of another catalog, or compute is not within its grid.
    """
    context = _context(catalog, result)
    needs_axis(result, "compute", 1)
    grid = result["compute"].values
    if not grid[0] <= compute <= grid[-1]:
        raise InputError(
            f"compute must be within the grid, {grid[0]:g} to {grid[-1]:g} FLOP/year; "
            f"found {shown(compute)}"
        )
    index = int(np.argmin(np.abs(np.log(grid / compute))))
    point = grid[index]
    hours = hours_by_task(catalog, result).isel(compute=index)
    arrays = organisation(catalog)
    supply = float(arrays.supply(point)[0, arrays.reviewing].sum())
    by_task = zip(hours["task"].values, hours.values.tolist(), strict=True)
    ranked = sorted(
        ((name, value) for name, value in by_task if value > 0), key=lambda item: -item[1]
    )
    total = sum(value for _, value in ranked)
    bars = [
        _Bar(name, catalog.tasks[name].title, value, COLOURS["review"])
        for name, value in ranked[:_BAR_LIMIT]
    ]
    if others := ranked[_BAR_LIMIT:]:
        title = f"{len(others)} other task{'s' if len(others) > 1 else ''}"
        bars.append(_Bar("others", title, sum(value for _, value in others), GREY))
    text, nearest = compute_text(point), ""
    if point != compute:
        # As many digits as tell the grid point from the compute.
        digits = (2, 3, 4, 6, 17)
        pairs = ((compute_text(point, count), compute_text(compute, count)) for count in digits)
        text, other = next(pair for pair in pairs if pair[0] != pair[1])
        nearest = f" (the grid point nearest to {other})"
    heading = f"Review hours by task at {text}\u00a0FLOP/year{nearest}"
    used = f" ({100 * total / supply:.3g} %)" if supply > 0 else ""
    context += f"{SEPARATOR}{total:,.0f} of {supply:,.0f} review hours per year{used}"
    with figure_style(width) as size:
        return _draw_bars(bars, total, heading, context, width, size)


@dataclass(frozen=True)
class _Bar:
    name: str
    title: str
    hours: float
    colour: str


def _draw_bars(
    bars: list[_Bar], total: float, heading: str, context: str, width: float, size: float
) -> Figure:
    """Horizontal bars, each with its hours and its share of the total at its end."""
    small = size - 0.5
    names = ["\n".join(wrap(bar.title, 0.4 * width, small)) for bar in bars]
    values = [f"{bar.hours:,.0f} h ({100 * bar.hours / total:.1f} %)" for bar in bars]
    heights = [(name.count("\n") + 1) * line_height(small) + 1.6 for name in names]
    heights = heights or [2 * line_height(size)]
    left, right = (
        max((text_width(text, small) for text in texts), default=0.0) + 5.0
        for texts in (names, values)
    )
    body, across = sum(heights), width - left - right
    page = Page(width, body + 4 + 2 * line_height(size), heading, context, size)
    axes = page.panel(left, 0, across, body).axes
    axes.set_ylim(body, 0)
    axes.set_yticks([])
    axes.set_xlabel("review hours [h/year]", labelpad=2)
    axes.set_xlim(0, max((bar.hours for bar in bars), default=1.0))
    axes.xaxis.set_major_locator(MaxNLocator(max(1, int(across / 16))))
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    if not bars:
        axes.set_xticks([0])
        text = "no review hours at this compute"
        axes.text(0.5, 0.5, text, transform=axes.transAxes, ha="center", va="center")
    tops = np.cumsum([0.0, *heights])
    for bar, name, value, top, height in zip(bars, names, values, tops, heights, strict=False):
        middle, colour = top + height / 2, tint(bar.colour, 0.6)
        axes.barh(middle, bar.hours, height=height - 1.0, color=colour, gid=f"review-{bar.name}")
        page.text(left - 1.5, middle, name, size=small, ha="right", va="center")
        axes.annotate(
            value,
            (bar.hours, middle),
            (2, 0),
            textcoords="offset points",
            va="center",
            fontsize=small,
            annotation_clip=False,
        )
    return page.finished()
