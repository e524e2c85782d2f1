"""`simulate` runs any model of takeoff by name, and `milestones` reads what a run reaches."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import xarray as xr

from taskmodel._arguments import path_text
from taskmodel.errors import ArgumentError, InputError
from taskmodel.files.bundled import find_file
from taskmodel.files.suggestions import did_you_mean
from taskmodel.takeoff import loops
from taskmodel.takeoff.davidson.simulation import simulate_world
from taskmodel.takeoff.davidson.world import World, bundled_worlds
from taskmodel.takeoff.loops.records import Loop

OPTIONS = {
    "a loop": ("times", "draws", "seed"),
    "a world": ("times", "reference_step", "tolerance"),
}
DIMENSIONS = ("milestone", "doubling", "until", "draw", "driver", "success")


def simulate(
    scenario: str | PathLike[str] | World | Loop,
    set: Mapping[str, Any] | None = None,
    **options: Any,
) -> xr.Dataset:
    """Run a world or a loop through time.

    Parameters
    ----------
    scenario : str, path, World or Loop
        Name of a bundled world or loop, such as ``davidson_best_guess`` or ``kwa``; path of a
        file, which is a loop if it has the key `loop`; or a loaded one.
    set : mapping of str to value, optional
        Parameters by name; a plain number is in the declared unit.
    **options
        For a world ``times``, ``reference_step`` and ``tolerance``, see
        `taskmodel.takeoff.davidson.simulation.simulate_world`; for a loop ``times``, ``draws`` and
        ``seed``, see `taskmodel.takeoff.loops.simulate_loop`.

    Returns
    -------
    Dataset over ``time``
        Levels, and the variables that `taskmodel.milestones` selects.

    Raises
    ------
    CatalogError
        With every defect of the file and of the values set.
    TypeError
        If the scenario has no such option.
    InputError
        If an option is out of range.

    Examples
    --------
    >>> from taskmodel import milestones
    >>> dates = milestones(simulate("kwa"))["value"]
    >>> round(dates.sel(milestone="automated_99%").item(), 4)
    2033.0645
    """
    if not isinstance(scenario, Loop | World):
        scenario = resolve_scenario(scenario)
    if isinstance(scenario, Loop) or (not isinstance(scenario, World) and loops.is_loop(scenario)):
        _check_options(options, "a loop")
        return loops.simulate_loop(scenario, set, **options)
    _check_options(options, "a world")
    return simulate_world(scenario, set, **options)


def _check_options(options: Mapping[str, Any], kind: str) -> None:
    for name in options:
        if name not in OPTIONS[kind]:
            allowed = ", ".join(OPTIONS[kind])
            raise ArgumentError(f"{name} is no option of {kind}, which has {allowed}")


def resolve_scenario(scenario: str | PathLike[str]) -> str | Path:
    """Return the name or path of a scenario.

    Raises
    ------
    CatalogError
        If it is no world's name and similar to a loop's, with a suggestion.
    """
    name = path_text("scenario", scenario)
    if not isinstance(scenario, str):
        return Path(name)
    if scenario not in bundled_worlds() and did_you_mean(scenario, loops.bundled_loops()):
        find_file(scenario, "loop")
    return scenario


def milestones(world: xr.Dataset) -> xr.Dataset:
    """Select the milestones of a simulated world.

    Parameters
    ----------
    world : Dataset
        From `simulate`, or from `taskmodel.alignment_beside`.

    Returns
    -------
    Dataset over ``milestone``
        ``value`` with its ``unit`` and ``meaning``, NaN: not reached. For Davidson's worlds, the
        names are those of the reference's table of headlines, with ``gwp_doubling_times``; with
        alignment beside, there are dates, the work done by each, and the months between each
        two. For a loop's draws ``value`` is also over ``draw``, for a horizon over ``driver`` and
        ``success``.

    Raises
    ------
    TypeError, InputError
        If it is no simulated world.

    Examples
    --------
    >>> dates = milestones(simulate("davidson_best_guess", times=[2022]))["value"]
    >>> round(dates.sel(milestone="automation_gns_100%").item(), 3)
    2039.718
    """
    if not isinstance(world, xr.Dataset):
        raise ArgumentError(
            "milestones are those of a Dataset, as taskmodel.simulate returns it; "
            f"found {type(world).__name__}"
        )
    if "milestone_value" not in world:
        raise InputError(
            "this dataset has no milestones: give the result of taskmodel.simulate or "
            "taskmodel.alignment_beside"
        )
    variables = {
        str(name).removeprefix("milestone_"): variable.variable
        for name, variable in world.data_vars.items()
        if str(name).startswith("milestone_")
    }
    coords = {name: world[name] for name in DIMENSIONS if name in world.coords}
    return xr.Dataset(variables, coords, world.attrs)
