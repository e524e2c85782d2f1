"""Random catalogs drawn anew by `make explore`: brute force confirms the events of the sweep."""

import numpy as np
from brute_force import disagreements
from hypothesis import given, settings
from hypothesis import strategies as st
from laws import unless_refused
from random_catalogs import HIGH, LOW, multi_factor_catalog
from sizes import examples

import taskmodel as tm
from taskmodel.sweeps.walker import Walker

GRID = np.geomspace(LOW, HIGH, 300)  # points of the brute force: 60 per decade, the sweep has 24
WIDTH = 1e-7  # relative width to which brute force narrows the position of an event


@settings(max_examples=examples(3), deadline=None)
@given(st.integers(0, 2**32 - 1))
@unless_refused
def test_brute_force_finds_the_events_of_the_sweep_of_any_catalog(seed):
    catalog = multi_factor_catalog(np.random.default_rng(seed))
    events = tm.events(tm.sweep(catalog, compute=[LOW, HIGH]))
    assert disagreements(Walker(catalog), events, GRID, WIDTH) == []
