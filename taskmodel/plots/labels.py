"""Labels that do not overlap: at the ends of lines, and inside bands."""

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
    """The name of a line and its last value; NaN for a name without a line."""

    text: str
    value: float
    colour: str


def spread(
    desired: Sequence[float], heights: Sequence[float], low: float, high: float
) -> np.ndarray:
    """Centres of labels, as near as possible to the desired ones, without overlap.

    Examples
    --------
    >>> spread([5.0, 5.5, 0.0], [2.0, 2.0, 2.0], low=0.0, high=10.0)
    array([4.25, 6.25, 1.  ])
    """
    if not len(desired):
        return np.zeros(0)
    order = np.argsort(desired, kind="stable")
    height = np.asarray(heights, dtype=float)[order]
    # Least squares by pooling of adjacent violators: measured from the stack of all labels, the
    # positions must not decrease, so that labels in conflict move as a block about their mean.
    stack = np.append(0.0, np.cumsum((height[1:] + height[:-1]) / 2))
    blocks: list[list[float]] = []  # mean and number of labels
    for offset in np.asarray(desired, dtype=float)[order] - stack:
        blocks.append([offset, 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            mean, count = blocks.pop()
            total = blocks[-1][1] + count
            blocks[-1] = [(blocks[-1][0] * blocks[-1][1] + mean * count) / total, total]
    position = np.concatenate([np.full(int(count), mean) for mean, count in blocks])
    lowest = low + height[0] / 2
    position = np.clip(position, lowest, max(lowest, high - height[-1] / 2 - stack[-1]))
    centres = np.empty(len(order))
    centres[order] = position + stack
    return centres


def roomiest(
    axes: Axes, x: np.ndarray, low: np.ndarray, high: np.ndarray, width: float, height: float
) -> tuple[float, float] | None:
    """Centre of the best position for a label [mm] between two lines, in data coordinates.

    None, if the label fits nowhere.
    """
    pixel = axes.figure.dpi / INCH
    box = axes.get_window_extent()
    columns = np.arange(box.x0, box.x1)
    window = math.ceil((width + 0.6) * pixel)
    if window > len(columns):
        return None
    bottom, top = axes.get_ylim()
    pixels = axes.transData.transform(np.column_stack([x, np.full(len(x), top)]))[:, 0]
    blank = np.isnan(np.interp(columns, pixels, low + high))
    edges = []
    for line, empty in ((low, np.inf), (high, -np.inf)):
        points = np.column_stack([x, np.clip(line, bottom, top)])
        height_of_line = axes.transData.transform(points)[:, 1]
        edges.append(np.where(blank, empty, np.interp(columns, pixels, height_of_line)))
    # The label spans `window` columns: between the highest floor and the lowest ceiling of those.
    floors, ceilings = (np.lib.stride_tricks.sliding_window_view(edge, window) for edge in edges)
    lower, upper = floors.max(axis=1), ceilings.min(axis=1)
    room = upper - lower
    if not room.max() >= (height + 0.4) * pixel:
        return None
    widest = np.flatnonzero(room >= room.max() - 1)
    start = widest[len(widest) // 2]
    centre = (columns[start] + window / 2, (lower[start] + upper[start]) / 2)
    position = axes.transData.inverted().transform(centre)
    return float(position[0]), float(position[1])


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
    """Write a label between two lines, smaller or vertical if need be; False if it does not fit."""
    # The most legible variant that fits: horizontal before vertical, large before small.
    for letters in (size, size - 1):
        along, across = text_width(label, letters), line_height(letters)
        for width, height, rotation in ((along, across, 0), (across, along, 90)):
            if centre := roomiest(axes, x, low, high, width, height):
                options |= {"fontsize": letters, "rotation": rotation, "bbox": plate(ground)}
                axes.text(*centre, label, ha="center", va="center", **options)
                return True
    return False


def plate(colour: ColorType) -> dict[str, Any]:
    """A background that keeps lines from crossing a label."""
    return {"facecolor": colour, "edgecolor": "none", "pad": 0.8}


def end_labels(panel: Panel, endings: Sequence[Ending]) -> None:
    """Names in the right margin, each joined to the end of its line if that is in the panel."""
    page, size = panel.page, panel.page.size - 0.5
    # Positions in the margin are proportional to the transformed values of the axis.
    scale = np.log if panel.axes.get_yscale() == "log" else np.asarray
    low, high = panel.axes.get_ylim()
    bottom, top = scale([low, high])
    texts = [wrap(ending.text, page.width - panel.right - 4.0, size) for ending in endings]
    heights = [len(lines) * line_height(size) + 0.5 for lines in texts]
    nearest = [np.clip(np.nan_to_num(ending.value, nan=low), low, high) for ending in endings]
    desired = [
        float(panel.top + panel.height * (top - scale(value)) / (top - bottom)) for value in nearest
    ]
    centres = spread(desired, heights, panel.top - 1, panel.top + panel.height + 1)
    for ending, lines, end, centre in zip(endings, texts, desired, centres, strict=True):
        if low <= ending.value <= high:
            ends = [panel.right, panel.right + 2.2]
            page.line(ends, [end, centre], color=ending.colour, linewidth=0.6)
        style = {"size": size, "va": "center", "color": shade(ending.colour)}
        page.text(panel.right + 2.7, centre, "\n".join(lines), **style)
