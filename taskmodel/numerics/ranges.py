"""Ranges of arguments, stated as intervals and checked on entry.

A closed form declares the ranges of its arguments with the decorator `ranges`; an argument outside
its range raises an `InputError` that names the argument, the range and the first value outside.
`within` makes the same check for a quantity that a function computes.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import signature
from typing import Any, NamedTuple, ParamSpec, TypeVar, cast

import numpy as np
from numpy.typing import ArrayLike

from taskmodel.errors import InputError
from taskmodel.numerics.numbers import real_number, real_numbers

Real = Any
"""Annotation of an argument under `ranges`: callers pass a number or anything array-like; the body
receives an array of floats."""

P = ParamSpec("P")
T = TypeVar("T")


class _Interval(NamedTuple):
    """An interval of real numbers; `text` is as written in mathematics."""

    text: str
    low: float
    high: float

    @classmethod
    def parse(cls, text: str) -> _Interval:
        low, high = map(float, text[1:-1].split(","))
        return cls(text, low, high)

    def check(self, name: str, values: ArrayLike) -> np.ndarray:
        """Returns `values` as an array of floats, or raises an `InputError` that names them."""
        array = real_numbers(name, values)
        # Comparisons with NaN are false, so that NaN lies in no interval, not even in [-inf, inf].
        inside = (array >= self.low if self.text[0] == "[" else array > self.low) & (
            array <= self.high if self.text[-1] == "]" else array < self.high
        )
        if not inside.all():
            index = tuple(int(i) for i in np.argwhere(~inside)[0])
            position = f" at index {', '.join(map(str, index))}" if index else ""
            raise InputError(f"{name} must be in {self.text}; found {array[index]:g}{position}")
        return array


def within(interval: str, name: str, values: ArrayLike) -> np.ndarray:
    """Returns `values` as an array of floats, all of them inside `interval`.

    Parameters
    ----------
    interval : str
        As written in mathematics: "[0, 1]", "(0, 1]", "[0, inf)" (finite), "[0, inf]" (infinity
        included). NaN lies in no interval.
    name : str
        Name of the quantity, for the message.
    values : array

    Returns
    -------
    float array, same shape

    Raises
    ------
    InputError
        If a value lies outside; the message names the first such value and its index.

    Examples
    --------
    >>> within("[0, 1]", "coverage", [0.2, 1]).tolist()
    [0.2, 1.0]
    >>> within("[0, 1]", "coverage", [0.2, 1.5])
    Traceback (most recent call last):
    taskmodel.errors.InputError: coverage must be in [0, 1]; found 1.5 at index 1
    """
    return _Interval.parse(interval).check(name, values)


def ranges(**intervals: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Decorator that converts arguments to arrays of floats and checks their ranges.

    The function receives its arguments, defaults included, as arrays; a scalar that it returns
    becomes an array without dimensions. Arguments without an interval are passed unchanged.

    Parameters
    ----------
    **intervals : str
        Range of each argument by its name, written as in `within`. The decorated function has
        them as `__ranges__`.

    Raises
    ------
    TypeError
        When decorating, if an interval belongs to no argument of the function.

    Examples
    --------
    >>> @ranges(hours="[0, inf)", coverage="[0, 1]")
    ... def reviewed(hours: Real, coverage: Real = 1.0) -> np.ndarray:
    ...     return hours * coverage
    >>> reviewed([8, 40], 0.25).tolist()
    [2.0, 10.0]
    >>> reviewed(8, coverage=1.5)
    Traceback (most recent call last):
    taskmodel.errors.InputError: coverage must be in [0, 1]; found 1.5
    """
    checks = {name: _Interval.parse(text) for name, text in intervals.items()}

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        call = signature(function)
        if unknown := intervals.keys() - call.parameters.keys():
            raise TypeError(f"ranges of {', '.join(sorted(unknown))}, which are no arguments")
        defaults = {
            name: parameter.default
            for name, parameter in call.parameters.items()
            if parameter.default is not parameter.empty
        }

        by_position = [
            name
            for name, parameter in call.parameters.items()
            if parameter.kind is not parameter.KEYWORD_ONLY
        ]
        by_name = cast(Callable[..., T], function)

        @wraps(function)
        def checked(*args: P.args, **kwargs: P.kwargs) -> T:
            given = dict(zip(by_position, args, strict=False)) | kwargs
            arguments = defaults | given
            if len(given) < len(args) + len(kwargs) or arguments.keys() != call.parameters.keys():
                call.bind(*args, **kwargs)  # it says what is wrong, and takes its time
            for name, interval in checks.items():
                arguments[name] = interval.check(name, arguments[name])
            return _as_arrays(by_name(**arguments))

        vars(checked)["__ranges__"] = intervals
        return checked

    return decorate


def _as_arrays(result: Any) -> Any:
    """Return scalars, which NumPy arithmetic makes of 0-d arrays, as arrays again."""
    if type(result) is tuple:
        return tuple(map(_as_arrays, result))
    return np.asarray(result) if isinstance(result, (float, np.generic)) else result


def one_number(interval: str, name: str, value: Any) -> float:
    """Return an argument that is one number within an interval, as `within` has it.

    Raises
    ------
    InputError
        If it is none, or several.
    """
    return float(within(interval, name, real_number(name, value)))
