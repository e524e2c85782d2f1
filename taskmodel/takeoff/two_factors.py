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
conditions of the CES optimum; Davidson (2023), appendix on the allocation of labour and compute.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import accumulate
from math import exp, inf, log, log1p
from typing import NamedTuple

from taskmodel.takeoff.requirements import Family

__all__ = ["Division", "Split", "TaskSums", "divide", "log_add"]

CLEARLY = 10.0  # a task counts as automated where compute supplies more than so many times what labour does


def log_add(a: float, b: float) -> float:
    """ln(e^a + e^b)."""
    if a < b:
        a, b = b, a
    return a if b == -inf else a + log1p(exp(b - a))


def _log_subtract(a: float, b: float) -> float:
    """ln(e^a - e^b), a >= b."""
    return -inf if a <= b else a + log(-math.expm1(b - a))


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
    """

    family: Family
    psi: float
    need: list[float] = field(init=False)
    sums: list[float] = field(init=False)

    def __post_init__(self) -> None:
        family, tilt = self.family, self.tilt
        pairs = zip(family.log_training, family.log_runtime, strict=True)
        need = [runtime + family.tradeoff * training for training, runtime in pairs]
        logs = [tilt * one for one in need]
        if tilt >= 0:
            sums = list(accumulate(logs, log_add, initial=-inf))
        else:
            sums = list(accumulate(reversed(logs), log_add, initial=-inf))[::-1]
        object.__setattr__(self, "need", need)
        object.__setattr__(self, "sums", sums)

    @property
    def tilt(self) -> float:
        """1 - sigma."""
        return -self.psi / (1 - self.psi)


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
    """

    log_output: float
    automated: float
    log_price: float
    place: float
    mixed: bool


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

    def __post_init__(self) -> None:
        psi, count = self.sums.psi, self.sums.family.count
        # all tasks but 0 weigh 1; task 0 weighs what gives it its share
        log_weight = log(self.share / (1 - self.share)) + log(count) + psi * (self.log_labour - log(count) - self.log_compute)
        object.__setattr__(self, "log_first", log_weight / (1 - psi))  # ln b_0
        if psi:
            object.__setattr__(self, "log_scale", (log(count) + psi * (self.log_labour - log(count)) - log(1 - self.share)) / psi)
        else:
            total = math.exp(log_weight) + count
            object.__setattr__(self, "log_scale", self.cobb_douglas(self.log_labour, self.log_compute, log_weight, log(count), 0.0, total))

    log_first: float = field(init=False)
    log_scale: float = field(init=False)

    @staticmethod
    def cobb_douglas(log_labour: float, log_compute: float, log_x: float, log_w: float, gained: float, total: float) -> float:
        """ln Y at psi = 0, with compute spread by weight over X and labour over W; ``gained``: the sum of b ln eta."""
        by_compute = exp(log_x) * (log_compute - log_x) if log_x > -inf else 0.0
        by_labour = exp(log_w) * (log_labour - log_w) if log_w > -inf else 0.0
        return (by_compute + by_labour + gained) / total

    def task_weights(self) -> tuple[float, float]:
        """Weights beta of task 0 and of each other task, scaled so that the two add up to 1, as the reference has them."""
        log_odds = self.log_first * (1 - self.sums.psi)
        return 1 / (1 + exp(-log_odds)), 1 / (1 + exp(log_odds))

    def without_automation(self, log_labour: float, log_compute: float) -> float:
        """ln Y with compute on task 0 alone and labour spread evenly over the others."""
        psi = self.sums.psi
        labour, compute = log_labour - self.log_labour, log_compute - self.log_compute
        return log_mean(compute, labour, self.share, psi)


def log_mean(first: float, second: float, share: float, exponent: float) -> float:
    """ln of a CES of two inputs in calibrated share form, both given as logarithms relative to the calibration.

    Examples
    --------
    >>> round(math.exp(log_mean(math.log(4.0), 0.0, 0.5, -1.0)), 3)
    1.6
    >>> log_mean(1.0, 0.0, 0.25, 0.0)
    0.25
    """
    a, b = exponent * first, exponent * second
    if abs(a) < 0.5 and abs(b) < 0.5:  # near an exponent of 0 a logarithm of a sum near 1 would lose digits
        if exponent == 0:
            return share * first + (1 - share) * second
        return log1p(share * math.expm1(a) + (1 - share) * math.expm1(b)) / exponent
    return log_add(log(share) + a, log(1 - share) + b) / exponent


def divide(division: Division, log_labour: float, log_compute: float, log_run: float, reach: float, hint: float | None = None) -> Split:
    """The best division of labour and compute over the tasks.

    Parameters
    ----------
    division : Division
        The sector's tasks.
    log_labour, log_compute : float
        ln L [workers], ln C [FLOP/year].
    log_run : float
        ln R [FLOP], the largest training run.
    reach : float
        How many cognitive tasks are open to compute (of a continuum: which part).
    hint : float, optional
        Where to look first: the index of a neighbouring optimum.

    Returns
    -------
    Split
    """
    if division.sums.family.tasks is None:
        from taskmodel.takeoff.continuum import divide_continuum

        return divide_continuum(division, log_labour, log_compute, log_run, reach)
    at = _Counted(division, log_labour - log_compute, log_run)
    index = _first(at.closed, int(reach), None if hint is None else int(hint))
    if index is None:
        return at.edge(int(reach) + 1, log_labour, log_compute)
    if index and at.log_price(index) >= at.log_efficiency(index):
        return at.edge(index, log_labour, log_compute)
    return at.mixed(index, log_labour, log_compute)


def _first(holds: Callable[[int], bool], last: int, hint: int | None) -> int | None:
    """The first of 0..last at which something holds that goes on to hold; None if there is none."""
    low, high, step = 0, last + 1, 1  # what is sought is in low..high, high standing for none
    if hint is not None:
        hint = min(hint, last)
        if holds(hint):
            high = hint
            while low < high:
                probe = max(low, high - step)
                if not holds(probe):
                    low = probe + 1
                    break
                high, step = probe, 2 * step
        else:
            low = hint + 1
            while low < high:
                probe = min(last, low + step - 1)
                if low > last or holds(probe):
                    high = probe if low <= last else high
                    break
                low, step = probe + 1, 2 * step
    while low < high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    return None if low > last else low


class _Counted:
    """Sums, prices and optima of N tasks at one ratio of labour to compute and one training run."""

    __slots__ = ("division", "log_ratio", "log_run", "psi", "tasks", "tilt", "gain", "able", "base", "sums", "need")

    def __init__(self, division: Division, log_ratio: float, log_run: float):
        self.division, self.log_ratio = division, log_ratio
        sums = division.sums
        self.psi, self.tasks, self.tilt = sums.psi, len(sums.need), sums.tilt
        self.gain = sums.family.tradeoff * log_run
        self.sums, self.need = sums.sums, sums.need
        self.able = bisect_right(sums.need, self.gain)  # tasks with eta = 1
        self.base = log_add(division.log_first, log(self.able)) if self.able else division.log_first

    def log_efficiency(self, task: int) -> float:
        """ln eta."""
        return min(0.0, self.gain - self.need[task - 1]) if task else 0.0

    def log_x(self, index: int) -> float:
        """ln X: b eta^(sigma - 1) over the tasks before the index."""
        if index == 0:
            return -inf
        able, before, sums = self.able, index - 1, self.sums
        if before <= able:
            return log_add(self.division.log_first, log(before)) if before else self.division.log_first
        if self.tilt >= 0:  # sums[able] is -inf, or far below, unless many tasks have eta = 1
            part = sums[before] + log1p(-exp(sums[able] - sums[before])) if able else sums[before]
        else:
            part = _log_subtract(sums[able], sums[before])
        return log_add(self.base, part - self.tilt * self.gain)

    def log_w(self, index: int) -> float:
        """ln W: b over the tasks from the index on."""
        if index == 0:
            return log_add(self.division.log_first, log(self.tasks))
        return log(self.tasks + 1 - index) if index <= self.tasks else -inf

    def log_price(self, index: int) -> float:
        """ln pi."""
        return inf if index > self.tasks else (1 - self.psi) * (self.log_x(index) + self.log_ratio - self.log_w(index))

    def closed(self, task: int) -> bool:
        """Whether the split is at this task or before: with one task more, compute would be too dear for it."""
        if task == self.tasks:
            return True
        efficiency = self.gain - self.need[task - 1] if task > self.able else 0.0
        return (1 - self.psi) * (self.log_x(task + 1) + self.log_ratio - log(self.tasks - task)) > efficiency

    def edge(self, index: int, log_labour: float, log_compute: float) -> Split:
        psi, log_x, log_w = self.psi, self.log_x(index), self.log_w(index)
        if psi:
            by_labour = (1 - psi) * log_w + psi * log_labour if log_w > -inf else -inf
            log_output = log_add((1 - psi) * log_x + psi * log_compute, by_labour) / psi
        else:
            total = exp(self.division.log_first) + self.tasks
            log_output = self.division.cobb_douglas(log_labour, log_compute, log_x, log_w, self._gained(index), total)
        return Split(log_output - self.division.log_scale, index - 1, self.log_price(index), index, False)

    def mixed(self, index: int, log_labour: float, log_compute: float) -> Split:
        psi, log_eta = self.psi, self.log_efficiency(index)
        log_w, log_x = self.log_w(index), self.log_x(index) + self.tilt * log_eta
        log_total, log_d = log_add(log_labour, log_eta + log_compute), log_add(log_w, log_x)
        if psi:
            log_output = log_total + (1 - psi) / psi * log_d
        else:  # T = b m for labour's tasks, b (eta / eta_I) m for compute's
            before = exp(log_x) if index else 0.0
            log_output = log_total - log_d + (self._gained(index) - before * log_eta) / exp(log_d)
        # compute on the task itself over all of it, times b / D: W v - X (1 - v), v compute's part of the total
        log_part = log_eta + log_compute - log_total
        here = exp(log_w + log_part) - (exp(log_x + log_labour - log_total) if index else 0.0)
        weight = exp(self.division.log_first) if index == 0 else 1.0
        automated = index if here * (1 + 1 / CLEARLY) > weight else index - 1
        return Split(log_output - self.division.log_scale, max(automated, 0), log_eta, index, True)

    def _gained(self, index: int) -> float:
        """Sum of b ln eta over the tasks before the index; needed at psi = 0 alone, and of N steps."""
        return math.fsum(self.log_efficiency(task) for task in range(1, index))
