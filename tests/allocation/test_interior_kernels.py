"""The interior point of an allocation: laws of the central path, and the optimum it leads to."""

import numpy as np
import pytest
from organisations import random_organisation

from taskmodel.allocation import Nest, allocate
from taskmodel.allocation.active_set import instances_of
from taskmodel.allocation.central_point_kernels import (
    BOLD,
    CAREFUL,
    central_point,
    interior_start,
    interior_workspace,
)
from taskmodel.allocation.central_step_kernels import linearise
from taskmodel.allocation.inputs import check_inputs
from taskmodel.allocation.interior_kernels import DONE, LOST, SHORT, identify, interior
from taskmodel.allocation.regime_kernels import ELASTICITY, SHARE, instance_of
from taskmodel.numerics.accuracy import TRACE
from taskmodel.numerics.matrix_kernels import eliminate
from taskmodel.science.production_kernels import unit_costs

DECADES = (3, 8, 14, 25)


def begun(problem):
    """Nests and instance of a point, its starting point and the arrays to work in."""
    nests, case = problem.tree.nests, instance_of(instances_of(problem), 0)
    leaves, modes, factors = case.bundle.shape
    iterate = central_point(leaves, modes, len(nests.parent), factors)
    work = interior_workspace(leaves, modes, len(nests.parent), factors)
    interior_start(nests, case, iterate, work)
    return nests, case, iterate, work


def identified(nests, case, iterate):
    """The arrays that `identify` fills, by name."""
    factors = len(case.scarce)
    result = {
        "active": np.zeros(case.open.shape, bool),
        "priced": np.zeros(factors, bool),
        "price": np.full(factors, np.nan),
        "mode_share": np.full(case.open.shape, np.nan),
        "guess": np.full(factors, np.nan),
        "guess_used": np.full(factors, np.nan),
    }
    identify(nests, case, iterate, *result.values())
    return result


def problems(seed, number):
    """Organisations, and their problems, with something to produce and something scarce."""
    rng = np.random.default_rng(seed)
    for i in range(number):
        organisation = random_organisation(rng, DECADES[i % len(DECADES)])
        ready = check_inputs(*organisation.problem).presolved()
        if not (ready.free[0] or ready.impossible[0]):
            yield organisation, ready.problem


def test_pairs_multiply_to_mu_and_factors_balance():
    for _, problem in problems(8, 20):
        nests, case, iterate, work = begun(problem)
        if interior(nests, case, iterate, work, CAREFUL, 1e-6) != DONE:
            continue
        mu, _ = linearise(nests, case, iterate, work.terms, False)
        assert 0.5e-7 < mu < 5e-7  # the last step aims at a tenth of mu
        assert iterate.mode_share.sum(axis=1) == pytest.approx((~case.dead).astype(float))
        assert np.all(iterate.mode_share[~case.open] == 0)
        assert np.all(iterate.price[case.scarce] > 0)


def test_shares_of_close_substitutes_are_those_of_costs_at_the_end_of_the_path():
    for number in range(6):
        organisation = random_organisation(np.random.default_rng(number), 6, (0.5, 50.0, 1e6))
        nests, case, iterate, work = begun(check_inputs(*organisation.problem).presolved().problem)
        leaves, terms = len(case.dead), work.terms
        if interior(nests, case, iterate, work, CAREFUL, 1e-9) != DONE:
            continue
        assert np.array_equal(iterate.sigma[leaves:], case.nest[ELASTICITY, leaves:])
        _, off = linearise(nests, case, iterate, terms, True)
        assert off < 1e-4  # the last step has lowered mu once more
        kept = terms.theta.copy()
        unit_costs(nests, case.nest[SHARE], iterate.sigma, leaves, terms.log_cost, terms.theta)
        assert kept == pytest.approx(terms.theta, abs=1e-4)


def test_prices_approach_those_of_the_optimum():
    for organisation, problem in problems(9, 20):
        nests, case, iterate, work = begun(problem)
        if interior(nests, case, iterate, work, BOLD, 1e-9) != DONE:
            continue
        exact = allocate(*organisation.problem)
        if exact.status == "optimal":
            assert iterate.price == pytest.approx(exact.factor_elasticity, abs=1e-5)
        sets = identified(nests, case, iterate)
        assert np.all(sets["price"][~sets["priced"] & case.scarce] == TRACE)


def test_without_steps_a_run_falls_short_and_without_numbers_it_is_lost():
    _, problem = next(problems(10, 1))
    nests, case, iterate, work = begun(problem)
    short = BOLD._replace(steps=2)
    assert interior(nests, case, iterate, work, short, 1e-9) == SHORT
    iterate.unused[np.argmax(case.scarce)] = np.nan
    assert interior(nests, case, iterate, work, BOLD, 1e-9) == LOST


def test_a_tied_mode_that_pays_nothing_is_given_a_price():
    # one task in two modes: the first uses factor 0, which is priced, the second factors 1 and 2
    bundles = np.array([[[1.0, 0.0, 0.0], [0.0, 1.0, 2.0]]])
    problem = check_inputs(bundles, [1.0, 1.0, 1.0], Nest(0.5, [1.0], [0]), None)
    nests, case, iterate, _ = begun(problem.presolved().problem)
    iterate.price[:] = 0.8, 0.1, 0.1
    iterate.price_stays[:] = 1.0, 0.0, 0.0
    iterate.mode_share[:] = 0.5
    sets = identified(nests, case, iterate)
    assert sets["active"].all()
    assert sets["priced"].tolist() == [True, False, True]
    assert sets["price"].tolist() == [0.8, TRACE, 0.1]
    iterate.share_stays[0, 1], iterate.mode_share[0, 1] = 0.0, 0.1
    sets = identified(nests, case, iterate)
    assert sets["active"].tolist() == [[True, False]]
    assert sets["priced"].tolist() == [True, False, False]


def test_elimination_solves_and_refuses_singular_matrices():
    rng = np.random.default_rng(12)
    for n in (1, 2, 5, 9):
        matrix, right = rng.normal(size=(n, n)), rng.normal(size=(n, 2))
        matrix[0, 0] = 0.0 if n > 1 else 3.0  # needs another pivot
        a, b = matrix.copy(), right.copy()
        assert eliminate(a, b, n, 2)
        assert b == pytest.approx(np.linalg.solve(matrix, right), rel=1e-9)
    for value in (0.0, np.nan):
        assert not eliminate(np.array([[1.0, 1.0], [1.0, 1.0 + value]]), np.ones((2, 1)), 2, 1)
