"""The optimum along an axis from stop to stop, and the events on the way, in plain loops.

Optima at the stops are solved one from the other. An interval in which an optimum is not found, or
is not unique, is marked: the caller treats it by other means.

Source: docs, model, section 6.
"""

from __future__ import annotations

from taskmodel.allocation.regime_kernels import Workspace, regime_of, reopen, take_cheapest
from taskmodel.compiled import compiled
from taskmodel.numerics.types import Mask
from taskmodel.science.production_kernels import Nests
from taskmodel.sweeps.line_kernels import (
    POSITION,
    Frame,
    Line,
    Room,
    compare_knots,
    fill,
    open_modes,
    position_between,
)
from taskmodel.sweeps.report_kernels import (
    ABOVE,
    BEGAN,
    BELOW,
    CODE,
    ENDED,
    EVENTS,
    INTERVAL,
    NEXT,
    PENDING,
    REPORTED,
    STARTED,
    STOP,
    Walk,
    tell_optimum,
)
from taskmodel.sweeps.search_kernels import dip, search
from taskmodel.sweeps.visit_kernels import (
    ADJACENT,
    AT_HIGH,
    AT_LOW,
    BINDS,
    FINE,
    LEADS,
    LOST,
    MIDDLE,
    NOW,
    Marks,
    copy_mark,
    keep_margins,
    same,
    signature,
    visit,
)

MOST_EVENTS = 25  # events in one interval
DONE, FULL, COLD = 0, 1, 2  # how a walk ends
# what the low mark holds: nothing, a regime that is near, the optimum that the caller sought, or no
# optimum for it was found, or a position that was visited
NO_START, GIVEN, SOUGHT, UNSOLVED, SOLVED_LOW = 0, 1, 2, 3, 4


@compiled
def differ(automatable: Mask, interval: int) -> bool:
    """Return whether tasks open or close at the end of an interval."""
    for leaf in range(automatable.shape[1]):
        if automatable[interval, leaf] != automatable[interval + 1, leaf]:
            return True
    return False


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
