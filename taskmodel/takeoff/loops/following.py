"""One differential equation for the logarithm of a level, many draws at once, and when they reach what.

    x' = slope(t, x),    x of shape (draw,)

Solved piece by piece between the dates at which the slope jumps, by an eighth-order Runge-Kutta method with dense output
(scipy's DOP853). What grows without bound is followed until numbers end, and the date of that is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from taskmodel.errors import InputError
from taskmodel.numerics.roots import Brackets, close_in
from taskmodel.numerics.types import Array

__all__ = ["Followed", "first", "follow"]

TOLERANCE = 1e-11  # of a step, in the logarithm
LARGEST = 690.0  # ln of 1e300: what is larger is not followed
EXPLOSIVE = 1e6  # growth [1/year] at the end above which it is growth without bound, and not only a large number

Slope = Callable[[float, Array], Array]
Gap = Callable[
    [NDArray[np.intp], Array, Array], Array
]  # from draws, times and levels there to how far beyond a mark


@dataclass(frozen=True)
class Followed:
    """A solution from `start` to `end`; `stopped` says why it ends before its time, and is empty if it does not."""

    pieces: tuple[Any, ...]
    starts: Array
    end: float
    stopped: str

    @property
    def knots(self) -> Array:
        """Times of the solver's own steps, and half-way between them."""
        steps = np.unique(np.concatenate([piece.ts for piece in self.pieces]))
        return np.sort(np.concatenate([steps, (steps[1:] + steps[:-1]) / 2]))

    def at(self, times: Array) -> Array:
        """Levels, shape (draw, time), at times that were followed."""
        times = np.asarray(times, dtype=float)
        place = np.clip(
            np.searchsorted(self.starts, times, side="right") - 1, 0, len(self.pieces) - 1
        )
        found = np.empty((len(self.pieces[0](self.starts[0])), len(times)))
        for piece in np.unique(place):
            found[:, place == piece] = self.pieces[piece](times[place == piece])
        return found

    def each(self, draws: NDArray[np.intp], times: Array) -> Array:
        """The level of each draw at a time of its own, shape (draw,)."""
        return self.at(times)[draws, np.arange(len(times))]


class _TooLarge:
    """An event of `solve_ivp` that ends it: a level comes to the largest that is followed."""

    terminal = True

    def __call__(self, time: float, levels: Array) -> float:
        return float(LARGEST - levels.max())


def follow(
    slope: Slope, initial: Array, start: float, end: float, breaks: Array, what: str
) -> Followed:
    """Solve the equation.

    Parameters
    ----------
    slope : function of time and levels
        Smooth between breaks.
    initial : array, shape (draw,)
        Logarithms at the start.
    start, end : float
        [year]
    breaks : array
        Where the slope jumps.
    what : str
        What the level is of, for messages.

    Returns
    -------
    Followed

    Examples
    --------
    >>> grown = follow(lambda t, x: np.exp(x), np.array([0.0]), 0.0, 2.0, np.array([]), "the level")  # 1 / (1 - t)
    >>> round(grown.end, 9), grown.stopped
    (1.0, 'at 1: the level grows without bound')
    """
    ends = np.concatenate([breaks[(breaks > start) & (breaks < end)], [end]])
    pieces: list[Any] = []
    starts: list[float] = []
    now, levels, stopped = float(start), np.asarray(initial, dtype=float), ""

    for then in ends:
        with np.errstate(
            over="ignore", invalid="ignore"
        ):  # a step that leaves numbers is refused, and a shorter one tried
            solved = solve_ivp(
                slope,
                (now, then),
                levels,
                method="DOP853",
                rtol=TOLERANCE,
                atol=TOLERANCE,
                dense_output=True,
                events=_TooLarge(),
            )
        if len(solved.t) > 1:
            pieces.append(solved.sol)
            starts.append(now)
        now, levels = float(solved.t[-1]), solved.y[:, -1]
        if solved.status != 0:
            with np.errstate(over="ignore", invalid="ignore"):
                explosive = solved.status < 0 or not slope(now, levels).max() < EXPLOSIVE
            how = (
                "grows without bound"
                if explosive
                else "passes 1e300, beyond which it is not followed"
            )
            stopped = f"at {now:.6g}: {what} {how}"
            break
    if not pieces:
        raise InputError(
            f"{what} cannot be followed beyond its start; give less extreme parameters"
        )
    return Followed(tuple(pieces), np.array(starts), now, stopped)


def first(path: Followed, gap: Gap) -> Array:
    """When each draw first comes to a mark, shape (draw,); NaN: it does not.

    Parameters
    ----------
    path : Followed
    gap : function
        From draws, times and levels, which broadcast, to a number that is 0 at the mark and positive beyond; what rises and
        falls again within half a step of the solver is not seen.

    Examples
    --------
    >>> grown = follow(lambda t, x: np.array([0.5, 1.0]), np.zeros(2), 0.0, 10.0, np.array([]), "the level")
    >>> first(grown, lambda draws, times, levels: levels - 3.0).round(9).tolist()
    [6.0, 3.0]
    """
    mesh = path.knots
    levels = path.at(mesh)
    every = np.arange(len(levels))
    beyond = gap(every[:, None], mesh[None, :], levels)
    passed = beyond >= 0
    when = np.where(passed.any(axis=1), mesh[passed.argmax(axis=1)], np.nan)
    rows = np.flatnonzero(passed.any(axis=1) & ~passed[:, 0])
    if len(rows):
        after = passed[rows].argmax(axis=1)
        brackets = Brackets(
            mesh[after - 1], mesh[after], beyond[rows, after - 1], beyond[rows, after]
        )

        def values(places: NDArray[np.intp], times: Array) -> Array:
            return gap(rows[places], times, path.each(rows[places], times))

        when[rows] = close_in(values, brackets, close=1e-13, width=1e-15).nearest()[0]
    return when
