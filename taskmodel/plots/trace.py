"""What a sweep says between the points of its grid: lines through both limits of every event, and where a state holds.

Source: docs, model, section 6.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr


@dataclass(frozen=True, eq=False)
class Trace:
    """A variable along the axis: at the grid, and twice, before and after, at the place of each event."""

    compute: np.ndarray  # (point,) not decreasing [FLOP/year; calendar year along time]
    values: np.ndarray  # (point, ...)


def trace(result: xr.Dataset, name: str) -> Trace:
    """A variable of a sweep as a line whose jumps are upright.

    Parameters
    ----------
    result : Dataset
        Of `taskmodel.sweep`.
    name : str
        A variable over the axis, or over that and another dimension, of which the events hold the limits.
    """
    along = result.attrs["over"]
    grid, values = result[along].values, result[name].values
    events = result[f"event_{along}"].values
    places, first = np.unique(events, return_index=True)
    last = np.searchsorted(events, places, side="right") - 1
    before, after = (
        result[f"event_{name}_before"].values[first],
        result[f"event_{name}_after"].values[last],
    )
    compute = np.concatenate([grid, places, places])
    side = np.repeat(
        [2, 0, 1], [len(grid), len(places), len(places)]
    )  # a grid point at the place of an event comes after it
    order = np.lexsort((side, compute))
    return Trace(compute[order], np.concatenate([values, before, after])[order])


@dataclass(frozen=True)
class Stretch:
    """Where a state holds, and whether it begins and ends there or only the axis does."""

    start: float
    end: float
    begins: bool
    ends: bool


def stretches(
    result: xr.Dataset, start: str, end: str, held: bool, factor: str = ""
) -> list[Stretch]:
    """Where a state holds that events of one kind begin and those of another end.

    Parameters
    ----------
    start, end : str
        Kinds of events.
    held : bool
        Whether the state holds at the first point of the grid: this counts where no event says it.
    factor : str
        Whose events; default: those of no factor.
    """
    kind, place = result["event_kind"].values, result["event_compute"].values
    change = np.where(kind == start, 1, np.where(kind == end, -1, 0)) * (
        result["event_factor"].values == factor
    )
    low, high = result["compute"].values[[0, -1]]
    changes = [(at, int(change[place == at].sum())) for at in np.unique(place[change != 0])]
    turning = [step for _, step in changes if step]
    state = turning[0] < 0 if turning else held
    found, since, begins = [], low, False
    for at, step in changes:
        if step == 0 and not state:  # begins and ends at one place
            found.append(Stretch(at, at, True, True))
        elif step > 0 and not state:
            state, since, begins = True, at, True
        elif step < 0 and state:
            found.append(Stretch(since, at, begins, True))
            state = False
    return [*found, Stretch(since, high, begins, False)] if state else found


def binding(result: xr.Dataset) -> dict[str, list[Stretch]]:
    """Where each factor has a price."""
    priced = result["shadow_price"].values[0] > 0
    return {
        name: stretches(result, "binds", "slack", bool(held), name)
        for name, held in zip(result["factor"].values.tolist(), priced, strict=True)
    }


def oversight(result: xr.Dataset) -> tuple[list[Stretch], list[Stretch]]:
    """Where oversight binds, and where it is the bottleneck."""
    share = result["bottleneck_share"].isel(compute=0)
    review = float(share.sel(source="review"))
    binds = review > float(result["binding_tolerance"])
    leads = (
        bool((review > share.where(share["source"] != "review").fillna(-np.inf)).all())
        if not np.isnan(review)
        else False
    )
    return (
        stretches(result, "oversight_binds", "oversight_binds_ends", binds),
        stretches(result, "oversight_bottleneck", "oversight_bottleneck_ends", leads),
    )
