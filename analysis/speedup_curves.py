"""Does alignment research speed up as fast as capability R&D, under the same human oversight?

Inputs: the bundled catalogs `alignment_research` and `ml_capability_rnd`, which share people,
compute and rules, each with full review of AI's work and with review thinned to the policy floors.

Output: `speedup_curves.svg` and `.png` in the folder given, and the answer on stdout.

Answer, with the catalogs as bundled: no. Capability R&D pulls ahead before today's compute is
reached, is furthest ahead when nearly all its tasks are open and the long tasks of alignment
research are not, and stays ahead when everything that may be delegated is automated: its results
are easier to check, so an hour of review carries more research. Thinner review widens the gap. The
script prints by how much.
"""

from __future__ import annotations

import argparse

import numpy as np
import xarray as xr

import taskmodel as tm

FIELDS = {"alignment research": "alignment_research", "capability R&D": "ml_capability_rnd"}
RULES = {"full review": "full", "review at the floors": "floor"}


def curves(points: int) -> xr.Dataset:
    """Sweeps at `points` of the default axis, by ``scenario`` "field, rule"."""
    catalogs = {
        f"{field}, {rule}": tm.load_catalog(name, set={"supervision.coverage": coverage})
        for field, name in FIELDS.items()
        for rule, coverage in RULES.items()
    }
    grid = next(iter(catalogs.values())).compute.grid
    return tm.compare(catalogs, compute=np.geomspace(grid.low, grid.high, points))


def answer(result: xr.Dataset) -> str:
    """The answer in sentences, with its numbers."""
    lines = []
    for rule in RULES:
        both = [result.sel(scenario=f"{field}, {rule}") for field in FIELDS]
        final = [float(field["throughput_speedup"][-1]) for field in both]
        ratio = (both[1]["throughput_speedup"] / both[0]["throughput_speedup"]).values
        peak = int(ratio.argmax())
        now = int(np.searchsorted(result["compute"].values, float(result["today"][0]))) - 1
        lines.append(
            f"{rule}: at today's compute capability R&D is {ratio[now]:.2f} times as fast as "
            f"alignment research, at {result['compute'].values[peak]:.1e} FLOP/year "
            f"{ratio[peak]:.2f} times, in the end {ratio[-1]:.2f} times "
            f"({final[1]:.2f}x against {final[0]:.2f}x)."
        )
    return "\n".join(lines)


def draw(result: xr.Dataset):
    """Throughput of both fields under both rules, and below it the ratio of the fields."""
    from matplotlib.figure import Figure

    from taskmodel.plots import page

    with page.figure_style() as size:
        figure = Figure(figsize=(180 / page.INCH, 120 / page.INCH), layout="constrained")
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[2, 1])
        colours = dict(zip(FIELDS, (page.BLUE, page.VERMILLION), strict=True))
        styles = dict(zip(RULES, ("-", "--"), strict=True))
        compute = result["compute"].values
        for field, colour in colours.items():
            for rule, style in styles.items():
                line = result["throughput_speedup"].sel(scenario=f"{field}, {rule}").values
                upper.plot(
                    compute, line, style, color=colour, drawstyle="steps-post", linewidth=1.3
                )
                label_end(upper, f"{field}, {rule}", (compute[-1], line[-1]), size, colour)
        for rule, style in styles.items():
            both = [
                result["throughput_speedup"].sel(scenario=f"{field}, {rule}").values
                for field in FIELDS
            ]
            ratio = both[1] / both[0]
            lower.plot(
                compute, ratio, style, color=page.BLACK, drawstyle="steps-post", linewidth=1.1
            )
            label_end(lower, rule, (compute[-1], ratio[-1]), size, page.BLACK)
        today = float(result["today"].values.flat[0])
        for axes in (upper, lower):
            axes.axvline(today, color=page.GREY, linewidth=0.7, linestyle=":")
        upper.annotate(
            "today",
            (today, 0.97),
            (3, 0),
            xycoords=("data", "axes fraction"),
            va="top",
            textcoords="offset points",
            color=page.GREY,
            size=size,
        )
        page.draw_compute_axis(lower, compute, 180, size, labels=True)
        upper.set(
            yscale="log",
            ylabel="throughput speed-up [1]",
            title="Alignment research and capability R&D under the same oversight",
        )
        upper.set_yticks([1, 2, 5, 10, 20], labels=["1", "2", "5", "10", "20"])
        upper.minorticks_off()
        lower.set(ylabel="capability R&D\nrelative to alignment [1]")
    return figure


def label_end(axes, label: str, end: tuple[float, float], size: float, colour: str):
    """Label a curve above its right end."""
    axes.annotate(
        label,
        end,
        (-3, 3),
        textcoords="offset points",
        ha="right",
        va="bottom",
        color=colour,
        size=size,
    )


def main(arguments: list[str] | None = None) -> int:
    """Answer, draw and save."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "-o", "--output", default=".", help="folder for the figure (default: this one)"
    )
    parser.add_argument(
        "--points", type=int, default=400, help="points along the compute axis (default: 400)"
    )
    options = parser.parse_args(arguments)
    from pathlib import Path

    from taskmodel import plots

    result = curves(options.points)
    print(answer(result))
    plots.save(draw(result), Path(options.output) / "speedup_curves")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
