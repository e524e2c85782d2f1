"""Files that come with the package: catalogs, scenarios, protocols, plans, worlds, loops, trends and paths, by name."""

from functools import cache
from pathlib import Path
from typing import Any

from .text import read_document, read_text

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
    allowed = rules.get("protocols") if isinstance(rules, dict) else getattr(rules, "protocols", None)
    if not isinstance(allowed, (list, tuple)) or not isinstance(own, dict):
        return values
    bundled = set(names("protocol"))
    wanted = [name for name in allowed if isinstance(name, str) and name not in own and name in bundled]
    return {**values, "protocols": {**own, **{name: _protocol(name) for name in wanted}}} if wanted else values
