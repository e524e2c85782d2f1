"""Formulas as LaTeX that a person can paste: subscripts in words, rows that fit a page."""

from __future__ import annotations

from collections.abc import Iterator

import sympy

WIDTH = 48  # of a row, in letters: half of A4's text in 10 point, for estimates are rough
SCRIPT = 0.7  # size of what is raised or lowered
SIGN = 2  # letters that a plus and the space around it take


def rows(equations: list[tuple[sympy.Expr, sympy.Expr]]) -> str:
    """Equations as the rows of an ``align*`` of the package amsmath."""
    return " \\\\\n".join(line for left, right in equations for line in _rows(left, right))


def formula(expression: sympy.Expr) -> str:
    """An expression, with names as `symbol` writes them."""
    return sympy.latex(expression, mul_symbol=r"\,", symbol_names={each: symbol(each.name) for each in expression.free_symbols})


def symbol(name: str) -> str:
    r"""The name of a symbol.

    Examples
    --------
    >>> symbol("kappa_red_teaming")
    '\\kappa_{\\text{red teaming}}'
    >>> symbol("Theta_1")
    '\\Theta_{1}'
    >>> symbol("U_")
    "U'"
    """
    letter, _, below = name.rstrip("_").partition("_")
    primes = "'" * (len(name) - len(name.rstrip("_")))
    head = sympy.latex(sympy.Symbol(letter)) + primes
    if not below:
        return head
    plain = len(below) == 1 or below.replace("_", "").isdigit()
    words = below.replace("_", ",") if plain else rf"\text{{{below.replace('_', ' ')}}}"
    return f"{head}_{{{words}}}"


def _rows(left: sympy.Expr, right: sympy.Expr) -> Iterator[str]:
    """An equation in rows, broken between the terms of a sum."""
    row, used = f"{formula(left)} &= ", _width(left) + SIGN
    start = True
    for term in sympy.Add.make_args(right):
        negative = term.could_extract_minus_sign()
        text, width = formula(-term if negative else term), _width(term)
        if not start and used + width > WIDTH:
            yield row
            row, used = r"&\quad ", SIGN
            row += "{} - " if negative else "{} + "
        elif not start or negative:
            row += " - " if negative else " + "
        row, used, start = row + text, used + width + SIGN, False
    yield row


def _width(expression: sympy.Expr) -> float:
    """Roughly how wide an expression is, in letters."""
    if expression.is_Symbol:
        letter, _, below = expression.name.partition("_")
        return 1 + SCRIPT * len(below)
    if expression.is_Add:
        return sum(_width(term) + SIGN for term in expression.args)
    if expression.is_Pow and not expression.exp.could_extract_minus_sign():
        return _width(expression.base) + SCRIPT * _width(expression.exp) + expression.base.is_Add
    if expression.is_Mul or expression.is_Pow:
        over, under = sympy.fraction(expression)
        if under != 1:
            return max(_width(over), _width(under))
        return sum(_width(factor) + factor.is_Add for factor in expression.args) if expression.is_Mul else 1 + _width(expression.exp)
    return float(len(str(expression)))
