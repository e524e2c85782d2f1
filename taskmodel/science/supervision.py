"""Human supervision: what a useful unit of each task costs in people, inference and experiments, in each mode.

A person does a unit of task i in one hour. An AI attempt costs kappa_i of
inference and, at coverage v (the share of units that people review), review
ratio r_i and steering time t_i, an expected v r_i + t_i hours of review. It is
useful with probability p_i, so that per useful unit

    attempts 1/p,   inference kappa/p,   review hours (v r + t)/p,
    escaped defects (1 - p)(1 - v d)/p          with detection probability d.

Review hours are a factor of their own, one for each pool of reviewers. Where the
reviewers belong to a labour pool, each review hour uses an hour of that pool as well. Which modes are open
is for the caller to say, and which are chosen for `allocation`.

Source: docs, model, sections 3.1, 3.5 and 3.6.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from taskmodel.errors import InputError
from taskmodel.numerics.ranges import within

__all__ = [
    "COVERAGE_POLICIES",
    "MODES",
    "attempts",
    "bundles",
    "coverage_by_mode",
    "escape_rate",
    "escaped_defects",
    "inference",
    "review_hours",
    "review_part",
    "review_supply",
]

MODES = ("human", "ai_full_review", "ai_floor_review", "ai_no_review")
COVERAGE_POLICIES = (
    "full",
    "floor",
    "none",
)  # which of the AI modes, in their order, a policy opens


def attempts(success: ArrayLike) -> np.ndarray:
    """Attempts per useful unit, 1/p.

    Parameters
    ----------
    success : array
        Probability p that an attempt gives a useful unit [1]; in (0, 1].

    Returns
    -------
    array, same shape
        Expected attempts [1]; >= 1.

    Raises
    ------
    InputError
        If a probability is outside (0, 1].

    Examples
    --------
    >>> float(attempts(0.8))
    1.25
    """
    return 1 / within("(0, 1]", "success", success)


def inference(inference_per_attempt: ArrayLike, success: ArrayLike) -> np.ndarray:
    """Inference per useful unit, kappa/p [FLOP/h]; arguments broadcast.

    Parameters
    ----------
    inference_per_attempt : array
        Inference kappa of an attempt, per human-equivalent hour [FLOP/h]; >= 0, finite.
    success : array
        As in `attempts`.

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> float(inference(4e18, success=0.8))
    5e+18
    """
    return within("[0, inf)", "inference_per_attempt", inference_per_attempt) * attempts(success)


def review_hours(
    coverage: ArrayLike,
    review_ratio: ArrayLike,
    success: ArrayLike = 1.0,
    steering: ArrayLike = 0.0,
) -> np.ndarray:
    """Review hours per useful unit, (v r + t)/p; arguments broadcast.

    Parameters
    ----------
    coverage : array
        Share v of units that people review [1]; in [0, 1].
    review_ratio : array
        Review hours r per human-equivalent hour of reviewed work [h/h]; >= 0.
    success : array
        As in `attempts`.
    steering : array
        Hours t of steering per human-equivalent hour of any work, reviewed or not [h/h]; >= 0.

    Returns
    -------
    array
        Hours of people per useful unit of AI work [h/h].

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> float(review_hours(coverage=0.5, review_ratio=0.25, success=0.5))
    0.25
    """
    checked = within("[0, 1]", "coverage", coverage) * within(
        "[0, inf)", "review_ratio", review_ratio
    )
    return (checked + within("[0, inf)", "steering", steering)) * attempts(success)


def escape_rate(
    defect_probability: ArrayLike, coverage: ArrayLike, detection: ArrayLike
) -> np.ndarray:
    """Defective units that pass unnoticed, per unit delivered or redone: q (1 - v d); arguments broadcast.

    Parameters
    ----------
    defect_probability : array
        Probability q that a unit is defective [1]; in [0, 1].
    coverage : array
        Share v of units that are reviewed [1]; in [0, 1].
    detection : array
        Probability d that review finds a defect [1]; in [0, 1].

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    Spot checks of a fifth of all units, which find half of the defects there are:

    >>> round(float(escape_rate(0.1, coverage=0.2, detection=0.5)), 4)
    0.09
    """
    unnoticed = 1 - within("[0, 1]", "coverage", coverage) * within(
        "[0, 1]", "detection", detection
    )
    return within("[0, 1]", "defect_probability", defect_probability) * unnoticed


def escaped_defects(coverage: ArrayLike, detection: ArrayLike, success: ArrayLike) -> np.ndarray:
    """Defective units that pass unnoticed, per useful unit: (1 - p)(1 - v d)/p; arguments broadcast.

    Parameters
    ----------
    coverage : array
        Share v of units that people review [1]; in [0, 1].
    detection : array
        Probability d that review finds a defect [1]; in [0, 1].
    success : array
        As in `attempts`.

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> round(float(escaped_defects(coverage=1, detection=0.75, success=0.8)), 4)
    0.0625
    """
    tries = attempts(success)
    return escape_rate(1 - np.asarray(success, dtype=float), coverage, detection) * tries


def review_supply(
    headcount: ArrayLike,
    hours_per_year: ArrayLike,
    max_review_share: ArrayLike,
    utilisation: ArrayLike,
) -> np.ndarray:
    """Review hours that reviewers can give in a year; arguments broadcast.

    Parameters
    ----------
    headcount : array
        Reviewers [person]; >= 0.
    hours_per_year : array
        Working hours of each [h/year]; >= 0.
    max_review_share : array
        Largest part of those hours that may go to review [1]; in [0, 1].
    utilisation : array
        Part of the review hours that is planned for, the rest being slack that shortens queues [1]; in [0, 1].

    Returns
    -------
    array
        Supply of a pool's factor, such as `review` [h/year].

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> float(review_supply(600, 1800, max_review_share=0.5, utilisation=1))
    540000.0
    """
    hours = within("[0, inf)", "headcount", headcount) * within(
        "[0, inf)", "hours_per_year", hours_per_year
    )
    return (
        hours
        * within("[0, 1]", "max_review_share", max_review_share)
        * within("[0, 1]", "utilisation", utilisation)
    )


def coverage_by_mode(coverage_floor: ArrayLike) -> np.ndarray:
    """Coverage in each AI mode, in the order of `MODES`: all units, the task's floor, none.

    Parameters
    ----------
    coverage_floor : array, shape (..., task)
        Least share of units that policy lets go out reviewed, however good the record [1]; in [0, 1].

    Returns
    -------
    array, shape (..., task, AI mode)

    Raises
    ------
    InputError
        If a floor is outside [0, 1].

    Examples
    --------
    >>> coverage_by_mode([0.5, 0.1]).tolist()
    [[1.0, 0.5, 0.0], [1.0, 0.1, 0.0]]
    """
    floor = within("[0, 1]", "coverage_floor", coverage_floor)
    return np.stack([np.ones_like(floor), floor, np.zeros_like(floor)], axis=-1)


def review_part(
    *,
    pools: int,
    review_ratio: ArrayLike,
    coverage: ArrayLike,
    success: ArrayLike = 1.0,
    effort: ArrayLike = 1.0,
    steering: ArrayLike = 0.0,
    people: ArrayLike = 0.0,
    shared_pool: int | None | Sequence[int | None] = None,
    reviewer: ArrayLike = 0,
) -> np.ndarray:
    """Return the review hours of a useful unit of each task, in each mode, by factor.

    With y the activities, the share of the use of factor k that is review is
    sum(y review_part[..., k]) / sum(y bundles[..., k]), sums over task and mode; their difference is
    the organisation without oversight.

    Parameters
    ----------
    pools : int
        Number of labour pools.
    review_ratio : array, shape (..., task)
        Review hours per human-equivalent hour of reviewed AI work [h/h]; >= 0.
    coverage : array, shape (..., task, AI mode)
        Share of units reviewed in each AI mode [1]; in [0, 1]; see `coverage_by_mode`.
    success, people : array
        As in `bundles`.
    effort : array, shape (AI mode,)
        Review hours of a reviewed unit, relative to the ratio [1]; >= 0.
    steering : array, shape (AI mode,)
        Hours of steering per human-equivalent hour of AI work [h/h]; >= 0.
    shared_pool : int or None, or a sequence of these
        The labour pool the reviewers belong to, whose hours each review hour also uses; None:
        dedicated reviewers. Several: one for each pool of reviewers.
    reviewer : int array, shape (task, AI mode)
        The pool of reviewers that reviews each task in each mode; 0 to their number - 1.

    Returns
    -------
    array, shape (..., task, mode, factor)
        Review hours per useful unit [h/h]: in the AI modes, under the factor of the pool that reviews and under the labour pool
        these reviewers belong to; 0 elsewhere.

    Raises
    ------
    InputError
        If an argument is out of its range, or a pool does not exist.

    Examples
    --------
    >>> review_part(pools=1, review_ratio=[0.2], coverage=[[1, 0.5, 0]], shared_pool=0)[0].tolist()
    [[0.0, 0.0, 0.0, 0.0], [0.2, 0.2, 0.0, 0.0], [0.1, 0.1, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]]
    """
    ratio = np.asarray(review_ratio, dtype=float)[..., np.newaxis] * within(
        "[0, inf)", "effort", effort
    )
    hours = review_hours(coverage, ratio, _by_mode(success, people), steering)
    belongs_to = tuple(shared_pool) if isinstance(shared_pool, Sequence) else (shared_pool,)
    by_whom = np.asarray(reviewer)
    for place in np.unique(by_whom).tolist():
        _position("reviewer", place, len(belongs_to))
    part = np.zeros((*hours.shape[:-1], hours.shape[-1] + 1, pools + len(belongs_to) + 2))
    for place, own in enumerate(belongs_to):
        theirs = np.where(by_whom == place, hours, 0.0)
        part[..., 1:, pools + place] = theirs
        if own is not None:
            part[..., 1:, _position("pool", own, pools)] += theirs
    return part


def bundles(
    review: ArrayLike,
    *,
    pool: ArrayLike,
    pools: int,
    experiments: ArrayLike,
    inference_per_attempt: ArrayLike,
    success: ArrayLike = 1.0,
    people: ArrayLike = 0.0,
    review_inference: ArrayLike = 0.0,
) -> np.ndarray:
    """Return the use of each factor by a useful unit of each task, in each mode.

    The first mode is that of people by themselves, then come the AI modes. The factors are the labour
    pools, review hours of each pool of reviewers, inference, experiments.

    Parameters
    ----------
    review : array, shape (..., task, mode, factor)
        Review hours, as `review_part` returns them.
    pool : int array, shape (task,)
        The labour pool that does each task; 0 to pools - 1.
    pools : int
        Number of labour pools.
    experiments : array, shape (..., task)
        Experiment compute per human-equivalent hour, in every mode [H100-hour/h]; >= 0. A useful unit
        needs it once: attempts that fail are not charged for experiments.
    inference_per_attempt : array, shape (..., task)
        Inference of an attempt, per human-equivalent hour [FLOP/h]; >= 0, finite.
    success : array, shape (..., task)
        Probability that an AI attempt gives a useful unit [1]; in (0, 1].
    people : array, shape (AI mode,)
        Hours that people still work themselves per human-equivalent hour [h/h]; in [0, 1]. Where there
        are some, every unit is useful.
    review_inference : array, shape (AI mode,)
        Inference of AI review, relative to that of the work [1]; >= 0.

    Returns
    -------
    array, shape (..., task, mode, factor)
        Factor use per human-equivalent hour of useful work [h/h, h/h, FLOP/h, H100-hour/h]; >= 0, finite.

    Raises
    ------
    InputError
        If an argument is out of its range, or a pool does not exist.

    Examples
    --------
    One task, its reviewers drawn from the people who do it:

    >>> review = review_part(pools=1, review_ratio=[0.2], coverage=[[1, 0.5, 0]], shared_pool=0)
    >>> b = bundles(review, pool=[0], pools=1, experiments=[2.0], inference_per_attempt=[1e18])
    >>> dict(zip(MODES, b[0].tolist(), strict=True))["human"]
    [1.0, 0.0, 0.0, 2.0]
    >>> dict(zip(MODES, b[0].tolist(), strict=True))["ai_full_review"]
    [0.2, 0.2, 1e+18, 2.0]
    """
    review = np.asarray(review, dtype=float)
    per_attempt = np.asarray(inference_per_attempt, dtype=float)[..., np.newaxis]
    per_unit = inference(
        per_attempt * (1 + within("[0, inf)", "review_inference", review_inference)),
        _by_mode(success, people),
    )
    both = within("[0, inf)", "experiments", experiments)
    lead = np.broadcast_shapes(review.shape[:-2], per_unit.shape[:-1], both.shape)
    whole = np.broadcast_to(review, (*lead, *review.shape[-2:])).copy()
    tasks, own = (
        np.arange(whole.shape[-3]),
        [_position("pool", index, pools) for index in np.atleast_1d(pool)],
    )
    whole[..., tasks, 0, own] = 1
    by_hand = np.zeros_like(whole[..., 1:, 0]) + np.asarray(people, dtype=float)
    for task, place in zip(tasks.tolist(), own, strict=True):
        whole[..., task, 1:, place] += by_hand[..., task, :]
    whole[..., 1:, -2] = per_unit
    whole[..., -1] = both[..., np.newaxis]
    return whole


def _by_mode(success: ArrayLike, people: ArrayLike) -> np.ndarray:
    """Success of an attempt in each AI mode, shape (..., task, AI mode): certain where people work along."""
    alone = within("[0, 1]", "people", people) == 0
    return np.where(alone, np.asarray(success, dtype=float)[..., np.newaxis], 1.0)


def _position(name: str, index: int, number: int) -> int:
    if not (0 <= index < number and index == int(index)):
        raise InputError(f"{name} must be a position from 0 to {number - 1}; found {index}")
    return int(index)
