"""Names and paths of the bundled files of each kind: catalogs, scenarios, plans and others."""

from os import PathLike
from os.path import isfile
from pathlib import Path

from taskmodel._arguments import path_text
from taskmodel.errors import CatalogError, Defect
from taskmodel.files.suggestions import did_you_mean, listing

_FOLDERS = {
    "catalog": "",
    "scenario": "scenarios",
    "protocol": "protocols",
    "plan": "plans",
    "world": "worlds",
    "loop": "loops",
    "trend": "trends",
    "path": "paths",
    "moments": "moments",
}


def folder(kind: str) -> Path:
    """Return the folder of the bundled files of a kind, such as ``catalog`` or ``world``."""
    package = Path(__file__).parents[1]
    installed, checkout = package / "tasks", package.parent / "tasks"
    return (installed if installed.is_dir() else checkout) / _FOLDERS[kind]


def names(kind: str) -> tuple[str, ...]:
    """Return the names of the bundled files of a kind."""
    return tuple(sorted(path.stem for path in folder(kind).glob("*.yaml")))


def is_path(name_or_path: str | PathLike[str]) -> bool:
    """Return whether an argument is a path: a `Path`, or text with a folder or .yaml or .yml."""
    path = Path(name_or_path)
    return (
        isinstance(name_or_path, Path)
        or path.suffix in (".yaml", ".yml")
        or path.name != name_or_path
    )


def path_meant(name: str) -> str | None:
    """Return the path of a file in this folder that a name without a path seems to mean."""
    candidates = (f"{name}.yaml", f"{name}.yml", f"./{name}")
    return next((path for path in candidates if isfile(path)), None)


def find_file(name_or_path: str | PathLike[str], kind: str) -> Path:
    """Return the path of a bundled file, or of any file.

    Parameters
    ----------
    name_or_path : str or path
        A bundled name, or a path as `is_path` recognises it.
    kind : str
        Kind of bundled file, such as ``catalog`` or ``scenario``.

    Raises
    ------
    CatalogError
        If the argument is a name that no bundled file of the kind has.
    InputError
        If it is neither text nor a path, or no file can have this name.
    """
    name = path_text(kind, name_or_path)
    if not isinstance(name_or_path, str) or is_path(name):
        return Path(name)
    options = names(kind)
    if name in options:
        return folder(kind) / f"{name}.yaml"
    if (meant := path_meant(name)) is not None:
        hint = f", but a file of this folder: write {meant}"
    else:
        hint = did_you_mean(name, options) or f"; there are {listing(options)}"
        hint += "; or give the path of a .yaml file"
    message = f"there is no bundled {kind} of this name{hint}"
    raise CatalogError([Defect(repr(name), None, None, "", message)])
