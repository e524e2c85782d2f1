"""Files, whole or not at all."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from taskmodel.errors import InputError

if TYPE_CHECKING:
    from taskmodel.catalog import Catalog

RESULTS = Path("taskmodel-results")
LONGEST = 100  # letters in the name of a folder


def folder_name(catalog: Catalog) -> str:
    """A name for the folder of a run: the catalog's, the scenario's and what was set."""
    changed = [f"{path}={value}" for path, value in catalog.overrides.items()]
    name = re.sub(
        r"[^\w.=+-]+",
        "_",
        "-".join([catalog.name, *([catalog.scenario] if catalog.scenario else []), *changed]),
    )
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 9]}-{catalog.sha256[:8]}"


@contextmanager
def results_folder(folder: Path, option: str = "-o") -> Iterator[Path]:
    """A place to write results in; what is in it moves to `folder` at the end, and is thrown away if something goes wrong.

    It is made at once, so that a folder that cannot be written to shows before the work, not after it.

    Parameters
    ----------
    folder : Path
        Where results go; made if need be, and removed again if nothing comes of it.
    option : str
        What messages call the choice of a folder.

    Raises
    ------
    InputError
        If it is a file, or nothing can be written there.
    """
    made: list[Path] = []
    try:
        try:
            made += [place for place in (folder, *folder.parents) if not place.exists()]
            folder.mkdir(parents=True, exist_ok=True)
            workshop = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=folder))
        except (FileExistsError, NotADirectoryError) as error:
            raise InputError(
                f"{folder}: is or lies below a file, not a folder; choose another with {option} DIR"
            ) from error
        except (OSError, ValueError) as error:  # ValueError: a NUL in the name
            reason = getattr(error, "strerror", None) or error
            raise InputError(
                f"{folder}: nothing can be written there ({reason}); choose another folder with {option} DIR"
            ) from error
        try:
            yield workshop
            for part in sorted(workshop.iterdir()):
                os.replace(part, folder / part.name)
        finally:
            shutil.rmtree(workshop, ignore_errors=True)
    finally:
        for place in made:  # from the innermost; those with something in them stay
            try:
                place.rmdir()
            except (OSError, ValueError):
                break


def write_new(path: Path, text: str) -> None:
    """Write a text to a file that must not exist yet.

    Raises
    ------
    InputError
        If it exists, or cannot be written.
    """
    try:
        with open(path, "x", encoding="utf-8", newline="\n") as file:
            try:
                file.write(text)
                file.flush()
            except BaseException:
                path.unlink()
                raise
    except FileExistsError as error:
        raise InputError(
            f"{path}: is there already and is not overwritten; choose another name, or another file with -o FILE"
        ) from error
    except (OSError, ValueError) as error:
        raise InputError(
            f"{path}: cannot be written: {getattr(error, 'strerror', None) or error}"
        ) from error
