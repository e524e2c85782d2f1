"""Numbers that a catalog may have and that are hardly meant: notes, never refusals.

The spans are judgement. They are an order of magnitude and more wider than the numbers of bundled
catalogs and their intervals, so that what leaves them is more likely a slip of a unit or of an
exponent than an estimate.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from taskmodel.catalog.model import Catalog
from taskmodel.files import units

MAX_NAMED = 3  # numbers of unusual size that an error names


class Usual(NamedTuple):
    """Sizes that are usual, and what numbers beyond either end would mean."""

    low: float
    high: float
    below: str
    above: str


BY_UNIT = {
    units.REVIEW.symbol: Usual(
        0.0,
        4.0,
        "",
        "review takes {value:.3g} times as long as the work, so that AI hardly pays",
    ),
    units.PERSON.symbol: Usual(0.1, 1e8, "less than a tenth of a person", "more than a country"),
    units.WORKING_TIME.symbol: Usual(1e-5, 1e5, "less than a second", "more than a working life"),
    units.FLOP_PER_YEAR.symbol: Usual(
        1e15, 1e45, "less than a pocket calculator", "far beyond any forecast"
    ),
    units.FLOP.symbol: Usual(1e6, 1e50, "hardly any computation", "far beyond any forecast"),
    units.EXPERIMENTS.symbol: Usual(0.0, 1e6, "", "a data centre for each person"),
    units.TOKEN_RATE.symbol: Usual(1e-2, 1e8, "less than a word a minute", "a library a second"),
}
BY_PATH = {
    "production.elasticity": Usual(0.0, 20.0, "", "any task nearly replaces any other"),
    "latency.serial_speed": Usual(1e-2, 1e6, "slower than any person", "a year of work in seconds"),
}


def implausible(catalog: Catalog) -> dict[str, str]:
    """Return what is hardly meant in the numbers of a catalog, by dotted path.

    Examples
    --------
    >>> from taskmodel.catalog import load_catalog
    >>> catalog = load_catalog("alignment_research", set={"tasks.red_teaming.review_ratio": 40})
    >>> implausible(catalog)["tasks.red_teaming.review_ratio"]
    '40 h/h: review takes 40 times as long as the work, so that AI hardly pays'
    """
    return dict(_notes(catalog))


def unusual(catalog: Catalog) -> str:
    """Return which numbers of a catalog are of unusual size, with what is usual, as a sentence.

    Empty if none are. It follows the reason why there is no answer.
    """
    texts = [
        f"{path} is {text} ({usual_size(catalog, path)})"
        for path, text in implausible(catalog).items()
    ]
    return f"of unusual size: {'; '.join(texts[:MAX_NAMED])}" if texts else ""


def usual_size(catalog: Catalog, path: str) -> str:
    """Return between which sizes a number of a catalog is usual."""
    span = _span(path, catalog.quantities()[path][1].unit.symbol)
    return "" if span is None else f"usual is {span.low:g} to {span.high:g}"


def unusual_compute(compute: float) -> str:
    """Return why a compute [FLOP/year] is of unusual size; empty if it is not."""
    span = BY_UNIT[units.FLOP_PER_YEAR.symbol]
    if span.low <= compute <= span.high:
        return ""
    return (
        f"{span.below if compute < span.low else span.above} "
        f"(usual is {span.low:g} to {span.high:g})"
    )


def _span(path: str, unit: str) -> Usual | None:
    return BY_PATH.get(path, BY_UNIT.get(unit))


def _notes(catalog: Catalog) -> Iterator[tuple[str, str]]:
    for path, (_, measure, quantity) in catalog.quantities().items():
        span = _span(path, measure.unit.symbol)
        value = quantity.value
        if span is None or value == 0 or span.low <= value <= span.high:
            continue
        reason = (span.below if value < span.low else span.above).format(value=value)
        unit = "" if measure.unit is units.ONE else f" {measure.unit.symbol}"
        yield path, f"{value:.6g}{unit}: {reason}"
