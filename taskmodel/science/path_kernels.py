"""Compiled loops over points and tasks: mean durations, and longest paths through the tasks.

The order of the tasks is three arrays, those of `critical_path.Precedence`: `task` in topological
order, and for the task at position i of it the tasks before, ``earlier[begin[i] : begin[i + 1]]``.
Arrays are C-contiguous; results are written into the arrays given for them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from taskmodel.compiled import allocating, compiled
from taskmodel.numerics.types import Array, Integers

SMALL = 1e-3  # up to here five terms of the exponential series are exact to rounding


@compiled
def durations_over_modes(durations: Array, mix: Array, mean: Array) -> None:
    """Mean duration over modes, (point, task); durations and mix have a row per point, or one."""
    for point in range(mean.shape[0]):
        row = point if durations.shape[0] > 1 else 0
        weights = point if mix.shape[0] > 1 else 0
        for task in range(mean.shape[1]):
            total = 0.0
            for mode in range(mix.shape[2]):
                total += durations[row, task, mode] * mix[weights, task, mode]
            mean[point, task] = total


@compiled
def path_lengths(
    durations: Array,
    task: Integers,
    begin: Integers,
    earlier: Integers,
    start: Array,
    total: Array,
) -> None:
    """Earliest start of each task and length of the longest path; one row of starts is reused."""
    for point in range(durations.shape[0]):
        row = point if start.shape[0] > 1 else 0
        longest = 0.0
        for place in range(task.shape[0]):
            latest = 0.0
            for edge in range(begin[place], begin[place + 1]):
                other = earlier[edge]
                latest = max(latest, start[row, other] + durations[point, other])
            start[row, task[place]] = latest
            longest = max(longest, latest + durations[point, task[place]])
        total[point] = longest


@allocating
def slacks(
    durations: Array,
    task: Integers,
    begin: Integers,
    earlier: Integers,
    start: Array,
    total: Array,
    rounding: float,
    slack: Array,
) -> None:
    """Slack of each task, 0 where it is within a share `rounding` of the length of the path."""
    rest = np.zeros(durations.shape[1])  # longest path from the end of each task to the end of all
    for point in range(durations.shape[0]):
        for each in range(durations.shape[1]):
            rest[each] = 0.0
        for back in range(task.shape[0]):
            place = task.shape[0] - 1 - back
            through = durations[point, task[place]] + rest[task[place]]
            for edge in range(begin[place], begin[place + 1]):
                rest[earlier[edge]] = max(rest[earlier[edge]], through)
        for each in range(durations.shape[1]):
            left = total[point] - (start[point, each] + durations[point, each]) - rest[each]
            slack[point, each] = 0.0 if left <= rounding * total[point] else left


@compiled
def critical_tasks(
    durations: Array,
    task: Integers,
    begin: Integers,
    earlier: Integers,
    start: Array,
    critical: NDArray[np.bool_],
) -> None:
    """Mark one longest path in `critical`, which is False everywhere: the first at each choice."""
    for point in range(durations.shape[0]):
        last = 0
        for each in range(1, durations.shape[1]):
            finish = start[point, each] + durations[point, each]
            if finish > start[point, last] + durations[point, last]:
                last = each
        critical[point, last] = True
        for back in range(task.shape[0]):
            place = task.shape[0] - 1 - back
            if critical[point, task[place]] and begin[place] < begin[place + 1]:
                last = earlier[begin[place]]
                for edge in range(begin[place] + 1, begin[place + 1]):
                    other = earlier[edge]
                    finish = start[point, other] + durations[point, other]
                    if finish > start[point, last] + durations[point, last]:
                        last = other
                critical[point, last] = True


@compiled
def paths_from_task(
    durations: Array,
    task: Integers,
    begin: Integers,
    earlier: Integers,
    target: int,
    length: Array,
) -> None:
    """Longest path from a task to each, both included, (point, task); -inf to those before it."""
    for point in range(durations.shape[0]):
        for place in range(task.shape[0]):
            longest = 0.0 if task[place] == target else -np.inf
            if task[place] != target:
                for edge in range(begin[place], begin[place + 1]):
                    longest = max(longest, length[point, earlier[edge]])
            length[point, task[place]] = longest + durations[point, task[place]]


@allocating
def first_ends(
    count: Array, share: Array, time: Array, point: Array, step: float, first: Array
) -> None:
    """Mean time until the first of k reviews in progress ends, see `queueing`.

    `point` are the times of the rule relative to the scale, a geometric sequence of ratio e^step
    that extends beyond the longest time of every row.
    """
    kinds = share.shape[1]
    pace, weight = np.zeros(kinds), np.zeros(kinds)
    last = point[point.shape[0] - 1]
    for row in range(share.shape[0]):
        met, inverse = 0, 0.0
        for kind in range(kinds):
            if share[row, kind] > 0.0:
                inverse += share[row, kind] / time[row, kind]
                weight[met], pace[met] = share[row, kind], time[row, kind]
                met += 1
        scale = 1.0 / inverse if inverse > 0.0 else 1.0
        # moments of the paces: exponentials of small arguments are summed by their series
        all_met, one, two, three, four, fastest = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        for kind in range(met):
            pace[kind] = scale / count[row] / pace[kind]
            all_met += weight[kind]
            one += weight[kind] * pace[kind]
            two += weight[kind] * pace[kind] ** 2 / 2
            three += weight[kind] * pace[kind] ** 3 / 6
            four += weight[kind] * pace[kind] ** 4 / 24
            fastest = max(fastest, pace[kind])
        # the sum over all earlier times, at which no review has ended, is a geometric series
        total = step / np.expm1(step) * point[0]
        for place in range(point.shape[0]):
            t, in_progress = point[place], 0.0
            if t * fastest < SMALL:
                in_progress = all_met - t * (one - t * (two - t * (three - t * four)))
            else:
                for kind in range(met):
                    in_progress += weight[kind] * np.exp(-t * pace[kind])
            none_ended = in_progress ** count[row]
            total += step * t * none_ended
            # all that follows is less than the geometric series with this factor
            if none_ended * last < 1e-20 * total:
                break
        first[row] = total * scale / count[row]
