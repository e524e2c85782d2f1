"""Queues for review: Erlang's C, its approximations, off-hours, the utilisation to plan for. Simulations: test_queueing_simulation."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taskmodel.science.queueing import (
    _erlang_b,
    _latency_elasticity,
    best_utilisation,
    in_progress,
    load,
    mean_wait,
    mixed_wait,
    off_hours_wait,
    pooled,
    sakasegawa_wait,
    waiting_probability,
)

SLOW = settings(max_examples=50, deadline=None)
servers = st.integers(1, 60)
utilisations = st.floats(0.01, 0.99)


def textbook_probability(k, a):
    """Erlang's C with factorials, in exact arithmetic."""
    a = Fraction(a)
    terms = [a**n / math.factorial(n) for n in range(k + 1)]
    last = terms[k] * k / (k - a)
    return float(last / (sum(terms[:k]) + last))


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
def test_probability_is_the_textbooks(count, busy):
    """1 - u amplifies the rounding of u by up to 100; a few dozen steps of the recursion round as well."""
    assert waiting_probability(count, busy * count) == pytest.approx(
        textbook_probability(count, busy * count), rel=1e-12
    )


@given(utilisations)
def test_one_reviewer_is_the_single_server_queue(busy):
    assert mean_wait(1, busy) == pytest.approx(busy / (1 - busy), rel=1e-12)
    assert waiting_probability(1, busy) == pytest.approx(busy, rel=1e-12)


@given(servers, utilisations, st.floats(0.001, 0.99))
def test_waits_grow_with_utilisation(count, busy, part):
    assert mean_wait(count, part * busy * count) <= mean_wait(count, busy * count)


@given(servers, servers, utilisations)
def test_pooling_reviewers_lowers_waits(count, more, busy):
    assert mean_wait(count + more, busy * (count + more)) < mean_wait(count, busy * count)


def test_waits_vanish_as_reviewers_grow_in_number_at_the_same_utilisation():
    """Known limit (g)."""
    count = np.array([1, 10, 100, 1000, 10_000])
    waits = mean_wait(count, 0.9 * count)
    assert (np.diff(waits) < 0).all()
    assert waits[-1] < 1e-20


def test_many_reviewers_near_saturation_wait_as_in_the_limit_of_halfin_and_whitt():
    """With k - a = beta sqrt(k), C nears 1 / (1 + sqrt(2 pi) beta Phi(beta) exp(beta^2/2)); the rest falls as 1/sqrt(k)."""
    beta, count = 1.0, 250_000
    limit = 1 / (
        1
        + math.sqrt(2 * math.pi)
        * beta
        * 0.5
        * math.erfc(-beta / math.sqrt(2))
        * math.exp(beta**2 / 2)
    )
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
    assert grid.tolist() == [
        [mean_wait(k, u * k, service_time=2) for u in busy] for k in count[:, 0]
    ]


def test_waits_are_in_the_time_of_a_review():
    assert mean_wait(5, load(arrivals=2, service_time=2), service_time=2) == pytest.approx(
        2 * mean_wait(5, load=4), rel=1e-12
    )


@given(servers, utilisations)
def test_waiting_units_are_those_of_the_distribution(count, busy):
    """Little's law: the mean number in queue of the birth-death chain is C u/(1 - u)."""
    waiting = waiting_probability(count, busy * count) * busy / (1 - busy)
    assert in_progress(busy * count, mean_wait(count, busy * count)) == pytest.approx(
        waiting, rel=1e-12
    )


# Reviewers who are not whole in number.


def recursion(count, work):
    """Erlang's B by its recursion, from the part of a server that it begins with."""
    part = count % 1
    blocked = 1 / _upper(part, work)
    for server in range(1, int(count) + 1):
        blocked = work * blocked / (part + server + work * blocked)
    return blocked


def _upper(part, work):
    """Gamma(1 + part, work) e^work / work^part = the integral of (1 + t/work)^part e^-t, by Gauss and Laguerre."""
    nodes, weights = np.polynomial.laguerre.laggauss(60)
    return weights @ (1 + nodes / work) ** part


@SLOW
@given(st.floats(1, 60), st.floats(0.2, 0.99))
def test_erlang_between_whole_numbers_obeys_the_recursion(count, busy):
    work = busy * count
    blocked = _erlang_b(np.array([count, count + 1]), np.array(work))
    assert blocked[1] == pytest.approx(
        work * blocked[0] / (count + 1 + work * blocked[0]), rel=1e-11
    )


@pytest.mark.parametrize("count", [2.5, 7.25, 30.9])
def test_erlang_between_whole_numbers_is_the_integral_that_defines_it(count):
    assert _erlang_b(np.array(count), np.array(5.0)) == pytest.approx(
        recursion(count, 5.0), rel=1e-9
    )  # the quadrature's precision


@pytest.mark.parametrize("count", [1, 2, 15, 16, 17, 100, 1000])
def test_erlang_at_whole_numbers_is_its_recursion(count):
    for busy in (0.3, 0.8, 0.99):
        assert _erlang_b(np.array(float(count)), np.array(busy * count)) == pytest.approx(
            recursion(count, busy * count), rel=1e-12
        )


def test_waits_join_whole_numbers_of_reviewers_and_part_time_ones_make_work_wait_longer():
    count = np.linspace(0.25, 20, 80)
    waits = mean_wait(count, 0.8 * count)
    assert (np.diff(waits) < 0).all()
    assert waits[0] > 8  # a quarter of a reviewer takes four times as long
    assert mean_wait(1e6, 0.99e6) == pytest.approx(0, abs=1e-12)


# Units of several kinds.


def test_kinds_that_are_alike_are_one_kind():
    assert [float(part) for part in pooled([1, 2, 3], [0.5, 0.5, 0.5], 0.7)] == pytest.approx(
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
    assert float(spread) == pytest.approx(
        drawn.var() / drawn.mean() ** 2, rel=0.03
    )  # four standard errors


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
    """With three reviewers a unit waits for the first of three residual times, here by counting them out on a grid."""
    rate, time, grid = (
        np.array([0.9, 0.1]) * 1e-6,
        np.array([1.0, 8.0]),
        np.arange(0, 400, 1e-3) + 5e-4,
    )
    share = rate * time / (rate @ time)
    left = np.exp(-grid[:, None] / time) if varied else np.maximum(1 - grid[:, None] / time, 0)
    first = ((left * share).sum(axis=1) ** 3).sum() * 1e-3
    work = rate @ time
    found = mixed_wait(3, rate, time, service_variability=varied)
    assert found == pytest.approx(
        work**3 / 6 * first, rel=1e-3
    )  # where the load is 1e-6, to first order of its powers


def test_a_mix_near_saturation_waits_as_its_two_moments_say():
    rate = np.array([0.9, 0.1]) / (0.9 + 0.8) * 10 * 0.99999
    _, mean, spread = pooled(rate, [1, 8])
    two = mean_wait(10, rate @ [1, 8], mean, service_variability=spread)
    assert mixed_wait(10, rate, [1, 8]) == pytest.approx(two, rel=1e-4)


def test_waits_of_a_mix_vanish_as_reviewers_grow_in_number_and_where_nothing_comes():
    """Known limit (g)."""
    count = np.array([1, 10, 100, 10_000.0])
    waits = mixed_wait(count, count[:, None] * np.array([0.45, 0.05]), [1, 9])
    assert (np.diff(waits) < 0).all() and waits[-1] < 1e-8
    assert mixed_wait(3, [0, 0], [1, 2]) == 0
    assert mixed_wait(3, [1, 1], [0, 0]) == 0


# Other distributions.


@pytest.mark.parametrize("wait", [mean_wait, sakasegawa_wait])
def test_clockwork_halves_waits_and_nothing_at_random_removes_them(wait):
    whole = wait(5, load=4)
    assert wait(5, load=4, service_variability=0) == pytest.approx(whole / 2, rel=1e-12)
    assert wait(5, load=4, service_variability=0, arrival_variability=0) == 0
    assert wait(5, load=4, service_variability=3) == pytest.approx(2 * whole, rel=1e-12)


@given(utilisations, st.floats(0, 5))
def test_for_one_reviewer_with_random_arrivals_both_are_pollaczek_and_khinchine(busy, variability):
    exact = busy / (1 - busy) * (1 + variability) / 2
    assert mean_wait(1, busy, service_variability=variability) == pytest.approx(exact, rel=1e-12)
    assert sakasegawa_wait(1, busy, service_variability=variability) == pytest.approx(
        exact, rel=1e-12
    )


@pytest.mark.parametrize(
    ("count", "busy", "erlang", "sakasegawa"),
    [
        (1, 0.7, 1.633333, 1.633333),
        (2, 0.5, 0.333333, 0.366151),
        (4, 0.3, 0.015878, 0.031726),
        (4, 0.9, 7.089779, 7.166418),
    ],
)
def test_queue_lengths_are_those_of_a_published_table(count, busy, erlang, sakasegawa):
    """Units that wait, exact and approximate, to the six decimals of VividCortex/approx-queueing-theory on GitHub."""
    assert in_progress(busy * count, mean_wait(count, busy * count)) == pytest.approx(
        erlang, abs=5e-7
    )
    assert in_progress(busy * count, sakasegawa_wait(count, busy * count)) == pytest.approx(
        sakasegawa, abs=5e-7
    )


def test_sakasegawa_is_off_by_as_much_as_it_says():
    count = np.array([2, 3, 5, 10])
    for busy, error in ((0.9, 0.014), (0.8, 0.073)):
        excess = sakasegawa_wait(count, busy * count) / mean_wait(count, busy * count) - 1
        assert (excess > 0.005).all()
        assert excess.max() == pytest.approx(error, abs=5e-4)
    assert sakasegawa_wait(10, 5) > 2 * mean_wait(10, 5)


def test_sakasegawa_joins_whole_numbers_of_reviewers():
    waits = sakasegawa_wait([2, 2.5, 3], 0.8 * np.array([2, 2.5, 3]))
    assert waits[0] > waits[1] > waits[2]


# Off-hours.


def test_office_hours_make_an_arrival_wait_fifteen_hours():
    assert off_hours_wait(8, 5) == pytest.approx(15.24, abs=5e-3)
    assert off_hours_wait(8, 5) == (4 * 16**2 + 64**2) / (2 * 168)


@pytest.mark.parametrize(("hours", "days"), [(8, 5), (10, 4), (24, 5), (0.5, 1), (12, 7), (24, 7)])
def test_off_hours_wait_is_the_mean_over_arrivals_of_the_week(hours, days):
    arrivals = (np.arange(168_000) + 0.5) / 1000
    starts = np.append(24.0 * np.arange(days), 168.0)
    at_work = (arrivals % 24 < hours) & (arrivals < 24 * days)
    waits = np.where(at_work, 0.0, starts[np.searchsorted(starts, arrivals)] - arrivals)
    assert off_hours_wait(hours, days) == pytest.approx(
        waits.mean(), rel=1e-9, abs=1e-12
    )  # midpoints are exact for straight lines


@given(st.floats(0.1, 23), st.integers(1, 6))
def test_another_hour_or_day_of_work_shortens_the_wait(hours, days):
    assert off_hours_wait(hours + 1, days) < off_hours_wait(hours, days)
    assert off_hours_wait(hours, days + 1) < off_hours_wait(hours, days)


# What utilisation to plan for.


def effective(busy, count, weight, rest, variability=1.0):
    wait = mean_wait(
        count, busy * count, arrival_variability=variability, service_variability=variability
    )
    return weight * np.log(busy) - (1 - weight) * np.log(rest + wait)


@SLOW
@given(st.integers(1, 40), st.floats(0.05, 0.95), st.floats(1, 1e4), st.floats(0.1, 5))
def test_no_other_utilisation_gives_a_greater_effective_speedup(count, weight, rest, variability):
    best = best_utilisation(
        count, weight, rest, arrival_variability=variability, service_variability=variability
    )
    others = np.concatenate([np.linspace(0.001, 0.999, 500), 1 - np.geomspace(1e-3, 1e-9, 100)])
    found = effective(best, count, weight, rest, variability)
    assert (
        found >= effective(others, count, weight, rest, variability).max() - 1e-9
    )  # waits lose digits as u nears 1


@SLOW
@given(st.integers(1, 40), st.floats(0.05, 0.95), st.floats(1, 1e3))
def test_the_elasticity_of_latency_at_the_optimum_is_the_trade_off(count, weight, rest):
    best, step = best_utilisation(count, weight, rest), 1e-5
    ends = best + np.array([1, -1]) * step * (1 - best)
    slope = np.diff(np.log(rest + mean_wait(count, ends * count))) / np.diff(np.log(ends))
    assert slope[0] == pytest.approx(
        weight / (1 - weight), rel=1e-6
    )  # a difference over steps of 1e-5


def test_the_elasticity_of_latency_only_rises_so_that_there_is_one_optimum():
    busy = np.concatenate([np.linspace(1e-3, 0.99, 2000), 1 - np.geomspace(1e-2, 1e-8, 300)])
    for count in (1, 2, 3, 5, 10, 30, 100, 1000):
        elasticity = _latency_elasticity(
            np.full(busy.shape, float(count)), busy, np.float64(1), np.float64(1)
        )
        assert (np.diff(elasticity) >= -1e-12 * elasticity[1:]).all()


def test_one_reviewer_whose_unit_takes_only_its_review_has_a_closed_form():
    """T = 1/(1 - u), whose elasticity u/(1 - u) is lambda/(1 - lambda) at u = lambda."""
    assert best_utilisation(1, [0.3, 0.5, 0.7], 1) == pytest.approx([0.3, 0.5, 0.7], abs=1e-15)


def test_more_patience_more_reviewers_and_a_longer_rest_allow_more_utilisation():
    assert best_utilisation(5, 0.5, 10) < best_utilisation(5, 0.7, 10)
    assert best_utilisation(5, 0.5, 10) < best_utilisation(20, 0.5, 10)
    assert best_utilisation(5, 0.5, 10) < best_utilisation(5, 0.5, 100)
    assert best_utilisation(5, 0.5, 10) > best_utilisation(5, 0.5, 10, arrival_variability=4)


def test_a_grid_of_optima_is_its_points_one_by_one():
    grid = best_utilisation([[1], [5]], [0.3, 0.5, 0.7], 10)
    assert grid.tolist() == [
        [best_utilisation(k, weight, 10) for weight in (0.3, 0.5, 0.7)] for k in (1, 5)
    ]


# What makes no sense.


@pytest.mark.parametrize("function", [waiting_probability, mean_wait, sakasegawa_wait])
def test_a_queue_that_grows_for_ever_is_an_error_that_says_how_many_reviewers_mend_it(function):
    with pytest.raises(
        ValueError, match=r"found 1.25 \(5 servers, load 6.25\): it takes more than 6.25 servers"
    ):
        function(5, load=6.25)
    with pytest.raises(
        ValueError, match=r"found 1 at index 1 \(5 servers, load 5\): it takes more than 5 servers"
    ):
        function(5, load=[4, 5])
    assert function(7, load=6.25) > 0
    assert function(6, load=5) > 0


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: load(-1, 1), "arrivals"),
        (lambda: load(1, -1), "service_time"),
        (lambda: waiting_probability(0, 0), "servers"),
        (lambda: pooled([-1], [1]), "arrivals"),
        (lambda: pooled([1], [-1]), "service_time"),
        (lambda: mixed_wait(2, [1, 3], [0.5, 0.5]), "utilisation must be below 1"),
        (lambda: mixed_wait(2, [1], [0.5], service_variability=-1), "service_variability"),
        (lambda: mixed_wait(2, [1], [0.5], arrival_variability=-1), "arrival_variability"),
        (lambda: waiting_probability(2, -1), "load"),
        (lambda: mean_wait(2, np.nan), "load"),
        (lambda: mean_wait(2, 1, -1), "service_time"),
        (lambda: mean_wait(2, 1, arrival_variability=-1), "arrival_variability"),
        (lambda: sakasegawa_wait(2, 1, service_variability=-1), "service_variability"),
        (lambda: sakasegawa_wait(0, 0.1), "servers"),
        (lambda: in_progress(-1, 1), "throughput"),
        (lambda: in_progress(1, -1), "time"),
        (lambda: off_hours_wait(0, 5), "hours_per_day"),
        (lambda: off_hours_wait(8, 8), "days_per_week"),
        (lambda: off_hours_wait(8, 4.5), "days_per_week must be whole numbers; found 4.5"),
        (lambda: best_utilisation(5, 1, 10), "parallel_exponent"),
        (lambda: best_utilisation(5, 0.5, 0.5), "time_without_queue"),
        (lambda: best_utilisation(0, 0.5, 1), "servers"),
        (
            lambda: best_utilisation(5, 0.5, 1, arrival_variability=0, service_variability=0),
            "mean of the variabilities",
        ),
    ],
)
def test_what_makes_no_sense_is_an_error_that_names_it(call, named):
    with pytest.raises(ValueError, match=named):
        call()


def test_kinds_whose_moments_are_beyond_the_largest_number_are_refused():
    with pytest.raises(ValueError, match="beyond the largest number"):
        pooled([1.0, 1.0], [1.0, 1e200])


@pytest.mark.parametrize("servers", [1, 3])
@pytest.mark.parametrize("least", [0.0, 1e-9])
def test_units_that_take_no_time_make_nobody_wait_longer(servers, least):
    """For random arrivals the others are a stream of their own, and units that take nothing find what they find."""
    alone = mixed_wait(servers, [0.5, 0.2], [1.0, 2.0])
    assert mixed_wait(servers, [0.5, 0.2, 0.7], [1.0, 2.0, least]) == pytest.approx(
        alone, rel=1e-6 if servers == 1 else 0.02
    )
