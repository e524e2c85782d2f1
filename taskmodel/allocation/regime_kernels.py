"""The arrays of an optimum in plain loops: what is given, its regime, and workspace.

A regime says which modes carry each task (they are active) and which factors have a price. All
supplies are one. Arrays are those of one point.

Source: docs, model, section 1.2.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from taskmodel.compiled import compiled, taking
from taskmodel.numerics.accuracy import (
    COST_TOLERANCE,
    NO_COST_SHARE,
    NO_PRICE,
    TIE,
    TRACE,
    ZERO_SHARE,
)
from taskmodel.numerics.types import Array, Mask

LEAST_TIES = 32  # room for ties in a `System`

SOLVED, CONVERGED_ONLY, UNSOLVED, CROWDED = 0, 1, 2, 3


class Instance(NamedTuple):
    """What is to be produced with what."""

    bundle: Array  # (leaf, mode, factor) use per unit over the supply, with all that it induces
    open: Mask  # (leaf, mode)
    dead: Mask  # (leaf,) leaves that drop out: they cost 1 and have no weight
    scarce: Mask  # (factor,) may have a price
    nest: Array  # (2, node) CES shares, negative for members that drop out, and elasticities
    # (leaf, mode, factor + leaf) use of a mode alone, then the work that it induces; -1 for its own
    # work in the first mode of a leaf in the place of a nest. Empty where nothing is linked:
    # otherwise `evaluate` writes `bundle`, at the prices and mode shares of the regime.
    inputs: Array


class RegimeState(NamedTuple):
    """Active modes and priced factors, with prices and mode shares."""

    active: Mask  # (leaf, mode)
    priced: Mask  # (factor,)
    price: Array  # (factor,) s; TRACE where scarce and not priced; the priced ones sum to one
    mode_share: Array  # (leaf, mode) w; 0 where not active
    guess: Array  # (2, factor) initial price, should the factor need one, and about its use there


class Regimes(NamedTuple):
    """`RegimeState` for several points, the first dimension."""

    active: Mask
    priced: Mask
    price: Array
    mode_share: Array
    guess: Array


# Rows of the arrays of a `Workspace`. Few arrays with many rows compile much faster than many
# arrays, for every function that takes a workspace takes all of them one by one.
# log cost, share in its nest and in all costs (of leaves, induced work included), log output, and
# whether output needs it, where modes are linked
LOG_C, THETA, WEIGHT, LOG_X, NEEDED = 0, 1, 2, 3, 4
USED, LARGEST, SCALE, STEP, MOVES, UNIT = 0, 1, 2, 3, 4, 5
CURVATURE, BREAKING, SQUARE, VECTORS = 0, 1, 2, 3
LEAF, MODE = 0, 1
MISMATCH, CHANGE = 0, 1
SHARE, ELASTICITY = 0, 1
GUESS, GUESS_USED = 0, 1
BEFORE, RETRIED, KEPT = 0, 1, 2


class Workspace(NamedTuple):
    """All that the solution of one point writes into.

    A tie is an active mode other than the first of its task, whose cost must equal that one's.
    """

    first: NDArray[np.int64]  # (leaf,) the active mode whose cost is the task's; -1 if dead
    cost: Array  # (leaf, mode) of active modes
    node: Array  # (5, node): LOG_C, THETA, WEIGHT, LOG_X, NEEDED
    gradient: Array  # (node, factor) of log costs in log prices
    # (6, factor): USED use over supply, LARGEST share in the cost of an active mode, SCALE of the
    # equations, STEP of log prices, MOVES and UNIT of prices along flat directions
    factor: Array
    # (4, factor, factor): CURVATURE the matrix A, BREAKING orthonormal directions that break ties,
    # SQUARE and VECTORS a matrix and its eigenvectors
    square: Array
    tie: NDArray[np.int64]  # (2, tie): LEAF, MODE
    tied: Array  # (2, tie): MISMATCH log of cost over that of the first mode, CHANGE of its share
    row: Array  # (tie, factor) difference of cost shares
    position: NDArray[np.int64]  # (factor,) the priced factors
    matrix: Array  # (size, size) of the equations
    right: Array  # (size, 1)
    spare: Regimes  # BEFORE, RETRIED, KEPT


def new_regimes(points: int, leaves: int, modes: int, factors: int) -> Regimes:
    """Return regimes without active modes and prices."""
    return Regimes(
        np.zeros((points, leaves, modes), dtype=bool),
        np.zeros((points, factors), dtype=bool),
        np.zeros((points, factors)),
        np.zeros((points, leaves, modes)),
        np.zeros((points, 2, factors)),
    )


def workspace(
    leaves: int, modes: int, nodes: int, factors: int, ties: int = 0, *, linked: bool
) -> Workspace:
    """Return a workspace with room for a number of ties.

    Where modes are ``linked`` (`Instance.inputs`), equations over all leaves need room too.
    """
    room = min(max(LEAST_TIES, 4 * factors, ties), max(leaves * (modes - 1), 1))
    size = max(factors + room, leaves if linked else 0)
    return Workspace(
        np.zeros(leaves, dtype=np.int64),
        np.zeros((leaves, modes)),
        np.zeros((5, nodes)),
        np.zeros((nodes, factors)),
        np.zeros((6, factors)),
        np.zeros((4, factors, factors)),
        np.zeros((2, room), dtype=np.int64),
        np.zeros((2, room)),
        np.zeros((room, factors)),
        np.zeros(factors, dtype=np.int64),
        np.zeros((size, size)),
        np.zeros((size, 1)),
        new_regimes(3, leaves, modes, factors),
    )


@taking
def regime_of(regimes: Regimes, point: int) -> RegimeState:
    """Return the regime of one point of several."""
    return RegimeState(
        regimes.active[point],
        regimes.priced[point],
        regimes.price[point],
        regimes.mode_share[point],
        regimes.guess[point],
    )


@compiled
def copy_regime(target: RegimeState, source: RegimeState) -> None:
    """Overwrite a regime with another."""
    leaves, modes = source.active.shape
    for leaf in range(leaves):
        for mode in range(modes):
            target.active[leaf, mode] = source.active[leaf, mode]
            target.mode_share[leaf, mode] = source.mode_share[leaf, mode]
    for k in range(len(source.price)):
        target.priced[k] = source.priced[k]
        target.price[k] = source.price[k]
        target.guess[GUESS, k] = source.guess[GUESS, k]
        target.guess[GUESS_USED, k] = source.guess[GUESS_USED, k]


@compiled
def mode_cost(bundle: Array, leaf: int, mode: int, price: Array) -> float:
    """Return the cost of a unit of a leaf in a mode."""
    total = 0.0
    for k in range(len(price)):
        total += bundle[leaf, mode, k] * price[k]
    return total


@compiled
def costs_something(bundle: Array, leaf: int, mode: int, price: Array) -> bool:
    """Return whether a mode uses a factor whose price is more than the one that stands for zero."""
    for k in range(len(price)):
        if price[k] > TRACE * (1.0 + TIE) and bundle[leaf, mode, k] > 0.0:
            return True
    return False


@compiled
def own_use(case: Instance, leaf: int, mode: int, k: int) -> float:
    """Return the use of a factor by a mode alone, without that of work that it induces."""
    return case.inputs[leaf, mode, k] if len(case.inputs) > 0 else case.bundle[leaf, mode, k]


@compiled
def is_block(case: Instance, leaf: int) -> bool:
    """Return whether a leaf is in the place of a nest, for which its first mode stands."""
    return case.inputs[leaf, 0, case.bundle.shape[2] + leaf] < 0.0


@compiled
def reopen(case: Instance, state: RegimeState) -> None:
    """Take closed modes out of a regime; a task without any other starts with its cheapest."""
    leaves, modes = state.active.shape
    for leaf in range(leaves):
        total, cheapest, least = 0.0, -1, np.inf
        for mode in range(modes):
            if not case.open[leaf, mode]:
                state.active[leaf, mode] = False
                state.mode_share[leaf, mode] = 0.0
                continue
            total += state.mode_share[leaf, mode] if state.active[leaf, mode] else 0.0
            cost = mode_cost(case.bundle, leaf, mode, state.price)
            if cost < least:
                cheapest, least = mode, cost
        if not total > 0.0 and cheapest >= 0:
            for mode in range(modes):
                state.active[leaf, mode] = mode == cheapest
                state.mode_share[leaf, mode] = 1.0 if mode == cheapest else 0.0
    for k in range(len(state.price)):
        state.priced[k] = state.priced[k] and case.scarce[k]
        if not state.priced[k]:
            state.price[k] = TRACE if case.scarce[k] else 0.0


@compiled
def take_cheapest(case: Instance, state: RegimeState, leaf: int) -> None:
    """Let the cheapest open mode of a task do all of it, if it is cheaper than the active ones.

    For tasks with new modes: where these are much cheaper, a regime in which old and new ones tie
    has no solution.
    """
    cheapest, least, cost = -1, np.inf, np.inf
    for mode in range(case.open.shape[1]):
        if case.open[leaf, mode]:
            value = mode_cost(case.bundle, leaf, mode, state.price)
            if value < least:
                cheapest, least = mode, value
            if state.active[leaf, mode]:
                cost = min(cost, value)
    if least < cost * (1.0 - COST_TOLERANCE):
        for mode in range(case.open.shape[1]):
            state.active[leaf, mode] = mode == cheapest
            state.mode_share[leaf, mode] = 1.0 if mode == cheapest else 0.0


@compiled
def drop_idle_modes(state: RegimeState) -> None:
    """Remove modes without work from a solved regime."""
    leaves, modes = state.active.shape
    for leaf in range(leaves):
        for mode in range(modes):
            if state.active[leaf, mode] and not state.mode_share[leaf, mode] > ZERO_SHARE:
                state.active[leaf, mode] = False
                state.mode_share[leaf, mode] = 0.0


@compiled
def drop_vanished_prices(case: Instance, state: RegimeState, largest: Array) -> None:
    """Remove prices on which the cost of no active mode depends.

    They have run down to rounding. Which of them is above `NO_PRICE` means nothing.
    """
    for k in range(len(state.price)):
        if state.priced[k] and not (largest[k] > NO_COST_SHARE and state.price[k] > NO_PRICE):
            state.priced[k] = False
        if not state.priced[k]:
            state.price[k] = TRACE if case.scarce[k] else 0.0


class Instances(NamedTuple):
    """`Instance` for several points, the first dimension."""

    bundle: Array
    open: Mask
    dead: Mask
    scarce: Mask
    nest: Array  # (point or 1, 2, node)
    inputs: Array


def new_instances(points: int, leaves: int, modes: int, nodes: int, factors: int) -> Instances:
    """Return room for some points."""
    return Instances(
        np.zeros((points, leaves, modes, factors)),
        np.zeros((points, leaves, modes), dtype=bool),
        np.zeros((points, leaves), dtype=bool),
        np.zeros((points, factors), dtype=bool),
        np.zeros((points, 2, nodes)),
        np.zeros((points, 0, 0, 0)),
    )


@taking
def instance_of(instances: Instances, point: int) -> Instance:
    """Return one point of several."""
    return Instance(
        instances.bundle[point],
        instances.open[point],
        instances.dead[point],
        instances.scarce[point],
        instances.nest[point % len(instances.nest)],
        instances.inputs[point],
    )
