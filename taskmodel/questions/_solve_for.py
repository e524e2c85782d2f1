"""Inverse questions: all values of an input at which a quantity has a target value.

`_target_search` finds the positions along the axis of the input; here are the range that is
searched, the result, and the reason where there is no solution.

Source: docs, model, section 6.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import xarray as xr

from taskmodel._arguments import any_text, shown
from taskmodel.catalog import Catalog
from taskmodel.errors import ArgumentError, InputError
from taskmodel.numerics.numbers import real_numbers
from taskmodel.organisation.measures import sources
from taskmodel.organisation.organisation import organisation
from taskmodel.organisation.reviewers import permissions
from taskmodel.questions._target_search import Equation, TargetSearch, search_target
from taskmodel.questions.targets import input_values, target
from taskmodel.sweeps import results
from taskmodel.sweeps.axes import COMPUTE, COMPUTE_UNIT, Axis, compute_axis, input_axis
from taskmodel.sweeps.points import needs_catalog, one_compute
from taskmodel.sweeps.walker import Walker

DECADES = 4  # on either side of an input's value, where its range is unbounded
INSET = 1e-3  # of a range: distance from ends that do not belong to it
LEVEL = 0.01  # relative change over the last factor of 10 that counts as levelling off


def solve_for(
    catalog: Catalog,
    path: str,
    *,
    compute: float | None = None,
    within: tuple[float, float] | None = None,
    **targets: float,
) -> xr.Dataset:
    """Find all values of an input at which a quantity has a target value.

    Parameters
    ----------
    catalog : Catalog
    path : str
        The input: the dotted path of a number in the catalog, or ``compute``. With a task's share
        the other shares change in proportion.
    compute : float, optional
        Compute [FLOP/year]; default: the catalog's ``compute.today``. Not with the input
        ``compute``.
    within : (float, float), optional
        Range of the input. Default: the allowed range if it is bounded, otherwise four orders of
        magnitude on either side of the catalog's value; for compute, the catalog's grid.
    **targets : float
        The name of one quantity and its target value: ``throughput_speedup=3`` or
        ``oversight_cost=1.5``. An element of an array variable has both names, as in
        ``**{"bottleneck_share.review": 0.5}``.

    Returns
    -------
    xarray.Dataset
        Over ``solution``: ``value``, and ``value_until``, which is larger where the quantity
        equals the target over an interval; the speed-ups and ``bottleneck_share`` at ``value``.
        Over ``jump``: ``jump_place``, where the quantity jumps over the target, its limits
        ``jump_before`` and ``jump_after``, and ``jump_tasks``, which open or close there.
        Scalars: ``low`` and ``high``, the range; ``nearest_place`` and ``nearest_until``, the
        interval in which the quantity is closest to the target, and ``nearest_target``, its value
        there. The attribute ``reason`` explains why there is no solution; empty if there is one.

    Raises
    ------
    TypeError
        If the catalog is not a Catalog, there is not exactly one target, or the value at the path
        is not a number.
    CatalogError
        If there is no such path, an end of the range is not allowed for it, or it is a number of
        reviewers who are people of a labour pool: ``max_review_share`` is then what varies.
    InputError
        If the target, its value, compute or the range is not as described.
    SolveError
        If an optimum cannot be certified.

    Examples
    --------
    >>> import taskmodel as tm
    >>> catalog = tm.load_catalog("t_agi_ladder")
    >>> share = "supervision.max_review_share"
    >>> result = solve_for(catalog, share, throughput_speedup=2, compute=1e31)
    >>> result["throughput_speedup"].values.round(9).tolist()
    [2.0]
    """
    needs_catalog(catalog)
    if len(targets) != 1:
        raise ArgumentError(
            "solve_for needs one target, such as throughput_speedup=3; "
            f"found {', '.join(targets) or 'none'}"
        )
    ((name, level),) = targets.items()
    quantity = target(catalog, name)
    given = real_numbers(f"the value of {name}", level)
    if given.ndim or not np.isfinite(given):
        raise InputError(f"the value of {name} must be a finite number; found {shown(level)}")
    _refuse_lone_share(catalog, any_text("path", path, COMPUTE))
    low, high = default_range(catalog, path) if within is None else _checked_range(path, within)
    walker = Walker(_axis(catalog, path, low, high, compute))
    _refuse_permission(catalog, path)
    search = search_target(Equation(walker, quantity, float(given), low, high))
    return _solution_dataset(search, path, compute)


def _refuse_permission(catalog: Catalog, path: str) -> None:
    """Refuse a headcount of reviewers who are people of a labour pool: it is no number of people.

    It says only for how many of their hours these people may review, as the share does.
    """
    for headcount, words in permissions(catalog, [path]).items():
        keys = tuple(headcount.split("."))
        share = ".".join([*keys[:-1], "max_review_share"])
        raise catalog.error(keys, f"{words}. Solve for {share}")


def _refuse_lone_share(catalog: Catalog, path: str) -> None:
    """Refuse the share of a task where no other task has one: it can only be 1."""
    for name in catalog.tasks:
        others = (task.share.value for other, task in catalog.tasks.items() if other != name)
        if path == f"tasks.{name}.share" and not any(others):
            raise InputError(
                f"{path} can only be 1: no other task has a share, and the shares sum to 1; solve "
                "for another number"
            )


def _checked_range(path: str, within: tuple[float, float]) -> tuple[float, float]:
    ends = real_numbers(f"the range of {path}", within)
    if ends.shape != (2,):
        raise InputError(
            f"the range of {path} must be two numbers, low and high; found {shown(within)}"
        )
    low, high = ends.tolist()
    if not -math.inf < low < high < math.inf or (path == COMPUTE and low <= 0):
        sign = "positive, " if path == COMPUTE else ""
        raise InputError(
            f"the range of {path} must be {sign}finite, and its low end below its high end; "
            f"found {low:g} to {high:g}"
        )
    return low, high


def default_range(catalog: Catalog, path: str) -> tuple[float, float]:
    """The range of an input that is searched by default."""
    if path == COMPUTE:
        return catalog.compute.grid.low, catalog.compute.grid.high
    values = input_values(catalog, path)
    low, high = catalog.range_of(path)
    if math.isfinite(low) and math.isfinite(high):
        inset = INSET * (high - low)
        # At the ends of a task's share, nothing would be left for the other tasks.
        tied = len(catalog.changed_to(path, values[0])) > len(values)
        return (
            low if catalog.allows(path, low) and not tied else low + inset,
            high if catalog.allows(path, high) and not tied else high - inset,
        )
    if min(values) <= 0:
        raise InputError(
            f"{path} is {min(values):g} and its range has no end: say where to look, from where to "
            "where"
        )
    return max(min(values) * 10.0**-DECADES, low), min(max(values) * 10.0**DECADES, high)


def _axis(catalog: Catalog, path: str, low: float, high: float, compute: float | None) -> Axis:
    if path == COMPUTE:
        if compute is not None:
            raise ArgumentError("compute is what is looked for; leave the argument out")
        return compute_axis(catalog)
    input_values(catalog, path)
    return input_axis(catalog, path, low, high, one_compute(catalog, compute))


def _measures(search: TargetSearch) -> dict[str, tuple[Any, ...]]:
    """The speed-ups and bottleneck shares at the solutions, as variables."""
    walker, value = search.equation.walker, search.solutions[:, 0]
    names = (*results.SPEEDUPS, "bottleneck_share")
    dims = ("solution", "source")
    if not len(value):
        empty = np.zeros((0, len(sources(walker.at(value).setting.organisation))))
        return {name: ("solution", empty[:, 0]) for name in names[:-1]} | {names[-1]: (dims, empty)}
    allocation = walker.solve(value).allocation
    measures = walker.at(value).measure(allocation)
    columns = {name: getattr(measures, name) for name in names}
    return {name: (dims[: values.ndim], values) for name, values in columns.items()}


def _solution_dataset(search: TargetSearch, path: str, compute: float | None) -> xr.Dataset:
    equation, catalog = search.equation, search.equation.walker.catalog
    value, until = search.solutions.T
    nearest, nearest_until, reached = search.nearest()
    unit, position, target_unit = _unit(catalog, path), search.jumps[:, 0], "unit of the target"
    variables: dict[str, tuple[Any, ...]] = {
        "value": ("solution", value, unit, f"{path} that gives the target"),
        "value_until": (
            "solution",
            until,
            unit,
            "the same up to here; the value itself where it stands alone",
        ),
        **_measures(search),
        "jump_place": (
            "jump",
            position,
            unit,
            "where the target is passed without being reached",
        ),
        "jump_before": ("jump", search.jumps[:, 1], target_unit, "the target just before"),
        "jump_after": ("jump", search.jumps[:, 2], target_unit, "the target just after"),
        "jump_tasks": (
            "jump",
            np.array([search.opening_tasks(jump) for jump in position], dtype=object),
            "",
            "tasks that AI comes to be able to do there, or ceases to be",
        ),
        "low": ((), equation.low, unit, "where the search begins"),
        "high": ((), equation.high, unit, "where the search ends"),
        "nearest_place": ((), nearest, unit, f"{path} that comes nearest to the target"),
        "nearest_until": ((), nearest_until, unit, "the same up to here"),
        "nearest_target": ((), reached, target_unit, "the target there"),
    }
    attributes = {
        **results.provenance(catalog=catalog),
        "path": path,
        "target": equation.quantity.name,
        "target_value": equation.level,
        "reason": "" if len(value) else _reason(search, path),
    }
    coords: dict[str, Any] = {"source": list(sources(organisation(catalog)))}
    if path != COMPUTE:
        coords[COMPUTE] = one_compute(catalog, compute)
    return results.labelled(variables, coords, attributes)


def _unit(catalog: Catalog, path: str) -> str:
    return COMPUTE_UNIT if path == COMPUTE else catalog.unit_of(path)


def _reason(search: TargetSearch, path: str) -> str:
    """Why there is no solution, in sentences."""
    equation, catalog = search.equation, search.equation.walker.catalog
    name, level = equation.quantity.name, f"{equation.level:g}"
    unit = _unit(catalog, path)
    unit = "" if unit in ("", "1") else f" {unit}"
    text = f"no {path} from {equation.low:g} to {equation.high:g}{unit} gives {name} {level}"
    position, until, reached = search.nearest()
    if math.isnan(position):
        return (
            f"{text}: it has no value there, because nothing can be produced, "
            "or there is no limit to output"
        )
    if (position, until) == (equation.low, equation.high):
        text += f": {path} makes no difference to it, which is {reached:.6g}"
    else:
        text += f": the nearest is {reached:.6g}, {_where(search, position, until, unit)}"
    for jump, below, above in search.jumps:
        text += f". It passes {level} in a jump from {below:.6g} to {above:.6g} at {jump:.6g}{unit}"
        if tasks := search.opening_tasks(jump):
            text += f", where AI's ability changes for {tasks}"
    if path != COMPUTE:
        opened = equation.walker.at(np.array([position])).automatable[0]
        able = sum(
            task.share.value
            for task, automatable in zip(catalog.tasks.values(), opened, strict=True)
            if automatable and task.delegable
        )
        text += f". AI can do tasks with {100 * able:.0f} % of the hours there"
    return text


def _where(search: TargetSearch, position: float, until: float, unit: str) -> str:
    """Where the quantity is closest to the target, in words."""
    low, high, axis = search.equation.low, search.equation.high, search.equation.axis
    if position < until:
        if until == high:
            return f"from {position:.6g}{unit} on"
        start = f"from {position:.6g} to" if position > low else "up to"
        return f"{start} {until:.6g}{unit}"
    if position not in (low, high):
        return f"at {position:.6g}{unit}"
    end, factor = ("lower", 10) if position == low else ("upper", 0.1)
    text = f"at {position:.6g}{unit}, the {end} end of the range"
    inward = position * factor
    if not axis.logarithmic or not low < inward < high:
        return text
    samples = search.samples
    interior = float(np.interp(np.log(inward), np.log(samples.position), samples.value))
    change = abs(samples.value[-1 if position == high else 0] - interior)
    if change <= LEVEL * abs(interior):
        return f"{text}, where it hardly changes any more"
    return f"{text}; it may be reached beyond"
