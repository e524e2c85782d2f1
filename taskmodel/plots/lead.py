"""The work of a lead, from bulk to effective, step by step; and a ladder of models."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from taskmodel.errors import InputError
from taskmodel.plots.page import BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, VERMILLION
from taskmodel.plots.panels import faint_grid, labelled_ticks, powers_of_ten, stacked_panels
from taskmodel.plots.words import drawing, needs

CASE_COLOURS = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY)
CASE_MARKERS = "osD^v<"
ORGANISATION_STEPS = {
    "bulk": "hours of AI",
    "tasks": "spread over tasks",
    "review": "looked at by people",
    "experiments": "with experiments",
    "effective": "in parallel, and in sequence",
}


@drawing(
    "From `taskmodel.lead_time`, for one lead.",
    otherwise="the result is over several leads",
)
def draw_lead_time(result: xr.Dataset, width: float = 180.0, *, ax: Axes | None = None) -> Figure:
    """Draw the work of a lead after each step, by case; or the models of a ladder."""
    needs("plan_title" in result.attrs, "is no lead", "lead_time")
    if "lead_months" in result.dims:
        raise InputError("the result is over several leads; choose one with .isel(lead_months=...)")
    steps = "field_years" in result
    heading = str(result.attrs["plan_title"])
    with stacked_panels(width, 95 if steps else 75, heading, ax=ax) as (figure, (axes,), size):
        (_draw_steps if steps else _draw_models)(axes, result, size)
    return figure


def _draw_steps(axes: Axes, result: xr.Dataset, size: float) -> None:
    """A line for each case, from the lead as stated to effective work.

    Below it, the same workforce in the tasks of a catalog, if the plan names one.
    """
    labels = [str(step) for step in result["step"].values]
    organisation = "organisation_field_years" in result
    names = result["organisation_step"].values.tolist() if organisation else []
    rows = {"field_years": np.arange(len(labels))}
    if organisation:
        rows["organisation_field_years"] = np.arange(len(names)) + len(labels) + 1
    for index, (label, case) in enumerate(_cases(result)):
        style: dict[str, Any] = {
            "color": CASE_COLOURS[index % len(CASE_COLOURS)],
            "marker": CASE_MARKERS[index % len(CASE_MARKERS)],
            "markersize": 4,
            "linewidth": 1,
        }
        for name, positions in rows.items():
            # Work of zero has no position on a logarithmic axis.
            years = np.where(case[name].values > 0, case[name].values, np.nan)
            axes.plot(years, positions, label=label if name == "field_years" else None, **style)
    all_years = np.concatenate([result[name].values.ravel() for name in rows])
    _years_axis(axes, all_years[all_years > 0])
    axes.set_yticks(
        np.concatenate(list(rows.values())), labels + [ORGANISATION_STEPS[name] for name in names]
    )
    axes.invert_yaxis()
    if organisation:
        axes.axhline(len(labels), color=GREY, linewidth=0.6)
        axes.annotate(
            "task by task, in the plan's catalog",
            (0, len(labels)),
            (2, -2),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            va="top",
            fontsize=size - 1,
            color=GREY,
        )
    if "case" in result.dims:
        axes.legend(fontsize=size, loc="upper left")


def _years_axis(axes: Axes, years: np.ndarray) -> None:
    """A logarithmic axis with a margin of a factor of 2 around these amounts of work."""
    low, high = (years.min() / 2, years.max() * 2) if len(years) else (0.5, 2.0)
    axes.set_xscale("log")
    axes.set_xlim(low, high)
    labelled_ticks(axes.xaxis, powers_of_ten(low, high), "{:,.10g}".format)
    axes.set_xlabel("work [years of the field]")
    faint_grid(axes, "x", 0.5)


def _draw_models(axes: Axes, result: xr.Dataset, size: float) -> None:
    """Work in the pause against its risk: a dot for each model, hollow if it is not efficient."""
    work, risk = result["pause_work"].values, 100 * result["pause_risk"].values
    columns = ("rung", "efficient", "years_to_target", "risk_to_target")
    rows = zip(work, risk, *(result[name].values for name in columns), strict=True)
    for x, y, name, efficient, years, target_risk in rows:
        face = VERMILLION if efficient else "none"
        axes.plot(x, y, "o", color=face, markeredgecolor=VERMILLION, markersize=5)
        left = x < np.sqrt(work.min() * work.max()) * 1.01
        axes.annotate(
            f"{name}: the target takes {years:.2g} y, at {100 * target_risk:.2g} %",
            (x, y),
            (7 if left else -7, -3),
            textcoords="offset points",
            fontsize=size,
            ha="left" if left else "right",
        )
    if work.min() > 0:
        axes.set_xscale("log")
        axes.set_xlim(work.min() / 1.5, work.max() * 1.5)
    if risk.min() > 0:
        axes.set_yscale("log")
        axes.set_ylim(risk.min() / 2, risk.max() * 2)
    labelled_ticks(axes.xaxis, work, "{:.2g}".format)
    labelled_ticks(axes.yaxis, risk, "{:.2g}".format)
    months = float(result["usable_months"])
    axes.set_xlabel(f"work in a pause of {months:.3g} months [research-years]")
    axes.set_ylabel("risk run in it [%]")


def _cases(result: xr.Dataset) -> list[tuple[str, xr.Dataset]]:
    """Labels and results of the cases; one without a label, if the plan has no cases."""
    if "case" not in result.dims:
        return [("", result)]
    return [
        (f"{name}: {lead:.3g} months{'' if lead > 0 else ', nothing'}", result.sel(case=name))
        for name, lead in zip(result["case"].values, result["lead"].values.tolist(), strict=True)
    ]
