"""When and how fast does AI take over all tasks in Davidson's model, by equations and by steps?

Inputs: the bundled worlds `davidson_*`; each solved as differential equations with 100 tasks, with
a continuum of tasks, and stepped by 0.1 years as his program does.

Output: `davidson_takeoff.svg` and `.png` in the folder given, and the answer on stdout.

Answer: at his best guess goods tasks go from over 20 % automated to all of them in 3.6 years, to
the autumn of 2039; without the trade-off of running for training compute in 4.9 years, to the end
of 2043. His program's step makes that up to 0.3 years later and up to 0.25 years longer. Counting a
hundred tasks in place of a continuum brings the first fifth forward: by 0.18 years at his best
guess, 0.33 without trade-off, 0.72 in the conservative world and not at all in the aggressive one.
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path

import taskmodel as tm

WORLDS = {
    "davidson_best_guess": "best guess",
    "davidson_no_tradeoff": "best guess, no trade-off",
    "davidson_aggressive": "aggressive",
    "davidson_conservative": "conservative",
}
METHODS = {
    "equations": {},
    "continuum of tasks": {"set": {"n_labour_tasks": None}},
    "steps of 0.1 years": {"reference_step": 0.1},
}
COLUMNS = {
    "rampup_start": "wake-up",
    "automation_gns_20%": "goods 20 %",
    "automation_gns_100%": "goods 100 %",
    "agi_year": "AGI",
    "len_full_automation_gns": "takeoff",
}


def runs() -> dict[str, dict[str, object]]:
    """Simulations of every world by every method."""
    return {
        name: {method: tm.simulate(name, **options) for method, options in METHODS.items()}
        for name in WORLDS
    }


def answer(results: dict[str, dict[str, object]]) -> str:
    """Years and the length of the takeoff, one line for each world and method."""
    lines = [
        f"{'':26}{'':22}"
        + "".join(f"{column:>13}" for column in COLUMNS.values())
        + "   [calendar year; takeoff in years]"
    ]
    for name, methods in results.items():
        for method, world in methods.items():
            value = tm.milestones(world)["value"]
            years = [float(value.sel(milestone=milestone)) for milestone in COLUMNS]
            cells = [
                f"{'not reached':>13}" if math.isnan(year) else f"{year:13.2f}" for year in years
            ]
            lines.append(f"{WORLDS[name]:26}{method:22}{''.join(cells)}")
    return "\n".join(lines)


def draw(results: dict[str, dict[str, object]]):
    """Automated share of goods tasks over time: equations as lines, the program's steps as dots."""
    from matplotlib.figure import Figure

    from taskmodel.plots import page

    colours = dict(
        zip(results, (page.VERMILLION, page.BLUE, page.GREEN, page.PURPLE), strict=False)
    )
    with page.figure_style() as size:
        figure = Figure(figsize=(180 / page.INCH, 90 / page.INCH), layout="constrained")
        axes = figure.subplots()
        for name, methods in results.items():
            solved, stepped = methods["equations"], methods["steps of 0.1 years"]
            axes.plot(
                solved["time"],
                100 * solved["frac_tasks_automated_goods"],
                color=colours[name],
                linewidth=1.6,
                label=WORLDS[name],
            )
            axes.plot(
                stepped["time"][::5],
                100 * stepped["frac_tasks_automated_goods"][::5],
                ".",
                color=colours[name],
                markersize=3,
                alpha=0.6,
            )
        axes.set_xlim(2022, 2100)
        axes.set_ylim(-2, 103)
        axes.set_xlabel("calendar year")
        axes.set_ylabel("goods tasks automated [%]")
        axes.grid(axis="y", color=page.PALE, linewidth=0.4)
        axes.legend(frameon=False, fontsize=size, loc="upper right", bbox_to_anchor=(1, 0.93))
        axes.set_title(
            "Davidson's takeoff: equations (lines) and his program's steps (dots)", loc="left"
        )
    return figure


def main(arguments: list[str] | None = None) -> int:
    """Answer, draw and save."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "-o", "--output", default=".", help="folder for the figure (default: this one)"
    )
    options = parser.parse_args(arguments)
    from taskmodel import plots

    results = runs()
    print(answer(results))
    plots.save(draw(results), Path(options.output) / "davidson_takeoff")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
