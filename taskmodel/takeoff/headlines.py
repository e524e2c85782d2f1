"""Headline years, lengths and levels of a run, under the names of the reference's own table.

A year is that of the first moment at which something holds; a length goes from one first moment to another. NaN: not reached.
"""

from __future__ import annotations

from collections.abc import Callable
from math import exp, log, nan
from typing import NamedTuple

from taskmodel.takeoff.moments import Moment, automated_share
from taskmodel.takeoff.track import Track

__all__ = ["DOUBLINGS", "YEARS", "Milestone", "doubling_times", "headlines"]

YEARS = range(2025, 2051, 5)
RUNS = range(26, 38, 2)  # powers of ten
DOUBLINGS = 5
LN2 = log(2.0)


class Milestone(NamedTuple):
    """A name, a value, its unit and what it means."""

    name: str
    value: float
    unit: str
    meaning: str


class _Reader:
    """Asks a track; `gwp` is ln of its level at the start."""

    def __init__(self, track: Track, trigger: float, log_gwp: float):
        self.track, self.trigger = track, trigger
        self.economy = track.economy
        self.log_gwp_start = log_gwp
        self.base = self.economy.outputs(track.start.production)[0]

    def log_gwp(self, at: Moment) -> float:
        return self.log_gwp_start + self.economy.outputs(at.production)[0] - self.base

    def richer(self, log_gwp: float) -> Callable[[Moment], bool]:
        """Whether GWP is above a level."""
        return lambda at: self.log_gwp(at) > log_gwp

    def automated(self, family: int, share: float, beyond: bool = False) -> float | None:
        """When so much of the tasks is automated, or more than that."""

        def holds(at: Moment) -> bool:
            now = automated_share(self.economy, at)[family]
            return now > share if beyond else now >= share

        return self.track.first(holds)

    def trainable(self, share: float) -> float | None:
        """When the largest run suffices for so much of the goods tasks, whatever running compute could make up for."""
        family = self.economy.families[0]
        return self.track.first(lambda at: family.reach(at.run, tradeoff=False) / family.count >= share)

    def run(self, power: int) -> float | None:
        """When the largest run has so many FLOP."""
        level = power * log(10.0) - 1e-12  # a run of just so many, say at the start, is a sum of logarithms and may round to below
        return self.track.first(lambda at: at.run >= level)

    def multiplied(self, times: float) -> float | None:
        """When automation multiplies hardware research by more than so much."""

        def holds(at: Moment) -> bool:
            made = at.production.hardware
            return made.log_output - made.log_without > log(times)

        return self.track.first(holds)

    def grows(self, rate: float) -> float | None:
        """When ln GWP grows by more than so much in the year that follows."""

        def holds(at: Moment) -> bool:
            later = self.track.year_after(at)
            return later is not None and self.log_gwp(later) - self.log_gwp(at) > rate

        return self.track.first(holds)


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
    read = _Reader(track, trigger, log_gwp)
    sub_agi, agi = read.trainable(0.2), read.trainable(1.0)
    goods, rnd = ({share: read.automated(family, share) for share in (0.06, 0.2, 0.5, 0.9, 1.0)} for family in (0, 1))
    found = [
        _year("sub_agi_year", sub_agi, "20 % of goods tasks can be done by training alone"),
        _year("agi_year", agi, "100 % of goods tasks can be done by training alone (AGI)"),
        _year("automation_gns_20%", goods[0.2], "20 % of goods tasks are automated"),
        _year("automation_gns_100%", goods[1.0], "100 % of goods tasks are automated"),
        _year("automation_rnd_20%", rnd[0.2], "20 % of R&D tasks are automated"),
        _year("automation_rnd_100%", rnd[1.0], "100 % of R&D tasks are automated"),
        _year("rampup_start", read.automated(0, trigger), "the economy wakes up to AI"),
        _year("rampup_mid", goods[0.2], "20 % of goods tasks are automated"),
        _length(
            "len_full_automation_gns", read.automated(0, 0.2, beyond=True), goods[1.0], "from over 20 % of goods tasks automated to 100 %"
        ),
        _length("len_full_automation_rnd", read.automated(1, 0.2, beyond=True), rnd[1.0], "from over 20 % of R&D tasks automated to 100 %"),
        _length("len_sub_agi_to_agi", sub_agi, agi, "from 20 % of goods tasks by training alone to 100 % (AGI)"),
        _length(
            "len_cog_output_multiplier", read.multiplied(2), read.multiplied(10), "from hardware research doubled by automation to 10 times"
        ),
        _length("len_gwp_growth", read.grows(0.05), read.grows(0.20), "from 5 % growth of GWP in a year to 20 %, in logarithms"),
        _year("goods_6%", goods[0.06], "6 % of goods tasks are automated"),
        _year("goods_50%", goods[0.5], "50 % of goods tasks are automated"),
        _year("goods_90%", goods[0.9], "90 % of goods tasks are automated"),
        _year("rnd_50%", rnd[0.5], "50 % of R&D tasks are automated"),
        _year("rnd_90%", rnd[0.9], "90 % of R&D tasks are automated"),
        *(_year(f"training_run_1e{power}_year", read.run(power), f"the largest run has 1e{power} effective FLOP") for power in RUNS),
        *_doublings(read, sub_agi, agi),
    ]
    for year in YEARS:
        found += _levels(read, year)
    return found


def doubling_times(track: Track, trigger: float, log_gwp: float) -> list[float]:
    """Doubling times of GWP [years]: at the pace of the start, then one after the other from the wake-up on; NaN: not reached."""
    read = _Reader(track, trigger, log_gwp)
    pace = track.first_pace()
    times = [LN2 / pace if pace > 0 else nan]
    since = read.automated(0, trigger)
    while len(times) < DOUBLINGS and since is not None:
        begin = track.at(since)
        assert begin is not None  # it was found on the track
        then = track.first(read.richer(read.log_gwp(begin) + LN2), after=since)
        if then is not None:
            times.append(then - since)
        since = then
    return times + [nan] * (DOUBLINGS - len(times))


def _year(name: str, value: float | None, meaning: str) -> Milestone:
    return Milestone(name, nan if value is None else value, "calendar year", meaning)


def _length(name: str, begin: float | None, end: float | None, meaning: str) -> Milestone:
    return Milestone(name, nan if begin is None or end is None else end - begin, "year", meaning)


def _doublings(read: _Reader, sub_agi: float | None, agi: float | None) -> list[Milestone]:
    ends = [None if year is None else read.track.at(year) for year in (sub_agi, agi)]
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
        found.append(Milestone(f"doublings_subagi_to_agi_{name}", value, "1", f"doublings of {what} between the two AGI years"))
    return found


def _levels(read: _Reader, year: int) -> list[Milestone]:
    at = read.track.at(float(year))
    goods, rnd = (nan, nan) if at is None else automated_share(read.economy, at)
    levels = (nan,) * 4 if at is None else (exp(read.log_gwp(at)), exp(at.run), exp(at.stocks.software), exp(at.hardware))
    return [
        Milestone(f"gwp_{year}", levels[0], "$/year", f"gross world product at the start of {year}"),
        Milestone(f"training_run_{year}", levels[1], "FLOP", f"largest run at the start of {year}"),
        Milestone(f"software_{year}", levels[2], "1", f"software at the start of {year}"),
        Milestone(f"hardware_performance_{year}", levels[3], "FLOP/year/$", f"design price-performance at the start of {year}"),
        Milestone(f"frac_goods_{year}", goods, "1", f"automated share of goods tasks at the start of {year}"),
        Milestone(f"frac_rnd_{year}", rnd, "1", f"automated share of R&D tasks at the start of {year}"),
    ]
