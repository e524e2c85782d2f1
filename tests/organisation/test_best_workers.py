"""Review that grows with the lead of the worker, critics, and the workers of least cost."""

from pathlib import Path

import numpy as np
import pytest
from small import small_catalog

import taskmodel as tm
from taskmodel.allocation import allocate
from taskmodel.errors import CatalogError
from taskmodel.organisation.organisation import organisation
from taskmodel.sweeps.walker import Walker

FIXTURE = Path(__file__).parent.parent / "data" / "alignment_research_b27e634.yaml"
DEGREES = {"success": "logistic", "success_slope": 0.84, "slope": 0.5}
TASKS = {
    "code": {"horizon": 8, "verifiability": {"score": 0.75}, "share": 0.5},
    "talk": {"horizon": 40, "verifiability": {"score": 0.25}, "share": 0.5, "delegable": False},
}


def catalog_with(capability=None, **supervision):
    return small_catalog(TASKS, capability=capability or {}, supervision=supervision)


def lead_at(catalog, compute):
    training = compute * catalog.get("compute.training_share")
    b, reference = catalog.get("capability.slope"), catalog.get("capability.reference_compute")
    h50 = 10 ** catalog.get("capability.intercept") / 60 * (training / reference) ** b
    return h50 / 8


def test_review_and_detection_follow_their_equations():
    catalog = catalog_with(
        {"worker": "frontier", "success_slope": 0.84, "defect_probability": 0.2, "slope": 0.5},
        verification_gap=0.2,
        detection_gap=0.3,
        assist_limit=0.5,
        critic_lag=1,
        assisted_effort=0.3,
    )
    model, compute = organisation(catalog), 1e31
    x = lead_at(catalog, compute)
    critic = x * 10**-0.5
    a = 0.5 / (1 + critic**-0.84)
    ratio = 0.2 * x**0.2 * (1 - a * 0.7)
    (bundle,) = model.bundles(compute)
    assert bundle[0, 1, 1] == pytest.approx(ratio / 0.8, rel=1e-12)
    detected = model.noticed[0, 0, 1] * x**-0.3
    assert model.escape(compute)[0, 0, 1] == pytest.approx(0.25 * (1 - detected), rel=1e-12)
    # a review takes longer in the week of a reviewer, too
    fixed = catalog.replace(
        {f"supervision.{name}": 0 for name in ("verification_gap", "detection_gap", "assist_limit")}
    ).replace({"tasks.code.review_ratio": ratio})
    for rules in ({}, {"latency.count_queues": True}):
        own, other = (
            float(tm.latency(each.replace(rules), compute)["pass_time"])
            for each in (catalog, fixed)
        )
        assert own == pytest.approx(other, rel=1e-9)


def test_steering_does_not_grow_with_the_lead():
    protocol = {
        "title": "Steered",
        "coverage": 1,
        "interaction_time": 0.5,
        "episode_length": 4,
    }
    catalog = small_catalog(
        TASKS,
        protocols={"steered": protocol},
        capability={"worker": "frontier"},
        supervision={"verification_gap": 0.5, "protocols": ["steered"]},
    )
    (bundle,) = organisation(catalog).bundles(1e31)
    assert bundle[0, 1, 1] == pytest.approx(0.125 + 0.2 * lead_at(catalog, 1e31) ** 0.5)


def test_a_sufficient_worker_has_no_lead():
    catalog = tm.load_catalog("t_agi_ladder")
    gap = catalog.replace({"supervision.verification_gap": 0.3, "supervision.detection_gap": 0.3})
    one, other = (tm.sweep(each, [1e28, 1e31]) for each in (catalog, gap))
    np.testing.assert_array_equal(one["output"], other["output"])
    np.testing.assert_array_equal(one["escaped_defects"], other["escaped_defects"])


@pytest.mark.parametrize("worker", ["sufficient", "frontier", "best"])
@pytest.mark.parametrize("success", ["step", "logistic"])
def test_a_task_opens_at_its_required_success(worker, success):
    settings = {**DEGREES, "success": success, "worker": worker, "required_success": 0.8}
    catalog = catalog_with(settings | {"reliability_limit": 0.9})
    half = organisation(catalog_with({"slope": 0.5})).opens_at[0, 0]
    model = organisation(catalog)
    opens = model.opens_at[0, 0]
    assert opens / half == pytest.approx(5.2088**2, rel=1e-4)
    assert not model.automatable(opens * (1 - 1e-9))[0, 0]
    assert model.automatable(opens * (1 + 1e-9))[0, 0]
    attempts = model.attempts(opens)[0, 0, 1]
    assert attempts == pytest.approx(1 / 0.9 if success == "step" else 1 / 0.72)


def test_success_ends_at_the_reliability_limit_of_the_task():
    settings = DEGREES | {"worker": "frontier", "reliability_limit": 0.9}
    catalog = catalog_with(settings).replace({"tasks.code.defect_probability": 0.3})
    assert organisation(catalog).attempts(1e120)[0, 0, 1] == pytest.approx(1 / 0.7)
    catalog = catalog.replace({"tasks.code.defect_probability": None})
    assert organisation(catalog).attempts(1e120)[0, 0, 1] == pytest.approx(1 / 0.9)


def test_a_threshold_that_is_given_is_that_of_the_required_success():
    settings = {**DEGREES, "worker": "frontier", "required_success": 0.8}
    catalog = catalog_with(settings).replace({"tasks.code.automation_threshold": 1e28})
    model = organisation(catalog)
    assert model.opens_at[0, 0] == pytest.approx(2e28)
    assert model.attempts(2e28)[0, 0, 1] == pytest.approx(1 / 0.8)


def test_people_who_err_need_more_hours_with_and_without_ai():
    catalog = catalog_with().replace({"tasks.code.delegable": False})
    result = tm.sweep(catalog.replace({"people.success": 0.5}), [1e28])
    assert float(result["throughput_speedup"][0]) == pytest.approx(1)
    model = organisation(catalog.replace({"people.success": 0.5}))
    assert model.bundles(1e28)[0, :, 0, 0].tolist() == [2, 2]
    assert model.attempts(1e28)[0, :, 0].tolist() == [2, 2]
    assert model.escape(1e28)[0, :, 0].tolist() == [0, 0]


def best_catalog(gap=0.1, **changes):
    settings = DEGREES | {"worker": "best"}
    return catalog_with(settings, verification_gap=gap, max_review_share=0.02).replace(
        {"compute.inference": "free"} | changes
    )


def test_the_best_worker_has_the_closed_form_where_review_is_the_only_cost():
    model = organisation(best_catalog())
    lead = (0.84 / 0.1 - 1) ** (1 / 0.84)
    assert float(np.exp(model.leads(1e35)[0, 0, 1])) == pytest.approx(lead, rel=1e-10)
    cost = 0.2 * lead**0.1 * (1 + lead**-0.84)
    assert model.bundles(1e35)[0, 0, 1, 1] == pytest.approx(cost, rel=1e-12)
    # not beyond the frontier
    half = model.opens_at[0, 0]
    assert float(np.exp(model.leads(4 * half)[0, 0, 1])) == pytest.approx(2)
    weakest = organisation(best_catalog(gap=0.9))
    assert float(np.exp(weakest.leads(1e35)[0, 0, 1])) == pytest.approx(1)


def test_no_mixture_of_workers_does_better_than_the_best():
    """An oracle with 150 workers as modes of the same task, at scarce inference."""
    catalog = best_catalog(**{"compute.inference": "scarce", "compute.inference_share": 1e-9})
    catalog = catalog.replace({"tasks.talk.delegable": True, "tasks.talk.horizon": 2})
    walker, compute = Walker(catalog), np.array([1e29, 1e31])
    model = walker.organisation
    best = walker.solve(compute).allocation
    assert (best.gap < 1e-9).all()
    leads = model.leads(compute)
    assert (leads[:, :, 1] > 1e-3).any()  # neither the weakest
    top = model.workers.of_frontier(compute)
    assert (leads[:, :, 1] < top - 1e-3).any()  # nor the strongest
    for point, at in enumerate(compute):
        columns = [model.bundles([at])[0][:, :1]]
        for share in np.linspace(0, 1, 150):
            lead = np.maximum(share * top[point], 0.0)[None, :, None]
            bundles = model.bundles_of([at], np.repeat(lead, len(model.modes), axis=2))
            columns.append(bundles[0][:, 1:2])
        bundles = np.concatenate(columns, axis=1)
        many = allocate(bundles, model.supply([at])[0], model.nest)
        assert many.output <= best.output[point] * (1 + 1e-9)
        assert many.output >= best.output[point] * (1 - 1e-3)


def test_the_best_worker_is_never_worse_than_another():
    changes = {"supervision.verification_gap": 0.1, "capability.success_slope": 0.84}
    catalog = tm.load_catalog(FIXTURE).replace(
        changes | {"capability.success": "logistic", "capability.required_success": 0.6}
    )
    compute = np.geomspace(1e27, 1e34, 5)
    outputs = {}
    for worker in ("best", "frontier", "sufficient"):
        for share in (0.01, 1e-6):
            each = catalog.replace({"capability.worker": worker, "compute.inference_share": share})
            outputs[worker, share] = Walker(each).solve(compute).allocation.output
    for (worker, share), output in outputs.items():
        assert (outputs["best", share] >= output * (1 - 1e-9)).all(), (worker, share)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"supervision.verification_gap": 0.1, "tasks.code.automation_threshold": 1e28},
            "take it out",
        ),
        (
            {"supervision.detection_gap": 0.1, "tasks.code.automation_threshold": 1e28},
            "take it out",
        ),
        ({"supervision.assist_limit": 0.5}, "needs critic_lag"),
        ({"capability.required_success": 0.8}, "needs success_slope"),
        (
            {
                "supervision.assist_limit": 0.5,
                "supervision.critic_lag": 1,
                "supervision.assisted_effort": 0.3,
            },
            "'success_slope' is missing",
        ),
    ],
)
def test_what_a_gap_needs_is_a_located_error(changes, words):
    with pytest.raises(CatalogError, match=words):
        catalog_with().replace(changes)


@pytest.mark.parametrize("gap", ["verification_gap", "detection_gap"])
def test_the_mend_of_a_gap_without_a_horizon_works(gap):
    changes = {f"supervision.{gap}": 0.1, "tasks.code.automation_threshold": 1e28}
    with pytest.raises(CatalogError) as caught:
        catalog_with().replace(changes)
    (defect,) = caught.value.defects
    assert defect.path == "tasks.code.automation_threshold"
    assert f"supervision.{gap} depends on how far" in defect.message
    assert "take it out (null), so that horizon and horizon_multiplier" in defect.message
    catalog_with().replace(changes | {"tasks.code.automation_threshold": None})


def test_a_task_of_one_best_worker_is_swept_with_its_events():
    """Where the walk divides an interval without points, no worker is looked for."""
    catalog = small_catalog(
        {"a": {"share": 1, "horizon": 4}},
        capability={"worker": "best", "defect_probability": 0.05},
    )
    result = tm.sweep(catalog, np.geomspace(1e27, 1e29, 3))
    alone = tm.sweep(catalog, [1e29])
    assert result["output"].values[2] == pytest.approx(float(alone["output"][0]), rel=1e-9)
    assert "automatable" in result["event_kind"].values
