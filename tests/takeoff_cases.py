"""The reference's parameter sets and the output of its program, for the tests of takeoff."""

import csv
import json
from functools import cache
from math import exp

from locations import DATA

from taskmodel.takeoff.davidson.world import load_world

CASES = json.loads((DATA / "takeoff_cases.json").read_text())["cases"]
FIXTURES = json.loads((DATA / "takeoff_fixtures.json").read_text())


def task_weights(division):
    """Weights beta of task 0 and of each other task, scaled to a sum of 1, as in the reference."""
    log_odds = division.log_first * (1 - division.psi)
    return 1 / (1 + exp(-log_odds)), 1 / (1 + exp(log_odds))


@cache
def world_of(case):
    """The world of a case, and the step of the reference's run."""
    settings = dict(CASES[case]["set"])
    step = settings.pop("t_step", 0.1)
    return load_world(CASES[case]["world"], settings or None), step


@cache
def table(name):
    """Rows of a table by case; an empty cell is None."""
    rows = {}
    with open(DATA / f"takeoff_{name}.csv", newline="") as file:
        for row in csv.DictReader(file):
            rows.setdefault(row.pop("case"), []).append(
                {key: value or None for key, value in row.items()}
            )
    return rows
