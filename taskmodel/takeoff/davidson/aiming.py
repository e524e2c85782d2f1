"""Which value of a parameter of a world puts a milestone at a date: every one in a range that is seen, or why there is none.

The world is run at places across the range, all at once (`draws`); where the milestone passes the target between two of them,
the place is closed in on (`roots`). Between two places a pair of solutions may hide: ask for more places where that may be.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from os import PathLike
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from taskmodel.errors import InputError
from taskmodel.files.dotted import fields
from taskmodel.numerics.roots import Brackets, close_in
from taskmodel.takeoff.davidson.draws import simulate_draws
from taskmodel.takeoff.davidson.simulation import world_of
from taskmodel.takeoff.davidson.world import World

__all__ = ["solve_for_date"]

PLACES = 17
EITHER_WAY = 1e4  # of the value, where nothing is said
HIT = 1e-5  # years: nearer than this is reached; runs are exact to about as much
NARROW = 1e-12  # of the place: a bracket as narrow as this with no solution in it is a jump
INSET = 1e-3  # of a range, kept from ends that are not part of it

Array = NDArray[np.float64]


def solve_for_date(
    scenario: str | PathLike[str] | World,
    parameter: str,
    *,
    within: tuple[float, float] | None = None,
    places: int = PLACES,
    set: Mapping[str, Any] | None = None,
    **targets: float,
) -> xr.Dataset:
    """Every value of a world's parameter that puts a milestone at a date, or a length at so many years.

    Parameters
    ----------
    scenario : str, path or World
        As of `simulate`.
    parameter : str
        Name of a parameter that is a number.
    within : (float, float), optional
        Where to look. Default: four powers of ten on either side of the value, as far as that is allowed.
    places : int
        At which the world is run to begin with, at least 2.
    set : mapping of str to value, optional
        Other parameters by name.
    **targets : float
        One milestone and its date [calendar year] or length [year], by a name that `simulate_draws` gives: ``agi_year=2035``.

    Returns
    -------
    xarray.Dataset
        Over ``solution``: ``value``, and ``reached``, the milestone there. Over ``jump``: ``jump_place``, where the target is
        passed without being reached, ``jump_before`` and ``jump_after``; inf: not reached before the world ends. Over ``place``, which
        were looked at: ``milestone_value``, NaN or inf where it is not reached. The attribute ``reason`` says why there is no
        solution; it is empty where there is one.

    Raises
    ------
    CatalogError
        With every defect of the scenario, of the values set, and of the ends of the range.
    TypeError
        If there is not just one target.
    InputError
        If the parameter is no quantity, there is no such milestone, or target, range or places are not as described.

    Examples
    --------
    How much training AGI may need at most to come in 2035:

    >>> name = "full_automation_requirements_training"
    >>> found = solve_for_date("davidson_best_guess", name, agi_year=2035, places=5, set={"n_labour_tasks": 10})
    >>> [f"{value:.2g}" for value in found["value"].values], bool(abs(found["reached"][0] - 2035) < 1e-4)
    (['1.4e+34'], True)
    """
    world = world_of(scenario, set)
    if len(targets) != 1:
        raise TypeError(
            f"one target is needed, such as agi_year=2035; found {', '.join(targets) or 'none'}"
        )
    ((milestone, wanted),) = targets.items()
    if (
        isinstance(wanted, bool)
        or not isinstance(wanted, (int, float, np.number))
        or not math.isfinite(wanted)
    ):
        raise InputError(f"the value of {milestone} must be a finite number; found {wanted!r}")
    if isinstance(places, bool) or not isinstance(places, int) or places < 2:
        raise InputError(f"places must be a whole number of at least 2; found {places!r}")
    low, high = _range(world, parameter, within)
    asked = np.geomspace(low, high, places) if low > 0 else np.linspace(low, high, places)
    asked[[0, -1]] = low, high
    first = simulate_draws(world, {parameter: asked})
    if milestone not in first["milestone"].values:
        raise InputError(
            f"there is no milestone {milestone!r}; there are {', '.join(map(str, first['milestone'].values))}"
        )
    dated = str(first["unit"].sel(milestone=milestone).item()) == "calendar year"

    def value(found: xr.Dataset) -> Array:
        there: Array = found["value"].sel(milestone=milestone).values.astype(float)
        return (
            np.where(np.isnan(there), np.inf, there) if dated else there
        )  # a date that is not reached is later than any

    def gap(_: NDArray[np.intp], place: Array) -> Array:
        return value(simulate_draws(world, {parameter: place})) - float(wanted)

    known = value(first)
    return _dataset(
        world,
        parameter,
        milestone,
        float(wanted),
        asked,
        known,
        _found(asked, known - float(wanted), gap),
    )


def _range(world: World, parameter: str, within: tuple[float, float] | None) -> tuple[float, float]:
    slots = fields(World)
    if parameter not in slots:
        world.replace({parameter: 1.0})  # tells that there is no such name, and which are near
    measure = slots[parameter].measure
    if measure is None:
        raise InputError(f"{parameter} is no number with a unit: nothing to look for")
    if within is not None:
        try:
            low, high = (float(end) for end in within)
        except (TypeError, ValueError) as error:
            raise InputError(
                f"the range of {parameter} must be two numbers, low and high; found {within!r}"
            ) from error
        if not -math.inf < low < high < math.inf:
            raise InputError(
                f"the range of {parameter} must be finite, and its low end below its high end; found {low:g} to {high:g}"
            )
        return low, high
    given = getattr(world, parameter)
    if given is None or not given.value > 0:
        raise InputError(
            f"{parameter} is {'absent' if given is None else format(given.value, 'g')}: say where to look, from where to where"
        )
    low, high = given.value / EITHER_WAY, given.value * EITHER_WAY
    for bound, open_end in ((measure.ge, False), (measure.gt, True)):
        low = low if bound is None else max(low, bound + INSET * (given.value - bound) * open_end)
    for bound, open_end in ((measure.le, False), (measure.lt, True)):
        high = (
            high if bound is None else min(high, bound - INSET * (bound - given.value) * open_end)
        )
    return low, high


def _found(
    asked: Array, gaps: Array, gap: Any
) -> tuple[list[tuple[float, float]], list[tuple[float, float, float]]]:
    """Solutions with what is missing there, and jumps with what is missing on either side."""
    hits = np.abs(gaps) <= HIT
    solutions = [
        (float(place), float(rest)) for place, rest in zip(asked[hits], gaps[hits], strict=True)
    ]
    passes = np.flatnonzero((np.sign(gaps[:-1]) * np.sign(gaps[1:]) < 0) & ~hits[:-1] & ~hits[1:])
    jumps: list[tuple[float, float, float]] = []
    if len(passes):
        ends = Brackets(asked[passes], asked[passes + 1], gaps[passes], gaps[passes + 1])
        closed = close_in(gap, ends, close=HIT, width=NARROW)
        for row, (place, rest) in enumerate(zip(*closed.nearest(), strict=True)):
            if abs(rest) <= HIT:
                solutions.append((float(place), float(rest)))
            else:
                jumps.append((float(place), float(closed.at_low[row]), float(closed.at_high[row])))
    return sorted(solutions), sorted(jumps)


def _dataset(
    world: World,
    parameter: str,
    milestone: str,
    wanted: float,
    asked: Array,
    known: Array,
    found: tuple[list[tuple[float, float]], list[tuple[float, float, float]]],
) -> xr.Dataset:
    from taskmodel._version import __version__

    solutions, jumps = found
    unit = getattr(world, parameter).unit if getattr(world, parameter) is not None else ""
    when = {"units": "year", "long_name": milestone}
    variables: dict[str, Any] = {
        "value": (
            "solution",
            np.array([place for place, _ in solutions], dtype=float),
            {"units": unit, "long_name": f"{parameter} that gives it"},
        ),
        "reached": (
            "solution",
            np.array([wanted + rest for _, rest in solutions], dtype=float),
            when,
        ),
        "jump_place": (
            "jump",
            np.array([jump[0] for jump in jumps], dtype=float),
            {"units": unit, "long_name": "where the target is passed without being reached"},
        ),
        **{
            f"jump_{side}": (
                "jump",
                np.array([wanted + jump[at] for jump in jumps], dtype=float),
                when,
            )
            for at, side in ((1, "before"), (2, "after"))
        },
        "milestone_value": (
            "place",
            known,
            {**when, "long_name": f"{milestone} at the places that were looked at first"},
        ),
    }
    reason = "" if solutions else _reason(parameter, milestone, wanted, asked, known, jumps)
    attributes = {
        "taskmodel_version": __version__,
        "scenario_name": world.name,
        "scenario_yaml": world.yaml_text,
        "scenario_sha256": world.sha256,
        "overrides": json.dumps(world.overrides, sort_keys=True),
        "path": parameter,
        "target": milestone,
        "target_value": wanted,
        "reason": reason,
    }
    return xr.Dataset(
        variables, {"place": ("place", asked, {"units": unit, "long_name": parameter})}, attributes
    )


def _reason(
    parameter: str,
    milestone: str,
    wanted: float,
    asked: Array,
    known: Array,
    jumps: list[tuple[float, float, float]],
) -> str:
    says = f"no {parameter} seen from {asked[0]:g} to {asked[-1]:g} gives {milestone} {wanted:.10g}"
    if jumps:
        place, before, after = jumps[0]
        return f"{says}: it is passed in a jump at {place:.6g}, from {wanted + before:.6g} to {wanted + after:.6g}"
    finite = np.isfinite(known)
    if not finite.any():
        return f"{says}: it is not reached there before the world ends"
    nearest = int(np.argmin(np.where(finite, np.abs(known - wanted), np.inf)))
    return f"{says}: the nearest is {known[nearest]:.6g}, at {asked[nearest]:.6g}"
