"""What would move the dates from which oversight holds research back: levers that people can pull.

Each lever is the catalog with other rules, or draws with some of their numbers multiplied; all else
is as it is, draw by draw, so that differences are those that the lever makes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from taskmodel.catalog import Catalog, Reviewers
from taskmodel.numerics.types import Array
from taskmodel.organisation.coverage import EQUIVALENT_PROTOCOL, more_protocols
from taskmodel.organisation.reviewers import reviewer_block, reviewer_pools, reviewers_of
from taskmodel.questions._bands import LEVELS, order_statistics
from taskmodel.questions._ensemble import ensemble
from taskmodel.summary.by_date import BY, FIRSTS, YEAR, DrawnPaths
from taskmodel.sweeps.results import labelled, provenance
from taskmodel.uncertainty import sampler

AS_IS = "as_is"
ALL = "all"
CRITICS = "ai_assisted_review"
REVIEW_TIME = 0.9  # of people: at 1 hours of review and of work are one and the same
SOLVED = "solved"
COSTLY = "oversight_costs_half_from"  # the date that levers are ordered by


@dataclass(frozen=True)
class OrganisationChange:
    """A change of an organisation.

    Attributes
    ----------
    title : str
        What is done.
    factors : dict of str to float
        What numbers of the catalog are multiplied by, by path.
    rules : dict of str to value
        What is set in the catalog, by path; a number that is drawn is raised to it.
    """

    title: str
    factors: dict[str, float] = field(default_factory=dict)
    rules: dict[str, Any] = field(default_factory=dict)


def available_levers(catalog: Catalog) -> dict[str, OrganisationChange]:
    """Return the levers that a catalog has, by name; the last is all of them together.

    Parameters
    ----------
    catalog : Catalog

    Returns
    -------
    dict of str to OrganisationChange
        ``people``: twice the people who review; with those of the labour pools that they belong
        to. ``review_time``: people of labour pools may review nine tenths of their time. Where
        there are several kinds of reviewers, each has such levers of its own, ``people_KIND`` and
        ``review_time_KIND``, such as ``people_general`` for those of supervision.
        ``faster_review``: every review takes half as long. ``floors``: only the share of units that
        policy requires is reviewed. ``critics``: AI critics may help with a review, where that is
        better.
    """
    kinds = reviewer_pools(catalog)
    levers = {"people": _twice_the_people(catalog, kinds)}
    limited = {
        name: team
        for name, team in kinds.items()
        if team.pool in catalog.pools and team.max_review_share.value < REVIEW_TIME
    }
    if limited:
        levers["review_time"] = _more_review_time(limited)
    asked = {name for task in catalog.tasks.values() for name in reviewers_of(task)}
    if len(kinds) > 1:
        levers |= {
            f"people_{name}": _twice_the_people(catalog, {name: team}, f": {name}")
            for name, team in kinds.items()
            if name in asked
        }
    if len(limited) > 1:
        levers |= {
            f"review_time_{name}": _more_review_time({name: team}, f": {name}")
            for name, team in limited.items()
            if name in asked
        }
    reviewed = [name for name, task in catalog.tasks.items() if task.review_ratio.value > 0]
    if reviewed:
        halves = {f"tasks.{name}.review_ratio": 0.5 for name in reviewed}
        if catalog.supervision.review_level != "central":  # then the ends of intervals are in use
            uncertain = [path for path in halves if catalog.get(f"{path}.low") is not None]
            halves |= {f"{path}.{end}": 0.5 for path in uncertain for end in ("low", "high")}
        levers["faster_review"] = OrganisationChange("every review takes half as long", halves)
    levers |= _rules(catalog)
    if len(levers) > 1:
        levers[ALL] = OrganisationChange(
            "all levers together",
            {path: by for lever in levers.values() for path, by in lever.factors.items()},
            _together([lever.rules for lever in levers.values()]),
        )
    return levers


def _twice_the_people(
    catalog: Catalog, kinds: Mapping[str, Reviewers], of: str = ""
) -> OrganisationChange:
    """Return the lever of twice as many reviewers of some kinds."""
    lent = sorted({team.pool for team in kinds.values() if team.pool in catalog.pools})
    factors = {f"{reviewer_block(name)}.headcount": 2.0 for name in kinds}
    factors |= {f"pools.{pool}.headcount": 2.0 for pool in lent}
    title = "twice as many people, who research and review" if lent else "twice as many reviewers"
    return OrganisationChange(f"{title}{of}", factors)


def _more_review_time(kinds: Mapping[str, Reviewers], of: str = "") -> OrganisationChange:
    """Return the lever of more review time of some kinds, who are people of labour pools."""
    shares = [f"{reviewer_block(name)}.max_review_share" for name in kinds]
    title = f"people may review nine tenths of their working time{of}"
    return OrganisationChange(title, rules=dict.fromkeys(shares, REVIEW_TIME))


def _rules(catalog: Catalog) -> dict[str, OrganisationChange]:
    """Return the levers that are rules of review."""
    rules = catalog.supervision
    chosen = rules.protocols or (EQUIVALENT_PROTOCOL[rules.coverage],)
    levers = {}
    floors = EQUIVALENT_PROTOCOL["floor"]
    if not {floors, EQUIVALENT_PROTOCOL["none"]} & set(chosen):
        levers["floors"] = OrganisationChange(
            "only the share of units that policy requires is reviewed",
            {},
            more_protocols(catalog, floors),
        )
    if CRITICS not in chosen:
        levers["critics"] = OrganisationChange(
            "AI critics help with reviews", {}, more_protocols(catalog, CRITICS)
        )
    return levers


def _together(rules: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the rules of several levers; protocols are joined."""
    joined: dict[str, Any] = {}
    for setting in rules:
        for path, value in setting.items():
            before = joined.get(path, [])
            joined[path] = (
                list(dict.fromkeys([*before, *value])) if isinstance(value, list) else value
            )
    return joined


def levers(
    catalog: Catalog,
    columns: Mapping[str, Array],
    followed: DrawnPaths,
    seed: int = 1,
    advance: Callable[[float], None] = lambda share: None,
    as_is: xr.Dataset | None = None,
) -> xr.Dataset:
    """Return from when oversight holds research back, with each lever of a catalog pulled.

    Parameters
    ----------
    catalog : Catalog
    columns : mapping of str to array, shape (draw,)
        Drawn numbers of the catalog; empty: none is uncertain.
    followed : DrawnPaths
        Compute of these draws, from `by_date.compute_paths`.
    seed : int
        Of the numbers that a lever brings.
    advance : function, optional
        Called with the part of the levers that are solved.
    as_is : Dataset, optional
        From `by_date.draws_by_date`, of the same draws; default: they are solved.

    Returns
    -------
    xarray.Dataset
        Over ``lever``, those that buy most time first, and ``quantile`` (5, 50 and 95 %): the dates
        `FIRSTS`, their probability ``NAME_by(lever, by)``, and ``NAME_gain(lever, quantile)``, by
        how many years they move, draw by draw; ``speedup_then(lever, quantile)``, the throughput
        speed-up at the last date of ``by``. The first lever is ``as_is``. Time is that until
        oversight costs half: oversight may come to be the bottleneck earlier where more reviewers
        make AI worth its review.
    """
    pulled = {AS_IS: OrganisationChange("as things are"), **available_levers(catalog)}
    solved = {} if as_is is None else {AS_IS: as_is.sel(time=_dates(followed))}
    for count, (name, lever) in enumerate(pulled.items(), start=1):
        if name not in solved:
            solved[name] = _pulled(catalog, lever, columns, followed, seed)
        advance(count / len(pulled))
    answered = np.logical_and.reduce(
        [drawn["status"].values == SOLVED for drawn in solved.values()]
    )
    rows: NDArray[np.intp] = np.flatnonzero(answered)
    titles = [lever.title for lever in pulled.values()]
    result = _summary(solved, rows, titles).assign_attrs(
        **provenance(catalog=catalog), paths_name=followed.paths.name, draws=len(answered)
    )
    return _ordered(result)


def _pulled(
    catalog: Catalog,
    lever: OrganisationChange,
    columns: Mapping[str, Array],
    followed: DrawnPaths,
    seed: int,
) -> xr.Dataset:
    """Return the draws with a lever pulled."""
    changed, count = catalog.replace(lever.rules) if lever.rules else catalog, len(followed.courses)
    laws, own = sampler(changed), set(sampler(catalog).laws)
    # numbers that the lever brings, such as those of a protocol, are drawn as all others are
    every = laws.draw(count, seed) if set(laws.laws) - own else {}
    drawn = {**{path: every[path] for path in every if path not in own}, **columns}
    # a limit that is uncertain is raised in the draws that have less: draws come before the catalog
    for path in lever.rules.keys() & drawn.keys():
        drawn[path] = np.maximum(drawn[path], lever.rules[path])
    for path, by in lever.factors.items():
        value = drawn.get(path)
        drawn[path] = by * (np.full(count, changed.get(path)) if value is None else value)
    growth = {f"paths {path}": rates for path, rates in followed.growth.items()}
    return ensemble(
        changed,
        {**drawn, **growth},
        paths=followed.paths,
        dates=_dates(followed),
        keep=("oversight_cost", "throughput_speedup"),
    )


def _dates(followed: DrawnPaths) -> list[float]:
    paths = followed.paths
    inside = [year for year in BY if paths.begins.value <= year <= paths.ends.value]
    return [paths.today.value, *(year for year in inside if year > paths.today.value)]


def _summary(
    solved: Mapping[str, xr.Dataset], rows: NDArray[np.intp], titles: list[str]
) -> xr.Dataset:
    """Return the quantiles of all levers over the draws that have an answer with each."""
    by = solved[AS_IS]["time"].values
    variables: dict[str, tuple[Any, ...]] = {"title": ("lever", titles, "", "what is done")}
    for name, meaning in FIRSTS.items():
        dates = np.stack([drawn[name].values[rows] for drawn in solved.values()])
        chance = (dates[..., None] <= by).mean(axis=1)
        with np.errstate(invalid="ignore"):
            gain = np.where(dates == dates[:1], 0.0, dates - dates[:1])
        moves = f"by how much the date moves at which {meaning}"
        variables[f"{name}_gain"] = (("lever", "quantile"), _quantiles(gain), "year", moves)
        variables[name] = (
            ("lever", "quantile"),
            _quantiles(dates),
            YEAR,
            f"first date at which {meaning}",
        )
        variables[f"{name}_by"] = (
            ("lever", "by"),
            chance,
            "1",
            f"probability that {meaning} by then",
        )
    speed = np.stack([drawn["throughput_speedup"].values[rows, -1] for drawn in solved.values()])
    variables |= {
        "speedup_then": (
            ("lever", "quantile"),
            _quantiles(speed),
            "1",
            "throughput speed-up at the last date of `by`",
        ),
    }
    coords = {
        "lever": np.array(list(solved), dtype=object),
        "quantile": list(LEVELS),
        "by": ("by", by, YEAR, "date"),
    }
    return labelled(variables, coords, {"used": len(rows)})


def _quantiles(values: Array) -> Array:
    """Return quantiles of rows, (row, quantile): order statistics, for dates may be inf."""
    count = np.ones(values.shape[1])
    return np.stack([order_statistics(np.sort(row), count, np.array(LEVELS)) for row in values])


def _ordered(result: xr.Dataset) -> xr.Dataset:
    """Return the levers, those that buy most time first, after ``as_is`` and before ``all``."""
    names = result["lever"].values.tolist()
    gain = result[f"{COSTLY}_gain"].sel(quantile=0.5).values
    speed = result["speedup_then"].sel(quantile=0.5).values
    order = sorted(
        range(len(names)),
        key=lambda row: (names[row] != AS_IS, names[row] == ALL, -gain[row], -speed[row]),
    )
    return result.isel(lever=order)
