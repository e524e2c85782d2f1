"""A tornado: what an answer becomes at both ends of each input."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from taskmodel.numerics.types import Array
from taskmodel.plots.page import (
    BLUE,
    GREY,
    PALE,
    VERMILLION,
    broken_name,
    line_height,
)
from taskmodel.plots.panels import AxesLike, stacked_panels
from taskmodel.plots.words import drawing, needs

ROWS = 10  # inputs that are shown
WIDE = 130.0  # mm: from there on both panels stand side by side
BARS = {"low": BLUE, "high": VERMILLION}


@drawing(
    "From `taskmodel.cruxes`.",
    panels="The two panels to draw on",
)
def draw_cruxes(result: xr.Dataset, width: float = 180.0, *, ax: AxesLike = None) -> Figure:
    """Draw when oversight is the bottleneck, and the speed-up today, at the ends of each input."""
    needs("bottleneck_date_median" in result, "has no cruxes", "cruxes")
    shown = result.isel(input=slice(0, ROWS))
    heading = "What each input changes, all others at their medians"
    wide = width >= WIDE
    letters = 8.0 if width >= 130 else 6.5
    names = [broken_name(str(name), 0.36 * width, letters) for name in shown["input"].values]
    lines = sum(name.count("\n") + 1 for name in names)
    height = 24 + 2.4 * len(names) + 1.05 * line_height(letters) * lines
    form: dict[str, Any] = {"width_ratios": (3, 2)} if wide else {}
    with stacked_panels(
        width,
        height if wide else 1.9 * height,
        heading,
        (1, 2) if wide else (2, 1),
        ax=ax,
        over_figure=True,
        independent=True,
        sharey=True,
        **form,
    ) as (figure, (dates, speeds), size):
        _bars(dates, shown["bottleneck_date"].values, result["bottleneck_date_median"].item(), size)
        first = shown.isel(time=0)
        median = result["throughput_speedup_median"].values[0]
        _bars(speeds, first["throughput_speedup"].values, median, size)
        dates.set_xlabel("oversight is the bottleneck from\n[calendar year]")
        speeds.set_xlabel(f"speed-up in {result['time'].values[0]:g}\nover people without AI [1]")
        for axes in (dates, speeds) if ax is not None else (dates,):
            axes.set_yticks(range(len(names)), names)
            axes.invert_yaxis()
        handles = [
            dates.barh(np.nan, np.nan, color=colour, label=f"{end} end of the input")
            for end, colour in BARS.items()
        ]
        if ax is None:
            figure.legend(handles=handles, loc="outside lower right", ncols=2, fontsize=size - 1)
        else:
            speeds.legend(handles=handles, loc="lower right", fontsize=size - 1)
    return figure


def _bars(axes: Axes, ends: Array, median: float, size: float) -> None:
    """Bars from the median to both ends; what is never goes to the right edge, and says so."""
    finite = np.append(ends[np.isfinite(ends)], median if np.isfinite(median) else [])
    low, high = (finite.min(), finite.max()) if len(finite) else (0.0, 1.0)
    room = 0.08 * (high - low or 1.0)
    edge = high + 2 * room
    start = median if np.isfinite(median) else edge
    axes.set_xlim(low - room, edge if np.isinf(ends).any() else high + room)
    for column, colour in enumerate(BARS.values()):
        for row, value in enumerate(ends[:, column].tolist()):
            if np.isnan(value):
                continue
            stop = value if np.isfinite(value) else edge
            axes.barh(row, stop - start, left=start, color=colour, height=0.62, linewidth=0)
            if np.isinf(value):
                text = axes.text(edge, row, "never ", ha="right", va="center", color="white")
                text.set_fontsize(size - 1.5)
    axes.axvline(start, color=GREY, linewidth=0.8)
    axes.ticklabel_format(useOffset=False)
    axes.grid(axis="x", color=PALE, linewidth=0.4)
    axes.set_axisbelow(True)
    axes.tick_params(axis="y", length=0)
