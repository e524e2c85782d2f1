r"""Gaussian copula of the scores of uncertain numbers: groups, and correlations of pairs.

A member of a group has

.. math:: z_i = \sqrt{c}\, z_\text{group} + \sqrt{1 - c}\, z_i^\text{own},

so that two members have the correlation c. A pair with the rank correlation :math:`\rho_S` has the
correlation :math:`2 \sin(\pi \rho_S / 6)` of scores in its place. With the completed matrix
:math:`R = L L^\top` and that of the groups alone :math:`R_0 = L_0 L_0^\top`, the scores of the
groups become :math:`L L_0^{-1} z`: the same where no pair says otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from taskmodel.numerics.accuracy import POSITIVE_DEFINITE
from taskmodel.numerics.types import Array


@dataclass(frozen=True)
class Conflict:
    """Why correlations are not those of any numbers.

    Attributes
    ----------
    pair : int
        Index of the pair that contributes most.
    limit : float
        Factor in [0, 1) by which all correlations of scores together would have to be multiplied
        for a matrix on the verge of being positive definite; 0: none would do.
    """

    pair: int
    limit: float


def score_correlation(rank: float) -> float:
    """Return the correlation of normal scores with a rank correlation (Pearson, 1907).

    Examples
    --------
    >>> round(score_correlation(0.6), 4), score_correlation(0.0)
    (0.618, 0.0)
    """
    return 2 * math.sin(math.pi * rank / 6)


def rank_correlation(score: float) -> float:
    """Return the rank correlation of normal scores with a correlation, inverse of the above."""
    return 6 / math.pi * math.asin(score / 2)


def connected(
    pairs: Sequence[tuple[str, str]], groups: Mapping[str, tuple[str, float]]
) -> set[str]:
    """Return the numbers that pairs concern: their members, and those of the groups of these."""
    ends = {name for pair in pairs for name in pair}
    affected = {groups[name][0] for name in ends if name in groups}
    return ends | {name for name, (group, _) in groups.items() if group in affected}


def group_matrix(names: Sequence[str], groups: Mapping[str, tuple[str, float]]) -> Array:
    """Return the correlation matrix of scores that groups give, shape (name, name)."""
    matrix = np.eye(len(names))
    for i, name in enumerate(names):
        for j, other in enumerate(names):
            if i != j and name in groups and other in groups:
                (group, common), (other_group, _) = groups[name], groups[other]
                matrix[i, j] = common if group == other_group else 0.0
    return matrix


def adjustment(base: Array, pairs: Mapping[tuple[int, int], float]) -> Array | Conflict:
    """Return the matrix that turns scores with one correlation matrix into scores with another.

    Parameters
    ----------
    base : array, shape (name, name)
        Correlation matrix of the scores.
    pairs : mapping of (int, int) to float
        Correlations that replace entries of it.

    Returns
    -------
    array, shape (name, name), or Conflict
        A conflict if the completed matrix, or `base`, is not positive definite.

    Examples
    --------
    >>> adjustment(np.eye(2), {(0, 1): 0.6}).round(3).tolist()
    [[1.0, 0.0], [0.6, 0.8]]
    >>> conflict = adjustment(np.eye(3), {(0, 1): 0.8, (1, 2): 0.8, (0, 2): -0.9})
    >>> conflict.pair, round(conflict.limit, 3)
    (2, 0.6)
    """
    completed = base.copy()
    for (i, j), value in pairs.items():
        completed[i, j] = completed[j, i] = value
    if min(np.linalg.eigvalsh(matrix)[0] for matrix in (base, completed)) > POSITIVE_DEFINITE:
        root, base_root = np.linalg.cholesky(completed), np.linalg.cholesky(base)
        return np.asarray(np.linalg.solve(base_root.T, root.T).T)
    return _conflict(base, completed - base, list(pairs))


def _conflict(base: Array, change: Array, pairs: list[tuple[int, int]]) -> Conflict:
    values, vectors = np.linalg.eigh(base + change)
    vector = vectors[:, 0]
    contributions = [vector[i] * vector[j] * change[i, j] for i, j in pairs]
    worst = int(np.argmin(contributions))
    if np.linalg.eigvalsh(base)[0] <= POSITIVE_DEFINITE:
        return Conflict(worst, 0.0)
    root = np.linalg.cholesky(base)
    relative = np.linalg.solve(root, np.linalg.solve(root, change).T)
    least = float(np.linalg.eigvalsh((relative + relative.T) / 2)[0])
    return Conflict(worst, min(1.0, -1 / least))
