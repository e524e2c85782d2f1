"""Elasticities against closed forms and central differences; automation and relaxations."""

import numpy as np
import pytest
from first import first
from sizes import cases
from small import small_catalog

import taskmodel as tm
from taskmodel.questions._what_if import relaxations
from taskmodel.sweeps.axes import input_axis
from taskmodel.sweeps.walker import Walker

SPEEDUPS = ("output", "throughput_speedup", "latency_speedup", "speedup")
# Of the log: central differences have an error of 1e-10, and rounding of 1e-13 costs 1e-8.
STEP = 1e-5


def nearby(catalog, name, compute):
    """Logs of output and speed-ups on both sides of an input, and the distance in its log."""
    if name == "compute":
        swept = tm.sweep(catalog, compute * np.exp([-STEP, STEP]))
        return np.log([swept[measure].values for measure in SPEEDUPS]), 2 * STEP
    value = catalog.get(name)
    # near an elasticity of 1 the error of unit costs is rounding over the distance to 1
    ends = np.sort(
        value
        * np.exp(
            np.array([-STEP, STEP]) * (30 if name == "production.elasticity" and value == 1 else 1)
        )
    )
    walker = Walker(input_axis(catalog, name, *ends, compute))
    path = walker.solve(ends, np.zeros(2, dtype=bool))
    measured = walker.at(ends).measure(path.allocation)
    values = [path.allocation.output, *(getattr(measured, measure) for measure in SPEEDUPS[1:])]
    return np.log(values), np.diff(np.log(np.abs(ends)))[0]


CASES = [
    ("alignment_research", None, 8.4e28, {}),
    ("alignment_research", "graded_success", 1e31, {"compute.inference_share": 1e-4}),
    (
        "alignment_research",
        "scarce_inference",
        1e31,
        {"nests.build.elasticity": 1.5, "supervision.utilisation": 0.8},
    ),
    ("ml_capability_rnd", "dedicated_reviewers", 1e30, {"capability.defect_probability": 0.2}),
    ("alignment_research", None, 1e30, {"production.elasticity": 1, "compute.experiments": "free"}),
]


@pytest.mark.parametrize(("name", "scenario", "compute", "change"), CASES[:: cases(2, 1)])
def test_elasticities_are_what_speedups_nearby_say(name, scenario, compute, change):
    """Every input, or a sample of those of tasks; without a derivative, one-sided slopes differ."""
    catalog = tm.load_catalog(name, scenario).replace(change)
    result = tm.elasticities(catalog, compute)
    assert result.sizes["input"] > 40
    worst = 0.0
    for index, path in enumerate(result["input"].values):
        if path.startswith("tasks.") and index % cases(12, 1):
            continue
        if path != "compute" and not catalog.allows(path, catalog.get(path) * np.exp(STEP)):
            continue
        logs, width = nearby(catalog, path, compute)
        derivative = np.array(
            [float(result[f"{measure}_elasticity"][0, index]) for measure in SPEEDUPS]
        )
        if np.isnan(derivative[0]):
            centre = np.log(tm.sweep(catalog, [compute])["throughput_speedup"].item())
            assert abs((logs[1, 1] - centre) - (centre - logs[1, 0])) / width > 1e-4, path
            continue
        worst = max(worst, np.abs(np.diff(logs)[:, 0] / width - derivative).max())
    assert worst < 1e-6


WAITS = {
    "latency.count_queues": True,
    "latency.count_off_hours": True,
    "latency.count_loops": True,
    "latency.arrival_variability": 1.5,
    "latency.service_variability": 0.6,
    "supervision.utilisation": 0.8,
    "supervision.second_look_share": 0.3,
    "supervision.second_look_effort": 0.5,
    "supervision.second_look_layers": 2,
}


BY_DEGREES = {
    "capability.success": "logistic",
    "capability.success_slope": 0.84,
    "capability.worker": "frontier",
}


@pytest.mark.parametrize(
    ("compute", "change"),
    [
        (
            1e31,
            {"supervision.headcount": 4},
        ),  # review binds, and reviewers do not work as researchers
        (1e31, {"supervision.headcount": 4, "supervision.pool": "researchers"}),
        (
            1e31,
            {"supervision.headcount": 12, "compute.inference_share": 3e-9},
        ),  # review has time to spare
        (
            1e29,
            {"supervision.headcount": 4, **BY_DEGREES},
        ),  # how often work comes back depends on compute
    ],
)
def test_waits_are_differentiated_as_well(compute, change):
    """Utilisation and all that changes the reviewed work changes waits: every input."""
    tasks = {
        "plan": {"share": 0.3, "horizon": 16, "review_ratio": 0.5},
        "build": {"share": 0.4, "horizon": 4, "review_ratio": 0.1, "after": ["plan"]},
        "check": {
            "share": 0.3,
            "horizon": 8,
            "review_ratio": 0.25,
            "after": ["build"],
            "gate_latency": 10,
        },
    }
    loops = [{"source_task": "check", "target_task": "build", "loops_per_project": 1.5}]
    catalog = small_catalog(tasks).replace(
        {**WAITS, "supervision.pool": "dedicated", "feedback_loops": loops, **change}
    )
    result = tm.elasticities(catalog, compute)
    assert {
        "latency.service_variability",
        "supervision.utilisation",
        "feedback_loops.0.loops_per_project",
    } & set(result["input"].values)
    assert not np.isnan(result["latency_speedup_elasticity"].values).any()
    for index, path in enumerate(result["input"].values):
        if path != "compute" and not catalog.allows(path, catalog.get(path) * np.exp(STEP)):
            continue
        logs, width = nearby(catalog, path, compute)
        (slope,) = np.diff(logs[SPEEDUPS.index("latency_speedup")]) / width
        assert float(result["latency_speedup_elasticity"][0, index]) == pytest.approx(
            slope, abs=1e-7, rel=1e-7
        ), path


def test_elasticities_to_people_reviewers_inference_and_experiments_are_those_of_the_factors():
    catalog = tm.load_catalog("alignment_research", "scarce_inference")
    paths = [
        "pools.researchers.headcount",
        "supervision.headcount",
        "compute.inference_share",
        "compute.experiment_share",
    ]
    result = tm.elasticities(catalog, [1e28, 1e30, 1e32], paths)
    swept = tm.sweep(catalog, [1e28, 1e30, 1e32])
    np.testing.assert_allclose(result["output_elasticity"], swept["factor_elasticity"], atol=1e-10)


def test_worth_goes_by_whose_hours_and_shares_by_what_they_do():
    """The first default catalog: at the bottleneck's place, and at 1e32 FLOP/year.

    Speed-ups are relative to the same people, so that 1 % more of them show -0.4 %.
    """
    catalog, compute = first(), [4e30, 1e32]
    paths = ["pools.researchers.headcount", "supervision.headcount"]
    result = tm.elasticities(catalog, compute, paths)
    assert result["output_elasticity"].values.round(2).tolist() == [[0.78, 0.22], [0.57, 0.43]]
    shares = tm.sweep(catalog, compute)["bottleneck_share"].sel(source="review").values
    assert shares.round(2).tolist() == [0.61, 0.71]
    more_people = result["throughput_speedup_elasticity"].values[1, 0]
    assert round(float(more_people), 1) == -0.4


def test_a_share_grows_at_the_expense_of_the_others():
    """Two perfect complements, one by people, one by free AI: output is 1 / share of the first.

    The first is 0.4, of the elasticity -1; the second makes it 1 - 0.6, of the elasticity 0.6/0.4.
    """
    catalog = small_catalog(
        {
            "kept": {"share": 0.4, "delegable": False},
            "given": {"share": 0.6, "automation_threshold": 1e20},
        },
        production={"elasticity": 0},
        supervision={"coverage": "none"},
        compute={"inference": "free"},
    )
    result = tm.elasticities(catalog, 1e28, ["tasks.kept.share", "tasks.given.share"])
    np.testing.assert_allclose(result["output_elasticity"][0], [-1, 1.5], atol=1e-10)


def test_at_an_event_there_is_no_derivative_and_to_either_side_there_are_the_limits():
    catalog = tm.load_catalog("alignment_research", "dedicated_reviewers")
    swept = tm.sweep(catalog)
    events = tm.events(swept)
    row = int(np.flatnonzero(events["kind"].values == "binds")[0])
    position = float(events["compute"][row])
    limits = [events[f"factor_elasticity_{side}"][row].values for side in ("before", "after")]
    for side, limit in zip((1 - 1e-7, 1 + 1e-7), limits, strict=True):
        result = tm.elasticities(catalog, position * side, ["supervision.headcount"])
        reviewed = float(result["output_elasticity"][0, 0])
        assert reviewed == pytest.approx(
            limit[list(swept["factor"].values).index("review")], abs=1e-5
        )


def test_at_a_threshold_there_is_no_derivative_to_what_moves_it():
    catalog = tm.load_catalog("alignment_research")
    events = tm.events(tm.sweep(catalog, [1e28, 1e29]))
    position = float(events["compute"][0])
    paths = [
        "compute",
        "compute.training_share",
        "capability.slope",
        "supervision.headcount",
        "pools.researchers.headcount",
    ]
    result = tm.elasticities(catalog, [position, position * (1 + 1e-9)], paths)[
        "output_elasticity"
    ].values
    assert np.isnan(result[0]).tolist() == [True, True, True, False, False]
    assert not np.isnan(result[1]).any()


def test_without_a_limit_nothing_is_told_and_the_status_says_why():
    free = {
        "compute.inference": "free",
        "compute.experiments": "free",
        "supervision.coverage": "none",
        "production.elasticity": 2,
    }
    result = tm.elasticities(
        tm.load_catalog("alignment_research", set=free), 1e34, ["supervision.headcount"]
    )
    assert (
        result["status"].values.tolist() == ["unbounded"]
        and np.isnan(result["output_elasticity"]).all()
    )


@pytest.mark.parametrize("inputs", ["supervision.headcount", []])
def test_inputs_are_a_list_of_paths(inputs):
    with pytest.raises(TypeError, match="list of paths"):
        tm.elasticities(tm.load_catalog("t_agi_ladder"), 1e30, inputs)


def test_review_elasticities_of_tasks_add_up_and_are_those_of_their_ratios():
    catalog = tm.load_catalog("alignment_research")
    swept = tm.sweep(catalog, [1e29, 1e31])
    np.testing.assert_allclose(
        swept["review_elasticity"].sum("task"), swept["oversight_elasticity"], rtol=1e-10
    )
    paths = [f"tasks.{task}.review_ratio" for task in catalog.tasks]
    result = tm.elasticities(catalog, 1e29, paths)["output_elasticity"][0].values
    np.testing.assert_allclose(result, -swept["review_elasticity"][0], atol=1e-9)


def test_automation_elasticity_is_the_slope_of_opening_a_little_of_a_task():
    """A task split in two, of which AI may do a part of share x: output rises at the rate told."""
    tasks = {
        "code": {"share": 0.6, "automation_threshold": 1e30},
        "sign": {"share": 0.4, "delegable": False},
    }
    catalog_by_degrees = small_catalog(tasks, compute={"inference_share": 1e-7})
    elasticity = float(
        tm.sweep(catalog_by_degrees, [1e28])["automation_elasticity"].sel(task="code").item()
    )
    assert elasticity > 0.05

    def output(automated):
        halves = {
            "code": {
                "share": 0.6 * (1 - automated),
                "phase": "whole",
                "automation_threshold": 1e30,
            },
            "open": {"share": 0.6 * automated, "phase": "whole", "automation_threshold": 1e20},
            "sign": {"share": 0.4, "delegable": False},
        }
        nests = {
            "research": {},
            "whole": {"parent": "research", "elasticity": 0},
        }  # the parts stay in proportion
        return tm.sweep(
            small_catalog(halves, nests=nests, compute={"inference_share": 1e-7}), [1e28]
        )["output"].item()

    # by hand: W (1 - z'/z), with an hour of people at 1 and inference at a price of zero
    assert elasticity == pytest.approx(0.6 * (1 - 0.2), rel=1e-9)
    assert output(1e-6) / output(0.0) - 1 == pytest.approx(elasticity * 1e-6, rel=1e-5)


def test_one_more_reviewer_is_worth_what_more_researchers_are():
    catalog = tm.load_catalog("alignment_research")
    swept = tm.sweep(catalog, [1e31])
    worth = float(swept["reviewer_equivalent"].sel(pool="researchers").item())
    gain = {
        path: tm.elasticities(catalog, 1e31, [path])["output_elasticity"].item() / catalog.get(path)
        for path in ("supervision.headcount", "pools.researchers.headcount")
    }
    assert worth == pytest.approx(
        gain["supervision.headcount"] / gain["pools.researchers.headcount"], rel=1e-9
    )


def test_the_next_task_gives_what_a_lower_threshold_gives():
    catalog = tm.load_catalog("alignment_research", "scarce_inference")
    result = tm.automate_next(catalog, 1e30)
    assert set(result["task"].values) == {
        task
        for task, opened in zip(
            catalog.tasks, tm.sweep(catalog, [1e30])["automatable"][0].values, strict=True
        )
        if not opened
    } & {task for task, record in catalog.tasks.items() if record.delegable}
    task = str(result["task"].values[np.argmax(result["throughput_speedup"].values)])
    as_is = tm.sweep(catalog, [1e30])
    assert float(result["speedup_as_is"]) == pytest.approx(as_is["speedup"].item())
    # opened by its place on the axis, at the inference that its own threshold asks for
    assert float(result["opens_at"].sel(task=task)) > 1e30
    assert float(result["throughput_speedup"].sel(task=task)) > as_is["throughput_speedup"].item()
    later = tm.sweep(catalog, [float(result["opens_at"].sel(task=task))])
    assert bool(later["automatable"].sel(task=task).item())


@pytest.mark.parametrize(
    ("inputs", "error", "message"),
    [
        (["supervision.headcont"], tm.CatalogError, "headcount"),
        (["supervision.pool"], TypeError, "supervision.pool is no number"),
        (["capability.h50_hours"], TypeError, "capability.h50_hours is no number"),
    ],
)
def test_an_input_that_is_none_is_refused(inputs, error, message):
    with pytest.raises(error, match=message):
        tm.elasticities(tm.load_catalog("t_agi_ladder"), 1e30, inputs)


@pytest.mark.parametrize("compute", [0, -1e28, np.inf, np.nan])
def test_a_compute_that_is_none_is_refused(compute):
    catalog = tm.load_catalog("t_agi_ladder")
    for question in (tm.elasticities, tm.automate_next, tm.what_if):
        with pytest.raises(ValueError, match="positive"):
            question(catalog, compute)


def test_what_if_is_what_the_catalog_without_the_constraint_gives():
    """Against catalogs without each constraint, relative to the people of the one with it."""
    catalog = tm.load_catalog("alignment_research", "scarce_inference")
    compute = 1e31
    result = tm.what_if(catalog, compute)
    as_is = tm.sweep(catalog, [compute])
    changes = {
        "inference": {"compute.inference": "free"},
        "coverage_floor": {"supervision.coverage": "none"},
        "experiments": {"compute.experiments": "free"},
        "reviewers": {"supervision.headcount": 1e9},
        "capability": {
            f"tasks.{name}.automation_threshold": compute / 2
            for name, task in catalog.tasks.items()
            if task.delegable
        },
    }
    for name, change in changes.items():
        derivative = result.sel(relaxation=name, with_relaxation=name)
        there = tm.sweep(catalog.replace(change), [compute])
        if name != "capability":  # there the cost of inference is another
            assert float(derivative["output"]) == pytest.approx(there["output"].item(), rel=1e-9)
            assert float(derivative["latency_speedup"]) == pytest.approx(
                there["latency_speedup"].item(), rel=1e-9
            )
        assert float(derivative["throughput_speedup"]) >= as_is["throughput_speedup"].item() * (
            1 - 1e-9
        )
    for name in SPEEDUPS:
        assert float(result[f"{name}_as_is"]) == pytest.approx(as_is[name].item(), rel=1e-12)
    gates = result.sel(relaxation="gates", with_relaxation="gates")
    waits = tm.latency(catalog, compute)
    without = tm.latency(catalog.replace({"latency.count_gates": False}), compute)
    assert float(gates["latency_speedup"]) == pytest.approx(
        float(waits["pass_time_without_ai"] / without["pass_time"]), rel=1e-12
    )


def test_less_constraint_never_gives_less_and_order_does_not_matter():
    for name, scenario in (
        ("alignment_research", "scarce_inference"),
        ("ml_capability_rnd", "dedicated_reviewers"),
        ("t_agi_ladder", None),
    ):
        catalog = tm.load_catalog(name, scenario)
        result = tm.what_if(catalog, 1e30)
        alone = np.diag(result["output"].values)
        table = result["output"].values
        assert tuple(result["relaxation"].values) == relaxations(catalog)
        np.testing.assert_array_equal(table, table.T)
        assert (alone >= float(result["output_as_is"]) * (1 - 1e-9)).all()
        assert (table >= np.maximum(alone[:, None], alone) * (1 - 1e-9)).all()
        assert float(result["output_all"]) >= table.max() * (1 - 1e-9)


def test_elasticities_where_work_waits_for_ever_say_which_reviewers_have_no_time():
    catalog = tm.load_catalog("alignment_research", set={"latency.count_queues": True})
    with pytest.raises(tm.SolveError, match=r"waits for ever .* pool 'review'"):
        tm.elasticities(catalog, 1e32, ["supervision.headcount"])


@pytest.mark.parametrize("compute", [1e26, 1e27, 1e28])
def test_modes_that_cost_the_same_move_together(compute):
    """A review of no time is work without review: AI's work is in both modes, half and half."""
    catalog = small_catalog(
        {"a": {"share": 1, "automation_threshold": 1e20, "review_ratio": 0, "horizon": 8}},
        supervision={"protocols": ["full_review", "no_review"]},
        compute={"inference_share": 1e-8},
        latency={"count_off_hours": True},
    )
    result = tm.elasticities(catalog, compute, ["compute"])
    step = 1e-4
    ends = tm.sweep(catalog, compute * np.exp([-step, step]))
    by_review, without = ends["activity"].values[:, 0, 1:].T
    assert (by_review == without).all() and (without > 0).all()
    for name in ("throughput_speedup", "latency_speedup", "speedup"):
        slope = np.diff(np.log(ends[name].values))[0] / (2 * step)
        assert float(result[f"{name}_elasticity"].squeeze()) == pytest.approx(slope, rel=1e-6)
