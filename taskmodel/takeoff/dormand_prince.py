"""One step of Dormand and Prince's method of order 5(4), and the polynomial of order 4 that runs through it.

For a handful of equations in plain Python: arrays of so few numbers cost more than they save. Source: Hairer, Norsett and
Wanner, Solving Ordinary Differential Equations I, II.5 and II.6.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

__all__ = ["Stretch", "step"]

State = tuple[float, ...]
Derivative = Callable[[float, State], State]

NODES = (1 / 5, 3 / 10, 4 / 5, 8 / 9, 1.0)
STAGES = (
    (1 / 5,),
    (3 / 40, 9 / 40),
    (44 / 45, -56 / 15, 32 / 9),
    (19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729),
    (9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656),
)
LAST = (35 / 384, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84)  # without the second stage, whose weight is 0
ERROR = (71 / 57600, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40)
DENSE = (
    -12715105075 / 11282082432,
    87487479700 / 32700410799,
    -10690763975 / 1880347072,
    701980252875 / 199316789632,
    -1453857185 / 822651844,
    69997945 / 29380423,
)


class Stretch(NamedTuple):
    """A step taken: where it starts, how long it is, and the coefficients of its polynomial."""

    start: float
    length: float
    coefficients: tuple[State, State, State, State, State]

    def at(self, time: float) -> State:
        """The state at a time in the step, or a little beyond."""
        theta = (time - self.start) / self.length
        rest = 1 - theta
        return tuple(a + theta * (b + rest * (c + theta * (d + rest * e))) for a, b, c, d, e in zip(*self.coefficients, strict=True))

    def one_at(self, component: int, time: float) -> float:
        """One component of the state at a time."""
        theta = (time - self.start) / self.length
        rest = 1 - theta
        a, b, c, d, e = (row[component] for row in self.coefficients)
        return a + theta * (b + rest * (c + theta * (d + rest * e)))


def step(derivative: Derivative, time: float, state: State, first: State, length: float) -> tuple[State, State, float, Stretch]:
    """Take one step.

    Parameters
    ----------
    derivative : function of time and state
    time : float
    state, first : tuple of float
        The state and its derivative at the start.
    length : float

    Returns
    -------
    state, last : tuple of float
        The state at the end and its derivative there.
    error : float
        Largest estimated error of a component.
    stretch : Stretch
    """
    k1 = first
    (a21,), (a31, a32), (a41, a42, a43), (a51, a52, a53, a54), (a61, a62, a63, a64, a65) = (
        [length * weight for weight in weights] for weights in STAGES
    )
    b1, b3, b4, b5, b6 = (length * weight for weight in LAST)
    c2, c3, c4, c5, _ = (time + node * length for node in NODES)
    k2 = derivative(c2, tuple([y + a21 * a for y, a in zip(state, k1, strict=True)]))
    k3 = derivative(c3, tuple([y + a31 * a + a32 * b for y, a, b in zip(state, k1, k2, strict=True)]))
    k4 = derivative(c4, tuple([y + a41 * a + a42 * b + a43 * c for y, a, b, c in zip(state, k1, k2, k3, strict=True)]))
    fifth = [y + a51 * a + a52 * b + a53 * c + a54 * d for y, a, b, c, d in zip(state, k1, k2, k3, k4, strict=True)]
    k5 = derivative(c5, tuple(fifth))
    sixth = [y + a61 * a + a62 * b + a63 * c + a64 * d + a65 * e for y, a, b, c, d, e in zip(state, k1, k2, k3, k4, k5, strict=True)]
    k6 = derivative(time + length, tuple(sixth))
    columns = list(zip(k1, k3, k4, k5, k6, strict=True))
    end = tuple([y + b1 * a + b3 * c + b4 * d + b5 * e + b6 * f for y, (a, c, d, e, f) in zip(state, columns, strict=True)])
    last = derivative(time + length, end)
    e1, e3, e4, e5, e6, e7 = ERROR
    error = length * max(
        [abs(e1 * a + e3 * c + e4 * d + e5 * e + e6 * f + e7 * g) for (a, c, d, e, f), g in zip(columns, last, strict=True)]
    )
    d1, d3, d4, d5, d6, d7 = DENSE
    rise = tuple(after - before for before, after in zip(state, end, strict=True))
    bend = tuple(length * a - r for a, r in zip(k1, rise, strict=True))
    close = tuple(r - length * g - b for r, g, b in zip(rise, last, bend, strict=True))
    extra = tuple(length * (d1 * a + d3 * c + d4 * d + d5 * e + d6 * f + d7 * g) for (a, c, d, e, f), g in zip(columns, last, strict=True))
    return end, last, error, Stretch(time, length, (state, rise, bend, close, extra))
