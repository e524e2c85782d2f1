"""Compilation of numerical kernels by numba, which may be missing.

A kernel is a function of floats and arrays in plain loops. With numba it is compiled at its first
call and cached beside its file, or in numba's own cache directory where that folder cannot be
written; where neither exists it is compiled anew in each process. Without numba the plain function
runs and gives the same numbers, more slowly. Importing `taskmodel` does not import this module.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TypeVar, cast

Function = TypeVar("Function", bound=Callable[..., object])

try:
    from numba import njit
except ImportError:  # numba does not support every Python version yet
    COMPILES = False
else:
    COMPILES = True


def compiled(function: Function) -> Function:
    """Compile a kernel without the global interpreter lock; division by zero follows IEEE 754."""
    if not COMPILES:
        return cast(Function, _ieee(function))
    try:
        return cast(Function, njit(cache=True, nogil=True, error_model="numpy")(function))
    except RuntimeError:  # no folder for the cache: a read-only installation without a home
        return cast(Function, njit(nogil=True, error_model="numpy")(function))


def _ieee(function: Callable[..., object]) -> Callable[..., object]:
    """Let a plain kernel overflow and divide by zero silently, as a compiled one does."""
    import numpy as np

    @functools.wraps(function)
    def kernel(*arguments: object) -> object:
        with np.errstate(all="ignore"):
            return function(*arguments)

    return kernel
