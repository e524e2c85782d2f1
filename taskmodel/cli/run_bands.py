"""The bands of `taskmodel run`: medians and 90 % intervals over draws, and what they hang on."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

import taskmodel as tm
from taskmodel.calibration import Moments, load_moments
from taskmodel.calibration.draws import (
    EvidencedDraws,
    bundled_evidence,
    draws_of,
    evidenced_draws,
)
from taskmodel.calibration.weights import LEAST_ESS, RELIABLE_K
from taskmodel.catalog import Catalog
from taskmodel.cli.screen import counted, note, number, percent, scientific, table, wrapped
from taskmodel.cli.sensitivity import crux_facts, crux_lines
from taskmodel.errors import InputError
from taskmodel.files.suggestions import listing
from taskmodel.summary import by_date
from taskmodel.sweeps.paths import load_paths
from taskmodel.uncertainty import sampler

if TYPE_CHECKING:
    import xarray as xr

MOST_CRUXES = 3
CURVES = {
    "oversight_cost": "oversight costs",
    "throughput_speedup": "throughput",
    "latency_speedup": "latency",
    "speedup": "effective speed-up",
    "automated_hours_share": "hours by AI",
}


def uncertain(catalog: Catalog) -> bool:
    """Return whether any number of a catalog has a law."""
    return bool(sampler(catalog).laws)


@dataclass(frozen=True, eq=False)
class BandAnswer:
    """What draws say by date along paths of compute.

    Attributes
    ----------
    dataset : Dataset
        From `by_date.answer_by_date`.
    facts : dict of str
        The same as plain values.
    drawn : EvidencedDraws
    by_draw : Dataset
        From `by_date.draws_by_date`.
    followed : DrawnPaths
    cruxes : Dataset
        From `taskmodel.cruxes`, along the same paths.
    """

    dataset: xr.Dataset
    facts: dict[str, Any]
    drawn: EvidencedDraws
    by_draw: xr.Dataset
    followed: by_date.DrawnPaths
    cruxes: xr.Dataset


def band_answer(
    catalog: Catalog, args: Namespace, name: str, advance: Callable[[float], None]
) -> BandAnswer:
    """Return what draws say by date along paths of compute."""
    drawn = _draws(catalog, args, lambda share: advance(0.4 * share))
    followed = by_date.compute_paths(name, catalog, drawn.columns, args.seed)
    left_out = list(load_paths(name).values) if name == args.paths else []
    if left_out:
        note(
            f"of {name} compute alone is followed, not {listing(left_out, 4)}: taskmodel run "
            f"--over time and taskmodel ensemble, with --paths {name}, follow all",
            args.quiet,
        )
    result = by_date.draws_by_date(
        catalog, drawn.columns, followed, lambda share: advance(0.4 + 0.4 * share)
    )
    others = by_date.other_paths(catalog, drawn.columns, followed, args.seed)
    taken = args.draws_from is not None or not uncertain(catalog)
    moments = None if taken else _moments(catalog, args)
    dataset = by_date.answer_by_date(catalog, result, followed, others, moments)
    moved = tm.cruxes(catalog, followed.paths, report=lambda share: advance(0.8 + 0.2 * share))
    facts = {
        "draws": dataset.attrs["draws"],
        "failed": dataset.attrs["failed"],
        by_date.LEFT_OUT: dataset.attrs[by_date.LEFT_OUT],
        "seed": args.seed,
        "moments": drawn.evidence or None,
        "ess": drawn.ess,
        "pareto_k": drawn.k,
        "distinct": drawn.distinct,
        "paths": followed.paths.name,
        "begins": float(dataset["time"][0]),
        **_numbers(dataset),
        "bottleneck_date_median": float(moved["bottleneck_date_median"]),
        "cruxes": [crux for crux in crux_facts(moved) if crux["crux"]][:MOST_CRUXES],
    }
    return BandAnswer(dataset, facts, drawn, result, followed, moved)


def _numbers(dataset: xr.Dataset) -> dict[str, Any]:
    """Return the numbers of the answer at the named dates."""
    named = dict.fromkeys((float(dataset.attrs["today"]), *by_date.BY))
    rows = {year: dataset.sel(time=year) for year in named if year in dataset["time"].values}
    years = [year for year in by_date.BY if year > dataset.attrs["today"]]
    return {
        "levels": dataset["quantile"].values.tolist(),
        "points": [
            {
                "time": year,
                "compute": float(row["compute"]),
                **{name: row[name].values.tolist() for name in CURVES},
            }
            for year, row in rows.items()
        ],
        "first": {name: dataset[name].values.tolist() for name in by_date.FIRSTS},
        "probability": {
            str(path): {
                name: {_year(y): float(dataset[f"{name}_by"].sel(path=path, by=y)) for y in years}
                for name in by_date.FIRSTS
            }
            for path in dataset["path"].values
        },
    }


def _year(year: float) -> str:
    return f"{year:g}"


def _moments(catalog: Catalog, args: Namespace) -> Moments | None:
    """Return the evidence that draws are weighted by, if there is some."""
    return bundled_evidence(catalog) if args.moments is None else load_moments(args.moments)


def _draws(catalog: Catalog, args: Namespace, advance: Callable[[float], None]) -> EvidencedDraws:
    if not uncertain(catalog):  # the growth of compute alone is
        today = np.full(args.draws, catalog.compute.today.value)
        return EvidencedDraws({"compute.today": today}, "", float(args.draws), -np.inf, 1)
    if args.draws_from is None:
        moments = _moments(catalog, args)
        return evidenced_draws(catalog, moments, args.draws, seed=args.seed, advance=advance)
    calibrated = tm.open(args.draws_from)
    made_of = tm.sweeps.results.provenance(catalog=catalog)
    names = ("catalog_sha256", "scenario_name", "overrides")
    if any(calibrated.attrs.get(name) != made_of[name] for name in names):
        raise InputError(
            f"--draws-from {args.draws_from}: these draws are of another catalog, scenario or "
            "--set; make some with taskmodel calibrate and the same arguments, -o DIR"
        )
    return draws_of(calibrated, args.draws, seed=args.seed)


def band_lines(facts: dict[str, Any]) -> list[str]:
    """Return the bands as lines of a page."""
    today = facts["points"][0]
    low, median, high = today["oversight_cost"]
    chances = facts["probability"][facts["paths"]]
    half = chances["oversight_costs_half_from"]
    said = ", ".join(f"{percent(chance)} by {year}" for year, chance in half.items())
    lines = wrapped(
        f"Oversight costs {number(median)}x today ({_year(today['time'])}) [90 %: {number(low)} "
        f"to {number(high)}]: with all review hours free, and all else as it is, output would be "
        f"that many times what it is. It costs half (2x) with a probability of {said}, with "
        f"compute along {facts['paths']} and people as they are.",
        indent="",
    )
    shown = ("oversight_cost", "throughput_speedup", "automated_hours_share")
    rows = [["date", "compute", *(CURVES[name] for name in shown)]]
    for point in facts["points"]:
        cells = (
            _cell(point[name], percent if name == "automated_hours_share" else _times)
            for name in shown
        )
        rows.append([_year(point["time"]), scientific(point["compute"]), *cells])
    lines += [
        "",
        "Medians [90 % bands]; speed-ups [x] over the same people without AI",
        *table(rows),
    ]
    rows = [["first time that oversight", "median [90 % band]", *(f"by {year}" for year in half)]]
    for name, title in by_date.FIRSTS.items():
        chance = map(percent, chances[name].values())
        dates = _cell(facts["first"][name], lambda date: _date(date, facts["begins"]))
        rows.append([title.removeprefix("oversight "), dates, *chance])
    return [*lines, "", *table(rows), "", *_crux_lines(facts), *_draws_lines(facts)]


def _cell(band: list[float], text: Any) -> str:
    low, median, high = map(text, band)
    return f"{median} [{low}, {high}]"


def _times(value: float) -> str:
    return number(value) if value < 1e4 else scientific(value)


def _date(value: float, begins: float) -> str:
    """Return a date; one at which what is computed begins may be earlier.

    Examples
    --------
    >>> _date(2025.0, 2025.0), _date(2026.15, 2025.0), _date(np.inf, 2025.0)
    ('<= 2025.0', '2026.2', 'never')
    """
    if value == np.inf:
        return "never"
    return f"<= {begins:.1f}" if value <= begins else f"{value:.1f}"


def _crux_lines(facts: dict[str, Any]) -> list[str]:
    if not facts["cruxes"]:
        return []
    date = facts["bottleneck_date_median"]
    when = "never the bottleneck" if date == np.inf else f"the bottleneck from {date:.1f}"
    return [
        *wrapped(
            f"What it hangs on: oversight is {when} with all inputs at the medians of their "
            "intervals, and each of these alone, at an end of its 90 % interval, moves that by "
            "over a year or changes what binds",
            indent="",
        ),
        *crux_lines(facts["cruxes"], MOST_CRUXES),
        "",
    ]


def point_lines(facts: dict[str, Any], cost: float) -> list[str]:
    """Return the heading of what holds at the catalog's own values, and what it is worth.

    Parameters
    ----------
    facts : dict of str
        Of the bands.
    cost : float
        What oversight costs today at these values.
    """
    low, median, high = facts["points"][0]["oversight_cost"]
    heading = ["", "At the catalog's own values", ""]
    if not np.isfinite([cost, low, median, high]).all():
        return heading
    if number(cost) in (number(low), number(high)):
        position = f"at the {'lower' if cost < median else 'upper'} end of"
    elif low <= cost <= high:
        position = f"towards the {'lower' if cost < median else 'upper'} end of"
    else:
        position = "below" if cost < low else "above"
    text = (
        f"These are one point among the draws, at which oversight costs {number(cost)}x today: "
        f"{position} the band from {number(low)} to {number(high)}. The bands are what to quote; "
        "the point shows, exactly, how it comes about."
    )
    return [*heading, *wrapped(text, indent=""), ""]


def _draws_lines(facts: dict[str, Any]) -> list[str]:
    """Say what the draws are, and what they are worth."""
    if facts["moments"] is None:
        text = (
            f"{counted(facts['draws'], 'draw')} of the catalog's own intervals: no evidence beyond "
            "them; --moments FILE gives some."
        )
    else:
        text = (
            f"{counted(facts['draws'], 'draw')} under the evidence {facts['moments']}, worth "
            f"{facts['ess']:.0f} independent ones (Pareto k {facts['pareto_k']:.2f})."
        )
        if facts["pareto_k"] > RELIABLE_K or facts["ess"] < LEAST_ESS:
            text += (
                f" These are few (under {LEAST_ESS:.0f}, or k above {RELIABLE_K:g}): more --draws, "
                "or taskmodel calibrate and --draws-from its calibration.nc."
            )
    if facts["failed"]:
        text += f" Left out: {counted(facts['failed'], 'draw')} without an answer."
    if facts[by_date.LEFT_OUT]:
        text += (
            f" What oversight costs is without up to {facts[by_date.LEFT_OUT]} at a date, whose "
            "output without review cannot be certified."
        )
    return wrapped(text, indent="")
