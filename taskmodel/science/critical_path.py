"""Duration of a project whose tasks wait for each other: the longest path through their order.

Where the result of a task sends the work back to an earlier one, `with_loops` adds the time of the
repetitions. The duration of a unit of each task is in `durations`.

Source: docs, model, section 4. The longest path is the critical path method of Kelley and Walker
(1959).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from taskmodel.errors import InputError
from taskmodel.numerics.accuracy import SLACK_ROUNDING
from taskmodel.numerics.ranges import Real, ranges
from taskmodel.numerics.types import Integers, writable_rows
from taskmodel.science.path_kernels import critical_tasks, path_lengths, paths_from_task, slacks

Order = Mapping[int, Sequence[int]]
"""For every task, by position, the tasks it waits for; tasks in topological order, as
`graph.predecessors` returns them."""


class Precedence(NamedTuple):
    """An order of tasks that has been checked, as arrays.

    Attributes
    ----------
    task : array of int, shape (task,)
        Tasks in topological order.
    begin : array of int, shape (task + 1,)
        Position in `earlier` of the tasks that the task at each place of `task` waits for.
    earlier : array of int, shape (edge,)
    """

    task: Integers
    begin: Integers
    earlier: Integers

    @classmethod
    def of(cls, predecessors: Order, tasks: int) -> Precedence:
        """Return a mapping as arrays.

        Raises
        ------
        InputError
            If it does not hold every task once, each after those it waits for.
        """
        _check_order(predecessors, tasks)
        lengths = [0, *map(len, predecessors.values())]
        earlier = [other for before in predecessors.values() for other in before]
        return cls(
            np.array(list(predecessors), dtype=np.int64),
            np.cumsum(lengths, dtype=np.int64),
            np.array(earlier, dtype=np.int64),
        )


@dataclass(frozen=True)
class CriticalPath:
    """The earliest start of each task, its slack, and the path that determines the total.

    Attributes
    ----------
    total : array, shape (...)
        Length T of the longest path [h].
    start : array, shape (..., task)
        Earliest start of each task, the project starting at 0 [h].
    slack : array, shape (..., task)
        Time by which a task may take longer without lengthening the project [h]; 0 on every longest
        path.
    critical : bool array, shape (..., task)
        Whether the task is on *the* critical path: one longest path. Of several, the one through
        the first task at each choice, backwards from the end.
    """

    total: np.ndarray
    start: np.ndarray
    slack: np.ndarray
    critical: np.ndarray


@ranges(durations="[0, inf)")
def longest_path(durations: Real, predecessors: Order) -> CriticalPath:
    """The longest path through the order of tasks, for a batch of durations at once.

    Parameters
    ----------
    durations : array, shape (..., task)
        Duration of each task [h]; >= 0, finite.
    predecessors : mapping of task position to task positions
        For every task the tasks it waits for; tasks in topological order.

    Returns
    -------
    CriticalPath

    Raises
    ------
    InputError
        If the mapping does not hold every task once, each after those it waits for.

    Examples
    --------
    Building (3 h) and planning (1 h) side by side, then running (2 h):

    >>> path = longest_path([3.0, 1.0, 2.0], {0: (), 1: (), 2: (0, 1)})
    >>> float(path.total), path.slack.tolist(), path.critical.tolist()
    (5.0, [0.0, 2.0, 0.0], [True, False, True])
    """
    order = Precedence.of(predecessors, durations.shape[-1])
    rows, total = _rows(durations), np.empty(durations.shape[:-1])
    start, slack = np.empty(rows.shape), np.empty(rows.shape)
    critical = np.zeros(rows.shape, dtype=bool)
    path_lengths(rows, *order, start, total.reshape(-1))
    # Sums of the same durations in another order differ by rounding, which is not slack.
    slacks(rows, *order, start, total.reshape(-1), SLACK_ROUNDING, slack)
    critical_tasks(rows, *order, start, critical)
    start, slack, critical = (
        values.reshape(durations.shape) for values in (start, slack, critical)
    )
    return CriticalPath(total, start, slack, critical)


def path_length(durations: np.ndarray, order: Precedence) -> np.ndarray:
    """Length of the longest path alone, shape (...), at durations as in `longest_path`."""
    rows, total = _rows(durations), np.empty(durations.shape[:-1])
    path_lengths(rows, *order, np.empty((1, rows.shape[-1])), total.reshape(-1))
    return total


def _rows(durations: np.ndarray) -> np.ndarray:
    """A batch of durations as (point, task), contiguous."""
    return writable_rows(durations.reshape(-1, durations.shape[-1]).astype(float, copy=False))


@ranges(durations="[0, inf)", rounds="[0, inf)")
def with_loops(
    durations: Real, predecessors: Order, loops: Sequence[tuple[int, int]], rounds: Real
) -> np.ndarray:
    r"""Durations that include feedback loops: the source of a loop takes longer by its rounds.

    A task that sends the work back n times, to a target that it comes after, takes longer by n
    times the longest path from the target to itself, both included. The longest path with these
    durations is that of the whole project: a chain of sections that are each passed n_l times lasts

    .. math:: T = \sum_l n_l \Bigl( \frac{\tau_l}{v} + g_l \Bigr)

    A round takes the durations without loops: nested loops add, they do not multiply.

    Parameters
    ----------
    durations : array, shape (..., task)
        Duration of each task, once [h]; >= 0, finite.
    predecessors : mapping
        As in `longest_path`.
    loops : sequence of (source, target)
        Positions of the tasks at the ends of each loop; the source is the target or comes after it.
    rounds : array, shape (..., loop)
        Number n of times that the source sends the work back: 1 means that everything is done
        twice [1]; >= 0.

    Returns
    -------
    array, shape (..., task)
        Durations with all rounds [h].

    Raises
    ------
    InputError
        If the order is not as in `longest_path`, or a source does not come after its target.

    Examples
    --------
    Writing (3 h), testing (1 h), then releasing (2 h); tests send the work back twice:

    >>> order = {0: (), 1: (0,), 2: (1,)}
    >>> with_loops([3.0, 1.0, 2.0], order, loops=[(1, 0)], rounds=[2]).tolist()
    [3.0, 9.0, 2.0]
    """
    tasks = durations.shape[-1]
    order = Precedence.of(predecessors, tasks)
    batch = np.broadcast_shapes(durations.shape[:-1], rounds.shape[:-1])
    longer = np.array(np.broadcast_to(durations, (*batch, tasks)))
    for index, (source, target) in enumerate(loops):
        to_each = _paths_from(durations, order, source, target)
        longer[..., source] += rounds[..., index] * to_each[..., source]
    return longer


def loop_slopes(
    durations: ArrayLike,
    slopes: ArrayLike,
    predecessors: Order,
    loops: Sequence[tuple[int, int]],
    rounds: ArrayLike,
    round_slopes: ArrayLike,
) -> tuple[np.ndarray, np.ndarray]:
    """Derivatives of the durations of `with_loops`, to the right and to the left.

    Parameters
    ----------
    durations : array, shape (task,)
        As in `with_loops` [h].
    slopes : array, shape (..., task)
        Derivative of each duration [h per unit of any quantity].
    predecessors, loops
        As in `with_loops`.
    rounds : array, shape (loop,)
        As in `with_loops` [1].
    round_slopes : array, shape (..., loop)
        Their derivatives [1 per unit of the same quantity].

    Returns
    -------
    right, left : array, shape (..., task)

    Raises
    ------
    InputError
        As in `with_loops`.

    Examples
    --------
    >>> right, left = loop_slopes(
    ...     [3.0, 1.0], [0.0, 1.0], {0: (), 1: (0,)}, [(1, 0)], rounds=[2.0], round_slopes=[0.5]
    ... )
    >>> right.tolist(), left.tolist()
    ([0.0, 5.0], [0.0, 5.0])
    """
    length, rate, times, faster = (
        np.asarray(values, dtype=float) for values in (durations, slopes, rounds, round_slopes)
    )
    batch = np.broadcast_shapes(rate.shape[:-1], faster.shape[:-1])
    right, left = (np.array(np.broadcast_to(rate, (*batch, rate.shape[-1]))) for _ in range(2))
    order = Precedence.of(predecessors, len(length))
    for index, (source, target) in enumerate(loops):
        to_each = _paths_from(length, order, source, target)
        for sign, side in ((1.0, right), (-1.0, left)):
            pace = _path_slope(to_each, rate, predecessors, source, sign)
            side[..., source] += times[index] * pace + faster[..., index] * to_each[source]
    return right, left


def path_slopes(
    durations: ArrayLike, slopes: ArrayLike, predecessors: Order
) -> tuple[np.ndarray, np.ndarray]:
    """Derivatives of the length of the longest path, to the right and to the left.

    The two differ where several paths are longest and change at different rates: to the right the
    one that grows fastest counts, to the left the one that grows slowest. If the durations
    themselves have two derivatives, take each side from its own call.

    Parameters
    ----------
    durations : array, shape (task,)
        As in `longest_path` [h].
    slopes : array, shape (..., task)
        Derivative of each duration [h per unit of any quantity].
    predecessors : mapping
        As in `longest_path`.

    Returns
    -------
    right, left : array, shape (...)

    Raises
    ------
    InputError
        As in `longest_path`.

    Examples
    --------
    Two tasks of 3 hours side by side, of which only the first gets longer:

    >>> [float(side) for side in path_slopes([3.0, 3.0], [1.0, 0.0], {0: (), 1: ()})]
    [1.0, 0.0]
    """
    length, rate = np.asarray(durations, dtype=float), np.asarray(slopes, dtype=float)
    path = longest_path(length, predecessors)
    finish, margin = path.start + length, SLACK_ROUNDING * path.total

    def side(sign: float) -> np.ndarray:
        pace = np.zeros_like(rate)  # of the finish of each task
        for task, earlier in predecessors.items():
            last = [other for other in earlier if finish[other] >= path.start[task] - margin]
            pace[..., task] = rate[..., task] + _steepest(pace[..., last], sign)
        return _steepest(pace[..., finish >= path.total - margin], sign)

    return side(1.0), side(-1.0)


def _steepest(slopes: np.ndarray, sign: float) -> np.ndarray:
    """The largest slope along the last axis, or with sign -1 the smallest; 0 without slopes.

    The one-sided derivative of the maximum of several equal quantities.
    """
    if not slopes.shape[-1]:
        return np.zeros(slopes.shape[:-1])
    return np.asarray(slopes.max(axis=-1) if sign > 0 else slopes.min(axis=-1))


def _paths_from(durations: np.ndarray, order: Precedence, source: int, target: int) -> np.ndarray:
    """Longest path from the target of a loop to each task, both included; -inf to those before.

    Shape (..., task).
    """
    rows = _rows(durations)
    length = np.empty(rows.shape)
    paths_from_task(rows, *order, target, length)
    if np.isinf(length[:, source]).any():
        raise InputError(
            "a loop goes back from a task to one that it comes after; "
            f"task {source} does not come after task {target}"
        )
    return length.reshape(durations.shape)


def _path_slope(
    longest: np.ndarray, rate: np.ndarray, predecessors: Order, source: int, sign: float
) -> np.ndarray:
    """One-sided derivative of the longest path to a task, from those of `_paths_from`."""
    pace: dict[int, np.ndarray] = {}
    for task, earlier in predecessors.items():
        if np.isinf(longest[task]):
            continue
        on_path = [other for other in earlier if other in pace]
        pace[task] = rate[..., task]
        if on_path:
            # Only the longest of the paths to this task count; equal ones differ by rounding.
            end = max(longest[other] for other in on_path) - SLACK_ROUNDING * longest[task]
            last = [pace[other] for other in on_path if longest[other] >= end]
            pace[task] = pace[task] + _steepest(np.stack(last, axis=-1), sign)
    return pace[source]


def _check_order(predecessors: Order, tasks: int) -> None:
    if sorted(predecessors) != list(range(tasks)):
        raise InputError(
            f"predecessors must hold each of the {tasks} tasks once, by position; "
            f"found {sorted(predecessors)}"
        )
    before: set[int] = set()
    for task, earlier in predecessors.items():
        if not before.issuperset(earlier):
            raise InputError(
                "predecessors must be in topological order; "
                f"task {task} stands before {sorted(set(earlier) - before)}"
            )
        before.add(task)
