"""`taskmodel horizon`: the length of the tasks that AI can do, over time."""

import json
import math
from argparse import Namespace
from collections.abc import Callable
from typing import Any

import xarray as xr

import taskmodel as tm
from taskmodel.cli.catalogs import heading, load
from taskmodel.cli.output import Answer, output
from taskmodel.cli.screen import number, plain, table, wrapped
from taskmodel.cli.words import by_label
from taskmodel.errors import InputError
from taskmodel.takeoff.horizons import load_trend

SHAPE_PARAMETERS = {
    "quadratic": ("curvature", " [doublings/year^2]"),
    "shrinking": ("each doubling is shorter by a share of", ""),
    "saturating": ("ceiling", " [h]"),
}


def answer(args: Namespace) -> Answer:
    """Compute the horizons; report the dates of milestones."""
    options = _options(args)
    catalog = load(args)
    with output(args, "computing horizons") as files:
        trend = load_trend(args.trend)
        result = tm.horizon(catalog, trend, **options)
        files.write("horizon", result, "horizon", "horizon")
    facts = _facts(result, catalog.scenario)
    return Answer(facts, lambda: [*heading(catalog, f"trend {trend.name}"), *_lines(facts)], files)


def _options(args: Namespace) -> dict[str, Any]:
    """Return the arguments of `taskmodel.horizon`."""
    if args.compute and args.growth is not None:
        raise InputError("--growth and --compute: compute has one course; give one of them")
    if len(args.compute) == 1:
        raise InputError(
            "--compute: a course needs two dates at least; for compute from today's on use --growth"
        )
    return {
        "since": args.since,
        "doubling_time": None if args.doubling is None else args.doubling / 12,
        "growth": args.growth,
        "compute": args.compute or None,
        "shape": args.shape,
        "shape_parameter": args.shape_parameter,
    }


def _facts(result: xr.Dataset, scenario: str | None) -> dict[str, Any]:
    attributes, drivers = result.attrs, result["driver"].values

    def by_driver(values: xr.DataArray) -> dict[str, dict[str, float]]:
        return {str(driver): by_label(values.sel(driver=driver)) for driver in drivers}

    milestones = (result.sel(milestone=name) for name in result["milestone"].values)
    return {
        "catalog": attributes["catalog_name"],
        "scenario": scenario,
        "overrides": json.loads(attributes["overrides"]),
        "version": attributes["taskmodel_version"],
        "sha256": attributes["catalog_sha256"],
        "trend": attributes["trend_name"],
        "trend_sha256": attributes["trend_sha256"],
        "since": attributes["since"],
        "first": result["time"].values[0].item(),
        "last": result["time"].values[-1].item(),
        "doubling_time": by_driver(result["doubling_time"]),
        "doubling_time_interval": {
            str(success): by_label(result["doubling_time_interval"].sel(success=success))
            for success in result["success"].values
        },
        "shape": attributes["shape"],
        "shape_parameter": by_label(result["shape_parameter"]),
        "shape_parameter_interval": {
            str(success): by_label(result["shape_parameter_interval"].sel(success=success))
            for success in result["success"].values
        },
        "agreeing_growth": {
            str(success): by_label(result["agreeing_growth"].sel(success=success))
            for success in result["success"].values
        },
        "milestones": [
            {
                "milestone": milestone["milestone"].item(),
                "meaning": milestone["milestone_meaning"].item(),
                "horizon": milestone["milestone_horizon"].item(),
                "dates": by_driver(milestone["milestone_value"]),
            }
            for milestone in milestones
        ],
    }


def _lines(facts: dict[str, Any]) -> list[str]:
    def doubling(driver: str, success: str) -> str:
        years = facts["doubling_time"][driver][success]
        if math.isnan(years):
            return "at no constant pace"
        return "never" if math.isinf(years) else f"in {12 * years:.1f} months"

    rows = [
        ["", "", "by compute", "", "by the trend", ""],
        ["", "h", "50 %", "80 %", "50 %", "80 %"],
    ]
    for entry in facts["milestones"]:
        dates = (
            entry["dates"][driver][success]
            for driver in ("compute", "time")
            for success in ("50", "80")
        )
        cells = ("-" if math.isnan(date) else f"{date:.1f}" for date in dates)
        rows.append([plain(entry["meaning"], 44), number(entry["horizon"]), *cells])
    pace = _shape(facts) if facts["shape"] != "exponential" else _pace(facts, doubling)
    interval = f"{facts['first']:g} to {facts['last']:g}"
    return [
        "",
        f"When the frontier does half, and 80 %, of such work; -: not from {interval}",
        *table(rows),
        "",
        *pace,
    ]


def _shape(facts: dict[str, Any]) -> list[str]:
    """Say what makes the trend speed up, or end."""
    name, unit = SHAPE_PARAMETERS[facts["shape"]]
    parts = []
    for success in ("50", "80"):
        low, high = (facts["shape_parameter_interval"][success][end] for end in ("low", "high"))
        within = "" if math.isnan(low) else f" ({number(low)} to {number(high)}, 90 %)"
        parts.append(f"{number(facts['shape_parameter'][success])}{within} at {success} %")
    return wrapped(
        f"The trend of frontier models since {facts['since']:g} is {facts['shape']}: {name} "
        f"{' and '.join(parts)}{unit}. Its doubling time is not constant."
    )


def _pace(facts: dict[str, Any], doubling: Callable[[str, str], str]) -> list[str]:
    """Say how fast both horizons double."""
    growth = facts["agreeing_growth"]["50"]
    low, high = (365.25 * facts["doubling_time_interval"]["50"][end] for end in ("low", "high"))
    days = 365.25 * facts["doubling_time"]["time"]["50"]
    within = (
        [] if math.isnan(low) else wrapped(f"In days: {days:.1f}, {low:.1f} to {high:.1f} (90 %).")
    )
    return [
        *wrapped(
            f"The 50 % horizon doubles {doubling('compute', '50')} by compute, and "
            f"{doubling('time', '50')} by the trend of frontier models since {facts['since']:g} "
            f"(80 %: {doubling('time', '80')})."
        ),
        *within,
        *wrapped(
            f"Both grow at the same pace if compute grows by {growth['central']:.2f} orders of "
            f"magnitude a year ({growth['high']:.2f} to {growth['low']:.2f} over the interval of "
            "capability.slope)."
        ),
    ]
