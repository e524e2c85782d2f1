"""Records that are read from a file: their sources, the position of each value, and changes.

Every kind of file (catalog, scenario, plan, paths, world, loop, trend) is a subclass of `FromFile`
and is built by the same steps: read the text, validate the plain values against the annotations,
run the checks of the subclass, and raise one `CatalogError` with all defects. `Changeable` adds
`replace`, which lays values over the plain values and builds the record again.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from itertools import islice
from os import PathLike
from typing import Any, Self

from pydantic import BaseModel, PrivateAttr

from taskmodel._arguments import any_text, named, shown
from taskmodel.errors import MAX_DEFECTS, ArgumentError, CatalogError, Defect, UnknownPath
from taskmodel.files.bundled import find_file
from taskmodel.files.dotted import assign, covers, expand, find, value_at
from taskmodel.files.findings import Finding, as_mapping, source_findings
from taskmodel.files.messages import as_record
from taskmodel.files.quantity import SET, Record
from taskmodel.files.uncertainty import Located, by_path, uncertainty_findings
from taskmodel.files.yaml import (
    Document,
    Keys,
    TextMark,
    dotted,
    read_document,
    read_text,
    unprintable,
)

SET_MARK = TextMark(SET, None, None, None, None)

Marks = Mapping[Keys, TextMark]  # by the keys of a value below some root; () is the root itself
Overlay = Mapping[str, tuple[Any, Marks]]  # values by dotted path, each with its marks


@dataclass(frozen=True)
class Origin:
    """Texts and plain values that a record was built from.

    Attributes
    ----------
    name : str
        Name of the file without its ending.
    yaml_text : str
        Text of the file.
    scenario, scenario_yaml : str or None, str
        Name and text of the scenario that was applied, if any.
    overrides : mapping of str to value
        Values set by the caller, by dotted path, in the order in which they were set.
    data : dict
        The plain values, changes included.
    marks : dict of keys to Marks
        Positions of the values below some keys. The last entry that applies to a value holds.
    """

    name: str = ""
    yaml_text: str = ""
    scenario: str | None = None
    scenario_yaml: str = ""
    overrides: Mapping[str, Any] = field(default_factory=dict)
    data: Any = None
    marks: dict[Keys, Marks] = field(default_factory=dict)

    def mark(self, keys: Keys) -> tuple[Keys, TextMark]:
        """Return the keys and the mark of a value, or of the nearest value that contains it."""
        marks = next(
            (self.marks[root] for root in reversed(self.marks) if keys[: len(root)] == root), {}
        )
        for length in range(len(keys), -1, -1):
            if mark := marks.get(keys[:length]):
                return keys[:length], mark
        return keys, SET_MARK

    def marks_below(self, keys: Keys) -> Marks:
        """Return the marks of a value and of everything in it, as the file has them."""
        length = len(keys)
        marks = {
            inner[length:]: mark for inner, mark in self.marks[()].items() if inner[:length] == keys
        }
        return marks or {(): SET_MARK}

    def defect(self, finding: Finding) -> Defect:
        """Return a finding as a defect, at the position of the value or of its key."""
        keys, mark = self.mark(finding.keys)
        if finding.at_key:
            return mark.key_defect(dotted(finding.keys), finding.message)
        return Defect(mark.file, mark.line, mark.column, dotted(keys), finding.message)


@lru_cache(maxsize=64)
def parsed(text: str, file: str) -> Document:
    """Return what `read_document` does, without reading a text again that was read recently.

    Records are built from the plain values and share them, so that nobody may change them.
    """
    return read_document(text, file)


class FromFile(Record):
    """A record that is a whole file. Subclasses add checks by overriding the private methods."""

    _origin: Origin = PrivateAttr(default_factory=Origin)

    @classmethod
    def read(cls, name_or_path: str | PathLike[str], kind: str) -> Self:
        """Read a bundled file of a kind, such as ``catalog`` or ``world``, or a file by its path.

        Raises
        ------
        CatalogError
            With every defect of the file.
        """
        path = find_file(name_or_path, kind)
        return cls.parse(read_text(path), path.stem, str(path))

    @classmethod
    def parse(cls, text: str, name: str, file: str = "text") -> Self:
        """Read a text; `file` is its name in messages.

        Raises
        ------
        CatalogError
            With every defect of the text.
        """
        document = parsed(any_text("the content of a file", text, "title: ..."), file)
        origin = Origin(name=name, yaml_text=text, data=document.data, marks={(): document.marks})
        return cls._build(origin, document.defects)

    @classmethod
    def from_values(cls, data: Any, marks: Marks, name: str) -> Self:
        """Build a record from plain values that another kind of file has, such as a table.

        Parameters
        ----------
        data : dict
        marks : mapping of keys to TextMark
            Positions of the values; that of ``()`` is needed, and holds for what has none.
        name : str

        Raises
        ------
        CatalogError
            With every defect.
        """
        return cls._build(Origin(name=name, data=data, marks={(): marks}), [])

    @classmethod
    def _build(
        cls, origin: Origin, defects: list[Defect], values: Any = None, numbers: bool = False
    ) -> Self:
        """Build a record from the plain values of `origin`.

        Parameters
        ----------
        origin : Origin
        defects : list of Defect
            Defects of the text.
        values : dict, optional
            The plain values with valid records in some positions, which are not validated again.
        numbers : bool
            Whether `origin` differs from that of a valid record in numbers of quantities alone.

        Raises
        ------
        CatalogError
            With all defects.
        """
        origin = replace(origin, data=cls._complete(origin.data))
        record, findings = as_record(cls, origin.data if values is None else cls._complete(values))
        if isinstance(origin.data, dict):
            check = cls._number_findings if numbers else cls._data_findings
            findings += islice(check(origin.data), MAX_DEFECTS)
        if record is not None and not findings:
            findings += islice(record._findings(set(origin.overrides)), 2 * MAX_DEFECTS)
        if record is not None and not findings and not numbers:
            findings += uncertainty_findings(record)
        # A defect of the text, such as an anchor, often leaves no value: report the cause alone.
        paths = {defect.path for defect in defects}
        others = map(origin.defect, findings)
        defects = [*defects, *(defect for defect in others if defect.path not in paths)]
        if defects or record is None:
            raise CatalogError(dict.fromkeys(defects))
        record._origin = origin
        return record

    @staticmethod
    def _complete(data: Any) -> Any:
        """Return plain values with what other files supply."""
        return data

    @classmethod
    def _data_findings(cls, data: dict[str, Any]) -> Iterator[Finding]:
        """Yield defects of the plain values, whether or not the records are valid."""
        values = {name: value for name, value in data.items() if name != "sources"}
        yield from source_findings(values, (), as_mapping(data.get("sources")))

    @classmethod
    def _number_findings(cls, data: dict[str, Any]) -> Iterator[Finding]:
        """Yield those of `_data_findings` that depend on numbers of quantities."""
        yield from ()

    def _findings(self, changed: set[str]) -> Iterator[Finding]:
        """Yield defects between valid values; `changed` has the paths that the caller set."""
        yield from ()

    def defect(self, keys: Keys, message: str) -> Defect:
        """Return a defect of a value, at its position or that of what contains it."""
        return self._origin.defect(Finding(keys, message))._replace(path=dotted(keys))

    def quantities(self) -> dict[str, Located]:
        """Return the quantities that can be drawn, with their keys and ranges, by dotted path."""
        return by_path(self)

    @property
    def name(self) -> str:
        """Name of the file without its ending."""
        return self._origin.name

    @property
    def overrides(self) -> dict[str, Any]:
        """Values set by the caller, by dotted path."""
        return dict(self._origin.overrides)

    @property
    def yaml_text(self) -> str:
        """Text of the file."""
        return self._origin.yaml_text

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the texts and the overrides: equal for records built from equal inputs."""
        inputs = [self.yaml_text, self._origin.scenario_yaml, self.overrides]
        return hashlib.sha256(json.dumps(inputs, ensure_ascii=False).encode()).hexdigest()

    def __repr__(self) -> str:
        changes = "".join(f", {path} = {value!r}" for path, value in self.overrides.items())
        return f"<{type(self).__name__} {', '.join(self._summary())}{changes}>"

    __str__ = __repr__

    def _summary(self) -> list[str]:
        """Phrases that identify the record in its representation."""
        return [self.name]


class Changeable(FromFile):
    """A file whose values can be replaced."""

    @classmethod
    def load(
        cls, name_or_path: str | PathLike[str], kind: str, set: Mapping[str, Any] | None = None
    ) -> Self:
        """Read a file as `read` does, and replace values.

        Raises
        ------
        CatalogError
            With every defect of the file, or of `set` if the file has none.
        """
        record = cls.read(name_or_path, kind)
        return record.with_set(set)

    def with_set(self, set: Mapping[str, Any] | None) -> Self:
        """Return the record with the values of an argument `set`; None: none."""
        return self if set is None else self.replace(set)

    def replace(self, changes: Mapping[str, Any]) -> Self:
        """Return a record with other values at some paths, checked like a file.

        Parameters
        ----------
        changes : mapping of str to value
            Values by dotted path; ``*`` stands for every id, as in ``tasks.*.review_ratio``. A
            plain number for a quantity becomes its value, in the declared unit: the interval is
            kept if it contains the value, else dropped with its distribution, and the source
            becomes ``set``. A mapping replaces the whole quantity or record, or adds one under a
            new id. None removes an optional value.

        Returns
        -------
        Same class
            The new record; its `overrides` are those of this one and the changes.

        Raises
        ------
        CatalogError
            With every unknown path, every defect of the result, and every text with characters
            that cannot be printed.
        TypeError
            If the changes are not a mapping.
        """
        if not isinstance(changes, Mapping):
            raise ArgumentError(
                "values are set by a mapping of paths to values, such as "
                f'{{"supervision.headcount": 100}} for a catalog; found {shown(changes)}'
            )
        changes = {path: plain_value(value) for path, value in changes.items()}
        if defects := list(unprintable_texts(changes)):
            raise CatalogError(defects)
        unchanged = {
            path: value
            for path, value in self.overrides.items()
            if not any(covers(change, path) for change in changes)
        }
        origin = replace(self._origin, overrides={**unchanged, **changes})
        return self._overlaid(overlay(changes), "set by the user", origin)

    def _overlaid(self, values: Overlay, label: str, origin: Origin) -> Self:
        """Build a record from `origin` with `values` laid over it; `label` becomes their note."""
        data, marks, changed, defects = origin.data, dict(origin.marks), [], []
        numbers = True  # quantities that are there get other values, and nothing else changes
        for path, (value, positions) in values.items():
            try:
                places = [
                    find(type(self), data, single, new=isinstance(value, dict))
                    for single in expand(type(self), data, path)
                ]
            except UnknownPath as error:
                defects.append(positions[()].key_defect(named(path), error.args[0]))
                continue
            for keys, slot, parents in places:
                present = slot.kind == "quantity" and value_at(data, keys) is not None
                numbers = numbers and present and type(value) in (int, float)
                data = self._complete(assign(data, keys, slot, parents, value, label))
                if parents[-1].kind == "quantity":
                    keys = keys[:-1]
                marks.pop(keys, None)  # the last entry holds, so an older one moves to the end
                marks[keys] = {(*keys, *inner): mark for inner, mark in positions.items()}
                changed.append(keys)
        if defects:
            raise CatalogError(defects)
        reused = self._reused(data, changed)
        return self._build(replace(origin, data=data, marks=marks), [], reused, numbers)

    def _reused(self, data: dict[str, Any], changed: list[Keys]) -> dict[str, Any]:
        """Return plain values, with valid records of this one where nothing has changed."""
        return data


def overlay(values: Mapping[str, Any]) -> dict[str, tuple[Any, Marks]]:
    """Return values that the caller sets, by dotted path, with their marks."""
    return {
        path: (value, dict.fromkeys(_keys_within(value), SET_MARK))
        for path, value in values.items()
    }


def plain_value(value: Any) -> Any:
    """Return records, mappings, sequences, and NumPy scalars and arrays as plain Python values."""
    if isinstance(value, BaseModel):
        value = value.model_dump(exclude_unset=True)
    if isinstance(value, Mapping):
        return {str(name): plain_value(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain_value(item) for item in value]
    return value.tolist() if hasattr(value, "tolist") else value


def unprintable_texts(changes: Mapping[str, Any]) -> Iterator[Defect]:
    """Yield a defect for each text with a character that no file has."""
    texts = (pair for path, value in changes.items() for pair in _texts(value, named(path)))
    for path, text in (*((named(path), named(path)) for path in changes), *texts):
        if code := unprintable(text):
            message = f"character {code} cannot be printed and is not allowed; remove it"
            yield SET_MARK.key_defect(path, message)


def _texts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Yield the texts within a value, and the keys of its mappings, each with its path."""
    if isinstance(value, str):
        yield path, value
    items = enumerate(value) if isinstance(value, list) else as_mapping(value).items()
    for key, item in items:
        inner = f"{path}.{key}"
        if isinstance(key, str):
            yield inner, key
        yield from _texts(item, inner)


def _keys_within(value: Any, keys: Keys = ()) -> Iterator[Keys]:
    yield keys
    items = enumerate(value) if isinstance(value, list) else as_mapping(value).items()
    for key, item in items:
        yield from _keys_within(item, (*keys, key))
