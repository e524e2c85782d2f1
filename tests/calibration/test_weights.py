"""Weights against closed forms: conjugate normal laws, known shapes, and conflicts."""

import numpy as np
import pytest
from scipy import stats

from taskmodel.calibration.conflicts import check_agreement, conflicting_pairs, nearest_draws
from taskmodel.calibration.tempering import effective_draws, tempered
from taskmodel.calibration.weights import (
    log_likelihood,
    pareto_fit,
    pareto_weights,
    weighted_quantiles,
)
from taskmodel.errors import MomentConflict
from taskmodel.numerics.normal import normal_quantile
from taskmodel.uncertainty.streams import uniforms


def normals(count, *names):
    return {name: normal_quantile(uniforms(name, np.arange(count), seed=3)) for name in names}


@pytest.mark.parametrize("value, width", [(0.0, 1.0), (1.0, 0.5), (-1.5, 2.0)])
def test_a_normal_number_with_a_normal_observation_has_its_closed_form(value, width):
    z = normals(32768, "z")["z"]
    weights = pareto_weights(log_likelihood(((z - value) / width)[:, None]))
    mean, variance = value / (1 + width**2), width**2 / (1 + width**2)
    assert weights.weight.sum() == pytest.approx(1)
    assert weights.weight @ z == pytest.approx(mean, abs=0.01)
    assert weights.weight @ (z - mean) ** 2 == pytest.approx(variance, rel=0.02)
    quantiles = weighted_quantiles(z, weights.weight, (0.05, 0.5, 0.95))
    expected = stats.norm(mean, np.sqrt(variance)).ppf([0.05, 0.5, 0.95])
    assert quantiles == pytest.approx(expected, abs=0.02)
    # E[w]^2 / E[w^2] of w = exp(-(z - value)^2 / 2 width^2)
    first = np.sqrt(variance) * np.exp(-(value**2) / (2 * (1 + width**2)))
    second = width / np.sqrt(2 + width**2) * np.exp(-(value**2) / (2 + width**2))
    assert weights.ess / len(z) == pytest.approx(first**2 / second, rel=0.02)
    assert weights.k < 0 and weights.reliable


@pytest.mark.parametrize("rate", [0.2, 0.5, 0.9])
def test_the_shape_of_exponential_ratios_is_known(rate):
    # draws of rate 1 for a target of rate r: the ratio is a Pareto law of shape 1 - r
    x = stats.expon.ppf((np.arange(40000) + 0.5) / 40000)
    assert pareto_weights((1 - rate) * x).k == pytest.approx(1 - rate, abs=0.03)


@pytest.mark.parametrize("shape", [-0.5, 0.0, 0.3, 0.8])
def test_the_fit_gives_the_shape_of_a_pareto_law_back(shape):
    quantiles = stats.genpareto.ppf((np.arange(4000) + 0.5) / 4000, shape, scale=2.0)
    assert pareto_fit(quantiles) == pytest.approx((shape, 2.0), abs=0.02)


def test_equal_weights_are_worth_all_draws_and_one_weight_a_single_draw():
    assert pareto_weights(np.full(500, -7.0)).ess == pytest.approx(500)
    logs = np.full(500, -np.inf)
    logs[7] = -2.0
    alone = pareto_weights(logs)
    assert alone.ess == pytest.approx(1) and alone.k == np.inf and not alone.reliable


def test_smoothing_keeps_the_order_of_weights_and_their_bound():
    logs = np.log(stats.pareto.ppf((np.arange(1000) + 0.5) / 1000, 1.2))
    weight = pareto_weights(logs).weight
    assert (np.diff(weight) >= 0).all()
    raw = np.exp(logs - logs.max())
    assert weight[-1] / weight[0] <= raw[-1] / raw[0] * (1 + 1e-12)


def test_draws_without_an_answer_have_no_weight():
    weights = pareto_weights(log_likelihood(np.array([[0.0], [np.nan], [1.0]])))
    assert weights.weight[1] == 0
    values = np.array([1.0, np.nan, 2.0])
    assert np.isfinite(weighted_quantiles(values, weights.weight, (0.05, 0.95))).all()


def test_quantiles_may_be_infinite():
    values = np.array([1.0, 2.0, np.inf, np.inf])
    found = weighted_quantiles(values, np.full(4, 0.25), (0.05, 0.95))
    assert found.tolist() == [1.0, np.inf]


def test_stages_reach_a_posterior_that_weights_do_not():
    start = normals(1024, "x", "y")
    value, width = 4.0, 0.1

    def logs(z):
        return -0.5 * ((z["x"] - value) / width) ** 2

    assert not pareto_weights(logs(start)).reliable
    sample = tempered(start, logs, seed=2)
    x, variance = sample.normals["x"], width**2 / (1 + width**2)
    assert x.mean() == pytest.approx(value / (1 + width**2), abs=0.02)
    assert x.std() == pytest.approx(np.sqrt(variance), rel=0.15)
    assert abs(sample.normals["y"].mean()) < 0.15 and abs(sample.normals["y"].std() - 1) < 0.15
    assert sample.powers[-1] == 1 and (np.diff(sample.powers) > 0).all()
    again = tempered(start, logs, seed=2)
    assert (again.normals["x"] == x).all()


def test_effective_draws_of_independent_and_of_equal_samples():
    independent = np.random.default_rng(1).standard_normal((200, 800))
    assert effective_draws(independent) == pytest.approx(800, rel=0.2)
    # each of the 8 samples has one value: 8 draws
    equal = np.tile(np.random.default_rng(1).standard_normal((200, 8)), 100)
    assert effective_draws(equal) == pytest.approx(8, rel=0.2)


def test_pairs_that_cannot_be_met_together_are_named():
    x = np.linspace(-3, 3, 601)
    scores = np.stack([(x - 2) / 0.5, (x + 2) / 0.5, x / 10], axis=1)
    nearest = nearest_draws(scores)
    assert nearest[0, 1] == pytest.approx(4.0) and nearest[0, 0] == pytest.approx(0, abs=1e-12)
    assert conflicting_pairs(nearest) == [(0, 1)]
    check_agreement(log_likelihood(scores), scores, "abc")


def test_weights_that_are_all_zero_are_an_error_with_the_conflict_and_its_distance():
    x = np.linspace(-3, 3, 601)
    scores = np.stack([(x - 2) / 0.01, (x + 2) / 0.01, x], axis=1)
    message = "all 601 draws are zero: none meets a and b together .* 200 standard deviations off"
    with pytest.raises(MomentConflict, match=message):
        check_agreement(log_likelihood(scores), scores, "abc")
    scores = np.full((10, 2), 60.0)
    with pytest.raises(MomentConflict, match="none meets a .* 60 standard .* none meets b"):
        check_agreement(log_likelihood(scores), scores, "ab")
    with pytest.raises(MomentConflict, match="infinitely far"):
        check_agreement(np.full(3, -np.inf), np.full((3, 1), np.nan), "a")
