"""Queues for review: Erlang's formulas, mixes of kinds, off-hours.

Simulations are in test_queueing_simulation.
"""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm
from sizes import examples

from taskmodel.errors import InputError
from taskmodel.science.queueing import (
    blocking_probability,
    in_progress,
    mean_wait,
    mixed_wait,
    off_hours_wait,
    pooled,
    waiting_probability,
)

SLOW = settings(max_examples=examples(50), deadline=None)
servers = st.integers(1, 60)
utilisations = st.floats(0.01, 0.99)


def textbook_probability(k, a):
    """Erlang's C with factorials, in exact arithmetic."""
    a = Fraction(a)
    terms = [a**n / math.factorial(n) for n in range(k + 1)]
    last = terms[k] * k / (k - a)
    return float(last / (sum(terms[:k]) + last))


@pytest.mark.parametrize("k", [1, 3, 20])
@pytest.mark.parametrize("load", [0.0, 5e-324, 1e-300, 1e-20, 1e-9])
def test_a_load_next_to_none_blocks_next_to_nothing(k, load):
    expected = load**k / math.factorial(k)
    assert blocking_probability(k, load) == pytest.approx(expected, rel=2e-9, abs=1e-300)


@pytest.mark.parametrize(
    ("count", "busy", "probability", "wait"),
    [
        (1, 0.8, 0.8, 4.0),
        (5, 0.8, 0.5541, 0.5541),
        (10, 0.9, 0.6687, 0.6687),
        (20, 0.9, 0.5508, 0.2754),
    ],
)
def test_reference_probabilities_and_waits(count, busy, probability, wait):
    assert waiting_probability(count, busy * count) == pytest.approx(probability, abs=5e-5)
    assert mean_wait(count, busy * count) == pytest.approx(wait, abs=5e-5)


@SLOW
@given(servers, utilisations)
def test_waiting_probability_is_that_of_the_sum_in_textbooks(count, busy):
    # 1 - u amplifies the rounding of u by up to 100, and a few dozen terms are rounded as well.
    assert waiting_probability(count, busy * count) == pytest.approx(
        textbook_probability(count, busy * count), rel=1e-12
    )


@given(utilisations)
def test_one_reviewer_is_the_single_server_queue(busy):
    assert mean_wait(1, busy) == pytest.approx(busy / (1 - busy), rel=1e-12)
    assert waiting_probability(1, busy) == pytest.approx(busy, rel=1e-12)


@given(servers, utilisations, st.floats(0.001, 0.99))
def test_waits_grow_with_utilisation(count, busy, ratio):
    shorter, longer = mean_wait(count, [ratio * busy * count, busy * count])
    assert shorter <= longer * (1 + 1e-12)  # equal but for rounding where the ratio is near 1


@given(servers, servers, utilisations)
def test_pooling_reviewers_lowers_waits(count, extra, busy):
    assert mean_wait(count + extra, busy * (count + extra)) < mean_wait(count, busy * count)


def test_waits_vanish_as_reviewers_grow_in_number_at_the_same_utilisation():
    count = np.array([1, 10, 100, 1000, 10_000])
    waits = mean_wait(count, 0.9 * count)
    assert (np.diff(waits) < 0).all()
    assert waits[-1] < 1e-20


def test_many_reviewers_near_saturation_wait_as_in_the_limit_of_halfin_and_whitt():
    """With k - a = beta sqrt(k), C tends to 1 / (1 + sqrt(2 pi) beta Phi(beta) exp(beta^2/2))."""
    beta, count = 1.0, 250_000
    limit = 1 / (1 + math.sqrt(2 * math.pi) * beta * norm.cdf(beta) * math.exp(beta**2 / 2))
    # The difference falls as 1/sqrt(k).
    assert waiting_probability(count, count - beta * math.sqrt(count)) == pytest.approx(
        limit, rel=2 / math.sqrt(count)
    )


def test_no_arrivals_do_not_wait():
    assert waiting_probability([1, 7], load=0).tolist() == [0, 0]
    assert mean_wait([1, 7], load=0).tolist() == [0, 0]


def test_a_grid_is_its_points_one_by_one():
    count, busy = np.array([[1], [5], [30]]), np.array([0.2, 0.7, 0.95])
    grid = mean_wait(count, busy * count, service_time=2)
    assert grid.shape == (3, 3)
    single = [[float(mean_wait(k, u * k, service_time=2)) for u in busy] for k in count[:, 0]]
    np.testing.assert_allclose(grid, single, rtol=1e-14)


def test_waits_are_in_the_time_of_a_review():
    assert mean_wait(5, 4, service_time=2) == pytest.approx(2 * mean_wait(5, 4), rel=1e-12)


@given(servers, utilisations)
def test_the_mean_number_in_queue_is_that_of_the_birth_death_chain(count, busy):
    """By Little's law; in the chain it is C u/(1 - u)."""
    waiting = waiting_probability(count, busy * count) * busy / (1 - busy)
    assert in_progress(busy * count, mean_wait(count, busy * count)) == pytest.approx(
        waiting, rel=1e-12
    )


# Fractional numbers of reviewers.


def recursion(count, work):
    """Erlang's B by its recursion, from a fraction of a server on.

    It begins with Gamma(1 + f, a) e^a / a^f, the integral of (1 + t/a)^f e^-t over t, by Gauss and
    Laguerre.
    """
    fraction = count % 1
    nodes, weights = np.polynomial.laguerre.laggauss(60)
    blocked = 1 / (weights @ (1 + nodes / work) ** fraction)
    for server in range(1, int(count) + 1):
        blocked = work * blocked / (fraction + server + work * blocked)
    return blocked


@SLOW
@given(st.floats(1, 60), st.floats(0.2, 0.99))
def test_erlang_between_whole_numbers_obeys_the_recursion(count, busy):
    work = busy * count
    blocked = blocking_probability([count, count + 1], work)
    assert blocked[1] == pytest.approx(
        work * blocked[0] / (count + 1 + work * blocked[0]), rel=1e-11
    )


@pytest.mark.parametrize("count", [2.5, 7.25, 30.9])
def test_erlang_between_whole_numbers_is_the_integral_that_defines_it(count):
    # To the precision of the quadrature.
    assert blocking_probability(count, 5) == pytest.approx(recursion(count, 5), rel=1e-9)


@pytest.mark.parametrize("count", [1, 2, 15, 16, 17, 100, 1000])
def test_erlang_at_whole_numbers_is_its_recursion(count):
    for busy in (0.3, 0.8, 0.99):
        assert blocking_probability(count, busy * count) == pytest.approx(
            recursion(count, busy * count), rel=1e-12
        )


def test_waits_fall_with_the_number_of_reviewers_also_between_whole_numbers():
    count = np.linspace(0.25, 20, 80)
    waits = mean_wait(count, 0.8 * count)
    assert (np.diff(waits) < 0).all()
    assert waits[0] > 8  # a quarter of a reviewer takes four times as long
    assert mean_wait(1e6, 0.99e6) == pytest.approx(0, abs=1e-12)


# Units of several kinds.


def test_equal_kinds_are_one_kind():
    assert [float(moment) for moment in pooled([1, 2, 3], [0.5, 0.5, 0.5], 0.7)] == pytest.approx(
        [6, 0.5, 0.7]
    )
    assert mixed_wait(4, [1, 2, 3], [0.5, 0.5, 0.5]) == pytest.approx(
        mean_wait(4, 3, 0.5), rel=1e-11
    )
    assert pooled([[0, 0], [1, 1]], [1, 3])[1].tolist() == [0, 2]


def test_moments_of_a_mix_are_those_of_draws():
    rng = np.random.default_rng(5)
    kind = rng.choice(2, size=400_000, p=[0.75, 0.25])
    drawn = rng.standard_exponential(400_000) * np.array([1.0, 5.0])[kind]
    _, mean, spread = pooled([3, 1], [1, 5])
    assert float(mean) == pytest.approx(drawn.mean(), rel=0.01)
    # Four standard errors.
    assert float(spread) == pytest.approx(drawn.var() / drawn.mean() ** 2, rel=0.03)


@SLOW
@given(
    st.lists(st.tuples(st.floats(0.01, 10), st.floats(0.01, 10)), min_size=1, max_size=4),
    st.floats(0.05, 0.95),
    st.floats(0, 3),
)
def test_one_reviewer_of_many_kinds_is_pollaczek_and_khinchine(kinds, busy, varied):
    rate, time = np.array(kinds).T
    rate = rate * busy / (rate @ time)
    exact = (rate * (1 + varied)) @ time**2 / 2 / (1 - busy)
    assert mixed_wait(1, rate, time, service_variability=varied) == pytest.approx(exact, rel=1e-9)


@pytest.mark.parametrize("varied", [0.0, 1.0])
def test_light_traffic_is_the_first_of_the_reviews_in_progress_to_end(varied):
    """With three reviewers: the least of three residual times, here by a sum over a grid."""
    rate, time = np.array([0.9, 0.1]) * 1e-6, np.array([1.0, 8.0])
    grid = np.arange(0, 400, 1e-3) + 5e-4
    share = rate * time / (rate @ time)
    left = np.exp(-grid[:, None] / time) if varied else np.maximum(1 - grid[:, None] / time, 0)
    first = ((left * share).sum(axis=1) ** 3).sum() * 1e-3
    work = rate @ time
    wait = mixed_wait(3, rate, time, service_variability=varied)
    # At a load of 1e-6 the first order in its powers is enough.
    assert wait == pytest.approx(work**3 / 6 * first, rel=1e-3)


def test_near_saturation_the_wait_of_a_mix_depends_on_two_moments():
    rate = np.array([0.9, 0.1]) / (0.9 + 0.8) * 10 * 0.99999
    _, mean, spread = pooled(rate, [1, 8])
    two = mean_wait(10, rate @ [1, 8], mean, service_variability=spread)
    assert mixed_wait(10, rate, [1, 8]) == pytest.approx(two, rel=1e-4)


def test_waits_of_a_mix_vanish_with_many_reviewers_and_without_arrivals():
    count = np.array([1, 10, 100, 10_000.0])
    waits = mixed_wait(count, count[:, None] * np.array([0.45, 0.05]), [1, 9])
    assert (np.diff(waits) < 0).all() and waits[-1] < 1e-8
    assert mixed_wait(3, [0, 0], [1, 2]) == 0
    assert mixed_wait(3, [1, 1], [0, 0]) == 0


# Other distributions.


def test_constant_times_halve_waits_and_constant_arrivals_too_remove_them():
    random = mean_wait(5, load=4)
    assert mean_wait(5, load=4, service_variability=0) == pytest.approx(random / 2, rel=1e-12)
    assert mean_wait(5, load=4, service_variability=0, arrival_variability=0) == 0
    assert mean_wait(5, load=4, service_variability=3) == pytest.approx(2 * random, rel=1e-12)


@given(utilisations, st.floats(0, 5))
def test_for_one_reviewer_with_random_arrivals_it_is_pollaczek_and_khinchine(busy, variability):
    exact = busy / (1 - busy) * (1 + variability) / 2
    assert mean_wait(1, busy, service_variability=variability) == pytest.approx(exact, rel=1e-12)


@pytest.mark.parametrize(
    ("count", "busy", "waiting"),
    [(1, 0.7, 1.633333), (2, 0.5, 0.333333), (4, 0.3, 0.015878), (4, 0.9, 7.089779)],
)
def test_queue_lengths_are_those_of_a_published_table(count, busy, waiting):
    """To the six decimals of VividCortex/approx-queueing-theory on GitHub."""
    assert in_progress(busy * count, mean_wait(count, busy * count)) == pytest.approx(
        waiting, abs=5e-7
    )


# Off-hours.


def test_office_hours_make_an_arrival_wait_fifteen_hours():
    assert off_hours_wait(8, 5) == pytest.approx(15.24, abs=5e-3)


@pytest.mark.parametrize(("hours", "days"), [(8, 5), (10, 4), (24, 5), (0.5, 1), (12, 7), (24, 7)])
def test_off_hours_wait_is_the_mean_over_arrivals_of_the_week(hours, days):
    arrivals = (np.arange(168_000) + 0.5) / 1000
    starts = np.append(24.0 * np.arange(days), 168.0)
    at_work = (arrivals % 24 < hours) & (arrivals < 24 * days)
    waits = np.where(at_work, 0.0, starts[np.searchsorted(starts, arrivals)] - arrivals)
    # The midpoint rule is exact for straight lines.
    assert off_hours_wait(hours, days) == pytest.approx(waits.mean(), rel=1e-9, abs=1e-12)


@given(st.floats(0.1, 23), st.integers(1, 6))
def test_another_hour_or_day_of_work_shortens_the_wait(hours, days):
    assert off_hours_wait(hours + 1, days) < off_hours_wait(hours, days)
    assert off_hours_wait(hours, days + 1) < off_hours_wait(hours, days)


# Errors.


@pytest.mark.parametrize("function", [waiting_probability, mean_wait])
def test_an_unstable_queue_is_an_error_that_says_how_many_reviewers_it_takes(function):
    message = r"found 1.25 \(5 servers, load 6.25\): it takes more than 6.25 servers"
    with pytest.raises(InputError, match=message):
        function(5, load=6.25)
    message = r"found 1 at index 1 \(5 servers, load 5\): it takes more than 5 servers"
    with pytest.raises(InputError, match=message):
        function(5, load=[4, 5])
    assert function(7, load=6.25) > 0
    assert function(6, load=5) > 0
    with pytest.raises(InputError, match="utilisation must be below 1"):
        mixed_wait(2, [1, 3], [0.5, 0.5])


def test_days_must_be_whole_numbers():
    with pytest.raises(InputError, match="days_per_week must be whole numbers; found 4.5"):
        off_hours_wait(8, 4.5)


def test_kinds_whose_moments_are_beyond_the_largest_number_are_refused():
    with pytest.raises(InputError, match="beyond the largest number"):
        pooled([1.0, 1.0], [1.0, 1e200])


@pytest.mark.parametrize("servers", [1, 3])
@pytest.mark.parametrize("least", [0.0, 1e-9])
def test_units_that_take_no_time_lengthen_no_wait(servers, least):
    """With random arrivals the other units are a Poisson stream of their own."""
    alone = mixed_wait(servers, [0.5, 0.2], [1.0, 2.0])
    assert mixed_wait(servers, [0.5, 0.2, 0.7], [1.0, 2.0, least]) == pytest.approx(
        alone, rel=1e-6 if servers == 1 else 0.02
    )
