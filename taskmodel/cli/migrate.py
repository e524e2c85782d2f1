"""`taskmodel migrate`: catalogs of older versions as the current one reads them."""

from argparse import Namespace
from pathlib import Path

from taskmodel.catalog.versions import CURRENT, migrated, version_of
from taskmodel.cli.misplaced import misplaced
from taskmodel.cli.output import Answer, catalog_file, write_over
from taskmodel.errors import InputError
from taskmodel.files.bundled import find_file
from taskmodel.files.yaml import read_text


def answer(args: Namespace) -> Answer:
    """Bring a catalog up to the current version; report what was done."""
    path = find_file(args.file, "catalog")
    text = read_text(path)
    if message := misplaced(args):
        raise InputError(message)
    before, after = version_of(text, str(path)), migrated(text, str(path))
    target = None
    if after != text:
        target = catalog_file(Path(path if args.output is None else args.output), path.stem)
        write_over(target, after)
    facts = {
        "file": str(path),
        "version": before,
        "current": CURRENT,
        "written": None if target is None else str(target),
    }
    line = f"{path}: version {before}"
    line += ", the current one; nothing to change" if target is None else f" to {CURRENT}: {target}"
    return Answer(facts, lambda: [line])
