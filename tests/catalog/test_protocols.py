"""Protocols: ways of letting AI work, as modes that compete; what they cost in people, and what escapes them."""

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
    """A protocol of the catalog's own."""
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
    one = tm.sweep(catalog.replace({"supervision.protocols": [protocol]}), [1e29, 1e31])
    two = tm.sweep(catalog.replace({"supervision.coverage": coverage}), [1e29, 1e31])
    for name in (
        "output",
        "throughput_speedup",
        "latency_speedup",
        "speedup",
        "factor_use",
        "bottleneck_share",
        "review_elasticity",
    ):
        np.testing.assert_allclose(one[name], two[name], rtol=1e-12, err_msg=name)


def test_hours_of_a_protocol_are_those_of_its_parts():
    """Coverage 0.5 above a floor of 0.1; half of the questions settled in a fifth of the time; a quarter of an hour per episode of 8."""
    fields = own(
        coverage=0.5,
        review_effort=1.5,
        settled_share=0.5,
        settled_effort=0.2,
        interaction_time=0.25,
        episode_length=8,
    )
    at = organisation(catalog_with("mine", protocols={"mine": fields}))
    assert at.fixed_bundles[0, 0, 1, 1] == pytest.approx(
        0.5 * 0.2 * 1.5 * (0.5 + 0.5 * 0.2) + 0.25 / 8
    )
    faulty = organisation(
        catalog_with("mine", protocols={"mine": fields}, capability={"defect_probability": 0.2})
    )
    assert faulty.fixed_bundles[0, 0, 1, 1] == pytest.approx(at.fixed_bundles[0, 0, 1, 1] / 0.8)


def test_ai_review_uses_inference_and_its_layers_catch_what_they_have_not_in_common():
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
    at = organisation(catalog_with("mine", "plain", **chosen))
    inference = at.fixed_bundles[0, 0, 1:, at.factors.index("inference")]
    assert inference[0] == pytest.approx(1.5 * inference[1])
    # of 0.2 defects in a unit 0.2 x (0.3 + 0.7 / 4) = 0.095 pass two layers; 1 / 0.8 units are made for a useful one
    np.testing.assert_allclose(at.escape(1e30)[0, 0], [0, 0.095 / 0.8, 0.2 / 0.8])


def test_what_people_find_depends_on_how_well_a_task_can_be_verified():
    at = organisation(catalog_with("full_review", capability={"defect_probability": 0.2}))
    detected = (0.5 + 0.45 * 0.75) * (1 - np.exp(-(1 + 4 * 0.75) * 0.2))
    assert at.escape(1e30)[0, 0, 1] == pytest.approx(0.2 * (1 - detected) / 0.8)
    result = tm.sweep(catalog_with("full_review", capability={"defect_probability": 0.2}), [1e28])
    made = result["activity"].sel(task="code", mode="full_review").item()
    assert result["escaped_defects"].sel(task="code").item() == pytest.approx(
        made * at.escape(1e30)[0, 0, 1]
    )


def test_what_escapes_is_not_known_where_verifiability_is_not():
    task = {"verifiability": None}
    told = {
        name: tm.sweep(
            catalog_with(name, task=task, capability={"defect_probability": 0.2}), [1e28]
        )["escaped_defects"][0].values
        for name in ("full_review", "no_review")
    }
    assert np.isnan(told["full_review"][0]) and told["full_review"][1] == 0
    assert told["no_review"][0] > 0  # nobody looks, and so nothing is found
    clean = tm.sweep(catalog_with("full_review", task=task), [1e28])["escaped_defects"]
    assert (clean == 0).all()


def test_the_cheapest_of_several_protocols_is_chosen_and_the_choice_is_told():
    """AI review takes no people but inference: as inference grows it takes over from full review."""
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
    assert (
        len(list(tm.regimes(catalog, (1e26, 1e32)))) > 2
    )  # each formula is held against the optimum


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
    # elasticity 0.5: (0.6 sqrt(0.6) + 0.4)^-2 people's hours to a unit of research; people see to it that all units are useful
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
    found = tm.elasticities(catalog.replace({path: 0.23}), 1e32, [path])["output_elasticity"].item()
    near = tm.sweep(catalog, 1e32, over=path, values=0.23 * np.exp([-h, h]))["output"].values
    assert found == pytest.approx(np.log(near[1] / near[0]) / (2 * h), rel=1e-6)
    # some tasks have a floor of just 0.2: less coverage there is no less
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
def test_what_is_wrong_with_protocols_is_told_with_its_place(changes, message):
    with pytest.raises(tm.CatalogError, match=message):
        small_catalog(TASKS).replace(changes)


def test_success_by_degrees_is_at_each_compute_the_defect_probability_that_it_amounts_to():
    degrees = {"success": "logistic", "worker": "frontier", "success_slope": 0.84, "slope": 0.5}
    catalog = catalog_with("full_review", capability=degrees).replace(
        {"tasks.code.automation_threshold": 1e26}
    )
    found = tm.sweep(catalog, [2e26, 2e29])
    share = catalog.get("compute.training_share")
    for point, compute in enumerate((2e26, 2e29)):
        failed = 1 - 1 / (1 + (1e26 / share / compute) ** (0.84 * 0.5))
        steps = {
            "capability.success": "step",
            "capability.success_slope": None,
            "capability.defect_probability": failed,
        }
        same = tm.sweep(catalog.replace(steps), [compute])
        for name in (
            "output",
            "speedup",
            "bottleneck_share",
            "escaped_defects",
            "oversight_elasticity",
            "factor_use",
        ):
            np.testing.assert_allclose(found[name][point], same[name][0], rtol=1e-9, err_msg=name)


def test_there_are_no_formulas_where_success_grows_by_degrees():
    with pytest.raises(SolveError, match="logistic"):
        next(tm.regimes(tm.load_catalog("alignment_research", "graded_success")))


@pytest.mark.parametrize(
    ("fields", "place", "words"),
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
def test_success_by_degrees_lacking_something_is_a_located_error(fields, place, words):
    with pytest.raises(tm.CatalogError, match=words) as error:
        catalog_with("full_review", capability=fields)
    assert place in str(error.value)


def test_optimal_effort_is_where_another_minute_finds_defects_worth_just_that_minute():
    worth = {"effort": "optimal", "defect_cost": 10}
    catalog = catalog_with("full_review", capability={"defect_probability": 0.2}, supervision=worth)
    rate, ceiling = 4.0, 0.8375
    hours = np.log(rate * 0.2 * 10 * ceiling) / rate
    at = organisation(catalog)
    assert at.fixed_review[0, 0, 1, 1] == pytest.approx(hours / 0.8)
    assert at.escape(1e30)[0, 0, 1] == pytest.approx((0.2 * (1 - ceiling) + 1 / (rate * 10)) / 0.8)
    # the time of review is that of its hours
    given = catalog_with(
        "full_review", capability={"defect_probability": 0.2}, task={"review_ratio": hours}
    )
    assert float(tm.latency(catalog, 1e30)["pass_time"]) == pytest.approx(
        float(tm.latency(given, 1e30)["pass_time"])
    )
    # where defects are rare nothing is reviewed
    assert (
        organisation(catalog.replace({"capability.defect_probability": 0.01})).fixed_review.max()
        == 0
    )


def test_optimal_effort_lacking_something_is_a_located_error():
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
    ("rule", "same"), [("full", "full_review"), ("floor", "floor_coverage"), ("none", "no_review")]
)
def test_what_a_task_forbids_holds_under_the_rule_of_coverage_too(rule, same):
    under = {"supervision": {"protocols": [], "coverage": rule}}
    assert organisation(catalog_with(**under)).policy[0].sum() == 2
    for task in ({"forbids": [same]}, {"protocols": ["spot_checks"]}):
        assert organisation(catalog_with(task=task, **under)).policy[0].tolist() == [
            True,
            False,
            False,
            False,
        ]
    assert organisation(catalog_with(task={"protocols": [same]}, **under)).policy[0].sum() == 2
