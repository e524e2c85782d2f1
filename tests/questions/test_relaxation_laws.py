"""More allowed is never less output: what-ifs, pairs, ceilings, rules of review, protocols."""

from itertools import combinations

import numpy as np
import pytest
from random_catalogs import multi_factor_catalog
from sizes import cases
from small import small_catalog

import taskmodel as tm
from taskmodel.summary.levers import available_levers

PROTOCOLS = ("full_review", "floor_coverage", "no_review", "spot_checks", "assisted")
ROUNDING = 1e-8


def catalog_with_rules(seed):
    """A random catalog whose tasks forbid some protocols; every second one names protocols."""
    rng = np.random.default_rng(seed)
    catalog = multi_factor_catalog(rng)
    changes = {"supervision.assisted_effort": 0.6}
    if seed % 2:
        names = rng.choice(PROTOCOLS, size=rng.integers(1, 4), replace=False)
        changes["supervision.protocols"] = [str(name) for name in names]
    for name in catalog.tasks:
        if rng.random() < 0.4:
            changes[f"tasks.{name}.forbids"] = [str(rng.choice(PROTOCOLS[:3]))]
    return catalog.replace(changes)


def output_of(catalog, compute):
    return float(tm.sweep(catalog, [compute])["output"][0])


@pytest.mark.parametrize("seed", cases(range(12), range(40)))
def test_what_ifs_never_lower_output_and_more_of_them_raise_it(seed):
    result = tm.what_if(catalog_with_rules(seed), 1e29)
    output, as_is = result["output"].values, float(result["output_as_is"])
    every = float(result["output_all"])
    single = np.diag(output)
    assert (single >= as_is * (1 - ROUNDING)).all()
    for row, column in combinations(range(len(single)), 2):
        assert output[row, column] >= max(single[row], single[column]) * (1 - ROUNDING)
    assert (output <= every * (1 + ROUNDING)).all()


@pytest.mark.parametrize("seed", cases(range(0, 2 * 8, 2), range(0, 40, 2)))
def test_a_laxer_rule_of_review_never_lowers_output(seed):
    catalog = catalog_with_rules(seed)
    full, floor, nothing = (
        output_of(catalog.replace({"supervision.coverage": rule}), 1e29)
        for rule in ("full", "floor", "none")
    )
    assert full <= floor * (1 + ROUNDING) and floor <= nothing * (1 + ROUNDING)


@pytest.mark.parametrize("seed", cases(range(1, 2 * 8, 2), range(1, 40, 2)))
def test_one_more_protocol_never_lowers_output(seed):
    catalog = catalog_with_rules(seed)
    names = catalog.supervision.protocols
    before = output_of(catalog, 1e29)
    for name in set(PROTOCOLS) - set(names):
        more = catalog.replace({"supervision.protocols": [*names, name]})
        assert output_of(more, 1e29) >= before * (1 - ROUNDING), name


# All but 0.52 of a nest is free, at an elasticity of 0.99992: output is some 0.52^-12,000.
BEYOND_FLOATS = {16}


@pytest.mark.parametrize("seed", cases(range(0, 2 * 6, 2), range(0, 40, 2)))
def test_without_review_is_one_thing_in_ceilings_and_in_what_ifs(seed):
    """Where tasks forbid the laxer rules alone; with inference and experiments free."""
    rng = np.random.default_rng(seed)
    catalog = multi_factor_catalog(rng)
    changes = {"supervision.coverage": "full"}
    changes |= {f"compute.{factor}": "free" for factor in ("inference", "experiments")}
    for name in catalog.tasks:
        changes[f"tasks.{name}.by_people"] = changes[f"tasks.{name}.delegable"] = True
        changes[f"tasks.{name}.forbids"] = [str(rng.choice(["no_review", "floor_coverage"]))]
    catalog = catalog.replace(changes)
    if seed in BEYOND_FLOATS:
        with pytest.raises(tm.SolveError, match="just below 1"):
            tm.what_if(catalog, 1e29)
        return
    result = tm.sweep(catalog, [1e29]).squeeze("compute")
    relaxed = tm.what_if(catalog, 1e29)["throughput_speedup"]
    unreviewed = relaxed.sel(relaxation="coverage_floor", with_relaxation="coverage_floor")
    assert float(result["oversight_ceiling"]) <= float(result["no_oversight_ceiling"])
    assert float(unreviewed) == pytest.approx(float(result["no_oversight_ceiling"]), rel=1e-8)


def laboratory(rule, **task):
    """A catalog of one task that AI does, half an hour of review for an hour of work."""
    work = {"share": 1.0, "horizon": 4, "review_ratio": 0.5, "coverage_floor": 0.4, **task}
    return small_catalog(
        {"code": work},
        supervision={"coverage": rule, "max_review_share": 1.0},
        compute={"inference": "free"},
    )


@pytest.mark.parametrize(
    ("rule", "forbidden", "hours"),
    [
        ("none", [], 0.0),
        ("none", ["no_review"], 0.2),  # the floor of 0.4
        ("none", ["no_review", "floor_coverage"], 0.5),
        ("floor", [], 0.2),
        ("floor", ["floor_coverage"], 0.5),
        ("floor", ["no_review"], 0.2),
        ("full", ["floor_coverage"], 0.5),
        ("full", ["full_review"], 1.0),  # nothing is stricter: people do it
        ("none", ["no_review", "floor_coverage", "full_review"], 1.0),
    ],
)
def test_a_task_that_forbids_a_rule_is_reviewed_by_the_next_stricter(rule, forbidden, hours):
    speedup = float(tm.sweep(laboratory(rule, forbids=forbidden), [1e33])["throughput_speedup"][0])
    assert speedup == pytest.approx(1 / hours if hours else np.inf, rel=1e-9)


@pytest.mark.parametrize(
    ("rule", "forbidden", "kept"),
    [
        ("floor", ["floor_coverage"], "full_review"),
        ("none", ["no_review"], "floor_coverage"),
        ("none", ["no_review", "floor_coverage"], "full_review"),
    ],
)
def test_more_protocols_leave_a_task_the_stricter_rule_that_holds_for_it(rule, forbidden, kept):
    """One in ten units is defective, and a budget limits those that escape."""
    task = {"share": 0.5, "automation_threshold": 1e20, "verifiability": {"score": 0.75}}
    catalog = small_catalog(
        {"build": {**task, "forbids": forbidden}, "run": task},
        supervision={"coverage": rule, "defect_budget": 200},
        capability={"defect_probability": 0.1},
        compute={"inference": "free"},
    )
    without = tm.what_if(catalog, 1e28).sel(relaxation="coverage_floor")
    output = float(without["output"].sel(with_relaxation="coverage_floor"))
    assert output >= float(without["output_as_is"]) * (1 - ROUNDING)
    critics = catalog.replace(available_levers(catalog)["critics"].rules)
    assert critics.tasks["build"].protocols == (kept, "ai_assisted_review")
    assert output_of(critics, 1e28) >= output_of(catalog, 1e28) * (1 - ROUNDING)


@pytest.mark.parametrize("budget", [2, 5, 50])
def test_more_allowed_leaves_a_block_open_whose_tasks_have_different_rules(budget):
    task = {"automation_threshold": 1e20, "verifiability": {"score": 1}, "share": 0.5}
    task |= {"review_ratio": 1, "coverage_floor": 0.5}
    catalog = small_catalog(
        {"a": {**task, "forbids": ["floor_coverage"]}, "b": task},
        supervision={
            **{"coverage": "floor", "defect_budget": budget},
            **{"headcount": 0.2, "pool": "dedicated"},
        },
        capability={"defect_probability": 0.05},
        compute={"inference": "free"},
        blocks={"ab": {"tasks": ["a", "b"], "review": 0.1}},
    )
    result = tm.what_if(catalog, 1e28)
    as_is = float(result["output_as_is"])
    assert as_is > output_of(catalog.replace({"blocks": {}}), 1e28) * 1.01
    assert result["output"].values.min() >= as_is * (1 - ROUNDING)
    for lever in available_levers(catalog).values():
        assert output_of(catalog.replace(lever.rules), 1e28) >= as_is * (1 - ROUNDING)


def test_what_is_not_reviewed_anyway_needs_no_verifiability_to_go_unreviewed():
    task = {"automation_threshold": 1e20, "share": 0.5}
    catalog = small_catalog(
        {"a": task, "b": task},
        supervision={"coverage": "none", "defect_budget": 5},
        capability={"defect_probability": 0.2},
        compute={"inference": "free"},
    )
    result = tm.what_if(catalog, 1e28)
    unreviewed = result.sel(relaxation="coverage_floor", with_relaxation="coverage_floor")
    assert float(result["output_as_is"]) == pytest.approx(float(unreviewed["output"]), rel=1e-12)
    # a fifth of attempts fails unnoticed: 5 h of defects come with 20 h of useful work, on top of
    # 1,000 h of people
    assert float(result["output_as_is"]) == pytest.approx(1.02, rel=1e-12)


def test_a_block_that_is_free_is_made_without_limit_and_without_warnings():
    task = {"automation_threshold": 1e20, "share": 0.3}
    catalog = small_catalog(
        {"a": task, "b": task, "c": {"delegable": False, "share": 0.4}},
        compute={"inference": "free"},
        supervision={"coverage": "none"},
        blocks={"ab": {"tasks": ["a", "b"], "review": 0.1}},
    )
    result = tm.sweep(catalog, [1e28])
    joint = result["activity"].sel(mode="block_ab").values[0]
    assert np.isinf(joint[:2]).any() or joint[:2].sum() > 0
    assert joint[2] == 0 and np.isfinite(result["output"].values).all()
