r"""Draws from a posterior in stages, where weights of the prior's draws are too uneven.

A stage raises the power t of the likelihood until the effective number of draws is halved,
resamples the draws by their weights, and moves each of them by Metropolis steps that leave the law
:math:`\varphi(z) L(z)^t` as it is. The proposals keep the normal prior of the independent numbers:

.. math:: z' = \sqrt{1 - b^2}\, z + b\, \xi, \qquad \text{accepted with } \min(1, (L(z')/L(z))^t).

All of it happens within 8 samples that know nothing of each other (draw i is in sample i modulo 8),
so that the spread of their means shows how many independent draws the result is worth.

Sources: Del Moral, Doucet and Jasra (2006), Journal of the Royal Statistical Society B 68(3),
411-436 (the stages); Cotter, Roberts, Stuart and White (2013), Statistical Science 28(3), 424-446
(the steps).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from taskmodel.numerics.normal import normal_quantile
from taskmodel.numerics.types import Array
from taskmodel.uncertainty.streams import REPLICATES, replicates, uniforms

Normals = Mapping[str, Array]
MOVES = 12  # Metropolis steps of a stage
KEPT = 0.5  # part of the effective number of draws that a stage keeps
ACCEPTANCE = 0.25  # aimed at by the size of the steps
LARGEST_STEP, FIRST_STEP, LEAST_STEP = 1.0, 0.5, 0.01
PRECISION = 1e-6  # of powers of the likelihood


@dataclass(frozen=True, eq=False)
class Sample:
    """Draws of a posterior, of equal weight.

    Attributes
    ----------
    normals : dict of str to array, shape (draw,)
        Independent numbers of each draw, by name.
    log_likelihood : array, shape (draw,)
    powers : tuple of float
        Powers of the likelihood of the stages, the last 1.
    acceptance : tuple of float
        Part of the moves of each stage that were accepted.
    """

    normals: dict[str, Array]
    log_likelihood: Array
    powers: tuple[float, ...]
    acceptance: tuple[float, ...]

    @property
    def ess(self) -> float:
        """Effective number of draws, from the spread of the means of the 8 samples."""
        return effective_draws(np.stack(list(self.normals.values())))


def effective_draws(values: Array) -> float:
    """Return how many independent draws the draws of 8 samples are worth.

    Parameters
    ----------
    values : array, shape (number, draw)
        Draw i is in sample i modulo 8; the harmonic mean over the numbers that vary is taken.

    Returns
    -------
    float
        At most the number of draws.
    """
    draws = values.shape[1]
    sample = replicates(np.arange(draws))
    means = np.stack([values[:, sample == part].mean(axis=1) for part in range(REPLICATES)], axis=1)
    spread = values.var(axis=1)
    vary = spread > 0
    if not vary.any():
        return 1.0
    error = means[vary].var(axis=1, ddof=1) / REPLICATES
    return float(min(draws, 1 / (error / spread[vary]).mean()))


def tempered(
    normals: Normals,
    log_likelihood: Callable[[Normals], Array],
    seed: int,
    report: Callable[[float], None] | None = None,
) -> Sample:
    """Return draws of the posterior that start as draws of the prior.

    Parameters
    ----------
    normals : mapping of str to array, shape (draw,)
        Independent standard normal numbers of the prior's draws, by name.
    log_likelihood : function
        From normal numbers to log likelihoods, shape (draw,); at least one of each of the 8 samples
        is finite at the start.
    seed : int
    report : function, optional
        Called with the power of each stage, the last of which is 1.

    Returns
    -------
    Sample

    Examples
    --------
    An observation 3 of a standard normal number, with a standard deviation of 0.1: the mean of the
    posterior is 3 / 1.01.

    >>> start = {"x": normal_quantile(uniforms("x", np.arange(512), seed=1))}
    >>> sample = tempered(start, lambda z: -0.5 * ((z["x"] - 3) / 0.1) ** 2, seed=1)
    >>> len(sample.powers) > 2, bool(abs(sample.normals["x"].mean() - 3 / 1.01) < 0.02)
    (True, True)
    """
    current = {name: np.array(values) for name, values in normals.items()}
    logs = log_likelihood(current)
    power, step = 0.0, FIRST_STEP
    powers: list[float] = []
    acceptance: list[float] = []
    while power < 1:
        rise = _rise(logs, 1 - power)
        chosen = _resampled(logs, rise, uniforms(f"resample {len(powers)}", np.arange(8), seed))
        current = {name: values[chosen] for name, values in current.items()}
        logs = logs[chosen]
        power = 1.0 if rise >= 1 - power else power + rise
        accepted = 0.0
        for move in range(MOVES):
            label = f"move {len(powers)} {move}"
            rate = _move(current, logs, log_likelihood, (power, step), label, seed)
            step = float(np.clip(step * np.exp(rate - ACCEPTANCE), LEAST_STEP, LARGEST_STEP))
            accepted += rate / MOVES
        powers.append(power)
        acceptance.append(accepted)
        if report is not None:
            report(power)
    return Sample(current, logs, tuple(powers), tuple(acceptance))


def _rise(logs: Array, most: float) -> float:
    """Return by how much the power may rise: until half of the effective number is left."""
    alive = logs[np.isfinite(logs)]

    def ess(rise: float) -> float:
        weight = np.exp(rise * (alive - alive.max()))
        return float(weight.sum() ** 2 / (weight**2).sum())

    wanted = KEPT * len(alive)
    if ess(most) >= wanted:
        return most
    low, high = 0.0, most
    while high - low > PRECISION * high:
        middle = (low + high) / 2
        low, high = (middle, high) if ess(middle) >= wanted else (low, middle)
    return high


def _resampled(logs: Array, rise: float, offsets: Array) -> np.ndarray:
    """Return the draws that go on, by systematic resampling within each of the 8 samples."""
    chosen = np.empty(len(logs), dtype=np.intp)
    for sample, offset in enumerate(offsets):
        members = np.flatnonzero(replicates(np.arange(len(logs))) == sample)
        weight = np.exp(rise * (logs[members] - logs[members].max()))
        edges = np.cumsum(weight) / weight.sum()
        places = (np.arange(len(members)) + offset) / len(members)
        last = np.flatnonzero(weight)[-1]  # rounding may leave the last edge below 1
        chosen[members] = members[np.minimum(np.searchsorted(edges, places), last)]
    return chosen


def _move(
    current: dict[str, Array],
    logs: Array,
    log_likelihood: Callable[[Normals], Array],
    size: tuple[float, float],
    label: str,
    seed: int,
) -> float:
    """Move draws in place by one Metropolis step, and return the part that was accepted.

    `size` is the power of the likelihood, and the step b.
    """
    power, step = size
    numbers = np.arange(len(logs))
    proposed = {
        name: np.sqrt(1 - step**2) * values
        + step * normal_quantile(uniforms(f"{label} {name}", numbers, seed))
        for name, values in current.items()
    }
    new = log_likelihood(proposed)
    accepted = np.log(uniforms(f"{label} accepted", numbers, seed)) < power * (new - logs)
    for name, values in proposed.items():
        current[name][accepted] = values[accepted]
    logs[accepted] = new[accepted]
    return float(accepted.mean())
