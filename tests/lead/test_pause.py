"""Pauses: the point of pause, confidence, growth, preparation and the choice among models."""

import numpy as np
import pytest
from formulas import positive
from hypothesis import given
from hypothesis import strategies as st

from taskmodel.errors import RunawayError
from taskmodel.lead.pause import (
    accumulated_risk,
    blow_up_date,
    climb,
    confidence_margin,
    growth_for_multiplier,
    growth_multiplier,
    misjudged,
    pause_point,
    prepared_work,
    sweet_spot,
    takeover_risk,
)


@given(tolerated=st.floats(1e-6, 1), intercept=st.floats(-15, 0), slope=positive(0.1, 10))
def test_at_the_pause_point_the_risk_is_the_tolerated_risk(tolerated, intercept, slope):
    point = pause_point(tolerated, intercept, slope)
    assert float(takeover_risk(point, intercept, slope)) == pytest.approx(tolerated, rel=1e-9)
    margin, _ = confidence_margin(1.0, 0.95, slope, 0.5)
    log_ratio = np.log(tolerated / takeover_risk(point - margin, intercept, slope))
    assert float(misjudged(0.0, 1.0, log_ratio)) == pytest.approx(0.05, rel=1e-6)


def test_a_late_pause_multiplies_the_risk_by_the_capability_gained_in_the_delay():
    pace, delay, slope = 0.1, 3.0, 2.3
    point = pause_point(0.01, -9.0, slope)
    late = float(takeover_risk(point + pace * delay, -9.0, slope))
    assert late == pytest.approx(0.01 * np.exp(slope * pace * delay), rel=1e-12)


def test_the_probability_of_a_window_agrees_with_simulated_thresholds():
    helps, endangers, sd_helps, sd_endangers, correlation = 2.0, 2.5, 0.6, 0.8, 0.3
    covariance = correlation * sd_helps * sd_endangers
    thresholds = np.random.default_rng(0).multivariate_normal(
        [helps, endangers], [[sd_helps**2, covariance], [covariance, sd_endangers**2]], 100_000
    )
    width, probability, months = sweet_spot(
        helps, endangers, sd_helps, sd_endangers, correlation, 0.1
    )
    simulated = (thresholds[:, 1] > thresholds[:, 0]).mean()
    assert float(probability) == pytest.approx(simulated, abs=4 * 0.5 / np.sqrt(100_000))
    assert (float(width), float(months)) == pytest.approx((0.5, 5.0))
    assert sweet_spot(3, 2, 1, 0, 0, 0.1)[2].item() == 0  # a maximum with 0


def test_methods_are_completed_while_the_window_is_open():
    months, works, reaches, productivity, slope = 6.0, [10, 40, 400], [1, 1, 1], 5.0, 0.5
    levels = np.array([0, 1])
    spent = (np.array(works[:2]) / (productivity * 10 ** (slope * levels))).sum()
    methods, level, remaining = climb(months, works, reaches, productivity, slope)
    assert (int(methods), float(level)) == (2, 2.0)
    assert float(remaining) == pytest.approx(months - spent, rel=1e-12)
    assert [value.item() for value in climb(0, [1], [1], 1, 0)] == [0, 0, 0]
    with pytest.raises(ValueError, match="of one length; found 1 and 2"):
        climb(6, [1], [1, 1], 1, 0)


@given(growth=st.floats(0, 300))
def test_growth_and_its_mean_multiplier_are_inverse(growth):
    inverse = float(growth_for_multiplier(growth_multiplier(growth)))
    assert inverse == pytest.approx(growth, rel=1e-9, abs=1e-7)


@given(prior=st.floats(0, 20), length=st.floats(0.01, 12), theta=st.floats(0, 0.99))
def test_preparation_solves_its_equation_and_adds_only_through_theta(prior, length, theta):
    work, step = float(prepared_work(prior, length, theta)), 1e-6
    slope = (float(prepared_work(prior, length + step, theta)) - work) / step
    assert slope == pytest.approx((1 + prior + work) ** theta, rel=1e-3)
    assert float(prepared_work(prior, length, 0)) == pytest.approx(length, rel=1e-9)
    assert float(prepared_work(prior + 1, length, 0)) == pytest.approx(length, rel=1e-9)


@given(theta=st.floats(1.05, 4), prior=st.floats(0, 5))
def test_divergence_is_an_error_that_states_its_date(theta, prior):
    date = float(blow_up_date(prior, theta))
    assert float(prepared_work(prior, 0.99 * date, theta)) > 0
    with pytest.raises(RunawayError, match=f"blows up {date:.3g} months into a pause"):
        prepared_work(prior, date, theta)


@pytest.mark.parametrize("theta", [0.999, 1.0])
def test_work_beyond_the_largest_float_is_an_error(theta):
    with pytest.raises(RunawayError, match="than any number can hold"):
        prepared_work(0, 5000, theta)


def test_preparation_is_continuous_at_theta_one():
    offset = np.array([0.0, 1e-15, -2e-16, 1e-12, -1e-12, 1e-9, -1e-9])
    work = prepared_work(1, 3, 1 + offset)
    assert work[0] == pytest.approx(2 * np.expm1(3), rel=1e-15)
    # d ln(1 + W/W0) / d theta = g ln(start) + g^2 / 2 at theta = 1, g = 3
    expected = (work[0] + 2) * (1 + offset * (3 * np.log(2) + 4.5))
    assert work + 2 == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize("theta", [0.0, 0.5, 1.0, 1.5])
def test_preparation_starts_at_its_rate_of_work(theta):
    assert float(prepared_work(1, 1e-15, theta)) == pytest.approx(1e-15 * 2**theta, rel=1e-12)


@given(rate=positive(1e-6, 1), steps=st.floats(0, 100))
def test_risk_accumulates_as_independent_events(rate, steps):
    twice = float(accumulated_risk(rate, 2 * steps))
    once = float(accumulated_risk(rate, steps))
    assert 1 - twice == pytest.approx((1 - once) ** 2, rel=1e-9, abs=1e-15)


@pytest.mark.parametrize(
    ("slope", "message"), [(0, "never crosses"), ([1, -2], "slope must be above 0, found -2")]
)
def test_a_risk_that_does_not_grow_has_no_pause_point(slope, message):
    with pytest.raises(ValueError, match=message):
        pause_point(0.01, -9, slope)
