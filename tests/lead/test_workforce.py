"""Workforces: conservation of tokens, scaling laws, and the arithmetic of rewards."""

import numpy as np
import pytest
from formulas import SEED, positive
from hypothesis import given
from hypothesis import strategies as st

from taskmodel.errors import ConservationError
from taskmodel.lead.workforce import (
    READINGS,
    checked_share,
    clock_factor,
    field_speedup,
    hardware_growth,
    mean_tokens,
    model_size,
    months_until_tokens,
    slower_by_size,
    time_shares,
    token_rate,
    token_rate_ratio,
    trade_speed,
    training_run,
    workforce_from_tokens,
)

SPLIT = {
    "tokens_per_second": positive(1e3, 1e12),
    "streams": positive(1, 1e3),
    "serial_tokens": positive(1, 1e3),
    "stream_speed": positive(1, 1e4),
}
TOKENS = {"tokens_per_second": 2.3e7, "tokens_per_researcher_second": 100, "clock": 3}


@given(**SPLIT, hours=st.floats(1, 24), days=st.floats(1, 7))
def test_tokens_are_conserved_and_the_mixed_reading_loses_the_clock_factor(hours, days, **split):
    clock = clock_factor(hours, days)
    consistent = workforce_from_tokens(**split, clock=clock)
    mixed = workforce_from_tokens(**split, clock=clock, reading="seed")
    assert float(consistent.conserved_share) == pytest.approx(1, rel=1e-12)
    assert float(mixed.conserved_share) == pytest.approx(1 / clock, rel=1e-12)
    tokens = split["streams"] * split["serial_tokens"]
    assert float(consistent.researcher_months) == pytest.approx(
        split["tokens_per_second"] / tokens * clock, rel=1e-12
    )


@given(**SPLIT, hours=st.floats(1, 12))
def test_working_hours_divide_the_speed_and_leave_the_head_count(hours, **split):
    short, long = (
        workforce_from_tokens(**split, clock=clock_factor(length)) for length in (hours, 2 * hours)
    )
    # exact, since the head-count is computed without the clock
    assert float(short.researchers) == float(long.researchers)
    assert float(short.serial_speed) == pytest.approx(2 * float(long.serial_speed), rel=1e-12)


@given(**SPLIT, factor=positive(1.01, 50))
def test_work_depends_neither_on_the_split_of_tokens_nor_on_speed(factor, **split):
    base = workforce_from_tokens(**split, clock=3)
    other = workforce_from_tokens(
        split["tokens_per_second"],
        streams=split["streams"] * factor,
        serial_tokens=split["serial_tokens"] / factor,
        stream_speed=split["stream_speed"] * factor,
        clock=3,
    )
    assert float(other.researcher_months) == pytest.approx(float(base.researcher_months), rel=1e-9)


def test_a_researcher_consists_of_its_streams():
    staff = workforce_from_tokens(2.3e7, **SEED, clock=3)
    assert float(staff.researchers) == pytest.approx(46_000, rel=1e-12)
    assert float(staff.streams) == pytest.approx(460_000, rel=1e-12)


@given(ratio=positive(1, 1e6), time=positive(0.05, 5))
def test_tokens_scale_as_the_root_of_compute_over_time_and_equal_three_data_over_time(ratio, time):
    def rate(compute_ratio, time_ratio):
        seconds = 3e7 * time_ratio
        capacity = 1e21 * compute_ratio / time_ratio
        size, data = model_size(training_run(capacity, 1.0, seconds, 0.5), 20)
        tokens = token_rate(capacity, 0.5, size)
        assert float(tokens) == pytest.approx(float(3 * data / seconds), rel=1e-12)
        return float(tokens)

    assert rate(ratio, time) / rate(1, 1) == pytest.approx(
        float(token_rate_ratio(ratio, time)), rel=1e-9
    )


@given(horizon=positive(1, 1e6))
def test_longer_data_points_increase_the_tokens(horizon):
    size, data = model_size(training_run(1e21, 1.0, 3e7, 0.5), 20, horizon)
    expected = float(3 * data * horizon / 3e7)
    assert float(token_rate(1e21, 0.5, size)) == pytest.approx(expected, rel=1e-12)


def test_gain_multiplies_tokens_and_decoding_utilisation_is_proportional():
    rates = token_rate(1e21, [0.5, 0.5, 0.1], 11e12, [1, 2 * 2, 1])
    assert rates / rates[0] == pytest.approx([1, 4, 0.2])


@given(k=positive(1, 30))
def test_speed_traded_for_throughput_gives_fewer_and_faster_researchers(k):
    rate, speed = trade_speed(2.3e7, 50, k)
    before = workforce_from_tokens(2.3e7, **SEED, clock=3)
    after = workforce_from_tokens(rate, **SEED | {"stream_speed": speed}, clock=3)
    assert float(after.serial_speed / before.serial_speed) == pytest.approx(k**2, rel=1e-9)
    assert float(after.researchers / before.researchers) == pytest.approx(k**-3, rel=1e-9)


@given(size=positive(1, 100), exponent=st.floats(0, 1))
def test_a_slower_larger_model_exchanges_speed_for_researchers_at_constant_work(size, exponent):
    speed = slower_by_size(50, size, exponent)
    staff = workforce_from_tokens(2.3e7, **SEED | {"stream_speed": speed}, clock=3)
    assert float(staff.researcher_months) == pytest.approx(690_000, rel=1e-9)
    assert float(staff.serial_speed) <= 15 * (1 + 1e-12)


def test_the_share_of_tokens_is_checked_for_each_stated_workforce():
    share = checked_share([46_000, 23_000], [15, 30], **TOKENS)
    assert share == pytest.approx([1, 1], rel=1e-12)
    mixed = checked_share(2.3e5 / 15, 15, **TOKENS, expected=1 / 3)
    assert float(mixed) == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("researchers", "speed", "tokens", "message"),
    [
        (15_000, 15, 2.3e7, "uses 0.326087 of the tokens there are; it must use 1"),
        (46_000 * (1 + 1e-8), 15, 2.3e7, "uses 1 of the tokens"),
        ([46_000, 46_001], 15, 2.3e7, "uses 1.00002"),
        (np.nan, 15, 2.3e7, "researchers of the workforce: found nan"),
        (46_000, np.inf, 2.3e7, "serial speed of the workforce: found inf"),
        (1, 15, 0, "uses inf of the tokens"),
    ],
)
def test_a_workforce_that_needs_other_tokens_than_exist_is_an_error(
    researchers, speed, tokens, message
):
    with pytest.raises(ConservationError, match=message):
        checked_share(researchers, speed, **TOKENS | {"tokens_per_second": tokens})


@pytest.mark.parametrize("reading", READINGS)
def test_without_tokens_there_is_no_workforce_and_overflow_is_an_error(reading):
    staff = workforce_from_tokens([0, 2.3e7], **SEED, clock=3, reading=reading)
    assert staff.researchers[0] == 0  # exact: 0 divided by a number
    assert staff.conserved_share[0] == pytest.approx(staff.conserved_share[1], rel=1e-12)
    tiny = {"streams": 1e-300, "serial_tokens": 1, "stream_speed": 1}
    with pytest.raises(ConservationError, match="researchers of the workforce: found inf"):
        workforce_from_tokens(1e300, **tiny, clock=1, reading=reading)


def test_hardware_doubles_in_its_doubling_time():
    assert hardware_growth(1e7, [0, 6, 12], 6) == pytest.approx([1e7, 2e7, 4e7], rel=1e-12)


@given(short=positive(1, 100), long=positive(1, 1000), weight=st.floats(0.01, 0.99))
def test_shares_of_machine_time_sum_to_one_and_follow_tokens(short, long, weight):
    shares = time_shares([weight, 1 - weight], [short, long])
    assert float(shares.sum()) == pytest.approx(1, rel=1e-12)
    expected = weight * short / ((1 - weight) * long)
    assert shares[0] / shares[1] == pytest.approx(expected, rel=1e-9)
    mean = float(mean_tokens([weight, 1 - weight], [short, long]))
    assert min(short, long) * (1 - 1e-12) <= mean <= max(short, long) * (1 + 1e-12)


def test_tokens_fall_along_the_differential_equation_of_rewards():
    start, rate = 100.0, 0.02
    times = np.linspace(0, 20, 2001)
    path = [start]
    for step in np.diff(times):  # the midpoint rule on ln(tau)
        middle = path[-1] * np.exp(-rate * np.log(2e9 * start / path[-1]) * step / 2)
        path.append(path[-1] * np.exp(-rate * np.log(2e9 * start / middle) * step))
    reached = float(np.interp(-np.log(50), -np.log(path), times))
    computed = float(months_until_tokens(50, start, 2e9, rate))
    assert computed == pytest.approx(reached, rel=1e-4)


def test_constant_returns_to_parallel_effort_give_the_ratio_of_work():
    assert float(field_speedup(46_000, 15, 600, 1)) == pytest.approx(690_000 / 600, rel=1e-12)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: workforce_from_tokens(2.3e7, **SEED, clock=3, reading="paper"),
            "reading is 'paper'; use one of consistent, seed",
        ),
        (lambda: workforce_from_tokens(-1, **SEED, clock=3), "tokens_per_second"),
        (lambda: clock_factor(25), "hours_per_day"),
        (lambda: mean_tokens([0.5, 0.4], [1, 2]), "weights must sum to 1; found 0.9"),
    ],
)
def test_values_outside_their_range_are_refused_by_name(call, message):
    with pytest.raises(ValueError, match=message):
        call()
