"""How much alignment research is done before all of R&D is automated, and when is it sped up?

Inputs: the bundled worlds `davidson_aggressive`, `davidson_best_guess` and `davidson_no_tradeoff`,
each with two capability maps: that of the catalogs, whose tasks open by their horizons
(`ml_capability_rnd` for the world's R&D), and Davidson's. In each, from 2026 on, the bundled
catalog `alignment_research` under three rules (every unit reviewed, reviews at the floors, and the
scenario `work_pays_back`, under which accumulated work makes reviews shorter) with people as they
are; `ml_capability_rnd` at the same training runs.

Output: `alignment_beside_capabilities.svg` and `.png` in the folder given, and the answer on
stdout.

Answer: on one map alignment is sped up after capabilities. At Davidson's best guess, with every
unit of AI's work reviewed, alignment goes twice as fast as people alone 20 months after software
R&D does on the catalogs' map, 32 months after it on Davidson's; with reviews at the floors 8 and 2
months after. Three times as fast it never goes while every unit is reviewed, since review holds it
at 2.4 times; with reviews at the floors it does, 14 and 22 months before the automation of all R&D.
By then 9 field-years of alignment work have been done since 2026 on the catalogs' map (11 at the
floors), and 16 (18) on Davidson's, on which all comes years later. Accumulated work that makes
reviews shorter adds about 1 %, since little accumulates. Months between a world on Davidson's map
and alignment on the catalogs' own would measure the distance between the maps.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import xarray as xr

import taskmodel as tm

WORLDS = {
    "davidson_aggressive": "aggressive",
    "davidson_best_guess": "best guess",
    "davidson_no_tradeoff": "best guess, no trade-off",
}
RULES: dict[str, tuple[str | None, dict[str, object]]] = {
    "every unit reviewed": (None, {}),
    "reviews at the floors": (None, {"supervision.coverage": "floor"}),
    "work pays back": ("work_pays_back", {}),
}
MAPS = {"catalog": "the catalogs' map", "davidson": "Davidson's map"}
SHOWN = "davidson_best_guess"
BEGINS = 2026.0
POINTS = 60  # dates reported
AFTER = 1.0  # years after all R&D is automated
HIGHEST = 30.0
SIDES = {
    "alignment_2x": "alignment 2x",
    "capability_2x": "software R&D 2x",
    "alignment_3x": "alignment 3x",
    "capability_3x": "software R&D 3x",
}
PAIRS = (("alignment_2x", "capability_2x"), ("alignment_3x", "automation_rnd_100%"))
BY_THEN = {"automation_rnd_20%": "R&D 20 %", "automation_rnd_100%": "R&D 100 %"}


Runs = Mapping[tuple[str, str], Mapping[str, xr.Dataset]]


def runs() -> Runs:
    """Alignment beside capabilities, by capability map and world, and by rule."""
    results: dict[tuple[str, str], dict[str, xr.Dataset]] = {}
    for shown, world in itertools.product(MAPS, WORLDS):
        first = tm.alignment_beside(world, tm.load_catalog("alignment_research"), map=shown)
        automated = value(first, "automation_rnd_100%")
        times = np.linspace(BEGINS, automated + AFTER, POINTS)
        for rule, (scenario, changes) in RULES.items():
            catalog = tm.load_catalog("alignment_research", scenario, changes)
            results.setdefault((shown, world), {})[rule] = tm.alignment_beside(
                world,
                catalog,
                capabilities=tm.load_catalog("ml_capability_rnd"),
                map=shown,
                times=times,
            )
    return results


def value(result: xr.Dataset, name: str, column: str = "value") -> float:
    """Value of a milestone, NaN where it is not reached."""
    return float(tm.milestones(result)[column].sel(milestone=name))


def answer(results: Runs) -> str:
    """Dates, lead and work, a line for each map, world and rule."""
    columns = [
        *SIDES.values(),
        *(f"work by {words}" for words in BY_THEN.values()),
        "R&D 2x later by",
        "3x to R&D 100 %",
    ]
    lines = [f"{'':47}[calendar year; field-years; months]"]
    for shown, words in MAPS.items():
        lines += ["", f"On {words}", " " * 47 + "".join(f"{column:>18}" for column in columns)]
        for world, name in WORLDS.items():
            for rule, result in results[shown, world].items():
                cells = [_cell(value(result, side), ".2f") for side in SIDES]
                cells += [_cell(value(result, then, "work"), ".1f") for then in BY_THEN]
                for pair in PAIRS:
                    cells.append(_cell(tm.months_between(result, *pair), ".1f"))
                lines.append(f"{name:25}{rule:22}" + "".join(f"{cell:>18}" for cell in cells))
    return "\n".join(lines)


def _cell(number: float, form: str) -> str:
    return "not reached" if np.isnan(number) else f"{number:{form}}"


def draw(results: Runs):
    """Speed-ups over time in one world, and in all worlds the work done before automation."""
    from matplotlib.figure import Figure

    from taskmodel.plots import page

    colours = dict(zip(RULES, (page.BLUE, page.SKY, page.PURPLE), strict=False))
    with page.figure_style() as size:
        figure = Figure(figsize=(180 / page.INCH, 160 / page.INCH), layout="constrained")
        for row, (panels, shown) in enumerate(
            zip(figure.subplots(2, 2, width_ratios=(3, 2)), MAPS, strict=True)
        ):
            draw_speedups(panels[0], shown, results[shown, SHOWN], colours, size)
            worlds = {world: results[shown, world] for world in WORLDS}
            draw_work(panels[1], worlds, colours)
            if row == 1:
                panels[0].legend(
                    frameon=False, fontsize=size - 1, loc="upper left", bbox_to_anchor=(0, 0.8)
                )
    return figure


def draw_speedups(
    axes, shown: str, rules: Mapping[str, xr.Dataset], colours: Mapping[str, str], size: float
):
    """Speed-ups of alignment by rule and of capabilities over time, in one world, on one map."""
    from taskmodel.plots import page

    first = next(iter(rules.values()))
    world = np.minimum(first["capability_speedup"].values, 10 * HIGHEST)
    catalog = first["capability_catalog_throughput_speedup"]
    curves = [
        (result["throughput_speedup"], colours[rule], "-", f"alignment, {rule}")
        for rule, result in rules.items()
    ]
    curves.append((world, page.VERMILLION, "-", "the world's software R&D"))
    curves.append((catalog, page.GREEN, "--", "ml_capability_rnd"))
    for speedup, colour, style, label in curves:
        axes.plot(first["time"], speedup, style, color=colour, linewidth=1.6, label=label)
    for name, words in BY_THEN.items():
        axes.axvline(value(first, name), color=page.GREY, linewidth=0.6, linestyle=":")
        axes.annotate(
            words,
            (value(first, name), HIGHEST),
            (-2, -2),
            textcoords="offset points",
            fontsize=size - 1.5,
            color=page.GREY,
            ha="right",
            va="top",
            rotation=90,
        )
    axes.set_yscale("log")
    axes.set_ylim(0.9, HIGHEST)
    ticks = (1, 2, 3, 5, 10, 20, 30)
    axes.set_yticks(ticks, [str(tick) for tick in ticks])
    axes.set_yticks([], minor=True)
    axes.set_xlim(BEGINS, float(first["time"][-1]))
    axes.set_xlabel("calendar year")
    axes.set_ylabel("throughput over people without AI [1]")
    axes.set_title(f"{WORLDS[SHOWN]}, on {MAPS[shown]}", loc="left")
    axes.grid(axis="y", color=page.PALE, linewidth=0.4)


def draw_work(axes, results: Mapping[str, Mapping[str, xr.Dataset]], colours: Mapping[str, str]):
    """Work done by world and rule, up to two milestones of automation."""
    from taskmodel.plots import page

    width = 0.8 / len(RULES)
    for row, rules in enumerate(results.values()):
        for step, (rule, result) in enumerate(rules.items()):
            height = row + (step - (len(RULES) - 1) / 2) * width
            late, early = (value(result, name, "work") for name in reversed(BY_THEN))
            axes.barh(
                height,
                late,
                0.9 * width,
                color=page.tint(colours[rule], 0.4),
                label=rule if row == 0 else None,
            )
            axes.barh(height, early, 0.9 * width, color=colours[rule])
    axes.set_yticks(range(len(results)), [WORLDS[name].replace(", ", ",\n") for name in results])
    axes.invert_yaxis()
    axes.set_xlabel(
        f"alignment work since {BEGINS:.0f} [field-years]\nby R&D 20 % (dark) and 100 % (pale)"
    )
    axes.set_title("Work before automation", loc="left")
    axes.grid(axis="x", color=page.PALE, linewidth=0.4)


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
    plots.save(draw(results), Path(options.output) / "alignment_beside_capabilities")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
