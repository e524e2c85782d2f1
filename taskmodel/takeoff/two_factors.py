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
        Where to look first: the place of a neighbouring optimum.

    Returns
    -------
    Split
    """
    sums = division.sums
    tasks = sums.family.tasks
    if tasks is None:
        from taskmodel.takeoff.continuum import divide_continuum

        return divide_continuum(division, log_labour, log_compute, log_run, reach)
    tilt, slope, log_first = sums.tilt, 1 - sums.psi, division.log_first
    gain = sums.family.tradeoff * log_run
    need, prefix, log_ratio = sums.need, sums.sums, log_labour - log_compute
    able = bisect_right(need, gain)  # tasks with eta = 1
    base = log_add(log_first, log(able)) if able else log_first

    def log_x(index: int) -> float:
        """ln X: b eta^(sigma - 1) over the tasks before the index, which is above 0."""
        before = index - 1
        if before <= able:
            return log_add(log_first, log(before)) if before else log_first
        low, high = (prefix[able], prefix[before]) if tilt >= 0 else (prefix[before], prefix[able])
        return log_add(base, high + log1p(-exp(low - high)) - tilt * gain)

    def closed(task: int, log_x_after: float) -> bool:
        """Whether the split is at this task or before: were it done by compute too, compute would be too dear for it."""
        if task == tasks:
            return True
        efficiency = gain - need[task - 1] if task > able else 0.0
        return slope * (log_x_after + log_ratio - log(tasks - task)) > efficiency

    last = int(reach)
    if hint is None:  # the split is at the first closed task
        index, high = 0, last
        while index < high:
            middle = (index + high) // 2
            if closed(middle, log_x(middle + 1)):
                high = middle
            else:
                index = middle + 1
    else:
        index = min(int(hint), last)
    after = log_x(index + 1)
    if closed(index, after):
        here = log_x(index) if index else -inf
        while index and closed(index - 1, here):
            index -= 1
            here = log_x(index) if index else -inf
    else:
        here = after
        while index < last:
            index, here = index + 1, after
            after = log_x(index + 1)
            if closed(index, after):
                break
        else:
            index, here = last + 1, after
    log_eta = (gain - need[index - 1] if index > able else 0.0) if index <= tasks else -inf
    log_w = log(tasks + 1 - index) if 0 < index <= tasks else -inf if index else log_add(log_first, log(tasks))
    log_price = slope * (here + log_ratio - log_w) if index <= tasks else inf
    at = _Place(division, index, here, log_w, log_eta)
    if index > last or (index and log_price >= log_eta):
        return _edge(at, log_labour, log_compute, log_price, gain)
    return _mixed(at, log_labour, log_compute, gain)


class _Place(NamedTuple):
    """Where a split may be: its place, ln X and ln W there, and ln eta of the task."""

    division: Division
    place: int
    log_x: float
    log_w: float
    log_eta: float


def _edge(at: _Place, log_labour: float, log_compute: float, log_price: float, gain: float) -> Split:
    """The optimum with compute alone below the index and labour alone from it on."""
    division, index, log_x, log_w, _ = at
    psi = division.sums.psi
    if psi:
        log_output = (1 - psi) * log_x + psi * log_compute
        if log_w > -inf:
            log_output = log_add(log_output, (1 - psi) * log_w + psi * log_labour)
        log_output /= psi
    else:
        total = exp(division.log_first) + division.sums.family.count
        log_output = division.cobb_douglas(log_labour, log_compute, log_x, log_w, _gained(at, gain), total)
    return Split(log_output - division.log_scale, index - 1, log_price, index, False)


def _mixed(at: _Place, log_labour: float, log_compute: float, gain: float) -> Split:
    """The optimum with both factors on the task at the index."""
    division, index, log_x, log_w, log_eta = at
    psi = division.sums.psi
    log_x += division.sums.tilt * log_eta
    log_total, log_d = log_add(log_labour, log_eta + log_compute), log_add(log_w, log_x)
    if psi:
        log_output = log_total + (1 - psi) / psi * log_d
    else:  # T = b m for labour's tasks, b (eta / eta_I) m for compute's
        before = exp(log_x) if index else 0.0
        log_output = log_total - log_d + (_gained(at, gain) - before * log_eta) / exp(log_d)
    # compute on the task itself over all of it, times b / D: W v - X (1 - v), v compute's part of the total
    here = exp(log_w + log_eta + log_compute - log_total) - (exp(log_x + log_labour - log_total) if index else 0.0)
    weight = 1.0 if index else exp(division.log_first)
    automated = index if here * (1 + 1 / CLEARLY) > weight else index - 1
    return Split(log_output - division.log_scale, max(automated, 0), log_eta, index, True)


def _gained(at: _Place, gain: float) -> float:
    """Sum of b ln eta over the tasks before the index; needed at psi = 0 alone, and of N steps."""
    return math.fsum(min(0.0, gain - one) for one in at.division.sums.need[: max(at.place - 1, 0)])
