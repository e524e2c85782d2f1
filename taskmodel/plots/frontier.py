"""The safety-throughput frontier: research by defect budget, what safety costs, and which protocols do AI's work."""

from __future__ import annotations

import re
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
    INCH,
    ORANGE,
    PALE,
    PURPLE,
    SKY,
    VERMILLION,
    YELLOW,
    look,
    tint,
)
from taskmodel.plots.words import power_text, title_of

SPEEDUPS = {"throughput_speedup": ("throughput", BLACK), "speedup": ("effective", BLUE)}
MODES = (
    VERMILLION,
    ORANGE,
    YELLOW,
    SKY,
    GREEN,
    PURPLE,
    BLUE,
    PALE,
    GREY,
)  # of protocols, in the order of the catalog
SEEN = 0.005  # of AI's work: protocols that never do more are not drawn by name
UNDER = 3.0  # the budget of 0 stands so many times below the first that is larger


def safety_frontier(found: xr.Dataset, width: float = 180.0) -> Figure:
    """Speed-ups, the price of safety and the mix of protocols, over the defect budget.

    A budget of 0 is drawn at the left edge, apart from the others, since it has no place on a logarithmic axis. Dashed lines are
    what there is without a budget.

    Parameters
    ----------
    found : Dataset
        Of `taskmodel.safety_frontier`, at two budgets above 0 at least.
    width : float
        Of the figure [mm]; at least 60.

    Returns
    -------
    matplotlib.figure.Figure
        Lines have the name of their variable as ``gid``, bands ``ai_work_share-`` and their mode.

    Raises
    ------
    InputError
        If the dataset is no frontier, or has too few budgets, or the figure is too narrow.
    """
    if "safety_price" not in found:
        raise InputError(
            "this dataset is no frontier: give the result of taskmodel.safety_frontier"
        )
    budgets = found["defect_budget"].values
    above = budgets > 0
    if above.sum() < 2:
        raise InputError(f"a figure needs two budgets above 0; found {budgets.tolist()}")
    parts = [title_of(found.attrs["catalog_yaml"])]
    parts += (
        [f"scenario: {title_of(found.attrs['scenario_yaml'])}"]
        if found.attrs["scenario_yaml"]
        else []
    )
    parts.append(f"at {power_text(float(found['compute']))} FLOP/year")
    with look(width) as size:
        figure = Figure(figsize=(width / INCH, (0.35 * width + 85) / INCH), layout="constrained")
        panels = figure.subplots(3, 1, sharex=True, height_ratios=(1.2, 1, 1.2))
        heading = "What limiting the defects that escape costs in research"
        figure.set_label(heading)
        figure.suptitle(heading, x=0.01, ha="left", fontsize=size + 1, fontweight="bold")
        panels[0].set_title(" · ".join(parts), loc="left", fontsize=size, color=GREY)
        _speedups(panels[0], found, above, size)
        _price(panels[1], found, above)
        _mix(panels[2], found, above, size)
        panels[-1].set_xscale("log")
        panels[-1].set_xlim(budgets[above][0] / UNDER**1.5, budgets[-1])
        panels[-1].set_xlabel(
            "defective work that may pass unnoticed, weighted by harm [h/year]; at the left edge: none"
        )
        ticks = 10.0 ** np.arange(
            np.ceil(np.log10(budgets[above][0])), np.floor(np.log10(budgets[-1])) + 1
        )
        if len(ticks) > 1:
            panels[-1].set_xticks(ticks, [power_text(tick) for tick in ticks])
            panels[-1].set_xticks([], minor=True)
        ends = float(found["ceases_to_bind"])
        for axes in panels if np.isfinite(ends) else ():
            axes.axvline(ends, color=GREY, linewidth=0.6, linestyle=":")
        figure.align_ylabels()
        figure.draw_without_rendering()
    return figure


def _left(found: xr.Dataset) -> float:
    """Where the budget of 0 stands."""
    budgets = found["defect_budget"].values
    return float(budgets[budgets > 0][0] / UNDER)


def _curve(
    axes: Axes,
    found: xr.Dataset,
    above: np.ndarray,
    name: str,
    colour: str,
    label: str | None = None,
) -> None:
    budgets, values = found["defect_budget"].values, found[name].values
    axes.plot(budgets[above], values[above], color=colour, linewidth=1.6, gid=name, label=label)
    if not above.all():
        axes.plot(
            [_left(found)], values[~above][:1], "o", color=colour, markersize=4, gid=f"{name}-none"
        )


def _speedups(axes: Axes, found: xr.Dataset, above: np.ndarray, size: float) -> None:
    for name, (label, colour) in SPEEDUPS.items():
        _curve(axes, found, above, name, colour, label)
        axes.axhline(
            float(found[f"{name}_unlimited"]), color=colour, linewidth=0.8, linestyle=(0, (4, 2))
        )
    axes.set_ylabel("speed-up over people\nwithout AI [1]")
    axes.set_yscale("log")
    low, high = axes.get_ylim()
    many, few = (
        np.outer(10.0 ** np.arange(-1, 6), steps).ravel()
        for steps in ([1, 1.2, 1.5, 2, 3, 5, 7], [1, 2, 5])
    )
    ticks = many if high < 10 * low else few
    inside = ticks[(ticks >= low) & (ticks <= high)]
    axes.set_yticks(inside, [f"{tick:g}" for tick in inside])
    axes.set_yticks([], minor=True)
    axes.grid(axis="y", color=PALE, linewidth=0.4)
    axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(0.08, 1), fontsize=size)


def _price(axes: Axes, found: xr.Dataset, above: np.ndarray) -> None:
    _curve(axes, found, above, "safety_price", ORANGE)
    axes.set_ylabel("price of safety [hours of\nresearch per hour of defects]")
    prices = found["safety_price"].values
    prices = prices[prices > 0]
    if len(prices):
        axes.set_yscale("log", nonpositive="mask")
        powers = np.arange(np.floor(np.log10(prices.min())), np.ceil(np.log10(prices.max())) + 1)
        powers = powers[:: -(-len(powers) // 6)]
        axes.set_yticks(10.0**powers, [power_text(power) for power in 10.0**powers])
        axes.set_yticks([], minor=True)
    axes.grid(axis="y", color=PALE, linewidth=0.4)


def _mix(axes: Axes, found: xr.Dataset, above: np.ndarray, size: float) -> None:
    shares, budgets = np.nan_to_num(found["ai_work_share"].values), found["defect_budget"].values
    base, left = np.zeros(len(budgets)), _left(found)
    for index, mode in enumerate(found["mode"].values.tolist()):
        top, colour = base + shares[:, index], tint(MODES[index % len(MODES)], 0.6)
        if shares[:, index].max() > SEEN:
            options: dict[str, Any] = {
                "color": colour,
                "linewidth": 0,
                "gid": f"ai_work_share-{mode}",
            }
            axes.fill_between(
                budgets[above],
                base[above],
                top[above],
                label=re.sub(r"\bai\b", "AI", mode.replace("_", " ")),
                **options,
            )
            if not above.all():
                edges = [left / UNDER**0.25, left * UNDER**0.25]
                axes.fill_between(edges, base[~above][0], top[~above][0], color=colour, linewidth=0)
        base = top
    axes.set_ylim(0, 1)
    axes.set_ylabel("part of AI's work\ndone under [1]")
    axes.legend(
        frameon=False, loc="upper left", bbox_to_anchor=(1, 1), fontsize=size - 1, reverse=True
    )
