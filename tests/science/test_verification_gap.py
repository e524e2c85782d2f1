"""Review of workers beyond their tasks, and the worker of least cost."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from taskmodel.errors import InputError
from taskmodel.science.capability import logistic_success, required_lead
from taskmodel.science.verification_gap import (
    assisted_review,
    best_lead,
    cheapest_lead,
    detection_fall,
    review_growth,
)

BETA = 0.84


@pytest.mark.parametrize(
    ("gap", "lead", "success", "cost"),
    [
        (0.1, 10.8343, 0.8810, 1.4405),
        (0.2, 3.9936, 0.7619, 1.7313),
        (0.4, 1.1202, 0.5238, 1.9977),
    ],
)
def test_the_best_worker_where_review_is_the_only_cost(gap, lead, success, cost):
    best = float(best_lead(gap, BETA))
    assert round(best, 4) == lead
    odds = float(logistic_success(1 / best, 1, BETA))
    assert round(odds, 4) == success
    assert round(float(review_growth(best, gap)) / odds, 4) == cost
    numeric = cheapest_lead([1, 1], [gap, gap - BETA], 0.0, 20.0)
    assert float(np.exp(numeric)) == pytest.approx(best, rel=1e-11)


def test_from_half_of_beta_on_the_weakest_model_is_best_and_without_a_gap_the_strongest():
    assert best_lead([BETA / 2, BETA, 2], BETA).tolist() == [1, 1, 1]
    assert np.isinf(best_lead([0, -0.1], BETA)).all()


def test_the_least_cost_agrees_with_another_minimiser():
    rng = np.random.default_rng(4)
    coefficient = 10 ** rng.uniform(-3, 3, (200, 5))
    coefficient[rng.random((200, 5)) < 0.3] = 0
    exponent = rng.uniform(-2, 2, (200, 5))
    low = rng.uniform(-1, 1, 200)
    high = low + rng.uniform(0, 20, 200)
    least = cheapest_lead(coefficient, exponent, low, high)
    assert ((low <= least) & (least <= high)).all()

    def log_cost(u, row):
        return np.log(np.maximum((coefficient[row] * np.exp(exponent[row] * u)).sum(), 1e-300))

    for row in range(200):
        ends = (low[row], high[row])
        other = minimize_scalar(
            log_cost, bounds=ends, args=(row,), method="bounded", options={"xatol": 1e-9}
        )
        others = min(other.fun, *(log_cost(end, row) for end in ends))
        assert log_cost(least[row], row) <= others + 1e-12


def test_required_success_shifts_the_horizon():
    assert round(float(required_lead(0.8, BETA)), 4) == 5.2088
    assert float(logistic_success(1 / required_lead(0.95, BETA), 1, BETA)) == pytest.approx(0.95)


def test_a_critic_assists_in_half_of_its_limit_at_its_horizon():
    assert float(assisted_review(1, 0.6, 0.3, BETA)) == pytest.approx(1 - 0.3 * 0.7)
    assert float(assisted_review(0, 0.6, 0.3, BETA)) == 1
    assert float(assisted_review(1e40, 0.6, 0.3, BETA)) == pytest.approx(1 - 0.6 * 0.7)


def test_detection_falls_as_review_grows():
    lead = np.array([0.1, 1, 3, 50])
    np.testing.assert_allclose(detection_fall(lead, 0.3) * review_growth(lead, 0.3), 1)


def test_a_negative_fall_of_detection_is_refused():
    with pytest.raises(InputError, match="gap must be in"):
        detection_fall(2, -0.1)
