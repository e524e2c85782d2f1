"""Arguments that are words, switches, mappings, functions or paths: read, or refused by name.

Those that are numbers are read by `taskmodel.numerics.numbers`.
"""

from __future__ import annotations

import os
import reprlib
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from taskmodel.errors import ArgumentError, InputError, one_line

MOST = 60  # characters of a value in a message


class _Short(reprlib.Repr):
    """Values for messages; Python refuses to write integers of more than 4,300 digits."""

    def __init__(self) -> None:
        super().__init__()
        self.maxstring = self.maxlong = self.maxother = MOST

    def repr_int(self, value: int, level: int) -> str:
        """Return the digits of an integer, or how many bits it has."""
        if abs(value) < 10**MOST:
            return repr(value)
        return f"an integer of {value.bit_length():,} bits"

    def repr_instance(self, value: Any, level: int) -> str:
        """Return what a value is where it takes several lines, such as a table."""
        text = super().repr_instance(value, level)
        if "\n" not in text:
            return text
        shape = getattr(value, "shape", None)
        return type(value).__name__ + (f" of shape {shape}" if isinstance(shape, tuple) else "")


def shown(value: Any) -> str:
    """Return a value for a message, in one line.

    Examples
    --------
    >>> shown([1, "a"]), shown(10**5000)
    ("[1, 'a']", 'an integer of 16,610 bits')
    """
    return one_line(_Short().repr(value))


def named(path: Any) -> str:
    """Return a dotted path for a message, which may be no text."""
    return path if isinstance(path, str) else shown(path)


def word(name: str, value: Any, options: Collection[str]) -> str:
    """Return an argument that is one of some words.

    Raises
    ------
    InputError
        If it is not.

    Examples
    --------
    >>> word("shape", "round", ("flat", "exponential"))
    Traceback (most recent call last):
    taskmodel.errors.InputError: shape must be one of flat, exponential; found 'round'
    """
    if not isinstance(value, str) or value not in options:
        raise InputError(f"{name} must be one of {', '.join(options)}; found {shown(value)}")
    return value


def words(name: str, value: Any, options: Collection[str]) -> tuple[str, ...]:
    """Return an argument that is some of some words; text alone is one.

    Raises
    ------
    InputError
        If something else is among them.
    """
    listed = isinstance(value, Iterable) and not isinstance(value, (str, bytes, Mapping))
    found = tuple(value) if listed and getattr(value, "shape", None) != () else (value,)
    wrong = [each for each in found if not isinstance(each, str) or each not in options]
    if wrong:
        raise InputError(f"{name} names some of {', '.join(options)}; found {shown(wrong[0])}")
    return found


def any_text(name: str, value: Any, example: str) -> str:
    """Return an argument that is any text.

    Raises
    ------
    ArgumentError
        If it is not text.
    """
    if not isinstance(value, str):
        raise ArgumentError(f"{name} must be text, such as {example!r}; found {shown(value)}")
    return value


def switch(name: str, value: Any) -> bool:
    """Return an argument that is true or false.

    Raises
    ------
    ArgumentError
        If it is neither.
    """
    import numpy as np  # not with the package, which is imported without numerical libraries

    if not isinstance(value, (bool, np.bool_)):
        raise ArgumentError(f"{name} must be True or False; found {shown(value)}")
    return bool(value)


def mapping(name: str, value: Any, example: str) -> Mapping[str, Any]:
    """Return an argument that is a mapping of texts to values.

    Raises
    ------
    ArgumentError
        If it is none.
    """
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise ArgumentError(
            f"{name} must be a mapping of names to values, such as {example}; found {shown(value)}"
        )
    return value


def function(name: str, value: Any) -> Callable[..., Any] | None:
    """Return an argument that is a function, or None.

    Raises
    ------
    ArgumentError
        If it is neither.
    """
    if value is not None and not callable(value):
        raise ArgumentError(f"{name} must be a function; found {shown(value)}")
    return value


def path_text(name: str, value: Any) -> str:
    r"""Return an argument that is a path, or the name of something bundled, as text.

    Raises
    ------
    ArgumentError
        If it is neither text nor a path.
    InputError
        If no file can have this name.

    Examples
    --------
    >>> path_text("path", "a\0b")
    Traceback (most recent call last):
    taskmodel.errors.InputError: path: no file can have the name 'a\x00b'
    """
    name_of = os.fspath(value) if isinstance(value, (str, os.PathLike)) else None
    if not isinstance(name_of, str):
        raise ArgumentError(f"{name} must be text or a pathlib.Path; found {shown(value)}")
    try:
        possible = b"\0" not in os.fsencode(name_of)
    except UnicodeEncodeError:
        possible = False
    if not possible:
        raise InputError(f"{name}: no file can have the name {shown(name_of)}")
    return str(name_of)
