"""Supervision: factor use and escaped defects of a useful unit in each mode."""

from inspect import signature

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from taskmodel.science.supervision import (
    COVERAGE_POLICIES,
    MODES,
    attempts,
    bundles,
    coverage_by_mode,
    escape_rate,
    escaped_defects,
    layered_escape,
    review_hours,
    review_part,
    review_supply,
    reviews_of_reviews,
)

shares = st.floats(0, 1)
probabilities = st.floats(0.01, 1)

# Two tasks done by two pools; the reviewers belong to the second.
TASKS = {
    "pool": [0, 1],
    "pools": 2,
    "experiments": [0.0, 3.0],
    "review_ratio": [0.2, 0.6],
    "coverage": coverage_by_mode([0.5, 1.0]),
    "inference_per_attempt": [1e18, 2e18],
    "success": [1.0, 0.5],
    "shared_pool": 1,
}
FACTORS = ("first_pool", "second_pool", "review", "inference", "experiments")


def review_of(tasks):
    names = signature(review_part).parameters
    return review_part(**{name: value for name, value in tasks.items() if name in names})


def bundles_of(tasks):
    names = signature(bundles).parameters
    work = {name: value for name, value in tasks.items() if name in names}
    return bundles(review_of(tasks), **work)


def use(bundle, task, mode):
    return dict(zip(FACTORS, bundle[task, MODES.index(mode)].tolist(), strict=True))


def test_a_review_of_less_effort_takes_that_part_of_the_ratio():
    """Hours per unit: coverage x ratio x effort, and steering, over the success of an attempt."""
    effort, steering = np.array([0.5, 2.0, 1.0]), np.array([0.0, 0.1, 0.0])
    part = review_of({**TASKS, "effort": effort, "steering": steering})
    whole = review_of({**TASKS, "success": 1.0})
    hours = (whole[:, 1:, 2] * effort + steering) / np.array(TASKS["success"])[:, np.newaxis]
    np.testing.assert_allclose(part[:, 1:, 2], hours, rtol=1e-14)
    assert (part[:, 1:, 2] == part[:, 1:, 1]).all()  # hours of the pool the reviewers belong to


def test_each_pool_of_reviewers_is_a_factor():
    """A labour pool's own people review the first task, dedicated ones the second."""
    several = {
        **TASKS,
        "shared_pool": [1, None],
        "reviewer": [[0, 0, 0], [1, 0, 0]],
        "success": 1.0,
    }
    whole = bundles_of(several)
    assert whole.shape[-1] == 6  # two labour pools, two of reviewers, inference, experiments
    assert whole[0, 1, :4].tolist() == [0.0, 0.2, 0.2, 0.0]
    assert whole[1, 1, :4].tolist() == [0.0, 0.0, 0.0, 0.6]
    assert whole[1, 2, :4].tolist() == [0.0, 0.6, 0.6, 0.0]
    one = bundles_of({**several, "shared_pool": 1, "reviewer": 0})
    np.testing.assert_array_equal(
        np.delete(whole, [1, 3], axis=-1)[0], np.delete(one, 1, axis=-1)[0]
    )


@pytest.mark.parametrize("reviewer", [[[2]], [[-1]], [[0.5]]])
def test_a_pool_of_reviewers_that_does_not_exist_is_an_error(reviewer):
    with pytest.raises(ValueError, match="reviewer must be a position from 0 to 1"):
        bundles_of({**TASKS, "shared_pool": [1, None], "reviewer": reviewer})


def test_every_coverage_policy_opens_one_ai_mode():
    assert [f"ai_{policy.replace('none', 'no')}_review" for policy in COVERAGE_POLICIES] == list(
        MODES[1:]
    )


def test_attempts_are_one_over_success():
    assert attempts([1, 0.5, 0.25]).tolist() == [1, 2, 4]


def test_review_hours_of_reliable_work_are_coverage_times_ratio():
    assert review_hours(coverage=0.5, review_ratio=0.6) == pytest.approx(0.3, rel=1e-15)


def test_steering_counts_for_unreviewed_work_too():
    hours = review_hours(coverage=0, review_ratio=0.6, steering=0.1, success=0.5)
    assert hours == pytest.approx(0.2, rel=1e-15)


@given(shares, shares, probabilities, probabilities)
def test_review_per_useful_unit_is_inverse_to_success(coverage, ratio, success, factor):
    rarer = review_hours(coverage, ratio, success * factor)
    assert rarer == pytest.approx(review_hours(coverage, ratio, success) / factor, rel=1e-12)


def test_nothing_escapes_full_review_that_detects_every_defect():
    assert escaped_defects(attempts(0.3), escape_rate(1, coverage=1, detection=1)) == 0


def test_an_unknown_escape_rate_matters_only_where_attempts_fail():
    assert escaped_defects([1, 2], np.nan).tolist() == pytest.approx([0, np.nan], nan_ok=True)


@given(shares, shares, probabilities)
def test_attempts_are_useful_units_and_caught_and_escaped_defects(coverage, detection, success):
    caught = (1 - success) * coverage * detection / success
    escaped = escaped_defects(attempts(success), escape_rate(1, coverage, detection))
    assert 1 + caught + escaped == pytest.approx(attempts(success), rel=1e-12)


@given(shares, shares, shares)
def test_defects_are_caught_or_escape(probability, coverage, detection):
    caught = probability * coverage * detection
    assert escape_rate(probability, coverage, detection) + caught == pytest.approx(
        probability, abs=1e-15
    )


def test_layers_that_share_a_blind_spot_have_diminishing_returns():
    escaped = [float(layered_escape(0.2, [0.5] * layers, common_mode=0.3)) for layers in range(4)]
    assert escaped == pytest.approx([0.20, 0.13, 0.095, 0.0775], rel=1e-12)


def test_the_blind_spot_bounds_the_escape_rate_from_below():
    assert layered_escape(0.2, [0.5] * 60, common_mode=0.3) == pytest.approx(0.06, rel=1e-12)


@given(shares, shares)
def test_one_layer_without_a_blind_spot_is_review_of_every_unit(probability, detection):
    assert layered_escape(probability, [detection], common_mode=0) == pytest.approx(
        escape_rate(probability, 1, detection), abs=1e-15
    )


@given(shares, st.lists(shares, max_size=5), shares, shares)
def test_another_layer_never_lets_more_escape(probability, detections, another, common):
    fewer = layered_escape(probability, detections, common)
    more = layered_escape(probability, [*detections, another], common)
    assert more <= fewer * (1 + 1e-14)  # products and sums are rounded


@given(st.floats(0, 1), st.floats(0, 1), st.integers(0, 12))
def test_reviews_of_reviews_are_a_geometric_series(share, effort, layers):
    ratio = share * effort
    assume(ratio < 0.99)  # its closed form loses digits near 1
    series = (1 - ratio ** (layers + 1)) / (1 - ratio)
    assert reviews_of_reviews(share, effort, layers) == pytest.approx(series, rel=1e-12)


def test_reviews_of_reviews_of_a_batch_and_at_a_ratio_of_one():
    assert reviews_of_reviews([0, 0.5, 1], 0.5, 2).tolist() == [1, 1.3125, 1.75]
    assert reviews_of_reviews(1, 1, 7) == 8


@pytest.mark.parametrize("layers", [-1, 1.5])
def test_layers_of_reviews_are_a_whole_number(layers):
    with pytest.raises(ValueError, match=f"whole number of at least 0; found {layers}"):
        reviews_of_reviews(0.1, 0.5, layers)


def test_longer_episodes_need_less_steering():
    """Steering of 0.25 h for episodes of 1, 8 and 40 h, with review of 0.12 h/h."""
    people = review_hours(coverage=1, review_ratio=0.12, steering=[0.25, 0.25 / 8, 0.25 / 40])
    assert people == pytest.approx([0.37, 0.151, 0.126], abs=5e-4)


def test_review_supply_of_the_default_catalog():
    assert review_supply(600, 1800, max_review_share=0.5, utilisation=1) == 540_000
    assert review_supply(600, 1800, max_review_share=0.5, utilisation=0.8) == 432_000


def test_a_person_uses_an_hour_of_the_tasks_pool_and_its_experiments():
    whole = bundles_of(TASKS)
    assert use(whole, 0, "human") == {
        "first_pool": 1,
        "second_pool": 0,
        "review": 0,
        "inference": 0,
        "experiments": 0,
    }
    assert use(whole, 1, "human") == {
        "first_pool": 0,
        "second_pool": 1,
        "review": 0,
        "inference": 0,
        "experiments": 3,
    }


def test_reviewers_from_a_pool_use_its_hours_as_well():
    whole = bundles_of(TASKS)
    assert use(whole, 0, "ai_full_review") == {
        "first_pool": 0,
        "second_pool": 0.2,
        "review": 0.2,
        "inference": 1e18,
        "experiments": 0,
    }
    assert use(whole, 1, "ai_floor_review") == {
        "first_pool": 0,
        "second_pool": 1.2,
        "review": 1.2,
        "inference": 4e18,
        "experiments": 3,
    }


def test_dedicated_reviewers_use_no_pool():
    whole = bundles_of({**TASKS, "shared_pool": None})
    assert (whole[:, 1:, :2] == 0).all()
    assert (whole[:, 1:, 2:] == bundles_of(TASKS)[:, 1:, 2:]).all()


def test_floor_review_costs_the_floors_share_of_full_review():
    whole = bundles_of(TASKS)
    full, floor = (use(whole, 0, mode)["review"] for mode in ("ai_full_review", "ai_floor_review"))
    assert floor == 0.5 * full


def test_unreviewed_work_uses_no_people():
    assert (bundles_of(TASKS)[:, MODES.index("ai_no_review"), :3] == 0).all()


@given(
    st.lists(st.tuples(shares, shares, probabilities, st.integers(0, 2)), min_size=1, max_size=5),
    st.sampled_from([None, 0, 1, 2]),
)
def test_without_its_review_part_no_ai_work_uses_people(tasks, shared_pool):
    ratio, floor, success, pool = (list(column) for column in zip(*tasks, strict=True))
    ones = np.ones(len(tasks))
    organisation = {
        "pool": pool,
        "pools": 3,
        "experiments": ones,
        "review_ratio": ratio,
        "coverage": coverage_by_mode(floor),
        "inference_per_attempt": ones,
        "success": success,
        "shared_pool": shared_pool,
    }
    whole, part = bundles_of(organisation), review_of(organisation)
    rest = whole - part
    assert (part >= 0).all()
    assert (part[:, 0] == 0).all()  # people's own work is no review
    assert (part[..., 4:] == 0).all()  # nor are inference and experiments
    assert (rest[:, 1:, :4] == 0).all()
    assert (rest[:, 0] == whole[:, 0]).all()


def test_review_share_of_a_pool_is_what_its_people_spend_on_review():
    whole, part = bundles_of(TASKS), review_of(TASKS)
    activity = np.zeros((2, len(MODES)))
    activity[0, MODES.index("ai_full_review")] = 30  # 6 h of review
    activity[1, MODES.index("human")] = 2
    shares_of_use = (activity[..., np.newaxis] * part).sum(axis=(0, 1))[1:3] / (
        activity[..., np.newaxis] * whole
    ).sum(axis=(0, 1))[1:3]
    assert shares_of_use == pytest.approx([6 / 8, 1])


def test_people_who_work_with_ai_use_their_tasks_pool_and_every_unit_is_useful():
    aided, alone = bundles_of({**TASKS, "people": [0.5, 0, 0]}), bundles_of(TASKS)
    reliable = bundles_of({**TASKS, "success": 1.0})
    np.testing.assert_array_equal(aided[:, [0, 2, 3]], alone[:, [0, 2, 3]])
    own = [[0.5, 0, 0, 0, 0], [0, 0.5, 0, 0, 0]]
    np.testing.assert_allclose(aided[:, 1], reliable[:, 1] + own, rtol=1e-15)


def test_leading_dimensions_are_a_batch():
    cost = np.array([[1e18, 2e18], [3e18, 4e18], [5e18, 6e18]])
    batch = bundles_of({**TASKS, "inference_per_attempt": cost})
    assert batch.shape == (3, 2, len(MODES), len(FACTORS))
    for point, single in zip(batch, cost, strict=True):
        assert (point == bundles_of({**TASKS, "inference_per_attempt": single})).all()


def test_coverage_of_the_ai_modes_may_vary_along_a_batch():
    ratio = np.array([0.2, 0.6])
    floors = np.array([[0.5, 1.0], [0.1, 0.2]])
    batch = bundles_of({**TASKS, "coverage": coverage_by_mode(floors), "success": [1.0, 1.0]})
    assert (batch[:, :, MODES.index("ai_floor_review"), 2] == floors * ratio).all()


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"pool": [0, 2]}, "pool .* found 2"),
        ({"pool": [-1, 0]}, "pool .* found -1"),
        ({"shared_pool": 2}, "pool .* found 2"),
    ],
)
def test_a_pool_that_does_not_exist_is_an_error(change, named):
    with pytest.raises(ValueError, match=named):
        bundles_of({**TASKS, **change})
