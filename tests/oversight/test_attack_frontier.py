"""Safety against research under attack: what is attacked, what is tolerated, and its ends."""

import numpy as np
import pytest
from small import small_catalog

import taskmodel as tm
from taskmodel.errors import InputError, NothingToLimit
from taskmodel.science.review_effort import detection, detection_curve

HARM = {"build": 10.0, "test": 3.0, "write": 1.0}
FOUND = float(detection(1.0, *detection_curve(0.75)))
MONITOR = {"true_positive": 0.85, "false_positive": 0.05}


def attacked(**supervision):
    tasks = {
        name: {
            "share": share,
            "attack_harm": harm,
            "verifiability": {"score": 0.75},
            "review_ratio": 1.0,
        }
        for (name, harm), share in zip(HARM.items(), (0.2, 0.3, 0.5), strict=True)
    }
    protocols = {
        "some": {"title": "Some", "coverage": 0.05, "floors": False},
        "watched": {"title": "Watched", "coverage": 0, "floors": False, "monitor": MONITOR},
    }
    return small_catalog(tasks, protocols=protocols, supervision=supervision)


@pytest.fixture(scope="module")
def frontiers():
    return {
        name: tm.attack_frontier(attacked(protocols=[name]), compute=1e31)
        for name in ("some", "watched")
    }


@pytest.mark.parametrize("name", ["some", "watched"])
def test_research_rises_and_safety_falls_with_what_is_tolerated(frontiers, name):
    frontier = frontiers[name]
    output, expected = frontier["output"].values, frontier["expected_harm"].values
    assert (np.diff(output) >= -1e-9 * output[:-1]).all() and output[-1] > 2 * output[0]
    assert (expected <= frontier["tolerated_harm"] * (1 + 1e-9)).all()
    assert (frontier["duality_gap"] < 1e-9).all()
    harm = np.array([HARM[task] for task in frontier["attacked_task"].values])
    safety = frontier["attack_safety"].values
    assert expected == pytest.approx(harm * (1 - safety))
    assert frontier["review_hours"][0] > 0


def test_its_ends_are_full_review_and_no_attack(frontiers):
    harms = frontiers["some"]["tolerated_harm"].values
    assert harms[[0, -1]] == pytest.approx([1 - FOUND, 10])
    first, last = (frontiers["some"].isel(tolerated_harm=end) for end in (0, -1))
    assert float(first["coverage"].sel(task="write")) == pytest.approx(1)
    assert np.isnan(float(first["coverage"].sel(task="build")))
    free = tm.sweep(attacked(protocols=["some"]), compute=[1e31])
    assert float(last["output"]) == pytest.approx(float(free["output"][0]), rel=1e-9)
    assert str(last["attacked_task"].item()) == "build"


def test_a_monitor_helps_unless_everything_has_to_be_seen(frontiers):
    """People look at as many units either way, but at other ones."""
    watched, some = (frontiers[name] for name in ("watched", "some"))
    assert (watched["tolerated_harm"] == some["tolerated_harm"]).all()
    assert (watched["output"] >= some["output"] * (1 - 1e-9)).all()
    covered = [frontier["coverage"].sel(task="write").values for frontier in (watched, some)]
    assert covered[0][0] == pytest.approx(1) and covered[1][0] == pytest.approx(1)
    assert (covered[0][1:] < covered[1][1:] + 1e-12).all()


def test_frontiers_without_harm_are_refused_and_without_tolerance_ai_does_nothing():
    with pytest.raises(NothingToLimit, match="give attack_harm"):
        tm.attack_frontier(small_catalog({"only": {"share": 1}}))
    none = tm.attack_frontier(attacked(), [1e-6], compute=1e31)
    assert none["attacked_task"].values.tolist() == [""] and none["expected_harm"][0] == 0
    assert float(none["throughput_speedup"][0]) == pytest.approx(1)
    with pytest.raises(InputError, match="harms must be a list"):
        tm.attack_frontier(attacked(), [2.0, 1.0], compute=1e31)


def test_beside_attacks_stands_what_a_budget_keeps_back_of_defects_at_random():
    """What is kept back is 1 less the part of escaped harm that a budget still lets through."""
    catalog = attacked(protocols=["full_review", "some"]).replace(
        {"capability.defect_probability": 0.2, "supervision.tolerated_harm": 3.0}
    )
    both = tm.attack_frontier(catalog, [2.0, 20.0], compute=1e31, defects=True)
    alone = tm.attack_frontier(catalog, [2.0, 20.0], compute=1e31)
    random = tm.safety_frontier(catalog.replace({"supervision.tolerated_harm": None}), compute=1e31)
    kept_back = both["defects_kept_back"].values
    assert kept_back[[0, -1]] == pytest.approx([1, 0], abs=1e-9)
    np.testing.assert_allclose(
        (1 - kept_back) * float(random["escaped_harm_unlimited"]),
        random["escaped_harm"],
        atol=1e-9 * float(random["escaped_harm_unlimited"]),
    )
    for name in ("throughput_speedup", "speedup"):
        np.testing.assert_array_equal(both[f"defects_{name}"], random[name])
        np.testing.assert_array_equal(both[name], alone[name])
    assert "defects_kept_back" not in alone


AIDED = {"title": "Aided", "coverage": 0, "people": 0.5}


@pytest.mark.parametrize(
    ("another", "names"),
    [
        ({"title": "All", "coverage": 1, "floors": False}, ["", "test", "test", "build", "build"]),
        (AIDED, ["", "", "test", "test", "build"]),  # what people do by half is not attacked
    ],
)
def test_ai_attacks_where_it_works_alone_and_may_do_harm(another, names):
    """People look just often enough: safety is 1 - mu/H, or what they see at the least coverage.

    "Write" may be done by AI at any tolerance, and cannot be attacked.
    """
    protocols = {"protocols.another": another, "supervision.protocols": ["another", "some"]}
    catalog = attacked().replace({"tasks.write.attack_harm": None, **protocols})
    harms = np.array([0.1, 1.0, 2.0, 4.0, 9.9])
    frontier = tm.attack_frontier(catalog, harms, compute=1e31)
    assert frontier["attacked_task"].values.tolist() == names
    limit = np.array([HARM.get(task, np.nan) for task in names])
    safety = np.maximum(1 - harms / limit, 0.05 * FOUND)
    np.testing.assert_allclose(frontier["attack_safety"], safety, rtol=1e-9)
    np.testing.assert_allclose(
        frontier["expected_harm"], np.nan_to_num(limit * (1 - safety)), rtol=1e-9
    )
    assert float(frontier["coverage"].sel(task="write")[0]) == pytest.approx(0.05)


def test_where_nothing_is_made_nothing_is_attacked():
    """People do not build, and so little is tolerated that AI may not either."""
    catalog = attacked(protocols=["some"]).replace({"tasks.build.by_people": False})
    frontier = tm.attack_frontier(catalog, [0.1, 9.9], compute=1e31)
    assert frontier["output"].values[0] == 0 and frontier["output"].values[1] > 1
    assert frontier["attacked_task"].values.tolist() == ["", "build"]
    assert frontier["expected_harm"].values[0] == 0 and np.isnan(frontier["attack_safety"][0])
    assert frontier["coverage"][0].isnull().all()


def test_harms_by_default_are_those_of_the_tasks_that_may_be_attacked():
    catalog = attacked(protocols=["some"]).replace({"tasks.write.attack_harm": None})
    harms = tm.attack_frontier(catalog, compute=1e31)["tolerated_harm"].values
    assert harms[[0, -1]] == pytest.approx([3 * (1 - FOUND), 10]) and len(harms) == 25


def test_a_tiny_organisation_is_attacked_like_a_large_one():
    """Constant returns: a millionth of people and of inference, hours far below 1 a year."""
    large = attacked(protocols=["some"])
    small = large.replace(
        {
            "pools.researchers.headcount": 1e-5,
            "supervision.headcount": 1e-5,
            "compute.inference_share": 1e-8,
        }
    )
    of_large, of_small = (
        tm.attack_frontier(each, [1.0, 4.0], compute=1e31) for each in (large, small)
    )
    assert of_small["attacked_task"].values.tolist() == of_large["attacked_task"].values.tolist()
    assert of_large["attacked_task"].values.all()
    for name in ("attack_safety", "expected_harm", "output", "coverage"):
        np.testing.assert_allclose(of_small[name], of_large[name], rtol=1e-9)


CODE = {"automation_threshold": 1e20, "attack_harm": 1.0, "verifiability": {"score": 0.5}}
PLAN = {"delegable": False}


def half(protocol="full_review", success="step", task=None, **changes):
    """Half of research by people, half a task in which AI may attack with a harm of 1."""
    return small_catalog(
        {"plan": {"share": 0.5, **PLAN}, "code": {"share": 0.5, **CODE, **(task or {})}},
        supervision={"protocols": [protocol], **changes},
        capability={"worker": "frontier", "success": success, "success_slope": 0.84},
        compute={"inference": "free"},
    )


@pytest.mark.parametrize("success", ["step", "logistic"])
def test_what_attacks_close_is_closed_whatever_ai_can_do(success):
    """People find less than half of attacks. With success by degrees AI works at any compute, and
    it worked on what it must not; the ceiling and a what-if let AI that can do all do it, too."""
    closed = half(success=success, tolerated_harm=0.5)
    result = tm.sweep(closed, [1e27, 1e31])
    for name in ("output", "oversight_ceiling", "oversight_ceiling_full", "no_oversight_ceiling"):
        assert result[name].values == pytest.approx(1, rel=1e-9), name
    assert tm.what_if(closed, 1e27)["output_all"] == pytest.approx(1, rel=1e-9)
    assert float(tm.sweep(half(success=success), [1e27, 1e31])["output"][1]) > 1.5


@pytest.mark.parametrize("success", ["step", "logistic"])
def test_people_who_do_part_of_the_work_may_go_on_where_attacks_close_it_to_ai(success):
    assisted = half("assisted", success, tolerated_harm=0.5)
    free = half("assisted", success)
    outputs = [tm.sweep(catalog, [1e27, 1e31])["output"].values for catalog in (assisted, free)]
    assert outputs[0] == pytest.approx(outputs[1], rel=1e-12) and outputs[0][0] > 1


def test_the_full_ceiling_follows_what_is_tolerated_along_it():
    along = tm.sweep(half(), 1e27, over="supervision.tolerated_harm", values=[0.5, 1.0])
    assert float(along["oversight_ceiling_full"][0]) == pytest.approx(1, rel=1e-9)
    assert float(along["oversight_ceiling_full"][1]) > 1.5


def test_where_ai_works_at_any_compute_closing_at_some_points_is_refused_with_a_way_out():
    harms = [0.5, 1.0]
    with pytest.raises(InputError, match="required_success, such as 0.65"):
        tm.attack_frontier(half(success="logistic"), harms, compute=1e27)
    mended = half(success="logistic").replace({"capability.required_success": 0.65})
    frontier = tm.attack_frontier(mended, harms, compute=1e31)
    left = 1 - float(detection(0.2, *detection_curve(0.5)))  # where people look at all units
    assert frontier["expected_harm"].values == pytest.approx([0, left])


def test_where_nothing_is_found_or_attacked_there_are_no_harms_to_choose_from():
    frontier = tm.attack_frontier(half(task={"review_ratio": 0}), compute=1e27)
    assert frontier["tolerated_harm"].values.tolist() == [1.0]
    assert frontier["expected_harm"].values.tolist() == [1.0]
    with pytest.raises(NothingToLimit, match="a protocol in which AI works alone"):
        tm.attack_frontier(half("assisted"), compute=1e27)
