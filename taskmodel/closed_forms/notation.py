"""The symbols of a catalog: bundles, shares, elasticities of substitution and supplies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray

from taskmodel.errors import SolveError
from taskmodel.numerics.types import Array
from taskmodel.organisation.organisation import DEFECT_BUDGET, HUMAN, Organisation
from taskmodel.science.production import Nest

COMPUTE = sympy.Symbol("G", positive=True)
DIGITS = 30  # precision of formulas and roots
LETTERS = {"inference": "kappa", "experiments": "e", DEFECT_BUDGET: "d"}  # of bundle entries
SUPPLIES = {"review": "R", "inference": "C", "experiments": "X", DEFECT_BUDGET: "D"}
UNITS = {"inference": "FLOP/h", "experiments": "H100-hour/h"}  # per hour of a task; others h/h

Definitions = dict[sympy.Symbol, sympy.Expr]


class Notation:
    """The symbols of an organisation at a point of the axis, with their values and meanings.

    Where the frontier model does the work, all inference per hour grows as the square root of
    compute, so that inference is counted in units of that root: bundles are then constants, and the
    supply depends on compute.

    Attributes
    ----------
    values : dict of Symbol to float
        The catalog's numbers.
    meaning : dict of Symbol to str
        Meaning and unit of each symbol.
    definitions : dict of Symbol to Expr
        Supplies that depend on compute, and sums of formulas.
    bundle : array of Expr, shape (task, mode, factor)
    numbers : array, shape (task, mode, factor)
        Values of the bundles.
    supply : list of Symbol
        By factor; ``supplies`` holds their values at the point.
    base : Symbol
        Output of people alone.
    """

    def __init__(self, organisation: Organisation, base_output: float, compute: float) -> None:
        workers = organisation.workers
        if workers.graded:
            raise SolveError(
                "there are no formulas where success grows with compute (logistic): attempts then "
                "follow a power of their own; use worker: sufficient, or success: step"
            )
        if not organisation.constant and (
            workers.kind == "best" or workers.changes_review or workers.changes_detection
        ):
            raise SolveError(
                "there are no formulas where review changes with the worker: it then grows with "
                "compute in a power of its own; set supervision.verification_gap, detection_gap "
                "and assist_limit to 0, and use worker: sufficient or frontier"
            )
        if organisation.nest.linked:
            raise SolveError("there are no formulas with blocks or oversight_work; leave both out")
        self.organisation = organisation
        self.values: dict[sympy.Symbol, float] = {}
        self.meaning: dict[sympy.Symbol, str] = {COMPUTE: "compute [FLOP/year]"}
        self.definitions: Definitions = {}
        self.base = self.symbol(
            "Y_0", base_output, "output of people alone, with experiments not scarce [h/year]"
        )
        self.numbers: Array = organisation.fixed_bundles[0].copy()
        self.supplies = organisation.supply(compute)[0]
        # Bundles of the frontier model are proportional to the root of training compute. In that
        # unit they are constants, without which no regime would have a closed form.
        self.inference_unit: sympy.Expr = sympy.Integer(1)
        if organisation.frontier:
            self.inference_unit = sympy.sqrt(self.training_share() * COMPUTE)
            self.supplies[organisation.factors.index("inference")] /= np.sqrt(
                organisation.training_share[0] * compute
            )
        self.supply = [self._supply(k) for k in range(len(organisation.factors))]
        self.bundle: NDArray[np.object_] = np.full(
            self.numbers.shape, sympy.Integer(0), dtype=object
        )
        used = (self.numbers > 0) & organisation.policy[..., None]
        for task, mode, factor in np.argwhere(used).tolist():
            self.bundle[task, mode, factor] = self._entry(task, mode, factor)
        self._elasticities: dict[float, sympy.Expr] = {0.0: sympy.Integer(0), 1.0: sympy.Integer(1)}
        for value in _elasticities(organisation.nest):
            if value not in self._elasticities:
                count = len(self._elasticities) - 2
                name = f"sigma_{count}" if count else "sigma"
                self._elasticities[value] = self.symbol(
                    name, value, "elasticity of substitution [1]"
                )

    def symbol(self, name: str, value: float, meaning: str) -> sympy.Symbol:
        """A positive symbol with a value and a meaning, renamed if the name is taken."""
        symbol = sympy.Symbol(name, positive=True)
        # a task may be called G, or nest_1; and experiments may differ between people and AI
        existing = (self.meaning.get(symbol, meaning), self.values.get(symbol, value))
        if existing != (meaning, value):
            return self.symbol(f"{name}_", value, meaning)
        self.values[symbol] = float(value)
        self.meaning[symbol] = meaning
        return symbol

    def training_share(self) -> sympy.Symbol:
        """Training compute per unit of compute."""
        value = float(self.organisation.training_share[0])
        return self.symbol("phi", value, "training compute per unit of compute [year]")

    def share(self, name: str, value: float, member: str = "") -> sympy.Symbol:
        """The CES share of a task or nest."""
        return self.symbol(f"s_{name}", value, f"CES share of {member or f'task {name}'} [1]")

    def elasticity(self, nest: Nest) -> sympy.Expr:
        """The elasticity of a nest; 0 and 1 are numbers, for they have formulas of their own."""
        return self._elasticities[float(np.asarray(nest.elasticity))]

    def _supply(self, factor: int) -> sympy.Symbol:
        organisation = self.organisation
        name = organisation.factors[factor]
        letter = SUPPLIES.get(name, "H" if organisation.pools == 1 else f"H_{name}")
        reviewing = range(len(organisation.factors))[organisation.reviewing]
        if factor in reviewing and name != "review":
            letter = f"R_{name.removeprefix('review_')}"
        symbol = sympy.Symbol(letter, positive=True)
        measure, unit = self._measure(name)
        self.meaning[symbol] = f"supply of {measure} [{unit.removesuffix('/h')}/year]"
        rate = organisation.supply_per_compute[0, factor]
        if rate > 0 and np.isfinite(organisation.base_supply[0, factor]):
            meaning = f"supply of {name} per unit of compute"
            supply = self.symbol(f"{letter.lower()}_G", rate, meaning) * COMPUTE
            self.definitions[symbol] = supply / (self.inference_unit if name == "inference" else 1)
        else:
            self.values[symbol] = float(organisation.base_supply[0, factor])
        return symbol

    def _entry(self, task: int, mode: int, factor: int) -> sympy.Expr:
        """The symbol of an entry of a bundle; 1 for a person's own hour."""
        organisation, value = self.organisation, self.numbers[task, mode, factor]
        name, kind = organisation.tasks[task], organisation.factors[factor]
        # people's hours per hour of their own work are 1 by definition of the unit: no symbol
        pool = factor < organisation.pools
        if mode == HUMAN and pool and value == 1:
            return sympy.Integer(1)
        # where only one AI mode is open the task alone names the entry, and formulas stay short
        several_ai_modes = organisation.policy[:, HUMAN + 1 :].any(axis=0).sum() > 1
        if mode != HUMAN and kind != "experiments" and several_ai_modes:
            name = f"{name}_{organisation.modes[mode].replace('/', '_')}"
        letter = LETTERS.get(kind, "r")
        measure, unit = self._measure(kind) if letter != "r" else ("review", "h/h")
        review = self.numbers[task, mode, organisation.reviewing]
        if pool and value != review.sum():
            letter, measure = "h", "people's hours, work and review,"
        meaning = f"{measure} per human-equivalent hour of {name} [{unit}]"
        return self.symbol(f"{letter}_{name}", value, meaning)

    def _measure(self, factor: str) -> tuple[str, str]:
        """Name of the quantity of a factor, and its unit per hour of a task."""
        if factor == "inference" and self.organisation.frontier:
            return "inference over the square root of training compute", "FLOP^(1/2)/h"
        return factor, UNITS.get(factor, "h/h")

    def members(self, node: Nest, label: str) -> Iterator[tuple[sympy.Expr, Nest | int, str]]:
        """Share, member and label of the members of a nest with a positive share.

        A nest with the elasticity of the one around it is replaced by its members, which is the
        same function.
        """
        shares = np.asarray(node.shares).tolist()
        for number, (share, member) in enumerate(zip(shares, node.members, strict=True), 1):
            if share == 0:
                continue
            if not isinstance(member, Nest):
                yield self.share(self.organisation.tasks[member], share), int(member), ""
                continue
            name = f"{label}_{number}"
            symbol = self.share(f"nest{name}", share, f"nest {name[1:]}")
            if float(np.asarray(member.elasticity)) == float(np.asarray(node.elasticity)):
                for inner, below, inner_label in self.members(member, name):
                    yield symbol * inner, below, inner_label
            else:
                yield symbol, member, name

    def adopt(self, other: Notation, definitions: Definitions) -> None:
        """Takes over the symbols of another regime of the same organisation, and definitions."""
        self.values |= other.values
        self.meaning |= other.meaning
        self.definitions |= definitions

    def used(self, *expressions: Any) -> dict[str, Any]:
        """Definitions, values and meanings of all symbols in expressions: fields of a `Regime`."""
        # definitions may use defined symbols: follow them until no new symbol appears
        symbols: set[sympy.Symbol] = set()
        pending = set().union(*(expression.free_symbols for expression in expressions))
        while pending:
            symbols |= pending
            defined = pending & self.definitions.keys()
            pending = set().union(*(self.definitions[s].free_symbols for s in defined)) - symbols
        keep = sorted(symbols | {COMPUTE}, key=lambda symbol: symbol.name)
        return {
            "definitions": {s: self.definitions[s] for s in self.definitions if s in symbols},
            "values": {s: self.values[s] for s in keep if s in self.values},
            "meaning": {s: self.meaning[s] for s in keep if s in self.meaning},
        }


def _elasticities(nest: Nest) -> Iterator[float]:
    """The elasticities of a nest and of those within it, in the order of the catalog."""
    yield float(np.asarray(nest.elasticity))
    for member in nest.members:
        if isinstance(member, Nest):
            yield from _elasticities(member)


def numbers_of(values: dict[sympy.Symbol, float]) -> dict[sympy.Symbol, sympy.Float]:
    """The catalog's numbers as exact doubles, to substitute into a formula."""
    return {symbol: sympy.Float(value, DIGITS) for symbol, value in values.items()}
