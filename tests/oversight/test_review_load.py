"""The load of review, and what less of it gives: against sweeps with a little less."""

import json

import numpy as np
import pytest
from locations import DATA
from small import small_catalog

import taskmodel as tm
from taskmodel.cli import main
from taskmodel.organisation.organisation import organisation

POINT = 1.1e31


def speedup(catalog):
    return tm.sweep(catalog, [POINT])["speedup"].item()


@pytest.fixture(scope="module")
def catalog():
    return tm.load_catalog("alignment_research", "dedicated_reviewers")


@pytest.fixture(scope="module")
def load(catalog):
    return tm.review_load(catalog, POINT)


def test_hours_are_those_of_the_sweep(catalog, load):
    swept = tm.sweep(catalog, [POINT]).isel(compute=0)
    assert float(load["review_hours"].sum()) == pytest.approx(
        float(swept["factor_use"].sel(factor="review")), rel=1e-9
    )
    assert float(load["review_share"].sum()) == pytest.approx(1)
    np.testing.assert_allclose(load["coverage"], 1)  # full review
    time = [
        catalog.tasks[name].review_ratio.value * catalog.tasks[name].horizon.value
        for name in load["task"].values
    ]
    np.testing.assert_allclose(load["review_time"], time)
    assert (load["wait"] >= 0).all()


def test_gains_are_those_of_sweeps_with_a_little_more(catalog, load):
    step = 1e-5
    people = catalog.supervision.headcount.value
    nearby = [
        speedup(catalog.replace({"supervision.headcount": people * (1 + sign * step)}))
        for sign in (1, -1)
    ]
    gain = np.log(nearby[0] / nearby[1]) / (2 * people * step)
    assert float(load["speedup_per_reviewer"]) == pytest.approx(gain, rel=1e-5)
    top = load.isel(task=int(np.argmax(load["review_hours"].values)))
    path = f"tasks.{top['task'].item()}.review_ratio"
    nearby = [
        speedup(catalog.replace({path: catalog.get(path) * (1 + sign * step)})) for sign in (-1, 1)
    ]
    elasticity = np.log(nearby[0] / nearby[1]) / 2
    assert float(top["speedup_per_hour"]) == pytest.approx(
        elasticity / (step * float(top["review_time"])), rel=1e-5
    )
    assert float(top["speedup_per_point"]) == pytest.approx(0.01 * elasticity / step, rel=1e-5)


def test_the_table_is_printed(capsys):
    assert main(["review-load", "t_agi_ladder", "--compute", "1e31"]) == 0
    assert "One more reviewer gives" in " ".join(capsys.readouterr().out.split())
    assert main(["review-load", "t_agi_ladder", "--compute", "1e31", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert sum(row["review_share"] for row in facts["tasks"]) == pytest.approx(1)


def test_a_point_less_has_no_number_where_waits_for_reviewers_are_counted(catalog):
    result = tm.review_load(catalog.replace({"latency.count_off_hours": True}), POINT)
    assert result["speedup_per_point"].isnull().all() and result["speedup_per_hour"].notnull().any()


def erring(floor=0.3, ratio=0.2, **supervision):
    """Two tasks of AI that errs in one attempt of five, a part of which dedicated people review."""
    code = {"automation_threshold": 1e20, "verifiability": {"score": 0.5}}
    return small_catalog(
        {
            "code": {"share": 0.7, **code, "coverage_floor": floor, "review_ratio": ratio},
            "test": {"share": 0.3, **code, "coverage_floor": 0.5, "attack_harm": 1.0},
        },
        supervision={"pool": "dedicated", "headcount": 2, "coverage": "floor", **supervision},
        capability={"defect_probability": 0.2},
        compute={"inference": "free"},
    )


@pytest.mark.parametrize(
    ("limits", "known"),
    [({}, 1), ({"defect_budget": 1e9}, 1), ({"defect_budget": 300}, 0), ({"tolerated_harm": 5}, 1)],
)
def test_a_point_less_of_coverage_is_that_of_sweeps_or_untold(limits, known):
    """Where a defect budget binds reviews find defects, and longer ones find less in proportion."""

    def slope(name, value):
        step = 1e-4
        low, high = (erring(**{name: value + sign * step}, **limits) for sign in (-1, 1))
        return (np.log(speedup(low)) - np.log(speedup(high))) / (2 * step)

    load = tm.review_load(erring(**limits), POINT).sel(task="code")
    assert float(load["speedup_per_hour"]) == pytest.approx(slope("ratio", 0.2) / 8, rel=1e-6)
    told = float(load["speedup_per_point"])
    assert np.isfinite(told) == known
    if known:
        assert told == pytest.approx(0.01 * slope("floor", 0.3), rel=1e-6)


def test_coverage_that_keeps_attacks_down_has_no_point_less():
    load = tm.review_load(erring(tolerated_harm=0.8, headcount=40), POINT).sel(task="test")
    assert np.isnan(float(load["speedup_per_point"])) and float(load["coverage"]) > 0.5


@pytest.mark.parametrize(("level", "used"), [("low", 0.1), ("high", 0.4)])
def test_shorter_reviews_are_of_the_hours_in_use_at_any_review_level(level, used):
    """The derivative of the value, which other levels do not read, is 0."""
    interval = {"value": 0.2, "low": 0.1, "high": 0.4, "source": "judgement", "note": "a test"}
    at_level = tm.review_load(erring(ratio=interval, review_level=level), POINT).sel(task="code")
    central = tm.review_load(erring(ratio=used), POINT).sel(task="code")
    for name in ("review_time", "speedup_per_hour", "speedup_per_point", "speedup_per_reviewer"):
        assert float(at_level[name]) == pytest.approx(float(central[name]), rel=1e-9), name
    assert float(at_level["speedup_per_hour"]) > 0


def test_an_hour_less_is_of_the_review_that_a_protocol_makes_of_it(catalog):
    own = {"title": "twice", "coverage": 1, "review_effort": 2}
    twice = catalog.replace(
        {"protocols.twice": own, "supervision.protocols": ["twice"], "supervision.headcount": 120}
    )
    once, two = tm.review_load(catalog, POINT), tm.review_load(twice, POINT)
    np.testing.assert_allclose(two["review_time"], 2 * once["review_time"].sel(task=two["task"]))


def test_where_nothing_is_reviewed_there_is_nothing_to_gain():
    """A task without review hours, and one with hours that nobody spends."""
    reviewed = {"share": 0.5, "automation_threshold": 1e20}
    tasks = {"free": {**reviewed, "review_ratio": 0.0}, "paid": reviewed}
    dedicated = small_catalog(tasks, supervision={"pool": "dedicated"})
    load = tm.review_load(dedicated, 1e28)
    assert load["review_hours"].values == pytest.approx([0, 1000])
    for name in ("speedup_per_hour", "speedup_per_point"):
        assert np.isnan(load[name][0]) and load[name][1] > 0
    unseen = tm.review_load(dedicated.replace({"supervision.coverage": "none"}), 1e28)
    assert unseen["coverage"].values.tolist() == [0, 0] and (unseen["review_hours"] == 0).all()
    assert unseen["speedup_per_point"].isnull().all()


def test_hours_are_attempts_times_coverage_times_the_review_of_the_best_worker():
    """Reviews grow with the lead of the worker, which differs between modes."""
    capability = {"success": "logistic", "success_slope": 0.84, "slope": 0.5, "worker": "best"}
    catalog = small_catalog(
        {"code": {"share": 0.5}, "talk": {"share": 0.5, "delegable": False}},
        capability=capability,
        supervision={"verification_gap": 0.1, "coverage": "floor", "pool": "dedicated"},
    )
    load, swept = tm.review_load(catalog, 1e30), tm.sweep(catalog, [1e30])
    units = swept["activity"].values[0, 0] * organisation(catalog).attempts(1e30)[0, 0] / 8
    assert load["review_time"] > 1.7  # 1.6 at a lead of 1
    assert load["review_hours"].values == pytest.approx(units[2] * 0.1 * load["review_time"])


def test_what_shorter_reviews_would_give_is_asked_of_effort_that_is_given():
    optimal = {"supervision.effort": "optimal", "supervision.defect_cost": 10}
    with pytest.raises(tm.errors.InputError, match="set it to `given`"):
        tm.review_load(tm.load_catalog("alignment_research", set=optimal))


def test_derivatives_of_catalogs_with_blocks_are_refused():
    source = {"source": "judgement", "note": "a test"}
    blocks = {"chain": {"tasks": ["code", "run"], "review": 0.5, **source}}
    tasks = {"code": {"share": 0.5}, "run": {"share": 0.5, "after": ["code"]}}
    with pytest.raises(tm.errors.InputError, match="leave out blocks"):
        tm.review_load(small_catalog(tasks, blocks=blocks), 1e31)


def test_where_equations_are_lost_to_rounding_gains_are_unknown_and_nothing_else_is_printed(capfd):
    one_task = tm.load_catalog(
        DATA / "cases" / "mini_one_task.yaml", set={"tasks.a.review_ratio": 9007199254740993}
    )
    assert np.isnan(tm.review_load(one_task)["speedup_per_reviewer"])
    assert np.isnan(tm.elasticities(one_task)["speedup_elasticity"]).all()
    assert capfd.readouterr() == ("", "")
