r"""Human supervision: the people and inference that a useful unit of each task takes, in each mode.

A person does a unit of task i in one hour. An AI attempt costs kappa_i of inference and, at
coverage v (the share of units that people review), review ratio r_i and steering time t_i, an
expected v r_i + t_i hours of review. It is useful with probability p_i, so that a useful unit takes

    attempts 1/p,   inference kappa/p,   review hours (v r + t)/p,

and lets defects escape at (1 - p)(1 - v d)/p with detection probability d. Review hours are a
factor of their own, one for each pool of reviewers. Where the reviewers belong to a labour pool,
each review hour uses an hour of that pool as well. The caller decides which modes are open,
`allocation` which are chosen.

Source: docs, model, sections 3.1, 3.2, 3.5 and 3.6.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from taskmodel.errors import InputError
from taskmodel.numerics.ranges import Real, ranges

MODES = ("human", "ai_full_review", "ai_floor_review", "ai_no_review")
# The AI mode that each policy opens, in the order of the modes.
COVERAGE_POLICIES = ("full", "floor", "none")


@ranges(success="(0, 1]")
def attempts(success: Real) -> np.ndarray:
    """Attempts per useful unit, 1/p.

    Parameters
    ----------
    success : array
        Probability p that an attempt gives a useful unit [1]; in (0, 1].

    Returns
    -------
    array, same shape
        Expected attempts [1]; >= 1.

    Examples
    --------
    >>> float(attempts(0.8))
    1.25
    """
    return 1 / success


@ranges(coverage="[0, 1]", review_ratio="[0, inf)", success="(0, 1]", steering="[0, inf)")
def review_hours(
    coverage: Real, review_ratio: Real, success: Real = 1.0, steering: Real = 0.0
) -> np.ndarray:
    """Review hours per useful unit, (v r + t)/p.

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

    Examples
    --------
    >>> float(review_hours(coverage=0.5, review_ratio=0.25, success=0.5))
    0.25
    """
    return (coverage * review_ratio + steering) * attempts(success)


@ranges(share="[0, 1]", effort="[0, inf)")
def reviews_of_reviews(share: Real, effort: Real, layers: int) -> np.ndarray:
    r"""Hours of all reviews, where some reviews are reviewed in turn, relative to the first.

    .. math:: \sum_{l=0}^{L} (c\, m)^l

    With an effort of 1 it is the expected number of reviews of a unit.

    Parameters
    ----------
    share : array
        Share c of the reviews of every layer that are reviewed in turn [1]; in [0, 1].
    effort : array
        Hours m of such a review, relative to the review that it checks [1]; >= 0.
    layers : int
        L, the layers above the first review; >= 0.

    Returns
    -------
    array
        Relative hours [1]; >= 1.

    Raises
    ------
    InputError
        If `layers` is not a whole number of at least 0.

    Examples
    --------
    One review in five is checked in half the time that it took, and one in five of these again:

    >>> [round(float(reviews_of_reviews(0.2, 0.5, layers)), 3) for layers in (0, 1, 2)]
    [1.0, 1.1, 1.11]
    """
    if layers < 0 or layers != int(layers):
        raise InputError(f"layers must be a whole number of at least 0; found {layers}")
    return ((share * effort)[..., np.newaxis] ** np.arange(layers + 1)).sum(axis=-1)


@ranges(defect_probability="[0, 1]", coverage="[0, 1]", detection="[0, 1]")
def escape_rate(defect_probability: Real, coverage: Real, detection: Real) -> np.ndarray:
    """Defective units that escape review, per unit: q (1 - v d).

    Parameters
    ----------
    defect_probability : array
        Probability q that a unit is defective [1]; in [0, 1].
    coverage : array
        Share v of units that are reviewed [1]; in [0, 1].
    detection : array
        Probability d that review detects a defect [1]; in [0, 1].

    Returns
    -------
    array
        Escaped defects per unit [1].

    Examples
    --------
    Spot checks of a fifth of all units, which detect half of the defects in them:

    >>> round(float(escape_rate(0.1, coverage=0.2, detection=0.5)), 4)
    0.09
    """
    return defect_probability * (1 - coverage * detection)


@ranges(defect_probability="[0, 1]", detections="[0, 1]", common_mode="[0, 1]")
def layered_escape(defect_probability: Real, detections: Real, common_mode: Real) -> np.ndarray:
    r"""Defective units that escape several layers of review, per unit.

    .. math:: q \Bigl(c + (1 - c) \prod_l (1 - d_l)\Bigr)

    Layers that are alike miss the same share c of defects together, so that further layers help
    with the rest only.

    Parameters
    ----------
    defect_probability : array, shape (...)
        Probability q that a unit is defective [1]; in [0, 1].
    detections : array, shape (..., layer)
        Probability d_l that a layer detects a defect outside the blind spot [1]; in [0, 1].
        Without layers every defect escapes.
    common_mode : array, shape (...)
        Share c of defects in the blind spot that all layers share [1]; in [0, 1].

    Returns
    -------
    array, shape (...)
        Escaped defects per unit [1]; at least q c.

    Notes
    -----
    The beta-factor model of common-cause failure, Fleming (1975), General Atomic report GA-A13284
    (access: secondary).

    Examples
    --------
    >>> [round(float(layered_escape(0.2, [0.5] * n, common_mode=0.3)), 4) for n in range(4)]
    [0.2, 0.13, 0.095, 0.0775]
    """
    missed = (1 - detections).prod(axis=-1)
    return defect_probability * (common_mode + (1 - common_mode) * missed)


@ranges(attempts="[1, inf]")
def escaped_defects(attempts: Real, escape: ArrayLike) -> np.ndarray:
    """Defective units that escape review, per useful unit: (n - 1) e.

    Every attempt but the useful one is defective.

    Parameters
    ----------
    attempts : array
        Attempts n per useful unit, see `attempts` [1]; >= 1.
    escape : array
        Share e of defective units that escape, `escape_rate` at q = 1 [1]; in [0, 1], or NaN where
        it is not known.

    Returns
    -------
    array
        Escaped defects per useful unit [1]; NaN where they depend on an unknown share.

    Examples
    --------
    >>> escaped_defects(1.25, [0.25, float("nan")]).tolist()
    [0.0625, nan]
    >>> escaped_defects(1, float("nan")).item()
    0.0
    """
    # 0 x NaN is 0 here: without failures, or if nothing escapes, the unknown does not matter.
    failed, escape = attempts - 1, np.asarray(escape, dtype=float)
    return np.where((failed == 0) | (escape == 0), 0.0, failed * escape)


@ranges(
    headcount="[0, inf)",
    hours_per_year="[0, inf)",
    max_review_share="[0, 1]",
    utilisation="[0, 1]",
)
def review_supply(
    headcount: Real, hours_per_year: Real, max_review_share: Real, utilisation: Real
) -> np.ndarray:
    """Review hours that reviewers can give in a year.

    Parameters
    ----------
    headcount : array
        Reviewers [person]; >= 0.
    hours_per_year : array
        Working hours of each [h/year]; >= 0.
    max_review_share : array
        Largest share of those hours that may go to review [1]; in [0, 1].
    utilisation : array
        Planned share of the review hours, the rest being slack that shortens queues [1]; in [0, 1].

    Returns
    -------
    array
        Supply of a pool's factor, such as `review` [h/year].

    Examples
    --------
    >>> float(review_supply(600, 1800, max_review_share=0.5, utilisation=1))
    540000.0
    """
    return headcount * hours_per_year * max_review_share * utilisation


@ranges(coverage_floor="[0, 1]")
def coverage_by_mode(coverage_floor: Real) -> np.ndarray:
    """Coverage in each AI mode, in the order of `MODES`: all units, the task's floor, none.

    Parameters
    ----------
    coverage_floor : array, shape (..., task)
        Smallest coverage that policy allows, whatever the record [1]; in [0, 1].

    Returns
    -------
    array, shape (..., task, AI mode)

    Examples
    --------
    >>> coverage_by_mode([0.5, 0.1]).tolist()
    [[1.0, 0.5, 0.0], [1.0, 0.1, 0.0]]
    """
    every, none = np.ones_like(coverage_floor), np.zeros_like(coverage_floor)
    return np.stack([every, coverage_floor, none], axis=-1)


@ranges(
    review_ratio="[0, inf)",
    coverage="[0, 1]",
    success="(0, 1]",
    effort="[0, inf)",
    steering="[0, inf)",
    people="[0, 1]",
)
def review_part(
    *,
    pools: int,
    review_ratio: Real,
    coverage: Real,
    success: Real = 1.0,
    effort: Real = 1.0,
    steering: Real = 0.0,
    people: Real = 0.0,
    shared_pool: int | None | Sequence[int | None] = None,
    reviewer: ArrayLike = 0,
) -> np.ndarray:
    """Review hours of a useful unit of each task, in each mode, by factor.

    With y the activities, the share of the use of factor k that is review is
    sum(y review_part[..., k]) / sum(y bundles[..., k]), sums over task and mode; the difference of
    the two arrays is the organisation without oversight.

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
        The labour pool to which the reviewers belong, whose hours each review hour also uses; None:
        dedicated reviewers. A sequence: one for each pool of reviewers.
    reviewer : int array, shape (task, AI mode)
        The pool of reviewers that reviews each task in each mode; 0 to their number - 1.

    Returns
    -------
    array, shape (..., task, mode, factor)
        Review hours per useful unit [h/h]: in the AI modes, under the factor of the pool that
        reviews and under the labour pool of these reviewers; 0 elsewhere.

    Raises
    ------
    InputError
        If a pool does not exist.

    Examples
    --------
    >>> review_part(pools=1, review_ratio=[0.2], coverage=[[1, 0.5, 0]], shared_pool=0)[0].tolist()
    [[0.0, 0.0, 0.0, 0.0], [0.2, 0.2, 0.0, 0.0], [0.1, 0.1, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]]
    """
    ratio = review_ratio[..., np.newaxis] * effort
    hours = review_hours(coverage, ratio, _success_by_mode(success, people), steering)
    labour_pools = tuple(shared_pool) if isinstance(shared_pool, Sequence) else (shared_pool,)
    reviewer = np.asarray(reviewer)
    for index in np.unique(reviewer).tolist():
        _check_position("reviewer", index, len(labour_pools))
    part = np.zeros((*hours.shape[:-1], hours.shape[-1] + 1, pools + len(labour_pools) + 2))
    for index, pool in enumerate(labour_pools):
        own = np.where(reviewer == index, hours, 0.0)
        part[..., 1:, pools + index] = own
        if pool is not None:
            part[..., 1:, _check_position("pool", pool, pools)] += own
    return part


@ranges(
    experiments="[0, inf)",
    inference_per_attempt="[0, inf)",
    success="(0, 1]",
    people="[0, 1]",
    review_inference="[0, inf)",
    human_success="(0, 1]",
)
def bundles(
    review: ArrayLike,
    *,
    pool: ArrayLike,
    pools: int,
    experiments: Real,
    inference_per_attempt: Real,
    success: Real = 1.0,
    people: Real = 0.0,
    review_inference: Real = 0.0,
    human_success: Real = 1.0,
) -> np.ndarray:
    """Use of each factor by a useful unit of each task, in each mode.

    The first mode is that of people without AI, then come the AI modes. The factors are the labour
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
        Experiment compute per human-equivalent hour, in every mode [H100-hour/h]; >= 0. A useful
        unit needs it once: failed attempts are not charged for experiments.
    inference_per_attempt : array, shape (..., task)
        Inference of an attempt, per human-equivalent hour [FLOP/h]; >= 0, finite.
    success : array, shape (..., task)
        Probability that an AI attempt gives a useful unit [1]; in (0, 1].
    people : array, shape (AI mode,)
        Hours that people still work themselves per human-equivalent hour [h/h]; in [0, 1]. Where it
        is above 0, every unit is useful.
    review_inference : array, shape (AI mode,)
        Inference of AI review, relative to that of the work [1]; >= 0.
    human_success : array, shape (..., task)
        Probability that an attempt of people without AI gives a useful unit [1]; in (0, 1].

    Returns
    -------
    array, shape (..., task, mode, factor)
        Factor use per human-equivalent hour of useful work [h/h, h/h, FLOP/h, H100-hour/h]; >= 0,
        finite.

    Raises
    ------
    InputError
        If a pool does not exist.

    Examples
    --------
    One task, with reviewers from the people who do it:

    >>> review = review_part(pools=1, review_ratio=[0.2], coverage=[[1, 0.5, 0]], shared_pool=0)
    >>> use = bundles(review, pool=[0], pools=1, experiments=[2.0], inference_per_attempt=[1e18])
    >>> dict(zip(MODES, use[0].tolist(), strict=True))["human"]
    [1.0, 0.0, 0.0, 2.0]
    >>> dict(zip(MODES, use[0].tolist(), strict=True))["ai_full_review"]
    [0.2, 0.2, 1e+18, 2.0]
    """
    review = np.asarray(review, dtype=float)
    per_attempt = inference_per_attempt[..., np.newaxis] * (1 + review_inference)
    inference = per_attempt * attempts(_success_by_mode(success, people))
    by_hand = attempts(np.atleast_1d(human_success))
    batch = np.broadcast_shapes(
        review.shape[:-2], inference.shape[:-1], experiments.shape, by_hand.shape
    )
    use = np.broadcast_to(review, (*batch, *review.shape[-2:])).copy()
    pool = np.atleast_1d(pool)
    for index in np.unique(pool).tolist():
        own_pool = _check_position("pool", index, pools)
        use[..., 0, own_pool] = np.where(pool == index, by_hand, use[..., 0, own_pool])
        if people.any():
            use[..., 1:, own_pool] += np.where((pool == index)[:, np.newaxis], people, 0.0)
    use[..., 1:, -2] = inference
    use[..., -1] = experiments[..., np.newaxis]
    return use


def _success_by_mode(success: np.ndarray, people: np.ndarray) -> np.ndarray:
    """Success of an attempt in each AI mode, shape (..., task, AI mode); 1 where people work."""
    return np.where(people == 0, success[..., np.newaxis], 1.0)


def _check_position(name: str, index: int, number: int) -> int:
    if not (0 <= index < number and index == int(index)):
        raise InputError(f"{name} must be a position from 0 to {number - 1}; found {index}")
    return int(index)
