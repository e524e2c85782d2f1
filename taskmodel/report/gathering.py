"""What a report is made of: the answers of other questions, side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import xarray as xr

from taskmodel.catalog import Catalog
from taskmodel.summary import Summary
from taskmodel.summary.by_date import BY

HALF = "oversight_costs_half_from"


@dataclass(frozen=True, eq=False)
class Material:
    """The answers that a report shows.

    Attributes
    ----------
    catalog : Catalog
    summary : Summary
        Of the sweep.
    sweep : Dataset
        Along compute.
    bands : Dataset
        From `summary.by_date.answer_by_date`.
    levers : Dataset
        From `summary.levers.levers`.
    cruxes : Dataset
        From `taskmodel.cruxes`.
    what_if : Dataset
        From `taskmodel.what_if`, at `worth_compute`.
    worth : Dataset
        From `taskmodel.elasticities`, likewise.
    worth_date : float
        Calendar year of which `what_if` and `worth` are.
    draws : mapping of str
        ``seed``, ``moments`` (name of the evidence, or None), ``ess`` and ``pareto_k``.
    command : str
        With which the report can be made again.
    """

    catalog: Catalog
    summary: Summary
    sweep: xr.Dataset
    bands: xr.Dataset
    levers: xr.Dataset
    cruxes: xr.Dataset
    what_if: xr.Dataset
    worth: xr.Dataset
    worth_date: float
    draws: Mapping[str, Any]
    command: str

    @property
    def worth_compute(self) -> float:
        """Compute of which `what_if` and `worth` are [FLOP/year]."""
        return float(self.what_if["compute"])

    @property
    def years(self) -> list[float]:
        """The dates, after today, that probabilities are reported for."""
        return [year for year in BY if year > self.bands.attrs["today"]]


def date_of_worth(bands: xr.Dataset) -> float:
    """Return the first of the dates `BY` by which oversight more likely than not costs half.

    The last of them, if that is so by none: there more of an input is worth knowing most about.
    """
    chance = bands[f"{HALF}_by"].sel(path=bands.attrs["paths_name"])
    inside = [year for year in BY if year in bands["time"].values]
    likely = (year for year in inside if float(chance.sel(by=year)) > 0.5)
    return next(likely, inside[-1] if inside else float(bands.attrs["today"]))


def reasons(catalog: Catalog) -> str:
    """Return what a catalog says about its numbers by itself."""
    return " ".join(catalog.description.split())
