"""`simulate_loop`: a loop through time as a dataset, once or for many draws of its priors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from typing import Any

import numpy as np
import xarray as xr

from taskmodel.catalog import Quantity
from taskmodel.errors import InputError
from taskmodel.numerics.grids import calendar_years
from taskmodel.numerics.numbers import whole_number
from taskmodel.numerics.types import Array
from taskmodel.sweeps.results import labelled, provenance
from taskmodel.takeoff.loops import (
    constant_hazard,
    gate_automation,
    parsimonious,
    software_explosion,
)
from taskmodel.takeoff.loops.model import LoopModel, LoopRun
from taskmodel.takeoff.loops.records import Loop, load_loop

MODELS = {
    "parsimonious": parsimonious.MODEL,
    "software_explosion": software_explosion.MODEL,
    "constant_hazard": constant_hazard.MODEL,
    "gate_automation": gate_automation.MODEL,
}
SPACING = 0.1  # years between reported times
MAX_POINTS = 1000  # of the default grid
MAX_DRAWS = 1_000_000
MAX_CELLS = 50_000_000  # draws times reported times
# draws integrated together: the cost of a block's dates grows with the square of its size
BLOCKS = {"parsimonious": 500, "constant_hazard": 500}


def simulate_loop(
    scenario: str | PathLike[str] | Loop,
    set: Mapping[str, Any] | None = None,
    *,
    times: Sequence[float] | None = None,
    draws: int | None = None,
    seed: int | None = None,
) -> xr.Dataset:
    """Run a loop through time.

    Parameters
    ----------
    scenario : str, path or Loop
        Name of a bundled loop, such as ``kwa``; the path of a file; or a loaded loop.
    set : mapping of str to value, optional
        Parameters by path; a plain number is in the declared unit.
    times : sequence of float, optional
        Reported times, increasing; default: every 0.1 year, or a thousand of a longer run.
        Milestones do not depend on them.
    draws : int, optional
        Number of draws of the loop's priors; default: the parameters of the file alone.
    seed : int, optional
        Seed of NumPy's legacy generator; required with `draws`.

    Returns
    -------
    xarray.Dataset
        Levels over ``time`` and milestones over ``milestone``; with `draws` also over ``draw``,
        with the parameters drawn. A run that grows without bound, or beyond 1e300, ends early,
        and the attribute ``stopped`` gives the reason.

    Raises
    ------
    CatalogError
        With every defect of the loop and of the values set.
    InputError
        If times are not increasing within the run, the loop has no priors to draw from, or a draw
        would end early.

    Examples
    --------
    >>> run = simulate_loop("kwa", times=[2026, 2030])
    >>> run["automated_share"].round(4).values.tolist()
    [0.375, 0.9395]
    >>> many = simulate_loop("kwa", draws=20, seed=1, times=[2030])
    >>> dict(many.sizes)["draw"], many["milestone_value"].dims
    (20, ('draw', 'milestone'))
    """
    if isinstance(scenario, Loop):
        loop = scenario.with_set(set)
    else:
        loop = load_loop(scenario, set)
    model = MODELS[loop.loop]
    start, end = loop.start.value, loop.end.value
    reported = _reported_times(times, start, end)
    if draws is None:
        run = model.run(_parameters(loop, model, {}, 1), start, end, reported)
        return _dataset(loop, model, run, reported[reported <= run.end], {})
    drawn = _drawn(loop, draws, seed)
    if draws * len(reported) > MAX_CELLS:
        raise InputError(
            f"{draws:,} draws at {len(reported):,} times are too many to hold; "
            f"give at most {MAX_CELLS // draws:,} times"
        )
    block = BLOCKS.get(loop.loop, draws)
    runs = []
    for first in range(0, draws, block):
        slices = {name: values[first : first + block] for name, values in drawn.items()}
        count = min(block, draws - first)
        runs.append(model.run(_parameters(loop, model, slices, count), start, end, reported))
    settings = {"draws": draws, "seed": seed}
    return _dataset(loop, model, _joined(loop, runs), reported, drawn, **settings)


def _parameters(
    loop: Loop, model: LoopModel, drawn: Mapping[str, Array], count: int
) -> dict[str, Any]:
    """Return the parameters of a run as `LoopModel.run` takes them."""
    parameters: dict[str, Any] = {}
    for name, value in loop.numbers().items():
        if name in model.parameters:
            parameters[name] = drawn.get(name, np.full(count, np.nan if value is None else value))
        elif isinstance(value, bool):
            parameters[name] = value
        elif isinstance(value, dict) and all(isinstance(item, Quantity) for item in value.values()):
            parameters[name] = {float(date): item.value for date, item in value.items()}
    return parameters


def _drawn(loop: Loop, draws: int, seed: int | None) -> dict[str, Array]:
    """Draw from the priors; arrays of shape (draw,)."""
    if not loop.priors:
        raise InputError(
            f"{loop.name} has no priors to draw from; run it without draws, or give it some"
        )
    draws = whole_number("draws", draws, 1, MAX_DRAWS)
    if seed is None:
        raise InputError(f"draws need a seed, a whole number from 0 to {2**32 - 1}; found None")
    seed = whole_number("seed", seed, 0, 2**32 - 1)
    # the legacy generator gives the same numbers in every version of NumPy, and those of the
    # published programs
    stream, names = np.random.RandomState(seed), list(loop.priors)
    if loop.draw_order == "draws":
        uniform = stream.uniform(size=(draws, len(names))).T
    else:
        uniform = stream.uniform(size=(len(names), draws))
    return {name: loop.priors[name].draw(row) for name, row in zip(names, uniform, strict=True)}


def _joined(loop: Loop, runs: Sequence[LoopRun]) -> LoopRun:
    """Concatenate runs along draws."""
    for run in runs:
        if run.stopped:
            raise InputError(
                f"a draw of {loop.name} has to stop before its time, {run.stopped}; "
                "narrow its priors, or end it earlier"
            )
    levels, milestones = (
        {
            name: np.concatenate([getattr(run, kind)[name] for run in runs])
            for name in getattr(runs[0], kind)
        }
        for kind in ("levels", "milestones")
    )
    return LoopRun(levels, milestones, runs[0].end)


def _reported_times(times: Sequence[float] | None, start: float, end: float) -> Array:
    if times is None:
        count = min(MAX_POINTS, max(1, round((end - start) / SPACING)))
        return np.asarray(start + (end - start) * np.arange(count + 1) / count)
    return calendar_years(times, start, end)


def _dataset(
    loop: Loop,
    model: LoopModel,
    run: LoopRun,
    times: Array,
    drawn: Mapping[str, Array],
    **settings: Any,
) -> xr.Dataset:
    dims = ("draw",) if drawn else ()
    row: Any = slice(None) if drawn else 0
    variables: dict[str, Any] = {
        name: ((*dims, "time"), run.levels[name][row], *label)
        for name, label in model.levels.items()
    }
    for name, values in drawn.items():
        meaning = f"drawn: {type(loop).model_fields[name].description}"
        variables[f"parameter_{name}"] = ("draw", values, getattr(loop, name).unit, meaning)
    reached = np.stack([run.milestones[name] for name in model.milestones], axis=1)
    variables["milestone_value"] = (
        (*dims, "milestone"),
        reached[row],
        "see milestone_unit",
        "value of the milestone; NaN: not reached",
    )
    for word, texts in zip(
        ("unit", "meaning"), zip(*model.milestones.values(), strict=True), strict=True
    ):
        variables[f"milestone_{word}"] = (
            "milestone",
            np.array(texts, dtype=object),
            "",
            f"{word} of the milestone",
        )
    coords: dict[str, Any] = {
        "time": ("time", times, *model.clock),
        "milestone": list(model.milestones),
    }
    if drawn:
        coords["draw"] = np.arange(len(reached))
    attributes = {
        **provenance(scenario=loop),
        "loop": loop.loop,
        **settings,
        "stopped": run.stopped,
    }
    return labelled(variables, coords, attributes)
