"""Optimal schedules: random schedules, closed forms, and a search without dynamic programming."""

from dataclasses import replace

import numpy as np
import pytest
from formulas import positive, share
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from sizes import examples

from taskmodel.lead.erosion import months_survived
from taskmodel.lead.pause import growth_multiplier
from taskmodel.lead.schedule import ScheduleTerms, best_paces, schedule_outcome

DOUBLING = ScheduleTerms(lead=6, ceiling=4, pace=1, productivity_slope=np.log10(2))
RISKY = replace(DOUBLING, risk_intercept=np.log(0.002), risk_slope=1.5, theft=0.02)
LEAKY = replace(DOUBLING, leak=0.15, theft=0.05)
COSTLY = replace(DOUBLING, progress_labour=1.0, theft=0.05)
ALL = [
    DOUBLING,
    RISKY,
    LEAKY,
    COSTLY,
    replace(RISKY, leak=0.1, progress_labour=0.5),
    replace(DOUBLING, lead=0.5, productivity_slope=0.02),
]


def work(terms, paces):
    return float(schedule_outcome(terms, paces).work)


def best_work(terms, segments=200, levels=400):
    return work(terms, best_paces(terms, segments, levels))


def run_then_stop(terms):
    """Work at full speed to the ceiling and at a stop there, in closed form.

    It holds for a risk that does not depend on capability, and a cap that does not bind. Without
    leaks, and with productivity that grows faster than kappa h, it is the optimum: a stop after a
    segment of progress, rather than before it, gains (g v ln 10 - kappa h) P in every month.
    """
    assert terms.risk_slope == 0 or terms.risk_intercept == -np.inf
    assert terms.capped_from >= terms.ceiling
    hazard, time = float(terms.hazard(0.0)), terms.ceiling / terms.pace
    growth = terms.productivity_slope * terms.pace * np.log(10) - hazard
    run = time * float(growth_multiplier(growth * time))
    stop = terms.stop_time(terms.lead * np.exp(-terms.leak * time))
    at_ceiling = np.exp(growth * time) * months_survived(hazard, stop)
    return float(terms.productivity * ((1 - terms.progress_labour) * run + at_ceiling))


def stop_for_good_at(terms, capability):
    """Work at full speed to a capability, and at a stop there until the lead is exhausted."""
    return work(replace(terms, ceiling=max(capability, 1e-9)), np.ones(50))


def random_paces(count, segments, seed):
    """Schedules of four kinds: random, constant, mostly at full speed, and stopped for good."""
    random = np.random.default_rng(seed)
    paces = random.uniform(0, 1, (count, segments))
    paces[::4] = random.uniform(0, 1, (len(paces[::4]), 1))
    fast = random.uniform(size=paces.shape) < 0.9
    paces[1::4] = np.where(fast[1::4], 1.0, paces[1::4])
    stop = random.integers(0, segments, len(paces[2::4]))
    paces[2::4] = np.where(np.arange(segments) < stop[:, None], 1.0, 0.0)
    return paces


@pytest.mark.parametrize("terms", ALL)
def test_the_best_schedule_is_at_least_as_good_as_each_of_1000_random_ones(terms):
    random = schedule_outcome(terms, random_paces(1000, 40, seed=3)).work
    assert best_work(terms) >= random.max() * (1 - 1e-12)


@pytest.mark.parametrize(
    "terms",
    [
        DOUBLING,
        replace(DOUBLING, theft=0.1),
        replace(COSTLY, theft=0.0),
        COSTLY,
        replace(DOUBLING, risk_intercept=np.log(0.05)),
        replace(DOUBLING, productivity_slope=0.0),
    ],
)
def test_with_a_hard_ceiling_it_is_best_to_run_and_then_to_stop(terms):
    assert best_work(terms) == pytest.approx(run_then_stop(terms), rel=1e-9)
    assert work(terms, np.ones(3)) == pytest.approx(run_then_stop(terms), rel=1e-9)


@settings(max_examples=examples(25))
@given(lead=positive(0.1, 24), ceiling=positive(0.1, 5), slope=st.floats(0, 1), theft=share)
def test_the_best_schedule_is_no_worse_than_a_stop_now_or_at_the_ceiling(
    lead, ceiling, slope, theft
):
    terms = ScheduleTerms(lead, ceiling, pace=0.5, productivity_slope=slope, theft=theft)
    simple = max(work(terms, [0.0]), run_then_stop(terms))
    assert best_work(terms, 20, 40) >= simple * (1 - 1e-9)


@pytest.mark.parametrize(
    "terms",
    [
        replace(LEAKY, progress_labour=1.0),
        replace(LEAKY, ceiling=20.0, productivity_slope=0.1, leak=0.3),
    ],
)
def test_a_leaking_lead_is_spent_at_the_capability_that_a_search_finds(terms):
    search = minimize_scalar(
        lambda capability: -stop_for_good_at(terms, capability),
        bounds=(0, terms.ceiling),
        method="bounded",
    )
    best = best_work(terms)
    expected = max(-search.fun, stop_for_good_at(terms, terms.ceiling))
    assert best == pytest.approx(expected, rel=2e-3)
    assert best >= -search.fun * (1 - 2e-3)


def test_where_risk_grows_it_is_best_to_slow_down_gradually():
    risky = replace(DOUBLING, risk_intercept=np.log(0.01), risk_slope=1.5)
    paces = best_paces(risky)
    best = work(risky, paces)
    first = int(np.argmax(paces < 1))
    assert 20 < first < 180 and (paces[:first] == 1).all()  # 1 is assigned, not computed
    assert 0 < paces[first : first + 30].min() and paces[first : first + 30].max() < 0.5
    assert (paces[-20:] == 1).all()  # with the lead almost spent, speed costs nothing
    assert best > 1.02 * max(stop_for_good_at(risky, 0.0), stop_for_good_at(risky, 4.0))
    stops = max(stop_for_good_at(risky, capability) for capability in np.linspace(0, 4, 21))
    assert best >= stops * (1 - 1e-3)


@pytest.mark.parametrize("terms", [RISKY, LEAKY])
def test_the_best_schedule_converges_as_segments_get_smaller(terms):
    assert best_work(terms, 60, 120) == pytest.approx(best_work(terms, 240, 480), rel=4e-3)


@pytest.mark.parametrize(
    ("ceiling", "pace", "moving", "stopped", "expected"),
    [
        (2, 0.25, 8.0, 0.0, 17.31),
        (2, 0.5, 4.0, 4.0, 24.66),
        (2, 0.75, 2.67, 5.33, 27.1),
        (2, 1.0, 2.0, 6.0, 28.33),
        (4, 0.25, 8.0, 0.0, 17.31),
        (4, 0.5, 8.0, 2.0, 75.28),
        (4, 0.75, 5.33, 4.67, 103.52),
        (4, 1.0, 4.0, 6.0, 117.64),
    ],
)
def test_question_6_stop_now_or_later(ceiling, pace, moving, stopped, expected):
    outcome = schedule_outcome(replace(DOUBLING, ceiling=ceiling), [pace])
    computed = [outcome.months_moving, outcome.months_stopped, outcome.work]
    assert computed == pytest.approx([moving, stopped, expected], abs=0.005001)


def test_question_6_without_room_to_move_all_paces_agree():
    outcome = schedule_outcome(replace(DOUBLING, ceiling=1e-4), [[0.25], [1.0]])
    assert outcome.work == pytest.approx(6, abs=1e-3)


def test_expected_work_is_the_mean_over_simulated_thefts_and_takeovers():
    """Times of survival are drawn from the hazard along the schedule, with the work until then."""
    terms, random = replace(RISKY, leak=0.05), np.random.default_rng(1)
    paces = np.linspace(1, 0.3, 8)
    outcome = schedule_outcome(terms, paces)
    step, capability, lead, path = 1e-3, 0.0, terms.lead, []
    while lead > 0:
        pace = 0.0 if capability >= terms.ceiling else paces[min(int(capability / 0.5), 7)]
        path.append((float(terms.work_rate(capability)), float(terms.hazard(capability))))
        lead -= step * (1 - pace + terms.leak * lead)
        capability = min(capability + step * pace, terms.ceiling)
    rate, hazard = np.array(path).T
    exposure = np.cumsum(hazard) * step
    survival = np.exp(-exposure)
    assert float(outcome.work) == pytest.approx((rate * survival).sum() * step, rel=2e-3)
    assert float(outcome.survival) == pytest.approx(survival[-1], rel=2e-3)
    ends = np.searchsorted(exposure, random.exponential(size=20_000))
    simulated = np.append(0, np.cumsum(rate) * step)[ends]
    error = simulated.std() / np.sqrt(len(simulated))
    assert float(outcome.work) == pytest.approx(simulated.mean(), abs=4 * error)


def test_a_cap_bounds_every_schedule_and_binds_where_productivity_reaches_it():
    # reached at a capability of 2, after 2 months at full speed
    capped = replace(DOUBLING, cap=4.0)
    expected = 3 / np.log(2) + 4 * 2 + 4 * 6
    assert work(capped, np.ones(4)) == pytest.approx(expected, rel=1e-12)
    assert work(capped, np.ones(3)) == pytest.approx(expected, rel=1e-12)
    assert work(replace(DOUBLING, cap=0.5), [0.5]) == pytest.approx(0.5 * 10)
    assert work(replace(DOUBLING, cap=0.0), [0.5]) == 0  # exact: a sum of zeros
    risky = replace(RISKY, cap=4.0)
    random = schedule_outcome(risky, random_paces(1000, 40, seed=3)).work
    assert best_work(risky) >= random.max() * (1 - 1e-12)
    idle = work(replace(DOUBLING, cap=16.0), np.ones(4))
    assert idle == pytest.approx(run_then_stop(DOUBLING), rel=1e-12)


def test_without_a_lead_there_is_no_work():
    spent = replace(DOUBLING, lead=0.0)
    assert work(spent, [1.0]) == 0  # exact: no time
    assert best_paces(spent).tolist() == [1] * 200


def test_a_stop_for_good_uses_the_whole_lead():
    stopped = schedule_outcome(DOUBLING, [0.0])
    assert [stopped.work, stopped.months_moving, stopped.capability] == pytest.approx([6, 6, 0])


@pytest.mark.parametrize(
    ("name", "value"),
    [("theft", 1.5), ("lead", -1), ("ceiling", 0), ("pace", 0), ("risk_slope", -0.1)],
)
def test_terms_outside_their_range_are_refused_by_name(name, value):
    with pytest.raises(ValueError, match=name):
        replace(DOUBLING, **{name: value})


def test_a_ceiling_without_a_chance_of_survival_is_refused():
    with pytest.raises(ValueError, match="lower the ceiling"):
        best_paces(replace(RISKY, ceiling=10.0))


def test_paces_above_one_are_refused():
    with pytest.raises(ValueError, match=r"paces must be in \[0, 1\]; found 1.2"):
        schedule_outcome(DOUBLING, [1.2])
