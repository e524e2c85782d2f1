"""HDF5 files from others: their bytes, once it is known that they stand for themselves alone.

An HDF5 file may name other files whose content it shows as its own (external storage, external
links, virtual datasets), link to groups that contain it, and declare arrays that fill any memory.
The libraries follow all of them.
"""

from __future__ import annotations

import io
import math
import os
import stat
from typing import Any

MAX_OBJECTS = 10_000  # groups and arrays in a file
MAX_BYTES = 8 * 2**30  # of a file, and of all its arrays together


def read_hdf5(path: str | os.PathLike[str]) -> io.BytesIO:
    """Return the content of an HDF5 file that refers to nothing outside itself.

    Parameters
    ----------
    path : str or path-like
        A file; addresses of a network are refused.

    Raises
    ------
    TypeError
        If the path is none.
    OSError
        If it cannot be read; is no regular file; is no HDF5 file or a damaged one; refers to
        another file; has links other than a tree of names; or is larger than `MAX_BYTES`, as it is
        or when its arrays are read.
    """
    name = os.fspath(path)
    if isinstance(name, str) and "://" in name:
        raise OSError(f"{name}: only files are read; download it first, and give its path")
    status = os.stat(name)
    if not stat.S_ISREG(status.st_mode):
        raise OSError(f"{name}: is not a regular file")
    if status.st_size > MAX_BYTES:
        raise OSError(f"{name}: has {status.st_size:,} bytes; the limit is {MAX_BYTES:,}")
    with open(name, "rb") as stream:
        content = io.BytesIO(stream.read(status.st_size))

    import h5py

    try:
        with h5py.File(content, "r") as file:
            objection = _objection(file)
    except Exception as error:  # damage shows as whatever the library meets first
        raise OSError(f"{name}: is not HDF5, or is damaged: {error}") from error
    if objection:
        raise OSError(f"{name}: is not read: {objection}")
    content.seek(0)
    return content


def _objection(file: Any) -> str:
    """Return what in an open file refers outside it, or is more than fits; "" for nothing."""
    import h5py

    groups = [file]
    seen = {h5py.h5o.get_info(file.id).addr}
    size = 0
    while groups:
        group = groups.pop()
        for name in group:
            where = f"{group.name.rstrip('/')}/{name}"
            if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                return f"{where} is a link to something else"
            member = group[name]
            address = h5py.h5o.get_info(member.id).addr
            if address in seen:
                return f"{where} has a second name, or contains itself"
            seen.add(address)
            if len(seen) > MAX_OBJECTS:
                return f"it holds more than {MAX_OBJECTS:,} objects"
            if isinstance(member, h5py.Group):
                groups.append(member)
            elif isinstance(member, h5py.Dataset):
                if member.external or member.is_virtual:
                    return f"{where} is kept in another file"
                size += math.prod(member.shape or ()) * member.dtype.itemsize
                if size > MAX_BYTES:
                    return f"it holds arrays of more than {MAX_BYTES:,} bytes"
    return ""
