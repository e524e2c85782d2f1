"""Durations of the tasks of catalogs: queues for reviewers, off-hours, loops, layers of review."""

import numpy as np
import pytest
from first import first
from small import small_catalog

import taskmodel as tm
from taskmodel.cli import main
from taskmodel.errors import UnstableQueue
from taskmodel.organisation.clock import HOURS_PER_YEAR, PARTS
from taskmodel.organisation.organisation import organisation
from taskmodel.science.critical_path import with_loops
from taskmodel.science.queueing import mean_wait, mixed_wait, off_hours_wait

PLACE = 1e31
TASKS = {
    "plan": {"share": 0.3, "horizon": 16, "review_ratio": 0.5},
    "build": {"share": 0.4, "horizon": 4, "review_ratio": 0.1, "after": ["plan"]},
    "check": {
        "share": 0.3,
        "horizon": 8,
        "review_ratio": 0.25,
        "after": ["build"],
        "gate_latency": 10,
    },
}
DEDICATED = {"pool": "dedicated", "headcount": 5, "max_review_share": 0.8, "utilisation": 0.75}
ALL = {"latency.count_queues": True, "latency.count_off_hours": True, "latency.count_loops": True}


def lab(tasks=TASKS, latency=None, people=False, **supervision):
    """Three tasks that AI does, and only AI unless people may, reviewed by few people."""
    return small_catalog(
        {name: {**task, "by_people": people} for name, task in tasks.items()},
        supervision={**DEDICATED, **supervision},
        latency={"count_queues": True, **(latency or {})},
    )


def arrivals(catalog, compute=PLACE):
    """Reviews of each task in a reviewer's working hour, straight from the activities."""
    activity = tm.sweep(catalog, [compute])["activity"].sel(mode="ai_full_review").values[0]
    horizon = np.array([task.horizon.value for task in catalog.tasks.values()])
    return activity / horizon / catalog.supervision.hours_per_year.value, horizon


# Queues.


def test_reviewed_units_of_all_tasks_wait_in_one_queue_at_the_utilisation_that_is_planned():
    catalog = lab()
    found = tm.latency(catalog, PLACE).sel(review_pool="review")
    rate, horizon = arrivals(catalog)
    review = horizon * [0.5, 0.1, 0.25]
    assert float(found["queue_servers"]) == 4
    assert float(found["queue_utilisation"]) == pytest.approx(0.75, rel=1e-9)
    assert float(found["queue_utilisation"]) == pytest.approx(rate @ review / 4, rel=1e-12)
    assert float(found["queue_wait"]) == pytest.approx(float(mixed_wait(4, rate, review)), rel=1e-9)
    assert float(found["queue_arrivals"]) == pytest.approx(100 * rate.sum(), rel=1e-9)
    parts = found["duration_part"].sel(part="queue").values
    assert parts == pytest.approx(np.full(3, float(found["queue_wait"]) * 168 / 40), rel=1e-12)


def test_one_task_with_exponential_reviews_is_the_queue_of_erlang():
    catalog = lab({"only": {"share": 1}}, max_review_share=0.6)
    found = tm.latency(catalog, PLACE).sel(review_pool="review")
    assert float(found["queue_wait"]) == pytest.approx(float(mean_wait(3, 2.25, 1.6)), rel=1e-9)


def test_units_that_wait_are_arrivals_times_waits():
    found = tm.latency(lab(), PLACE).sel(review_pool="review")
    assert float(found["queue_waiting"]) == pytest.approx(
        float(found["queue_arrivals"] * found["queue_wait"]) * 168 / 40 / (365.25 * 24), rel=1e-12
    )


def test_units_on_their_way_are_those_begun_times_how_long_each_takes():
    catalog = lab(latency={"count_off_hours": True})
    found, (rate, _) = tm.latency(catalog, PLACE), arrivals(catalog)
    by_ai = found["mode_share"].sel(mode="ai_full_review").values
    assert by_ai == pytest.approx(1, abs=1e-9)
    assert found["in_progress"].values == pytest.approx(
        rate * 100 / HOURS_PER_YEAR * found["duration"].values, rel=1e-9
    )


def test_failed_attempts_are_reviewed_too():
    flawless, flawed = (
        tm.latency(lab().replace({"capability.defect_probability": q}), PLACE) for q in (0.0, 0.2)
    )
    for found in (flawless, flawed):
        assert float(found["queue_utilisation"].sel(review_pool="review")) == pytest.approx(
            0.75, rel=1e-9
        )
    assert float(flawed["queue_arrivals"][0]) == pytest.approx(
        float(flawless["queue_arrivals"][0]), rel=1e-9
    )
    assert flawed["in_progress"].values == pytest.approx(flawless["in_progress"].values, rel=1e-9)


def test_steering_keeps_reviewers_busy_and_work_does_not_wait_for_it():
    catalog = first(
        set={
            "supervision.protocols": ["steered_episodes"],
            "supervision.pool": "dedicated",
            "supervision.headcount": 60,
            "supervision.utilisation": 0.8,
            "latency.count_queues": True,
        },
    )
    found = tm.latency(catalog, 1e32)
    swept = tm.sweep(catalog, [1e32])
    supply = 60 * 0.5 * 1800
    assert float(found["queue_utilisation"][0]) == pytest.approx(
        float(swept["factor_use"].sel(factor="review")[0]) / supply, rel=1e-9
    )
    protocol, activity = (
        catalog.protocols["steered_episodes"],
        swept["activity"].sel(mode="steered_episodes").values[0],
    )
    horizon, floor = np.array(
        [(task.horizon.value, task.coverage_floor.value) for task in catalog.tasks.values()]
    ).T
    covered = np.maximum(protocol.coverage.value, floor if protocol.floors else 0)
    assert protocol.interaction_time.value > 0
    assert float(found["queue_arrivals"][0]) == pytest.approx(
        activity @ (covered / horizon + 1 / protocol.episode_length.value), rel=1e-9
    )
    mixed = (
        found["mode_share"].sel(mode="steered_episodes").values
        * covered
        * float(found["queue_wait"][0])
        * 4.2
    )
    assert found["duration_part"].sel(part="queue").values == pytest.approx(mixed, rel=1e-9)


def test_waits_vanish_as_reviewers_grow_in_number_at_the_same_utilisation():
    """Known limit (g)."""
    waits = []
    for size in (1, 10, 100, 1000):
        catalog = lab(headcount=size * 5).replace({"pools.researchers.headcount": size * 10})
        waits.append(float(tm.latency(catalog, PLACE)["queue_wait"][0]))
    assert np.all(np.diff(waits) < 0)
    assert waits[-1] < 1e-9


def test_infinitely_fast_ai_that_nobody_reviews_leaves_the_time_of_gates():
    """Known limit (i), with queues and off-hours counted: unreviewed tasks wait for nobody."""
    catalog = lab(latency={"serial_speed": 1e12, "count_off_hours": True}).replace(
        {"supervision.coverage": "none"}
    )
    assert float(tm.latency(catalog, PLACE)["pass_time"]) == pytest.approx(10, rel=1e-9)


def test_reviewers_who_are_there_in_part_make_a_queue_as_well():
    whole, half = (
        float(tm.latency(lab(max_review_share=share), PLACE)["queue_wait"][0])
        for share in (0.8, 0.7)
    )
    assert half > whole


def test_nothing_waits_where_nobody_reviews_or_review_takes_no_time():
    nobody = lab(headcount=0)
    found = tm.latency(nobody, PLACE)
    assert float(found["queue_wait"][0]) == 0 and float(found["queue_utilisation"][0]) == 0
    untimed = lab(latency={"count_review": False, "count_off_hours": True})
    assert tm.latency(untimed, PLACE).sizes["review_pool"] == 0
    assert (
        float(
            tm.latency(untimed, PLACE)["duration_part"]
            .sel(part=["queue", "off_hours", "review"])
            .sum()
        )
        == 0
    )


def test_a_queue_that_grows_for_ever_is_an_error_that_names_pool_and_place_and_what_mends_it():
    catalog = lab(utilisation=1, people=True)
    for action in (lambda: tm.latency(catalog, PLACE), lambda: tm.sweep(catalog, [PLACE])):
        with pytest.raises(
            UnstableQueue,
            match=r"compute 1e\+31 FLOP/year.* in the pool 'review' \(4 at work at a time\) is 1, "
            r".*utilisation",
        ):
            action()
    assert issubclass(UnstableQueue, tm.SolveError)
    assert np.isfinite(
        tm.sweep(catalog, [1e25])["latency_speedup"].values
    ).all()  # where review has time to spare


def test_points_at_which_work_waits_for_ever_are_marked_and_the_others_are_as_alone():
    catalog = lab(utilisation=1, people=True)
    result, alone = tm.sweep(catalog, [1e25, 3e25, PLACE]), tm.sweep(catalog, [1e25])
    np.testing.assert_array_equal(result["waits_for_ever"], [False, False, True])
    for name in ("latency_speedup", "speedup"):
        np.testing.assert_array_equal(np.isnan(result[name]), result["waits_for_ever"])
        np.testing.assert_allclose(result[name][0], alone[name][0], rtol=1e-12)
    # throughput needs no latency
    uncounted = tm.sweep(catalog.replace({"latency.count_queues": False}), [1e25, 3e25, PLACE])
    np.testing.assert_allclose(
        result["throughput_speedup"], uncounted["throughput_speedup"], rtol=1e-12
    )
    assert "waits_for_ever" not in uncounted


def test_latency_says_that_nobody_waits_for_people(capsys):
    assert main(["latency", "t_agi_ladder"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "nobody waits for people to do it, of whom there are enough here" in out


def test_run_says_why_there_is_no_latency(capsys):
    set_ = ["--set", "latency.count_queues=true"]
    code = main(["run", "t_agi_ladder", "--point", "--no-figures", "--grid", "1e26:1e34:5", *set_])
    out = " ".join(capsys.readouterr().out.split())
    assert code == 0
    assert "a pool of reviewers is fully used, so that work waits for ever before it" in out


def test_all_pools_that_are_fully_used_are_named_at_once_and_their_mend_works():
    people = {"headcount": 1, "hours_per_year": 100, "pool": "dedicated", "max_review_share": 1}
    catalog = small_catalog(
        {
            "a": {"share": 0.5, "reviewers": ["experts"]},
            "b": {"share": 0.5, "reviewers": ["general"]},
        },
        reviewers={"experts": people},
        supervision=people,
        latency={"count_queues": True},
    )
    with pytest.raises(UnstableQueue) as caught:
        tm.latency(catalog, compute=1e31)
    message = str(caught.value)
    assert "'review' (" in message and "'review_experts' (" in message
    assert "less with supervision.utilisation and reviewers.experts.utilisation, or" in message
    assert "best_utilisation" not in message  # which varies that of supervision alone
    less = {"supervision.utilisation": 0.8, "reviewers.experts.utilisation": 0.8}
    assert tm.latency(catalog.replace(less), compute=1e31)["latency_speedup"] > 0


def test_variability_of_arrivals_and_reviews_lengthens_waits():
    usual, clockwork, bursts = (
        float(
            tm.latency(lab(latency={"arrival_variability": a, "service_variability": s}), PLACE)[
                "queue_wait"
            ][0]
        )
        for a, s in ((1, 1), (1, 0), (4, 1))
    )
    assert clockwork < usual < bursts


def test_speed_ups_and_events_know_of_waits():
    slow = lab(people=True)
    quick = slow.replace({"latency.count_queues": False})
    with_queues, without = (
        tm.sweep(catalog, np.geomspace(1e25, 1e31, 5)) for catalog in (slow, quick)
    )
    assert (with_queues["latency_speedup"] <= without["latency_speedup"]).all()
    assert float(with_queues["latency_speedup"][-1]) < float(without["latency_speedup"][-1])
    assert (with_queues["output"] == without["output"]).all()
    path = tm.latency(slow, 1e31)
    assert float(with_queues["latency_speedup"][-1]) == pytest.approx(
        float(path["latency_speedup"]), rel=1e-12
    )
    last = tm.events(with_queues).isel(event=-1)
    assert float(last["latency_speedup_after"]) < float(
        tm.events(without).isel(event=-1)["latency_speedup_after"]
    )


def test_with_any_number_of_reviewers_nothing_waits_in_queues():
    catalog = lab({"only": {"share": 1}}, people=True)
    found, without = (
        tm.what_if(each, PLACE)
        for each in (catalog, catalog.replace({"latency.count_queues": False}))
    )
    alone = {"relaxation": "reviewers", "with_relaxation": "reviewers"}
    assert float(found["latency_speedup"].sel(alone)) == pytest.approx(
        float(without["latency_speedup"].sel(alone)), rel=1e-12
    )
    assert float(found["latency_speedup_as_is"]) < float(without["latency_speedup_as_is"])


# Off-hours.


def test_a_reviewed_unit_waits_for_reviewers_who_are_at_home():
    found = tm.latency(lab(latency={"count_queues": False, "count_off_hours": True}), PLACE)
    assert found["duration_part"].sel(part="off_hours").values == pytest.approx(
        float(off_hours_wait(8, 5)), rel=1e-9
    )
    longer = tm.latency(
        lab(
            latency={"count_off_hours": True, "review_hours_per_day": 10, "review_days_per_week": 6}
        ),
        PLACE,
    )
    assert longer["duration_part"].sel(part="off_hours").values == pytest.approx(
        float(off_hours_wait(10, 6)), rel=1e-9
    )


# Reviews of reviews.

LAYERS = {"second_look_share": 0.5, "second_look_effort": 0.4, "second_look_layers": 2}
FACTOR = 1 + 0.2 + 0.04


def test_reviews_of_reviews_take_hours_of_the_bundles():
    once, again = (organisation(lab(**looks)) for looks in ({}, LAYERS))
    assert again.fixed_review == pytest.approx(once.fixed_review * FACTOR, rel=1e-12)
    assert again.unnoticed == pytest.approx(once.unnoticed, nan_ok=True)


def test_reviews_of_reviews_take_time_and_are_handed_over_once_more():
    counted = {"count_queues": False, "count_off_hours": True}
    once, again = (
        tm.latency(lab(latency=counted, **looks), PLACE)["duration_part"] for looks in ({}, LAYERS)
    )
    assert again.sel(part="review").values == pytest.approx(
        once.sel(part="review").values * FACTOR, rel=1e-9
    )
    assert again.sel(part="off_hours").values == pytest.approx(
        once.sel(part="off_hours").values * 1.75, rel=1e-9
    )


def test_reviews_of_reviews_wait_in_the_same_queue():
    catalog = lab(**LAYERS)
    found, (rate, horizon) = tm.latency(catalog, PLACE), arrivals(catalog)
    review = horizon * [0.5, 0.1, 0.25]
    rates, times = (
        np.concatenate([part * by**layer for layer in range(3)])
        for part, by in ((rate, 0.5), (review, 0.4))
    )
    assert float(found["queue_utilisation"][0]) == pytest.approx(0.75, rel=1e-9)
    assert float(found["queue_wait"][0]) == pytest.approx(
        float(mixed_wait(4, rates, times)), rel=1e-9
    )
    assert found["duration_part"].sel(part="queue").values == pytest.approx(
        float(found["queue_wait"][0]) * 4.2 * 1.75, rel=1e-9
    )


# Loops and parts.


def looped(**changes):
    catalog = lab(latency={"count_loops": True, "count_queues": False}, people=True)
    return catalog.replace(
        {
            "feedback_loops": [
                {"source_task": "check", "target_task": "build", "loops_per_project": 3}
            ],
            **changes,
        }
    )


@pytest.mark.parametrize("compute", [1e20, PLACE])
def test_a_loop_makes_its_source_go_over_the_way_back_again_for_people_and_ai_alike(compute):
    catalog = looped()
    once = tm.latency(catalog.replace({"latency.count_loops": False}), compute)
    found = tm.latency(catalog, compute)
    back = float(once["duration"].sel(task=["build", "check"]).sum())
    assert float(found["pass_time"]) == pytest.approx(
        float(once["pass_time"]) + 3 * back, rel=1e-12
    )
    assert float(found["duration_part"].sel(task="check", part="repeats")) == pytest.approx(
        3 * back, rel=1e-12
    )
    people = (4 + 8) * 4.2 + 10
    assert float(found["pass_time_without_ai"]) == pytest.approx(
        float(once["pass_time_without_ai"]) + 3 * people, rel=1e-12
    )


def test_loops_of_the_bundled_catalog_are_those_of_the_closed_form():
    catalog = tm.load_catalog("alignment_research")
    once, found = (
        tm.latency(catalog.replace({"latency.count_loops": counted}), 1e30)
        for counted in (False, True)
    )
    names = list(catalog.tasks)
    order = {
        index: tuple(names.index(name) for name in catalog.tasks[task].after)
        for index, task in enumerate(names)
    }
    loops = [
        (names.index(loop.source_task), names.index(loop.target_task))
        for loop in catalog.feedback_loops
    ]
    by_order = {task: order[task] for task in sorted(order, key=lambda task: depth(order, task))}
    longer = with_loops(
        once["duration"].values,
        by_order,
        loops,
        [loop.loops_per_project for loop in catalog.feedback_loops],
    )
    assert found["duration"].values == pytest.approx(longer, rel=1e-12)


def depth(order, task):
    return 1 + max((depth(order, other) for other in order[task]), default=0)


def test_parts_add_up_to_durations_and_along_the_path_to_the_pass():
    catalog = tm.load_catalog(
        "alignment_research",
        "dedicated_reviewers",
        set={**ALL, "supervision.headcount": 30, "supervision.utilisation": 0.85},
    )
    found = tm.latency(catalog, 1e32)
    assert tuple(found["part"].values) == PARTS
    assert found["duration_part"].sum("part").values == pytest.approx(
        found["duration"].values, rel=1e-12
    )
    assert float(found["pass_part"].sum()) == pytest.approx(float(found["pass_time"]), rel=1e-12)
    assert (found["duration_part"] >= 0).all()
    assert set(PARTS) == {
        str(part) for part in found["part"].values[(found["duration_part"] > 0).any("task").values]
    }


def test_without_waits_nothing_is_counted_that_was_not():
    path = tm.latency(tm.load_catalog("alignment_research"), 1e35)
    assert float(path["pass_time_without_ai"]) == pytest.approx(3377.2, abs=0.05)
    assert float(path["duration_part"].sel(part=["queue", "off_hours", "repeats"]).sum()) == 0
    assert path.sizes["review_pool"] == 0


# All by AI.


@pytest.mark.parametrize(
    ("supervision", "forbids", "reviewed"),
    [
        ({"coverage": "full"}, [], [1, 1]),
        ({"coverage": "floor"}, [], [0.1, 0.1]),
        ({"coverage": "floor"}, ["floor_coverage"], [1, 0.1]),
        ({"coverage": "none"}, ["no_review"], [0.1, 0]),
        ({"coverage": "none"}, ["floor_coverage", "no_review"], [1, 0]),
        ({"protocols": ["no_review", "floor_coverage"]}, ["no_review"], [0.1, 0]),
        ({"protocols": ["floor_coverage", "no_review"]}, ["no_review"], [0.1, 0.1]),
        ({"protocols": ["no_review"]}, ["no_review"], [0, 0]),  # nothing else is known of it
    ],
)
def test_if_all_is_done_by_ai_its_reviews_are_those_that_the_tasks_allow(
    supervision, forbids, reviewed
):
    """Of a unit of 8 h AI takes 0.8 h, and a review of a fifth, by people who work 40 h of 168."""
    tasks = {
        "plan": {"share": 0.5, "delegable": False, "forbids": forbids},
        "build": {"share": 0.5, "after": ["plan"]},
    }
    catalog = small_catalog(tasks, supervision=supervision, latency={"all_by_ai": True})
    review = 8 * 0.2 * 168 / 40 * np.array(reviewed)
    path = tm.latency(catalog, PLACE)
    assert path["duration"].values == pytest.approx(0.8 + review, rel=1e-12)
    assert float(path["pass_time"]) == pytest.approx(1.6 + review.sum(), rel=1e-12)


def test_if_all_is_done_by_ai_work_waits_for_those_who_may_review_it():
    tasks = {
        "plan": {"share": 0.5, "reviewers": ["skilled"], "by_people": False},
        "build": {"share": 0.5, "reviewers": ["general", "skilled"], "by_people": False},
    }
    skilled = {**DEDICATED, "headcount": 10, "hours_per_year": 100, "utilisation": 0.5}
    catalog = small_catalog(
        tasks,
        supervision=DEDICATED,
        reviewers={"skilled": skilled},
        latency={"all_by_ai": True, "count_queues": True},
    )
    path = tm.latency(catalog, PLACE)
    wait = path["queue_wait"].sel(review_pool=["review_skilled", "review"]).values
    assert wait[0] < wait[1] / 2
    in_queue = path["duration_part"].sel(part="queue").values
    assert in_queue == pytest.approx(wait * 168 / 40, rel=1e-9)
