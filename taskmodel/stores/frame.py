"""The frame of a store: all of it but the chunks of draws, sealed when the store is made.

The checksums of the manifest are those of chunks. What tells how these are read (`zarr.json`), the
coordinates, and what the store was made from have theirs in a file of their own. A store holds
files and folders alone: a link may lead out of it, and a pipe or device may never end.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

from taskmodel.errors import InputError

MANIFEST = "manifest"  # the group of what a store was made from, and the folder of its checksums
FRAME = f"{MANIFEST}/frame.json"
METADATA = "zarr.json"  # of a group or an array, by which a program finds it
MOST = 5  # names in a message


def write_frame(folder: Path) -> None:
    """Seal a store that has no chunks of draws yet."""
    sealed = {name: _digest(folder / name) for name in sorted(_files(folder))}
    (folder / FRAME).write_text(json.dumps(sealed), encoding="utf-8")


def check_frame(path: Path) -> None:
    """Check that the frame of a store is as it was made, and that the store reaches no further.

    Raises
    ------
    InputError
        If it is not a store, has a link, pipe or device, or its frame is not as it was written.
    """
    file = path / FRAME
    if not file.is_file():
        raise InputError(
            f"{path}: not a store that this version of taskmodel.store_ensemble wrote (it has no "
            f"{FRAME}); choose another name"
        )
    try:
        sealed = json.loads(file.read_text(encoding="utf-8"))
        kept = set(sealed)
    except (ValueError, TypeError, RecursionError) as error:
        raise _damaged(path, [FRAME]) from error
    found = {name for name in _files(path) if name in kept or name.endswith(f"/{METADATA}")}
    others = kept ^ found
    others |= {name for name in kept & found if _digest(path / name) != sealed[name]}
    if others:
        raise _damaged(path, sorted(others))


def _damaged(path: Path, names: list[str]) -> InputError:
    more = f" and {len(names) - MOST} more" if len(names) > MOST else ""
    return InputError(
        f"{path}: not as it was written: {', '.join(names[:MOST])}{more}; no chunk can be trusted "
        "without: write the store again under another name"
    )


def _files(path: Path) -> Iterator[str]:
    """Yield the names of all files of a store, by which no link is followed.

    Raises
    ------
    InputError
        If something is neither a file nor a folder.
    """
    folders = [path]
    while folders:
        with os.scandir(folders.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(Path(entry.path))
                elif entry.is_file(follow_symlinks=False):
                    yield Path(entry.path).relative_to(path).as_posix()
                elif os.path.lexists(entry.path):  # a writer's temporary files come and go
                    raise InputError(
                        f"{entry.path}: is a link, pipe or device; a store holds files and "
                        "folders alone"
                    )


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
