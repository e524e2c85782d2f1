"""The closed form of people and compute over sorted tasks, held to the general optimiser, and to what it should be."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from taskmodel.allocation import Nest, allocate, sorted_tasks


def problem(rng, tasks, twins=False):
    """Shares, kappa (inf for some), and supplies of many points."""
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
def test_it_equals_the_general_optimum(elasticity):
    rng = np.random.default_rng(11)
    for number in range(8):
        shares, kappa, hours, compute = problem(
            rng, int(rng.integers(2, 13)), twins=number % 2 == 1
        )
        ours, theirs = (
            sorted_tasks(shares, kappa, elasticity).allocate(hours, compute),
            general(shares, kappa, elasticity, hours, compute),
        )
        assert_allclose(ours.output, theirs.output, rtol=1e-12)
        assert_allclose(ours.factor_elasticity, theirs.factor_elasticity, rtol=0, atol=1e-10)
        assert_allclose(
            ours.shadow_price * np.stack([hours, compute], -1),
            theirs.shadow_price * np.stack([hours, compute], -1),
            atol=1e-9,
        )
        scale = theirs.activity.sum(axis=(-1, -2))[:, None, None]
        assert_allclose(
            ours.activity / scale, theirs.activity / scale, rtol=0, atol=1e-9
        )  # the fair split of twins too


@pytest.mark.parametrize("elasticity", [0.3, 1.0, 2.5])
def test_activities_use_the_supplies_and_make_the_output(elasticity):
    shares, kappa, hours, compute = problem(np.random.default_rng(12), 40)
    best = sorted_tasks(shares, kappa, elasticity).allocate(hours, compute)
    used = (
        best.activity[..., 0].sum(axis=-1),
        (best.activity[..., 1] * np.where(np.isfinite(kappa), kappa, 0.0)).sum(axis=-1),
    )
    assert_allclose(used[0], hours, rtol=1e-11)
    assert_allclose(used[1], compute, rtol=1e-11)
    log_work = np.log(best.activity.sum(axis=-1))
    rho = 1 - 1 / elasticity
    made = (
        np.exp((shares * (log_work - np.log(shares))).sum(axis=-1))
        if rho == 0
        else (shares ** (1 - rho) * np.exp(rho * log_work)).sum(axis=-1) ** (1 / rho)
    )
    assert_allclose(best.output, made, rtol=1e-11)


def test_with_every_task_done_by_compute_hours_are_worth_nothing():
    best = sorted_tasks([0.4, 0.6], [0.1, 0.2], 2.0).allocate(1.0, 1e9)
    assert best.factor_elasticity.tolist() == [0, 1] or best.factor_elasticity[0] < 1e-8
    alone = sorted_tasks([0.4, 0.6], [np.inf, np.inf], 0.5).allocate(7.0, [1.0, 2.0])
    assert_allclose(alone.output, 7.0)
    assert_allclose(alone.factor_elasticity, [[1, 0], [1, 0]], atol=1e-15)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (([0.5, 0.5], [1.0], 0.5), "of one length"),
        (([0.5, 0.4], [1.0, 1.0], 0.5), "sum to 1"),
        (([1.0, 0.0], [1.0, 1.0], 0.5), "positive"),
        (([0.5, 0.5], [1.0, 0.0], 0.5), "kappa must be above 0"),
        (([0.5, 0.5], [1.0, np.nan], 0.5), "kappa must be above 0"),
        (([0.5, 0.5], [1.0, 2.0], 0.0), "use allocate"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments, says):
    with pytest.raises(ValueError, match=says):
        sorted_tasks(*arguments)


@pytest.mark.parametrize(
    ("supplies", "name"),
    [((0.0, 1.0), "hours"), ((1.0, np.inf), "compute"), ((1.0, [1.0, -1.0]), "compute")],
)
def test_supplies_are_positive_and_finite(supplies, name):
    with pytest.raises(ValueError, match=f"{name} must be positive"):
        sorted_tasks([0.5, 0.5], [1.0, 2.0], 0.5).allocate(*supplies)
