"""What a dollar buys along compute: the cost of research, its parts, the worth of a reviewer."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from taskmodel.errors import InputError
from taskmodel.organisation.reviewers import review_factor
from taskmodel.plots.page import (
    BLACK,
    BLUE,
    COLOURS,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    SKY,
    VERMILLION,
    YELLOW,
    draw_compute_axis,
    tint,
)
from taskmodel.plots.panels import AxesLike, faint_grid, stacked_panels
from taskmodel.plots.words import LINES, drawing, needs, titles

LABOUR_COLOURS = (BLUE, SKY, GREEN)
REVIEW_COLOURS = (VERMILLION, ORANGE, YELLOW)
COSTS = {
    "unit_cost_without_ai": ("people alone", GREY, (0, (4, 2))),
    "unit_cost_as_is": ("as things are", GREY, "-"),
    "unit_cost": ("everything bought", BLACK, "-"),
}


@drawing(
    "From `taskmodel.spend` at several computes.",
    otherwise="the dataset lacks variables, has one compute alone",
    panels="The three panels to draw on, from above",
    gid=f"{LINES[:-1]}, bands ``spending_share-`` and their\n    factor, wages ``worth-`` and "
    "their reviewers.",
)
def draw_spend(answer: xr.Dataset, width: float = 180.0, *, ax: AxesLike = None) -> Figure:
    """Draw the cost of research, what a dollar buys, and the break-even wage over compute."""
    needs("spending_share" in answer, "has no spending", "spend")
    if answer.sizes.get("compute", 0) < 2:
        raise InputError("a figure needs several computes: give taskmodel.spend a list of them")
    compute = answer["compute"].values
    heading = "What a dollar should buy in research"
    with stacked_panels(
        width,
        0.3 * width + 95,
        heading,
        (3, 1),
        ax=ax,
        over_figure=True,
        height_ratios=(1.1, 1.2, 1),
    ) as (figure, panels, size):
        costs, parts, wages = panels
        if ax is None:
            context = " · ".join(titles(answer))
            costs.set_title(context, loc="left", fontsize=size, color=GREY)
        for name, (label, colour, style) in COSTS.items():
            costs.plot(compute, answer[name], color=colour, linestyle=style, label=label, gid=name)
        costs.set_ylabel("cost of an hour\nof research [$/h]")
        _draw_parts(parts, answer, compute)
        _draw_wages(wages, answer, compute)
        for axes in panels:
            draw_compute_axis(axes, compute, width, size, labels=axes is wages)
            axes.legend(loc="upper left", bbox_to_anchor=(1, 1), fontsize=size - 1)
        for axes in (costs, wages):
            faint_grid(axes)
            axes.set_ylim(bottom=0)
    return figure


def _draw_parts(axes: Axes, answer: xr.Dataset, compute: np.ndarray) -> None:
    labour, review = iter(LABOUR_COLOURS), iter(REVIEW_COLOURS)
    pools = answer["reviewers"].values.tolist()
    names = {review_factor(pool): f"review ({pool})" for pool in pools if len(pools) > 1}
    top = np.zeros(len(compute))
    for name in answer["factor"].values.tolist():
        share = answer["spending_share"].sel(factor=name).values
        base, top = top, top + share
        colour = COLOURS.get(name) if name in ("inference", "experiments") else None
        if colour is None:
            colour = next(review if name.startswith("review") else labour, PURPLE)
        axes.fill_between(
            compute,
            base,
            top,
            color=tint(colour, 0.6),
            linewidth=0,
            label=names.get(name, name).replace("_", " "),
            gid=f"spending_share-{name}",
        )
    axes.set_ylim(0, 1)
    axes.set_ylabel("parts of a dollar,\neverything bought [1]")


def _draw_wages(axes: Axes, answer: xr.Dataset, compute: np.ndarray) -> None:
    names = answer["reviewers"].values.tolist()
    for index, name in enumerate(names):
        colour = REVIEW_COLOURS[index % len(REVIEW_COLOURS)]
        label = "" if len(names) == 1 else f", {name}"
        worth, wage = (answer[key].sel(reviewers=name) for key in ("break_even_wage", "wage"))
        axes.plot(compute, worth, color=colour, label=f"worth{label}", gid=f"worth-{name}")
        axes.axhline(
            float(wage), color=colour, linewidth=0.8, linestyle=(0, (4, 2)), label=f"pay{label}"
        )
    axes.set_ylabel("an hour of one more\nreviewer [$/h]")
