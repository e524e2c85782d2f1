"""Known limits of supervised automation: the optimum of `allocate` against closed forms.

One pool of people, who also review; compute is not scarce. An hour of work at task i takes k_i
hours of people, 1 if it is not automated, and with elasticity sigma

    S = ( sum_i s_i k_i^(1 - sigma) )^(-1/(1 - sigma)),        1 / sum_i s_i k_i at sigma = 0.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from laws import unless_refused
from sizes import examples
from small import small_catalog

import taskmodel as tm
from taskmodel.allocation import Nest, allocate
from taskmodel.science.critical_path import longest_path
from taskmodel.science.durations import mixed_durations, single_mode_mix, unit_parts
from taskmodel.science.supervision import (
    MODES,
    bundles,
    coverage_by_mode,
    escape_rate,
    review_hours,
    review_part,
)

FEW = settings(max_examples=examples(40), deadline=None)
SOLVED = 1e-9  # the allocation's own bound on its error
PEOPLE = 1000.0


def flat(elasticity, shares):
    return Nest(elasticity, shares, list(range(len(shares))))


def speedup(
    shares,
    review_ratio,
    automated,
    *,
    elasticity=0.0,
    coverage=1.0,
    success=1.0,
    steering=0.0,
    reviewers=None,
):
    """Output with AI over output of people alone.

    With `reviewers` [h/year] they are people of their own; else the pool's people review.
    """
    tasks = len(shares)
    review = review_part(
        pools=1,
        review_ratio=review_ratio,
        coverage=coverage_by_mode(np.broadcast_to(coverage, tasks)),
        success=np.broadcast_to(success, tasks),
        steering=float(steering),
        shared_pool=0 if reviewers is None else None,
    )
    bundle = bundles(
        review,
        pool=np.zeros(tasks, dtype=int),
        pools=1,
        experiments=np.zeros(tasks),
        inference_per_attempt=np.full(tasks, 1e18),
        success=np.broadcast_to(success, tasks),
    )
    by_people, ai = np.eye(len(MODES), dtype=bool)[
        [MODES.index("human"), MODES.index("ai_floor_review")]
    ]
    open_modes = by_people | (np.asarray(automated, dtype=bool)[:, np.newaxis] & ai)
    supply = [PEOPLE, np.inf if reviewers is None else reviewers, np.inf, np.inf]
    return float(allocate(bundle, supply, flat(elasticity, shares), open_modes).output) / PEOPLE


def hours_per_unit(review_ratio, automated, coverage=1.0, **changed):
    return np.where(automated, np.minimum(1, review_hours(coverage, review_ratio, **changed)), 1.0)


@st.composite
def organisations(draw):
    tasks = draw(st.integers(2, 5))

    def several(elements):
        return np.array(draw(st.lists(elements, min_size=tasks, max_size=tasks)))

    weights = several(st.floats(0.1, 1))
    return {
        "shares": weights / weights.sum(),
        "review_ratio": several(st.floats(0.01, 1.5)),
        "automated": several(st.booleans()),
    }


# Review-augmented Amdahl, and with some substitution between tasks.


@FEW
@given(organisations(), st.floats(0.01, 1))
@unless_refused
def test_leontief_speedup_is_the_review_augmented_amdahl(organisation, coverage):
    hours = hours_per_unit(organisation["review_ratio"], organisation["automated"], coverage)
    expected = 1 / (organisation["shares"] @ hours)
    assert speedup(**organisation, coverage=coverage) == pytest.approx(expected, rel=SOLVED)


@FEW
@given(organisations(), st.sampled_from([0.3, 0.5, 0.8, 2.0]))
@unless_refused
def test_speedup_with_substitution_is_its_ces_form(organisation, elasticity):
    hours = hours_per_unit(organisation["review_ratio"], organisation["automated"])
    expected = (organisation["shares"] @ hours ** (1 - elasticity)) ** (-1 / (1 - elasticity))
    assert speedup(**organisation, elasticity=elasticity) == pytest.approx(expected, rel=SOLVED)


@pytest.mark.parametrize(
    ("elasticity", "published"), [(0, 1.9802), (0.5, 3.3058), (1, 10), (2, 50.5)]
)
def test_the_reference_speedups_of_two_tasks(elasticity, published):
    result = speedup([0.5, 0.5], [1.0, 0.01], [False, True], elasticity=elasticity)
    assert result == pytest.approx(published, abs=5e-5)


def test_full_automation_gives_one_over_mean_review():
    shares, ratio = np.array([0.2, 0.3, 0.5]), np.array([0.05, 0.12, 0.25])
    assert speedup(shares, ratio, np.ones(3)) == pytest.approx(1 / (shares @ ratio), rel=SOLVED)


@FEW
@given(organisations(), st.integers(0, 4), st.floats(1.01, 3))
@unless_refused
def test_more_review_per_hour_never_speeds_up(organisation, index, times):
    changed = organisation["review_ratio"].copy()
    changed[index % len(changed)] *= times
    assert speedup(**{**organisation, "review_ratio": changed}) <= speedup(**organisation) * (
        1 + SOLVED
    )


def test_redoing_defects_costs_their_review():
    """One over success is the price of a useful unit, in review as in anything."""
    assert speedup([1.0], [0.2], [True], success=0.5) == pytest.approx(1 / 0.4, rel=SOLVED)


@pytest.mark.parametrize(("episode", "published"), [(1, 2.70), (8, 6.6), (40, 7.9)])
def test_longer_episodes_speed_up_as_steering_falls(episode, published):
    result = speedup([1.0], [0.12], [True], steering=0.25 / episode)
    assert result == pytest.approx(published, abs=0.005 if episode == 1 else 0.05)


def test_review_binds_from_the_saturating_volume_on():
    """People do task one, AI task two with dedicated review: scarcity changes at u_max/k."""
    ratio, reviewers = 0.12, 0.5
    volume = reviewers / ratio  # AI hours per hour of people
    for share_of_ai, binds in (
        (0.98 * volume / (1 + volume), False),
        (1.02 * volume / (1 + volume), True),
    ):
        case = {
            "shares": [1 - share_of_ai, share_of_ai],
            "review_ratio": [1.0, ratio],
            "automated": [False, True],
        }
        bundle = np.array([[[1.0, 0.0]], [[0.0, ratio]]])
        result = allocate(bundle, [1.0, reviewers], flat(0.0, case["shares"]))
        assert (result.factor_elasticity > 0.5).tolist() == [not binds, binds]


# Known limits, by their letters in the notes; (g) is in test_queueing, (h) in test_trust.


@FEW
@given(st.floats(0.05, 0.95))
@unless_refused
def test_a_without_review_it_is_amdahls_law(automated_share):
    result = speedup([automated_share, 1 - automated_share], [0.0, 0.0], [True, False])
    assert result == pytest.approx(1 / (1 - automated_share), rel=SOLVED)


@pytest.mark.parametrize("elasticity", [0, 0.5, 1, 2])
@pytest.mark.parametrize(
    ("ratio", "automated"), [([0.1, 0.2, 0.3], [False] * 3), ([1.0, 1.5, 9.0], [True] * 3)]
)
def test_b_where_every_hour_takes_an_hour_of_people_nothing_is_gained(elasticity, ratio, automated):
    result = speedup([0.2, 0.3, 0.5], ratio, automated, elasticity=elasticity)
    assert result == pytest.approx(1, rel=SOLVED)


@FEW
@given(organisations())
@unless_refused
def test_c_leontief_is_the_least_and_more_substitution_never_slows_down(organisation):
    result = [
        speedup(**organisation, elasticity=sigma) for sigma in (0, 0.3, 0.5, 0.9, 1, 1.5, 2, 4)
    ]
    assert result[0] <= 1 / (
        organisation["shares"]
        @ hours_per_unit(organisation["review_ratio"], organisation["automated"])
    ) * (1 + SOLVED)
    assert (np.diff(result) >= -SOLVED * np.array(result[1:])).all()


@FEW
@given(st.floats(0.05, 0.95), st.floats(0, 1), st.sampled_from([0.0, 0.3, 0.6]))
@unless_refused
def test_d_what_only_people_do_bounds_the_speedup(human_share, ratio, elasticity):
    """By 1/s under Leontief, by s^(-1/(1 - sigma)) where some substitution is possible."""
    result = speedup(
        [human_share, 1 - human_share], [1.0, ratio], [False, True], elasticity=elasticity
    )
    assert result <= human_share ** (-1 / (1 - elasticity)) * (1 + SOLVED)


def test_e_twice_the_reviewers_do_twice_the_work_while_review_binds():
    """People stand by to do the task themselves; what is added to that is the reviewed work."""
    added = [speedup([1.0], [0.2], [True], reviewers=hours) - 1 for hours in (100.0, 200.0)]
    assert added == pytest.approx([0.5, 1.0], rel=1e-8)  # a difference of numbers near 1


def test_e_twice_the_reviewers_change_nothing_where_review_does_not_bind():
    """People have a task of their own, and keep reviewers waiting for it."""
    result = [
        speedup([0.5, 0.5], [1.0, 0.2], [False, True], reviewers=hours) for hours in (1e4, 2e4)
    ]
    assert result == pytest.approx([2, 2], rel=SOLVED)


@FEW
@given(organisations(), st.floats(0, 1), st.floats(0, 1))
@unless_refused
def test_f_without_coverage_the_speedup_is_unsupervised_and_every_defect_escapes(
    organisation, probability, detection
):
    """A share of tasks stays with people, so that the unsupervised speed-up has a limit."""
    organisation["automated"][0] = False
    kept = organisation["shares"][~organisation["automated"]].sum()
    assert speedup(**organisation, coverage=0) == pytest.approx(1 / kept, rel=SOLVED)
    assert escape_rate(probability, 0, detection) == probability


def test_i_endless_speed_leaves_the_gates():
    order = {0: (), 1: (0,), 2: (0,), 3: (1, 2)}
    gates = [0.0, 24.0, 72.0, 4.0]
    work = {
        "horizon": [8, 80, 16, 2],
        "review_ratio": [0.2] * 4,
        "coverage": coverage_by_mode([0.5] * 4),
        "working_hours_per_week": 40,
    }
    unreviewed = single_mode_mix(MODES.index("ai_no_review"), tasks=4, modes=len(MODES))

    def total(speed):
        durations = unit_parts(**work, gate_latency=gates, serial_speed=speed).sum(axis=-1)
        return longest_path(mixed_durations(durations, unreviewed), order).total

    assert total(np.inf) == pytest.approx(72 + 4, rel=1e-12)
    assert total(1e9) == pytest.approx(76, abs=1e-6)


@FEW
@given(organisations(), st.randoms(use_true_random=False), st.sampled_from([0.0, 0.5, 1.0]))
@unless_refused
def test_j_the_order_of_independent_tasks_changes_nothing(organisation, random, elasticity):
    order = list(range(len(organisation["shares"])))
    random.shuffle(order)
    shuffled = {name: values[order] for name, values in organisation.items()}
    assert speedup(**shuffled, elasticity=elasticity) == pytest.approx(
        speedup(**organisation, elasticity=elasticity), rel=SOLVED
    )


@pytest.mark.parametrize(
    ("between_reviews", "waits"),
    [
        (8, {0: 15.0, 8: 2.5, 24: 0.94, 72: 0.33}),
        (40, {0: 15.0, 8: 7.5, 24: 3.75, 72: 1.5}),
        (160, {0: 15.0, 8: 12.0, 24: 8.57, 72: 4.62}),
    ],
)
def test_slow_reviews_take_the_speed_out_of_fast_ai_and_more_ai_does_not_help(
    between_reviews, waits
):
    """Work per month in person-months: AI is five times as fast, with a review after 40 hours.

    Question 4 of the worked questions to Finnveden (2023): tau / (tau / 5 + L) x 24 / 8.
    """
    for wait, speed in waits.items():
        work = {
            "share": 1.0,
            "horizon": between_reviews,
            "review_ratio": wait / (3 * between_reviews),
            "automation_threshold": 1e20,
        }
        catalog = small_catalog(
            {"work": {**work, "by_people": False}},
            latency={"serial_speed": 5, "working_hours_per_week": 56},
            compute={"inference": "free"},
        )
        assert float(tm.latency(catalog, 1e30)["latency_speedup"]) == pytest.approx(
            speed, abs=0.005
        )
        changed = catalog.replace(
            {"compute.inference_share": 1, "pools.researchers.headcount": 1e6}
        )
        assert float(tm.latency(changed, 1e30)["latency_speedup"]) == pytest.approx(
            speed, abs=0.005
        )
