"""The regimes of a sweep, one after the other."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import sympy

from taskmodel.catalog import Catalog
from taskmodel.closed_forms.closed_form import Form
from taskmodel.closed_forms.ends import Changes, end, threshold
from taskmodel.closed_forms.regime import Regime
from taskmodel.closed_forms.stretch import AGREES, FAULT, Stretch, written
from taskmodel.errors import InputError, NoFormulaError, SolveError
from taskmodel.sweeps.sweep import event_places, needs_catalog
from taskmodel.sweeps.walker import Walker

CLOSE = 1e-8  # relative: events closer than this have no regime between them
CHECKED = (
    0.15,
    0.5,
    0.85,
)  # parts of a regime's interval, in logs, at which a formula is held against the optimum


def regimes(catalog: Catalog, compute: tuple[float, float] | None = None) -> Iterator[Regime]:
    """The regimes of a sweep, one at a time, each with its formula.

    Parameters
    ----------
    catalog : Catalog
    compute : (float, float), optional
        The stretch of the axis to go through [FLOP/year]; default: the ends of the catalog's grid.

    Returns
    -------
    iterator of Regime
        From the first to the last; every formula has been held against the optimum at three points of its stretch.

    Raises
    ------
    SolveError
        If a formula and the optimum disagree by more than 1e-9, or the sweep has no answer.
    TypeError
        If the catalog is none, such as its name.
    InputError
        If the stretch is empty, or its ends are closer than 1e-8 relative.
    """
    needs_catalog(catalog)
    low, high = (
        (catalog.compute.grid.low, catalog.compute.grid.high) if compute is None else compute
    )
    if not 0 < low < low * (1 + CLOSE) < high < np.inf:
        raise InputError(
            f"compute must be a stretch (low, high) of positive, finite compute [FLOP/year], more than {CLOSE:g} apart relative to it; "
            f"found {(low, high)}"
        )
    return _regimes(Walker(catalog), low, high)


def _regimes(walker: Walker, low: float, high: float) -> Iterator[Regime]:
    changes = event_places(walker, low, high)
    places = [low, *changes, high]
    spans = [
        (begin, end)
        for begin, end in zip(places, places[1:], strict=False)
        if end > begin * (1 + CLOSE)
    ]
    following: Stretch | None = None
    for place, span in enumerate(spans):
        stretch = following or _stretch(walker, *span)
        follows = place + 1 < len(spans) and spans[place + 1][0] == stretch.high
        # prices are the same on either side of an end, so the regime beyond may tell of it
        following = (
            _stretch(walker, *spans[place + 1])
            if follows and not isinstance(stretch.form, Form)
            else None
        )
        beyond = None if following is None else following.form
        yield _regime(
            stretch, Changes.of(changes[stretch.high]) if stretch.high in changes else None, beyond
        )


def _stretch(walker: Walker, low: float, high: float) -> Stretch:
    points = np.exp(np.log(low) + np.array(CHECKED) * np.log(high / low))
    optimum = walker.solve(points, np.zeros(len(points), dtype=bool)).allocation
    return Stretch(
        walker.organisation, float(walker.yardstick.base_output[0]), low, high, points, optimum
    )


def _regime(stretch: Stretch, changes: Changes | None, beyond: Form | str | None) -> Regime:
    try:
        formula = _end(stretch, changes, beyond)
    except NoFormulaError as no:
        return written(stretch, end_reason=str(no))
    regime = written(stretch, formula)
    if not abs(float(regime.lambdify(formula)(stretch.high)) / stretch.high - 1) < AGREES:
        raise SolveError(f"the formula of the event at {stretch.high:g} FLOP/year is off: {FAULT}")
    return regime


def _end(stretch: Stretch, changes: Changes | None, beyond: Form | str | None) -> sympy.Expr:
    """Where a regime ends: at a threshold, or where a margin is used up, its own or that of the regime beyond."""
    if changes is None:
        raise NoFormulaError("the regime goes on beyond the stretch that was asked for")
    if changes.opening:
        return threshold(stretch.words, stretch.high, changes.opening[0])
    if isinstance(stretch.form, Form):
        formula, sums = end(stretch.form, changes, stretch.high)
        stretch.words.definitions |= stretch.form.definitions | sums
    elif isinstance(beyond, Form):
        formula, sums = end(beyond, changes.backwards(), stretch.high)
        stretch.words.learn(beyond.words, beyond.definitions | sums)
    else:
        raise NoFormulaError("neither the regime nor the next one has a closed form")
    return formula
