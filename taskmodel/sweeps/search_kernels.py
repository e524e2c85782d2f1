"""The events between two solved positions of an interval, in plain loops.

Where the regimes at the ends differ, the regime at the low end is continued until one of its
margins is used up; both sides of that position are solved, and what remains on either side is
searched again if its ends still differ.

Source: docs, model, section 6.
"""

from __future__ import annotations

import numpy as np

from taskmodel.allocation.regime_kernels import Workspace
from taskmodel.compiled import compiled
from taskmodel.numerics.accuracy import EVENT_OFFSET, EVENT_WIDTH, MARGIN_ROUNDING, MARGIN_VISIBLE
from taskmodel.numerics.types import Array
from taskmodel.science.production_kernels import Nests
from taskmodel.sweeps.line_kernels import (
    POSITION,
    Frame,
    Line,
    Room,
    aside,
    coordinate,
    position_between,
    position_of,
)
from taskmodel.sweeps.report_kernels import EVENTS, Walk, tell_limit, tell_optimum
from taskmodel.sweeps.visit_kernels import (
    ADJACENT,
    AT_HIGH,
    AT_LOW,
    BINDS,
    FINE,
    LEADS,
    MIDDLE,
    NOW,
    Marks,
    copy_mark,
    same,
    visit,
)

ROUGH = 1e-3  # part of an interval to which it is, if the regime has no solution beyond it
MAX_STEPS = 62  # evaluations of the root finder
MOST_TURNS = 200  # positions examined in one interval


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
