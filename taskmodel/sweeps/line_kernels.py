"""The numbers of an organisation along an axis, in plain loops.

Stops divide the axis into intervals in which the same modes are open. Within an interval the
numbers are parabolas in the position, through their values at both ends and at the middle.

Source: docs, model, section 6.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from taskmodel.allocation.presolve_kernels import close_dominated
from taskmodel.allocation.regime_kernels import Instance
from taskmodel.allocation.uniqueness_kernels import SplitWork
from taskmodel.compiled import compiled
from taskmodel.numerics.types import Array, Integers, Mask

# Rows of arrays. Few arrays with many rows compile much faster than many arrays.
POSITION, TOLERANCE = 0, 1
USE, REVIEW = 0, 1
SUPPLY, REVIEWED = 0, 1


class Line(NamedTuple):
    """The numbers of an organisation along an axis; knots 3i to 3i + 2 belong to interval i."""

    knots: Array  # (knot, 2): POSITION, and TOLERANCE from which oversight counts as binding
    bundle: Array  # (2, leaf, mode, factor) USE per unit at the first knot, REVIEW in it
    entry: Integers  # (3, entry) leaf, mode and factor of what changes in bundles along the axis
    values: Array  # (2, knot, entry): USE, REVIEW
    supply: Array  # (knot, factor)
    nest: Array  # (knot or 1, 2, node): SHARE, ELASTICITY
    allowed: Mask  # (2, leaf, mode) modes allowed while AI cannot do a task, and once it can
    automatable: Mask  # (interval + 1, leaf) tasks that AI can do in each interval, and at the end


class Frame(NamedTuple):
    """Numbers that do not change along the axis."""

    pools: int  # factors 0 to `pools` are labour
    reviewers: int  # the next ones are review
    logarithmic: bool
    scale: float  # on a linear axis, the position below which steps aside are relative to this
    dated: bool  # steps aside are relative to `scale` everywhere
    repairs: int  # of an optimum
    following: int  # of a regime that is followed: none
    # Rows of `Marks`; the stack is the rest. A constant in their place would be a type of its own:
    # every function that takes it as an argument would be compiled once for each of them.
    low: int
    high: int
    point: int
    trial: int
    stack: int


class Room(NamedTuple):
    """Workspace of the walk."""

    case: Instance
    bundle: Array  # (2, leaf, mode, factor): USE per unit, REVIEW in it
    factor: Array  # (2, factor): SUPPLY, REVIEWED hours
    margin: Array  # (4, margin): NOW, and AT_LOW end, MIDDLE and AT_HIGH end of an interval
    relevant: Mask  # (margin,)
    bracket: Array  # (6,) of a root, see `next_guess`
    split: SplitWork
    # (2,) the number of the solution that the workspace holds, and the interval it was found in
    latest: Integers
    # (1 + factor,) what is the same all over the interval and at the end of the one before: all
    # numbers but supplies, and each supply
    steady: Mask


@compiled
def weights(line: Line, interval: int, x: float) -> tuple[float, float, float]:
    """Return the weights of the three knots of an interval in the parabola at a position."""
    a = 3 * interval
    xa, xb, xc = line.knots[a, POSITION], line.knots[a + 1, POSITION], line.knots[a + 2, POSITION]
    return (
        (x - xb) * (x - xc) / ((xa - xb) * (xa - xc)),
        (x - xa) * (x - xc) / ((xb - xa) * (xb - xc)),
        (x - xa) * (x - xb) / ((xc - xa) * (xc - xb)),
    )


@compiled
def fill(line: Line, interval: int, x: float, room: Room) -> None:
    """Write the numbers of the organisation at a position; bundles are divided by supplies."""
    a, b, c = 3 * interval, 3 * interval + 1, 3 * interval + 2
    wa, wb, wc = weights(line, interval, x)
    bundle, supply, inverse = room.case.bundle, room.factor[SUPPLY], room.factor[REVIEWED]
    for k in range(len(supply)):
        supply[k] = np.inf
        if line.supply[a, k] < np.inf:
            supply[k] = wa * line.supply[a, k] + wb * line.supply[b, k] + wc * line.supply[c, k]
        inverse[k] = 1.0 / supply[k] if supply[k] > 0.0 else 0.0
    leaves, modes, factors = bundle.shape
    for leaf in range(leaves):
        for mode in range(modes):
            if room.case.open[leaf, mode]:
                for k in range(factors):
                    bundle[leaf, mode, k] = line.bundle[USE, leaf, mode, k] * inverse[k]
    values = line.values
    for n in range(line.entry.shape[1]):
        leaf, mode, k = line.entry[0, n], line.entry[1, n], line.entry[2, n]
        use = wa * values[USE, a, n] + wb * values[USE, b, n] + wc * values[USE, c, n]
        bundle[leaf, mode, k] = use * inverse[k]
        room.bundle[USE, leaf, mode, k] = use
        room.bundle[REVIEW, leaf, mode, k] = (
            wa * values[REVIEW, a, n] + wb * values[REVIEW, b, n] + wc * values[REVIEW, c, n]
        )
    if len(line.nest) > 1:
        for row in range(2):
            for v in range(line.nest.shape[2]):
                room.case.nest[row, v] = (
                    wa * line.nest[a, row, v]
                    + wb * line.nest[b, row, v]
                    + wc * line.nest[c, row, v]
                )


@compiled
def open_modes(line: Line, interval: int, stop: int, room: Room) -> bool:
    """Write the modes that are open from a stop on; return whether every task has a paid one.

    Modes that use a factor of which there is none are closed, and so are modes that use at least as
    much of everything as another one, as far as their numbers do not change along the axis.
    """
    case, low = room.case, line.supply[3 * interval]
    leaves, modes, factors = case.bundle.shape
    room.latest[0] += 1  # no solution is one of other modes
    for k in range(factors):
        case.scarce[k] = False
    for leaf in range(leaves):
        can = 1 if line.automatable[stop, leaf] else 0
        for mode in range(modes):
            opened = line.allowed[can, leaf, mode] and not case.dead[leaf]
            for k in range(factors):
                if line.bundle[USE, leaf, mode, k] > 0.0 and low[k] == 0.0:
                    opened = False
            case.open[leaf, mode] = opened
    for n in range(line.entry.shape[1]):
        leaf, mode, k = line.entry[0, n], line.entry[1, n], line.entry[2, n]
        if low[k] == 0.0:
            case.open[leaf, mode] = False
        elif case.open[leaf, mode] and low[k] < np.inf:
            case.scarce[k] = True
    for leaf in range(leaves):
        if line.entry.shape[1] == 0:
            close_dominated(line.bundle[USE], case.open, low, leaf)
        count = 0
        for mode in range(modes):
            paid = not case.open[leaf, mode]
            for k in range(factors):
                if not case.open[leaf, mode]:
                    case.bundle[leaf, mode, k] = 0.0
                elif line.bundle[USE, leaf, mode, k] > 0.0 and low[k] < np.inf:
                    paid = case.scarce[k] = True
            if not paid:
                return False
            count += case.open[leaf, mode]
        if count == 0 and not case.dead[leaf]:
            return False
    return True


@compiled
def compare_knots(line: Line, interval: int, room: Room) -> None:
    """Write which numbers are the same all over an interval and at the end of the one before."""
    end = 3 * interval + 2
    begin = max(3 * interval - 1, 0)
    for k in range(line.supply.shape[1]):
        room.steady[1 + k] = True
        for knot in range(begin, end):
            if line.supply[knot, k] != line.supply[end, k]:
                room.steady[1 + k] = False
    same = True
    for knot in range(begin, end):
        same = same and line.knots[knot, TOLERANCE] == line.knots[end, TOLERANCE]
        for row in range(2):
            for n in range(line.entry.shape[1]):
                same = same and line.values[row, knot, n] == line.values[row, end, n]
            if len(line.nest) > 1:
                for v in range(line.nest.shape[2]):
                    same = same and line.nest[knot, row, v] == line.nest[end, row, v]
        if not same:
            break
    room.steady[0] = same


@compiled
def coordinate(frame: Frame, x: float) -> float:
    """Return the coordinate in which distances are taken: the logarithm, or the position."""
    return np.log(x) if frame.logarithmic else x


@compiled
def position_of(frame: Frame, t: float, low: float, high: float) -> float:
    """Return the position at a coordinate, kept between two others under rounding."""
    x = np.exp(t) if frame.logarithmic else t
    return min(max(x, low), high)


@compiled
def position_between(frame: Frame, low: float, high: float, fraction: float) -> float:
    """Return the position at a fraction of the distance from one to another."""
    t = (1.0 - fraction) * coordinate(frame, low) + fraction * coordinate(frame, high)
    return position_of(frame, t, low, high)


@compiled
def aside(frame: Frame, x: float, step: float) -> float:
    """Return the position a small relative step on; of dates, relative to a year."""
    if frame.logarithmic:
        return x * (1.0 + step)
    return x + step * (frame.scale if frame.dated else max(abs(x), frame.scale))
