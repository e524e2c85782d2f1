"""The horizon over time: by compute, by the trend, the models it goes through, and the rungs it comes to."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from taskmodel.errors import InputError
from taskmodel.plots.page import BLUE, GREY, INCH, PALE, VERMILLION, look

DRIVERS = {"compute": ("by compute", BLUE), "time": ("by the trend over time", VERMILLION)}
DASHES = {50: "-", 80: (0, (4, 2))}
MOST_NAMED = 12  # marks that are drawn and named: more would be a carpet
BEYOND = 10.0  # times the longest task that is shown


def horizon(found: xr.Dataset, width: float = 180.0) -> Figure:
    """How long the tasks are that the frontier can do, over time.

    Parameters
    ----------
    found : Dataset
        Of `taskmodel.horizon`.
    width : float
        Of the figure [mm]; at least 60.

    Returns
    -------
    matplotlib.figure.Figure
        Lines have ``DRIVER_SUCCESS`` as ``gid``.

    Raises
    ------
    InputError
        If the dataset has no horizons, or the figure is too narrow.
    """
    if "model_horizon" not in found:
        raise InputError("this dataset has no horizons: give the result of taskmodel.horizon")
    time, needed = found["time"].values, found["milestone_horizon"].values
    with look(width) as size:
        figure = Figure(figsize=(width / INCH, (0.45 * width + 30) / INCH), layout="constrained")
        axes = figure.subplots()
        heading = "Tasks that the frontier can do: 50 % of them (solid), 80 % (dashed)"
        figure.set_label(heading)
        axes.set_title(heading, loc="left", fontsize=size + 1, fontweight="bold", pad=1.2 * size)
        for driver, (words, colour) in DRIVERS.items():
            for success, dashes in DASHES.items():
                line = found["horizon"].sel(driver=driver, success=success).values
                label = words if success == 50 else None
                axes.plot(
                    time,
                    line,
                    color=colour,
                    linestyle=dashes,
                    linewidth=1.4,
                    label=label,
                    gid=f"{driver}_{success}",
                )
        on = found["model_on_trend"].values
        for chosen, face, words in (
            (on, GREY, "measured, on the trend"),
            (~on, "white", "measured, other"),
        ):
            dots = (
                found["model_released"].values[chosen],
                found["model_horizon"].sel(success=50).values[chosen],
            )
            axes.plot(
                *dots,
                "o",
                markersize=3,
                color=GREY,
                markerfacecolor=face,
                markeredgewidth=0.7,
                label=words,
            )
        axes.set_yscale("log")
        low = min(needed.min(), found["model_horizon"].values.min())
        axes.set_ylim(low / 2, BEYOND * max(needed.max(), 1.0))
        axes.set_xlim(time[0], time[-1])
        if len(needed) <= MOST_NAMED:
            for words, hours in zip(found["milestone_meaning"].values, needed, strict=True):
                axes.axhline(hours, color=PALE, linewidth=0.7, zorder=0)
                axes.annotate(words, (1, hours), (-2, 1), xycoords=("axes fraction", "data"), textcoords="offset points",
                              ha="right", va="bottom", fontsize=size - 1, color=GREY)  # fmt: skip
        _durations(axes)
        axes.xaxis.set_major_locator(MaxNLocator("auto", integer=True))
        axes.set_xlabel("calendar year")
        axes.set_ylabel("length of task for a skilled person")
        axes.legend(frameon=False, loc="upper left", fontsize=size)
        figure.draw_without_rendering()
    return figure


def _durations(axes: Axes) -> None:
    """Round durations of working time along the logarithmic axis."""
    names = {
        1 / 3600: "1 s",
        1 / 60: "1 min",
        1.0: "1 h",
        8.0: "8 h",
        167.0: "167 h",
        2000.0: "2,000 h",
    }
    low, high = axes.get_ylim()
    shown = {hours: name for hours, name in names.items() if low <= hours <= high}
    if len(shown) < 2:
        return
    axes.set_yticks(np.array(list(shown)), list(shown.values()))
    axes.set_yticks([], minor=True)
