"""Everything the model says of one moment, whichever way it got there; the record that results and milestones are made from."""

from __future__ import annotations

from math import log
from typing import NamedTuple

from taskmodel.takeoff.davidson.economy import Economy, Production, Shares, Stocks

__all__ = ["Moment", "automated_share", "moment"]


class Moment(NamedTuple):
    """One moment; levels are natural logarithms, in the units of the parameters.

    ``cumulative`` is ln of cumulative research effort of hardware and software, relative to the start.
    """

    time: float
    stocks: Stocks
    hardware: float
    market: float
    cumulative: tuple[float, float]
    run: float
    shares: Shares
    reaches: tuple[float, float]
    production: Production
    awake: bool

    @property
    def money(self) -> float:
        """ln of what the largest training run costs on the market [$]."""
        return self.run - self.stocks.software - self.market


def moment(
    economy: Economy,
    time: float,
    stocks: Stocks,
    prices: tuple[float, float],
    cumulative: tuple[float, float],
    shares: Shares,
    awake: bool,
    before: Moment | None = None,
    reaches: tuple[float, float] | None = None,
) -> Moment:
    """The moment with so much of everything.

    Parameters
    ----------
    prices : pair of float
        ln of price-performance of designs and on the market.
    before : Moment, optional
        A neighbouring one, near which the optima are looked for.
    reaches : pair of float, optional
        How far AI reaches into the tasks; default: as far as the largest run allows.
    """
    run = stocks.chips + stocks.software + log(shares.compute_training)
    reaches = reaches or economy.reaches(run)
    hints = before.production.hints if before else (None, None, None)
    production = economy.produce(stocks, shares, run, reaches, hints)
    return Moment(time, stocks, *prices, cumulative, run, shares, reaches, production, awake)


def automated_share(economy: Economy, at: Moment) -> tuple[float, float]:
    """Part of the tasks of goods and of R&D in which compute supplies over 10 times what labour does; hardware stands for R&D."""
    goods, rnd = at.production.goods.split.automated, at.production.hardware.split.automated
    return goods / economy.families[0].count, rnd / economy.families[1].count
