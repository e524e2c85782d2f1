"""Which moments no draw meets, alone or together, and how far the nearest draw is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from taskmodel.errors import MomentConflict
from taskmodel.numerics.normal import normal_quantile
from taskmodel.numerics.types import Array

MET = float(normal_quantile(0.95))  # score up to which a moment is met: within its 90 % interval
LEAST_LOG = float(np.log(np.finfo(float).tiny))  # of a likelihood that is not 0
NAMED = 3  # pairs in the message


def nearest_draws(scores: Array) -> Array:
    """Return how near the draws come to each pair of moments, shape (moment, moment).

    Parameters
    ----------
    scores : array, shape (draw, moment)
        NaN: the draw has no answer there.

    Returns
    -------
    array
        Least of the draws' larger score of the two, in absolute terms [standard deviations]; on
        the diagonal that of one moment alone; inf where no draw has an answer.

    Examples
    --------
    >>> nearest_draws(np.array([[0.0, 3.0], [2.0, 0.5]])).tolist()
    [[0.0, 2.0], [2.0, 0.5]]
    """
    size = np.nan_to_num(np.abs(scores), nan=np.inf)
    return np.array(
        [np.maximum(size[:, [column]], size).min(axis=0) for column in range(size.shape[1])]
    )


def conflicting_pairs(nearest: Array) -> list[tuple[int, int]]:
    """Return pairs of moments that draws meet one by one and not together, the farthest first.

    Parameters
    ----------
    nearest : array, shape (moment, moment)
        As `nearest_draws` returns it.

    Examples
    --------
    >>> conflicting_pairs(np.array([[0.0, 2.0], [2.0, 0.5]]))
    [(0, 1)]
    """
    alone = np.diag(nearest) <= MET
    apart = np.triu((nearest > MET) & alone & alone[:, None], 1)
    pairs = np.argwhere(apart)
    return [(int(one), int(two)) for one, two in sorted(pairs, key=lambda pair: -nearest[*pair])]


def check_agreement(log_likelihood: Array, scores: Array, names: Sequence[str]) -> None:
    """Raise an error if the weights of all draws are zero.

    Parameters
    ----------
    log_likelihood : array, shape (draw,)
    scores : array, shape (draw, moment)
    names : sequence of str
        Of the moments.

    Raises
    ------
    MomentConflict
        With the moments and pairs that no draw meets, and how far the nearest draw is.
    """
    if log_likelihood.max() >= LEAST_LOG:
        return
    nearest = nearest_draws(scores)
    alone = np.diag(nearest)
    parts = [
        f"none meets {names[index]} ({_distance(alone[index])})"
        for index in np.flatnonzero(alone > MET).tolist()
    ]
    pairs = conflicting_pairs(nearest)
    parts += [
        f"none meets {names[one]} and {names[two]} together ({_distance(nearest[one, two])})"
        for one, two in pairs[:NAMED]
    ]
    if len(pairs) > NAMED:
        parts.append(f"{len(pairs) - NAMED} more pairs")
    worst = np.nan_to_num(np.abs(scores), nan=np.inf).max(axis=1)
    if not parts:
        parts = [f"none meets all of them together ({_distance(worst.min())})"]
    raise MomentConflict(
        f"the weights of all {len(scores)} draws are zero: {'; '.join(parts)}. Widen these "
        "moments, leave one out, or give the catalog wider intervals"
    )


def _distance(score: float) -> str:
    if np.isinf(score):
        return "the nearest draw is infinitely far"
    return f"the nearest draw is {score:.3g} standard deviations off"
