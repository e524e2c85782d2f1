"""Files whose values are parameters under names of their own: worlds, loops and trends."""

from __future__ import annotations

from collections.abc import Collection
from os import PathLike
from pathlib import Path
from typing import Any

from pydantic import Field

from taskmodel._arguments import path_text
from taskmodel.errors import CatalogError
from taskmodel.files.bundled import is_path
from taskmodel.files.document import Changeable, parsed
from taskmodel.files.quantity import Prose, Quantity, Source, Title
from taskmodel.files.uncertainty import Uncertainty
from taskmodel.files.yaml import read_text


class Parameters(Changeable):
    """Parameters of a model. A subclass declares them as fields, and checks between them."""

    title: Title
    """what it is"""
    description: Prose = ""
    """more about it, for readers"""
    sources: dict[str, Source] = Field(default_factory=dict)
    """works that values rest on, by key"""
    uncertainty: Uncertainty | None = None
    """what moves together in draws of the uncertain numbers"""

    def numbers(self) -> dict[str, Any]:
        """Return the parameters by name, quantities as numbers in their declared units."""
        values = {name: getattr(self, name) for name in type(self).model_fields}
        return {
            name: value.value if isinstance(value, Quantity) else value
            for name, value in values.items()
            if name not in Parameters.model_fields
        }


def is_of_kind(name_or_path: str | PathLike[str], bundled: Collection[str], key: str) -> bool:
    """Return whether a name is in `bundled`, or a readable file has `key` at its top level."""
    text = path_text(key, name_or_path)
    if isinstance(name_or_path, str) and not is_path(text):
        return text in bundled
    path = Path(text)
    try:
        document = parsed(read_text(path), str(path))
    except CatalogError:  # the loader of the file reports its defects
        return False
    return isinstance(document.data, dict) and key in document.data
