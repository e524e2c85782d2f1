"""The look that all figures share: a page measured in millimetres, its colours and letters, labels that keep apart, saving.

Colours are those of Okabe and Ito, which people with any common colour vision can tell apart; what a colour says is also
said by a label, a line style or a shape.

References
----------
Okabe and Ito (2008), Color universal design, https://jfly.uni-koeln.de/color/
"""

from __future__ import annotations

import errno
import io
import json
import math
import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import matplotlib
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.textpath import text_to_path
from matplotlib.ticker import MaxNLocator

from taskmodel.catalog.text import read_document

BLACK, GREY, PALE = "#000000", "#595959", "#d9d9d9"
ORANGE, SKY, GREEN, YELLOW, BLUE, VERMILLION, PURPLE = "#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7"
COLOURS = {
    "hands_on": BLUE,
    "review": VERMILLION,
    "inference": GREEN,
    "experiments": PURPLE,
}  # of sources and factors; labour pools are hands-on
NAMES = {"hands_on": "hands-on work", "review": "review"}

DPI = 300  # of a saved PNG
INCH, POINT = 25.4, 25.4 / 72  # in millimetres
NARROWEST = 60.0  # mm: below this, labels leave no room for data

_STYLE = {
    "font.family": "DejaVu Sans",
    "text.hinting": "none",  # letters as wide in a PNG as in an SVG
    "text.parse_math": False,  # titles come from catalogs, where a $ is a dollar
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "svg.hashsalt": "taskmodel",
}
_FAMILIES = ("agg", "axes", "figure", "font", "hatch", "lines", "markers", "mathtext", "patch", "path", "savefig", "scatter", "svg", "text")
_FAMILIES += ("xaxis", "xtick", "yaxis", "ytick")


@contextmanager
def look(width: float = 180.0) -> Iterator[float]:
    """Matplotlib's own defaults under this module's style, whatever the caller's settings, which are back afterwards.

    Yields the size of letters for a page of this width [points].

    Raises
    ------
    ValueError
        If the page is too narrow, or no width at all.
    """
    if not (math.isfinite(width) and width >= NARROWEST):
        raise ValueError(f"the width of a figure must be at least {NARROWEST:g} mm; found {width!r}")
    size = 8.0 if width >= 130 else 6.5
    own = {name: value for name, value in matplotlib.rcParamsDefault.items() if name.partition(".")[0] in _FAMILIES}
    with matplotlib.rc_context({**own, **_STYLE, "font.size": size, "xtick.labelsize": size, "ytick.labelsize": size}):
        yield size


class Page:
    """A figure with its headings, on which places are in millimetres from the left and from below the headings.

    Parameters
    ----------
    width : float
        Of the whole figure [mm].
    body : float
        Height below the headings [mm].
    heading, context : str
        What the figure shows, and of which catalog; broken into lines as wide as the figure.
    size : float
        Of letters [points].
    notes : sequence of str
        What else must be said, below the body.
    """

    def __init__(self, width: float, body: float, heading: str, context: str, size: float, notes: Sequence[str] = ()) -> None:
        margin = 2.0
        inner = 0.97 * (width - 2 * margin)  # other settings of the caller may make letters a little wider
        first, second = wrap(heading, inner, size + 1, "bold"), wrap(context, inner, size)
        last = [line for note in notes for line in wrap(note, inner, size - 1)]
        self.top = margin + len(first) * line_height(size + 1) + len(second) * line_height(size) + 2.0
        self.width, self.size = width, size
        self.height = self.top + body + (len(last) * line_height(size - 1) + margin if last else 0.0)
        self.figure = Figure(figsize=(width / INCH, self.height / INCH))
        FigureCanvasAgg(self.figure)
        self.figure.set_gid("figure")
        self.text(margin, margin - self.top, "\n".join(first), size=size + 1, weight="bold", va="top")
        self.text(margin, margin + len(first) * line_height(size + 1) - self.top, "\n".join(second), va="top", color=GREY)
        if last:
            self.text(margin, body, "\n".join(last), size=size - 1, va="top", color=GREY)
        self.figure.taskmodel_title = f"{heading}: {context}"

    def axes(self, left: float, top: float, width: float, height: float, **options: object) -> Axes:
        """New axes with their upper left corner at this place."""
        place = (left / self.width, 1 - (self.top + top + height) / self.height, width / self.width, height / self.height)
        return self.figure.add_axes(place, **options)

    def text(self, x: float, y: float, text: str, **options: object) -> None:
        """Text at a place of the page."""
        options = {"fontsize": options.pop("size", self.size), "linespacing": 1.2, **options}
        self.figure.text(x / self.width, 1 - (self.top + y) / self.height, text, **options)

    def line(self, xs: Sequence[float], ys: Sequence[float], **options: object) -> None:
        """A line from place to place of the page."""
        xs, ys = np.asarray(xs) / self.width, 1 - (self.top + np.asarray(ys)) / self.height
        self.figure.add_artist(Line2D(xs, ys, transform=self.figure.transFigure, **options))

    def ground(self, left: float, top: float, width: float, height: float, colour: object) -> None:
        """A coloured rectangle under everything, its upper left corner at this place."""
        corner = (left / self.width, 1 - (self.top + top + height) / self.height)
        shape = Rectangle(corner, width / self.width, height / self.height, facecolor=colour, linewidth=0, zorder=-1)
        self.figure.add_artist(shape).set_transform(self.figure.transFigure)

    def finished(self) -> Figure:
        """The figure, with ticks made while the look still holds."""
        self.figure.draw_without_rendering()
        return self.figure


def line_height(size: float) -> float:
    """Of text of this size [mm]."""
    return 1.2 * size * POINT * 1.16  # letters of DejaVu are 1.16 as high as their size


def text_width(text: str, size: float, weight: str = "normal") -> float:
    """Of the longest line [mm]."""
    letters = FontProperties(family="DejaVu Sans", size=size, weight=weight)
    return max(text_to_path.get_text_width_height_descent(line, letters, False)[0] for line in text.split("\n")) * POINT


def wrap(text: str, width: float, size: float, weight: str = "normal") -> list[str]:
    """The text in lines that are no wider than this [mm]; a word that is wider is cut."""
    lines: list[str] = []
    for word in re.split(r"[ \t\n]+", text.strip()):  # a space that does not break keeps what belongs together
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(joined, size, weight) <= width:
            lines[-1] = joined
            continue
        while text_width(word, size, weight) > width and len(word) > 1:
            fitting = max((end for end in range(1, len(word)) if text_width(word[:end], size, weight) <= width), default=1)
            lines.append(word[:fitting])
            word = word[fitting:]
        lines.append(word)
    return lines


def spread(wanted: Sequence[float], heights: Sequence[float], low: float, high: float) -> np.ndarray:
    """Centres of labels of these heights as near as may be to the places wanted, none over another, within low and high.

    Examples
    --------
    >>> spread([5.0, 5.5, 0.0], [2.0, 2.0, 2.0], low=0.0, high=10.0)
    array([4.5, 6.5, 1. ])
    """
    order = np.argsort(wanted, kind="stable")
    height = np.asarray(heights, dtype=float)[order]
    # labels that would overlap move as one block about the mean of their wishes
    below = np.concatenate([[0.0], np.cumsum((height[1:] + height[:-1]) / 2)]) if len(order) else np.zeros(0)
    wish = np.asarray(wanted, dtype=float)[order] - below
    blocks: list[list[float]] = []
    for value in wish:
        blocks.append([value, 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            mean, count = blocks.pop()
            blocks[-1] = [(blocks[-1][0] * blocks[-1][1] + mean * count) / (blocks[-1][1] + count), blocks[-1][1] + count]
    place = np.concatenate([np.full(count, mean) for mean, count in blocks]) if blocks else np.zeros(0)
    if len(order):
        place = np.clip(place, low + height[0] / 2, max(low + height[0] / 2, high - height[-1] / 2 - below[-1]))
    result = np.empty(len(order))
    result[order] = place + below
    return result


def roomiest(axes: Axes, x: np.ndarray, low: np.ndarray, high: np.ndarray, width: float, height: float) -> tuple[float, float] | None:
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
    blank = np.isnan(np.interp(columns, axes.transData.transform(np.column_stack([x, np.full(len(x), top)]))[:, 0], low + high))
    window = math.ceil((width + 0.6) * pixel)
    if window > len(columns):
        return None
    floor = np.lib.stride_tricks.sliding_window_view(np.where(blank, np.inf, edges[0]), window).max(axis=1)
    ceiling = np.lib.stride_tricks.sliding_window_view(np.where(blank, -np.inf, edges[1]), window).min(axis=1)
    room = ceiling - floor
    if not room.max() >= (height + 0.4) * pixel:
        return None
    widest = np.flatnonzero(room >= room.max() - 1)
    start = widest[len(widest) // 2]
    place = axes.transData.inverted().transform((columns[start] + window / 2, (floor[start] + ceiling[start]) / 2))
    return float(place[0]), float(place[1])


def tint(colour: str, strength: float) -> tuple[float, float, float]:
    """A colour thinned with white."""
    return tuple(1 - strength * (1 - part) for part in to_rgb(colour))


def shade(colour: str | tuple[float, float, float]) -> tuple[float, float, float]:
    """A colour dark enough for letters."""
    return tuple(0.72 * part for part in to_rgb(colour))


def compute_text(value: float) -> str:
    """A compute as people would type it.

    Examples
    --------
    >>> compute_text(8.4e28), compute_text(9.96e30), compute_text(1e32)
    ('8.4e28', '1e31', '1e32')
    """
    mantissa, _, exponent = f"{value:.1e}".partition("e")
    return f"{mantissa.removesuffix('.0')}e{int(exponent)}"


def times(value: float) -> str:
    """A speed-up: two digits at least, and no more than its size is worth.

    Examples
    --------
    >>> times(1.0), times(3.6078), times(54.3), times(1111.1), times(4e4)
    ('1.00×', '3.61×', '54.3×', '1,111×', '4e4×')
    """
    if value >= 10_000:
        return f"{compute_text(value)}×"
    return f"{value:,.{2 if value < 10 else 1 if value < 100 else 0}f}×"


def power_text(value: float) -> str:
    """A value of a logarithmic axis, as a power of ten where it is one.

    Examples
    --------
    >>> power_text(1e26), power_text(2e30)
    ('10²⁶', '2·10³⁰')
    """
    mantissa, _, exponent = f"{value:.3e}".partition("e")
    mantissa = mantissa.rstrip("0").rstrip(".")
    raised = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"10{raised}" if mantissa == "1" else f"{mantissa}·10{raised}"


def compute_axis(axes: Axes, grid: np.ndarray, width: float, size: float, labels: bool) -> None:
    """Lay the compute axis under a panel of this width [mm]: logarithmic, from the first point of the grid to the last."""
    axes.set_xscale("log")
    axes.set_xlim(grid[0], grid[-1])
    low, high = np.log10(grid[[0, -1]])
    decades = 10.0 ** np.arange(math.ceil(low - 1e-9), math.floor(high + 1e-9) + 1)
    if len(decades) < 2:
        steps = np.outer(10.0 ** np.arange(math.floor(low), math.ceil(high) + 1), [1, 2, 3, 5]).ravel()
        decades = steps[(steps >= grid[0]) & (steps <= grid[-1])]
        if len(decades) < 3:
            even = MaxNLocator(4, steps=[1, 2, 5, 10]).tick_values(grid[0], grid[-1])
            decades = even[(even >= grid[0]) & (even <= grid[-1])]
    ticks = decades
    room = max(1, int(width / (text_width(power_text(decades[-1]), size) + 2.5)))
    named = set(ticks[:: math.ceil(len(ticks) / room)])
    axes.set_xticks(ticks, [power_text(tick) if tick in named else "" for tick in ticks] if labels else [""] * len(ticks))
    axes.set_xticks([], minor=True)
    if labels:
        axes.set_xlabel("effective compute [FLOP/year, 2023 software]", labelpad=2)


def context_of(result: xr.Dataset) -> str:
    """Which catalog, scenario and settings a result is of, in words.

    Raises
    ------
    ValueError
        If the dataset does not say: it is no result of `taskmodel.sweep`.
    """
    missing = [name for name in ("catalog_yaml", "scenario_yaml", "overrides") if name not in result.attrs]
    if missing or "event_compute" not in result:
        raise ValueError(f"this dataset is no sweep (without {missing[0] if missing else 'events'}): give the result of taskmodel.sweep")
    parts = [title_of(result.attrs["catalog_yaml"])]
    if result.attrs["scenario_yaml"]:
        parts.append(f"scenario: {title_of(result.attrs['scenario_yaml'])}")
    for path, value in json.loads(result.attrs["overrides"]).items():
        parts.append(f"{path}\u00a0=\u00a0{value if isinstance(value, str) else json.dumps(value)}")
    return "\u00a0· ".join(parts)


@lru_cache(maxsize=64)
def title_of(text: str) -> str:
    """The title in the text of a catalog or scenario."""
    return str(read_document(text, "the catalog of the result").data["title"])


def save(figure: Figure, path_stem: str | os.PathLike[str]) -> tuple[Path, Path]:
    """Write a figure as SVG and as PNG, whole or not at all; the same figure gives the same bytes.

    Both are drawn first, written beside their places, and moved there when whole.

    Parameters
    ----------
    figure : Figure
        From one of the functions of `taskmodel.plots`.
    path_stem : path
        Of both files, without the ending.

    Returns
    -------
    tuple of Path
        The SVG file and the PNG file.

    Raises
    ------
    OSError
        If they cannot be written; it names the path.
    ValueError
        If the path ends in .svg or .png: it is to be given without.
    """
    stem = Path(path_stem)
    if stem.suffix in (".svg", ".png"):
        raise ValueError(f"{stem}: give the path without {stem.suffix}; both an SVG and a PNG file are written")
    title = getattr(figure, "taskmodel_title", None)
    drawn = {}
    with look():
        for ending, metadata in (("svg", {"Date": None, "Creator": None, "Title": title}), ("png", {"Software": None, "Title": title})):
            buffer = io.BytesIO()
            figure.savefig(
                buffer, format=ending, dpi=DPI, metadata={name: value for name, value in metadata.items() if name != "Title" or value}
            )
            drawn[stem.parent / f"{stem.name}.{ending}"] = buffer.getvalue()
    _write(drawn)
    return tuple(drawn)


def _write(contents: dict[Path, bytes]) -> None:
    """Files at their places, all or none: nothing is moved before everything is written."""
    written: dict[Path, str] = {}
    try:
        for path, content in contents.items():
            if path.is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
            handle, written[path] = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
            with open(handle, "wb") as file:
                file.write(content)
            os.chmod(written[path], 0o666 & ~_umask())
        for path in list(contents):
            os.replace(written[path], path)
            del written[path]
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        for name in written.values():
            os.unlink(name)


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
