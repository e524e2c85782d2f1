"""A limit to what may escape review: a factor like any other, in every view that lists factors."""

import numpy as np
import pytest
from brute_force import disagreements
from limited import MORE, TASKS, limited
from random_catalogs import HIGH, LOW, multi_factor_catalog
from sizes import cases

import taskmodel as tm
from taskmodel.allocation import allocate
from taskmodel.organisation.measures import oversight
from taskmodel.organisation.organisation import DEFECT_BUDGET, organisation
from taskmodel.sweeps._ceilings import ceilings
from taskmodel.sweeps.axes import input_axis
from taskmodel.sweeps.walker import Walker
from taskmodel.sweeps.walks import walk

BUDGET = "supervision.defect_budget"
SEEDS = (2, 3, 0, 1, 5, 6, 7)  # of random catalogs; 4 is refused: a point of it cannot be certified
HOURS = 1000  # of the ten people of a small catalog, in a year
ESCAPE = 0.2 / 0.8  # of AI that nobody reviews, per useful hour


def optimum(catalog, compute=1e28):
    walker, place = Walker(catalog), np.array([compute])
    return walker.organisation, place, walker.solve(place, np.array([False])).allocation


def test_what_escapes_is_a_factor_of_its_own_and_only_where_it_has_a_limit():
    at, free = (
        organisation(limited(100, "full_review", "no_review")),
        organisation(limited(None, "full_review", "no_review")),
    )
    assert at.factors == (*free.factors, DEFECT_BUDGET) and DEFECT_BUDGET not in free.factors
    np.testing.assert_array_equal(at.fixed_bundles[..., :-1], free.fixed_bundles)
    np.testing.assert_allclose(
        at.fixed_bundles[..., -1], 2 * np.where(at.policy, free.escape(1e28), 0)
    )
    assert (at.fixed_review[..., -1] == 0).all()
    assert at.supply(1e28)[0, -1] == 100
    for name in ("alignment_research", "ml_capability_rnd", "t_agi_ladder"):
        assert organisation(tm.load_catalog(name)).factors[-2:] == ("inference", "experiments")


@pytest.mark.parametrize("budget", [10, 300, 600, 1200, 3000])
def test_two_tasks_in_closed_form(budget):
    """AI does as much of `code` as the budget allows at 2 x 0.25 defects per hour.

    People do `sign` and any remainder of `code`. With a remainder, each hour of `code` by AI saves
    an hour of people; without, the two tasks are a CES of elasticity 0.5.
    """
    catalog = limited(budget)
    _, _, found = optimum(catalog)
    made = budget / (2 * ESCAPE)
    if made <= 0.6 / 0.4 * HOURS:
        output, price = HOURS + made, 1 / (2 * ESCAPE)
    else:
        output = 1 / (0.6**2 / made + 0.4**2 / HOURS)
        price = (0.6 * output / made) ** 2 / (2 * ESCAPE)
    assert found.output[0] == pytest.approx(output, rel=1e-12)
    assert found.shadow_price[0, -1] == pytest.approx(price, rel=1e-9)
    result = tm.sweep(catalog, [1e28])
    assert result["output"].item() == pytest.approx(output / HOURS, rel=1e-12)
    assert result["factor_use"].sel(factor=DEFECT_BUDGET).item() == pytest.approx(budget)
    assert result["escaped_defects"].sel(task="code").item() == pytest.approx(budget / 2)
    shares = dict(
        zip(result["source"].values.tolist(), result["bottleneck_share"].values[0], strict=True)
    )
    assert shares[DEFECT_BUDGET] == pytest.approx(price * budget / output) and sum(
        shares.values()
    ) == pytest.approx(1)


def test_the_formula_of_a_regime_has_the_budget_in_it():
    catalog = limited(300)
    (regime, *_) = tm.regimes(catalog, (1e26, 1e27))
    numeric = tm.sweep(catalog, [2e26])["output"].item()
    assert float(regime.lambdify()(2e26)) == pytest.approx(numeric, rel=1e-12) and "D" in map(
        str, regime.values
    )
    assert DEFECT_BUDGET in regime.priced
    assert float(tm.ceiling(catalog).lambdify()(1e28)) == pytest.approx(
        tm.sweep(catalog, [1e28])["oversight_ceiling"].item(), rel=1e-12
    )


def test_a_budget_of_none_closes_the_modes_that_let_anything_escape():
    """Perfect review: a protocol whose AI layers find all defects while people see every unit."""
    perfect = {"title": "perfect", "coverage": 1, "layers": 1, "layer_detection": 1}
    for protocols in (
        ["no_review"],
        ["no_review", "assisted"],
        ["no_review", "full_review", "perfect"],
    ):
        tight = optimum(limited(0, *protocols, tasks=MORE, protocols={"perfect": perfect}))[2]
        clean = [name for name in protocols if name not in ("no_review", "full_review")]
        closed = limited(
            None, *(clean or ["full_review"]), tasks=MORE, protocols={"perfect": perfect}
        )
        if not clean:  # nothing but people
            closed = closed.replace(
                {f"tasks.{name}.delegable": False for name in ("code", "runs", "ideas")}
            )
        assert tight.output[0] == pytest.approx(optimum(closed)[2].output[0], rel=1e-12)
        assert tight.factor_use[0, -1] == 0


def test_more_of_everything_gives_more_in_proportion():
    catalog = limited(200, "full_review", "no_review", "assisted", tasks=MORE)
    twice = {
        path: 2 * catalog.get(path)
        for path in ("pools.researchers.headcount", "supervision.headcount", BUDGET)
    }
    one, two = (optimum(each)[2] for each in (catalog, catalog.replace(twice)))
    assert two.output[0] == pytest.approx(2 * one.output[0], rel=1e-12)
    np.testing.assert_allclose(two.shadow_price, one.shadow_price, rtol=1e-9)
    assert 0 < one.factor_elasticity[0, -1] < 1


def test_success_by_degrees_lets_as_much_escape_as_the_defect_probability_that_it_amounts_to():
    degrees = {
        "success": "logistic",
        "worker": "frontier",
        "success_slope": 0.84,
        "slope": 0.5,
        "defect_probability": 0,
    }
    tasks = {**TASKS, "code": {**TASKS["code"], "automation_threshold": 1e26}}
    catalog = limited(300, "full_review", "no_review", tasks=tasks, capability=degrees)
    found = tm.sweep(catalog, [2e26, 2e29])
    for point, compute in enumerate((2e26, 2e29)):
        failed = 1 - 1 / (
            1 + (1e26 / catalog.get("compute.training_share") / compute) ** (0.84 * 0.5)
        )
        steps = {
            "capability.success": "step",
            "capability.success_slope": None,
            "capability.defect_probability": failed,
        }
        same = tm.sweep(catalog.replace(steps), [compute])
        for name in (
            "output",
            "bottleneck_share",
            "escaped_defects",
            "oversight_elasticity",
            "factor_use",
            "shadow_price",
        ):
            np.testing.assert_allclose(found[name][point], same[name][0], rtol=1e-9, err_msg=name)


@pytest.mark.parametrize("budget", [50, 400])
def test_review_does_not_use_the_budget(budget):
    """Its elasticity is the finite difference in all review hours at constant detection."""
    at, place, found = optimum(
        limited(budget, "full_review", "spot_checks", "no_review", tasks=MORE)
    )
    assert found.factor_elasticity[0, -1] > 0.01 and (found.activity[0, :, 1:3] > 0).any()
    opened, h = at.open_modes(at.automatable(place)), 1e-5

    def log_output(scale):
        return np.log(
            allocate(
                at.fixed_bundles + (scale - 1) * at.fixed_review, at.supply(place), at.nest, opened
            ).output[0]
        )

    central = (log_output(np.exp(h)) - log_output(np.exp(-h))) / (2 * h)
    assert oversight(at, place, found)["oversight_elasticity"][0] == pytest.approx(
        -central, abs=1e-6
    )


def test_what_escapes_without_harm_needs_no_budget_and_need_not_be_known():
    tasks = {**MORE, "code": {**MORE["code"], "harm_weight": 0, "verifiability": None}}
    at = organisation(limited(100, "full_review", "no_review", tasks=tasks))
    assert (at.fixed_bundles[0, 0, :, -1] == 0).all()
    assert (at.fixed_bundles[0, 1:3, 1:, -1] > 0).all()
    assert (
        optimum(limited(0, "full_review", "no_review", tasks=tasks))[2].activity[0, 0, 1:].sum() > 0
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"capability": {"defect_probability": 0}},
        {"supervision": {"protocols": [], "coverage": "none"}},
    ],
)
def test_verifiability_is_not_needed_where_nothing_fails_or_nobody_looks(changes):
    tasks = {**TASKS, "code": {**TASKS["code"], "verifiability": None}}
    assert (
        tm.sweep(limited(100, "full_review", tasks=tasks, **changes), [1e28])["output"].item() > 1
    )
    with pytest.raises(
        tm.CatalogError,
        match=r"tasks.code: 'verifiability' is missing; .*: {score: 0.5}, or harm_weight: 0",
    ):
        limited(100, "full_review", tasks=tasks)


def budgeted(seed):
    """A random catalog with imperfect AI, a defect budget and several protocols."""
    rng = np.random.default_rng(seed)
    catalog = multi_factor_catalog(rng)
    rows = catalog.tasks
    changes = {f"tasks.{name}.verifiability": {"score": float(rng.uniform())} for name in rows}
    changes |= {f"tasks.{name}.harm_weight": float(10 ** rng.uniform(-1, 1)) for name in rows}
    hours = sum(pool.headcount.value * pool.hours_per_year.value for pool in catalog.pools.values())
    changes |= {
        "supervision.protocols": ["full_review", "spot_checks", "no_review"],
        "capability.defect_probability": 0.2,
    }
    return catalog.replace(changes).replace({BUDGET: float(hours * 10 ** rng.uniform(-2, 1))})


def test_brute_force_finds_the_same_events_with_a_budget():
    kinds = []
    for seed in SEEDS[: cases(2, len(SEEDS))]:
        catalog = budgeted(seed)
        events = tm.events(tm.sweep(catalog, compute=[LOW, HIGH]))
        kinds += zip(events["kind"].values.tolist(), events["factor"].values.tolist(), strict=True)
        assert disagreements(Walker(catalog), events, np.geomspace(LOW, HIGH, 60), 1e-7) == [], seed
    assert ("binds", DEFECT_BUDGET) in kinds


def test_a_sweep_along_the_budget_from_none_on_also_where_the_catalog_has_no_limit():
    free = limited(None, "full_review", "no_review")
    swept = tm.sweep(free, 1e28, over=BUDGET, values=[1, 100])
    for budget, output in zip(swept[BUDGET].values.tolist(), swept["output"].values, strict=True):
        assert output == pytest.approx(
            tm.sweep(free.replace({BUDGET: budget}), [1e28])["output"].item(), rel=1e-12
        )
    events = walk(Walker(input_axis(free, BUDGET, 0.0, 100.0, 1e28)), 0.0, 100.0)[1]
    early = [events.changes[row] for row in np.flatnonzero(events.position < 1e-6)]
    assert "binds" in {change.kind for changes in early for change in changes}
    by_date = tm.sweep(
        free, 1e28, over="time", paths={BUDGET: [(2026, 10), (2027, 100)]}, values=[2026, 2027]
    )
    assert by_date["output"].values[-1] == pytest.approx(swept["output"].values[-1], rel=1e-12)
    one, two = tm.sweep(limited(100), [1e28]), tm.sweep(limited(None), [1e28])
    joined = tm.compare([limited(100), limited(None).replace({"title": "free"})], np.array([1e28]))
    assert joined["bottleneck_share"].sel(
        source=DEFECT_BUDGET
    ).isnull().values.ravel().tolist() == [False, True]
    assert one.sizes["source"] == two.sizes["source"] + 1


def test_a_limit_is_one_more_constraint_of_what_if_and_only_where_there_is_one():
    catalog = limited(100, "full_review", "spot_checks", tasks=MORE)
    found, free = tm.what_if(catalog, 1e28), tm.what_if(catalog.replace({BUDGET: None}), 1e28)
    assert [*free["relaxation"].values, DEFECT_BUDGET] == list(found["relaxation"].values)
    gone = found["output"].sel(relaxation=DEFECT_BUDGET, with_relaxation=DEFECT_BUDGET).item()
    assert gone == pytest.approx(float(free["output_as_is"]), rel=1e-12)
    assert (found["output"] >= found["output_as_is"] * (1 - 1e-9)).all()


def test_what_more_of_it_is_worth_is_its_elasticity_and_harm_takes_of_it():
    catalog = limited(400, "full_review", "no_review", tasks=MORE)
    own = tm.sweep(catalog, [1e28])["factor_elasticity"].sel(factor=DEFECT_BUDGET).item()
    weights = [f"tasks.{name}.harm_weight" for name in ("code", "runs", "ideas")]
    people = ["pools.researchers.headcount", "supervision.headcount"]
    worth = tm.elasticities(catalog, 1e28, [BUDGET, *people, *weights])["output_elasticity"].isel(
        compute=0
    )
    value = dict(zip(worth["input"].values.tolist(), worth.values.tolist(), strict=True))
    assert value[BUDGET] == pytest.approx(own, rel=1e-9) and own > 0.01
    assert sum(value[name] for name in weights) == pytest.approx(-own, rel=1e-6)
    assert value[BUDGET] + sum(value[name] for name in people) == pytest.approx(1)
    assert not [
        path
        for path in tm.elasticities(limited(None, tasks=MORE), 1e28)["input"].values
        if path.endswith("harm_weight")
    ]


def test_maps_and_inverse_questions_know_the_budget():
    catalog = limited(400, "full_review", "no_review", tasks=MORE)
    found = tm.bottleneck_map(
        catalog, x=(BUDGET, [10, 1000]), y=("supervision.headcount", [1, 100]), compute=1e28
    )
    assert (
        DEFECT_BUDGET in found["source"].values and DEFECT_BUDGET in found["binding_factor"].values
    )
    wanted = tm.sweep(catalog, [1e28])["output"].item()
    solved = tm.solve_for(catalog, BUDGET, compute=1e28, within=(300, 500), output=wanted)
    assert (
        solved["value"].values == pytest.approx([400], rel=1e-9)
        and DEFECT_BUDGET in solved["source"].values
    )


def test_ceilings_keep_the_limit():
    catalog = limited(400, "full_review", "no_review", tasks=MORE)
    found = ceilings(Walker(catalog).at(np.array([1e28])))
    free = ceilings(Walker(catalog.replace({BUDGET: None})).at(np.array([1e28])))
    assert found["oversight_ceiling"][0] < free["oversight_ceiling"][0]
    assert found["no_oversight_ceiling"][0] >= found["oversight_ceiling"][0]
