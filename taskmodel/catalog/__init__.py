"""Catalogs: the tasks of a field, the people, compute and rules of a research organisation, and where each number is from.

The only reader of input files. `load_catalog` reads YAML 1.2 strictly, checks everything and returns frozen records, or raises
one `CatalogError` that lists every defect with file, line and column. The modules, from the bottom: `defects`, `text` (YAML),
`units`, `records` (what a file may say), `schema` (dotted paths), `checks` (what must hold between records), `explain`
(messages), `bundled` (what comes with the package), `model` (`Catalog`) and `load` (files).
"""

from taskmodel.catalog.load import (
    Scenario,
    bundled_catalogs,
    bundled_protocols,
    bundled_scenarios,
    load_catalog,
    load_scenario,
    parse_catalog,
)
from taskmodel.catalog.model import Catalog
from taskmodel.catalog.records import GENERAL, People, Protocol, Reviewers, Task, Trust
from taskmodel.errors import CatalogError, Defect
from taskmodel.files.quantity import Quantity, Source
from taskmodel.files.yaml import read_value

__all__ = [
    "GENERAL",
    "Catalog",
    "CatalogError",
    "Defect",
    "People",
    "Protocol",
    "Quantity",
    "Reviewers",
    "Scenario",
    "Source",
    "Task",
    "Trust",
    "bundled_catalogs",
    "bundled_protocols",
    "bundled_scenarios",
    "load_catalog",
    "load_scenario",
    "parse_catalog",
    "read_value",
]
