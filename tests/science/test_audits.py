"""Trust from a track record: audits and their hours."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta

import taskmodel
from taskmodel.science.audits import (
    audit_coverage,
    audit_hours,
    clean_audits,
    clean_audits_to_accept,
    expected_audits,
    posterior_bound,
    rule_of_three,
    sequential_bounds,
    steady_audit_load,
)
from taskmodel.science.review_effort import detection, detection_curve

small = st.floats(1e-4, 0.5)
TEST = {"good_rate": 0.01, "bad_rate": 0.05, "accept_bad": 0.05, "reject_good": 0.05}


@pytest.mark.parametrize(
    ("rate", "found", "audits", "digit"),
    [(0.01, 1, 298.07, 0.01), (0.01, 0.5, 597.6, 0.1), (0.001, 1, 2994, 1)],
)
def test_clean_audits_of_the_reference_cases(rate, found, audits, digit):
    assert clean_audits(rate, risk=0.05, detection=found) == pytest.approx(audits, abs=digit / 2)


@given(small, small, st.floats(0.1, 1))
def test_a_class_at_the_bound_passes_with_the_risk(rate, risk, found):
    assert (1 - rate * found) ** clean_audits(rate, risk, found) == pytest.approx(
        risk, rel=1e-9
    )  # powers of up to 1e6


@given(st.floats(1e-4, 0.1), st.floats(0.1, 1))
def test_the_rule_of_three_is_a_little_more_than_needed(rate, found):
    excess = rule_of_three(rate, found) / clean_audits(rate, 0.05, found) - 1
    assert 0.0014 < excess < 0.0015 + 0.55 * rate * found


def test_posterior_bound_of_the_reference_case():
    assert posterior_bound(298, risk=0.05, a=1, b=4) == pytest.approx(0.00987, abs=5e-6)


@given(st.integers(0, 5000), small, st.floats(0.2, 5), st.floats(1, 5))
def test_the_posterior_leaves_the_risk_above_its_bound(clean, risk, a, b):
    bound = posterior_bound(clean, risk, a=a, b=b)
    assert beta.sf(bound, a, b + clean) == pytest.approx(
        risk, rel=1e-6
    )  # the quantile's error, times the density


@given(st.integers(0, 5000), small, st.floats(0.5, 5))
def test_the_closed_form_at_a_of_one_is_the_limit_of_the_general_one(clean, risk, b):
    either_side = posterior_bound(clean, risk, a=[1 - 1e-9, 1, 1 + 1e-9], b=b)
    assert either_side == pytest.approx(either_side[1], rel=1e-6)


def test_from_a_flat_prior_the_posterior_needs_one_audit_less_than_the_test():
    assert posterior_bound(clean_audits(0.01, 0.05) - 1, risk=0.05) == pytest.approx(0.01, rel=1e-9)


def test_the_sequential_test_of_the_reference_case():
    assert [float(bound) for bound in sequential_bounds(0.05, 0.05)] == pytest.approx(
        [-2.944, 2.944], abs=5e-4
    )
    assert [float(audits) for audits in expected_audits(**TEST)] == pytest.approx(
        [107.1, 64.2], abs=0.05
    )
    assert clean_audits_to_accept(**TEST) == 72


def test_bounds_of_unequal_errors_have_each_error_on_its_side():
    accept, reject = sequential_bounds(accept_bad=0.01, reject_good=0.2)
    assert np.exp(accept) == pytest.approx(0.01 / 0.8, rel=1e-12)
    assert np.exp(reject) == pytest.approx(0.99 / 0.2, rel=1e-12)


def test_simulated_sequential_tests_hold_their_errors_and_take_about_the_expected_audits():
    """Wald leaves out overshoot: real tests take longer, here by a quarter, and err less."""
    rng = np.random.default_rng(7)
    steps = np.array([np.log(0.95 / 0.99), np.log(5)])
    accept, reject = sequential_bounds(0.05, 0.05)
    for rate, expected, accepted in zip(
        (0.01, 0.05), expected_audits(**TEST), (0.95, 0.05), strict=True
    ):
        walks = steps[(rng.random((4000, 2000)) < rate).astype(int)].cumsum(axis=1)
        over = (walks <= accept) | (walks >= reject)
        assert over.any(axis=1).all()
        last = over.argmax(axis=1)
        assert expected * 0.98 < last.mean() + 1 < expected * 1.27
        right = (walks[np.arange(4000), last] <= accept) == (accepted > 0.5)
        assert 0.95 - 0.01 < right.mean() < 1


def test_one_coverage_for_every_volume_above_the_floor_costs_the_same_hours():
    """Known limit (h): with coverage n*/N review hours do not depend on N."""
    units = np.array([500.0, 5e3, 5e6])
    needed, length, ratio = clean_audits(0.01, 0.05), 8.0, 0.25
    hours = audit_coverage(units, needed) * units * length * ratio
    assert hours == pytest.approx(np.full(3, audit_hours(needed, length, ratio)), rel=1e-12)


def test_coverage_is_never_below_the_floor_nor_above_all():
    assert audit_coverage([100, 1000, 1e5], audits=300, floor=0.1).tolist() == [1, 0.3, 0.1]


@given(st.floats(1, 1e9), st.floats(0, 1e6), st.floats(0, 1), st.floats(1, 10))
def test_more_units_never_raise_coverage(units, audits, floor, times):
    assert audit_coverage(units * times, audits, floor) <= audit_coverage(units, audits, floor)


def test_trust_in_every_delegable_class_of_alignment_research_takes_the_reference_hours():
    """1 % in each class at confidence 95 %; printed to thousands."""
    tasks = [
        task
        for task in taskmodel.load_catalog("alignment_research").tasks.values()
        if task.delegable
    ]
    ratio = np.array([task.review_ratio.value for task in tasks])
    length = np.array([task.horizon.value for task in tasks])
    fitted = detection(ratio, *detection_curve([task.verifiability.score for task in tasks]))
    perfect, real = (
        audit_hours(clean_audits(0.01, 0.05, found), length, ratio).sum() for found in (1.0, fitted)
    )
    assert perfect == pytest.approx(176e3, abs=500)
    assert real == pytest.approx(491e3, abs=500)


def test_steady_load_grows_with_classes_and_releases():
    once = steady_audit_load([600, 1000], trust_lost=0.5, generation_time=0.5)
    assert once == 1600
    assert (
        steady_audit_load([600, 1000, 600, 1000], 0.5, 0.5)
        == steady_audit_load([600, 1000], 0.5, 0.25)
        == 2 * once
    )
    assert steady_audit_load([[600, 1000], [1, 2]], [0.5, 1], [0.5, 1]).tolist() == [1600, 3]


@pytest.mark.parametrize("name", TEST)
def test_a_sequential_test_without_an_error_or_a_rate_is_an_error_that_names_it(name):
    for function in (expected_audits, clean_audits_to_accept):
        with pytest.raises(ValueError, match=name):
            function(**{**TEST, name: 0})


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: clean_audits(0, 0.05), "defect_rate"),
        (lambda: clean_audits(0.01, 1), "risk"),
        (lambda: clean_audits(0.01, 0.05, 0), "detection"),
        (lambda: posterior_bound(-1, 0.05), "clean"),
        (lambda: posterior_bound(1, 0.05, a=0), "a must"),
        (lambda: posterior_bound(1, 0.05, b=0), "b must"),
        (lambda: sequential_bounds(0.5, 0.5), r"accept_bad \+ reject_good"),
        (lambda: expected_audits(**{**TEST, "bad_rate": 0.01}), "bad_rate - good_rate"),
        (lambda: audit_coverage(0, 300), "units"),
        (lambda: audit_coverage(10, -1), "audits"),
        (lambda: audit_coverage(10, 1, 2), "floor"),
        (lambda: audit_hours(1, -1, 0.2), "unit_length"),
        (lambda: steady_audit_load([1], 2, 1), "trust_lost"),
        (lambda: steady_audit_load([1], 1, 0), "generation_time"),
    ],
)
def test_what_makes_no_sense_is_an_error_that_names_it(call, named):
    with pytest.raises(ValueError, match=named):
        call()
