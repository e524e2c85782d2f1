"""Compiled and plain kernels give the same allocations."""

import pickle
import subprocess
import sys

import numpy as np
import pytest
from linked import random_linked
from locations import TESTS
from organisations import random_organisation
from sizes import cases

from taskmodel.allocation import allocate
from taskmodel.compiled import COMPILES

DECADES = (3, 8, 14, 25)
ORGANISATIONS = cases(25, 100)
PROGRAM = """
import pickle, sys
sys.modules["numba"] = None  # as where it is not installed
sys.path[:0] = sys.argv[1:]
from taskmodel.compiled import COMPILES
from test_plain_kernels import answers
assert not COMPILES
sys.stdout.buffer.write(pickle.dumps(answers()))
"""


def answers():
    """Output, prices and work of organisations, by name."""
    rng, result = np.random.default_rng(3), []
    for i in range(ORGANISATIONS):
        organisation = random_organisation(
            rng, DECADES[i % len(DECADES)], tasks=int(rng.integers(2, 16))
        )
        if i % 25 == 0:
            organisation = random_linked(rng, 3, tasks=int(rng.integers(2, 6)))
        optimum = allocate(*organisation.problem, throw=False)
        names = ("output", "shadow_price", "factor_elasticity", "activity", "usable", "status")
        result.append({name: np.asarray(getattr(optimum, name)) for name in names})
    return result


def test_without_numba_allocations_are_the_same():
    assert COMPILES
    arguments = [sys.executable, "-c", PROGRAM, str(TESTS), str(TESTS / "allocation")]
    written = subprocess.run(arguments, capture_output=True, check=True).stdout
    for compiled, plain in zip(answers(), pickle.loads(written), strict=True):
        assert compiled["status"] == plain["status"]
        assert np.array_equal(compiled["usable"], plain["usable"])
        assert compiled["output"] == pytest.approx(plain["output"], rel=1e-12, nan_ok=True)
        for name in ("shadow_price", "factor_elasticity", "activity"):
            size = np.abs(plain[name]).max(initial=0.0)
            assert compiled[name] == pytest.approx(
                plain[name], rel=1e-12, abs=1e-12 * size, nan_ok=True
            ), name
