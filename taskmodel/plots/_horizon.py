"""The time horizon of frontier AI: by compute, by the trend, measured models and milestones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from taskmodel.numerics.types import Array
from taskmodel.plots.page import BLUE, GREY, INCH, PALE, VERMILLION, line_height, text_width
from taskmodel.plots.panels import calendar_axis, figure_of, labelled_ticks, stacked_panels
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
        axes.legend(
            loc="upper left",
            fontsize=size,
            frameon=True,
            facecolor="white",
            edgecolor="none",
            framealpha=1,
        )
    return figure


def _draw_milestones(axes: Axes, horizons: xr.Dataset, size: float) -> None:
    """Limits of the axis, and horizontal lines at the lengths of milestones, if they are few."""
    lengths = horizons["milestone_horizon"].values
    lowest = min(lengths.min(), horizons["model_horizon"].values.min())
    axes.set_ylim(lowest / 2, HEADROOM * max(lengths.max(), 1.0))
    if len(lengths) > NAMED_LIMIT:
        return
    for hours in lengths:
        axes.axhline(hours, color=PALE, linewidth=0.7, zorder=0)
    for title, hours in _titles(axes, horizons, lengths, size - 1):
        axes.annotate(
            title,
            (1, hours),
            (-2, 1),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            ha="right",
            va="bottom",
            fontsize=size - 1,
            color=GREY,
        )


def _titles(
    axes: Axes, horizons: xr.Dataset, lengths: Array, size: float
) -> Iterator[tuple[str, float]]:
    """Yield one text for the milestones whose lengths are closer than a line of text, the longest.

    As many titles are joined as fit in half of the panel; the number of the others follows.
    """
    box, dpi = axes.get_window_extent(), figure_of(axes).dpi
    low, high = np.log(axes.get_ylim())
    letters = line_height(size) / 1.2  # without the space between lines
    apart = letters / (box.height / dpi * INCH) * (high - low)
    groups: list[tuple[float, list[str]]] = []
    for index in np.argsort(-lengths, kind="stable"):
        title = str(horizons["milestone_meaning"].values[index])
        if groups and np.log(groups[-1][0] / lengths[index]) < apart:
            groups[-1][1].append(title)
        else:
            groups.append((float(lengths[index]), [title]))
    for hours, titles in groups:
        texts = [
            "; ".join(titles[:count])
            + (f" and {len(titles) - count} more" if count < len(titles) else "")
            for count in range(len(titles), 0, -1)
        ]
        room = 0.55 * box.width / dpi * INCH
        yield next((text for text in texts if text_width(text, size) <= room), texts[-1]), hours
