"""The speed-up curve with its bottlenecks: the main figure of a sweep along compute."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from taskmodel.plots.bands import draw_bands
from taskmodel.plots.labels import Ending, end_labels, label_inside
from taskmodel.plots.lanes import (
    draw_landmarks,
    draw_lanes,
    draw_rug,
    lanes_height,
    left_margin,
    rug_height,
)
from taskmodel.plots.page import (
    BLACK,
    GREY,
    VERMILLION,
    Page,
    Panel,
    figure_style,
    line_height,
    shade,
    tint,
)
from taskmodel.plots.panels import SPEEDUP_LABEL, faint_grid, labelled_ticks
from taskmodel.plots.words import compute_text, needs_axis, sweep_context, times
from taskmodel.sweeps.trace import SweepLine, sweep_line, unreviewed_line

UNREVIEWED = "unreviewed"
# By variable: name, colour, and how the line is drawn.
_LINES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "throughput_speedup": ("throughput", BLACK, {"linewidth": 1.8, "zorder": 5}),
    "speedup": (
        "effective speed-up",
        BLACK,
        {"linewidth": 1.8, "zorder": 6, "linestyle": (0, (3, 1))},
    ),
    "latency_speedup": ("latency", GREY, {"linewidth": 0.8, "zorder": 4}),
    "oversight_ceiling": (
        "oversight ceiling",
        VERMILLION,
        {"linewidth": 4.5, "zorder": 2, "color": tint(VERMILLION, 0.6)},
    ),
    UNREVIEWED: (
        "if nothing were reviewed",
        VERMILLION,
        {"linewidth": 0.9, "zorder": 3, "linestyle": (0, (4, 2))},
    ),
}


def speedup_curve(result: xr.Dataset, width: float = 180.0) -> Figure:
    """Draw the speed-up of research over compute, its ceilings, and what holds it back.

    From above: where AI becomes able to do how many tasks; throughput, effective and latency
    speed-up under the oversight ceiling, and throughput if nothing were reviewed; where oversight
    binds and which factors are scarce; bottleneck shares. Throughput without review may leave the
    panel, marked by an arrow; the margin then gives the place.

    Parameters
    ----------
    result : Dataset
        From `taskmodel.sweep`.
    width : float
        Width of the figure [mm]; at least 60.

    Returns
    -------
    matplotlib.figure.Figure
        Lines have the name of their variable as ``gid``, bands ``bottleneck_share-`` and their
        source.

    Raises
    ------
    InputError
        If the dataset is not a sweep, has one point of compute, or the figure is too narrow.
    """
    context = sweep_context(result)
    needs_axis(result, "compute")
    with figure_style(width) as size:
        left, right = left_margin(result, width, size), 0.1 * width + 11
        heights = {
            "rug": rug_height(size),
            "curve": 0.16 * width + 34,
            "lanes": lanes_height(result, width, size),
            "bands": 0.12 * width + 17,
        }
        gap, below = 2.0, 4.0 + 2 * line_height(size)
        body = sum(heights.values()) + gap * (len(heights) - 1) + below
        notes = []
        if any((result[name] == 0).any() for name in _LINES if name != UNREVIEWED):
            notes = ["Where nothing can be produced the speed-up is 0, which is below the axis."]
        heading = "Speed-up of research, and what holds it back"
        page = Page(width, body, heading, context, size, notes)
        panels, top, grid = {}, 0.0, result["compute"].values
        for name, height in heights.items():
            across = width - left - right
            panels[name] = page.compute_panel(left, top, across, height, grid, name == "bands")
            top += height + gap
        draw_rug(panels.pop("rug"), result)
        _draw_curves(panels["curve"], result)
        draw_lanes(panels["lanes"], result)
        draw_bands(panels["bands"], result)
        draw_landmarks(list(panels.values()), result)
        return page.finished()


def _draw_curves(panel: Panel, result: xr.Dataset) -> None:
    """Speed-ups and ceilings, named at their ends."""
    axes = panel.axes
    lines = {
        name: unreviewed_line(result) if name == UNREVIEWED else sweep_line(result, name)
        for name in _LINES
    }
    low, high = _limits(lines)
    axes.set_yscale("log")
    axes.set_ylim(low, high)
    labelled_ticks(axes.yaxis, _ticks(low, high), "{:g}".format)
    axes.set_ylabel(SPEEDUP_LABEL, labelpad=2)
    faint_grid(axes)
    output, pale = lines["throughput_speedup"], tint(VERMILLION, 0.1)
    edges = [np.minimum(lines[name].values, high) for name in ("throughput_speedup", UNREVIEWED)]
    axes.fill_between(
        output.position, *edges, color=pale, linewidth=0, zorder=1, gid="held_back_by_oversight"
    )
    label_inside(
        axes,
        output.position,
        edges[0],
        edges[1],
        "held back by oversight",
        panel.page.size,
        pale,
        color=shade(VERMILLION),
        zorder=3.6,
    )
    endings = []
    for name, (title, colour, style) in _LINES.items():
        style = {"color": colour, "solid_joinstyle": "miter", "solid_capstyle": "butt", **style}
        style["linewidth"] *= panel.page.weight
        line = lines[name]
        axes.plot(line.position, line.values, gid=name, **style)
        _draw_exit(panel, line, high, name, style)
        endings.append(Ending(_ending(title, line, high), float(line.values[-1]), colour))
    end_labels(panel, endings)


def _limits(lines: dict[str, SweepLine]) -> tuple[float, float]:
    """Limits of the axis: all lines; what no review would give only if it is not far off."""
    shown = np.concatenate([line.values for name, line in lines.items() if name != UNREVIEWED])
    shown = np.append(shown[np.isfinite(shown) & (shown > 0)], 1.0)
    low, high, most = shown.min(), shown.max(), lines[UNREVIEWED].values.max()
    high = most if most < 4 * high else 2.5 * high  # NaN compares false
    return low / 1.12, max(1.15 * high, 2.0)


def _ticks(low: float, high: float) -> np.ndarray:
    """Round numbers: at most eight, or at most ten powers of ten.

    Examples
    --------
    >>> _ticks(0.9, 12.0), _ticks(0.9, 3000.0)
    (array([ 1.,  2.,  3.,  5., 10.]), array([   1.,   10.,  100., 1000.]))
    """
    powers = 10.0 ** np.arange(np.floor(np.log10(low)), np.log10(high) + 1)
    for steps in ([1, 1.2, 1.5, 2, 3, 4, 5, 7], [1, 2, 3, 5], [1, 2, 5], [1]):
        ticks = np.outer(powers, steps).ravel()
        ticks = ticks[(ticks >= low) & (ticks <= high)]
        if len(ticks) <= 8:
            break
    return ticks[:: -(-len(ticks) // 10)]


def _draw_exit(
    panel: Panel, line: SweepLine, high: float, name: str, style: dict[str, Any]
) -> None:
    """An arrow where a line leaves the panel, and the line to it if the next value is infinite."""
    above = np.flatnonzero(line.values > high)
    if not len(above):
        return
    first = above[0]
    position = _crossing(line, first, high)
    arrow: dict[str, Any] = {"marker": "^", "markersize": 4, "color": style["color"]}
    panel.axes.plot(position, high, clip_on=False, zorder=7, gid=f"{name}-leaves", **arrow)
    # Matplotlib draws nothing towards an infinite value: the last stretch ends at the edge.
    if first and np.isinf(line.values[first]):
        last = line.values[first - 1]
        x, y = [line.position[first - 1], position, position], [last, last, high]
        panel.axes.plot(x, y, gid=f"{name}-no-limit", **style)


def _crossing(line: SweepLine, index: int, high: float) -> float:
    """Return where a line passes a value, between the point before `index`, below it, and that one.

    It is straight on logarithmic axes; towards no limit it rises at the end of the stretch.
    """
    end, top = float(line.position[index]), float(line.values[index])
    start, low = float(line.position[index - 1]), float(line.values[index - 1])
    if index == 0 or not (0 < low < high and np.isfinite(top)):
        return end
    share = np.log(high / low) / np.log(top / low)
    return start * (end / start) ** float(share)


def _ending(title: str, line: SweepLine, high: float) -> str:
    """A name with the last value, or the compute from which it is off the axis, or has none."""
    last = line.values[-1]
    if last > high and np.isfinite(last):
        within = np.flatnonzero(line.values <= high)
        leaves = _crossing(line, within[-1] + 1, high) if len(within) else 0.0
        since = f" from {compute_text(leaves)}" if len(within) else ""
        return f"{title} ↑ off the axis{since}"
    if np.isfinite(last):
        return f"{title} {times(last)}"
    state = "↑ no limit" if np.isinf(last) else "no value"
    other = np.flatnonzero(~np.isinf(line.values) if np.isinf(last) else ~np.isnan(line.values))
    since = f" from {compute_text(line.position[other[-1] + 1])}" if len(other) else ""
    return f"{title}{'' if np.isinf(last) else ':'} {state}{since}"
