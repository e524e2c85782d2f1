"""The end of a regime in closed form: the compute at which one of its margins is used up.

A regime ends at a threshold, or where

    an idle mode becomes as cheap as its task                      p . b_m = p . b_1
    a price falls to zero                                          p_k = 0
    a mode has no work left, or a slack factor is used up          n . E = sum_t x_t (n . b_t)

The first two are linear in the prices v of composite factors; where two of these take part, in one
nest, v_2 / v_1 = (W_2 E'_1 / (W_1 E'_2))^(1/sigma) gives the amounts at which they hold. In the
third the other ties still hold, n is a vector of prices that obeys them, b_t the bundles that
remain, and x_t = E'_j m_t. Both lead to an equation between supplies with two powers of compute.

Source: the model, sections 1.3 and 6.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import sympy

from taskmodel.closed_forms.closed_form import ClosedForm
from taskmodel.closed_forms.composite_factors import PinnedPrices
from taskmodel.closed_forms.notation import COMPUTE, DIGITS, Definitions, Notation, numbers_of
from taskmodel.errors import NoFormulaError
from taskmodel.numerics.accuracy import ZERO_MARGIN
from taskmodel.sweeps.event_records import Change

RATIO = sympy.Symbol("q", positive=True)  # of two amounts, while an equation is solved


@dataclass(frozen=True)
class Changes:
    """What changes at the end of a regime, as indices into the organisation."""

    opening: tuple[int, ...]  # tasks that become automatable
    taken_up: tuple[tuple[int, int], ...]  # modes (task, mode)
    given_up: tuple[tuple[int, int], ...]
    binding: tuple[int, ...]  # factors that get a price
    freed: tuple[int, ...]  # factors that lose theirs

    @classmethod
    def of(cls, events: list[Change]) -> Changes:
        """Events sorted by their effect on the regime before them."""

        def modes(kind: str) -> tuple[tuple[int, int], ...]:
            return tuple((e.task, e.mode) for e in events if e.kind == kind)

        return cls(
            opening=tuple(e.task for e in events if e.kind == "automatable"),
            taken_up=modes("adopted"),
            given_up=modes("completed") + modes("dropped"),
            binding=tuple(e.factor for e in events if e.kind == "binds"),
            freed=tuple(e.factor for e in events if e.kind == "slack"),
        )

    def backwards(self) -> Changes:
        """The same changes as seen from the regime after them."""
        return Changes(self.opening, self.given_up, self.taken_up, self.freed, self.binding)


def threshold_compute(notation: Notation, high: float, task: int) -> sympy.Expr:
    """The compute at which AI becomes able to do a task, numerically ``high``."""
    name = notation.organisation.tasks[task]
    value = high * float(notation.organisation.training_share[0])
    threshold = notation.symbol(f"tau_{name}", value, f"automation threshold of {name} [FLOP]")
    return threshold / notation.training_share()


def end_formula(
    form: ClosedForm, changes: Changes, position: float
) -> tuple[sympy.Expr, Definitions]:
    """The compute at which the margin used up by these changes is zero.

    Parameters
    ----------
    position : float
        Its numeric value [FLOP/year], which selects among several roots.

    Returns
    -------
    formula : Expr
    sums : dict of Symbol to Expr
        Definitions of sums in it.

    Raises
    ------
    NoFormulaError
        If no margin gives an equation that can be solved for compute.
    """
    reasons: list[str] = []
    # Several changes may coincide, and any of their margins gives the end: the first one that can
    # be solved is taken, and the reason of the first failure reported if none can.
    for gap, constants, sums in _gaps(form, changes, reasons):
        roots = [
            sympy.powdenest(root.xreplace(constants), force=True)
            for root in _roots(form, gap, sums)
        ]
        if roots:
            return min(roots, key=lambda root: abs(_number(form, root, sums) - position)), sums
        reasons.append("the equation for compute has no roots that can be written down")
    raise NoFormulaError(reasons[0] if reasons else "no margin of the regime tells")


def _gaps(
    form: ClosedForm, changes: Changes, reasons: list[str]
) -> Iterator[tuple[sympy.Expr, Definitions, Definitions]]:
    """Differences of amounts that vanish at the end, with definitions of constants and sums."""
    for weights in _price_margins(form, changes):
        try:
            yield *_balance(form, weights), {}
        except NoFormulaError as error:
            reasons.append(str(error))
    if changes.given_up or changes.binding:
        try:
            for gap, sums in _quantity_margins(form, changes):
                yield gap, {}, sums
        except NoFormulaError as error:
            reasons.append(str(error))


def _price_margins(form: ClosedForm, changes: Changes) -> Iterator[list[sympy.Expr]]:
    """Coefficients of combinations of the composite factors' prices that vanish at the end."""
    factors = form.factors
    if not factors.unique:
        return
    for task, mode in changes.taken_up:
        if task in factors.of_task:
            bundle = form.notation.bundle[task, mode]
            terms = [
                [bundle[k] * weight.xreplace(factors.ratios) for weight in factors.price_weights(k)]
                for k in factors.priced
            ]
            own, cost = factors.of_task[task]
            cost = cost.xreplace(factors.ratios)
            yield [
                sympy.cancel(sympy.Add(*column) - (cost if j == own else 0))
                for j, column in enumerate(zip(*terms, strict=True))
            ]
    for factor in changes.freed:
        yield factors.price_weights(factor)


def _balance(form: ClosedForm, weights: list[sympy.Expr]) -> tuple[sympy.Expr, Definitions]:
    """The amounts at which a combination of the prices of two composite factors is zero."""
    used = [j for j, weight in enumerate(weights) if weight != 0]
    if len(used) < 2:
        raise NoFormulaError("prices do not change relative to each other")
    if len(used) > 2:
        raise NoFormulaError(f"the prices of {len(used)} composite factors decide at once")
    one, two = used
    first, second = form.groups[one], form.groups[two]
    if first.nest != second.nest:
        raise NoFormulaError("composite factors of different nests decide")
    relative_price = sympy.cancel(-weights[one] / weights[two])
    # The ratio of supplies stands as q in the equation for compute until that is solved: expanded,
    # its powers would hide the powers of compute.
    ratio = (second.weight / first.weight) * relative_price ** (-first.sigma)
    return form.factors.supply[two] - RATIO * form.factors.supply[one], {RATIO: ratio}


def _quantity_margins(
    form: ClosedForm, changes: Changes
) -> Iterator[tuple[sympy.Expr, Definitions]]:
    """Unused amounts when modes that are given up have no work, and definitions of their sums.

    The prices that the remaining ties leave free give one balance of supply and use each. Balances
    that hold all through the regime are skipped; the others vanish at its end.
    """
    notation, factors, groups = form.notation, form.factors, form.groups
    usable = factors.usable.copy()
    for task, mode in changes.given_up:
        usable[task, mode] = False
    scarce = np.union1d(factors.priced, np.array(changes.binding, dtype=np.intp))
    with np.errstate(divide="ignore"):
        prices = PinnedPrices(notation, usable, scarce, 1 / notation.supplies[scarce])
    # sums over tasks get a symbol each, so that the root has a readable form
    supply = prices.supply_vector()
    per_weight = {factor: factors.supply[factor] / g.weight for factor, g in groups.items()}
    costly = {task for group in groups.values() for task in group.work}
    others = [task for task in np.flatnonzero(usable.any(axis=1)).tolist() if task not in costly]
    if np.any(notation.numbers[others][usable[others]][:, scarce]):
        raise NoFormulaError(
            "a task that costs nothing in the regime uses the factor that gets a price"
        )
    vectors = {
        task: prices.mode_vector(task, int(np.argmax(usable[task])))
        for task in costly
        if usable[task].any()
    }
    for position in range(len(prices.free)):
        uses = {
            factor: sympy.Add(
                *(
                    amount * vectors[task][position]
                    for task, amount in group.work.items()
                    if task in vectors
                )
            )
            for factor, group in sorted(groups.items())
        }
        terms = [supply[position], *(-per_weight[factor] * use for factor, use in uses.items())]
        if not _always_zero(form, terms):
            names = {
                factor: _use_symbol(form, factor, use) for factor, use in uses.items() if use != 0
            }
            used = sympy.Add(*(per_weight[factor] * name for factor, name in names.items()))
            yield supply[position] - used, {name: uses[factor] for factor, name in names.items()}


def _use_symbol(form: ClosedForm, factor: int, use: sympy.Expr) -> sympy.Symbol:
    """Symbol of a sum over the tasks of a composite factor."""
    sign = {"positive": True} if _number(form, use) > 0 else {"real": True}
    symbol = sympy.Symbol("U" if len(form.groups) == 1 else f"U_{factor + 1}", **sign)
    form.notation.meaning[symbol] = (
        "use of a factor by tasks, over the amount and the weight of their composite factor"
    )
    return symbol


def _always_zero(form: ClosedForm, terms: list[sympy.Expr]) -> bool:
    """Whether a sum is zero all through a regime, judged at the point where it was solved."""
    values = [_number(form, term) for term in terms]
    return bool(abs(sum(values)) < ZERO_MARGIN * max(map(abs, values)))


def _number(form: ClosedForm, expression: sympy.Expr, sums: Definitions | None = None) -> float:
    """The value of an expression at the point where the regime was solved."""
    notation, definitions = form.notation, form.definitions | (sums or {})
    while definitions.keys() & expression.free_symbols:
        expression = expression.xreplace(definitions)
    supplies = {
        symbol: sympy.Float(value, DIGITS)
        for symbol, value in zip(notation.supply, notation.supplies, strict=True)
        if np.isfinite(value)
    }
    return float(expression.xreplace(numbers_of(notation.values) | supplies))


def _roots(form: ClosedForm, gap: sympy.Expr, sums: Definitions) -> list[sympy.Expr]:
    """The compute at which a sum is zero, if two powers of it occur, or the sum is quadratic."""
    powers: dict[sympy.Expr, list[sympy.Expr]] = {}
    for term in sympy.Add.make_args(sympy.expand(gap.xreplace(form.notation.definitions))):
        coefficient, power = term.as_independent(COMPUTE, as_Add=False)
        base, exponent = (COMPUTE, sympy.Integer(0)) if power == 1 else power.as_base_exp()
        if base != COMPUTE:
            return []
        powers.setdefault(exponent, []).append(coefficient)
    exponents = sorted(powers)
    c, *others = (sympy.Add(*powers[exponent]) for exponent in exponents)
    steps = [high - low for low, high in zip(exponents, exponents[1:], strict=False)]
    if len(steps) == 1:
        ratio = sympy.factor(-c / others[0])
        return [_with_positive_sums(form, ratio, sums) ** (1 / steps[0])]
    if len(steps) == 2 and steps[1] == steps[0]:
        b, a = others
        root = sympy.sqrt(b**2 - 4 * a * c)
        return [((-b + sign * root) / (2 * a)) ** (1 / steps[0]) for sign in (1, -1)]
    return []


def _with_positive_sums(form: ClosedForm, product: sympy.Expr, sums: Definitions) -> sympy.Expr:
    """The same product with each of its sums written with a positive value."""
    sign, factors = 1, []
    for base, exponent in product.as_powers_dict().items():
        # a fractional power of (b - a) with a > b is complex; of (a - b) it is the same real root
        odd = exponent.is_odd and base.is_Add and not base.has(RATIO)
        negative = odd and _number(form, base, sums) < 0
        factors.append((-base if negative else base) ** exponent)
        sign = -sign if negative else sign
    return sign * sympy.Mul(*factors)
