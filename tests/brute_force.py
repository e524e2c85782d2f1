"""Events found without stepping: every point solved from scratch, cells whose ends differ cut up until they are narrow.

What is active at a point is a row of switches: each mode of each task, the price of each factor, whether oversight binds, whether
it is the bottleneck, whether AI can do each task. An event turns switches on (+1) or off (-1); a sweep is right if what it tells
adds up to the difference between points that were solved apart from it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from taskmodel.sweeps.walker import Walker

PIECES = 8  # into which a cell is cut at a time


@dataclass
class Brackets:
    """Places of the axis, each narrowed down to a low and a high end, in order; switches at both ends, shape (place, switch)."""

    low: np.ndarray
    high: np.ndarray
    before: np.ndarray
    after: np.ndarray


def switches(walker: Walker, compute: np.ndarray) -> np.ndarray:
    """What is on at these points, each solved from scratch; shape (point, switch) of 0 and 1."""
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
    """Where switches change between points of a grid, to a relative width; places closer than that are one."""
    at = switches(walker, grid)
    cells = Brackets(grid[:-1], grid[1:], at[:-1], at[1:])
    while True:
        differ = (cells.before != cells.after).any(axis=1)
        cells = Brackets(*(part[differ] for part in vars(cells).values()))
        wide = cells.high / cells.low - 1 > width
        if not wide.any():
            return _joined(cells)
        part = np.arange(PIECES + 1)[:, None] / PIECES
        places = cells.low[wide] ** (1 - part) * cells.high[wide] ** part
        inner = switches(walker, places[1:-1].ravel()).reshape(PIECES - 1, wide.sum(), -1)
        at = np.concatenate([cells.before[wide][None], inner, cells.after[wide][None]])
        places[0], places[-1] = cells.low[wide], cells.high[wide]
        low, high = (
            np.append(cells.low[~wide], places[:-1]),
            np.append(cells.high[~wide], places[1:]),
        )
        before = np.concatenate([cells.before[~wide], at[:-1].reshape(-1, at.shape[-1])])
        after = np.concatenate([cells.after[~wide], at[1:].reshape(-1, at.shape[-1])])
        order = np.argsort(low)
        cells = Brackets(low[order], high[order], before[order], after[order])


def _joined(cells: Brackets) -> Brackets:
    """Neighbouring brackets as one."""
    first = (
        np.append(True, cells.low[1:] > cells.high[:-1])
        if len(cells.low)
        else np.zeros(0, dtype=bool)
    )
    last = np.append(first[1:], True) if len(first) else first
    return Brackets(cells.low[first], cells.high[last], cells.before[first], cells.after[last])


def told(walker: Walker, events) -> np.ndarray:
    """What the events of a sweep turn on and off, shape (event, switch)."""
    at = walker.organisation
    tasks, modes, factors = len(at.tasks), len(at.modes), len(at.factors)
    starts = np.cumsum([0, tasks * modes, factors, 1, 1])
    change = np.zeros((events.sizes["event"], starts[-1] + tasks), dtype=int)
    columns = (events[name].values for name in ("kind", "task", "mode", "factor"))
    for row, (kind, task, mode, factor) in enumerate(zip(*columns, strict=True)):
        if kind in ("adopted", "dropped", "completed"):
            change[row, at.tasks.index(task) * modes + at.modes.index(mode)] = (
                1 if kind == "adopted" else -1
            )
        elif kind in ("binds", "slack"):
            change[row, starts[1] + at.factors.index(factor)] = 1 if kind == "binds" else -1
        elif kind == "automatable":
            change[row, starts[4] + at.tasks.index(task)] = 1
        else:
            change[row, starts[2] + kind.startswith("oversight_bottleneck")] = (
                -1 if kind.endswith("_ends") else 1
            )
    return change


def disagreements(walker: Walker, events, grid: np.ndarray, width: float) -> list[str]:
    """Where the events of a sweep over the grid and those found here are not the same, in words."""
    found, change, places = (
        brackets(walker, grid, width),
        told(walker, events),
        events["compute"].values,
    )
    slack = width / 10  # an event at the very end of a bracket may be told on the other side of it
    wrong, explained = [], np.zeros(len(places), dtype=bool)
    for low, high, before, after in zip(*vars(found).values(), strict=True):
        inside = (places >= low * (1 - slack)) & (places <= high * (1 + slack))
        explained |= inside
        if (change[inside].sum(axis=0) != after - before).any():
            wrong.append(
                f"between {low!r} and {high!r}: told {change[inside].tolist()}, found {(after - before).tolist()}"
            )
    # what comes and goes between two points of the grid is seen from both sides
    alone = np.flatnonzero(~explained)
    for group in np.split(
        alone, np.flatnonzero(places[alone[1:]] / places[alone[:-1]] - 1 > 3 * width) + 1
    ):
        if len(group):
            ends = np.array([places[group[0]] / (1 + width), places[group[-1]] * (1 + width)])
            before, after = switches(walker, ends)
            if (change[group].sum(axis=0) != after - before).any():
                wrong.append(
                    f"at {places[group]!r}: told {change[group].tolist()}, found {(after - before).tolist()}"
                )
    return wrong
