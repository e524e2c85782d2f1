"""Random organisations drawn anew by `make explore`: an allocation is right or refused."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from judge import judge
from organisations import random_organisation
from sizes import examples

SEEDS = st.integers(0, 2**32 - 1)
FEW = settings(max_examples=examples(3), deadline=None)


@FEW
@given(SEEDS)
def test_elasticities_from_a_half_over_eight_decades_are_solved(seed):
    rng = np.random.default_rng(seed)
    refused, wrong = judge([random_organisation(rng, 8, (0.5, 0.9, 1.0, 1.5, 4.0))])
    assert not wrong
    assert not refused


@FEW
@given(SEEDS)
def test_any_elasticity_over_three_decades_is_solved(seed):
    refused, wrong = judge([random_organisation(np.random.default_rng(seed), 3)])
    assert not wrong
    assert not refused


@FEW
@given(SEEDS, st.sampled_from([8, 12, 16]))
def test_any_elasticity_over_many_decades_is_solved_or_refused_but_never_wrong(seed, decades):
    _, wrong = judge([random_organisation(np.random.default_rng(seed), decades)])
    assert not wrong


@FEW
@given(SEEDS, st.sampled_from([3, 8, 16]))
def test_leontief_and_nearly_leontief_nests_are_solved_or_refused_but_never_wrong(seed, decades):
    """Elasticities of 0 and 0.1, at which prices are hardest to determine."""
    _, wrong = judge([random_organisation(np.random.default_rng(seed), decades, (0.0, 0.1))])
    assert not wrong
