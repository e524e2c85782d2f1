"""The map of bottlenecks over two inputs: regions, curves between them, and contours."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.contour import QuadContourSet
from matplotlib.figure import Figure
from scipy.ndimage import distance_transform_edt

from taskmodel.numerics.types import Array
from taskmodel.plots.labels import plate
from taskmodel.plots.page import (
    BLACK,
    COLOURS,
    GREY,
    INCH,
    PALE,
    Page,
    compute_ticks,
    figure_style,
    line_height,
    shade,
    text_width,
    tint,
)
from taskmodel.plots.panels import labelled_ticks, stacked_panels
from taskmodel.plots.regions import filled_regions, line_pixels, roomiest_pixel
from taskmodel.plots.words import (
    NAMES,
    SEPARATOR,
    catalog_settings,
    drawing,
    needs,
    power_text,
    times,
    titles,
)

LEVELS = np.sort(np.outer(10.0 ** np.arange(0, 9), [1, 1.2, 1.5, 2, 3, 5, 7]).ravel())
CONTOUR_LIMIT = 7
LOWEST_CONTOUR = 1.01  # relative to the lowest value
PIXELS = 4  # of regions, a millimetre
NAMED_AREA = 0.004  # of the panel: smaller regions have no name
BINDING = ("oversight_slack", "oversight_binds")
NOTE = (
    "Solid: two shares are equal; dotted: they jump, as where AI comes to be able to do a task; "
    "dashed: oversight begins to bind. Contours: effective speed-up over people without AI."
)
FEW = (
    "With few reviewers people do by hand what there is no time to review, so that hands-on work "
    "holds research back most there."
)
REVIEWERS = ("headcount", "max_review_share")  # numbers on which it hangs how many there are


@drawing(
    "From `taskmodel.bottleneck_map`.",
    otherwise="the dataset is not a map",
    gid="Curves have ``boundary-`` or ``oversight_binds-`` and their number as ``gid``.",
)
def draw_bottleneck_map(
    result: xr.Dataset, width: float = 180.0, *, ax: Axes | None = None
) -> Figure:
    """Draw a map of bottlenecks.

    Regions have the colour and the name of their source. Curves between them are solid where two
    shares are equal, and dotted where a threshold separates the regions; a thin dashed curve
    marks where oversight begins to bind. Contours show the effective speed-up.
    """
    needs("boundary_curve" in result, "is no map", "bottleneck_map")
    context = [*titles(result), *catalog_settings(result)]
    inputs = result.attrs["x"], result.attrs["y"]
    if "compute" not in inputs:
        context.append(f"at {power_text(float(result['compute']))} FLOP/year")
    heading = "What holds research back most"
    if ax is not None:
        with stacked_panels(width, 0.0, heading, ax=ax) as (figure, (axes,), size):
            box = axes.get_window_extent()
            shape = box.height / figure.dpi * INCH, box.width / figure.dpi * INCH
            _draw_map(axes, result, inputs, shape, size)
        return figure
    with figure_style(width) as size:
        left, below, height = 22.0, 4.0 + 2 * line_height(size), 0.62 * width
        body = height + below + 2
        page = Page(width, body, heading, SEPARATOR.join(context), size, [*_notes(result, inputs)])
        panel = page.panel(left, 0, width - left - 6, height)
        _draw_map(panel.axes, result, inputs, (panel.height, panel.width), size)
        return page.finished()


def _notes(result: xr.Dataset, inputs: tuple[str, str]) -> Iterator[str]:
    """Explain the curves, and why few reviewers are not the bottleneck, where it is so."""
    yield NOTE
    if any(_of_reviewers(path) and _few_leave_work(result, path) for path in inputs):
        yield FEW


def _of_reviewers(path: str) -> bool:
    block, name = path.split(".")[0], path.split(".")[-1]
    return block in ("supervision", "reviewers") and name in REVIEWERS


def _few_leave_work(result: xr.Dataset, path: str) -> bool:
    """Whether more reviewers make review hold research back most, in place of hands-on work."""
    most = result["binding_factor"].transpose(path, ...).values
    reviews = [name for name in result["source"].values if name.partition("-")[0] == "review"]
    return bool(((most == "hands_on")[:-1] & np.isin(most, reviews)[1:]).any())


def _draw_map(
    axes: Axes,
    result: xr.Dataset,
    inputs: tuple[str, str],
    shape: tuple[float, float],
    size: float,
) -> None:
    """Regions, contours and curves on axes of this height and width [mm]."""
    x, y = (result[name] for name in inputs)
    _scale(axes, "x", x)
    _scale(axes, "y", y)
    contours = _draw_contours(axes, x.values, y.values, result["speedup"].values)
    canvas = _Canvas(x.values, y.values, tuple(round(PIXELS * side) for side in shape))
    lines = [] if contours is None else [line for level in contours.allsegs for line in level]
    free = np.ones(canvas.shape, dtype=bool)
    for line in lines:
        free[canvas.line(*line.T)] = False
    named = _draw_regions(axes, canvas, result, free, size)
    _draw_curves(axes, result, size / 8.0)
    if contours is not None:
        _label_contours(axes, contours, canvas, result, named, size - 2)


def _scale(axes: Axes, name: str, values: xr.DataArray) -> None:
    low, high = float(values[0]), float(values[-1])
    label = "effective compute" if values.name == "compute" else str(values.name)
    unit = values.attrs.get("units", "")
    label += f" [{unit or '1'}]"
    scale = "log" if low > 0 else "linear"
    axes.set(**{f"{name}label": label, f"{name}scale": scale, f"{name}lim": (low, high)})
    if low > 0:
        labelled_ticks(
            getattr(axes, f"{name}axis"),
            compute_ticks(low, high),
            lambda tick: power_text(tick) if tick >= 1e4 or tick < 1e-2 else f"{tick:g}",
        )


class _Canvas(NamedTuple):
    """The panel as pixels: what is drawn along its axes, and the numbers of rows and columns."""

    x: Array
    y: Array
    shape: tuple[int, ...]

    def positions(self, x: Array, y: Array) -> tuple[Array, Array]:
        """Rows and columns of points; they need not be whole."""
        pairs = zip((y, x), (self.y, self.x), self.shape, strict=True)
        rows, columns = (_pixels(values, axis, count) for values, axis, count in pairs)
        return rows, columns

    def line(self, x: Array, y: Array) -> tuple[Array, Array]:
        """Rows and columns of all pixels along a line."""
        return line_pixels(*self.positions(x, y), (self.shape[0], self.shape[1]))

    def edges(self) -> tuple[Array, Array]:
        """Edges of the columns and of the rows, as values of the axes."""
        return _edges(self.x, self.shape[1]), _edges(self.y, self.shape[0])


def _draw_regions(
    axes: Axes, canvas: _Canvas, result: xr.Dataset, free: np.ndarray, size: float
) -> np.ndarray:
    """Regions in the colour of their source, and their names where they have most room.

    Names keep to the pixels that are `free`, if they fit there; returned is where they stand.
    """
    sources = [*result["source"].values.tolist(), ""]
    colours = [tint(COLOURS[source], 0.25) if source else PALE for source in sources]
    index = {source: number for number, source in enumerate(sources)}
    code = np.array([[index[cell] for cell in row] for row in result["binding_factor"].values])
    rows = _pixels(canvas.y, canvas.y, canvas.shape[0]).round().astype(int)
    columns = _pixels(canvas.x, canvas.x, canvas.shape[1]).round().astype(int)
    curves = [
        canvas.positions(result["boundary_x"].values[own], result["boundary_y"].values[own])
        for own in _curves(result)
        if result["boundary_second"].values[own][0] not in BINDING
    ]
    pixels = filled_regions(code, (rows, columns), curves, (canvas.shape[0], canvas.shape[1]))
    # As vectors, pixels would show hairlines between them in most viewers.
    axes.pcolormesh(
        *canvas.edges(),
        pixels,
        cmap=ListedColormap(colours),
        vmin=-0.5,
        vmax=len(sources) - 0.5,
        rasterized=True,
        gid="regions",
    )
    named = np.zeros(canvas.shape, dtype=bool)
    for source, number in index.items():
        region = pixels == number
        if region.sum() >= NAMED_AREA * region.size:
            _name_region(axes, region, free, source, canvas, named, size + 1)
    return named


def _name_region(
    axes: Axes,
    region: np.ndarray,
    free: np.ndarray,
    source: str,
    canvas: _Canvas,
    named: np.ndarray,
    size: float,
) -> None:
    """The name of a region, upright where it is narrow, on its own colour; `named` gets its box."""
    name = NAMES.get(source, source) if source else "nothing is done"
    along = math.ceil(PIXELS * (text_width(name, size, "bold") + 2))
    across = math.ceil(PIXELS * line_height(size))
    boxes = ((0, across, along), (90, along, across))
    rooms = [(angle, box, room) for room in (region & free, region) for angle, *box in boxes]
    rooms.append((0, [1, 1], region))  # which has a pixel at least
    rotation, (height, width), (row, column) = next(
        (angle, box, pixel)
        for angle, box, room in rooms
        if (pixel := roomiest_pixel(room, box[0], box[1])) is not None
    )
    top, left = max(row - height // 2, 0), max(column - width // 2, 0)
    named[top : row + height // 2 + 1, left : column + width // 2 + 1] = True
    across_edges, upright_edges = canvas.edges()
    axes.text(
        across_edges[column],
        upright_edges[row],
        name,
        color=shade(COLOURS[source]) if source else GREY,
        fontsize=size,
        weight="bold",
        ha="center",
        va="center",
        rotation=rotation,
        zorder=6,
        bbox=plate(tint(COLOURS[source], 0.25) if source else PALE),
    )


def _pixels(values: np.ndarray, axis: np.ndarray, count: int) -> np.ndarray:
    """Positions on an axis of so many pixels, 0 to count - 1 from its first to its last value."""
    scale = np.log if axis[0] > 0 else np.asarray
    low, high = scale(axis[0]), scale(axis[-1])
    return np.asarray((scale(values) - low) / (high - low) * (count - 1))


def _edges(axis: np.ndarray, count: int) -> np.ndarray:
    """Edges of so many pixels of the same width along an axis."""
    series = np.geomspace if axis[0] > 0 else np.linspace
    return series(axis[0], axis[-1], count + 1)


def _curves(result: xr.Dataset) -> list[np.ndarray]:
    """Which points of the boundaries are of each curve."""
    numbers = result["boundary_curve"].values
    return [numbers == number for number in np.unique(numbers)]


def _draw_contours(axes: Axes, x: Array, y: Array, speedup: Array) -> QuadContourSet | None:
    """Contours without labels; None if there are none."""
    finite = speedup[np.isfinite(speedup)]
    if not finite.size:
        return None
    # at the lowest value contours would outline rounding errors
    levels = LEVELS[(LEVELS > LOWEST_CONTOUR * finite.min()) & (LEVELS < finite.max())]
    levels = levels[:: max(1, -(-len(levels) // CONTOUR_LIMIT))]
    if not len(levels):
        return None
    values = np.where(np.isfinite(speedup), speedup, np.nan)
    return axes.contour(x, y, values, levels=levels, colors=GREY, linewidths=0.5)


def _label_contours(
    axes: Axes,
    contours: QuadContourSet,
    canvas: _Canvas,
    result: xr.Dataset,
    named: np.ndarray,
    size: float,
) -> None:
    """A label on each contour that is long enough, far from edges, names, curves and others."""
    taken = named.copy()
    taken[[0, -1]], taken[:, [0, -1]] = True, True
    for own in _curves(result):
        taken[canvas.line(result["boundary_x"].values[own], result["boundary_y"].values[own])] = (
            True
        )
    width = max(text_width(times(level), size) for level in contours.levels)
    labels = []
    for line in (line for level in contours.allsegs for line in level):
        rows, columns = canvas.line(*line.T)
        reached = np.hypot(np.diff(rows), np.diff(columns)).sum()
        if reached < 2 * PIXELS * width:
            continue
        # as good as any is what leaves room for a label and a half
        depth = np.minimum(distance_transform_edt(~taken)[rows, columns], 1.5 * PIXELS * width)
        best = np.flatnonzero(depth == depth.max())
        chosen = best[len(best) // 2]
        taken[rows[chosen], columns[chosen]] = True
        across_edges, upright_edges = canvas.edges()
        labels.append((across_edges[columns[chosen]], upright_edges[rows[chosen]]))
    if labels:
        axes.clabel(contours, fontsize=size, fmt=times, manual=labels)


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
