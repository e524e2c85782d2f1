"""Hiring through time: closed forms of the plan, its condition, and the worth of people."""

import numpy as np
import pytest
from command_line import json_of, lines_of
from locations import DATA

import taskmodel as tm
from taskmodel.errors import CatalogError, InputError
from taskmodel.science.hiring import optimal_hiring, people_hired

ATTRITION, DISCOUNT, COST, WAGE = 0.15, 0.05, 1500.0, 270e3
RATE = ATTRITION + DISCOUNT
TIMES = np.concatenate([np.linspace(0, 6, 73), 6 + 0.5 * np.arange(1, 121)])
KEYWORDS = {"start": 60.0, "wage": WAGE, "cost": COST, "attrition": ATTRITION, "discount": DISCOUNT}


def test_where_a_person_is_always_worth_the_same_hiring_is_constant():
    """h = (u e^(-(rho + a) r) - w) / (k (rho + a)), and people tend to h/a."""
    worth, ramp = 400e3, 0.5
    plan = optimal_hiring(
        TIMES, np.array([1.0, 1e6]), np.full((len(TIMES), 2), worth), ramp=ramp, **KEYWORDS
    )
    hires = (worth * np.exp(-RATE * ramp) - WAGE) / (COST * RATE)
    assert plan.hires[:60] == pytest.approx(hires, rel=2e-3)
    limit, years = hires / ATTRITION, TIMES[:61]
    people = limit + (60 - limit) * np.exp(-ATTRITION * years)
    assert plan.people[:61] == pytest.approx(people, rel=2e-3)
    assert plan.residual < 1e-9


def test_where_worth_falls_with_people_the_plan_goes_down_the_saddle_path():
    """u = A - B N: N tends to (A - w)/(k a (rho + a) + B) at the stable root of the costate."""
    top, slope = 500e3, 1000.0
    levels = np.array([0.0, 1000.0])
    worth = np.tile(top - slope * levels, (len(TIMES), 1))
    plan = optimal_hiring(TIMES, levels, worth, **KEYWORDS)
    limit = (top - WAGE) / (COST * ATTRITION * RATE + slope)
    root = (DISCOUNT - np.sqrt(DISCOUNT**2 + 4 * (ATTRITION * RATE + slope / COST))) / 2
    shown = TIMES <= 6
    people = limit + (60 - limit) * np.exp(root * TIMES[shown])
    assert plan.people[shown] == pytest.approx(people, rel=2e-4)


def test_nobody_is_hired_who_is_worth_less_than_the_pay():
    plan = optimal_hiring(
        TIMES, np.array([1.0, 1e6]), np.full((len(TIMES), 2), 0.9 * WAGE), **KEYWORDS
    )
    assert not plan.hires.any() and plan.gain == 0 and (plan.costate < 0).all()
    assert plan.people == pytest.approx(60 * np.exp(-ATTRITION * TIMES))


@pytest.mark.parametrize("attrition", [0.0, 0.3])
def test_people_hired_are_those_who_stay(attrition):
    """Against a sum over fine steps, with a ramp between the ends of steps."""
    times, ramp = np.array([0.0, 1.0, 2.5, 4.0]), 0.7
    found = people_hired(times, attrition, ramp)
    for row, now in enumerate(times):
        for column, (low, high) in enumerate(zip(times[:-1], times[1:], strict=True)):
            middles = low + (np.arange(20_000) + 0.5) * (high - low) / 20_000
            stayed = np.where(middles <= now - ramp, np.exp(-attrition * (now - middles)), 0.0)
            assert found[row, column] == pytest.approx(stayed.mean() * (high - low), abs=1e-4)


PRICED = {
    "prices.researchers": 150,
    "prices.review": 150,
    "prices.inference": 5.8e-20,
    "prices.experiments": 2,
    "hiring.cost": COST,
    "hiring.ramp": 0.5,
    "hiring.discount": DISCOUNT,
    "supervision.pool": "dedicated",
    "supervision.headcount": 60,
    "supervision.max_review_share": 1,
    "supervision.attrition": ATTRITION,
}


@pytest.fixture(scope="module")
def catalog():
    return tm.load_catalog(DATA / "alignment_research_b27e634.yaml", set=PRICED)


def test_one_more_reviewer_is_worth_what_output_gains(catalog):
    """u = M d ln Y / dN, by differences of the output, at the first date."""
    plan = tm.money.hire(catalog, 1.0, compute=1e31)
    outputs = [
        float(tm.spend(catalog.replace({"supervision.headcount": 60 + more}), 1e31)["output"])
        for more in (-1e-3, 1e-3)
    ]
    worth = float(plan["budget"]) * np.diff(np.log(outputs))[0] / 2e-3
    assert float(plan["person_worth"][0]) == pytest.approx(worth, rel=1e-5)
    assert float(plan["pay"]) == 150 * 1800
    assert plan["hires"][0] > 0 and float(plan["hiring_residual"]) < 1e-6


def test_more_money_and_cheaper_hiring_hire_more(catalog):
    plan = tm.money.hire(catalog, 2.0, compute=1e31)
    richer = tm.money.hire(catalog, 2.0, compute=1e31, budget=2 * float(plan["budget"]))
    cheaper = tm.money.hire(catalog.replace({"hiring.cost": COST / 2}), 2.0, compute=1e31)
    slower = tm.money.hire(catalog.replace({"hiring.ramp": 1}), 2.0, compute=1e31)
    people = float(plan["people"][-1])
    assert richer["people"][-1] > people and cheaper["people"][-1] > people
    assert slower["hiring_gain"] < plan["hiring_gain"]


def test_what_a_hire_is_worth_does_not_jump_at_the_last_date(catalog):
    """After it all stays as it is, so that hires go on smoothly; a ramp between ends of steps."""
    for ramp in (0.5, 0.71):
        plan = tm.money.hire(catalog.replace({"hiring.ramp": ramp}), 2.0, compute=1e31)
        change = np.diff(plan["hires"].values)
        assert (change[-8:] <= 0).all() and np.abs(np.diff(change[-8:])).max() < 1


def test_researchers_who_review_grow_as_one():
    catalog = tm.load_catalog("t_agi_ladder", "priced")
    plan = tm.money.hire(catalog, 1.0, paths="epoch_trend", budget=3e8)
    assert plan["hired_pool"].item() == "researchers" and float(plan["time"][0]) == 2026
    # constant returns in people while nothing else is scarce: all the money is theirs
    assert float(plan["person_worth"][0]) == pytest.approx(3e8 / 600, rel=1e-6)
    assert plan["hires"][0] > 0


def test_bad_plans_are_refused(catalog):
    with pytest.raises(CatalogError, match="hiring: is missing; give cost and ramp"):
        tm.money.hire(catalog.replace({"hiring": None}), 1.0)
    for changes in ({"supervision.attrition": 0, "hiring.discount": None},):
        with pytest.raises(CatalogError, match=r"hiring.discount: is missing, and nobody ever"):
            tm.money.hire(catalog.replace(changes), 1.0)
    assert tm.money.hire(
        catalog.replace({"supervision.attrition": 0, "hiring.discount": 0.05}), 0.5
    )
    with pytest.raises(CatalogError, match=r"supervision.headcount: found 0"):
        tm.money.hire(catalog.replace({"supervision.headcount": 0}), 1.0)
    with pytest.raises(InputError, match="people must be one of researchers, general"):
        tm.money.hire(catalog, 1.0, people="reviewers")
    with pytest.raises(InputError, match="years must be above 0 and at most 6"):
        tm.money.hire(catalog, 7, paths="epoch_trend")


def test_the_command_prints_the_plan(capsys):
    arguments = ["hire", "t_agi_ladder", "--years", "1", "--budget", "3e8"]
    text = " ".join(" ".join(lines_of(capsys, *arguments)).split())
    assert "a person is paid $270,000 a year" in text and "over hiring nobody" in text
    facts = json_of(capsys, *arguments)
    assert len(facts["stocks"]) == len(facts["flows"]) + 1 == 13
    assert facts["people"] == "researchers" and facts["stocks"][0]["people"] == 600
