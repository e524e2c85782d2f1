"""Draws of the uncertain numbers: bands of an ensemble, and what evidence does to the numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from taskmodel._text import counted
from taskmodel.numerics.types import Array
from taskmodel.plots.page import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    PALE,
    PURPLE,
    VERMILLION,
    broken_name,
    draw_compute_axis,
    line_height,
    tint,
)
from taskmodel.plots.panels import (
    SPEEDUP_LABEL,
    AxesLike,
    calendar_axis,
    faint_grid,
    labelled_ticks,
    legend_above,
    stacked_panels,
)
from taskmodel.plots.words import LINES, drawing, needs
from taskmodel.questions import bands

CURVES = {
    "throughput_speedup": (f"throughput\n{SPEEDUP_LABEL}", BLACK),
    "speedup": (f"effective\n{SPEEDUP_LABEL}", GREY),
}
STATES = {
    "oversight_binds_from": ("oversight binds", VERMILLION),
    "oversight_bottleneck_from": ("oversight is the bottleneck", PURPLE),
}
FEW = 8  # points along the axis, up to which no line joins them: much may happen in between
MOST_NUMBERS = 12
RATIOS = np.outer(10.0 ** np.arange(-4, 5), [1, 2, 5]).ravel()
MOST_RATIOS = 9


@drawing(
    "From `taskmodel.ensemble`.",
    otherwise="the dataset is no ensemble",
    panels="The three panels to draw on, from above",
    gid=LINES,
)
def draw_ensemble(drawn: xr.Dataset, width: float = 180.0, *, ax: AxesLike = None) -> Figure:
    """Draw medians and 90 % bands of both speed-ups, and the probability that oversight binds.

    Few points are drawn as dots with a bar for the band, more as a line in a band.
    """
    needs("draw" in drawn.dims and "oversight_binds_from" in drawn, "is no ensemble", "ensemble")
    axis = str(drawn.attrs["over"])
    position = drawn[axis].values
    quantiles = bands(drawn[[*CURVES, *STATES, "weight", "status"]], (0.05, 0.5, 0.95))
    heading = f"Median and 90 % band of {counted(drawn.sizes['draw'], 'draw')}"
    if name := drawn.attrs.get("catalog_name"):
        heading += f": {name}"
    with stacked_panels(width, 0.35 * width + 80, heading, (3, 1), ax=ax, over_figure=True) as (
        figure,
        (*speedups, chances),
        size,
    ):
        for axes, (name, (label, colour)) in zip(speedups, CURVES.items(), strict=True):
            _draw_quantiles(axes, position, quantiles[name].values, name, colour)
            axes.set_ylabel(label)
        _draw_chances(chances, drawn, position)
        legend_above(chances, size)
        for axes in (*speedups, chances):
            _place_axis(axes, axis, position, width, size, labels=axes is chances)
            faint_grid(axes)
    return figure


def _place_axis(
    axes: Axes, axis: str, position: Array, width: float, size: float, labels: bool
) -> None:
    """The axis of compute or time, with room for a single point."""
    if axis == "compute":
        one = len(position) == 1
        ends = position * np.array([0.5, 2.0]) if one else position[[0, -1]] * [0.85, 1 / 0.85]
        draw_compute_axis(axes, ends, 0.8 * width, size, labels)
        return
    axes.set_xlim(*(position[[0, -1]] + ([-0.5, 0.5] if len(position) == 1 else [0, 0])))
    if labels and len(position) > 1:
        calendar_axis(axes, position)


def _draw_quantiles(axes: Axes, position: Array, values: Array, name: str, colour: str) -> None:
    low, median, high = values
    if len(position) > FEW:
        axes.fill_between(position, low, high, color=tint(colour, 0.25), linewidth=0)
        axes.plot(position, median, color=colour, linewidth=1.6, gid=name)
        return
    axes.vlines(position, low, high, color=tint(colour, 0.4), linewidth=4)
    axes.plot(position, median, "o", color=colour, markersize=4.5, gid=name)


def _draw_chances(axes: Axes, drawn: xr.Dataset, position: Array) -> None:
    """The weighted part of the draws in which each state has begun, along the axis."""
    weight = np.where(drawn["status"] == "solved", drawn["weight"], 0.0)
    for name, (label, colour) in STATES.items():
        begun = drawn[name].values
        order = np.argsort(begun)
        chance = 100 * np.cumsum(weight[order]) / weight.sum()
        steps = np.append(-np.inf, begun[order]), np.append(0.0, chance)
        if len(position) > FEW:
            low, high = position[[0, -1]]
            inside = (steps[0] > low) & (steps[0] < high)
            x = np.concatenate([[low], steps[0][inside], [high]])
        else:
            x = position
        y = steps[1][np.searchsorted(steps[0], x, side="right") - 1]
        style: dict[str, Any] = (
            {"drawstyle": "steps-post", "linewidth": 1.6}
            if len(position) > FEW
            else {"marker": "o"}
        )
        if len(position) <= FEW:
            style |= {"linestyle": "none", "markersize": 4.5}
        axes.plot(x, y, color=colour, gid=name, label=label, **style)
    axes.set_ylim(-3, 103)
    axes.set_ylabel("probability\n[%]")


@drawing(
    "From `taskmodel.calibrate`.",
    otherwise="the dataset is no calibration",
    panels="The two panels to draw on, from above",
    gid="Bars have ``observed-``, ``prior-`` or ``posterior-`` and the name of their row as "
    "``gid``.",
)
def draw_calibration(result: xr.Dataset, width: float = 180.0, *, ax: AxesLike = None) -> Figure:
    """Draw moments and uncertain numbers before and after the evidence.

    Above, the model's outputs relative to what was observed, with the width of the observation;
    below, the numbers that move most, in units of the width of their prior band.
    """
    needs("output_posterior" in result and "pull" in result, "is no calibration", "calibrate")
    moments = result.isel(moment=np.flatnonzero(result["observed"].values > 0))
    prior, posterior = result["prior"].values, result["posterior"].values
    extent = prior[2] - prior[0]
    free = np.flatnonzero(extent > 0)
    shift = np.abs(posterior[1] - prior[1])[free] / extent[free]
    moved = free[np.argsort(-shift, kind="stable")][:MOST_NUMBERS]
    counts = moments.sizes["moment"], len(moved)
    letters = 8.0 if width >= 130 else 6.5
    height = 45 + sum(counts) * 1.6 * line_height(letters)
    heading = f"What the evidence {result.attrs['moments_name']} leaves of the uncertain numbers"
    with stacked_panels(
        width,
        height,
        heading,
        (2, 1),
        ax=ax,
        over_figure=True,
        height_ratios=counts,
        independent=True,
    ) as (figure, (above, below), size):
        observed = moments["observed"].values
        rows = {
            "observed": np.stack(
                [moments["observed_low"], moments["observed"], moments["observed_high"]]
            ),
            "prior": moments["output_prior"].values,
            "posterior": moments["output_posterior"].values,
        }
        names = [str(name) for name in moments["moment"].values]
        _draw_rows(above, names, {key: row / observed for key, row in rows.items()}, width, size)
        above.set_xscale("log")
        low, high = above.get_xlim()
        ticks = RATIOS[(low <= RATIOS) & (high >= RATIOS)]
        labelled_ticks(above.xaxis, ticks[:: -(-len(ticks) // MOST_RATIOS)], "{:g}".format)
        above.set_xlabel("output of the model, relative to what was observed [1]")
        above.axvline(1, color=GREEN, linewidth=0.6)
        legend_above(above, size)
        centred = {
            key: (values[:, moved] - prior[1, moved]) / extent[moved]
            for key, values in (("prior", prior), ("posterior", posterior))
        }
        names = [str(name) for name in result["number"].values[moved]]
        _draw_rows(below, names, centred, width, size)
        below.set_xlabel("from the prior median, in widths of the 90 % prior band [1]")
    return figure


def _draw_rows(
    axes: Axes, names: list[str], groups: dict[str, Array], width: float, size: float
) -> None:
    """A row for each name: bars from 5 to 95 % one below the other, with dots at the medians."""
    colours = {"observed": GREEN, "prior": GREY, "posterior": BLUE}
    for number, (group, values) in enumerate(groups.items()):
        offset = 0.24 * (number - (len(groups) - 1) / 2)
        for row, (name, (low, median, high)) in enumerate(zip(names, values.T, strict=True)):
            style: dict[str, Any] = {"color": colours[group], "solid_capstyle": "butt"}
            if row == 0:
                style["label"] = {"prior": "before", "posterior": "after"}.get(group, group)
            y = row + offset
            gid = f"{group}-{name}"
            axes.plot([low, high], [y, y], linewidth=1.8, gid=gid, **style)
            axes.plot(median, y, "o", color=colours[group], markersize=3)
    labels = [broken_name(name, 0.36 * width, size) for name in names]
    axes.set_yticks(range(len(names)), labels, fontsize=size - 0.5)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color=PALE, linewidth=0.4)
    axes.set_axisbelow(True)


@drawing(
    "From `taskmodel.money.hire`.",
    otherwise="the dataset is no plan of hiring",
    panels="The three panels to draw on, from above",
    gid=LINES,
)
def draw_hire(plan: xr.Dataset, width: float = 180.0, *, ax: AxesLike = None) -> Figure:
    """Draw people by date, hires a year, and what one more person is worth beside the pay."""
    needs("hires" in plan and "person_worth" in plan, "is no plan of hiring", "money.hire")
    time, pool = plan["time"].values, str(plan["hired_pool"].item()).replace("_", " ")
    heading = f"Whom to hire, and when: {pool}"
    with stacked_panels(width, 0.3 * width + 80, heading, (3, 1), ax=ax, over_figure=True) as (
        figure,
        panels,
        size,
    ):
        people, hires, worth = panels
        for name, label, style in (
            ("people", "paid", "-"),
            ("counting", "who count", (0, (4, 2))),
        ):
            people.plot(time, plan[name], color=BLUE, linestyle=style, gid=name, label=label)
        people.set_ylabel("people\n[person]")
        people.margins(y=0.3)
        people.legend(loc="upper left", fontsize=size, ncols=2)
        hires.step(plan["step"], plan["hires"], where="post", color=BLUE, gid="hires")
        hires.set_ylabel("hires\n[person/year]")
        thousands = plan["person_worth"].values / 1e3
        worth.plot(time, thousands, color=BLACK, gid="person_worth", label="one more person")
        pay = float(plan["pay"]) / 1e3
        label = f"pay, {pay:,.4g} thousand $/year"
        worth.axhline(pay, color=GREY, linestyle=(0, (4, 2)), linewidth=0.9, label=label)
        worth.set_ylabel("worth\n[thousand $/year]")
        worth.margins(y=0.3)
        worth.legend(loc="upper left", fontsize=size, ncols=2)
        calendar_axis(worth, time)
        for axes in panels:
            faint_grid(axes)
    return figure
