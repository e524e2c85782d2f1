"""What a record was read from: the file, what was set besides, and where each value stands."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from pydantic import PrivateAttr

from taskmodel.errors import Defect
from taskmodel.files.findings import Finding
from taskmodel.files.quantity import SET, Record
from taskmodel.files.yaml import Keys, Mark, dotted

_SET_MARK = Mark(SET, None, None, None, None)


@dataclass(frozen=True)
class Origin:
    """What a catalog, a plan or a world was made from: the texts, the plain values, and the place of each value in a text.

    ``places`` holds pairs of the keys below which some marks hold, and those marks; the latest stands last and counts first.
    """

    name: str = ""
    yaml_text: str = ""
    scenario: str | None = None
    scenario_yaml: str = ""
    overrides: Mapping[str, Any] = field(default_factory=dict)
    data: Any = None
    places: tuple[tuple[Keys, Mapping[Keys, Mark]], ...] = ()

    def place(self, keys: Keys) -> tuple[Keys, Mark]:
        """Return the mark at `keys`, or of the nearest value around it, and the keys of that value."""
        marks = next(
            (marks for below, marks in reversed(self.places) if keys[: len(below)] == below), {}
        )
        for length in range(len(keys), -1, -1):
            if mark := marks.get(keys[:length]):
                return keys[:length], mark
        return keys, _SET_MARK

    def defect(self, finding: Finding) -> Defect:
        """Return a finding with its place: that of the value, or of the key if the key is at fault."""
        keys, mark = self.place(finding.keys)
        if finding.at_key:
            return Defect(
                mark.file, mark.key_line, mark.key_column, dotted(finding.keys), finding.message
            )
        return Defect(mark.file, mark.line, mark.column, dotted(keys), finding.message)


class FromFile(Record):
    """A record that is a whole file, and knows what it was made from."""

    _origin: Origin = PrivateAttr(default_factory=Origin)

    @property
    def name(self) -> str:
        """Its name: that of its file, without the ending."""
        return self._origin.name

    @property
    def overrides(self) -> dict[str, Any]:
        """Values set from outside the files, by path, as they were given."""
        return dict(self._origin.overrides)

    @property
    def yaml_text(self) -> str:
        """Text of its file."""
        return self._origin.yaml_text

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the texts and the overrides: equal for what is made from the same inputs."""
        inputs = [self.yaml_text, self._origin.scenario_yaml, self.overrides]
        return hashlib.sha256(json.dumps(inputs, ensure_ascii=False).encode()).hexdigest()

    def __repr__(self) -> str:
        set_ = "".join(f", {path} = {value!r}" for path, value in self.overrides.items())
        return f"<{type(self).__name__} {', '.join(self._made_of())}{set_}>"

    __str__ = __repr__

    def _made_of(self) -> list[str]:
        """What to call it by."""
        return [self.name]


def keys_within(value: Any, keys: Keys = ()) -> Iterator[Keys]:
    """Yield the keys of a plain value and of everything in it."""
    yield keys
    for key, item in (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    ):
        yield from keys_within(item, (*keys, key))
