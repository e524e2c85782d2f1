"""The formulas behind a sweep: each regime between two events in closed form where there is one, in sympy.

Between events the active modes and the priced factors are fixed. Modes that tie pin relative prices; what is left of the
prices is a smaller set u of them, p = N u. In those prices every task costs z_t = u . (N' b_t). Where the vectors N' b_t
point in as many independent directions d_j as there are prices left, the organisation is one in which every task uses one
composite factor j, at a_t units a unit, of which there is E'_j with N' E = sum_j E'_j d_j. Then, in a nest with elasticity
sigma over tasks with shares s_t,

    Theta_j = sum over tasks of j of s_t a_t^(1 - sigma),    Y = ( sum_j Theta_j^(1/sigma) E'_j^rho )^(1/rho),

with rho = 1 - 1/sigma; one composite factor alone gives Y = E' / Theta^(1/(1 - sigma)), for any nests. A nest that uses a
factor nobody else uses enters the sum with its own output. Elsewhere the first-order conditions are given instead.

Source: the model, sections 1.2, 1.3 and 6; Dornbusch, Fischer and Samuelson (1977), AER 67(5), 823-839, for the marginal task.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import mpmath
import numpy as np
import sympy
from numpy.typing import ArrayLike, NDArray

from taskmodel.allocation import Allocation, SolveError
from taskmodel.catalog import Catalog
from taskmodel.changes import Event
from taskmodel.organisation import HUMAN, Organisation
from taskmodel.production import Array, Nest
from taskmodel.stepping import event_places
from taskmodel.walker import Walker

COMPUTE = sympy.Symbol("G", positive=True)
AGREES = 1e-9  # relative: a formula and the optimum it stands for
CLOSE = 1e-8  # relative: events closer than this have no regime between them
DIGITS = 30
TERMS = 3  # in a row of LaTeX
LONG = 120  # operations, above which an expression is left as it is
SAME = 1e-12  # relative to what they cost: bundles in the same proportions
RESIDUAL = 1e-10  # of the first-order conditions, relative to their terms
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
        formula = sympy.lambdify(COMPUTE, self.expanded(expression).xreplace(_numbers(self.values)), "mpmath")

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

    Yields
    ------
    Regime
        From the first to the last; every formula has been held against the optimum at three points of its stretch.

    Raises
    ------
    SolveError
        If a formula and the optimum disagree by more than 1e-9, or the sweep has no answer.
    ValueError
        If the stretch is empty, or its ends are closer than 1e-8 relative.
    """
    low, high = (catalog.compute.grid.low, catalog.compute.grid.high) if compute is None else compute
    if not 0 < low < low * (1 + CLOSE) < high < np.inf:
        raise ValueError(
            f"compute must be a stretch (low, high) of positive, finite compute [FLOP/year], more than {CLOSE:g} apart relative to it; "
            f"found {(low, high)}"
        )
    walker = Walker(catalog)
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
    words = _Words(walker, points[1])
    try:
        form = _Form(words, middle, priced)
    except _NoClosedFormError as no:
        equations, unknowns = _first_order_conditions(words, middle, priced)
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


class _NoClosedFormError(Exception):
    """Why a regime has no closed form."""


class _Words:
    """The symbols of an organisation at a point of the axis: bundles, shares, elasticities and supplies."""

    def __init__(self, walker: Walker, compute: float) -> None:
        at: Organisation = walker.organisation
        self.at = at
        self.values: dict[sympy.Symbol, float] = {}
        self.meaning: dict[sympy.Symbol, str] = {COMPUTE: "compute [FLOP/year]"}
        self.definitions: dict[sympy.Symbol, sympy.Expr] = {}
        self.base = self.symbol("Y_0", walker.yardstick.base_output, "output of people alone, with experiments not scarce [h/year]")
        self.moves = at.frontier_inference is not None
        bundles = at.bundles(compute)
        self.numbers: Array = bundles[0] if bundles.ndim == 4 else bundles
        self.supplies = at.supply(compute)[0]
        self.supply = [self._supply(k) for k in range(len(at.factors))]
        self.bundle: NDArray[np.object_] = np.full(self.numbers.shape, sympy.Integer(0), dtype=object)
        for task, mode, factor in np.argwhere((self.numbers > 0) & at.policy[..., None]).tolist():
            self.bundle[task, mode, factor] = self._entry(task, mode, factor)

    def symbol(self, name: str, value: float, meaning: str) -> sympy.Symbol:
        made = sympy.Symbol(name, positive=True)
        if self.meaning.get(made, meaning) != meaning:  # a task may be called G, or nest_1
            return self.symbol(f"{name}_", value, meaning)
        self.values[made] = float(value)
        self.meaning[made] = meaning
        return made

    def _supply(self, factor: int) -> sympy.Symbol:
        at, name = self.at, self.at.factors[factor]
        short = {"review": "R", "inference": "C", "experiments": "X"}.get(name, "H" if at.pools == 1 else f"H_{name}")
        made = sympy.Symbol(short, positive=True)
        unit = {"inference": "FLOP/year", "experiments": "H100-hour/year"}.get(name, "h/year")
        self.meaning[made] = f"supply of {name} [{unit}]"
        if at.supply_per_compute[factor] > 0 and np.isfinite(at.base_supply[factor]):
            per = self.symbol(f"{short.lower()}_G", at.supply_per_compute[factor], f"supply of {name} per unit of compute")
            self.definitions[made] = per * COMPUTE
        else:
            self.values[made] = float(at.base_supply[factor])
        return made

    def _entry(self, task: int, mode: int, factor: int) -> sympy.Expr:
        name, value, kind = self.at.tasks[task], self.numbers[task, mode, factor], self.at.factors[factor]
        if mode == HUMAN and factor < self.at.pools and value == 1:
            return sympy.Integer(1)
        letter = {"inference": "kappa", "experiments": "e"}.get(kind, "r")
        unit = {"inference": "FLOP/h", "experiments": "H100-hour/h"}.get(kind, "h/h")
        what = {"inference": "inference", "experiments": "experiments"}.get(kind, "review")
        # experiments are the same by whomever; of AI's modes one is open
        return self.symbol(f"{letter}_{name}", value, f"{what} per human-equivalent hour of {name} [{unit}]")

    def share(self, name: str, value: float, what: str = "") -> sympy.Symbol:
        what = what or f"task {name}"
        return self.symbol(f"s_{name}", value, f"CES share of {what} [1]")

    def elasticity(self, value: float, count: int) -> sympy.Expr:
        if value in (0, 1):
            return sympy.Integer(int(value))
        for known, number in self.values.items():
            if known.name.startswith("sigma") and number == value:
                return known
        return self.symbol("sigma" if not count else f"sigma_{count}", value, "elasticity of substitution [1]")

    def used(self, *expressions: Any) -> dict[str, Any]:
        """What of all this occurs in some expressions, for the fields of a `Regime`."""
        symbols = set().union(*(expression.free_symbols for expression in expressions))
        while more := set().union(*(self.definitions[s].free_symbols for s in symbols & self.definitions.keys())) - symbols:
            symbols |= more
        keep = sorted(symbols | {COMPUTE}, key=lambda symbol: symbol.name)
        return {
            "definitions": {s: self.definitions[s] for s in self.definitions if s in symbols},
            "values": {s: self.values[s] for s in keep if s in self.values},
            "meaning": {s: self.meaning[s] for s in keep if s in self.meaning},
        }


@dataclass
class _Part:
    """A node of the nests in closed form: all of it uses composite factor ``factor`` at ``cost`` units a unit; or mixed ones."""

    factors: frozenset[int]
    cost: sympy.Expr | None = None  # of a unit, in its one composite factor
    output: sympy.Expr | None = None  # of all the composite factors it uses, where they are several


class _Form:
    """The closed form of a regime."""

    def __init__(self, words: _Words, allocation: Allocation, priced: NDArray[np.intp]) -> None:
        if words.moves:
            raise _NoClosedFormError("bundles change with compute, for the frontier model does the work")
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
        self.exponent = {k: [float(c.xreplace(_numbers(self.words.values))) for c in row] for k, row in self.pinned.items()}

    def _tidy(self, expression: sympy.Expr) -> sympy.Expr:
        """One fraction, over a denominator that is positive."""
        over, under = sympy.fraction(sympy.cancel(expression))
        if under.xreplace(_numbers(self.words.values)).is_negative:
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
            raise _NoClosedFormError(f"tasks use {dimensions} independent scarce factors in {count} different proportions")
        if count < dimensions:
            raise _NoClosedFormError("prices are not unique: scarce factors are used in fixed proportions")
        supply, _ = self._ray([self.words.supply[k] for k in self.priced], self.words.supplies[self.priced])
        amounts = sympy.symbols(f"E0:{count}")
        balance = [sum(d[i] * e for (d, _), e in zip(self.directions, amounts, strict=True)) - supply[i] for i in range(dimensions)]
        solved = sympy.solve(balance, amounts, dict=True)
        if not solved:
            raise _NoClosedFormError("the proportions in which tasks use scarce factors are not independent")
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
                raise _NoClosedFormError("a task costs nothing in a nest with an elasticity of 1 or more")
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
            raise _NoClosedFormError("a scarce factor is used in several nests of different elasticities")
        if value == 0:
            raise _NoClosedFormError("several factors are scarce at once though tasks complement each other in full")
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
        members = list(self._members(nest, ""))
        return None if any(isinstance(member, Nest) for _, member, _ in members) else [(share, int(task)) for share, task, _ in members]  # type: ignore[arg-type]

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
            training = self.words.symbol("phi", at.training_share, "training compute per unit of compute [year]")
            return self.words.symbol(f"tau_{task}", high * at.training_share, f"automation threshold of {task} [FLOP]") / training
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


@dataclass
class _Conditions:
    """The first-order conditions of a regime: equations, how large their terms are, and unknowns with the optimum's values."""

    words: _Words
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
        numbers = _numbers({**words.values, **self.unknowns})
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


def _first_order_conditions(
    words: _Words, allocation: Allocation, priced: NDArray[np.intp]
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


def _short(expression: sympy.Expr) -> sympy.Expr:
    """What a person would write, where it is short enough to be worth the search."""
    return sympy.simplify(expression) if expression.count_ops() < LONG else sympy.powsimp(expression)


def _numbers(values: dict[sympy.Symbol, float]) -> dict[sympy.Symbol, sympy.Float]:
    return {symbol: sympy.Float(value, 17) for symbol, value in values.items()}
