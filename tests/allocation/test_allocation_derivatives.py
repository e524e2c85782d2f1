"""Derivatives of an optimum along any change of its organisation, against nearby optima."""

import numpy as np
import pytest
from organisations import random_organisation

from taskmodel.allocation import Nest, allocate, derivative_weights, slopes

STEP = 1e-4  # of the optima nearby
NODES, WEIGHTS = np.array([-2, -1, 1, 2]) * 1e-3, np.array([1, -8, 8, -1]) / 12e-3  # fourth order


def moved_nest(nest, grow, lead):
    """The nest with its elasticities and shares at each node; grow: per node."""
    shares = np.asarray(nest.shares) * np.exp(
        np.multiply.outer(grow, np.linspace(-1, 1, len(nest.members)))
    )
    members = [
        moved_nest(member, grow, lead) if isinstance(member, Nest) else member
        for member in nest.members
    ]
    return Nest(
        np.full(lead, nest.elasticity) * np.exp(grow),
        shares / shares.sum(axis=-1, keepdims=True),
        members,
    )


@pytest.mark.parametrize("seed", range(30))
def test_derivatives_agree_with_optima_nearby(seed):
    """Bundles, supplies, shares and elasticities move at once; differences of order four."""
    rng = np.random.default_rng(seed)
    made = random_organisation(
        rng, decades=2, elasticities=(0.1, 0.5, 0.9, 1.5), tasks=int(rng.integers(2, 9))
    )
    bundles, supply, nest, available = made.problem
    one, two = rng.normal(size=bundles.shape), rng.normal(size=supply.shape)

    def at(x):
        grow = np.asarray(x, dtype=float)
        return (
            bundles * np.exp(np.multiply.outer(grow, one)),
            supply * np.exp(np.multiply.outer(grow, two)),
            moved_nest(nest, grow, grow.shape),
        )

    optimum = allocate(*made.problem)
    found = slopes(made.problem, optimum, at(NODES), NODES[None], WEIGHTS[None])
    near = allocate(*at(STEP * np.array([-2, -1, 1, 2])), available)
    here = optimum.activity > 0
    if not ((near.activity > 0) == here).all() or optimum.status != "optimal":
        pytest.fail("an event lies too near: take another seed")
    weights = np.array([1, -8, 8, -1]) / (12 * STEP)
    assert found.log_output[0] == pytest.approx(weights @ np.log(near.output), rel=1e-7, abs=1e-7)
    share = near.activity / near.activity.sum(axis=-1, keepdims=True)
    np.testing.assert_allclose(
        found.mode_share[0], np.einsum("n,ntm->tm", weights, share), rtol=1e-5, atol=1e-6
    )


def test_weights_differentiate_polynomials_exactly_whatever_the_nodes():
    nodes = np.array([-0.03, 0.01, 0.02, 0.07])
    values = 5 - 3 * nodes + 7 * nodes**2 + 11 * nodes**3
    assert derivative_weights(nodes) @ values == pytest.approx(-3, rel=1e-10)


def test_a_nest_of_one_member_has_the_derivatives_of_the_member():
    made = random_organisation(np.random.default_rng(2), 2, (0.5,), tasks=3)
    bundles, supply, nest, available = made.problem
    moved = np.exp(np.multiply.outer(NODES, np.linspace(-1, 1, len(supply)))) * supply
    found = []
    for whole in (nest, Nest(0.7, [1.0], [nest])):
        problem = bundles, supply, whole, available
        at_nodes = bundles, moved, whole
        found.append(slopes(problem, allocate(*problem), at_nodes, NODES[None], WEIGHTS[None]))
    assert np.isfinite(found[0].log_output).all()
    for name in ("log_output", "mode_share", "task_output"):
        np.testing.assert_allclose(getattr(found[1], name), getattr(found[0], name), atol=1e-9)


def test_ties_of_several_tasks_keep_one_proportion_along_a_change():
    """AI saves 0.8, 0.5 and 0.8 hours of people in a unit; all tasks cost an hour of people.

    Its inference E goes to the first and the last, in the proportion a of either: of output Y they
    are the half, and Y = 1 + 0.8 E, so that a = 2 E/Y and da/dln E = 2 E/Y^2.
    """
    bundles = np.array(
        [[[1.0, 0.0], [0.2, 1.0]], [[1.0, 0.0], [0.5, 1.0]], [[1.0, 0.0], [0.2, 1.0]]]
    )
    nest, available, inference = Nest(0.5, [0.2, 0.5, 0.3], [0, 1, 2]), np.ones((3, 2), bool), 0.3
    problem = bundles, np.array([1.0, inference]), nest, available
    moved = bundles, np.stack([np.ones(4), inference * np.exp(NODES)], -1), nest
    found = slopes(problem, allocate(*problem), moved, NODES[None], WEIGHTS[None])
    output = 1 + 0.8 * inference
    assert found.log_output[0] == pytest.approx(0.8 * inference / output, rel=1e-9)
    share = 2 * inference / output**2
    np.testing.assert_allclose(found.mode_share[0, :, 1], [share, 0, share], rtol=1e-7, atol=1e-9)


def test_a_fair_split_stays_equal_in_all_tasks_as_their_shares_move():
    """As above, all units cost the same, so that output does not move: a = E/(Y (s_1 + s_3))."""
    bundles = np.array(
        [[[1.0, 0.0], [0.2, 1.0]], [[1.0, 0.0], [0.5, 1.0]], [[1.0, 0.0], [0.2, 1.0]]]
    )
    share, grows, inference = np.array([0.2, 0.5, 0.3]), np.array([1.0, 0.0, -0.5]), 0.3
    moved = share * np.exp(np.multiply.outer(NODES, grows))
    moved /= moved.sum(axis=-1, keepdims=True)
    supply = np.array([1.0, inference])
    problem = bundles, supply, Nest(0.5, share, [0, 1, 2]), np.ones((3, 2), bool)
    nodes = bundles, np.tile(supply, (4, 1)), Nest(np.full(4, 0.5), moved, [0, 1, 2])
    found = slopes(problem, allocate(*problem), nodes, NODES[None], WEIGHTS[None])
    assert found.log_output[0] == pytest.approx(0, abs=1e-12)
    slope = share * (grows - share @ grows)
    part = inference / (1 + 0.8 * inference) / (share[0] + share[2])
    change = -part * (slope[0] + slope[2]) / (share[0] + share[2])
    np.testing.assert_allclose(found.mode_share[0, :, 1], [change, 0, change], rtol=1e-9, atol=1e-9)
