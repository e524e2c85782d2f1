"""Pools of reviewers, the tasks that they may review, and the AI modes that differ in the reviewer.

A task names the pools that may review what AI does in it. If each task names one pool, its review
hours are hours of that pool. If some task names several, there is one AI mode for every pair of a
protocol and a pool, and the optimum chooses among them.

Source: docs, model, sections 1.1 and 3.1.
"""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

import numpy as np
from numpy.typing import NDArray

from taskmodel.catalog import GENERAL, Catalog, Reviewers, Task
from taskmodel.science import supervision


def protocol_names(catalog: Catalog) -> tuple[str, ...]:
    """Return the protocols in which AI may work: those allowed, or those of the coverage rule."""
    return catalog.supervision.protocols or supervision.MODES[1:]


def names_of_ai_modes(catalog: Catalog) -> tuple[str, ...]:
    """Return the names of the AI modes: ``PROTOCOL``, or ``PROTOCOL/POOL`` where pools differ."""
    pools = alternative_pools(catalog)
    protocols = protocol_names(catalog)
    return tuple(f"{name}/{pool}" for name in protocols for pool in pools) if pools else protocols


def reviewer_pools(catalog: Catalog) -> dict[str, Reviewers]:
    """Return the pools of reviewers by name: the general one, then those with a skill."""
    return {GENERAL: catalog.supervision, **catalog.reviewers}


def reviewers_of(task: Task) -> tuple[str, ...]:
    """Return the pools that may review what AI does in a task."""
    return task.reviewers or (GENERAL,)


def reviewer_block(pool: str) -> str:
    """Return the path of the block of the catalog that describes a pool of reviewers."""
    return "supervision" if pool == GENERAL else f"reviewers.{pool}"


def permissions(catalog: Catalog, paths: Iterable[str] = ("*",)) -> dict[str, str]:
    """Say of headcounts of reviewers who are people of a labour pool that they are permissions.

    The people of a labour pool who review beside their own work are as many as the pool has. Their
    headcount as reviewers says only for how many of their hours they may, as the share does.

    Parameters
    ----------
    catalog : Catalog
    paths : iterable of str
        Dotted paths, which may have ``*`` for ids; other headcounts are left out.

    Examples
    --------
    >>> from taskmodel.catalog import load_catalog
    >>> path = "supervision.headcount"
    >>> permissions(load_catalog("alignment_research"), [path])[path].split(":")[0]
    'is a permission here, not a number of people'
    >>> permissions(load_catalog("alignment_research", "dedicated_reviewers"), [path])
    {}
    """
    paths = tuple(paths)
    teams = {reviewer_block(name): team for name, team in reviewer_pools(catalog).items()}
    return {
        f"{block}.headcount": f"is a permission here, not a number of people: the people of "
        f"pools.{team.pool} review, for max_review_share of their hours at most; for a number of "
        f"reviewers, they have to be people of their own ({block}.pool: dedicated)"
        for block, team in teams.items()
        if team.pool in catalog.pools
        and any(fnmatchcase(f"{block}.headcount", path) for path in paths)
    }


def review_factor(pool: str) -> str:
    """Return the name of the factor that consists of the review hours of a pool."""
    return "review" if pool == GENERAL else f"review_{pool}"


def named_pool(catalog: Catalog, name: str) -> str:
    """Return the pool of reviewers that a name means: its own, or that of its factor.

    Any other name is returned as it is.

    Examples
    --------
    >>> from taskmodel.catalog import load_catalog
    >>> catalog = load_catalog("alignment_research", "scarce_verifiers")
    >>> [named_pool(catalog, name) for name in ("verifiers", "review_verifiers", "review")]
    ['verifiers', 'verifiers', 'general']
    """
    by_factor = {review_factor(pool): pool for pool in reviewer_pools(catalog)}
    return by_factor.get(name, GENERAL if name == f"review_{GENERAL}" else name)


def factor_words(catalog: Catalog) -> dict[str, str]:
    """Return the factors of review in words where there are several; empty where there is one.

    Examples
    --------
    >>> from taskmodel.catalog import load_catalog
    >>> factor_words(load_catalog("alignment_research", "scarce_verifiers"))
    {'review': 'review (general)', 'review_verifiers': 'review (verifiers)'}
    """
    pools = reviewer_pools(catalog)
    return {review_factor(pool): f"review ({pool})" for pool in pools} if len(pools) > 1 else {}


def review_capacity(pool: Reviewers, headcount: float) -> float:
    """Return the review hours that a number of people of a pool supply [h/year]."""
    return float(
        supervision.review_supply(
            headcount,
            pool.hours_per_year.value,
            pool.max_review_share.value,
            pool.utilisation.value,
        )
    )


def alternative_pools(catalog: Catalog) -> tuple[str, ...]:
    """Return the pools by which AI modes are distinguished; none if no task names several pools."""
    named = [reviewers_of(task) for task in catalog.tasks.values()]
    if all(len(pools) == 1 for pools in named):
        return ()
    return tuple(pool for pool in reviewer_pools(catalog) if any(pool in pools for pools in named))


def first_reviewers(catalog: Catalog) -> NDArray[np.intp]:
    """Return the position of the first pool that may review each task, shape (task,).

    Among those by which AI modes are distinguished; 0 if they are not.
    """
    pools = alternative_pools(catalog)
    tasks = catalog.tasks.values()
    if not pools:
        return np.zeros(len(tasks), dtype=np.intp)
    return np.array([min(map(pools.index, reviewers_of(task))) for task in tasks])


def modes_per_protocol(catalog: Catalog) -> int:
    """Return the number of AI modes that share a protocol."""
    return max(len(alternative_pools(catalog)), 1)


def reviewer_of_mode(catalog: Catalog) -> NDArray[np.intp]:
    """Return the position of the pool that reviews each task in each AI mode, (task, AI mode)."""
    pools, alternatives = list(reviewer_pools(catalog)), alternative_pools(catalog)
    if alternatives:
        positions = np.array([pools.index(pool) for pool in alternatives])
        reviewer = np.tile(positions, len(protocol_names(catalog)))
    else:
        first = [pools.index(reviewers_of(task)[0]) for task in catalog.tasks.values()]
        reviewer = np.array(first)[:, None]
    return np.broadcast_to(reviewer, (len(catalog.tasks), len(names_of_ai_modes(catalog))))
