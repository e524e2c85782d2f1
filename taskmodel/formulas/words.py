"""Symbols for what a catalog says: bundles, shares, elasticities of substitution, supplies."""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray

from taskmodel.organisation import HUMAN, Organisation
from taskmodel.production import Array
from taskmodel.walker import Walker

COMPUTE = sympy.Symbol("G", positive=True)


class Words:
    """The symbols of an organisation at a point of the axis: bundles, shares, elasticities and supplies."""

    def __init__(self, walker: Walker, compute: float) -> None:
        at: Organisation = walker.organisation
        self.at = at
        self.values: dict[sympy.Symbol, float] = {}
        self.meaning: dict[sympy.Symbol, str] = {COMPUTE: "compute [FLOP/year]"}
        self.definitions: dict[sympy.Symbol, sympy.Expr] = {}
        self.base = self.symbol("Y_0", float(walker.yardstick.base_output), "output of people alone, with experiments not scarce [h/year]")
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


def numbers_of(values: dict[sympy.Symbol, float]) -> dict[sympy.Symbol, sympy.Float]:
    return {symbol: sympy.Float(value, 17) for symbol, value in values.items()}
