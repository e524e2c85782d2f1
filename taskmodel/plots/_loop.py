"""A loop model over time: a panel for each of its levels, with the spread of draws, if any."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from taskmodel.plots.page import BLUE, GREY, wrap
from taskmodel.plots.panels import (
    AxesLike,
    faint_grid,
    labelled_ticks,
    powers_of_ten,
    stacked_panels,
)
from taskmodel.plots.words import LINES, drawing, needs, power_text

LOGARITHMIC_FROM = 100.0  # ratio of largest to smallest value


@drawing(
    "From `taskmodel.simulate`, for a loop.",
    otherwise="the dataset is not a loop",
    panels="Where to draw, one panel for each variable along ``time``",
    gid=LINES,
)
def loop(run: xr.Dataset, width: float = 180.0, *, ax: AxesLike = None) -> Figure:
    """Draw the levels of a loop over time; of draws the median, and the middle 90 % as a band."""
    needs("loop" in run.attrs, "is no loop", "simulate for one, such as kwa")
    names = [str(name) for name in run.data_vars if "time" in run[name].dims]
    time, rows = run["time"], -(-len(names) // 2)
    heading = run.attrs["scenario_name"]
    if "draw" in run.dims:
        heading += ": median and middle 90 % of the draws"
    shape = (rows, 2) if ax is None else (len(names), 1)
    with stacked_panels(width, 42 * rows + 18, heading, shape, ax=ax, over_figure=True) as (
        figure,
        panels,
        size,
    ):
        for axes, name in zip(panels, names, strict=False):
            _draw_level(axes, run[name])
            meaning = run[name].attrs["long_name"]
            title = wrap(f"{meaning} [{run[name].attrs['units']}]", width / 2 - 16, size)
            axes.set_title("\n".join(title), loc="left", fontsize=size)
        for axes in panels[len(names) :]:
            axes.set_axis_off()
        label = f"{time.attrs['long_name']} [{time.attrs['units']}]"
        if ax is None:
            figure.supxlabel(label, fontsize=size, color=GREY)
        else:
            panels[-1].set_xlabel(label)
    return figure


def _draw_level(axes: Axes, level: xr.DataArray) -> None:
    time, values = level["time"].values, np.where(np.isfinite(level.values), level.values, np.nan)
    line = values
    if "draw" in level.dims:
        low, line, high = np.full((3, len(time)), np.nan)
        # Quantiles are shown where at least half of the draws have a value.
        shown = np.isfinite(values).sum(axis=0) >= len(values) / 2
        low[shown], line[shown], high[shown] = np.nanpercentile(
            values[:, shown], [5, 50, 95], axis=0
        )
        axes.fill_between(time, low, high, color=BLUE, alpha=0.2, linewidth=0)
    axes.plot(time, line, color=BLUE, gid=str(level.name), linewidth=1.4)
    finite = values[np.isfinite(values)]
    if finite.size and finite.min() > 0 and finite.max() > LOGARITHMIC_FROM * finite.min():
        axes.set_yscale("log")
        labelled_ticks(axes.yaxis, powers_of_ten(*axes.get_ylim(), 6))
    elif finite.size and np.ptp(finite) == 0:
        value = float(finite[0])
        labelled_ticks(axes.yaxis, [value], power_text if abs(value) >= 1e4 else "{:g}".format)
    faint_grid(axes)
    axes.tick_params(labelbottom=True)
    axes.set_xlim(time[0], time[-1] if len(time) > 1 else time[0] + 1)
