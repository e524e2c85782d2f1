"""Critical paths and queues over draws of a catalog's uncertain numbers.

Each draw is an organisation of its own, and equal to what `taskmodel.latency` returns for the
catalog with the drawn numbers. Draws without an answer are kept with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from taskmodel.catalog import Catalog
from taskmodel.organisation.quantities import Quantities
from taskmodel.questions._ensemble import draw_coordinates, drawn_numbers, of_draws
from taskmodel.questions.drawn_axes import TODAY
from taskmodel.sweeps.axes import COMPUTE_UNIT
from taskmodel.sweeps.dataset import LATENCY, latency_names, latency_variables
from taskmodel.sweeps.drawn_walks import Walks
from taskmodel.sweeps.draws import walk_many
from taskmodel.sweeps.points import needs_catalog, one_compute
from taskmodel.sweeps.results import labelled, provenance
from taskmodel.sweeps.variables import VARIABLES
from taskmodel.sweeps.walker import Setting


def latency_draws(
    catalog: Catalog,
    draws: int | Sequence[int] | np.ndarray | Mapping[str, ArrayLike] = 512,
    seed: int = 1,
    compute: float | None = None,
    *,
    threads: int | None = None,
) -> xr.Dataset:
    """Compute the critical path for draws of the catalog's uncertain numbers.

    Parameters
    ----------
    catalog : Catalog
    draws, seed, threads
        As in `taskmodel.ensemble`: draw i has the same numbers there.
    compute : float, optional
        Effective compute [FLOP/year]. Default: each draw's ``compute.today``.

    Returns
    -------
    xarray.Dataset
        Over ``draw``: the variables of `taskmodel.latency`, with ``critical`` 1 or 0, so that its
        mean over draws is the chance that a task is on the critical path; ``compute`` [FLOP/year];
        ``weight``, ``status``, ``reason`` and ``input`` as in `taskmodel.ensemble`. All numbers of
        failed draws are NaN. `taskmodel.bands` returns quantiles.

    Raises
    ------
    TypeError
        If `catalog` is not a Catalog.
    InputError
        If draws, seed or compute cannot be used.
    CatalogError
        If a law leaves the range of its number, or a given number is not one of the catalog.

    Examples
    --------
    >>> import taskmodel as tm
    >>> drawn = latency_draws(tm.load_catalog("alignment_research"), draws=4)
    >>> dict(drawn["duration"].sizes), bool((drawn["status"] == "solved").all())
    ({'draw': 4, 'task': 38}, True)
    """
    needs_catalog(catalog)
    at = one_compute(catalog, compute)
    numbers, columns = drawn_numbers(catalog, draws, seed)
    today = columns.get(TODAY) if compute is None else None
    points = np.full(len(numbers), at) if today is None else today
    base = Quantities(catalog)
    outcomes = walk_many(
        base, columns, (points, points), points[:, None], _measured, events=False, threads=threads
    )
    setting = Setting(base)
    names = latency_names(setting)
    variables: dict[str, tuple[Any, ...]] = {
        "compute": ("draw", points, COMPUTE_UNIT, VARIABLES["compute"][1])
    }
    for name, dims in LATENCY.items():
        values = np.full((len(numbers), *(len(names[dim]) for dim in dims)), np.nan)
        for block in outcomes.values:
            values[block["draw"]] = block[name]
        variables[name] = (("draw", *dims), values, *_described(name))
    variables |= of_draws(len(numbers), columns, outcomes.errors)
    units = {path: catalog.unit_of(path) for path in columns}
    return labelled(
        variables,
        {**names, **draw_coordinates(numbers, units)},
        provenance(catalog=catalog),
    ).assign_attrs({} if isinstance(draws, Mapping) else {"seed": seed})


def _measured(walks: Walks) -> dict[str, np.ndarray]:
    values = latency_variables(walks.situation, walks.allocation)
    return {**values, "draw": walks.draw}


def _described(name: str) -> tuple[str, str]:
    unit, meaning = VARIABLES[name]
    return ("1", meaning) if name == "critical" else (unit, meaning)
