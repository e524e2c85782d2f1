"""`taskmodel new`: a commented catalog to start from."""

import re
from argparse import Namespace
from pathlib import Path

from taskmodel.catalog._import_tasks import STARTER
from taskmodel.catalog.load import parse_catalog
from taskmodel.cli.output import Answer, catalog_file, next_commands, write_new
from taskmodel.cli.screen import note
from taskmodel.errors import InputError, printable
from taskmodel.files.bundled import find_file
from taskmodel.files.yaml import read_text


def answer(args: Namespace) -> Answer:
    """Write the starter, or a copy of another catalog, to a new file."""
    name = args.name.removesuffix(".yaml")
    if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
        raise InputError(
            f"found the name {args.name!r}; letters, digits, _ and - are allowed: choose the file "
            "with -o FILE"
        )
    target, text = catalog_file(args, Path(f"{name}.yaml")), _text(args.source, name)
    if target is None:
        return Answer({}, text.splitlines)
    write_new(target, text)
    note(next_commands(target), args.quiet)
    return Answer({}, lambda: [printable(str(target))])


def _text(source: str | None, name: str) -> str:
    if source is None:
        return read_text(STARTER).replace("title: Starter", f"title: {name}", 1)
    path = find_file(source, "catalog")
    text = read_text(path)
    # a catalog with defects is not copied: it would not run
    parse_catalog(text, path.stem, str(path))
    return text
