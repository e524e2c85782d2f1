"""The first-order conditions of a regime that has no closed form: exact equations, and their root.

The unknowns are prices p (with p . E = 1), the cost z or c of a unit of each task or nest, output Y and activities y. Modes
without work in the optimum are left out, so all unknowns are positive, all terms of all equations are products of powers, and
Newton's method steps logarithms. It starts from the optimum, known to about 1e-12; residuals are in 30 digits and slopes in
double precision, which gains some ten digits a step. Where activities are not unique the step is the shortest one.

Source: the model, section 1.2."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np
import sympy
from numpy.typing import NDArray

from taskmodel.allocation import Allocation
from taskmodel.closed_forms.words import COMPUTE, DIGITS, Words, numbers_of
from taskmodel.errors import NoRootError, SolveError
from taskmodel.numerics.types import Array
from taskmodel.science.production import Nest

RESIDUAL = 1e-12  # relative to the largest term of an equation: what a root may leave
EXACT = 1e-25  # the same, where there is nothing more to gain
STEPS = 8
AGREES = 1e-9  # relative: output at the root and in the optimum; absolute: elasticities
SINGULAR = 1e-13  # relative: directions in which activities are not unique

# what of an allocation an unknown is: ("price", factor), ("cost", node), ("output", None) or ("activity", (task, mode))
Place = tuple[str, Any]


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


class _Equations:
    """The first-order conditions of a regime, and which part of an allocation each unknown is."""

    def __init__(self, words: Words, allocation: Allocation, priced: NDArray[np.intp]) -> None:
        self.words, self.priced = words, priced
        self.working: NDArray[np.bool_] = np.greater(allocation.activity[0], 0)
        self.unknowns: dict[sympy.Symbol, Place] = {}
        self.equations: list[sympy.Eq] = []
        self.amounts: dict[tuple[int, int], sympy.Symbol] = {}
        self.costs_something: NDArray[np.bool_] = np.any(words.numbers[..., priced] > 0, axis=-1)
        names = [f"p_{words.at.factors[k]}" for k in priced]
        self.prices = [
            self._unknown(
                name, ("price", k), "price of a factor, with prices times supplies adding up to 1"
            )
            for k, name in zip(priced, names, strict=True)
        ]
        total = self._unknown("Y", ("output", None), "output relative to people alone [1]")
        cost = self._node(words.at.nest, words.base * total, "")
        self._equal(cost, 1 / (words.base * total))
        for k in priced:
            used = sympy.Add(
                *(
                    words.bundle[task, mode, k] * amount
                    for (task, mode), amount in self.amounts.items()
                )
            )
            self._equal(words.supply[k], used)

    def _unknown(self, name: str, place: Place, meaning: str) -> sympy.Symbol:
        symbol = sympy.Symbol(name, positive=True)
        self.unknowns[symbol] = place
        self.words.meaning[symbol] = meaning
        return symbol

    def _equal(self, left: sympy.Expr, right: sympy.Expr) -> None:
        self.equations.append(sympy.Eq(left, right, evaluate=False))

    def _absent(self, node: Nest | int) -> bool:
        """Whether nothing is done below a node, as where no mode is open and others take its place."""
        return not self.working[list(node.tasks()) if isinstance(node, Nest) else node].any()

    def _free(self, node: Nest | int) -> bool:
        """Whether a node uses nothing that is scarce, and so is no part of what is to be decided."""
        if not isinstance(node, Nest):
            return not self.costs_something[node][self.working[node]].any()
        members = [self._free(member) for member in node.members if not self._absent(member)]
        return any(members) if np.asarray(node.elasticity) >= 1 else all(members)

    def _node(self, node: Nest, made: sympy.Expr, where: str) -> sympy.Symbol:
        """The cost of a unit of a nest, of which so much is made."""
        sigma, words = self.words.elasticity(node), self.words
        cost = self._unknown(f"c{where or '_research'}", ("cost", node), "cost of a unit of a nest")
        parts = []
        for symbol, member, name in words.members(node, where):
            if self._absent(member) or self._free(member):
                continue
            if isinstance(member, Nest):
                below = sympy.Symbol(f"c{name}", positive=True)
                self._node(member, symbol * made * (cost / below) ** sigma, name)
            else:
                task = words.at.tasks[member]
                below = self._unknown(f"z_{task}", ("cost", member), f"cost of a unit of {task}")
                self._task(member, below, symbol * made * (cost / below) ** sigma)
            parts.append((symbol, below))
        if sigma == 1:
            self._equal(cost, sympy.Mul(*(below**symbol for symbol, below in parts)))
        else:
            self._equal(
                cost ** (1 - sigma),
                sympy.Add(*(symbol * below ** (1 - sigma) for symbol, below in parts)),
            )
        return cost

    def _task(self, task: int, cost: sympy.Symbol, made: sympy.Expr) -> None:
        """The modes of a task all cost the same, and add up to what is made."""
        at = self.words.at
        own = []
        for mode in np.flatnonzero(self.working[task]).tolist():
            name = f"y_{at.tasks[task]}_{at.modes[mode].replace('/', '_')}"
            self.amounts[task, mode] = self._unknown(
                name, ("activity", (task, mode)), f"work done in {at.tasks[task]} [h/year]"
            )
            own.append(self.amounts[task, mode])
            bundle = self.words.bundle[task, mode, self.priced]
            self._equal(cost, sympy.Add(*(b * p for b, p in zip(bundle, self.prices, strict=True))))
        self._equal(sympy.Add(*own), made)

    def start(self, allocation: Allocation, compute: float) -> list[float]:
        """The unknowns in an optimum at a point of the axis [FLOP/year]."""
        elasticity, activity = allocation.factor_elasticity[0], allocation.activity[0]
        price = np.zeros(len(elasticity))
        known = numbers_of(self.words.values) | {COMPUTE: sympy.Float(compute, 17)}
        for k in self.priced:
            supply = self.words.supply[k]
            price[k] = elasticity[k] / float(
                self.words.definitions.get(supply, supply).xreplace(known)
            )

        def cost(node: Nest | int) -> float:
            if not isinstance(node, Nest):
                return float(self.words.numbers[node, np.argmax(self.working[node])] @ price)
            there = [
                (share, member)
                for share, member in zip(np.asarray(node.shares), node.members, strict=True)
                if share > 0
            ]
            parts = [(share, cost(member)) for share, member in there if not self._absent(member)]
            shares, costs = np.array(parts).T
            return _unit_cost(shares, costs, float(np.asarray(node.elasticity)))

        of_kind: dict[str, Callable[[Any], float]] = {
            "price": lambda k: float(price[k]),
            "cost": cost,
            "output": lambda _: float(allocation.output[0]) / self.words.values[self.words.base],
            "activity": lambda place: float(activity[place]),
        }
        return [of_kind[kind](which) for kind, which in self.unknowns.values()]


@dataclass(frozen=True)
class _Term:
    """A constant times powers of compute and of unknowns, with its sign on the left of an equation."""

    sign: int
    logarithm: Any  # of the constant
    compute: Any  # exponent
    powers: dict[int, Any]  # exponents by unknown

    def value(self, logarithms: list[Any], compute: Any) -> Any:
        """To 30 digits, from the logarithms of the unknowns and of compute."""
        parts = [exponent * logarithms[column] for column, exponent in self.powers.items()]
        return self.sign * mpmath.exp(mpmath.fsum([self.logarithm, self.compute * compute, *parts]))


class _System:
    """The equations in numbers: each is a sum of products of powers, and so is known with its slopes in logarithms."""

    def __init__(self, equations: _Equations) -> None:
        words, self.unknowns = (
            equations.words,
            {symbol: column for column, symbol in enumerate(equations.unknowns)},
        )
        self.known = numbers_of(words.values)
        self.equations = [
            [
                self._term(term.xreplace(words.definitions), sign)
                for side, sign in ((each.lhs, 1), (each.rhs, -1))
                for term in sympy.Add.make_args(side)
            ]
            for each in equations.equations
        ]

    def _term(self, term: sympy.Expr, sign: int) -> _Term:
        logarithm, compute, powers = mpmath.mpf(0), mpmath.mpf(0), {}
        for base, exponent in sympy.expand_power_base(term).as_powers_dict().items():
            power = _mpf(exponent.xreplace(self.known))
            if base in self.unknowns:
                powers[self.unknowns[base]] = power
            elif base == COMPUTE:
                compute = power
            else:
                logarithm += power * mpmath.log(_mpf(base.xreplace(self.known)))
        return _Term(sign, logarithm, compute, powers)

    def residuals(self, logarithms: list[Any], compute: Any) -> tuple[list[Any], Array]:
        """What each equation is off by relative to its largest term, and how that changes, shape (equation, unknown)."""
        slopes = np.zeros((len(self.equations), len(self.unknowns)))
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
        """Newton's method in the logarithms of the unknowns, with the slopes of the start.

        Raises
        ------
        NoRootError
            If an equation is left with a residual of 1e-12 or more.
        """
        logarithms, place = [mpmath.log(each) for each in start], mpmath.log(compute)
        residuals, slopes = self.residuals(logarithms, place)
        inverse = np.linalg.pinv(slopes, rcond=SINGULAR)
        worst = max(map(abs, residuals))
        for _ in range(STEPS):
            if worst < EXACT:
                break
            step = inverse @ np.array([float(each / worst) for each in residuals])
            logarithms = [
                each - worst * change
                for each, change in zip(logarithms, step.tolist(), strict=True)
            ]
            residuals, _ = self.residuals(logarithms, place)
            worst = max(map(abs, residuals))
        if not worst < RESIDUAL:
            raise NoRootError(
                f"its first-order conditions have no root to 1e-12, for modes tie only to rounding: at {compute:g} FLOP/year they are left "
                f"with a residual of {float(worst):.1e}"
            )
        return [mpmath.exp(each) for each in logarithms]


def _mpf(number: sympy.Expr) -> Any:
    """A number of sympy in 30 digits."""
    return mpmath.mpf(sympy.Float(number.evalf(DIGITS), DIGITS)._mpf_)


def _unit_cost(shares: Array, costs: Array, elasticity: float) -> float:
    """What a unit of a nest costs, 0 where a member that costs nothing makes it free."""
    if elasticity >= 1 and (costs == 0).any():
        return 0.0
    if elasticity == 1:
        return float(np.exp(shares @ np.log(costs)))
    return float((shares @ costs ** (1 - elasticity)) ** (1 / (1 - elasticity)))


def first_order_conditions(
    words: Words, allocation: Allocation, priced: NDArray[np.intp], compute: Array
) -> Conditions:
    """The conditions and their roots.

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
    # what carries work is the same all through a regime
    equations = _Equations(words, allocation.take([len(compute) // 2]), priced)
    roots = []
    with mpmath.workdps(DIGITS):
        system = _System(equations)
        for point, place in enumerate(compute.tolist()):
            optimum = allocation.take([point])
            start = equations.start(optimum, place)
            found = system.root(start, place)
            _same(equations, optimum, start, found, place)
            roots.append(
                {
                    symbol: sympy.Float(value, DIGITS)
                    for symbol, value in zip(equations.unknowns, found, strict=True)
                }
            )
    return Conditions(tuple(equations.equations), tuple(equations.unknowns), roots)


def _same(
    equations: _Equations, optimum: Allocation, start: list[float], found: list[Any], compute: float
) -> None:
    """A root that is another one than the optimum is no answer."""
    for (kind, which), known, root in zip(equations.unknowns.values(), start, found, strict=True):
        if kind in ("price", "output"):
            weight = optimum.factor_elasticity[0, which] if kind == "price" else 1.0
            off = float(abs(root / known - 1) * weight)
            if not off < AGREES:
                raise SolveError(
                    f"the root of the first-order conditions at {compute:g} FLOP/year is off from the optimum by {off:.1e}"
                )
