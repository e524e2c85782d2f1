"""Levers: from when oversight costs half, with each of them pulled."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from taskmodel.plots.page import (
    BLUE,
    GREY,
    PALE,
    VERMILLION,
    Page,
    Panel,
    figure_style,
    line_height,
    text_width,
    wrap,
)
from taskmodel.plots.words import SEPARATOR, needs, titles

DATE = "oversight_costs_half_from"
NOTE = (
    "Dot: median; bar: 90 % band, with an arrow where it goes on; number: by how many years the "
    "date moves, the median over the draws."
)


def draw_levers(result: xr.Dataset, width: float = 180.0) -> Figure:
    """Draw the date from which oversight costs half, as things are and with each lever pulled.

    Parameters
    ----------
    result : Dataset
        From `taskmodel.summary.levers`, or of `taskmodel report`.
    width : float
        Width of the figure [mm]; at least 60.

    Returns
    -------
    matplotlib.figure.Figure
        Bands have ``lever-`` and the name of the lever as ``gid``, dots ``median-`` and the name.

    Raises
    ------
    InputError
        If the dataset has no levers, or the figure is too narrow.
    """
    needs("lever" in result.dims, "has no levers", "summary.levers")
    names = result["lever"].values.tolist()
    heading = "From when oversight costs half, and what would buy time"
    context = SEPARATOR.join([*titles(result), f"compute along {result.attrs['paths_name']}"])
    with figure_style(width) as size:
        small = size - 0.5
        texts = [wrap(str(title), 0.42 * width, small) for title in result["title"].values]
        heights = [max(len(lines), 1.4) * line_height(small) + 1.6 for lines in texts]
        gains = [_gain(value) for value in result[f"{DATE}_gain"].sel(quantile=0.5).values[1:]]
        left = max(text_width("\n".join(lines), small) for lines in texts) + 5.0
        right = max((text_width(text, small) for text in gains), default=0.0) + 5.0
        body = sum(heights)
        page = Page(width, body + 4 + 2 * line_height(size), heading, context, size, [NOTE])
        panel = page.panel(left, 0, width - left - right, body)
        middles = np.cumsum([0.0, *heights[:-1]]) + np.array(heights) / 2
        _draw_dates(panel, result, middles, body)
        for lines, middle in zip(texts, middles, strict=True):
            page.text(left - 1.5, middle, "\n".join(lines), size=small, ha="right", va="center")
        for name, text, middle in zip(names[1:], gains, middles[1:], strict=True):
            weight = "bold" if name == names[1] else "normal"
            page.text(panel.right + 2.5, middle, text, size=small, va="center", weight=weight)
        return page.finished()


def _draw_dates(panel: Panel, result: xr.Dataset, middles: np.ndarray, body: float) -> None:
    """A dot and a band for each lever, and a line where things are as they are."""
    axes, dates = panel.axes, result[DATE].values
    low, high = _limits(dates)
    axes.set_xlim(low, high)
    axes.set_ylim(body, 0)
    axes.set_yticks([])
    axes.xaxis.set_major_locator(MaxNLocator(max(2, int(panel.width / 14)), integer=True))
    axes.grid(axis="x", color=PALE, linewidth=0.4)
    axes.set_axisbelow(True)
    axes.set_xlabel("calendar year", labelpad=2)
    if np.isfinite(dates[0, 1]):
        axes.axvline(dates[0, 1], color=GREY, linewidth=0.7, linestyle=":")
    rows = zip(result["lever"].values, dates, middles, strict=True)
    for number, (name, (start, median, end), middle) in enumerate(rows):
        colour = VERMILLION if number == 0 else BLUE
        axes.plot(
            [start if np.isfinite(start) else high, end if np.isfinite(end) else high],
            [middle, middle],
            color=colour,
            linewidth=1.6,
            solid_capstyle="butt",
            gid=f"lever-{name}",
        )
        if np.isinf(end):
            axes.plot(high, middle, ">", color=colour, markersize=5, clip_on=False)
        if np.isfinite(median):
            axes.plot(median, middle, "o", color=colour, markersize=5, gid=f"median-{name}")


def _limits(dates: np.ndarray) -> tuple[float, float]:
    """Ends of the axis: half a year or less around all dates that there are."""
    finite = dates[np.isfinite(dates)]
    if not len(finite):
        return 0.0, 1.0
    room = max(0.05 * float(np.ptp(finite)), 0.1)
    return float(finite.min()) - room, float(finite.max()) + room


def _gain(years: float) -> str:
    if np.isinf(years):
        return "never" if years > 0 else "from never"
    return f"{years:+.1f} years" if abs(years) >= 0.05 else "no change"
