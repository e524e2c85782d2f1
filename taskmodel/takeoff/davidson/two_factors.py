# Editors: leave this file as it is, but for imports. It is being rewritten for the compiled core.
r"""Two factors over sorted tasks: the best division of labour and compute, found in O(log N) from sums over prefixes.

Tasks j = 0..N have weights beta_j and CES exponent psi. A unit of task j takes one unit of labour or 1 / eta_j of compute,
and compute may do the tasks below some j only; eta falls with j. So compute does the tasks below a split I, labour those
above it, and at most the task I has both. With sigma = 1 / (1 - psi), b_j = beta_j^sigma and

.. math:: X_i = \sum_{j<i} b_j \eta_j^{\sigma - 1}, \qquad W_i = \sum_{j \ge i} b_j,

the price of compute in terms of labour, were there nothing mixed, is pi_i = (X_i L / (C W_i))^(1/sigma), which rises with i, and

.. math:: Y^\psi = X_I^{1-\psi} C^\psi + W_I^{1-\psi} L^\psi \quad\text{(edge)}, \qquad
          Y = (L + \eta_I C) D^{(1-\psi)/\psi},\; D = W_I + \eta_I^{1-\sigma} X_I \quad\text{(mixed)}.

Task 0 is always open to compute, with eta = 1; all others weigh the same. Where the tasks are a continuum, sums are integrals
in closed form and nothing is mixed. X, W, prices and outputs are natural logarithms throughout: no psi in [-10, 0.9]
overflows. psi = 0 is Cobb-Douglas, exactly; a psi near it costs about 1e-16 / |psi| of precision. Source: first-order
conditions of the CES optimum; Davidson (2023), appendix on the allocation of labour and compute. The formulas of Y and the
price are those of `allocation.two_factors`; what is here is where the split is, as the largest run grows.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from math import exp, inf, log
from typing import Any, ClassVar, NamedTuple

from taskmodel.allocation.two_factors import (
    cobb_douglas_log_output,
    log_relative_price,
    split_log_output,
    unsplit_log_output,
)
from taskmodel.numerics.elementary import FLOATS, Elementary, Number, log_add
from taskmodel.takeoff.davidson.requirements import Family

__all__ = ["CLEARLY", "NEARLY", "Division", "Split", "TaskSums", "log_mean", "log_sum_before"]

NO_EXPONENT = 1e-200  # stands for 0: of numbers so small log1p and expm1 are the identity, and the mean is linear
CLEARLY = 10.0  # a task counts as automated where compute supplies more than so many times what labour does

NEARLY = CLEARLY / (1 + CLEARLY)  # the part of it that compute does then


@dataclass(frozen=True)
class TaskSums:
    """Sums over the tasks of a family that do not depend on the training run, for one exponent psi.

    Attributes
    ----------
    family : Family
    psi : float
        CES exponent between tasks, below 1.
    need : list of float
        theta_j = ln iota_j + delta ln tau_j of each task; ln eta = -max(0, theta - delta ln R).
    sums : list of float
        Logarithms of the sums of e^((1 - sigma) theta): over the tasks before each place where they grow with j, else over
        those from it on, so that differences of them lose nothing.
    log_left : list of float
        ln of how many tasks are left from each place on.
    """

    family: Family
    psi: float
    need: list[float] = field(init=False)
    sums: list[float] = field(init=False)
    log_left: list[float] = field(init=False)
    tilt: float = field(init=False)  # 1 - sigma

    def __post_init__(self) -> None:
        family, tilt = self.family, -self.psi / (1 - self.psi)
        object.__setattr__(self, "tilt", tilt)
        pairs = zip(family.log_training, family.log_runtime, strict=True)
        need = [runtime + family.tradeoff * training for training, runtime in pairs]
        logs = [tilt * one for one in need]
        if tilt >= 0:
            sums = list(accumulate(logs, log_add, initial=-inf))
        else:
            sums = list(accumulate(reversed(logs), log_add, initial=-inf))[::-1]
        object.__setattr__(self, "need", need)
        object.__setattr__(self, "sums", sums)
        object.__setattr__(self, "log_left", [log(left) for left in range(len(need), 0, -1)])


class Split(NamedTuple):
    """An optimum.

    Attributes
    ----------
    log_output : float
        ln Y, relative to the calibration.
    automated : float
        Tasks where compute supplies over ten times what labour does, besides task 0; of a continuum their part.
    log_price : float
        ln of the price of compute in terms of labour; inf where no labour is of use.
    place : float
        I; of a continuum the quantile.
    mixed : bool
        Whether the task I has both factors.
    part : float
        Compute's part of the task I; 0 where nothing is mixed.
    """

    log_output: Number
    automated: Number
    log_price: Number
    place: Number
    mixed: Number
    part: Number


@dataclass(frozen=True)
class Division:
    """Cognitive tasks of a sector, calibrated so that output is 1 where it is observed, with compute on task 0 alone.

    Parameters
    ----------
    sums : TaskSums
        Of the family and the exponent between tasks.
    share : float
        u, compute's share of cognitive work where it is observed [1]; in (0, 1).
    log_labour, log_compute : float
        ln L [workers] and ln C [FLOP/year] there.
    """

    sums: TaskSums
    share: float
    log_labour: float
    log_compute: float
    by: ClassVar[Elementary] = FLOATS

    def __post_init__(self) -> None:
        psi, count = self.sums.psi, self.sums.family.count
        # all tasks but 0 weigh 1; task 0 weighs what gives it its share
        log_weight = (
            log(self.share / (1 - self.share))
            + log(count)
            + psi * (self.log_labour - log(count) - self.log_compute)
        )
        object.__setattr__(self, "log_first", log_weight / (1 - psi))  # ln b_0
        if psi:
            object.__setattr__(
                self,
                "log_scale",
                (log(count) + psi * (self.log_labour - log(count)) - log(1 - self.share)) / psi,
            )
        else:
            total = math.exp(log_weight) + count
            whole = cobb_douglas_log_output(
                log_weight, log(count), 0.0, self.log_labour, self.log_compute, FLOATS
            )
            object.__setattr__(self, "log_scale", whole / total)

    log_first: float = field(init=False)
    log_scale: float = field(init=False)

    @cached_property
    def slope(self) -> float:
        """1 / sigma."""
        return 1 - self.sums.psi

    @cached_property
    def power(self) -> float:
        """1 / (sigma - 1); at psi = 0 it is -1, for the formula there."""
        return (1 - self.sums.psi) / self.sums.psi if self.sums.psi else -1.0

    @cached_property
    def bases(self) -> list[float]:
        """ln X where compute does so many tasks besides task 0, each as well as labour."""
        return [
            self.log_first,
            *(log_add(self.log_first, log(able)) for able in range(1, len(self.sums.need) + 1)),
        ]

    def without_automation(self, log_labour: float, log_compute: float) -> float:
        """ln Y with compute on task 0 alone and labour spread evenly over the others."""
        psi = self.sums.psi
        labour, compute = log_labour - self.log_labour, log_compute - self.log_compute
        return log_mean(compute, labour, self.share, psi, self.by)

    def divide(
        self,
        log_labour: float,
        log_compute: float,
        log_run: float,
        reach: float,
        hint: float | None = None,
    ) -> Split:
        """The best division of labour and compute over the tasks.

        Parameters
        ----------
        log_labour, log_compute : float
            ln L [workers], ln C [FLOP/year].
        log_run : float
            ln R [FLOP], the largest training run.
        reach : float
            How many cognitive tasks are open to compute (of a continuum: which part).
        hint : float, optional
            Where to look first: the place of a neighbouring optimum.

        Returns
        -------
        Split
        """
        sums, slope = self.sums, self.slope
        tasks, need, log_left, bases = sums.family.tasks, sums.need, sums.log_left, self.bases
        if tasks is None:
            from taskmodel.takeoff.davidson.continuum import divide_continuum

            return divide_continuum(self, log_labour, log_compute, log_run, reach)
        gain, log_ratio, last = sums.family.tradeoff * log_run, log_labour - log_compute, int(reach)
        able = bisect_right(need, gain)  # tasks with eta = 1
        index = (
            self._first_closed(able, gain, log_ratio, last)
            if hint is None
            else min(int(hint), last + 1, tasks)
        )
        falling = rising = False
        while (
            True
        ):  # where the task at the index is closed and the one before is open: near the hint
            log_x = bases[index - 1] if 0 < index <= able + 1 else self._log_x(index, able, gain)
            if index:
                log_w = log_left[index - 1]
                log_price = log_relative_price(slope, log_x, log_w, log_ratio)
                if not rising and log_price > (
                    gain - need[index - 2] if index > able + 1 else 0.0
                ):  # the task before is closed too
                    index, falling = index - 1, True
                    continue
            if falling or index > last or self._closed(index, log_x, able, gain, log_ratio):
                break
            index, rising = index + 1, True
        log_eta = gain - need[index - 1] if index > able else 0.0
        if not index:
            log_w = log_add(self.log_first, log_left[0])
        elif index > last or log_price >= log_eta:
            return self._edge(
                _Place(index, log_x, log_w, log_eta), log_labour, log_compute, log_price, gain
            )
        return self._mixed(_Place(index, log_x, log_w, log_eta), log_labour, log_compute, gain)

    def _log_x(self, index: int, able: int, gain: float) -> float:
        """ln X: b eta^(sigma - 1) over the tasks before the index."""
        before, sums = index - 1, self.sums
        if before <= able:
            return self.bases[before] if index else -inf
        low, high = (
            (sums.sums[able], sums.sums[before])
            if sums.tilt >= 0
            else (sums.sums[before], sums.sums[able])
        )
        return log_sum_before(self.bases[able], low, high, sums.tilt * gain, FLOATS)

    def _closed(self, index: int, log_x: float, able: int, gain: float, log_ratio: float) -> bool:
        """Whether the split is at the task of the index or before: were it done by compute too, compute would be too dear for it."""
        sums = self.sums
        if index == sums.family.tasks:
            return True
        if index > able:
            need = sums.need[index - 1] - gain
            return (
                log_relative_price(
                    self.slope, log_add(log_x, sums.tilt * need), sums.log_left[index], log_ratio
                )
                > -need
            )
        return (
            log_relative_price(self.slope, self.bases[index], sums.log_left[index], log_ratio) > 0.0
        )

    def _first_closed(self, able: int, gain: float, log_ratio: float, last: int) -> int:
        """The split, by bisection: the first closed task, or the one beyond the reach."""
        index, high = 0, last + 1
        while index < high:
            middle = (index + high) // 2
            if self._closed(middle, self._log_x(middle, able, gain), able, gain, log_ratio):
                high = middle
            else:
                index = middle + 1
        return index

    def _edge(
        self, at: _Place, log_labour: float, log_compute: float, log_price: float, gain: float
    ) -> Split:
        """The optimum with compute alone below the index and labour alone from it on."""
        psi = self.sums.psi
        if psi:
            log_output = unsplit_log_output(
                psi, at.log_x, at.log_w, log_labour, log_compute, FLOATS
            )
        else:
            total = exp(self.log_first) + self.sums.family.count
            gained = self._gained(at, gain)
            log_output = (
                cobb_douglas_log_output(at.log_x, at.log_w, gained, log_labour, log_compute, FLOATS)
                / total
            )
        return Split(log_output - self.log_scale, at.place - 1, log_price, at.place, False, 0.0)

    def _mixed(self, at: _Place, log_labour: float, log_compute: float, gain: float) -> Split:
        """The optimum with both factors on the task at the index."""
        index, log_eta = at.place, at.log_eta
        log_x = at.log_x + self.sums.tilt * log_eta
        log_output, part = split_log_output(
            self.power, log_x, at.log_w, log_eta, log_labour, log_compute, FLOATS
        )
        if not self.sums.psi:  # T = b m for labour's tasks, b (eta / eta_I) m for compute's
            before = exp(log_x) if index else 0.0
            log_output += (self._gained(at, gain) - before * log_eta) / exp(
                log_add(at.log_w, log_x)
            )
        if not index:  # task 0 alone has another weight
            part *= exp(-self.log_first)
        automated = index if part * (1 + 1 / CLEARLY) > 1 else index - 1
        return Split(log_output - self.log_scale, max(automated, 0), log_eta, index, True, part)

    def _gained(self, at: _Place, gain: float) -> float:
        """Sum of b ln eta over the tasks before the index; needed at psi = 0 alone, and of N steps."""
        return math.fsum(min(0.0, gain - one) for one in self.sums.need[: max(at.place - 1, 0)])


class _Place(NamedTuple):
    """Where a split may be: its place, ln X and ln W there, and ln eta of the task."""

    place: int
    log_x: float
    log_w: float
    log_eta: float


def log_sum_before(base: Any, low: Any, high: Any, tilted_gain: Any, by: Elementary) -> Any:
    """ln X past the tasks that compute does as well as labour, whose weights are ``base``, from two of the sums of `TaskSums`."""
    return by.log_add(base, high + by.log1p(-by.exp(low - high)) - tilted_gain)


def log_mean(first: Any, second: Any, share: Any, exponent: Any, by: Elementary) -> Any:
    """ln of a CES of two inputs in calibrated share form, both given as logarithms relative to the calibration.

    Examples
    --------
    >>> round(math.exp(log_mean(math.log(4.0), 0.0, 0.5, -1.0, FLOATS)), 3)
    1.6
    >>> log_mean(1.0, 0.0, 0.25, 0.0, FLOATS)
    0.25
    """
    exponent = exponent + (exponent == 0) * NO_EXPONENT
    apart = exponent * (first - second)
    # from the larger of the two powers, so that nothing overflows; a logarithm of 1 + a small number loses no digits
    rises = apart > 0
    larger, other = by.where(rises, first, second), by.where(rises, 1 - share, share)
    return larger + by.log1p(other * by.expm1(-abs(apart))) / exponent
