"""Published results as records: value, source, tolerance, and the computation to compare with.

The file has groups of results. A group states once what its results share: source, computation,
arguments, tolerance. Results along one argument, with a column for each setting, are written as a
table. Reading is strict, as for catalogs. This module does not know the values of the model.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from string import Formatter
from typing import Annotated, Any, Literal

from pydantic import Field, Strict, model_validator

from taskmodel.catalog import read_value
from taskmodel.errors import CatalogError, Defect
from taskmodel.files.document import parsed
from taskmodel.files.messages import as_record
from taskmodel.files.quantity import Key, Prose, Record, Word, Work, failed
from taskmodel.files.suggestions import listing
from taskmodel.files.yaml import Document, Keys, dotted, read_text

FILE = Path(__file__).with_name("published.yaml")

Real = Annotated[float, Strict()]  # infinity is a result as well
Access = Annotated[Literal["primary", "secondary", "derived"], "prose"]


@dataclass(frozen=True)
class Published:
    """One published result.

    Attributes
    ----------
    id : str
        ``group.result``, or ``group.column.row`` in a table.
    group, title : str
        Titles of the group and of the result.
    value : float
        As published; inf for an unlimited result.
    unit : str
    tolerance : float
        Largest deviation that agrees: in `unit`, or relative to the value if `relative`.
    relative : bool
    computation : str
        Name of a computation registered in `computations`.
    arguments : mapping
        Arguments of the computation.
    source, url : str
        Title and address of the work.
    access : str
        ``primary``: the work itself was read; ``secondary``: a report of it; ``derived``: computed
        independently of this package.
    note : str
    explanation : str
        Reason for a larger deviation; empty if there is none. ``{name}`` in it stands for the
        model's value with the arguments of that name in `asides`.
    asides : mapping of str to mapping
    covers : tuple of float, or None
        Interval of the model's values that the explanation accounts for.
    """

    id: str
    group: str
    title: str
    value: float
    unit: str
    tolerance: float
    relative: bool
    computation: str
    arguments: Mapping[str, Any]
    source: str
    url: str
    access: str
    note: str = ""
    explanation: str = ""
    asides: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    covers: tuple[float, float] | None = None


class Citation(Work):
    """A source of published results."""

    access: Access
    """primary: the work itself was read; secondary: a report of it; derived: computed
    independently"""


class Tolerance(Record):
    """The largest deviation that agrees."""

    absolute: Annotated[Real, Field(gt=0)] | None = None
    relative: Annotated[Real, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _one(self) -> Tolerance:
        if (self.absolute is None) == (self.relative is None):
            raise failed(("", "give one of absolute and relative"))
        return self


class Explanation(Record):
    """Reason for a deviation, and the values of the model that it accounts for."""

    text: Prose = Field(min_length=1)
    """the reason; {name} stands for the model's value with that entry of values"""
    covers: tuple[Real, Real]
    """smallest and largest value of the model that the text accounts for"""
    values: dict[str, dict[str, Any]] = Field(default_factory=dict)
    """changes of the arguments, by name"""

    @model_validator(mode="after")
    def _named(self) -> Explanation:
        named = {name for _, name, _, _ in Formatter().parse(self.text) if name is not None}
        if named != set(self.values):
            in_text, in_values = (
                listing(sorted(names)) or "nothing" for names in (named, self.values)
            )
            raise failed(("text", f"names {in_text}; values has {in_values}"))
        return self


class Common(Record):
    """Fields that a group may state for all its results, or a result or column for itself."""

    title: Prose = Field(min_length=1)
    """title of the result or group"""
    arguments: dict[str, Any] = Field(default_factory=dict)
    """arguments of the computation; dotted paths set values of the catalog"""
    tolerance: Tolerance | None = None
    unit: Annotated[str, Strict()] | None = None
    source: Word | None = None
    access: Access | None = None
    note: Prose = ""


class Result(Common):
    """One result."""

    published: Real
    explanation: Explanation | None = None


class Table(Record):
    """Results along one argument."""

    along: Word
    """the argument or dotted path that varies over the rows"""
    label: Key = "{}"
    """title of a row; {} stands for its key"""
    columns: dict[str, Common]
    rows: dict[str, tuple[Real | None, ...]]
    """published values by key, one for each column; null: not published"""


class Group(Common):
    """Results of one kind."""

    computation: Word
    results: dict[str, Result] = Field(default_factory=dict)
    table: Table | None = None


class Content(Record):
    """The file."""

    title: Prose = Field(min_length=1)
    sources: dict[str, Citation]
    groups: dict[str, Group]


def published_results(file: str | Path = FILE) -> tuple[Published, ...]:
    """Read the published results.

    Parameters
    ----------
    file : str or Path, optional
        Default: the results bundled with the package.

    Returns
    -------
    tuple of Published
        In the order of the file, tables column by column.

    Raises
    ------
    CatalogError
        With every defect of the file.
    """
    document = parsed(read_text(Path(file)), str(file))
    content, found = as_record(Content, document.data)
    defects = [
        *document.defects,
        *(_defect(document, finding.keys, finding.message) for finding in found),
    ]
    results: list[Published] = []
    groups, sources = (content.groups, content.sources) if content else ({}, {})
    for name, group in groups.items():
        for keys, member in _members(name, group):
            if isinstance(member, str):
                defects.append(_defect(document, keys, member))
            else:
                messages = _incomplete(member, group, sources)
                defects += [_defect(document, keys, message) for message in messages]
                results += [] if messages else [_published(sources, group, member)]
    defects += [
        _defect(document, ("groups",), f"{id} names {n} results")
        for id, n in Counter(r.id for r in results).items()
        if n > 1
    ]
    if defects:
        raise CatalogError(defects)
    return tuple(results)


@dataclass(frozen=True)
class _Member:
    """A result with the records that state its fields, the most specific first."""

    id: str
    title: str
    value: float
    arguments: Mapping[str, Any]
    records: tuple[Common, ...]

    def nearest(self, field: str) -> Any:
        return next(
            (
                value
                for record in self.records
                if (value := getattr(record, field)) not in (None, "")
            ),
            None,
        )


def _members(name: str, group: Group) -> Iterator[tuple[Keys, _Member | str]]:
    """The results of a group with their keys in the file, or the defect there."""
    for key, result in group.results.items():
        member = _Member(
            f"{name}.{key}",
            result.title,
            result.published,
            {**group.arguments, **result.arguments},
            (result, group),
        )
        yield ("groups", name, "results", key), member
    if group.table is None:
        return
    table, above = group.table, ("groups", name, "table")
    for row, values in table.rows.items():
        if len(values) != len(table.columns):
            yield (
                (*above, "rows", row),
                f"found {len(values)} values; {len(table.columns)} are needed, one for each column",
            )
            return
    for index, (key, column) in enumerate(table.columns.items()):
        for row, values in table.rows.items():
            if (value := values[index]) is not None:
                key_value = read_value(row)
                arguments = {**group.arguments, **column.arguments, table.along: key_value}
                title = f"{column.title}, {table.label.format(key_value)}"
                yield (
                    (*above, "columns", key),
                    _Member(f"{name}.{key}.{row}", title, value, arguments, (column, group)),
                )


def _incomplete(member: _Member, group: Group, sources: Mapping[str, Citation]) -> list[str]:
    source = member.nearest("source")
    messages = [
        f"{member.id} has no {field}, and neither has its group"
        for field in ("tolerance", "unit")
        if member.nearest(field) is None
    ]
    if member.value == 0 and (tolerance := member.nearest("tolerance")) and tolerance.relative:
        messages.append(
            f"{member.id} is 0, and no deviation is a part of that; give an absolute tolerance"
        )
    if source not in sources:
        messages.append(f"the source of {member.id} is {source!r}; known: {', '.join(sources)}")
    return messages


def _published(sources: Mapping[str, Citation], group: Group, member: _Member) -> Published:
    tolerance, source = member.nearest("tolerance"), sources[member.nearest("source")]
    explanation = getattr(member.records[0], "explanation", None)
    return Published(
        id=member.id,
        group=group.title,
        title=member.title,
        value=member.value,
        unit=member.nearest("unit"),
        tolerance=tolerance.absolute if tolerance.relative is None else tolerance.relative,
        relative=tolerance.relative is not None,
        computation=group.computation,
        arguments=member.arguments,
        source=source.title,
        url=source.url,
        access=member.nearest("access") or source.access,
        note=member.nearest("note") or "",
        explanation=explanation.text if explanation else "",
        asides={
            name: {**member.arguments, **changes} for name, changes in explanation.values.items()
        }
        if explanation
        else {},
        covers=explanation.covers if explanation else None,
    )


def _defect(document: Document, keys: Keys, message: str) -> Defect:
    """A defect at keys of the file, or at the nearest keys above them that have a position."""
    mark = next(
        (document.marks[keys[:n]] for n in range(len(keys), 0, -1) if keys[:n] in document.marks),
        None,
    )
    return Defect(document.file, mark and mark.line, mark and mark.column, dotted(keys), message)
