"""Cost of a takeoff simulation, as multiples of a unit timed in alternation.

The units: a thousand evaluations of the four derivatives (each three divisions of labour and
compute over a hundred tasks), the reference's own stepping by 0.1 years, and a single solution.
Everything is timed in one process, alternating with its unit, so that a busy machine slows both;
medians of several rounds are printed.

Usage: python analysis/benchmarks/takeoff.py [--rounds N] [--draws N]
"""

from __future__ import annotations

import argparse
import math

import numpy as np
from allocation import ratio

import taskmodel as tm
from taskmodel.compiled import allocating
from taskmodel.takeoff import load_world
from taskmodel.takeoff.davidson.division import Division
from taskmodel.takeoff.davidson.economy import economy
from taskmodel.takeoff.davidson.era_kernels import step_at
from taskmodel.takeoff.davidson.flow import Flow
from taskmodel.takeoff.davidson.headlines import dates
from taskmodel.takeoff.davidson.moment_kernels import see
from taskmodel.takeoff.davidson.reference import step_through
from taskmodel.takeoff.davidson.requirements import Family
from taskmodel.takeoff.davidson.rules import rules
from taskmodel.takeoff.davidson.simulation import TOLERANCE
from taskmodel.takeoff.davidson.solution import solve
from taskmodel.takeoff.davidson.table_kernels import HINT, SEEN_COLUMNS
from taskmodel.takeoff.davidson.track import Continuous


def flow_of(changes=None) -> Flow:
    """The equations of the best guess, with changed parameters."""
    numbers = load_world("davidson_best_guess", changes).numbers()
    return Flow(economy(numbers), rules(numbers))


@allocating
def evaluate(tables, steps, rows, times, start, hints, seen):
    """Evaluate the derivatives at some times."""
    for time in times:
        row = step_at(steps, rows, time)
        for i in range(3):
            hints[i] = start[row, i]
        see(tables, steps, rows, row, time, hints, seen)


def derivative_of(flow: Flow):
    """A function that evaluates the derivatives a thousand times in the middle of the takeoff."""
    path, times = solve(flow, TOLERANCE), np.linspace(14.5, 15.5, 1000)
    start = path.steps.seen[:, HINT:].copy()
    hints, seen = np.empty(3), np.empty(SEEN_COLUMNS)
    return lambda: evaluate(flow.tables, path.steps, path.count, times, start, hints, seen)


HOLD = {
    "solved to 2100 at the default": 2.3,
    f"in one thread at {TOLERANCE:g}": 1.5,
}  # multiples, by part of the name
COARSE = 1e-4  # a tolerance at which dates are within a thousandth of a year
DRAWN = {
    "full_automation_requirements_training": (1e34, 1e38),
    "flop_gap_training": (1e2, 1e6),
    "hardware_returns": (3, 7),
}


def solve_and_date(flow: Flow, tolerance: float):
    """Solve a world and return its headline years."""
    track = Continuous(flow.economy, solve(flow, tolerance))
    return dates(lambda mark: track.reached(mark) or math.nan, flow.rules.trigger)


def runs():
    """Measurements of whole runs: name, work, unit."""
    flow = flow_of()
    unit = derivative_of(flow)

    def stepped():
        return step_through(flow.economy, flow.rules, 0.1)

    yield (
        f"solved to 2100 at a tolerance of {COARSE:g}, in 1000 evaluations",
        lambda: solve(flow, COARSE),
        unit,
    )
    yield (
        f"solved to 2100 at the default, {TOLERANCE:g}, in 1000 evaluations",
        lambda: solve(flow, TOLERANCE),
        unit,
    )
    world = load_world("davidson_best_guess")
    yield (
        "tm.simulate with its report and milestones, against solving",
        lambda: tm.simulate(world),
        lambda: solve(flow, TOLERANCE),
    )
    yield (
        f"solved at {COARSE:g}, with headline years, against that stepping",
        lambda: solve_and_date(flow, COARSE),
        stepped,
    )
    yield (
        "solved at the default, with headline years, against that stepping",
        lambda: solve_and_date(flow, TOLERANCE),
        stepped,
    )
    for name, tasks in (("a continuum of tasks", None), ("400 tasks", 400)):
        variant = flow_of({"n_labour_tasks": tasks})
        yield (
            f"the same with {name}, against that stepping",
            lambda variant=variant: solve_and_date(variant, TOLERANCE),
            stepped,
        )


def draws(count: int):
    """Many draws, against as many solutions of one world."""
    rng, flow = np.random.default_rng(1), flow_of()
    columns = {name: low * (high / low) ** rng.random(count) for name, (low, high) in DRAWN.items()}
    world = load_world("davidson_best_guess")
    for tolerance in (COARSE, TOLERANCE):
        yield (
            f"{count:,} draws in one thread at {tolerance:g}, against one solution",
            lambda tolerance=tolerance: tm.simulate_draws(world, columns, tolerance=tolerance),
            lambda tolerance=tolerance: solve(flow, tolerance),
            count,
        )


def divisions():
    """Cost of one division of labour and compute by the number of tasks, without a start value."""

    def work(tasks: int):
        family = Family(tasks, (1e36, 1e4, 0.0), (5e23, 10.0, 0.0), 1.5, math.log(30.0))
        division = Division(family, -0.5, 0.01, math.log(4e9), math.log(2e28))
        log_run = math.log(1e33)
        reach = family.reach(log_run)
        return lambda: division.divide(math.log(4.7e9), math.log(1e34), log_run, reach)

    for tasks in (10, 1_000, 10_000, 100_000):
        yield f"division over {tasks:,} tasks, against one over 100", work(tasks), work(100)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--draws", type=int, default=500)
    options = parser.parse_args()
    print(f"{'':66}{'multiple':>10}{'hold':>7}{'work [s]':>11}{'unit [s]':>11}")
    for name, work, unit, *times in (*runs(), *divisions(), *draws(options.draws)):
        multiple, work_time, unit_time = ratio(work, unit, options.rounds)
        multiple /= times[0] if times else 1
        hold = next((limit for text, limit in HOLD.items() if text in name), "")
        print(f"{name:66}{multiple:10.2f}{hold:>7}{work_time:11.4f}{unit_time:11.6f}", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
