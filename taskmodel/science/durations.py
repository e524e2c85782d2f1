"""The wall-clock time of a unit of each task, and its parts.

A unit of task i, whose work takes a skilled person h_i working hours, lasts

    by a person   h_i 168/w                      wall-clock hours, w working hours a week (168 h)
    by AI         h_i / v + c_im r_i h_i 168/w   v the serial speed, round the clock; c_im r_i h_i
                                                 hours of review by people

and in either case the wait at its gate. Waits for a reviewer who is busy or off duty (`queueing`)
may come on top. Durations are averaged over the mix of modes. A unit is one attempt; the hours of
repeated attempts are in `supervision`, the duration of the whole project in `critical_path`.

Source: docs, model, section 4.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from taskmodel.errors import InputError
from taskmodel.numerics.ranges import Real, ranges, within
from taskmodel.numerics.types import writable_rows
from taskmodel.science.path_kernels import durations_over_modes

HOURS_PER_WEEK = 168
PARTS = ("people", "ai", "review", "queue", "off_hours", "gate")


@ranges(
    horizon="[0, inf)",
    review_ratio="[0, inf)",
    coverage="[0, 1]",
    serial_speed="(0, inf]",
    working_hours_per_week="(0, 168]",
    gate_latency="[0, inf)",
    effort="[0, inf)",
    people="[0, 1]",
    queue_wait="[0, inf)",
    off_hours_wait="[0, inf)",
)
def unit_parts(
    *,
    horizon: Real,
    review_ratio: Real,
    coverage: Real,
    serial_speed: Real,
    working_hours_per_week: Real,
    gate_latency: Real = 0.0,
    effort: Real = 1.0,
    people: Real = 0.0,
    queue_wait: Real = 0.0,
    off_hours_wait: Real = 0.0,
    count_review: bool = True,
    count_gates: bool = True,
) -> np.ndarray:
    """Parts of the wall-clock time of a typical unit of each task, in each mode.

    Parameters
    ----------
    horizon : array, shape (..., task)
        Time h that a skilled person needs for a typical unit [working hours]; >= 0.
    review_ratio : array, shape (..., task)
        Review hours r per human-equivalent hour of reviewed AI work [h/h]; >= 0.
    coverage : array, shape (..., task, AI mode)
        Share c of units that people review in each AI mode [1]; in [0, 1].
    serial_speed : array, shape (...)
        Speed v of one line of AI work relative to a working person [1]; > 0, inf allowed.
    working_hours_per_week : array, shape (...)
        Hours w that people work in a week of 168 [h]; in (0, 168].
    gate_latency : array, shape (..., task)
        Wait for approval before later tasks may start [wall-clock hours]; >= 0, 0 without a gate.
    effort : array, shape (..., AI mode) or (..., task, AI mode)
        Review hours of a reviewed unit, relative to the ratio [1]; >= 0.
    people : array, shape (AI mode,)
        Hours that people still work themselves in each AI mode, relative to work without AI [1]; in
        [0, 1]. Where it is above 0, the task proceeds at their pace.
    queue_wait, off_hours_wait : array, shape (..., task)
        Wait of a reviewed unit for busy reviewers and for reviewers off duty, in total over its
        reviews [wall-clock hours]; >= 0.
    count_review, count_gates : bool
        Whether review, with the waits for it, and gates take time.

    Returns
    -------
    array, shape (..., task, mode, part)
        Hours [wall-clock], by a person first, then in each AI mode; parts in the order of `PARTS`.

    Examples
    --------
    A day's work reviewed in an hour, at a gate of three days:

    >>> parts = unit_parts(horizon=[8], review_ratio=[0.125], coverage=[[1]], serial_speed=10,
    ...                    working_hours_per_week=40, gate_latency=[72])
    >>> dict(zip(PARTS, parts[0, 1].round(2).tolist(), strict=True))
    {'people': 0.0, 'ai': 0.8, 'review': 4.2, 'queue': 0.0, 'off_hours': 0.0, 'gate': 72.0}
    """
    # An axis for modes at the end of what depends on tasks alone, and for tasks before it.
    hours, ratio, gate, queue, off_hours = (
        by_task[..., np.newaxis]
        for by_task in (horizon, review_ratio, gate_latency, queue_wait, off_hours_wait)
    )
    speed, week = (
        scalar[..., np.newaxis, np.newaxis] for scalar in (serial_speed, working_hours_per_week)
    )
    by_person = hours * HOURS_PER_WEEK / week
    by_ai = (
        people * by_person,
        np.where(people > 0, 0.0, hours / speed),
        coverage * ratio * effort * by_person * count_review,
        coverage * queue * count_review,
        coverage * off_hours * count_review,
        gate * count_gates,
    )
    without_ai = (by_person, 0.0, 0.0, 0.0, 0.0, gate * count_gates)
    shape = np.broadcast_shapes(by_person.shape, *(part.shape for part in by_ai))
    parts = np.empty((*shape[:-1], shape[-1] + 1, len(PARTS)))
    for index, (by_hand, automated) in enumerate(zip(without_ai, by_ai, strict=True)):
        parts[..., :1, index] = by_hand
        parts[..., 1:, index] = automated
    return parts


def single_mode_mix(mode: ArrayLike, *, tasks: int, modes: int) -> np.ndarray:
    """The mix in which every task is done in a single mode, whatever policy or capability allow.

    Mode 0 is work without AI. An AI mode is the limit `all_by_ai`, in which nothing is left to
    people.

    Parameters
    ----------
    mode : int or array of int, shape (task,)
        Position of the mode, of all tasks or of each; 0 to modes - 1.
    tasks, modes : int
        Number of each.

    Returns
    -------
    array, shape (task, mode)
        1 in that mode, 0 elsewhere.

    Raises
    ------
    InputError
        If there is no such mode.

    Examples
    --------
    >>> single_mode_mix(1, tasks=2, modes=3).tolist()
    [[0.0, 1.0, 0.0], [0.0, 1.0, 0.0]]
    >>> single_mode_mix([1, 2], tasks=2, modes=3).tolist()
    [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    """
    chosen = np.broadcast_to(mode, tasks)
    for found in chosen[(chosen < 0) | (chosen >= modes)]:
        raise InputError(f"mode must be a position from 0 to {modes - 1}; found {found}")
    mix = np.zeros((tasks, modes))
    mix[np.arange(tasks), chosen] = 1
    return mix


@ranges(mix="[0, 1]")
def mixed_durations(durations: Real, mix: Real) -> np.ndarray:
    """Mean duration of each task's units over the modes that do them.

    Parameters
    ----------
    durations : array, shape (..., task, mode)
        Durations in each mode [h], the sum of `unit_parts` over parts.
    mix : array, shape (..., task, mode)
        Share of the task's units done in each mode [1]; in [0, 1], with the sum 1 over modes.

    Returns
    -------
    array, shape (..., task)
        Durations [h].

    Raises
    ------
    InputError
        If the shares of a task do not sum to 1 (within 1e-9).

    Examples
    --------
    >>> mixed_durations([[33.6, 5.0]], mix=[[0.25, 0.75]]).round(2).tolist()
    [12.15]
    """
    within("[0.999999999, 1.000000001]", "sum of mix over modes", mix.sum(axis=-1))
    times = np.asarray(durations, dtype=float)
    shape = np.broadcast_shapes(times.shape, mix.shape)
    return mean_durations(
        *(np.broadcast_to(values, shape).reshape(-1, *shape[-2:]) for values in (times, mix))
    ).reshape(shape[:-1])


def mean_durations(durations: np.ndarray, mix: np.ndarray) -> np.ndarray:
    """Mean durations as in `mixed_durations`, of shares that are known to be valid.

    Parameters
    ----------
    durations, mix : array, shape (point or 1, task, mode)

    Returns
    -------
    array, shape (point, task)
        Durations [h].
    """
    (points,) = np.broadcast_shapes(durations.shape[:1], mix.shape[:1])
    mean = np.empty((points, mix.shape[1]))
    durations_over_modes(writable_rows(durations), writable_rows(mix), mean)
    return mean
