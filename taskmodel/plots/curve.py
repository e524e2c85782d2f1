"""The speed-up curve, with what holds research back: the figure of the main job."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from taskmodel.plots.bands import draw_bands
from taskmodel.plots.labels import Ending, end_labels, label_inside
from taskmodel.plots.lanes import (
    draw_lanes,
    draw_rug,
    landmarks,
    lanes_height,
    left_margin,
    rug_height,
)
from taskmodel.plots.page import (
    BLACK,
    BLUE,
    PALE,
    VERMILLION,
    Page,
    Panel,
    line_height,
    look,
    shade,
    tint,
)
from taskmodel.plots.trace import Trace, trace
from taskmodel.plots.words import compute_text, context_of, times

_LINES: dict[
    str, tuple[str, str, dict[str, Any]]
] = {  # variable: name, colour, and how it is drawn
    "throughput_speedup": ("throughput", BLACK, {"linewidth": 1.8, "zorder": 5}),
    "speedup": ("effective speed-up", BLUE, {"linewidth": 1.8, "zorder": 6}),
    "latency_speedup": ("latency", BLUE, {"linewidth": 0.8, "zorder": 4}),
    "oversight_ceiling": (
        "oversight ceiling",
        VERMILLION,
        {"linewidth": 4.5, "zorder": 2, "color": tint(VERMILLION, 0.6)},
    ),
    "no_oversight_ceiling": (
        "ceiling without oversight",
        VERMILLION,
        {"linewidth": 0.9, "zorder": 3, "linestyle": (0, (4, 2))},
    ),
}


def speedup_curve(result: xr.Dataset, width: float = 180.0) -> Figure:
    """Speed-up of research as compute grows, what it could be with and without oversight, and what holds it back.

    From above: where AI becomes able to do how many tasks; throughput, effective and latency speed-up under the two
    ceilings; where oversight binds and which factors are scarce; bottleneck shares. The ceiling without oversight may leave
    the panel, with an arrow; the margin says where it goes.

    Parameters
    ----------
    result : Dataset
        Of `taskmodel.sweep`.
    width : float
        Of the figure [mm]; at least 60.

    Returns
    -------
    matplotlib.figure.Figure
        Lines have the name of their variable as ``gid``, bands ``bottleneck_share-`` and their source.

    Raises
    ------
    InputError
        If the dataset is no sweep, or the figure too narrow.
    """
    context = context_of(result)
    with look(width) as size:
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
        if any((result[name] == 0).any() for name in _LINES):
            notes.append(
                "Where nothing can be produced the speed-up is 0, which is below the axis."
            )
        page = Page(
            width, body, "Speed-up of research, and what holds it back", context, size, notes
        )
        panels, top = {}, 0.0
        for name, height in heights.items():
            panels[name] = page.compute_panel(
                left,
                top,
                width - left - right,
                height,
                result["compute"].values,
                labels=name == "bands",
            )
            top += height + gap
        draw_rug(panels["rug"], result)
        _draw_curves(panels["curve"], result)
        draw_lanes(panels["lanes"], result)
        draw_bands(panels["bands"], result)
        landmarks([panels["curve"], panels["lanes"], panels["bands"]], result)
        return page.finished()


def _draw_curves(panel: Panel, result: xr.Dataset) -> None:
    """Speed-ups and ceilings, named at their ends, on an axis of all but the ceiling without oversight."""
    axes = panel.axes
    traces = {name: trace(result, name) for name in _LINES}
    low, high = _limits(traces)
    ticks = _ticks(low, high)
    axes.set_yscale("log")
    axes.set_ylim(low, high)
    axes.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.set_yticks([], minor=True)
    axes.set_ylabel("speed-up over people\nwithout AI [1]", labelpad=2)
    axes.grid(axis="y", color=PALE, linewidth=0.4)
    under, over = traces["oversight_ceiling"], traces["no_oversight_ceiling"]
    edges, pale = (
        (np.minimum(under.values, high), np.minimum(over.values, high)),
        tint(VERMILLION, 0.1),
    )
    axes.fill_between(
        under.compute, *edges, color=pale, linewidth=0, zorder=1, gid="held_back_by_oversight"
    )
    label_inside(
        axes,
        under.compute,
        *edges,
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
        axes.plot(traces[name].compute, traces[name].values, gid=name, **style)
        _draw_exit(panel, traces[name], high, name, style)
        endings.append(
            Ending(_ending(title, traces[name], high), float(traces[name].values[-1]), colour)
        )
    end_labels(panel, endings)


def _limits(traces: dict[str, Trace]) -> tuple[float, float]:
    """Of the axis: all speed-ups and the oversight ceiling, and the other ceiling as well if that is not far off."""
    shown = np.concatenate(
        [found.values for name, found in traces.items() if name != "no_oversight_ceiling"]
    )
    shown = np.append(shown[np.isfinite(shown) & (shown > 0)], 1.0)
    low, high, far = shown.min(), shown.max(), traces["no_oversight_ceiling"].values
    high = far.max() if np.isfinite(far).all() and far.max() < 4 * high else 2.5 * high
    return low / 1.12, max(1.15 * high, 2.0)


def _ticks(low: float, high: float) -> np.ndarray:
    """Round numbers, eight at the most unless that leaves out powers of ten, and then ten at the most.

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


def _draw_exit(panel: Panel, found: Trace, high: float, name: str, style: dict[str, Any]) -> None:
    """An arrow where a line leaves the panel, and the line up to it where the next value is infinite."""
    leaves = np.flatnonzero(found.values > high)
    if not len(leaves):
        return
    first = leaves[0]
    at = found.compute[first]
    panel.axes.plot(
        at,
        high,
        marker="^",
        color=style["color"],
        markersize=4,
        clip_on=False,
        zorder=7,
        gid=f"{name}-leaves",
    )
    if first and np.isinf(found.values[first]):
        x, y = (
            [found.compute[first - 1], at, at],
            [found.values[first - 1], found.values[first - 1], high],
        )
        panel.axes.plot(x, y, gid=f"{name}-no-limit", **style)


def _ending(title: str, found: Trace, high: float) -> str:
    """A line's name with its last value, or with where it has no limit or no value."""
    last = found.values[-1]
    if np.isfinite(last):
        return f"{title} {'↑ ' if last > high else ''}{times(last)}"
    other = np.flatnonzero(~np.isinf(found.values) if np.isinf(last) else ~np.isnan(found.values))
    since = f" from {compute_text(found.compute[other[-1] + 1])}" if len(other) else ""
    return f"{title} ↑ no limit{since}" if np.isinf(last) else f"{title}: no value{since}"
