"""Erosion of a lead: the differential equation, slow-downs, theft, rivals and money."""

import numpy as np
import pytest
from formulas import positive, share
from hypothesis import given
from hypothesis import strategies as st

from taskmodel.lead.erosion import (
    binding_rival,
    effort_hazard,
    expected_pause,
    lead_from_gap,
    leak_rate,
    months_survived,
    no_theft,
    persuaded,
    precedent,
    remaining_lead,
    runway,
    slowed_pause,
    time_until_gone,
)


def test_a_gap_in_segments_is_closed_in_the_sum_of_their_times():
    assert lead_from_gap([[1.0, 1.0]], [[0.5, 0.25]]) == pytest.approx([6])
    # a deadline: the distance of a careless follower from its danger line at its pace
    position, danger, pace = 0.4, 2.0, 0.25
    deadline = float(lead_from_gap([danger - position], [pace]))
    assert position + pace * deadline == pytest.approx(danger, rel=1e-12)


def test_a_lead_obeys_its_differential_equation():
    times = np.linspace(0, 4, 4001)
    lead = remaining_lead(6, times, 0.4, 0.1)
    slope = np.gradient(lead, times)[1:-1]
    assert slope == pytest.approx((-(1 - 0.4) - 0.1 * lead)[1:-1], rel=1e-5)


@given(start=st.floats(0, 60), pace=share, leak=share)
def test_a_lead_is_exhausted_at_its_computed_date(start, pace, leak):
    end = float(time_until_gone(start, pace, leak))
    assert end <= float(time_until_gone(start, pace, 0.0)) * (1 + 1e-9)
    if np.isfinite(end):
        exhausted = float(remaining_lead(start, end, pace, leak))
        assert exhausted == pytest.approx(0, abs=1e-13 * (1 + start))
        assert float(remaining_lead(start, end * 0.5, pace, leak)) >= 0  # a maximum with 0


@given(start=st.floats(0, 60), pace=st.floats(0, 0.99))
def test_without_leaks_a_lead_lasts_its_length_over_the_pace_lost(start, pace):
    expected = start / (1 - pace)
    assert float(time_until_gone(start, pace, 0)) == pytest.approx(expected, rel=1e-12)
    assert float(time_until_gone(start, pace, 1e-12)) == pytest.approx(
        expected, rel=1e-6, abs=1e-12
    )
    assert float(remaining_lead(start, 100, 1, 0)) == start  # exact: nothing is subtracted
    assert np.isinf(time_until_gone(start + 1, 1, 0))


def test_a_lead_of_zero_is_exhausted_at_once_at_any_pace():
    assert time_until_gone(0, [0, 0.5, 1, 1], [0, 0.1, 0, 0.1]).tolist() == [0, 0, 0, 0]


@given(start=positive(0.1, 60), pace=st.floats(0.01, 1), duration=st.floats(0, 100))
def test_a_slow_down_without_leaks_has_a_closed_form(start, pace, duration):
    expected = start / pace if pace * duration >= start else start + (1 - pace) * duration
    slowed = float(slowed_pause(start, pace, duration))
    assert slowed == pytest.approx(expected, rel=1e-9)
    assert start * (1 - 1e-12) <= slowed <= start / pace * (1 + 1e-12)
    endless = float(slowed_pause(start, pace, np.inf, 0.1))
    assert endless == pytest.approx(np.log1p(0.1 * start / pace) / 0.1, rel=1e-9)
    assert float(slowed_pause(start, pace, duration, 0.1)) <= slowed * (1 + 1e-9)


@pytest.mark.parametrize("duration", [0.0, 5.0, 12.0, 50.0])
def test_leaks_in_a_slow_down_follow_the_differential_equation(duration):
    """X' = -w(t) - l X, w a quarter until the slow-down ends, in small steps of Heun's rule."""
    lead, time, step = 24.0, 0.0, 1e-3
    while lead > 0:
        slope = -(0.25 if time + step / 2 < duration else 1.0) - 0.1 * lead
        lead += step * (slope - 0.05 * step * slope)
        time += step
    assert float(slowed_pause(24, 0.25, duration, 0.1)) == pytest.approx(time, abs=2e-3)


@given(lead=st.floats(0, 120), hazard=share)
def test_an_expected_pause_is_no_longer_than_the_lead(lead, hazard):
    expected = float(expected_pause(hazard, lead))
    assert 0 <= expected <= lead * (1 + 1e-12)
    assert float(expected_pause(0.0, lead)) == lead  # exact: a factor of 1


@given(hazard=st.floats(1e-6, 1))
def test_an_endless_pause_lasts_one_over_the_hazard(hazard):
    assert float(expected_pause(hazard, np.inf)) == pytest.approx(1 / hazard, rel=1e-12)
    assert float(expected_pause(hazard, 1e9)) == pytest.approx(1 / hazard, rel=1e-12)
    assert float(expected_pause(1e-13, 6)) == pytest.approx(6, rel=1e-9)


def test_the_expected_length_is_the_integral_of_the_probability_of_survival():
    times = np.linspace(0, 6, 2001)
    integral = np.trapezoid(no_theft(0.3, times), times)
    assert float(months_survived(0.3, 6)) == pytest.approx(integral, rel=1e-6)


def test_demonstrations_raise_the_probability_between_its_limits():
    chance = persuaded(0.1, 0.6, [0, 5, 1e9], 5)
    assert chance == pytest.approx([0.1, 0.6 - 0.5 / np.e, 0.6], rel=1e-12)
    with pytest.raises(ValueError, match="limit - start"):
        persuaded(0.6, 0.1, 1, 5)


@given(level=st.floats(-5, 5), midpoint=st.floats(-5, 5), steepness=positive(0.1, 10))
def test_precedent_is_a_logistic_function(level, midpoint, steepness):
    chance = float(precedent(level, midpoint, steepness))
    expected = 1 / (1 + np.exp(-steepness * (level - midpoint)))
    # tanh cancels far below the midpoint, where the probability is rounded to 1e-16
    assert chance == pytest.approx(expected, rel=1e-9, abs=1e-15)


@given(hazard=st.floats(0.001, 1), response=positive(0.01, 10), effort=st.floats(0, 10))
def test_effort_on_security_lowers_the_logarithm_of_the_hazard_in_proportion(
    hazard, response, effort
):
    reduced = float(effort_hazard(hazard, response, effort))
    assert np.log(hazard / reduced) == pytest.approx(response * effort, rel=1e-9, abs=1e-12)


def test_the_nearest_careless_rival_binds():
    assert binding_rival([3, 1, 2], [False, True, False]) == (2, 2.0)
    assert binding_rival([3, 1], [True, True]) == (None, np.inf)


def test_money_lasts_until_it_is_spent():
    assert float(runway(0, 1)) == 0  # exact: 0 divided by 1
    assert float(runway(12, 3, 2, 0.5)) == pytest.approx(6, rel=1e-12)
    assert np.isinf(runway(1, 1, 2, 0.5))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: expected_pause(1.2, 6), r"hazard must be in \[0, 1\]; found 1.2"),
        (lambda: remaining_lead(-1, 1, 0, 0), "lead"),
        (lambda: binding_rival([1, 2], [True]), "of one length"),
        (lambda: leak_rate(0.6, 0.6, 1), "leaks together"),
    ],
)
def test_values_outside_their_range_are_refused_by_name(call, message):
    with pytest.raises(ValueError, match=message):
        call()
