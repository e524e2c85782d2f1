"""Alignment beside capabilities: speed-ups of both over time, the work done, and the world's largest training run."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from taskmodel.errors import InputError
from taskmodel.plots.over_time import legend, powers_of_ten
from taskmodel.plots.page import BLACK, BLUE, GREEN, GREY, INCH, PALE, VERMILLION, look
from taskmodel.plots.trace import trace

MARKS = {
    "automation_rnd_20%": "R&D 20 %",
    "alignment_oversight_bottleneck": "review binds most",
    "automation_rnd_100%": "R&D 100 %",
}
MEASURES = {"throughput_speedup": "throughput", "speedup": "effective"}
HIGHEST = 30.0  # of the speed-ups shown: those of capabilities have no bound that would fit
TICKS = (1, 2, 3, 5, 10, 20, 30)
NEAR = 0.4  # years


def beside(result: xr.Dataset, width: float = 180.0) -> Figure:
    """Speed-ups of alignment and of capabilities, alignment work accumulated, and the largest training run.

    Parameters
    ----------
    result : Dataset
        Of `taskmodel.alignment_beside`.
    width : float
        Of the figure [mm]; at least 60.

    Returns
    -------
    matplotlib.figure.Figure
        Lines have the name of their variable as ``gid``.

    Raises
    ------
    InputError
        If the dataset is none of alignment beside capabilities, or the figure too narrow.
    """
    if "capability_speedup" not in result or "work" not in result:
        raise InputError(
            "this dataset has no capabilities beside it: give the result of taskmodel.alignment_beside"
        )
    with look(width) as size:
        figure = Figure(figsize=(width / INCH, (0.35 * width + 82) / INCH), layout="constrained")
        panels = figure.subplots(3, 1, sharex=True, height_ratios=(3, 2, 1.5))
        heading = f"Alignment beside capabilities: {result.attrs['catalog_name']} in {result.attrs['world_name']}"
        figure.set_label(heading)
        panels[0].set_title(
            heading, loc="left", fontsize=size + 1, fontweight="bold", pad=2.2 * size
        )
        _speedups(panels[0], result, size)
        panels[1].plot(
            result["time"], result["work"], color=BLUE, linewidth=1.5, gid="work", label="effective"
        )
        panels[1].plot(
            result["time"],
            result["work_bulk"],
            color=BLUE,
            linewidth=0.9,
            linestyle="--",
            gid="work_bulk",
            label="in bulk",
        )
        panels[1].set_ylabel("alignment work\n[field-years]")
        panels[1].set_ylim(bottom=0)
        legend(panels[1], size)
        panels[2].plot(
            result["time"], result["training_run"], color=BLACK, linewidth=1.5, gid="training_run"
        )
        powers_of_ten(panels[2], result["training_run"].values)
        panels[2].set_ylabel("largest training\nrun [FLOP]")
        panels[2].set_xlabel("calendar year")
        panels[2].xaxis.set_major_locator(MaxNLocator(integer=True))
        panels[2].set_xlim(*result["time"].values[[0, -1]])
        _mark(panels, result, size)
        for axes in panels:
            axes.grid(axis="y", color=PALE, linewidth=0.4)
        figure.align_ylabels()
        figure.draw_without_rendering()
    return figure


def _speedups(axes: Axes, result: xr.Dataset, size: float) -> None:
    measure = result.attrs["measure"]
    ours = trace(result, measure)
    axes.plot(
        ours.compute,
        ours.values,
        color=BLUE,
        linewidth=1.8,
        gid=measure,
        label=f"alignment, {MEASURES[measure]}",
    )
    theirs = np.minimum(
        result["capability_speedup"].values, 10 * HIGHEST
    )  # only what is shown: steep lines to 1e11 draw badly
    axes.plot(
        result["time"],
        theirs,
        color=VERMILLION,
        linewidth=1.5,
        gid="capability_speedup",
        label="the world's software research",
    )
    name = f"capability_catalog_{measure}"
    if name in result:
        label = result.attrs["capabilities_name"]
        axes.plot(
            result["time"],
            result[name],
            color=GREEN,
            linewidth=1.5,
            linestyle="--",
            gid=name,
            label=label,
        )
    axes.set_yscale("log")
    axes.set_ylim(0.9, HIGHEST)
    axes.set_yticks(TICKS, [str(tick) for tick in TICKS])
    axes.set_yticks([], minor=True)
    axes.set_ylabel("speed-up over people\nwithout AI [1]")
    legend(axes, size)


def _mark(panels: np.ndarray, result: xr.Dataset, size: float) -> None:
    """Upright lines at milestones, named in the second panel, which has room; those near each other on either side."""
    dates = dict(
        zip(
            map(str, result["milestone"].values),
            result["milestone_value"].values.tolist(),
            strict=True,
        )
    )
    before = -np.inf
    for name, words in sorted(MARKS.items(), key=lambda mark: dates[mark[0]]):
        date = dates[name]
        if np.isnan(date):
            continue
        for axes in panels:
            axes.axvline(date, color=GREY, linewidth=0.6, linestyle=":")
        panels[1].annotate(
            f"{words}, {date:.1f}",
            (date, 1),
            (-2 if date - before > NEAR else size + 2, -2),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            fontsize=size - 1.5,
            color=GREY,
            ha="right",
            va="top",
            rotation=90,
        )
        before = date
