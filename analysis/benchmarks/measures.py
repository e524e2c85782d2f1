"""Cost of what a sweep does after its optima, in a million steps of a loop in plain Python.

Work and unit are timed in one process in alternation, so that a busy machine slows both; medians of
several rounds are printed. The optimum of people alone is left out. Many tasks are copies of those
of the default catalog, done in each open mode by equal parts. Memory is the largest in use at a
time above what was in use before, against the bytes of the arrays returned.

Usage: python analysis/benchmarks/measures.py [--rounds N]
"""

from __future__ import annotations

import argparse
import tracemalloc
from dataclasses import fields

import numpy as np
from allocation import ratio

import taskmodel as tm
from taskmodel.allocation import Allocation, allocate
from taskmodel.sweeps.dataset import EventTable, latency_dataset, sweep_dataset
from taskmodel.sweeps.walker import Walker

HOLD = {
    "measures, 1 point": 0.01,
    "measures, 400 points, 38 tasks": 0.06,
    "dataset, 400 points, 38 tasks": 0.2,
    "dataset, 400 points, 1,026 tasks": 1.5,
    "dataset, 400 points, 5,016 tasks": 7.5,
    "critical path, 1 point": 0.06,
}


def loop() -> int:
    """The unit."""
    total = 0
    for number in range(1_000_000):
        total += number * number
    return total


def copied(catalog: tm.Catalog, copies: int) -> tm.Catalog:
    """The catalog with every task in several copies, each in an order of its own."""
    tasks = {}
    for copy in range(copies):
        for name, task in catalog.tasks.items():
            share = task.share.model_copy(update={"value": task.share.value / copies})
            after = tuple(f"{earlier}_{copy}" for earlier in task.after)
            tasks[f"{name}_{copy}"] = task.model_copy(update={"share": share, "after": after})
    return catalog.model_copy(update={"tasks": tasks, "feedback_loops": ()})


def even_plan(walker: Walker, compute) -> Allocation:
    """A plan with equal activities in all open modes, not an optimum."""
    bundles, supply, _, opened = walker.at(compute).arrays
    activity = opened / opened.sum(axis=(1, 2), keepdims=True)
    used = np.einsum("ptm,tmk->pk", activity, bundles[0])
    elasticity = np.full_like(used, 1 / used.shape[1])
    return Allocation(
        output=np.ones(len(compute)),
        shadow_price=elasticity / np.where(np.isfinite(supply), supply, 1.0),
        factor_elasticity=elasticity,
        factor_elasticity_range=np.stack([elasticity, elasticity], axis=-1),
        activity=activity,
        usable=opened,
        priced=np.ones(used.shape, dtype=bool),
        factor_use=used,
        gap=np.zeros(len(compute)),
        status=np.full(len(compute), "optimal"),
        members=np.zeros((len(compute), 0)),
    )


def work_on(catalog: tm.Catalog, compute, optimal: bool):
    """Functions that compute the measures and the dataset of a sweep."""
    walker = Walker(catalog)
    situation, ones = walker.at(compute), np.ones(len(compute))
    plan = allocate(*situation.arrays) if optimal else even_plan(walker, compute)
    ceilings = dict.fromkeys(
        ("oversight_ceiling", "no_oversight_ceiling", "oversight_ceiling_full"), ones
    )
    ceilings["oversight_cost"] = ones
    events = EventTable(np.zeros(0), [], [], [], [])

    def dataset():
        measures = {**vars(situation.measure(plan)), **ceilings}
        return sweep_dataset(situation, walker.axis, compute, plan, measures, events, keep="all")

    return (
        lambda: situation.measure(plan),
        dataset,
        lambda: latency_dataset(catalog, situation, plan),
    )


def memory(work) -> float:
    """Peak memory of one call over the bytes of the arrays of its result."""
    work()
    tracemalloc.start()
    result = work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / sum(getattr(result, field.name).nbytes for field in fields(result))


def cases():
    """The measurements: name and work of each."""
    catalog = tm.load_catalog("alignment_research")
    # from here on experiments suffice for people alone: no optimum is computed
    grid = np.geomspace(1e31, 1e35, 400)
    measures, _, latency = work_on(catalog, grid[:1], True)
    yield "measures, 1 point", measures
    yield "critical path, 1 point", latency
    for copies in (1, 27, 132):
        size = f"400 points, {copies * len(catalog.tasks):,} tasks"
        measures, dataset, _ = work_on(copied(catalog, copies), grid, copies == 1)
        yield f"measures, {size}", measures
        yield f"dataset, {size}", dataset


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    print(f"{'':46}{'multiple':>10}{'hold':>7}{'work [s]':>11}{'unit [s]':>11}{'memory':>9}")
    for name, work in cases():
        multiple, work_time, unit_time = ratio(work, loop, options.rounds)
        hold = HOLD.get(name, "")
        peak = f"{memory(work):9.2f}" if name.startswith("measures") else ""
        print(
            f"{name:46}{multiple:10.4f}{hold:>7}{work_time:11.5f}{unit_time:11.5f}{peak}",
            flush=True,
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
