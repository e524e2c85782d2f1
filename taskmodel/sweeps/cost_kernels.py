"""Output with all review hours free, along an axis, and where oversight's cost reaches a level.

The organisation without review is a line of its own (`walk_kernels.Line`), whose optima are solved
one from the other at given nodes. A cost is the ratio of that output to the organisation's own;
both are solved again where the position of a level is sought.

Source: docs, model, section 6.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from taskmodel.allocation.kernels import (
    LARGEST,
    SOLVED,
    RegimeState,
    Workspace,
    certify,
    clear_idle,
    drop_idle_modes,
    drop_vanished_prices,
    polish,
    regime_of,
    reopen,
)
from taskmodel.compiled import compiled
from taskmodel.numerics.accuracy import EVENT_WIDTH, MAX_GAP
from taskmodel.numerics.types import Array
from taskmodel.science.production_kernels import Nests
from taskmodel.sweeps.walk_kernels import (
    MAX_STEPS,
    Frame,
    Line,
    Marks,
    Room,
    copy_mark,
    fill,
    next_guess,
    open_modes,
    position_of,
)

Index = NDArray[np.int64]

INTERVAL, STOP = 0, 1  # of a node: whose numbers hold, and from which stop on tasks are open
NODE, LEVEL = 0, 1  # of a crossing: the node that ends it, and the level
COUNT = 0  # of the progress of `free_outputs`: crossings


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
def same_regime(state: RegimeState, other: RegimeState) -> bool:
    """Return whether two regimes have the same active modes and priced factors."""
    leaves, modes = state.active.shape
    for k in range(len(state.price)):
        if state.priced[k] != other.priced[k]:
            return False
    for leaf in range(leaves):
        for mode in range(modes):
            if state.active[leaf, mode] != other.active[leaf, mode]:
                return False
    return True


@compiled
def step_ratio(frame: Frame, position: Array, node: int) -> float:
    """Return the step to a node relative to the one before; 0 where either has no length."""
    a, b, c = position[node - 2], position[node - 1], position[node]
    if frame.logarithmic:
        a, b, c = np.log(a), np.log(b), np.log(c)
    return (c - b) / (b - a) if b > a and c > b and c - b < 4.0 * (b - a) else 0.0


@compiled
def extrapolate(state: RegimeState, before: RegimeState, ratio: float) -> None:
    """Move logs of prices and mode shares on by their change since a regime, times a ratio."""
    for k in range(len(state.price)):
        if state.priced[k] and before.price[k] > 0.0:
            state.price[k] *= (state.price[k] / before.price[k]) ** ratio
    leaves, modes = state.active.shape
    for leaf in range(leaves):
        for mode in range(modes):
            if state.active[leaf, mode]:
                w = state.mode_share[leaf, mode]
                moved = w + ratio * (w - before.mode_share[leaf, mode])
                if 0.0 < moved < 1.0:
                    state.mode_share[leaf, mode] = moved


@compiled
def free_outputs(
    nests: Nests,
    line: Line,
    frame: Frame,
    site: Index,
    position: Array,
    own: Array,
    levels: Array,
    crossing: Index,
    result: Array,
    progress: Index,
    marks: Marks,
    work: Workspace,
    room: Room,
) -> None:
    """Write log output at nodes, and which levels are crossed from one to the next.

    Rows of `site` are INTERVAL and STOP of each node, -1 where it is not to be solved; `own` is
    log output of the organisation itself, and levels are logs of ratios. The low mark is the regime
    at the first node. The regimes before crossings are kept on the stack.
    """
    room_left = min(crossing.shape[1], len(marks.numbers) - frame.stack)
    for node in range(len(position)):
        result[node] = np.nan
        if site[INTERVAL, node] < 0:
            continue
        # on equal steps prices go on as they went, if the regime stays: Newton starts closer
        steady = node > 1 and same_regime(
            regime_of(marks.regimes, frame.high), regime_of(marks.regimes, frame.low)
        )
        copy_mark(marks, frame.trial, frame.low)
        if steady:
            extrapolate(
                regime_of(marks.regimes, frame.low),
                regime_of(marks.regimes, frame.high),
                step_ratio(frame, position, node),
            )
        copy_mark(marks, frame.high, frame.trial)
        value = np.nan
        for attempt in range(2 if steady else 1):
            if attempt == 1:
                copy_mark(marks, frame.low, frame.high)
            value = log_output(
                nests,
                line,
                frame,
                site[INTERVAL, node],
                site[STOP, node],
                position[node],
                marks,
                frame.low,
                work,
                room,
            )
            if value == value:
                break
        result[node] = value
        if not value == value:
            copy_mark(marks, frame.low, frame.high)
            continue
        if node == 0 or position[node] == position[node - 1]:
            continue
        before, after = result[node - 1] - own[node - 1], value - own[node]
        for level in range(len(levels)):
            if progress[COUNT] < room_left and (before > levels[level]) != (after > levels[level]):
                copy_mark(marks, frame.stack + progress[COUNT], frame.high)
                crossing[NODE, progress[COUNT]] = node
                crossing[LEVEL, progress[COUNT]] = level
                progress[COUNT] += 1


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
