"""The closed form of a regime, where there is one.

Between events the active modes and the priced factors are fixed. Modes that tie pin relative prices; what is left of the
prices is a smaller set u of them, p = N u. In those prices every task costs z_t = u . (N' b_t). Where the vectors N' b_t
point in as many independent directions d_j as there are prices left, the organisation is one in which every task uses one
composite factor j, at a_t units a unit, of which there is E'_j with N' E = sum_j E'_j d_j. Then, in a nest with elasticity
sigma over tasks with shares s_t,

    Theta_j = sum over tasks of j of s_t a_t^(1 - sigma),    Y = ( sum_j Theta_j^(1/sigma) E'_j^rho )^(1/rho),

with rho = 1 - 1/sigma; one composite factor alone gives Y = E' / Theta^(1/(1 - sigma)), for any nests. A nest that uses a
factor nobody else uses enters the sum with its own output. Elsewhere the first-order conditions are given instead.

Source: the model, sections 1.2, 1.3 and 6; Dornbusch, Fischer and Samuelson (1977), AER 67(5), 823-839, for the marginal task."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import sympy
from numpy.typing import NDArray

from taskmodel.allocation import Allocation
from taskmodel.changes import Event
from taskmodel.formulas.words import COMPUTE, Words, numbers_of
from taskmodel.production import Array, Nest

SAME = 1e-12  # relative to what they cost: bundles in the same proportions


class NoClosedFormError(Exception):
    """Why a regime has no closed form."""


@dataclass
class _Part:
    """A node of the nests in closed form: all of it uses composite factor ``factor`` at ``cost`` units a unit; or mixed ones."""

    factors: frozenset[int]
    cost: sympy.Expr | None = None  # of a unit, in its one composite factor
    output: sympy.Expr | None = None  # of all the composite factors it uses, where they are several


class Form:
    """The closed form of a regime."""

    def __init__(self, words: Words, allocation: Allocation, priced: NDArray[np.intp]) -> None:
        if words.moves:
            raise NoClosedFormError("bundles change with compute, for the frontier model does the work")
        self.words, self.priced = words, priced
        self.definitions: dict[sympy.Symbol, sympy.Expr] = {}
        self.usable = allocation.usable[0]
        self.price = allocation.shadow_price[0, priced]
        self.first = np.argmax(self.usable, axis=1).tolist()
        self.active = self.usable.any(axis=1)
        self.weights: list[sympy.Expr] | None = None  # of the composite factors, where one nest is all there is
        self._reduce_prices()
        self._composite_factors()
        self.flat = self._flat(words.at.nest)
        self.sigma = words.elasticity(float(np.asarray(words.at.nest.elasticity)), 0)
        whole = self._part(words.at.nest, "")
        assert whole is not None  # something is scarce
        if whole.cost is not None:
            self.whole = whole.cost
            self.output = self.composite[min(whole.factors)] / whole.cost
        else:
            assert whole.output is not None
            self.output = whole.output

    def _bundle(self, task: int, mode: int) -> tuple[list[sympy.Expr], Array]:
        """A bundle in the factors with a price, in symbols and numbers."""
        return list(self.words.bundle[task, mode, self.priced]), self.words.numbers[task, mode, self.priced]

    def _reduce_prices(self) -> None:
        """Prices that ties pin, as multiples of the others: p = N u."""
        count = len(self.priced)
        rows: list[Array] = []
        exact: list[list[sympy.Expr]] = []
        for task in np.flatnonzero(self.usable.sum(axis=1) > 1).tolist():
            one, first = self._bundle(task, self.first[task])
            for mode in np.flatnonzero(self.usable[task])[1:].tolist():
                two, second = self._bundle(task, mode)
                row = (second - first) * self.price / (first @ self.price if first @ self.price > 0 else 1.0)
                if np.linalg.matrix_rank(np.array([*rows, row]), tol=SAME) > len(rows):
                    rows.append(row)
                    exact.append([b - a for a, b in zip(one, two, strict=True)])
        pinned: list[int] = []
        left = np.array(rows).reshape(-1, count)
        for row in range(len(left)):  # the pivot of each tie, by elimination with the largest entry
            free = [k for k in range(count) if k not in pinned]
            pivot = max(free, key=lambda k: abs(left[row, k]))
            pinned.append(pivot)
            for other in range(row + 1, len(left)):
                left[other] -= left[row] * left[other, pivot] / left[row, pivot]
        self.free = [k for k in range(count) if k not in pinned]
        prices = sympy.symbols(f"p0:{count}", positive=True)
        ties = [sum(c * p for c, p in zip(row, prices, strict=True)) for row in exact]
        found = sympy.solve(ties, [prices[k] for k in pinned], dict=True)[0] if pinned else {}
        self.pinned = {k: [self._tidy(sympy.diff(found[prices[k]], prices[j])) for j in self.free] for k in pinned}
        self.exponent = {k: [float(c.xreplace(numbers_of(self.words.values))) for c in row] for k, row in self.pinned.items()}

    def _tidy(self, expression: sympy.Expr) -> sympy.Expr:
        """One fraction, over a denominator that is positive."""
        over, under = sympy.fraction(sympy.cancel(expression))
        if under.xreplace(numbers_of(self.words.values)).is_negative:
            over, under = sympy.expand(-over), sympy.expand(-under)
        return over / under

    def _ray(self, symbols: list[sympy.Expr], numbers: Array) -> tuple[list[sympy.Expr], Array]:
        """N' b."""
        ray = [symbols[j] + sum(symbols[k] * row[i] for k, row in self.pinned.items()) for i, j in enumerate(self.free)]
        value = np.array([numbers[j] + sum(numbers[k] * row[i] for k, row in self.exponent.items()) for i, j in enumerate(self.free)])
        return ray, value

    def _composite_factors(self) -> None:
        """The directions in which tasks use what is scarce, and how much there is in each."""
        scale = self.price[self.free]
        self.directions: list[tuple[list[sympy.Expr], Array]] = []
        self.of_task: dict[int, tuple[int, sympy.Expr]] = {}
        for task in np.flatnonzero(self.active).tolist():
            ray, value = self._ray(*self._bundle(task, self.first[task]))
            if not (np.abs(value * scale) > 0).any():
                continue  # costs nothing here
            head = int(np.argmax(np.abs(value) * scale > SAME * np.abs(value * scale).max()))
            unit = value / value[head]
            alike = [np.abs((unit - known) * scale).max() < SAME * np.abs(known * scale).max() for _, known in self.directions]
            j = alike.index(True) if True in alike else len(self.directions)
            if j == len(self.directions):
                plain = all(min(abs(each), abs(each - 1)) < 1e-12 for each in unit)
                symbols = [sympy.Integer(round(each)) for each in unit] if plain else [sympy.cancel(each / ray[head]) for each in ray]
                self.directions.append((symbols, unit))
            self.of_task[task] = (j, self._tidy(ray[head]))
        count, dimensions = len(self.directions), len(self.free)
        if count > dimensions:
            raise NoClosedFormError(f"tasks use {dimensions} independent scarce factors in {count} different proportions")
        if count < dimensions:
            raise NoClosedFormError("prices are not unique: scarce factors are used in fixed proportions")
        supply, _ = self._ray([self.words.supply[k] for k in self.priced], self.words.supplies[self.priced])
        amounts = sympy.symbols(f"E0:{count}")
        balance = [sum(d[i] * e for (d, _), e in zip(self.directions, amounts, strict=True)) - supply[i] for i in range(dimensions)]
        solved = sympy.solve(balance, amounts, dict=True)
        if not solved:
            raise NoClosedFormError("the proportions in which tasks use scarce factors are not independent")
        self.composite = [self._tidy(solved[0][e]) for e in amounts]

    def _part(self, node: Nest | int, where: str) -> _Part | None:
        """A node in closed form; None if it costs nothing."""
        if not isinstance(node, Nest):
            if node not in self.of_task:
                return None
            factor, cost = self.of_task[node]
            return _Part(frozenset([factor]), cost=cost)
        value = float(np.asarray(node.elasticity))
        sigma = self.words.elasticity(value, len([s for s in self.words.values if s.name.startswith("sigma")]))
        parts: list[tuple[sympy.Expr, _Part]] = []
        for share, member, name in self._members(node, where):
            part = self._part(member, name)
            if part is not None:
                parts.append((share, part))
            elif value >= 1:
                raise NoClosedFormError("a task costs nothing in a nest with an elasticity of 1 or more")
        used = frozenset().union(*(part.factors for _, part in parts))
        pure: dict[int, list[tuple[sympy.Expr, sympy.Expr]]] = {}
        for share, part in parts:
            if part.cost is not None:
                pure.setdefault(min(part.factors), []).append((share, part.cost))
        mixed = [(share, part.output, part.factors) for share, part in parts if part.output is not None]
        label = f"nest{where}"
        if len(used) == 1:
            (members,) = pure.values()
            if value == 1:
                product = sympy.Mul(*(cost**share for share, cost in members))
                return _Part(used, cost=self._define(f"A_{label}" if where else "A", product, "product of unit costs [1]"))
            total = self._total(f"Theta_{label}" if where else "Theta", members, sigma)
            return _Part(used, cost=total if value == 0 else total ** (1 / (1 - sigma)))
        seen = sum((list(factors) for *_, factors in mixed), list(pure))
        if len(seen) != len(set(seen)):
            raise NoClosedFormError("a scarce factor is used in several nests of different elasticities")
        if value == 0:
            raise NoClosedFormError("several factors are scarce at once though tasks complement each other in full")
        if value == 1:
            made = sympy.Mul(*((output / share) ** share for share, output, _ in mixed))
            for factor, members in sorted(pure.items()):
                weight = self._define(
                    f"alpha{where}_{factor + 1}", sympy.Add(*(share for share, _ in members)), "CES share of a factor [1]"
                )
                cost = sympy.Mul(*(cost**share for share, cost in members))
                made *= (self.composite[factor] / weight) ** weight / self._define(
                    f"A{where}_{factor + 1}", cost, "product of unit costs [1]"
                )
            if not where and not mixed:
                self.weights = [weight for weight in self.definitions if weight.name.startswith("alpha")]
            return _Part(used, output=made)
        rho = 1 - 1 / sigma
        terms = [
            self._total(f"Theta_{factor + 1}_{label}" if where else f"Theta_{factor + 1}", members, sigma) ** (1 / sigma)
            * self.composite[factor] ** rho
            for factor, members in sorted(pure.items())
        ]
        if not where and not mixed:
            self.weights = [weight for weight in self.definitions if weight.name in ("Theta_1", "Theta_2")]
        terms += [share ** (1 / sigma) * output**rho for share, output, _ in mixed]
        return _Part(used, output=sympy.Add(*terms) ** (1 / rho))

    def _flat(self, nest: Nest) -> list[tuple[sympy.Expr, int]] | None:
        """All tasks with their shares, if all nests have one elasticity."""
        tasks: list[tuple[sympy.Expr, int]] = []
        for share, member, _ in self._members(nest, ""):
            if isinstance(member, Nest):
                return None
            tasks.append((share, member))
        return tasks

    def _members(self, node: Nest, where: str) -> Iterator[tuple[sympy.Expr, Nest | int, str]]:
        """Members with their shares; a nest of the same elasticity is the same as its members."""
        for place, (share, member) in enumerate(zip(np.asarray(node.shares).tolist(), node.members, strict=True)):
            if share == 0:
                continue
            if isinstance(member, Nest):
                name = f"{where}_{place + 1}"
                symbol = self.words.share(f"nest{name}", share, f"nest {name[1:]}")
                if float(np.asarray(member.elasticity)) == float(np.asarray(node.elasticity)):
                    for inner, below, label in self._members(member, name):
                        yield symbol * inner, below, label
                else:
                    yield symbol, member, name
            else:
                yield self.words.share(self.words.at.tasks[member], share), int(member), ""

    def _total(self, name: str, members: list[tuple[sympy.Expr, sympy.Expr]], sigma: sympy.Expr) -> sympy.Symbol:
        """A sum over tasks by a name of its own."""
        total = sympy.Add(*(share * cost ** (1 - sigma) for share, cost in members))
        return self._define(name, total, "sum of CES shares times unit costs to the power 1 - sigma [1]")

    def _define(self, name: str, expression: sympy.Expr, meaning: str) -> sympy.Symbol:
        symbol = sympy.Symbol(name, positive=True)
        if self.definitions.get(symbol, expression) != expression or symbol in self.words.values:
            return self._define(f"{name}_", expression, meaning)
        self.definitions[symbol] = expression
        self.words.meaning[symbol] = meaning
        return symbol

    def next_event(self, high: float, changes: list[Event]) -> sympy.Expr | None:
        """The compute at which the regime ends, where a formula is known: a threshold, a task taken up, a mode given up."""
        at = self.words.at
        opening = [each.task for each in changes if each.kind == "automatable"]
        if opening:
            task = at.tasks[opening[0]]
            training = self.words.symbol("phi", float(at.training_share), "training compute per unit of compute [year]")
            return self.words.symbol(f"tau_{task}", high * float(at.training_share), f"automation threshold of {task} [FLOP]") / training
        for each in changes:
            if each.task >= 0 and each.mode >= 0:
                adopts = not self.usable[each.task, each.mode]
                found = self._taken_up(each.task, each.mode) if adopts else self._given_up({e.task: e.mode for e in changes})
                if found is not None:
                    return sympy.powdenest(found, force=True)
        return None

    def _at_balance(self, one: sympy.Expr, other: sympy.Expr, ratio: sympy.Expr) -> sympy.Expr | None:
        """The compute at which one amount is so many times the other, both being linear in it."""
        times = sympy.Symbol("q", positive=True)
        gap = sympy.expand((one - times * other).xreplace(self.words.definitions))
        slope = gap.coeff(COMPUTE, 1)
        return None if slope == 0 else sympy.factor(-gap.coeff(COMPUTE, 0) / slope).xreplace({times: ratio})

    def _taken_up(self, task: int, mode: int) -> sympy.Expr | None:
        """Where an idle mode comes to cost what its task does, two composite factors being scarce in one nest."""
        if len(self.composite) != 2 or self.weights is None or task not in self.of_task:
            return None
        ray, _ = self._ray(*self._bundle(task, mode))
        (one, _), (two, _) = self.directions
        parts = sympy.Matrix([[one[0], two[0]], [one[1], two[1]]]).solve(sympy.Matrix(ray))
        factor, cost = self.of_task[task]
        over = [sympy.cancel(parts[j] - (cost if j == factor else 0)) for j in range(2)]
        if 0 in over:
            return None
        # the cost of composite factors follows v_2 / v_1 = (W_2 E_1 / (W_1 E_2))^(1/sigma)
        ratio = (self.weights[1] / self.weights[0]) * (-over[0] / over[1]) ** (-self.sigma)
        return self._at_balance(self.composite[1], self.composite[0], ratio)

    def _given_up(self, given_up: dict[int, int]) -> sympy.Expr | None:
        """Where all tied modes have no work left, one composite factor being scarce and all nests of one elasticity."""
        tied = np.flatnonzero(self.usable.sum(axis=1) > 1).tolist()
        simple = len(self.composite) == 1 and len(self.pinned) == 1 and self.flat is not None
        if not simple or set(tied) != set(given_up) or (self.usable.sum(axis=1) > 2).any():
            return None
        kept = dict(enumerate(self.first))
        for task, mode in given_up.items():
            kept[task] = int(np.flatnonzero(self.usable[task] & (np.arange(self.usable.shape[1]) != mode))[0])
        k = self.free[0]
        used = sympy.Add(
            *(
                share * self.of_task[task][1] ** (-self.sigma) * self._bundle(task, kept[task])[0][k]
                for share, task in self.flat or []
                if task in self.of_task
            )
        )
        needed = self._define("U", used, "use of a scarce factor per unit of output, but for costs [1]")
        return self._at_balance(self.words.supply[self.priced[k]], self.composite[0], needed * self.whole ** (self.sigma - 1))
