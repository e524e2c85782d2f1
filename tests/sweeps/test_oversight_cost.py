"""What oversight costs: equal to the what-if without review, its laws, and its exact events."""

import numpy as np
import pytest
from first import first

import taskmodel as tm
from taskmodel.allocation import greatest_output
from taskmodel.organisation.organisation import organisation
from taskmodel.sweeps.walker import Situation

CATALOG = "alignment_research"
LEVELS = {"oversight_costs_a_tenth": 1.1, "oversight_costs_half": 2.0}


@pytest.fixture(scope="module")
def catalog():
    return tm.load_catalog(CATALOG)


def cost_events(result):
    table = tm.events(result)
    names = ("compute", "kind", "oversight_cost_before", "oversight_cost_after")
    rows = zip(*(table[name].values.tolist() for name in names), strict=True)
    return [row for row in rows if row[1].startswith("oversight_costs")]


def cost_at(catalog, compute):
    return tm.sweep(catalog, compute)["oversight_cost"].values


def test_it_equals_the_what_if_that_nothing_need_be_reviewed(catalog):
    for compute in (1e28, 8.4e28, 3e30, 1e32):
        result = tm.what_if(catalog, compute)
        free = result["output"].sel(relaxation="coverage_floor", with_relaxation="coverage_floor")
        expected = float(free / result["output_as_is"])
        assert cost_at(catalog, [compute])[0] == pytest.approx(expected, rel=1e-9)


def test_hiring_reviewers_lowers_the_cost_and_makes_review_the_bottleneck():
    """10 reviewers are never the bottleneck, 10,000 are: where the cost is, and is lower."""
    answers = {}
    for reviewers in (10, 600, 10_000):
        changed = first().replace({"supervision.headcount": reviewers})
        result = tm.sweep(changed, [1e30, 1e32])
        events = tm.events(result)
        reached = events["compute"].values[events["kind"].values == "oversight_bottleneck"]
        last = result.isel(compute=-1)
        speedup, cost = float(last["throughput_speedup"]), float(last["oversight_cost"])
        answers[reviewers] = (speedup, cost, reached.tolist())
    assert round(answers[10][0], 2) == 1.13 and answers[10][2] == []
    assert answers[10_000][2] == pytest.approx([3.99e30], rel=1e-2)
    # 78.14 over 3.6078; over two rounded numbers 21.6
    assert round(answers[600][1], 2) == 21.66
    assert answers[10][1] > answers[600][1] > answers[10_000][1]


def test_sixty_dedicated_reviewers_leave_a_cost_of_forty():
    result = tm.sweep(first(scenario="dedicated_reviewers"), [1e32])
    assert round(float(result["oversight_cost"][0]), 1) == 40.0


def test_the_walk_without_review_equals_optima_of_their_own(catalog):
    compute = np.geomspace(1e26, 1e34, 60)
    situation = Situation(tm.sweeps.walker.Setting(catalog), compute)
    free = organisation(catalog).without_review().bundles(compute)
    cost = greatest_output(free, *situation.arrays[1:]) / greatest_output(*situation.arrays)
    assert cost_at(catalog, compute) == pytest.approx(cost, rel=1e-11)


@pytest.mark.parametrize("reviewers", [3, 60])
def test_a_level_is_reached_where_its_event_is(catalog, reviewers):
    changed = catalog.replace({"supervision.headcount": reviewers})
    events = cost_events(tm.sweep(changed, [1e26, 1e33]))
    assert {kind for _, kind, *_ in events} >= set(LEVELS)
    for compute, kind, before, after in events:
        level = LEVELS[kind.removesuffix("_ends")]
        rising = not kind.endswith("_ends")
        low, high = cost_at(changed, [compute * (1 - 1e-10), compute * (1 + 1e-10)])
        assert (low < level < high) if rising else (high < level < low)
        assert (before, after) == pytest.approx((low, high), rel=1e-8)


def test_events_do_not_depend_on_the_reported_points(catalog):
    few, many = (
        cost_events(tm.sweep(catalog, np.geomspace(1e26, 1e33, count))) for count in (2, 90)
    )
    assert [row[1] for row in few] == [row[1] for row in many]
    assert [row[0] for row in few] == pytest.approx([row[0] for row in many], rel=1e-12)


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("supervision.headcount", [10, 30, 100, 1000]),
        ("supervision.max_review_share", [0.05, 0.2, 0.5, 1.0]),
        ("supervision.headcount", [3, 5, 8]),
    ],
)
def test_more_reviewers_and_higher_caps_never_raise_it(catalog, path, values):
    result = tm.sweep(catalog, 1e31, over=path, values=values)["oversight_cost"].values
    assert (np.diff(result) <= 1e-12 * result[:-1]).all()
    assert (result >= 1 - 1e-9).all()


def test_less_review_per_unit_never_raises_it(catalog):
    rng = np.random.default_rng(1)
    for task in rng.choice(list(catalog.tasks), 4, replace=False):
        ratio = catalog.get(f"tasks.{task}.review_ratio")
        values = ratio * np.array([0.1, 0.5, 1.0, 2.0])
        result = tm.sweep(catalog, 1e30, over=f"tasks.{task}.review_ratio", values=values)
        cost = result["oversight_cost"].values
        assert (np.diff(cost) >= -1e-12 * cost[:-1]).all()


def test_without_duties_of_review_it_is_one(catalog):
    free = catalog.replace({"supervision.coverage": "none"})
    assert cost_at(free, [1e28, 1e32]) == pytest.approx(1.0, rel=1e-12)


def test_where_ai_may_do_nothing_it_is_one_and_so_are_the_speedups(catalog):
    result = tm.sweep(catalog)
    nothing = ~result["automatable"].values.any(axis=1)
    assert 10 < nothing.sum() < len(nothing)
    for name in ("oversight_cost", "throughput_speedup", "bulk_speedup"):
        assert result[name].values[nothing] == pytest.approx(1.0, rel=1e-12), name


def test_unlimited_inference_is_solved_too(catalog):
    free = catalog.replace({"compute.inference": "free", "compute.experiments": "free"})
    result = tm.sweep(free, [1e28, 1e30, 1e32])
    expected = (result["no_oversight_ceiling"] / result["oversight_ceiling"]).values
    assert result["oversight_cost"].values == pytest.approx(expected, rel=1e-9)


def test_a_draw_costs_what_its_sweep_does(catalog):
    points = [1e29, 1e31]
    drawn = tm.ensemble(catalog, [5, 11], compute=points, keep=["oversight_cost"])
    for row in range(2):
        paths, values = drawn["path"].values.tolist(), drawn["input"].values[row].tolist()
        result = tm.sweep(catalog.replace(dict(zip(paths, values, strict=True))), points)
        assert drawn["oversight_cost"].values[row] == pytest.approx(
            result["oversight_cost"].values, rel=1e-11
        )
    grid = [catalog.compute.grid.low, *points, catalog.compute.grid.high]
    swept = tm.sweep(catalog.replace(dict(zip(paths, values, strict=True))), grid)
    first = {kind: compute for compute, kind, *_ in reversed(cost_events(swept))}
    for kind in LEVELS:
        expected = first.get(kind, np.inf)
        for name in (drawn["event_place"].sel(kind=kind), drawn[f"{kind}_from"]):
            assert float(name[1]) == pytest.approx(expected, rel=1e-11)


def test_review_that_changes_with_compute_is_set_to_zero_exactly(catalog):
    graded = {"success": "logistic", "success_slope": 0.84, "worker": "frontier"}
    catalog = catalog.replace({f"capability.{name}": value for name, value in graded.items()})
    compute = np.array([1e27, 1e29, 1e31])
    situation = Situation(tm.sweeps.walker.Setting(catalog), compute)
    free = organisation(catalog).without_review().bundles(compute)
    cost = greatest_output(free, *situation.arrays[1:]) / greatest_output(*situation.arrays)
    assert cost_at(catalog, compute) == pytest.approx(cost, rel=1e-10)
