"""Difficult events: simultaneous, nearly so, short-lived, flat, with jumps, not unique."""

import numpy as np
import pytest
from random_catalogs import multi_factor_catalog
from sizes import cases
from small import small_catalog
from two_factors import two_factor_catalog

import taskmodel as tm
from taskmodel.sweeps.axes import OFFSET
from taskmodel.sweeps.axes import PER_DECADE as MESH
from taskmodel.sweeps.walker import Walker
from taskmodel.sweeps.walks import regime_changes, walked


def found_in(catalog, low, high):
    """Place of every event strictly between two points, by kind and task's name."""
    walker = Walker(catalog)
    places = {}
    for place, changes in regime_changes(walker, low, high).items():
        for event in changes:
            places.setdefault(
                (event.kind, walker.organisation.tasks[event.task] if event.task >= 0 else ""), []
            ).append(place)
    return places


def two_by_ai(elasticity, thresholds, shares=(0.25, 0.25), **compute):
    """Return a catalog and the closed form of its events (model.md 1.3).

    AI does tasks a and b without review, people a third. The second value returns the compute at
    which a task is adopted or completed, for thresholds in ascending order.
    """
    records = {
        name: {"share": share, "automation_threshold": threshold}
        for name, share, threshold in zip("ab", shares, thresholds, strict=True)
    }
    records["kept"] = {"share": 1 - sum(shares), "delegable": False}
    catalog = small_catalog(
        records,
        production={"elasticity": elasticity},
        supervision={"coverage": "none"},
        compute={"inference_share": 1e-9, **compute},
    )
    kappa = 100 * 3600 * 2 * np.sqrt(np.array(thresholds) / 120)
    weight = np.array(shares) * kappa ** (1 - elasticity)

    def place(by_ai, marginal):
        """Compute at which AI does the tasks `by_ai` fully and the marginal task costs the same."""
        people = 1 - sum(shares[task] for task in by_ai)
        return (
            sum(weight[task] for task in by_ai)
            / people
            * kappa[marginal] ** elasticity
            * 1000
            / 1e-9
        )

    return catalog, place


@pytest.mark.parametrize("elasticity", [0, 0.5, 1, 2])
def test_equal_tasks_are_adopted_and_completed_together_however_they_are_split(elasticity):
    """Tasks b and c cost the same by AI throughout, so that the split between them is arbitrary."""
    tasks = {
        "a": {"share": 0.2, "automation_threshold": 1e20},
        "b": {"share": 0.2, "automation_threshold": 1e22},
        "c": {"share": 0.1, "automation_threshold": 1e22},
        "kept": {"share": 0.5, "delegable": False},
    }
    catalog = small_catalog(
        tasks,
        production={"elasticity": elasticity},
        supervision={"coverage": "none"},
        compute={"inference_share": 1e-9},
    )
    kappa = 100 * 3600 * 2 * np.sqrt(np.array([1e20, 1e22]) / 120)
    first, both = 0.2 * kappa[0] ** (1 - elasticity), 0.3 * kappa[1] ** (1 - elasticity)
    adopted = first / 0.8 * kappa[1] ** elasticity * 1e12
    completed = (first + both) / 0.5 * kappa[1] ** elasticity * 1e12
    found = found_in(catalog, adopted / 30, completed * 30)
    for task in "bc":
        assert found["adopted", task] == pytest.approx([adopted], rel=1e-10)
        assert found["completed", task] == pytest.approx([completed], rel=1e-10)
    assert (
        found["adopted", "b"] == found["adopted", "c"]
        and found["completed", "b"] == found["completed", "c"]
    )
    # all along, either may be done by people or by AI
    inner = np.geomspace(adopted, completed, 50)[1:-1]
    usable = Walker(catalog).solve(inner, np.zeros(len(inner), dtype=bool)).allocation.usable
    assert usable[:, 1:3, [0, 3]].all()
    # a hair inside either end too, where hardly anything is there to be split
    for hair in (1e-6, 1e-9):
        ends = np.array([adopted * (1 + hair), completed * (1 - hair)])
        assert (
            Walker(catalog)
            .solve(ends, np.zeros(2, dtype=bool))
            .allocation.usable[:, 1:3, [0, 3]]
            .all()
        ), hair


@pytest.mark.parametrize(
    ("elasticity", "apart"),
    [(0.5, 1e-6), (1, 1e-8), (2, 1e-10), *cases([], [(2, 1e-8), (0.5, 1e-10), (2, 1e-12)])],
)
def test_events_that_nearly_coincide_are_all_told_once(elasticity, apart):
    """Completion of a and adoption of b are apart by half of `apart` times the elasticity."""
    catalog, place = two_by_ai(elasticity, (1e22, 1e22 * (1 + apart)))
    expected = {
        ("completed", "a"): place([0], 0),
        ("adopted", "b"): place([0], 1),
        ("completed", "b"): place([0, 1], 1),
    }
    found = found_in(catalog, expected["completed", "a"] / 10, expected["completed", "b"] * 10)
    # costs that differ by less than the tolerance of a tie, 5e-12, count as equal
    if apart < 1e-11:
        assert {key: len(places) for key, places in found.items()} == {
            ("completed", "a"): 1,
            ("completed", "b"): 1,
        }
        return
    assert {key: len(places) for key, places in found.items()} == dict.fromkeys(expected, 1)
    for key, where in expected.items():
        assert found[key] == pytest.approx(
            [where], rel=1e-9
        )  # events nearer than that may be told at one place
    if elasticity * apart > 4e-9:
        assert found["completed", "a"][0] < found["adopted", "b"][0]


def test_thresholds_a_hair_apart_are_two_places():
    catalog, _ = two_by_ai(0.5, (1e27, 1e27 * (1 + 1e-13)))
    events = tm.events(tm.sweep(catalog, compute=[1e26, 1e29]))
    opened = events["kind"].values == "automatable"
    assert events["task"].values[opened].tolist() == ["a", "b"]
    assert events["compute"].values[opened].tolist() == [2e27, 2 * (1e27 * (1 + 1e-13))]


def test_output_jumps_at_a_threshold_and_stays_flat_where_compute_is_not_needed():
    """With free inference compute only opens tasks: output is constant between thresholds."""
    shares, thresholds = (0.3, 0.2), (1e27, 1e28)
    catalog, _ = two_by_ai(0.5, thresholds, shares, inference="free")
    result = tm.sweep(catalog, compute=np.geomspace(1e26, 1e30, 60))
    events = tm.events(result)
    assert set(events["kind"].values) == {"automatable", "adopted", "completed"}
    assert set(events["compute"].values) == {2e27, 2e28}
    levels = [1, 0.7**-2, 0.5**-2]  # s^(-1/(1-sigma)) of what people keep
    opened = (result["compute"].values[:, None] >= [2e27, 2e28]).sum(axis=1)
    np.testing.assert_allclose(
        result["throughput_speedup"].values, np.array(levels)[opened], rtol=1e-11
    )
    for place, before, after in ((2e27, 0, 1), (2e28, 1, 2)):
        here = events["compute"].values == place
        np.testing.assert_allclose(events["output_before"].values[here], levels[before], rtol=1e-11)
        np.testing.assert_allclose(events["output_after"].values[here], levels[after], rtol=1e-11)


def test_a_threshold_where_the_regime_changes_anyway_keeps_both_sides_apart():
    """A third task opens exactly where a is completed; its cost by people moves neither event."""
    catalog, place = two_by_ai(0.5, (1e21, 1e23))
    where = place([0], 0)
    data = {"tasks.kept.delegable": True, "tasks.kept.automation_threshold": where * 0.5}
    both = catalog.replace(data)
    assert Walker(both).organisation.opens_at[0, 2] == where
    events = tm.events(tm.sweep(both, compute=[where / 1e3, where * 10]))
    at = np.isclose(events["compute"].values, where, rtol=1e-9, atol=0)
    told = list(
        zip(events["kind"].values[at].tolist(), events["task"].values[at].tolist(), strict=True)
    )
    assert told.count(("automatable", "kept")) == 1
    assert told.count(("completed", "a")) == 1
    assert (
        len(told) == len(set(told)) == 2
    )  # the model that does the third task is far too dear to be adopted there
    np.testing.assert_allclose(
        events["output_before"].values[at], events["output_after"].values[at], rtol=1e-9
    )


def test_a_grid_point_at_a_kink_has_the_output_of_both_sides():
    catalog, places = two_factor_catalog(np.random.default_rng(3), 0.5, tasks=4)
    inner = np.sort(places[places > 0])
    grid = np.concatenate([[inner[0] / 10], inner, [inner[-1] * 10]])
    result, without = tm.sweep(catalog, compute=grid), tm.sweep(catalog, compute=grid[[0, -1]])
    one, two = tm.events(result), tm.events(without)
    for name in ("kind", "task", "mode", "factor"):
        assert one[name].values.tolist() == two[name].values.tolist()
    np.testing.assert_allclose(one["compute"], two["compute"], rtol=1e-12)
    order = np.searchsorted(grid, one["compute"].values * (1 - 1e-6))
    for side in ("before", "after"):
        np.testing.assert_allclose(one[f"output_{side}"], result["output"].values[order], rtol=1e-9)
    assert set(np.ravel(result["status"].values)) == {"optimal"}


@pytest.fixture(scope="module")
def band():
    """A catalog in which AI does a task only within a band of compute, and the ends of the band.

    The lower end does not depend on the number of reviewers; the upper end is proportional to it.
    """
    catalog = multi_factor_catalog(np.random.default_rng(25))
    found = mode_events(catalog, 3e28, 1e30)
    assert [kind for kind, _ in found] == ["adopted", "dropped"]
    return catalog, *(place for _, place in found)


def mode_events(catalog, low, high):
    """What becomes of reviewed AI in the first task between two points."""
    events = tm.events(tm.sweep(catalog, compute=[low, high]))
    chosen = (events["task"].values == "task0") & (events["mode"].values == "ai_floor_review")
    return list(
        zip(
            events["kind"].values[chosen].tolist(),
            events["compute"].values[chosen].tolist(),
            strict=True,
        )
    )


def narrowed(band, at, width):
    """The catalog with a band of that relative width, and where it begins in the mesh."""
    catalog, begins, ends = band
    middle = 10 ** ((np.round(MESH * np.log10(begins)) + OFFSET + at) / MESH)
    shift = middle / (begins * (1 + width / 2))  # so much less of all that compute gives
    narrow = {
        "supervision.headcount": catalog.get("supervision.headcount") * begins / ends * (1 + width),
        "compute.inference_share": catalog.get("compute.inference_share") / shift,
        "compute.experiment_share": catalog.get("compute.experiment_share") / shift,
    }
    return catalog.replace(narrow), middle, begins * shift


@pytest.mark.parametrize("width", cases([1e-2, 1e-5], [1e-2, 1e-3, 1e-5, 1e-7]))
@pytest.mark.parametrize(
    "at", [0.0, 0.5, 0.03], ids=["around a mesh point", "amid a stretch", "near its end"]
)
def test_a_mode_that_is_adopted_and_soon_dropped_again_is_told(band, at, width):
    catalog, middle, begins = narrowed(band, at, width)
    found = mode_events(catalog, middle / 2, middle * 2)
    assert [kind for kind, _ in found] == ["adopted", "dropped"]
    assert [place for _, place in found] == pytest.approx([begins, begins * (1 + width)], rel=1e-10)


@pytest.mark.parametrize("at", [0.5, 0.1])
def test_so_it_is_where_links_link_next_to_nothing_and_the_compiled_walk_is_not_used(band, at):
    """A pair of events in one interval of the mesh, whose ends have one regime."""
    catalog, middle, begins = narrowed(band, at, 1e-3)
    tiny = {"task": "task1", "by": ["task0"], "hours": 1e-15, "source": "judgement", "note": "none"}
    linked = catalog.replace({"oversight_work": {"tiny": tiny}})
    found = mode_events(linked, middle / 1.2, middle * 1.2)
    assert [kind for kind, _ in found] == ["adopted", "dropped"]
    assert [place for _, place in found] == pytest.approx([begins, begins * 1.001], rel=1e-9)


def test_where_people_and_ai_change_places_each_side_has_its_own_mode():
    """The modes cost the same there: rounding must not close the one that the side has."""
    catalog = tm.load_catalog("alignment_research", scenario="graded_success")

    def activities(position, before, path):
        return {"activity": path.allocation.activity}

    _, events, _ = walked(Walker(catalog), 1e26, 1e28, np.array([1e26, 1e28]), activities)
    swaps = 0
    for row, changes in enumerate(events.changes):
        tasks = {
            kind: {change.task for change in changes if change.kind == kind}
            for kind in ("adopted", "completed")
        }
        for task in tasks["adopted"] & tasks["completed"]:
            swaps += 1
            before, after = events.limits["activity"][row, :, task, 0]
            assert before > 0
            assert after == 0
    assert swaps > 3
