"""Events are where closed forms say they are, whatever the grid; between them nothing is missed."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from first import first
from random_catalogs import HIGH, LOW, multi_factor_catalog
from sizes import cases
from small import small_catalog
from two_factors import two_factor_catalog

import taskmodel as tm
from taskmodel.cli import main
from taskmodel.errors import SolveError, UnstableQueue
from taskmodel.sweeps.event_records import KINDS
from taskmodel.sweeps.walker import Walker
from taskmodel.sweeps.walks import regime_changes

TWO_FACTOR = cases(10, 300)


def any_elasticity(rng):
    """From 0.1 to 3; a third at 1 or near it, where the general closed form is nearly 0/0."""
    near = 1 + rng.choice([-1, 1]) * 10 ** rng.uniform(-5, -1)
    return float(
        rng.choice(
            [10 ** rng.uniform(-1, np.log10(3)), 10 ** rng.uniform(-1, np.log10(3)), near, 1.0],
            p=[0.4, 0.3, 0.25, 0.05],
        )
    )


@pytest.mark.parametrize("block", range(TWO_FACTOR // 10))
def test_every_event_of_two_factor_catalogs_is_where_the_closed_form_says(block):
    rng = np.random.default_rng([13, block])
    for _ in range(10):
        elasticity = any_elasticity(rng)
        catalog, places = two_factor_catalog(rng, elasticity, tasks=int(rng.integers(2, 8)))
        expected = {}
        for task, (adopted, completed) in enumerate(places):
            if adopted > 0:  # the cheapest task is taken over from the first bit of inference on
                expected["adopted", task] = adopted
            expected["completed", task] = completed
        low, high = min(expected.values()) / 2, max(expected.values()) * 2
        found = [
            (event.kind, event.task, place)
            for place, changes in regime_changes(Walker(catalog), low, high).items()
            for event in changes
        ]
        assert sorted((kind, task) for kind, task, _ in found) == sorted(expected)
        for kind, task, place in found:
            assert place == pytest.approx(expected[kind, task], rel=1e-10), (elasticity, kind, task)


def test_the_places_of_events_do_not_depend_on_the_grid():
    catalog, places = two_factor_catalog(np.random.default_rng(1), 0.5, tasks=5)
    low, high = places[places > 0].min() / 10, places.max() * 10
    coarse, fine = (
        tm.events(tm.sweep(catalog, compute=np.geomspace(low, high, points))) for points in (3, 200)
    )
    assert coarse["kind"].values.tolist() == fine["kind"].values.tolist()
    assert coarse["task"].values.tolist() == fine["task"].values.tolist()
    np.testing.assert_allclose(coarse["compute"], fine["compute"], rtol=1e-10)


def test_thresholds_are_exact_and_both_limits_are_kept():
    catalog = small_catalog(
        {
            "a": {"share": 0.5, "automation_threshold": 1e27},
            "b": {"share": 0.5, "automation_threshold": 1e29},
        },
        supervision={"coverage": "none"},
        compute={"inference": "free"},
        production={"elasticity": 0},
    )
    events = tm.events(tm.sweep(catalog, compute=[1e26, 1e30]))
    opened = events["kind"].values == "automatable"
    assert events["compute"].values[opened].tolist() == [2e27, 2e29]
    assert events["output_before"].values[opened].tolist() == pytest.approx([1, 2])
    after = events["output_after"].values[opened]
    assert after[0] == pytest.approx(2) and np.isinf(after[1])


def test_a_threshold_at_the_last_point_counts_and_one_at_the_first_does_not():
    catalog = small_catalog(
        {
            "a": {"share": 0.5, "automation_threshold": 1e27},
            "b": {"share": 0.5, "automation_threshold": 1e29},
        }
    )
    kinds = tm.events(tm.sweep(catalog, compute=[2e27, 2e29]))
    opened = kinds["task"].values[kinds["kind"].values == "automatable"]
    assert opened.tolist() == ["b"]


def test_tasks_that_open_together_are_events_in_the_order_of_the_file():
    names = ["z", "a", "m"]
    catalog = small_catalog(
        {name: {"share": 1 / 4} for name in names} | {"rest": {"share": 1 / 4, "delegable": False}}
    )
    events = tm.events(tm.sweep(catalog))
    opened = events["kind"].values == "automatable"
    assert events["task"].values[opened].tolist() == names
    assert len(set(events["compute"].values[opened])) == 1


def test_events_are_sorted_by_place_then_kind():
    events = tm.events(tm.sweep(tm.load_catalog("t_agi_ladder")))
    places = events["compute"].values
    assert (np.diff(places) >= 0).all()
    ranks = [KINDS.index(kind) for kind in events["kind"].values]
    assert all(
        a <= b for a, b, same in zip(ranks, ranks[1:], np.diff(places) == 0, strict=False) if same
    )


SCENARIOS = [
    ("alignment_research", None),
    ("alignment_research", "dedicated_reviewers"),
    ("alignment_research", "scarce_inference"),
    ("ml_capability_rnd", "reference"),
    ("ml_capability_rnd", "scarce_inference"),
    ("t_agi_ladder", None),
]


@pytest.mark.parametrize(("name", "scenario"), SCENARIOS[:: cases(2, 1)])
def test_a_fine_grid_finds_no_event_missed_and_none_invented(name, scenario):
    catalog = tm.load_catalog(name, scenario=scenario)
    events = tm.events(tm.sweep(catalog, compute=np.geomspace(1e26, 1e35, 60)))
    walker, grid = Walker(catalog), np.geomspace(1e26, 1e35, 1500)
    path = walker.solve_path(grid, np.zeros(len(grid), dtype=bool))
    here = np.arange(len(grid) - 1)
    changed = ~path.take(here).equals(path.take(here + 1))
    kinds = events["kind"].to_index()
    regime = (kinds != "automatable") & ~kinds.str.startswith("oversight_costs")
    places = np.unique(events["compute"].values[regime])
    holds = np.zeros(len(here), dtype=int)
    np.add.at(holds, np.searchsorted(grid, places) - 1, 1)
    assert not (changed & (holds == 0)).any(), "missed"
    # several events in one cell may undo each other; a single one may not
    assert not (~changed & (holds == 1)).any(), "invented"


def test_output_is_continuous_at_events_that_are_no_thresholds():
    catalog = tm.load_catalog("alignment_research", scenario="scarce_inference")
    events = tm.events(tm.sweep(catalog, compute=np.geomspace(1e26, 1e35, 40)))
    between = ~np.isin(events["compute"].values, Walker(catalog).organisation.opens_at)
    assert between.sum() > 5
    for name in ("output", "throughput_speedup", "speedup"):
        np.testing.assert_allclose(
            events[f"{name}_before"][between], events[f"{name}_after"][between], rtol=1e-9
        )


def test_oversight_binds_where_its_share_crosses_the_tolerance():
    catalog = small_catalog(
        {
            "a": {"share": 0.5, "automation_threshold": 1e20},
            "b": {"share": 0.5, "delegable": False},
        },
        compute={"inference_share": 1e-11},
        supervision={"binding_tolerance": 0.1},
    )
    result = tm.sweep(catalog)
    events = tm.events(result)
    place = float(events["compute"][events["kind"].values == "oversight_binds"][0])
    walker = Walker(catalog)
    point = np.array([place])
    found = walker.yardstick.measure(point, walker.solve(point, np.array([False])).allocation)
    assert found.bottleneck_share[0, 1] == pytest.approx(0.1, abs=1e-9)


def test_output_never_falls_as_compute_grows_under_sufficient_workers():
    for name, scenario in SCENARIOS[:: cases(2, 1)]:
        output = tm.sweep(
            tm.load_catalog(name, scenario=scenario), compute=np.geomspace(1e26, 1e35, 80)
        )["output"].values
        assert (output[1:] >= output[:-1] * (1 - 1e-9)).all()


def test_the_supervision_cap_of_published_results():
    """Of 100 tasks a year at 4 h of review, a reviewer of 1,800 h caps at 450; 20/9 for tenfold."""
    for reviewers, published in ((1, 4.5), (10, 45), (20 / 9, 10)):
        catalog = small_catalog(
            {"task": {"share": 1.0, "review_ratio": 0.4, "by_people": False}},
            pools={
                "researchers": {"headcount": 1, "hours_per_year": 1000}
            },  # 100 tasks of 10 hours
            supervision={"pool": "dedicated", "headcount": reviewers, "hours_per_year": 1800},
            compute={"inference": "free"},
        )
        result = tm.sweep(catalog, compute=[1e31, 1e32])
        assert result["throughput_speedup"].values == pytest.approx([published] * 2, rel=1e-12)
        assert result["binding_factor"].values.tolist() == ["review"] * 2


@pytest.mark.parametrize(
    ("grid", "message"),
    [
        ([], "a list of points"),
        ([[1e26, 1e27]], r"\(1, 2\)"),
        ([1e27, 1e26], "1e\\+27 and then 1e\\+26"),
        ([1e26, 1e26], "that increase"),
        ([-1.0, 1e26], "-1"),
        ([1e26, np.nan], "nan"),
        ([1e26, np.inf], "inf"),
    ],
)
def test_a_grid_that_is_none_is_refused(grid, message):
    with pytest.raises(ValueError, match=message):
        tm.sweep(small_catalog({"a": {"share": 1.0}}), compute=grid)


def test_one_point_is_a_grid():
    result = tm.sweep(small_catalog({"a": {"share": 1.0}}), compute=[1e30])
    assert result.sizes["compute"] == 1 and result.sizes["event"] == 0


def test_people_who_make_nothing_are_no_base():
    catalog = small_catalog(
        {"a": {"share": 1.0}}, pools={"researchers": {"headcount": 0, "hours_per_year": 100}}
    )
    with pytest.raises(SolveError, match="pools.researchers"):
        tm.sweep(catalog)


def test_latency_wants_one_compute():
    for compute in (0, -1.0, np.nan, np.inf):
        with pytest.raises(ValueError, match="FLOP/year"):
            tm.latency(small_catalog({"a": {"share": 1.0}}), compute=compute)


def test_latency_names_the_critical_path():
    catalog = small_catalog(
        {
            "long": {"share": 0.5, "horizon": 100, "delegable": False},
            "short": {"share": 0.3},
            "last": {"share": 0.2, "after": ["long", "short"]},
        }
    )
    path = tm.latency(catalog, compute=1e20)
    assert path["task"].values[path["critical"].values].tolist() == ["long", "last"]
    assert float(path["slack"].sel(task="short")) == pytest.approx((100 - 8) * 4.2)
    assert float(path["latency_speedup"]) == pytest.approx(1)


@pytest.mark.parametrize("elasticity", [0.995, 0.99999, 1.00001])
def test_a_limit_beyond_the_largest_number_is_not_told_as_no_limit(elasticity):
    """Without review the limit of output is 1e460 or more just below 1, and infinite just above."""
    catalog = first(set={"production.elasticity": elasticity})
    result = tm.sweep(catalog, compute=[1e27, 1e35])
    assert np.isfinite(result["throughput_speedup"]).all()
    last = result["no_oversight_ceiling"].values[-1]
    assert np.isnan(last) if elasticity < 1 else np.isinf(last)


def test_events_do_not_depend_on_the_mesh_they_are_looked_for_on(monkeypatch):
    """Unit elasticity holds shares at the limits of oversight; low ones give prices of 1e-29."""
    for change in (
        {"production.elasticity": 1.0, "supervision.review_level": "low"},
        {"production.elasticity": 0.1},
    ):
        catalog = tm.load_catalog("alignment_research", scenario="dedicated_reviewers").replace(
            change
        )
        found = []
        for mesh in (24, 61):
            # the density of the mesh is not a setting; events must not depend on it
            monkeypatch.setattr("taskmodel.sweeps.axes.PER_DECADE", mesh)
            found.append(tm.events(tm.sweep(catalog, compute=[1e26, 1e31])))
        one, two = found
        for name in ("kind", "task", "mode", "factor"):
            assert one[name].values.tolist() == two[name].values.tolist()
        np.testing.assert_allclose(one["compute"], two["compute"], rtol=1e-10)


def test_modes_that_pass_through_a_tie_are_not_told_over_and_over(tmp_path: Path) -> None:
    # two tasks of the same review ratio differ only in nearly free inference, at high compute by
    # less than rounding
    file = tmp_path / "mine.yaml"
    assert main(["new", "mine", "-o", str(file)]) == 0
    same = {
        "supervision.pool": "dedicated",
        "supervision.headcount": 0.1,
        "compute.inference_share": 1e-2,
        "compute.experiments": "free",
        "tasks.write_code.review_ratio": 0.05,
        "tasks.run_experiments.review_ratio": 0.05,
        "tasks.analyse_results.review_ratio": 0,
        "tasks.design_experiments.delegable": False,
        "tasks.choose_questions.delegable": False,
    }
    found = tm.sweep(tm.load_catalog(file, set=same), np.geomspace(1e26, 1e35, 5))
    assert found.sizes["event"] < 20  # 12, against 1,469 where rounding decided


def test_many_events_are_measured_in_parts_with_the_same_numbers(monkeypatch):
    catalog, places = two_factor_catalog(np.random.default_rng(1), 0.5, tasks=5)
    grid = np.geomspace(places[places > 0].min() / 10, places.max() * 10, 3)
    whole = tm.sweep(catalog, compute=grid)
    assert whole.sizes["event"] > 5
    for size in (1, 40):
        monkeypatch.setattr("taskmodel.sweeps.measuring.TILE", size)
        monkeypatch.setattr("taskmodel.sweeps.measuring.MOST_KEPT", size - 1)
        monkeypatch.setattr("taskmodel.sweeps.walker.ENTRIES", size)
        parts = tm.sweep(catalog, compute=grid)
        xr.testing.assert_allclose(parts, whole, rtol=1e-12)
        assert list(parts.variables) == list(whole.variables)


def test_a_task_that_opens_without_effect_changes_no_regime():
    """Reviews take twice the time of the work, so that AI never pays."""
    dear = {"share": 1, "automation_threshold": 1e29, "review_ratio": 2.0}
    catalog = small_catalog({"one": dear})
    kinds = tm.events(tm.sweep(catalog))["kind"].values.tolist()
    assert "automatable" in kinds and "adopted" not in kinds
    assert regime_changes(Walker(catalog), 1e26, 1e32) == {}
    pays = regime_changes(Walker(catalog.replace({"tasks.one.review_ratio": 0.1})), 1e26, 1e32)
    assert list(pays) == pytest.approx([2e29])


def test_no_points_have_no_measures():
    nothing = np.zeros(0)
    walker = Walker(small_catalog({"one": {"share": 1}}))
    measures = walker.at(nothing).measure(walker.solve(nothing).allocation)
    assert measures.latency_speedup.shape == measures.throughput_speedup.shape == (0,)


SOURCE = {"source": "judgement", "note": "a test"}


def test_a_block_begins_where_ai_can_do_all_of_its_tasks():
    """Thresholds of 1e28 and 1e30 in training compute, which is half; each reviewed block halves.

    By hand: people do the second task until both are open; then one hour of review does ten hours
    of work in either, and all of 1,000 hours of people go to it.
    """
    threshold = {"share": 0.5, "review_ratio": 0.2}
    tasks = {
        "build": {**threshold, "automation_threshold": 1e28},
        "run": {**threshold, "automation_threshold": 1e30, "after": ["build"]},
    }
    blocks = {"chain": {"tasks": ["build", "run"], "review": 0.5, **SOURCE}}
    catalog = small_catalog(tasks, blocks=blocks, compute={"inference": "free"})
    result = tm.sweep(catalog, compute=[1e28, 1e29, 1e31])
    events = tm.events(result)
    opened = events["compute"].values[events["kind"].values == "automatable"]
    assert opened == pytest.approx([2e28, 2e30])
    assert {"adopted", "completed"} <= set(events["kind"].values.tolist())
    alone = 4 / (1 + np.sqrt(0.2)) ** 2  # an elasticity of 0.5: unit costs of 1 and 0.2
    np.testing.assert_allclose(result["throughput_speedup"], [1, alone, 10], rtol=1e-9)
    np.testing.assert_allclose(
        Walker(catalog).solve_path(np.array([2e28] * 2), np.array([True, False])).allocation.output
        / 1000,
        [1, alone],
        rtol=1e-9,
    )


@pytest.mark.parametrize("seed", [4, 6, 7, 8, 15])
def test_events_are_the_same_where_links_link_next_to_nothing(seed):
    """Links are searched between stops without the compiled walk, which finds the same places."""
    plain = multi_factor_catalog(np.random.default_rng([5, seed]))
    by = next(name for name, task in plain.tasks.items() if task.delegable)
    other = next(name for name in plain.tasks if name != by)
    work = {"tiny": {"task": other, "by": [by], "hours": 1e-15, **SOURCE}}
    grid = np.geomspace(LOW, HIGH, 4)
    whole, linked = (
        tm.sweep(catalog, grid) for catalog in (plain, plain.replace({"oversight_work": work}))
    )
    np.testing.assert_allclose(linked["output"], whole["output"], rtol=1e-9)
    found, expected = (
        sorted(
            (*words, place)
            for *words, place in zip(
                *(tm.events(result)[name].values for name in ("kind", "task", "mode", "factor")),
                tm.events(result)["compute"].values,
                strict=True,
            )
            if not words[0].startswith("speedup")  # slopes of linked plans are not known
        )
        for result in (linked, whole)
    )
    assert [words for *words, _ in found] == [words for *words, _ in expected]
    places = [place for *_, place in expected]
    np.testing.assert_allclose([place for *_, place in found], places, rtol=1e-9)
    assert len(places) > 6


@pytest.mark.parametrize("catalogs", ["alignment_research", small_catalog({"one": {"share": 1}})])
def test_one_catalog_has_nothing_to_be_compared_with(catalogs):
    with pytest.raises(TypeError, match="put it in a list with another"):
        tm.compare(catalogs)


def test_a_path_along_which_every_reviewer_is_busy_for_ever_names_the_pool():
    catalog = small_catalog(
        {"only": {"share": 1, "by_people": False}},
        supervision={"pool": "dedicated", "utilisation": 1},
        latency={"count_queues": True},
    )
    with pytest.raises(UnstableQueue, match="supervision.utilisation"):
        tm.sweep(catalog, [1e31])


@pytest.mark.parametrize(
    ("found", "words"),
    [("alignment_research", r"load_catalog\('alignment_research'\)"), (3, "int: .*returns one")],
)
def test_what_is_no_catalog_is_told_how_to_become_one(found, words):
    with pytest.raises(TypeError, match=words):
        tm.sweep(found)
