"""The distribution of one number: medians, intervals and ends in closed form."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from taskmodel.errors import RootError
from taskmodel.files import units
from taskmodel.files.quantity import Distribution, Measure, Quantity
from taskmodel.uncertainty.laws import (
    MedianLaw,
    beta_law,
    by_default_factor,
    discrete_law,
    law_of,
    median_law,
    out_of_range,
)

SCORES = stats.norm.ppf([0.05, 0.5, 0.95])
POSITIVE = Measure(units.ONE, gt=0)
SHARE = Measure(units.ONE, ge=0, le=1)
DATE = Measure(units.DATE, ge=1900, le=2300)
REAL = Measure(units.ONE)


def quantity(value, low=None, high=None, **law):
    distribution = Distribution(**law) if law else None
    return Quantity(value=value, low=low, high=high, distribution=distribution)


@pytest.mark.parametrize(
    ("measure", "interval", "shape"),
    [
        (POSITIVE, (0.2, 0.1, 0.4), "lognormal"),
        (POSITIVE, (16, 4, 80), "two-piece lognormal"),
        (SHARE, (0.5, 0.3, 0.7), "logit_normal"),
        (SHARE, (0.2, 0.05, 0.5), "two-piece logit_normal"),
        (Measure(units.PER_MONTH, ge=0, le=1), (0.02, 0.005, 0.1), "two-piece logit_normal"),
        (DATE, (2028, 2026, 2030), "normal"),
        (REAL, (1.045, 0.3, 1.79), "normal"),
        (REAL, (-1, -2, 3), "two-piece normal"),
    ],
)
def test_interval_is_met_by_the_law_of_its_kind(measure, interval, shape):
    value, low, high = interval
    law = law_of(quantity(value, low, high), measure)
    assert law.shape == shape
    assert law.at(SCORES) == pytest.approx([low, value, high], rel=1e-13)


def test_symmetric_interval_has_the_textbook_law():
    law = law_of(quantity(0.2, 0.1, 0.4), POSITIVE)
    scale = np.log(2) / SCORES[2]
    probabilities = np.linspace(0.001, 0.999, 200)
    expected = stats.lognorm.ppf(probabilities, scale, scale=0.2)
    assert law.at(stats.norm.ppf(probabilities)) == pytest.approx(expected, rel=1e-12)


@given(
    st.floats(1e-3, 0.999),
    st.floats(1e-3, 0.999),
    st.floats(1e-3, 0.999),
    st.sampled_from(["lognormal", "logit_normal", "normal"]),
)
def test_two_pieces_meet_any_interval_and_rise(first, second, third, scale):
    low, median, high = sorted((first, second, third))
    law = median_law(scale, low, median, high)
    assert law.at(SCORES) == pytest.approx([low, median, high], rel=1e-10)
    assert (np.diff(law.at(np.linspace(-6, 6, 101))) >= 0).all()


def test_levels_place_the_ends():
    law = law_of(quantity(2, 1, 4, shape="lognormal", levels=(0.1, 0.9)), POSITIVE)
    assert law.at(stats.norm.ppf([0.1, 0.5, 0.9])) == pytest.approx([1, 2, 4])


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ("uniform", stats.uniform(0.25, 0.75)),
        ("log_uniform", stats.loguniform(0.25, 1)),
        ("triangular", stats.triang(1 / 3, 0.25, 0.75)),
        ("pert", stats.beta(1 + 4 / 3, 1 + 8 / 3, 0.25, 0.75)),
    ],
)
def test_bounded_laws_are_those_of_scipy_and_stay_within_their_ends(shape, expected):
    law = law_of(quantity(0.5, 0.25, 1, shape=shape), SHARE)
    probabilities = np.linspace(0.001, 0.999, 99)
    assert law.at(stats.norm.ppf(probabilities)) == pytest.approx(expected.ppf(probabilities))
    assert law.at(np.array([-np.inf, -40, 40, np.inf])).tolist() == [0.25, 0.25, 1, 1]
    assert out_of_range(law, SHARE) == ""


@pytest.mark.parametrize(
    ("low", "high"), [(0.05, 0.95), (0.05, 0.5), (0.001, 0.003), (0.9, 0.9999), (1e-6, 0.9)]
)
def test_beta_law_meets_its_interval(low, high):
    law = beta_law(low, high)
    assert law.at(SCORES[[0, 2]]) == pytest.approx([low, high], rel=1e-8)
    reference = stats.beta(law.alpha, law.beta)
    assert law.at(np.array([0.3])) == pytest.approx(reference.ppf(stats.norm.cdf(0.3)))


def test_beta_law_that_cannot_be_fitted_is_an_error():
    with pytest.raises(RootError, match=r"interval 0\.3 to 0\.3"):
        beta_law(0.3, 0.3 + 1e-15)


def test_discrete_law_has_its_weights():
    law = discrete_law((0.2, 0.0, 0.5), (0.5, 0.3, 0.2))
    drawn = law.at(stats.norm.ppf((np.arange(1000) + 0.5) / 1000))
    assert [np.mean(drawn == value) for value in (0, 0.2, 0.5)] == [0.3, 0.5, 0.2]
    assert discrete_law((1.0, 2.0), None).at(np.array([-0.1, 0.1])).tolist() == [1, 2]


def test_numbers_without_an_interval_are_fixed():
    assert law_of(quantity(1), POSITIVE) is None
    assert law_of(quantity(1, 1, 1), POSITIVE) is None
    assert law_of(quantity(1, 0.5, 2, shape="fixed"), POSITIVE) is None


@pytest.mark.parametrize(
    ("interval", "measure", "direction"),
    [
        ((0.5, 0, 1), Measure(units.ONE, ge=0), "below"),
        ((0.5, 0.2, 1), SHARE, "below"),
        ((8000, 7000, 8700), Measure(units.HOURS_PER_YEAR, ge=0, le=8784), "above"),
    ],
)
def test_law_that_leaves_the_range_is_named_with_its_mend(interval, measure, direction):
    value, low, high = interval
    message = out_of_range(law_of(quantity(value, low, high), measure), measure)
    assert f"goes {direction} the range" in message and "distribution: uniform" in message


def test_default_factor_multiplies_values_and_the_odds_of_shares():
    spread = by_default_factor(quantity(30), POSITIVE, 1.5)
    assert (spread.low, spread.high) == (20, 45)
    share = by_default_factor(quantity(0.8), SHARE, 2)
    assert (share.low, share.high) == pytest.approx((2 / 3, 8 / 9))
    assert law_of(share, SHARE).shape == "logit_normal"


@pytest.mark.parametrize(
    ("item", "measure"),
    [
        (quantity(0), SHARE),
        (quantity(1), SHARE),
        (quantity(2026), DATE),
        (quantity(1), REAL),
        (quantity(2), Measure(units.ONE, ge=0, integer=True)),
        (quantity(2, 1, 3), POSITIVE),
        (quantity(40), Measure(units.HOURS_PER_WEEK, gt=0, le=168)),
        (quantity(2, shape="fixed"), POSITIVE),
    ],
)
def test_default_factor_leaves_alone_what_no_factor_fits(item, measure):
    assert by_default_factor(item, measure, 1.5) is item


@pytest.mark.parametrize("scale", ["lognormal", "logit_normal", "normal"])
def test_scores_of_values_give_the_scores_back(scale):
    law, score = MedianLaw(scale, 0.3, below=0.5, above=1.5), np.linspace(-4, 4, 17)
    assert law.score(law.at(score)) == pytest.approx(score, abs=1e-12)


def test_beyond_a_side_without_spread_scores_are_infinite_with_their_sign():
    law = MedianLaw("normal", 1.0, below=-0.0, above=2.0)
    assert law.score(np.array([0.0, 1.0, 3.0])).tolist() == [-np.inf, 0.0, 1.0]
