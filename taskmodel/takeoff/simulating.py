"""`simulate`: whatever runs through time, by name: Davidson's worlds, and the simpler published loops."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import xarray as xr

from taskmodel import takeoff
from taskmodel.files.bundled import find_file
from taskmodel.files.suggestions import did_you_mean
from taskmodel.takeoff import loops
from taskmodel.takeoff.loops.records import Loop

__all__ = ["simulate"]


def simulate(
    scenario: str | PathLike[str] | takeoff.World | Loop,
    set: Mapping[str, Any] | None = None,
    **options: Any,
) -> xr.Dataset:
    """Run a world or a loop through time.

    Parameters
    ----------
    scenario : str, path, World or Loop
        Name of a bundled one, such as ``davidson_best_guess`` or ``kwa``; the path of a file, which says by its key `loop` that it
        is a loop; or a loaded one.
    set : mapping of str to value, optional
        Parameters by name; a plain number is in the declared unit.
    **options
        Of `taskmodel.takeoff.simulate` (``times``, ``reference_step``, ``tolerance``) for a world, of `taskmodel.takeoff.loops.simulate_loop`
        (``times``, ``draws``, ``seed``) for a loop.

    Returns
    -------
    Dataset over ``time``
        Levels, and what `taskmodel.milestones` reads off.

    Raises
    ------
    CatalogError
        With every defect of the file and of the values set.
    TypeError
        If an option is one of the other kind.
    InputError
        If an option makes no sense.

    Examples
    --------
    >>> from taskmodel import milestones
    >>> found = milestones(simulate("kwa"))
    >>> round(found["value"].sel(milestone="automated_99%").item(), 4)
    2033.0645
    """
    given = scenario if isinstance(scenario, Loop | takeoff.World) else named(scenario)
    if isinstance(given, Loop) or (not isinstance(given, takeoff.World) and loops.is_loop(given)):
        _only(options, ("times", "draws", "seed"), "a loop")
        return loops.simulate_loop(given, set, **options)
    _only(options, ("times", "reference_step", "tolerance"), "a world")
    return takeoff.simulate(given, set, **options)


def _only(options: Mapping[str, Any], known: tuple[str, ...], kind: str) -> None:
    """Refuse options of the other kind."""
    for name in options:
        if name not in known:
            raise TypeError(f"{name} is no option of {kind}, which has {', '.join(known)}")


def named(scenario: str | PathLike[str]) -> str | Path:
    """A name or a path; a word that is nearly a loop's and no world's is told so.

    Raises
    ------
    CatalogError
        If it is such a word.
    """
    if not isinstance(scenario, str):
        return Path(scenario)
    if scenario not in takeoff.bundled_worlds() and did_you_mean(scenario, loops.bundled_loops()):
        find_file(scenario, "loop")
    return scenario
