"""`taskmodel list`: catalogs, scenarios and other files that come with the package."""

from argparse import Namespace
from typing import Any

from taskmodel.cli.kinds import KINDS
from taskmodel.cli.output import Answer
from taskmodel.cli.screen import plain, table


def answer(_: Namespace) -> Answer:
    """List names, titles and sizes, by kind."""
    facts: dict[str, list[dict[str, Any]]] = {}
    for key, kind in KINDS.items():
        facts[key] = [kind.head(name) for name in kind.bundled()]
    return Answer(facts, lambda: _lines(facts))


def _lines(facts: dict[str, list[dict[str, Any]]]) -> list[str]:
    lines: list[str] = []
    for key, kind in KINDS.items():
        rows = []
        for row in facts[key]:
            size = [] if kind.size is None else [kind.size(row)]
            only = f" (of {row['catalog']})" if row.get("catalog") else ""
            rows.append([row["name"], *size, plain(row["title"]) + only])
        columns = (0, 1) if kind.size is None else (0, 2)
        lines += ["", kind.heading, *table(rows, left_columns=columns)]
    return lines[1:]
