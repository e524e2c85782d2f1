"""The date at which a path of compute reaches a value: the path, inverted."""

from __future__ import annotations

import math
from dataclasses import dataclass
from os import PathLike

import numpy as np

from taskmodel.catalog import Catalog
from taskmodel.sweeps.paths.load import COMPUTE, courses, load_paths


@dataclass(frozen=True)
class ComputeDates:
    """Compute along a path, which increases, as a table to look up dates in.

    Attributes
    ----------
    paths : str
        Name of the paths.
    dates : tuple of float
        Calendar years.
    values : tuple of float
        Compute at them [FLOP/year], increasing; constant growth rates between them.
    """

    paths: str
    dates: tuple[float, ...]
    values: tuple[float, ...]

    def __call__(self, compute: float) -> float:
        """Return the date [calendar year] at which compute is reached.

        -inf: before the path begins; inf: not by its end.

        Examples
        --------
        >>> path = ComputeDates("tenfold", (2026.0, 2028.0), (1e28, 1e30))
        >>> [path(compute) for compute in (1e27, 1e28, 1e29, 1e31)]
        [-inf, 2026.0, 2027.0, inf]
        """
        if compute < self.values[0]:
            return -math.inf
        if compute > self.values[-1]:
            return math.inf
        return float(np.interp(math.log(compute), np.log(self.values), self.dates))


def compute_dates(catalog: Catalog, name_or_path: str | PathLike[str]) -> ComputeDates | None:
    """Return the dates of compute along paths; None if compute has none or does not always grow.

    Raises
    ------
    CatalogError
        With every defect of the file of paths.

    Examples
    --------
    >>> from taskmodel.catalog import load_catalog
    >>> dates = compute_dates(load_catalog("alignment_research"), "epoch_trend")
    >>> dates(4.2e29)
    2026.0
    """
    paths = load_paths(name_or_path)
    # numbers of staff need not be in this catalog, and have no part in compute
    table = courses(paths.model_copy(update={"values": {}}), catalog).get(COMPUTE)
    if table is None or any(
        later <= value for (_, value), (_, later) in zip(table, table[1:], strict=False)
    ):
        return None
    dates, values = zip(*table, strict=True)
    return ComputeDates(paths.name, dates, values)
