"""Staffing: the closed form against its limits and its differential equation; sweeps over time."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from small import small_catalog

import taskmodel as tm
from taskmodel.science.staffing import headcount

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
    assert headcount(10, 1e4, hires=3, attrition=0.1, practice_share=0.5) == pytest.approx(
        15, rel=1e-12
    )


def test_without_entrants_and_leavers_the_number_stays():
    assert headcount(10, YEARS).tolist() == [10] * 4


def test_hires_alone_add_up():
    np.testing.assert_allclose(headcount(10, YEARS, hires=4), 10 + 4 * YEARS, rtol=1e-15)


def test_growth_equal_to_attrition_is_the_limit_of_growth_near_it():
    exact = headcount(10, YEARS, growth=0.1, hires=4, attrition=0.1)
    np.testing.assert_allclose(
        headcount(10, YEARS, growth=0.1 + 1e-9, hires=4, attrition=0.1), exact, rtol=1e-7
    )


def test_without_practice_a_pool_dies_out():
    assert headcount(10, 1e4, growth=0.3, hires=5, attrition=0.1, practice_share=0) == 0


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


def test_headcounts_over_time_follow_the_numbers_of_their_pool():
    years = np.array([2026.0, 2027.0, 2030.0])
    changing = {"growth": 0.05, "hires": 0.3, "attrition": 0.2, "practice_share": 0.5}
    result = tm.sweep(catalog(**changing), over="time", paths=GROWTH, values=years)
    expected = headcount(2, years - 2026, **changing)
    np.testing.assert_allclose(result["reviewers.verifiers.headcount"], expected, rtol=1e-12)
    assert result["reviewers.verifiers.headcount"].attrs["units"] == "person"
    for index, people in enumerate(expected):
        alone = tm.sweep(catalog(headcount=people), [float(result["compute"][index])])
        assert float(result["output"][index]) == pytest.approx(float(alone["output"][0]), rel=1e-10)


def test_an_explicit_path_takes_precedence_over_the_numbers_of_the_pool():
    paths = {**GROWTH, "reviewers.verifiers.headcount": [(2026, 2), (2030, 1)]}
    with_hires, without = (
        tm.sweep(pool, over="time", paths=paths, values=[2026, 2028, 2030])
        for pool in (catalog(hires=9), catalog())
    )
    np.testing.assert_array_equal(
        with_hires["reviewers.verifiers.headcount"], without["reviewers.verifiers.headcount"]
    )
    np.testing.assert_array_equal(with_hires["output"], without["output"])


def test_a_changing_pool_is_enough_for_a_sweep_over_time():
    result = tm.sweep(catalog(attrition=0.5), 1e31, over="time", values=[2026, 2028])
    assert result["reviewers.verifiers.headcount"].values == pytest.approx([2, 2 * np.exp(-1)])
    with pytest.raises(TypeError, match="what grows"):
        tm.sweep(catalog(), 1e31, over="time", values=[2026, 2028])


def test_reviewers_who_leave_come_to_bind_at_the_date_of_the_closed_form():
    """The event lies where the verifiers' share of review capacity falls to that of their work."""
    fast = catalog(attrition=0.4).replace({"production.elasticity": 0, "supervision.headcount": 1})
    result = tm.sweep(fast, 1e31, over="time", values=[2026, 2036])
    events = tm.events(result)
    # Units of both take 0.2 h of review: balance where R_v/0.4 = R_g/0.6.
    date = 2026 + np.log(2 / (1 * 0.4 / 0.6)) / 0.4
    binds = events["factor"].values == "review_verifiers"
    assert events["kind"].values[binds].tolist() == ["binds"]
    assert events["time"].values[binds] == pytest.approx([date], abs=1e-6)


def test_growth_beyond_any_number_is_refused():
    with pytest.raises(
        ValueError, match=r"reviewers\.verifiers\.headcount grows beyond any number"
    ):
        tm.sweep(catalog(growth=1.0), over="time", paths={"compute": [(2026, 1e28), (3026, 1e30)]})


def test_pools_without_growth_have_no_headcount_over_time():
    result = tm.sweep(catalog(), over="time", paths=GROWTH, values=[2026, 2030])
    assert "reviewers.verifiers.headcount" not in result.coords
