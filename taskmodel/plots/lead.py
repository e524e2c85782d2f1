"""What a lead buys: the way from bulk work to work that counts, and a ladder of models."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from taskmodel.errors import InputError
from taskmodel.plots import page

_COLOURS = (page.BLUE, page.VERMILLION, page.GREEN, page.PURPLE, page.ORANGE, page.SKY)
_MARKERS = "osD^v<"
_IN_CATALOG = {
    "bulk": "hours of AI",
    "tasks": "spread over tasks",
    "review": "looked at by people",
    "experiments": "with experiments",
    "effective": "in parallel, and in sequence",
}


def lead_time(result: xr.Dataset, width: float = 180.0) -> Figure:
    """Draw what `taskmodel.lead_time` gave: field-years after each step, by case; or the models of a ladder.

    Parameters
    ----------
    result : xarray.Dataset
        From `taskmodel.lead_time`, for one lead.
    width : float
        Of the figure [mm].

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If the result is over several leads, or the width is too small.
    """
    if "lead_months" in result.dims:
        raise InputError("the result is over several leads; choose one with .isel(lead_months=...)")
    with page.look(width) as size:
        height = 95 if "field_years" in result else 75
        figure = Figure(figsize=(width / page.INCH, height / page.INCH), layout="constrained")
        figure.set_label(str(result.attrs["plan_title"]))
        axes = figure.subplots()
        if "field_years" in result:
            _steps(axes, result, size)
        else:
            _models(axes, result, size)
        axes.set_title(
            str(result.attrs["plan_title"]), loc="left", fontweight="bold", fontsize=size + 1
        )
        figure.draw_without_rendering()
    return figure


def _steps(axes: Axes, result: xr.Dataset, size: float) -> None:
    """A line for each case, from the lead as stated down to what counts; below it the same workforce in a catalog."""
    labels = [str(step) for step in result["step"].values]
    joined = (
        [f"{_IN_CATALOG[str(step)]}" for step in result["organisation_step"].values]
        if "organisation_field_years" in result
        else []
    )
    below = np.arange(len(joined)) + len(labels) + 1
    for index, (name, case) in enumerate(_cases(result)):
        colour, marker = _COLOURS[index % len(_COLOURS)], _MARKERS[index % len(_MARKERS)]
        years = _shown(case["field_years"].values)
        axes.plot(
            years,
            np.arange(len(labels)),
            marker + "-",
            color=colour,
            markersize=4,
            linewidth=1,
            label=name,
        )
        if joined:
            axes.plot(
                _shown(case["organisation_field_years"].values),
                below,
                marker + "-",
                color=colour,
                markersize=4,
                linewidth=1,
            )
    _years_axis(axes, result)
    axes.set_yticks([*range(len(labels)), *below], [*labels, *joined])
    axes.invert_yaxis()
    if joined:
        axes.axhline(len(labels), color=page.GREY, linewidth=0.6)
        axes.annotate(
            "task by task, in the plan's catalog",
            (0, len(labels)),
            (2, -2),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            va="top",
            fontsize=size - 1,
            color=page.GREY,
        )
    if "case" in result.dims:
        axes.legend(frameon=False, fontsize=size, loc="upper left")


def _years_axis(axes: Axes, result: xr.Dataset) -> None:
    """A logarithmic axis from below the least to above the most work there is."""
    years = np.concatenate(
        [
            result[name].values.ravel()
            for name in ("field_years", "organisation_field_years")
            if name in result
        ]
    )
    there = years[years > 0] if (years > 0).any() else np.ones(1)
    axes.set_xscale("log")
    axes.set_xlim(there.min() / 2, there.max() * 2)
    ticks = 10.0 ** np.arange(np.ceil(np.log10(there.min() / 2)), np.log10(there.max() * 2))
    axes.set_xticks(ticks, [f"{tick:,.10g}" for tick in ticks])
    axes.set_xticks([], minor=True)
    axes.set_xlabel("work, in years of the field")
    axes.grid(axis="x", color=page.PALE, linewidth=0.5)


def _models(axes: Axes, result: xr.Dataset, size: float) -> None:
    """Work of the pause against its risk, a point for each model; those that are not efficient are hollow."""
    work, risk = result["pause_work"].values, 100 * result["pause_risk"].values
    for index, name in enumerate(result["rung"].values):
        face = page.VERMILLION if result["efficient"].values[index] else "none"
        axes.plot(
            work[index], risk[index], "o", color=face, markeredgecolor=page.VERMILLION, markersize=5
        )
        years, run = (
            result["years_to_target"].values[index],
            100 * result["risk_to_target"].values[index],
        )
        text = f"{name}: the target takes {years:.2g} y, at {run:.2g} %"
        left = work[index] < np.sqrt(work.min() * work.max()) * 1.01
        offset = (7, -3) if left else (-7, -3)
        axes.annotate(
            text,
            (work[index], risk[index]),
            offset,
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
    for axis, values in ((axes.xaxis, work), (axes.yaxis, risk)):
        axis.set_ticks(list(values), labels=[f"{value:.2g}" for value in values])
        axis.set_ticks([], minor=True)
    axes.set_xlabel(
        f"work in a pause of {float(result['usable_months']):.3g} months [research-years]"
    )
    axes.set_ylabel("risk run in it [%]")


def _shown(years: np.ndarray) -> np.ndarray:
    """What a logarithmic axis can show: nothing of a lead that is none."""
    return np.where(years > 0, years, np.nan)


def _cases(result: xr.Dataset) -> list[tuple[str, xr.Dataset]]:
    if "case" not in result.dims:
        return [("", result)]
    return [
        (_case_label(result, index), result.isel(case=index))
        for index in range(result.sizes["case"])
    ]


def _case_label(result: xr.Dataset, index: int) -> str:
    lead = float(result["lead"].values[index])
    return f"{result['case'].values[index]}: {lead:.3g} months" + ("" if lead > 0 else ", nothing")
