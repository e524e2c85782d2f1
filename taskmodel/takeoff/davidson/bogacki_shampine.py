# Editors: leave this file as it is, but for imports. It is being rewritten for the compiled core.
"""One step of Bogacki and Shampine's method of order 3(2), and the cubic through it.

Tasks that open end a step every few weeks of the model's time, so that steps are short whatever the method: one of low order
with few stages is the cheapest. States are tuples of four components, floats or arrays (of one entry for each run); arrays of
so few numbers as four would cost more than they save. Source: Bogacki and Shampine (1989), A 3(2) pair of Runge-Kutta formulas,
Applied Mathematics Letters 2(4), 321-325; the cubic is Hermite's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

__all__ = ["ORDER", "State", "Stretch", "step"]

ORDER = 3  # of the error of a step, which falls as the length to this power
State = tuple[Any, ...]
Derivative = Callable[[Any, State], State]


class Stretch(NamedTuple):
    """A step taken: where it starts, how long it is, and the coefficients of its polynomial, a row for each component."""

    start: Any
    length: Any
    coefficients: tuple[tuple[Any, Any, Any, Any], ...]

    def at(self, time: Any) -> State:
        """The state at a time in the step, or a little beyond."""
        theta = (time - self.start) / self.length
        rest = 1 - theta
        return tuple([a + theta * (b + rest * (c + theta * d)) for a, b, c, d in self.coefficients])

    def one_at(self, component: int, time: Any) -> Any:
        """One component of the state at a time."""
        theta = (time - self.start) / self.length
        a, b, c, d = self.coefficients[component]
        return a + theta * (b + (1 - theta) * (c + theta * d))


def step(
    derivative: Derivative, time: Any, state: State, first: State, length: Any
) -> tuple[State, State, State, Stretch]:
    """Take one step.

    Parameters
    ----------
    derivative : function of time and state
    time : float, or array of one entry for each run
    state, first : tuple
        The state and its derivative at the start.
    length : float or array

    Returns
    -------
    state, last : tuple
        The state at the end and its derivative there.
    errors : tuple
        Estimated error of each component.
    stretch : Stretch

    Examples
    --------
    >>> end, _, errors, stretch = step(lambda time, y: y, 0.0, (1.0,), (1.0,), 0.1)
    >>> round(end[0], 4), abs(errors[0]) < 1e-4, round(stretch.at(0.05)[0], 4)
    (1.1052, True, 1.0513)
    """
    half, most, ninth = 0.5 * length, 0.75 * length, length / 9
    k1 = first
    k2 = derivative(time + half, tuple([y + half * a for y, a in zip(state, k1, strict=True)]))
    k3 = derivative(time + most, tuple([y + most * a for y, a in zip(state, k2, strict=True)]))
    rise = [ninth * (2 * a + 3 * b + 4 * c) for a, b, c in zip(k1, k2, k3, strict=True)]
    end = tuple([y + r for y, r in zip(state, rise, strict=True)])
    last = derivative(time + length, end)
    errors, rows, part = [], [], length / 72
    for y, r, a, b, c, d in zip(state, rise, k1, k2, k3, last, strict=True):
        errors.append(abs(part * (5 * a - 6 * b - 8 * c + 9 * d)))
        bend = length * a - r
        rows.append((y, r, bend, r - length * d - bend))
    return end, last, tuple(errors), Stretch(time, length, tuple(rows))
