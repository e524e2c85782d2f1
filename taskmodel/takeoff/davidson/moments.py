"""The state of the model at one moment, from which results and milestones are read."""

from __future__ import annotations

from math import log
from typing import NamedTuple

from taskmodel.takeoff.davidson.economy import NO_HINTS, Economy, Outputs, Stocks
from taskmodel.takeoff.davidson.shares import Shares


class Moment(NamedTuple):
    """One moment; levels are natural logarithms, in the units of the parameters.

    ``hardware`` and ``market`` are price-performance of designs and on the market, ``cumulative``
    that of cumulative research effort of hardware and software, relative to the start, ``run`` the
    largest training run.
    """

    time: float
    stocks: Stocks
    hardware: float
    market: float
    cumulative: tuple[float, float]
    run: float
    shares: Shares
    reaches: tuple[float, float]
    production: Outputs
    awake: bool

    @property
    def money(self) -> float:
        """ln of the market cost of the largest training run [$]."""
        return self.run - self.stocks.software - self.market


def moment(
    economy: Economy,
    time: float,
    stocks: Stocks,
    prices: tuple[float, float],
    cumulative: tuple[float, float],
    shares: Shares,
    awake: bool,
    neighbour: Moment | None = None,
    reaches: tuple[float, float] | None = None,
) -> Moment:
    """Return the moment with given levels.

    Parameters
    ----------
    prices : pair of float
        ln of price-performance of designs and on the market.
    neighbour : Moment, optional
        A neighbouring moment, from whose optima the search starts.
    reaches : pair of float, optional
        Numbers of goods and R&D tasks open to AI; default: those that the largest run opens.
    """
    run = stocks.chips + stocks.software + log(shares.compute_training)
    reaches = reaches or economy.reaches(run)
    hints = neighbour.production.hints if neighbour else NO_HINTS
    production = economy.produce(stocks, shares, run, reaches, hints)
    return Moment(time, stocks, *prices, cumulative, run, shares, reaches, production, awake)


def automated_share(economy: Economy, moment: Moment) -> tuple[float, float]:
    """Return the automated shares of goods and R&D tasks.

    A task is automated where compute supplies over 10 times as much as labour. The hardware sector
    represents R&D.
    """
    goods, hardware, _ = (sector.split.automated for sector in moment.production)
    return goods / economy.families[0].count, hardware / economy.families[1].count


def log_software_multiplier(economy: Economy, moment: Moment) -> float:
    """Return ln of software research over that with AI confined to its easiest task."""
    software = moment.production.software
    return software.log_output - software.log_without if economy.automated else 0.0
