"""A sweep along time: the speed-ups by date, what holds research back, and the compute there is."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from taskmodel.errors import InputError
from taskmodel.plots.page import BLACK, BLUE, COLOURS, GREY, INCH, PALE, VERMILLION, look, tint
from taskmodel.plots.trace import trace
from taskmodel.plots.words import power_text

LINES = {
    "throughput_speedup": ("throughput", BLACK),
    "speedup": ("effective", BLUE),
    "latency_speedup": ("latency", VERMILLION),
}
WORDS = {
    "hands_on": "hands-on work",
    "review": "review",
    "inference": "inference",
    "experiments": "experiments",
}
STARTS = {
    "oversight_binds": "oversight binds",
    "oversight_bottleneck": "oversight is the bottleneck",
}


def over_time(result: xr.Dataset, width: float = 180.0) -> Figure:
    """Speed-ups by date, what holds research back, and effective compute.

    Parameters
    ----------
    result : Dataset
        Of `taskmodel.sweep` along ``time``.
    width : float
        Of the figure [mm]; at least 60.

    Returns
    -------
    matplotlib.figure.Figure
        Lines have the name of their variable as ``gid``.

    Raises
    ------
    InputError
        If the dataset is no sweep along time, or the figure too narrow.
    """
    if result.attrs.get("over") != "time":
        raise InputError(
            'this dataset is no sweep along time: give the result of taskmodel.sweep with over="time"'
        )
    with look(width) as size:
        figure = Figure(figsize=(width / INCH, (0.35 * width + 75) / INCH), layout="constrained")
        panels = figure.subplots(3, 1, sharex=True, height_ratios=(3, 2, 1.5))
        heading = f"Speed-up of research over time: {result.attrs['catalog_name']}"
        paths = result.attrs.get("paths_name")
        figure.set_label(heading)
        panels[0].set_title(
            f"{heading}{f', paths {paths}' if paths else ''}",
            loc="left",
            fontsize=size + 1,
            fontweight="bold",
            pad=2.2 * size,
        )
        _speedups(panels[0], result, size)
        _bands(panels[1], result, size)
        panels[2].plot(result["time"], result["compute"], color=BLACK, linewidth=1.4, gid="compute")
        powers_of_ten(panels[2], result["compute"].values)
        panels[2].set_ylabel("compute\n[FLOP/year]")
        panels[2].set_xlabel("calendar year")
        panels[2].xaxis.set_major_locator(MaxNLocator(integer=True))
        panels[2].set_xlim(*result["time"].values[[0, -1]])
        figure.align_ylabels()
        figure.draw_without_rendering()
    return figure


def _speedups(axes: Axes, result: xr.Dataset, size: float) -> None:
    """The speed-ups, and when oversight begins to bind and becomes the bottleneck."""
    for name, (words, colour) in LINES.items():
        found = trace(result, name)
        axes.plot(found.compute, found.values, color=colour, linewidth=1.5, gid=name, label=words)
    kinds, dates = result["event_kind"].values, result["event_time"].values
    for kind, words in STARTS.items():
        if (kinds == kind).any():
            date = dates[kinds == kind][0]
            axes.axvline(date, color=GREY, linewidth=0.6, linestyle=":")
            place = ((date, 1), (-3, -2))
            axes.annotate(
                f"{words}, {date:.1f}",
                *place,
                xycoords=("data", "axes fraction"),
                textcoords="offset points",
                fontsize=size - 1.5,
                color=GREY,
                ha="right",
                va="top",
                rotation=90,
            )
    axes.set_ylabel("speed-up over people\nwithout AI [1]")
    axes.grid(axis="y", color=PALE, linewidth=0.4)
    legend(axes, size)


def _bands(axes: Axes, result: xr.Dataset, size: float) -> None:
    """What holds research back: elasticities of output, on top of each other."""
    found = trace(result, "bottleneck_share")
    sources = [str(name) for name in result["source"].values]
    shown = [
        place
        for place, _ in enumerate(sources)
        if np.nanmax(found.values[:, place], initial=0.0) > 0.005
    ]
    colours = [tint(COLOURS[sources[place]], 0.5) for place in shown]
    axes.stackplot(
        found.compute,
        *(100 * found.values[:, place] for place in shown),
        colors=colours,
        linewidth=0,
    )
    for place, colour in zip(shown, colours, strict=True):
        axes.plot([], [], color=colour, linewidth=5, label=WORDS[sources[place]])
    axes.set_ylim(0, 100)
    axes.set_ylabel("what holds it back\n[%]")
    legend(axes, size)


def legend(axes: Axes, size: float) -> None:
    """What the colours mean, in a row above the panel."""
    axes.legend(
        frameon=False,
        loc="lower left",
        bbox_to_anchor=(0, 0.98),
        borderpad=0,
        fontsize=size,
        ncols=4,
    )


def powers_of_ten(axes: Axes, values: np.ndarray) -> None:
    """A logarithmic axis with at most four powers of ten."""
    axes.set_yscale("log")
    low, high = np.floor(np.log10(values.min())), np.ceil(np.log10(values.max()))
    powers = 10.0 ** np.arange(low, high + 1, max(1, -(-(high - low) // 4)))
    axes.set_ylim(10.0**low, 10.0**high)
    axes.set_yticks(powers, [power_text(power) for power in powers])
    axes.set_yticks([], minor=True)
    axes.grid(axis="y", color=PALE, linewidth=0.4)
