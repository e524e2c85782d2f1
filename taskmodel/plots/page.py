"""The common style of all figures, and a page with positions in millimetres.

The colours are those of Okabe and Ito, which are distinguishable with all common forms of colour
vision; a label, a line style or a shape always repeats the information of a colour.

References
----------
Okabe and Ito (2008), Color universal design, https://jfly.uni-koeln.de/color/
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.textpath import text_to_path
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from taskmodel.numerics.ranges import one_number
from taskmodel.plots.words import power_text

if TYPE_CHECKING:
    from matplotlib.typing import ColorType, RcKeyType

BLACK, GREY, PALE = "#000000", "#595959", "#d9d9d9"
ORANGE, SKY, GREEN, YELLOW = "#e69f00", "#56b4e9", "#009e73", "#f0e442"
BLUE, VERMILLION, PURPLE = "#0072b2", "#d55e00", "#cc79a7"
COLOURS = {
    "hands_on": BLUE,
    "review": VERMILLION,
    "inference": GREEN,
    "experiments": PURPLE,
    "defect_budget": ORANGE,
}  # of sources
REVIEW_COLOURS = (VERMILLION, YELLOW, SKY, GREY)  # of pools of reviewers, if there are several

INCH, POINT = 25.4, 25.4 / 72  # in millimetres
NARROWEST = 60.0  # mm: below this, labels leave no room for data

_STYLE: dict[RcKeyType, Any] = {
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
    "legend.frameon": False,
    "svg.hashsalt": "taskmodel",
}
# Settings of Matplotlib that affect drawing and saving, by the first part of their names.
_FAMILIES = frozenset(
    "agg axes figure font hatch lines markers mathtext patch path savefig scatter svg text "
    "xaxis xtick yaxis ytick".split()
)


@contextmanager
def figure_style(width: float = 180.0) -> Iterator[float]:
    """Use Matplotlib's defaults with the style of this module, and restore the caller's settings.

    Yields the size of letters for a page of this width [points].

    Raises
    ------
    InputError
        If the page is too narrow, or the width is not finite.
    """
    width = one_number(f"[{NARROWEST:g}, inf)", "the width of a figure [mm]", width)
    size = 8.0 if width >= 130 else 6.5
    # Defaults first: settings of the caller must not change a figure.
    own = {
        name: value
        for name, value in matplotlib.rcParamsDefault.items()
        if name.partition(".")[0] in _FAMILIES
    }
    with matplotlib.rc_context(
        {**own, **_STYLE, "font.size": size, "xtick.labelsize": size, "ytick.labelsize": size}
    ):
        yield size


@dataclass(frozen=True)
class Panel:
    """Axes and their position on a page [mm]."""

    page: Page
    axes: Axes
    left_edge: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.left_edge + self.width

    def across(self, compute: float) -> float:
        """Distance of a compute from the left of the panel [mm]."""
        low, high = self.axes.get_xlim()
        return np.log(compute / low) / np.log(high / low) * self.width

    def compute_at(self, across: float) -> float:
        """The compute at this distance from the left [mm]."""
        low, high = self.axes.get_xlim()
        return low * (high / low) ** (across / self.width)


class Page:
    """A figure with headings; positions are in millimetres from the left and below the headings.

    Parameters
    ----------
    width : float
        Width of the figure [mm].
    body : float
        Height below the headings [mm].
    heading, context : str
        Title, and catalog of the result; wrapped to the width of the figure.
    size : float
        Size of letters [points].
    notes : sequence of str
        Remarks, below the body.
    """

    def __init__(
        self,
        width: float,
        body: float,
        heading: str,
        context: str,
        size: float,
        notes: Sequence[str] = (),
    ) -> None:
        margin = 2.0
        # Other settings of the caller may make letters slightly wider.
        inner = 0.97 * (width - 2 * margin)
        first, second = wrap(heading, inner, size + 1, "bold"), wrap(context, inner, size)
        last = [line for note in notes for line in wrap(note, inner, size - 1)]
        self.top = (
            margin + len(first) * line_height(size + 1) + len(second) * line_height(size) + 2.0
        )
        self.width, self.size = width, size
        self.weight = size / 8.0  # of the main lines: thinner on a narrow page
        self.height = (
            self.top + body + (len(last) * line_height(size - 1) + margin if last else 0.0)
        )
        self.figure = Figure(figsize=(width / INCH, self.height / INCH))
        FigureCanvasAgg(self.figure)
        self.figure.set_label(f"{heading}: {context}")
        self.text(
            margin, margin - self.top, "\n".join(first), size=size + 1, weight="bold", va="top"
        )
        self.text(
            margin,
            margin + len(first) * line_height(size + 1) - self.top,
            "\n".join(second),
            va="top",
            color=GREY,
        )
        if last:
            self.text(margin, body, "\n".join(last), size=size - 1, va="top", color=GREY)

    def panel(self, left_edge: float, top: float, width: float, height: float) -> Panel:
        """New axes with their upper left corner at this position."""
        corner, shape = self._rectangle(left_edge, top, width, height)
        return Panel(self, self.figure.add_axes((*corner, *shape)), left_edge, top, width, height)

    def _rectangle(
        self, left_edge: float, top: float, width: float, height: float
    ) -> tuple[tuple[float, float], tuple[float, float]]:
        """Lower left corner and shape as fractions of the figure."""
        corner = (left_edge / self.width, 1 - (self.top + top + height) / self.height)
        return corner, (width / self.width, height / self.height)

    def compute_panel(
        self,
        left_edge: float,
        top: float,
        width: float,
        height: float,
        grid: np.ndarray,
        labels: bool,
    ) -> Panel:
        """New axes over the compute axis."""
        panel = self.panel(left_edge, top, width, height)
        draw_compute_axis(panel.axes, grid, width, self.size, labels)
        return panel

    def text(self, x: float, y: float, text: str, **options: Any) -> None:
        """Text at a position of the page."""
        options = {"fontsize": options.pop("size", self.size), "linespacing": 1.2, **options}
        self.figure.text(x / self.width, 1 - (self.top + y) / self.height, text, **options)

    def line(self, xs: ArrayLike, ys: ArrayLike, **options: Any) -> None:
        """A line through positions of the page."""
        xs, ys = np.asarray(xs) / self.width, 1 - (self.top + np.asarray(ys)) / self.height
        self.figure.add_artist(Line2D(xs, ys, transform=self.figure.transFigure, **options))

    def ground(
        self, left_edge: float, top: float, width: float, height: float, colour: ColorType
    ) -> None:
        """A coloured rectangle in the background, with its upper left corner at this position."""
        corner, shape = self._rectangle(left_edge, top, width, height)
        rectangle = Rectangle(corner, *shape, facecolor=colour, linewidth=0, zorder=-1)
        self.figure.add_artist(rectangle).set_transform(self.figure.transFigure)

    def finished(self) -> Figure:
        """The figure, with ticks drawn in the current style."""
        self.figure.draw_without_rendering()
        return self.figure


def draw_compute_axis(
    axes: Axes, grid: np.ndarray, width: float, size: float, labels: bool
) -> None:
    """Draw a logarithmic axis of compute over the range of the grid, below a panel [mm]."""
    axes.set_xscale("log")
    axes.set_xlim(grid[0], grid[-1])
    ticks = compute_ticks(grid[0], grid[-1])
    names = [power_text(tick) for tick in ticks]
    # Every power has a tick, but only as many have labels as fit side by side.
    room = max(1, int(width / (max(text_width(name, size) for name in names) + 2.5)))
    step = math.ceil(len(ticks) / room)
    axes.set_xticks(
        ticks, [name if labels and index % step == 0 else "" for index, name in enumerate(names)]
    )
    axes.set_xticks([], minor=True)
    if labels:
        axes.set_xlabel("effective compute [FLOP/year, 2023 software]", labelpad=2)


def compute_ticks(low: float, high: float) -> np.ndarray:
    """Powers of ten within a range; on a short axis with fewer than two, round numbers.

    Examples
    --------
    >>> compute_ticks(1e26, 1e28), compute_ticks(3.7e30, 4.3e30)
    (array([1.e+26, 1.e+27, 1.e+28]), array([3.8e+30, 4.0e+30, 4.2e+30]))
    >>> compute_ticks(1.145, 1.388)
    array([1.15, 1.2 , 1.25, 1.3 , 1.35])
    """
    powers = 10.0 ** np.arange(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    even = (MaxNLocator(count, steps=[1, 2, 5, 10]).tick_values(low, high) for count in (4, 6, 8))
    for ticks in (powers, np.outer(powers, [1, 2, 3, 5]).ravel(), *map(np.asarray, even)):
        # The tolerance keeps ends of the range that are powers of ten up to rounding.
        within = ticks[(ticks >= low * (1 - 1e-12)) & (ticks <= high * (1 + 1e-12))]
        if len(within) >= (2 if ticks is powers else 3):
            return within
    return np.array([low, high])


def line_height(size: float) -> float:
    """Height of a line of text of this size [mm]."""
    return 1.2 * size * POINT * 1.16  # letters of DejaVu are 1.16 times as high as their size


def text_width(text: str, size: float, weight: str = "normal") -> float:
    """Width of the longest line [mm]."""
    letters = FontProperties(family="DejaVu Sans", size=size, weight=weight)
    measure = text_to_path.get_text_width_height_descent
    return max(measure(line, letters, False)[0] for line in text.split("\n")) * POINT


def wrap(text: str, width: float, size: float, weight: str = "normal") -> list[str]:
    """The text in lines no wider than this [mm]; a word that is wider is broken."""
    lines: list[str] = []
    # Not str.split(), which also splits at the spaces that must not break.
    for word in re.split(r"[ \t\n]+", text.strip()):
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(joined, size, weight) <= width:
            lines[-1] = joined
            continue
        while text_width(word, size, weight) > width and len(word) > 1:
            fitting = [
                end for end in range(1, len(word)) if text_width(word[:end], size, weight) <= width
            ]
            cut = max(fitting, default=1)
            lines.append(word[:cut])
            word = word[cut:]
        lines.append(word)
    return lines


def share_colours(sources: Iterable[str]) -> dict[str, str]:
    """The colour of each source, and of ``review-POOL`` for each pool of reviewers."""
    sources = list(sources)
    pools = [source for source in sources if source.startswith("review-")]
    return {
        source: REVIEW_COLOURS[pools.index(source) % len(REVIEW_COLOURS)]
        if source in pools
        else COLOURS.get(source, GREY)
        for source in sources
    }


def broken_name(name: str, width: float, size: float) -> str:
    """The name of an input in lines, broken after its dots."""
    lines = [""]
    for piece in re.split(r"(?<=[. ])", name):
        if lines[-1] and text_width(lines[-1] + piece, size) > width:
            lines.append("")
        lines[-1] += piece
    return "\n".join(lines)


def tint(colour: str, strength: float) -> tuple[float, float, float]:
    """A colour mixed with white."""
    red, green, blue = (1 - strength * (1 - channel) for channel in to_rgb(colour))
    return red, green, blue


def shade(colour: str | tuple[float, float, float]) -> tuple[float, float, float]:
    """A colour darkened for letters."""
    red, green, blue = (0.72 * channel for channel in to_rgb(colour))
    return red, green, blue
