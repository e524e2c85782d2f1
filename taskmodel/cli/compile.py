"""`taskmodel compile`: compile the numerical kernels now, in place of at their first use."""

from __future__ import annotations

import time
from argparse import Namespace

from taskmodel.cli.output import Answer
from taskmodel.cli.screen import progress


def answer(args: Namespace) -> Answer:
    """Solve small worlds, with tasks that are counted and with a continuum."""
    from taskmodel.compiled import COMPILES
    from taskmodel.takeoff import simulate

    begin = time.perf_counter()
    with progress("compiling", args.quiet):
        for tasks in (2, None):
            simulate("davidson_best_guess", {"n_labour_tasks": tasks, "t_end": 2022.1})
    seconds = time.perf_counter() - begin
    return Answer(
        {"compiled": COMPILES, "seconds": seconds},
        lambda: [
            f"The takeoff model is compiled, in {seconds:.0f} s; later processes load it."
            if COMPILES
            else "numba is not installed: the takeoff model runs as plain Python, and more slowly. "
            "To compile it: pip install numba"
        ],
    )
