"""Measures of the points of a walk, and their limits on either side of its events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from taskmodel.allocation import Allocation
from taskmodel.numerics.types import Array
from taskmodel.organisation.measures import MEASURES
from taskmodel.sweeps._ceilings import CEILINGS, ceilings
from taskmodel.sweeps.dataset import EVENT_LIMITS, EventTable
from taskmodel.sweeps.event_records import KINDS, Events, Measure, in_turn
from taskmodel.sweeps.oversight_cost import COST
from taskmodel.sweeps.walker import Before, SolutionPath, Walker

TILE = 2_000_000  # activities of points measured together
MOST_KEPT = 2_000  # activities of an optimum up to which those at events are kept whole
Measured = dict[str, Array]  # measures and ceilings, each array with one row per point
# measures of which events keep limits; ceilings and oversight's cost are added to them
READ_AT_EVENTS = tuple(name for name in EVENT_LIMITS if name not in (*CEILINGS, COST))


def event_limits(walker: Walker) -> Measure:
    """Return the function that reads the limits of measures at events.

    Of few tasks the optima themselves are kept, and measured together with the reported points.
    """

    def read(position: Array, before: NDArray[np.bool_], path: SolutionPath) -> Measured:
        if path.allocation.activity[0:1].size <= MOST_KEPT:
            return dict(vars(path.allocation))
        return _measures(walker, position, before, path.allocation, READ_AT_EVENTS)

    return read


def measured_points(
    walker: Walker, path: SolutionPath, events: Events
) -> tuple[Measured, Measured]:
    """Return measures and ceilings of the reported points, and their limits at events.

    The former have a row for each point, the latter one for each event and side. Those of many
    points of many tasks are found in parts, for all at once would exceed the memory.
    """
    count, sides = len(path), np.zeros(2 * len(events), dtype=bool)
    sides[::2] = events.at_threshold
    position = np.append(path.position, np.repeat(events.position, 2))
    before = np.append(np.zeros(count, dtype=bool), sides)
    # the ceilings together, for many points have the same ones
    tops = ceilings(walker.at(position, before))
    limits = {name: tops[name][count:].reshape(-1, 2) for name in CEILINGS}
    if "activity" in events.limits:
        at_events: dict[str, Any] = {name: in_turn(rows) for name, rows in events.limits.items()}
        every = _measures(walker, position, before, path.allocation.join(Allocation(**at_events)))
        limits |= {
            name: rows[count:].reshape(len(events), 2, *rows.shape[1:])
            for name, rows in every.items()
            if name in READ_AT_EVENTS
        }
        return {name: rows[:count] for name, rows in {**every, **tops}.items()}, limits
    step = max(1, TILE // max(1, path.allocation.activity[0].size))
    measured: Measured = {}
    for rows in np.array_split(np.arange(count), max(1, -(-count // step))):
        part = _measures(walker, path.position[rows], False, path.allocation.take(rows))
        for name, values in part.items():
            if name not in measured:
                measured[name] = np.empty((count, *values.shape[1:]), values.dtype)
            measured[name][rows] = values
    measured |= {name: rows[:count] for name, rows in tops.items()}
    return measured, events.limits | limits


def _measures(
    walker: Walker,
    position: Array,
    before: Before,
    optima: Allocation,
    names: Sequence[str] | None = None,
) -> dict[str, Array]:
    """Return the measures of optima at some positions, all or those of some names."""
    measures = walker.at(position, before).measure(optima, endless=True, optimal=True)
    kept = [name for name in MEASURES if names is None or name in names]
    elasticity = {"factor_elasticity": optima.factor_elasticity}
    return {name: getattr(measures, name) for name in kept} | elasticity


def event_table(walker: Walker, events: Events, limits: Measured) -> EventTable:
    """Return the changes in order of position, kind and file, with the limits on either side."""
    rows = sorted(
        (position, KINDS.index(change.kind), change.task, change.mode, change.factor, index)
        for index, position in enumerate(events.position.tolist())
        for change in events.changes[index]
    )
    position, kind, task, mode, factor, index = (
        zip(*rows, strict=True) if rows else ((),) * 6  # columns
    )
    organisation = walker.structure
    order = np.array(index, dtype=int)
    sides = {
        side: {name: limits[name][order, number] for name in EVENT_LIMITS}
        for number, side in enumerate(("before", "after"))
    }
    return EventTable(
        position=np.array(position, dtype=float),
        kind=[KINDS[number] for number in kind],
        task=_labels(organisation.tasks, task),
        mode=_labels(organisation.modes, mode),
        factor=_labels(organisation.factors, factor),
        limits=sides if len(events) else {},
    )


def _labels(names: Sequence[str], positions: Sequence[int]) -> list[str]:
    return ["" if position < 0 else names[position] for position in positions]
