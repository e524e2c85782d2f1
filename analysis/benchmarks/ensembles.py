"""Cost of an ensemble of the default catalog, against a loop over `taskmodel.sweep`.

Draws of 200 points are solved with events and without, in as many threads as there are processors,
and as many of them as are asked for one by one with `taskmodel.sweep`, in one process. Times are
scaled to 4,096 draws (819,200 optima); the slowest draw is shown apart, for a few draws whose modes
are tied but for rounding take most of the time. Memory is the largest of the process.

Usage: python analysis/benchmarks/ensembles.py [--draws N] [--sweeps N] [--first N]
"""

from __future__ import annotations

import argparse
import resource
import time

import numpy as np

import taskmodel as tm
from taskmodel.uncertainty import sampler

WHOLE, POINTS = 4096, 200
FEW = ("output", "throughput_speedup", "latency_speedup", "speedup")  # without ceilings


def seconds(work) -> tuple[float, float]:
    """Wall-clock and processor time of a call."""
    clock, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - clock, time.process_time() - processor


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--draws", type=int, default=256)
    parser.add_argument("--sweeps", type=int, default=8)
    parser.add_argument("--first", type=int, default=0, help="number of the first draw")
    options = parser.parse_args()
    catalog = tm.load_catalog("alignment_research")
    grid = catalog.compute.grid
    points = np.geomspace(grid.low, grid.high, POINTS)
    numbers = np.arange(options.first, options.first + options.draws)

    def drawn(**choices):
        return lambda: tm.ensemble(catalog, numbers, 1, points, **choices)

    tm.ensemble(catalog, numbers[:2], 1, points)
    print(f"{'':34}{'ms a draw':>11}{'processor':>11}{'s for 4,096':>13}")
    for name, work in (
        ("events, all variables", drawn()),
        ("events, without ceilings", drawn(keep=FEW)),
        ("optima alone, without ceilings", drawn(keep=FEW, events=False)),
    ):
        wall, processor = (1e3 * value / options.draws for value in seconds(work))
        print(f"{name:34}{wall:11.1f}{processor:11.1f}{wall * WHOLE / 1e3:13.1f}", flush=True)
    single = [seconds(lambda row=row: tm.ensemble(catalog, [row], 1, points))[0] for row in numbers]
    print(f"{'one by one, median and slowest':34}{1e3 * np.median(single):11.1f}", end="")
    print(f"{1e3 * max(single):11.1f}  (draw {numbers[int(np.argmax(single))]})")
    columns = sampler(catalog).draw(numbers[: options.sweeps], 1)
    catalogs = [
        catalog.replace({path: float(column[row]) for path, column in columns.items()})
        for row in range(min(options.sweeps, options.draws))
    ]
    sweeps = [seconds(lambda each=each: tm.sweep(each, points))[0] for each in catalogs]
    print(f"{'taskmodel.sweep, median':34}{1e3 * np.median(sweeps):11.1f}")
    print(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
