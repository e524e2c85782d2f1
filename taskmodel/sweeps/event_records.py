"""Records of events: positions of an axis where the optimum changes regime, and what changes there.

An event is a position at which one or more changes happen (`Change.kind`, one of `KINDS`): a task
opens or closes to AI, a mode is adopted, dropped or completed, a factor becomes scarce or slack,
oversight starts or stops to bind or to be the bottleneck. Between events the optimum is smooth.

Of the optima on either side of an event only output and what a `Measure` reads of them is kept:
the activities of thousands of tasks at thousands of events would fill the memory.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from taskmodel.numerics.types import Array
from taskmodel.organisation.organisation import HUMAN
from taskmodel.sweeps.walker import SolutionPath, Walker

KINDS = (
    "automatable",
    "automatable_ends",
    "adopted",
    "dropped",
    "completed",
    "binds",
    "slack",
    "oversight_binds",
    "oversight_binds_ends",
    "oversight_bottleneck",
    "oversight_bottleneck_ends",
    "speedup_peaks",
    "speedup_troughs",
    "oversight_costs_a_tenth",
    "oversight_costs_a_tenth_ends",
    "oversight_costs_half",
    "oversight_costs_half_ends",
)
# What is kept of optima: from positions, which are limits from below, and the optima, arrays by
# name whose first dimension is the position.
Measure = Callable[[Array, NDArray[np.bool_], SolutionPath], dict[str, Array]]
# What switches at events, by kind, (change, 1 + dimension): the event, then what the change is of.
Switches = dict[str, NDArray[np.intp]]
_OF = {
    "adopted": ("task", "mode"),
    "dropped": ("task", "mode"),
    "completed": ("task", "mode"),
    "binds": ("factor",),
    "slack": ("factor",),
}


@dataclass(frozen=True)
class Change:
    """A change of regime: its kind, and what it concerns; -1 where a position does not apply."""

    kind: str
    task: int = -1
    mode: int = -1
    factor: int = -1


@dataclass
class Events:
    """Events in order of position, with limits on either side.

    Attributes
    ----------
    position : array, shape (event,)
    at_threshold : array of bool, shape (event,)
        Tasks open or close to AI there.
    output : array, shape (event, 2)
        Output before and after [h/year].
    limits : dict of str to array, shape (event, 2, ...)
        What a `Measure` reads before and after.
    changes : list of list of Change
        What changes at each event.
    """

    position: Array
    at_threshold: NDArray[np.bool_]
    output: Array
    limits: dict[str, Array]
    changes: list[list[Change]]

    def __len__(self) -> int:
        return len(self.position)

    def take(self, rows: NDArray[np.intp]) -> Events:
        """Return some of the events."""
        return Events(
            self.position[rows],
            self.at_threshold[rows],
            self.output[rows],
            {name: values[rows] for name, values in self.limits.items()},
            [self.changes[row] for row in rows.tolist()],
        )

    def join(self, other: Events) -> Events:
        """Return these events and others, in order of position."""
        joined = Events(
            np.concatenate([self.position, other.position]),
            np.concatenate([self.at_threshold, other.at_threshold]),
            np.concatenate([self.output, other.output]),
            {
                name: np.concatenate([values, other.limits[name]])
                for name, values in self.limits.items()
            },
            self.changes + other.changes,
        )
        return joined.take(np.argsort(joined.position, kind="stable"))


def unmeasured(position: Array, before: NDArray[np.bool_], path: SolutionPath) -> dict[str, Array]:
    """Return nothing of optima: the `Measure` where their output is enough."""
    return {}


def both_limits(
    at_threshold: NDArray[np.bool_], sides: SolutionPath, measure: Measure
) -> tuple[Array, dict[str, Array]]:
    """Return `Events.output` and `Events.limits`.

    Parameters
    ----------
    at_threshold : array of bool, shape (event,)
    sides : SolutionPath
        The optima before all events, then those after, at the positions of the events.
    measure : function
    """
    limits = np.concatenate([at_threshold, np.zeros(len(at_threshold), dtype=bool)])
    return _paired(sides.allocation.output), {
        name: _paired(values) for name, values in measure(sides.position, limits, sides).items()
    }


def _paired(values: Array) -> Array:
    """Return values of all events before, then of all after, as (event, 2, ...)."""
    return np.stack(np.split(values, 2), axis=1)


def in_turn(values: Array) -> Array:
    """Return limits, (event, 2, ...), as rows of before and after by turns, (2 event, ...)."""
    return values.reshape(2 * len(values), *values.shape[2:])


def events_of(
    position: Array,
    before: SolutionPath,
    after: SolutionPath,
    measure: Measure,
    opened: list[list[Change]] | None = None,
) -> Events:
    """Return the events at some positions, from the optima on either side of each.

    Tasks open or close at them if `opened` says which.
    """
    at_threshold = np.full(len(position), opened is not None)
    changes = changes_of(len(position), switches_of(before, after))
    if opened is not None:
        changes = [first + rest for first, rest in zip(opened, changes, strict=True)]
    sides = before.join(after)
    sides.position = np.tile(position, 2)
    output, limits = both_limits(at_threshold, sides, measure)
    return Events(position, at_threshold, output, limits, changes)


def events_at(
    walker: Walker, position: Array, before: SolutionPath, after: SolutionPath, measure: Measure
) -> Events:
    """Return the events at positions where tasks open or close, from the optima on either side."""
    closed, opened = (walker.at(position, side).automatable for side in (True, False))
    return events_of(position, before, after, measure, openings(closed, opened))


def openings(closed: NDArray[np.bool_], opened: NDArray[np.bool_]) -> list[list[Change]]:
    """Return the tasks that open or close between two rows of automatable tasks, row by row."""
    changes: list[list[Change]] = [[] for _ in closed]
    for row, task in np.argwhere(closed != opened).tolist():
        kind = "automatable" if opened[row, task] else "automatable_ends"
        changes[row].append(Change(kind, task=task))
    return changes


def switches_of(before: SolutionPath, after: SolutionPath) -> Switches:
    """Return what switches between two paths, row by row."""
    used, uses = before.allocation.usable, after.allocation.usable
    paid, pays = before.allocation.priced, after.allocation.priced
    human = np.arange(used.shape[-1]) == HUMAN
    left = used & ~uses
    switched = {
        "adopted": uses & ~used,
        "dropped": left & ~human,
        "completed": left & human,
        "binds": pays & ~paid,
        "slack": paid & ~pays,
        "oversight_binds": after.binds & ~before.binds,
        "oversight_binds_ends": before.binds & ~after.binds,
        "oversight_bottleneck": after.bottleneck & ~before.bottleneck,
        "oversight_bottleneck_ends": before.bottleneck & ~after.bottleneck,
    }
    return {kind: np.argwhere(values) for kind, values in switched.items()}


def joined_switches(parts: list[Switches], counts: list[int]) -> Switches:
    """Return the switches of several groups of events, one after the other; sizes are `counts`."""
    begin = np.cumsum([0, *counts])[:-1].tolist()
    result: Switches = {}
    for kind, first in parts[0].items():
        shift = np.arange(first.shape[1]) == 0  # of the event alone
        moved = [part[kind] + offset * shift for part, offset in zip(parts, begin, strict=True)]
        result[kind] = np.concatenate(moved)
    return result


def changes_of(count: int, switches: Switches) -> list[list[Change]]:
    """Return the changes of each of a number of events."""
    changes: list[list[Change]] = [[] for _ in range(count)]
    for kind, rows in switches.items():
        for row, *entry in rows.tolist():
            changes[row].append(Change(kind, **dict(zip(_OF.get(kind, ()), entry, strict=True))))
    return changes


def first_positions(events: Events) -> Array:
    """Return the position of the first event of each of `KINDS`, inf where there is none."""
    position = np.full(len(KINDS), np.inf)
    for where, changes in zip(events.position.tolist(), events.changes, strict=True):
        for change in changes:
            kind = KINDS.index(change.kind)
            position[kind] = min(position[kind], where)
    return position
