"""A store as a dataset, whose values are read when they are used."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import xarray as xr

from taskmodel.errors import InputError
from taskmodel.files.hdf5 import MAX_BYTES
from taskmodel.stores.layout import DRAW, needs_libraries, seal, size_of, variables_over_draws
from taskmodel.stores.manifest import Manifest, read_manifest

MOST = 5  # chunks that a message names


def open_store(path: Path, unfinished: bool = False, verify: bool = False) -> xr.Dataset:
    """Open a store.

    Parameters
    ----------
    path : Path
    unfinished : bool
        Whether to open one of which chunks are missing; it has the finished draws alone.
    verify : bool
        Whether to read all files and compare checksums first. Without it sizes alone are compared
        now, and the checksum of each file when its values are read.

    Returns
    -------
    xarray.Dataset
        Variables over draws are dask arrays, in the chunks of the store.

    Raises
    ------
    InputError
        If it is not a store, is not finished, or a chunk is not as it was written.
    """
    needs_libraries()
    manifest = read_manifest(path)
    if not manifest.is_finished and not unfinished:
        raise InputError(
            f"{path}: {manifest.share}; finish it with the same command or call and --resume "
            "(resume=True), or open the finished draws alone with unfinished=True"
        )
    damaged = damaged_chunks(manifest, verify)
    if damaged:
        names = ", ".join(manifest.name_of(number) for number in damaged[:MOST])
        more = f" and {len(damaged) - MOST} more" if len(damaged) > MOST else ""
        raise InputError(
            f"{path}: not as it was written: {names}{more}; the same command or call with --resume "
            "(resume=True) computes it again"
        )
    try:
        return _opened(manifest)
    except Exception as error:  # damage shows as whatever the libraries meet first
        raise InputError(f"{path}: is damaged: {error}") from error


def _opened(manifest: Manifest) -> xr.Dataset:
    """Return the finished draws of a store, with all that is not over draws in memory."""
    dataset = xr.open_zarr(manifest.path, consolidated=False, zarr_format=3, chunks={})
    size = sum(each.nbytes for each in dataset.variables.values() if DRAW not in each.dims)
    if size > MAX_BYTES:
        raise InputError(f"it holds coordinates of more than {MAX_BYTES:,} bytes")
    if not manifest.is_finished:
        numbers = sorted(manifest.finished)
        rows = [np.arange(each * manifest.chunk, manifest.last(each)) for each in numbers]
        dataset = dataset.isel({DRAW: np.concatenate([np.zeros(0, dtype=int), *rows])})
    for name, variable in dataset.variables.items():
        if variable.dtype.kind == "T":
            dataset[name] = variable.astype(object)
        if DRAW not in variable.dims:
            dataset[name].load()
    return dataset.drop_encoding()


def damaged_chunks(manifest: Manifest, contents: bool) -> list[int]:
    """Return the finished chunks whose files have other sizes, or contents, than were written."""
    names = variables_over_draws(manifest.path)
    return [
        number
        for number, sealed in sorted(manifest.finished.items())
        if size_of(manifest.path, number, names) != sealed.bytes
        or (contents and seal(manifest.path, number, names, sealed.failed) != sealed)
    ]


def is_store(path: Path) -> bool:
    """Whether a path is a folder that Zarr wrote."""
    return (path / "zarr.json").is_file()
