"""The speed-up curve, with what it is held back by: the figure of the main job."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from taskmodel.plots.page import (
    BLACK,
    BLUE,
    COLOURS,
    GREY,
    INCH,
    NAMES,
    PALE,
    POINT,
    VERMILLION,
    Page,
    compute_axis,
    compute_text,
    context_of,
    line_height,
    look,
    roomiest,
    shade,
    spread,
    text_width,
    times,
    tint,
    wrap,
)
from taskmodel.plots.trace import Stretch, Trace, binding, has_limits, oversight, trace

_SPEEDUPS = {  # variable: name, and how it is drawn
    "throughput_speedup": ("throughput", {"color": BLACK, "linewidth": 1.8, "zorder": 5}),
    "speedup": ("effective speed-up", {"color": BLUE, "linewidth": 1.8, "zorder": 6}),
    "latency_speedup": ("latency", {"color": BLUE, "linewidth": 0.8, "zorder": 4}),
    "oversight_ceiling": ("oversight ceiling", {"color": tint(VERMILLION, 0.6), "linewidth": 4.5, "zorder": 2}),
    "no_oversight_ceiling": ("ceiling without oversight", {"color": VERMILLION, "linewidth": 0.9, "linestyle": (0, (4, 2)), "zorder": 3}),
}
_STOREYS = 3  # in which counts of tasks stand where they are close together
_COARSE = 1 / 40  # of the axis: grid points farther apart than this are said to be


def speedup_curve(result: xr.Dataset, width: float = 180.0) -> Figure:
    """Speed-up of research as compute grows, what it could be without and with oversight, and what holds it back.

    From above: when AI becomes able to do how many tasks; throughput, latency and effective speed-up with the two
    ceilings; where each factor is scarce and where oversight binds; bottleneck shares.

    Parameters
    ----------
    result : Dataset
        Of `taskmodel.sweep`.
    width : float
        Of the figure [mm]; at least 60.

    Returns
    -------
    matplotlib.figure.Figure
        The lines and bands carry the names of their variables as ``gid``.

    Raises
    ------
    ValueError
        If the dataset is no sweep, or the figure too narrow.
    """
    context = context_of(result)
    with look(width) as size:
        left, right = _margins(result, width, size)
        lanes = _lane_height(size) * (1 + result.sizes["factor"])
        heights = {"rug": _rug_height(size), "curve": 0.16 * width + 34, "lanes": lanes, "bands": 0.12 * width + 17}
        gaps = {"rug": 2.0, "curve": 2.0, "lanes": 2.0, "bands": 4.0 + 2 * line_height(size)}
        page = Page(
            width, sum(heights.values()) + sum(gaps.values()), "Speed-up of research, and what holds it back", context, size, _notes(result)
        )
        panels, top = {}, 0.0
        for name, height in heights.items():
            panels[name] = page.axes(left, top, width - left - right, height)
            top += height + gaps[name]
        for name, axes in panels.items():
            compute_axis(axes, result["compute"].values, width - left - right, size, labels=name == "bands")
        _rug(page, panels["rug"], result, left, right)
        _curves(page, panels["curve"], result, (width - right, heights["rug"] + gaps["rug"], heights["curve"]))
        _lanes(page, panels["lanes"], result, width - left - right)
        _bands(page, panels["bands"], result, (width - right, top - heights["bands"] - gaps["bands"], heights["bands"]))
        del panels["rug"]
        _landmarks(page, panels, result, panels["curve"])
        return page.finished()


def bottleneck_bands(result: xr.Dataset, width: float = 180.0) -> Figure:
    """What holds research back as compute grows: bottleneck shares in bands, with the oversight elasticity.

    Parameters
    ----------
    result : Dataset
        Of `taskmodel.sweep`.
    width : float
        Of the figure [mm]; at least 60.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If the dataset is no sweep, or the figure too narrow.
    """
    context = context_of(result)
    with look(width) as size:
        left, right = _margins(result, width, size)
        lanes, bands, gap, above = _lane_height(size) * (1 + result.sizes["factor"]), 0.3 * width + 30, 2.0, line_height(size)
        body = above + lanes + gap + bands + 4 + 2 * line_height(size)
        page = Page(width, body, "What holds research back", context, size, _notes(result, curve=False))
        span = width - left - right
        panels = {"lanes": page.axes(left, above, span, lanes), "bands": page.axes(left, above + lanes + gap, span, bands)}
        for name, axes in panels.items():
            compute_axis(axes, result["compute"].values, width - left - right, size, labels=name == "bands")
        _lanes(page, panels["lanes"], result, width - left - right)
        _bands(page, panels["bands"], result, (width - right, above + lanes + gap, bands), elasticity=True)
        _landmarks(page, panels, result, panels["lanes"], above=True)
        return page.finished()


def _notes(result: xr.Dataset, curve: bool = True) -> list[str]:
    """What the figure cannot show."""
    names = [*(("oversight_ceiling", "no_oversight_ceiling") if curve else ()), "bottleneck_share"]
    grid, events = np.log(result["compute"].values), result["event_compute"].values
    inexact = [name for name in names if not has_limits(result, name)]
    gaps = (
        np.diff(grid)[np.unique(np.clip(np.searchsorted(result["compute"].values, events), 1, len(grid) - 1)) - 1] if len(events) else [0.0]
    )
    if not inexact or max(gaps) <= _COARSE * (grid[-1] - grid[0]):
        return []
    what = "bottleneck shares" if inexact == ["bottleneck_share"] else "ceilings and bottleneck shares"
    return [
        f"The grid has {len(grid)} points: between them {what} are drawn to change at the first event. The speed-ups are exact at every event."
    ]


def _margins(result: xr.Dataset, width: float, size: float) -> tuple[float, float]:
    """Left and right of the panels [mm]."""
    names = ["oversight", *(_factor_name(result, name) for name in result["factor"].values)]
    left = max(text_width(name, size - 1) for name in names) + 3.5
    return min(max(left, 2.2 * line_height(size) + 6), 0.3 * width), 0.1 * width + 11


def _factor_name(result: xr.Dataset, factor: str) -> str:
    return {"review": "review hours"}.get(factor, factor)


def _colour(name: str, order: Sequence[str]) -> str:
    """Of a source or factor: labour pools are hands-on work."""
    return COLOURS.get(name, BLUE if name in order else GREY)


def _lane_height(size: float) -> float:
    return line_height(size - 1) + 0.9


def _rug_height(size: float) -> float:
    return (1 + _STOREYS) * line_height(size - 1.5) + 0.4


def _rug(page: Page, axes: Axes, result: xr.Dataset, left: float, right: float) -> None:
    """A stem where AI becomes able to do a task, with a count where it is several."""
    events = result["event_compute"].values[result["event_kind"].values == "automatable"]
    places, counts = np.unique(events, return_counts=True)
    small = page.size - 1.5
    pitch, height = line_height(small), _rug_height(page.size)
    axes.set_ylim(0, height)
    axes.set_axis_off()
    span = page.width - left - right
    position = np.log(places / result["compute"].values[0]) / np.log(result["compute"].values[-1] / result["compute"].values[0]) * span
    taken = [-np.inf] * _STOREYS  # the right end of the last count in each
    tops = np.full(len(places), pitch)
    for index, (at, count) in enumerate(zip(position, counts, strict=True)):
        if count > 1:
            half = text_width(str(count), small) / 2 + 0.4
            storey = next((level for level, end in enumerate(taken) if at - half >= end), _STOREYS - 1)
            taken[storey] = at + half
            tops[index] += storey * pitch
            axes.text(places[index], tops[index], str(count), ha="center", va="bottom", fontsize=small)
    axes.vlines(places, 0, tops, color=BLACK, linewidth=0.8, gid="automatable")
    total, able = result.sizes["task"], result["automatable"].values.sum(axis=1)
    label = f"AI can do\n{f'{able[0]} → ' if able[0] else ''}{able[-1]} of {total}\ntasks"
    page.text(page.width - right + 1.5, height, label, size=page.size - 1, va="bottom")
    page.text(left - 2.0, height, "tasks\nopening", size=page.size - 1, ha="right", va="bottom")


def _curves(page: Page, axes: Axes, result: xr.Dataset, place: tuple[float, float, float]) -> None:
    """Speed-ups and ceilings, named at their ends; what leaves the panel is named with where it goes."""
    traces = {name: trace(result, name) for name in _SPEEDUPS}
    low, high, ticks = _limits(traces)
    axes.set_yscale("log")
    axes.set_ylim(low, high)
    axes.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.set_yticks([], minor=True)
    axes.set_ylabel("speed-up over people\nwithout AI [1]", labelpad=2)
    axes.grid(axis="y", color=PALE, linewidth=0.4)
    under, over = traces["oversight_ceiling"], traces["no_oversight_ceiling"]
    room = {"color": tint(VERMILLION, 0.1), "linewidth": 0, "zorder": 1}
    axes.fill_between(under.compute, np.minimum(under.values, high), np.minimum(over.values, high), gid="held_back_by_oversight", **room)
    label = "held back by oversight"
    spot = roomiest(axes, under.compute, under.values, over.values, text_width(label, page.size), line_height(page.size))
    if spot:
        axes.text(*spot, label, color=shade(VERMILLION), ha="center", va="center", bbox=_ground(tint(VERMILLION, 0.1)), zorder=3.6)
    ends = {}
    for name, (title, style) in _SPEEDUPS.items():
        axes.plot(traces[name].compute, traces[name].values, gid=name, solid_joinstyle="miter", solid_capstyle="butt", **style)
        _exit(axes, traces[name], high, name, style)
        colour = VERMILLION if name == "oversight_ceiling" else style["color"]
        ends[name] = (_ending(title, traces[name], high), traces[name].values[-1], colour)
    _end_labels(page, axes, ends, place)


def _exit(axes: Axes, found: Trace, high: float, name: str, style: dict[str, object]) -> None:
    """An arrow where a line leaves the panel, and the line up to it where the next value is infinite."""
    leaves = np.flatnonzero(found.values > high)
    if not len(leaves):
        return
    at = found.compute[leaves[0]]
    axes.plot(at, high, marker="^", color=style["color"], markersize=4, clip_on=False, zorder=7, gid=f"{name} leaves")
    if leaves[0] and np.isinf(found.values[leaves[0]]):
        last = leaves[0] - 1
        axes.plot([found.compute[last], at, at], [found.values[last], found.values[last], high], gid=f"{name} no limit", **style)


def _limits(traces: dict[str, Trace]) -> tuple[float, float, np.ndarray]:
    """Ends and ticks of the speed-up axis: all but the ceiling without oversight, and that as well if it is near."""
    shown = np.concatenate([found.values for name, found in traces.items() if name != "no_oversight_ceiling"])
    shown = shown[np.isfinite(shown) & (shown > 0)]
    low, high = (min(shown.min(), 1.0), max(shown.max(), 1.0)) if len(shown) else (1.0, 1.0)
    far = traces["no_oversight_ceiling"].values
    high = far.max() if np.isfinite(far).all() and far.max() < 4 * high else 2.5 * high
    low, high = low / 1.12, max(1.15 * high, 2.0)
    for steps in ([1, 1.2, 1.5, 2, 3, 4, 5, 7], [1, 2, 3, 5], [1, 2, 5], [1]):
        ticks = np.outer(10.0 ** np.arange(np.floor(np.log10(low)), np.log10(high) + 1), steps).ravel()
        ticks = ticks[(ticks >= low) & (ticks <= high)]
        if len(ticks) <= 8:
            break
    return low, high, ticks[:: -(-len(ticks) // 10)]


def _ending(title: str, found: Trace, high: float) -> str:
    """A line's name with its last value, or with where it has no limit or no value."""
    last, places = found.values[-1], found.compute
    if np.isfinite(last):
        return f"{title} {'↑ ' if last > high else ''}{times(last)}"
    same = np.isinf(found.values) if np.isinf(last) else np.isnan(found.values)
    since = len(same) - np.argmin(same[::-1]) if not same.all() else 0
    where = f" from {compute_text(places[since])}" if since else ""
    return f"{title} ↑ no limit{where}" if np.isinf(last) else f"{title}: no value{where}"


def _end_labels(page: Page, axes: Axes, ends: dict[str, tuple[str, float, str]], place: tuple[float, float, float]) -> None:
    """Names of lines in the margin at the right, each joined to the end of its line; place is the panel's right, top, height [mm]."""
    right, top, height = place
    scale = np.log if axes.get_yscale() == "log" else np.asarray
    bottom, summit = scale(axes.get_ylim())
    lines = {name: wrap(text, page.width - right - 4.0, page.size - 0.5) for name, (text, _, _) in ends.items()}
    clipped = [np.clip(np.nan_to_num(value, nan=axes.get_ylim()[0]), *axes.get_ylim()) for _, value, _ in ends.values()]
    wanted = [float(top + height * (summit - scale(value)) / (summit - bottom)) for value in clipped]
    heights = [len(part) * line_height(page.size - 0.5) + 0.5 for part in lines.values()]
    for (name, (_, value, colour)), at, centre in zip(
        ends.items(), wanted, spread(wanted, heights, top - 1, top + height + 1), strict=True
    ):
        if axes.get_ylim()[0] <= value <= axes.get_ylim()[1]:
            page.line([right, right + 2.2], [at, centre], color=colour, linewidth=0.6)
        page.text(right + 2.7, centre, "\n".join(lines[name]), size=page.size - 0.5, va="center", color=shade(colour))


def _lanes(page: Page, axes: Axes, result: xr.Dataset, span: float) -> None:
    """A lane for oversight and one for each factor, with a bar where it binds; events are the ends of bars."""
    binds, leads = oversight(result)
    scarce = binding(result)
    order = [str(name) for name in result["factor"].values]
    rows = ["oversight", *order]
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_yticks(range(len(rows)), ["oversight", *(_factor_name(result, name) for name in order)], fontsize=page.size - 1)
    axes.tick_params(axis="both", length=0)
    axes.spines[["left", "bottom"]].set_visible(False)
    for row, name in enumerate(rows):
        colour = _colour(name, order) if row else VERMILLION
        _lane(axes, row, scarce[name] if row else binds, colour, f"binds {name}")
    _lane(axes, 0, leads, VERMILLION, "bottleneck oversight", strength=1.0)
    words = [("binds", "begins to bind at", part, leads) for part in binds]
    words += [("the bottleneck", "becomes the bottleneck at", part, []) for part in leads]
    _lane_labels(page, axes, 0, words, span, "does not bind")
    for row, name in enumerate(rows[1:], start=1):
        _lane_labels(page, axes, row, [("scarce", "scarce from", part, []) for part in scarce[name]], span, "not scarce")


def _lane(axes: Axes, row: int, parts: list[Stretch], colour: str, gid: str, strength: float = 0.35) -> None:
    for index, part in enumerate(parts):
        axes.barh(row, part.end - part.start, left=part.start, height=0.8, color=tint(colour, strength), gid=f"{gid} {index}", zorder=4)
        places = [place for place, event in ((part.start, part.begins), (part.end, part.ends)) if event]
        axes.vlines(places, row - 0.4, row + 0.4, color=colour, linewidth=1.2, zorder=5)


def _lane_labels(
    page: Page, axes: Axes, row: int, words: list[tuple[str, str, Stretch, list[Stretch]]], span: float, otherwise: str
) -> None:
    """Where each bar begins and ends, in or beside it, as long as there is room; the bar itself shows it in any case."""
    low, high = axes.get_xlim()
    size = page.size - 1.5

    def position(value: float) -> float:
        return float(np.log(value / low) / np.log(high / low) * span)

    if not words:
        axes.text(low, row, f" {otherwise}", va="center", fontsize=size, color=GREY, bbox=_ground("white"), zorder=5)
        return
    taken = sorted((position(part.start), position(part.end)) for _, _, part, _ in words)
    labels: list[tuple[float, float]] = []
    for word, onset, part, over in words:
        start, end = position(part.start), position(min([part.end, *(other.start for other in over if other.start >= part.start)]))
        whole = {
            (True, True): f"{word} {compute_text(part.start)} to {compute_text(part.end)}",
            (True, False): f"{onset} {compute_text(part.start)}",
            (False, True): f"{word} until {compute_text(part.end)}",
            (False, False): f"{word} throughout",
        }[part.begins, part.ends]
        shorter = (
            whole.replace(onset, f"{word} from"),
            whole.replace(onset, word.removeprefix("the ")),
            whole.replace(onset, "from").removeprefix(f"{word} "),
        )
        for text in dict.fromkeys([whole, *shorter]):
            need = text_width(text, size) + 1.6
            free_left = max([0.0, *(b for _, b in [*taken, *labels] if b <= start)])
            free_right = min([span, *(a for a, _ in [*taken, *labels] if a >= end)])
            inside = not any(a < start + need and b > start for a, b in labels)
            if end - start >= need and inside:
                at, align = start, "left"
            elif start - free_left >= need and end - start < need:
                at, align = start, "right"
            elif free_right - end >= need and position(part.end) == end:
                at, align = end, "left"
            else:
                continue
            offset = 0.8 if align == "left" else -0.8
            axes.annotate(
                text,
                (low * (high / low) ** (at / span), row),
                (offset / POINT, 0),
                textcoords="offset points",
                va="center",
                ha=align,
                fontsize=size,
                zorder=6,
                bbox=None if at == start and align == "left" else _ground("white"),
            )
            labels.append((at, at + need) if align == "left" else (at - need, at))
            break


def _bands(page: Page, axes: Axes, result: xr.Dataset, place: tuple[float, float, float], elasticity: bool = False) -> None:
    """Bottleneck shares one on the other, review at the bottom; named inside, or beside where they are thin."""
    shares = trace(result, "bottleneck_share")
    sources = [str(name) for name in result["source"].values]
    order = sorted(sources, key=lambda name: name != "review")
    axes.set_ylim(0, 1)
    axes.set_ylabel("bottleneck share [1]", labelpad=2)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "0.25" if elasticity else "", "0.5", "0.75" if elasticity else "", "1"])
    edges = np.concatenate(
        [np.zeros((1, len(shares.compute))), np.cumsum([shares.values[:, sources.index(name)] for name in order], axis=0)]
    )
    beside, size = {}, page.size - 0.5
    for name, low, high in zip(order, edges, edges[1:], strict=False):
        colour = COLOURS.get(name, GREY)
        axes.fill_between(shares.compute, low, high, color=tint(colour, 0.45), linewidth=0, gid=f"bottleneck_share {name}")
        label = NAMES.get(name, name)
        if not _label_inside(axes, shares.compute, low, high, label, size, tint(colour, 0.45)):
            thickest = np.nanmax(high - low) if not np.isnan(high - low).all() else np.nan
            most = "no value" if np.isnan(thickest) else "0" if thickest == 0 else f"at most {thickest:.2g}"
            beside[name] = (f"{label}: {most}", np.nan, colour)
    blank = np.isnan(shares.values).any(axis=1)
    if blank.any():
        label = _why_blank(result)
        axes.fill_between(shares.compute, 0, 1, where=blank, facecolor="none", edgecolor=PALE, hatch="///", linewidth=0, gid="no value")
        nothing = np.where(blank, 0.0, np.nan)
        if not _label_inside(axes, shares.compute, nothing, nothing + 1, label, size, "white"):
            beside["no value"] = (f"hatched: {label}", np.nan, GREY)
    if elasticity:
        line = trace(result, "oversight_elasticity")
        axes.plot(line.compute, line.values, color=BLACK, linewidth=1.2, linestyle=(0, (4, 1.5)), gid="oversight_elasticity")
        last = line.values[-1]
        beside["oversight_elasticity"] = (
            f"oversight elasticity (dashed) {'no value at the end' if np.isnan(last) else f'{last:.2f}'}",
            last,
            BLACK,
        )
    _end_labels(page, axes, beside, place)


def _why_blank(result: xr.Dataset) -> str:
    """Why some points of a sweep have no bottleneck shares."""
    output = result["output"].values[np.isnan(result["bottleneck_share"].values).any(axis=1)]
    if len(output) and np.isinf(output).all():
        return "no limit to output"
    return "no output" if len(output) and (output == 0).all() else "no value"


def _label_inside(axes: Axes, x: np.ndarray, low: np.ndarray, high: np.ndarray, label: str, size: float, ground: object) -> bool:
    """Write a label between two lines where there is most room, upright or smaller if need be; False where there is none."""
    for letters in (size, size - 1):
        along, across = text_width(label, letters), line_height(letters)
        for wide, tall, turned in ((along, across, 0), (across, along, 90)):
            spot = roomiest(axes, x, low, high, wide, tall)
            if spot:
                axes.text(*spot, label, ha="center", va="center", fontsize=letters, rotation=turned, bbox=_ground(ground), zorder=6)
                return True
    return False


def _ground(colour: object) -> dict[str, object]:
    """What keeps a line from running through a label."""
    return {"facecolor": colour, "edgecolor": "none", "pad": 0.8}


def _landmarks(page: Page, panels: dict[str, Axes], result: xr.Dataset, named: Axes, above: bool = False) -> None:
    """Upright lines through all panels: today, and where oversight begins to bind or to be the bottleneck."""
    kind, places = result["event_kind"].values, result["event_compute"].values
    today = float(result["today"])
    low, high = result["compute"].values[[0, -1]]
    inside = low <= today <= high
    for axes in panels.values():
        if inside:
            axes.axvline(today, color=GREY, linewidth=0.8, linestyle=(0, (1, 1.5)), zorder=3.5, gid="today")
        for wanted, style in (("oversight_binds", (0, (2, 2))), ("oversight_bottleneck", "solid")):
            for index, place in enumerate(places[kind == wanted]):
                axes.axvline(place, color=VERMILLION, linewidth=0.7, linestyle=style, zorder=3.4, gid=f"{wanted} {index}")
    text = "today" if inside else f"today ({compute_text(today)}) {'←' if today < low else '→'}"
    near = np.clip(today, low, high)
    span = axes.get_window_extent().width / axes.figure.dpi * INCH
    reach = near * (high / low) ** ((text_width(text, page.size - 1) + 2.5) / span)
    marks = [
        line.get_xdata()[0]
        for line in named.lines
        if str(line.get_gid()).partition(" ")[0] in ("oversight_binds", "oversight_bottleneck") or str(line.get_gid()).endswith("leaves")
    ]
    beyond = reach > high or (inside and any(near < mark < reach for mark in marks))
    named.annotate(
        text,
        (near, 1),
        (-2 if beyond else 2, 1 if above else -1),
        xycoords=("data", "axes fraction"),
        textcoords="offset points",
        ha="right" if beyond else "left",
        va="bottom" if above else "top",
        fontsize=page.size - 1,
        color=GREY,
        zorder=8,
        bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 0.6},
    )
