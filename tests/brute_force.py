"""Events by brute force: each point solved from scratch, cells whose ends differ subdivided.

The state of a point is a row of switches of 0 and 1: each mode of each task, the price of each
factor, whether oversight binds, whether it is the bottleneck, and whether AI can do each task. An
event turns switches on (+1) or off (-1). The events of a sweep are right if their changes add up to
the difference between points that are solved independently of the sweep.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from taskmodel.sweeps.walker import Walker

PIECES = 8  # subdivisions of a cell at a time
OVERSIGHT = {
    f"oversight_{state}{end}" for state in ("binds", "bottleneck") for end in ("", "_ends")
}


@dataclass
class Brackets:
    """Narrow intervals of the axis, in order, and the switches at both ends, (interval, switch)."""

    low: np.ndarray
    high: np.ndarray
    before: np.ndarray
    after: np.ndarray


def switches(walker: Walker, compute: np.ndarray) -> np.ndarray:
    """Switches at each point, solved from scratch; shape (point, switch) of 0 and 1."""
    path = walker.solve(compute, np.zeros(len(compute), dtype=bool))
    return np.concatenate(
        [
            path.allocation.usable.reshape(len(compute), -1),
            path.allocation.priced,
            np.stack([path.binds, path.bottleneck], axis=1),
            walker.organisation.automatable(compute),
        ],
        axis=1,
    ).astype(int)


def brackets(walker: Walker, grid: np.ndarray, width: float) -> Brackets:
    """Intervals of at most a relative width in which switches change; adjacent ones are joined."""
    state = switches(walker, grid)
    cells = Brackets(grid[:-1], grid[1:], state[:-1], state[1:])
    while True:
        differ = (cells.before != cells.after).any(axis=1)
        cells = Brackets(*(values[differ] for values in vars(cells).values()))
        wide = cells.high / cells.low - 1 > width
        if not wide.any():
            return _joined(cells)
        fraction = np.arange(PIECES + 1)[:, None] / PIECES
        positions = cells.low[wide] ** (1 - fraction) * cells.high[wide] ** fraction
        inner = switches(walker, positions[1:-1].ravel()).reshape(PIECES - 1, wide.sum(), -1)
        state = np.concatenate([cells.before[wide][None], inner, cells.after[wide][None]])
        positions[0], positions[-1] = cells.low[wide], cells.high[wide]
        low = np.append(cells.low[~wide], positions[:-1])
        high = np.append(cells.high[~wide], positions[1:])
        before = np.concatenate([cells.before[~wide], state[:-1].reshape(-1, state.shape[-1])])
        after = np.concatenate([cells.after[~wide], state[1:].reshape(-1, state.shape[-1])])
        order = np.argsort(low)
        cells = Brackets(low[order], high[order], before[order], after[order])


def _joined(cells: Brackets) -> Brackets:
    """The brackets with adjacent ones joined."""
    first = (
        np.append(True, cells.low[1:] > cells.high[:-1])
        if len(cells.low)
        else np.zeros(0, dtype=bool)
    )
    last = np.append(first[1:], True) if len(first) else first
    return Brackets(cells.low[first], cells.high[last], cells.before[first], cells.after[last])


def switch_changes(walker: Walker, events) -> np.ndarray:
    """Change of each switch at each event of a sweep, -1, 0 or 1; shape (event, switch)."""
    model = walker.organisation
    tasks, modes, factors = len(model.tasks), len(model.modes), len(model.factors)
    starts = np.cumsum([0, tasks * modes, factors, 1, 1])
    change = np.zeros((events.sizes["event"], starts[-1] + tasks), dtype=int)
    columns = (events[name].values for name in ("kind", "task", "mode", "factor"))
    for row, (kind, task, mode, factor) in enumerate(zip(*columns, strict=True)):
        if kind in ("adopted", "dropped", "completed"):
            change[row, model.tasks.index(task) * modes + model.modes.index(mode)] = (
                1 if kind == "adopted" else -1
            )
        elif kind in ("binds", "slack"):
            change[row, starts[1] + model.factors.index(factor)] = 1 if kind == "binds" else -1
        elif kind == "automatable":
            change[row, starts[4] + model.tasks.index(task)] = 1
        elif kind in OVERSIGHT:
            change[row, starts[2] + kind.startswith("oversight_bottleneck")] = (
                -1 if kind.endswith("_ends") else 1
            )
    return change


def disagreements(walker: Walker, events, grid: np.ndarray, width: float) -> list[str]:
    """Messages on the differences between the events of a sweep over the grid and brute force."""
    intervals, change = brackets(walker, grid, width), switch_changes(walker, events)
    switching = change.any(axis=1)  # others are where a cost or a slope passes a level
    positions, change = events["compute"].values[switching], change[switching]
    slack = width / 10  # rounding may move an event at the end of a bracket out of it
    wrong, explained = [], np.zeros(len(positions), dtype=bool)
    for low, high, before, after in zip(*vars(intervals).values(), strict=True):
        inside = (positions >= low * (1 - slack)) & (positions <= high * (1 + slack))
        explained |= inside
        if (change[inside].sum(axis=0) != after - before).any():
            wrong.append(
                f"between {low!r} and {high!r}: the sweep has {change[inside].tolist()}, "
                f"brute force {(after - before).tolist()}"
            )
    # Switches that change and change back between two points of the grid escape the brackets: such
    # events of the sweep are confirmed by points just outside the group of them.
    alone = np.flatnonzero(~explained)
    for group in np.split(
        alone, np.flatnonzero(positions[alone[1:]] / positions[alone[:-1]] - 1 > 3 * width) + 1
    ):
        if len(group):
            ends = np.array([positions[group[0]] / (1 + width), positions[group[-1]] * (1 + width)])
            before, after = switches(walker, ends)
            if (change[group].sum(axis=0) != after - before).any():
                wrong.append(
                    f"at {positions[group]!r}: the sweep has {change[group].tolist()}, "
                    f"brute force {(after - before).tolist()}"
                )
    return wrong
