"""Who reviews what: pools of reviewers, the tasks they may review, and the modes that differ in who does.

A task names the pools that may review what AI does in it. Where each names one, its review hours are simply theirs. Where some
task names several, every way of letting AI work is one mode for each of them, and which is used is left to `allocation`.

Source: docs, model, sections 1.1 and 3.1.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from taskmodel.catalog import GENERAL, Catalog, Reviewers, Task
from taskmodel.science import supervision


def ways(catalog: Catalog) -> tuple[str, ...]:
    """Ways of letting AI work: the protocols that are allowed, or those of the coverage rule."""
    return catalog.supervision.protocols or supervision.MODES[1:]


def ai_modes(catalog: Catalog) -> tuple[str, ...]:
    """Names of the modes in which AI works: the ways; where some task may be reviewed by several pools, each with each of these."""
    told_apart = choices(catalog)
    return (
        tuple(f"{way}/{pool}" for way in ways(catalog) for pool in told_apart)
        if told_apart
        else ways(catalog)
    )


def reviewer_pools(catalog: Catalog) -> dict[str, Reviewers]:
    """Pools of reviewers by name: the general one, which is that of `supervision`, then those with a skill."""
    return {GENERAL: catalog.supervision, **catalog.reviewers}


def reviewers_of(task: Task) -> tuple[str, ...]:
    """The pools that may review what AI does in a task."""
    return task.reviewers or (GENERAL,)


def review_factor(pool: str) -> str:
    """The name of the factor that a pool's review hours are."""
    return "review" if pool == GENERAL else f"review_{pool}"


def review_capacity(pool: Reviewers, people: float) -> float:
    """Review hours that so many people of a pool can give [h/year]."""
    return float(
        supervision.review_supply(
            people, pool.hours_per_year.value, pool.max_review_share.value, pool.utilisation.value
        )
    )


def choices(catalog: Catalog) -> tuple[str, ...]:
    """The pools of reviewers by which AI's modes are told apart; none where no task may be reviewed by several."""
    named = [reviewers_of(task) for task in catalog.tasks.values()]
    if all(len(pools) == 1 for pools in named):
        return ()
    return tuple(pool for pool in reviewer_pools(catalog) if any(pool in pools for pools in named))


def modes_per_way(catalog: Catalog) -> int:
    """How many modes there are to a way of letting AI work."""
    return max(len(choices(catalog)), 1)


def reviewer_of_mode(catalog: Catalog) -> NDArray[np.intp]:
    """The pool that reviews each task in each AI mode, shape (task, AI mode)."""
    staff, told_apart = list(reviewer_pools(catalog)), choices(catalog)
    of_task = np.array([[staff.index(reviewers_of(task)[0])] for task in catalog.tasks.values()])
    of_mode = (
        np.tile([staff.index(pool) for pool in told_apart], len(ways(catalog)))
        if told_apart
        else of_task
    )
    return np.broadcast_to(of_mode, (len(catalog.tasks), len(ai_modes(catalog))))
