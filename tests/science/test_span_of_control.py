"""Span of control: steering, fan-out, saturation, hierarchies."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskmodel.science.span_of_control import (
    fan_out,
    layer_sizes,
    review_load,
    reviews_of_reviews,
    saturating_volume,
    span,
    steering_hours,
)
from taskmodel.science.supervision import review_hours

positive = st.floats(0.01, 100)
shares = st.floats(0, 1)


@pytest.mark.parametrize(
    ("episode", "hours", "gain"), [(1, 0.37, 2.70), (8, 0.151, 6.6), (40, 0.126, 7.9)]
)
def test_longer_episodes_need_less_steering(episode, hours, gain):
    people = review_hours(coverage=1, review_ratio=0.12, steering=steering_hours(0.25, episode))
    assert people == pytest.approx(hours, abs=5e-4)
    assert 1 / people == pytest.approx(
        gain, abs=0.005 if episode == 1 else 0.05
    )  # half a unit of the last printed digit


def test_steering_of_endless_episodes_vanishes_and_review_stays():
    assert (
        review_hours(coverage=1, review_ratio=0.12, steering=steering_hours(0.25, np.inf)) == 0.12
    )


@given(positive, positive, positive)
def test_work_that_one_person_starts_does_not_depend_on_how_fast_it_is_done(
    episode, speed, interaction
):
    """Agents at work besides the one being talked to, times the speed of each, for each hour they and the person take."""
    neglect = episode / speed
    cycle = neglect + interaction
    started = fan_out(neglect, interaction) * episode / cycle
    assert started == pytest.approx(1 / steering_hours(interaction, episode), rel=1e-9)


def test_an_agent_that_cannot_be_left_alone_takes_a_whole_person():
    assert fan_out(0, 0.25) == 1


@pytest.mark.parametrize(("ratio", "volume"), [(0.05, 10), (0.12, 4.2), (0.25, 2.0)])
def test_half_of_peoples_time_is_saturated_at_the_reference_volumes(ratio, volume):
    assert saturating_volume(0.5, review_hours(coverage=1, review_ratio=ratio)) == pytest.approx(
        volume, abs=0.05
    )


def test_three_agent_workdays_a_day_take_the_reference_parts_of_staff_time():
    assert (100 * review_load(3.1, [0.05, 0.12, 0.25])).tolist() == pytest.approx(
        [16, 37, 78], abs=0.5 + 1e-9
    )


@given(positive, positive)
def test_at_the_saturating_volume_review_takes_all_it_may(hours, share):
    share = share / 100
    assert review_load(saturating_volume(share, hours), hours) == pytest.approx(share, rel=1e-12)


def test_span_by_questions_alone_and_with_every_answer_checked():
    assert span(0.1, solved=0.9) == pytest.approx(100, rel=1e-12)
    assert span(0.1, solved=0.9, checked=1, check_time=0.05) == pytest.approx(18.2, abs=0.05)


def test_workers_who_know_everything_and_are_not_checked_need_nobody():
    assert span(0.1, solved=[1, 0.5]).tolist() == [np.inf, 20]


@given(positive, shares, shares, positive)
def test_checks_never_widen_the_span(help_time, solved, checked, check_time):
    assert span(help_time, solved, checked=checked, check_time=check_time) <= span(
        help_time, solved
    )


@given(positive, st.floats(0, 0.99), st.floats(1, 1e6))
def test_each_supervisor_of_the_first_layer_has_a_span_of_workers(help_time, solved, workers):
    assert workers / layer_sizes(workers, help_time, [solved])[0] == pytest.approx(
        span(help_time, solved), rel=1e-12
    )


def test_layers_thin_out_as_more_is_solved_below():
    assert layer_sizes([1000, 2000], 0.1, [0.9, 0.99]).tolist() == pytest.approx(
        np.array([[10, 1], [20, 2]]), rel=1e-9
    )


@given(st.floats(0, 1), st.floats(0, 1), st.integers(0, 12))
def test_reviews_of_reviews_are_a_geometric_series(share, effort, layers):
    ratio = share * effort
    whole = (
        layers + 1
        if ratio == 1
        else (1 - ratio ** (layers + 1)) / (1 - ratio)
        if ratio < 0.99
        else None
    )
    found = reviews_of_reviews(share, effort, layers)
    assert found >= 1
    if whole is not None:
        assert found == pytest.approx(whole, rel=1e-12)


def test_reviews_of_reviews_of_a_batch_are_those_of_each():
    assert reviews_of_reviews([0, 0.5, 1], 0.5, 2).tolist() == [1, 1.3125, 1.75]


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: steering_hours(-1, 8), "interaction_time"),
        (lambda: steering_hours(1, 0), "episode_length"),
        (lambda: fan_out(1, 0), "interaction_time"),
        (lambda: fan_out(-1, 1), "neglect_time"),
        (lambda: review_load(-1, 0.1), "volume"),
        (lambda: saturating_volume(0.5, 0), "review_hours"),
        (lambda: saturating_volume(1.5, 0.1), "max_review_share"),
        (lambda: span(-0.1, 0.9), "help_time"),
        (lambda: span(0.1, 1.9), "solved"),
        (lambda: span(0.1, 0.9, checked=2), "checked"),
        (lambda: span(0.1, 0.9, check_time=-2), "check_time"),
        (lambda: layer_sizes(10, 0.1, [0.9, 0.8]), "rise of solved"),
        (lambda: layer_sizes(-10, 0.1, [0.9]), "workers"),
        (lambda: reviews_of_reviews(1.1, 0.5, 1), "share"),
        (lambda: reviews_of_reviews(0.1, -0.5, 1), "effort"),
        (
            lambda: reviews_of_reviews(0.1, 0.5, -1),
            "layers must be a whole number of at least 0; found -1",
        ),
        (lambda: reviews_of_reviews(0.1, 0.5, 1.5), "layers"),
    ],
)
def test_what_makes_no_sense_is_an_error_that_names_it(call, named):
    with pytest.raises(ValueError, match=named):
        call()
