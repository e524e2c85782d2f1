"""A regime: the range of compute between two events, with its formula."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import mpmath
import numpy as np
import sympy
from numpy.typing import ArrayLike

from taskmodel.closed_forms import latex
from taskmodel.closed_forms.notation import COMPUTE, DIGITS, numbers_of
from taskmodel.errors import InputError
from taskmodel.numerics.types import Array


@dataclass(frozen=True)
class Regime:
    """A range of compute on which the same modes and prices are active.

    Attributes
    ----------
    low, high : float
        Ends of the range [FLOP/year].
    modes : dict of str to tuple of str
        Active modes of each task.
    priced : tuple of str
        Factors with a price.
    output : Expr or None
        Output relative to people alone, in the symbols of ``meaning``; None without a closed form.
    reason : str
        Why there is no closed form; empty if there is one.
    shadow_prices, elasticities : dict of str to Expr
        By priced factor: output per unit of it, and the elasticity of output to it [1]. Empty
        without a closed form, and where they are not unique because scarce factors are used in
        fixed proportions.
    next_event : Expr or None
        The compute at which the regime ends, where that has a closed form.
    next_event_reason : str
        Why there is none; empty if there is one.
    definitions : dict of Symbol to Expr
        Sums and supplies.
    values : dict of Symbol to float
        The catalog's numbers.
    meaning : dict of Symbol to str
        Meaning and unit of each symbol.
    equations : tuple of Eq
        Without a closed form: the first-order conditions, exact but to be solved numerically.
    unknowns : dict of Symbol to Float
        Their unknowns, with the root in the middle of the range (in logs) to 30 digits.
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
        """An expression without definitions, in the catalog's inputs and compute G."""
        while self.definitions.keys() & expression.free_symbols:
            expression = expression.xreplace(self.definitions)
        return expression

    @cached_property
    def _numbers(self) -> dict[sympy.Symbol, sympy.Expr]:
        """Values of all symbols: a number, or for definitions a function of compute."""
        known: dict[sympy.Symbol, sympy.Expr] = dict(numbers_of(self.values))

        def value(symbol: sympy.Symbol) -> sympy.Expr:
            definition = self.definitions[symbol]
            for inner in definition.free_symbols & self.definitions.keys() - known.keys():
                known[inner] = value(inner)
            return definition.xreplace(known)

        return known | {symbol: value(symbol) for symbol in self.definitions}

    def lambdify(self, expression: sympy.Expr | None = None) -> Callable[[ArrayLike], Array]:
        """A numeric function of compute [FLOP/year], scalar or array; default: output.

        It is evaluated to 30 digits and rounded once, for powers in a formula may exceed the range
        of floats.

        Raises
        ------
        InputError
            If the regime has no closed form and no expression is given.
        """
        expression = self.output if expression is None else expression
        if expression is None:
            raise InputError(f"this regime has no closed form: {self.reason}")
        # values are substituted before compilation: definitions become functions of compute alone
        formula = sympy.lambdify(COMPUTE, expression.xreplace(self._numbers), "mpmath")

        def evaluate(compute: ArrayLike) -> Array:
            points = np.asarray(compute, dtype=float)
            with mpmath.workdps(DIGITS):
                return np.array(
                    [float(formula(mpmath.mpf(point))) for point in points.ravel()]
                ).reshape(points.shape)

        return evaluate

    def latex(self) -> str:
        """The formula or the first-order conditions in LaTeX: rows of an ``align*`` of amsmath."""
        sides = [(equation.lhs, equation.rhs) for equation in self.equations]
        sides += [] if self.output is None else [(sympy.Symbol("Y"), self.output)]
        sides += self.definitions.items()
        sides += [
            (sympy.Symbol(f"epsilon_{name}"), formula)
            for name, formula in self.elasticities.items()
        ]
        sides += [] if self.next_event is None else [(sympy.Symbol("G_end"), self.next_event)]
        return latex.rows(sides)
