"""Files that come with the package: catalogs, scenarios, protocols, plans, worlds, loops, trends and paths, by name."""

from functools import cache
from pathlib import Path
from typing import Any

from taskmodel.errors import CatalogError, Defect
from taskmodel.files.defects import did_you_mean, listing
from taskmodel.files.yaml import read_document, read_text

_BELOW = {
    "catalog": (),
    "scenario": ("scenarios",),
    "protocol": ("protocols",),
    "plan": ("plans",),
    "world": ("worlds",),
    "loop": ("loops",),
    "trend": ("trends",),
    "path": ("paths",),
}


def folder(kind: str) -> Path:
    """Return the folder of bundled files of a kind, such as ``catalog``, ``scenario`` or ``world``."""
    package = Path(__file__).parents[1]
    installed, checkout = package / "tasks", package.parent / "tasks"
    return (installed if installed.is_dir() else checkout).joinpath(*_BELOW[kind])


def names(kind: str) -> tuple[str, ...]:
    """Return the names of the bundled files of a kind."""
    return tuple(sorted(path.stem for path in folder(kind).glob("*.yaml")))


@cache
def _protocol(name: str) -> dict[str, Any]:
    path = folder("protocol") / f"{name}.yaml"
    return read_document(read_text(path), str(path)).data


def with_protocols(values: Any) -> Any:
    """Return a catalog's plain values with the bundled protocols that it allows and does not define itself."""
    if not isinstance(values, dict):
        return values
    rules, own = values.get("supervision"), values.get("protocols") or {}
    # records are read as plain values are: what is missing is what counts
    allowed = (
        rules.get("protocols") if isinstance(rules, dict) else getattr(rules, "protocols", None)
    )
    if not isinstance(allowed, (list, tuple)) or not isinstance(own, dict):
        return values
    bundled = set(names("protocol"))
    wanted = [
        name for name in allowed if isinstance(name, str) and name not in own and name in bundled
    ]
    return (
        {**values, "protocols": {**own, **{name: _protocol(name) for name in wanted}}}
        if wanted
        else values
    )


def find_file(name_or_path: str | Path, kind: str) -> Path:
    """Return the path of a bundled catalog or scenario, or of a file.

    Parameters
    ----------
    name_or_path : str or Path
        A bundled name (one word), or a path: anything with a folder or the ending .yaml or .yml.
    kind : str
        ``catalog`` or ``scenario``.

    Raises
    ------
    CatalogError
        If it is one word and no bundled file has that name.
    """
    path = Path(name_or_path)
    if (
        isinstance(name_or_path, Path)
        or path.suffix in (".yaml", ".yml")
        or path.name != str(name_or_path)
    ):
        return path
    known = names(kind)
    if str(name_or_path) in known:
        return folder(kind) / f"{name_or_path}.yaml"
    near = did_you_mean(str(name_or_path), known) or f"; there are {listing(known)}"
    message = f"there is no bundled {kind} of this name{near}; or give the path of a .yaml file"
    raise CatalogError([Defect(repr(str(name_or_path)), None, None, "", message)])
