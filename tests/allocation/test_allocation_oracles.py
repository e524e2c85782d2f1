"""Independent optima: HiGHS for Leontief nests, Clarabel on a conic model of any nest."""

import numpy as np
import pytest
from oracles import conic_program, linear_program
from organisations import random_organisation
from sizes import cases

from taskmodel.allocation import allocate


@pytest.mark.parametrize("decades", [3, 8])
def test_highs_finds_the_same_optimum_where_every_nest_is_leontief(decades):
    rng = np.random.default_rng(60)
    for _ in range(cases(20, 50)):
        organisation = random_organisation(rng, decades, (0.0,))
        expected = linear_program(organisation)
        assert expected is not None
        assert allocate(*organisation.problem).output == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("levels", [1, 2, 3])
def test_clarabel_finds_the_same_optimum_wherever_it_finds_one(levels):
    rng = np.random.default_rng(61)
    solved, tried = 0, cases(12, 40)
    for _ in range(tried):
        organisation = random_organisation(rng, 3, levels=levels)
        if (expected := conic_program(organisation)) is not None:
            assert allocate(*organisation.problem).output == pytest.approx(expected, rel=1e-6)
            solved += 1
    print(f"{levels} levels: Clarabel failed on {tried - solved} of {tried}")
    assert solved >= tried // 2


@pytest.mark.parametrize("elasticity", [0, 0.1, 0.5, 0.9, 1, 1.5, 4])
def test_clarabel_finds_the_same_optimum_at_each_elasticity(elasticity):
    rng = np.random.default_rng(62)
    solved = 0
    for _ in range(8):
        organisation = random_organisation(rng, 3, (elasticity,), tasks=12)
        if (expected := conic_program(organisation)) is not None:
            assert allocate(*organisation.problem).output == pytest.approx(expected, rel=1e-6)
            solved += 1
    print(f"elasticity {elasticity}: Clarabel failed on {8 - solved} of 8")
    assert solved >= 4
