"""A catalog as arrays, held to the reference results of the bundled catalogs."""

import numpy as np
import pytest
from first import first
from small import small_catalog

import taskmodel as tm
from taskmodel.allocation import allocate
from taskmodel.organisation.organisation import HUMAN, organisation

# h50 [h]: share of hours automated | S without review | S at low, central, high review, full
# coverage | central review, floor coverage | CES 0.5, 1
REFERENCE = {
    "alignment_research": """
        1 0.035 1.04 1.03 1.03 1.02 1.04 1.05 1.09
        2 0.15 1.18 1.17 1.16 1.13 1.18 1.25 1.47
        4 0.25 1.33 1.32 1.29 1.24 1.33 1.46 1.82
        8 0.365 1.57 1.50 1.42 1.30 1.52 1.65 2.10
        12 0.425 1.74 1.65 1.54 1.38 1.67 1.84 2.42
        24 0.59 2.44 2.19 1.93 1.59 2.26 2.40 3.18
        40 0.7 3.33 2.79 2.31 1.76 2.90 2.90 3.77
        80 0.887 8.85 5.26 3.44 2.11 5.70 4.16 4.98
        160 0.887 8.85 5.26 3.44 2.11 5.70 4.16 4.98
        400 0.942 17.24 6.69 3.78 2.13 6.98 4.43 5.17
        800 0.995 200.00 8.59 3.97 2.13 7.68 4.57 5.25
        1300 0.995 200.00 8.59 3.97 2.13 7.68 4.57 5.25
        2000 0.995 200.00 8.59 3.97 2.13 7.68 4.57 5.25
    """,
    "ml_capability_rnd": """
        1 0.03 1.03 1.03 1.03 1.03 1.03 1.05 1.10
        2 0.21 1.27 1.26 1.25 1.22 1.26 1.41 1.80
        4 0.44 1.79 1.74 1.68 1.57 1.78 2.13 3.04
        8 0.54 2.17 2.05 1.92 1.73 2.12 2.52 3.69
        12 0.7 3.33 2.98 2.63 2.18 3.17 3.65 5.27
        24 0.95 20.00 10.35 6.38 3.78 14.63 7.97 9.32
        40 0.97 33.33 11.55 6.54 3.78 15.54 8.06 9.36
        80 0.97 33.33 11.55 6.54 3.78 15.54 8.06 9.36
        160 0.97 33.33 11.55 6.54 3.78 15.54 8.06 9.36
        400 0.97 33.33 11.55 6.54 3.78 15.54 8.06 9.36
        800 1.0 inf 15.97 7.42 3.87 21.57 8.59 9.62
        1300 1.0 inf 15.97 7.42 3.87 21.57 8.59 9.62
        2000 1.0 inf 15.97 7.42 3.87 21.57 8.59 9.62
    """,
}
COLUMNS = (
    {"supervision.coverage": "none"},
    {"supervision.review_level": "low"},
    {},
    {"supervision.review_level": "high"},
    {"supervision.coverage": "floor"},
    {"production.elasticity": 0.5},
    {"production.elasticity": 1},
)
ROWS = [
    (name, line.split()) for name, block in REFERENCE.items() for line in block.strip().splitlines()
]


@pytest.mark.parametrize(("name", "row"), ROWS, ids=[f"{name}-{row[0]}h" for name, row in ROWS])
def test_reference_results_are_reproduced_to_their_printed_digits(name, row):
    h50, automated, *published = row
    catalog = first(name, "reference", {"capability.h50_hours": float(h50)})
    shares = np.array([task.share.value for task in catalog.tasks.values()])
    for changes, text in zip(COLUMNS, published, strict=True):
        at = organisation(catalog.replace(changes) if changes else catalog)
        point = np.array([1e30])
        opened = at.automatable(point)
        assert shares[opened[0]].sum() == pytest.approx(float(automated), abs=1e-9)
        answer = allocate(at.bundles(point), at.supply(point), at.nest, at.open_modes(opened))
        people = at.base_supply[0, 0]
        if text == "inf":
            assert np.isinf(answer.output[0])
        else:
            assert f"{answer.output[0] / people:.2f}" == f"{float(text):.2f}", changes
            assert answer.gap[0] < 1e-9


def test_supplies_are_people_reviewers_and_shares_of_compute():
    at = organisation(tm.load_catalog("alignment_research"))
    assert at.factors == ("researchers", "review", "inference", "experiments")
    supply = at.supply(1e30)[0]
    np.testing.assert_allclose(
        supply, [600 * 1800, 600 * 1800 * 0.5, 0.01 * 1e30, 0.005 * 1e30 / 1.44e18], rtol=1e-14
    )


def test_a_task_opens_at_its_threshold_and_not_before():
    at = organisation(small_catalog({"code": {"share": 1.0, "automation_threshold": 1e27}}))
    assert at.opens_at.tolist() == [[2e27]]
    assert at.automatable([2e27]).tolist() == [[True]]
    assert at.automatable([np.nextafter(2e27, 0)]).tolist() == [[False]]


def test_what_may_not_be_delegated_never_opens():
    at = organisation(
        small_catalog({"code": {"share": 0.5}, "sign": {"share": 0.5, "delegable": False}})
    )
    assert np.isinf(at.opens_at[0, 1])
    assert at.policy[1].tolist() == [True, False, False, False]


def test_coverage_opens_one_mode_of_ai():
    for coverage, mode in (("full", 1), ("floor", 2), ("none", 3)):
        at = organisation(
            small_catalog({"code": {"share": 1.0}}, supervision={"coverage": coverage})
        )
        assert np.flatnonzero(at.policy[0]).tolist() == [HUMAN, mode]


def test_dedicated_reviewers_use_no_hours_of_the_pool():
    shared = organisation(small_catalog({"code": {"share": 1.0}}))
    dedicated = organisation(
        small_catalog({"code": {"share": 1.0}}, supervision={"pool": "dedicated"})
    )
    np.testing.assert_allclose(shared.fixed_bundles[0, 0, 1, :2], [0.2, 0.2])
    np.testing.assert_allclose(dedicated.fixed_bundles[0, 0, 1, :2], [0.0, 0.2])


def test_the_frontier_model_costs_as_the_root_of_its_training_compute():
    task = {"code": {"share": 1.0, "automation_threshold": 1e26}}
    frontier = organisation(small_catalog(task, capability={"worker": "frontier"}))
    sufficient = organisation(small_catalog(task))
    at_threshold = frontier.bundles([2e26])
    np.testing.assert_allclose(at_threshold, sufficient.bundles([2e26]), rtol=1e-12)
    inference = frontier.factors.index("inference")
    np.testing.assert_allclose(
        frontier.bundles([2e28])[0, 0, 1, inference],
        10 * at_threshold[0, 0, 1, inference],
        rtol=1e-12,
    )


def test_defects_cost_attempts_and_so_review_and_inference():
    task = {"code": {"share": 1.0}}
    clean = organisation(small_catalog(task)).fixed_bundles[0, 0]
    faulty = organisation(
        small_catalog(task, capability={"defect_probability": 0.2})
    ).fixed_bundles[0, 0]
    np.testing.assert_allclose(faulty[1, :3], clean[1, :3] / 0.8, rtol=1e-12)
    np.testing.assert_allclose(faulty[HUMAN], clean[HUMAN])


def test_nests_weigh_what_their_tasks_weigh_and_take_their_own_elasticity():
    tasks = {
        "a": {"share": 0.2, "phase": "build"},
        "b": {"share": 0.3, "phase": "build"},
        "c": {"share": 0.5, "phase": "research"},
    }
    at = organisation(
        small_catalog(tasks, nests={"build": {"parent": "research", "elasticity": 1.5}})
    )
    by_kind = {
        type(member).__name__: share
        for member, share in zip(at.nest.members, at.nest.shares, strict=True)
    }
    assert by_kind == pytest.approx({"Nest": 0.5, "int": 0.5})
    inner = next(member for member in at.nest.members if not isinstance(member, int))
    assert float(inner.elasticity) == 1.5
    assert inner.shares.tolist() == pytest.approx([0.4, 0.6])


def test_two_pools_are_two_factors():
    pools = {"theorists": {"headcount": 2, "hours_per_year": 100}}
    tasks = {
        "code": {"share": 0.5, "pool": "researchers"},
        "proofs": {"share": 0.5, "pool": "theorists"},
    }
    at = organisation(small_catalog(tasks, pools=pools))
    assert at.factors[:2] == ("researchers", "theorists")
    assert at.fixed_bundles[0, :, HUMAN, :2].tolist() == [[1, 0], [0, 1]]
    # reviewers are researchers
    assert at.fixed_bundles[0, 1, 1, :3].tolist() == pytest.approx([0.2, 0.0, 0.2])


def graded(**capability):
    task = {
        "code": {
            "share": 1.0,
            "automation_threshold": 1e26,
            "verifiability": {"score": 0.75, "source": "judgement", "note": "tests"},
        }
    }
    return small_catalog(
        task,
        capability={
            "success": "logistic",
            "worker": "frontier",
            "success_slope": 0.84,
            "slope": 0.5,
            **capability,
        },
    )


def test_success_by_degrees_takes_the_attempts_that_the_logistic_says():
    """The odds of success are (G / threshold)^(beta b), 1 at the threshold."""
    at, sure = organisation(graded()), organisation(graded(success="step", success_slope=None))
    for compute in (2e24, 2e26, 2e29):
        attempts = 1 + (2e26 / compute) ** (0.84 * 0.5)
        found, one = at.bundles([compute])[0, 0, 1], sure.bundles([compute])[0, 0, 1]
        np.testing.assert_allclose(
            found[:3], attempts * one[:3], rtol=1e-12
        )  # people, review, inference
        np.testing.assert_allclose(found[3], one[3])  # experiments
        np.testing.assert_allclose(
            at.bundles([compute])[0, 0, HUMAN], sure.bundles([compute])[0, 0, HUMAN]
        )
        np.testing.assert_allclose(
            at.review([compute])[0, 0, 1, :2], attempts * sure.fixed_review[0, 0, 1, :2], rtol=1e-12
        )
        missed = 1 - (0.5 + 0.45 * 0.75) * (1 - np.exp(-4 * 0.2))
        np.testing.assert_allclose(
            at.escape([compute])[0, 0, :2], [0, (attempts - 1) * missed], rtol=1e-12
        )
    assert at.open_modes(at.automatable([1e20]))[0, 0, 1]
    assert not sure.open_modes(sure.automatable([1e20]))[0, 0, 1]


def test_success_by_degrees_at_a_given_horizon_is_that_of_the_horizon():
    catalog = graded(h50_hours=8.0, defect_probability=0.2).replace(
        {"tasks.code.automation_threshold": None, "tasks.code.horizon": 40}
    )
    at = organisation(catalog)
    np.testing.assert_allclose(at.fixed_attempts, (1 + 5**0.84) / 0.8, rtol=1e-12)
    assert at.automatable([1e30]).tolist() == [[False]]
    assert at.open_modes(at.automatable([1e30]))[0, 0, 1]


def test_success_by_degrees_tends_to_certain_success():
    at, sure = organisation(graded()), organisation(graded(success="step", success_slope=None))
    np.testing.assert_allclose(at.bundles([1e60]), sure.bundles([1e60]), rtol=1e-13)
