# Editors: leave this file as it is, but for imports. It is being rewritten for the compiled core.
"""The same division of labour and compute where the tasks are a continuum: sums become integrals, in closed form.

Along each piece of the requirements theta = ln iota + delta ln tau is linear in the quantile q, so the integrals of
e^((1 - sigma) theta) are differences of exponentials. The split is a quantile: nothing is mixed, and outputs have no jumps
as the training run grows.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import exp, expm1, inf, log

from taskmodel.allocation.two_factors import (
    cobb_douglas_log_output,
    log_relative_price,
    unsplit_log_output,
)
from taskmodel.numerics.elementary import FLOATS, log_add
from taskmodel.numerics.roots import between
from taskmodel.takeoff.davidson.requirements import Family
from taskmodel.takeoff.davidson.two_factors import Division, Split

__all__ = ["divide_continuum"]

NEAR = 1e-12
LEAST = -700.0  # of ln W
# However cheap compute is, people keep a sliver of the hardest tasks, so that the automated share tends to 1 and is never there.
# It counts as 1 where they would have a part in eleven of the last task of a hundred, as it does with a hundred tasks.
LAST = 1 / 1100


@dataclass(frozen=True)
class _Stretch:
    """Quantiles along which theta is linear: its ends, and its values there."""

    start: float
    end: float
    low: float
    high: float

    def theta(self, quantile: float) -> float:
        return self.low + (self.high - self.low) * (quantile - self.start) / (self.end - self.start)


@lru_cache(maxsize=64)
def _stretches(family: Family) -> tuple[_Stretch, ...]:
    delta = family.tradeoff
    return tuple(
        _Stretch(
            piece.start,
            piece.end,
            *(
                run + delta * train
                for run, train in zip(piece.log_runtime, piece.log_training, strict=True)
            ),
        )
        for piece in family.pieces
    )


def _log_integral(at: _Stretch, end: float, tilt: float, gain: float) -> float:
    """ln of the integral of eta^(sigma - 1) from the start of a stretch to ``end``, ln eta = -max(0, theta - gain)."""
    theta = at.theta(end)
    slope = (at.high - at.low) / (at.end - at.start)
    able = (
        end if theta <= gain else at.start if at.low >= gain else at.start + (gain - at.low) / slope
    )
    flat = log(able - at.start) if able > at.start else -inf
    if able >= end:
        return flat
    first, width = max(at.low - gain, 0.0), end - able
    growth = tilt * slope * width  # of the exponent along what is left
    log_mean = (
        growth + log(-expm1(-growth) / growth)
        if growth > 0
        else log(expm1(growth) / growth)
        if growth < 0
        else 0.0
    )
    return log_add(flat, tilt * first + log(width) + log_mean)


class _Continuum:
    """Integrals, prices and the optimum at one ratio of labour to compute and one training run."""

    def __init__(self, division: Division, log_ratio: float, log_run: float):
        self.division, self.log_ratio, self.psi, self.tilt = (
            division,
            log_ratio,
            division.sums.psi,
            division.sums.tilt,
        )
        self.stretches = _stretches(division.sums.family)
        self.gain = division.sums.family.tradeoff * log_run

    def log_x(self, before: float, at: _Stretch, quantile: float) -> float:
        """ln X at a quantile of a stretch, from that at its start."""
        return (
            before
            if quantile <= at.start
            else log_add(before, _log_integral(at, quantile, self.tilt, self.gain))
        )

    def excess(self, log_x: float, at: _Stretch, quantile: float, log_w: float) -> float:
        """ln of compute's price over what it is worth at a quantile of a stretch; rises with the quantile."""
        return (1 - self.psi) * (log_x + self.log_ratio - log_w) + max(
            0.0, at.theta(quantile) - self.gain
        )

    def split(self, reach: float) -> tuple[float, float, float]:
        """Where compute's tasks end, and ln X and ln W there."""
        before = self.division.log_first
        for at in self.stretches:
            log_w = log(1 - at.start)
            if (
                at.start >= reach or self.excess(before, at, at.start, log_w) >= 0
            ):  # the latter: a step in what tasks need
                return at.start, before, log_w
            end = min(at.end, reach)
            log_x, log_w = self.log_x(before, at, end), log(1 - end) if end < 1 else LEAST
            if self.excess(log_x, at, end, log_w) > 0:
                return self._balance(before, at, log_w)
            if end >= reach:
                return end, log_x, log_w if end < 1 else -inf
            before = log_x
        return 1.0, before, -inf

    def _balance(self, before: float, at: _Stretch, low: float) -> tuple[float, float, float]:
        """Where compute's price is what it is worth, by false position in ln W, in which it is nearly linear.

        Output is flat there: an error of the quantile counts squared.
        """

        def excess(log_w: float) -> float:
            quantile = -expm1(log_w)
            return self.excess(self.log_x(before, at, quantile), at, quantile, log_w)

        high = log(1 - at.start)
        middle = between(
            excess, low, high, excess(low), excess(high), close=NEAR, width=NEAR
        )  # the first positive, the other negative
        quantile = -expm1(middle)
        return quantile, self.log_x(before, at, quantile), middle

    def gained(self, quantile: float) -> float:
        """Integral of ln eta up to a quantile."""
        total = 0.0
        for at in self.stretches:
            end = min(at.end, quantile)
            theta = at.theta(end) if end > at.start else -inf
            if theta > self.gain:
                able = (
                    at.start
                    if at.low >= self.gain
                    else at.start + (self.gain - at.low) / (at.high - at.low) * (at.end - at.start)
                )
                total -= (end - able) * (max(at.low - self.gain, 0.0) + theta - self.gain) / 2
        return total


def divide_continuum(
    division: Division, log_labour: float, log_compute: float, log_run: float, reach: float
) -> Split:
    """The best division of labour and compute over a continuum of tasks; arguments and result as of `Division.divide`."""
    at = _Continuum(division, log_labour - log_compute, log_run)
    psi, log_first = at.psi, division.log_first
    if (1 - psi) * (
        log_first + at.log_ratio
    ) > 0:  # compute is dearer than labour even at task 0, which has both
        log_all = log_add(log_first, 0.0)
        log_total = log_add(log_labour, log_compute)
        log_output = log_total + (1 - psi) / psi * log_all if psi else log_total - log_all
        return Split(log_output - division.log_scale, 0.0, 0.0, 0.0, True, 0.0)
    quantile, log_x, log_w = at.split(reach)
    if psi:
        log_output = unsplit_log_output(psi, log_x, log_w, log_labour, log_compute, FLOATS)
    else:
        whole = cobb_douglas_log_output(
            log_x, log_w, at.gained(quantile), log_labour, log_compute, FLOATS
        )
        log_output = whole / (exp(log_first) + 1)
    log_price = log_relative_price(1 - psi, log_x, log_w, at.log_ratio) if log_w > -inf else inf
    automated = 1.0 if reach >= 1 and quantile >= 1 - LAST else quantile
    return Split(log_output - division.log_scale, automated, log_price, quantile, False, 0.0)
