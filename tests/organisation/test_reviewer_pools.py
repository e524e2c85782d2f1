"""Pools of reviewers: the binding pool by hand, by a conic program, and by general laws."""

import numpy as np
import pytest
from first import first
from oracles import conic_program
from organisations import Organisation
from random_catalogs import multi_factor_catalog
from small import small_catalog

import taskmodel as tm
from taskmodel.allocation import allocate
from taskmodel.errors import SolveError
from taskmodel.organisation.organisation import HUMAN, organisation
from taskmodel.plots.tasks import task_states
from taskmodel.sweeps.walker import Walker

HOURS = 100  # a year, of everybody here
GENERAL, SKILLED = 3.0, 2.0  # reviewers
SHARE, RATIO = {"code": 0.7, "proofs": 0.3}, {"code": 0.2, "proofs": 0.6}


def pool(headcount, of="dedicated", **more):
    return {
        "pool": of,
        "headcount": headcount,
        "hours_per_year": HOURS,
        "max_review_share": 1,
        **more,
    }


def two_pools(
    elasticity=0.0,
    general=GENERAL,
    verifiers=SKILLED,
    of="dedicated",
    who=(("general",), ("verifiers",)),
    **changes,
):
    """Code reviewed by anybody, proofs by verifiers, all of it done by AI, inference for free."""
    tasks = {
        name: {
            "share": SHARE[name],
            "review_ratio": RATIO[name],
            "by_people": False,
            "reviewers": list(reviewers),
        }
        for name, reviewers in zip(SHARE, who, strict=True)
    }
    return small_catalog(
        tasks,
        production={"elasticity": elasticity},
        supervision=pool(general, of),
        reviewers={"verifiers": pool(verifiers, of)},
        compute={"inference": "free"},
        **changes,
    )


def needed(name):
    """Review hours of a task for a unit of output where tasks do not substitute."""
    return SHARE[name] * RATIO[name]


def by_hand(elasticity, general, verifiers):
    """Output of two tasks that each use one pool of reviewers alone [h/year]."""
    made = np.array([HOURS * general / RATIO["code"], HOURS * verifiers / RATIO["proofs"]])
    shares = np.array(list(SHARE.values()))
    if elasticity == 0:
        return (made / shares).min()
    if elasticity == 1:
        return np.prod((made / shares) ** shares)
    rho = 1 - 1 / elasticity
    return (shares @ (made / shares) ** rho) ** (1 / rho)


@pytest.mark.parametrize(("general", "binds"), [(1.0, "review"), (9.0, "review_verifiers")])
def test_of_two_pools_without_substitution_the_shorter_one_binds(general, binds):
    result = tm.sweep(two_pools(general=general), [1e31])
    output = by_hand(0, general, SKILLED)
    assert float(result["output"][0]) == pytest.approx(output / 1000, rel=1e-12)
    assert {
        str(name)
        for name in result["factor"].values
        if result["factor_elasticity"].sel(factor=name)[0] > 0
    } == {binds}
    assert float(result["factor_elasticity"].sel(factor=binds)[0]) == pytest.approx(1, rel=1e-12)
    for factor, task in (("review", "code"), ("review_verifiers", "proofs")):
        assert float(result["factor_use"].sel(factor=factor)[0]) == pytest.approx(
            output * needed(task), rel=1e-12
        )
    assert float(result["oversight_ceiling"][0]) == pytest.approx(output / 1000, rel=1e-12)
    assert float(result["oversight_elasticity"][0]) == pytest.approx(1, rel=1e-12)
    assert float(result["bottleneck_share"].sel(source="review")[0]) == pytest.approx(1, rel=1e-12)


@pytest.mark.parametrize("elasticity", [0.3, 1, 2.5])
def test_with_substitution_each_pool_has_the_elasticity_of_its_task(elasticity):
    result = tm.sweep(two_pools(elasticity), [1e31])
    assert float(result["output"][0]) == pytest.approx(
        by_hand(elasticity, GENERAL, SKILLED) / 1000, rel=1e-10
    )
    step = 1e-5
    for factor, more in (("review", (step, 0)), ("review_verifiers", (0, step))):
        ends = [
            by_hand(elasticity, GENERAL * np.exp(sign * more[0]), SKILLED * np.exp(sign * more[1]))
            for sign in (-1, 1)
        ]
        found = float(result["factor_elasticity"].sel(factor=factor)[0])
        assert found == pytest.approx(np.diff(np.log(ends))[0] / (2 * step), abs=1e-8)


def test_as_verifiers_grow_in_number_the_event_names_who_binds_next():
    """Balance is at R_v = R_g (s r of proofs)/(s r of code)."""
    result = tm.sweep(two_pools(), 1e31, over="reviewers.verifiers.headcount", values=[0.5, 50])
    events = tm.events(result)
    balance = GENERAL * needed("proofs") / needed("code")
    found = {
        (str(kind), str(factor))
        for kind, factor in zip(events["kind"].values, events["factor"].values, strict=True)
    }
    assert found == {("binds", "review"), ("slack", "review_verifiers")}
    assert events["reviewers.verifiers.headcount"].values == pytest.approx([balance] * 2, rel=1e-9)
    for side, factor in (("before", "review_verifiers"), ("after", "review")):
        shares = events[f"factor_elasticity_{side}"].values[0]
        assert dict(zip(events["factor_name"].values, shares, strict=True))[
            factor
        ] == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize(("general", "symbol"), [(1.0, "R"), (9.0, "R_verifiers")])
def test_the_formula_of_the_ceiling_holds_the_pool_that_binds(general, symbol):
    found = tm.ceiling(two_pools(general=general))
    assert {each.name for each in found.output.free_symbols} & {"R", "R_verifiers"} == {symbol}
    assert float(found.lambdify()(1e31)) == pytest.approx(
        by_hand(0, general, SKILLED) / 1000, rel=1e-9
    )


@pytest.mark.parametrize("elasticity", [0.5, 1, 2])
def test_a_regime_with_two_pools_of_reviewers_has_a_closed_form(elasticity):
    (*_, last) = tm.regimes(two_pools(elasticity), (1e26, 1e31))
    assert {"R", "R_verifiers"} <= {each.name for each in last.values}
    assert float(last.lambdify()(1e30)) == pytest.approx(
        by_hand(elasticity, GENERAL, SKILLED) / 1000, rel=1e-9
    )
    assert r"R_{\text{verifiers}}" in last.latex()


def test_who_reviews_takes_hours_of_the_labour_pool_they_belong_to():
    at = organisation(two_pools(of="researchers"))
    assert at.factors == ("researchers", "review", "review_verifiers", "inference", "experiments")
    assert (at.factors[at.labour], at.factors[at.reviewing]) == (
        ("researchers",),
        ("review", "review_verifiers"),
    )
    assert at.fixed_bundles[0, :, HUMAN + 1, :3].tolist() == [[0.2, 0.2, 0.0], [0.6, 0.0, 0.6]]
    assert organisation(two_pools()).fixed_bundles[0, :, HUMAN + 1, :3].tolist() == [
        [0.0, 0.2, 0.0],
        [0.0, 0.0, 0.6],
    ]


def random_pools(rng, several=False):
    """A random catalog in which two further pools review some of the tasks."""
    catalog = multi_factor_catalog(rng)
    skills = ["general", "verifiers", "auditors"]
    changes = {
        f"reviewers.{name}": pool(
            10 ** rng.uniform(-1.5, 1.5), str(rng.choice([*catalog.pools, "dedicated"]))
        )
        for name in skills[1:]
    }
    for task in catalog.tasks:
        count = int(rng.integers(1, 4)) if several else 1
        changes[f"tasks.{task}.reviewers"] = [
            str(name) for name in rng.choice(skills, count, replace=False)
        ]
    return catalog.replace(changes)


@pytest.mark.parametrize("several", [False, True])
def test_a_conic_program_finds_the_same_output_and_says_who_binds(several):
    rng, solved, refused, bound = np.random.default_rng(84), 0, 0, set()
    for _ in range(8):
        at = organisation(random_pools(rng, several))
        point = np.array([1e31])  # every task is open
        supply = at.supply(point)[0]
        here = np.isfinite(supply)
        bundles, available = (
            at.bundles(point)[0],
            at.open_modes(at.automatable(point))[0],
        )
        problem = Organisation(bundles[..., here], supply[here], at.nest, available)
        uses = (problem.bundles > 0).any(axis=-1)
        # what costs nothing, or cannot be done, is no matter of a solver
        expected = (
            conic_program(problem)
            if uses[available].all() and available.any(axis=1).all()
            else None
        )
        if expected is None:
            continue
        solved += 1
        try:
            best = allocate(bundles, supply, at.nest, available)
        except SolveError:  # of six tasks that three pools review in one proportion (docs, limits)
            refused += 1
            continue
        assert float(best.output) == pytest.approx(expected, rel=1e-6)
        bound |= {at.factors[k] for k in np.flatnonzero(best.factor_elasticity > 1e-6)}
        k = int(rng.integers(at.pools, at.pools + at.reviewers))
        more = np.where(np.arange(len(supply)) == k, 1.01 * supply, supply)
        gained = conic_program(Organisation(problem.bundles, more[here], at.nest, available))
        # output is concave: 1 % more of a pool adds at most 1 % of its elasticity
        if gained is not None:
            worth = best.factor_elasticity_range[k, 0]
            assert -2e-6 <= gained / expected - 1 <= worth / 100 + 2e-6
            assert gained / expected - 1 == pytest.approx(
                worth / 100, abs=2e-6 + 0.05 * worth / 100
            )
    print(f"Clarabel solved {solved} of 8")
    assert solved >= 5 and refused <= several
    assert {"review", "review_verifiers", "review_auditors"} <= bound


def test_the_order_of_pools_changes_nothing():
    rng = np.random.default_rng(83)
    for _ in range(6):
        catalog = random_pools(rng, several=True)
        staff = dict(catalog.reviewers)
        turned = {
            f"tasks.{name}.reviewers": list(reversed(task.reviewers))
            for name, task in catalog.tasks.items()
        }
        backwards = catalog.replace({"reviewers": dict(reversed(staff.items())), **turned})
        assert list(backwards.reviewers) == list(reversed(staff))
        one, two = (Walker(each) for each in (catalog, backwards))
        place, side = np.array([1e27, 1e28, 1e29, 1e31]), np.zeros(4, dtype=bool)
        first, second = (walker.solve(place, side) for walker in (one, two))
        order = [two.organisation.factors.index(name) for name in one.organisation.factors]
        np.testing.assert_allclose(second.allocation.output, first.allocation.output, rtol=1e-9)
        for name in ("factor_use", "factor_elasticity"):
            wanted = getattr(first.allocation, name)
            np.testing.assert_allclose(
                getattr(second.allocation, name)[:, order],
                wanted,
                rtol=1e-7,
                atol=1e-9 * np.nan_to_num(wanted).max(),
                err_msg=name,
            )
        np.testing.assert_array_equal(second.binds, first.binds)
        np.testing.assert_array_equal(second.bottleneck, first.bottleneck)


def test_a_pool_that_nobody_needs_changes_nothing():
    catalog = tm.load_catalog("t_agi_ladder")
    more = catalog.replace({"reviewers.idle": pool(50)})
    one, two = (tm.sweep(each, np.geomspace(1e27, 1e34, 8)) for each in (catalog, more))
    assert two["factor"].values.tolist() == [
        "researchers",
        "review",
        "review_idle",
        "inference",
        "experiments",
    ]
    assert (two["factor_elasticity"].sel(factor="review_idle") == 0).all() and (
        two["factor_use"].sel(factor="review_idle") == 0
    ).all()
    same = two.sel(factor=one["factor"], reviewers=["general"])
    for name in one.data_vars:
        if not str(name).startswith("event_"):
            assert same[name].dtype == object or np.allclose(
                same[name], one[name], rtol=1e-12, atol=1e-12, equal_nan=True
            ), name
    for name in ("compute", "kind", "task", "mode", "factor"):
        assert tm.events(two)[name].values.tolist() == tm.events(one)[name].values.tolist()


def test_pools_that_may_all_review_everything_are_one_pool_of_all_their_hours():
    catalog = tm.load_catalog("t_agi_ladder")
    people = catalog.get("supervision.headcount")
    everybody = {f"tasks.{task}.reviewers": ["general", "verifiers"] for task in catalog.tasks}
    part = {
        "pool": "researchers",
        "headcount": people / 4,
        "hours_per_year": 1800,
        "max_review_share": 0.5,
    }
    split = catalog.replace(
        {"supervision.headcount": people * 3 / 4, "reviewers.verifiers": part}
    ).replace(everybody)
    one, two = (tm.sweep(each, [1e31, 3e31]) for each in (catalog, split))
    assert set(two["mode"].values) >= {
        "human",
        "ai_full_review/general",
        "ai_full_review/verifiers",
    }
    for name in (
        "output",
        "speedup",
        "oversight_elasticity",
        "bottleneck_share",
        "oversight_ceiling",
        "automated_share",
        "escaped_defects",
    ):
        np.testing.assert_allclose(two[name], one[name], rtol=1e-9, atol=1e-10, err_msg=name)
    use = two["factor_use"].sel(factor=["review", "review_verifiers"]).sum("factor")
    np.testing.assert_allclose(use, one["factor_use"].sel(factor="review"), rtol=1e-9, atol=1e-6)
    price = two["shadow_price"]
    np.testing.assert_allclose(
        price.sel(factor="review_verifiers"), price.sel(factor="review"), rtol=1e-9, atol=1e-15
    )


@pytest.mark.parametrize(("general", "verifiers"), [(3.0, 0.5), (0.5, 3.0)])
def test_a_task_with_a_choice_takes_the_pool_that_has_time(general, verifiers):
    """Proofs go to verifiers, code to both: Y is the lower limit, by verifiers or by all."""
    catalog = two_pools(
        general=general, verifiers=verifiers, who=(("general", "verifiers"), ("verifiers",))
    )
    result = tm.sweep(catalog, [1e31])
    expected = min(
        HOURS * verifiers / needed("proofs"),
        HOURS * (general + verifiers) / (needed("code") + needed("proofs")),
    )
    assert float(result["output"][0]) == pytest.approx(expected / 1000, rel=1e-12)
    activity = result["activity"].isel(compute=0)
    assert float(activity.sel(task="proofs", mode="ai_full_review/general")) == 0
    assert (float(activity.sel(task="code", mode="ai_full_review/verifiers")) > 0) == (
        verifiers > general
    )


def test_work_that_nobody_reviews_is_no_matter_of_who_reviews_it():
    who = (("general", "verifiers"), ("verifiers", "general"))
    at = organisation(two_pools(who=who).replace({"supervision.coverage": "none"}))
    assert at.policy.sum() == 2
    at = organisation(
        two_pools(who=who).replace({"supervision.protocols": ["full_review", "no_review"]})
    )
    assert at.modes == (
        "human",
        *(
            f"{way}/{who}"
            for way in ("full_review", "no_review")
            for who in ("general", "verifiers")
        ),
    )
    assert at.policy[:, 1:].tolist() == [[True, True, True, False]] * 2


def test_elasticities_to_the_people_of_a_pool_are_those_of_its_factor():
    catalog = two_pools(0.5)
    found = tm.elasticities(
        catalog, 1e31, ["supervision.headcount", "reviewers.verifiers.headcount"]
    )
    expected = tm.sweep(catalog, [1e31])["factor_elasticity"].sel(
        factor=["review", "review_verifiers"]
    )
    np.testing.assert_allclose(found["output_elasticity"], expected, rtol=1e-9)


def test_what_if_frees_every_pool_of_reviewers():
    catalog = two_pools(0.5, general=0.2, verifiers=0.1, of="researchers")
    freed = tm.what_if(catalog, 1e31)["output"].sel(
        relaxation="reviewers", with_relaxation="reviewers"
    )
    many = tm.sweep(
        catalog.replace({"supervision.headcount": 1e6, "reviewers.verifiers.headcount": 1e6}),
        [1e31],
    )["output"]
    assert float(freed) == pytest.approx(float(many[0]), rel=1e-12)


def test_one_more_reviewer_of_each_kind_is_worth_what_their_hours_are():
    result = tm.sweep(two_pools(0.5, general=30, verifiers=2, of="researchers"), [1e31])
    assert result["reviewer_equivalent"].dims == ("compute", "reviewers", "pool")
    price = result["shadow_price"].isel(compute=0)
    for name, factor in (("general", "review"), ("verifiers", "review_verifiers")):
        expected = float(price.sel(factor=factor)) / float(price.sel(factor="researchers"))
        assert (expected > 0) == (name == "verifiers")
        assert float(
            result["reviewer_equivalent"].sel(reviewers=name, pool="researchers")[0]
        ) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("of", ["dedicated", "researchers"])
def test_the_share_of_review_is_told_by_pool_of_reviewers(of):
    """Dedicated pools: the elasticity of each; people who also research: by whose work they read.

    The slope of log output in the review ratios of what a pool reviews is its share, sign reversed,
    but for hours of reviewers that stand idle.
    """
    catalog = two_pools(0.5, of=of)
    result = tm.sweep(catalog, [1e31])
    share = result["review_pool_share"].isel(compute=0)
    whole = float(result["bottleneck_share"].sel(source="review")[0])
    assert float(share.sum()) == pytest.approx(whole, rel=1e-12)
    for pool_name, task in (("general", "code"), ("verifiers", "proofs")):
        path, step = f"tasks.{task}.review_ratio", 1e-5
        ratio = catalog.get(path)
        low, high = (
            float(tm.sweep(catalog.replace({path: ratio * (1 + side * step)}), [1e31])["output"][0])
            for side in (-1, 1)
        )
        slope = np.log(high / low) / (2 * step)
        assert float(share.sel(reviewers=pool_name)) == pytest.approx(-slope, rel=1e-4)


def test_the_summary_names_the_pool_that_binds(monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    from taskmodel.cli.calendar import Calendar
    from taskmodel.cli.run import report
    from taskmodel.summary import summarise

    grid = np.array([1e30, 1e31])
    catalog = two_pools(0.5, general=9.0)
    summary = summarise(catalog, tm.sweep(catalog, grid))
    assert summary.end.binding_reviewers == "verifiers"
    hours = {each.name: (each.hours_per_year, each.capacity) for each in summary.advice.pools}
    assert hours["verifiers"] == pytest.approx((HOURS * SKILLED, HOURS * SKILLED), rel=1e-9)
    text = "\n".join(report(catalog, summary, (grid[0], grid[-1], 2), Calendar(catalog)))
    assert (
        "review (verifiers)" in text and "Of these, verifiers: 200 of 200 h/year, scarce." in text
    )
    alone = small_catalog({"code": {"share": 1.0}}, supervision=pool(3))
    assert "general" not in "\n".join(
        report(
            alone, summarise(alone, tm.sweep(alone, grid)), (grid[0], grid[-1], 2), Calendar(alone)
        )
    )


def test_figures_tell_the_pools_apart(tmp_path):
    from taskmodel import plots
    from taskmodel.plots.lanes import lane_names

    catalog = two_pools(0.5, who=(("general", "verifiers"), ("verifiers",)))
    result = tm.sweep(catalog, np.geomspace(1e29, 1e31, 4))
    plots.save(plots.speedup_curve(result), tmp_path / "curve")
    assert "review hours (verifiers)" in " ".join(lane_names(result, 180.0, 8.0)).replace("\n", " ")
    hours = plots.review_hours(catalog, result)
    used = result["factor_use"].sel(factor=["review", "review_verifiers"]).sum("factor")
    np.testing.assert_allclose(hours.sum("task"), used, rtol=1e-9)
    assert set(task_states(catalog, tm.latency(catalog, 1e31)).values()) == {
        "by AI, every unit reviewed"
    }


def test_verifiers_bind_long_before_the_other_reviewers_in_the_bundled_scenario():
    catalog = first(scenario="scarce_verifiers")
    named = {name for name, task in catalog.tasks.items() if task.reviewers}
    assert named == {
        name for name, task in catalog.tasks.items() if task.verifiability.score <= 0.2
    }
    events = tm.events(tm.sweep(catalog, [1e28, 1e31]))
    binds = {
        str(factor): float(at)
        for kind, factor, at in zip(
            *(events[name].values for name in ("kind", "factor", "compute")), strict=True
        )
        if kind == "binds"
    }
    assert 10 * binds["review_verifiers"] < binds["review"]
