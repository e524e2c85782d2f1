r"""Distributions of single numbers, each as an increasing function of a standard normal score z.

With t = ln, logit or the identity, the law of a median m and an interval [l, h] whose ends stand at
the scores :math:`z_l < 0 < z_h` is

.. math:: t(x) = t(m) + \begin{cases} (t(m) - t(l))\, z / |z_l| & z < 0 \\
                                      (t(h) - t(m))\, z / z_h   & z \ge 0 \end{cases}

so that the median and both ends are met. If the two slopes agree it is the lognormal, logit-normal
or normal law, else the two-piece law (Fechner's, in t). A bounded law has its quantile function at
Phi(z). Source: docs, uncertainty.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from taskmodel.files.quantity import (
    BOUNDED_SHAPES,
    LEVELS,
    Measure,
    Quantity,
)
from taskmodel.numerics.accuracy import BETA_RESIDUAL, SYMMETRY_TOLERANCE
from taskmodel.numerics.normal import normal_cdf, normal_quantile
from taskmodel.numerics.types import Array

FARTHEST = 8.0  # a score beyond it has a probability of 1e-15


class Law(Protocol):
    """The distribution of a number.

    Attributes
    ----------
    shape : str
        Its name, such as ``lognormal`` or ``two-piece lognormal``.
    """

    @property
    def shape(self) -> str: ...

    def at(self, score: Array) -> Array:
        """Return the values at standard normal scores, of the same shape."""
        ...


def _logit(share: Array | float) -> Array:
    from scipy.special import logit

    return np.asarray(logit(share))


def _expit(odds: Array) -> Array:
    from scipy.special import expit

    return np.asarray(expit(odds))


_SCALES: dict[str, tuple[Callable[..., Array], Callable[..., Array]]] = {
    "lognormal": (np.log, np.exp),
    "logit_normal": (_logit, _expit),
    "normal": (np.asarray, np.asarray),
}


@dataclass(frozen=True)
class MedianLaw:
    """A law by its median, and the spreads below and above it on its scale.

    Parameters
    ----------
    scale : str
        ``lognormal``, ``logit_normal`` or ``normal``.
    median : float
        In the unit of the number.
    below, above : float
        Standard deviations of the two halves, on the scale of the law; >= 0.
    """

    scale: str
    median: float
    below: float
    above: float

    @property
    def shape(self) -> str:
        """Name of the law; of two pieces unless the halves agree to `SYMMETRY_TOLERANCE`."""
        largest = max(self.below, self.above)
        symmetric = abs(self.below - self.above) <= SYMMETRY_TOLERANCE * largest
        return self.scale if symmetric else f"two-piece {self.scale}"

    def at(self, score: Array) -> Array:
        """Return the values at standard normal scores.

        Examples
        --------
        >>> MedianLaw("normal", 1.0, below=0.5, above=2.0).at(np.array([-1.0, 0.0, 1.0])).tolist()
        [0.5, 1.0, 3.0]
        """
        onto, back = _SCALES[self.scale]
        spread = np.where(score < 0, self.below, self.above)
        return np.asarray(back(onto(self.median) + spread * score))

    def score(self, value: Array) -> Array:
        """Return the standard normal scores of values; the inverse of `at`.

        -inf or inf beyond an end of the scale, or on a side without spread; NaN for NaN.

        Examples
        --------
        >>> MedianLaw("normal", 1.0, below=0.5, above=2.0).score(np.array([0.5, 1, 3])).tolist()
        [-1.0, 0.0, 1.0]
        """
        onto, _ = _SCALES[self.scale]
        with np.errstate(divide="ignore"):
            distance = onto(np.asarray(value, dtype=float)) - onto(self.median)
            # a side without spread may have -0.0
            spread = np.abs(np.where(distance < 0, self.below, self.above))
            return np.divide(distance, spread, out=np.zeros_like(distance), where=distance != 0)


def median_law(
    scale: str, low: float, median: float, high: float, levels: tuple[float, ...] = LEVELS
) -> MedianLaw:
    """Return the law with a median and with `low` and `high` at two levels of probability.

    Examples
    --------
    >>> law = median_law("lognormal", low=4.0, median=16.0, high=80.0)
    >>> law.shape, law.at(normal_quantile([0.05, 0.5, 0.95])).round(9).tolist()
    ('two-piece lognormal', [4.0, 16.0, 80.0])
    """
    onto, _ = _SCALES[scale]
    scores = normal_quantile(levels)
    below, above = (onto(np.array([low, high])) - onto(median)) / scores
    return MedianLaw(scale, median, float(below), float(above))


@dataclass(frozen=True)
class BoundedLaw:
    """A law between two ends: uniform, log_uniform, triangular or pert with a mode."""

    shape: str
    low: float
    mode: float
    high: float

    def at(self, score: Array) -> Array:
        """Return the values at standard normal scores.

        Examples
        --------
        >>> BoundedLaw("uniform", 0.0, 0.5, 2.0).at(np.array([-np.inf, 0.0, np.inf])).tolist()
        [0.0, 1.0, 2.0]
        """
        probability = normal_cdf(score)
        if self.shape == "log_uniform":
            return np.asarray(self.low * (self.high / self.low) ** probability)
        share = self._share(probability)
        return np.asarray(self.low * (1 - share) + self.high * share)  # within the ends

    def _share(self, probability: Array) -> Array:
        """Quantiles on the way from `low` to `high`, in [0, 1]."""
        peak = (self.mode - self.low) / (self.high - self.low)
        if self.shape == "triangular":
            from scipy.stats import triang

            return np.asarray(triang.ppf(probability, peak))
        if self.shape == "pert":  # a beta law with the mean (low + 4 mode + high)/6
            from scipy.special import betaincinv

            return np.asarray(betaincinv(1 + 4 * peak, 5 - 4 * peak, probability))
        return probability


@dataclass(frozen=True)
class BetaLaw:
    """A beta law on (0, 1)."""

    alpha: float
    beta: float
    shape: str = "beta"

    def at(self, score: Array) -> Array:
        """Return the values at standard normal scores."""
        from scipy.special import betaincinv

        return np.asarray(betaincinv(self.alpha, self.beta, normal_cdf(score)))


def beta_law(low: float, high: float, levels: tuple[float, ...] = LEVELS) -> BetaLaw:
    """Return the beta law with `low` and `high` at two levels of probability.

    Raises
    ------
    RootError
        If its parameters cannot be found.

    Examples
    --------
    >>> beta_law(0.05, 0.95).at(normal_quantile([0.05, 0.5, 0.95])).round(9).tolist()
    [0.05, 0.5, 0.95]
    """
    from scipy.optimize import root
    from scipy.special import betainc, betaincc

    from taskmodel.errors import RootError

    # start at the beta law with the mean and deviation of a normal law with that interval
    first, last = normal_quantile(levels)
    deviation = (high - low) / (last - first)
    mean = low - first * deviation
    size = max(mean * (1 - mean) / deviation**2 - 1, 0.5)
    wanted = _logit(np.array([levels[0], 1 - levels[1]]))
    start = np.log([mean * size, (1 - mean) * size])

    def excess(logs: Array) -> Array:
        alpha, beta = np.exp(logs)
        below_low, above_high = betainc(alpha, beta, low), betaincc(alpha, beta, high)
        return _logit(np.array([below_low, above_high])) - wanted

    solution = root(excess, start, tol=1e-13)
    if not np.all(np.abs(excess(solution.x)) < BETA_RESIDUAL):
        raise RootError(f"no beta law with the interval {low:g} to {high:g} was located")
    alpha, beta = np.exp(solution.x)
    return BetaLaw(float(alpha), float(beta))


@dataclass(frozen=True)
class DiscreteLaw:
    """A law of finitely many values, in increasing order, with cumulative probabilities."""

    values: tuple[float, ...]
    cumulative: tuple[float, ...]
    shape: str = "discrete"

    def at(self, score: Array) -> Array:
        """Return the values at standard normal scores.

        Examples
        --------
        >>> DiscreteLaw((0.0, 0.2), (0.75, 1.0)).at(np.array([-1.0, 0.0, 1.0])).tolist()
        [0.0, 0.0, 0.2]
        """
        index = np.searchsorted(self.cumulative[:-1], normal_cdf(score), side="left")
        return np.asarray(self.values)[index]


def discrete_law(values: tuple[float, ...], weights: tuple[float, ...] | None) -> DiscreteLaw:
    """Return the law of some values with weights that sum to 1; None: equal ones."""
    shares = np.full(len(values), 1 / len(values)) if weights is None else np.array(weights)
    order = np.argsort(values)
    ordered = np.array(values)[order].tolist()
    return DiscreteLaw(tuple(ordered), tuple(np.cumsum(shares[order]).tolist()))


def law_of(quantity: Quantity, measure: Measure) -> Law | None:
    """Return the law of a valid quantity; None for a fixed one.

    Without a `distribution`, an interval is that of a logit-normal law strictly within the range
    of a share, of a lognormal law for another number above 0, and of a normal law otherwise.
    """
    chosen, low, high = quantity.distribution, quantity.low, quantity.high
    if chosen is not None and chosen.shape == "discrete":
        assert chosen.values
        return discrete_law(chosen.values, chosen.weights)
    if low is None or high is None or low == high or (chosen and chosen.shape == "fixed"):
        return None
    shape = chosen.shape if chosen else interval_shape(low, high, measure)
    levels = chosen.levels if chosen and chosen.levels else LEVELS
    if shape in BOUNDED_SHAPES:
        return BoundedLaw(shape, low, quantity.value, high)
    if shape == "beta":
        return beta_law(low, high, levels)
    return median_law(shape, low, quantity.value, high, levels)


def interval_shape(low: float, high: float, measure: Measure) -> str:
    """Return the shape of the law of an interval that names none."""
    if measure.is_share and 0 < low and high < 1:
        return "logit_normal"
    if low > 0 and not measure.is_share and measure.is_ratio:
        return "lognormal"
    return "normal"


def by_default_factor(quantity: Quantity, measure: Measure, factor: float) -> Quantity:
    """Return a judgement without an interval with one: its value times and over a factor.

    The odds of a share are multiplied in place of the share. Numbers that are 0, shares of 1,
    whole numbers, dates and numbers that may be negative stay as they are, and so do those so near
    to a bound that the law would leave their range.
    """
    value = quantity.value
    stated = quantity.low is not None or quantity.distribution is not None
    if stated or measure.integer or not measure.is_ratio or not value > 0:
        return quantity
    low, high = value / factor, value * factor
    if measure.is_share:
        if value == 1:
            return quantity
        odds = value / (1 - value)
        low, high = (scaled / (1 + scaled) for scaled in (odds / factor, odds * factor))
    spread = quantity.model_copy(update={"low": low, "high": high})
    law = law_of(spread, measure)
    return spread if law is not None and not out_of_range(law, measure) else quantity


def out_of_range(law: Law, measure: Measure) -> str:
    """Return what is wrong if a law leaves the range of its number; "" if it does not.

    Looks at the scores from -8 to 8, which a draw leaves with a probability of 1e-15.
    """
    for score, direction in ((-FARTHEST, "below"), (FARTHEST, "above")):
        extreme = float(law.at(np.array([score]))[0])
        if not measure.in_bounds(extreme):
            bound = measure.allowed()
            return (
                f"its law, {law.shape}, goes {direction} the range ({bound} is allowed); give a "
                "distribution with ends within it, such as `distribution: uniform`, triangular or "
                "pert, whose ends are low and high"
            )
    return ""
