"""Headline years, lengths and levels of a run, under the names of the reference's own table.

A year is that of the first moment at which something holds; a length goes from one first moment to another. NaN: not reached.
"""

from __future__ import annotations

from collections.abc import Callable
from math import exp, isnan, log, nan
from typing import Any, NamedTuple

from taskmodel.takeoff.davidson.moments import Moment, automated_share
from taskmodel.takeoff.davidson.track import Mark, Track

__all__ = ["DOUBLINGS", "YEARS", "Milestone", "dates", "doubling_times", "headlines"]

YEARS = range(2025, 2051, 5)
RUNS = range(26, 38, 2)  # powers of ten
DOUBLINGS = 5
LN2 = log(2.0)


class Milestone(NamedTuple):
    """A name, a value, its unit and what it means."""

    name: str
    value: Any
    unit: str
    meaning: str


class _Reader:
    """Asks a track; `gwp` is ln of its level at the start."""

    def __init__(self, track: Track, log_gwp: float):
        self.track = track
        self.economy = track.economy
        self.log_gwp_start = log_gwp
        self.base = self.economy.outputs(track.start.production)[0]

    def log_gwp(self, at: Moment) -> float:
        return self.log_gwp_start + self.economy.outputs(at.production)[0] - self.base

    def richer(self, log_gwp: float) -> Callable[[Moment], bool]:
        """Whether GWP is above a level."""
        return lambda at: self.log_gwp(at) > log_gwp

    def multiplied(self, times: float) -> float | None:
        """When automation multiplies hardware research by more than so much."""

        def holds(at: Moment) -> bool:
            made = at.production.hardware
            return made.log_output - made.log_without > log(times)

        return self.track.first(holds)

    def length(
        self,
        name: str,
        first: Callable[[float], float | None],
        begin: float,
        end: float,
        meaning: str,
    ) -> Milestone:
        """From the year in which one level is passed to that of another."""
        return Milestone(name, _or_nan(first(end)) - _or_nan(first(begin)), "year", meaning)


def marks(trigger: Any) -> dict[str, tuple[Mark, str]]:
    """Milestones that are calendar years, by name, and what they mean; ``trigger``: the share that starts the wake-up."""
    found = {
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
    for family, (name, words) in enumerate((("gns", "goods"), ("rnd", "R&D"))):
        for share in (0.2, 1.0):
            meaning = f"{100 * share:.0f} % of {words} tasks are automated"
            found[f"automation_{name}_{100 * share:.0f}%"] = (
                Mark("automated", share, family),
                meaning,
            )
    for family, (name, words, shares) in enumerate(
        (("goods", "goods", (0.06, 0.5, 0.9)), ("rnd", "R&D", (0.5, 0.9)))
    ):
        for share in shares:
            found[f"{name}_{100 * share:.0f}%"] = (
                Mark("automated", share, family),
                f"{100 * share:.0f} % of {words} tasks are automated",
            )
    for power in RUNS:  # a run of just so many FLOP, say at the start, is a sum of logarithms and may round to below
        level = power * log(10.0) - 1e-12
        found[f"training_run_1e{power}_year"] = (
            Mark("run", level),
            f"the largest run has 1e{power} effective FLOP",
        )
    return found


# Lengths from one mark to another, the latter by its name.
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
DATED = (
    *(
        "sub_agi_year",
        "agi_year",
        "automation_gns_20%",
        "automation_gns_100%",
        "automation_rnd_20%",
        "automation_rnd_100%",
    ),
    *("rampup_start", "rampup_mid", *SPANS),
)  # the first of all; other figures stand between them and the rest


def dates(reached: Callable[[Mark], Any], trigger: Any) -> dict[str, Milestone]:
    """The milestones that are calendar years, or lengths from one mark to another, by name.

    Parameters
    ----------
    reached : function of a Mark
        Gives the calendar year, or an array of years; NaN: not reached.
    trigger : float
        Automated share of goods tasks that starts the wake-up; of many runs an array.
    """
    found = {
        name: Milestone(name, reached(mark), "calendar year", meaning)
        for name, (mark, meaning) in marks(trigger).items()
    }
    for name, (begin, end, meaning) in SPANS.items():
        found[name] = Milestone(name, found[end].value - reached(begin), "year", meaning)
    return {name: found[name] for name in (*DATED, *(name for name in found if name not in DATED))}


def headlines(track: Track, trigger: float, log_gwp: float) -> list[Milestone]:
    """All headline figures of a run.

    Parameters
    ----------
    track : Track
    trigger : float
        Automated share of goods tasks that starts the wake-up.
    log_gwp : float
        ln of GWP at the start [$/year].
    """
    read, dated = _Reader(track, log_gwp), dates(lambda mark: _or_nan(track.reached(mark)), trigger)
    return [
        *(dated[name] for name in DATED),
        read.length(
            "len_cog_output_multiplier",
            read.multiplied,
            2,
            10,
            "from hardware research doubled by automation to 10 times",
        ),
        read.length(
            "len_gwp_growth",
            track.grows,
            0.05,
            0.20,
            "from 5 % growth of GWP in a year to 20 %, in logarithms",
        ),
        *(one for name, one in dated.items() if name not in DATED),
        *_doublings(read, dated),
        *(one for year in YEARS for one in _levels(read, year)),
    ]


def _or_nan(value: float | None) -> float:
    return nan if value is None else value


def doubling_times(track: Track, trigger: float, log_gwp: float) -> list[float]:
    """Doubling times of GWP [years]: at the pace of the start, then one after the other from the wake-up on; NaN: not reached."""
    read = _Reader(track, log_gwp)
    pace = track.first_pace()
    times = [LN2 / pace if pace > 0 else nan]
    since = track.reached(marks(trigger)["rampup_start"][0])
    while len(times) < DOUBLINGS and since is not None:
        begin = track.at(since)
        assert begin is not None  # it was found on the track
        then = track.first(read.richer(read.log_gwp(begin) + LN2), after=since)
        if then is not None:
            times.append(then - since)
        since = then
    return times + [nan] * (DOUBLINGS - len(times))


def _doublings(read: _Reader, dated: dict[str, Milestone]) -> list[Milestone]:
    years = [dated[name].value for name in ("sub_agi_year", "agi_year")]
    ends = [None if isnan(year) else read.track.at(year) for year in years]
    logs: dict[str, tuple[str, Callable[[Moment], float]]] = {
        "training_compute": ("the largest run", lambda at: at.run),
        "software": ("software", lambda at: at.stocks.software),
        "hardware_performance": ("design price-performance", lambda at: at.hardware),
        "gwp": ("GWP", read.log_gwp),
    }
    found = []
    for name, (what, level) in logs.items():
        begin, end = ends
        value = nan if begin is None or end is None else (level(end) - level(begin)) / LN2
        found.append(
            Milestone(
                f"doublings_subagi_to_agi_{name}",
                value,
                "1",
                f"doublings of {what} between the two AGI years",
            )
        )
    return found


def _levels(read: _Reader, year: int) -> list[Milestone]:
    at = read.track.at(float(year))
    goods, rnd = (nan, nan) if at is None else automated_share(read.economy, at)
    levels = (
        (nan,) * 4
        if at is None
        else (exp(read.log_gwp(at)), exp(at.run), exp(at.stocks.software), exp(at.hardware))
    )
    return [
        Milestone(
            f"gwp_{year}", levels[0], "$/year", f"gross world product at the start of {year}"
        ),
        Milestone(f"training_run_{year}", levels[1], "FLOP", f"largest run at the start of {year}"),
        Milestone(f"software_{year}", levels[2], "1", f"software at the start of {year}"),
        Milestone(
            f"hardware_performance_{year}",
            levels[3],
            "FLOP/year/$",
            f"design price-performance at the start of {year}",
        ),
        Milestone(
            f"frac_goods_{year}",
            goods,
            "1",
            f"automated share of goods tasks at the start of {year}",
        ),
        Milestone(
            f"frac_rnd_{year}", rnd, "1", f"automated share of R&D tasks at the start of {year}"
        ),
    ]
