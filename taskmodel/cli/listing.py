"""`taskmodel list`: catalogs, scenarios and other files that come with the package."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from taskmodel.catalog import bundled_catalogs, bundled_scenarios, load_catalog, load_scenario
from taskmodel.cli.output import Answer
from taskmodel.cli.screen import plain, table
from taskmodel.lead.plans import bundled_plans, load_plan
from taskmodel.sweeps.paths import bundled_paths, load_paths
from taskmodel.takeoff.davidson.world import bundled_worlds, load_world
from taskmodel.takeoff.horizons import bundled_trends, load_trend
from taskmodel.takeoff.loops import bundled_loops, load_loop


class Kind(NamedTuple):
    """One kind of file.

    Attributes
    ----------
    heading : str
        Heading of the section.
    names, load : function
        Names of the bundled files, and the reader of one.
    facts : function
        Returns what JSON has besides name and title.
    size : function or None
        Returns the text of the second column, from the facts; None: there is none.
    """

    heading: str
    names: Callable[[], Iterable[str]]
    load: Callable[[str], Any]
    facts: Callable[[Any], dict[str, Any]]
    size: Callable[[dict[str, Any]], str] | None = None


def _described(item: Any) -> dict[str, Any]:
    return {"description": item.description}


def _cases(facts: dict[str, Any]) -> str:
    count = len(facts["cases"]) or 1
    return f"{count} case{'s' * (count > 1)}"


KINDS = {
    "catalogs": Kind(
        "Catalogs (taskmodel run NAME)",
        bundled_catalogs,
        load_catalog,
        lambda catalog: {"question": catalog.question, "tasks": len(catalog.tasks)},
        lambda facts: f"{facts['tasks']} tasks",
    ),
    "scenarios": Kind(
        "Scenarios, to lay over a catalog (taskmodel run NAME --scenario SCENARIO)",
        bundled_scenarios,
        load_scenario,
        lambda scenario: {
            **_described(scenario),
            "catalog": scenario.catalog,
            "sets": list(scenario.set),
        },
        lambda facts: f"sets {len(facts['sets'])}",
    ),
    "plans": Kind(
        "Plans for a lead (taskmodel lead-time PLAN)",
        bundled_plans,
        load_plan,
        lambda plan: {"question": plan.question, "cases": list(plan.cases)},
        _cases,
    ),
    "worlds": Kind(
        "Worlds, to run through time (taskmodel simulate WORLD)",
        bundled_worlds,
        load_world,
        _described,
    ),
    "loops": Kind(
        "Simpler loops, to run through time (taskmodel simulate LOOP)",
        bundled_loops,
        load_loop,
        lambda loop: {**_described(loop), "priors": list(loop.priors)},
    ),
    "trends": Kind(
        "Trends of horizons (taskmodel horizon --trend TREND)",
        bundled_trends,
        load_trend,
        _described,
    ),
    "paths": Kind(
        "Paths through time (taskmodel run CATALOG --over time --paths PATHS)",
        bundled_paths,
        load_paths,
        lambda paths: {
            **_described(paths),
            "begins": paths.begins.value,
            "ends": paths.ends.value,
        },
        lambda facts: f"{facts['begins']:g} to {facts['ends']:g}",
    ),
}


def answer(args: Namespace) -> Answer:
    """List names, titles and sizes, by kind."""
    facts: dict[str, list[dict[str, Any]]] = {}
    for key, kind in KINDS.items():
        items = ((name, kind.load(name)) for name in kind.names())
        facts[key] = [
            {"name": name, "title": item.title, **kind.facts(item)} for name, item in items
        ]
    return Answer(facts, lambda: _lines(facts))


def _lines(facts: dict[str, list[dict[str, Any]]]) -> list[str]:
    lines: list[str] = []
    for key, kind in KINDS.items():
        rows = []
        for row in facts[key]:
            size = [] if kind.size is None else [kind.size(row)]
            only = f" (of {row['catalog']})" if row.get("catalog") else ""
            rows.append([row["name"], *size, plain(row["title"]) + only])
        left = (0, 1) if kind.size is None else (0, 2)
        lines += ["", kind.heading, *table(rows, left=left)]
    return lines[1:]
