"""Compiled and plain kernels give the same numbers."""

import json
import subprocess
import sys

import pytest

import taskmodel as tm
from taskmodel.compiled import COMPILES

CHANGES = [
    {"n_labour_tasks": 10, "t_end": 2034},
    {"n_labour_tasks": None, "t_end": 2023},
    {"n_labour_tasks": 5, "t_end": 2030, "labour_substitution_goods": 0.0, "hardware_delay": 0.01},
]
PROGRAM = """
import json, sys
sys.modules["numba"] = None  # as where it is not installed
import taskmodel as tm
from taskmodel.compiled import COMPILES
assert not COMPILES
for changes in json.loads(sys.argv[1]):
    world = tm.simulate("davidson_best_guess", changes)
    print(json.dumps([world[name].values.tolist() for name in ("gwp", "software", "event_time")]))
"""


def test_without_numba_worlds_are_the_same():
    assert COMPILES
    arguments = [sys.executable, "-c", PROGRAM, json.dumps(CHANGES)]
    lines = subprocess.run(arguments, capture_output=True, text=True, check=True).stdout
    for changes, line in zip(CHANGES, lines.splitlines(), strict=True):
        world = tm.simulate("davidson_best_guess", changes)
        for name, plain in zip(("gwp", "software", "event_time"), json.loads(line), strict=True):
            # the exponential functions of both may differ in the last digit
            assert world[name].values.tolist() == pytest.approx(plain, rel=1e-9), name
