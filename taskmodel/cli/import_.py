"""`taskmodel import`: a table of tasks into a catalog."""

from argparse import Namespace
from pathlib import Path
from typing import Any

from taskmodel.catalog import Catalog
from taskmodel.catalog._import_tasks import Imported, frame_catalog, imported_tasks
from taskmodel.catalog.onet_table import SCALES
from taskmodel.catalog.task_table import VALUES
from taskmodel.cli.output import Answer, catalog_file, next_commands, quoted, write_new, write_over
from taskmodel.cli.screen import counted, note, plain, wrapped
from taskmodel.errors import CatalogError, InputError, printable


def answer(args: Namespace) -> Answer:
    """Read the table, and write the catalog."""
    _require_table(Path(args.table))
    target = catalog_file(args, Path(f"{Path(args.table).stem}.yaml"))
    try:
        result = imported_tasks(
            args.table,
            _frame(args),
            args.layout,
            args.occupation,
            args.statements,
            tuple(SCALES) if args.weights is None else args.weights,
            args.normalise,
            args.all,
            args.title,
        )
    except CatalogError as error:
        options = {VALUES: "--all", "set": "--set"}
        raise CatalogError(
            defect._replace(file=options.get(defect.file, defect.file)) for defect in error.defects
        ) from error
    if target is None:
        for line in _lines({**_facts(args, result), "file": args.table}, result):
            note(line, args.quiet)
        return Answer({}, result.catalog.yaml_text.splitlines)
    if args.force:
        write_over(target, result.catalog.yaml_text)
    else:
        write_new(target, result.catalog.yaml_text, "--force to replace it")
    note(next_commands(target), args.quiet)
    facts = {"file": str(target), **_facts(args, result)}
    return Answer(facts, lambda: _lines(facts, result))


def _require_table(path: Path) -> None:
    """Raise an InputError if a path is that of a folder, or of a catalog."""
    if path.is_dir():
        example = quoted(path / "tasks.csv")
        raise InputError(f"{path}: is a folder; TABLE is a CSV file, such as {example}")
    if path.suffix in (".yaml", ".yml"):
        raise InputError(
            f"{path}: TABLE is a CSV file; YAML is what comes out of it: taskmodel check "
            f"{quoted(path)} reads it as a catalog"
        )


def _facts(args: Namespace, result: Imported) -> dict[str, Any]:
    return {
        "title": result.catalog.title,
        "tasks": len(result.catalog.tasks),
        "frame": result.frame,
        "for_all": list(args.all),
        "unread": list(result.table.unread),
        "notes": result.table.notes,
    }


def _frame(args: Namespace) -> Catalog:
    frame = frame_catalog(args.frame)
    return frame.replace(args.set) if args.set else frame


def _lines(facts: dict[str, Any], result: Imported) -> list[str]:
    """Say what was read, and what is not of the table."""
    lines = [
        facts["file"],
        f"  {plain(facts['title'])}: {counted(facts['tasks'], 'task')}",
        *wrapped(f"shares: {result.table.origins['share']}"),
        *wrapped(
            f"not in the table: people, compute, models and rules, which are those of the catalog "
            f"{facts['frame']}"
        ),
    ]
    if facts["for_all"]:
        lines += wrapped(f"the same for all tasks, as judgement: {', '.join(facts['for_all'])}")
    if facts["unread"]:
        lines += wrapped(f"columns that are not read: {plain(', '.join(facts['unread']))}")
    for text in facts["notes"]:
        lines += wrapped(printable(text))
    return lines
