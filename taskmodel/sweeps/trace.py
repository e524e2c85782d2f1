"""A sweep between the points of its grid: lines through events, and intervals in which states hold.

Source: docs, model, section 6.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from taskmodel.numerics.accuracy import OVERSIGHT_ROUNDING


@dataclass(frozen=True, eq=False)
class SweepLine:
    """A variable along the axis: at the grid, and on both sides of each event."""

    position: np.ndarray  # (point,) not decreasing; compute [FLOP/year] or calendar year
    values: np.ndarray  # (point, ...)


def sweep_line(result: xr.Dataset, name: str) -> SweepLine:
    """A variable of a sweep as a line with vertical jumps.

    Parameters
    ----------
    result : Dataset
        From `taskmodel.sweep`.
    name : str
        A variable whose limits at events are in the result, over the axis and at most one other
        dimension.
    """
    axis = result.attrs["over"]
    grid, values = result[axis].values, result[name].values
    events = result[f"event_{axis}"].values
    positions, first = np.unique(events, return_index=True)
    last = np.searchsorted(events, positions, side="right") - 1
    before = result[f"event_{name}_before"].values[first]
    after = result[f"event_{name}_after"].values[last]
    position = np.concatenate([grid, positions, positions])
    # A grid point at the position of an event comes after both limits.
    side = np.repeat([2, 0, 1], [len(grid), len(positions), len(positions)])
    order = np.lexsort((side, position))
    return SweepLine(position[order], np.concatenate([values, before, after])[order])


def unreviewed_line(result: xr.Dataset) -> SweepLine:
    """Throughput with all review hours free, and inference and experiments as they are."""
    output, cost = (sweep_line(result, name) for name in ("throughput_speedup", "oversight_cost"))
    # where output is without limit its cost is not defined, and output without review has none
    unlimited = np.isinf(output.values)
    values = np.where(unlimited, np.inf, output.values * cost.values)
    return SweepLine(output.position, values)


def share_lines(result: xr.Dataset) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Positions, and bottleneck shares by source; review by pool if there are several.

    The pools are named ``review-POOL``.
    """
    line = sweep_line(result, "bottleneck_share")
    shares: dict[str, np.ndarray] = {}
    for source, values in zip(result["source"].values.tolist(), line.values.T, strict=True):
        if source == "review" and result.sizes["reviewers"] > 1:
            pools = zip(
                result["reviewers"].values.tolist(),
                sweep_line(result, "review_pool_share").values.T,
                strict=True,
            )
            shares |= {f"review-{pool}": part for pool, part in pools}
        else:
            shares[source] = values
    return line.position, shares


@dataclass(frozen=True)
class StateInterval:
    """An interval in which a state holds, and whether its ends are events or ends of the axis."""

    start: float
    end: float
    begins: bool
    ends: bool


def state_intervals(
    result: xr.Dataset, start: str, end: str, initial: bool, factor: str = ""
) -> list[StateInterval]:
    """Intervals in which a state holds that events of one kind begin and those of another end.

    Parameters
    ----------
    result : Dataset
        From `taskmodel.sweep` along compute.
    start, end : str
        Kinds of events.
    initial : bool
        Whether the state holds at the first point of the grid; used where no event implies it.
    factor : str
        The factor of the events; default: events without a factor.
    """
    kind, position = result["event_kind"].values, result["event_compute"].values
    change = np.where(kind == start, 1, np.where(kind == end, -1, 0))
    change = change * (result["event_factor"].values == factor)
    low, high = result["compute"].values[[0, -1]]
    changes = [
        (event, int(change[position == event].sum())) for event in np.unique(position[change != 0])
    ]
    turning = [step for _, step in changes if step]
    state = turning[0] < 0 if turning else initial
    intervals, since, begins = [], low, False
    for event, step in changes:
        if step == 0 and not state:  # begins and ends at one position
            intervals.append(StateInterval(event, event, True, True))
        elif step > 0 and not state:
            state, since, begins = True, event, True
        elif step < 0 and state:
            intervals.append(StateInterval(since, event, begins, True))
            state = False
    if state:
        intervals.append(StateInterval(since, high, begins, False))
    return intervals


def binding_intervals(result: xr.Dataset) -> dict[str, list[StateInterval]]:
    """Intervals in which each factor has a shadow price."""
    priced = result["shadow_price"].values[0] > 0
    return {
        name: state_intervals(result, "binds", "slack", bool(initial), name)
        for name, initial in zip(result["factor"].values.tolist(), priced, strict=True)
    }


def oversight_intervals(
    result: xr.Dataset,
) -> tuple[list[StateInterval], list[StateInterval]]:
    """Intervals in which oversight binds, and in which it is the bottleneck."""
    start = result.isel(compute=0)
    review = float(start["bottleneck_share"].sel(source="review"))
    # NaN, if nothing can be produced, compares false
    exceeds = review - float(result["binding_tolerance"]) > OVERSIGHT_ROUNDING
    states = {
        "oversight_binds": exceeds,
        "oversight_bottleneck": start["binding_factor"].item() == "review",
    }
    binds, leads = (
        state_intervals(result, kind, f"{kind}_ends", initial) for kind, initial in states.items()
    )
    return binds, leads
