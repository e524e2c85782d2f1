"""Sweeps of random catalogs against brute force: no event missed, none invented, each in its place."""

import numpy as np
import pytest
from brute_force import disagreements
from random_catalogs import HIGH, LOW, multi_factor_catalog

import taskmodel as tm
from taskmodel.walker import Walker

CATALOGS = 40  # of 300 that were tried once; those take ten minutes, these one or two
GRID = 300  # points of the brute force: 60 to a power of ten, where the mesh of the sweep has 24
WIDTH = 1e-7  # relative, to which it narrows down the place of an event


@pytest.mark.parametrize("block", range(CATALOGS // 5))
def test_brute_force_finds_the_same_events_as_the_sweep(block):
    grid = np.geomspace(LOW, HIGH, GRID)
    for seed in range(5 * block, 5 * block + 5):
        catalog = multi_factor_catalog(np.random.default_rng(seed))
        events = tm.events(tm.sweep(catalog, compute=[LOW, HIGH]))
        assert disagreements(Walker(catalog), events, grid, WIDTH) == [], seed
