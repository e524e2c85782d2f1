"""The records of a file of paths: how compute and numbers of a catalog grow with time.

Effective compute is a product of factors that each grow by themselves, such as hardware, spending
and algorithms, or is given directly. Every path grows at a constant rate from break date to break
date, or is read from a table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field, PrivateAttr, model_validator

from taskmodel.catalog import Quantity, Source
from taskmodel.files import units
from taskmodel.files.document import FromFile
from taskmodel.files.findings import Finding
from taskmodel.files.quantity import Measure, Number, Prose, Record, Sourced, Title, Word, failed
from taskmodel.files.table import Rows
from taskmodel.files.uncertainty import Uncertainty
from taskmodel.files.yaml import Keys

Date = Annotated[Quantity, Measure(units.DATE, ge=1900, le=2300)]


class Stretch(Record):
    """Growth at a constant rate, up to the next stretch."""

    since: Date | None = None
    """date from which it grows so; absent: from the beginning, in the first stretch alone"""
    factor: Annotated[Quantity, Measure(units.GROWTH, ge=1e-6, le=1e12)]
    """what it is multiplied by in a year; 1: it stays"""


class Series(Sourced):
    """A quantity over time: stretches of growth, or a table."""

    growth: tuple[Stretch, ...] = ()
    """stretches of growth, in order"""
    table: Word | None = None
    """CSV file beside this one, with a first line date,value"""
    start: Annotated[Number, Field(gt=0)] | None = None
    """value at the date `today`, in `unit`; absent: the catalog's; a factor of compute has none"""
    unit: Prose = ""
    """unit of `start` or of the table's values"""

    @model_validator(mode="after")
    def _one_way(self) -> Series:
        if bool(self.growth) == (self.table is not None):
            raise failed(("", "give one of `growth` and `table`"))
        if self.table is not None and self.start is not None:
            raise failed(("start", "a table has its own values; leave `start` out"))
        if (self.start is not None or self.table is not None) and not (self.unit and self.source):
            what = "start" if self.table is None else "table"
            source = "`source` of its numbers (or judgement, with a `note`)"
            needed = {"`unit` of its numbers": self.unit, source: self.source}
            missing = [f"the {text}" for text, value in needed.items() if not value]
            raise failed((what, f"needs {' and '.join(missing)} beside it"))
        first, *rest = self.growth or (None,)
        if first is not None and first.since is not None:
            raise failed(
                ("growth", "the first stretch holds from the beginning; leave its `since` out")
            )
        dates = [
            stretch.since.value if stretch.since else None
            for stretch in rest
            if stretch is not None
        ]
        if None in dates:
            raise failed(
                (
                    "growth",
                    f"stretch {dates.index(None) + 2} does not say from which date on it "
                    "holds; give `since`",
                )
            )
        for place, (one, two) in enumerate(zip(dates, dates[1:], strict=False), start=3):
            if one is not None and two is not None and not two > one:
                raise failed(
                    (
                        "growth",
                        f"stretch {place} holds from {two:g} on, not after {one:g}; dates have to "
                        "increase",
                    )
                )
        return self


class Paths(FromFile):
    """How compute and numbers of a catalog grow with time; made by `load_paths`."""

    title: Title
    """what the paths suppose"""
    description: Prose = ""
    """more about it, for readers"""
    sources: dict[str, Source] = Field(default_factory=dict)
    """works that values rest on, by key"""
    begins: Date
    """first date"""
    ends: Date
    """last date"""
    today: Date
    """date at which compute is the catalog's compute.today, and other numbers are as in the
    catalog; a catalog that says the date of its compute (compute.today_date) has it at that date"""
    compute: dict[str, Series] = Field(default_factory=dict)
    """factors whose product is effective compute, such as hardware, spending, algorithms; by
    name"""
    effective_compute: Series | None = None
    """effective compute itself [FLOP/year], in place of factors"""
    values: dict[str, Series] = Field(default_factory=dict)
    """numbers of the catalog, by dotted path; * stands for every id"""
    uncertainty: Uncertainty | None = None
    """what moves together in draws of the uncertain numbers"""

    _tables: dict[Keys, Rows] = PrivateAttr(default_factory=dict)

    @model_validator(mode="after")
    def _whole(self) -> Paths:
        begins, ends, today = self.begins.value, self.ends.value, self.today.value
        if not begins < ends:
            raise failed(("ends", f"found {ends:g}; a date after `begins` ({begins:g}) is needed"))
        if not begins <= today <= ends:
            raise failed(
                (
                    "today",
                    f"found {today:g}; a date from `begins` ({begins:g}) to `ends` ({ends:g}) is "
                    "needed",
                )
            )
        if not (self.compute or self.effective_compute or self.values):
            raise failed(("", "nothing grows; give `compute`, `effective_compute` or `values`"))
        if self.compute and self.effective_compute:
            raise failed(
                (
                    "effective_compute",
                    "and the factors in `compute` both say what effective compute is; keep one",
                )
            )
        for name, series in self.compute.items():
            if series.start is not None:
                raise failed(
                    (
                        "compute",
                        f"{name}.start: of a factor only its growth counts; leave `start` and "
                        "`unit` out",
                    )
                )
        return self

    def series(self) -> dict[Keys, Series]:
        """Return every path of the file, by its keys."""
        found: dict[Keys, Series] = {
            ("compute", name): series for name, series in self.compute.items()
        }
        if self.effective_compute:
            found["effective_compute",] = self.effective_compute
        return found | {("values", name): series for name, series in self.values.items()}

    def _findings(self, changed: set[str]) -> Iterator[Finding]:
        for keys, series in self.series().items():
            for place, stretch in enumerate(series.growth):
                if stretch.since and not self.begins.value < stretch.since.value < self.ends.value:
                    message = (
                        f"found {stretch.since.value:g}; a date between `begins` "
                        f"({self.begins.value:g}) and `ends` is needed"
                    )
                    yield Finding((*keys, "growth", place, "since"), message)
