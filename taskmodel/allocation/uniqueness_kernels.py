"""Whether prices and mode shares of a solved regime are unique, and the fair split, in plain loops.

Optimal mode shares form a polytope: tasks are complete, and priced factors are used up. Of its
points the fair split is returned, the one of least sum_i W_i sum_m w_im^2. Where no share of it is
zero, and no more than one factor without a price limits it, it is found here; `mode_splits` treats
the rest.

Source: docs, model, section 1.2.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from taskmodel.allocation.regime_kernels import (
    CURVATURE,
    ELASTICITY,
    LEAF,
    MODE,
    MOVES,
    SHARE,
    SQUARE,
    UNIT,
    USED,
    VECTORS,
    WEIGHT,
    Instance,
    RegimeState,
    Workspace,
    mode_cost,
)
from taskmodel.allocation.repair_kernels import breaking_rows
from taskmodel.allocation.tie_kernels import TieWork, first_active, mark_ties, tie_workspace
from taskmodel.compiled import compiled
from taskmodel.numerics.accuracy import (
    FLAT,
    LEAST_WEIGHT,
    TIGHT,
    ZERO_ADDED_SHARE,
    ZERO_SHARE,
)
from taskmodel.numerics.accuracy import UNIQUE as UNIQUE_PRICE
from taskmodel.numerics.matrix_kernels import eigenvectors
from taskmodel.numerics.types import Array, Mask
from taskmodel.science.production_kernels import Nests, spread_shares, unit_costs

# what is not unique: nothing; mode shares, of which the fair ones are known, or are not; or prices
UNIQUE, FAIR, SPLITS_OPEN, PRICES_OPEN = 0, 1, 2, 3
LENGTH, LEVEL = 0, 1
COLUMNS = 64  # tied modes for which there is room
SMALL = 0.25 * UNIQUE_PRICE  # price that counts as none


class SplitWork(NamedTuple):
    """Workspace of a fair split: its tied modes are columns, its equations rows."""

    column: NDArray[np.int64]  # (2, column): LEAF, MODE
    share: Array  # (2, column): LENGTH scaled share, and its scale
    rows: Array  # (row, column)
    level: Array  # (row,) right side
    trial: Array  # (4, node) log cost, share within the nest, cost share, and cost, where raised
    raised: Array  # (2, factor) prices there, and use
    ties: TieWork


def split_workspace(leaves: int, modes: int, nodes: int, factors: int) -> SplitWork:
    """Return a workspace for a number of tied modes."""
    columns = min(max(COLUMNS, 8 * factors), leaves * modes)
    rows = columns // 2 + factors
    return SplitWork(
        np.zeros((2, columns), dtype=np.int64),
        np.zeros((2, columns)),
        np.zeros((rows, columns)),
        np.zeros(rows),
        np.zeros((4, nodes)),
        np.zeros((2, factors)),
        tie_workspace(leaves, modes, factors),
    )


@compiled
def uniqueness(
    nests: Nests, case: Instance, state: RegimeState, work: Workspace, split: SplitWork
) -> int:
    """Return whether prices and mode shares of the regime last evaluated are unique.

    Prices are if log unit cost has curvature in every direction of the priced factors, from
    substitution within nests or from a tie that the direction would break, and factors that are
    used up without a price can have none (`pinned`). Shares are if prices separate all ties; if
    they do not, the fair split takes their place in `state`, together with modes that cost the same
    without being needed.
    """
    leaves, modes, factors = case.bundle.shape
    n, ties, position, unpriced = 0, 0, work.position, False
    unit, a = work.factor[UNIT], work.square[SQUARE]
    for k in range(factors):
        if state.priced[k]:
            position[n] = k
            # a price that has nearly run down to zero has little curvature in proportion to itself,
            # but as much as any on the scale of what can be resolved
            unit[n] = state.price[k] / np.sqrt(max(state.price[k], SMALL))
            n += 1
        elif case.scarce[k] and work.factor[USED, k] > 1.0 - TIGHT:
            unpriced = True
    if unpriced and not pinned(nests, case, state, work, split):
        return PRICES_OPEN
    for i in range(n):
        for j in range(n):
            a[i, j] = work.square[CURVATURE, position[i], position[j]] / unit[i] / unit[j]
    for leaf in range(leaves):
        if work.first[leaf] < 0:
            continue
        count = 0
        for mode in range(modes):
            count += state.active[leaf, mode]
        ties += count - 1
        if count > 1:
            add_breaks(case, state, work, leaf, n)
    added, crowded = mark_ties(case, state, split.ties), ties > max(n - 1, 0)
    if added:
        added = take_back(case, state, work, split.ties.tied)
    # the rank of the rows is found before the eigenvectors, which use other rows of the workspace
    if not (added or crowded) and ties > 1:
        crowded = breaking_rows(work, state.price, ties, n) < ties
    eigenvectors(a, work.square[VECTORS], n)
    for i in range(n):
        if a[i, i] < FLAT:
            return PRICES_OPEN
    if not (added or crowded):
        return UNIQUE
    if len(case.inputs) > 0:
        # shares of linked tasks multiply: those that are optimal are no polytope
        return SPLITS_OPEN
    return FAIR if fair_split(case, state, work, split) else SPLITS_OPEN


@compiled
def pinned(
    nests: Nests, case: Instance, state: RegimeState, work: Workspace, split: SplitWork
) -> bool:
    """Return whether no factor that is used up without a price can have one.

    Log unit cost is concave in prices, and optimal prices are where it is greatest. Raise the
    prices of those factors by t, to prices s. The plan's cost there is no less than unit cost, and
    its slope bounds all optimal prices p: sum_k (1 - use_k(s)) (p_k - s_k) <= 0 over all factors.
    If every raised factor is used less than its supply at s, and the others' use has hardly
    changed, prices of the raised ones are 0 within `UNIQUE_PRICE`.
    """
    leaves, modes, factors = case.bundle.shape
    if len(case.inputs) > 0:
        return False
    log_c, theta, weight, cost = split.trial[0], split.trial[1], split.trial[2], split.trial[3]
    price, used = split.raised[0], split.raised[1]
    total = 0.0
    for k in range(factors):
        price[k], used[k] = state.price[k], 0.0
        if case.scarce[k] and not state.priced[k] and work.factor[USED, k] > 1.0 - TIGHT:
            price[k] = SMALL
        total += price[k]
    for leaf in range(leaves):
        log_c[leaf] = 0.0
        if work.first[leaf] >= 0:
            cost[leaf] = 0.0
            for mode in range(modes):
                if state.active[leaf, mode]:
                    part = mode_cost(case.bundle, leaf, mode, price) / total
                    cost[leaf] += state.mode_share[leaf, mode] * part
            log_c[leaf] = np.log(cost[leaf])
    unit_costs(nests, case.nest[SHARE], case.nest[ELASTICITY], leaves, log_c, theta)
    spread_shares(nests, leaves, theta, weight)
    for leaf in range(leaves):
        if work.first[leaf] >= 0:
            for mode in range(modes):
                if state.active[leaf, mode]:
                    part = weight[leaf] * state.mode_share[leaf, mode] / cost[leaf]
                    for k in range(factors):
                        used[k] += part * case.bundle[leaf, mode, k]
    room, least, off = 0.0, np.inf, 0.0
    for k in range(factors):
        if state.priced[k]:
            off = max(off, abs(1.0 - used[k]))
        elif case.scarce[k] and price[k] == SMALL:
            room += 1.0 - used[k]
            least = min(least, 1.0 - used[k])
    return least > 0.0 and SMALL * room + 2.0 * off < UNIQUE_PRICE * least


@compiled
def take_back(case: Instance, state: RegimeState, work: Workspace, tied: Mask) -> bool:
    """Take back idle tied modes that cannot carry work; return whether idle ones are left.

    Such a mode needs more than the first active one of its task of a factor that is used up, and
    work in no other tied mode needs less of it.
    """
    leaves, modes, factors = case.bundle.shape
    k, idle = 0, False
    while k < factors:
        taken, spared = False, False
        if case.scarce[k] and not state.priced[k] and work.factor[USED, k] > 1.0 - TIGHT:
            for step in range(2):
                for leaf in range(leaves):
                    first = first_active(case, state, leaf)
                    for mode in range(modes):
                        if first < 0 or not tied[leaf, mode]:
                            continue
                        more = case.bundle[leaf, mode, k] - case.bundle[leaf, first, k]
                        if step == 0:
                            spared = spared or more < 0.0 or state.active[leaf, mode] and more > 0.0
                        elif not spared and more > 0.0:
                            tied[leaf, mode], taken = False, True
        # what is taken back can spare no other factor
        k = 0 if taken else k + 1
    for leaf in range(leaves):
        for mode in range(modes):
            idle = idle or tied[leaf, mode] and not state.active[leaf, mode]
    return idle


@compiled
def add_breaks(case: Instance, state: RegimeState, work: Workspace, leaf: int, n: int) -> None:
    """Add to a curvature the squares of the differences of tied modes' cost shares."""
    moves, unit, a = work.factor[MOVES], work.factor[UNIT], work.square[SQUARE]
    for mode in range(state.active.shape[1]):
        if not (state.active[leaf, mode] and state.mode_share[leaf, mode] > ZERO_SHARE):
            continue
        scale = np.sqrt(work.node[WEIGHT, leaf] * state.mode_share[leaf, mode])
        for i in range(n):
            k = work.position[i]
            part = case.bundle[leaf, mode, k] * state.price[k] / work.cost[leaf, mode]
            moves[i] = (part - work.gradient[leaf, k]) * scale / unit[i]
        for i in range(n):
            for j in range(n):
                a[i, j] += moves[i] * moves[j]


@compiled
def fair_split(case: Instance, state: RegimeState, work: Workspace, split: SplitWork) -> bool:
    """Write the fair split into a regime; return whether it is found.

    In y = w sqrt(W) the fair split is the shortest y for which tasks are complete and priced
    factors used up, a projection onto the rows of these equations. If that overuses a factor
    without a price, and using it up leaves room for the others, it is the shortest for which this
    one is used up besides. All tied modes must carry work in it, but for idle ones that carry none
    in any; `state` is unchanged where they do not, or where there are too many.
    """
    columns, tasks = list_columns(work, split)
    if columns < 0:
        return False
    count = tasks
    for k in range(len(state.price)):
        if state.priced[k]:
            write_use(case, state, work, split, columns, k, count)
            count += 1
    write_tasks(split, columns, tasks)
    for c in range(columns):
        split.share[LENGTH, c] = 0.0
    rank = shorten(split, columns, 0, count)
    k = overused(case, state, work, split, columns)
    if k >= 0:
        write_use(case, state, work, split, columns, k, rank)
        if shorten(split, columns, rank, rank + 1) == rank:
            return False
        rank += 1
    return take_split(case, state, work, split, columns, rank == columns)


@compiled
def shorten(split: SplitWork, columns: int, begin: int, count: int) -> int:
    """Add rows of equations to those before, and their parts to the split; return their number.

    Gram and Schmidt's method, the row first that has the longest rest. Those before are orthonormal
    already, as those are that are returned.
    """
    share, rows, level = split.share, split.rows, split.level
    longest = 0.0
    for r in range(begin, count):
        longest = max(longest, length(rows, r, columns))
        for step in range(begin):
            remove(rows, level, r, step, columns)
    for step in range(begin, count):
        chosen, most = step, -1.0
        for r in range(step, count):
            norm = length(rows, r, columns)
            if norm > most:
                chosen, most = r, norm
        if not most > FLAT * longest:
            return step
        level[step], level[chosen] = level[chosen], level[step]
        level[step] /= most
        for c in range(columns):
            rows[step, c], rows[chosen, c] = rows[chosen, c], rows[step, c]
            rows[step, c] /= most
            share[LENGTH, c] += level[step] * rows[step, c]
        for r in range(step + 1, count):
            remove(rows, level, r, step, columns)
    return count


@compiled
def length(rows: Array, r: int, columns: int) -> float:
    """Return the length of a row."""
    total = 0.0
    for c in range(columns):
        total += rows[r, c] ** 2
    return np.sqrt(total)


@compiled
def remove(rows: Array, level: Array, r: int, step: int, columns: int) -> None:
    """Remove from a row its part along an earlier one, twice because of rounding."""
    for _ in range(2):
        along = 0.0
        for c in range(columns):
            along += rows[r, c] * rows[step, c]
        for c in range(columns):
            rows[r, c] -= along * rows[step, c]
        level[r] -= along * level[step]


@compiled
def list_columns(work: Workspace, split: SplitWork) -> tuple[int, int]:
    """Write the tied modes of tasks with several; return their number and that of the tasks.

    -1 where there is no room for them.
    """
    leaves, modes = split.ties.tied.shape
    columns, tasks = 0, 0
    for leaf in range(leaves):
        if work.first[leaf] < 0:
            continue
        begin = columns
        for mode in range(modes):
            if split.ties.tied[leaf, mode]:
                if columns == split.column.shape[1]:
                    return -1, 0
                split.column[LEAF, columns], split.column[MODE, columns] = leaf, mode
                split.share[LEVEL, columns] = np.sqrt(max(work.node[WEIGHT, leaf], LEAST_WEIGHT))
                columns += 1
        if columns == begin + 1:
            columns = begin
        else:
            tasks += 1
    return columns, tasks


@compiled
def write_tasks(split: SplitWork, columns: int, tasks: int) -> None:
    """Write the first equations of a split: tasks must be complete."""
    rows, column, row, last = split.rows, split.column, -1, -1
    for r in range(tasks):
        for c in range(columns):
            rows[r, c] = 0.0
    for c in range(columns):
        if column[LEAF, c] != last:
            row, last = row + 1, column[LEAF, c]
            split.level[row] = split.share[LEVEL, c]
        rows[row, c] = 1.0


@compiled
def write_use(
    case: Instance,
    state: RegimeState,
    work: Workspace,
    split: SplitWork,
    columns: int,
    k: int,
    row: int,
) -> None:
    """Write the equation by which a factor is used up, scaled to a largest entry of one."""
    leaves, modes, _ = case.bundle.shape
    rows, level, column, scale = split.rows, split.level, split.column, split.share[LEVEL]
    level[row], largest = 1.0, 0.0
    for leaf in range(leaves):
        if work.first[leaf] >= 0:
            amount = work.node[WEIGHT, leaf] / work.cost[leaf, work.first[leaf]]
            for mode in range(modes):
                if state.active[leaf, mode]:
                    use = amount * case.bundle[leaf, mode, k]
                    level[row] -= use * state.mode_share[leaf, mode]
    for c in range(columns):
        leaf, mode = column[LEAF, c], column[MODE, c]
        use = work.node[WEIGHT, leaf] / work.cost[leaf, work.first[leaf]]
        use *= case.bundle[leaf, mode, k]
        if state.active[leaf, mode]:
            level[row] += use * state.mode_share[leaf, mode]
        rows[row, c] = use / scale[c]
        largest = max(largest, rows[row, c])
    if largest > 0.0:
        for c in range(columns):
            rows[row, c] /= largest
        level[row] /= largest


@compiled
def overused(
    case: Instance, state: RegimeState, work: Workspace, split: SplitWork, columns: int
) -> int:
    """Return the factor without a price that a split overuses most; -1 if there is none."""
    share, scale, column = split.share[LENGTH], split.share[LEVEL], split.column
    result, most = -1, 1.0 + ZERO_SHARE
    for k in range(case.bundle.shape[2]):
        if case.scarce[k] and not state.priced[k]:
            used = work.factor[USED, k]
            for c in range(columns):
                leaf, mode = column[LEAF, c], column[MODE, c]
                amount = work.node[WEIGHT, leaf] / work.cost[leaf, work.first[leaf]]
                more = share[c] / scale[c] - state.mode_share[leaf, mode]
                used += amount * case.bundle[leaf, mode, k] * more
            if used > most:
                result, most = k, used
    return result


@compiled
def take_split(
    case: Instance,
    state: RegimeState,
    work: Workspace,
    split: SplitWork,
    columns: int,
    single: bool,
) -> bool:
    """Write a split into a regime, if its modes carry work and no factor is overused, and its use.

    Of a single split that is possible, idle modes may also stay so.
    """
    share, scale, column = split.share[LENGTH], split.share[LEVEL], split.column
    for c in range(columns):
        least = ZERO_SHARE if state.active[column[LEAF, c], column[MODE, c]] else ZERO_ADDED_SHARE
        idle = single and least == ZERO_ADDED_SHARE and abs(share[c] / scale[c]) <= least
        if not (share[c] / scale[c] > least or idle):
            return False
    if overused(case, state, work, split, columns) >= 0:
        return False
    for c in range(columns):
        leaf, mode = column[LEAF, c], column[MODE, c]
        if state.active[leaf, mode] or share[c] / scale[c] > ZERO_ADDED_SHARE:
            amount = work.node[WEIGHT, leaf] / work.cost[leaf, work.first[leaf]]
            more = share[c] / scale[c] - state.mode_share[leaf, mode]
            for k in range(len(state.price)):
                if not state.priced[k]:
                    work.factor[USED, k] += amount * case.bundle[leaf, mode, k] * more
            state.active[leaf, mode] = True
            state.mode_share[leaf, mode] = share[c] / scale[c]
    return True
