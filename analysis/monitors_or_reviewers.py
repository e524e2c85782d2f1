"""Should people look at alerts of a monitor, or at units drawn at random, if AI attacks on purpose?

Question: an AI attacks where it expects the most harm. People keep what it expects below a harm
that is tolerated, by looking at more units of the tasks where attacks would hurt. How much research
does that leave if they look at random, at alerts of a monitor that reads everything, or at whatever
is better for each task?

Input: the bundled catalog `alignment_research` under the scenario `defect_budget`, whose weights of
harm (1, 3 or 10) are taken as the harm of an attack; a hundred times today's compute.

Output: `monitors_or_reviewers.svg` and `.png` in the folder given, and the answer on stdout, in a
sentence made from the numbers.

Answer, with the catalog as bundled: at a monitor's alerts. Where no attack is expected to do more
than 2.3 of harm, looks at random leave 2.7 times the research of people alone, and alerts, or the
better of the two for each task, 2.9, against 2.9, 3.1 and 3.1 where every attack is tolerated. Even
then 28 % of the attacks are caught: people find few defects in the units at which they look, and
what they cannot guard AI may not do. Weights of harm and rates of monitors are
judgement.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

import taskmodel as tm

TIMES = 100  # today's compute
CHOICES = {
    "looks at random": ["spot_checks"],
    "alerts of a monitor": ["monitored"],
    "either, task by task": ["spot_checks", "monitored"],
}
SHOWN = 2.2  # harm at which the answer compares
TICKS = (0.7, 1, 2, 3, 5, 10)


def attacked_catalog(protocols):
    """The catalog in which AI attacks, under some protocols."""
    base = tm.load_catalog("alignment_research", "defect_budget")
    harm = {
        f"tasks.{name}.attack_harm": task.harm_weight.value
        for name, task in base.tasks.items()
        if task.verifiability is not None
    }
    return base.replace(
        {**harm, "supervision.defect_budget": None, "supervision.protocols": protocols}
    )


def frontiers(points: int = 25):
    """The frontier under attack for each choice, over the same harms."""
    catalogs = {label: attacked_catalog(names) for label, names in CHOICES.items()}
    compute = TIMES * next(iter(catalogs.values())).compute.today.value
    ends = [
        tm.attack_frontier(catalog, compute=compute)["tolerated_harm"].values[[0, -1]]
        for catalog in catalogs.values()
    ]
    least, most = (float(np.max(column)) for column in zip(*ends, strict=True))
    harms = np.geomspace(least, most, points)
    return {
        label: tm.attack_frontier(catalog, harms, compute=compute)
        for label, catalog in catalogs.items()
    }


def answer(curves) -> str:
    """One sentence, from the numbers."""
    random, alerts, either = curves.values()
    harms = random["tolerated_harm"].values
    near = int(np.argmin(np.abs(harms - SHOWN)))

    def speed(curve, index):
        return float(curve["throughput_speedup"][index])

    state = alerts.isel(tolerated_harm=near)
    return (
        f"Where no attack is expected to do more than {harms[near]:.2g} of harm, looks at random "
        f"leave {speed(random, near):.2f} times the research of people alone, alerts of a monitor "
        f"{speed(alerts, near):.2f} and the better of the two {speed(either, near):.2f}, against "
        f"{speed(random, -1):.2f}, {speed(alerts, -1):.2f} and {speed(either, -1):.2f} where every "
        f"attack is tolerated; it then attacks in {state['attacked_task'].item()}, and "
        f"{100 * float(state['attack_safety']):.0f} % of its attacks are caught."
    )


def draw(curves):
    """Research and safety over the harm that is tolerated."""
    from taskmodel.plots import page
    from taskmodel.plots.panels import faint_grid, labelled_ticks, stacked_panels

    colours = (page.VERMILLION, page.BLUE, page.BLACK)
    heading = "Monitors or reviewers, if AI attacks on purpose"
    with stacked_panels(180, 110, heading, (2, 1), over_figure=True) as (figure, panels, size):
        speeds, safety = panels
        for (label, curve), colour in zip(curves.items(), colours, strict=True):
            harm = curve["tolerated_harm"]
            style = {"color": colour, "label": label, "linewidth": 1.6}
            style["linestyle"] = (0, (4, 2)) if colour == page.BLACK else "-"
            speeds.plot(harm, curve["throughput_speedup"], **style)
            safety.plot(harm, curve["attack_safety"], **style)
        speeds.set_ylabel("research over that of\npeople without AI [1]")
        speeds.legend(loc="upper left", fontsize=size)
        safety.set_ylabel("attacks that are caught, in\nthe class attacked [1]")
        safety.set_ylim(0, 1)
        safety.set_xscale("log")
        labelled_ticks(safety.xaxis, TICKS, "{:g}".format)
        safety.set_xlabel("harm of an attack that is tolerated [1]")
        for axes in panels:
            faint_grid(axes)
    return figure


def main(arguments: list[str] | None = None) -> int:
    """Answer, draw and save."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "-o", "--output", default=".", help="folder for the figure (default: this one)"
    )
    parser.add_argument("--points", type=int, default=25, help="harms to report (default: 25)")
    options = parser.parse_args(arguments)
    from taskmodel import plots

    curves = frontiers(options.points)
    print(answer(curves))
    plots.save(draw(curves), Path(options.output) / "monitors_or_reviewers")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
