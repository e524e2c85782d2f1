"""Does it get harder to check AI's work as models get better, and do more reviewers make up for it?

Question: with the strongest model at work, review takes longer by (horizon of the model over that
of the task) to the power of gamma, the verification gap: 0 if checking is no harder, negative if
better models make it easier. How much faster is research than people alone at 1e32 and 1e34
FLOP/year, by gamma and by the number of people who review and do nothing else, and what does
oversight cost there?

Input: the bundled catalog `alignment_research` under the scenario `dedicated_reviewers`, with the
frontier model at work and 10 to 10,000 reviewers.

Output: `does_verification_get_harder.svg` and `.png` in the folder given, and the answer on stdout,
in a sentence made from the numbers.

Answer, with the catalog as bundled: with 100 reviewers research goes 2.1 times as fast as people
alone at 1e32 and 2.2 times at 1e34, if gamma is 0; at 1e34 it goes 3.3 times if gamma is -0.2, and
1.3 times if it is 0.4, less than at 1e32. A thousand reviewers make that 15, 8.9 and 3.1 times: ten
times as many are worth about half a unit of gamma. Nearly everywhere on the map oversight costs
more than half of research.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import xarray as xr

import taskmodel as tm

COMPUTES = (1e32, 1e34)
GAMMAS = (-0.2, 0.4)  # its 90 % interval, judgement (docs, model, section 3.5)
REVIEWERS = (10.0, 10_000.0)
POINTS = 13  # in each direction; of the form 6 k + 1, so that gamma has 0 and 0.1
NUMBERS = ("throughput_speedup", "oversight_cost")
COSTS = (1.1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)
TICKS = (-0.1, 0, 0.1, 0.2, 0.3)
TOLD = (100.0, 1000.0)  # reviewers in the answer


def maps(points: int = POINTS) -> xr.Dataset:
    """Speed-up and cost of oversight over compute, gamma and reviewers."""
    base = tm.load_catalog("alignment_research", "dedicated_reviewers")
    gammas = np.linspace(*GAMMAS, points)
    reviewers = np.union1d(np.geomspace(*REVIEWERS, points), TOLD)
    values = np.empty((len(NUMBERS), len(COMPUTES), points, len(reviewers)))
    for row, gamma in enumerate(gammas):
        changes = {"capability.worker": "frontier", "supervision.verification_gap": float(gamma)}
        catalog = base.replace(changes)
        for column, compute in enumerate(COMPUTES):
            line = tm.sweep(catalog, compute, over="supervision.headcount", values=reviewers)
            values[:, column, row] = [line[name].values for name in NUMBERS]
    dims = ("compute", "gamma", "reviewers")
    coords = {"compute": list(COMPUTES), "gamma": gammas, "reviewers": reviewers}
    arrays = zip(NUMBERS, values, strict=True)
    return xr.Dataset({name: (dims, array) for name, array in arrays}, coords)


def answer(result: xr.Dataset) -> str:
    """One sentence, from the numbers."""

    def numbers(name: str, compute: float, reviewers: float) -> str:
        row = result[name].sel(compute=compute, reviewers=reviewers)
        ends = (
            float(row.sel(gamma=gamma, method="nearest"))
            for gamma in (GAMMAS[0], 0, 0.1, GAMMAS[1])
        )
        return ", ".join(f"{value:.2f}" if value < 100 else f"{value:.0f}" for value in ends)

    few, many = TOLD
    late = COMPUTES[-1]
    return (
        f"With {few:g} reviewers research goes {numbers('throughput_speedup', COMPUTES[0], few)} "
        f"times as fast as people alone at {COMPUTES[0]:g} FLOP/year, and "
        f"{numbers('throughput_speedup', late, few)} times at {late:g}, at gamma "
        f"{GAMMAS[0]:g}, 0, 0.1 and {GAMMAS[1]:g}; with {many:g} it goes "
        f"{numbers('throughput_speedup', late, many)} times at {late:g}, and oversight costs "
        f"{numbers('oversight_cost', late, many)} times output."
    )


def draw(result: xr.Dataset):
    """The speed-up by gamma and reviewers at both computes, with contours of oversight's cost."""
    from matplotlib.colors import LogNorm
    from matplotlib.figure import Figure

    from taskmodel.plots import page
    from taskmodel.plots.panels import labelled_ticks
    from taskmodel.plots.words import power_text

    speedups = result["throughput_speedup"].values
    norm = LogNorm(1.0, float(speedups.max()))
    with page.figure_style() as size:
        figure = Figure(figsize=(180 / page.INCH, 88 / page.INCH), layout="constrained")
        panels = figure.subplots(1, 2, sharey=True)
        for axes, compute in zip(panels, COMPUTES, strict=True):
            state = result.sel(compute=compute)
            drawn = (result["gamma"], result["reviewers"], state["throughput_speedup"].T)
            image = axes.pcolormesh(*drawn, norm=norm, cmap="viridis", shading="gouraud")
            cost = state["oversight_cost"].values.T
            lines = axes.contour(
                result["gamma"], result["reviewers"], cost, levels=COSTS, colors="white",
                linewidths=0.9,
            )  # fmt: skip
            axes.clabel(lines, fmt="%g×", fontsize=size - 1.5)
            axes.set_yscale("log")
            axes.set_xticks(TICKS)
            axes.set_title(f"at {power_text(compute)} FLOP/year", loc="left")
            axes.set_xlabel("gamma: 0, checking is no harder\nfor better models [1]")
        labelled_ticks(panels[0].yaxis, (10, 100, 1000, 10_000), "{:,}".format)
        panels[0].set_ylabel("people who only review")
        bar = figure.colorbar(image, ax=panels, label="research over people alone [1]")
        ticks = [tick for tick in (1, 2, 3, 5, 10, 20, 50, 100) if tick <= norm.vmax]
        labelled_ticks(bar.ax.yaxis, ticks, "{:g}".format)
        figure.suptitle(
            "Research, by how much harder checking gets and by reviewers; white: cost of oversight",
            x=0.01,
            ha="left",
            fontsize=size + 0.5,
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
    parser.add_argument(
        "--points", type=int, default=POINTS, help=f"values in each direction (default: {POINTS})"
    )
    options = parser.parse_args(arguments)
    from taskmodel import plots

    result = maps(options.points)
    print(answer(result))
    plots.save(draw(result), Path(options.output) / "does_verification_get_harder")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
