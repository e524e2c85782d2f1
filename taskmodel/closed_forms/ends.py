"""Where a regime ends, in closed form: the compute at which one of its margins is used up.

A regime ends at a threshold, or where

    an idle mode comes to cost what its task does          p . b_m = p . b_1
    a price falls to zero                                  p_k = 0
    a mode has no work left, or a slack factor no rest     n . E = sum_t x_t (n . b_t)

The first two are linear in the prices v of composite factors; where two of these take part, in one nest,
v_2 / v_1 = (W_2 E'_1 / (W_1 E'_2))^(1/sigma) gives the amounts at which it is so. In the third the other ties still hold, n is a
vector of prices that obeys them, b_t the bundles that are left, and x_t = E'_j m_t. Either way what is left is an equation
between supplies, with two powers of compute in it.

Source: the model, sections 1.3 and 6."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import sympy

from taskmodel.closed_forms.closed_form import Form
from taskmodel.closed_forms.composite import Prices
from taskmodel.closed_forms.words import COMPUTE, DIGITS, Words, numbers_of
from taskmodel.errors import NoFormulaError
from taskmodel.sweeps.changes import Event

RATIO = sympy.Symbol("q", positive=True)  # of two amounts, while an equation is solved
Definitions = dict[sympy.Symbol, sympy.Expr]

NOTHING = 1e-9  # relative to the terms: a margin that is zero all through a regime


@dataclass(frozen=True)
class Changes:
    """What changes at the end of a regime, as positions in the organisation."""

    opening: tuple[int, ...]  # tasks that become automatable
    taken_up: tuple[tuple[int, int], ...]  # modes (task, mode)
    given_up: tuple[tuple[int, int], ...]
    binding: tuple[int, ...]  # factors that get a price
    freed: tuple[int, ...]  # factors that lose theirs

    @classmethod
    def of(cls, events: list[Event]) -> Changes:
        """Sorted by what they do to the regime before them."""
        modes = {
            kind: tuple((e.task, e.mode) for e in events if e.kind == kind)
            for kind in ("adopted", "completed", "dropped")
        }
        factors = {
            kind: tuple(e.factor for e in events if e.kind == kind) for kind in ("binds", "slack")
        }
        opening = tuple(e.task for e in events if e.kind == "automatable")
        return cls(
            opening,
            modes["adopted"],
            modes["completed"] + modes["dropped"],
            factors["binds"],
            factors["slack"],
        )

    def backwards(self) -> Changes:
        """As the regime after them sees them."""
        return Changes(self.opening, self.given_up, self.taken_up, self.freed, self.binding)


def threshold(words: Words, high: float, task: int) -> sympy.Expr:
    """The compute at which AI can do a task."""
    name, share = words.at.tasks[task], float(words.at.training_share[0])
    return (
        words.symbol(f"tau_{name}", high * share, f"automation threshold of {name} [FLOP]")
        / words.training_share()
    )


def end(form: Form, changes: Changes, place: float) -> tuple[sympy.Expr, Definitions]:
    """The compute at which the margin that these changes use up is zero, and what sums in it stand for.

    ``place`` is where that is [FLOP/year]: it tells which of two roots is meant.

    Raises
    ------
    NoFormulaError
        If none of them gives an equation that can be solved for compute.
    """
    reasons: list[str] = []
    for gap, constants, sums in _gaps(form, changes, reasons):
        found = [
            sympy.powdenest(each.xreplace(constants), force=True)
            for each in _roots(form, gap, sums)
        ]
        if found:
            return min(found, key=lambda each: abs(_number(form, each, sums) - place)), sums
        reasons.append("the equation for compute has no roots that can be written down")
    raise NoFormulaError(reasons[0] if reasons else "no margin of the regime tells")


def _gaps(
    form: Form, changes: Changes, reasons: list[str]
) -> Iterator[tuple[sympy.Expr, Definitions, Definitions]]:
    """Differences of amounts that are zero at the end, with what constants in them stand for, and what their sums do."""
    for weights in _price_margins(form, changes):
        try:
            yield *_balance(form, weights), {}
        except NoFormulaError as no:
            reasons.append(str(no))
    if changes.given_up or changes.binding:
        try:
            for gap, sums in _quantity_margins(form, changes):
                yield gap, {}, sums
        except NoFormulaError as no:
            reasons.append(str(no))


def _price_margins(form: Form, changes: Changes) -> Iterator[list[sympy.Expr]]:
    """Combinations of prices of composite factors that are zero at the end."""
    factors = form.factors
    if not factors.unique:
        return
    for task, mode in changes.taken_up:
        if task in factors.of_task:
            bundle = form.words.bundle[task, mode]
            worths = [
                [bundle[k] * each.xreplace(factors.relative) for each in factors.worth(k)]
                for k in factors.priced
            ]
            own, cost = factors.of_task[task]
            cost = cost.xreplace(factors.relative)
            yield [
                sympy.cancel(sympy.Add(*parts) - (cost if j == own else 0))
                for j, parts in enumerate(zip(*worths, strict=True))
            ]
    for factor in changes.freed:
        yield factors.worth(factor)


def _balance(form: Form, weights: list[sympy.Expr]) -> tuple[sympy.Expr, Definitions]:
    """The amounts at which a combination of the prices of two composite factors is zero."""
    used = [j for j, each in enumerate(weights) if each != 0]
    if len(used) < 2:
        raise NoFormulaError("prices do not change relative to each other")
    if len(used) > 2:
        raise NoFormulaError(f"the prices of {len(used)} composite factors decide at once")
    one, two = used
    first, second = form.groups[one], form.groups[two]
    if first.nest != second.nest:
        raise NoFormulaError("composite factors of different nests decide")
    value = (second.weight / first.weight) * sympy.cancel(-weights[one] / weights[two]) ** (
        -first.sigma
    )
    return form.factors.supply[two] - RATIO * form.factors.supply[one], {RATIO: value}


def _quantity_margins(form: Form, changes: Changes) -> Iterator[tuple[sympy.Expr, Definitions]]:
    """What is left of factors when modes that are given up have no work, in each way that the ties left over allow."""
    words, factors = form.words, form.factors
    left = factors.usable.copy()
    for task, mode in changes.given_up:
        left[task, mode] = False
    scarce = np.union1d(factors.priced, np.array(changes.binding, dtype=np.intp))
    with np.errstate(divide="ignore"):
        prices = Prices(words, left, scarce, 1 / words.supplies[scarce])
    supply = prices.ray_of_supply()
    each_unit = {
        factor: factors.supply[factor] / group.weight for factor, group in form.groups.items()
    }
    costly = {task for group in form.groups.values() for task in group.made}
    others = [task for task in np.flatnonzero(left.any(axis=1)).tolist() if task not in costly]
    if np.any(words.numbers[others][left[others]][:, scarce]):
        raise NoFormulaError(
            "a task that costs nothing in the regime uses the factor that gets a price"
        )
    kept = {
        task: int(np.argmax(left[task]))
        for group in form.groups.values()
        for task in group.made
        if left[task].any()
    }
    for place in range(len(prices.free)):
        uses: dict[int, sympy.Expr] = {}
        for factor, group in sorted(form.groups.items()):
            parts = [
                group.made[task] * prices.ray_of(task, kept[task])[place]
                for task in group.made
                if task in kept
            ]
            uses[factor] = sympy.Add(*parts)
        if not _always(
            form, [supply[place], *(-each_unit[factor] * use for factor, use in uses.items())]
        ):
            names = {factor: _name(form, factor, use) for factor, use in uses.items() if use != 0}
            gap = supply[place] - sympy.Add(
                *(each_unit[factor] * name for factor, name in names.items())
            )
            yield gap, {name: uses[factor] for factor, name in names.items()}


def _name(form: Form, factor: int, use: sympy.Expr) -> sympy.Symbol:
    """For a sum over the tasks of a composite factor."""
    sign = {"positive": True} if _number(form, use) > 0 else {"real": True}
    name = sympy.Symbol("U" if len(form.groups) == 1 else f"U_{factor + 1}", **sign)
    form.words.meaning[name] = (
        "use of a factor by tasks, over the amount and the weight of their composite factor"
    )
    return name


def _always(form: Form, amounts: list[sympy.Expr]) -> bool:
    """Whether amounts sum to zero all through a regime, being looked at where it was solved."""
    values = [_number(form, each) for each in amounts]
    return bool(abs(sum(values)) < NOTHING * max(map(abs, values)))


def _number(form: Form, expression: sympy.Expr, sums: Definitions | None = None) -> float:
    """The value of an expression where the regime was solved."""
    words, known = form.words, form.definitions | (sums or {})
    while known.keys() & expression.free_symbols:
        expression = expression.xreplace(known)
    supplies = {
        words.supply[k]: sympy.Float(each, DIGITS)
        for k, each in enumerate(words.supplies)
        if np.isfinite(each)
    }
    return float(expression.xreplace(numbers_of(words.values) | supplies))


def _roots(form: Form, gap: sympy.Expr, sums: Definitions) -> list[sympy.Expr]:
    """The compute at which amounts are equal, where two powers of it are in the equation, or a quadratic one is."""
    powers: dict[sympy.Expr, list[sympy.Expr]] = {}
    for term in sympy.Add.make_args(sympy.expand(gap.xreplace(form.words.definitions))):
        coefficient, power = term.as_independent(COMPUTE, as_Add=False)
        base, exponent = (COMPUTE, sympy.Integer(0)) if power == 1 else power.as_base_exp()
        if base != COMPUTE:
            return []
        powers.setdefault(exponent, []).append(coefficient)
    exponents, (c, *others) = sorted(powers), [sympy.Add(*powers[each]) for each in sorted(powers)]
    if len(exponents) == 2:
        return [
            _positive(form, sympy.factor(-c / others[0]), sums)
            ** (1 / (exponents[1] - exponents[0]))
        ]
    if len(exponents) == 3 and exponents[2] - exponents[1] == exponents[1] - exponents[0]:
        b, a = others
        step = 1 / (exponents[1] - exponents[0])
        return [((-b + sign * sympy.sqrt(b**2 - 4 * a * c)) / (2 * a)) ** step for sign in (1, -1)]
    return []


def _positive(form: Form, product: sympy.Expr, sums: Definitions) -> sympy.Expr:
    """The same product with its sums written so that they are positive."""
    sign, factors = 1, []
    for base, exponent in product.as_powers_dict().items():
        odd = (
            exponent.is_odd
            and base.is_Add
            and not base.has(RATIO)
            and _number(form, base, sums) < 0
        )
        factors.append((-base if odd else base) ** exponent)
        sign = -sign if odd else sign
    return sign * sympy.Mul(*factors)
