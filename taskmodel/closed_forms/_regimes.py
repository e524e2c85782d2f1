"""The regimes of a sweep in sequence."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import sympy

from taskmodel._arguments import shown
from taskmodel.catalog import Catalog
from taskmodel.closed_forms.closed_form import ClosedForm
from taskmodel.closed_forms.regime import Regime
from taskmodel.closed_forms.regime_ends import Changes, end_formula, threshold_compute
from taskmodel.closed_forms.segment import FAULT, Segment, segment_regime
from taskmodel.errors import InputError, NoFormulaError, SolveError
from taskmodel.numerics.accuracy import COINCIDENT, FORMULA_AGREES
from taskmodel.numerics.numbers import real_numbers
from taskmodel.sweeps.points import needs_catalog
from taskmodel.sweeps.walker import Walker
from taskmodel.sweeps.walks import regime_changes

CHECKED = (0.15, 0.5, 0.85)  # positions within a regime, in logs, at which formulas are checked


def regimes(catalog: Catalog, compute: tuple[float, float] | None = None) -> Iterator[Regime]:
    """The regimes of a sweep, one at a time, each with its formula.

    Parameters
    ----------
    catalog : Catalog
    compute : (float, float), optional
        Range of compute [FLOP/year]; default: the ends of the catalog's grid.

    Returns
    -------
    iterator of Regime
        In increasing order of compute; every formula has been compared with the optimum at three
        points of its range.

    Raises
    ------
    SolveError
        If a formula and the optimum disagree by more than 1e-9, or the sweep has no answer.
    TypeError
        If the argument is not a catalog, for instance its name.
    InputError
        If the range is empty, or its ends are closer than 1e-8 relative.
    """
    needs_catalog(catalog)
    grid = catalog.compute.grid
    ends = real_numbers("compute", (grid.low, grid.high) if compute is None else compute)
    if ends.shape != (2,):
        raise InputError(
            f"compute must be a stretch (low, high) [FLOP/year]; found {shown(compute)}"
        )
    low, high = ends.tolist()
    if not 0 < low < low * (1 + COINCIDENT) < high < np.inf:
        raise InputError(
            "compute must be a stretch (low, high) of positive, finite compute [FLOP/year], more "
            f"than {COINCIDENT:g} apart relative to it; found {(low, high)}"
        )
    return _regimes(Walker(catalog), low, high)


def _regimes(walker: Walker, low: float, high: float) -> Iterator[Regime]:
    events = regime_changes(walker, low, high)
    ends = [low, *events, high]
    spans = [
        (left, right)
        for left, right in zip(ends, ends[1:], strict=False)
        if right > left * (1 + COINCIDENT)
    ]
    following: Segment | None = None
    for number, (left, right) in enumerate(spans):
        segment = following or _segment(walker, left, right)
        adjacent = number + 1 < len(spans) and spans[number + 1][0] == right
        # Prices are equal on both sides of an end. Where the regime itself has no closed form,
        # the one beyond the end may have one, which then determines the end.
        needed = adjacent and not isinstance(segment.form, ClosedForm)
        following = _segment(walker, *spans[number + 1]) if needed else None
        yield _regime(
            segment,
            Changes.of(events[right]) if right in events else None,
            following.form if following else None,
        )


def _segment(walker: Walker, low: float, high: float) -> Segment:
    points = np.exp(np.log(low) + np.array(CHECKED) * np.log(high / low))
    optimum = walker.solve(points).allocation
    base_output = float(walker.yardstick.base_output[0])
    return Segment(walker.organisation, base_output, low, high, points, optimum)


def _regime(segment: Segment, changes: Changes | None, beyond: ClosedForm | str | None) -> Regime:
    try:
        end = _end(segment, changes, beyond)
    except NoFormulaError as error:
        return segment_regime(segment, end_reason=str(error))
    regime = segment_regime(segment, end)
    if not abs(float(regime.lambdify(end)(segment.high)) / segment.high - 1) < FORMULA_AGREES:
        raise SolveError(f"the formula of the event at {segment.high:g} FLOP/year is off: {FAULT}")
    return regime


def _end(segment: Segment, changes: Changes | None, beyond: ClosedForm | str | None) -> sympy.Expr:
    """The end of a regime: a threshold, or the zero of a margin of the regime or the next one."""
    if changes is None:
        raise NoFormulaError("the regime goes on beyond the stretch that was asked for")
    notation = segment.notation
    if changes.opening:
        return threshold_compute(notation, segment.high, changes.opening[0])
    if isinstance(segment.form, ClosedForm):
        formula, sums = end_formula(segment.form, changes, segment.high)
        notation.definitions |= segment.form.definitions | sums
    elif isinstance(beyond, ClosedForm):
        formula, sums = end_formula(beyond, changes.backwards(), segment.high)
        notation.adopt(beyond.notation, beyond.definitions | sums)
    else:
        raise NoFormulaError("neither the regime nor the next one has a closed form")
    return formula
