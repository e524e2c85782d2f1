"""Files of another kind than an argument takes, and names that are meant as paths.

The defects of such a file, as the kind that it is not, are dozens of unknown keys; what helps is
the kind that it is, and what to write.
"""

import shlex
from argparse import Action, Namespace
from pathlib import Path
from typing import Any

from taskmodel.cli.kinds import KINDS, LONE_PROTOCOL, Kind, is_protocol, kind_of, kinds_taken
from taskmodel.cli.parser import commands_of, parser
from taskmodel.errors import CatalogError
from taskmodel.files import bundled
from taskmodel.files.yaml import read_document, read_text

# besides what an argument of this name takes elsewhere
ALSO_TAKEN = {("solve-for", "catalog"): ("world",)}
# what else a word in this position may have been meant as
ELSEWHERE = {("compare", "scenario_word"): "; another catalog to compare with is --to CATALOG"}


def misplaced(args: Namespace) -> str:
    """Return what is wrong with the kind of a file that an argument names; empty if nothing is.

    Parameters
    ----------
    args : Namespace
        The arguments of a command that failed.
    """
    commands: Any = commands_of(parser()).choices
    command = commands[args.command]
    if message := _exchanged(args):
        return message
    for action in command._actions:
        name, kinds = getattr(args, action.dest, None), kinds_taken(action)
        if kinds and isinstance(name, str):
            folders = (*kinds, *ALSO_TAKEN.get((args.command, action.dest), ()))
            message = _of_argument(name, action, folders)
            if message:
                return message + ELSEWHERE.get((args.command, action.dest), "")
    return ""


def _exchanged(args: Namespace) -> str:
    """Return how to write PATH and CATALOG where each stands in the place of the other."""
    path, catalog = getattr(args, "path", None), getattr(args, "catalog", None)
    if not (isinstance(path, str) and isinstance(catalog, str)) or bundled.is_path(catalog):
        return ""
    kinds = [KINDS[name] for name in ("catalogs", "worlds")]
    if not bundled.is_path(path) and not any(path in kind.bundled() for kind in kinds):
        return ""
    return (
        f"{path} stands where PATH belongs, and {catalog} where CATALOG does: PATH comes first; "
        f"write taskmodel {args.command} {shlex.quote(catalog)} {shlex.quote(path)}"
    )


def _of_argument(name: str, action: Action, folders: tuple[str, ...]) -> str:
    """Return what is wrong with the kind of a file; empty if nothing is, or its kind is not known.

    Parameters
    ----------
    name : str
        A bundled name or a path.
    action : Action
        The argument that it was given to.
    folders : tuple of str
        The kinds of bundled files that the argument takes.
    """
    option = action.option_strings[-1] if action.option_strings else ""
    taken = [kind for kind in KINDS.values() if kind.folder in folders]
    is_path = bundled.is_path(name)
    if not is_path and any(name in kind.bundled() for kind in taken):
        return ""
    file = name if is_path else bundled.path_meant(name)
    data = None if file is None else _data(file)
    if is_protocol(data):
        return f"{name}: {LONE_PROTOCOL}"
    kind = _kind(name) if file is None else _kind_of(data)
    if kind is not None and kind not in taken:
        wanted = " or ".join(each.phrase for each in taken)
        return (
            f"{name}: this is {kind.phrase}; {option or action.metavar} takes {wanted} "
            f"(taskmodel keys {taken[0].name}). {kind.phrase.capitalize()} is for "
            f"`{kind.use(shlex.quote(file or name))}`"
        )
    if is_path or file is None:
        return ""
    return (
        f"{name}: there is no bundled {taken[0].name} of this name, but a file of this folder: "
        f"write {option} {shlex.quote(file)}".replace("  ", " ")
    )


def _kind(name: str) -> Kind | None:
    """Return the kind of the bundled file of a name."""
    return next((kind for kind in KINDS.values() if name in kind.bundled()), None)


def _data(path: str) -> Any:
    """Return what a file holds, None if it cannot be read."""
    if not Path(path).is_file():
        return None
    try:
        return read_document(read_text(Path(path)), path).data
    except CatalogError:  # no YAML: the error of the command says where
        return None


def _kind_of(data: Any) -> Kind | None:
    """Return the kind of a file, None if nothing in it says so."""
    kind = kind_of(data)
    known = kind.name != "catalog" or (isinstance(data, dict) and "tasks" in data)
    return kind if known else None
