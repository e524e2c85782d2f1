"""Margins of a regime, outputs without their allocation, and joined batches: against optima."""

import numpy as np
import pytest
from linked import random_linked
from organisations import random_organisation

from taskmodel.allocation import Nest, Status, allocate, greatest_output, margins, slopes
from taskmodel.errors import InputError

PAIR = Nest(0.5, [0.5, 0.5], [0, 1])
# people do both tasks, or AI does with a fifth of their hours and inference
BUNDLES = np.array([[[1.0, 0.0], [0.2, 1.0]]] * 2)
OPENED = np.array([[True, True], [True, False]])


def pair(inference):
    """People do part of the first task while inference is scarce, and none once there is enough."""
    supply = np.stack(np.broadcast_arrays(1.0, inference), axis=-1)
    return BUNDLES, supply, PAIR, OPENED


def test_margins_of_a_regime_end_where_people_leave_the_first_task():
    """By hand: people's hours are worth one, and so is the first task while they do part of it.

    Then an hour of inference saves 0.8 hours of theirs: output is 1 + 0.8 E, each task half of it,
    and people leave the first task at E = (1 + 0.8 E)/2, which is 5/6.
    """
    inference = np.array([0.3, 0.6, 0.9])
    start = allocate(*pair(np.full(3, 0.3)))
    regime = margins(*pair(inference), start)
    assert regime.solved.all()
    np.testing.assert_allclose(regime.output, 1 + 0.8 * inference, rtol=1e-12)
    by_ai = inference / (0.5 + 0.4 * inference)
    np.testing.assert_allclose(regime.mode_share[:, 0], np.stack([1 - by_ai, by_ai], -1))
    assert (np.sign(regime.mode_share[:, 0, 0]) == np.sign(5 / 6 - inference)).all()
    np.testing.assert_allclose(regime.mode_share[:, 1], [[1, np.inf]] * 3)
    assert np.isinf(regime.excess_cost).all() and np.isinf(regime.spare).all()
    people = 1 / (1 + 0.8 * inference)
    np.testing.assert_allclose(regime.factor_elasticity, np.stack([people, 1 - people], -1))
    halves = np.stack([regime.output / 2] * 2, -1)
    np.testing.assert_allclose(regime.activity.sum(axis=-1), halves)


def test_idle_modes_cost_more_and_idle_factors_are_left_over():
    """With more inference than needed it has no price, and people's own hour costs five of AI's.

    With p the price of people, AI's first task costs 0.2 p: log excess ln 5. Output is
    (0.5 sqrt(0.2) + 0.5)^-2, of which the first task is 0.5 sqrt(5) times that to the power -1/2.
    """
    inference = np.array([5.0, 50.0])
    start = allocate(*pair(np.full(2, 5.0)))
    regime = margins(*pair(inference), start)
    cost = (0.5 * (np.sqrt(0.2) + 1)) ** 2
    np.testing.assert_allclose(regime.output, 1 / cost)
    np.testing.assert_allclose(regime.excess_cost[:, 0], [[np.log(5), np.inf]] * 2)
    first = 0.5 * (0.2 / cost) ** -0.5 / cost
    np.testing.assert_allclose(regime.activity[:, 0, 1], first)
    np.testing.assert_allclose(regime.spare, np.stack([[np.inf] * 2, 1 - first / inference], -1))
    np.testing.assert_allclose(regime.factor_elasticity, [[1, 0]] * 2)
    np.testing.assert_allclose(regime.mode_share[:, 0], [[np.inf, 1]] * 2)


def test_where_all_margins_are_positive_the_regime_is_the_optimum():
    for seed in range(8):
        made = random_organisation(np.random.default_rng(seed), 2, tasks=4)
        bundles, supply, nest, available = made.problem
        start = allocate(bundles, np.tile(supply, (5, 1)), nest, available)
        if start.status[0] != Status.OPTIMAL:
            continue
        near = supply * np.exp(np.random.default_rng(seed).normal(size=(5, len(supply))) * 1e-3)
        regime, best = (
            margins(bundles, near, nest, available, start),
            allocate(bundles, near, nest, available),
        )
        inside = regime.solved & (
            (regime.excess_cost > 0).all(axis=(1, 2))
            & (regime.mode_share > 0).all(axis=(1, 2))
            & (regime.spare > 0).all(axis=1)
            & ((regime.factor_elasticity > 0) | np.isfinite(regime.spare)).all(axis=1)
        )
        assert inside.any()
        np.testing.assert_allclose(regime.output[inside], best.output[inside], rtol=1e-9)


def test_of_a_block_the_joint_mode_has_the_margins_of_the_block():
    """A block that costs a quarter less than its tasks one by one is not left by any supply."""
    bundles = [[[1.0], [0.4], [0.3]]] * 2
    nest = Nest(0.5, [0.5, 0.5], [0, 1], block=2)
    start = allocate(bundles, [[1.0], [1.0]], nest)
    regime = margins(bundles, [[1.0], [7.0]], nest, None, start)
    np.testing.assert_allclose(regime.output, [1 / 0.3, 7 / 0.3])
    np.testing.assert_allclose(regime.mode_share[..., 2], 1)
    assert np.isinf(regime.mode_share[..., :2]).all()


def test_outputs_without_allocations_are_those_of_the_allocations():
    made = random_organisation(np.random.default_rng(3), 3, tasks=6)
    bundles, supply, nest, available = made.problem
    several = supply * np.exp(np.linspace(-2, 2, 9))[:, None]
    outputs = greatest_output(bundles, several, nest, available)
    np.testing.assert_allclose(outputs, allocate(bundles, several, nest, available).output)
    once = greatest_output(*made.problem)
    assert once.shape == () and once == pytest.approx(float(allocate(*made.problem).output))
    linked = random_linked(np.random.default_rng(4), 3, tasks=6).problem
    np.testing.assert_allclose(greatest_output(*linked), allocate(*linked).output)


def test_output_is_infinite_where_nothing_is_scarce_and_zero_where_nothing_can_be_done():
    bundles = np.array([[[[1.0, 0.0]]], [[[0.0, 1.0]]], [[[0.0, 0.0]]]])
    nest = Nest(0.5, [1.0], [0])
    assert greatest_output(bundles, [2.0, 0.0], nest).tolist() == pytest.approx([2, 0, np.inf])
    block = Nest(0.5, [0.5, 0.5], [0, 1], block=1)
    none, free = [[[1.0], [1.0]]] * 2, [[[1.0], [0.0]]] * 2
    assert greatest_output([none, free], [0.0], block).tolist() == [0, np.inf]


def test_points_that_differ_in_what_does_not_matter_have_one_output():
    # two tasks in two modes; the third factor is unlimited, nothing uses the fourth
    use = np.array([[[2.0, 0, 1, 0], [1, 1, 3, 0]], [[1, 0, 2, 0], [1, 2, 1, 0]]])
    bundles = np.stack([use] * 5)
    bundles[:, ..., 2] *= np.arange(1.0, 6.0)[:, None, None]
    supply = np.tile([3.0, 2.0, np.inf, 1.0], (5, 1))
    supply[:, 3] = [1.0, 2.0, 0.0, np.inf, 5.0]
    nest = Nest(0.5, [0.4, 0.6], [0, 1])
    output = greatest_output(bundles, supply, nest)
    assert len(set(output.tolist())) == 1
    assert output[0] == pytest.approx(allocate(bundles[4], supply[4], nest).output, rel=1e-12)
    supply[3, 0] = 4.0  # and a point that differs in what does
    others = greatest_output(bundles, supply, nest)
    assert np.array_equal(others == output, [True, True, True, False, True])


def test_parts_of_a_batch_join_to_the_batch():
    supply = np.stack([np.ones(5), np.linspace(0.1, 4, 5)], axis=-1)
    whole = allocate(BUNDLES, supply, PAIR)
    parts = [whole.take(np.array(rows)) for rows in ([0, 1], [2], [3, 4])]
    joined = parts[0].join(*parts[1:])
    for name, values in vars(whole).items():
        np.testing.assert_array_equal(getattr(joined, name), values)


def test_derivatives_exist_at_an_optimum_alone():
    nothing = BUNDLES, np.array([0.0, 0.0]), PAIR, OPENED
    nodes, weights = np.array([[-1e-3, 1e-3]]), np.array([[-500.0, 500.0]])
    moved = BUNDLES, np.zeros((2, 2)), PAIR
    found = slopes(nothing, allocate(*nothing), moved, nodes, weights)
    assert np.isnan(found.log_output).all() and np.isnan(found.mode_share).all()


def test_arguments_of_other_kinds_are_told():
    with pytest.raises(InputError, match="available must be an array of bool; found int64"):
        allocate(BUNDLES, [1.0, 1.0], PAIR, np.ones((2, 2), dtype=int))
    with pytest.raises(InputError, match="nest must be a Nest; found list"):
        allocate(BUNDLES, [1.0, 1.0], [0, 1])
