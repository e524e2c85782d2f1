"""Stacked panels: the common skeleton of figures over time or over one input."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import permutations, product, starmap
from typing import Any, Literal, TypeAlias

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import ScaledTranslation
from numpy.typing import ArrayLike

from taskmodel.errors import InputError
from taskmodel.plots.page import BLACK, GREY, INCH, PALE, figure_style, text_width, wrap
from taskmodel.plots.words import power_text

AxesLike: TypeAlias = Axes | Sequence[Axes] | np.ndarray | None
SPEEDUP_LABEL = "speed-up over people\nwithout AI [1]"
# Lines of speed-ups have no colour of a source, because shares of sources stand beside them.
SPEEDUP_LINES: dict[str, dict[str, Any]] = {
    "throughput_speedup": {"color": BLACK},
    "speedup": {"color": BLACK, "linestyle": (0, (4, 1.5))},
    "latency_speedup": {"color": GREY},
}
ROW = 1.45  # of the names of dates, in heights of their letters


@contextmanager
def stacked_panels(
    width: float,
    height: float,
    heading: str,
    shape: tuple[int, int] = (1, 1),
    *,
    ax: AxesLike = None,
    over_figure: bool = False,
    pad: float | None = None,
    independent: bool = False,
    **layout: Any,
) -> Iterator[tuple[Figure, Sequence[Axes], float]]:
    """Panels on a figure of this size [mm]; yields the figure, its panels and the size of letters.

    The heading stands over the first panel, `pad` letters above it, or over the figure. `ax` are
    panels of the caller, in place of new ones. Panels share the axis below, unless independent.
    Keyword arguments are those of ``Figure.subplots``.

    Raises
    ------
    InputError
        If there are more panels, or fewer, than the figure has.
    """
    if ax is not None:
        given = given_axes(ax, shape[0] * shape[1])
        with figure_style(width) as size:
            title = "\n".join(wrap(heading, 0.84 * width, size + 1, "bold"))
            given[0].set_title(title, loc="left", fontsize=size + 1, fontweight="bold")
            yield figure_of(given[0]), given, size
        return
    with figure_style(width) as size:
        figure = Figure(figsize=(width / INCH, height / INCH), layout="constrained")
        figure.set_label(heading)
        panels = figure.subplots(*shape, sharex=not independent, squeeze=False, **layout).ravel()
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


def given_axes(ax: AxesLike, count: int) -> list[Axes]:
    """Return the axes of the caller as a list.

    Raises
    ------
    InputError
        If they are not as many as the figure has panels.
    """
    axes: list[Axes] = [ax] if isinstance(ax, Axes) else list(np.ravel(np.asarray(ax)))
    if len(axes) != count:
        panels = "panels, from above: give a list of as many axes" if count > 1 else "panel"
        raise InputError(f"ax: the figure has {count} {panels}; found {len(axes)}")
    return axes


def figure_of(axes: Axes) -> Figure:
    """The figure that axes belong to, also those of a subfigure."""
    figure = axes.get_figure(root=True)
    assert isinstance(figure, Figure)  # axes belong to a figure
    return figure


def faint_grid(axes: Axes, axis: Literal["x", "y"] = "y", linewidth: float = 0.4) -> None:
    axes.grid(axis=axis, color=PALE, linewidth=linewidth)


def legend_above(axes: Axes, size: float, columns: int = 4, lift: float = 0.0) -> None:
    """The legend in rows above a panel, or `lift` points higher."""
    points = figure_of(axes).dpi_scale_trans
    axes.legend(
        loc="lower left",
        bbox_to_anchor=(0, 0.98),
        bbox_transform=axes.transAxes + ScaledTranslation(0, lift / 72, points),
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


def date_strip(
    panels: Sequence[Axes],
    dates: Sequence[tuple[float, str]],
    times: tuple[float, float],
    width: float,
    size: float,
) -> float:
    """Name dates in rows above the first panel, and draw lines through all panels at them.

    Parameters
    ----------
    panels : sequence of Axes
        Panels over the same axis of dates, the first on top.
    dates : sequence of (float, str)
        Calendar years and names.
    times : (float, float)
        Ends of the axis.
    width, size : float
        Width of the figure [mm] and size of letters [points].

    Returns
    -------
    float
        Height of the rows [points].
    """
    letters = size - 1.0
    low, high = times
    year = 0.8 * width / (high - low)  # mm, or more: axis labels take at most a fifth
    marks = []
    for date, name in sorted(dates):
        date_line(panels, date)
        text = f"{name}, {date:.1f}"
        marks.append((year * (date - low), text_width(text, letters) + 2.0, date, text))
    placed = _rows([mark[:2] for mark in marks], year * (high - low))
    for (_, _, date, text), (row, to_the_left) in zip(marks, placed, strict=True):
        panels[0].annotate(
            f"{text} " if to_the_left else f" {text}",
            (date, 1),
            (0, 3 + row * ROW * letters),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            fontsize=letters,
            color=GREY,
            ha="right" if to_the_left else "left",
            va="bottom",
            arrowprops={
                "arrowstyle": "-",
                "color": GREY,
                "linewidth": 0.6,
                "linestyle": ":",
                "shrinkA": 0,
                "shrinkB": 0,
                "relpos": (float(to_the_left), 1),
            },
        )
    height = 3 + ROW * letters * (1 + max((row for row, _ in placed), default=-1))
    if title := panels[0].get_title(loc="left"):  # on axes of the caller
        panels[0].set_title(title, loc="left", pad=height + 2 * size, fontweight="bold")
    return height


def _rows(labels: Sequence[tuple[float, float]], end: float) -> list[tuple[int, bool]]:
    """Row of each label, and whether it stands left of its line.

    `labels` have position and width. A line goes up to its label. Of all arrangements, that with
    the fewest overlaps and the lowest rows is taken: labels are few.

    Examples
    --------
    >>> _rows([(0.0, 4.0), (2.0, 5.0), (9.0, 4.0)], 10.0)
    [(1, False), (0, False), (1, True)]
    """
    places = [
        [
            (row, side, position, position - width * side, position + width * (not side))
            for row in range(len(labels))
            for side in (False, True)
        ]
        for position, width in labels
    ]

    def badness(arrangement: tuple[tuple[int, bool, float, float, float], ...]) -> tuple[int, ...]:
        rows, sides, *_ = zip(*arrangement, strict=True)
        beyond = sum(left < 0 or right > end for *_, left, right in arrangement)
        clashes = sum(starmap(_clash, permutations(arrangement, 2)))
        return beyond + clashes, max(rows), sum(rows), sum(sides)

    best = min(product(*places), key=badness) if labels else ()
    return [(row, side) for row, side, *_ in best]


def _clash(
    first: tuple[int, bool, float, float, float], second: tuple[int, bool, float, float, float]
) -> bool:
    """Return whether two labels overlap, or the line of the first crosses the second."""
    (row, _, position, left, right), (other, _, _, start, stop) = first, second
    if row == other:
        return left < stop and start < right
    return row > other and start < position < stop
