"""Protocols: modes of supervised AI work, their hours of people, and the defects that escape."""

import numpy as np
import pytest
from small import small_catalog

import taskmodel as tm
from taskmodel.errors import SolveError
from taskmodel.files import bundled
from taskmodel.organisation.organisation import organisation

TASKS = {
    "code": {"share": 0.6, "automation_threshold": 1e20, "verifiability": {"score": 0.75}},
    "sign": {"share": 0.4, "delegable": False},
}


def catalog_with(*protocols, task=None, **changes):
    tasks = {**TASKS, "code": {**TASKS["code"], **(task or {})}}
    supervision = {"protocols": list(protocols), **changes.pop("supervision", {})}
    return small_catalog(tasks, supervision=supervision, compute={"inference": "free"}, **changes)


def own(**fields):
    """Fields of a protocol declared in the catalog: full coverage unless the fields change it."""
    return {"title": "mine", "coverage": 1, **fields}


@pytest.mark.parametrize("name", bundled.names("protocol"))
def test_every_bundled_protocol_runs_and_every_number_has_a_source(name):
    catalog = tm.load_catalog("alignment_research", set={"supervision.protocols": [name]})
    result = tm.sweep(catalog, [8.4e28, 1e32])
    assert result["mode"].values.tolist() == ["human", name]
    assert (result["throughput_speedup"] > 1).all()
    assert not [path for path in catalog.without_source() if path.startswith("protocols")]


@pytest.mark.parametrize(
    ("protocol", "coverage"),
    [("full_review", "full"), ("floor_coverage", "floor"), ("no_review", "none")],
)
def test_three_protocols_are_the_three_rules_of_coverage(protocol, coverage):
    catalog = tm.load_catalog("alignment_research", scenario="scarce_inference")
    by_protocol = tm.sweep(catalog.replace({"supervision.protocols": [protocol]}), [1e29, 1e31])
    by_rule = tm.sweep(catalog.replace({"supervision.coverage": coverage}), [1e29, 1e31])
    for name in (
        "output",
        "throughput_speedup",
        "latency_speedup",
        "speedup",
        "factor_use",
        "bottleneck_share",
        "review_elasticity",
    ):
        np.testing.assert_allclose(by_protocol[name], by_rule[name], rtol=1e-12, err_msg=name)


def test_hours_of_a_protocol_are_the_sum_over_its_fields():
    """Coverage 0.5; half of the questions settled in 0.2 of the time; 0.25 h per episode of 8 h."""
    fields = own(
        coverage=0.5,
        review_effort=1.5,
        settled_share=0.5,
        settled_effort=0.2,
        interaction_time=0.25,
        episode_length=8,
    )
    model = organisation(catalog_with("mine", protocols={"mine": fields}))
    assert model.fixed_bundles[0, 0, 1, 1] == pytest.approx(
        0.5 * 0.2 * 1.5 * (0.5 + 0.5 * 0.2) + 0.25 / 8
    )
    faulty = organisation(
        catalog_with("mine", protocols={"mine": fields}, capability={"defect_probability": 0.2})
    )
    assert faulty.fixed_bundles[0, 0, 1, 1] == pytest.approx(model.fixed_bundles[0, 0, 1, 1] / 0.8)


def test_ai_review_uses_inference_and_its_layers_miss_common_mode_defects():
    fields = own(
        coverage=0,
        floors=False,
        review_inference=0.5,
        layers=2,
        layer_detection=0.5,
        common_mode=0.3,
    )
    plain = own(coverage=0, floors=False)
    chosen = {
        "protocols": {"mine": fields, "plain": plain},
        "capability": {"defect_probability": 0.2},
    }
    model = organisation(catalog_with("mine", "plain", **chosen))
    inference = model.fixed_bundles[0, 0, 1:, model.factors.index("inference")]
    assert inference[0] == pytest.approx(1.5 * inference[1])
    # of 0.2 defects per unit 0.2 x (0.3 + 0.7 / 4) = 0.095 pass two layers; a useful unit takes
    # 1 / 0.8 units
    np.testing.assert_allclose(model.escape(1e30)[0, 0], [0, 0.095 / 0.8, 0.2 / 0.8])


def test_detection_by_people_grows_with_the_verifiability_of_a_task():
    model = organisation(catalog_with("full_review", capability={"defect_probability": 0.2}))
    detected = (0.5 + 0.45 * 0.75) * (1 - np.exp(-(1 + 4 * 0.75) * 0.2))
    assert model.escape(1e30)[0, 0, 1] == pytest.approx(0.2 * (1 - detected) / 0.8)
    result = tm.sweep(catalog_with("full_review", capability={"defect_probability": 0.2}), [1e28])
    activity = result["activity"].sel(task="code", mode="full_review").item()
    assert result["escaped_defects"].sel(task="code").item() == pytest.approx(
        activity * model.escape(1e30)[0, 0, 1]
    )


def test_escaped_defects_of_reviewed_tasks_without_a_verifiability_are_nan():
    task = {"verifiability": None}
    escaped = {
        name: tm.sweep(
            catalog_with(name, task=task, capability={"defect_probability": 0.2}), [1e28]
        )["escaped_defects"][0].values
        for name in ("full_review", "no_review")
    }
    assert np.isnan(escaped["full_review"][0]) and escaped["full_review"][1] == 0
    assert escaped["no_review"][0] > 0  # without review detection does not matter
    clean = tm.sweep(catalog_with("full_review", task=task), [1e28])["escaped_defects"]
    assert (clean == 0).all()


def test_the_cheapest_protocol_is_chosen_and_its_adoption_is_an_event():
    """AI review needs inference but no people, and replaces full review as inference grows."""
    protocols = {"machine": own(coverage=0, floors=False, review_inference=10)}
    catalog = catalog_with("full_review", "machine", protocols=protocols).replace(
        {"compute.inference": "scarce", "compute.inference_share": 1e-9}
    )
    events = tm.events(tm.sweep(catalog, np.geomspace(1e26, 1e32, 7)))
    modes = (
        events["mode"]
        .values[np.isin(events["kind"].values, ["adopted", "dropped", "completed"])]
        .tolist()
    )
    assert "machine" in modes and "full_review" in modes
    several = tm.sweep(catalog, np.geomspace(1e26, 1e32, 13))["output"]
    for name in ("full_review", "machine"):
        alone = tm.sweep(
            catalog.replace({"supervision.protocols": [name]}), np.geomspace(1e26, 1e32, 13)
        )["output"]
        assert (several >= alone * (1 - 1e-9)).all()
    # `regimes` checks each formula against the optimum
    assert len(list(tm.regimes(catalog, (1e26, 1e32)))) > 2


def test_a_person_with_ai_is_open_below_the_threshold_and_goes_at_the_pace_of_people():
    protocols = {"helped": own(coverage=0, floors=False, people=0.6, needs_capability=False)}
    catalog = catalog_with(
        "helped",
        protocols=protocols,
        capability={"defect_probability": 0.5},
        task={"automation_threshold": 1e40},
    )
    result = tm.sweep(catalog, [1e26])
    assert (
        result["activity"].sel(task="code", mode="helped").item() > 0
        and not result["automatable"].any()
    )
    # elasticity 0.5: (0.6 sqrt(0.6) + 0.4)^-2; people work along, so that every unit is useful
    assert result["output"].item() == pytest.approx((0.6 * 0.6**0.5 + 0.4) ** -2)
    path = tm.latency(catalog, 1e26)
    assert float(path["duration"].sel(task="code")) == pytest.approx(0.6 * 8 * 168 / 40)


def test_a_task_has_protocols_and_defects_of_its_own():
    catalog = catalog_with(
        "full_review", "no_review", task={"forbids": ["no_review"], "defect_probability": 0.5}
    )
    assert organisation(catalog).policy[0].tolist() == [True, True, False]
    assert organisation(catalog).fixed_bundles[0, 0, 1, 1] == pytest.approx(0.2 / 0.5)
    assert organisation(
        catalog_with("full_review", "no_review", task={"protocols": ["no_review"]})
    ).policy[0].tolist() == [
        True,
        False,
        True,
    ]


def test_numbers_of_protocols_are_inputs_like_any_other():
    catalog = tm.load_catalog("alignment_research", set={"supervision.protocols": ["spot_checks"]})
    swept = tm.sweep(catalog, 1e32, over="protocols.spot_checks.coverage", values=[0.05, 0.2, 1])
    assert (np.diff(swept["output"]) < 0).all()
    full = tm.sweep(catalog.replace({"supervision.protocols": ["full_review"]}), [1e32])
    assert swept["output"].values[-1] == pytest.approx(full["output"].item(), rel=1e-12)
    path, h = "protocols.spot_checks.coverage", 1e-4
    result = tm.elasticities(catalog.replace({path: 0.23}), 1e32, [path])
    elasticity = result["output_elasticity"].item()
    near = tm.sweep(catalog, 1e32, over=path, values=0.23 * np.exp([-h, h]))["output"].values
    assert elasticity == pytest.approx(np.log(near[1] / near[0]) / (2 * h), rel=1e-6)
    # at 0.2, the floor of some tasks, the left derivative differs from the right one
    assert np.isnan(tm.elasticities(catalog, 1e32, [path])["output_elasticity"].item())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"supervision.protocols": ["full_reviw"]},
            "there is no protocol 'full_reviw'; did you mean 'full_review'",
        ),
        ({"supervision.protocols": ["full_review", "full_review"]}, "listed twice"),
        (
            {"supervision.protocols": ["spot_checks"], "protocols.spot_checks.coverage": 1.5},
            "found 1.5; at least 0 and at most 1",
        ),
        ({"tasks.code.forbids": ["nobody"]}, "there is no protocol 'nobody'"),
        (
            {"tasks.code.forbids": ["no_review"], "tasks.code.protocols": ["no_review"]},
            "the task forbids 'no_review'",
        ),
        (
            {"protocols.mine": {"title": "mine", "coverage": 1, "interaction_time": 1}},
            "interaction_time: .*give episode_length",
        ),
        (
            {"protocols.mine": {"title": "mine", "coverage": 1, "layers": 1.5}},
            "layers: found 1.5; a whole number",
        ),
        ({"tasks.code.defect_probability": 1}, "below 1"),
    ],
)
def test_defects_of_protocols_are_reported_at_their_path(changes, message):
    with pytest.raises(tm.CatalogError, match=message):
        small_catalog(TASKS).replace(changes)


def test_graded_success_is_a_defect_probability_that_depends_on_compute():
    degrees = {"success": "logistic", "worker": "frontier", "success_slope": 0.84, "slope": 0.5}
    catalog = catalog_with("full_review", capability=degrees).replace(
        {"tasks.code.automation_threshold": 1e26}
    )
    graded = tm.sweep(catalog, [2e26, 2e29])
    share = catalog.get("compute.training_share")
    for point, compute in enumerate((2e26, 2e29)):
        failed = 1 - 1 / (1 + (1e26 / share / compute) ** (0.84 * 0.5))
        steps = {
            "capability.success": "step",
            "capability.success_slope": None,
            "capability.defect_probability": failed,
        }
        stepwise = tm.sweep(catalog.replace(steps), [compute])
        for name in (
            "output",
            "speedup",
            "bottleneck_share",
            "escaped_defects",
            "oversight_elasticity",
            "factor_use",
        ):
            np.testing.assert_allclose(
                graded[name][point], stepwise[name][0], rtol=1e-9, err_msg=name
            )


def test_graded_success_has_no_closed_forms():
    with pytest.raises(SolveError, match="logistic"):
        next(tm.regimes(tm.load_catalog("alignment_research", "graded_success")))


@pytest.mark.parametrize(
    ("fields", "path", "words"),
    [
        (
            {"success": "logistic", "worker": "frontier"},
            "capability.success",
            "needs success_slope",
        ),
        ({"success": "logistic", "success_slope": 0.84}, "capability: ", "use worker: frontier"),
        (
            {"success": "logistic", "worker": "frontier", "success_slope": 0},
            "capability.success_slope",
            "above 0",
        ),
    ],
)
def test_incomplete_settings_of_graded_success_are_located_errors(fields, path, words):
    with pytest.raises(tm.CatalogError, match=words) as error:
        catalog_with("full_review", capability=fields)
    assert path in str(error.value)


def test_optimal_effort_equates_marginal_cost_and_benefit_of_review():
    worth = {"effort": "optimal", "defect_cost": 10}
    catalog = catalog_with("full_review", capability={"defect_probability": 0.2}, supervision=worth)
    rate, ceiling = 4.0, 0.8375
    hours = np.log(rate * 0.2 * 10 * ceiling) / rate
    model = organisation(catalog)
    assert model.fixed_review[0, 0, 1, 1] == pytest.approx(hours / 0.8)
    escaped = 0.2 * (1 - ceiling) + 1 / (rate * 10)
    assert model.escape(1e30)[0, 0, 1] == pytest.approx(escaped / 0.8)
    # review takes as long as the same hours set by review_ratio
    set_ratio = catalog_with(
        "full_review", capability={"defect_probability": 0.2}, task={"review_ratio": hours}
    )
    assert float(tm.latency(catalog, 1e30)["pass_time"]) == pytest.approx(
        float(tm.latency(set_ratio, 1e30)["pass_time"])
    )
    # where defects are rare nothing is reviewed
    assert (
        organisation(catalog.replace({"capability.defect_probability": 0.01})).fixed_review.max()
        == 0
    )


def test_incomplete_settings_of_optimal_effort_are_located_errors():
    with pytest.raises(tm.CatalogError, match=r"supervision.effort: .*give defect_cost"):
        catalog_with("full_review", supervision={"effort": "optimal"})
    with pytest.raises(tm.CatalogError, match=r"tasks.code: 'verifiability' is missing"):
        catalog_with(
            "full_review",
            supervision={"effort": "optimal", "defect_cost": 10},
            task={"verifiability": None},
        )
    by_degrees = {"success": "logistic", "worker": "frontier", "success_slope": 0.84}
    with pytest.raises(tm.CatalogError, match=r"supervision.effort: .*use given effort"):
        catalog_with(
            "full_review",
            supervision={"effort": "optimal", "defect_cost": 10},
            capability=by_degrees,
        )


@pytest.mark.parametrize(
    ("rule", "protocol"),
    [("full", "full_review"), ("floor", "floor_coverage"), ("none", "no_review")],
)
def test_forbidden_protocols_of_a_task_hold_under_rules_of_coverage(rule, protocol):
    under = {"supervision": {"protocols": [], "coverage": rule}}
    assert organisation(catalog_with(**under)).policy[0].sum() == 2
    modes = ["full_review", "floor_coverage", "no_review"]
    stricter = modes[: modes.index(protocol)][-1:]  # the next stricter rule, where there is one
    for task, allowed in (
        ({"forbids": [protocol]}, stricter),
        ({"protocols": ["spot_checks"]}, []),
    ):
        assert organisation(catalog_with(task=task, **under)).policy[0].tolist() == [
            True,
            *(mode in allowed for mode in modes),
        ]
    assert organisation(catalog_with(task={"protocols": [protocol]}, **under)).policy[0].sum() == 2
