"""Stacked panels: the common skeleton of figures over time or over one input."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from taskmodel.plots.page import GREY, INCH, PALE, figure_style, wrap
from taskmodel.plots.words import power_text

SPEEDUP_LABEL = "speed-up over people\nwithout AI [1]"


@contextmanager
def stacked_panels(
    width: float,
    height: float,
    heading: str,
    shape: tuple[int, int] = (1, 1),
    *,
    over_figure: bool = False,
    pad: float | None = None,
    **layout: Any,
) -> Iterator[tuple[Figure, Sequence[Axes], float]]:
    """Panels on a figure of this size [mm]; yields the figure, its panels and the size of letters.

    The heading stands over the first panel, `pad` letters above it, or over the figure. Keyword
    arguments are those of ``Figure.subplots``.
    """
    with figure_style(width) as size:
        figure = Figure(figsize=(width / INCH, height / INCH), layout="constrained")
        figure.set_label(heading)
        panels = figure.subplots(*shape, sharex=True, squeeze=False, **layout).ravel()
        bold: dict[str, Any] = {"fontsize": size + 1, "fontweight": "bold"}
        room = (0.97 if over_figure else 0.84) * width
        heading = "\n".join(wrap(heading, room, size + 1, "bold"))
        if over_figure:
            figure.suptitle(heading, x=0.01, ha="left", **bold)
        else:
            distance = None if pad is None else pad * size
            panels[0].set_title(heading, loc="left", pad=distance, **bold)
        yield figure, panels.tolist(), size
        # Ticks and layout are computed on drawing, which has to happen while the style holds.
        figure.align_ylabels()
        figure.draw_without_rendering()


def faint_grid(axes: Axes, axis: Literal["x", "y"] = "y", linewidth: float = 0.4) -> None:
    axes.grid(axis=axis, color=PALE, linewidth=linewidth)


def legend_above(axes: Axes, size: float, columns: int = 4) -> None:
    """The legend in rows above a panel."""
    axes.legend(
        loc="lower left",
        bbox_to_anchor=(0, 0.98),
        borderpad=0,
        fontsize=size,
        ncols=columns,
    )


def calendar_axis(axes: Axes, times: np.ndarray) -> None:
    axes.set_xlabel("calendar year")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlim(times[0], times[-1])


def labelled_ticks(axis: Axis, ticks: ArrayLike, text: Callable[[float], str] = power_text) -> None:
    """Ticks at some values only, each with its text."""
    ticks = np.asarray(ticks)
    axis.set_ticks(ticks, labels=[text(tick) for tick in ticks])
    # Minor ticks of a logarithmic axis would bring labels of their own.
    axis.set_ticks([], minor=True)


def powers_of_ten(
    low: float, high: float, limit: int = 99, *, enclosing: bool = False
) -> np.ndarray:
    """Powers of ten within a range, or enclosing it, thinned to a number of them.

    Examples
    --------
    >>> powers_of_ten(2.0, 2e3), powers_of_ten(2.0, 2e3, 3, enclosing=True)
    (array([  10.,  100., 1000.]), array([1.e+00, 1.e+02, 1.e+04]))
    """
    down, up = (np.floor, np.ceil) if enclosing else (np.ceil, np.floor)
    exponents = np.arange(down(np.log10(low)), up(np.log10(high)) + 1)
    return np.asarray(10.0 ** exponents[:: max(1, -(-len(exponents) // limit))])


def log_axis(axes: Axes, values: np.ndarray) -> None:
    """A logarithmic axis between powers of ten that enclose these values, at most 5 labelled."""
    powers = powers_of_ten(values.min(), values.max(), enclosing=True)
    axes.set_yscale("log")
    axes.set_ylim(powers[0], powers[-1])
    labelled_ticks(axes.yaxis, powers[:: -(-len(powers) // 5)])


def date_line(panels: Sequence[Axes], date: float) -> None:
    """A vertical line through all panels."""
    for axes in panels:
        axes.axvline(date, color=GREY, linewidth=0.6, linestyle=":")


def date_label(
    axes: Axes, date: float, name: str, size: float, offset: float = -3, **options: Any
) -> None:
    """A name with its date, written along a vertical line at this distance from it [points]."""
    axes.annotate(
        f"{name}, {date:.1f}",
        (date, 1),
        (offset, -2),
        xycoords=("data", "axes fraction"),
        textcoords="offset points",
        fontsize=size - 1.5,
        color=GREY,
        ha="right",
        va="top",
        rotation=90,
        **options,
    )
