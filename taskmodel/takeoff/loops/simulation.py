"""`simulate`: a loop through time as a labelled dataset, once or for many draws of its priors."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import xarray as xr

from taskmodel.catalog import Quantity
from taskmodel.errors import InputError
from taskmodel.numerics.grids import calendar_years
from taskmodel.numerics.types import Array
from taskmodel.takeoff.loops import (
    constant_hazard,
    gate_automation,
    parsimonious,
    software_explosion,
)
from taskmodel.takeoff.loops.outcome import Outcome
from taskmodel.takeoff.loops.records import Loop, load_loop

__all__ = ["ROOMS", "simulate"]

ROOMS: dict[str, ModuleType] = {
    "parsimonious": parsimonious,
    "software_explosion": software_explosion,
    "constant_hazard": constant_hazard,
    "gate_automation": gate_automation,
}
SPACING, MOST_POINTS = (
    0.1,
    1000,
)  # years between the moments that are reported, and how many there are at most
MOST_DRAWS = 1_000_000
MOST_CELLS = 50_000_000  # draws times moments
TOGETHER = {
    "parsimonious": 500,
    "constant_hazard": 500,
}  # draws solved at once: the dates of many take time by their square


def simulate(
    scenario: str | PathLike[str] | Loop,
    set: Mapping[str, Any] | None = None,
    *,
    times: Sequence[float] | None = None,
    draws: int | None = None,
    seed: int | None = None,
) -> xr.Dataset:
    """Run a loop.

    Parameters
    ----------
    scenario : str, path or Loop
        Name of a bundled loop, such as ``kwa``; the path of a file; or a loaded loop.
    set : mapping of str to value, optional
        Parameters by path; a plain number is in the declared unit.
    times : sequence of float, optional
        Moments to report, in order; default: every 0.1 year, or a thousand of a longer run. Milestones do not depend on it.
    draws : int, optional
        How many draws of the loop's priors to run; default: none, the parameters as they are.
    seed : int, optional
        Of the draws, which NumPy's legacy generator makes; needed with `draws`.

    Returns
    -------
    Dataset over ``time``
        Levels, and milestones over ``milestone``; with `draws` over ``draw`` besides, and the parameters drawn. A run that grows
        without bound, or beyond 1e300, ends there, and the attribute ``stopped`` says so.

    Raises
    ------
    CatalogError
        With every defect of the loop and of the values set.
    InputError
        If times are not in order within the run, there are no priors to draw from, or a draw has to stop before its time.

    Examples
    --------
    >>> run = simulate("kwa", times=[2026, 2030])
    >>> run["automated_share"].round(4).values.tolist()
    [0.375, 0.9395]
    >>> many = simulate("kwa", draws=20, seed=1, times=[2030])
    >>> dict(many.sizes)["draw"], many["milestone_value"].dims
    (20, ('draw', 'milestone'))
    """
    if isinstance(scenario, Loop):
        loop = scenario.replace(set) if set else scenario
    else:
        loop = load_loop(scenario if isinstance(scenario, str) else Path(scenario), set)
    room = ROOMS[loop.loop]
    start, end = loop.start.value, loop.end.value
    asked = _times(times, start, end)
    drawn = {} if draws is None else _drawn(loop, draws, seed)
    if draws is None:
        found = room.run(_given(loop, room, {}, 1), start, end, asked)
    else:
        if draws * len(asked) > MOST_CELLS:
            raise InputError(
                f"{draws:,} draws at {len(asked):,} times are too many to hold; give at most {MOST_CELLS // draws:,} times"
            )
        block = TOGETHER.get(loop.loop, draws)
        parts = [
            {name: values[place : place + block] for name, values in drawn.items()}
            for place in range(0, draws, block)
        ]
        found = _joined(
            loop,
            [
                room.run(
                    _given(loop, room, part, len(next(iter(part.values())))), start, end, asked
                )
                for part in parts
            ],
        )
    return _dataset(
        loop,
        room,
        found,
        asked[asked <= found.end],
        drawn,
        {} if draws is None else {"draws": draws, "seed": seed},
    )


def _given(loop: Loop, room: ModuleType, drawn: Mapping[str, Array], count: int) -> dict[str, Any]:
    """What the room is given: arrays of shape (draw,), NaN where the file leaves a number out; tables and switches as they are."""
    given: dict[str, Any] = {}
    for name, value in loop.numbers().items():
        if name in room.PARAMETERS:
            given[name] = drawn.get(name, np.full(count, np.nan if value is None else value))
        elif isinstance(value, bool):
            given[name] = value
        elif isinstance(value, dict) and all(isinstance(item, Quantity) for item in value.values()):
            given[name] = {float(date): item.value for date, item in value.items()}
    return given


def _drawn(loop: Loop, draws: int, seed: int | None) -> dict[str, Array]:
    """Draws of the priors, each of shape (draw,)."""
    if not loop.priors:
        raise InputError(
            f"{loop.name} has no priors to draw from; run it without draws, or give it some"
        )
    if not isinstance(draws, int) or not 1 <= draws <= MOST_DRAWS:
        raise InputError(f"draws must be a whole number from 1 to {MOST_DRAWS:,}; found {draws!r}")
    if not isinstance(seed, int) or not 0 <= seed < 2**32:
        raise InputError(f"draws need a seed, a whole number from 0 to {2**32 - 1}; found {seed!r}")
    # the legacy generator gives the same numbers in every version of NumPy, and those of the published programs
    stream, names = np.random.RandomState(seed), list(loop.priors)
    if loop.draw_order == "draws":
        uniform = stream.uniform(size=(draws, len(names))).T
    else:
        uniform = stream.uniform(size=(len(names), draws))
    return {name: loop.priors[name].draw(row) for name, row in zip(names, uniform, strict=True)}


def _joined(loop: Loop, parts: Sequence[Outcome]) -> Outcome:
    """The runs of all draws."""
    for part in parts:
        if part.stopped:
            raise InputError(
                f"a draw of {loop.name} has to stop before its time, {part.stopped}; narrow its priors, or end it earlier"
            )
    levels, reached = (
        {
            name: np.concatenate([getattr(part, kind)[name] for part in parts])
            for name in getattr(parts[0], kind)
        }
        for kind in ("variables", "milestones")
    )
    return Outcome(levels, reached, parts[0].end)


def _times(times: Sequence[float] | None, start: float, end: float) -> Array:
    if times is None:
        count = min(MOST_POINTS, max(1, round((end - start) / SPACING)))
        return np.asarray(start + (end - start) * np.arange(count + 1) / count)
    return calendar_years(times, start, end)


def _dataset(
    loop: Loop,
    room: ModuleType,
    found: Outcome,
    shown: Array,
    drawn: Mapping[str, Array],
    settings: Mapping[str, Any],
) -> xr.Dataset:
    from taskmodel._version import __version__

    many = bool(drawn)
    over: tuple[str, ...] = ("draw",) if many else ()
    variables: dict[str, Any] = {
        name: (
            (*over, "time"),
            found.variables[name] if many else found.variables[name][0],
            {"units": unit, "long_name": meaning},
        )
        for name, (unit, meaning) in room.VARIABLES.items()
    }
    fields = type(loop).model_fields
    for name, values in drawn.items():
        unit = getattr(loop, name).unit
        variables[f"parameter_{name}"] = (
            "draw",
            values,
            {"units": unit, "long_name": f"drawn: {fields[name].description}"},
        )
    reached = np.stack([found.milestones[name] for name in room.MILESTONES], axis=1)
    variables["milestone_value"] = (
        (*over, "milestone"),
        reached if many else reached[0],
        {"units": "see milestone_unit", "long_name": "value of the milestone; NaN: not reached"},
    )
    for place, word in enumerate(("unit", "meaning")):
        texts = np.array([entry[place] for entry in room.MILESTONES.values()], dtype=object)
        variables[f"milestone_{word}"] = (
            "milestone",
            texts,
            {"long_name": f"{word} of the milestone"},
        )
    coords: dict[str, Any] = {
        "time": ("time", shown, {"units": room.CLOCK[0], "long_name": room.CLOCK[1]}),
        "milestone": np.array(list(room.MILESTONES), dtype=object),
    }
    if many:
        coords["draw"] = np.arange(len(reached))
    attributes = {
        "taskmodel_version": __version__,
        "loop": loop.loop,
        "scenario_name": loop.name,
        "scenario_yaml": loop.yaml_text,
        "scenario_sha256": loop.sha256,
        "overrides": json.dumps(loop.overrides, sort_keys=True),
        **settings,
        "stopped": found.stopped,
    }
    return xr.Dataset(variables, coords, attributes)
