"""Checks of columns: numbers that differ from point to point, by dotted path."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from taskmodel.catalog import Catalog, NumberField
from taskmodel.errors import InputError
from taskmodel.numerics.types import Array


def columns_of_one_length(columns: dict[str, Array]) -> dict[str, Array]:
    """Return columns of equal length; numbers become columns."""
    lengths = {column.shape for column in columns.values() if column.ndim}
    if len(lengths) > 1 or any(len(shape) != 1 or shape == (0,) for shape in lengths):
        raise InputError(
            "columns are arrays of one dimension and of one length, at least 1; found "
            + ", ".join(f"{path}: shape {column.shape}" for path, column in columns.items())
        )
    points = max(lengths, default=(1,))
    return {path: np.broadcast_to(column, points) for path, column in columns.items()}


def check_ranges(
    catalog: Catalog, columns: dict[str, Array], fields: Sequence[NumberField]
) -> None:
    """Raise the error of the catalog for the first number that is not allowed."""
    numbers = np.stack(list(columns.values()))
    low, high = (np.array([getattr(field, end) for field in fields]) for end in ("low", "high"))
    # Comparisons with NaN are false: it is not allowed anywhere.
    outside = ~((numbers >= low[:, None]) & (numbers <= high[:, None]))
    if outside.any():
        column, point = np.argwhere(outside)[0]
        path, number = list(columns)[column], float(numbers[column, point])
        catalog.replace({path: number})
        raise InputError(f"{path}: {number!r} is not allowed")
