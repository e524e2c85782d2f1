"""Figures of answers at one point, and along one input: bars, and lines named at their ends.

Each is one panel, drawn on axes of its own or on those given as ``ax``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from taskmodel.numerics.types import Array
from taskmodel.plots.page import (
    BLACK,
    BLUE,
    GREY,
    PALE,
    VERMILLION,
    broken_name,
    compute_ticks,
    line_height,
    text_width,
    wrap,
)
from taskmodel.plots.panels import (
    SPEEDUP_LABEL,
    SPEEDUP_LINES,
    faint_grid,
    figure_of,
    labelled_ticks,
    stacked_panels,
)
from taskmodel.plots.words import (
    LINES,
    SPEEDUP_NAMES,
    compute_text,
    drawing,
    needs,
    needs_axis,
    power_text,
    times,
)
from taskmodel.questions._what_if import RELAXATIONS
from taskmodel.sweeps.trace import sweep_line

MOST_BARS = 15


@contextmanager
def _panel(
    ax: Axes | None, width: float, height: float, heading: str
) -> Iterator[tuple[Axes, float]]:
    """Yield axes and the size of letters: those that are given, or those of a new figure."""
    with stacked_panels(width, height, heading, ax=ax, over_figure=True) as (_, (axes,), size):
        yield axes, size


def _bars(
    ax: Axes | None,
    width: float,
    heading: str,
    label: str,
    rows: Sequence[tuple[str, float, str, str]],
    start: float = 0.0,
) -> Figure:
    """Horizontal bars from `start`, the first on top: name, value, text at the end, and colour."""
    letters = 6.5 if width < 130 else 8.0
    names = [
        wrap(name, 0.42 * width, letters)
        if " " in name
        else broken_name(name, 0.42 * width, letters).split("\n")
        for name, *_ in rows
    ]
    lines = sum(max(len(name), 1.2) for name in names)
    height = 24 + lines * line_height(letters) + 1.4 * len(rows)
    with _panel(ax, width, height, heading) as (axes, size):
        values = [value for _, value, _, _ in rows]
        finite = [value for value in values if math.isfinite(value)]
        low, high = min([start, *finite]), max([start, *finite])
        room = 0.05 * (high - low or 1.0)
        edge = high + 2 * room
        texts = max((text_width(text, size - 0.5) for _, _, text, _ in rows), default=0.0)
        across = max(0.9 * width - 0.42 * width, 20.0)  # mm: at most the names take their part
        margin = (edge - low) * min(texts / max(across - texts, 10.0), 1.5)
        below = margin if any(value < start for value in finite) else 0.0
        for row, (_, value, text, colour) in enumerate(rows):
            if math.isnan(value):
                end = start
            else:
                end = value if math.isfinite(value) else math.copysign(edge, value)
                axes.barh(row, end - start, left=start, color=colour, height=0.66, gid=f"bar-{row}")
            side = "left" if end >= start else "right"
            offset = (2 if end >= start else -2, 0)
            axes.annotate(
                text,
                (end, row),
                offset,
                textcoords="offset points",
                ha=side,
                va="center",
                fontsize=size - 0.5,
            )
        axes.set_xlim(low - below - (room if low < start else 0.0), edge + margin)
        axes.set_yticks(range(len(rows)), ["\n".join(name) for name in names])
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.tick_params(axis="y", length=0)
        axes.xaxis.set_major_locator(MaxNLocator(4))
        axes.ticklabel_format(axis="x", useOffset=False)
        axes.axvline(start, color=GREY, linewidth=0.7)
        axes.set_xlabel(label)
        axes.grid(axis="x", color=PALE, linewidth=0.4)
        axes.set_axisbelow(True)
    return figure_of(axes)


def _at(result: xr.Dataset) -> str:
    compute = float(np.atleast_1d(result["compute"].values)[0])
    return f"at {compute_text(compute)} FLOP/year"


@drawing(
    "From `taskmodel.elasticities`; of several computes the first.",
    otherwise="the dataset has no elasticities",
)
def draw_elasticities(
    result: xr.Dataset, width: float = 180.0, *, ax: Axes | None = None
) -> Figure:
    """Draw what 1 % more of each input gives, those that matter most on top: a tornado."""
    needs("speedup_elasticity" in result, "has no elasticities", "elasticities")
    state = result.isel(compute=0) if "compute" in result.dims else result
    gains = state["speedup_elasticity"].values
    defined = np.flatnonzero(np.isfinite(gains))
    order = defined[np.argsort(-np.abs(gains[defined]), kind="stable")][:MOST_BARS]
    names = state["input"].values
    rows = [
        (str(names[i]), float(gains[i]), f"{gains[i]:+.3f}", BLUE if gains[i] >= 0 else VERMILLION)
        for i in order.tolist()
    ]
    heading = f"What 1 % more of an input gives, {_at(result)}"
    return _bars(ax, width, heading, "change of the effective speed-up [%]", rows)


@drawing(
    "From `taskmodel.what_if`.",
    otherwise="the dataset is no such answer",
)
def draw_what_if(result: xr.Dataset, width: float = 180.0, *, ax: Axes | None = None) -> Figure:
    """Draw the effective speed-up without each constraint, and without all of them."""
    needs("with_relaxation" in result.dims, "has no relaxations", "what_if")
    as_is, everything = (float(result[f"speedup_{case}"]) for case in ("as_is", "all"))
    alone = [
        (RELAXATIONS[str(name)], float(value))
        for name, value in zip(
            result["relaxation"].values, np.diagonal(result["speedup"].values), strict=True
        )
    ]
    alone.sort(key=lambda case: -case[1])
    cases = [("as things are", as_is), *alone]
    rows = [
        (name, value, times(value), GREY if name == cases[0][0] else BLUE) for name, value in cases
    ]
    label = f"effective speed-up over people without AI [1]; without all: {times(everything)}"
    heading = f"Speed-up without one constraint, {_at(result)}"
    return _bars(ax, width, heading, "\n".join(wrap(label, 0.55 * width, 8.0)), rows)


@drawing(
    "From `taskmodel.explain_difference`.",
    otherwise="the dataset is no such answer",
)
def draw_difference(result: xr.Dataset, width: float = 180.0, *, ax: Axes | None = None) -> Figure:
    """Draw how much of the difference between two answers each change explains."""
    needs("contribution" in result, "has no contributions", "explain_difference")
    name = "contribution" if result.attrs["method"] == "shapley" else "alone"
    effect = result[name].values
    order = np.argsort(-np.nan_to_num(np.abs(effect)), kind="stable")[:MOST_BARS]
    changes = result["change"].values
    rows = [
        (
            str(changes[i]),
            float(effect[i]),
            f"{effect[i]:+.3g}",
            BLUE if effect[i] >= 0 else VERMILLION,
        )
        for i in order.tolist()
    ]
    before, after = float(result["before"]), float(result["after"])
    target = str(result.attrs["target"]).replace("_", " ")
    heading = f"What explains {target}: from {before:.3g} to {after:.3g}"
    label = f"contribution to {target} [1]" if name == "contribution" else f"{target}, alone [1]"
    return _bars(ax, width, heading, label, rows)


@drawing(
    "From `taskmodel.trust`.",
    otherwise="the dataset has no audits",
)
def draw_trust(result: xr.Dataset, width: float = 180.0, *, ax: Axes | None = None) -> Figure:
    """Draw the hours of audits that trust takes, by task."""
    needs("audit_load" in result, "has no audits", "trust")
    heading = f"Hours of audits by task, {_at(result)}"
    return _hours(result, "audit_load", heading, "review hours of audits [h/year]", width, ax)


@drawing(
    "From `taskmodel.review_load`.",
    otherwise="the dataset has no review hours",
)
def draw_review_hours(
    result: xr.Dataset, width: float = 180.0, *, ax: Axes | None = None
) -> Figure:
    """Draw the review hours that the tasks of `taskmodel.review_load` take."""
    needs("review_hours" in result, "has no review hours", "review_load")
    heading = f"Review hours by task, {_at(result)}"
    return _hours(result, "review_hours", heading, "review hours [h/year]", width, ax)


def _hours(
    result: xr.Dataset, name: str, heading: str, label: str, width: float, ax: Axes | None
) -> Figure:
    hours = result[name].values
    order = np.argsort(-np.nan_to_num(hours), kind="stable")[:MOST_BARS]
    titles = (result["title"] if "title" in result.variables else result["task"]).values
    total = float(np.nansum(hours))
    rows = [
        (
            str(titles[i]).replace("_", " "),
            float(hours[i]),
            f"{hours[i]:,.0f} ({100 * hours[i] / total:.0f} %)",
            VERMILLION,
        )
        for i in order.tolist()
        if hours[i] > 0
    ]
    return _bars(ax, width, heading, label, rows)


@drawing(
    "From `taskmodel.latency`.",
    otherwise="the dataset has no critical path",
    gid="Bars have ``task-`` and the name of the task as ``gid``.",
)
def draw_latency(result: xr.Dataset, width: float = 180.0, *, ax: Axes | None = None) -> Figure:
    """Draw when each task of one pass starts and how long it takes, the critical path in black."""
    needs("critical" in result and "slack" in result, "has no critical path", "latency")
    start, duration, slack = (result[name].values for name in ("start", "duration", "slack"))
    critical = result["critical"].values.astype(bool)
    order = np.lexsort((duration, start))
    names = result["task"].values[order]
    heading = f"One pass through the tasks, {_at(result)}"
    with _panel(ax, width, 24 + 3.9 * len(order), heading) as (axes, size):
        for row, i in enumerate(order.tolist()):
            colour = BLACK if critical[i] else BLUE
            span = float(duration[i])
            gid = f"task-{names[row]}"
            axes.barh(row, span, left=start[i], color=colour, height=0.66, gid=gid)
            if not critical[i] and np.isfinite(slack[i]):
                ends = [start[i] + span, start[i] + span + slack[i]]
                axes.plot(ends, [row, row], color=BLUE, linewidth=0.7, linestyle=":")
        labels = [str(name).replace("_", " ") for name in names]
        axes.set_yticks(range(len(order)), labels, fontsize=size - 1)
        axes.set_ylim(len(order) - 0.4, -0.6)
        axes.tick_params(axis="y", length=0)
        axes.xaxis.set_major_locator(MaxNLocator(4))
        axes.set_xlim(left=0)
        axes.set_xlabel("wall-clock time [h]\nblack: critical path; dotted: slack")
        axes.grid(axis="x", color=PALE, linewidth=0.4)
        axes.set_axisbelow(True)
    return figure_of(axes)


@drawing(
    "From `taskmodel.sweep`, along compute or any number of the catalog.",
    otherwise="the dataset is not a sweep",
    gid=LINES,
)
def draw_along(result: xr.Dataset, width: float = 180.0, *, ax: Axes | None = None) -> Figure:
    """Draw the speed-ups of a sweep along any axis, named at their ends."""
    needs("event_kind" in result and "speedup" in result, "is no sweep", "sweep")
    axis = str(result.attrs["over"])
    needs_axis(result, axis)
    heading = f"Speed-up of research along {axis}"
    if "compute" in result.variables and result["compute"].ndim == 0:
        heading += f", {_at(result)}"
    lines = {name: sweep_line(result, name) for name in SPEEDUP_LINES}
    with _panel(ax, width, 0.4 * width + 30, heading) as (axes, size):
        for name, line in lines.items():
            style = SPEEDUP_LINES[name]
            axes.plot(line.position, line.values, linewidth=1.5, gid=name, **style)
        _input_axis(axes, result[axis], width)
        axes.set_ylabel(SPEEDUP_LABEL)
        ends = {name: float(line.values[-1]) for name, line in lines.items()}
        _name_ends(axes, ends, size)
        faint_grid(axes)
    return figure_of(axes)


def _name_ends(axes: Axes, ends: dict[str, float], size: float) -> None:
    """Write names at the right of lines, those of near ends apart."""
    low, high = axes.get_ylim()
    axes.set_ylim(min(low, 0.95), high)
    low, high = axes.get_ylim()
    step, last = 0.075 * (high - low), -np.inf
    for name, value in sorted(ends.items(), key=lambda item: item[1]):
        if not math.isfinite(value):
            continue
        last = max(value, last + step)
        axes.annotate(
            f"{SPEEDUP_NAMES[name]} {times(value)}",
            (1.01, last),
            xycoords=("axes fraction", "data"),
            va="center",
            fontsize=size - 0.5,
            color=SPEEDUP_LINES[name]["color"],
            annotation_clip=False,
        )


def _input_axis(axes: Axes, values: xr.DataArray, width: float) -> None:
    """An axis of one input, logarithmic where its range is wide, with its unit."""
    grid: Array = values.values
    name, unit = str(values.name), values.attrs.get("units", "")
    axes.set_xlabel(f"{name} [{unit or '1'}]")
    axes.set_xlim(grid[0], grid[-1])
    if grid[0] > 0 and grid[-1] / grid[0] >= 20:
        axes.set_xscale("log")
        ticks = compute_ticks(float(grid[0]), float(grid[-1]))
        ticks = ticks[:: -(-len(ticks) // max(2, int(width / 18)))]
        labelled_ticks(
            axes.xaxis, ticks, lambda t: power_text(t) if t >= 1e5 or t < 1e-2 else f"{t:g}"
        )


@drawing(
    "From `taskmodel.onset`.",
    otherwise="the dataset is no such answer",
    gid=LINES,
)
def draw_onset(result: xr.Dataset, width: float = 180.0, *, ax: Axes | None = None) -> Figure:
    """Draw the compute from which oversight binds, and is the bottleneck, over an input."""
    needs(
        "oversight_binds_from" in result and result["oversight_binds_from"].ndim == 1,
        "has no onset over an input",
        "onset",
    )
    (axis,) = map(str, result["oversight_binds_from"].dims)
    curves = {
        "oversight_binds_from": ("binds", BLUE, "-"),
        "oversight_bottleneck_from": ("is the bottleneck", VERMILLION, (0, (4, 2))),
    }
    heading = f"From when oversight binds, along {axis}"
    with _panel(ax, width, 0.4 * width + 30, heading) as (axes, size):
        shown: list[float] = []
        for name, (label, colour, style) in curves.items():
            values = np.where(np.isfinite(result[name].values), result[name].values, np.nan)
            line: dict[str, Any] = {"color": colour, "linestyle": style, "marker": "."}
            line |= {"clip_on": False, "zorder": 3}  # the first and the last marker are whole
            axes.plot(result[axis], values, label=label, gid=name, linewidth=1.4, **line)
            shown += values[np.isfinite(values)].tolist()
        axes.set_yscale("log")
        if shown:
            low, high = min(shown) / 2, 2 * max(shown)
            axes.set_ylim(low, high)
            labelled_ticks(axes.yaxis, compute_ticks(low, high))
        axes.set_ylabel("effective compute\n[FLOP/year]")
        _input_axis(axes, result[axis], width)
        axes.legend(fontsize=size, title="from when oversight", title_fontsize=size)
        faint_grid(axes)
    return figure_of(axes)
