"""Files that are written completely or not at all."""

from __future__ import annotations

import errno
import glob
import os
import socket
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MAX_NAME = 100  # characters of a name that its temporary file repeats


@contextmanager
def atomic_write(*targets: str | os.PathLike[str]) -> Iterator[list[Path]]:
    """Context with a temporary path beside each target, which replaces the target at the end.

    After an error all targets are as before. A symbolic link is kept, and the file to which it
    points is replaced. A pipe or terminal receives the content at the end.

    Raises
    ------
    OSError
        If a file cannot be written; the error names the target.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> with atomic_write(folder / "a.txt") as (path,):
    ...     _ = path.write_text("complete")
    >>> [path.name for path in folder.iterdir()]
    ['a.txt']
    """
    paths = [_linked(Path(target)) for target in targets]
    temporary: list[Path] = []
    try:
        for path in paths:
            if path.is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
            folder = None if _is_stream(path) else path.parent
            try:
                prefix = f".{path.name[:MAX_NAME]}.part-"
                for left in stale(path.parent, prefix) if folder else ():
                    left.unlink(missing_ok=True)
                handle, name = tempfile.mkstemp("", f"{prefix}{own_mark()}", folder)
            except OSError as error:
                raise OSError(error.errno, error.strerror, str(path)) from error
            os.close(handle)
            temporary.append(Path(name))
        yield temporary
        for source, path in zip(temporary, paths, strict=True):
            if _is_stream(path):
                with open(path, "wb") as stream:
                    stream.write(source.read_bytes())
            else:
                source.chmod(0o666 & ~_umask())  # mkstemp gives access to the owner only
                os.replace(source, path)
    finally:
        for source in temporary:
            source.unlink(missing_ok=True)


def stale(folder: Path, prefix: str) -> Iterator[Path]:
    """Yield what processes of this machine that were killed have left in a folder.

    Names begin with the prefix and `own_mark` of the process that made them. A folder may be shared
    by machines, and only its own one knows whether a process runs.
    """
    for path in folder.glob(f"{glob.escape(prefix)}{_host()}-*"):
        number = path.name.removeprefix(f"{prefix}{_host()}-").partition("-")[0]
        if number.isdecimal() and not _runs(int(number)):
            yield path


def own_mark() -> str:
    """Return what tells the temporary files of this process: its machine and its number."""
    return f"{_host()}-{os.getpid()}-"


def _host() -> str:
    """Return eight letters for the name of this machine, which may have any."""
    return f"{zlib.crc32(socket.gethostname().encode()):08x}"


def _runs(number: int) -> bool:
    """Return whether there is a process of a number."""
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):  # it belongs to somebody else, or cannot be asked about
        return True
    return True


def _linked(path: Path) -> Path:
    """The file to which a symbolic link points; os.replace would replace the link itself."""
    is_link = path.is_symlink() and (path.is_file() or not path.exists())
    return path.resolve() if is_link else path


def _is_stream(path: Path) -> bool:
    return path.exists() and not path.is_file()


def _umask() -> int:
    umask = os.umask(0)  # the only way to read it is to set it
    os.umask(umask)
    return umask
