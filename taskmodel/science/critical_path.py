"""The serial side: how long tasks take, one after the other where they must.

The project lasts as long as the longest path through the tasks' order. Where
the result of a task sends the work back to an earlier one, `with_loops` adds
what going round again takes. `makespan` is the other limit: not the order of
tasks, but units that nobody can share and workers who are few. How long a unit
of each task takes is in `durations`.

Source: docs, model, section 4. The longest path is the critical path method of
Kelley and Walker (1959).
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from taskmodel.errors import InputError
from taskmodel.numerics.ranges import within

__all__ = [
    "CriticalPath",
    "loop_slopes",
    "longest_path",
    "makespan",
    "path_slopes",
    "with_loops",
]

ROUNDING = 1e-12  # slack below this part of the whole is rounding, not slack


@dataclass(frozen=True)
class CriticalPath:
    """When each task starts at the earliest, and which of them the project waits for.

    Attributes
    ----------
    total : array, shape (...)
        Length T of the longest path [h].
    start : array, shape (..., task)
        Earliest start of each task, the project starting at 0 [h].
    slack : array, shape (..., task)
        How much longer a task may take without lengthening the project [h]; 0 on every longest path.
    critical : bool array, shape (..., task)
        Whether the task is on *the* critical path: one longest path. Where several are as long, the one through the
        first task at each choice, going back from the end.
    """

    total: np.ndarray
    start: np.ndarray
    slack: np.ndarray
    critical: np.ndarray


def longest_path(durations: ArrayLike, predecessors: Mapping[int, Sequence[int]]) -> CriticalPath:
    """The longest path through the tasks' order, for a batch of durations at once.

    Parameters
    ----------
    durations : array, shape (..., task)
        Duration of each task [h]; >= 0.
    predecessors : mapping of task position to task positions
        For every task, the tasks it waits for; itself in topological order, as `graph.predecessors` gives it.

    Returns
    -------
    CriticalPath

    Raises
    ------
    InputError
        If a duration is negative, infinite or NaN, or the mapping does not hold every task once, each after those it
        waits for.

    Examples
    --------
    Building (3 h) and planning (1 h) side by side, then running (2 h):

    >>> path = longest_path([3.0, 1.0, 2.0], {0: (), 1: (), 2: (0, 1)})
    >>> float(path.total), path.slack.tolist(), path.critical.tolist()
    (5.0, [0.0, 2.0, 0.0], [True, False, True])
    """
    length = within("[0, inf)", "durations", durations)
    _check_order(predecessors, length.shape[-1])

    start = np.zeros_like(length)
    for task, earlier in predecessors.items():
        if earlier:
            start[..., task] = (start[..., earlier] + length[..., earlier]).max(axis=-1)
    finish = start + length
    total = finish.max(axis=-1)

    after = np.zeros_like(length)  # the longest path from each task's end to the project's
    for task, earlier in reversed(list(predecessors.items())):
        for other in earlier:
            after[..., other] = np.maximum(after[..., other], length[..., task] + after[..., task])
    slack = total[..., np.newaxis] - finish - after
    slack = np.where(slack <= ROUNDING * total[..., np.newaxis], 0.0, slack)

    critical = np.arange(length.shape[-1]) == finish.argmax(axis=-1)[..., np.newaxis]
    for task, earlier in reversed(list(predecessors.items())):
        if earlier:
            last = finish[..., earlier].argmax(axis=-1)
            for place, other in enumerate(earlier):
                critical[..., other] |= critical[..., task] & (last == place)
    return CriticalPath(total, start, slack, critical)


def with_loops(
    durations: ArrayLike,
    predecessors: Mapping[int, Sequence[int]],
    loops: Sequence[tuple[int, int]],
    rounds: ArrayLike,
) -> np.ndarray:
    r"""Durations with what going round again takes: each loop's source takes longer by its rounds.

    A task that sends the work back n times, to a target that it comes after, takes longer by n times the longest path from the
    target to itself, both included. The longest path with these durations is then that of the whole project: a chain that falls
    into stretches, each gone through n_l times, lasts

    .. math:: T = \sum_l n_l \Bigl( \frac{\tau_l}{v} + g_l \Bigr)

    A round goes by the durations without loops: loops within loops are counted side by side, not multiplied.

    Parameters
    ----------
    durations : array, shape (..., task)
        Duration of each task, once [h]; >= 0.
    predecessors : mapping
        As in `longest_path`.
    loops : sequence of (source, target)
        Positions of the tasks at the ends of each loop; the source is the target, or comes after it.
    rounds : array, shape (..., loop)
        How often the source sends the work back, n: 1 means that all is done twice [1]; >= 0.

    Returns
    -------
    array, shape (..., task)
        Durations with all rounds [h].

    Raises
    ------
    InputError
        If an argument is out of its range, or a source does not come after its target.

    Examples
    --------
    Writing (3 h), testing (1 h) and, of what has passed, releasing (2 h); tests send the work back twice:

    >>> with_loops([3.0, 1.0, 2.0], {0: (), 1: (0,), 2: (1,)}, loops=[(1, 0)], rounds=[2]).tolist()
    [3.0, 9.0, 2.0]
    """
    length = within("[0, inf)", "durations", durations)
    _check_order(predecessors, length.shape[-1])
    times = within("[0, inf)", "rounds", rounds)
    lead = np.broadcast_shapes(length.shape[:-1], times.shape[:-1])
    longer = np.array(np.broadcast_to(length, (*lead, length.shape[-1])))
    for place, (source, target) in enumerate(loops):
        longer[..., source] += times[..., place] * _stretch(length, predecessors, source, target)[0]
    return longer


def loop_slopes(
    durations: ArrayLike,
    slopes: ArrayLike,
    predecessors: Mapping[int, Sequence[int]],
    loops: Sequence[tuple[int, int]],
    rounds: ArrayLike,
    round_slopes: ArrayLike,
) -> tuple[np.ndarray, np.ndarray]:
    """Derivatives of the durations of `with_loops` as durations and rounds change: to the right, and to the left.

    Parameters
    ----------
    durations : array, shape (task,)
        As in `with_loops` [h].
    slopes : array, shape (..., task)
        How fast each duration changes [h per unit of anything].
    predecessors, loops
        As in `with_loops`.
    rounds : array, shape (loop,)
        As in `with_loops` [1].
    round_slopes : array, shape (..., loop)
        How fast they change [1 per unit of the same].

    Returns
    -------
    right, left : array, shape (..., task)

    Raises
    ------
    InputError
        As `with_loops` does.

    Examples
    --------
    >>> right, left = loop_slopes([3.0, 1.0], [0.0, 1.0], {0: (), 1: (0,)}, loops=[(1, 0)], rounds=[2.0], round_slopes=[0.5])
    >>> right.tolist(), left.tolist()
    ([0.0, 5.0], [0.0, 5.0])
    """
    length, rate = np.asarray(durations, dtype=float), np.asarray(slopes, dtype=float)
    times, faster = np.asarray(rounds, dtype=float), np.asarray(round_slopes, dtype=float)
    lead = np.broadcast_shapes(rate.shape[:-1], faster.shape[:-1])
    sides = [np.array(np.broadcast_to(rate, (*lead, rate.shape[-1]))) for _ in range(2)]
    for place, (source, target) in enumerate(loops):
        for sign, side in zip((1.0, -1.0), sides, strict=True):
            total, pace = _stretch(length, predecessors, source, target, rate, sign)
            side[..., source] += times[place] * pace + faster[..., place] * total
    return sides[0], sides[1]


def _stretch(
    length: np.ndarray,
    predecessors: Mapping[int, Sequence[int]],
    source: int,
    target: int,
    rate: np.ndarray | None = None,
    sign: float = 1.0,
) -> tuple[np.ndarray, np.ndarray]:
    """The longest path from a target to a source, both included, shape (...); and how fast it grows, to one side."""
    rate = np.zeros_like(length) if rate is None else rate
    ends, pace = {target: length[..., target]}, {target: rate[..., target]}
    for task, earlier in predecessors.items():
        on_the_way = [other for other in earlier if other in ends]
        if task == target or not on_the_way:
            continue
        before = np.stack([ends[other] for other in on_the_way])
        ends[task] = length[..., task] + before.max(axis=0)
        if (
            length.ndim == 1
        ):  # the paths that are longest, of which to the right the fastest counts and to the left the slowest
            near = ROUNDING * ends[task]
            last = [other for other in on_the_way if ends[other] >= before.max() - near]
            pace[task] = rate[..., task] + sign * np.max(
                [sign * pace[other] for other in last], axis=0
            )
    if source not in ends:
        raise InputError(
            f"a loop goes back from a task to one that it comes after; task {source} does not come after task {target}"
        )
    return ends[source], pace.get(source, np.zeros_like(ends[source]))


def makespan(durations: ArrayLike, workers: int) -> float:
    r"""Time until independent units are done by so many workers, who take the longest first and share none.

    No plan is shorter than the longest unit, nor than all the work divided by the workers; where this one is no longer
    than either, it is the best there is. It is never longer than 4/3 - 1/(3 W) times the best.

    Parameters
    ----------
    durations : array, shape (unit,)
        How long each unit takes a worker [any time]; >= 0, finite.
    workers : int
        W; >= 1.

    Returns
    -------
    float
        When the last unit is done [the same time]; 0 without units.

    Raises
    ------
    InputError
        If a duration is negative, infinite or NaN, or there is no worker.

    References
    ----------
    Graham (1969), *SIAM Journal on Applied Mathematics* 17(2), 416-429 (access: secondary).

    Examples
    --------
    Six units of an hour and one of three hours, by two workers and by a hundred:

    >>> [makespan([1, 1, 1, 1, 1, 1, 3], workers) for workers in (2, 100)]
    [5.0, 3.0]
    """
    units = within("[0, inf)", "durations", durations)
    if workers < 1:
        raise InputError(f"workers must be at least 1; found {workers}")
    busy_until = [0.0] * min(workers, len(units))
    for unit in sorted(units.tolist(), reverse=True):
        heapq.heapreplace(busy_until, busy_until[0] + unit)
    return max(busy_until, default=0.0)


def path_slopes(
    durations: ArrayLike, slopes: ArrayLike, predecessors: Mapping[int, Sequence[int]]
) -> tuple[np.ndarray, np.ndarray]:
    """Derivatives of the length of the longest path as durations change: to the right, and to the left.

    The two differ where several paths are longest and change at different rates: to the right the one that grows fastest
    counts, to the left the one that grows slowest. Where the durations themselves change at another rate to the left than to the
    right, take each side from its own call.

    Parameters
    ----------
    durations : array, shape (task,)
        As in `longest_path` [h].
    slopes : array, shape (..., task)
        How fast each duration changes [h per unit of anything].
    predecessors : mapping
        As in `longest_path`.

    Returns
    -------
    right, left : array, shape (...)

    Raises
    ------
    InputError
        As `longest_path` does.

    Examples
    --------
    Two tasks of 3 hours side by side, of which only the first gets longer:

    >>> [float(side) for side in path_slopes([3.0, 3.0], [1.0, 0.0], {0: (), 1: ()})]
    [1.0, 0.0]
    """
    length, rate = np.asarray(durations, dtype=float), np.asarray(slopes, dtype=float)
    path = longest_path(length, predecessors)
    finish, near = path.start + length, ROUNDING * path.total

    def side(sign: float) -> np.ndarray:
        pace = np.zeros_like(rate)  # of each task's finish
        for task, earlier in predecessors.items():
            last = [other for other in earlier if finish[other] >= path.start[task] - near]
            pace[..., task] = rate[..., task] + (
                sign * (sign * pace[..., last]).max(axis=-1) if last else 0.0
            )
        ends = finish >= path.total - near
        return np.asarray(sign * (sign * pace[..., ends]).max(axis=-1))

    return side(1.0), side(-1.0)


def _check_order(predecessors: Mapping[int, Sequence[int]], tasks: int) -> None:
    if sorted(predecessors) != list(range(tasks)):
        raise InputError(
            f"predecessors must hold each of the {tasks} tasks once, by position; found {sorted(predecessors)}"
        )
    done: set[int] = set()
    for task, earlier in predecessors.items():
        if not done.issuperset(earlier):
            raise InputError(
                f"predecessors must be in topological order; task {task} stands before {sorted(set(earlier) - done)}"
            )
        done.add(task)
