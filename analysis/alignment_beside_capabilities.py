"""How much alignment research is done before all of R&D is automated, and when is it sped up?

Inputs: the bundled worlds `davidson_aggressive`, `davidson_best_guess` and `davidson_no_tradeoff`;
in each, from 2026 on, the bundled catalog `alignment_research` under three rules (every unit
reviewed, reviews at the floors, and the scenario `work_pays_back`, under which accumulated work
makes reviews shorter) with people as they are; `ml_capability_rnd` at the same training runs.

Output: `alignment_beside_capabilities.svg` and `.png` in the folder given, and the answer on
stdout.

Answer: with a slow takeoff alignment is sped up before automation, but not for long enough. At
Davidson's best guess, with every unit of AI's work reviewed, alignment goes 3 times as fast as
people alone early in 2035, 14 months before software R&D does and 53 months before all R&D is
automated; with reviews at the floors it is 23 and 62 months. But review then holds alignment at 3.6
times (10 at the floors), and software R&D, which nobody reviews in that world, passes it in 2036
(2038) and goes on. By the time all R&D is automated 20 field-years of alignment work have been done
since 2026 (27 at the floors), without the trade-off 28 (40). In the aggressive world all R&D is
automated within 2026: alignment is sped up half a year after capabilities, and one field-year is
done. Accumulated work that makes reviews shorter adds only 2 to 4 %, since little accumulates. Both
sides rest on different maps of what AI can do: the catalogs' tasks are open at 7e32 FLOP,
Davidson's R&D at 3e35 less what runtime compute makes up for; at the catalogs' own map, capability
research (ml_capability_rnd) is ahead of alignment throughout.
"""

from __future__ import annotations

import argparse
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
BY_THEN = {"automation_rnd_20%": "R&D 20 %", "automation_rnd_100%": "R&D 100 %"}


def runs() -> dict[str, dict[str, xr.Dataset]]:
    """Alignment beside capabilities, by world and rule."""
    results: dict[str, dict[str, xr.Dataset]] = {}
    for name in WORLDS:
        world = tm.simulate(name, times=[BEGINS])
        automated = float(tm.milestones(world)["value"].sel(milestone="automation_rnd_100%"))
        times = np.linspace(BEGINS, automated + AFTER, POINTS)
        for rule, (scenario, changes) in RULES.items():
            catalog = tm.load_catalog("alignment_research", scenario, changes)
            other = tm.load_catalog("ml_capability_rnd") if rule == next(iter(RULES)) else None
            results.setdefault(name, {})[rule] = tm.alignment_beside(
                world, catalog, capabilities=other, times=times
            )
    return results


def value(result: xr.Dataset, name: str, column: str = "value") -> float:
    """Value of a milestone, NaN where it is not reached."""
    return float(tm.milestones(result)[column].sel(milestone=name))


def answer(results: Mapping[str, Mapping[str, xr.Dataset]]) -> str:
    """Dates, lead and work, a line for each world and rule."""
    columns = [
        *SIDES.values(),
        *(f"work by {words}" for words in BY_THEN.values()),
        "3x to R&D 100 %",
    ]
    lines = [
        f"{'':26}{'':23}" + "".join(f"{column:>18}" for column in columns),
        f"{'':49}[calendar year; field-years; months]",
    ]
    for name, rules in results.items():
        for rule, result in rules.items():
            cells = [_cell(value(result, side), ".2f") for side in SIDES]
            cells += [_cell(value(result, then, "work"), ".1f") for then in BY_THEN]
            months = tm.milestones(result)["months_between"].sel(
                milestone="alignment_3x", until="automation_rnd_100%"
            )
            cells.append(_cell(float(months), ".1f"))
            lines.append(f"{WORLDS[name]:26}{rule:23}" + "".join(f"{cell:>18}" for cell in cells))
    return "\n".join(lines)


def _cell(number: float, form: str) -> str:
    return "not reached" if np.isnan(number) else f"{number:{form}}"


def draw(results: Mapping[str, Mapping[str, xr.Dataset]]):
    """Speed-ups over time in one world, and in all worlds the work done before automation."""
    from matplotlib.figure import Figure

    from taskmodel.plots import page

    colours = dict(zip(RULES, (page.BLUE, page.SKY, page.PURPLE), strict=False))
    with page.figure_style() as size:
        figure = Figure(figsize=(180 / page.INCH, 95 / page.INCH), layout="constrained")
        left, right = figure.subplots(1, 2, width_ratios=(3, 2))
        draw_speedups(left, results[SHOWN], colours, size)
        draw_work(right, results, colours)
    return figure


def draw_speedups(axes, rules: Mapping[str, xr.Dataset], colours: Mapping[str, str], size: float):
    """Speed-ups of alignment by rule and of capabilities over time, in one world."""
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
    axes.set_title(f"Speed-ups, {WORLDS[SHOWN]}", loc="left")
    axes.legend(frameon=False, fontsize=size - 1, loc="upper left", bbox_to_anchor=(0, 0.98))
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
