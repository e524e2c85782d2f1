"""What does the answer hang on?

Inputs: the bundled catalog `alignment_research` with the intervals of its numbers; for each input
(a number, or the numbers of a group), the part of the variance of four answers that is left when
all other inputs are known: the speed-up today, with ten times today's compute, the ceiling that
oversight sets, and the compute at which oversight becomes the bottleneck.

Output: `what_matters_most.svg` and `.png` in the folder given, and the answer on stdout.

Answer: different answers hang on different inputs. The speed-up today and the place of the
bottleneck hang on the level of the capability line, the ceiling on review ratios. The script prints
the parts.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import xarray as xr

import taskmodel as tm

NAMES = {
    "capability.intercept": "level of the capability line",
    "capability.slope": "slope of the capability line",
    "task_lengths": "lengths of tasks",
    "review_ratios": "review per unit of work",
    "production.elasticity": "elasticity of substitution",
    "production.parallel_exponent": "gain from parallel work",
    "latency.serial_speed": "serial speed of AI",
}
ANSWERS = {
    "today": "speed-up today",
    "ceiling": "ceiling set by oversight",
    "bottleneck": "compute at which oversight is the bottleneck",
}


def title(answer: str) -> str:
    """Name an answer."""
    return ANSWERS.get(answer, "speed-up with ten times the compute")


def sentence(found: xr.Dataset) -> str:
    """Say which input each answer hangs on most."""
    parts = []
    for answer in found["answer"].values.tolist():
        index = found["index"].sel(answer=answer)
        first = str(found["input"].values[int(index.values.argmax())])
        name = NAMES.get(first, first)
        parts.append(f"the {title(answer)} hangs most on the {name} ({float(index.max()):.2f})")
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}."


def draw(found: xr.Dataset):
    """A panel for each answer, a bar with its interval for each input."""
    from matplotlib.figure import Figure

    from taskmodel.plots import page

    answers = found["answer"].values.tolist()
    order = np.argsort(found["index"].max("answer").values)
    chosen = found.isel(input=order)
    names = [NAMES.get(str(name), str(name)) for name in chosen["input"].values]
    colours = (page.BLUE, page.SKY, page.VERMILLION, page.ORANGE)
    with page.figure_style() as size:
        height = 28 + 6 * len(names)
        figure = Figure(figsize=(180 / page.INCH, height / page.INCH), layout="constrained")
        panels = figure.subplots(1, len(answers), sharey=True, sharex=True)
        for axes, answer, colour in zip(panels, answers, colours, strict=False):
            one = chosen.sel(answer=answer)
            axes.barh(range(len(names)), one["index"], color=colour, height=0.62)
            axes.errorbar(
                one["index"],
                range(len(names)),
                xerr=one["index_error"],
                fmt="none",
                ecolor=page.BLACK,
                elinewidth=0.7,
            )
            axes.set_title("\n".join(_halves(title(answer))), loc="left", fontsize=size - 0.5)
            axes.grid(axis="x", color=page.PALE, linewidth=0.4)
            axes.set_axisbelow(True)
        panels[0].set_yticks(range(len(names)), names)
        panels[0].set_xlim(0, 1)
        figure.supxlabel(
            "part of the variance that is left when all other inputs are known (90 % interval)",
            fontsize=size,
        )
    return figure


def _halves(text: str) -> list[str]:
    """Break a title into two lines."""
    words = text.split()
    middle = (len(words) + 1) // 2
    return [" ".join(words[:middle]), " ".join(words[middle:])]


def main(arguments: list[str] | None = None) -> int:
    """Answer, draw and save."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "-o", "--output", default=".", help="folder for the figure (default: this one)"
    )
    parser.add_argument("--catalog", default="alignment_research", help="bundled name or file")
    parser.add_argument(
        "--rows", type=int, default=128, help="rows of the design, a power of 2 (default: 128)"
    )
    options = parser.parse_args(arguments)
    from taskmodel import plots

    found = tm.sensitivity(tm.load_catalog(options.catalog), options.rows)
    print(sentence(found))
    plots.save(draw(found), Path(options.output) / "what_matters_most")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
