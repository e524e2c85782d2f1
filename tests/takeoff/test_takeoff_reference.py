"""The reference's own stepping, compared with its 34 parameter sets and its unit fixtures."""

import ast
import math

import numpy as np
import pytest

import taskmodel as tm
from taskmodel.takeoff.davidson.economy import economy
from taskmodel.takeoff.davidson.headlines import gwp_doubling_times, headlines
from taskmodel.takeoff.davidson.moment_kernels import DESIGNS, HARDWARE_EFFORT, SOFTWARE
from taskmodel.takeoff.davidson.reference import step_through
from taskmodel.takeoff.davidson.requirements import requirements
from taskmodel.takeoff.davidson.results import reported_levels
from taskmodel.takeoff.davidson.rules import rules
from taskmodel.takeoff.davidson.track import Stepped
from tests.takeoff_cases import CASES, FIXTURES, table, task_weights, world_of

SETTINGS = ("n_steps", "t_step", "n_labour_tasks", "gwp_doubling_times")
LEVELS = ("gwp_", "training_run_2", "software_", "hardware_performance_", "frac_")
BEST = economy(world_of("best_guess")[0].numbers())


@pytest.mark.parametrize("case", CASES)
def test_stepping_gives_the_reference_in_every_year_and_every_headline(case):
    world, step = world_of(case)
    model, limits = economy(world.numbers()), rules(world.numbers())
    track = Stepped(model, step_through(model, limits, step)[0], step)
    rows = table("trajectories")[case]
    levels = reported_levels(np.array([track.at(float(row["t"])) for row in rows]))
    for name in ("frac_tasks_automated_goods", "frac_tasks_automated_rnd"):
        np.testing.assert_allclose(
            levels[name],
            [float(row[name]) for row in rows],
            rtol=0,
            atol=1e-12,
        )
    for name in list(rows[0])[3:]:
        pairs = [
            (value, float(row[name]))
            for value, row in zip(levels[name], rows, strict=True)
            if row[name] is not None
        ]
        np.testing.assert_allclose(
            *zip(*pairs, strict=True), rtol=5e-8 if case == "n_tasks_10" else 6e-9, err_msg=name
        )  # nine digits
    ours = {milestone.name: milestone.value for milestone in headlines(track, limits.trigger)}
    (published,) = table("headlines")[case]
    for name, value in published.items():
        if name in SETTINGS:
            continue
        if value is None:
            assert math.isnan(ours[name]), name
        elif name.startswith("doublings"):  # printed to four decimals
            assert ours[name] == pytest.approx(float(value), abs=6e-5), name
        elif name.startswith(LEVELS):  # printed to eight digits
            assert ours[name] == pytest.approx(float(value), rel=6e-8), name
        else:
            assert ours[name] == pytest.approx(float(value), rel=0, abs=1e-6), name
    times = np.array(gwp_doubling_times(track, limits.trigger))
    assert np.round(times[np.isfinite(times)], 2).tolist() == pytest.approx(
        ast.literal_eval(published["gwp_doubling_times"]), abs=1e-9
    )


def test_simulate_reports_the_steps():
    world = tm.simulate(world_of("t_step_1")[0], reference_step=1)
    assert world["time"].values.tolist() == list(range(2022, 2100))
    years = tm.milestones(world)["value"]
    assert years.sel(milestone=["automation_gns_20%", "automation_rnd_100%"]).values.tolist() == [
        2037,
        2041,
    ]


@pytest.mark.parametrize("step", [0.03, 0.3, 0.4])
def test_growth_over_a_year_goes_by_the_steps_that_fit_into_it(step):
    world = world_of("best_guess")[0].replace({"t_end": 2045})
    growth = float(
        tm.milestones(tm.simulate(world, reference_step=step))["value"].sel(
            milestone="len_gwp_growth"
        )
    )
    gwp = np.log(tm.simulate(world, reference_step=step)["gwp"].values)
    risen = gwp[math.floor(1 / step) :] - gwp[: -math.floor(1 / step)]
    assert growth == pytest.approx(
        step * ((risen > 0.2).argmax() - (risen > 0.05).argmax()), abs=1e-9
    )


def test_a_run_of_one_step_has_no_pace():
    world = tm.simulate(world_of("best_guess")[0].replace({"t_end": 2023}), reference_step=1)
    assert world["time"].values.tolist() == [2022]
    assert np.isnan(tm.milestones(world)["gwp_doubling_times"]).all()


@pytest.mark.parametrize(
    ("fixture", "changes"),
    [
        ("best_guess_N100", {}),
        ("best_guess_N10", {"n_labour_tasks": 10}),
        (
            "best_guess_N10_steepness_1_0.5",
            {
                "n_labour_tasks": 10,
                "training_requirements_steepness": 1,
                "runtime_requirements_steepness": 0.5,
            },
        ),
        ("conservative_N10", {"n_labour_tasks": 10}),
    ],
)
def test_thresholds_of_the_fixtures(fixture, changes):
    world = tm.takeoff.load_world(
        f"davidson_{'conservative' if 'conservative' in fixture else 'best_guess'}", changes
    )
    families = economy(world.numbers()).families
    for family, name in zip(families, ("goods", "rnd"), strict=True):
        for ours, kind in (
            (family.log_training, "training_flop"),
            (family.log_runtime, "runtime_flop_per_year"),
        ):
            first, *others = FIXTURES["thresholds"][fixture][f"{kind}_{name}"]
            assert first == 1
            np.testing.assert_allclose(ours, np.log(others), rtol=0, atol=1e-10)


def test_weights_and_scales_of_the_fixtures():
    weights, scales = FIXTURES["weights_best_guess"], FIXTURES["normalisation_best_guess"]
    names = {"goods": BEST.goods, "hardware_rnd": BEST.hardware, "software_rnd": BEST.software}
    outer = {
        "goods": "capital_task_weights_goods",
        "hardware_rnd": "capital_task_weights_hardware_rnd",
    }
    for name, sector in names.items():
        first, *others = weights[f"labour_task_weights_{name}"]
        ours = task_weights(sector.division)
        assert ours[0] == pytest.approx(first, rel=1e-11)
        # where the weight of task 0 is above 1e10 times the others' the reference drops a 1 in its
        # odds
        np.testing.assert_allclose(others, ours[1], rtol=1e-10)
        given = weights[outer.get(name, "research_experiments_task_weights_software")]
        # outer weights: odds of the shares, times (cognitive work over the outer input)^rho, with
        # the reference's weights
        beta, psi, labour, compute = (
            ours,
            sector.division.psi,
            sector.division.log_labour,
            sector.division.log_compute,
        )
        total = beta[0] + 100 * beta[1]
        mean = (
            beta[0] * math.exp(psi * compute)
            + 100 * beta[1] * math.exp(psi * (labour - math.log(100)))
        ) / total
        odds = (
            sector.outer_share
            / (1 - sector.outer_share)
            * math.exp(sector.exponent * (math.log(mean) / psi - sector.log_outer))
        )
        np.testing.assert_allclose(given, [odds / (1 + odds), 1 / (1 + odds)], rtol=1e-9)
        # and the level of output that they give at the start
        alpha = odds / (1 + odds)
        rho, cognitive = sector.exponent, math.log(mean) / psi
        output = (
            alpha * math.exp(rho * sector.log_outer) + (1 - alpha) * math.exp(rho * cognitive)
        ) ** (1 / rho)
        scale = {
            "goods": ("gwp_per_output", 1),
            "hardware_rnd": ("hardware_rnd_input_per_output", 0.002),
        }
        key, part = scale.get(name, ("software_rnd_input_per_output", 0.0002))
        assert part * 8.5e13 / output == pytest.approx(scales[key], rel=1e-9)
    world, step = world_of("best_guess")
    moments, _ = step_through(BEST, rules(world.numbers()), step)
    assert math.exp(moments[0, DESIGNS]) == pytest.approx(
        scales["initial_hardware_performance"], rel=1e-11
    )


@pytest.mark.parametrize(
    "given", FIXTURES["allocations_best_guess"], ids=lambda given: f"{given['sector']}-{given['t']}"
)
def test_divisions_of_the_fixtures(given):
    sector = {"goods": BEST.goods, "hardware_rnd": BEST.hardware, "software_rnd": BEST.software}[
        given["sector"]
    ]
    eta, labour, compute = (
        np.array(given[name]) for name in ("eta", "labour_per_task", "compute_per_task")
    )
    family = sector.division.family
    open_tasks = given["automatable_tasks_incl_task0"] - 1
    # the largest run, from the efficiency of the hardest task
    log_run = (family.log_runtime[-1] + math.log(eta[-1])) / family.tradeoff + family.log_training[
        -1
    ]
    split = sector.division.divide(
        math.log(given["labour"]), math.log(given["compute"]), log_run, open_tasks
    )
    assert family.reach(log_run) == open_tasks
    assert split.automated == (eta * compute > 10 * labour).sum() - 1
    done = labour + eta * compute
    first, other = task_weights(sector.division)
    weights, psi = np.array([first, *[other] * 100]), sector.division.psi
    base = np.array(
        [math.exp(sector.division.log_compute), *[math.exp(sector.division.log_labour) / 100] * 100]
    )
    relative = np.log((weights * done**psi).sum() / (weights * base**psi).sum()) / psi
    assert split.log_output == pytest.approx(relative, abs=1e-9)


@pytest.mark.parametrize(
    "given", FIXTURES["rnd_updates_best_guess"], ids=lambda given: str(given["step"])
)
def test_research_of_the_fixtures(given):
    world, step = world_of("best_guess")
    moments, _ = step_through(BEST, rules(world.numbers()), step)
    before, after = moments[given["step"] - 1], moments[given["step"]]
    limits = rules(world.numbers())
    for index, (name, letter, spent) in enumerate(
        (("hardware", "H", 0.002), ("software", "S", 0.0002))
    ):
        start = (spent * 8.5e13) ** limits.penalty / (limits.penalty * limits.pace[index])
        assert start * math.exp(before[HARDWARE_EFFORT + index]) == pytest.approx(
            given[f"Q_{name}_prev"], rel=1e-8
        )
        assert start * math.exp(after[HARDWARE_EFFORT + index]) == pytest.approx(
            given[f"Q_{name}"], rel=1e-8
        )
        levels = [state[(DESIGNS, SOFTWARE)[index]] for state in (before, after)]
        assert np.exp(levels) == pytest.approx([given[f"{letter}_prev"], given[letter]], rel=1e-8)


def test_requirements_at_the_quantiles_that_define_them():
    logs = np.array(requirements(1e36, 1e4, [0.0, 0.05, 0.1, 0.2, 0.5, 1.0])) / math.log(10)
    np.testing.assert_allclose(logs, 36 - 4 * np.array([10.5, 9.5, 8.5, 7, 4, 0]) / 7, rtol=1e-12)


def test_stepping_stops_where_no_number_can_hold_what_grows():
    world = tm.simulate(world_of("capital_rho_-0.1")[0], reference_step=0.1)
    assert world.attrs["stopped"].startswith("at ") and "largest number" in world.attrs["stopped"]
    assert np.isfinite(world["gwp"]).all() and world["gwp"][-1] > 1e200


def test_a_share_that_grows_or_falls_beyond_all_numbers_in_one_step_does_not_break_the_stepping():
    world = world_of("best_guess")[0]
    risen = tm.simulate(world, {"frac_gwp_compute_growth": 100}, reference_step=10)
    assert (
        risen["frac_gwp_compute"].values[1] == world.frac_gwp_compute_ceiling.value
        and risen.attrs["stopped"] == ""
    )
    fallen = tm.simulate(world, {"frac_gwp_compute_growth": -100}, reference_step=10)
    assert (
        fallen.attrs["stopped"] == "at 2022: a share is below the smallest number that can be held"
    )
