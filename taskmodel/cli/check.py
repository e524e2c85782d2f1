"""`taskmodel check`: every defect of catalogs and other files, converted units, and numbers without a source."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from taskmodel.cli.entry import BAD_INPUT, FINE, NO_ANSWER
from taskmodel.cli.screen import json_text, plain

if TYPE_CHECKING:
    from taskmodel.errors import Defect

LISTED = 8  # numbers without a source that are named


def command(args: Namespace) -> int:
    """Check files; the exit code is the worst of theirs."""
    from taskmodel.files.bundled import find_file
    from taskmodel.files.yaml import read_text

    if args.scenario is not None:
        read_text(
            find_file(args.scenario, "scenario")
        )  # there must be one; its defects show when it is laid over a catalog
    checked = [_checked(name, args.scenario) for name in args.files]
    if args.json:
        reports = [
            {**report, "defects": [defect._asdict() for defect in report["defects"]]}
            for _, report in checked
        ]
        print(json_text({"ok": all(report["ok"] for report in reports), "files": reports}))
    else:
        for _, report in checked:
            print(*_lines(report), sep="\n")
    return max(code for code, _ in checked)


def _checked(name: str, scenario: str | None) -> tuple[int, dict[str, Any]]:
    """The exit code of one file, and what was found."""
    from taskmodel.catalog import load_catalog, load_scenario
    from taskmodel.errors import CatalogError
    from taskmodel.files.bundled import find_file
    from taskmodel.files.yaml import read_document, read_text

    report: dict[str, Any] = {"file": name, "kind": None, "ok": True, "title": None, "tasks": None}
    report |= {"defects": (), "conversions": (), "without_source": ()}
    try:
        path = Path(name) if Path(name).is_file() else find_file(name, "catalog")
        report["file"] = str(path)
        document = read_document(read_text(path), str(path))
        if (
            isinstance(document.data, dict)
            and "set" in document.data
            and "tasks" not in document.data
        ):
            report |= {"kind": "scenario", "title": load_scenario(path).title}
        elif (
            isinstance(document.data, dict)
            and "full_automation_requirements_training" in document.data
        ):
            from taskmodel.takeoff import load_world

            report |= {"kind": "world", "title": load_world(path).title}
        elif (
            isinstance(document.data, dict)
            and "models" in document.data
            and "tasks" not in document.data
        ):
            from taskmodel.takeoff.horizons import load_trend

            report |= {"kind": "trend", "title": load_trend(path).title}
        elif isinstance(document.data, dict) and "loop" in document.data:
            from taskmodel.takeoff.loops import load_loop

            report |= {"kind": "loop", "title": load_loop(path).title}
        elif isinstance(document.data, dict) and {"worker", "ladder"} & document.data.keys():
            from taskmodel.lead.plans import load_plan

            report |= {"kind": "plan", "title": load_plan(path).title}
        elif isinstance(document.data, dict) and {"begins", "ends"} & document.data.keys():
            from taskmodel.sweeps.paths import load_paths

            report |= {"kind": "paths", "title": load_paths(path).title}
        else:
            report["kind"] = "catalog"
            catalog = load_catalog(path, scenario)
            report |= {
                "title": catalog.title,
                "tasks": len(catalog.tasks),
                "conversions": catalog.conversions(),
                "without_source": catalog.without_source(),
            }
    except CatalogError as error:
        unreadable = all(_no_text(defect) for defect in error.defects)
        return BAD_INPUT if unreadable else NO_ANSWER, {
            **report,
            "ok": False,
            "defects": error.defects,
        }
    return FINE, report


def _no_text(defect: Defect) -> bool:
    """Whether the defect is that there is no text to check: no such file, a folder, a file that may not be read."""
    return defect.line is None and not defect.path


def _lines(report: dict[str, Any]) -> list[str]:
    name, defects = report["file"], report["defects"]
    if defects and report["kind"] is None and all(map(_no_text, defects)):
        return [str(defect) for defect in defects]
    if defects:
        count = "1 defect" if len(defects) == 1 else f"{len(defects)} defects"
        return [f"{name}: {count}", *(f"  {defect}" for defect in defects)]
    size = f", {report['tasks']} tasks" if report["tasks"] is not None else ""
    lines = [f"{name}: fine ({report['kind']}{size}): {plain(report['title'])}"]
    lines += [f"  converted: {sentence}" for sentence in report["conversions"]]
    bare = report["without_source"]
    if bare:
        more = f" and {len(bare) - LISTED} more" if len(bare) > LISTED else ""
        lines.append(
            f"  {len(bare)} number{'s' * (len(bare) > 1)} without a source: {', '.join(bare[:LISTED])}{more}"
        )
    return lines
