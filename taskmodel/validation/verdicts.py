"""Deviations from published values, and verdicts.

A deviation within the tolerance `agrees`. A larger one is `off`, unless the file explains it and
the model's value lies in the interval that the explanation accounts for: an explanation of one
deviation does not excuse another.
"""

from __future__ import annotations

import functools
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from taskmodel.catalog import Catalog, load_catalog
from taskmodel.errors import InputError
from taskmodel.validation.computations import COMPUTATIONS
from taskmodel.validation.published import Published, published_results

# Relative to the value: half a unit of the last decimal agrees with a tolerance of half
# a unit, although both are rounded to binary.
ROUNDING = 1e-12


class Verdict(StrEnum):
    """Result of a comparison."""

    AGREES = "agrees"
    OFF = "off"
    EXPLAINED = "explained"


@dataclass(frozen=True)
class Outcome:
    """A published result and the model's value.

    Attributes
    ----------
    published : Published
    ours : float
        Value of the model; inf where it is unlimited, NaN where it has no value.
    deviation : float
        The model's value minus the published one, divided by it if the tolerance is relative; inf
        or NaN where only one is finite.
    verdict : Verdict
    explanation : str
        Of an explained deviation, with the values it refers to; otherwise empty.
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
    """Compare published results with the model.

    Parameters
    ----------
    results : iterable of Published, optional
        Default: all results bundled with the package.
    load : callable, optional
        Loads catalogs, with the signature of `taskmodel.load_catalog`; another one shows the effect
        of a changed catalog.
    progress : callable, optional
        Called after each computation with the numbers of completed and of all computations.

    Returns
    -------
    tuple of Outcome
        In the order of the results.

    Raises
    ------
    InputError
        If a result names an unknown computation.
    CatalogError
        If a catalog lacks what a result sets.
    SolveError
        If the model has no certified answer.
    """
    results = published_results() if results is None else tuple(results)
    # By computation: the index of each result, with the name of an aside or None for its own value.
    keys: dict[str, list[tuple[int, str | None]]] = defaultdict(list)
    for index, result in enumerate(results):
        if result.computation not in COMPUTATIONS:
            raise InputError(
                f"{result.id} needs the computation {result.computation!r}; "
                f"there are {', '.join(sorted(COMPUTATIONS))}"
            )
        keys[result.computation] += ((index, aside) for aside in (None, *result.asides))
    number = sum(map(len, keys.values()))
    load = functools.cache(load)
    ours: dict[tuple[int, str | None], float] = {}
    for computation, members in keys.items():
        cases = [
            results[index].arguments if aside is None else results[index].asides[aside]
            for index, aside in members
        ]
        for case, value in COMPUTATIONS[computation](cases, load):
            ours[members[case]] = float(value)
            if progress:
                progress(len(ours), number)
    return tuple(
        judge(result, ours[index, None], {aside: ours[index, aside] for aside in result.asides})
        for index, result in enumerate(results)
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
        The model's values at the asides of its explanation, by name.

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
