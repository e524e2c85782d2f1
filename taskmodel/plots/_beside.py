"""Alignment and capabilities over time: speed-ups, accumulated work and the training run."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from taskmodel.plots.page import BLACK, BLUE, GREEN, VERMILLION
from taskmodel.plots.panels import (
    SPEEDUP_LABEL,
    AxesLike,
    calendar_axis,
    date_strip,
    faint_grid,
    labelled_ticks,
    legend_above,
    log_axis,
    stacked_panels,
)
from taskmodel.plots.words import LINES, SPEEDUP_NAMES, drawing, needs
from taskmodel.sweeps.trace import sweep_line

MILESTONES = {
    "automation_rnd_20%": "R&D 20 %",
    "alignment_oversight_bottleneck": "review binds most",
    "automation_rnd_100%": "R&D 100 %",
}
HIGHEST = 30.0  # speed-up shown: those of capabilities grow without bound
TICKS = (1, 2, 3, 5, 10, 20, 30)


@drawing(
    "From `taskmodel.alignment_beside`.",
    otherwise="the dataset is not such a result",
    panels="The three panels to draw on, from above",
    gid=LINES,
)
def beside(result: xr.Dataset, width: float = 180.0, *, ax: AxesLike = None) -> Figure:
    """Draw the speed-ups of alignment and capabilities, alignment work and the training run."""
    needs(
        "capability_speedup" in result and "work" in result,
        "has no capabilities beside it",
        "alignment_beside",
    )
    catalog, world = result.attrs["catalog_name"], result.attrs["world_name"]
    heading, time = f"Alignment beside capabilities: {catalog} in {world}", result["time"].values
    with stacked_panels(
        width,
        0.35 * width + 90,
        heading,
        (3, 1),
        ax=ax,
        over_figure=True,
        height_ratios=(3, 2, 1.5),
    ) as (figure, panels, size):
        speedups, work, training = panels
        _draw_speedups(speedups, result)
        lift = date_strip(panels, _milestones(result), (time[0], time[-1]), width, size)
        legend_above(speedups, size, columns=3 if width >= 130 else 1, lift=lift)
        work.plot(time, result["work"], color=BLUE, linewidth=1.5, gid="work", label="effective")
        bulk: dict[str, Any] = {
            "linewidth": 0.9,
            "linestyle": "--",
            "gid": "work_bulk",
            "label": "in bulk",
        }
        work.plot(time, result["work_bulk"], color=BLUE, **bulk)
        work.set_ylabel("alignment work\n[field-years]")
        work.set_ylim(bottom=0)
        work.legend(loc="upper left", fontsize=size)
        training.plot(time, result["training_run"], color=BLACK, linewidth=1.5, gid="training_run")
        log_axis(training, result["training_run"].values)
        training.set_ylabel("largest training\nrun [FLOP]")
        calendar_axis(training, time)
        for axes in panels:
            faint_grid(axes)
    return figure


def _draw_speedups(axes: Axes, result: xr.Dataset) -> None:
    measure, time = result.attrs["measure"], result["time"].values
    alignment = sweep_line(result, measure)
    # Steep lines up to 1e11 render badly: they are cut well above the top of the panel.
    capabilities = np.minimum(result["capability_speedup"].values, 10 * HIGHEST)
    catalog = f"capability_catalog_{measure}"
    label = f"alignment, {SPEEDUP_NAMES[measure]}"
    style: dict[str, Any] = {"color": BLUE, "linewidth": 1.8, "gid": measure, "label": label}
    axes.plot(alignment.position, alignment.values, **style)
    axes.plot(
        time,
        capabilities,
        color=VERMILLION,
        linewidth=1.5,
        gid="capability_speedup",
        label="the world's software research",
    )
    if catalog in result:
        style = {"color": GREEN, "linewidth": 1.5, "linestyle": "--", "gid": catalog}
        axes.plot(time, result[catalog], label=result.attrs["capabilities_name"], **style)
    axes.set_yscale("log")
    axes.set_ylim(0.9, HIGHEST)
    labelled_ticks(axes.yaxis, TICKS, str)
    axes.set_ylabel(SPEEDUP_LABEL)


def _milestones(result: xr.Dataset) -> list[tuple[float, str]]:
    """Dates and names of the milestones that are reached."""
    names, values = result["milestone"].values, result["milestone_value"].values.tolist()
    dates = dict(zip(map(str, names), values, strict=True))
    return [
        (dates[milestone], name)
        for milestone, name in MILESTONES.items()
        if not np.isnan(dates[milestone])
    ]
