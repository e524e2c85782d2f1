"""Where things change along the compute axis: tasks opening, oversight binding, factors being scarce; and today."""

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
from taskmodel.plots.trace import Stretch, binding, oversight
from taskmodel.plots.words import compute_text

_STOREYS = 3  # in which counts of tasks stand where they are close together
_FACTOR_NAMES = {"review": "review hours", "defect_budget": "defect budget"}


def rug_height(size: float) -> float:
    """Of the panel of opening tasks [mm]."""
    return (1 + _STOREYS) * line_height(size - 1.5) + 0.4


def draw_rug(panel: Panel, result: xr.Dataset) -> None:
    """A stem where AI becomes able to do a task, with a count where it is several."""
    axes, page = panel.axes, panel.page
    axes.set_ylim(0, panel.height)
    axes.set_axis_off()
    places, counts = np.unique(
        result["event_compute"].values[result["event_kind"].values == "automatable"],
        return_counts=True,
    )
    size = page.size - 1.5
    tops = np.full(len(places), line_height(size))
    taken = [-np.inf] * _STOREYS  # the right end of the last count in each
    for index, (place, count) in enumerate(zip(places, counts, strict=True)):
        if count > 1:
            at, half = panel.across(place), text_width(str(count), size) / 2 + 0.4
            storey = next(
                (level for level, end in enumerate(taken) if at - half >= end), _STOREYS - 1
            )
            taken[storey] = at + half
            tops[index] += storey * line_height(size)
            axes.text(place, tops[index], str(count), ha="center", va="bottom", fontsize=size)
    axes.vlines(places, 0, tops, color=BLACK, linewidth=0.8, gid="automatable")
    able = result["automatable"].values.sum(axis=1)
    before = f"{able[0]} → " if able[0] else ""
    text = f"AI can do\n{before}{able[-1]} of {result.sizes['task']}\ntasks"
    page.text(panel.right + 2.7, panel.top + panel.height, text, size=page.size - 1, va="bottom")
    page.text(
        panel.left - 2.0,
        panel.top + panel.height,
        "tasks\nopening",
        size=page.size - 1,
        ha="right",
        va="bottom",
    )


def left_margin(result: xr.Dataset, width: float, size: float) -> float:
    """Room for the names of lanes [mm]."""
    names = max(text_width(name, size - 1) for name in _lane_names(result, width, size))
    return max(names + 3.5, 2.2 * line_height(size) + 6)


def lanes_height(result: xr.Dataset, width: float, size: float) -> float:
    """Of the panel of lanes [mm]."""
    names = _lane_names(result, width, size)
    return (max(name.count("\n") + 1 for name in names) * line_height(size - 1) + 0.9) * len(names)


def _lane_names(result: xr.Dataset, width: float, size: float) -> list[str]:
    reviews = _review_factors(result)
    named = _FACTOR_NAMES | {
        factor: f"review hours, {pool}" for factor, pool in reviews.items() if len(reviews) > 1
    }
    names = ["oversight", *(named.get(name, name) for name in result["factor"].values.tolist())]
    return ["\n".join(wrap(name, 0.25 * width, size - 1)) for name in names]


def _review_factors(result: xr.Dataset) -> dict[str, str]:
    """The factors that are review hours, with whose they are."""
    return {review_factor(pool): pool for pool in result["reviewers"].values.tolist()}


def draw_lanes(panel: Panel, result: xr.Dataset) -> None:
    """A lane for oversight and one for each factor, with a bar where it binds; an end that is an event has a mark."""
    axes, names = panel.axes, _lane_names(result, panel.page.width, panel.page.size)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_yticks(range(len(names)), names, fontsize=panel.page.size - 1)
    axes.tick_params(axis="both", length=0)
    axes.spines[["left", "bottom"]].set_visible(False)
    binds, leads = oversight(result)
    _draw_bars(panel, 0, binds, VERMILLION, "oversight-binds")
    _draw_bars(panel, 0, leads, VERMILLION, "oversight-bottleneck", strength=1.0)
    covered = [lead.start for lead in leads]
    words = [
        _Words(part, "binds", "begins to bind at", _visible_end(part, covered)) for part in binds
    ]
    words += [_Words(part, "bottleneck", "becomes the bottleneck at", part.end) for part in leads]
    _write_lane(panel, 0, words, "does not bind")
    colours = COLOURS | dict.fromkeys(_review_factors(result), COLOURS["review"])
    for row, (factor, parts) in enumerate(binding(result).items(), start=1):
        _draw_bars(panel, row, parts, colours.get(factor, BLUE), f"{factor}-binds")
        _write_lane(
            panel,
            row,
            [_Words(part, "scarce", "scarce from", part.end) for part in parts],
            "not scarce",
        )


def _visible_end(part: Stretch, covered: Sequence[float]) -> float:
    return min([part.end, *(start for start in covered if start >= part.start)])


def _draw_bars(
    panel: Panel, row: int, parts: Sequence[Stretch], colour: str, gid: str, strength: float = 0.35
) -> None:
    for index, part in enumerate(parts):
        options: dict[str, Any] = {
            "height": 0.8,
            "color": tint(colour, strength),
            "zorder": 4,
            "gid": f"{gid}-{index}",
        }
        panel.axes.barh(row, part.end - part.start, left=part.start, **options)
        marked = [
            place for place, event in ((part.start, part.begins), (part.end, part.ends)) if event
        ]
        panel.axes.vlines(marked, row - 0.4, row + 0.4, color=colour, linewidth=1.2, zorder=5)


class _Words:
    """What may be written of a stretch, from the fullest to the shortest, and how far its bar can be seen."""

    def __init__(self, part: Stretch, state: str, onset: str, visible_end: float) -> None:
        self.start, self.end, self.visible_end = part.start, part.end, visible_end
        start, end = compute_text(part.start), compute_text(part.end)
        if part.begins and part.ends:
            self.texts = [f"{state} {start} to {end}", f"{start} to {end}"]
        elif part.begins:
            self.texts = [f"{onset} {start}", f"{state} from {start}", f"{state} {start}", state]
        else:
            self.texts = (
                [f"{state} until {end}", state] if part.ends else [f"{state} throughout", state]
            )


def _write_lane(panel: Panel, row: int, words: Sequence[_Words], otherwise: str) -> None:
    """Say where bars begin and end, in or beside them, as long as there is room; the bars show it in any case."""
    size = panel.page.size - 1.5
    options: dict[str, Any] = {
        "va": "center",
        "fontsize": size,
        "zorder": 6,
        "textcoords": "offset points",
    }
    if not words:
        panel.axes.annotate(
            otherwise,
            (panel.compute_at(0), row),
            (2, 0),
            color=GREY,
            bbox=plate("white"),
            **options,
        )
    bars = [(float(panel.across(word.start)), float(panel.across(word.end))) for word in words]
    labels: list[tuple[float, float]] = []
    for word, (start, end) in zip(words, bars, strict=True):
        visible_end = float(panel.across(word.visible_end))
        before = max([0.0, *(b for _, b in [*bars, *labels] if b <= start)])
        behind = min([panel.width, *(a for a, _ in [*bars, *labels] if a >= end)])
        for text in word.texts:
            need = text_width(text, size) + 1.6
            places = [
                (start, start + need, visible_end - start),
                (start - need, start, start - before),
                (end, end + need, behind - end),
            ]
            fitting = [
                (a, b)
                for a, b, room in places
                if room >= need and not any(c < b and d > a for c, d in labels)
            ]
            if fitting:
                inside = fitting[0][0] == start
                ground = None if inside else plate("white")
                panel.axes.annotate(
                    text,
                    (panel.compute_at(fitting[0][0]), row),
                    (0.8 / POINT, 0),
                    bbox=ground,
                    **options,
                )
                labels.append(fitting[0])
                break


def landmarks(panels: Sequence[Panel], result: xr.Dataset, above: bool = False) -> None:
    """Upright lines through panels: today, named at the top, and where oversight begins to bind or to be the bottleneck."""
    kind, places = result["event_kind"].values, result["event_compute"].values
    low, high = result["compute"].values[[0, -1]]
    today = float(result["today"])
    inside = low <= today <= high
    lines: list[tuple[str, float, str, Any]] = []
    lines += [
        ("oversight_binds", place, VERMILLION, (0, (2, 2)))
        for place in places[kind == "oversight_binds"]
    ]
    lines += [
        ("oversight_bottleneck", place, VERMILLION, "solid")
        for place in places[kind == "oversight_bottleneck"]
    ]
    marks = [place for _, place, _, _ in lines]
    lines += [("today", today, GREY, (0, (1, 1.5)))] if inside else []
    for index, panel in enumerate(panels):
        for number, (name, place, colour, style) in enumerate(lines):
            panel.axes.axvline(
                place,
                color=colour,
                linewidth=0.75,
                linestyle=style,
                zorder=3.5,
                gid=f"{name}-{number}-{index}",
            )
    first = panels[0]
    text = "today" if inside else f"today ({compute_text(today)}) {'←' if today < low else '→'}"
    at = first.across(np.clip(today, low, high))
    reach = at + text_width(text, first.page.size - 1) + 2.5
    marks += [
        np.asarray(line.get_xdata())[0]
        for line in first.axes.lines
        if str(line.get_gid()).endswith("-leaves")
    ]
    leftward = reach > first.width or (
        inside and any(at < first.across(mark) < reach for mark in marks)
    )
    options: dict[str, Any] = {
        "ha": "right" if leftward else "left",
        "va": "bottom" if above else "top",
        "fontsize": first.page.size - 1,
    }
    ground = {**plate("white"), "alpha": 0.75}
    offset = (-2 if leftward else 2, 1 if above else -1)
    corner = (first.compute_at(at), 1)
    first.axes.annotate(
        text,
        corner,
        offset,
        xycoords=("data", "axes fraction"),
        textcoords="offset points",
        color=GREY,
        zorder=8,
        bbox=ground,
        **options,
    )
