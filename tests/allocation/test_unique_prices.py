"""Prices that are known to be unique without a linear program, against linear programs."""

import numpy as np
import pytest

from taskmodel.allocation import Nest, allocate
from taskmodel.allocation.inputs import check_inputs
from taskmodel.allocation.price_ranges import elasticity_range
from taskmodel.allocation.solver import optima_of
from taskmodel.allocation.uniqueness_kernels import FAIR, PRICES_OPEN

# what a linear program resolves of a range that is none
RESOLVED = 2e-7


def optimum(bundles, supply, nest, available=None):
    """The problem of one organisation, its regime, and the code of its uniqueness."""
    problem = check_inputs(bundles, supply, nest, available).presolved().problem
    regime, code, _, _ = optima_of(problem)
    return problem, regime, int(code[0])


@pytest.mark.parametrize("elasticity", [0.02, 0.05, 0.1])
def test_a_factor_in_great_excess_among_complements_has_no_price(elasticity):
    # both tasks are used up; the price of the first runs with the power -1/elasticity of its excess
    supply = [10.0 ** (90 * elasticity), 1.0]
    bundles, nest = [[[1.0, 0.0]], [[0.0, 1.0]]], Nest(elasticity, [0.5, 0.5], [0, 1])
    problem, regime, code = optimum(bundles, supply, nest)
    assert code <= FAIR
    price, ends = elasticity_range(problem, regime, 0)
    assert ends == pytest.approx(np.array([[0, 0], [1, 1]]), abs=RESOLVED)
    assert allocate(bundles, supply, nest).factor_elasticity == pytest.approx(price, abs=RESOLVED)


@pytest.mark.parametrize("missing", [1e-10, 1e-9, 1e-8, 1e-7, 1e-5])
def test_a_price_that_has_nearly_run_down_is_unique(missing):
    # of the second factor there is hardly less than is used where it costs nothing
    bundles, nest = [[[1.0, 0.0]], [[1.0, 2.0]]], Nest(0.4, [0.5, 0.5], [0, 1])
    supply = [1.0, 1.0 - missing]
    problem, regime, code = optimum(bundles, supply, nest)
    assert code <= FAIR
    # demand for it falls with its price at the elasticity of substitution
    price, ends = elasticity_range(problem, regime, 0)
    assert ends[:, 0] == pytest.approx(ends[:, 1], abs=RESOLVED)
    assert price[1] == pytest.approx(missing / 0.4, rel=0.1, abs=1e-12)


def test_a_kink_is_left_to_linear_programs():
    # without substitution any price clears two factors in exact proportion
    bundles, nest = [[[1.0, 0.0]], [[0.0, 1.0]]], Nest(0.0, [0.5, 0.5], [0, 1])
    assert optimum(bundles, [1.0, 1.0], nest)[2] == PRICES_OPEN
    assert allocate(bundles, [1.0, 1.0], nest).status == "kink"


@pytest.mark.parametrize("elasticity", [0.0, 0.5, 1.0, 2.0])
def test_a_tie_holds_prices_only_in_the_direction_that_breaks_it(elasticity):
    # the modes tie where the first price is twice the second, whatever that of the third is
    bundles = [[[2.0, 1.0, 1.0], [1.0, 3.0, 1.0]]]
    problem, regime, code = optimum(bundles, [1.5, 2.0, 1.0], Nest(elasticity, [1.0], [0]))
    assert code == PRICES_OPEN
    assert regime.active.all()
    _, ends = elasticity_range(problem, regime, 0)
    assert ends == pytest.approx(np.array([[0, 0.6], [0, 0.4], [0, 1]]), abs=RESOLVED)


@pytest.mark.parametrize("seed", range(60))
def test_prices_that_are_unique_have_no_range(seed):
    rng = np.random.default_rng(seed)
    tasks, modes, factors = 4, 2, 3
    bundles = 10 ** rng.uniform(-2, 1, (tasks, modes, factors))
    bundles[rng.random(bundles.shape) < 0.5] = 0.0
    bundles[:, 0, 0] += 0.1
    # complements, with factors in proportion or in excess by many orders of magnitude
    nest = Nest(
        float(rng.choice([0.0, 0.03, 0.1, 0.5])), rng.dirichlet(np.ones(tasks)), range(tasks)
    )
    supply = 10 ** rng.choice([0.0, 1.0, 4.0, 9.0], factors)
    problem, regime, code = optimum(bundles, supply, nest)
    price, ends = elasticity_range(problem, regime, 0)
    if code < PRICES_OPEN:
        assert (ends[:, 1] - ends[:, 0] < RESOLVED).all()
        reported = allocate(bundles, supply, nest).factor_elasticity
        assert reported == pytest.approx(price, abs=RESOLVED)
