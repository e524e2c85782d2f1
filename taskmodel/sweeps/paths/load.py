r"""Paths from files: your own by path, bundled ones by name; and what they come to over a catalog.

A path that grows by the factor g_j in a year from each break date on is, at a date t,

.. math:: x(t) = x(t_0) \prod_j g_j^{\,\text{years of stretch } j \text{ between } t_0 \text{ and }
t},

with t_0 the file's `today`; of compute, the catalog's `compute.today_date` where it gives one.
Effective compute is the catalog's `compute.today` times the product of its factors, each relative
to t_0: growth rates that are constant between dates add up, so that the product has constant rates
between all their dates."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from taskmodel._arguments import mapping
from taskmodel.catalog import Catalog
from taskmodel.errors import ArgumentError, CatalogError, Defect
from taskmodel.files import bundled
from taskmodel.files.bundled import find_file
from taskmodel.files.findings import Finding
from taskmodel.files.table import Rows, read_table
from taskmodel.files.yaml import Keys, read_text
from taskmodel.sweeps.paths.records import Paths, Series

COMPUTE = "compute"
COMPUTE_UNIT = "FLOP/year"

Table = list[tuple[float, float]]


def bundled_paths() -> tuple[str, ...]:
    """Return the names of the files of paths that come with the package."""
    return bundled.names("path")


def load_paths(name_or_path: str | PathLike[str]) -> Paths:
    """Load a file of paths, and the tables beside it.

    Parameters
    ----------
    name_or_path : str or Path
        Name of a bundled file (see `bundled_paths`) or path of a YAML file.

    Returns
    -------
    Paths

    Raises
    ------
    CatalogError
        With every defect of the file; if it has none, of its tables.

    Examples
    --------
    >>> paths = load_paths("epoch_trend")
    >>> paths.today.value, list(paths.compute)
    (2026.0, ['training_compute', 'algorithms'])
    """
    path = find_file(name_or_path, "path")
    return parse_paths(read_text(path), path.stem, str(path))


def given_paths(paths: Any) -> Mapping[str, Any] | Paths | None:
    """Return an argument `paths`: tables by name as they are, files and bundled names loaded.

    Raises
    ------
    ArgumentError
        If it is none of these.
    CatalogError
        With every defect of the file.
    """
    if paths is None or isinstance(paths, Paths):
        return paths
    if isinstance(paths, (str, PathLike)):
        return load_paths(paths)
    if not isinstance(paths, Mapping):
        raise ArgumentError(
            "paths must be a mapping of names to tables, the name of bundled paths, a file or "
            f"Paths; found {type(paths).__name__}"
        )
    return mapping("paths", paths, '{"compute": [(2026, 4.2e29), (2036, 4.2e34)]}')


def parse_paths(text: str, name: str = "paths", file: str = "text") -> Paths:
    """Make paths of a text; `file` is what messages call it, and where tables are looked for.

    Raises
    ------
    CatalogError
        With every defect of the text; if it has none, of its tables.
    """
    paths = Paths.parse(text, name, file)
    paths._tables = _tables(paths, Path(file).parent)
    return paths


def _tables(paths: Paths, folder: Path) -> dict[Keys, Rows]:
    """Return the tables of all paths that have one.

    Raises
    ------
    CatalogError
        If a table cannot be read, or does not cover the paths.
    """
    found: dict[Keys, Rows] = {}
    defects: list[Defect] = []
    for keys, series in paths.series().items():
        if series.table is None:
            continue
        if not (folder / series.table).resolve().is_relative_to(folder.resolve()):
            message = (
                f"{series.table!r} is not below the folder of the paths; give a table beside the "
                "file, or in a folder beside it, by its name from there"
            )
            defects.append(paths._origin.defect(Finding((*keys, "table"), message)))
            continue
        try:
            rows = read_table(folder / series.table)
        except CatalogError as error:
            defects += error.defects
            continue
        if rows[0][0] > paths.begins.value or rows[-1][0] < paths.ends.value:
            message = (
                f"{series.table} goes from {rows[0][0]:.10g} to {rows[-1][0]:.10g}; the paths go "
                f"from {paths.begins.value:.10g} "
                f"to {paths.ends.value:.10g}: add dates, or change `begins` and `ends`"
            )
            defects.append(paths._origin.defect(Finding((*keys, "table"), message)))
        found[keys] = rows
    if defects:
        raise CatalogError(defects)
    return found


def courses(paths: Paths, catalog: Catalog) -> dict[str, Table]:
    """Return the dates and values of paths applied to a catalog.

    Parameters
    ----------
    paths : Paths
        As `load_paths` returns them.
    catalog : Catalog
        Gives `compute.today` and the numbers of today.

    Returns
    -------
    dict of str to list of (float, float)
        By ``compute`` or dotted path, pairs of date [calendar year] and value, with constant growth
        rates between them: what `taskmodel.sweep` takes as ``paths``.

    Raises
    ------
    CatalogError
        If the catalog has no such number, it is 0 and cannot grow, or its unit is another; if
        compute grows from the catalog's and `compute.today_date` is outside of the paths.

    Examples
    --------
    >>> from taskmodel.catalog import load_catalog
    >>> found = courses(load_paths("epoch_trend"), load_catalog("alignment_research"))
    >>> [(date, f"{value:.3g}") for date, value in found["compute"]]
    [(2024.0, '2.3e+27'), (2026.0, '4.2e+29'), (2032.0, '2.54e+36')]
    """
    begins, ends, today = (date.value for date in (paths.begins, paths.ends, paths.today))
    found: dict[str, Table] = {}
    if paths.compute:
        date = _date_of_compute(paths, catalog)
        factors = [
            _relative(paths, (COMPUTE, name), series, date)
            for name, series in paths.compute.items()
        ]
        found[COMPUTE] = _product(factors, catalog.compute.today.value)
    if whole := paths.effective_compute:
        found[COMPUTE] = _absolute(
            paths,
            ("effective_compute",),
            whole,
            catalog.compute.today.value,
            COMPUTE_UNIT,
            _date_of_compute(paths, catalog),
        )
    for path, (pattern, series) in moved_numbers(paths, catalog).items():
        keys: Keys = ("values", pattern)
        today_value, unit = catalog.get(path), catalog.unit_of(path)
        if isinstance(today_value, bool) or not isinstance(today_value, (int, float)):
            raise CatalogError(
                [
                    paths._origin.defect(
                        Finding(
                            keys,
                            f"is no number in {catalog.name}: it is {today_value!r}",
                            at_key=True,
                        )
                    )
                ]
            )
        found[path] = _absolute(paths, keys, series, float(today_value), unit, today)
    assert all(
        table[0][0] == begins and table[-1][0] == ends and begins <= today <= ends
        for table in found.values()
    )
    return found


def _date_of_compute(paths: Paths, catalog: Catalog) -> float:
    """Return the date at which compute is the catalog's `compute.today` [calendar year].

    The catalog's, if it says one; else, or where that is one of those that are drawn for the paths,
    the paths' `today`.
    """
    said = catalog.compute.today_date
    if said is None or not starts_at_date_of_catalog(paths, catalog):
        return paths.today.value
    if not paths.begins.value <= said.value <= paths.ends.value:
        raise catalog.error(
            ("compute", "today_date"),
            f"compute.today is of {said.value:.10g}, where the paths {paths.name} have no compute: "
            f"they go from {paths.begins.value:.10g} to {paths.ends.value:.10g}; give "
            "compute.today of a date between with that date, or paths that reach it",
        )
    return said.value


def starts_at_date_of_catalog(paths: Paths, catalog: Catalog) -> bool:
    """Return whether compute grows from the catalog's, at the date that the catalog says."""
    whole, said, today = paths.effective_compute, catalog.compute.today_date, paths.today
    if said is None or (whole and not (whole.start is None and whole.table is None)):
        return False
    if not (paths.compute or whole) or today.low is None or today.high is None:
        return bool(paths.compute or whole)
    return not today.low <= said.value <= today.high  # else the date is drawn


def moved_numbers(paths: Paths, catalog: Catalog) -> dict[str, tuple[str, Series]]:
    """Return the key and the path through time of each number of the catalog that has one.

    A number's own key goes before one with a ``*``.

    Raises
    ------
    CatalogError
        If the catalog has no such number.
    """
    numbers: dict[str, tuple[str, Series]] = {}
    for pattern, series in sorted(paths.values.items(), key=lambda item: "*" not in item[0]):
        try:
            for path in catalog.expand(pattern):
                catalog.get(path)
                numbers[path] = pattern, series
        except CatalogError as error:
            keys: Keys = ("values", pattern)
            raise CatalogError(
                [
                    paths._origin.defect(Finding(keys, defect.message, at_key=True))
                    for defect in error.defects
                ]
            ) from None
    return numbers


def _absolute(
    paths: Paths, keys: Keys, series: Series, today_value: float, unit: str, today: float
) -> Table:
    """Return a path in its own unit; `today_value` is the catalog's value, at the date `today`."""
    if series.unit and series.unit != unit:
        message = f"found {series.unit!r}; the unit of this number is {unit or 'none'}"
        raise CatalogError([paths._origin.defect(Finding((*keys, "unit"), message))])
    if series.table is not None:
        return _cut(paths._tables[keys], paths.begins.value, paths.ends.value)
    start = today_value if series.start is None else series.start
    if not start > 0:
        message = (
            f"the catalog's value is {today_value:g}, which does not grow; "
            "give `start`, a number above 0"
        )
        raise CatalogError([paths._origin.defect(Finding(keys, message, at_key=True))])
    return _product([_relative(paths, keys, series, today)], start)


def _relative(paths: Paths, keys: Keys, series: Series, today: float) -> Table:
    """Return the logarithm of a path relative to its own value at the date `today`."""
    begins, ends = paths.begins.value, paths.ends.value
    if series.table is not None:
        rows = _cut(paths._tables[keys], begins, ends)
        dates, logs = np.array([date for date, _ in rows]), np.log([value for _, value in rows])
    else:
        dates = np.array(
            [begins, *(stretch.since.value for stretch in series.growth if stretch.since), ends]
        )
        rates = np.log([stretch.factor.value for stretch in series.growth])
        logs = np.concatenate([[0.0], np.cumsum(rates * np.diff(dates))])
    points = np.unique([*dates, today])
    return list(
        zip(
            points.tolist(),
            (np.interp(points, dates, logs) - np.interp(today, dates, logs)).tolist(),
            strict=True,
        )
    )


def _product(factors: list[Table], start: float) -> Table:
    """Return the product of factors, given as logarithms relative to today, scaled to `start`."""
    dates = sorted({date for factor in factors for date, _ in factor})
    logs = sum(np.interp(dates, *np.array(factor).T) for factor in factors)
    return list(zip(dates, (start * np.exp(logs)).tolist(), strict=True))


def _cut(rows: Rows, begins: float, ends: float) -> Table:
    """Return a table cut to two dates, interpolated at them with constant growth rates."""
    dates, values = np.array(rows).T
    inner = dates[(dates > begins) & (dates < ends)]
    points = np.concatenate([[begins], inner, [ends]])
    return list(
        zip(points.tolist(), np.exp(np.interp(points, dates, np.log(values))).tolist(), strict=True)
    )
