"""The kinds of files that commands list, check and describe, and their readers."""

import re
from argparse import Action
from collections.abc import Callable
from importlib import import_module
from typing import Any, NamedTuple

from taskmodel.cli.screen import counted
from taskmodel.files import bundled
from taskmodel.files.heads import head
from taskmodel.files.suggestions import nearest
from taskmodel.files.yaml import read_text

Facts = dict[str, Any]
PHRASES = {"paths": "a file of paths", "moments": "a file of moments"}
# folders of bundled files by what an argument is called in the table of commands
TAKEN = {
    **dict.fromkeys(("CATALOG", "A", "B"), ("catalog",)),
    "WORLD": ("world", "loop"),
    **dict.fromkeys(("SCENARIO", "S"), ("scenario",)),
    "PLAN": ("plan",),
    "PATHS": ("path",),
    "T": ("trend",),
    "MOMENTS": ("moments",),
    "FILE": (),
}
CATALOG_KEYS = {"tasks", "pools", "nests", "supervision"}
# the key that every protocol has, and no file that commands take
PROTOCOL_KEY = "coverage"
LONE_PROTOCOL = (
    "this is a protocol, a part of a catalog: write its keys there, indented, below `protocols:` "
    "and an id of your choice, and the id in the list supervision.protocols; of a bundled one the "
    "id alone"
)
MAX_KEYS = 100  # among more no misspelt key is looked for
TEXT_OF_S = {"seed"}  # also called S, and a number


class Kind(NamedTuple):
    """One kind of file.

    Attributes
    ----------
    name, heading : str
        Name of a single file, and heading of the list.
    folder : str
        Kind of bundled file, as in `files.bundled`.
    loader, record : str
        Reader of a file, and the class of its records, as ``module:name``.
    facts : function
        Returns what JSON has besides name and title, from the head of a file.
    values, blocks : tuple of str
        What is read of the head: values, and ids of blocks.
    size : function or None
        Returns the text of the second column of the list, from the facts; None: there is none.
    present, absent : frozenset of str
        Keys of which a file of this kind has at least one, and keys that it lacks.
    """

    name: str
    heading: str
    folder: str
    loader: str
    record: str
    facts: Callable[[Facts], Facts]
    values: tuple[str, ...] = ("description",)
    blocks: tuple[str, ...] = ()
    size: Callable[[Facts], str] | None = None
    present: frozenset[str] = frozenset()
    absent: frozenset[str] = frozenset()

    @property
    def phrase(self) -> str:
        """The kind in words, such as ``a catalog``."""
        return PHRASES.get(self.name, f"a {self.name}")

    def use(self, file: str) -> str:
        """Return a command that takes a file of this kind, from the heading."""
        command = self.heading.partition("(")[2].rstrip(")")
        return re.sub(r"\bNAME\b", "CATALOG", re.sub(r"\w+$", lambda _: file, command))

    def bundled(self) -> tuple[str, ...]:
        """Return the names of the bundled files."""
        return bundled.names(self.folder)

    def load(self, name_or_path: Any, *scenario: Any) -> Any:
        """Read a file."""
        return _imported(self.loader)(name_or_path, *scenario)

    def record_class(self) -> Any:
        """Return the class of the records, which has the schema."""
        return _imported(self.record)

    def head(self, name: str) -> Facts:
        """Return name, title and facts of a bundled file."""
        path = bundled.folder(self.folder) / f"{name}.yaml"
        top = head(read_text(path), ("title", *self.values), self.blocks)
        return {"name": name, "title": top["title"], **self.facts(top)}


def _imported(name: str) -> Any:
    # at their use: a list of names needs no readers, which take most of a second to load
    module, _, attribute = name.partition(":")
    return getattr(import_module(f"taskmodel.{module}"), attribute)


def _description(top: Facts) -> Facts:
    return {"description": top.get("description", "")}


def _cases(facts: Facts) -> str:
    count = len(facts["cases"]) or 1
    return f"{count} case{'s' * (count > 1)}"


def _date(value: Any) -> float:
    return float(value["value"] if isinstance(value, dict) else value)


# a file is of the first kind whose keys fit, and a catalog if none do
KINDS = {
    "catalogs": Kind(
        "catalog",
        "Catalogs (taskmodel run NAME)",
        "catalog",
        "catalog:load_catalog",
        "catalog:Catalog",
        lambda top: {"question": top.get("question", ""), "tasks": len(top["tasks"])},
        ("question",),
        ("tasks",),
        lambda facts: counted(facts["tasks"], "task"),
    ),
    "scenarios": Kind(
        "scenario",
        "Scenarios, to lay over a catalog (taskmodel run NAME --scenario SCENARIO)",
        "scenario",
        "catalog:load_scenario",
        "catalog:Scenario",
        lambda top: {
            **_description(top),
            "catalog": top.get("catalog"),
            "sets": top["set"],
        },
        ("description", "catalog"),
        ("set",),
        lambda facts: f"sets {len(facts['sets'])}",
        present=frozenset({"set"}),
        absent=frozenset({"tasks"}),
    ),
    "plans": Kind(
        "plan",
        "Plans for a lead (taskmodel lead-time PLAN)",
        "plan",
        "lead.plans:load_plan",
        "lead.plans:Plan",
        lambda top: {"question": top.get("question", ""), "cases": top.get("cases", [])},
        ("question",),
        ("cases",),
        _cases,
        present=frozenset({"worker", "ladder"}),
    ),
    "worlds": Kind(
        "world",
        "Worlds, to run through time (taskmodel simulate WORLD)",
        "world",
        "takeoff.davidson.world:load_world",
        "takeoff.davidson.world:World",
        _description,
        present=frozenset({"full_automation_requirements_training"}),
    ),
    "loops": Kind(
        "loop",
        "Simpler loops, to run through time (taskmodel simulate LOOP)",
        "loop",
        "takeoff.loops:load_loop",
        "takeoff.loops.records:Loop",
        lambda top: {**_description(top), "priors": top.get("priors", [])},
        blocks=("priors",),
        present=frozenset({"loop"}),
    ),
    "trends": Kind(
        "trend",
        "Trends of horizons (taskmodel horizon --trend TREND)",
        "trend",
        "takeoff.horizons:load_trend",
        "takeoff.horizons.records:Trend",
        _description,
        present=frozenset({"models"}),
        absent=frozenset({"tasks"}),
    ),
    "paths": Kind(
        "paths",
        "Paths through time (taskmodel run CATALOG --over time --paths PATHS)",
        "path",
        "sweeps.paths:load_paths",
        "sweeps.paths:Paths",
        lambda top: {
            **_description(top),
            "begins": _date(top["begins"]),
            "ends": _date(top["ends"]),
        },
        ("description", "begins", "ends"),
        size=lambda facts: f"{facts['begins']:g} to {facts['ends']:g}",
        present=frozenset({"begins", "ends"}),
    ),
    "moments": Kind(
        "moments",
        "Evidence, to weight draws by (taskmodel calibrate CATALOG --moments MOMENTS)",
        "moments",
        "calibration:load_moments",
        "calibration.records:Moments",
        lambda top: {**_description(top), "moments": top["moments"]},
        blocks=("moments",),
        size=lambda facts: counted(len(facts["moments"]), "moment"),
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
    # a misspelt key tells the kind, too, such as `workers` of a plan
    if not keys & CATALOG_KEYS and len(keys) <= MAX_KEYS:
        for kind in KINDS.values():
            if any(nearest(name, keys, 1, 0.75) for name in kind.present):
                return kind
    return KINDS["catalogs"]


def is_protocol(data: Any) -> bool:
    """Return whether a file has nothing but a protocol, which `LONE_PROTOCOL` tells."""
    keys = data.keys() if isinstance(data, dict) else set()
    return PROTOCOL_KEY in keys and not keys & CATALOG_KEYS and kind_of(data).name == "catalog"


def kinds_taken(action: Action) -> tuple[str, ...] | None:
    """Return the folders of bundled files that an argument takes; None if it names no file."""
    return None if action.dest in TEXT_OF_S else TAKEN.get(str(action.metavar))
