"""How many reviewers does a given speed-up take?

Inputs: the bundled catalog `alignment_research` under the scenario `dedicated_reviewers`, in which
reviewers do nothing else, with 1 to 1,000,000 of them in place of its 60; at today's compute, and
at a hundred times and ten thousand times as much.

Output: `how_many_reviewers.svg` and `.png` in the folder given, and the answer on stdout.

Answer, with the catalog as bundled: at today's compute no number of reviewers makes research 1.2
times as fast, since AI can do too few tasks (at most 1.09x). With more compute they can; the script
prints how many it takes.
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


class Requirement(NamedTuple):
    """Reviewers needed by target, with the curve of speed-ups, for one value of compute."""

    times: float  # today's compute
    reviewers: dict[float, float]  # by target [person]; NaN where none reaches it
    largest: float  # speed-up with the most reviewers
    values: np.ndarray  # [person]
    speedup: np.ndarray


def requirement(times: float, targets: tuple[float, ...], points: int) -> Requirement:
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
        if above == 0:  # the lower end of the range is enough
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
    return Requirement(times, reviewers, float(speedup[-1]), values, speedup)


def answer(requirements: list[Requirement]) -> str:
    """One line for each value of compute."""
    targets = list(requirements[0].reviewers)
    lines = [
        f"{'times today':>12}"
        + "".join(f"{f'for {target:g}x':>12}" for target in targets)
        + f"{'at most':>12}"
    ]
    for item in requirements:
        counts = (
            "never" if np.isnan(count) else f"{np.ceil(count):,.0f}"
            for count in item.reviewers.values()
        )
        lines.append(
            f"{item.times:12,}"
            + "".join(f"{count:>12}" for count in counts)
            + f"{item.largest:11.2f}x"
        )
    return "\n".join(lines)


def draw(requirements: list[Requirement]):
    """Effective speed-up against the number of reviewers, with the targets."""
    from matplotlib.figure import Figure

    from taskmodel.plots import page

    colours = (page.GREEN, page.BLUE, page.VERMILLION)
    with page.figure_style() as size:
        figure = Figure(figsize=(180 / page.INCH, 85 / page.INCH), layout="constrained")
        axes = figure.subplots()
        for item, colour in zip(requirements, colours, strict=False):
            label = "today's compute" if item.times == 1 else f"{item.times:,} times today's"
            axes.plot(item.values, item.speedup, color=colour, label=label)
            axes.plot(
                list(item.reviewers.values()), list(item.reviewers), "o", color=colour, markersize=4
            )
        axes.set_xscale("log")
        axes.set_xticks(TICKS, [f"{tick:,}" for tick in TICKS])
        ticks = [
            *requirements[0].reviewers,
            *(
                tick
                for tick in (1, 5, 10, 20, 50)
                if tick < max(item.largest for item in requirements)
            ),
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
    parser.add_argument("--points", type=int, default=60, help="points of each curve (default: 60)")
    parser.add_argument(
        "--times", type=int, nargs="+", default=TIMES, help="multiples of today's compute"
    )
    parser.add_argument(
        "--targets", type=float, nargs="+", default=TARGETS, help="effective speed-ups"
    )
    options = parser.parse_args(arguments)
    from taskmodel import plots

    requirements = [
        requirement(times, tuple(options.targets), options.points) for times in options.times
    ]
    print(answer(requirements))
    plots.save(draw(requirements), Path(options.output) / "how_many_reviewers")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
