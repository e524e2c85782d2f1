"""Trust earned by audits: hours, output, fixed points, and coverage period by period."""

import json
from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from first import first
from small import TASK, small_catalog

import taskmodel as tm
from taskmodel.cli import main
from taskmodel.numerics.fixed_points import fixed_points
from taskmodel.organisation.organisation import organisation
from taskmodel.oversight._trust import audited_factors
from taskmodel.oversight.audit_records import class_coverage
from taskmodel.science.audits import audits_per_year, clean_audits
from taskmodel.science.review_effort import detection, detection_curve

RULE = {
    "defect_rate": 0.01,
    "risk": 0.05,
    "generation_time": 1,
    "trust_lost": 0.5,
    "detection": 0.5,
}
CODE = {"automation_threshold": 1e20, "verifiability": {"score": 0.75}}
AUDITS = float(clean_audits(0.01, 0.05, 0.5))
WHOLE = float(clean_audits(0.01, 0.05))  # where audits find every defect
ROOMY = {"inference": "free"}


def one_task(pool="researchers", task=None, **trust):
    """1,000 hours of people and of reviewers; a tenth of units is reviewed, at 0.2 h per hour.

    Reviewers who are among the people may spend all their hours on review.
    """
    review = {"pool": pool, "headcount": 10 if pool == "dedicated" else 20}
    return small_catalog(
        {"code": {"share": 1, **CODE, **(task or {})}},
        supervision=review,
        compute=ROOMY,
        trust={**RULE, **trust},
    )


# One task by hand


def test_audits_of_dedicated_reviewers_leave_the_rest_to_the_floor():
    """Y = H + (R - n* tau r phi/G)/(f r), with 1,000 hours of people and of reviewers."""
    result = tm.trust(one_task("dedicated"))
    load = AUDITS * 8 * 0.2 * 0.5
    assert float(result["total_audit_load"]) == pytest.approx(load, rel=1e-12)
    assert float(result["output"]) == pytest.approx(1 + (1000 - load) / 0.02 / 1000, rel=1e-9)
    assert float(result["output_at_floors"]) == pytest.approx(1 + 1000 / 0.02 / 1000, rel=1e-9)
    assert float(result["output_full_review"]) == pytest.approx(1 + 1000 / 0.2 / 1000, rel=1e-9)
    assert float(result["delegated_units"][0]) == pytest.approx((1000 - load) / 0.02 / 8, rel=1e-9)
    assert float(result["audit_share"]) == pytest.approx(load / 1000)
    assert int(result["exact_fixed_points"]) == 1 and abs(float(result["residual"])) < 1e-9 * load
    assert float(result["implied_coverage"][0]) == 0.1
    assert float(result["record_time"][0]) == pytest.approx(
        AUDITS / float(result["delegated_units"][0])
    )


def test_audits_of_reviewers_from_a_pool_are_taken_off_the_pool_too():
    """Everybody reviews what AI does: Y = (H - n* tau r phi/G)/(f r)."""
    result = tm.trust(one_task())
    assert float(result["output"]) == pytest.approx(
        (1000 - AUDITS * 8 * 0.2 * 0.5) / 0.02 / 1000, rel=1e-9
    )
    assert result["throughput_speedup"] == pytest.approx(result["output"])


def test_audits_take_the_reviews_of_reviews_too():
    """Half of all reviews are reviewed in turn, in half the time: a review takes 1.25 times as
    long, and an audit is a review. It finds no more for that."""
    looks = {"second_look_share": 0.5, "second_look_effort": 0.5, "second_look_layers": 1}
    catalog = one_task("dedicated").replace(
        {f"supervision.{name}": value for name, value in looks.items()}
    )
    result = tm.trust(catalog)
    load = AUDITS * 8 * 0.2 * 0.5 * 1.25
    assert float(result["total_audit_load"]) == pytest.approx(load, rel=1e-12)
    assert float(result["floor_review_hours"]) == pytest.approx(1000 - load, rel=1e-9)
    assert float(result["output"]) == pytest.approx(1 + (1000 - load) / 0.025 / 1000, rel=1e-9)


def test_reviews_at_the_floor_are_those_of_blocks_where_ai_works_in_them():
    """A block of two tasks is reviewed in half the time of its tasks one by one."""
    code = {**CODE, "phase": "building", "coverage_floor": 0.1}
    catalog = small_catalog(
        {"code": {"share": 0.5, **code}, "test": {"share": 0.5, "after": ["code"], **code}},
        nests={"research": {"elasticity": 0.5}, "building": {"parent": "research"}},
        blocks={
            "all": {"tasks": ["code", "test"], "review": 0.5, "source": "judgement", "note": "half"}
        },
        supervision={"pool": "dedicated", "headcount": 100},
        compute=ROOMY,
        trust=RULE,
    )
    result = tm.trust(catalog)
    left = float(result["review_supply"] - result["audits_paid"])
    assert float(result["floor_review_hours"]) == pytest.approx(left, rel=1e-9)


def test_reviews_at_the_floor_may_count_as_audits():
    """299 audits are due a year: fewer than a tenth of 6,250 units, but more than one of 625."""
    numerous = tm.trust(one_task(audits="beyond_floor"))
    assert float(numerous["total_audit_load"]) == 0
    output, free = float(numerous["output"]), float(numerous["output_at_floors"])
    assert output == pytest.approx(free, rel=1e-12)
    few = tm.trust(one_task(audits="beyond_floor", task={"horizon": 40, "coverage_floor": 0.05}))
    # the thousand hours suffice for little more than 299 reviews of 8 hours each
    units = float(few["delegated_units"][0])
    assert few["implied_coverage"] == pytest.approx(min(1.0, max(0.05, AUDITS / 2 / units)))
    reviewed = float(few["implied_coverage"][0]) * units * 8
    assert reviewed == pytest.approx(1000, rel=1e-9)
    assert abs(float(few["residual"])) < 1e-8


def test_attempts_that_fail_are_units_too():
    clean, faulty = (
        tm.trust(one_task("dedicated", task={"defect_probability": q})) for q in (0.0, 0.2)
    )
    activity = (1000 - float(faulty["total_audit_load"])) / (0.02 / 0.8)
    assert float(faulty["delegated_units"][0]) == pytest.approx(activity / 0.8 / 8, rel=1e-9)
    assert float(faulty["delegated_units"][0]) == pytest.approx(
        float(clean["delegated_units"][0]), rel=1e-9
    )


def test_audits_beyond_the_reviewers_hours_have_no_answer_and_are_told():
    with pytest.raises(
        tm.SolveError,
        match=r"audits take more hours than reviewers have: 4,781 h a year .* of 1,000 h; lengthen",
    ):
        tm.trust(one_task(generation_time=0.1))


def test_hours_of_few_reviewers_are_told_as_they_are():
    """Half an hour of reviewers a year, and 299 audits of 1.6 hours."""
    few = one_task("dedicated").replace({"supervision.headcount": 0.005})
    with pytest.raises(tm.SolveError, match=r"have: 478 h a year .* still 478 h .* of 0\.5 h"):
        tm.trust(few)


def test_work_without_limit_at_the_floors_has_no_number_of_units():
    """A task of which nothing need be reviewed was told as one that AI does not do."""
    tasks = {
        "plan": {"share": 0.5, "delegable": False},
        "code": {"share": 0.5, **CODE, "coverage_floor": 0.0},
    }
    catalog = small_catalog(tasks, compute=ROOMY, trust=RULE)
    with pytest.raises(tm.SolveError, match="coverage floors above 0"):
        tm.trust(catalog, 1e28)
    with pytest.raises(tm.SolveError, match="coverage floors above 0"):
        tm.track_record(catalog, [1e28] * 40, generations=[])
    assert tm.trust(catalog.replace({"tasks.code.coverage_floor": 0.01}), 1e28)["adopted"][1]


def test_more_audits_owed_than_there_are_units_is_told():
    result = tm.trust(one_task(task={"coverage_floor": 0.9}))
    assert (
        "In 1 of 1 classes more audits are owed than units are left to audit"
        in result.attrs["advice"]
    )
    assert "more audits are owed" not in tm.trust(one_task()).attrs["advice"]


def test_a_class_that_is_reviewed_in_full_or_not_by_ai_owes_nothing():
    for task in ({"coverage_floor": 1}, {"delegable": False}, {"automation_threshold": 1e40}):
        result = tm.trust(one_task(task=task))
        assert float(result["total_audit_load"]) == 0 and float(result["audits_paid"]) == 0
        assert result["output"] == pytest.approx(result["output_at_floors"])
    assert "AI does nothing here" in result.attrs["advice"]
    nobody = tm.trust(one_task(task={"delegable": False}))
    assert float(nobody["review_supply"]) == 0 and np.isnan(nobody["audit_share"])


def test_a_class_that_forbids_reviews_at_the_floor_owes_nothing():
    """Every unit is reviewed, whatever the record: 1,000 hours of reviewers at 0.2 h per hour."""
    catalog = one_task("dedicated", task={"forbids": ["floor_coverage"]})
    result = tm.trust(catalog)
    assert float(result["total_audit_load"]) == 0
    assert float(result["output"]) == pytest.approx(1 + 1000 / 0.2 / 1000, rel=1e-9)
    assert float(result["implied_coverage"][0]) == 1
    assert float(result["floor_review_hours"]) == pytest.approx(1000)
    assert (tm.track_record(catalog, [1e31] * 3)["coverage"] == 1).all()


def test_audits_take_hours_of_reviewers_who_review_nothing_else():
    """Without a floor; inference for ten times the hours of people keeps work within limits."""
    catalog = one_task("dedicated", task={"coverage_floor": 0})
    catalog = catalog.replace({"compute.inference": "scarce", "compute.inference_share": 1e-9})
    result, load = tm.trust(catalog), AUDITS * 8 * 0.2 * 0.5
    assert float(result["review_supply"]) == 1000
    assert float(result["audits_paid"]) == pytest.approx(load)
    assert float(result["floor_review_hours"]) == 0


def test_what_audits_find_is_what_review_of_the_task_finds():
    own = tm.trust(one_task("dedicated", detection=None))
    rate, ceiling = detection_curve(0.75)
    assert float(own["detection"][0]) == pytest.approx(float(detection(0.2, rate, ceiling)))
    assert float(own["clean_audits"][0]) == pytest.approx(
        float(clean_audits(0.01, 0.05, own["detection"].values[0]))
    )


def test_the_share_of_audits_is_of_the_hours_however_few():
    """Half an hour of reviewers a year, of which audits take a tenth."""
    lost = 0.05 / (AUDITS * 8 * 0.2)
    few = one_task("dedicated", trust_lost=lost).replace({"supervision.headcount": 0.005})
    assert float(tm.trust(few)["audit_share"]) == pytest.approx(0.1)


def test_without_units_coverage_is_full_while_audits_are_due_and_else_the_floor():
    coverage = class_coverage(
        np.array([0.0, 0.0, 10.0, 10.0, 0.5]), np.array([0.5, 0.0, 5.0, 0.5, 0.2]), np.full(5, 0.1)
    )
    assert coverage.tolist() == [1.0, 0.1, 0.5, 0.1, 0.4]


# Fixed points


def steps(*jumps, start=0.0):
    """A step function: at each place it changes by so much."""
    places, changes = np.array(jumps).T

    def due(paid):
        passed = paid[:, None] >= places
        return start + (passed * changes).sum(axis=1), passed

    return due


def test_every_crossing_of_a_step_function_is_found():
    result = fixed_points(steps((2, 2.5), (5, 4), (9, -8.25), start=1.0), 10)
    assert [point.paid for point in result] == pytest.approx([1, 3.5, 7.5], rel=1e-12)
    assert [point.residual for point in result] == pytest.approx([0, 0, 0], abs=1e-11)
    assert all(point.exact for point in result)


def test_a_jump_over_the_diagonal_is_no_solution_and_is_located():
    (point,) = fixed_points(steps((2, -2.5), start=3.0), 10)
    assert not point.exact
    assert point.paid == pytest.approx(2, abs=1e-10) and point.residual == pytest.approx(
        -1.5, abs=1e-10
    )
    assert point.just_below < 2 <= point.paid


def test_smooth_stretches_are_solved():
    (point,) = fixed_points(lambda paid: (np.cos(paid), np.zeros((len(paid), 1), dtype=bool)), 2)
    assert point.paid == pytest.approx(0.7390851332151607, abs=1e-14)


def test_more_due_than_paid_all_the_way_has_none():
    assert fixed_points(steps((2, 1.0), start=20.0), 10) == []


def test_random_step_functions_have_the_crossings_that_counting_finds():
    rng = np.random.default_rng(3)
    for _ in range(50):
        places, levels = np.sort(rng.uniform(0, 10, 4)), rng.uniform(0, 9, 5)
        ends = np.concatenate([[0], places, [10]])
        if np.diff(ends).min() < 10 / 128:
            continue  # narrower than the walk's own stretches
        result = fixed_points(
            steps(*zip(places, np.diff(levels), strict=True), start=levels[0]), 10
        )
        expected = [
            level
            for low, high, level in zip(ends[:-1], ends[1:], levels, strict=True)
            if low <= level < high
        ]
        exact = [point.paid for point in result if point.exact]
        assert exact == pytest.approx(expected, rel=1e-9)
        if not expected:
            downs = [
                position
                for position, before, after in zip(places, levels, levels[1:], strict=False)
                if before > position > after
            ]
            assert [point.paid for point in result] == pytest.approx(downs, rel=1e-9)


def rising():
    """Audits of the first task make AI worth its inference in a second, whose audits take more.

    Output is the geometric mean of both tasks. The inference that the first task does not use is
    worth using for the second once people have less than 800 of 1,000 hours left.
    """
    tasks = {
        "small": {"share": 0.5, "automation_threshold": 1e20, "review_ratio": 0.01, "horizon": 1},
        "large": {"share": 0.5, "automation_threshold": 1e22, "review_ratio": 0.1, "horizon": 13},
    }
    rule = {**RULE, "trust_lost": 1, "detection": 1}
    catalog = small_catalog(
        tasks, compute={"inference_share": 1e-9}, production={"elasticity": 1}, trust=rule
    )
    arrays = organisation(catalog)
    hourly = arrays.fixed_bundles[0][
        1, 1, arrays.factors.index("inference")
    ]  # FLOP for an hour of the second task
    return catalog.replace({"compute.inference_share": 800 * hourly / 1e28})


def test_there_may_be_several_fixed_points_and_the_best_is_told():
    result = tm.trust(rising())
    small, large = WHOLE * 0.01 * 1, WHOLE * 0.1 * 13
    assert result["fixed_point_hours"].values == pytest.approx([small, small + large], rel=1e-9)
    assert (
        int(result["exact_fixed_points"]) == 2
        and "There are 2 fixed points" in result.attrs["advice"]
    )
    outputs = result["fixed_point_output"].values
    assert outputs.argmax() == 0 and float(result["output"]) == pytest.approx(outputs[0], rel=1e-12)
    assert result["adopted"].values.tolist() == [True, False] and abs(result["residual"]) < 1e-9


def falling(length):
    """A task with expensive review, which AI does only while reviewers have hours to spare."""
    tasks = {
        "dear": {
            "share": 0.5,
            "automation_threshold": 1e20,
            "review_ratio": 0.9,
            "coverage_floor": 0.9,
            "horizon": length,
        },
        "cheap": {
            "share": 0.5,
            "automation_threshold": 1e20,
            "review_ratio": 0.05 / 0.9,
            "coverage_floor": 0.9,
            "horizon": 0.1,
        },
    }
    rule = {**RULE, "trust_lost": 1, "detection": 1}
    return small_catalog(
        tasks, supervision={"pool": "dedicated", "headcount": 3}, compute=ROOMY, trust=rule
    )


def test_where_the_dear_task_is_dropped_before_its_audits_are_paid_there_is_no_exact_fixed_point():
    """People alone do the dear task once 0.81 p = w: with 1,000 hours.

    The other task then has sqrt(0.81/0.05) times the units, with 0.05 hours of review each.
    """
    result = tm.trust(falling(length=1.0))
    drop = 300 - 1000 * np.sqrt(0.81 / 0.05) * 0.05
    assert int(result["exact_fixed_points"]) == 0
    assert float(result["audits_paid"]) == pytest.approx(drop, rel=1e-6)
    cheap = WHOLE * 0.1 * 0.05 / 0.9
    assert float(result["residual"]) == pytest.approx(cheap - drop, rel=1e-6)
    assert float(result["total_audit_load"]) == pytest.approx(cheap)
    assert result["task"].values[result["at_margin"].values].tolist() == ["dear"]
    # excluded from the dear task, AI leaves reviewers the surplus: 0.25/1000 + 0.25/x per unit
    assert result["task"].values[result["kept_out"].values].tolist() == ["dear"]
    assert float(result["output_kept_out"]) == pytest.approx(
        1 / (0.25 + 0.25 * 50 / (300 - cheap)), rel=1e-9
    )
    assert (
        "There is no exact fixed point" in result.attrs["advice"]
        and "AI does dear" in result.attrs["advice"]
    )
    gain = float(result["output_kept_out"] / result["output"])
    assert (
        f"Kept from dear altogether, AI gives {gain:.3g} times as much." in result.attrs["advice"]
    )
    shorter = tm.trust(falling(length=0.2))
    assert int(shorter["exact_fixed_points"]) == 1 and shorter["adopted"].all()
    assert np.isnan(shorter["output_kept_out"]) and not shorter["kept_out"].any()


def test_without_what_is_kept_out_the_fixed_point_is_that_of_people_doing_it():
    """Kept from one class, AI takes up another, whose audits jump in their turn."""
    numbers = {
        "first": (0.28, 1.0, 0.42, 2.5),
        "second": (0.42, 1.0, 0.45, 1.3),
        "third": (0.15, 0.15, 0.8, 0.085),
        "fourth": (0.15, 0.042, 0.4, 0.69),
    }
    names = ("share", "review_ratio", "coverage_floor", "horizon")
    tasks = {
        task: {"automation_threshold": 1e20, **dict(zip(names, values, strict=True))}
        for task, values in numbers.items()
    }
    catalog = small_catalog(
        {**tasks, "fourth": {**tasks["fourth"], "by_people": False}},
        supervision={"headcount": 2.1},
        compute=ROOMY,
        production={"elasticity": 0},
        trust={**RULE, "trust_lost": 1, "detection": 1},
    )
    result = tm.trust(catalog)
    out = result["task"].values[result["kept_out"].values].tolist()
    assert out == ["first", "second"] and int(result["at_margin"].sum()) == 1
    by_hand = tm.trust(catalog.replace({f"tasks.{task}.delegable": False for task in out}))
    assert int(by_hand["exact_fixed_points"]) > 0
    assert float(result["output_kept_out"]) == pytest.approx(float(by_hand["output"]), rel=1e-9)
    rest = tm.trust(catalog.replace({"tasks.first.delegable": False}))
    assert int(rest["exact_fixed_points"]) == 0  # of the first alone it is not enough


def test_a_class_that_owes_nothing_is_not_kept_out():
    """Full review of the second takes as long as the first's at its floor: both are given up."""
    catalog = falling(length=1.0)
    guarded = {
        **{"title": "guarded", "phase": "research", "share": 0.25, "automation_threshold": 1e20},
        **{"horizon": 1, "review_ratio": 0.81, "coverage_floor": 0.9},
        "forbids": ["floor_coverage"],
    }
    catalog = catalog.replace({"tasks.dear.share": 0.25, "tasks.guarded": guarded})
    result = tm.trust(catalog)
    names = result["task"].values
    assert int(result["exact_fixed_points"]) == 0
    assert names[result["at_margin"].values].tolist() == ["dear", "guarded"]
    assert names[result["kept_out"].values].tolist() == ["dear"]
    alone = tm.trust(catalog.replace({"tasks.dear.delegable": False}))
    assert float(result["output_kept_out"]) == pytest.approx(float(alone["output"]), rel=1e-9)


def test_the_answer_scales_with_the_size_of_the_organisation():
    """A hundred-thousandth of hours and of the records that are lost: less than one unit a year."""
    scale, large = 1e-5, falling(length=1.0)
    small = large.replace(
        {
            "pools.researchers.headcount": 10 * scale,
            "supervision.headcount": 3 * scale,
            "trust.trust_lost": scale,
        }
    )
    of_large, of_small = tm.trust(large), tm.trust(small)
    assert (of_small["delegated_units"] < 1).all()
    for name in ("at_margin", "kept_out", "adopted"):
        assert of_small[name].values.tolist() == of_large[name].values.tolist()
    for name in ("output", "output_kept_out", "speedup"):
        assert float(of_small[name]) == pytest.approx(float(of_large[name]), rel=1e-9)
    for name in ("audits_paid", "total_audit_load", "review_supply"):
        assert float(of_small[name]) == pytest.approx(float(of_large[name]) * scale, rel=1e-6)


def test_what_ai_does_not_do_anyway_is_not_kept_out():
    by_people = {"title": "sign", **TASK, "share": 0.1, "delegable": False}
    more = {"tasks.cheap.share": 0.4, "tasks.sign": by_people}
    result = tm.trust(falling(length=1.0).replace(more))
    assert not result["adopted"].sel(task="sign") and int(result["exact_fixed_points"]) == 0
    assert result["task"].values[result["kept_out"].values].tolist() == ["dear"]


def test_tasks_with_different_reviewers_are_refused():
    arrays = organisation(
        small_catalog({"one": {"share": 0.5}, "two": {"share": 0.5}}, compute=ROOMY)
    )
    review = arrays.fixed_review.copy()
    assert audited_factors(arrays, np.array([True, True])).tolist() == [True, True, False, False]
    review[0, 1, :, 0] = 0.0  # those of the second task belong to no pool
    other = replace(arrays, fixed_review=review)
    with pytest.raises(tm.SolveError, match="different reviewers"):
        audited_factors(other, np.array([True, True]))
    assert audited_factors(other, np.array([False, True])).tolist() == [False, True, False, False]


def test_tasks_that_several_pools_may_review_are_refused():
    specialists = {
        "pool": "dedicated",
        "headcount": 1,
        "hours_per_year": 100,
        "max_review_share": 1,
    }
    either = {"share": 1, **CODE, "reviewers": ["general", "specialists"]}
    catalog = small_catalog(
        {"code": either}, reviewers={"specialists": specialists}, compute=ROOMY, trust=RULE
    )
    with pytest.raises(tm.SolveError, match="reviewed by several pools"):
        tm.trust(catalog)
    # first, since no scores of verifiability would give an answer
    unscored = {"share": 1, "reviewers": ["general", "specialists"]}
    catalog = small_catalog(
        {"code": unscored},
        reviewers={"specialists": specialists},
        compute=ROOMY,
        trust={key: value for key, value in RULE.items() if key != "detection"},
    )
    with pytest.raises(tm.SolveError, match=r"several pools.*tasks\.\*\.reviewers=\[general\]"):
        tm.trust(catalog)
    assert tm.trust(catalog.replace({"tasks.*.reviewers": ["general"], "trust.detection": 0.5}))


# Laws


@pytest.fixture(scope="module")
def audited():
    return first(scenario="audited_trust")


@pytest.fixture(scope="module")
def result(audited):
    return tm.trust(audited, 1e32)


def test_the_bundled_scenario_holds_its_own_books(audited, result):
    load = result["audit_load"].values
    assert (
        float(result["total_audit_load"]) == pytest.approx(load.sum())
        and abs(float(result["residual"])) < 1e-6
    )
    adopted = result["adopted"].values & (result["coverage_floor"].values < 1)
    assert ((load > 0) == adopted).all()
    assert load.sum() == pytest.approx(
        float(audits_per_year(result["record_hours"].values[adopted], 0.5, 0.5).sum())
    )
    implied = result["implied_coverage"].where(result["adopted"], 1.0)
    assert (implied >= result["coverage_floor"] - 1e-12).all()
    assert (
        float(result["output_full_review"])
        < float(result["output"])
        < float(result["output_at_floors"])
    )
    assert float(result["floor_review_hours"] + result["audits_paid"]) == pytest.approx(
        540e3, rel=1e-9
    )  # review binds there
    assert all(result[name].attrs["long_name"] for name in result.data_vars)


def test_the_ends_are_those_of_the_rules_of_coverage(audited, result):
    for side, rule in (("at_floors", "floor"), ("full_review", "full")):
        swept = tm.sweep(audited.replace({"supervision.coverage": rule}), [1e32]).isel(compute=0)
        for name in ("output", "throughput_speedup", "latency_speedup", "speedup"):
            assert float(result[f"{name}_{side}"]) == pytest.approx(float(swept[name]), rel=1e-9)


def test_trust_that_is_never_lost_costs_nothing_in_the_long_run(audited):
    free = tm.trust(audited.replace({"trust.trust_lost": 0}), 1e30)
    assert float(free["total_audit_load"]) == 0
    output, at_floors = float(free["output"]), float(free["output_at_floors"])
    assert output == pytest.approx(at_floors, rel=1e-12)


def test_slower_generations_never_lower_output(audited):
    outputs = [
        float(tm.trust(audited.replace({"trust.generation_time": time}), 1e30)["output"])
        for time in (0.1, 0.3, 1)
    ]
    # equal outputs differ by rounding
    assert (np.diff(outputs) >= -1e-9 * outputs[0]).all() and outputs[0] < outputs[2]


def test_the_rule_of_coverage_in_the_catalog_makes_no_difference(audited):
    first, second = (
        tm.trust(audited.replace({"supervision.coverage": rule}), 1e29) for rule in ("none", "full")
    )
    for name in ("output", "audits_paid"):
        assert float(first[name]) == pytest.approx(float(second[name]), rel=1e-12)


def test_a_block_trust_changes_no_sweep(audited):
    plain = first()
    assert tm.sweep(plain, [1e32]).drop_attrs().equals(tm.sweep(audited, [1e32]).drop_attrs())


# From period to period


def test_before_any_record_every_unit_is_reviewed_and_then_what_the_record_still_needs():
    """100 units a year, n* = 598: five years of all, most of a sixth, and then the floor."""
    catalog = small_catalog(
        {"code": {"share": 1, "by_people": False, **CODE}},
        supervision={"pool": "dedicated", "headcount": 1.6},
        compute=ROOMY,
        trust=RULE,
    )
    result = tm.track_record(catalog, [1e28] * 4, period=1, generations=[])
    # 160 hours review 100 units of 8 hours in full, and more where not all are reviewed
    units, coverage = result["delegated_units"].values[:, 0], result["coverage"].values[:, 0]
    assert coverage[:2].tolist() == [1, 1] and units[:2] == pytest.approx([100, 100])
    np.testing.assert_allclose(coverage * units, 100, rtol=1e-9)
    assert result["record"].values[:, 0] == pytest.approx(np.arange(1, 5) * 100 / AUDITS)
    assert result["review_hours"].values == pytest.approx(np.full(4, 160.0))


def test_audit_hours_do_not_depend_on_the_volume_while_a_record_is_renewed():
    """Known limit (h): with phi = 1, a generation per period and any N, review takes n* tau r."""
    task = {"share": 1, "by_people": False, **CODE, "coverage_floor": 0}
    hours = []
    for share in (1e-9, 2e-9, 4e-9):
        catalog = small_catalog(
            {"code": task},
            supervision={"pool": "dedicated"},
            compute={"inference_share": share},
            trust={**RULE, "trust_lost": 1},
        )
        arrays = organisation(catalog)
        units = share * 1e28 / arrays.fixed_bundles[0, 0, 1, arrays.factors.index("inference")] / 8
        assert AUDITS < units
        roomy = catalog.replace({"supervision.headcount": 1e6})
        result = tm.track_record(roomy, [1e28] * 3, period=1, generations=[1, 2])
        assert result["coverage"].values[1:, 0] == pytest.approx([AUDITS / units] * 2)
        hours.append(float(result["review_hours"][-1]))
    assert hours == pytest.approx([AUDITS * 8 * 0.2] * 3, rel=1e-9)


def test_a_complete_record_needs_no_further_audits():
    """Without a floor nothing is reviewed then, and the record is still complete."""
    catalog = small_catalog(
        {"code": {"share": 1, "by_people": False, **CODE, "coverage_floor": 0}},
        supervision={"pool": "dedicated", "headcount": 1e6},
        compute={"inference_share": 1e-9},
        trust=RULE,
    )
    result = tm.track_record(catalog, [1e28] * 3, period=1, generations=[])
    assert result["coverage"].values[:, 0].tolist() == [1, 0, 0]
    assert result["record"].values[:, 0].tolist() == [1, 1, 1]


def test_a_record_never_lost_or_large_volumes_bring_coverage_to_the_floor(audited):
    result = tm.track_record(audited.replace({"trust.trust_lost": 0}), [1e30] * 6, period=1)
    adopted = result["delegated_units"].isel(period=-1).values > 0
    floors = np.array([task.coverage_floor.value for task in audited.tasks.values()])
    np.testing.assert_allclose(result["coverage"].isel(period=-1).values[adopted], floors[adopted])
    coverage = result["coverage"].values
    assert (coverage >= floors - 1e-12).all() and (coverage <= 1 + 1e-12).all()
    assert (np.diff(result["record"].values, axis=0) >= -1e-12).all()
    first, last = result.isel(period=0), tm.trust(audited, 1e30)
    assert float(first["output"]) == pytest.approx(float(last["output_full_review"]), rel=1e-9)
    assert float(result["output"][-1]) == pytest.approx(float(last["output_at_floors"]), rel=1e-9)


def test_a_new_generation_takes_its_share_of_the_record():
    catalog = one_task("dedicated", trust_lost=0.4)
    result = tm.track_record(catalog, [1e28] * 4, period=1, generations=[3])
    before, after = result["record"].values[2, 0], result["coverage"].values[3, 0]
    assert before == 1
    assert after == pytest.approx(max(0.1, 0.4 * AUDITS / float(result["delegated_units"][2, 0])))
    assert result["new_generation"].values.tolist() == [False, False, False, True]


def test_a_generation_may_begin_with_the_first_period():
    result = tm.track_record(one_task(), [1e28] * 2, generations=[0])
    assert result["new_generation"].values.tolist() == [True, False]


def test_a_period_is_a_quarter_unless_said():
    catalog, compute = one_task(generation_time=0.5), [1e28] * 4
    by_default = tm.track_record(catalog, compute)
    xr.testing.assert_identical(by_default, tm.track_record(catalog, compute, period=0.25))
    assert not by_default.equals(tm.track_record(catalog, compute, period=0.5))


def test_generations_come_by_the_clock():
    result = tm.track_record(one_task(generation_time=0.5), [1e28] * 6, period=0.25)
    assert np.flatnonzero(result["new_generation"].values).tolist() == [2, 4]
    assert result["begins"].values.tolist() == [0, 0.25, 0.5, 0.75, 1, 1.25]
    every = tm.track_record(one_task(generation_time=0.1), [1e28] * 4, period=0.1)[
        "new_generation"
    ].values
    assert every.tolist() == [False, True, True, True]


# Bad input


@pytest.mark.parametrize(
    ("change", "where", "message"),
    [
        ({"trust.defect_rate": 1}, "trust.defect_rate", "above 0 and below 1"),
        ({"trust.risk": 0}, "trust.risk", "above 0 and below 1"),
        ({"trust.trust_lost": 1.2}, "trust.trust_lost", "at most 1"),
        ({"trust.generation_time": 0}, "trust.generation_time", "above 0 and at most 1000 [year]"),
        ({"trust.detection": 0}, "trust.detection", "above 0 and at most 1"),
        ({"trust.audits": "never"}, "trust.audits", "besides"),
        (
            {"trust": {"defect_rate": 0.01, "risk": 0.05, "generation_time": 1}},
            "trust.trust_lost",
            "is missing: share phi",
        ),
    ],
)
def test_a_rule_of_trust_out_of_range_is_told_where(change, where, message):
    with pytest.raises(tm.CatalogError) as caught:
        one_task().replace(change)
    assert [defect.path for defect in caught.value.defects] == [
        where
    ] and message in caught.value.defects[0].message


@pytest.mark.parametrize(
    ("change", "where", "message"),
    [
        ({"trust": None}, "trust", "is missing"),
        (
            {"trust.detection": None, "tasks.code.verifiability": None},
            "tasks.code",
            "no verifiability",
        ),
        (
            {"trust.detection": None, "tasks.code.review_ratio": 0},
            "tasks.code.review_ratio",
            "finds nothing",
        ),
        ({"supervision.protocols": ["full_review"]}, "supervision.protocols", "take them out"),
        (
            {"supervision.detection_gap": 0.1, "tasks.code.automation_threshold": None},
            "supervision.detection_gap",
            "set it to 0",
        ),
        (
            {
                "capability.success": "logistic",
                "capability.success_slope": 1,
                "capability.worker": "frontier",
            },
            "capability.success",
            "use success: step",
        ),
    ],
)
def test_what_trust_needs_of_a_catalog_is_told_where(change, where, message):
    catalog = one_task().replace(change)
    for call in (lambda: tm.trust(catalog), lambda: tm.track_record(catalog, [1e28])):
        with pytest.raises(tm.CatalogError) as caught:
            call()
        (defect,) = caught.value.defects
        assert defect.path == where and message in defect.message


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"compute": 1e28}, "list of positive, finite"),
        ({"compute": [1e28, -1]}, "list of positive, finite"),
        ({"compute": [0.0]}, "list of positive, finite"),
        ({"compute": [1e28] * 2, "generations": [-1]}, r"from 0 to 1; found \[-1\]"),
        ({"compute": [1e28] * 2, "generations": [True]}, r"from 0 to 1; found \[True\]"),
        ({"compute": [1e28] * 2, "generations": [0.5]}, r"from 0 to 1; found \[0.5\]"),
        ({"compute": [1e28], "period": 0}, r"period must be in \(0, 1e6\]"),
        ({"compute": [1e28], "generations": [1]}, r"from 0 to 0; found \[1\]"),
    ],
)
def test_periods_that_make_no_sense_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        tm.track_record(one_task(), **arguments)


def test_a_month_is_a_twelfth_of_a_year():
    assert (
        one_task(generation_time={"value": 6, "unit": "month"}).trust.generation_time.value == 0.5
    )


def test_research_without_limit_has_no_number_of_units():
    with pytest.raises(tm.SolveError, match="no limit"):
        tm.trust(one_task(task={"coverage_floor": 0}))


# The command line


def test_the_command_tells_the_costliest_first_and_what_it_comes_to(capsys):
    assert main(["trust", "--compute", "1e30", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    loads = [task["audit_load"] for task in facts["tasks"]]
    assert facts["scenario"] == "audited_trust" and loads == sorted(loads, reverse=True)
    assert facts["total_audit_load"] == pytest.approx(sum(loads)) and facts[
        "residual"
    ] == pytest.approx(0, abs=1e-6)
    assert (
        facts["full_review"]["speedup"]
        < facts["with_audits"]["speedup"]
        < facts["at_floors"]["speedup"]
    )
    assert main(["trust", "--compute", "1e30"]) == 0
    text = capsys.readouterr().out
    lines = text.splitlines()
    assert max(map(len, lines)) <= 100 and "Trust pays" in text
    assert facts["tasks"][0]["title"][:20] in next(
        line for line in lines if f"{loads[0]:,.0f}" in line
    )


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--scenario", "reference"], 2, "alignment_research.yaml:4:1: trust: is missing"),
        (["--set", "trust.risk=2"], 2, "--set: trust.risk: found 2"),
        (["--compute", "much"], 2, "argument --compute: must be a positive number"),
        (
            ["--set", "tasks.red_teaming.verifiability=null"],
            2,
            "tasks.red_teaming: has no verifiability",
        ),
    ],
)
def test_bad_questions_about_trust_say_what_is_wrong(capsys, arguments, code, message):
    assert main(["trust", *arguments]) == code
    assert message in capsys.readouterr().err


def test_audits_whose_errors_agree_have_to_be_more():
    catalog = tm.load_catalog("alignment_research", "audited_trust", {"trust.detection": 1.0})
    record = tm.trust(catalog)["clean_audits"].max()
    more = tm.trust(catalog.replace({"trust.correlation": 0.001}))["clean_audits"].max()
    assert round(float(record), 2) == 298.07 and round(float(more), 1) == 424.2


def test_a_record_of_less_than_one_audit_is_refused_where_it_stands():
    with pytest.raises(tm.CatalogError, match=r"trust\.risk: found 0\.996.*less than 0\.995"):
        tm.trust(one_task(risk=0.996))
    assert float(tm.trust(one_task(risk=0.994))["clean_audits"][0]) > 1
    nobody = tm.trust(one_task(risk=0.996, task={"delegable": False}))
    assert float(nobody["clean_audits"][0]) == 0


def test_from_a_correlation_on_no_record_is_enough():
    catalog = tm.load_catalog("alignment_research", "audited_trust", {"trust.detection": 1.0})
    with pytest.raises(
        tm.CatalogError, match=r"trust.correlation: found 0.0034.*less than 0.00335"
    ):
        tm.trust(catalog.replace({"trust.correlation": 0.0034}))
    tm.trust(catalog.replace({"trust.correlation": 0.00335}))
