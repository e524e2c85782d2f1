"""Text in figures: numbers, names, and which catalog a result is of."""

from __future__ import annotations

import inspect
import json
import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar

import xarray as xr

from taskmodel.errors import InputError
from taskmodel.files.yaml import read_document

# Sources and factors whose name in a figure differs from the one in the catalog.
NAMES = {"hands_on": "hands-on work", "defect_budget": "defect budget"}
SPEEDUP_NAMES = {
    "throughput_speedup": "throughput",
    "speedup": "effective",
    "latency_speedup": "latency",
}
F = TypeVar("F", bound=Callable[..., Any])
LINES = "Lines have the name of their variable as ``gid``."
SEPARATOR = "\u00a0· "


def share_name(source: str) -> str:
    """The name of a source in a figure; of ``review-POOL`` with the pool.

    Examples
    --------
    >>> share_name("hands_on"), share_name("review-verifiers")
    ('hands-on work', 'review (verifiers)')
    """
    name, _, pool = source.partition("-")
    return f"{name} ({pool.replace('_', ' ')})" if pool else NAMES.get(name, name)


def compute_text(value: float, digits: int = 2) -> str:
    """A compute as it would be typed, to this many digits.

    Examples
    --------
    >>> compute_text(8.4e28), compute_text(9.96e30), compute_text(1e32)
    ('8.4e28', '1e31', '1e32')
    """
    mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
    return f"{mantissa.rstrip('0').rstrip('.') if digits > 1 else mantissa}e{int(exponent)}"


def times(value: float) -> str:
    """A speed-up, with fewer decimals the larger it is.

    Examples
    --------
    >>> times(1.0), times(3.6078), times(54.3), times(1111.1), times(4e4), times(float("inf"))
    ('1.00×', '3.61×', '54.3×', '1,111×', '4e4×', 'no limit')
    """
    if math.isinf(value):
        return "no limit"
    if value >= 10_000:
        return f"{compute_text(value)}×"
    return f"{value:,.{2 if value < 10 else 1 if value < 100 else 0}f}×"


def power_text(value: float) -> str:
    """A value of a logarithmic axis in scientific notation; a power of ten without mantissa.

    Examples
    --------
    >>> power_text(1e26), power_text(2e30)
    ('10²⁶', '2·10³⁰')
    """
    mantissa, _, exponent = f"{value:.3e}".partition("e")
    mantissa = mantissa.rstrip("0").rstrip(".")
    raised = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"10{raised}" if mantissa == "1" else f"{mantissa}·10{raised}"


def drawing(
    source: str, *, otherwise: str = "", panels: str = "", gid: str = ""
) -> Callable[[F], F]:
    """Write what all figures of a dataset have in common into the docstrings of their functions.

    Parameters
    ----------
    source : str
        Where the dataset, the first argument, comes from.
    otherwise : str
        When it is refused.
    panels : str
        What the axes are, of a figure with several.
    gid : str
        What can be told of the elements of the figure.
    """

    def documented(function: F) -> F:
        name = next(iter(inspect.signature(function).parameters))
        kind = f"{'sequence of ' if panels else ''}matplotlib.axes.Axes"
        sections = [
            inspect.cleandoc(function.__doc__ or ""),
            "\nParameters\n----------",
            f"{name} : Dataset\n    {source}",
            "width : float\n    Width of the figure [mm]; at least 60.",
            f"ax : {kind}, optional\n    {panels or 'Where to draw'}; default: a new figure.",
            f"\nReturns\n-------\nmatplotlib.figure.Figure\n    {gid}".rstrip(),
            "\nRaises\n------\nInputError",
            f"    If {otherwise}{', or ' if otherwise else ''}the figure is too narrow.",
        ]
        function.__doc__ = "\n".join(sections)
        return function

    return documented


def needs(condition: bool, defect: str, source: str) -> None:
    """Raise an InputError unless a dataset is what a figure shows: the result of `source`."""
    if not condition:
        raise InputError(f"this dataset {defect}: give the result of taskmodel.{source}")


def needs_axis(result: xr.Dataset, axis: str, least: int = 2) -> None:
    """Raise an InputError unless a result has enough points along an axis to be drawn."""
    count = result.sizes.get(axis, 0)
    if count < least:
        points = f"{count} point{'s' * (count != 1)}" if axis in result.dims else "no points"
        raise InputError(
            f"this dataset has {points} along {axis}; at least {least} "
            f"{'is' if least == 1 else 'are'} needed: sweep more, or "
            f"select no single one with isel or sel ({axis}=slice(...) keeps a range)"
        )


def sweep_context(result: xr.Dataset) -> str:
    """Catalog, scenario and settings of a sweep.

    Raises
    ------
    InputError
        If the dataset is not a result of `taskmodel.sweep`.
    """
    required = ("catalog_yaml", "scenario_yaml", "overrides")
    missing = [name for name in required if name not in result.attrs]
    if "event_compute" not in result:
        missing.append("events")
    needs(not missing, f"is no sweep (without {', '.join(missing[:1])})", "sweep")
    return SEPARATOR.join([*titles(result), *catalog_settings(result)])


def titles(result: xr.Dataset) -> list[str]:
    """The titles of the catalog and the scenario of a result."""
    scenario = result.attrs["scenario_yaml"]
    return [
        _title(result.attrs["catalog_yaml"]),
        *([f"scenario: {_title(scenario)}"] if scenario else []),
    ]


def catalog_settings(result: xr.Dataset) -> list[str]:
    """The values that were set in the catalog of a result."""
    return [
        f"{path}\u00a0=\u00a0{value if isinstance(value, str) else json.dumps(value)}"
        for path, value in json.loads(result.attrs["overrides"]).items()
    ]


@lru_cache(maxsize=64)
def _title(text: str) -> str:
    return str(read_document(text, "the catalog of the result").data["title"])
