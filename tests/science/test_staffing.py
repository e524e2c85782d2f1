"""People who come and leave: closed forms against their limits and against a differential equation; headcounts over time."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from small import small_catalog

import taskmodel as tm
from taskmodel.science.staffing import headcount, long_run

YEARS = np.array([0.0, 0.5, 3.0, 20.0])
GROWTH = {"compute": [(2026, 1e28), (2030, 1e31)]}


@pytest.mark.parametrize("seed", range(5))
def test_headcounts_solve_their_equation(seed):
    rng = np.random.default_rng(seed)
    growth, hires, attrition, share = (
        rng.uniform(0, 0.3),
        rng.uniform(0, 20),
        rng.uniform(0, 0.3),
        rng.uniform(0, 1),
    )
    start = rng.uniform(0, 50)

    def change(_, people):
        return share * (growth * people + hires) - attrition * people

    solved = solve_ivp(change, (0, YEARS[-1]), [start], t_eval=YEARS, rtol=1e-10, atol=1e-10).y[0]
    np.testing.assert_allclose(
        headcount(start, YEARS, growth, hires, attrition, share), solved, rtol=1e-8
    )


def test_without_hires_people_grow_at_a_constant_rate():
    np.testing.assert_allclose(
        headcount(10, YEARS, growth=0.2, attrition=0.05), 10 * np.exp(0.15 * YEARS), rtol=1e-14
    )


def test_without_growth_they_settle_at_hires_over_attrition():
    assert headcount(10, 1e4, hires=3, attrition=0.1) == pytest.approx(30, rel=1e-12)
    assert long_run(10, hires=3, attrition=0.1) == pytest.approx(30, rel=1e-15)
    assert long_run(10, hires=3, attrition=0.1, practice_share=0.5) == pytest.approx(15, rel=1e-15)


def test_who_neither_come_nor_leave_are_as_many_as_before():
    assert headcount(10, YEARS).tolist() == [10] * 4
    assert (long_run(10), long_run(0, growth=0.1), long_run(10, attrition=0.1)) == (10, 0, 0)


def test_hires_alone_add_up():
    np.testing.assert_allclose(headcount(10, YEARS, hires=4), 10 + 4 * YEARS, rtol=1e-15)
    assert long_run(10, hires=4) == long_run(10, growth=0.1) == np.inf


def test_growth_that_just_makes_up_for_attrition_is_the_limit_of_growth_near_it():
    exact = headcount(10, YEARS, growth=0.1, hires=4, attrition=0.1)
    np.testing.assert_allclose(
        headcount(10, YEARS, growth=0.1 + 1e-9, hires=4, attrition=0.1), exact, rtol=1e-7
    )


def test_where_nobody_gets_practice_a_pool_dies_out():
    assert long_run(10, growth=0.3, hires=5, attrition=0.1, practice_share=0) == 0


@pytest.mark.parametrize(
    "name", ["start", "years", "growth", "hires", "attrition", "practice_share"]
)
def test_negative_numbers_are_refused_by_name(name):
    with pytest.raises(ValueError, match=name):
        headcount(**{"start": 1.0, "years": 1.0, name: -0.1})


def catalog(**changes):
    tasks = {
        "code": {"share": 0.6, "by_people": False},
        "proofs": {"share": 0.4, "by_people": False, "reviewers": ["verifiers"]},
    }
    verifiers = {
        "pool": "dedicated",
        "headcount": 2,
        "hours_per_year": 100,
        "max_review_share": 1,
        **changes,
    }
    others = {"pool": "dedicated", "headcount": 3}
    return small_catalog(
        tasks, reviewers={"verifiers": verifiers}, supervision=others, compute={"inference": "free"}
    )


def test_along_time_headcounts_change_as_their_pools_say():
    years = np.array([2026.0, 2027.0, 2030.0])
    changing = {"growth": 0.05, "hires": 0.3, "attrition": 0.2, "practice_share": 0.5}
    result = tm.sweep(catalog(**changing), over="time", paths=GROWTH, values=years)
    expected = headcount(2, years - 2026, **changing)
    np.testing.assert_allclose(result["reviewers.verifiers.headcount"], expected, rtol=1e-12)
    assert result["reviewers.verifiers.headcount"].attrs["units"] == "person"
    for index, people in enumerate(expected):
        alone = tm.sweep(catalog(headcount=people), [float(result["compute"][index])])
        assert float(result["output"][index]) == pytest.approx(float(alone["output"][0]), rel=1e-10)


def test_a_course_that_is_given_goes_before_what_the_pool_says():
    course = [(2026, 2), (2030, 1)]
    given = {**GROWTH, "reviewers.verifiers.headcount": course}
    one, two = (
        tm.sweep(each, over="time", paths=given, values=[2026, 2028, 2030])
        for each in (catalog(hires=9), catalog())
    )
    np.testing.assert_array_equal(
        one["reviewers.verifiers.headcount"], two["reviewers.verifiers.headcount"]
    )
    np.testing.assert_array_equal(one["output"], two["output"])


def test_pools_that_change_are_course_enough():
    result = tm.sweep(catalog(attrition=0.5), 1e31, over="time", values=[2026, 2028])
    assert result["reviewers.verifiers.headcount"].values == pytest.approx([2, 2 * np.exp(-1)])
    with pytest.raises(TypeError, match="what grows"):
        tm.sweep(catalog(), 1e31, over="time", values=[2026, 2028])


def test_reviewers_who_leave_come_to_bind_at_the_date_of_the_closed_form():
    """Verifiers review more slowly by the year: the event is where their share of the review falls to that of the others."""
    fast = catalog(attrition=0.4).replace({"production.elasticity": 0, "supervision.headcount": 1})
    result = tm.sweep(fast, 1e31, over="time", values=[2026, 2036])
    events = tm.events(result)
    # units of both take 0.2 h of review: balance where R_v/0.4 = R_g/0.6
    date = 2026 + np.log(2 / (1 * 0.4 / 0.6)) / 0.4
    binds = events["factor"].values == "review_verifiers"
    assert events["kind"].values[binds].tolist() == ["binds"]
    assert events["time"].values[binds] == pytest.approx([date], abs=1e-6)


def test_growth_beyond_any_number_is_refused():
    with pytest.raises(
        ValueError, match=r"reviewers\.verifiers\.headcount grows beyond any number"
    ):
        tm.sweep(catalog(growth=1.0), over="time", paths={"compute": [(2026, 1e28), (3026, 1e30)]})


def test_nothing_changes_for_pools_that_say_nothing_of_time():
    result = tm.sweep(catalog(), over="time", paths=GROWTH, values=[2026, 2030])
    assert "reviewers.verifiers.headcount" not in result.coords
