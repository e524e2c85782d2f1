"""A segment of the axis on which one set of modes and prices is active, and its `Regime`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray

from taskmodel.allocation import Allocation
from taskmodel.closed_forms.closed_form import ClosedForm
from taskmodel.closed_forms.conditions import first_order_conditions
from taskmodel.closed_forms.notation import Notation
from taskmodel.closed_forms.regime import Regime
from taskmodel.errors import NoClosedFormError, NoRootError, SolveError
from taskmodel.numerics.accuracy import FORMULA_AGREES
from taskmodel.numerics.types import Array
from taskmodel.organisation.organisation import Organisation

FAULT = "this is a fault of taskmodel; please report it with the catalog"


@dataclass(frozen=True, eq=False)
class Segment:
    """A segment of the axis [FLOP/year] and the optimum at some points of it."""

    organisation: Organisation
    base_output: float  # of people alone [h/year]
    low: float
    high: float
    points: Array
    optimum: Allocation

    @property
    def middle(self) -> int:
        """Position of the point at which formulas are derived."""
        return len(self.points) // 2

    @cached_property
    def priced(self) -> NDArray[np.intp]:
        """Factors with a price."""
        return np.flatnonzero(self.optimum.priced[self.middle])

    @cached_property
    def notation(self) -> Notation:
        """The catalog's symbols, to which formulas add their own."""
        return Notation(self.organisation, self.base_output, self.points[self.middle])

    @cached_property
    def form(self) -> ClosedForm | str:
        """The closed form, or the reason why none exists."""
        output = self.optimum.output[self.middle]
        if output == 0:
            return "nothing can be produced"
        if np.isinf(output):
            return "output has no limit: it needs nothing that is scarce"
        try:
            return ClosedForm(self.notation, self.optimum.take([self.middle]), self.priced)
        except NoClosedFormError as error:
            return str(error)


def segment_regime(segment: Segment, end: sympy.Expr | None = None, end_reason: str = "") -> Regime:
    """The formula of a segment, or the first-order conditions with their root.

    Raises
    ------
    SolveError
        If the optimum differs from the formula or from the root by more than 1e-9.
    """
    organisation, notation, form = segment.organisation, segment.notation, segment.form
    usable, ends = segment.optimum.usable[segment.middle], [] if end is None else [end]
    common: dict[str, Any] = {
        "low": segment.low,
        "high": segment.high,
        "modes": {
            task: tuple(np.array(organisation.modes)[usable[index]].tolist())
            for index, task in enumerate(organisation.tasks)
        },
        "priced": tuple(organisation.factors[k] for k in segment.priced),
        "next_event": end,
        "next_event_reason": end_reason,
    }
    if isinstance(form, ClosedForm):
        output = form.output / notation.base
        # factors in fixed proportions have only a joint price: no elasticity of their own
        elasticities: dict[str, sympy.Expr] = {}
        shadow_prices: dict[str, sympy.Expr] = {}
        for k in segment.priced.tolist() if form.factors.unique else []:
            name = organisation.factors[k]
            unit = notation.inference_unit if name == "inference" else 1
            elasticities[name] = form.elasticity(k)
            shadow_prices[name] = elasticities[name] * output / (notation.supply[k] * unit)
        notation.definitions.update(form.definitions)
        regime = Regime(
            **common,
            output=output,
            reason="",
            shadow_prices=shadow_prices,
            elasticities=elasticities,
            **notation.used(output, *elasticities.values(), *form.definitions.values(), *ends),
        )
        _check(regime, segment)
        return regime
    if not len(segment.priced):
        return Regime(**common, output=None, reason=form, **notation.used(*ends))
    try:
        conditions = first_order_conditions(
            notation, segment.optimum, segment.priced, segment.points
        )
    except NoRootError as error:
        return Regime(**common, output=None, reason=f"{form}; {error}", **notation.used(*ends))
    return Regime(
        **common,
        output=None,
        reason=form,
        equations=conditions.equations,
        unknowns=conditions.roots[segment.middle],
        **notation.used(*conditions.equations, *ends),
    )


def _check(regime: Regime, segment: Segment) -> None:
    """Compares the formulas with the optimum."""
    points, optimum = segment.points, segment.optimum
    output = optimum.output / segment.base_output
    deviation = np.abs(regime.lambdify()(points) / output - 1).max()
    for name, formula in regime.elasticities.items():
        numeric = optimum.factor_elasticity[:, segment.organisation.factors.index(name)]
        deviation = max(deviation, np.abs(regime.lambdify(formula)(points) - numeric).max())
    if not deviation < FORMULA_AGREES:
        raise SolveError(
            f"the formula of the regime from {regime.low:g} to {regime.high:g} FLOP/year is off "
            f"from the optimum by {deviation:.1e}: {FAULT}"
        )
