"""Labels that keep apart: at the ends of lines, and inside bands."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes

from taskmodel.plots.page import INCH, Panel, line_height, shade, text_width, wrap

if TYPE_CHECKING:
    from matplotlib.typing import ColorType


@dataclass(frozen=True)
class Ending:
    """The name of a line at its end; NaN where it is to be named without one."""

    text: str
    value: float
    colour: str


def spread(
    wanted: Sequence[float], heights: Sequence[float], low: float, high: float
) -> np.ndarray:
    """Centres of labels of these heights as near as may be to the places wanted, none over another, within low and high.

    Examples
    --------
    >>> spread([5.0, 5.5, 0.0], [2.0, 2.0, 2.0], low=0.0, high=10.0)
    array([4.25, 6.25, 1.  ])
    """
    order = np.argsort(wanted, kind="stable")
    height = np.asarray(heights, dtype=float)[order]
    # labels that would overlap move as one block about the mean of their wishes
    below = (
        np.concatenate([[0.0], np.cumsum((height[1:] + height[:-1]) / 2)])
        if len(order)
        else np.zeros(0)
    )
    wish = np.asarray(wanted, dtype=float)[order] - below
    blocks: list[list[float]] = []
    for value in wish:
        blocks.append([value, 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            mean, count = blocks.pop()
            blocks[-1] = [
                (blocks[-1][0] * blocks[-1][1] + mean * count) / (blocks[-1][1] + count),
                blocks[-1][1] + count,
            ]
    place = (
        np.concatenate([np.full(count, mean) for mean, count in blocks]) if blocks else np.zeros(0)
    )
    if len(order):
        place = np.clip(
            place, low + height[0] / 2, max(low + height[0] / 2, high - height[-1] / 2 - below[-1])
        )
    result = np.empty(len(order))
    result[order] = place + below
    return result


def roomiest(
    axes: Axes, x: np.ndarray, low: np.ndarray, high: np.ndarray, width: float, height: float
) -> tuple[float, float] | None:
    """The middle of the widest place for a label between two lines over x, in the data's units; None where there is none.

    Parameters
    ----------
    width, height : float
        Of the label [mm].
    """
    pixel = axes.figure.dpi / INCH
    box = axes.get_window_extent()
    columns = np.arange(box.x0, box.x1)
    bottom, top = axes.get_ylim()
    edges = []
    for line in (low, high):
        at = axes.transData.transform(np.column_stack([x, np.clip(line, bottom, top)]))
        edges.append(np.interp(columns, at[:, 0], at[:, 1]))
    blank = np.isnan(
        np.interp(
            columns,
            axes.transData.transform(np.column_stack([x, np.full(len(x), top)]))[:, 0],
            low + high,
        )
    )
    window = math.ceil((width + 0.6) * pixel)
    if window > len(columns):
        return None
    floor = np.lib.stride_tricks.sliding_window_view(np.where(blank, np.inf, edges[0]), window).max(
        axis=1
    )
    ceiling = np.lib.stride_tricks.sliding_window_view(
        np.where(blank, -np.inf, edges[1]), window
    ).min(axis=1)
    room = ceiling - floor
    if not room.max() >= (height + 0.4) * pixel:
        return None
    widest = np.flatnonzero(room >= room.max() - 1)
    start = widest[len(widest) // 2]
    place = axes.transData.inverted().transform(
        (columns[start] + window / 2, (floor[start] + ceiling[start]) / 2)
    )
    return float(place[0]), float(place[1])


def label_inside(
    axes: Axes,
    x: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    label: str,
    size: float,
    ground: ColorType,
    **options: Any,
) -> bool:
    """Write a label between two lines where there is most room, upright or smaller if need be; False where there is none."""
    for letters in (size, size - 1):
        along, across = text_width(label, letters), line_height(letters)
        for wide, tall, turned in ((along, across, 0), (across, along, 90)):
            spot = roomiest(axes, x, low, high, wide, tall)
            if spot:
                axes.text(
                    *spot,
                    label,
                    ha="center",
                    va="center",
                    fontsize=letters,
                    rotation=turned,
                    bbox=plate(ground),
                    **options,
                )
                return True
    return False


def plate(colour: ColorType) -> dict[str, Any]:
    """What keeps a line from running through a label."""
    return {"facecolor": colour, "edgecolor": "none", "pad": 0.8}


def end_labels(panel: Panel, endings: Sequence[Ending]) -> None:
    """Names in the margin at the right, each joined to the end of its line where that is on the panel."""
    page, size = panel.page, panel.page.size - 0.5
    scale = np.log if panel.axes.get_yscale() == "log" else np.asarray
    low, high = panel.axes.get_ylim()
    bottom, top = scale([low, high])
    texts = [wrap(ending.text, page.width - panel.right - 4.0, size) for ending in endings]
    heights = [len(lines) * line_height(size) + 0.5 for lines in texts]
    near = [
        scale(np.clip(low if math.isnan(ending.value) else ending.value, low, high))
        for ending in endings
    ]
    wanted = [float(panel.top + panel.height * (top - at) / (top - bottom)) for at in near]
    places = spread(wanted, heights, panel.top - 1, panel.top + panel.height + 1)
    for ending, lines, at, place in zip(endings, texts, wanted, places, strict=True):
        if low <= ending.value <= high:
            page.line(
                [panel.right, panel.right + 2.2], [at, place], color=ending.colour, linewidth=0.6
            )
        page.text(
            panel.right + 2.7,
            place,
            "\n".join(lines),
            size=size,
            va="center",
            color=shade(ending.colour),
        )
