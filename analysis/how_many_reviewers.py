"""How many reviewers does a given speed-up take?

Inputs: the bundled catalog `alignment_research` under the scenario `dedicated_reviewers`, in which
people review who do nothing else, with 1 to 1,000,000 of them in place of its 60; at today's
compute, and at a hundred times and ten thousand times as much.

Output: `how_many_reviewers.svg` and `.png` in the folder given, and the answer on stdout.

Answer, with the catalog as bundled: at today's compute 26 reviewers make research 1.2 times as fast
and 974 make it 1.5 times as fast, but none make it twice as fast, for AI can do too little (at most
1.52x). With a hundred times the compute twice as fast takes 234 reviewers and three times 807; with
ten thousand times the compute 230 and 731: more compute replaces hardly any reviewers.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import NamedTuple

import numpy as np

import taskmodel as tm

TIMES = (1, 100, 10_000)  # today's compute
TARGETS = (1.2, 1.5, 2.0, 3.0)  # effective speed-ups
PATH, WITHIN = "supervision.headcount", (1.0, 1e6)  # [person]
TICKS = (1, 10, 100, 1_000, 10_000, 100_000, 1_000_000)  # [person]


class Found(NamedTuple):
    """Reviewers by target, and the curve they were read off, for one compute."""

    times: float  # today's compute
    reviewers: dict[float, float]  # by target [person]; NaN: none reach it
    most: float  # speed-up with the most reviewers
    values: np.ndarray  # [person]
    speedup: np.ndarray


def found(times: float, targets: tuple[float, ...], points: int) -> Found:
    """The fewest reviewers that reach each target."""
    catalog = tm.load_catalog("alignment_research", "dedicated_reviewers")
    compute = catalog.compute.today.value * times
    values = np.geomspace(*WITHIN, points)
    speedup = tm.sweep(catalog, compute, over=PATH, values=values)["speedup"].values
    reviewers = {}
    for target in targets:
        if target > speedup[-1]:  # more reviewers never make research slower
            reviewers[target] = np.nan
            continue
        above = int(np.argmax(speedup >= target))
        if above == 0:  # the fewest that were looked at are enough
            reviewers[target] = float(values[0])
            continue
        solved = tm.solve_for(
            catalog,
            PATH,
            compute=compute,
            within=(values[above - 1], values[above]),
            speedup=target,
        )
        if not solved.sizes["solution"]:
            raise RuntimeError(
                f"no number of reviewers gives {target:g}x: {solved.attrs['reason']}"
            )
        reviewers[target] = float(solved["value"][0])
    return Found(times, reviewers, float(speedup[-1]), values, speedup)


def answer(every: list[Found]) -> str:
    """A line for each compute."""
    targets = list(every[0].reviewers)
    lines = [
        f"{'times today':>12}"
        + "".join(f"{f'for {target:g}x':>12}" for target in targets)
        + f"{'at most':>12}"
    ]
    for each in every:
        counts = (
            "never" if np.isnan(count) else f"{np.ceil(count):,.0f}"
            for count in each.reviewers.values()
        )
        lines.append(
            f"{each.times:12,}"
            + "".join(f"{count:>12}" for count in counts)
            + f"{each.most:11.2f}x"
        )
    return "\n".join(lines)


def draw(every: list[Found]):
    """Effective speed-up against the number of reviewers, with the targets."""
    from matplotlib.figure import Figure

    from taskmodel.plots import page

    colours = (page.GREEN, page.BLUE, page.VERMILLION)
    with page.figure_style() as size:
        figure = Figure(figsize=(180 / page.INCH, 85 / page.INCH), layout="constrained")
        axes = figure.subplots()
        for each, colour in zip(every, colours, strict=False):
            label = "today's compute" if each.times == 1 else f"{each.times:,} times today's"
            axes.plot(each.values, each.speedup, color=colour, label=label)
            axes.plot(
                list(each.reviewers.values()), list(each.reviewers), "o", color=colour, markersize=4
            )
        axes.set_xscale("log")
        axes.set_xticks(TICKS, [f"{tick:,}" for tick in TICKS])
        ticks = [
            *every[0].reviewers,
            *(tick for tick in (1, 5, 10, 20, 50) if tick < max(each.most for each in every)),
        ]
        axes.set_yscale("log")
        axes.set_yticks(ticks, [f"{tick:g}×" for tick in ticks])
        axes.set_yticks([], minor=True)
        axes.grid(axis="y", color=page.PALE, linewidth=0.4)
        axes.set_xlabel("reviewers who do nothing else [person]")
        axes.set_ylabel("effective speed-up")
        axes.set_title("How many reviewers a speed-up takes", loc="left")
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
    parser.add_argument("--points", type=int, default=60, help="places of each curve (default: 60)")
    parser.add_argument(
        "--times", type=int, nargs="+", default=TIMES, help="multiples of today's compute"
    )
    parser.add_argument(
        "--targets", type=float, nargs="+", default=TARGETS, help="effective speed-ups"
    )
    options = parser.parse_args(arguments)
    from taskmodel import plots

    every = [found(times, tuple(options.targets), options.points) for times in options.times]
    print(answer(every))
    plots.save(draw(every), Path(options.output) / "how_many_reviewers")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
