"""The answer of draws over time: bands with what was measured, and from when on oversight costs."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from taskmodel._text import counted
from taskmodel.plots.page import BLACK, BLUE, GREEN, GREY, PURPLE, VERMILLION, tint
from taskmodel.plots.panels import (
    SPEEDUP_LABEL,
    AxesLike,
    calendar_axis,
    date_line,
    faint_grid,
    labelled_ticks,
    legend_above,
    stacked_panels,
)
from taskmodel.plots.words import LINES, drawing, needs

PANELS = {
    "oversight_cost": ("oversight costs\n[output without / with it]", VERMILLION),
    "throughput_speedup": (SPEEDUP_LABEL, BLACK),
    "automated_hours_share": ("hours by AI\n[%]", BLUE),
}
CHANCES = {
    "oversight_costs_half_from_by": ("oversight costs half", VERMILLION),
    "oversight_bottleneck_from_by": ("oversight is the bottleneck", PURPLE),
}
STYLES = ("-", (0, (4, 2)), (0, (1, 1.5)), (0, (5, 1, 1, 1)))
LARGEST_COST = 100.0  # of the axis; bands leave it at the top


@drawing(
    "``bands.nc`` of `taskmodel run`.",
    otherwise="the dataset has no bands",
    panels="The four panels to draw on, from above",
    gid=f"{LINES[:-1]}, those of chances with ``-`` and the path.",
)
def draw_answer(result: xr.Dataset, width: float = 180.0, *, ax: AxesLike = None) -> Figure:
    """Draw medians and 90 % bands by date, and the probability that oversight costs half by then.

    From above: what oversight costs; the throughput speed-up and the hours that AI does, with what
    was measured as dots and its 90 % interval; the probability that oversight costs half, and that
    it is the bottleneck, by date along each path of compute.
    """
    needs("oversight_costs_half_from_by" in result, "has no bands", "taskmodel run")
    heading = (
        f"What oversight costs and how fast research is, {counted(result.attrs['draws'], 'draw')}"
    )
    ratios = (3, 3, 2.4, 3)
    with stacked_panels(
        width, 0.35 * width + 105, heading, (4, 1), ax=ax, pad=1.2, height_ratios=ratios
    ) as (figure, (*panels, chances), size):
        for axes, (name, (label, colour)) in zip(panels, PANELS.items(), strict=True):
            _draw_band(axes, result, name, colour)
            axes.set_ylabel(label)
        _cost_axis(panels[0], size)
        _speed_axis(panels[1], result)
        panels[2].set_ylim(0, 100)
        _draw_chances(chances, result)
        calendar_axis(chances, result["time"].values)
        for axes in (*panels, chances):
            faint_grid(axes)
        if panels[1].get_legend_handles_labels()[0]:
            legend_above(panels[1], size)
        legend_above(chances, size, columns=2 if width >= 130 else 1)
    return figure


def _draw_band(axes: Axes, result: xr.Dataset, name: str, colour: str) -> None:
    """A median in its 90 % band, and what was measured of it."""
    scale = 100.0 if name == "automated_hours_share" else 1.0
    low, median, high = scale * result[name].values
    time = result["time"].values
    axes.fill_between(time, low, high, color=tint(colour, 0.2), linewidth=0, gid=f"{name}-band")
    axes.plot(time, median, color=colour, linewidth=1.6, gid=name)
    rows = np.flatnonzero(result["observed_output"].values == name)
    if len(rows):
        value, below, above = (
            scale * result[f"observed{end}"].values[rows] for end in ("", "_low", "_high")
        )
        when = result["observed_time"].values[rows]
        axes.vlines(when, below, above, color=GREEN, linewidth=0.9, zorder=5)
        axes.plot(
            when,
            value,
            "o",
            color=GREEN,
            markersize=3.5,
            zorder=5,
            gid=f"{name}-measured",
            label="measured, with 90 % width",
        )


def _cost_axis(axes: Axes, size: float) -> None:
    axes.set_yscale("log")
    axes.set_ylim(1, LARGEST_COST)
    labelled_ticks(axes.yaxis, [1, 2, 5, 10, 20, 50, 100], "{:g}".format)
    axes.axhline(2, color=GREY, linewidth=0.6, linestyle=":")
    edge = axes.get_yaxis_transform()
    axes.text(0.99, 2.1, "costs half", color=GREY, fontsize=size, ha="right", transform=edge)


def _speed_axis(axes: Axes, result: xr.Dataset) -> None:
    top = float(result["throughput_speedup"].max())
    axes.set_yscale("log")
    axes.set_ylim(0.7, max(1.1 * top, 2.0))
    ticks = [tick for tick in (0.7, 1, 1.5, 2, 3, 5, 7, 10, 20, 50, 100) if tick <= 1.1 * top]
    labelled_ticks(axes.yaxis, ticks, "{:g}".format)


def _draw_chances(axes: Axes, result: xr.Dataset) -> None:
    """The probability of both by date, one line for each path."""
    time = result["by"].values
    for name, (title, colour) in CHANCES.items():
        for path, style in zip(result["path"].values.tolist(), STYLES, strict=False):
            chance = 100 * result[name].sel(path=path).values
            axes.plot(
                time,
                chance,
                color=colour,
                linestyle=style,
                linewidth=1.4,
                gid=f"{name}-{path}",
                label=f"{title.removeprefix('oversight ')}, {path}",
            )
    axes.set_ylim(0, 100)
    axes.set_ylabel("probability by date\n[%]")
    date_line([axes], float(result.attrs["today"]))
