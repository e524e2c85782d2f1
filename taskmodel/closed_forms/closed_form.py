"""The closed form of a regime, where there is one.

Between events the active modes and the priced factors are fixed, and tasks use composite factors j, at a_t units a unit, of
which there is E'_j (`composite`). Then, in a nest with elasticity sigma over tasks with shares s_t,

    Theta_j = sum over tasks of j of s_t a_t^(1 - sigma),    Y = ( sum_j Theta_j^(1/sigma) E'_j^rho )^(1/rho),

with rho = 1 - 1/sigma; one composite factor alone gives Y = E' / Theta^(1/(1 - sigma)), for any nests. A nest that uses a
factor nobody else uses enters the sum with its own output. Elsewhere the first-order conditions are given instead.

Source: the model, sections 1.2, 1.3 and 6; Dornbusch, Fischer and Samuelson (1977), AER 67(5), 823-839, for the marginal task."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import sympy
from numpy.typing import NDArray

from taskmodel.allocation import Allocation
from taskmodel.closed_forms.composite import CompositeFactors
from taskmodel.closed_forms.words import Words
from taskmodel.errors import NoClosedFormError
from taskmodel.science.production import Nest

THETA = "sum of CES shares times unit costs to the power 1 - sigma [1]"


@dataclass
class _Part:
    """A node of the nests in closed form: all of it uses one composite factor, at ``cost`` units a unit; or mixed ones."""

    factors: frozenset[int]
    cost: sympy.Expr | None = None  # of a unit, in its one composite factor
    made: dict[int, sympy.Expr] = field(
        default_factory=dict
    )  # of each task, per unit, where it uses one composite factor
    output: sympy.Expr | None = None  # of all the composite factors it uses, where they are several


@dataclass(frozen=True)
class Group:
    """All that uses one composite factor: the nest it stands in, with the factor's weight there.

    Work done in task t is E' made[t] / weight.
    """

    nest: str
    sigma: sympy.Expr
    weight: sympy.Expr
    made: dict[int, sympy.Expr]


class Form:
    """The closed form of a regime.

    Attributes
    ----------
    output : Expr
        In the unit of the tasks [h/year].
    amounts : list of Symbol
        How much there is of each composite factor.
    groups : dict of int to Group
        By composite factor.
    definitions : dict of Symbol to Expr
        What sums and exponents stand for.

    Raises
    ------
    NoClosedFormError
        If there is none.
    """

    def __init__(self, words: Words, allocation: Allocation, priced: NDArray[np.intp]) -> None:
        self.words = words
        self.definitions: dict[sympy.Symbol, sympy.Expr] = {}
        self.factors = CompositeFactors(words, allocation, priced)
        self.definitions |= self.factors.relative
        self.groups: dict[int, Group] = {}
        self.amounts = [self._amount(j, made) for j, made in enumerate(self.factors.supply)]
        whole = self._part(words.at.nest, "")
        assert whole is not None  # something is scarce
        if whole.cost is None:
            assert whole.output is not None
            self.output = whole.output
        else:
            self.output = self.amounts[min(whole.factors)] / whole.cost

    def _amount(self, factor: int, made: sympy.Expr) -> sympy.Symbol:
        """How much there is of a composite factor, by a name of its own if it is made of several."""
        if made.is_Symbol:
            return made
        name = "E" if len(self.factors.supply) == 1 else f"E_{factor + 1}"
        return self.define(
            name, made, "what there is of what tasks use, in the unit of one of the scarce factors"
        )

    def elasticity(self, factor: int) -> sympy.Expr:
        """The elasticity of output to the supply of a factor of the catalog [1]."""
        logarithm = sympy.expand_log(sympy.log(self.output), force=True)
        supply = self.words.supply[factor]
        worth = zip(self.amounts, self.factors.worth(factor), strict=True)
        return sympy.powsimp(
            sympy.factor_terms(
                sympy.Add(
                    *(supply * each * sympy.diff(logarithm, amount) for amount, each in worth)
                )
            )
        )

    def _part(self, node: Nest | int, where: str) -> _Part | None:
        """A node in closed form; None if it costs nothing."""
        if not isinstance(node, Nest):
            if node not in self.factors.of_task:
                return None
            factor, cost = self.factors.of_task[node]
            return _Part(frozenset([factor]), cost=cost, made={node: sympy.Integer(1)})
        parts = self._parts(node, where)
        if not parts:
            return None
        used = frozenset().union(*(part.factors for _, part in parts))
        if len(used) == 1:
            return self._of_one_factor(node, where, parts)
        seen = [
            *_pure(parts),
            *(factor for _, part in parts if part.output is not None for factor in part.factors),
        ]
        if len(seen) != len(set(seen)):
            raise NoClosedFormError(
                "a scarce factor is used in several nests of different elasticities"
            )
        sigma = self.words.elasticity(node)
        if sigma == 0:
            raise NoClosedFormError(
                "several factors are scarce at once though tasks complement each other in full"
            )
        return _Part(
            used,
            output=self._product(node, where, parts)
            if sigma == 1
            else self._ces(node, where, parts),
        )

    def _parts(self, node: Nest, where: str) -> list[tuple[sympy.Expr, _Part]]:
        """The members of a nest that cost something, with their shares."""
        parts: list[tuple[sympy.Expr, _Part]] = []
        for share, member, name in self.words.members(node, where):
            part = self._part(member, name)
            if part is not None:
                parts.append((share, part))
            elif float(np.asarray(node.elasticity)) >= 1:
                raise NoClosedFormError(
                    "a task costs nothing in a nest with an elasticity of 1 or more"
                )
        return parts

    def _of_one_factor(
        self, node: Nest, where: str, parts: list[tuple[sympy.Expr, _Part]]
    ) -> _Part:
        sigma = self.words.elasticity(node)
        label = f"_nest{where}" if where else ""
        weight: sympy.Expr = sympy.Integer(1)
        if sigma == 1:
            product = sympy.Mul(*(part.cost**share for share, part in parts))
            cost = self.define(f"A{label}", product, "product of unit costs [1]")
        else:
            weight = self._total(f"Theta{label}", parts, sigma)
            cost = weight ** (1 / (1 - sigma))
        if not where:
            self._group(where, node, min(min(part.factors) for _, part in parts), parts, weight)
        made: dict[int, sympy.Expr] = {}
        for share, part in parts:
            for task, amount in part.made.items():
                made[task] = made.get(task, 0) + share * (cost / part.cost) ** sigma * amount
        return _Part(frozenset().union(*(part.factors for _, part in parts)), cost=cost, made=made)

    def _product(self, node: Nest, where: str, parts: list[tuple[sympy.Expr, _Part]]) -> sympy.Expr:
        """Output of several composite factors where the elasticity is 1."""
        made = sympy.Mul(
            *((part.output / share) ** share for share, part in parts if part.output is not None)
        )
        for factor, members in sorted(_pure(parts).items()):
            share = sympy.Add(*(share for share, _ in members))
            weight = self.define(f"alpha{where}_{factor + 1}", share, "CES share of a factor [1]")
            product = sympy.Mul(*(part.cost**share for share, part in members))
            cost = self.define(f"A{where}_{factor + 1}", product, "product of unit costs [1]")
            made *= (self.amounts[factor] / weight) ** weight / cost
            self._group(where, node, factor, members, weight)
        return made

    def _ces(self, node: Nest, where: str, parts: list[tuple[sympy.Expr, _Part]]) -> sympy.Expr:
        """Output of several composite factors where the elasticity is neither 0 nor 1."""
        sigma = self.words.elasticity(node)
        rho = self.define(
            sigma.name.replace("sigma", "rho"),
            1 - 1 / sigma,
            "exponent of a CES function [1]",
            positive=False,
        )
        terms = []
        for factor, members in sorted(_pure(parts).items()):
            weight = self._total(
                f"Theta_{factor + 1}" + (f"_nest{where}" if where else ""), members, sigma
            )
            terms.append(weight ** (1 / sigma) * self.amounts[factor] ** rho)
            self._group(where, node, factor, members, weight)
        terms += [
            share ** (1 / sigma) * part.output**rho
            for share, part in parts
            if part.output is not None
        ]
        return sympy.Add(*terms) ** (1 / rho)

    def _group(
        self,
        where: str,
        node: Nest,
        factor: int,
        members: list[tuple[sympy.Expr, _Part]],
        weight: sympy.Expr,
    ) -> None:
        sigma = self.words.elasticity(node)
        made: dict[int, sympy.Expr] = {}
        for share, part in members:
            for task, amount in part.made.items():
                made[task] = made.get(task, 0) + share * part.cost ** (-sigma) * amount
        self.groups[factor] = Group(where, sigma, weight, made)

    def _total(
        self, name: str, parts: list[tuple[sympy.Expr, _Part]], sigma: sympy.Expr
    ) -> sympy.Symbol:
        """A sum over tasks by a name of its own."""
        return self.define(
            name, sympy.Add(*(share * part.cost ** (1 - sigma) for share, part in parts)), THETA
        )

    def define(
        self, name: str, expression: sympy.Expr, meaning: str, positive: bool = True
    ) -> sympy.Symbol:
        """A symbol for an expression, by another name if this one is taken."""
        symbol = sympy.Symbol(
            name, **({"positive": True} if positive else {"real": True, "nonzero": True})
        )
        if self.definitions.get(symbol, expression) != expression or any(
            known.name == name for known in self.words.values
        ):
            return self.define(f"{name}_", expression, meaning, positive)
        self.definitions[symbol] = expression
        self.words.meaning[symbol] = meaning
        return symbol


def _pure(parts: list[tuple[sympy.Expr, _Part]]) -> dict[int, list[tuple[sympy.Expr, _Part]]]:
    """The members that use one composite factor, by factor."""
    pure: dict[int, list[tuple[sympy.Expr, _Part]]] = {}
    for share, part in parts:
        if part.cost is not None:
            pure.setdefault(min(part.factors), []).append((share, part))
    return pure
