"""The safety-throughput frontier: research, the price of safety and AI modes, by defect budget."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from taskmodel.errors import InputError
from taskmodel.plots.page import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PALE,
    PURPLE,
    SKY,
    VERMILLION,
    YELLOW,
    compute_ticks,
    tint,
)
from taskmodel.plots.panels import (
    SPEEDUP_LABEL,
    AxesLike,
    date_line,
    faint_grid,
    labelled_ticks,
    powers_of_ten,
    stacked_panels,
)
from taskmodel.plots.words import LINES, SPEEDUP_NAMES, drawing, needs, power_text, titles

SPEEDUP_COLOURS = {"throughput_speedup": BLACK, "speedup": GREY}
MODE_COLOURS = (VERMILLION, ORANGE, YELLOW, SKY, GREEN, PURPLE, BLUE, PALE, GREY)
VISIBLE_SHARE = 0.005  # of AI's work: modes that never exceed it are not drawn
ROUNDING = 1e-9  # of the highest price
ZERO_RATIO = 3.0  # of the first positive budget to the position at which the budget of 0 is drawn


@drawing(
    "From `taskmodel.safety_frontier`, with at least two positive budgets.",
    otherwise="the dataset is not a frontier or has too few budgets",
    panels="The three panels to draw on, from above",
    gid=f"{LINES[:-1]}, bands ``ai_work_share-`` and their mode.",
)
def draw_safety_frontier(
    frontier: xr.Dataset, width: float = 180.0, *, ax: AxesLike = None
) -> Figure:
    """Draw speed-ups, the price of safety and the mix of AI's modes over the defect budget.

    A budget of 0 has no position on a logarithmic axis, and is drawn apart, at the left edge.
    Dashed lines show the values without a budget.
    """
    needs("safety_price" in frontier, "is no frontier", "safety_frontier")
    budgets = frontier["defect_budget"].values
    if (budgets > 0).sum() < 2:
        raise InputError(f"a figure needs two budgets above 0; found {budgets.tolist()}")
    data = _Frontier(frontier, budgets, budgets > 0)
    point = f"at {power_text(float(frontier['compute']))} FLOP/year"
    heading = "What limiting the defects that escape costs in research"
    with stacked_panels(
        width,
        0.35 * width + 85,
        heading,
        (3, 1),
        ax=ax,
        over_figure=True,
        height_ratios=(1.2, 1, 1.2),
    ) as (figure, panels, size):
        speedups, price, mix = panels
        context = " · ".join([*titles(frontier), point])
        if ax is None:
            speedups.set_title(context, loc="left", fontsize=size, color=GREY)
        _draw_speedups(speedups, data, size)
        _draw_price(price, data)
        _draw_mix(mix, data, size)
        first, last = data.above(budgets)[[0, -1]]
        mix.set_xscale("log")
        mix.set_xlim(first / ZERO_RATIO**1.5, last)
        mix.set_xlabel(
            "defective work that may pass unnoticed, weighted by harm [h/year]; "
            "at the left edge: none"
        )
        ticks = powers_of_ten(first, last)
        if len(ticks) > 1:
            labelled_ticks(mix.xaxis, ticks)
        ceases_to_bind = float(frontier["ceases_to_bind"])
        if np.isfinite(ceases_to_bind):
            date_line(panels, ceases_to_bind)
    return figure


@dataclass(frozen=True)
class _Frontier:
    """A frontier, with its budget of 0 apart."""

    variables: xr.Dataset
    budgets: np.ndarray
    positive: np.ndarray

    def above(self, values: np.ndarray) -> np.ndarray:
        """Values at the positive budgets."""
        return values[self.positive]

    @property
    def zero_position(self) -> float:
        return float(self.above(self.budgets)[0] / ZERO_RATIO)

    def draw(self, axes: Axes, name: str, colour: str, label: str | None = None) -> None:
        """A curve over the positive budgets, and a dot for the budget of 0."""
        values = self.variables[name].values
        x, y = self.above(self.budgets), self.above(values)
        axes.plot(x, y, color=colour, linewidth=1.6, gid=name, label=label)
        if not self.positive.all():
            x, y, gid = np.array([self.zero_position]), values[:1], f"{name}-none"
            axes.plot(x, y, "o", color=colour, markersize=4, gid=gid)


def _draw_speedups(axes: Axes, data: _Frontier, size: float) -> None:
    dashed: dict[str, Any] = {"linewidth": 0.8, "linestyle": (0, (4, 2))}
    for name, colour in SPEEDUP_COLOURS.items():
        data.draw(axes, name, colour, SPEEDUP_NAMES[name])
        unlimited = float(data.variables[f"{name}_unlimited"])
        axes.axhline(unlimited, color=colour, **dashed)
    axes.plot([], [], color=BLACK, label="without a budget", **dashed)
    axes.set_ylabel(SPEEDUP_LABEL)
    axes.set_yscale("log")
    low, high = axes.get_ylim()
    steps = [1, 1.2, 1.5, 2, 3, 5, 7] if high < 10 * low else [1, 2, 5]
    ticks = np.outer(10.0 ** np.arange(-1, 6), steps).ravel()
    ticks = ticks[(ticks >= low) & (ticks <= high)]
    if len(ticks) < 3:
        ticks = compute_ticks(low, high)
    labelled_ticks(axes.yaxis, ticks, "{:g}".format)
    faint_grid(axes)
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1), fontsize=size - 1)


def _draw_price(axes: Axes, data: _Frontier) -> None:
    data.draw(axes, "safety_price", BLACK)
    axes.set_ylabel("price of safety\n[h of research\nper h of defects]")
    prices = data.variables["safety_price"].values
    # a price that is rounding, where the budget ceases to bind, is none
    prices = prices[prices > ROUNDING * np.nanmax(prices, initial=0.0)]
    if len(prices):
        axes.set_yscale("log", nonpositive="mask")
        powers = powers_of_ten(prices.min(), prices.max(), enclosing=True)
        axes.set_ylim(powers[0], powers[-1])
        labelled_ticks(axes.yaxis, powers[:: -(-len(powers) // 6)])
    faint_grid(axes)


def _draw_mix(axes: Axes, data: _Frontier, size: float) -> None:
    shares = np.nan_to_num(data.variables["ai_work_share"].values)
    base = np.zeros(len(data.budgets))
    zero = data.zero_position * ZERO_RATIO ** np.array([-0.25, 0.25])
    for index, mode in enumerate(data.variables["mode"].values.tolist()):
        top, colour = base + shares[:, index], tint(MODE_COLOURS[index % len(MODE_COLOURS)], 0.6)
        if shares[:, index].max() > VISIBLE_SHARE:
            axes.fill_between(
                data.above(data.budgets),
                data.above(base),
                data.above(top),
                label=re.sub(r"\bai\b", "AI", mode.replace("_", " ")),
                color=colour,
                linewidth=0,
                gid=f"ai_work_share-{mode}",
            )
            if not data.positive.all():
                axes.fill_between(zero, base[0], top[0], color=colour, linewidth=0)
        base = top
    axes.set_ylim(0, 1)
    axes.set_ylabel("part of AI's work\ndone under [1]")
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1), fontsize=size - 1, reverse=True)
