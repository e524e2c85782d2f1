"""`taskmodel new`: a commented catalog to start from."""

from __future__ import annotations

import re
from argparse import Namespace
from pathlib import Path

from taskmodel.cli.files import write_new
from taskmodel.cli.screen import note
from taskmodel.errors import InputError

STARTER = Path(__file__).with_name("starter.yaml")
ENDINGS = (".yaml", ".yml")


def command(args: Namespace) -> int:
    """Write the starter, or a copy of another catalog, to a new file."""
    name = args.name.removesuffix(".yaml")
    if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
        raise InputError(
            f"found the name {args.name!r}; letters, digits, _ and - are allowed: say where to write it with -o FILE"
        )
    target = Path(args.output) if args.output is not None else Path(f"{name}.yaml")
    if target.is_dir():
        raise InputError(
            f"{target}: is a folder; give a file in it, such as {target / f'{name}.yaml'}"
        )
    if target.suffix not in ENDINGS:
        raise InputError(
            f"{target}: a catalog's file ends in .yaml; give {target.with_suffix('.yaml')}"
        )
    write_new(target, _text(args.source, name))
    print(target)
    note(f"next: taskmodel check {target}, then taskmodel run {target}", args.quiet)
    return 0


def _text(source: str | None, name: str) -> str:
    from taskmodel.catalog.load import parse_catalog
    from taskmodel.files.bundled import find_file
    from taskmodel.files.yaml import read_text

    if source is None:
        return read_text(STARTER).replace("title: Starter", f"title: {name}", 1)
    path = find_file(source, "catalog")
    text = read_text(path)
    parse_catalog(
        text, path.stem, str(path)
    )  # a copy of a broken catalog is no place to start from
    return text
