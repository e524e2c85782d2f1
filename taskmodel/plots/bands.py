"""Bottleneck shares as bands: what holds research back, and how much of it is oversight."""

from __future__ import annotations

import numpy as np
import xarray as xr

from taskmodel.plots.labels import Ending, end_labels, label_inside
from taskmodel.plots.page import GREY, PALE, Panel, share_colours, tint
from taskmodel.plots.words import share_name
from taskmodel.sweeps.trace import share_lines


def draw_bands(panel: Panel, result: xr.Dataset) -> None:
    """Stacked shares, review at the bottom, named inside or, where they are thin, in the margin."""
    axes, size = panel.axes, panel.page.size - 0.5
    axes.set_ylim(0, 1)
    axes.set_ylabel("bottleneck share [1]", labelpad=2)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "", "0.5", "", "1"])
    position, shares = share_lines(result)
    blank = np.isnan(np.array([*shares.values()])).any(axis=0)
    colours = share_colours(shares)
    base, endings = np.zeros(len(blank)), []
    # Review is at the bottom, where its share can be read from the axis.
    for source in sorted(shares, key=lambda source: not source.startswith("review")):
        top = base + shares[source]
        colour, name = colours[source], share_name(source)
        ground = tint(colour, 0.45)
        gid = f"bottleneck_share-{source}"
        axes.fill_between(position, base, top, color=ground, linewidth=0, gid=gid)
        inside = label_inside(axes, position, base, top, name, size, ground, zorder=6)
        if not inside and not blank.all():
            largest = np.nanmax(shares[source], initial=0.0)
            share = f"at most {largest:.2g}" if largest > 0 else "0"
            endings.append(Ending(f"{name}: {share}", np.nan, colour))
        base = top
    if blank.any():
        axes.fill_between(
            position,
            0,
            1,
            where=blank,
            facecolor="none",
            edgecolor=PALE,
            hatch="///",
            linewidth=0,
            gid="bottleneck_share-no-value",
        )
        floor, reason = np.where(blank, 0.0, np.nan), _reason_for_blank(result)
        if not label_inside(axes, position, floor, floor + 1, reason, size, "white", zorder=6):
            endings.append(Ending(f"hatched: {reason}", np.nan, GREY))
    end_labels(panel, endings)


def _reason_for_blank(result: xr.Dataset) -> str:
    """Why some points of a sweep have no bottleneck shares."""
    output = result["output"].values[np.isnan(result["bottleneck_share"].values).any(axis=1)]
    if len(output) and np.isinf(output).all():
        return "no limit to output"
    return "no output" if len(output) and (output == 0).all() else "no value"
