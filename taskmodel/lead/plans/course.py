"""The months of a pause, cut for integrals over them: finely where something may soon end it, and at the moments that are shown."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Array = np.ndarray
MOMENTS = 121
_PARTS = 4 * (MOMENTS - 1)  # of a pause, between which integrals are taken
_GONE = 40.0  # e-folds after which nothing that a hazard may end is left
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(3)


@dataclass(frozen=True)
class Course:
    """The months of a pause, cut finely enough for its length and for what may end it."""

    months: float
    hazard: float

    @property
    def edges(self) -> Array:
        """Times between which integrals are taken, those of the moments among them, shape (edge,)."""
        whole = np.linspace(0.0, self.months, _PARTS + 1)
        if self.hazard == 0:
            return whole
        return np.sort(
            np.concatenate(
                [whole, np.linspace(0.0, min(self.months, _GONE / self.hazard), _PARTS + 1)]
            )
        )

    @property
    def nodes(self) -> Array:
        """Times at which what is integrated is wanted, shape (part, node)."""
        low, high = self.edges[:-1, None], self.edges[1:, None]
        return low + 0.5 * (high - low) * (_NODES + 1)

    def alive(self, times: Array) -> Array:
        """Probability that nothing has ended the pause by these times."""
        return np.exp(-self.hazard * times)

    def cumulative(self, rate: Array) -> Array:
        """Integral from the start to each edge of a rate given at the nodes."""
        parts = 0.5 * np.diff(self.edges) * (rate * _WEIGHTS).sum(axis=-1)
        return np.concatenate([[0.0], np.cumsum(parts)])
