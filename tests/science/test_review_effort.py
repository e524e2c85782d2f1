"""Review effort: the defects that it detects, and the effort that pays."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskmodel.science.review_effort import detection, detection_curve, optimal_effort

rates = st.floats(0.1, 20)
ceilings = st.floats(0.01, 1)
CASE = {"defect_probability": 0.2, "defect_cost": 100, "wage": 1, "rate": 4}
RELATIVE = 1e-12  # a handful of roundings


def cost(effort, *, defect_probability, defect_cost, wage, rate, ceiling=1.0):
    return wage * effort + defect_probability * defect_cost * (1 - detection(effort, rate, ceiling))


def test_optimum_of_the_reference_case():
    assert optimal_effort(**CASE) == pytest.approx(1.0955, abs=5e-5)
    escaped = 0.2 * (1 - detection(optimal_effort(**CASE), 4))
    assert escaped == pytest.approx(0.0025, rel=1e-9)  # 1 - d loses digits as d nears 1


def test_detection_of_code_review_at_the_default_numbers():
    assert detection([0.12, 0.25], *detection_curve(0.75)).round(2).tolist() == [0.32, 0.53]


def test_default_numbers_at_the_ends_of_verifiability():
    rate, ceiling = detection_curve([0, 1])
    assert rate.tolist() == [1, 5]
    assert ceiling == pytest.approx([0.5, 0.95], rel=RELATIVE)


def test_detection_is_0_without_effort_and_the_ceiling_with_infinite_effort():
    assert detection([0, np.inf], rate=4, ceiling=0.8).tolist() == [0, 0.8]


@given(st.floats(0, 5), st.floats(0.01, 5), rates, ceilings)
def test_detection_grows_with_effort(effort, extra, rate, ceiling):
    less, more = detection([effort, effort + extra], rate, ceiling)
    # 1 - e^-x is rounded, and with it the order of nearly equal values.
    assert less <= more * (1 + RELATIVE) <= ceiling * (1 + 2 * RELATIVE)


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


@pytest.mark.parametrize(
    "change", [{"defect_cost": 1.25}, {"wage": 1000}, {"defect_probability": 0}, {"ceiling": 0.01}]
)
def test_review_that_does_not_pay_is_not_done(change):
    assert optimal_effort(**CASE | change) == 0
