"""Catalogs and scenarios from files, by path, and bundled ones, by name."""

from collections.abc import Mapping
from os import PathLike
from typing import Any

from taskmodel.catalog.model import Catalog, Scenario
from taskmodel.files import bundled


def load_catalog(
    name_or_path: str | PathLike[str],
    scenario: str | PathLike[str] | None = None,
    set: Mapping[str, Any] | None = None,
) -> Catalog:
    """Load a catalog, apply a scenario, and set values.

    Parameters
    ----------
    name_or_path : str or Path
        Name of a bundled catalog (see `bundled_catalogs`) or path of a YAML file.
    scenario : str or Path, optional
        Name of a bundled scenario or path of one.
    set : mapping of str to value, optional
        Values by dotted path, set last; see `Catalog.replace`.

    Returns
    -------
    Catalog
        Frozen records; every quantity in its declared unit.

    Raises
    ------
    CatalogError
        With every defect of the catalog's file; if it has none, of the scenario; if that has none
        either, of `set`.

    Examples
    --------
    >>> catalog = load_catalog(
    ...     "alignment_research", scenario="reference", set={"supervision.headcount": 100}
    ... )
    >>> len(catalog.tasks), catalog.tasks["red_teaming"].horizon.value
    (38, 16.0)
    """
    catalog = Catalog.read(name_or_path, "catalog")
    if scenario is not None:
        catalog = catalog.with_scenario(load_scenario(scenario))
    return catalog.with_set(set)


def parse_catalog(text: str, name: str = "catalog", file: str = "text") -> Catalog:
    """Read a catalog from a text; `file` is its name in messages.

    Raises
    ------
    CatalogError
        With every defect of the text.
    """
    return Catalog.parse(text, name, file)


def load_scenario(name_or_path: str | PathLike[str]) -> Scenario:
    """Load a scenario. Its paths and values are checked when it is applied to a catalog.

    Raises
    ------
    CatalogError
        With every defect of the file.
    """
    return Scenario.read(name_or_path, "scenario")


def bundled_catalogs() -> tuple[str, ...]:
    """Return the names of the catalogs that come with the package."""
    return bundled.names("catalog")


def bundled_scenarios() -> tuple[str, ...]:
    """Return the names of the scenarios that come with the package."""
    return bundled.names("scenario")
