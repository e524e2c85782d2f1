"""The optimum at one moment: weak duality, cases by hand and the closed forms of model 1.3."""

import itertools

import numpy as np
import pytest
from judge import NUMBERS, judge
from numpy.testing import assert_allclose
from organisations import (
    Organisation,
    certify,
    elasticities_of,
    least_cost_work,
    primal_output,
    random_nest,
    random_organisation,
    status_of,
    status_words,
    unit_cost,
)
from scipy.optimize import linprog, nnls
from sizes import cases

from taskmodel.allocation import Nest, allocate
from taskmodel.allocation.inputs import check_inputs
from taskmodel.errors import SolveError


def flat(elasticity, shares):
    return Nest(elasticity, shares, list(range(len(shares))))


def own_factors(count):
    """Bundles of tasks that each use one unit of a factor of their own, in one mode."""
    return np.eye(count)[:, None, :]


# The judge ----------------------------------------------------------------------------------------


def test_output_and_unit_cost_are_the_textbooks():
    x, z, s = np.array([4.0, 1.0]), np.array([3.0, 0.5]), np.array([0.25, 0.75])
    assert primal_output(flat(0.5, [0.5, 0.5]), x) == pytest.approx(3.2)  # harmonic mean of 8 and 2
    assert primal_output(flat(0, s), x) == pytest.approx(4 / 3)
    assert primal_output(flat(1, s), x) == pytest.approx(16**0.25 * (4 / 3) ** 0.75)
    assert primal_output(flat(2, s), x) == pytest.approx((0.25 * 4 + 0.75 * (4 / 3) ** 0.5) ** 2)
    assert unit_cost(flat(0.5, s), z) == pytest.approx((0.25 * 3**0.5 + 0.75 * 0.5**0.5) ** 2)
    assert unit_cost(flat(0, s), z) == pytest.approx(0.25 * 3 + 0.75 * 0.5)
    assert unit_cost(flat(1, s), z) == pytest.approx(3**0.25 * 0.5**0.75)
    assert unit_cost(flat(2, s), z) == pytest.approx(1 / (0.25 / 3 + 0.75 / 0.5))


def test_least_cost_work_makes_one_unit_at_the_unit_cost():
    rng = np.random.default_rng(4)
    for _ in range(100):
        organisation = random_organisation(rng, 6)
        cost = 10.0 ** rng.uniform(-3, 3, len(organisation.bundles))
        work = least_cost_work(organisation.nest, cost)
        assert_allclose(primal_output(organisation.nest, work), 1, rtol=1e-11)
        assert_allclose(work @ cost, unit_cost(organisation.nest, cost), rtol=1e-11)


def test_no_plan_and_no_prices_beat_weak_duality():
    rng = np.random.default_rng(5)
    for _ in range(300):
        organisation = random_organisation(rng, 8)
        activity = np.where(
            organisation.available, 10.0 ** rng.uniform(-4, 4, organisation.available.shape), 0.0
        )
        price = 10.0 ** rng.uniform(-4, 4, organisation.supply.size) * (
            rng.random(organisation.supply.size) < 0.8
        )
        assert certify(organisation, activity, price + 1e-9).gap > -1e-12


# Random organisations -----------------------------------------------------------------------------


def test_every_organisation_with_elasticities_from_a_half_is_solved_over_eight_decades():
    rng = np.random.default_rng(1)
    refused, wrong = judge(
        random_organisation(rng, 8, (0.5, 0.9, 1.0, 1.5, 4.0)) for _ in range(cases(40, 400))
    )
    assert not wrong
    assert not refused


def test_every_organisation_is_solved_over_three_decades():
    rng = np.random.default_rng(2)
    refused, wrong = judge(random_organisation(rng, 3) for _ in range(cases(30, 300)))
    assert not wrong
    assert not refused


def hard_corner(count, decades=8):
    """Organisations in which an elasticity of 0 or 0.1 appears: a third have no other."""
    rng = np.random.default_rng(3)
    while count:
        organisation = random_organisation(rng, decades, (0.0, 0.1) if count % 3 == 0 else None)
        if min(elasticities_of(organisation.nest)) <= 0.1:
            count -= 1
            yield organisation


def test_low_elasticities_over_eight_decades_are_solved_or_refused_but_never_wrong():
    refused, wrong = judge(hard_corner(cases(30, 300)))
    assert not wrong
    assert len(refused) <= cases(1, 3)


def test_beyond_the_range_that_is_promised_answers_are_still_right_or_refused():
    _, wrong = judge(hard_corner(cases(15, 40), decades=16))
    assert not wrong


def test_not_throwing_returns_the_same_answer_or_says_that_it_failed():
    beyond = [  # of these, over twenty orders of magnitude, most are refused
        random_organisation(np.random.default_rng(seed), 20, (0.0, 0.1), tasks=2)
        for seed in (367, 572, 1507)
    ]
    for organisation in [*beyond, *hard_corner(cases(12, 30), decades=12)]:
        quiet = allocate(*organisation.problem, throw=False)
        try:
            loud = allocate(*organisation.problem)
        except SolveError:
            assert status_of(quiet) == "failed"
        else:
            assert status_of(quiet) == status_of(loud)
            assert quiet.output == loud.output


# Laws ---------------------------------------------------------------------------------------------


def regular(seed, count, decades=3, elasticities=None, **size):
    rng = np.random.default_rng(seed)
    return [random_organisation(rng, decades, elasticities, **size) for _ in range(count)]


def test_twice_the_supplies_give_twice_the_output_at_the_same_prices():
    for organisation in regular(10, 20):
        bundles, supply, nest, available = organisation.problem
        one, two = (
            allocate(bundles, supply, nest, available),
            allocate(bundles, 2 * supply, nest, available),
        )
        assert_allclose(two.output, 2 * one.output, rtol=1e-9)
        assert_allclose(two.factor_elasticity, one.factor_elasticity, atol=1e-7)


def test_units_of_factors_and_tasks_do_not_matter():
    rng = np.random.default_rng(11)
    for organisation in regular(11, 20, elasticities=(0.5, 0.9, 1.0, 1.5, 4.0)):
        bundles, supply, nest, available = organisation.problem
        unit = 10.0 ** rng.uniform(-30, 30, supply.size)
        plain, changed = (
            allocate(bundles, supply, nest, available),
            allocate(bundles * unit, supply * unit, nest, available),
        )
        assert_allclose(changed.output, plain.output, rtol=1e-9)
        assert_allclose(
            changed.shadow_price * unit,
            plain.shadow_price,
            rtol=1e-7,
            atol=1e-7 * plain.output / supply.max(),
        )
        costlier = allocate(bundles * 1e-25, supply, nest, available)
        assert_allclose(costlier.output, 1e25 * plain.output, rtol=1e-9)


def test_order_of_tasks_modes_and_factors_does_not_matter():
    rng = np.random.default_rng(12)
    for organisation in regular(12, 20, levels=1):
        bundles, supply, nest, available = organisation.problem
        tasks, modes, factors = (rng.permutation(size) for size in bundles.shape)
        place = np.argsort(tasks)
        shuffled = allocate(
            bundles[np.ix_(tasks, modes, factors)],
            supply[factors],
            Nest(nest.elasticity, nest.shares, [int(place[task]) for task in nest.members]),
            available[np.ix_(tasks, modes)],
        )
        plain = allocate(*organisation.problem)
        assert_allclose(shuffled.output, plain.output, rtol=1e-9)
        assert_allclose(shuffled.factor_elasticity, plain.factor_elasticity[factors], atol=1e-7)


@pytest.mark.parametrize("elasticity", [0, 0.1, 0.5, 1, 1.5, 4])
def test_a_nest_with_its_parents_elasticity_equals_the_flat_form(elasticity):
    for organisation in regular(13, 5, tasks=8):
        bundles, supply, _, available = organisation.problem
        rng = np.random.default_rng(14)
        deep = random_nest(rng, np.arange(8), 3, (elasticity,))
        shares = np.zeros(8)

        def spread(nest, weight, shares=shares):
            for share, member in zip(nest.shares, nest.members, strict=True):
                if isinstance(member, Nest):
                    spread(member, weight * share)
                else:
                    shares[member] += weight * share

        spread(deep, 1.0)
        assert_allclose(shares.sum(), 1)
        nested, level = (
            allocate(bundles, supply, deep, available),
            allocate(bundles, supply, flat(elasticity, shares), available),
        )
        assert_allclose(nested.output, level.output, rtol=1e-9)
        assert_allclose(nested.factor_elasticity, level.factor_elasticity, atol=1e-7)


def test_more_of_a_factor_or_another_open_mode_never_lowers_output():
    for organisation in regular(15, 20):
        bundles, supply, nest, available = organisation.problem
        output = allocate(*organisation.problem).output
        assert allocate(
            bundles, supply * (1 + np.eye(supply.size)), nest, available
        ).output.min() >= output * (1 - 1e-9)
        assert allocate(bundles, supply, nest, np.ones_like(available)).output >= output * (
            1 - 1e-9
        )


# Cases worked by hand -----------------------------------------------------------------------------


@pytest.mark.parametrize("elasticity", [0, 0.1, 0.5, 1, 1.5, 4])
def test_one_task_in_one_mode_is_a_division(elasticity):
    a = allocate([[[2.0]]], [6.0], Nest(elasticity, [1.0], [0]))
    assert_allclose(a.output, 3, rtol=1e-12)
    assert_allclose(a.activity, [[3]], rtol=1e-12)
    assert_allclose(a.shadow_price, [0.5], rtol=1e-12)
    assert_allclose(a.factor_use, [6], rtol=1e-12)
    assert_allclose(a.factor_elasticity, [1], rtol=1e-12)
    assert_allclose(a.factor_elasticity_range, [[1, 1]], rtol=1e-12)
    assert a.gap == pytest.approx(0, abs=1e-12)
    assert status_of(a) == "optimal"


@pytest.mark.parametrize("elasticity", [0, 0.1, 0.5, 1, 1.5, 4])
def test_one_factor_at_unit_bundles_makes_output_equal_supply(elasticity):
    nest = Nest(
        elasticity, [0.25, 0.75], [Nest(0.5, [0.5, 0.5], [0, 1]), Nest(4.0, [0.125, 0.875], [2, 3])]
    )
    a = allocate(np.ones((4, 1, 1)), [7.0], nest)
    assert_allclose(a.output, 7, rtol=1e-12)
    assert_allclose(a.activity[:, 0], 7 * np.array([0.125, 0.125, 0.09375, 0.65625]), rtol=1e-9)


def test_modes_that_tie_are_split_so_that_both_factors_are_used_up():
    a = allocate([[[1.0, 0.0], [0.0, 1.0]]], [3.0, 1.0], Nest(0.5, [1.0], [0]))
    assert_allclose(a.output, 4, rtol=1e-9)
    assert_allclose(a.activity, [[3, 1]], rtol=1e-9)
    assert_allclose(a.shadow_price, [1, 1], rtol=1e-9)
    assert_allclose(a.factor_elasticity, [0.75, 0.25], rtol=1e-9)
    assert_allclose(a.factor_elasticity_range, [[0.75, 0.75], [0.25, 0.25]], rtol=1e-9)
    assert status_of(a) == "optimal"


def test_shadow_price_is_output_per_unit_of_the_factor():
    a = allocate(own_factors(2), [2.0, 8.0], flat(1, [0.25, 0.75]))
    output = (2 / 0.25) ** 0.25 * (8 / 0.75) ** 0.75
    assert_allclose(a.output, output, rtol=1e-9)
    assert_allclose(a.factor_elasticity, [0.25, 0.75], rtol=1e-9)
    assert_allclose(a.shadow_price, [0.25 * output / 2, 0.75 * output / 8], rtol=1e-9)


@pytest.mark.parametrize("elasticity", [0, 0.1, 0.5, 1, 1.5, 4])
@pytest.mark.parametrize("share", [0.5, 0.125])
def test_duplicate_tasks_are_split_alike(elasticity, share):
    bundles = np.array([[[1.0, 0.0], [0.0, 1.0]]] * 2)
    a = allocate(bundles, [3.0, 1.0], flat(elasticity, [share, 1 - share]))
    assert_allclose(a.output, 4, rtol=1e-9)
    assert_allclose(a.activity, 4 * np.outer([share, 1 - share], [0.75, 0.25]), atol=1e-6)
    assert_allclose(a.factor_elasticity, [0.75, 0.25], rtol=1e-9)
    assert status_of(a) == "optimal"


def test_identical_modes_are_used_alike():
    a = allocate([[[2.0, 0.0], [0.0, 3.0], [0.0, 3.0]]], [6.0, 9.0], Nest(0.5, [1.0], [0]))
    assert_allclose(a.output, 6, rtol=1e-9)
    assert_allclose(a.activity, [[3, 1.5, 1.5]], atol=1e-6)


def test_ties_are_split_by_the_least_weighted_sum_of_squared_shares():
    """Half of output each; AI shares f, g minimise (1-f)^2 + f^2/2 + (1-g)^2 + g^2, f + g = 1/2."""
    bundles = np.array([[[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]]] * 2)
    a = allocate(
        bundles, [3.0, 1.0], flat(0.5, [0.5, 0.5]), [[True, True, True], [True, True, False]]
    )
    assert_allclose(a.output, 4, rtol=1e-9)
    assert_allclose(a.activity / 2, [[5 / 7, 1 / 7, 1 / 7], [11 / 14, 3 / 14, 0]], atol=1e-6)


def test_a_dominated_mode_is_not_used():
    a = allocate(
        [[[1.0, 1.0], [1.0, 2.0]], [[0.0, 1.0], [0.0, 1.5]]], [1.0, 2.0], flat(0.5, [0.5, 0.5])
    )
    assert_allclose(a.activity[:, 1], 0, atol=1e-12)
    assert_allclose(a.output, 2, rtol=1e-9)  # equal work in both tasks, one unit each


def test_knife_edge_leontief_is_a_kink_and_reports_the_least_norm():
    a = allocate(own_factors(2), [1.0, 3.0], flat(0, [0.25, 0.75]))
    assert_allclose(a.output, 4, rtol=1e-12)
    assert_allclose(a.activity, [[1], [3]], rtol=1e-9)
    assert_allclose(a.factor_elasticity, [0.5, 0.5], atol=1e-9)
    assert_allclose(a.factor_elasticity_range, [[0, 1], [0, 1]], atol=1e-9)
    assert_allclose(a.shadow_price, [2, 2 / 3], rtol=1e-9)
    assert status_of(a) == "kink"


def test_off_the_knife_edge_only_the_scarce_factor_has_a_price():
    for scarce, supply in enumerate([[1.0, 3.001], [1.001, 3.0]]):
        a = allocate(own_factors(2), supply, flat(0, [0.25, 0.75]))
        assert_allclose(a.output, 4, rtol=1e-12)
        assert_allclose(a.factor_elasticity, np.eye(2)[scarce], atol=1e-12)
        assert_allclose(a.factor_elasticity_range, np.eye(2)[scarce][:, None] * [1, 1], atol=1e-12)
        assert status_of(a) == "optimal"


def test_proportional_factors_share_an_elasticity_that_is_theirs_together():
    """Task 0 uses 1 and 2 units of factors 0 and 1, supplied 4 and 8; each task earns half."""
    a = allocate([[[1.0, 2.0, 0.0]], [[0.0, 0.0, 1.0]]], [4.0, 8.0, 9.0], flat(1, [0.5, 0.5]))
    assert_allclose(a.output, 12, rtol=1e-9)
    assert_allclose(a.factor_elasticity, [0.25, 0.25, 0.5], atol=1e-9)
    assert_allclose(a.factor_elasticity_range, [[0, 0.5], [0, 0.5], [0.5, 0.5]], atol=1e-9)
    assert status_of(a) == "kink"


def test_least_norm_weighs_factors_that_move_together():
    """Factor 0 and a Cobb-Douglas pair: (e, (1-e)/4, 3(1-e)/4), of least norm at e = 5/13."""
    a = allocate(
        own_factors(3), [0.5, 0.125, 0.375], Nest(0, [0.5, 0.5], [0, Nest(1, [0.25, 0.75], [1, 2])])
    )
    assert_allclose(a.output, 1, rtol=1e-9)
    assert_allclose(a.factor_elasticity, np.array([5, 2, 6]) / 13, atol=1e-8)
    assert_allclose(a.factor_elasticity_range, [[0, 1], [0, 0.25], [0, 0.75]], atol=1e-8)
    assert status_of(a) == "kink"


def test_a_kink_inside_a_smooth_nest_leaves_the_rest_smooth():
    a = allocate(
        own_factors(3), [0.25, 0.25, 0.5], Nest(0.5, [0.5, 0.5], [Nest(0, [0.5, 0.5], [0, 1]), 2])
    )
    assert_allclose(a.output, 1, rtol=1e-9)
    assert_allclose(a.factor_elasticity, [0.25, 0.25, 0.5], atol=1e-9)
    assert_allclose(a.factor_elasticity_range, [[0, 0.5], [0, 0.5], [0.5, 0.5]], atol=1e-9)
    assert status_of(a) == "kink"


def test_an_unused_factor_has_no_price_and_no_elasticity():
    a = allocate([[[1.0, 0.0]]], [5.0, 2.0], Nest(0.5, [1.0], [0]))
    assert_allclose(a.output, 5, rtol=1e-12)
    assert a.shadow_price[1] == a.factor_elasticity[1] == a.factor_use[1] == 0
    assert_allclose(a.factor_elasticity_range, [[1, 1], [0, 0]], atol=1e-12)


def test_a_slack_factor_has_no_price_and_no_elasticity():
    a = allocate([[[1.0, 1.0]]], [5.0, 8.0], Nest(0.5, [1.0], [0]))
    assert_allclose(a.output, 5, rtol=1e-12)
    assert a.shadow_price[1] == a.factor_elasticity[1] == 0
    assert_allclose(a.factor_use, [5, 5], rtol=1e-9)


# Free and impossible tasks ------------------------------------------------------------------------

FREE_AND_PAID = np.array([[[0.0]], [[1.0]]])


@pytest.mark.parametrize("elasticity", [0.1, 0.5, 0.9])
def test_a_free_task_that_is_a_gross_complement_leaves_a_supremum(elasticity):
    a = allocate(FREE_AND_PAID, [3.0], flat(elasticity, [0.75, 0.25]))
    assert_allclose(a.output, 3 * 0.25 ** (-1 / (1 - elasticity)), rtol=1e-9)
    assert np.isposinf(a.activity[0, 0])
    assert_allclose(a.activity[1], [3], rtol=1e-9)
    assert_allclose(a.factor_use, [3], rtol=1e-9)
    assert_allclose(a.factor_elasticity, [1], rtol=1e-12)
    assert a.gap == pytest.approx(0, abs=1e-9)
    assert status_of(a) == "supremum"


def test_a_free_task_under_leontief_is_attained():
    a = allocate(FREE_AND_PAID, [3.0], flat(0, [0.75, 0.25]))
    assert_allclose(a.output, 12, rtol=1e-12)
    assert 9 * (1 - 1e-9) <= a.activity[0, 0] < np.inf
    assert_allclose(a.activity[1], [3], rtol=1e-9)
    assert status_of(a) == "optimal"


@pytest.mark.parametrize("elasticity", [1, 1.5, 4])
def test_a_free_task_that_can_stand_in_for_the_others_is_unbounded(elasticity):
    a = allocate(FREE_AND_PAID, [3.0], flat(elasticity, [0.75, 0.25]))
    assert np.isposinf(a.output)
    assert status_of(a) == "unbounded"


@pytest.mark.parametrize("elasticity", [0, 0.1, 0.5, 0.9, 1, 1.5, 4])
def test_nothing_but_free_tasks_is_unbounded(elasticity):
    a = allocate(np.zeros((2, 1, 1)), [3.0], flat(elasticity, [0.75, 0.25]))
    assert np.isposinf(a.output)
    assert status_of(a) == "unbounded"


@pytest.mark.parametrize("elasticity", [1, 1.5, 4])
def test_a_nest_is_free_when_a_substitute_in_it_is(elasticity):
    """A nest with a free substitute costs nothing, half of research: (1/2)^(-1/(1-1/2)) = 4."""
    bundles = np.array([[[0.0]], [[1.0]], [[1.0]]])
    a = allocate(bundles, [3.0], Nest(0.5, [0.5, 0.5], [Nest(elasticity, [0.5, 0.5], [0, 1]), 2]))
    assert_allclose(a.output, 12, rtol=1e-9)
    assert np.isposinf(a.activity[0, 0])
    assert_allclose(a.activity[2], [3], rtol=1e-9)
    assert status_of(a) == "supremum"


def test_a_supremum_inside_a_leontief_nest_is_still_one():
    """The inner unit costs (1/2 z^(1/2))^2 = z/4, the whole z/8 + z/2."""
    bundles = np.array([[[0.0]], [[1.0]], [[1.0]]])
    a = allocate(bundles, [5.0], Nest(0, [0.5, 0.5], [Nest(0.5, [0.5, 0.5], [0, 1]), 2]))
    assert_allclose(a.output, 8, rtol=1e-9)
    assert np.isposinf(a.activity[0, 0])
    assert_allclose(a.activity[1:, 0], [1, 4], rtol=1e-9)
    assert status_of(a) == "supremum"


@pytest.mark.parametrize("elasticity", [0, 0.1, 0.5, 0.9, 1])
def test_an_impossible_task_that_is_essential_stops_everything(elasticity):
    for bundles in (np.ones((2, 1, 1)), FREE_AND_PAID[::-1]):
        a = allocate(bundles, [3.0], flat(elasticity, [0.75, 0.25]), [[False], [True]])
        assert a.output == 0
        assert status_of(a) == "zero"


@pytest.mark.parametrize("elasticity", [1.5, 2, 4])
def test_an_impossible_task_that_others_can_stand_in_for_is_dropped(elasticity):
    a = allocate(np.ones((2, 1, 1)), [3.0], flat(elasticity, [0.75, 0.25]), [[False], [True]])
    assert_allclose(a.output, 3 * 0.25 ** (1 / (elasticity - 1)), rtol=1e-9)
    assert_allclose(a.activity, [[0], [3]], atol=1e-9)
    assert status_of(a) == "optimal"


def test_impossible_goes_up_the_tree_until_something_can_stand_in():
    """The inner complements are impossible; the third task remains: 0.5^(1/(2-1)) of supply."""
    nest = Nest(2.0, [0.5, 0.5], [Nest(0.5, [0.5, 0.5], [0, 1]), 2])
    closed = [[False], [True], [True]]
    a = allocate(np.ones((3, 1, 1)), [3.0], nest, closed)
    assert_allclose(a.output, 1.5, rtol=1e-9)
    assert_allclose(a.activity, [[0], [0], [3]], atol=1e-9)
    assert (
        status_of(allocate(np.ones((3, 1, 1)), [3.0], Nest(1.0, nest.shares, nest.members), closed))
        == "zero"
    )


@pytest.mark.parametrize("elasticity", [0.5, 1, 2])
def test_nothing_possible_is_zero(elasticity):
    a = allocate(np.ones((2, 1, 1)), [3.0], flat(elasticity, [0.75, 0.25]), [[False], [False]])
    assert a.output == 0
    assert status_of(a) == "zero"


def test_impossible_comes_before_free():
    for elasticity, status in ((0, "zero"), (0.5, "zero"), (1, "zero"), (2, "unbounded")):
        assert (
            status_of(
                allocate(
                    np.zeros((2, 1, 1)), [3.0], flat(elasticity, [0.5, 0.5]), [[False], [True]]
                )
            )
            == status
        )


# Supplies at the ends -----------------------------------------------------------------------------


@pytest.mark.parametrize("elasticity", [0, 0.1, 0.5, 0.9, 1, 1.5, 4])
def test_an_infinite_supply_is_no_constraint(elasticity):
    for organisation in regular(20, 5, elasticities=(elasticity,)):
        bundles, supply, nest, available = organisation.problem
        unlimited = allocate(
            np.concatenate([bundles, bundles[..., :1]], axis=-1),
            np.append(supply, np.inf),
            nest,
            available,
        )
        plain = allocate(*organisation.problem)
        assert_allclose(unlimited.output, plain.output, rtol=1e-9)
        assert_allclose(
            unlimited.factor_elasticity, np.append(plain.factor_elasticity, 0), atol=1e-7
        )
        assert unlimited.shadow_price[-1] == unlimited.factor_elasticity[-1] == 0
        assert np.all(unlimited.factor_elasticity_range[-1] == 0)
        assert_allclose(unlimited.factor_use[-1], unlimited.factor_use[0], rtol=1e-9)


def test_a_mode_that_uses_only_unlimited_factors_is_free():
    a = allocate(
        [[[1.0, 0.0], [0.0, 1.0]], [[1.0, 0.0], [1.0, 0.0]]], [3.0, np.inf], flat(0.5, [0.5, 0.5])
    )
    assert_allclose(a.output, 12, rtol=1e-9)
    assert status_of(a) == "supremum"
    assert a.shadow_price[1] == 0


def test_no_supply_of_a_factor_closes_the_modes_that_use_it():
    for organisation in regular(21, 20):
        bundles, supply, nest, available = organisation.problem
        without = np.append(supply, 0.0)
        extra = np.zeros((*bundles.shape[:2], 1))
        extra[:, -1] = 1.0
        starved = allocate(np.concatenate([bundles, extra], axis=-1), without, nest, available)
        shut = available.copy()
        shut[:, -1] = False
        closed = allocate(bundles, supply, nest, shut)
        assert status_of(starved) == status_of(closed)
        assert_allclose(starved.output, closed.output, rtol=1e-9)
        assert np.all(starved.activity[:, -1] == 0)
        if closed.output:
            assert_allclose(
                starved.factor_elasticity, np.append(closed.factor_elasticity, 0), atol=1e-7
            )


@pytest.mark.parametrize("elasticity", [0, 0.5, 1, 2])
def test_no_supply_at_all_is_zero(elasticity):
    a = allocate(own_factors(2), [0.0, 0.0], flat(elasticity, [0.5, 0.5]))
    assert a.output == 0
    assert status_of(a) == "zero"


def test_tiny_and_huge_supplies_are_numbers_like_any_other():
    a = allocate(own_factors(2), [1e-200, 1e200], flat(1, [0.5, 0.5]))
    assert_allclose(a.output, 2, rtol=1e-9)
    a = allocate(own_factors(2), [1e-200, 1e200], flat(0.5, [0.5, 0.5]))
    assert_allclose(a.output, 4e-200, rtol=1e-9)


# A task used twice --------------------------------------------------------------------------------


@pytest.mark.parametrize("elasticity", [0, 0.1, 0.5, 1, 1.5, 4])
def test_a_task_used_twice_counts_as_two_copies(elasticity):
    bundles = np.array([[[1.0, 0.5]], [[0.25, 2.0]], [[3.0, 0.125]]])
    inner = Nest(0.5, [0.25, 0.75], [0, 2])
    twice = allocate(bundles, [3.0, 2.0], Nest(elasticity, [0.5, 0.25, 0.25], [0, 1, inner]))
    copied = Nest(elasticity, [0.5, 0.25, 0.25], [0, 1, Nest(0.5, [0.25, 0.75], [3, 2])])
    copies = allocate(bundles[[0, 1, 2, 0]], [3.0, 2.0], copied)
    assert_allclose(twice.output, copies.output, rtol=1e-9)
    assert_allclose(twice.factor_elasticity, copies.factor_elasticity, atol=1e-8)
    assert_allclose(
        twice.activity[:, 0], copies.activity[:3, 0] + [copies.activity[3, 0], 0, 0], rtol=1e-7
    )
    assert_allclose(twice.factor_use, copies.factor_use, rtol=1e-7)


def test_a_task_twice_in_one_nest_has_the_sum_of_its_shares():
    bundles = np.array([[[1.0, 0.0]], [[0.0, 1.0]]])
    twice = allocate(bundles, [3.0, 2.0], Nest(0.5, [0.25, 0.5, 0.25], [0, 1, 0]))
    once = allocate(bundles, [3.0, 2.0], flat(0.5, [0.5, 0.5]))
    assert_allclose(twice.output, once.output, rtol=1e-9)
    assert_allclose(twice.activity, once.activity, rtol=1e-9)


# Batches ------------------------------------------------------------------------------------------


def assert_batch_is_the_loop(batch, points, shape):
    """`points` maps an index of the batch to the allocation of that point alone."""
    assert np.shape(batch.output) == np.shape(batch.gap) == np.shape(batch.status) == shape
    for index, word in zip(np.ndindex(shape), status_words(batch), strict=True):
        point = points(index)
        assert word == status_of(point)
        for name in NUMBERS:
            assert np.shape(getattr(batch, name)[index]) == np.shape(getattr(point, name)), name
        assert_allclose(batch.output[index], point.output, rtol=1e-9)
        assert_allclose(batch.factor_elasticity[index], point.factor_elasticity, atol=1e-7)
        assert_allclose(
            batch.factor_elasticity_range[index], point.factor_elasticity_range, atol=1e-7
        )
        assert_allclose(batch.factor_use[index], point.factor_use, rtol=1e-7)


def test_a_batch_of_supplies_equals_the_loop_over_them():
    rng = np.random.default_rng(30)
    for organisation in regular(30, 6):
        bundles, supply, nest, available = organisation.problem
        supplies = supply * 10.0 ** rng.uniform(-1, 1, (3, 2, supply.size))
        batch = allocate(bundles, supplies, nest, available)
        assert batch.activity.shape == (3, 2, *available.shape)
        assert batch.shadow_price.shape == batch.factor_use.shape == (3, 2, supply.size)
        assert batch.factor_elasticity_range.shape == (3, 2, supply.size, 2)
        assert_batch_is_the_loop(
            batch,
            lambda i, o=organisation, s=supplies: allocate(o.bundles, s[i], o.nest, o.available),
            (3, 2),
        )


def test_a_batch_of_bundles_and_of_open_modes_equals_the_loop_over_them():
    rng = np.random.default_rng(31)
    for organisation in regular(31, 4):
        bundles, supply, nest, available = organisation.problem
        many = bundles * 10.0 ** rng.uniform(-1, 1, (4, *bundles.shape))
        assert_batch_is_the_loop(
            allocate(many, supply, nest, available),
            lambda i, m=many, o=organisation: allocate(m[i], o.supply, o.nest, o.available),
            (4,),
        )
        open_modes = available | (rng.random((4, *available.shape)) < 0.5)
        assert_batch_is_the_loop(
            allocate(many, supply * np.ones((4, 1)), nest, open_modes),
            lambda i, m=many, o=organisation, a=open_modes: allocate(m[i], o.supply, o.nest, a[i]),
            (4,),
        )


def test_leading_dimensions_broadcast():
    bundles = (
        np.array([[[1.0, 2.0]], [[3.0, 0.5]]])
        * np.array([1.0, 2.0, 4.0])[:, None, None, None, None]
    )
    supply = np.array([[1.0, 1.0], [2.0, 1.0], [1.0, 3.0], [5.0, 5.0]])
    nest = flat(0.5, [0.5, 0.5])
    batch = allocate(bundles, supply, nest)
    assert_batch_is_the_loop(
        batch, lambda i: allocate(bundles[i[0], 0], supply[i[1]], nest), (3, 4)
    )


@pytest.mark.parametrize("varies", ["root", "inner", "shares", "everything"])
def test_a_batch_of_nests_equals_the_loop_over_them(varies):
    (organisation,) = regular(32, 1, tasks=4)
    bundles, supply, _, available = organisation.problem
    many = {
        "root": np.array([0.0, 0.1, 0.5, 1.0, 1.5]),
        "inner": np.array([1.5, 1.0, 0.0, 0.5, 0.9]),
    }
    many["shares"] = np.random.default_rng(32).dirichlet([1, 1, 1], size=5)
    many["supply"] = supply * np.linspace(1, 2, 5)[:, None] ** np.arange(supply.size)
    one = {"root": 0.5, "inner": 0.5, "shares": many["shares"][0], "supply": supply}

    def solve(root, inner, shares, supply):
        return allocate(
            bundles, supply, Nest(root, shares, [3, Nest(inner, [0.5, 0.5], [1, 0]), 2]), available
        )

    moving = list(many) if varies == "everything" else [varies]
    batch = solve(**(one | {name: many[name] for name in moving}))
    assert_batch_is_the_loop(
        batch, lambda index: solve(**(one | {name: many[name][index] for name in moving})), (5,)
    )


def test_each_point_of_a_batch_has_its_own_status():
    bundles = np.array([[[1.0, 0.0]], [[0.0, 1.0]]])
    supply = np.array([[1.0, 1.0], [0.0, 1.0], [np.inf, 1.0], [np.inf, np.inf], [1.0, 2.0]])
    a = allocate(bundles, supply, flat(0.5, [0.5, 0.5]))
    assert status_words(a) == ["optimal", "zero", "supremum", "unbounded", "optimal"]
    assert_allclose(a.output, [2, 0, 4, np.inf, 8 / 3], rtol=1e-9)
    a = allocate(bundles, supply, flat(0, [0.5, 0.5]))
    assert status_words(a) == ["kink", "zero", "optimal", "unbounded", "optimal"]
    assert_allclose(a.output, [2, 0, 2, np.inf, 2], rtol=1e-9)


# Bad input ----------------------------------------------------------------------------------------

PAIR = flat(0.5, [0.5, 0.5])
BAD_INPUT = {
    "negative supply": (own_factors(2), [1.0, -1.0], PAIR),
    "NaN supply": (own_factors(2), [1.0, np.nan], PAIR),
    "negative bundle": (-own_factors(2), [1.0, 1.0], PAIR),
    "NaN bundle": (np.full((2, 1, 2), np.nan), [1.0, 1.0], PAIR),
    "infinite bundle": (np.full((2, 1, 2), np.inf), [1.0, 1.0], PAIR),
    "a supply too many": (own_factors(2), [1.0, 1.0, 1.0], PAIR),
    "bundles without modes": (np.eye(2), [1.0, 1.0], PAIR),
    "available of another shape": (own_factors(2), [1.0, 1.0], PAIR, np.ones((2, 2), dtype=bool)),
    "batches that do not match": (np.ones((3, 2, 1, 2)), np.ones((4, 2)), PAIR),
    "a negative supply inside a batch": (own_factors(2), [[1.0, 1.0], [1.0, -1.0]], PAIR),
}


@pytest.mark.parametrize("problem", BAD_INPUT.values(), ids=BAD_INPUT)
@pytest.mark.parametrize("throw", [True, False])
def test_bad_arrays_are_refused_whether_or_not_failures_throw(problem, throw):
    with pytest.raises(ValueError):
        allocate(*problem, throw=throw)


BAD_NEST = {
    "shares that sum to 0.9": lambda: flat(0.5, [0.5, 0.4]),
    "shares that sum to 1.001": lambda: flat(0.5, [0.5, 0.501]),
    "a negative share": lambda: flat(0.5, [1.5, -0.5]),
    "a NaN share": lambda: flat(0.5, [0.5, np.nan]),
    "a share too many": lambda: Nest(0.5, [0.25, 0.25, 0.5], [0, 1]),
    "a negative elasticity": lambda: flat(-0.5, [0.5, 0.5]),
    "a NaN elasticity": lambda: flat(np.nan, [0.5, 0.5]),
    "bad shares inside": lambda: Nest(0.5, [1.0], [Nest(0.5, [0.5, 0.4], [0, 1])]),
    "a task in no nest": lambda: Nest(0.5, [1.0], [0]),
    "a task that does not exist": lambda: Nest(0.5, [0.5, 0.25, 0.25], [0, 1, 2]),
    "a negative index": lambda: Nest(0.5, [0.5, 0.25, 0.25], [0, 1, -1]),
    "one bad row of shares in a batch": lambda: flat(0.5, [[0.5, 0.5], [0.5, 0.4]]),
}


@pytest.mark.parametrize("nest", BAD_NEST.values(), ids=BAD_NEST)
def test_bad_nests_are_refused(nest):
    with pytest.raises(ValueError):
        allocate(own_factors(2), [1.0, 1.0], nest())


# Closed forms -------------------------------------------------------------------------------------


def two_factor_path(rng, elasticity):
    """A random organisation of people (hours H) and inference (C), with the regimes of model 1.3.

    Returns bundles, nest, available, H and the regimes as (kind, low, high, output, elasticity of
    C): low and high are ends of C, output and elasticity functions of C.
    """
    tasks, automatable = int(rng.integers(2, 13)), 0
    while not automatable:
        automatable = int(rng.integers(0, tasks + 1))
    s, hours = rng.dirichlet(np.ones(tasks)), 10.0 ** rng.uniform(-2, 2)
    kappa = np.sort(10.0 ** rng.uniform(-1.5, 1.5, tasks))
    bundles = np.zeros((tasks, 2, 2))
    bundles[:, 0, 0], bundles[:, 1, 1] = 1.0, kappa
    available = np.stack([np.full(tasks, True), np.arange(tasks) < automatable], axis=1)
    by_ai = [np.sum(s[:m] * kappa[:m] ** (1 - elasticity)) for m in range(automatable + 1)]
    by_people = [np.sum(s[m:]) for m in range(tasks)] + [0.0]
    regimes = []
    for m in range(automatable + 1):
        ratio = by_ai[m] / by_people[m] if by_people[m] else np.inf
        if 0 < m and by_people[m] > 0:
            high = hours * ratio * kappa[m] ** elasticity if m < automatable else np.inf
            output, share = unsplit(elasticity, hours, by_people[m], by_ai[m], s[:m], kappa[:m])
            regimes.append(
                ("unsplit", hours * ratio * kappa[m - 1] ** elasticity, high, output, share)
            )
        if m < automatable:
            after = by_ai[m + 1] / by_people[m + 1] if by_people[m + 1] > 0 else np.inf
            output, share = split(elasticity, hours, kappa[m], s, kappa, m)
            ends = hours * ratio * kappa[m] ** elasticity, hours * after * kappa[m] ** elasticity
            regimes.append(("split", *ends, output, share))
    return bundles, flat(elasticity, s), available, hours, regimes


def unsplit(elasticity, hours, by_people, by_ai, s, kappa):
    """m tasks by AI: CES of H and C with weights Theta^(1/sigma); at 1, times prod kappa^-s."""
    if elasticity == 0:
        return lambda c: np.minimum(hours / by_people, c / by_ai), None
    if elasticity == 1:
        scale = np.prod(kappa**-s)
        return (
            lambda c: scale * (hours / by_people) ** by_people * (c / by_ai) ** by_ai,
            lambda c: by_ai,
        )
    rho = (elasticity - 1) / elasticity
    people = by_people ** (1 / elasticity) * hours**rho

    def machine(c):
        return by_ai ** (1 / elasticity) * c**rho

    return (
        lambda c: (people + machine(c)) ** (1 / rho),
        lambda c: machine(c) / (people + machine(c)),
    )


def split(elasticity, hours, marginal, s, kappa, m):
    """Task m + 1 by both: prices 1 and 1/kappa, so output is linear in C."""
    cost = np.where(np.arange(s.size) < m, kappa / marginal, 1.0)
    cost[m] = 1.0
    unit = (
        np.prod(cost**s)
        if elasticity == 1
        else np.sum(s * cost ** (1 - elasticity)) ** (1 / (1 - elasticity))
    )
    return lambda c: (hours + c / marginal) / unit, lambda c: c / marginal / (hours + c / marginal)


@pytest.mark.parametrize("elasticity", [0.1, 0.3, 0.5, 0.9, 1, 1.1, 1.5, 4])
def test_two_factors_alternate_between_split_and_unsplit_regimes(elasticity):
    rng = np.random.default_rng(40)
    kinds = []
    for _ in range(12):
        bundles, nest, available, hours, regimes = two_factor_path(rng, elasticity)
        points, output, share = [], [], []
        for kind, low, high, output_at, share_at in regimes:
            low, high = low or high / 1e3, high if np.isfinite(high) else low * 1e3
            for c in low * (high / low) ** rng.uniform(0.05, 0.95, 2):
                (
                    points.append(c),
                    output.append(output_at(c)),
                    share.append(share_at(c)),
                    kinds.append(kind),
                )
        a = allocate(
            bundles, np.stack([np.full(len(points), hours), points], axis=1), nest, available
        )
        assert_allclose(a.output, output, rtol=1e-9)
        assert_allclose(a.factor_elasticity[:, 1], share, rtol=1e-9)
        assert_allclose(a.factor_elasticity[:, 0], 1 - np.array(share), rtol=1e-9, atol=1e-15)
        assert_allclose(a.shadow_price[:, 1], np.array(share) * output / points, rtol=1e-9)
    assert min(kinds.count("split"), kinds.count("unsplit")) > 20


@pytest.mark.parametrize("elasticity", [0.1, 0.5, 1, 1.5, 4])
def test_output_is_smooth_where_one_regime_gives_way_to_the_next(elasticity):
    rng = np.random.default_rng(41)
    for _ in range(12):
        bundles, nest, available, hours, regimes = two_factor_path(rng, elasticity)
        for before, after in itertools.pairwise(regimes):
            c = before[2]
            assert_allclose(after[1], c, rtol=1e-12)
            assert_allclose(before[3](c), after[3](c), rtol=1e-11)
            a = allocate(bundles, [hours, c], nest, available)
            assert_allclose(a.output, after[3](c), rtol=1e-9)
            assert_allclose(a.factor_elasticity[1], after[4](c), atol=1e-7)
            assert status_of(a) == "optimal"


def test_two_factors_under_leontief_are_piecewise_linear_with_kinks_where_regimes_meet():
    rng = np.random.default_rng(42)
    kinks, problems = 0, cases(12, 30)
    for _ in range(problems):
        bundles, nest, available, hours, regimes = two_factor_path(rng, 0)
        for kind, low, high, output_at, share_at in regimes:
            if kind == "split":
                c = np.sqrt((low or high / 1e3) * (high if np.isfinite(high) else low * 1e3))
                a = allocate(bundles, [hours, c], nest, available)
                assert_allclose(a.output, output_at(c), rtol=1e-9)
                assert_allclose(a.factor_elasticity, [1 - share_at(c), share_at(c)], rtol=1e-9)
        for before, edge, after in zip(regimes, regimes[1:], regimes[2:], strict=False):
            if edge[0] == "unsplit":
                kinks += 1
                c = before[2]
                left, right = before[4](c), after[4](c)
                a = allocate(bundles, [hours, c], nest, available)
                assert_allclose(a.output, edge[3](c), rtol=1e-9)
                assert_allclose(
                    a.factor_elasticity_range, [[1 - left, 1 - right], [right, left]], atol=1e-8
                )
                least = np.clip(0.5, right, left)
                assert_allclose(a.factor_elasticity, [1 - least, least], atol=1e-8)
                assert status_of(a) == "kink"
    assert kinks > problems / 2


@pytest.mark.parametrize("elasticity", [0, 0.1, 0.5, 0.9])
@pytest.mark.parametrize("never_automated", [0.5, 0.1, 0.02])
def test_unlimited_inference_is_worth_what_is_left_to_people(elasticity, never_automated):
    bundles = np.array([[[1.0, 0.0], [0.0, 5.0]], [[1.0, 0.0], [0.0, 1.0]]])
    nest = flat(elasticity, [1 - never_automated, never_automated])
    available = [[True, True], [True, False]]
    limit = never_automated ** (-1 / (1 - elasticity))
    a = allocate(bundles, [7.0, np.inf], nest, available)
    assert_allclose(a.output / 7, limit, rtol=1e-9)
    assert status_of(a) == ("supremum" if elasticity else "optimal")
    rising = (
        allocate(
            bundles,
            np.stack([np.full(6, 7.0), 10.0 ** np.arange(0, 60, 10)], axis=1),
            nest,
            available,
        ).output
        / 7
    )
    assert np.all(np.diff(rising) >= -1e-9 * rising[1:])
    assert np.all(rising <= limit * (1 + 1e-9))
    if elasticity <= 0.5:
        assert_allclose(rising[-1], limit, rtol=1e-9)


@pytest.mark.parametrize("elasticity", [0, 0.5, 1, 2])
def test_with_nothing_left_to_people_output_grows_like_inference(elasticity):
    bundles = np.array([[[1.0, 0.0], [0.0, 5.0]], [[1.0, 0.0], [0.0, 0.5]]])
    nest = flat(elasticity, [0.5, 0.5])
    assert status_of(allocate(bundles, [7.0, np.inf], nest)) == "unbounded"
    one, ten = allocate(bundles, [[7.0, 1e20], [7.0, 1e21]], nest).output
    assert_allclose(ten / one, 10, rtol=1e-9)


@pytest.mark.parametrize(
    ("fraction", "lowest", "highest"), [(0.2, 1.25, 1.25**3), (0.5, 2, 8), (0.75, 4, 64)]
)
def test_automating_a_fraction_for_free_lies_within_davidsons_bounds(fraction, lowest, highest):
    """A rho of -0.5 is an elasticity of 2/3, with exponent 3; the published 1.95 is 1.25^3."""
    for elasticity, gain in ((0, lowest), (2 / 3, highest)):
        a = allocate(FREE_AND_PAID, [1.0], flat(elasticity, [fraction, 1 - fraction]))
        assert_allclose(a.output, gain, rtol=1e-9)
    assert round(1.25**3, 2) == 1.95


@pytest.mark.parametrize(("elasticity", "gain"), [(0, 1.9802), (0.5, 3.3058), (1, 10), (2, 50.5)])
def test_review_hours_cap_full_automation(elasticity, gain):
    """Two tasks wholly by AI with free compute, at 1 and 0.01 hours of review a unit."""
    a = allocate([[[1.0, 1e6]], [[0.01, 3e5]]], [1.0, np.inf], flat(elasticity, [0.5, 0.5]))
    assert_allclose(a.output, gain, atol=5e-5)
    k, s = np.array([1, 0.01]), 0.5
    exact = (
        np.prod(k**-s)
        if elasticity == 1
        else np.sum(s * k ** (1 - elasticity)) ** (-1 / (1 - elasticity))
    )
    assert_allclose(a.output, exact, rtol=1e-9)


# Elasticities are derivatives ---------------------------------------------------------------------


def nearby_outputs(organisation, steps):
    """Change of log output as the log supply of factor k moves by each step, (factor, step)."""
    bundles, supply, nest, available = organisation.problem
    moved = supply * np.exp(np.eye(supply.size)[:, None, :] * np.reshape(steps, (-1, 1)))
    base = allocate(*organisation.problem)
    return base, np.log(allocate(bundles, moved, nest, available).output / base.output)


def test_elasticities_are_one_sided_derivatives_of_log_output():
    kept = total = 0
    h = 1e-4
    for organisation in regular(50, 30, elasticities=(0.5, 0.9, 1.0, 1.5, 4.0), tasks=12):
        base, moved = nearby_outputs(organisation, [h, 2 * h, -h, -2 * h, h / 2, -h / 2])
        right, left = (
            (4 * moved[:, 0] - moved[:, 1]) / (2 * h),
            -(4 * moved[:, 2] - moved[:, 3]) / (2 * h),
        )
        nearer = (4 * moved[:, 4] - moved[:, 0]) / h, -(4 * moved[:, 5] - moved[:, 2]) / h
        # where the differences disagree, a regime ends within the step
        smooth = (
            np.max([abs(right - left), abs(right - nearer[0]), abs(left - nearer[1])], axis=0)
            < 5e-7
        )
        kept, total = kept + smooth.sum(), total + smooth.size
        assert_allclose(base.factor_elasticity[smooth], right[smooth], atol=1e-6)
        assert_allclose(base.factor_elasticity[smooth], left[smooth], atol=1e-6)
        assert_allclose(
            base.factor_elasticity_range[smooth], np.stack([right, left], axis=1)[smooth], atol=1e-6
        )
    assert kept > 0.8 * total


def test_concavity_brackets_every_elasticity_range():
    """Output is concave in each supply: its slopes on both sides enclose the two derivatives."""
    h = 1e-3
    for organisation in regular(51, 30):
        base, moved = nearby_outputs(organisation, [np.log1p(h), np.log1p(-h)])
        assert np.all(np.expm1(moved[:, 0]) / h <= base.factor_elasticity_range[:, 0] + 3e-6)
        assert np.all(base.factor_elasticity_range[:, 1] <= -np.expm1(moved[:, 1]) / h + 3e-6)


def matched_leontief(rng):
    """A Leontief organisation whose supplies match the use of its modes, which makes a kink.

    All numbers are exact in binary. Every price at which the same modes remain cheapest is optimal,
    and output is 1.
    returns the organisation and the rows G of that cone, G @ elasticities >= 0.
    """
    tasks, modes, factors = (
        int(rng.integers(3, 9)),
        int(rng.integers(2, 4)),
        int(rng.integers(2, 5)),
    )
    bundles = rng.integers(1, 10, (tasks, modes, factors)).astype(float)
    shares = (1 + rng.multinomial(64 - tasks, np.full(tasks, 1 / tasks))) / 64
    cheapest = np.argmin(bundles @ rng.dirichlet(np.ones(factors)), axis=1)
    chosen = bundles[np.arange(tasks), cheapest]
    supply = shares @ chosen
    cone = ((bundles - chosen[:, None, :]) / supply).reshape(-1, factors)
    organisation = Organisation(
        bundles, supply, flat(0, shares), np.ones((tasks, modes), dtype=bool)
    )
    return organisation, np.concatenate([cone, np.eye(factors)])


def least_norm(cone):
    """The point of least norm with cone @ x >= 0 and sum(x) = 1 (Lawson and Hanson, by NNLS)."""
    factors = cone.shape[1]
    rows = np.concatenate([cone, np.ones((1, factors)), -np.ones((1, factors))])
    system = np.vstack([rows.T, np.append(np.zeros(len(cone)), [1.0, -1.0])])
    residual = system @ nnls(system, np.append(np.zeros(factors), 1.0))[0] - np.append(
        np.zeros(factors), 1.0
    )
    return -residual[:-1] / residual[-1]


def test_a_kink_has_the_extremes_over_optimal_prices_and_the_elasticity_of_least_norm():
    rng = np.random.default_rng(52)
    for _ in range(40):
        organisation, cone = matched_leontief(rng)
        factors = cone.shape[1]
        extremes = [
            [
                sign
                * linprog(
                    sign * np.eye(factors)[k],
                    -cone,
                    np.zeros(len(cone)),
                    np.ones((1, factors)),
                    [1.0],
                ).fun
                for sign in (1, -1)
            ]
            for k in range(factors)
        ]
        a = allocate(*organisation.problem)
        assert_allclose(a.output, 1, rtol=1e-9)
        assert status_of(a) == "kink"
        assert_allclose(a.factor_elasticity_range, extremes, atol=1e-8)
        assert_allclose(a.factor_elasticity, least_norm(cone), atol=1e-7)
        assert_allclose(
            a.shadow_price * organisation.supply, a.factor_elasticity * a.output, atol=1e-12
        )


def test_at_a_kink_the_range_is_the_right_and_the_left_derivative():
    rng = np.random.default_rng(53)
    kinked = Organisation(
        own_factors(3),
        np.array([0.5, 0.125, 0.375]),
        Nest(0, [0.5, 0.5], [0, Nest(1, [0.25, 0.75], [1, 2])]),
        np.ones((3, 1), dtype=bool),
    )
    h = 1e-5
    for organisation in [kinked] + [matched_leontief(rng)[0] for _ in range(cases(8, 20))]:
        base, moved = nearby_outputs(organisation, [h, 2 * h, -h, -2 * h])
        right, left = (
            (4 * moved[:, 0] - moved[:, 1]) / (2 * h),
            -(4 * moved[:, 2] - moved[:, 3]) / (2 * h),
        )
        assert status_of(base) == "kink"
        assert_allclose(base.factor_elasticity_range, np.stack([right, left], axis=1), atol=1e-6)


def test_the_elasticity_of_a_large_nearly_fixed_factor_keeps_its_relative_accuracy():
    """Two tasks with factors of their own: elasticity s1^2 E1^-1 over the sum, here 1e-12."""
    a = allocate(own_factors(2), [1.0, 1e12], flat(0.5, [0.5, 0.5]))
    assert_allclose(a.factor_elasticity[1], 1e-12 / (1 + 1e-12), rtol=1e-6)
    assert_allclose(a.shadow_price[1], a.output * 1e-24 / (1 + 1e-12), rtol=1e-6)


def test_a_fair_split_of_three_tied_modes_has_no_negative_part():
    """One unit of work; the modes take 2 hours of one factor, one of each, or 2 of the other.

    At equal prices all cost the same. The shortest mix that uses 0.2 and 1.8 hours would do less
    than nothing in the first mode; the shortest one without that leaves it out.
    """
    bundles = [[[2.0, 0.0], [1.0, 1.0], [0.0, 2.0]]]
    result = allocate(bundles, [0.2, 1.8], Nest(0.5, [1.0], [0]))
    assert result.output == pytest.approx(1.0)
    assert result.activity[0] == pytest.approx([0.0, 0.2, 0.8], abs=1e-9)
    assert result.factor_use == pytest.approx([0.2, 1.8])
    assert result.usable.all()  # 0.1 and 0.9 of the first and the last would do as well


def test_a_fair_split_of_four_tied_modes_may_leave_out_two():
    """The modes use 0, 1, 1.5 and 2 hours of one factor, and of the other what is left of 2.

    Of the mixes that use 1.9 hours of the first, 0.2 of the third mode and 0.8 of the last is the
    shortest: in the other modes the multipliers of the bounds are 1.6 and 0.4.
    """
    first = np.array([0.0, 1.0, 1.5, 2.0])
    result = allocate([np.stack([2 - first, first], -1)], [0.1, 1.9], Nest(0.5, [1.0], [0]))
    assert result.activity[0] == pytest.approx([0.0, 0.0, 0.2, 0.8], abs=1e-9)
    assert result.usable.all()


def test_ties_of_several_tasks_are_split_in_one_proportion():
    """AI saves 0.8 hours of people in either task, and its inference suffices for a part of them.

    Output is 1 + 0.8 * 0.3 where every task costs an hour; any split of the inference gives it.
    """
    bundles = [[[1.0, 0.0], [0.2, 1.0]]] * 3
    result = allocate(bundles, [1.0, 0.3], Nest(0.5, [0.2, 0.5, 0.3], [0, 1, 2]))
    assert result.output == pytest.approx(1.24)
    by_ai = result.activity[:, 1] / result.activity.sum(axis=1)
    assert by_ai == pytest.approx([0.3 / 1.24] * 3)


@pytest.mark.parametrize("seed", range(10))
def test_equal_points_are_solved_once(seed):
    rng = np.random.default_rng(seed)
    supplies = rng.choice([1.0, 2.0], (12, 2))
    bundles = rng.choice([1.0, 3.0], (12, 2, 1, 2))
    nest = Nest(0.5, [0.5, 0.5], [0, 1])
    first, group = check_inputs(bundles, supplies, nest, None).distinct()
    every = np.column_stack([supplies, bundles.reshape(12, -1)])
    assert len(first) == len(np.unique(every, axis=0))
    assert (every[first][group] == every).all() and (np.sort(first) == first).all()
    different = check_inputs(bundles, np.arange(24.0).reshape(12, 2), nest, None)
    assert len(different.distinct()[0]) == 12
