"""A simulated world over time: what is automated, the largest training run, and gross world product."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from taskmodel.errors import InputError
from taskmodel.plots.page import BLACK, BLUE, GREY, INCH, ORANGE, PALE, VERMILLION, look
from taskmodel.plots.words import power_text

AFTER = 6.0  # years shown after full automation
NEAR = 0.2  # years
MARKS = {
    "rampup_start": "wake-up",
    "automation_gns_20%": "goods 20 %",
    "agi_year": "AGI",
    "automation_gns_100%": "goods 100 %",
}
SHARES = {
    "frac_tasks_automated_rnd": ("R&D", BLUE),
    "frac_tasks_automated_goods": ("goods and services", VERMILLION),
}
LEVELS = (
    ("biggest_training_run", "largest training run\n[effective FLOP]", BLACK),
    ("gwp", "gross world product\n[$/year]", ORANGE),
)


def takeoff(world: xr.Dataset, width: float = 180.0) -> Figure:
    """Automated shares of tasks, the largest training run and gross world product over time.

    Parameters
    ----------
    world : Dataset
        Of `taskmodel.simulate`.
    width : float
        Of the figure [mm]; at least 60.

    Returns
    -------
    matplotlib.figure.Figure
        Lines have the name of their variable as ``gid``.

    Raises
    ------
    InputError
        If the dataset is no simulated world, or the figure too narrow.
    """
    if "milestone_value" not in world:
        raise InputError(
            "this dataset is no simulated world: give the result of taskmodel.simulate"
        )
    value = dict(
        zip(
            map(str, world["milestone"].values),
            world["milestone_value"].values.tolist(),
            strict=True,
        )
    )
    time = world["time"].values
    end = (
        min(time[-1], value["automation_gns_100%"] + AFTER)
        if np.isfinite(value["automation_gns_100%"])
        else time[-1]
    )
    shown = time <= end + 1e-9
    with look(width) as size:
        figure = Figure(figsize=(width / INCH, (0.35 * width + 70) / INCH), layout="constrained")
        panels = figure.subplots(3, 1, sharex=True)
        heading = f"Tasks taken over, compute and output: {world.attrs['scenario_name']}"
        figure.set_label(heading)
        panels[0].set_title(
            heading, loc="left", fontsize=size + 1, fontweight="bold", pad=1.6 * size
        )
        for name, (words, colour) in SHARES.items():
            panels[0].plot(
                time[shown],
                100 * world[name].values[shown],
                color=colour,
                gid=name,
                label=words,
                linewidth=1.6,
            )
        panels[0].set_ylabel("tasks automated\n[%]")
        panels[0].set_ylim(-3, 103)
        panels[0].legend(frameon=False, loc="upper left", fontsize=size)
        for axes, (name, words, colour) in zip(panels[1:], LEVELS, strict=True):
            axes.plot(time[shown], world[name].values[shown], color=colour, gid=name, linewidth=1.6)
            axes.set_yscale("log")
            axes.set_ylabel(words)
            powers(axes)
        _mark(panels, value, end, size)
        panels[-1].set_xlim(time[0], end)
        panels[-1].set_xlabel("calendar year")
        for axes in panels:
            axes.grid(axis="y", color=PALE, linewidth=0.4)
        figure.align_ylabels()
        figure.draw_without_rendering()
    return figure


def _mark(panels: np.ndarray, value: dict[str, float], end: float, size: float) -> None:
    """Upright lines at milestones, named along them in the second panel; those less than a fifth of a year apart share a name."""
    groups: list[tuple[float, list[str]]] = []
    for name, words in sorted(MARKS.items(), key=lambda mark: value[mark[0]]):
        place = value[name]
        if not place <= end:  # also where it is NaN
            continue
        for axes in panels:
            axes.axvline(place, color=GREY, linewidth=0.6, linestyle=":")
        if groups and place - groups[-1][0] < NEAR:
            groups[-1][1].append(words)
        else:
            groups.append((place, [words]))
    for place, names in groups:
        panels[1].annotate(
            f"{', '.join(names)}, {place:.1f}",
            (place, 1),
            (-3, -2),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            fontsize=size - 1.5,
            color=GREY,
            ha="right",
            va="top",
            rotation=90,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5},
        )


def powers(axes: Axes) -> None:
    """Powers of ten along a logarithmic axis, at most six of them."""
    low, high = np.log10(axes.get_ylim())
    powers = np.arange(np.ceil(low), np.floor(high) + 1)
    powers = powers[:: -(-len(powers) // 6)] if len(powers) else powers
    axes.set_yticks(10.0**powers, [power_text(power) for power in 10.0**powers])
    axes.set_yticks([], minor=True)
