"""Formulas in LaTeX for a document: subscripts in words, rows that fit a page."""

from __future__ import annotations

from collections.abc import Iterator

import sympy

# Widths are in letters and rough estimates, hence half of the text width of A4 in 10 point.
WIDTH = 48  # of a row
WIDE = 60  # of a product, above which it takes several rows
SCRIPT = 0.7  # relative size of exponents and subscripts
SIGN = 2  # of a plus with the space around it


def rows(equations: list[tuple[sympy.Expr, sympy.Expr]]) -> str:
    """Equations as rows of an ``align*`` of the package amsmath."""
    return " \\\\\n".join(line for sides in equations for line in _rows(*sides))


def formula(expression: sympy.Expr) -> str:
    """An expression, with the names of symbols as in `symbol`."""
    return sympy.latex(
        expression,
        mul_symbol=r"\,",
        symbol_names={name: symbol(name.name) for name in expression.free_symbols},
    )


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


def _rows(left_side: sympy.Expr, right_side: sympy.Expr) -> Iterator[str]:
    """An equation in rows, broken between terms, and between the factors of a term too wide."""
    row, used = f"{formula(left_side)} &= ", _width(left_side) + SIGN
    start = True
    for term in sympy.Add.make_args(right_side):
        negative = term.could_extract_minus_sign()
        size = -term if negative else term
        if not start and used + _width(size) > WIDTH:
            yield row
            row, used = r"&\quad {}", SIGN
        if negative or not start:
            row += " - " if negative else " + "
        *full, (text, width) = _pieces(size)
        for piece, _ in full:
            yield row + piece
            row, used = r"&\qquad {} \times ", 2 * SIGN
        row, used, start = row + text, used + width + SIGN, False
    yield row


def _pieces(term: sympy.Expr) -> list[tuple[str, float]]:
    """A term and its width, in several pieces if it is a product too wide for a row."""
    if not term.is_Mul or sympy.fraction(term, exact=True)[1] != 1 or _width(term) <= WIDE:
        return [(formula(term), _width(term))]
    pieces: list[list[sympy.Expr]] = [[]]
    for factor in term.as_ordered_factors():
        if pieces[-1] and sum(map(_width, [*pieces[-1], factor])) > WIDTH:
            pieces.append([])
        pieces[-1].append(factor)
    return [
        (
            formula(sympy.Mul(*piece)) if len(piece) > 1 else _factor(piece[0]),
            sum(map(_width, piece)),
        )
        for piece in pieces
    ]


def _factor(factor: sympy.Expr) -> str:
    """A factor of a product on its own row: in parentheses if it is a sum."""
    return rf"\left({formula(factor)}\right)" if factor.is_Add else formula(factor)


def _width(expression: sympy.Expr) -> float:
    """Approximate width of an expression, in letters."""
    if expression.is_Symbol:
        letter, _, below = expression.name.partition("_")
        return 1 + SCRIPT * len(below)
    if expression.is_Add:
        return sum(_width(term) + SIGN for term in expression.args)
    if expression.is_Mul or expression.is_Pow:
        over, under = sympy.fraction(expression, exact=True)
        if under != 1:
            return max(_width(over), _width(under))
    if expression.is_Mul:
        return sum(_width(factor) + factor.is_Add for factor in expression.args)
    if expression.is_Pow:
        return _width(expression.base) + SCRIPT * _width(expression.exp) + expression.base.is_Add
    return float(len(str(expression)))
