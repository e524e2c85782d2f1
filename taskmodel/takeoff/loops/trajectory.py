"""One differential equation for the logarithm of a level, x' = slope(t, x), for many draws at once.

The equation is integrated piecewise between the dates at which the slope jumps, by an eighth-order
Runge-Kutta method with dense output (SciPy's DOP853). A level that grows without bound is followed
as far as floating-point numbers allow; the date is kept.
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

TOLERANCE = 1e-11  # of a step, in the logarithm
LARGEST = 690.0  # ln of 1e300, the largest level
EXPLOSIVE = 1e6  # growth [1/year] at the end that counts as growth without bound

Slope = Callable[[float, Array], Array]
Gap = Callable[[NDArray[np.intp], Array, Array], Array]  # of draws, times and levels


@dataclass(frozen=True)
class Trajectory:
    """A solution from `starts[0]` to `end`; `stopped` is the reason if it ends early."""

    pieces: tuple[Any, ...]
    starts: Array
    end: float
    stopped: str

    @property
    def knots(self) -> Array:
        """Times of the solver's steps and their midpoints."""
        steps = np.unique(np.concatenate([piece.ts for piece in self.pieces]))
        return np.sort(np.concatenate([steps, (steps[1:] + steps[:-1]) / 2]))

    def levels(self, times: Array) -> Array:
        """Return levels, shape (draw, time), at times up to the end."""
        times = np.asarray(times, dtype=float)
        last = len(self.pieces) - 1
        piece = np.clip(np.searchsorted(self.starts, times, side="right") - 1, 0, last)
        levels = np.empty((len(self.pieces[0](self.starts[0])), len(times)))
        for number in np.unique(piece):
            levels[:, piece == number] = self.pieces[number](times[piece == number])
        return levels


class _Overflow:
    """An event of `solve_ivp` that ends the integration where a level exceeds the largest."""

    terminal = True

    def __call__(self, time: float, levels: Array) -> float:
        return float(LARGEST - levels.max())


def integrate(
    slope: Slope, initial: Array, start: float, end: float, breaks: Array, title: str
) -> Trajectory:
    """Integrate the equation.

    Parameters
    ----------
    slope : function of time and levels
        Smooth between breaks.
    initial : array, shape (draw,)
        Logarithms at the start.
    start, end : float
        [year]
    breaks : array
        Dates at which the slope jumps.
    title : str
        Name of the level, for messages.

    Returns
    -------
    Trajectory

    Raises
    ------
    InputError
        If no step can be taken.

    Examples
    --------
    >>> blow_up = integrate(lambda t, x: np.exp(x), np.array([0.0]), 0.0, 2.0, np.array([]), "x")
    >>> round(blow_up.end, 9), blow_up.stopped  # 1 / (1 - t)
    (1.0, 'at 1: x grows without bound')
    """
    ends = np.concatenate([breaks[(breaks > start) & (breaks < end)], [end]])
    pieces: list[Any] = []
    starts: list[float] = []
    now, levels, stopped = float(start), np.asarray(initial, dtype=float), ""
    for piece_end in ends:
        # the solver rejects a step that overflows and tries a shorter one
        with np.errstate(over="ignore", invalid="ignore"):
            solved = solve_ivp(
                slope,
                (now, piece_end),
                levels,
                method="DOP853",
                rtol=TOLERANCE,
                atol=TOLERANCE,
                dense_output=True,
                events=_Overflow(),
            )
        if len(solved.t) > 1:
            pieces.append(solved.sol)
            starts.append(now)
        now, levels = float(solved.t[-1]), solved.y[:, -1]
        if solved.status != 0:
            with np.errstate(over="ignore", invalid="ignore"):
                explosive = solved.status < 0 or not slope(now, levels).max() < EXPLOSIVE
            unbounded, large = (
                "grows without bound",
                "passes 1e300, beyond which it is not followed",
            )
            stopped = f"at {now:.6g}: {title} {unbounded if explosive else large}"
            break
    if not pieces:
        raise InputError(
            f"{title} cannot be followed beyond its start; give less extreme parameters"
        )
    return Trajectory(tuple(pieces), np.array(starts), now, stopped)


def first_crossing(trajectory: Trajectory, gap: Gap) -> Array:
    """Return when each draw first reaches a mark, shape (draw,); NaN: never.

    Parameters
    ----------
    trajectory : Trajectory
    gap : function
        Maps draws, times and levels, which broadcast, to a number that is 0 at the mark and
        positive beyond. A gap that becomes positive and negative again within half a step of the
        solver is not detected.

    Examples
    --------
    >>> lines = integrate(
    ...     lambda t, x: np.array([0.5, 1.0]), np.zeros(2), 0.0, 10.0, np.array([]), "x"
    ... )
    >>> first_crossing(lines, lambda draws, times, levels: levels - 3.0).round(9).tolist()
    [6.0, 3.0]
    """
    mesh = trajectory.knots
    levels = trajectory.levels(mesh)
    gaps = gap(np.arange(len(levels))[:, None], mesh[None, :], levels)
    beyond = gaps >= 0
    crosses = beyond.any(axis=1)
    dates = np.where(crosses, mesh[beyond.argmax(axis=1)], np.nan)
    rows = np.flatnonzero(crosses & ~beyond[:, 0])
    if len(rows):
        after = beyond[rows].argmax(axis=1)
        brackets = Brackets(mesh[after - 1], mesh[after], gaps[rows, after - 1], gaps[rows, after])

        def values(positions: NDArray[np.intp], times: Array) -> Array:
            draws = rows[positions]
            return gap(draws, times, trajectory.levels(times)[draws, np.arange(len(times))])

        dates[rows] = close_in(values, brackets, close=1e-13, width=1e-15).nearest()[0]
    return dates
