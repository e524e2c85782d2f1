"""More reviewers, or faster ones?

Inputs: the bundled catalog `alignment_research` under the scenario `dedicated_reviewers`, with 10
to 163,840 reviewers in place of its 60, at ten thousand times today's compute, where AI can do
nearly every task that may be delegated.

Output: `reviewers_or_faster_review.svg` and `.png` in the folder given, a map of what holds
research back over the number of reviewers and the serial speed of AI, `reviewers_and_serial_speed`,
and the answer on stdout.

Answer, with the catalog as bundled: reviews in half the hours are never worth less than twice the
reviewers, for as much passes through either way, and sooner. While reviewers are few the two are
the same (+17 % of effective speed-up at 60): people who do by hand what nobody has time to review
set the pace. At 10,000 reviewers faster reviews are worth 49 %, more reviewers 35 %. Answering
every approval in half the time is worth 4 % at any number: as much as 11 reviewers more at 60, or
868 more at 10,000.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import NamedTuple

import numpy as np
import xarray as xr

import taskmodel as tm

TIMES = 10_000  # today's compute
PER_DOUBLING = 2  # places
SHOWN = (60, 1_000, 10_000, 80_000)  # [person]
REVIEWERS = np.union1d(
    SHOWN, 10 * 2 ** (np.arange(14 * PER_DOUBLING + 1) / PER_DOUBLING)
)  # [person]
MAP = ("supervision.headcount", 10, 1e5), ("latency.serial_speed", 1, 100)
TICKS = (10, 100, 1_000, 10_000, 100_000)  # [person]
REMEDIES = {
    "twice the reviewers": (),
    "reviews in half the hours": ("review_ratio",),
    "approvals in half the time": ("gate_latency",),
}


class Gains(NamedTuple):
    """Effective speed-ups by number of reviewers, all relative to the same people with the approvals of today."""

    reviewers: np.ndarray  # [person]
    as_it_is: np.ndarray  # [x]
    gain: dict[str, np.ndarray]  # what a remedy multiplies it by [x]


def speedup(
    catalog: tm.Catalog, compute: float, reviewers: np.ndarray, without_ai: float
) -> np.ndarray:
    """Effective speed-up over people without AI whose pass through the tasks takes `without_ai` hours."""
    swept = [
        tm.sweep(catalog.replace({"supervision.headcount": number}), [compute]).isel(compute=0)
        for number in reviewers
    ]
    throughput, latency = (
        np.array([float(at[f"{side}_speedup"]) for at in swept])
        for side in ("throughput", "latency")
    )
    exponent = catalog.production.parallel_exponent.value
    faster_people = without_ai / float(
        tm.latency(catalog, compute)["pass_time_without_ai"]
    )  # quick approvals help people too
    return throughput**exponent * (latency * faster_people) ** (1 - exponent)


def halved(catalog: tm.Catalog, fields: tuple[str, ...]) -> tm.Catalog:
    """The catalog with half of some fields of every task."""
    paths = [
        f"tasks.{name}.{field}"
        for field in fields
        for name, task in catalog.tasks.items()
        if getattr(task, field) is not None
    ]
    return catalog.replace(
        {
            path: {"value": catalog.get(path) / 2, "source": "judgement", "note": "half"}
            for path in paths
        }
    )


def gains() -> Gains:
    """What each remedy is worth."""
    catalog = tm.load_catalog("alignment_research", "dedicated_reviewers")
    compute = catalog.compute.today.value * TIMES
    people = float(tm.latency(catalog, compute)["pass_time_without_ai"])
    places = np.union1d(REVIEWERS, 2 * REVIEWERS)
    plain = dict(
        zip(places.tolist(), speedup(catalog, compute, places, people).tolist(), strict=True)
    )
    as_it_is, twice = (
        np.array([plain[times * people] for people in REVIEWERS.tolist()]) for times in (1, 2)
    )
    found = {}
    for name, fields in REMEDIES.items():
        changed = speedup(halved(catalog, fields), compute, REVIEWERS, people) if fields else twice
        found[name] = changed / as_it_is
    return Gains(REVIEWERS, as_it_is, found)


def worth_of_quick_approvals(found: Gains, reviewers: int) -> float:
    """How many more reviewers give as much as approvals in half the time [person]."""
    catalog = tm.load_catalog("alignment_research", "dedicated_reviewers")
    at = found.reviewers.tolist().index(reviewers)
    target = float(found.as_it_is[at] * found.gain["approvals in half the time"][at])
    compute = catalog.compute.today.value * TIMES
    solved = tm.solve_for(
        catalog,
        "supervision.headcount",
        speedup=target,
        compute=compute,
        within=(reviewers, 1.25 * reviewers),
    )
    return float(solved["value"].values[0]) - reviewers


def answer(found: Gains) -> str:
    """A line for each number of reviewers, and what quick approvals are worth in people."""
    lines = [f"{'reviewers':>10}{'effective':>11}" + "".join(f"{name:>28}" for name in found.gain)]
    for reviewers in SHOWN:
        at = found.reviewers.tolist().index(reviewers)
        lines.append(
            f"{reviewers:10,}{found.as_it_is[at]:10.2f}x"
            + "".join(f"{gain[at] - 1:+28.1%}" for gain in found.gain.values())
        )
    people = " and ".join(
        f"{worth_of_quick_approvals(found, each):,.0f} more at {each:,}" for each in (60, 10_000)
    )
    return "\n".join(
        [*lines, f"approvals in half the time are worth as much as {people} reviewers"]
    )


def mapped(points: int) -> xr.Dataset:
    """What holds research back over the number of reviewers and the serial speed of AI."""
    catalog = tm.load_catalog("alignment_research", "dedicated_reviewers")
    x, y = ((path, np.geomspace(low, high, points)) for path, low, high in MAP)
    return tm.bottleneck_map(catalog, x, y, compute=catalog.compute.today.value * TIMES)


def draw(found: Gains):
    """What each remedy is worth against the number of reviewers."""
    from matplotlib.figure import Figure

    from taskmodel.plots import page

    colours = (page.VERMILLION, page.BLUE, page.GREEN)
    with page.figure_style() as size:
        figure = Figure(figsize=(180 / page.INCH, 85 / page.INCH), layout="constrained")
        axes = figure.subplots()
        for (name, gain), colour, style in zip(
            found.gain.items(), colours, ("-", "--", "-"), strict=True
        ):
            axes.plot(found.reviewers, 100 * (gain - 1), color=colour, linestyle=style, label=name)
        axes.set_xscale("log")
        axes.set_xticks(TICKS, [f"{tick:,}" for tick in TICKS])
        axes.set_ylim(0, None)
        axes.set_xlabel("reviewers who do nothing else [person]")
        axes.set_ylabel("gain in effective speed-up [%]")
        axes.set_title(
            f"More reviewers, or faster review, at {TIMES:,} times today's compute", loc="left"
        )
        axes.legend(frameon=False, fontsize=size)
    return figure


def main(arguments: list[str] | None = None) -> int:
    """Answer, draw and save."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "-o", "--output", default=".", help="folder for the figure (default: this one)"
    )
    parser.add_argument(
        "--points", type=int, default=40, help="of the map, to a side (default: 40)"
    )
    options = parser.parse_args(arguments)
    from taskmodel import plots

    found = gains()
    print(answer(found))
    plots.save(draw(found), Path(options.output) / "reviewers_or_faster_review")
    plots.save(
        plots.bottleneck_map(mapped(options.points)),
        Path(options.output) / "reviewers_and_serial_speed",
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
