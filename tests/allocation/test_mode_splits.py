"""Fair splits of tied modes that the supply of a factor without a price limits, by hand.

Which modes some optimal plan uses is asked of linear programs besides, and the fair split of
quadratic ones.
"""

import cvxpy as cp
import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.optimize import linprog
from sizes import cases

from taskmodel.allocation import Nest, allocate


@pytest.mark.parametrize("inference", [1.3, 1.0, 0.9])
def test_tasks_that_need_less_of_a_limited_factor_are_done_more_by_ai(inference):
    """Three equal tasks, of which people do half, and AI with b_i of inference the other half.

    Of sum w_i = 3/2 and sum w_i b_i = 3 E the least sum of squares has w_i = 1/2 - beta (b_i - 3),
    beta = (3/2 - E)/var(b); without the limit all w_i would be 1/2, and use 3/2 of inference.
    """
    need = np.array([1.0, 2.0, 6.0])
    bundles = np.array([[[1, 0, 0], [0, 1, amount]] for amount in need])
    supply = [0.5, 0.5, inference]
    best = allocate(bundles, supply, Nest(0.5, [1 / 3, 1 / 3, 1 / 3], [0, 1, 2]))
    by_ai = 0.5 - (1.5 - inference) / need.var() * (need - 3)
    assert_allclose(best.output, 1, rtol=1e-9)
    assert_allclose(best.activity, np.stack([1 - by_ai, by_ai], axis=-1) / 3, rtol=1e-7)
    assert_allclose(best.factor_use, supply, rtol=1e-9)
    assert best.usable.all() and best.factor_elasticity[2] == 0


def largest_shares(bundles, supply, best):
    """Return the largest part of its task that each mode does in plans of the same output.

    Each is a linear program: tasks are done as much as in the optimum, and no factor is overused
    by more than 1e-10 of its supply. HiGHS keeps its constraints to 1e-7 of what they are about.
    """
    tasks, modes, factors = bundles.shape
    work, supply = best.activity.sum(axis=1), np.asarray(supply)
    use = (bundles * work[:, None, None]).reshape(tasks * modes, factors).T / supply[:, None]
    complete = np.kron(np.eye(tasks), np.ones(modes))
    found = []
    for mode in np.eye(tasks * modes):
        program = linprog(
            -mode, A_ub=use, b_ub=np.full(factors, 1 + 1e-10), A_eq=complete, b_eq=np.ones(tasks)
        )
        assert program.status == 0
        found.append(-program.fun)
    return np.reshape(found, (tasks, modes))


def test_a_mode_may_need_more_of_a_factor_of_which_enough_is_left():
    """The tied modes of one task use 0, 1, 1.5 and 2 hours of one factor, and what is left of 2.

    Of the mixes that use 1.9 hours the fair one leaves out the first two modes. Either may take
    part beside the last, the first in 0.05 of the work and the second in 0.1: they need an hour
    more of a third factor, of which half is left.
    """
    first = np.array([0.0, 1.0, 1.5, 2.0])
    bundles = np.array([np.stack([2 - first, first, [2, 2, 1, 1]], axis=-1)])
    supply = [0.1, 1.9, 2.0]
    best = allocate(bundles, supply, Nest(0.5, [1.0], [0]))
    assert best.activity[0] == pytest.approx([0, 0, 0.2, 0.8], abs=1e-9)
    shares = largest_shares(bundles, supply, best)
    assert_allclose(shares, [[0.05, 0.1, 0.2, 0.95]], rtol=1e-6)
    assert best.usable.all()


def test_a_mode_that_needs_more_of_a_factor_that_all_plans_use_up_carries_nothing():
    """Two tasks, of each a quarter is done; x and y of it in modes that need a third factor.

    The first factor is used up where (1/4 - x) + 2 x + 2 y = 1/2, and the third is not overused
    where 3 x + 2 y <= 1/4: so x = 0 and y = 1/8. At equal prices of the first two all modes cost 2.
    """
    bundles = np.array([[[1.0, 1, 0], [2, 0, 3]], [[0, 2, 0], [2, 0, 2]]])
    supply = [0.5, 0.5, 0.25]
    best = allocate(bundles, supply, Nest(1.0, [0.5, 0.5], [0, 1]))
    assert_allclose(best.activity, [[0.25, 0], [0.125, 0.125]], atol=1e-9)
    assert_allclose(largest_shares(bundles, supply, best), [[1, 0], [0.5, 0.5]], atol=1e-6)
    assert best.usable.tolist() == [[True, False], [True, True]]


@pytest.mark.parametrize("unit", [1 / 6, 1 / 7, 0.3, 1.0, 1e-3, 7e5])
def test_where_one_plan_alone_is_possible_no_idle_mode_is_told_as_usable(unit):
    """Three tasks, of each a unit is done, and the supplies suffice for the first modes alone.

    The first factor is used up, so that the last task is not done in its second mode; the third
    factor suffices for the first mode of the second task, and not for its other one.
    """
    bundles = np.array(
        [
            [[0.0, 2, 0, 0], [0, 2, 0, 0]],
            [[1, 1, 1, 1], [1, 1, 2, 0]],
            [[1, 1, 0, 0], [0, 2, 0, 0]],
        ]
    )
    supply = unit * np.array([2, 4, 1, 3.3])
    one_way = np.array([[True, False], [True, True], [True, True]])
    best = allocate(bundles, supply, Nest(1.0, [1 / 3, 1 / 3, 1 / 3], [0, 1, 2]), one_way)
    assert_allclose(best.activity / unit, [[1, 0], [1, 0], [1, 0]], atol=1e-9)
    shares = largest_shares(bundles, supply, best)
    assert_allclose(shares[1:], [[1, 0], [1, 0]], atol=1e-6)
    assert best.usable.tolist() == [[True, False]] * 3


def test_at_a_kink_modes_that_cost_more_are_not_usable():
    """At prices (1, 1)/2, of the least norm, the first mode costs 1 and the other 3/2."""
    best = allocate([[[1.0, 1.0], [3.0, 0.0]]], [1.0, 1.0], Nest(0.5, [1.0], [0]))
    assert best.status == "kink"
    assert best.usable.tolist() == [[True, False]]


def test_a_task_that_cannot_be_done_leaves_the_split_of_the_others():
    """Among substitutes; the other task is that of three tied modes, of which the first is idle."""
    bundles = np.array([[[2.0, 0], [1, 1], [0, 2]], np.ones((3, 2))])
    nest = Nest(2.0, [0.6, 0.4], [0, 1])
    best = allocate(bundles, [0.2, 1.8], nest, [[True] * 3, [False] * 3])
    assert_allclose(best.activity, [[0, 0.2, 0.8], [0, 0, 0]], atol=1e-9)
    assert best.usable.tolist() == [[True] * 3, [False] * 3]


def fairest_split(bundles, supply, cost_share):
    """Work in each mode in the fair split, by a quadratic program; a unit of any task costs 2."""
    work = cost_share / 2
    share = cp.Variable(bundles.shape[:2], nonneg=True)
    uses = [
        cp.sum(cp.multiply(share, bundles[..., k] * work[:, None])) / supply[k] <= 1
        for k in range(len(supply))
    ]
    weight = np.repeat(cost_share[:, None], bundles.shape[1], axis=1)
    uneven = cp.sum(cp.multiply(weight, share**2))
    problem = cp.Problem(cp.Minimize(uneven), [cp.sum(share, axis=1) == 1, *uses])
    problem.solve(solver=cp.CLARABEL)
    assert problem.status == cp.OPTIMAL
    return share.value * work[:, None]


def test_fair_splits_within_limits_are_those_of_a_quadratic_program():
    """Of random organisations in which all modes cost the same at equal prices.

    Supplies are what a plan uses that has some work in every mode: all are usable, and factors
    without a price suffice for it, some just so. Half of them have a task without a choice, half
    two identical modes of a task.
    """
    rng = np.random.default_rng(20261130)
    for number in range(cases(40, 400)):
        tasks, modes = rng.integers(2, 5), rng.integers(3, 6)
        priced, more = rng.integers(2, 4), rng.integers(1, 3)
        tied = 2 * rng.dirichlet(np.full(priced, rng.choice([0.3, 1.0])), (tasks, modes))
        needs = rng.uniform(0, 3, (tasks, modes, more)) * (rng.random((tasks, modes, more)) < 0.6)
        bundles = np.concatenate([tied, needs], axis=-1)
        if number % 2:
            bundles[0] = bundles[0, 0]
        if number % 4 > 1:
            bundles[1, 1] = bundles[1, 0]
        cost_share = rng.dirichlet(np.full(tasks, 3.0))
        plan = 0.97 * rng.dirichlet(np.full(modes, 0.3), tasks) + 0.03 / modes
        use = np.einsum("t,tm,tmk->k", cost_share / 2, plan, bundles)
        supply = np.where(use > 0, use, 1.0)
        supply[priced:] *= rng.choice([1.0, 1.1, 2.0], more)
        best = allocate(bundles, supply, Nest(1.0, cost_share, list(range(tasks))))
        fair = fairest_split(bundles, supply, cost_share)
        assert_allclose(best.activity, fair, atol=1e-5 * cost_share.min())
        assert best.usable.all()
