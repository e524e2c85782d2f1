"""A simulated world over time: automated tasks, the largest training run, gross world product."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from taskmodel.plots.page import BLACK, BLUE, ORANGE, VERMILLION
from taskmodel.plots.panels import (
    date_label,
    date_line,
    faint_grid,
    labelled_ticks,
    powers_of_ten,
    stacked_panels,
)
from taskmodel.plots.words import needs

YEARS_AFTER = 6.0  # shown after full automation
NEAR = 0.2  # years: closer milestones share a label
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


def takeoff(world: xr.Dataset, width: float = 180.0) -> Figure:
    """Draw automated shares of tasks, the largest training run and gross world product.

    Parameters
    ----------
    world : Dataset
        From `taskmodel.simulate`.
    width : float
        Width of the figure [mm]; at least 60.

    Returns
    -------
    matplotlib.figure.Figure
        Lines have the name of their variable as ``gid``.

    Raises
    ------
    InputError
        If the dataset is not a simulated world, or the figure is too narrow.
    """
    needs("milestone_value" in world, "is no simulated world", "simulate")
    values = world["milestone_value"].values.tolist()
    dates = dict(zip(map(str, world["milestone"].values), values, strict=True))
    last = float(world["time"].values[-1])
    end = float(np.fmin(last, dates["automation_gns_100%"] + YEARS_AFTER))
    # The dates of a simulation are sums of steps, and exact only to rounding.
    shown = world.isel(time=world["time"].values <= end + 1e-9)
    time = shown["time"].values
    heading = f"Tasks taken over, compute and output: {world.attrs['scenario_name']}"
    with stacked_panels(width, 0.35 * width + 70, heading, (3, 1), pad=1.6) as (
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
        _mark_milestones(panels, dates, end, size)
        panels[-1].set_xlim(time[0], end)
        panels[-1].set_xlabel("calendar year")
        for axes in panels:
            faint_grid(axes)
    return figure


def _mark_milestones(
    panels: Sequence[Axes], dates: dict[str, float], end: float, size: float
) -> None:
    """Vertical lines at milestones, named in the second panel; near ones share a label."""
    groups: list[tuple[float, list[str]]] = []
    for milestone, name in sorted(MILESTONES.items(), key=lambda item: dates[item[0]]):
        date = dates[milestone]
        if not date <= end:  # also NaN
            continue
        date_line(panels, date)
        if groups and date - groups[-1][0] < NEAR:
            groups[-1][1].append(name)
        else:
            groups.append((date, [name]))
    ground = {"facecolor": "white", "edgecolor": "none", "pad": 0.5}
    for date, names in groups:
        date_label(panels[1], date, ", ".join(names), size, bbox=ground)
