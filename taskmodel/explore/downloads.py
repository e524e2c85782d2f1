"""Answers as files: netCDF with everything, CSV with what has a row for each point or task."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from taskmodel.errors import InputError
from taskmodel.sweeps.results import save

FORMATS = {"nc": "application/x-netcdf", "csv": "text/csv; charset=utf-8"}
ROWS = ("compute", "time", "step", "change", "rung", "task")  # that make rows, the first there is
MOST_COLUMNS = 16  # of one variable, by its second dimension


def netcdf_bytes(result: xr.Dataset) -> bytes:
    """Return a result as the bytes of a netCDF-4 file, as `taskmodel.save` writes it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "result.nc"
        save(result, path)
        return path.read_bytes()


def csv_text(result: xr.Dataset) -> str:
    """Return a result as a table: units in the head, one row for each point, or pair of points.

    Examples
    --------
    >>> share = ("compute", [1.0, 2.0], {"units": "1"})
    >>> csv_text(xr.Dataset({"share": share}, {"compute": [10.0, 20.0]})).splitlines()
    ['compute,share [1]', '10.0,1.0', '20.0,2.0']
    """
    dims = _rows(result)
    columns: dict[str, np.ndarray] = {}
    shape = tuple(result.sizes[dim] for dim in dims)
    for index, dim in enumerate(dims):
        values = result[dim].values.reshape([-1 if at == index else 1 for at in range(len(dims))])
        columns[_head(result, dim)] = np.broadcast_to(values, shape)
    for name, variable in result.data_vars.items():
        inner = [str(dim) for dim in variable.dims if dim not in dims]
        if len(inner) + len(dims) != variable.ndim or len(inner) > 1:
            continue
        ordered = variable.transpose(*dims, *inner)
        if not inner:
            columns[_head(result, str(name))] = ordered.values
        elif result.sizes[inner[0]] <= MOST_COLUMNS and inner[0] in result.coords:
            for index, label in enumerate(result[inner[0]].values):
                head = _head(result, str(name), f" {label}")
                columns[head] = ordered.values[..., index]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    flat = [np.ascontiguousarray(column).ravel().tolist() for column in columns.values()]
    writer.writerows(zip(*flat, strict=True))
    return text.getvalue()


def _rows(result: xr.Dataset) -> list[str]:
    """Return the dimensions that make rows: both inputs of a map, else one, within each case."""
    if "x" in result.attrs and "y" in result.attrs:
        return [result.attrs["y"], result.attrs["x"]]
    for dim in ROWS:
        if dim in result.dims:
            return ["case", dim] if "case" in result.dims else [dim]
    raise InputError("this answer has no table; download netCDF in its place")


def _head(result: xr.Dataset, name: str, label: Any = "") -> str:
    units = result[name].attrs.get("units", "")
    return f"{name}{label}" + (f" [{units}]" if units else "")
