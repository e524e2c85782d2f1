"""One writer of a store at a time.

The lock is held by the operating system (`locket`) and ends with its process, however that ends: a
file that is left behind locks nothing. Another file names the writer, for messages.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from taskmodel.errors import InputError
from taskmodel.files.atomic import atomic_write
from taskmodel.stores.frame import MANIFEST

LOCK, WRITER = "lock", "writer.json"


@contextmanager
def only_writer(path: Path) -> Iterator[str]:
    """Context in which no other process writes the store.

    Yields
    ------
    str
        The writer that ended without finishing, such as ``process 12 on host``; empty: there is
        none.

    Raises
    ------
    InputError
        If another process writes it.
    """
    import locket

    writer = path / MANIFEST / WRITER
    lock = locket.lock_file(str(path / MANIFEST / LOCK), timeout=0)
    try:
        lock.acquire()
    except locket.LockError as error:
        raise InputError(
            f"{path}: {_name(writer) or 'another process'} is writing it; wait for its end, or end "
            "it and go on with --resume (resume=True)"
        ) from error
    try:
        before = _name(writer)
        with atomic_write(writer) as (file,):
            file.write_text(json.dumps({"process": os.getpid(), "host": socket.gethostname()}))
        try:
            yield before
        finally:
            writer.unlink(missing_ok=True)
    finally:
        lock.release()


def _name(writer: Path) -> str:
    """Return the process that a file names, for messages; "" if there is none."""
    try:
        record = json.loads(writer.read_text(encoding="utf-8"))
        return f"process {record['process']} on {record['host']}"
    except FileNotFoundError:
        return ""
    except (ValueError, TypeError, KeyError, RecursionError):  # it is not what was written
        return "another process"
