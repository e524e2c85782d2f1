"""Cost and memory of ensembles that are written to a store, and the plan for larger ones.

For every number of draws and of worker processes a store is written, with all events and variables
unless --keep or --no-events says otherwise. Memory is the largest sum over all processes of what
each has for itself plus its part of what they share (PSS), and the largest of one of them.
Processor time is that of all processes from the first chunk on; it does not depend on what else
runs on the machine, as wall-clock time does.

The plan scales what the last store has measured to --plan draws: bytes and files of chunks,
checksums in the manifest, tasks that a scheduler knows of at a time, and processor hours.

Usage: python analysis/benchmarks/store.py [--draws N,N...] [--workers N,N...] [--plan N]
"""

from __future__ import annotations

import argparse
import pickle
import shutil
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import psutil

import taskmodel as tm
from taskmodel.stores.crews import AHEAD
from taskmodel.stores.layout import variables_over_draws
from taskmodel.stores.manifest import SECTION, read_manifest

PAUSE = 0.5  # seconds between two samples of memory
WIDTHS = (10, 9, 11, 11, 11, 9)


class Meter:
    """Samples processor time and memory of this process and its children."""

    def __init__(self) -> None:
        self.together = self.largest = 0.0
        self.processor: dict[int, float] = {}
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Meter:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._done.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._done.wait(PAUSE):
            self.sample()

    def sample(self) -> float:
        """Return the processor time of all processes so far [s]."""
        me, sizes = psutil.Process(), []
        for process in (me, *me.children(recursive=True)):
            try:
                times = process.cpu_times()
                sizes.append(process.memory_full_info().pss / 1e6)
            except (psutil.NoSuchProcess, psutil.AccessDenied):
                continue
            self.processor[process.pid] = times.user + times.system
        self.together = max(self.together, sum(sizes))
        self.largest = max(self.largest, *sizes)
        return sum(self.processor.values())


def measured(path: Path, catalog, draws: int, workers: int, options: dict) -> dict[str, float]:
    """Write a store, and return what it costs from the first finished chunk on."""
    clock: list[tuple[int, float, float]] = []
    with Meter() as meter:

        def report(progress) -> None:
            if len(clock) < 2 or progress.finished == progress.draws:
                clock.append((progress.finished, time.perf_counter(), meter.sample()))

        tm.store_ensemble(path, catalog, draws, workers=workers, report=report, **options)
    (begun, since, spent), (ended, until, total) = clock[1], clock[-1]
    share = max(ended - begun, 1)
    return {
        "wall": 1e3 * (until - since) / share,
        "processor": 1e3 * (total - spent) / share,
        "together": meter.together,
        "largest": meter.largest,
    }


def plan(path: Path, catalog, draws: int, processor: float, chunk: int) -> dict[str, float]:
    """Return what a store of more draws takes, from one that was written.

    Parameters
    ----------
    path : Path
    catalog : Catalog
    draws, chunk : int
        Of the larger store.
    processor : float
        Processor time of a draw [ms].
    """
    manifest = read_manifest(path)
    stored = sum(seal.bytes for seal in manifest.finished.values()) / manifest.draws
    opened = tm.open(path)
    plain = sum(opened[name].nbytes for name in variables_over_draws(path)) / manifest.draws
    chunks = -(-draws // chunk)
    line = len(str(manifest.finished[0].record())) + len(str(chunks)) + 8
    return {
        "draws": draws,
        "chunks": chunks,
        "files of chunks": chunks * len(variables_over_draws(path)),
        "files of the manifest": -(-chunks // SECTION),
        "GB of the manifest": chunks * line / 1e9,
        "GB stored": stored * draws / 1e9,
        "GB in memory, all at once": plain * draws / 1e9,
        "MB of a chunk": plain * chunk / 1e6,
        "tasks known at a time, of 1,000 threads": AHEAD * 1000,
        "MB of these tasks": AHEAD * 1000 * len(pickle.dumps(catalog)) / 1e6,
        "processor hours": draws * processor / 3.6e6,
        "days on 1,000 processors": draws * processor / 8.64e7 / 1000,
    }


def numbers(text: str) -> list[int]:
    """Return whole numbers separated by commas, such as 1e4,1e5."""
    return [int(float(part)) for part in text.split(",")]


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--catalog", default="t_agi_ladder")
    parser.add_argument("--draws", type=numbers, default=[10_000])
    parser.add_argument("--workers", type=numbers, default=[1, 2])
    parser.add_argument("--points", type=int, default=50)
    parser.add_argument("--chunk", type=int, default=1024)
    parser.add_argument("--keep", type=lambda text: text.split(","))
    parser.add_argument("--no-events", action="store_true")
    parser.add_argument("--plan", type=lambda text: int(float(text)), default=1_000_000_000)
    parser.add_argument("--plan-chunk", type=int, default=16_384)
    options = parser.parse_args()
    catalog = tm.load_catalog(options.catalog)
    grid = catalog.compute.grid
    choices = {
        "compute": np.geomspace(grid.low, grid.high, options.points),
        "chunk": options.chunk,
        "keep": options.keep,
        "events": not options.no_events,
    }
    print(f"{options.catalog}, {options.points} points")
    heads = ("draws", "workers", "ms a draw", "processor", "MB in all", "largest")
    print("".join(f"{head:>{width}}" for head, width in zip(heads, WIDTHS, strict=True)))
    with tempfile.TemporaryDirectory() as folder:
        for draws in options.draws:
            for workers in options.workers:
                path = Path(folder) / "F.zarr"
                shutil.rmtree(path, ignore_errors=True)
                cost = measured(path, catalog, draws, workers, choices)
                cells = (
                    f"{draws:,}",
                    f"{workers}",
                    f"{cost['wall']:.2f}",
                    f"{cost['processor']:.2f}",
                    f"{cost['together']:.0f}",
                    f"{cost['largest']:.0f}",
                )
                line = (f"{cell:>{width}}" for cell, width in zip(cells, WIDTHS, strict=True))
                print("".join(line), flush=True)
        print(f"\nPlan for chunks of {options.plan_chunk:,} draws")
        rows = plan(path, catalog, options.plan, cost["processor"], options.plan_chunk)
        for name, value in rows.items():
            print(f"{name:42}{value:18,.3g}" if value < 100 else f"{name:42}{value:18,.0f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
