"""Ours beside the published value: the deviation, and the verdict.

A deviation within the tolerance `agrees`. A larger one is `off`, unless the file explains it and ours is among the values that
the explanation accounts for: an explanation of one difference is no excuse for another.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from taskmodel.catalog import Catalog, load_catalog
from taskmodel.validation.computations import COMPUTATIONS
from taskmodel.validation.published import Published, published_results

ROUNDING = 4 * 2.0**-52  # relative error of a difference, so that half a unit of the last digit is within half a unit


class Verdict(StrEnum):
    """What comes of a comparison."""

    AGREES = "agrees"
    OFF = "off"
    EXPLAINED = "explained"


@dataclass(frozen=True)
class Outcome:
    """A published result and ours.

    Attributes
    ----------
    published : Published
    ours : float
        What the model gives; inf where it is without limit, NaN where it has no value.
    deviation : float
        Ours less the published value, divided by it if the tolerance is relative; inf or NaN where only one is finite.
    verdict : Verdict
    explanation : str
        Of a deviation that is explained, with the values it refers to; else empty.
    """

    published: Published
    ours: float
    deviation: float
    verdict: Verdict
    explanation: str = ""


def validate(
    results: Iterable[Published] | None = None,
    *,
    load: Callable[..., Catalog] = load_catalog,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Outcome, ...]:
    """Hold published results against what the model gives now.

    Parameters
    ----------
    results : iterable of Published, optional
        Default: all that come with the package.
    load : callable, optional
        Where catalogs come from, called as `taskmodel.load_catalog`; to see what a changed catalog does to the results.
    progress : callable, optional
        Told how many results are computed and how many there are, each time there is news.

    Returns
    -------
    tuple of Outcome
        In the order of the results.

    Raises
    ------
    ValueError
        If a result names a computation there is not, or an explanation refers to a result that is not among these.
    CatalogError
        If a catalog lacks what a result sets.
    SolveError
        If the model has no answer that can be certified.
    """
    results = published_results() if results is None else tuple(results)
    kinds: dict[str, list[int]] = {}
    for place, result in enumerate(results):
        if result.computation not in COMPUTATIONS:
            raise ValueError(f"{result.id} needs the computation {result.computation!r}; there are {', '.join(sorted(COMPUTATIONS))}")
        kinds.setdefault(result.computation, []).append(place)
    load = functools.cache(load)
    ours: dict[int, float] = {}
    for kind, places in kinds.items():
        for index, value in COMPUTATIONS[kind]([results[place].given for place in places], load):
            ours[places[index]] = float(value)
            if progress:
                progress(len(ours), len(results))
    by_id = {result.id: ours[place] for place, result in enumerate(results)}
    return tuple(judge(result, ours[place], by_id) for place, result in enumerate(results))


def judge(published: Published, ours: float, others: dict[str, float] | None = None) -> Outcome:
    """Compare one result.

    Parameters
    ----------
    published : Published
    ours : float
    others : dict of str to float, optional
        Ours for other results, by id, for explanations that refer to them.

    Returns
    -------
    Outcome

    Raises
    ------
    ValueError
        If an explanation is needed that refers to a result that is not among the others.
    """
    if ours == published.value:
        deviation = 0.0
    elif published.relative and math.isfinite(published.value):
        deviation = (ours - published.value) / abs(published.value)
    else:
        deviation = ours - published.value
    slack = ROUNDING * (1.0 if published.relative else abs(published.value) if math.isfinite(published.value) else 0.0)
    if abs(deviation) <= published.tolerance + slack:
        return Outcome(published, ours, deviation, Verdict.AGREES)
    if published.covers is None or not published.covers[0] <= ours <= published.covers[1]:
        return Outcome(published, ours, deviation, Verdict.OFF)
    return Outcome(published, ours, deviation, Verdict.EXPLAINED, _filled(published, others or {}))


def exit_code(outcomes: Iterable[Outcome]) -> int:
    """0 if nothing is off, else 1."""
    return int(any(outcome.verdict is Verdict.OFF for outcome in outcomes))


def _filled(published: Published, ours: dict[str, float]) -> str:
    """The explanation with the model's values in it."""

    def value(reference: re.Match[str]) -> str:
        if reference[1] not in ours:
            raise ValueError(f"the explanation of {published.id} refers to {reference[1]!r}, which is not among the results compared")
        return f"{ours[reference[1]]:.3g}"

    return re.sub(r"\{([^{}]*)\}", value, published.explanation)
