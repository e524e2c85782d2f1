"""Catalogs and scenarios from files: your own by path, bundled ones by name."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import Field

from taskmodel.catalog.model import Catalog, build
from taskmodel.errors import CatalogError, Defect
from taskmodel.files import bundled, explain
from taskmodel.files.bundled import find_file
from taskmodel.files.document import Origin
from taskmodel.files.quantity import Prose, Record, Source, Word
from taskmodel.files.yaml import Document, Keys, Mark, read_document, read_text


class Scenario(Record):
    """What a scenario changes or adds in a catalog; fits every catalog that has its paths."""

    title: Prose = Field(min_length=1)
    description: Prose = ""
    catalog: Word | None = Field(
        None,
        description="the bundled catalog whose tasks it speaks of; absent: it fits all of them",
    )
    sources: dict[str, Source] = Field(
        default_factory=dict, description="works its values rest on, by key"
    )
    set: dict[str, Any] = Field(description="values by dotted path, as in `Catalog.replace`")


def load_catalog(
    name_or_path: str | Path,
    scenario: str | Path | None = None,
    set: Mapping[str, Any] | None = None,
) -> Catalog:
    """Load a catalog, lay a scenario over it, and set values.

    Parameters
    ----------
    name_or_path : str or Path
        Name of a bundled catalog (see `bundled_catalogs`) or path of a YAML file.
    scenario : str or Path, optional
        Name of a bundled scenario or path of one.
    set : mapping of str to value, optional
        Values by dotted path, laid over both; see `Catalog.replace`.

    Returns
    -------
    Catalog
        Frozen records; every quantity in its declared unit.

    Raises
    ------
    CatalogError
        With every defect of the catalog's file; if that has none, of the scenario; if that has none either, of `set`.

    Examples
    --------
    >>> catalog = load_catalog("alignment_research", scenario="reference", set={"supervision.headcount": 100})
    >>> len(catalog.tasks), catalog.tasks["red_teaming"].horizon.value
    (38, 16.0)
    """
    path = find_file(name_or_path, "catalog")
    catalog = parse_catalog(read_text(path), path.stem, str(path))
    if scenario is not None:
        path = find_file(scenario, "scenario")
        catalog = _with_scenario(catalog, read_text(path), path.stem, str(path))
    return catalog.replace(set) if set else catalog


def parse_catalog(text: str, name: str = "catalog", file: str = "text") -> Catalog:
    """Make a catalog of a text; `file` is what messages call it.

    Raises
    ------
    CatalogError
        With every defect of the text.
    """
    document = read_document(text, file)
    origin = Origin(name=name, yaml_text=text, data=document.data, places=(((), document.marks),))
    return build(origin, defects=tuple(document.defects))


def load_scenario(name_or_path: str | Path) -> Scenario:
    """Load a scenario by itself. Whether its paths and values fit a catalog shows when it is laid over one.

    Raises
    ------
    CatalogError
        With every defect of the file.
    """
    path = find_file(name_or_path, "scenario")
    return _parse_scenario(read_text(path), str(path))[0]


def bundled_catalogs() -> tuple[str, ...]:
    """Return the names of the catalogs that come with the package."""
    return bundled.names("catalog")


def bundled_scenarios() -> tuple[str, ...]:
    """Return the names of the scenarios that come with the package."""
    return bundled.names("scenario")


def bundled_protocols() -> tuple[str, ...]:
    """Return the names of the protocols that come with the package."""
    return bundled.names("protocol")


def _parse_scenario(text: str, file: str) -> tuple[Scenario, Document]:
    document = read_document(text, file)
    origin = Origin(data=document.data, places=(((), document.marks),))
    scenario, found = explain.validate(Scenario, document.data)
    defects = [*document.defects, *map(origin.defect, found)]
    if defects or scenario is None:
        raise CatalogError(defects)
    return scenario, document


def _with_scenario(catalog: Catalog, text: str, name: str, file: str) -> Catalog:
    scenario, document = _parse_scenario(text, file)
    laid: dict[str, tuple[Any, Mark, dict[Keys, Mark]]] = {}
    for section, prefix in (("sources", "sources."), ("set", "")):
        for key, value in (document.data.get(section) or {}).items():
            above = (section, key)
            marks = {keys[2:]: mark for keys, mark in document.marks.items() if keys[:2] == above}
            laid[prefix + key] = (value, document.marks[above], marks)
    for key, source in scenario.sources.items():
        if catalog.sources.get(key, source) != source:
            mark = document.marks["sources", key]
            message = f"the catalog uses {key!r} for another work; take another key"
            raise CatalogError(
                [Defect(file, mark.key_line, mark.key_column, f"sources.{key}", message)]
            )
    origin = replace(catalog._origin, scenario=name, scenario_yaml=text)
    return catalog._lay_over(laid, f"set by the scenario {name}", origin)
