"""Trust from a track record: clean audits, coverage and hours."""

import numpy as np
import pytest
from first import first
from hypothesis import given
from hypothesis import strategies as st

from taskmodel.science.audits import (
    audit_coverage,
    audit_hours,
    audits_per_year,
    clean_audits,
)
from taskmodel.science.review_effort import detection, detection_curve

small = st.floats(1e-4, 0.5)


@pytest.mark.parametrize(
    ("rate", "detected", "audits", "digit"),
    [(0.01, 1, 298.07, 0.01), (0.01, 0.5, 597.6, 0.1), (0.001, 1, 2994, 1)],
)
def test_clean_audits_of_the_reference_cases(rate, detected, audits, digit):
    assert clean_audits(rate, risk=0.05, detection=detected) == pytest.approx(audits, abs=digit / 2)


@given(small, small, st.floats(0.1, 1))
def test_a_class_at_the_bound_passes_with_the_risk(rate, risk, detected):
    # A power of up to 1e6 multiplies the rounding of its base.
    assert (1 - rate * detected) ** clean_audits(rate, risk, detected) == pytest.approx(
        risk, rel=1e-9
    )


def test_above_the_floor_audit_hours_do_not_depend_on_the_volume():
    """Limit (h) of docs/limits.md: with coverage n*/N review hours do not depend on N."""
    units = np.array([500.0, 5e3, 5e6])
    needed, length, ratio = clean_audits(0.01, 0.05), 8.0, 0.25
    hours = audit_coverage(units, needed) * units * length * ratio
    assert hours == pytest.approx(np.full(3, audit_hours(needed, length, ratio)), rel=1e-12)


@given(st.floats(1, 1e9), st.floats(0, 1e6), st.floats(0, 1), st.floats(1, 10))
def test_more_units_never_raise_coverage(units, audits, floor, times):
    more, fewer = audit_coverage([units * times, units], audits, floor)
    assert more <= fewer * (1 + 1e-12)  # two quotients, each rounded


def test_trust_in_every_delegable_class_of_alignment_research_takes_the_reference_hours():
    """1 % in each class at confidence 95 %; printed to thousands."""
    tasks = [task for task in first().tasks.values() if task.delegable]
    ratio = np.array([task.review_ratio.value for task in tasks])
    length = np.array([task.horizon.value for task in tasks])
    fitted = detection(ratio, *detection_curve([task.verifiability.score for task in tasks]))
    perfect, real = (
        audit_hours(clean_audits(0.01, 0.05, detected), length, ratio).sum()
        for detected in (1.0, fitted)
    )
    assert perfect == pytest.approx(176e3, abs=500)
    assert real == pytest.approx(491e3, abs=500)


def test_yearly_audits_grow_with_the_record_and_with_releases():
    once = audits_per_year([600, 1000], trust_lost=0.5, generation_time=0.5)
    assert once.tolist() == [600, 1000]
    assert audits_per_year([1200, 2000], 0.5, 0.5) == pytest.approx(2 * once, rel=1e-12)
    assert audits_per_year([600, 1000], 0.5, [0.25, 0.125]) == pytest.approx(
        [1200, 4000], rel=1e-12
    )
