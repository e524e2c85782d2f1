"""The page docs/trust.md, of what `run` has written down."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def faults_of(found: Any) -> list[Any]:
    """Return everything that fell in the record of a part."""
    if not isinstance(found, dict):
        return []
    own: list[Any] = [*found.get("faults", ()), *found.get("different", ())]
    own += [{"number": number, "wrong": why} for number, why in found.get("wrong", {}).items()]
    for value in found.values():
        own += faults_of(value)
    return own


def _files(found: dict[str, Any]) -> str:
    flavours = found["by_flavour_and_exit_code"]
    parts = ", ".join(f"{sum(codes.values()):,} {name}" for name, codes in flavours.items())
    return (
        f"{found['files']:,} files through `taskmodel check` ({parts}); slowest "
        f"{found['slowest_cpu_seconds']} s of CPU; memory grew by {found['memory_grown_mb']} MB"
    )


def _catalogs(found: dict[str, Any]) -> str:
    refused = found["refused"]
    count = sum(refused.values())
    why = f" ({', '.join(f'{name} {number}' for name, number in refused.items())})" if count else ""
    return (
        f"{found['catalogs']:,} random valid catalogs through load, sweep, latency, save and open, "
        f"{found['events']:,} events; {count} refused{why}; "
        f"in {found.get('without_a_cost_somewhere', 'an unknown number')} what oversight costs is "
        "not certified somewhere"
    )


def _duality(found: dict[str, Any]) -> str:
    kinds = {name: each for name, each in found.items() if isinstance(each, dict)}
    return "; ".join(
        f"{name}: {each['organisations']:,} organisations, {len(each['refused'])} refused, "
        f"{len(each['wrong'])} wrong by weak duality"
        for name, each in kinds.items()
    )


def _conic(found: dict[str, Any]) -> str:
    return (
        f"{found['compared']:,} organisations against Clarabel: largest relative difference "
        f"{found['largest_difference']:.1e}; {found['not_compared']} where one of the two gave none"
    )


SENTENCES = {
    "files": _files,
    "lines": lambda found: f"{found['lines']:,} random lines through the parser",
    "settings": lambda found: f"{found['settings']:,} random settings through `review-load --set`",
    "catalogs": _catalogs,
    "duality": _duality,
    "conic": _conic,
    "interrupts": lambda found: (
        f"{found['moments']} interrupts (SIGINT, SIGTERM) of {found['commands']} commands at "
        f"random moments from 0.1 s on; exit codes {found['exit_codes']}"
    ),
    "bits": lambda found: (
        f"{', '.join(found['questions'])}: bits of answer and files in {found['environments']} "
        "environments (threads, seeds of hashes, repeated)"
    ),
}


def _rows(folder: Path) -> Iterator[str]:
    yield "| What was tried | Fell | CPU [s] | Share of full size | Date, version, Python |"
    yield "|---|---|---|---|---|"
    for name, sentence in SENTENCES.items():
        path = folder / f"{name}.json"
        if not path.exists():
            yield f"| {name}: not run | | | | |"
            continue
        found = json.loads(path.read_text())
        when = f"{found['date']}, {found['version']}, {found['python']}"
        fell, cpu = len(faults_of(found)), found["cpu_seconds"]
        yield f"| {sentence(found)} | {fell} | {cpu:,} | {found['share']:g} | {when} |"


def page_of(folder: Path) -> str:
    """Return the page."""
    text = (HERE / "page.md").read_text(encoding="utf-8")
    return text.replace("TABLE\n", "\n".join([*_rows(folder), ""]))
