"""The closed form of a regime, where one exists.

Between events the active modes and the priced factors are fixed, and tasks use composite factors j,
at a_t units a unit, with supplies E'_j (`composite_factors`). Then, in a nest with elasticity sigma
over tasks with shares s_t,

    Theta_j = sum over tasks of j of s_t a_t^(1 - sigma),
    Y = ( sum_j Theta_j^(1/sigma) E'_j^rho )^(1/rho),

with rho = 1 - 1/sigma; a single composite factor gives Y = E' / Theta^(1/(1 - sigma)), for any
nests. A nest that uses a factor which no other nest uses enters the sum with its own output. In all
other cases there is no closed form, and the first-order conditions are given (`conditions`).

Source: the model, sections 1.2, 1.3 and 6; Dornbusch, Fischer and Samuelson (1977), AER 67(5),
823-839, for the marginal task.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import sympy
from numpy.typing import NDArray

from taskmodel.allocation import Allocation
from taskmodel.closed_forms.composite_factors import CompositeFactors
from taskmodel.closed_forms.notation import Definitions, Notation
from taskmodel.errors import NoClosedFormError
from taskmodel.science.production import Nest

THETA = "sum of CES shares times unit costs to the power 1 - sigma [1]"
Amounts = dict[int, sympy.Expr]  # by task


@dataclass
class _NodeForm:
    """A node of the nests in closed form: with one composite factor, or with several.

    ``cost`` and ``work`` hold in the first case, ``output`` in the second.
    """

    factors: frozenset[int]
    cost: sympy.Expr | None = None  # units of the composite factor per unit of the node
    work: Amounts = field(default_factory=dict)  # work in each task per unit of the node
    output: sympy.Expr | None = None  # from the supplies of its composite factors

    @property
    def factor(self) -> int:
        """The only composite factor."""
        return min(self.factors)


Members = list[tuple[sympy.Expr, _NodeForm]]  # with their shares


@dataclass(frozen=True)
class FactorGroup:
    """Everything that uses one composite factor, in the nest where it competes with others.

    Work done in task t is E' work[t] / weight, with E' the supply of the composite factor.
    """

    nest: str
    sigma: sympy.Expr
    weight: sympy.Expr
    work: Amounts


class ClosedForm:
    """The closed form of a regime.

    Attributes
    ----------
    output : Expr
        In the unit of the tasks [h/year].
    amounts : list of Symbol
        Supply of each composite factor.
    groups : dict of int to FactorGroup
        By composite factor.
    definitions : dict of Symbol to Expr
        Sums and exponents.

    Raises
    ------
    NoClosedFormError
        If the regime has no closed form.
    """

    def __init__(
        self, notation: Notation, allocation: Allocation, priced: NDArray[np.intp]
    ) -> None:
        self.notation = notation
        self.factors = CompositeFactors(notation, allocation, priced)
        self.definitions: Definitions = dict(self.factors.ratios)
        self.groups: dict[int, FactorGroup] = {}
        self.amounts = [self._amount(j, supply) for j, supply in enumerate(self.factors.supply)]
        root = self._node(notation.organisation.nest, "")
        assert root is not None  # something is scarce
        self.output = root.output if root.cost is None else self.amounts[root.factor] / root.cost

    def _amount(self, factor: int, supply: sympy.Expr) -> sympy.Symbol:
        """Symbol of the supply of a composite factor."""
        if supply.is_Symbol:
            return supply
        name = "E" if len(self.factors.supply) == 1 else f"E_{factor + 1}"
        return self.define(
            name,
            supply,
            "what there is of what tasks use, in the unit of one of the scarce factors",
        )

    def elasticity(self, factor: int) -> sympy.Expr:
        """The elasticity of output to the supply of a factor of the catalog [1]."""
        logarithm = sympy.expand_log(sympy.log(self.output), force=True)
        supply = self.notation.supply[factor]
        weights = zip(self.amounts, self.factors.price_weights(factor), strict=True)
        terms = (supply * weight * sympy.diff(logarithm, amount) for amount, weight in weights)
        return sympy.powsimp(sympy.factor_terms(sympy.Add(*terms)))

    def _node(self, node: Nest | int, label: str) -> _NodeForm | None:
        """A node in closed form; None if it costs nothing."""
        if not isinstance(node, Nest):
            if node not in self.factors.of_task:
                return None
            factor, cost = self.factors.of_task[node]
            return _NodeForm(frozenset([factor]), cost=cost, work={node: sympy.Integer(1)})
        members = self._members(node, label)
        if not members:
            return None
        used = frozenset().union(*(member.factors for _, member in members))
        sigma = self.notation.elasticity(node)
        if len(used) == 1:
            return self._of_one_factor(sigma, label, members)
        # Each composite factor must enter the nest through one term. A factor in two nests of
        # different elasticities would be divided between them by an equation without a formula.
        uses = [*_by_factor(members)]
        uses += [factor for _, m in members if m.output is not None for factor in m.factors]
        if len(uses) != len(set(uses)):
            raise NoClosedFormError(
                "a scarce factor is used in several nests of different elasticities"
            )
        if sigma == 0:
            raise NoClosedFormError(
                "several factors are scarce at once though tasks complement each other in full"
            )
        several = self._cobb_douglas if sigma == 1 else self._ces
        return _NodeForm(used, output=several(sigma, label, members))

    def _members(self, node: Nest, label: str) -> Members:
        """The members of a nest that cost something, with their shares."""
        members: Members = []
        for share, member, name in self.notation.members(node, label):
            form = self._node(member, name)
            if form is not None:
                members.append((share, form))
            elif float(np.asarray(node.elasticity)) >= 1:
                raise NoClosedFormError(
                    "a task costs nothing in a nest with an elasticity of 1 or more"
                )
        return members

    def _of_one_factor(self, sigma: sympy.Expr, label: str, members: Members) -> _NodeForm:
        suffix = f"_nest{label}" if label else ""
        weight: sympy.Expr = sympy.Integer(1)
        if sigma == 1:
            cost = self._cost_product(f"A{suffix}", members)
        else:
            weight = self._total(f"Theta{suffix}", members, sigma)
            cost = weight ** (1 / (1 - sigma))
        factors = frozenset().union(*(member.factors for _, member in members))
        # a single factor for everything is grouped at the root; within a nest, its group is that of
        # the nest above, where the factor competes with others
        if not label:
            self._group(label, sigma, min(factors), members, weight)
        return _NodeForm(factors, cost=cost, work=_work(members, sigma, cost))

    def _cobb_douglas(self, sigma: sympy.Expr, label: str, members: Members) -> sympy.Expr:
        """Output of several composite factors where the elasticity is 1."""
        output = sympy.Mul(
            *((m.output / share) ** share for share, m in members if m.output is not None)
        )
        for factor, group in sorted(_by_factor(members).items()):
            share = sympy.Add(*(share for share, _ in group))
            weight = self.define(f"alpha{label}_{factor + 1}", share, "CES share of a factor [1]")
            cost = self._cost_product(f"A{label}_{factor + 1}", group)
            output *= (self.amounts[factor] / weight) ** weight / cost
            self._group(label, sigma, factor, group, weight)
        return output

    def _ces(self, sigma: sympy.Expr, label: str, members: Members) -> sympy.Expr:
        """Output of several composite factors where the elasticity is neither 0 nor 1."""
        rho = self.define(
            sigma.name.replace("sigma", "rho"),
            1 - 1 / sigma,
            "exponent of a CES function [1]",
            positive=False,
        )
        suffix = f"_nest{label}" if label else ""
        terms = []
        for factor, group in sorted(_by_factor(members).items()):
            weight = self._total(f"Theta_{factor + 1}{suffix}", group, sigma)
            terms.append(weight ** (1 / sigma) * self.amounts[factor] ** rho)
            self._group(label, sigma, factor, group, weight)
        terms += [
            share ** (1 / sigma) * member.output**rho
            for share, member in members
            if member.output is not None
        ]
        return sympy.Add(*terms) ** (1 / rho)

    def _group(
        self, label: str, sigma: sympy.Expr, factor: int, members: Members, weight: sympy.Expr
    ) -> None:
        self.groups[factor] = FactorGroup(label, sigma, weight, _work(members, sigma))

    def _cost_product(self, name: str, members: Members) -> sympy.Symbol:
        """Symbol of the unit cost at an elasticity of 1."""
        product = sympy.Mul(*(member.cost**share for share, member in members))
        return self.define(name, product, "product of unit costs [1]")

    def _total(self, name: str, members: Members, sigma: sympy.Expr) -> sympy.Symbol:
        """Symbol of Theta: a sum over tasks."""
        total = sympy.Add(*(share * member.cost ** (1 - sigma) for share, member in members))
        return self.define(name, total, THETA)

    def define(
        self, name: str, expression: sympy.Expr, meaning: str, positive: bool = True
    ) -> sympy.Symbol:
        """A symbol for an expression, renamed if the name is taken."""
        sign = {"positive": True} if positive else {"real": True, "nonzero": True}
        symbol = sympy.Symbol(name, **sign)
        if self.definitions.get(symbol, expression) != expression or any(
            other.name == name for other in self.notation.values
        ):
            return self.define(f"{name}_", expression, meaning, positive)
        self.definitions[symbol] = expression
        self.notation.meaning[symbol] = meaning
        return symbol


def _by_factor(members: Members) -> dict[int, Members]:
    """The members that use one composite factor, by factor."""
    groups: dict[int, Members] = {}
    for share, member in members:
        if member.cost is not None:
            groups.setdefault(member.factor, []).append((share, member))
    return groups


def _work(members: Members, sigma: sympy.Expr, cost: sympy.Expr | None = None) -> Amounts:
    """Work in each task: sum of share (cost / member's cost)^sigma, with cost 1 by default."""
    work: Amounts = {}
    for share, member in members:
        ratio = member.cost ** (-sigma) if cost is None else (cost / member.cost) ** sigma
        for task, amount in member.work.items():
            work[task] = work.get(task, 0) + share * ratio * amount
    return work
