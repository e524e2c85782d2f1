"""Runs of a world through time: its equations solved, or stepped as the reference steps them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from typing import Any

import numpy as np
import xarray as xr

from taskmodel._arguments import shown
from taskmodel.errors import InputError
from taskmodel.numerics.grids import calendar_years
from taskmodel.numerics.ranges import one_number
from taskmodel.numerics.types import Array
from taskmodel.takeoff.davidson.economy import economy
from taskmodel.takeoff.davidson.flow import Flow
from taskmodel.takeoff.davidson.moment_kernels import TIME
from taskmodel.takeoff.davidson.reference import step_through
from taskmodel.takeoff.davidson.requirements import TrainingLevels
from taskmodel.takeoff.davidson.results import world_dataset
from taskmodel.takeoff.davidson.rules import rules
from taskmodel.takeoff.davidson.solution import solve
from taskmodel.takeoff.davidson.track import Continuous, Stepped
from taskmodel.takeoff.davidson.world import World, load_world

TOLERANCE = 5e-6  # keeps dates within 1e-4 years
CANNOT_START = "{} cannot be followed beyond its start: {}; give less extreme parameters"
SPACING = 0.1  # years between reported moments


def simulate_world(
    scenario: str | PathLike[str] | World,
    set: Mapping[str, Any] | None = None,
    *,
    times: Sequence[float] | None = None,
    reference_step: float | None = None,
    tolerance: float = TOLERANCE,
) -> xr.Dataset:
    """Run Davidson's Full Takeoff Model through time.

    Parameters
    ----------
    scenario : str, path or World
        Name of a bundled world, such as ``davidson_best_guess``; path of a file; or a loaded world.
    set : mapping of str to value, optional
        Parameters by name; a plain number is in the declared unit. ``n_labour_tasks`` None: a
        continuum of tasks.
    times : sequence of float, optional
        Reported calendar years; default: every 0.1 year. Milestones and events do not depend on
        it.
    reference_step : float, optional
        Step as the reference's program does, with this step [year]; the reported moments are then
        those of the steps. Default: solve the differential equations.
    tolerance : float
        Largest error of a step of the equations, in the natural logarithms of stocks.

    Returns
    -------
    Dataset over ``time`` [calendar year]
        Levels, shares and automation; milestones over ``milestone``, events over ``event``. Where
        growth is unbounded, or a level exceeds the largest number, it ends early, and the
        attribute ``stopped`` gives the reason.

    Raises
    ------
    CatalogError
        With every defect of the scenario and of the values set.
    InputError
        If times are not increasing within the scenario's years, a step or tolerance is out of
        range, or parameters are so extreme that no first step is possible.

    Examples
    --------
    >>> changes = {"n_labour_tasks": 20}
    >>> world = simulate_world("davidson_best_guess", set=changes, times=[2022, 2030, 2040])
    >>> world["frac_tasks_automated_goods"].values.round(9).tolist()
    [0.0, 0.0, 1.0]
    """
    world = resolve_world(scenario, set)
    limits = rules(world.numbers())
    if reference_step is not None:
        if times is not None:
            raise InputError(
                "times cannot be chosen with reference_step: the moments are those of its steps"
            )
        stepped = _step_world(world, reference_step)
        settings = {"reference_step": reference_step}
        return world_dataset(world, limits, stepped, stepped.moments, None, settings)
    years = _reported_years(times, limits.start, limits.end)
    track = solve_world(world, tolerance)
    moments = track.moments(years)
    return world_dataset(world, limits, track, moments, track.path, {"tolerance": tolerance})


def resolve_world(
    scenario: str | PathLike[str] | World, set: Mapping[str, Any] | None = None
) -> World:
    """Return the world of a name, a path or a loaded world, with values set."""
    if isinstance(scenario, World):
        return scenario.with_set(set)
    return load_world(scenario, set)


def solve_world(
    world: World, tolerance: float = TOLERANCE, levels: TrainingLevels | None = None
) -> Continuous:
    """Return the solution of a world's equations; errors as in `simulate_world`.

    ``levels`` are training requirements of R&D in place of the world's own, as in `economy`.
    """
    checked_tolerance(tolerance)
    parameters = world.numbers()
    model = economy(parameters, levels)
    path = solve(Flow(model, rules(parameters)), tolerance)
    if not path.count:
        raise InputError(CANNOT_START.format(world.name, path.reason))
    return Continuous(model, path)


def _step_world(world: World, step: float) -> Stepped:
    parameters = world.numbers()
    model, limits = economy(parameters), rules(parameters)
    step = one_number("(-inf, inf)", "reference_step", step)
    if not 1e-4 <= step <= limits.end - limits.start:
        raise InputError(
            f"reference_step must be from 0.0001 years to the length of the run; found "
            f"{shown(step)}"
        )
    moments, reason = step_through(model, limits, step)
    if not len(moments):
        raise InputError(CANNOT_START.format(world.name, reason))
    last = moments[-1, TIME]
    return Stepped(model, moments, step, f"at {last:.6g}: {reason}" if reason else "")


def checked_tolerance(tolerance: float) -> None:
    """Refuse a tolerance that is out of range."""
    one_number("[1e-12, 0.01]", "tolerance", tolerance)


def _reported_years(times: Sequence[float] | None, start: float, end: float) -> Array:
    if times is None:
        count = max(1, round((end - start) / SPACING))
        return start + (end - start) * np.arange(count + 1) / count
    return calendar_years(times, start, end)
