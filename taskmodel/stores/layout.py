"""Arrays of a store: creation, one chunk of draws, and its checksum.

Every file of a chunk is written under another name and renamed (`zarr.storage.LocalStore`), and
ends with a checksum that each reading compares (`zarr.codecs.Crc32cCodec`). Files of a chunk that
is written twice, as when a worker was lost, have the same bytes.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from taskmodel.errors import InputError
from taskmodel.stores.frame import MANIFEST, write_frame

DRAW = "draw"  # the dimension that is divided
LIBRARIES = ("zarr", "dask", "distributed")
UNFINISHED = "*.partial"  # temporary names of `zarr.storage.LocalStore`


@dataclass(frozen=True)
class Seal:
    """Checksum of a chunk.

    Attributes
    ----------
    sha256 : str
        Of the names and contents of all its files.
    bytes : int
        Their size.
    failed : int
        How many of its draws have no answer.
    """

    sha256: str
    bytes: int
    failed: int

    def record(self) -> dict[str, Any]:
        """Return the entry of the manifest."""
        return dict(vars(self))


def needs_libraries() -> None:
    """Raise an InputError that says how to install what stores need, if it is missing."""
    if missing := [name for name in LIBRARIES if find_spec(name) is None]:
        raise InputError(
            f"stores need {', '.join(missing)}, which {'is' if len(missing) == 1 else 'are'} not "
            "installed: pip install 'taskmodel[cluster]'"
        )


def create(
    path: Path, sample: xr.Dataset, draws: int, chunk: int, made_from: Mapping[str, Any]
) -> None:
    """Make a store without finished chunks, whole or not at all.

    Parameters
    ----------
    path : Path
        Where nothing is yet.
    sample : Dataset
        Of any draws: its variables, attributes and coordinates become those of the store.
    draws, chunk : int
        How many draws there will be, and how many of them are written together.
    made_from : mapping of str to value
        For `manifest.Manifest`.

    Raises
    ------
    InputError
        If something is there already, or nothing can be written there.
    """
    import zarr

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    except OSError as error:
        raise InputError(f"{path}: cannot be made: {error.strerror}") from error
    try:
        folder.chmod(0o755)
        others = [str(name) for name in sample.coords if name not in sample.dims]
        attributes = {**sample.attrs, "coordinates": " ".join(others)}
        group = zarr.create_group(folder, attributes=attributes)
        group.create_group(MANIFEST, attributes=dict(made_from))
        for name, variable in sample.variables.items():
            _create_array(group, str(name), variable, draws, chunk)
        write_frame(folder)
        os.rename(folder, path)
    except OSError as error:
        raise InputError(f"{path}: cannot be made: {error.strerror}") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _create_array(group: Any, name: str, variable: xr.Variable, draws: int, chunk: int) -> None:
    from zarr.codecs import Crc32cCodec, ZstdCodec

    many = variable.dims[:1] == (DRAW,)
    inner = variable.shape[1:] if many else variable.shape
    text = variable.dtype == object
    array = group.create_array(
        name,
        shape=(draws, *inner) if many else inner,
        chunks=(chunk, *(max(1, size) for size in inner)) if many else inner,
        dtype=str if text else variable.dtype,
        # of what no chunk was written for; readers never get to see it
        fill_value="" if text else -1 if variable.dtype.kind == "i" else np.nan,
        dimension_names=variable.dims,
        compressors=[ZstdCodec(), Crc32cCodec()],
        attributes=variable.attrs,
    )
    if not many:
        array[...] = variable.values


def write_chunk(path: Path, number: int, dataset: xr.Dataset, chunk: int) -> Seal:
    """Write the draws of one chunk to a store, and return their checksum.

    Raises
    ------
    OSError
        If a file cannot be written.
    """
    import zarr

    rows = slice(number * chunk, number * chunk + dataset.sizes[DRAW])
    names = [str(name) for name, each in dataset.variables.items() if DRAW in each.dims]
    for name in names:
        # a chunk of fill values has a file too: one that is missing shows
        array = zarr.open_array(path / name, mode="r+")
        array.with_config({"write_empty_chunks": True})[rows] = dataset[name].values
    failed = int((dataset["status"].values == "failed").sum())
    return seal(path, number, names, failed)


def seal(path: Path, number: int, names: list[str], failed: int) -> Seal:
    """Return the checksum of what the files of a chunk hold now.

    Raises
    ------
    OSError
        If one is missing or cannot be read.
    """
    digest, size = hashlib.sha256(), 0
    for file in _files(path, number, names):
        content = file.read_bytes()
        digest.update(f"{file.relative_to(path).as_posix()} {len(content)}\n".encode())
        digest.update(content)
        size += len(content)
    return Seal(digest.hexdigest(), size, failed)


def size_of(path: Path, number: int, names: list[str]) -> int:
    """Return the bytes of the files of a chunk; those that are missing have none."""
    files = _files(path, number, names)
    return sum(file.stat().st_size for file in files if file.is_file())


def _files(path: Path, number: int, names: list[str]) -> Iterator[Path]:
    """Return the files of a chunk, one for each variable over draws, by name."""
    for name in sorted(names):
        file = path / name / "c" / str(number)
        # arrays with more dimensions are not divided along the others
        while file.is_dir():
            file = file / "0"
        yield file


def variables_over_draws(path: Path) -> list[str]:
    """Return the names of the arrays of a store that are divided.

    Raises
    ------
    InputError
        If an array is none that can be read.
    """
    import zarr

    try:
        arrays = list(zarr.open_group(path, mode="r", zarr_format=3).arrays())
    except Exception as error:  # damage shows as whatever the library meets first
        raise InputError(f"{path}: is damaged: {error}") from error
    dims = {name: getattr(array.metadata, "dimension_names", None) for name, array in arrays}
    return sorted(name for name, names in dims.items() if (names or ())[:1] == (DRAW,))


def remove_partial_files(path: Path) -> None:
    """Remove what writers that were ended by force have left, under names that nobody reads."""
    for file in path.rglob(UNFINISHED):
        file.unlink(missing_ok=True)
