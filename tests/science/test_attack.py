"""Monitors, coverage against attacks, and audits whose errors are correlated."""

import numpy as np
import pytest

from taskmodel.errors import InputError
from taskmodel.science.attack import (
    alert_share,
    attention_against_attack,
    audits_for,
    coverage_for,
    looked_at,
)

HARM, DETECTION = np.array([10.0, 3.0, 1.0]), np.array([0.95, 0.8, 0.5])
FULL_LOAD = np.array([100.0, 200.0, 300.0])  # hours of review of everything


@pytest.mark.parametrize(
    ("tolerated", "hours"), [(2, 167.544), (1.5, 214.474), (1.2, 242.632), (1, 261.404)]
)
def test_hours_that_keep_attacks_down_to_a_tolerated_harm(tolerated, hours):
    attention = attention_against_attack(HARM, DETECTION, tolerated)
    assert round(float(attention @ FULL_LOAD), 3) == hours
    assert (HARM * (1 - attention * DETECTION)).max() == pytest.approx(tolerated)


def test_coverage_at_a_tolerated_harm_of_two():
    attention = attention_against_attack(HARM, DETECTION, 2)
    assert attention.round(6).tolist() == [0.842105, 0.416667, 0.0]


def test_the_least_harm_is_that_of_full_review():
    least = (HARM * (1 - DETECTION)).max()
    assert least == pytest.approx(0.6)
    assert attention_against_attack(HARM, DETECTION, least).max() == pytest.approx(1)
    assert attention_against_attack(HARM, DETECTION, 0.99 * least).max() > 1
    assert attention_against_attack(1, 0, 0.5) == np.inf


@pytest.mark.parametrize(
    ("share", "hours", "escape"), [(0.01, 0.0145, 0.00235), (0.2, 0.0525, 0.047)]
)
def test_monitored_work_takes_few_hours_and_lets_some_defects_escape(share, hours, escape):
    alerts = alert_share(share, 0.85, 0.05)
    assert round(float(0.25 * alerts), 4) == hours
    assert share * (1 - looked_at(alerts, alerts, 0.85) * 0.9) == pytest.approx(escape, abs=1e-12)


def test_random_looks_beside_alerts_are_inverted():
    rng = np.random.default_rng(4)
    share, true, false, extra = rng.uniform(size=(4, 200))
    alerts = alert_share(share, true, false)
    coverage = alerts + extra * (1 - alerts)
    assert coverage_for(looked_at(coverage, alerts, true), alerts, true) == pytest.approx(coverage)
    # without a monitor people look at random
    assert looked_at(extra, 0.0, 0.0) == pytest.approx(extra)
    with pytest.raises(InputError, match="every alert"):
        looked_at(0.1, 0.2, 0.5)


def test_correlated_audits_count_less_and_at_last_no_number_suffices():
    # 298 audits with a correlation of 0.001 are worth 298 / (1 + 297 / 1000) = 229.8
    assert audits_for(298 / 1.297, 0.001) == pytest.approx(298)
    assert round(float(audits_for(298.07, 0.001)), 1) == 424.2
    assert np.isinf(audits_for(298, 1 / 298)) and np.isfinite(audits_for(298, 1 / 299))
    needed = audits_for(298.0, 0.002)
    assert needed / (1 + (needed - 1) * 0.002) == pytest.approx(298)
