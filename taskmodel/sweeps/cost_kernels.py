"""Where the cost of oversight reaches a level, along an axis.

The organisation without review is a line of its own (`line_kernels.Line`). The cost is the ratio of
its output to the organisation's own; the optima of both are followed from one position to the next.

Source: docs, model, section 6.
"""

from __future__ import annotations

import numpy as np

from taskmodel.allocation.active_set_kernels import certify, polish
from taskmodel.allocation.link_kernels import clear_idle
from taskmodel.allocation.regime_kernels import (
    LARGEST,
    SOLVED,
    Workspace,
    drop_idle_modes,
    drop_vanished_prices,
    regime_of,
    reopen,
)
from taskmodel.compiled import compiled
from taskmodel.numerics.accuracy import EVENT_WIDTH, MAX_GAP
from taskmodel.numerics.types import Array
from taskmodel.science.production_kernels import Nests
from taskmodel.sweeps.line_kernels import Frame, Line, Room, fill, open_modes, position_of
from taskmodel.sweeps.search_kernels import MAX_STEPS, next_guess
from taskmodel.sweeps.visit_kernels import Marks, copy_mark


@compiled
def log_output(
    nests: Nests,
    line: Line,
    frame: Frame,
    interval: int,
    stop: int,
    x: float,
    marks: Marks,
    row: int,
    work: Workspace,
    room: Room,
) -> float:
    """Return log output at a position, from the regime of a mark, which becomes that position's.

    NaN where the optimum is not found from there, or no factor limits it.
    """
    if not open_modes(line, interval, stop, room):
        return np.nan
    fill(line, interval, x, room)
    state = regime_of(marks.regimes, row)
    reopen(room.case, state)
    if polish(nests, room.case, state, work, frame.repairs) != SOLVED:
        return np.nan
    drop_vanished_prices(room.case, state, work.factor[LARGEST])
    drop_idle_modes(state)
    clear_idle(nests, room.case, state, work)
    value, gap = certify(nests, room.case, state, work)
    return value if abs(gap) < MAX_GAP else np.nan


@compiled
def level_position(
    nests: Nests,
    line: Line,
    free: Line,
    frame: Frame,
    interval: int,
    stop: int,
    ends: Array,
    level: float,
    marks: Marks,
    work: Workspace,
    room: Room,
) -> float:
    """Return the position at which the log of the cost is at a level; NaN where it is not found.

    `ends` are two positions and the logs of the cost there; the point mark is the regime of the
    organisation at the first, and the high mark that without review.
    """
    bracket, low, high = room.bracket, ends[0], ends[1]
    for end in range(2):
        bracket[end] = np.log(ends[end]) if frame.logarithmic else ends[end]
        bracket[3 + end] = ends[2 + end] - level
    bracket[2], bracket[5], sure, was_first = bracket[0], bracket[3], True, True
    sign = 1.0 if bracket[3] > 0.0 else -1.0
    for step in range(MAX_STEPS):
        if not abs(bracket[1] - bracket[0]) > EVENT_WIDTH:
            break
        guess = next_guess(bracket, sure, step)
        x = position_of(frame, guess, low, high)
        copy_mark(marks, frame.trial, frame.point)
        value = log_output(nests, line, frame, interval, stop, x, marks, frame.trial, work, room)
        copy_mark(marks, frame.trial, frame.high)
        with_free = log_output(
            nests, free, frame, interval, stop, x, marks, frame.trial, work, room
        )
        value = with_free - value - level
        if not value == value:
            return np.nan
        # Illinois rule: the value at an end that stays twice is halved
        first = value * sign > 0.0
        if first:
            bracket[0], bracket[3] = guess, value
            bracket[4] *= 0.5 if was_first else 1.0
        else:
            bracket[1], bracket[4] = guess, value
            bracket[3] *= 1.0 if was_first else 0.5
        was_first = first
    return position_of(frame, 0.5 * (bracket[0] + bracket[1]), low, high)
