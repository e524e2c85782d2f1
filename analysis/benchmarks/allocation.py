"""Cost of an allocation, as a multiple of one evaluation of the unit cost c(p).

Work and unit are timed in one process in alternation, so that a busy machine slows both; medians of
several rounds are printed. The unit for one point is c(p) of one point, that for a batch is c(p) of
the same batch.

Usage: python analysis/benchmarks/allocation.py [--rounds N]
"""

from __future__ import annotations

import argparse
import time

import numpy as np

import taskmodel as tm
from taskmodel.allocation import Nest, allocate
from taskmodel.allocation.inputs import check_inputs
from taskmodel.organisation.organisation import organisation
from taskmodel.organisation.quantities import Quantities
from taskmodel.science.production import node_costs
from taskmodel.sweeps.walker import Walker

TARGETS = {
    "cold, one point": 100,
    "warm, along a sweep of 400": 20,
    "batch of 10,000 along a path": 20,
    "batch of 10,000 at random supplies": 150,
    "arrays at 200 values of a task's number": 100,
    "arrays of 4,096 draws of 30 numbers": 10,
}


def unit_cost_of(bundles, supply, nest, available):
    """A function that evaluates c(p) at every point, at equal prices."""
    problem = check_inputs(bundles, supply, nest, available).presolved().problem
    price = problem.scarce / problem.scarce.sum(axis=1, keepdims=True)

    def evaluate():
        cost = np.where(problem.open, problem.cost(price), np.inf).min(axis=-1)
        return node_costs(
            problem.tree,
            np.log(np.where(problem.dead, 1.0, cost)),
            problem.share,
            problem.elasticity,
        )

    return evaluate


def seconds(work, shortest=0.05) -> float:
    """Mean time of one call [s], over calls that take at least ``shortest`` seconds in total."""
    calls, begin = 0, time.perf_counter()
    while (passed := time.perf_counter() - begin) < shortest or not calls:
        work()
        calls += 1
    return passed / calls


def ratio(work, unit, rounds: int) -> tuple[float, float, float]:
    """Medians over rounds of work / unit and of the times of both [s]."""
    unit(), work()
    times = np.array([(seconds(work), seconds(unit)) for _ in range(rounds)])
    return float(np.median(times[:, 0] / times[:, 1])), *np.median(times, axis=0).tolist()


def cases(points: int):
    """The measurements: name, work and unit of each."""
    walker = Walker(tm.load_catalog("alignment_research", scenario="scarce_inference"))

    def arrays(compute):
        return walker.at(compute).arrays

    single = arrays(np.array([1e30]))
    yield "cold, one point", lambda: allocate(*single), unit_cost_of(*single)
    sweep = np.geomspace(1e26, 1e35, 400)
    path = arrays(sweep)
    neighbours = allocate(*arrays(sweep * 1.02))
    yield (
        "warm, along a sweep of 400",
        lambda: allocate(*path, start=neighbours),
        unit_cost_of(*path),
    )
    long = np.geomspace(1e26, 1e35, points)
    yield (
        f"batch of {points:,} along a path",
        lambda: walker.solve_path(long, np.zeros(points, dtype=bool)),
        unit_cost_of(*arrays(long)),
    )
    bundles, _, nest, available = single
    rng = np.random.default_rng(0)
    supply = walker.organisation.supply(1e30) * np.exp(
        rng.normal(size=(points, len(walker.organisation.factors)))
    )
    scattered = (bundles, supply, nest, available)
    yield (
        f"batch of {points:,} at random supplies",
        lambda: allocate(*scattered),
        unit_cost_of(*scattered),
    )
    yield from arrays_by_columns(single)
    yield (
        "whole sweep of 400 with all events, against allocating the points",
        lambda: tm.sweep(walker.catalog),
        lambda: walker.solve_path(sweep, np.zeros(400, dtype=bool)),
    )


def arrays_by_columns(single):
    """Measurements of the arrays of organisations that differ in numbers, without optima.

    The unit of draws is c(p) of as many points.
    """
    catalog = tm.load_catalog("alignment_research")
    quantities, rng = Quantities(catalog), np.random.default_rng(0)
    names = list(catalog.tasks)
    values = {"tasks.red_teaming.review_ratio": np.linspace(0.05, 1, 200)}
    yield (
        "arrays at 200 values of a task's number",
        lambda: organisation(quantities.with_columns(values)),
        unit_cost_of(*single),
    )
    paths = [
        *("supervision.headcount", "capability.slope", "production.elasticity"),
        *("latency.serial_speed", "compute.experiment_share", "capability.defect_probability"),
        *(f"tasks.{name}.{field}" for name in names[:12] for field in ("review_ratio", "horizon")),
    ]
    draws = {path: catalog.get(path) * np.exp(0.1 * rng.normal(size=4096)) for path in paths}
    many = Walker(catalog).at(np.geomspace(1e26, 1e35, 4096)).arrays
    yield (
        "arrays of 4,096 draws of 30 numbers",
        lambda: organisation(quantities.with_columns(draws)),
        unit_cost_of(*many),
    )


def random_problem(tasks: int, factors: int, points: int | None = None):
    """A flat organisation with two modes a task, at one point or at random supplies."""
    rng = np.random.default_rng(1)
    bundles = 10 ** rng.uniform(-1, 1, (tasks, 2, factors)) * (
        rng.random((tasks, 2, factors)) < 0.7
    )
    bundles[:, 0, 0] += 1.0
    supply = np.ones(factors) if points is None else np.exp(rng.normal(size=(points, factors)))
    return (
        bundles,
        supply,
        Nest(0.5, np.full(tasks, 1 / tasks), range(tasks)),
        np.ones((tasks, 2), dtype=bool),
    )


def growth():
    """Measurements of an allocation by the numbers of tasks, factors and points."""
    sizes = [(f"cold, one point, {tasks} tasks", (tasks, 4)) for tasks in (10, 30, 100, 300, 1000)]
    sizes += [
        (f"cold, one point, 100 tasks, {factors} factors", (100, factors)) for factors in (2, 8)
    ]
    sizes += [
        (f"batch of {points:,} at random supplies, 30 tasks", (30, 4, points))
        for points in (1, 10, 100, 1000)
    ]
    for name, size in sizes:
        problem = random_problem(*size)
        yield name, lambda problem=problem: allocate(*problem), unit_cost_of(*problem)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--points", type=int, default=10_000, help="size of the large batches (default: 10,000)"
    )
    options = parser.parse_args()
    print(f"{'':66}{'multiple':>10}{'target':>8}{'work [s]':>11}{'unit [s]':>11}")
    for name, work, unit in (*cases(options.points), *growth()):
        multiple, work_time, unit_time = ratio(work, unit, options.rounds)
        target = TARGETS.get(name, 3 if name.startswith("whole sweep") else None)
        goal = "" if target is None else target
        print(f"{name:66}{multiple:10.1f}{goal:>8}{work_time:11.4f}{unit_time:11.6f}", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
