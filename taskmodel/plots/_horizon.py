"""The time horizon of frontier AI: by compute, by the trend, measured models and milestones."""

from __future__ import annotations

from typing import Any

import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from taskmodel.plots.page import BLUE, GREY, PALE, VERMILLION
from taskmodel.plots.panels import calendar_axis, labelled_ticks, stacked_panels
from taskmodel.plots.words import drawing, needs

DRIVERS = {"compute": ("by compute", BLUE), "time": ("by the trend over time", VERMILLION)}
DASHES = {50: "-", 80: (0, (4, 2))}
NAMED_LIMIT = 12  # milestones: more would cover the figure
HEADROOM = 10.0  # top of the axis, relative to the longest task
DURATIONS = {
    1 / 3600: "1 s",
    1 / 60: "1 min",
    1.0: "1 h",
    8.0: "8 h",
    167.0: "167 h",
    2000.0: "2,000 h",
}  # of working time [h]


@drawing(
    "From `taskmodel.horizon`.",
    otherwise="the dataset has no horizons",
    gid="Lines have ``DRIVER_SUCCESS`` as ``gid``.",
)
def draw_horizon(horizons: xr.Dataset, width: float = 180.0, *, ax: Axes | None = None) -> Figure:
    """Draw the length of the tasks that frontier AI can do, over time."""
    needs("model_horizon" in horizons, "has no horizons", "horizon")
    time = horizons["time"].values
    heading = "Tasks that the frontier can do: 50 % of them (solid), 80 % (dashed)"
    with stacked_panels(width, 0.45 * width + 30, heading, ax=ax, pad=1.2) as (
        figure,
        (axes,),
        size,
    ):
        for driver, (name, colour) in DRIVERS.items():
            for success, dashes in DASHES.items():
                line = horizons["horizon"].sel(driver=driver, success=success).values
                style: dict[str, Any] = {"color": colour, "linestyle": dashes, "linewidth": 1.4}
                label = name if success == 50 else None
                axes.plot(time, line, label=label, gid=f"{driver}_{success}", **style)
        on_trend = horizons["model_on_trend"].values
        released = horizons["model_released"].values
        measured = horizons["model_horizon"].sel(success=50).values
        marker: dict[str, Any] = {"markersize": 3, "color": GREY, "markeredgewidth": 0.7}
        for chosen, face, label in (
            (on_trend, GREY, "measured, on the trend"),
            (~on_trend, "white", "measured, other"),
        ):
            dots = released[chosen], measured[chosen]
            axes.plot(*dots, "o", markerfacecolor=face, label=label, **marker)
        axes.set_yscale("log")
        _draw_milestones(axes, horizons, size)
        low, high = axes.get_ylim()
        shown = [hours for hours in DURATIONS if low <= hours <= high]
        if len(shown) > 1:
            labelled_ticks(axes.yaxis, shown, DURATIONS.__getitem__)
        calendar_axis(axes, time)
        axes.set_ylabel("length of task for a skilled person")
        axes.legend(loc="upper left", fontsize=size)
    return figure


def _draw_milestones(axes: Axes, horizons: xr.Dataset, size: float) -> None:
    """Limits of the axis, and horizontal lines at the lengths of milestones, if they are few."""
    lengths = horizons["milestone_horizon"].values
    lowest = min(lengths.min(), horizons["model_horizon"].values.min())
    axes.set_ylim(lowest / 2, HEADROOM * max(lengths.max(), 1.0))
    if len(lengths) > NAMED_LIMIT:
        return
    for meaning, hours in zip(horizons["milestone_meaning"].values, lengths, strict=True):
        axes.axhline(hours, color=PALE, linewidth=0.7, zorder=0)
        axes.annotate(
            meaning,
            (1, hours),
            (-2, 1),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            ha="right",
            va="bottom",
            fontsize=size - 1,
            color=GREY,
        )
