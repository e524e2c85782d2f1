"""Contributions to a difference: their sum, and the value of a game solved by hand."""

import json

import numpy as np
import pytest
from small import small_catalog

import taskmodel as tm
from taskmodel.cli import main
from taskmodel.questions.differences import SHARES, changes


def one_reviewer():
    """Output is 1,000 h and 4 R, R the hours of review: 1.4 times that of people alone."""
    task = {"work": {"share": 1, "horizon": 0.01}}
    return small_catalog(task, supervision={"headcount": 1}, compute={"inference": "free"})


def test_two_changes_that_multiply_share_what_they_give_together():
    other = one_reviewer().replace({"supervision.headcount": 2, "supervision.hours_per_year": 200})
    result = tm.explain_difference(one_reviewer(), other, target="throughput_speedup")
    assert result["change"].values.tolist() == [
        "supervision.headcount",
        "supervision.hours_per_year",
    ]
    assert (float(result["before"]), float(result["after"])) == pytest.approx((1.4, 2.6))
    assert result["alone"].values == pytest.approx([0.4, 0.4])
    assert result["last"].values == pytest.approx([0.8, 0.8])
    assert result["contribution"].values == pytest.approx([0.6, 0.6])
    assert result["from_value"].values.tolist() == ["1", "100"]
    assert result["to_value"].values.tolist() == ["2", "200"]
    assert abs(float(result["unexplained"])) < 1e-12


def test_parts_add_up_and_a_change_that_does_nothing_explains_nothing():
    base = tm.load_catalog("alignment_research")
    other = tm.load_catalog("alignment_research", "dedicated_reviewers").replace(
        {"latency.count_gates": False}
    )
    result = tm.explain_difference(base, other, compute=1e32)
    assert float(result["contribution"].sum()) == pytest.approx(
        float(result["after"] - result["before"]), abs=1e-12
    )
    swept = [float(tm.sweep(catalog, [1e32])["speedup"].item()) for catalog in (base, other)]
    assert swept == pytest.approx([float(result["before"]), float(result["after"])], rel=1e-12)
    idle = tm.explain_difference(
        base, base.replace({"compute.today": 1e29, "capability.residual_sd": 0.5}), compute=1e32
    )
    assert idle["change"].values.tolist() == ["capability.residual_sd"]
    assert idle["contribution"].values == pytest.approx([0], abs=1e-12)


def test_the_way_back_explains_the_same_with_the_sign_reversed():
    base = one_reviewer()
    other = base.replace(
        {
            "supervision.headcount": 3,
            "tasks.work.review_ratio": 0.1,
            "supervision.max_review_share": 0.7,
        }
    )
    forward, back = (
        tm.explain_difference(*pair, target="output") for pair in ((base, other), (other, base))
    )
    np.testing.assert_allclose(forward["contribution"], -back["contribution"], atol=1e-12)
    np.testing.assert_allclose(forward["alone"], -back["last"], atol=1e-12)


def test_shares_change_together():
    base = tm.load_catalog("t_agi_ladder")
    name = next(iter(base.tasks))
    other = base.replace(base.changed_to(f"tasks.{name}.share", 0.3))
    assert list(changes(base, other)) == [SHARES]
    assert tm.explain_difference(base, other, compute=1e31).sizes["change"] == 1


@pytest.mark.parametrize(
    ("scenario", "change", "texts"),
    [
        ("priced", "hiring", ("none", "there")),
        ("open_protocols", "supervision.protocols", ("none", "full_review, spot_checks")),
        ("audited_trust", "trust", ("none", "there")),
        ("work_pays_back", "over_time.review", ("none", "there")),
        ("verification_gap", "supervision.*", ("", "")),
    ],
)
def test_what_is_valid_together_alone_is_one_change_either_way(scenario, change, texts):
    name = "alignment_research" if scenario == "verification_gap" else "t_agi_ladder"
    base, other = tm.load_catalog(name), tm.load_catalog(name, scenario)
    forward, back = (
        tm.explain_difference(*pair, target="output", compute=1e31)
        for pair in ((base, other), (other, base))
    )
    for result in (forward, back):
        assert abs(float(result["unexplained"])) < 1e-9
        total = float(result["after"] - result["before"])
        assert float(result["contribution"].sum()) == pytest.approx(total, abs=1e-9)
    row = forward.sel(change=change)
    for name, text in zip(("from_value", "to_value"), texts, strict=True):
        assert row[name].item().startswith(text)
    assert len(set(forward["change"].values)) == forward.sizes["change"]
    np.testing.assert_allclose(
        back.sel(change=change)["contribution"], -row["contribution"], atol=1e-9
    )


def test_reviewers_of_one_catalog_and_what_they_review_are_one_change():
    base = one_reviewer()
    kind = {"headcount": 1, "hours_per_year": 100, "pool": "dedicated", "max_review_share": 1}
    other = base.replace({"reviewers": {"sworn": kind}, "tasks.work.reviewers": ["sworn"]})
    for pair in ((base, other), (other, base)):
        result = tm.explain_difference(*pair, target="output")
        assert result["change"].values.tolist() == ["reviewers"]
        assert abs(float(result["unexplained"])) < 1e-12


def test_of_many_changes_each_is_told_alone_and_last():
    base = tm.load_catalog("t_agi_ladder")
    paths = [
        *(f"tasks.{name}.review_ratio" for name in base.tasks),
        "supervision.headcount",
        "production.elasticity",
        "latency.serial_speed",
    ]
    other = base.replace({path: 0.9 * base.get(path) for path in paths})
    result = tm.explain_difference(base, other, compute=1e31)
    assert (
        result.attrs["method"] == "one at a time"
        and result["contribution"].isnull().all()
        and result["alone"].notnull().all()
    )


def test_other_tasks_are_refused():
    with pytest.raises(ValueError, match="other tasks"):
        tm.explain_difference(one_reviewer(), tm.load_catalog("t_agi_ladder"))
    with pytest.raises(TypeError, match="Catalog is needed"):
        tm.explain_difference(one_reviewer(), "t_agi_ladder")
    with pytest.raises(ValueError, match="speedup"):
        tm.explain_difference(one_reviewer(), one_reviewer(), target="speed")


def test_compare_on_the_command_line(capsys):
    arguments = [
        "compare",
        "t_agi_ladder",
        "--to-set",
        "supervision.headcount=900",
        "--compute",
        "1e31",
    ]
    assert main([*arguments, "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["method"] == "shapley" and [row["change"] for row in facts["changes"]] == [
        "supervision.headcount"
    ]
    assert facts["changes"][0]["contribution"] == pytest.approx(facts["after"] - facts["before"])
    assert main(arguments) == 0
    assert "speedup goes from" in capsys.readouterr().out
    assert main(["compare", "t_agi_ladder", "--to", "alignment_research"]) == 2
    assert "other tasks" in capsys.readouterr().err
    assert main(["compare", "t_agi_ladder"]) == 0
    assert "Nothing differs" in capsys.readouterr().out


def test_rounds_of_loops_are_changes_where_they_are_counted():
    base = tm.load_catalog("alignment_research", set={"latency.count_loops": True})
    path = "feedback_loops.0.loops_per_project"
    result = tm.explain_difference(base, base.replace({path: 3 * base.get(path)}), compute=1e33)
    assert result["change"].values.tolist() == [path]
    assert (
        float(result["contribution"][0]) == pytest.approx(float(result["after"] - result["before"]))
        and float(result["contribution"][0]) != 0
    )
    assert abs(float(result["unexplained"])) < 1e-12
    quiet = tm.load_catalog("alignment_research")
    assert not tm.explain_difference(
        quiet, quiet.replace({path: 3 * quiet.get(path)}), compute=1e33
    ).sizes["change"]
