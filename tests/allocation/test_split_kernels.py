"""Fair splits of tied modes in compiled loops against NumPy's pseudoinverse."""

import numpy as np
import pytest

from taskmodel.allocation import Nest
from taskmodel.allocation import uniqueness_kernels as splits
from taskmodel.allocation.active_set import instances_of
from taskmodel.allocation.inputs import check_inputs
from taskmodel.allocation.newton_kernels import evaluate
from taskmodel.allocation.regime_kernels import (
    USED,
    WEIGHT,
    instance_of,
    new_regimes,
    regime_of,
    workspace,
)
from taskmodel.allocation.tie_kernels import mark_ties


def regime(bundles, supply, nest, price, mode_share):
    """Instance, regime with these prices and shares of all modes, and workspace, evaluated."""
    problem = check_inputs(bundles, supply, nest, None).presolved().problem
    _, leaves, modes, factors = problem.bundle.shape
    case = instance_of(instances_of(problem), 0)
    state = regime_of(new_regimes(1, leaves, modes, factors), 0)
    state.active[:], state.priced[:] = case.open, np.asarray(price) > 0
    state.price[:], state.mode_share[:] = price, mode_share
    work = workspace(leaves, modes, problem.tree.nodes, factors, leaves * modes, linked=False)
    evaluate(problem.tree.nests, case, state, work)
    split = splits.split_workspace(leaves, modes, problem.tree.nodes, factors)
    mark_ties(case, state, split.ties)
    return case, state, work, split


@pytest.mark.parametrize("seed", range(20))
def test_the_fair_split_is_the_shortest_solution(seed):
    rng = np.random.default_rng(seed)
    tasks, modes, factors = 4, 3, 3
    price = rng.dirichlet(np.ones(factors))
    bundles = rng.uniform(0.5, 1.5, (tasks, modes, factors))
    cost = bundles @ price
    bundles *= (cost[:, :1] / cost)[..., None]  # all modes of a task cost the same
    given = rng.dirichlet(np.full(modes, 5.0), tasks)
    nest = Nest(0.5, rng.dirichlet(np.ones(tasks)), range(tasks))
    case, state, work, split = regime(bundles, np.ones(factors), nest, price, given)
    weight = work.node[WEIGHT, :tasks].copy()
    # tasks are complete, and factors are used as by the given split
    use = (weight / work.cost[:, 0])[:, None, None] * bundles
    complete = np.kron(np.eye(tasks), np.ones(modes))
    rows = np.vstack([complete, use.reshape(-1, factors).T])
    target = rows @ given.ravel()
    scale = np.sqrt(np.repeat(weight, modes))
    expected = (np.linalg.pinv(rows / scale, rcond=1e-9) @ target / scale).reshape(tasks, modes)
    target[tasks:] = 1.0  # the kernel has supplies used up
    full = (np.linalg.pinv(rows / scale, rcond=1e-9) @ target / scale).reshape(tasks, modes)
    found = splits.fair_split(case, state, work, split)
    used_up = np.allclose(rows @ given.ravel(), target, atol=1e-9)
    shortest = expected if used_up else full
    assert found == bool((shortest > 1e-12).all())
    assert state.mode_share == pytest.approx(shortest if found else given, abs=1e-9)


def test_a_split_with_a_negative_share_is_left_open():
    # only the first task's second mode uses little of factor 1, which the second task needs
    bundles = np.array([[[1.0, 1.0], [1.5, 0.5], [0.1, 1.9]]])
    case, state, work, split = regime(
        bundles, np.ones(2), Nest(0.5, [1.0], [0]), [0.5, 0.5], [[0.3, 0.3, 0.4]]
    )
    before = state.mode_share.copy()
    assert splits.fair_split(case, state, work, split)
    assert state.mode_share @ np.ones(3) == pytest.approx(1)
    # used up: the mean of the tilts 0, 1/2 and -9/10, weighted by shares, is zero
    assert (state.mode_share @ [0.0, 0.5, -0.9]) == pytest.approx(0, abs=1e-12)
    assert (state.mode_share != before).any()
    bundles[0, 2] = 1.4, 0.6  # two modes use more of factor 0, none more of factor 1
    bundles[0, 0] = 1.1, 0.9
    case, state, work, split = regime(
        bundles, np.ones(2), Nest(0.5, [1.0], [0]), [0.5, 0.5], [[0.3, 0.3, 0.4]]
    )
    before = state.mode_share.copy()
    assert not splits.fair_split(case, state, work, split)
    assert np.array_equal(state.mode_share, before)


def test_prices_are_open_where_a_used_up_factor_without_one_is_used_as_much_at_any():
    bundles, nest = [[[1.0, 1.0]], [[1.0, 1.0]]], Nest(0.4, [0.5, 0.5], [0, 1])
    case, state, work, split = regime(bundles, np.ones(2), nest, [1.0, 0.0], [[1.0], [1.0]])
    assert work.factor[USED] == pytest.approx(1, abs=1e-12)
    nests = check_inputs(bundles, np.ones(2), nest, None).presolved().problem.tree.nests
    assert splits.uniqueness(nests, case, state, work, split) == splits.PRICES_OPEN


@pytest.mark.parametrize(
    ("second", "share", "left"),
    [
        (1.2, [1.0, 0.0, 0.0], []),  # both idle modes need more of what is used up
        (0.8, [1.0, 0.0, 0.0], [1, 2]),  # work in the second mode makes room for the third
        (1.2, [0.5, 0.5, 0.0], [2]),  # so does less work in the second, which is in use
    ],
)
def test_idle_modes_that_cannot_carry_work_are_taken_back(second, share, left):
    # modes cost the same, since the second factor has no price
    bundles = np.array([[[1.0, 1.0, 1.0], [1.5, second, 0.5], [0.5, 1.1, 1.5]]])
    bundles[..., 1] /= bundles[0, :, 1] @ share
    price, nest = [0.5, 0.0, 0.5], Nest(0.5, [1.0], [0])
    case, state, work, _ = regime(bundles, np.ones(3), nest, price, [share])
    assert work.factor[USED, 1] == pytest.approx(1)
    state.active[0] = np.array(share) > 0
    tied = np.ones((1, 3), dtype=bool)
    assert splits.take_back(case, state, work, tied) == bool(left)
    assert np.flatnonzero(tied[0] & ~state.active[0]).tolist() == left
