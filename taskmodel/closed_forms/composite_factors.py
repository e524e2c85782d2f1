"""Composite factors: the proportions in which tasks use scarce factors, once ties pin prices.

Where modes of a task tie, p . (b_m - b_1) = 0. Some prices are then multiples of the rest, p = N u,
and in those every task costs u . (N' b_t). Where the vectors N' b_t have only as many directions
d_j as there are free prices, each task uses one composite factor j, at a_t units a unit, with a
supply E'_j given by N' E = sum_j E'_j d_j.

Source: the model, sections 1.2 and 6.
"""

from __future__ import annotations

import numpy as np
import scipy.linalg
import sympy
from numpy.typing import NDArray

from taskmodel.allocation import Allocation
from taskmodel.closed_forms.notation import Definitions, Notation, numbers_of
from taskmodel.errors import NoClosedFormError
from taskmodel.numerics.accuracy import CANCELS
from taskmodel.numerics.types import Array


class PinnedPrices:
    """Prices of some factors as multiples of those that no tie between usable modes pins: p = N u.

    Attributes
    ----------
    free : list of int
        Positions in ``factors`` of the prices u.
    rows : list of list of Expr
        The matrix N; ``numbers`` holds its values.
    """

    def __init__(
        self, notation: Notation, usable: NDArray[np.bool_], factors: NDArray[np.intp], price: Array
    ) -> None:
        """``price`` gives the magnitude of the prices, against which ties are compared."""
        self.notation, self.factors = notation, factors
        exact, numeric = self._ties(usable, price)
        # sympy solves for any of the prices, but some may have a coefficient that vanishes at the
        # catalog's values; the pivots of the numeric rows cannot
        pinned = _pivots(numeric)
        self.free = [k for k in range(len(factors)) if k not in pinned]
        names = sympy.symbols(f"p0:{len(factors)}")
        ties = [sum(c * p for c, p in zip(row, names, strict=True)) for row in exact]
        solution = sympy.solve(ties, [names[k] for k in pinned], dict=True)[0] if pinned else {}
        self.rows: list[list[sympy.Expr]] = [
            [
                single_fraction(notation, sympy.diff(solution.get(name, name), names[j]))
                for j in self.free
            ]
            for name in names
        ]
        values = numbers_of(notation.values)
        self.numbers = np.array(
            [[float(entry.xreplace(values)) for entry in row] for row in self.rows]
        ).reshape(len(factors), len(self.free))

    def _ties(
        self, usable: NDArray[np.bool_], price: Array
    ) -> tuple[list[list[sympy.Expr]], Array]:
        """Independent equations p . (b_m - b_1) = 0, and their terms relative to the cost."""
        exact: list[list[sympy.Expr]] = []
        numeric: list[Array] = []
        for task in np.flatnonzero(usable.sum(axis=1) > 1).tolist():
            first, *others = np.flatnonzero(usable[task]).tolist()
            bundles, values = (
                array[task][:, self.factors]
                for array in (self.notation.bundle, self.notation.numbers)
            )
            cost = values[first] @ price
            for mode in others:
                row = (values[mode] - values[first]) * price / (cost if cost > 0 else 1.0)
                if np.linalg.matrix_rank(np.array([*numeric, row]), tol=CANCELS) > len(numeric):
                    numeric.append(row)
                    exact.append(list(bundles[mode] - bundles[first]))
        return exact, np.array(numeric).reshape(-1, len(self.factors))

    def name_ratios(self) -> Definitions:
        """Replaces compound entries of N by symbols; returns the definitions of these."""
        compound = [
            (k, i)
            for k, row in enumerate(self.rows)
            for i, entry in enumerate(row)
            if not (entry.is_Symbol or entry.is_Number)
        ]
        definitions: Definitions = {}
        for count, (k, i) in enumerate(compound, 1):
            sign = {"positive": True} if self.numbers[k, i] > 0 else {"real": True}
            symbol = sympy.Symbol("w" if len(compound) == 1 else f"w_{count}", **sign)
            names = self.notation.organisation.factors
            one, other = (names[self.factors[index]] for index in (k, self.free[i]))
            self.notation.meaning[symbol] = (
                f"price of {one} in that of {other}, to which a tie of modes pins it"
            )
            definitions[symbol], self.rows[k][i] = self.rows[k][i], symbol
        return definitions

    def _in_free_prices(self, amounts: list[sympy.Expr]) -> list[sympy.Expr]:
        return [
            sympy.Add(*(b * row[i] for b, row in zip(amounts, self.rows, strict=True)))
            for i in range(len(self.free))
        ]

    def mode_vector(self, task: int, mode: int) -> list[sympy.Expr]:
        """N' b of a mode."""
        return self._in_free_prices(list(self.notation.bundle[task, mode, self.factors]))

    def supply_vector(self) -> list[sympy.Expr]:
        """N' E."""
        return self._in_free_prices([self.notation.supply[k] for k in self.factors])


class CompositeFactors:
    """The composite factors of a regime.

    Attributes
    ----------
    ratios : dict of Symbol to Expr
        Prices that ties pin, in terms of others.
    of_task : dict of int to (int, Expr)
        The composite factor of each task and its use per unit; without tasks that cost nothing.
    supply : list of Expr
        Supply of each, in the supplies of the catalog's factors.
    unique : bool
        Whether prices are unique; they are not where scarce factors are used in fixed proportions.

    Raises
    ------
    NoClosedFormError
        If tasks use the scarce factors in more proportions than there are free prices.
    """

    def __init__(
        self, notation: Notation, allocation: Allocation, priced: NDArray[np.intp]
    ) -> None:
        self.notation, self.priced = notation, priced
        self.usable = allocation.usable[0]
        self.prices = PinnedPrices(
            notation, self.usable, priced, allocation.shadow_price[0, priced]
        )
        self.ratios = self.prices.name_ratios()
        self.of_task: dict[int, tuple[int, sympy.Expr]] = {}
        self._directions: list[list[sympy.Expr]] = []
        self._components: list[int] = []
        self._assign_tasks()
        self.unique = len(self._components) == len(self.prices.free)
        self.supply = self._supplies()

    def _assign_tasks(self) -> None:
        """Finds the directions in which tasks use scarce factors, in numbers and then in symbols.

        Whether two tasks have the same direction is decided on the numbers: equality of symbolic
        vectors may hold only at the catalog's values. Each component is compared relative to the
        terms of its sum, for it may cancel to rounding.
        """
        first = np.argmax(self.usable, axis=1).tolist()
        distinct: list[tuple[Array, Array]] = []  # directions and the sizes of their terms
        direction_of: dict[int, tuple[int, int]] = {}
        for task in np.flatnonzero(self.usable.any(axis=1)).tolist():
            bundle = self.notation.numbers[task, first[task], self.priced]
            if not bundle.any():
                continue  # costs nothing here
            value, terms = bundle @ self.prices.numbers, bundle @ np.abs(self.prices.numbers)
            nonzero = np.abs(value) > CANCELS * terms
            if not nonzero.any():
                raise NoClosedFormError(
                    "modes tie that would cost the same only at prices of zero: they are equal to "
                    "rounding"
                )
            head = int(np.argmax(nonzero))
            unit, size = value / value[head], terms / abs(value[head])
            same = (
                (np.abs(unit - other) <= CANCELS * (size + other_size)).all()
                for other, other_size in distinct
            )
            number = next((number for number, equal in enumerate(same) if equal), len(distinct))
            if number == len(distinct):
                distinct.append((unit, size))
            direction_of[task] = (number, head)
        free = len(self.prices.free)
        if len(distinct) > free:
            raise NoClosedFormError(
                f"tasks use {free} independent scarce factors in {len(distinct)} different "
                "proportions"
            )
        # With fewer directions than free prices, some balances of N' E follow from the others; the
        # best conditioned ones are solved, and the prices of the rest are not unique.
        units = np.array([unit for unit, _ in distinct])
        self._components = _independent_columns(
            units * self.notation.supplies[self.priced][self.prices.free]
        )
        for task, (number, head) in direction_of.items():
            vector, unit = self.prices.mode_vector(task, first[task]), units[number]
            if number == len(self._directions):
                # a direction along the axes is stated in integers, so that formulas do not carry
                # quotients that cancel
                plain = all(min(abs(entry), abs(entry - 1)) < CANCELS for entry in unit)
                self._directions.append(
                    [
                        sympy.Integer(round(value)) if plain else sympy.cancel(entry / vector[head])
                        for value, entry in zip(unit, vector, strict=True)
                    ]
                )
            self.of_task[task] = (number, single_fraction(self.notation, vector[head]))

    def _supplies(self) -> list[sympy.Expr]:
        """Supplies of the composite factors: the solution of N' E = sum_j E'_j d_j."""
        amounts = sympy.symbols(f"E0:{len(self._directions)}")
        vector = self.prices.supply_vector()
        balance = [
            sympy.Add(*(d[i] * amount for d, amount in zip(self._directions, amounts, strict=True)))
            - vector[i]
            for i in self._components
        ]
        solutions = sympy.solve(balance, amounts, dict=True)
        if not solutions or len(solutions[0]) < len(amounts):
            raise NoClosedFormError(
                "the proportions in which tasks use scarce factors are not independent"
            )
        supplies = [self.notation.supply[k] for k in self.priced]
        return [
            sympy.Add(
                *(
                    supply
                    * single_fraction(self.notation, sympy.diff(solutions[0][amount], supply))
                    for supply in supplies
                )
            )
            for amount in amounts
        ]

    def price_weights(self, factor: int) -> list[sympy.Expr]:
        """A factor's price in the prices of the composite ones: d E'_j / d E_factor."""
        # E' is linear in E, and its derivative is the transposed relation between prices
        return [sympy.diff(supply, self.notation.supply[factor]) for supply in self.supply]


def _independent_columns(directions: Array) -> list[int]:
    """As many columns as there are rows, in which the rows are independent."""
    order = scipy.linalg.qr(
        directions / np.abs(directions).max(axis=1, keepdims=True), mode="r", pivoting=True
    )[1]
    return sorted(order[: len(directions)].tolist())


def _pivots(ties: Array) -> list[int]:
    """The price that each tie pins, by elimination with the largest entry."""
    pinned: list[int] = []
    rows = ties.copy()
    for row in range(len(rows)):
        free = [k for k in range(rows.shape[1]) if k not in pinned]
        pivot = max(free, key=lambda k: abs(rows[row, k]))
        pinned.append(pivot)
        for other in range(row + 1, len(rows)):
            rows[other] -= rows[row] * rows[other, pivot] / rows[row, pivot]
    return pinned


def single_fraction(notation: Notation, expression: sympy.Expr) -> sympy.Expr:
    """An expression as one fraction with a positive denominator."""
    if expression.is_Symbol or expression.is_Number:
        return expression
    # powers of the denominator are real only if it is positive at the catalog's values
    numerator, denominator = sympy.fraction(sympy.cancel(expression))
    if denominator.xreplace(numbers_of(notation.values)).is_negative:
        numerator, denominator = -numerator, sympy.expand(-denominator)
    return sympy.factor_terms(sympy.expand(numerator)) / denominator
