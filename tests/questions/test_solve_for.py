"""Inverse questions: solutions reach the target, none is missed, and the reason if none exists."""

import math

import numpy as np
import pytest
from first import first
from sizes import cases
from small import small_catalog

import taskmodel as tm
from taskmodel.questions._solve_for import default_range
from taskmodel.questions.targets import CEILINGS, SCALARS, target
from taskmodel.sweeps.oversight_cost import COST
from taskmodel.sweeps.walker import Walker

FREE = {"compute": {"inference": "free"}}


def one_task(**task):
    """1,000 hours of people; AI needs 0.2 h of review per hour: output is 1,000 h + 4 R for R h."""
    return small_catalog({"work": {"share": 1, "horizon": 0.01, **task}}, **FREE)


def put_back(catalog, path, compute, value, name):
    """The target with the answer in the catalog's place, by a sweep of its own."""
    variable, _, entry = name.partition(".")
    if path == "compute":
        result = tm.sweep(catalog, [value])
    else:
        result = tm.sweep(catalog.replace(catalog.changed_to(path, float(value))), [compute])
    result = result[variable]
    if entry:
        result = result.sel({dim: entry for dim in result.dims if dim != "compute"})
    return float(np.ravel(result.values)[0])


def test_the_answer_of_a_closed_form():
    result = tm.solve_for(
        one_task(), "supervision.max_review_share", throughput_speedup=2, within=(0.01, 0.9)
    )
    assert result["value"].values == pytest.approx([0.25], rel=1e-12)
    assert result.attrs["reason"] == "" and float(result["nearest_target"]) == 2
    ratio = tm.solve_for(
        one_task().replace({"supervision.headcount": 1}),
        "tasks.work.review_ratio",
        throughput_speedup=3,
        within=(0.01, 0.9),
    )
    assert ratio["value"].values == pytest.approx(
        [1 / 21], rel=1e-12
    )  # 1,000 + 100 (1 / r - 1) = 3,000


@pytest.mark.parametrize("cost", [1.25, 1.6])
def test_what_brings_oversights_cost_to_a_level_of_a_closed_form(cost):
    """People give 1,000 h and AI 1,000 h at most; n reviewers of 100 h let 500 n of these count."""
    catalog = small_catalog(
        {"work": {"share": 1, "horizon": 0.01}}, supervision={"pool": "dedicated", "headcount": 1}
    )
    swept = tm.sweep(catalog, [1e28])
    by_ai = 1_500 * float(swept["oversight_cost"].item()) - 1_000
    catalog = catalog.replace({"compute.inference_share": 0.01 * 1_000 / by_ai})
    result = tm.solve_for(
        catalog, "supervision.headcount", compute=1e28, oversight_cost=cost, within=(0.1, 10)
    )
    assert result["value"].values == pytest.approx([(2_000 / cost - 1_000) / 500], rel=1e-9)
    ratio = tm.solve_for(
        catalog, "tasks.work.review_ratio", compute=1e28, oversight_cost=cost, within=(0.01, 2)
    )
    assert ratio["value"].values == pytest.approx([100 / (2_000 / cost - 1_000)], rel=1e-9)


def test_kinks_of_output_without_review_are_those_of_a_catalog_without_it():
    catalog = small_catalog(
        {"by_ai": {"share": 0.7, "horizon": 0.01}, "by_people": {"share": 0.3, "delegable": False}},
        supervision={"pool": "dedicated"},
        compute={"inference_share": 1e-8},
        production={"elasticity": 0.3},
    )
    low, high = 1e26, 1e31
    free = tm.events(tm.sweep(catalog.replace({"tasks.*.review_ratio": 0}), [low, high]))
    assert free["kind"].values.tolist() == ["completed"]
    kinks = target(catalog, COST).kinks(Walker(catalog), low, high)
    assert kinks == pytest.approx(free["compute"].values, rel=1e-9)


CATALOG = ("alignment_research", "dedicated_reviewers")
ROUND_TRIPS = [
    ("supervision.headcount", 1e32, {"oversight_cost": 1.5}),
    ("supervision.headcount", 1e32, {"throughput_speedup": 3, "within": (100, 1000)}),
    ("supervision.headcount", 1e31, {"bottleneck_share.review": 0.2, "within": (10, 60)}),
    ("compute", None, {"throughput_speedup": 1.15}),
    ("compute", None, {"factor_elasticity.researchers": 0.95}),
    ("tasks.research_code.review_ratio", 1e32, {"review_elasticity.research_code": 0.02}),
    ("latency.serial_speed", 1e32, {"latency_speedup": 1.005}),
]


@pytest.mark.parametrize(("path", "compute", "aim"), ROUND_TRIPS[: cases(5, 7)])
def test_putting_the_answer_back_gives_the_target(path, compute, aim):
    catalog = tm.load_catalog(*CATALOG)
    name, target_value = next(iter(aim.items()))
    result = tm.solve_for(catalog, path, compute=compute, **aim)
    assert result.sizes["solution"] or result.sizes["jump"]
    for value in result["value"].values:
        assert put_back(catalog, path, compute, value, name) == pytest.approx(
            target_value, rel=1e-9
        )


def hump():
    """AI does one of two tasks: the share of review rises with reviewers until they suffice."""
    return small_catalog(
        {"by_ai": {"share": 0.7, "horizon": 0.01}, "by_people": {"share": 0.3, "delegable": False}},
        production={"elasticity": 0.3},
        supervision={"pool": "dedicated"},
        **FREE,
    )


def test_pairs_of_answers_next_to_a_summit_are_both_found():
    catalog, path, name = hump(), "supervision.headcount", "bottleneck_share.review"
    values = np.geomspace(0.01, 100, 100)
    share = (
        tm.sweep(catalog, over=path, values=values)["bottleneck_share"].sel(source="review").values
    )
    top = int(share.argmax())
    assert 0 < top < 99
    within = (values[0], values[-1])
    for target_value in (0.5 * share[top], 0.999 * share[top])[: cases(1, 2)]:
        result = tm.solve_for(catalog, path, within=within, **{name: target_value})
        low, high = result["value"].values
        assert low < values[top] < high
        for value in (low, high):
            assert put_back(catalog, path, 1e28, value, name) == pytest.approx(
                target_value, rel=1e-9
            )


def two_pools():
    """Two pools, each with its own task of share s and 1 - s: 1 / (s^2 / E_1 + (1 - s)^2 / E_2)."""
    return small_catalog(
        {
            "one": {"share": 0.5, "delegable": False, "pool": "few"},
            "two": {"share": 0.5, "delegable": False, "pool": "many"},
        },
        pools={
            "few": {"headcount": 10, "hours_per_year": 100},
            "many": {"headcount": 40, "hours_per_year": 100},
            "researchers": EMPTY,
        },
        supervision={"pool": "dedicated"},
    )


EMPTY = {"headcount": 1, "hours_per_year": 1}


def test_a_pair_hidden_between_two_places_of_the_mesh_is_found():
    """Output is largest, E_1 + E_2, at a share E_1 / (E_1 + E_2); just below, two shares solve."""
    largest, scale = 5_000, 1 / (0.25 / 1_000 + 0.25 / 4_000)
    lack = 1e-8
    result = tm.solve_for(
        two_pools(), "tasks.one.share", within=(0.1, 0.9), output=largest * (1 - lack) / scale
    )
    aside = np.sqrt(lack / largest / (1 / 1_000 + 1 / 4_000))
    assert result["value"].values == pytest.approx([0.2 - aside, 0.2 + aside], abs=1e-9)
    just = tm.solve_for(two_pools(), "tasks.one.share", within=(0.1, 0.9), output=largest / scale)
    assert just["value"].values == pytest.approx([0.2], abs=1e-6)
    unreachable = tm.solve_for(
        two_pools(), "tasks.one.share", within=(0.1, 0.9), output=largest * (1 + lack) / scale
    )
    assert unreachable.sizes["solution"] == 0 and float(
        unreachable["nearest_target"]
    ) == pytest.approx(largest / scale, rel=1e-12)


def test_a_stretch_that_gives_the_target_is_told_from_end_to_end():
    many = one_task().replace({"supervision.headcount": 20})
    share = "supervision.max_review_share"
    result = tm.solve_for(many, share, throughput_speedup=5, within=(0.25, 1))
    # at a half of 2,000 h all 1,000 h of the people go into review, and more do not help
    assert result["value"].values == pytest.approx([0.5], rel=1e-9)
    assert result["value_until"].values == pytest.approx([1])


def test_what_cannot_be_reached_is_told_with_the_nearest():
    many = one_task().replace({"supervision.headcount": 20})
    share = "supervision.max_review_share"
    result = tm.solve_for(many, share, throughput_speedup=7, within=(0.25, 1))
    assert result.sizes["solution"] == 0
    assert float(result["nearest_target"]) == pytest.approx(5)
    assert (
        float(result["nearest_place"]) == pytest.approx(0.5) and float(result["nearest_until"]) == 1
    )
    assert (
        "the nearest is 5, from 0.5 on" in result.attrs["reason"]
        and "100 % of the hours" in result.attrs["reason"]
    )


def test_a_target_inside_a_jump_is_passed_without_being_reached():
    catalog = one_task(horizon=8)
    opens = tm.events(tm.sweep(catalog, np.geomspace(1e24, 1e32, 2)))
    position = float(opens["compute"][opens["kind"].values.tolist().index("automatable")])
    result = tm.solve_for(catalog, "compute", throughput_speedup=4, within=(1e28, 1e31))
    assert result["value"].values.size == 0
    assert result["jump_place"].values == pytest.approx([position], rel=1e-15)
    assert result["jump_before"].values == pytest.approx([1]) and result[
        "jump_after"
    ].values == pytest.approx([5])
    assert (
        result["jump_tasks"].values.tolist() == ["work"]
        and "in a jump from 1 to 5" in result.attrs["reason"]
    )


def test_an_input_that_makes_no_difference_says_so():
    reason = tm.solve_for(
        one_task(), "compute.experiment_share", within=(0.01, 0.02), throughput_speedup=2
    ).attrs["reason"]
    assert "makes no difference" in reason


def test_default_ranges_keep_to_what_is_allowed():
    catalog = one_task()
    for path, low, high in (
        ("supervision.max_review_share", 0, 1),
        ("supervision.headcount", 1e-3, 1e5),
        ("compute", 1e26, 1e32),
        ("capability.defect_probability", 0, 0.999),
    ):
        assert default_range(catalog, path) == pytest.approx((low, high)), path


@pytest.mark.parametrize(
    ("block", "speedup"), [("supervision", 2.8), ("reviewers.verifiers", 3.05)]
)
def test_a_number_of_reviewers_who_are_researchers_is_refused_and_the_mends_work(block, speedup):
    catalog = first(scenario="scarce_verifiers")
    question = {"throughput_speedup": speedup, "compute": 4e30}
    mend = f"{block}.headcount: is a permission here.*Solve for {block}.max_review_share"
    with pytest.raises(tm.CatalogError, match=mend):
        tm.solve_for(catalog, f"{block}.headcount", **question)
    own = catalog.replace({f"{block}.pool": "dedicated"})
    for mended, name in ((catalog, "max_review_share"), (own, "headcount")):
        result = tm.solve_for(mended, f"{block}.{name}", **question)
        assert result["throughput_speedup"].values == pytest.approx([speedup], rel=1e-9)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("supervision.headcount", {}), TypeError, "one target"),
        (("supervision.headcount", {"speedup": 2, "output": 3}), TypeError, "one target"),
        (("supervision.headcount", {"speedup": math.nan}), ValueError, "finite number"),
        (("supervision.headcount", {"speed": 2}), ValueError, "speedup"),
        (
            ("supervision.headcount", {"bottleneck_share.reviews": 0.2}),
            ValueError,
            "bottleneck_share.review",
        ),
        (("supervision.headcount", {"speedup": 2, "within": (3, 1)}), ValueError, "low end below"),
        (
            ("supervision.headcount", {"speedup": 2, "within": (-3, 1)}),
            tm.CatalogError,
            "at least 0",
        ),
        (("supervision.headcont", {"speedup": 2}), tm.CatalogError, "supervision.headcount"),
        (("supervision.pool", {"speedup": 2}), TypeError, "no number"),
        (("compute", {"speedup": 2, "compute": 1e30}), TypeError, "leave the argument out"),
        (("supervision.headcount", {"speedup": 2, "compute": -1}), ValueError, "positive"),
    ],
)
def test_bad_questions_are_refused(arguments, error, message):
    path, options = arguments
    with pytest.raises(error, match=message):
        tm.solve_for(one_task(), path, **options)


def test_every_variable_that_can_be_aimed_at_is_that_of_a_sweep():
    catalog = tm.load_catalog("t_agi_ladder")
    swept = tm.sweep(catalog, [1e31])
    for name in (*SCALARS, COST, *CEILINGS):
        assert target(catalog, name).element == -1 and name in swept
    places = np.array([1e31])
    walker = Walker(catalog)
    situation, allocation = walker.at(places), walker.solve(places, np.array([False])).allocation
    names = [
        "factor_elasticity.review",
        "bottleneck_share.hands_on",
        "factor_use.review",
        "review_elasticity.1_hour",
    ]
    for name in (*names, COST, "reviewer_equivalent.general.researchers"):
        variable, *entry = name.split(".")
        numbers = (
            swept[variable]
            .isel(compute=0)
            .sel(dict(zip(swept[variable].dims[1:], entry, strict=True)))
        )
        aimed = target(catalog, name).read(walker, situation, places, False, allocation)
        assert aimed == pytest.approx([float(numbers)], rel=1e-9, abs=1e-12), name


def test_one_more_reviewer_can_be_aimed_at_and_each_pool_has_its_own():
    catalog = tm.load_catalog("alignment_research", "scarce_verifiers")
    for kind in ("general", "verifiers"):
        target_value = {
            f"reviewer_equivalent.{kind}.researchers": tm.sweep(catalog, [1e31])[
                "reviewer_equivalent"
            ]
            .sel(reviewers=kind)
            .item()
        }
        result = tm.solve_for(catalog, "compute", within=(5e30, 2e31), **target_value)
        assert (
            np.isclose(result["value"], 1e31, rtol=1e-6).any()
            or (result["value"] <= 1e31 * (1 + 1e-9)).any()
        )


def test_reviewers_are_a_target_by_the_name_of_their_pool_or_of_their_factor():
    catalog = tm.load_catalog("alignment_research", "scarce_verifiers")
    for name, meant in {
        "factor_elasticity.general": "factor_elasticity.review",
        "factor_elasticity.review_general": "factor_elasticity.review",
        "factor_elasticity.verifiers": "factor_elasticity.review_verifiers",
        "review_pool_share.review": "review_pool_share.general",
        "review_pool_share.review_verifiers": "review_pool_share.verifiers",
        "reviewer_equivalent.review.researchers": "reviewer_equivalent.general.researchers",
    }.items():
        assert target(catalog, name) == target(catalog, meant)
        assert target(catalog, name).name == meant
    with pytest.raises(ValueError, match=r"write review_pool_share\.general$"):
        target(catalog, "bottleneck_share.general")


def test_a_plain_number_is_looked_for_where_it_may_be():
    catalog = small_catalog(
        {"a": {"share": 1, "automation_threshold": 1e20, "verifiability": {"score": 0.5}}}, **FREE
    )
    assert default_range(catalog, "tasks.a.verifiability.score") == (0, 1)
    assert catalog.range_of("latency.review_days_per_week") != (-math.inf, math.inf)


def test_the_share_of_a_lone_task_is_no_number_to_solve_for():
    with pytest.raises(tm.InputError, match=r"tasks\.work\.share can only be 1"):
        tm.solve_for(one_task(), "tasks.work.share", compute=1e28, throughput_speedup=2)


def test_slopes_beyond_every_threshold_are_searched_without_warnings():
    rules = {"success": "logistic", "success_slope": 0.84, "required_success": 0.8}
    catalog = small_catalog({"a": {"share": 1}}, capability=rules, **FREE)
    result = tm.solve_for(catalog, "capability.slope", compute=1e28, throughput_speedup=1e9)
    assert result.sizes["solution"] == 0
