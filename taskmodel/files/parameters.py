"""Files of parameters under their own names: worlds, loops and trends. Values are laid over them, and all is checked like a file."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

from pydantic import Field

from taskmodel.errors import CatalogError, Defect, UnknownPath
from taskmodel.files import dotted as schema
from taskmodel.files import explain
from taskmodel.files.bundled import find_file
from taskmodel.files.document import FromFile, Origin
from taskmodel.files.findings import Finding, source_findings
from taskmodel.files.quantity import SET, Prose, Quantity, Source
from taskmodel.files.yaml import Mark, read_document, read_text


class Parameters(FromFile):
    """Parameters of a model, a line each; a subclass says which, and what must hold between them."""

    title: Prose = Field(min_length=1, description="what it is")
    description: Prose = ""
    sources: dict[str, Source] = Field(
        default_factory=dict, description="works that values rest on, by key"
    )

    @classmethod
    def load(
        cls, name_or_path: str | Path, kind: str, set: Mapping[str, Any] | None = None
    ) -> Self:
        """Load a file of some kind, and set values; its kind is that of `bundled.folder`.

        Raises
        ------
        CatalogError
            With every defect of the file; if it has none, of `set`.
        """
        path = find_file(name_or_path, kind)
        made = cls.parse(read_text(path), path.stem, str(path))
        return made.replace(set) if set else made

    @classmethod
    def parse(cls, text: str, name: str, file: str = "text") -> Self:
        """Make the parameters of a text; `file` is what messages call it.

        Raises
        ------
        CatalogError
            With every defect of the text.
        """
        document = read_document(text, file)
        return cls._build(
            Origin(name=name, yaml_text=text, data=document.data, places=(((), document.marks),)),
            document.defects,
        )

    def replace(self, changes: Mapping[str, Any]) -> Self:
        """Return the parameters with some values changed, checked like a file.

        Raises
        ------
        CatalogError
            With every unknown name and every defect of the result.
        TypeError
            If the changes are not a mapping.
        """
        if not isinstance(changes, Mapping):
            raise TypeError(
                f'set must be a mapping of names to values, such as {{"hardware_delay": 2}}; found {changes!r}'
            )
        data, places, defects = self._origin.data, self._origin.places, []
        mark = Mark(SET, None, None, None, None)
        laid = {
            str(name): given.tolist() if hasattr(given, "tolist") else given
            for name, given in changes.items()
        }
        for name, value in laid.items():
            try:
                keys, slot, parents = schema.find(
                    type(self), data, name, new=isinstance(value, dict)
                )
            except UnknownPath as error:
                defects.append(Defect(SET, None, None, name, error.args[0]))
                continue
            data = schema.assign(data, keys, slot, parents, value, "set by the user")
            keys = keys[:-1] if parents[-1].kind == "quantity" else keys
            places = (*places, (keys, {keys: mark}))
        if defects:
            raise CatalogError(defects)
        return self._build(
            replace(self._origin, data=data, places=places, overrides={**self.overrides, **laid}),
            [],
        )

    def numbers(self) -> dict[str, Any]:
        """Return the parameters as plain values, by name, in their declared units."""
        found = {
            name: getattr(self, name)
            for name in type(self).model_fields
            if name not in Parameters.model_fields
        }
        return {
            name: value.value if isinstance(value, Quantity) else value
            for name, value in found.items()
        }

    def _findings(self, changed: set[str]) -> Iterator[Finding]:
        """Yield what does not hold between the parameters; of several, what was changed is at fault."""
        yield from ()

    @classmethod
    def _build(cls, origin: Origin, defects: list[Defect]) -> Self:
        made, found = explain.validate(cls, origin.data)
        if isinstance(origin.data, dict):
            sources = origin.data.get("sources")
            values = {name: value for name, value in origin.data.items() if name != "sources"}
            found += source_findings(values, (), sources if isinstance(sources, dict) else {})
        if made is not None and not found:
            found += made._findings(set(origin.overrides))
        known = {defect.path for defect in defects}
        defects = [
            *defects,
            *(defect for defect in map(origin.defect, found) if defect.path not in known),
        ]
        if defects or made is None:
            raise CatalogError(dict.fromkeys(defects))
        made._origin = origin
        return made


def is_of_kind(name_or_path: str | Path, bundled: Collection[str], key: str) -> bool:
    """Return whether a name is among the bundled ones of a kind, or a file that can be read has the key that such files have."""
    path = Path(name_or_path)
    if (
        not isinstance(name_or_path, Path)
        and path.suffix not in (".yaml", ".yml")
        and path.name == str(name_or_path)
    ):
        return str(name_or_path) in bundled
    try:
        document = read_document(read_text(path), str(path))
    except CatalogError:  # whoever loads it says what is wrong
        return False
    return isinstance(document.data, dict) and key in document.data
