"""The values of a world's parameter that put a milestone at a date, or the reason why none does.

The world is run on a grid across the range, all values at once (`draws`). Where the milestone
passes the target between two of them, the value is located by root finding. A pair of solutions
between two neighbouring values remains undetected: a finer grid separates them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from taskmodel._arguments import any_text, shown
from taskmodel.errors import ArgumentError, InputError
from taskmodel.files.dotted import fields
from taskmodel.numerics.numbers import real_number, real_numbers, whole_number
from taskmodel.numerics.roots import Brackets, close_in
from taskmodel.numerics.types import Array
from taskmodel.sweeps.results import labelled, provenance
from taskmodel.takeoff.davidson.draws import simulate_draws
from taskmodel.takeoff.davidson.simulation import resolve_world
from taskmodel.takeoff.davidson.world import World

GRID = 17  # values of the parameter
MOST_PLACES = 100_000
DEFAULT_FACTOR = 1e4  # of the default range, on either side of the value
DATE_ERROR = 1e-5  # years within which a target is reached, about the error of a run
NARROW = 1e-12  # relative width at which a bracket without a solution is a jump
INSET = 1e-3  # relative distance of the default range from excluded bounds


def solve_for_date(
    scenario: str | PathLike[str] | World,
    parameter: str,
    *,
    within: tuple[float, float] | None = None,
    places: int = GRID,
    set: Mapping[str, Any] | None = None,
    **targets: float,
) -> xr.Dataset:
    """Return every value of a world's parameter that puts a milestone at a date.

    Parameters
    ----------
    scenario : str, path or World
        As in `simulate`.
    parameter : str
        Name of a parameter with a numerical value.
    within : (float, float), optional
        Range to search. Default: four orders of magnitude on either side of the value, as far as
        that is allowed.
    places : int
        Number of values at which the world is run first, at least 2.
    set : mapping of str to value, optional
        Other parameters by name.
    **targets : float
        One milestone and its date [calendar year] or length [year], by a name of
        `simulate_draws`: ``agi_year=2035``.

    Returns
    -------
    xarray.Dataset
        Over ``solution``: ``value``, and ``reached``, the milestone there. Over ``jump``:
        ``jump_place``, where the milestone jumps over the target, ``jump_before`` and
        ``jump_after``; inf: not reached before the world ends. Over ``place``, the first values:
        ``milestone_value``, NaN or inf where it is not reached. The attribute ``reason`` says why
        there is no solution; it is empty if there is one.

    Raises
    ------
    CatalogError
        With every defect of the scenario, of the values set, and of the ends of the range.
    TypeError
        If there is not exactly one target.
    InputError
        If the parameter is no quantity, there is no such milestone, or an argument is not as
        described.

    Examples
    --------
    The largest training requirement of AGI with which it comes in 2035:

    >>> name, changes = "full_automation_requirements_training", {"n_labour_tasks": 10}
    >>> solved = solve_for_date("davidson_best_guess", name, agi_year=2035, places=5, set=changes)
    >>> [f"{value:.2g}" for value in solved["value"].values], solved["reached"].round(3).values
    (['1.4e+34'], array([2035.]))
    """
    world = resolve_world(scenario, set)
    if len(targets) != 1:
        raise ArgumentError(
            f"one target is needed, such as agi_year=2035; found {', '.join(targets) or 'none'}"
        )
    ((milestone, target),) = targets.items()
    target = real_number(f"the value of {milestone}", target)
    if not math.isfinite(target):
        raise InputError(f"the value of {milestone} must be a finite number; found {target}")
    places = whole_number("places", places, 2, MOST_PLACES)
    low, high = _range(world, parameter, within)
    grid = np.geomspace(low, high, places) if low > 0 else np.linspace(low, high, places)
    grid[[0, -1]] = low, high
    problem = _Problem(world, parameter, milestone, target, grid)
    return problem.solve()


@dataclass(frozen=True)
class _Jump:
    """A value of the parameter at which the milestone jumps over the target, with both limits."""

    position: float
    before: float
    after: float


@dataclass(frozen=True)
class _Problem:
    """A parameter, a milestone with its target, and the values that are run first."""

    world: World
    parameter: str
    milestone: str
    target: float
    grid: Array

    def solve(self) -> xr.Dataset:
        """Return the solutions."""
        runs = simulate_draws(self.world, {self.parameter: self.grid})
        if self.milestone not in runs["milestone"].values:
            names = ", ".join(map(str, runs["milestone"].values))
            raise InputError(f"there is no milestone {self.milestone!r}; there are {names}")
        milestones = self._values(runs)

        def gap(_: NDArray[np.intp], values: Array) -> Array:
            return self._values(simulate_draws(self.world, {self.parameter: values})) - self.target

        gaps = milestones - self.target
        hits = np.abs(gaps) <= DATE_ERROR
        solutions = list(zip(self.grid[hits].tolist(), gaps[hits].tolist(), strict=True))
        crosses = np.sign(gaps[:-1]) * np.sign(gaps[1:]) < 0
        (lower,) = np.nonzero(crosses & ~hits[:-1] & ~hits[1:])
        jumps = []
        if len(lower):
            ends = Brackets(self.grid[lower], self.grid[lower + 1], gaps[lower], gaps[lower + 1])
            brackets = close_in(gap, ends, close=DATE_ERROR, width=NARROW)
            for row, (value, rest) in enumerate(zip(*brackets.nearest(), strict=True)):
                if abs(rest) <= DATE_ERROR:
                    solutions.append((float(value), float(rest)))
                else:
                    sides = (
                        self.target + brackets.at_low[row],
                        self.target + brackets.at_high[row],
                    )
                    jumps.append(_Jump(float(value), *map(float, sides)))
        jumps.sort(key=lambda jump: jump.position)
        return self._dataset(milestones, sorted(solutions), jumps)

    def _values(self, runs: xr.Dataset) -> Array:
        """Return the milestone of runs; a date that is not reached is later than any other."""
        row = runs.sel(milestone=self.milestone)
        values: Array = row["value"].values.astype(float)
        dated = str(row["unit"].item()) == "calendar year"
        return np.where(np.isnan(values), np.inf, values) if dated else values

    def _dataset(
        self, milestones: Array, solutions: list[tuple[float, float]], jumps: list[_Jump]
    ) -> xr.Dataset:
        world, parameter, milestone = self.world, self.parameter, self.milestone
        unit = getattr(getattr(world, parameter), "unit", "")

        def column(values: list[float]) -> Array:
            return np.array(values, dtype=float)

        values = column([value for value, _ in solutions])
        reached = column([self.target + rest for _, rest in solutions])
        jump_meaning = "where the target is passed without being reached"
        variables = {
            "value": ("solution", values, unit, f"{parameter} that gives it"),
            "reached": ("solution", reached, "year", milestone),
            "jump_place": ("jump", column([jump.position for jump in jumps]), unit, jump_meaning),
            "jump_before": ("jump", column([jump.before for jump in jumps]), "year", milestone),
            "jump_after": ("jump", column([jump.after for jump in jumps]), "year", milestone),
            "milestone_value": (
                "place",
                milestones,
                "year",
                f"{milestone} at the places that were looked at first",
            ),
        }
        attributes = {
            **provenance(scenario=world),
            "path": parameter,
            "target": milestone,
            "target_value": self.target,
            "reason": "" if solutions else self._reason(milestones, jumps),
        }
        return labelled(variables, {"place": ("place", self.grid, unit, parameter)}, attributes)

    def _reason(self, milestones: Array, jumps: list[_Jump]) -> str:
        """Return why there is no solution."""
        grid = self.grid
        start = (
            f"no {self.parameter} seen from {grid[0]:g} to {grid[-1]:g} "
            f"gives {self.milestone} {self.target:.10g}"
        )
        if jumps:
            jump = jumps[0]
            return (
                f"{start}: it is passed in a jump at {jump.position:.6g}, "
                f"from {jump.before:.6g} to {jump.after:.6g}"
            )
        finite = np.isfinite(milestones)
        if not finite.any():
            return f"{start}: it is not reached there before the world ends"
        nearest = int(np.argmin(np.where(finite, np.abs(milestones - self.target), np.inf)))
        return f"{start}: the nearest is {milestones[nearest]:.6g}, at {grid[nearest]:.6g}"


def _range(world: World, parameter: str, within: tuple[float, float] | None) -> tuple[float, float]:
    """Return the range of a parameter to search."""
    slots = fields(World)
    if any_text("parameter", parameter, "hardware_delay") not in slots:
        world.replace({parameter: 1.0})  # raises, with a list of similar names
    measure = slots[parameter].measure
    if measure is None:
        raise InputError(f"{parameter} is no number with a unit: nothing to look for")
    if within is not None:
        ends = real_numbers(f"the range of {parameter}", within)
        if ends.shape != (2,):
            raise InputError(
                f"the range of {parameter} must be two numbers, low and high; found {shown(within)}"
            )
        low, high = ends.tolist()
        if not -math.inf < low < high < math.inf:
            raise InputError(
                f"the range of {parameter} must be finite, and its low end below its high end; "
                f"found {low:g} to {high:g}"
            )
        return low, high
    quantity = getattr(world, parameter)
    if quantity is None or not quantity.value > 0:
        state = "absent" if quantity is None else format(quantity.value, "g")
        raise InputError(f"{parameter} is {state}: say where to look, from where to where")
    value = quantity.value
    low, high = value / DEFAULT_FACTOR, value * DEFAULT_FACTOR
    if measure.ge is not None:
        low = max(low, measure.ge)
    if measure.gt is not None:
        low = max(low, measure.gt + INSET * (value - measure.gt))
    if measure.le is not None:
        high = min(high, measure.le)
    if measure.lt is not None:
        high = min(high, measure.lt - INSET * (measure.lt - value))
    return low, high
