"""The kinds of files that commands list and check, and their readers."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from taskmodel.calibration import bundled_moments, load_moments
from taskmodel.catalog import bundled_catalogs, bundled_scenarios, load_catalog, load_scenario
from taskmodel.lead.plans import bundled_plans, load_plan
from taskmodel.sweeps.paths import bundled_paths, load_paths
from taskmodel.takeoff.davidson.world import bundled_worlds, load_world
from taskmodel.takeoff.horizons import bundled_trends, load_trend
from taskmodel.takeoff.loops import bundled_loops, load_loop


class Kind(NamedTuple):
    """One kind of file.

    Attributes
    ----------
    name, heading : str
        Name of a single file, and heading of the list.
    bundled, load : function
        Names of the bundled files, and the reader of one.
    facts : function
        Returns what JSON has besides name and title.
    size : function or None
        Returns the text of the second column of the list, from the facts; None: there is none.
    present, absent : frozenset of str
        Keys of which a file of this kind has at least one, and keys that it lacks.
    """

    name: str
    heading: str
    bundled: Callable[[], Iterable[str]]
    load: Callable[[Any], Any]
    facts: Callable[[Any], dict[str, Any]]
    size: Callable[[dict[str, Any]], str] | None = None
    present: frozenset[str] = frozenset()
    absent: frozenset[str] = frozenset()


def _description(item: Any) -> dict[str, Any]:
    return {"description": item.description}


def _cases(facts: dict[str, Any]) -> str:
    count = len(facts["cases"]) or 1
    return f"{count} case{'s' * (count > 1)}"


# a file is of the first kind whose keys fit, and a catalog if none do
KINDS = {
    "catalogs": Kind(
        "catalog",
        "Catalogs (taskmodel run NAME)",
        bundled_catalogs,
        load_catalog,
        lambda catalog: {"question": catalog.question, "tasks": len(catalog.tasks)},
        lambda facts: f"{facts['tasks']} tasks",
    ),
    "scenarios": Kind(
        "scenario",
        "Scenarios, to lay over a catalog (taskmodel run NAME --scenario SCENARIO)",
        bundled_scenarios,
        load_scenario,
        lambda scenario: {
            **_description(scenario),
            "catalog": scenario.catalog,
            "sets": list(scenario.set),
        },
        lambda facts: f"sets {len(facts['sets'])}",
        present=frozenset({"set"}),
        absent=frozenset({"tasks"}),
    ),
    "plans": Kind(
        "plan",
        "Plans for a lead (taskmodel lead-time PLAN)",
        bundled_plans,
        load_plan,
        lambda plan: {"question": plan.question, "cases": list(plan.cases)},
        _cases,
        present=frozenset({"worker", "ladder"}),
    ),
    "worlds": Kind(
        "world",
        "Worlds, to run through time (taskmodel simulate WORLD)",
        bundled_worlds,
        load_world,
        _description,
        present=frozenset({"full_automation_requirements_training"}),
    ),
    "loops": Kind(
        "loop",
        "Simpler loops, to run through time (taskmodel simulate LOOP)",
        bundled_loops,
        load_loop,
        lambda loop: {**_description(loop), "priors": list(loop.priors)},
        present=frozenset({"loop"}),
    ),
    "trends": Kind(
        "trend",
        "Trends of horizons (taskmodel horizon --trend TREND)",
        bundled_trends,
        load_trend,
        _description,
        present=frozenset({"models"}),
        absent=frozenset({"tasks"}),
    ),
    "paths": Kind(
        "paths",
        "Paths through time (taskmodel run CATALOG --over time --paths PATHS)",
        bundled_paths,
        load_paths,
        lambda paths: {
            **_description(paths),
            "begins": paths.begins.value,
            "ends": paths.ends.value,
        },
        lambda facts: f"{facts['begins']:g} to {facts['ends']:g}",
        present=frozenset({"begins", "ends"}),
    ),
    "moments": Kind(
        "moments",
        "Evidence, to weight draws by (taskmodel calibrate CATALOG --moments MOMENTS)",
        bundled_moments,
        load_moments,
        lambda moments: {**_description(moments), "moments": list(moments.moments)},
        lambda facts: f"{len(facts['moments'])} moments",
        present=frozenset({"moments"}),
        absent=frozenset({"tasks"}),
    ),
}


def kind_of(data: Any) -> Kind:
    """Return the kind of a file, from what it holds."""
    keys = data.keys() if isinstance(data, dict) else set()
    for kind in KINDS.values():
        if keys & kind.present and not keys & kind.absent:
            return kind
    return KINDS["catalogs"]
