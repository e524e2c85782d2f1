"""Catalogs: the tasks of a field and the people, compute and rules of a research organisation.

`load_catalog` reads YAML 1.2 strictly, checks everything and returns frozen records, or raises one
`CatalogError` with every defect by file, line and column. `records` declares the values of a file,
`checks` the conditions between them, `model` has `Catalog` and `Scenario`, and `load` reads them.
Reading, units, dotted paths and messages, which other kinds of files share, are in
`taskmodel.files`.
"""

from taskmodel.catalog.load import (
    bundled_catalogs,
    bundled_scenarios,
    load_catalog,
    load_scenario,
    parse_catalog,
)
from taskmodel.catalog.model import Catalog, NumberField, Scenario
from taskmodel.catalog.records import GENERAL, People, Protocol, Reviewers, Task, Trust
from taskmodel.errors import CatalogError, Defect
from taskmodel.files.quantity import Quantity, Source
from taskmodel.files.yaml import read_value

__all__ = [
    "GENERAL",
    "Catalog",
    "CatalogError",
    "Defect",
    "NumberField",
    "People",
    "Protocol",
    "Quantity",
    "Reviewers",
    "Scenario",
    "Source",
    "Task",
    "Trust",
    "bundled_catalogs",
    "bundled_scenarios",
    "load_catalog",
    "load_scenario",
    "parse_catalog",
    "read_value",
]
