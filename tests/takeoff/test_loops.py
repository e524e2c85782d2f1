"""Loops: closed forms, independent solutions, divergence, draws and datasets."""

import json
import math

import numpy as np
import pytest
from locations import DATA
from scipy.integrate import solve_ivp

import taskmodel as tm
from taskmodel.takeoff.loops import (
    bundled_loops,
    constant_hazard,
    gate_automation,
    load_loop,
    parsimonious,
    simulation,
    software_explosion,
)
from taskmodel.takeoff.loops.growth import Growth
from taskmodel.takeoff.loops.records import Prior
from taskmodel.takeoff.loops.simulation import MODELS
from taskmodel.takeoff.loops.trajectory import integrate

KWA = json.loads((DATA / "kwa_inputs.json").read_text())


def milestone(run, name):
    return tm.milestones(run)["value"].sel(milestone=name).item()


# Kwa


def test_compute_and_labour_grow_as_kwas_tables_say():
    loop = load_loop("kwa")
    for name in ("compute", "labour"):
        factors = {
            float(date): factor.value for date, factor in getattr(loop, f"{name}_growth").items()
        }
        level = np.exp(Growth(factors, 2026, 2070).log(np.arange(2026, 2071)))
        np.testing.assert_allclose(level, KWA[name], rtol=1e-13)


def test_kwas_loop_agrees_with_plain_runge_kutta_steps_of_the_equation_in_levels():
    """In S and not in its logarithm, a step of 1/200 year: an error of 1e-9."""
    given = KWA["derived"]
    factors = {"compute": 2.6, "labour": 2.0}  # of the first three years

    def slope(elapsed, software):
        compute, labour = (factors[name] ** elapsed for name in ("compute", "labour"))
        left = 1 / (1 + (compute * software / given["E_hac"]) ** given["v"])  # 1 - f
        return (
            given["k"]
            * (labour / left) ** given["alpha"]
            * compute ** given["zeta"]
            * software ** (1 - given["beta"])
        )

    software, step = 1.0, 1 / 200
    for place in range(400):
        now = place * step
        a = slope(now, software)
        b = slope(now + step / 2, software + step / 2 * a)
        c = slope(now + step / 2, software + step / 2 * b)
        d = slope(now + step, software + step * c)
        software += step / 6 * (a + 2 * b + 2 * c + d)
    run = tm.simulate("kwa", times=[2028])
    assert run["software"].item() == pytest.approx(software, rel=1e-8)


def test_kwas_software_grows_as_its_research_says():
    times = np.array([2027.3, 2031.7, 2044.2])
    hair, loop = 1e-3, load_loop("kwa")
    run = tm.simulate(loop, times=np.sort(np.concatenate([times - hair, times, times + hair])))
    growth = (np.log(run["software"].values[2::3]) - np.log(run["software"].values[0::3])) / (
        2 * hair
    )
    at = run.isel(time=slice(1, None, 3))
    expected = (
        math.log(5) * at["research"] * at["software"] ** -loop.difficulty.value
    )  # since it is 5 a year at the start
    np.testing.assert_allclose(growth, expected, rtol=1e-6)
    odds = at["automated_share"] / (1 - at["automated_share"]) / (0.375 / 0.625)
    np.testing.assert_allclose(odds, at["effective_compute"] ** (1 / 2.85), rtol=1e-9)


def test_kwas_software_grows_without_bound_where_v_alpha_exceeds_beta():
    """With constant compute and labour, x' = c e^(e x) diverges after 1 / (c e)."""
    changes = {
        "compute_growth": {"2026": 1},
        "labour_growth": {"2026": 1},
        "initial_automated_share": 1 - 1e-9,
    }
    changes |= {
        "inverse_pace": 0.1,
        "difficulty": 1.0,
        "labour_share": 0.5,
        "returns": 1.0,
    }  # v alpha = 5
    run = tm.simulate("kwa", changes)
    blows_up = 2026 + 1 / (math.log(5) * (5 - 1))
    assert run.attrs["stopped"] == f"at {blows_up:.6g}: software grows without bound"
    assert run["time"].values[-1] <= blows_up and run["time"].values[-1] > blows_up - 0.1
    assert np.isfinite(run["software"]).all()
    slow = tm.simulate(
        "kwa", {**changes, "inverse_pace": 0.6, "end": 2028}, times=[2026, 2028]
    )  # v alpha = 0.83
    assert slow.attrs["stopped"] == "" and slow["time"].values[-1] == 2028


def test_a_number_that_only_gets_large_is_told_apart_from_growth_without_bound():
    grown = integrate(
        lambda time, level: np.array([100.0]), np.array([0.0]), 0.0, 10.0, np.array([]), "the level"
    )
    assert grown.stopped == "at 6.9: the level passes 1e300, beyond which it is not followed"
    with pytest.raises(ValueError, match="cannot be followed beyond its start"):
        integrate(
            lambda time, level: np.array([np.nan]),
            np.array([0.0]),
            0.0,
            1.0,
            np.array([]),
            "the level",
        )


def test_draws_that_have_to_stop_are_refused():
    with pytest.raises(
        ValueError,
        match=r"a draw of kwa has to stop before its time, at 20\d\d.*without bound; narrow its",
    ):
        tm.simulate(
            "kwa",
            {"priors.inverse_pace.low": 0.01, "priors.inverse_pace.high": 0.02},
            draws=5,
            seed=1,
        )


def test_a_draw_is_the_run_of_its_parameters():
    many = tm.simulate("kwa", {"end": 2040}, draws=7, seed=3, times=[2026, 2035])
    one = many.isel(draw=4)
    values = {name: one[f"parameter_{name}"].item() for name in load_loop("kwa").priors}
    alone = tm.simulate("kwa", {**values, "end": 2040}, times=[2026, 2035])
    for name in parsimonious.MODEL.levels:
        np.testing.assert_allclose(one[name], alone[name], rtol=1e-9)
    np.testing.assert_allclose(
        tm.milestones(many)["value"].isel(draw=4), tm.milestones(alone)["value"], atol=1e-8
    )


def test_draws_solved_in_blocks_are_those_solved_together(monkeypatch):
    together = tm.simulate("kwa", {"end": 2030}, draws=7, seed=3, times=[2028])
    monkeypatch.setitem(simulation.BLOCKS, "parsimonious", 3)
    apart = tm.simulate("kwa", {"end": 2030}, draws=7, seed=3, times=[2028])
    np.testing.assert_allclose(apart["software"], together["software"], rtol=1e-9)
    np.testing.assert_allclose(apart["milestone_value"], together["milestone_value"], atol=1e-8)
    assert apart["parameter_difficulty"].equals(together["parameter_difficulty"])


def test_priors_are_those_of_the_legacy_generator_in_either_order():
    bounds = {name: (prior.low, prior.high) for name, prior in load_loop("kwa").priors.items()}
    drawn = tm.simulate("kwa", {"end": 2026.01}, draws=3, seed=123)
    stream = np.random.RandomState(123)
    for draw in range(3):
        for name, (low, high) in bounds.items():
            assert drawn[f"parameter_{name}"].values[draw] == pytest.approx(
                stream.triangular(low, (low + high) / 2, high), rel=1e-14
            )
    drawn = tm.simulate("software_explosion", draws=3, seed=5)
    stream = np.random.RandomState(5)
    np.testing.assert_allclose(
        drawn["parameter_initial_speedup"],
        np.exp(stream.uniform(np.log(2), np.log(32), 3)),
        rtol=1e-13,
    )
    np.testing.assert_allclose(
        drawn["parameter_returns"], np.exp(stream.uniform(np.log(0.4), np.log(3.6), 3)), rtol=1e-13
    )


@pytest.mark.parametrize(
    ("shape", "below"),
    [
        ("uniform", lambda x: (x - 2) / 6),
        ("log_uniform", lambda x: np.log(x / 2) / np.log(4)),
        ("triangular", lambda x: np.where(x < 5, (x - 2) ** 2 / 18, 1 - (8 - x) ** 2 / 18)),
    ],
)
def test_a_prior_inverts_its_distribution_function(shape, below):
    probability = np.linspace(0, 1, 11)
    np.testing.assert_allclose(
        below(Prior(shape=shape, low=2.0, high=8.0).draw(probability)), probability, atol=1e-12
    )


# Davidson and Houlden


def brute_force(speedup, returns, limit, exponent, constant=False, boost=None, until=48.0):
    """Doublings one by one, in months, as the program of the paper counts them."""
    times, months, size, r = [0.0], 3 / (speedup if boost is None else 1 + boost), 0, returns
    now = speedup if boost is None else boost
    while times[-1] < until and size < 8 * limit and r > 0:
        times.append(times[-1] + months)
        size += 1
        r = returns if constant else r - returns / (8 * limit)
        then = speedup if boost is None else boost * (speedup / boost) ** (times[-1] / 60)
        if r > 0:
            months *= 2 ** (exponent * (1 / r - 1))
            months *= 1.0 if boost is None else (1 + now) / (1 + then)
        now = then
    return np.array(times) / 12


def most_progress(times, window):
    return (
        max(
            sum(1 for later in times[place + 1 :] if later - begin < window)
            for place, begin in enumerate(times)
        )
        / 8
    )


@pytest.mark.parametrize(
    "changes", [{}, {"constant_returns": True}, {"boost_start": 0.1, "boost_time": 5}]
)
def test_doublings_are_those_counted_one_by_one(changes):
    drawn = tm.simulate("software_explosion", changes, draws=40, seed=11, times=[0.0, 0.5, 2.0])
    found = tm.milestones(drawn)["value"]
    boost = changes.get("boost_start")
    for draw in range(40):
        given = [
            drawn[f"parameter_{name}"].values[draw]
            for name in ("initial_speedup", "returns", "limit", "parallel_exponent")
        ]
        times = brute_force(*given, constant="constant_returns" in changes, boost=boost)
        at = found.isel(draw=draw)
        assert at.sel(milestone="most_progress_in_1_year") == most_progress(times, 1.0)
        assert at.sel(milestone="most_progress_in_4_months") == most_progress(times, 1 / 3)
        done = np.interp([0.5, 2.0], times, np.arange(len(times)))
        np.testing.assert_allclose(
            np.log2(drawn["software"].values[draw, 1:]), np.minimum(done, 8 * given[2]), rtol=1e-9
        )
        reached = np.interp(8, np.arange(len(times)), times, right=np.nan)
        assert at.sel(milestone="progress_1").item() == pytest.approx(
            reached if reached <= 4 else np.nan, rel=1e-9, nan_ok=True
        )


@pytest.mark.parametrize(("returns", "exponent"), [(2.0, 0.3), (1.1, 1.0)])
def test_software_without_a_limit_explodes_at_the_sum_of_a_geometric_series(returns, exponent):
    changes = {
        "limit": None,
        "constant_returns": True,
        "returns": returns,
        "parallel_exponent": exponent,
    }
    run = tm.simulate("software_explosion", changes)
    date = 0.25 / 8 / (1 - 2 ** (exponent * (1 / returns - 1)))
    assert run.attrs["stopped"] == f"at {date:.6g}: software grows without bound"
    assert run["time"].values[-1] <= date
    assert milestone(run, "most_progress_in_1_year") == math.inf
    # in continuous time g grows by 2^(p (1 - 1/r)) a doubling; this much remains after n of them
    assert milestone(run, "progress_3") == pytest.approx(
        date * (1 - 2 ** (24 * exponent * (1 / returns - 1))), rel=1e-9
    )


def test_software_with_returns_below_one_slows_down_and_has_no_end():
    changes = {"limit": None, "constant_returns": True, "returns": 0.5, "parallel_exponent": 1.0}
    run = tm.simulate("software_explosion", changes)
    assert run.attrs["stopped"] == ""
    doublings = math.log2(1 + 4 * 32)  # of times 1/32, 2/32, 4/32, ... year
    assert math.log2(run["software"].values[-1]) == pytest.approx(doublings, abs=0.07)


def test_software_stops_at_its_limit():
    run = tm.simulate("software_explosion", {"limit": 2.3, "initial_speedup": 1000, "returns": 3})
    assert (
        run["progress"].values[-1] == pytest.approx(2.3, rel=1e-12)
        and run["returns"].values[-1] == 0
    )
    assert np.isnan(run["doubling_time"].values[-1]) and np.isnan(milestone(run, "progress_3"))
    assert milestone(run, "progress_1") < milestone(run, "limit") < 4


def test_experiments_are_a_bottleneck_by_their_share_and_no_share_is_none():
    free = tm.simulate("software_explosion")
    names = ("experiment_share", "experiment_substitution")
    for share, rho in ((1e-12, -0.05), (1e-12, 0.0)):
        bound = tm.simulate("software_explosion", dict(zip(names, (share, rho), strict=True)))
        np.testing.assert_allclose(bound["progress"], free["progress"], rtol=1e-6)
    progress = [
        tm.simulate("software_explosion", dict(zip(names, (0.3, rho), strict=True)))[
            "progress"
        ].values[-1]
        for rho in (0, -1, -5)
    ]
    assert free["progress"].values[-1] > progress[0] > progress[1] > progress[2]
    # in the end effort stands still, and a doubling takes 2^(p / r) times the one before it
    changes = {
        "experiment_share": 0.5,
        "experiment_substitution": -20,
        "limit": None,
        "constant_returns": True,
        "initial_speedup": 100,
    }
    room, loop = software_explosion, load_loop("software_explosion", changes)
    given = {
        name: np.array([np.nan if (value := loop.numbers()[name]) is None else value])
        for name in room.MODEL.parameters
    }
    steps = np.diff(room.doubling_dates(given, True, 4.0)[0][0])
    np.testing.assert_allclose(steps[3:] / steps[2:-1], 2 ** (0.3 / 1.2), rtol=1e-9)


# Aghion, Jones and Jones


def test_growth_and_shares_settle_where_the_closed_form_says():
    run = tm.simulate("aghion_jones_jones", times=[1500.0, 3000.0])
    for name in ("output_growth", "capital_growth"):
        np.testing.assert_allclose(
            run[name].values[-1], milestone(run, "long_run_growth"), rtol=1e-8
        )
    assert run["capital_share"].values[-1] == pytest.approx(
        milestone(run, "long_run_capital_share"), rel=1e-8
    )
    # -theta (1 - rho) / rho and (A s / (g + delta))^rho at another place
    other = tm.simulate(
        "aghion_jones_jones",
        {"substitution": -0.5, "automation_hazard": 0.02, "productivity": 1.5},
        times=[3000.0],
    )
    assert other["output_growth"].item() == pytest.approx(0.06, rel=1e-8)
    assert other["capital_share"].item() == pytest.approx((1.5 * 0.2 / 0.11) ** -0.5, rel=1e-8)


def test_growth_is_what_saving_allows_where_it_does_not_keep_up():
    run = tm.simulate("aghion_jones_jones", {"automation_hazard": 0.1, "end": 2000}, times=[2000.0])
    assert milestone(run, "long_run_growth") == pytest.approx(0.15)
    assert run["output_growth"].item() == pytest.approx(0.15, rel=1e-8) and run[
        "capital_share"
    ].item() == pytest.approx(1.0)


def test_capital_agrees_with_another_solver_of_the_equations_in_levels():
    rho, theta, saving, decay = -1.0, 0.01, 0.2, 0.05

    def output(automated, capital):
        return (automated ** (1 - rho) * capital**rho + (1 - automated) ** (1 - rho)) ** (1 / rho)

    def slope(time, state):
        return [theta * (1 - state[0]), saving * output(*state) - decay * state[1]]

    levels = solve_ivp(slope, (0, 150), [0.5, 1.0], method="Radau", rtol=1e-10, atol=1e-12).y[:, -1]
    run = tm.simulate("aghion_jones_jones", {"end": 150}, times=[149.99, 150.0])
    assert run["automated_share"].values[-1] == pytest.approx(levels[0], rel=1e-8)
    assert run["capital"].values[-1] == pytest.approx(levels[1], rel=1e-7)
    assert run["output"].values[-1] == pytest.approx(output(*levels) / output(0.5, 1.0), rel=1e-7)
    rise = np.log(run["output"].values[1] / run["output"].values[0]) / 0.01
    assert rise == pytest.approx(run["output_growth"].values.mean(), rel=1e-7)
    tenfold = milestone(tm.simulate("aghion_jones_jones", {"end": 150}), "output_10x")
    assert tm.simulate("aghion_jones_jones", times=[tenfold])["output"].item() == pytest.approx(
        10, rel=1e-9
    )


def test_tasks_are_automated_at_their_hazard():
    run = tm.simulate("aghion_jones_jones", {"end": 300})
    assert milestone(run, "automated_90%") == pytest.approx(100 * math.log(5))
    assert np.isnan(milestone(run, "automated_99%"))


# GATE


def test_gate_automation_is_linear_in_log_compute_between_its_anchors():
    function = {
        "full_automation_requirement": 1e36,
        "flop_gap": 5.0,
        "initial_automated_share": 0.2,
    }
    share = gate_automation.automation_function([20, 31, 33.5, 36, 40], **function)
    np.testing.assert_allclose(share, [0.2, 0.2, 0.6, 1.0, 1.0], atol=1e-14)
    np.testing.assert_allclose(
        gate_automation.required_compute(share[2:4], **function), [33.5, 36.0]
    )


def test_gate_dates_follow_from_the_growth_of_runs():
    run = tm.simulate("gate_automation")
    log_run, gap = math.log10(5e25), 0.55 * (36.5 - math.log10(5e25))
    for share in (0.2, 0.5, 0.9, 1.0):
        needed = 36.5 - (1 - share) / 0.9 * gap
        for name, made_up in (("", 2.5), ("_no_inference", 0.0)):
            date = 2025 + (needed - made_up - log_run) / math.log10(13.5)
            assert milestone(run, f"automated_{100 * share:g}%{name}") == pytest.approx(
                date, rel=1e-12
            )
    at = tm.simulate("gate_automation", times=[milestone(run, "automated_50%")])
    assert at["automated_share"].item() == pytest.approx(0.5, rel=1e-12)


def test_gate_inference_makes_up_for_training_and_costs_its_power():
    run = tm.simulate("gate_automation", times=[2029.0, 2033.0, 2040.0])
    assert (
        run["runtime_requirement_100%"].values[0] == math.inf
    )  # more than inference can make up for
    short = 36.5 - np.log10(run["biggest_training_run"].values[1])
    assert run["runtime_requirement_100%"].values[1] == pytest.approx(
        10 ** (24 + 2 * short), rel=1e-9
    )
    assert run["runtime_requirement_100%"].values[2] == pytest.approx(1e24)


# All of them


@pytest.mark.parametrize("name", bundled_loops())
def test_every_variable_has_a_unit_and_a_meaning_and_the_same_inputs_give_the_same_bits(
    name, tmp_path
):
    loop = load_loop(name)
    end = loop.start.value + 2
    draws = {"draws": 4, "seed": 2} if loop.priors else {}
    run, again = (tm.simulate(loop, {"end": end}, **draws) for _ in range(2))
    assert run.identical(again)
    for each, variable in run.variables.items():
        if each not in ("milestone", "draw"):
            assert variable.attrs.get("long_name"), each
            assert variable.attrs.get("units") or variable.dtype.kind == "O", each
    tm.save(run, tmp_path / "run.nc")
    back = tm.open(tmp_path / "run.nc")
    assert tm.milestones(back).equals(tm.milestones(run))
    assert (
        json.loads(run.attrs["overrides"]) == {"end": end}
        and run.attrs["scenario_yaml"] == loop.yaml_text
    )


@pytest.mark.parametrize("name", bundled_loops())
def test_every_parameter_of_a_bundled_loop_has_a_unit_a_source_and_a_meaning(name):
    loop = load_loop(name)
    for field, value in loop.numbers().items():
        for one in value.values() if isinstance(value, dict) else [value]:
            assert not hasattr(one, "value") or (one.unit and one.source), field
    for field, info in type(loop).model_fields.items():
        assert info.description or field in ("title", "description", "loop"), field
    for field in ("start", "end", *MODELS[loop.loop].parameters):
        value = getattr(loop, field)
        assert value is None or (value.unit and value.source), field


def test_there_is_a_model_for_each_record():
    from taskmodel.takeoff.loops.records import KINDS

    assert set(KINDS) == set(MODELS)
    assert {load_loop(name).loop for name in bundled_loops()} == set(KINDS)
    assert constant_hazard.MODEL.clock[0] == "year"
    assert parsimonious.MODEL.clock[0] == "calendar year"


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"times": [2030, 2027]}, ValueError, "increase; found 2030 and then 2027"),
        ({"times": [2010]}, ValueError, r"in \[2026.0, 2070.0\]"),
        ({"draws": 0, "seed": 1}, ValueError, "a whole number from 1 to 1,000,000; found 0"),
        ({"draws": 3}, ValueError, "need a seed"),
        (
            {"draws": 1_000_000, "seed": 1},
            ValueError,
            "1,000,000 draws at 441 times are too many to hold; give at most 50 times",
        ),
        (
            {"reference_step": 0.1},
            TypeError,
            "reference_step is no option of a loop, which has times, draws, seed",
        ),
    ],
)
def test_options_that_make_no_sense_are_refused(options, error, says):
    with pytest.raises(error, match=says):
        tm.simulate("kwa", **options)
    with pytest.raises(TypeError, match="draws is no option of a world"):
        tm.simulate("davidson_best_guess", draws=3)
    with pytest.raises(ValueError, match="gate_automation has no priors to draw from"):
        tm.simulate("gate_automation", draws=3, seed=1)


@pytest.mark.parametrize(
    ("factors", "end"),
    [({}, 2030), ({2026: 0.0}, 2030), ({2027: 2, 2026: 2}, 2030), ({2026: 2}, 2026)],
)
def test_growth_that_makes_no_sense_is_refused(factors, end):
    with pytest.raises(ValueError, match="growth"):
        Growth(factors, 2026, end)
    with pytest.raises(ValueError, match="from 2026 to 2030"):
        Growth({2026: 2}, 2026, 2030).log([2031])
