"""What does the evidence of 2026 leave of the answer?

Inputs: the bundled catalog `alignment_research` with the intervals of its numbers, and the bundled
moments `2026`, measured and reported effects of AI, each with the width of its statement about the
model.

Output: `calibrated_2026.svg` and `.png` in the folder given, and the answer on stdout: the
speed-up today, and the effective compute at which oversight becomes the bottleneck, before and
after. The figure has each measurement beside what the model says of it, before and after.

Answer: the evidence leaves the median of today's speed-up where it was, and moves that of the
bottleneck of oversight to less compute; the band of the first narrows to less than half, that of
the second from five powers of ten to two. The script prints both, and the measurements that are
not met.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import xarray as xr

import taskmodel as tm
from taskmodel.uncertainty import sampler

SPEEDUP, PLACE = "throughput_speedup_today", "oversight_bottleneck_from"


def answers(catalog, found: xr.Dataset, draws: int) -> dict[str, xr.Dataset]:
    """Bands of the answers of prior draws and of draws resampled by their weights."""
    before = sampler(catalog).draw(draws)
    weight = found["weight"].values
    places = (np.arange(draws) + 0.5) / draws
    rows = np.searchsorted(np.cumsum(weight) / weight.sum(), places)
    numbers = found["number"].values.tolist()
    after = {name: found["value"].values[rows, column] for column, name in enumerate(numbers)}
    today = [catalog.compute.today.value]
    return {
        label: tm.bands(tm.ensemble(catalog, columns, compute=today, keep=["throughput_speedup"]))
        for label, columns in (("before", before), ("after", after))
    }


def sentence(result: dict[str, xr.Dataset], found: xr.Dataset) -> str:
    """Say what the evidence does to both answers, and what is not met."""

    def text(label: str, name: str, digits: str) -> str:
        low, median, high = result[label][name].values
        return f"{median:{digits}} ({low:{digits}} to {high:{digits}})"

    unmet = [str(name) for name in found["moment"].values[~found["met"].values]]
    missed = f"not met: {', '.join(unmet)}" if unmet else "every measurement is met"
    return (
        f"The evidence moves today's speed-up from {text('before', SPEEDUP, '.2f')} to "
        f"{text('after', SPEEDUP, '.2f')}, and the compute at which oversight is the bottleneck "
        f"from {text('before', PLACE, '.1e')} to {text('after', PLACE, '.1e')} FLOP/year; {missed}."
    )


def draw(found: xr.Dataset):
    """What was observed, and the model before and after, in widths of each measurement."""
    from matplotlib.figure import Figure

    from taskmodel.plots import page

    names = found["moment"].values.tolist()
    low, high = found["observed_low"].values, found["observed_high"].values
    scale = np.where(high > low, high - low, 1.0)

    def placed(values):
        return (values - found["observed"].values) / scale

    series = {
        "observed": (np.stack([low, found["observed"].values, high]), page.BLACK),
        "before": (found["output_prior"].values, page.GREY),
        "after": (found["output_posterior"].values, page.VERMILLION),
    }
    with page.figure_style() as size:
        height = 25 + 8 * len(names)
        figure = Figure(figsize=(180 / page.INCH, height / page.INCH), layout="constrained")
        axes = figure.subplots()
        for row, (label, (values, colour)) in enumerate(series.items()):
            start, middle, end = map(placed, values)
            across = np.arange(len(names)) + 0.22 * (row - 1)
            axes.hlines(across, start, end, color=colour, linewidth=1.4, label=label)
            axes.plot(middle, across, "o", color=colour, markersize=3)
        axes.set_yticks(range(len(names)), [name.replace("_", " ") for name in names])
        axes.invert_yaxis()
        axes.set_xlim(-3, 6)
        axes.axvline(0, color=page.PALE, linewidth=0.6)
        axes.set_xlabel("distance from what was observed, in widths of its 90 % interval")
        axes.set_title("What was measured, and the model before and after", loc="left")
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
    parser.add_argument("--catalog", default="alignment_research", help="bundled name or file")
    parser.add_argument("--moments", default="2026", help="bundled name or file of the evidence")
    parser.add_argument("--weighted", type=int, default=8192, help="draws that are weighted")
    parser.add_argument("--draws", type=int, default=256, help="draws of the answers")
    options = parser.parse_args(arguments)
    from taskmodel import plots

    catalog = tm.load_catalog(options.catalog)
    found = tm.calibrate(catalog, options.moments, options.weighted)
    print(sentence(answers(catalog, found, options.draws), found))
    plots.save(draw(found), Path(options.output) / "calibrated_2026")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
