"""What following the takeoff model through time costs, as multiples of a unit timed beside it.

The units: one evaluation of the four derivatives (three divisions of labour and compute over a hundred tasks), and the
reference's own stepping by 0.1 years, which is 780 of the same with reports. Everything is timed in one process, alternating
with its unit, so that a busy machine slows both; medians of several rounds are printed.

Usage: python analysis/benchmarks/takeoff.py [--rounds N]
"""

from __future__ import annotations

import argparse
import math

from allocation import ratio

import taskmodel as tm
from taskmodel.takeoff import load_world
from taskmodel.takeoff.economy import economy
from taskmodel.takeoff.flow import Flow
from taskmodel.takeoff.reference import step_through
from taskmodel.takeoff.requirements import Family
from taskmodel.takeoff.rules import rules
from taskmodel.takeoff.simulation import TOLERANCE
from taskmodel.takeoff.solve import solve
from taskmodel.takeoff.two_factors import Division, TaskSums


def flow_of(changes=None) -> Flow:
    """The equations of the best guess."""
    given = load_world("davidson_best_guess", changes).numbers()
    return Flow(economy(given), rules(given))


def derivative_of(flow: Flow):
    """One evaluation of the derivatives in the middle of the takeoff, as a function to be timed."""
    path = solve(flow, TOLERANCE)
    place = path.place(15.0)
    state, market = path.state(15.0), path.market(15.0)
    return lambda: flow.derivative(15.0, state, market, path.modes[place], path.seen[place].hints)


def runs():
    """Measurements of whole runs: name, work, unit."""
    flow = flow_of()
    unit = derivative_of(flow)

    def stepped():
        return step_through(flow.economy, flow.rules, 0.1)

    yield "solved to 2100 at a tolerance of 1e-6, in evaluations", lambda: solve(flow, 1e-6), unit
    yield f"solved to 2100 at the default, {TOLERANCE:g}, in evaluations", lambda: solve(flow, TOLERANCE), unit
    yield "the same, against the reference's stepping by 0.1 years", lambda: solve(flow, TOLERANCE), stepped
    for words, tasks in (("a continuum of tasks", None), ("400 tasks", 400)):
        other = flow_of({"n_labour_tasks": tasks})
        yield f"the same with {words}, against that stepping", lambda other=other: solve(other, TOLERANCE), stepped
    yield "tm.simulate with its report and milestones, against that stepping", lambda: tm.simulate("davidson_best_guess"), stepped


def divisions():
    """How one division of labour and compute grows with the number of tasks, found without a hint."""

    def work(tasks: int):
        family = Family(tasks, (1e36, 1e4, 0.0), (5e23, 10.0, 0.0), 1.5, math.log(30.0))
        division = Division(TaskSums(family, -0.5), 0.01, math.log(4e9), math.log(2e28))
        log_run = math.log(1e33)
        reach = family.reach(log_run)
        return lambda: division.divide(math.log(4.7e9), math.log(1e34), log_run, reach)

    for tasks in (1_000, 10_000, 100_000):
        yield f"division over {tasks:,} tasks, against one over 100", work(tasks), work(100)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    print(f"{'':66}{'multiple':>10}{'work [s]':>11}{'unit [s]':>11}")
    for name, work, unit in (*runs(), *divisions()):
        multiple, spent, base = ratio(work, unit, options.rounds)
        print(f"{name:66}{multiple:10.1f}{spent:11.4f}{base:11.6f}", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
