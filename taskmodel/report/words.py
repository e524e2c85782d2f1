"""The answer in words, made from the numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import xarray as xr

from taskmodel._text import number, percent, scientific
from taskmodel.plots.words import NAMES
from taskmodel.report.gathering import HALF, Material

MONTHS = (
    "January February March April May June July August September October November December".split()
)
BOTTLENECK = "oversight_bottleneck_from"
MOST_LEVERS, MOST_CRUXES = 3, 3
NO_TIME = 0.05  # year: a lever that moves the date by less buys none worth naming
LEVELS = (0.05, 0.5, 0.95)


def month_of(date: float) -> str:
    """Return a date as month and year; inf: never.

    Examples
    --------
    >>> month_of(2027.82), month_of(2028.0), month_of(float("inf"))
    ('October 2027', 'January 2028', 'never')
    """
    if math.isinf(date):
        return "never"
    year = math.floor(date)
    return f"{MONTHS[min(int((date - year) * 12), 11)]} {year}"


def chance(value: float) -> str:
    """Return a probability; estimates of draws are never certain.

    Examples
    --------
    >>> chance(0.664), chance(1.0), chance(0.001)
    ('66 %', 'over 99 %', 'under 1 %')
    """
    if value > 0.995:
        return "over 99 %"
    return "under 1 %" if value < 0.005 else percent(value)


def factor_text(value: float) -> str:
    """Return a speed-up or a cost with the sign for times; large ones as powers of ten."""
    return f"{number(value) if value < 1e4 or math.isinf(value) else scientific(value, 2)}\u00d7"


def banded(values: Iterable[float], text: Callable[[float], str]) -> str:
    """Return a median with its 90 % band."""
    low, median, high = map(text, values)
    return f"{median} [{low} to {high}]"


def sentences(material: Material) -> list[str]:
    """Return the answer: when reviewers run out, and how fast research goes until then."""
    return [
        _first(material, HALF, "Oversight costs half of all research"),
        "Half: with all review hours free, twice as much research would be done. "
        + _first(material, BOTTLENECK, "Oversight is the bottleneck, the largest brake of all,"),
        _speeds(material),
    ]


def _first(material: Material, name: str, subject: str) -> str:
    """Say from when something holds, with the probability that it does by each date."""
    bands, years = material.bands, material.years
    low, median, high = bands[name].values.tolist()
    begins = float(bands["by"].values[0])
    chances = bands[f"{name}_by"].sel(path=bands.attrs["paths_name"])
    likely = ", ".join(f"{chance(float(chances.sel(by=year)))} by {year:g}" for year in years)
    never = math.isinf(median)
    when = "at no date of these paths" if never else f"from {first_date(median, begins)}"
    band = f"90 %: {first_date(low, begins)} to {first_date(high, begins)}"
    return f"{subject} {when} (median; {band}). The probability is {likely}."


def first_date(date: float, begins: float) -> str:
    """Return from when on; dates at the beginning of what was computed may be earlier.

    Examples
    --------
    >>> first_date(2025.0, 2025.0), first_date(2027.8, 2025.0)
    ('January 2025 or before', 'October 2027')
    """
    return f"{month_of(begins)} or before" if date <= begins else month_of(date)


def _speeds(material: Material) -> str:
    bands = material.bands
    today = bands.attrs["today"]
    years = [year for year in (today, *material.years) if year in bands["time"].values]
    rows = bands.sel(time=years)
    speeds = [
        f"{banded(rows['throughput_speedup'].sel(time=year).values, factor_text)} in {year:g}"
        for year in years
    ]
    shares = rows["automated_hours_share"].sel(quantile=0.5).values
    return (
        "Research goes on at this multiple of what the same people do without AI: "
        f"{', '.join(speeds)} (median and 90 % band); AI then does "
        f"{', '.join(percent(share) for share in shares)} of the hours."
    )


def lever_rows(levers: xr.Dataset) -> list[dict[str, Any]]:
    """Return the levers as plain values, those that buy most time first; all together last."""
    rows = []
    for index in range(levers.sizes["lever"]):
        lever = levers.isel(lever=index)
        rows.append(
            {
                "lever": str(lever["lever"].item()),
                "title": str(lever["title"].item()),
                "costs_half_from": lever[HALF].values.tolist(),
                "gain": lever[f"{HALF}_gain"].values.tolist(),
                "bottleneck_from": lever[BOTTLENECK].values.tolist(),
                "speedup_then": lever["speedup_then"].values.tolist(),
                "probability": {
                    f"{year:g}": float(lever[f"{HALF}_by"].sel(by=year))
                    for year in levers["by"].values.tolist()
                },
            }
        )
    return rows


def lever_sentences(material: Material) -> list[tuple[str, str]]:
    """Say what the best levers buy, and what all of them buy together: the time, and by what."""
    rows = lever_rows(material.levers)
    as_is, single = rows[0], [row for row in rows[1:] if row["lever"] != "all"]
    useful = [row for row in single if row["gain"][1] > NO_TIME][:MOST_LEVERS]
    together = [row for row in rows if row["lever"] == "all"]
    chosen = (useful or single[:MOST_LEVERS]) + together
    return [*(_lever(row, as_is) for row in chosen), *_other_paths(material)]


def _other_paths(material: Material) -> list[tuple[str, str]]:
    """Say what other paths of compute, of the same draws, would give."""
    chances = material.bands[f"{HALF}_by"]
    own = material.bands.attrs["paths_name"]
    result = []
    for path in chances["path"].values.tolist():
        if path != own:
            pairs = [
                f"by {year:g} with "
                + versus(*(chance(float(chances.sel(path=name, by=year))) for name in (path, own)))
                for year in material.years
            ]
            head = f"Compute along {path}"
            result.append((head, f"in place of {own} (half {', '.join(pairs)})"))
    return result


def _lever(row: dict[str, Any], as_is: dict[str, Any]) -> tuple[str, str]:
    year = list(row["probability"])[-1]
    half = max(row["probability"], key=lambda by: as_is["probability"][by] - row["probability"][by])
    before, after = as_is["probability"][half], row["probability"][half]
    speed, usual = (factor_text(lever["speedup_then"][1]) for lever in (row, as_is))
    return gain(row["gain"]), (
        f"{row['title']} (half by {half} with {versus(chance(after), chance(before))}; research in "
        f"{year} {versus(speed, usual)})"
    )


def versus(then: str, now: str) -> str:
    """Return a number as it would be beside the one that it is, as both are told.

    Examples
    --------
    >>> versus("39 %", "70 %"), versus("over 99 %", "over 99 %")
    ('39 %, not 70 %', 'over 99 % either way')
    """
    return f"{then} either way" if then == now else f"{then}, not {now}"


def gain(years: Iterable[float]) -> str:
    """Return what a lever buys, as a median with its 90 % band.

    Examples
    --------
    >>> gain([0.31, 0.73, 1.39])
    '+0.7 years [+0.3 to +1.4]'
    """
    low, median, high = (_years(value) for value in years)
    return f"{median} years [{low} to {high}]"


def _years(value: float) -> str:
    if math.isinf(value):
        return "for good" if value > 0 else "lost"
    return f"{0.0 if abs(value) < NO_TIME else value:+.1f}"


def crux_sentences(cruxes: xr.Dataset) -> list[str]:
    """Say which inputs the date hangs on, the largest shifts first."""
    result = []
    for index in range(min(MOST_CRUXES, cruxes.sizes["input"])):
        crux = cruxes.isel(input=index)
        shifts = crux["shift"].values
        if not np.nanmax(np.abs(np.append(shifts, 0.0))) > NO_TIME:
            continue
        ends = [
            f"{_end(end, value, crux['unit'].item())}: {_shift(shift)}"
            for end, value, shift in zip(
                crux["end"].values, crux["end_value"].values, shifts, strict=True
            )
        ]
        result.append(f"{crux['input'].item()}. {'; '.join(ends)}.")
    return result


def _end(end: str, value: float, unit: str) -> str:
    if math.isnan(value):
        return f"{end} end"
    return f"{end} end, {number(value)}{'' if unit in ('', '1') else f' {unit}'}"


def _shift(years: float) -> str:
    if math.isnan(years):
        return "no answer"
    if math.isinf(years):
        return "never the bottleneck" if years > 0 else "the bottleneck, which it is not otherwise"
    return f"{years:+.1f} years"


def binding(shares: dict[str, float]) -> str:
    """Name the sources that hold research back, the largest first.

    Examples
    --------
    >>> binding({"hands_on": 0.29, "review": 0.71, "inference": 0.0})
    'review 71 %, hands-on work 29 %'
    """
    ordered = sorted(shares.items(), key=lambda item: -item[1])
    named = [f"{NAMES.get(name, name)} {percent(share)}" for name, share in ordered if share > 5e-3]
    return ", ".join(named) or "nothing"
