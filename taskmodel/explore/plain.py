"""Results as plain values for JSON: NaN as null, infinity as the word "inf"."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np

DIGITS = 6  # of numbers in figures
_plain_text = json.JSONEncoder(allow_nan=False).encode


@dataclass(frozen=True, eq=False)
class Rounded:
    """Floats of which a figure can show `DIGITS` digits.

    Attributes
    ----------
    values : array, of any shape
    """

    values: np.ndarray


def rounded(values: Any) -> Rounded:
    """Return floats, or one, that `as_json` writes with the digits that a figure can show.

    Examples
    --------
    >>> as_json(rounded([1.23456789, 2.1e30, 0.0]))
    b'[1.23457,2.1e+30,0]'
    """
    return Rounded(np.asarray(values, dtype=float))


def as_json(value: Any) -> bytes:
    """Return the JSON document of a value.

    Examples
    --------
    >>> as_json({"speedup": np.array([1.0, np.nan, np.inf])})
    b'{"speedup":[1.0,null,"inf"]}'
    """
    return _text(value).encode()


def _text(value: Any) -> str:
    if isinstance(value, str):
        return _plain_text(value)
    if value is None or isinstance(value, (bool, int)):
        return _plain_text(value)
    if isinstance(value, np.generic):  # some are floats as well
        return _text(value.item())
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else _unwritable(value)
    if isinstance(value, Rounded):
        return _rounded_text(value.values)
    if isinstance(value, np.ndarray):
        return _text(value.tolist())
    if isinstance(value, (list, tuple)):
        return f"[{','.join([_text(item) for item in value])}]"
    if isinstance(value, Mapping):
        return _object(value)
    if is_dataclass(value) and not isinstance(value, type):
        return _object({field.name: getattr(value, field.name) for field in fields(value)})
    return _plain_text(value)


def _object(items: Mapping[Any, Any]) -> str:
    texts = [f"{_plain_text(str(key))}:{_text(item)}" for key, item in items.items()]
    return f"{{{','.join(texts)}}}"


def _unwritable(value: float) -> str:
    return "null" if math.isnan(value) else '"inf"' if value > 0 else '"-inf"'


def _rounded_text(values: np.ndarray) -> str:
    if values.ndim > 1:
        return f"[{','.join([_rounded_text(row) for row in values])}]"
    numbers = values.ravel().tolist()
    texts = [
        f"{number:.{DIGITS}g}" if math.isfinite(number) else _unwritable(number)
        for number in numbers
    ]
    return f"[{','.join(texts)}]" if values.ndim else texts[0]
