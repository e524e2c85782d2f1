"""How much alignment research is done before all of R&D is automated, and when is it sped up?

Inputs: the bundled worlds `davidson_aggressive`, `davidson_best_guess` and `davidson_no_tradeoff`;
in each, from 2026 on, the bundled catalog `alignment_research` under three rules (every unit
reviewed, reviews at the floors, and the scenario `work_pays_back`, under which accumulated work
makes reviews shorter) with people as they are; `ml_capability_rnd` at the same training runs.

Output: `alignment_beside_capabilities.svg` and `.png` in the folder given, and the answer on
stdout.

Answer: before, where takeoff is slow, and then not enough. At Davidson's best guess, with every
unit of AI's work reviewed, alignment goes 3 times as fast as people alone early in 2035, 14 months
before software R&D does and 53 months before all R&D is automated; with reviews at the floors it is
23 and 62 months. But review then holds alignment at 3.6 times (10 at the floors), and software R&D,
which nobody reviews in that world, passes it in 2036 (2038) and goes on. By the time all R&D is
automated 20 field-years of alignment work have been done since 2026 (27 at the floors), without the
trade-off 28 (40). In the aggressive world all is over within 2026: alignment is sped up half a year
after capabilities, and one field-year is done. Work that pays back adds 2 to 4 %, for there is not
much of it. Both sides rest on different maps of what AI can do: the catalogs' tasks are open at
7e32 FLOP, Davidson's R&D at 3e35 less what running compute makes up for; at the catalogs' own map,
capability research (ml_capability_rnd) is ahead of alignment all along.
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
    found: dict[str, dict[str, xr.Dataset]] = {}
    for name in WORLDS:
        world = tm.simulate(name, times=[BEGINS])
        automated = float(tm.milestones(world)["value"].sel(milestone="automation_rnd_100%"))
        times = np.linspace(BEGINS, automated + AFTER, POINTS)
        for rule, (scenario, changes) in RULES.items():
            catalog = tm.load_catalog("alignment_research", scenario, changes)
            other = tm.load_catalog("ml_capability_rnd") if rule == next(iter(RULES)) else None
            found.setdefault(name, {})[rule] = tm.alignment_beside(
                world, catalog, capabilities=other, times=times
            )
    return found


def value(found: xr.Dataset, name: str, column: str = "value") -> float:
    """What a milestone says; NaN: not reached."""
    return float(tm.milestones(found)[column].sel(milestone=name))


def answer(found: Mapping[str, Mapping[str, xr.Dataset]]) -> str:
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
    for name, rules in found.items():
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


def draw(found: Mapping[str, Mapping[str, xr.Dataset]]):
    """Speed-ups over time in one world; and, in all of them, the work done before R&D is automated."""
    from matplotlib.figure import Figure

    from taskmodel.plots import page

    colours = dict(zip(RULES, (page.BLUE, page.SKY, page.PURPLE), strict=False))
    with page.figure_style() as size:
        figure = Figure(figsize=(180 / page.INCH, 95 / page.INCH), layout="constrained")
        left, right = figure.subplots(1, 2, width_ratios=(3, 2))
        shown = found[SHOWN]
        for rule, result in shown.items():
            left.plot(
                result["time"],
                result["throughput_speedup"],
                color=colours[rule],
                linewidth=1.6,
                label=f"alignment, {rule}",
            )
        first = next(iter(shown.values()))
        world = np.minimum(first["capability_speedup"].values, 10 * HIGHEST)
        left.plot(
            first["time"],
            world,
            color=page.VERMILLION,
            linewidth=1.6,
            label="the world's software R&D",
        )
        theirs = first["capability_catalog_throughput_speedup"]
        left.plot(
            first["time"],
            theirs,
            color=page.GREEN,
            linewidth=1.2,
            linestyle="--",
            label="ml_capability_rnd",
        )
        for name, words in BY_THEN.items():
            left.axvline(value(first, name), color=page.GREY, linewidth=0.6, linestyle=":")
            left.annotate(
                words, (value(first, name), HIGHEST), (-2, -2), textcoords="offset points", fontsize=size - 1.5, color=page.GREY,
                ha="right", va="top", rotation=90,
            )  # fmt: skip
        left.set_yscale("log")
        left.set_ylim(0.9, HIGHEST)
        ticks = (1, 2, 3, 5, 10, 20, 30)
        left.set_yticks(ticks, [str(tick) for tick in ticks])
        left.set_yticks([], minor=True)
        left.set_xlim(BEGINS, float(first["time"][-1]))
        left.set_xlabel("calendar year")
        left.set_ylabel("throughput over people without AI [1]")
        left.set_title(f"Speed-ups, {WORLDS[SHOWN]}", loc="left")
        left.legend(frameon=False, fontsize=size - 1, loc="upper left", bbox_to_anchor=(0, 0.98))
        width = 0.8 / len(RULES)
        for place, rules in enumerate(found.values()):
            for step, (rule, result) in enumerate(rules.items()):
                at = place + (step - (len(RULES) - 1) / 2) * width
                late, early = (value(result, name, "work") for name in reversed(BY_THEN))
                right.barh(
                    at,
                    late,
                    0.9 * width,
                    color=page.tint(colours[rule], 0.4),
                    label=rule if place == 0 else None,
                )
                right.barh(at, early, 0.9 * width, color=colours[rule])
        right.set_yticks(range(len(found)), [WORLDS[name].replace(", ", ",\n") for name in found])
        right.invert_yaxis()
        right.set_xlabel(
            f"alignment work since {BEGINS:.0f} [field-years]\nby R&D 20 % (dark) and 100 % (pale)"
        )
        right.set_title("Work before automation", loc="left")
        for axes in (left, right):
            axes.grid(axis="y" if axes is left else "x", color=page.PALE, linewidth=0.4)
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

    found = runs()
    print(answer(found))
    plots.save(draw(found), Path(options.output) / "alignment_beside_capabilities")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
