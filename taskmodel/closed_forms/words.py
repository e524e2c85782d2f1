"""Symbols for what a catalog says: bundles, shares, elasticities of substitution, supplies."""

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
DIGITS = 30  # in which formulas are evaluated and roots found


class Words:
    """The symbols of an organisation at a point of the axis: bundles, shares, elasticities and supplies.

    Where the frontier model does the work, all inference per hour grows as the square root of compute, so inference is counted in
    units of that root: bundles are constants then, and the supply moves.
    """

    def __init__(self, organisation: Organisation, base_output: float, compute: float) -> None:
        at = self.at = organisation
        self.values: dict[sympy.Symbol, float] = {}
        self.meaning: dict[sympy.Symbol, str] = {COMPUTE: "compute [FLOP/year]"}
        self.definitions: dict[sympy.Symbol, sympy.Expr] = {}
        self.base = self.symbol(
            "Y_0", base_output, "output of people alone, with experiments not scarce [h/year]"
        )
        if at.graded:
            raise SolveError(
                "there are no formulas where success is logistic: attempts then grow with compute in a power of their own"
            )
        self.moves = at.frontier
        self.numbers: Array = at.fixed_bundles[0].copy()
        self.supplies = at.supply(compute)[0]
        self.reviewing = range(len(at.factors))[at.reviewing]
        self.inference_unit = (
            sympy.sqrt(self.training_share() * COMPUTE) if self.moves else sympy.Integer(1)
        )
        if at.frontier:
            self.supplies[at.factors.index("inference")] /= np.sqrt(at.training_share[0] * compute)
        self.supply = [self._supply(k) for k in range(len(at.factors))]
        self.bundle: NDArray[np.object_] = np.full(
            self.numbers.shape, sympy.Integer(0), dtype=object
        )
        for task, mode, factor in np.argwhere((self.numbers > 0) & at.policy[..., None]).tolist():
            self.bundle[task, mode, factor] = self._entry(task, mode, factor)
        self._elasticities: dict[float, sympy.Expr] = {0.0: sympy.Integer(0), 1.0: sympy.Integer(1)}
        for value in _elasticities(at.nest):
            if value not in self._elasticities:
                count = len(self._elasticities) - 2
                name = f"sigma_{count}" if count else "sigma"
                self._elasticities[value] = self.symbol(
                    name, value, "elasticity of substitution [1]"
                )

    def training_share(self) -> sympy.Symbol:
        return self.symbol(
            "phi", float(self.at.training_share[0]), "training compute per unit of compute [year]"
        )

    def symbol(self, name: str, value: float, meaning: str) -> sympy.Symbol:
        made = sympy.Symbol(name, positive=True)
        known = (self.meaning.get(made, meaning), self.values.get(made, value))
        if known != (
            meaning,
            value,
        ):  # a task may be called G, or nest_1; and experiments may differ between people and AI
            return self.symbol(f"{name}_", value, meaning)
        self.values[made] = float(value)
        self.meaning[made] = meaning
        return made

    def _supply(self, factor: int) -> sympy.Symbol:
        at, name = self.at, self.at.factors[factor]
        short = {"review": "R", "inference": "C", "experiments": "X", DEFECT_BUDGET: "D"}.get(
            name, "H" if at.pools == 1 else f"H_{name}"
        )
        if factor in self.reviewing and name != "review":
            short = f"R_{name.removeprefix('review_')}"
        made = sympy.Symbol(short, positive=True)
        what, unit = self._measured(name)
        self.meaning[made] = f"supply of {what} [{unit.removesuffix('/h')}/year]"
        if at.supply_per_compute[0, factor] > 0 and np.isfinite(at.base_supply[0, factor]):
            per = self.symbol(
                f"{short.lower()}_G",
                at.supply_per_compute[0, factor],
                f"supply of {name} per unit of compute",
            )
            self.definitions[made] = (
                per * COMPUTE / (self.inference_unit if name == "inference" else 1)
            )
        else:
            self.values[made] = float(at.base_supply[0, factor])
        return made

    def _entry(self, task: int, mode: int, factor: int) -> sympy.Expr:
        name, value, kind = (
            self.at.tasks[task],
            self.numbers[task, mode, factor],
            self.at.factors[factor],
        )
        if mode == HUMAN and factor < self.at.pools and value == 1:
            return sympy.Integer(1)
        if (
            mode != HUMAN
            and kind != "experiments"
            and self.at.policy[:, HUMAN + 1 :].any(axis=0).sum() > 1
        ):
            name = (
                f"{name}_{self.at.modes[mode].replace('/', '_')}"  # of AI's modes several are open
            )
        letter = {"inference": "kappa", "experiments": "e", DEFECT_BUDGET: "d"}.get(kind, "r")
        what, unit = self._measured(kind) if letter != "r" else ("review", "h/h")
        if factor < self.at.pools and value != self.numbers[task, mode, self.at.reviewing].sum():
            letter, what = "h", "people's hours, work and review,"
        return self.symbol(
            f"{letter}_{name}", value, f"{what} per human-equivalent hour of {name} [{unit}]"
        )

    def _measured(self, factor: str) -> tuple[str, str]:
        """What a factor is called, and its unit per hour of a task."""
        if factor == "inference" and self.moves:
            return "inference over the square root of training compute", "FLOP^(1/2)/h"
        return factor, {"inference": "FLOP/h", "experiments": "H100-hour/h"}.get(factor, "h/h")

    def share(self, name: str, value: float, what: str = "") -> sympy.Symbol:
        what = what or f"task {name}"
        return self.symbol(f"s_{name}", value, f"CES share of {what} [1]")

    def elasticity(self, nest: Nest) -> sympy.Expr:
        """The elasticity of substitution of a nest; 0 and 1 are numbers, for their formulas are others."""
        return self._elasticities[float(np.asarray(nest.elasticity))]

    def members(self, node: Nest, where: str) -> Iterator[tuple[sympy.Expr, Nest | int, str]]:
        """Members with their shares; a nest of the same elasticity is the same as its members."""
        for place, (share, member) in enumerate(
            zip(np.asarray(node.shares).tolist(), node.members, strict=True)
        ):
            if share == 0:
                continue
            if isinstance(member, Nest):
                name = f"{where}_{place + 1}"
                symbol = self.share(f"nest{name}", share, f"nest {name[1:]}")
                if float(np.asarray(member.elasticity)) == float(np.asarray(node.elasticity)):
                    for inner, below, label in self.members(member, name):
                        yield symbol * inner, below, label
                else:
                    yield symbol, member, name
            else:
                yield self.share(self.at.tasks[member], share), int(member), ""

    def learn(self, other: Words, definitions: dict[sympy.Symbol, sympy.Expr]) -> None:
        """Take over the symbols of another regime of the same organisation, with what its sums stand for."""
        self.values |= other.values
        self.meaning |= other.meaning
        self.definitions |= definitions

    def used(self, *expressions: Any) -> dict[str, Any]:
        """What of all this occurs in some expressions, for the fields of a `Regime`."""
        symbols = set().union(*(expression.free_symbols for expression in expressions))
        while (
            more := set().union(
                *(self.definitions[s].free_symbols for s in symbols & self.definitions.keys())
            )
            - symbols
        ):
            symbols |= more
        keep = sorted(symbols | {COMPUTE}, key=lambda symbol: symbol.name)
        return {
            "definitions": {s: self.definitions[s] for s in self.definitions if s in symbols},
            "values": {s: self.values[s] for s in keep if s in self.values},
            "meaning": {s: self.meaning[s] for s in keep if s in self.meaning},
        }


def _elasticities(nest: Nest) -> Iterator[float]:
    """Of a nest and of those within it, in the order of the catalog."""
    yield float(np.asarray(nest.elasticity))
    for member in nest.members:
        if isinstance(member, Nest):
            yield from _elasticities(member)


def numbers_of(values: dict[sympy.Symbol, float]) -> dict[sympy.Symbol, sympy.Float]:
    """The catalog's numbers to put into a formula, as the doubles they are."""
    return {symbol: sympy.Float(value, DIGITS) for symbol, value in values.items()}
