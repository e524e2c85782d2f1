"""Numbers as people write them, and what a result is of."""

from __future__ import annotations

import json
from functools import lru_cache

import xarray as xr

from taskmodel.errors import InputError
from taskmodel.files.yaml import read_document

NAMES = {
    "hands_on": "hands-on work",
    "defect_budget": "defect budget",
}  # of sources and factors that are not called by their name in the catalog


def compute_text(value: float, digits: int = 2) -> str:
    """A compute as people would type it, to this many digits.

    Examples
    --------
    >>> compute_text(8.4e28), compute_text(9.96e30), compute_text(1e32)
    ('8.4e28', '1e31', '1e32')
    """
    mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
    return f"{mantissa.rstrip('0').rstrip('.') if digits > 1 else mantissa}e{int(exponent)}"


def times(value: float) -> str:
    """A speed-up: two digits at least, and no more than its size is worth.

    Examples
    --------
    >>> times(1.0), times(3.6078), times(54.3), times(1111.1), times(4e4)
    ('1.00×', '3.61×', '54.3×', '1,111×', '4e4×')
    """
    if value >= 10_000:
        return f"{compute_text(value)}×"
    return f"{value:,.{2 if value < 10 else 1 if value < 100 else 0}f}×"


def power_text(value: float) -> str:
    """A value of a logarithmic axis, as a power of ten where it is one.

    Examples
    --------
    >>> power_text(1e26), power_text(2e30)
    ('10²⁶', '2·10³⁰')
    """
    mantissa, _, exponent = f"{value:.3e}".partition("e")
    mantissa = mantissa.rstrip("0").rstrip(".")
    raised = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"10{raised}" if mantissa == "1" else f"{mantissa}·10{raised}"


def context_of(result: xr.Dataset) -> str:
    """Which catalog, scenario and settings a result is of, in words.

    Raises
    ------
    InputError
        If the dataset does not say: it is no result of `taskmodel.sweep`.
    """
    missing = [
        name for name in ("catalog_yaml", "scenario_yaml", "overrides") if name not in result.attrs
    ]
    if missing or "event_compute" not in result:
        raise InputError(
            f"this dataset is no sweep (without {missing[0] if missing else 'events'}): give the result of taskmodel.sweep"
        )
    parts = [title_of(result.attrs["catalog_yaml"])]
    if result.attrs["scenario_yaml"]:
        parts.append(f"scenario: {title_of(result.attrs['scenario_yaml'])}")
    for path, value in json.loads(result.attrs["overrides"]).items():
        parts.append(f"{path}\u00a0=\u00a0{value if isinstance(value, str) else json.dumps(value)}")
    return "\u00a0· ".join(parts)


@lru_cache(maxsize=64)
def title_of(text: str) -> str:
    """The title in the text of a catalog or scenario."""
    return str(read_document(text, "the catalog of the result").data["title"])
