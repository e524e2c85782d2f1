"""Cost of sweeps and optima in compiled code.

Everything is timed in one process, in alternation with its unit, in CPU time, after a first call;
medians of several rounds are printed. Units: u, one compiled evaluation of the unit cost of the
default catalog's 38 tasks; L, a million times ``total += number * number`` in plain Python. The
catalog of many tasks has copies of the 38 with lengths and review ratios of their own. Sweeps along
compute have 400 points, along other inputs 200.

Limits: of a sweep the compiled walk is the smaller part, the optima without review are a larger
one, and most is the overhead of NumPy and xarray. Along inputs on which costs do not depend
linearly, the positions of events are located again with exact numbers, and slopes are taken at five
positions each to seek peaks.

Usage: python analysis/benchmarks/core.py [--rounds N] [--tasks N]
"""

from __future__ import annotations

import argparse
import statistics
import time
import tracemalloc

import numpy as np
from measures import copied

import taskmodel as tm
from taskmodel.allocation import greatest_output
from taskmodel.allocation.inputs import check_inputs
from taskmodel.science.production_kernels import spread_shares, unit_costs
from taskmodel.sweeps.walker import Walker

TARGETS = {
    "one of 20,000 optima along compute, against 1,000 u": 15,
    "sweep of 400 points": 0.55,
    "sweep of many tasks, against that of 38": 100,
}


def loop() -> int:
    """The unit L."""
    total = 0
    for number in range(1_000_000):
        total += number * number
    return total


def milliseconds(work) -> float:
    """CPU time of one call [ms]."""
    begin = time.process_time()
    work()
    return 1e3 * (time.process_time() - begin)


def compare(name: str, work, unit, rounds: int, per: float = 1.0) -> None:
    """Print the medians of a work, of its unit and of their ratio."""
    work(), unit()
    times = [(milliseconds(work) / per, milliseconds(unit)) for _ in range(rounds)]
    ratio = statistics.median(a / b for a, b in times)
    took = statistics.median(a for a, _ in times)
    target = f"   target {TARGETS[name]:.2f}" if name in TARGETS else ""
    print(f"{name:<58}{took:>10.3f} ms{ratio:>10.2f}{target}")


def unit_cost(catalog: tm.Catalog, repeats: int):
    """A function that evaluates the unit cost a number of times."""
    walker = Walker(catalog)
    organisations = check_inputs(*walker.at(np.array([1e30])).arrays)
    tree, share, elasticity = (
        organisations.tree,
        organisations.share[0],
        organisations.elasticity[0],
    )
    log_c, theta, weight = np.zeros(tree.nodes), np.zeros(tree.nodes), np.zeros(tree.nodes)

    def evaluate() -> None:
        for _ in range(repeats):
            unit_costs(tree.nests, share, elasticity, tree.leaves, log_c, theta)
            spread_shares(tree.nests, tree.leaves, theta, weight)

    return evaluate


def optima(catalog: tm.Catalog, points: int):
    """A function that solves optima at computes next to each other, one from the other."""
    arrays = Walker(catalog).at(np.geomspace(1e28, 1e33, points)).arrays
    return lambda: greatest_output(*arrays)


def varied(catalog: tm.Catalog, copies: int) -> tm.Catalog:
    """The catalog with every task in several copies, each with its own length and review ratio."""
    many, rng = copied(catalog, copies), np.random.default_rng(1)

    def changed(task):
        return task.model_copy(
            update={
                name: (quantity := getattr(task, name)).model_copy(
                    update={"value": quantity.value * float(np.exp(rng.uniform(-width, width)))}
                )
                for name, width in (("horizon", 3.0), ("review_ratio", 1.0))
            }
        )

    tasks = {name: changed(task) for name, task in many.tasks.items()}
    return many.model_copy(update={"tasks": tasks})


def sweeps(catalog: tm.Catalog):
    """Sweeps along compute and along inputs: name and work of each."""
    yield "sweep of 400 points", lambda: tm.sweep(catalog)
    inputs = {
        "a headcount": ("supervision.headcount", np.geomspace(10, 1e4, 200)),
        "a review ratio": ("tasks.red_teaming.review_ratio", np.geomspace(0.01, 1, 200)),
        "an elasticity of substitution": ("production.elasticity", np.linspace(0.2, 2, 200)),
        "a task's length": ("tasks.red_teaming.horizon", np.geomspace(1, 1e4, 200)),
    }
    for label, (path, values) in inputs.items():
        yield (
            f"sweep of 200 points along {label}",
            lambda path=path, values=values: tm.sweep(catalog, over=path, values=values),
        )
    yield (
        "a number replaced, and a sweep of 200 points",
        lambda: tm.sweep(
            catalog.replace({"supervision.headcount": 123.0}), np.geomspace(1e26, 1e36, 200)
        ),
    )
    yield (
        "map of 60 by 60 of what binds",
        lambda: tm.bottleneck_map(
            catalog,
            ("supervision.headcount", np.geomspace(1, 1e4, 60)),
            ("compute", np.geomspace(1e26, 1e35, 60)),
        ),
    )


def main() -> None:
    """Print the measurements."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--tasks", type=int, default=988)
    options = parser.parse_args()
    catalog = tm.load_catalog("alignment_research")
    print(f"{'':<58}{'CPU':>13}{'ratio':>10}")
    compare(
        "one of 20,000 optima along compute, against 1,000 u",
        optima(catalog, 20_000),
        unit_cost(catalog, 1000),
        options.rounds,
        per=20,
    )
    for name, work in sweeps(catalog):
        compare(name, work, loop, options.rounds)
    many = varied(catalog, options.tasks // 38)
    tracemalloc.start()
    result = tm.sweep(many)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    print(
        f"memory of a sweep of {len(many.tasks)} tasks: {peak / 1e6:.0f} MB, "
        f"{peak / result.nbytes:.1f} times its dataset, {result.sizes['event']} changes"
    )
    name = "sweep of many tasks, against that of 38"
    compare(name, lambda: tm.sweep(many), lambda: tm.sweep(catalog), 1)


if __name__ == "__main__":
    main()
