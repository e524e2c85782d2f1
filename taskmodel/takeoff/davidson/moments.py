"""The state of the model at one moment: a row of numbers, from which results and dates are read.

`moment_kernels` names the columns and has the formulas. Levels are natural logarithms, in the units
of the parameters.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from taskmodel.numerics.types import Array
from taskmodel.takeoff.davidson.moment_kernels import (
    AUTOMATED,
    AWAKE,
    CAPITAL,
    CHIPS,
    DESIGNS,
    HARDWARE_EFFORT,
    LEVEL,
    MARKET,
    MOMENT_COLUMNS,
    MULTIPLIER,
    OUTPUT,
    SECTOR_WIDTH,
    SECTORS,
    SHARE,
    SOFTWARE,
    SOFTWARE_EFFORT,
    SPLIT,
    TFP,
    TIME,
    WORKERS,
    complete_moment,
)
from taskmodel.takeoff.davidson.shares import Shares
from taskmodel.takeoff.davidson.table_kernels import Tables

EVERY = -1  # sector: none left out
AS_FAR_AS_THE_RUN = (-1.0, -1.0)  # reaches


def column(sector: int, number: int) -> int:
    """Return a column of a sector in a moment.

    Parameters
    ----------
    sector : int
        0: goods, 1: hardware R&D, 2: software R&D.
    number : int
        Such as `LEVEL`.
    """
    return SECTORS + sector * SECTOR_WIDTH + number


LOG_GWP = column(0, LEVEL)
GOODS_AUTOMATED, RND_AUTOMATED = (column(s, AUTOMATED) for s in (0, 1))
HARDWARE_MULTIPLIER, SOFTWARE_MULTIPLIER = (column(s, MULTIPLIER) for s in (1, 2))
SPLITS = [column(s, SPLIT) for s in range(3)]
OUTPUTS = [column(s, OUTPUT) for s in range(3)]


class Stocks(NamedTuple):
    """Inputs of production, as natural logarithms.

    Chips [FLOP/year], software [1], capital [$], workers and total factor productivity [1].
    """

    chips: float
    software: float
    capital: float
    labour: float
    tfp: float


class Condition(NamedTuple):
    """That a column of moments is at a level, or beyond it."""

    column: int
    level: float
    beyond: bool = False

    def holds(self, moments: Array) -> NDArray[np.bool_]:
        """Return whether it holds, shape (time,)."""
        values = moments[:, self.column]
        return np.asarray(values > self.level if self.beyond else values >= self.level)


def moment(
    tables: Tables,
    time: float,
    stocks: Stocks,
    prices: tuple[float, float],
    cumulative: tuple[float, float],
    shares: Shares,
    awake: bool,
    hints: Array,
    reaches: tuple[float, float] = AS_FAR_AS_THE_RUN,
) -> Array:
    """Return the moment with given levels, shape (column,).

    Parameters
    ----------
    tables : Tables
    time : float
        Calendar year.
    stocks : Stocks
    prices : pair of float
        ln of price-performance of designs and on the market.
    cumulative : pair of float
        ln of cumulative research effort of hardware and software, relative to the start.
    shares : Shares
    awake : bool
        Whether the economy is awake to AI.
    hints : array, shape (sector,)
        Splits from which the search for the best divisions starts; negative: from scratch.
    reaches : pair of float, optional
        Numbers of goods and R&D tasks open to AI; default: those that the largest run opens.
    """
    row = np.empty(MOMENT_COLUMNS)
    row[TIME], row[AWAKE] = time, awake
    row[CHIPS], row[SOFTWARE], row[CAPITAL] = stocks[:3]
    row[WORKERS], row[TFP] = stocks[3:]
    row[DESIGNS], row[MARKET] = prices
    row[HARDWARE_EFFORT], row[SOFTWARE_EFFORT] = cumulative
    row[SHARE : SHARE + len(shares)] = shares
    goods, rnd = float(reaches[0]), float(reaches[1])
    complete_moment(tables, row, goods, rnd, hints, EVERY)
    return row
