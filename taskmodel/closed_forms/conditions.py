"""The first-order conditions of a regime without a closed form: exact equations and their root.

The unknowns are prices p (with p . E = 1), the cost z or c of a unit of each task or nest, output Y
and activities y. Modes without work in the optimum are left out, so that all unknowns are positive
and all terms of all equations are products of powers. Newton's method therefore works in
logarithms. It starts from the optimum, known to about 1e-12; residuals are evaluated to 30 digits
and slopes in double precision, which gains some ten digits a step. Where activities are not unique
the step is the shortest one, which is why `mpmath.findroot`, which needs a regular Jacobian, does
not serve.

Source: the model, section 1.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np
import sympy
from numpy.typing import NDArray

from taskmodel.allocation import Allocation
from taskmodel.closed_forms.notation import COMPUTE, DIGITS, Notation, numbers_of
from taskmodel.errors import NoRootError, SolveError
from taskmodel.numerics.accuracy import FORMULA_AGREES, ROOT_EXACT, ROOT_RESIDUAL, SINGULAR
from taskmodel.numerics.types import Array
from taskmodel.science.production import Nest

STEPS = 8

# The part of an allocation that an unknown stands for: ("price", factor), ("cost", node),
# ("output", None) or ("activity", (task, mode)).
Quantity = tuple[str, Any]


@dataclass(frozen=True)
class Conditions:
    """Equations and their roots.

    Attributes
    ----------
    equations : tuple of Eq
    unknowns : tuple of Symbol
    roots : list of dict of Symbol to Float
        At each point, to 30 digits.
    """

    equations: tuple[sympy.Eq, ...]
    unknowns: tuple[sympy.Symbol, ...]
    roots: list[dict[sympy.Symbol, sympy.Float]]


class ConditionBuilder:
    """Builds the first-order conditions of a regime.

    Attributes
    ----------
    equations : list of Eq
    unknowns : dict of Symbol to (str, object)
        The part of an allocation that each unknown stands for.
    """

    def __init__(
        self, notation: Notation, allocation: Allocation, priced: NDArray[np.intp]
    ) -> None:
        self.notation, self.priced = notation, priced
        self.working: NDArray[np.bool_] = np.greater(allocation.activity[0], 0)
        self.unknowns: dict[sympy.Symbol, Quantity] = {}
        self.equations: list[sympy.Eq] = []
        self.amounts: dict[tuple[int, int], sympy.Symbol] = {}
        self.costly: NDArray[np.bool_] = np.any(notation.numbers[..., priced] > 0, axis=-1)
        meaning = "price of a factor, with prices times supplies adding up to 1"
        self.prices = [
            self._unknown(f"p_{notation.organisation.factors[k]}", ("price", k), meaning)
            for k in priced
        ]
        total = self._unknown("Y", ("output", None), "output relative to people alone [1]")
        cost = self._nest(notation.organisation.nest, notation.base * total, "")
        self._equal(cost, 1 / (notation.base * total))
        for k in priced:
            used = (
                notation.bundle[task, mode, k] * amount
                for (task, mode), amount in self.amounts.items()
            )
            self._equal(notation.supply[k], sympy.Add(*used))

    def _unknown(self, name: str, quantity: Quantity, meaning: str) -> sympy.Symbol:
        symbol = sympy.Symbol(name, positive=True)
        self.unknowns[symbol] = quantity
        self.notation.meaning[symbol] = meaning
        return symbol

    def _equal(self, left_side: sympy.Expr, right_side: sympy.Expr) -> None:
        self.equations.append(sympy.Eq(left_side, right_side, evaluate=False))

    def _absent(self, node: Nest | int) -> bool:
        """Whether nothing is done below a node, for instance where substitutes replace it."""
        return not self.working[list(node.tasks()) if isinstance(node, Nest) else node].any()

    def _free(self, node: Nest | int) -> bool:
        """Whether a node uses nothing scarce, so that it takes no part in the conditions."""
        if not isinstance(node, Nest):
            return not self.costly[node][self.working[node]].any()
        members = [self._free(member) for member in node.members if not self._absent(member)]
        return any(members) if np.asarray(node.elasticity) >= 1 else all(members)

    def _nest(self, node: Nest, output: sympy.Expr, label: str) -> sympy.Symbol:
        """Adds the conditions of a nest that produces ``output``; returns its unit cost."""
        notation = self.notation
        sigma = notation.elasticity(node)
        name = f"c{label or '_research'}"
        cost = self._unknown(name, ("cost", node), "cost of a unit of a nest")
        costs = []
        for share, member, inner in notation.members(node, label):
            if self._absent(member) or self._free(member):
                continue
            if isinstance(member, Nest):
                below = sympy.Symbol(f"c{inner}", positive=True)
                self._nest(member, share * output * (cost / below) ** sigma, inner)
            else:
                task = notation.organisation.tasks[member]
                below = self._unknown(f"z_{task}", ("cost", member), f"cost of a unit of {task}")
                self._task(member, below, share * output * (cost / below) ** sigma)
            costs.append((share, below))
        if sigma == 1:
            self._equal(cost, sympy.Mul(*(below**share for share, below in costs)))
        else:
            total = sympy.Add(*(share * below ** (1 - sigma) for share, below in costs))
            self._equal(cost ** (1 - sigma), total)
        return cost

    def _task(self, task: int, cost: sympy.Symbol, output: sympy.Expr) -> None:
        """The modes of a task all cost the same, and their work adds up to ``output``."""
        organisation = self.notation.organisation
        name, work = organisation.tasks[task], []
        for mode in np.flatnonzero(self.working[task]).tolist():
            symbol = f"y_{name}_{organisation.modes[mode].replace('/', '_')}"
            amount = self._unknown(
                symbol, ("activity", (task, mode)), f"work done in {name} [h/year]"
            )
            self.amounts[task, mode] = amount
            work.append(amount)
            bundle = self.notation.bundle[task, mode, self.priced]
            self._equal(cost, sympy.Add(*(b * p for b, p in zip(bundle, self.prices, strict=True))))
        self._equal(sympy.Add(*work), output)

    def start(self, allocation: Allocation, compute: float) -> list[float]:
        """Values of the unknowns in an optimum at a compute [FLOP/year]."""
        notation, activity = self.notation, allocation.activity[0]
        price = np.zeros(len(notation.supply))
        values = numbers_of(notation.values) | {COMPUTE: sympy.Float(compute, 17)}
        for k in self.priced:
            supply = notation.definitions.get(notation.supply[k], notation.supply[k])
            price[k] = allocation.factor_elasticity[0, k] / float(supply.xreplace(values))

        def cost(node: Nest | int) -> float:
            if not isinstance(node, Nest):
                return float(notation.numbers[node, np.argmax(self.working[node])] @ price)
            members = [
                (share, cost(member))
                for share, member in zip(np.asarray(node.shares), node.members, strict=True)
                if share > 0 and not self._absent(member)
            ]
            shares, costs = np.array(members).T
            return _unit_cost(shares, costs, float(np.asarray(node.elasticity)))

        def value(kind: str, index: Any) -> float:
            if kind == "cost":
                return cost(index)
            if kind == "output":
                return float(allocation.output[0]) / notation.values[notation.base]
            return float((price if kind == "price" else activity)[index])

        return [value(*quantity) for quantity in self.unknowns.values()]


def _unit_cost(shares: Array, costs: Array, elasticity: float) -> float:
    """Unit cost of a nest; 0 where a member that costs nothing makes it free."""
    if elasticity >= 1 and (costs == 0).any():
        return 0.0
    if elasticity == 1:
        return float(np.exp(shares @ np.log(costs)))
    return float((shares @ costs ** (1 - elasticity)) ** (1 / (1 - elasticity)))


@dataclass(frozen=True)
class PowerTerm:
    """A constant times powers of compute and of unknowns, with its sign on the left side."""

    sign: int
    logarithm: Any  # of the constant
    compute: Any  # exponent
    powers: dict[int, Any]  # exponents by unknown

    def value(self, logarithms: list[Any], compute: Any) -> Any:
        """Value to 30 digits, from the logarithms of the unknowns and of compute."""
        terms = [exponent * logarithms[column] for column, exponent in self.powers.items()]
        return self.sign * mpmath.exp(mpmath.fsum([self.logarithm, self.compute * compute, *terms]))


class PowerSystem:
    """The equations in numbers: each is a sum of products of powers of the unknowns."""

    def __init__(self, builder: ConditionBuilder) -> None:
        self.columns = {symbol: column for column, symbol in enumerate(builder.unknowns)}
        self.values = numbers_of(builder.notation.values)
        self.equations = [
            [
                self._term(term.xreplace(builder.notation.definitions), sign)
                for side, sign in ((equation.lhs, 1), (equation.rhs, -1))
                for term in sympy.Add.make_args(side)
            ]
            for equation in builder.equations
        ]

    def _term(self, term: sympy.Expr, sign: int) -> PowerTerm:
        logarithm, compute, powers = mpmath.mpf(0), mpmath.mpf(0), {}
        # a product of powers is linear in logarithms: exponents are the slopes, up to the value
        for base, exponent in sympy.expand_power_base(term).as_powers_dict().items():
            power = self._number(exponent)
            if base in self.columns:
                powers[self.columns[base]] = power
            elif base == COMPUTE:
                compute = power
            else:
                logarithm += power * mpmath.log(self._number(base))
        return PowerTerm(sign, logarithm, compute, powers)

    def _number(self, expression: sympy.Expr) -> Any:
        return mpmath.mpf(expression.xreplace(self.values).evalf(DIGITS))

    def residuals(self, logarithms: list[Any], compute: Any) -> tuple[list[Any], Array]:
        """Residual of each equation over its largest term, and slopes (equation, unknown)."""
        slopes = np.zeros((len(self.equations), len(self.columns)))
        residuals = []
        for row, terms in enumerate(self.equations):
            values = [term.value(logarithms, compute) for term in terms]
            size = max(map(abs, values))
            residuals.append(mpmath.fsum(values) / size)
            for term, value in zip(terms, values, strict=True):
                for column, exponent in term.powers.items():
                    slopes[row, column] += float(exponent * value / size)
        return residuals, slopes

    def root(self, start: list[float], compute: float) -> list[Any]:
        """Newton's method in the logarithms of the unknowns, with the slopes at the start.

        Raises
        ------
        NoRootError
            If an equation is left with a residual of 1e-12 or more.
        """
        logarithms, log_compute = [mpmath.log(value) for value in start], mpmath.log(compute)
        residuals, slopes = self.residuals(logarithms, log_compute)
        # The start is accurate to 1e-12 and slopes hardly change: one inverse serves all steps. The
        # pseudo-inverse takes the shortest step where activities are not unique.
        inverse = np.linalg.pinv(slopes, rcond=SINGULAR)
        worst = max(map(abs, residuals))
        for _ in range(STEPS):
            if worst < ROOT_EXACT:
                break
            # residuals are scaled to one before they become doubles, which do not reach 1e-25
            # relative to the unknowns but carry 16 digits of any residual
            step = inverse @ np.array([float(residual / worst) for residual in residuals])
            logarithms = [
                logarithm - worst * change
                for logarithm, change in zip(logarithms, step.tolist(), strict=True)
            ]
            residuals, _ = self.residuals(logarithms, log_compute)
            worst = max(map(abs, residuals))
        if not worst < ROOT_RESIDUAL:
            raise NoRootError(
                "its first-order conditions have no root to 1e-12, for modes tie only to rounding: "
                f"at {compute:g} FLOP/year they are left with a residual of {float(worst):.1e}"
            )
        return [mpmath.exp(logarithm) for logarithm in logarithms]


def first_order_conditions(
    notation: Notation, allocation: Allocation, priced: NDArray[np.intp], compute: Array
) -> Conditions:
    """The first-order conditions of a regime and their roots.

    Parameters
    ----------
    allocation : Allocation
        The optimum at some points of a regime, with one leading dimension.
    priced : array of int
        Factors with a price.
    compute : array, shape (point,)
        The points [FLOP/year].

    Raises
    ------
    NoRootError
        If a root leaves a residual of 1e-12 or more.
    SolveError
        If it is not the optimum: output or an elasticity differs by 1e-9.
    """
    # the modes that carry work are the same throughout a regime
    builder = ConditionBuilder(notation, allocation.take([len(compute) // 2]), priced)
    roots = []
    with mpmath.workdps(DIGITS):
        system = PowerSystem(builder)
        for point, position in enumerate(compute.tolist()):
            optimum = allocation.take([point])
            start = builder.start(optimum, position)
            root = system.root(start, position)
            _check_root(builder, optimum, start, root, position)
            digits = (sympy.Float(value, DIGITS) for value in root)
            roots.append(dict(zip(builder.unknowns, digits, strict=True)))
    return Conditions(tuple(builder.equations), tuple(builder.unknowns), roots)


def _check_root(
    builder: ConditionBuilder,
    optimum: Allocation,
    start: list[float],
    root: list[Any],
    compute: float,
) -> None:
    """Raises `SolveError` if the root is not the optimum."""
    quantities = zip(builder.unknowns.values(), start, root, strict=True)
    for (kind, index), expected, value in quantities:
        if kind in ("price", "output"):
            weight = optimum.factor_elasticity[0, index] if kind == "price" else 1.0
            deviation = float(abs(value / expected - 1) * weight)
            if not deviation < FORMULA_AGREES:
                raise SolveError(
                    f"the root of the first-order conditions at {compute:g} FLOP/year is off from "
                    f"the optimum by {deviation:.1e}"
                )
