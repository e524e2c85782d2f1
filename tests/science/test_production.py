"""Costs, cost shares and outputs of nested CES against their definitions."""

import numpy as np
import pytest

from taskmodel.science.production import Nest, Tree, node_costs, node_outputs

SIGMAS = [0.0, 0.3, 1 - 1e-9, 1.0, 1 + 1e-9, 1.7, 6.0]


def unit_cost(sigma, share, cost):
    if abs(sigma - 1) < 1e-6:
        return np.prod(cost**share)
    return (share @ cost ** (1 - sigma)) ** (1 / (1 - sigma))


def output(sigma, share, quantity):
    if sigma == 0:
        return np.min(quantity / share)
    if abs(sigma - 1) < 1e-6:
        return np.prod((quantity / share) ** share)
    rho = 1 - 1 / sigma
    return (share @ (quantity / share) ** rho) ** (1 / rho)


@pytest.mark.parametrize("inner", SIGMAS)
@pytest.mark.parametrize("outer", SIGMAS)
def test_two_levels_are_those_of_the_definition(outer, inner):
    rng = np.random.default_rng(1)
    # sums of exactly one: next to Cobb-Douglas a rounded sum counts, over 1 - sigma
    s, t = np.array([0.5, 0.125, 0.375]), np.array([0.625, 0.375])
    tree = Tree(Nest(outer, t, [Nest(inner, s, [0, 1, 2]), 3]))
    cost = rng.uniform(0.2, 5, (6, 4))
    log_c, theta, weight = node_costs(tree, np.log(cost), tree.share[None], tree.elasticity[None])
    quantity = rng.uniform(0.2, 5, (6, 4))
    log_x = node_outputs(tree, np.log(quantity), tree.share[None], tree.elasticity[None])
    for p in range(6):
        below = unit_cost(inner, s, cost[p, :3])
        root = unit_cost(outer, t, np.array([below, cost[p, 3]]))
        # sigma within 1e-9 of one is compared with one
        assert np.exp(log_c[p, 4:]) == pytest.approx([below, root], rel=1e-8)
        expected = s * (cost[p, :3] / below) ** (1 - inner)
        assert theta[p, :3] == pytest.approx(expected, rel=1e-8)
        assert weight[p, :3] == pytest.approx(expected * t[0] * (below / root) ** (1 - outer))
        assert weight[p, :4].sum() == pytest.approx(1, rel=1e-13)
        made = output(inner, s, quantity[p, :3])
        total = output(outer, t, np.array([made, quantity[p, 3]]))
        assert np.exp(log_x[p, 4:]) == pytest.approx([made, total], rel=1e-8)


def test_equal_costs_are_the_unit_cost_and_rows_may_differ():
    tree = Tree(Nest(np.array([0.2, 1.0, 3.0]), [0.2, 0.3, 0.5], [0, 1, 2]))
    share = np.broadcast_to(tree.share, (3, tree.nodes))
    log_c, theta, _ = node_costs(tree, np.full((3, 3), 400.0), share, tree.elasticity)
    assert log_c[:, tree.root] == pytest.approx(400.0, rel=1e-15)
    assert theta[:, :3] == pytest.approx(share[:, :3], rel=1e-13)


def test_no_output_and_members_that_drop_out():
    share = np.array([[0.5, 0.5, 1.0], [1.0, 0.0, 1.0]])
    quantity = np.array([[0.0, -np.inf], [0.0, -np.inf]])
    for sigma, alone in ((0.0, -np.inf), (0.5, -np.inf), (1.0, -np.inf), (2.0, np.log(0.5))):
        tree = Tree(Nest(sigma, [0.5, 0.5], [0, 1]))
        log_x = node_outputs(tree, quantity, share, tree.elasticity[None])
        assert log_x[:, tree.root].tolist() == pytest.approx([alone, 0.0], abs=1e-15)


def test_children_come_before_their_nests_and_weight_is_lost_downwards():
    inner = Nest(0.5, [0.5, 0.5], [0, 1])
    tree = Tree(Nest(0.5, [0.0, 1.0], [Nest(0.5, [1.0], [inner]), 2]))
    assert all((below < nest).all() for nest, below in tree.children.items())
    assert tree.weightless(tree.share).tolist() == [True, True, False, True, True, False]
    assert tree.nests.parent.tolist() == [3, 3, 5, 4, 5, 5]
