"""A simulated world over time: automated tasks, the largest training run, gross world product."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from taskmodel.plots.page import BLACK, BLUE, ORANGE, VERMILLION
from taskmodel.plots.panels import (
    AxesLike,
    date_strip,
    faint_grid,
    labelled_ticks,
    powers_of_ten,
    stacked_panels,
)
from taskmodel.plots.words import LINES, drawing, needs

YEARS_AFTER = 6.0  # shown after full automation
NEAR = 0.004  # of the axis: closer milestones share a label
MILESTONES = {
    "rampup_start": "wake-up",
    "automation_gns_20%": "goods 20 %",
    "agi_year": "AGI",
    "automation_gns_100%": "goods 100 %",
}
SHARES = {
    "frac_tasks_automated_rnd": ("R&D", BLUE),
    "frac_tasks_automated_goods": ("goods and services", VERMILLION),
}
LEVELS = {
    "biggest_training_run": ("largest training run\n[effective FLOP]", BLACK),
    "gwp": ("gross world product\n[$/year]", ORANGE),
}


@drawing(
    "From `taskmodel.simulate`.",
    otherwise="the dataset is not a simulated world",
    panels="The three panels to draw on, from above",
    gid=LINES,
)
def takeoff(world: xr.Dataset, width: float = 180.0, *, ax: AxesLike = None) -> Figure:
    """Draw automated shares of tasks, the largest training run and gross world product."""
    needs("milestone_value" in world, "is no simulated world", "simulate")
    values = world["milestone_value"].values.tolist()
    dates = dict(zip(map(str, world["milestone"].values), values, strict=True))
    last = float(world["time"].values[-1])
    end = float(np.fmin(last, dates["automation_gns_100%"] + YEARS_AFTER))
    # The dates of a simulation are sums of steps, and exact only to rounding.
    shown = world.isel(time=world["time"].values <= end + 1e-9)
    time = shown["time"].values
    heading = f"Tasks taken over, compute and output: {world.attrs['scenario_name']}"
    with stacked_panels(width, 0.35 * width + 78, heading, (3, 1), ax=ax, over_figure=True) as (
        figure,
        panels,
        size,
    ):
        shares, *levels = panels
        for name, (label, colour) in SHARES.items():
            share = 100 * shown[name].values
            shares.plot(time, share, color=colour, gid=name, label=label, linewidth=1.6)
        shares.set_ylabel("tasks automated\n[%]")
        shares.set_ylim(-3, 103)
        shares.legend(loc="upper left", fontsize=size)
        for axes, (name, (label, colour)) in zip(levels, LEVELS.items(), strict=True):
            axes.plot(time, shown[name].values, color=colour, gid=name, linewidth=1.6)
            axes.set_yscale("log")
            axes.set_ylabel(label)
            labelled_ticks(axes.yaxis, powers_of_ten(*axes.get_ylim(), 6))
        marks = _milestones(dates, time[0], end)
        date_strip(panels, marks, (time[0], end), width, size)
        panels[-1].set_xlim(time[0], end)
        panels[-1].set_xlabel("calendar year")
        for axes in panels:
            faint_grid(axes)
    return figure


def _milestones(dates: dict[str, float], start: float, end: float) -> list[tuple[float, str]]:
    """Dates and names of milestones up to the end of the axis; those that coincide as one."""
    groups: list[tuple[float, str]] = []
    for milestone, name in sorted(MILESTONES.items(), key=lambda item: dates[item[0]]):
        date = dates[milestone]
        if not date <= end:  # also NaN
            continue
        if groups and date - groups[-1][0] < NEAR * (end - start):
            groups[-1] = groups[-1][0], f"{groups[-1][1]}, {name}"
        else:
            groups.append((date, name))
    return groups
