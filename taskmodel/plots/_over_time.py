"""A sweep along time: speed-ups by date, bottleneck shares, and compute."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from taskmodel.plots.page import BLACK, share_colours, tint
from taskmodel.plots.panels import (
    SPEEDUP_LABEL,
    SPEEDUP_LINES,
    AxesLike,
    calendar_axis,
    date_strip,
    faint_grid,
    legend_above,
    log_axis,
    stacked_panels,
)
from taskmodel.plots.words import LINES, SPEEDUP_NAMES, drawing, needs, share_name
from taskmodel.sweeps.trace import share_lines, sweep_line

ONSETS = {
    "oversight_binds": "oversight binds",
    "oversight_bottleneck": "oversight is the bottleneck",
}
VISIBLE_SHARE = 0.005  # sources that never exceed it are not drawn


@drawing(
    "From `taskmodel.sweep` along ``time``.",
    otherwise="the dataset is not a sweep along time",
    panels="The three panels to draw on, from above",
    gid=LINES,
)
def over_time(result: xr.Dataset, width: float = 180.0, *, ax: AxesLike = None) -> Figure:
    """Draw speed-ups by date, bottleneck shares, and effective compute."""
    needs(result.attrs.get("over") == "time", "is no sweep along time", 'sweep with over="time"')
    heading = f"Speed-up of research over time: {result.attrs['catalog_name']}"
    if paths := result.attrs.get("paths_name"):
        heading += f", paths {paths}"
    with stacked_panels(
        width,
        0.35 * width + 80,
        heading,
        (3, 1),
        ax=ax,
        over_figure=True,
        height_ratios=(3, 2, 1.5),
    ) as (figure, (speedups, shares, compute), size):
        _draw_speedups(speedups, result, width, size)
        _draw_shares(shares, result, size)
        compute.plot(result["time"], result["compute"], color=BLACK, linewidth=1.4, gid="compute")
        log_axis(compute, result["compute"].values)
        faint_grid(compute)
        compute.set_ylabel("compute\n[FLOP/year]")
        calendar_axis(compute, result["time"].values)
    return figure


def _draw_speedups(axes: Axes, result: xr.Dataset, width: float, size: float) -> None:
    """The speed-ups, and the dates at which oversight begins to bind and to be the bottleneck."""
    for name, style in SPEEDUP_LINES.items():
        line = sweep_line(result, name)
        label = SPEEDUP_NAMES[name]
        axes.plot(line.position, line.values, linewidth=1.5, gid=name, label=label, **style)
    kinds, times = result["event_kind"].values, result["time"].values
    dates = {text: result["event_time"].values[kinds == kind] for kind, text in ONSETS.items()}
    marks = [(float(at[0]), text) for text, at in dates.items() if len(at)]
    lift = date_strip([axes], marks, (times[0], times[-1]), width, size)
    axes.set_ylabel(SPEEDUP_LABEL)
    faint_grid(axes)
    legend_above(axes, size, lift=lift)


def _draw_shares(axes: Axes, result: xr.Dataset, size: float) -> None:
    """Bottleneck shares, stacked."""
    position, lines = share_lines(result)
    shares = {
        source: 100 * values
        for source, values in lines.items()
        if np.nanmax(values, initial=0.0) > VISIBLE_SHARE
    }
    colours = [tint(colour, 0.5) for colour in share_colours(shares).values()]
    axes.stackplot(position, *shares.values(), colors=colours, linewidth=0)
    for source, colour in zip(shares, colours, strict=True):
        axes.plot([], [], color=colour, linewidth=5, label=share_name(source))
    axes.set_ylim(0, 100)
    axes.set_ylabel("what holds it back\n[%]")
    legend_above(axes, size)
