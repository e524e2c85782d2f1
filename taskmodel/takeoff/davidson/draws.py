# Editors: leave this file as it is, but for imports. It is being rewritten for the compiled core.
"""`simulate_draws`: many draws of a world's parameters, and when each reaches what.

Draws are followed in lockstep, in arrays (`lockstep`); those that have no place there are followed one by one, with the same
equations and steps, and the answers are the same.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from math import nan
from multiprocessing import get_context
from os import PathLike
from pathlib import Path as FilePath
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from taskmodel.errors import CatalogError, InputError
from taskmodel.takeoff.davidson.economy import economy
from taskmodel.takeoff.davidson.flow import Flow
from taskmodel.takeoff.davidson.headlines import dates
from taskmodel.takeoff.davidson.lockstep import alone, follow
from taskmodel.takeoff.davidson.rules import rules
from taskmodel.takeoff.davidson.simulation import TOLERANCE, checked_tolerance
from taskmodel.takeoff.davidson.solve import solve
from taskmodel.takeoff.davidson.track import Continuous, Mark
from taskmodel.takeoff.davidson.world import World, load_world

__all__ = ["simulate_draws"]

FEW = 20  # draws that take longer in lockstep than one by one
BLOCK = 1000  # draws in lockstep: twice as many take a quarter more time; half a gigabyte holds their steps
Found = list[
    tuple[dict[str, float], str]
]  # of each draw: values by name of the milestone, and why it stopped


def simulate_draws(
    scenario: str | PathLike[str] | World,
    draws: Mapping[str, ArrayLike],
    set: Mapping[str, Any] | None = None,
    *,
    tolerance: float = TOLERANCE,
    workers: int = 1,
) -> xr.Dataset:
    """Run the takeoff model for many draws of its parameters, and give the headline years of each.

    Parameters
    ----------
    scenario : str, path or World
        As of `simulate`.
    draws : mapping of str to array, shape (draw,)
        Parameters by name, in their declared units, with a value for each draw.
    set : mapping of str to value, optional
        Parameters that are the same in all draws.
    tolerance : float
        As of `simulate`.
    workers : int
        Processes that share the work. With more than one, a script must run under ``if __name__ == "__main__"``.

    Returns
    -------
    Dataset over ``draw`` and ``milestone``
        ``value``, calendar years and lengths in years under the names that `milestones` gives them, NaN where a draw does not
        reach them; ``stopped``, why a draw ended before its time, with the date, or empty; and the draws, by name of the
        parameter. Each draw is what `simulate` gives for its values alone.

    Raises
    ------
    CatalogError
        With every defect of the scenario, of the values set, and of the first draw that has any.
    InputError
        If draws are not columns of numbers of one length, or no draw is given.

    Examples
    --------
    >>> found = simulate_draws("davidson_best_guess", {"hardware_delay": [0.5, 1.0, 2.0]}, {"n_labour_tasks": 20})
    >>> found["value"].sel(milestone="agi_year").round(2).values.tolist()
    [2039.64, 2039.85, 2040.15]
    """
    world = (
        scenario
        if isinstance(scenario, World)
        else load_world(scenario if isinstance(scenario, str) else FilePath(scenario))
    )
    world = world.replace(set) if set else world
    checked_tolerance(tolerance)
    if isinstance(workers, bool) or not isinstance(workers, int) or workers < 1:
        raise InputError(
            f"workers must be a whole number of processes, at least 1; found {workers!r}"
        )
    columns = _columns(draws)
    count = len(next(iter(columns.values())))
    worlds = [_drawn(world, columns, draw) for draw in range(count)]
    size = min(BLOCK, -(-count // workers))
    blocks = [
        [one.numbers() for one in worlds[begin : begin + size]] for begin in range(0, count, size)
    ]
    if workers == 1:
        parts = [_block(block, tolerance) for block in blocks]
    else:
        with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
            parts = list(pool.map(_block, blocks, [tolerance] * len(blocks)))
    return _dataset(world, columns, [one for part in parts for one in part], tolerance)


def _columns(draws: Mapping[str, ArrayLike]) -> dict[str, NDArray[Any]]:
    if not isinstance(draws, Mapping) or not draws:
        raise InputError(
            f'draws must be a mapping of names to columns, such as {{"hardware_delay": [1, 2]}}; found {draws!r}'
        )
    columns = {str(name): np.asarray(column) for name, column in draws.items()}
    first = next(iter(columns))
    for name, column in columns.items():
        if column.ndim != 1 or column.dtype.kind not in "iufb" or not column.size:
            raise InputError(
                f"draws of {name} must be numbers in one dimension, at least one; found {draws[name]!r}"
            )
        if len(column) != len(columns[first]):
            raise InputError(
                f"draws of {name} are {len(column)}, and those of {first} {len(columns[first])}; give as many of all"
            )
    return columns


def _drawn(world: World, columns: dict[str, NDArray[Any]], draw: int) -> World:
    try:
        return world.replace({name: column[draw] for name, column in columns.items()})
    except CatalogError as error:
        error.add_note(f"in draw {draw}, the first with a defect")
        raise


def _block(given: Sequence[dict[str, Any]], tolerance: float) -> Found:
    """Some draws, in lockstep where they can be."""
    flows = [Flow(economy(one), rules(one)) for one in given]
    found: dict[int, tuple[dict[str, float], str]] = {}
    together: dict[tuple[Any, ...], list[int]] = {}
    for draw, flow in enumerate(flows):
        if not alone(flow):
            key = (
                flow.economy.families[0].tasks,
                flow.rules.end - flow.rules.start,
                flow.economy.automated,
            )
            together.setdefault(key, []).append(draw)
    for draws in together.values():
        if len(draws) < FEW:
            continue
        courses = follow([flows[draw] for draw in draws], tolerance)
        years = {
            name: one.value
            for name, one in dates(
                courses.reached, np.array([flows[draw].rules.trigger for draw in draws])
            ).items()
        }
        for place, draw in enumerate(draws):
            if not courses.given_up[place]:
                found[draw] = {name: float(value[place]) for name, value in years.items()}, ""
    return [
        found[draw] if draw in found else _one(flow, tolerance) for draw, flow in enumerate(flows)
    ]


def _one(flow: Flow, tolerance: float) -> tuple[dict[str, float], str]:
    """A draw by itself."""
    path = solve(flow, tolerance)
    if not path.starts:
        return {}, f"at {flow.rules.start:.10g}: {path.reason}"
    track = Continuous(flow.economy, path)

    def reached(mark: Mark) -> float:
        year = track.reached(mark)
        return nan if year is None else year

    return {
        name: one.value for name, one in dates(reached, flow.rules.trigger).items()
    }, track.reason


def _dataset(
    world: World, columns: dict[str, NDArray[Any]], found: Found, tolerance: float
) -> xr.Dataset:
    from taskmodel._version import __version__

    table = dates(lambda mark: nan, 0.5)
    values = [[of.get(name, nan) for name in table] for of, _ in found]
    variables: dict[str, Any] = {
        "value": (
            ("draw", "milestone"),
            values,
            {"units": "see unit", "long_name": "value of the milestone; NaN: not reached"},
        ),
        "unit": (
            "milestone",
            np.array([one.unit for one in table.values()], dtype=object),
            {"long_name": "unit of the milestone"},
        ),
        "meaning": (
            "milestone",
            np.array([one.meaning for one in table.values()], dtype=object),
            {"long_name": "what the milestone is"},
        ),
        "stopped": (
            "draw",
            np.array([reason for _, reason in found], dtype=object),
            {"long_name": "why the draw ended before its time; empty: it did not"},
        ),
    }
    for name, column in columns.items():
        unit = getattr(getattr(world, name), "unit", "1")
        variables[name] = (
            "draw",
            column,
            {"units": unit, "long_name": World.model_fields[name].description},
        )
    attributes = {
        "taskmodel_version": __version__,
        "scenario_name": world.name,
        "scenario_yaml": world.yaml_text,
        "scenario_sha256": world.sha256,
        "overrides": json.dumps(world.overrides, sort_keys=True),
        "tolerance": tolerance,
    }
    return xr.Dataset(
        variables,
        {"draw": np.arange(len(found)), "milestone": np.array(list(table), dtype=object)},
        attributes,
    )
