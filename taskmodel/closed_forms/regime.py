"""A regime: a stretch of the compute axis between two events, with its formula."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import mpmath
import numpy as np
import sympy
from numpy.typing import ArrayLike

from taskmodel.closed_forms import latex
from taskmodel.closed_forms.words import COMPUTE, DIGITS, numbers_of
from taskmodel.errors import InputError
from taskmodel.numerics.types import Array


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
        By priced factor: output per unit of it, and the elasticity of output to it [1]. Empty without a closed form, and where
        they are not unique because scarce factors are used in fixed proportions.
    next_event : Expr or None
        The compute at which the regime ends, where that has a closed form.
    next_event_reason : str
        Why there is none; empty if there is one.
    definitions : dict of Symbol to Expr
        What sums and supplies stand for.
    values : dict of Symbol to float
        The catalog's numbers.
    meaning : dict of Symbol to str
        What each symbol is, with its unit.
    equations : tuple of Eq
        Where there is no closed form: the first-order conditions, exact but to be solved numerically.
    unknowns : dict of Symbol to Float
        Their unknowns, with the root in the middle of the stretch (in logs) to 30 digits.
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
    next_event_reason: str = ""
    definitions: dict[sympy.Symbol, sympy.Expr] = field(default_factory=dict)
    values: dict[sympy.Symbol, float] = field(default_factory=dict)
    meaning: dict[sympy.Symbol, str] = field(default_factory=dict)
    equations: tuple[sympy.Eq, ...] = ()
    unknowns: dict[sympy.Symbol, sympy.Float] = field(default_factory=dict)

    def expanded(self, expression: sympy.Expr) -> sympy.Expr:
        """An expression with its sums written out, in the catalog's inputs and compute G."""
        while self.definitions.keys() & expression.free_symbols:
            expression = expression.xreplace(self.definitions)
        return expression

    @cached_property
    def _numbers(self) -> dict[sympy.Symbol, sympy.Expr]:
        """The catalog's numbers, and what sums come to: a number, or a function of compute."""
        known: dict[sympy.Symbol, sympy.Expr] = dict(numbers_of(self.values))

        def value(symbol: sympy.Symbol) -> sympy.Expr:
            meant = self.definitions[symbol]
            for each in meant.free_symbols & self.definitions.keys() - known.keys():
                known[each] = value(each)
            return meant.xreplace(known)

        return known | {symbol: value(symbol) for symbol in self.definitions}

    def lambdify(self, expression: sympy.Expr | None = None) -> Callable[[ArrayLike], Array]:
        """A function of compute [FLOP/year], scalar or array, with the catalog's numbers put in; default: output.

        It is evaluated to 30 digits and rounded once: powers that a person would write can be beyond any float on the way.

        Raises
        ------
        InputError
            If the regime has no closed form and no expression is given.
        """
        expression = self.output if expression is None else expression
        if expression is None:
            raise InputError(f"this regime has no closed form: {self.reason}")
        formula = sympy.lambdify(COMPUTE, expression.xreplace(self._numbers), "mpmath")

        def evaluate(compute: ArrayLike) -> Array:
            points = np.asarray(compute, dtype=float)
            with mpmath.workdps(DIGITS):
                return np.array(
                    [float(formula(mpmath.mpf(point))) for point in points.ravel()]
                ).reshape(points.shape)

        return evaluate

    def latex(self) -> str:
        """The formula, or the first-order conditions, as LaTeX: the rows of an ``align*`` of the package amsmath."""
        named = [(each.lhs, each.rhs) for each in self.equations]
        named += [] if self.output is None else [(sympy.Symbol("Y"), self.output)]
        named += self.definitions.items()
        named += [
            (sympy.Symbol(f"epsilon_{name}"), each) for name, each in self.elasticities.items()
        ]
        named += [] if self.next_event is None else [(sympy.Symbol("G_end"), self.next_event)]
        return latex.rows(named)
