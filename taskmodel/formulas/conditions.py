"""The first-order conditions of a regime that has no closed form: exact equations, to be solved numerically."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import sympy
from numpy.typing import NDArray

from taskmodel.allocation import Allocation, SolveError
from taskmodel.formulas.words import Words, numbers_of
from taskmodel.production import Array, Nest

RESIDUAL = 1e-10  # relative to the terms of an equation


@dataclass
class _Conditions:
    """The first-order conditions of a regime: equations, how large their terms are, and unknowns with the optimum's values."""

    words: Words
    allocation: Allocation
    priced: NDArray[np.intp]

    def __post_init__(self) -> None:
        at = self.words.at
        self.usable, self.activity = self.allocation.usable[0], self.allocation.activity[0]
        self.output = float(self.allocation.output[0])
        self.unknowns: dict[sympy.Symbol, float] = {}
        self.equations: list[sympy.Eq] = []
        self.sizes: list[float] = []
        # prices with p . E = 1, so that a unit of output costs 1 / Y
        names = [sympy.Symbol(f"p_{at.factors[k]}", positive=True) for k in self.priced]
        self.price = self.allocation.shadow_price[0, self.priced] / self.output
        self.unknowns.update(zip(names, self.price.tolist(), strict=True))
        self.names = names
        total = sympy.Symbol("Y", positive=True)
        self.unknowns[total] = self.output
        self.amounts: dict[tuple[int, int], sympy.Symbol] = {}
        cost, _ = self._node(at.nest, total, self.output, "")
        self._equal(cost, 1 / total, 1 / self.output)
        for k in self.priced:
            used = sympy.Add(*(self.words.bundle[task, mode, k] * amount for (task, mode), amount in self.amounts.items()))
            self._equal(self.words.supply[k], used, self.words.supplies[k])

    def _equal(self, left: sympy.Expr, right: sympy.Expr, size: float) -> None:
        self.equations.append(sympy.Eq(left, right, evaluate=False))
        self.sizes.append(float(size))

    def _node(self, node: Nest | int, made: sympy.Expr, amount: float, where: str) -> tuple[sympy.Expr, float]:
        """The cost of a unit of a node, of which so much is made; nests get a symbol for theirs."""
        if not isinstance(node, Nest):
            return self._task(int(node), made, amount)
        value = float(np.asarray(node.elasticity))
        sigma = self.words.elasticity(value, len([s for s in self.words.values if s.name.startswith("sigma")]))
        cost_symbol = sympy.Symbol(f"c{where or '_research'}", positive=True)
        members = []
        for place, (share, member) in enumerate(zip(np.asarray(node.shares).tolist(), node.members, strict=True)):
            if share > 0:
                name = f"{where}_{place + 1}"
                label = f"nest{name}" if isinstance(member, Nest) else self.words.at.tasks[member]
                what = f"nest {name[1:]}" if isinstance(member, Nest) else ""
                members.append((share, self.words.share(label, share, what), member, name))
        costs = [self._cost_of(member) for _, _, member, _ in members]
        shares = np.array([share for share, *_ in members])
        total = _unit_cost(np.array(costs), shares, value)
        parts = []
        for (share, symbol, member, name), cost in zip(members, costs, strict=True):
            if cost == 0:
                continue  # uses nothing that is scarce, and so is no part of what is to be decided
            below = sympy.Symbol(f"c{name}" if isinstance(member, Nest) else f"z_{self.words.at.tasks[member]}", positive=True)
            demand = symbol * made * (cost_symbol / below) ** sigma
            expression, _ = self._node(member, demand, share * amount * (total / cost) ** value, name)
            if not isinstance(member, Nest):
                self.unknowns[below] = cost
                self._equal(below, expression, cost)
            parts.append((symbol, below))
        self.unknowns[cost_symbol] = total
        if value == 1:
            self._equal(sympy.log(cost_symbol), sympy.Add(*(symbol * sympy.log(below) for symbol, below in parts)), 1.0)
        else:
            self._equal(
                cost_symbol ** (1 - sigma), sympy.Add(*(symbol * below ** (1 - sigma) for symbol, below in parts)), total ** (1 - value)
            )
        return cost_symbol, total

    def _cost_of(self, node: Nest | int) -> float:
        """The cost of a unit of a node, in numbers."""
        if not isinstance(node, Nest):
            mode = int(np.argmax(self.usable[node]))
            return float(self.words.numbers[node, mode, self.priced] @ self.price)
        shares, value = np.asarray(node.shares), float(np.asarray(node.elasticity))
        costs = np.array([self._cost_of(member) for member in node.members])
        return _unit_cost(costs[shares > 0], shares[shares > 0], value)

    def _task(self, task: int, made: sympy.Expr, amount: float) -> tuple[sympy.Expr, float]:
        """The cost of a unit of a task; its modes cost the same and add up to what is made."""
        at, costs = self.words.at, []
        for mode in np.flatnonzero(self.usable[task]):
            symbol = sympy.Symbol(f"y_{at.tasks[task]}_{at.modes[mode]}", nonnegative=True)
            self.amounts[task, int(mode)] = symbol
            self.unknowns[symbol] = float(self.activity[task, mode])
            costs.append(sympy.Add(*(self.words.bundle[task, mode, k] * p for k, p in zip(self.priced, self.names, strict=True))))
        value = self._cost_of(task)
        for other in costs[1:]:
            self._equal(costs[0], other, value)
        self._equal(sympy.Add(*(symbol for (one, _), symbol in self.amounts.items() if one == task)), made, amount)
        return costs[0], value

    def residual(self) -> float:
        """The largest residual of an equation at the optimum, relative to its terms."""
        words = self.words
        numbers = numbers_of({**words.values, **self.unknowns})
        numbers |= {words.supply[k]: sympy.Float(words.supplies[k], 17) for k in self.priced}
        pairs = zip(self.equations, self.sizes, strict=True)
        return max(abs(float((each.lhs - each.rhs).xreplace(numbers))) / size for each, size in pairs)


def _unit_cost(costs: Array, shares: Array, elasticity: float) -> float:
    """What a unit of a nest costs, 0 where a member that costs nothing makes it free."""
    if elasticity >= 1 and (costs == 0).any():
        return 0.0
    if elasticity == 1:
        return float(np.exp(shares @ np.log(costs)))
    return float((shares @ costs ** (1 - elasticity)) ** (1 / (1 - elasticity)))


def first_order_conditions(
    words: Words, allocation: Allocation, priced: NDArray[np.intp]
) -> tuple[tuple[sympy.Eq, ...], dict[sympy.Symbol, float]]:
    """The conditions and their solution.

    Raises
    ------
    SolveError
        If the optimum leaves a residual of more than 1e-10.
    """
    conditions = _Conditions(words, allocation, priced)
    if not conditions.residual() < RESIDUAL:
        raise SolveError(f"the optimum leaves a residual of {conditions.residual():.1e} in its first-order conditions")
    return tuple(conditions.equations), conditions.unknowns
