"""Results as plain values for JSON: NaN as null, infinity as the word "inf"."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from typing import Any

import numpy as np

DIGITS = 6  # of numbers in figures


def as_json(value: Any) -> bytes:
    """Return the JSON document of a value.

    Examples
    --------
    >>> as_json({"speedup": np.array([1.0, np.nan, np.inf])})
    b'{"speedup":[1.0,null,"inf"]}'
    """
    return json.dumps(_plain(value), separators=(",", ":"), allow_nan=False).encode()


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return _plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, np.generic):
        return _plain(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else "inf" if value > 0 else "-inf"
    return value


def rounded(values: Any) -> Any:
    """Return floats to the digits that a figure can show, as an array of the same shape.

    Examples
    --------
    >>> rounded([1.23456789, 2.1e30, 0.0]).tolist()
    [1.23457, 2.1e+30, 0.0]
    """
    array = np.asarray(values, dtype=float)
    flat = [float(f"{value:.{DIGITS}g}") for value in array.ravel().tolist()]
    return np.array(flat).reshape(array.shape)
