"""Events of sweeps of random catalogs, and their positions, against brute force."""

import numpy as np
import pytest
from brute_force import disagreements
from random_catalogs import HIGH, LOW, multi_factor_catalog
from sizes import cases

import taskmodel as tm
from taskmodel.sweeps.walker import Walker

CATALOGS = cases(5, 300)
GRID = 300  # points of the brute force: 60 per decade, where the mesh of the sweep has 24
WIDTH = 1e-7  # relative width to which brute force narrows the position of an event


@pytest.mark.parametrize("block", range(CATALOGS // 5))
def test_brute_force_finds_the_same_events_as_the_sweep(block):
    grid = np.geomspace(LOW, HIGH, GRID)
    for seed in range(5 * block, 5 * block + 5):
        catalog = multi_factor_catalog(np.random.default_rng(seed))
        events = tm.events(tm.sweep(catalog, compute=[LOW, HIGH]))
        assert disagreements(Walker(catalog), events, grid, WIDTH) == [], seed
