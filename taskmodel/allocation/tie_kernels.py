"""Which modes can carry work at the prices of a regime, decided by bundles, in plain loops.

An idle mode that costs what its task costs may carry work without any loss, but only if that moves
no factor's use: if the difference of its bundle from that of the first active mode of its task is
a combination of the differences of tied active modes. It then costs the same at any prices at which
those are tied. Equal costs alone do not tell: where the price of the only factor in which a mode
differs nearly vanishes, they are equal but for rounding, and rounding would decide.

Source: docs, model, section 1.2.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from taskmodel.allocation.active_set_kernels import polish
from taskmodel.allocation.newton_kernels import evaluate
from taskmodel.allocation.regime_kernels import (
    ELASTICITY,
    KEPT,
    SOLVED,
    WEIGHT,
    Instance,
    RegimeState,
    Workspace,
    copy_regime,
    costs_something,
    mode_cost,
    regime_of,
)
from taskmodel.compiled import compiled
from taskmodel.numerics.accuracy import NO_PRICE, PROPORTION, TIE, TRACE
from taskmodel.numerics.types import Array, Mask
from taskmodel.science.production_kernels import Nests

MOST_SHIFTS = 8  # of work between tasks whose ties contradict each other
SIGNIFICANT = 1e-3  # part of its terms by which a difference of costs has a sign
VALUE, SIZE = 0, 1


class TieWork(NamedTuple):
    """Workspace of `mark_ties`."""

    tied: Mask  # (leaf, mode) active modes, and idle ones that may carry work too
    # (2, row, factor): VALUE differences of cost shares, independent of one another, and the SIZE
    # of the terms that were added up to them; the last row is that in hand
    rows: Array


def tie_workspace(leaves: int, modes: int, factors: int) -> TieWork:
    """Return a workspace for points of these sizes."""
    return TieWork(np.zeros((leaves, modes), dtype=bool), np.zeros((2, factors + 1, factors)))


@compiled
def mark_ties(case: Instance, state: RegimeState, ties: TieWork) -> bool:
    """Write which modes can carry work at the prices of a regime; return whether one is idle."""
    leaves, modes, factors = case.bundle.shape
    added, near = False, False
    for leaf in range(leaves):
        first = first_active(case, state, leaf)
        for mode in range(modes):
            ties.tied[leaf, mode] = state.active[leaf, mode]
            if first >= 0 and case.open[leaf, mode] and not state.active[leaf, mode]:
                z = mode_cost(case.bundle, leaf, first, state.price)
                cost = mode_cost(case.bundle, leaf, mode, state.price)
                near |= cost <= z * (1.0 + TIE)
                near |= not costs_something(case.bundle, leaf, mode, state.price)
    if not near:
        return False
    rank = write_basis(case, state, ties.rows)
    for leaf in range(leaves):
        first = first_active(case, state, leaf)
        for mode in range(modes):
            if first >= 0 and case.open[leaf, mode] and not state.active[leaf, mode]:
                z = mode_cost(case.bundle, leaf, first, state.price)
                cost = mode_cost(case.bundle, leaf, mode, state.price)
                if not costs_something(case.bundle, leaf, mode, state.price) or (
                    cost <= z * (1.0 + TIE)
                    and reduce_row(case, state, ties.rows, rank, leaf, mode, first) < 0
                ):
                    ties.tied[leaf, mode] = added = True
    return added


@compiled
def drop_zero_prices(nests: Nests, case: Instance, state: RegimeState, ties: TieWork) -> bool:
    """Remove prices that ties allow no other value than zero; return whether there are any.

    Where the tied modes of a task differ in one priced factor alone, its price is zero; so are
    those of several factors of which all the differences have one sign. Rounding keeps them above
    it. Ties that hold to rounding alone can do the same to prices that are needed.
    """
    dropped = False
    for r in range(write_reduced_basis(case, state, ties.rows)):
        if one_sign(ties.rows, r) and not needed(nests, case, state, ties.rows, r):
            for k in range(len(state.price)):
                if ties.rows[VALUE, r, k] > 0.0:
                    state.priced[k], dropped = False, True
                    state.price[k] = TRACE
    return dropped


@compiled
def untie(nests: Nests, case: Instance, state: RegimeState, work: Workspace, ties: TieWork) -> bool:
    """Move work between two tasks whose ties contradict each other; return whether any moved.

    Both ties would hold only without a price that is needed. They are solved to rounding where it
    is small; of the modes, one carries no work in the optimum. As in the simplex method, work moves
    in the direction that costs less until one of them has none.
    """
    leaves, modes, _ = case.bundle.shape
    rank = write_reduced_basis(case, state, ties.rows)
    for r in range(rank):
        if one_sign(ties.rows, r) and needed(nests, case, state, ties.rows, r):
            moved = move_work(case, state, work, ties.rows)
            return moved or leave_dominated(nests, case, state, ties.rows)
    # the same where one of the modes is idle, and cheaper by less than rounding of its cost
    for leaf in range(leaves):
        first = first_active(case, state, leaf)
        for mode in range(modes):
            if rank > 0 and first >= 0 and case.open[leaf, mode] and not state.active[leaf, mode]:
                z = mode_cost(case.bundle, leaf, first, state.price)
                excess = mode_cost(case.bundle, leaf, mode, state.price) / z - 1.0
                if abs(excess) < TIE and cheaper(case, state, ties.rows, rank, leaf, mode, first):
                    state.active[leaf, mode] = True
                    if move_work(case, state, work, ties.rows):
                        return True
                    state.active[leaf, mode] = False
                    rank = write_reduced_basis(case, state, ties.rows)
    return leave_dominated(nests, case, state, ties.rows)


@compiled
def leave_dominated(nests: Nests, case: Instance, state: RegimeState, rows: Array) -> bool:
    """Give a mode's work to one that needs less, at equal cost; return whether any moved.

    It needs no more of any priced factor, and less of one whose price is needed but so small that
    the costs differ by less than rounding.
    """
    leaves, modes, _ = case.bundle.shape
    moved = False
    for leaf in range(leaves):
        for other in range(modes):
            if case.dead[leaf] or not state.active[leaf, other]:
                continue
            z = mode_cost(case.bundle, leaf, other, state.price)
            paid = costs_something(case.bundle, leaf, other, state.price)
            for mode in range(modes):
                if mode == other or not case.open[leaf, mode] or not paid:
                    continue
                excess = mode_cost(case.bundle, leaf, mode, state.price) / z - 1.0
                if abs(excess) >= TIE:
                    continue
                pivot = reduce_row(case, state, rows, 0, leaf, mode, other)
                if (
                    pivot >= 0
                    and rows[VALUE, rows.shape[2], pivot] < 0.0
                    and last_has_one_sign(rows)
                ):
                    add_row(rows, 0, pivot)
                    if needed(nests, case, state, rows, 0):
                        share = state.mode_share
                        share[leaf, mode] = (
                            max(share[leaf, mode], 0.0) if state.active[leaf, mode] else 0.0
                        ) + share[leaf, other]
                        share[leaf, other] = 0.0
                        state.active[leaf, mode], state.active[leaf, other] = True, False
                        moved = True
                        break
    return moved


@compiled
def cheaper(
    case: Instance, state: RegimeState, rows: Array, rank: int, leaf: int, mode: int, first: int
) -> bool:
    """Return whether a mode costs less than its task, by what its bundle adds to those of ties."""
    if reduce_row(case, state, rows, rank, leaf, mode, first) < 0:
        return False
    total, size = 0.0, 0.0
    for k in range(rows.shape[2]):
        total += rows[VALUE, rows.shape[2], k]
        size += abs(rows[VALUE, rows.shape[2], k])
    return total < -SIGNIFICANT * size


@compiled
def move_work(case: Instance, state: RegimeState, work: Workspace, rows: Array) -> bool:
    """Move work between two tasks whose ties differ in factors of one sign, if any do."""
    leaves, modes, factors = case.bundle.shape
    for leaf in range(leaves):
        first = first_active(case, state, leaf)
        for mode in range(modes):
            if not (first >= 0 and state.active[leaf, mode] and mode != first):
                continue
            pivot = reduce_row(case, state, rows, 0, leaf, mode, first)
            if pivot < 0:
                continue
            entry = rows[VALUE, factors, pivot]
            add_row(rows, 0, pivot)
            for other in range(leaf + 1, leaves):
                start = first_active(case, state, other)
                for tied in range(modes):
                    if not (start >= 0 and state.active[other, tied] and tied != start):
                        continue
                    reduce_row(case, state, rows, 0, other, tied, start)
                    times = rows[VALUE, factors, pivot] / entry
                    rest = reduce_row(case, state, rows, 1, other, tied, start)
                    if rest >= 0 and last_has_one_sign(rows):
                        sign = -1.0 if rows[VALUE, factors, rest] > 0.0 else 1.0
                        weight = work.node[WEIGHT, other]
                        balance = -sign * times * weight / work.node[WEIGHT, leaf]
                        shift(state, other, tied, start, sign, leaf, mode, first, balance)
                        return True
    return False


@compiled
def shift(
    state: RegimeState,
    leaf: int,
    mode: int,
    first: int,
    change: float,
    other: int,
    tied: int,
    start: int,
    balance: float,
) -> None:
    """Change the shares of two tied modes in proportion until that of one mode is zero."""
    w = state.mode_share
    step, gone, where = np.inf, -1, -1
    for n in range(4):
        i = leaf if n < 2 else other
        m = (mode if n == 0 else first) if n < 2 else (tied if n == 2 else start)
        rate = (change if n < 2 else balance) * (1.0 if n % 2 == 0 else -1.0)
        if rate < 0.0 and max(w[i, m], 0.0) / -rate < step:
            step, gone, where = max(w[i, m], 0.0) / -rate, m, i
    w[leaf, mode] += step * change
    w[leaf, first] -= step * change
    w[other, tied] += step * balance
    w[other, start] -= step * balance
    w[where, gone] = 0.0
    state.active[where, gone] = False


@compiled
def settled(
    nests: Nests,
    case: Instance,
    state: RegimeState,
    work: Workspace,
    repairs: int,
    ties: TieWork,
) -> int:
    """Return what `polish` does; ties that contradict each other are resolved besides."""
    code = polish(nests, case, state, work, repairs)
    kept = regime_of(work.spare, KEPT)
    for _ in range(MOST_SHIFTS):
        if repairs == 0 or code != SOLVED or len(case.inputs) > 0:
            break
        copy_regime(kept, state)
        if not untie(nests, case, state, work, ties):
            break
        if polish(nests, case, state, work, repairs) != SOLVED:
            copy_regime(state, kept)
            evaluate(nests, case, state, work)
            break
    return code


@compiled
def one_sign(rows: Array, r: int) -> bool:
    """Return whether no entry of a row is negative; its pivot is one."""
    for k in range(rows.shape[2]):
        if rows[VALUE, r, k] < 0.0:
            return False
    return True


@compiled
def last_has_one_sign(rows: Array) -> bool:
    """Return whether the entries of the row in hand have one sign."""
    lowest, highest = 0.0, 0.0
    for k in range(rows.shape[2]):
        lowest = min(lowest, rows[VALUE, rows.shape[2], k])
        highest = max(highest, rows[VALUE, rows.shape[2], k])
    return lowest == 0.0 or highest == 0.0


@compiled
def needed(nests: Nests, case: Instance, state: RegimeState, rows: Array, r: int) -> bool:
    """Return whether a task would be free without the prices of a row, and be done without limit.

    It is in a nest of positive elasticity: output would need an infinite amount of it.
    """
    leaves, modes, factors = case.bundle.shape
    sigma, root = case.nest[ELASTICITY], len(nests.parent) - 1
    for leaf in range(leaves):
        least = np.inf
        for mode in range(modes):
            if case.open[leaf, mode] and not case.dead[leaf]:
                cost = 0.0
                for k in range(factors):
                    if not (state.priced[k] and rows[VALUE, r, k] > 0.0):
                        cost += case.bundle[leaf, mode, k] * state.price[k]
                least = min(least, cost)
        if least <= NO_PRICE:
            v = nests.parent[leaf]
            while v != root and sigma[v] == 0.0:
                v = nests.parent[v]
            if sigma[v] > 0.0:
                return True
    return False


@compiled
def write_reduced_basis(case: Instance, state: RegimeState, rows: Array) -> int:
    """Write a basis as `write_basis` does, with each pivot in one row alone; return its size."""
    rank, factors = write_basis(case, state, rows), rows.shape[2]
    for r in range(rank - 1, 0, -1):
        pivot = pivot_of(rows, r)
        for earlier in range(r):
            times = rows[VALUE, earlier, pivot]
            if times != 0.0:
                for k in range(factors):
                    rows[VALUE, earlier, k] -= times * rows[VALUE, r, k]
                    rows[SIZE, earlier, k] += abs(times) * rows[SIZE, r, k]
                    if abs(rows[VALUE, earlier, k]) <= PROPORTION * rows[SIZE, earlier, k]:
                        rows[VALUE, earlier, k] = 0.0
                rows[VALUE, earlier, pivot] = 0.0
    return rank


@compiled
def write_basis(case: Instance, state: RegimeState, rows: Array) -> int:
    """Write independent differences of the bundles of tied active modes; return their number."""
    leaves, modes, factors = case.bundle.shape
    rank = 0
    for leaf in range(leaves):
        first = first_active(case, state, leaf)
        for mode in range(modes):
            if first >= 0 and state.active[leaf, mode] and mode != first and rank < factors:
                pivot = reduce_row(case, state, rows, rank, leaf, mode, first)
                if pivot >= 0:
                    add_row(rows, rank, pivot)
                    rank += 1
    return rank


@compiled
def pivot_of(rows: Array, r: int) -> int:
    """Return the entry of a row that is one."""
    pivot = 0
    while not rows[VALUE, r, pivot] == 1.0:
        pivot += 1
    return pivot


@compiled
def first_active(case: Instance, state: RegimeState, leaf: int) -> int:
    """Return the first active mode of a leaf; -1 if it has none or drops out."""
    for mode in range(state.active.shape[1]):
        if state.active[leaf, mode] and not case.dead[leaf]:
            return mode
    return -1


@compiled
def reduce_row(
    case: Instance, state: RegimeState, rows: Array, rank: int, leaf: int, mode: int, first: int
) -> int:
    """Write what is left of a difference of bundles; return its largest entry, -1 if it is 0.

    Every entry is compared with the terms that were added up to it, so that the size of a price
    plays no part.
    """
    factors = rows.shape[2]
    row, size, last = rows[VALUE, factors], rows[SIZE, factors], -1
    z = mode_cost(case.bundle, leaf, first, state.price)
    for k in range(factors):
        part = state.price[k] / z if state.priced[k] else 0.0
        own, other = case.bundle[leaf, mode, k] * part, case.bundle[leaf, first, k] * part
        row[k], size[k] = own - other, own + other
    for r in range(rank):
        pivot = pivot_of(rows, r)
        times = row[pivot]
        # what rounding leaves at a pivot is no multiple of its row
        if abs(times) > PROPORTION * size[pivot]:
            for k in range(factors):
                row[k] -= times * rows[VALUE, r, k]
                size[k] += abs(times) * rows[SIZE, r, k]
        row[pivot] = 0.0
    most = 0.0
    for k in range(factors):
        if abs(row[k]) <= PROPORTION * size[k]:
            row[k] = 0.0
        elif abs(row[k]) > most:
            last, most = k, abs(row[k])
    return last


@compiled
def add_row(rows: Array, rank: int, pivot: int) -> None:
    """Keep the row in hand, divided by its entry at the pivot."""
    factors = rows.shape[2]
    entry = rows[VALUE, factors, pivot]
    for k in range(factors):
        rows[VALUE, rank, k] = rows[VALUE, factors, k] / entry
        rows[SIZE, rank, k] = rows[SIZE, factors, k] / abs(entry)
    rows[VALUE, rank, pivot] = 1.0
