"""Groups of uncertain numbers that are one input: `Inputs`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike

import numpy as np

from taskmodel.catalog import Catalog
from taskmodel.errors import InputError
from taskmodel.numerics.normal import normal_quantile
from taskmodel.numerics.types import Array
from taskmodel.questions._ensemble import OF_PATHS
from taskmodel.sweeps.paths import Paths, load_paths
from taskmodel.sweeps.points import needs_catalog
from taskmodel.uncertainty import Sampler, sampler

END = float(normal_quantile(0.95))  # score of the upper end of a 90 % interval
FIELDS = "tasks.*."  # before the name of a field of the tasks


@dataclass(frozen=True, eq=False)
class Inputs:
    """The uncertain numbers of a catalog and of the paths that it follows.

    Parameters
    ----------
    samplers : dict of str to Sampler
        By what stands before the names of their numbers: nothing, or ``paths ``.
    """

    samplers: dict[str, Sampler]

    @property
    def groups(self) -> dict[str, list[str]]:
        """Independent normal numbers (`Sampler.names`) that are one input, by its name.

        Numbers of one group of the file are one input, and so are several ungrouped numbers of one
        field of the tasks (``tasks.*.share``); any other number is one by itself. Inputs that a
        correlation ties become one, named after all of them.
        """
        result: dict[str, list[str]] = {}
        for prefix, laws in self.samplers.items():
            titles = _inputs_by_number(laws)
            for name in laws.names:
                result.setdefault(prefix + titles[name], []).append(prefix + name)
        return result

    @property
    def members(self) -> dict[str, list[str]]:
        """Uncertain numbers by input, in the order of `groups`."""
        result: dict[str, list[str]] = {name: [] for name in self.groups}
        for prefix, laws in self.samplers.items():
            titles = _inputs_by_number(laws)
            for path in laws.laws:
                result[prefix + titles[path]].append(prefix + path)
        return result

    def at_pivots(self, columns: Mapping[str, Array]) -> dict[str, Array]:
        """Return columns with the level at the pivot in place of the intercept of each line."""
        result = dict(columns)
        for prefix, laws in self.samplers.items():
            for line in laws.lines:
                intercept, slope = prefix + line.intercept, prefix + line.slope
                if intercept in columns and slope in columns:
                    result[intercept] = columns[intercept] + line.pivot * columns[slope]
        return result

    def columns(self, normals: Mapping[str, Array]) -> dict[str, Array]:
        """Return the draws, as `taskmodel.ensemble` takes them, of independent normal numbers."""
        result: dict[str, Array] = {}
        for prefix, laws in self.samplers.items():
            own = {name: normals[prefix + name] for name in laws.names}
            columns = laws.columns(laws.scores(own))
            result |= {prefix + path: column for path, column in columns.items()}
        return result

    def moves(self) -> dict[str, dict[str, float]]:
        """Return the scores of numbers at the upper end of each input, by its name.

        A group moves by what its members have in common; a number that is in no group, alone.
        """
        result: dict[str, dict[str, float]] = {}
        for prefix, laws in self.samplers.items():
            for path in laws.laws:
                group, common = laws.groups.get(path, ("", 0.0))
                name, score = (group, np.sqrt(common) * END) if common > 0 else (path, END)
                result.setdefault(prefix + name, {})[prefix + path] = float(score)
        return result

    def at_scores(self, scores: Mapping[str, Array], rows: int) -> dict[str, Array]:
        """Return the draws of scores, those left out at their medians."""
        result: dict[str, Array] = {}
        for prefix, laws in self.samplers.items():
            own = {path: scores.get(prefix + path, np.zeros(rows)) for path in laws.laws}
            columns = laws.columns(own)
            result |= {prefix + path: column for path, column in columns.items()}
        return result


def inputs_of(catalog: Catalog, paths: Paths | None) -> Inputs:
    """Return the uncertain numbers of a catalog and of paths.

    Raises
    ------
    TypeError
        If the argument is not a Catalog.
    InputError
        If nothing is uncertain.
    CatalogError
        If a law leaves the range of its number.
    """
    needs_catalog(catalog)
    samplers = {"": sampler(catalog)}
    if paths is not None:
        samplers[OF_PATHS] = sampler(paths)
    samplers = {prefix: laws for prefix, laws in samplers.items() if laws.laws}
    if not samplers:
        raise InputError("no number is uncertain: give some low and high (docs/uncertainty.md)")
    return Inputs(samplers)


def as_paths(paths: str | PathLike[str] | Paths) -> Paths:
    """Return paths by bundled name or file."""
    if isinstance(paths, Paths):
        return paths
    return load_paths(paths)


def _inputs_by_number(laws: Sampler) -> dict[str, str]:
    """Return the input of each number of a draw, and of each uncertain number, by its name.

    Those that correlations tie have one. A number that is alone in its field has its own name: that
    of the field means all tasks.
    """
    homes = {name: _input_of(laws, name) for name in (*laws.names, *laws.laws)}
    members = Counter(homes[path] for path in laws.laws)
    for name, home in homes.items():
        if home.startswith(FIELDS) and members[home] == 1:
            homes[name] = name
    tied = dict.fromkeys(homes[path] for path in laws.correlated)
    return {name: " + ".join(tied) if home in tied else home for name, home in homes.items()}


def _input_of(laws: Sampler, name: str) -> str:
    """Return the group or the field of a number; of other numbers the name."""
    if name.startswith("group "):
        return name.removeprefix("group ")
    group, common = laws.groups.get(name, ("", 0.0))
    if common > 0:
        return group
    first, *_, last = name.split(".")
    return FIELDS + last if first == "tasks" else name
