"""Headline years, lengths and levels of a run, under the names of the reference's own table.

A year is that of the first moment at which a condition holds; a length is the difference of two
such years. NaN: not reached.
"""

from __future__ import annotations

from collections.abc import Callable
from math import exp, log, nan
from typing import Any, NamedTuple

from taskmodel.takeoff.davidson.moment_kernels import DESIGNS, RUN, SOFTWARE
from taskmodel.takeoff.davidson.moments import (
    GOODS_AUTOMATED,
    HARDWARE_MULTIPLIER,
    LOG_GWP,
    RND_AUTOMATED,
    Condition,
)
from taskmodel.takeoff.davidson.track import Mark, Track

YEARS = range(2025, 2051, 5)
RUNS = range(26, 38, 2)  # orders of magnitude
DOUBLINGS = 5
LN2 = log(2.0)
FAMILIES = ("goods", "R&D")


class Milestone(NamedTuple):
    """A name, a value, its unit and its meaning."""

    name: str
    value: Any
    unit: str
    meaning: str


def marks(trigger: Any) -> dict[str, tuple[Mark, str]]:
    """Return the marks whose dates are milestones, with their meanings, by name.

    ``trigger`` is the automated share of goods tasks that wakes the economy up.
    """
    table = {
        "sub_agi_year": (
            Mark("trainable", 0.2),
            "20 % of goods tasks can be done by training alone",
        ),
        "agi_year": (
            Mark("trainable", 1.0),
            "100 % of goods tasks can be done by training alone (AGI)",
        ),
        "rampup_start": (Mark("automated", trigger), "the economy wakes up to AI"),
        "rampup_mid": (Mark("automated", 0.2), "20 % of goods tasks are automated"),
    }
    for prefix, family, shares in (
        ("automation_gns", 0, (0.2, 1.0)),
        ("automation_rnd", 1, (0.2, 1.0)),
        ("goods", 0, (0.06, 0.5, 0.9)),
        ("rnd", 1, (0.5, 0.9)),
    ):
        for share in shares:
            meaning = f"{100 * share:.0f} % of {FAMILIES[family]} tasks are automated"
            table[f"{prefix}_{100 * share:.0f}%"] = Mark("automated", share, family), meaning
    for power in RUNS:
        # a run of exactly 10^n FLOP is a sum of logarithms, which may round to slightly less
        level = power * log(10.0) - 1e-12
        table[f"training_run_1e{power}_year"] = (
            Mark("run", level),
            f"the largest run has 1e{power} effective FLOP",
        )
    return table


# Lengths from a mark to a milestone.
SPANS = {
    "len_full_automation_gns": (
        Mark("automated", 0.2, 0, True),
        "automation_gns_100%",
        "from over 20 % of goods tasks automated to 100 %",
    ),
    "len_full_automation_rnd": (
        Mark("automated", 0.2, 1, True),
        "automation_rnd_100%",
        "from over 20 % of R&D tasks automated to 100 %",
    ),
    "len_sub_agi_to_agi": (
        Mark("trainable", 0.2),
        "agi_year",
        "from 20 % of goods tasks by training alone to 100 % (AGI)",
    ),
}
LEADING = (
    *("sub_agi_year", "agi_year", "automation_gns_20%", "automation_gns_100%"),
    *("automation_rnd_20%", "automation_rnd_100%", "rampup_start", "rampup_mid", *SPANS),
)  # the first milestones of all; other figures precede the remaining dates


def dates(reached: Callable[[Mark], Any], trigger: Any) -> dict[str, Milestone]:
    """Return the milestones that are calendar years, or lengths between them, by name.

    Parameters
    ----------
    reached : function of a Mark
        Returns the calendar year, or an array of years; NaN: not reached.
    trigger : float
        Automated share of goods tasks that wakes the economy up; for many runs an array.
    """
    table = {
        name: Milestone(name, reached(mark), "calendar year", meaning)
        for name, (mark, meaning) in marks(trigger).items()
    }
    for name, (begin, end, meaning) in SPANS.items():
        table[name] = Milestone(name, table[end].value - reached(begin), "year", meaning)
    return {name: table[name] for name in dict.fromkeys((*LEADING, *table))}


def headlines(track: Track, trigger: float) -> list[Milestone]:
    """Return all headline figures of a run.

    Parameters
    ----------
    track : Track
    trigger : float
        Automated share of goods tasks that wakes the economy up.
    """
    dated = dates(lambda mark: _or_nan(track.reached(mark)), trigger)

    def multiplied(factor: float) -> float | None:
        """The first year in which automation multiplies hardware research by more than a factor."""
        return track.first(Condition(HARDWARE_MULTIPLIER, log(factor), beyond=True))

    multiplier, growth = (
        _or_nan(first(end)) - _or_nan(first(begin))
        for first, begin, end in ((multiplied, 2, 10), (track.grows, 0.05, 0.20))
    )
    return [
        *(dated[name] for name in LEADING),
        Milestone(
            "len_cog_output_multiplier",
            multiplier,
            "year",
            "from hardware research doubled by automation to 10 times",
        ),
        Milestone(
            "len_gwp_growth",
            growth,
            "year",
            "from 5 % growth of GWP in a year to 20 %, in logarithms",
        ),
        *(milestone for name, milestone in dated.items() if name not in LEADING),
        *_doublings(track, dated),
        *(milestone for year in YEARS for milestone in _levels_in(track, year)),
    ]


def _or_nan(value: float | None) -> float:
    return nan if value is None else value


def gwp_doubling_times(track: Track, trigger: float) -> list[float]:
    """Return doubling times of GWP [years]: at the initial growth, then from the wake-up on.

    NaN: not reached.
    """
    growth = track.first_pace()
    times = [LN2 / growth if growth > 0 else nan]
    year = track.reached(marks(trigger)["rampup_start"][0])
    while len(times) < DOUBLINGS and year is not None:
        moment = track.at(year)
        assert moment is not None  # the year is one of the track
        doubled = Condition(LOG_GWP, float(moment[LOG_GWP]) + LN2, beyond=True)
        later = track.first(doubled, after=year)
        if later is not None:
            times.append(later - year)
        year = later
    return times + [nan] * (DOUBLINGS - len(times))


def _doublings(track: Track, dated: dict[str, Milestone]) -> list[Milestone]:
    begin, end = (track.at(dated[name].value) for name in ("sub_agi_year", "agi_year"))
    columns = {
        "training_compute": ("the largest run", RUN),
        "software": ("software", SOFTWARE),
        "hardware_performance": ("design price-performance", DESIGNS),
        "gwp": ("GWP", LOG_GWP),
    }
    return [
        Milestone(
            f"doublings_subagi_to_agi_{name}",
            nan if begin is None or end is None else float(end[column] - begin[column]) / LN2,
            "1",
            f"doublings of {quantity} between the two AGI years",
        )
        for name, (quantity, column) in columns.items()
    ]


def _levels_in(track: Track, year: int) -> list[Milestone]:
    moment = track.at(float(year))
    values = [nan] * 6
    if moment is not None:
        logs = moment[[LOG_GWP, RUN, SOFTWARE, DESIGNS]].tolist()
        values = [*map(exp, logs), *moment[[GOODS_AUTOMATED, RND_AUTOMATED]].tolist()]
    table = {
        "gwp": ("$/year", "gross world product"),
        "training_run": ("FLOP", "largest run"),
        "software": ("1", "software"),
        "hardware_performance": ("FLOP/year/$", "design price-performance"),
        "frac_goods": ("1", "automated share of goods tasks"),
        "frac_rnd": ("1", "automated share of R&D tasks"),
    }
    return [
        Milestone(f"{name}_{year}", value, unit, f"{meaning} at the start of {year}")
        for (name, (unit, meaning)), value in zip(table.items(), values, strict=True)
    ]
