"""What a walk reports of solved positions, in plain loops."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from taskmodel.allocation.regime_kernels import LARGEST, LOG_C, LOG_X, WEIGHT, Workspace, regime_of
from taskmodel.compiled import compiled
from taskmodel.numerics.accuracy import EVENT_OFFSET
from taskmodel.numerics.types import Array, Integers, Mask
from taskmodel.sweeps.line_kernels import POSITION, USE, Frame, Room
from taskmodel.sweeps.visit_kernels import BINDS, LEADS, Marks

ELASTIC, USED_UP = 0, 1
OUTPUT, GAP, CODE, SAYS_BINDS, SAYS_LEADS = 1, 2, 3, 4, 5
INTERVAL, STOP = 0, 1
BELOW, ABOVE = 0, 1
NEXT, REPORTED, EVENTS, STARTED, ENDED, PENDING = 0, 1, 2, 3, 4, 5
BEGAN = 6


class Walk(NamedTuple):
    """What the walk reports, and how far it is. Rows: reported points, then two for each event."""

    activity: Array  # (row, leaf, mode)
    usable: Mask  # (row, leaf, mode)
    priced: Mask  # (row, factor)
    factor: Array  # (row, 2, factor): ELASTIC elasticities, USED_UP per year
    number: Array  # (row, 6): POSITION, OUTPUT, GAP, CODE, SAYS_BINDS, SAYS_LEADS
    # (event,) the interval of each event; -1 less the stop where tasks open or close
    interval: Integers
    bad: Mask  # (2, interval + 1): INTERVAL, STOP that the caller treats by other means
    regime: Integers  # (2, interval + 1) `signature` BELOW and ABOVE each stop; -1 where not solved
    # (8,): NEXT interval, points REPORTED, EVENTS; how the low mark STARTED and ENDED; the stop
    # whose event is PENDING until it is solved with the tasks that open there; whether oversight
    # binds, and leads, where the walk BEGAN (-1: not solved)
    progress: Integers


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
