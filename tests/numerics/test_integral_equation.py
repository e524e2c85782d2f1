"""Integral equations: closed forms, jumps, feedback, and the error estimate."""

import math

import numpy as np
import pytest

from taskmodel.errors import AccumulationError
from taskmodel.numerics.integral_equation import accumulate


def single(rate):
    return lambda times, work: np.stack([rate(times, work)], axis=1)


@pytest.mark.parametrize(
    ("rate", "solution", "feedback"),
    [
        (lambda t, w: np.exp(0.7 * t), lambda t: math.expm1(0.7 * t) / 0.7, False),
        (lambda t, w: 1 / (1 + w), lambda t: math.sqrt(1 + 2 * t) - 1, True),
        (lambda t, w: (1 + w) ** 0.5, lambda t: (1 + t / 2) ** 2 - 1, True),
        (
            lambda t, w: np.where(t < 1.3, 1.0, 3.0),
            lambda t: t + 2 * max(0.0, t - 1.3),
            False,
        ),  # a jump at no edge
        (
            lambda t, w: np.where(w < 1, 1.0, 3.0),
            lambda t: t + 2 * max(0.0, t - 1),
            True,
        ),  # a jump in the accumulated quantity
        (
            lambda t, w: np.abs(t - math.pi / 2),
            lambda t: (math.pi**2 / 4 - (math.pi / 2 - t) * abs(math.pi / 2 - t)) / 2,
            False,
        ),
    ],
)
def test_the_integral_is_the_closed_form_within_the_error_estimate(rate, solution, feedback):
    result = accumulate(single(rate), [0.0, 4.0], feedback=feedback, tolerance=1e-8)
    for time in (0.0, 0.9, 1.3, 2.2, 4.0):
        assert float(result(time)[0]) == pytest.approx(solution(time), rel=1e-7, abs=1e-7), time
    assert abs(float(result(4.0)[0]) - solution(4.0)) <= 2 * result.error[0] + 1e-8 * solution(4.0)
    assert result.error[0] <= 1e-8 * solution(4.0)


def test_a_jump_at_an_edge_costs_nothing():
    dates = []

    def rate(times, work):
        dates.extend(times)
        return np.where(times < 1.3, 1.0, 3.0)[:, None]

    result = accumulate(rate, [0.0, 1.3, 4.0], feedback=False, tolerance=1e-12)
    assert float(result(4.0)[0]) == pytest.approx(1.3 + 3 * 2.7, rel=1e-14) and len(dates) == 10


def test_only_the_first_kind_feeds_back():
    def rates(times, work):
        return np.stack([1 + work, 2 * np.ones(len(work))], axis=1)

    result = accumulate(rates, [0.0, 1.0], feedback=True, tolerance=1e-9)
    np.testing.assert_allclose(result(1.0), [math.e - 1, 2], rtol=1e-9)


@pytest.mark.parametrize(
    ("rate", "message"),
    [
        (lambda t, w: np.where(t > 2, np.inf, 1.0), "the work done at 3.07694 is no number"),
        (lambda t, w: np.sin(1e9 * t) ** 2, "changes too fast"),
    ],
)
def test_integrals_without_a_finite_value_are_errors(rate, message):
    with pytest.raises(AccumulationError, match=message):
        accumulate(single(rate), [0.0, 4.0], feedback=False, tolerance=1e-12)
