"""Headcounts of reviewers that are no number of people: those of reviewers from a labour pool.

Source: docs, model, section 3.1.
"""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

from taskmodel.catalog.model import Catalog
from taskmodel.catalog.records import Reviewers


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
    teams: dict[str, Reviewers] = {"supervision": catalog.supervision}
    teams |= {f"reviewers.{name}": team for name, team in catalog.reviewers.items()}
    return {
        f"{block}.headcount": f"is a permission here, not a number of people: the people of "
        f"pools.{team.pool} review, for max_review_share of their hours at most; for a number of "
        f"reviewers, they have to be people of their own ({block}.pool: dedicated)"
        for block, team in teams.items()
        if team.pool in catalog.pools
        and any(fnmatchcase(f"{block}.headcount", path) for path in paths)
    }
