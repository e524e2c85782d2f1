"""The capability map: which training run a task takes, for a world and for catalogs beside it.

A world has Davidson's map (`full_automation_requirements_training` and the gap below it), a catalog
that of its horizons. Months between a date on one map and a date on the other compare the maps, not
the research, so that one map has to serve both:

- ``catalog``: the world's R&D tasks require what the tasks of a catalog of capability research do,
  by their shares of hours, whether or not they may be delegated; goods tasks
  ``goods_vs_rnd_requirements_training`` times that. Running compute makes up for no shortfall,
  since horizons know none.
- ``davidson``: the tasks of a catalog, in the order of their own thresholds, require what the
  world's R&D tasks at the middle of their shares do, less the shortfall that running compute makes
  up for.
- ``separate``: each has its own, and there are no months between the two.

Requirements of a world are FLOP at the software of its start, thresholds of a catalog FLOP at that
of `over_time.software_date`.

Source: docs, model, section 7.
"""

from __future__ import annotations

from math import exp, isfinite, log
from typing import NamedTuple

import numpy as np

from taskmodel._arguments import word
from taskmodel.catalog import Catalog, load_catalog
from taskmodel.errors import NoAnswer
from taskmodel.numerics.types import Array
from taskmodel.organisation.abilities import training_thresholds
from taskmodel.organisation.quantities import Quantities
from taskmodel.takeoff.beside.embedding import software_at, software_date
from taskmodel.takeoff.davidson.requirements import TrainingLevels, requirements
from taskmodel.takeoff.davidson.simulation import solve_world
from taskmodel.takeoff.davidson.track import Continuous
from taskmodel.takeoff.davidson.world import World

CATALOG, DAVIDSON, SEPARATE = "catalog", "davidson", "separate"
MAPS = (CATALOG, DAVIDSON, SEPARATE)
DEFAULT = "ml_capability_rnd"  # the catalog of the world's R&D tasks
# numbers of a catalog that make its line of horizons
LINE = (
    "capability.intercept",
    "capability.slope",
    "capability.reference_compute",
    "capability.required_success",
    "capability.success_slope",
    "over_time.software_date",
)
KIND = ("success", "worker")  # which of these numbers there have to be
ROUNDS = 20  # of the search for the world's software at the date in which compute is measured
CLOSE = 1e-9  # of its logarithm


class Mapped(NamedTuple):
    """A world and catalogs on the maps that were asked for.

    Attributes
    ----------
    track : Continuous
    alignment : Catalog
    capabilities : Catalog or None
    source : str
        Name of the catalog from which the world's requirements are; "" if they are its own.
    """

    track: Continuous
    alignment: Catalog
    capabilities: Catalog | None
    source: str


def on_maps(
    world: World,
    tolerance: float,
    alignment: Catalog,
    capabilities: Catalog | None,
    capability_map: str,
) -> Mapped:
    """Solve a world, and lay a capability map over it or over the catalogs.

    Raises
    ------
    InputError
        If there is no such map.
    CatalogError
        If two catalogs of one map have different lines of horizons, or one has no software date.
    """
    capability_map = word("map", capability_map, MAPS)
    if capability_map == CATALOG:
        source = _on_line_of(alignment, capabilities)
        track = _with_levels_of(source, world, tolerance)
        return Mapped(track, alignment, capabilities, source.name)
    track = solve_world(world, tolerance)
    if capability_map == DAVIDSON:
        alignment = _with_requirements_of(track, alignment)
        capabilities = capabilities and _with_requirements_of(track, capabilities)
    return Mapped(track, alignment, capabilities, "")


def _on_line_of(alignment: Catalog, capabilities: Catalog | None) -> Catalog:
    """Return the catalog whose tasks are the world's R&D, on the alignment catalog's line."""
    software_date(alignment)
    if capabilities is None:
        line = {path: alignment.get(path) for path in LINE}
        kind = {f"capability.{name}": getattr(alignment.capability, name) for name in KIND}
        return load_catalog(DEFAULT, set=line | kind)
    software_date(capabilities)
    for path in LINE:
        ours, theirs = alignment.get(path), capabilities.get(path)
        if ours != theirs:
            raise alignment.error(
                tuple(path.split(".")),
                f"found {_told(ours)}, and {_told(theirs)} in {capabilities.name}: months between "
                "two capability maps compare the maps; set the same in both, or ask for the map "
                f"{SEPARATE!r}, which has no months between the two",
            )
    return capabilities


def _told(value: float | None) -> str:
    return "none" if value is None else f"{value:.10g}"


def _hours_and_thresholds(catalog: Catalog) -> tuple[Array, Array, list[str]]:
    """Return shares of hours, training thresholds [FLOP] and names of tasks, the easiest first."""
    thresholds = training_thresholds(Quantities(catalog))[0]
    names = list(catalog.tasks)
    for name, threshold in zip(names, thresholds.tolist(), strict=True):
        if not isfinite(threshold):
            raise catalog.error(
                ("tasks", name, "horizon"),
                "asks for more training compute than there are numbers, so that the task has no "
                "place on a capability map; give it a shorter horizon, or ask for the map "
                f"{SEPARATE!r}",
            )
    shares = np.array([task.share.value for task in catalog.tasks.values()])
    order = np.argsort(thresholds, kind="stable")
    return shares[order] / shares.sum(), thresholds[order], [names[index] for index in order]


def _with_levels_of(catalog: Catalog, world: World, tolerance: float) -> Continuous:
    """Return the solution of a world whose R&D tasks require what a catalog's tasks do."""
    shares, thresholds, _ = _hours_and_thresholds(catalog)
    ends = np.cumsum(shares)
    ends[-1] = 1.0
    levels = TrainingLevels(tuple(ends.tolist()), tuple(np.log(thresholds).tolist()))
    log_software = log(software_at(solve_world(world, tolerance), catalog))
    # The world's software at the software date sets the levels. Where tasks open before that date
    # it depends on them, and the search is for the fixed point.
    for _ in range(ROUNDS):
        track = solve_world(world, tolerance, levels.raised(log_software))
        preceding, log_software = log_software, log(software_at(track, catalog))
        if abs(log_software - preceding) <= CLOSE:
            return track
    raise NoAnswer(
        f"no course of {world.name} agrees with the thresholds of {catalog.name}: tasks open to AI "
        "before over_time.software_date, and each course has other software then; take an earlier "
        f"date, or the map {DAVIDSON!r}"
    )


def _with_requirements_of(track: Continuous, catalog: Catalog) -> Catalog:
    """Return a catalog whose tasks require what the world's R&D tasks do."""
    shares, _, names = _hours_and_thresholds(catalog)
    family = track.economy.families[1]
    middles = (np.cumsum(shares) - shares / 2).tolist()
    hardest, gap, steepness = family.training
    levels = np.array(requirements(hardest, gap, middles, steepness))
    levels -= family.log_shortfall + log(software_at(track, catalog))
    # Horizons give the thresholds, since other rules read them: a threshold grows as the horizon
    # to the power of 1 / slope.
    by_horizon = catalog.replace({f"tasks.{name}.automation_threshold": None for name in names})
    thresholds = dict(
        zip(catalog.tasks, training_thresholds(Quantities(by_horizon))[0].tolist(), strict=True)
    )
    slope = catalog.capability.slope.value
    return by_horizon.replace(
        {
            f"tasks.{name}.horizon_multiplier": catalog.tasks[name].horizon_multiplier.value
            * exp(slope * (level - log(thresholds[name])))
            for name, level in zip(names, levels.tolist(), strict=True)
        }
    )
