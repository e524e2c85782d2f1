"""A simpler loop over time: a panel for each of its levels, with the spread of draws where there are some."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from taskmodel.errors import InputError
from taskmodel.plots.page import BLUE, GREY, INCH, PALE, look, wrap
from taskmodel.plots.takeoff import powers

WIDE = 100.0  # largest over smallest from which an axis is logarithmic


def loop(run: xr.Dataset, width: float = 180.0) -> Figure:
    """The levels of a loop over time; of draws the median, and the middle 90 % of them as a band.

    Parameters
    ----------
    run : Dataset
        Of `taskmodel.simulate`, of a loop.
    width : float
        Of the figure [mm]; at least 60.

    Returns
    -------
    matplotlib.figure.Figure
        Lines have the name of their variable as ``gid``.

    Raises
    ------
    InputError
        If the dataset is no loop, or the figure too narrow.
    """
    if "loop" not in run.attrs:
        raise InputError(
            "this dataset is no loop: give the result of taskmodel.simulate for one, such as kwa"
        )
    many = "draw" in run.dims
    names = [str(name) for name in run.data_vars if "time" in run[name].dims]
    time = run["time"].values
    with look(width) as size:
        rows = -(-len(names) // 2)
        figure = Figure(figsize=(width / INCH, (42 * rows + 18) / INCH), layout="constrained")
        heading = (
            f"{run.attrs['scenario_name']}{': median and middle 90 % of the draws' if many else ''}"
        )
        figure.set_label(heading)
        figure.suptitle(heading, x=0.01, ha="left", fontsize=size + 1, fontweight="bold")
        panels = figure.subplots(rows, 2, sharex=True, squeeze=False).ravel()
        for axes, name in zip(panels, names, strict=False):
            values = np.where(np.isfinite(run[name].values), run[name].values, np.nan)
            line = values
            if many:
                kept = (
                    np.isfinite(values).sum(axis=0) >= len(values) / 2
                )  # where most draws have a level
                low, line, high = (np.full(len(time), np.nan) for _ in range(3))
                low[kept], line[kept], high[kept] = np.nanpercentile(
                    values[:, kept], [5, 50, 95], axis=0
                )
                axes.fill_between(time, low, high, color=BLUE, alpha=0.2, linewidth=0)
            axes.plot(time, line, color=BLUE, gid=name, linewidth=1.4)
            seen = values[np.isfinite(values)]
            if seen.size and seen.min() > 0 and seen.max() > WIDE * seen.min():
                axes.set_yscale("log")
                powers(axes)
            meaning = run[name].attrs["long_name"].split(";")[0].split(":")[0].strip()
            axes.set_title(
                "\n".join(wrap(f"{meaning} [{run[name].attrs['units']}]", width / 2 - 16, size)),
                loc="left",
                fontsize=size,
            )
            axes.grid(axis="y", color=PALE, linewidth=0.4)
            axes.tick_params(labelbottom=True)
            axes.set_xlim(time[0], time[-1] if len(time) > 1 else time[0] + 1)
        for axes in panels[len(names) :]:
            axes.set_axis_off()
        figure.supxlabel(
            f"{run['time'].attrs['long_name']} [{run['time'].attrs['units']}]",
            fontsize=size,
            color=GREY,
        )
        figure.draw_without_rendering()
    return figure
