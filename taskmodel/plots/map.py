"""What holds research back over two inputs: regions, the curves between them, and contours of the speed-up."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure

from taskmodel.errors import InputError
from taskmodel.plots.page import (
    BLACK,
    COLOURS,
    GREY,
    PALE,
    Page,
    compute_ticks,
    line_height,
    look,
    shade,
    tint,
)
from taskmodel.plots.words import NAMES, power_text, times, title_of

LEVELS = np.sort(np.outer(10.0 ** np.arange(0, 9), [1, 1.2, 1.5, 2, 3, 5, 7]).ravel())
CONTOURS = 7  # at the most
SMALL = 0.004  # of the panel: regions smaller than this have no room for a name
BINDS = ("oversight_slack", "oversight_binds")


def bottleneck_map(found: xr.Dataset, width: float = 180.0) -> Figure:
    """A map of `taskmodel.bottleneck_map`.

    Regions have the colour of their source and its name; curves between them are solid where the shares of two sources are
    equal, dotted where a threshold parts them; a thin dashed line is where oversight begins to bind. Contours are of the
    effective speed-up.

    Parameters
    ----------
    found : Dataset
        Of `taskmodel.bottleneck_map`.
    width : float
        Of the figure [mm]; at least 60.

    Raises
    ------
    InputError
        If the dataset is no map, or the figure too narrow.
    """
    if "boundary_curve" not in found:
        raise InputError("this dataset is no map: give the result of taskmodel.bottleneck_map")
    parts = [title_of(found.attrs["catalog_yaml"])]
    parts += (
        [f"scenario: {title_of(found.attrs['scenario_yaml'])}"]
        if found.attrs["scenario_yaml"]
        else []
    )
    parts += [
        f"{path} = {value if isinstance(value, str) else json.dumps(value)}"
        for path, value in json.loads(found.attrs["overrides"]).items()
    ]
    if "compute" not in (found.attrs["x"], found.attrs["y"]):
        parts.append(f"at {power_text(float(found['compute']))} FLOP/year")
    notes = [
        "Solid: two shares are equal; dotted: they jump, as where AI comes to be able to do a task; dashed: oversight begins to bind. "
        "Contours: effective speed-up over people without AI."
    ]
    with look(width) as size:
        left, below, height = 22.0, 4.0 + 2 * line_height(size), 0.62 * width
        page = Page(
            width,
            height + below + 2,
            "What holds research back most",
            " · ".join(parts),
            size,
            notes,
        )
        axes = page.panel(left, 0, width - left - 6, height).axes
        x, y = (found[found.attrs[name]] for name in ("x", "y"))
        _scale(axes, "x", x)
        _scale(axes, "y", y)
        _regions(axes, found, size)
        _contours(axes, found, size)
        _curves(axes, found, page.weight)
        return page.finished()


def _scale(axes: Axes, name: str, values: xr.DataArray) -> None:
    low, high = float(values[0]), float(values[-1])
    unit = values.attrs.get("units", "")
    label = f"{'effective compute' if values.name == 'compute' else values.name}{f' [{unit}]' if unit not in ('', '1') else ''}"
    axes.set(
        **{
            f"{name}label": label,
            f"{name}scale": "log" if low > 0 else "linear",
            f"{name}lim": (low, high),
        }
    )
    if low > 0:
        ticks = compute_ticks(low, high)
        getattr(axes, f"set_{name}ticks")(
            ticks,
            [power_text(tick) if tick >= 1e4 or tick < 1e-2 else f"{tick:g}" for tick in ticks],
        )
        getattr(axes, f"set_{name}ticks")([], minor=True)


def _regions(axes: Axes, found: xr.Dataset, size: float) -> None:
    """Cells in the colour of their source; a region's name where it has most room."""
    sources = [*found["source"].values.tolist(), ""]
    code = np.array(
        [[sources.index(cell) for cell in row] for row in found["binding_factor"].values]
    )
    palette = ListedColormap(
        [tint(COLOURS[source], 0.25) if source else PALE for source in sources]
    )
    x, y = (found[found.attrs[name]].values for name in ("x", "y"))
    axes.pcolormesh(
        _edges(x),
        _edges(y),
        code,
        cmap=palette,
        vmin=-0.5,
        vmax=len(sources) - 0.5,
        rasterized=True,
        gid="regions",
    )
    for index, source in enumerate(sources):
        room = code == index
        if room.sum() < SMALL * room.size:
            continue
        row, column = _roomiest(room)
        label = NAMES.get(source, source) if source else "nothing is done"
        colour = shade(COLOURS[source]) if source else GREY
        axes.text(
            x[column],
            y[row],
            label,
            color=colour,
            fontsize=size + 1,
            weight="bold",
            ha="center",
            va="center",
            zorder=6,
        )


def _edges(values: np.ndarray) -> np.ndarray:
    """Of cells around these values, on the values' own scale, ending at the first and the last."""
    log = values[0] > 0
    middle = np.sqrt(values[1:] * values[:-1]) if log else (values[1:] + values[:-1]) / 2
    return np.concatenate([values[:1], middle, values[-1:]])


def _roomiest(room: np.ndarray) -> tuple[int, int]:
    """The cell of a region that is furthest from what is not in it."""
    inside, left = np.pad(room, 1), room.copy()
    place = np.argwhere(room)[0]
    while left.any():
        cells = np.argwhere(left)
        place = cells[np.abs(cells - cells.mean(axis=0)).sum(axis=1).argmin()]
        left = (
            inside[1:-1, 1:-1]
            & inside[:-2, 1:-1]
            & inside[2:, 1:-1]
            & inside[1:-1, :-2]
            & inside[1:-1, 2:]
        )
        inside = np.pad(left, 1)
    return int(place[0]), int(place[1])


def _contours(axes: Axes, found: xr.Dataset, size: float) -> None:
    values = np.where(np.isfinite(found["speedup"].values), found["speedup"].values, np.nan)
    if not np.isfinite(values).any():
        return
    levels = LEVELS[(LEVELS > np.nanmin(values)) & (LEVELS < np.nanmax(values))]
    levels = levels[:: max(1, -(-len(levels) // CONTOURS))]
    if len(levels):
        x, y = (found[found.attrs[name]].values for name in ("x", "y"))
        drawn = axes.contour(x, y, values, levels=levels, colors=GREY, linewidths=0.5)
        axes.clabel(drawn, fontsize=size - 2, fmt=times)


def _curves(axes: Axes, found: xr.Dataset, weight: float) -> None:
    curve = found["boundary_curve"].values
    for index in np.unique(curve):
        at = curve == index
        binds = found["boundary_second"].values[at][0] in BINDS
        style: dict[str, Any] = {
            "color": BLACK,
            "linewidth": (0.8 if binds else 1.6) * weight,
            "zorder": 5,
        }
        jump = found["boundary_kind"].values[at][0] == "jump"
        style["linestyle"] = (0, (5, 3)) if binds else (0, (1, 1)) if jump else "-"
        name = "oversight_binds" if binds else "boundary"
        axes.plot(
            found["boundary_x"].values[at],
            found["boundary_y"].values[at],
            gid=f"{name}-{index}",
            **style,
        )
