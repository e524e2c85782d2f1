"""What holds for every workforce, lead and pause: conservation, limits, monotonicity; and what bad numbers are told."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taskmodel.lead import erosion as lead
from taskmodel.lead import pause, usable_work, workforce
from taskmodel.lead.schedule import Terms, best_paces, run_then_stop, schedule_outcome
from taskmodel.numerics.normal import normal_cdf


def positive(low=1e-3, high=1e3):
    return st.floats(np.log(low), np.log(high)).map(lambda x: float(np.exp(x)))


share = st.floats(0, 1)
months = st.floats(0, 120)
SPLIT = {
    "tokens_per_second": positive(1e3, 1e12),
    "streams": positive(1, 1e3),
    "serial_tokens": positive(1, 1e3),
}


@given(**SPLIT, stream_speed=positive(1, 1e4), hours=st.floats(1, 24), days=st.floats(1, 7))
def test_tokens_are_conserved_and_the_mixed_reading_loses_the_clock_factor(
    tokens_per_second, streams, serial_tokens, stream_speed, hours, days
):
    clock = workforce.clock_factor(hours, days)
    inputs = {
        "streams": streams,
        "serial_tokens": serial_tokens,
        "stream_speed": stream_speed,
        "clock": clock,
    }
    staff = workforce.workforce(tokens_per_second, **inputs)
    mixed = workforce.workforce(tokens_per_second, **inputs, reading="seed")
    assert float(staff.conserved_share) == pytest.approx(1, rel=1e-12)
    assert float(mixed.conserved_share) == pytest.approx(1 / clock, rel=1e-12)
    assert float(staff.researcher_months) == pytest.approx(
        tokens_per_second / (streams * serial_tokens) * clock, rel=1e-12
    )


@given(**SPLIT, stream_speed=positive(1, 1e4), hours=st.floats(1, 12))
def test_head_count_does_not_know_working_hours_and_speed_goes_as_one_over_them(
    tokens_per_second, streams, serial_tokens, stream_speed, hours
):
    inputs = {"streams": streams, "serial_tokens": serial_tokens, "stream_speed": stream_speed}
    one, two = (
        workforce.workforce(tokens_per_second, **inputs, clock=workforce.clock_factor(h))
        for h in (hours, 2 * hours)
    )
    assert float(one.researchers) == float(two.researchers)
    assert float(one.serial_speed) == pytest.approx(2 * float(two.serial_speed), rel=1e-12)


@given(**SPLIT, stream_speed=positive(1, 1e4), factor=positive(1.01, 50))
def test_work_does_not_depend_on_how_tokens_are_split_nor_on_speed(
    tokens_per_second, streams, serial_tokens, stream_speed, factor
):
    base = workforce.workforce(
        tokens_per_second,
        streams=streams,
        serial_tokens=serial_tokens,
        stream_speed=stream_speed,
        clock=3,
    )
    other = workforce.workforce(
        tokens_per_second,
        streams=streams * factor,
        serial_tokens=serial_tokens / factor,
        stream_speed=stream_speed * factor,
        clock=3,
    )
    assert float(other.researcher_months) == pytest.approx(float(base.researcher_months), rel=1e-9)


def test_a_researcher_is_ten_streams():
    staff = workforce.workforce(2.3e7, streams=10, serial_tokens=10, stream_speed=50, clock=3)
    assert (float(staff.researchers), float(staff.streams)) == (46_000, 460_000)


@given(ratio=positive(1, 1e6), time=positive(0.05, 5))
def test_tokens_scale_as_root_of_compute_over_time_and_as_three_data_over_time(ratio, time):
    def rate(compute_ratio, time_ratio):
        seconds = 3e7 * time_ratio
        capacity = 1e21 * compute_ratio / time_ratio
        run = workforce.training_run(capacity, 1.0, seconds, 0.5)
        size, data = workforce.model_size(run, 20)
        tokens = workforce.token_rate(capacity, 0.5, size)
        assert float(tokens) == pytest.approx(float(3 * data / seconds), rel=1e-12)
        return float(tokens)

    assert rate(ratio, time) / rate(1, 1) == pytest.approx(
        float(workforce.token_rate_ratio(ratio, time)), rel=1e-9
    )


@given(horizon=positive(1, 1e6))
def test_dearer_data_points_leave_more_tokens(horizon):
    run = workforce.training_run(1e21, 1.0, 3e7, 0.5)
    size, data = workforce.model_size(run, 20, horizon)
    assert float(workforce.token_rate(1e21, 0.5, size)) == pytest.approx(
        float(3 * data * horizon / 3e7), rel=1e-12
    )


def test_distillation_and_precision_multiply_tokens_and_decoding_badly_divides_them():
    rates = workforce.token_rate(1e21, [0.5, 0.5, 0.1], 11e12, [1, 2 * 2, 1])
    assert (rates / rates[0]).tolist() == [1, 4, pytest.approx(0.2)]


@given(k=positive(1, 30))
def test_speed_bought_with_throughput_gives_fewer_and_faster_researchers(k):
    rate, speed = workforce.trade_speed(2.3e7, 50, k)
    before = workforce.workforce(2.3e7, streams=10, serial_tokens=10, stream_speed=50, clock=3)
    after = workforce.workforce(rate, streams=10, serial_tokens=10, stream_speed=speed, clock=3)
    assert float(after.serial_speed / before.serial_speed) == pytest.approx(k**2, rel=1e-9)
    assert float(after.researchers / before.researchers) == pytest.approx(k**-3, rel=1e-9)


@given(size=positive(1, 100), exponent=st.floats(0, 1))
def test_a_slower_larger_model_moves_researchers_against_speed_and_leaves_work(size, exponent):
    speed = workforce.slower_by_size(50, size, exponent)
    staff = workforce.workforce(2.3e7, streams=10, serial_tokens=10, stream_speed=speed, clock=3)
    assert float(staff.researcher_months) == pytest.approx(690_000, rel=1e-9)
    assert float(staff.serial_speed) <= 15 * (1 + 1e-12)


@given(lead_months=months, hazard=share)
def test_an_expected_pause_is_no_longer_than_the_lead_and_what_it_loses_others_win(
    lead_months, hazard
):
    expected = float(lead.expected_pause(hazard, lead_months))
    assert 0 <= expected <= lead_months * (1 + 1e-12)
    assert expected + float(lead.handed_over(hazard, lead_months)) == pytest.approx(
        lead_months, rel=1e-12, abs=1e-12
    )
    assert float(lead.expected_pause(0.0, lead_months)) == lead_months


@given(hazard=st.floats(1e-6, 1))
def test_an_endless_pause_lasts_one_over_the_hazard_and_a_tiny_hazard_changes_nothing(hazard):
    assert float(lead.expected_pause(hazard, np.inf)) == pytest.approx(1 / hazard, rel=1e-12)
    assert float(lead.expected_pause(hazard, 1e9)) == pytest.approx(1 / hazard, rel=1e-12)
    assert float(lead.expected_pause(1e-13, 6)) == pytest.approx(6, rel=1e-9)


@given(start=st.floats(0, 60), pace=share, leak=share)
def test_a_lead_is_gone_when_it_is_said_to_be(start, pace, leak):
    end = float(lead.time_until_gone(start, pace, leak))
    assert end <= float(lead.time_until_gone(start, pace, 0.0)) * (1 + 1e-9)
    if np.isfinite(end):
        assert float(lead.remaining_lead(start, end, pace, leak)) == pytest.approx(
            0, abs=1e-13 * (1 + start)
        )
        assert float(lead.remaining_lead(start, end * 0.5, pace, leak)) >= 0


@given(start=st.floats(0, 60), pace=st.floats(0, 0.99))
def test_without_leaks_a_lead_lasts_its_length_over_what_is_lost_and_full_speed_burns_none(
    start, pace
):
    assert float(lead.time_until_gone(start, pace, 0)) == pytest.approx(
        start / (1 - pace), rel=1e-12
    )
    assert float(lead.time_until_gone(start, pace, 1e-12)) == pytest.approx(
        start / (1 - pace), rel=1e-6, abs=1e-12
    )
    assert float(lead.remaining_lead(start, 100, 1, 0)) == start
    assert np.isinf(lead.time_until_gone(start + 1, 1, 0))


def test_no_lead_is_gone_at_once_whatever_the_pace():
    assert lead.time_until_gone(0, [0, 0.5, 1, 1], [0, 0.1, 0, 0.1]).tolist() == [0, 0, 0, 0]


def test_a_lead_obeys_its_differential_equation():
    times = np.linspace(0, 4, 4001)
    found = lead.remaining_lead(6, times, 0.4, 0.1)
    assert np.gradient(found, times)[1:-1] == pytest.approx(
        (-(1 - 0.4) - 0.1 * found)[1:-1], rel=1e-5
    )


@given(start=positive(0.1, 60), pace=st.floats(0.01, 1), duration=st.floats(0, 100), chance=share)
def test_a_slow_down_never_shortens_a_lead(start, pace, duration, chance):
    slowed = float(lead.slowed_lead(start, pace, duration))
    assert start * (1 - 1e-12) <= slowed <= start / pace * (1 + 1e-12)
    expected = float(lead.expected_lead(start, chance, pace, duration))
    assert start * (1 - 1e-12) <= expected <= slowed * (1 + 1e-12)


@given(start=positive(0.1, 60), pace=st.floats(0.01, 1), duration=st.floats(0, 100))
def test_a_pause_in_a_slow_down_without_leaks_is_as_long_as_the_slowed_lead(start, pace, duration):
    assert float(lead.slowed_pause(start, pace, duration, 0)) == pytest.approx(
        float(lead.slowed_lead(start, pace, duration)), rel=1e-9
    )
    assert float(lead.slowed_pause(start, pace, np.inf, 0.1)) == pytest.approx(
        np.log1p(0.1 * start / pace) / 0.1, rel=1e-9
    )
    assert float(lead.slowed_pause(start, pace, duration, 0.1)) <= float(
        lead.slowed_lead(start, pace, duration)
    ) * (1 + 1e-9)


@pytest.mark.parametrize("duration", [0.0, 5.0, 12.0, 50.0])
def test_leaks_in_a_slow_down_are_those_of_the_differential_equation(duration):
    """X' = -w(t) - l X, w a quarter until the slow-down ends, in small steps of Heun's rule."""
    left, time, step = 24.0, 0.0, 1e-3
    while left > 0:
        slope = -(0.25 if time + step / 2 < duration else 1.0) - 0.1 * left
        left += step * (slope - 0.05 * step * slope)
        time += step
    assert float(lead.slowed_pause(24, 0.25, duration, 0.1)) == pytest.approx(time, abs=2e-3)


@given(fraction=st.floats(0, 0.999), rho=st.floats(-20, -0.05))
def test_bounds_of_automation(fraction, rho):
    limited, unlimited = (
        float(usable_work.limited_automation(fraction)),
        float(usable_work.unlimited_automation(fraction, rho)),
    )
    assert 1 <= limited <= unlimited * (1 + 1e-12)
    assert float(usable_work.needed_automation(unlimited, rho)) == pytest.approx(fraction, abs=1e-9)
    assert float(usable_work.unlimited_automation(fraction, -np.inf)) == limited


@given(work=positive(), people=positive(), sigma=st.floats(0, 10), tax=positive(1, 100))
def test_supervised_work_needs_no_more_of_either_than_there_is(work, people, sigma, tax):
    done = float(usable_work.supervised_work(work, people, sigma, tax))
    assert done * tax <= work * (1 + 1e-12) and done * sigma <= people * (1 + 1e-12)
    assert done * tax == pytest.approx(work) or done * sigma == pytest.approx(people)


@given(prior=st.floats(0, 20), length=st.floats(0.01, 12), theta=st.floats(0, 0.99))
def test_preparation_solves_its_equation_and_pays_only_through_theta(prior, length, theta):
    work = float(pause.prepared_work(prior, length, theta))
    step = 1e-6
    slope = (float(pause.prepared_work(prior, length + step, theta)) - work) / step
    assert slope == pytest.approx((1 + prior + work) ** theta, rel=1e-3)
    assert float(pause.prepared_work(prior, length, 0)) == pytest.approx(length, rel=1e-9)
    assert float(pause.prepared_work(prior + 1, length, 0)) == pytest.approx(length, rel=1e-9)


@given(theta=st.floats(1.05, 4), prior=st.floats(0, 5))
def test_a_runaway_is_told_with_its_date(theta, prior):
    date = float(pause.blow_up_date(prior, theta))
    assert float(pause.prepared_work(prior, 0.99 * date, theta)) > 0
    with pytest.raises(pause.RunawayError, match=f"blows up {date:.3g} months into a pause"):
        pause.prepared_work(prior, date, theta)


@pytest.mark.parametrize("theta", [0.999, 1.0])
def test_more_work_than_a_float_can_hold_is_no_number(theta):
    with pytest.raises(pause.RunawayError, match="than any number can hold"):
        pause.prepared_work(0, 5000, theta)


def test_preparation_is_continuous_at_theta_one():
    off = np.array([0.0, 1e-15, -2e-16, 1e-12, -1e-12, 1e-9, -1e-9])
    near = pause.prepared_work(1, 3, 1 + off)
    assert near[0] == pytest.approx(2 * np.expm1(3), rel=1e-15)
    # d ln(1 + W/W0) / d theta = g ln(start) + g^2 / 2 at theta = 1, g = 3
    assert near + 2 == pytest.approx((near[0] + 2) * (1 + off * (3 * np.log(2) + 4.5)), rel=1e-14)


@pytest.mark.parametrize("theta", [0.0, 0.5, 1.0, 1.5])
def test_a_moment_of_preparation_does_its_rate_of_work(theta):
    assert float(pause.prepared_work(1, 1e-15, theta)) == pytest.approx(1e-15 * 2**theta, rel=1e-12)


def test_experiments_are_continuous_where_they_become_cobb_douglas_and_do_not_overflow():
    off = np.array([0.0, 1e-17, -1e-17, 1e-12, -1e-12, 1e-9])
    near = usable_work.experiment_limited(4, 9, 0.3, off, 0.5, 0.65)
    hands, means = 0.5 * np.log(4), 0.65 * np.log(9)
    # ln f = mean + rho variance / 2, of the two logarithms by weight
    assert near == pytest.approx(
        np.exp(0.3 * means + 0.7 * hands + off * 0.3 * 0.7 * (means - hands) ** 2 / 2), rel=1e-14
    )
    assert float(usable_work.experiment_limited(1e100, 1e200, 0.3, -50, 1, 1)) == pytest.approx(
        1e100 * 0.7 ** (-1 / 50), rel=1e-12
    )
    assert usable_work.experiment_limited(
        4, 9, [0, 1], [[-2], [0.5], [-2000]], 0.5, 0.5
    ) == pytest.approx(np.array([[2, 3]] * 3))
    switch = 1 / np.log(3)  # where one way of working it out takes over from the other
    either = usable_work.experiment_limited(
        4, 9, 0.3, -switch * np.array([1 - 1e-12, 1 + 1e-12]), 0.5, 0.5
    )
    assert either[0] == pytest.approx(either[1], rel=1e-11)


def test_far_tails_of_the_normal_distribution_are_no_zeros():
    given_by_tables = {
        -5: 2.866515718791939e-7,
        -10: 7.619853024160527e-24,
        -37: 5.725571222524576e-300,
        10: 1.0,
    }
    for z, chance in given_by_tables.items():
        assert float(normal_cdf(z)) == pytest.approx(chance, rel=1e-12)
    assert normal_cdf([-np.inf, np.inf, 0]).tolist() == [0, 1, 0.5]


@given(growth=st.floats(0, 300))
def test_growth_and_its_mean_multiplier_are_inverse(growth):
    multiplier = pause.growth_multiplier(growth)
    assert float(pause.growth_for_multiplier(multiplier)) == pytest.approx(
        growth, rel=1e-9, abs=1e-7
    )


@given(tolerated=st.floats(1e-6, 1), intercept=st.floats(-15, 0), slope=positive(0.1, 10))
def test_at_the_pause_point_risk_is_what_is_tolerated(tolerated, intercept, slope):
    point = pause.pause_point(tolerated, intercept, slope)
    assert float(pause.takeover_risk(point, intercept, slope)) == pytest.approx(tolerated, rel=1e-9)
    given_up, _ = pause.confidence_margin(1.0, 0.95, slope, 0.5)
    safe = float(np.log(tolerated / pause.takeover_risk(point - given_up, intercept, slope)))
    assert float(pause.misjudged(0.0, 1.0, safe)) == pytest.approx(0.05, rel=1e-6)


@settings(max_examples=25)
@given(lead_months=positive(0.1, 24), ceiling=positive(0.1, 5), slope=st.floats(0, 1), theft=share)
def test_the_best_schedule_is_no_worse_than_stopping_now_or_at_the_ceiling(
    lead_months, ceiling, slope, theft
):
    terms = Terms(lead_months, ceiling, pace=0.5, productivity_slope=slope, theft=theft)
    best = float(schedule_outcome(terms, best_paces(terms, 20, 40)).work)
    assert best >= max(float(schedule_outcome(terms, [0.0]).work), run_then_stop(terms)) * (
        1 - 1e-9
    )


def test_the_toy_model_comes_back_where_every_caveat_goes():
    """h, l, sigma to 0 and lambda to 1: W = M X, in researcher-months and in field-years."""
    staff = workforce.workforce(2.3e7, streams=10, serial_tokens=10, stream_speed=50, clock=3)
    length = lead.expected_pause(1e-14, lead.time_until_gone(6, 0, 1e-14))
    used = usable_work.supervised_work(staff.researcher_months, 600, 0.0)
    assert float(used * length) == pytest.approx(690_000 * 6, rel=1e-9)
    speedup = workforce.field_speedup(used / staff.serial_speed, staff.serial_speed, 600, 1.0)
    assert float(speedup * length / 12) == pytest.approx(690_000 * 6 / 600 / 12, rel=1e-9)
    assert float(usable_work.reviewed_speed(5, 40, 0, 3)) == 15


def test_a_stated_workforce_that_needs_other_tokens_than_there_are_is_an_error():
    there = {"tokens_per_second": 2.3e7, "tokens_per_researcher_second": 100, "clock": 3}
    assert workforce.checked_share([46_000, 23_000], [15, 30], **there).tolist() == [1, 1]
    assert float(workforce.checked_share(2.3e5 / 15, 15, **there, expected=1 / 3)) == pytest.approx(
        1 / 3
    )
    for researchers, speed, message in [
        (15_000, 15, "uses 0.326087 of the tokens there are; it must use 1"),
        (46_000 * (1 + 1e-8), 15, "uses 1 of the tokens"),
        ([46_000, 46_001], 15, "uses 1.00002"),
        (np.nan, 15, "researchers of the workforce: found nan"),
        (46_000, np.inf, "serial speed of the workforce: found inf"),
    ]:
        with pytest.raises(workforce.ConservationError, match=message):
            workforce.checked_share(researchers, speed, **there)
    with pytest.raises(workforce.ConservationError, match="uses inf of the tokens"):
        workforce.checked_share(1, 15, **{**there, "tokens_per_second": 0})


@pytest.mark.parametrize("reading", workforce.READINGS)
def test_no_tokens_are_no_workforce_and_numbers_beyond_any_float_are_told(reading):
    none = workforce.workforce([0, 2.3e7], **SEED, reading=reading)
    assert none.researchers[0] == 0 and none.conserved_share[0] == none.conserved_share[1]
    with pytest.raises(
        workforce.ConservationError, match="researchers of the workforce: found inf"
    ):
        workforce.workforce(
            1e300, streams=1e-300, serial_tokens=1, stream_speed=1, clock=1, reading=reading
        )


SEED = {"streams": 10, "serial_tokens": 10, "stream_speed": 50, "clock": 3}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: workforce.workforce(2.3e7, **SEED, reading="paper"),
            "reading is 'paper'; use one of consistent, seed",
        ),
        (lambda: workforce.workforce(-1, **SEED), "tokens_per_second"),
        (lambda: workforce.clock_factor(25), "hours_per_day"),
        (lambda: workforce.mean_tokens([0.5, 0.4], [1, 2]), "weights must sum to 1; found 0.9"),
        (lambda: lead.expected_pause(1.2, 6), r"hazard must be in \[0, 1\]; found 1.2"),
        (lambda: lead.remaining_lead(-1, 1, 0, 0), "lead"),
        (lambda: lead.binding_rival([1, 2], [True]), "of one length"),
        (lambda: lead.leak_rate(0.6, 0.6, 1), "leaks together"),
        (lambda: pause.pause_point(0.01, -9, 0), "never crosses"),
        (lambda: pause.pause_point(0.01, -9, [1, -2]), "found -2"),
        (lambda: usable_work.limited_automation(1), "fraction"),
        (
            lambda: usable_work.share_below([0.9, 0.9], [1, 8], 8),
            "weights must sum to at most 1; found 1.8",
        ),
        (lambda: usable_work.human_value_left(0, 0), "together"),
    ],
)
def test_bad_numbers_are_refused_by_name(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_what_a_table_of_mechanisms_promises_about_single_formulas():
    assert lead.lead_from_gap([[1.0, 1.0]], [[0.5, 0.25]]).tolist() == [6]
    assert lead.binding_rival([3, 1], [True, True]) == (None, np.inf)
    assert lead.persuaded(0.1, 0.6, [0, 1e9], 5).tolist() == [0.1, 0.6]
    assert float(lead.precedent(2, 2, 5)) == 0.5
    assert float(lead.effort_hazard(0.1, 1, 0)) == 0.1
    assert float(lead.runway(0, 1)) == 0
    assert [part.tolist() for part in usable_work.directed_work(10, [0.2, 0.7], 0.5)] == [
        [5, 7],
        [5, pytest.approx(3)],
    ]
    assert float(usable_work.assisted_supervision(0.01, 10, 0)) == 0.01
    assert float(usable_work.gradable_speedup(1, np.inf)) == np.inf
    assert float(usable_work.preparation_gain(0.5, 10, 1)) == pytest.approx(
        (
            usable_work.gradable_speedup(0.5 + 1e-6, 10)
            - usable_work.gradable_speedup(0.5 - 1e-6, 10)
        )
        / 2e-6,
        rel=1e-6,
    )
    assert float(usable_work.experiment_limited(4, 4, 0.3, -0.155, 0.5, 0.5)) == pytest.approx(2)
    assert float(usable_work.experiment_limited(4, 9, 0.3, 1e-9, 0.5, 0.65)) == pytest.approx(
        float(usable_work.experiment_limited(4, 9, 0.3, 0, 0.5, 0.65)), rel=1e-6
    )
    assert float(usable_work.window_work([2, 2, 2], [0, 3, 12])) == 24
    assert usable_work.attack_safety(0.94, 0.093).round(2).item() == 0.91
    assert pause.sweet_spot(3, 2, 1, 0, 0, 0.1)[2].item() == 0
    assert pause.climb(0, [1], [1], 1, 0) == (0, 0.0, 0)
    grown = workforce.hardware_growth(1e7, [0, 6], 6)
    assert grown.tolist() == [1e7, 2e7]
    shares = workforce.time_shares([0.5, 0.5], [10, 30])
    assert shares.tolist() == [0.25, 0.75]
    times = np.linspace(0, 20, 20001)
    tau, rate = 100.0, 0.02
    path = [tau]
    for step in np.diff(times):  # the same fall in small steps
        path.append(path[-1] * np.exp(-rate * np.log(2e9 * tau / path[-1]) * step))
    reached = float(np.interp(-np.log(50), -np.log(path), times))
    assert float(workforce.months_until_tokens(50, tau, 2e9, rate)) == pytest.approx(
        reached, rel=1e-3
    )
