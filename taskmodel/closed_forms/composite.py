"""Composite factors: what tasks use once prices that ties pin are told in the others.

Where a task's modes tie, p . (b_m - b_1) = 0. So many prices are multiples of the rest, p = N u, and in the rest every task
costs u . (N' b_t). Where the vectors N' b_t point in as many independent directions d_j as there are prices left, each task
uses one composite factor j, at a_t units a unit, of which there is E'_j with N' E = sum_j E'_j d_j.

Source: the model, sections 1.2 and 6."""

from __future__ import annotations

import numpy as np
import scipy.linalg
import sympy
from numpy.typing import NDArray

from taskmodel.allocation import Allocation
from taskmodel.closed_forms.words import Words, numbers_of
from taskmodel.errors import NoClosedFormError
from taskmodel.numerics.types import Array

SAME = 1e-12  # relative to the terms of a sum: what is nothing but rounding


class Prices:
    """Prices of some factors, as multiples of those that no tie between usable modes pins: p = N u.

    ``price`` is of the size of the factors' prices, for a look at what is large and small.
    """

    def __init__(
        self, words: Words, usable: NDArray[np.bool_], factors: NDArray[np.intp], price: Array
    ) -> None:
        self.words, self.factors, self.price = words, factors, price
        exact, rows = self._ties(usable)
        pinned = _pivots(rows)
        self.free = [k for k in range(len(factors)) if k not in pinned]
        names = sympy.symbols(f"p0:{len(factors)}")
        ties = [sum(c * p for c, p in zip(row, names, strict=True)) for row in exact]
        found = sympy.solve(ties, [names[k] for k in pinned], dict=True)[0] if pinned else {}
        # N, row by row
        self.rows: list[list[sympy.Expr]] = []
        for name in names:
            self.rows.append(
                [
                    one_fraction(words, sympy.diff(found.get(name, name), names[j]))
                    for j in self.free
                ]
            )
        known = numbers_of(words.values)
        self.numbers = np.array(
            [[float(each.xreplace(known)) for each in row] for row in self.rows]
        ).reshape(len(factors), len(self.free))

    def _ties(self, usable: NDArray[np.bool_]) -> tuple[list[list[sympy.Expr]], Array]:
        """Independent ones among p . (b_m - b_1) = 0, and their parts relative to what a unit costs."""
        exact: list[list[sympy.Expr]] = []
        rows: list[Array] = []
        for task in np.flatnonzero(usable.sum(axis=1) > 1).tolist():
            first, *others = np.flatnonzero(usable[task]).tolist()
            one, value = self._bundle(task, first)
            for mode in others:
                two, other = self._bundle(task, mode)
                cost = value @ self.price
                row = (other - value) * self.price / (cost if cost > 0 else 1.0)
                if np.linalg.matrix_rank(np.array([*rows, row]), tol=SAME) > len(rows):
                    rows.append(row)
                    exact.append([b - a for a, b in zip(one, two, strict=True)])
        return exact, np.array(rows).reshape(-1, len(self.factors))

    def _bundle(self, task: int, mode: int) -> tuple[list[sympy.Expr], Array]:
        return list(self.words.bundle[task, mode, self.factors]), self.words.numbers[
            task, mode, self.factors
        ]

    def named(self) -> dict[sympy.Symbol, sympy.Expr]:
        """Put symbols in place of what is no number or symbol in N; returns what they stand for."""
        places = [
            (k, i)
            for k, row in enumerate(self.rows)
            for i, each in enumerate(row)
            if not (each.is_Symbol or each.is_Number)
        ]
        names: dict[sympy.Symbol, sympy.Expr] = {}
        for count, (k, i) in enumerate(places):
            sign = {"positive": True} if self.numbers[k, i] > 0 else {"real": True}
            symbol = sympy.Symbol("w" if len(places) == 1 else f"w_{count + 1}", **sign)
            one, other = (self.words.at.factors[self.factors[each]] for each in (k, self.free[i]))
            self.words.meaning[symbol] = (
                f"price of {one} in that of {other}, to which a tie of modes pins it"
            )
            names[symbol], self.rows[k][i] = self.rows[k][i], symbol
        return names

    def _ray(self, amounts: list[sympy.Expr]) -> list[sympy.Expr]:
        return [
            sympy.Add(*(b * row[i] for b, row in zip(amounts, self.rows, strict=True)))
            for i in range(len(self.free))
        ]

    def ray_of(self, task: int, mode: int) -> list[sympy.Expr]:
        """N' b of a mode."""
        return self._ray(self._bundle(task, mode)[0])

    def ray_of_supply(self) -> list[sympy.Expr]:
        """N' E."""
        return self._ray([self.words.supply[k] for k in self.factors])


class CompositeFactors:
    """The composite factors of a regime.

    Attributes
    ----------
    relative : dict of Symbol to Expr
        What prices that ties pin are worth in others.
    of_task : dict of int to (int, Expr)
        The factor each task uses and how much of it a unit costs; without tasks that cost nothing.
    supply : list of Expr
        How much there is of each, in the supplies of the catalog's factors.
    unique : bool
        Whether prices are; not if scarce factors are used in fixed proportions, some of which then tell of the others.

    Raises
    ------
    NoClosedFormError
        If tasks use the scarce factors in more proportions than prices are left.
    """

    def __init__(self, words: Words, allocation: Allocation, priced: NDArray[np.intp]) -> None:
        self.words, self.priced = words, priced
        self.usable = allocation.usable[0]
        self.prices = Prices(words, self.usable, priced, allocation.shadow_price[0, priced])
        self.relative = self.prices.named()
        self.first = np.argmax(self.usable, axis=1).tolist()
        self.of_task: dict[int, tuple[int, sympy.Expr]] = {}
        self._directions: list[list[sympy.Expr]] = []
        self._telling: list[int] = []
        self._place()
        self.unique = len(self._telling) == len(self.prices.free)
        self.supply = self._supplies()

    def _place(self) -> None:
        """Find the directions in which tasks use what is scarce: how many there are first, and then their symbols."""
        known: list[tuple[Array, Array]] = []  # with the size of the terms they are sums of
        heads: dict[int, tuple[int, int]] = {}
        for task in np.flatnonzero(self.usable.any(axis=1)).tolist():
            bundle = self.words.numbers[task, self.first[task], self.priced]
            if not bundle.any():
                continue  # costs nothing here
            value, terms = bundle @ self.prices.numbers, bundle @ np.abs(self.prices.numbers)
            if not (np.abs(value) > SAME * terms).any():
                raise NoClosedFormError(
                    "modes tie that would cost the same only at prices of zero: they are equal to rounding"
                )
            head = int(np.argmax(np.abs(value) > SAME * terms))
            unit, size = value / value[head], terms / abs(value[head])
            alike = [
                bool((np.abs(unit - other) <= SAME * (size + of_other)).all())
                for other, of_other in known
            ]
            heads[task] = (alike.index(True) if True in alike else len(known), head)
            if True not in alike:
                known.append((unit, size))
        left = len(self.prices.free)
        if len(known) > left:
            raise NoClosedFormError(
                f"tasks use {left} independent scarce factors in {len(known)} different proportions"
            )
        self._telling = _independent(
            np.array([unit for unit, _ in known])
            * self.words.supplies[self.priced][self.prices.free]
        )
        for task, (j, head) in heads.items():
            ray, (unit, _) = self.prices.ray_of(task, self.first[task]), known[j]
            if j == len(self._directions):
                plain = all(min(abs(each), abs(each - 1)) < SAME for each in unit)
                self._directions.append(
                    [
                        sympy.Integer(round(n)) if plain else sympy.cancel(s / ray[head])
                        for n, s in zip(unit, ray, strict=True)
                    ]
                )
            self.of_task[task] = (j, one_fraction(self.words, ray[head]))

    def _supplies(self) -> list[sympy.Expr]:
        amounts = sympy.symbols(f"E0:{len(self._directions)}")
        supply = self.prices.ray_of_supply()
        balance = [
            sympy.Add(
                *(
                    direction[i] * amount
                    for direction, amount in zip(self._directions, amounts, strict=True)
                )
            )
            - supply[i]
            for i in self._telling
        ]
        solved = sympy.solve(balance, amounts, dict=True)
        if not solved or len(solved[0]) < len(amounts):
            raise NoClosedFormError(
                "the proportions in which tasks use scarce factors are not independent"
            )
        supplies = [self.words.supply[k] for k in self.priced]
        parts = [
            [
                each * one_fraction(self.words, sympy.diff(solved[0][amount], each))
                for each in supplies
            ]
            for amount in amounts
        ]
        return [sympy.Add(*each) for each in parts]

    def worth(self, factor: int) -> list[sympy.Expr]:
        """The price of one of the catalog's factors, in prices of the composite ones: how much more of each it would make."""
        return [sympy.diff(made, self.words.supply[factor]) for made in self.supply]


def _independent(directions: Array) -> list[int]:
    """As many columns as there are directions, in which these are independent."""
    order = scipy.linalg.qr(
        directions / np.abs(directions).max(axis=1, keepdims=True), mode="r", pivoting=True
    )[1]
    return sorted(order[: len(directions)].tolist())


def _pivots(ties: Array) -> list[int]:
    """The price that each tie pins, by elimination with the largest entry."""
    pinned: list[int] = []
    left = ties.copy()
    for row in range(len(left)):
        free = [k for k in range(left.shape[1]) if k not in pinned]
        pivot = max(free, key=lambda k: abs(left[row, k]))
        pinned.append(pivot)
        for other in range(row + 1, len(left)):
            left[other] -= left[row] * left[other, pivot] / left[row, pivot]
    return pinned


def one_fraction(words: Words, expression: sympy.Expr) -> sympy.Expr:
    """One fraction, over a denominator that is positive."""
    if expression.is_Symbol or expression.is_Number:
        return expression
    over, under = sympy.fraction(sympy.cancel(expression))
    if under.xreplace(numbers_of(words.values)).is_negative:
        over, under = -over, sympy.expand(-under)
    return sympy.factor_terms(sympy.expand(over)) / under
