"""Records whose fields are arrays with one row per point."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from taskmodel.science.production import Rows


class Batch:
    """Base of dataclasses whose fields all have a leading dimension over points."""

    def take(self, rows: Rows) -> Self:
        """Selected points, as a copy."""
        return type(self)(**{name: values[rows] for name, values in vars(self).items()})

    def put(self, rows: Rows, values: Self) -> None:
        """Overwrites selected points with those of another batch, in place."""
        for name, array in vars(self).items():
            array[rows] = getattr(values, name)


def concatenated(batches: list[Any]) -> dict[str, NDArray[Any]]:
    """The fields of several batches of one class, joined along the points."""
    if len(batches) == 1:
        return dict(vars(batches[0]))
    return {
        field.name: np.concatenate([getattr(batch, field.name) for batch in batches])
        for field in fields(batches[0])
    }
