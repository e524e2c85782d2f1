"""The calibrated cognitive tasks of a sector, as the division of labour and compute uses them.

`division_kernels` divides; here are the sums over tasks that do not depend on the training run, and
the constants of a sector's nest. Logarithms throughout: no psi in [-10, 0.9] overflows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import exp, inf, log
from typing import NamedTuple

import numpy as np

from taskmodel.numerics.types import Array
from taskmodel.takeoff.davidson.division_kernels import CLEARLY, cobb_douglas, divide
from taskmodel.takeoff.davidson.requirements import Family
from taskmodel.takeoff.davidson.table_kernels import (
    AUTOMATES,
    COMPUTE_BASE,
    COMPUTE_SHARE,
    COUNT,
    FAMILY,
    FIRST,
    LABOUR_BASE,
    NUMBERS,
    POWER,
    PSI,
    SCALE,
    SECTOR_COLUMNS,
    SHORTFALL,
    SLOPE,
    TILT,
    TRADEOFF,
    Tables,
    add_counts,
    add_up,
)

NEARLY = CLEARLY / (1 + CLEARLY)  # compute's part of a task from which it counts as automated

NO_HINT = -1.0  # the split is searched from scratch


class Split(NamedTuple):
    """An optimal division.

    Attributes
    ----------
    log_output : float
        ln Y relative to the calibration.
    automated : float
        Tasks in which compute supplies over ten times what labour does, besides task 0; of a
        continuum, their share.
    log_price : float
        ln of the price of compute in terms of labour; inf where labour is of no use.
    position : float
        The split I; of a continuum, the quantile.
    mixed : bool
        Whether the task I has both factors.
    compute_share : float
        Compute's share of the task I; 0 where none is mixed.
    """

    log_output: float
    automated: float
    log_price: float
    position: float
    mixed: bool
    compute_share: float


@dataclass(frozen=True)
class Division:
    """Tasks of a sector, so that output is 1 where it is observed, with compute on task 0 alone.

    Attributes
    ----------
    family : Family
    psi : float
        CES exponent between tasks, below 1.
    share : float
        u, compute's share of cognitive work where it is observed [1]; in (0, 1).
    log_labour, log_compute : float
        ln L [workers] and ln C [FLOP/year] there.
    """

    family: Family
    psi: float
    share: float
    log_labour: float
    log_compute: float

    @property
    def tilt(self) -> float:
        """1 - sigma."""
        return -self.psi / (1 - self.psi)

    @property
    def slope(self) -> float:
        """1 / sigma."""
        return 1 - self.psi

    @property
    def power(self) -> float:
        """1 / (sigma - 1); at psi = 0 it is -1, for the formula there."""
        return (1 - self.psi) / self.psi if self.psi else -1.0

    @property
    def _log_weight(self) -> float:
        """ln of the weight of task 0 that gives it its share; the others weigh 1."""
        count = log(self.family.count)
        return (
            log(self.share / (1 - self.share))
            + count
            + self.psi * (self.log_labour - count - self.log_compute)
        )

    @cached_property
    def log_first(self) -> float:
        """ln b_0."""
        return self._log_weight / (1 - self.psi)

    @cached_property
    def log_scale(self) -> float:
        """ln Y where it is observed, before calibration."""
        count, psi = self.family.count, self.psi
        if psi:
            per_task = psi * (self.log_labour - log(count))
            return (log(count) + per_task - log(1 - self.share)) / psi
        weight = self._log_weight
        total = cobb_douglas(weight, log(count), 0.0, self.log_labour, self.log_compute)
        return total / (exp(weight) + count)

    @cached_property
    def need(self) -> list[float]:
        """theta_j = ln iota_j + delta ln tau_j; ln eta = -max(0, theta - delta ln R)."""
        family = self.family
        pairs = zip(family.log_training, family.log_runtime, strict=True)
        return [runtime + family.tradeoff * training for training, runtime in pairs]

    @cached_property
    def sums(self) -> Array:
        """ln of the sums of e^((1 - sigma) theta), shape (task + 1,).

        Over the tasks before each position where the terms grow with j, otherwise over those from
        it on, so that differences of the sums lose no digits.
        """
        logs = self.tilt * np.array(self.need)
        sums = np.empty(len(logs) + 1)
        if self.tilt >= 0:
            add_up(logs, -inf, sums)
            return sums
        add_up(logs[::-1].copy(), -inf, sums)
        return sums[::-1].copy()

    @cached_property
    def bases(self) -> Array:
        """ln X where compute does so many tasks besides task 0, each as well as labour."""
        bases = np.empty((self.family.tasks or 0) + 1)
        add_counts(self.log_first, bases)
        return bases

    @cached_property
    def tables(self) -> Tables:
        """What the kernels need of this sector alone."""
        return tables_of([self], families=(0,))

    def divide(
        self,
        log_labour: float,
        log_compute: float,
        log_run: float,
        reach: float,
        hint: float = NO_HINT,
    ) -> Split:
        """Return the best division of labour and compute over the tasks.

        Parameters
        ----------
        log_labour, log_compute : float
            ln L [workers], ln C [FLOP/year].
        log_run : float
            ln R [FLOP], the largest training run.
        reach : float
            How many tasks are open to compute; of a continuum, which share.
        hint : float, optional
            The split of a neighbouring optimum, at which the search starts.
        """
        numbers = map(float, (log_labour, log_compute, log_run, reach, hint))
        return Split(*divide(self.tables, 0, *numbers))


def tables_of(divisions: Sequence[Division], families: Sequence[int]) -> Tables:
    """Return the tables of the kernels, with what divisions determine filled in.

    Parameters
    ----------
    divisions : sequence of Division
        One for each sector.
    families : sequence of int
        The task family of each, numbered from 0; sectors of a family share its exponent.
    """
    of_family = [divisions[families.index(f)] for f in range(max(families) + 1)]
    first = of_family[0].family
    number = np.zeros(NUMBERS)
    number[TRADEOFF], number[SHORTFALL] = first.tradeoff, first.log_shortfall
    number[COUNT], number[AUTOMATES] = first.count, 1.0
    sector = np.zeros((len(divisions), SECTOR_COLUMNS))
    for row, division, family in zip(sector, divisions, families, strict=True):
        row[FAMILY], row[PSI], row[TILT] = (
            family,
            division.psi,
            division.tilt,
        )
        row[SLOPE], row[POWER] = division.slope, division.power
        row[FIRST], row[SCALE] = division.log_first, division.log_scale
        row[LABOUR_BASE] = division.log_labour
        row[COMPUTE_BASE] = division.log_compute
        row[COMPUTE_SHARE] = division.share
    return Tables(
        training=np.array([division.family.log_training for division in of_family]),
        need=np.array([division.need for division in of_family]),
        sums=np.array([division.sums for division in of_family]),
        log_remaining=np.array([log(tasks) for tasks in range(first.tasks or 0, 0, -1)]),
        piece=np.array([pieces_of(division.family) for division in of_family]),
        sector=sector,
        bases=np.array([division.bases for division in divisions]),
        number=number,
        ceiling=np.zeros(7),
        growth=np.zeros((2, 7)),
    )


def pieces_of(family: Family) -> Array:
    """Return the pieces of a continuum as rows of `Tables.piece`; of counted tasks none."""
    if family.tasks is not None:
        return np.empty((0, 6))
    rows = []
    for piece in family.pieces:
        pairs = zip(piece.log_runtime, piece.log_training, strict=True)
        theta = [runtime + family.tradeoff * training for runtime, training in pairs]
        rows.append((piece.start, piece.end, *theta, *piece.log_training))
    return np.array(rows)
