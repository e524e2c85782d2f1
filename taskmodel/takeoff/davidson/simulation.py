"""`simulate`: a world through time; `milestones`: what was reached when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path as FilePath
from typing import Any

import xarray as xr

from taskmodel.errors import InputError
from taskmodel.numerics.grids import calendar_years
from taskmodel.takeoff.davidson.economy import economy
from taskmodel.takeoff.davidson.flow import Flow
from taskmodel.takeoff.davidson.reference import step_through
from taskmodel.takeoff.davidson.results import dataset
from taskmodel.takeoff.davidson.rules import rules
from taskmodel.takeoff.davidson.solve import solve
from taskmodel.takeoff.davidson.track import Continuous, Stepped
from taskmodel.takeoff.davidson.world import World, load_world

__all__ = ["milestones", "simulate"]

TOLERANCE = 5e-6  # dates are then within 1e-4 years
NOWHERE = "{} cannot be followed beyond its start: {}; give less extreme parameters"
SPACING = 0.1  # years between the moments that are reported


def simulate(
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
        Name of a bundled world, such as ``davidson_best_guess``; the path of a file; or a loaded world.
    set : mapping of str to value, optional
        Parameters by name; a plain number is in the declared unit. ``n_labour_tasks`` None: a continuum of tasks.
    times : sequence of float, optional
        Calendar years to report; default: every 0.1 year. Milestones and events do not depend on it.
    reference_step : float, optional
        Step as the reference's program does, with this step [year]; default: solve the differential equations. Its moments
        are those of its steps.
    tolerance : float
        Largest error of a step of the equations, in the natural logarithms of stocks.

    Returns
    -------
    Dataset over ``time`` [calendar year]
        Levels, shares and automation; milestones over ``milestone``, events over ``event``. Where growth is without bound, or
        a level is beyond the largest number, it ends there, and the attribute ``stopped`` says so.

    Raises
    ------
    CatalogError
        With every defect of the scenario and of the values set.
    InputError
        If times are not in order within the scenario's years, a step or tolerance makes no sense, or parameters are so extreme
        that not even a first step can be taken.

    Examples
    --------
    >>> world = simulate("davidson_best_guess", set={"n_labour_tasks": 20}, times=[2022, 2030, 2040])
    >>> world["frac_tasks_automated_goods"].values.tolist()
    [0.0, 0.0, 1.0]
    """
    world = world_of(scenario, set)
    given = world.numbers()
    model, limits = economy(given), rules(given)
    if reference_step is not None:
        if times is not None:
            raise InputError(
                "times cannot be chosen with reference_step: the moments are those of its steps"
            )
        if not 1e-4 <= reference_step <= limits.end - limits.start:
            raise InputError(
                f"reference_step must be from 0.0001 years to the length of the run; found {reference_step!r}"
            )
        moments, reason = step_through(model, limits, reference_step)
        if not moments:
            raise InputError(NOWHERE.format(world.name, reason))
        stepped = Stepped(
            model, moments, reference_step, f"at {moments[-1].time:.6g}: {reason}" if reason else ""
        )
        return dataset(
            world, model, limits, stepped, moments, None, {"reference_step": reference_step}
        )
    asked = _times(times, limits.start, limits.end)
    track = follow(world, tolerance)
    path = track.path
    moments = [one for time in asked if (one := track.at(time)) is not None]
    return dataset(world, model, limits, track, moments, path, {"tolerance": tolerance})


def world_of(scenario: str | PathLike[str] | World, set: Mapping[str, Any] | None = None) -> World:
    """The world that is meant by a name, a path, or itself, with values set."""
    if isinstance(scenario, World):
        return scenario.replace(set) if set else scenario
    return load_world(scenario if isinstance(scenario, str) else FilePath(scenario), set)


def follow(world: World, tolerance: float = TOLERANCE) -> Continuous:
    """The solution of a world's equations, which can be asked for any moment; arguments and errors as of `simulate`."""
    checked_tolerance(tolerance)
    given = world.numbers()
    model = economy(given)
    path = solve(Flow(model, rules(given)), tolerance)
    if not path.starts:
        raise InputError(NOWHERE.format(world.name, path.reason))
    return Continuous(model, path)


def checked_tolerance(tolerance: float) -> None:
    """Refuse a tolerance that makes no sense."""
    if not 1e-12 <= tolerance <= 1e-2:
        raise InputError(f"tolerance must be from 1e-12 to 0.01; found {tolerance!r}")


def _times(times: Sequence[float] | None, start: float, end: float) -> list[float]:
    if times is None:
        count = max(1, round((end - start) / SPACING))
        return [start + (end - start) * place / count for place in range(count + 1)]
    return calendar_years(times, start, end).tolist()


def milestones(world: xr.Dataset) -> xr.Dataset:
    """What a simulated world reaches when.

    Parameters
    ----------
    world : Dataset
        As `simulate` returns it, or `taskmodel.alignment_beside`.

    Returns
    -------
    Dataset over ``milestone``
        ``value`` with its ``unit`` and ``meaning``; of Davidson's worlds under the names of the reference's table of headlines, and
        with ``gwp_doubling_times``; with alignment beside, dates, the work done by each, and the months between each two; of a
        loop's draws over ``draw`` besides, of a horizon over ``driver`` and ``success``. NaN: not reached.

    Raises
    ------
    TypeError, ValueError
        If it is no simulated world.

    Examples
    --------
    >>> found = milestones(simulate("davidson_best_guess", times=[2022]))
    >>> round(found["value"].sel(milestone="automation_gns_100%").item(), 3)
    2039.718
    """
    if not isinstance(world, xr.Dataset):
        raise TypeError(
            f"milestones are those of a Dataset, as taskmodel.simulate returns it; found {type(world).__name__}"
        )
    if "milestone_value" not in world:
        raise InputError(
            "this dataset has no milestones: give the result of taskmodel.simulate or taskmodel.alignment_beside"
        )
    names = [str(name) for name in world.data_vars if str(name).startswith("milestone_")]
    chosen = {name.removeprefix("milestone_"): world[name].variable for name in names}
    over = [
        name
        for name in ("milestone", "doubling", "until", "draw", "driver", "success")
        if name in world.coords
    ]
    return xr.Dataset(chosen, {name: world[name] for name in over}, world.attrs)
