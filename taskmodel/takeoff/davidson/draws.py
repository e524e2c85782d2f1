"""`simulate_draws`: many draws of a world's parameters, and when each reaches what."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from math import isfinite, nan
from os import PathLike
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from taskmodel._arguments import mapping
from taskmodel.errors import CatalogError, InputError
from taskmodel.files.dotted import fields
from taskmodel.numerics.numbers import real_numbers, whole_number
from taskmodel.sweeps.results import labelled, provenance
from taskmodel.takeoff.davidson.economy import economy
from taskmodel.takeoff.davidson.flow import Flow
from taskmodel.takeoff.davidson.headlines import dates
from taskmodel.takeoff.davidson.results import milestone_texts
from taskmodel.takeoff.davidson.rules import rules
from taskmodel.takeoff.davidson.simulation import TOLERANCE, checked_tolerance, resolve_world
from taskmodel.takeoff.davidson.solution import solve
from taskmodel.takeoff.davidson.track import Continuous, Mark
from taskmodel.takeoff.davidson.world import World, conflicts

EXAMPLE = '{"hardware_delay": [1, 2]}'
Result = tuple[dict[str, float], str]  # values by milestone, and why the draw ended early


def simulate_draws(
    scenario: str | PathLike[str] | World,
    draws: Mapping[str, ArrayLike],
    set: Mapping[str, Any] | None = None,
    *,
    tolerance: float = TOLERANCE,
    workers: int = 1,
) -> xr.Dataset:
    """Run the takeoff model for many draws of its parameters and return the headline years of each.

    Parameters
    ----------
    scenario : str, path or World
        As in `simulate`.
    draws : mapping of str to array, shape (draw,)
        Parameters by name, in their declared units, with a value for each draw.
    set : mapping of str to value, optional
        Parameters that are the same in all draws.
    tolerance : float
        As in `simulate`.
    workers : int
        Threads that share the work.

    Returns
    -------
    xarray.Dataset
        Over ``draw`` and ``milestone``: ``value``, calendar years and lengths in years under the
        names that `milestones` gives them, NaN where a draw does not reach them; ``stopped``, why a
        draw ended early, with the date, or empty; and the draws, by name of the parameter. Each
        draw equals the result of `simulate` for its values.

    Raises
    ------
    CatalogError
        With every defect of the scenario, of the values set, and of the first draw that has any.
    InputError
        If draws are not columns of numbers of one length, or no draw is given.

    Examples
    --------
    >>> delays = {"hardware_delay": [0.5, 1.0, 2.0]}
    >>> drawn = simulate_draws("davidson_best_guess", delays, {"n_labour_tasks": 20})
    >>> drawn["value"].sel(milestone="agi_year").round(2).values.tolist()
    [2039.64, 2039.85, 2040.15]
    """
    world = resolve_world(scenario, set)
    checked_tolerance(tolerance)
    workers = whole_number("workers", workers)
    columns = _columns(draws)
    count = len(next(iter(columns.values())))
    parameters = _parameters(world, columns, count)
    with ThreadPoolExecutor(workers) as pool:
        results = list(pool.map(_dates_of, parameters, [tolerance] * count))
    return _dataset(world, columns, results, tolerance)


def _columns(draws: Mapping[str, ArrayLike]) -> dict[str, NDArray[Any]]:
    if not mapping("draws", draws, EXAMPLE):
        raise InputError(f"draws are of one parameter at least, such as {EXAMPLE}; found none")
    for name, column in draws.items():
        real_numbers(f"draws of {name}", column)
    columns = {name: np.asarray(column) for name, column in draws.items()}
    first = next(iter(columns))
    for name, column in columns.items():
        if column.ndim != 1 or column.dtype.kind not in "iufb" or not column.size:
            raise InputError(
                f"draws of {name} must be numbers in one dimension, at least one; "
                f"found {draws[name]!r}"
            )
        if len(column) != len(columns[first]):
            raise InputError(
                f"draws of {name} are {len(column)}, and those of {first} "
                f"{len(columns[first])}; give as many of all"
            )
    return columns


def _parameters(world: World, columns: dict[str, NDArray[Any]], count: int) -> list[dict[str, Any]]:
    """Return the parameters of each draw.

    The ranges of quantities are checked by column, and the conditions between parameters by draw. A
    draw with a defect, and draws of parameters of another kind, become worlds that are checked as a
    file is.
    """
    slots = fields(World)
    for name, column in columns.items():
        measure = slots[name].measure if name in slots else None
        ends = float(column.min()), float(column.max())
        if (
            measure is None
            or column.dtype.kind not in "iuf"
            or not all(isfinite(end) and measure.admits(end) for end in ends)
        ):
            return [_drawn(world, columns, draw).numbers() for draw in range(count)]
    rows = zip(*(column.astype(float).tolist() for column in columns.values()), strict=True)
    numbers = world.numbers()
    draws = [{**numbers, **dict(zip(columns, row, strict=True))} for row in rows]
    for draw, values in enumerate(draws):
        if any(conflicts(values, frozenset())):
            _drawn(world, columns, draw)
    return draws


def _drawn(world: World, columns: dict[str, NDArray[Any]], draw: int) -> World:
    try:
        return world.replace({name: column[draw] for name, column in columns.items()})
    except CatalogError as error:
        error.add_note(f"in draw {draw}, the first with a defect")
        raise


def _dates_of(parameters: Mapping[str, Any], tolerance: float) -> Result:
    """Return the headline years of one draw."""
    flow = Flow(economy(parameters), rules(parameters))
    path = solve(flow, tolerance)
    if not path.count:
        return {}, f"at {flow.rules.start:.10g}: {path.reason}"
    track = Continuous(flow.economy, path)

    def reached(mark: Mark) -> float:
        year = track.reached(mark)
        return nan if year is None else year

    table = dates(reached, flow.rules.trigger)
    return {name: milestone.value for name, milestone in table.items()}, track.reason


def _dataset(
    world: World, columns: dict[str, NDArray[Any]], results: list[Result], tolerance: float
) -> xr.Dataset:
    table = dates(lambda mark: nan, 0.5)
    variables: dict[str, Any] = {
        "value": (
            ("draw", "milestone"),
            [[values.get(name, nan) for name in table] for values, _ in results],
            "see unit",
            "value of the milestone; NaN: not reached",
        ),
        **milestone_texts(list(table.values()), ""),
        "stopped": (
            "draw",
            np.array([reason for _, reason in results], dtype=object),
            "",
            "why the draw ended before its time; empty: it did not",
        ),
    }
    for name, column in columns.items():
        unit = getattr(getattr(world, name), "unit", "1")
        variables[name] = ("draw", column, unit, World.model_fields[name].description)
    coords = {"draw": np.arange(len(results)), "milestone": list(table)}
    return labelled(variables, coords, {**provenance(scenario=world), "tolerance": tolerance})
