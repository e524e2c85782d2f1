"""Paths through time from files: how compute, algorithms, spending and staff grow, with break dates, each with unit and source.

`load_paths` reads a file, `courses` lays it over a catalog: dates and values of compute and of numbers of the catalog, which
`taskmodel.sweep` follows along time. The modules, from the bottom: `table` (CSV), `records` (what a file may say), `load`.
"""

from taskmodel.sweeps.paths.load import bundled_paths, courses, load_paths, parse_paths
from taskmodel.sweeps.paths.records import Paths

__all__ = ["Paths", "bundled_paths", "courses", "load_paths", "parse_paths"]
