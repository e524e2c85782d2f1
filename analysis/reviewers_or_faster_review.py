"""More reviewers, or faster ones?

Inputs: the bundled catalog `alignment_research` under the scenario `dedicated_reviewers`, with 10
to 163,840 reviewers in place of its 60, at ten thousand times today's compute, where AI can do
nearly every task that may be delegated.

Output: `reviewers_or_faster_review.svg` and `.png` in the folder given, a map of what holds
research back over the number of reviewers and the serial speed of AI, `reviewers_and_serial_speed`,
and the answer on stdout.

Answer, with the catalog as bundled: halving the hours of a review is never worth less than doubling
the reviewers, because both let the same work through and shorter reviews finish sooner. While
reviewers are few the two are worth the same (+14 % of effective speed-up at 60, +30 % at 1,000):
people who do by hand what nobody has time to review set the pace. At 10,000 reviewers either is
worth 12 %, as most tasks that AI may do are then done by it. Answering every approval in half the
time is worth 3 to 4 % at any number: as much as 13 reviewers more at 60, or 1,956 more at 10,000.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import NamedTuple

import numpy as np
import xarray as xr

import taskmodel as tm

TIMES = 10_000  # today's compute
PER_DOUBLING = 2  # points of the curve
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
    """Effective speed-ups by number of reviewers, relative to people with today's approvals."""

    reviewers: np.ndarray  # [person]
    unchanged: np.ndarray  # speed-up without a remedy [x]
    gain: dict[str, np.ndarray]  # factor by which a remedy multiplies it [x]


def speedup(
    catalog: tm.Catalog, compute: float, reviewers: np.ndarray, without_ai: float
) -> np.ndarray:
    """Effective speed-up over people without AI, whose pass takes `without_ai` hours."""
    results = [
        tm.sweep(catalog.replace({"supervision.headcount": number}), [compute]).isel(compute=0)
        for number in reviewers
    ]
    throughput, latency = (
        np.array([float(result[f"{side}_speedup"]) for result in results])
        for side in ("throughput", "latency")
    )
    exponent = catalog.production.parallel_exponent.value
    # The reference is a pass without AI under today's approvals: quick approvals help people too.
    faster_people = without_ai / float(tm.latency(catalog, compute)["pass_time_without_ai"])
    return throughput**exponent * (latency * faster_people) ** (1 - exponent)


def halved(catalog: tm.Catalog, fields: tuple[str, ...]) -> tm.Catalog:
    """The catalog with the given fields of every task halved."""
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
    """Effective speed-ups without a remedy, and the gain of each."""
    catalog = tm.load_catalog("alignment_research", "dedicated_reviewers")
    compute = catalog.compute.today.value * TIMES
    without_ai = float(tm.latency(catalog, compute)["pass_time_without_ai"])
    counts = np.union1d(REVIEWERS, 2 * REVIEWERS)
    plain = dict(
        zip(counts.tolist(), speedup(catalog, compute, counts, without_ai).tolist(), strict=True)
    )
    unchanged, twice = (
        np.array([plain[times * count] for count in REVIEWERS.tolist()]) for times in (1, 2)
    )
    gain = {}
    for name, fields in REMEDIES.items():
        changed = (
            speedup(halved(catalog, fields), compute, REVIEWERS, without_ai) if fields else twice
        )
        gain[name] = changed / unchanged
    return Gains(REVIEWERS, unchanged, gain)


def worth_of_quick_approvals(effect: Gains, reviewers: int) -> float:
    """Additional reviewers that give as much as approvals in half the time [person]."""
    catalog = tm.load_catalog("alignment_research", "dedicated_reviewers")
    index = effect.reviewers.tolist().index(reviewers)
    target = float(effect.unchanged[index] * effect.gain["approvals in half the time"][index])
    compute = catalog.compute.today.value * TIMES
    solved = tm.solve_for(
        catalog,
        "supervision.headcount",
        speedup=target,
        compute=compute,
        within=(reviewers, 1.25 * reviewers),
    )
    return float(solved["value"].values[0]) - reviewers


def answer(effect: Gains) -> str:
    """One line for each number of reviewers, and the value of quick approvals in reviewers."""
    lines = [f"{'reviewers':>10}{'effective':>11}" + "".join(f"{name:>28}" for name in effect.gain)]
    for reviewers in SHOWN:
        index = effect.reviewers.tolist().index(reviewers)
        lines.append(
            f"{reviewers:10,}{effect.unchanged[index]:10.2f}x"
            + "".join(f"{gain[index] - 1:+28.1%}" for gain in effect.gain.values())
        )
    people = " and ".join(
        f"{worth_of_quick_approvals(effect, count):,.0f} more at {count:,}"
        for count in (60, 10_000)
    )
    return "\n".join(
        [*lines, f"approvals in half the time are worth as much as {people} reviewers"]
    )


def bottleneck_map(points: int) -> xr.Dataset:
    """Map of the bottleneck over the number of reviewers and the serial speed of AI."""
    catalog = tm.load_catalog("alignment_research", "dedicated_reviewers")
    x, y = ((path, np.geomspace(low, high, points)) for path, low, high in MAP)
    return tm.bottleneck_map(catalog, x, y, compute=catalog.compute.today.value * TIMES)


def draw(effect: Gains):
    """Gain of each remedy against the number of reviewers."""
    from matplotlib.figure import Figure

    from taskmodel.plots import page

    colours = (page.VERMILLION, page.BLUE, page.GREEN)
    with page.figure_style() as size:
        figure = Figure(figsize=(180 / page.INCH, 85 / page.INCH), layout="constrained")
        axes = figure.subplots()
        for (name, gain), colour, style in zip(
            effect.gain.items(), colours, ("-", "--", "-"), strict=True
        ):
            axes.plot(effect.reviewers, 100 * (gain - 1), color=colour, linestyle=style, label=name)
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
        "--points", type=int, default=40, help="points of the map in each direction (default: 40)"
    )
    options = parser.parse_args(arguments)
    from taskmodel import plots

    effect = gains()
    print(answer(effect))
    plots.save(draw(effect), Path(options.output) / "reviewers_or_faster_review")
    plots.save(
        plots.bottleneck_map(bottleneck_map(options.points)),
        Path(options.output) / "reviewers_and_serial_speed",
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
