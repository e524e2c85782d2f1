"""The repair of a regime whose sets turn out wrong, in plain loops.

A mode with a negative share leaves, one that is cheaper than the active ones enters; a factor used
beyond its supply gets a price, one whose price vanishes loses it. A regime without a solution
slides along a direction of prices in which costs are flat.

Source: docs, model, section 1.2.
"""

from __future__ import annotations

import numpy as np

from taskmodel.allocation.newton_kernels import evaluate, newton_matrix
from taskmodel.allocation.regime_kernels import (
    BREAKING,
    CURVATURE,
    GUESS,
    GUESS_USED,
    LARGEST,
    MOVES,
    SQUARE,
    STEP,
    UNIT,
    USED,
    VECTORS,
    Instance,
    RegimeState,
    Workspace,
    costs_something,
    mode_cost,
)
from taskmodel.compiled import compiled
from taskmodel.numerics.accuracy import (
    COST_TOLERANCE,
    FIRST_PRICE,
    NO_COST_SHARE,
    NO_PRICE,
    PROPORTIONAL,
    SAME_STEP,
    TRACE,
    UPHILL,
    USE_TOLERANCE,
)
from taskmodel.numerics.matrix_kernels import eigenvectors, project
from taskmodel.numerics.types import Array
from taskmodel.science.production_kernels import Nests


@compiled
def repair(
    case: Instance, state: RegimeState, work: Workspace, converged: bool, single: bool, change: bool
) -> bool:
    """Return whether a regime violates a condition of optimality; change it towards the optimum's.

    As in the simplex method, the most violated condition goes first: the most negative mode of a
    task leaves, the mode that saves most enters (one per task, or one in all if ``single``), the
    most overused factor gets a price. Changing everything at once would take away modes that are
    only negative because of another error. Costs are compared only where the equations are solved:
    before that, prices mean little.
    """
    leaves, modes, factors = case.bundle.shape
    active, w = state.active, state.mode_share
    wrong, cheaper, best = False, False, 0.0
    for leaf in range(leaves):
        if work.first[leaf] < 0:
            continue
        z = work.cost[leaf, work.first[leaf]]
        paid = costs_something(case.bundle, leaf, work.first[leaf], state.price)
        for mode in range(modes):
            if active[leaf, mode]:
                wrong |= w[leaf, mode] < -COST_TOLERANCE
            elif converged and case.open[leaf, mode] and paid:
                # a task whose cost is only traces of prices is free: any of its modes will do
                work.cost[leaf, mode] = mode_cost(case.bundle, leaf, mode, state.price)
                if work.cost[leaf, mode] < z * (1.0 - COST_TOLERANCE):
                    cheaper = True
                    best = min(best, np.log(work.cost[leaf, mode] / z))
    over, most = -1, 1.0 + USE_TOLERANCE
    for k in range(factors):
        if case.scarce[k] and not state.priced[k] and work.factor[USED, k] > most:
            over, most = k, work.factor[USED, k]
    vanishing = False
    for k in range(factors):
        vanishing |= vanishes(state, work, k, converged)
    wrong |= cheaper or over >= 0 or vanishing
    if not (wrong and change):
        return wrong
    for leaf in range(leaves):
        if work.first[leaf] >= 0:
            repair_leaf(case, state, work, leaf, converged, single, best)
    if over >= 0:
        state.price[over] = initial_price(
            state.guess[GUESS, over], state.guess[GUESS_USED, over], most
        )
        state.priced[over] = True
    for k in range(factors):
        if k != over and vanishes(state, work, k, converged):
            state.priced[k] = False
            state.price[k] = TRACE
    return wrong


@compiled
def vanishes(state: RegimeState, work: Workspace, k: int, converged: bool) -> bool:
    """Return whether a price has run down to zero, or below the one that stands for zero."""
    if not state.priced[k]:
        return False
    if converged:
        return state.price[k] < TRACE
    least = work.factor[LARGEST, k] < NO_COST_SHARE or state.price[k] < NO_PRICE
    return work.factor[USED, k] < 1.0 and least


@compiled
def repair_leaf(
    case: Instance,
    state: RegimeState,
    work: Workspace,
    leaf: int,
    converged: bool,
    single: bool,
    best: float,
) -> None:
    """Let the most negative mode of a task leave, and the one that saves most enter."""
    modes = case.open.shape[1]
    active, w, first = state.active, state.mode_share, work.first[leaf]
    z = work.cost[leaf, first]
    paid = costs_something(case.bundle, leaf, first, state.price)
    lowest, gain = -COST_TOLERANCE, 0.0
    for mode in range(modes):
        if active[leaf, mode]:
            lowest = min(lowest, w[leaf, mode])
        elif converged and case.open[leaf, mode] and paid:
            if work.cost[leaf, mode] < z * (1.0 - COST_TOLERANCE):
                gain = min(gain, np.log(work.cost[leaf, mode] / z))
    count, total = 0, 0.0
    for mode in range(modes):
        if active[leaf, mode]:
            active[leaf, mode] = not (w[leaf, mode] < -COST_TOLERANCE and w[leaf, mode] == lowest)
            w[leaf, mode] = max(w[leaf, mode], 0.0) if active[leaf, mode] else 0.0
        elif gain < 0.0 and case.open[leaf, mode]:
            cheaper = work.cost[leaf, mode] < z * (1.0 - COST_TOLERANCE)
            saved = np.log(work.cost[leaf, mode] / z) if cheaper else 0.0
            if cheaper and saved == (best if single else gain):
                active[leaf, mode] = True
        count += active[leaf, mode]
        total += w[leaf, mode]
    # shares of changed sets: all of a task in its only mode, equal ones where none is left
    if count == 1 or total <= 0.0:
        for mode in range(modes):
            if active[leaf, mode]:
                w[leaf, mode] = 1.0


@compiled
def initial_price(guess: float, guess_used: float, used: float) -> float:
    """Return the initial price of a factor that is used beyond its supply without one.

    Use is taken as a power of the price through two points: ``used`` at `TRACE`, and the use that
    the interior point found at its price. The result is the price at which that power is one.
    """
    high = np.log(max(used, 1.0))
    low = np.log(min(max(guess_used, 1e-300), 1.0 - 1e-3))
    price = guess if guess > TRACE else FIRST_PRICE
    return np.exp(np.log(TRACE) + (np.log(price) - np.log(TRACE)) * high / (high - low))


@compiled
def breaking_rows(work: Workspace, price: Array, ties: int, n: int) -> int:
    """Write an orthonormal basis of the directions that break ties; return their number.

    Gram and Schmidt's method with the row first that has the longest rest.
    """
    rank, position, unit, rows = 0, work.position, work.factor[UNIT], work.matrix
    for t in range(ties):
        norm, rows[t, n] = 0.0, 0.0  # the last column marks rows that are done
        for i in range(n):
            rows[t, i] = work.row[t, position[i]] / price[position[i]] * unit[i]
            norm += rows[t, i] ** 2
        norm = max(np.sqrt(norm), 1e-300)
        for i in range(n):
            rows[t, i] /= norm
    while rank < min(ties, n):
        longest, chosen = SAME_STEP, -1
        for t in range(ties):
            norm = 0.0
            for i in range(n):
                norm += rows[t, i] ** 2
            if rows[t, n] == 0.0 and np.sqrt(norm) > longest:
                longest, chosen = np.sqrt(norm), t
        if chosen < 0:
            break
        rows[chosen, n] = 1.0
        for i in range(n):
            work.square[BREAKING, rank, i] = rows[chosen, i] / longest
        for t in range(ties):
            along = 0.0
            for i in range(n):
                along += rows[t, i] * work.square[BREAKING, rank, i]
            for i in range(n):
                rows[t, i] -= along * work.square[BREAKING, rank, i]
        rank += 1
    return rank


@compiled
def uphill_direction(regime: RegimeState, work: Workspace, ties: int, n: int) -> bool:
    """Write a direction of prices along which costs are flat and unit cost rises, if one exists.

    Where every active mode that uses two factors uses them in one proportion, an amount added to
    the price of the one can be taken from that of the other, and no task costs more or less. The
    equations of such a regime have a solution only if the supplies have that proportion too. If
    they do not, unit cost rises all along one of the directions

        ds = F F' (use - 1),      F a basis of the directions in which costs are flat.
    """
    position, unit, c = work.position, work.factor[UNIT], work.square[SQUARE]
    # In prices rather than their logarithms, for a price may reach zero; each in the unit in which
    # its own cost has a curvature of one, so that one threshold serves prices of any size.
    for i in range(n):
        k = position[i]
        unit[i] = 1.0 / np.sqrt(1.0 + work.square[CURVATURE, k, k] / regime.price[k] ** 2)
    rank = breaking_rows(work, regime.price, ties, n)
    # P C P on the directions that keep ties, and the identity on those that break them
    for i in range(n):
        for j in range(n):
            k, f = position[i], position[j]
            c[i, j] = (
                work.square[CURVATURE, k, f] / regime.price[k] / regime.price[f] * unit[i] * unit[j]
            )
    for r in range(rank):
        project(c, work.square[BREAKING], work.factor[MOVES], r, n)
    for r in range(rank):
        for i in range(n):
            for j in range(n):
                c[i, j] += work.square[BREAKING, r, i] * work.square[BREAKING, r, j]
    eigenvectors(c, work.square[VECTORS], n)
    for k in range(len(unit)):
        work.factor[MOVES, k] = 0.0
    for column in range(n):
        if c[column, column] < PROPORTIONAL:
            amount = 0.0
            for i in range(n):
                amount += (
                    work.square[VECTORS, i, column]
                    * unit[i]
                    * (work.factor[USED, position[i]] - 1.0)
                )
            for i in range(n):
                work.factor[MOVES, i] += unit[i] * amount * work.square[VECTORS, i, column]
    gain, size = 0.0, 0.0
    for i in range(n):
        gain += work.factor[MOVES, i] * (work.factor[USED, position[i]] - 1.0)
        size += abs(work.factor[MOVES, i])
    return gain > UPHILL * size


@compiled
def slide(nests: Nests, case: Instance, regime: RegimeState, work: Workspace) -> bool:
    """Move a regime without a solution along a flat direction of cost; return whether it moved.

    Unit cost rises up to the price at which an idle mode costs no more than its task, or at which
    one of the prices is zero: one step of the simplex method between two solutions of Newton's.
    """
    leaves, modes, factors = case.bundle.shape
    ties = evaluate(nests, case, regime, work)
    if ties < 0:
        return False
    n = newton_matrix(regime, work, ties)
    for i in range(n + ties):
        for j in range(n + ties):
            if not abs(work.matrix[i, j]) < np.inf:
                return False
    if not uphill_direction(regime, work, ties, n):
        return False
    direction = work.factor[STEP]
    for k in range(factors):
        direction[k] = 0.0
    length = np.inf
    for i in range(n):
        k = work.position[i]
        direction[k] = work.factor[MOVES, i]
        if direction[k] < 0.0:
            length = min(length, regime.price[k] / -direction[k])
    for leaf in range(leaves):
        if work.first[leaf] >= 0:
            for mode in range(modes):
                if case.open[leaf, mode] and not regime.active[leaf, mode]:
                    length = min(length, entry_length(case, regime, work, direction, leaf, mode))
    if not length < np.inf:
        return False
    # what ends the step within rounding of its length: decided before the prices move
    reached = length * (1.0 + SAME_STEP)
    for leaf in range(leaves):
        if work.first[leaf] >= 0:
            for mode in range(modes):
                if case.open[leaf, mode] and not regime.active[leaf, mode]:
                    if entry_length(case, regime, work, direction, leaf, mode) <= reached:
                        regime.active[leaf, mode] = True
    for i in range(n):
        k = work.position[i]
        vanished = direction[k] < 0.0 and regime.price[k] / -direction[k] <= reached
        regime.price[k] = max(regime.price[k] + length * direction[k], TRACE)
        if vanished:
            regime.price[k] = TRACE
            regime.priced[k] = False
    return True


@compiled
def entry_length(
    case: Instance, regime: RegimeState, work: Workspace, direction: Array, leaf: int, mode: int
) -> float:
    """Return the step along a direction after which an idle mode costs what its task does.

    inf where its cost does not fall relative to the task's.
    """
    first = work.first[leaf]
    excess = mode_cost(case.bundle, leaf, mode, regime.price) - work.cost[leaf, first]
    fall = mode_cost(case.bundle, leaf, first, direction)
    fall -= mode_cost(case.bundle, leaf, mode, direction)
    return max(excess, 0.0) / fall if fall > 0.0 else np.inf
