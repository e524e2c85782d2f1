"""What explains a difference: parts that add up, and the value of a game that can be solved by hand."""

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
    found = tm.explain_difference(one_reviewer(), other, target="throughput_speedup")
    assert found["change"].values.tolist() == [
        "supervision.headcount",
        "supervision.hours_per_year",
    ]
    assert (float(found["before"]), float(found["after"])) == pytest.approx((1.4, 2.6))
    assert found["alone"].values == pytest.approx([0.4, 0.4]) and found[
        "last"
    ].values == pytest.approx([0.8, 0.8])
    assert found["contribution"].values == pytest.approx([0.6, 0.6])
    assert found["from_value"].values.tolist() == ["1", "100"] and found[
        "to_value"
    ].values.tolist() == ["2", "200"]
    assert float(found["unexplained"]) == 0


def test_parts_add_up_and_a_change_that_does_nothing_explains_nothing():
    one = tm.load_catalog("alignment_research")
    other = tm.load_catalog("alignment_research", "dedicated_reviewers").replace(
        {"latency.count_gates": False}
    )
    found = tm.explain_difference(one, other, compute=1e32)
    assert float(found["contribution"].sum()) == pytest.approx(
        float(found["after"] - found["before"]), abs=1e-12
    )
    swept = [float(tm.sweep(catalog, [1e32])["speedup"].item()) for catalog in (one, other)]
    assert swept == pytest.approx([float(found["before"]), float(found["after"])], rel=1e-12)
    idle = tm.explain_difference(
        one, one.replace({"compute.today": 1e29, "capability.residual_sd": 0.5}), compute=1e32
    )
    assert idle["change"].values.tolist() == ["capability.residual_sd"] and idle[
        "contribution"
    ].values == pytest.approx([0])


def test_the_way_back_explains_the_same_with_the_sign_reversed():
    one = one_reviewer()
    other = one.replace(
        {
            "supervision.headcount": 3,
            "tasks.work.review_ratio": 0.1,
            "supervision.max_review_share": 0.7,
        }
    )
    there, back = (
        tm.explain_difference(*pair, target="output") for pair in ((one, other), (other, one))
    )
    np.testing.assert_allclose(there["contribution"], -back["contribution"], atol=1e-12)
    np.testing.assert_allclose(there["alone"], -back["last"], atol=1e-12)


def test_shares_change_together():
    one = tm.load_catalog("t_agi_ladder")
    name = next(iter(one.tasks))
    other = one.replace(one.changed_to(f"tasks.{name}.share", 0.3))
    assert list(changes(one, other)) == [SHARES]
    assert tm.explain_difference(one, other, compute=1e31).sizes["change"] == 1


def test_of_many_changes_each_is_told_alone_and_last():
    one = tm.load_catalog("t_agi_ladder")
    paths = [
        *(f"tasks.{name}.review_ratio" for name in one.tasks),
        "supervision.headcount",
        "production.elasticity",
        "latency.serial_speed",
    ]
    other = one.replace({path: 0.9 * one.get(path) for path in paths})
    found = tm.explain_difference(one, other, compute=1e31)
    assert (
        found.attrs["method"] == "one at a time"
        and found["contribution"].isnull().all()
        and found["alone"].notnull().all()
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
    one = tm.load_catalog("alignment_research", set={"latency.count_loops": True})
    path = "feedback_loops.0.loops_per_project"
    found = tm.explain_difference(one, one.replace({path: 3 * one.get(path)}), compute=1e33)
    assert found["change"].values.tolist() == [path]
    assert (
        float(found["contribution"][0]) == pytest.approx(float(found["after"] - found["before"]))
        and float(found["contribution"][0]) != 0
    )
    assert abs(float(found["unexplained"])) < 1e-12
    quiet = tm.load_catalog("alignment_research")
    assert not tm.explain_difference(
        quiet, quiet.replace({path: 3 * quiet.get(path)}), compute=1e33
    ).sizes["change"]
