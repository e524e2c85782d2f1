"""Research against safety: under attack, and beside it if AI only errs at random."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from taskmodel.errors import InputError
from taskmodel.plots.page import BLUE, GREY, VERMILLION
from taskmodel.plots.panels import (
    SPEEDUP_LABEL,
    AxesLike,
    faint_grid,
    labelled_ticks,
    stacked_panels,
)
from taskmodel.plots.words import drawing, needs, power_text, titles

APART = (0.06, 0.15)  # in safety and ln speed-up: of harms that are named along the curve
TICKS = np.outer(10.0 ** np.arange(-1, 6), [1, 1.2, 1.5, 2, 3, 4, 5, 7]).ravel()
MOST_TICKS = 8
ROOM = 1.15  # of the axis of speed-ups beyond its curves


@drawing(
    "From `taskmodel.attack_frontier`, with at least two harms at which AI attacks.",
    otherwise="the dataset is no such frontier or has too few harms",
    panels="Where to draw: one panel, and a second if the frontier has random defects",
    gid="The curves have ``attack`` and ``defects`` as ``gid``.",
)
def draw_attack_frontier(
    frontier: xr.Dataset, width: float = 180.0, *, ax: AxesLike = None
) -> Figure:
    """Draw research against the attacks that are caught, and against random defects kept back.

    On the left AI attacks where it expects the most harm; harms that are tolerated are named along
    the curve. On the right, if the frontier has it, the same AI only errs at random.
    """
    needs("attack_safety" in frontier, "is no frontier under attack", "attack_frontier")
    attacked = np.isfinite(frontier["attack_safety"].values)
    if attacked.sum() < 2:
        raise InputError(
            "a figure needs two harms at which AI attacks; found "
            f"{frontier['tolerated_harm'].values[attacked].tolist()}"
        )
    beside = "defects_kept_back" in frontier
    context = [*titles(frontier), f"at {power_text(float(frontier['compute']))} FLOP/year"]
    heading = f"What safety costs in research: {' · '.join(context)}"
    with stacked_panels(
        width,
        0.35 * width + 30,
        heading,
        (1, 1 + beside),
        ax=ax,
        over_figure=True,
        independent=True,
        sharey=True,
    ) as (figure, panels, size):
        speedups = [_draw_attacks(panels[0], frontier.isel(tolerated_harm=attacked), size)]
        if beside:
            speedups.append(_draw_defects(panels[1], frontier))
        for axes in panels if ax is not None else panels[:1]:
            _speedup_axis(axes, np.concatenate(speedups))
        for axes in panels:
            axes.set_xlim(-0.02, 1.02)
            faint_grid(axes)
    return figure


def _speedup_axis(axes: Axes, speedups: np.ndarray) -> None:
    axes.set_yscale("log")
    low, high = speedups.min() / ROOM, speedups.max() * ROOM
    axes.set_ylim(low, high)
    ticks = TICKS[(low <= TICKS) & (high >= TICKS)]
    labelled_ticks(axes.yaxis, ticks[:: -(-len(ticks) // MOST_TICKS)], "{:g}".format)
    axes.set_ylabel(SPEEDUP_LABEL)


def _draw_attacks(axes: Axes, state: xr.Dataset, size: float) -> np.ndarray:
    """Draw throughput against attacks caught, and name some harms; returns the throughputs."""
    safety, speedup = state["attack_safety"].values, state["throughput_speedup"].values
    axes.plot(safety, speedup, color=VERMILLION, linewidth=1.6, marker=".", gid="attack")
    named: list[tuple[float, float]] = []
    for harm, caught, speed in zip(state["tolerated_harm"].values, safety, speedup, strict=True):
        near = (abs(caught - x) < APART[0] and abs(np.log(speed / y)) < APART[1] for x, y in named)
        if any(near):
            continue
        named.append((caught, speed))
        axes.annotate(
            f"{harm:.2g}",
            (caught, speed),
            (4, 3),
            textcoords="offset points",
            fontsize=size - 1,
            color=GREY,
        )
    axes.set_title("AI attacks (numbers: harm tolerated)", loc="left", fontsize=size)
    axes.set_xlabel("attacks that are caught, in the task attacked [1]")
    return np.asarray(speedup)


def _draw_defects(axes: Axes, state: xr.Dataset) -> np.ndarray:
    """Draw throughput against random defects kept back; returns the throughputs."""
    kept, speedup = (
        state[name].values for name in ("defects_kept_back", "defects_throughput_speedup")
    )
    axes.plot(kept, speedup, color=BLUE, linewidth=1.6, gid="defects")
    axes.set_title("AI errs at random", loc="left", fontsize=axes.yaxis.label.get_fontsize())
    axes.set_xlabel("part of the defective work that would escape\nwhich is kept back [1]")
    return np.asarray(speedup)
