"""Draws of whole files: groups, correlations, pivoted lines, shares, and defects of all of them."""

import pickle

import numpy as np
import pytest
from scipy import stats
from small import small_catalog

import taskmodel as tm
from taskmodel.catalog import parse_catalog
from taskmodel.cli.kinds import KINDS
from taskmodel.errors import CatalogError, InputError
from taskmodel.lead.plans import load_plan
from taskmodel.organisation.organisation import organisation
from taskmodel.organisation.quantities import Quantities
from taskmodel.sweeps.paths import load_paths, parse_paths
from taskmodel.takeoff.loops import load_loop

# the parameters of a run, which the public function draws by itself
from taskmodel.takeoff.loops.simulation import MODELS, _parameters
from taskmodel.uncertainty import sampler

LEVELS = [0.05, 0.5, 0.95]
PAIR = {"a": {"share": 0.5}, "b": {"share": 0.5}}
RATIO = {"value": 0.2, "low": 0.1, "high": 0.4}
GROUP = {"paths": ["tasks.*.review_ratio"], "common": 0.5}
LINE = {"paths": ["capability.intercept", "capability.slope"], "pivot": 1.5}


def ratios(**changes):
    """Three tasks with the same interval of review."""
    tasks = {name: {"share": share, "review_ratio": RATIO} for name, share in SHARES.items()}
    return small_catalog(tasks, **changes)


SHARES = {"a": 0.5, "b": 0.3, "c": 0.2}
PATHS = [f"tasks.{name}.review_ratio" for name in SHARES]


# Numbers ------------------------------------------------------------------------------------------


def test_every_number_has_the_quantiles_of_its_interval():
    catalog = tm.load_catalog("alignment_research")
    draws = sampler(catalog)
    columns, quantities = draws.draw(32768, seed=2), catalog.quantities()
    assert len(draws.laws) == 87
    for path, law in draws.laws.items():
        quantity = quantities[path][2]
        if "normal" in law.shape and path != "capability.intercept":
            expected = [quantity.low, quantity.value, quantity.high]
            assert np.quantile(columns[path], LEVELS) == pytest.approx(expected, rel=0.05)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "scenarios"])
def test_every_bundled_file_can_be_drawn(kind):
    for name in KINDS[kind].bundled():
        record = KINDS[kind].load(name)
        columns = sampler(record).draw(64)
        assert all(np.isfinite(column).all() for column in columns.values())


@pytest.mark.parametrize("name", KINDS["scenarios"].bundled())
def test_every_bundled_scenario_can_be_drawn(name):
    base = KINDS["scenarios"].load(name).catalog or "alignment_research"
    sampler(tm.load_catalog(base, name)).draw(64)


def test_central_scores_give_the_file_back():
    catalog = tm.load_catalog("alignment_research")
    draws = sampler(catalog)
    columns = draws.columns({path: np.zeros(1) for path in draws.laws})
    for path, column in columns.items():
        if path != "capability.required_success":  # most likely at its value, which is no median
            assert column[0] == pytest.approx(catalog.get(path), rel=1e-12)
    law = draws.laws["capability.required_success"]
    assert law.mode == 0.65 < columns["capability.required_success"][0] < 0.68


@pytest.mark.parametrize("name", KINDS["catalogs"].bundled())
def test_columns_make_the_organisations_of_the_drawn_catalogs(name):
    catalog, compute = tm.load_catalog(name), 1e31
    columns = sampler(catalog).draw([3, 77, 1000])
    together = organisation(Quantities(catalog).with_columns(columns))
    for index in range(3):
        drawn = {path: float(column[index]) for path, column in columns.items()}
        alone = organisation(catalog.replace(drawn))
        for array in ("bundles", "supply", "automatable"):
            several, single = (getattr(item, array)(compute) for item in (together, alone))
            several = several[index if len(several) > 1 else 0]  # the same for all draws: once
            assert several == pytest.approx(single[0], rel=1e-14)


# Draws by their number ----------------------------------------------------------------------------


def test_any_part_of_the_draws_in_any_order_has_the_same_bits():
    draws = sampler(tm.load_catalog("alignment_research"))
    every = draws.draw(700, seed=5)
    part = pickle.loads(pickle.dumps(draws)).draw([699, 0, 64, 511, 512], seed=5)
    for path, column in every.items():
        assert (part[path] == column[[699, 0, 64, 511, 512]]).all()


def test_scenarios_have_random_numbers_in_common():
    base = sampler(tm.load_catalog("alignment_research")).draw(64)
    other = sampler(tm.load_catalog("alignment_research", "scarce_inference")).draw(64)
    assert set(other) - set(base) == {"compute.inference_share"}
    assert all((other[path] == column).all() for path, column in base.items())


def test_other_seeds_give_other_draws():
    draws = sampler(ratios())
    assert not (draws.draw(64, seed=1)[PATHS[0]] == draws.draw(64, seed=2)[PATHS[0]]).any()


def test_normal_numbers_of_another_design_can_take_their_place():
    draws = sampler(ratios(uncertainty={"groups": {"g": GROUP}}))
    assert draws.names == ("group g", *PATHS)
    normals = {name: np.array([1.0]) for name in draws.names}
    column = draws.columns(draws.scores(normals))[PATHS[0]]
    assert np.log(column / 0.2) == pytest.approx(np.sqrt(2) * np.log(2) / stats.norm.ppf(0.95))
    with pytest.raises(InputError, match=r"'tasks\.c\.review_ratio' are missing"):
        draws.scores({name: normals[name] for name in draws.names[:-1]})


# Groups and correlations --------------------------------------------------------------------------


@pytest.mark.parametrize("common", [0, 0.3, 0.5, 1])
def test_members_of_a_group_have_its_common_share_as_correlation(common):
    group = {"paths": ["tasks.*.review_ratio"], "common": common}
    draws = sampler(ratios(uncertainty={"groups": {"g": group}}))
    scores = draws.scores(draws.normals(32768))
    matrix = np.corrcoef([scores[path] for path in PATHS])
    assert matrix[np.triu_indices(3, 1)] == pytest.approx(common, abs=0.01)
    for path in PATHS:
        assert stats.kstest(scores[path], "norm").statistic < 0.01


def test_leontief_with_comonotone_ratios_has_the_exact_band():
    tasks = {name: {**task, "review_ratio": RATIO} for name, task in PAIR.items()}
    group = {"paths": ["tasks.*.review_ratio"], "common": 1}
    columns = sampler(small_catalog(tasks, uncertainty={"groups": {"g": group}})).draw(65536)
    first, second = (columns[f"tasks.{name}.review_ratio"] for name in "ab")
    assert first == pytest.approx(second, rel=1e-14)
    # fixed proportions, all hours in review: output is one over the mean hours of review
    speedup = 1 / (0.5 * first + 0.5 * second)
    assert np.quantile(speedup, LEVELS) == pytest.approx([2.5, 5, 10], rel=1e-3)


def test_cobb_douglas_has_the_exact_total_effects():
    draws = sampler(ratios())

    def logarithm(normals):
        columns = draws.columns(draws.scores(normals))
        return -sum(SHARES[path.split(".")[1]] * np.log(columns[path]) for path in PATHS)

    base, other = draws.normals(16384, seed=1), draws.normals(16384, seed=2)
    values = logarithm(base)
    totals = [
        np.mean((values - logarithm({**base, path: other[path]})) ** 2) / (2 * values.var())
        for path in PATHS
    ]
    assert totals == pytest.approx([0.6579, 0.2368, 0.1053], abs=0.015)


@pytest.mark.parametrize("grouped", [False, True])
def test_pairs_have_their_rank_correlation_and_the_rest_keeps_its_own(grouped):
    block = {"correlations": [{"between": PATHS[:2], "value": 0.6}]}
    if grouped:
        block["groups"] = {"g": GROUP}
    columns = sampler(ratios(uncertainty=block)).draw(32768)
    ranks = stats.spearmanr(np.array([columns[path] for path in PATHS]), axis=1).statistic
    own = 6 / np.pi * np.arcsin(0.25) if grouped else 0
    assert [ranks[0, 1], ranks[0, 2], ranks[1, 2]] == pytest.approx([0.6, own, own], abs=0.01)


def test_correlations_that_say_what_groups_say_change_nothing():
    value = 6 / np.pi * np.arcsin(0.25)
    block = {"groups": {"g": GROUP}}
    plain = sampler(ratios(uncertainty=block)).draw(64)
    block["correlations"] = [{"between": PATHS[:2], "value": value}]
    same = sampler(ratios(uncertainty=block)).draw(64)
    for path in PATHS:
        assert same[path] == pytest.approx(plain[path], rel=1e-12)


# The capability line ------------------------------------------------------------------------------


def line_catalog(**capability):
    slope = {"value": 0.485, "low": 0.38, "high": 0.76}
    changes = {"slope": slope, **capability}
    return small_catalog(PAIR, capability=changes, uncertainty={"groups": {"line": LINE}})


def test_slope_alone_leaves_the_level_at_the_pivot():
    draws = sampler(line_catalog())
    scores = {"capability.intercept": np.zeros(5), "capability.slope": np.linspace(-2, 2, 5)}
    columns = draws.columns(scores)
    level = columns["capability.intercept"] + 1.5 * columns["capability.slope"]
    assert level == pytest.approx(1.045 + 1.5 * 0.485, rel=1e-15)
    assert np.ptp(columns["capability.slope"]) > 0.3


def test_level_at_the_pivot_has_the_residual_deviation_and_no_tie_to_the_slope():
    columns = sampler(line_catalog()).draw(32768)
    slope = columns["capability.slope"]
    level = columns["capability.intercept"] + 1.5 * slope
    assert np.std(level) == pytest.approx(0.42, rel=1e-3)
    assert np.median(level) == pytest.approx(1.045 + 1.5 * 0.485, rel=1e-3)
    assert abs(np.corrcoef(level, slope)[0, 1]) < 0.02
    assert np.quantile(slope, LEVELS) == pytest.approx([0.38, 0.485, 0.76], rel=1e-3)


def test_line_with_a_fixed_slope_moves_by_its_level_alone():
    catalog = line_catalog().replace({"capability.slope.distribution": "fixed"})
    columns = sampler(catalog).draw(64)
    assert list(columns) == ["capability.intercept"]


def test_interval_of_the_intercept_comes_before_the_residual():
    intercept = {"value": 1.045, "low": 0.945, "high": 1.145}
    columns = sampler(line_catalog(intercept=intercept)).draw(4096)
    level = columns["capability.intercept"] + 1.5 * (columns["capability.slope"] - 0.485)
    assert np.quantile(level, LEVELS) == pytest.approx([0.945, 1.045, 1.145], abs=2e-3)


# Shares, judgements and other files ---------------------------------------------------------------


def test_shares_sum_to_one_after_the_draw():
    tasks = {name: {"share": share} for name, share in SHARES.items()}
    tasks["a"]["share"] = {"value": 0.5, "low": 0.4, "high": 0.6}
    columns = sampler(small_catalog(tasks)).draw(512)
    drawn = np.array([columns[f"tasks.{name}.share"] for name in SHARES])
    assert drawn.sum(axis=0) == pytest.approx(1, rel=1e-15)
    assert drawn[1] / drawn[2] == pytest.approx(1.5, rel=1e-14)


def test_default_factor_draws_judgements_of_their_own_or_by_their_basis():
    judged = {"source": "judgement", "note": "a guess"}
    tasks = {name: {**task, "horizon_multiplier": 3} for name, task in PAIR.items()}
    catalog = small_catalog(
        tasks,
        basis={"horizon_multiplier": judged},
        capability={"slope": {"value": 0.485, **judged}},
        supervision={"binding_tolerance": {"value": 0.01, **judged}},  # a convention, not drawn
        uncertainty={"default_factor": 1.5},
    )
    columns = sampler(catalog).draw(4096)
    multipliers = [f"tasks.{name}.horizon_multiplier" for name in "ab"]
    assert list(columns) == ["capability.slope", *multipliers]
    assert np.quantile(columns[multipliers[0]], LEVELS) == pytest.approx([2, 3, 4.5], rel=2e-3)


def test_discrete_numbers_convert_with_their_unit():
    law = {"shape": "discrete", "values": [60, 120], "weights": [0.25, 0.75]}
    tasks = {**PAIR, "a": {"share": 0.5, "horizon": {"value": 60, "unit": "min"}}}
    tasks["a"]["horizon"]["distribution"] = law
    column = sampler(small_catalog(tasks)).draw(512)["tasks.a.horizon"]
    assert set(column) == {1.0, 2.0} and np.mean(column == 1) == pytest.approx(0.25, abs=0.02)


def test_plans_and_paths_are_drawn():
    assert "lead.theft" in sampler(load_plan("greenblatt_leads")).draw(8)
    columns = sampler(load_paths("epoch_trend")).draw(4096)
    factor = columns["compute.training_compute.growth.0.factor"]
    assert np.quantile(factor, LEVELS) == pytest.approx([4, 4.5, 5], rel=2e-3)


def test_ids_that_are_dotted_paths_can_be_in_a_group():
    text = load_paths("field_growth").yaml_text
    text += """
uncertainty:
  groups:
    growth: {paths: ["values.*.growth.1.factor"], common: 1, source: judgement, note: the same}
"""
    columns = list(sampler(parse_paths(text)).draw(64).values())
    assert columns[0] == pytest.approx(columns[1], rel=1e-14)


def test_priors_of_loops_are_their_laws():
    loop = load_loop("kwa")
    columns = sampler(loop).draw(4096)
    assert set(columns) == set(loop.priors)
    for name, prior in loop.priors.items():
        expected = prior.draw(np.array(LEVELS))
        assert np.quantile(columns[name], LEVELS) == pytest.approx(expected, rel=5e-3)


def test_median_of_the_parsimonious_loop_is_that_of_its_own_monte_carlo():
    loop, model = load_loop("kwa"), MODELS["parsimonious"]
    draws, medians = sampler(loop), []
    for first in range(0, 8192, 512):
        columns = draws.draw(np.arange(first, first + 512))
        run = model.run(
            _parameters(loop, model, columns, 512), loop.start.value, loop.end.value, np.empty(0)
        )
        medians.append(run.milestones["automated_99%"])
    assert np.median(np.concatenate(medians)) == pytest.approx(2032.885, abs=0.02)


def test_values_set_within_an_interval_keep_their_law_and_others_drop_it():
    catalog = tm.load_catalog("alignment_research")
    kept = catalog.replace({"production.elasticity": 0.9})
    assert sampler(kept).laws["production.elasticity"].shape == "uniform"
    dropped = catalog.replace({"production.elasticity": 2})
    assert "production.elasticity" not in sampler(dropped).laws


# Bad input ----------------------------------------------------------------------------------------


def text_with(block, replaced="", by=""):
    """The bundled ladder of tasks with another block of uncertainty, and some text replaced."""
    text = tm.load_catalog("t_agi_ladder").yaml_text
    assert replaced in text
    return text.split("\nuncertainty:")[0].replace(replaced, by, 1) + "\n" + block


def defects(text):
    with pytest.raises(CatalogError) as error:
        sampler(parse_catalog(text, file="ladder.yaml"))
    return error.value.defects


GROUPS = "uncertainty:\n  groups:\n    one: {paths: [PATHS], common: 0.5}\n"
PAIRS = "uncertainty:\n  correlations:\n    - {between: [PATHS], value: VALUE}\n"


@pytest.mark.parametrize(
    ("block", "path", "message"),
    [
        (
            GROUPS.replace("PATHS", '"tasks.*.review_rato"'),
            "uncertainty.groups.one.paths",
            "did you mean 'tasks.*.review_ratio'?",
        ),
        (
            GROUPS.replace("PATHS", "latency.serial_speed")
            + "    two: {paths: [latency.serial_speed], common: 1}\n",
            "uncertainty.groups.two.paths",
            "latency.serial_speed is in 'one' too",
        ),
        (
            GROUPS.replace("PATHS", "latency.serial_speed").replace("0.5", "1.5"),
            "uncertainty.groups.one.common",
            "at most 1",
        ),
        (
            GROUPS.replace("PATHS], common: 0.5", "latency.serial_speed]"),
            "uncertainty.groups.one",
            "'common' is missing",
        ),
        (
            GROUPS.replace("PATHS], common: 0.5", "capability.slope], pivot: 1.5"),
            "uncertainty.groups.one.paths",
            "the intercept and the slope of a line",
        ),
        (
            PAIRS.replace("PATHS", "capability.slope, capability.slop").replace("VALUE", "0.5"),
            "uncertainty.correlations.0.between.1",
            "did you mean 'capability.slope'?",
        ),
        (
            PAIRS.replace("PATHS", "capability.slope, capability.slope").replace("VALUE", "0.5"),
            "uncertainty.correlations.0.between",
            "names the same number twice",
        ),
        (
            PAIRS.replace("PATHS", "capability.slope, 'tasks.*.horizon'").replace("VALUE", "0.5"),
            "uncertainty.correlations.0.between.1",
            "between two numbers, without *",
        ),
        (
            PAIRS.replace("PATHS", "capability.slope, latency.serial_speed").replace("VALUE", "1"),
            "uncertainty.correlations.0.value",
            "a number below 1 is needed",
        ),
        (
            PAIRS.replace("PATHS", "capability.slope, compute.today").replace("VALUE", "0.5"),
            "uncertainty.correlations.0.between.1",
            "compute.today is fixed: give it low and high",
        ),
        (
            PAIRS.replace("PATHS", "capability.slope, latency.serial_speed").replace("VALUE", "0.5")
            + "    - {between: [latency.serial_speed, capability.slope], value: 0.2}\n",
            "uncertainty.correlations.1.between",
            "has a correlation already",
        ),
        ("uncertainty: {default_factor: 1}\n", "uncertainty.default_factor", "above 1"),
        ("uncertainty: {group: {}}\n", "uncertainty.group", "did you mean 'groups'?"),
    ],
)
def test_defects_of_the_block_are_located_with_their_mend(block, path, message):
    (defect,) = defects(text_with(block))
    assert defect.path.startswith(path) and message in defect.message
    assert defect.line is not None


def test_correlations_that_are_not_a_matrix_name_the_pair_and_what_is_possible():
    names = ["capability.slope", "latency.serial_speed", "production.parallel_exponent"]
    block = "uncertainty:\n  correlations:\n" + "".join(
        f"    - {{between: [{names[i]}, {names[j]}], value: {value}}}\n"
        for i, j, value in ((0, 1, 0.8), (1, 2, 0.8), (0, 2, "VALUE"))
    )
    (defect,) = defects(text_with(block.replace("VALUE", "-0.9")))
    assert defect.path == "uncertainty.correlations.2.value" and defect.line is not None
    assert "-0.9 between capability.slope and production.parallel_exponent" in defect.message
    assert "less than -0.5" in defect.message
    sampler(parse_catalog(text_with(block.replace("VALUE", "0.4"))))


def test_correlation_within_numbers_in_step_is_impossible():
    step = {"paths": ["tasks.*.review_ratio"], "common": 1}
    block = {"groups": {"g": step}, "correlations": [{"between": PATHS[:2], "value": 0.6}]}
    with pytest.raises(CatalogError, match="`common` of their group below 1"):
        sampler(ratios(uncertainty=block))


INTERVAL = 'low: 3, high: 30, unit: "1"'


@pytest.mark.parametrize(
    ("law", "message"),
    [
        ("gaussian", "allowed: 'lognormal'"),
        ("discrete", "discrete needs values"),
        ("{shape: discrete, values: [1, 1]}", "listed twice"),
        ("{shape: discrete, values: [1, 2], weights: [1]}", "1 weight for 2 values"),
        ("{shape: discrete, values: [1, 2], weights: [1, 1]}", "divide each by 2"),
        ("{shape: discrete, values: [1, 2], weights: [-1, 2]}", "found the weight -1"),
        ("{shape: discrete, values: [-1, 2]}", "found the value -1; above 0 [1] is allowed"),
        ("{shape: uniform, values: [1, 2]}", "uniform has no values"),
        ("{shape: lognormal, levels: [0.95, 0.05]}", "two increasing ones between 0 and 1"),
        ("{shape: lognormal, levels: [0.6, 0.9]}", "one on each side of 0.5"),
        ("{shape: lognormal, levels: [5, 95]}", "such as [0.05, 0.95]"),
        ("{shape: lognormal, levels: [0.05]}", "two increasing ones"),
        ("{shape: uniform, levels: [0.05, 0.95]}", "remove levels"),
        ("logit_normal", "strictly between 0 and 1, found 3 and 30"),
        ("beta", "strictly between 0 and 1"),
        ("normal", "goes below the range (above 0 [1] is allowed)"),
    ],
)
def test_defects_of_a_law_are_located_with_their_mend(law, message):
    text = text_with("", INTERVAL, f"{INTERVAL}, distribution: {law}")
    (defect,) = defects(text)
    assert defect.path.startswith("latency.serial_speed") and message in defect.message
    assert defect.line is not None


@pytest.mark.parametrize(
    ("interval", "message"),
    [
        ("low: 30, high: 3", "low <= value <= high is needed"),
        ("low: 3", "has no high"),
        ("distribution: uniform", "uniform needs low and high"),
        ("low: 10, high: 10, distribution: uniform", "low and high are both 10"),
        ("low: 0.0, high: 30, distribution: log_uniform", "found 0; above 0"),
    ],
)
def test_defects_of_an_interval_are_located_with_their_mend(interval, message):
    (defect,) = defects(text_with("", INTERVAL, interval))
    assert defect.path.startswith("latency.serial_speed") and message in defect.message


def test_continuous_laws_of_whole_numbers_are_refused():
    catalog = tm.load_catalog("alignment_research", "open_protocols")
    changes = {"value": 2, "low": 1, "high": 3, "distribution": "uniform"}
    with pytest.raises(CatalogError, match="uniform is continuous; use discrete"):
        catalog.replace({"protocols.layered_ai_review.layers": changes})


def test_scenario_has_no_block_of_its_own_but_sets_that_of_the_catalog():
    with pytest.raises(CatalogError, match="unknown key"):
        KINDS["scenarios"].record_class().parse("title: A\nset: {}\nuncertainty: {}\n", "a")
    catalog = tm.load_catalog("alignment_research")
    looser = catalog.replace({"uncertainty.groups.task_lengths.common": 0.1})
    assert sampler(looser).groups["tasks.red_teaming.horizon"] == ("task_lengths", 0.1)


@pytest.mark.parametrize("level, end", [("low", 0.1), ("central", 0.2), ("high", 0.4)])
def test_a_review_level_takes_an_end_of_each_interval_and_not_a_draw(level, end):
    ratio = {"value": 0.2, "low": 0.1, "high": 0.4, "source": "judgement", "note": "x"}
    tasks = {"a": {"share": 0.5, "review_ratio": ratio}, "b": {"share": 0.5}}
    catalog = small_catalog(tasks, supervision={"review_level": level})
    path = "tasks.a.review_ratio"
    assert (path in sampler(catalog).laws) == (level == "central")
    result = tm.ensemble(catalog, 64, compute=[1e30], keep=["output"], events=False)
    fixed = small_catalog({**tasks, "a": {"share": 0.5, "review_ratio": end}})
    if level != "central":
        others = tm.ensemble(fixed, 64, compute=[1e30], keep=["output"], events=False)
        np.testing.assert_allclose(result["output"], others["output"], rtol=1e-12)
        point = float(tm.sweep(fixed, [1e30])["output"][0])
        assert float(tm.sweep(catalog, [1e30])["output"][0]) == pytest.approx(point, rel=1e-12)


def test_a_correlation_of_a_ratio_whose_end_is_in_use_is_left_out():
    ratio = {"value": 0.2, "low": 0.1, "high": 0.4, "source": "judgement", "note": "x"}
    tasks = {name: {"share": 0.5, "review_ratio": ratio} for name in "ab"}
    between = ["tasks.a.review_ratio", "tasks.b.review_ratio"]
    block = {"correlations": [{"between": between, "value": 0.5}]}
    for level, number in (("central", 2), ("high", 0)):
        catalog = small_catalog(tasks, uncertainty=block, supervision={"review_level": level})
        assert len(set(between) & sampler(catalog).laws.keys()) == number
