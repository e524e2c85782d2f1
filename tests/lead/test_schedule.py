"""The best use of a lead: against random schedules, closed forms, and a search that knows nothing of dynamic programming."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from taskmodel.lead.schedule import Terms, best_paces, run_then_stop, schedule_outcome

DOUBLING = Terms(lead=6, ceiling=4, pace=1, productivity_slope=np.log10(2))
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


def random_paces(count, stretches, seed):
    """Schedules of very different kinds: steady, random at every place, with stops for good, and mostly at full speed."""
    random = np.random.default_rng(seed)
    paces = random.uniform(0, 1, (count, stretches))
    paces[::4] = random.uniform(0, 1, (len(paces[::4]), 1))
    fast = random.uniform(size=paces.shape) < 0.9
    paces[1::4] = np.where(fast[1::4], 1.0, paces[1::4])
    stop = random.integers(0, stretches, len(paces[2::4]))
    paces[2::4] = np.where(np.arange(stretches) < stop[:, None], 1.0, 0.0)
    return paces


@pytest.mark.parametrize("terms", ALL)
def test_the_best_schedule_is_at_least_as_good_as_each_of_1000_random_ones(terms):
    best = float(schedule_outcome(terms, best_paces(terms)).work)
    others = schedule_outcome(terms, random_paces(1000, 40, seed=3)).work
    assert best >= others.max() * (1 - 1e-12)


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
def test_with_a_hard_ceiling_running_and_then_stopping_is_best(terms):
    best = float(schedule_outcome(terms, best_paces(terms)).work)
    assert best == pytest.approx(run_then_stop(terms), rel=1e-9)
    assert float(schedule_outcome(terms, np.ones(3)).work) == pytest.approx(
        run_then_stop(terms), rel=1e-9
    )


def stop_for_good_at(terms, place):
    """Work of full speed up to a capability, and a stop there until the lead is gone: two stretches cut at that place."""
    run = replace(terms, ceiling=max(place, 1e-9))
    return float(schedule_outcome(run, np.ones(50)).work)


@pytest.mark.parametrize(
    "terms",
    [
        replace(LEAKY, progress_labour=1.0),
        replace(LEAKY, ceiling=20.0, productivity_slope=0.1, leak=0.3),
    ],
)
def test_a_lead_that_shrinks_by_itself_is_spent_before_the_ceiling_at_the_place_a_search_finds(
    terms,
):
    found = minimize_scalar(
        lambda place: -stop_for_good_at(terms, place), bounds=(0, terms.ceiling), method="bounded"
    )
    best = float(schedule_outcome(terms, best_paces(terms)).work)
    assert best == pytest.approx(max(-found.fun, stop_for_good_at(terms, terms.ceiling)), rel=2e-3)
    assert best >= -found.fun * (1 - 2e-3)


def test_where_risk_grows_the_best_goes_on_bit_by_bit():
    risky = replace(DOUBLING, risk_intercept=np.log(0.01), risk_slope=1.5)
    paces = best_paces(risky)
    best = schedule_outcome(risky, paces)
    first = int(np.argmax(paces < 1))
    assert 20 < first < 180 and (paces[:first] == 1).all()
    assert 0 < paces[first : first + 30].min() and paces[first : first + 30].max() < 0.5
    assert (paces[-20:] == 1).all()  # with the lead all but spent there is nothing left to lose
    assert best.work > 1.02 * max(stop_for_good_at(risky, 0.0), stop_for_good_at(risky, 4.0))
    assert best.work >= max(stop_for_good_at(risky, place) for place in np.linspace(0, 4, 21)) * (
        1 - 1e-3
    )


def test_the_best_schedule_hardly_depends_on_how_finely_it_is_cut():
    for terms in (RISKY, LEAKY):
        coarse, fine = (
            schedule_outcome(terms, best_paces(terms, n, 2 * n)).work for n in (60, 240)
        )
        assert coarse == pytest.approx(fine, rel=4e-3)


@pytest.mark.parametrize(
    ("ceiling", "pace", "moving", "stopped", "work"),
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
def test_question_6_stop_now_or_later(ceiling, pace, moving, stopped, work):
    outcome = schedule_outcome(replace(DOUBLING, ceiling=ceiling), [pace])
    assert (
        outcome.months_moving.round(2),
        outcome.months_stopped.round(2),
        outcome.work.round(2),
    ) == (moving, stopped, work)


def test_question_6_without_room_to_move_all_paces_give_the_same():
    outcome = schedule_outcome(replace(DOUBLING, ceiling=1e-4), [[0.25], [1.0]])
    assert outcome.work == pytest.approx(6, abs=1e-3)


def test_expected_work_is_the_mean_over_simulated_thefts_and_takeovers():
    """A survival time drawn from the hazard along the schedule, and the work done up to it."""
    terms, rng = replace(RISKY, leak=0.05), np.random.default_rng(1)
    paces = np.linspace(1, 0.3, 8)
    outcome = schedule_outcome(terms, paces)
    step, capability, lead, time = 1e-3, 0.0, terms.lead, []
    while lead > 0:
        rho = 0.0 if capability >= terms.ceiling else paces[min(int(capability / 0.5), 7)]
        time.append((float(terms.work_rate(capability)), float(terms.hazard(capability))))
        lead -= step * (1 - rho + terms.leak * lead)
        capability = min(capability + step * rho, terms.ceiling)
    rate, hazard = np.array(time).T
    survival = np.exp(-np.cumsum(hazard) * step)
    assert float(outcome.work) == pytest.approx((rate * survival).sum() * step, rel=2e-3)
    assert float(outcome.survival) == pytest.approx(survival[-1], rel=2e-3)
    drawn = rng.exponential(size=20_000)
    ends = np.searchsorted(np.cumsum(hazard) * step, drawn)
    simulated = np.append(0, np.cumsum(rate) * step)[ends]
    assert float(outcome.work) == pytest.approx(
        simulated.mean(), abs=4 * simulated.std() / np.sqrt(len(simulated))
    )


def test_a_cap_on_work_bounds_every_schedule_and_is_met_exactly_where_it_starts_to_bind():
    capped = replace(
        DOUBLING, cap=4.0
    )  # reached at a capability of 2, after 2 months at full speed
    ran = float(schedule_outcome(capped, [1.0] * 4).work)
    assert ran == pytest.approx(3 / np.log(2) + 4 * 2 + 4 * 6, rel=1e-12)
    assert float(schedule_outcome(capped, [1.0] * 3).work) == pytest.approx(ran, rel=1e-12)
    assert float(schedule_outcome(replace(DOUBLING, cap=0.5), [0.5]).work) == pytest.approx(
        0.5 * 10
    )
    assert float(schedule_outcome(replace(DOUBLING, cap=0.0), [0.5]).work) == 0
    risky = replace(RISKY, cap=4.0)
    best = float(schedule_outcome(risky, best_paces(risky)).work)
    assert best >= schedule_outcome(risky, random_paces(1000, 40, seed=3)).work.max() * (1 - 1e-12)
    assert run_then_stop(replace(DOUBLING, cap=16.0)) == run_then_stop(DOUBLING)
    with pytest.raises(ValueError, match="the cap of 4 binds before the ceiling"):
        run_then_stop(capped)


def test_no_lead_is_no_work_and_a_stop_for_good_uses_all_of_it():
    assert (
        float(schedule_outcome(replace(DOUBLING, lead=0.0), [1.0]).work)
        == 0
        == run_then_stop(replace(DOUBLING, lead=0.0))
    )
    assert (best_paces(replace(DOUBLING, lead=0.0)) == 1).all()
    stopped = schedule_outcome(DOUBLING, [0.0])
    assert (float(stopped.work), float(stopped.months_moving), float(stopped.capability)) == (
        6,
        6,
        0,
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [("theft", 1.5), ("lead", -1), ("ceiling", 0), ("pace", 0), ("risk_slope", -0.1)],
)
def test_terms_out_of_their_range_are_refused_by_name(name, value):
    with pytest.raises(ValueError, match=name):
        replace(DOUBLING, **{name: value})


def test_a_ceiling_where_nothing_would_survive_is_refused():
    with pytest.raises(ValueError, match="lower the ceiling"):
        best_paces(replace(RISKY, ceiling=10.0))


def test_paces_above_one_and_closed_forms_there_are_none_of_are_refused():
    with pytest.raises(ValueError, match=r"paces must be in \[0, 1\]; found 1.2"):
        schedule_outcome(DOUBLING, [1.2])
    with pytest.raises(ValueError, match="no closed form"):
        run_then_stop(RISKY)
