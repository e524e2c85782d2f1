"""Elementary functions of floats and of arrays under the same names, for formulas of either.

On a float, the functions of the standard library are ten times as fast as NumPy's; on an array of a
thousand numbers, NumPy's are a hundred times as fast as a loop over floats.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

__all__ = ["ARRAYS", "FLOATS", "Elementary", "Number", "log_add"]

Number = Any
"""A float, or an array with one entry per run."""


def log_add(a: float, b: float) -> float:
    """ln(e^a + e^b), without overflow.

    Examples
    --------
    >>> round(log_add(math.log(2.0), math.log(3.0)) - math.log(5.0), 12)
    0.0
    >>> log_add(-math.inf, -math.inf)
    -inf
    """
    if a < b:
        a, b = b, a
    return a if b == -math.inf else a + math.log1p(math.exp(b - a))


def _choose(condition: bool, yes: float, no: float) -> float:
    return yes if condition else no


class Elementary(NamedTuple):
    """Functions of one kind of number; of arrays, entry by entry."""

    exp: Callable[[Any], Any]
    expm1: Callable[[Any], Any]
    log: Callable[[Any], Any]
    log1p: Callable[[Any], Any]
    log_add: Callable[[Any, Any], Any]
    minimum: Callable[[Any, Any], Any]
    maximum: Callable[[Any, Any], Any]
    where: Callable[[Any, Any, Any], Any]


FLOATS = Elementary(math.exp, math.expm1, math.log, math.log1p, log_add, min, max, _choose)
ARRAYS = Elementary(
    np.exp, np.expm1, np.log, np.log1p, np.logaddexp, np.minimum, np.maximum, np.where
)
