"""Vanishing against small: factors that are nearly both scarce, prices of 1e-14 beside 1."""

import numpy as np
import pytest

from taskmodel.allocation import Nest, allocate

MODES = [[[1, 0, 0], [0, 0, 1]], [[0, 1, 0], [0, 1, 0]]]


@pytest.mark.parametrize("share", [0.3, 0.5, 0.6])
@pytest.mark.parametrize("elasticity", [0.5, 0.9, 1.5])
def test_a_scarce_factor_of_tiny_worth_has_its_price(share, elasticity):
    """Factors 0 (1 a unit) and 2 (x a unit) are used up in one task, factor 1 in the other."""
    sizes = np.geomspace(1e-7, 1e-3, 40)
    bundles = np.array(MODES, dtype=float)[None].repeat(len(sizes), axis=0)
    bundles[:, 0, 1, 2] = sizes
    found = allocate(bundles, np.ones(3), Nest(elasticity, [share, 1 - share], [0, 1]))
    rho = 1 - 1 / elasticity
    one, two = share * ((1 + 1 / sizes) / share) ** rho, (1 - share) * (1 / (1 - share)) ** rho
    np.testing.assert_allclose(found.output, (one + two) ** (1 / rho), rtol=1e-9)
    part = one / (one + two)
    expected = np.stack([part * sizes / (1 + sizes), 1 - part, part / (1 + sizes)], axis=-1)
    np.testing.assert_allclose(found.factor_elasticity, expected, rtol=1e-8)
    np.testing.assert_allclose(
        found.activity[:, 0], np.stack([np.ones_like(sizes), 1 / sizes], axis=-1), rtol=1e-8
    )
    assert found.priced.all()


@pytest.mark.parametrize("hours", [1, 10, 39])
def test_of_two_factors_scarce_to_a_hair_the_scarcer_one_has_the_price(hours):
    """AI needs 1 unit of factor 1 and 1 + d of factor 2 for ``hours`` of a person's work."""
    apart = np.geomspace(1e-9, 1e-2, 40)
    bundles = np.zeros((len(apart), 1, 2, 3))
    bundles[:, 0, 0, 0], bundles[:, 0, 1, 1], bundles[:, 0, 1, 2] = hours, 1, 1 + apart
    found = allocate(bundles, np.ones(3), Nest(0.5, [1], [0]))
    output = 1 / hours + 1 / (1 + apart)
    np.testing.assert_allclose(found.output, output, rtol=1e-12)
    assert (found.priced == [True, False, True]).all()
    np.testing.assert_allclose(found.factor_elasticity[:, 0], 1 / hours / output, rtol=1e-9)
    np.testing.assert_allclose(1 - found.factor_use[:, 1], apart / (1 + apart), rtol=1e-4)


def test_nearly_proportional_factors_are_decided_whatever_the_elasticity():
    rng = np.random.default_rng(5)
    for _ in range(60):
        tasks, modes, factors = (
            int(rng.integers(1, 6)),
            int(rng.integers(1, 4)),
            int(rng.integers(2, 5)),
        )
        bundles = 10 ** rng.uniform(-1, 1, (tasks, modes, factors)) * (
            rng.random((tasks, modes, factors)) < 0.6
        )
        one, other = rng.choice(factors, 2, replace=False)
        bundles[..., other] = bundles[..., one] * (
            1 + 10 ** rng.uniform(-12, -3) * rng.integers(0, 2, (tasks, modes))
        )
        bundles[..., 0] += bundles.sum(axis=-1) == 0
        nest = Nest(
            float(rng.choice([0, 0.1, 0.5, 1, 1.5, 4, 10])),
            rng.dirichlet(np.ones(tasks)),
            list(range(tasks)),
        )
        found = allocate(bundles, np.ones(factors), nest)
        assert found.gap < 1e-9
        assert (found.factor_use < 1 + 1e-9).all()
        # what has no price is not short, and what is not used up has no price
        spare = 1 - found.factor_use
        assert (spare[found.priced] < 1e-9).all()


def test_which_of_two_modes_that_cost_nothing_is_cheaper_means_nothing():
    """Tasks that need nothing scarce are split feasibly, not by traces of prices."""
    bundles = np.zeros((3, 2, 3))
    bundles[0, 0, 0] = 1.0  # what limits output
    bundles[0, 1, 0] = 2.0
    bundles[1] = [
        [0, 1.5, 0],
        [0, 0, 1.5],
    ]  # either of two others, of which neither alone is enough
    bundles[2] = [[0, 0.1, 0], [0, 0, 0.2]]
    found = allocate(bundles, [1.0, 1.0, 1.0], Nest(0.0, [1 / 3, 1 / 3, 1 / 3], [0, 1, 2]))
    assert found.output == pytest.approx(3)
    assert (found.factor_use <= 1 + 1e-12).all()
    assert found.factor_elasticity.tolist() == pytest.approx([1, 0, 0])
    assert found.usable[1:].all()


def test_as_many_ties_as_there_are_tasks_find_room():
    # each task is done with either factor, at the same cost where both have the same price
    size = np.linspace(1.0, 2.0, 60)
    bundles = np.zeros((60, 2, 2))
    bundles[:, 0, 0] = bundles[:, 1, 1] = size
    result = allocate(bundles, [1.0, 1.0], Nest(0.5, np.full(60, 1 / 60), range(60)))
    assert result.output == pytest.approx(2 / np.sqrt(size).mean() ** 2, rel=1e-12)
    assert result.activity.T @ size == pytest.approx([1.0, 1.0], rel=1e-9)
