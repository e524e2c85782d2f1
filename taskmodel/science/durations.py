"""How long a unit of each task takes, and what that time is made of.

A unit of task i, whose work takes a skilled person h_i working hours, lasts

    by a person   h_i 168/w                      wall-clock hours, w working hours a week (168 h)
    by AI         h_i / v + c_im r_i h_i 168/w   v the serial speed, round the clock; c_im r_i h_i hours of review by people

and, in either case, the wait at its gate; where they are given, also waits for
a reviewer who is busy or at home (`queueing`). Durations are weighted by the
mix of modes. A unit counts one attempt: what redoing costs in hours is in
`supervision`. How long all tasks take, one after the other, is in
`critical_path`.

Source: docs, model, section 4.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from taskmodel.errors import InputError
from taskmodel.numerics.ranges import within

__all__ = [
    "HOURS_PER_WEEK",
    "PARTS",
    "mixed_durations",
    "single_mode_mix",
    "unit_durations",
    "unit_parts",
]

HOURS_PER_WEEK = 168
PARTS = (
    "people",
    "ai",
    "review",
    "queue",
    "off_hours",
    "gate",
)  # what the time of a unit is made of


def unit_durations(**units: Any) -> np.ndarray:
    """Wall-clock time of a typical unit of each task, in each mode: the sum over the parts in `unit_parts`.

    Parameters
    ----------
    As in `unit_parts`.

    Returns
    -------
    array, shape (..., task, mode)
        Durations [wall-clock hours], by a person first, then in each AI mode.

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    A day's work reviewed in an hour, by a person and by AI with and without review:

    >>> unit_durations(horizon=[8], review_ratio=[0.125], coverage=[[1, 0]], serial_speed=10, working_hours_per_week=40).round(2).tolist()
    [[33.6, 5.0, 0.8]]
    """
    return np.asarray(unit_parts(**units).sum(axis=-1))


def unit_parts(
    *,
    horizon: ArrayLike,
    review_ratio: ArrayLike,
    coverage: ArrayLike,
    serial_speed: ArrayLike,
    working_hours_per_week: ArrayLike,
    gate_latency: ArrayLike = 0.0,
    effort: ArrayLike = 1.0,
    people: ArrayLike = 0.0,
    queue_wait: ArrayLike = 0.0,
    off_hours_wait: ArrayLike = 0.0,
    count_review: bool = True,
    count_gates: bool = True,
) -> np.ndarray:
    """What the wall-clock time of a typical unit of each task is made of, in each mode.

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
        Wait for approval before later tasks may start [wall-clock hours]; >= 0, 0 where there is no gate.
    effort : array, shape (..., AI mode) or (..., task, AI mode)
        Review hours of a reviewed unit, relative to the ratio [1]; >= 0.
    people : array, shape (AI mode,)
        Hours that people still work themselves in each AI mode, relative to without AI [1]; >= 0. Where there are some, the
        task goes at their pace.
    queue_wait, off_hours_wait : array, shape (..., task)
        How long a unit that is reviewed waits for reviewers who are busy, and for such as are at home, over all the times it is
        handed to one [wall-clock hours]; >= 0.
    count_review, count_gates : bool
        Whether review, with the waits for it, and gates take time.

    Returns
    -------
    array, shape (..., task, mode, part)
        Hours [wall-clock], by a person first, then in each AI mode; parts in the order of `PARTS`.

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> parts = unit_parts(horizon=[8], review_ratio=[0.125], coverage=[[1]], serial_speed=10, working_hours_per_week=40,
    ...                    gate_latency=[72])
    >>> dict(zip(PARTS, parts[0, 1].round(2).tolist(), strict=True))
    {'people': 0.0, 'ai': 0.8, 'review': 4.2, 'queue': 0.0, 'off_hours': 0.0, 'gate': 72.0}
    """
    hours = within("[0, inf)", "horizon", horizon)[..., np.newaxis]
    ratio = within("[0, inf)", "review_ratio", review_ratio)[..., np.newaxis]
    gate = within("[0, inf)", "gate_latency", gate_latency)[..., np.newaxis]
    speed = within("(0, inf]", "serial_speed", serial_speed)[..., np.newaxis, np.newaxis]
    week = within("(0, 168]", "working_hours_per_week", working_hours_per_week)[
        ..., np.newaxis, np.newaxis
    ]
    waits = (
        within("[0, inf)", name, wait)
        for name, wait in (("queue_wait", queue_wait), ("off_hours_wait", off_hours_wait))
    )

    by_person = hours * HOURS_PER_WEEK / week
    covered = within("[0, 1]", "coverage", coverage)
    own = within("[0, 1]", "people", people)
    by_ai = (
        own * by_person,
        np.where(own > 0, 0.0, hours / speed),
        covered * ratio * within("[0, inf)", "effort", effort) * by_person * count_review,
        *(covered * wait[..., np.newaxis] * count_review for wait in waits),
        gate * count_gates,
    )
    nothing = np.zeros_like(by_person)
    alone = (by_person, nothing, nothing, nothing, nothing, gate * count_gates)
    lead = np.broadcast_shapes(*(part.shape[:-1] for part in (*by_ai, *alone)))
    modes = np.broadcast_shapes(*(part.shape[-1:] for part in by_ai))
    both = (
        np.stack([np.broadcast_to(part, (*lead, *width)) for part in parts], axis=-1)
        for parts, width in ((alone, (1,)), (by_ai, modes))
    )
    return np.concatenate(list(both), axis=-2)


def single_mode_mix(mode: int, *, tasks: int, modes: int) -> np.ndarray:
    """The mix in which every task is done in one mode, whatever policy or capability says.

    Mode 0 is the base without AI. An AI mode is the limit `all_by_ai`: the serial time if nothing were kept for people.

    Parameters
    ----------
    mode : int
        Position of the mode; 0 to modes - 1.
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
    """
    if not 0 <= mode < modes:
        raise InputError(f"mode must be a position from 0 to {modes - 1}; found {mode}")
    mix = np.zeros((tasks, modes))
    mix[:, mode] = 1
    return mix


def mixed_durations(durations: ArrayLike, mix: ArrayLike) -> np.ndarray:
    """Mean duration of each task's units, over the modes that do them.

    Parameters
    ----------
    durations : array, shape (..., task, mode)
        Durations in each mode [h], as `unit_durations` gives them.
    mix : array, shape (..., task, mode)
        Share of the task's units done in each mode [1]; >= 0, summing to 1 over modes.

    Returns
    -------
    array, shape (..., task)
        Durations [h].

    Raises
    ------
    InputError
        If a share is outside [0, 1], or a task's shares do not sum to 1 (within 1e-9).

    Examples
    --------
    >>> mixed_durations([[33.6, 5.0]], mix=[[0.25, 0.75]]).round(2).tolist()
    [12.15]
    """
    shares = within("[0, 1]", "mix", mix)
    within("[0.999999999, 1.000000001]", "sum of mix over modes", shares.sum(axis=-1))
    return (np.asarray(durations, dtype=float) * shares).sum(axis=-1)
