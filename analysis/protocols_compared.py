"""How much research does each way of reviewing AI's work give, and how much defective work escapes?

Inputs: the bundled catalog `alignment_research` under the scenario `imperfect_ai` (a fifth of AI's
units are useless); each bundled protocol by itself, and all that involve people at once; today's
compute and a thousand times as much.

Output: `protocols_compared.svg` and `.png` in the folder given, and the answer on stdout.

Answer, with the catalog as bundled: at a thousand times today's compute, layers of AI review with
people on a sample give 2.4 times the research of full review (7.0x against 2.9x) and let less
escape than people who review every unit unaided (9 against 15 % of all work); AI critics with
people on every unit let the least escape (7 %) and still give a third more than full review. A
person with AI lets nothing escape and adds almost no speed. Where the protocol with the most
research is chosen, tasks go to those that inspect little (7.7x, 23 % escape), because escaped
defects have no price here. The numbers of AI review are judgement; the decisive one, how far the
errors of reviewer and author coincide, has not been measured for research.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import taskmodel as tm

PROTOCOLS = {
    "full_review": "full review",
    "floor_coverage": "review at the floors",
    "spot_checks": "spot checks",
    "steered_episodes": "steering per episode",
    "ai_assisted_review": "AI critics",
    "layered_ai_review": "layers of AI review",
    "assisted": "a person with AI",
    "no_review": "no review",
}
TIMES = 1000  # today's compute
TICKS = (1, 2, 5, 10, 20, 50, 100, 200)
# Labels that would overlap another one: offset in points, and alignment.
ASIDE = {
    "the best of them": ((0, 9), "center"),
    "review at the floors": ((15, -3), "left"),
    "spot checks": ((6, -9), "left"),
    "steering per episode": ((-6, -3), "right"),
}


def compare_protocols(times: float = TIMES) -> dict[str, tuple[float, float]]:
    """Throughput speed-up, and share of all work that is defective and escapes, by protocol.

    The choice between all protocols that involve people comes last, as ``the best of them``.
    """
    base = tm.load_catalog("alignment_research", "imperfect_ai")
    compute = [base.compute.today.value * times]
    choices = {label: [name] for name, label in PROTOCOLS.items()} | {
        "the best of them": [name for name in PROTOCOLS if name != "no_review"]
    }
    outcomes = {}
    for label, names in choices.items():
        result = tm.sweep(base.replace({"supervision.protocols": names}), compute).isel(compute=0)
        escaped = float(result["escaped_defects"].sum() / result["activity"].sum())
        outcomes[label] = float(result["throughput_speedup"]), escaped
    return outcomes


def answer(today: dict[str, tuple[float, float]], later: dict[str, tuple[float, float]]) -> str:
    """One line for each protocol."""
    lines = [
        f"{'protocol':24}{'today':>8}{'escapes':>9}{f'at {TIMES:,} x':>12}{'escapes':>9}"
        "   throughput [x], defective work [%]"
    ]
    for label, (speedup, escaped) in today.items():
        later_speedup, later_escaped = later[label]
        lines.append(
            f"{label:24}{speedup:8.2f}{escaped:9.1%}{later_speedup:12.2f}{later_escaped:9.1%}"
        )
    return "\n".join(lines)


def draw(later: dict[str, tuple[float, float]]):
    """Escaped defective work against the speed-up, one point for each protocol."""
    from matplotlib.figure import Figure

    from taskmodel.plots import page

    with page.figure_style() as size:
        figure = Figure(figsize=(180 / page.INCH, 90 / page.INCH), layout="constrained")
        axes = figure.subplots()
        for label, (speedup, escaped) in later.items():
            best = label == "the best of them"
            face, marker_size = ("none", 9) if best else (page.VERMILLION, 5)
            axes.plot(
                speedup,
                100 * escaped,
                "o",
                color=face,
                markeredgecolor=page.VERMILLION,
                markersize=marker_size,
            )
            offset, side = ASIDE.get(label, ((6, -3), "left"))
            axes.annotate(
                label,
                (speedup, 100 * escaped),
                offset,
                textcoords="offset points",
                fontsize=size,
                ha=side,
            )
        axes.set_xscale("log")
        axes.set_xlim(1, 200)
        axes.set_xticks(TICKS, [str(tick) for tick in TICKS])
        axes.minorticks_off()
        axes.set_ylim(-2, None)
        axes.set_xlabel(f"throughput speed-up at {TIMES:,} times today's compute [x]")
        axes.set_ylabel("work that is defective and escapes [%]")
        axes.set_title("What ways of reviewing AI's work give, and what escapes them", loc="left")
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

    today, later = compare_protocols(1.0), compare_protocols()
    print(answer(today, later))
    plots.save(draw(later), Path(options.output) / "protocols_compared")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
