"""The regimes of a sweep, one after the other, each with its formula held against the optimum."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import mpmath
import numpy as np
import sympy
from numpy.typing import ArrayLike

from taskmodel.allocation import SolveError
from taskmodel.catalog import Catalog
from taskmodel.changes import Event
from taskmodel.formulas.closed_form import Form, NoClosedFormError
from taskmodel.formulas.conditions import first_order_conditions
from taskmodel.formulas.words import COMPUTE, Words, numbers_of
from taskmodel.production import Array
from taskmodel.stepping import event_places, needs_catalog
from taskmodel.walker import Walker

AGREES = 1e-9  # relative: a formula and the optimum it stands for
CLOSE = 1e-8  # relative: events closer than this have no regime between them
DIGITS = 30
TERMS = 3  # in a row of LaTeX
LONG = 120  # operations, above which an expression is left as it is
CHECKED = (0.15, 0.5, 0.85)  # parts of a regime's interval, in logs, at which a formula is held against the optimum


@dataclass(frozen=True)
class Regime:
    """A stretch of the compute axis on which the same modes and prices are active.

    Attributes
    ----------
    low, high : float
        The stretch [FLOP/year].
    modes : dict of str to tuple of str
        Active modes of each task.
    priced : tuple of str
        Factors with a price.
    output : Expr or None
        Output relative to people alone, in the symbols of ``meaning``; None without a closed form.
    reason : str
        Why there is no closed form; empty if there is one.
    shadow_prices, elasticities : dict of str to Expr
        By priced factor: output per unit of it, and the elasticity of output to it [1].
    next_event : Expr or None
        The compute at which the regime ends, where that has a closed form.
    definitions : dict of Symbol to Expr
        What sums and supplies stand for.
    values : dict of Symbol to float
        The catalog's numbers.
    meaning : dict of Symbol to str
        What each symbol is, with its unit.
    equations : tuple of Eq
        Where there is no closed form: the first-order conditions, exact but to be solved numerically.
    unknowns : dict of Symbol to float
        Their unknowns, with the solution in the middle of the stretch.
    """

    low: float
    high: float
    modes: dict[str, tuple[str, ...]]
    priced: tuple[str, ...]
    output: sympy.Expr | None
    reason: str
    shadow_prices: dict[str, sympy.Expr] = field(default_factory=dict)
    elasticities: dict[str, sympy.Expr] = field(default_factory=dict)
    next_event: sympy.Expr | None = None
    definitions: dict[sympy.Symbol, sympy.Expr] = field(default_factory=dict)
    values: dict[sympy.Symbol, float] = field(default_factory=dict)
    meaning: dict[sympy.Symbol, str] = field(default_factory=dict)
    equations: tuple[sympy.Eq, ...] = ()
    unknowns: dict[sympy.Symbol, float] = field(default_factory=dict)

    def expanded(self, expression: sympy.Expr) -> sympy.Expr:
        """An expression with its sums written out, in the catalog's inputs and compute G."""
        while self.definitions.keys() & expression.free_symbols:
            expression = expression.xreplace(self.definitions)
        return expression

    def lambdify(self, expression: sympy.Expr | None = None) -> Callable[[ArrayLike], Array]:
        """A function of compute [FLOP/year], scalar or array, with the catalog's numbers put in; default: output.

        It is evaluated to 30 digits and rounded once: powers that a person would write can be beyond any float on the way.

        Raises
        ------
        ValueError
            If the regime has no closed form and no expression is given.
        """
        expression = self.output if expression is None else expression
        if expression is None:
            raise ValueError(f"this regime has no closed form: {self.reason}")
        formula = sympy.lambdify(COMPUTE, self.expanded(expression).xreplace(numbers_of(self.values)), "mpmath")

        def evaluate(compute: ArrayLike) -> Array:
            points = np.asarray(compute, dtype=float)
            with mpmath.workdps(DIGITS):
                return np.array([float(formula(mpmath.mpf(point))) for point in points.ravel()]).reshape(points.shape)

        return evaluate

    def latex(self) -> str:
        """The formula, or the first-order conditions, as LaTeX: the rows of an ``align*`` of the package amsmath."""
        if self.output is None:
            rows = [(each.lhs, each.rhs) for each in self.equations]
        else:
            rows = [(sympy.Symbol("Y"), self.output), *self.definitions.items()]
            rows += [(sympy.Symbol(f"epsilon_{name}"), each) for name, each in self.elasticities.items()]
            rows += [] if self.next_event is None else [(sympy.Symbol("G_end"), self.next_event)]
        return " \\\\\n".join(line for left, right in rows for line in _rows(left, right))


def _rows(left: sympy.Expr, right: sympy.Expr) -> Iterator[str]:
    """An equation in rows of a few terms each."""
    terms = [sympy.latex(term) for term in sympy.Add.make_args(right)]
    for begin in range(0, len(terms), TERMS):
        some = " + ".join(terms[begin : begin + TERMS])
        yield f"{sympy.latex(left)} &= {some}" if begin == 0 else rf"&\quad + {some}"


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
    ValueError
        If the stretch is empty, or its ends are closer than 1e-8 relative.
    """
    needs_catalog(catalog)
    low, high = (catalog.compute.grid.low, catalog.compute.grid.high) if compute is None else compute
    if not 0 < low < low * (1 + CLOSE) < high < np.inf:
        raise ValueError(
            f"compute must be a stretch (low, high) of positive, finite compute [FLOP/year], more than {CLOSE:g} apart relative to it; "
            f"found {(low, high)}"
        )
    return _regimes(Walker(catalog), low, high)


def _regimes(walker: Walker, low: float, high: float) -> Iterator[Regime]:
    changes = event_places(walker, low, high)
    places = [low, *changes, high]
    for begin, end in zip(places, places[1:], strict=False):
        if end > begin * (1 + CLOSE):
            yield _regime(walker, begin, end, changes.get(end, []))


def _regime(walker: Walker, low: float, high: float, changes: list[Event]) -> Regime:
    points = np.exp(np.log(low) + np.array(CHECKED) * np.log(high / low))
    solved = walker.solve(points, np.zeros(len(points), dtype=bool)).allocation
    at = walker.organisation
    middle = solved.take([1])
    usable = middle.usable[0]
    modes = {task: tuple(np.array(at.modes)[usable[index]].tolist()) for index, task in enumerate(at.tasks)}
    priced = np.flatnonzero(middle.priced[0])
    common: dict[str, Any] = {"low": low, "high": high, "modes": modes, "priced": tuple(at.factors[k] for k in priced)}
    if not np.isfinite(middle.output[0]) or middle.output[0] == 0:
        what = "nothing can be produced" if middle.output[0] == 0 else "output has no limit: it needs nothing that is scarce"
        return Regime(**common, output=None, reason=what)
    words = Words(walker, points[1])
    try:
        form = Form(words, middle, priced)
    except NoClosedFormError as no:
        equations, unknowns = first_order_conditions(words, middle, priced)
        return Regime(**common, output=None, reason=str(no), equations=equations, unknowns=unknowns, **words.used(*equations))
    output = form.output / words.base
    prices = {at.factors[k]: sympy.diff(output, words.supply[k]) for k in priced}
    following = form.next_event(high, changes)
    words.definitions.update(form.definitions)
    logarithm = sympy.expand_log(sympy.log(output), force=True)
    elasticities = {at.factors[k]: _short(words.supply[k] * sympy.diff(logarithm, words.supply[k])) for k in priced}
    regime = Regime(
        **common,
        output=output,
        reason="",
        shadow_prices=prices,
        elasticities=elasticities,
        next_event=following,
        **words.used(output, *elasticities.values(), *form.definitions.values(), *([] if following is None else [following])),
    )
    _check(regime, points, solved.output / walker.yardstick.base_output, solved.factor_elasticity[:, priced])
    if following is not None and not abs(float(regime.lambdify(following)(high)) / high - 1) < AGREES:
        raise SolveError(f"the formula of the event at {high:g} FLOP/year is off: {_FAULT}")
    return regime


def _check(regime: Regime, points: Array, output: Array, elasticity: Array) -> None:
    """Hold the formulas against the optimum."""
    found = regime.lambdify()(points)
    off = np.abs(found / output - 1).max()
    parts = np.stack([regime.lambdify(each)(points) for each in regime.elasticities.values()], axis=-1)
    off = max(off, np.abs(parts - elasticity).max())
    if not off < AGREES:
        raise SolveError(
            f"the formula of the regime from {regime.low:g} to {regime.high:g} FLOP/year is off from the optimum by {off:.1e}: {_FAULT}"
        )


_FAULT = "this is a fault of taskmodel; please report it with the catalog"


def _short(expression: sympy.Expr) -> sympy.Expr:
    """What a person would write, where it is short enough to be worth the search."""
    return sympy.simplify(expression) if expression.count_ops() < LONG else sympy.powsimp(expression)
