"""Facts of a sweep against closed forms, finite differences and the sweep itself."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from first import first
from locations import DATA
from small import small_catalog

import taskmodel as tm
from taskmodel.allocation import Status
from taskmodel.cli.catalogs import heading
from taskmodel.cli.cost_of_oversight import cost_lines
from taskmodel.cli.entry import main
from taskmodel.summary import (
    MILESTONES,
    as_dict,
    points_wanted,
    provenance_facts,
    round_points,
    summarise,
)

GRID = np.geomspace(1e26, 1e32, 9)
PAIR = {
    "person": {"share": 0.5, "delegable": False},
    "machine": {"share": 0.5, "review_ratio": 0.01, "horizon": 20},
}


@pytest.fixture(scope="module")
def catalog():
    """Three tasks; AI can do two of them, one after the other, within the grid."""
    return small_catalog(
        {
            "think": {"share": 0.3, "delegable": False},
            "code": {"share": 0.5, "review_ratio": 0.3, "horizon": 8, "title": "Write code"},
            "test": {"share": 0.2, "review_ratio": 0.1, "horizon": 40},
        }
    )


@pytest.fixture(scope="module")
def result(catalog):
    return tm.sweep(catalog, GRID)


@pytest.fixture(scope="module")
def summary(catalog, result):
    return summarise(catalog, result)


def numbers(row):
    return [
        row.throughput_speedup,
        row.latency_speedup,
        row.speedup,
        row.automated_hours_share,
        *row.bottleneck_share.values(),
    ]


def test_today_is_solved_at_its_compute_off_the_grid(catalog, summary):
    alone = tm.sweep(catalog, [catalog.compute.today.value]).isel(compute=0)
    assert catalog.compute.today.value not in GRID
    assert summary.today.compute == catalog.compute.today.value
    assert summary.today.speedup == pytest.approx(float(alone["speedup"]), rel=1e-12)
    assert summary.today.bottleneck_share["review"] == pytest.approx(
        float(alone["bottleneck_share"].sel(source="review")), rel=1e-9
    )


@pytest.mark.parametrize("today", [1e20, 1e40])
def test_today_may_lie_outside_the_grid(catalog, result, today):
    moved = catalog.replace({"compute.today": today})
    alone = tm.sweep(moved, [today]).isel(compute=0)
    row = summarise(moved, result).today
    assert (row.compute, row.speedup) == (today, pytest.approx(float(alone["speedup"]), rel=1e-12))


def test_facts_do_not_depend_on_the_grid_they_are_read_from(catalog, summary):
    other = summarise(
        catalog, tm.sweep(catalog, points_wanted(catalog, np.geomspace(1e26, 1e32, 40)))
    )
    for name in (*MILESTONES, "ceiling"):
        coarse, fine = getattr(summary, name), getattr(other, name)
        assert (coarse is None) == (fine is None)
        if coarse is not None:
            assert fine.compute == pytest.approx(coarse.compute, rel=1e-9)
            assert fine.speedup == pytest.approx(coarse.speedup, rel=1e-9)
    assert numbers(other.today) == pytest.approx(numbers(summary.today), rel=1e-9)
    assert [row.compute for row in other.curve] == [row.compute for row in summary.curve]


def test_a_result_read_back_from_a_file_gives_the_same_facts(catalog, result, summary, tmp_path):
    tm.save(result, tmp_path / "result.nc")
    assert as_dict(summarise(catalog, tm.open(tmp_path / "result.nc"))) == as_dict(summary)


def test_milestones_are_the_first_events_of_their_kind_with_values_after_them(result, summary):
    events = tm.events(result)
    adopted = events["compute"].values[
        (events["kind"].values == "adopted") & (events["mode"].values != "human")
    ]
    assert summary.first_automation.compute == adopted[0]
    for name in ("oversight_binds", "oversight_bottleneck"):
        first = int(np.flatnonzero(events["kind"].values == name)[0])
        point = getattr(summary, name)
        assert point.compute == events["compute"].values[first]
        assert (
            point.speedup
            == events["speedup_after"].values[first]
            > events["speedup_before"].values[first]
        )


def test_milestones_before_the_grid_are_named_and_those_beyond_it_are_none(catalog):
    late = summarise(catalog, tm.sweep(catalog, [1e31, 1e32]))
    assert {"first_automation", "oversight_binds"} <= set(late.at_grid_start)
    assert late.first_automation.compute == 1e31
    early = summarise(catalog, tm.sweep(catalog, [1e20, 1e21]))
    assert early.at_grid_start == ()
    assert (early.first_automation, early.oversight_binds, early.oversight_bottleneck) == (
        None,
        None,
        None,
    )


def test_oversight_that_binds_twice_has_two_stretches():
    catalog = first(scenario="scarce_inference", set={"compute.inference_share": 5e-5})
    summary = summarise(catalog, tm.sweep(catalog, [1e27, 1e28]))
    (start, end), (again, never) = summary.stretches["oversight_binds"]
    assert 1e27 < start < end < again < 1e28
    assert never is None


def test_ceiling_is_the_closed_form_of_review_in_human_hours():
    catalog = small_catalog(PAIR)
    summary = summarise(catalog, tm.sweep(catalog, [1e26, 1e30]))
    # (s_1 k_1^(1 - sigma) + s_2 k_2^(1 - sigma))^(-1 / (1 - sigma))
    # at s = (0.5, 0.5), k = (1, 0.01) and sigma = 0.5
    assert summary.ceiling.throughput_speedup == pytest.approx(3.3058, abs=5e-5)
    assert summary.end.oversight_ceiling == summary.ceiling.throughput_speedup
    # durations: 8 and 20 hours by people in a week of 40 h; AI takes a tenth of them, around the
    # clock, and 0.2 h of review
    assert summary.ceiling.latency_speedup == pytest.approx(20 * 4.2 / max(8 * 4.2, 2 + 0.2 * 4.2))
    mean = math.sqrt(summary.ceiling.throughput_speedup * summary.ceiling.latency_speedup)
    assert summary.ceiling.speedup == pytest.approx(mean)


def test_ceiling_is_reached_where_the_last_delegable_task_opens(catalog, result, summary):
    opened = result["event_compute"].values[result["event_kind"].values == "automatable"]
    assert summary.ceiling.compute == pytest.approx(opened[-1], rel=1e-12)


def test_ceiling_has_no_compute_at_a_fixed_horizon_or_without_delegation():
    constant = small_catalog(PAIR, capability={"h50_hours": 10})
    fixed = summarise(constant, tm.sweep(constant, [1e26, 1e30]))
    assert fixed.ceiling.compute is None
    assert fixed.ceiling.throughput_speedup == pytest.approx(3.3058, abs=5e-5)
    assert math.isfinite(fixed.ceiling.speedup)
    nobody = small_catalog({"person": {"share": 1, "delegable": False}})
    undelegated = summarise(nobody, tm.sweep(nobody, [1e26, 1e30])).ceiling
    assert (undelegated.compute, undelegated.throughput_speedup) == (None, pytest.approx(1))


def test_ceiling_is_infinite_where_nothing_needs_people():
    catalog = small_catalog({"machine": {"share": 1}}, supervision={"coverage": "none"})
    summary = summarise(catalog, tm.sweep(catalog, [1e26, 1e32]))
    assert summary.ceiling.throughput_speedup == math.inf
    assert summary.end.no_oversight_ceiling == math.inf
    assert summary.advice is None


def test_costs_of_review_by_task_add_up_to_the_oversight_elasticity_and_to_all_review_hours(
    catalog, result, summary
):
    advice = summary.advice
    assert advice.place == "oversight_bottleneck"
    assert sum(review.output_share for review in advice.reviews) == pytest.approx(
        advice.at.elasticity["review_speed"], rel=1e-9
    )
    assert sum(review.hours_per_year for review in advice.reviews) == pytest.approx(
        advice.review_hours
    )
    assert sum(review.share_of_review for review in advice.reviews) == pytest.approx(1)
    costs = [review.output_share for review in advice.reviews]
    assert costs == sorted(costs, reverse=True)
    assert advice.review_capacity == pytest.approx(1000)
    code = next(review for review in advice.reviews if review.task == "code")
    assert (code.title, code.review_ratio) == ("Write code", 0.3)


def test_cost_of_a_tasks_review_is_what_output_gains_when_it_gets_faster(catalog, summary):
    advice, step = summary.advice, 1e-4
    position = advice.at.compute * (1 + 1e-9)  # just after the event
    for review in advice.reviews:
        path, ratio = f"tasks.{review.task}.review_ratio", review.review_ratio
        lower, higher = (
            float(
                tm.sweep(catalog.replace({path: ratio * (1 + sign * step)}), [position])["output"][
                    0
                ]
            )
            for sign in (-1, 1)
        )
        assert review.output_share == pytest.approx(
            (math.log(lower) - math.log(higher)) / (2 * step), rel=1e-5
        )


def test_advice_is_for_today_where_oversight_is_the_bottleneck_already(catalog, result):
    now = catalog.replace({"compute.today": 1e32})
    advice = summarise(now, result).advice
    assert (advice.place, advice.at.compute) == ("today", 1e32)


def test_advice_is_for_the_end_of_the_grid_where_oversight_is_never_the_bottleneck(catalog):
    easy = catalog.replace({"tasks.code.review_ratio": 0.01, "tasks.test.review_ratio": 0.01})
    summary = summarise(easy, tm.sweep(easy, GRID))
    assert summary.oversight_bottleneck is None
    assert (summary.advice.place, summary.advice.at) == ("grid_end", summary.end)


@pytest.mark.parametrize(
    "low, high",
    [(1e26, 1e35), (1e26, 1.01e26), (3e28, 2e29), (7e-300, 1e300), (1, 1e60), (9.9e27, 1.1e31)],
)
def test_round_points_are_few_and_in_order_and_inside(low, high):
    points = round_points(low, high)
    assert len(points) <= 10
    assert list(points) == sorted(set(points))
    assert all(low <= point <= high for point in points)


def test_curve_runs_from_end_to_end_of_the_grid_through_round_values(summary):
    assert [row.compute for row in summary.curve] == [1e26, 1e27, 1e28, 1e29, 1e30, 1e31, 1e32]


def test_points_wanted_hold_the_grid_untouched(catalog):
    for grid in (GRID, np.array([2e28, 3e28]), np.geomspace(1e26, 1e32, 7)):
        wanted = points_wanted(catalog, grid)
        assert np.all(np.diff(wanted) / wanted[:-1] > 1e-12)
        assert set(grid) <= set(wanted)
    assert catalog.compute.today.value in points_wanted(catalog, GRID)


def test_facts_are_plain_values_with_the_promised_keys(result, summary):
    facts = as_dict(summary)
    assert json.loads(json.dumps(facts)) == facts
    for name in ("today", "first_automation", "oversight_binds", "oversight_bottleneck", "ceiling"):
        assert set(facts[name]) == {"compute", "throughput_speedup", "latency_speedup", "speedup"}
    assert len(facts["events"]) == result.sizes["event"]
    assert facts["events"][0]["factor_elasticity_before"].keys() == set(result["factor"].values)
    assert len(facts["top_reviews"]) == 2


def test_provenance_names_catalog_scenario_and_settings():
    catalog = tm.load_catalog(
        "alignment_research", scenario="reference", set={"supervision.headcount": 100}
    )
    origin = provenance_facts(tm.sweep(catalog, [1e28]))
    assert origin["catalog"] == "alignment_research"
    assert origin["scenario"] == "reference"
    assert origin["overrides"] == {"supervision.headcount": 100}
    assert origin["sha256"] == catalog.sha256


def test_the_ceiling_of_graded_success_is_that_of_certain_success_and_never_reached():
    catalog = tm.load_catalog("alignment_research", "graded_success")
    certain = catalog.replace({"capability.success": "step", "capability.success_slope": None})
    graded, limit = (
        summarise(variant, tm.sweep(variant, [1e33, 1e34])).ceiling
        for variant in (catalog, certain)
    )
    assert graded.compute is None
    assert (graded.throughput_speedup, graded.speedup) == pytest.approx(
        (limit.throughput_speedup, limit.speedup)
    )
    assert graded.speedup == pytest.approx(
        (graded.throughput_speedup * graded.latency_speedup) ** 0.5
    )


def test_the_report_says_what_no_review_would_give_with_all_else_as_it_is():
    """The catalog as it was: 78.1 without review at 1e32, and no limit of 40,000 in print."""
    from taskmodel.cli.calendar import Calendar
    from taskmodel.cli.run import report
    from taskmodel.cli.screen import number

    catalog = tm.load_catalog(DATA / "alignment_research_b27e634.yaml")
    low, high = 1e30, 1e32
    result = tm.sweep(catalog, points_wanted(catalog, np.array([low, high])))
    lines = report(catalog, summarise(catalog, result), (low, high, 2), Calendar(catalog))
    (row,) = (line.split() for line in lines if line.split()[:1] == ["1e32"])
    assert row[3:7] == ["3.61", "1.05", "1.95", "78.1"]
    without = tm.sweep(catalog.replace({"supervision.coverage": "none"}), [high])
    free = float(without["throughput_speedup"][0])
    assert free == pytest.approx(78.1, abs=0.05)
    limit = float(result["no_oversight_ceiling"][-1])
    assert number(limit) not in " ".join(lines).split()
    assert limit > free


def test_the_report_says_why_more_reviewers_give_less_than_the_share_of_review():
    """Shares are by what people do; gains by whose hours they are: the same people do both."""
    from taskmodel.cli.calendar import Calendar
    from taskmodel.cli.run import report

    grid = np.array([1e30, 1e31])
    tasks = {
        "code": {"share": 0.6, "review_ratio": 0.3},
        "lead": {"share": 0.4, "delegable": False},
    }
    for pool, said in (("researchers", True), ("dedicated", False)):
        catalog = small_catalog(tasks, supervision={"pool": pool, "headcount": 1})
        summary = summarise(catalog, tm.sweep(catalog, grid))
        text = " ".join(
            " ".join(report(catalog, summary, (grid[0], grid[-1], 2), Calendar(catalog))).split()
        )
        advice = summary.advice.at
        gain, share = advice.elasticity["review"], advice.bottleneck_share["review"]
        assert (share - gain > 0.01) == said
        why = f"Review holds back {100 * share:.0f} %, and 1 % more review capacity gives only"
        assert (f"{why} {gain:.2f} %: shares are by what people do" in text) == said


def said(catalog, summary, **rows):
    return " ".join(" ".join(cost_lines(catalog, replace(summary, **rows))).split())


def test_a_cost_of_oversight_that_is_not_known_is_said_to_be_so(catalog, summary):
    unknown = {
        side: replace(getattr(summary, side), oversight_cost=np.nan) for side in ("today", "end")
    }
    curve = [replace(row, oversight_cost=np.nan) for row in summary.curve]
    words = said(catalog, summary, **unknown, curve=curve, oversight_costs_half=None)
    assert words.startswith("What oversight costs today")
    assert "is not known: output with all review hours free could not be certified" in words
    assert "half (2x) found nowhere on the grid" in words
    assert "Nothing is produced" not in words and " - times" not in words
    nothing = {side: replace(row, status=Status.ZERO) for side, row in unknown.items()}
    assert said(catalog, summary, **nothing).startswith("Nothing is produced today")
    endless = replace(unknown["today"], status=Status.UNBOUNDED)
    assert "output has no limit, with review or without" in said(catalog, summary, today=endless)
    assert said(catalog, summary).startswith("Oversight costs ")


def test_a_level_of_cost_that_was_crossed_beside_unknown_costs_is_not_said_to_be_nowhere(
    catalog, summary
):
    end = replace(summary.end, oversight_cost=2.5)
    words = said(catalog, summary, end=end, oversight_costs_half=None)
    assert "half (2x) on a part of the grid, but from where on is not found: beside it" in words
    assert "nowhere" not in words.partition("half (2x)")[2]


def test_titles_that_differ_at_their_end_do_so_in_tables(capsys):
    same = "Review of everything that the agents wrote, part "
    catalog = tm.load_catalog("t_agi_ladder")
    pair = list(catalog.tasks)[:2]
    values = [f"tasks.{name}.title={same}{part}" for part, name in enumerate(pair)]
    arguments = [word for value in values for word in ("--set", value)]
    assert main(["latency", "t_agi_ladder", *arguments, "--compute", "1e31", "--quiet"]) == 0
    parts = capsys.readouterr().out.partition("What the time of these tasks consists of")[2]
    labels = [line.split("  ")[1] for line in parts.splitlines() if "Review of" in line]
    assert len(labels) == len(set(labels)) == 2


def test_a_single_task_is_counted_as_one(capsys):
    one = small_catalog({"review": {"share": 1}})
    heads = heading(one, "x")
    assert any("1 task;" in line for line in heads) and not any("1 tasks" in h for h in heads)
