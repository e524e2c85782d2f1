"""Organisations in which optima are hard to tell: right by weak duality, or refused."""

import json
from pathlib import Path

import numpy as np
import pytest
from hard_organisations import CORNER, USUAL, hard_organisation
from judge import judge
from organisations import Organisation, log_unit_cost, random_organisation
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


def test_answers_are_right_and_refusals_rare_where_powers_overflow_or_vanish():
    """Powers of 50 and of a million over twelve orders of magnitude."""
    count = cases(10, 2000)
    refused, wrong = judged(CORNER, count)
    assert not wrong
    assert len(refused) <= 0.002 * count


# Seeds of organisations that were refused or wrong, each a kind of its own.
CLOSE_SUBSTITUTES = (139, 105, 66)  # elasticities of a million, of 50, and of all kinds
IDLE_SUBSTITUTES_WITH_TIES = (2369, 1478)
TIES_TO_ROUNDING = (650,)


@pytest.mark.parametrize("number", CLOSE_SUBSTITUTES)
def test_close_substitutes_are_solved(number):
    """A share is the millionth power of a cost: neither Newton nor rounding reaches it."""
    assert solved([20261129, number])


@pytest.mark.parametrize("number", IDLE_SUBSTITUTES_WITH_TIES)
def test_tied_modes_of_a_task_that_vanishes_are_no_equations(number):
    assert solved([20261129, number])


@pytest.mark.parametrize("number", TIES_TO_ROUNDING)
def test_ties_that_hold_to_rounding_do_not_take_needed_prices_away(number):
    assert solved([20261129, number], USUAL)


def test_the_gap_is_that_of_the_split_that_is_reported():
    assert solved([20261129, 2464])


@pytest.mark.parametrize("seed", [912, [20261129, 6298]])
def test_a_price_without_which_an_idle_task_would_be_free_is_not_zero(seed):
    """The second has tied modes as well, and needs 1e14 of a factor for each unit."""
    assert solved(seed)


def test_fifteen_tasks_of_elasticity_50_and_eight_factors_have_an_optimum():
    """As reported: an eigenvalue decomposition did not converge."""
    case = Path(__file__).parents[1] / "data/cases/allocate_linalg_sigma50_factors8.json"
    given = json.loads(case.read_text(encoding="utf-8"))
    arrays = np.array(given["bundles"]), np.array(given["supply"])
    organisation = Organisation(*arrays, Nest(*given["nest"]), np.array(given["available"]))
    assert judge([organisation]) == ({}, {})


# Of 12,000 organisations of the usual kind, and of 8,000 hard ones, those that were refused: their
# prices of 1e-20 to 1e-50 are identified at a mu between the handovers that there were.
@pytest.mark.parametrize("number", [361, 2644, 10639])
def test_prices_of_any_size_are_told_from_zero(number):
    rng = np.random.default_rng([20261129, number])
    assert judge([random_organisation(rng, 8)]) == ({}, {})


@pytest.mark.parametrize("number", [2831, 6065])
def test_paths_that_must_be_followed_slowly_are_followed_to_their_end(number):
    assert solved([20261129, number], USUAL)


def solved(seed, elasticities=CORNER):
    """Whether a hard organisation has an answer, and a right one."""
    organisation = hard_organisation(np.random.default_rng(seed), elasticities)
    refused, wrong = judge([organisation])
    return not (refused or wrong)


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
