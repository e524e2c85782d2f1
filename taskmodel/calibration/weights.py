r"""Weights of draws by evidence: likelihoods, Pareto-smoothed weights and weighted quantiles.

With :math:`z_{im}` the scores of draw i against moment m (`records.Moment.score`), its likelihood
is that of an error with the law of the observation, on the scale of that law:

.. math:: L_i = \prod_m \exp(-z_{im}^2 / 2).

The largest weights are replaced by the quantiles of a generalised Pareto law fitted to them, whose
shape k says whether their mean can be trusted (k below 0.7).

Sources: Vehtari, Simpson, Gelman, Yao and Gabry (2024), "Pareto smoothed importance sampling",
Journal of Machine Learning Research 25(72); Zhang and Stephens (2009), Technometrics 51(3),
316-325.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from taskmodel.numerics.types import Array

RELIABLE_K = 0.7  # of the Pareto shape, above which means over the weights are not reliable
LEAST_ESS = 200.0  # effective number of draws below which quantiles are too coarse
LEAST_TAIL = 5  # weights in the tail to which a law is fitted
# of the fit: weight of the prior on the scale, and on the shape (10 observations of 0.5)
PRIOR_SCALE, PRIOR_DRAWS, PRIOR_SHAPE = 3.0, 10.0, 0.5


class Weights(NamedTuple):
    """Weights of draws.

    Attributes
    ----------
    weight : array, shape (draw,)
        Normalised: they sum to 1.
    k : float
        Shape of the Pareto law of the largest ratios; inf where too few differ from 0; -inf where
        all weights are equal.
    ess : float
        Effective number of draws, 1 / sum(weight^2).
    """

    weight: Array
    k: float
    ess: float

    @property
    def reliable(self) -> bool:
        """Whether k is at most 0.7 and the effective number of draws at least 200."""
        return self.k <= RELIABLE_K and self.ess >= LEAST_ESS


def log_likelihood(scores: Array) -> Array:
    """Return the log likelihood of draws, shape (draw,), up to a constant.

    Parameters
    ----------
    scores : array, shape (draw, moment)
        NaN: the model has no answer there, and the draw gets the weight 0.

    Examples
    --------
    >>> log_likelihood(np.array([[1.0, -2.0], [0.0, np.nan]])).tolist()
    [-2.5, -inf]
    """
    total = -0.5 * (scores**2).sum(axis=1)
    return np.where(np.isnan(total), -np.inf, total)


def pareto_weights(log_ratios: Array) -> Weights:
    """Return Pareto-smoothed weights of log importance ratios.

    Parameters
    ----------
    log_ratios : array, shape (draw,)
        -inf for a weight of 0; at least one is finite.

    Returns
    -------
    Weights

    Examples
    --------
    >>> equal = pareto_weights(np.zeros(400))
    >>> equal.k, round(equal.ess, 9)
    (-inf, 400.0)
    """
    draws = len(log_ratios)
    logs = log_ratios - log_ratios.max()
    if (logs == 0).all():
        return Weights(np.full(draws, 1 / draws), -np.inf, float(draws))
    order = np.argsort(logs, kind="stable")
    size = int(np.ceil(min(0.2 * draws, 3 * np.sqrt(draws))))
    cut = max(logs[order[-size - 1]], np.log(np.finfo(float).tiny)) if size < draws else -np.inf
    tail = order[logs[order] > cut]
    k = np.inf
    if len(tail) >= LEAST_TAIL:
        excess = np.exp(logs[tail]) - np.exp(cut)
        k, scale = pareto_fit(excess)
        probability = (np.arange(len(tail)) + 0.5) / len(tail)
        smoothed = np.log(_pareto_quantile(probability, k, scale) + np.exp(cut))
        logs[tail] = np.minimum(smoothed, 0.0)  # no weight beyond the largest raw one
    weight = np.exp(logs - logs.max())
    weight /= weight.sum()
    return Weights(weight, float(k), float(1 / (weight**2).sum()))


def pareto_fit(excess: Array) -> tuple[float, float]:
    """Return shape and scale of the generalised Pareto law of some positive numbers.

    The estimator of Zhang and Stephens, with the shape drawn towards 0.5 as if by ten more numbers.

    Parameters
    ----------
    excess : array, shape (number,)
        Increasing, positive.

    Examples
    --------
    Of the quantiles of an exponential law, whose shape is 0:

    >>> quantiles = -np.log1p(-(np.arange(4000) + 0.5) / 4000)
    >>> shape, scale = pareto_fit(quantiles)
    >>> abs(shape) < 0.01, abs(scale - 1) < 0.01
    (True, True)
    """
    count = len(excess)
    grid = 30 + int(np.sqrt(count))
    theta = 1 / excess[-1] + (1 - np.sqrt(grid / (np.arange(1, grid + 1) - 0.5))) / (
        PRIOR_SCALE * excess[int(count / 4 + 0.5) - 1]
    )
    shapes = np.log1p(-theta[:, None] * excess).mean(axis=1)
    likelihood = count * (np.log(-theta / shapes) - shapes - 1)
    posterior = np.exp(likelihood - likelihood.max())
    centre = (theta * posterior).sum() / posterior.sum()
    shape = np.log1p(-centre * excess).mean()
    scale = -shape / centre
    shape = (count * shape + PRIOR_DRAWS * PRIOR_SHAPE) / (count + PRIOR_DRAWS)
    return float(shape), float(scale)


def _pareto_quantile(probability: Array, shape: float, scale: float) -> Array:
    if shape == 0:
        return -scale * np.log1p(-probability)
    return np.asarray(scale * np.expm1(-shape * np.log1p(-probability)) / shape)


def weighted_quantiles(values: Array, weight: Array, levels: tuple[float, ...]) -> Array:
    """Return quantiles of weighted draws, interpolated between them.

    Parameters
    ----------
    values : array, shape (draw, ...)
        Draws of weight 0 are left out, whatever their values; others may be inf.
    weight : array, shape (draw,)
    levels : tuple of float

    Returns
    -------
    array, shape (level, ...)

    Examples
    --------
    >>> weighted_quantiles(np.array([3.0, 1.0, 2.0]), np.ones(3) / 3, (0.5,)).tolist()
    [2.0]
    """
    chosen = weight > 0
    columns = values[chosen].reshape(int(chosen.sum()), -1)
    result = np.empty((len(levels), columns.shape[1]))
    for index, column in enumerate(columns.T):
        order = np.argsort(column, kind="stable")
        part = weight[chosen][order]
        middle = np.cumsum(part) - part / 2
        finite = np.nan_to_num(column[order], posinf=np.finfo(float).max)
        found = np.interp(levels, middle / part.sum(), finite)
        result[:, index] = np.where(found > np.finfo(float).max / 4, np.inf, found)
    return result.reshape(len(levels), *values.shape[1:])
