"""The differential equations: headline years, convergence, switches, delay, unbounded growth."""

import json
import math

import numpy as np
import pytest

import taskmodel as tm
from taskmodel.takeoff.davidson.division import NO_HINT
from taskmodel.takeoff.davidson.economy import economy
from taskmodel.takeoff.davidson.flow import FREE, PINNED, Flow
from taskmodel.takeoff.davidson.flow_kernels import derivative
from taskmodel.takeoff.davidson.headlines import gwp_doubling_times
from taskmodel.takeoff.davidson.moment_kernels import (
    DESIGNS,
    MARKET,
    MULTIPLIER,
    OPEN,
    RUN,
    RUN_COST,
    complete_moment,
)
from taskmodel.takeoff.davidson.moments import (
    GOODS_AUTOMATED,
    OUTPUTS,
    RND_AUTOMATED,
    Condition,
    column,
    moment,
)
from taskmodel.takeoff.davidson.rules import rules
from taskmodel.takeoff.davidson.shares import initial_shares
from taskmodel.takeoff.davidson.simulation import TOLERANCE
from taskmodel.takeoff.davidson.solution import UNHELD, solve
from taskmodel.takeoff.davidson.table_kernels import SAVING, SEEN_COLUMNS
from taskmodel.takeoff.davidson.track import Continuous
from tests.takeoff_cases import CASES, DATA, table, world_of

HEADLINES = (
    "automation_gns_20%",
    "automation_gns_100%",
    "automation_rnd_20%",
    "automation_rnd_100%",
)
CONTINUOUS = [
    case for case in CASES if case in table("headlines_fine") and not case.startswith("t_step")
]
CONVERGENCE = json.loads((DATA / "takeoff_convergence.json").read_text())[
    "best_guess"
]  # the best guess at ever smaller steps


def years(world):
    result = tm.milestones(world)
    return dict(zip(result["milestone"].values, result["value"].values.tolist(), strict=True))


def path_of(world, tolerance=1e-6):
    parameters = world.numbers()
    return solve(Flow(economy(parameters), rules(parameters)), tolerance)


def shares_of(path):
    """Years of a fifth and of all, of goods and of R&D."""
    track, result = Continuous(path.flow.economy, path), {}
    for family, number in (("gns", GOODS_AUTOMATED), ("rnd", RND_AUTOMATED)):
        for share in (0.2, 1.0):
            year = track.first(Condition(number, share))
            result[f"automation_{family}_{100 * share:.0f}%"] = math.nan if year is None else year
    return result


@pytest.fixture(scope="module")
def best_guess():
    return tm.simulate("davidson_best_guess")


def test_best_guess_is_the_limit_of_small_steps(best_guess):
    result = years(best_guess)
    coarse, fine = ({row["t_step"]: row for row in CONVERGENCE}[step] for step in (0.01, 0.001))
    names = {
        "goods20": "automation_gns_20%",
        "goods100": "automation_gns_100%",
        "rnd20": "automation_rnd_20%",
        "rnd100": "automation_rnd_100%",
        "wake": "rampup_start",
        "agi_interp": "agi_year",
    }
    for short, name in names.items():
        limit = (
            fine[short] - (coarse[short] - fine[short]) / 9
        )  # Richardson's, of what is first order in the step
        # dates are those of steps, up to one late: 0.001 for the fine, 0.01 / 9 for the coarse
        # ones; AGI's are interpolated
        error = 5e-4 if short == "agi_interp" else 0.001 + 0.01 / 9
        assert result[name] == pytest.approx(limit, rel=0, abs=error), name


def test_the_step_of_the_reference_makes_agi_a_quarter_of_a_year_late(best_guess):
    stepped = tm.simulate("davidson_best_guess", {"t_end": 2041}, reference_step=0.1)
    assert years(stepped)["agi_year"] - years(best_guess)["agi_year"] == pytest.approx(
        0.26, abs=0.005
    )  # as the README says


@pytest.mark.parametrize("case", CONTINUOUS)
def test_small_steps_come_a_little_late(case):
    (fine,) = table("headlines_fine")[case]
    last = max(float(fine[name]) for name in HEADLINES if fine[name])
    result = shares_of(path_of(world_of(case)[0].replace({"t_end": last + 0.1}), 1e-6))
    for name in HEADLINES:
        if fine[name] is None:
            assert math.isnan(result[name]), name
        else:
            # at a step of 0.01 the reference is first order: up to four steps late, and at most a
            # tenth of one early
            assert -0.001 <= float(fine[name]) - result[name] <= 0.04, name


@pytest.mark.parametrize("scenario", tm.takeoff.bundled_worlds())
def test_dates_at_the_default_tolerance_and_at_half_of_it_are_within_an_hour(scenario):
    tolerances = (TOLERANCE, TOLERANCE / 2, 3e-7)
    usual, half, exact = (
        tm.milestones(tm.simulate(scenario, times=[2022], tolerance=value)) for value in tolerances
    )
    dated = np.isin(exact["unit"].values, ["calendar year", "year"])
    for name, picked in (("value", dated), ("gwp_doubling_times", slice(None))):
        for result in (usual, half):
            np.testing.assert_allclose(
                result[name].values[picked], exact[name].values[picked], rtol=0, atol=1e-4
            )


def test_a_moment_at_a_switch_is_the_one_after_it_whatever_the_rounding():
    world, result = world_of("no_tradeoff")[0], []
    limits = rules(world.numbers())
    for tolerance in (2e-6, 1e-6, 2e-7):
        track = Continuous(economy(world.numbers()), path_of(world, tolerance))
        wakes = track.first(Condition(GOODS_AUTOMATED, limits.trigger))
        assert track.at(wakes)[GOODS_AUTOMATED] >= limits.trigger
        result.append(gwp_doubling_times(track, limits.trigger))
    np.testing.assert_allclose(result, [result[-1]] * 3, rtol=0, atol=1e-4)
    assert result[0][1] == pytest.approx(
        3.82, abs=0.011
    )  # the reference at a step of 0.01, to two decimals


def test_switches_are_where_the_largest_run_meets_what_a_task_needs(best_guess):
    path = path_of(world_of("best_guess")[0])
    assert path.steps.lagging[
        : path.count
    ].any()  # some of these tasks are not worth AI's while yet: no step ends for them
    opened = {0: [], 1: []}
    for time, number, task, opens in path.openings():
        family = path.flow.economy.families[number]
        limit = family.log_training[task] - family.log_shortfall
        moment, earlier = (
            path.log_run(time - back, path.step(time - back)) for back in (0.0, 1e-8)
        )
        assert opens and earlier < limit <= moment + 1e-9
        opened[number].append(task)
    assert opened == {0: list(range(100)), 1: list(range(100))}
    assert (best_guess["event_kind"] == "task_opens").sum() == 200
    assert (np.diff(best_guess["event_time"]) >= 0).all()


def test_how_far_ai_reaches_is_told_within_steps_too(best_guess):
    path = path_of(world_of("best_guess")[0])
    for index in np.flatnonzero(path.steps.lagging[: path.count]).tolist()[::5]:
        end = path.times[index + 1]
        for time in np.linspace(path.times[index], end, 5)[1:-1]:
            now = path.moment(float(time), index)
            reaches = path.flow.economy.reaches(now[RUN])
            assert (now[OPEN : OPEN + 2] * 100).tolist() == pytest.approx(reaches)
            lag = now.copy()
            complete_moment(
                path.flow.tables, lag, *path.steps.reach[index], np.full(3, NO_HINT), -1
            )
            assert now[OUTPUTS[0]] == pytest.approx(lag[OUTPUTS[0]], rel=0, abs=1e-9)


def test_state_and_designs_on_the_market_have_no_jumps_at_switches():
    path = path_of(world_of("hw_delay_2.5")[0])
    for index in range(1, len(path.starts)):
        time = path.starts[index]
        left, right = path.state(time, index - 1), path.state(time, index)
        assert left == pytest.approx(right, rel=0, abs=1e-12)
    for time in np.linspace(2.6, 30, 50):
        assert path.moment(time)[MARKET] == pytest.approx(
            path.moment(time - 2.5)[DESIGNS], rel=0, abs=1e-12
        )
    assert path.moment(0.0)[MARKET] == pytest.approx(math.log(1.5e17), rel=1e-14)


def test_the_polynomials_solve_the_equations():
    path = path_of(world_of("best_guess")[0], 1e-7)
    for index in range(5, len(path.starts) - 1, 37):
        middle = (path.starts[index] + path.starts[index + 1]) / 2
        hair = 1e-4 * (path.starts[index + 1] - path.starts[index])
        later, earlier = path.state(middle + hair, index), path.state(middle - hair, index)
        state, slopes = path.state(middle, index), np.empty(4)
        derivative(
            path.flow.tables,
            path.steps,
            path.steps.era[index],
            *path.steps.reach[index],
            middle,
            state,
            path.market(middle, state),
            np.full(3, NO_HINT),
            slopes,
            np.empty(SEEN_COLUMNS),
        )
        np.testing.assert_allclose((later - earlier) / (2 * hair), slopes, rtol=1e-4, atol=1e-5)


def test_a_delay_shorter_than_the_steps_tends_to_none():
    delays = (0.0, 0.001, 0.002)
    result = [
        shares_of(
            path_of(
                tm.takeoff.load_world(
                    "davidson_best_guess", {"t_end": 2039.3, "hardware_delay": value}
                )
            )
        )
        for value in delays
    ]
    none, short, longer = ([value[name] for name in HEADLINES] for value in result)
    np.testing.assert_allclose(short, none, rtol=0, atol=2e-3)
    np.testing.assert_allclose(
        np.subtract(longer, none), 2 * np.subtract(short, none), rtol=0.2, atol=2e-5
    )


def test_a_delay_shorter_than_switches_are_located_to_is_none():
    result = [
        path_of(
            tm.takeoff.load_world("davidson_best_guess", {"t_end": 2037, "hardware_delay": value})
        )
        for value in (0.0, 1e-11)
    ]
    assert shares_of(result[0])["automation_gns_20%"] == pytest.approx(
        shares_of(result[1])["automation_gns_20%"], rel=0, abs=1e-6
    )
    assert not result[1].reason and result[1].end == pytest.approx(15)


@pytest.mark.parametrize("end", [2022.002, 2022.04])
def test_a_run_of_hours_or_days_is_reported_at_both_ends(end):
    world = tm.simulate("davidson_best_guess", {"t_end": end})
    assert world["time"].values == pytest.approx([2022, end], abs=1e-9)
    assert tm.milestones(world)["gwp_doubling_times"][0] == pytest.approx(22, abs=0.1)


def test_a_number_that_cannot_be_held_is_not_called_growth_without_bound():
    parameters = world_of("best_guess")[0].numbers()
    flow = Flow(economy(parameters), rules(parameters))
    flow.tables.number[SAVING] = np.inf
    path = solve(flow, 1e-6)
    assert (path.count, path.end, path.reason) == (0, 0.0, UNHELD)


@pytest.mark.parametrize("step", [None, 0.1])
def test_a_world_that_is_beyond_all_numbers_from_the_start_is_refused(step):
    changes = {
        "ratio_initial_to_cumulative_input_hardware_rnd": 1e20,
        "hardware_performance_ceiling": None,
    }
    with pytest.raises(
        ValueError,
        match="davidson_best_guess cannot be followed beyond its start: levels are beyond",
    ):
        tm.simulate("davidson_best_guess", changes, reference_step=step)


def test_the_cap_holds_where_growth_would_break_it_and_a_constant_share_would_not():
    # designs get cheaper faster than chips are bought, so that a share that stood still would cost
    # less and less
    changes = {
        "hardware_returns": 9,
        "frac_gwp_compute_growth": -0.3,
        "money_cap_training_before_wakeup": 3e7,
        "hardware_delay": 0,
    }
    changes["t_end"] = 2032
    world = tm.takeoff.load_world("davidson_best_guess", changes)
    path = path_of(world)
    eras = [path.eras[era] for era in path.steps.era[: path.count]]
    pinned = [index for index, era in enumerate(eras) if era.cap == PINNED]
    assert pinned
    for index in pinned[::7]:
        assert path.moment(path.starts[index], index)[RUN_COST] == pytest.approx(
            math.log(3e7), abs=1e-9
        )
    steps_asleep = [index for index, era in enumerate(eras) if not era.awake]
    assert all(
        path.moment(path.starts[index], index)[RUN_COST] < math.log(3e7) + 1e-6
        or eras[index].cap != FREE
        for index in steps_asleep
    )
    stepped = tm.simulate(world, reference_step=0.01)
    for year in (2024.0, 2028.0):  # the reference alternates around the cap
        money = float(stepped["money_spent_training"].sel(time=year, method="nearest"))
        assert money == pytest.approx(math.exp(path.moment(year - 2022)[RUN_COST]), rel=0.02)


def test_growth_without_bound_ends_the_run_with_date_and_reason_and_keeps_what_there_is():
    changes = {
        "software_returns": 8,
        "software_ceiling": None,
        "labour_substitution_rnd": 0.7,
        "research_experiments_substitution_software": 0.6,
    }
    world = tm.simulate("davidson_best_guess", changes)
    assert "at 2025.7" in world.attrs["stopped"] and "without bound" in world.attrs["stopped"]
    assert world["time"].values[-1] == pytest.approx(2025.7)
    assert np.isfinite(world["gwp"]).all() and world.sizes["time"] == 38


def test_levels_beyond_the_largest_number_end_the_run():
    world = tm.simulate(world_of("capital_rho_-0.1")[0], times=[2022, 2050, 2054, 2090])
    assert "at 2054.3" in world.attrs["stopped"] and "largest number" in world.attrs["stopped"]
    assert world["time"].values.tolist() == [2022, 2050, 2054]


@pytest.mark.parametrize("psi", [-10, -0.5, 0, 0.5, 0.9])
@pytest.mark.parametrize("rho", [-10, 0, 0.9])
def test_no_exponent_overflows(psi, rho):
    names = ("labour_substitution_goods", "labour_substitution_rnd")
    others = (
        "capital_substitution_goods",
        "capital_substitution_rnd",
        "research_experiments_substitution_software",
    )
    for tasks in (100, None):
        world = tm.takeoff.load_world(
            "davidson_best_guess",
            {**dict.fromkeys(names, psi), **dict.fromkeys(others, rho), "n_labour_tasks": tasks},
        )
        model = economy(world.numbers())
        for chips in (60.0, 100.0, 300.0):
            for log_run in (60.0, 75.0, 83.0, 200.0):
                stocks = model.start._replace(chips=chips)
                run = log_run - stocks.chips
                shares = model.shares._replace(compute_training=math.exp(min(run, -1.0)))
                row = moment(
                    model.tables,
                    2022.0,
                    stocks,
                    (0.0, 0.0),
                    (0.0, 0.0),
                    shares,
                    False,
                    np.full(3, NO_HINT),
                    model.reaches(log_run),
                )
                multipliers = row[[column(s, MULTIPLIER) for s in range(3)]]
                assert np.isfinite(row[OUTPUTS]).all() and np.isfinite(multipliers).all()
                assert (multipliers >= -1e-9).all()


def test_many_tasks_tend_to_the_continuum():
    result = {
        tasks: shares_of(
            path_of(
                tm.takeoff.load_world(
                    "davidson_best_guess", {"n_labour_tasks": tasks, "t_end": 2040}
                ),
                1e-6,
            )
        )
        for tasks in (50, 100, 200, None)
    }
    for name in ("automation_gns_20%", "automation_rnd_20%"):
        errors = [result[tasks][name] - result[None][name] for tasks in (50, 100, 200)]
        assert errors[1] / errors[0] == pytest.approx(0.5, abs=0.03) and errors[2] / errors[
            1
        ] == pytest.approx(0.5, abs=0.03)
    assert result[None]["automation_gns_20%"] == pytest.approx(2036.243, abs=0.002)
    assert result[None]["automation_gns_100%"] == pytest.approx(
        result[200]["automation_gns_100%"], abs=0.05
    )


def test_without_automation_in_output_the_shares_are_still_computed():
    world = tm.simulate("davidson_best_guess", {"disable_automation": True}, times=[2022, 2045])
    assert years(world)["agi_year"] == pytest.approx(2052.0, abs=0.1)
    assert world["frac_tasks_automated_goods"][1] > 0.5
    assert world["gwp"][1] < 3 * world["gwp"][0]


def test_moments_do_not_depend_on_which_are_asked_for(best_guess):
    path = path_of(world_of("best_guess")[0])
    share = tuple(path.moment(2038.0 - 2022.0)[[GOODS_AUTOMATED, RND_AUTOMATED]])
    reported = best_guess.sel(time=2038.0, method="nearest")
    assert share == (reported["frac_tasks_automated_goods"], reported["frac_tasks_automated_rnd"])
    single = tm.simulate("davidson_best_guess", times=[2038.0])
    assert single["gwp"].item() == pytest.approx(reported["gwp"].item(), rel=1e-12)
    xr_equal = tm.milestones(single).drop_attrs(), tm.milestones(best_guess).drop_attrs()
    assert xr_equal[0].equals(xr_equal[1])


def test_waking_and_sleeping_without_end_ends_the_run():
    # awake, the largest run shrinks until too few tasks are open to stay awake; asleep it grows
    world = tm.simulate(
        "davidson_best_guess",
        {"frac_compute_training_growth_rampup": -1, "t_end": 2041},
        times=[2022, 2041],
    )
    events = {
        kind: world["event_time"].values[world["event_kind"].values == kind]
        for kind in ("wakes", "sleeps")
    }
    first = events["sleeps"][0]
    assert world.attrs["stopped"] == f"at {first:.10g}: the economy switches to and fro without end"
    assert world["time"].values.tolist() == [2022]
    assert events["wakes"][0] == pytest.approx(2034.341, abs=0.001) and len(events["wakes"]) > 100
    assert (events["wakes"][1:] > first).all() and np.ptp(events["sleeps"]) < 1e-6
    assert "task_closes" in world["event_kind"].values[world["event_time"].values == first]


def test_too_many_steps_end_the_run():
    parameters = world_of("best_guess")[0].numbers()
    path = solve(Flow(economy(parameters), rules(parameters)), 1e-6, most_steps=50)
    assert path.reason == "growth is too fast to follow in 50 steps"
    assert len(path.starts) == 50 and path.starts[-1] < path.end < 20


def test_the_cap_ends_with_the_wake_up_and_shares_reach_their_ceilings_by_their_rates(best_guess):
    kinds, times = best_guess["event_kind"].values, best_guess["event_time"].values
    (wakes,) = times[kinds == "wakes"]
    assert times[kinds == "cap_ends"].tolist() == [wakes]
    (binds,) = times[kinds == "cap_binds"]
    money = path_of(world_of("best_guess")[0], TOLERANCE).moment(binds - 2022)[RUN_COST]
    assert money == pytest.approx(
        math.log(world_of("best_guess")[0].money_cap_training_before_wakeup.value), abs=1e-6
    )
    parameters = world_of("best_guess")[0].numbers()
    start = initial_shares(parameters)._asdict()
    reached = dict(
        zip(
            best_guess["event_what"].values[kinds == "ceiling_reached"],
            times[kinds == "ceiling_reached"],
            strict=True,
        )
    )
    assert set(reached) == {f"frac_{name}" for name in start}
    for share, time in reached.items():
        years_asleep = (
            binds if share == "frac_compute_training" else wakes
        ) - 2022  # how long it grew asleep: that to training until the cap
        to_go = (
            math.log(parameters[f"{share}_ceiling"] / start[share.removeprefix("frac_")])
            - parameters[f"{share}_growth"] * years_asleep
        )
        assert time == pytest.approx(
            wakes + to_go / parameters[f"{share}_growth_rampup"], rel=0, abs=1e-6
        ), share
