"""Ours beside the published value: the deviation, and the verdict.

A deviation within the tolerance `agrees`. A larger one is `off`, unless the file explains it and ours is among the values that
the explanation accounts for: an explanation of one difference is no excuse for another.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from taskmodel.catalog import Catalog, load_catalog
from taskmodel.errors import InputError
from taskmodel.validation.computations import COMPUTATIONS
from taskmodel.validation.published import Published, published_results

ROUNDING = 1e-12  # of the value, so that half a unit of its last digit is within half a unit


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
        Told how many numbers are computed and how many there are to be, each time there is news.

    Returns
    -------
    tuple of Outcome
        In the order of the results.

    Raises
    ------
    InputError
        If a result names a computation there is not.
    CatalogError
        If a catalog lacks what a result sets.
    SolveError
        If the model has no answer that can be certified.
    """
    results = published_results() if results is None else tuple(results)
    wanted: dict[
        str, list[tuple[int, str | None]]
    ] = {}  # by computation: the place of a result, and which of its asides or None
    for place, result in enumerate(results):
        if result.computation not in COMPUTATIONS:
            raise InputError(
                f"{result.id} needs the computation {result.computation!r}; there are {', '.join(sorted(COMPUTATIONS))}"
            )
        wanted.setdefault(result.computation, []).extend(
            (place, name) for name in (None, *result.asides)
        )
    load = functools.cache(load)
    ours: dict[tuple[int, str | None], float] = {}
    for kind, keys in wanted.items():
        given = [
            results[place].given if name is None else results[place].asides[name]
            for place, name in keys
        ]
        for index, value in COMPUTATIONS[kind](given, load):
            ours[keys[index]] = float(value)
            if progress:
                progress(len(ours), sum(map(len, wanted.values())))
    return tuple(
        judge(result, ours[place, None], {name: ours[place, name] for name in result.asides})
        for place, result in enumerate(results)
    )


def judge(
    published: Published, ours: float, asides: Mapping[str, float] = MappingProxyType({})
) -> Outcome:
    """Compare one result.

    Parameters
    ----------
    published : Published
    ours : float
    asides : mapping of str to float, optional
        Ours at the asides of its explanation, by name.

    Returns
    -------
    Outcome
    """
    if ours == published.value:
        deviation = 0.0
    elif published.relative and math.isfinite(published.value):
        deviation = (ours - published.value) / abs(published.value)
    else:
        deviation = ours - published.value
    slack = (
        ROUNDING * abs(published.value)
        if math.isfinite(published.value) and not published.relative
        else 0.0
    )
    if abs(deviation) <= published.tolerance + slack:
        return Outcome(published, ours, deviation, Verdict.AGREES)
    if published.covers is None or not published.covers[0] <= ours <= published.covers[1]:
        return Outcome(published, ours, deviation, Verdict.OFF)
    shown = {name: f"{value:.3g}" for name, value in asides.items()}
    return Outcome(
        published, ours, deviation, Verdict.EXPLAINED, published.explanation.format(**shown)
    )


def exit_code(outcomes: Iterable[Outcome]) -> int:
    """0 if nothing is off, else 1."""
    return int(any(outcome.verdict is Verdict.OFF for outcome in outcomes))
