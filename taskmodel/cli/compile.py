"""`taskmodel compile`: compile the numerical kernels now, in place of at their first use."""

from __future__ import annotations

import gc
import subprocess
import sys
import time
from argparse import Namespace

from taskmodel.cli.output import Answer
from taskmodel.cli.screen import progress
from taskmodel.errors import TaskmodelError

CATALOG, WORLD = "alignment_research", "davidson_best_guess"


def _walks() -> None:
    """Compile the walk along an axis, before anything that it could wait for."""
    import numpy as np

    import taskmodel as tm
    from taskmodel.sweeps.event_records import unmeasured
    from taskmodel.sweeps.line import stretch
    from taskmodel.sweeps.walker import Walker

    catalog = tm.load_catalog(CATALOG)
    walker, grid = Walker(catalog), catalog.compute.grid
    thresholds = walker.thresholds(grid.low, grid.high)
    stops = np.unique([grid.low, *thresholds, grid.high])
    stretch(walker, stops, thresholds, stops, unmeasured)


def _sweeps() -> None:
    """Compile what a sweep needs besides the walk: outputs, and measures of its solutions."""
    import taskmodel as tm

    catalog = tm.load_catalog(CATALOG)
    tm.sweep(catalog)
    # where a level of oversight's cost is crossed
    tm.sweep(catalog, over="supervision.headcount", values=[10, 100, 1000, 10_000])
    # what the next hour of a pool adds
    for scenario in ("verification_gap", "todays_field"):
        tm.sweep(tm.load_catalog(CATALOG, scenario=scenario))
    # along the compute of a takeoff
    tm.alignment_beside(tm.simulate(WORLD), catalog)


def _organisations() -> None:
    """Compile optima of organisations, outputs, derivatives, and the times of paths."""
    import numpy as np

    import taskmodel as tm
    from taskmodel.allocation import Nest, allocate
    from taskmodel.sweeps._ceilings import ceilings
    from taskmodel.sweeps.walker import Walker

    # two tasks whose hours run short: the split of the second is at its limit
    bundles = np.zeros((3, 2, 3))
    bundles[0, 0, 0] = 1.0
    bundles[1:, 0, 1], bundles[1:, 1, 1:] = (2.0, 4.0), 1.0
    modes = np.array([[True, False], [True, True], [True, True]])
    allocate(bundles, [1.0, 4.4, 10.0], Nest(0.0, [0.2, 0.4, 0.4], [0, 1, 2]), modes)
    catalog = tm.load_catalog(CATALOG)
    ceilings(Walker(catalog).at(np.array([1e30])))
    tm.elasticities(catalog)
    for queues in (False, True):
        tm.latency(tm.load_catalog(CATALOG, set={"latency.count_queues": queues}))


def _takeoff() -> None:
    """Compile the takeoff model, with tasks that are counted and with a continuum."""
    import taskmodel as tm

    for tasks in (2, None):
        tm.simulate(WORLD, {"n_labour_tasks": tasks, "t_end": 2022.1})


GROUPS = {"walks": _walks, "sweeps": _sweeps, "organisations": _organisations, "takeoff": _takeoff}
# One process for each, of about equal work. By the time that the first has compiled the walk, the
# second has compiled the search for an optimum, which both need, and the first loads it.
PROCESSES = (("takeoff", "walks", "sweeps"), ("organisations",))


def compile_here(names: list[str]) -> None:
    """Compile some groups of kernels in this process, and remove what older versions left.

    numba makes millions of objects that refer to each other, and the garbage collector would go
    through all of them time and again, for a seventh of the time. It looks at the young ones alone,
    and less often; the process ends with its work.
    """
    from taskmodel.compiled import remove_outdated

    gc.set_threshold(10_000, 50, 1_000)
    for name in names:
        GROUPS[name]()
    remove_outdated()


def answer(args: Namespace) -> Answer:
    """Solve small cases of everything that has kernels, in several processes at once."""
    from taskmodel.compiled import COMPILES

    begin = time.perf_counter()
    if COMPILES:
        with progress("compiling", args.quiet):
            _compile()
    seconds = time.perf_counter() - begin
    return Answer(
        {"compiled": COMPILES, "seconds": seconds},
        lambda: [
            "The kernels of sweeps, organisations and takeoff are compiled, in "
            f"{seconds:.0f} s; later processes load them."
            if COMPILES
            else "numba is not installed: kernels run as plain Python, and more slowly. "
            "To compile them: pip install numba"
        ],
    )


def _compile() -> None:
    """Run all groups; a `TaskmodelError` says which one failed, and how."""
    code = "import sys; from taskmodel.cli.compile import compile_here; compile_here(sys.argv[1:])"
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", code, *names],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for names in PROCESSES
    ]
    try:
        errors = [process.communicate()[1] for process in processes]
    finally:
        # ended before them, as by a signal: nobody waits for their kernels
        for process in processes:
            process.terminate()
            process.wait()
    for names, process, error in zip(PROCESSES, processes, errors, strict=True):
        if process.returncode:
            raise TaskmodelError(f"compiling {' and '.join(names)} failed:\n{error}")
