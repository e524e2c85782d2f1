"""Speed-ups, and how much of what binds is oversight."""

from dataclasses import replace

import numpy as np
import pytest
from first import first
from small import small_catalog

import taskmodel as tm
from taskmodel.allocation import allocate
from taskmodel.organisation.measures import leading_source, oversight, sources
from taskmodel.organisation.organisation import organisation
from taskmodel.organisation.quantities import Quantities
from taskmodel.organisation.unaided import PeopleAlone
from taskmodel.sweeps._ceilings import ceilings
from taskmodel.sweeps.walker import Setting, Walker

TASKS = {
    "code": {"share": 0.4, "horizon": 4, "review_ratio": 0.12, "experiment_compute": 0.5},
    "runs": {
        "share": 0.2,
        "horizon": 8,
        "review_ratio": 0.3,
        "experiment_compute": 4,
        "after": ["code"],
    },
    "ideas": {"share": 0.3, "horizon": 100, "review_ratio": 0.6},
    "sign": {"share": 0.1, "delegable": False, "after": ["ideas", "runs"], "gate_latency": 100},
}
ORGANISATIONS = {
    "shared reviewers": {},
    "review capped": {"supervision": {"max_review_share": 0.1}},
    "dedicated reviewers": {"supervision": {"pool": "dedicated", "headcount": 1}},
    "scarce inference": {"compute": {"inference_share": 1e-9}},
    "scarce experiments": {"compute": {"experiments": "scarce", "experiment_share": 1e-9}},
    "cobb-douglas": {"production": {"elasticity": 1}, "supervision": {"max_review_share": 0.1}},
    "leontief": {"production": {"elasticity": 0}, "supervision": {"max_review_share": 0.1}},
}


def solved(catalog, compute):
    walker = Walker(catalog)
    point = np.array([compute], dtype=float)
    path = walker.solve(point, np.array([False]))
    return walker, path.allocation, walker.yardstick.measure(point, path.allocation)


@pytest.mark.parametrize("name", ORGANISATIONS)
@pytest.mark.parametrize("compute", [3e28, 1e31])
def test_the_elasticity_to_review_is_the_finite_difference_in_all_review_hours(name, compute):
    catalog = small_catalog(TASKS, **ORGANISATIONS[name])
    walker, allocation, values = solved(catalog, compute)
    at, point, h = walker.organisation, np.array([compute]), 1e-5

    def log_output(scale):
        bundles = at.fixed_bundles + (scale - 1) * at.fixed_review
        return np.log(
            allocate(
                bundles, at.supply(point), at.nest, at.open_modes(at.automatable(point))
            ).output[0]
        )

    central = (log_output(np.exp(h)) - log_output(np.exp(-h))) / (2 * h)
    assert values.oversight_elasticity[0] == pytest.approx(-central, abs=1e-6)


@pytest.mark.parametrize("name", ORGANISATIONS)
def test_bottleneck_shares_sum_to_one_and_are_never_negative(name):
    result = tm.sweep(small_catalog(TASKS, **ORGANISATIONS[name]))
    shares = result["bottleneck_share"]
    np.testing.assert_allclose(shares.sum("source"), 1, atol=1e-9)
    assert (shares >= -1e-12).all()
    named = [shares["source"].values[place] for place in shares.values.argmax(axis=1)]
    assert result["binding_factor"].values.tolist() == named


def test_what_reviewers_do_with_a_shared_pool_is_split_into_hands_on_and_review():
    walker, allocation, values = solved(small_catalog(TASKS), 1e31)
    share = dict(zip(sources(walker.organisation), values.bottleneck_share[0], strict=True))
    assert share["inference"] == share["experiments"] == 0
    assert 0 < share["review"] < 1
    review_hours = allocation.factor_use[0, 1]
    assert share["review"] == pytest.approx(review_hours / allocation.factor_use[0, 0])


def test_without_ai_nothing_is_sped_up():
    _, _, values = solved(small_catalog(TASKS), 1e20)
    for name in ("output", "throughput_speedup", "latency_speedup", "speedup", "bulk_speedup"):
        assert getattr(values, name)[0] == pytest.approx(1, rel=1e-12), name
    assert values.oversight_elasticity[0] == 0


def test_the_effective_speedup_weighs_throughput_and_latency():
    for exponent in (0, 0.3, 1):
        _, _, values = solved(
            small_catalog(TASKS, production={"parallel_exponent": exponent}), 1e32
        )
        expected = values.throughput_speedup[0] ** exponent * values.latency_speedup[0] ** (
            1 - exponent
        )
        assert values.speedup[0] == pytest.approx(expected)
        assert values.latency_speedup[0] > 1 and values.throughput_speedup[0] > 1


def test_scarce_experiments_slow_people_down_as_well():
    scarce = small_catalog(TASKS, **ORGANISATIONS["scarce experiments"])
    _, allocation, values = solved(scarce, 1e20)
    assert values.output[0] < 1
    assert values.throughput_speedup[0] == pytest.approx(1)


@pytest.mark.parametrize(
    ("name", "full", "floor"),
    [("alignment_research", 3.97, 7.68), ("ml_capability_rnd", 7.42, 21.57)],
)
def test_ceilings_of_the_bundled_catalogs(name, full, floor):
    for coverage, published in (("full", full), ("floor", floor)):
        catalog = first(name, "reference", {"supervision.coverage": coverage})
        found = ceilings(Walker(catalog).at(np.array([1e35])))
        assert f"{found['oversight_ceiling_full'][0]:.2f}" == f"{published:.2f}"
        assert found["oversight_ceiling"][0] == pytest.approx(found["oversight_ceiling_full"])


def test_the_ceiling_bounds_output_and_lies_below_that_without_oversight():
    result = tm.sweep(small_catalog(TASKS, **ORGANISATIONS["scarce inference"]))
    assert (result["output"] <= result["oversight_ceiling"] * (1 + 1e-9)).all()
    assert (result["oversight_ceiling"] <= result["no_oversight_ceiling"] * (1 + 1e-9)).all()
    assert (result["oversight_ceiling"] <= result["oversight_ceiling_full"] * (1 + 1e-9)).all()


def test_a_tenth_of_people_for_a_share_never_automated_is_a_ceiling_of_its_own():
    """Without oversight only `sign` needs people: at elasticity 0.5 the ceiling is 0.1^-2."""
    result = tm.sweep(small_catalog(TASKS))
    assert float(result["no_oversight_ceiling"][-1]) == pytest.approx(100)


LATENCY = {
    "full review": ({}, (2603.7, 2454.4, 2390.4)),
    "review not counted": ({"latency.count_review": False}, (808.3, 663.6, 601.6)),
    "all by AI": (
        {"latency.count_review": False, "latency.all_by_ai": True},
        (777.3, 630.8, 568.0),
    ),
}


@pytest.mark.parametrize("name", LATENCY)
def test_latency_of_the_default_catalog_with_everything_automated(name):
    """Scenario whose only limit is delegation: AI does every delegable task under review."""
    changes, published = LATENCY[name]
    base = tm.load_catalog("alignment_research", scenario="reference")
    dear = {
        f"tasks.{task}.by_people": False for task, record in base.tasks.items() if record.delegable
    }
    for speed, hours in zip((3, 10, 1e12), published, strict=True):
        catalog = base.replace({**dear, **changes, "latency.serial_speed": speed})
        path = tm.latency(catalog, compute=1e35)
        assert f"{float(path['pass_time']):.1f}" == f"{hours:.1f}"
        assert float(path["latency_speedup"]) == pytest.approx(3377.2 / hours, rel=1e-4)
    assert f"{float(path['pass_time_without_ai']):.1f}" == "3377.2"


def test_latency_without_gates():
    catalog = tm.load_catalog("alignment_research", set={"latency.count_gates": False})
    assert f"{float(tm.latency(catalog, compute=1e20)['pass_time']):.1f}" == "2893.8"


SCARCE = {"compute": {"experiments": "scarce", "experiment_share": 1e-9}}
ALONG = np.geomspace(1e26, 1e36, 21)  # experiments hold people back at some, not at others


def without_ai(own, computes):
    """The optima of an organisation that may use AI for nothing."""
    people = own.without_ai()
    closed = np.zeros((len(computes), len(own.tasks)), dtype=bool)
    return allocate(
        people.bundles(computes), people.supply(computes), people.nest, people.open_modes(closed)
    )


@pytest.mark.parametrize("elasticity", [0, 0.5, 1])
def test_people_alone_are_solved_where_experiments_are_short_and_once_for_the_rest(elasticity):
    catalog = small_catalog(TASKS, production={"elasticity": elasticity}, **SCARCE)
    own = Walker(catalog).organisation
    people, each = PeopleAlone(own), without_ai(own, ALONG)
    output, work = people.at(ALONG)
    short = people.plenty.output > each.output * (1 + 1e-9)
    assert 0 < short.sum() < len(ALONG) and len(people.plenty.output) == 1
    np.testing.assert_allclose(output, each.output, rtol=1e-12)
    np.testing.assert_allclose(work, each.activity.sum(axis=(1, 2)), rtol=1e-12)


@pytest.mark.parametrize(
    "path, values",
    [
        ("pools.researchers.headcount", [5.0, 10.0, 20.0]),
        ("tasks.runs.experiment_compute", [1.0, 4.0, 40.0]),
        ("production.elasticity", [0.3, 0.5, 0.9]),
        ("tasks.code.review_ratio", [0.1, 0.2, 0.4]),
        ("compute.experiment_share", [1e-12, 1e-9, 1e-6]),
    ],
)
def test_people_alone_follow_every_number_that_changes(path, values):
    catalog = small_catalog(TASKS, **SCARCE)
    catalogs = [catalog.replace({path: value}) for value in values]
    together = organisation(Quantities(catalog).with_columns({path: values}))
    computes = np.full(len(values), 1e30)
    output, work = PeopleAlone(together).at(computes)
    for index, single in enumerate(catalogs):
        alone = without_ai(Setting(single).organisation, computes[:1])
        assert output[index] == pytest.approx(alone.output.item(), rel=1e-12)
        assert work[index] == pytest.approx(alone.activity.sum(), rel=1e-12)


def test_review_has_no_worth_where_factors_have_none():
    walker, allocation, _ = solved(small_catalog(TASKS), 1e30)
    unknown = replace(allocation, factor_elasticity=allocation.factor_elasticity * np.nan)
    measures = oversight(walker.organisation, np.array([1e30]), unknown)
    assert all(np.isnan(values).all() for values in measures.values())


def test_equal_bottleneck_shares_have_the_first_source_whatever_rounding_adds():
    half = np.array([[0.5, 0.5], [0.5, 0.5 + 1e-15], [0.5 - 1e-15, 0.5], [0.4, 0.6]])
    assert leading_source(half).tolist() == [0, 0, 0, 1]
    nothing = np.full((1, 2, 3), np.nan)
    assert leading_source(nothing).tolist() == [[0, 0]]


def test_what_binds_does_not_flip_where_two_sources_hold_back_half_each_at_every_compute():
    """One task, reviewed for as long as people would take: each hour of both is as scarce."""
    catalog = small_catalog(
        {"a": {"share": 0.5, "delegable": False}, "b": {"share": 0.5, "by_people": False}},
        production={"elasticity": 1},
        supervision={"max_review_share": 1},
        compute={"inference": "free"},
    )
    result = tm.sweep(catalog, np.geomspace(1e30, 1e33, 40))
    np.testing.assert_allclose(result["bottleneck_share"].sel(source="review"), 0.5, rtol=1e-12)
    assert set(result["binding_factor"].values) == {"hands_on"}
    assert "oversight_bottleneck" not in result["event_kind"].values
