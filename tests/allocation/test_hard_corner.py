"""Organisations in which optima are hard to tell: right by weak duality, or refused."""

import numpy as np
import pytest
from hard_organisations import CORNER, USUAL, hard_organisation
from judge import judge
from organisations import log_unit_cost
from sizes import cases

from taskmodel.allocation import Nest, allocate


def judged(elasticities, count):
    """The refused and the wrong of some organisations."""
    return judge(
        hard_organisation(np.random.default_rng(seed), elasticities) for seed in range(count)
    )


def test_answers_are_certified_and_refusals_rare():
    count = cases(30, 2000)
    refused, wrong = judged(USUAL, count)
    assert not wrong
    assert len(refused) <= 0.001 * count


def test_no_answer_is_wrong_where_powers_overflow_or_vanish():
    """Many are refused: powers of 50 and of a million over twelve orders of magnitude."""
    _, wrong = judged(CORNER, cases(10, 2000))
    assert not wrong


@pytest.mark.parametrize("elasticity", [1 - 1e-8, 1 + 1e-8, 1 - 1e-14, 0.999999, 0.5, 1.0])
@pytest.mark.parametrize("shares", [[0.7, 0.2, 0.1], [0.3333333333] * 3])
def test_one_factor_and_bundles_of_one_give_its_supply(elasticity, shares):
    nest = Nest(elasticity, shares, [0, 1, 2])
    allocation = allocate([[[1.0]]] * 3, [100.0], nest)
    assert allocation.output == pytest.approx(100, rel=1e-13)


@pytest.mark.parametrize("share", [1e-290, 1e-17])
@pytest.mark.parametrize("elasticity", [0.5, 1 - 1e-9, 1.5])
def test_a_task_of_almost_no_share_may_be_dearer(share, elasticity):
    nest = Nest(elasticity, [share, 1.0], [0, 1])
    costs = np.array([1e8, 1e-8])
    allocation = allocate(costs[:, None, None], [1.0], nest)
    expected = -log_unit_cost(nest, np.log(costs.astype(np.longdouble)))
    assert np.log(allocation.output) == pytest.approx(float(expected), rel=1e-13)


def test_output_below_the_smallest_number_is_zero():
    """Just above 1, what cannot be done leaves next to nothing of the rest."""
    nest = Nest(1 + 1e-9, [0.8, 0.2], [0, 1])
    allocation = allocate([[[1.0]], [[1.0]]], [1.0], nest, [[True], [False]])
    assert allocation.status == "zero"
    assert allocation.output == 0
    assert not allocation.activity.any()


def test_a_gap_below_zero_is_no_certificate():
    # 0.8^(1 / 0.1) of the output remains
    nest = Nest(1.1, [0.8, 0.2], [0, 1])
    allocation = allocate([[[1.0]], [[1.0]]], [1.0], nest, [[True], [False]])
    assert allocation.output == pytest.approx(0.8**10, rel=1e-12)
    assert abs(allocation.gap) < 1e-12
