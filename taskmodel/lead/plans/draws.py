"""What a lead buys, over draws of the uncertain numbers of a plan and of its catalog.

Each draw is a plan of its own, and equal to what `lead_time` returns for the plan with the drawn
numbers. Draws without an answer are kept with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from typing import Any

import numpy as np
import xarray as xr

from taskmodel.catalog import Catalog, load_catalog
from taskmodel.errors import SolveError, TaskmodelError
from taskmodel.files.document import FromFile
from taskmodel.lead.plans.catalog_link import SolvedCatalogs
from taskmodel.lead.plans.dataset import VARIABLES, tabulated
from taskmodel.lead.plans.evaluation import evaluate_plan
from taskmodel.lead.plans.load import cases, load_plan
from taskmodel.lead.plans.records import CHIPS_BEHIND_TOKENS, Plan
from taskmodel.numerics.types import Array
from taskmodel.questions._ensemble import draw_coordinates, of_draws
from taskmodel.sweeps.results import labelled, provenance
from taskmodel.uncertainty import sampler
from taskmodel.uncertainty.streams import draw_numbers

CATALOG = "catalog"


def lead_time_draws(
    plan: str | PathLike[str] | Plan = "seed_toy",
    draws: int | Sequence[int] | np.ndarray = 512,
    seed: int = 1,
    set: Mapping[str, Any] | None = None,
) -> xr.Dataset:
    """Evaluate a plan for draws of its uncertain numbers, and of those of its catalog.

    Parameters
    ----------
    plan : str, Path or Plan
        As in `taskmodel.lead_time`.
    draws : int or sequence of int
        A count, for the draws from 0 on; or the numbers of draws. Draw i is the same whatever other
        draws there are, and numbers that cases share are drawn alike in them.
    seed : int
        A whole number of at least 0.
    set : mapping of str to value, optional
        Values of the plan by dotted path; they hold in every case and draw.

    Returns
    -------
    xarray.Dataset
        Over ``draw``, and ``case`` for a plan with cases: the variables of `taskmodel.lead_time`;
        ``weight``, ``status`` and ``reason`` as in `taskmodel.ensemble`, failed where any case has
        no answer; ``input``, over ``path``: paths of the plan, of a case with its name before it
        (``plan_b: lead.months``), of the plan's catalog as ``catalog: PATH``. All numbers of failed
        draws are NaN. `taskmodel.bands` returns quantiles.

    Raises
    ------
    CatalogError
        With every defect of the plan and of `set`; or if a law leaves the range of its number.
    InputError
        If draws or seed cannot be used.
    SolveError
        If no draw has an answer.

    Examples
    --------
    >>> import taskmodel as tm
    >>> drawn = lead_time_draws("kwa_ladder", draws=2)
    >>> dict(drawn["usable_months"].sizes)
    {'draw': 2}
    """
    chosen = (plan if isinstance(plan, Plan) else load_plan(plan)).with_set(set)
    numbers = draw_numbers(draws, seed)
    variants = dict(cases(chosen))
    drawn = {name: _drawn(variant, numbers, seed) for name, variant in variants.items()}
    loaded = _catalogs(variants)
    of_catalog = {key: sampler(each).draw(numbers, seed) for key, each in loaded.items()}
    table: list[list[dict[str, Any]]] = []
    errors: dict[int, TaskmodelError] = {}
    for row in range(len(numbers)):
        try:
            catalogs = SolvedCatalogs(
                {key: loaded[key].replace(_row(of_catalog[key], row)) for key in loaded}
            )
            table.append(
                [
                    evaluate_plan(variant.replace(_row(drawn[name], row)), catalogs)
                    for name, variant in variants.items()
                ]
            )
        except TaskmodelError as error:
            errors[row] = error
            table.append([{} for _ in variants])
    if len(errors) == len(numbers):
        raise SolveError(f"no draw has an answer; the first: {errors[0]}")
    variables, coords = tabulated(chosen, table, "draw")
    columns, units = _inputs(variants, drawn, loaded, of_catalog)
    described = {name: (*each, *VARIABLES[name]) for name, each in variables.items()}
    return labelled(
        {**described, **of_draws(len(numbers), columns, errors)},
        {**coords, **draw_coordinates(numbers, units)},
        {**provenance(plan=chosen), "plan_title": chosen.title, "seed": seed},
    )


def _drawn(plan: Plan, numbers: np.ndarray, seed: int) -> dict[str, Array]:
    """Return what is drawn of a plan without cases, but for what makes no difference to it."""
    columns = sampler(plan).draw(numbers, seed)
    stated = plan.worker is not None and plan.worker.tokens_per_second is not None
    return {
        path: column
        for path, column in columns.items()
        if not (stated and path.startswith(CHIPS_BEHIND_TOKENS))
    }


def _catalogs(variants: Mapping[str, Plan]) -> dict[tuple[str, str | None], Catalog]:
    keys = dict.fromkeys(
        (plan.organisation.catalog, plan.organisation.scenario)
        for plan in variants.values()
        if plan.organisation is not None
    )
    return {key: load_catalog(*key) for key in keys}


def _row(columns: Mapping[str, Array], row: int) -> dict[str, float]:
    return {path: float(column[row]) for path, column in columns.items()}


def _inputs(
    variants: Mapping[str, Plan],
    drawn: Mapping[str, Mapping[str, Array]],
    loaded: Mapping[tuple[str, str | None], Catalog],
    of_catalog: Mapping[tuple[str, str | None], Mapping[str, Array]],
) -> tuple[dict[str, Array], dict[str, str]]:
    """Return all that was drawn, and its units, by path of the plan, a case or the catalog."""
    parts: list[tuple[str, FromFile, Mapping[str, Array]]] = [
        (f"{name}: " if name else "", variant, drawn[name]) for name, variant in variants.items()
    ]
    parts += [
        (f"{CATALOG}: " if len(loaded) == 1 else f"{CATALOG} {key[0]}: ", each, of_catalog[key])
        for key, each in loaded.items()
    ]
    columns, units = {}, {}
    for prefix, record, part in parts:
        located = record.quantities()
        for path, column in part.items():
            columns[prefix + path] = column
            units[prefix + path] = located[path][1].unit.symbol
    return columns, units
