"""Files that are written whole or not at all."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole(*targets: str | os.PathLike[str]) -> Iterator[list[Path]]:
    """Paths to write to, one beside each target; they take the targets' places at the end, or go if something goes wrong.

    A link stays, and what it points to is written. What is no file (a pipe, a terminal) is written to at the end.

    Raises
    ------
    OSError
        If a file cannot be written; it names the target.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> with whole(folder / "a.txt") as (path,):
    ...     _ = path.write_text("all of it")
    >>> [path.name for path in folder.iterdir()]
    ['a.txt']
    """
    wanted = [Path(target) for target in targets]
    wanted = [
        target.resolve()
        if target.is_symlink() and (target.is_file() or not target.exists())
        else target
        for target in wanted
    ]
    parts: list[Path] = []
    try:
        for target in wanted:
            if target.is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(target))
            try:
                folder = None if _is_stream(target) else target.parent
                handle, name = tempfile.mkstemp(
                    dir=folder, prefix=f".{target.name}.", suffix=".part"
                )
            except OSError as error:
                raise OSError(error.errno, error.strerror, str(target)) from error
            os.close(handle)
            parts.append(Path(name))
        yield parts
        for part, target in zip(parts, wanted, strict=True):
            if _is_stream(target):
                with open(target, "wb") as stream:
                    stream.write(part.read_bytes())
            else:
                part.chmod(0o666 & ~_umask())  # mkstemp makes files for their owner alone
                os.replace(part, target)
    finally:
        for part in parts:
            part.unlink(missing_ok=True)


def _is_stream(target: Path) -> bool:
    return target.exists() and not target.is_file()


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
