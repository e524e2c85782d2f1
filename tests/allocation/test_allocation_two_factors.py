"""The closed form of people and compute over sorted tasks against the general optimiser."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sorted_tasks import two_factor_optimum

from taskmodel.allocation import Nest, allocate

pytestmark = pytest.mark.filterwarnings(
    "ignore:(divide by zero|overflow|invalid value)"  # the form that does not apply is not chosen
)


def problem(rng, tasks, twins=False):
    """Shares, kappa (inf for some), and supplies of 24 points."""
    shares = rng.dirichlet(np.ones(tasks))
    kappa = 10.0 ** rng.uniform(-1.5, 1.5, tasks)
    if twins:
        kappa[1::2] = kappa[: len(kappa[1::2]) * 2 : 2]
    kappa[rng.random(tasks) < 0.3] = np.inf
    return (
        shares / shares.sum(),
        kappa,
        10.0 ** rng.uniform(-1, 1, 24),
        10.0 ** rng.uniform(-3, 3, 24),
    )


def general(shares, kappa, elasticity, hours, compute):
    """The optimum by `allocate`."""
    bundles = np.zeros((len(shares), 2, 2))
    bundles[:, 0, 0], bundles[:, 1, 1] = 1.0, np.where(np.isfinite(kappa), kappa, 1.0)
    available = np.stack([np.full(len(shares), True), np.isfinite(kappa)], axis=1)
    return allocate(
        bundles,
        np.stack([hours, compute], axis=-1),
        Nest(elasticity, shares, list(range(len(shares)))),
        available,
    )


@pytest.mark.parametrize("elasticity", [0.1, 0.5, 0.9, 1.0, 1.1, 2.0, 3.0])
def test_closed_form_equals_the_general_optimum(elasticity):
    rng = np.random.default_rng(11)
    for number in range(8):
        shares, kappa, hours, compute = problem(
            rng, int(rng.integers(2, 13)), twins=number % 2 == 1
        )
        expected = two_factor_optimum(shares, kappa, elasticity, hours, compute)
        actual = general(shares, kappa, elasticity, hours, compute)
        assert_allclose(actual.output, expected.output, rtol=1e-12)
        assert_allclose(actual.factor_elasticity, expected.factor_elasticity, rtol=0, atol=1e-10)
        supply = np.stack([hours, compute], axis=-1)
        assert_allclose(actual.shadow_price * supply, expected.shadow_price * supply, atol=1e-9)
        # activities include the fair split of tasks with the same kappa
        scale = actual.activity.sum(axis=(-1, -2))[:, None, None]
        assert_allclose(actual.activity / scale, expected.activity / scale, rtol=0, atol=1e-9)


@pytest.mark.parametrize("elasticity", [0.3, 1.0, 2.5])
def test_activities_of_the_closed_form_use_the_supplies_and_produce_the_output(elasticity):
    shares, kappa, hours, compute = problem(np.random.default_rng(12), 40)
    best = two_factor_optimum(shares, kappa, elasticity, hours, compute)
    used = best.activity * np.stack([np.ones(40), np.where(np.isfinite(kappa), kappa, 0.0)], -1)
    assert_allclose(used.sum(axis=1), np.stack([hours, compute], axis=-1), rtol=1e-11)
    log_work = np.log(best.activity.sum(axis=-1))
    rho = 1 - 1 / elasticity
    produced = (
        np.exp((shares * (log_work - np.log(shares))).sum(axis=-1))
        if rho == 0
        else (shares ** (1 - rho) * np.exp(rho * log_work)).sum(axis=-1) ** (1 / rho)
    )
    assert_allclose(best.output, produced, rtol=1e-11)


def test_hours_are_worthless_where_compute_does_every_task():
    best = two_factor_optimum([0.4, 0.6], [0.1, 0.2], 2.0, [1.0], [1e9])
    assert best.factor_elasticity[0, 0] < 1e-8
    alone = two_factor_optimum([0.4, 0.6], [np.inf, np.inf], 0.5, 7.0, [1.0, 2.0])
    assert_allclose(alone.output, 7.0)
    assert_allclose(alone.factor_elasticity, [[1, 0], [1, 0]], atol=1e-15)
