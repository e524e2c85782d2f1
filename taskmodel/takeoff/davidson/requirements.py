"""Training and running compute that tasks require, task by task or as a continuum.

In a family of cognitive tasks the hardest requires V, the task at the 20 % quantile V / g (g is the
gap), the easiest V / g^1.5; in between, log V is piecewise linear in the quantile. AI trained with
R FLOP can perform the tasks that require up to M R, where running compute makes up for the
shortfall M, and a worker-year of a task then takes

    iota (tau / R)^delta  effective FLOP, at least 1.

All levels are natural logarithms, so that no requirement and no exponent overflows.

References
----------
Davidson (2023), What a compute-centric framework says about takeoff speeds, sections on the FLOP
gap and on the runtime-training trade-off.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from taskmodel.takeoff.davidson.table_kernels import interpolate, write_requirements

KNOTS = np.array([0.0, 0.05, 0.1, 0.2, 0.5, 1.0])  # quantiles
# below the hardest task, at these quantiles, over the gap
GAPS = np.array([10.5 / 7, 9.5 / 7, 8.5 / 7, 1.0, 4 / 7, 0.0])
LN10 = math.log(10.0)


def requirements(
    hardest: float, gap: float, quantiles: list[float], steepness: float = 0.0
) -> list[float]:
    """Return the requirements of tasks at some quantiles, as natural logarithms.

    Parameters
    ----------
    hardest : float
        Requirement V of the hardest task, in its unit; > 0.
    gap : float
        Requirement of the hardest task over that at the 20 % quantile [1]; >= 1.
    quantiles : list of float
        Positions of the tasks, from 0 for the easiest to 1 for the hardest.
    steepness : float, optional
        Height of the steps in which requirements rise [orders of magnitude]; 0: smoothly.

    Returns
    -------
    list of float
        Natural logarithms, in the order of the quantiles.

    Examples
    --------
    >>> [round(value / math.log(10), 3) for value in requirements(1e36, 1e4, [0.0, 0.2, 1.0])]
    [30.0, 32.0, 36.0]
    """
    top, width = math.log10(hardest), math.log10(gap)
    base = math.log10(hardest / gap)
    powers = np.empty(len(quantiles))
    write_requirements(
        np.array(quantiles, dtype=float), KNOTS, GAPS, top, base, width, float(steepness), powers
    )
    return (powers * LN10).tolist()


@dataclass(frozen=True)
class TrainingLevels:
    """Training requirements of a family as a step function of the quantile, such as a catalog's.

    Attributes
    ----------
    ends : tuple of float
        Quantiles up to which the levels hold, increasing to 1.
    logs : tuple of float
        ln of the training run [FLOP at the software of the start], not decreasing.
    """

    ends: tuple[float, ...]
    logs: tuple[float, ...]

    def at(self, quantiles: list[float]) -> list[float]:
        """Return the levels at some quantiles; at an end, that of the easier tasks."""
        return [self.logs[min(bisect_left(self.ends, q), len(self.logs) - 1)] for q in quantiles]

    def raised(self, log_factor: float) -> TrainingLevels:
        """Return all levels times a factor, given as its natural logarithm."""
        return TrainingLevels(self.ends, tuple(level + log_factor for level in self.logs))


@dataclass(frozen=True)
class Piece:
    """A range of quantiles on which both log requirements are linear; in steps, constant."""

    start: float
    end: float
    log_training: tuple[float, float]
    log_runtime: tuple[float, float]


@dataclass(frozen=True)
class Family:
    """The cognitive tasks that sectors share, from the easiest to the hardest.

    Attributes
    ----------
    tasks : int or None
        Number of tasks; None for a continuum.
    training, runtime : tuple of float
        Hardest requirement, gap and steepness, of training [FLOP] and of running a worker's work
        [FLOP/year].
    tradeoff : float
        delta, orders of magnitude of running compute that replace one of training compute [1]; 0:
        none do.
    log_shortfall : float
        ln M, the largest shortfall of a training run that running compute makes up for.
    levels : TrainingLevels, optional
        Training requirements in place of those of `training`.
    """

    tasks: int | None
    training: tuple[float, float, float]
    runtime: tuple[float, float, float]
    tradeoff: float
    log_shortfall: float
    levels: TrainingLevels | None = None

    @cached_property
    def log_training(self) -> list[float]:
        """ln tau of each task; empty for a continuum."""
        if self.levels is not None:
            return self.levels.at(self._quantiles)
        return requirements(*self.training[:2], self._quantiles, self.training[2])

    @cached_property
    def log_runtime(self) -> list[float]:
        """ln iota of each task; empty for a continuum."""
        return requirements(*self.runtime[:2], self._quantiles, self.runtime[2])

    @property
    def _quantiles(self) -> list[float]:
        if self.tasks is None:
            return []
        return [j / (self.tasks - 1) for j in range(self.tasks)] if self.tasks > 1 else [1.0]

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """The pieces of the continuum."""
        jumps = _steps(*self.training) if self.levels is None else self.levels.ends
        knots = sorted({*KNOTS.tolist(), *jumps, *_steps(*self.runtime)})
        return tuple(
            Piece(left, right, self._training_ends(left, right), _ends(self.runtime, left, right))
            for left, right in zip(knots, knots[1:], strict=False)
        )

    def _training_ends(self, start: float, end: float) -> tuple[float, float]:
        if self.levels is None:
            return _ends(self.training, start, end)
        (level,) = self.levels.at([(start + end) / 2])
        return level, level

    def reach(self, log_run: float, tradeoff: bool = True) -> float:
        """Return the number of tasks (of a continuum: the share) that a largest training run opens.

        Parameters
        ----------
        log_run : float
            ln R [FLOP].
        tradeoff : bool
            Whether running compute may make up for a run that is too small.
        """
        limit = log_run + self.log_shortfall if tradeoff else log_run
        if self.tasks is not None:
            return bisect_left(self.log_training, limit)  # a run must exceed the requirement
        for piece in self.pieces:
            low, high = piece.log_training
            if limit <= low:
                return piece.start
            if limit <= high:
                return piece.start + (limit - low) / (high - low) * (piece.end - piece.start)
        return 1.0

    def log_training_of(self, number: int) -> float:
        """Return ln of the training run that the `number` easiest tasks require; -inf for none."""
        return self.log_training[number - 1] if number else -math.inf

    @property
    def count(self) -> float:
        """Number of tasks; 1 for a continuum, measured in shares."""
        return 1.0 if self.tasks is None else self.tasks


def _steps(hardest: float, gap: float, steepness: float) -> list[float]:
    """Return the quantiles at which a requirement that rises in steps jumps."""
    width = math.log10(gap)
    if steepness <= 0 or width == 0:
        return []
    highest = float(GAPS[0])
    first, last = math.floor(-(highest - 1) * width / steepness), math.floor(width / steepness)
    gaps_below = [(width - number * steepness) / width for number in range(first, last + 1)]
    return [
        float(interpolate(-gaps, -GAPS, KNOTS)) for gaps in gaps_below if 0.0 <= gaps <= highest
    ]


def _ends(requirement: tuple[float, float, float], start: float, end: float) -> tuple[float, float]:
    """Return the log requirement at both ends of a piece, as limits from inside it."""
    hardest, gap, steepness = requirement
    if steepness > 0:
        (level,) = requirements(hardest, gap, [(start + end) / 2], steepness)
        return level, level
    low, high = requirements(hardest, gap, [start, end])
    return low, high
