"""`taskmodel check`: every defect of catalogs and other files, and notes on their numbers."""

from argparse import Namespace
from pathlib import Path
from typing import Any

from taskmodel.catalog import load_catalog
from taskmodel.cli.kinds import kind_of
from taskmodel.cli.output import BAD_INPUT, FINE, NO_ANSWER, Answer
from taskmodel.cli.screen import plain
from taskmodel.errors import CatalogError, Defect
from taskmodel.files.bundled import find_file
from taskmodel.files.yaml import read_document, read_text

MAX_NAMED = 8  # numbers without a source


def answer(args: Namespace) -> Answer:
    """Check files; the exit code is the worst of theirs."""
    if args.scenario is not None:  # it must exist; its defects show when it is laid over a catalog
        read_text(find_file(args.scenario, "scenario"))
    reports = [_report(name, args.scenario) for name in args.files]
    plain_reports = [
        {**report, "defects": [defect._asdict() for defect in report["defects"]]}
        for report in reports
    ]
    facts = {"ok": all(report["ok"] for report in reports), "files": plain_reports}
    return Answer(
        facts,
        lambda: [line for report in reports for line in _lines(report)],
        code=max(map(_code, reports)),
    )


def _report(name: str, scenario: str | None) -> dict[str, Any]:
    report: dict[str, Any] = {"file": name, "kind": None, "ok": True, "title": None, "tasks": None}
    report |= {"defects": (), "conversions": (), "without_source": ()}
    try:
        path = Path(name) if Path(name).is_file() else find_file(name, "catalog")
        report["file"] = str(path)
        kind = kind_of(read_document(read_text(path), str(path)).data)
        report["kind"] = kind.name
        if kind.load is not load_catalog:
            report["title"] = kind.load(path).title
        else:
            catalog = load_catalog(path, scenario)
            report |= {
                "title": catalog.title,
                "tasks": len(catalog.tasks),
                "conversions": catalog.conversions(),
                "without_source": catalog.without_source(),
            }
    except CatalogError as error:
        report |= {"ok": False, "defects": error.defects}
    return report


def _code(report: dict[str, Any]) -> int:
    if report["ok"]:
        return FINE
    return BAD_INPUT if all(map(_unreadable, report["defects"])) else NO_ANSWER


def _unreadable(defect: Defect) -> bool:
    """Whether the file cannot be read: missing, a folder, or without permission."""
    return defect.line is None and not defect.path


def _lines(report: dict[str, Any]) -> list[str]:
    name, defects = report["file"], report["defects"]
    if defects and report["kind"] is None and all(map(_unreadable, defects)):
        return [str(defect) for defect in defects]
    if defects:
        count = "1 defect" if len(defects) == 1 else f"{len(defects)} defects"
        return [f"{name}: {count}", *(f"  {defect}" for defect in defects)]
    size = "" if report["tasks"] is None else f", {report['tasks']} tasks"
    lines = [f"{name}: fine ({report['kind']}{size}): {plain(report['title'])}"]
    lines += [f"  converted: {sentence}" for sentence in report["conversions"]]
    paths = report["without_source"]
    if paths:
        rest = f" and {len(paths) - MAX_NAMED} more" if len(paths) > MAX_NAMED else ""
        lines.append(
            f"  {len(paths)} number{'s' * (len(paths) > 1)} without a source: "
            f"{', '.join(paths[:MAX_NAMED])}{rest}"
        )
    return lines
