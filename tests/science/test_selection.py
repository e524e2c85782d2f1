"""Selection by a noisy judge."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import log_ndtr

from taskmodel.science.selection import expected_best, judge_correlation, selection_gain


@pytest.mark.parametrize(
    ("number", "exact"),
    [
        (1, 0.0),
        (2, 1 / np.sqrt(np.pi)),
        (3, 1.5 / np.sqrt(np.pi)),
        (4, 6 * np.arctan(np.sqrt(2)) / np.pi**1.5),
        (5, 5 / (2 * np.sqrt(np.pi)) * (6 * np.arctan(np.sqrt(2)) / np.pi - 1)),
    ],
)
def test_the_best_of_few_is_the_closed_form(number, exact):
    assert expected_best(number) == pytest.approx(exact, rel=1e-13, abs=1e-15)


def test_the_best_of_sixteen_and_what_judges_of_proposals_make_of_it():
    assert expected_best(16) == pytest.approx(1.766, abs=5e-4)
    assert judge_correlation([0.77, 0.60]).round(2).tolist() == [0.75, 0.31]
    assert selection_gain(16, judge_correlation([0.77, 0.60])).round(2).tolist() == [1.32, 0.55]


def test_the_best_of_many_is_what_an_adaptive_quadrature_of_the_tails_finds():
    """Another formula, E = int_0^inf 1 - Phi^n - (1 - Phi)^n dz, by another method."""
    for number in (7, 16, 1e3, 1e9, 1e30):

        def tails(z, n=number):
            return -np.expm1(n * log_ndtr(z)) - np.exp(n * log_ndtr(-z))

        middle = np.sqrt(2 * np.log(number))
        exact = sum(
            quad(tails, *ends, epsabs=1e-13, epsrel=1e-13, limit=200)[0]
            for ends in ((0, middle), (middle, middle + 10))
        )
        assert expected_best(number) == pytest.approx(exact, rel=1e-11)


def test_the_best_of_enormously_many_stays_below_the_root_of_a_logarithm_and_nears_it():
    ratio = expected_best([1e2, 1e10, 1e50, 1e100]) / np.sqrt(2 * np.log([1e2, 1e10, 1e50, 1e100]))
    assert (np.diff(ratio) > 0).all()
    assert 0.98 < ratio[-1] < 1


def test_a_sample_of_judged_results_gains_what_is_expected():
    rng = np.random.default_rng(5)
    truth, noise = rng.standard_normal((2, 100_000, 16))
    correlation = 0.6
    score = correlation * truth + np.sqrt(1 - correlation**2) * noise
    gain = np.take_along_axis(truth, score.argmax(axis=1)[:, np.newaxis], axis=1)
    error = gain.std() / np.sqrt(len(gain))
    assert gain.mean() == pytest.approx(selection_gain(16, correlation), abs=3 * error)
    agree = np.sign(truth[:, 0] - truth[:, 1]) == np.sign(score[:, 0] - score[:, 1])
    assert judge_correlation(agree.mean()) == pytest.approx(
        correlation, abs=3 * np.pi * 0.5 / np.sqrt(len(agree))
    )


def test_a_coin_gains_nothing_and_a_perfect_judge_all():
    assert judge_correlation([0, 0.5, 1]) == pytest.approx([-1, 0, 1])
    assert selection_gain(100, correlation=[0, 1], sd=2).tolist() == [0, 2 * expected_best(100)]


@given(st.floats(1, 1e6), st.floats(1, 1e6))
def test_more_to_pick_from_is_never_worse(number, more):
    assert expected_best(number + more) > expected_best(number)


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: expected_best([2, 0.5]), "number .* index 1"),
        (lambda: expected_best(np.inf), "number"),
        (lambda: judge_correlation(1.2), "pairwise_accuracy"),
        (lambda: selection_gain(2, 1.2), "correlation"),
        (lambda: selection_gain(2, 0.5, sd=-1), "sd"),
    ],
)
def test_what_makes_no_sense_is_an_error_that_names_it(call, named):
    with pytest.raises(ValueError, match=named):
        call()
