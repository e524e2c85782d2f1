"""`taskmodel migrate`: catalogs of older versions as the current one reads them."""

from argparse import Namespace

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
    target = catalog_file(args, path)
    if target is None:
        return Answer({}, after.splitlines)
    changed = after != text
    if changed:
        write_over(target, after)
    facts = {
        "file": str(path),
        "version": before,
        "current": CURRENT,
        "written": str(target) if changed else None,
    }
    line = f"{path}: version {before}"
    line += f" to {CURRENT}: {target}" if changed else ", the current one; nothing to change"
    return Answer(facts, lambda: [line])
