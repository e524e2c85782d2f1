"""Inspection: spot checks, deterrence, layers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskmodel.science.inspection import (
    deterring_detection,
    layered_escape,
    layered_review_hours,
    probability_caught,
)
from taskmodel.science.supervision import escape_rate

shares = st.floats(0, 1)


def test_layers_that_share_a_blind_spot_add_less_and_less():
    found = [float(layered_escape(0.2, [0.5] * layers, common_mode=0.3)) for layers in range(4)]
    assert found == pytest.approx([0.20, 0.13, 0.095, 0.0775], rel=1e-12)


def test_the_blind_spot_is_the_floor_of_what_passes():
    assert layered_escape(0.2, [0.5] * 60, common_mode=0.3) == pytest.approx(0.06, rel=1e-12)


@given(shares, shares)
def test_one_layer_without_a_blind_spot_is_a_spot_check_of_everything(probability, detection):
    assert layered_escape(probability, [detection], common_mode=0) == pytest.approx(
        escape_rate(probability, 1, detection), abs=1e-15
    )


@given(shares, st.lists(shares, max_size=5), shares, shares)
def test_another_layer_never_lets_more_pass(probability, detections, another, common):
    assert layered_escape(probability, [*detections, another], common) <= layered_escape(
        probability, detections, common
    )


def test_a_batch_of_layers_is_layers_of_each():
    batch = layered_escape([0.2, 0.4], [[0.5, 0.5], [0.1, 0.2]], common_mode=[0.3, 0])
    assert batch.tolist() == [
        layered_escape(0.2, [0.5, 0.5], 0.3),
        layered_escape(0.4, [0.1, 0.2], 0),
    ]


def test_people_review_what_every_layer_passes_on():
    assert layered_review_hours(0.25, []) == 0.25
    assert layered_review_hours(0.25, [0.2, 0.5]) == pytest.approx(0.025, rel=1e-12)


@given(st.integers(0, 50), shares, shares)
def test_being_caught_once_is_the_complement_of_passing_every_time(defects, coverage, detection):
    passing = np.prod(np.full(defects, float(escape_rate(1, coverage, detection))))
    assert probability_caught(defects, coverage, detection) == pytest.approx(
        1 - passing, abs=1e-12
    )  # of a product of 50


def test_cheating_breaks_even_at_the_deterring_detection():
    gain, penalty = 2.0, 7.0
    found = deterring_detection(gain, penalty)
    assert (1 - found) * gain == pytest.approx(found * penalty, rel=1e-12)


def test_without_a_penalty_only_certainty_deters():
    assert deterring_detection(1, 0) == 1


@given(st.floats(0.01, 100), st.floats(0, 100), st.floats(0.01, 100))
def test_a_harder_penalty_needs_fewer_checks(gain, penalty, harder):
    assert deterring_detection(gain, penalty + harder) < deterring_detection(gain, penalty)


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: probability_caught(-1, 0.5, 0.5), "defects"),
        (lambda: probability_caught(1, 1.5, 0.5), "coverage"),
        (lambda: probability_caught(1, 0.5, -0.5), "detection"),
        (lambda: deterring_detection(0, 1), "gain"),
        (lambda: deterring_detection(1, -1), "penalty"),
        (lambda: layered_escape(0.2, [0.5, 2], 0.3), r"detections .* index 1"),
        (lambda: layered_escape(0.2, [0.5], 1.3), "common_mode"),
        (lambda: layered_escape(-0.2, [0.5], 0.3), "defect_probability"),
        (lambda: layered_review_hours(0.2, [1.5]), "escalation"),
        (lambda: layered_review_hours(np.inf, [0.5]), "review_ratio"),
    ],
)
def test_what_makes_no_sense_is_an_error_that_names_it(call, named):
    with pytest.raises(ValueError, match=named):
        call()
