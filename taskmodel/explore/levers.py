"""Inputs that the answer hangs on most, each moved by one number: the sliders of the page.

An input is a number of the catalog, the common factor of a group of numbers, or the level or the
slope of a line with a pivot (`taskmodel.uncertainty`). Moving one sets it: at the catalog's own
values, and in every draw of the numbers that stay uncertain.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from taskmodel._text import counted
from taskmodel.catalog import Catalog
from taskmodel.errors import InputError, NoAnswer
from taskmodel.explore.choices import Choice
from taskmodel.explore.numbers import NumberEntry, number_entry
from taskmodel.files.quantity import SET
from taskmodel.files.suggestions import did_you_mean, listing
from taskmodel.influence._cruxes import cruxes
from taskmodel.influence.inputs import FIELDS, inputs_of
from taskmodel.numerics.types import Array
from taskmodel.organisation.reviewers import reviewer_block, reviewer_pools
from taskmodel.sweeps.paths import Paths
from taskmodel.uncertainty import sampler
from taskmodel.uncertainty._sampler import PivotedLine

NUMBER, SCALE, LEVEL, SLOPE = "number", "scale", "level", "slope"
# what people decide, beside what is uncertain: of each kind of reviewers, in its block
OF_REVIEWERS = {
    "headcount": "Reviewers{kind}",
    "max_review_share": "Largest part of their time in review{kind}",
}
# and of all
DECISIONS = (
    "supervision.assist_limit",
    "capability.required_success",
    "supervision.defect_budget",
)
TITLES = {
    "capability.intercept": "Capability of AI: level",
    "capability.slope": "Capability of AI: slope",
    "task_lengths": "Length of all tasks",
    "review_ratios": "Review for an hour of AI work, all tasks",
    "multipliers": "Horizon that tasks need, relative to their length",
    "capability.success_slope": "How sharply AI succeeds once its horizon is long enough",
    "capability.defect_probability": "Useless units of AI work",
    "people.success": "Success of people",
    "production.elasticity": "Elasticity of substitution between tasks",
    "production.parallel_exponent": "Parallel exponent",
    "latency.serial_speed": "Serial speed of AI",
    "supervision.assist_limit": "Part of review with a trusted critic",
    "capability.required_success": "Success required of AI",
    "supervision.defect_budget": "Defects that may escape",
}
WIDE = 4.0  # ratio of the ends of an interval from which its slider is logarithmic
FACTORS = 8.0  # range of a common factor, either way
MARGIN = 100.0  # range of a number without an interval, either way
BEYOND = 0.25  # of an interval that its slider goes beyond each end


@dataclass(frozen=True)
class Lever:
    """An input and its slider.

    Attributes
    ----------
    name, title, kind : str
        The input (a dotted path, or a group), its name for readers, and how it moves.
    paths : tuple of str
        Numbers that it moves.
    entry : NumberEntry
        Value, unit, interval, meaning and source; of a common factor, 1.
    bottom, top : float
        Ends of the slider.
    logarithmic : bool
    shifts : tuple of float
        Years by which the ends of its interval move the date from which oversight is the
        bottleneck; empty: not known.
    crux : bool
        Whether an end moves that by over a year, or changes what binds.
    """

    name: str
    title: str
    kind: str
    paths: tuple[str, ...]
    entry: NumberEntry
    bottom: float
    top: float
    logarithmic: bool
    shifts: tuple[float, ...] = ()
    crux: bool = False


def levers_of(catalog: Catalog) -> dict[str, Lever]:
    """Return the levers of a catalog by name: its inputs in the order of the file, then decisions.

    What they are worth is in `ranked`, which takes longer.
    """
    result: dict[str, Lever] = {}
    if sampler(catalog).laws:
        inputs = inputs_of(catalog, None)
        lines = {line.intercept: LEVEL for line in inputs.samplers[""].lines}
        lines |= {line.slope: SLOPE for line in inputs.samplers[""].lines}
        for name, paths in inputs.members.items():
            members = tuple(paths)
            if len(members) == 1:
                kind, entry = lines.get(members[0], NUMBER), number_entry(catalog, members[0])
            else:
                kind, entry = SCALE, _common_factor(catalog, name, members)
            result[name] = _lever(catalog, name, kind, members, entry)
    blocks = [reviewer_block(kind) for kind in reviewer_pools(catalog)]
    of_reviewers = (f"{block}.{field}" for field in OF_REVIEWERS for block in blocks)
    for path in (*of_reviewers, *DECISIONS):
        if path not in result and isinstance(catalog.get(path), (int, float)):
            entry = number_entry(catalog, path)
            result[path] = _lever(catalog, path, NUMBER, (path,), entry)
    return result


def ranked(catalog: Catalog, levers: Mapping[str, Lever], paths: Paths) -> list[Lever]:
    """Return the levers with their shifts, the most consequential first, then decisions.

    Without an answer at the medians, in the order of the file: sliders may move to where there is
    one.
    """
    if not sampler(catalog).laws:
        return list(levers.values())
    try:
        table = cruxes(catalog, paths)
    except NoAnswer:
        return list(levers.values())
    names = table["input"].values.tolist()
    columns = (table[column].values.tolist() for column in ("end_value", "shift", "crux"))
    result = {}
    for name, ends, shifts, crux in zip(names, *columns, strict=True):
        if name not in levers:  # a growth rate of the paths
            continue
        lever = levers[name]
        if lever.kind != SCALE and lever.entry.low is None:  # of a law without an interval
            entry = replace(lever.entry, low=ends[0], high=ends[1])
            lever = _lever(catalog, name, lever.kind, lever.paths, entry)
        result[name] = replace(lever, shifts=tuple(shifts), crux=crux)
    return [*result.values(), *(lever for name, lever in levers.items() if name not in result)]


def _common_factor(catalog: Catalog, name: str, members: tuple[str, ...]) -> NumberEntry:
    groups = catalog.uncertainty.groups if catalog.uncertainty else {}
    group = groups.get(name)
    return NumberEntry(
        path=name,
        value=1.0,
        unit="x",
        low=None,
        high=None,
        allowed="above 0",
        meaning=f"factor of {counted(len(members), 'number')}: {listing(members, 2)}",
        source=group.source if group else (),
        note=group.note if group else "",
    )


def _lever(
    catalog: Catalog,
    name: str,
    kind: str,
    paths: tuple[str, ...],
    entry: NumberEntry,
) -> Lever:
    if kind == SCALE:
        ends, logarithmic = (1 / FACTORS, FACTORS), True
    else:
        ends, logarithmic = _slider(catalog, paths[0], entry)
    title = _title(catalog, name, len(paths))
    return Lever(name, title, kind, paths, entry, *ends, logarithmic)


def _title(catalog: Catalog, name: str, members: int) -> str:
    """Return the name of an input for readers, with the kind of reviewers if there are several."""
    if name.startswith(FIELDS) and members < len(catalog.tasks):  # the name alone means all
        return f"{name}, {members} of {counted(len(catalog.tasks), 'task')}"
    kinds = {reviewer_block(kind): kind for kind in reviewer_pools(catalog)}
    block, _, field = name.rpartition(".")
    if block in kinds and field in OF_REVIEWERS:
        kind = f" ({kinds[block]})" if len(kinds) > 1 else ""
        return OF_REVIEWERS[field].format(kind=kind)
    return TITLES.get(name, name)


def _slider(catalog: Catalog, path: str, entry: NumberEntry) -> tuple[tuple[float, float], bool]:
    """Return the ends of a slider, and whether it is logarithmic."""
    least, most = catalog.range_of(path)
    value, low, high = float(entry.value or 0.0), entry.low, entry.high
    if low is None or high is None or low == high:
        if np.isfinite([least, most]).all() and most - least <= MARGIN:
            return (least, most), False
        if value <= 0:
            return (least if np.isfinite(least) else -1.0, 1.0), False
        return (max(value / MARGIN, least), min(value * MARGIN, most)), True
    if low > 0 and high / low >= WIDE and most - least > 1:
        edge = (high / low) ** BEYOND
        return (max(low / edge, least), min(high * edge, most)), True
    edge = BEYOND * (high - low)
    return (max(low - edge, least), min(high + edge, most)), False


def moved_catalog(catalog: Catalog, levers: Mapping[str, Lever], choice: Choice) -> Catalog:
    """Return a catalog with the numbers of a choice set, then its inputs moved.

    Raises
    ------
    CatalogError
        With every number that is not allowed.
    InputError
        If an input is unknown, or a factor not positive.
    """
    result, changes = catalog, {}
    for path, value in choice.changed:
        if path.endswith((".low", ".high", ".distribution")):
            raise InputError(
                f"{path}: the page sets numbers, and its draws have the intervals of the catalog; "
                "change an interval in the file, or with taskmodel run --set"
            )
        if _is_share(path):  # the others follow, so that their sum stays 1
            result = result.replace(result.changed_to(path, value))
        else:
            changes[path] = value
    result = result.replace(changes) if changes else result
    moves: dict[str, Any] = {}
    for name, value in choice.moved:
        lever = _known(levers, name)
        if lever.kind == NUMBER:
            moves[lever.paths[0]] = value
        elif lever.kind == SCALE:
            moves |= _scaled(result, lever, value)
    moves |= _moved_lines(catalog, result, levers, dict(choice.moved))
    return result.replace(moves) if moves else result


def _is_share(path: str) -> bool:
    return path.startswith("tasks.") and path.endswith(".share")


def _known(levers: Mapping[str, Lever], name: str) -> Lever:
    if name not in levers:
        hint = did_you_mean(name, levers) or f"; there are {listing(levers)}"
        raise InputError(f"{name!r} is no input of this catalog{hint}")
    return levers[name]


def _scaled(catalog: Catalog, lever: Lever, factor: float) -> dict[str, Any]:
    """Return numbers times a factor, with the ends of their intervals."""
    if not factor > 0:
        raise InputError(f"{lever.name}: found {factor:g}; a factor above 0 is needed")
    result: dict[str, Any] = {}
    for path in lever.paths:
        entry = number_entry(catalog, path)
        ends = {"value": entry.value, "low": entry.low, "high": entry.high}
        scaled = {name: end * factor for name, end in ends.items() if end is not None}
        note = f"{factor:g} times {entry.value:g}"
        result[path] = {**scaled, "unit": entry.unit, "source": SET, "note": note}
    return result


def _moved_lines(
    base: Catalog, catalog: Catalog, levers: Mapping[str, Lever], moved: Mapping[str, float]
) -> dict[str, float]:
    """Return intercepts and slopes: the level at the pivot stays where the slope moves."""
    result: dict[str, float] = {}
    for line in lines_of(base, levers, moved):
        slope, intercept = (float(catalog.get(path)) for path in (line.slope, line.intercept))
        level = intercept + line.pivot * (slope - line.central_slope)
        slope = moved.get(line.slope, slope)
        level = moved.get(line.intercept, level)
        result[line.slope] = slope
        result[line.intercept] = level + line.pivot * (line.central_slope - slope)
    return result


def lines_of(
    base: Catalog, levers: Mapping[str, Lever], moved: Mapping[str, float]
) -> list[PivotedLine]:
    """Return the lines with a pivot of which the level or the slope is moved."""
    names = {name for name in moved if _known(levers, name).kind in (LEVEL, SLOPE)}
    lines = sampler(base).lines if names else ()
    return [line for line in lines if names & {line.intercept, line.slope}]


def moved_draws(
    base: Catalog, columns: Mapping[str, Array], levers: Mapping[str, Lever], choice: Choice
) -> dict[str, Array]:
    """Return draws of the base with the changes of a choice made in each of them.

    A number that is set leaves the draws, so that it is as in the moved catalog.
    """
    result, moved = dict(columns), dict(choice.moved)
    changed = [path for pattern, _ in choice.changed for path in base.expand(pattern)]
    for path in changed:
        result.pop(path, None)
        if _is_share(path):
            result = {name: column for name, column in result.items() if not _is_share(name)}
    for line in lines_of(base, levers, moved):
        _move_line(base, result, line, moved)
    for name, value in choice.moved:
        lever = _known(levers, name)
        if lever.kind == NUMBER:
            result.pop(lever.paths[0], None)
        elif lever.kind == SCALE:
            drawn = [path for path in lever.paths if path in result]
            result |= {path: value * result[path] for path in drawn}
    return result


def _move_line(
    base: Catalog, columns: dict[str, Array], line: PivotedLine, moved: Mapping[str, float]
) -> None:
    slope, intercept = (
        columns.pop(path, np.asarray(float(base.get(path))))
        for path in (line.slope, line.intercept)
    )
    level = intercept + line.pivot * (slope - line.central_slope)
    if line.slope in moved:
        slope = np.full_like(level, moved[line.slope])
    if line.intercept in moved:
        level = np.full_like(level, moved[line.intercept])
    columns[line.slope] = slope
    columns[line.intercept] = level + line.pivot * (line.central_slope - slope)
