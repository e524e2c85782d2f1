"""The list schedule of independent units, by which published results on shared work are checked."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sizes import examples

from taskmodel.validation.computations import makespan

ROUNDING = 1 + 1e-12  # sums of the same numbers in another order


def shortest_schedule(units, workers):
    """The shortest makespan, by trying every worker for every unit."""
    schedules = itertools.product(range(workers), repeat=len(units))
    return min(max(np.bincount(plan, weights=units, minlength=workers)) for plan in schedules)


@settings(max_examples=examples(40), deadline=None)
@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=6), st.integers(1, 3))
def test_longest_first_is_within_grahams_bound_of_the_shortest_schedule(units, workers):
    best, bound = shortest_schedule(units, workers), 4 / 3 - 1 / (3 * workers)
    assert best / ROUNDING <= makespan(np.array(units), workers) <= bound * best * ROUNDING


@given(st.lists(st.floats(0, 100), max_size=60), st.integers(1, 80))
def test_makespan_lies_between_the_bounds_of_brent(units, workers):
    mean, longest = sum(units) / workers, max(units, default=0)
    highest = mean + (1 - 1 / workers) * longest
    assert max(mean, longest) / ROUNDING <= makespan(np.array(units), workers)
    assert makespan(np.array(units), workers) <= highest * ROUNDING


def test_one_worker_takes_the_total_and_enough_workers_the_longest_unit():
    units = np.array([3.0, 1.0, 2.0])
    assert [makespan(units, workers) for workers in (1, 3, 10**9)] == pytest.approx([6, 3, 3])
