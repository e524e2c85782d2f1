"""Usable share of automated work: automation, supervision, experiments, and shares."""

import warnings

import numpy as np
import pytest
from formulas import SEED, positive, share
from hypothesis import given
from hypothesis import strategies as st

from taskmodel.lead.erosion import expected_pause, time_until_gone
from taskmodel.lead.usable_work import (
    alignment_before_danger,
    attack_safety,
    automation_speedup,
    chance_enough,
    directed_work,
    experiment_limited,
    gradable_speedup,
    human_value_left,
    needed_automation,
    preparation_gain,
    reviewed_speed,
    supervised_work,
    supervision_share,
    window_work,
)
from taskmodel.lead.workforce import field_speedup, workforce_from_tokens


@given(fraction=st.floats(0, 0.999), rho=st.floats(-20, -0.05))
def test_automation_is_bounded_by_its_limit_in_step_and_invertible(fraction, rho):
    in_step = float(automation_speedup(fraction))
    free = float(automation_speedup(fraction, rho))
    assert 1 - 1e-12 <= in_step <= free * (1 + 1e-12)
    assert float(needed_automation(free, rho)) == pytest.approx(fraction, abs=1e-9)
    assert in_step == pytest.approx(1 / (1 - fraction), rel=1e-12)


@given(work=positive(), people=positive(), sigma=st.floats(0, 10), tax=positive(1, 100))
def test_supervised_work_uses_all_of_the_scarcer_resource(work, people, sigma, tax):
    done = float(supervised_work(work, people, sigma, tax))
    assert done * tax <= work * (1 + 1e-12) and done * sigma <= people * (1 + 1e-12)
    assert done * tax == pytest.approx(work) or done * sigma == pytest.approx(people)


@given(start=st.floats(1e-4, 1), growth=st.floats(0, 2), work=st.floats(0, 10))
def test_supervision_grows_by_a_constant_factor_per_unit_of_work(start, growth, work):
    later = float(supervision_share(start, growth, work))
    assert np.log(later / start) == pytest.approx(growth * work, rel=1e-9, abs=1e-12)


def test_experiments_are_continuous_at_cobb_douglas_and_do_not_overflow():
    offset = np.array([0.0, 1e-17, -1e-17, 1e-12, -1e-12, 1e-9])
    throughput = experiment_limited(4, 9, 0.3, offset, 0.5, 0.65)
    labour, compute = 0.5 * np.log(4), 0.65 * np.log(9)
    # ln f = mean + rho variance / 2 of the two logarithms, by weight
    expected = np.exp(0.3 * compute + 0.7 * labour + offset * 0.21 * (compute - labour) ** 2 / 2)
    assert throughput == pytest.approx(expected, rel=1e-14)
    huge = float(experiment_limited(1e100, 1e200, 0.3, -50, 1, 1))
    assert huge == pytest.approx(1e100 * 0.7 ** (-1 / 50), rel=1e-12)
    extremes = experiment_limited(4, 9, [0, 1], [[-2], [0.5], [-2000]], 0.5, 0.5)
    assert extremes == pytest.approx(np.array([[2, 3]] * 3))
    switch = 1 / np.log(3)  # |rho ln| = 1, where the two ways of summation meet
    rho = -switch * np.array([1 - 1e-12, 1 + 1e-12])
    below, above = experiment_limited(4, 9, 0.3, rho, 0.5, 0.5)
    assert below == pytest.approx(above, rel=1e-11)


@given(policy=share, own=share, work=positive())
def test_work_is_divided_by_the_larger_share(policy, own, work):
    alignment, elsewhere = directed_work(work, policy, own)
    assert float(alignment + elsewhere) == pytest.approx(work, rel=1e-12)
    assert float(alignment) == pytest.approx(max(policy, own) * work, rel=1e-12)


@given(settled=share, assist=positive(1, 100))
def test_assistance_saves_time_on_the_questions_it_settles(settled, assist):
    """Mean time per question: 1/a on the settled share, 1 on the rest."""
    time = 1 / float(gradable_speedup(settled, assist))
    assert time == pytest.approx((1 - settled) + settled / assist, rel=1e-9)
    assert float(gradable_speedup(1, np.inf)) == np.inf  # by definition


def test_preparation_gains_the_slope_of_the_speed_up_in_its_share():
    step = 1e-6
    upper, lower = gradable_speedup([0.5 + step, 0.5 - step], 10)
    slope = (upper - lower) / (2 * step)
    assert float(preparation_gain(0.5, 10, 1)) == pytest.approx(slope, rel=1e-6)


@given(people=positive(), machines=st.floats(0, 1e3))
def test_the_share_of_people_falls_with_the_work_of_machines(people, machines):
    remaining = float(human_value_left(people, machines))
    assert remaining * (people + machines) == pytest.approx(people, rel=1e-12)


def test_safety_is_the_share_of_decided_attacks_that_are_caught():
    assert float(attack_safety(0.94, 0.093)) == pytest.approx(0.91, abs=0.005)
    assert attack_safety([0.2, 0.0], [0.0, 0.2]).tolist() == [1, 0]  # exact: a ratio of equals


def test_work_in_a_window_is_the_integral_of_the_speed_up():
    assert float(window_work([2, 2, 2], [0, 3, 12])) == pytest.approx(24, rel=1e-12)
    months = np.linspace(0, 12, 1001)
    speedup = 3 * np.exp(0.1 * months)
    expected = 30 * np.expm1(1.2)
    assert float(window_work(speedup, months)) == pytest.approx(expected, rel=1e-6)
    with pytest.raises(ValueError, match="time between two months"):
        window_work([1, 2], [3, 3])


def test_the_chance_of_enough_is_the_share_of_simulated_worlds():
    needed = 20 * np.exp(np.random.default_rng(0).normal(size=100_000) * 0.8)
    for work in (5.0, 20.0, 60.0):
        simulated = (needed <= work).mean()
        chance = float(chance_enough(work, 20, 0.8))
        assert chance == pytest.approx(simulated, abs=4 * 0.5 / np.sqrt(100_000))
    assert float(chance_enough(0, 20, 0.8)) == 0  # by definition


@given(years=positive(), capability=positive(), alignment=positive())
def test_alignment_research_before_danger_is_the_ratio_of_the_speed_ups(
    years, capability, alignment
):
    done = float(alignment_before_danger(years, capability, alignment))
    assert done / years == pytest.approx(alignment / capability, rel=1e-12)


def test_without_caveats_work_is_the_product_of_rate_and_lead():
    """Theft, leaks and supervision tend to 0 and lambda is 1: W = M X."""
    staff = workforce_from_tokens(2.3e7, **SEED, clock=3)
    length = expected_pause(1e-14, time_until_gone(6, 0, 1e-14))
    used = supervised_work(staff.researcher_months, 600, 0.0)
    assert float(used * length) == pytest.approx(690_000 * 6, rel=1e-9)
    speedup = field_speedup(used / staff.serial_speed, staff.serial_speed, 600, 1.0)
    assert float(speedup * length / 12) == pytest.approx(690_000 * 6 / 600 / 12, rel=1e-9)
    assert float(reviewed_speed(5, 40, 0, 3)) == pytest.approx(15, rel=1e-12)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: automation_speedup(1), "fraction"),
        (lambda: human_value_left(0, 0), "together"),
        (lambda: attack_safety(0, 0), "together"),
    ],
)
def test_values_outside_their_range_are_refused_by_name(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("share", [5e-324, 1e-310, 1e-300, 0.0])
def test_supervisors_who_are_hardly_needed_leave_all_work(share):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert float(supervised_work(3.0, 2.0, share)) == 3.0
