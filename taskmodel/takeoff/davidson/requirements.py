"""What the tasks of Davidson's model ask of AI: training compute and running compute, task by task or as a continuum.

Of a family of cognitive tasks the hardest needs V, the one at the 20 % quantile V / g (the gap g), the easiest V / g^1.5;
between them log V is piecewise linear in the quantile. AI trained with R FLOP, and up to M times that where running compute
can make up for it, may do the tasks below; one worker-year of a task then takes

    iota (tau / R)^delta  effective FLOP, at least 1.

Everything is in natural logarithms, so that no requirement and no exponent overflows. Source: Davidson (2023), What a
compute-centric framework says about takeoff speeds, sections on the FLOP gap and on the runtime-training trade-off.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property

__all__ = ["Family", "Piece", "requirements"]

QUANTILES = (0.0, 0.05, 0.1, 0.2, 0.5, 1.0)
GAPS = (
    10.5 / 7,
    9.5 / 7,
    8.5 / 7,
    1.0,
    4 / 7,
    0.0,
)  # how many gaps below the hardest task the tasks at these quantiles are
LN10 = math.log(10.0)


def requirements(
    hardest: float, gap: float, quantiles: list[float], steepness: float = 0.0
) -> list[float]:
    """Requirement of the tasks at some quantiles, as natural logarithms.

    Parameters
    ----------
    hardest : float
        Requirement V of the hardest task, in its unit; > 0.
    gap : float
        Requirement of the hardest task over that at the 20 % quantile [1]; >= 1.
    quantiles : list of float
        Where the tasks stand, 0 the easiest, 1 the hardest.
    steepness : float, optional
        Requirements rise in steps of so many powers of ten; 0: smoothly.

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
    found = []
    for quantile in quantiles:
        power = top - _gaps_below(quantile) * width
        if steepness > 0:
            power = min(top, base + math.ceil((power - base) / steepness) * steepness)
        found.append(power * LN10)
    return found


def _gaps_below(quantile: float) -> float:
    place = min(max(bisect_left(QUANTILES, quantile), 1), len(QUANTILES) - 1)
    left, right = QUANTILES[place - 1], QUANTILES[place]
    part = (quantile - left) / (right - left)
    return GAPS[place - 1] + part * (GAPS[place] - GAPS[place - 1])


@dataclass(frozen=True)
class Piece:
    """A stretch of quantiles along which both logarithms are linear (of a step: constant)."""

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
        How many there are; None: a continuum.
    training, runtime : tuple of float
        Hardest requirement, gap and steepness: training [FLOP], running a worker's work [FLOP/year].
    tradeoff : float
        delta, powers of ten of running compute for one of training compute [1]; 0: none.
    log_shortfall : float
        ln M, how far running compute can make up for a training run that is too small.
    """

    tasks: int | None
    training: tuple[float, float, float]
    runtime: tuple[float, float, float]
    tradeoff: float
    log_shortfall: float

    @cached_property
    def log_training(self) -> list[float]:
        """ln tau of each task; of a continuum none."""
        return requirements(*self.training[:2], self._quantiles, self.training[2])

    @cached_property
    def log_runtime(self) -> list[float]:
        """ln iota of each task; of a continuum none."""
        return requirements(*self.runtime[:2], self._quantiles, self.runtime[2])

    @property
    def _quantiles(self) -> list[float]:
        if self.tasks is None:
            return []
        return [j / (self.tasks - 1) for j in range(self.tasks)] if self.tasks > 1 else [1.0]

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """Stretches of the continuum."""
        knots = sorted({*QUANTILES, *_steps(*self.training), *_steps(*self.runtime)})
        return tuple(
            Piece(left, right, _ends(self.training, left, right), _ends(self.runtime, left, right))
            for left, right in zip(knots, knots[1:], strict=False)
        )

    def reach(self, log_run: float, tradeoff: bool = True) -> float:
        """How many tasks (of a continuum: which part) a largest training run opens.

        Parameters
        ----------
        log_run : float
            ln R [FLOP].
        tradeoff : bool
            Whether running compute may make up for a run that is too small.
        """
        limit = log_run + self.log_shortfall if tradeoff else log_run
        if self.tasks is not None:
            return bisect_left(self.log_training, limit)  # a run must exceed what a task needs
        for piece in self.pieces:
            low, high = piece.log_training
            if limit <= low:
                return piece.start
            if limit <= high:
                return piece.start + (limit - low) / (high - low) * (piece.end - piece.start)
        return 1.0

    def log_training_of(self, number: int) -> float:
        """ln of the training run that the easiest so many tasks need; of none there is no need."""
        return self.log_training[number - 1] if number else -math.inf

    @property
    def count(self) -> float:
        """Tasks in all; 1 of a continuum, whose parts add up to that."""
        return 1.0 if self.tasks is None else self.tasks


def _steps(hardest: float, gap: float, steepness: float) -> list[float]:
    """Quantiles at which a requirement in steps jumps."""
    width = math.log10(gap)
    if steepness <= 0 or width == 0:
        return []
    found, first = [], math.floor(-(GAPS[0] - 1) * width / steepness)
    for number in range(first, math.floor(width / steepness) + 1):
        level = number * steepness
        wanted = (width - level) / width  # gaps below the hardest
        for place in range(1, len(GAPS)):
            if GAPS[place] <= wanted <= GAPS[place - 1]:
                part = (GAPS[place - 1] - wanted) / (GAPS[place - 1] - GAPS[place])
                found.append(
                    QUANTILES[place - 1] + part * (QUANTILES[place] - QUANTILES[place - 1])
                )
                break
    return found


def _ends(
    requirement: tuple[float, float, float], left: float, right: float
) -> tuple[float, float]:
    """Log requirement at the ends of a piece, the limits from inside it."""
    hardest, gap, steepness = requirement
    if steepness > 0:
        (level,) = requirements(hardest, gap, [(left + right) / 2], steepness)
        return level, level
    low, high = requirements(hardest, gap, [left, right])
    return low, high
