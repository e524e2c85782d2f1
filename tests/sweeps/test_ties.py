"""Tasks whose modes cost the same but for a factor that hardly costs anything: few true events.

Where one task needs review and another none, the inference that AI takes soon costs nearly nothing,
and tasks that use people in one proportion are tied but for it. Which of them people do depends on
a difference below rounding; the regime must not.
"""

from collections import Counter

import numpy as np
import pytest
from random_catalogs import multi_factor_catalog
from sizes import cases
from small import small_catalog

import taskmodel as tm
from taskmodel.sweeps.walker import Walker
from taskmodel.sweeps.walks import walked
from taskmodel.uncertainty import sampler


def tied_catalog(seed):
    """A catalog of 3 to 8 tasks, reviewed at one ratio or not at all, whose people also review."""
    rng = np.random.default_rng(seed)
    count = int(rng.integers(3, 9))
    ratio = float(rng.choice([0.02, 0.05, 0.3, 1.0]))
    shares = rng.dirichlet(np.ones(count) * rng.choice([0.3, 3.0]))
    ratios = np.where(rng.random(count) < 0.35, 0.0, ratio)
    ratios[:2] = ratio, 0.0
    return small_catalog(
        {
            f"t{i}": {
                "share": float(share),
                "horizon": float(10 ** rng.uniform(-1, 2.5)),
                "review_ratio": float(own),
            }
            for i, (share, own) in enumerate(zip(shares, ratios, strict=True))
        },
        production={"elasticity": float(rng.choice([0.0, 0.5, 0.5, 1.0, 2.0]))},
        supervision={"max_review_share": 0.5},
        compute={
            "inference_share": 0.001,
            "experiments": str(rng.choice(["scarce", "free"])),
            "grid": {"low": 1e26, "high": 1e35, "points": 20},
        },
    )


BEFORE, AFTER = 0, 1


def regimes(position, before, path):
    """What a regime is: active modes, priced factors, and the role of oversight."""
    return {
        "usable": path.allocation.usable,
        "priced": path.allocation.priced,
        "oversight": np.column_stack([path.binds, path.bottleneck]),
    }


def kinds(catalog):
    events = tm.events(tm.sweep(catalog))
    return Counter(events["kind"].values.tolist())


@pytest.mark.parametrize("seed", range(cases(12, 200)))
def test_between_events_a_cold_start_finds_the_regime_that_they_tell(seed):
    """The optimum half way between two events has the regime after the one and before the other."""
    catalog = tied_catalog(seed)
    walker = Walker(catalog)
    _, events, _ = walked(walker, 1e26, 1e35, np.array([1e26, 1e35]), regimes)
    assert len(events) <= 8 * len(catalog.tasks)
    position = np.concatenate([[1e26], events.position, [1e35]])
    apart = np.flatnonzero(np.diff(np.log(position)) > 1e-3)
    middle = walker.solve(np.sqrt(position[apart] * position[apart + 1]))
    for side, rows in ((AFTER, apart - 1), (BEFORE, apart)):
        known = (rows >= 0) & (rows < len(events))
        alone = regimes(middle.position, middle.before, middle)
        for name in ("usable", "priced"):
            assert np.array_equal(events.limits[name][rows[known], side], alone[name][known])
    # an event changes something
    same = [
        (values[:, BEFORE] == values[:, AFTER]).all(axis=tuple(range(1, values.ndim - 1)))
        for values in events.limits.values()
    ]
    assert not np.all(same, axis=0)[~events.at_threshold].any()


def test_four_tasks_of_one_review_ratio_have_eleven_events():
    horizons = {"a": 0.129, "b": 209.4359, "c": 0.2084, "d": 6.2468}
    shares = dict(zip("abcd", (0.418, 0.2476, 0.1486, 0.1858), strict=True))
    catalog = small_catalog(
        {
            name: {"share": shares[name], "horizon": horizon, "review_ratio": 0.05}
            for name, horizon in horizons.items()
        },
        pools={"researchers": {"headcount": 40, "hours_per_year": 1800}},
        supervision={"headcount": 40, "hours_per_year": 1800, "max_review_share": 0.5},
        compute={
            "inference_share": 0.001,
            "experiment_share": 0.0005,
            "experiments": "scarce",
            "grid": {"low": 1e26, "high": 1e35, "points": 50},
        },
    ).replace({"tasks.b.review_ratio": 0.0})
    # b opens last; people then do it no longer, and a part of d, which takes the most inference
    assert kinds(catalog) == {
        "automatable": 2,
        "adopted": 3,
        "completed": 2,
        "binds": 2,
        "oversight_bottleneck": 1,
        "oversight_costs_half": 1,
    }


@pytest.mark.parametrize("draw", [200, 433, 765])
def test_modes_of_nearly_free_tasks_change_once(draw):
    # at low compute experiments limit research, and people cost next to nothing
    catalog = tm.load_catalog("alignment_research")
    columns = sampler(catalog).draw(np.array([draw]), seed=1)
    drawn = catalog.replace({path: float(values[0]) for path, values in columns.items()})
    found = tm.events(tm.sweep(drawn, np.geomspace(1e26, 8e26, 5)))
    changes = list(zip(*(found[name].values for name in ("kind", "task", "mode")), strict=True))
    assert ("binds", "", "") in changes
    assert len(set(changes)) == len(changes)


def test_a_split_that_a_factor_without_a_price_limits_follows_its_supply():
    catalog, path = multi_factor_catalog(np.random.default_rng(1024)), "supervision.headcount"
    people = np.geomspace(0.01, 0.04, 5)  # below 0.0232 all hours of reviewers are used
    walked_plans = tm.sweep(catalog, over=path, values=people, compute=1e29)["activity"]
    for number, activity in zip(people, walked_plans.values, strict=True):
        alone = tm.sweep(catalog.replace({path: float(number)}), compute=[1e29])["activity"]
        np.testing.assert_allclose(activity, alone.values[0], rtol=1e-6, atol=1e-6)


def test_tasks_that_people_end_together_end_once():
    # ties of five tasks in one proportion, which rounding of one ulp must not hide
    catalog = multi_factor_catalog(np.random.default_rng(17))
    found = tm.events(tm.sweep(catalog))
    found = found.isel(event=(found["compute"] > 8e28) & (found["compute"] < 8.6e28))
    ended = found.task.values[found.kind.values == "completed"].tolist()
    assert sorted(ended) == ["task0", "task3", "task4", "task5", "task7"]
    assert "adopted" not in found.kind.values
