"""What a page asks for: a scenario, moved inputs and set numbers, read from a JSON document."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from taskmodel.errors import InputError
from taskmodel.files.suggestions import did_you_mean, listing

MOST_SETTINGS = 200
LONGEST_TEXT = 200
Value = float | str | bool


@dataclass(frozen=True)
class Choice:
    """A scenario, and what is changed in it.

    Attributes
    ----------
    scenario : str
        Name of a bundled scenario; empty: the catalog as it was loaded.
    moved : tuple of (str, float)
        Values of inputs, by their names (`taskmodel.explore.levers`).
    changed : tuple of (str, value)
        Values by dotted path, as in ``--set``.
    """

    scenario: str = ""
    moved: tuple[tuple[str, float], ...] = ()
    changed: tuple[tuple[str, Value], ...] = ()


def request_of(text: bytes) -> dict[str, Any]:
    """Return the JSON object of a request.

    Raises
    ------
    InputError
        If it is none.
    """
    try:
        document = json.loads(text, parse_constant=_refuse)
    except InputError:
        raise
    except (ValueError, RecursionError) as error:  # ValueError: also of a number of many digits
        raise InputError(f"the request is no JSON that is read: {error}") from error
    if not isinstance(document, dict):
        raise InputError("the request must be a JSON object")
    return document


def _refuse(text: str) -> float:
    raise InputError(f"found {text}; a finite number is needed")


def read_choice(document: Mapping[str, Any]) -> Choice:
    """Return the choice in ``scenario``, ``moved`` and ``set`` of a request.

    Raises
    ------
    InputError
        If one is not as described in `Choice`.
    """
    scenario = document.get("scenario", "")
    if not isinstance(scenario, str):
        raise InputError(f"scenario: found {scenario!r}; the name of a scenario is needed")
    moved = _settings(document, "moved")
    for name, value in moved.items():
        if isinstance(value, (str, bool)):
            raise InputError(f"{name}: found {value!r}; a number is needed, such as 1.5")
    numbers = {name: float(value) for name, value in moved.items()}
    return Choice(scenario, tuple(numbers.items()), tuple(_settings(document, "set").items()))


def _settings(document: Mapping[str, Any], name: str) -> dict[str, Value]:
    values = document.get(name, {})
    if not isinstance(values, dict):
        raise InputError(f"{name}: found {values!r}; an object of names and values is needed")
    if len(values) > MOST_SETTINGS:
        raise InputError(f"{name}: found {len(values)} values; at most {MOST_SETTINGS} are allowed")
    return {path: _value(path, value) for path, value in values.items()}


def _value(path: str, value: Any) -> Value:
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        raise InputError(f"{path}: found a text of {len(value)} letters; give a number or a word")
    if not isinstance(value, (bool, int, float, str)):
        raise InputError(f"{path}: found {value!r}; a number or a word is needed")
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return finite(path, value)
    return value


def finite(name: str, value: Any) -> float:
    """Return a finite number of a request.

    Raises
    ------
    InputError
        If it is none.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise InputError(f"{name}: found {value!r}; a number is needed")
    # an int of any length is valid JSON
    if isinstance(value, int) and abs(value) > 10**300 or not math.isfinite(value):
        raise InputError(f"{name}: found {value!r:.20}; a finite number is needed")
    return value


def number_within(document: Mapping[str, Any], name: str, low: float, high: float) -> float | None:
    """Return an optional number of a request, in a range.

    Raises
    ------
    InputError
        If it is no number, or out of range.
    """
    value = document.get(name)
    if value is None:
        return None
    number = float(finite(name, value))
    if not low <= number <= high:
        raise InputError(f"{name}: found {number:g}; {low:g} to {high:g} is allowed")
    return number


def word_among(
    document: Mapping[str, Any], name: str, words: tuple[str, ...], default: str | None = None
) -> str:
    """Return a word of a request that is one of some.

    Raises
    ------
    InputError
        With the words that are allowed.
    """
    value = document.get(name, default)
    if isinstance(value, str) and value in words:
        return value
    hint = did_you_mean(value, words) if isinstance(value, str) else ""
    raise InputError(f"{name}: found {value!r}{hint or f'; there are {listing(words)}'}")
