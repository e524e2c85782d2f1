"""Bottleneck shares in bands: what holds research back, and how much of it is oversight."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from taskmodel.plots.labels import Ending, end_labels, label_inside
from taskmodel.plots.lanes import draw_lanes, landmarks, lanes_height, left_margin
from taskmodel.plots.page import BLACK, COLOURS, GREY, PALE, Page, Panel, line_height, look, tint
from taskmodel.plots.trace import trace
from taskmodel.plots.words import NAMES, context_of


def bottleneck_bands(result: xr.Dataset, width: float = 180.0) -> Figure:
    """What holds research back as compute grows: bottleneck shares in bands, with the oversight elasticity.

    Parameters
    ----------
    result : Dataset
        Of `taskmodel.sweep`.
    width : float
        Of the figure [mm]; at least 60.

    Returns
    -------
    matplotlib.figure.Figure
        Bands have ``bottleneck_share-`` and their source as ``gid``, the line the name of its variable.

    Raises
    ------
    InputError
        If the dataset is no sweep, or the figure too narrow.
    """
    context = context_of(result)
    with look(width) as size:
        left, right = left_margin(result, width, size), 0.1 * width + 11
        above, lanes, gap, height = (
            line_height(size),
            lanes_height(result, width, size),
            2.0,
            0.3 * width + 30,
        )
        page = Page(
            width,
            above + lanes + gap + height + 4.0 + 2 * line_height(size),
            "What holds research back",
            context,
            size,
        )
        grid = result["compute"].values
        upper = page.compute_panel(left, above, width - left - right, lanes, grid, labels=False)
        lower = page.compute_panel(
            left, above + lanes + gap, width - left - right, height, grid, labels=True
        )
        draw_lanes(upper, result)
        draw_bands(lower, result, elasticity=True)
        landmarks([upper, lower], result, above=True)
        return page.finished()


def draw_bands(panel: Panel, result: xr.Dataset, elasticity: bool = False) -> None:
    """Shares one on the other, review at the bottom; named inside, or in the margin where they are thin."""
    axes, size = panel.axes, panel.page.size - 0.5
    axes.set_ylim(0, 1)
    axes.set_ylabel("bottleneck share [1]", labelpad=2)
    axes.set_yticks(
        [0, 0.25, 0.5, 0.75, 1],
        ["0", "0.25", "0.5", "0.75", "1"] if elasticity else ["0", "", "0.5", "", "1"],
    )
    shares = trace(result, "bottleneck_share")
    sources = result["source"].values.tolist()
    order = sorted(sources, key=lambda name: name != "review")
    tops = np.cumsum([shares.values[:, sources.index(name)] for name in order], axis=0)
    endings = []
    for name, low, high in zip(order, [np.zeros(len(shares.compute)), *tops], tops, strict=False):
        colour, label = COLOURS.get(name, GREY), NAMES.get(name, name)
        ground = tint(colour, 0.45)
        axes.fill_between(
            shares.compute, low, high, color=ground, linewidth=0, gid=f"bottleneck_share-{name}"
        )
        if not label_inside(axes, shares.compute, low, high, label, size, ground, zorder=6):
            thickness = shares.values[:, sources.index(name)]
            thickest = np.max(thickness, where=~np.isnan(thickness), initial=0.0)
            endings.append(
                Ending(
                    f"{label}: at most {thickest:.2g}" if thickest > 0 else f"{label}: 0",
                    np.nan,
                    colour,
                )
            )
    blank = np.isnan(shares.values).any(axis=1)
    if blank.all():
        endings.clear()
    if blank.any():
        axes.fill_between(
            shares.compute,
            0,
            1,
            where=blank,
            facecolor="none",
            edgecolor=PALE,
            hatch="///",
            linewidth=0,
            gid="bottleneck_share-no-value",
        )
        nothing, why = np.where(blank, 0.0, np.nan), _why_blank(result)
        if not label_inside(
            axes, shares.compute, nothing, nothing + 1, why, size, "white", zorder=6
        ):
            endings.append(Ending(f"hatched: {why}", np.nan, GREY))
    if elasticity:
        line = trace(result, "oversight_elasticity")
        style: dict[str, Any] = {
            "color": BLACK,
            "linewidth": 1.2 * panel.page.weight,
            "linestyle": (0, (4, 1.5)),
        }
        axes.plot(line.compute, line.values, gid="oversight_elasticity", zorder=5, **style)
        last = float(line.values[-1])
        endings.append(
            Ending(
                f"oversight elasticity (dashed){'' if np.isnan(last) else f' {last:.2f}'}",
                last,
                BLACK,
            )
        )
    end_labels(panel, endings)


def _why_blank(result: xr.Dataset) -> str:
    """Why some points of a sweep have no bottleneck shares."""
    output = result["output"].values[np.isnan(result["bottleneck_share"].values).any(axis=1)]
    if len(output) and np.isinf(output).all():
        return "no limit to output"
    return "no output" if len(output) and (output == 0).all() else "no value"
