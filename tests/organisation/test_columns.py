"""Columns of a catalog's numbers, against catalogs that are built one by one."""

import numpy as np
import pytest

import taskmodel as tm
from taskmodel.errors import CatalogError, InputError
from taskmodel.organisation.clock import Clock
from taskmodel.organisation.organisation import Organisation, organisation
from taskmodel.organisation.quantities import Quantities
from taskmodel.organisation.workers import Workers
from taskmodel.science.critical_path import Precedence
from taskmodel.science.production import Nest, Tree

POINTS = 2
SCENARIOS = {
    "alignment_research": (None, "open_protocols", "defect_budget", "scarce_verifiers"),
    "ml_capability_rnd": (None, "imperfect_ai"),
    "t_agi_ladder": (None,),
}
# errors, people who err, a gap and a critic: settings under which the numbers of `science.
# verification_gap` matter
GAP = {
    "capability.worker": "frontier",
    "capability.success": "logistic",
    "capability.success_slope": 0.84,
    "capability.required_success": 0.8,
    "capability.reliability_limit": 0.95,
    "people.success": 0.9,
    "supervision.verification_gap": 0.1,
    "supervision.detection_gap": 0.1,
    "supervision.assist_limit": 0.5,
    "supervision.critic_lag": 1,
    "supervision.assisted_effort": 0.3,
}
CASES = [(name, scenario) for name, scenarios in SCENARIOS.items() for scenario in scenarios]
QUEUES = {
    "latency.count_queues": True,
    "latency.count_off_hours": True,
    "latency.count_loops": True,
    "supervision.second_look_share": 0.3,
    "supervision.second_look_layers": 2,
}
KINDS = (
    "supervision.headcount",
    "pools.*.hours_per_year",
    "production.elasticity",
    "compute.training_share",
    "capability.slope",
    "capability.defect_probability",
    "latency.serial_speed",
    "supervision.second_look_share",
    "tasks.*.share",
    "tasks.*.horizon",
    "tasks.*.horizon_multiplier",
    "tasks.*.review_ratio",
    "tasks.*.coverage_floor",
    "tasks.*.experiment_compute",
    "tasks.*.gate_latency",
    "tasks.*.verifiability.score",
    "tasks.*.defect_probability",
    "tasks.*.harm_weight",
    "tasks.*.automation_threshold",
    "nests.*.elasticity",
    "reviewers.*.headcount",
    "protocols.*.coverage",
    "protocols.*.review_effort",
    "protocols.*.settled_share",
    "protocols.*.layer_detection",
    "protocols.*.interaction_time",
    "feedback_loops.*.loops_per_project",
)


def real_numbers(catalog):
    """Paths of the numbers that are given, and may be changed by themselves."""
    given = [path for path in catalog.paths() if type(catalog.get(path)) is float]
    # steered episodes need a length besides, and a critic that assists its lag
    others = ("interaction_time", "assist_limit")
    return [path for path in given if catalog.get(path) or not path.endswith(others)]


def of_kind(paths, kind):
    begin, _, end = kind.partition("*")
    return [path for path in paths if path.startswith(begin) and path.endswith(end)]


def near(rng, catalog, path, points=POINTS):
    """Values around that of the catalog which it allows."""
    value = catalog.get(path)
    drawn = (value or 0.01) * rng.uniform(0.9, 1.1, 20 * points)
    allowed = [number for number in drawn.tolist() if catalog.allows(path, number)]
    return np.array(allowed[:points])


def arrays_of(quantities):
    """Every array of the organisation and the clock of some quantities, by name."""
    at = organisation(quantities)
    clock, tree = Clock(quantities, at), Tree(at.nest)
    queues = vars(clock.queues) if clock.queues else {}
    holders = [vars(at), vars(clock), queues, vars(at.workers)]
    compute = np.full(quantities.points, 1e30)
    return {
        **{
            f"{position}.{name}": value
            for position, holder in enumerate(holders)
            for name, value in holder.items()
            if not isinstance(value, (Nest, Precedence, Organisation, Quantities, Workers))
            and name != "_leads"
        },
        "share": np.atleast_2d(tree.share),
        "elasticity": np.atleast_2d(tree.elasticity),
        "parts": clock.parts(compute),
        "durations": clock.durations(compute),
        "review": at.review(compute),
        "in_queue": clock.in_queue(np.ones((1, at.reviewers))),
        "bundles": at.bundles(compute),
        "supply": at.supply(compute),
        "escape": at.escape(compute),
    }


def check(catalog, columns):
    """Columns give, at every point, what `replace` gives."""
    joined = Quantities(catalog).with_columns(columns)
    found = arrays_of(joined)
    for point in range(joined.points):
        numbers = {path: float(column[point]) for path, column in joined.columns.items()}
        for name, expected in arrays_of(Quantities(catalog.replace(numbers))).items():
            value = found[name]
            if isinstance(expected, np.ndarray) and expected.dtype == float:
                assert len(value) in (1, joined.points), name
                np.testing.assert_array_equal(
                    value[min(point, len(value) - 1)], expected[0], f"{name} {list(columns)}"
                )
            elif name != "1.queues":
                assert np.array_equal(np.asarray(value, object), np.asarray(expected, object))


@pytest.mark.parametrize(("name", "scenario"), CASES)
def test_every_kind_of_number_is_read_as_if_it_was_replaced(name, scenario):
    catalog, rng = tm.load_catalog(name, scenario), np.random.default_rng(1)
    paths = real_numbers(catalog)
    chosen = [
        str(rng.choice(matching)) for kind in KINDS if len(matching := of_kind(paths, kind)) > 0
    ]
    for path in chosen:
        check(catalog, catalog.changed_to(path, near(rng, catalog, path)))


def test_numbers_of_the_verification_gap_are_read_as_if_they_were_replaced():
    catalog, rng = tm.load_catalog("t_agi_ladder", set=GAP | QUEUES), np.random.default_rng(3)
    paths = [path for path in GAP if isinstance(GAP[path], (int, float))]
    for path in (*paths, "capability.slope", "compute.training_share"):
        check(catalog, {path: near(rng, catalog, path)})


@pytest.mark.parametrize("rules", [{}, QUEUES, {"supervision.review_level": "high"}])
@pytest.mark.parametrize("name", SCENARIOS)
def test_many_numbers_at_once_are_read_as_if_they_were_replaced(name, rules):
    catalog, rng = tm.load_catalog(name, set=rules), np.random.default_rng(2)
    paths = [
        path
        for path in real_numbers(catalog)
        if not path.endswith((".share", "grid.low", "grid.high"))
    ]
    chosen = rng.choice(paths, size=min(30, len(paths)), replace=False).tolist()
    check(catalog, {path: near(rng, catalog, path) for path in chosen})


def test_an_interval_holds_where_it_contains_the_value():
    path = "tasks.red_teaming.review_ratio"
    for level in ("low", "high"):
        catalog = tm.load_catalog("alignment_research", set={"supervision.review_level": level})
        low, high = catalog.get(f"{path}.low"), catalog.get(f"{path}.high")
        check(catalog, {path: [low / 2, low, (low + high) / 2, high, 2 * high]})


def test_what_no_column_changes_is_shared_and_has_one_row():
    catalog = tm.load_catalog("alignment_research")
    quantities = Quantities(catalog)
    whole = organisation(quantities)
    paths = {"supervision.headcount": "base_supply", "latency.serial_speed": ""}
    for path, changed in paths.items():
        at = organisation(quantities.with_columns({path: [1.0, 2.0]}))
        differing = [name for name, value in vars(whole).items() if vars(at)[name] is not value]
        assert [name for name in differing if name.startswith(("fixed", "nest", "opens"))] == []
        if changed:
            assert len(at.base_supply) == 2
        else:
            assert at is whole
    same = quantities.with_columns({"supervision.headcount": [5.0, 5.0]})
    assert organisation(same).base_supply.shape == whole.base_supply.shape


def test_columns_of_one_task_change_its_arrays_alone():
    catalog = tm.load_catalog("alignment_research", "scarce_verifiers", set=QUEUES)
    quantities, position = Quantities(catalog), list(catalog.tasks).index("red_teaming")
    whole = organisation(quantities)
    columns = {
        f"tasks.red_teaming.{name}": [0.1, 0.2]
        for name in ("review_ratio", "coverage_floor", "horizon", "experiment_compute")
    }
    check(catalog, columns)
    at = organisation(quantities.with_columns(columns))
    others = np.arange(len(catalog.tasks)) != position
    for name in ("fixed_bundles", "fixed_review", "unnoticed", "opens_at"):
        changed, usual = getattr(at, name), getattr(whole, name)
        assert len(changed) == 2
        assert (changed[:, others] == usual[:, others]).all()
        assert (
            (changed[:, position] != usual[:, position])
            .any(axis=tuple(range(1, usual.ndim - 1)))
            .all()
        )


def test_columns_of_columns_replace_older_ones():
    quantities = Quantities(tm.load_catalog("t_agi_ladder"))
    first = quantities.with_columns({"supervision.headcount": [1, 2], "capability.slope": 0.4})
    second = first.with_columns({"supervision.headcount": [3, 4]})
    assert second.number("supervision.headcount").tolist() == [3, 4]
    assert second.number("capability.slope").tolist() == [0.4]
    assert second.at("capability.slope").tolist() == [0.4, 0.4]
    assert second.at("compute.training_share") == quantities.number("compute.training_share")
    assert quantities.with_columns({}) is quantities


@pytest.mark.parametrize(
    ("path", "numbers"),
    [
        ("supervision.headcount", [1.0, -1.0, -2.0]),
        ("capability.defect_probability", [0.1, 1.0]),
        ("compute.training_share", [0.0, 0.5]),
        ("latency.working_hours_per_week", [40.0, 169.0]),
        ("tasks.red_teaming.review_ratio", [0.1, np.nan]),
        ("tasks.red_teaming.review_ratio.high", [1.0, -0.5]),
        ("tasks.red_teaming.horizon", [np.inf]),
        ("tasks.red_teaming.verifiability.score", [0.5, 1.5]),
        ("tasks.red_teaming.share", [-0.1]),
    ],
)
def test_the_first_number_out_of_range_is_refused_in_the_words_of_the_catalog(path, numbers):
    catalog = tm.load_catalog("alignment_research")
    refused = next(n for n in numbers if not (catalog.allows(path, n) and np.isfinite(n)))
    with pytest.raises(CatalogError) as expected:
        catalog.replace({path: refused})
    with pytest.raises(CatalogError) as found:
        Quantities(catalog).with_columns({"supervision.headcount": 3, path: numbers})
    assert str(found.value) == str(expected.value)


def test_columns_that_make_no_sense_are_refused():
    quantities = Quantities(tm.load_catalog("alignment_research"))
    for columns in (
        {"supervision.headcount": [1, 2], "capability.slope": [1, 2, 3]},
        {"supervision.headcount": []},
        {"supervision.headcount": [[1.0]]},
    ):
        with pytest.raises(InputError, match="one length"):
            quantities.with_columns(columns)
    with pytest.raises(CatalogError, match="no such path"):
        quantities.with_columns({"supervision.headcout": [1]})
    with pytest.raises(TypeError, match="no number"):
        quantities.with_columns({"supervision.coverage": [1]})
    with pytest.raises(TypeError, match="whole number"):
        quantities.with_columns({"supervision.second_look_layers": [1]})


def test_steered_episodes_without_a_length_are_refused():
    catalog = tm.load_catalog("alignment_research", "open_protocols")
    columns = {"protocols.spot_checks.interaction_time": [0.1]}
    with pytest.raises(InputError, match="episodes of no length"):
        organisation(Quantities(catalog).with_columns(columns))


def test_people_who_work_in_a_protocol_at_some_points_alone_are_refused():
    catalog = tm.load_catalog("alignment_research", "open_protocols")
    columns = {"protocols.spot_checks.people": [0.0, 0.1]}
    with pytest.raises(InputError, match="at some points and not at others"):
        organisation(Quantities(catalog).with_columns(columns))
