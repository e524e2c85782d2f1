"""Dates beside compute: the month in which the named path reaches it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from taskmodel.cli.commands import DEFAULT_PATHS

if TYPE_CHECKING:
    from taskmodel.catalog import Catalog

MONTHS = (
    "January February March April May June July August September October November December".split()
)
ROUNDING = 1e-9  # of a year: the first of a month must not count as the month before


class Calendar:
    """The months in which compute is reached, along paths of compute.

    Parameters
    ----------
    catalog : Catalog
    paths : str
        Bundled name or file.

    Attributes
    ----------
    paths : str
        Name of the paths.
    """

    def __init__(self, catalog: Catalog, paths: str | None = None) -> None:
        from taskmodel.sweeps.paths import compute_dates

        self._dates = compute_dates(catalog, paths or DEFAULT_PATHS)
        self.paths = "" if self._dates is None else self._dates.paths

    def date(self, compute: float | None) -> float:
        """Return the date [calendar year]; NaN where there is none, -inf or inf beyond an end."""
        if self._dates is None or compute is None or math.isnan(compute):
            return math.nan
        return self._dates(compute)

    def month(self, compute: float | None) -> str:
        """Return the month, such as ``June 2027``, ``after 2032``, or nothing."""
        date = self.date(compute)
        if self._dates is None or math.isnan(date):
            return ""
        if math.isinf(date):
            end = self._dates.dates[0 if date < 0 else -1]
            return f"{'before' if date < 0 else 'after'} {month(end) if end % 1 else f'{end:.0f}'}"
        return month(date)

    def along(self, compute: float) -> str:
        """Return the month with the name of the paths, after a comma; or nothing."""
        text = self.month(compute)
        return f", {text} along {self.paths}" if text else ""


def month(date: float) -> str:
    """Return the month of a date [calendar year].

    Examples
    --------
    >>> month(2026.0), month(2027.46), month(2029.999)
    ('January 2026', 'June 2027', 'December 2029')
    """
    year, part = divmod(date + ROUNDING, 1)
    return f"{MONTHS[int(12 * part)]} {year:.0f}"


def short(text: str) -> str:
    """Return a month for a table: the first three letters and the year.

    Examples
    --------
    >>> short("June 2027"), short("after 2032"), short("")
    ('Jun 2027', 'after 2032', '')
    """
    name, _, year = text.partition(" ")
    return f"{name[:3]} {year}" if name in MONTHS else text
