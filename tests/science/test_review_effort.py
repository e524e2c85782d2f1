"""Review effort: what it finds, and how much of it pays."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskmodel.science.review_effort import (
    detection,
    detection_curve,
    detection_rate,
    effort_for_detection,
    escape_at_optimum,
    optimal_effort,
)

rates = st.floats(0.1, 20)
ceilings = st.floats(0.01, 1)
CASE = {"defect_probability": 0.2, "defect_cost": 100, "wage": 1, "rate": 4}
RELATIVE = 1e-12  # a handful of roundings


def cost(effort, *, defect_probability, defect_cost, wage, rate, ceiling=1.0):
    return wage * effort + defect_probability * defect_cost * (1 - detection(effort, rate, ceiling))


def test_optimum_of_the_reference_case():
    assert optimal_effort(**CASE) == pytest.approx(1.0955, abs=5e-5)
    assert escape_at_optimum(**CASE) == pytest.approx(0.0025, rel=RELATIVE)


def test_detection_of_code_review_at_the_default_numbers():
    assert detection([0.12, 0.25], *detection_curve(0.75)).round(2).tolist() == [0.32, 0.53]


def test_rates_that_find_half_in_an_eighth_and_a_quarter_of_an_hour():
    assert detection_rate(0.5, effort=[0.125, 0.25]).round(1).tolist() == [5.5, 2.8]


def test_default_numbers_run_from_what_cannot_be_checked_to_what_a_test_settles():
    rate, ceiling = detection_curve([0, 1])
    assert rate.tolist() == [1, 5]
    assert ceiling.tolist() == [0.5, 0.95]


def test_no_effort_finds_nothing_and_endless_effort_finds_the_ceiling():
    assert detection([0, np.inf], rate=4, ceiling=0.8).tolist() == [0, 0.8]


@given(st.floats(0, 5), st.floats(0.01, 5), rates, ceilings)
def test_more_effort_never_finds_less(effort, more, rate, ceiling):
    assert detection(effort, rate, ceiling) <= detection(effort + more, rate, ceiling) <= ceiling


@given(st.floats(0, 0.999), rates, ceilings)
def test_the_effort_for_a_detection_gives_it(part, rate, ceiling):
    effort = effort_for_detection(part * ceiling, rate, ceiling)
    assert detection(effort, rate, ceiling) == pytest.approx(part * ceiling, rel=RELATIVE)


@given(st.floats(0.001, 0.999), st.floats(0.01, 10), ceilings)
def test_a_rate_calibrated_to_a_study_gives_it_back(part, effort, ceiling):
    rate = detection_rate(part * ceiling, effort, ceiling)
    assert detection(effort, rate, ceiling) == pytest.approx(part * ceiling, rel=RELATIVE)


@given(st.floats(0, 1), st.floats(0, 1000), st.floats(0.01, 100), rates, ceilings)
def test_no_other_effort_costs_less(probability, loss, wage, rate, ceiling):
    case = {
        "defect_probability": probability,
        "defect_cost": loss,
        "wage": wage,
        "rate": rate,
        "ceiling": ceiling,
    }
    best = optimal_effort(**case)
    others = cost(np.linspace(0, 2 * best + 1, 400), **case)
    assert cost(best, **case) <= others.min() * (1 + RELATIVE)


@given(st.floats(0, 1), st.floats(0, 1000), st.floats(0.01, 100), rates, ceilings)
def test_what_escapes_the_optimum_is_what_review_of_that_effort_misses(
    probability, loss, wage, rate, ceiling
):
    case = {
        "defect_probability": probability,
        "defect_cost": loss,
        "wage": wage,
        "rate": rate,
        "ceiling": ceiling,
    }
    missed = probability * (1 - detection(optimal_effort(**case), rate, ceiling))
    assert escape_at_optimum(**case) == pytest.approx(
        missed, rel=1e-9, abs=1e-15
    )  # 1 - d loses digits as d nears 1


def test_what_escapes_does_not_depend_on_how_common_defects_are():
    common, rare = (escape_at_optimum(**{**CASE, "defect_probability": q}) for q in (0.4, 0.1))
    assert common == pytest.approx(rare, rel=RELATIVE)


def test_a_ceiling_leaves_a_floor_that_no_money_buys_away():
    assert escape_at_optimum(**{**CASE, "defect_cost": 1e12}, ceiling=0.8) == pytest.approx(
        0.2 * 0.2, rel=1e-9
    )


@pytest.mark.parametrize(
    "change", [{"defect_cost": 1.25}, {"wage": 1000}, {"defect_probability": 0}, {"ceiling": 0.01}]
)
def test_review_that_does_not_pay_is_not_done(change):
    assert optimal_effort(**{**CASE, **change}) == 0
    assert escape_at_optimum(**{**CASE, **change}) == {**CASE, **change}["defect_probability"]


@pytest.mark.parametrize("name", ["defect_probability", "defect_cost", "wage", "rate", "ceiling"])
def test_a_negative_number_is_an_error_that_names_it(name):
    for function in (optimal_effort, escape_at_optimum):
        with pytest.raises(ValueError, match=name):
            function(**{**CASE, name: -1})


def test_detection_at_its_ceiling_is_out_of_reach():
    with pytest.raises(ValueError, match=r"detection / ceiling must be in \[0, 1\); found 1"):
        effort_for_detection(0.8, rate=4, ceiling=0.8)


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: detection(-1, 4), "effort"),
        (lambda: detection(1, 0), "rate"),
        (lambda: detection(1, 4, 1.1), "ceiling"),
        (lambda: detection_rate(0.5, 0), "effort"),
        (lambda: detection_curve(1.5), "verifiability"),
        (lambda: detection(np.nan, 4), "effort"),
    ],
)
def test_what_makes_no_sense_is_an_error_that_names_it(call, named):
    with pytest.raises(ValueError, match=named):
        call()
