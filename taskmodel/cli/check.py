"""`taskmodel check`: every defect of catalogs and other files, and notes on their numbers."""

import sys
import tempfile
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from taskmodel.catalog import Catalog, load_catalog
from taskmodel.catalog.model import Scenario
from taskmodel.catalog.plausibility import implausible
from taskmodel.cli.kinds import LONE_PROTOCOL, Kind, is_protocol, kind_of
from taskmodel.cli.output import BAD_INPUT, FINE, NO_ANSWER, Answer
from taskmodel.cli.screen import number, plain, table, terminal_width, wrapped
from taskmodel.errors import CatalogError, Defect, InputError, one_line
from taskmodel.files.bundled import find_file
from taskmodel.files.yaml import MAX_BYTES, read_document, read_text

STDIN = "-"
MAX_NAMED = 8  # numbers without a source
DRAWS, SEED = 4096, 1  # of the quantiles shown


def answer(args: Namespace) -> Answer:
    """Check files; the exit code is the worst of theirs."""
    if args.scenario is not None:  # it must exist; its defects show when it is laid over a catalog
        read_text(find_file(args.scenario, "scenario"))
    reports = [_report(name, args.scenario, args.show_distributions) for name in args.files]
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


def _report(
    name: str, scenario: str | None, drawn: bool, pipe: str | None = None
) -> dict[str, Any]:
    """Check a file; `pipe` names the pipe of which it is a copy."""
    report: dict[str, Any] = {"file": name, "kind": None, "ok": True, "title": None, "tasks": None}
    report |= {"defects": (), "conversions": (), "without_source": ()}
    report["implausible"] = {}
    if name == STDIN or Path(name).is_fifo():
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "stdin.yaml"
            path.write_bytes(_piped(name))
            return _of_pipe(_report(str(path), scenario, drawn, name), str(path), name)
    try:
        path = Path(name) if Path(name).is_file() else find_file(name, "catalog")
        report["file"] = str(path)
        data = read_document(read_text(path), str(path)).data
        if is_protocol(data):
            raise CatalogError([Defect(str(path), 1, 1, "", LONE_PROTOCOL)])
        kind = kind_of(data)
        report["kind"] = kind.name
        if kind.name != "catalog":
            record = kind.load(path) if pipe is None else _parsed(kind, path)
            report["title"] = record.title
        else:
            record = load_catalog(path, scenario)
            report |= {
                "title": record.title,
                "tasks": len(record.tasks),
                "conversions": record.conversions(),
                "without_source": record.without_source(),
                "implausible": implausible(record),
            }
            _try_success(record)
        if drawn:
            report["distributions"] = _distributions(record)
        elif getattr(getattr(record, "uncertainty", None), "correlations", ()):
            from taskmodel.uncertainty import sampler

            sampler(record)  # they have to be possible together
    except CatalogError as error:
        report |= {"ok": False, "defects": error.defects}
    return report


def _parsed(kind: Kind, path: Path) -> Any:
    """Return the record of a copy of a pipe, whose tables are looked for in the working folder."""
    if kind.name != "paths":
        return kind.load(path)
    from taskmodel.sweeps.paths import parse_paths

    try:
        return parse_paths(read_text(path), path.stem, path.name)
    except CatalogError as error:
        hint = "; a file that comes through a pipe has its tables in the working folder"
        raise CatalogError(
            defect._replace(
                file=str(path) if defect.file == path.name else defect.file,
                message=defect.message + (hint if _unreadable(defect) else ""),
            )
            for defect in error.defects
        ) from error


def _try_success(catalog: Catalog) -> None:
    """Raise the defect of success that is too rare at the low end of the grid for any answer."""
    if not catalog.capability.grows:
        return
    import numpy as np

    from taskmodel.organisation.organisation import organisation

    ends = catalog.compute.grid.low, catalog.compute.today.value
    try:
        organisation(catalog).attempts(np.array(ends))
    except InputError as error:
        raise catalog.error(("capability", "success_slope"), str(error)) from error


def _piped(name: str) -> bytes:
    """Return the content of stdin or a pipe, up to a byte more than a file may have."""
    if name == STDIN:
        if sys.stdin is None:
            raise InputError("-: standard input is closed; give a file, or redirect one: - < FILE")
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    with open(name, "rb") as stream:
        return stream.read(MAX_BYTES + 1)


def _of_pipe(report: dict[str, Any], path: str, name: str) -> dict[str, Any]:
    """Return a report on a copy of a pipe with the name of the pipe in it."""
    defects = [
        defect._replace(file=name if defect.file == path else defect.file)
        for defect in report["defects"]
    ]
    return {**report, "file": name, "defects": tuple(defects)}


def _distributions(record: Any) -> list[dict[str, Any]]:
    """Law, interval and drawn quantiles of each uncertain number; none of a scenario alone."""
    if isinstance(record, Scenario):
        return []
    import numpy as np

    from taskmodel.uncertainty import sampler

    laws = sampler(record)
    columns, located = laws.draw(DRAWS, SEED), record.quantities()
    groups = {path: line.group for line in laws.lines for path in (line.intercept, line.slope)}
    groups |= {path: group for path, (group, _) in laws.groups.items()}
    rows = []
    for path, column in columns.items():
        law, quantity = laws.laws.get(path), located[path][2]
        quantiles = np.quantile(column, (0.05, 0.5, 0.95)).tolist()
        rows.append(
            {
                "path": path,
                "law": "follows" if law is None else law.shape,
                "value": quantity.value,
                "low": quantity.low,
                "high": quantity.high,
                "unit": quantity.unit,
                "group": groups.get(path),
                "drawn_05": quantiles[0],
                "drawn_50": quantiles[1],
                "drawn_95": quantiles[2],
            }
        )
    return rows


def _distribution_lines(rows: list[dict[str, Any]]) -> Iterator[str]:
    if not rows:
        yield "  no uncertain numbers (those of a scenario: check CATALOG --scenario SCENARIO)"
        return
    yield f"  {len(rows)} uncertain numbers; quantiles of {DRAWS:,} draws, seed {SEED}"
    cells = [("number", "law", "value", "5 %", "50 %", "95 %", "unit", "group")]
    for row in rows:
        numbers = (row[key] for key in ("value", "drawn_05", "drawn_50", "drawn_95"))
        cells.append(
            (row["path"], row["law"], *map(number, numbers), row["unit"], row["group"] or "")
        )
    yield from (f"  {line.rstrip()}" for line in table(cells, left_columns=(0, 1, 6, 7)))
    if any(row["law"].startswith("two-piece") for row in rows):
        yield "  two-piece: the value is not midway in its interval on the scale of the law; each"
        yield "  half is scaled to its own end"
    if any(row["law"] == "follows" for row in rows):
        yield "  follows: from the slope of its line, or from other shares, so that they sum to 1"


def _code(report: dict[str, Any]) -> int:
    if report["ok"]:
        return FINE
    return BAD_INPUT if all(map(_unreadable, report["defects"])) else NO_ANSWER


def _unreadable(defect: Defect) -> bool:
    """Whether the file cannot be read: missing, a folder, or without permission."""
    return defect.line is None and not defect.path


def _lines(report: dict[str, Any]) -> list[str]:
    name, defects = one_line(report["file"]), report["defects"]
    if defects and report["kind"] is None and all(map(_unreadable, defects)):
        return [str(defect) for defect in defects]
    if defects:
        count = "1 defect" if len(defects) == 1 else f"{len(defects)} defects"
        return [f"{name}: {count}", *(f"  {defect}" for defect in defects)]
    size = "" if report["tasks"] is None else f", {report['tasks']} tasks"
    lines = [f"{name}: fine ({report['kind']}{size}): {plain(report['title'])}"]
    notes = [f"converted: {sentence}" for sentence in report["conversions"]]
    notes += [f"unusual: {path} is {text}" for path, text in report["implausible"].items()]
    paths = report["without_source"]
    if paths:
        rest = f" and {len(paths) - MAX_NAMED} more" if len(paths) > MAX_NAMED else ""
        notes.append(
            f"{len(paths)} number{'s' * (len(paths) > 1)} without a source: "
            f"{', '.join(paths[:MAX_NAMED])}{rest}"
        )
    for text in notes:
        lines += wrapped(text, width=terminal_width())
    if "distributions" in report:
        lines += _distribution_lines(report["distributions"])
    return lines
