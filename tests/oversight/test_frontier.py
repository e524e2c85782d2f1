"""The safety-throughput frontier: its concavity, its slope, and its ends."""

import numpy as np
import pytest
from limited import MORE, limited
from small import small_catalog

import taskmodel as tm
from taskmodel import plots
from taskmodel.allocation import allocate
from taskmodel.errors import NothingToLimit
from taskmodel.oversight.frontier import BUDGET
from taskmodel.sweeps.walker import Walker

PROTOCOLS = ("full_review", "spot_checks", "layered_ai_review", "assisted", "no_review")


def choosing(*protocols, share=1e-9, **changes):
    """The small catalog with inference for 15,000 hours of AI work, and 1,000 hours of people."""
    scarce = {"compute.inference": "scarce", "compute.inference_share": share}
    return limited(None, *(protocols or PROTOCOLS), **{"tasks": MORE, **changes}).replace(scarce)


def catalogs():
    """A small catalog, a bundled one with all protocols, and one with gradual success."""
    degrees = {
        "success": "logistic",
        "worker": "frontier",
        "success_slope": 0.84,
        "defect_probability": 0.05,
    }
    return {
        "small": (choosing(), 1e28),
        "bundled": (tm.load_catalog("alignment_research", "defect_budget"), 1e31),
        "by degrees": (choosing(share=1e-3, capability=degrees), 1e23),
    }


@pytest.fixture(scope="module")
def frontiers():
    budgets = {"bundled": [0, *np.geomspace(1e4, 1e9, 11)]}
    return {
        name: tm.safety_frontier(catalog, budgets.get(name), compute=compute)
        for name, (catalog, compute) in catalogs().items()
    }


@pytest.mark.parametrize("name", catalogs())
def test_the_frontier_rises_and_is_concave_and_its_price_falls(frontiers, name):
    frontier = frontiers[name]
    budget, output, price = (
        frontier[name].values for name in ("defect_budget", "output", "safety_price")
    )
    slope = np.diff(output) / np.diff(budget) * frontier["base_output"].item()
    assert (slope > -1e-12).all() and (np.diff(slope) <= 1e-9 * slope[:-1] + 1e-12).all()
    assert (np.diff(price) <= 1e-9 * price[:-1]).all()
    # each chord lies between the prices at its ends
    rounding = 1e-12 * output[1:] * frontier["base_output"].item() / np.diff(budget)
    assert (slope <= price[:-1] * (1 + 1e-9) + rounding).all() and (
        slope >= price[1:] * (1 - 1e-9) - rounding
    ).all()
    assert (frontier["escaped_harm"] <= budget * (1 + 1e-9)).all() and (
        frontier["duality_gap"] < 1e-9
    ).all()
    np.testing.assert_allclose(frontier["ai_work_share"].sum("mode"), 1)
    np.testing.assert_allclose(frontier["bottleneck_share"].sum("source"), 1)


@pytest.mark.parametrize("name", catalogs())
def test_its_slope_is_the_price_of_safety(frontiers, name):
    """Central differences within a regime, where the price is the same on both sides."""
    catalog, compute = catalogs()[name]
    top, h, checked = frontiers[name]["ceases_to_bind"].item(), 2e-4, 0
    middle = top * 10.0 ** -np.array([0.3, 0.7, 1.1, 1.9, 2.7])
    near = tm.safety_frontier(
        catalog,
        np.sort(np.concatenate([middle * (1 - h), middle, middle * (1 + h)])),
        compute=compute,
    )
    output, price = (
        near[variable].values.reshape(-1, 3) for variable in ("output", "safety_price")
    )
    for budget, (below, _, above), (left_price, price_here, right_price) in zip(
        np.sort(middle), output, price, strict=True
    ):
        if left_price - right_price < 0.01 * price_here:
            slope = (above - below) / (2 * h * budget) * near["base_output"].item()
            assert slope == pytest.approx(price_here, rel=1e-6), budget
            checked += 1
    assert checked >= 3


@pytest.mark.parametrize("name", ["small", "by degrees"])
def test_its_upper_end_is_the_optimum_without_a_budget(frontiers, name):
    catalog, compute = catalogs()[name]
    free = tm.sweep(catalog.replace({BUDGET: None}), [compute])
    for variable in ("output", "throughput_speedup", "latency_speedup", "speedup"):
        assert frontiers[name][f"{variable}_unlimited"].item() == pytest.approx(
            free[variable].item(), rel=1e-12
        )
    assert frontiers[name]["output"].values[-1] == pytest.approx(free["output"].item(), rel=1e-9)
    ends = frontiers[name]["ceases_to_bind"].item()
    weights = np.array([task.harm_weight.value for task in catalog.tasks.values()])
    assert ends <= (weights * free["escaped_defects"].values[0]).sum() * (1 + 1e-9)
    near = tm.safety_frontier(
        catalog, [ends * (1 - 1e-6), ends * (1 + 1e-9), 2 * ends], compute=compute
    )
    assert near["safety_price"].values[0] > 0 and near["safety_price"].values[2] == 0
    assert near["output"].values[1:] == pytest.approx(free["output"].item(), rel=1e-11)


def test_its_lower_end_is_the_optimum_with_what_leaks_closed(frontiers):
    """Nothing escapes an assisted person; some defects escape whatever AI does by itself."""
    closed = tm.sweep(choosing("assisted"), [1e28])
    assert frontiers["small"]["output"].values[0] == pytest.approx(
        closed["output"].item(), rel=1e-12
    )
    perfect = {
        "title": "people and machines that find everything",
        "coverage": 1,
        "layers": 1,
        "layer_detection": 1,
    }
    both, single = (
        choosing(*names, protocols={"perfect": perfect})
        for names in (("perfect", "no_review"), ["perfect"])
    )
    ends = tm.safety_frontier(both, compute=1e28)
    assert ends["output"].values[0] == pytest.approx(
        tm.sweep(single, [1e28])["output"].item(), rel=1e-12
    )  # full review
    unseen = tm.sweep(both.replace({"supervision.protocols": ["no_review"]}), [1e28])
    assert ends["output_unlimited"].item() == pytest.approx(
        unseen["output"].item(), rel=1e-12
    )  # no review
    assert ends["ai_work_share"].sel(mode="perfect").values[[0, -1]] == pytest.approx([1, 0])


def test_the_price_of_no_budget_is_what_its_first_hour_gives(frontiers):
    budget = frontiers["small"]["defect_budget"].values[1]
    near = frontiers["small"].isel(defect_budget=[0, 1])
    first = np.diff(near["output"].values)[0] / budget * near["base_output"].item()
    assert near["safety_price"].values[0] == pytest.approx(first, rel=1e-6)
    assert near["safety_price"].values[0] == pytest.approx(near["safety_price"].values[1], rel=1e-9)


def test_it_is_what_a_sweep_along_the_budget_says():
    catalog = limited(None, *PROTOCOLS, tasks=MORE)
    budgets = [30.0, 100.0, 300.0]
    frontier, swept = (
        tm.safety_frontier(catalog, budgets, compute=1e28),
        tm.sweep(catalog, 1e28, over=BUDGET, values=budgets),
    )
    for name in (
        "output",
        "throughput_speedup",
        "speedup",
        "oversight_elasticity",
        "bottleneck_share",
        "automated_hours_share",
    ):
        np.testing.assert_allclose(frontier[name], swept[name], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(
        frontier["safety_price"], swept["shadow_price"].sel(factor="defect_budget"), rtol=1e-9
    )
    np.testing.assert_allclose(
        frontier["review_hours"], swept["factor_use"].sel(factor="review"), rtol=1e-9
    )


def test_an_hour_more_of_people_of_review_and_of_the_budget_are_all_there_is_to_output():
    """Euler: factors at shadow prices sum to output; the share of the budget is its elasticity."""
    walker = Walker(limited(200, *PROTOCOLS, tasks=MORE))
    bundles, supply, nest, opened = walker.at(np.array([1e28])).arrays
    best = allocate(bundles, supply, nest, opened)
    finite = np.isfinite(supply[0])
    assert (best.shadow_price[0, finite] * supply[0, finite]).sum() == pytest.approx(best.output[0])
    frontier = tm.safety_frontier(walker.catalog, [200], compute=1e28)
    assert frontier["defect_budget_elasticity"].item() == pytest.approx(
        best.shadow_price[0, -1] * 200 / best.output[0]
    )


def test_what_is_no_frontier_is_said():
    with pytest.raises(NothingToLimit, match="nothing escapes at .*let AI err"):
        tm.safety_frontier(tm.load_catalog("t_agi_ladder"))
    flat = tm.safety_frontier(tm.load_catalog("t_agi_ladder"), [0, 1e3], compute=1e31)
    assert (flat["safety_price"] == 0).all() and flat["ceases_to_bind"].item() == 0
    catalog = limited(None, *PROTOCOLS, tasks=MORE)
    for budgets in ([1, 1], [-1, 1], [[1.0]], [np.inf], []):
        with pytest.raises(ValueError, match=r"budgets must be"):
            tm.safety_frontier(catalog, budgets)
    with pytest.raises(TypeError, match="a Catalog is needed"):
        tm.safety_frontier("alignment_research")
    unknown = {name: {**task, "verifiability": None} for name, task in MORE.items()}
    with pytest.raises(tm.CatalogError, match="tasks.code: 'verifiability' is missing"):
        tm.safety_frontier(limited(None, *PROTOCOLS, tasks=unknown))


def test_output_without_limit_has_a_frontier_only_for_budgets_that_are_given():
    tasks = {"code": {**MORE["code"], "share": 1.0}}
    catalog = limited(None, "no_review", tasks=tasks)
    with pytest.raises(
        NothingToLimit,
        match="works, and errs, without limit where there is no defect budget: give the budgets",
    ):
        tm.safety_frontier(catalog)
    frontier = tm.safety_frontier(catalog, [10, 20], compute=1e28)
    assert np.isinf(frontier["output_unlimited"]) and np.isinf(frontier["ceases_to_bind"])
    assert frontier["output"].values[1] > frontier["output"].values[0]


def test_an_organisation_of_a_billionth_has_a_billionth_of_the_budgets():
    """Returns to scale are constant: people, reviewers and inference set the unit."""
    catalog, small = choosing(), 1e-9
    scale = {
        path: small * catalog.get(path)
        for path in (
            "pools.researchers.headcount",
            "supervision.headcount",
            "compute.inference_share",
        )
    }
    budgets = np.array([0.0, 10.0, 1e3])
    whole = tm.safety_frontier(catalog, budgets, compute=1e28)
    part = tm.safety_frontier(catalog.replace(scale), small * budgets, compute=1e28)
    np.testing.assert_allclose(part["output"], whole["output"], rtol=1e-9)
    for name in ("ceases_to_bind", "escaped_harm_unlimited"):
        assert float(part[name]) == pytest.approx(small * float(whole[name]), rel=1e-8)
    np.testing.assert_allclose(part["safety_price"], whole["safety_price"], rtol=1e-8, atol=1e-12)


PERFECT = {"title": "Perfect", "coverage": 1, "layers": 1, "layer_detection": 1}
FREE = {"share": 0.5, "automation_threshold": 1e20, "verifiability": {"score": 0.75}}
SIGN = {"share": 0.5, "delegable": False}


def test_a_budget_need_not_bind_although_something_escapes_without_one():
    """Review that costs nothing and finds everything is as good: output is that of a budget of 0.

    With an elasticity of 0 the work by hand sets output to 2, whatever inference there is.
    """
    catalog = choosing(
        "no_review",
        "perfect",
        share=0.5,
        tasks={"code": {**FREE, "review_ratio": 0}, "sign": SIGN},
        protocols={"perfect": PERFECT},
        production={"elasticity": 0},
    )
    frontier = tm.safety_frontier(catalog, [0.0, 1.0, 1e3], compute=1e30)
    assert frontier["output"].values == pytest.approx([2, 2, 2])
    assert (frontier["safety_price"] == 0).all() and frontier["ceases_to_bind"].item() == 0
    assert frontier["escaped_harm_unlimited"].item() > 100


def test_work_that_takes_nothing_scarce_lets_defects_escape_too():
    """Half of research by people, half by AI that nobody reviews, in fixed proportion: 1,000 h of
    either, and with one attempt in five useless 250 h of defective work."""
    catalog = small_catalog(
        {
            "plan": {"share": 0.5, "delegable": False},
            "code": {"share": 0.5, "automation_threshold": 1e20, "verifiability": {"score": 0.5}},
        },
        production={"elasticity": 0},
        supervision={"coverage": "none"},
        capability={"defect_probability": 0.2},
        compute={"inference": "free"},
    )
    frontier = tm.safety_frontier(catalog)
    assert float(frontier["escaped_harm_unlimited"]) == pytest.approx(250, rel=1e-9)
    assert float(frontier["ceases_to_bind"]) == pytest.approx(250, rel=1e-5)
    assert float(frontier["output"][-1]) == pytest.approx(2, rel=1e-9)
    assert float(frontier["output_unlimited"]) == pytest.approx(2, rel=1e-9)


def test_where_work_has_no_limit_its_modes_and_reviews_have_no_numbers():
    """Reviews that take no time: nothing but people's own task limits output."""
    catalog = limited(
        None,
        "no_review",
        "perfect",
        tasks={"code": {**FREE, "review_ratio": 0}, "sign": SIGN},
        protocols={"perfect": PERFECT},
    )
    frontier = tm.safety_frontier(catalog, [0.0, 10.0], compute=1e28)
    assert frontier["output"].values == pytest.approx([4, 4])  # 1/0.5^2, at an elasticity of 0.5
    assert (frontier["status"] == "supremum").all() and np.isnan(frontier["safety_price"][0])
    assert frontier["ai_work_share"].isnull().all() and (frontier["review_hours"] == 0).all()


def test_where_nothing_is_produced_without_defects_the_first_hour_has_no_price():
    tasks = {"code": {**FREE, "by_people": False}, "sign": SIGN}
    frontier = tm.safety_frontier(limited(None, "no_review", tasks=tasks), [0, 1], compute=1e28)
    assert frontier["output"].values[0] == 0 and np.isnan(frontier["safety_price"][0])
    assert frontier["output"].values[1] > 0 and frontier["safety_price"].values[1] > 0


def test_a_saved_frontier_is_the_same_and_its_figure_has_every_curve(frontiers, tmp_path):
    tm.save(frontiers["small"], tmp_path / "frontier.nc")
    again = tm.open(tmp_path / "frontier.nc")
    assert again.identical(frontiers["small"])
    figure = plots.safety_frontier(again)
    curves = {str(line.get_gid()): line for axes in figure.axes for line in axes.get_lines()}
    assert {"throughput_speedup", "speedup", "safety_price", "safety_price-none"} <= set(curves)
    np.testing.assert_array_equal(
        curves["safety_price"].get_ydata(), again["safety_price"].values[1:]
    )
    bands = {str(variable.get_gid()) for axes in figure.axes for variable in axes.collections}
    assert {"ai_work_share-assisted", "ai_work_share-no_review"} <= bands
    with pytest.raises(ValueError, match="no frontier"):
        plots.safety_frontier(tm.sweep(limited(None, tasks=MORE), [1e28]))
    with pytest.raises(ValueError, match="two budgets above 0"):
        plots.safety_frontier(again.isel(defect_budget=[0, 1]))
