"""Published results of the optimum at one time: data/published_results.json."""

import json

import numpy as np
import pytest
from locations import DATA
from organisations import status_of

from taskmodel.allocation import Nest, allocate

PUBLISHED = json.loads((DATA / "published_results.json").read_text(encoding="utf-8"))


def flat(elasticity, shares):
    return Nest(elasticity, shares, list(range(len(shares))))


def close(published, entry):
    return pytest.approx(published, rel=PUBLISHED[entry]["tolerance"])


def test_amdahls_law_is_leontief_with_one_task_sped_up():
    entry = PUBLISHED["amdahl"]
    for (fraction, factor), speedup in zip(
        entry["parameters"]["cases_p_s"], entry["results"]["speedup"], strict=True
    ):
        bundles = np.array([[[1.0]], [[1 / float(factor)]]])
        assert allocate(bundles, [1.0], flat(0, [1 - fraction, fraction])).output == close(
            speedup, "amdahl"
        )


def freed_with_reallocation(elasticity, share):
    """Output when tasks of a cost share become free and their people move to the other tasks."""
    return allocate([[[0.0]], [[1.0]]], [1.0], flat(elasticity, [share, 1 - share]))


def freed_without_reallocation(elasticity, share):
    """The same when every task has people of its own, in proportion to its share."""
    bundles = np.array([[[0.0, 0.0]], [[0.0, 1.0]]])
    return allocate(bundles, [share, 1 - share], flat(elasticity, [share, 1 - share]))


def test_jones_weak_links_hold_under_leontief_with_reallocation_and_at_a_half_without():
    entry = PUBLISHED["jones_weak_links"]
    for field, share in entry["parameters"]["s"].items():
        gain = entry["results"]["gain"][field]
        assert freed_with_reallocation(0, share).output == close(gain, "jones_weak_links")
        assert freed_without_reallocation(0.5, share).output == close(gain, "jones_weak_links")


def test_infinite_productivity_in_some_tasks_has_the_published_limits():
    entry = PUBLISHED["ces_infinite_productivity_limits"]
    for variant, freed in (
        ("no_realloc", freed_without_reallocation),
        ("with_realloc", freed_with_reallocation),
    ):
        for elasticity in entry["parameters"]["sigma"]:
            for share, gain in zip(
                entry["parameters"]["s"], entry["results"][variant][str(elasticity)], strict=True
            ):
                a = freed(elasticity, share)
                assert a.output == close(gain, "ces_infinite_productivity_limits")
                assert status_of(a) == "supremum"


@pytest.mark.parametrize("elasticity", [0.25, 0.5, 0.8])
def test_infinite_productivity_is_the_limit_of_finite_productivity(elasticity):
    """Without reallocation the gain at productivity g is (s g^rho + 1 - s)^(1/rho)."""
    rho = 1 - 1 / elasticity
    for share in (0.05, 0.5, 0.9):
        for productivity in (1.0, 10.0, 1e3, 1e12):
            bundles = np.array([[[1 / productivity, 0.0]], [[0.0, 1.0]]])
            a = allocate(bundles, [share, 1 - share], flat(elasticity, [share, 1 - share]))
            assert a.output == pytest.approx(
                (share * productivity**rho + 1 - share) ** (1 / rho), rel=1e-9
            )


def task_frontier(case, tasks):
    """Labour L and the share of tasks done by AI, for [0, 1] in equal tasks with own thresholds."""
    p = PUBLISHED["aifm_optimal_task_frontier"]["parameters"]
    middle = (np.arange(tasks) + 0.5) / tasks
    assert p["log_Eaut"] == "0+8i"
    log_threshold = 8 * middle
    bundles = np.zeros((tasks, 2, 2))
    bundles[:, 0, 0] = 1.0
    bundles[:, 1, 1] = np.exp(p["theta"] * (log_threshold - case["logE"])) / p["eta0"]
    available = np.stack([np.full(tasks, True), log_threshold <= case["logE"]], axis=1)
    a = allocate(
        bundles,
        [case["H"], case["C"]],
        flat(1 / (1 - p["rho"]), np.full(tasks, 1 / tasks)),
        available,
    )
    share = a.activity[:, 1] / a.activity.sum(axis=1)
    return a.output, share.mean()


@pytest.mark.parametrize(
    "case",
    PUBLISHED["aifm_optimal_task_frontier"]["results"],
    ids=lambda case: f"logE={case['logE']:g}",
)
def test_many_tasks_converge_to_the_task_continuum_of_the_ai_futures_model(case):
    counts = (16, 64, 256)
    found = [task_frontier(case, tasks) for tasks in counts]
    error = np.abs([labour / case["L"] - 1 for labour, _ in found])
    assert error[-1] < PUBLISHED["aifm_optimal_task_frontier"]["tolerance"] / 10
    assert np.all(error * np.square(counts) < 4)
    assert found[-1][1] == pytest.approx(case["cut"], abs=1 / counts[-1])


def supervised(case, supervisors, ai_rate):
    """Tasks per year when AI does all of them and dedicated reviewers check a fraction."""
    review = case["reviewed_fraction_q"] * case["review_hours_tau"]
    bundles = np.array([[[1.0, 0.0, 0.0], [0.0, review, 1.0]]])
    supply = [1e6, supervisors * case["hours_per_year_u"], ai_rate]
    return allocate(bundles, supply, Nest(0.5, [1.0], [0]), [[False, True]])


def test_supervision_caps_throughput_and_speedup():
    entry = PUBLISHED["supervision_cap"]
    case, results = entry["parameters"], entry["results"]
    for supervisors, tasks, speedup in zip(
        case["H"], results["max_tasks_per_year"], results["max_speedup"], strict=True
    ):
        for ai_rate in (np.inf, 1e9, 1.01 * tasks):
            a = supervised(case, supervisors, ai_rate)
            assert a.output == close(tasks, "supervision_cap")
            assert a.output / case["baseline_tasks_per_year"] == close(speedup, "supervision_cap")
            assert a.factor_elasticity == pytest.approx([0, 1, 0], abs=1e-12)
        below = supervised(case, supervisors, 0.5 * tasks)
        assert below.output == close(0.5 * tasks, "supervision_cap")
        assert below.factor_elasticity == pytest.approx([0, 0, 1], abs=1e-12)
    tenfold = supervised(case, results["supervisors_for_10x"], np.inf).output
    assert tenfold / case["baseline_tasks_per_year"] == close(10, "supervision_cap")
