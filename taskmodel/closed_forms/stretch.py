"""What is written about a stretch of the axis on which one set of modes and prices is active, held against the optimum there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray

from taskmodel.allocation import Allocation
from taskmodel.closed_forms.closed_form import Form
from taskmodel.closed_forms.conditions import first_order_conditions
from taskmodel.closed_forms.regime import Regime
from taskmodel.closed_forms.words import Words
from taskmodel.errors import NoClosedFormError, NoRootError, SolveError
from taskmodel.numerics.types import Array
from taskmodel.organisation.organisation import Organisation

AGREES = 1e-9  # relative: a formula and the optimum it stands for
FAULT = "this is a fault of taskmodel; please report it with the catalog"


@dataclass(frozen=True, eq=False)
class Stretch:
    """A stretch of the axis [FLOP/year] and the optimum at some points of it."""

    organisation: Organisation
    base_output: float  # of people alone [h/year]
    low: float
    high: float
    points: Array
    optimum: Allocation

    @cached_property
    def middle(self) -> int:
        return len(self.points) // 2

    @cached_property
    def words(self) -> Words:
        return Words(self.organisation, self.base_output, self.points[self.middle])

    @cached_property
    def form(self) -> Form | str:
        """The closed form, or why there is none."""
        output = self.optimum.output[self.middle]
        if output == 0:
            return "nothing can be produced"
        if np.isinf(output):
            return "output has no limit: it needs nothing that is scarce"
        try:
            return Form(
                self.words,
                self.optimum.take([self.middle]),
                np.flatnonzero(self.optimum.priced[self.middle]),
            )
        except NoClosedFormError as no:
            return str(no)


def written(stretch: Stretch, end: sympy.Expr | None = None, end_reason: str = "") -> Regime:
    """The formula of a stretch, or the first-order conditions with their root.

    Raises
    ------
    SolveError
        If the formula or the root of the conditions and the optimum disagree by more than 1e-9.
    """
    at, words, form = stretch.organisation, stretch.words, stretch.form
    priced = np.flatnonzero(stretch.optimum.priced[stretch.middle])
    usable = stretch.optimum.usable[stretch.middle]
    common: dict[str, Any] = {
        "low": stretch.low,
        "high": stretch.high,
        "modes": {
            task: tuple(np.array(at.modes)[usable[index]].tolist())
            for index, task in enumerate(at.tasks)
        },
        "priced": tuple(at.factors[k] for k in priced),
        "next_event": end,
        "next_event_reason": end_reason,
    }
    ends = [] if end is None else [end]
    if isinstance(form, Form):
        output = form.output / words.base
        elasticities = (
            {k: form.elasticity(k) for k in priced.tolist()} if form.factors.unique else {}
        )
        words.definitions.update(form.definitions)
        regime = Regime(
            **common,
            output=output,
            reason="",
            shadow_prices={
                at.factors[k]: each * output / _counted(words, k)
                for k, each in elasticities.items()
            },
            elasticities={at.factors[k]: each for k, each in elasticities.items()},
            **words.used(output, *elasticities.values(), *form.definitions.values(), *ends),
        )
        _check(regime, stretch, priced)
        return regime
    if not len(priced):
        return Regime(**common, output=None, reason=form, **words.used(*ends))
    try:
        found = first_order_conditions(words, stretch.optimum, priced, stretch.points)
    except NoRootError as no:
        return Regime(**common, output=None, reason=f"{form}; {no}", **words.used(*ends))
    return Regime(
        **common,
        output=None,
        reason=form,
        equations=found.equations,
        unknowns=found.roots[stretch.middle],
        **words.used(*found.equations, *ends),
    )


def _counted(words: Words, factor: int) -> sympy.Expr:
    """A supply in the unit of its shadow price."""
    counted = words.inference_unit if words.at.factors[factor] == "inference" else 1
    return words.supply[factor] * counted


def _check(regime: Regime, stretch: Stretch, priced: NDArray[np.intp]) -> None:
    """Hold the formulas against the optimum."""
    points, optimum = stretch.points, stretch.optimum
    off = np.abs(regime.lambdify()(points) / (optimum.output / stretch.base_output) - 1).max()
    for name, k in zip(regime.priced, priced, strict=True):
        if name not in regime.elasticities:
            continue  # not unique
        each = regime.elasticities[name]
        off = max(
            off, np.abs(regime.lambdify(each)(points) - optimum.factor_elasticity[:, k]).max()
        )
    if not off < AGREES:
        raise SolveError(
            f"the formula of the regime from {regime.low:g} to {regime.high:g} FLOP/year is off from the optimum by {off:.1e}: {FAULT}"
        )
