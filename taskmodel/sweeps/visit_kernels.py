"""Positions of a line that are solved, each from the regime of another, in plain loops.

A mark holds a position and its regime. Margins are the distances of a regime from its ends.

Source: docs, model, section 6.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from taskmodel.allocation.active_set_kernels import certify
from taskmodel.allocation.regime_kernels import (
    CONVERGED_ONLY,
    LARGEST,
    SOLVED,
    USED,
    WEIGHT,
    Instance,
    Regimes,
    RegimeState,
    Workspace,
    copy_regime,
    drop_idle_modes,
    drop_vanished_prices,
    mode_cost,
    regime_of,
)
from taskmodel.allocation.tie_kernels import drop_zero_prices, settled
from taskmodel.allocation.uniqueness_kernels import FAIR, UNIQUE, uniqueness
from taskmodel.compiled import compiled
from taskmodel.numerics.accuracy import EXACT_GAP, MARGIN_VISIBLE, MAX_GAP, OVERSIGHT_ROUNDING
from taskmodel.numerics.types import Array
from taskmodel.science.production_kernels import Nests
from taskmodel.sweeps.line_kernels import (
    POSITION,
    REVIEW,
    REVIEWED,
    SUPPLY,
    TOLERANCE,
    Frame,
    Line,
    Room,
    fill,
    weights,
)

BINDS, LEADS, SOLUTION, ADJACENT = 1, 2, 3, 4
NOW, AT_LOW, MIDDLE, AT_HIGH = 0, 1, 2, 3

FINE, AMBIGUOUS, LOST = 0, 1, 2  # how a position is solved
MARKS = 4  # besides those on the stack


class Marks(NamedTuple):
    """Solved positions, one row each."""

    # (mark, 5): POSITION, how far oversight BINDS and LEADS, number of the SOLUTION, -1 where it is
    # not a unique optimum; ADJACENT on the stack
    numbers: Array
    regimes: Regimes


@compiled
def oversight_leads(
    line: Line, frame: Frame, interval: int, state: RegimeState, work: Workspace, room: Room
) -> tuple[float, float]:
    """Return by how much oversight binds, and leads the other sources, in bottleneck shares.

    As `organisation.measures.oversight`, of the regime that was evaluated last.
    """
    leaves, modes, factors = room.case.bundle.shape
    reviewed = room.factor[REVIEWED]
    for k in range(factors):
        reviewed[k] = 0.0
    for leaf in range(leaves):
        if work.first[leaf] < 0:
            continue
        amount = work.node[WEIGHT, leaf] / work.cost[leaf, work.first[leaf]]
        for mode in range(modes):
            if state.active[leaf, mode]:
                for k in range(frame.pools):
                    hours = room.bundle[REVIEW, leaf, mode, k]
                    reviewed[k] += amount * state.mode_share[leaf, mode] * hours
    hands_on, review, most = 0.0, 0.0, -np.inf
    for k in range(factors):
        elasticity = state.price[k] if state.priced[k] else 0.0
        if k < frame.pools:
            used = work.factor[USED, k] * room.factor[SUPPLY, k]
            part = reviewed[k] / used if used > 0.0 else 0.0
            review += elasticity * part
            hands_on += elasticity * (1.0 - part)
        elif k < frame.pools + frame.reviewers:
            review += elasticity
        else:
            most = max(most, elasticity)
    binding = review - line.knots[3 * interval, TOLERANCE] - OVERSIGHT_ROUNDING
    return binding, review - max(most, hands_on) - OVERSIGHT_ROUNDING


@compiled
def write_margins(case: Instance, state: RegimeState, work: Workspace, margin: Array) -> None:
    """Write the distances of a solved regime from its ends; inf where there is no such end.

    Per leaf and mode the log cost of an idle open mode less that of the task, or the share of an
    active mode; per factor the unused part of those without a price; per factor the price.
    """
    leaves, modes, factors = case.bundle.shape
    for leaf in range(leaves):
        for mode in range(modes):
            i = leaf * modes + mode
            margin[i] = np.inf
            if state.active[leaf, mode]:
                margin[i] = state.mode_share[leaf, mode]
            elif case.open[leaf, mode]:
                cost = mode_cost(case.bundle, leaf, mode, state.price)
                margin[i] = np.log(cost / work.cost[leaf, work.first[leaf]])
    for k in range(factors):
        i = leaves * modes + k
        margin[i] = margin[i + factors] = np.inf
        if state.priced[k]:
            margin[i + factors] = state.price[k]
        elif case.scarce[k]:
            margin[i] = 1.0 - work.factor[USED, k]


@compiled
def stays(
    line: Line,
    interval: int,
    x: float,
    marks: Marks,
    row: int,
    optimal: bool,
    work: Workspace,
    room: Room,
) -> bool:
    """Return whether the solution of a mark, which the workspace holds, is that of a position too.

    It is where no number is another one but supplies of factors without a price; if `optimal`, none
    of them may be nearly used up. Their margins and uses are then those of the position.
    """
    if marks.numbers[row, SOLUTION] != room.latest[0]:
        return False
    state = regime_of(marks.regimes, row)
    factors = len(state.price)
    if not (x == marks.numbers[row, POSITION] and interval == room.latest[1]):
        if not room.steady[0]:
            return False
        for k in range(factors):
            if state.priced[k] and not room.steady[1 + k]:
                return False
    a, b, c = 3 * interval, 3 * interval + 1, 3 * interval + 2
    wa, wb, wc = weights(line, interval, x)
    modes = room.case.open.size
    for k in range(factors):
        if room.case.scarce[k] and not state.priced[k]:
            supply = wa * line.supply[a, k] + wb * line.supply[b, k] + wc * line.supply[c, k]
            used = work.factor[USED, k] * room.factor[SUPPLY, k] / supply
            if optimal and not used < 1.0 - MARGIN_VISIBLE:
                return False
    for k in range(factors):
        if room.case.scarce[k] and not state.priced[k]:
            supply = wa * line.supply[a, k] + wb * line.supply[b, k] + wc * line.supply[c, k]
            work.factor[USED, k] *= room.factor[SUPPLY, k] / supply
            room.factor[SUPPLY, k] = supply
            room.margin[NOW, modes + k] = 1.0 - work.factor[USED, k]
    return True


@compiled
def visit(
    nests: Nests,
    line: Line,
    frame: Frame,
    interval: int,
    x: float,
    marks: Marks,
    row: int,
    repairs: int,
    work: Workspace,
    room: Room,
) -> int:
    """Solve a position from the regime of a mark, which becomes that position's.

    With 0 repairs the regime is followed, whether or not it is the optimum's; otherwise the optimum
    is solved and certified. Returns `FINE`, `AMBIGUOUS` where it is not unique, or `LOST`. Margins
    are left in the workspace.
    """
    optimal = repairs > 0
    if stays(line, interval, x, marks, row, optimal, work, room):
        marks.numbers[row, POSITION] = x
        return FINE
    room.latest[0] += 1
    room.latest[1] = interval
    fill(line, interval, x, room)
    state = regime_of(marks.regimes, row)
    marks.numbers[row, POSITION], marks.numbers[row, SOLUTION] = x, -1.0
    code = settled(nests, room.case, state, work, repairs, room.split.ties)
    if code != SOLVED and (repairs > 0 or code != CONVERGED_ONLY):
        return LOST
    result, unique = FINE, UNIQUE
    if repairs > 0:
        drop_vanished_prices(room.case, state, work.factor[LARGEST])
        drop_zero_prices(nests, room.case, state, room.split.ties)
        unique = uniqueness(nests, room.case, state, work, room.split)
        result = AMBIGUOUS if unique > FAIR else FINE
    place = oversight_leads(line, frame, interval, state, work, room)
    marks.numbers[row, BINDS], marks.numbers[row, LEADS] = place
    if repairs > 0:
        drop_idle_modes(state)
    write_margins(room.case, state, work, room.margin[NOW])
    if repairs > 0:
        log_output, gap = certify(nests, room.case, state, work)
        if log_output == -np.inf or not abs(gap) < MAX_GAP:
            return LOST
        # a split of tied modes is only taken if its certificate is as good as an exact one
        if unique == FAIR and not abs(gap) < EXACT_GAP:
            result = AMBIGUOUS
        # a factor that is used up without a price may limit the split of tied modes, which is
        # another where there is more of it
        for k in range(len(state.price)):
            if room.case.scarce[k] and not state.priced[k]:
                if not work.factor[USED, k] < 1.0 - MARGIN_VISIBLE:
                    return result
        if result == FINE:
            marks.numbers[row, SOLUTION] = room.latest[0]
    return result


@compiled
def same(marks: Marks, first: int, second: int) -> bool:
    """Return whether two marks have the same active modes and factors and role of oversight."""
    regimes = marks.regimes
    leaves, modes = regimes.active[first].shape
    for leaf in range(leaves):
        for mode in range(modes):
            if regimes.active[first, leaf, mode] != regimes.active[second, leaf, mode]:
                return False
    for k in range(regimes.priced.shape[1]):
        if regimes.priced[first, k] != regimes.priced[second, k]:
            return False
    for switch in (BINDS, LEADS):
        if (marks.numbers[first, switch] > 0.0) != (marks.numbers[second, switch] > 0.0):
            return False
    return True


@compiled
def signature(marks: Marks, row: int) -> int:
    """Return a number for the active modes, priced factors and role of oversight of a mark."""
    active, priced = marks.regimes.active[row], marks.regimes.priced[row]
    leaves, modes = active.shape
    result = 0
    for leaf in range(leaves):
        for mode in range(modes):
            if active[leaf, mode]:
                result += (leaf * modes + mode + 1) ** 2
    for k in range(len(priced)):
        if priced[k]:
            result += (leaves * modes + k + 1) ** 2
    for switch in (BINDS, LEADS):
        if marks.numbers[row, switch] > 0.0:
            result += (leaves * modes + len(priced) + switch + 1) ** 2
    return result


@compiled
def copy_mark(marks: Marks, target: int, source: int) -> None:
    """Overwrite a mark with another."""
    copy_regime(regime_of(marks.regimes, target), regime_of(marks.regimes, source))
    for n in range(4):
        marks.numbers[target, n] = marks.numbers[source, n]


@compiled
def keep_margins(margin: Array, row: int, source: int) -> None:
    """Copy margins from one row to another."""
    for i in range(margin.shape[1]):
        margin[row, i] = margin[source, i]
