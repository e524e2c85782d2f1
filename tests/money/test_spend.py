"""What a dollar buys: published values, laws, derivatives, and prices that are missing."""

import numpy as np
import pytest
from locations import DATA
from random_catalogs import multi_factor_catalog
from small import small_catalog

import taskmodel as tm
from taskmodel import CatalogError, InputError, SolveError
from taskmodel.allocation import allocate
from taskmodel.money.plans import bought
from taskmodel.money.prices import unit_prices
from taskmodel.organisation.organisation import organisation
from taskmodel.sweeps.walker import Setting, Situation

H100_HOUR = 2.0  # $
PRICES = {
    "prices.researchers": 150.0,
    "prices.experiments": H100_HOUR,
    "prices.inference": H100_HOUR / (24 * 1.44e18),  # software credited 24 times
}
BUDGET = 1e8
POINTS = (1e27, 1e29, 1e31)


@pytest.fixture(scope="module")
def first_catalog():
    return tm.load_catalog(DATA / "alignment_research_b27e634.yaml", set=PRICES)


# Values of an independent evaluator


def test_one_task_costs_its_review_and_its_inference():
    catalog = small_catalog({"only": {"share": 1, "review_ratio": 0.12}})
    inference = organisation(catalog).fixed_bundles[0, 0, 1].max()
    catalog = catalog.replace({"prices.researchers": 150, "prices.inference": 5 / inference})
    answer = tm.spend(catalog, 1e30, budget=1e6)
    assert float(answer["unit_cost_without_ai"]) == pytest.approx(150, rel=1e-12)
    assert float(answer["unit_cost"]) == pytest.approx(23, rel=1e-12)
    assert round(float(answer["dollar_speedup"]), 4) == 6.5217
    assert answer["spending_share"].values.tolist() == pytest.approx([0, 18 / 23, 5 / 23, 0])


# The second threshold lies at 3.99372e30: the values at "4e30" are those just below it.
@pytest.mark.parametrize(
    ("compute", "cost", "speedup", "review", "inference"),
    [
        (8.4e28, 98.99, 1.5615, 0.155, 0.0024),
        (3.99e30, 57.93, 2.6681, 0.434, 0.0233),
        (1.4e33, 42.67, 3.6223, 0.701, 0.0848),
    ],
)
def test_the_first_default_catalog(first_catalog, compute, cost, speedup, review, inference):
    answer = tm.spend(first_catalog, compute, budget=BUDGET)
    assert round(float(answer["unit_cost_without_ai"]), 2) == 154.57
    assert round(float(answer["unit_cost"]), 2) == cost
    assert round(float(answer["dollar_speedup"]), 4) == speedup
    shares = answer["spending_share"]
    assert round(float(shares.sel(factor="review")), 3) == review
    assert round(float(shares.sel(factor="inference")), 4) == inference


# Laws, over random organisations


def priced(seed):
    """A random catalog with prices, all its factors for sale and none of them free."""
    rng = np.random.default_rng([18, seed])
    catalog = multi_factor_catalog(rng)
    names = [*catalog.pools]
    if catalog.supervision.pool == "dedicated":
        names.append("review")
    prices = {f"prices.{name}": 10 ** rng.uniform(1, 3) for name in names}
    prices |= {"prices.inference": 10 ** rng.uniform(-20, -17), "prices.experiments": 2.0}
    return catalog.replace(
        {**prices, "compute.inference": "scarce", "compute.experiments": "scarce"}
    )


CATALOGS = [priced(seed) for seed in range(12)]


def answered(catalog, budget=BUDGET, points=POINTS):
    """The answer; None where a task of the catalog can be done by nobody."""
    try:
        return tm.spend(catalog, points, budget=budget)
    except SolveError as error:
        assert "nothing can be produced" in str(error)
        return None


@pytest.fixture(scope="module")
def answers():
    return [answered(catalog) for catalog in CATALOGS]


def test_output_is_proportional_to_the_budget(answers):
    for catalog, answer in zip(CATALOGS, answers, strict=True):
        if answer is not None:
            more = answered(catalog, 7 * BUDGET)
            np.testing.assert_allclose(more["output_bought"], 7 * answer["output_bought"], 1e-9)
            np.testing.assert_allclose(more["unit_cost"], answer["unit_cost"], 1e-9)


def test_the_plan_is_affordable_and_a_dollar_is_worth_the_same_everywhere(answers):
    """What is bought, as supplies, gives the same output, at prices in proportion to the costs."""
    checked = 0
    for catalog, answer in zip(CATALOGS, answers, strict=True):
        if answer is None:
            continue
        assert (answer["spending_share"].sum("factor") <= 1 + 1e-9).all()
        situation = Situation(Setting(catalog), np.array(POINTS))
        prices = unit_prices(catalog, situation.setting.organisation, True)
        output, use = bought(situation, prices, np.full(len(POINTS), BUDGET))
        np.testing.assert_allclose((use @ prices.besides), BUDGET, rtol=1e-9)
        bundles, _, nest, opened = situation.arrays
        again = allocate(bundles, use * (1 + 1e-12), nest, opened)
        np.testing.assert_allclose(again.output, output, rtol=1e-9)
        # prices in proportion to costs are optimal: they are in the range of all optimal prices
        share = use * prices.besides / BUDGET
        low, high = again.factor_elasticity_range[..., 0], again.factor_elasticity_range[..., 1]
        assert (share >= low - 1e-6).all() and (share <= high + 1e-6).all()
        unique = (high - low).max(axis=-1) < 1e-9
        checked += unique.sum()
        per_dollar = np.divide(
            again.shadow_price, prices.besides, where=prices.besides > 0, out=np.zeros_like(use)
        )
        average = (output / BUDGET)[:, None]
        relevant = unique[:, None] & (share > 1e-9)
        assert np.abs((per_dollar / average)[relevant] - 1).max(initial=0) < 1e-6
    assert checked > 5


def test_a_cheaper_factor_never_lowers_what_a_budget_buys(answers):
    for catalog, answer in zip(CATALOGS, answers, strict=True):
        if answer is None:
            continue
        for name in answer["factor"].values:
            price = catalog.get(f"prices.{name}")
            if price is not None:
                cheaper = answered(catalog.replace({f"prices.{name}": price / 2}))
                rise = cheaper["output_bought"] / answer["output_bought"]
                assert (rise >= 1 - 1e-9).all()


def test_money_spent_as_it_should_be_gives_no_less_than_as_things_are():
    for catalog in CATALOGS:
        answer = answered(catalog, None)
        if answer is not None:
            assert (answer["output_bought"] >= answer["output"] * (1 - 1e-9)).all()


def test_what_there_is_is_worth_the_budget(answers):
    """Euler: the willingness to pay for all there is adds up to the money."""
    for catalog, answer in zip(CATALOGS, answers, strict=True):
        if answer is None:
            continue
        setting = Setting(catalog)
        situation = Situation(setting, np.array(POINTS))
        actual = allocate(*situation.arrays)
        worth = (actual.shadow_price * situation.supply).sum(axis=-1) * answer["unit_cost_as_is"]
        np.testing.assert_allclose(worth, BUDGET, rtol=1e-9)


# Derivatives


@pytest.mark.parametrize("factor", ["researchers", "inference", "experiments"])
def test_cost_shares_are_the_derivatives_of_the_unit_cost(first_catalog, factor):
    step, answer = 1e-5, tm.spend(first_catalog, POINTS, budget=BUDGET)
    price = first_catalog.get(f"prices.{factor}")
    up, down = (
        tm.spend(first_catalog.replace({f"prices.{factor}": price * (1 + sign * step)}), POINTS)
        for sign in (1, -1)
    )
    slope = (np.log(up["unit_cost"]) - np.log(down["unit_cost"])) / (2 * step)
    share = answer["spending_share"].sel(factor=factor)
    if factor == "researchers":
        share = share + answer["spending_share"].sel(factor="review")
    np.testing.assert_allclose(slope, share, atol=1e-8)


def test_the_break_even_wage_is_what_an_hour_more_of_review_is_worth(first_catalog):
    """Of dedicated reviewers, half of whose paid hours can go into review."""
    changes = {
        "supervision.pool": "dedicated",
        "supervision.max_review_share": 0.5,
        "supervision.headcount": 60,
        "prices.review": 90,
    }
    catalog = first_catalog.replace(changes)
    answer = tm.spend(catalog, 1e31)
    assert float(answer["price"].sel(factor="review")) == pytest.approx(180)
    outputs = [
        float(tm.spend(catalog.replace({"supervision.headcount": 60 + more}), 1e31)["output"])
        for more in (-1e-3, 1e-3)
    ]
    setting = Setting(catalog)
    hours = setting.yardstick.base_output[0]
    more = (outputs[1] - outputs[0]) / 2e-3 * hours
    expected = more * float(answer["unit_cost_as_is"]) / 1800
    assert float(answer["break_even_wage"].squeeze()) == pytest.approx(expected, rel=1e-5)
    paid = 600 * 1800 * 150 + 60 * 1800 * 90
    assert float(answer["spending"]) > paid
    assert float(answer["spending_share_as_is"].sum()) == pytest.approx(1, abs=1e-12)


def test_an_hour_of_review_by_others_saves_the_hour_of_a_colleague(first_catalog):
    """Reviewers of the pool: where their time is short, an hour of others is worth both."""
    answer = tm.spend(first_catalog, 1.4e33)
    worth = answer["willingness_to_pay"]
    actual = allocate(*Situation(Setting(first_catalog), np.array([1.4e33])).arrays)
    hour, permission = actual.shadow_price[0, :2] * float(answer["unit_cost_as_is"])
    assert permission > 0
    assert worth.values[:2] == pytest.approx([hour, hour + permission])
    assert str(answer["next_dollar"].item()) == "review"
    assert float(answer["break_even_wage"].squeeze()) == pytest.approx(hour + permission)


def test_shares_of_what_is_spent_as_things_are(first_catalog):
    answer = tm.spend(first_catalog, POINTS)
    np.testing.assert_allclose(answer["spending_share_as_is"].sum("factor"), 1, atol=1e-12)
    np.testing.assert_allclose(answer["spending_share"].sum("factor"), 1, atol=1e-9)
    assert (answer["budget"] == answer["spending"]).all()
    assert (answer["field_year_cost"] / answer["unit_cost"]).values == pytest.approx(600 * 1800)


def test_several_pools_of_reviewers_have_prices_of_their_own():
    catalog = small_catalog(
        {
            "write": {"share": 0.5},
            "prove": {"share": 0.5, "reviewers": ["logicians"], "review_ratio": 0.3},
        },
        reviewers={
            "logicians": {
                "pool": "dedicated",
                "headcount": 1,
                "hours_per_year": 100,
                "max_review_share": 1,
            }
        },
        prices={"researchers": 100, "review_logicians": 400, "inference": 1e-30},
    )
    answer = tm.spend(catalog, 1e31, budget=1e5)
    spent = dict(zip(answer["factor"].values, answer["spending_share"].values, strict=True))
    # a unit of writing takes 0.2 h at 100, of proving 100 by a person against 0.3 h at 400
    assert answer["price"].values.tolist()[:3] == [100, 100, 400]
    assert spent["review_logicians"] == 0 and spent["review"] > 0
    cheaper = tm.spend(catalog.replace({"prices.review_logicians": 40}), 1e31, budget=1e5)
    assert float(cheaper["spending_share"].sel(factor="review_logicians")) > 0


def test_a_defect_budget_is_not_for_sale():
    catalog = tm.load_catalog("alignment_research", "defect_budget").replace(
        {**PRICES, "supervision.defect_budget": 1e5}
    )
    answer = tm.spend(catalog)
    assert "defect_budget" not in answer["factor"].values
    assert answer["output_bought"] >= answer["output"]


# Bad input


def defects(function, *arguments, **options):
    with pytest.raises(CatalogError) as caught:
        function(*arguments, **options)
    return {defect.path: defect.message for defect in caught.value.defects}


def test_all_prices_that_are_missing_are_named_at_once(first_catalog):
    catalog = tm.load_catalog("alignment_research", set={"prices.experiments": 2})
    missing = defects(tm.spend, catalog)
    assert missing.keys() == {"prices.researchers", "prices.inference"}
    assert "let compute.inference be free" in missing["prices.inference"]
    mended = catalog.replace({"prices.researchers": 150, "compute.inference": "free"})
    assert tm.spend(mended)["unit_cost"] > 0
    (message,) = defects(tm.spend, tm.load_catalog("alignment_research")).values()
    assert "prices.researchers" in message and "`priced`" in message
    assert tm.spend(tm.load_catalog("alignment_research", "priced"))["unit_cost"] > 0


def test_dedicated_reviewers_need_a_price_and_time_to_review(first_catalog):
    changes = {"supervision.pool": "dedicated", "supervision.utilisation": 0}
    catalog = first_catalog.replace(changes)
    found = defects(tm.spend, catalog)
    assert found.keys() == {"prices.review", "supervision.utilisation"}
    mended = catalog.replace({"prices.review": 150, "supervision.utilisation": 0.8})
    assert tm.spend(mended)["price"].values[1] == pytest.approx(150 / 0.5 / 0.8)


def test_prices_of_zero_beside_a_budget_are_named(first_catalog):
    zero = {"prices.inference": 0, "prices.experiments": 0}
    found = defects(first_catalog.replace, {**zero, "budget": 1e6})
    assert found.keys() == zero.keys()
    catalog = first_catalog.replace(zero)
    assert defects(tm.spend, catalog, budget=1e6).keys() == zero.keys()
    free = dict.fromkeys(zero) | {"compute.inference": "free", "compute.experiments": "free"}
    assert tm.spend(catalog.replace(free), budget=1e6)["unit_cost"] > 0


def test_research_that_costs_nothing_has_no_price():
    catalog = small_catalog(
        {"only": {"share": 1, "review_ratio": 0}},
        prices={"researchers": 100, "inference": 0},
    )
    with pytest.raises(SolveError, match=r"costs anything.*give prices.inference above 0"):
        tm.spend(catalog, 1e31)


def test_the_best_worker_at_other_prices_is_not_that_of_a_purchase(first_catalog):
    found = defects(tm.spend, first_catalog.replace({"capability.worker": "best"}))
    assert "use sufficient or frontier" in found["capability.worker"]


@pytest.mark.parametrize("budget", [0, -1, np.inf, np.nan, [1, 2], True])
def test_a_budget_is_a_positive_number(first_catalog, budget):
    message = "as numbers; found True" if budget is True else "budget must be one positive"
    with pytest.raises(InputError, match=message):
        tm.spend(first_catalog, budget=budget)
