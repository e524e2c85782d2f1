"""The optimum along an axis from stop to stop, and the events on the way, in plain loops.

Stops divide the axis into intervals in which the same modes are open. Within an interval the
numbers of the organisation are parabolas in the position, through their values at both ends and at
the middle. Optima at the stops are solved one from the other. Where the regimes at the ends of an
interval differ, the regime at the low end is continued until one of its margins is used up; both
sides of that position are solved, and what remains on either side is searched again if its ends
still differ. An interval in which an optimum is not found, or is not unique, is marked: the caller
treats it by other means.

Source: docs, model, section 6.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from taskmodel.allocation.kernels import (
    CONVERGED_ONLY,
    LARGEST,
    LOG_C,
    LOG_X,
    SOLVED,
    USED,
    WEIGHT,
    Instance,
    Regimes,
    RegimeState,
    Workspace,
    certify,
    copy_regime,
    drop_idle_modes,
    drop_vanished_prices,
    mode_cost,
    regime_of,
    reopen,
    take_cheapest,
)
from taskmodel.allocation.presolve_kernels import close_dominated
from taskmodel.allocation.tie_kernels import drop_zero_prices, settled
from taskmodel.allocation.uniqueness_kernels import FAIR, UNIQUE, SplitWork, uniqueness
from taskmodel.compiled import compiled
from taskmodel.numerics.accuracy import (
    EVENT_OFFSET,
    EVENT_WIDTH,
    EXACT_GAP,
    MARGIN_ROUNDING,
    MARGIN_VISIBLE,
    MAX_GAP,
    OVERSIGHT_ROUNDING,
)
from taskmodel.numerics.types import Array
from taskmodel.science.production_kernels import Nests

Mask = NDArray[np.bool_]
Index = NDArray[np.int64]

ROUGH = 1e-3  # part of an interval to which it is, if the regime has no solution beyond it
MAX_STEPS = 62  # evaluations of the root finder
MOST_TURNS = 200  # positions examined in one interval
MOST_EVENTS = 25  # events in one interval

# Rows of arrays. Few arrays with many rows compile much faster than many arrays.
POSITION, TOLERANCE = 0, 1
USE, REVIEW = 0, 1
BINDS, LEADS, SOLUTION, ADJACENT = 1, 2, 3, 4
SUPPLY, REVIEWED = 0, 1
NOW, AT_LOW, MIDDLE, AT_HIGH = 0, 1, 2, 3
ELASTIC, USED_UP = 0, 1
OUTPUT, GAP, CODE, SAYS_BINDS, SAYS_LEADS = 1, 2, 3, 4, 5
INTERVAL, STOP = 0, 1
BELOW, ABOVE = 0, 1
NEXT, REPORTED, EVENTS, STARTED, ENDED, PENDING = 0, 1, 2, 3, 4, 5
BEGAN = 6

FINE, AMBIGUOUS, LOST = 0, 1, 2  # how a position is solved
DONE, FULL, COLD = 0, 1, 2  # how a walk ends
# what the low mark holds: nothing, a regime that is near, the optimum that the caller sought, or no
# optimum for it was found, or a position that was visited
NO_START, GIVEN, SOUGHT, UNSOLVED, SOLVED_LOW = 0, 1, 2, 3, 4
MARKS = 4  # besides those on the stack


class Line(NamedTuple):
    """The numbers of an organisation along an axis; knots 3i to 3i + 2 belong to interval i."""

    knots: Array  # (knot, 2): POSITION, and TOLERANCE from which oversight counts as binding
    bundle: Array  # (2, leaf, mode, factor) USE per unit at the first knot, REVIEW in it
    entry: Index  # (3, entry) leaf, mode and factor of what changes in bundles along the axis
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


class Marks(NamedTuple):
    """Solved positions, one row each."""

    # (mark, 5): POSITION, how far oversight BINDS and LEADS, number of the SOLUTION, -1 where it is
    # not a unique optimum; ADJACENT on the stack
    numbers: Array
    regimes: Regimes


class Walk(NamedTuple):
    """What the walk reports, and how far it is. Rows: reported points, then two for each event."""

    activity: Array  # (row, leaf, mode)
    usable: Mask  # (row, leaf, mode)
    priced: Mask  # (row, factor)
    factor: Array  # (row, 2, factor): ELASTIC elasticities, USED_UP per year
    number: Array  # (row, 6): POSITION, OUTPUT, GAP, CODE, SAYS_BINDS, SAYS_LEADS
    interval: (
        Index  # (event,) the interval of each event; -1 less the stop where tasks open or close
    )
    bad: Mask  # (2, interval + 1): INTERVAL, STOP that the caller treats by other means
    regime: Index  # (2, interval + 1) `signature` BELOW and ABOVE each stop; -1 where not solved
    # (8,): NEXT interval, points REPORTED, EVENTS; how the low mark STARTED and ENDED; the stop
    # whose event is PENDING until it is solved with the tasks that open there; whether oversight
    # binds, and leads, where the walk BEGAN (-1: not solved)
    progress: Index


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
    latest: Index
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
def choose_margins(marks: Marks, start: int, end: int, room: Room) -> None:
    """Write which margins of the regime of a start are relevant on the way to an end.

    A margin of zero at the start is a tie that persists, hence irrelevant; margins of modes and
    factors that change over the interval are relevant unless they are rounding alone.
    """
    leaves, modes, factors = room.case.bundle.shape
    margin, regimes = room.margin[NOW], marks.regimes
    for leaf in range(leaves):
        for mode in range(modes):
            i = leaf * modes + mode
            differ = regimes.active[start, leaf, mode] != regimes.active[end, leaf, mode]
            room.relevant[i] = margin[i] > (MARGIN_ROUNDING if differ else MARGIN_VISIBLE)
    for k in range(factors):
        differ = regimes.priced[start, k] != regimes.priced[end, k]
        tie = MARGIN_ROUNDING if differ else MARGIN_VISIBLE
        for i in (leaves * modes + k, leaves * modes + factors + k):
            room.relevant[i] = margin[i] > tie


@compiled
def least_margin(frame: Frame, marks: Marks, start: int, end: int, room: Room) -> float:
    """Return the least relevant margin of the trial mark; NaN if there is none.

    The switches of oversight that differ between start and end count as margins.
    """
    least = np.inf
    for i in range(len(room.relevant)):
        if room.relevant[i]:
            least = min(least, room.margin[NOW, i])
    for switch in (BINDS, LEADS):
        holds = marks.numbers[start, switch] > 0.0
        if holds != (marks.numbers[end, switch] > 0.0):
            value = marks.numbers[frame.trial, switch]
            least = min(least, value if holds else -value)
    return least if least < np.inf else np.nan


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


@compiled
def next_guess(bracket: Array, sure: bool, step: int) -> float:
    """Return the next coordinate at which a bracketed root is sought.

    The bracket holds the coordinates inside, outside and earlier, and the values at them. Without
    a value outside there is nothing to interpolate with, and it is extrapolated from inside. Every
    fifth step bisects. The others keep a little off the ends, so that a guess next to the root
    moves the far end there as well and both ends close in.
    """
    inside, outside, earlier = bracket[0], bracket[1], bracket[2]
    value_in, value_out, value_earlier = bracket[3], bracket[4], bracket[5]
    if sure:
        guess = inside + (outside - inside) * value_in / (value_in - value_out)
    else:
        guess = inside + (inside - earlier) * value_in / (value_earlier - value_in)
    if not abs(guess) < np.inf:
        guess = inside
    if step % 5 == 4 or (guess - inside) * (guess - outside) > 0.0:
        guess = 0.5 * (inside + outside)
    nudge = min(EVENT_WIDTH / 2, abs(outside - inside) / 4) * (1.0 if outside > inside else -1.0)
    if abs(guess - inside) < abs(nudge):
        guess = inside + nudge
    if abs(guess - outside) < abs(nudge):
        guess = outside - nudge
    return guess


@compiled
def first_change(
    nests: Nests,
    line: Line,
    frame: Frame,
    interval: int,
    marks: Marks,
    low: int,
    high: int,
    work: Workspace,
    room: Room,
) -> float:
    """Return the position of the first change between two marks.

    The regime at the low end ends where one of its margins is used up. If it has no solution
    beyond, as where a price falls to zero, the regime at the high end is continued backwards: its
    margin is zero at the same position. The root is bracketed between a coordinate inside, where
    the regime holds, and one outside, where a margin is negative or, at the third attempt, the
    regime may have no solution. If nothing brackets a sign change, the middle is returned, which
    halves the interval.
    """
    bottom, top = marks.numbers[low, POSITION], marks.numbers[high, POSITION]
    bracket = room.bracket
    for attempt in range(3):
        start, end = (high, low) if attempt == 1 else (low, high)
        sure, was_good, rough, x = True, True, EVENT_WIDTH, marks.numbers[start, POSITION]
        guess = coordinate(frame, x)
        for step in range(MAX_STEPS):
            if step == 1:
                x = marks.numbers[end, POSITION]
                guess = coordinate(frame, x)
            elif step > 1:
                if not abs(bracket[1] - bracket[0]) > (EVENT_WIDTH if sure else rough):
                    break
                guess = next_guess(bracket, sure, step - 2)
                x = position_of(frame, guess, bottom, top)
            value = np.nan
            copy_mark(marks, frame.trial, start)
            code = visit(
                nests, line, frame, interval, x, marks, frame.trial, frame.following, work, room
            )
            if code == FINE:
                if step == 0:
                    choose_margins(marks, start, end, room)
                value = least_margin(frame, marks, start, end, room)
            if step == 0:
                if not value >= 0.0:
                    break
                bracket[0] = bracket[2] = guess
                bracket[3] = bracket[5] = value
            elif step == 1:
                sure = value == value
                bracket[1], bracket[4] = guess, value if sure else -1.0
                rough = max(EVENT_WIDTH, ROUGH * abs(bracket[1] - bracket[0]))
                if not (value < 0.0 if sure else attempt == 2):
                    break
            else:
                # the value at an end that stays twice is halved (Illinois rule); otherwise one end
                # alone would creep towards the root
                good = value >= 0.0
                if good:
                    bracket[2], bracket[5] = bracket[0], bracket[3]
                    bracket[0], bracket[3] = guess, value
                    bracket[4] *= 0.5 if was_good else 1.0
                else:
                    sure = value == value
                    bracket[1], bracket[4] = guess, value if sure else -1.0
                    bracket[3] *= 1.0 if was_good else 0.5
                was_good = good
        if step > 1:
            return position_of(frame, 0.5 * (bracket[0] + bracket[1]), bottom, top)
    return position_between(frame, bottom, top, 0.5)


@compiled
def tell_optimum(
    course: Walk, row: int, marks: Marks, mark: int, code: int, work: Workspace, room: Room
) -> None:
    """Report the optimum that `visit` left behind, its plan scaled down until it is feasible."""
    state = regime_of(marks.regimes, mark)
    leaves, modes, factors = room.case.bundle.shape
    most, total = 0.0, 0.0
    for k in range(factors):
        most = max(most, work.factor[LARGEST, k])  # use over supply, written by `certify`
        total += state.price[k] if state.priced[k] else 0.0
    for k in range(factors):
        course.priced[row, k] = state.priced[k]
        course.factor[row, ELASTIC, k] = state.price[k] / total if state.priced[k] else 0.0
        course.factor[row, USED_UP, k] = 0.0
    for leaf in range(leaves):
        alive = work.first[leaf] >= 0
        amount = 0.0
        if alive:
            amount = work.node[WEIGHT, leaf] / work.cost[leaf, work.first[leaf]] / most
        for mode in range(modes):
            done = alive and state.active[leaf, mode]
            hours = amount * max(state.mode_share[leaf, mode], 0.0) if done else 0.0
            course.activity[row, leaf, mode] = hours
            course.usable[row, leaf, mode] = done
            if done:
                for k in range(factors):
                    course.factor[row, USED_UP, k] += hours * room.bundle[USE, leaf, mode, k]
    root = work.node.shape[1] - 1
    log_output = work.node[LOG_X, root] - np.log(most)
    number = course.number[row]
    number[POSITION], number[OUTPUT] = marks.numbers[mark, POSITION], np.exp(log_output)
    number[GAP], number[CODE] = -np.expm1(log_output + work.node[LOG_C, root]), code
    number[SAYS_BINDS] = marks.numbers[mark, BINDS] > 0.0
    number[SAYS_LEADS] = marks.numbers[mark, LEADS] > 0.0


@compiled
def tell_limit(
    course: Walk, row: int, frame: Frame, marks: Marks, work: Workspace, room: Room
) -> None:
    """Replace what is reported of one side of an event by the trial mark, its limit at the event.

    The position is known up to rounding, and so is a share that is zero there. A share well below
    zero means that the regime ends before it: the optimum aside is then the better limit.
    """
    state = regime_of(marks.regimes, frame.trial)
    leaves, modes, factors = room.case.bundle.shape
    for leaf in range(leaves):
        for mode in range(modes):
            if state.active[leaf, mode] and not state.mode_share[leaf, mode] > -EVENT_OFFSET:
                return
    for k in range(factors):
        course.factor[row, ELASTIC, k] = state.price[k] if state.priced[k] else 0.0
        course.factor[row, USED_UP, k] = 0.0
    for leaf in range(leaves):
        if work.first[leaf] >= 0:
            amount = work.node[WEIGHT, leaf] / work.cost[leaf, work.first[leaf]]
            for mode in range(modes):
                if state.active[leaf, mode]:
                    hours = amount * max(state.mode_share[leaf, mode], 0.0)
                    course.activity[row, leaf, mode] = hours
                    for k in range(factors):
                        course.factor[row, USED_UP, k] += hours * room.bundle[USE, leaf, mode, k]
    course.number[row, OUTPUT] = np.exp(-work.node[LOG_C, work.node.shape[1] - 1])


@compiled
def search(
    nests: Nests,
    line: Line,
    frame: Frame,
    interval: int,
    marks: Marks,
    depth: int,
    course: Walk,
    work: Workspace,
    room: Room,
) -> bool:
    """Report the events between the low mark and those on the stack, nearest last.

    Returns whether all of them were found. The margin that is used up may lie at the very start of
    an interval, so that its position says nothing of the rest: every other turn after the first few
    halves instead.
    """
    points = len(course.number) - 2 * len(course.interval)
    for turn in range(MOST_TURNS):
        while depth > 0 and same(marks, frame.low, frame.stack + depth - 1):
            depth -= 1
            copy_mark(marks, frame.low, frame.stack + depth)
        if depth == 0:
            return True
        top, event = frame.stack + depth - 1, course.progress[EVENTS]
        if frame.stack + depth + 2 > len(marks.numbers) or event == len(course.interval):
            return False
        a, b = marks.numbers[frame.low, POSITION], marks.numbers[top, POSITION]
        crosses = marks.numbers[top, ADJACENT] > 0.0
        if turn > 6 and turn % 2 == 1 and not crosses:
            x = position_between(frame, a, b, 0.5)
        else:
            x = first_change(nests, line, frame, interval, marks, frame.low, top, work, room)
        # with an event between the marks, both sides are solved again, and followed up to it;
        # else the positions next to it: first the far one, so that the near one comes first on
        # the stack
        for step in range(4 if crosses else 2):
            far = step % 2 == 1 if crosses else step == 0
            where = (
                (b if far else a)
                if crosses
                else aside(frame, x, EVENT_OFFSET if far else -EVENT_OFFSET)
            )
            source, target, repairs = top if far else frame.low, frame.point, frame.repairs
            if crosses and step > 1:
                where, target, repairs = x, frame.trial, frame.following
            elif not crosses:
                if not (where < b if far else where > a):
                    if far:
                        marks.numbers[top, ADJACENT] = 1.0
                    continue
                target = frame.stack + depth
            copy_mark(marks, target, source)
            code = visit(nests, line, frame, interval, where, marks, target, repairs, work, room)
            row = points + 2 * event + (1 if far else 0)
            if crosses and step > 1:
                if code == FINE:
                    tell_limit(course, row, frame, marks, work, room)
                continue
            if code != FINE:
                return False
            if crosses:
                tell_optimum(course, row, marks, target, code, work, room)
                course.number[row, POSITION] = x
            else:
                marks.numbers[target, ADJACENT] = 1.0 if far else 0.0
                depth += 1
        if crosses:
            course.interval[event] = interval
            course.progress[EVENTS] += 1
            copy_mark(marks, frame.low, top)
            depth -= 1
    return False


@compiled
def dip(margin: Array) -> float:
    """Return the part of an interval at which a pair of events may be hidden; 0 if there is none.

    A mode or factor may come and go inside an interval whose ends have the same regime. Where the
    parabola through the values of a margin at both ends and the middle falls below zero, the
    position of its minimum is returned.
    """
    deepest, where = -MARGIN_VISIBLE, 0.0
    for i in range(margin.shape[1]):
        y0, y1, y2 = margin[AT_LOW, i], margin[MIDDLE, i], margin[AT_HIGH, i]
        if not y0 < np.inf:
            continue
        bend, slope = 2.0 * (y0 - 2.0 * y1 + y2), -3.0 * y0 + 4.0 * y1 - y2
        lowest = min(max(-slope / (2.0 * bend), 0.0), 1.0) if bend > 0.0 else 0.0
        depth = y0 + slope * lowest + bend * lowest * lowest
        depth = min(depth, y1) if abs(depth) < np.inf else np.inf
        if not y1 < np.inf:
            depth = -np.inf
        if depth < deepest:
            deepest, where = depth, min(max(lowest, 0.1), 0.9)
    return where


@compiled
def differ(automatable: Mask, interval: int) -> bool:
    """Return whether tasks open or close at the end of an interval."""
    for leaf in range(automatable.shape[1]):
        if automatable[interval, leaf] != automatable[interval + 1, leaf]:
            return True
    return False


@compiled
def keep_margins(margin: Array, row: int, source: int) -> None:
    """Copy margins from one row to another."""
    for i in range(margin.shape[1]):
        margin[row, i] = margin[source, i]


@compiled
def tell_points(
    nests: Nests,
    line: Line,
    frame: Frame,
    interval: int,
    solved: bool,
    marks: Marks,
    course: Walk,
    work: Workspace,
    room: Room,
) -> None:
    """Report the optima at the reported points of an interval, each from the one before.

    Without a solution at the low mark they are left to the caller.
    """
    copy_mark(marks, frame.point, frame.low)
    points = len(course.number) - 2 * len(course.interval)
    last, end = 3 * interval + 3 == len(line.knots), line.knots[3 * interval + 2, POSITION]
    row = course.progress[REPORTED]
    while row < points and (course.number[row, POSITION] < end or last):
        x, code = course.number[row, POSITION], LOST
        if solved:
            code = visit(
                nests, line, frame, interval, x, marks, frame.point, frame.repairs, work, room
            )
        if code == LOST:
            course.number[row, CODE] = LOST
            copy_mark(marks, frame.point, frame.low)
        else:
            tell_optimum(course, row, marks, frame.point, code, work, room)
        row += 1
    course.progress[REPORTED] = row


@compiled
def cross(
    nests: Nests,
    line: Line,
    frame: Frame,
    interval: int,
    fine: bool,
    marks: Marks,
    course: Walk,
    work: Workspace,
    room: Room,
) -> int:
    """Solve the low mark at the end of an interval where tasks open or close; report the event.

    Returns how it is solved with the tasks that are open beyond it. The high mark is the limit from
    below, which is `fine` if it is a unique optimum.
    """
    x, event = marks.numbers[frame.high, POSITION], course.progress[EVENTS]
    row = len(course.number) - 2 * len(course.interval) + 2 * event
    copy_mark(marks, frame.low, frame.high)
    code, fine = LOST, fine and not course.bad[STOP, interval + 1]
    before = fine
    for step in range(2):
        if step == 1:
            before = fine
            if not open_modes(line, interval, interval + 1, room):
                code = LOST
                break
            state = regime_of(marks.regimes, frame.low)
            fill(line, interval, x, room)
            reopen(room.case, state)
            for leaf in range(line.automatable.shape[1]):
                if line.automatable[interval, leaf] != line.automatable[interval + 1, leaf]:
                    take_cheapest(room.case, state, leaf)
        code = visit(nests, line, frame, interval, x, marks, frame.low, frame.repairs, work, room)
        fine = fine and code == FINE
        if fine:
            tell_optimum(course, row + step, marks, frame.low, code, work, room)
    if fine and code == FINE:
        course.interval[event] = -2 - interval
        course.progress[EVENTS] += 1
    elif before and code == LOST:
        course.progress[PENDING] = interval + 1
    else:
        course.bad[STOP, interval + 1] = True
    return code


@compiled
def walk_on(
    nests: Nests,
    line: Line,
    frame: Frame,
    marks: Marks,
    course: Walk,
    work: Workspace,
    room: Room,
) -> int:
    """Walk from the next interval on; return `DONE`, `FULL` or `COLD`.

    Where it is full, the caller takes the events away. Where it is cold, the caller solves the case
    in the workspace into the low mark, which may hold a regime to start from, says in `STARTED` how
    that ended, and calls again. The search itself stays out of this kernel, which would be compiled
    with all of it.
    """
    count, bad, intervals = course.progress, course.bad, len(line.knots) // 3
    ended = count[ENDED]
    while count[NEXT] < intervals:
        i = count[NEXT]
        a, b = line.knots[3 * i, POSITION], line.knots[3 * i + 2, POSITION]
        full = count[EVENTS] + MOST_EVENTS > len(course.interval)
        if full and count[EVENTS] > 0 and count[PENDING] == 0:
            return FULL
        if bad[INTERVAL, i] and count[STARTED] == SOLVED_LOW:
            count[STARTED] = NO_START
        compare_knots(line, i, room)
        if count[STARTED] != SOLVED_LOW:
            if bad[INTERVAL, i] or not open_modes(line, i, i, room):
                bad[INTERVAL, i] = bad[STOP, i + 1] = True
                bad[STOP, i], count[PENDING] = bad[STOP, i] or count[PENDING] == i, 0
                solved = False
                tell_points(nests, line, frame, i, solved, marks, course, work, room)
                count[NEXT] = i + 1
                continue
            if count[STARTED] < SOUGHT:
                fill(line, i, a, room)
                reopen(room.case, regime_of(marks.regimes, frame.low))
                return COLD
            if count[STARTED] == SOUGHT:
                ended = visit(nests, line, frame, i, a, marks, frame.low, frame.repairs, work, room)
            else:
                ended = LOST
            if ended == LOST:
                bad[INTERVAL, i] = True
                count[STARTED] = NO_START
                continue
            keep_margins(room.margin, AT_LOW, NOW)
            if i == 0:
                count[BEGAN] = marks.numbers[frame.low, BINDS] > 0.0
                count[BEGAN + 1] = marks.numbers[frame.low, LEADS] > 0.0
            if count[PENDING] == i and i > 0:
                if ended == FINE:
                    row = len(course.number) - 2 * len(course.interval) + 2 * count[EVENTS] + 1
                    tell_optimum(course, row, marks, frame.low, ended, work, room)
                    course.interval[count[EVENTS]] = -1 - i
                    count[EVENTS] += 1
                else:
                    bad[STOP, i] = True
                count[PENDING] = 0
        course.regime[ABOVE, i] = signature(marks, frame.low)
        fine, solved = ended == FINE, True
        tell_points(nests, line, frame, i, solved, marks, course, work, room)
        # the middle comes first: the workspace then holds the high end, where tasks may open
        x, part = position_between(frame, a, b, 0.5), 0.5
        copy_mark(marks, frame.trial, frame.low)
        middle = visit(nests, line, frame, i, x, marks, frame.trial, frame.following, work, room)
        keep_margins(room.margin, MIDDLE, NOW)
        copy_mark(marks, frame.high, frame.low)
        ended = visit(nests, line, frame, i, b, marks, frame.high, frame.repairs, work, room)
        keep_margins(room.margin, AT_HIGH, NOW)
        count[NEXT] = i + 1
        if ended == LOST:
            bad[INTERVAL, i] = bad[STOP, i + 1] = True
            count[STARTED] = NO_START
            continue
        course.regime[BELOW, i + 1] = signature(marks, frame.high)
        fine, depth = fine and ended == FINE, 1
        copy_mark(marks, frame.stack, frame.high)
        marks.numbers[frame.stack, ADJACENT] = 0.0
        if fine and same(marks, frame.low, frame.high):
            depth = 0
            if middle == FINE:
                part = dip(room.margin)
            if part > 0.0:
                depth, x = 2, position_between(frame, a, b, part)
                copy_mark(marks, frame.stack + 1, frame.low)
                marks.numbers[frame.stack + 1, ADJACENT] = 0.0
                code = visit(
                    nests, line, frame, i, x, marks, frame.stack + 1, frame.repairs, work, room
                )
                fine = code == FINE
        before = count[EVENTS]
        if fine and depth > 0:
            fine = search(nests, line, frame, i, marks, depth, course, work, room)
        if not fine:
            bad[INTERVAL, i], count[EVENTS] = True, before
        copy_mark(marks, frame.low, frame.high)
        keep_margins(room.margin, AT_LOW, AT_HIGH)
        count[STARTED] = SOLVED_LOW
        if differ(line.automatable, i):
            ended = cross(nests, line, frame, i, ended == FINE, marks, course, work, room)
            keep_margins(room.margin, AT_LOW, NOW)
            if ended == LOST:
                count[STARTED] = NO_START
        count[ENDED] = ended
    return DONE
