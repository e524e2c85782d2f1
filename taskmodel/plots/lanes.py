"""States along the compute axis: tasks that open, oversight that binds, scarce factors; today."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr

from taskmodel.organisation.reviewers import review_factor
from taskmodel.plots.labels import plate
from taskmodel.plots.page import (
    BLACK,
    BLUE,
    COLOURS,
    GREY,
    POINT,
    VERMILLION,
    Panel,
    line_height,
    text_width,
    tint,
    wrap,
)
from taskmodel.plots.words import NAMES, compute_text
from taskmodel.sweeps.results import needs_variables
from taskmodel.sweeps.trace import StateInterval, binding_intervals, oversight_intervals

_STOREYS = 3  # levels for counts of tasks that are close together


def rug_height(size: float) -> float:
    """Height of the panel of opening tasks [mm]."""
    return (1 + _STOREYS) * line_height(size - 1.5) + 0.4


def draw_rug(panel: Panel, result: xr.Dataset) -> None:
    """A stem where AI becomes able to do a task, with the number of tasks if it is not 1."""
    axes, page = panel.axes, panel.page
    axes.set_ylim(0, panel.height)
    axes.set_axis_off()
    opening = result["event_compute"].values[result["event_kind"].values == "automatable"]
    positions, counts = np.unique(opening, return_counts=True)
    size = page.size - 1.5
    tops = np.full(len(positions), line_height(size))
    occupied = [-np.inf] * _STOREYS  # the right end of the last count on each level
    for index, (position, count) in enumerate(zip(positions, counts, strict=True)):
        if count == 1:
            continue
        across, half = panel.across(position), text_width(str(count), size) / 2 + 0.4
        # The lowest level on which the preceding count ends to the left; the top one, if none is.
        free = [level for level, end in enumerate(occupied) if across - half >= end]
        storey = min(free, default=_STOREYS - 1)
        occupied[storey] = across + half
        tops[index] += storey * line_height(size)
        axes.text(position, tops[index], str(count), ha="center", va="bottom", fontsize=size)
    axes.vlines(positions, 0, tops, color=BLACK, linewidth=0.8, gid="automatable")
    needs_variables(result, "automatable")
    able = result["automatable"].values.sum(axis=1)
    initially = f"{able[0]} → " if able[0] else ""
    text = f"AI can do\n{initially}{able[-1]} of {result.sizes['task']}\ntasks"
    bottom, style = panel.top + panel.height, {"size": page.size - 1, "va": "bottom"}
    page.text(panel.right + 2.7, bottom, text, **style)
    page.text(panel.left_edge - 2.0, bottom, "tasks\nopening", ha="right", **style)


def left_margin(result: xr.Dataset, width: float, size: float) -> float:
    """Width of the names of lanes [mm]."""
    names = max(text_width(name, size - 1) for name in lane_names(result, width, size))
    return max(names + 3.5, 2.2 * line_height(size) + 6)


def lanes_height(result: xr.Dataset, width: float, size: float) -> float:
    """Height of the panel of lanes [mm]."""
    names = lane_names(result, width, size)
    return (max(name.count("\n") + 1 for name in names) * line_height(size - 1) + 0.9) * len(names)


def lane_names(result: xr.Dataset, width: float, size: float) -> list[str]:
    """Oversight and the factors; several kinds of reviewers by their pools."""
    names = {**NAMES, "review": "review hours"}
    pools = result["reviewers"].values.tolist()
    if len(pools) > 1:
        names |= {review_factor(pool): f"review hours ({pool})" for pool in pools}
    lanes = ["oversight", *(names.get(name, name) for name in result["factor"].values.tolist())]
    return ["\n".join(wrap(name, 0.25 * width, size - 1)) for name in lanes]


def draw_lanes(panel: Panel, result: xr.Dataset) -> None:
    """A lane for oversight and each factor, with a bar where it binds and a mark at each event."""
    axes, names = panel.axes, lane_names(result, panel.page.width, panel.page.size)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_yticks(range(len(names)), names, fontsize=panel.page.size - 1)
    axes.tick_params(axis="both", length=0)
    axes.spines[["left", "bottom"]].set_visible(False)
    binds, leads = oversight_intervals(result)
    _draw_bars(panel, 0, binds, VERMILLION, "oversight-binds")
    _draw_bars(panel, 0, leads, VERMILLION, "oversight-bottleneck", strength=1.0)
    captions = [
        _Caption(
            interval,
            "binds",
            "begins to bind at",
            # A bar of the bottleneck covers the rest of the bar of binding.
            min([interval.end, *(lead.start for lead in leads if lead.start >= interval.start)]),
        )
        for interval in binds
    ]
    captions += [
        _Caption(lead, "bottleneck", "becomes the bottleneck at", lead.end) for lead in leads
    ]
    _write_lane(panel, 0, captions, "does not bind")
    reviewers = [review_factor(pool) for pool in result["reviewers"].values.tolist()]
    colours = COLOURS | dict.fromkeys(reviewers, COLOURS["review"])
    for row, (factor, intervals) in enumerate(binding_intervals(result).items(), start=1):
        _draw_bars(panel, row, intervals, colours.get(factor, BLUE), f"{factor}-binds")
        captions = [_Caption(part, "scarce", "scarce from", part.end) for part in intervals]
        _write_lane(panel, row, captions, "not scarce")


def _draw_bars(
    panel: Panel,
    row: int,
    intervals: Sequence[StateInterval],
    colour: str,
    gid: str,
    strength: float = 0.35,
) -> None:
    for index, interval in enumerate(intervals):
        panel.axes.barh(
            row,
            interval.end - interval.start,
            left=interval.start,
            height=0.8,
            color=tint(colour, strength),
            zorder=4,
            gid=f"{gid}-{index}",
        )
        ends = ((interval.start, interval.begins), (interval.end, interval.ends))
        events = [position for position, event in ends if event]
        panel.axes.vlines(events, row - 0.4, row + 0.4, color=colour, linewidth=1.2, zorder=5)


class _Caption:
    """Texts about an interval, longest first, and the visible part of its bar."""

    def __init__(self, interval: StateInterval, state: str, onset: str, visible_end: float) -> None:
        self.start, self.end, self.visible_end = interval.start, interval.end, visible_end
        start, end = compute_text(interval.start), compute_text(interval.end)
        if interval.begins and interval.ends:
            self.texts = [f"{state} {start} to {end}", f"{start} to {end}"]
        elif interval.begins:
            self.texts = [f"{onset} {start}", f"{state} from {start}", f"{state} {start}", state]
        else:
            self.texts = [f"{state} until {end}" if interval.ends else f"{state} throughout", state]


def _write_lane(panel: Panel, row: int, captions: Sequence[_Caption], otherwise: str) -> None:
    """Write where bars begin and end, in or beside them, where there is room."""
    size = panel.page.size - 1.5
    options: dict[str, Any] = {
        "va": "center",
        "fontsize": size,
        "zorder": 6,
        "textcoords": "offset points",
    }
    if not captions:
        origin = (panel.compute_at(0), row)
        panel.axes.annotate(otherwise, origin, (2, 0), color=GREY, bbox=plate("white"), **options)
    bars = [(float(panel.across(bar.start)), float(panel.across(bar.end))) for bar in captions]
    written: list[tuple[float, float]] = []
    for caption, (start, end) in zip(captions, bars, strict=True):
        visible_end = float(panel.across(caption.visible_end))
        free_before = max([0.0, *(right for _, right in [*bars, *written] if right <= start)])
        free_after = min([panel.width, *(left for left, _ in [*bars, *written] if left >= end)])
        for text in caption.texts:
            need = text_width(text, size) + 1.6
            # In the visible part of the bar, to the left of it, or to the right of it.
            rooms = {
                start: visible_end - start,
                start - need: start - free_before,
                end: free_after - end,
            }
            fitting = [
                left
                for left, room in rooms.items()
                if room >= need and not any(a < left + need and b > left for a, b in written)
            ]
            if fitting:
                left = fitting[0]
                ground = None if left == start else plate("white")
                position, offset = (panel.compute_at(left), row), (0.8 / POINT, 0)
                panel.axes.annotate(text, position, offset, bbox=ground, **options)
                written.append((left, left + need))
                break


def draw_landmarks(panels: Sequence[Panel], result: xr.Dataset) -> None:
    """Vertical lines: today, and where oversight begins to bind or to be the bottleneck."""
    first, kinds = panels[0], result["event_kind"].values
    low, high = result["compute"].values[[0, -1]]
    today = float(result["today"])
    inside = low <= today <= high
    lines: list[tuple[str, float, str, Any]] = [
        (kind, position, VERMILLION, dashes)
        for kind, dashes in (("oversight_binds", (0, (2, 2))), ("oversight_bottleneck", "solid"))
        for position in result["event_compute"].values[kinds == kind]
    ]
    marks = [position for _, position, _, _ in lines]
    if inside:
        lines.append(("today", today, GREY, (0, (1, 1.5))))
    for index, panel in enumerate(panels):
        for number, (name, position, colour, dashes) in enumerate(lines):
            style = {"color": colour, "linestyle": dashes, "linewidth": 0.75, "zorder": 3.5}
            panel.axes.axvline(position, gid=f"{name}-{number}-{index}", **style)
    text = "today" if inside else f"today ({compute_text(today)}) {'←' if today < low else '→'}"
    across = first.across(np.clip(today, low, high))
    reach = across + text_width(text, first.page.size - 1) + 2.5
    marks += [
        np.asarray(line.get_xdata())[0]
        for line in first.axes.lines
        if str(line.get_gid()).endswith("-leaves")
    ]
    crossed = inside and any(across < first.across(mark) < reach for mark in marks)
    # To the left of its line, if the text would leave the panel or cross another line.
    leftward = reach > first.width or crossed
    first.axes.annotate(
        text,
        (first.compute_at(across), 1),
        (-2 if leftward else 2, -1),
        xycoords=("data", "axes fraction"),
        textcoords="offset points",
        ha="right" if leftward else "left",
        va="top",
        fontsize=first.page.size - 1,
        color=GREY,
        zorder=8,
        bbox={**plate("white"), "alpha": 0.75},
    )
