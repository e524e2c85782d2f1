"""Layers of review that share a blind spot."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskmodel.science.inspection import layered_escape
from taskmodel.science.supervision import escape_rate

shares = st.floats(0, 1)


def test_layers_that_share_a_blind_spot_have_diminishing_returns():
    escaped = [float(layered_escape(0.2, [0.5] * layers, common_mode=0.3)) for layers in range(4)]
    assert escaped == pytest.approx([0.20, 0.13, 0.095, 0.0775], rel=1e-12)


def test_the_blind_spot_bounds_the_escape_rate_from_below():
    assert layered_escape(0.2, [0.5] * 60, common_mode=0.3) == pytest.approx(0.06, rel=1e-12)


@given(shares, shares)
def test_one_layer_without_a_blind_spot_is_review_of_every_unit(probability, detection):
    assert layered_escape(probability, [detection], common_mode=0) == pytest.approx(
        escape_rate(probability, 1, detection), abs=1e-15
    )


@given(shares, st.lists(shares, max_size=5), shares, shares)
def test_another_layer_never_lets_more_escape(probability, detections, another, common):
    fewer = layered_escape(probability, detections, common)
    more = layered_escape(probability, [*detections, another], common)
    assert more <= fewer * (1 + 1e-14)  # products and sums are rounded


def test_leading_dimensions_are_a_batch():
    batch = layered_escape([0.2, 0.4], [[0.5, 0.5], [0.1, 0.2]], common_mode=[0.3, 0])
    single = [
        float(layered_escape(0.2, [0.5, 0.5], 0.3)),
        float(layered_escape(0.4, [0.1, 0.2], 0)),
    ]
    assert batch == pytest.approx(single, rel=1e-14)
