"""The warm model behind the page: catalogs, levers, sweeps and draws, each computed once."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Mapping
from concurrent.futures import CancelledError
from dataclasses import dataclass
from functools import cached_property
from os import PathLike
from typing import Any

import numpy as np
import xarray as xr

from taskmodel.calibration.draws import EvidencedDraws, bundled_evidence, evidenced_draws
from taskmodel.calibration.records import Moments
from taskmodel.catalog import Catalog, bundled_scenarios, load_catalog, load_scenario
from taskmodel.errors import CatalogError, InputError, TaskmodelError
from taskmodel.explore.choices import Choice
from taskmodel.explore.kept import Kept
from taskmodel.explore.levers import Lever, levers_of, moved_catalog, ranked
from taskmodel.explore.numbers import NumberEntry, task_entries
from taskmodel.explore.right_of_way import RightOfWay
from taskmodel.files.suggestions import did_you_mean, listing
from taskmodel.numerics.stopping import looking
from taskmodel.summary.by_date import paths_of_compute
from taskmodel.sweeps._sweep import sweep
from taskmodel.sweeps.paths import bundled_paths, load_paths

DRAWS, SEED = 256, 1
POINTS = 100  # of a curve, besides its events
KEPT = 24  # results of the latest choices
DEFAULT_PATHS = "epoch_trend"


@dataclass(frozen=True)
class Start:
    """A catalog with a scenario, before anything is moved.

    Attributes
    ----------
    catalog : Catalog
    levers : dict of str to Lever
    moments : Moments or None
        Evidence that its draws are weighted by.
    """

    catalog: Catalog
    levers: dict[str, Lever]
    moments: Moments | None

    @cached_property
    def task_numbers(self) -> dict[str, list[NumberEntry]]:
        """The numbers of each task."""
        return {name: task_entries(self.catalog, name) for name in self.catalog.tasks}


class Workbench:
    """The model of one catalog, for many requests at a time.

    Parameters
    ----------
    name_or_path : str or Path
        The catalog.
    scenario : str, optional
        Bundled name or path of a scenario that the page begins with.
    settings : mapping of str to value, optional
        Values by dotted path that are set in all scenarios.

    Attributes
    ----------
    base : Catalog
        With the scenario and the settings.
    first : str
        The scenario; empty: none.
    settings : dict of str to value
    scenarios : dict of str to str
        Titles of those that the catalog can have.

    Raises
    ------
    CatalogError
        As of `load_catalog`.
    """

    def __init__(
        self,
        name_or_path: str | PathLike[str],
        scenario: str | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        self._name, self.settings = name_or_path, dict(settings or {})
        self.base, self.first = self._with_scenario(scenario or ""), scenario or ""
        names = [name for name in bundled_scenarios() if self._fits(name)]
        if self.first and self.first not in names:
            names.append(self.first)
        self.scenarios = {name: load_scenario(name).title for name in names}
        loaded = {name: load_paths(name) for name in bundled_paths()}
        self.paths = {
            name: paths
            for name, paths in loaded.items()
            if paths.compute or paths.effective_compute
        }
        self.start: Kept[str, Start] = Kept(self._start, KEPT)
        self.levers: Kept[str, list[Lever]] = Kept(self._levers, KEPT)
        self.catalog: Kept[Choice, Catalog] = Kept(self._catalog, KEPT)
        self.curve: Kept[Choice, xr.Dataset] = Kept(self._curve, KEPT)
        self.draws = Draws(self)
        self.right_of_way = RightOfWay()

    def warm_up(self) -> None:
        """Begin what the page asks for first, in the background: kernels, the curve, draws."""
        threading.Thread(target=self._warm_up, name="warm-up", daemon=True).start()

    def _warm_up(self) -> None:
        # the page asks again, and tells it
        with contextlib.suppress(TaskmodelError, CancelledError), looking(self.right_of_way.look):
            self.curve(Choice(self.first))
            self.levers(self.first)
            self.draws.weighing(self.first)

    def _fits(self, scenario: str) -> bool:
        only = load_scenario(scenario).catalog
        if only is not None and only != self.base.name:
            return False
        try:
            self._with_scenario(scenario)
        except CatalogError:  # it speaks of what this catalog does not have
            return False
        return True

    def _with_scenario(self, scenario: str) -> Catalog:
        return load_catalog(self._name, scenario or None, self.settings)

    def _start(self, scenario: str) -> Start:
        if scenario and scenario not in self.scenarios:
            hint = did_you_mean(scenario, self.scenarios)
            hint = hint or f"; there are {listing(self.scenarios)}"
            raise InputError(f"scenario: found {scenario!r}{hint}")
        catalog = self._with_scenario(scenario)
        return Start(catalog, levers_of(catalog), bundled_evidence(catalog))

    def _levers(self, scenario: str) -> list[Lever]:
        start = self.start(scenario)
        return ranked(start.catalog, start.levers, paths_of_compute(DEFAULT_PATHS))

    def _catalog(self, choice: Choice) -> Catalog:
        start = self.start(choice.scenario)
        return moved_catalog(start.catalog, start.levers, choice)

    def task_numbers(self, choice: Choice) -> dict[str, list[NumberEntry]]:
        """Return the numbers of each task, with their sources."""
        start, catalog = self.start(choice.scenario), self.catalog(choice)
        same = catalog.basis == start.catalog.basis
        return {
            name: start.task_numbers[name]
            if same and start.catalog.tasks.get(name) is task  # nothing of it has changed
            else task_entries(catalog, name)
            for name, task in catalog.tasks.items()
        }

    def _curve(self, choice: Choice) -> xr.Dataset:
        catalog = self.catalog(choice)
        grid = catalog.compute.grid
        points = np.geomspace(grid.low, grid.high, POINTS)
        today = catalog.compute.today.value
        inside = [today] if grid.low <= today <= grid.high else []
        return sweep(catalog, np.union1d(points, inside))


@dataclass
class Weighing:
    """Draws of one scenario, as they are weighted.

    Attributes
    ----------
    share : float
        Part of the work that is done.
    draws : EvidencedDraws or None
    error : TaskmodelError or None
    """

    share: float = 0.0
    draws: EvidencedDraws | None = None
    error: BaseException | None = None


class Draws:
    """Draws of uncertain numbers in proportion to the evidence, by scenario, in the background."""

    def __init__(self, workbench: Workbench) -> None:
        self._workbench = workbench
        self._weighings: dict[str, Weighing] = {}
        self._lock = threading.Lock()

    def weighing(self, scenario: str) -> Weighing:
        """Return the draws of a scenario, or what there is of them; their weighing begins."""
        start = self._workbench.start(scenario)
        with self._lock:
            weighing = self._weighings.get(scenario)
            if weighing is None:
                weighing = self._weighings[scenario] = Weighing()
                threading.Thread(
                    target=self._weigh, args=(start, weighing), name="draws", daemon=True
                ).start()
        return weighing

    def _weigh(self, start: Start, weighing: Weighing) -> None:
        right_of_way = self._workbench.right_of_way
        give_way = right_of_way.longer_work()

        def advance(share: float) -> None:
            weighing.share = share
            give_way()

        try:
            with looking(right_of_way.look):
                weighing.draws = evidenced_draws(
                    start.catalog, start.moments, DRAWS, seed=SEED, advance=advance
                )
        except (TaskmodelError, CancelledError) as error:
            weighing.error = error

    def ready(self, scenario: str) -> bool:
        """Whether the weighing of a scenario has ended, well or not."""
        weighing = self.weighing(scenario)
        return weighing.draws is not None or weighing.error is not None
