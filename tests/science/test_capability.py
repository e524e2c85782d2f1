"""Capability: horizons, thresholds, the cost of an attempt."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskmodel.science.capability import (
    automatable,
    automation_threshold,
    inference_per_hour,
    logistic_success,
    success_probability,
    task_horizon,
    training_compute,
)

LINE = {"intercept": 1.045, "slope": 0.485, "reference_compute": 2.1e25}


@pytest.mark.parametrize(
    ("hours", "published_oom", "published_compute"),
    [
        (1, 1.5, 6.8e26),
        (8, 3.4, 4.9e28),
        (40, 4.8, 1.4e30),
        (167, 6.1, 2.6e31),
        (2000, 8.3, 4.4e33),
    ],
)
def test_thresholds_are_the_published_ones(hours, published_oom, published_compute):
    threshold = automation_threshold(hours, **LINE)
    assert np.log10(threshold / 2.1e25) == pytest.approx(published_oom, abs=0.05)
    # Two digits are published, of a fit with more digits than the coefficients here: one unit of
    # the second digit may differ.
    last_digit = 10.0 ** (np.floor(np.log10(published_compute)) - 1)
    assert threshold == pytest.approx(published_compute, rel=0, abs=last_digit)


def test_the_longest_and_messiest_task_of_the_default_catalog_needs_6_6e32():
    # Safety cases: 160 h, five times messier than the benchmark; likewise agenda setting.
    assert float(automation_threshold(160, 5, **LINE)) == pytest.approx(6.6e32, rel=0.01)


def test_gpt_4_has_a_horizon_of_eleven_minutes():
    assert 60 * task_horizon(2.1e25, **LINE) == pytest.approx(10**1.045)


@given(st.floats(1e-4, 1e5), st.floats(0.1, 100), st.floats(0.2, 1))
def test_horizon_at_the_threshold_is_the_required_horizon(hours, multiplier, slope):
    line = {**LINE, "slope": slope}
    # The rounding of the threshold grows by 1/slope, and shrinks by slope in the horizon.
    assert task_horizon(automation_threshold(hours, multiplier, **line), **line) == pytest.approx(
        hours * multiplier, rel=1e-12
    )


@given(st.floats(1e20, 1e40))
def test_threshold_of_the_horizon_is_the_compute(compute):
    assert automation_threshold(task_horizon(compute, **LINE), **LINE) == pytest.approx(
        compute, rel=1e-12
    )


def test_threshold_depends_on_the_product_of_horizon_and_multiplier_alone_bit_for_bit():
    assert automation_threshold(8, 1.5, **LINE) == automation_threshold(12, **LINE)


def test_horizon_without_compute_is_zero():
    assert task_horizon(0, **LINE) == 0


def test_threshold_beyond_the_largest_float_is_never():
    threshold = automation_threshold([1.0], **{**LINE, "slope": 1e-3})
    assert np.isinf(threshold).all()
    assert not automatable(1e300, threshold).any()


def test_task_is_automatable_from_its_threshold_on():
    threshold = automation_threshold([1, 8], **LINE)
    compute = np.array([np.nextafter(threshold[0], 0), threshold[0], threshold[1]])
    assert automatable(compute, threshold).tolist() == [[False, False], [True, False], [True, True]]


def test_half_of_todays_compute_for_a_year_trains_the_frontier():
    assert training_compute(8.4e28, training_share=0.5) == 4.2e28


def test_success_is_the_complement_of_defects():
    assert success_probability([0, 0.2]).tolist() == [1, 0.8]


def test_inference_is_two_flop_per_parameter_and_token_of_a_chinchilla_model():
    # Chinchilla itself: 70e9 parameters, 20 tokens each, 6 FLOP per parameter and token.
    parameters = 70e9
    compute = 6 * parameters * 20 * parameters
    cost = inference_per_hour(compute, tokens_per_human_second=100, parameters_compute_ratio=120)
    assert cost == pytest.approx(2 * parameters * 100 * 3600, rel=1e-12)


@given(st.floats(1e20, 1e35), st.floats(1, 1e6))
def test_inference_grows_as_the_square_root_of_training(compute, factor):
    settings = {"tokens_per_human_second": 100, "parameters_compute_ratio": 120}
    ratio = inference_per_hour(compute * factor, **settings) / inference_per_hour(
        compute, **settings
    )
    assert ratio == pytest.approx(np.sqrt(factor), rel=1e-12)


def test_half_of_tasks_as_long_as_the_horizon_succeed():
    assert logistic_success(
        [1, 8, 500], horizon=[1, 8, 500], steepness=[0.5, 0.84, 3]
    ).tolist() == [0.5, 0.5, 0.5]


def test_80_percent_of_tasks_of_a_fifth_of_the_horizon_succeed():
    """METR's horizons at 80 % and at 50 % are 0.192 apart on average, which is beta = 0.84."""
    assert logistic_success(0.192 * 8, horizon=8, steepness=0.84) == pytest.approx(0.8, abs=5e-4)


@given(st.floats(0, 1e4), st.floats(1, 10), st.floats(0.1, 1e4), st.floats(0.2, 3))
def test_longer_tasks_never_succeed_more_often(duration, times, hours, steepness):
    longer, shorter = logistic_success([duration * times, duration], hours, steepness)
    assert longer <= shorter * (1 + 1e-12)  # powers are rounded


@given(st.floats(0.01, 100), st.floats(0.2, 3))
def test_success_is_symmetric_in_the_logarithm_of_length(ratio, steepness):
    total = logistic_success(8 * ratio, 8, steepness) + logistic_success(8 / ratio, 8, steepness)
    assert total == pytest.approx(1, rel=1e-12)


def test_a_steep_curve_is_the_step_at_the_threshold():
    assert logistic_success([7.9, 8.1, 1e300], horizon=8, steepness=1e5).tolist() == [1, 0, 0]
