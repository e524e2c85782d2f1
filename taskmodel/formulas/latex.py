"""Formulas as LaTeX that a person can paste: names upright, rows that fit a page."""

from __future__ import annotations

from collections.abc import Iterator

import sympy

TERMS = 3  # in a row


def rows(equations: list[tuple[sympy.Expr, sympy.Expr]]) -> str:
    """Equations as the rows of an ``align*``."""
    return " \\\\\n".join(line for left, right in equations for line in _rows(left, right))


def _rows(left: sympy.Expr, right: sympy.Expr) -> Iterator[str]:
    """An equation in rows of a few terms each."""
    terms = [sympy.latex(term) for term in sympy.Add.make_args(right)]
    for begin in range(0, len(terms), TERMS):
        some = " + ".join(terms[begin : begin + TERMS])
        yield f"{sympy.latex(left)} &= {some}" if begin == 0 else rf"&\quad + {some}"
