"""The records of a trend: models whose horizon was measured, and the growth of compute."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from os import PathLike
from typing import Annotated, Any

import numpy as np
from pydantic import AfterValidator, Field

from taskmodel.catalog import Quantity
from taskmodel.files import bundled, units
from taskmodel.files.dates import year_fraction
from taskmodel.files.findings import Finding
from taskmodel.files.parameters import Parameters
from taskmodel.files.quantity import Measure, Sourced, Switch, Word, WorkingHours, failed

Year = Annotated[Quantity, Measure(units.CALENDAR, ge=1900, le=2300)]
Factor = Annotated[Quantity, Measure(units.ONE, ge=1, le=1e6)]


def release_year(day: str) -> float:
    """Return a day as a calendar year.

    Examples
    --------
    >>> release_year("2024-07-02")
    2024.5
    """
    return year_fraction(date.fromisoformat(day))


def _day(text: str) -> str:
    try:
        date.fromisoformat(text)
    except ValueError:
        raise failed(("", f"found {text!r}; a day is needed, such as 2025-08-07")) from None
    return text


class Model(Sourced):
    """A model with measured horizons."""

    released: Annotated[Word, AfterValidator(_day)]
    """day of its release"""
    horizon_50: WorkingHours
    """length of tasks of which it does half, in the time of a skilled person"""
    horizon_80: WorkingHours
    """length of tasks of which it does four fifths"""
    fitted: Switch = True
    """false: it is shown, and nothing is fitted to it; `note` says why"""


class Trend(Parameters):
    """Measured models, and the growth of compute."""

    start: Year
    """first date that is reported"""
    end: Year
    """last date that is reported"""
    since: Year
    """frontier models released from this date on make the trend"""
    today: Year
    """when the compute axis stands at a catalog's compute.today"""
    physical_growth: Factor
    """factor a year of the compute of the largest training runs"""
    software_growth: Factor
    """factor a year of what a FLOP is worth"""
    models: dict[str, Model] = Field(min_length=2)
    """models, by id"""

    def growth(self) -> float:
        """Growth of effective compute [OOM/year]."""
        return float(np.log10(self.physical_growth.value * self.software_growth.value))

    def _findings(self, changed: set[str]) -> Iterator[Finding]:
        if not self.start.value < self.end.value:
            yield Finding(
                ("end",),
                f"found {self.end.value:g}; a date after start ({self.start.value:g}) is needed",
            )
        for name, model in self.models.items():
            if not model.horizon_80.value <= model.horizon_50.value:
                message = (
                    f"found {model.horizon_80.value:g} h; "
                    f"at most horizon_50 ({model.horizon_50.value:g} h) is possible"
                )
                yield Finding(("models", name, "horizon_80"), message)
            if not (model.fitted or model.note):
                message = "a model that is not fitted needs a `note` that gives the reason"
                yield Finding(("models", name, "fitted"), message)


def bundled_trends() -> tuple[str, ...]:
    """Return the names of the trends that come with the package."""
    return bundled.names("trend")


def load_trend(name_or_path: str | PathLike[str], set: Mapping[str, Any] | None = None) -> Trend:
    """Load a trend and set values.

    Parameters
    ----------
    name_or_path : str or Path
        Name of a bundled trend (see `bundled_trends`) or path of a YAML file.
    set : mapping of str to value, optional
        Values by path, such as ``since`` or ``models.gpt_4.horizon_50``.

    Raises
    ------
    CatalogError
        With every defect of the file, or of `set` if the file has none.

    Examples
    --------
    >>> trend = load_trend("metr")
    >>> len(trend.models), round(trend.growth(), 2)
    (26, 1.13)
    """
    return Trend.load(name_or_path, "trend", set)
