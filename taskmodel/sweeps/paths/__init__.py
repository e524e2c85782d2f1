"""Paths over time from files: the growth of compute, algorithms, spending and staff.

`load_paths` reads a file of paths; `courses` applies it to a catalog and returns dates and values
of compute and of numbers of the catalog, which `taskmodel.sweep` follows along time;
`compute_dates` returns the dates of compute along it. `records` defines the format of the files.
"""

from taskmodel.sweeps.paths.dates import ComputeDates, compute_dates
from taskmodel.sweeps.paths.load import (
    bundled_paths,
    courses,
    given_paths,
    load_paths,
    moved_numbers,
    parse_paths,
    starts_at_date_of_catalog,
)
from taskmodel.sweeps.paths.records import Paths

__all__ = [
    "ComputeDates",
    "Paths",
    "bundled_paths",
    "compute_dates",
    "courses",
    "given_paths",
    "load_paths",
    "moved_numbers",
    "parse_paths",
    "starts_at_date_of_catalog",
]
