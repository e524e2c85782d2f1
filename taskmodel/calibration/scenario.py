"""The scenario of a calibration: posterior medians, with the intervals that evidence leaves."""

from __future__ import annotations

import json

import numpy as np
import xarray as xr

from taskmodel.calibration.weights import weighted_quantiles
from taskmodel.catalog import Catalog
from taskmodel.numerics.types import Array
from taskmodel.uncertainty import sampler
from taskmodel.uncertainty.laws import DiscreteLaw, MedianLaw

KEY = "CALIBRATION"
DIGITS = 4


def scenario_text(catalog: Catalog, result: xr.Dataset, command: str) -> str:
    """Return a scenario that sets the uncertain numbers of a catalog to their posterior.

    Numbers whose law is given by a median get their posterior median and 90 % interval; others (a
    uniform law, for example) and shares get the median and keep their law, and discrete ones stay
    as they are. What the evidence says
    of numbers together is in the draws of `result` alone.

    Parameters
    ----------
    catalog : Catalog
        As it was calibrated.
    result : Dataset
        From `calibrate`.
    command : str
        The command line that made it, which the text repeats.
    """
    laws = sampler(catalog)
    values = {
        str(name): result["value"].sel(number=name).values for name in result["number"].values
    }
    weight = result["weight"].values
    for line in laws.lines:  # the intercept of a line with the posterior's slope
        slope = float(weighted_quantiles(values[line.slope], weight, (0.5,))[0])
        level = values[line.intercept] + (values[line.slope] - slope) * line.pivot
        values[line.intercept] = level
    rows = []
    for path, column in values.items():
        low, median, high = (
            float(f"{value:.{DIGITS}g}")
            for value in weighted_quantiles(column, weight, (0.05, 0.5, 0.95))
        )
        law = laws.laws.get(path)
        if path in laws.shares:
            continue
        if not isinstance(law, MedianLaw):
            if not isinstance(law, DiscreteLaw):
                rows.append(f"  {path}: {_with_its_law(catalog, path, median)}")
            continue
        unit = json.dumps(catalog.unit_of(path))
        rows.append(
            f"  {path}:\n    {{value: {median!r}, low: {low!r}, high: {high!r}, unit: {unit}, "
            f"distribution: {law.scale},\n     source: {KEY}}}"
        )
    rows += _share_rows(values, weight, tuple(laws.shares))
    return "\n".join([*_head(catalog, result, command), "set:", *rows, ""])


def _head(catalog: Catalog, result: xr.Dataset, command: str) -> list[str]:
    evidence = result.attrs["moments_name"]
    return [
        f"# Made by: {command}",
        "",
        f'title: "Calibrated to the evidence {evidence}"',
        "description:",
        f'  "Posterior medians and 90 % intervals of uncertain numbers of {catalog.name}; '
        f"draws are weighted by the moments of {evidence}.",
        "  What the evidence says of numbers together is not in it: draws of this scenario are "
        'wider than those of the calibration."',
        *([f"catalog: {catalog.name}"] if catalog.name in _bundled() else []),
        "",
        "sources:",
        f"  {KEY}:",
        f"    title: {json.dumps(f'Calibration of {catalog.name} to {evidence}')}",
        "    access: primary",
        f"    note: {json.dumps(_note(result))}",
        "",
    ]


def _note(result: xr.Dataset) -> str:
    return (
        f"{result.attrs['draws']} draws, seed {result.attrs['seed']}; effective number of draws "
        f"{float(result['ess']):.0f}; catalog {result.attrs['catalog_sha256'][:12]}, moments "
        f"{result.attrs['moments_sha256'][:12]}"
    )


def _with_its_law(catalog: Catalog, path: str, median: float) -> str:
    """Return a number with its law and another value, as a flow mapping."""
    _, _, quantity = catalog.quantities()[path]
    kept = quantity.model_dump(exclude_none=True, include={"low", "high", "unit", "distribution"})
    return json.dumps({"value": median, **kept, "source": KEY})


def _bundled() -> tuple[str, ...]:
    from taskmodel.catalog import bundled_catalogs

    return tuple(bundled_catalogs())


def _share_rows(values: dict[str, Array], weight: Array, paths: tuple[str, ...]) -> list[str]:
    """Return the medians of shares, divided by their sum."""
    if not paths:
        return []
    medians = np.array([weighted_quantiles(values[path], weight, (0.5,))[0] for path in paths])
    return [
        f"  {path}: {share!r}"
        for path, share in zip(paths, (medians / medians.sum()).tolist(), strict=True)
    ]
