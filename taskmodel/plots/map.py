"""The map of bottlenecks over two inputs: regions, curves between them, and contours."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure

from taskmodel.plots.page import (
    BLACK,
    COLOURS,
    GREY,
    PALE,
    Page,
    compute_ticks,
    figure_style,
    line_height,
    shade,
    tint,
)
from taskmodel.plots.panels import labelled_ticks
from taskmodel.plots.words import (
    NAMES,
    SEPARATOR,
    catalog_settings,
    needs,
    power_text,
    times,
    titles,
)

LEVELS = np.sort(np.outer(10.0 ** np.arange(0, 9), [1, 1.2, 1.5, 2, 3, 5, 7]).ravel())
CONTOUR_LIMIT = 7
NAMED_AREA = 0.004  # of the panel: smaller regions have no name
BINDING = ("oversight_slack", "oversight_binds")
NOTE = (
    "Solid: two shares are equal; dotted: they jump, as where AI comes to be able to do a task; "
    "dashed: oversight begins to bind. Contours: effective speed-up over people without AI."
)


def draw_bottleneck_map(result: xr.Dataset, width: float = 180.0) -> Figure:
    """Draw a map of bottlenecks.

    Regions have the colour and the name of their source. Curves between them are solid where two
    shares are equal, and dotted where a threshold separates the regions; a thin dashed curve
    marks where oversight begins to bind. Contours show the effective speed-up.

    Parameters
    ----------
    result : Dataset
        From `taskmodel.bottleneck_map`.
    width : float
        Width of the figure [mm]; at least 60.

    Returns
    -------
    matplotlib.figure.Figure
        Curves have ``boundary-`` or ``oversight_binds-`` and their number as ``gid``.

    Raises
    ------
    InputError
        If the dataset is not a map, or the figure is too narrow.
    """
    needs("boundary_curve" in result, "is no map", "bottleneck_map")
    context = [*titles(result), *catalog_settings(result)]
    inputs = result.attrs["x"], result.attrs["y"]
    if "compute" not in inputs:
        context.append(f"at {power_text(float(result['compute']))} FLOP/year")
    heading = "What holds research back most"
    with figure_style(width) as size:
        left, below, height = 22.0, 4.0 + 2 * line_height(size), 0.62 * width
        body = height + below + 2
        page = Page(width, body, heading, SEPARATOR.join(context), size, [NOTE])
        axes = page.panel(left, 0, width - left - 6, height).axes
        x, y = (result[name] for name in inputs)
        _scale(axes, "x", x)
        _scale(axes, "y", y)
        _draw_regions(axes, x.values, y.values, result, size)
        _draw_contours(axes, x.values, y.values, result["speedup"].values, size)
        _draw_curves(axes, result, page.weight)
        return page.finished()


def _scale(axes: Axes, name: str, values: xr.DataArray) -> None:
    low, high = float(values[0]), float(values[-1])
    label = "effective compute" if values.name == "compute" else str(values.name)
    unit = values.attrs.get("units", "")
    if unit not in ("", "1"):
        label += f" [{unit}]"
    scale = "log" if low > 0 else "linear"
    axes.set(**{f"{name}label": label, f"{name}scale": scale, f"{name}lim": (low, high)})
    if low > 0:
        labelled_ticks(
            getattr(axes, f"{name}axis"),
            compute_ticks(low, high),
            lambda tick: power_text(tick) if tick >= 1e4 or tick < 1e-2 else f"{tick:g}",
        )


def _draw_regions(
    axes: Axes, x: np.ndarray, y: np.ndarray, result: xr.Dataset, size: float
) -> None:
    """Cells in the colour of their source, and the name of a region where it has most room."""
    sources = [*result["source"].values.tolist(), ""]
    colours = [tint(COLOURS[source], 0.25) if source else PALE for source in sources]
    index = {source: number for number, source in enumerate(sources)}
    code = np.array([[index[cell] for cell in row] for row in result["binding_factor"].values])
    # As vectors, cells would show hairlines between them in most viewers.
    axes.pcolormesh(
        _cell_edges(x),
        _cell_edges(y),
        code,
        cmap=ListedColormap(colours),
        vmin=-0.5,
        vmax=len(sources) - 0.5,
        rasterized=True,
        gid="regions",
    )
    for source, number in index.items():
        region = code == number
        if region.sum() < NAMED_AREA * region.size:
            continue
        row, column = _deepest(region)
        axes.text(
            x[column],
            y[row],
            NAMES.get(source, source) if source else "nothing is done",
            color=shade(COLOURS[source]) if source else GREY,
            fontsize=size + 1,
            weight="bold",
            ha="center",
            va="center",
            zorder=6,
        )


def _cell_edges(values: np.ndarray) -> np.ndarray:
    """Edges of cells around values on their own scale, ending at the first and the last value."""
    first, second = values[:-1], values[1:]
    middle = np.sqrt(first * second) if values[0] > 0 else (first + second) / 2
    return np.concatenate([values[:1], middle, values[-1:]])


def _deepest(region: np.ndarray) -> tuple[int, int]:
    """The cell of a region that is furthest from its complement."""
    # Peel off one layer of cells after the other; of the last, take the cell nearest its centre.
    while region.any():
        cells = np.argwhere(region)
        padded = np.pad(region, 1)
        region = region & padded[:-2, 1:-1] & padded[2:, 1:-1]
        region &= padded[1:-1, :-2] & padded[1:-1, 2:]
    row, column = cells[np.abs(cells - cells.mean(axis=0)).sum(axis=1).argmin()]
    return int(row), int(column)


def _draw_contours(
    axes: Axes, x: np.ndarray, y: np.ndarray, speedup: np.ndarray, size: float
) -> None:
    finite = speedup[np.isfinite(speedup)]
    if not finite.size:
        return
    levels = LEVELS[(LEVELS > finite.min()) & (LEVELS < finite.max())]
    levels = levels[:: max(1, -(-len(levels) // CONTOUR_LIMIT))]
    if len(levels):
        values = np.where(np.isfinite(speedup), speedup, np.nan)
        contours = axes.contour(x, y, values, levels=levels, colors=GREY, linewidths=0.5)
        axes.clabel(contours, fontsize=size - 2, fmt=times)


def _draw_curves(axes: Axes, result: xr.Dataset, weight: float) -> None:
    numbers = result["boundary_curve"].values
    for number in np.unique(numbers):
        x, y, second, kind = (
            result[f"boundary_{name}"].values[numbers == number]
            for name in ("x", "y", "second", "kind")
        )
        binds, jump = second[0] in BINDING, kind[0] == "jump"
        style: dict[str, Any] = {
            "color": BLACK,
            "linewidth": (0.8 if binds else 1.6) * weight,
            "linestyle": (0, (5, 3)) if binds else (0, (1, 1)) if jump else "-",
            "zorder": 5,
        }
        axes.plot(x, y, gid=f"{'oversight_binds' if binds else 'boundary'}-{number}", **style)
